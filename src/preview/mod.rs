//! Small previews of media files for a page or a hover: a thumbnail, a key frame, a waveform.
//!
//! This module encodes every picture that it returns, whatever the file contains.

mod frame;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::media::{Bytes, Class, Dimensions, Facts, Format, Wave, wave};
use crate::remedy;

/// The longer edge of a thumbnail.
const EDGE: u32 = 320;
/// The largest picture file to read, in bytes.
const MOST_BYTES: u64 = 64 << 20;
/// The most pixels to decode in one picture, and in one that is decoded while others are.
const MOST_PIXELS: u64 = 64 << 20;
const MANY_PIXELS: u64 = 12 << 20;
/// The largest thumbnail in bytes.
const MOST_MADE: usize = 48 << 10;
/// The number of stretches in a waveform.
const BARS: usize = 120;
/// The most seconds of sound to decode.
pub const MOST_SECONDS: f64 = 600.0;

/// A small picture of a media file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// A JPEG.
    Picture {
        bytes: Vec<u8>,
        size: Dimensions,
    },
    Wave(Wave),
}

/// The cost of a preview.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Pixels that are decoded.
    pub pixels: u64,
    /// Seconds of sound that are decoded.
    pub seconds: f64,
    /// Runs of ffmpeg.
    pub frames: u64,
}

/// The cost of the preview of such a file; none if it has no preview.
#[must_use]
pub fn cost(facts: &Facts) -> Option<Cost> {
    if facts.encrypted {
        return None;
    }
    match facts.format.class() {
        Class::Picture if remedy::is_drawn(facts.format) => {
            let size = facts.stored.or(facts.dimensions)?;
            let pixels = u64::from(size.width) * u64::from(size.height);
            let small = pixels <= MOST_PIXELS && facts.size_bytes <= MOST_BYTES;
            small.then_some(Cost { pixels, ..Cost::default() })
        }
        Class::Audio if matches!(facts.format, Format::Wav | Format::Mp3) => {
            let seconds = facts.duration_s.or(facts.declared_duration_s)?.min(MOST_SECONDS);
            Some(Cost { seconds, ..Cost::default() })
        }
        Class::Video => Some(Cost { frames: 1, ..Cost::default() }),
        _ => None,
    }
}

/// Makes the preview of a file; none if that fails. `file` is the open file at `path`.
#[must_use]
pub fn of_file(file: &File, path: &Path, facts: &Facts) -> Option<Preview> {
    let cost = cost(facts)?;
    if cost.frames > 0 {
        let frame = frame::first(path, facts.format, EDGE)?;
        return thumbnail(&frame);
    }
    if cost.seconds > 0.0 {
        let mut bytes = Bytes::of_file(file).ok()?;
        return wave(&mut bytes, facts, BARS, MOST_SECONDS).map(Preview::Wave);
    }
    /// One large picture in memory at a time is enough.
    static LARGE: Mutex<()> = Mutex::new(());
    let _alone = (cost.pixels > MANY_PIXELS).then(|| LARGE.lock().unwrap_or_else(PoisonError::into_inner));
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    thumbnail(&bytes)
}

fn thumbnail(bytes: &[u8]) -> Option<Preview> {
    let (bytes, size) = remedy::thumbnail(bytes, EDGE, MOST_PIXELS * 8).ok()?;
    (bytes.len() <= MOST_MADE).then_some(Preview::Picture { bytes, size })
}
