//! Reading text without believing that it has lines, or an end.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// A buffered file that refuses lines above a length, and counts those that were read.
#[derive(Debug)]
pub(super) struct Lines {
    inner: BufReader<File>,
    most: u64,
    since: u64,
    count: Rc<Cell<u32>>,
}

impl Lines {
    pub fn new(file: File, most: u64) -> Self {
        Self { inner: BufReader::with_capacity(256 << 10, file), most, since: 0, count: Rc::default() }
    }

    /// How many line breaks have been read.
    pub fn counter(&self) -> Rc<Cell<u32>> {
        Rc::clone(&self.count)
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
        if self.since > self.most {
            let most = crate::text::size(self.most);
            return Err(io::Error::other(format!("line {} has more than {most}", self.count.get().saturating_add(1))));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let piece = self.inner.buffer().get(..amount).unwrap_or_default();
        match memchr::memrchr(b'\n', piece) {
            Some(at) => {
                let breaks = memchr::memchr_iter(b'\n', piece).count();
                self.count.set(self.count.get().saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX)));
                self.since = (piece.len() - at - 1) as u64;
            }
            None => self.since += piece.len() as u64,
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
        let count = lines.counter();
        let mut line = String::new();
        assert_eq!((lines.read_line(&mut line).expect("read"), count.get()), (4, 1));
        assert_eq!((lines.read_line(&mut line).expect("read"), count.get()), (4, 2));
        let error = lines.read_line(&mut line).expect_err("too long");
        assert_eq!(error.to_string(), "line 3 has more than 1.00 kB");
    }
}
