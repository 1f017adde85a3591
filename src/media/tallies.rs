//! Collects the faults of a file: reports each code once, and not what a worse fault explains.

use super::{Damage, Facts, Fault};
use crate::text;

/// Faults by code: the worst of each code, the first among equals, and their number.
#[derive(Debug, Default)]
pub(super) struct Tallies(Vec<(Fault, u64)>);

impl Tallies {
    pub fn add(&mut self, fault: Fault) {
        match self.0.iter_mut().find(|(known, _)| known.code == fault.code) {
            Some((known, count)) => {
                *count += 1;
                if fault.damage > known.damage {
                    *known = fault;
                }
            }
            None => self.0.push((fault, 1)),
        }
    }

    /// Adds a fault before all others: the cause of what was found earlier.
    pub fn add_cause(&mut self, fault: Fault) {
        self.remove(fault.code);
        self.0.insert(0, (fault, 1));
    }

    /// Adds a fault unless a corrupt one is known, because damage leaves such traces too.
    pub fn add_unless_corrupt(&mut self, fault: Fault) {
        if !self.has_corrupt() {
            self.add(fault);
        }
    }

    /// The fault with a code, to extend it.
    pub fn known(&mut self, code: &str) -> Option<&mut Fault> {
        self.0.iter_mut().map(|(fault, _)| fault).find(|fault| fault.code == code)
    }

    /// Removes the fault with a code, because another one explains it.
    pub fn remove(&mut self, code: &str) {
        self.0.retain(|(fault, _)| fault.code != code);
    }

    pub fn has_corrupt(&self) -> bool {
        self.0.iter().any(|(fault, _)| fault.damage == Damage::Corrupt)
    }

    /// Sorts the worst to the front.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|(fault, _)| std::cmp::Reverse(fault.damage));
    }

    /// Writes them into the facts.
    pub fn tell(self, facts: &mut Facts) {
        for (mut fault, count) in self.0 {
            if count > 1 {
                fault.message = format!("{} (and {} more like it)", fault.message, text::count(count - 1));
            }
            facts.fault(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;

    #[test]
    fn the_worst_fault_of_a_kind_is_kept() {
        let mut tallies = Tallies::default();
        tallies.add(Fault::malformed("b", "one"));
        tallies.add(Fault::malformed("a", "one"));
        assert!(!tallies.has_corrupt());
        tallies.add(Fault::corrupt("a", "two"));
        tallies.add(Fault::corrupt("a", "three"));
        tallies.sort();
        tallies.add_unless_corrupt(Fault::malformed("trace", "a trace of the damage"));
        tallies.add_cause(Fault::corrupt("cause", "the cause"));
        assert!(tallies.known("c").is_none());
        tallies.known("cause").expect("known").message.push_str(" of it all");
        tallies.add(Fault::corrupt("echo", "an echo"));
        tallies.remove("echo");
        let mut facts = Facts::new(Format::Pdf, 9);
        assert!(tallies.has_corrupt());
        tallies.tell(&mut facts);
        let texts: Vec<_> = facts.faults.iter().map(|fault| (fault.code, fault.message.as_str())).collect();
        assert_eq!(texts, [("cause", "the cause of it all"), ("a", "two (and 2 more like it)"), ("b", "one")]);
    }
}
