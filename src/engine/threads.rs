//! Runs work on all threads of a run, or on the current one if the run has not started any. Starting threads
//! takes longer than checking a request.

use std::num::NonZeroUsize;

use rayon::prelude::*;

/// Runs work, and everything inside it, on this many threads; if none, one per core.
pub(super) fn on_threads<R: Send>(threads: Option<NonZeroUsize>, work: impl FnOnce() -> R + Send) -> R {
    // A sandbox may refuse threads; then the current thread does the work.
    match rayon::ThreadPoolBuilder::new().num_threads(threads.map_or(0, NonZeroUsize::get)).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

fn has_threads() -> bool {
    rayon::current_thread_index().is_some()
}

/// Does both, in parallel if there are threads.
pub(super) fn both<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    if has_threads() { rayon::join(a, b) } else { (a(), b()) }
}

/// Maps items, in order.
pub(super) fn map_each<T: Send, R: Send>(items: Vec<T>, map: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    let mut mapped = Vec::with_capacity(items.len());
    map_into(&mut mapped, items, map);
    mapped
}

/// Maps items in place, in order.
pub(super) fn map_into<T, I, R: Send>(out: &mut Vec<R>, items: I, map: impl Fn(T) -> R + Sync + Send)
where
    I: IntoIterator<Item = T> + IntoParallelIterator<Item = T, Iter: IndexedParallelIterator>,
{
    if has_threads() {
        items.into_par_iter().map(map).collect_into_vec(out);
    } else {
        out.clear();
        out.extend(items.into_iter().map(map));
    }
}
