//! The single store of facts: for this run, for the runs of an editor, for the next run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use super::cache::{Cache, Kept};
use super::guarded;
use super::overlay::Overlay;
use super::stamp::Stamp;
use crate::media::{Bytes, CompactFacts, Depth, Facts, Format, ReadError, probe_as};
use crate::walk;

/// The result of reading a file: facts, why it could not be read, or a panic.
pub(super) type Read = Result<Result<Facts, String>, String>;

/// The facts of unchanged media files, for consecutive runs.
#[derive(Debug, Default)]
pub struct FactMemory {
    facts: Mutex<HashMap<(PathBuf, Depth), (Stamp, CompactFacts)>>,
    /// Bytes of the smallest file to remember.
    least: u64,
}

/// A file of this size takes time to read.
const LARGE: u64 = 256 << 10;

impl FactMemory {
    /// Remembers only large files: there may be many small ones, and reading them again takes little time.
    #[must_use]
    pub fn of_large_files() -> Self {
        Self { least: LARGE, ..Self::default() }
    }

    /// The stamp of a file when it was read.
    #[must_use]
    pub fn stamp(&self, path: &Path) -> Option<Stamp> {
        let facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |depth| facts.get(&(path.to_owned(), depth)).map(|(stamp, _)| *stamp);
        [Depth::Full, Depth::Decode, Depth::Header].into_iter().find_map(known)
    }

    /// The facts of a file: remembered, or else from `probe`.
    fn recall(
        &self,
        path: &Path,
        depth: Depth,
        probe: impl FnOnce() -> Result<Facts, String>,
    ) -> Result<Facts, String> {
        // Take the stamp before reading: a file that changes meanwhile is read again next time.
        let Some(stamp) = Stamp::of(path) else { return probe() };
        let key = (path.to_owned(), depth);
        let known = self.facts.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(facts) = known.filter(|(known, _)| *known == stamp).and_then(|(_, facts)| facts.get()) {
            return Ok(facts);
        }
        let facts = probe()?;
        if let Some(compact) = CompactFacts::of(&facts).filter(|_| facts.size_bytes >= self.least) {
            self.facts.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (stamp, compact));
        }
        Ok(facts)
    }
}

/// Provides the facts of files, and remembers them.
#[derive(Debug)]
pub(super) struct FactStore<'r> {
    /// The overlay, with the memory of an editor.
    overlay: &'r Overlay,
    depth: Depth,
    /// The run checks every file that a request refers to, so an early read is a complete one. Otherwise another shard
    /// may check the file.
    whole: bool,
    /// Files that were read early because a request needs their duration. They are not read again.
    early: Mutex<HashMap<PathBuf, Arc<OnceLock<Read>>>>,
    cache: Option<Cache>,
}

impl<'r> FactStore<'r> {
    pub fn new(overlay: &'r Overlay, depth: Depth, whole: bool, cache: Option<Cache>) -> Self {
        Self { overlay, depth, whole, early: Mutex::default(), cache }
    }

    fn early(&self) -> MutexGuard<'_, HashMap<PathBuf, Arc<OnceLock<Read>>>> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The duration of a file that a request refers to.
    pub fn duration(&self, path: &Path) -> Option<f64> {
        let facts = self.before_its_turn(path).ok()?.ok()?;
        let seconds = facts.duration_s.or(facts.declared_duration_s);
        seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
    }

    /// The facts of a file that was read early.
    fn known(&self, path: &Path) -> Option<Read> {
        if self.whole { self.early().get(path)?.get().cloned() } else { None }
    }

    /// The facts of a file, remembered for its own check. The first thread that asks reads the file, at the depth of
    /// the run or only as far as the duration.
    fn before_its_turn(&self, path: &Path) -> Read {
        let known = self.early().get(path).map(Arc::clone);
        let file = known.unwrap_or_else(|| Arc::clone(self.early().entry(path.to_owned()).or_default()));
        let read = || {
            if self.whole {
                return self.remembered(path, self.depth, |real| self.cached(real, Format::promised(path), false));
            }
            self.remembered(path, Depth::Header, |real| {
                let (file, _) = walk::open(real)?;
                let mut bytes = Bytes::of_file(&file).map_err(|error| walk::because(&error))?;
                probe_as(&mut bytes, Depth::Header, Format::promised(path)).map_err(in_words)
            })
        };
        file.get_or_init(|| guarded(read)).clone()
    }

    /// The facts of a file that a request refers to, which may have been read early.
    pub fn of_referred(&self, path: &Path, seen: bool) -> Read {
        self.known(path).unwrap_or_else(|| self.of(path, seen))
    }

    /// The facts of a file. `seen`: the walk found it to be a regular file.
    pub fn of(&self, path: &Path, seen: bool) -> Read {
        let promised = Format::promised(path);
        guarded(|| self.remembered(path, self.depth, |real| self.cached(real, promised, seen)))
    }

    /// The facts of bytes that are not in a file.
    pub fn of_bytes(&self, bytes: &mut Bytes<'_>, promised: Option<Format>) -> Result<Facts, String> {
        probe_as(bytes, self.depth, promised).map_err(in_words)
    }

    fn remembered(
        &self,
        path: &Path,
        depth: Depth,
        probe: impl FnOnce(&Path) -> Result<Facts, String>,
    ) -> Result<Facts, String> {
        let real = self.overlay.real(path);
        match &self.overlay.memory {
            Some(memory) => memory.recall(real, depth, || probe(real)),
            None => probe(real),
        }
    }

    /// From the cache, or else from the bytes of the file.
    fn cached(&self, path: &Path, promised: Option<Format>, seen: bool) -> Result<Facts, String> {
        if let Some(Kept::Facts(facts)) = self.cache.as_ref().and_then(|cache| cache.get(path)) {
            return Ok(*facts);
        }
        let open = if seen { walk::open_seen } else { walk::open };
        let (file, metadata) = open(path)?;
        let before = self.cache.as_ref().map(|cache| (cache, SystemTime::now()));
        let facts = self.of_bytes(&mut Bytes::of_file_with(&file, &metadata), promised)?;
        if let Some((cache, before)) = before {
            cache.keep(path, &metadata, before, Some(&facts));
        }
        Ok(facts)
    }

    /// Whether a file contains no request: from the cache, or else from `look`, which returns true if there is none.
    pub fn unless_no_request<T>(&self, path: &Path, look: impl FnOnce() -> (T, bool)) -> Option<T> {
        let Some(cache) = &self.cache else { return Some(look().0) };
        if let Some(Kept::NoRequest) = cache.get(path) {
            return None;
        }
        let (metadata, before) = (path.metadata(), SystemTime::now());
        let (looked, is_none) = look();
        if let (true, Ok(metadata)) = (is_none, metadata) {
            cache.keep(path, &metadata, before, None);
        }
        Some(looked)
    }

    /// Writes the facts for the next run. Entries below the `walked` folders that were not met are dropped.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn keep(self, walked: &[PathBuf]) -> std::io::Result<()> {
        self.cache.map_or(Ok(()), |cache| cache.write(walked))
    }
}

fn in_words(error: ReadError) -> String {
    match error {
        ReadError::Io(error) => walk::because(&error),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_file_is_read_once_until_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.png");
        std::fs::write(&path, "one").expect("written");
        let overlay = Overlay::remembering();
        let store = FactStore::new(&overlay, Depth::Full, true, None);
        let reads = Cell::new(0);
        let look = |depth| {
            let probe = |_: &Path| {
                reads.set(reads.get() + 1);
                Ok(Facts::new(Format::Png, reads.get()))
            };
            store.remembered(&path, depth, probe).expect("facts").size_bytes
        };
        assert_eq!([look(Depth::Full), look(Depth::Full), look(Depth::Header), look(Depth::Full)], [1, 1, 2, 1]);
        std::fs::write(&path, "three").expect("written");
        assert_eq!([look(Depth::Full), look(Depth::Full)], [3, 3]);
    }
}
