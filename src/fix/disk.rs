//! Files that are written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Change, Mended, Move};
use crate::walk;

/// Why fixes are not on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    /// As reports name the file.
    pub name: String,
    /// One line, lower case, no full stop.
    pub message: String,
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", crate::source::clean(&self.name), self.message)
    }
}

impl std::error::Error for WriteError {}

fn refused(name: &str, message: impl Into<String>) -> WriteError {
    WriteError { name: name.to_owned(), message: message.into() }
}

/// The bytes of a regular file, when there are not too many.
pub(super) fn read(path: &Path, most: u64) -> Option<Vec<u8>> {
    let (file, metadata) = walk::open(path).ok()?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    (metadata.len() <= most && bytes.len() as u64 <= most).then_some(bytes)
}

/// Checks all, then links new names, then writes, then takes the old names away: whenever it is interrupted, every file
/// is whole, and what a request names is there.
pub(super) fn write(mended: &Mended) -> Result<(), WriteError> {
    for change in &mended.changes {
        unchanged(change)?;
        let metadata = fs::metadata(&change.path).map_err(|error| refused(&change.name, walk::because(&error)))?;
        if metadata.permissions().readonly() {
            return Err(refused(&change.name, "is read-only; nothing was written"));
        }
    }
    for moved in &mended.moves {
        if moved.to.symlink_metadata().is_ok() {
            return Err(refused(&moved.new, "is there already; nothing was written"));
        }
    }
    let mut linked = Vec::new();
    for moved in &mended.moves {
        match link(moved) {
            Ok(true) => linked.push(moved),
            Ok(false) => {}
            Err(error) => {
                // The new names are only second ones so far.
                for moved in linked {
                    let _ = fs::remove_file(&moved.to);
                }
                return Err(refused(&moved.old, format!("cannot be renamed: {}", walk::because(&error))));
            }
        }
    }
    for change in &mended.changes {
        unchanged(change)?;
        write_file(&change.path, &change.after)
            .map_err(|error| refused(&change.name, format!("cannot be written: {error}")))?;
    }
    for moved in linked {
        fs::remove_file(&moved.from)
            .map_err(|error| refused(&moved.old, format!("the old name cannot be taken away: {error}")))?;
    }
    Ok(())
}

fn unchanged(change: &Change) -> Result<(), WriteError> {
    let now = read(&change.path, change.before.len() as u64);
    if now.as_deref() == Some(&*change.before) {
        return Ok(());
    }
    Err(refused(&change.name, "was changed while it was checked; it was not written"))
}

/// Gives a file a second name, and never takes one from another file. Where the file system knows no second names the
/// file is moved; false then.
fn link(moved: &Move) -> io::Result<bool> {
    match fs::hard_link(&moved.from, &moved.to) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Err(error),
        Err(_) if moved.to.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(&moved.from, &moved.to).map(|()| false),
    }
}

/// Writes a file whole or not at all: beside it first, then in its place. A symbolic link stays, and what it leads to is
/// written; permissions stay.
///
/// # Errors
/// Those of the operating system; the file is as it was then.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = match path.canonicalize() {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (beside, mut file) = temporary(folder)?;
    let written = (|| {
        file.write_all(bytes)?;
        if let Ok(metadata) = target.metadata() {
            own(&file, &metadata);
            file.set_permissions(metadata.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, &target)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
        return written;
    }
    // The name is on the disk only with its folder; some file systems cannot do that.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Keeps the owner, where that is allowed.
#[cfg(unix)]
fn own(file: &File, metadata: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if file.metadata().is_ok_and(|own| (own.uid(), own.gid()) != (metadata.uid(), metadata.gid())) {
        let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()));
    }
}

#[cfg(not(unix))]
fn own(_: &File, _: &fs::Metadata) {}

fn temporary(folder: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".heylint-{}-{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return Ok((path, opened?)),
        }
    }
}
