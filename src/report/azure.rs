//! Logging commands of Azure Pipelines.

use std::io;

use super::{ReportStyle, concise};
use crate::finding::Finding;
use crate::outcome::RunReport;
use crate::rule::Severity;
use crate::source::clean;

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    report.each(&mut |finding| match kind(finding.severity) {
        Some(kind) => writeln!(out, "{}", command(kind, finding, style)),
        // Azure has no notices: a hint is a line of the log.
        None => writeln!(out, "{}", concise::line(finding, &finding.location.file, false).replace("##", "# #")),
    })
}

fn kind(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Error => Some("error"),
        Severity::Warning => Some("warning"),
        Severity::Hint => None,
    }
}

fn command(kind: &str, finding: &Finding, style: &ReportStyle) -> String {
    let mut properties = format!("type={kind};sourcepath={};", value(&style.in_repository(&finding.location.file)));
    if let Some(start) = finding.location.start {
        properties.push_str(&format!("linenumber={};columnnumber={};", start.line, start.column));
    }
    properties.push_str(&format!("code={};", value(finding.rule.id)));
    let help = finding.help.as_ref().map(|help| format!(" (help: {help})")).unwrap_or_default();
    let message = clean(&format!("{}{help}", finding.message)).replace('%', "%AZP25");
    format!("##vso[task.logissue {properties}]{message}")
}

/// The value of a property.
fn value(text: &str) -> String {
    clean(text).replace('%', "%AZP25").replace(';', "%3B").replace(']', "%5D")
}
