//! The one entry of EXIF that changes the displayed picture: its orientation (EXIF 2.32, 4.6.4; TIFF 6.0, section 8).

use super::{Dimensions, ReadError, bytes::Bytes};

const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;

/// How to turn or mirror a stored picture for display: EXIF orientation 1 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orientation(u8);

impl Orientation {
    /// Whether width and height swap for display.
    pub(super) fn swaps_edges(self) -> bool {
        self.0 >= 5
    }

    /// The displayed size of a picture with this orientation.
    pub(super) fn shown(self, stored: Dimensions) -> Dimensions {
        if self.swaps_edges() { stored.turned() } else { stored }
    }
}

/// The orientation in a TIFF structure of `length` bytes from `start`. None if it is absent, outside 1 to 8, or in a
/// broken structure: decoders then show the picture as stored.
///
/// Reads only the first directory, and no more entries than fit in 4 KiB.
pub(super) fn orientation(bytes: &mut Bytes<'_>, start: u64, length: u64) -> Result<Option<Orientation>, ReadError> {
    if length < 14 || bytes.left(start) < 14 {
        return Ok(None);
    }
    let head = bytes.array::<8>(start)?;
    let big = match &head[..4] {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return Ok(None),
    };
    let u16_at = |entry: &[u8], at: usize| {
        let pair = entry.get(at..at + 2).map_or([0, 0], |pair| [pair[0], pair[1]]);
        if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    };
    let quad = [head[4], head[5], head[6], head[7]];
    let directory = u64::from(if big { u32::from_be_bytes(quad) } else { u32::from_le_bytes(quad) });
    if directory < 8 || directory + 2 > length {
        return Ok(None);
    }
    let count = u16_at(bytes.peek(start + directory, 2)?, 0);
    let room = (length - directory - 2).min(4096) / 12;
    let entries = u64::from(count).min(room);
    let table = bytes.peek(start + directory + 2, usize::try_from(entries * 12).unwrap_or(0))?;
    for entry in table.chunks_exact(12) {
        if u16_at(entry, 0) == ORIENTATION {
            let value = u16_at(entry, 8);
            let is_short = u16_at(entry, 2) == SHORT;
            return Ok(u8::try_from(value).ok().filter(|n| is_short && (1..=8).contains(n)).map(Orientation));
        }
    }
    Ok(None)
}
