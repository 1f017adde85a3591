//! How far a run is.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts files while a run looks at them; whoever shows it reads it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    done: AtomicU64,
}

impl Progress {
    /// Files that are known of. Grows during a run: media that a request refers to are known only when it was read.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Files that were looked at.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// So many more files are to be looked at.
    pub fn expect(&self, files: usize) {
        self.total.fetch_add(files as u64, Ordering::Relaxed);
    }

    /// One more file was looked at.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}
