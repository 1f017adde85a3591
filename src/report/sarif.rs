//! SARIF 2.1.0, for code scanning. Section numbers are those of the OASIS standard.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use super::Style;
use super::escape::{Commas, json as put, lines};
use super::record::LimitRecord;
use crate::finding::{Edit, Finding, Fix, Location};
use crate::limits::{Limits, PROFILE};
use crate::outcome::Report;
use crate::rule::{Rule, Severity};
use crate::source::clean;
use crate::text::{Position, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn write(report: &Report, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let rules = report.rules();
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    write!(out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\n\"tool\":{{\"driver\":")?;
    let mut driver = Vec::new();
    put(
        &mut driver,
        &json!({
            "name": env!("CARGO_PKG_NAME"), "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
        }),
    )?;
    out.write_all(driver.strip_suffix(b"}").unwrap_or(&driver))?;
    out.write_all(b",\"rules\":[")?;
    let limits = Limits::default();
    lines(out, rules.values().map(|rule| describe(rule, &limits)))?;
    out.write_all(b"]}},\n\"columnKind\":\"unicodeCodePoints\",\n\"invocations\":[")?;
    put(out, &json!({ "executionSuccessful": style.exit_code < 2, "exitCode": style.exit_code }))?;
    out.write_all(b"],\n\"properties\":")?;
    put(out, &json!({ "profile": { "name": PROFILE.name, "as_of": PROFILE.as_of } }))?;
    out.write_all(b",\n\"results\":[")?;
    let mut commas = Commas::new();
    report.each(&mut |finding| commas.put(out, &result(finding, index.get(finding.rule.id).copied())))?;
    out.write_all(b"]}]}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

/// §3.49 reportingDescriptor
fn describe(rule: &Rule, limits: &Limits) -> Value {
    let page = rule.filled(limits);
    let problem = match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "recommendation",
    };
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.summary },
        "help": { "text": page, "markdown": page },
        "helpUri": rule.url(),
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": [rule.subject(), rule.basis.name()], "problem.severity": problem },
    })
}

/// §3.27 result
fn result(finding: &Finding, rule: Option<usize>) -> Value {
    let help = finding.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {}", message(help)));
    let mut result = json!({
        "ruleId": finding.rule.id,
        "level": level(finding.severity),
        "message": { "text": format!("{}{help}", message(&finding.message)) },
        "locations": [location(&finding.location, &finding.location.file)],
        "partialFingerprints": { "heylint/v2": finding.fingerprint },
        "properties": {
            "record": finding.location.record,
            "observed": finding.observed,
            "limit": finding.limit.as_ref().map(LimitRecord::from),
            "prevents": finding.prevents,
        },
    });
    if let Some(rule) = rule {
        result["ruleIndex"] = json!(rule);
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(id, related)| {
            let mut place = location(&related.location, &finding.location.file);
            place["id"] = json!(id);
            place["message"] = json!({ "text": message(&related.message) });
            place
        });
        result["relatedLocations"] = related.collect();
    }
    // A renamed file has no place in SARIF.
    if let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty() && fix.rename.is_none()) {
        result["fixes"] = json!([mend(fix, finding)]);
    }
    result
}

/// §3.28 location; a whole file has no region.
fn location(location: &Location, file: &str) -> Value {
    let file = if location.file.is_empty() { file } else { &location.file };
    let mut place = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(file) } } });
    if let (Some(start), Some(end)) = (location.start, location.end) {
        place["physicalLocation"]["region"] = region(start, end);
    }
    if let Some(pointer) = &location.pointer {
        place["logicalLocations"] = json!([{ "fullyQualifiedName": pointer, "kind": "value" }]);
    }
    place
}

/// §3.30 region; the end column is the one after the last character.
fn region(start: Position, end: Position) -> Value {
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// §3.55 fix, §3.56 artifactChange, §3.57 replacement
fn mend(fix: &Fix, finding: &Finding) -> Value {
    let mut changes: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let file = if edit.file.is_empty() { &finding.location.file } else { &edit.file };
        let replacement = json!({ "deletedRegion": deleted(edit, finding), "insertedContent": { "text": edit.text } });
        changes.entry(file).or_default().push(replacement);
    }
    let changes: Vec<_> = changes
        .into_iter()
        .map(|(file, replacements)| json!({ "artifactLocation": { "uri": uri(file) }, "replacements": replacements }))
        .collect();
    json!({ "description": { "text": message(&fix.title) }, "artifactChanges": changes })
}

/// Lines and columns where the edit is near the finding; otherwise bytes (§3.30.9).
fn deleted(edit: &Edit, finding: &Finding) -> Value {
    let Span { start, end } = edit.span;
    let here = edit.file.is_empty() || edit.file == finding.location.file;
    if let (true, Some(excerpt), Some(origin)) = (here, &finding.excerpt, finding.location.start)
        && let (Some(start), Some(end)) = (excerpt.position(origin, start), excerpt.position(origin, end))
    {
        return region(start, end);
    }
    json!({ "byteOffset": start, "byteLength": end.saturating_sub(start) })
}

/// Brackets make links in a message (§3.11.6), braces placeholders (§3.11.5).
fn message(text: &str) -> String {
    let text = clean(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    text.replace('{', "{{").replace('}', "}}")
}

/// A path as a reference (RFC 3986): everything but unreserved characters and the slash is escaped.
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
    for byte in rest {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
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
