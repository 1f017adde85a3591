//! A bound on how many may do something at a time.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Lets a bounded number in; the others wait.
pub(super) struct Gate(Arc<GateState>);

struct GateState {
    counts: Mutex<GateCounts>,
    freed: Condvar,
}

struct GateCounts {
    free: usize,
    waiting: usize,
}

/// A place behind a gate. Dropping it lets the next one in.
pub(super) struct GatePlace(Arc<GateState>);

impl Gate {
    pub fn new(places: usize) -> Self {
        let counts = Mutex::new(GateCounts { free: places, waiting: 0 });
        Self(Arc::new(GateState { counts, freed: Condvar::new() }))
    }

    /// Waits for a place; none if no place is free in time.
    pub fn enter(&self, until: Instant) -> Option<GatePlace> {
        let mut counts = self.0.counts();
        counts.waiting += 1;
        while counts.free == 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            counts = self.0.freed.wait_timeout(counts, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        counts.waiting -= 1;
        let free = counts.free.checked_sub(1)?;
        counts.free = free;
        Some(GatePlace(Arc::clone(&self.0)))
    }

    /// Whether somebody waits.
    pub fn is_wanted(&self) -> bool {
        self.0.counts().waiting > 0
    }
}

impl GateState {
    fn counts(&self) -> MutexGuard<'_, GateCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for GatePlace {
    fn drop(&mut self) {
        self.0.counts().free += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_place_is_given_on() {
        let gate = Gate::new(1);
        let soon = || Instant::now() + Duration::from_millis(5);
        let place = gate.enter(soon()).expect("a place");
        assert!(gate.enter(soon()).is_none() && !gate.is_wanted());
        std::thread::scope(|scope| {
            let next = scope.spawn(|| gate.enter(Instant::now() + Duration::from_secs(60)).is_some());
            while !gate.is_wanted() {
                std::thread::yield_now();
            }
            drop(place);
            assert!(next.join().expect("no panic"));
        });
    }
}
