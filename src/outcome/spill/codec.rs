//! Encodes a finding as bytes and decodes it, within one run of the program.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::remedy::{at_once, pack_remedy, unpack_remedy};
use crate::finding::{Edit, Excerpt, Finding, Fingerprint, Fix, Location, Observed, Origin, Related, Rename};
use crate::limits::Limit;
use crate::remedy::Remedy;
use crate::rule::{Rule, Severity};
use crate::text::{Position, Span};

/// Data shared by many findings, stored once.
#[derive(Debug, Default)]
pub(super) struct SharedTables {
    rules: Vec<&'static Rule>,
    limits: Vec<Limit>,
    codes: Vec<&'static str>,
    files: Vec<Arc<str>>,
    /// The last remedy written: findings of one file follow each other and share a remedy.
    last: LastRemedy,
}

/// The remedy of the finding before.
pub(super) type LastRemedy = Option<Arc<Remedy>>;

/// Files stored once; the names of others are stored with their findings.
const MOST_FILES: usize = 64;

#[derive(Serialize, Deserialize)]
enum File<'a> {
    Shared(u32),
    Own(&'a str),
}

#[derive(Serialize, Deserialize)]
enum PackedValue<'a> {
    Integer(u64),
    Number(f64),
    Text(&'a str),
}

#[derive(Serialize, Deserialize)]
struct PackedLocation<'a> {
    #[serde(borrow)]
    file: File<'a>,
    record: Option<u32>,
    pointer: Option<&'a str>,
    span: Option<(usize, usize)>,
    start: Option<(u32, u32, usize)>,
    end: Option<(u32, u32, usize)>,
}

#[derive(Serialize, Deserialize)]
struct PackedFix<'a> {
    title: &'a str,
    safe: bool,
    #[serde(borrow)]
    edits: Vec<(File<'a>, (usize, usize), &'a str)>,
    rename: Option<(&'a str, &'a str)>,
}

#[derive(Serialize, Deserialize)]
enum RemedySlot<'a> {
    None,
    /// The remedy of the last finding that has one.
    Same,
    Own(#[serde(borrow, serialize_with = "at_once")] Cow<'a, [u8]>),
}

#[derive(Serialize, Deserialize)]
struct Cut<'a> {
    text: &'a str,
    line: u32,
    span: (usize, usize),
    skipped: u32,
    cut: bool,
}

#[derive(Serialize, Deserialize)]
struct PackedFinding<'a> {
    rule: u32,
    severity: u8,
    message: &'a str,
    #[serde(borrow)]
    place: PackedLocation<'a>,
    label: Option<&'a str>,
    #[serde(borrow)]
    observed: Option<PackedValue<'a>>,
    limit: Option<u32>,
    profile: Option<u32>,
    prevents: Option<u32>,
    help: Option<&'a str>,
    #[serde(borrow)]
    related: Vec<(&'a str, PackedLocation<'a>)>,
    #[serde(borrow)]
    fix: Option<PackedFix<'a>>,
    #[serde(borrow)]
    remedy: RemedySlot<'a>,
    #[serde(borrow)]
    excerpt: Option<Cut<'a>>,
    /// The form, and the place in it.
    source: Option<(u32, &'a str)>,
    about: Option<&'a str>,
    context: u64,
    fingerprint: u128,
    fails: bool,
    ending: Option<u64>,
    record: Option<&'a str>,
}

/// What is spilled together with a finding.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attached<'a> {
    /// Identifies an end of its message that is only known once all findings are; see
    /// [`SpillWriter::finish`](super::SpillWriter::finish).
    pub ending: Option<u64>,
    /// The record of the report from which it was read.
    pub record: Option<&'a str>,
}

/// The index of an item in a short table; adds a new one.
fn index<T>(table: &mut Vec<T>, same: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> u32 {
    let at = table.iter().position(same).unwrap_or_else(|| {
        table.push(new());
        table.len() - 1
    });
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl SharedTables {
    fn file<'a>(&mut self, file: &'a Arc<str>) -> File<'a> {
        // Most often it is the last one again.
        match self.files.iter().rposition(|known| Arc::ptr_eq(known, file) || known == file) {
            Some(at) => File::Shared(at as u32),
            None if self.files.len() < MOST_FILES => {
                self.files.push(Arc::clone(file));
                File::Shared(self.files.len() as u32 - 1)
            }
            None => File::Own(file),
        }
    }

    fn remedy(&mut self, remedy: Option<&Arc<Remedy>>) -> Result<RemedySlot<'static>, String> {
        let Some(remedy) = remedy else { return Ok(RemedySlot::None) };
        if self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, remedy)) {
            return Ok(RemedySlot::Same);
        }
        self.last = Some(Arc::clone(remedy));
        pack_remedy(remedy)
            .map(|bytes| RemedySlot::Own(bytes.into()))
            .ok_or_else(|| format!("no remedy of {} can be kept", remedy.input))
    }

    fn place<'a>(&mut self, location: &'a Location) -> PackedLocation<'a> {
        let position = |position: Position| (position.line, position.column, position.offset);
        let Location { file, record, pointer, span, start, end } = location;
        PackedLocation {
            file: self.file(file),
            record: *record,
            pointer: pointer.as_deref(),
            span: span.map(|span| (span.start, span.end)),
            start: start.map(position),
            end: end.map(position),
        }
    }

    /// Appends a finding to the bytes.
    pub fn write(&mut self, finding: &Finding, attached: Attached<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        // Name every field, so that a new one cannot be forgotten.
        let Finding {
            rule,
            severity,
            message,
            location,
            label,
            observed,
            limit,
            profile,
            prevents,
            help,
            related,
            fix,
            remedy,
            excerpt,
            source,
            about,
            context,
            fingerprint,
            fails,
        } = finding;
        let packed = PackedFinding {
            rule: index(&mut self.rules, |known| known.id == rule.id, || rule),
            severity: *severity as u8,
            message,
            place: self.place(location),
            label: label.as_deref(),
            observed: observed.as_ref().map(|observed| match observed {
                Observed::Integer(number) => PackedValue::Integer(*number),
                Observed::Number(number) => PackedValue::Number(*number),
                Observed::Text(text) => PackedValue::Text(text),
            }),
            limit: limit.as_ref().map(|limit| index(&mut self.limits, |known| known == limit, || limit.clone())),
            profile: profile.map(|name| index(&mut self.codes, |known| *known == name, || name)),
            prevents: prevents.map(|code| index(&mut self.codes, |known| *known == code, || code)),
            help: help.as_deref(),
            related: related
                .iter()
                .map(|Related { message, location }| (message.as_str(), self.place(location)))
                .collect(),
            fix: fix.as_ref().map(|Fix { title, safe, edits, rename }| PackedFix {
                title,
                safe: *safe,
                edits: edits
                    .iter()
                    .map(|Edit { file, span, text }| (self.file(file), (span.start, span.end), text.as_str()))
                    .collect(),
                rename: rename.as_ref().map(|Rename { from, to }| (&**from, &**to)),
            }),
            remedy: self.remedy(remedy.as_ref())?,
            excerpt: excerpt.as_ref().map(|Excerpt { text, line, span, skipped, cut }| Cut {
                text,
                line: *line,
                span: (span.start, span.end),
                skipped: *skipped,
                cut: *cut,
            }),
            source: source.as_ref().map(|source| {
                (index(&mut self.codes, |known| *known == source.form, || source.form), source.place.as_str())
            }),
            about: about.as_deref(),
            context: *context,
            fingerprint: fingerprint.to_bits(),
            fails: *fails,
            ending: attached.ending,
            record: attached.record,
        };
        let before = std::mem::take(out);
        *out = postcard::to_extend(&packed, before).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn file_of(&self, file: &File<'_>) -> Option<Arc<str>> {
        match file {
            File::Shared(at) => self.files.get(*at as usize).cloned(),
            File::Own(name) => Some((*name).into()),
        }
    }

    fn location(&self, place: &PackedLocation<'_>) -> Option<Location> {
        let position = |(line, column, offset)| Position { line, column, offset };
        Some(Location {
            file: self.file_of(&place.file)?,
            record: place.record,
            pointer: place.pointer.map(str::to_owned),
            span: place.span.map(|(start, end)| Span::new(start, end)),
            start: place.start.map(position),
            end: place.end.map(position),
        })
    }

    /// Decodes the first finding of the bytes; returns it with what is attached to it and the number of remaining bytes.
    /// `last` is none before the first finding of a run, and belongs to this method afterwards.
    pub fn read<'b>(&self, bytes: &'b [u8], last: &mut LastRemedy) -> Option<(Finding, Attached<'b>, usize)> {
        let (packed, rest) = postcard::take_from_bytes::<PackedFinding<'b>>(bytes).ok()?;
        let attached = Attached { ending: packed.ending, record: packed.record };
        let mut finding = Finding::new(self.rules.get(packed.rule as usize)?, packed.message);
        let severities = [Severity::Hint, Severity::Warning, Severity::Error];
        finding.severity = severities.into_iter().find(|severity| *severity as u8 == packed.severity)?;
        finding.location = self.location(&packed.place)?;
        finding.label = packed.label.map(str::to_owned);
        finding.observed = packed.observed.map(|seen| match seen {
            PackedValue::Integer(number) => Observed::Integer(number),
            PackedValue::Number(number) => Observed::Number(number),
            PackedValue::Text(text) => Observed::Text(text.to_owned()),
        });
        finding.limit = match packed.limit {
            Some(at) => Some(self.limits.get(at as usize)?.clone()),
            None => None,
        };
        let code = |at: Option<u32>| match at {
            Some(at) => self.codes.get(at as usize).map(|code| Some(*code)),
            None => Some(None),
        };
        finding.profile = code(packed.profile)?;
        finding.prevents = code(packed.prevents)?;
        finding.help = packed.help.map(str::to_owned);
        let related = |(message, place): &(&str, PackedLocation<'_>)| {
            Some(Related { message: (*message).to_owned(), location: self.location(place)? })
        };
        finding.related = packed.related.iter().map(related).collect::<Option<_>>()?;
        if let Some(PackedFix { title, safe, edits, rename }) = packed.fix {
            let edit = |(file, (start, end), text): &(File<'_>, (usize, usize), &str)| {
                Some(Edit { file: self.file_of(file)?, span: Span::new(*start, *end), text: (*text).to_owned() })
            };
            let edits = edits.iter().map(edit).collect::<Option<_>>()?;
            let rename = rename.map(|(from, to)| Rename { from: from.into(), to: to.into() });
            finding.fix = Some(Fix { title: title.to_owned(), safe, edits, rename });
        }
        finding.remedy = match packed.remedy {
            RemedySlot::None => None,
            RemedySlot::Same => Some(last.clone()?),
            RemedySlot::Own(bytes) => last.insert(Arc::new(unpack_remedy(&bytes)?)).clone().into(),
        };
        finding.excerpt = packed.excerpt.map(|Cut { text, line, span: (start, end), skipped, cut }| Excerpt {
            text: text.to_owned(),
            line,
            span: Span::new(start, end),
            skipped,
            cut,
        });
        finding.source = match packed.source {
            Some((form, place)) => {
                Some(Arc::new(Origin { form: self.codes.get(form as usize)?, place: place.to_owned() }))
            }
            None => None,
        };
        finding.about = packed.about.map(str::to_owned);
        finding.context = packed.context;
        finding.fingerprint = Fingerprint::from_bits(packed.fingerprint);
        finding.fails = packed.fails;
        Some((finding, attached, rest.len()))
    }
}
