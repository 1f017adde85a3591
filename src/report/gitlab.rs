//! Code Quality of GitLab: one JSON array.

use std::borrow::Cow;
use std::io;

use serde::Serialize;

use super::ReportStyle;
use super::escape::{JsonLayout, json_in_lines};
use super::stream::{FindingFormat, RecordSequence};
use crate::finding::{Finding, Fingerprint};
use crate::outcome::RunReport;
use crate::rule::Severity;
use crate::source::clean;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: Fingerprint,
    severity: &'a str,
    location: GitlabLocation<'a>,
}

#[derive(Serialize)]
struct GitlabLocation<'a> {
    path: Cow<'a, str>,
    lines: LineRange,
}

#[derive(Serialize)]
struct LineRange {
    begin: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<u32>,
}

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let issues = RecordSequence { report, format: Issues(style) };
    json_in_lines(out, &issues, JsonLayout { elements_to: 1, head: None })?;
    out.write_all(b"\n")
}

struct Issues<'a>(&'a ReportStyle);

impl FindingFormat for Issues<'_> {
    fn record(&self, finding: &Finding) -> impl Serialize {
        issue(finding, self.0)
    }
}

/// GitLab has no issues about whole files: they are reported at line 1.
fn issue<'a>(finding: &'a Finding, style: &ReportStyle) -> Issue<'a> {
    let location = &finding.location;
    let lines =
        LineRange { begin: location.start.map_or(1, |start| start.line), end: location.end.map(|end| end.line) };
    Issue {
        description: match &finding.help {
            Some(help) => format!("{}; {}", clean(&finding.message), clean(help)),
            None => clean(&finding.message).into_owned(),
        },
        check_name: finding.rule.id,
        fingerprint: finding.fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Hint => "info",
        },
        location: GitlabLocation { path: style.in_repository(&location.file), lines },
    }
}
