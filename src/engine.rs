//! The run: which files are checked, in which order, on how many threads, and which findings remain.

mod borders;
mod cache;
mod collect;
mod drafts;
mod facts;
mod gallery;
mod guard;
mod media;
mod overlay;
mod page;
mod phases;
mod pieces;
mod progress;
mod records;
mod remedies;
mod requests;
mod services;
mod settle;
mod shard;
mod stamp;
mod tables;
mod threads;

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

pub use drafts::DraftMemory;
pub use facts::FactMemory;
pub use guard::{guarded, is_guarded};
pub use overlay::Overlay;
pub use progress::Progress;
pub use services::Told;
pub use shard::Shard;
pub use stamp::Stamp;

use self::borders::Borders;
use self::cache::Cache;
use self::facts::FactStore;
use crate::check::Context;
use crate::config::{Config, ConfigError, ConfigOrigin, Configs, FailOn, Selector};
use crate::drift::Newer;
use crate::finding::{Finding, Location};
use crate::limits::Use;
use crate::media::Depth;
use crate::outcome::baseline::{Baseline, KnownFinding};
use crate::outcome::gallery::MediaUses;
use crate::outcome::spill::{Spill, SpilledRun};
use crate::outcome::verdict::Faulty;
use crate::outcome::{CheckedFile, Outdated, Resembling, RunReport, Taken};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::remedy::Tools;
use crate::request::endpoint::Certainty;
use crate::rule;
use crate::text::Span;
use crate::walk::{self, Input, InputKind};

/// The text of standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stdin {
    /// The name that it stands for. Relative paths and the configuration start from its folder.
    pub name: PathBuf,
    pub bytes: Arc<[u8]>,
}

/// The settings of a run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Named files are treated as in a walk: those that are neither media nor certainly requests are passed over.
    pub pass_over: bool,
    pub stdin: Option<Stdin>,
    pub origin: ConfigOrigin,
    /// The endpoint that all requests are for: `POST /v3/videos`.
    pub endpoint: Option<String>,
    /// The services that files are for; empty: those of the configuration.
    pub profiles: Vec<&'static Profile>,
    /// The name of the use of bare media files, in every profile that has it.
    pub place: Option<&'static str>,
    /// The drafts must be sendable as they stand.
    pub ready: bool,
    /// Work out what the requests amount to.
    pub plan: bool,
    pub depth: Depth,
    /// Replaces the selection of the configuration, unless it is empty.
    pub select: Vec<Selector>,
    /// Adds to the ignored rules of the configuration.
    pub ignore: Vec<Selector>,
    pub fail_on: Option<FailOn>,
    /// Threads; none: as many as there are cores.
    pub jobs: Option<NonZeroUsize>,
    /// Seconds since 1970-01-01T00:00:00Z; none: the clock.
    pub now: Option<u64>,
    /// The folder that paths are relative to; none: the current one.
    pub current: Option<PathBuf>,
    /// Nobody named the files: a text that is not a request with this certainty is passed over, and excluded files are
    /// left out, as in a walk.
    pub unasked: Option<Certainty>,
    /// Unsaved texts and pending renames.
    pub overlay: Overlay,
    /// Known findings.
    pub baseline: Option<Arc<Baseline>>,
    /// The part of the files to check.
    pub shard: Option<Shard>,
    /// Folders whose requests count as well, as far as they refer to the files that are looked at: of themselves nothing
    /// is said.
    pub context: Vec<PathBuf>,
    /// The programs that remedies may use.
    pub tools: Tools,
    /// References may leave the project.
    pub allow_outside: bool,
    /// What a newer document of the service knows, in place of the document that the configuration names.
    pub newer: Option<Arc<Newer>>,
    /// The folder of the cache; none: no cache.
    pub cache: Option<PathBuf>,
    /// Findings need not all stand in [`RunReport::findings`]: beyond a bound they are spilled to a temporary file, from which
    /// [`RunReport::each`] reads them.
    pub unheld: bool,
    /// Collect what each file was taken for.
    pub show_files: bool,
    /// Collect what a page draws beside the findings: thumbnails, places of use, the plan.
    pub gallery: bool,
    /// Counts the progress of the run.
    pub progress: Option<Arc<Progress>>,
}

impl Settings {
    /// The defaults, for these files and folders.
    #[must_use]
    pub fn for_paths<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

/// The outcome of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    pub report: RunReport,
    /// Findings at or above the severity that fails a run.
    pub failing: u64,
    /// The requests that something speaks against.
    pub faulty: Faulty,
    /// Paths that a configuration left out.
    pub excluded: u64,
    /// Files that were found but are neither media nor requests.
    pub passed_over: u64,
    /// Files that other shards check.
    pub elsewhere: u64,
    /// Entries of the baseline whose finding no longer occurs.
    pub stale: Vec<KnownFinding>,
    /// The paths of files by their names in reports; filled in for editors and pages.
    pub paths: HashMap<Arc<str>, PathBuf>,
    /// References to local files, which need not exist; filled in for editors.
    pub references: Vec<(Location, PathBuf)>,
    /// The plan, if the settings ask for it.
    pub plan: Option<Plan>,
    /// Configurations under which nothing can be found, one line each.
    pub silent: Vec<String>,
    /// Why the cache could not be written.
    pub cache_fault: Option<String>,
}

impl Outcome {
    /// Counts all findings as baselined, except those about unreadable files.
    pub fn settle_baseline(&mut self) {
        let RunReport { findings, summary, .. } = &mut self.report;
        let before = findings.len();
        findings.retain(|finding| *finding.rule == rule::LINT_UNREADABLE);
        summary.baselined += (before - findings.len()) as u64;
        summary.errors = findings.len() as u64;
        (summary.warnings, summary.hints, summary.stale) = (0, 0, 0);
        (summary.fixable, summary.fixable_unsafely) = (0, 0);
        self.failing = findings.len() as u64;
        self.stale.clear();
    }
}

/// Why a run has no outcome.
#[derive(Debug)]
pub enum RunError {
    /// The current folder is gone.
    Folder(std::io::Error),
    /// Configurations cannot be used.
    Config(Vec<ConfigError>),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(error) => write!(f, "the current folder: {error}"),
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

/// Bytes of a text that is checked sooner than threads start.
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

    /// The profiles that standard input is held against.
    ///
    /// # Errors
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

    fn work(&self, incoming: Option<StreamedInput<'_>>) -> Result<Outcome, RunError> {
        let started = Instant::now();
        let settings = &self.settings;
        let configs = Arc::new(Configs::new(settings.origin.clone(), self.current()?));
        let threads = settings.jobs.map_or(0, NonZeroUsize::get);
        let mut walked = walk::walk(&settings.paths, &configs, threads, settings.pass_over);
        let mut stdin = settings.stdin.as_ref().map(|stdin| input_of(stdin, &configs));
        if settings.unasked.is_some() {
            if stdin.take_if(|input| walk::is_excluded(&input.path, false, &configs)).is_some() {
                walked.excluded += 1;
            }
            for input in walked.inputs.iter_mut().chain(&mut stdin) {
                input.named = input.config.requests_of(&input.path).is_some();
            }
        }
        let errors = configs.errors();
        if !errors.is_empty() {
            return Err(RunError::Config(errors));
        }
        let now = settings
            .now
            .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
        let cache = settings.cache.as_ref().map(|folder| {
            let folder = configs.absolute(folder);
            Cache::open(folder, &configs.absolute(Path::new("")), settings.depth)
        });
        let facts = FactStore::new(&settings.overlay, settings.depth, cache);
        let inputs: Vec<&Input> = walked.inputs.iter().chain(&stdin).collect();
        let borders = Borders::new(settings.allow_outside, &configs, &settings.origin, &walked.folders, &inputs);
        let borders = Arc::new(borders);
        let run = Run { settings, configs: &configs, now, facts, borders, spill: Arc::default() };
        let context = run.context_of(&walked, threads);
        let used = walked.inputs.iter().chain(&stdin).map(|input| &*input.config);
        let profiles = services::in_force(&settings.profiles, used);
        let excluded = walked.excluded;
        // A newer document stands in for an old profile.
        let newer = settings.newer.iter().chain(inputs.iter().filter_map(|input| input.config.newer.as_ref()));
        let renewed: Vec<_> = newer.filter(|newer| newer.is_fresh(now)).collect();
        let is_renewed = |profile: &Profile| renewed.iter().any(|newer| newer.is_of(profile));
        let old = profiles.iter().filter(|profile| !is_renewed(profile));
        let outdated: BTreeSet<_> = old.filter_map(|profile| Outdated::of(profile, now)).collect();
        let folders = walked.folders.clone();
        let short = |stdin: &Stdin| stdin.bytes.len() <= SHORT;
        let is_short = settings.stdin.as_ref().is_some_and(short)
            && settings.paths.is_empty()
            && settings.context.is_empty()
            && !settings.gallery
            && incoming.is_none();
        let work = || {
            let mut outcome = phases::check(&run, walked, &context, stdin.as_ref(), incoming);
            if settings.gallery {
                gallery::fill(&mut outcome);
            }
            outcome
        };
        let mut outcome = if is_short { work() } else { threads::on_threads(settings.jobs, work) };
        outcome.excluded = excluded;
        // A shard does not see the files of others.
        let walked = if settings.shard.unwrap_or_default().is_part() { &[] } else { &*folders };
        outcome.cache_fault = run.facts.keep(walked).err().map(|error| error.to_string());
        outcome.report.outdated = outdated.into_iter().collect();
        outcome.report.profiles = profiles;
        outcome.report.elapsed = started.elapsed();
        Ok(outcome)
    }
}

fn input_of(stdin: &Stdin, configs: &Configs) -> Input {
    let path = configs.absolute(&stdin.name);
    let config = configs.of_file(&path);
    let kind = walk::kind(&path, &config).unwrap_or(InputKind::Unknown);
    Input { name: crate::source::display_name(&stdin.name).into(), path, kind, named: true, config }
}

/// Standard input that streams, and who takes its findings.
struct StreamedInput<'a> {
    source: Box<dyn std::io::Read + Send + 'a>,
    tell: &'a mut (dyn FnMut(&Finding) + Send),
}

/// One run, shared by its threads.
struct Run<'a> {
    settings: &'a Settings,
    configs: &'a Arc<Configs>,
    now: u64,
    facts: FactStore<'a>,
    /// Where findings are spilled.
    spill: Arc<Spill>,
    /// The borders of the project.
    borders: Arc<Borders>,
}

/// A finding with the configuration of its file.
struct Raised {
    finding: Finding,
    config: Arc<Config>,
}

/// A reference of a request to a media file.
#[derive(Clone)]
struct MediaUse {
    /// The possible uses there; the format of the file decides.
    uses: &'static [&'static Use],
    config: Arc<Config>,
    /// The JSON value.
    location: Location,
    /// Where in the text the file's name stands, when the draft gives its path.
    tail: Option<Tail>,
}

/// The last part of a path within a text.
#[derive(Clone, Copy)]
struct Tail {
    /// The name of the file.
    name: Span,
    /// Its extension.
    span: Span,
    /// There is a dot before it; otherwise the name has no extension and ends at the span.
    dotted: bool,
}

/// The results of one file. There may be a hundred thousand, so rare parts are boxed.
#[derive(Default)]
struct Looked {
    raised: Vec<Raised>,
    /// The file; none if it was passed over or could not be read.
    file: Option<CheckedFile>,
    /// References to media.
    sites: Vec<(PathBuf, MediaUse)>,
    /// References to local files, which need not exist; only for editors.
    references: Vec<(Location, PathBuf)>,
    /// It could not be read.
    unchecked: bool,
    /// A local file that a request names by its path.
    is_upload: bool,
    passed_over: bool,
    /// A media file whose findings are no more than hints, because nobody says that it is sent.
    unclaimed: bool,
    resembling: Option<Box<Resembling>>,
    /// What it is for; only where the settings ask for it.
    uses: Option<Box<MediaUses>>,
    /// What it was taken for; only where the settings ask for it.
    taken: Option<Box<Taken>>,
    /// The plan of its requests.
    plan: Option<Box<Plan>>,
    /// Findings that are not held, and what was counted of them.
    spilled: Option<Box<(settle::RunTally, Option<Arc<SpilledRun>>)>>,
}

/// One is allocated for each file.
const _: () = assert!(size_of::<Looked>() <= 384);

impl Looked {
    /// A file that could not be read.
    fn unreadable(name: &Arc<str>, config: &Arc<Config>, message: String) -> Self {
        let finding = Finding::new(&rule::LINT_UNREADABLE, message).at(Location::file(Arc::clone(name)));
        let raised = vec![Raised { finding, config: Arc::clone(config) }];
        Self { raised, unchecked: true, ..Self::default() }
    }
}

impl Run<'_> {
    fn context<'c>(&'c self, config: &'c Config, profile: &'static Profile) -> Context<'c> {
        let newer = self.settings.newer.as_deref().or(config.newer.as_deref());
        let newer = newer.filter(|newer| newer.is_of(profile));
        Context { limits: config.limits_of(profile), ready: self.settings.ready, now: self.now, newer }
    }

    /// The requests of the context that are not looked at anyway.
    fn context_of(&self, walked: &walk::Walked, threads: usize) -> Vec<Input> {
        if self.settings.context.is_empty() {
            return Vec::new();
        }
        let found = walk::walk(&self.settings.context, self.configs, threads, false).inputs;
        let known: std::collections::HashSet<&Path> = walked.inputs.iter().map(|input| input.path.as_path()).collect();
        let is_new = |input: &Input| input.kind != InputKind::Media && !known.contains(input.path.as_path());
        found.into_iter().filter(is_new).collect()
    }

    /// Checks a request file, unless it is remembered from an earlier run.
    fn unless_kept(&self, input: &Input) -> Looked {
        self.remembered(input, || self.unless_empty(input))
    }

    /// Checks a request file, unless the cache knows that it holds no request.
    fn unless_empty(&self, input: &Input) -> Looked {
        if !self.may_pass_over(input) {
            return self.request(input);
        }
        let look = || {
            let looked = self.request(input);
            // The cache could not say what it resembles.
            let is_told =
                looked.file.is_some() || looked.unchecked || looked.resembling.is_some() || looked.taken.is_some();
            (looked, !is_told)
        };
        let known = || Looked { passed_over: !matches!(input.kind, InputKind::Source(_)), ..Looked::default() };
        self.facts.unless_no_request(&input.path, look).unwrap_or_else(known)
    }

    /// Only the bytes can show that it is a request.
    fn may_pass_over(&self, input: &Input) -> bool {
        !input.named && self.told(input).endpoint.is_none() && self.settings.overlay.text(&input.path).is_none()
    }

    fn expect(&self, files: usize) {
        if let Some(progress) = &self.settings.progress {
            progress.expect(files);
        }
    }

    fn stepped(&self, looked: Looked) -> Looked {
        if let Some(progress) = &self.settings.progress {
            progress.step();
        }
        looked
    }

    /// The input under its pending name.
    fn renamed(&self, mut input: Input) -> Input {
        if let Some(new) = self.settings.overlay.moved(&input.path) {
            input.path = new.to_owned();
            input.name = self.configs.name(new).into();
        }
        input
    }
}
