//! `AudioSpecificConfig` of AAC (ISO/IEC 14496-3, 1.6.2.1), as stored in MP4 and Matroska.

use super::sps::Bits;

/// The output of a decoder with this configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::media) struct AacConfig {
    pub(in crate::media) profile: Option<&'static str>,
    pub(in crate::media) sample_rate: Option<u32>,
    pub(in crate::media) channels: Option<u16>,
}

/// Sampling frequencies by index (table 1.18).
pub(in crate::media) const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Audio object types with extensions.
const SBR: u32 = 5;
const PS: u32 = 29;

impl AacConfig {
    pub(in crate::media) fn read(config: &[u8]) -> Option<Self> {
        let mut bits = Bits::plain(config);
        let mut object = object_type(&mut bits)?;
        let mut rate = frequency(&mut bits)?;
        let arrangement = bits.bits(4)?;
        let (mut sbr, mut ps) = (matches!(object, SBR | PS), object == PS);
        if sbr {
            rate = frequency(&mut bits)?;
            object = object_type(&mut bits)?;
        }
        let mut channels = channels(arrangement);
        if matches!(object, 1..=4 | 6 | 7 | 17 | 19..=23) {
            let listed = general(&mut bits, object, arrangement);
            channels = channels.or(listed.flatten());
            if !sbr && listed.is_some() {
                (sbr, ps) = extension(&mut bits, &mut rate);
            }
        }
        if ps && channels == Some(1) {
            channels = Some(2);
        }
        let profile = match object {
            2 if ps => Some("HE-AACv2"),
            2 if sbr => Some("HE-AAC"),
            1 => Some("Main"),
            2 => Some("LC"),
            3 => Some("SSR"),
            4 => Some("LTP"),
            23 => Some("LD"),
            39 => Some("ELD"),
            42 => Some("xHE-AAC"),
            _ => None,
        };
        Some(Self { profile, sample_rate: Some(rate).filter(|rate| *rate > 0), channels })
    }
}

fn object_type(bits: &mut Bits) -> Option<u32> {
    match bits.bits(5)? {
        31 => Some(32 + bits.bits(6)?),
        object => Some(object),
    }
}

fn frequency(bits: &mut Bits) -> Option<u32> {
    match bits.bits(4)? {
        15 => bits.bits(24),
        index => RATES.get(index as usize).copied(),
    }
}

/// Channels of a channel configuration (table 1.19); none if a list of elements follows.
fn channels(arrangement: u32) -> Option<u16> {
    Some(match arrangement {
        1..=6 => u16::try_from(arrangement).ok()?,
        11 => 7,
        7 | 12 | 14 => 8,
        13 => 24,
        _ => return None,
    })
}

/// Skips `GASpecificConfig` (4.4.1) and counts the channels if it lists elements. None if it is truncated.
fn general(bits: &mut Bits, object: u32, arrangement: u32) -> Option<Option<u16>> {
    bits.bit()?;
    if bits.bit()? == 1 {
        bits.bits(14)?;
    }
    let extended = bits.bit()? == 1;
    let channels = if arrangement == 0 { Some(elements(bits)?) } else { None };
    if matches!(object, 6 | 20) {
        bits.bits(3)?;
    }
    if extended {
        match object {
            22 => bits.bits(16)?,
            17 | 19 | 20 | 23 => bits.bits(3)?,
            _ => 0,
        };
        bits.bit()?;
    }
    Some(channels)
}

/// `program_config_element` (4.4.1.1): the channels of its elements.
fn elements(bits: &mut Bits) -> Option<u16> {
    bits.bits(10)?;
    let groups = [bits.bits(4)?, bits.bits(4)?, bits.bits(4)?];
    let low = bits.bits(2)?;
    bits.bits(7)?;
    for width in [4, 4, 3] {
        if bits.bit()? == 1 {
            bits.bits(width)?;
        }
    }
    let mut channels = low;
    for count in groups {
        for _ in 0..count {
            channels += 1 + bits.bit()?;
            bits.bits(4)?;
        }
    }
    u16::try_from(channels).ok().filter(|channels| *channels > 0)
}

/// Spectral band replication and parametric stereo in the backward compatible extension (1.6.5).
fn extension(bits: &mut Bits, rate: &mut u32) -> (bool, bool) {
    let mut read = || -> Option<bool> {
        if bits.bits(11)? != 0x2b7 || object_type(bits)? != SBR || bits.bit()? == 0 {
            return None;
        }
        *rate = frequency(bits)?;
        Some(bits.bits(11) == Some(0x548) && bits.bit() == Some(1))
    };
    read().map_or((false, false), |ps| (true, ps))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: &[u8]) -> (Option<&'static str>, Option<u32>, Option<u16>) {
        let config = AacConfig::read(config).expect("a configuration");
        (config.profile, config.sample_rate, config.channels)
    }

    #[test]
    fn configurations_as_encoders_write_them() {
        assert_eq!(read(&[0x12, 0x10]), (Some("LC"), Some(44_100), Some(2)));
        assert_eq!(read(&[0x11, 0x90]), (Some("LC"), Some(48_000), Some(2)));
        assert_eq!(read(&[0x11, 0xb0, 0x56, 0xe5, 0]), (Some("LC"), Some(48_000), Some(6)), "an extension without SBR");
        // Explicit, backward compatible, and with parametric stereo.
        assert_eq!(read(&[0x2b, 0x92, 0x08, 0x00]), (Some("HE-AAC"), Some(44_100), Some(2)));
        assert_eq!(read(&[0x13, 0x90, 0x56, 0xe5, 0xa0]), (Some("HE-AAC"), Some(44_100), Some(2)));
        assert_eq!(read(&[0xeb, 0x8a, 0x08, 0x00]), (Some("HE-AACv2"), Some(44_100), Some(2)));
        assert_eq!(read(&[0x13, 0x88, 0x56, 0xe5, 0xa5, 0x48, 0x80]), (Some("HE-AACv2"), Some(44_100), Some(2)));
        // A frequency outside the table.
        assert_eq!(read(&[0x17, 0x80, 0x17, 0x70, 0x08]), (Some("LC"), Some(12_000), Some(1)));
    }

    #[test]
    fn channels_as_a_list_of_elements() {
        // 5.1: a centre, a front pair, a rear pair, a low-frequency channel.
        let bits = "00010 0011 0000 000 0000 01 0011 0010 0000 0001 01 000 0000 000 0 0000 1 0001 1 0010 0000 00";
        let bits: Vec<u8> = bits.bytes().filter(|bit| *bit != b' ').map(|bit| bit - b'0').collect();
        let bytes: Vec<u8> =
            bits.chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit) << (8 - bits.len())).collect();
        assert_eq!(read(&bytes), (Some("LC"), Some(48_000), Some(6)));
    }

    #[test]
    fn a_cut_configuration() {
        assert_eq!(AacConfig::read(&[0x12]), None);
        assert_eq!(AacConfig::read(&[]), None);
        assert_eq!(read(&[0x12, 0x08]), (Some("LC"), Some(44_100), Some(1)));
    }
}
