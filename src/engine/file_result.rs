//! The results of one file, which the phases hand on.

use std::path::PathBuf;
use std::sync::Arc;

use super::settle::Spilled;
use crate::config::Config;
use crate::finding::{Finding, Location};
use crate::limits::Use;
use crate::outcome::gallery::MediaUses;
use crate::outcome::{CheckedFile, Resembling, Taken};
use crate::plan::Plan;
use crate::rule;
use crate::text::Span;

/// A finding with the configuration of its file.
pub(super) struct Raised {
    pub finding: Finding,
    pub config: Arc<Config>,
}

/// A reference of a request to a media file.
#[derive(Clone)]
pub(super) struct MediaUse {
    /// The possible uses there; the format of the file decides.
    pub uses: &'static [&'static Use],
    pub config: Arc<Config>,
    /// The JSON value.
    pub location: Location,
    /// The place of the file's name in the text, if the draft gives its path.
    pub tail: Option<Tail>,
}

/// The last part of a path within a text.
#[derive(Clone, Copy)]
pub(super) struct Tail {
    /// The name of the file.
    pub name: Span,
    /// Its extension.
    pub span: Span,
    /// There is a dot before it; otherwise the name has no extension and ends at the span.
    pub dotted: bool,
}

/// The results of one file. There may be a hundred thousand, so rare parts are boxed.
#[derive(Default)]
pub(super) struct FileResult {
    pub raised: Vec<Raised>,
    /// The file; none if it was skipped or unreadable.
    pub file: Option<CheckedFile>,
    /// Requests in it that may get more fields before they are sent.
    pub open: u64,
    /// References to media.
    pub sites: Vec<(PathBuf, MediaUse)>,
    /// References to local files, which need not exist; only for editors.
    pub references: Vec<(Location, PathBuf)>,
    /// It could not be read.
    pub unchecked: bool,
    /// A local file that a request names by its path.
    pub is_upload: bool,
    pub passed_over: bool,
    /// A media file whose findings are hints at most, because nothing says that it is sent.
    pub unclaimed: bool,
    pub resembling: Option<Box<Resembling>>,
    /// Its uses; only if the settings ask for them.
    pub uses: Option<Box<MediaUses>>,
    /// How it was classified; only if the settings ask for it.
    pub taken: Option<Box<Taken>>,
    /// The plan of its requests.
    pub plan: Option<Box<Plan>>,
    /// Findings spilled from memory.
    pub spilled: Option<Box<Spilled>>,
}

/// One is allocated for each file.
const _: () = assert!(size_of::<FileResult>() <= 384);

impl FileResult {
    /// A file that could not be read.
    pub fn unreadable(name: &Arc<str>, config: &Arc<Config>, message: String) -> Self {
        let finding = Finding::new(&rule::LINT_UNREADABLE, message).at(Location::file(Arc::clone(name)));
        let raised = vec![Raised { finding, config: Arc::clone(config) }];
        Self { raised, unchecked: true, ..Self::default() }
    }
}
