//! Finds frames: the first one, and the next one after foreign bytes.

use super::frame::{Header, LONGEST};
use crate::media::{Bytes, ReadError};

/// Bytes searched at once for a header.
const BLOCK: usize = 64 << 10;
const FIRST_BLOCK: usize = 4 << 10;
/// The longest free-format frame to look for: a bit more than 640 kbit/s at 16 kHz.
const LONGEST_FREE: usize = 8 << 10;
/// Candidates for free-format frames to try.
const MOST_FREE: u32 = 4096;

/// The start of the chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstFrame {
    pub(super) at: u64,
    pub(super) header: Header,
    /// Size of an unpadded free-format frame, or 0.
    pub(super) free: u64,
}

/// Finds the first frame in `start..end`: preferably one followed by others, otherwise one that ends at `end`.
pub(super) fn first(bytes: &mut Bytes<'_>, start: u64, end: u64) -> Result<Option<FirstFrame>, ReadError> {
    let mut lonely = None;
    let mut from = start;
    let mut free_left = MOST_FREE;
    while from < end {
        // The piece has all bytes that a candidate needs, so the window does not move.
        let ahead = BLOCK + 2 * LONGEST_FREE + 8;
        let here = end - from;
        let piece = bytes.peek(from, usize::try_from(here).unwrap_or(ahead).min(ahead))?;
        let whole = piece.len() as u64 == here;
        for at in memchr::memchr_iter(0xFF, piece).take_while(|&at| at < BLOCK) {
            let Some(header) = piece.get(at..).and_then(Header::parse) else { continue };
            if header.is_free() {
                if free_left == 0 {
                    continue;
                }
                free_left -= 1;
                if let Some(free) = free_length(piece.get(at..).unwrap_or_default(), &header) {
                    return Ok(Some(FirstFrame { at: from + at as u64, header, free }));
                }
                continue;
            }
            match followed(piece, at, &header, whole) {
                Follow::Frames => return Ok(Some(FirstFrame { at: from + at as u64, header, free: 0 })),
                Follow::End if lonely.is_none() => lonely = Some(FirstFrame { at: from + at as u64, header, free: 0 }),
                _ => {}
            }
        }
        from += BLOCK as u64;
    }
    // At the very start a single frame is enough: the file may have just one, or be truncated within it.
    if lonely.is_none() && end > start {
        let header = Header::parse(bytes.peek(start, 4)?).filter(|header| !header.is_free());
        lonely =
            header.filter(|header| header.len(0) > end - start).map(|header| FirstFrame { at: start, header, free: 0 });
    }
    Ok(lonely)
}

/// Finds the next frame from `at` on that fits the stream and is followed by another one or the end.
pub(super) fn next(
    bytes: &mut Bytes<'_>,
    at: u64,
    end: u64,
    stream: &Header,
    free: u64,
) -> Result<Option<u64>, ReadError> {
    let mut from = at;
    // Most gaps are short, so start with a small piece.
    let mut block = FIRST_BLOCK;
    while from < end {
        let ahead = block + 2 * usize::try_from(free.max(LONGEST)).unwrap_or(LONGEST_FREE) + 8;
        let here = end - from;
        let piece = bytes.peek(from, usize::try_from(here).unwrap_or(ahead).min(ahead))?;
        let whole = piece.len() as u64 == here;
        for offset in memchr::memchr_iter(0xFF, piece).take_while(|&offset| offset < block) {
            let header = piece.get(offset..).and_then(Header::parse).filter(|header| header.continues(stream));
            let Some(header) = header else { continue };
            let follow = if free > 0 {
                chained(piece, offset, &header, free, whole)
            } else {
                followed(piece, offset, &header, whole)
            };
            if matches!(follow, Follow::Frames | Follow::End) {
                return Ok(Some(from + offset as u64));
            }
        }
        from += block as u64;
        block = BLOCK;
    }
    Ok(None)
}

/// Whether the frame at `at` is followed by two more of its kind.
pub(super) fn confirmed(bytes: &mut Bytes<'_>, at: u64, header: &Header, end: u64) -> Result<bool, ReadError> {
    let most = usize::try_from(3 * LONGEST + 4).unwrap_or(BLOCK);
    let here = end - at;
    let piece = bytes.peek(at, usize::try_from(here).unwrap_or(most).min(most))?;
    Ok(matches!(followed(piece, 0, header, piece.len() as u64 == here), Follow::Frames))
}

enum Follow {
    /// Two more frames of the same kind.
    Frames,
    /// Fewer, but the chain ends exactly at the end.
    End,
    Nothing,
}

fn followed(piece: &[u8], at: usize, header: &Header, whole: bool) -> Follow {
    chained(piece, at, header, 0, whole)
}

fn chained(piece: &[u8], at: usize, header: &Header, free: u64, whole: bool) -> Follow {
    let mut at = at;
    let mut header = *header;
    for _ in 0..2 {
        at = at.saturating_add(usize::try_from(header.len(free)).unwrap_or(usize::MAX));
        if at >= piece.len() {
            return if whole && at == piece.len() { Follow::End } else { Follow::Nothing };
        }
        match piece.get(at..).and_then(Header::parse) {
            Some(next) if next.continues(&header) => header = next,
            _ => return Follow::Nothing,
        }
    }
    Follow::Frames
}

/// The size of an unpadded free-format frame, confirmed by two more frames at the same distance.
fn free_length(piece: &[u8], header: &Header) -> Option<u64> {
    let least = usize::try_from(header.overhead()).ok()?;
    let search = piece.get(least..piece.len().min(LONGEST_FREE))?;
    // Limits the work on hostile files with a header at every offset.
    for at in memchr::memchr_iter(0xFF, search).map(|at| at + least).take(64) {
        let Some(second) = piece.get(at..).and_then(Header::parse).filter(|next| next.continues(header)) else {
            continue;
        };
        let free = (at as u64).checked_sub(header.padding())?;
        let third = at + usize::try_from(second.len(free)).ok()?;
        match piece.get(third..).and_then(Header::parse) {
            Some(next) if next.continues(header) => return Some(free),
            None if third == piece.len() => return Some(free),
            _ => {}
        }
    }
    None
}
