//! Writes fixes to the disk so that an interruption at any moment loses nothing, and another run finishes the work.

mod attributes;
mod lock;
mod stage;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

pub(super) use lock::roots;
pub use lock::{Lock, lock};
pub use stage::{Staged, write_file};

use super::{Change, Mended};
use crate::text::words::reason;
use crate::walk;

/// Why fixes were not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    /// As reports name the file.
    pub name: String,
    /// One line, lower case, no full stop.
    pub message: String,
    /// What to do, likewise.
    pub help: &'static str,
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", crate::source::clean(&self.name), self.message)
    }
}

impl std::error::Error for WriteError {}

/// Attributes that writing could not preserve, one line each; normally empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub notes: Vec<String>,
}

pub(super) fn refused(name: &str, message: impl Into<String>) -> WriteError {
    WriteError { name: name.to_owned(), message: message.into(), help: "run it again" }
}

/// As [`refused`], for an error of the operating system.
pub(super) fn failed(name: &str, what: &str, error: &io::Error) -> WriteError {
    let help = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space, then run it again",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => WRITABLE,
        _ => "run it again",
    };
    WriteError { help, ..refused(name, format!("{what}: {}", reason(error))) }
}

const WRITABLE: &str = "make it writable, then run it again";

/// The bytes of a regular file of at most `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> Option<Vec<u8>> {
    let (file, metadata) = walk::open(path).ok()?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    (metadata.len() <= most && bytes.len() as u64 <= most).then_some(bytes)
}

/// Stages all texts, gives every renamed file its new name beside the old one, moves the texts into place, and only
/// then removes the old names.
///
/// If interrupted anywhere, every text is complete and every reference leads to a file. A file may be left under two
/// names, which the next run recognises ([`walk::is_same_content`]) and finishes.
pub(super) fn write(mended: &Mended) -> Result<Written, WriteError> {
    let mut written = Written::default();
    let mut staged = Vec::with_capacity(mended.changes.len());
    for change in &mended.changes {
        unchanged(change)?;
        let metadata = fs::metadata(&change.path).map_err(|error| refused(&change.name, walk::because(&error)))?;
        if metadata.permissions().readonly() {
            let refused = refused(&change.name, "is read-only; nothing was written");
            return Err(WriteError { help: WRITABLE, ..refused });
        }
        let stage = match staged.last() {
            Some((_, first)) => Staged::new_beside(first, &change.path, &change.after),
            None => Staged::new(&change.path, &change.after),
        };
        let stage = stage.map_err(|error| {
            let failed = failed(&change.name, "cannot be written", &error);
            WriteError { message: format!("{}; nothing was written", failed.message), ..failed }
        })?;
        written.notes.extend(stage.notes().iter().map(|note| format!("{}: {note}", change.name)));
        staged.push((change, stage));
    }
    // Which files have their new name from this run.
    let mut doubled = Vec::new();
    let undo = |doubled: &[bool]| {
        for (moved, _) in mended.moves().zip(doubled).filter(|(_, is_own)| **is_own) {
            let _ = fs::remove_file(&moved.to);
        }
    };
    for moved in mended.moves() {
        if moved.to.symlink_metadata().is_ok() {
            if walk::is_same_content(&moved.from, &moved.to) {
                doubled.push(false);
                continue;
            }
            undo(&doubled);
            return Err(refused(&moved.new, "already exists; nothing was written"));
        }
        if let Err(error) = double(&moved.from, &moved.to) {
            undo(&doubled);
            let failed = failed(&moved.old, "cannot be renamed", &error);
            return Err(WriteError { message: format!("{}; nothing was written", failed.message), ..failed });
        }
        doubled.push(true);
    }
    // The first of each folder is placed last: its lock protects the others.
    for (at, (change, stage)) in staged.into_iter().rev().enumerate() {
        if let Err(error) = unchanged(change).and_then(|()| {
            stage.place(Some(&change.before)).map_err(|error| failed(&change.name, "cannot be written", &error))
        }) {
            if at == 0 {
                undo(&doubled);
            }
            return Err(error);
        }
    }
    for moved in mended.moves() {
        if !walk::is_same_content(&moved.from, &moved.to) {
            return Err(refused(
                &moved.old,
                format!("was changed meanwhile; {} is a copy of the old content", moved.new),
            ));
        }
        fs::remove_file(&moved.from).map_err(|error| failed(&moved.old, "the old name cannot be removed", &error))?;
    }
    Ok(written)
}

fn unchanged(change: &Change) -> Result<(), WriteError> {
    let unreadable = |why| refused(&change.name, format!("cannot be read: {why}; it was not written"));
    if change.before.is_content_of(walk::open(&change.path).map_err(unreadable)?.0) {
        return Ok(());
    }
    Err(refused(&change.name, "was changed during the check; it was not written"))
}

/// Gives a file an additional name, never replacing another file: as a hard link, or as a copy on file systems without
/// hard links.
pub(super) fn double(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Err(error),
        Err(_) => copy(from, to),
    }
}

/// Copies a file to an unused name. The copy appears completely or not at all.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let (mut file, metadata) = walk::open(from).map_err(io::Error::other)?;
    let mut stage = Staged::beside(to)?;
    let copy = stage.file()?;
    io::copy(&mut file, copy)?;
    copy.set_permissions(metadata.permissions())?;
    if let Ok(modified) = metadata.modified() {
        let _ = copy.set_modified(modified);
    }
    let _ = attributes::copy(&file, copy);
    stage.place_new()
}

/// Makes a new name durable; some file systems cannot.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_help_fits_the_error() {
        for (number, help) in [
            (libc::ENOSPC, "free some space, then run it again"),
            (libc::EDQUOT, "free some space, then run it again"),
            (libc::EPERM, "make it writable, then run it again"),
            (libc::EROFS, "make it writable, then run it again"),
            (libc::EIO, "run it again"),
        ] {
            let failed = failed("a.json", "cannot be written", &io::Error::from_raw_os_error(number));
            assert_eq!(failed.help, help, "{failed}");
        }
    }

    #[test]
    fn a_copy_never_replaces_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&from, "one").expect("written");
        copy(&from, &to).expect("copied");
        assert!(walk::is_same_content(&from, &to));
        fs::write(&to, "two").expect("written");
        assert!(!walk::is_same_content(&from, &to));
        assert_eq!(copy(&from, &to).expect_err("there is one").kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&to).expect("read"), b"two");
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 2, "no temporary file stays");
    }
}
