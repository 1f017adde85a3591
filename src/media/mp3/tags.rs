//! Tags around the frames (`ID3v2`, `ID3v1`, APE, Lyrics3), and the Xing, Info and VBRI headers in the first frame.

use crate::media::{Bytes, ReadError};

/// Upper bound for tags in a row at either end.
const MOST_TAGS: u32 = 64;

/// The name and total size of a tag that begins here. The size may exceed the file.
pub(super) fn leading(bytes: &mut Bytes<'_>, at: u64) -> Result<Option<(&'static str, u64)>, ReadError> {
    let left = bytes.left(at);
    let head = bytes.peek(at, 32)?;
    if let Some(&[b'I', b'D', b'3', major, revision, flags, s0, s1, s2, s3]) = head.first_chunk()
        && major < 0xFF
        && revision < 0xFF
    {
        let size = if (s0 | s1 | s2 | s3) & 0x80 == 0 {
            [s0, s1, s2, s3].iter().fold(0, |size, &part| size << 7 | u64::from(part))
        } else {
            // Some writers store a plain number instead of seven bits per byte.
            u64::from(u32::from_be_bytes([s0, s1, s2, s3]))
        };
        let footer = if major >= 4 && flags & 0x10 != 0 { 10 } else { 0 };
        return Ok(Some(("ID3v2", 10 + size + footer)));
    }
    if head.len() == 32 && head.starts_with(b"APETAGEX") {
        let size = le32(head, 12);
        return Ok(Some(("APE", 32 + u64::from(size))));
    }
    if head.starts_with(b"TAG+") && left >= 227 + 128 {
        return Ok(Some(("ID3v1", 227)));
    }
    if head.starts_with(b"TAG") && left >= 128 {
        return Ok(Some(("ID3v1", 128)));
    }
    Ok(None)
}

/// The end of the frames, before all trailing tags.
pub(super) fn trailing(bytes: &mut Bytes<'_>, start: u64) -> Result<u64, ReadError> {
    let mut end = bytes.len();
    for _ in 0..MOST_TAGS {
        let Some(tag) = ends_with_tag(bytes, start, end)? else { break };
        end -= tag;
    }
    Ok(end)
}

fn ends_with_tag(bytes: &mut Bytes<'_>, start: u64, end: u64) -> Result<Option<u64>, ReadError> {
    let room = end.saturating_sub(start);
    let fits = |size: u64| if size <= room { Some(size) } else { None };
    if room >= 128 && bytes.get(end - 128, 3)? == b"TAG" {
        let extended = room >= 227 + 128 && bytes.get(end - 128 - 227, 4)? == b"TAG+";
        return Ok(Some(if extended { 128 + 227 } else { 128 }));
    }
    if room < 32 {
        return Ok(None);
    }
    let tail = bytes.array::<32>(end - 32)?;
    if tail.starts_with(b"APETAGEX") {
        let (size, flags) = (u64::from(le32(&tail, 12)), le32(&tail, 20));
        let header = if flags & 0x8000_0000 != 0 { 32 } else { 0 };
        return Ok(if size >= 32 { fits(size + header) } else { None });
    }
    if tail.ends_with(b"LYRICS200") {
        let digits = tail.get(17..23).and_then(|digits| std::str::from_utf8(digits).ok());
        let size = digits.and_then(|digits| digits.parse::<u64>().ok());
        return Ok(size.and_then(|size| fits(size + 15)));
    }
    if tail.ends_with(b"LYRICSEND") {
        let most = room.min(5100 + 20);
        let piece = bytes.get(end - most, usize::try_from(most).unwrap_or(0))?;
        let begin = memchr::memmem::rfind(piece, b"LYRICSBEGIN");
        return Ok(begin.map(|begin| most - begin as u64));
    }
    if tail.get(22..25) == Some(b"3DI") {
        let size = tail.get(28..32).map_or(0, |s| s.iter().fold(0, |n, &part| n << 7 | u64::from(part & 0x7F)));
        return Ok(fits(size + 20));
    }
    Ok(None)
}

/// The metadata that encoders store in the first frame instead of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Info {
    /// `Xing`, `Info` or `VBRI`.
    pub(super) name: &'static str,
    /// Number of frames after this one, if stated.
    pub(super) frames: Option<u64>,
}

impl Info {
    /// Reads it from the first frame; `overhead` is the offset of its main data.
    pub(super) fn read(frame: &[u8], overhead: usize, protected: bool) -> Option<Self> {
        // Writers of these headers ignore the checksum of protected frames.
        let at = overhead - if protected { 2 } else { 0 };
        for at in [at, overhead] {
            let name = match frame.get(at..at + 4)? {
                b"Xing" => "Xing",
                b"Info" => "Info",
                _ => continue,
            };
            let flags = be32(frame, at + 4);
            let frames = if flags & 1 != 0 { Some(u64::from(be32(frame, at + 8))) } else { None };
            return Some(Self { name, frames });
        }
        if frame.get(36..40)? == b"VBRI" {
            return Some(Self { name: "VBRI", frames: Some(u64::from(be32(frame, 36 + 14))) });
        }
        None
    }
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |&b| u32::from_be_bytes(b))
}

fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |&b| u32::from_le_bytes(b))
}
