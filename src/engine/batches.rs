//! Processes many files in batches. While all threads check one batch, the results of the previous one are taken, so
//! memory does not grow with the number of files.

use super::Progress;
use super::file_result::FileResult;
use super::threads::{both, map_into};

/// Files per batch.
const BATCH: usize = 1_024;

/// Maps items on all threads, in batches, and takes the results in order.
pub(super) fn in_batches<T: Send + Sync>(
    mut all: impl Iterator<Item = T>,
    progress: Option<&Progress>,
    check: impl Fn(&T) -> FileResult + Sync,
    mut take: impl FnMut(Vec<FileResult>) + Send,
) {
    let check = |item: &T| {
        let result = check(item);
        progress.into_iter().for_each(Progress::step);
        result
    };
    let mut last = Vec::new();
    loop {
        // Finished items are dropped, so that the results can use their memory.
        let batch: Vec<T> = all.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let (done, mut next) = (std::mem::take(&mut last), Vec::new());
        both(|| map_into(&mut next, &batch, &check), || take(done));
        last = next;
    }
    take(last);
}

/// Takes items in order, and gives their memory back on the way.
pub(super) struct Draining<T>(Vec<T>);

impl<T> Draining<T> {
    pub fn new(mut items: Vec<T>) -> Self {
        items.reverse();
        Self(items)
    }
}

impl<T> Iterator for Draining<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.0.capacity() - self.0.len() > 4 * BATCH {
            self.0.shrink_to_fit();
        }
        self.0.pop()
    }
}
