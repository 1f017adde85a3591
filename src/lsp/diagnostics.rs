//! Findings as LSP diagnostics.

use std::collections::HashMap;
use std::path::Path;

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    Position, Range, Uri,
};
use serde_json::{Value, json};

use super::check::{CheckError, DocumentFindings};
use super::client::Client;
use super::document::{IndexedText, OpenDocument};
use super::uri;
use crate::config::{self, ConfigError};
use crate::finding::{self, Finding};
use crate::rule::{Severity, Tag};
use crate::source::Unit;
use crate::text::Span;

const SOURCE: &str = "heylint";

/// The diagnostics of a draft.
pub(super) fn of_draft(uri: &str, document: &OpenDocument, client: &Client) -> Vec<Diagnostic> {
    let found = match document.checked.as_ref().map(|checked| &checked.outcome) {
        Some(Ok(found)) => found,
        Some(Err(fault)) => return vec![unchecked(fault)],
        None => return Vec::new(),
    };
    let shown = |finding| found.places(finding).into_iter().map(move |place| (finding, place));
    let made = found.findings.iter().flat_map(shown);
    made.map(|(finding, place)| diagnostic(uri, document, found, finding, place, client)).collect()
}

/// A draft that could not be checked must not look clean.
fn unchecked(fault: &CheckError) -> Diagnostic {
    let message = match fault {
        CheckError::Config(errors) => match errors.first() {
            Some((_, error)) => format!("not checked, because the configuration cannot be used: {error}"),
            None => "not checked, because the configuration cannot be used".to_owned(),
        },
        CheckError::Internal(message) => format!("not checked: {message}"),
    };
    Diagnostic {
        severity: Some(DiagnosticSeverity::Error),
        source: Some(SOURCE.to_owned()),
        message: message.into(),
        ..Diagnostic::default()
    }
}

/// A finding as a diagnostic at one of its places.
pub(super) fn diagnostic(
    uri: &str,
    document: &OpenDocument,
    found: &DocumentFindings,
    finding: &Finding,
    place: &finding::Location,
    client: &Client,
) -> Diagnostic {
    let excess = finding.label.as_deref().filter(|_| place == &finding.location).zip(place.span);
    let whole = excess.and_then(|(_, span)| whole_string(&document.text.text, span));
    let range = whole.or(place.span).map_or_else(Range::default, |span| document.text.range(span, client.unit));
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let locate = |location: &finding::Location| located(uri, &document.text, found, location, client.unit);
    let mut related: Vec<DiagnosticRelatedInformation> = Vec::new();
    let mut tell = |location: &finding::Location, message: &str| {
        if let Some(location) = locate(location) {
            related.push(DiagnosticRelatedInformation { location, message: message.to_owned() });
        }
    };
    if let (Some((label, _)), Some(_)) = (excess, whole) {
        tell(&finding.location, label);
    }
    if place != &finding.location {
        tell(&finding.location, finding.about.as_deref().unwrap_or("this file"));
    }
    for other in finding.related.iter().filter(|other| &other.location != place) {
        tell(&other.location, &other.message);
    }
    Diagnostic {
        range,
        severity: Some(severity(finding.severity)),
        code: Some(Code::String(finding.rule.id.to_owned())),
        code_description: Some(CodeDescription { href: Uri(finding.rule.url()) }),
        source: Some(SOURCE.to_owned()),
        message: message.into(),
        tags: finding.rule.tag.map(|tag| {
            vec![match tag {
                Tag::Deprecated => DiagnosticTag::Deprecated,
                Tag::Unnecessary => DiagnosticTag::Unnecessary,
            }]
        }),
        related_information: (client.related && !related.is_empty()).then_some(related),
        data: client.data.then(|| data(uri, document, found, finding, place, client.unit)),
    }
}

/// Data for clients that apply fixes themselves; positions as in the diagnostic.
fn data(
    uri: &str,
    document: &OpenDocument,
    found: &DocumentFindings,
    finding: &Finding,
    place: &finding::Location,
    unit: Unit,
) -> Value {
    let fix = finding.fix.as_ref().map(|fix| {
        let own = |edit: &finding::Edit| edit.file.is_empty() || *edit.file == *found.name;
        let edits = fix.edits.iter().filter(|edit| own(edit));
        let edits =
            edits.map(|edit| json!({"uri": uri, "range": document.text.range(edit.span, unit), "newText": edit.text}));
        let rename = fix.rename.as_ref().map(|rename| json!({"from": &*rename.from, "to": &*rename.to}));
        json!({"title": fix.title, "safe": fix.safe, "edits": edits.collect::<Vec<_>>(), "rename": rename})
    });
    json!({
        "fingerprint": finding.fingerprint,
        "record": place.record,
        "pointer": place.pointer,
        "limit": finding.limit.as_ref().map(|limit| limit.name),
        "fix": fix,
    })
}

/// A place of a finding, in this document or in another file.
fn located(
    uri: &str,
    text: &IndexedText,
    found: &DocumentFindings,
    location: &finding::Location,
    unit: Unit,
) -> Option<Location> {
    if *location.file == *found.name {
        let range = location.span.map_or_else(Range::default, |span| text.range(span, unit));
        return Some(Location { uri: Uri(uri.to_owned()), range });
    }
    let path = found.paths.get(&location.file)?;
    Some(Location { uri: Uri(uri::of_path(path)), range: Range::default() })
}

/// Hints become information, because editors barely show hints.
fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Hint => DiagnosticSeverity::Information,
    }
}

/// Errors in the text of a configuration.
pub(super) fn of_configuration(path: &Path, text: &IndexedText, client: &Client) -> Vec<Diagnostic> {
    let root = path.parent().unwrap_or(path);
    // Spans do not count a byte order mark.
    let mark = if text.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let range = |span: Span| text.range(Span::new(span.start + mark, span.end + mark), client.unit);
    match config::parse(&text.text, config::FILE_NAME, root) {
        Err(errors) => errors.iter().map(|error| config_error(error, range(error.span))).collect(),
        Ok(config) => {
            let made = config.findings.iter().map(|finding| Diagnostic {
                severity: Some(severity(finding.severity)),
                code: Some(Code::String(finding.rule.id.to_owned())),
                code_description: Some(CodeDescription { href: Uri(finding.rule.url()) }),
                ..config_error_at(&finding.message, finding.location.span.map_or_else(Range::default, range))
            });
            made.collect()
        }
    }
}

/// The errors that stop checks, in configurations that are not open, by URI.
pub(super) fn of_closed_configurations(documents: &HashMap<String, OpenDocument>) -> HashMap<String, Vec<Diagnostic>> {
    let mut found: HashMap<String, Vec<Diagnostic>> = HashMap::new();
    for document in documents.values() {
        let Some(Err(CheckError::Config(errors))) = document.checked.as_ref().map(|checked| &checked.outcome) else {
            continue;
        };
        for (path, error) in errors {
            if documents.values().any(|open| open.path == *path) {
                continue;
            }
            let start = error.start.map(|start| Position { line: start.line - 1, character: start.column - 1 });
            let at = start.unwrap_or_default();
            let diagnostic = config_error(error, Range { start: at, end: at });
            let list = found.entry(uri::of_path(path)).or_default();
            if !list.contains(&diagnostic) {
                list.push(diagnostic);
            }
        }
    }
    found
}

fn config_error(error: &ConfigError, range: Range) -> Diagnostic {
    config_error_at(&error.message, range)
}

fn config_error_at(message: &str, range: Range) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(DiagnosticSeverity::Error),
        source: Some(SOURCE.to_owned()),
        message: message.to_owned().into(),
        ..Diagnostic::default()
    }
}

/// The columns that even a narrow window shows.
const WINDOW: usize = 100;

/// The whole string, if its excess starts too far to the right to be visible.
fn whole_string(text: &str, excess: Span) -> Option<Span> {
    let before = text.get(..excess.start)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    if before[line..].chars().count() < WINDOW {
        return None;
    }
    let is_quote = |at: usize| {
        let slashes = before[line..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        slashes % 2 == 0
    };
    let start = before[line..].rmatch_indices('"').map(|(at, _)| line + at).find(|at| is_quote(*at))?;
    let end = excess.end + usize::from(text.get(excess.end..)?.starts_with('"'));
    Some(Span::new(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excess_far_to_the_right_marks_the_whole_string() {
        let string = |inside: &str| format!("{{\n  \"script\": \"{inside}\", \"a\": 1}}");
        let text = string(&format!("say \\\"hi\\\" {}", "word ".repeat(60)));
        let end = text.find("\", \"a\"").expect("its end");
        let excess = Span::new(end - 20, end);
        let whole = whole_string(&text, excess).expect("the whole string");
        assert!(text[whole.start..].starts_with("\"say") && whole.end == end + 1, "{whole:?}");
        // An excess inside the window is marked itself.
        assert_eq!(whole_string(&string("short"), Span::new(16, 19)), None);
    }
}
