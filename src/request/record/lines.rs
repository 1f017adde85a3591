//! Reads whole lines from a source of any length, in bounded memory.

use std::io::{self, Read};

/// Bytes requested at a time beyond the wanted amount.
const STEP: usize = 256 << 10;

/// Reads many whole lines at a time, and refuses lines that are too long.
#[derive(Debug)]
pub(super) struct Lines<R> {
    source: R,
    /// The maximum length of a line in bytes.
    most: usize,
    /// Bytes read but not handed out.
    rest: Vec<u8>,
    ended: bool,
    /// The supposed length of the source. It may be wrong, so it only saves memory.
    hint: usize,
    /// Bytes and line breaks handed out.
    given: usize,
    breaks: u32,
}

impl<R: Read> Lines<R> {
    pub fn new(source: R, most: usize, hint: Option<u64>) -> Self {
        let hint = hint.and_then(|hint| usize::try_from(hint).ok()).unwrap_or(usize::MAX);
        Self { source, most, rest: Vec::new(), ended: false, hint, given: 0, breaks: 0 }
    }

    /// Bytes handed out.
    pub fn bytes(&self) -> usize {
        self.given
    }

    /// Lines handed out.
    pub fn lines(&self) -> u32 {
        self.breaks
    }

    /// Fills `block` with whole lines: at least one, and as many as end within `wanted` bytes or within the previous
    /// rest; nothing at the end. [`take`](Self::take) sets how many of them count as handed out.
    ///
    /// # Errors
    ///
    /// An error of the source, or a line that is too long.
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

    /// Reads until the source ends or `block` has more than `most` bytes, whether or not there are lines. Returns
    /// whether the source ended.
    ///
    /// # Errors
    ///
    /// An error of the source.
    pub fn fill_all(&mut self, block: &mut Vec<u8>, most: usize) -> io::Result<bool> {
        // This may be the whole text, so pass it on without copying.
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
        // A very long line is probably the whole text, which would be copied at each step of growth.
        let long = block.len() > 2 * STEP;
        block.reserve(if long { expected.min(self.most + 1) } else { step.min(expected) });
        let read = self.source.by_ref().take(step as u64).read_to_end(block)?;
        self.ended = read < step;
        Ok(())
    }

    /// Counts the first bytes of a block, which are whole lines, as handed out; the rest comes again.
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

    /// Bytes read but not handed out.
    pub fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// Reads to the end of the source and keeps nothing; all of it counts as handed out.
    ///
    /// # Errors
    ///
    /// An error of the source.
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

/// The kind of error for a line that is too long.
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

    /// Delivers its bytes in pieces of any size.
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
                // Take only some of the lines at once.
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
