//! The result of a run.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{ConfigError, Configs, normal};
use crate::finding::{Fingerprint, Location};
use crate::outcome::RunReport;
use crate::outcome::spill::SortedRuns;
use crate::outcome::verdict::Faulty;
use crate::plan::Plan;
use crate::rule;

/// The outcome of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    pub report: RunReport,
    /// Findings at or above the severity that fails a run.
    pub failing: u64,
    /// The requests that some finding fails.
    pub faulty: Faulty,
    /// Paths that a configuration excludes.
    pub excluded: u64,
    /// Files that were found but are neither media nor requests.
    pub passed_over: u64,
    /// Files that other shards check.
    pub elsewhere: u64,
    /// Entries of the baseline whose finding no longer occurs.
    pub stale: HashSet<Fingerprint>,
    /// The paths of files by their names in reports; filled in for editors, pages and fixes.
    pub paths: FilePaths,
    /// References to local files, which need not exist; filled in for editors.
    pub references: Vec<(Location, PathBuf)>,
    /// The plan, if the settings ask for it.
    pub plan: Option<Plan>,
    /// Configurations under which nothing can be found, one line each.
    pub silent: Vec<String>,
    /// Why the cache could not be written.
    pub cache_fault: Option<String>,
}

/// The paths of files by their names in reports.
#[derive(Clone, Debug, Default)]
pub struct FilePaths {
    /// The folder from which names that are not listed lead to their files; none: every name is listed.
    base: Option<PathBuf>,
    listed: HashMap<Arc<str>, PathBuf>,
}

impl FilePaths {
    /// Lists only symbolic links, and files whose name does not lead to them from the current folder.
    pub(super) fn of_odd_names(configs: &Configs) -> Self {
        Self { base: Some(configs.absolute(Path::new(""))), listed: HashMap::new() }
    }

    pub(super) fn add(&mut self, name: &Arc<str>, path: &Path) {
        let is_plain = self.base.as_ref().is_some_and(|base| leads(base, name, path));
        if !is_plain || path.is_symlink() {
            self.listed.insert(Arc::clone(name), path.to_owned());
        }
    }

    /// The path of a file of the run.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, Path>> {
        let listed = self.listed.get(name).map(|path| Cow::Borrowed(&**path));
        listed.or_else(|| Some(Cow::Owned(normal(&self.base.as_ref()?.join(name)))))
    }

    /// The listed files.
    pub fn listed(&self) -> impl Iterator<Item = (&Arc<str>, &Path)> {
        self.listed.iter().map(|(name, path)| (name, &**path))
    }

    /// All files, if every name is listed.
    #[must_use]
    pub fn into_listed(self) -> HashMap<Arc<str>, PathBuf> {
        self.listed
    }
}

/// Whether a name leads from a folder to a path, without `.` and `..`.
fn leads(base: &Path, name: &str, path: &Path) -> bool {
    let below = path.strip_prefix(base).ok().and_then(Path::to_str);
    below.map_or_else(|| path.to_str() == Some(name), |below| below == name)
}

impl Outcome {
    /// Counts all findings as baselined, except those about unreadable files.
    ///
    /// # Errors
    ///
    /// If spilled findings cannot be read.
    pub fn settle_baseline(&mut self) -> io::Result<()> {
        let (mut left, mut unread, mut known) = (SortedRuns::default(), 0, 0);
        self.report.each(&mut |finding| {
            if *finding.rule == rule::LINT_UNREADABLE {
                left.push(finding.clone(), None);
                unread += 1;
            } else {
                known += 1;
            }
            Ok(())
        })?;
        let RunReport { findings, spilled, spilled_rules, summary, .. } = &mut self.report;
        (*findings, *spilled, *spilled_rules) = (left.take_held(), left.runs, left.rules);
        summary.baselined += known;
        summary.errors = unread;
        (summary.warnings, summary.hints, summary.stale) = (0, 0, 0);
        (summary.fixable, summary.fixable_unsafely) = (0, 0);
        self.failing = unread;
        self.stale.clear();
        Ok(())
    }
}

/// Why a run has no outcome.
#[derive(Debug)]
pub enum RunError {
    /// The current folder is gone.
    Folder(std::io::Error),
    /// Configurations cannot be used.
    Config(Vec<ConfigError>),
    /// Spilled findings cannot be read.
    Findings(io::Error),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(error) => write!(f, "the current folder: {error}"),
            Self::Findings(error) => error.fmt(f),
            Self::Config(errors) => {
                for (at, error) in errors.iter().enumerate() {
                    if at > 0 {
                        f.write_str("\n")?;
                    }
                    error.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for RunError {}
