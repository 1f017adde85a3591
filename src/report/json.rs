//! One JSON document: the report, version 1. Written record by record, one diagnostic or file a line.

use std::io;

use super::escape::{Commas, json, lines};
use super::record::{Counts, Diagnostic, FileRecord, ReportHeader};
use crate::outcome::RunReport;

pub(super) fn write(report: &RunReport, out: &mut dyn io::Write) -> io::Result<()> {
    let mut head = Vec::new();
    json(&mut head, &ReportHeader::new(&report.profiles))?;
    // The header is an object; the rest of the document goes on within its braces.
    out.write_all(head.strip_suffix(b"}").unwrap_or(&head))?;
    out.write_all(b",\n\"summary\":")?;
    json(out, &Counts::from(report))?;
    out.write_all(b",\n\"diagnostics\":[")?;
    let mut commas = Commas::new();
    report.each(&mut |finding| commas.put(out, &Diagnostic::from(finding)))?;
    out.write_all(b"],\n\"files\":[")?;
    lines(out, report.files.iter().map(FileRecord::from))?;
    out.write_all(b"]}\n")
}
