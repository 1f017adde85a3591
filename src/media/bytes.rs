//! Bounded random access to the bytes of a file, of memory, or of base64 in memory.

mod base64;
mod work;

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io;
use std::time::SystemTime;

pub use base64::{decoded_len, sextet};
use work::Work;

/// Why a read failed.
#[derive(Debug)]
pub enum ReadError {
    /// The bytes end before the requested range, which would have begun at `offset`.
    End { offset: u64 },
    /// The file became shorter while we read it, or something wrote to it; then both numbers are its length.
    Changed { expected: u64, found: u64 },
    /// Reading the document has cost as much as its size justifies; see [`Bytes::work`].
    Spent,
    /// The operating system refused.
    Io(io::Error),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::End { offset } => write!(f, "no more bytes at offset {offset}"),
            Self::Changed { expected, found } if expected == found => {
                write!(f, "the file changed while it was read: something wrote to it")
            }
            Self::Changed { expected, found } => {
                write!(f, "the file changed while it was read: it had {expected} bytes and now ends at {found}")
            }
            Self::Spent => write!(f, "it takes more work than its size justifies"),
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

/// The largest piece that [`Bytes::get`] and [`Bytes::peek`] return at once.
pub const MAX_PIECE: usize = 1 << 20;
const FIRST_READ: usize = 4 << 10;
const MOST_AHEAD: usize = 256 << 10;

/// Where the bytes come from.
#[derive(Debug)]
enum ByteSource<'a> {
    /// An open file, and when it was last written to, if the system can tell.
    File(&'a File, Option<SystemTime>),
    Memory(&'a [u8]),
    /// Base64 of the standard alphabet, decoded on demand.
    Base64(&'a [u8]),
}

/// A buffer that a thread reuses for file after file, so that it is allocated and zeroed only once.
#[derive(Debug, Default)]
struct SpareBuffer(Vec<u8>);

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl SpareBuffer {
    /// Its first `count` bytes, with any content.
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

impl Drop for SpareBuffer {
    fn drop(&mut self) {
        if (1..=MOST_AHEAD).contains(&self.0.len()) {
            // At the end of the thread, nobody takes the buffer back.
            let _ = SPARE.try_with(|spare| spare.set(std::mem::take(&mut self.0)));
        }
    }
}

/// Random access to a sequence of bytes of known length, through one reused window.
///
/// Bytes in the window are not read again. Sequential reads grow the window up to 256 KiB; a jump shrinks it again, so
/// that skipping over payload costs only a few kilobytes per jump. Memory stays below about 1 MiB whatever the file
/// claims. The slices point into the window: copy what you need before the next call.
///
/// Every read is charged to one budget of [work](Self::work). Bytes in memory cost as much as bytes from a file, so
/// that a verdict does not depend on where the bytes are.
#[derive(Debug)]
pub struct Bytes<'a> {
    origin: ByteSource<'a>,
    len: u64,
    memory: SpareBuffer,
    /// The number of bytes in the window, which begins at `start`.
    held: usize,
    start: u64,
    ahead: usize,
    work: Work,
}

impl<'a> Bytes<'a> {
    /// Bytes of an open regular file.
    ///
    /// # Errors
    ///
    /// If the system does not report the length of the file.
    pub fn of_file(file: &'a File) -> io::Result<Self> {
        Ok(Self::of_file_with(file, &file.metadata()?))
    }

    /// As [`of_file`](Self::of_file), for a file whose metadata are already known.
    #[must_use]
    pub fn of_file_with(file: &'a File, metadata: &Metadata) -> Self {
        Self::new(ByteSource::File(file, metadata.modified().ok()), metadata.len())
    }

    /// Bytes that are already in memory, without copying them.
    #[must_use]
    pub fn of_slice(slice: &'a [u8]) -> Self {
        Self::new(ByteSource::Memory(slice), slice.len() as u64)
    }

    /// The bytes that a base64 text encodes (standard alphabet, padded or not, no other characters). They are decoded
    /// piece by piece; reading a character outside the alphabet is an error.
    #[must_use]
    pub fn of_base64(text: &'a [u8]) -> Self {
        Self::new(ByteSource::Base64(text), decoded_len(text) as u64)
    }

    fn new(origin: ByteSource<'a>, len: u64) -> Self {
        Self { origin, len, memory: SpareBuffer::default(), held: 0, start: 0, ahead: FIRST_READ, work: Work::of(len) }
    }

    /// The number of bytes when we began.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "callers compare the length")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The number of bytes from `offset` to the end; 0 past the end.
    #[must_use]
    pub fn left(&self, offset: u64) -> u64 {
        self.len.saturating_sub(offset)
    }

    /// The open file, for decoders that read it themselves; none for bytes in memory or in base64.
    #[must_use]
    pub fn file(&self) -> Option<&'a File> {
        match self.origin {
            ByteSource::File(file, _) => Some(file),
            ByteSource::Memory(_) | ByteSource::Base64(_) => None,
        }
    }

    /// Checks that the file has not changed since we began.
    ///
    /// # Errors
    ///
    /// [`ReadError::Changed`] if its length differs or something wrote to it.
    pub fn settled(&self) -> Result<(), ReadError> {
        let ByteSource::File(file, modified) = self.origin else { return Ok(()) };
        let now = file.metadata()?;
        if now.len() != self.len || now.modified().ok() != modified {
            return Err(ReadError::Changed { expected: self.len, found: now.len() });
        }
        Ok(())
    }

    /// All bytes, if they are already in memory.
    #[must_use]
    pub fn memory(&self) -> Option<&'a [u8]> {
        match self.origin {
            ByteSource::File(..) | ByteSource::Base64(_) => None,
            ByteSource::Memory(slice) => Some(slice),
        }
    }

    /// Exactly `count` bytes from `offset`.
    ///
    /// # Errors
    ///
    /// [`ReadError::End`] if some of them are missing, or if `count` is above [`MAX_PIECE`]: a caller that asks for
    /// more at once has trusted a length in the file.
    pub fn get(&mut self, offset: u64, count: usize) -> Result<&[u8], ReadError> {
        if count > MAX_PIECE || self.left(offset) < count as u64 {
            return Err(ReadError::End { offset });
        }
        self.piece(offset, count)
    }

    /// Up to `count` bytes from `offset` (never more than [`MAX_PIECE`]): fewer at the end, none past it.
    ///
    /// # Errors
    ///
    /// [`ReadError::Spent`], or the error of the system.
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

    /// Units of work spent on these bytes so far, about five nanoseconds each.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work.spent()
    }

    /// Units of work that a document of this length may cost.
    #[must_use]
    pub fn work_allowed(length: u64) -> u64 {
        work::allowed(length)
    }

    /// Starts a new budget, for another look at the same bytes.
    pub(super) fn renew_budget(&mut self) {
        self.work = Work::of(self.len);
    }

    /// Charges work other than reading.
    ///
    /// # Errors
    ///
    /// [`ReadError::Spent`] if that exceeds the budget.
    #[inline]
    pub(super) fn spend(&mut self, units: u64) -> Result<(), ReadError> {
        if self.work.spend(units) { Ok(()) } else { Err(ReadError::Spent) }
    }

    /// Whether the budget has run out.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.work.is_exhausted()
    }

    /// How many bytes compressed data may still inflate to.
    pub(super) fn inflatable(&self) -> u64 {
        self.work.inflatable()
    }

    /// Counts bytes that compressed data inflated to.
    pub(super) fn inflated(&mut self, bytes: u64) {
        self.work.inflate(bytes);
    }

    /// Reads bytes that were inflated from these, on the same budget.
    pub(super) fn unpacked<T>(&mut self, data: &[u8], read: impl FnOnce(&mut Bytes<'_>) -> T) -> T {
        let mut inner = Bytes::of_slice(data);
        inner.work = self.work;
        let result = read(&mut inner);
        self.work = inner.work;
        result
    }

    #[inline]
    fn piece(&mut self, offset: u64, count: usize) -> Result<&[u8], ReadError> {
        if count == 0 {
            return Ok(&[]);
        }
        self.spend(work::READ)?;
        let end = self.start + self.held as u64;
        if offset < self.start || offset + count as u64 > end {
            self.move_to(offset, count)?;
        }
        if let ByteSource::Memory(slice) = self.origin {
            let from = usize::try_from(offset).map_err(|_| ReadError::End { offset })?;
            return slice.get(from..from + count).ok_or(ReadError::End { offset });
        }
        let from = usize::try_from(offset - self.start).map_err(|_| ReadError::End { offset })?;
        self.memory.0[..self.held].get(from..from + count).ok_or(ReadError::End { offset })
    }

    /// Moves the window to `offset`, with `count` bytes or more in it.
    #[cold]
    fn move_to(&mut self, offset: u64, count: usize) -> Result<(), ReadError> {
        let end = self.start + self.held as u64;
        // Near the window the reader probably continues; far from it, it may want only these bytes.
        let near = offset >= self.start && offset <= end + FIRST_READ as u64 && end > 0;
        self.ahead = if near { (self.ahead * 2).min(MOST_AHEAD) } else { FIRST_READ };
        let want = self.len.saturating_sub(offset).min(count.max(self.ahead) as u64);
        self.spend(want / work::BYTES_READ + if near { 0 } else { work::JUMP })?;
        let want = usize::try_from(want).unwrap_or(MAX_PIECE);
        self.held = 0;
        self.start = offset;
        match self.origin {
            ByteSource::File(file, _) => read_whole(file, self.memory.first(want), offset, self.len)?,
            ByteSource::Base64(text) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                if !base64::decode(text, from, self.memory.first(want)) {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "not base64").into());
                }
            }
            ByteSource::Memory(_) => {}
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

/// In a browser there are no files, so none was opened.
#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
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
    fn a_file_that_shrinks_is_an_error() {
        let file = file(&vec![7; 100_000]);
        let mut bytes = Bytes::of_file(&file).expect("open");
        bytes.get(0, 4).expect("there");
        file.set_len(50).expect("cut");
        assert!(matches!(bytes.get(90_000, 4), Err(ReadError::Changed { expected: 100_000, found: 90_000 })));
        assert!(matches!(bytes.settled(), Err(ReadError::Changed { expected: 100_000, found: 50 })));
    }

    #[test]
    fn a_change_of_the_file_is_an_error() {
        let mut file = file(&[7; 100]);
        let early = SystemTime::now() - std::time::Duration::from_secs(60);
        file.set_modified(early).expect("set back");
        let reader = file.try_clone().expect("a second handle");
        let bytes = Bytes::of_file(&reader).expect("open");
        assert!(bytes.settled().is_ok());
        std::io::Seek::rewind(&mut file).expect("rewound");
        file.write_all(b"other").expect("written");
        let error = bytes.settled().expect_err("written to");
        assert_eq!(error.to_string(), "the file changed while it was read: something wrote to it");
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
