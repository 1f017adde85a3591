//! The facts of files, kept between runs.
//!
//! An entry is valid if the file has the size, the times of change (nanoseconds) and the inode that it had when it
//! was read, and if it had been at rest for two seconds by then: a later change leaves another time, as Git
//! assumes for its index. Only facts are kept; findings are computed again from limits and configuration.
//!
//! Each current folder and depth has a cache file of its own. It is written to a temporary file, which is then renamed,
//! so that concurrent runs
//! do no harm: the last one wins, and lost entries are read again. It is valid for one build of the program.
//! A file that is damaged, cut or from elsewhere is ignored.

mod layout;

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use layout::{CacheEntry, CacheTable};

use super::stamp::Stamp;
use crate::media::{Depth, Facts, pack, unpack};
use crate::walk;

/// Other caches that are older than this are deleted.
const FORGOTTEN: Duration = Duration::from_secs(60 * 24 * 60 * 60);
/// The largest cache file that is read.
const MOST_BYTES: usize = 256 << 20;
const MOST_ENTRIES: usize = 1_000_000;
const EXTENSION: &str = "facts";
/// The prefix of temporary files.
const BESIDE: &str = ".heylint-facts-";

/// The entry of a file.
#[derive(Debug)]
pub(super) enum Kept {
    Facts(Box<Facts>),
    /// JSON without a request.
    NoRequest,
}

/// The cache of one run.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    file: PathBuf,
    scope: Vec<u8>,
    table: CacheTable,
    /// The entries of the table that were valid.
    met: Vec<AtomicBool>,
    new: Mutex<Vec<(PathBuf, Stamp, Vec<u8>)>>,
}

impl Cache {
    /// The cache in `folder` for runs from the folder `current` (absolute); empty if there is none yet.
    pub fn open(folder: PathBuf, current: &Path, depth: Depth) -> Self {
        let depth = format!("{depth:?}");
        let scope = [build().as_bytes(), depth.as_bytes(), current.as_os_str().as_encoded_bytes()].join(&0);
        // Another build uses the same file name and overwrites it.
        let mut hasher = DefaultHasher::new();
        (&depth, current.as_os_str().as_encoded_bytes()).hash(&mut hasher);
        let file = folder.join(format!("{:016x}.{EXTENSION}", hasher.finish()));
        let table = read(&file).and_then(|bytes| CacheTable::read(bytes, &scope)).unwrap_or_default();
        let met = (0..table.len()).map(|_| AtomicBool::new(false)).collect();
        Self { folder, file, scope, table, met, new: Mutex::default() }
    }

    /// The entry of a file that has not changed.
    pub fn get(&self, path: &Path) -> Option<Kept> {
        let (at, entry) = self.table.find(path.as_os_str().as_encoded_bytes())?;
        if Stamp::of(path)? != entry.stamp {
            return None;
        }
        let kept = match entry.kept {
            [] => Kept::NoRequest,
            bytes => Kept::Facts(Box::new(unpack(bytes)?)),
        };
        self.met.get(at)?.store(true, Ordering::Relaxed);
        Some(kept)
    }

    /// Adds an entry; `metadata` and `read` are from before the file was read.
    pub fn keep(&self, path: &Path, metadata: &Metadata, read: SystemTime, facts: Option<&Facts>) {
        let Some(stamp) = Stamp::of_metadata(metadata).filter(|stamp| stamp.is_settled(read)) else { return };
        let Some(kept) = facts.map_or(Some(Vec::new()), pack) else { return };
        self.new.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), stamp, kept));
    }

    /// Writes the cache if it changed. Entries below the `walked` folders that were not met are dropped.
    ///
    /// # Errors
    /// Those of the operating system; the old cache remains then.
    pub fn write(self, walked: &[PathBuf]) -> io::Result<()> {
        let new = self.new.into_inner().unwrap_or_else(PoisonError::into_inner);
        let renewed: HashSet<&[u8]> = new.iter().map(|(path, ..)| path.as_os_str().as_encoded_bytes()).collect();
        let walked: Vec<&[u8]> = walked.iter().map(|folder| folder.as_os_str().as_encoded_bytes()).collect();
        let is_below = |path: &[u8]| {
            let rest = |folder: &&[u8]| path.strip_prefix(*folder);
            walked.iter().filter_map(rest).any(|rest| rest.starts_with(b"/") || rest.starts_with(b"\\"))
        };
        let mut entries: Vec<CacheEntry<'_>> = new
            .iter()
            .map(|(path, stamp, kept)| CacheEntry::new(path.as_os_str().as_encoded_bytes(), *stamp, kept))
            .collect();
        let (mut others, mut gone) = (Vec::new(), 0);
        for (entry, met) in self.table.entries().zip(&self.met) {
            match met.load(Ordering::Relaxed) {
                _ if renewed.contains(entry.path) => {}
                true => entries.push(entry),
                false if is_below(entry.path) => gone += 1,
                false => others.push(entry),
            }
        }
        if new.is_empty() && gone == 0 {
            return Ok(());
        }
        entries.append(&mut others);
        let bytes = layout::write(&self.scope, entries, MOST_ENTRIES, MOST_BYTES);
        prepare(&self.folder)?;
        replace(&self.folder, &self.file, &bytes)?;
        forget(&self.folder);
        Ok(())
    }
}

/// Identifies the program that wrote a cache: its version, and the size and modification time of its executable, which
/// differ between two builds of one version.
fn build() -> String {
    let executable = std::env::current_exe().and_then(fs::metadata).ok();
    let modified = executable.as_ref().and_then(|metadata| metadata.modified().ok());
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let size = executable.map_or(0, |metadata| metadata.len());
    format!("{} {size} {}", env!("CARGO_PKG_VERSION"), modified.as_nanos())
}

fn read(file: &Path) -> Option<Vec<u8>> {
    let (file, metadata) = walk::open(file).ok()?;
    let size = usize::try_from(metadata.len()).ok().filter(|size| *size <= MOST_BYTES)?;
    let mut bytes = Vec::with_capacity(size);
    file.take(MOST_BYTES as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Creates the folder and marks it for backups and Git to ignore. An existing folder gets no marks: it may
/// hold other files.
fn prepare(folder: &Path) -> io::Result<()> {
    const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
        # This folder holds a cache of heylint; see https://bford.info/cachedir/\n";
    if let Some(above) = folder.parent() {
        fs::create_dir_all(above)?;
    }
    match fs::create_dir(folder) {
        Err(_) if folder.is_dir() => Ok(()),
        made => made
            .and_then(|()| fs::write(folder.join("CACHEDIR.TAG"), TAG))
            .and_then(|()| fs::write(folder.join(".gitignore"), "*\n")),
    }
}

/// Writes a temporary file beside the target and renames it. There is no fsync: a file that a power failure damaged has
/// a wrong checksum.
fn replace(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = tempfile::Builder::new().prefix(BESIDE).tempfile_in(folder)?;
    beside.as_file().write_all(bytes)?;
    beside.persist(file).map(drop).map_err(|error| error.error)
}

/// Deletes old caches and the files of interrupted runs. Failure is harmless.
fn forget(folder: &Path) {
    const MOST: usize = 1_000;
    for entry in folder.read_dir().into_iter().flatten().flatten().take(MOST) {
        let is_ours = |name: &str| {
            let is_cache = name
                .strip_suffix(EXTENSION)
                .and_then(|name| name.strip_suffix('.'))
                .is_some_and(|name| name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
            is_cache || name.starts_with(BESIDE)
        };
        let ours = entry.file_name().to_str().is_some_and(is_ours);
        let modified = entry.metadata().ok().filter(Metadata::is_file).and_then(|metadata| metadata.modified().ok());
        if ours && modified.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > FORGOTTEN) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
