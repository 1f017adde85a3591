//! Reviewdog Diagnostic Format, as one JSON document. Its columns count bytes of UTF-8 from 1; if the bytes before a
//! place are not available, it gives only the line.

use std::borrow::Cow;
use std::io;

use serde::Serialize;

use super::ReportStyle;
use super::escape::{JsonLayout, json_in_lines};
use super::stream::{FindingFormat, RecordSequence};
use crate::finding::{Finding, Fix};
use crate::outcome::RunReport;
use crate::rule::Severity;
use crate::source::clean;
use crate::text::Span;

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let source = RdjsonSource { name: env!("CARGO_PKG_NAME"), url: env!("CARGO_PKG_REPOSITORY") };
    let diagnostics = RecordSequence { report, format: RdjsonDiagnostics(style) };
    json_in_lines(out, &RdjsonReport { source, diagnostics }, JsonLayout { elements_to: 2, head: None })?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct RdjsonReport<'a> {
    source: RdjsonSource,
    diagnostics: RecordSequence<'a, RdjsonDiagnostics<'a>>,
}

#[derive(Serialize)]
struct RdjsonSource {
    name: &'static str,
    url: &'static str,
}

struct RdjsonDiagnostics<'a>(&'a ReportStyle);

impl FindingFormat for RdjsonDiagnostics<'_> {
    fn record(&self, finding: &Finding) -> impl Serialize {
        Diagnostic::new(finding, self.0)
    }
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: RdjsonLocation<'a>,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<[Suggestion<'a>; 1]>,
}

#[derive(Serialize)]
struct RdjsonLocation<'a> {
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Clone, Copy, Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Clone, Copy, Serialize)]
struct Point {
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

impl<'a> Diagnostic<'a> {
    fn new(finding: &'a Finding, style: &ReportStyle) -> Self {
        let mut message = clean(&finding.message).into_owned();
        if let Some(help) = &finding.help {
            message.push_str(&format!("\nhelp: {}", clean(help)));
        }
        let range = finding.location.span.and_then(|span| range(finding, span));
        let lines = || {
            let (start, end) = finding.location.start.zip(finding.location.end)?;
            let point = |line| Point { line, column: None };
            Some(Range { start: point(start.line), end: point(end.line) })
        };
        Self {
            message,
            location: RdjsonLocation { path: style.in_repository(&finding.location.file), range: range.or_else(lines) },
            severity: match finding.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Hint => "INFO",
            },
            code: Code { value: finding.rule.id, url: finding.rule.url() },
            suggestions: finding.fix.as_ref().and_then(|fix| suggestion(finding, fix)).map(|one| [one]),
        }
    }
}

/// A fix that is one edit near the finding.
fn suggestion<'a>(finding: &'a Finding, fix: &'a Fix) -> Option<Suggestion<'a>> {
    let [edit] = &*fix.edits else { return None };
    let here = edit.file.is_empty() || edit.file == finding.location.file;
    let range = range(finding, edit.span).filter(|_| here && fix.rename.is_none())?;
    Some(Suggestion { range, text: &edit.text })
}

/// The place of some bytes of the file, if the excerpt contains all of their lines from the first column on.
fn range(finding: &Finding, span: Span) -> Option<Range> {
    let (excerpt, origin) = (finding.excerpt.as_ref()?, finding.location.start?);
    let point = |offset: usize| {
        let position = excerpt.position(origin, offset)?;
        let at = (offset + excerpt.span.start).checked_sub(origin.offset)?;
        let before = excerpt.text.get(..at)?;
        let line_start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let whole = excerpt.skipped == 0 || line_start > 0;
        whole.then_some(Point { line: position.line, column: Some(at - line_start + 1) })
    };
    Some(Range { start: point(span.start)?, end: point(span.end)? })
}
