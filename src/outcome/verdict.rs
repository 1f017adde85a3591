//! Decides which requests can be sent: those that no finding fails, in the request itself or in a file that it refers
//! to.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::CheckedFile;
use crate::finding::{Finding, Location};
use crate::rule::Severity;
use crate::text::PathSet;

/// The requests that cannot be sent unchanged. Takes one bit per request.
#[derive(Clone, Debug, Default)]
pub struct Faulty {
    /// The names of files with a fault in the whole of them.
    whole: PathSet,
    records: HashMap<Arc<str>, Records>,
}

/// The marked records of a file, one bit each.
#[derive(Clone, Debug, Default)]
struct Records(Vec<u64>);

impl Records {
    fn add(&mut self, record: u32) {
        let (word, bit) = (record as usize / 64, record % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= 1 << bit;
        }
    }

    fn holds(&self, record: u32) -> bool {
        self.0.get(record as usize / 64).is_some_and(|bits| bits >> (record % 64) & 1 == 1)
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|bits| u64::from(bits.count_ones())).sum()
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
        let Some(record) = place.record else {
            self.whole.insert(Path::new(&*place.file));
            return;
        };
        match self.records.get_mut(&place.file) {
            Some(records) => records.add(record),
            None => self.records.entry(Arc::clone(&place.file)).or_default().add(record),
        }
    }

    pub fn extend(&mut self, other: Self) {
        self.whole.extend(other.whole);
        for (file, more) in other.records {
            let records = self.records.entry(file).or_default();
            if records.0.len() < more.0.len() {
                records.0.resize(more.0.len(), 0);
            }
            records.0.iter_mut().zip(more.0).for_each(|(bits, more)| *bits |= more);
        }
    }

    /// Whether no finding fails a request. `record` is its index in a manifest.
    #[must_use]
    pub fn is_ready(&self, file: &str, record: Option<u32>) -> bool {
        let is_marked = |record| self.records.get(file).is_some_and(|records| records.holds(record));
        !self.whole.contains(Path::new(file)) && !record.is_some_and(is_marked)
    }

    /// How many requests of a file can be sent.
    #[must_use]
    pub fn ready(&self, file: &CheckedFile) -> u64 {
        if file.broken || self.whole.contains(Path::new(&file.path)) {
            return 0;
        }
        file.requests.saturating_sub(self.records.get(file.path.as_str()).map_or(0, Records::len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::FileKind;
    use crate::rule;

    fn file(path: &str, requests: u64) -> CheckedFile {
        CheckedFile { requests, ..CheckedFile::new(path, FileKind::Manifest, 1) }
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
    fn a_faulty_media_file_stops_its_requests() {
        let mut faulty = Faulty::default();
        let place = Location { record: Some(1), ..Location::file("a.jsonl") };
        let finding = Finding::new(&rule::FILE_EMPTY, "empty").at(Location::file("a.png"));
        faulty.note(&finding.related("used here", place).related("also", Location::default()));
        assert_eq!(faulty.ready(&file("a.jsonl", 3)), 2);
    }
}
