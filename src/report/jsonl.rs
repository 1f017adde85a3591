//! The records of the JSON report, one a line, each with its `type`: header, diagnostics, files, and last the summary.

use std::io;

use serde::Serialize;

use super::Report;
use super::escape::json;
use super::record::{Counts, Diagnostic, FileRecord, Header};

#[derive(Serialize)]
struct Line<T> {
    r#type: &'static str,
    #[serde(flatten)]
    record: T,
}

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    line(out, "header", Header::new())?;
    for finding in &report.findings {
        line(out, "diagnostic", Diagnostic::from(finding))?;
    }
    for file in &report.files {
        line(out, "file", FileRecord::from(file))?;
    }
    line(out, "summary", Counts::from(&report.summary))
}

fn line(out: &mut dyn io::Write, r#type: &'static str, record: impl Serialize) -> io::Result<()> {
    json(out, &Line { r#type, record })?;
    out.write_all(b"\n")
}
