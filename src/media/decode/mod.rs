//! Decoding, to find what the walkers cannot.
//!
//! The decoders are third-party crates. Each is fenced in: its memory is limited, a panic becomes a fault, and what it
//! does not support is no fault of the file.

mod picture;
mod sound;
mod wave;

pub use wave::{Wave, wave};

use super::{Bytes, Facts, Format, ReadError};

/// Notes that a file was not decoded, and why.
fn left_out(facts: &mut Facts, why: &'static str) {
    facts.not_decoded = Some(why);
}

/// Decodes everything that we have a decoder for, unless the walker has found the file corrupt already.
pub(super) fn check(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    match facts.format {
        Format::Png | Format::Jpeg => picture::check(bytes, facts),
        Format::Wav | Format::Mp3 | Format::Mp4 | Format::WebM => sound::check(bytes, facts),
        _ => Ok(()),
    }
}
