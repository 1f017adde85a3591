//! Whole texts, in memory or in a temporary file.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::{CHUNK, Spill, SpilledText};

/// The bytes of a text, wherever they are kept.
#[derive(Clone, Debug)]
pub enum KeptText {
    Held(Arc<[u8]>),
    Spilled(Arc<Spill>, SpilledText),
}

impl<T: Into<Arc<[u8]>>> From<T> for KeptText {
    fn from(bytes: T) -> Self {
        Self::Held(bytes.into())
    }
}

impl KeptText {
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "callers compare the length")]
    pub fn len(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Spilled(_, text) => u64::from(text.len),
        }
    }

    /// All bytes.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read; likewise below.
    pub fn read(&self) -> io::Result<Arc<[u8]>> {
        match self {
            Self::Held(bytes) => Ok(Arc::clone(bytes)),
            Self::Spilled(spill, text) => spill.load(*text).map(Arc::from),
        }
    }

    /// Passes all bytes to `take`, in pieces.
    fn each(&self, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let (spill, text) = match self {
            Self::Held(bytes) => return take(bytes),
            Self::Spilled(spill, text) => (spill, text),
        };
        let mut piece = SpilledText { start: text.start, len: 0 };
        let end = text.start + u64::from(text.len);
        while piece.start < end {
            piece.len = (end - piece.start).min(CHUNK as u64) as u32;
            take(&spill.load(piece)?)?;
            piece.start += u64::from(piece.len);
        }
        Ok(())
    }

    /// Writes all bytes.
    ///
    /// # Errors
    ///
    /// Also those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.each(&mut |piece| out.write_all(piece))
    }

    /// Whether both are the same bytes.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn is_same(&self, other: &Self) -> io::Result<bool> {
        let is_one = match (self, other) {
            (Self::Held(one), Self::Held(other)) => Arc::ptr_eq(one, other),
            (Self::Spilled(_, one), Self::Spilled(_, other)) => one == other,
            _ => false,
        };
        Ok(is_one || (self.len() == other.len() && self.is_content_of(&*other.read()?)))
    }

    /// Whether these are the bytes of `source`, to its end.
    #[must_use]
    pub fn is_content_of(&self, mut source: impl Read) -> bool {
        let mut other = Vec::new();
        let compared = self.each(&mut |piece| {
            other.resize(piece.len(), 0);
            source.read_exact(&mut other)?;
            if other == piece { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
        });
        compared.is_ok() && matches!(source.read(&mut [0]), Ok(0))
    }
}

/// Keeps texts: a bounded number of bytes in memory, the rest in a temporary file.
#[derive(Debug, Default)]
pub struct TextKeeper {
    spill: Arc<Spill>,
    held: usize,
}

impl TextKeeper {
    /// The most bytes in memory.
    const MOST_HELD: usize = 4 << 20;

    /// Keeps a text that is given in pieces. It stays in memory if no temporary file can be written.
    pub fn keep(&mut self, pieces: &[&[u8]]) -> KeptText {
        let size = pieces.iter().map(|piece| piece.len()).sum::<usize>();
        if self.held.saturating_add(size) > Self::MOST_HELD
            && let Ok(spilled) = self.spill.store(pieces)
        {
            return KeptText::Spilled(Arc::clone(&self.spill), spilled);
        }
        self.held = self.held.saturating_add(size);
        pieces.concat().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_in_memory_and_in_the_file() {
        let mut keeper = TextKeeper::default();
        let long = vec![b'x'; TextKeeper::MOST_HELD];
        let held = keeper.keep(&[b"one ", b"two"]);
        let spilled = keeper.keep(&[b"one ", &long, b"two"]);
        assert!(matches!((&held, &spilled), (KeptText::Held(_), KeptText::Spilled(..))));
        let whole = [b"one ", &*long, b"two"].concat();
        for (kept, whole) in [(held, b"one two".to_vec()), (spilled, whole)] {
            assert_eq!(kept.len(), whole.len() as u64);
            assert!(*kept.read().expect("read") == *whole && kept.is_content_of(&*whole));
            let mut written = Vec::new();
            kept.write(&mut written).expect("written");
            assert!(written == whole);
            let (last, others) = whole.split_last().expect("a byte");
            let changed = [others, &[last ^ 1]].concat();
            let longer = [&*whole, b"!"].concat();
            assert!(![others, &changed, &longer].iter().any(|other| kept.is_content_of(*other)));
        }
    }
}
