//! Schedules the checks of documents: one at a time, and one check for several quick changes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Changes within this time are checked together.
const PAUSE: Duration = Duration::from_millis(60);
/// Bounds the delay for documents that take long to check.
const LONGEST_PAUSE: Duration = Duration::from_millis(1_500);

/// How long to wait for further changes of a document whose last check took this long.
pub(super) fn pause_after_change(took: Duration) -> Duration {
    PAUSE.max(took).min(LONGEST_PAUSE)
}

/// The documents that wait for a check, by URI. While one is checked, no other starts, so that changes collect.
#[derive(Debug, Default)]
pub(super) struct CheckQueue {
    due: HashMap<String, Instant>,
    is_busy: bool,
}

impl CheckQueue {
    /// Checks a document at this time, and not at an earlier or later one asked for before.
    pub(super) fn postpone(&mut self, uri: &str, until: Instant) {
        self.due.insert(uri.to_owned(), until);
    }

    /// Checks a document at this time, unless it waits already.
    pub(super) fn add(&mut self, uri: &str, now: Instant) {
        if !self.due.contains_key(uri) {
            self.due.insert(uri.to_owned(), now);
        }
    }

    pub(super) fn remove(&mut self, uri: &str) {
        self.due.remove(uri);
    }

    /// Takes out the document that has been due for longest; none while another is checked.
    pub(super) fn next(&mut self, now: Instant) -> Option<String> {
        let waiting = self.due.iter().filter(|(_, due)| !self.is_busy && **due <= now);
        let uri = waiting.min_by_key(|(_, due)| **due).map(|(uri, _)| uri.clone())?;
        self.due.remove(&uri);
        Some(uri)
    }

    /// When the next check can start; none while another is running, because its end wakes the server.
    pub(super) fn wakes(&self) -> Option<Instant> {
        if self.is_busy { None } else { self.due.values().min().copied() }
    }

    /// A check has started or ended.
    pub(super) fn set_busy(&mut self, is_busy: bool) {
        self.is_busy = is_busy;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_that_is_due_first_is_checked_first() {
        let now = Instant::now();
        let mut queue = CheckQueue::default();
        queue.postpone("late", now + Duration::from_millis(20));
        queue.postpone("early", now + Duration::from_millis(10));
        assert_eq!(queue.next(now), None);
        assert_eq!(queue.wakes(), Some(now + Duration::from_millis(10)));
        let then = now + Duration::from_millis(30);
        assert_eq!(queue.next(then).as_deref(), Some("early"));
        assert_eq!(queue.next(then).as_deref(), Some("late"));
        assert_eq!((queue.next(then), queue.wakes()), (None, None));
    }

    #[test]
    fn the_others_wait_during_a_check() {
        let now = Instant::now();
        let mut queue = CheckQueue::default();
        queue.set_busy(true);
        queue.add("a", now);
        assert_eq!((queue.next(now), queue.wakes()), (None, None));
        queue.set_busy(false);
        assert_eq!((queue.wakes(), queue.next(now)), (Some(now), Some("a".to_owned())));
    }

    #[test]
    fn a_change_postpones_a_check_and_a_touch_does_not() {
        let (now, later) = (Instant::now(), Instant::now() + Duration::from_secs(1));
        let mut queue = CheckQueue::default();
        queue.add("a", now);
        queue.add("a", later);
        assert_eq!(queue.wakes(), Some(now));
        queue.postpone("a", later);
        assert_eq!(queue.wakes(), Some(later));
        queue.remove("a");
        assert_eq!(queue.wakes(), None);
    }

    #[test]
    fn a_slow_document_is_checked_less_often() {
        assert_eq!(pause_after_change(Duration::ZERO), PAUSE);
        assert_eq!(pause_after_change(Duration::from_millis(400)), Duration::from_millis(400));
        assert_eq!(pause_after_change(Duration::from_secs(60)), LONGEST_PAUSE);
    }
}
