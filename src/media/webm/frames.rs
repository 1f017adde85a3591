//! Frame headers: validity, key frames, visibility, duration.

use crate::media::Chroma;
use crate::media::codec::config::{self, Pictures};

/// A codec whose frame headers can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Vp8,
    Vp9,
    Av1,
    Opus,
    Vorbis,
    Other,
}

/// Bytes at the start of a frame that [`look`] needs at most.
pub(super) const HEAD: usize = 24;

/// The properties of a frame according to its header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    /// Decoders accept the header.
    pub(super) sound: bool,
    /// It can be decoded on its own; always true for audio.
    pub(super) key: bool,
    /// It is displayed.
    pub(super) shown: bool,
    /// Duration in seconds, if the frame states it.
    pub(super) seconds: Option<f64>,
    /// Width and height in a key frame.
    pub(super) coded: Option<(u32, u32)>,
    /// Picture format in a VP9 key frame.
    pub(super) pictures: Option<Pictures>,
}

impl Look {
    const fn of(sound: bool, key: bool) -> Self {
        Self { sound, key, shown: true, seconds: None, coded: None, pictures: None }
    }
}

/// Reads the header of a frame of `len` bytes; `head` has its first [`HEAD`] bytes, or all.
pub(super) fn look(codec: Codec, head: &[u8], len: u64) -> Look {
    match codec {
        Codec::Vp8 => vp8(head, len),
        Codec::Vp9 => vp9(head, len),
        Codec::Av1 => av1(head, len),
        Codec::Opus => opus(head, len),
        // The first bit distinguishes audio packets from headers.
        Codec::Vorbis => Look::of(head.first().is_none_or(|first| first & 1 == 0), true),
        Codec::Other => Look::of(true, true),
    }
}

/// RFC 6386 §9.1.
fn vp8(head: &[u8], len: u64) -> Look {
    // An empty frame repeats the previous one.
    if len == 0 {
        return Look::of(true, false);
    }
    let Some(&[b0, b1, b2]) = head.first_chunk() else { return Look::of(false, false) };
    let tag = u32::from(b0) | u32::from(b1) << 8 | u32::from(b2) << 16;
    let key = tag & 1 == 0;
    let first_partition = u64::from(tag >> 5);
    let header = if key { 10 } else { 3 };
    let mut out = Look::of(tag >> 1 & 7 <= 3 && header + first_partition <= len, key);
    out.shown = tag & 0x10 != 0;
    if key {
        match head.get(3..10) {
            Some(&[0x9D, 0x01, 0x2A, w0, w1, h0, h1]) => {
                let size = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
                out.coded = Some((size(w0, w1), size(h0, h1)));
            }
            _ => out.sound = false,
        }
    }
    out
}

/// VP9 bitstream specification §6.2, `uncompressed_header`.
fn vp9(head: &[u8], len: u64) -> Look {
    if len == 0 {
        return Look::of(true, false);
    }
    let mut bits = Bits { bytes: head, at: 0 };
    if bits.take(2) != 2 {
        return Look::of(false, false);
    }
    let profile = bits.take(1) | bits.take(1) << 1;
    if profile == 3 && bits.take(1) == 1 {
        return Look::of(false, false);
    }
    let show_existing = bits.take(1) == 1;
    if show_existing {
        return Look::of(true, false);
    }
    let key = bits.take(1) == 0;
    bits.take(2);
    let mut out = Look::of(len > 1, key);
    if !key {
        return out;
    }
    if bits.take(24) != 0x49_8342 {
        return Look::of(false, true);
    }
    let bit_depth = match profile >= 2 {
        true => 10 + 2 * bits.take(1) as u8,
        false => 8,
    };
    let mut chroma = Chroma::Half;
    // color_space 7 is RGB, which has no range and no subsampling of its own.
    if bits.take(3) != 7 {
        bits.take(1);
        if profile & 1 == 1 {
            chroma = match (bits.take(1), bits.take(1)) {
                (0, _) => Chroma::Full,
                (_, 0) => Chroma::Wide,
                _ => Chroma::Half,
            };
            bits.take(1);
        }
    } else if profile & 1 == 1 {
        chroma = Chroma::Full;
        bits.take(1);
    } else {
        out.sound = false;
    }
    out.pictures = Some(Pictures {
        profile: config::vp9_profile(profile as u8),
        bit_depth: Some(bit_depth),
        chroma: Some(chroma),
        ..Pictures::default()
    });
    out.coded = Some((bits.take(16) + 1, bits.take(16) + 1));
    out
}

/// AV1 bitstream specification §5.3: the first OBU of a temporal unit.
fn av1(head: &[u8], len: u64) -> Look {
    let Some(&first) = head.first() else { return Look::of(false, false) };
    let kind = first >> 3 & 15;
    let has_extension = first & 4 != 0;
    let mut sound = first & 0x80 == 0 && first & 1 == 0 && kind != 0 && !(9..15).contains(&kind);
    if first & 2 != 0 {
        let at = if has_extension { 2 } else { 1 };
        let size = leb128(head.get(at..).unwrap_or_default());
        sound &= size.is_some_and(|(size, bytes)| size + (at + bytes) as u64 <= len);
    }
    // Temporal delimiters should not be stored, but some writers do.
    let kind = if kind == 2 && head.len() > 2 { head.get(2).map_or(0, |next| next >> 3 & 15) } else { kind };
    Look::of(sound, kind == 1)
}

fn leb128(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().take(8).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// RFC 6716 §3.1.
fn opus(head: &[u8], len: u64) -> Look {
    // An empty packet was lost or not sent.
    let Some(&toc) = head.first() else { return Look::of(true, true) };
    let config = toc >> 3;
    // Samples at 48 kHz.
    let frame: u32 = match config {
        0..12 => [480, 960, 1920, 2880][usize::from(config & 3)],
        12..16 => [480, 960][usize::from(config & 1)],
        _ => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let (frames, fits) = match toc & 3 {
        0 => (1, true),
        1 => (2, len % 2 == 1),
        2 => (2, len >= 2),
        _ => {
            let frames = u32::from(head.get(1).copied().unwrap_or(0) & 0x3F);
            (frames, frames > 0)
        }
    };
    let samples = frame * frames;
    let mut out = Look::of(fits && samples <= 5760, true);
    out.seconds = Some(f64::from(samples) / 48_000.0).filter(|_| out.sound);
    out
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> u32 {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8).copied().unwrap_or(0);
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vp8_headers() {
        let key = [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01, 0, 0];
        let seen = look(Codec::Vp8, &key, 100);
        assert_eq!((seen.sound, seen.key, seen.shown, seen.coded), (true, true, true, Some((640, 480))));
        assert!(!look(Codec::Vp8, &key, 20).sound, "the first partition is longer than the frame");
        assert!(!look(Codec::Vp8, &[0, 0], 2).sound);
        assert!(!look(Codec::Vp8, &[0; 12], 12).sound, "no start code");
        assert!(!look(Codec::Vp8, &[0x31, 0, 0], 3).sound, "the first partition of a frame between is longer than it");
    }

    #[test]
    fn vp9_headers() {
        let key = [0x82, 0x49, 0x83, 0x42, 0x20, 0x13, 0xf0, 0x0e, 0xf4, 0];
        let seen = look(Codec::Vp9, &key, 100);
        assert_eq!((seen.sound, seen.key, seen.coded), (true, true, Some((320, 240))), "{seen:?}");
        assert!(!look(Codec::Vp9, &[0x42, 1, 2], 3).sound, "no frame marker");
        assert!(!look(Codec::Vp9, &[0x82, 0x49, 0x83, 0x43, 0, 0, 0, 0, 0], 9).sound, "no sync code");
        assert!(look(Codec::Vp9, &[0x88], 1).sound, "a frame that is shown once more");
    }

    #[test]
    fn av1_units() {
        // A sequence header of two bytes and a frame, after a temporal delimiter.
        let key = [0x0a, 2, 1, 2, 0x32, 1, 0x10];
        assert_eq!(look(Codec::Av1, &key, 7), Look::of(true, true));
        assert_eq!(look(Codec::Av1, &[&[0x12, 0][..], &key].concat(), 9), Look::of(true, true));
        assert_eq!(look(Codec::Av1, &[0x32, 1, 0x30], 3), Look::of(true, false));
        for bad in [&[0x8a, 2, 1, 2][..], &[0x0a, 3, 1, 2], &[0x0b, 2, 1, 2], &[0x02, 2, 1, 2], &[0x52, 0, 0], &[]] {
            assert!(!look(Codec::Av1, bad, bad.len() as u64).sound, "{bad:x?}");
        }
    }

    #[test]
    fn opus_packets_have_durations() {
        let seconds = |packet: &[u8]| look(Codec::Opus, packet, packet.len() as u64).seconds;
        assert_eq!(seconds(&[0xF8, 0xFF, 0xFE]), Some(0.020));
        assert_eq!(seconds(&[0x03, 0x06]), Some(0.060));
        assert_eq!(seconds(&[0x1B, 0x03]), None, "180 ms are too long");
        assert_eq!(seconds(&[0xFB, 0x00]), None, "no frame in it");
        assert_eq!(seconds(&[0xF9, 1, 2]), Some(0.040));
        assert_eq!(seconds(&[0xF9, 1]), None, "two frames of one size need an even number of bytes");
    }
}
