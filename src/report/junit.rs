//! JUnit XML: a suite for each file, a case for each finding, and one passed case for a file without any.
//!
//! A finding that fails the run is a failure. Any other is a passed case with the finding in its output, so that the CI
//! server and the exit status agree.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{ReportStyle, concise};
use crate::finding::Finding;
use crate::outcome::RunReport;
use crate::source::clean;

/// How many findings a file has, and how many of them fail the run.
#[derive(Clone, Copy, Default)]
struct Suite {
    findings: u64,
    failures: u64,
}

impl Suite {
    /// A file without findings is one passed case.
    fn tests(self) -> u64 {
        self.findings.max(1)
    }
}

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let suites = suites(report)?;
    let tests: u64 = suites.values().map(|suite| suite.tests()).sum();
    let failures: u64 = suites.values().map(|suite| suite.failures).sum();
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = BytesStart::new("testsuites").with_attributes([
        ("name", "heylint"),
        ("tests", &tests.to_string()),
        ("failures", &failures.to_string()),
        ("errors", "0"),
    ]);
    xml.write_event(Event::Start(root))?;
    // Findings are sorted by file, and so are the suites.
    let mut suites = suites.into_iter();
    let mut left = 0;
    report.each(&mut |finding| {
        while left == 0 {
            let Some((path, suite)) = suites.next() else { break };
            open(&mut xml, &style.in_repository(&path), suite)?;
            left = suite.findings;
        }
        case(&mut xml, finding, style)?;
        left -= 1;
        if left == 0 { close(&mut xml, "testsuite") } else { Ok(()) }
    })?;
    suites.try_for_each(|(path, suite)| open(&mut xml, &style.in_repository(&path), suite))?;
    close(&mut xml, "testsuites")?;
    xml.into_inner().write_all(b"\n")
}

fn suites(report: &RunReport) -> io::Result<BTreeMap<String, Suite>> {
    let mut suites: BTreeMap<String, Suite> =
        report.files.iter().map(|file| (file.path.clone(), Suite::default())).collect();
    report.each(&mut |finding| {
        let file = &*finding.location.file;
        if !suites.contains_key(file) {
            suites.insert(file.to_owned(), Suite::default());
        }
        if let Some(suite) = suites.get_mut(file) {
            suite.findings += 1;
            suite.failures += u64::from(finding.fails);
        }
        Ok(())
    })?;
    Ok(suites)
}

type Xml<'o> = Writer<&'o mut dyn io::Write>;

/// Begins a suite; writes one without findings completely.
fn open(xml: &mut Xml<'_>, path: &str, suite: Suite) -> io::Result<()> {
    let path = valid(path);
    let element = BytesStart::new("testsuite").with_attributes([
        ("name", path.as_str()),
        ("tests", &suite.tests().to_string()),
        ("failures", &suite.failures.to_string()),
        ("errors", "0"),
    ]);
    xml.write_event(Event::Start(element))?;
    if suite.findings > 0 {
        return Ok(());
    }
    xml.write_event(Event::Empty(test_case("heylint", &path)))?;
    close(xml, "testsuite")
}

fn close(xml: &mut Xml<'_>, name: &str) -> io::Result<()> {
    xml.write_event(Event::End(BytesEnd::new(name)))
}

fn test_case<'a>(name: &str, path: &str) -> BytesStart<'a> {
    BytesStart::new("testcase").with_attributes([("name", name), ("classname", path), ("time", "0")])
}

fn case(xml: &mut Xml<'_>, finding: &Finding, style: &ReportStyle) -> io::Result<()> {
    let file = style.in_repository(&finding.location.file);
    let place = finding.location.start.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let name = format!("{}{place}", finding.rule.id);
    xml.write_event(Event::Start(test_case(&name, &valid(&file))))?;
    let text = valid(&concise::line(finding, &file, false));
    let (element, name) = if finding.fails {
        let attributes = [("type", finding.severity.name()), ("message", &valid(&finding.message))];
        (BytesStart::new("failure").with_attributes(attributes), "failure")
    } else {
        (BytesStart::new("system-out"), "system-out")
    };
    xml.write_event(Event::Start(element))?;
    xml.write_event(Event::Text(BytesText::new(&text)))?;
    close(xml, name)?;
    close(xml, "testcase")
}

/// Text without the control characters that XML 1.0 cannot express.
fn valid(text: &str) -> String {
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    clean(text).replace(forbidden, "\u{fffd}")
}
