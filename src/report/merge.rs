//! Merges several JSON reports into one.
//!
//! Diagnostics and files are copied unchanged; duplicates are dropped. The order and the sums are those of one run over
//! everything. A JSON report has no excerpts, so the merged report shows places only.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;

use serde_json::{Map, Value};

use super::escape::json;
use super::json::JsonReport;
use crate::config::FailOn;
use crate::finding::{Edit, Finding, Fix, Location, Observed, Related, Rename, order};
use crate::limits::{self, Basis, Limit};
use crate::outcome::verdict::Faulty;
use crate::outcome::{CheckedFile, FileKind, Outdated, Resembling, RunReport, Summary};
use crate::profile::{self, Profile};
use crate::rule::{self, Severity};
use crate::text::{Position, Span};

/// The reports read so far.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// The other keys of the first report.
    head: Map<String, Value>,
    diagnostics: Vec<Value>,
    files: BTreeMap<String, Value>,
    summary: BTreeMap<String, u64>,
    resembling: BTreeSet<Resembling>,
    outdated: BTreeMap<String, Outdated>,
    seen: HashSet<String>,
}

/// Counts that are added up. The others are counted from diagnostics and files.
const ADDED: [&str; 7] = ["requests", "uploads", "suppressed", "baselined", "unchecked", "fixed", "stale"];

impl Merged {
    /// Adds the text of a JSON report.
    ///
    /// # Errors
    ///
    /// A sentence that says why it is not a report, or why it cannot be merged with the others.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
        let Value::Object(mut report) = value else { return Err("is not a report: it is not an object".to_owned()) };
        match report.get("version").and_then(Value::as_u64) {
            Some(1) => {}
            Some(other) => return Err(format!("is a report of version {other}, but this heylint supports version 1")),
            None => return Err("is not a report: it has no version".to_owned()),
        }
        let mut take = |key: &str| match report.shift_remove(key) {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(format!("is not a report: it has no {key}")),
        };
        let (diagnostics, files) = (take("diagnostics")?, take("files")?);
        let summary = report.shift_remove("summary").ok_or("is not a report: it has no summary")?;
        let profile = |head: &Map<String, Value>| (head.get("profile").cloned(), head.get("profiles").cloned());
        if self.head.is_empty() {
            self.head = report;
        } else if profile(&self.head) != profile(&report) {
            return Err("was made with another profile than the reports before it".to_owned());
        }
        for diagnostic in diagnostics {
            let fingerprint = diagnostic.get("fingerprint").and_then(Value::as_str).unwrap_or_default().to_owned();
            finding(&diagnostic).ok_or("has a diagnostic that this version of heylint does not know")?;
            if self.seen.insert(fingerprint) {
                self.diagnostics.push(diagnostic);
            }
        }
        for file in files {
            let path = file.get("path").and_then(Value::as_str).ok_or("has a file without a path")?.to_owned();
            self.files.entry(path).or_insert(file);
        }
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
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
        for key in ADDED {
            let count = summary.get(key).and_then(Value::as_u64).unwrap_or(0);
            let sum = self.summary.entry(key.to_owned()).or_default();
            *sum = sum.saturating_add(count);
        }
        Ok(())
    }

    /// Decides again which findings fail, overriding what the runs decided.
    pub fn judge(&mut self, fail_on: FailOn) {
        for diagnostic in &mut self.diagnostics {
            let severity = diagnostic.get("severity").and_then(Value::as_str).and_then(Severity::from_name);
            if let (Some(severity), Some(fails)) = (severity, diagnostic.get_mut("fails")) {
                *fails = fail_on.fails(severity).into();
            }
        }
    }

    /// The report with its findings, for every format that is not JSON.
    #[must_use]
    pub fn report(&self) -> RunReport {
        let mut findings: Vec<Finding> = self.diagnostics.iter().filter_map(finding).collect();
        findings.sort_by(order);
        let files: Vec<CheckedFile> = self.files.values().map(file).collect();
        let sum = |key: &str| self.summary.get(key).copied().unwrap_or(0);
        let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as u64;
        let fixes = || findings.iter().filter_map(|finding| finding.fix.as_ref());
        let fixable = |safely| fixes().filter(|fix| fix.safe == safely).count() as u64;
        let media = || files.iter().filter(|file| file.kind == FileKind::Media);
        let summary = Summary {
            files: files.len() as u64,
            media: media().count() as u64,
            media_bytes: media().fold(0, |sum: u64, file| sum.saturating_add(file.size_bytes)),
            requests: sum("requests"),
            ready: self.ready(&findings, &files),
            uploads: sum("uploads"),
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            hints: of(Severity::Hint),
            suppressed: sum("suppressed"),
            baselined: sum("baselined"),
            unchecked: sum("unchecked"),
            fixable: fixable(true),
            fixable_unsafely: fixable(false),
            fixed: sum("fixed"),
            stale: sum("stale"),
            unclaimed: sum("unclaimed"),
            resembling: self.resembling.len() as u64,
        };
        let resembling = self.resembling.iter().cloned().collect();
        let profiles = self.profiles();
        let outdated = self.outdated.values().cloned().collect();
        RunReport { findings, files, summary, profiles, resembling, outdated, ..RunReport::default() }
    }

    /// The requests that no finding fails; none if a baseline has hidden some findings.
    fn ready(&self, findings: &[Finding], files: &[CheckedFile]) -> Option<u64> {
        let hidden = self.summary.get("baselined").copied().unwrap_or(0) > 0;
        let mut faulty = Faulty::default();
        findings.iter().for_each(|finding| faulty.note(finding));
        let ready = files.iter().map(|file| faulty.ready(file)).sum();
        (!hidden).then_some(ready)
    }

    /// Writes the report as one JSON document, with unchanged records.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let (report, files): (_, Vec<&Value>) = (self.report(), self.files.values().collect());
        JsonReport { head: &self.head, counts: (&report).into(), diagnostics: self.sorted(), files }.write(out)
    }

    /// Writes the report as JSON Lines, with unchanged records.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn write_jsonl(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let mut line = |kind: &str, record: &Value| {
            let mut members = Map::new();
            members.insert("type".to_owned(), kind.into());
            if let Value::Object(record) = record {
                members.extend(record.clone());
            }
            json(out, &members)?;
            out.write_all(b"\n")
        };
        line("header", &Value::Object(self.head.clone()))?;
        self.sorted().into_iter().try_for_each(|diagnostic| line("diagnostic", diagnostic))?;
        self.files.values().try_for_each(|file| line("file", file))?;
        let report = self.report();
        let counts = super::record::Counts::from(&report);
        line("summary", &serde_json::to_value(counts).unwrap_or_default())
    }

    /// The profiles of the first report that this version knows.
    fn profiles(&self) -> Vec<&'static Profile> {
        let one = self.head.get("profile").into_iter();
        let several = self.head.get("profiles").and_then(Value::as_array);
        let named = several.map_or_else(|| one.collect(), |several| several.iter().collect::<Vec<_>>());
        named.into_iter().filter_map(|record| profile::find(record.get("name")?.as_str()?)).collect()
    }

    fn sorted(&self) -> Vec<&Value> {
        let mut sorted: Vec<(Finding, &Value)> =
            self.diagnostics.iter().filter_map(|value| Some((finding(value)?, value))).collect();
        sorted.sort_by(|(one, _), (other, _)| order(one, other));
        sorted.into_iter().map(|(_, value)| value).collect()
    }
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
