//! Decodes pictures: PNG row by row with the `png` crate, JPEG with `image`.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegDecoder;
use image::{ImageDecoder, ImageError, Limits};

use super::left_out;
use crate::media::{Bytes, Dimensions, Facts, Fault, Format, ReadError, jpeg};
use crate::text;

/// The most memory for decoding: for a JPEG its file, pixels and coefficients, for a PNG two rows.
const MOST_MEMORY: u64 = 40 << 20;
/// The largest picture to decode, in bytes of its pixels; more takes seconds.
const MOST_BYTES: u64 = 256 << 20;
/// The most memory that the PNG decoder may allocate for a row and for chunks other than the picture.
const MOST_BESIDE: usize = 8 << 20;
/// The most chunks of a PNG to decode. The decoder takes tens of microseconds even for an empty chunk.
const MOST_CHUNKS: u32 = 1 << 15;
/// The longest quotation from a decoder's own message.
const MOST_WORDS: usize = 160;

/// How decoding ended.
enum DecodeEnd {
    /// All pixels were decoded.
    Whole,
    /// Decoding stopped for a reason that is not a fault of the file.
    Skipped(&'static str),
    /// The decoder reports another size than the header.
    Size(Dimensions),
    Failed(String),
}

/// Decodes a PNG or JPEG in which the walker found nothing that loses content.
pub(super) fn check(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    let Some(stored) = facts.stored else { return Ok(()) };
    if facts.is_corrupt() {
        return Ok(());
    }
    let (format, pixels) = (facts.format, u64::from(stored.width) * u64::from(stored.height));
    let unfit = match facts.decoder_limit {
        Some(why) => Some(why),
        None => unfit(bytes, format, pixels)?,
    };
    let outcome = match unfit {
        Some(why) => DecodeEnd::Skipped(why),
        None if bytes.memory().is_some() => {
            let memory = bytes.memory().unwrap_or_default();
            fenced(|| decode(format, Cursor::new(memory), stored))
        }
        None => {
            let mut reader = BytesReader { bytes, at: 0, error: None };
            let outcome = fenced(|| decode(format, &mut reader, stored));
            if let Some(error) = reader.error {
                return Err(error);
            }
            outcome
        }
    };
    match outcome {
        DecodeEnd::Whole => {}
        DecodeEnd::Skipped(why) => left_out(facts, why),
        DecodeEnd::Size(found) => {
            let text = format!("the decoder finds {found} pixels, the header says {stored}");
            facts.fault(Fault::corrupt("decoded-size", text).effect("decoders disagree about the picture"));
        }
        DecodeEnd::Failed(words) => {
            let text = format!("decoding its {} pixels fails: {words}", text::count(pixels));
            // The walker may have found a fault that common decoders ignore; this decoder may just be stricter.
            facts.fault(if facts.faults.is_empty() {
                Fault::corrupt("decoding", text).effect("part of the picture cannot be shown")
            } else {
                Fault::malformed("decoding", text).effect("strict decoders refuse the file")
            });
        }
    }
    Ok(())
}

/// Why a picture is not decoded.
fn unfit(bytes: &mut Bytes<'_>, format: Format, pixels: u64) -> Result<Option<&'static str>, ReadError> {
    if pixels > MOST_BYTES / 4 {
        return Ok(Some("it has more than 64 megapixels"));
    }
    if format == Format::Png {
        return Ok((!has_few_chunks(bytes)?).then_some("it has more than 32,768 chunks"));
    }
    Ok(match jpeg::decoding_bytes(bytes)? {
        None => Some("it is lossless or arithmetic-coded"),
        Some(needed) if needed.saturating_add(bytes.len()) > MOST_MEMORY => {
            Some("the decoder would need more than 40 MiB of memory")
        }
        Some(_) => None,
    })
}

/// Steps from chunk to chunk after the signature.
fn has_few_chunks(bytes: &mut Bytes<'_>) -> Result<bool, ReadError> {
    let mut at = 8;
    for _ in 0..MOST_CHUNKS {
        let &[a, b, c, d] = bytes.peek(at, 4)? else { return Ok(true) };
        at += 12 + u64::from(u32::from_be_bytes([a, b, c, d]));
    }
    Ok(false)
}

/// Runs a decoder and stops its panics.
fn fenced(decode: impl FnOnce() -> DecodeEnd) -> DecodeEnd {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| DecodeEnd::Failed("the decoder gave up".to_owned()))
}

fn decode<R: BufRead + Seek>(format: Format, reader: R, stored: Dimensions) -> DecodeEnd {
    if format == Format::Png { rows(reader, stored) } else { pixels(reader, stored) }
}

/// Decodes a PNG row by row.
fn rows<R: BufRead + Seek>(reader: R, stored: Dimensions) -> DecodeEnd {
    let decoder = png::Decoder::new_with_limits(reader, png::Limits { bytes: MOST_BESIDE });
    let decoded = decoder.read_info().and_then(|mut decoder| {
        let (width, height) = decoder.info().size();
        if (width, height) != (stored.width, stored.height) {
            return Ok(DecodeEnd::Size(Dimensions::new(width, height)));
        }
        while decoder.next_row()?.is_some() {}
        Ok(DecodeEnd::Whole)
    });
    match decoded {
        Ok(outcome) => outcome,
        Err(png::DecodingError::LimitsExceeded) => DecodeEnd::Skipped("the data beside the picture are too large"),
        Err(error) => DecodeEnd::Failed(words(&error)),
    }
}

/// Decodes all pixels of a JPEG at once.
fn pixels<R: BufRead + Seek>(reader: R, stored: Dimensions) -> DecodeEnd {
    let decoded = JpegDecoder::new(reader).and_then(|mut decoder| {
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_MEMORY);
        decoder.set_limits(limits)?;
        let (width, height) = decoder.dimensions();
        if (width, height) != (stored.width, stored.height) {
            return Ok(DecodeEnd::Size(Dimensions::new(width, height)));
        }
        let Some(length) = usize::try_from(decoder.total_bytes()).ok().filter(|&all| all as u64 <= MOST_MEMORY) else {
            return Ok(DecodeEnd::Skipped("the decoder would need more than 40 MiB of memory"));
        };
        let mut buffer = vec![0; length];
        decoder.read_image(&mut buffer)?;
        Ok(DecodeEnd::Whole)
    });
    match decoded {
        Ok(outcome) => outcome,
        // Other limits of the decoder have no error type; the walker reports them (`Facts::decoder_limit`).
        Err(ImageError::Unsupported(_) | ImageError::Limits(_)) => {
            DecodeEnd::Skipped("the decoder does not support this kind")
        }
        Err(error) => DecodeEnd::Failed(words(&error)),
    }
}

/// A decoder's message as one line in our style.
fn words(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
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

/// Our bytes as a reader of the standard library.
struct BytesReader<'a, 'b> {
    bytes: &'a mut Bytes<'b>,
    at: u64,
    /// The error of the source, which is not a fault of the picture.
    error: Option<ReadError>,
}

/// The most bytes returned at once.
const PIECE: usize = 64 << 10;

impl BufRead for BytesReader<'_, '_> {
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

impl Read for BytesReader<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill_buf()?;
        let count = piece.len().min(buffer.len());
        buffer[..count].copy_from_slice(&piece[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl Seek for BytesReader<'_, '_> {
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
