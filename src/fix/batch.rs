//! Selects fixes that can be applied together.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::finding::{Edit, Finding, Fix};
use crate::outcome::spill::{Attached, Spill, SpillWriter, SpilledRun};
use crate::text::{Fnv, Span};

/// The most memory that the edits of a batch take, unless a single fix takes more.
const MOST_BYTES: usize = 4 << 20;
/// What an edit takes besides its text: in the list of its file, and in the set of what is taken.
const EDIT_BYTES: usize = 80;

/// The files that a fix edits.
pub(super) fn files(finding: &Finding, fix: &Fix) -> BTreeSet<Arc<str>> {
    fix.edits.iter().map(|edit| file_of(edit, finding)).collect()
}

fn file_of(edit: &Edit, finding: &Finding) -> Arc<str> {
    Arc::clone(if edit.file.is_empty() { &finding.location.file } else { &edit.file })
}

/// Fixes that do not touch each other, in report order. They are spilled: there may be one for each file of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    spilled: Option<Arc<SpilledRun>>,
    /// Those of the spilled ones that belong to it.
    range: Range<usize>,
    /// Fixes were left out because there are enough.
    pub is_full: bool,
}

impl Batch {
    pub fn len(&self) -> usize {
        self.range.len()
    }

    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Passes each fix to `take`. Its finding has no more than a rule, a place and a fingerprint; every edit names its
    /// file.
    pub fn each(&self, take: &mut dyn FnMut(&Finding, &Fix) -> io::Result<()>) -> io::Result<()> {
        let Some(spilled) = &self.spilled else { return Ok(()) };
        let mut reading = spilled.read();
        for at in 0..self.range.end {
            let Some((finding, _)) = reading.next_finding()? else { break };
            if let Some(fix) = finding.fix.as_ref().filter(|_| self.range.contains(&at)) {
                take(&finding, fix)?;
            }
        }
        Ok(())
    }

    /// Both halves.
    pub fn halves(&self) -> [Self; 2] {
        let Range { start, end } = self.range;
        let middle = start + self.len() / 2;
        [start..middle, middle..end].map(|range| Self { range, ..self.clone() })
    }

    /// All edits, by file, sorted.
    pub fn edits(&self) -> io::Result<BTreeMap<Arc<str>, Vec<Edit>>> {
        let mut edits: BTreeMap<Arc<str>, Vec<Edit>> = BTreeMap::new();
        self.each(&mut |_, fix| {
            for edit in &fix.edits {
                edits.entry(Arc::clone(&edit.file)).or_default().push(edit.clone());
            }
            Ok(())
        })?;
        for edits in edits.values_mut() {
            edits.sort_by_key(|edit| edit.span);
        }
        Ok(edits)
    }
}

/// Collects a batch.
#[derive(Debug)]
pub(super) struct BatchBuilder {
    writer: SpillWriter,
    len: usize,
    is_full: bool,
    bytes: usize,
    /// Ends of edits by file and start.
    taken: BTreeMap<Arc<str>, BTreeMap<usize, usize>>,
    /// Digests of the old and new names of renamed files. Should two names share one, a fix waits for the next round.
    renamed: HashSet<u64>,
}

impl BatchBuilder {
    pub fn new(spill: Arc<Spill>) -> Self {
        Self {
            writer: SpillWriter::new(spill),
            len: 0,
            is_full: false,
            bytes: 0,
            taken: BTreeMap::new(),
            renamed: HashSet::new(),
        }
    }

    /// Adds a fix, unless an earlier one touches the same bytes or the same file name.
    pub fn add(&mut self, finding: &Finding, fix: &Fix) {
        if self.bytes >= MOST_BYTES {
            self.is_full = true;
            return;
        }
        let names = fix.rename.as_ref().map(|rename| [&rename.from, &rename.to].map(|name| digest(name)));
        if names.iter().flatten().any(|name| self.renamed.contains(name)) {
            return;
        }
        let mut fix = fix.clone();
        for at in 0..fix.edits.len() {
            let Some(edit) = fix.edits.get_mut(at) else { break };
            edit.file = file_of(edit, finding);
            let (file, span) = (Arc::clone(&edit.file), edit.span);
            if !self.claim(&file, span) {
                for edit in fix.edits.iter().take(at) {
                    self.release(edit);
                }
                return;
            }
        }
        self.renamed.extend(names.into_iter().flatten());
        self.bytes += fix.edits.iter().map(|edit| edit.text.len() + EDIT_BYTES).sum::<usize>();
        self.len += 1;
        let mut picked = Finding::new(finding.rule, "").at(finding.location.clone()).fix(fix);
        picked.fingerprint = finding.fingerprint;
        self.writer.put(&picked, Attached::default());
    }

    pub fn finish(self) -> Batch {
        let Self { writer, len, is_full, .. } = self;
        Batch { spilled: writer.finish(HashMap::new()), range: 0..len, is_full }
    }

    fn claim(&mut self, file: &Arc<str>, span: Span) -> bool {
        let taken = self.taken.entry(Arc::clone(file)).or_default();
        let before = taken.range(..span.start).next_back().is_some_and(|(_, end)| *end > span.start);
        let after = taken.range(span.start..).next().is_some_and(|(start, _)| *start < span.end);
        match taken.entry(span.start) {
            // Two edits at one place have no order.
            Entry::Occupied(_) => false,
            Entry::Vacant(_) if before || after || span.end < span.start => false,
            Entry::Vacant(entry) => {
                entry.insert(span.end);
                true
            }
        }
    }

    fn release(&mut self, edit: &Edit) {
        if let Some(taken) = self.taken.get_mut(&edit.file) {
            taken.remove(&edit.span.start);
        }
    }
}

fn digest(name: &str) -> u64 {
    let mut digest = Fnv::default();
    digest.part(name.as_bytes());
    digest.finish() as u64
}

/// The pieces of a text with sorted edits applied and every other byte unchanged; none if an edit is out of range or
/// overlaps another.
pub(super) fn apply<'t>(text: &'t [u8], edits: &'t [Edit]) -> Option<Vec<&'t [u8]>> {
    let mut pieces = Vec::with_capacity(edits.len() * 2 + 1);
    let mut from = 0;
    for edit in edits {
        pieces.push(text.get(from..edit.span.start)?);
        pieces.push(edit.text.as_bytes());
        from = edit.span.end.max(edit.span.start);
    }
    pieces.push(text.get(from..)?);
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Location;
    use crate::rule;

    fn fix(edits: &[(usize, usize, &str)]) -> Fix {
        let edit = |(start, end, text): &(usize, usize, &str)| Edit {
            file: "".into(),
            span: Span::new(*start, *end),
            text: (*text).to_owned(),
        };
        Fix { title: "mend it".to_owned(), safe: true, edits: edits.iter().map(edit).collect(), rename: None }
    }

    fn picked(fixes: &[Fix]) -> Batch {
        let finding = Finding::new(&rule::REQUEST_SYNTAX, "wrong").at(Location::file("a.json"));
        let mut batch = BatchBuilder::new(Arc::default());
        fixes.iter().for_each(|fix| batch.add(&finding, fix));
        batch.finish()
    }

    fn applied(fixes: &[Fix]) -> (usize, String) {
        let batch = picked(fixes);
        let edits = batch.edits().expect("read");
        let text = edits.get("a.json").map_or_else(Vec::new, |edits| apply(b"0123456789", edits).unwrap().concat());
        (batch.len(), String::from_utf8(text).unwrap())
    }

    #[test]
    fn overlapping_edits_wait() {
        assert_eq!(applied(&[fix(&[(1, 3, "a")]), fix(&[(2, 4, "b")]), fix(&[(3, 4, "c")])]), (2, "0ac456789".into()));
        assert_eq!(applied(&[fix(&[(5, 5, "a")]), fix(&[(5, 6, "b")])]), (1, "01234a56789".into()));
        assert_eq!(applied(&[fix(&[(2, 6, "")]), fix(&[(4, 4, "b")])]), (1, "016789".into()));
        // A fix is applied completely or not at all, so its first edit frees the place again.
        let split = fix(&[(8, 9, "x"), (1, 2, "y")]);
        assert_eq!(applied(&[fix(&[(0, 2, "a")]), split, fix(&[(8, 9, "z")])]), (2, "a234567z9".into()));
    }

    #[test]
    fn a_batch_is_full_at_some_point() {
        let many = MOST_BYTES.div_ceil(EDIT_BYTES + 1);
        let mut fixes: Vec<Fix> = (0..many).map(|at| fix(&[(at, at + 1, "x")])).collect();
        assert!(!picked(&fixes).is_full);
        fixes.push(fix(&[(many, many + 1, "x")]));
        let full = picked(&fixes);
        assert!(full.is_full && full.len() == many);
        // A single fix may be larger than a batch.
        let large = fix(&[(0, 1, &"x".repeat(MOST_BYTES))]);
        assert_eq!(picked(&[large, fix(&[(1, 2, "x")])]).len(), 1);
    }

    #[test]
    fn halves_are_the_whole() {
        let whole = picked(&(0..7).map(|at| fix(&[(at, at + 1, "x")])).collect::<Vec<_>>());
        let starts = |batch: &Batch| {
            let mut starts = Vec::new();
            let each = batch.each(&mut |_, fix| {
                starts.extend(fix.edits.iter().map(|edit| edit.span.start));
                Ok(())
            });
            each.map(|()| starts).expect("read")
        };
        let [one, other] = whole.halves();
        let [first, second] = other.halves();
        assert_eq!([one.len(), first.len(), second.len()], [3, 2, 2]);
        assert_eq!([starts(&one), starts(&first), starts(&second)].concat(), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn edits_outside_the_text_are_refused() {
        let outside = fix(&[(9, 11, "a")]);
        assert_eq!(apply(b"0123456789", &outside.edits), None);
    }
}
