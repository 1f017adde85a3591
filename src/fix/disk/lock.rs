//! Lets only one run at a time fix a project.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::config::FILE_NAME;
use crate::engine::Settings;

/// Held while a project is being fixed. The system releases it when the process ends, however that happens.
#[derive(Debug)]
pub struct Lock {
    _held: Vec<File>,
}

/// Waits until no other run is fixing the projects of these settings. Calls `waiting` before it waits.
///
/// On a file system without locks it does not wait.
///
/// # Errors
///
/// Those of the operating system.
pub fn lock(settings: &Settings, mut waiting: impl FnMut()) -> io::Result<Lock> {
    let mut held = Vec::new();
    // Always in the same order, so that two runs cannot deadlock.
    for root in roots(settings) {
        let Ok(file) = open(&root) else { continue };
        match file.try_lock() {
            Ok(()) => held.push(file),
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock()?;
                held.push(file);
            }
            Err(TryLockError::Error(_)) => {}
        }
    }
    Ok(Lock { _held: held })
}

/// The projects of the named paths, sorted; the folders themselves if there is no project.
pub(in crate::fix) fn roots(settings: &Settings) -> Vec<PathBuf> {
    let current = settings.current.clone().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
    let root = |path: &PathBuf| {
        let path = current.join(path);
        let path = path.canonicalize().unwrap_or(path);
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let is_project = |above: &&Path| above.join(".git").symlink_metadata().is_ok();
        let has_settings = |above: &&Path| above.join(FILE_NAME).symlink_metadata().is_ok();
        let project = folder.ancestors().find(is_project).or_else(|| folder.ancestors().find(has_settings));
        project.unwrap_or(if folder.starts_with(&current) { &current } else { folder }).to_owned()
    };
    let roots: BTreeSet<PathBuf> = settings.paths.iter().map(root).collect();
    roots.into_iter().collect()
}

/// The folder itself carries the lock, so that no file is left behind.
#[cfg(unix)]
fn open(root: &Path) -> io::Result<File> {
    File::open(root)
}

/// Folders cannot be opened on this system, so a file in the user's folder carries the lock.
#[cfg(not(unix))]
fn open(root: &Path) -> io::Result<File> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    File::create(std::env::temp_dir().join(format!("heylint-{:016x}.lock", hasher.finish())))
}
