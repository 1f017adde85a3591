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
use super::collect::MOST_HELD;
use super::media::Measured;
use super::page::Page;
use super::requests::Checked;
use super::settle::Tally;
use super::{Raised, Run, Settings};
use crate::check::manifest::Manifest;
use crate::config::Configs;
use crate::finding::Finding;
use crate::outcome::Again;
use crate::request::endpoint::Endpoint;
use crate::request::json;
use crate::request::record::{self, Record};
use crate::rule::Rule;
use crate::text::bounds::TEXT_BYTES;
use crate::walk::Input;

/// Bytes that are read again at a time.
const PIECE: usize = 128 << 10;

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

/// Where lines stand that gave findings: for each the bytes, lines and records since the one before, as numbers of seven
/// bits a byte.
#[derive(Debug, Default)]
pub(super) struct Places {
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
    pub fn push(&mut self, line: &Record<'_>) {
        let next = Place { base: line.base as u64, line: line.line.into(), record: line.index.into() };
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
    pub settings: Settings,
    pub configs: Arc<Configs>,
    pub now: u64,
    pub measured: Arc<Measured>,
    pub borders: Arc<Borders>,
    pub original: Original,
    pub input: Input,
    pub told: Option<Endpoint>,
    pub manifest: Manifest,
    pub places: Places,
    pub rules: BTreeMap<&'static str, &'static Rule>,
    /// How many there are.
    pub findings: u64,
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
            let read = self.source.by_ref().take(TEXT_BYTES as u64).read_until(b'\n', &mut some.bytes)?;
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
            run.record(&document, number(place.record), self.told, &page, &self.input);
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
