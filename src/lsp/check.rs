//! Runs the engine over editor buffers, one at a time, on a separate thread.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::config::{ConfigError, ConfigOrigin, Configs, FILE_NAME};
use crate::engine::{FactMemory, Overlay, RunError, Stamp, Stdin, guarded};
use crate::finding::{Finding, Location};
use crate::media::{Depth, Facts};
use crate::outcome::FileKind;
use crate::profile::Profile;
use crate::request::endpoint::Certainty;
use crate::{Linter, Outcome, Settings};

/// Settings for all documents.
#[derive(Clone, Debug, Default)]
pub struct EditorOptions {
    /// Where configurations come from; paths are absolute.
    pub origin: ConfigOrigin,
    /// Report whatever stops a draft from being sent unchanged.
    pub ready: bool,
    pub depth: Depth,
    /// Seconds since 1970; none: the clock.
    pub now: Option<u64>,
    /// The services that files are for; empty: those of the configuration.
    pub profiles: Vec<&'static Profile>,
}

/// One document to check.
#[derive(Debug)]
pub(super) struct CheckTask {
    pub uri: String,
    pub revision: u64,
    pub path: PathBuf,
    pub text: String,
    /// An earlier version was recognised as a request: a typo must not silence its findings.
    pub known: bool,
    /// The folder that names are relative to.
    pub folder: PathBuf,
}

/// The result of a job.
#[derive(Debug)]
pub(super) struct CheckedDocument {
    pub revision: u64,
    pub took: Duration,
    pub outcome: Result<DocumentFindings, CheckError>,
    /// The stamps of the files on which the outcome depends.
    pub beside: Vec<(PathBuf, Option<Stamp>)>,
}

/// Why a check gave no outcome.
#[derive(Debug)]
pub(super) enum CheckError {
    /// Configurations cannot be used, each with its path.
    Config(Vec<(PathBuf, ConfigError)>),
    Internal(String),
}

/// The findings of a document.
#[derive(Debug, Default)]
pub(super) struct DocumentFindings {
    /// Its name in the findings.
    pub name: Arc<str>,
    pub findings: Vec<Finding>,
    /// The paths of the files that the findings name.
    pub paths: HashMap<Arc<str>, PathBuf>,
    /// Its references to local files.
    pub references: Vec<(Location, PathBuf)>,
    pub facts: HashMap<PathBuf, Facts>,
    /// It contains requests.
    pub request: bool,
    /// How it was classified, and why.
    pub taken: Option<String>,
    /// The profiles that are old.
    pub outdated: Vec<String>,
}

impl EditorOptions {
    /// The settings for one document.
    pub(super) fn settings(&self, folder: &Path, path: &Path, text: &str, memory: &Arc<FactMemory>) -> Settings {
        let name = path.strip_prefix(folder).unwrap_or(path).to_owned();
        Settings {
            stdin: Some(Stdin { name, bytes: text.as_bytes().into() }),
            overlay: Overlay { memory: Some(Arc::clone(memory)), ..Overlay::default() },
            ..self.base(folder)
        }
    }

    pub(super) fn base(&self, folder: &Path) -> Settings {
        Settings {
            origin: self.origin.clone(),
            profiles: self.profiles.clone(),
            ready: self.ready,
            depth: self.depth,
            now: self.now,
            show_files: true,
            unasked: Some(Certainty::Certain),
            current: Some(folder.to_owned()),
            ..Settings::default()
        }
    }

    pub(super) fn configs(&self, folder: &Path) -> Configs {
        Configs::new(self.origin.clone(), folder.to_owned())
    }
}

/// Starts the thread that takes jobs; it ends when the sender of jobs is dropped.
pub(super) fn worker<E: Send + 'static>(
    options: EditorOptions,
    memory: Arc<FactMemory>,
    events: Sender<E>,
    wrap: fn(String, CheckedDocument) -> E,
) -> io::Result<Sender<CheckTask>> {
    let (sender, jobs) = channel::<CheckTask>();
    let work = move || {
        for job in jobs {
            let started = Instant::now();
            let before = |path: PathBuf| {
                let stamp = Stamp::of(&path);
                (path, stamp)
            };
            let mut beside: Vec<_> = configurations(&job.path).into_iter().map(before).collect();
            let outcome = guarded(|| look(&options, &memory, &job))
                .unwrap_or_else(|fault| Err(CheckError::Internal(format!("internal fault: {fault}"))));
            if let Ok(found) = &outcome {
                let stamped = |path: &PathBuf| (path.clone(), memory.stamp(path).or_else(|| Stamp::of(path)));
                beside.extend(found.references.iter().map(|(_, path)| stamped(path)));
            }
            let checked = CheckedDocument { revision: job.revision, took: started.elapsed(), outcome, beside };
            if events.send(wrap(job.uri, checked)).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("checks".to_owned()).spawn(work)?;
    Ok(sender)
}

/// Where the configuration of a file may be.
fn configurations(path: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for above in path.ancestors().skip(1) {
        paths.push(above.join(FILE_NAME));
        if above.join(".git").symlink_metadata().is_ok() {
            break;
        }
    }
    paths
}

fn look(options: &EditorOptions, memory: &Arc<FactMemory>, job: &CheckTask) -> Result<DocumentFindings, CheckError> {
    let mut settings = options.settings(&job.folder, &job.path, &job.text, memory);
    if job.known {
        settings.unasked = Some(Certainty::Likely);
    }
    let name = settings.stdin.as_ref().map(|stdin| crate::source::display_name(&stdin.name)).unwrap_or_default();
    match Linter::new(settings).run() {
        Ok(outcome) => Ok(DocumentFindings::new(name.into(), outcome)),
        Err(RunError::Config(errors)) => {
            let placed = |error: ConfigError| (job.folder.join(&*error.file), error);
            Err(CheckError::Config(errors.into_iter().map(placed).collect()))
        }
        Err(error) => Err(CheckError::Internal(error.to_string())),
    }
}

impl DocumentFindings {
    fn new(name: Arc<str>, outcome: Outcome) -> Self {
        let Outcome { report, paths, references, .. } = outcome;
        let paths = paths.into_listed();
        let own = report.files.iter().find(|file| *file.path == *name);
        let request = own.is_some_and(|file| matches!(file.kind, FileKind::Request | FileKind::Manifest));
        let outdated = crate::report::outdated(&report).collect();
        let taken = report.taken.iter().find(|taken| *taken.path == *name).map(|taken| taken.what.clone());
        let facts = report.files.into_iter().filter_map(|file| {
            let path = paths.get(file.path.as_str())?.clone();
            Some((path, file.facts()?))
        });
        Self { name, facts: facts.collect(), findings: report.findings, paths, references, request, taken, outdated }
    }

    /// The places of a finding in this document: its own, or wherever the document refers to its file.
    pub(super) fn places<'f>(&self, finding: &'f Finding) -> Vec<&'f Location> {
        if *finding.location.file == *self.name {
            return vec![&finding.location];
        }
        let related = finding.related.iter().map(|related| &related.location);
        related.filter(|location| *location.file == *self.name && location.span.is_some()).collect()
    }
}
