//! Service messages of TeamCity: an inspection for each finding.

use std::collections::BTreeSet;
use std::io;

use super::ReportStyle;
use crate::finding::Finding;
use crate::outcome::RunReport;
use crate::rule::Severity;
use crate::source::clean;

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let mut known = BTreeSet::new();
    report.each(&mut |finding| {
        let rule = finding.rule;
        if known.insert(rule.id) {
            let (id, summary, url, subject) = (value(rule.id), value(rule.summary), value(&rule.url()), rule.subject());
            writeln!(
                out,
                "##teamcity[inspectionType id='{id}' name='{id}' description='{summary} ({url})' category='{subject}']"
            )?;
        }
        writeln!(out, "{}", inspection(finding, style))
    })
}

fn inspection(finding: &Finding, style: &ReportStyle) -> String {
    let severity = match finding.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Hint => "INFO",
    };
    let help = finding.help.as_ref().map(|help| format!(" (help: {help})")).unwrap_or_default();
    let (id, message) = (value(finding.rule.id), value(&format!("{}{help}", finding.message)));
    let (file, line) =
        (value(&style.in_repository(&finding.location.file)), finding.location.start.map_or(0, |at| at.line));
    format!(
        "##teamcity[inspection typeId='{id}' message='{message}' file='{file}' line='{line}' SEVERITY='{severity}']"
    )
}

/// A value between quotes; the vertical bar escapes.
fn value(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in clean(text).chars() {
        if matches!(c, '|' | '\'' | '[' | ']') {
            escaped.push('|');
        }
        escaped.push(c);
    }
    escaped
}
