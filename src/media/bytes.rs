//! Bounded random access to the bytes of a file, of memory, or of base64 in memory.

mod base64;

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io;

pub use base64::{decoded_len, sextet};

/// Why bytes could not be had.
#[derive(Debug)]
pub enum ReadError {
    /// The bytes end before what was asked for; `offset` is where that would have begun.
    End { offset: u64 },
    /// The file became shorter while we were reading it.
    Changed { expected: u64, found: u64 },
    /// The operating system refused.
    Io(io::Error),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::End { offset } => write!(f, "no more bytes at offset {offset}"),
            Self::Changed { expected, found } => {
                write!(f, "the file changed while it was read: it had {expected} bytes and now ends at {found}")
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The largest piece that [`Bytes::get`] and [`Bytes::peek`] hand out at once.
pub const MAX_PIECE: usize = 1 << 20;
const FIRST_READ: usize = 4 << 10;
const MOST_AHEAD: usize = 256 << 10;

#[derive(Debug)]
enum Source<'a> {
    File(&'a File),
    Memory(&'a [u8]),
    /// Base64 of the standard alphabet; decoded where it is asked for.
    Base64(&'a [u8]),
}

/// Memory that is handed on from file to file of a thread: made, and filled with zeros, only once.
#[derive(Debug, Default)]
struct Memory(Vec<u8>);

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Memory {
    /// So much of it at least, with whatever stands in it.
    fn first(&mut self, count: usize) -> &mut [u8] {
        if self.0.is_empty() {
            self.0 = SPARE.take();
        }
        if self.0.len() < count {
            self.0.resize(count, 0);
        }
        &mut self.0[..count]
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if (1..=MOST_AHEAD).contains(&self.0.len()) {
            // When the thread ends there is nobody to hand it on to.
            let _ = SPARE.try_with(|spare| spare.set(std::mem::take(&mut self.0)));
        }
    }
}

/// Random access to a sequence of bytes whose length is known, through one reused window.
///
/// Nothing is read twice while it is in the window; a run of neighbouring reads makes the window grow up to 256 KiB, a
/// jump makes it small again, so that hopping over payload costs a few kilobytes a hop. Memory stays below about
/// 1 MiB whatever the file claims. The slices point into the window: take what you need before the next call.
#[derive(Debug)]
pub struct Bytes<'a> {
    source: Source<'a>,
    len: u64,
    memory: Memory,
    /// The window: so many bytes of the memory, from this offset.
    held: usize,
    start: u64,
    ahead: usize,
}

impl<'a> Bytes<'a> {
    /// Bytes of an open regular file.
    ///
    /// # Errors
    /// When the length of the file cannot be had.
    pub fn of_file(file: &'a File) -> io::Result<Self> {
        Ok(Self::of_file_with(file, &file.metadata()?))
    }

    /// As [`of_file`](Self::of_file), of a file whose metadata were asked for already.
    #[must_use]
    pub fn of_file_with(file: &'a File, metadata: &Metadata) -> Self {
        Self::new(Source::File(file), metadata.len())
    }

    /// Bytes that are in memory already; nothing is copied.
    #[must_use]
    pub fn of_slice(slice: &'a [u8]) -> Self {
        Self::new(Source::Memory(slice), slice.len() as u64)
    }

    /// The bytes that a text in base64 (standard alphabet, padded or not, nothing else in it) stands for. They are
    /// decoded piece by piece, never all at once; a read over a character outside the alphabet is an error.
    #[must_use]
    pub fn of_base64(text: &'a [u8]) -> Self {
        Self::new(Source::Base64(text), decoded_len(text) as u64)
    }

    fn new(source: Source<'a>, len: u64) -> Self {
        Self { source, len, memory: Memory::default(), held: 0, start: 0, ahead: FIRST_READ }
    }

    /// The number of bytes, as it was when we began.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an empty file is asked for by its length")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// How many bytes there are from `offset` to the end; 0 past the end.
    #[must_use]
    pub fn left(&self, offset: u64) -> u64 {
        self.len.saturating_sub(offset)
    }

    /// The open file below, for decoders that want to read by themselves; none for bytes in memory
    /// or in base64.
    #[must_use]
    pub fn file(&self) -> Option<&'a File> {
        match self.source {
            Source::File(file) => Some(file),
            Source::Memory(_) | Source::Base64(_) => None,
        }
    }

    /// All bytes, when they are in memory already.
    #[must_use]
    pub fn memory(&self) -> Option<&'a [u8]> {
        match self.source {
            Source::File(_) | Source::Base64(_) => None,
            Source::Memory(slice) => Some(slice),
        }
    }

    /// Exactly `count` bytes from `offset`.
    ///
    /// # Errors
    /// [`ReadError::End`] when they are not all there, or when `count` is above [`MAX_PIECE`]: a caller that needs more
    /// than that at once has believed a length.
    pub fn get(&mut self, offset: u64, count: usize) -> Result<&[u8], ReadError> {
        if count > MAX_PIECE || self.left(offset) < count as u64 {
            return Err(ReadError::End { offset });
        }
        self.piece(offset, count)
    }

    /// Up to `count` bytes from `offset` (never more than [`MAX_PIECE`]): fewer at the end, none past it.
    ///
    /// # Errors
    /// Only what the source reports.
    pub fn peek(&mut self, offset: u64, count: usize) -> Result<&[u8], ReadError> {
        let count = self.left(offset).min(count.min(MAX_PIECE) as u64);
        self.piece(offset, usize::try_from(count).unwrap_or(MAX_PIECE))
    }

    /// As [`get`](Self::get), as an array.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn array<const N: usize>(&mut self, offset: u64) -> Result<[u8; N], ReadError> {
        let piece = self.get(offset, N)?;
        piece.try_into().map_err(|_| ReadError::End { offset })
    }

    /// The byte at `offset`.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn byte(&mut self, offset: u64) -> Result<u8, ReadError> {
        self.array::<1>(offset).map(|[byte]| byte)
    }

    #[inline]
    fn piece(&mut self, offset: u64, count: usize) -> Result<&[u8], ReadError> {
        if count == 0 {
            return Ok(&[]);
        }
        if let Source::Memory(slice) = self.source {
            let from = usize::try_from(offset).map_err(|_| ReadError::End { offset })?;
            return slice.get(from..from + count).ok_or(ReadError::End { offset });
        }
        let end = self.start + self.held as u64;
        if offset < self.start || offset + count as u64 > end {
            self.move_to(offset, count)?;
        }
        let from = usize::try_from(offset - self.start).map_err(|_| ReadError::End { offset })?;
        self.memory.0[..self.held].get(from..from + count).ok_or(ReadError::End { offset })
    }

    /// Makes the window begin at `offset` and hold `count` bytes or more.
    #[cold]
    fn move_to(&mut self, offset: u64, count: usize) -> Result<(), ReadError> {
        let end = self.start + self.held as u64;
        // Near the window: reading on. Far from it: a jump, and nobody says that more is wanted there.
        let near = offset >= self.start && offset <= end + FIRST_READ as u64 && end > 0;
        self.ahead = if near { (self.ahead * 2).min(MOST_AHEAD) } else { FIRST_READ };
        let want = self.len.saturating_sub(offset).min(count.max(self.ahead) as u64);
        let want = usize::try_from(want).unwrap_or(MAX_PIECE);
        self.held = 0;
        self.start = offset;
        let window = self.memory.first(want);
        match self.source {
            Source::File(file) => read_whole(file, window, offset, self.len)?,
            Source::Base64(text) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                if !base64::decode(text, from, window) {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "not base64").into());
                }
            }
            Source::Memory(_) => {}
        }
        self.held = want;
        Ok(())
    }
}

/// Fills the buffer from a file that had `expected` bytes.
fn read_whole(file: &File, buffer: &mut [u8], offset: u64, expected: u64) -> Result<(), ReadError> {
    let mut done = 0;
    while done < buffer.len() {
        let at = offset + done as u64;
        match read_at(file, &mut buffer[done..], at) {
            Ok(0) => return Err(ReadError::Changed { expected, found: at }),
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(bytes).expect("written");
        file
    }

    #[test]
    fn file_and_memory_give_the_same() {
        let data: Vec<u8> = (0..40_000u32).map(|n| (n % 251) as u8).collect();
        let file = file(&data);
        let mut a = Bytes::of_file(&file).expect("open");
        let mut b = Bytes::of_slice(&data);
        for (offset, count) in [(0, 4), (3, 8), (39_996, 4), (20_000, 9_000), (10, 2), (19_999, 3), (39_999, 1)] {
            assert_eq!(a.get(offset, count).expect("there"), b.get(offset, count).expect("there"));
        }
        assert!(matches!(a.get(39_998, 3), Err(ReadError::End { offset: 39_998 })));
        assert_eq!(a.peek(39_998, 3).expect("two").len(), 2);
        assert!(a.peek(u64::MAX, 3).expect("none").is_empty());
        assert!(matches!(a.get(0, usize::MAX), Err(ReadError::End { .. })));
    }

    #[test]
    fn a_file_that_shrinks_is_told() {
        let file = file(&vec![7; 100_000]);
        let mut bytes = Bytes::of_file(&file).expect("open");
        bytes.get(0, 4).expect("there");
        file.set_len(50).expect("cut");
        assert!(matches!(bytes.get(90_000, 4), Err(ReadError::Changed { expected: 100_000, found: 90_000 })));
    }

    /// A plain encoder, for the tests.
    fn encode(data: &[u8]) -> String {
        let alphabet: Vec<char> = (0..=255u8).filter(|c| sextet(*c).is_some()).map(char::from).collect();
        let symbol = |value: u8| alphabet.iter().find(|c| sextet(**c as u8) == Some(value)).copied().unwrap();
        let mut text = String::new();
        for three in data.chunks(3) {
            let bits = three.iter().chain([&0, &0]).take(3).fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
            for at in 0..4 {
                let pad = at > three.len();
                text.push(if pad { '=' } else { symbol((bits >> (18 - 6 * at) & 63) as u8) });
            }
        }
        text
    }

    #[test]
    fn base64_and_memory_give_the_same() {
        assert_eq!(encode(b"light w"), "bGlnaHQgdw==");
        for len in [0, 1, 2, 3, 4, 5, 3_000, 40_001, 40_002] {
            let data: Vec<u8> = (0..len).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
            let padded = encode(&data);
            for text in [padded.as_str(), padded.trim_end_matches('=')] {
                let (mut a, mut b) = (Bytes::of_base64(text.as_bytes()), Bytes::of_slice(&data));
                assert_eq!(a.len(), b.len());
                for offset in [0u64, 1, 2, 3, 4, 5, 100, 2_999, 20_000, 39_999, 40_000, 7] {
                    for count in [1, 2, 3, 4, 8, 9_000] {
                        assert_eq!(
                            a.get(offset, count).ok(),
                            b.get(offset, count).ok(),
                            "{count} at {offset} of {len}"
                        );
                        assert_eq!(a.peek(offset, count).expect("some"), b.peek(offset, count).expect("some"));
                    }
                }
            }
        }
        assert!(matches!(Bytes::of_base64(b"AAAA-AAA").get(3, 1), Err(ReadError::Io(_))));
    }
}
