//! The sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1.1) and the picture size in a sequence header of AV1 (AV1
//! specification, 5.5). Decoders use these, not the container.

use super::config::Pictures;
use crate::media::Chroma;

/// Reads bits, most significant first.
#[derive(Debug)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

/// The most bytes to read. A parameter set has a few dozen, and the size is near its start.
const MOST: usize = 1_024;

impl Bits {
    /// The payload of a NAL unit, without its emulation prevention bytes.
    fn of_unit(payload: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(payload.len().min(MOST));
        let mut zeros = 0;
        for &byte in payload.iter().take(MOST) {
            if zeros >= 2 && byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            bytes.push(byte);
        }
        Self { bytes, at: 0 }
    }

    /// Bytes without emulation prevention.
    pub(super) fn plain(bytes: &[u8]) -> Self {
        Self { bytes: bytes.iter().take(MOST).copied().collect(), at: 0 }
    }

    pub(super) fn bit(&mut self) -> Option<u32> {
        let byte = *self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(u32::from(bit))
    }

    pub(super) fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0u32, |value, _| Some(value << 1 | self.bit()?))
    }

    /// Exp-Golomb, unsigned (9.1).
    fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        (1u32 << zeros).checked_sub(1)?.checked_add(self.bits(zeros)?)
    }

    /// Exp-Golomb, signed (9.1.1).
    fn se(&mut self) -> Option<i64> {
        let code = i64::from(self.ue()?);
        Some(if code % 2 == 0 { -(code / 2) } else { (code + 1) / 2 })
    }
}

/// A sequence parameter set of H.264, from a unit that begins with its header byte.
pub(in crate::media) fn avc(unit: &[u8]) -> Option<Pictures> {
    let (header, payload) = unit.split_first()?;
    if header & 31 != 7 {
        return None;
    }
    let mut bits = Bits::of_unit(payload);
    let profile = bits.bits(8)?;
    bits.bits(16)?;
    bits.ue()?;
    let (mut chroma, mut subsampling, mut depth) = (1, Chroma::Half, 8);
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135) {
        chroma = bits.ue()?;
        subsampling = Chroma::of_index(u8::try_from(chroma).ok()?);
        if chroma == 3 && bits.bit()? == 1 {
            // The three colour planes are coded separately.
            chroma = 0;
        }
        depth = u8::try_from(bits.ue()?.min(6)).ok()? + 8;
        bits.ue()?;
        bits.bit()?;
        if bits.bit()? == 1 {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if bits.bit()? == 1 {
                    scaling_list(&mut bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    bits.ue()?;
    match bits.ue()? {
        0 => {
            bits.ue()?;
        }
        1 => {
            bits.bit()?;
            bits.se()?;
            bits.se()?;
            let cycle = bits.ue()?.min(255);
            for _ in 0..cycle {
                bits.se()?;
            }
        }
        _ => {}
    }
    bits.ue()?;
    bits.bit()?;
    let across = bits.ue()?.checked_add(1)?;
    let down = bits.ue()?.checked_add(1)?;
    let frames_only = bits.bit()?;
    if frames_only == 0 {
        bits.bit()?;
    }
    bits.bit()?;
    let (mut width, mut height) = (across.checked_mul(16)?, down.checked_mul(16)?.checked_mul(2 - frames_only)?);
    if bits.bit()? == 1 {
        let unit_across = if matches!(chroma, 1 | 2) { 2 } else { 1 };
        let unit_down = if chroma == 1 { 2 } else { 1 } * (2 - frames_only);
        let (left, right, top, bottom) = (bits.ue()?, bits.ue()?, bits.ue()?, bits.ue()?);
        width = width.checked_sub(left.checked_add(right)?.checked_mul(unit_across)?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(unit_down)?)?;
    }
    (width > 0 && height > 0).then_some(Pictures {
        size: Some((width, height)),
        profile: None,
        chroma: Some(subsampling),
        bit_depth: Some(depth),
        interlaced: frames_only == 0,
    })
}

/// Width and height in the first sequence header among some open bitstream units.
pub(in crate::media) fn av1_dimensions(mut units: &[u8]) -> Option<(u32, u32)> {
    loop {
        let (&header, mut rest) = units.split_first()?;
        if header & 4 != 0 {
            rest = rest.get(1..)?;
        }
        if header & 2 != 0 {
            let mut size = 0usize;
            for place in 0..4 {
                let (&byte, more) = rest.split_first()?;
                rest = more;
                size |= usize::from(byte & 0x7f) << (7 * place);
                if byte & 0x80 == 0 {
                    break;
                }
            }
            units = rest.get(size..)?;
            rest = rest.get(..size)?;
        } else {
            units = &[];
        }
        // OBU_SEQUENCE_HEADER.
        if header >> 3 & 15 == 1 {
            // AV1 has no emulation prevention.
            return sequence_header(&mut Bits::plain(rest));
        }
    }
}

fn sequence_header(bits: &mut Bits) -> Option<(u32, u32)> {
    bits.bits(4)?;
    if bits.bit()? == 1 {
        // The reduced header of a still picture has only the level.
        bits.bits(5)?;
    } else {
        let mut delay_bits = None;
        if bits.bit()? == 1 {
            bits.bits(32)?;
            bits.bits(32)?;
            if bits.bit()? == 1 {
                // `uvlc` is the same as Exp-Golomb.
                bits.ue()?;
            }
            if bits.bit()? == 1 {
                delay_bits = Some(bits.bits(5)? + 1);
                bits.bits(32)?;
                bits.bits(10)?;
            }
        }
        let display_delay = bits.bit()? == 1;
        for _ in 0..=bits.bits(5)? {
            bits.bits(12)?;
            if bits.bits(5)? > 7 {
                bits.bit()?;
            }
            if let Some(count) = delay_bits
                && bits.bit()? == 1
            {
                bits.bits(count)?;
                bits.bits(count)?;
                bits.bit()?;
            }
            if display_delay && bits.bit()? == 1 {
                bits.bits(4)?;
            }
        }
    }
    let (across, down) = (bits.bits(4)? + 1, bits.bits(4)? + 1);
    Some((bits.bits(across)? + 1, bits.bits(down)? + 1))
}

fn scaling_list(bits: &mut Bits, size: u32) -> Option<()> {
    let (mut last, mut next) = (8i64, 8i64);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.se()? + 256) % 256;
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_sequence_headers() {
        // libaom; the same after a temporal delimiter; the short form of a still picture of 3 × 2, without a size.
        let real = [0x0a, 0x0d, 0x20, 0, 0, 0x04, 0x3c, 0xff, 0xbc, 0xda, 0xf9, 0x20, 0x21, 0xa0, 0x04];
        assert_eq!(av1_dimensions(&real), Some((320, 240)));
        assert_eq!(av1_dimensions(&[&[0x12, 0][..], &real].concat()), Some((320, 240)));
        assert_eq!(av1_dimensions(&[0x08, 0b0001_1000, 0b0000_0100, 0b0010_1000]), Some((3, 2)));
        assert_eq!(av1_dimensions(&real[..7]), None);
        assert_eq!(av1_dimensions(&[0x12, 0]), None);
        assert_eq!(av1_dimensions(&[]), None);
    }

    #[test]
    fn sizes_of_real_parameter_sets() {
        // x264: High, 1920 × 1080 with cropping; baseline, 320 × 240.
        let high = [
            0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04,
            0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6, 0x58,
        ];
        let size = |unit: &[u8]| avc(unit).and_then(|pictures| pictures.size);
        assert_eq!(size(&high), Some((1_920, 1_080)));
        let pictures = avc(&high).expect("a parameter set");
        assert_eq!((pictures.chroma, pictures.bit_depth, pictures.interlaced), (Some(Chroma::Half), Some(8), false));
        let baseline = [0x67, 0x42, 0xc0, 0x0d, 0xd9, 0x01, 0x41, 0xfb, 0x01, 0x10];
        assert_eq!(size(&baseline), Some((320, 240)));
        for end in 0..8 {
            assert_eq!(size(&high[..end]), None);
        }
        assert_eq!(size(&[0x68, 0x42]), None);
    }
}
