//! Collects what the requests of one text gave, in their order.

use std::sync::Arc;

use super::long::{Long, Original, Places};
use super::page::Page;
use super::records::{Found, Tell};
use super::requests::Checked;
use super::settle::{Rules, Tally};
use super::{Raised, Run};
use crate::check::manifest::{Manifest, Repeat};
use crate::check::syntax;
use crate::finding::Finding;
use crate::outcome::FileKind;
use crate::request::record::{Block, EncodingFault, Record};
use crate::walk::Input;

/// Findings of one manifest that are held.
pub(super) const MOST_HELD: usize = 2_000;

/// What becomes of findings.
enum Mode<'k> {
    Hold,
    /// They are too many: counted, and gone.
    Count,
    /// Told at once.
    Tell(Tell<'k>),
}

/// Takes in what the lines of a manifest gave, in their order.
pub(super) struct Collector<'k> {
    run: &'k Run<'k>,
    input: &'k Input,
    original: Original,
    mode: Mode<'k>,
    checked: Checked,
    manifest: Manifest,
    /// Which of the findings that are held say that something stands there twice, and what it is.
    repeats: Vec<(usize, u64)>,
    places: Places,
    rules: Rules<'k>,
    tally: Tally,
    /// What was told or counted, and is over.
    spent: Vec<Raised>,
    /// Bytes that are no UTF-8: one fault, in however many lines. The finding, where the first is, how many there are.
    encoding: Option<(Finding, usize, usize)>,
}

impl<'k> Collector<'k> {
    pub fn new(run: &'k Run<'k>, input: &'k Input, original: Original, tell: Option<Tell<'k>>) -> Self {
        Self {
            run,
            input,
            original,
            mode: tell.map_or(Mode::Hold, Mode::Tell),
            checked: Checked::default(),
            manifest: Manifest::new(Arc::clone(&input.name)),
            repeats: Vec::new(),
            places: Places::default(),
            rules: run.rules(),
            tally: Tally::default(),
            spent: Vec::new(),
            encoding: None,
        }
    }

    fn name(&self) -> Arc<str> {
        Arc::clone(&self.input.name)
    }

    /// Takes in what the records of a block gave.
    pub fn block(&mut self, block: &Block, gave: &mut Vec<Option<Checked>>) {
        for (at, checked) in gave.drain(..).enumerate() {
            if let (Some(record), Some(checked)) = (block.get(at), checked) {
                self.line(&record, checked);
            }
        }
    }

    /// Takes in what a line of JSON Lines gave.
    pub fn line(&mut self, record: &Record<'_>, mut checked: Checked) {
        let page = Page::new(record.text, record.base, record.line);
        if let Some(EncodingFault::InvalidUtf8 { offset, count }) = record.fault {
            let first = record.base + offset;
            let (_, _, total) = self.encoding.get_or_insert_with(|| {
                let mut finding = syntax::encoding(EncodingFault::InvalidUtf8 { offset: first, count });
                finding.location.record = Some(record.index);
                page.finish(&mut finding, &self.input.name, None);
                (finding, first, 0)
            });
            *total += count;
            // What is read out of replaced bytes would be an echo.
            checked.findings.clear();
        }
        if !self.take(&page, checked) {
            return;
        }
        self.places.push(record);
        match self.mode {
            Mode::Hold if self.run.settings.unheld && self.checked.findings.len() > MOST_HELD => {
                self.mode = Mode::Count;
                self.pass();
            }
            Mode::Hold => {}
            Mode::Count | Mode::Tell(_) => self.pass(),
        }
    }

    /// Takes in what the next request gave, and compares it with those before. Whether there is a finding.
    pub fn take(&mut self, page: &Page<'_>, mut checked: Checked) -> bool {
        let traits = checked.traits.take();
        let repeats = traits.map(|traits| self.manifest.add(&traits, page)).unwrap_or_default();
        if repeats.is_empty() && checked.is_empty() {
            return false;
        }
        let before = self.checked.findings.len();
        self.checked.extend(checked);
        for Repeat { digest, mut finding } in repeats {
            page.finish(&mut finding, &self.input.name, None);
            self.repeats.push((self.checked.findings.len(), digest));
            self.checked.findings.push(finding);
        }
        self.checked.findings.len() > before
    }

    /// Takes in what is wrong with the encoding of a whole document.
    pub fn encoding(&mut self, fault: EncodingFault, page: &Page<'_>) {
        let mut finding = syntax::encoding(fault);
        if fault.is_wide() {
            finding.location.file = self.name();
        }
        page.finish(&mut finding, &self.input.name, None);
        self.checked.findings.push(finding);
    }

    /// Lets the findings go.
    fn pass(&mut self) {
        self.repeats.clear();
        let raise = |finding| Raised { finding, config: Arc::clone(&self.input.config) };
        let mut raised: Vec<Raised> = self.checked.findings.drain(..).map(raise).collect();
        self.run.sift(&mut raised, &mut self.rules, &mut self.tally);
        self.run.leave_known(&mut raised, &mut self.tally);
        self.run.judge(&mut raised, &mut self.tally);
        if let Mode::Tell(tell) = &mut self.mode {
            raised.iter().for_each(|raised| tell(&raised.finding));
        }
        self.spent.append(&mut raised);
    }

    /// What is over, to be given back where it was made: threads wait for each other in the allocator otherwise.
    pub fn spent(&mut self) -> Vec<Raised> {
        std::mem::take(&mut self.spent)
    }

    pub fn found(mut self, requests: u64, kind: FileKind, size_bytes: u64) -> Found {
        for (at, digest) in std::mem::take(&mut self.repeats) {
            self.checked.findings[at].message.push_str(&self.manifest.times(digest));
        }
        let run = self.run;
        self.checked.findings.extend(self.manifest.whole(kind == FileKind::Manifest, &run.context(&self.input.config)));
        if let Some((mut finding, offset, count)) = self.encoding {
            finding.message = syntax::encoding(EncodingFault::InvalidUtf8 { offset, count }).message;
            self.checked.findings.insert(0, finding);
        }
        let again = matches!(self.mode, Mode::Count).then(|| Long {
            settings: run.settings.clone(),
            configs: Arc::clone(run.configs),
            now: run.now,
            measured: Arc::clone(&run.measured),
            borders: Arc::clone(&run.borders),
            original: self.original,
            input: self.input.clone(),
            told: run.told(self.input),
            manifest: self.manifest,
            places: self.places,
            rules: self.tally.rules.clone(),
            findings: self.tally.told(),
        });
        let long = matches!(self.mode, Mode::Count | Mode::Tell(_)).then(|| Box::new((self.tally, again)));
        Found { checked: self.checked, requests, kind, size_bytes, long }
    }
}
