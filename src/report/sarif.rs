//! SARIF 2.1.0, for code scanning. Section numbers are those of the OASIS standard.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::ReportStyle;
use super::escape::{JsonLayout, json_in_lines};
use super::record::{LimitRecord, ProfileRecord, RemedyRecord, several};
use super::stream::{FindingFormat, RecordSequence};
use crate::finding::{Edit, Finding, Fingerprint, Fix, Observed};
use crate::limits::Limits;
use crate::outcome::RunReport;
use crate::profile;
use crate::rule::{Rule, Severity};
use crate::source::clean;
use crate::text::percent::encoded_path;
use crate::text::{Position, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// A log, its runs, a run, its results: each result gets its own line.
const RESULTS_DEPTH: usize = 4;

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let rules = report.rules();
    let first = report.profiles.first().copied().unwrap_or(profile::default());
    let limits = Limits::built_in(first);
    let index = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let driver = Driver {
        name: env!("CARGO_PKG_NAME"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: rules.values().map(|rule| Descriptor::new(rule, limits)).collect(),
    };
    let run = SarifRun {
        tool: Tool { driver },
        column_kind: "unicodeCodePoints",
        invocations: [Invocation { execution_successful: style.exit_code < 2, exit_code: style.exit_code }],
        properties: RunProperties { profile: first.into(), profiles: several(&report.profiles) },
        results: RecordSequence { report, format: Results { style, index } },
    };
    json_in_lines(
        out,
        &SarifLog { schema: SCHEMA, version: "2.1.0", runs: [run] },
        JsonLayout { elements_to: RESULTS_DEPTH, head: None },
    )?;
    out.write_all(b"\n")
}

/// §3.13 sarifLog
#[derive(Serialize)]
struct SarifLog<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun<'a>; 1],
}

/// §3.14 run
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'a> {
    tool: Tool,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    properties: RunProperties,
    results: RecordSequence<'a, Results<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

/// §3.19 toolComponent
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

/// §3.20 invocation
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
}

#[derive(Serialize)]
struct RunProperties {
    profile: ProfileRecord,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    profiles: Vec<ProfileRecord>,
}

/// §3.11 message
#[derive(Serialize)]
struct Message {
    text: String,
}

impl Message {
    /// In a message, brackets make links (§3.11.6) and braces placeholders (§3.11.5).
    fn new(text: &str) -> Self {
        let text = clean(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
        Self { text: text.replace('{', "{{").replace('}', "}}") }
    }
}

/// §3.49 reportingDescriptor
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Plain,
    full_description: Plain,
    help: Help,
    help_uri: String,
    default_configuration: ReportingConfiguration,
    properties: RuleProperties,
}

/// §3.12 multiformatMessageString
#[derive(Serialize)]
struct Plain {
    text: &'static str,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct ReportingConfiguration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: [&'static str; 2],
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

impl Descriptor {
    fn new(rule: &'static Rule, limits: &Limits) -> Self {
        let page = rule.filled(limits);
        Self {
            id: rule.id,
            short_description: Plain { text: rule.summary },
            full_description: Plain { text: rule.summary },
            help: Help { text: page.clone(), markdown: page },
            help_uri: rule.url(),
            default_configuration: ReportingConfiguration { level: level(rule.severity) },
            properties: RuleProperties {
                tags: [rule.subject(), rule.basis.name()],
                severity: match rule.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Hint => "recommendation",
                },
            },
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

struct Results<'a> {
    style: &'a ReportStyle,
    /// The index of each rule in the driver.
    index: BTreeMap<&'static str, usize>,
}

impl FindingFormat for Results<'_> {
    fn record(&self, finding: &Finding) -> impl Serialize {
        ResultRecord::new(finding, self.index.get(finding.rule.id).copied(), self.style)
    }
}

/// §3.27 result
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRecord<'a> {
    rule_id: &'static str,
    level: &'static str,
    message: Message,
    locations: [SarifLocation<'a>; 1],
    partial_fingerprints: PartialFingerprints,
    properties: Properties<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[Replacements<'a>; 1]>,
}

#[derive(Serialize)]
struct PartialFingerprints {
    #[serde(rename = "heylint/v2")]
    fingerprint: Fingerprint,
}

#[derive(Serialize)]
struct Properties<'a> {
    record: Option<u32>,
    observed: Option<&'a Observed>,
    limit: Option<LimitRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    prevents: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<RemedyRecord<'a>>,
}

impl<'a> ResultRecord<'a> {
    fn new(finding: &'a Finding, rule_index: Option<usize>, style: &ReportStyle) -> Self {
        let mut message = Message::new(&finding.message);
        if let Some(help) = &finding.help {
            message.text.push_str("\nhelp: ");
            message.text.push_str(&Message::new(help).text);
        }
        let related = |(id, related): (usize, &'a crate::finding::Related)| SarifLocation {
            id: Some(id),
            message: Some(Message::new(&related.message)),
            ..SarifLocation::new(&related.location, &finding.location.file, style)
        };
        // SARIF has no way to rename a file.
        let fix = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty() && fix.rename.is_none());
        Self {
            rule_id: finding.rule.id,
            level: level(finding.severity),
            message,
            locations: [SarifLocation::new(&finding.location, &finding.location.file, style)],
            partial_fingerprints: PartialFingerprints { fingerprint: finding.fingerprint },
            properties: Properties {
                record: finding.location.record,
                observed: finding.observed.as_ref(),
                limit: finding.limit.as_ref().map(LimitRecord::from),
                profile: finding.profile,
                prevents: finding.prevents,
                remedy: finding.remedy.as_deref().map(RemedyRecord::from),
            },
            rule_index,
            related_locations: finding.related.iter().enumerate().map(related).collect(),
            fixes: fix.map(|fix| [Replacements::new(fix, finding, style)]),
        }
    }
}

/// §3.28 location
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation<'a> {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

/// §3.29 physicalLocation; a whole file has no region.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

/// §3.4 artifactLocation
#[derive(Serialize)]
struct Artifact {
    uri: String,
}

/// §3.33 logicalLocation
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

impl<'a> SarifLocation<'a> {
    /// `file` applies if the location names none.
    fn new(location: &'a crate::finding::Location, file: &str, style: &ReportStyle) -> Self {
        let file = if location.file.is_empty() { file } else { &location.file };
        let region = location.start.zip(location.end).map(|(start, end)| Region::lines(start, end));
        let pointer = location.pointer.as_deref();
        Self {
            physical_location: PhysicalLocation {
                artifact_location: Artifact { uri: uri(&style.in_repository(file)) },
                region,
            },
            logical_locations: pointer
                .map(|pointer| [LogicalLocation { fully_qualified_name: pointer, kind: "value" }]),
            id: None,
            message: None,
        }
    }
}

/// §3.30 region
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Region {
    /// The end column is the one after the last character.
    Lines { start_line: u32, start_column: u32, end_line: u32, end_column: u32 },
    /// §3.30.9
    Bytes { byte_offset: usize, byte_length: usize },
}

impl Region {
    fn lines(start: Position, end: Position) -> Self {
        Self::Lines { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
    }

    /// The part that an edit replaces: lines and columns if it is near the finding, else bytes.
    fn deleted(edit: &Edit, finding: &Finding) -> Self {
        let Span { start, end } = edit.span;
        let here = edit.file.is_empty() || edit.file == finding.location.file;
        if let (true, Some(excerpt), Some(origin)) = (here, &finding.excerpt, finding.location.start)
            && let (Some(start), Some(end)) = (excerpt.position(origin, start), excerpt.position(origin, end))
        {
            return Self::lines(start, end);
        }
        Self::Bytes { byte_offset: start, byte_length: end.saturating_sub(start) }
    }
}

/// §3.55 fix
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacements<'a> {
    description: Message,
    artifact_changes: Vec<ArtifactChange<'a>>,
}

/// §3.56 artifactChange
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

/// §3.57 replacement
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    text: &'a str,
}

impl<'a> Replacements<'a> {
    fn new(fix: &'a Fix, finding: &'a Finding, style: &ReportStyle) -> Self {
        let mut changes: BTreeMap<&str, Vec<Replacement<'_>>> = BTreeMap::new();
        for edit in &fix.edits {
            let file = if edit.file.is_empty() { &finding.location.file } else { &edit.file };
            let inserted_content = Content { text: &edit.text };
            let replacement = Replacement { deleted_region: Region::deleted(edit, finding), inserted_content };
            changes.entry(file).or_default().push(replacement);
        }
        let change = |(file, replacements)| ArtifactChange {
            artifact_location: Artifact { uri: uri(&style.in_repository(file)) },
            replacements,
        };
        Self { description: Message::new(&fix.title), artifact_changes: changes.into_iter().map(change).collect() }
    }
}

/// A path as a URI reference (RFC 3986): escapes everything except unreserved characters and the slash.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    let mut rest = path.bytes();
    match path.as_bytes() {
        [b'/', ..] => uri.push_str("file://"),
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => {
            uri.push_str(&format!("file:///{}:", char::from(*drive)));
            rest.nth(1);
        }
        _ => {}
    }
    let rest: Vec<u8> = rest.collect();
    uri + &encoded_path(&rest).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("drafts/a b.json"), "drafts/a%20b.json");
        assert_eq!(uri("a:b/ü%\n"), "a%3Ab/%C3%BC%25%0A");
        assert_eq!(uri("/tmp/x"), "file:///tmp/x");
        assert_eq!(uri("C:/x y"), "file:///C:/x%20y");
    }
}
