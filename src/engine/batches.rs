//! Work on many files in batches. While one batch is checked on all threads, the results of the one before are taken, so
//! that memory does not grow with the number of files.

use super::Progress;
use super::file_result::FileResult;
use super::threads::{both, map_into};

/// Files of a batch.
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
        // What is done with is dropped, so that its memory serves the results.
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
