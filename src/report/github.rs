//! Workflow commands of GitHub Actions.
//!
//! GitHub shows ten annotations of each kind per step and silently drops the rest. The most severe findings therefore
//! come
//! first, the rest is written to the log as plain lines, and the last annotation says how many there are.

use std::io;

use super::concise;
use super::{ReportStyle, summary};
use crate::finding::Finding;
use crate::outcome::{RunReport, Summary};
use crate::rule::Severity;
use crate::source::clean;
use crate::text::counted;

/// Annotations of one kind that GitHub shows per step.
const BUDGET: u64 = 10;

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let Summary { errors, warnings, hints, .. } = report.summary;
    let beyond = |count: u64, budget: u64| count.saturating_sub(budget);
    let mut left = [errors, warnings, hints].map(|count| beyond(count, BUDGET));
    let cut = left.iter().any(|left| *left > 0);
    // The annotation about the rest is a notice and takes the place of one.
    let notices = BUDGET - u64::from(cut);
    left[2] = beyond(hints, notices);
    for (severity, budget) in [(Severity::Error, BUDGET), (Severity::Warning, BUDGET), (Severity::Hint, notices)] {
        let mut at = 0;
        report.each(&mut |finding| {
            if finding.severity != severity {
                return Ok(());
            }
            at += 1;
            if at <= budget {
                writeln!(out, "{}", command(finding, style))
            } else {
                writeln!(out, "{}", plain(&concise::line(finding, &finding.location.file, false)))
            }
        })?;
    }
    if cut {
        let rest = counted(left.iter().sum::<u64>(), "finding");
        let total = summary::found(&report.summary, false);
        let text = format!("{rest} more in the log of this step; in all {total}");
        writeln!(out, "::notice title=heylint::{}", data(&text))?;
    }
    Ok(())
}

fn command(finding: &Finding, style: &ReportStyle) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let location = &finding.location;
    let mut properties = format!("file={}", property(&style.in_repository(&location.file)));
    if let Some(start) = location.start {
        properties.push_str(&format!(",line={},col={}", start.line, start.column));
        if let Some(end) = location.end {
            properties.push_str(&format!(",endLine={}", end.line));
            // Columns are only allowed within one line; the end is exclusive here and inclusive there.
            if end.line == start.line {
                properties.push_str(&format!(",endColumn={}", end.column.saturating_sub(1).max(start.column)));
            }
        }
    }
    let mut text = clean(&finding.message).into_owned();
    if let Some(help) = &finding.help {
        text.push_str(&format!("\nhelp: {}", clean(help)));
    }
    format!("::{kind} {properties},title={}::{}", property(finding.rule.id), data(&text))
}

/// A log line that cannot be read as a command, in the current syntax or the old one (`##[…]`).
fn plain(line: &str) -> String {
    line.replace("##[", "## [")
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&clean(text)).replace(':', "%3A").replace(',', "%2C")
}
