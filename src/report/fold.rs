//! Folds identical findings: one is shown, with the places of the others.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::Arc;

use crate::finding::{Finding, Location};
use crate::outcome::RunReport;
use crate::source::clean;
use crate::text::{Fnv, count, counted};

/// The most identical findings shown one by one.
const FEW: u64 = 2;
/// The most kinds of findings remembered; others are shown one by one.
const MOST_KINDS: usize = 100_000;
/// The most ranges of places listed.
const MOST_LISTED: usize = 8;
/// The most other files named.
const MOST_FILES: usize = 3;

/// The identical findings of a report: those with the same rule, severity, message, and pointer without indices. Across
/// files the help must be the same too, and no other file may be mentioned.
#[derive(Debug, Default)]
pub(super) struct Folds {
    kinds: HashMap<u64, Fold>,
}

/// A group of identical findings.
#[derive(Debug, Default)]
struct Fold {
    times: u64,
    /// The file of the first finding.
    file: Arc<str>,
    /// The places of the others in that file: ranges of 1-based records or lines.
    others: Vec<(u32, u32)>,
    /// Whether there are more ranges than listed.
    cut: bool,
    in_records: bool,
    /// The other files listed, and their total number.
    files: Vec<Arc<str>>,
    more_files: u64,
    last_file: Arc<str>,
    shown: bool,
}

/// What to do with a finding.
pub(super) enum FoldedFinding {
    /// Show it, with a note about identical ones.
    Whole(Option<String>),
    /// It is covered by the note of the first one.
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
                    free.insert(Fold::of(&finding.location));
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
    fn of(first: &Location) -> Self {
        Self {
            times: 1,
            file: Arc::clone(&first.file),
            last_file: Arc::clone(&first.file),
            in_records: first.record.is_some(),
            ..Self::default()
        }
    }

    fn add(&mut self, location: &Location) {
        self.times += 1;
        if location.file != self.file {
            // Findings are sorted by file.
            if location.file != self.last_file {
                self.last_file = Arc::clone(&location.file);
                self.more_files += 1;
                if self.files.len() < MOST_FILES {
                    self.files.push(Arc::clone(&location.file));
                }
            }
            return;
        }
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

    /// `and 499 more: records 2–500`, `and 7 more in 6 other files: b.json, c.json, d.json, …`
    fn note(&self) -> String {
        let more = format!("and {} more", count(self.times - 1));
        if self.more_files == 0 {
            return self.places().map_or_else(|| more.clone(), |places| format!("{more}: {places}"));
        }
        let mut names: Vec<_> = self.files.iter().map(|file| clean(file)).collect();
        if self.more_files > names.len() as u64 {
            names.push("…".into());
        }
        let others = format!("{}: {}", counted(self.more_files, "other file"), names.join(", "));
        match self.places() {
            Some(places) => format!("{more}: {places}, and in {others}"),
            None => format!("{more} in {others}"),
        }
    }

    /// `records 2–500`: the places of the others in the first file.
    fn places(&self) -> Option<String> {
        self.others.first().filter(|(first, _)| *first > 0)?;
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
        Some(format!("{noun} {}", listed.join(", ")))
    }
}

fn key(finding: &Finding) -> u64 {
    let mut key = Fnv::default();
    for part in [finding.rule.id, finding.severity.name(), &finding.message] {
        key.part(part.as_bytes());
    }
    key.pointer(finding.location.pointer.as_deref().unwrap_or_default());
    if is_of_its_file(finding) {
        key.part(finding.location.file.as_bytes());
    } else {
        key.part(finding.help.as_deref().unwrap_or_default().as_bytes());
    }
    key.finish() as u64
}

/// Whether its details apply to its file only: the uses and the fix.
fn is_of_its_file(finding: &Finding) -> bool {
    let elsewhere = |other: &Location| !other.file.is_empty() && other.file != finding.location.file;
    finding.location.span.is_none()
        || finding.remedy.is_some()
        || finding.fix.as_ref().is_some_and(|fix| fix.rename.is_some())
        || finding.related.iter().any(|related| elsewhere(&related.location))
}

/// `480 findings are folded; --all shows each`
pub(super) fn hint(folded: u64) -> String {
    format!("{} not shown one by one; --all shows each", counted(folded, "finding"))
}
