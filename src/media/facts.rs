//! The result of probing a file.

use serde::{Deserialize, Serialize};

use super::Format;
use super::codec::config::Pictures;

/// Width × height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dimensions {
    pub width: u32,
    pub height: u32,
}

impl Dimensions {
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    #[must_use]
    pub fn long_edge(self) -> u32 {
        self.width.max(self.height)
    }

    #[must_use]
    pub fn short_edge(self) -> u32 {
        self.width.min(self.height)
    }

    /// With width and height swapped.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

impl std::fmt::Display for Dimensions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

/// The content of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrackKind {
    Video,
    Audio,
    Subtitle,
    Other,
}

/// Chroma subsampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Chroma {
    /// Greyscale.
    #[serde(rename = "4:0:0")]
    Grey,
    /// Halved in both directions; common players expect this.
    #[serde(rename = "4:2:0")]
    Half,
    /// Halved horizontally.
    #[serde(rename = "4:2:2")]
    Wide,
    /// Full resolution.
    #[serde(rename = "4:4:4")]
    Full,
}

impl Chroma {
    /// By `chroma_format_idc` of H.264 and HEVC.
    pub(super) fn of_index(index: u8) -> Self {
        match index {
            0 => Self::Grey,
            1 => Self::Half,
            2 => Self::Wide,
            _ => Self::Full,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grey => "4:0:0",
            Self::Half => "4:2:0",
            Self::Wide => "4:2:2",
            Self::Full => "4:4:4",
        }
    }
}

/// A transfer function for high dynamic range (ITU-T H.273). Without tone mapping such video looks washed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hdr {
    /// SMPTE ST 2084.
    Pq,
    /// ARIB STD-B67.
    Hlg,
}

impl Hdr {
    /// From `transfer_characteristics` of H.273; none for standard dynamic range.
    pub(super) fn of_transfer(transfer: u64) -> Option<Self> {
        match transfer {
            16 => Some(Self::Pq),
            18 => Some(Self::Hlg),
            _ => None,
        }
    }
}

/// One track of a file; a WAV or MP3 has one audio track.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Track {
    pub kind: TrackKind,
    /// The common name of the codec in lower case (`h264`, `hevc`, `av1`, `vp9`, `aac`, `opus`, `mp3`, `pcm_s16le`),
    /// or its four-character code if it has none.
    pub codec: String,
    /// The profile of the codec as ffprobe names it: `High`, `Main 10`, `LC`, `HE-AAC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// As displayed, for a picture track.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Dimensions>,
    /// Frames per second, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chroma: Option<Chroma>,
    /// Bits of one colour sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bit_depth: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hdr: Option<Hdr>,
    /// Whether pictures may be coded as fields.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interlaced: bool,
    /// Samples per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits_per_sample: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<f64>,
    /// Bits per second on average, without the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bit_rate: Option<u64>,
    /// The number of entries of its edit list, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edits: Option<u32>,
}

impl Track {
    #[must_use]
    pub fn new(kind: TrackKind, codec: impl Into<String>) -> Self {
        Self {
            kind,
            codec: codec.into(),
            profile: None,
            dimensions: None,
            fps: None,
            chroma: None,
            bit_depth: None,
            hdr: None,
            interlaced: false,
            sample_rate: None,
            channels: None,
            bits_per_sample: None,
            duration_s: None,
            bit_rate: None,
            edits: None,
        }
    }

    /// Copies the properties from a codec configuration.
    pub(super) fn set_pictures(&mut self, pictures: &Pictures) {
        self.profile = pictures.profile.map(str::to_owned);
        self.chroma = pictures.chroma;
        self.bit_depth = pictures.bit_depth;
        self.interlaced = pictures.interlaced;
    }

    /// Sets the average bit rate from the bytes of all samples and the seconds they last.
    pub(super) fn set_bit_rate(&mut self, bytes: u64, seconds: f64) {
        self.bit_rate = average_bit_rate(bytes, seconds);
    }
}

/// Bits per second; none if size or duration is zero.
pub(super) fn average_bit_rate(bytes: u64, seconds: f64) -> Option<u64> {
    let rate = bytes as f64 * 8.0 / seconds;
    (bytes > 0 && seconds > 0.0 && rate.is_finite()).then_some(rate.round() as u64)
}

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Damage {
    /// Violates the format, but common decoders play all of it.
    Malformed,
    /// Follows the format, in a variant that common decoders do not support.
    Unsupported,
    /// Valid, but without content to play.
    Empty,
    /// Truncated, or decoders lose content.
    Corrupt,
}

/// A defect in the structure of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub damage: Damage,
    /// A stable name in kebab case (`moov-missing`), unique within a format.
    pub code: &'static str,
    /// One line, lower case, no full stop: the structure and the figures (`mdat ends 1,204 bytes before sample 312 of
    /// track 1`).
    pub message: String,
    /// The consequence for the viewer (`the last 8.4 s are missing`), in the same style.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// The offset in the file, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// The line, 1-based, for text formats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Whether the message names the line or the byte.
    #[serde(skip)]
    pub names_place: bool,
    /// Whether the message is a sentence about the whole file (`the WAV is cut: …`).
    #[serde(skip)]
    pub is_sentence: bool,
    /// Whether all content is present, so that rewriting the file without encoding repairs it.
    #[serde(skip)]
    pub mendable: bool,
}

impl Fault {
    #[must_use]
    pub fn new(damage: Damage, code: &'static str, message: impl Into<String>) -> Self {
        let mendable = damage == Damage::Malformed;
        Self {
            damage,
            code,
            message: message.into(),
            effect: None,
            offset: None,
            line: None,
            names_place: false,
            is_sentence: false,
            mendable,
        }
    }

    #[must_use]
    pub fn corrupt(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Damage::Corrupt, code, message)
    }

    #[must_use]
    pub fn malformed(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Damage::Malformed, code, message)
    }

    #[must_use]
    pub fn at(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Sets the byte, which the message names.
    #[must_use]
    pub fn at_named_byte(mut self, offset: u64) -> Self {
        self.names_place = true;
        self.at(offset)
    }

    #[must_use]
    pub fn on_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// Sets the line, which the message names.
    #[must_use]
    pub fn on_named_line(mut self, line: u32) -> Self {
        self.names_place = true;
        self.on_line(line)
    }

    /// Makes the message a sentence about the whole file.
    #[must_use]
    pub fn sentence(mut self) -> Self {
        self.is_sentence = true;
        self
    }

    #[must_use]
    pub fn mendable(mut self) -> Self {
        self.mendable = true;
        self
    }

    #[must_use]
    pub fn effect(mut self, effect: impl Into<String>) -> Self {
        self.effect = Some(effect.into());
        self
    }
}

/// Faults kept per degree of damage; the rest are only counted.
const MOST_FAULTS: usize = 16;

/// The facts about a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Facts {
    pub format: Format,
    pub size_bytes: u64,
    /// As displayed: after EXIF orientation, the MP4 matrix, pixel aspect and cropping.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Dimensions>,
    /// As stored, before any of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<Dimensions>,
    /// Seconds, computed from samples, blocks, frames or cues if the walker reads them. For a subtitle, the latest end
    /// of a cue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<f64>,
    /// Seconds as stated in a header, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_duration_s: Option<f64>,
    /// Frames per second of the first picture track, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// Bits per second of the whole file on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bit_rate: Option<u64>,
    /// The movie box precedes the samples, so that playback can start early. MP4 family only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faststart: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<Track>,
    /// Pages of a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// Cues of a subtitle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cues: Option<u32>,
    /// The content is encrypted. Readers may open it nevertheless, see [`needs_password`](Self::needs_password).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
    /// It cannot be read without a password or key; the empty password, which readers try first, fails.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub needs_password: bool,
    /// A still-picture format with an animation (APNG).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub animated: bool,
    /// Why [`Depth::Decode`](super::Depth::Decode) went no further than [`Depth::Full`](super::Depth::Full).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_decoded: Option<&'static str>,
    /// Why our decoder would refuse the file although it is valid.
    #[serde(skip)]
    pub(super) decoder_limit: Option<&'static str>,
    /// Size of the largest part that a reader keeps in memory in one piece: a sample, a block, a tag.
    #[serde(skip)]
    pub(super) largest_piece: u64,
    /// The faults, in the order they were found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Number of faults that were not kept.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_faults: u32,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Facts {
    #[must_use]
    pub fn new(format: Format, size_bytes: u64) -> Self {
        Self {
            format,
            size_bytes,
            dimensions: None,
            stored: None,
            duration_s: None,
            declared_duration_s: None,
            fps: None,
            bit_rate: None,
            faststart: None,
            tracks: Vec::new(),
            pages: None,
            cues: None,
            encrypted: false,
            needs_password: false,
            animated: false,
            not_decoded: None,
            decoder_limit: None,
            largest_piece: 0,
            faults: Vec::new(),
            more_faults: 0,
        }
    }

    /// Adds a fault, or only counts it if there are many. Offsets are limited to the file size.
    pub fn fault(&mut self, mut fault: Fault) {
        fault.offset = fault.offset.map(|offset| offset.min(self.size_bytes));
        if self.faults.iter().filter(|known| known.damage == fault.damage).count() < MOST_FAULTS {
            self.faults.push(fault);
        } else {
            self.more_faults = self.more_faults.saturating_add(1);
        }
    }

    /// Adds a fault unless a corrupt one is known, which would explain it.
    pub(super) fn fault_unless_corrupt(&mut self, fault: Fault) {
        if !self.is_corrupt() {
            self.fault(fault);
        }
    }

    /// Drops the faults. They do not matter in formats that are only converted.
    pub(super) fn forget_faults(&mut self) {
        self.faults.clear();
        self.more_faults = 0;
    }

    /// Whether a fault leaves nothing to play or loses content.
    #[must_use]
    pub fn is_unplayable(&self) -> bool {
        self.faults.iter().any(|fault| fault.damage >= Damage::Empty)
    }

    /// Whether a fault loses content.
    #[must_use]
    pub fn is_corrupt(&self) -> bool {
        self.faults.iter().any(|fault| fault.damage == Damage::Corrupt)
    }

    /// The first track of a kind.
    #[must_use]
    pub fn track(&self, kind: TrackKind) -> Option<&Track> {
        self.tracks.iter().find(|track| track.kind == kind)
    }
}
