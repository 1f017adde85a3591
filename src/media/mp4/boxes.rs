//! Boxes (ISO/IEC 14496-12, 4.2) and the fields in them.

use crate::media::{Bytes, ReadError};

/// A four-character code.
pub(in crate::media) type FourCc = [u8; 4];

/// A box that fits into its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) struct BoxAt {
    pub(in crate::media) kind: FourCc,
    /// Offsets of its header, its content and its end.
    pub(in crate::media) start: u64,
    pub(in crate::media) body: u64,
    pub(in crate::media) end: u64,
}

impl BoxAt {
    /// The first bytes of the content, `most` at most.
    pub(in crate::media) fn content<'b>(&self, bytes: &'b mut Bytes<'_>, most: usize) -> Result<&'b [u8], ReadError> {
        let count = (self.end - self.body).min(most as u64);
        bytes.peek(self.body, usize::try_from(count).unwrap_or(most))
    }
}

/// A place where no complete box could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) struct Break {
    pub(in crate::media) at: u64,
    pub(in crate::media) kind: FourCc,
    /// Where its content would begin.
    pub(in crate::media) body: u64,
    /// The size in its header; 0 if there is no valid header.
    pub(in crate::media) claimed: u64,
    /// How many bytes it extends past its parent.
    pub(in crate::media) over: u64,
}

impl Break {
    /// There is a box header, but the box is longer than its parent allows.
    pub(in crate::media) fn overruns(&self) -> bool {
        self.over > 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) enum BoxStep {
    Box(BoxAt),
    End,
    Broken(Break),
}

/// Reads the box header at `at` in a sequence of boxes that ends at `limit`.
pub(in crate::media) fn step(bytes: &mut Bytes<'_>, at: u64, limit: u64) -> Result<BoxStep, ReadError> {
    let room = limit.saturating_sub(at);
    if room == 0 {
        return Ok(BoxStep::End);
    }
    let head = bytes.peek(at, usize::try_from(room.min(16)).unwrap_or(16))?;
    let none = Break { at, kind: [0; 4], body: at, claimed: 0, over: 0 };
    let (Some(short), Some(kind)) = (u32_at(head, 0), kind_at(head, 4)) else {
        return Ok(BoxStep::Broken(none));
    };
    let (size, body) = match short {
        // Size 0 means “to the end of the file”, unless the whole header is zero.
        0 if kind == [0; 4] => return Ok(BoxStep::Broken(none)),
        0 => (room, at + 8),
        1 => match u64_at(head, 8) {
            Some(long) => (long, at + 16),
            None => return Ok(BoxStep::Broken(none)),
        },
        short => (u64::from(short), at + 8),
    };
    if size < body - at {
        return Ok(BoxStep::Broken(Break { kind, ..none }));
    }
    if size > room {
        return Ok(BoxStep::Broken(Break { at, kind, body, claimed: size, over: size - room }));
    }
    Ok(BoxStep::Box(BoxAt { kind, start: at, body, end: at + size }))
}

/// The boxes in a box, one after the other.
#[derive(Clone, Copy, Debug)]
pub(in crate::media) struct Children {
    at: u64,
    limit: u64,
    pub(in crate::media) broken: Option<Break>,
}

impl Children {
    pub(in crate::media) fn of(parent: &BoxAt) -> Self {
        Self::between(parent.body, parent.end)
    }

    pub(in crate::media) fn between(at: u64, limit: u64) -> Self {
        Self { at: at.min(limit), limit, broken: None }
    }

    /// The next child. None at the end, or where no box can be read; `broken` then has the place.
    pub(in crate::media) fn next(&mut self, bytes: &mut Bytes<'_>) -> Result<Option<BoxAt>, ReadError> {
        if self.broken.is_some() {
            return Ok(None);
        }
        match step(bytes, self.at, self.limit)? {
            BoxStep::Box(child) => {
                self.at = child.end;
                Ok(Some(child))
            }
            BoxStep::End => Ok(None),
            BoxStep::Broken(place) => {
                self.broken = Some(place);
                Ok(None)
            }
        }
    }
}

pub(in crate::media) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

pub(in crate::media) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

pub(in crate::media) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_be_bytes)
}

pub(in crate::media) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_be_bytes)
}

pub(in crate::media) fn i32_at(bytes: &[u8], at: usize) -> Option<i32> {
    array_at(bytes, at).map(i32::from_be_bytes)
}

pub(in crate::media) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_be_bytes)
}

pub(in crate::media) fn kind_at(bytes: &[u8], at: usize) -> Option<FourCc> {
    array_at(bytes, at)
}

/// A four-character code for messages: `avc1`, or hexadecimal if it is not text.
pub(in crate::media) fn name(kind: FourCc) -> String {
    let text = String::from_utf8_lossy(&kind);
    if kind[0].is_ascii_alphanumeric() && text.chars().all(|c| c.is_ascii_alphanumeric() || " -_.".contains(c)) {
        return text.trim_end().to_owned();
    }
    format!("0x{:08x}", u32::from_be_bytes(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_start(bytes: &[u8]) -> BoxStep {
        step(&mut Bytes::of_slice(bytes), 0, bytes.len() as u64).expect("memory")
    }

    #[test]
    fn sizes_of_32_and_64_bits_and_to_the_end() {
        let plain = at_start(b"\0\0\0\x08freeX");
        assert_eq!(plain, BoxStep::Box(BoxAt { kind: *b"free", start: 0, body: 8, end: 8 }));
        let long = at_start(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x11X");
        assert_eq!(long, BoxStep::Box(BoxAt { kind: *b"mdat", start: 0, body: 16, end: 17 }));
        let rest = at_start(b"\0\0\0\0mdatXYZ");
        assert_eq!(rest, BoxStep::Box(BoxAt { kind: *b"mdat", start: 0, body: 8, end: 11 }));
    }

    #[test]
    fn invalid_boxes() {
        assert!(matches!(at_start(b"\0\0\0"), BoxStep::Broken(place) if !place.overruns()));
        assert!(matches!(at_start(&[0; 64]), BoxStep::Broken(place) if !place.overruns()));
        assert!(matches!(at_start(b"\0\0\0\x07free"), BoxStep::Broken(place) if !place.overruns()));
        assert!(matches!(at_start(b"\0\0\0\x10free"), BoxStep::Broken(place) if place.over == 8));
        assert!(
            matches!(at_start(b"\0\0\0\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff"), BoxStep::Broken(p) if p.overruns())
        );
    }

    #[test]
    fn codes_in_prose() {
        assert_eq!(name(*b"mp4a"), "mp4a");
        assert_eq!(name(*b"url "), "url");
        assert_eq!(name(*b"    "), "0x20202020");
        assert_eq!(name([0, 1, 2, 3]), "0x00010203");
    }
}
