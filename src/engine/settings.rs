//! The settings of a run.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Overlay, Progress, Shard, StdinBytes};
use crate::config::{ConfigOrigin, FailOn, Selector};
use crate::drift::Newer;
use crate::media::Depth;
use crate::outcome::baseline::Baseline;
use crate::profile::Profile;
use crate::remedy::{TooLong, Tools};
use crate::request::endpoint::Certainty;

/// Standard input, to its end.
#[derive(Clone, Debug)]
pub struct Stdin {
    /// Its assumed name. Relative paths and the configuration start from its folder.
    pub name: PathBuf,
    pub bytes: StdinBytes,
}

/// The settings of a run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Treat named files as in a walk: skip those that are neither media nor certainly requests.
    pub pass_over: bool,
    pub stdin: Option<Stdin>,
    pub origin: ConfigOrigin,
    /// The endpoint of all requests: `POST /v3/videos`.
    pub endpoint: Option<String>,
    /// The services of the files; if empty, those of the configuration.
    pub profiles: Vec<&'static Profile>,
    /// The name of the use of bare media files, in every profile that has it.
    pub place: Option<&'static str>,
    /// Report whatever stops a draft from being sent unchanged.
    pub ready: bool,
    /// Compute the plan of the requests.
    pub plan: bool,
    pub depth: Depth,
    /// Replaces the selection of the configuration, unless it is empty.
    pub select: Vec<Selector>,
    /// Adds to the ignored rules of the configuration.
    pub ignore: Vec<Selector>,
    pub fail_on: Option<FailOn>,
    /// Threads; if none, one per core.
    pub jobs: Option<NonZeroUsize>,
    /// Seconds since 1970-01-01T00:00:00Z; if none, the current time.
    pub now: Option<u64>,
    /// The folder for relative paths; if none, the current one.
    pub current: Option<PathBuf>,
    /// The user did not name the files: skip a text that is not a request with this certainty, and excluded files, as
    /// in a walk.
    pub unasked: Option<Certainty>,
    /// Unsaved texts and pending renames.
    pub overlay: Overlay,
    /// Known findings.
    pub baseline: Option<Arc<Baseline>>,
    /// The part of the files to check.
    pub shard: Option<Shard>,
    /// Folders whose requests only matter for their references to the checked files; they are not reported on.
    pub context: Vec<PathBuf>,
    /// The programs that remedies may use.
    pub tools: Tools,
    /// What remedies do about a recording that lasts too long.
    pub too_long: TooLong,
    /// References may leave the project.
    pub allow_outside: bool,
    /// Names that a newer document of the service adds, overriding the document in the configuration.
    pub newer: Option<Arc<Newer>>,
    /// The folder of the cache; if none, there is no cache.
    pub cache: Option<PathBuf>,
    /// Findings may be missing from [`RunReport::findings`](crate::outcome::RunReport::findings): beyond a bound they
    /// are spilled to a temporary file, from which [`RunReport::each`](crate::outcome::RunReport::each) reads them.
    pub unheld: bool,
    /// The run is part of a fix: fill in [`Outcome::paths`](super::Outcome::paths), and collect no references.
    pub mends: bool,
    /// Collect how each file was classified.
    pub show_files: bool,
    /// Collect what a page shows besides findings: thumbnails, uses, the plan.
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

    /// The command-line options that decide the uses of files and their requirements.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let profiles: Vec<&str> = self.profiles.iter().map(|profile| profile.name).collect();
        let profiles = Some(profiles.join(",")).filter(|names| !names.is_empty());
        let mut words = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        };
        add("--profile", profiles);
        add("--use", self.place.map(str::to_owned));
        add("--endpoint", self.endpoint.clone());
        match &self.origin {
            ConfigOrigin::File(path) => add("--config", path.to_str().map(str::to_owned)),
            ConfigOrigin::Isolated => words.push("--isolated".to_owned()),
            ConfigOrigin::Discover => {}
        }
        words
    }
}
