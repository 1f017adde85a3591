//! Merges several JSON reports into one.
//!
//! Diagnostics and files are copied unchanged; duplicates are dropped. The order and the sums are those of one run over
//! everything. A JSON report has no excerpts, so the merged report shows places only.
//!
//! A report is read as a stream. Only the fingerprint of a diagnostic stays in memory, and of a file only what the
//! summary needs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Read};
use std::sync::Arc;

use foldhash::fast::RandomState;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::escape::json;
use super::json::JsonReport;
use crate::config::FailOn;
use crate::finding::{Edit, Finding, Fix, Location, Observed, Related, Rename};
use crate::limits::{self, Basis, Limit};
use crate::outcome::parts::{self, Part, PartsError};
use crate::outcome::spill::{SortedRuns, Spill, SpilledText};
use crate::outcome::verdict::Faulty;
use crate::outcome::{CheckedFile, FileKind, Outdated, Resembling, RunReport, Summary};
use crate::profile::{self, Profile};
use crate::rule::{self, Severity};
use crate::text::{Position, Span};

/// The two lists of a report.
const DIAGNOSTICS: &str = "diagnostics";
const FILES: &str = "files";

/// The reports read so far.
#[derive(Debug, Default)]
pub struct Merging {
    /// Decides again which findings fail, overriding what the runs decided.
    fail_on: Option<FailOn>,
    /// The records themselves are written again.
    keeps_records: bool,
    /// The other keys of the first report.
    head: Map<String, Value>,
    findings: SortedRuns,
    spill: Arc<Spill>,
    files: BTreeMap<String, (CheckedFile, Option<SpilledText>)>,
    summary: Summary,
    failing: u64,
    faulty: Faulty,
    resembling: BTreeSet<Resembling>,
    outdated: BTreeMap<String, Outdated>,
    /// Both halves of each fingerprint in one.
    seen: HashSet<u64, RandomState>,
}

/// All reports together.
#[derive(Debug)]
pub struct Merged {
    pub report: RunReport,
    /// The findings that fail the run.
    pub failing: u64,
    head: Map<String, Value>,
    spill: Arc<Spill>,
    /// The records of the files, in the order of the report.
    files: Vec<SpilledText>,
}

impl Merging {
    /// `keeps_records`: the merged report is written as JSON.
    #[must_use]
    pub fn new(fail_on: Option<FailOn>, keeps_records: bool) -> Self {
        Self { fail_on, keeps_records, ..Self::default() }
    }

    /// Adds a JSON report.
    ///
    /// # Errors
    ///
    /// A sentence that says why it is not a report, or why it cannot be merged with the others.
    pub fn add(&mut self, source: impl Read) -> Result<(), String> {
        let mut head = Map::new();
        let (mut has_diagnostics, mut has_files, mut summary) = (false, false, None);
        let read = parts::read(source, &[DIAGNOSTICS, FILES], &mut |part| {
            match part {
                Part::Member(key, value) if key == "summary" => summary = Some(value),
                Part::Member(key, value) => {
                    if key == "version" {
                        known_version(&value)?;
                    }
                    head.insert(key, value);
                }
                Part::List(DIAGNOSTICS) => has_diagnostics = true,
                Part::List(_) => has_files = true,
                Part::Record(DIAGNOSTICS, value) => self.diagnostic(&value)?,
                Part::Record(_, value) => self.file(&value)?,
            }
            Ok(())
        });
        read.map_err(|error| match error {
            PartsError::Refused(why) => why,
            PartsError::Json(error) if error.is_io() => error.to_string(),
            PartsError::Json(error) if error.is_data() => format!("is not a report: {error}"),
            PartsError::Json(error) => format!("is not JSON: {error}"),
        })?;
        if !head.contains_key("version") {
            return Err("is not a report: it has no version".to_owned());
        }
        for (is_there, key) in [(has_diagnostics, DIAGNOSTICS), (has_files, FILES), (summary.is_some(), "summary")] {
            if !is_there {
                return Err(format!("is not a report: it has no {key}"));
            }
        }
        self.counts(&summary.unwrap_or_default());
        let profile = |head: &Map<String, Value>| (head.get("profile").cloned(), head.get("profiles").cloned());
        if self.head.is_empty() {
            self.head = head;
        } else if profile(&self.head) != profile(&head) {
            return Err("was made with another profile than the reports before it".to_owned());
        }
        Ok(())
    }

    fn diagnostic(&mut self, value: &Value) -> Result<(), String> {
        let mut finding = finding(value).ok_or("has a diagnostic that this version of heylint does not know")?;
        let bits = finding.fingerprint.to_bits();
        if !self.seen.insert((bits >> 64) as u64 ^ bits as u64) {
            return Ok(());
        }
        let mut value = Cow::Borrowed(value);
        if let Some(fail_on) = self.fail_on {
            finding.fails = fail_on.fails(finding.severity);
            if let Some(fails) = value.to_mut().get_mut("fails") {
                *fails = finding.fails.into();
            }
        }
        self.failing += u64::from(finding.fails);
        self.faulty.note(&finding);
        let summary = &mut self.summary;
        *match finding.severity {
            Severity::Error => &mut summary.errors,
            Severity::Warning => &mut summary.warnings,
            Severity::Hint => &mut summary.hints,
        } += 1;
        if let Some(fix) = &finding.fix {
            *if fix.safe { &mut summary.fixable } else { &mut summary.fixable_unsafely } += 1;
        }
        let record = if self.keeps_records { Some(record(&value)?) } else { None };
        self.findings.push(finding, record);
        Ok(())
    }

    fn file(&mut self, value: &Value) -> Result<(), String> {
        let path = text(value, "path").ok_or("has a file without a path")?;
        if self.files.contains_key(&path) {
            return Ok(());
        }
        let kept = match self.keeps_records {
            true => Some(self.spill.store(&[record(value)?.as_bytes()]).map_err(|error| error.to_string())?),
            false => None,
        };
        self.files.insert(path, (file(value), kept));
        Ok(())
    }

    /// Adds up what cannot be counted from diagnostics and files.
    fn counts(&mut self, summary: &Value) {
        let text = |value: &Value, key: &str| text(value, key).unwrap_or_default();
        let resembling = summary.get("resembling").and_then(Value::as_array).into_iter().flatten();
        self.resembling
            .extend(resembling.map(|file| Resembling { path: text(file, "path"), endpoint: text(file, "endpoint") }));
        for old in summary.get("outdated").and_then(Value::as_array).into_iter().flatten() {
            let days = old.get("days").and_then(Value::as_u64).unwrap_or(0);
            let old = Outdated { profile: text(old, "profile"), as_of: text(old, "as_of"), days };
            // Shards may have run on different days.
            self.outdated
                .entry(old.profile.clone())
                .and_modify(|known| known.days = known.days.max(days))
                .or_insert(old);
        }
        let sums = &mut self.summary;
        for (key, sum) in [
            ("requests", &mut sums.requests),
            ("uploads", &mut sums.uploads),
            ("suppressed", &mut sums.suppressed),
            ("baselined", &mut sums.baselined),
            ("unchecked", &mut sums.unchecked),
            ("fixed", &mut sums.fixed),
            ("stale", &mut sums.stale),
            ("unclaimed", &mut sums.unclaimed),
            ("open", &mut sums.open),
        ] {
            *sum = sum.saturating_add(summary.get(key).and_then(Value::as_u64).unwrap_or(0));
        }
    }

    /// The merged report.
    #[must_use]
    pub fn finish(mut self) -> Merged {
        self.findings.spill();
        let (files, kept): (Vec<CheckedFile>, Vec<Option<SpilledText>>) = self.files.into_values().unzip();
        let mut summary = self.summary;
        for file in &files {
            summary.files += 1;
            if file.kind == FileKind::Media {
                summary.media += 1;
                summary.media_bytes = summary.media_bytes.saturating_add(file.size_bytes);
            }
        }
        summary.resembling = self.resembling.len() as u64;
        // A baseline has hidden some findings.
        let is_known = summary.baselined == 0;
        summary.ready = is_known.then(|| files.iter().map(|file| self.faulty.ready(file)).sum());
        let report = RunReport {
            files,
            summary,
            profiles: profiles(&self.head),
            resembling: self.resembling.into_iter().collect(),
            outdated: self.outdated.into_values().collect(),
            spilled: self.findings.runs,
            spilled_rules: self.findings.rules,
            ..RunReport::default()
        };
        let files = kept.into_iter().flatten().collect();
        Merged { report, failing: self.failing, head: self.head, spill: self.spill, files }
    }
}

impl Merged {
    /// Writes the report as one JSON document, with unchanged records.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let (diagnostics, files) = (SpilledDiagnostics(&self.report), SpilledFiles(self));
        JsonReport { head: &self.head, counts: (&self.report).into(), diagnostics, files }.write(out)
    }

    /// Writes the report as JSON Lines, with unchanged records.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn write_jsonl(&self, out: &mut dyn io::Write) -> io::Result<()> {
        line(out, "header", &record(&self.head).map_err(io::Error::other)?)?;
        self.report.each_record(&mut |_, record| line(out, "diagnostic", record.unwrap_or("{}")))?;
        self.each_file(|record| line(out, "file", record))?;
        let counts = super::record::Counts::from(&self.report);
        line(out, "summary", &record(&counts).map_err(io::Error::other)?)
    }

    fn each_file(&self, mut take: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        for file in &self.files {
            let record = self.spill.load(*file)?;
            take(std::str::from_utf8(&record).map_err(io::Error::other)?)?;
        }
        Ok(())
    }
}

/// The text of a record in a report.
fn record(value: &impl Serialize) -> Result<String, String> {
    let mut text = Vec::new();
    json(&mut text, value).map_err(|error| error.to_string())?;
    String::from_utf8(text).map_err(|error| error.to_string())
}

/// A record with its kind as the first key.
fn line(out: &mut dyn io::Write, kind: &str, record: &str) -> io::Result<()> {
    let members = record.strip_prefix('{').unwrap_or(record);
    let comma = if members.starts_with('}') { "" } else { "," };
    writeln!(out, "{{\"type\":\"{kind}\"{comma}{members}")
}

struct SpilledDiagnostics<'m>(&'m RunReport);

impl Serialize for SpilledDiagnostics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        in_sequence(serializer, |put| self.0.each_record(&mut |_, record| put(record.unwrap_or_default())))
    }
}

struct SpilledFiles<'m>(&'m Merged);

impl Serialize for SpilledFiles<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        in_sequence(serializer, |put| self.0.each_file(put))
    }
}

/// Serialises the texts of records as they are.
fn in_sequence<S: Serializer>(
    serializer: S,
    each: impl FnOnce(&mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()>,
) -> Result<S::Ok, S::Error> {
    let mut records = serializer.serialize_seq(None)?;
    each(&mut |record| {
        let record = RawValue::from_string(record.to_owned())?;
        records.serialize_element(&record).map_err(|error| io::Error::other(error.to_string()))
    })
    .map_err(S::Error::custom)?;
    records.end()
}

fn known_version(version: &Value) -> Result<(), String> {
    match version.as_u64() {
        Some(1) => Ok(()),
        Some(other) => Err(format!("is a report of version {other}, but this heylint supports version 1")),
        None => Err("is not a report: it has no version".to_owned()),
    }
}

/// The profiles of the first report that this version knows.
fn profiles(head: &Map<String, Value>) -> Vec<&'static Profile> {
    let one = head.get("profile").into_iter();
    let several = head.get("profiles").and_then(Value::as_array);
    let named = several.map_or_else(|| one.collect(), |several| several.iter().collect::<Vec<_>>());
    named.into_iter().filter_map(|record| profile::find(record.get("name")?.as_str()?)).collect()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn number(value: &Value, key: &str) -> Option<usize> {
    usize::try_from(value.get(key)?.as_u64()?).ok()
}

fn finding(value: &Value) -> Option<Finding> {
    let id = text(value, "rule")?;
    let rule = rule::find(&id).or_else(|| rule::find_alias(&id))?;
    let mut finding = Finding::new(rule, text(value, "message")?);
    finding.severity = Severity::from_name(value.get("severity")?.as_str()?)?;
    finding.location = location(value)?;
    finding.observed = value.get("observed").and_then(observed);
    let profile = text(value, "profile").as_deref().and_then(profile::find);
    finding.profile = profile.map(|profile| profile.name);
    finding.limit = value.get("limit").and_then(|value| limit(value, profile));
    finding.prevents = value.get("prevents").and_then(Value::as_str).and_then(code);
    finding.help = text(value, "help");
    let related = value.get("related").and_then(Value::as_array).into_iter().flatten();
    finding.related = related
        .map(|related| Some(Related { message: text(related, "message")?, location: location(related)? }))
        .collect::<Option<Vec<_>>>()?;
    finding.fix = value.get("fix").and_then(fix);
    finding.fingerprint = value.get("fingerprint")?.as_str()?.parse().ok()?;
    finding.fails = value.get("fails")?.as_bool()?;
    Some(finding)
}

fn location(value: &Value) -> Option<Location> {
    let position = |key: &str| {
        let place = value.get(key)?;
        let count = |key: &str| u32::try_from(place.get(key)?.as_u64()?).ok();
        Some(Position { line: count("line")?, column: count("column")?, offset: number(place, "offset")? })
    };
    let (start, end) = (position("start"), position("end"));
    let record = value.get("record").and_then(Value::as_u64).and_then(|record| u32::try_from(record).ok());
    let span = start.zip(end).map(|(start, end)| Span::new(start.offset, end.offset));
    Some(Location { file: text(value, "file")?.into(), record, pointer: text(value, "pointer"), span, start, end })
}

fn observed(value: &Value) -> Option<Observed> {
    match value {
        Value::String(text) => Some(Observed::Text(text.clone())),
        Value::Number(number) => number.as_u64().map(Observed::Integer).or(number.as_f64().map(Observed::Number)),
        _ => None,
    }
}

/// The limit of the profile, with the value from the report: a configuration may have changed it.
fn limit(value: &Value, profile: Option<&'static Profile>) -> Option<Limit> {
    let name = text(value, "name")?;
    let known = |profile: &&'static Profile| profile.limits.iter().find(|limit| limit.name == name);
    let mut limit = profile.iter().chain(profile::ALL).find_map(known)?.clone();
    if let (Some(figure), limits::LimitValue::Number(number)) =
        (value.get("value").and_then(Value::as_f64), &mut limit.value)
    {
        *number = figure;
    }
    let basis = text(value, "basis")?;
    let all = [Basis::Inferred, Basis::Observed, Basis::Documented, Basis::Configured];
    limit.basis = all.into_iter().find(|known| known.name() == basis)?;
    let source = text(value, "source").unwrap_or_default();
    (limit.source, limit.url) = match text(value, "document") {
        Some(document) => (Cow::Owned(document), Cow::Owned(source)),
        None => (Cow::Owned(source), Cow::Borrowed("")),
    };
    limit.seen = Cow::Owned(text(value, "seen").unwrap_or_default());
    limit.state = Cow::Owned(text(value, "state").unwrap_or_default());
    Some(limit)
}

/// Looks up an error code of the service among those in rules.
fn code(name: &str) -> Option<&'static str> {
    rule::ALL.iter().filter_map(|rule| rule.prevents).find(|code| *code == name)
}

fn fix(value: &Value) -> Option<Fix> {
    let edit = |value: &Value| {
        let span = Span::new(number(value, "start_offset")?, number(value, "end_offset")?);
        Some(Edit { file: text(value, "file")?.into(), span, text: text(value, "text")? })
    };
    let edits = value.get("edits")?.as_array()?.iter().map(edit).collect::<Option<Vec<_>>>()?;
    let rename = value.get("rename").filter(|rename| rename.is_object());
    let rename =
        rename.and_then(|rename| Some(Rename { from: text(rename, "from")?.into(), to: text(rename, "to")?.into() }));
    Some(Fix { title: text(value, "title")?, safe: value.get("safe")?.as_bool()?, edits, rename })
}

fn file(value: &Value) -> CheckedFile {
    let kinds = [FileKind::Media, FileKind::Request, FileKind::Manifest, FileKind::Other];
    let named = text(value, "kind").unwrap_or_default();
    CheckedFile {
        path: text(value, "path").unwrap_or_default(),
        kind: kinds.into_iter().find(|kind| kind.name() == named).unwrap_or(FileKind::Other),
        size_bytes: value.get("size_bytes").and_then(Value::as_u64).unwrap_or(0),
        compact: None,
        requests: value.get("requests").and_then(Value::as_u64).unwrap_or(0),
        broken: value.get("broken").and_then(Value::as_bool).unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::record::Diagnostic;

    #[test]
    fn findings_that_share_half_of_a_fingerprint_are_two() {
        let record = |digits: &str| {
            let mut finding = Finding::new(&rule::FILE_EMPTY, "empty").at(Location::file("a.png"));
            finding.fingerprint = format!("fp2:{digits}").parse().expect("a fingerprint");
            serde_json::to_string(&Diagnostic::from(&finding)).expect("a record")
        };
        let (one, other) = (record("00000000000000010000000000000007"), record("00000000000000020000000000000007"));
        let list = [&*one, &other, &one].join(",");
        let text = format!(r#"{{"version": 1, "summary": {{}}, "diagnostics": [{list}], "files": []}}"#);
        let mut merging = Merging::new(None, true);
        merging.add(text.as_bytes()).expect("a report");
        let merged = merging.finish();
        assert_eq!(merged.report.summary.errors, 2);
        let mut lines = Vec::new();
        merged.write_jsonl(&mut lines).expect("written");
        assert_eq!(String::from_utf8(lines).expect("text").matches("\"type\":\"diagnostic\"").count(), 2);
    }
}
