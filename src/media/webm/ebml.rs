//! EBML elements (RFC 8794) and the Matroska identifiers (RFC 9559) that matter here.

use crate::media::{Bytes, ReadError};

pub(super) const EBML: u32 = 0x1A45_DFA3;
pub(super) const SEGMENT: u32 = 0x1853_8067;
pub(super) const SEEK_HEAD: u32 = 0x114D_9B74;
pub(super) const INFO: u32 = 0x1549_A966;
pub(super) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
pub(super) const DURATION: u32 = 0x4489;
pub(super) const TRACKS: u32 = 0x1654_AE6B;
pub(super) const TRACK_ENTRY: u32 = 0xAE;
pub(super) const CLUSTER: u32 = 0x1F43_B675;
pub(super) const TIMESTAMP: u32 = 0xE7;
pub(super) const SIMPLE_BLOCK: u32 = 0xA3;
pub(super) const BLOCK_GROUP: u32 = 0xA0;
pub(super) const BLOCK: u32 = 0xA1;
pub(super) const BLOCK_DURATION: u32 = 0x9B;
pub(super) const CUES: u32 = 0x1C53_BB6B;
pub(super) const CHAPTERS: u32 = 0x1043_A770;
pub(super) const ATTACHMENTS: u32 = 0x1941_A469;
pub(super) const TAGS: u32 = 0x1254_C367;
pub(super) const SEEK: u32 = 0x4DBB;
pub(super) const SEEK_ID: u32 = 0x53AB;
pub(super) const SEEK_POSITION: u32 = 0x53AC;
pub(super) const VOID: u32 = 0xEC;
pub(super) const CRC_32: u32 = 0xBF;

/// An element of level 0 or 1, which ends a `Cluster` of unknown size.
pub(super) fn ends_cluster(id: u32) -> bool {
    matches!(id, CLUSTER | CUES | TAGS | INFO | TRACKS | SEEK_HEAD | CHAPTERS | ATTACHMENTS | SEGMENT | EBML)
}

/// An element outside the clusters that holds other elements (RFC 9559, 5.1).
pub(super) fn is_master(id: u32) -> bool {
    // In tracks: Video, Audio, Colour, MasteringMetadata, Projection, ContentEncodings, ContentEncoding,
    // ContentCompression, ContentEncryption. In cues, seek heads, tags, chapters, attachments: their entries.
    const IN_TRACKS: [u32; 9] = [0xE0, 0xE1, 0x55B0, 0x55D0, 0x7670, 0x6D80, 0x6240, 0x5034, 0x5035];
    const ELSEWHERE: [u32; 11] = [0xBB, 0xB7, SEEK, 0x7373, 0x63C0, 0x67C8, 0x45B9, 0xB6, 0x80, 0x61A7, TRACK_ENTRY];
    matches!(id, INFO | TRACKS | CUES | SEEK_HEAD | TAGS | CHAPTERS | ATTACHMENTS)
        || IN_TRACKS.contains(&id)
        || ELSEWHERE.contains(&id)
}

pub(super) fn name(id: u32) -> String {
    let known = match id {
        EBML => "EBML header",
        SEGMENT => "Segment",
        SEEK_HEAD => "SeekHead",
        INFO => "Info",
        TRACKS => "Tracks",
        TRACK_ENTRY => "TrackEntry",
        CLUSTER => "Cluster",
        TIMESTAMP => "Timestamp",
        SIMPLE_BLOCK => "SimpleBlock",
        BLOCK_GROUP => "BlockGroup",
        BLOCK => "Block",
        CUES => "Cues",
        CHAPTERS => "Chapters",
        ATTACHMENTS => "Attachments",
        TAGS => "Tags",
        CRC_32 => "CRC-32",
        TIMESTAMP_SCALE => "TimestampScale",
        DURATION => "Duration",
        0x4D80 => "MuxingApp",
        0x5741 => "WritingApp",
        0xD7 => "TrackNumber",
        0x73C5 => "TrackUID",
        0x83 => "TrackType",
        0x86 => "CodecID",
        0x63A2 => "CodecPrivate",
        0xE0 => "Video",
        0xE1 => "Audio",
        0x55B0 => "Colour",
        0xBB => "CuePoint",
        SEEK => "Seek",
        0x7373 => "Tag",
        VOID => "Void",
        _ => return format!("element 0x{id:X}"),
    };
    known.to_owned()
}

/// The header of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) id: u32,
    /// Offset of its identifier.
    pub(super) at: u64,
    /// Offset of its content.
    pub(super) body: u64,
    /// Size of its content; none if unknown.
    pub(super) size: Option<u64>,
}

impl Element {
    /// Its end, if its size is known.
    pub(super) fn end(&self) -> Option<u64> {
        self.size.map(|size| self.body.saturating_add(size))
    }
}

/// The result of reading an element header.
#[derive(Debug)]
pub(super) enum NextElement {
    Element(Element),
    /// Not a valid identifier or size.
    Invalid,
    /// The data end within the header.
    Cut,
}

/// Reads the element header at `at`; `end` is the end of the parent.
pub(super) fn element(bytes: &mut Bytes<'_>, at: u64, end: u64) -> Result<NextElement, ReadError> {
    let room = usize::try_from(end.saturating_sub(at).min(12)).unwrap_or(12);
    let head = bytes.peek(at, room)?;
    let Some(&first) = head.first() else { return Ok(NextElement::Cut) };
    let id_len = first.leading_zeros() as usize + 1;
    if id_len > 4 {
        return Ok(NextElement::Invalid);
    }
    let Some(id_bytes) = head.get(..id_len) else { return Ok(NextElement::Cut) };
    let id = id_bytes.iter().fold(0, |id: u32, &byte| id << 8 | u32::from(byte));
    let Some(&first) = head.get(id_len) else { return Ok(NextElement::Cut) };
    if first == 0 {
        return Ok(NextElement::Invalid);
    }
    let size_len = first.leading_zeros() as usize + 1;
    if head.len() < id_len + size_len {
        return Ok(NextElement::Cut);
    }
    let body = at + (id_len + size_len) as u64;
    let size = vint(head.get(id_len..).unwrap_or_default()).map(|(size, _)| size);
    Ok(NextElement::Element(Element { id, at, body, size: size.filter(|&size| size != u64::MAX) }))
}

/// A variable-length number and its length in bytes; `u64::MAX` if all its bits are set.
pub(super) fn vint(bytes: &[u8]) -> Option<(u64, usize)> {
    let &first = bytes.first()?;
    let len = first.leading_zeros() as usize + 1;
    if len > 8 {
        return None;
    }
    let mask = if len == 8 { 0 } else { 0xFF_u8 >> len };
    let value = bytes.get(1..len)?.iter().fold(u64::from(first & mask), |n, &byte| n << 8 | u64::from(byte));
    let all = (1_u64 << (7 * len)) - 1;
    Some((if value == all { u64::MAX } else { value }, len))
}

/// An unsigned integer element of up to eight bytes.
pub(super) fn unsigned(bytes: &mut Bytes<'_>, element: &Element) -> Result<Option<u64>, ReadError> {
    let Some(len @ 0..=8) = element.size else { return Ok(None) };
    let content = bytes.get(element.body, usize::try_from(len).unwrap_or(8))?;
    Ok(Some(content.iter().fold(0, |n, &byte| n << 8 | u64::from(byte))))
}

/// A float element of four or eight bytes.
pub(super) fn float(bytes: &mut Bytes<'_>, element: &Element) -> Result<Option<f64>, ReadError> {
    Ok(match element.size {
        Some(4) => Some(f64::from(f32::from_be_bytes(bytes.array(element.body)?))),
        Some(8) => Some(f64::from_be_bytes(bytes.array(element.body)?)),
        Some(0) => Some(0.0),
        _ => None,
    })
}

/// The first 64 bytes of a string element, without trailing zeros.
pub(super) fn string(bytes: &mut Bytes<'_>, element: &Element) -> Result<String, ReadError> {
    let len = usize::try_from(element.size.unwrap_or(0).min(64)).unwrap_or(64);
    let text = bytes.peek(element.body, len)?;
    Ok(String::from_utf8_lossy(text).trim_end_matches('\0').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_variable_length() {
        assert_eq!(vint(&[0x81]), Some((1, 1)));
        assert_eq!(vint(&[0x40, 0x02]), Some((2, 2)));
        assert_eq!(vint(&[0xFF]), Some((u64::MAX, 1)));
        assert_eq!(vint(&[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), Some((u64::MAX, 8)));
        assert_eq!(vint(&[0x01, 0, 0, 0, 0, 0, 0, 7]), Some((7, 8)));
        assert_eq!(vint(&[0x40]), None, "cut");
        assert_eq!(vint(&[0]), None, "longer than eight bytes");
    }
}
