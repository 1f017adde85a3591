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
    pub renames: Arc<Renames>,
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
        self.renames.old.get(path).map_or(path, |old| old)
    }

    /// The pending new path of a file.
    pub(super) fn moved(&self, path: &Path) -> Option<&Path> {
        self.renames.new.get(path).map(|new| &**new)
    }

    /// Whether a pending rename gives a file this name.
    pub(super) fn makes(&self, path: &Path) -> bool {
        self.renames.old.contains_key(path)
    }
}

/// Pending renames. There may be one for each file of a run.
#[derive(Clone, Debug, Default)]
pub struct Renames {
    /// New path to old path.
    old: BTreeMap<Arc<Path>, Arc<Path>>,
    /// Old path to new path.
    new: HashMap<Arc<Path>, Arc<Path>>,
}

impl Renames {
    /// Renames a file, which may already have a pending rename.
    pub fn add(&mut self, from: &Path, to: PathBuf) {
        let real = self.old.remove(from).unwrap_or_else(|| from.into());
        let to: Arc<Path> = to.into();
        self.new.insert(Arc::clone(&real), Arc::clone(&to));
        self.old.insert(to, real);
    }

    /// Sorted: new path, old path.
    pub fn all(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.old.iter().map(|(new, old)| (&**new, &**old))
    }
}
