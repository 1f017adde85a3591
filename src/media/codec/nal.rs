//! Length-prefixed NAL units of H.264 (ITU-T H.264, 7.3.1) and HEVC (ITU-T H.265, 7.3.1).
//!
//! A sample is a chain of units that must end exactly where the sample ends. Encoders insert a 3 to prevent the sequences
//! `00 00 00`, `00 00 01` and `00 00 02` within a unit, so these mean that bytes were lost or overwritten. This finds zeroed
//! blocks, holes and splices at memory speed.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The codec of the units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) enum Syntax {
    Avc,
    Hevc,
}

/// A fault in a sample; offsets are relative to its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) enum NalFault {
    /// A unit claims more bytes than are left.
    TooLong { offset: u64, length: u64, left: u64 },
    /// An invalid header: `forbidden_zero_bit` is set, or the temporal id of HEVC is 0.
    BadHeader { offset: u64 },
    /// Bytes that cannot occur in a unit: `zeros` zero bytes before the one at `offset`.
    Impossible { offset: u64, zeros: u64 },
    /// Only empty units, without a picture.
    Blank { offset: u64 },
}

/// Zeros allowed as padding at the end of a unit; decoders drop them.
const PADDING: u64 = 1_023;

static ZEROS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(&[0, 0]));

/// Walks samples piece by piece: [`begin`](Self::begin), [`feed`](Self::feed) until the sample ends,
/// [`finish`](Self::finish). After a fault the caller need not feed the rest of the sample.
#[derive(Clone, Debug)]
pub(in crate::media) struct NalWalk {
    syntax: Syntax,
    length_size: u8,
    position: u64,
    sample_left: u64,
    unit_left: u64,
    /// Bytes of the length field read so far, and their value.
    length_read: u8,
    length: u64,
    unit_at: u64,
    header_read: u8,
    /// The unit contains part of a picture; other units are not inspected.
    slice: bool,
    zeros: u64,
    slices: u64,
    blanks: u64,
}

impl NalWalk {
    /// `length_size` is 1, 2 or 4, from `avcC` or `hvcC`.
    pub(in crate::media) fn new(syntax: Syntax, length_size: u8) -> Self {
        Self {
            syntax,
            length_size: length_size.clamp(1, 4),
            position: 0,
            sample_left: 0,
            unit_left: 0,
            length_read: 0,
            length: 0,
            unit_at: 0,
            header_read: 0,
            slice: false,
            zeros: 0,
            slices: 0,
            blanks: 0,
        }
    }

    /// Begins a sample of `size` bytes.
    pub(in crate::media) fn begin(&mut self, size: u64) {
        *self = Self { sample_left: size, ..Self::new(self.syntax, self.length_size) };
    }

    /// Reads the next bytes of the sample.
    pub(in crate::media) fn feed(&mut self, mut piece: &[u8]) -> Result<(), NalFault> {
        while let Some(&byte) = piece.first() {
            if self.unit_left == 0 {
                self.length = self.length << 8 | u64::from(byte);
                self.length_read += 1;
                self.take(1);
                piece = piece.get(1..).unwrap_or_default();
                if self.length_read == self.length_size {
                    self.open()?;
                }
            } else if self.header_read < self.header_size() {
                self.header(byte)?;
                self.unit_left -= 1;
                self.take(1);
                piece = piece.get(1..).unwrap_or_default();
                self.close_if_through()?;
            } else {
                let count = usize::try_from(self.unit_left).unwrap_or(usize::MAX).min(piece.len());
                let (unit, rest) = piece.split_at(count);
                if self.slice {
                    self.scan(unit)?;
                }
                self.unit_left -= count as u64;
                self.take(count as u64);
                piece = rest;
                self.close_if_through()?;
            }
        }
        Ok(())
    }

    /// Ends the sample.
    pub(in crate::media) fn finish(&self) -> Result<(), NalFault> {
        if self.unit_left > 0 {
            return Err(NalFault::TooLong { offset: self.unit_at, length: self.length, left: self.unit_left });
        }
        // Up to three zero bytes, too few for a length, are padding.
        if self.length_read > 0 && self.length > 0 {
            return Err(NalFault::TooLong { offset: self.position, length: self.length, left: 0 });
        }
        if self.blanks > 0 && self.slices == 0 {
            return Err(NalFault::Blank { offset: 0 });
        }
        Ok(())
    }

    fn take(&mut self, count: u64) {
        self.position += count;
        self.sample_left = self.sample_left.saturating_sub(count);
    }

    fn header_size(&self) -> u8 {
        match self.syntax {
            Syntax::Avc => 1,
            Syntax::Hevc => 2,
        }
    }

    fn open(&mut self) -> Result<(), NalFault> {
        self.unit_at = self.position - u64::from(self.length_size);
        if self.length > self.sample_left {
            return Err(NalFault::TooLong { offset: self.unit_at, length: self.length, left: self.sample_left });
        }
        if self.length == 0 {
            self.blanks += 1;
            self.length_read = 0;
        }
        self.unit_left = self.length;
        self.header_read = 0;
        self.slice = false;
        self.zeros = 0;
        Ok(())
    }

    fn header(&mut self, byte: u8) -> Result<(), NalFault> {
        let bad = Err(NalFault::BadHeader { offset: self.position });
        match (self.syntax, self.header_read) {
            (_, 0) if byte & 0x80 != 0 => return bad,
            (Syntax::Avc, _) => self.slice = matches!(byte & 31, 1..=5),
            (Syntax::Hevc, 0) => self.slice = byte >> 1 & 63 < 32,
            (Syntax::Hevc, _) if byte & 7 == 0 => return bad,
            (Syntax::Hevc, _) => {}
        }
        self.header_read += 1;
        Ok(())
    }

    fn close_if_through(&mut self) -> Result<(), NalFault> {
        if self.unit_left > 0 {
            return Ok(());
        }
        if self.slice {
            self.slices += 1;
            if self.zeros > PADDING {
                return Err(NalFault::Impossible { offset: self.position, zeros: self.zeros });
            }
        }
        self.length = 0;
        self.length_read = 0;
        Ok(())
    }

    /// Searches for forbidden sequences. Zeros are checked when the run ends, because at the end of a unit they are padding.
    fn scan(&mut self, unit: &[u8]) -> Result<(), NalFault> {
        let mut at = 0;
        while let Some(rest) = unit.get(at..) {
            let Some(&next) = rest.first() else { break };
            if self.zeros == 0 {
                match ZEROS.find(rest) {
                    Some(found) => {
                        at += found + 2;
                        self.zeros = 2;
                    }
                    None => {
                        self.zeros = u64::from(rest.last() == Some(&0));
                        break;
                    }
                }
            } else if next == 0 {
                let run = rest.iter().position(|byte| *byte != 0).unwrap_or(rest.len());
                self.zeros += run as u64;
                at += run;
            } else {
                if self.zeros > 2 || self.zeros == 2 && next < 3 {
                    return Err(NalFault::Impossible { offset: self.position + at as u64, zeros: self.zeros });
                }
                self.zeros = 0;
                at += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(content: &[u8]) -> Vec<u8> {
        let mut unit = (content.len() as u32).to_be_bytes().to_vec();
        unit.extend_from_slice(content);
        unit
    }

    /// Checks that every way of cutting the sample in two gives the same result.
    fn walk(syntax: Syntax, sample: &[u8]) -> Result<(), NalFault> {
        let whole = pieces(syntax, &[sample]);
        for cut in 0..=sample.len() {
            let (a, b) = sample.split_at(cut);
            assert_eq!(pieces(syntax, &[a, b]), whole, "cut at {cut}");
        }
        whole
    }

    fn pieces(syntax: Syntax, pieces: &[&[u8]]) -> Result<(), NalFault> {
        let mut walk = NalWalk::new(syntax, 4);
        walk.begin(pieces.iter().map(|piece| piece.len() as u64).sum());
        for piece in pieces {
            walk.feed(piece)?;
        }
        walk.finish()
    }

    #[test]
    fn good_chains() {
        let mut sample = unit(&[0x09, 0xf0]);
        sample.extend(unit(&[0x65, 1, 0, 0, 3, 1, 0, 0, 4, 0, 0x80]));
        assert_eq!(walk(Syntax::Avc, &sample), Ok(()));
        assert_eq!(walk(Syntax::Hevc, &unit(&[0x26, 1, 0xaf, 9, 0, 0, 3])), Ok(()));
        // Padding at the end of a unit, and after the last unit.
        assert_eq!(walk(Syntax::Avc, &unit(&[0x41, 0x9a, 0x80, 0, 0, 0])), Ok(()));
        sample.extend([0, 0, 0]);
        assert_eq!(walk(Syntax::Avc, &sample), Ok(()));
        // A unit other than a slice may contain anything.
        let mut sample = unit(&[0x06, 5, 0, 0, 0, 1, 0x80]);
        sample.extend(unit(&[0x41, 0x9a, 0x80]));
        assert_eq!(walk(Syntax::Avc, &sample), Ok(()));
    }

    #[test]
    fn bad_chains() {
        let mut sample = unit(&[0x65, 1, 2]);
        sample.extend([0, 0, 1, 0, 0x41]);
        let fault = walk(Syntax::Avc, &sample);
        assert_eq!(fault, Err(NalFault::TooLong { offset: 7, length: 256, left: 1 }));
        assert_eq!(walk(Syntax::Avc, &unit(&[0xe5, 1])), Err(NalFault::BadHeader { offset: 4 }));
        assert_eq!(walk(Syntax::Hevc, &unit(&[0x26, 0, 1])), Err(NalFault::BadHeader { offset: 5 }));
        for hole in [[0, 0, 0, 9], [0, 0, 1, 9], [0, 0, 2, 9]] {
            let mut content = vec![0x65, 0x88];
            content.extend(hole);
            assert!(matches!(walk(Syntax::Avc, &unit(&content)), Err(NalFault::Impossible { .. })), "{hole:?}");
        }
        assert_eq!(walk(Syntax::Avc, &[0; 64]), Err(NalFault::Blank { offset: 0 }));
    }

    #[test]
    fn a_hole_to_the_end_is_more_than_padding() {
        let mut content = vec![0x65, 0x88];
        content.resize(4_096, 0);
        assert!(matches!(pieces(Syntax::Avc, &[&unit(&content)]), Err(NalFault::Impossible { zeros: 4_094, .. })));
    }
}
