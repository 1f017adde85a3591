//! Stream data: their end, and whether they inflate (ISO 32000-2, sections 7.3.8 and 7.4.4).

use flate2::{Decompress, FlushDecompress, Status};

use super::lex::{Dict, Lexer, PdfValue, is_space};
use crate::media::{Bytes, ReadError};

const PIECE: usize = 64 << 10;
/// The largest decoded cross-reference or object stream to keep; real ones are far smaller.
const MOST_KEPT: usize = 8 << 20;
/// Data that inflate to more than this are not checked against their checksum, which would take longer than inflating.
const MOST_CHECKED: u64 = 8 << 20;
/// Units of work for a decompressor and its window, and for each byte of its input.
const INFLATE: u64 = 256;
const INFLATE_BYTE: u64 = 2;
/// Bytes searched for a keyword per unit of work.
const BYTES_SEARCHED: u64 = 16;

/// The result of inflating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inflated {
    Whole,
    /// The first two bytes are not a zlib header.
    NoHeader,
    /// The data are invalid from about this offset on, after `out` bytes of output.
    Broken {
        at: u64,
        out: u64,
    },
    /// All data inflate, but the checksum at the end does not match.
    Mismatched,
    /// The data end before their last block does.
    Cut {
        out: u64,
    },
    /// The output exceeds our limit.
    TooMuch,
}

/// The filters of the data that we can undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    /// Deflate first; `alone` if it is the only filter.
    Deflate {
        alone: bool,
    },
    /// LZW first; `early_change` if codes grow one entry early.
    Lzw {
        early_change: bool,
    },
    /// Hexadecimal digits, with deflate data inside or none.
    Hex {
        deflate: bool,
    },
    Other,
}

/// Every filter, with its short name (ISO 32000-2, table 6). Brotli is an extension that some writers use already.
const FILTERS: [&[u8]; 18] = [
    b"ASCIIHexDecode",
    b"AHx",
    b"ASCII85Decode",
    b"A85",
    b"LZWDecode",
    b"LZW",
    b"FlateDecode",
    b"Fl",
    b"RunLengthDecode",
    b"RL",
    b"CCITTFaxDecode",
    b"CCF",
    b"JBIG2Decode",
    b"DCTDecode",
    b"DCT",
    b"JPXDecode",
    b"Crypt",
    b"BrotliDecode",
];

/// The name of a filter that no reader knows.
pub(super) fn unknown_filter(dict: &Dict) -> Option<String> {
    let unknown = |value: &PdfValue| match value {
        // A name too long to keep is not among these; one with an escape may be any.
        PdfValue::Name(name) if !name.has_escape() && !FILTERS.iter().any(|known| name.is(known)) => {
            Some(name.to_text())
        }
        _ => None,
    };
    match dict.get(b"Filter")? {
        PdfValue::Array(filters) => filters.iter().find_map(unknown),
        filter => unknown(filter),
    }
}

/// Whether the data are a JPEG file (ISO 32000-1, 7.4.8).
pub(super) fn is_jpeg(dict: &Dict) -> bool {
    let jpeg = |value: &PdfValue| matches!(value, PdfValue::Name(name) if name.is(b"DCTDecode") || name.is(b"DCT"));
    match dict.get(b"Filter") {
        Some(PdfValue::Array(filters)) => matches!(filters.as_slice(), [only] if jpeg(only)),
        Some(filter) => jpeg(filter),
        None => false,
    }
}

pub(super) fn packing(dict: &Dict) -> Packing {
    let flate = |value: &PdfValue| matches!(value, PdfValue::Name(name) if name.is(b"FlateDecode") || name.is(b"Fl"));
    let lzw = |value: &PdfValue| matches!(value, PdfValue::Name(name) if name.is(b"LZWDecode") || name.is(b"LZW"));
    let hex = |value: &PdfValue| matches!(value, PdfValue::Name(name) if name.is(b"ASCIIHexDecode") || name.is(b"AHx"));
    let early_change = dict.int(b"EarlyChange") != Some(0);
    match dict.get(b"Filter") {
        None => Packing::Plain,
        Some(PdfValue::Array(filters)) if filters.is_empty() => Packing::Plain,
        Some(PdfValue::Array(filters)) if filters.first().is_some_and(flate) => {
            Packing::Deflate { alone: filters.len() == 1 }
        }
        Some(PdfValue::Array(filters)) if filters.first().is_some_and(lzw) => Packing::Lzw { early_change },
        Some(PdfValue::Array(filters)) => match filters.as_slice() {
            [first] if hex(first) => Packing::Hex { deflate: false },
            [first, second] if hex(first) && flate(second) => Packing::Hex { deflate: true },
            _ => Packing::Other,
        },
        Some(filter) if hex(filter) => Packing::Hex { deflate: false },
        Some(filter) if lzw(filter) => Packing::Lzw { early_change },
        Some(filter) if flate(filter) => Packing::Deflate { alone: true },
        // `null` means that there is none.
        Some(PdfValue::Other) => Packing::Plain,
        Some(_) => Packing::Other,
    }
}

/// Inflates a range of bytes, and keeps the output if asked to.
pub(super) fn inflate(
    bytes: &mut Bytes<'_>,
    start: u64,
    length: u64,
    mut keep: Option<&mut Vec<u8>>,
) -> Result<Inflated, ReadError> {
    if length == 0 {
        return Ok(Inflated::Whole);
    }
    bytes.spend(INFLATE)?;
    let (mut offset, end) = (start, start.saturating_add(length).min(bytes.len()));
    let header = bytes.peek(offset, 2)?;
    match *header {
        // Deflate, no preset dictionary, and the check bits.
        [method, flags]
            if method & 15 == 8 && flags & 0x20 == 0 && (u32::from(method) << 8 | u32::from(flags)) % 31 == 0 => {}
        _ => return Ok(Inflated::NoHeader),
    }
    offset += 2;
    // Readers ignore the checksum, and some writers get it wrong, so it is judged separately.
    let mut checksum = Adler::default();
    let mut decoder = Decompress::new(false);
    let mut out = vec![0; PIECE];
    loop {
        let want = usize::try_from(end.saturating_sub(offset)).unwrap_or(PIECE).min(PIECE);
        let piece = bytes.peek(offset, want)?;
        let (before_in, before_out) = (decoder.total_in(), decoder.total_out());
        let status = decoder.decompress(piece, &mut out, FlushDecompress::None);
        let (read, written) = (decoder.total_in() - before_in, decoder.total_out() - before_out);
        let at_end = piece.is_empty();
        offset += read;
        bytes.spend(read * INFLATE_BYTE)?;
        let too_much = written > bytes.inflatable();
        bytes.inflated(written);
        if too_much {
            return Ok(Inflated::TooMuch);
        }
        let fresh = out.get(..usize::try_from(written).unwrap_or(0)).unwrap_or_default();
        if decoder.total_out() <= MOST_CHECKED {
            checksum.update(fresh);
        }
        if let Some(kept) = keep.as_deref_mut() {
            if kept.len() + fresh.len() > MOST_KEPT {
                return Ok(Inflated::TooMuch);
            }
            kept.extend_from_slice(fresh);
        }
        match status {
            Ok(Status::StreamEnd) => {
                let right = decoder.total_out() > MOST_CHECKED
                    || offset.saturating_add(4) > end
                    || bytes.array(offset)? == checksum.value().to_be_bytes();
                return Ok(if right { Inflated::Whole } else { Inflated::Mismatched });
            }
            Err(_) => return Ok(Inflated::Broken { at: offset, out: decoder.total_out() }),
            Ok(_) if read == 0 && written == 0 && at_end => return Ok(Inflated::Cut { out: decoder.total_out() }),
            Ok(_) if read == 0 && written == 0 && offset < end => {
                return Ok(Inflated::Broken { at: offset, out: decoder.total_out() });
            }
            Ok(_) => {}
        }
    }
}

/// All data of a structure stream; [`Inflated::TooMuch`] also if we cannot undo its filter.
pub(super) fn unpack(
    bytes: &mut Bytes<'_>,
    start: u64,
    length: u64,
    packing: Packing,
    data: &mut Vec<u8>,
) -> Result<Inflated, ReadError> {
    match packing {
        Packing::Deflate { alone: true } => return inflate(bytes, start, length, Some(data)),
        Packing::Plain | Packing::Hex { .. } if length <= MOST_KEPT as u64 => {}
        _ => return Ok(Inflated::TooMuch),
    }
    let (mut at, end) = (start, start + length);
    while at < end {
        let want = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
        bytes.spend(want as u64)?;
        data.extend_from_slice(bytes.get(at, want)?);
        at += want as u64;
    }
    let Packing::Hex { deflate } = packing else { return Ok(Inflated::Whole) };
    let Some(plain) = unhex(data) else { return Ok(Inflated::Broken { at: start, out: 0 }) };
    if !deflate {
        *data = plain;
        return Ok(Inflated::Whole);
    }
    data.clear();
    Ok(match bytes.unpacked(&plain, |plain| inflate(plain, 0, plain.len(), Some(data)))? {
        Inflated::Broken { out, .. } => Inflated::Broken { at: start, out },
        inflated => inflated,
    })
}

/// Undoes `ASCIIHexDecode` (section 7.4.2): pairs of digits up to `>`; none if there is anything else.
fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for &byte in text {
        let digit = match byte {
            b'>' => break,
            byte if is_space(byte) => continue,
            byte => char::from(byte).to_digit(16)? as u8,
        };
        match high.take() {
            Some(high) => out.push(high << 4 | digit),
            None => high = Some(digit),
        }
    }
    out.extend(high.map(|high| high << 4));
    Some(out)
}

/// Adler-32 (RFC 1950, section 8.2).
#[derive(Debug)]
struct Adler {
    low: u32,
    high: u32,
}

impl Default for Adler {
    fn default() -> Self {
        Self { low: 1, high: 0 }
    }
}

impl Adler {
    fn update(&mut self, bytes: &[u8]) {
        // As many as fit before the sums overflow.
        for chunk in bytes.chunks(5552) {
            for &byte in chunk {
                self.low += u32::from(byte);
                self.high += self.low;
            }
            self.low %= 65_521;
            self.high %= 65_521;
        }
    }

    fn value(&self) -> u32 {
        (self.high << 16) | self.low
    }
}

/// Undoes the PNG predictors, and the TIFF predictor for bytes (section 7.4.4.4); none for parameters that no structure
/// stream uses.
pub(super) fn unpredict(data: Vec<u8>, dict: &Dict) -> Option<Vec<u8>> {
    let predictor = dict.int(b"Predictor").unwrap_or(1);
    if predictor == 1 {
        return Some(data);
    }
    let colors = dict.size(b"Colors").unwrap_or(1).clamp(1, 32);
    let bits = dict.size(b"BitsPerComponent").unwrap_or(8).clamp(1, 16);
    let columns = dict.size(b"Columns").unwrap_or(1).clamp(1, 1 << 20);
    if predictor == 2 && bits == 8 {
        return Some(unpredict_tiff(data, columns, colors));
    }
    if !(10..=15).contains(&predictor) {
        return None;
    }
    let row = usize::try_from((columns * colors * bits).div_ceil(8)).ok()?;
    let back = usize::try_from((colors * bits).div_ceil(8)).ok()?;
    let mut plain: Vec<u8> = Vec::with_capacity(data.len());
    for line in data.chunks(row + 1) {
        let (kind, line) = line.split_first()?;
        let start = plain.len();
        for (index, &byte) in line.iter().enumerate() {
            let at = |distance: usize, wanted: bool| {
                if wanted { plain.get((start + index).wrapping_sub(distance)).copied().unwrap_or(0) } else { 0 }
            };
            let left = at(back, index >= back);
            let up = at(row, start >= row);
            let corner = at(row + back, start >= row && index >= back);
            let predicted = match kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => u16::midpoint(u16::from(left), u16::from(up)) as u8,
                4 => paeth(left, up, corner),
                _ => return None,
            };
            plain.push(byte.wrapping_add(predicted));
        }
    }
    Some(plain)
}

/// Every byte is the difference from the byte of the same colour to its left (TIFF 6.0, section 14).
fn unpredict_tiff(mut data: Vec<u8>, columns: u64, colors: u64) -> Vec<u8> {
    let row = usize::try_from(columns * colors).unwrap_or(usize::MAX);
    let colors = usize::try_from(colors).unwrap_or(1);
    for line in data.chunks_mut(row) {
        for at in colors..line.len() {
            line[at] = line[at].wrapping_add(line[at - colors]);
        }
    }
    data
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |byte: u8| (estimate - i16::from(byte)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

/// The offset of the data after the keyword `stream`, which ends at `position`.
pub(super) fn data_start(bytes: &mut Bytes<'_>, position: u64) -> Result<u64, ReadError> {
    // Every reader tolerates blanks before the line end.
    let piece = bytes.peek(position, 64)?;
    let blanks = piece.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    let (skip, rest) = (blanks as u64, piece.get(blanks..).unwrap_or_default());
    Ok(position
        + match rest {
            [b'\r', b'\n', ..] => skip + 2,
            [b'\n' | b'\r', ..] => skip + 1,
            _ => 0,
        })
}

/// Whether `endstream` is at this offset, after white space at most.
pub(super) fn ends_at(bytes: &mut Bytes<'_>, offset: u64) -> Result<bool, ReadError> {
    let piece = bytes.peek(offset, 64)?;
    let space = piece.iter().take_while(|&&byte| is_space(byte)).count();
    Ok(piece.get(space..).is_some_and(|rest| rest.starts_with(b"endstream")))
}

/// The first missing keyword of the two after the data of a stream, and its expected offset.
pub(super) fn unclosed(bytes: &mut Bytes<'_>, end: u64) -> Result<Option<(&'static str, u64)>, ReadError> {
    let mut at = end;
    for word in ["endstream", "endobj"] {
        let piece = bytes.peek(at, 1 << 10)?;
        let space = piece.iter().take_while(|&&byte| is_space(byte)).count();
        at += space as u64;
        let rest = piece.get(space..).unwrap_or_default();
        // A comment may hold anything.
        if rest.first() == Some(&b'%') {
            return Ok(None);
        }
        if !rest.starts_with(word.as_bytes()) {
            return Ok(Some((word, at)));
        }
        at += word.len() as u64;
    }
    Ok(None)
}

/// The next `endstream` from an offset on, without the line end before it.
pub(super) fn find_end(bytes: &mut Bytes<'_>, from: u64) -> Result<Option<u64>, ReadError> {
    const WORD: &[u8] = b"endstream";
    let mut offset = from;
    while bytes.left(offset) >= WORD.len() as u64 {
        let piece = bytes.peek(offset, 256 << 10)?;
        let step = (piece.len() as u64).saturating_sub(WORD.len() as u64 - 1).max(1);
        let found = memchr::memmem::find(piece, WORD).map(|at| {
            let line_end = match piece.get(..at) {
                Some([.., b'\r', b'\n']) => 2,
                Some([.., b'\n' | b'\r']) => 1,
                _ => 0,
            };
            (at as u64, line_end)
        });
        if let Some((at, line_end)) = found {
            bytes.spend(at / BYTES_SEARCHED)?;
            return Ok(Some(offset + at - line_end));
        }
        bytes.spend(step / BYTES_SEARCHED)?;
        offset += step;
    }
    Ok(None)
}

/// The value of the integer object at an offset, for a `Length` given by reference.
pub(super) fn integer_at(bytes: &mut Bytes<'_>, offset: u64, number: u32) -> Result<Option<u64>, ReadError> {
    let mut lexer = Lexer::new(bytes, offset);
    if lexer.object_header()? != Some(number) {
        return Ok(None);
    }
    match lexer.token()? {
        super::lex::Token::Int(value) => Ok(value.try_into().ok()),
        _ => Ok(None),
    }
}
