//! AVI: the main header and the headers of the streams (Microsoft, `avifmt.h`).

use super::{le, le_u32, set_size, sound_track};
use crate::media::{Bytes, Dimensions, Facts, ReadError, Track, TrackKind};

/// The most chunks of the header list to read.
const MOST_CHUNKS: u32 = 1_024;

pub(super) fn read(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let mut at = 12;
    let mut header: Option<(bool, f64, f64)> = None;
    for _ in 0..MOST_CHUNKS {
        let head = bytes.array::<12>(at)?;
        let size = u64::from(le_u32(&head, 4));
        match (&head[..4], &head[8..12]) {
            (b"LIST", b"hdrl" | b"strl") => {
                at += 12;
                continue;
            }
            (b"LIST", b"movi") => break,
            (b"strh", kind) => {
                let body = bytes.peek(at + 8, 40)?;
                let (scale, rate) = (f64::from(le_u32(body, 20)), f64::from(le_u32(body, 24)));
                let units = rate / scale;
                let usable = units.is_finite() && units > 0.0;
                let seconds = if usable { f64::from(le_u32(body, 32)) / units } else { 0.0 };
                header = Some((kind == b"vids", if usable { units } else { 0.0 }, seconds));
            }
            (b"strf", _) => {
                if let Some((is_picture, units, seconds)) = header.take() {
                    let body = bytes.peek(at + 8, 40)?;
                    let mut track = if is_picture { picture(body) } else { sound(body) };
                    track.duration_s = Some(seconds).filter(|seconds| *seconds > 0.0);
                    track.fps = Some(units).filter(|units| is_picture && *units > 0.0);
                    if let Some(size) = track.dimensions.filter(|_| facts.dimensions.is_none()) {
                        set_size(facts, size, size);
                        facts.fps = track.fps;
                    }
                    facts.tracks.push(track);
                }
            }
            _ => {}
        }
        at = at.saturating_add(8 + size + (size & 1));
    }
    facts.duration_s = facts.tracks.iter().filter_map(|track| track.duration_s).reduce(f64::max);
    Ok(())
}

/// `BITMAPINFOHEADER`.
fn picture(body: &[u8]) -> Track {
    let code = body.get(16..20).unwrap_or_default().to_ascii_lowercase();
    let codec = match code.as_slice() {
        b"h264" | b"x264" | b"avc1" | b"davc" => "h264".to_owned(),
        b"hevc" | b"h265" | b"hvc1" => "hevc".to_owned(),
        b"xvid" | b"divx" | b"dx50" | b"fmp4" | b"mp4v" => "mpeg4".to_owned(),
        b"div3" | b"mp43" => "msmpeg4v3".to_owned(),
        b"mjpg" => "mjpeg".to_owned(),
        b"dvsd" => "dvvideo".to_owned(),
        [0, 0, 0, 0] => "rawvideo".to_owned(),
        other => other.escape_ascii().to_string(),
    };
    let mut track = Track::new(TrackKind::Video, codec);
    let height = le_u32(body, 8).cast_signed().unsigned_abs();
    track.dimensions = Some(Dimensions::new(le_u32(body, 4), height)).filter(|size| size.short_edge() > 0);
    track
}

/// `WAVEFORMATEX`.
fn sound(body: &[u8]) -> Track {
    let bits = le(body, 14, 2);
    let codec = match le(body, 0, 2) {
        1 if bits == 8 => "pcm_u8".to_owned(),
        1 => format!("pcm_s{bits}le"),
        2 => "adpcm_ms".to_owned(),
        0x11 => "adpcm_ima_wav".to_owned(),
        0x50 => "mp2".to_owned(),
        0x55 => "mp3".to_owned(),
        0xff | 0x1600 | 0x1602 => "aac".to_owned(),
        0x2000 => "ac3".to_owned(),
        0x161 => "wmav2".to_owned(),
        other => format!("0x{other:04x}"),
    };
    sound_track(codec, le_u32(body, 4), u16::try_from(le(body, 2, 2)).unwrap_or(0))
}
