//! Formats identified by a brand, form or name within their outermost structure.

use super::{DEEP, find};
use crate::media::{Bytes, Format, ReadError};

/// Upper bound for boxes to skip on the way to the decisive one.
const MOST_HOPS: u32 = 16;

pub(super) fn format(bytes: &mut Bytes<'_>, head: &[u8]) -> Result<Option<Format>, ReadError> {
    if let Some(format) = riff(head).or_else(|| iff(head)).or_else(|| ebml(head)).or_else(|| transport_stream(head)) {
        return Ok(Some(format));
    }
    if head.starts_with(&ASF_HEADER) {
        let format = if find(bytes.peek(0, DEEP)?, &ASF_VIDEO).is_some() { Format::Wmv } else { Format::Wma };
        return Ok(Some(format));
    }
    iso_media(bytes, head)
}

/// RIFF and its 64-bit and big-endian variants, by form.
fn riff(head: &[u8]) -> Option<Format> {
    let (id, form) = (head.get(..4)?, head.get(8..12)?);
    if !matches!(id, b"RIFF" | b"RIFX" | b"RF64" | b"BW64") {
        return None;
    }
    match form {
        b"WAVE" => Some(Format::Wav),
        b"AVI " => Some(Format::Avi),
        b"WEBP" => Some(Format::WebP),
        b"RMID" => Some(Format::Midi),
        // The form is damaged, but only WAVE has this chunk.
        _ if head.get(12..16) == Some(b"fmt ") => Some(Format::Wav),
        _ => None,
    }
}

/// EA IFF 85: AIFF and AIFF-C.
fn iff(head: &[u8]) -> Option<Format> {
    (head.starts_with(b"FORM") && matches!(head.get(8..12)?, b"AIFF" | b"AIFC")).then_some(Format::Aiff)
}

/// Matroska by its `DocType` (RFC 8794, section 11.2.6): everything except `matroska` is treated as WebM.
fn ebml(head: &[u8]) -> Option<Format> {
    if crate::media::webm::is_later_part(head) {
        return Some(Format::WebM);
    }
    const DOC_TYPE: &[u8] = &[0x42, 0x82];
    let body = head.strip_prefix(&[0x1a, 0x45, 0xdf, 0xa3])?;
    let body = &body[..body.len().min(256)];
    let Some(at) = find(body, DOC_TYPE) else { return Some(Format::WebM) };
    let value = &body[at + DOC_TYPE.len()..];
    Some(if find(&value[..value.len().min(17)], b"matroska").is_some() { Format::Mkv } else { Format::WebM })
}

/// Packets of 188 bytes that begin with the sync byte 0x47, each after four bytes of time on Blu-ray.
fn transport_stream(head: &[u8]) -> Option<Format> {
    let packets = |first: usize, size: usize| {
        let mut syncs = head.iter().skip(first).step_by(size).take(5);
        syncs.len() >= 3 && syncs.all(|&byte| byte == 0x47)
    };
    (packets(0, 188) || packets(4, 192)).then_some(Format::MpegTs)
}

/// GUID of the ASF header object.
const ASF_HEADER: [u8; 16] = *b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
/// GUID of a picture stream in ASF.
const ASF_VIDEO: [u8; 16] = *b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";

/// ISO/IEC 14496-12 and QuickTime: by brand where there is an `ftyp`, else by the first boxes.
fn iso_media(bytes: &mut Bytes<'_>, head: &[u8]) -> Result<Option<Format>, ReadError> {
    match head.get(4..8) {
        Some(b"ftyp") => return Ok(Some(by_brand(head))),
        Some(b"wide" | b"pnot") => return Ok(Some(Format::Mov)),
        Some(b"moov" | b"moof" | b"styp" | b"sidx" | b"mdat" | b"free" | b"skip" | b"emsg" | b"prft") => {}
        _ if leads_to_film(bytes, head)? => {}
        _ => return Ok(None),
    }
    // Without a brand, check the first `hdlr`: QuickTime has a component type where ISO has zeros.
    let mut offset = 0;
    for _ in 0..MOST_HOPS {
        let Ok(header) = bytes.array::<8>(offset) else { break };
        let [a, b, c, d, kind @ ..] = header;
        match &kind {
            b"ftyp" => return Ok(Some(by_brand(bytes.peek(offset, 64)?))),
            b"moov" => {
                let body = bytes.peek(offset, DEEP)?;
                let component = find(body, b"hdlr").and_then(|at| body.get(at + 8..at + 12));
                let classic = matches!(component, Some(b"mhlr" | b"dhlr"));
                return Ok(Some(if classic { Format::Mov } else { Format::Mp4 }));
            }
            b"wide" => return Ok(Some(Format::Mov)),
            _ => {}
        }
        let size = match u32::from_be_bytes([a, b, c, d]) {
            1 => bytes.array(offset + 8).map_or(0, u64::from_be_bytes),
            size => u64::from(size),
        };
        if size < 8 {
            break;
        }
        let Some(next) = offset.checked_add(size).filter(|&next| next < bytes.len()) else { break };
        offset = next;
    }
    Ok(Some(Format::Mp4))
}

/// An unknown first box of the size of an `ftyp`, followed by the film: a damaged `ftyp`.
fn leads_to_film(bytes: &mut Bytes<'_>, head: &[u8]) -> Result<bool, ReadError> {
    let size = head.first_chunk().map_or(0, |&size| u32::from_be_bytes(size));
    if !(16..=256).contains(&size) || size % 4 != 0 {
        return Ok(false);
    }
    let next = bytes.peek(size.into(), 8)?;
    Ok(matches!(next.get(4..), Some(b"moov" | b"mdat" | b"moof" | b"free" | b"skip")))
}

/// The format of the major brand, or of the first known compatible brand.
fn by_brand(head: &[u8]) -> Format {
    let size = head.get(..4).and_then(|size| size.try_into().ok()).map_or(0, u32::from_be_bytes);
    let end = usize::try_from(size).unwrap_or(usize::MAX).clamp(16, 256).min(head.len());
    let major = head.get(8..12).unwrap_or_default();
    let compatible = || head.get(16..end).unwrap_or_default().chunks_exact(4);
    match brand(major) {
        // `mif1` is generic; a compatible brand names the codec.
        Some(Format::Heic) if compatible().any(|other| matches!(other, b"avif" | b"avis")) => Format::Avif,
        // Apple's audio files may list the generic brand first.
        Some(Format::Mp4) if major.starts_with(b"mp4") && compatible().next() == Some(b"M4A ") => Format::M4a,
        Some(format) => format,
        None => compatible().find_map(brand).unwrap_or(Format::Mp4),
    }
}

/// The brands of the MP4 registration authority (mp4ra.org) that name a format; generic ones are MP4.
fn brand(brand: &[u8]) -> Option<Format> {
    Some(match brand {
        b"qt  " => Format::Mov,
        b"avif" | b"avis" => Format::Avif,
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"heif" | b"mif1" | b"mif2"
        | b"mif3" | b"msf1" | b"miaf" => Format::Heic,
        b"jp2 " | b"jpx " | b"jpm " | b"mjp2" => Format::Jp2,
        b"jxl " => Format::Jxl,
        b"M4A " | b"M4B " | b"M4P " | b"aax " | b"aaxc" => Format::M4a,
        b"M4V " | b"M4VH" | b"M4VP" => Format::M4v,
        b"kddi" => Format::ThreeGp,
        _ if brand.starts_with(b"3gp") || brand.starts_with(b"3gg") || brand.starts_with(b"3g2") => Format::ThreeGp,
        b"isom" | b"mp41" | b"mp42" | b"mp71" | b"avc1" | b"av01" | b"dash" | b"MSNV" | b"mmp4" | b"XAVC" | b"f4v " => {
            Format::Mp4
        }
        _ if brand.starts_with(b"iso") || brand.starts_with(b"cmf") => Format::Mp4,
        _ => return None,
    })
}
