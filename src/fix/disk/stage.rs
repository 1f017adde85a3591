//! Writes a file beside its target and then moves it there.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{attributes, sync_folder};
use crate::outcome::spill::KeptText;
use crate::walk;

const PREFIX: &str = ".heylint-";
const SUFFIX: &str = ".tmp";

/// New content of a file, complete and on disk, but not yet at its target. Dropping it removes it.
#[derive(Debug)]
pub struct Staged {
    beside: PathBuf,
    target: PathBuf,
    /// Locked while this run may need it: if none of a folder is locked, they are left over from a killed run. None if
    /// another one of the folder is locked.
    file: Option<File>,
    notes: Vec<String>,
    placed: bool,
}

impl Staged {
    /// An empty file beside `target`.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn beside(target: &Path) -> io::Result<Self> {
        sweep(folder_of(target));
        Self::in_swept_folder(target)
    }

    fn in_swept_folder(target: &Path) -> io::Result<Self> {
        let (beside, file) = temporary(folder_of(target))?;
        let _ = file.try_lock();
        Ok(Self { beside, target: target.to_owned(), file: Some(file), notes: Vec::new(), placed: false })
    }

    /// Bytes for the file that a path leads to; a symbolic link stays. Copies owner, permissions and extended
    /// attributes.
    pub(in crate::fix) fn new(path: &Path, text: &KeptText) -> io::Result<Self> {
        Self::with(path, |file| text.write(file), Self::beside)
    }

    /// As [`new`](Self::new), if `earlier` is in the same folder and is placed later: this one need not stay open, so
    /// there may be any number.
    pub(in crate::fix) fn new_beside(earlier: &Self, path: &Path, text: &KeptText) -> io::Result<Self> {
        let mut is_beside = false;
        let mut stage = Self::with(
            path,
            |file| text.write(file),
            |target| {
                is_beside = folder_of(target) == folder_of(&earlier.target);
                if is_beside { Self::in_swept_folder(target) } else { Self::beside(target) }
            },
        )?;
        stage.file.take_if(|_| is_beside);
        Ok(stage)
    }

    /// As [`new`](Self::new), for bytes that `write` writes.
    fn with(
        path: &Path,
        write: impl FnOnce(&mut File) -> io::Result<()>,
        create: impl FnOnce(&Path) -> io::Result<Self>,
    ) -> io::Result<Self> {
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(error),
        };
        let mut stage = create(&target)?;
        let file = stage.file()?;
        write(file)?;
        if let Ok(metadata) = target.metadata() {
            own(file, &metadata);
            file.set_permissions(metadata.permissions())?;
            if let Ok(old) = File::open(&target) {
                let lost = attributes::copy(&old, file);
                if !lost.is_empty() {
                    stage.notes.push(format!("lost its extended attributes {}", lost.join(", ")));
                }
            }
            let names = links(&metadata);
            if names > 1 {
                stage.notes.push(format!("had {names} names (hard links); the others keep the old text"));
            }
        }
        stage.file()?.sync_all()?;
        Ok(stage)
    }

    /// The file to write to.
    ///
    /// # Errors
    ///
    /// If it is complete.
    pub fn file(&mut self) -> io::Result<&mut File> {
        self.file.as_mut().ok_or_else(|| io::Error::other("it is complete"))
    }

    /// Its path until it is moved to its target.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.beside
    }

    /// Sets another target in the same folder.
    pub(in crate::fix) fn aim(&mut self, target: &Path) {
        target.clone_into(&mut self.target);
    }

    /// Replaces a file that was kept under another name.
    pub(in crate::fix) fn onto(mut self, target: &Path) -> io::Result<()> {
        self.aim(target);
        self.file()?.sync_all()?;
        self.place(None)
    }

    /// Attributes that cannot be preserved.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Moves it to its target, if that still contains `expected`.
    ///
    /// # Errors
    ///
    /// Those of the operating system, or that the file has changed; the target stays unchanged.
    pub fn place(mut self, expected: Option<&KeptText>) -> io::Result<()> {
        // Check one last time, so that a concurrent save is not lost.
        if let Some(expected) = expected
            && !expected.is_content_of(walk::open(&self.target).map_err(io::Error::other)?.0)
        {
            return Err(io::Error::other("it changed meanwhile"));
        }
        fs::rename(&self.beside, &self.target)?;
        self.placed = true;
        sync_folder(folder_of(&self.target));
        Ok(())
    }

    /// Moves it to its target, which must not exist.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`], or those of the operating system.
    pub fn place_new(mut self) -> io::Result<()> {
        self.file()?.sync_all()?;
        move_new(&self.beside, &self.target)?;
        self.placed = true;
        sync_folder(folder_of(&self.target));
        Ok(())
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file()?.flush()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// Writes a file completely or not at all: first beside its target, then by replacing it. Follows a symbolic link;
/// keeps permissions and extended attributes. `write` writes the bytes.
///
/// # Errors
///
/// Those of the operating system and of `write`; the file stays unchanged.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let write = |file: &mut File| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.flush()
    };
    let stage = Staged::with(path, write, Staged::beside)?;
    stage.place(None)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Moves a file to an unused name.
pub(crate) fn move_new(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // The file system does not support this.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            moved => return moved.map_err(io::Error::from),
        }
    }
    match fs::hard_link(from, to) {
        Ok(()) => return fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Keeps the owner, if that is allowed.
#[cfg(unix)]
fn own(file: &File, metadata: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if file.metadata().is_ok_and(|own| (own.uid(), own.gid()) != (metadata.uid(), metadata.gid())) {
        let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()));
    }
}

#[cfg(not(unix))]
fn own(_: &File, _: &fs::Metadata) {}

#[cfg(unix)]
fn links(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn links(_: &fs::Metadata) -> u64 {
    1
}

fn temporary(folder: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{PREFIX}{}-{number}{SUFFIX}", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return Ok((path, opened?)),
        }
    }
}

/// Removes leftovers of killed runs from a folder: all files of a run of which none is locked.
fn sweep(folder: &Path) {
    const MOST: usize = 100_000;
    let (mut left, mut alive) = (Vec::new(), HashSet::from([std::process::id()]));
    for entry in folder.read_dir().into_iter().flatten().flatten().take(MOST) {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(process_of) else { continue };
        if alive.contains(&process) || !entry.file_type().is_ok_and(|file_type| file_type.is_file()) {
            continue;
        }
        match File::open(entry.path()).map(|file| file.try_lock()) {
            Ok(Ok(())) => left.push((process, entry.path())),
            _ => _ = alive.insert(process),
        }
    }
    for (_, path) in left.into_iter().filter(|(process, _)| !alive.contains(process)) {
        let _ = fs::remove_file(path);
    }
}

/// The process that wrote a file whose name has the form `.heylint-PID-N.tmp`.
fn process_of(name: &str) -> Option<u32> {
    let (process, at) = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(process) && is_number(at)).then(|| process.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> KeptText {
        text.as_bytes().into()
    }

    #[test]
    fn an_edit_in_between_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        fs::write(&path, "before").expect("written");
        let stage = Staged::new(&path, &kept("mended")).expect("staged");
        fs::write(&path, "edited").expect("written");
        assert!(stage.place(Some(&kept("before"))).is_err());
        assert_eq!(fs::read(&path).expect("read"), b"edited");
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 1, "no temporary file stays");
        Staged::new(&path, &kept("mended")).expect("staged").place(Some(&kept("edited"))).expect("placed");
        assert_eq!(fs::read(&path).expect("read"), b"mended");
    }

    #[test]
    fn a_file_that_appears_meanwhile_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.png");
        let stage = Staged::beside(&path).expect("staged");
        fs::write(&path, "theirs").expect("written");
        assert_eq!(stage.place_new().expect_err("taken").kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("read"), b"theirs");
    }

    #[test]
    fn leftovers_are_swept_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = [".heylint-1-0.tmp", ".heylint-1.tmp", ".heylint-facts-1.tmp", "a.tmp", ".heylint-1-0.tmp.orig"];
        for name in names {
            fs::write(folder.path().join(name), "").expect("written");
        }
        let held = File::open(folder.path().join(".heylint-1-0.tmp")).expect("opened");
        held.lock().expect("locked");
        sweep(folder.path());
        assert!(names.iter().all(|name| folder.path().join(name).exists()));
        // Nor is another file of the same run.
        let beside = folder.path().join(".heylint-1-1.tmp");
        fs::write(&beside, "").expect("written");
        sweep(folder.path());
        assert!(beside.exists());
        drop(held);
        sweep(folder.path());
        assert!(!beside.exists());
        let left: Vec<_> = names.iter().filter(|name| folder.path().join(name).exists()).collect();
        assert_eq!(left.len(), names.len() - 1);
    }
}
