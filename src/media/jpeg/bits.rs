//! The bits of entropy-coded data, without stuffed bytes (ITU-T T.81, F.2.2.5).

use crate::media::{Bytes, ReadError};

/// Bytes copied from the file at first, and then at most at once: a file may have very many short scans.
const FIRST_PIECE: usize = 512;
const PIECE: usize = 64 << 10;

/// Up to 63 upcoming bits, the first in the highest place.
///
/// This is a separate value so that a loop can keep it in registers. Below the `count` known bits there may be some
/// that were read early; reading on puts the same bits there again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    pub(super) bits: u64,
    pub(super) count: u32,
}

impl Window {
    /// Skips `count` bits, at most the known ones.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: u32) {
        self.bits <<= count & 63;
        self.count = self.count.wrapping_sub(count);
    }

    /// The next `count` bits, 1 to 16.
    #[inline(always)]
    pub(super) fn take(&mut self, count: u32) -> u32 {
        let bits = (self.bits >> ((64 - count) & 63)) as u32;
        self.skip(count);
        bits
    }
}

/// The end of a run of entropy-coded bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// A marker with this code; the offset of its 0xFF.
    Marker(u8, u64),
    /// The file ends.
    End(u64),
}

/// Bytes of data that no code used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) count: u64,
    /// All of them are 0.
    pub(super) blank: bool,
    /// The byte in which the last code ended is filled with ones, as the standard requires (F.1.2.3).
    pub(super) filled: bool,
}

impl Passed {
    pub(super) const NONE: Self = Self { count: 0, blank: true, filled: true };
    /// Writers pad to some boundary with zeros; more of them than this is a hole.
    const MOST_PADDING: u64 = 64;
    /// The most bytes after a properly ended last code that count as a slip of the writer. Damaged codes leave more, or
    /// do not end at the fill bits.
    const MOST_LEFT_OVER: u64 = 4;

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            blank: self.blank && other.blank,
            filled: self.filled && other.filled,
        }
    }

    /// Whether it can be padding.
    pub(super) fn is_padding(self) -> bool {
        self.blank && self.count <= Self::MOST_PADDING
    }

    /// Whether all blocks came before these bytes, so that decoders skip them.
    pub(super) fn is_harmless(self) -> bool {
        self.is_padding() || self.filled && self.count <= Self::MOST_LEFT_OVER
    }
}

/// Reads bits from an offset on. Past a marker or the end of the file it delivers zeros, as libjpeg does;
/// [`Bits::is_overrun`] says whether they were used.
pub(super) struct Bits<'a, 'b> {
    bytes: &'a mut Bytes<'b>,
    buffer: Vec<u8>,
    /// Offset of the buffer in the file.
    base: u64,
    /// Bytes to copy next.
    piece: usize,
    at: usize,
    stop: Option<Stop>,
    /// The number of zeros at the bottom of the window that we added.
    padding: u32,
    error: Option<ReadError>,
}

impl<'a, 'b> Bits<'a, 'b> {
    pub(super) fn new(bytes: &'a mut Bytes<'b>, offset: u64) -> Self {
        Self { bytes, buffer: Vec::new(), base: offset, piece: FIRST_PIECE, at: 0, stop: None, padding: 0, error: None }
    }

    /// Fills the window to 56 bits or more; it must have 63 at most.
    #[inline(always)]
    pub(super) fn refill(&mut self, window: Window) -> Window {
        if let Some(eight) = self.buffer.get(self.at..self.at + 8) {
            let word =
                u64::from_be_bytes([eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7]]);
            if !has_ff(word) {
                let taken = (63 - window.count) >> 3;
                self.at += taken as usize;
                return Window { bits: window.bits | word >> window.count, count: window.count + taken * 8 };
            }
        }
        self.refill_bytewise(window)
    }

    /// As [`refill`](Self::refill), near 0xFF or the end of the buffer.
    #[cold]
    #[inline(never)]
    fn refill_bytewise(&mut self, mut window: Window) -> Window {
        while window.count < 56 {
            if self.stop.is_none() && self.at + 1 >= self.buffer.len() {
                self.read_on();
            }
            let byte = match self.stop {
                Some(_) => {
                    self.padding += 8;
                    0
                }
                None => self.next_byte(),
            };
            if self.stop.is_some() && self.padding == 0 {
                continue;
            }
            window.bits |= u64::from(byte) << (56 - window.count);
            window.count += 8;
        }
        window
    }

    /// The next data byte; sets `stop` instead at a marker or at the end.
    fn next_byte(&mut self) -> u8 {
        let Some(&byte) = self.buffer.get(self.at) else {
            self.stop = Some(Stop::End(self.base + self.at as u64));
            return 0;
        };
        if byte != 0xff {
            self.at += 1;
            return byte;
        }
        loop {
            match self.buffer.get(self.at + 1) {
                // Any number of fill bytes may precede a marker's code; libjpeg also accepts them before a stuffed
                // zero.
                Some(0xff) => self.at += 1,
                Some(0) => {
                    self.at += 2;
                    return 0xff;
                }
                Some(&code) => {
                    self.stop = Some(Stop::Marker(code, self.base + self.at as u64));
                    return 0;
                }
                None => {
                    let known = self.buffer.len() - self.at;
                    self.read_on();
                    if self.buffer.len() <= known {
                        self.stop = Some(Stop::End(self.base + self.buffer.len() as u64));
                        return 0;
                    }
                }
            }
        }
    }

    /// Appends the next piece of the file to the rest of the buffer.
    fn read_on(&mut self) {
        let from = self.base + self.buffer.len() as u64;
        self.base += self.at as u64;
        self.buffer.drain(..self.at);
        self.at = 0;
        let count = self.piece;
        self.piece = (count * 4).min(PIECE);
        match self.bytes.peek(from, count) {
            Ok(piece) => self.buffer.extend_from_slice(piece),
            Err(error) => self.error = Some(error),
        }
    }

    /// Whether more bits were taken than the data had.
    #[inline(always)]
    pub(super) fn is_overrun(&self, window: Window) -> bool {
        self.padding > window.count
    }

    /// The approximate offset of the window in the file.
    pub(super) fn offset(&self, window: Window) -> u64 {
        let ahead = u64::from(window.count.saturating_sub(self.padding) / 8);
        (self.base + self.at as u64).saturating_sub(ahead)
    }

    /// Drops the window and moves to the next marker. Also returns the whole bytes of data that it skipped; 0xFF 0x00
    /// is data here.
    pub(super) fn seek_marker(&mut self, window: Window) -> (Stop, Passed) {
        let whole = window.count.saturating_sub(self.padding) / 8;
        // The remaining bits of a partly used byte are not data.
        let rest = window.bits.checked_shl(window.count.saturating_sub(self.padding) % 8).unwrap_or(0);
        let known = if whole == 0 { 0 } else { rest >> (64 - 8 * whole.min(8)) };
        let begun = window.count.saturating_sub(self.padding) % 8;
        let filled = begun == 0 || window.bits >> (64 - begun) == (1 << begun) - 1;
        let mut passed = Passed { count: u64::from(whole), blank: known == 0, filled };
        self.padding = 0;
        loop {
            if let Some(stop) = self.stop {
                return (stop, passed);
            }
            let rest = self.buffer.get(self.at..).unwrap_or(&[]);
            let data = memchr::memchr(0xff, rest).unwrap_or(rest.len());
            passed.count += data as u64;
            passed.blank &= rest[..data].iter().all(|&byte| byte == 0);
            self.at += data;
            if self.at + 1 >= self.buffer.len() {
                self.read_on();
            }
            if self.buffer.get(self.at) == Some(&0xff) || self.buffer.is_empty() {
                self.next_byte();
                if self.stop.is_none() {
                    passed.count += 1;
                    passed.blank = false;
                }
            }
        }
    }

    /// Continues after the marker that stopped the reader.
    pub(super) fn pass_marker(&mut self) {
        if let Some(Stop::Marker(_, at)) = self.stop.take() {
            let end = (at + 2).saturating_sub(self.base);
            self.at = usize::try_from(end).unwrap_or(usize::MAX).min(self.buffer.len());
        }
        self.padding = 0;
    }

    /// Returns the error of the source, if any.
    pub(super) fn finish(self) -> Result<(), ReadError> {
        self.error.map_or(Ok(()), Err)
    }
}

/// Whether one of the eight bytes is 0xFF.
#[inline(always)]
fn has_ff(word: u64) -> bool {
    let inverted = !word;
    inverted.wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffed_bytes_are_removed_and_markers_stop() {
        let mut data = vec![0x12, 0xff, 0x00, 0x34];
        data.extend(0..200u8);
        data.extend([0xff, 0xff, 0xd9, 0x77]);
        let mut bytes = Bytes::of_slice(&data);
        let mut bits = Bits::new(&mut bytes, 0);
        let mut window = Window::default();
        let mut got = Vec::new();
        for _ in 0..203 {
            window = bits.refill(window);
            assert!(window.count >= 56);
            got.push(window.take(8) as u8);
        }
        assert_eq!(&got[..3], [0x12, 0xff, 0x34]);
        assert!(got[3..].iter().copied().eq(0..200u8));
        assert!(!bits.is_overrun(window));
        window = bits.refill(window);
        window.skip(1);
        assert!(bits.is_overrun(window));
        assert_eq!(bits.seek_marker(window), (Stop::Marker(0xd9, 205), Passed::NONE));
    }

    #[test]
    fn a_long_run_is_read_in_pieces() {
        let mut data: Vec<u8> =
            (0..300_000u32).flat_map(|n| if n % 97 == 0 { vec![0xff, 0] } else { vec![(n % 251) as u8] }).collect();
        let end = data.len() as u64;
        data.extend([0xff, 0xda]);
        let mut bytes = Bytes::of_slice(&data);
        let mut bits = Bits::new(&mut bytes, 0);
        let mut window = Window::default();
        for n in 0..300_000u32 {
            window = bits.refill(window);
            assert_eq!(window.take(8), if n % 97 == 0 { 0xff } else { n % 251 });
        }
        assert!(!bits.is_overrun(window));
        assert_eq!(bits.seek_marker(window), (Stop::Marker(0xda, end), Passed::NONE));
        let mut bits = Bits::new(&mut bytes, 0);
        assert_eq!(
            bits.seek_marker(Window::default()),
            (Stop::Marker(0xda, end), Passed { count: 300_000, blank: false, filled: true })
        );
    }

    #[test]
    fn the_end_of_the_file_stops_too() {
        for data in [&[1u8, 2, 3][..], &[1, 2, 3, 0xff], &[1, 2, 3, 0xff, 0xff], &[]] {
            let mut bytes = Bytes::of_slice(data);
            let mut bits = Bits::new(&mut bytes, 0);
            let window = bits.refill(Window::default());
            assert!(window.count >= 56);
            assert!(matches!(bits.seek_marker(window), (Stop::End(_), _)), "{data:?}");
        }
    }
}
