//! Findings to output: one format a file.

use std::time::Duration;

use crate::finding::Finding;
use crate::media::Facts;

/// What a checked file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    Media,
    /// One request in a file.
    Request,
    /// Several requests in a file.
    Manifest,
    /// Something that was named on the command line and is neither.
    Other,
}

impl FileKind {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Request => "request",
            Self::Manifest => "manifest",
            Self::Other => "other",
        }
    }
}

/// One file that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedFile {
    pub path: String,
    pub kind: FileKind,
    pub size_bytes: u64,
    /// For media.
    pub facts: Option<Facts>,
    /// How many requests it holds.
    pub requests: u64,
}

/// Counts over a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub files: u64,
    pub media: u64,
    /// Bytes of all media files.
    pub media_bytes: u64,
    pub requests: u64,
    pub errors: u64,
    pub warnings: u64,
    pub hints: u64,
    /// Findings that a suppression of the configuration took away.
    pub suppressed: u64,
    /// Findings that stand in the baseline.
    pub baselined: u64,
    /// Inputs that could not be read.
    pub unchecked: u64,
    /// Findings that `--fix` could mend.
    pub fixable: u64,
}

/// All that a run has to say. Findings are sorted by file, record, start, end, rule and message, files by path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub findings: Vec<Finding>,
    pub files: Vec<CheckedFile>,
    pub summary: Summary,
    /// How long it took; only for people, so that machine reports stay the same from run to run.
    pub elapsed: Duration,
}
