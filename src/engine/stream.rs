//! Manifests of any length: a file of JSON Lines is read piece by piece, never as a whole.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::ops::Range;

use rayon::prelude::*;

use super::Run;
use super::bounded::{Lines, Progress};
use super::guard::part;
use super::long::Keeper;
use super::requests::{Checked, Found, MOST_BYTES, Page, has_too_many_values, is_certain, too_many_values};
use crate::finding::Finding;
use crate::request::json::{self, ErrorKind};
use crate::request::record::{self, EncodingFault};
use crate::walk::Input;

/// So much is checked at a time, on all threads; one longer line is a piece of its own. Three pieces are held, with what
/// they gave, and all of it is to stay in the caches.
const PIECE: usize = 256 << 10;
/// So much is read before it is clear what the file is.
const FIRST: usize = 1 << 20;
/// And not more lines than this: short ones may give much.
const MOST_LINES: usize = 2_048;
/// Of so many lines at the start, half must be requests, or a walk passes the file over.
const LOOKED_AT: usize = 100;

/// A line that waits to be checked, or was.
pub(super) struct Waiting<'p> {
    pub record: u32,
    pub base: usize,
    /// 1-based.
    pub line: u32,
    pub text: &'p str,
    pub fault: Option<EncodingFault>,
}

/// Some lines, one after the other in one text.
#[derive(Default)]
struct Piece {
    text: String,
    lines: Vec<Place>,
}

/// A line of a piece.
struct Place {
    record: u32,
    base: usize,
    line: u32,
    text: Range<usize>,
    fault: Option<EncodingFault>,
}

impl Piece {
    fn waiting(&self, place: &Place) -> Waiting<'_> {
        let Place { record, base, line, fault, .. } = *place;
        Waiting { record, base, line, text: self.text.get(place.text.clone()).unwrap_or_default(), fault }
    }

    /// Reads about `most` bytes in the place of what was there; nothing at the end.
    fn fill<R: Read>(
        mut self,
        reader: &mut record::Reader<Lines<R>>,
        progress: &Progress,
        most: usize,
    ) -> Result<Self, String> {
        self.text.clear();
        self.lines.clear();
        while self.text.len() < most && self.lines.len() < MOST_LINES {
            match reader.next_line() {
                Ok(Some(line)) => {
                    if has_too_many_values(line.text.text.as_bytes()) {
                        return Err(too_many_values());
                    }
                    let start = self.text.len();
                    if line.text.text.len() > PIECE {
                        self.text.reserve_exact(line.text.text.len());
                    }
                    self.text.push_str(&line.text.text);
                    let (record, base, fault) = (line.record, line.base, line.text.fault);
                    let text = start..self.text.len();
                    self.lines.push(Place { record, base, line: progress.line(), text, fault });
                }
                Ok(None) => break,
                Err(error) => return Err(format!("is no JSON Lines: {error}")),
            }
        }
        // One long line must not be held for ever.
        self.text.shrink_to(2 * FIRST);
        Ok(self)
    }

    fn is_mostly_certain(&self) -> bool {
        let some = self.lines.get(..LOOKED_AT).unwrap_or(&self.lines);
        let is_certain = |place: &&Place| {
            let line = self.waiting(place);
            is_certain(&json::parse_at(line.text, line.base), line.record)
        };
        let certain = some.iter().filter(is_certain).count();
        certain > 0 && certain * 2 >= some.len()
    }

    /// None of the first lines is whole: it is one document over many lines, or something else.
    fn is_no_lines(&self) -> bool {
        let is_open = |place: &Place| {
            let document = json::parse(self.waiting(place).text);
            document.errors().iter().any(|error| error.kind == ErrorKind::Unclosed)
        };
        self.lines.get(..LOOKED_AT).is_some_and(|some| some.iter().all(is_open))
    }
}

impl Run<'_> {
    /// Its lines can be taken one by one: not so in one document over several lines, in UTF-16, and in an empty file.
    pub(super) fn is_streamable(&self, file: &File) -> bool {
        let mut reader = record::Reader::new(BufReader::new(file));
        let streamable = match reader.next_line() {
            Ok(Some(line)) => {
                let wide = matches!(line.text.fault, Some(EncodingFault::Utf16Le | EncodingFault::Utf16Be));
                let document = json::parse(&line.text.text);
                !wide && !document.errors().iter().any(|error| error.kind == ErrorKind::Unclosed)
            }
            _ => false,
        };
        let mut file = file;
        file.rewind().is_ok() && streamable
    }

    /// Checks the lines of a source; none when it is no manifest and nobody said that it is one. With the bytes that were
    /// read. With `tell` findings are told at once and not kept.
    ///
    /// While one piece is checked on all threads, the one before is taken in and the next is read.
    pub(super) fn stream<'k>(
        &'k self,
        input: &'k Input,
        source: impl Read + Send,
        tell: Option<&'k mut (dyn FnMut(&Finding) + Send + 'k)>,
    ) -> Result<Option<(Found, u64)>, String> {
        let told = self.told(input);
        let source = Lines::new(source, MOST_BYTES);
        let progress = source.progress();
        let mut reader = record::Reader::new(source);
        let mut keeper = Keeper::new(self, input, tell);
        let read = |reader: &mut record::Reader<_>, piece: Piece, most: usize, requests: u64| {
            let filled = piece.fill(reader, &progress, most).map(Some);
            filled.or_else(|message| self.given_up(input, requests, message))
        };
        let Some(mut next) = read(&mut reader, Piece::default(), FIRST, 0)? else { return Ok(None) };
        if !input.named && told.is_none() && !next.is_mostly_certain() {
            return Ok(None);
        }
        if next.is_no_lines() {
            let message =
                format!("is no JSON Lines: none of its first {LOOKED_AT} lines is whole; `jq -c .` writes them so");
            return self.given_up(input, 0, message);
        }
        let mut requests = 0;
        let (mut last, mut gave, mut each) = (Piece::default(), Vec::new(), Vec::new());
        while !next.lines.is_empty() {
            requests += next.lines.len() as u64;
            let check = |place: &Place| -> Checked {
                let line = next.waiting(place);
                let page = Page::new(line.text, line.base, line.line);
                part(|| self.line(&json::parse_at(line.text, line.base), line.record, told, &page, input))
            };
            let ((), more) = rayon::join(
                || next.lines.par_iter().map(check).collect_into_vec(&mut each),
                || {
                    part(|| {
                        take(&mut keeper, &last, &mut gave);
                        read(&mut reader, std::mem::take(&mut last), PIECE, requests)
                    })
                },
            );
            let Some(more) = more? else { return Ok(None) };
            last = std::mem::replace(&mut next, more);
            std::mem::swap(&mut gave, &mut each);
        }
        take(&mut keeper, &last, &mut gave);
        Ok(Some((keeper.found(requests), reader.bytes() as u64)))
    }

    /// A file that cannot be read to its end as lines of requests.
    fn given_up<T>(&self, input: &Input, requests: u64, message: String) -> Result<Option<T>, String> {
        if input.named || requests > 0 { Err(message) } else { Ok(None) }
    }
}

/// Takes in what the lines of a piece gave.
fn take(keeper: &mut Keeper<'_>, piece: &Piece, gave: &mut Vec<Checked>) {
    for (place, checked) in piece.lines.iter().zip(gave.drain(..)) {
        keeper.take(&piece.waiting(place), checked);
    }
}
