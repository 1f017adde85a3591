//! Decides which requests can be sent: those that no finding fails, in the request itself or in a file that it refers
//! to.

use std::collections::HashMap;
use std::sync::Arc;

use super::CheckedFile;
use crate::finding::{Finding, Location};
use crate::rule::Severity;

/// The requests that cannot be sent unchanged. Takes one bit per request.
#[derive(Clone, Debug, Default)]
pub struct Faulty {
    files: HashMap<Arc<str>, Records>,
}

#[derive(Clone, Debug, Default)]
struct Records {
    /// The fault is in the file as a whole.
    all: bool,
    bits: Vec<u64>,
}

impl Records {
    fn add(&mut self, record: Option<u32>) {
        let Some(record) = record else {
            self.all = true;
            return;
        };
        let (word, bit) = (record as usize / 64, record % 64);
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= 1 << bit;
        }
    }

    fn holds(&self, record: Option<u32>) -> bool {
        let one = |record: u32| self.bits.get(record as usize / 64).is_some_and(|bits| bits >> (record % 64) & 1 == 1);
        self.all || record.is_some_and(one)
    }

    fn len(&self, requests: u64) -> u64 {
        let marked: u64 = self.bits.iter().map(|bits| u64::from(bits.count_ones())).sum();
        if self.all { requests } else { marked.min(requests) }
    }
}

impl Faulty {
    /// Records a finding that fails a run, or that the service refuses.
    pub fn note(&mut self, finding: &Finding) {
        if !finding.fails && finding.severity != Severity::Error {
            return;
        }
        self.mark(&finding.location);
        // A finding about a media file names the requests that refer to it.
        let elsewhere = |place: &&Location| !place.file.is_empty() && place.file != finding.location.file;
        let users: Vec<&Location> = finding.related.iter().map(|related| &related.location).filter(elsewhere).collect();
        users.into_iter().for_each(|place| self.mark(place));
    }

    fn mark(&mut self, place: &Location) {
        match self.files.get_mut(&place.file) {
            Some(records) => records.add(place.record),
            None => self.files.entry(Arc::clone(&place.file)).or_default().add(place.record),
        }
    }

    pub fn extend(&mut self, other: Self) {
        for (file, more) in other.files {
            let records = self.files.entry(file).or_default();
            records.all |= more.all;
            if records.bits.len() < more.bits.len() {
                records.bits.resize(more.bits.len(), 0);
            }
            records.bits.iter_mut().zip(more.bits).for_each(|(bits, more)| *bits |= more);
        }
    }

    /// Whether no finding fails a request. `record` is its index in a manifest.
    #[must_use]
    pub fn is_ready(&self, file: &str, record: Option<u32>) -> bool {
        self.files.get(file).is_none_or(|records| !records.holds(record))
    }

    /// How many requests of a file can be sent.
    #[must_use]
    pub fn ready(&self, file: &CheckedFile) -> u64 {
        let faulty = self.files.get(file.path.as_str()).map_or(0, |records| records.len(file.requests));
        if file.broken { 0 } else { file.requests - faulty }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::FileKind;
    use crate::rule;

    fn file(path: &str, requests: u64) -> CheckedFile {
        let (path, kind) = (path.to_owned(), FileKind::Manifest);
        CheckedFile { path, kind, size_bytes: 1, compact: None, requests, broken: false }
    }

    fn error(file: &str, record: Option<u32>) -> Finding {
        Finding::new(&rule::REQUEST_SYNTAX, "wrong").at(Location { record, ..Location::file(file) })
    }

    #[test]
    fn each_request_counts_once() {
        let mut faulty = Faulty::default();
        [0, 3, 3, 200].iter().for_each(|record| faulty.note(&error("a.jsonl", Some(*record))));
        faulty.note(&error("b.json", None));
        faulty.note(&Finding { severity: Severity::Hint, ..error("c.json", None) });
        let seen = [("a.jsonl", 201), ("b.json", 1), ("c.json", 1), ("d.json", 1)];
        assert_eq!(seen.map(|(name, requests)| faulty.ready(&file(name, requests))), [198, 0, 1, 1]);
        assert_eq!(faulty.ready(&CheckedFile { broken: true, ..file("d.json", 2) }), 0);
        assert!(!faulty.is_ready("a.jsonl", Some(200)) && faulty.is_ready("a.jsonl", Some(201)));
        // A fault of the whole file affects each request in it.
        let mut more = Faulty::default();
        more.note(&error("a.jsonl", None));
        faulty.extend(more);
        assert_eq!(faulty.ready(&file("a.jsonl", 201)), 0);
    }

    #[test]
    fn a_media_file_speaks_against_those_that_refer_to_it() {
        let mut faulty = Faulty::default();
        let place = Location { record: Some(1), ..Location::file("a.jsonl") };
        let finding = Finding::new(&rule::FILE_EMPTY, "empty").at(Location::file("a.png"));
        faulty.note(&finding.related("used here", place).related("also", Location::default()));
        assert_eq!(faulty.ready(&file("a.jsonl", 3)), 2);
    }
}
