//! MPEG audio and ADTS, which have no signature, only consecutive frames.

use super::DEEP;
use crate::media::{Bytes, Format, ReadError};

/// Frames of one kind in a row that cannot be a coincidence after foreign bytes.
const CHAIN: u32 = 4;
/// Players search at least this many bytes for a first frame.
const NEAR: usize = 8 << 10;
/// Upper bound for tags before the first frame.
const MOST_TAGS: u32 = 8;

/// The relevant part of a frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    format: Format,
    /// The bits that are equal in all frames: sync, version, layer, sample rate.
    kind: u32,
    /// Size of the frame; none for a free bit rate.
    size: Option<u64>,
    /// Bytes of padding at its end.
    padding: u64,
}

/// ISO/IEC 11172-3, section 2.4.1.3 and 13818-3; ADTS as in 14496-3, section 1.A.2.
fn frame(header: [u8; 6]) -> Option<Frame> {
    let word = u32::from_be_bytes([header[0], header[1], header[2], header[3]]);
    if word >> 21 != 0x7ff {
        return None;
    }
    let (version, layer) = ((word >> 19) & 3, (word >> 17) & 3);
    if layer == 0 {
        return adts(header, word);
    }
    let (bit_rate, sample_rate) = ((word >> 12) & 15, (word >> 10) & 3);
    // Reserved: version 01, sample rate 11, bit rate 1111, emphasis 10.
    if version == 1 || sample_rate == 3 || bit_rate == 15 || word & 3 == 2 {
        return None;
    }
    // Only layer III is used with a free bit rate in practice; for the other layers, quiet PCM looks the same.
    if bit_rate == 0 && layer != 1 {
        return None;
    }
    let padding = u64::from((word >> 9) & 1);
    let format = if layer == 1 { Format::Mp3 } else { Format::Mp2 };
    let rate = [44_100u64, 48_000, 32_000][sample_rate as usize] >> [2, 0, 1, 0][version as usize];
    let size = (bit_rate != 0).then(|| {
        let row = match (version == 3, layer) {
            (true, 3) => &KBITS[0],
            (true, 2) => &KBITS[1],
            (true, _) => &KBITS[2],
            (false, 3) => &KBITS[3],
            (false, _) => &KBITS[4],
        };
        let bits = u64::from(row[bit_rate as usize]) * 1000;
        match layer {
            3 => (12 * bits / rate + padding) * 4,
            1 if version != 3 => 72 * bits / rate + padding,
            _ => 144 * bits / rate + padding,
        }
    });
    Some(Frame { format, kind: word & 0xfffe_0c00, size, padding })
}

/// kbit/s by bit rate index: version 1 layers I, II, III; versions 2 and 2.5 layer I, layers II and III.
const KBITS: [[u16; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

fn adts(header: [u8; 6], word: u32) -> Option<Frame> {
    let length = (u64::from(header[3] & 3) << 11) | (u64::from(header[4]) << 3) | (u64::from(header[5]) >> 5);
    // Twelve sync bits, layer 00, a valid sample rate, and room for the header.
    if word >> 20 != 0xfff || (word >> 10) & 15 > 12 || length < 7 {
        return None;
    }
    Some(Frame { format: Format::Aac, kind: word & 0xfffe_fc00, size: Some(length), padding: 0 })
}

/// A chain of consecutive frames.
struct Chain {
    first: Frame,
    count: u32,
    /// The last one reaches the end of the file or is followed by a tag.
    to_the_end: bool,
}

fn chain(bytes: &mut Bytes<'_>, start: u64, most: u32) -> Result<Option<Chain>, ReadError> {
    let Some(first) = header_at(bytes, start)? else { return Ok(None) };
    // Free-format frames have equal sizes, apart from padding.
    let free = match first.size {
        Some(_) => 0,
        None => match free_size(bytes, start, first)? {
            Some(size) => size - first.padding,
            None => return Ok(None),
        },
    };
    let length = |frame: Frame| frame.size.unwrap_or(free + frame.padding);
    let mut size = length(first);
    let mut chain = Chain { first, count: 1, to_the_end: false };
    let mut offset = start;
    while chain.count < most {
        offset += size.max(4);
        if bytes.left(offset) < 6 {
            chain.to_the_end = true;
            break;
        }
        match header_at(bytes, offset)? {
            Some(next) if next.kind == first.kind && next.size.is_some() == first.size.is_some() => {
                size = length(next);
                chain.count += 1;
            }
            _ => {
                chain.to_the_end = is_tag(bytes.peek(offset, 8)?);
                break;
            }
        }
    }
    Ok(Some(chain))
}

fn header_at(bytes: &mut Bytes<'_>, offset: u64) -> Result<Option<Frame>, ReadError> {
    let mut header = [0; 6];
    let piece = bytes.peek(offset, 6)?;
    if piece.len() < 4 {
        return Ok(None);
    }
    header[..piece.len()].copy_from_slice(piece);
    Ok(frame(header))
}

/// For a free bit rate, the distance to the next header of the same kind.
fn free_size(bytes: &mut Bytes<'_>, start: u64, first: Frame) -> Result<Option<u64>, ReadError> {
    let piece = bytes.peek(start, 8 << 10)?;
    Ok(memchr::memchr_iter(0xff, piece).filter(|&at| at >= 24).find_map(|at| {
        let header = piece.get(at..at + 6)?.try_into().ok()?;
        frame(header).is_some_and(|next| next.kind == first.kind && next.size.is_none()).then_some(at as u64)
    }))
}

fn is_tag(piece: &[u8]) -> bool {
    [b"TAG".as_slice(), b"APETAGEX", b"ID3", b"LYRICSBE"].iter().any(|tag| piece.starts_with(tag))
}

/// MPEG audio that starts exactly at an offset: two frames, or one that fills the rest of the file.
pub(super) fn at(bytes: &mut Bytes<'_>, offset: u64) -> Result<Option<Format>, ReadError> {
    // A byte order mark looks like a layer I header.
    if bytes.peek(offset, 2)? == b"\xff\xfe" && offset == 0 {
        return Ok(None);
    }
    let found = chain(bytes, offset, 3)?;
    Ok(found.filter(|chain| chain.count >= 2 || chain.to_the_end).map(|chain| chain.first.format))
}

/// Audio after ID3v2 tags. If nothing is recognised, it is a broken MP3.
pub(super) fn behind_tag(bytes: &mut Bytes<'_>) -> Result<Format, ReadError> {
    let mut offset = 0;
    for _ in 0..MOST_TAGS {
        match bytes.peek(offset, 10)? {
            &[b'I', b'D', b'3', _, _, flags, a, b, c, d] => {
                // Four times seven bits, excluding header and footer (ID3v2.4, section 3.1).
                let size = [a, b, c, d].iter().fold(0, |size, &byte| (size << 7) | u64::from(byte & 0x7f));
                offset += 10 + size + if flags & 0x10 == 0 { 0 } else { 10 };
            }
            _ => break,
        }
    }
    match bytes.peek(offset, 4)? {
        b"fLaC" => return Ok(Format::Flac),
        b"OggS" => return Ok(Format::Ogg),
        b"FORM" => return Ok(Format::Aiff),
        _ => {}
    }
    if let Some(format) = at(bytes, offset)? {
        return Ok(format);
    }
    // Only a tag, or a tag with a wrong size: it was meant as MP3.
    Ok(search(bytes, offset)?.unwrap_or(Format::Mp3))
}

/// MPEG audio after foreign bytes: an excerpt of a stream, zeros, junk.
pub(super) fn within(bytes: &mut Bytes<'_>) -> Result<Option<Format>, ReadError> {
    let found = search(bytes, 0)?;
    if found.is_none() && (is_lone_header(bytes.peek(0, 6)?) || has_tag_behind(bytes)?) {
        return Ok(Some(Format::Mp3));
    }
    Ok(found)
}

/// `ID3v1` in the last 128 bytes. As with a leading tag, the file was meant as MP3.
fn has_tag_behind(bytes: &mut Bytes<'_>) -> Result<bool, ReadError> {
    let Some(at) = bytes.len().checked_sub(128) else { return Ok(false) };
    Ok(bytes.peek(at, 3)? == b"TAG")
}

/// Any layer III header near the start; only enough if the name suggests MP3.
pub(super) fn has_header(bytes: &mut Bytes<'_>) -> Result<bool, ReadError> {
    Ok(bytes.peek(0, NEAR)?.windows(6).any(is_lone_header))
}

/// A single layer III header with a bit rate at the start: an MP3 with a damaged second frame.
fn is_lone_header(piece: &[u8]) -> bool {
    piece.try_into().ok().and_then(frame).is_some_and(|frame| frame.format == Format::Mp3 && frame.size.is_some())
}

fn search(bytes: &mut Bytes<'_>, from: u64) -> Result<Option<Format>, ReadError> {
    // Collect candidates first, because `chain` moves the window.
    let candidates: Vec<u64> = {
        let piece = bytes.peek(from, DEEP)?;
        memchr::memchr_iter(0xff, piece)
            .filter(|&at| piece.get(at..at + 6).and_then(|header| header.try_into().ok()).and_then(frame).is_some())
            .map(|at| from + at as u64)
            .take(4096)
            .collect()
    };
    for start in candidates {
        let found = chain(bytes, start, CHAIN)?;
        if let Some(chain) = found.filter(|chain| chain.count >= CHAIN || (chain.count >= 3 && chain.to_the_end)) {
            return Ok(Some(chain.first.format));
        }
    }
    Ok(None)
}
