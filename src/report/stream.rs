//! Findings as a sequence that serialises one record after the other: there may be more than memory holds.

use std::io;

use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::finding::Finding;
use crate::outcome::RunReport;

/// Makes the records of a format.
pub(super) trait FindingFormat {
    fn record(&self, finding: &Finding) -> impl Serialize;
}

/// The findings of a report as the records of a format.
pub(super) struct RecordSequence<'r, F> {
    pub report: &'r RunReport,
    pub format: F,
}

impl<F: FindingFormat> Serialize for RecordSequence<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut records = serializer.serialize_seq(None)?;
        let mut fault = None;
        let written = self.report.each(&mut |finding| {
            records.serialize_element(&self.format.record(finding)).map_err(|error| {
                fault = Some(error);
                io::Error::other("a finding could not be written")
            })
        });
        match (fault, written) {
            (Some(fault), _) => Err(fault),
            (None, Err(error)) => Err(S::Error::custom(error)),
            (None, Ok(())) => records.end(),
        }
    }
}
