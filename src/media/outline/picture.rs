//! Still pictures: WebP, GIF, BMP, TIFF, Photoshop, JPEG 2000.

use super::{be_u32, le, le_u32, set_size};
use crate::media::{Bytes, Depth, Dimensions, Facts, ReadError};

/// The most directory entries to read in search of the size.
const MOST_ENTRIES: u64 = 4_096;

/// The first chunk of a WebP file is one of three (RFC 9649, 2.5 to 2.7).
pub(super) fn webp(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let head = bytes.peek(12, 30)?;
    let edge = |at: usize, width: usize| u32::try_from(le(head, at, width)).unwrap_or(0);
    let size = match head.get(..4) {
        Some(b"VP8X") => {
            facts.animated = head.get(8).is_some_and(|flags| flags & 2 != 0);
            Dimensions::new(edge(12, 3) + 1, edge(15, 3) + 1)
        }
        Some(b"VP8L") if head.get(8) == Some(&0x2f) => {
            let packed = le_u32(head, 9);
            Dimensions::new((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1)
        }
        Some(b"VP8 ") if head.get(11..14) == Some(b"\x9d\x01\x2a") => {
            Dimensions::new(edge(14, 2) & 0x3fff, edge(16, 2) & 0x3fff)
        }
        _ => return Ok(()),
    };
    set_size(facts, size, size);
    Ok(())
}

/// The logical screen of a GIF (GIF89a, 18); a second image makes it an animation.
pub(super) fn gif(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let screen = bytes.array::<7>(6)?;
    let edge = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]));
    let size = Dimensions::new(edge(screen[0], screen[1]), edge(screen[2], screen[3]));
    set_size(facts, size, size);
    if depth == Depth::Header {
        return Ok(());
    }
    let palette = |flags: u8| if flags & 0x80 != 0 { 3u64 << ((flags & 7) + 1) } else { 0 };
    let (mut at, mut images) = (13 + palette(screen[4]), 0);
    loop {
        match bytes.byte(at)? {
            0x21 => at = behind_blocks(bytes, at + 2)?,
            0x2c if images > 0 => {
                facts.animated = true;
                return Ok(());
            }
            0x2c => {
                images += 1;
                let flags = bytes.byte(at + 9)?;
                at = behind_blocks(bytes, at + 11 + palette(flags))?;
            }
            _ => return Ok(()),
        }
    }
}

/// The end of a sequence of length-prefixed sub-blocks.
fn behind_blocks(bytes: &mut Bytes<'_>, mut at: u64) -> Result<u64, ReadError> {
    loop {
        match bytes.byte(at)? {
            0 => return Ok(at + 1),
            length => at += 1 + u64::from(length),
        }
    }
}

/// The header after the file header: `BITMAPCOREHEADER` has 16 bits per edge, all others 32, signed.
pub(super) fn bmp(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let head = bytes.array::<12>(14)?;
    let size = if le_u32(&head, 0) == 12 {
        Dimensions::new(u32::from(head[4]) | u32::from(head[5]) << 8, u32::from(head[6]) | u32::from(head[7]) << 8)
    } else {
        Dimensions::new(le_u32(&head, 4), le_u32(&head, 8).cast_signed().unsigned_abs())
    };
    set_size(facts, size, size);
    Ok(())
}

/// Width, height and orientation in the first directory of a TIFF (TIFF 6.0, section 2; `BigTIFF`).
pub(super) fn tiff(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let head = bytes.array::<16>(0)?;
    let little = head[0] == b'I';
    let number = |piece: &[u8], at: usize, width: usize| {
        if little { le(piece, at, width) } else { super::be(piece, at, width) }
    };
    let big = number(&head, 2, 2) == 43;
    let (mut at, count_width, entry) = if big { (number(&head, 8, 8), 8, 20) } else { (number(&head, 4, 4), 2, 12) };
    let count = number(bytes.get(at, count_width)?, 0, count_width);
    at += count_width as u64;
    let (mut width, mut height, mut turned) = (0, 0, false);
    for _ in 0..count.min(MOST_ENTRIES) {
        let piece = bytes.get(at, entry)?;
        let value_at = entry - if big { 8 } else { 4 };
        let value = number(piece, value_at, if number(piece, 2, 2) == 3 { 2 } else { 4 });
        match number(piece, 0, 2) {
            256 => width = value,
            257 => height = value,
            274 => turned = (5..=8).contains(&value),
            _ => {}
        }
        at += entry as u64;
    }
    let edge = |edge: u64| u32::try_from(edge).unwrap_or(0);
    let stored = Dimensions::new(edge(width), edge(height));
    set_size(facts, if turned { stored.turned() } else { stored }, stored);
    Ok(())
}

/// The file header (Adobe Photoshop File Formats Specification).
pub(super) fn psd(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let head = bytes.array::<8>(14)?;
    let size = Dimensions::new(be_u32(&head, 4), be_u32(&head, 0));
    set_size(facts, size, size);
    Ok(())
}

/// The image header box of JPEG 2000, or the `SIZ` marker of a bare codestream (ISO/IEC 15444-1, A.5.1 and I.5.3.1).
pub(super) fn jp2(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    const PIECE: usize = 4 << 10;
    let head = bytes.peek(0, PIECE)?;
    let size = if head.starts_with(b"\xff\x4f\xff\x51") {
        let edge = |far: usize, near: usize| be_u32(head, far).saturating_sub(be_u32(head, near));
        Dimensions::new(edge(8, 16), edge(12, 20))
    } else {
        let Some(at) = memchr::memmem::find(head, b"\0\0\0\x16ihdr") else { return Ok(()) };
        Dimensions::new(be_u32(head, at + 12), be_u32(head, at + 8))
    };
    set_size(facts, size, size);
    Ok(())
}
