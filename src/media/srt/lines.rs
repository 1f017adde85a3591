//! Reads lines of text in any encoding, in bounded memory.

use crate::media::{Bytes, ReadError};

/// Bytes kept of each line; longer than any time line.
const KEPT: usize = 256;
const PIECE: usize = 64 << 10;

/// The encoding of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CharacterEncoding {
    /// UTF-8 or a single-byte encoding.
    Bytes,
    /// Units of several bytes, big- or little-endian.
    Wide { width: u8, big: bool },
}

impl CharacterEncoding {
    /// The encoding and the length of its byte order mark.
    pub(super) fn of(head: &[u8]) -> (Self, u64) {
        match *head {
            [0xef, 0xbb, 0xbf, ..] => (Self::Bytes, 3),
            [0xff, 0xfe, 0, 0, ..] => (Self::Wide { width: 4, big: false }, 4),
            [0, 0, 0xfe, 0xff, ..] => (Self::Wide { width: 4, big: true }, 4),
            [0xff, 0xfe, ..] => (Self::Wide { width: 2, big: false }, 2),
            [0xfe, 0xff, ..] => (Self::Wide { width: 2, big: true }, 2),
            [b'0'..=b'9', 0, ..] => (Self::Wide { width: 2, big: false }, 0),
            [0, b'0'..=b'9', ..] => (Self::Wide { width: 2, big: true }, 0),
            _ => (Self::Bytes, 0),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bytes => "UTF-8",
            Self::Wide { width: 4, .. } => "UTF-32",
            Self::Wide { big: false, .. } => "UTF-16LE",
            Self::Wide { big: true, .. } => "UTF-16BE",
        }
    }
}

/// A line without its line ending.
#[derive(Clone, Debug, Default)]
pub(super) struct SubtitleLine {
    /// 1-based.
    pub(super) number: u32,
    pub(super) offset: u64,
    /// Its first bytes. Wide characters beyond ASCII are replaced by `?`.
    pub(super) text: Vec<u8>,
    /// It is not blank.
    pub(super) has_text: bool,
}

/// The first place of a problem, and how often it occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) line: u32,
    pub(super) offset: u64,
    pub(super) count: u64,
}

/// Problems with the encoding.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dirt {
    /// Bytes that are not UTF-8.
    pub(super) foreign: Option<Spot>,
    /// NUL bytes followed by text.
    pub(super) nul: Option<Spot>,
    /// NUL bytes since the last character.
    trailing: Option<Spot>,
}

/// Reads lines that end with CR LF, LF, CR or the common CR CR LF.
pub(super) struct LineReader<'b, 'a> {
    bytes: &'b mut Bytes<'a>,
    encoding: CharacterEncoding,
    piece: Vec<u8>,
    piece_start: u64,
    within: usize,
    number: u32,
    ended: bool,
    /// Line endings already read that belong to empty lines.
    empty: u32,
    utf8: Utf8,
    pub(super) dirt: Dirt,
}

impl<'b, 'a> LineReader<'b, 'a> {
    pub(super) fn new(bytes: &'b mut Bytes<'a>, encoding: CharacterEncoding, start: u64) -> Self {
        Self {
            bytes,
            encoding,
            piece: Vec::new(),
            piece_start: start,
            within: 0,
            number: 0,
            ended: false,
            empty: 0,
            utf8: Utf8::default(),
            dirt: Dirt::default(),
        }
    }

    fn offset(&self) -> u64 {
        self.piece_start + self.within as u64
    }

    /// The next byte, or `?` for a wide character beyond ASCII.
    fn next_unit(&mut self) -> Result<Option<u8>, ReadError> {
        let width = match self.encoding {
            CharacterEncoding::Bytes => 1,
            CharacterEncoding::Wide { width, .. } => usize::from(width),
        };
        if self.within + width > self.piece.len() {
            let start = self.offset();
            self.piece.clear();
            self.piece.extend_from_slice(self.bytes.peek(start, PIECE)?);
            (self.piece_start, self.within) = (start, 0);
            if self.piece.len() < width {
                return Ok(None);
            }
        }
        let Some(unit) = self.piece.get(self.within..self.within + width) else { return Ok(None) };
        self.within += width;
        let (&first, rest) = unit.split_first().unwrap_or((&0, &[]));
        Ok(Some(match self.encoding {
            CharacterEncoding::Bytes => first,
            CharacterEncoding::Wide { big: false, .. } => narrow(first, rest),
            CharacterEncoding::Wide { big: true, .. } => {
                let (&last, high) = unit.split_last().unwrap_or((&0, &[]));
                narrow(last, high)
            }
        }))
    }

    /// The next line; none at the end.
    pub(super) fn next_line(&mut self) -> Result<Option<SubtitleLine>, ReadError> {
        if self.empty > 0 {
            self.empty -= 1;
            self.number = self.number.saturating_add(1);
            return Ok(Some(SubtitleLine { number: self.number, offset: self.offset(), ..SubtitleLine::default() }));
        }
        if self.ended {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        let mut line = SubtitleLine { number: self.number, offset: self.offset(), ..SubtitleLine::default() };
        loop {
            self.plain_run(&mut line);
            let at = self.offset();
            let Some(byte) = self.next_unit()? else {
                self.ended = true;
                return Ok((at > line.offset).then_some(line));
            };
            match byte {
                b'\n' => return Ok(Some(line)),
                b'\r' => {
                    self.carriage_returns()?;
                    return Ok(Some(line));
                }
                0 => {
                    let spot = self.dirt.trailing.get_or_insert(Spot { line: self.number, offset: at, count: 0 });
                    spot.count += 1;
                }
                _ => {
                    self.nul_is_inside();
                    if self.encoding == CharacterEncoding::Bytes && !self.utf8.accepts(byte) {
                        let spot = self.dirt.foreign.get_or_insert(Spot { line: self.number, offset: at, count: 0 });
                        spot.count += 1;
                    }
                    line.has_text |= !byte.is_ascii_whitespace();
                    if line.text.len() < KEPT {
                        line.text.push(byte);
                    }
                }
            }
        }
    }

    /// Takes the bytes up to the next line ending or NUL in the buffered piece; only for [`Encoding::Bytes`].
    fn plain_run(&mut self, line: &mut SubtitleLine) {
        if self.encoding != CharacterEncoding::Bytes {
            return;
        }
        let rest = self.piece.get(self.within..).unwrap_or_default();
        let count = memchr::memchr3(b'\n', b'\r', 0, rest).unwrap_or(rest.len());
        let run = rest.get(..count).unwrap_or_default();
        if run.is_empty() {
            return;
        }
        if !(self.utf8.open == 0 && run.is_ascii()) {
            for (index, &byte) in run.iter().enumerate() {
                if !self.utf8.accepts(byte) {
                    let offset = self.piece_start + (self.within + index) as u64;
                    self.dirt.foreign.get_or_insert(Spot { line: line.number, offset, count: 0 }).count += 1;
                }
            }
        }
        line.has_text = line.has_text || run.iter().any(|byte| !byte.is_ascii_whitespace());
        let room = KEPT.saturating_sub(line.text.len());
        line.text.extend_from_slice(run.get(..room).unwrap_or(run));
        self.within += count;
        self.nul_is_inside();
    }

    /// Text follows the NUL bytes, so they are not just padding at the end.
    fn nul_is_inside(&mut self) {
        if let Some(spot) = self.dirt.trailing.take() {
            self.dirt.nul.get_or_insert(Spot { count: 0, ..spot }).count += spot.count;
        }
    }

    /// Reads on after a CR: further CRs up to an LF are part of the line ending, otherwise they are empty lines.
    fn carriage_returns(&mut self) -> Result<(), ReadError> {
        let mut more = 0;
        loop {
            let before = self.within;
            match self.next_unit()? {
                Some(b'\r') => more += 1,
                Some(b'\n') => return Ok(()),
                found => {
                    if found.is_some() {
                        // Put the byte back. After a refill it is the first of the piece.
                        self.within = if self.within > before { before } else { 0 };
                    }
                    self.empty = more;
                    return Ok(());
                }
            }
        }
    }
}

fn narrow(low: u8, high: &[u8]) -> u8 {
    if high.iter().all(|&byte| byte == 0) && low.is_ascii() { low } else { b'?' }
}

/// An incremental UTF-8 check, without the finer rules for the second byte.
#[derive(Debug, Default)]
struct Utf8 {
    open: u8,
}

impl Utf8 {
    fn accepts(&mut self, byte: u8) -> bool {
        if self.open > 0 {
            self.open -= 1;
            let right = byte & 0xc0 == 0x80;
            if !right {
                self.open = 0;
            }
            return right;
        }
        self.open = match byte {
            0..=0x7f => 0,
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => return false,
        };
        true
    }
}
