//! The records of the JSON report, version 1. Names and types of keys are a promise; see `schema/report-1.json`.

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::finding::{Edit, Finding, Fingerprint, Observed, Origin, Related};
use crate::limits::{Limit, LimitValue};
use crate::media::{Facts, Format};
use crate::outcome::{CheckedFile, Outdated, RunReport};
use crate::profile::{self, Profile};
use crate::remedy::{Remedy, Shell, Step};
use crate::rule::Severity;
use crate::text::Position;

#[derive(Serialize)]
pub(super) struct ReportHeader {
    version: u32,
    tool: Tool,
    profile: ProfileRecord,
    /// Only if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    profiles: Vec<ProfileRecord>,
    positions: Positions,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
pub(super) struct ProfileRecord {
    name: &'static str,
    as_of: &'static str,
}

impl From<&'static Profile> for ProfileRecord {
    fn from(profile: &'static Profile) -> Self {
        Self { name: profile.name, as_of: profile.as_of }
    }
}

/// Every profile of a run with several; empty for a single one.
pub(super) fn several(profiles: &[&'static Profile]) -> Vec<ProfileRecord> {
    if profiles.len() > 1 { profiles.iter().copied().map(ProfileRecord::from).collect() } else { Vec::new() }
}

#[derive(Serialize)]
struct Positions {
    line: &'static str,
    column: &'static str,
    offset: &'static str,
}

impl ReportHeader {
    pub(super) fn new(profiles: &[&'static Profile]) -> Self {
        let first = profiles.first().copied().unwrap_or(profile::default());
        Self {
            version: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            profile: first.into(),
            profiles: several(profiles),
            positions: Positions {
                line: "1-based",
                column: "1-based, Unicode scalar values",
                offset: "0-based bytes, half open",
            },
        }
    }
}

#[derive(Serialize)]
pub(super) struct Counts<'a> {
    files: u64,
    requests: u64,
    /// Null in a part of a run.
    ready: Option<u64>,
    uploads: u64,
    errors: u64,
    warnings: u64,
    hints: u64,
    suppressed: u64,
    baselined: u64,
    unchecked: u64,
    fixed: u64,
    fixable: u64,
    fixable_unsafely: u64,
    stale: u64,
    unclaimed: u64,
    open: u64,
    resembling: Vec<ResemblingRecord<'a>>,
    outdated: Vec<OutdatedRecord<'a>>,
}

/// A file that resembles a request and was not checked.
#[derive(Serialize)]
struct ResemblingRecord<'a> {
    path: &'a str,
    endpoint: &'a str,
}

/// A profile that is old.
#[derive(Serialize)]
struct OutdatedRecord<'a> {
    profile: &'a str,
    as_of: &'a str,
    days: u64,
}

impl<'a> From<&'a RunReport> for Counts<'a> {
    fn from(report: &'a RunReport) -> Self {
        let summary = &report.summary;
        let resembling =
            report.resembling.iter().map(|file| ResemblingRecord { path: &file.path, endpoint: &file.endpoint });
        let outdated = report.outdated.iter().map(|Outdated { profile, as_of, days }| OutdatedRecord {
            profile,
            as_of,
            days: *days,
        });
        Self {
            resembling: resembling.collect(),
            outdated: outdated.collect(),
            files: summary.files,
            requests: summary.requests,
            ready: summary.ready,
            uploads: summary.uploads,
            errors: summary.errors,
            warnings: summary.warnings,
            hints: summary.hints,
            suppressed: summary.suppressed,
            baselined: summary.baselined,
            unchecked: summary.unchecked,
            fixed: summary.fixed,
            fixable: summary.fixable,
            fixable_unsafely: summary.fixable_unsafely,
            stale: summary.stale,
            unclaimed: summary.unclaimed,
            open: summary.open,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Diagnostic<'a> {
    rule: &'a str,
    severity: Severity,
    fails: bool,
    message: &'a str,
    #[serde(flatten)]
    place: LocationRecord<'a>,
    observed: Option<&'a Observed>,
    limit: Option<LimitRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    prevents: Option<&'a str>,
    help: Option<&'a str>,
    related: Vec<RelatedRecord<'a>>,
    fix: Option<FixRecord<'a>>,
    source: Option<&'a Origin>,
    fingerprint: Fingerprint,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<RemedyRecord<'a>>,
    url: String,
}

#[derive(Serialize)]
struct LocationRecord<'a> {
    file: &'a str,
    record: Option<u32>,
    pointer: Option<&'a str>,
    start: Option<Position>,
    end: Option<Position>,
}

#[derive(Serialize)]
struct RelatedRecord<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: LocationRecord<'a>,
}

/// A limit with its source: the address of its document, or the file and line that set it.
#[derive(Serialize)]
pub(super) struct LimitRecord<'a> {
    name: &'a str,
    value: LimitValue,
    unit: &'a str,
    basis: &'a str,
    source: &'a str,
    document: Option<&'a str>,
    seen: Option<&'a str>,
    state: Option<&'a str>,
}

#[derive(Serialize)]
struct FixRecord<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<EditRecord<'a>>,
    rename: Option<RenameRecord<'a>>,
}

#[derive(Serialize)]
pub(super) struct RemedyRecord<'a> {
    /// The effect of the steps, in words.
    summary: String,
    steps: &'a [Step],
    /// The steps for a shell of this system; null if the shell cannot express the names.
    command: Option<String>,
    /// What remains to be done afterwards.
    next: Option<String>,
}

impl<'a> From<&'a Remedy> for RemedyRecord<'a> {
    fn from(remedy: &'a Remedy) -> Self {
        let command = remedy.command(Shell::default());
        Self { summary: remedy.summary(), steps: &remedy.steps, command, next: remedy.next() }
    }
}

#[derive(Serialize)]
struct EditRecord<'a> {
    file: &'a str,
    start_offset: usize,
    end_offset: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct RenameRecord<'a> {
    from: &'a str,
    to: &'a str,
}

impl<'a> From<&'a Finding> for Diagnostic<'a> {
    fn from(finding: &'a Finding) -> Self {
        let file = &*finding.location.file;
        Self {
            rule: finding.rule.id,
            severity: finding.severity,
            fails: finding.fails,
            message: &finding.message,
            place: LocationRecord::new(&finding.location, file),
            observed: finding.observed.as_ref(),
            limit: finding.limit.as_ref().map(LimitRecord::from),
            profile: finding.profile,
            prevents: finding.prevents,
            help: finding.help.as_deref(),
            related: finding.related.iter().map(|related| RelatedRecord::new(related, file)).collect(),
            fix: finding.fix.as_ref().map(|fix| FixRecord {
                title: &fix.title,
                safe: fix.safe,
                edits: fix.edits.iter().map(|edit| EditRecord::new(edit, file)).collect(),
                rename: fix.rename.as_ref().map(|rename| RenameRecord { from: &rename.from, to: &rename.to }),
            }),
            source: finding.source.as_deref(),
            fingerprint: finding.fingerprint,
            remedy: finding.remedy.as_deref().map(RemedyRecord::from),
            url: finding.rule.url(),
        }
    }
}

impl<'a> LocationRecord<'a> {
    /// `file` applies if the location has none.
    fn new(location: &'a crate::finding::Location, file: &'a str) -> Self {
        let pointer = location.pointer.as_deref();
        let file = if location.file.is_empty() { file } else { &location.file };
        Self { file, record: location.record, pointer, start: location.start, end: location.end }
    }
}

impl<'a> RelatedRecord<'a> {
    fn new(related: &'a Related, file: &'a str) -> Self {
        Self { message: &related.message, place: LocationRecord::new(&related.location, file) }
    }
}

impl<'a> EditRecord<'a> {
    fn new(edit: &'a Edit, file: &'a str) -> Self {
        let file = if edit.file.is_empty() { file } else { &edit.file };
        Self { file, start_offset: edit.span.start, end_offset: edit.span.end, text: &edit.text }
    }
}

impl<'a> From<&'a Limit> for LimitRecord<'a> {
    fn from(limit: &'a Limit) -> Self {
        let (source, document) =
            if limit.url.is_empty() { (&*limit.source, None) } else { (&*limit.url, Some(&*limit.source)) };
        let given = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        let (seen, state) = (given(&limit.seen), given(&limit.state));
        let basis = limit.basis.name();
        Self { name: limit.name, value: limit.value, unit: limit.unit, basis, source, document, seen, state }
    }
}

#[derive(Serialize)]
pub(super) struct FileRecord<'a> {
    path: &'a str,
    kind: &'a str,
    format: Option<Format>,
    size_bytes: u64,
    /// Left out for media.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<bool>,
    #[serde(serialize_with = "without_repeats")]
    facts: Option<Facts>,
}

impl<'a> From<&'a CheckedFile> for FileRecord<'a> {
    fn from(file: &'a CheckedFile) -> Self {
        let facts = file.facts();
        let format = facts.as_ref().map(|facts| facts.format);
        let requests = Some(file.requests).filter(|requests| *requests > 0);
        let broken = file.broken.then_some(true);
        Self { path: &file.path, kind: file.kind.name(), format, size_bytes: file.size_bytes, requests, broken, facts }
    }
}

/// Omits format and size, which the record of the file already has.
fn without_repeats<S: Serializer>(facts: &Option<Facts>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut value = serde_json::to_value(facts).map_err(serde::ser::Error::custom)?;
    if let Json::Object(members) = &mut value {
        members.shift_remove("format");
        members.shift_remove("size_bytes");
    }
    value.serialize(serializer)
}
