//! One line per finding: `path:line:column: error[rule] message (help: …)`.

use std::io;

use annotate_snippets::renderer::DEFAULT_EMPHASIS_STYLE;

use super::escape::line_start;
use super::{ReportStyle, summary};
use crate::finding::Finding;
use crate::outcome::RunReport;

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    report.each(&mut |finding| writeln!(out, "{}", line(finding, &finding.location.file, style.color)))?;
    if style.quiet { Ok(()) } else { writeln!(out, "{}", summary::line(report, style)) }
}

/// A finding in one line, harmless, without the line break. `file` is the name of its file.
pub(super) fn line(finding: &Finding, file: &str, color: bool) -> String {
    let location = &finding.location;
    let mut place = line_start(file).into_owned();
    if let Some(start) = location.start {
        place.push_str(&format!(":{}:{}", start.line, start.column));
    } else if let Some(record) = location.record {
        place.push_str(&format!(" (record {})", record.saturating_add(1)));
    }
    if color {
        place = format!("{DEFAULT_EMPHASIS_STYLE}{place}{DEFAULT_EMPHASIS_STYLE:#}");
    }
    let head = summary::paint(&format!("{}[{}]", finding.severity, finding.rule.id), finding.severity, color);
    let message = crate::source::clean(&finding.message);
    match &finding.help {
        Some(help) => format!("{place}: {head} {message} (help: {})", crate::source::clean(help)),
        None => format!("{place}: {head} {message}"),
    }
}
