//! Turns bytes into facts: what a media file really is, whatever its name says.
//!
//! [`probe`] looks only at the bytes and returns [`Facts`]: format, displayed dimensions, duration, tracks, and faults.
//! This module knows formats, but not the services that accept them; it does not judge the facts.
//!
//! Every walker reads through [`Bytes`], checks each count against the enclosing structure before using it, never
//! allocates in proportion to a number from the file, and takes a number of steps bounded by the file size.

mod bytes;
mod codec;
mod decode;
mod exif;
mod facts;
mod format;
mod jpeg;
mod mp3;
mod mp4;
mod outline;
mod packed;
mod pdf;
mod png;
mod sniff;
mod srt;
mod tallies;
mod wav;
mod webm;

pub use bytes::{Bytes, MAX_PIECE, ReadError, decoded_len, sextet};
pub use decode::{Wave, wave};
pub use facts::{Chroma, Damage, Dimensions, Facts, Fault, Hdr, Track, TrackKind};
pub use format::{Class, Format, extension};
pub use packed::{CompactFacts, pack, unpack};

/// How much of a file [`probe`] reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// The few bytes that give format, dimensions, and a stated duration.
    Header,
    /// Every box, chunk, block, marker and frame, without decoding picture or sound.
    #[default]
    Full,
    /// As [`Depth::Full`], and then decodes everything that we have a decoder for.
    Decode,
}

impl Depth {
    /// The names of all depths.
    pub const NAMES: [&str; 3] = ["header", "full", "decode"];

    /// The depth of this name; none if there is no such depth.
    ///
    /// ```
    /// assert_eq!(heylint::Depth::from_name("header"), Some(heylint::Depth::Header));
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "header" => Some(Self::Header),
            "full" => Some(Self::Full),
            "decode" => Some(Self::Decode),
            _ => None,
        }
    }
}

/// Determines the format without reading the whole file.
///
/// # Errors
///
/// Only errors of the source: [`ReadError::Io`] or [`ReadError::Changed`].
pub fn sniff(bytes: &mut Bytes<'_>) -> Result<Format, ReadError> {
    ended_is_unknown(sniff::format(bytes))
}

fn ended_is_unknown(result: Result<Format, ReadError>) -> Result<Format, ReadError> {
    match result {
        Err(ReadError::End { .. } | ReadError::Spent) => Ok(Format::Unknown),
        other => other,
    }
}

/// Reads the facts of a media file from its bytes.
///
/// A broken file is not an error: its faults are in [`Facts::faults`]. For formats without a walker it reads only what
/// a conversion needs (dimensions, duration, tracks), or just format and size.
///
/// # Errors
///
/// Only errors of the source: [`ReadError::Io`] or [`ReadError::Changed`].
pub fn probe(bytes: &mut Bytes<'_>, depth: Depth) -> Result<Facts, ReadError> {
    probe_as(bytes, depth, None)
}

/// Like [`probe`], for a file whose name or media type suggests a format.
///
/// The bytes take precedence. The name only decides between MP4, M4V and M4A, which share one structure, and what a
/// file of unknown format was meant to be: a damaged picture, or an MP3 if it has any trace of one.
///
/// # Errors
///
/// As [`probe`].
pub fn probe_as(bytes: &mut Bytes<'_>, depth: Depth, promised: Option<Format>) -> Result<Facts, ReadError> {
    bytes.renew_budget();
    let sniffed = sniff(bytes)?;
    let format = match promised {
        Some(promised) => sniff::named(bytes, sniffed, promised)?,
        None => sniffed,
    };
    let mut facts = Facts::new(format, bytes.len());
    if sniffed == Format::Unknown && format.class() == Class::Picture {
        let start: Vec<String> = bytes.peek(0, 4)?.iter().map(|byte| format!("{byte:02x}")).collect();
        let message = format!("the {format} signature is missing: the file begins with {}", start.join(" "));
        facts.fault(
            Fault::corrupt("signature", message).sentence().at(0).effect("no decoder recognises it as a picture"),
        );
        return Ok(facts);
    }
    let walked = match format {
        Format::Mp4 => mp4::walk(bytes, depth, &mut facts),
        Format::WebM => webm::walk(bytes, depth, &mut facts),
        Format::Png => png::walk(bytes, depth, &mut facts),
        Format::Jpeg => jpeg::walk(bytes, depth, &mut facts),
        Format::Wav => wav::walk(bytes, depth, &mut facts),
        Format::Mp3 => mp3::walk(bytes, depth, &mut facts),
        Format::Pdf => pdf::walk(bytes, depth, &mut facts),
        Format::Srt => srt::walk(bytes, depth, &mut facts),
        _ => outline::read(bytes, depth, &mut facts),
    };
    match walked {
        Ok(()) => {}
        // The fallback for all walkers; they report a truncated structure themselves if they know more.
        Err(ReadError::End { .. }) if !format.is_walked() => {}
        Err(ReadError::End { offset }) => {
            facts.fault(Fault::corrupt("ends-early", "the file ends in the middle of a structure").at(offset));
        }
        Err(ReadError::Spent) => {}
        Err(other) => return Err(other),
    }
    if matches!(format.class(), Class::Video | Class::Audio) {
        let seconds = facts.duration_s.or(facts.declared_duration_s);
        facts.bit_rate = facts::average_bit_rate(facts.size_bytes, seconds.unwrap_or(0.0));
    }
    if depth == Depth::Decode && !facts.is_unplayable() && !bytes.is_spent() {
        match decode::check(bytes, &mut facts) {
            Err(ReadError::Spent) | Ok(()) => {}
            Err(other) => return Err(other),
        }
    }
    if bytes.is_spent() && format.is_walked() {
        let message = "checking all of it takes far more work than a file of its size justifies";
        let fault = Fault::malformed("work-limit", message).at(0);
        facts.fault(Fault { mendable: false, ..fault.effect("part of it was not checked and may be damaged") });
    }
    // If the file changed meanwhile, the facts match neither version.
    bytes.settled()?;
    Ok(facts)
}
