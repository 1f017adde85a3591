//! Reading text without believing that it has lines, or an end.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// How far reading has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    breaks: u32,
    /// Bytes since the last line break.
    since: u64,
}

impl Progress {
    /// The 1-based number of the line that was read last.
    pub fn line(self) -> u32 {
        self.breaks.saturating_add(u32::from(self.since > 0)).max(1)
    }
}

/// A buffered file that refuses lines above a length, and counts those that were read.
#[derive(Debug)]
pub(super) struct Lines {
    inner: BufReader<File>,
    most: u64,
    progress: Rc<Cell<Progress>>,
}

impl Lines {
    pub fn new(file: File, most: u64) -> Self {
        Self { inner: BufReader::with_capacity(256 << 10, file), most, progress: Rc::default() }
    }

    pub fn progress(&self) -> Rc<Cell<Progress>> {
        Rc::clone(&self.progress)
    }
}

impl Read for Lines {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Lines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let progress = self.progress.get();
        if progress.since > self.most {
            let most = crate::text::size(self.most);
            return Err(io::Error::other(format!("line {} has more than {most}", progress.line())));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let piece = self.inner.buffer().get(..amount).unwrap_or_default();
        let Progress { breaks, since } = self.progress.get();
        self.progress.set(match memchr::memrchr(b'\n', piece) {
            Some(at) => {
                let more = u32::try_from(memchr::memchr_iter(b'\n', piece).count()).unwrap_or(u32::MAX);
                Progress { breaks: breaks.saturating_add(more), since: (piece.len() - at - 1) as u64 }
            }
            None => Progress { breaks, since: since + piece.len() as u64 },
        });
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
        assert_eq!((lines.read_line(&mut line).expect("read"), progress.get().line()), (4, 1));
        assert_eq!((lines.read_line(&mut line).expect("read"), progress.get().line()), (4, 2));
        let error = lines.read_line(&mut line).expect_err("too long");
        assert_eq!(error.to_string(), "line 3 has more than 1.00 kB");
    }
}
