//! Manifests of any length: a file of JSON Lines is read piece by piece, never as a whole.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::ops::Range;

use rayon::prelude::*;

use super::Run;
use super::bounded::Lines;
use super::guard::part;
use super::long::{Keeper, Original};
use super::requests::{Checked, Found, MOST_BYTES, Page, has_too_many_values, is_certain, too_many_values};
use crate::finding::Finding;
use crate::request::json::{self, ErrorKind};
use crate::request::record::{self, EncodingFault};
use crate::walk::Input;

/// So much is checked at a time, on all threads; one longer line is a piece of its own. Three pieces are held, with what
/// they gave, which may be a hundred times as much.
pub(super) const PIECE: usize = 128 << 10;
/// And not more lines than this: short ones may give much.
const MOST_LINES: usize = 2_048;
/// So much is looked at before it is clear what the file is.
const FIRST: usize = 1 << 20;
/// Memory above this is not kept for the next piece.
const MOST_KEPT: usize = 2 << 20;
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

/// A line of a piece that is not blank.
struct Place {
    record: u32,
    base: usize,
    line: u32,
    text: Range<usize>,
    fault: Option<EncodingFault>,
}

/// Takes a source to pieces.
struct Pieces<R> {
    lines: Lines<R>,
    records: u32,
    /// So many bytes are asked for.
    wanted: usize,
}

impl<R: Read> Pieces<R> {
    fn of(source: R) -> Self {
        Self { lines: Lines::new(source, MOST_BYTES as usize), records: 0, wanted: PIECE }
    }

    fn fill(&mut self, block: &mut Vec<u8>, wanted: usize) -> Result<(), String> {
        self.lines.fill(block, wanted).map_err(|error| format!("is no JSON Lines: {error}"))
    }

    /// Looks at the first lines. They come again.
    fn look(&mut self) -> Result<Look, String> {
        let (mut block, mut look) = (Vec::new(), Look::default());
        self.fill(&mut block, FIRST)?;
        let lines = block.split(|byte| *byte == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace));
        for (record, line) in (0..).zip(lines.take(LOOKED_AT)) {
            if has_too_many_values(line) {
                return Err(too_many_values());
            }
            let text = record::decode(line.trim_ascii_end()).text;
            let document = json::parse(&text);
            look.lines += 1;
            look.certain += usize::from(is_certain(&document, record));
            look.open += usize::from(document.errors().iter().any(|error| error.kind == ErrorKind::Unclosed));
        }
        self.lines.take(&mut block, 0, 0);
        Ok(look)
    }

    /// The next piece, in the memory of one that is done with; without lines at the end.
    fn next(&mut self, used: Piece) -> Result<Piece, String> {
        let Piece { text, mut lines } = used;
        let mut bytes = text.into_bytes();
        // One long line must not be held for ever.
        bytes.clear();
        bytes.shrink_to(MOST_KEPT);
        lines.clear();
        while lines.is_empty() {
            self.fill(&mut bytes, self.wanted)?;
            if bytes.is_empty() {
                break;
            }
            self.split(&mut bytes, &mut lines)?;
        }
        Ok(Piece { text: text_of(bytes, &mut lines), lines })
    }

    /// Finds the lines of a block that are not blank, and takes as many as a piece may have.
    fn split(&mut self, block: &mut Vec<u8>, places: &mut Vec<Place>) -> Result<(), String> {
        let (base, first) = (self.lines.bytes(), self.lines.lines());
        let (mut start, mut breaks) = (0, 0);
        while let Some(rest) = block.get(start..).filter(|rest| !rest.is_empty() && places.len() < MOST_LINES) {
            let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            breaks += 1;
            let blank = |byte: &&u8| matches!(byte, b'\n' | b'\r');
            let text = rest.get(..len - rest[..len].iter().rev().take_while(blank).count()).unwrap_or_default();
            if !text.iter().all(u8::is_ascii_whitespace) {
                if has_too_many_values(text) {
                    return Err(too_many_values());
                }
                places.push(Place {
                    record: self.records,
                    base: base + start,
                    line: first.saturating_add(breaks),
                    text: start..start + text.len(),
                    fault: None,
                });
                self.records = self.records.saturating_add(1);
            }
            start += len;
        }
        // Many short lines: what is left of the block is carried over, so it must not be much.
        self.wanted = if start < block.len() { (2 * start).min(PIECE) } else { PIECE };
        self.lines.take(block, start, breaks);
        Ok(())
    }
}

/// What the first lines of a file are.
#[derive(Default)]
struct Look {
    lines: usize,
    /// So many are surely requests.
    certain: usize,
    /// So many are not whole.
    open: usize,
}

impl Look {
    fn is_mostly_certain(&self) -> bool {
        self.certain > 0 && self.certain * 2 >= self.lines
    }

    /// None of them is whole: it is one document over many lines, or something else.
    fn is_no_lines(&self) -> bool {
        self.lines == LOOKED_AT && self.open == self.lines
    }
}

/// The bytes as text; what is wrong with those of a line is noted with it.
fn text_of(bytes: Vec<u8>, lines: &mut [Place]) -> String {
    let is_wide = |place: &Place| bytes.get(place.text.clone()).is_some_and(|line| record::wide(line).is_some());
    let sound = !lines.iter().any(is_wide);
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if sound => return text,
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    for place in lines {
        let line = record::decode(bytes.get(place.text.clone()).unwrap_or_default());
        let start = text.len();
        text.push_str(&line.text);
        (place.text, place.fault) = (start..text.len(), line.fault);
    }
    text
}

impl Piece {
    fn waiting(&self, place: &Place) -> Waiting<'_> {
        let Place { record, base, line, fault, .. } = *place;
        Waiting { record, base, line, text: self.text.get(place.text.clone()).unwrap_or_default(), fault }
    }
}

impl Run<'_> {
    /// Its lines can be taken one by one: not so in one document over several lines, in UTF-16, and in an empty file.
    pub(super) fn is_streamable(&self, file: &File) -> bool {
        let (mut source, mut line) = (BufReader::new(file), Vec::new());
        let streamable = loop {
            line.clear();
            match source.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => break false,
                Ok(_) if line.iter().all(u8::is_ascii_whitespace) => {}
                Ok(_) => {
                    let text = record::decode(line.trim_ascii_end()).text;
                    let open = json::parse(&text).errors().iter().any(|error| error.kind == ErrorKind::Unclosed);
                    break record::wide(&line).is_none() && !open;
                }
            }
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
        original: Original,
        tell: Option<&'k mut (dyn FnMut(&Finding) + Send + 'k)>,
    ) -> Result<Option<(Found, u64)>, String> {
        let told = self.told(input);
        let mut pieces = Pieces::of(source);
        let mut keeper = Keeper::new(self, input, original, tell);
        let look = match pieces.look() {
            Ok(look) => look,
            Err(message) => return self.given_up(input, 0, message),
        };
        if !input.named && told.is_none() && !look.is_mostly_certain() {
            return Ok(None);
        }
        if look.is_no_lines() {
            let message =
                format!("is no JSON Lines: none of its first {LOOKED_AT} lines is whole; `jq -c .` writes them so");
            return self.given_up(input, 0, message);
        }
        let read = |pieces: &mut Pieces<_>, used: Piece, requests: u64| {
            pieces.next(used).map(Some).or_else(|message| self.given_up(input, requests, message))
        };
        let Some(mut next) = read(&mut pieces, Piece::default(), 0)? else { return Ok(None) };
        let mut requests = 0;
        let (mut last, mut gave, mut each) = (Piece::default(), Vec::new(), Vec::new());
        while !next.lines.is_empty() {
            requests += next.lines.len() as u64;
            let check = |place: &Place| -> Checked {
                let line = next.waiting(place);
                let page = Page::new(line.text, line.base, line.line);
                part(|| self.line(&json::parse_at(line.text, line.base), line.record, told, &page, input))
            };
            let spent = keeper.spent();
            let ((), more) = rayon::join(
                || {
                    drop(spent);
                    next.lines.par_iter().map(check).collect_into_vec(&mut each);
                },
                || {
                    part(|| {
                        take(&mut keeper, &last, &mut gave);
                        read(&mut pieces, std::mem::take(&mut last), requests)
                    })
                },
            );
            let Some(more) = more? else { return Ok(None) };
            last = std::mem::replace(&mut next, more);
            std::mem::swap(&mut gave, &mut each);
        }
        take(&mut keeper, &last, &mut gave);
        Ok(Some((keeper.found(requests), pieces.lines.bytes() as u64)))
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
