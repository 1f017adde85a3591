//! `heylint check --statistics`: counts the findings of each rule.

use std::collections::BTreeMap;
use std::io::{self, Write};

use heylint::outcome::{RunReport, Summary};
use heylint::report::{ReportFormat, ReportStyle};
use heylint::rule::Rule;
use serde_json::json;

/// Writes one line per rule, the most frequent first: `count  rule  summary`. With `--format json` writes an array.
pub fn write(report: &RunReport, format: ReportFormat, style: &ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, (u64, &'static Rule, u64)> = BTreeMap::new();
    report.each(&mut |finding| {
        let entry = counts.entry(finding.rule.id).or_insert((0, finding.rule, 0));
        entry.0 += 1;
        entry.2 += u64::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
        Ok(())
    })?;
    let mut rows: Vec<(u64, &'static Rule, u64)> = counts.into_values().collect();
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.id.cmp(b.1.id)));
    if format == ReportFormat::Json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(count, rule, fixable)| {
                json!({ "rule": rule.id, "count": count, "fixable": fixable, "summary": rule.summary })
            })
            .collect();
        return writeln!(out, "{:#}", json!(rows));
    }
    let width = rows.first().map_or(0, |(count, ..)| heylint::text::count(*count).len());
    let names = rows.iter().map(|(_, rule, _)| rule.id.len()).max().unwrap_or(0);
    for (count, rule, fixable) in &rows {
        let mark = if *fixable > 0 { " (--fix)" } else { "" };
        let count = heylint::text::count(*count);
        writeln!(out, "{count:>width$}  {:<names$}  {}{mark}", rule.id, rule.summary)?;
    }
    if style.quiet {
        return Ok(());
    }
    let Summary { errors, warnings, hints, .. } = report.summary;
    let files = heylint::text::counted(report.summary.files, "file");
    writeln!(
        out,
        "{files}: {}, {}, {}",
        heylint::text::counted(errors, "error"),
        heylint::text::counted(warnings, "warning"),
        heylint::text::counted(hints, "hint")
    )
}
