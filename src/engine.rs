//! The run: what is looked at, in which order, on how many threads, and what remains of what was found.

mod borders;
mod cache;
mod collect;
mod facts;
mod guard;
mod media;
mod overlay;
mod page;
mod phases;
mod pieces;
mod progress;
mod records;
mod requests;
mod settle;
mod shard;
mod stamp;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

pub use facts::Memory;
pub use guard::{guarded, is_guarded};
pub use overlay::Overlay;
pub use progress::Progress;
pub use shard::Shard;
pub use stamp::Stamp;

use self::borders::Borders;
use self::cache::Cache;
use self::facts::FactStore;
use crate::check::Context;
use crate::config::{Config, ConfigError, Configs, FailOn, Origin, Selector};
use crate::finding::{Finding, Location};
use crate::limits::Use;
use crate::media::Depth;
use crate::outcome::baseline::{Baseline, Entry};
use crate::outcome::spill::{Spill, SpilledRun};
use crate::outcome::{CheckedFile, Report};
use crate::plan::Plan;
use crate::request::endpoint::Certainty;
use crate::rule;
use crate::text::Span;
use crate::walk::{self, Input, Kind};

/// What came on standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stdin {
    /// The name that it stands for; its folder is where its paths are relative to, and its configuration is looked for.
    pub name: PathBuf,
    pub bytes: Arc<[u8]>,
}

/// What a run is to do.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Files that are named are taken as a walk takes them: what is neither media nor surely a request is passed over.
    pub pass_over: bool,
    pub stdin: Option<Stdin>,
    pub origin: Origin,
    /// The endpoint that all requests are for: `POST /v3/videos`.
    pub endpoint: Option<String>,
    /// What media files are for that nothing refers to.
    pub place: Option<&'static Use>,
    /// The drafts must be sendable as they stand.
    pub ready: bool,
    /// Work out what the requests amount to.
    pub plan: bool,
    pub depth: Depth,
    /// Takes the place of the configuration's, unless it is empty.
    pub select: Vec<Selector>,
    /// Stands beside the configuration's.
    pub ignore: Vec<Selector>,
    pub fail_on: Option<FailOn>,
    /// Threads; none: as many as there are cores.
    pub jobs: Option<NonZeroUsize>,
    /// Seconds since 1970-01-01T00:00:00Z; none: the clock.
    pub now: Option<u64>,
    /// The folder that paths are relative to; none: the current one.
    pub current: Option<PathBuf>,
    /// Nobody named the files: what is not a request with this certainty is passed over in silence, and what is excluded
    /// left out, as in a walk.
    pub unasked: Option<Certainty>,
    /// What is looked at in the place of what the disk holds.
    pub overlay: Overlay,
    /// Findings that are known and left alone.
    pub baseline: Option<Arc<Baseline>>,
    /// The part of the files that is looked at.
    pub shard: Option<Shard>,
    /// References may lead out of the project.
    pub allow_outside: bool,
    /// The folder in which is kept what was found out about files, for later runs; none: nothing is kept.
    pub cache: Option<PathBuf>,
    /// Findings need not all stand in [`Report::findings`]: beyond a bound they are spilled to a temporary file, from which
    /// [`Report::each`] reads them.
    pub unheld: bool,
    /// Where the run says how far it is.
    pub progress: Option<Arc<Progress>>,
}

impl Settings {
    /// The defaults, for these files and folders.
    #[must_use]
    pub fn for_paths<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

/// What a run has given.
#[derive(Debug, Default)]
pub struct Outcome {
    pub report: Report,
    /// Findings at or above the severity that fails a run.
    pub failing: u64,
    /// Paths that a configuration left out.
    pub excluded: u64,
    /// Files that were found but are neither media nor requests.
    pub passed_over: u64,
    /// Files that other shards look at.
    pub elsewhere: u64,
    /// Entries of the baseline whose finding is gone.
    pub stale: Vec<Entry>,
    /// Where the files are, by the name that reports give them; filled in when the overlay remembers.
    pub paths: HashMap<Arc<str>, PathBuf>,
    /// Where requests refer to local files, be they there or not; filled in when the overlay remembers.
    pub references: Vec<(Location, PathBuf)>,
    /// What the requests amount to, where the settings ask for it.
    pub plan: Option<Plan>,
    /// Configurations under which nothing can be found: what they say, one line each.
    pub silent: Vec<String>,
    /// Why what was found out could not be kept.
    pub cache_fault: Option<String>,
}

impl Outcome {
    /// All findings stand in the baseline from now on, but for what could not be read.
    pub fn settle_baseline(&mut self) {
        let Report { findings, summary, .. } = &mut self.report;
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

/// Why a run gave nothing.
#[derive(Debug)]
pub enum Error {
    /// The current folder is gone.
    Folder(std::io::Error),
    /// Configurations cannot be used.
    Config(Vec<ConfigError>),
}

impl std::fmt::Display for Error {
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

impl std::error::Error for Error {}

/// Looks at files and tells what is wrong with them.
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

    /// Does it.
    ///
    /// # Errors
    /// Only when nothing could be checked at all: a configuration that cannot be used, or no current folder. A file that
    /// cannot be read is a finding, and counted in the summary.
    pub fn run(&self) -> Result<Outcome, Error> {
        self.work(None)
    }

    /// The same, with JSON Lines of any length for the standard input of the settings. Its findings are told while it is
    /// read, in the order of its text, and do not stand in the report; what only the end of the text shows does.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_on(
        &self,
        source: impl std::io::Read + Send,
        mut tell: impl FnMut(&Finding) + Send,
    ) -> Result<Outcome, Error> {
        self.work(Some(Incoming { source: Box::new(source), tell: &mut tell }))
    }

    fn work(&self, incoming: Option<Incoming<'_>>) -> Result<Outcome, Error> {
        let started = Instant::now();
        let settings = &self.settings;
        let current = match &settings.current {
            Some(current) => current.clone(),
            None => std::env::current_dir().map_err(Error::Folder)?,
        };
        let configs = Arc::new(Configs::new(settings.origin.clone(), current));
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
            return Err(Error::Config(errors));
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
        let excluded = walked.excluded;
        let folders = walked.folders.clone();
        let work = || phases::check(&run, walked, stdin.as_ref(), incoming);
        // Without threads of our own (a bare sandbox may refuse them) the work is done all the same.
        let mut outcome = match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => pool.install(work),
            Err(_) => work(),
        };
        outcome.excluded = excluded;
        // A shard does not meet what is another's.
        let walked = if settings.shard.unwrap_or_default().is_part() { &[] } else { &*folders };
        outcome.cache_fault = run.facts.keep(walked).err().map(|error| error.to_string());
        outcome.report.elapsed = started.elapsed();
        Ok(outcome)
    }
}

fn input_of(stdin: &Stdin, configs: &Configs) -> Input {
    let path = configs.absolute(&stdin.name);
    let config = configs.of_file(&path);
    let kind = walk::kind(&path, &config).unwrap_or(Kind::Unknown);
    Input { name: crate::source::display_name(&stdin.name).into(), path, kind, named: true, config }
}

/// A text that is read while it comes, and who wants to hear of it.
struct Incoming<'a> {
    source: Box<dyn std::io::Read + Send + 'a>,
    tell: &'a mut (dyn FnMut(&Finding) + Send),
}

/// One run, shared by its threads.
struct Run<'a> {
    settings: &'a Settings,
    configs: &'a Arc<Configs>,
    now: u64,
    facts: FactStore<'a>,
    /// Where findings go that are too many for memory.
    spill: Arc<Spill>,
    /// How far references may lead.
    borders: Arc<Borders>,
}

/// A finding, and the configuration of the file in which it was found.
struct Raised {
    finding: Finding,
    config: Arc<Config>,
}

/// A request that refers to a media file.
#[derive(Clone)]
struct Site {
    /// What it may be used for there; the format of the file decides.
    uses: &'static [&'static Use],
    config: Arc<Config>,
    /// The JSON value.
    location: Location,
    /// Where in the text the file's extension stands, when the draft gives its path.
    tail: Option<Tail>,
}

/// The extension of a path within a text.
#[derive(Clone, Copy)]
struct Tail {
    span: Span,
    /// There is a dot before it; otherwise the name has no extension and ends here.
    dotted: bool,
}

/// What one file gave. There may be a hundred thousand: what few of them have stands elsewhere.
#[derive(Default)]
struct Looked {
    raised: Vec<Raised>,
    /// The file; none when it was passed over or could not be read.
    file: Option<CheckedFile>,
    /// Media that it refers to.
    sites: Vec<(PathBuf, Site)>,
    /// Local files that it refers to, be they there or not; only where somebody remembers.
    references: Vec<(Location, PathBuf)>,
    /// It could not be read.
    unchecked: bool,
    passed_over: bool,
    /// What its requests amount to.
    plan: Option<Box<Plan>>,
    /// Findings that are not held, and what was counted of them.
    spilled: Option<Box<(settle::Tally, Option<Arc<SpilledRun>>)>>,
}

/// Room is made for one of each file.
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
    fn context<'c>(&self, config: &'c Config) -> Context<'c> {
        Context { limits: &config.limits, ready: self.settings.ready, now: self.now }
    }

    /// Reads requests, but no JSON that is known not to hold any.
    fn unless_kept(&self, input: &Input) -> Looked {
        if !self.may_pass_over(input) {
            return self.request(input);
        }
        let look = || {
            let looked = self.request(input);
            let passed_over = looked.passed_over;
            (looked, passed_over)
        };
        let known = || Looked { passed_over: true, ..Looked::default() };
        self.facts.unless_no_request(&input.path, look).unwrap_or_else(known)
    }

    /// Nobody but its bytes says that it is a request.
    fn may_pass_over(&self, input: &Input) -> bool {
        !input.named && self.told(input).is_none() && self.settings.overlay.text(&input.path).is_none()
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

    /// The input under the name that the overlay gives to it.
    fn renamed(&self, mut input: Input) -> Input {
        if let Some(new) = self.settings.overlay.moved(&input.path) {
            input.path = new.to_owned();
            input.name = self.configs.name(new).into();
        }
        input
    }
}
