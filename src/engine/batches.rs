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
