//! The first eight bytes of a PNG, intact or damaged (PNG third edition, 5.2).

use super::Header;
use crate::media::{Bytes, Facts, ReadError};

/// The intact signature. Its bytes reveal the usual accidents of a transfer.
pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The state of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    Intact,
    /// Damaged, with the cause as far as the bytes show it, and the offset of IHDR's type.
    Damaged {
        cause: &'static str,
        header: Option<usize>,
    },
    /// Not a PNG at all.
    None,
}

/// The dimensions of a file with a damaged signature, if its IHDR still has the right checksum.
pub(super) fn size_behind(bytes: &mut Bytes<'_>, header: Option<usize>, facts: &mut Facts) -> Result<(), ReadError> {
    let Some(at) = header else { return Ok(()) };
    let data = bytes.peek(at as u64, 21)?;
    if let (Some(body), Some(crc)) = (data.get(..17), data.get(17..21))
        && crc32fast::hash(body).to_be_bytes() == *crc
        && let Ok(fields) = <[u8; 13]>::try_from(&body[4..])
        && let Ok(header) = Header::read(&fields)
    {
        facts.stored = Some(header.size);
        facts.dimensions = Some(header.size);
    }
    Ok(())
}

/// Reads the signature from the first bytes of a file (32 are enough).
pub(super) fn read(head: &[u8]) -> Signature {
    if head.starts_with(&SIGNATURE) {
        return Signature::Intact;
    }
    let head = &head[..head.len().min(32)];
    if SIGNATURE.starts_with(head) && head.len() >= 4 {
        return Signature::Damaged { cause: "the file ends inside it", header: None };
    }
    let header = head.windows(4).position(|four| four == b"IHDR");
    let named = head.get(..8).is_some_and(|first| first.windows(3).any(|three| three == b"PNG"));
    // `\x89PNG` alone is unique; if the first byte is damaged too, the header chunk must confirm it.
    let has_header = header.is_some_and(|at| at >= 8 && head[at - 4..].starts_with(&[0, 0, 0]));
    let in_place = head.get(8..16) == Some(b"\0\0\0\x0dIHDR");
    let is_png = head.starts_with(b"\x89PNG") || in_place || (has_header && (named || has_line_ends(head)));
    if !is_png {
        return Signature::None;
    }
    let cause = if head.starts_with(b"\x09PNG") {
        "the high bit of every byte was cut off in a 7-bit transfer"
    } else if head.starts_with(b"\xef\xbf\xbdPNG") || head.starts_with(b"\xc2\x89PNG") {
        "the file was converted as if it were text in UTF-8"
    } else if head.starts_with(b"\x89PNG\n\x1a\n") {
        "CR LF was converted to LF, as by a transfer in text mode"
    } else if head.starts_with(b"\x89PNG\r\r\n\x1a") || head.starts_with(b"\x89PNG\r\n\x1a\r\n") {
        "LF was converted to CR LF, as by a transfer in text mode"
    } else if head.starts_with(b"\x89PNG\r\r\x1a") || head.starts_with(b"\x89PNG\r\x1a") {
        "LF was converted to CR, as by a transfer in text mode"
    } else {
        "some of its bytes were changed"
    };
    Signature::Damaged { cause, header }
}

fn has_line_ends(head: &[u8]) -> bool {
    head.get(4..8) == Some(&SIGNATURE[4..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damaged(head: &[u8]) -> &'static str {
        match read(head) {
            Signature::Damaged { cause, .. } => cause,
            other => panic!("{head:?} is {other:?}"),
        }
    }

    #[test]
    fn the_cause_of_the_damage_is_named() {
        assert_eq!(read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Signature::Intact);
        assert!(damaged(b"\x89PNG\n\x1a\n\0\0\0\nIHDR").starts_with("CR LF was converted to LF"));
        assert!(damaged(b"\x89PNG\r\r\n\x1a\r\n\0\0\0\rIHDR").starts_with("LF was converted to CR LF"));
        assert!(damaged(b"\x09PNG\r\n\x1a\n\0\0\0\rIHDR").contains("7-bit"));
        assert!(damaged(b"\xef\xbf\xbdPNG\r\n\x1a\n\0\0\0\rIHDR").contains("UTF-8"));
        assert!(damaged(b"\x88PNG\r\n\x1a\n\0\0\0\rIHDR").contains("changed"));
        assert!(damaged(b"\0\0\0\0\r\n\x1a\n\0\0\0\rIHDR").contains("changed"));
        assert!(damaged(b"\x89PNG\r\n").contains("ends inside"));
    }

    #[test]
    fn other_files_are_not_recognised_as_png() {
        for head in
            [&b"\x8aMNG\r\n\x1a\n\0\0\0\x1cMHDR"[..], b"\x8bJNG\r\n\x1a\n", b"", b"\x89", b"a PNG with an IHDR", b"PNG"]
        {
            assert_eq!(read(head), Signature::None, "{head:?}");
        }
    }
}
