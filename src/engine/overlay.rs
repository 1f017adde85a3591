//! A view of the disk with unsaved texts and pending renames.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::drafts::DraftMemory;
use super::facts::FactMemory;

/// A view of the disk in which some files differ. An empty one changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// Bytes that replace those of a file, by absolute path.
    pub texts: HashMap<PathBuf, Arc<[u8]>>,
    /// Pending renames: new path to old path.
    pub renamed: BTreeMap<PathBuf, PathBuf>,
    /// The facts of media files for consecutive runs; none: nothing is remembered.
    pub memory: Option<Arc<FactMemory>>,
    /// The results of request files, for consecutive runs with the same settings.
    pub drafts: Option<Arc<DraftMemory>>,
}

impl Overlay {
    /// An overlay that remembers facts between runs.
    #[must_use]
    pub fn remembering() -> Self {
        Self { memory: Some(Arc::default()), ..Self::default() }
    }

    pub(super) fn text(&self, path: &Path) -> Option<Arc<[u8]>> {
        self.texts.get(path).map(Arc::clone)
    }

    /// The path of the file on disk.
    pub(super) fn real<'p>(&'p self, path: &'p Path) -> &'p Path {
        self.renamed.get(path).map_or(path, PathBuf::as_path)
    }

    /// The pending new path of a file.
    pub(super) fn moved(&self, path: &Path) -> Option<&Path> {
        self.renamed.iter().find(|(_, old)| *old == path).map(|(new, _)| new.as_path())
    }
}
