//! Turns differences into a proposed edit of `rules/`.
//!
//! It edits the files line by line, in their layout: one entry per line, a table for each object. It lists what that
//! layout cannot express, for a person to change.

use std::path::Path;

use super::{Difference, DriftChange, DriftSubject};
use crate::profile::Profile;
use crate::text::LineDiff;

/// Edited files.
#[derive(Debug, Default)]
pub struct Edits {
    files: Vec<RulesFile>,
    /// Differences that a person has to handle, and why.
    pub by_hand: Vec<(Difference, &'static str)>,
}

#[derive(Debug)]
struct RulesFile {
    /// `rules/heygen-v3/limits.toml`
    name: String,
    before: String,
    lines: Vec<String>,
}

/// Proposes edits of the folder `rules`. `day` is the day on which the documents were read, as `YYYY-MM-DD`.
///
/// # Errors
///
/// A sentence, if the folder cannot be read.
pub fn propose(profile: &Profile, differences: &[Difference], rules: &Path, day: &str) -> Result<Edits, String> {
    let mut edits = Edits::read(&rules.join(profile.name), profile.name)?;
    for difference in differences {
        if let Err(why) = edits.take(difference, day) {
            edits.by_hand.push((difference.clone(), why));
        }
    }
    Ok(edits)
}

type EditResult = Result<(), &'static str>;

impl Edits {
    fn read(folder: &Path, profile: &str) -> Result<Self, String> {
        let mut files = Vec::new();
        let mut add = |path: &Path, name: String| -> Result<(), String> {
            let before = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let lines = before.lines().map(str::to_owned).collect();
            files.push(RulesFile { name, before, lines });
            Ok(())
        };
        add(&folder.join("limits.toml"), format!("rules/{profile}/limits.toml"))?;
        let requests = folder.join("requests");
        if requests.is_dir() {
            let entries = std::fs::read_dir(&requests).map_err(|error| format!("{}: {error}", requests.display()))?;
            let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
            paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
            paths.sort();
            for path in paths {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                add(&path, format!("rules/{profile}/requests/{name}"))?;
            }
        }
        Ok(Self { files, by_hand: Vec::new() })
    }

    /// The proposal as a unified diff.
    #[must_use]
    pub fn diff(&self) -> String {
        let changed = self.files.iter().map(|file| (file, file.lines.join("\n") + "\n"));
        let changed = changed.filter(|(file, after)| *after != file.before);
        changed
            .map(|(file, after)| {
                let diff = LineDiff::between(&file.before, &after);
                diff.unified(&format!("a/{}", file.name), &format!("b/{}", file.name))
            })
            .collect()
    }

    fn take(&mut self, difference: &Difference, day: &str) -> EditResult {
        let Difference { change, subject, object, field, .. } = difference;
        match (subject, object, field) {
            (DriftSubject::Minimum | DriftSubject::Maximum | DriftSubject::Limit, ..) => self.limit(difference, day),
            (DriftSubject::Operation, ..) if *change == DriftChange::New => self.new_operation(&difference.operation),
            (DriftSubject::Operation, ..) => self.gone_operation(&difference.operation),
            (DriftSubject::Closed, Some(object), _) => {
                self.closed(object, difference.theirs.as_deref() == Some("closed"))
            }
            (DriftSubject::Field, _, Some(_)) if *change == DriftChange::New => self.new_field(difference),
            (DriftSubject::Field, _, Some(field)) => {
                let (file, at) = self.field(difference, field)?;
                self.files[file].lines.remove(at);
                Ok(())
            }
            (DriftSubject::Required | DriftSubject::Null, _, Some(field)) => {
                let (file, at) = self.field(difference, field)?;
                let (key, on) = match subject {
                    DriftSubject::Required => ("required = true, ", difference.theirs.as_deref() == Some("required")),
                    _ => ("null = true, ", difference.theirs.as_deref() == Some("may be null")),
                };
                toggled(&mut self.files[file].lines[at], key, on)
            }
            (DriftSubject::Value, _, Some(field)) => self.values(difference, field),
            _ => Err("it needs more than one entry"),
        }
    }

    /// The line of a table's header: `[object.Video.fields]`.
    fn header(&self, name: &str) -> Option<(usize, usize)> {
        let wanted = format!("[{name}]");
        self.files
            .iter()
            .enumerate()
            .find_map(|(file, of)| of.lines.iter().position(|line| *line == wanted).map(|at| (file, at)))
    }

    /// The entry of a name in a table.
    fn entry(&self, table: &str, name: &str) -> Option<(usize, usize)> {
        let (file, header) = self.header(table)?;
        let body =
            self.files[file].lines.iter().enumerate().skip(header + 1).take_while(|(_, line)| !line.starts_with('['));
        let is_it = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(" = {"));
        body.into_iter().find(|(_, line)| is_it(line)).map(|(at, _)| (file, at))
    }

    /// The end of a table, after its last entry.
    fn end(&self, file: usize, header: usize) -> usize {
        let lines = &self.files[file].lines;
        let next = lines.iter().skip(header + 1).position(|line| line.starts_with('[') || line.is_empty());
        next.map_or(lines.len(), |next| header + 1 + next)
    }

    fn table(difference: &Difference) -> String {
        match difference.object {
            Some(object) => format!("object.{object}.fields"),
            None => format!("operation.{:?}.query", difference.operation),
        }
    }

    /// The line of a field.
    fn field(&self, difference: &Difference, field: &str) -> Result<(usize, usize), &'static str> {
        self.entry(&Self::table(difference), field).ok_or("the entry is shared by several objects")
    }

    fn new_field(&mut self, difference: &Difference) -> EditResult {
        let entry = difference.entry.as_ref().ok_or("nothing is known of it")?;
        let (file, header) = self.header(&Self::table(difference)).ok_or("there is no table for it yet")?;
        let end = self.end(file, header);
        self.files[file].lines.insert(end, entry.clone());
        Ok(())
    }

    fn closed(&mut self, object: &str, closed: bool) -> EditResult {
        let (file, header) = self.header(&format!("object.{object}")).ok_or("there is no table for it")?;
        let end = self.end(file, header);
        let lines = &mut self.files[file].lines;
        let known = (header + 1..end).find(|at| lines.get(*at).is_some_and(|line| line.starts_with("closed = ")));
        match (known, closed) {
            (Some(at), false) => _ = lines.remove(at),
            (None, true) => lines.insert(end.min(header + 2), "closed = \"likely\"".to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn values(&mut self, difference: &Difference, field: &str) -> EditResult {
        if difference.values.is_empty() {
            return Err("the list of its values is gone, or may be in prose now");
        }
        let (file, at) = self.field(difference, field)?;
        let line = &self.files[file].lines[at];
        let written =
            line.split_once("values = ").map(|(_, rest)| rest.to_owned()).ok_or("it has no list of values")?;
        if written.starts_with('[') {
            let end = written.find(']').ok_or("its list goes over several lines")?;
            let list = written.get(..=end).unwrap_or_default().to_owned();
            let new = listed(&list, difference);
            self.files[file].lines[at] = self.files[file].lines[at].replacen(&list, &new, 1);
            return Ok(());
        }
        let shared = written.split('"').nth(1).ok_or("its list cannot be read")?.to_owned();
        self.shared_values(&shared, difference)
    }

    /// A list in `[values]` that several fields share: `event = [`.
    fn shared_values(&mut self, name: &str, difference: &Difference) -> EditResult {
        let start = format!("{name} = [");
        for file in &mut self.files {
            let Some(at) = file.lines.iter().position(|line| line.starts_with(&start)) else { continue };
            let end =
                file.lines.iter().skip(at).position(|line| line.ends_with(']')).ok_or("its list does not end")? + at;
            if end == at {
                let list = file.lines[at].get(start.len() - 1..).unwrap_or_default().to_owned();
                file.lines[at] = file.lines[at].replacen(&list, &listed(&list, difference), 1);
            } else if difference.change == DriftChange::New {
                let written =
                    |line: &String| difference.values.iter().all(|value| line.contains(&format!("{value:?}")));
                if !file.lines[at..end].iter().any(written) {
                    let values: Vec<String> = difference.values.iter().map(|value| format!("{value:?},")).collect();
                    file.lines.insert(end, format!("    {}", values.join(" ")));
                }
            } else {
                for line in &mut file.lines[at..end] {
                    for value in &difference.values {
                        *line = line.replace(&format!("{value:?}, "), "").replace(&format!("{value:?},"), "");
                    }
                    line.truncate(line.trim_end().len());
                }
                let mut index = 0;
                file.lines.retain(|line| {
                    index += 1;
                    !((at + 1..end).contains(&(index - 1)) && line.is_empty())
                });
            }
            return Ok(());
        }
        Err("its list is not found")
    }

    fn limit(&mut self, difference: &Difference, day: &str) -> EditResult {
        let name = difference.limit.ok_or("it needs a separate limit")?;
        if difference.change != DriftChange::Changed {
            return Err("the number is not stated any more");
        }
        let figure = difference.theirs.as_deref().unwrap_or_default();
        let figure: &str = figure.split(' ').next().unwrap_or_default();
        let number: f64 = figure.parse().map_err(|_| "it is not a plain number")?;
        let (subject, key) = name.split_once('.').ok_or("it has no subject")?;
        let (file, at) = self.entry(subject, key).ok_or("the limit is not found")?;
        let line = &mut self.files[file].lines[at];
        let from_page = difference.subject == DriftSubject::Limit;
        if from_page != line.contains("at = \"") {
            return Err("the number comes from another document, which may still say otherwise");
        }
        *line = with(line, "value = ", ',', &number.to_string()).ok_or("its value cannot be read")?;
        *line = with(line, "seen = ", ',', &format!("{day:?}"))
            .or_else(|| with(line, "seen = ", ' ', &format!("{day:?}")))
            .ok_or("its day cannot be read")?;
        Ok(())
    }

    fn new_operation(&mut self, operation: &str) -> EditResult {
        let shared = |line: &str| {
            let other = line.strip_prefix("[operation.\"")?.strip_suffix("\"]")?;
            let (one, other) = (operation.split_once(' ')?.1, other.split_once(' ')?.1);
            Some(one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count())
        };
        let nearness = |file: &RulesFile| file.lines.iter().filter_map(|line| shared(line)).max().unwrap_or(0);
        let nearest = self.files.iter_mut().max_by_key(|file| nearness(file)).ok_or("there are no requests")?;
        let mut table =
            vec![String::new(), format!("[operation.{operation:?}]"), "what = \"to be described\"".to_owned()];
        if !operation.starts_with("GET ") {
            table.push("encoding = \"none\"".to_owned());
        }
        nearest.lines.extend(table);
        Ok(())
    }

    fn gone_operation(&mut self, operation: &str) -> EditResult {
        for table in [format!("operation.{operation:?}.query"), format!("operation.{operation:?}")] {
            if let Some((file, header)) = self.header(&table) {
                let mut end = self.end(file, header);
                let lines = &mut self.files[file].lines;
                if lines.get(end).is_some_and(String::is_empty) {
                    end += 1;
                }
                lines.drain(header..end.min(lines.len()));
            }
        }
        Ok(())
    }
}

/// Adds or removes `required = true, ` after the type in a line.
fn toggled(line: &mut String, key: &str, on: bool) -> EditResult {
    if !on {
        *line = line.replacen(key, "", 1);
    } else if !line.contains(key) {
        let at = line.find("type = ").and_then(|from| Some(from + line.get(from..)?.find(", ")? + 2));
        line.insert_str(at.ok_or("its type is not found")?, key);
    }
    Ok(())
}

/// A list in brackets with the values of a difference added or removed.
fn listed(list: &str, difference: &Difference) -> String {
    let known = list.trim_matches(['[', ']']).split(',').map(|value| value.trim().to_owned());
    let mut values: Vec<String> = known.filter(|value| !value.is_empty()).collect();
    let is_number = values.first().is_some_and(|value| !value.starts_with('"'));
    let written = difference.values.iter().map(|value| if is_number { value.clone() } else { format!("{value:?}") });
    for value in written {
        match difference.change {
            DriftChange::New if !values.contains(&value) => values.push(value),
            DriftChange::New => {}
            _ => values.retain(|known| *known != value),
        }
    }
    format!("[{}]", values.join(", "))
}

/// A line with another value after a key, up to a character.
fn with(line: &str, key: &str, until: char, value: &str) -> Option<String> {
    let start = line.find(key)? + key.len();
    let end = start + line.get(start..)?.find(until)?;
    Some(format!("{}{value}{}", line.get(..start)?, line.get(end..)?))
}
