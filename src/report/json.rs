//! The report as one JSON document, version 1: one diagnostic or file per line.

use std::io;

use serde::Serialize;

use super::escape::{Commas, json, lines};
use super::record::{Counts, Diagnostic, FileRecord, ReportHeader};
use crate::outcome::RunReport;

pub(super) fn write(report: &RunReport, out: &mut dyn io::Write) -> io::Result<()> {
    let diagnostics = |out: &mut dyn io::Write| {
        let mut commas = Commas::new();
        report.each(&mut |finding| commas.put(out, &Diagnostic::from(finding)))
    };
    let files = report.files.iter().map(FileRecord::from);
    document(out, &ReportHeader::new(&report.profiles), report, diagnostics, files)
}

/// Writes the document, beginning with the members of `head`. `diagnostics` writes its records, which may be too many
/// for memory.
pub(super) fn document(
    out: &mut dyn io::Write,
    head: &impl Serialize,
    report: &RunReport,
    diagnostics: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    files: impl IntoIterator<Item = impl Serialize>,
) -> io::Result<()> {
    let mut start = Vec::new();
    json(&mut start, head)?;
    // The header is an object; the rest of the document follows within its braces.
    out.write_all(start.strip_suffix(b"}").unwrap_or(&start))?;
    out.write_all(b",\n\"summary\":")?;
    json(out, &Counts::from(report))?;
    out.write_all(b",\n\"diagnostics\":[")?;
    diagnostics(out)?;
    out.write_all(b"],\n\"files\":[")?;
    lines(out, files)?;
    out.write_all(b"]}\n")
}
