//! The fixes that the user has seen, so that no other is applied.

use std::sync::Arc;

use crate::finding::Fix;
use crate::rule::Rule;
use crate::text::Fnv;

/// How often each fix was shown and not yet applied. There may be one for each file of a run.
#[derive(Debug)]
pub(super) struct ShownFixes {
    /// Sorted, each once.
    digests: Vec<u64>,
    counts: Vec<u32>,
}

/// A fix as the user saw it, wherever earlier fixes have moved it: the file, the rule, the effect.
pub(super) fn shown_as(file: &Arc<str>, rule: &'static Rule, fix: &Fix) -> u64 {
    let mut digest = Fnv::default();
    [&**file, rule.id, &fix.title].iter().for_each(|part| digest.part(part.as_bytes()));
    digest.finish() as u64
}

impl ShownFixes {
    pub fn new(mut digests: Vec<u64>) -> Self {
        digests.sort_unstable();
        let counts = digests.chunk_by(|one, other| one == other).map(|same| same.len() as u32).collect();
        digests.dedup();
        Self { digests, counts }
    }

    /// The counts, for [`take`](Self::take).
    pub fn counts(&self) -> Vec<u32> {
        self.counts.clone()
    }

    /// Takes one fix out of the counts; false if none is left.
    pub fn take(&self, counts: &mut [u32], fix: u64) -> bool {
        let count = self.digests.binary_search(&fix).ok().and_then(|at| counts.get_mut(at)).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    }

    /// Notes that a fix was applied.
    pub fn applied(&mut self, fix: u64) {
        let mut counts = std::mem::take(&mut self.counts);
        self.take(&mut counts, fix);
        self.counts = counts;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_is_taken_as_often_as_it_was_shown() {
        let mut shown = ShownFixes::new(vec![7, 3, 7]);
        shown.applied(7);
        let mut counts = shown.counts();
        assert_eq!([3, 7, 7, 3, 5].map(|fix| shown.take(&mut counts, fix)), [true, true, false, false, false]);
    }
}
