//! Rows of a table of any length, in blocks of bounded size.

use std::io::{self, Read};

use super::cells::{self, Rows};
use crate::request::record::{EncodingFault, decode, wide};
use crate::text::size;

/// Bytes of a block; a longer row is a separate block.
const BLOCK: usize = 1 << 20;
/// The most bytes of a row. If a quote never closes, the text up to here shows where it opens.
const MOST_ROW: usize = 16 << 20;

/// Whole rows that follow each other.
#[derive(Debug)]
pub struct RowBlock {
    pub text: String,
    /// The byte of the file at which the text begins.
    pub base: usize,
    /// The 1-based line of the file on which it begins.
    pub line: u32,
    pub fault: Option<EncodingFault>,
}

/// Reads a table from any source.
#[derive(Debug)]
pub struct RowReader<R> {
    source: R,
    is_tsv: bool,
    delimiter: Option<u8>,
    /// Bytes that were read but not returned yet.
    rest: Vec<u8>,
    base: usize,
    line: u32,
    ended: bool,
}

impl<R: Read> RowReader<R> {
    pub fn new(source: R, is_tsv: bool) -> Self {
        Self { source, is_tsv, delimiter: None, rest: Vec::new(), base: 0, line: 1, ended: false }
    }

    /// The number of bytes returned so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.base as u64
    }

    /// The next rows; none at the end. The first block contains the header.
    ///
    /// # Errors
    ///
    /// Errors of the source, and a row that is too long.
    pub fn block(&mut self) -> io::Result<Option<RowBlock>> {
        let mut wanted = BLOCK;
        loop {
            self.fill(wanted)?;
            if self.rest.is_empty() {
                return Ok(None);
            }
            if self.base == 0 && wide(&self.rest).is_some() {
                self.ended = true;
            }
            if self.ended {
                return Ok(Some(self.give(self.rest.len())));
            }
            if let Some(end) = self.whole_rows() {
                return Ok(Some(self.give(end)));
            }
            if self.rest.len() >= MOST_ROW {
                self.refuse_long_row()?;
                self.ended = true;
                return Ok(Some(self.give(self.rest.len())));
            }
            wanted = self.rest.len() * 2;
        }
    }

    /// Reads until this many bytes are available.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        let missing = wanted.saturating_sub(self.rest.len());
        if self.ended || missing == 0 {
            return Ok(());
        }
        let got = self.source.by_ref().take(missing as u64).read_to_end(&mut self.rest)?;
        self.ended = got < missing;
        Ok(())
    }

    /// The end of the last row that is certainly complete, because something follows it.
    fn whole_rows(&mut self) -> Option<usize> {
        let text = decode(&self.rest).text;
        let start = if self.base == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let is_tsv = self.is_tsv;
        let first = text.get(start..).unwrap_or("");
        let delimiter = *self.delimiter.get_or_insert_with(|| cells::delimiter(first, is_tsv));
        let rows = Rows::new(&text, delimiter, start);
        rows.map(|row| row.span.end).take_while(|end| *end < text.len()).last()
    }

    /// Fails if the only row is too long, unless that is because its quote never closes.
    fn refuse_long_row(&self) -> io::Result<()> {
        let text = decode(&self.rest).text;
        let row = self.delimiter.and_then(|delimiter| Rows::new(&text, delimiter, 0).next()).unwrap_or_default();
        if row.unclosed.is_some() {
            return Ok(());
        }
        // The block begins with the line break of the row before it.
        let line = self.line as usize + breaks(text.as_bytes().get(..row.span.start).unwrap_or_default());
        Err(io::Error::other(format!("the row on line {line} has more than {}", size(MOST_ROW as u64))))
    }

    fn give(&mut self, end: usize) -> RowBlock {
        let left = self.rest.split_off(end);
        let bytes = std::mem::replace(&mut self.rest, left);
        let decoded = decode(&bytes);
        let (base, line) = (self.base, self.line);
        self.base += end;
        self.line = self.line.saturating_add(u32::try_from(breaks(&bytes)).unwrap_or(u32::MAX));
        RowBlock { text: decoded.text.into_owned(), base, line, fault: decoded.fault }
    }
}

/// The number of line breaks in a block, which ends before a break and so never within `\r\n`.
fn breaks(bytes: &[u8]) -> usize {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let lone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
    feeds + memchr::memchr_iter(b'\r', bytes).filter(lone).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rows of a text and where they stand, read as a whole or in blocks.
    fn rows(text: &str) -> Vec<(usize, String)> {
        let of = |base: usize, text: &str| -> Vec<(usize, String)> {
            let rows = Rows::new(text, b',', 0);
            rows.map(|row| (base + row.span.start, text[row.span.start..row.span.end].to_owned())).collect()
        };
        let mut reader = RowReader::new(text.as_bytes(), false);
        reader.delimiter = Some(b',');
        let mut found = Vec::new();
        while let Some(block) = reader.block().expect("read") {
            let line = text[..block.base].replace("\r\n", "\n").matches(['\n', '\r']).count() + 1;
            assert_eq!(usize::try_from(block.line).expect("small"), line);
            found.extend(of(block.base, &block.text));
        }
        assert_eq!(reader.bytes(), text.len() as u64);
        found
    }

    #[test]
    fn blocks_end_where_rows_do() {
        let row = |at: usize| format!("{at},\"a \"\"text\"\"\r\nof é {}\",x\r\n", "y".repeat(at % 700));
        let text: String = (0..9_000).map(row).collect();
        assert!(text.len() > 3 * BLOCK);
        let whole: Vec<_> = Rows::new(&text, b',', 0).map(|row| row.span.start).collect();
        let read: Vec<_> = rows(&text).into_iter().map(|(start, _)| start).collect();
        assert!(whole == read);
    }

    #[test]
    fn a_quote_that_nothing_closes_is_not_read_to_the_end() {
        let text = format!("a,b\n1,\"x\n{}", "y,z\n".repeat(MOST_ROW));
        let mut reader = RowReader::new(text.as_bytes(), false);
        let (mut most, mut last) = (0, None);
        while let Some(block) = reader.block().expect("read") {
            most = most.max(block.text.len());
            last = Rows::new(&block.text, b',', 0).last();
        }
        assert!(most <= 2 * MOST_ROW, "{most}");
        assert!(last.expect("a row").unclosed.is_some());
    }

    proptest! {
        #[test]
        fn in_blocks_or_not(text in "[a,\"\n\ré]{0,60}") {
            let whole: Vec<_> =
                Rows::new(&text, b',', 0).map(|row| (row.span.start, text[row.span.start..row.span.end].to_owned())).collect();
            prop_assert_eq!(rows(&text), whole);
        }
    }
}
