//! What stands in for the disk: texts that are not written yet, names that files are to get.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::media::{Depth, Facts};

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

/// What media files hold, as long as their size and time stay.
#[derive(Debug, Default)]
pub struct Memory {
    facts: Mutex<HashMap<(PathBuf, Depth), (Stamp, Facts)>>,
}

/// What tells whether a file is still the one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// That of a file as it is now; none when there is none.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok()?;
        Some(Self { size: metadata.len(), modified: metadata.modified().ok() })
    }
}

impl Memory {
    /// What a file was like when it was read.
    #[must_use]
    pub fn stamp(&self, path: &Path) -> Option<Stamp> {
        let facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |depth| facts.get(&(path.to_owned(), depth)).map(|(stamp, _)| *stamp);
        [Depth::Full, Depth::Decode, Depth::Header].into_iter().find_map(known)
    }
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

    /// What `probe` says of a file, unless that is known of the very same file already.
    pub(super) fn probed(
        &self,
        path: &Path,
        depth: Depth,
        probe: impl FnOnce(&Path) -> Result<Facts, String>,
    ) -> Result<Facts, String> {
        let path = self.real(path);
        let Some(memory) = &self.memory else { return probe(path) };
        let key = (path.to_owned(), depth);
        // Looked at before it is read: a file that changes meanwhile is read again next time.
        let Some(stamp) = Stamp::of(path) else { return probe(path) };
        let known = memory.facts.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((_, facts)) = known.filter(|(known, _)| *known == stamp) {
            return Ok(facts);
        }
        let facts = probe(path)?;
        memory.facts.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (stamp, facts.clone()));
        Ok(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Format;
    use std::cell::Cell;

    #[test]
    fn a_file_is_read_once_until_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.png");
        std::fs::write(&path, "one").expect("written");
        let overlay = Overlay::remembering();
        let reads = Cell::new(0);
        let look = |depth| {
            let probe = |_: &Path| {
                reads.set(reads.get() + 1);
                Ok(Facts::new(Format::Png, reads.get()))
            };
            overlay.probed(&path, depth, probe).expect("facts").size_bytes
        };
        assert_eq!([look(Depth::Full), look(Depth::Full), look(Depth::Header), look(Depth::Full)], [1, 1, 2, 1]);
        std::fs::write(&path, "three").expect("written");
        assert_eq!([look(Depth::Full), look(Depth::Full)], [3, 3]);
    }
}
