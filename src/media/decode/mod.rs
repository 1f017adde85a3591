//! Decodes files to find what the walkers cannot.
//!
//! The decoders are third-party crates, each behind a guard: its memory is limited, a panic becomes a fault, and
//! content that it does not support is not a fault of the file.

mod picture;
mod sound;
mod wave;

pub use wave::{Wave, wave};

use super::{Bytes, Facts, Format, ReadError};

/// Records that a file was not decoded, and why.
fn left_out(facts: &mut Facts, why: &'static str) {
    facts.not_decoded = Some(why);
}

/// Decodes everything that we have a decoder for, unless the walker has already found the file corrupt.
pub(super) fn check(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    match facts.format {
        Format::Png | Format::Jpeg => picture::check(bytes, facts),
        Format::Wav | Format::Mp3 | Format::Mp4 | Format::WebM => sound::check(bytes, facts),
        _ => Ok(()),
    }
}
