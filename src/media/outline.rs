//! Sizes, lengths and codecs of formats that we only convert.
//!
//! No service here accepts these formats, so nobody needs to know whether such a file is intact. The headers give a
//! converter what it needs: the size of the picture, the length of the sound, the codecs. Anything unreadable is left
//! out, and faults are never reported.

mod avi;
mod heif;
mod ogg;
mod picture;
mod sound;

use super::{Bytes, Depth, Dimensions, Facts, Format, ReadError, Track, TrackKind, mp4, wav, webm};

pub(super) fn read(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    match facts.format {
        Format::Mov => mp4::quicktime(bytes, depth, facts),
        Format::M4v | Format::ThreeGp | Format::M4a => mp4::outline(bytes, depth, facts),
        Format::Mkv => webm::outline(bytes, depth, facts),
        Format::Avi => avi::read(bytes, facts),
        Format::Heic | Format::Avif => heif::read(bytes, depth, facts),
        Format::WebP => picture::webp(bytes, facts),
        Format::Gif => picture::gif(bytes, depth, facts),
        Format::Bmp => picture::bmp(bytes, facts),
        Format::Tiff => picture::tiff(bytes, facts),
        Format::Psd => picture::psd(bytes, facts),
        Format::Jp2 => picture::jp2(bytes, facts),
        Format::Flac => sound::flac(bytes, facts),
        Format::Ogg => ogg::read(bytes, facts),
        Format::Aiff => sound::aiff(bytes, facts),
        Format::Au => sound::au(bytes, facts),
        Format::Caf => sound::caf(bytes, facts),
        Format::Aac => sound::adts(bytes, depth, facts),
        Format::W64 => wav::outline_w64(bytes, facts),
        _ => Ok(()),
    }
}

/// Sets the size of a picture as displayed and as stored, unless it has none.
fn set_size(facts: &mut Facts, displayed: Dimensions, stored: Dimensions) {
    if stored.short_edge() > 0 && displayed.short_edge() > 0 {
        facts.dimensions = Some(displayed);
        facts.stored = Some(stored);
    }
}

/// A sound track with the properties that every format states.
fn sound_track(codec: impl Into<String>, sample_rate: u32, channels: u16) -> Track {
    let mut track = Track::new(TrackKind::Audio, codec);
    track.sample_rate = Some(sample_rate).filter(|rate| *rate > 0);
    track.channels = Some(channels).filter(|channels| *channels > 0);
    track
}

/// Adds a sound track, and sets the length of the file to that of the track.
fn add_sound(facts: &mut Facts, mut track: Track, frames: u64) {
    if let Some(rate) = track.sample_rate.filter(|_| frames > 0) {
        track.duration_s = Some(frames as f64 / f64::from(rate));
    }
    facts.duration_s = track.duration_s;
    facts.tracks.push(track);
}

/// A big-endian number at an offset of a piece; 0 if the piece is too short.
fn be(piece: &[u8], at: usize, width: usize) -> u64 {
    let bytes = piece.get(at..).and_then(|rest| rest.get(..width)).unwrap_or_default();
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn be_u32(piece: &[u8], at: usize) -> u32 {
    u32::try_from(be(piece, at, 4)).unwrap_or(0)
}

fn be_u16(piece: &[u8], at: usize) -> u16 {
    u16::try_from(be(piece, at, 2)).unwrap_or(0)
}

/// As [`be`], little-endian.
fn le(piece: &[u8], at: usize, width: usize) -> u64 {
    let bytes = piece.get(at..).and_then(|rest| rest.get(..width)).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn le_u32(piece: &[u8], at: usize) -> u32 {
    u32::try_from(le(piece, at, 4)).unwrap_or(0)
}
