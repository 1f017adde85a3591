//! JUnit XML: a suite for each file, a case for each finding, and one passed case for a file without any.
//!
//! What fails the run is a failure; what does not is a passed case that tells about itself in its output, so that the
//! server and the exit status agree.

use std::collections::BTreeMap;
use std::io;

use super::{Report, Style, concise};
use crate::finding::Finding;
use crate::source::clean;

pub(super) fn write(report: &Report, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for file in &report.files {
        suites.entry(&file.path).or_default();
    }
    for finding in &report.findings {
        suites.entry(&finding.location.file).or_default().push(finding);
    }
    let fails = |finding: &Finding| style.fail_on.is_some_and(|least| finding.severity >= least);
    let tests: usize = suites.values().map(|findings| findings.len().max(1)).sum();
    let failures = report.findings.iter().filter(|finding| fails(finding)).count();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"heylint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
    for (path, findings) in &suites {
        let failures = findings.iter().filter(|finding| fails(finding)).count();
        let (path, tests) = (escape(path), findings.len().max(1));
        writeln!(out, "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
        if findings.is_empty() {
            writeln!(out, "    <testcase name=\"heylint\" classname=\"{path}\" time=\"0\"/>")?;
        }
        for finding in findings {
            case(finding, &path, fails(finding), out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn case(finding: &Finding, path: &str, fails: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let (rule, message) = (finding.rule.id, escape(&finding.message));
    let place = finding.location.start.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let text = escape(&concise::line(finding, false));
    writeln!(out, "    <testcase name=\"{rule}{place}\" classname=\"{path}\" time=\"0\">")?;
    if fails {
        let severity = finding.severity;
        writeln!(out, "      <failure type=\"{severity}\" message=\"{message}\">{text}</failure>")?;
    } else {
        writeln!(out, "      <system-out>{text}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

/// Text for an attribute or an element; XML 1.0 has no way to write most control characters.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
