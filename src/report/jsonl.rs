//! The records of the JSON report, one per line, each with its `type`: header, diagnostics, files, and finally the
//! summary.

use std::io;

use serde::Serialize;

use super::escape::json;
use super::record::{Counts, Diagnostic, FileRecord, ReportHeader};
use crate::finding::Finding;
use crate::outcome::RunReport;
use crate::profile::Profile;

#[derive(Serialize)]
struct TypedLine<T> {
    r#type: &'static str,
    #[serde(flatten)]
    record: T,
}

pub(super) fn write(report: &RunReport, out: &mut dyn io::Write) -> io::Result<()> {
    JsonlStream::begin(out, &report.profiles)?.end(report)
}

/// A JSON Lines report written while findings arrive.
#[derive(Debug)]
pub struct JsonlStream<W> {
    out: W,
}

impl<W: io::Write> JsonlStream<W> {
    /// Writes the header.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn begin(mut out: W, profiles: &[&'static Profile]) -> io::Result<Self> {
        line(&mut out, "header", ReportHeader::new(profiles))?;
        Ok(Self { out })
    }

    /// Writes one finding.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn put(&mut self, finding: &Finding) -> io::Result<()> {
        line(&mut self.out, "diagnostic", Diagnostic::from(finding))
    }

    /// Writes the rest of the report and finishes.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn end(mut self, report: &RunReport) -> io::Result<()> {
        report.each(&mut |finding| self.put(finding))?;
        self.tail(report)
    }

    fn tail(mut self, report: &RunReport) -> io::Result<()> {
        for file in &report.files {
            line(&mut self.out, "file", FileRecord::from(file))?;
        }
        line(&mut self.out, "summary", Counts::from(report))?;
        self.out.flush()
    }
}

fn line(out: &mut dyn io::Write, r#type: &'static str, record: impl Serialize) -> io::Result<()> {
    json(out, &TypedLine { r#type, record })?;
    out.write_all(b"\n")
}
