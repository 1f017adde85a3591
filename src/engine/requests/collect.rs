//! Collects the results of the requests of one text, in order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::page::SourceText;
use super::request::{CheckedRequest, RequestChecker};
use super::text::{CheckedText, Tell};
use crate::check::manifest::{Manifest, Repeat};
use crate::check::syntax;
use crate::engine::file_result::Raised;
use crate::engine::settle::{Spilled, Verdicts};
use crate::finding::Finding;
use crate::outcome::FileKind;
use crate::outcome::spill::{Attached, SpillWriter};
use crate::request::record::{Block, EncodingFault, Record};
use crate::rule;
use crate::text::Span;

/// Findings of one text kept in memory; the rest are spilled.
const MOST_HELD: usize = 2_000;

/// The destination of findings.
enum FindingSink<'k> {
    Hold,
    /// Too many to hold in memory.
    Spill(SpillWriter),
    /// They are reported at once.
    Tell(Tell<'k>),
}

/// Collects the results of the requests of one text, spilling findings to disk beyond a bound.
pub(in crate::engine) struct Collector<'k> {
    checker: RequestChecker<'k>,
    mode: FindingSink<'k>,
    checked: CheckedRequest,
    manifest: Manifest,
    /// Findings about the text as a whole, which come before those of its records.
    whole: Vec<Finding>,
    /// The findings about duplicates still in memory, with the digest of what is repeated.
    repeats: HashMap<Span, u64>,
    /// The digests of duplicates in spilled findings.
    endings: HashSet<u64>,
    /// The verdicts on spilled findings.
    verdicts: Verdicts<'k>,
    /// The text does not parse.
    /// Requests that may get more fields before they are sent.
    pub open: u64,
    pub broken: bool,
    /// Finished findings.
    spent: Vec<Raised>,
    /// Bytes that are not UTF-8 are one fault, in however many lines. The finding, the offset of the first, the count.
    encoding: Option<(Finding, usize, usize)>,
}

impl<'k> Collector<'k> {
    pub fn new(checker: RequestChecker<'k>, tell: Option<Tell<'k>>) -> Self {
        Self {
            checker,
            mode: tell.map_or(FindingSink::Hold, FindingSink::Tell),
            checked: CheckedRequest::default(),
            manifest: Manifest::new(Arc::clone(&checker.input.name)),
            whole: Vec::new(),
            repeats: HashMap::new(),
            endings: HashSet::new(),
            verdicts: Verdicts::new(checker.run),
            open: 0,
            broken: false,
            spent: Vec::new(),
            encoding: None,
        }
    }

    /// The name of the text.
    pub fn name(&self) -> &'k Arc<str> {
        &self.checker.input.name
    }

    /// Adds the results of a block of records.
    pub fn block(&mut self, block: &Block, gave: &mut Vec<Option<CheckedRequest>>) {
        for (at, checked) in gave.drain(..).enumerate() {
            if let (Some(record), Some(checked)) = (block.get(at), checked) {
                self.line(&record, checked);
            }
        }
    }

    /// Adds the results of a line of JSON Lines.
    pub fn line(&mut self, record: &Record<'_>, mut checked: CheckedRequest) {
        let page = SourceText::of_record(record);
        if let Some(EncodingFault::InvalidUtf8 { offset, count }) = record.fault {
            self.invalid(record.base + offset, count, &page, Some(record.index));
            // Findings that rest on replaced bytes would be echoes.
            checked.findings.clear();
        }
        self.take(&page, checked);
    }

    /// Adds bytes that are not UTF-8, the first of them at this byte of the file.
    fn invalid(&mut self, first: usize, count: usize, page: &SourceText<'_>, record: Option<u32>) {
        let name = self.name();
        let (_, _, total) = self.encoding.get_or_insert_with(|| {
            let mut finding = syntax::encoding(EncodingFault::InvalidUtf8 { offset: first, count });
            finding.location.record = record;
            page.finish(&mut finding, name, None);
            (finding, first, 0)
        });
        *total += count;
    }

    /// Adds the results of the next request, and compares it with the earlier ones.
    pub fn take(&mut self, page: &SourceText<'_>, mut checked: CheckedRequest) {
        let traits = checked.traits.take();
        let repeats = traits.map(|traits| self.manifest.add(&traits, page)).unwrap_or_default();
        if repeats.is_empty() && checked.is_empty() {
            return;
        }
        let before = self.checked.findings.len();
        self.checked.extend(checked);
        for Repeat { digest, mut finding } in repeats {
            page.finish(&mut finding, self.name(), None);
            self.repeats.extend(finding.location.span.map(|span| (span, digest)));
            self.checked.findings.push(finding);
        }
        if self.checked.findings.len() > before {
            self.let_go();
        }
    }

    /// Adds findings about a whole document.
    pub fn whole(&mut self, mut checked: CheckedRequest) {
        self.whole.append(&mut checked.findings);
        self.checked.extend(checked);
    }

    /// Spills or reports findings that need not stay in memory.
    fn let_go(&mut self) {
        match self.mode {
            FindingSink::Hold if self.checker.run.settings.unheld && self.checked.findings.len() > MOST_HELD => {
                self.mode = FindingSink::Spill(SpillWriter::new(Arc::clone(&self.checker.run.spill)));
            }
            FindingSink::Hold => return,
            FindingSink::Spill(_) | FindingSink::Tell(_) => {}
        }
        let raise = |finding| Raised { finding, config: Arc::clone(&self.checker.input.config) };
        let mut raised: Vec<Raised> = self.checked.findings.drain(..).map(raise).collect();
        self.verdicts.select(&mut raised);
        self.verdicts.drop_known(&mut raised);
        self.verdicts.judge(&mut raised);
        for Raised { finding, .. } in &raised {
            match &mut self.mode {
                FindingSink::Tell(tell) => tell(finding),
                FindingSink::Spill(writer) => {
                    let repeat = *finding.rule == rule::MANIFEST_DUPLICATE_REQUEST;
                    let ending = finding.location.span.filter(|_| repeat);
                    let ending = ending.and_then(|span| self.repeats.get(&span)).copied();
                    self.endings.extend(ending);
                    writer.put(finding, Attached { ending, record: None });
                }
                FindingSink::Hold => {}
            }
        }
        self.repeats.clear();
        self.spent.append(&mut raised);
    }

    /// Adds the fault in the encoding of a document, or of a block of it that begins at `base`.
    pub fn encoding(&mut self, fault: EncodingFault, page: &SourceText<'_>, base: usize) {
        if let EncodingFault::InvalidUtf8 { offset, count } = fault {
            return self.invalid(base + offset, count, page, None);
        }
        let mut finding = syntax::encoding(fault);
        finding.location.file = Arc::clone(self.name());
        page.finish(&mut finding, self.name(), None);
        self.whole.push(finding);
    }

    /// Finished findings, to be freed by the thread that made them; otherwise threads would wait for each other in the
    /// allocator.
    pub fn spent(&mut self) -> Vec<Raised> {
        std::mem::take(&mut self.spent)
    }

    pub fn found(mut self, requests: u64, kind: FileKind, size_bytes: u64) -> CheckedText {
        for finding in &mut self.checked.findings {
            let repeat = *finding.rule == rule::MANIFEST_DUPLICATE_REQUEST;
            if let Some(digest) = finding.location.span.filter(|_| repeat).and_then(|span| self.repeats.get(&span)) {
                finding.message.push_str(&self.manifest.times(*digest));
            }
        }
        let findings = &mut self.checked.findings;
        findings.append(&mut self.whole);
        let context = self.checker.context(self.checker.assigned.profile());
        findings.extend(self.manifest.whole(kind == FileKind::Manifest, &context));
        if let Some((mut finding, offset, count)) = self.encoding {
            finding.message = syntax::encoding(EncodingFault::InvalidUtf8 { offset, count }).message;
            findings.push(finding);
        }
        let spilled = match self.mode {
            FindingSink::Hold => None,
            FindingSink::Tell(_) => Some(Spilled { tally: self.verdicts.tally, findings: None }),
            FindingSink::Spill(writer) => {
                let named = self.endings.into_iter().map(|digest| (digest, self.manifest.times(digest)));
                let findings = writer.finish(named.filter(|(_, times)| !times.is_empty()).collect());
                Some(Spilled { tally: self.verdicts.tally, findings })
            }
        };
        let spilled = spilled.map(Box::new);
        let (checked, open, broken) = (self.checked, self.open, self.broken);
        CheckedText { checked, requests, open, kind, size_bytes, spilled, because: None, broken }
    }
}
