//! The data of a run, whatever format it is written in.

pub mod baseline;
pub mod excerpt;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::finding::{Finding, order};
use crate::media::Facts;
use crate::rule::Rule;

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
    /// Findings that were mended.
    pub fixed: u64,
    /// Entries of the baseline whose finding is gone.
    pub stale: u64,
}

/// All that a run has to say. Findings are sorted by file, record, start, end, rule and message, files by path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub findings: Vec<Finding>,
    pub files: Vec<CheckedFile>,
    pub summary: Summary,
    /// The findings that are not held, by file.
    pub long: Vec<Unheld>,
    /// How long it took; only for people, so that machine reports stay the same from run to run.
    pub elapsed: Duration,
}

/// Findings of one file that are not held but made again, in the order of reports, whenever they are asked for.
pub trait Again: std::fmt::Debug + Send + Sync {
    fn file(&self) -> &str;

    /// The rules that they are of.
    fn rules(&self) -> &BTreeMap<&'static str, &'static Rule>;

    /// Gives one after the other.
    ///
    /// # Errors
    /// What `take` returns; when the file cannot be read again, or says something else than before.
    fn each(&self, take: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()>;
}

/// Such findings, as a report has them.
#[derive(Clone, Debug)]
pub struct Unheld(Arc<dyn Again>);

impl Unheld {
    pub fn new(again: impl Again + 'static) -> Self {
        Self(Arc::new(again))
    }
}

impl PartialEq for Unheld {
    /// The same, not only alike.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Report {
    /// Gives every finding, in the order of reports: those that are held, and those that are made again.
    ///
    /// # Errors
    /// What `take` returns; when a file of which findings are made again has changed.
    pub fn each(&self, take: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        let mut held = self.findings.iter().peekable();
        for Unheld(long) in &self.long {
            long.each(&mut |finding| {
                while let Some(before) = held.next_if(|held| order(held, finding).is_lt()) {
                    take(before)?;
                }
                take(finding)
            })?;
        }
        held.try_for_each(take)
    }

    /// The rules of all findings, by id.
    #[must_use]
    pub fn rules(&self) -> BTreeMap<&'static str, &'static Rule> {
        let mut rules: BTreeMap<_, _> = self.findings.iter().map(|finding| (finding.rule.id, finding.rule)).collect();
        rules.extend(self.long.iter().flat_map(|Unheld(long)| long.rules()));
        rules
    }
}
