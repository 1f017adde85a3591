//! Determines the format of a file from its bytes alone.
//!
//! Signatures come first because they are certain, then MPEG audio at the start, text, the crate `infer` for formats out
//! of scope, and last a search for MPEG audio frames anywhere. A damaged file is still recognised as long as enough of its
//! signature is left, so that its walker can describe the damage.

mod container;
mod mpeg;
mod named;
mod text;

use super::{Bytes, Format, ReadError};

/// Bytes searched for signatures, brands and the start of text.
const HEAD: usize = 4 << 10;
/// Bytes searched for frames, time lines and track handlers.
const DEEP: usize = 64 << 10;

/// The format of the bytes; [`Format::Empty`] if there are none, [`Format::Unknown`] if nothing matches.
///
/// Reads a few kilobytes, or a few hundred if there is no signature.
pub(super) fn format(bytes: &mut Bytes<'_>) -> Result<Format, ReadError> {
    if bytes.len() == 0 {
        return Ok(Format::Empty);
    }
    let head = bytes.peek(0, HEAD)?.to_vec();
    if let Some(format) = signature(&head) {
        return Ok(format);
    }
    if let Some(format) = container::format(bytes, &head)? {
        return Ok(format);
    }
    if head.starts_with(b"ID3") {
        return mpeg::behind_tag(bytes);
    }
    // The header may be anywhere in the first 1,024 bytes (ISO 32000-2, annex I, note 3 of PDF 1.7's appendix H).
    if find(&head, b"%PDF-").is_some_and(|at| at < 1024) {
        return Ok(Format::Pdf);
    }
    if let Some(format) = mpeg::at(bytes, 0)? {
        return Ok(format);
    }
    if let Some(format) = text::format(bytes.peek(0, DEEP)?) {
        return Ok(format);
    }
    if let Some(format) = named::format(&head) {
        return Ok(format);
    }
    Ok(mpeg::within(bytes)?.unwrap_or(Format::Unknown))
}

/// Refines the sniffed format with the format that the name suggests.
pub(super) fn named(bytes: &mut Bytes<'_>, sniffed: Format, promised: Format) -> Result<Format, ReadError> {
    let family = |format| matches!(format, Format::Mp4 | Format::M4a | Format::M4v);
    let is_promised = match sniffed {
        // These share one structure (ISO/IEC 14496-14); the brand only names the intended player.
        _ if family(sniffed) => family(promised),
        // Viewers go by the name, and find a damaged picture.
        Format::Unknown => match promised {
            Format::Png | Format::Jpeg => true,
            Format::Mp3 => mpeg::has_header(bytes)?,
            _ => false,
        },
        _ => false,
    };
    Ok(if is_promised { promised } else { sniffed })
}

/// The format of a fixed signature at the start.
fn signature(head: &[u8]) -> Option<Format> {
    const TABLE: &[(&[u8], Format)] = &[
        (b"\xff\xd8", Format::Jpeg),
        (b"%PDF-", Format::Pdf),
        (b"GIF87a", Format::Gif),
        (b"GIF89a", Format::Gif),
        (b"II*\0", Format::Tiff),
        (b"MM\0*", Format::Tiff),
        (b"II+\0\x08\0", Format::Tiff),
        (b"MM\0+\0\x08", Format::Tiff),
        (b"8BPS\0", Format::Psd),
        (b"\0\0\0\x0cjP  \r\n\x87\n", Format::Jp2),
        (b"\xff\x4f\xff\x51", Format::Jp2),
        (b"\0\0\0\x0cJXL \r\n\x87\n", Format::Jxl),
        (b"\xff\x0a", Format::Jxl),
        (b"FLV\x01", Format::Flv),
        (b"\0\0\x01\xba", Format::MpegPs),
        (b"\0\0\x01\xb3", Format::MpegPs),
        (b"fLaC", Format::Flac),
        (b"OggS", Format::Ogg),
        (b".snd\0\0", Format::Au),
        (b"caff\0\x01\0\0", Format::Caf),
        (b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0", Format::W64),
        (b"#!AMR", Format::Amr),
        (b"MThd\0\0\0\x06", Format::Midi),
        (b"ADIF", Format::Aac),
        (b"\x1f\x8b\x08", Format::Gzip),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::Office),
        (b"{\\rtf", Format::Office),
    ];
    let known = TABLE.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, format)| format);
    known.or_else(|| {
        if super::png::is_png(head) {
            Some(Format::Png)
        } else if is_bmp(head) {
            Some(Format::Bmp)
        } else if is_icon(head) {
            Some(Format::Ico)
        } else if head.starts_with(b"PK\x03\x04") {
            Some(zip(head))
        } else {
            None
        }
    })
}

/// `BM`, and the header size of a known version.
fn is_bmp(head: &[u8]) -> bool {
    const HEADER_SIZES: [u32; 9] = [12, 16, 40, 52, 56, 64, 108, 124, 128];
    head.starts_with(b"BM")
        && head
            .get(14..18)
            .and_then(|size| size.try_into().ok())
            .map(u32::from_le_bytes)
            .is_some_and(|size| HEADER_SIZES.contains(&size))
}

/// An icon or cursor: a small number of images, and a first entry with data after the directory.
fn is_icon(head: &[u8]) -> bool {
    let (Some(start), Some(entry)) = (head.get(..6), head.get(6..22)) else { return false };
    let count = u16::from_le_bytes([start[4], start[5]]);
    let offset = u32::from_le_bytes([entry[12], entry[13], entry[14], entry[15]]);
    (start[..4] == *b"\0\0\x01\0" || start[..4] == *b"\0\0\x02\0")
        && (1..=256).contains(&count)
        && entry[3] == 0
        && offset >= 6 + 16 * u32::from(count)
        && offset < 1 << 20
}

/// A ZIP archive, or a document packed as one.
fn zip(head: &[u8]) -> Format {
    const PARTS: [&[u8]; 5] =
        [b"[Content_Types].xml", b"_rels/", b"word/", b"ppt/", b"mimetypeapplication/vnd.oasis.opendocument"];
    if PARTS.iter().any(|part| find(head, part).is_some()) { Format::Office } else { Format::Zip }
}

/// The first occurrence of a byte sequence.
fn find(within: &[u8], run: &[u8]) -> Option<usize> {
    memchr::memmem::find(within, run)
}
