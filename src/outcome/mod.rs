//! The result of a run, independent of output formats.

pub mod baseline;
pub mod excerpt;
pub mod gallery;
pub mod parts;
pub mod spill;
pub mod verdict;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::finding::{Finding, order};
use crate::media::{CompactFacts, Facts};
use crate::profile::{Profile, is_old};
use crate::rule::Rule;
use crate::text::Date;

use gallery::Gallery;
use spill::{Reading, SpilledRun};

/// The kind of a checked file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    Media,
    /// One request in a file.
    Request,
    /// Several requests in a file.
    Manifest,
    /// Something that the user named and that is neither.
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

/// One checked file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CheckedFile {
    pub path: String,
    pub kind: FileKind,
    pub size_bytes: u64,
    /// For media; see [`facts`](Self::facts).
    pub compact: Option<CompactFacts>,
    /// The number of requests in it.
    pub requests: u64,
    /// Whether it is one JSON text that does not parse: then none of its requests can be sent, wherever the fault is.
    pub broken: bool,
}

impl CheckedFile {
    /// A file without facts and requests.
    #[must_use]
    pub fn new(path: impl Into<String>, kind: FileKind, size_bytes: u64) -> Self {
        Self { path: path.into(), kind, size_bytes, compact: None, requests: 0, broken: false }
    }

    /// The content of a media file.
    #[must_use]
    pub fn facts(&self) -> Option<Facts> {
        self.compact.as_ref()?.get()
    }
}

/// A file that resembles a request and was not checked, because nothing proves that it is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resembling {
    pub path: String,
    /// The nearest operation: `POST /v3/videos`.
    pub endpoint: String,
}

/// A profile in use that describes an old state of the service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outdated {
    /// `heygen-v3`.
    pub profile: String,
    /// The day that it describes.
    pub as_of: String,
    pub days: u64,
}

impl Outdated {
    /// The note about a profile, if it is old.
    #[must_use]
    pub fn of(profile: &Profile, now: u64) -> Option<Self> {
        let is_old = Date::parse(profile.as_of).is_some_and(|day| is_old(day, now));
        let (name, as_of) = (profile.name.to_owned(), profile.as_of.to_owned());
        is_old.then(|| Self { profile: name, as_of, days: profile.age(now) })
    }
}

/// How a file was classified and why, or why it was skipped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    pub path: String,
    /// `POST /v3/videos, by its fields`, `skipped: it contains no request`.
    pub what: String,
}

/// Counts over a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    pub files: u64,
    pub media: u64,
    /// Bytes of all media files.
    pub media_bytes: u64,
    pub requests: u64,
    /// Requests that no finding fails; none in a part of a run, which does not know the findings of the others.
    pub ready: Option<u64>,
    /// Requests that may get more fields before they are sent: a program adds to them where heylint does not follow.
    pub open: u64,
    /// Local files that requests name by their path and that must be uploaded first.
    pub uploads: u64,
    pub errors: u64,
    pub warnings: u64,
    pub hints: u64,
    /// Findings that a suppression in the configuration hides.
    pub suppressed: u64,
    /// Findings in the baseline.
    pub baselined: u64,
    /// Inputs that could not be read.
    pub unchecked: u64,
    /// Findings that `--fix` could fix.
    pub fixable: u64,
    /// Findings that only `--fix-unsafe` could fix.
    pub fixable_unsafely: u64,
    /// Findings that were fixed.
    pub fixed: u64,
    /// Entries of the baseline whose finding is gone.
    pub stale: u64,
    /// Files that resemble a request and were not checked.
    pub resembling: u64,
    /// Media files whose findings are hints at most, because nothing says that they are sent.
    pub unclaimed: u64,
}

/// The result of a run. Findings are sorted by file, record, start, end, rule and message, files by path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunReport {
    pub findings: Vec<Finding>,
    pub files: Vec<CheckedFile>,
    pub summary: Summary,
    /// The profiles in use, the default one first.
    pub profiles: Vec<&'static Profile>,
    /// Sorted by path.
    pub resembling: Vec<Resembling>,
    /// The old profiles of the run, sorted by name.
    pub outdated: Vec<Outdated>,
    /// Every file visited, sorted by path; filled in if the settings ask for it.
    pub taken: Vec<Taken>,
    /// The rules of findings that are not in `findings`.
    pub spilled_rules: BTreeMap<&'static str, &'static Rule>,
    /// Findings spilled from memory, in parts that are each sorted.
    pub spilled: Vec<Arc<SpilledRun>>,
    /// What a page shows in addition; filled in if the settings ask for it.
    pub gallery: Option<Box<Gallery>>,
    /// The duration, only for people, so that machine reports stay the same from run to run.
    pub elapsed: Duration,
}

impl RunReport {
    /// Passes every finding to `take`, in report order.
    ///
    /// # Errors
    ///
    /// An error of `take`, or if spilled findings cannot be read.
    pub fn each(&self, take: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        self.each_record(&mut |finding, _| take(finding))
    }

    /// As [`each`](Self::each), with the record of the report from which a finding was read, if it was spilled with it.
    ///
    /// # Errors
    ///
    /// As [`each`](Self::each).
    pub fn each_record(&self, take: &mut dyn FnMut(&Finding, Option<&str>) -> io::Result<()>) -> io::Result<()> {
        let mut runs: Vec<&SpilledRun> = self.spilled.iter().map(|run| &**run).collect();
        runs.sort_by(|a, b| order(b.first(), a.first()));
        let mut held = self.findings.iter().peekable();
        // The runs that have begun, each with its next finding. Runs of different files follow each other.
        let mut begun: Vec<((Finding, Option<String>), Reading<'_>)> = Vec::new();
        loop {
            let first = |((a, _), _): &((Finding, _), _), ((b, _), _): &((Finding, _), _)| order(a, b);
            let least = begun.iter().enumerate().min_by(|(_, a), (_, b)| first(a, b)).map(|(at, _)| at);
            let next = least.and_then(|at| begun.get(at)).map(|((finding, _), _)| finding);
            let begins = |run: &&mut &SpilledRun| next.is_none_or(|next| order(run.first(), next).is_lt());
            if let Some(run) = runs.last_mut().filter(begins) {
                let mut reading = run.read();
                runs.pop();
                begun.extend(reading.next_finding()?.map(|first| (first, reading)));
                continue;
            }
            let Some((next, reading)) = least.and_then(|at| begun.get_mut(at)) else { break };
            while let Some(before) = held.next_if(|held| order(held, &next.0).is_lt()) {
                take(before, None)?;
            }
            take(&next.0, next.1.as_deref())?;
            match (reading.next_finding()?, least) {
                (Some(more), _) => *next = more,
                (None, Some(at)) => drop(begun.remove(at)),
                (None, None) => {}
            }
        }
        held.try_for_each(|finding| take(finding, None))
    }

    /// The rules of all findings, by id.
    #[must_use]
    pub fn rules(&self) -> BTreeMap<&'static str, &'static Rule> {
        let mut rules: BTreeMap<_, _> = self.findings.iter().map(|finding| (finding.rule.id, finding.rule)).collect();
        rules.extend(&self.spilled_rules);
        rules
    }
}
