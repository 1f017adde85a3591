//! Runs of the engine over what editors hold, one at a time, beside the server.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::config::{ConfigError, Configs, Origin};
use crate::engine::{Error, Memory, Overlay, Stdin, guarded};
use crate::finding::{Finding, Location};
use crate::media::{Depth, Facts};
use crate::{Linter, Outcome, Settings};

/// How everything is looked at.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where configurations come from; a path in it is absolute.
    pub origin: Origin,
    /// The drafts must be sendable as they stand.
    pub ready: bool,
    pub depth: Depth,
}

/// One document to look at.
#[derive(Debug)]
pub(super) struct Job {
    pub uri: String,
    pub revision: u64,
    pub path: PathBuf,
    pub text: String,
    /// The folder that names are relative to.
    pub folder: PathBuf,
}

/// What a job gave.
#[derive(Debug)]
pub(super) struct Checked {
    pub revision: u64,
    pub took: Duration,
    pub outcome: Result<Found, Fault>,
}

/// Why nothing is known.
#[derive(Debug)]
pub(super) enum Fault {
    /// Configurations cannot be used, each with its path.
    Config(Vec<(PathBuf, ConfigError)>),
    Internal(String),
}

/// What was found in a document.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// As the findings call it.
    pub name: Arc<str>,
    pub findings: Vec<Finding>,
    /// Where the files are that the findings name.
    pub paths: HashMap<Arc<str>, PathBuf>,
    /// Where it refers to local files.
    pub references: Vec<(Location, PathBuf)>,
    pub facts: HashMap<PathBuf, Facts>,
}

impl Options {
    /// The settings for one document.
    pub(super) fn settings(&self, folder: &Path, path: &Path, text: &str, memory: Option<&Arc<Memory>>) -> Settings {
        let name = path.strip_prefix(folder).unwrap_or(path).to_owned();
        Settings {
            stdin: Some(Stdin { name, bytes: text.as_bytes().to_vec() }),
            overlay: Overlay { memory: memory.cloned(), ..Overlay::default() },
            ..self.base(folder)
        }
    }

    pub(super) fn base(&self, folder: &Path) -> Settings {
        Settings {
            origin: self.origin.clone(),
            ready: self.ready,
            depth: self.depth,
            unasked: true,
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
    options: Options,
    memory: Arc<Memory>,
    events: Sender<E>,
    wrap: fn(String, Checked) -> E,
) -> io::Result<Sender<Job>> {
    let (sender, jobs) = channel::<Job>();
    let work = move || {
        for job in jobs {
            let started = Instant::now();
            let outcome = guarded(|| look(&options, &memory, &job))
                .unwrap_or_else(|fault| Err(Fault::Internal(format!("internal fault: {fault}"))));
            let checked = Checked { revision: job.revision, took: started.elapsed(), outcome };
            if events.send(wrap(job.uri, checked)).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("checks".to_owned()).spawn(work)?;
    Ok(sender)
}

fn look(options: &Options, memory: &Arc<Memory>, job: &Job) -> Result<Found, Fault> {
    let settings = options.settings(&job.folder, &job.path, &job.text, Some(memory));
    let name = settings.stdin.as_ref().map(|stdin| crate::source::display_name(&stdin.name)).unwrap_or_default();
    match Linter::new(settings).run() {
        Ok(outcome) => Ok(Found::new(name.into(), outcome)),
        Err(Error::Config(errors)) => {
            let placed = |error: ConfigError| (job.folder.join(&*error.file), error);
            Err(Fault::Config(errors.into_iter().map(placed).collect()))
        }
        Err(error) => Err(Fault::Internal(error.to_string())),
    }
}

impl Found {
    fn new(name: Arc<str>, outcome: Outcome) -> Self {
        let Outcome { report, paths, references, .. } = outcome;
        let facts = report.files.into_iter().filter_map(|file| {
            let path = paths.get(file.path.as_str())?.clone();
            Some((path, file.facts?))
        });
        Self { name, facts: facts.collect(), findings: report.findings, paths, references }
    }

    /// Where a finding is to be seen in this document: at its own place, or wherever the document refers to its file.
    pub(super) fn places<'f>(&self, finding: &'f Finding) -> Vec<&'f Location> {
        if *finding.location.file == *self.name {
            return vec![&finding.location];
        }
        let related = finding.related.iter().map(|related| &related.location);
        related.filter(|location| *location.file == *self.name && location.span.is_some()).collect()
    }
}
