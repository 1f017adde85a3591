//! Facts in a compact form, to keep between runs.
//!
//! The form belongs to exactly this build and has no version. A caller that stores it must make sure that the same build
//! reads it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Chroma, Damage, Dimensions, Facts, Fault, Format, Hdr, Track, TrackKind};

#[derive(Serialize, Deserialize)]
struct PackedFacts<'a> {
    format: u8,
    size_bytes: u64,
    dimensions: Option<Dimensions>,
    stored: Option<Dimensions>,
    duration_s: Option<f64>,
    declared_duration_s: Option<f64>,
    fps: Option<f64>,
    bit_rate: Option<u64>,
    faststart: Option<bool>,
    #[serde(borrow)]
    tracks: Vec<PackedTrack<'a>>,
    pages: Option<u32>,
    cues: Option<u32>,
    encrypted: bool,
    needs_password: bool,
    animated: bool,
    not_decoded: Option<&'a str>,
    #[serde(borrow)]
    faults: Vec<PackedFault<'a>>,
    more_faults: u32,
}

#[derive(Serialize, Deserialize)]
struct PackedTrack<'a> {
    kind: TrackKind,
    codec: &'a str,
    profile: Option<&'a str>,
    dimensions: Option<Dimensions>,
    fps: Option<f64>,
    chroma: Option<Chroma>,
    bit_depth: Option<u8>,
    hdr: Option<Hdr>,
    interlaced: bool,
    sample_rate: Option<u32>,
    channels: Option<u16>,
    bits_per_sample: Option<u16>,
    duration_s: Option<f64>,
    bit_rate: Option<u64>,
    edits: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct PackedFault<'a> {
    damage: Damage,
    code: &'a str,
    message: &'a str,
    effect: Option<&'a str>,
    offset: Option<u64>,
    line: Option<u32>,
    names_place: bool,
    is_sentence: bool,
    mendable: bool,
}

/// Facts in a tenth of their memory: a run may check a hundred thousand files.
#[derive(Clone, PartialEq, Eq)]
pub struct CompactFacts(Box<[u8]>);

impl CompactFacts {
    /// None if the facts cannot be packed.
    #[must_use]
    pub fn of(facts: &Facts) -> Option<Self> {
        pack(facts).map(|bytes| Self(bytes.into()))
    }

    #[must_use]
    pub fn get(&self) -> Option<Facts> {
        unpack(&self.0)
    }
}

impl std::fmt::Debug for CompactFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}

/// Packs facts; none if they do not fit.
#[must_use]
pub fn pack(facts: &Facts) -> Option<Vec<u8>> {
    let &Facts {
        format,
        size_bytes,
        dimensions,
        stored,
        duration_s,
        declared_duration_s,
        fps,
        bit_rate,
        faststart,
        ref tracks,
        pages,
        cues,
        encrypted,
        needs_password,
        animated,
        not_decoded,
        decoder_limit: _,
        largest_piece: _,
        ref faults,
        more_faults,
    } = facts;
    let format = u8::try_from(Format::ALL.iter().position(|known| *known == format)?).ok()?;
    let tracks = tracks.iter().map(track).collect();
    let faults = faults.iter().map(fault).collect();
    let packed = PackedFacts {
        format,
        size_bytes,
        dimensions,
        stored,
        duration_s,
        declared_duration_s,
        fps,
        bit_rate,
        faststart,
        tracks,
        pages,
        cues,
        encrypted,
        needs_password,
        animated,
        not_decoded,
        faults,
        more_faults,
    };
    postcard::to_allocvec(&packed).ok()
}

fn track(track: &Track) -> PackedTrack<'_> {
    let &Track {
        kind,
        ref codec,
        ref profile,
        dimensions,
        fps,
        chroma,
        bit_depth,
        hdr,
        interlaced,
        sample_rate,
        channels,
        bits_per_sample,
        duration_s,
        bit_rate,
        edits,
    } = track;
    let profile = profile.as_deref();
    PackedTrack {
        kind,
        codec,
        profile,
        dimensions,
        fps,
        chroma,
        bit_depth,
        hdr,
        interlaced,
        sample_rate,
        channels,
        bits_per_sample,
        duration_s,
        bit_rate,
        edits,
    }
}

fn fault(fault: &Fault) -> PackedFault<'_> {
    let &Fault { damage, code, ref message, ref effect, offset, line, names_place, is_sentence, mendable } = fault;
    PackedFault { damage, code, message, effect: effect.as_deref(), offset, line, names_place, is_sentence, mendable }
}

/// Unpacks facts; none if the bytes are incomplete or from another build.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<Facts> {
    let (packed, rest) = postcard::take_from_bytes::<PackedFacts<'_>>(bytes).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let fault = |packed: PackedFault<'_>| {
        let PackedFault { damage, code, message, effect, offset, line, names_place, is_sentence, mendable } = packed;
        let (code, effect) = (known(code)?, effect.map(str::to_owned));
        Some(Fault {
            damage,
            code,
            message: message.to_owned(),
            effect,
            offset,
            line,
            names_place,
            is_sentence,
            mendable,
        })
    };
    let track = |packed: PackedTrack<'_>| Track {
        kind: packed.kind,
        codec: packed.codec.to_owned(),
        profile: packed.profile.map(str::to_owned),
        dimensions: packed.dimensions,
        fps: packed.fps,
        chroma: packed.chroma,
        bit_depth: packed.bit_depth,
        hdr: packed.hdr,
        interlaced: packed.interlaced,
        sample_rate: packed.sample_rate,
        channels: packed.channels,
        bits_per_sample: packed.bits_per_sample,
        duration_s: packed.duration_s,
        bit_rate: packed.bit_rate,
        edits: packed.edits,
    };
    Some(Facts {
        format: *Format::ALL.get(usize::from(packed.format))?,
        size_bytes: packed.size_bytes,
        dimensions: packed.dimensions,
        stored: packed.stored,
        duration_s: packed.duration_s,
        declared_duration_s: packed.declared_duration_s,
        fps: packed.fps,
        bit_rate: packed.bit_rate,
        faststart: packed.faststart,
        tracks: packed.tracks.into_iter().map(track).collect(),
        pages: packed.pages,
        cues: packed.cues,
        encrypted: packed.encrypted,
        needs_password: packed.needs_password,
        animated: packed.animated,
        not_decoded: match packed.not_decoded {
            Some(why) => Some(known(why)?),
            None => None,
        },
        decoder_limit: None,
        largest_piece: 0,
        faults: packed.faults.into_iter().map(fault).collect::<Option<_>>()?,
        more_faults: packed.more_faults,
    })
}

/// A text that our program contains, such as the code of a fault. There are some hundred of them; other texts are not
/// ours.
fn known(text: &str) -> Option<&'static str> {
    const MOST: usize = 1_000;
    const LONGEST: usize = 128;
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.get(text) {
        return Some(text);
    }
    if known.len() == MOST || text.len() > LONGEST {
        return None;
    }
    let text: &'static str = Box::leak(Box::from(text));
    known.insert(text);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let mut facts = Facts::new(Format::Mp4, u64::MAX);
        facts.dimensions = Some(Dimensions::new(320, 180));
        facts.duration_s = Some(0.1 + 0.2);
        facts.fps = Some(f64::MIN_POSITIVE);
        facts.tracks.push(Track { sample_rate: Some(48_000), ..Track::new(TrackKind::Audio, "aac") });
        facts.fault(Fault::corrupt("moov-missing", "no moov").at(7).effect("nothing plays"));
        facts.fault(Fault::malformed("odd", "an odd é").on_named_line(3));
        facts.fault(Fault::corrupt("cut", "a cut").mendable());
        facts
    }

    /// This is one test, because damaged texts fill the table that intact ones need.
    #[test]
    fn there_and_back_whole_and_damaged() {
        whole_facts_come_back();
        damaged_bytes_harm_nobody();
    }

    fn whole_facts_come_back() {
        let mut all = facts();
        (all.stored, all.declared_duration_s) = (all.dimensions, Some(9.5));
        (all.pages, all.cues, all.more_faults) = (Some(1), Some(2), 3);
        (all.encrypted, all.needs_password, all.animated) = (true, true, true);
        all.not_decoded = Some("too large");
        (all.bit_rate, all.faststart) = (Some(1), Some(false));
        all.tracks.push(Track {
            profile: Some("Main 10".to_owned()),
            chroma: Some(Chroma::Wide),
            bit_depth: Some(10),
            hdr: Some(Hdr::Hlg),
            interlaced: true,
            bit_rate: Some(5_000_000),
            edits: Some(2),
            ..Track::new(TrackKind::Video, "hevc")
        });
        for facts in [facts(), all, Facts::new(Format::Empty, 0)] {
            assert_eq!(unpack(&pack(&facts).expect("packed")), Some(facts));
        }
        for format in Format::ALL {
            let facts = Facts::new(*format, 1);
            assert_eq!(unpack(&pack(&facts).expect("packed")), Some(facts));
        }
    }

    fn damaged_bytes_harm_nobody() {
        let whole = pack(&facts()).expect("packed");
        assert!(unpack(&whole).is_some());
        assert!((0..whole.len()).all(|end| unpack(&whole[..end]).is_none()), "a part is not the whole");
        assert_eq!(unpack(&[&whole[..], b"x"].concat()), None);
        for at in 0..whole.len() {
            for value in 0..=255 {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let _ = unpack(&bytes);
            }
        }
    }
}
