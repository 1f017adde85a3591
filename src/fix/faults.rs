//! Counts the faults that a fix must not cause.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::batch::Batch;
use crate::engine::Outcome;
use crate::extract::Form;
use crate::request::json;
use crate::request::record::{self, RecordLayout};
use crate::rule::{self, Rule, Severity};
use crate::text::Fnv;

/// Faults that a fix must not introduce.
const GUARDED: [&Rule; 4] =
    [&rule::REQUEST_SYNTAX, &rule::REQUEST_DUPLICATE_KEY, &rule::ASSET_MISSING_FILE, &rule::LINT_UNREADABLE];

/// The number of faults that a fix must not cause, by the digests of what they are: there may be one for each file.
#[derive(Debug, Default)]
pub(super) struct FaultCounts {
    /// By rule and file.
    guarded: HashMap<u64, u32>,
    /// All errors, by file; filled in if scripts are split.
    errors: HashMap<u64, u32>,
}

fn digest(parts: &[&str]) -> u64 {
    let mut digest = Fnv::default();
    parts.iter().for_each(|part| digest.part(part.as_bytes()));
    digest.finish() as u64
}

impl FaultCounts {
    pub fn of(outcome: &Outcome, errors: bool) -> io::Result<Self> {
        let mut counts = Self::default();
        outcome.report.each(&mut |finding| {
            let file = &*finding.location.file;
            if GUARDED.contains(&finding.rule) {
                *counts.guarded.entry(digest(&[finding.rule.id, file])).or_default() += 1;
            }
            if errors && finding.severity == Severity::Error {
                *counts.errors.entry(digest(&[file])).or_default() += 1;
            }
            Ok(())
        })?;
        Ok(counts)
    }

    /// Whether the fixes of a batch have made things worse. `self` are the faults after them.
    pub fn are_worse_than(&self, before: &Self, batch: &Batch) -> io::Result<bool> {
        let errors = |counts: &Self, file: u64| counts.errors.get(&file).copied().unwrap_or(0);
        let mut opened = HashSet::new();
        let mut is_split_in_vain = false;
        batch.each(&mut |finding, _| {
            let file = &*finding.location.file;
            if *finding.rule == rule::SCRIPT_TOO_LONG {
                let file = digest(&[file]);
                is_split_in_vain |= errors(self, file) >= errors(before, file);
            }
            if *finding.rule == rule::REQUEST_SYNTAX {
                let others = GUARDED.into_iter().filter(|rule| **rule != rule::REQUEST_SYNTAX);
                opened.extend(others.map(|rule| digest(&[rule.id, file])));
            }
            Ok(())
        })?;
        let is_more = |(fault, many): (&u64, &u32)| *many > before.guarded.get(fault).copied().unwrap_or(0);
        // A file that has become readable may reveal new findings.
        let mut revealed = self.guarded.iter().filter(|(fault, _)| !opened.contains(fault));
        Ok(is_split_in_vain || revealed.any(is_more))
    }
}

/// Files that become readable and may reveal new findings.
pub(super) fn opened(batch: &Batch) -> io::Result<BTreeSet<Arc<str>>> {
    let mut files = BTreeSet::new();
    batch.each(&mut |finding, _| {
        if *finding.rule == rule::REQUEST_SYNTAX {
            files.insert(Arc::clone(&finding.location.file));
        }
        Ok(())
    })?;
    Ok(files)
}

/// The number of syntax errors and of duplicate keys in a text.
pub(super) fn in_text(path: &Path, text: &[u8]) -> (usize, usize) {
    if Form::of(path).is_some() {
        // Its pieces are checked again with the file.
        return (0, 0);
    }
    let text = record::decode(text).text;
    let count = |text: &str| {
        let document = json::parse(text);
        (document.errors().len(), document.duplicates().len())
    };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match record::layout(extension, &text) {
        RecordLayout::Document | RecordLayout::LongArray => count(&text),
        RecordLayout::Lines => record::lines(&text)
            .map(|line| count(line.text))
            .fold((0, 0), |(errors, twice), (more, others)| (errors + more, twice + others)),
    }
}
