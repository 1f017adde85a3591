//! What stands in for the disk: texts that are not written yet, names that files are to get.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::facts::Memory;

/// A view of the disk with some files changed. An empty one changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// Bytes in the place of those of a file, by absolute path.
    pub texts: HashMap<PathBuf, Arc<[u8]>>,
    /// Where a file of a new name stands in truth: new to old.
    pub renamed: BTreeMap<PathBuf, PathBuf>,
    /// What was found out about media files, for runs that follow each other; none: nothing is kept.
    pub memory: Option<Arc<Memory>>,
}

impl Overlay {
    /// One that remembers what media files hold from run to run.
    #[must_use]
    pub fn remembering() -> Self {
        Self { memory: Some(Arc::default()), ..Self::default() }
    }

    pub(super) fn text(&self, path: &Path) -> Option<Arc<[u8]>> {
        self.texts.get(path).map(Arc::clone)
    }

    /// Where the file stands on the disk.
    pub(super) fn real<'p>(&'p self, path: &'p Path) -> &'p Path {
        self.renamed.get(path).map_or(path, PathBuf::as_path)
    }

    /// The new name of a file that the disk holds under an old one.
    pub(super) fn moved(&self, path: &Path) -> Option<&Path> {
        self.renamed.iter().find(|(_, old)| *old == path).map(|(new, _)| new.as_path())
    }
}
