//! Reading text without believing that it has lines, or an end.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// How far reading has come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    breaks: AtomicU32,
    /// Bytes since the last line break.
    since: AtomicU64,
}

impl Progress {
    /// The 1-based number of the line that was read last.
    pub fn line(&self) -> u32 {
        self.breaks.load(Relaxed).saturating_add(u32::from(self.since.load(Relaxed) > 0)).max(1)
    }
}

/// A buffered source that refuses lines above a length, and counts those that were read.
#[derive(Debug)]
pub(super) struct Lines<R> {
    inner: BufReader<R>,
    most: u64,
    progress: Arc<Progress>,
}

impl<R: Read> Lines<R> {
    pub fn new(source: R, most: u64) -> Self {
        Self { inner: BufReader::with_capacity(256 << 10, source), most, progress: Arc::default() }
    }

    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.progress.since.load(Relaxed) > self.most {
            let most = crate::text::size(self.most);
            return Err(io::Error::other(format!("line {} has more than {most}", self.progress.line())));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let piece = self.inner.buffer().get(..amount).unwrap_or_default();
        let Progress { breaks, since } = &*self.progress;
        match memchr::memrchr(b'\n', piece) {
            Some(at) => {
                let more = u32::try_from(memchr::memchr_iter(b'\n', piece).count()).unwrap_or(u32::MAX);
                breaks.store(breaks.load(Relaxed).saturating_add(more), Relaxed);
                since.store((piece.len() - at - 1) as u64, Relaxed);
            }
            None => since.store(since.load(Relaxed) + piece.len() as u64, Relaxed),
        }
        self.inner.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, Write};

    #[test]
    fn long_lines_are_refused() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"one\ntwo\n").expect("written");
        file.write_all(&vec![b'x'; 1 << 20]).expect("written");
        file.rewind().expect("rewound");
        let mut lines = Lines::new(file, 1000);
        let progress = lines.progress();
        let mut line = String::new();
        assert_eq!((lines.read_line(&mut line).expect("read"), progress.line()), (4, 1));
        assert_eq!((lines.read_line(&mut line).expect("read"), progress.line()), (4, 2));
        let error = lines.read_line(&mut line).expect_err("too long");
        assert_eq!(error.to_string(), "line 3 has more than 1.00 kB");
    }
}
