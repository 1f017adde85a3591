//! Ogg (RFC 3533): the first packet of each stream, and the time on its last page.

use super::{be, be_u16, be_u32, le, le_u32, set_size, sound_track};
use crate::media::{Bytes, Dimensions, Facts, ReadError, Track, TrackKind};

/// The most streams whose first page is read.
const MOST_STREAMS: usize = 16;
/// The last page of every stream lies within this much of the end: a page has at most 64 KiB.
const TAIL: usize = 256 << 10;

/// One stream of the file.
struct OggStream {
    serial: u32,
    track: Track,
    /// Units per second of the positions on its pages.
    rate: f64,
    /// Units before the first audible one.
    skipped: u64,
    /// Bits by which to shift a position to get its key frame, as in Theora.
    shift: u32,
}

pub(super) fn read(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let mut streams: Vec<OggStream> = Vec::new();
    let mut at = 0;
    for _ in 0..MOST_STREAMS {
        let head = bytes.peek(at, 27 + 255 + 64)?;
        // Every stream begins with a separate page, before all others.
        if !head.starts_with(b"OggS") || head.get(5).is_none_or(|flags| flags & 2 == 0) {
            break;
        }
        let segments = usize::from(head.get(26).copied().unwrap_or(0));
        let lengths = head.get(27..27 + segments).unwrap_or_default();
        let size: u64 = lengths.iter().map(|length| u64::from(*length)).sum();
        let serial = le_u32(head, 14);
        if let Some(stream) = head.get(27 + segments..).and_then(|packet| stream(serial, packet)) {
            streams.push(stream);
        }
        at += 27 + segments as u64 + size;
    }
    let from = bytes.len().saturating_sub(TAIL as u64);
    let tail = bytes.peek(from, TAIL)?;
    let mut open: Vec<&mut OggStream> = streams.iter_mut().collect();
    for at in memchr::memmem::rfind_iter(tail, b"OggS") {
        let page = tail.get(at..).unwrap_or_default();
        let (position, serial) = (le(page, 6, 8), le_u32(page, 14));
        let Some(index) = open.iter().position(|stream| stream.serial == serial && position < u64::MAX / 2) else {
            continue;
        };
        let stream = open.swap_remove(index);
        let frames = (position >> stream.shift) + (position & ((1 << stream.shift) - 1));
        let units = if stream.shift > 0 { frames } else { position };
        let seconds = units.saturating_sub(stream.skipped) as f64 / stream.rate;
        stream.track.duration_s = Some(seconds).filter(|seconds| seconds.is_finite() && *seconds > 0.0);
    }
    facts.duration_s = streams.iter().filter_map(|stream| stream.track.duration_s).reduce(f64::max);
    for OggStream { track, .. } in streams {
        if let Some(size) = track.dimensions.filter(|_| facts.dimensions.is_none()) {
            set_size(facts, size, size);
            facts.fps = track.fps;
        }
        facts.tracks.push(track);
    }
    Ok(())
}

/// The format in the first packet of a stream, by its codec.
fn stream(serial: u32, packet: &[u8]) -> Option<OggStream> {
    let sound = |codec: &str, rate: u32, channels: u64, skipped: u64| {
        let track = sound_track(codec, rate, u16::try_from(channels).unwrap_or(0));
        Some(OggStream { serial, track, rate: f64::from(rate), skipped, shift: 0 })
    };
    if packet.starts_with(b"OpusHead") {
        // Positions always count at 48 kHz, whatever the input had (RFC 7845, 4).
        return sound("opus", 48_000, le(packet, 9, 1), le(packet, 10, 2));
    }
    if packet.starts_with(b"\x01vorbis") {
        return sound("vorbis", le_u32(packet, 12), le(packet, 11, 1), 0);
    }
    if packet.starts_with(b"Speex   ") {
        return sound("speex", le_u32(packet, 36), le(packet, 48, 4), 0);
    }
    if packet.starts_with(b"\x7fFLAC") {
        let packed = be(packet, 13 + 4 + 10, 8);
        return sound("flac", u32::try_from(packed >> 44).ok()?, (packed >> 41 & 7) + 1, 0);
    }
    if packet.starts_with(b"\x80theora") {
        let mut track = Track::new(TrackKind::Video, "theora");
        let edge = |at: usize| u32::try_from(be(packet, at, 3)).unwrap_or(0);
        track.dimensions = Some(Dimensions::new(edge(14), edge(17)));
        let rate = f64::from(be_u32(packet, 22)) / f64::from(be_u32(packet, 26).max(1));
        track.fps = Some(rate).filter(|rate| *rate > 0.0);
        let shift = u32::from(be_u16(packet, 40) >> 5 & 31);
        return Some(OggStream { serial, track, rate, skipped: 0, shift });
    }
    None
}
