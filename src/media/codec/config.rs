//! The configuration records of picture codecs, which MP4 keeps in boxes and Matroska in `CodecPrivate`.

use super::sps;
use crate::media::Chroma;

/// The picture format according to a codec configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::media) struct Pictures {
    /// After cropping.
    pub(in crate::media) size: Option<(u32, u32)>,
    pub(in crate::media) profile: Option<&'static str>,
    pub(in crate::media) chroma: Option<Chroma>,
    pub(in crate::media) bit_depth: Option<u8>,
    pub(in crate::media) interlaced: bool,
}

/// `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3.1): the profile, and the first sequence parameter set.
pub(in crate::media) fn avc(record: &[u8]) -> Pictures {
    let has_set = record.get(5).is_some_and(|count| count & 31 > 0);
    let length = record.get(6..8).map_or(0, |length| length.iter().fold(0, |sum, part| sum << 8 | usize::from(*part)));
    let set = record.get(8..).map(|rest| rest.get(..length).unwrap_or(rest));
    let mut pictures = set.filter(|_| has_set).and_then(sps::avc).unwrap_or_default();
    if let (Some(&profile), Some(&constraints)) = (record.get(1), record.get(2)) {
        pictures.profile = avc_profile(profile, constraints);
    }
    pictures
}

fn avc_profile(profile: u8, constraints: u8) -> Option<&'static str> {
    Some(match profile {
        66 if constraints & 0x40 != 0 => "Constrained Baseline",
        66 => "Baseline",
        77 => "Main",
        88 => "Extended",
        100 => "High",
        110 if constraints & 0x10 != 0 => "High 10 Intra",
        110 => "High 10",
        122 if constraints & 0x10 != 0 => "High 4:2:2 Intra",
        122 => "High 4:2:2",
        244 if constraints & 0x10 != 0 => "High 4:4:4 Intra",
        244 => "High 4:4:4 Predictive",
        44 => "CAVLC 4:4:4",
        118 => "Multiview High",
        128 => "Stereo High",
        _ => return None,
    })
}

/// `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 8.3.3.1).
pub(in crate::media) fn hevc(record: &[u8]) -> Pictures {
    let profile = record.get(1).and_then(|byte| {
        Some(match byte & 31 {
            1 => "Main",
            2 => "Main 10",
            3 => "Main Still Picture",
            4 => "Rext",
            9 => "SCC",
            _ => return None,
        })
    });
    let chroma = record.get(16).map(|byte| Chroma::of_index(byte & 3));
    let bit_depth = record.get(17).map(|byte| (byte & 7) + 8);
    Pictures { profile, chroma, bit_depth, ..Pictures::default() }
}

/// `AV1CodecConfigurationRecord` (AV1-ISOBMFF, 2.3): its fields, and the sequence header if the writer included it.
pub(in crate::media) fn av1(record: &[u8]) -> Pictures {
    let mut pictures = Pictures { size: record.get(4..).and_then(sps::av1_dimensions), ..Pictures::default() };
    if let (Some(&first), Some(&second)) = (record.get(1), record.get(2)) {
        pictures.profile = ["Main", "High", "Professional"].get(usize::from(first >> 5)).copied();
        pictures.bit_depth = Some(match second >> 5 & 3 {
            0 | 1 => 8,
            2 => 10,
            _ => 12,
        });
        pictures.chroma = Some(match second >> 2 & 7 {
            4..=7 => Chroma::Grey,
            3 => Chroma::Half,
            2 => Chroma::Wide,
            _ => Chroma::Full,
        });
    }
    pictures
}

/// `VPCodecConfigurationRecord` (VP codec ISO media binding, 2), after version and flags.
pub(in crate::media) fn vp(record: &[u8]) -> Pictures {
    let profile = record.first().and_then(|profile| vp9_profile(*profile));
    let depth = record.get(2).map(|byte| byte >> 4).filter(|depth| matches!(depth, 8 | 10 | 12));
    let chroma = record.get(2).map(|byte| match byte >> 1 & 7 {
        0 | 1 => Chroma::Half,
        2 => Chroma::Wide,
        _ => Chroma::Full,
    });
    Pictures { profile, bit_depth: depth, chroma, ..Pictures::default() }
}

pub(in crate::media) fn vp9_profile(profile: u8) -> Option<&'static str> {
    ["Profile 0", "Profile 1", "Profile 2", "Profile 3"].get(usize::from(profile)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_as_encoders_write_them() {
        // x265 with yuv420p10, libaom with yuv420p10, libvpx-vp9.
        let hevc10 = [1, 2, 0x20, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 60, 0xf0, 0, 0xfc, 0xfd, 0xfa, 0xfa, 0, 0, 0x0f];
        let expected = Pictures {
            profile: Some("Main 10"),
            chroma: Some(Chroma::Half),
            bit_depth: Some(10),
            ..Pictures::default()
        };
        assert_eq!(hevc(&hevc10), expected);
        let expected = Pictures { profile: Some("Main"), ..expected };
        assert_eq!(av1(&[0x81, 0x00, 0x4c, 0]), expected);
        let expected = Pictures { profile: Some("Profile 0"), bit_depth: Some(8), ..expected };
        assert_eq!(vp(&[0, 10, 0x82, 2, 2, 2, 0, 0]), expected);
        assert_eq!(av1(&[0x81]), Pictures::default());
        assert_eq!(avc(&[]), Pictures::default());
        assert_eq!(avc(&[1, 66, 0xc0]).profile, Some("Constrained Baseline"));
    }
}
