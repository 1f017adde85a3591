//! One JSON document: the report, version 1. Written record by record, one diagnostic or file per line.

use std::io;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::escape::{JsonLayout, json_in_lines};
use super::record::{Counts, Diagnostic, FileRecord, ReportHeader};
use super::stream::{FindingFormat, RecordSequence};
use crate::finding::Finding;
use crate::outcome::{CheckedFile, RunReport};

pub(super) fn write(report: &RunReport, out: &mut dyn io::Write) -> io::Result<()> {
    let Value::Object(head) = serde_json::to_value(ReportHeader::new(&report.profiles))? else { return Ok(()) };
    let diagnostics = RecordSequence { report, format: JsonDiagnostics };
    JsonReport { head: &head, counts: report.into(), diagnostics, files: FileRecords(&report.files) }.write(out)
}

/// The document, with the members of `head` first.
pub(super) struct JsonReport<'a, D, F> {
    pub head: &'a Map<String, Value>,
    pub counts: Counts<'a>,
    pub diagnostics: D,
    pub files: F,
}

impl<D: Serialize, F: Serialize> JsonReport<'_, D, F> {
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        // The report and its arrays: each diagnostic and each file gets its own line.
        json_in_lines(out, self, JsonLayout { elements_to: 2, head: Some(self.head.len()) })?;
        out.write_all(b"\n")
    }
}

impl<D: Serialize, F: Serialize> Serialize for JsonReport<'_, D, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_map(None)?;
        self.head.iter().try_for_each(|(key, value)| report.serialize_entry(key, value))?;
        report.serialize_entry("summary", &self.counts)?;
        report.serialize_entry("diagnostics", &self.diagnostics)?;
        report.serialize_entry("files", &self.files)?;
        report.end()
    }
}

struct JsonDiagnostics;

impl FindingFormat for JsonDiagnostics {
    fn record(&self, finding: &Finding) -> impl Serialize {
        Diagnostic::from(finding)
    }
}

/// Files as records, made one by one.
struct FileRecords<'r>(&'r [CheckedFile]);

impl Serialize for FileRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut records = serializer.serialize_seq(Some(self.0.len()))?;
        self.0.iter().try_for_each(|file| records.serialize_element(&FileRecord::from(file)))?;
        records.end()
    }
}
