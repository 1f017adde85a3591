//! The bytes of samples: where they may be, and whether their codec can have produced them.

use memchr::memchr;

use super::entry::Payload;
use crate::media::codec::av1::{ObuFault, ObuWalk};
use crate::media::codec::nal::{NalFault, NalWalk, Syntax};
use crate::media::{Bytes, ReadError};
use crate::text;

/// The byte ranges that may hold samples, in file order.
#[derive(Debug, Default)]
pub(super) struct Extents {
    parts: Vec<(u64, u64)>,
    last: usize,
    /// Boxes with free space or of unknown type.
    opaque: Vec<(u64, u64)>,
    /// Offset of the first sample found in one of these.
    pub(super) stray: Option<u64>,
    /// There were too many ranges to keep; only the end of the file limits a sample.
    pub(super) crowded: bool,
}

/// Each range takes 16 bytes of memory.
const MOST_PARTS: usize = 1 << 20;
const MOST_OPAQUE: usize = 256;
/// Units of work for one step of a search among the parts. Most steps miss the cache.
const SEARCH_STEP: u64 = 12;

impl Extents {
    pub(super) fn add(&mut self, start: u64, end: u64) {
        if self.parts.len() < MOST_PARTS {
            self.parts.push((start, end));
        } else {
            self.crowded = true;
        }
    }

    pub(super) fn add_opaque(&mut self, start: u64, end: u64) {
        if self.opaque.len() < MOST_OPAQUE {
            self.opaque.push((start, end));
        }
    }

    /// The end of the range that contains `offset`, or `offset` itself if there is none.
    pub(super) fn end_from(&mut self, bytes: &mut Bytes<'_>, offset: u64) -> Result<u64, ReadError> {
        if self.crowded {
            return Ok(bytes.len().max(offset));
        }
        // Samples mostly follow each other within a part, or continue in the next.
        for near in [self.last, self.last + 1] {
            if let Some(&(start, end)) = self.parts.get(near)
                && (start..end).contains(&offset)
            {
                self.last = near;
                return Ok(end);
            }
        }
        bytes.spend(SEARCH_STEP * u64::from(self.parts.len().checked_ilog2().unwrap_or(0)))?;
        self.last = self.parts.partition_point(|(_, end)| *end <= offset);
        match self.parts.get(self.last) {
            Some(&(start, end)) if start <= offset => Ok(end),
            _ => {
                bytes.spend(self.opaque.len() as u64)?;
                Ok(self.end_of_opaque(offset))
            }
        }
    }

    /// As [`end_from`](Self::end_from), for free space and unknown boxes: players follow the offset and find the sample
    /// there.
    fn end_of_opaque(&mut self, offset: u64) -> u64 {
        let Some(&(_, end)) = self.opaque.iter().find(|(start, end)| (*start..*end).contains(&offset)) else {
            return offset;
        };
        self.stray.get_or_insert(offset);
        end
    }
}

/// Limits the bytes of samples that are inspected, against tables that list the same bytes many times.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn of(file: u64) -> Self {
        Self { left: file.saturating_mul(2).saturating_add(1 << 20) }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }
}

/// The fault in one sample.
#[derive(Clone, Copy, Debug)]
pub(super) enum SampleFault {
    Nal(NalFault),
    Obu(ObuFault),
    /// It begins with a start code (Annex B) instead of a unit length.
    StartCode,
    /// It does not begin like a VP9 frame.
    NoFrameMarker,
    /// A run of zeros that is neither padding nor followed by a start code; `offset` is its end.
    Zeros {
        offset: u64,
        zeros: u64,
    },
    /// All zeros, although the codec has a sync word or an end mark.
    Blank,
}

impl SampleFault {
    fn offset(self) -> u64 {
        match self {
            Self::Nal(
                NalFault::TooLong { offset, .. }
                | NalFault::BadHeader { offset }
                | NalFault::Impossible { offset, .. }
                | NalFault::Blank { offset },
            )
            | Self::Obu(ObuFault::TooLong { offset, .. } | ObuFault::BadHeader { offset }) => offset,
            Self::Zeros { offset, .. } => offset,
            Self::Obu(ObuFault::NoFrame) | Self::StartCode | Self::NoFrameMarker | Self::Blank => 0,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Nal(NalFault::TooLong { length, left, .. }) => {
                format!("a NAL unit claims {}, but {} are left", text::counted(length, "byte"), text::count(left))
            }
            Self::Nal(NalFault::BadHeader { .. }) => "a NAL unit begins with an invalid byte".into(),
            Self::Nal(NalFault::Impossible { zeros, .. }) => {
                format!("{} zero bytes in a row inside a NAL unit, which are not allowed", text::count(zeros))
            }
            Self::Nal(NalFault::Blank { .. }) => "its NAL units are all empty".into(),
            Self::Obu(ObuFault::TooLong { size, left, .. }) => {
                format!("an OBU claims {}, but {} are left", text::counted(size, "byte"), text::count(left))
            }
            Self::Obu(ObuFault::BadHeader { .. }) => "an OBU header is broken".into(),
            Self::Obu(ObuFault::NoFrame) => "there is no frame in it".into(),
            Self::StartCode => "it begins with a start code instead of the length of a NAL unit".into(),
            Self::NoFrameMarker => "it does not begin with a frame marker".into(),
            Self::Zeros { zeros, .. } => {
                format!("{} zero bytes in a row, more than a stream can have", text::count(zeros))
            }
            Self::Blank => "it contains only zeros".into(),
        }
    }
}

/// The damaged samples of a track.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Harm {
    pub(super) samples: u64,
    first: Option<(u64, u64, SampleFault)>,
}

impl Harm {
    pub(super) fn note(&mut self, sample: u64, start: u64, fault: SampleFault) {
        self.samples += 1;
        self.first.get_or_insert((sample, start, fault));
    }

    /// The samples are complete but framed as in another container, which some players accept.
    pub(super) fn is_repacked(&self) -> bool {
        matches!(self.first, Some((.., SampleFault::StartCode)))
    }

    /// The first damage: the sample (from 0), the offset, and the description.
    pub(super) fn first(&self) -> Option<(u64, u64, String)> {
        self.first.map(|(sample, start, fault)| (sample, start.saturating_add(fault.offset()), fault.words()))
    }
}

#[derive(Debug)]
enum SampleSyntax {
    Nothing,
    Nal(NalWalk),
    Obu(ObuWalk),
    Vp9,
    StartCodes,
    NotBlank,
}

/// Inspects samples of one codec, one after the other.
#[derive(Debug)]
pub(super) struct Checker {
    payload: Payload,
    syntax: SampleSyntax,
    /// Where the last sample ended.
    last: u64,
}

/// The cost of a seek, in bytes of the budget.
const JUMP: u64 = 64;

/// Pieces end at multiples of this, so that they fill the window of [`Bytes`] exactly.
const PIECE: u64 = 256 << 10;

impl Checker {
    pub(super) fn new(payload: Payload) -> Self {
        let syntax = match payload {
            Payload::Opaque => SampleSyntax::Nothing,
            Payload::Avc { length_size } => SampleSyntax::Nal(NalWalk::new(Syntax::Avc, length_size)),
            Payload::Hevc { length_size } => SampleSyntax::Nal(NalWalk::new(Syntax::Hevc, length_size)),
            Payload::Av1 => SampleSyntax::Obu(ObuWalk::new()),
            Payload::Vp9 => SampleSyntax::Vp9,
            Payload::StartCodes => SampleSyntax::StartCodes,
            Payload::NotBlank => SampleSyntax::NotBlank,
        };
        Self { payload, syntax, last: 0 }
    }

    pub(super) fn is_for(&self, payload: Payload) -> bool {
        self.payload == payload
    }

    pub(super) fn looks(&self) -> bool {
        !matches!(self.syntax, SampleSyntax::Nothing)
    }

    /// Inspects a sample that is known to be in the file.
    pub(super) fn sample(
        &mut self,
        bytes: &mut Bytes<'_>,
        offset: u64,
        size: u64,
        budget: &mut Budget,
    ) -> Result<Option<SampleFault>, ReadError> {
        if size == 0 {
            return Ok(None);
        }
        let end = offset.saturating_add(size);
        let jump = if self.last == offset { 0 } else { JUMP };
        self.last = end;
        let Some(left) = budget.left.checked_sub(size.saturating_add(jump)) else {
            budget.left = 0;
            return Ok(None);
        };
        budget.left = left;
        let mut at = offset;
        match &mut self.syntax {
            SampleSyntax::Nothing => {}
            SampleSyntax::Vp9 => {
                // Every frame, and so every superframe, begins with the bits 10 (VP9 specification, 6.2).
                let marked = bytes.byte(offset)? >> 6 == 2;
                return Ok((!marked).then_some(SampleFault::NoFrameMarker));
            }
            SampleSyntax::StartCodes => return zeros(bytes, offset, size),
            SampleSyntax::NotBlank => {
                // MP3, AC-3, FLAC and JPEG begin with a mark, and AAC ends with one (ISO/IEC 14496-3, 4.4.2.1: ID_END).
                while at < end {
                    let to = end.min(if at == offset { at + 16 } else { (at / PIECE + 1) * PIECE });
                    let piece = bytes.get(at, usize::try_from(to - at).unwrap_or(0))?;
                    if piece.iter().any(|byte| *byte != 0) {
                        return Ok(None);
                    }
                    at = to;
                }
                return Ok(Some(SampleFault::Blank));
            }
            SampleSyntax::Nal(walk) => {
                walk.begin(size);
                while at < end {
                    let to = end.min((at / PIECE + 1) * PIECE);
                    let piece = bytes.get(at, usize::try_from(to - at).unwrap_or(0))?;
                    if let Err(fault) = walk.feed(piece) {
                        let repacked = bytes.peek(offset, 4)? == [0, 0, 0, 1];
                        return Ok(Some(if repacked { SampleFault::StartCode } else { SampleFault::Nal(fault) }));
                    }
                    at = to;
                }
                return Ok(walk.finish().err().map(SampleFault::Nal));
            }
            SampleSyntax::Obu(walk) => {
                walk.begin(size);
                while at < end {
                    let skipped = walk.skippable().min(end - at);
                    if skipped > 0 {
                        walk.skip(skipped);
                        at += skipped;
                        continue;
                    }
                    // A header is at most two bytes and a size of eight.
                    let to = end.min(at + 10);
                    let piece = bytes.get(at, usize::try_from(to - at).unwrap_or(0))?;
                    if let Err(fault) = walk.feed(piece) {
                        return Ok(Some(SampleFault::Obu(fault)));
                    }
                    at = to;
                }
                return Ok(walk.finish().err().map(SampleFault::Obu));
            }
        }
        Ok(None)
    }
}

/// MPEG video has at most 22 zero bits in a row except before a start code (ISO/IEC 13818-2, 6.2.1; 14496-2, 6.2.1), and
/// zeros at the end are padding. A few more bytes are tolerated for the sake of odd encoders.
fn zeros(bytes: &mut Bytes<'_>, offset: u64, size: u64) -> Result<Option<SampleFault>, ReadError> {
    const MOST: u64 = 16;
    let (mut at, end) = (offset, offset.saturating_add(size));
    let mut run = 0u64;
    while at < end {
        let to = end.min((at / PIECE + 1) * PIECE);
        let piece = bytes.get(at, usize::try_from(to - at).unwrap_or(0))?;
        let mut from = 0;
        while let Some(rest) = piece.get(from..).filter(|rest| !rest.is_empty()) {
            if run == 0 {
                let Some(zero) = memchr(0, rest) else { break };
                from += zero + 1;
                run = 1;
                continue;
            }
            let more = rest.iter().position(|byte| *byte != 0);
            run += more.unwrap_or(rest.len()) as u64;
            let Some(more) = more else { break };
            from += more;
            if run > MOST && rest.get(more) != Some(&1) {
                return Ok(Some(SampleFault::Zeros { offset: at + from as u64 - offset, zeros: run }));
            }
            run = 0;
        }
        at = to;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_know_their_ends() {
        let mut extents = Extents::default();
        extents.add(10, 20);
        extents.add(30, 40);
        for (offset, end) in [(0, 0), (10, 20), (19, 20), (20, 20), (30, 40), (15, 20), (40, 40), (99, 99)] {
            let found = extents.end_from(&mut Bytes::of_slice(&[0; 1_000]), offset);
            assert_eq!(found.expect("memory"), end, "{offset}");
        }
    }

    fn fault(payload: Payload, sample: &[u8]) -> Option<String> {
        let mut budget = Budget::of(sample.len() as u64);
        let size = sample.len() as u64;
        let found = Checker::new(payload).sample(&mut Bytes::of_slice(sample), 0, size, &mut budget);
        found.expect("memory").map(SampleFault::words)
    }

    #[test]
    fn runs_of_zeros_that_a_codec_cannot_write() {
        let with = |zeros: usize, end: &[u8]| [&[0, 0, 1, 0xb6, 0x55][..], &vec![0; zeros], end].concat();
        assert_eq!(fault(Payload::StartCodes, &with(3, &[7])), None);
        assert_eq!(fault(Payload::StartCodes, &with(900, &[])), None, "padding");
        assert_eq!(fault(Payload::StartCodes, &with(900, &[1, 0xb2])), None, "stuffing");
        assert!(fault(Payload::StartCodes, &with(900, &[7])).is_some_and(|words| words.starts_with("900 zero bytes")));
        assert!(fault(Payload::NotBlank, &[0; 100]).is_some());
        assert_eq!(fault(Payload::NotBlank, &[&[0; 99][..], &[7]].concat()), None);
        assert!(fault(Payload::Vp9, &[0x42, 1]).is_some());
        assert_eq!(fault(Payload::Vp9, &[0x82, 1]), None);
    }

    #[test]
    fn the_budget_ends() {
        let bytes = vec![7; 1_000];
        let mut budget = Budget { left: 2_000 };
        let mut checker = Checker::new(Payload::NotBlank);
        for _ in 0..10 {
            checker.sample(&mut Bytes::of_slice(&bytes), 0, 1_000, &mut budget).expect("memory");
        }
        assert!(budget.is_spent());
    }
}
