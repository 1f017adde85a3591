//! `TrackEntry`: the description of a track, and the totals of its blocks.

use super::ebml::{Element, NextElement, element, float, string, unsigned};
use super::frames::Codec;
use crate::media::codec::aac::AacConfig;
use crate::media::codec::config::{self, Pictures};
use crate::media::{Bytes, Chroma, Dimensions, Hdr, ReadError, Track, TrackKind};

/// Upper bound for the elements read in a `TrackEntry`, at any depth.
const MOST_ELEMENTS: u32 = 4096;

/// Common frame rates. A measured rate is rounded to one of these if timestamp rounding explains the difference.
const USUAL_FPS: [f64; 8] = [24.0, 25.0, 30.0, 50.0, 60.0, 24_000.0 / 1001.0, 30_000.0 / 1001.0, 60_000.0 / 1001.0];

/// A track according to its entry, and the totals of its blocks.
#[derive(Debug)]
pub(super) struct TrackEntry {
    pub(super) at: u64,
    pub(super) number: u64,
    pub(super) kind: TrackKind,
    pub(super) codec: Codec,
    codec_id: String,
    /// Nanoseconds per frame.
    pub(super) default_duration: Option<u64>,
    /// Nanoseconds that the decoder discards at the start; all timestamps are late by this much.
    codec_delay: u64,
    pub(super) encrypted: bool,
    pub(super) stored: Option<Dimensions>,
    crop: [u32; 4],
    display: (u32, u32, u64),
    roll: f64,
    rate: Option<f64>,
    channels: Option<u16>,
    bits: Option<u16>,
    private: Option<(u64, u64)>,
    /// From `CodecPrivate`, or else from `Colour`.
    pub(super) pictures: Pictures,
    hdr: Option<Hdr>,
    aac: Option<AacConfig>,
    pub(super) sum: Sum,
}

/// The totals of the blocks of a track.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) frames: u64,
    pub(super) bytes: u64,
    /// Frames that are displayed.
    pub(super) shown: u64,
    pub(super) keys: u64,
    pub(super) bad: u64,
    pub(super) first_bad: Option<u64>,
    /// Ticks.
    pub(super) first: Option<i64>,
    pub(super) last: i64,
    /// Frames in the block with the latest timestamp; more than one with lacing.
    pub(super) last_frames: u64,
    /// Duration in ticks of the block with the latest timestamp, if stated.
    pub(super) last_lasts: Option<f64>,
    /// Width and height of the first key frame.
    pub(super) coded: Option<(u32, u32)>,
}

impl TrackEntry {
    pub(super) fn read(bytes: &mut Bytes<'_>, entry: &Element, end: u64) -> Result<Self, ReadError> {
        let mut out = Self {
            at: entry.at,
            number: 0,
            kind: TrackKind::Other,
            codec: Codec::Other,
            codec_id: String::new(),
            default_duration: None,
            codec_delay: 0,
            encrypted: false,
            stored: None,
            crop: [0; 4],
            display: (0, 0, 0),
            roll: 0.0,
            rate: None,
            channels: None,
            bits: None,
            private: None,
            pictures: Pictures::default(),
            hdr: None,
            aac: None,
            sum: Sum::default(),
        };
        let (mut width, mut height) = (0, 0);
        let (mut across, mut down) = (None, None);
        let mut output_rate = None;
        let mut at = entry.body;
        // Nested masters are flattened: their children have unique identifiers.
        for _ in 0..MOST_ELEMENTS {
            if at >= end {
                break;
            }
            let NextElement::Element(child) = element(bytes, at, end)? else { break };
            let Some(next) = child.end().filter(|&next| next <= end) else { break };
            at = next;
            let number = |bytes: &mut Bytes<'_>| unsigned(bytes, &child).map(Option::unwrap_or_default);
            let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
            match child.id {
                // Video, Audio, Projection, Colour, ContentEncodings, ContentEncoding.
                0xE0 | 0xE1 | 0x7670 | 0x55B0 | 0x6D80 | 0x6240 => at = child.body,
                0xD7 => out.number = number(bytes)?,
                0x83 => {
                    out.kind = match number(bytes)? {
                        1 => TrackKind::Video,
                        2 => TrackKind::Audio,
                        17 | 18 => TrackKind::Subtitle,
                        _ => TrackKind::Other,
                    }
                }
                0x86 => out.codec_id = string(bytes, &child)?,
                0x23_E383 => out.default_duration = Some(number(bytes)?).filter(|&ns| ns > 0),
                0x56AA => out.codec_delay = number(bytes)?.min(1_000_000_000),
                0x63A2 => out.private = child.size.map(|size| (child.body, size)),
                0x5035 => out.encrypted = true,
                0xB0 => width = small(number(bytes)?),
                0xBA => height = small(number(bytes)?),
                0x54CC => out.crop[0] = small(number(bytes)?),
                0x54DD => out.crop[1] = small(number(bytes)?),
                0x54BB => out.crop[2] = small(number(bytes)?),
                0x54AA => out.crop[3] = small(number(bytes)?),
                0x54B0 => out.display.0 = small(number(bytes)?),
                0x54BA => out.display.1 = small(number(bytes)?),
                0x54B2 => out.display.2 = number(bytes)?,
                0x7675 => out.roll = float(bytes, &child)?.unwrap_or(0.0),
                0x9A => out.pictures.interlaced = number(bytes)? == 1,
                0x55B2 => out.pictures.bit_depth = u8::try_from(number(bytes)?).ok().filter(|bits| *bits > 0),
                0x55B3 => across = Some(number(bytes)?),
                0x55B4 => down = Some(number(bytes)?),
                0x55BA => out.hdr = Hdr::of_transfer(number(bytes)?),
                0xB5 => out.rate = float(bytes, &child)?,
                0x78B5 => output_rate = float(bytes, &child)?,
                0x9F => out.channels = u16::try_from(number(bytes)?).ok(),
                0x6264 => out.bits = u16::try_from(number(bytes)?).ok(),
                _ => {}
            }
        }
        if width > 0 && height > 0 {
            out.stored = Some(Dimensions::new(width, height));
        }
        out.codec = match out.codec_id.as_str() {
            "V_VP8" => Codec::Vp8,
            "V_VP9" => Codec::Vp9,
            "V_AV1" => Codec::Av1,
            "A_OPUS" => Codec::Opus,
            "A_VORBIS" => Codec::Vorbis,
            _ => Codec::Other,
        };
        out.rate = output_rate.or(out.rate);
        out.pictures.chroma = match (across, down) {
            (Some(1), Some(1)) => Some(Chroma::Half),
            (Some(1), Some(0)) => Some(Chroma::Wide),
            (Some(0), Some(0)) => Some(Chroma::Full),
            _ => None,
        };
        out.read_configuration(bytes)?;
        Ok(out)
    }

    /// Reads `CodecPrivate` of codecs that use the same configuration record as in MP4.
    fn read_configuration(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        let Some((at, size)) = self.private else { return Ok(()) };
        let record = bytes.peek(at, usize::try_from(size.min(1_024)).unwrap_or(1_024))?;
        let interlaced = self.pictures.interlaced;
        match self.codec_id.as_str() {
            "V_MPEG4/ISO/AVC" => self.pictures = config::avc(record),
            "V_MPEGH/ISO/HEVC" => self.pictures = config::hevc(record),
            "V_AV1" => self.pictures = config::av1(record),
            id if id.starts_with("A_AAC") => self.aac = AacConfig::read(record),
            _ => {}
        }
        self.pictures.interlaced |= interlaced;
        Ok(())
    }

    /// The common name of the codec, in lower case.
    pub(super) fn codec_name(&self) -> String {
        let known = match self.codec_id.as_str() {
            "V_VP8" => "vp8",
            "V_VP9" => "vp9",
            "V_AV1" => "av1",
            "V_MPEG4/ISO/AVC" => "h264",
            "V_MPEGH/ISO/HEVC" => "hevc",
            "V_MPEG4/ISO/ASP" | "V_MPEG4/ISO/SP" => "mpeg4",
            "V_THEORA" => "theora",
            "V_MJPEG" => "mjpeg",
            "A_OPUS" => "opus",
            "A_VORBIS" => "vorbis",
            "A_FLAC" => "flac",
            "V_PRORES" => "prores",
            "V_MPEG2" => "mpeg2video",
            "V_MPEG1" => "mpeg1video",
            "V_UNCOMPRESSED" => "rawvideo",
            "A_MPEG/L3" => "mp3",
            "A_MPEG/L2" => "mp2",
            "A_EAC3" => "eac3",
            "A_ALAC" => "alac",
            "A_TRUEHD" => "truehd",
            "A_PCM/INT/LIT" => return self.pcm("le"),
            "A_PCM/INT/BIG" => return self.pcm("be"),
            "A_PCM/FLOAT/IEEE" if self.bits == Some(64) => "pcm_f64le",
            "A_PCM/FLOAT/IEEE" => "pcm_f32le",
            "S_TEXT/ASS" | "S_ASS" | "S_TEXT/SSA" | "S_SSA" => "ass",
            "S_HDMV/PGS" => "hdmv_pgs_subtitle",
            "S_VOBSUB" => "dvd_subtitle",
            id if id.starts_with("A_AC3") => "ac3",
            id if id.starts_with("A_DTS") => "dts",
            id if id.starts_with("A_AAC") => "aac",
            id if id.contains("WEBVTT") => "webvtt",
            "S_TEXT/UTF8" => "srt",
            id if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()) => return id.to_ascii_lowercase(),
            _ => "unknown",
        };
        known.to_owned()
    }

    fn pcm(&self, order: &str) -> String {
        match self.bits.unwrap_or(16) {
            8 => "pcm_u8".to_owned(),
            bits => format!("pcm_s{bits}{order}"),
        }
    }

    /// The codec identifier, if it is not a registered Matroska codec (RFC 9559, 27.1).
    pub(super) fn unknown_codec(&self) -> Option<String> {
        const FAMILIES: [&str; 25] = [
            "V_VP",
            "V_AV1",
            "V_AVS",
            "V_MPEG",
            "V_MS/",
            "V_QUICKTIME",
            "V_REAL/",
            "V_THEORA",
            "V_PRORES",
            "V_MJPEG",
            "V_FFV1",
            "V_DIRAC",
            "V_UNCOMPRESSED",
            "A_OPUS",
            "A_VORBIS",
            "A_FLAC",
            "A_AAC",
            "A_MPEG",
            "A_PCM",
            "A_MS/",
            "A_QUICKTIME",
            "A_REAL/",
            "S_",
            "D_WEBVTT",
            "B_",
        ];
        const SOUNDS: [&str; 12] = [
            "A_AC3",
            "A_EAC3",
            "A_AC4",
            "A_ALAC",
            "A_DTS",
            "A_TRUEHD",
            "A_MLP",
            "A_TTA1",
            "A_WAVPACK4",
            "A_MPC",
            "A_ATRAC",
            "A_SPEEX",
        ];
        let known = FAMILIES.iter().chain(&SOUNDS).any(|family| self.codec_id.starts_with(family));
        let name = || self.codec_id.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        (!known && matches!(self.kind, TrackKind::Video | TrackKind::Audio)).then(name)
    }

    /// The codec is allowed in WebM.
    pub(super) fn belongs(&self) -> bool {
        self.codec != Codec::Other || self.kind == TrackKind::Subtitle || self.codec_id.contains("WEBVTT")
    }

    /// The size in the first key frame, if it differs from the entry by less than a macroblock; decoders use it. With a
    /// larger difference, the picture changed its size during the recording.
    pub(super) fn coded_otherwise(&self) -> Option<Dimensions> {
        let (stated, (width, height)) = self.stored.zip(self.sum.coded)?;
        let near = width.abs_diff(stated.width).max(height.abs_diff(stated.height));
        ((1..16).contains(&near) && width > 0 && height > 0).then(|| Dimensions::new(width, height))
    }

    /// The displayed size: cropped, stretched, rotated.
    pub(super) fn displayed(&self) -> Option<Dimensions> {
        let stored = self.coded_otherwise().or(self.stored)?;
        let [left, right, top, bottom] = self.crop;
        let width = stored.width.saturating_sub(left.saturating_add(right)).max(1);
        let height = stored.height.saturating_sub(top.saturating_add(bottom)).max(1);
        let (display_width, display_height, unit) = self.display;
        let shown = match unit {
            0 if display_width > 0 && display_height > 0 => Dimensions::new(display_width, display_height),
            // Display aspect ratio.
            3 if display_width > 0 && display_height > 0 => {
                let wide = u64::from(height) * u64::from(display_width) / u64::from(display_height);
                Dimensions::new(u32::try_from(wide.max(1)).unwrap_or(u32::MAX), height)
            }
            _ => Dimensions::new(width, height),
        };
        let quarters = if self.roll.is_finite() { (self.roll / 90.0).round() } else { 0.0 };
        Some(if quarters % 2.0 == 0.0 { shown } else { shown.turned() })
    }

    /// Why no decoder accepts the codec configuration, if so.
    pub(super) fn bad_private(&self, bytes: &mut Bytes<'_>) -> Result<Option<&'static str>, ReadError> {
        let (at, size) = self.private.unwrap_or((0, 0));
        let head = bytes.peek(at, usize::try_from(size.min(64)).unwrap_or(64))?;
        Ok(match self.codec {
            Codec::Opus if size > 0 => {
                let valid = head.len() >= 19
                    && head.starts_with(b"OpusHead")
                    && head.get(8).is_some_and(|version| version & 0xF0 == 0)
                    && match (head.get(9).copied().unwrap_or(0), head.get(18).copied().unwrap_or(0)) {
                        (0, _) => false,
                        (channels, 0) => channels <= 2,
                        (channels, _) => head.len() >= 21 + usize::from(channels).min(43),
                    };
                if valid { None } else { Some("CodecPrivate is not an OpusHead") }
            }
            Codec::Vorbis => {
                let valid = head.first() == Some(&2) && memchr::memmem::find(head, b"\x01vorbis").is_some();
                if valid { None } else { Some("CodecPrivate has no Vorbis headers") }
            }
            _ => None,
        })
    }

    /// The assumed duration of the last frame in ticks: the average of the others.
    fn usual(&self) -> f64 {
        let span = self.sum.last.saturating_sub(self.sum.first.unwrap_or(0)) as f64;
        // Frames laced into the last block have no separate timestamps.
        let last = self.sum.last_frames.max(1);
        let frames = if self.sum.shown > last { self.sum.shown } else { self.sum.frames };
        let steps = frames.saturating_sub(last);
        if steps > 0 { span / steps as f64 } else { 0.0 }
    }

    /// Seconds from 0 to the end of the track; `tick` is in seconds.
    pub(super) fn end(&self, tick: f64) -> Option<f64> {
        self.sum.first?;
        let lasts = self.sum.last_lasts.unwrap_or_else(|| {
            let frame = self.default_duration.map_or_else(|| self.usual(), |ns| ns as f64 / 1e9 / tick);
            frame * self.sum.last_frames.max(1) as f64
        });
        let end = (self.sum.last as f64 + lasts.max(0.0)) * tick - self.codec_delay as f64 / 1e9;
        Some(end.max(0.0)).filter(|end| end.is_finite())
    }

    /// It has at most one frame, and no stated duration.
    pub(super) fn is_still(&self) -> bool {
        self.sum.frames <= 1 && self.sum.last_lasts.is_none() && self.default_duration.is_none()
    }

    pub(super) fn start(&self, tick: f64) -> Option<f64> {
        self.sum.first.map(|first| first as f64 * tick)
    }

    /// Average frames per second, corrected for rounding to ticks.
    pub(super) fn fps(&self, tick: f64) -> Option<f64> {
        // 33,333,333 ns mean 30 frames a second.
        let stated = self.default_duration.map(|ns| 1e9 / ns as f64).filter(|&fps| fps <= 1000.0);
        let stated =
            stated.map(|fps| USUAL_FPS.into_iter().find(|usual| (usual - fps).abs() < 1e-4 * usual).unwrap_or(fps));
        if self.sum.shown < 2 {
            return stated;
        }
        let span = self.sum.last.saturating_sub(self.sum.first.unwrap_or(0)) as f64;
        if span <= 0.0 {
            return stated;
        }
        let steps = (self.sum.shown - 1) as f64;
        let measured = steps / (span * tick);
        let (least, most) = (steps / ((span + 1.0) * tick), steps / ((span - 1.0).max(0.5) * tick));
        let near = stated.into_iter().chain(USUAL_FPS).find(|fps| (least..=most).contains(fps));
        Some(near.unwrap_or(measured)).filter(|fps| fps.is_finite())
    }

    pub(super) fn facts(&self, tick: f64) -> Track {
        let mut track = Track::new(self.kind, self.codec_name());
        match self.kind {
            TrackKind::Video => {
                track.dimensions = self.displayed();
                track.fps = self.fps(tick);
                track.set_pictures(&self.pictures);
                if self.codec == Codec::Vp8 {
                    (track.chroma, track.bit_depth) = (Some(Chroma::Half), Some(8));
                }
                track.hdr = self.hdr;
            }
            TrackKind::Audio => {
                // The specification defaults to 8 kHz and one channel.
                track.sample_rate =
                    Some(self.rate.unwrap_or(8000.0)).filter(|rate| (1.0..=1e7).contains(rate)).map(|rate| rate as u32);
                track.channels = Some(self.channels.unwrap_or(1)).filter(|&channels| channels > 0);
                // Compressed formats put a meaningless 16 here.
                let exact = matches!(track.codec.as_str(), "flac" | "alac") || track.codec.starts_with("pcm_");
                track.bits_per_sample = self.bits.filter(|&bits| exact && bits > 0);
                if let Some(config) = self.aac {
                    track.sample_rate = config.sample_rate.or(track.sample_rate);
                    track.channels = config.channels.or(track.channels);
                    track.profile = config.profile.map(str::to_owned);
                }
            }
            _ => {}
        }
        let start = self.start(tick).filter(|&start| start > 1.0).unwrap_or(0.0);
        track.duration_s = self.end(tick).map(|end| (end - start).max(0.0));
        if let Some(seconds) = track.duration_s.filter(|_| matches!(self.kind, TrackKind::Video | TrackKind::Audio)) {
            track.set_bit_rate(self.sum.bytes, seconds);
        }
        track
    }
}
