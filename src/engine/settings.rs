//! What a run is asked to do.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Overlay, Progress, Shard, StdinBytes};
use crate::config::{ConfigOrigin, FailOn, Selector};
use crate::drift::Newer;
use crate::media::Depth;
use crate::outcome::baseline::Baseline;
use crate::profile::Profile;
use crate::remedy::Tools;
use crate::request::endpoint::Certainty;

/// Standard input, to its end.
#[derive(Clone, Debug)]
pub struct Stdin {
    /// The name that it stands for. Relative paths and the configuration start from its folder.
    pub name: PathBuf,
    pub bytes: StdinBytes,
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
    /// Findings need not all stand in [`RunReport::findings`](crate::outcome::RunReport::findings): beyond a bound they are spilled to a temporary file, from which
    /// [`RunReport::each`](crate::outcome::RunReport::each) reads them.
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
