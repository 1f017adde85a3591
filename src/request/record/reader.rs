//! Reads records from a source of any length, in blocks of bounded size.

use std::io::{self, Chain, Cursor, Read};
use std::ops::Range;

use super::array::{ArrayFault, ArrayReader, is_array};
use super::lines::{Lines, TOO_LONG};
use super::{
    EncodingFault, RecordLayout, decode, decode_owned, is_blank, is_lines_extension, layout, mend, utf16, wide,
};
use crate::request::json::{self, ErrorKind};
use crate::text::bounds::{TEXT_BYTES, TEXT_LINES, TEXT_VALUES};
use crate::text::{count, size};

/// The beginning of a text, in bytes, that decides the layout of its records and their endpoint.
const HEAD: usize = 1 << 20;
/// Bytes in which a text shows that it is an array.
const SMALL_HEAD: u64 = 4 << 10;
/// Records in the head that show what they are.
const SAMPLE: usize = 100;
/// Bytes per block; a longer line is a separate block. The results for its records may take a hundred times as much.
const BLOCK: usize = 128 << 10;
/// Records per block, because short records may have large results.
const BLOCK_RECORDS: usize = 2_048;
/// The most memory of a block kept for the next one.
const MOST_KEPT: usize = 2 << 20;

/// Why a source yields no records.
#[derive(Debug)]
pub enum RecordReadError {
    /// An error of the operating system.
    Io(io::Error),
    /// It is too large to be a request, or its lines are not JSON Lines. One line, to follow a name.
    Refused(String),
}

impl From<io::Error> for RecordReadError {
    fn from(error: io::Error) -> Self {
        if error.kind() == TOO_LONG { Self::Refused(format!("is not JSON Lines: {error}")) } else { Self::Io(error) }
    }
}

/// The whole text of a document.
#[derive(Debug)]
pub struct Whole {
    /// Empty for UTF-16 and UTF-32.
    pub text: String,
    pub fault: Option<EncodingFault>,
    pub bytes: u64,
    /// The text of UTF-16; none if it is too long to look at.
    pub of_utf16: Option<String>,
}

/// One record of JSON Lines, or of a long array.
#[derive(Clone, Copy, Debug)]
pub struct Record<'b> {
    /// 0-based, without counting blank lines.
    pub index: u32,
    /// Byte offset of the record in the file.
    pub base: usize,
    /// The 1-based line of the file on which it begins, and the characters before it there.
    pub line: u32,
    pub column: u32,
    pub text: &'b str,
    pub fault: Option<EncodingFault>,
}

/// Consecutive records in one text.
#[derive(Debug, Default)]
pub struct Block {
    text: String,
    records: Vec<Stretch>,
}

/// The position of a record in a block.
#[derive(Debug)]
pub(super) struct Stretch {
    pub index: u32,
    pub base: usize,
    pub line: u32,
    pub column: u32,
    pub text: Range<usize>,
    pub fault: Option<EncodingFault>,
}

impl Block {
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    #[must_use]
    pub fn get(&self, at: usize) -> Option<Record<'_>> {
        let Stretch { index, base, line, column, ref text, fault } = *self.records.get(at)?;
        Some(Record { index, base, line, column, text: self.text.get(text.clone()).unwrap_or_default(), fault })
    }

    /// Its memory, empty.
    fn emptied(self) -> (Vec<u8>, Vec<Stretch>) {
        let Self { text, mut records } = self;
        let mut bytes = text.into_bytes();
        bytes.clear();
        bytes.shrink_to(MOST_KEPT);
        records.clear();
        (bytes, records)
    }

    /// Keeps only the first records.
    pub fn truncate(&mut self, records: usize) {
        self.records.truncate(records);
    }
}

/// Reads records from any source: a file, standard input, the buffer of an editor.
///
/// The first bytes decide once what a text is, so the same bytes mean the same through every entry point.
#[derive(Debug)]
pub struct RecordReader<R>(Reader<R>);

/// A source whose first bytes were read.
type Source<R> = Chain<Cursor<Vec<u8>>, R>;

#[derive(Debug)]
enum Reader<R> {
    Text(TextReader<Source<R>>),
    /// An array that is too long for memory, and its first records.
    Array(ArrayReader<Source<R>>, Option<Block>),
}

impl<R: Read> RecordReader<R> {
    /// Reads the head of a source and determines the layout of its records. `extension` is that of its name, without
    /// the dot; `size` is its length, if known.
    ///
    /// # Errors
    /// Errors of the source, and a text that is neither a request nor JSON Lines.
    pub fn open(mut source: R, extension: &str, size: Option<u64>) -> Result<Self, RecordReadError> {
        let mut head = Vec::new();
        let is_long = size.is_some_and(|size| size > TEXT_BYTES as u64) && !is_lines_extension(extension);
        if is_long {
            source.by_ref().take(SMALL_HEAD).read_to_end(&mut head)?;
        }
        let is_long_array = is_array(&head);
        if is_long && !is_long_array {
            source.by_ref().take(HEAD as u64 - SMALL_HEAD).read_to_end(&mut head)?;
            // Only lines may be so long.
            let lines = head.get(..memchr::memrchr(b'\n', &head).unwrap_or(0)).unwrap_or_default();
            if wide(&head).is_some() || layout(extension, &decode(lines).text) != RecordLayout::Lines {
                return Err(too_large(size));
            }
        }
        let source = Cursor::new(head).chain(source);
        if !is_long_array {
            return Ok(Self(Reader::Text(TextReader::open(source, extension, size)?)));
        }
        let mut reader = ArrayReader::new(source);
        let first = array_block(&mut reader, Block::default())?;
        Ok(Self(Reader::Array(reader, Some(first))))
    }

    #[must_use]
    pub fn layout(&self) -> RecordLayout {
        match &self.0 {
            Reader::Text(reader) => reader.layout,
            Reader::Array(..) => RecordLayout::LongArray,
        }
    }

    /// The fault of a text in UTF-16 or UTF-32.
    #[must_use]
    pub fn wide(&self) -> Option<EncodingFault> {
        match &self.0 {
            Reader::Text(reader) => reader.wide,
            Reader::Array(..) => None,
        }
    }

    /// The number of bytes of the records returned so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match &self.0 {
            Reader::Text(reader) => reader.lines.bytes() as u64,
            Reader::Array(reader, _) => reader.bytes(),
        }
    }

    /// Where a long array breaks, if the reader has got there.
    #[must_use]
    pub fn fault(&self) -> Option<&ArrayFault> {
        match &self.0 {
            Reader::Text(_) => None,
            Reader::Array(reader, _) => reader.fault(),
        }
    }

    /// The text of the first records, which show what all records are.
    ///
    /// # Errors
    /// If one of them has too many values.
    pub fn sample(&self) -> Result<Vec<String>, RecordReadError> {
        match &self.0 {
            Reader::Text(reader) => reader.sample(),
            Reader::Array(_, first) => {
                let records = first.iter().flat_map(|first| (0..first.len()).filter_map(|at| first.get(at)));
                Ok(records.take(SAMPLE).map(|record| record.text.to_owned()).collect())
            }
        }
    }

    /// The next records, in the memory of a used block; none at the end.
    ///
    /// # Errors
    /// Errors of the source, and a record that is too large.
    pub fn block(&mut self, used: Block) -> Result<Block, RecordReadError> {
        match &mut self.0 {
            Reader::Text(reader) => reader.block(used),
            Reader::Array(reader, first) => first.take().map_or_else(|| array_block(reader, used), Ok),
        }
    }

    /// Reads to the end and returns no more records.
    ///
    /// # Errors
    /// Errors of the source.
    pub fn skip(&mut self) -> Result<(), RecordReadError> {
        match &mut self.0 {
            Reader::Text(reader) => Ok(reader.lines.skip()?),
            Reader::Array(reader, first) => {
                *first = None;
                Ok(reader.skip()?)
            }
        }
    }

    /// The whole text of a document.
    ///
    /// # Errors
    /// Errors of the source, and a text that is too large to be a request.
    pub fn whole(self) -> Result<Whole, RecordReadError> {
        match self.0 {
            Reader::Text(reader) => reader.whole(),
            Reader::Array(..) => Err(too_large(None)),
        }
    }
}

/// The next elements of an array, in the memory of a used block.
fn array_block<R: Read>(reader: &mut ArrayReader<R>, used: Block) -> Result<Block, RecordReadError> {
    let (mut bytes, mut records) = used.emptied();
    reader.fill(&mut bytes, &mut records, (BLOCK, BLOCK_RECORDS))?;
    let dense = |record: &Stretch| bytes.get(record.text.clone()).is_some_and(has_too_many_values);
    if records.iter().any(dense) {
        return Err(too_many_values());
    }
    Ok(Block { text: text_of(bytes, &mut records), records })
}

/// Reads a text: as a whole if it is a document, and line by line if its lines are records.
#[derive(Debug)]
struct TextReader<R> {
    lines: Lines<R>,
    layout: RecordLayout,
    wide: Option<EncodingFault>,
    size: Option<u64>,
    /// Length of the head.
    head: usize,
    records: u32,
    /// Bytes to request.
    wanted: usize,
}

impl<R: Read> TextReader<R> {
    fn open(source: R, extension: &str, size: Option<u64>) -> Result<Self, RecordReadError> {
        let mut lines = Lines::new(source, TEXT_BYTES, size);
        let mut block = Vec::new();
        match lines.fill(&mut block, HEAD) {
            Err(error) if error.kind() == TOO_LONG && !is_lines_extension(extension) => return Err(too_large(size)),
            filled => filled?,
        }
        let head = block.len();
        let wide = wide(&block);
        let layout = match wide {
            Some(_) => RecordLayout::Document,
            None => Self::recognise(&mut lines, &mut block, extension)?,
        };
        lines.take(&mut block, 0, 0);
        Ok(Self { lines, layout, wide, size, head, records: 0, wanted: BLOCK })
    }

    /// Reads further only if the head does not decide.
    fn recognise(lines: &mut Lines<R>, block: &mut Vec<u8>, extension: &str) -> Result<RecordLayout, RecordReadError> {
        let unclear = match by_head(block, extension) {
            Head::Clear(layout) => return Ok(layout),
            unclear => unclear,
        };
        if lines.fill_all(block, TEXT_BYTES)? {
            return Ok(layout(extension, &decode(block).text));
        }
        if matches!(unclear, Head::NoLines) {
            let why = format!("none of its first {SAMPLE} lines is a complete record; `jq -c .` writes JSON Lines");
            return Err(RecordReadError::Refused(format!("is not JSON Lines: {why}")));
        }
        Ok(if is_lines_extension(extension) { RecordLayout::Lines } else { RecordLayout::Document })
    }

    fn sample(&self) -> Result<Vec<String>, RecordReadError> {
        let head = self.lines.rest().get(..self.head).unwrap_or(self.lines.rest());
        let lines = head.split(|byte| *byte == b'\n').filter(|line| !is_blank(line));
        let text = |line: &[u8]| {
            if has_too_many_values(line) {
                return Err(too_many_values());
            }
            Ok(decode(line.trim_ascii_end()).text.into_owned())
        };
        lines.take(SAMPLE).map(text).collect()
    }

    fn block(&mut self, used: Block) -> Result<Block, RecordReadError> {
        let (mut bytes, mut records) = used.emptied();
        while records.is_empty() {
            self.lines.fill(&mut bytes, self.wanted)?;
            if bytes.is_empty() {
                break;
            }
            self.split(&mut bytes, &mut records)?;
        }
        Ok(Block { text: text_of(bytes, &mut records), records })
    }

    /// Finds the non-blank lines of a block, and takes as many as a block may have.
    fn split(&mut self, bytes: &mut Vec<u8>, records: &mut Vec<Stretch>) -> Result<(), RecordReadError> {
        let (base, first) = (self.lines.bytes(), self.lines.lines());
        let (mut start, mut breaks) = (0, 0);
        while let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty() && records.len() < BLOCK_RECORDS) {
            let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            breaks += 1;
            let is_break = |byte: &&u8| matches!(byte, b'\n' | b'\r');
            let text = rest.get(..len - rest[..len].iter().rev().take_while(is_break).count()).unwrap_or_default();
            if !is_blank(text) {
                if has_too_many_values(text) {
                    return Err(too_many_values());
                }
                records.push(Stretch {
                    index: self.records,
                    base: base + start,
                    line: first.saturating_add(breaks),
                    column: 0,
                    text: start..start + text.len(),
                    fault: None,
                });
                self.records = self.records.saturating_add(1);
            }
            start += len;
        }
        // With many short lines, the rest of the block is carried over, so it must be small.
        self.wanted = if start < bytes.len() { (2 * start).min(BLOCK) } else { BLOCK };
        self.lines.take(bytes, start, breaks);
        Ok(())
    }

    fn whole(mut self) -> Result<Whole, RecordReadError> {
        if self.size.is_some_and(|size| size > TEXT_BYTES as u64) {
            return Err(too_large(self.size));
        }
        let mut bytes = Vec::new();
        if !self.lines.fill_all(&mut bytes, TEXT_BYTES)? {
            return Err(too_large(None));
        }
        if self.wide.is_some() {
            let read = bytes.len() as u64;
            let of_utf16 = utf16(&bytes).filter(|text| !has_too_many_values(text.as_bytes()));
            return Ok(Whole { text: String::new(), fault: self.wide, bytes: read, of_utf16 });
        }
        // The elements of an array are checked one by one.
        if has_too_many_values(&bytes) && bytes.trim_ascii_start().first() != Some(&b'[') {
            return Err(too_many_values());
        }
        if memchr::memchr2_iter(b'\n', b'\r', &bytes).count() > 2 * TEXT_LINES {
            let most = count(TEXT_LINES as u64);
            return Err(RecordReadError::Refused(format!("is not a request: it has more than {most} lines")));
        }
        let read = bytes.len() as u64;
        let (text, fault) = decode_owned(bytes);
        Ok(Whole { text, fault, bytes: read, of_utf16: None })
    }
}

/// What the head of a text reveals.
enum Head {
    Clear(RecordLayout),
    /// One document, or a very long first line.
    Unclear,
    /// A document, although its name says lines: none of many lines is complete.
    NoLines,
}

fn by_head(head: &[u8], extension: &str) -> Head {
    let text = decode(head).text;
    let mut lines = super::lines(&text);
    let (first, second) = (lines.next(), lines.next());
    let by_name = is_lines_extension(extension);
    match (first, second) {
        (Some(first), _) if by_name && is_open(first.text) => {
            let (mut looked, mut open) = (0, 0);
            for line in super::lines(&text).take(SAMPLE) {
                looked += 1;
                open += usize::from(is_open(line.text));
            }
            if looked == SAMPLE && open == looked { Head::NoLines } else { Head::Unclear }
        }
        (Some(_), second) if by_name || second.is_some() => Head::Clear(layout(extension, &text)),
        _ => Head::Unclear,
    }
}

fn too_large(known: Option<u64>) -> RecordReadError {
    let most = size(TEXT_BYTES as u64);
    RecordReadError::Refused(match known {
        Some(known) => format!("is not a request: it has {}, and a request has at most {most}", size(known)),
        None => format!("is not a request: it has more than {most}"),
    })
}

/// Whether a text may need too many nodes in the tree.
fn has_too_many_values(bytes: &[u8]) -> bool {
    bytes.len() > TEXT_VALUES && memchr::memchr3_iter(b',', b'[', b'{', bytes).count() > TEXT_VALUES
}

fn too_many_values() -> RecordReadError {
    RecordReadError::Refused(format!("is not a request: it has more than {} values", count(TEXT_VALUES as u64)))
}

/// Whether something is still open at the end of the line.
fn is_open(line: &str) -> bool {
    json::parse(line).errors().iter().any(|error| error.kind == ErrorKind::Unclosed)
}

/// The bytes as text; encoding faults of a record are stored with it.
fn text_of(bytes: Vec<u8>, records: &mut [Stretch]) -> String {
    let mut bytes = match String::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => error.into_bytes(),
    };
    for record in records {
        record.fault = bytes.get_mut(record.text.clone()).and_then(mend);
    }
    decode_owned(bytes).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(text: &[u8], extension: &str, size: Option<u64>) -> Vec<(u32, usize, u32, String)> {
        let mut reader = RecordReader::open(text, extension, size).expect("a text");
        assert_eq!(reader.layout(), RecordLayout::Lines);
        let (mut all, mut block) = (Vec::new(), Block::default());
        loop {
            block = reader.block(block).expect("records");
            if block.is_empty() {
                assert_eq!(reader.bytes(), text.len() as u64);
                return all;
            }
            all.extend(
                (0..block.len())
                    .filter_map(|at| block.get(at))
                    .map(|record| (record.index, record.base, record.line, record.text.to_owned())),
            );
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_refused_by_its_size() {
        const BYTES: u64 = 1 << 30;
        for head in ["", "{", "{\"a\": 1}", "{\"a\": 1}\n", "{\n{\n", "\n\n", "\u{feff}", "\"a\"\n\"b\"\n", "{\0\"\0"] {
            let read = std::cell::Cell::new(0);
            let mut source = head.as_bytes().chain(io::repeat(0)).take(BYTES);
            let counted = CountingReader { source: &mut source, read: &read };
            let refused = RecordReader::open(counted, "json", Some(BYTES)).expect_err("too long");
            let RecordReadError::Refused(message) = refused else { panic!("{refused:?}") };
            assert_eq!(message, "is not a request: it has 1.07 GB, and a request has at most 67.1 MB", "{head:?}");
            assert!(read.get() <= HEAD, "{head:?}: {} bytes read", read.get());
        }
        // Lines may be as long together.
        let line = b"{\"a\": 1}\n";
        let lines: Vec<u8> = line.iter().copied().cycle().take(HEAD + line.len()).collect();
        let reader = RecordReader::open(lines.as_slice(), "json", Some(BYTES)).expect("lines");
        assert_eq!(reader.layout(), RecordLayout::Lines);
    }

    #[derive(Debug)]
    struct CountingReader<'r, R> {
        source: &'r mut R,
        read: &'r std::cell::Cell<usize>,
    }

    impl<R: Read> Read for CountingReader<'_, R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.source.read(buffer)?;
            self.read.set(self.read.get() + read);
            Ok(read)
        }
    }

    #[test]
    fn records_have_their_offsets() {
        let text = "{\"a\": 1}\r\n\n  \r\n{\"b\": [2, \"é\"]}\n{\"c\": 3}";
        let found = records(text.as_bytes(), "json", None);
        let places: Vec<_> = found.iter().map(|(index, base, line, _)| (*index, *base, *line)).collect();
        assert_eq!(places, [(0, 0, 1), (1, 15, 4), (2, 32, 5)]);
        assert!(found.iter().all(|(_, base, _, record)| text[*base..].starts_with(record)));
    }

    #[test]
    fn invalid_utf_8_is_reported_with_its_record() {
        let mut reader = RecordReader::open(&b"{\"a\": 1}\n{\"b\": \"\xff\xfe\"}\n"[..], "jsonl", None).expect("text");
        let block = reader.block(Block::default()).expect("records");
        assert_eq!(block.get(0).expect("one").fault, None);
        let record = block.get(1).expect("two");
        assert_eq!((record.text, record.base), ("{\"b\": \"??\"}", 9));
        assert_eq!(record.fault, Some(EncodingFault::InvalidUtf8 { offset: 7, count: 2 }));
    }

    proptest! {
        /// A reader yields the lines of the whole text, whatever the stated size.
        #[test]
        fn a_reader_gives_the_lines(text in "(\\{\\}|\\{\"a\": 1\\}| |\r)(\n(\\{\\}|\\{\"a\": [1]\\}| |\r|x)){0,40}\n?", size in proptest::option::of(0_u64..300)) {
            prop_assume!(super::super::lines(&text).next().is_some());
            let found = records(text.as_bytes(), "jsonl", size);
            let lines: Vec<_> = super::super::lines(&text).map(|line| (line.record, line.base, line.text)).collect();
            prop_assert_eq!(found.len(), lines.len());
            for ((index, base, line, text_of), (record, at, whole)) in found.iter().zip(lines) {
                prop_assert_eq!((*index, *base, text_of.as_str()), (record, at, whole));
                prop_assert_eq!(*line as usize, text[..*base].matches('\n').count() + 1);
            }
        }
    }
}
