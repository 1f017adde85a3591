//! JUnit XML: a suite for each file, a case for each finding, and one passed case for a file without any.
//!
//! What fails the run is a failure; what does not is a passed case that tells about itself in its output, so that the
//! server and the exit status agree.

use std::collections::BTreeMap;
use std::io;

use super::concise;
use crate::finding::Finding;
use crate::outcome::Report;
use crate::source::clean;

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    /// Findings of one file: all of them, and those that fail.
    #[derive(Default)]
    struct Suite {
        all: u64,
        failing: u64,
    }
    let mut suites: BTreeMap<String, Suite> = BTreeMap::new();
    for file in &report.files {
        suites.entry(file.path.clone()).or_default();
    }
    report.each(&mut |finding| {
        let file = &*finding.location.file;
        if !suites.contains_key(file) {
            suites.insert(file.to_owned(), Suite::default());
        }
        if let Some(suite) = suites.get_mut(file) {
            suite.all += 1;
            suite.failing += u64::from(finding.fails);
        }
        Ok(())
    })?;
    let tests: u64 = suites.values().map(|suite| suite.all.max(1)).sum();
    let failures: u64 = suites.values().map(|suite| suite.failing).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"heylint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
    let mut suites = suites.into_iter().peekable();
    let head = |(path, suite): &(String, Suite), out: &mut dyn io::Write| {
        let (path, tests, failures) = (escape(path), suite.all.max(1), suite.failing);
        writeln!(out, "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
        if suite.all == 0 {
            writeln!(out, "    <testcase name=\"heylint\" classname=\"{path}\" time=\"0\"/>")?;
            writeln!(out, "  </testsuite>")?;
        }
        Ok::<_, io::Error>(())
    };
    // Findings come by file, and so do the suites.
    let mut left = 0;
    report.each(&mut |finding| {
        while left == 0 {
            let Some(suite) = suites.next() else { break };
            head(&suite, out)?;
            left = suite.1.all;
        }
        case(finding, &escape(&finding.location.file), out)?;
        left -= 1;
        if left == 0 { writeln!(out, "  </testsuite>") } else { Ok(()) }
    })?;
    suites.try_for_each(|suite| head(&suite, out))?;
    writeln!(out, "</testsuites>")
}

fn case(finding: &Finding, path: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let (rule, message) = (finding.rule.id, escape(&finding.message));
    let place = finding.location.start.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let text = escape(&concise::line(finding, false));
    writeln!(out, "    <testcase name=\"{rule}{place}\" classname=\"{path}\" time=\"0\">")?;
    if finding.fails {
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
