//! `heylint suppress`: writes an entry for an accepted finding to heylint.toml.

use std::path::{Path, PathBuf};

use clap::Args;
use heylint::config::{self, FILE_NAME, Selector};
use heylint::extract;
use heylint::fix;
use heylint::request::json::{self, Value};
use heylint::request::record::{self, Block, RecordLayout, RecordReader};
use heylint::source::clean;
use heylint::suggest;
use heylint::text::Date;
use heylint::text::bounds;
use heylint::text::words;
use heylint::walk;

use super::clock::{self, ClockArgs};
use super::{CLEAN, Failure, input, note};

#[derive(Debug, Args)]
pub struct Suppress {
    /// The file, with `#/pointer` for one value in it, such as `drafts/a.json#/script` or `jobs.jsonl[3]#/script`
    #[arg(value_name = "FILE#POINTER")]
    at: String,
    /// The rules to suppress: a rule, a subject, or `all`
    #[arg(value_name = "RULE", required = true, value_parser = Selector::parse)]
    rules: Vec<config::Parsed>,
    /// Why the finding is accepted
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// The last day on which the suppression applies, such as 2027-01-31
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    #[command(flatten)]
    clock: ClockArgs,
}

fn reason(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("say why the finding is accepted") } else { Ok(text.to_owned()) }
}

fn date(text: &str) -> Result<Date, &'static str> {
    Date::parse(text).ok_or("expected a date such as 2027-01-31")
}

impl Suppress {
    pub fn run(&self) -> Result<u8, Failure> {
        let today = Date::of(self.clock.now.unwrap_or_else(clock::now));
        if let Some(over) = self.until.filter(|until| *until < today) {
            let message = format!("--until {over} is over; nothing was written");
            return Err(Failure::with_help(message, format!("today is {today}; give it or a later day")));
        }
        let current = std::env::current_dir().map_err(|error| Failure::new(format!("the current folder: {error}")))?;
        // The name of a file may contain anything except the `#` that ends it.
        let end = self.at.find('#').unwrap_or(self.at.len());
        let (named, rest) = self.at.split_at(end);
        let (named, record) = match named.strip_suffix(']').and_then(|head| head.rsplit_once('[')) {
            Some((file, record)) if record.bytes().all(|byte| byte.is_ascii_digit()) && !record.is_empty() => {
                (file, format!("[{record}]"))
            }
            _ => (named, String::new()),
        };
        let file = config::normal(&current.join(named));
        if !file.is_file() {
            return Err(Failure::new(format!("{}: no such file", clean(named))));
        }
        let pointer = rest.strip_prefix('#').unwrap_or_default();
        if let Some(MissingPlace { what, nearest }) = missing(&file, &record, pointer) {
            let message = format!("{} has no {}; nothing was written", clean(named), clean(&what));
            let nearest = nearest.map(|nearest| format!("the nearest is {}", clean(&format!("{named}{nearest}"))));
            return Err(nearest.map_or_else(|| Failure::new(&*message), |help| Failure::with_help(&*message, help)));
        }
        let path = configuration_of(&file, &current);
        if path.is_symlink() {
            let message = format!("{} is a symbolic link; nothing was written", clean(&path.to_string_lossy()));
            return Err(Failure::with_help(message, "write the entry where it leads to"));
        }
        let root = path.parent().unwrap_or(&current).to_owned();
        let below = file.strip_prefix(&root).ok().and_then(Path::to_str);
        let below = below.ok_or_else(|| Failure::new(format!("{} is not below {}", clean(named), root.display())))?;
        let before = match input::read_text(&path, bounds::CONFIG_BYTES) {
            Ok(text) => text,
            Err(_) if path.symlink_metadata().is_err() => String::new(),
            Err(message) => return Err(Failure::new(format!("{}: {message}", clean(&path.to_string_lossy())))),
        };
        let at = format!("{}{record}{rest}", below.replace('\\', "/"));
        let rules: Vec<String> =
            self.rules.iter().map(|parsed| heylint::text::toml_string(&parsed.selector.to_string())).collect();
        let mut entry = format!(
            "[[suppress]]\nat = {}\nrules = [{}]\nreason = {}\n",
            heylint::text::toml_string(&at),
            rules.join(", "),
            heylint::text::toml_string(&self.reason)
        );
        if let Some(until) = self.until {
            entry.push_str(&format!("until = {}\n", heylint::text::toml_string(&until.to_string())));
        }
        let blank = match before.as_str() {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let after = format!("{before}{blank}{entry}");
        config::parse(&after, FILE_NAME, &root).map_err(Failure::Config)?;
        fix::write_file(&path, |out| out.write_all(after.as_bytes()))
            .map_err(|error| Failure::new(format!("{}: {}", clean(&path.to_string_lossy()), words::reason(&error))))?;
        note(&format!("{} now contains the entry for {}", clean(&path.to_string_lossy()), clean(&at)));
        Ok(CLEAN)
    }
}

/// A place that a file does not have.
struct MissingPlace {
    /// `/scirpt`, `record 7`.
    what: String,
    /// The nearest place that it has, as an argument of the command.
    nearest: Option<String>,
}

/// The most pointers of a record to compare with the given one.
const MOST_POINTERS: usize = 10_000;

/// Whether a JSON file lacks a place. None for other files: only a check knows where their findings are.
fn missing(file: &Path, record: &str, pointer: &str) -> Option<MissingPlace> {
    let extension = file.extension()?.to_str()?;
    let is_json = extension.eq_ignore_ascii_case("json") || record::is_lines_extension(extension);
    let is_pattern = pointer.split('/').any(|part| part == "*");
    if !is_json || is_pattern || (record.is_empty() && !pointer.starts_with('/')) {
        return None;
    }
    let wanted: Option<u32> = record.trim_matches(['[', ']']).parse().ok();
    let mut search = PlaceSearch { wanted, pointer, records: 0, nearest: None, is_there: false };
    let (file, metadata) = walk::open(file).ok()?;
    let mut reader = RecordReader::open(file, extension, Some(metadata.len())).ok()?;
    if reader.layout() == RecordLayout::Document {
        let whole = reader.whole().ok()?;
        let document = json::parse(&whole.text);
        // A truncated text is not known completely, nor is one that contains requests of another form.
        if !document.is_whole() || extract::may_hold(whole.text.as_bytes()) && !extract::within(&document).is_empty() {
            return None;
        }
        record::records(&document).for_each(|(index, root)| search.look(index, root));
    } else {
        let mut block = Block::default();
        loop {
            block = reader.block(block).ok()?;
            if block.is_empty() {
                break;
            }
            for record in (0..block.len()).filter_map(|at| block.get(at)) {
                let document = json::parse(record.text);
                document.root().into_iter().for_each(|root| search.look(Some(record.index), root));
            }
        }
    }
    search.missing()
}

/// Searches for a place in one record after the other.
struct PlaceSearch<'a> {
    /// The record; if none, any record.
    wanted: Option<u32>,
    pointer: &'a str,
    records: u32,
    nearest: Option<String>,
    is_there: bool,
}

impl PlaceSearch<'_> {
    fn look(&mut self, index: Option<u32>, root: Value<'_>) {
        self.records += 1;
        if self.is_there || self.wanted.is_some_and(|wanted| index != Some(wanted)) {
            return;
        }
        self.is_there = root.at_pointer(self.pointer).is_some() || is_in_string(root, self.pointer);
        if self.nearest.is_none() && !self.is_there {
            let record = self.wanted.map(|record| format!("[{record}]")).unwrap_or_default();
            self.nearest = Some(format!("{record}#{}", nearest(root, self.pointer)));
        }
    }

    fn missing(self) -> Option<MissingPlace> {
        let Self { wanted, pointer, records, nearest, is_there } = self;
        match (is_there, wanted) {
            (true, _) => None,
            (false, Some(wanted)) if nearest.is_none() => {
                let last = records.checked_sub(1).filter(|_| records > 1);
                Some(MissingPlace {
                    what: format!("record {wanted}"),
                    nearest: last.map(|last| format!("[{last}]#{pointer}")),
                })
            }
            (false, _) => Some(MissingPlace { what: format!("value at {pointer}"), nearest }),
        }
    }
}

/// Whether a pointer leads into a string, which may contain a body.
fn is_in_string(root: Value<'_>, pointer: &str) -> bool {
    let above = |end| root.at_pointer(pointer.get(..end)?);
    let is_body = |value: Value<'_>| value.as_str().is_some_and(|text| text.trim_start().starts_with(['{', '[']));
    pointer.match_indices('/').any(|(end, _)| above(end).is_some_and(is_body))
}

/// The pointer nearest to one that leads nowhere: a similar one, one with the same end, or the part of it that exists.
fn nearest(root: Value<'_>, pointer: &str) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        open.extend(value.children());
        known.push(value.pointer_from(root));
        if known.len() + open.len() > MOST_POINTERS {
            break;
        }
    }
    known.sort();
    if let Some(near) = suggest::nearest(pointer, known.iter().map(String::as_str).filter(|known| !known.is_empty())) {
        return near.to_owned();
    }
    let last = pointer.rsplit('/').next().unwrap_or_default();
    if let Some(near) = known.iter().find(|known| known.rsplit('/').next() == Some(last)) {
        return near.clone();
    }
    let ends = pointer.rmatch_indices('/').map(|(end, _)| pointer.get(..end).unwrap_or_default());
    ends.into_iter().find(|above| root.at_pointer(above).is_some()).unwrap_or_default().to_owned()
}

/// The nearest configuration of a file. If there is none, the path for one: beside `.git`, or else in the current
/// folder.
fn configuration_of(file: &Path, current: &Path) -> PathBuf {
    for above in file.ancestors().skip(1) {
        let path = above.join(FILE_NAME);
        if path.symlink_metadata().is_ok() || above.join(".git").symlink_metadata().is_ok() {
            return path;
        }
    }
    let beside = if file.starts_with(current) { current } else { file.parent().unwrap_or(current) };
    beside.join(FILE_NAME)
}
