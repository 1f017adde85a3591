//! The elements of an array that is too long for memory, in blocks of bounded size.

use std::io::{self, Read};
use std::ops::Range;

use super::reader::{RecordReadError, Stretch};
use crate::text::bounds::TEXT_BYTES;
use crate::text::{Position, size};

/// Bytes requested from the source at a time.
const STEP: usize = 256 << 10;

/// Where the brackets and commas of an array break the rules of JSON. The reader does not look at what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayFault {
    pub message: &'static str,
    pub help: &'static str,
    pub at: Position,
}

/// What may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Open,
    FirstOrClose,
    Element,
    CommaOrClose,
    End,
}

/// Reads an array. It finds elements by their brackets and quotes alone; the parser of an element reports what is wrong
/// inside it.
#[derive(Debug)]
pub(super) struct ArrayReader<R> {
    source: R,
    ended: bool,
    /// Bytes read. Those from `from` on are not returned yet; they begin at `place` in the text.
    held: Vec<u8>,
    from: usize,
    place: Position,
    after_return: bool,
    wanted: Wanted,
    records: u32,
    fault: Option<ArrayFault>,
}

impl<R: Read> ArrayReader<R> {
    pub fn new(source: R) -> Self {
        let place = Position { line: 1, column: 1, offset: 0 };
        Self {
            source,
            ended: false,
            held: Vec::new(),
            from: 0,
            place,
            after_return: false,
            wanted: Wanted::Open,
            records: 0,
            fault: None,
        }
    }

    /// The number of bytes consumed.
    pub fn bytes(&self) -> u64 {
        self.place.offset as u64
    }

    pub fn fault(&self) -> Option<&ArrayFault> {
        self.fault.as_ref()
    }

    /// Appends the next elements to a block, at least one, until it has `most` bytes or records. Appends nothing at the end.
    pub fn fill(
        &mut self,
        bytes: &mut Vec<u8>,
        records: &mut Vec<Stretch>,
        most: (usize, usize),
    ) -> Result<(), RecordReadError> {
        let (most_bytes, most_records) = most;
        let mut at = 0;
        while bytes.len() < most_bytes && records.len() < most_records {
            let Some(element) = self.element(&mut at)? else { break };
            self.pass(element.start);
            let start = bytes.len();
            bytes.extend_from_slice(self.rest().get(..element.len()).unwrap_or_default());
            let Position { line, column, offset } = self.place;
            records.push(Stretch {
                index: self.records,
                base: offset,
                line,
                column: column - 1,
                text: start..start + element.len(),
                fault: None,
            });
            self.records = self.records.saturating_add(1);
            self.pass(element.len());
            at = 0;
        }
        if self.wanted == Wanted::End || self.fault.is_some() {
            self.skip()?;
        }
        Ok(())
    }

    /// Reads to the end and returns no more elements.
    pub fn skip(&mut self) -> io::Result<()> {
        self.wanted = Wanted::End;
        self.place.offset += self.rest().len();
        (self.held, self.from) = (Vec::new(), 0);
        if !self.ended {
            let skipped = io::copy(&mut self.source, &mut io::sink())?;
            self.place.offset += usize::try_from(skipped).unwrap_or(usize::MAX);
            self.ended = true;
        }
        Ok(())
    }

    /// The next element as a range of the rest; none at the end of the array, or where it is broken.
    fn element(&mut self, at: &mut usize) -> Result<Option<Range<usize>>, RecordReadError> {
        if self.fault.is_some() || self.wanted == Wanted::End {
            return Ok(None);
        }
        if self.wanted == Wanted::Open {
            let is_mark = self.byte(2)?.is_some() && self.rest().starts_with("\u{feff}".as_bytes());
            *at = if is_mark { "\u{feff}".len() } else { 0 };
        }
        loop {
            let Some(byte) = self.byte(*at)? else {
                return self.broken(*at, "the text ends within the array", "close it with a ]");
            };
            let next = match (self.wanted, byte) {
                (_, b' ' | b'\t' | b'\n' | b'\r') => self.wanted,
                (Wanted::Open, b'[') => Wanted::FirstOrClose,
                (Wanted::FirstOrClose | Wanted::CommaOrClose, b']') => Wanted::End,
                (Wanted::CommaOrClose, b',') => Wanted::Element,
                (Wanted::Element, b']') => {
                    return self.broken(*at, "nothing follows the comma before this", "remove the comma");
                }
                (Wanted::CommaOrClose, _) => {
                    return self.broken(*at, "a comma or the end of the array is missing here", "put a comma");
                }
                (Wanted::FirstOrClose | Wanted::Element, b',' | b':' | b'}') | (Wanted::Open | Wanted::End, _) => {
                    return self.broken(*at, "no JSON value begins here", "correct the array");
                }
                (Wanted::FirstOrClose | Wanted::Element, first) => {
                    self.wanted = Wanted::CommaOrClose;
                    return Ok(Some(*at..self.end_of(*at, first)?));
                }
            };
            self.wanted = next;
            *at += 1;
            if next == Wanted::End {
                return self.tail(*at);
            }
            if *at >= STEP {
                self.pass(std::mem::take(at));
            }
        }
    }

    /// Checks that only white space follows the array.
    fn tail(&mut self, mut at: usize) -> Result<Option<Range<usize>>, RecordReadError> {
        while let Some(byte) = self.byte(at)? {
            if !byte.is_ascii_whitespace() {
                return self.broken(at, "text after the end of the array", "remove it");
            }
            at += 1;
            if at >= STEP {
                self.pass(std::mem::take(&mut at));
            }
        }
        self.pass(at);
        Ok(None)
    }

    fn broken<T>(
        &mut self,
        at: usize,
        message: &'static str,
        help: &'static str,
    ) -> Result<Option<T>, RecordReadError> {
        self.pass(at);
        self.fault = Some(ArrayFault { message, help, at: self.place });
        Ok(None)
    }

    /// The end of the element that begins at `start`; the end of the text if the element is not closed.
    fn end_of(&mut self, start: usize, first: u8) -> Result<usize, RecordReadError> {
        let (mut at, mut depth, mut quoted) = (start, 0_usize, false);
        let is_scalar = !matches!(first, b'{' | b'[' | b'"');
        while let Some(byte) = self.byte(at)? {
            if at - start > TEXT_BYTES {
                let most = size(TEXT_BYTES as u64);
                let why = format!("is not a request: record {} has more than {most}", self.records);
                return Err(RecordReadError::Refused(why));
            }
            match byte {
                b'\\' if quoted => at += 1,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b',' | b']' | b' ' | b'\t' | b'\n' | b'\r' if is_scalar => return Ok(at),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
            if depth == 0 && !quoted && !is_scalar {
                break;
            }
        }
        Ok(at.min(self.rest().len()))
    }

    fn rest(&self) -> &[u8] {
        self.held.get(self.from..).unwrap_or_default()
    }

    /// The byte at an index of the rest, reading more if necessary.
    fn byte(&mut self, at: usize) -> io::Result<Option<u8>> {
        while self.from + at >= self.held.len() && !self.ended {
            self.held.drain(..std::mem::take(&mut self.from));
            let read = self.source.by_ref().take(STEP as u64).read_to_end(&mut self.held)?;
            self.ended = read < STEP;
        }
        Ok(self.held.get(self.from + at).copied())
    }

    /// Moves past the first bytes of the rest.
    fn pass(&mut self, bytes: usize) {
        let passed = self.held.get(self.from..).unwrap_or_default();
        let passed = passed.get(..bytes).unwrap_or(passed);
        for byte in passed {
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => (self.place.line, self.place.column) = (self.place.line.saturating_add(1), 1),
                // Only the first byte of a character counts.
                0x80..=0xbf => {}
                _ => self.place.column = self.place.column.saturating_add(1),
            }
            self.after_return = *byte == b'\r';
        }
        self.place.offset += passed.len();
        self.from += passed.len();
    }
}

/// Whether a text that begins like this is an array.
pub(super) fn is_array(head: &[u8]) -> bool {
    let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    head.trim_ascii_start().first() == Some(&b'[')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::json::Elements;
    use crate::source::LineIndex;
    use proptest::prelude::*;

    type Found = (Vec<(u32, usize, u32, u32, String)>, Option<ArrayFault>, u64);

    fn read(text: &[u8], most: (usize, usize)) -> Found {
        let mut reader = ArrayReader::new(text);
        let mut all = Vec::new();
        loop {
            let (mut bytes, mut records) = (Vec::new(), Vec::new());
            reader.fill(&mut bytes, &mut records, most).expect("elements");
            if records.is_empty() {
                return (all, reader.fault().cloned(), reader.bytes());
            }
            all.extend(records.into_iter().map(|Stretch { index, base, line, column, text, .. }| {
                (index, base, line, column, String::from_utf8_lossy(&bytes[text]).into_owned())
            }));
        }
    }

    fn fault(text: &str) -> Option<(&'static str, usize)> {
        read(text.as_bytes(), (100, 9)).1.map(|fault| (fault.message, fault.at.offset))
    }

    #[test]
    fn text_that_breaks_an_array() {
        assert_eq!(fault("[1, {\"a\": \"]\"} ]\n"), None);
        assert_eq!(fault("[]"), None);
        assert_eq!(fault("[1, 2,]"), Some(("nothing follows the comma before this", 6)));
        assert_eq!(fault("[1 2]"), Some(("a comma or the end of the array is missing here", 3)));
        assert_eq!(fault("[1, 2"), Some(("the text ends within the array", 5)));
        assert_eq!(fault("[,]"), Some(("no JSON value begins here", 1)));
        assert_eq!(fault("[1] x"), Some(("text after the end of the array", 4)));
        // The parser of the element reports what is missing.
        assert_eq!(read(b"[{\"a\": [1", (100, 9)).0.len(), 1);
    }

    const ITEMS: [&str; 7] = ["1", "\"[é,\\\\\\\"]\"", "{\"a\": [1,\n2]}", "[]", "null", "{\"b\":\r\n\"}\"}", "\"\""];

    proptest! {
        /// The elements of a whole array are those that the parser finds, at their lines and columns.
        #[test]
        fn as_the_parser_finds_them(
            items in proptest::collection::vec(proptest::sample::select(&ITEMS[..]), 0..12),
            blank in "[ \t]?(\r\n|\r|\n)? ?", bytes in 1_usize..40, records in 1_usize..4,
        ) {
            let text = format!("{blank}[{blank}{}{blank}]{blank}", items.join(&format!("{blank},{blank}")));
            let (found, fault, read) = read(text.as_bytes(), (bytes, records));
            prop_assert_eq!((fault, read), (None, text.len() as u64));
            let elements: Vec<_> = Elements::of(&text).expect("an array").each().collect();
            prop_assert_eq!(found.len(), elements.len());
            let index = LineIndex::new(&text);
            for ((record, base, line, column, content), element) in found.into_iter().zip(elements) {
                let place = index.position(&text, element.start);
                prop_assert_eq!((record, base, line, column + 1), (element.index, element.start, place.line, place.column));
                prop_assert_eq!(content.as_str(), element.text);
            }
        }

        #[test]
        fn nothing_panics(text in "[\\[\\]{},\":\\\\ \n1aé]{0,40}", bytes in 1_usize..9) {
            let (found, _, read) = read(text.as_bytes(), (bytes, 3));
            prop_assert!(read == text.len() as u64 && found.len() <= text.len());
        }
    }
}
