//! Sample entries (ISO/IEC 14496-12, 8.5.2, and the codec specifications): codec and format of the samples of a track.

use super::boxes::{BoxAt, Children, FourCc, name, u8_at, u16_at, u32_at, u64_at};
use crate::media::codec::aac::AacConfig;
use crate::media::codec::config::{self, Pictures};
use crate::media::{Bytes, Chroma, Hdr, ReadError, TrackKind};

/// How the bytes of a sample can be checked without decoding them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payload {
    /// Cannot be checked.
    Opaque,
    Avc {
        length_size: u8,
    },
    Hevc {
        length_size: u8,
    },
    Av1,
    Vp9,
    /// MPEG-1, -2 and -4: start codes without long runs of zeros in between.
    StartCodes,
    /// A valid sample is never all zeros.
    NotBlank,
}

/// One entry of `stsd`.
#[derive(Clone, Debug)]
pub(super) struct SampleEntry {
    pub(super) codec: String,
    pub(super) encrypted: bool,
    pub(super) payload: Payload,
    pub(super) width: u32,
    pub(super) height: u32,
    /// The picture format in the configuration of the codec, if we can read it.
    pub(super) pictures: Pictures,
    pub(super) hdr: Option<Hdr>,
    /// Pixel aspect, horizontal to vertical (`pasp`).
    pub(super) aspect: Option<(u32, u32)>,
    /// The part of the picture that is shown, in pixels (`clap`).
    pub(super) shown: Option<(u32, u32)>,
    pub(super) sample_rate: Option<u32>,
    pub(super) channels: Option<u16>,
    pub(super) bits: Option<u16>,
    pub(super) profile: Option<&'static str>,
    /// Index into `dref`, from 1.
    pub(super) reference: u16,
    /// The decoder configuration box, if it is required and missing.
    pub(super) config_missing: Option<FourCc>,
}

/// Upper bound for entries per track. Most files have one, spliced ones a few.
const MOST_ENTRIES: usize = 16;

/// All entries of a `stsd` box.
pub(super) fn read_all(bytes: &mut Bytes<'_>, stsd: &BoxAt, kind: TrackKind) -> Result<Vec<SampleEntry>, ReadError> {
    let mut entries = Vec::new();
    let mut children = Children::between(stsd.body.saturating_add(8), stsd.end);
    while entries.len() < MOST_ENTRIES {
        let Some(place) = children.next(bytes)? else { break };
        entries.push(read(bytes, &place, kind)?);
    }
    Ok(entries)
}

fn read(bytes: &mut Bytes<'_>, place: &BoxAt, kind: TrackKind) -> Result<SampleEntry, ReadError> {
    let head = place.content(bytes, 64)?.to_vec();
    let mut entry = SampleEntry {
        codec: String::new(),
        encrypted: false,
        payload: Payload::Opaque,
        width: 0,
        height: 0,
        pictures: Pictures::default(),
        hdr: None,
        aspect: None,
        shown: None,
        sample_rate: None,
        channels: None,
        bits: None,
        profile: None,
        reference: u16_at(&head, 6).unwrap_or(1),
        config_missing: None,
    };
    let mut found = EntryBoxes { kind: place.kind, ..EntryBoxes::default() };
    match kind {
        TrackKind::Video => {
            entry.width = u32::from(u16_at(&head, 24).unwrap_or(0));
            entry.height = u32::from(u16_at(&head, 26).unwrap_or(0));
            found.read(bytes, Children::between(place.body.saturating_add(78), place.end), 0)?;
        }
        TrackKind::Audio => {
            let version = u16_at(&head, 8).unwrap_or(0);
            entry.channels = u16_at(&head, 16).filter(|channels| *channels > 0);
            entry.bits = u16_at(&head, 18).filter(|bits| *bits > 0);
            entry.sample_rate = u32_at(&head, 24).map(|rate| rate >> 16).filter(|rate| *rate > 0);
            // Versions 1 and 2 of this entry in QuickTime are 16 and 36 bytes longer.
            let skip = match version {
                2 => {
                    let rate = u64_at(&head, 32).map(f64::from_bits).filter(|rate| (1.0..1e7).contains(rate));
                    entry.sample_rate = rate.map(|rate| rate as u32);
                    entry.channels = u32_at(&head, 40).and_then(|channels| u16::try_from(channels).ok());
                    entry.bits = u32_at(&head, 48).and_then(|bits| u16::try_from(bits).ok());
                    found.flags = u32_at(&head, 52).unwrap_or(0);
                    64
                }
                1 if !starts_a_box(bytes, place, 28)? => 44,
                _ => 28,
            };
            found.read(bytes, Children::between(place.body.saturating_add(skip), place.end), 0)?;
        }
        TrackKind::Subtitle | TrackKind::Other => {}
    }
    entry.aspect = found.aspect;
    entry.pictures = found.pictures;
    entry.hdr = found.hdr;
    entry.shown = found.shown;
    entry.encrypted = matches!(&place.kind, b"encv" | b"enca" | b"enct" | b"encs");
    if let Some(original) = found.original {
        found.kind = original;
    }
    entry.codec = codec(&found, entry.bits);
    if entry.codec == "aac"
        && let Some(config) = found.decoder.aac
    {
        // It overrules the fields of the entry (14496-3, 1.6).
        entry.sample_rate = config.sample_rate.or(entry.sample_rate);
        entry.channels = config.channels.or(entry.channels);
        entry.profile = config.profile;
    }
    if let Some((rate, channels)) = found.opus {
        entry.sample_rate = Some(rate);
        entry.channels = Some(channels);
    }
    entry.channels = found.ac3_channels.or(entry.channels);
    if entry.codec == "prores" {
        entry.pictures = prores(&found.kind);
    }
    if !matches!(entry.codec.as_str(), "flac" | "alac") && !entry.codec.starts_with("pcm_") {
        // Compressed formats put a meaningless 16 here.
        entry.bits = None;
    }
    if !entry.encrypted {
        entry.payload = match (entry.codec.as_str(), found.length_size) {
            ("h264", Some(length_size)) => Payload::Avc { length_size },
            ("hevc", Some(length_size)) => Payload::Hevc { length_size },
            ("av1", _) => Payload::Av1,
            ("vp9", _) => Payload::Vp9,
            ("mpeg4" | "mpeg2video" | "mpeg1video", _) => Payload::StartCodes,
            ("aac" | "mp3" | "ac3" | "eac3" | "flac" | "mjpeg" | "prores", _) => Payload::NotBlank,
            _ => Payload::Opaque,
        };
        entry.config_missing = match &found.kind {
            b"avc1" if found.length_size.is_none() => Some(*b"avcC"),
            b"hvc1" if found.length_size.is_none() => Some(*b"hvcC"),
            _ => None,
        };
    }
    Ok(entry)
}

fn starts_a_box(bytes: &mut Bytes<'_>, place: &BoxAt, skip: u64) -> Result<bool, ReadError> {
    let mut children = Children::between(place.body.saturating_add(skip), place.end);
    let child = children.next(bytes)?;
    Ok(child.is_some_and(|child| child.kind.iter().all(u8::is_ascii_graphic)))
}

/// The content of the boxes within a sample entry.
#[derive(Debug, Default)]
struct EntryBoxes {
    kind: FourCc,
    original: Option<FourCc>,
    aspect: Option<(u32, u32)>,
    shown: Option<(u32, u32)>,
    length_size: Option<u8>,
    pictures: Pictures,
    hdr: Option<Hdr>,
    decoder: Decoder,
    opus: Option<(u32, u16)>,
    flags: u32,
    little_endian: bool,
    pcm_bits: Option<u8>,
    ac3_channels: Option<u16>,
}

impl EntryBoxes {
    fn read(&mut self, bytes: &mut Bytes<'_>, mut children: Children, depth: u8) -> Result<(), ReadError> {
        // A real entry has a handful of boxes.
        for _ in 0..64 {
            let Some(child) = children.next(bytes)? else { break };
            match &child.kind {
                b"avcC" => {
                    let content = child.content(bytes, 1_024)?;
                    self.length_size = u8_at(content, 4).map(|byte| (byte & 3) + 1);
                    self.pictures = config::avc(content);
                }
                b"av1C" => self.pictures = config::av1(child.content(bytes, 1_024)?),
                b"vpcC" => self.pictures = config::vp(child.content(bytes, 12)?.get(4..).unwrap_or_default()),
                b"hvcC" => {
                    let content = child.content(bytes, 22)?;
                    self.length_size = u8_at(content, 21).map(|byte| (byte & 3) + 1);
                    self.pictures = config::hevc(content);
                }
                b"colr" => {
                    let content = child.content(bytes, 8)?;
                    if matches!(content.get(..4), Some(b"nclx" | b"nclc")) {
                        self.hdr = u16_at(content, 6).and_then(|transfer| Hdr::of_transfer(transfer.into()));
                    }
                }
                b"esds" => self.decoder = decoder(child.content(bytes, 256)?.get(4..).unwrap_or_default()),
                b"pasp" => {
                    let content = child.content(bytes, 8)?;
                    self.aspect = u32_at(content, 0).zip(u32_at(content, 4)).filter(|(h, v)| *h > 0 && *v > 0);
                }
                b"clap" => {
                    let content = child.content(bytes, 16)?;
                    let side = |at| {
                        let (n, d) = (u32_at(content, at)?, u32_at(content, at + 4)?);
                        n.checked_add(d / 2)?.checked_div(d).filter(|pixels| *pixels > 0)
                    };
                    self.shown = side(0).zip(side(8));
                }
                b"dOps" => {
                    let content = child.content(bytes, 11)?;
                    // Opus always decodes to 48 kHz.
                    self.opus = u8_at(content, 1).map(|channels| (48_000, u16::from(channels)));
                }
                b"pcmC" => {
                    let content = child.content(bytes, 6)?;
                    self.little_endian = u8_at(content, 4).is_some_and(|flags| flags & 1 != 0);
                    self.pcm_bits = u8_at(content, 5);
                }
                // QuickTime: little-endian samples.
                b"enda" => self.little_endian = u16_at(child.content(bytes, 2)?, 0) == Some(1),
                b"dac3" => {
                    // acmod and lfeon (ETSI TS 102 366, F.4).
                    let word = u16_at(child.content(bytes, 3)?, 0).unwrap_or(0);
                    let mode = usize::from(word >> 3 & 7);
                    self.ac3_channels = Some([2, 1, 2, 3, 3, 4, 4, 5][mode] + (word >> 2 & 1));
                }
                b"frma" => self.original = child.content(bytes, 4)?.try_into().ok(),
                b"sinf" | b"wave" if depth < 2 => self.read(bytes, Children::of(&child), depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// The decoder configuration in an `esds`.
#[derive(Clone, Copy, Debug, Default)]
struct Decoder {
    /// `objectTypeIndication`.
    object_type: Option<u8>,
    aac: Option<AacConfig>,
}

/// The first decoder configuration in an `esds` (14496-1, 7.2.6). It is nested in an elementary stream descriptor and
/// contains the decoder-specific data.
fn decoder(mut descriptor: &[u8]) -> Decoder {
    let mut found = Decoder::default();
    for _ in 0..4 {
        let Some(tag) = u8_at(descriptor, 0) else { break };
        let more = descriptor.iter().skip(1).take(3).take_while(|byte| **byte & 0x80 != 0).count();
        let content = descriptor.get(2 + more..).unwrap_or_default();
        let next = match tag {
            3 => behind_stream_header(content),
            4 => {
                found.object_type = u8_at(content, 0);
                content.get(13..)
            }
            5 => {
                found.aac = AacConfig::read(content);
                None
            }
            _ => None,
        };
        let Some(next) = next else { break };
        descriptor = next;
    }
    found
}

/// The content after the fields of an elementary stream descriptor.
fn behind_stream_header(content: &[u8]) -> Option<&[u8]> {
    let flags = u8_at(content, 2)?;
    let mut skip = 3;
    if flags & 0x80 != 0 {
        skip += 2;
    }
    if flags & 0x40 != 0 {
        skip += 1 + usize::from(u8_at(content, skip)?);
    }
    if flags & 0x20 != 0 {
        skip += 2;
    }
    content.get(skip..)
}

/// `ProRes` has a four-character code for each profile.
fn prores(kind: &FourCc) -> Pictures {
    let (profile, chroma, bit_depth) = match kind {
        b"apco" => ("Proxy", Chroma::Wide, 10),
        b"apcs" => ("LT", Chroma::Wide, 10),
        b"apcn" => ("Standard", Chroma::Wide, 10),
        b"apch" => ("HQ", Chroma::Wide, 10),
        b"ap4h" => ("4444", Chroma::Full, 10),
        _ => ("XQ", Chroma::Full, 12),
    };
    Pictures { profile: Some(profile), chroma: Some(chroma), bit_depth: Some(bit_depth), ..Pictures::default() }
}

/// The common name of a codec.
fn codec(found: &EntryBoxes, bits: Option<u16>) -> String {
    let known = match &found.kind {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" | b"dva1" | b"dvav" => "h264",
        b"hvc1" | b"hev1" | b"hvc2" | b"hev2" | b"dvh1" | b"dvhe" => "hevc",
        b"vvc1" | b"vvi1" => "vvc",
        b"av01" | b"dav1" => "av1",
        b"vp08" => "vp8",
        b"vp09" => "vp9",
        b"s263" | b"h263" | b"H263" => "h263",
        b"jpeg" | b"mjpa" | b"mjpb" | b"mjpg" => "mjpeg",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "prores",
        b"mp4v" => match found.decoder.object_type {
            Some(0x60..=0x65) => "mpeg2video",
            Some(0x6a) => "mpeg1video",
            Some(0x6c) => "mjpeg",
            Some(0x6d) => "png",
            Some(0x21) => "h264",
            Some(0x23) => "hevc",
            _ => "mpeg4",
        },
        b"mp4a" => match found.decoder.object_type {
            Some(0x69 | 0x6b) => "mp3",
            Some(0xa5) => "ac3",
            Some(0xa6) => "eac3",
            Some(0xa9..=0xac) => "dts",
            Some(0xad) => "opus",
            Some(0xdd) => "vorbis",
            Some(0xe1) => "qcelp",
            _ => "aac",
        },
        b".mp3" | b"ms\0\x55" => "mp3",
        b"Opus" => "opus",
        b"fLaC" => "flac",
        b"alac" => "alac",
        b"ac-3" => "ac3",
        b"ec-3" => "eac3",
        b"ac-4" => "ac4",
        b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" => "dts",
        b"samr" => "amr_nb",
        b"sawb" => "amr_wb",
        b"ulaw" => "pcm_mulaw",
        b"alaw" => "pcm_alaw",
        b"raw " => "pcm_u8",
        b"sowt" if bits == Some(8) => "pcm_s8",
        b"sowt" => "pcm_s16le",
        b"twos" if bits == Some(8) => "pcm_s8",
        b"twos" => "pcm_s16be",
        b"in24" => return pcm(false, found.little_endian, 24),
        b"in32" => return pcm(false, found.little_endian, 32),
        b"fl32" => return pcm(true, found.little_endian, 32),
        b"fl64" => return pcm(true, found.little_endian, 64),
        b"lpcm" => return pcm(found.flags & 1 != 0, found.flags & 2 == 0, bits.unwrap_or(16)),
        b"ipcm" => return pcm(false, found.little_endian, found.pcm_bits.map_or(bits.unwrap_or(16), u16::from)),
        b"fpcm" => return pcm(true, found.little_endian, found.pcm_bits.map_or(bits.unwrap_or(32), u16::from)),
        other => return name(*other),
    };
    known.to_owned()
}

fn pcm(float: bool, little_endian: bool, bits: u16) -> String {
    let sign = if float { 'f' } else { 's' };
    if bits == 8 {
        return format!("pcm_{sign}8");
    }
    format!("pcm_{sign}{bits}{}", if little_endian { "le" } else { "be" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_types() {
        // ES_Descriptor with and without the long form of lengths, with a URL.
        let object_type = |descriptor: &[u8]| decoder(descriptor).object_type;
        assert_eq!(object_type(&[3, 25, 0, 1, 0, 4, 17, 0x40, 0x15]), Some(0x40));
        assert_eq!(object_type(&[3, 0x80, 0x80, 0x80, 25, 0, 1, 0, 4, 0x80, 0x80, 0x80, 17, 0x6b]), Some(0x6b));
        assert_eq!(object_type(&[3, 25, 0, 1, 0x40, 2, b'a', b'b', 4, 17, 0xdd]), Some(0xdd));
        assert_eq!(object_type(&[3, 25, 0]), None);
        assert_eq!(object_type(&[]), None);
        let whole = [3, 25, 0, 1, 0, 4, 17, 0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0x12, 0x10, 6, 1, 2];
        assert_eq!(decoder(&whole).aac.and_then(|config| config.sample_rate), Some(44_100));
    }

    #[test]
    fn sample_formats() {
        assert_eq!(pcm(false, true, 24), "pcm_s24le");
        assert_eq!(pcm(true, false, 32), "pcm_f32be");
        assert_eq!(pcm(false, false, 8), "pcm_s8");
    }
}
