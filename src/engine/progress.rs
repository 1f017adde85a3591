//! The progress of a run.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the files of a run. A progress bar reads it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    done: AtomicU64,
}

impl Progress {
    /// Known files. The number grows: a request must be read before its media are known.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Checked files.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Adds files to the known ones.
    pub fn expect(&self, files: usize) {
        self.total.fetch_add(files as u64, Ordering::Relaxed);
    }

    /// Counts a checked file.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}
