//! Open bitstream units of AV1 (AV1 specification, 5.3) as stored in MP4 and WebM: each has a size, except that the last
//! one in a sample may extend to the end.

/// A fault in a sample; offsets are relative to its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) enum ObuFault {
    /// A unit claims more bytes than are left.
    TooLong { offset: u64, size: u64, left: u64 },
    /// `obu_forbidden_bit` is set, or the size is invalid.
    BadHeader { offset: u64 },
    /// There is no frame in the sample.
    NoFrame,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Header,
    Extension,
    Size { read: u8 },
    Payload { left: u64 },
}

/// Walks samples piece by piece: [`begin`](Self::begin), then [`feed`](Self::feed), or [`skip`](Self::skip) as far as
/// [`skippable`](Self::skippable) allows, until the sample ends; then [`finish`](Self::finish).
#[derive(Clone, Debug)]
pub(in crate::media) struct ObuWalk {
    state: State,
    position: u64,
    sample_left: u64,
    unit_at: u64,
    sized: bool,
    size: u64,
    frames: u64,
}

impl ObuWalk {
    pub(in crate::media) fn new() -> Self {
        Self { state: State::Header, position: 0, sample_left: 0, unit_at: 0, sized: false, size: 0, frames: 0 }
    }

    /// Begins a sample of `size` bytes.
    pub(in crate::media) fn begin(&mut self, size: u64) {
        *self = Self { sample_left: size, ..Self::new() };
    }

    /// The number of upcoming bytes that may be skipped.
    pub(in crate::media) fn skippable(&self) -> u64 {
        match self.state {
            State::Payload { left } => left,
            _ => 0,
        }
    }

    /// Skips payload bytes.
    pub(in crate::media) fn skip(&mut self, count: u64) {
        if let State::Payload { left } = self.state {
            let count = count.min(left);
            self.take(count);
            self.state = if left == count { State::Header } else { State::Payload { left: left - count } };
        }
    }

    /// Reads the next bytes of the sample.
    pub(in crate::media) fn feed(&mut self, mut piece: &[u8]) -> Result<(), ObuFault> {
        while let Some(&byte) = piece.first() {
            let mut used = 1;
            match self.state {
                State::Payload { left } => {
                    used = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
                    self.skip(used as u64);
                }
                State::Header => {
                    self.unit_at = self.position;
                    if byte & 0x80 != 0 {
                        return Err(ObuFault::BadHeader { offset: self.position });
                    }
                    self.take(1);
                    // OBU_FRAME_HEADER, OBU_FRAME.
                    if matches!(byte >> 3 & 15, 3 | 6) {
                        self.frames += 1;
                    }
                    self.sized = byte & 2 != 0;
                    self.size = 0;
                    if byte & 4 != 0 {
                        self.state = State::Extension;
                    } else {
                        self.after_header();
                    }
                }
                State::Extension => {
                    self.take(1);
                    self.after_header();
                }
                State::Size { read } => {
                    self.take(1);
                    self.size |= u64::from(byte & 0x7f) << (7 * read);
                    if byte & 0x80 == 0 {
                        if self.size > self.sample_left {
                            let (offset, size, left) = (self.unit_at, self.size, self.sample_left);
                            return Err(ObuFault::TooLong { offset, size, left });
                        }
                        self.payload(self.size);
                    } else if read == 7 {
                        return Err(ObuFault::BadHeader { offset: self.unit_at });
                    } else {
                        self.state = State::Size { read: read + 1 };
                    }
                }
            }
            piece = piece.get(used..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends the sample.
    pub(in crate::media) fn finish(&self) -> Result<(), ObuFault> {
        match self.state {
            State::Header if self.frames == 0 => Err(ObuFault::NoFrame),
            State::Header => Ok(()),
            _ => Err(ObuFault::BadHeader { offset: self.unit_at }),
        }
    }

    fn take(&mut self, count: u64) {
        self.position += count;
        self.sample_left = self.sample_left.saturating_sub(count);
    }

    fn after_header(&mut self) {
        if self.sized {
            self.state = State::Size { read: 0 };
        } else {
            self.payload(self.sample_left);
        }
    }

    fn payload(&mut self, left: u64) {
        self.state = if left == 0 { State::Header } else { State::Payload { left } };
    }
}

/// Walks a sample that is in memory.
#[allow(dead_code, reason = "for containers whose frames fit into memory")]
pub(in crate::media) fn walk(sample: &[u8]) -> Result<(), ObuFault> {
    let mut walk = ObuWalk::new();
    walk.begin(sample.len() as u64);
    walk.feed(sample)?;
    walk.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_and_bad_samples() {
        // A temporal delimiter, a sequence header of 2 bytes, a frame without size.
        let good = [0x12, 0, 0x0a, 2, 1, 2, 0x30, 9, 9, 9];
        assert_eq!(walk(&good), Ok(()));
        for cut in 0..=good.len() {
            let (a, b) = good.split_at(cut);
            let mut walk = ObuWalk::new();
            walk.begin(good.len() as u64);
            assert_eq!(walk.feed(a).and_then(|()| walk.feed(b)).and_then(|()| walk.finish()), Ok(()), "cut at {cut}");
        }
        let long = [0x32, 0x80, 1, 7, 7];
        assert_eq!(walk(&long).err(), Some(ObuFault::TooLong { offset: 0, size: 128, left: 2 }));
        assert_eq!(walk(&[0xb2, 1, 0]).err(), Some(ObuFault::BadHeader { offset: 0 }));
        assert_eq!(
            walk(&[0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).err(),
            Some(ObuFault::BadHeader { offset: 0 })
        );
        assert_eq!(walk(&[0; 32]).err(), Some(ObuFault::NoFrame));
        assert_eq!(walk(&[0x12, 0]).err(), Some(ObuFault::NoFrame));
    }
}
