//! Pictures, with the `image` crate.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::{ImageDecoder, ImageError, Limits};

use crate::media::{Bytes, Dimensions, Facts, Fault, Format, ReadError, jpeg};
use crate::text;

/// The largest picture that is decoded, in bytes of its pixels: 64 megapixels in RGBA. A larger one is not decoded, and
/// nothing is said of it.
const MOST_BYTES: u64 = 256 << 20;
/// The largest file that is decoded; the JPEG decoder holds it in memory.
const LARGEST_FILE: u64 = 128 << 20;
/// A PNG in more chunks is not decoded: the decoder takes tens of microseconds for one, be it empty.
const MOST_CHUNKS: u32 = 1 << 15;
/// The most that is passed on of a decoder's own words.
const MOST_WORDS: usize = 160;

/// How decoding ended.
enum Outcome {
    /// All pixels came.
    Whole,
    /// The picture was not decoded, or not to the end, for reasons that are not its fault.
    Skipped,
    /// The decoder gives another size than the header.
    Size(Dimensions),
    Failed(String),
}

/// Decodes a PNG or JPEG whose walk has found nothing that costs content.
pub(super) fn check(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let Some(stored) = facts.stored else { return Ok(()) };
    let pixels = u64::from(stored.width) * u64::from(stored.height);
    if facts.is_corrupt() || pixels > MOST_BYTES / 4 || bytes.len() > LARGEST_FILE {
        return Ok(());
    }
    let format = facts.format;
    // Lossless and arithmetic coding are not what the decoder is made for.
    if format == Format::Jpeg && !jpeg::is_everyday(bytes)? {
        return Ok(());
    }
    if format == Format::Png && !has_few_chunks(bytes)? {
        return Ok(());
    }
    let outcome = if let Some(memory) = bytes.memory() {
        fenced(|| decode(format, Cursor::new(memory), stored))
    } else {
        let mut reader = Reader { bytes, at: 0, error: None };
        let outcome = fenced(|| decode(format, &mut reader, stored));
        if let Some(error) = reader.error {
            return Err(error);
        }
        outcome
    };
    match outcome {
        Outcome::Whole | Outcome::Skipped => {}
        Outcome::Size(found) => {
            let text = format!("the decoder finds {found} pixels, the header says {stored}");
            facts.fault(Fault::corrupt("decoded-size", text));
        }
        Outcome::Failed(words) => {
            let text = format!("decoding its {} pixels fails: {words}", text::count(pixels));
            // Where the walk has found what everyday decoders pass over, this one may merely be stricter than they are.
            facts.fault(if facts.faults.is_empty() {
                Fault::corrupt("decoding", text).effect("a part of the picture cannot be shown")
            } else {
                Fault::malformed("decoding", text).effect("strict decoders refuse the file")
            });
        }
    }
    Ok(())
}

/// Hops from chunk to chunk behind the signature.
fn has_few_chunks(bytes: &mut Bytes<'_>) -> Result<bool, ReadError> {
    let mut at = 8;
    for _ in 0..MOST_CHUNKS {
        let &[a, b, c, d] = bytes.peek(at, 4)? else { return Ok(true) };
        at += 12 + u64::from(u32::from_be_bytes([a, b, c, d]));
    }
    Ok(false)
}

/// Runs a decoder so that its panic does not go further.
fn fenced(decode: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Outcome::Failed("the decoder gave up".to_owned()))
}

fn decode<R: BufRead + Seek>(format: Format, reader: R, stored: Dimensions) -> Outcome {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    let result = match format {
        Format::Png => PngDecoder::with_limits(reader, limits).and_then(|decoder| pixels(decoder, stored)),
        _ => JpegDecoder::new(reader).and_then(|mut decoder| {
            decoder.set_limits(limits)?;
            pixels(decoder, stored)
        }),
    };
    match result {
        Ok(outcome) => outcome,
        Err(ImageError::Unsupported(_) | ImageError::Limits(_)) => Outcome::Skipped,
        Err(error) => {
            let words = words(&error);
            // The JPEG decoder tells some of what it does not support (DNL) in words only.
            if words.contains("not supported") || words.contains("nsupported") {
                Outcome::Skipped
            } else {
                Outcome::Failed(words)
            }
        }
    }
}

fn pixels<D: ImageDecoder>(decoder: D, stored: Dimensions) -> Result<Outcome, ImageError> {
    let (width, height) = decoder.dimensions();
    if (width, height) != (stored.width, stored.height) {
        return Ok(Outcome::Size(Dimensions::new(width, height)));
    }
    let total = decoder.total_bytes();
    let Some(length) = usize::try_from(total).ok().filter(|_| total <= MOST_BYTES) else {
        return Ok(Outcome::Skipped);
    };
    let mut buffer = vec![0; length];
    decoder.read_image(&mut buffer)?;
    Ok(Outcome::Whole)
}

/// A decoder's words on one line, in our style.
fn words(error: &ImageError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    let line =
        text.lines().next().unwrap_or("").trim_matches(|one: char| one.is_whitespace() || matches!(one, '"' | '.'));
    let mut characters = line.chars().filter(|one| !one.is_control()).take(MOST_WORDS);
    let first = characters.next().map(|one| one.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// Our bytes as the standard library reads.
struct Reader<'a, 'b> {
    bytes: &'a mut Bytes<'b>,
    at: u64,
    /// What the source reported, which is no fault of the picture.
    error: Option<ReadError>,
}

/// Handed out at once.
const PIECE: usize = 64 << 10;

impl BufRead for Reader<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.bytes.peek(self.at, PIECE) {
            Ok(piece) => Ok(piece),
            Err(error) => {
                let text = error.to_string();
                self.error = Some(error);
                Err(io::Error::other(text))
            }
        }
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount as u64;
    }
}

impl Read for Reader<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill_buf()?;
        let count = piece.len().min(buffer.len());
        buffer[..count].copy_from_slice(&piece[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl Seek for Reader<'_, '_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
            SeekFrom::End(offset) => self.bytes.len().checked_add_signed(offset),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
