//! The same finding many times: it is shown once, with the places of the others.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;

use crate::finding::{Finding, Location};
use crate::outcome::RunReport;
use crate::text::{Fnv, count, counted};

/// So many of the same are shown one by one.
const FEW: u64 = 2;
/// Kinds of findings that are remembered; those beyond are shown one by one.
const MOST_KINDS: usize = 100_000;
/// Stretches of places that are listed.
const MOST_LISTED: usize = 8;

/// Which findings of a report are the same: rule, severity, file, message, and the pointer without its indices.
#[derive(Debug, Default)]
pub(super) struct Folds {
    kinds: HashMap<u64, Fold>,
}

/// Findings that are the same.
#[derive(Debug, Default)]
struct Fold {
    times: u64,
    /// Where those after the first are: records or lines, 1-based, in stretches.
    others: Vec<(u32, u32)>,
    /// There are more stretches than are listed.
    cut: bool,
    in_records: bool,
    shown: bool,
}

/// What to do with a finding.
pub(super) enum FoldedFinding {
    /// Show it, with a note about others that are the same.
    Whole(Option<String>),
    /// It was told with the first one.
    Folded,
}

impl Folds {
    pub(super) fn of(report: &RunReport) -> io::Result<Self> {
        let mut folds = Self::default();
        report.each(&mut |finding| {
            let full = folds.kinds.len() >= MOST_KINDS;
            match folds.kinds.entry(key(finding)) {
                Entry::Occupied(kind) => kind.into_mut().add(&finding.location),
                Entry::Vacant(free) if !full => {
                    free.insert(Fold { times: 1, in_records: finding.location.record.is_some(), ..Fold::default() });
                }
                Entry::Vacant(_) => {}
            }
            Ok(())
        })?;
        folds.kinds.retain(|_, kind| kind.times > FEW);
        Ok(folds)
    }

    pub(super) fn show(&mut self, finding: &Finding) -> FoldedFinding {
        match self.kinds.get_mut(&key(finding)) {
            None => FoldedFinding::Whole(None),
            Some(kind) if kind.shown => FoldedFinding::Folded,
            Some(kind) => {
                kind.shown = true;
                FoldedFinding::Whole(Some(kind.note()))
            }
        }
    }
}

impl Fold {
    fn add(&mut self, location: &Location) {
        self.times += 1;
        let number = match location.record {
            Some(record) if self.in_records => record.saturating_add(1),
            _ => location.start.map_or(0, |start| start.line),
        };
        let full = self.others.len() >= MOST_LISTED;
        match self.others.last_mut() {
            Some((_, last)) if *last == number || last.checked_add(1) == Some(number) => *last = number,
            _ if full => self.cut = true,
            _ => self.others.push((number, number)),
        }
    }

    /// `and 499 more: records 2–500`
    fn note(&self) -> String {
        let more = format!("and {} more", count(self.times - 1));
        if self.others.first().is_some_and(|(first, _)| *first == 0) {
            return more;
        }
        let stretch = |(first, last): &(u32, u32)| match first == last {
            true => count(u64::from(*first)),
            false => format!("{}–{}", count(u64::from(*first)), count(u64::from(*last))),
        };
        let mut listed: Vec<String> = self.others.iter().map(stretch).collect();
        if self.cut {
            listed.push("…".to_owned());
        }
        let noun = if self.in_records { "record" } else { "line" };
        let one = listed.len() == 1 && self.others.first().is_some_and(|(first, last)| first == last);
        let noun = if one { noun.to_owned() } else { format!("{noun}s") };
        format!("{more}: {noun} {}", listed.join(", "))
    }
}

fn key(finding: &Finding) -> u64 {
    let mut key = Fnv::default();
    for part in [finding.rule.id, finding.severity.name(), &finding.location.file, &finding.message] {
        key.part(part.as_bytes());
    }
    key.pointer(finding.location.pointer.as_deref().unwrap_or_default());
    key.finish() as u64
}

/// `480 findings are folded; --all shows each`
pub(super) fn hint(folded: u64) -> String {
    format!("{} not shown one by one; --all shows each", counted(folded, "finding"))
}
