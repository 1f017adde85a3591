//! An identifier of a finding that is stable from run to run.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use foldhash::fast::RandomState;
use serde::{Serialize, Serializer};

use super::Finding;
use crate::text::Fnv;

/// The identifier of a finding. It survives moved lines, reworded messages, and records or list elements added or
/// removed elsewhere in the file.
///
/// It is a digest of the rule, the file, the pointer without indices, and [`Finding::context`]. Findings that agree in
/// all of these are counted: the second gets a different fingerprint from the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl Fingerprint {
    const PREFIX: &'static str = "fp2:";

    pub(crate) fn to_bits(self) -> u128 {
        self.0
    }

    pub(crate) fn from_bits(bits: u128) -> Self {
        Self(bits)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:032x}", Self::PREFIX, self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix(Self::PREFIX).filter(|digits| digits.len() == 32).ok_or(())?;
        u128::from_str_radix(digits, 16).map(Self).map_err(|_| ())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Assigns fingerprints to findings, in report order.
///
/// Assign them to all findings of a file before suppressions and a baseline remove any: a finding must not inherit the
/// fingerprint of a hidden one.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// The number of findings so far with the same fingerprint, by half of it.
    seen: HashMap<u64, u32, RandomState>,
}

impl Fingerprints {
    pub fn name(&mut self, finding: &mut Finding) {
        let mut name = base(finding);
        let seen = self.seen.entry(name.finish() as u64).or_default();
        name.part(&seen.to_le_bytes());
        *seen = seen.saturating_add(1);
        finding.fingerprint = Fingerprint(name.finish());
    }

    /// Adds the counts of other files.
    pub fn extend(&mut self, other: Self) {
        if self.seen.is_empty() {
            *self = other;
        } else {
            self.seen.extend(other.seen);
        }
    }
}

fn base(finding: &Finding) -> Fnv {
    let mut name = Fnv::default();
    name.part(finding.rule.id.as_bytes());
    name.part(finding.location.file.replace('\\', "/").as_bytes());
    name.pointer(finding.location.pointer.as_deref().unwrap_or_default());
    name.part(&finding.context.to_le_bytes());
    // A second profile must not change the fingerprints of the first.
    if let Some(profile) = finding.profile.filter(|profile| *profile != crate::profile::default().name) {
        name.part(profile.as_bytes());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Location;
    use crate::rule;

    fn named(findings: &[(&str, u64)]) -> Vec<Fingerprint> {
        let mut names = Fingerprints::default();
        let name = |(pointer, context): &(&str, u64)| {
            let location = Location { pointer: Some((*pointer).to_owned()), ..Location::file("a.json") };
            let mut finding = Finding::new(&rule::SCRIPT_TOO_LONG, "x").at(location);
            finding.context = *context;
            names.name(&mut finding);
            finding.fingerprint
        };
        findings.iter().map(name).collect()
    }

    #[test]
    fn indices_do_not_matter_and_the_rest_does() {
        let names = named(&[("/scenes/3/script", 7), ("/scenes/2/script", 8), ("/scenes/2/text", 7)]);
        assert_eq!(named(&[("/scenes/0/script", 7)]), [names[0]]);
        assert!(names[0] != names[1] && names[0] != names[2]);
    }

    #[test]
    fn identical_findings_get_different_fingerprints() {
        let names = named(&[("/scenes/0/script", 7), ("/scenes/1/script", 7), ("/scenes/2/script", 7)]);
        assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
        assert_eq!(named(&[("/scenes/0/script", 7), ("/scenes/1/script", 7)]), names[..2]);
    }

    #[test]
    fn there_and_back() {
        let name = named(&[("/a", 1)])[0];
        assert_eq!(name.to_string().parse(), Ok(name));
        assert!("fp1:00000000000000000000000000000000".parse::<Fingerprint>().is_err());
        assert!("fp2:0".parse::<Fingerprint>().is_err() && "fp2:+0000000000000000000000000000000".len() == 36);
    }
}
