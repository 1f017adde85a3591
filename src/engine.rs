//! A run: from the named files to the remaining findings.
//!
//! 1. `inputs` gathers the files, and `run` has what all phases share: settings, configurations, the clock, facts.
//! 2. `requests` reads every text and checks its requests, which determine the uses of media.
//! 3. `media` reads every media file once, and checks it for each use.
//! 4. `settle` gives findings their verdict. The rest is the report.
//!
//! `check` below runs these in order. A phase knows the run and hands its results to the next one:
//! `requests::Requested`, `file_result::FileResult`, `Outcome`.

mod batches;
mod borders;
mod cache;
mod drafts;
mod facts;
mod file_result;
mod gallery;
mod guard;
mod inputs;
mod media;
mod overlay;
mod progress;
mod renames;
mod requests;
mod result;
mod run;
mod services;
mod settings;
mod settle;
mod shard;
mod stamp;
mod stdin;
mod threads;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use drafts::DraftMemory;
pub use facts::FactMemory;
pub use guard::{guarded, is_guarded};
pub use overlay::Overlay;
pub use progress::Progress;
pub use renames::{RenamedFiles, Renames};
pub use result::{FilePaths, Outcome, RunError};
pub use services::Assigned;
pub use settings::{Settings, Stdin};
pub use shard::Shard;
pub use stamp::Stamp;
pub use stdin::StdinBytes;

use self::file_result::FileResult;
use self::inputs::{Inputs, sniffed};
use self::media::MediaQueue;
use self::run::Run;
use self::settle::Settling;
use crate::config::{Config, Configs};
use crate::finding::Finding;
use crate::outcome::Outdated;
use crate::profile::Profile;
use crate::walk::{Input, InputKind, Problem};

/// A text of this many bytes is checked sooner than threads start.
const SHORT: usize = 64 << 10;

/// Checks files.
///
/// ```
/// use heylint::{Linter, Settings};
///
/// let folder = std::env::temp_dir().join("heylint-doc-test");
/// std::fs::create_dir_all(&folder)?;
/// std::fs::write(folder.join("empty.png"), "")?;
/// let outcome = Linter::new(Settings::for_paths([&folder])).run()?;
/// let found: Vec<_> = outcome.report.findings.iter().map(|finding| finding.rule.id).collect();
/// assert_eq!(found, ["file/empty"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Linter {
    settings: Settings,
}

impl Linter {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// Runs the check.
    ///
    /// # Errors
    /// Only if nothing could be checked at all: a configuration that cannot be used, or no current folder. A file that
    /// cannot be read is a finding and counts in the summary.
    pub fn run(&self) -> Result<Outcome, RunError> {
        self.work(None)
    }

    /// As [`run`](Self::run), with JSON Lines of any length as standard input. Findings go to `tell` while the text is
    /// read, in order; only those that need the whole text are in the report.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_on(
        &self,
        source: impl std::io::Read + Send,
        mut tell: impl FnMut(&Finding) + Send,
    ) -> Result<Outcome, RunError> {
        self.work(Some(StreamedInput { source: Box::new(source), tell: &mut tell }))
    }

    /// The profiles for standard input.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn profiles_of_stdin(&self) -> Result<Vec<&'static Profile>, RunError> {
        let current = self.current()?;
        let configs = Configs::new(self.settings.origin.clone(), current);
        let path = self.settings.stdin.as_ref().map(|stdin| configs.absolute(&stdin.name)).unwrap_or_default();
        let config = configs.of_file(&path);
        let errors = configs.errors();
        if !errors.is_empty() {
            return Err(RunError::Config(errors));
        }
        Ok(services::in_force(&self.settings.profiles, [&*config]))
    }

    fn current(&self) -> Result<PathBuf, RunError> {
        match &self.settings.current {
            Some(current) => Ok(current.clone()),
            None => std::env::current_dir().map_err(RunError::Folder),
        }
    }

    fn work(&self, streamed: Option<StreamedInput<'_>>) -> Result<Outcome, RunError> {
        // A browser has no clock that the standard library could read.
        let started = cfg!(not(all(target_family = "wasm", target_os = "unknown"))).then(Instant::now);
        let settings = &self.settings;
        let configs = Arc::new(Configs::new(settings.origin.clone(), self.current()?));
        let inputs = Inputs::gather(settings, &configs)?;
        let run = Run::new(settings, &configs, &inputs);
        let profiles = services::in_force(&settings.profiles, inputs.all().map(|input| &*input.config));
        let outdated = outdated(&run, &profiles, &inputs);
        let (folders, excluded) = (inputs.folders.clone(), inputs.excluded);
        let is_short = streamed.is_none() && is_short(settings);
        let work = || check(&run, inputs, streamed);
        let mut outcome = if is_short { work() } else { threads::on_threads(settings.jobs, work) };
        outcome.excluded = excluded;
        // A shard does not see the files of the others.
        let walked = if run.shard().is_part() { &[] } else { &*folders };
        outcome.cache_fault = run.facts.keep(walked).err().map(|error| error.to_string());
        outcome.report.outdated = outdated.into_iter().collect();
        outcome.report.profiles = profiles;
        outcome.report.elapsed = started.map_or(Duration::ZERO, |started| started.elapsed());
        Ok(outcome)
    }
}

/// Checks everything: first all requests, which determine the uses of media, then the media.
fn check(run: &Run<'_>, inputs: Inputs, streamed: Option<StreamedInput<'_>>) -> Outcome {
    let settings = run.settings;
    let Inputs { found, stdin, context, problems, .. } = inputs;
    let mut settling = Settling::new(run);
    if run.shard().is_first() {
        settling.take(problems.into_iter().map(unreadable).collect());
    }
    let found = found.into_iter().map(|input| renamed(run, input)).map(sniffed);
    let (texts, media): (Vec<Input>, Vec<Input>) = found.partition(|input| input.kind != InputKind::Media);
    let mut paths = match settings.mends {
        true => FilePaths::of_odd_names(run.configs),
        false => FilePaths::default(),
    };
    let has_paths = settings.overlay.memory.is_some() || settings.gallery || settings.mends;
    if has_paths {
        let all = texts.iter().chain(&media).chain(&stdin).chain(&context);
        all.for_each(|input| paths.add(&input.name, &input.path));
    }

    let stdin = stdin.map(|input| (input, streamed));
    let mut requested = requests::check_all(run, texts, stdin, MediaQueue::new(media), &mut settling);
    requests::refer_from(run, &context, &mut requested.media);

    let tasks = requested.media.all();
    if has_paths {
        tasks.iter().for_each(|task| paths.add(&task.name, &task.path));
    }
    let others = media::check_all(run, tasks, &mut settling);
    let elsewhere = requested.elsewhere + others.len() as u64;

    let outcome = settling.finish(&[requested.others, others].concat());
    let (plan, references) = (requested.plan, requested.references);
    let mut outcome = Outcome { paths, references, elsewhere, plan, ..outcome };
    if settings.gallery {
        gallery::fill(&mut outcome);
    }
    outcome
}

fn unreadable(problem: Problem) -> FileResult {
    let mut unreadable = FileResult::unreadable(&problem.name, &Arc::new(Config::default()), problem.message);
    if let (Some(help), Some(raised)) = (problem.help, unreadable.raised.first_mut()) {
        raised.finding.help = Some(help);
    }
    unreadable
}

/// The input under its pending name.
fn renamed(run: &Run<'_>, mut input: Input) -> Input {
    if let Some(new) = run.settings.overlay.moved(&input.path) {
        input.name = run.configs.name(&new).into();
        input.path = new;
    }
    input
}

/// Whether the run only checks a short text.
fn is_short(settings: &Settings) -> bool {
    settings.stdin.as_ref().is_some_and(|stdin| stdin.bytes.len() <= SHORT as u64)
        && settings.paths.is_empty()
        && settings.context.is_empty()
        && !settings.gallery
}

/// The old profiles, except those that a newer document replaces.
fn outdated(run: &Run<'_>, profiles: &[&'static Profile], inputs: &Inputs) -> BTreeSet<Outdated> {
    let of_configs = inputs.all().filter_map(|input| input.config.newer.as_ref());
    let newer = run.settings.newer.iter().chain(of_configs);
    let renewed: Vec<_> = newer.filter(|newer| newer.is_fresh(run.now)).collect();
    let old = profiles.iter().filter(|profile| !renewed.iter().any(|newer| newer.is_of(profile)));
    old.filter_map(|profile| Outdated::of(profile, run.now)).collect()
}

/// Streaming standard input, with the receiver of its findings.
struct StreamedInput<'a> {
    source: Box<dyn std::io::Read + Send + 'a>,
    tell: &'a mut (dyn FnMut(&Finding) + Send),
}
