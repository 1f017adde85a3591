//! Markdown, for step summaries and merge-request comments.
//!
//! GitHub accepts at most 1 MiB per step summary, so the number of findings is bounded; the last line says how many are
//! left out.

use std::io;

use super::fold::{FoldedFinding, Folds};
use super::{ReportStyle, summary};
use crate::finding::Finding;
use crate::outcome::RunReport;
use crate::rule::Severity;
use crate::source::clean;
use crate::text::counted;

/// The most findings shown.
const MOST: u64 = 500;
/// The most characters in a cell.
const CELL: usize = 600;

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let found = summary::found(&report.summary, false);
    writeln!(out, "### heylint: {found}\n")?;
    writeln!(out, "{}", escape(&summary::checked(&report.summary)))?;
    for line in summary::verdict(&report.summary)
        .into_iter()
        .chain([summary::rest(&report.summary)])
        .chain(summary::notes(report))
        .filter(|line| !line.is_empty())
    {
        writeln!(out, "· {}", escape(&line))?;
    }
    let mut folds = Folds::of(report)?;
    let (mut shown, mut left) = (0, 0);
    report.each(&mut |finding| {
        let FoldedFinding::Whole(others) = folds.show(finding) else { return Ok(()) };
        if shown == MOST {
            left += 1;
            return Ok(());
        }
        if shown == 0 {
            writeln!(out, "\n| | where | what | rule |\n|---|---|---|---|")?;
        }
        shown += 1;
        row(finding, others.as_deref(), style, out)
    })?;
    if left > 0 {
        writeln!(out, "\n{} more; the log of the job has all.", counted(left, "finding"))?;
    }
    Ok(())
}

fn row(finding: &Finding, others: Option<&str>, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let mark = match finding.severity {
        Severity::Error => "❌ error",
        Severity::Warning => "⚠️ warning",
        Severity::Hint => "💡 hint",
    };
    let mut place = escape(&style.in_repository(&finding.location.file));
    if let Some(start) = finding.location.start {
        place.push_str(&format!(":{}", start.line));
    } else if let Some(record) = finding.location.record {
        place.push_str(&format!(" record {}", record.saturating_add(1)));
    }
    let mut what = escape(&finding.message);
    if let Some(others) = others {
        what.push_str(&format!("<br>{}", escape(others)));
    }
    if let Some(help) = &finding.help {
        what.push_str(&format!("<br>→ {}", escape(help)));
    }
    let (id, url) = (finding.rule.id, finding.rule.url());
    writeln!(out, "| {mark} | {place} | {what} | [{id}]({url}) |")
}

/// Text without special meaning: no markup, no link, no mention, no end of a table cell.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let text = clean(text);
    let mut chars = text.chars();
    for c in chars.by_ref().take(CELL) {
        match c {
            // GitHub looks for mentions after removing escapes.
            '@' => escaped.push_str("@<!-- -->"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '"' | '\'' | '%' | '/' | '=' | '?') => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    if chars.next().is_some() {
        escaped.push('…');
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_from_outside_is_markup() {
        assert_eq!(escape("a|b`c`"), "a\\|b\\`c\\`");
        assert_eq!(
            escape("<img src=x> @me [a](http://b) www.x.y"),
            "&lt;img src=x&gt; @<!-- -->me \\[a\\]\\(http\\://b\\) www\\.x\\.y"
        );
        assert_eq!(escape("a\nb"), "a\\\\nb");
        assert_eq!(escape(&"x".repeat(1_000)).chars().count(), 601);
    }
}
