//! What a media file looks or sounds like, small enough for a page or a hover: a thumbnail, a key frame, a waveform.
//!
//! Every picture that leaves this room was encoded here, whatever the file holds.

mod frame;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::media::{Bytes, Class, Dimensions, Facts, Format, Wave, wave};
use crate::remedy;

/// The longer edge of a thumbnail.
const EDGE: u32 = 320;
/// Bytes of a picture that is read at most.
const MOST_BYTES: u64 = 64 << 20;
/// Pixels of a picture that is decoded at most, and of one that is decoded while others are.
const MOST_PIXELS: u64 = 64 << 20;
const MANY_PIXELS: u64 = 12 << 20;
/// Bytes of a thumbnail at most.
const MOST_MADE: usize = 48 << 10;
/// Stretches of a waveform.
const BARS: usize = 120;
/// Seconds of sound that are decoded at most.
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

/// What it takes to make the preview of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Pixels that are decoded.
    pub pixels: u64,
    /// Seconds of sound that are decoded.
    pub seconds: f64,
    /// Runs of ffmpeg.
    pub frames: u64,
}

/// What the preview of such a file costs; none where there is no preview of it.
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

/// Makes the preview of a file; none where that does not work. `file` is the open file at `path`.
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
    /// One large picture in memory is enough.
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
