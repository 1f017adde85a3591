//! Selects fixes that can be applied together.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::finding::{Edit, Finding, Fingerprint, Fix};
use crate::rule::Rule;
use crate::text::Span;

/// The most fixes of a batch: each stays in memory until it is checked.
const MOST: usize = 50_000;

/// A fix with its finding.
#[derive(Clone, Debug)]
pub(super) struct Picked {
    pub rule: &'static Rule,
    /// The file of the finding.
    pub file: Arc<str>,
    /// The place of the finding, for people.
    pub place: String,
    pub pointer: Option<String>,
    pub fingerprint: Fingerprint,
    /// Every edit names its file.
    pub fix: Fix,
    /// The file that it renames.
    pub from: Option<PathBuf>,
}

/// The files that a fix edits.
pub(super) fn files(finding: &Finding, fix: &Fix) -> BTreeSet<Arc<str>> {
    fix.edits.iter().map(|edit| file_of(edit, finding)).collect()
}

fn file_of(edit: &Edit, finding: &Finding) -> Arc<str> {
    Arc::clone(if edit.file.is_empty() { &finding.location.file } else { &edit.file })
}

/// Collects fixes that do not touch each other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub picked: Vec<Picked>,
    /// Fixes were left out because there are enough.
    pub is_full: bool,
    /// Ends of edits by file and start.
    taken: BTreeMap<Arc<str>, BTreeMap<usize, usize>>,
    renamed: HashSet<Arc<str>>,
}

impl Batch {
    /// Adds a fix, unless an earlier one touches the same bytes or the same file name. `from` is the file that it
    /// renames.
    pub fn add(&mut self, finding: &Finding, fix: &Fix, from: Option<&PathBuf>) {
        if self.picked.len() >= MOST {
            self.is_full = true;
            return;
        }
        if let Some(rename) = &fix.rename
            && (self.renamed.contains(&rename.from) || self.renamed.contains(&rename.to))
        {
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
        if let Some(rename) = &fix.rename {
            self.renamed.extend([Arc::clone(&rename.from), Arc::clone(&rename.to)]);
        }
        let (rule, file) = (finding.rule, Arc::clone(&finding.location.file));
        let place = match finding.location.start {
            Some(start) => format!("{file}:{}:{}", start.line, start.column),
            None => file.to_string(),
        };
        let (pointer, fingerprint) = (finding.location.pointer.clone(), finding.fingerprint);
        self.picked.push(Picked { rule, file, place, pointer, fingerprint, fix, from: from.cloned() });
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

/// All edits, by file, sorted.
pub(super) fn edits(picked: &[Picked]) -> BTreeMap<Arc<str>, Vec<&Edit>> {
    let mut edits: BTreeMap<Arc<str>, Vec<&Edit>> = BTreeMap::new();
    for edit in picked.iter().flat_map(|picked| &picked.fix.edits) {
        edits.entry(Arc::clone(&edit.file)).or_default().push(edit);
    }
    for edits in edits.values_mut() {
        edits.sort_by_key(|edit| edit.span);
    }
    edits
}

/// The text with sorted edits applied and every other byte unchanged; none if an edit is out of range or overlaps
/// another.
pub(super) fn apply(text: &[u8], edits: &[&Edit]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        out.extend_from_slice(text.get(from..edit.span.start)?);
        out.extend_from_slice(edit.text.as_bytes());
        from = edit.span.end.max(edit.span.start);
    }
    out.extend_from_slice(text.get(from..)?);
    Some(out)
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

    fn applied(fixes: &[Fix]) -> (usize, String) {
        let finding = Finding::new(&rule::REQUEST_SYNTAX, "wrong").at(Location::file("a.json"));
        let mut batch = Batch::default();
        fixes.iter().for_each(|fix| batch.add(&finding, fix, None));
        let edits = edits(&batch.picked);
        let text = edits.get("a.json").map_or_else(Vec::new, |edits| apply(b"0123456789", edits).unwrap());
        (batch.picked.len(), String::from_utf8(text).unwrap())
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
        let finding = Finding::new(&rule::REQUEST_SYNTAX, "wrong").at(Location::file("a.json"));
        let mut batch = Batch::default();
        (0..MOST).for_each(|at| batch.add(&finding, &fix(&[(at, at + 1, "x")]), None));
        assert!(!batch.is_full);
        batch.add(&finding, &fix(&[(MOST, MOST + 1, "x")]), None);
        assert!(batch.is_full && batch.picked.len() == MOST);
    }

    #[test]
    fn edits_outside_the_text_are_refused() {
        let outside = fix(&[(9, 11, "a")]);
        assert_eq!(apply(b"0123456789", &outside.edits.iter().collect::<Vec<_>>()), None);
    }
}
