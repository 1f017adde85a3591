//! Sound in its own containers: FLAC, AIFF, AU, CAF, AAC in ADTS frames.

use super::{add_sound, be, be_u16, be_u32, sound_track};
use crate::media::codec::aac::RATES;
use crate::media::{Bytes, Depth, Facts, ReadError};

/// The most chunks to read in search of those that describe the sound.
const MOST_CHUNKS: u32 = 4_096;

/// `STREAMINFO`, which is always the first block (RFC 9639, 8.2), after ID3 tags that some writers add.
pub(super) fn flac(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let start = match bytes.peek(0, 10)? {
        &[b'I', b'D', b'3', _, _, _, a, b, c, d] => {
            10 + [a, b, c, d].iter().fold(0, |size, part| size << 7 | u64::from(part & 0x7f))
        }
        _ => 0,
    };
    let head = bytes.get(start, 42)?;
    if !head.starts_with(b"fLaC") || head[4] & 0x7f != 0 {
        return Ok(());
    }
    // 20 bits of sample rate, 3 of channels, 5 of bits per sample, 36 of samples.
    let packed = be(head, 18, 8);
    let rate = u32::try_from(packed >> 44).unwrap_or(0);
    let mut track = sound_track("flac", rate, (packed >> 41 & 7) as u16 + 1);
    track.bits_per_sample = Some((packed >> 36 & 31) as u16 + 1);
    add_sound(facts, track, packed & 0xf_ffff_ffff);
    Ok(())
}

/// The `COMM` chunk of AIFF and AIFF-C.
pub(super) fn aiff(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let is_packed = bytes.get(8, 4)? == b"AIFC";
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        let header = bytes.array::<8>(at)?;
        let size = u64::from(be_u32(&header, 4));
        if &header[..4] == b"COMM" {
            let body = bytes.peek(at + 8, 22)?;
            let bits = be_u16(body, 6);
            let codec = match body.get(18..22).filter(|_| is_packed) {
                None | Some(b"NONE" | b"twos") => pcm(bits, "be"),
                Some(b"sowt") => pcm(bits, "le"),
                Some(b"fl32" | b"FL32") => "pcm_f32be".to_owned(),
                Some(b"fl64" | b"FL64") => "pcm_f64be".to_owned(),
                Some(b"ulaw" | b"ULAW") => "pcm_mulaw".to_owned(),
                Some(b"alaw" | b"ALAW") => "pcm_alaw".to_owned(),
                Some(b"ima4") => "adpcm_ima_qt".to_owned(),
                Some(other) => other.escape_ascii().to_string(),
            };
            let mut track = sound_track(codec, extended(body.get(8..18).unwrap_or_default()), be_u16(body, 0));
            track.bits_per_sample = Some(bits).filter(|bits| *bits > 0);
            add_sound(facts, track, u64::from(be_u32(body, 2)));
            return Ok(());
        }
        at = at.saturating_add(8 + size + (size & 1));
    }
    Ok(())
}

fn pcm(bits: u16, order: &str) -> String {
    match bits.div_ceil(8) {
        0 | 1 => "pcm_s8".to_owned(),
        bytes => format!("pcm_s{}{order}", bytes * 8),
    }
}

/// A whole number in the 80-bit format of IEEE 754 that AIFF uses.
fn extended(bytes: &[u8]) -> u32 {
    let exponent = u32::from(be_u16(bytes, 0) & 0x7fff);
    let mantissa = be(bytes, 2, 8);
    let shift = 16_383u32.saturating_add(63).saturating_sub(exponent);
    mantissa.checked_shr(shift).and_then(|rate| u32::try_from(rate).ok()).unwrap_or(0)
}

/// The header of a Sun or NeXT sound file.
pub(super) fn au(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let head = bytes.array::<24>(0)?;
    let (start, stated) = (u64::from(be_u32(&head, 4)), u64::from(be_u32(&head, 8)));
    let (codec, width) = match be_u32(&head, 12) {
        1 => ("pcm_mulaw", 1),
        2 => ("pcm_s8", 1),
        3 => ("pcm_s16be", 2),
        4 => ("pcm_s24be", 3),
        5 => ("pcm_s32be", 4),
        6 => ("pcm_f32be", 4),
        7 => ("pcm_f64be", 8),
        27 => ("pcm_alaw", 1),
        _ => ("unknown", 0),
    };
    let channels = u16::try_from(be_u32(&head, 20)).unwrap_or(0);
    // All bits are set if the writer did not know the size.
    let size = stated.min(bytes.left(start));
    let frames = size.checked_div(width * u64::from(channels)).unwrap_or(0);
    let mut track = sound_track(codec, be_u32(&head, 16), channels);
    track.bits_per_sample = u16::try_from(width * 8).ok().filter(|bits| *bits > 0);
    add_sound(facts, track, frames);
    Ok(())
}

/// `desc`, `pakt` and `data` of the Core Audio Format.
pub(super) fn caf(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let mut at = 8;
    let (mut track, mut per_packet, mut packet_size) = (None, 0, 0);
    let (mut listed, mut data) = (None, 0);
    for _ in 0..MOST_CHUNKS {
        let header = bytes.peek(at, 12)?;
        if header.len() < 12 {
            break;
        }
        let kind = [header[0], header[1], header[2], header[3]];
        let size = match be(header, 4, 8) {
            u64::MAX => bytes.left(at + 12),
            size => size.min(bytes.left(at + 12)),
        };
        match &kind {
            b"desc" => {
                let body = bytes.array::<32>(at + 12)?;
                let rate = f64::from_bits(be(&body, 0, 8));
                let rate = if (1.0..1e7).contains(&rate) { rate.round() as u32 } else { 0 };
                let (flags, bits) = (be_u32(&body, 12), be_u32(&body, 28));
                let codec = match &body[8..12] {
                    b"lpcm" => {
                        let sign = if flags & 1 != 0 { "f" } else { "s" };
                        match bits {
                            8 => format!("pcm_{sign}8"),
                            bits => format!("pcm_{sign}{bits}{}", if flags & 2 != 0 { "le" } else { "be" }),
                        }
                    }
                    b"aac " => "aac".to_owned(),
                    b"alac" => "alac".to_owned(),
                    b"ulaw" => "pcm_mulaw".to_owned(),
                    b"alaw" => "pcm_alaw".to_owned(),
                    b".mp3" => "mp3".to_owned(),
                    b"opus" => "opus".to_owned(),
                    b"ima4" => "adpcm_ima_qt".to_owned(),
                    other => other.escape_ascii().to_string().trim_end().to_owned(),
                };
                packet_size = u64::from(be_u32(&body, 16));
                per_packet = u64::from(be_u32(&body, 20));
                let mut described = sound_track(codec, rate, u16::try_from(be_u32(&body, 24)).unwrap_or(0));
                described.bits_per_sample = u16::try_from(bits).ok().filter(|bits| *bits > 0);
                track = Some(described);
            }
            b"pakt" => listed = Some(be(bytes.peek(at + 12, 16)?, 8, 8)).filter(|frames| *frames > 0),
            b"data" => data = size.saturating_sub(4),
            _ => {}
        }
        at = at.saturating_add(12).saturating_add(size);
    }
    if let Some(track) = track {
        let constant = data.checked_div(packet_size).unwrap_or(0).saturating_mul(per_packet);
        add_sound(facts, track, listed.unwrap_or(constant));
    }
    Ok(())
}

/// The frames of an ADTS stream (ISO/IEC 14496-3, 1.A.2), each with 1,024 samples or a multiple of that.
pub(super) fn adts(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let mut at = match bytes.peek(0, 10)? {
        &[b'I', b'D', b'3', _, _, _, a, b, c, d] => {
            10 + [a, b, c, d].iter().fold(0, |size, part| size << 7 | u64::from(part & 0x7f))
        }
        _ => 0,
    };
    let mut track = None;
    let (mut samples, mut total) = (0u64, 0u64);
    while let Ok(head) = bytes.array::<7>(at) {
        let length = u64::from(be_u32(&head, 3) >> 13 & 0x1fff);
        if head[0] != 0xff || head[1] & 0xf6 != 0xf0 || length < 7 {
            break;
        }
        if track.is_none() {
            let rate = RATES.get(usize::from(head[2] >> 2 & 15)).copied().unwrap_or(0);
            let arrangement = u16::from(head[2] & 1) << 2 | u16::from(head[3] >> 6);
            let mut found = sound_track("aac", rate, if arrangement == 7 { 8 } else { arrangement });
            found.profile = ["Main", "LC", "SSR", "LTP"].get(usize::from(head[2] >> 6)).map(|name| (*name).to_owned());
            track = Some(found);
            if depth == Depth::Header {
                break;
            }
        }
        samples += 1_024 * (u64::from(head[6] & 3) + 1);
        total += length;
        at += length;
    }
    if let Some(mut track) = track {
        if let Some(rate) = track.sample_rate {
            track.set_bit_rate(total, samples as f64 / f64::from(rate));
        }
        add_sound(facts, track, samples);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_80_bits() {
        assert_eq!(extended(&[0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]), 44_100);
        assert_eq!(extended(&[0x40, 0x0e, 0xbb, 0x80, 0, 0, 0, 0, 0, 0]), 48_000);
        assert_eq!(extended(&[0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0]), 8_000);
        assert_eq!(extended(&[0; 10]), 0);
        assert_eq!(extended(&[0x7f; 10]), 0);
    }
}
