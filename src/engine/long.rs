//! What lines of a long manifest gave: held while it is little, else counted at once and made again when it is asked for.
//!
//! Of a line that gave findings only its place is remembered, in a few bytes; [`Long`] reads the line again, checks it
//! again and gives what it gave before.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::borders::Borders;
use super::media::Measured;
use super::requests::{Checked, Found, MOST_BYTES, Page};
use super::settle::{Rules, Tally};
use super::stream::{PIECE, Waiting};
use super::{Raised, Run, Settings};
use crate::check::manifest::{Manifest, Repeat};
use crate::check::syntax;
use crate::config::Configs;
use crate::finding::Finding;
use crate::outcome::{Again, FileKind};
use crate::request::endpoint::Endpoint;
use crate::request::json;
use crate::request::record::{self, EncodingFault};
use crate::rule::Rule;
use crate::walk::Input;

/// So many findings of one manifest are held.
const MOST_HELD: usize = 2_000;

/// Where the lines stand that may be read again.
#[derive(Clone, Debug)]
pub(super) enum Original {
    /// The file of the input.
    File,
    /// Standard input, which cannot be read again.
    Memory(Arc<[u8]>),
}

/// Something to be read from any place.
trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// What becomes of findings.
enum Mode<'k> {
    Hold,
    /// They are too many: counted, and gone.
    Count,
    /// Told at once.
    Tell(&'k mut (dyn FnMut(&Finding) + Send + 'k)),
}

/// Takes in what the lines of a manifest gave, in their order.
pub(super) struct Keeper<'k> {
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

impl<'k> Keeper<'k> {
    pub fn new(
        run: &'k Run<'k>,
        input: &'k Input,
        original: Original,
        tell: Option<&'k mut (dyn FnMut(&Finding) + Send + 'k)>,
    ) -> Self {
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

    pub fn take(&mut self, line: &Waiting<'_>, mut checked: Checked) {
        let page = Page::new(line.text, line.base, line.line);
        let name = &self.input.name;
        if let Some(EncodingFault::InvalidUtf8 { offset, count }) = line.fault {
            let first = line.base + offset;
            let (_, _, total) = self.encoding.get_or_insert_with(|| {
                let mut finding = syntax::encoding(EncodingFault::InvalidUtf8 { offset: first, count });
                finding.location.record = Some(line.record);
                page.finish(&mut finding, name, None);
                (finding, first, 0)
            });
            *total += count;
            // What is read out of replaced bytes would be an echo.
            checked.findings.clear();
        }
        let traits = checked.traits.take();
        let repeats = traits.map(|traits| self.manifest.add(&traits, &page)).unwrap_or_default();
        if repeats.is_empty() && checked.is_empty() {
            return;
        }
        let before = self.checked.findings.len();
        self.checked.extend(checked);
        for Repeat { digest, mut finding } in repeats {
            page.finish(&mut finding, name, None);
            self.repeats.push((self.checked.findings.len(), digest));
            self.checked.findings.push(finding);
        }
        if self.checked.findings.len() == before {
            return;
        }
        self.places.push(line);
        match self.mode {
            Mode::Hold if self.run.settings.unheld && self.checked.findings.len() > MOST_HELD => {
                self.mode = Mode::Count;
                self.pass();
            }
            Mode::Hold => {}
            Mode::Count | Mode::Tell(_) => self.pass(),
        }
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

    pub fn found(mut self, requests: u64) -> Found {
        for (at, digest) in std::mem::take(&mut self.repeats) {
            self.checked.findings[at].message.push_str(&self.manifest.times(digest));
        }
        let run = self.run;
        self.checked.findings.extend(self.manifest.whole(true, &run.context(&self.input.config)));
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
        let long = Some(Box::new((self.tally, again)));
        Found { checked: self.checked, requests, kind: FileKind::Manifest, long }
    }
}

/// Where lines stand that gave findings: for each the bytes, lines and records since the one before, as numbers of seven
/// bits a byte.
#[derive(Debug, Default)]
struct Places {
    packed: Vec<u8>,
    last: Place,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    base: u64,
    line: u64,
    record: u64,
}

impl Places {
    fn push(&mut self, line: &Waiting<'_>) {
        let next = Place { base: line.base as u64, line: line.line.into(), record: line.record.into() };
        let last = std::mem::replace(&mut self.last, next);
        for mut number in [next.base - last.base, next.line - last.line, next.record - last.record] {
            while number >= 0x80 {
                self.packed.push(number as u8 | 0x80);
                number >>= 7;
            }
            self.packed.push(number as u8);
        }
    }

    fn iter(&self) -> impl Iterator<Item = Place> {
        let mut bytes = self.packed.iter();
        let mut number = move || {
            let (mut number, mut shift) = (0, 0);
            loop {
                let byte = bytes.next()?;
                number |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if *byte < 0x80 {
                    return Some(number);
                }
            }
        };
        let mut place = Place::default();
        std::iter::from_fn(move || {
            place.base += number()?;
            place.line += number()?;
            place.record += number()?;
            Some(place)
        })
    }
}

/// The findings of a manifest, made again whenever they are asked for.
#[derive(Debug)]
pub(super) struct Long {
    settings: Settings,
    configs: Arc<Configs>,
    now: u64,
    measured: Arc<Measured>,
    borders: Arc<Borders>,
    original: Original,
    input: Input,
    told: Option<Endpoint>,
    manifest: Manifest,
    places: Places,
    rules: BTreeMap<&'static str, &'static Rule>,
    /// How many there are.
    findings: u64,
}

impl Again for Long {
    fn file(&self) -> &str {
        &self.input.name
    }

    fn rules(&self) -> &BTreeMap<&'static str, &'static Rule> {
        &self.rules
    }

    fn each(&self, take: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        let run = Run {
            settings: &self.settings,
            configs: &self.configs,
            now: self.now,
            measured: Arc::clone(&self.measured),
            borders: Arc::clone(&self.borders),
            cache: None,
        };
        let (mut rules, mut tally) = (run.rules(), Tally::default());
        let mut tell = |gave: &mut [Vec<Raised>]| {
            gave.iter_mut().try_for_each(|raised| {
                run.sift(raised, &mut rules, &mut tally);
                run.leave_known(raised, &mut tally);
                run.judge(raised, &mut tally);
                raised.iter().try_for_each(|raised| take(&raised.finding))
            })
        };
        let source: Box<dyn Source> = match &self.original {
            Original::File => Box::new(File::open(self.settings.overlay.real(&self.input.path))?),
            Original::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        };
        let mut lines =
            Reread { source: BufReader::with_capacity(256 << 10, source), at: 0, places: self.places.iter() };
        let threads = self.settings.jobs.map_or(0, NonZeroUsize::get);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok();
        match pool.filter(|pool| pool.current_num_threads() > 1) {
            None => {
                while let Some(some) = lines.some()? {
                    let mut gave: Vec<_> = some.each().map(|(place, line)| self.line(&run, line, place)).collect();
                    tell(&mut gave)?;
                }
            }
            // While lines are told, the next ones are checked, and what was told is given back where it was made.
            Some(pool) => {
                let (mut gave, mut told) = (Vec::new(), Vec::new());
                while let Some(some) = lines.some()? {
                    let spent = std::mem::replace(&mut told, std::mem::take(&mut gave));
                    pool.in_place_scope(|scope| {
                        scope.spawn(|_| {
                            drop(spent);
                            let each: Vec<_> = some.each().collect();
                            gave = each.into_par_iter().map(|(place, line)| self.line(&run, line, place)).collect();
                        });
                        tell(&mut told)
                    })?;
                }
                tell(&mut gave)?;
            }
        }
        if tally.told() != self.findings {
            return Err(io::Error::other(format!("{} has changed while it was checked", self.input.name)));
        }
        Ok(())
    }
}

/// Reads lines again, some at a time.
struct Reread<P> {
    source: BufReader<Box<dyn Source>>,
    /// Where in the file the source stands.
    at: u64,
    places: P,
}

/// Lines that were read again, one after the other.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    lines: Vec<(Place, Range<usize>)>,
}

impl<P: Iterator<Item = Place>> Reread<P> {
    /// The next lines; none at the end.
    fn some(&mut self) -> io::Result<Option<Lines>> {
        let mut some = Lines::default();
        while some.bytes.len() < PIECE && some.lines.len() < MOST_HELD {
            let Some(place) = self.places.next() else { break };
            // In another text than before the last line may have gone on for longer.
            self.source.seek_relative(place.base.cast_signed().wrapping_sub(self.at.cast_signed()))?;
            let start = some.bytes.len();
            let read = self.source.by_ref().take(MOST_BYTES).read_until(b'\n', &mut some.bytes)?;
            self.at = place.base + read as u64;
            some.lines.push((place, start..some.bytes.len()));
        }
        Ok(Some(some).filter(|some| !some.lines.is_empty()))
    }
}

impl Lines {
    fn each(&self) -> impl Iterator<Item = (Place, &[u8])> {
        let of = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        self.lines.iter().map(move |(place, range)| (*place, of(range)))
    }
}

impl Long {
    /// What a line gives.
    fn line(&self, run: &Run<'_>, line: &[u8], place: Place) -> Vec<Raised> {
        let breaks = line.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let text = record::decode(line.get(..line.len() - breaks).unwrap_or_default());
        let base = usize::try_from(place.base).unwrap_or(usize::MAX);
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let page = Page::new(&text.text, base, number(place.line));
        let document = json::parse_at(&text.text, base);
        let Checked { mut findings, traits, .. } =
            run.line(&document, number(place.record), self.told, &page, &self.input);
        if text.fault.is_some() {
            findings.clear();
        }
        for mut finding in traits.map(|traits| self.manifest.again(&traits, &page)).unwrap_or_default() {
            page.finish(&mut finding, &self.input.name, None);
            findings.push(finding);
        }
        findings.into_iter().map(|finding| Raised { finding, config: Arc::clone(&self.input.config) }).collect()
    }
}
