//! The rules for chunks around the image data (PNG third edition, 5.6 and clause 11).

use super::header::{Color, Header};
use crate::text;

/// A chunk with a plausible header: its offset, the length of its data, its type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) at: u64,
    pub(super) length: u64,
    pub(super) kind: [u8; 4],
}

impl Chunk {
    pub(super) fn name(&self) -> &str {
        std::str::from_utf8(&self.kind).unwrap_or("????")
    }

    pub(super) fn data(&self) -> u64 {
        self.at + 8
    }

    pub(super) fn is_critical(&self) -> bool {
        self.kind[0].is_ascii_uppercase()
    }
}

/// Where a known ancillary chunk may be, how often, and how long its data may be.
struct KnownChunk {
    kind: [u8; 4],
    /// It must come before PLTE as well as before IDAT.
    before_palette: bool,
    /// It must come after PLTE, if there is one.
    after_palette: bool,
    before_data: bool,
    once: bool,
    lengths: std::ops::RangeInclusive<u64>,
}

const fn known(kind: [u8; 4], slot: Slot, once: bool, lengths: std::ops::RangeInclusive<u64>) -> KnownChunk {
    let before_palette = matches!(slot, Slot::BeforePalette);
    let after_palette = matches!(slot, Slot::AfterPalette);
    KnownChunk { kind, before_palette, after_palette, before_data: !matches!(slot, Slot::Anywhere), once, lengths }
}

#[derive(Clone, Copy)]
enum Slot {
    BeforePalette,
    AfterPalette,
    BeforeData,
    Anywhere,
}

/// Table 9 of the specification.
const KNOWN: [KnownChunk; 17] = [
    known(*b"cHRM", Slot::BeforePalette, true, 32..=32),
    known(*b"cICP", Slot::BeforePalette, true, 4..=4),
    known(*b"gAMA", Slot::BeforePalette, true, 4..=4),
    known(*b"iCCP", Slot::BeforePalette, true, 4..=u64::MAX),
    known(*b"mDCV", Slot::BeforePalette, true, 24..=24),
    known(*b"cLLI", Slot::BeforePalette, true, 8..=8),
    known(*b"sBIT", Slot::BeforePalette, true, 1..=4),
    known(*b"sRGB", Slot::BeforePalette, true, 1..=1),
    known(*b"bKGD", Slot::AfterPalette, true, 1..=6),
    known(*b"hIST", Slot::AfterPalette, true, 2..=512),
    known(*b"tRNS", Slot::AfterPalette, true, 0..=256),
    known(*b"eXIf", Slot::Anywhere, true, 4..=u64::MAX),
    known(*b"pHYs", Slot::BeforeData, true, 9..=9),
    known(*b"sPLT", Slot::BeforeData, false, 3..=u64::MAX),
    known(*b"tIME", Slot::Anywhere, true, 7..=7),
    known(*b"tEXt", Slot::Anywhere, false, 2..=u64::MAX),
    known(*b"acTL", Slot::BeforeData, true, 8..=8),
];

/// The chunks before a chunk.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    pub(super) palette: bool,
    pub(super) data: bool,
    pub(super) same: bool,
}

/// Whether the chunk is shorter than decoders read without checking; strict ones (Pillow) refuse the file.
pub(super) fn is_cut_short(kind: [u8; 4], length: u64) -> bool {
    matches!(&kind, b"gAMA" | b"pHYs" | b"sRGB")
        && KNOWN.iter().any(|rule| rule.kind == kind && length < *rule.lengths.start())
}

/// The fault of a known ancillary chunk; none for one that is valid or unknown.
pub(super) fn complaint(kind: [u8; 4], length: u64, before: Before, header: &Header) -> Option<(&'static str, String)> {
    let rule = KNOWN.iter().find(|rule| rule.kind == kind)?;
    if rule.once && before.same {
        return Some(("chunk-repeated", "occurs a second time".to_owned()));
    }
    if rule.before_data && before.data {
        return Some(("chunk-order", "comes after the image data, but must come before".to_owned()));
    }
    if rule.before_palette && before.palette {
        return Some(("chunk-order", "comes after PLTE, but must come before".to_owned()));
    }
    if rule.after_palette && header.color == Color::Palette && !before.palette {
        return Some(("chunk-order", "comes before PLTE, but must come after".to_owned()));
    }
    if kind == *b"tRNS" && header.color.has_alpha() {
        return Some(("trns-unwanted", "is present although the pixels have an alpha sample".to_owned()));
    }
    let exact = match (&kind, header.color) {
        (b"tRNS", Color::Grey) | (b"bKGD", Color::Grey | Color::GreyAlpha) => Some(2),
        (b"tRNS" | b"bKGD", Color::Rgb | Color::Rgba) => Some(6),
        (b"bKGD", Color::Palette) | (b"sBIT", Color::Grey) => Some(1),
        (b"sBIT", Color::GreyAlpha) => Some(2),
        (b"sBIT", Color::Rgb | Color::Palette) => Some(3),
        (b"sBIT", Color::Rgba) => Some(4),
        _ => None,
    };
    let fits = exact.map_or(rule.lengths.contains(&length), |exact| exact == length);
    (!fits).then(|| {
        ("chunk-length", format!("has {} of data, a length that it cannot have", text::counted(length, "byte")))
    })
}

/// The fault of a PLTE chunk, and whether decoders stop at it.
pub(super) fn palette_complaint(length: u64, before: Before, header: &Header) -> Option<(bool, String)> {
    let in_use = header.color == Color::Palette;
    let most = if in_use { 1 << header.bit_depth } else { 256 };
    if before.same {
        Some((true, "occurs a second time".to_owned()))
    } else if before.data {
        Some((false, "comes after the image data".to_owned()))
    } else if matches!(header.color, Color::Grey | Color::GreyAlpha) {
        Some((false, "is present although the pixels are grey".to_owned()))
    } else if length == 0 || !length.is_multiple_of(3) || length > 768 {
        Some((in_use, format!("has {} of data, which is not 1 to 256 colours", text::counted(length, "byte"))))
    } else if length / 3 > most {
        Some((false, format!("has {} colours, more than {} bits can address", length / 3, header.bit_depth)))
    } else {
        None
    }
}
