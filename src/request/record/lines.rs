//! Whole lines from a source of any length, in bounded memory.

use std::io::{self, Read};

/// Bytes asked of the source at a time once more than what is wanted has been read.
const STEP: usize = 256 << 10;

/// Reads whole lines, many at a time, and refuses lines that are too long.
#[derive(Debug)]
pub(super) struct Lines<R> {
    source: R,
    /// Bytes that one line may have.
    most: usize,
    /// Read and not given out.
    rest: Vec<u8>,
    ended: bool,
    /// Bytes the source is said to have; it may lie, so this only saves memory.
    hint: usize,
    /// Bytes and line breaks given out.
    given: usize,
    breaks: u32,
}

impl<R: Read> Lines<R> {
    pub fn new(source: R, most: usize, hint: Option<u64>) -> Self {
        let hint = hint.and_then(|hint| usize::try_from(hint).ok()).unwrap_or(usize::MAX);
        Self { source, most, rest: Vec::new(), ended: false, hint, given: 0, breaks: 0 }
    }

    /// Bytes given out.
    pub fn bytes(&self) -> usize {
        self.given
    }

    /// Lines given out.
    pub fn lines(&self) -> u32 {
        self.breaks
    }

    /// Replaces what `block` holds with whole lines: at least one, and as many as end within `wanted` bytes or within
    /// what was left over; nothing at the end. [`take`](Self::take) says how many of them count as given out.
    ///
    /// # Errors
    /// What the source reports, and a line that is too long.
    pub fn fill(&mut self, block: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        block.clear();
        if let Some(at) = self.rest.get(..wanted).and_then(|some| memchr::memrchr(b'\n', some)) {
            block.extend_from_slice(&self.rest[..=at]);
            self.rest.drain(..=at);
            return Ok(());
        }
        std::mem::swap(block, &mut self.rest);
        let mut looked = 0;
        while !self.ended {
            if block.len() >= wanted.max(1) {
                let fresh = block.get(looked..).unwrap_or_default();
                if let Some(at) = memchr::memrchr(b'\n', fresh) {
                    let end = looked + at + 1;
                    self.rest.extend_from_slice(block.get(end..).unwrap_or_default());
                    block.truncate(end);
                    return Ok(());
                }
                if block.len() > self.most {
                    let most = crate::text::size(self.most as u64);
                    let line = self.breaks.saturating_add(1);
                    return Err(io::Error::new(TOO_LONG, format!("line {line} has more than {most}")));
                }
                looked = block.len();
            }
            let step = wanted.checked_sub(block.len()).filter(|step| *step > 0).unwrap_or(STEP);
            self.read(block, step)?;
        }
        Ok(())
    }

    /// Reads on, lines or not, until the source ends or there are more than `most` bytes in `block`. Whether it ended.
    ///
    /// # Errors
    /// What the source reports.
    pub fn fill_all(&mut self, block: &mut Vec<u8>, most: usize) -> io::Result<bool> {
        // What was read may be the whole text: it is handed over, not copied.
        if block.is_empty() {
            std::mem::swap(block, &mut self.rest);
        } else {
            block.append(&mut self.rest);
        }
        while !self.ended && block.len() <= most {
            self.read(block, most + 1 - block.len())?;
        }
        Ok(self.ended)
    }

    fn read(&mut self, block: &mut Vec<u8>, step: usize) -> io::Result<()> {
        let expected = self.hint.saturating_sub(self.given + block.len()).saturating_add(1);
        // A line that goes on for long is probably the whole text: growing step by step, it would be copied on the way.
        let long = block.len() > 2 * STEP;
        block.reserve(if long { expected.min(self.most + 1) } else { step.min(expected) });
        let read = self.source.by_ref().take(step as u64).read_to_end(block)?;
        self.ended = read < step;
        Ok(())
    }

    /// Counts the first bytes of a block, which are whole lines, as given out; the others come again.
    pub fn take(&mut self, block: &mut Vec<u8>, bytes: usize, breaks: u32) {
        if bytes == 0 {
            block.append(&mut self.rest);
            std::mem::swap(block, &mut self.rest);
        } else if bytes < block.len() {
            let mut others = block.split_off(bytes);
            others.append(&mut self.rest);
            self.rest = others;
        }
        self.given += bytes;
        self.breaks = self.breaks.saturating_add(breaks);
    }

    /// What was read and not given out.
    pub fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// Reads to the end of the source and keeps nothing; all of it counts as given out.
    ///
    /// # Errors
    /// What the source reports.
    pub fn skip(&mut self) -> io::Result<()> {
        self.given += std::mem::take(&mut self.rest).len();
        if !self.ended {
            let skipped = io::copy(&mut self.source, &mut io::sink())?;
            self.given += usize::try_from(skipped).unwrap_or(usize::MAX);
            self.ended = true;
        }
        Ok(())
    }
}

/// The kind of the error about a line that is too long.
pub(super) const TOO_LONG: io::ErrorKind = io::ErrorKind::InvalidData;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_lines_are_refused() {
        let text = [&b"one\ntwo\n"[..], &vec![b'x'; 1 << 20]].concat();
        let (mut lines, mut block) = (Lines::new(text.as_slice(), 1000, None), Vec::new());
        lines.fill(&mut block, 8).expect("two lines");
        assert_eq!(block, b"one\ntwo\n");
        lines.take(&mut block, 8, 2);
        let error = lines.fill(&mut block, 8).expect_err("too long");
        assert_eq!(error.to_string(), "line 3 has more than 1.00 kB");
    }

    /// Gives its bytes in pieces of any size.
    struct Drip<'t>(&'t [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(out.len());
            self.0.read(&mut out[..len])
        }
    }

    proptest! {
        #[test]
        fn every_line_comes_once(text in "[ab\n]{0,80}", drip in 1_usize..9, wanted in 0_usize..40, lines_of in 1_usize..5,
            hint in proptest::option::of(0_u64..100)) {
            let mut lines = Lines::new(Drip(text.as_bytes(), drip), 1000, hint);
            let (mut block, mut all, mut breaks) = (Vec::new(), Vec::new(), 0);
            loop {
                lines.fill(&mut block, wanted).expect("short lines");
                if block.is_empty() {
                    break;
                }
                // Not all lines are taken at once.
                let ends: Vec<usize> = memchr::memchr_iter(b'\n', &block).map(|at| at + 1).collect();
                let (end, some) = match ends.get(lines_of - 1) {
                    Some(end) => (*end, lines_of),
                    None => (block.len(), ends.len()),
                };
                lines.take(&mut block, end, some as u32);
                breaks += some;
                prop_assert_eq!((block.len(), lines.lines() as usize), (end, breaks));
                all.extend_from_slice(&block);
                prop_assert_eq!(lines.bytes(), all.len());
            }
            prop_assert_eq!(String::from_utf8_lossy(&all), text);
        }
    }
}
