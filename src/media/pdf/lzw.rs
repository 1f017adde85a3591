//! Checks that every code of LZW data is defined when it is used (ISO 32000-2, section 7.4.4.2).

use crate::media::{Bytes, ReadError};

const CLEAR: u32 = 256;
const END: u32 = 257;
/// The first code that stands for more than one byte.
const FIRST: u32 = 258;
/// Codes have at most twelve bits.
const FULL: u32 = 1 << 12;
const PIECE: usize = 64 << 10;

/// Follows the codes of a range without expanding them. Returns the offset of the first code that is not yet defined.
pub(super) fn bad_code(
    bytes: &mut Bytes<'_>,
    start: u64,
    length: u64,
    early_change: bool,
) -> Result<Option<u64>, ReadError> {
    let (mut offset, end) = (start, start.saturating_add(length).min(bytes.len()));
    let (mut held, mut bits, mut width) = (0_u32, 0, 9);
    // The next code of the table, and whether a code precedes this one, because only then the table grows.
    let (mut next, mut follows) = (FIRST, false);
    while offset < end {
        let want = usize::try_from(end - offset).unwrap_or(PIECE).min(PIECE);
        bytes.spend(want as u64)?;
        let piece = bytes.get(offset, want)?;
        for (at, &byte) in (offset..).zip(piece) {
            held = (held << 8) | u32::from(byte);
            bits += 8;
            if bits < width {
                continue;
            }
            bits -= width;
            let code = (held >> bits) & ((1 << width) - 1);
            match code {
                CLEAR => (next, follows, width) = (FIRST, false, 9),
                END => return Ok(None),
                // A code may be the one that it completes: the string before it, and its first byte again.
                _ if code > next || code == next && (!follows || next == FULL) => return Ok(Some(at)),
                _ => {
                    next = if follows { (next + 1).min(FULL) } else { next };
                    follows = true;
                    width = match next + u32::from(early_change) {
                        0..512 => 9,
                        512..1024 => 10,
                        1024..2048 => 11,
                        _ => 12,
                    };
                }
            }
        }
        offset += want as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(data: &[u8]) -> Option<u64> {
        bad_code(&mut Bytes::of_slice(data), 0, data.len() as u64, true).expect("memory")
    }

    /// Codes of nine bits each.
    fn nine(codes: &[u32]) -> Vec<u8> {
        let bits: Vec<u32> = codes.iter().flat_map(|code| (0..9).rev().map(move |bit| code >> bit & 1)).collect();
        bits.chunks(8)
            .map(|byte| (0..8).fold(0, |all, at| all << 1 | byte.get(at).copied().unwrap_or(0) as u8))
            .collect()
    }

    #[test]
    fn codes_are_valid_once_they_are_in_the_table() {
        // The example of section 7.4.4.2.
        assert_eq!(bad(&[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]), None);
        assert_eq!(bad(&nine(&[CLEAR, 65, 258, 259, END])), None, "each completes itself");
        assert_eq!(bad(&nine(&[CLEAR, 65, 259, END])), Some(3));
        assert_eq!(bad(&nine(&[CLEAR, 258, END])), Some(2));
        assert_eq!(bad(&nine(&[CLEAR, 65, 66, CLEAR, 258])), Some(5), "the table is empty again");
        assert_eq!(bad(b"Not packed at all."), Some(2));
        assert_eq!(bad(b""), None);
    }

    #[test]
    fn codes_grow_one_early_by_default() {
        // 254 entries reach code 511 − 1: with the early change the next code has ten bits.
        let mut codes = vec![CLEAR];
        codes.extend(std::iter::repeat_n(65, 254));
        let mut data = nine(&codes);
        data.extend([0; 64]);
        let late = bad_code(&mut Bytes::of_slice(&data), 0, data.len() as u64, false).expect("memory");
        assert_eq!((bad(&data), late), (None, None));
    }
}
