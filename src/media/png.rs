//! PNG: chunks, their checksums, and the image data inside them (W3C PNG, third edition).
//!
//! The walker makes one pass from the signature to IEND. It computes the CRC-32 of every chunk, inflates the zlib
//! stream of the IDAT chunks into a small buffer, and checks only the filter type of every row. A break in the chain of
//! chunks ends the walk, because what follows has no meaning. It does not report the consequences of a fault already
//! reported.

mod animation;
mod chunk;
mod data;
mod header;
mod signature;

use super::{Bytes, Depth, Dimensions, Facts, Fault, ReadError, exif};
use crate::text;
use animation::Animation;
use chunk::{Before, Chunk};
use data::{ImageData, RowProgress, Trouble};
use header::{Color, Header};
use signature::Signature;

/// Bytes of a chunk's data read at once.
const PIECE: u64 = 256 << 10;
/// How many kinds of chunks are remembered; there are about thirty.
const MOST_KINDS: usize = 256;
/// How many chunks are searched for orientation and animation when reading only the header.
const HOPS: u32 = 64;

/// The effect of faults that decoders ignore.
const IGNORED: &str = "decoders ignore it";
/// The effect of damage before the image data that most decoders tolerate.
const STRICT: &str = "strict decoders (Pillow) refuse the file, others ignore the chunk";

/// Whether the first bytes of a file (32 are enough) are those of a PNG, intact or with a damaged signature.
pub(super) fn is_png(head: &[u8]) -> bool {
    signature::read(head) != Signature::None
}

pub(super) fn walk(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    match signature::read(bytes.peek(0, 32)?) {
        Signature::Intact | Signature::None => {}
        Signature::Damaged { cause, header } => {
            facts.fault(
                Fault::corrupt("signature", format!("the PNG signature is damaged: {cause}"))
                    .sentence()
                    .at(0)
                    .effect("no decoder recognises it as a PNG; the bytes after it are probably damaged too"),
            );
            return signature::size_behind(bytes, header, facts);
        }
    }
    let mut walk = ChunkWalk::new(facts, bytes.inflatable());
    if depth == Depth::Header {
        walk.header_only(bytes)?;
    } else {
        walk.all(bytes)?;
    }
    walk.close();
    Ok(())
}

/// A chunk whose CRC-32 does not match.
#[derive(Clone, Copy)]
struct WrongCrc {
    chunk: Chunk,
    computed: u32,
    declared: u32,
    /// The progress of the picture before the chunk.
    progress: Option<RowProgress>,
}

struct ChunkWalk<'f> {
    facts: &'f mut Facts,
    /// How much of the image data may be inflated.
    inflatable: u64,
    header: Option<Header>,
    shown: Option<Dimensions>,
    data: Option<ImageData>,
    /// The chunk in which the image data broke.
    trouble_at: Option<u64>,
    animation: Animation,
    seen: Vec<[u8; 4]>,
    /// Whether the run of IDAT chunks is over.
    data_over: bool,
    /// Whether the run of IDAT chunks ended before the picture was complete, which is not reported yet.
    interrupted: bool,
    /// Whether a fault that explains the missing part of the picture has been reported.
    explained: bool,
    iphone: bool,
    reported_codes: Vec<&'static str>,
}

impl<'f> ChunkWalk<'f> {
    fn new(facts: &'f mut Facts, inflatable: u64) -> Self {
        Self {
            facts,
            inflatable,
            header: None,
            shown: None,
            data: None,
            trouble_at: None,
            animation: Animation::default(),
            seen: Vec::new(),
            data_over: false,
            interrupted: false,
            explained: false,
            iphone: false,
            reported_codes: Vec::new(),
        }
    }

    /// Reports a fault, once for each code: a run of damaged chunks has one cause.
    fn fault(&mut self, code: &'static str, make: impl FnOnce() -> Fault) {
        if !self.reported_codes.contains(&code) {
            self.reported_codes.push(code);
            self.facts.fault(make());
        }
    }

    fn has(&self, kind: [u8; 4]) -> bool {
        self.seen.contains(&kind)
    }

    /// The chunk at `at`; none at the end of the chain, after reporting that.
    fn chunk(&mut self, bytes: &mut Bytes<'_>, at: u64, before: Option<WrongCrc>) -> Result<Option<Chunk>, ReadError> {
        let left = bytes.left(at);
        if left < 8 {
            self.wrong_crc(before);
            self.ends(at, bytes.len());
            return Ok(None);
        }
        let [l0, l1, l2, l3, kind @ ..] = bytes.array::<8>(at)?;
        let length = u64::from(u32::from_be_bytes([l0, l1, l2, l3]));
        let named = kind.iter().all(u8::is_ascii_alphabetic);
        if named && length <= i32::MAX as u64 {
            self.wrong_crc(before);
            return Ok(Some(Chunk { at, length, kind }));
        }
        let mut missing = self.missing();
        let text = if let Some(wrong) = before {
            missing = data::missing(wrong.progress);
            format!(
                "the chain breaks at the {} chunk at {}: its CRC-32 does not match, and no chunk begins at its end",
                wrong.chunk.name(),
                text::count(wrong.chunk.at)
            )
        } else if named {
            format!(
                "the chunk at {} claims {}, above the maximum of 2,147,483,647",
                text::count(at),
                text::counted(length, "byte")
            )
        } else {
            format!("no chunk begins at {}, where the previous one ends: its type is {}", text::count(at), hex(kind))
        };
        if !self.explained {
            self.fault("chunk-chain", || Fault {
                names_place: before.is_none(),
                ..Fault::corrupt("chunk-chain", text).at(at).effect(missing)
            });
        }
        self.explained = true;
        Ok(None)
    }

    /// The file ends at a chunk boundary or inside the first eight bytes of a chunk, without IEND.
    fn ends(&mut self, at: u64, len: u64) {
        let whole = self.data.as_ref().is_some_and(ImageData::is_whole);
        let effect =
            if whole { "the picture is complete, but what followed it is missing".to_owned() } else { self.missing() };
        self.fault("truncated", || {
            let text = format!("the file ends at {} without an IEND chunk", text::count(len));
            Fault::corrupt("truncated", text).at_named_byte(at).effect(effect)
        });
        self.explained = true;
    }

    /// The missing part of the picture if decoding ends here.
    fn missing(&self) -> String {
        data::missing(self.progress())
    }

    fn progress(&self) -> Option<RowProgress> {
        self.data.as_ref().map(ImageData::progress)
    }

    fn header_only(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        let mut at = 8;
        for _ in 0..HOPS {
            let Some(chunk) = self.chunk(bytes, at, None)? else { break };
            if !self.first_chunk(bytes, chunk)? || chunk.kind == *b"IDAT" {
                break;
            }
            match &chunk.kind {
                b"eXIf" => self.orientation(bytes, chunk)?,
                b"acTL" => {
                    let data = bytes.peek(chunk.data(), 8)?;
                    let _ = self.animation.control(data);
                }
                _ => {}
            }
            self.seen.push(chunk.kind);
            at = chunk.data() + chunk.length + 4;
        }
        Ok(())
    }

    /// Checks that IHDR comes first; returns false after reporting that it does not.
    fn first_chunk(&mut self, bytes: &mut Bytes<'_>, chunk: Chunk) -> Result<bool, ReadError> {
        if self.header.is_some() || self.has(*b"IHDR") {
            return Ok(true);
        }
        if chunk.kind == *b"CgBI" && self.seen.is_empty() {
            self.iphone = true;
            self.explained = true;
            self.fault("cgbi", || {
                let text = "the file is in Apple's own variant of PNG (it begins with a CgBI chunk), as Xcode puts it into apps";
                Fault::corrupt("cgbi", text).at(chunk.at).effect("only Apple's software can show it")
            });
            return Ok(true);
        }
        if chunk.kind != *b"IHDR" {
            self.fault("ihdr", || {
                let text = format!("the first chunk is {}, not IHDR", chunk.name());
                Fault::corrupt("ihdr", text).at(chunk.at).effect(data::NOTHING)
            });
            self.explained = true;
            return Ok(false);
        }
        let read = if chunk.length == 13 && bytes.left(chunk.data()) >= 13 {
            let data = bytes.array::<13>(chunk.data())?;
            let size = Header::size(&data);
            self.facts.stored = Header::is_possible(size).then_some(size);
            Header::read(&data)
        } else if chunk.length == 13 {
            // The code that reads the chunk reports the end of the file.
            return Ok(true);
        } else {
            Err(format!("{} of data, not 13", text::counted(chunk.length, "byte")))
        };
        match read {
            Ok(header) => {
                self.header = Some(header);
                Ok(true)
            }
            Err(what) => {
                // The checksum distinguishes zeroed or flipped bytes from an odd writer.
                let intact = Self::crc_is_right(bytes, chunk)?;
                let why = if intact { "" } else { "; its CRC-32 does not match either, so its bytes were changed" };
                self.fault("ihdr", || {
                    let text = format!("IHDR has {what}{why}");
                    Fault::corrupt("ihdr", text).at(chunk.data()).effect(data::NOTHING)
                });
                self.explained = true;
                Ok(false)
            }
        }
    }

    fn crc_is_right(bytes: &mut Bytes<'_>, chunk: Chunk) -> Result<bool, ReadError> {
        if chunk.length > 64 || bytes.left(chunk.at) < chunk.length + 12 {
            return Ok(false);
        }
        let body = bytes.get(chunk.at + 4, 8 + chunk.length as usize)?;
        let (body, crc) = body.split_at(body.len() - 4);
        Ok(crc32fast::hash(body).to_be_bytes() == *crc)
    }

    fn orientation(&mut self, bytes: &mut Bytes<'_>, chunk: Chunk) -> Result<(), ReadError> {
        if let Some(header) = &self.header
            && let Some(orientation) = exif::orientation(bytes, chunk.data(), chunk.length)?
        {
            self.shown = Some(orientation.shown(header.size));
        }
        Ok(())
    }

    fn all(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        let mut at = 8;
        let mut wrong = None;
        while let Some(chunk) = self.chunk(bytes, at, wrong.take())? {
            if !self.first_chunk(bytes, chunk)? {
                return Ok(());
            }
            if bytes.left(chunk.data()) < chunk.length + 4 {
                return self.cut(bytes, chunk);
            }
            if chunk.is_critical() && !matches!(&chunk.kind, b"IHDR" | b"PLTE" | b"IDAT" | b"IEND" | b"CgBI") {
                let missing = self.missing();
                self.fault("critical-unknown", || {
                    let text =
                        format!("the critical chunk {} at {} is not one of PNG", chunk.name(), text::count(chunk.at));
                    Fault::corrupt("critical-unknown", text)
                        .at_named_byte(chunk.at)
                        .effect(format!("decoders stop there: {missing}"))
                });
                return Ok(());
            }
            let ends_data = chunk.kind != *b"IDAT" && self.data.is_some() && !self.data_over;
            let repeated = self.has(chunk.kind);
            self.begin(bytes, chunk)?;
            let progress = self.progress();
            let computed = self.read(bytes, chunk, chunk.length)?;
            let declared = u32::from_be_bytes(bytes.array::<4>(chunk.data() + chunk.length)?);
            if computed != declared {
                wrong = Some(WrongCrc { chunk, computed, declared, progress });
            }
            if ends_data {
                self.data_over = true;
                // A chunk with changed bytes in the middle of the data is the cause, because it was an IDAT.
                if wrong.is_none() || self.data.as_ref().is_some_and(ImageData::is_whole) {
                    self.end_data(chunk.at);
                }
            }
            if !repeated && self.seen.len() < MOST_KINDS {
                self.seen.push(chunk.kind);
            }
            at = chunk.data() + chunk.length + 4;
            if chunk.kind == *b"IEND" {
                self.wrong_crc(wrong);
                self.end(bytes, chunk, at);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Checks the rules that a chunk must follow because of earlier ones.
    fn begin(&mut self, bytes: &mut Bytes<'_>, chunk: Chunk) -> Result<(), ReadError> {
        let Some(header) = self.header else { return Ok(()) };
        let before = Before { palette: self.has(*b"PLTE"), data: self.data.is_some(), same: self.has(chunk.kind) };
        match &chunk.kind {
            b"IHDR" if before.same => self.fault("ihdr-repeated", || {
                Fault::corrupt("ihdr-repeated", format!("a second IHDR is at {}", text::count(chunk.at)))
                    .at_named_byte(chunk.at)
                    .effect("decoders stop there")
            }),
            b"IHDR" | b"IEND" | b"CgBI" => {}
            b"PLTE" => self.palette(chunk, before, &header),
            b"IDAT" => self.begin_data(chunk, &header),
            b"fcTL" => {
                let data = bytes.peek(chunk.data(), usize::try_from(chunk.length.min(27)).unwrap_or(27))?;
                let what = self.animation.frame(data, &header, !before.data, self.inflatable);
                self.broken_animation(what, chunk.at);
            }
            b"fdAT" => {
                let data = bytes.peek(chunk.data(), usize::try_from(chunk.length.min(4)).unwrap_or(4))?;
                let what = self.animation.begin_data(data);
                self.broken_animation(what, chunk.at);
            }
            _ => {
                if let Some((code, what)) = chunk::complaint(chunk.kind, chunk.length, before, &header) {
                    let text = format!("the {} chunk at {} {what}", chunk.name(), text::count(chunk.at));
                    if !before.data && chunk::is_cut_short(chunk.kind, chunk.length) {
                        self.fault("chunk-short", || {
                            Fault::corrupt("chunk-short", text).at_named_byte(chunk.at).effect(STRICT).mendable()
                        });
                        return Ok(());
                    }
                    self.fault(code, || Fault::malformed(code, text).at_named_byte(chunk.at).effect(IGNORED));
                } else if chunk.kind == *b"eXIf" {
                    self.orientation(bytes, chunk)?;
                } else if chunk.kind == *b"acTL" {
                    let what = self.animation.control(bytes.peek(chunk.data(), 8)?);
                    self.broken_animation(what, chunk.at);
                }
            }
        }
        Ok(())
    }

    fn palette(&mut self, chunk: Chunk, before: Before, header: &Header) {
        let Some((harmful, what)) = chunk::palette_complaint(chunk.length, before, header) else { return };
        let text = format!("the PLTE chunk at {} {what}", text::count(chunk.at));
        self.fault("plte", || {
            let fault = if harmful { Fault::corrupt("plte", text) } else { Fault::malformed("plte", text) };
            fault.at_named_byte(chunk.at).effect(if harmful { "decoders stop there" } else { IGNORED })
        });
    }

    fn begin_data(&mut self, chunk: Chunk, header: &Header) {
        if self.data.is_none() {
            if header.color == Color::Palette && !self.has(*b"PLTE") && !self.explained {
                self.explained = true;
                self.fault("plte-missing", || {
                    Fault::corrupt("plte-missing", "the pixels use a palette, but no PLTE chunk comes before them")
                        .at(chunk.at)
                        .effect(data::NOTHING)
                });
            }
            self.data = Some(ImageData::new(header.layout(header.size), self.inflatable));
        } else if self.data_over && !self.explained {
            let missing = self.missing();
            let whole = self.data.as_ref().is_some_and(ImageData::is_whole);
            self.explained |= !whole;
            self.fault("idat-apart", || {
                let text = format!("the IDAT chunk at {} is separated from those before it", text::count(chunk.at));
                let fault =
                    if whole { Fault::malformed("idat-apart", text) } else { Fault::corrupt("idat-apart", text) };
                fault.at_named_byte(chunk.at).effect(if whole { IGNORED.to_owned() } else { missing })
            });
        }
    }

    /// Reads `count` bytes of a chunk's data, passes on those that are pixels, and returns the CRC-32 over type and
    /// data.
    fn read(&mut self, bytes: &mut Bytes<'_>, chunk: Chunk, count: u64) -> Result<u32, ReadError> {
        let is_data = chunk.kind == *b"IDAT" && !self.data_over && !self.iphone;
        let is_frame = chunk.kind == *b"fdAT";
        let mut crc = crc32fast::Hasher::new();
        crc.update(&chunk.kind);
        let mut done = 0;
        while done < count {
            let piece = bytes.get(chunk.data() + done, usize::try_from(PIECE.min(count - done)).unwrap_or(1))?;
            crc.update(piece);
            if is_data && let Some(data) = &mut self.data {
                data.feed(piece);
                if self.trouble_at.is_none() && data.has_trouble() {
                    self.trouble_at = Some(chunk.at);
                }
            } else if is_frame {
                self.animation.feed(if done == 0 { piece.get(4..).unwrap_or(&[]) } else { piece });
            }
            done += piece.len() as u64;
        }
        Ok(crc.finalize())
    }

    fn wrong_crc(&mut self, wrong: Option<WrongCrc>) {
        let Some(WrongCrc { chunk, computed, declared, progress }) = wrong else { return };
        if self.reported_codes.contains(&"crc") && self.reported_codes.contains(&"ancillary-crc") {
            return;
        }
        let missing = data::missing(progress);
        let text = format!(
            "the CRC-32 of the {} chunk at {} is {declared:08x}, but its bytes give {computed:08x}",
            chunk.name(),
            text::count(chunk.at)
        );
        let data_due = self.data.as_ref().is_some_and(|data| !data.is_whole());
        let corrupt = |text: String, effect: String| Fault::corrupt("crc", text).at_named_byte(chunk.at).effect(effect);
        let malformed =
            |code, text: String, effect: &str| Fault::malformed(code, text).at_named_byte(chunk.at).effect(effect);
        match &chunk.kind {
            b"fcTL" | b"fdAT" if self.animation.is_declared() => {
                self.fault("animation", || animation::fault(text).at_named_byte(chunk.at));
            }
            b"IHDR" | b"PLTE" | b"IDAT" | b"CgBI" => {
                if !std::mem::replace(&mut self.explained, true) {
                    self.fault("crc", || corrupt(text, format!("decoders stop there: {missing}")));
                }
            }
            _ if data_due => {
                if !std::mem::replace(&mut self.explained, true) {
                    self.fault("crc", || corrupt(text, missing));
                }
            }
            b"tRNS" => self.fault("crc", || corrupt(text, format!("transparency is lost; {STRICT}"))),
            b"IEND" => self.fault("iend-crc", || malformed("iend-crc", text, "the picture is complete")),
            _ if self.data.is_none() => self.fault("crc", || corrupt(text, STRICT.to_owned()).mendable()),
            _ => self.fault("ancillary-crc", || malformed("ancillary-crc", text, IGNORED)),
        }
    }

    fn broken_animation(&mut self, what: Option<String>, at: u64) {
        if let Some(what) = what {
            self.fault("animation", || animation::fault(what).at(at));
        }
    }

    /// The run of IDAT chunks ended at `at`.
    fn end_data(&mut self, at: u64) {
        let Some(data) = &mut self.data else { return };
        let trouble = data.finish();
        let (whole, progress) = (data.is_whole(), data.progress());
        let Some(trouble) = trouble.filter(|_| !self.explained) else { return };
        if trouble == Trouble::Cut {
            // The rest may follow after the chunk in between; then that is the fault.
            self.interrupted = true;
            return;
        }
        let at = self.trouble_at.unwrap_or(at);
        let harmless = matches!(trouble, Trouble::Long | Trouble::Leftover | Trouble::Open)
            || (whole && matches!(trouble, Trouble::Broken(_)));
        let (code, text) = match trouble {
            Trouble::Broken(word) => ("zlib", format!("the image data cannot be inflated: {word}")),
            Trouble::Checksum => ("adler", "the Adler-32 after the image data does not match".to_owned()),
            Trouble::Filter { value, row } => (
                "filter",
                format!(
                    "row {} of the image data has the filter type {value}, which PNG does not define",
                    text::count(row)
                ),
            ),
            Trouble::Short | Trouble::Cut => return self.rows_missing(at),
            Trouble::Long => ("data-long", "the image data continue after the last row".to_owned()),
            Trouble::Leftover => ("data-leftover", "bytes follow the zlib stream inside IDAT".to_owned()),
            Trouble::Open => ("zlib-open", "the zlib stream of the image data does not end".to_owned()),
        };
        let effect = match code {
            _ if harmless => IGNORED.to_owned(),
            "adler" => "pixels differ from the saved ones".to_owned(),
            _ => progress.missing(),
        };
        self.explained = self.explained || !harmless;
        self.fault(code, || {
            let fault = if harmless { Fault::malformed(code, text) } else { Fault::corrupt(code, text) };
            fault.at(at).effect(effect)
        });
    }

    fn rows_missing(&mut self, at: u64) {
        let missing = self.missing();
        self.explained = true;
        self.fault("rows-missing", || {
            Fault::corrupt("rows-missing", "the image data end before the last row").at(at).effect(missing)
        });
    }

    /// The file ends inside this chunk.
    fn cut(&mut self, bytes: &mut Bytes<'_>, chunk: Chunk) -> Result<(), ReadError> {
        let there = bytes.left(chunk.data()).min(chunk.length);
        if let (b"IDAT", Some(header)) = (&chunk.kind, self.header) {
            self.begin_data(chunk, &header);
        }
        if chunk.kind == *b"IDAT" {
            self.read(bytes, chunk, there)?;
        }
        let whole = self.data.as_ref().is_some_and(ImageData::is_whole);
        let text = format!(
            "the {} chunk at {} claims {} of data, but the file ends {}",
            chunk.name(),
            text::count(chunk.at),
            text::counted(chunk.length, "byte"),
            if there < chunk.length {
                format!("after {} of them", text::count(there))
            } else {
                "inside its CRC-32".to_owned()
            }
        );
        let effect =
            if whole { "the picture is complete, but what followed it is missing".to_owned() } else { self.missing() };
        self.fault("truncated", || Fault::corrupt("truncated", text).at_named_byte(chunk.at).effect(effect));
        self.explained = true;
        Ok(())
    }

    fn end(&mut self, bytes: &Bytes<'_>, chunk: Chunk, behind: u64) {
        if self.interrupted && !self.explained {
            self.rows_missing(chunk.at);
        }
        if self.data.is_none() && !self.explained {
            self.explained = true;
            self.fault("idat-missing", || {
                Fault::corrupt("idat-missing", "there is no IDAT chunk before IEND").at(chunk.at).effect(data::NOTHING)
            });
        }
        let what = self.animation.end();
        self.broken_animation(what, chunk.at);
        if chunk.length > 0 {
            self.fault("chunk-length", || {
                Fault::malformed(
                    "chunk-length",
                    format!("IEND has {} of data, not 0", text::counted(chunk.length, "byte")),
                )
                .at(chunk.at)
            });
        }
        let trailing = bytes.left(behind);
        if trailing > 0 {
            self.fault("trailing-bytes", || {
                Fault::malformed("trailing-bytes", format!("{} after IEND", text::counted(trailing, "byte")))
                    .at(behind)
                    .effect(IGNORED)
            });
        }
    }

    fn close(self) {
        let stored = self.header.map(|header| header.size);
        self.facts.dimensions = self.shown.or(stored);
        self.facts.animated = self.animation.moves();
    }
}

fn hex([a, b, c, d]: [u8; 4]) -> String {
    format!("{a:02x} {b:02x} {c:02x} {d:02x}")
}
