//! Identifies the state of a file, to see whether it changed.

use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file that changed this recently may change again without a new time: some file system clocks tick
/// only every two seconds.
const RACY: Duration = Duration::from_secs(2);

/// Size, times and inode of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub(super) size: u64,
    /// Nanoseconds since 1970 at which the content, or anything about the file, changed.
    pub(super) modified: i64,
    pub(super) changed: i64,
    pub(super) inode: u64,
}

impl Stamp {
    /// The current stamp of a file; none if there is no such file.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        Self::of_metadata(&path.metadata().ok()?)
    }

    /// None for anything but a file, and for times before 1970.
    pub(super) fn of_metadata(metadata: &Metadata) -> Option<Self> {
        let since = |time: SystemTime| i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok();
        let modified = since(metadata.modified().ok()?)?;
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt;
            (metadata.ctime().checked_mul(1_000_000_000)?.checked_add(metadata.ctime_nsec())?, metadata.ino())
        };
        #[cfg(not(unix))]
        let (changed, inode) = (metadata.created().ok().and_then(since).unwrap_or_default(), 0);
        metadata.is_file().then_some(Self { size: metadata.len(), modified, changed, inode })
    }

    /// Whether the file had been at rest when reading began.
    pub(super) fn is_settled(&self, read: SystemTime) -> bool {
        let settled = read.duration_since(UNIX_EPOCH).ok().and_then(|since| since.checked_sub(RACY));
        settled.is_some_and(|settled| i128::from(self.modified.max(self.changed)) < settled.as_nanos() as i128)
    }
}
