//! From the bytes of a file to its records: one request, a manifest as an array, or JSON Lines.

mod array;
mod lines;
mod reader;

use std::borrow::Cow;

pub use array::ArrayFault;
pub use reader::{Block, Record, RecordReadError, RecordReader, Whole};

use super::json::{self, Document, ErrorKind, Value, ValueKind};

/// Why bytes are not UTF-8, the encoding of JSON files (RFC 8259, section 8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingFault {
    /// UTF-16, little-endian.
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
    /// `count` bytes that are not UTF-8, the first of them at `offset`.
    InvalidUtf8 {
        offset: usize,
        count: usize,
    },
}

impl EncodingFault {
    /// Whether the text is in another encoding altogether.
    #[must_use]
    pub fn is_wide(self) -> bool {
        !matches!(self, Self::InvalidUtf8 { .. })
    }
}

/// The text of a file. It keeps a byte order mark for the parser to report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileText<'b> {
    /// Every byte keeps its position; invalid UTF-8 becomes question marks. Empty for UTF-16 and UTF-32.
    pub text: Cow<'b, str>,
    pub fault: Option<EncodingFault>,
}

/// Reads the bytes of a file as text.
#[must_use]
pub fn decode(bytes: &[u8]) -> FileText<'_> {
    let wide = wide(bytes);
    if wide.is_some() {
        return FileText { text: Cow::Borrowed(""), fault: wide };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => FileText { text: Cow::Borrowed(text), fault: None },
        Err(_) => {
            let (text, fault) = decode_owned(bytes.to_vec());
            FileText { text: Cow::Owned(text), fault }
        }
    }
}

/// As [`decode`], reusing the memory of the bytes, for a text known not to be wide.
fn decode_owned(bytes: Vec<u8>) -> (String, Option<EncodingFault>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let mut bytes = error.into_bytes();
            let fault = mend(&mut bytes);
            (String::from_utf8(bytes).unwrap_or_default(), fault)
        }
    }
}

/// Replaces invalid UTF-8 with question marks.
fn mend(bytes: &mut [u8]) -> Option<EncodingFault> {
    let (mut at, mut first, mut count) = (0, None, 0);
    while let Err(error) = std::str::from_utf8(bytes.get(at..).unwrap_or_default()) {
        let start = at + error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |len| start + len);
        bytes.get_mut(start..end)?.fill(b'?');
        first = first.or(Some(start));
        count += end - start;
        at = end;
    }
    first.map(|offset| EncodingFault::InvalidUtf8 { offset, count })
}

/// The fault of bytes that begin like UTF-16 or UTF-32.
#[must_use]
pub fn wide(bytes: &[u8]) -> Option<EncodingFault> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [b'{' | b'[' | b'"', 0, 0, 0, ..] => Some(EncodingFault::Utf32Le),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'{' | b'[' | b'"', ..] => Some(EncodingFault::Utf32Be),
        [0xff, 0xfe, ..] | [b'{' | b'[' | b'"', 0, _, 0, ..] => Some(EncodingFault::Utf16Le),
        [0xfe, 0xff, ..] | [0, b'{' | b'[' | b'"', 0, ..] => Some(EncodingFault::Utf16Be),
        _ => None,
    }
}

/// The most bytes of UTF-16 to decode; nobody keeps longer requests in it.
const UTF16_BYTES: usize = 16 << 20;

/// The text of UTF-16; none for other encodings and for a long text.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit = match wide(bytes)? {
        EncodingFault::Utf16Le => u16::from_le_bytes,
        EncodingFault::Utf16Be => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, _) = bytes.as_chunks::<2>();
    if bytes.len() > UTF16_BYTES {
        return None;
    }
    let read = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    Some(read.map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)).skip_while(|read| *read == '\u{feff}').collect())
}

/// The layout of the records in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordLayout {
    /// One document; each element of a top-level array is a record.
    Document,
    /// JSON Lines: one record per line.
    Lines,
    /// An array that is too long for memory: one record per element.
    LongArray,
}

/// The layout of a text, from the extension of its file (without the dot) and its first lines.
#[must_use]
pub fn layout(extension: &str, text: &str) -> RecordLayout {
    let mut lines = lines(text);
    let (first, second) = (lines.next(), lines.next());
    if first.is_none() {
        return RecordLayout::Document;
    }
    if is_lines_extension(extension) {
        // One document over several lines under the wrong name is still one document.
        let open = first.is_some_and(|line| has(&json::parse(line.text), ErrorKind::Unclosed));
        let whole = open && json::parse(text).errors().iter().all(|error| error.kind == ErrorKind::ByteOrderMark);
        return if whole { RecordLayout::Document } else { RecordLayout::Lines };
    }
    let alone = |line: Option<RecordLine<'_>>| line.is_some_and(|line| stands_alone(line.text));
    // The only line may be a body of many megabytes.
    if second.is_some() && alone(first) && alone(second) { RecordLayout::Lines } else { RecordLayout::Document }
}

/// Whether the extension means JSON Lines, whatever the content.
#[must_use]
pub fn is_lines_extension(extension: &str) -> bool {
    ["jsonl", "ndjson", "jsonlines"].iter().any(|known| known.eq_ignore_ascii_case(extension))
}

fn has(document: &Document<'_>, kind: ErrorKind) -> bool {
    document.errors().iter().any(|error| error.kind == kind)
}

/// Whether the line is one object from its first to its last character, apart from faults inside.
fn stands_alone(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}').trim();
    if !line.starts_with('{') || !line.ends_with('}') {
        return false;
    }
    let document = json::parse(line);
    document.root().is_some_and(|root| root.kind() == ValueKind::Object && root.span().end == line.len())
        && !has(&document, ErrorKind::Unclosed)
}

/// A non-blank line of JSON Lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordLine<'t> {
    /// 0-based, without counting blank lines.
    pub record: u32,
    /// Byte offset of the line in the file.
    pub base: usize,
    /// Without the line break.
    pub text: &'t str,
}

impl<'t> RecordLine<'t> {
    /// The tree of the line; its spans refer to the file.
    #[must_use]
    pub fn parse(&self) -> Document<'t> {
        json::parse_at(self.text, self.base)
    }
}

/// The non-blank lines of a text.
pub fn lines(text: &str) -> impl Iterator<Item = RecordLine<'_>> {
    let mut base = 0;
    let mut record = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = base;
        base += line.len();
        let text = line.trim_end_matches(['\n', '\r']);
        if is_blank(text.as_bytes()) {
            return None;
        }
        record += 1;
        Some(RecordLine { record: record - 1, base: start, text })
    })
}

/// Whether there is only white space, after an optional byte order mark.
fn is_blank(line: &[u8]) -> bool {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).iter().all(u8::is_ascii_whitespace)
}

/// The records of a document: the elements of a top-level array, each the root of its own pointers, or the whole
/// document. The index is none for a single request.
pub fn records<'d>(document: &'d Document<'_>) -> impl Iterator<Item = (Option<u32>, Value<'d>)> {
    let root = document.root();
    let manifest = root.filter(|root| root.kind() == ValueKind::Array);
    let single = root.filter(|root| root.kind() != ValueKind::Array).map(|root| (None, root));
    let elements = manifest.into_iter().flat_map(Value::items).zip(0..).map(|(item, at)| (Some(at), item.as_root()));
    single.into_iter().chain(elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(decode("é".as_bytes()), FileText { text: "é".into(), fault: None });
        assert_eq!(decode(b"\xff\xfe\0\0{\0\0\0").fault, Some(EncodingFault::Utf32Le));
        assert_eq!(decode(b"\0\0\0[\0\0\0]").fault, Some(EncodingFault::Utf32Be));
        assert_eq!(decode(b"\xff\xfe{\0}\0").fault, Some(EncodingFault::Utf16Le));
        assert_eq!(decode(b"{\0}\0").fault, Some(EncodingFault::Utf16Le));
        assert_eq!(decode(b"\0{\0}").fault, Some(EncodingFault::Utf16Be));
        let text = decode(b"{\"a\": \"\xff\xe9t\xc3\"}");
        assert_eq!(text.text, "{\"a\": \"??t?\"}");
        assert_eq!(text.fault, Some(EncodingFault::InvalidUtf8 { offset: 7, count: 3 }));
    }

    #[test]
    fn utf_16() {
        let of = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let text = "{\"a\": \"é😀\"}";
        for bytes in [of(&format!("\u{feff}{text}"), u16::to_le_bytes), of(text, u16::to_be_bytes)] {
            assert_eq!(utf16(&bytes).as_deref(), Some(text));
            assert_eq!(utf16(&bytes[..bytes.len() - 1]).as_deref(), text.strip_suffix('}'));
        }
        assert_eq!(utf16(b"\xff\xfe\x00\xd8{\0").as_deref(), Some("\u{fffd}{"), "half of a pair");
        assert_eq!(utf16(text.as_bytes()), None);
        assert_eq!(utf16(&of(&"{".repeat(UTF16_BYTES), u16::to_le_bytes)), None);
    }

    #[test]
    fn layouts() {
        assert_eq!(layout("json", "{\"a\": 1}\n{\"b\": 2}\n"), RecordLayout::Lines);
        assert_eq!(layout("json", "\u{feff}{\"a\": 1}\r\n\r\n{\"b\": 2,}"), RecordLayout::Lines);
        assert_eq!(layout("json", "{\"a\": 1}"), RecordLayout::Document);
        assert_eq!(layout("json", "{\n\"a\": 1\n}\n{\n\"b\": 1\n}"), RecordLayout::Document);
        assert_eq!(layout("json", "{\"a\": 1}{\"b\": 2}\n{\"c\": 3}"), RecordLayout::Document);
        assert_eq!(layout("json", ""), RecordLayout::Document);
        assert_eq!(layout("jsonl", "{\"a\": 1}"), RecordLayout::Lines);
        assert_eq!(layout("ndjson", "{\n\"a\": 1\n}\n"), RecordLayout::Document);
        assert_eq!(layout("NDJSON", "{\"a\": [1\n{\"b\": 1}\n"), RecordLayout::Lines);
    }

    #[test]
    fn lines_have_their_offsets() {
        let text = "{\"a\": 1}\r\n\n  \r\n{\"b\": [2, \"é\"]}\n{\"c\": 3}";
        let lines: Vec<_> = lines(text).collect();
        assert_eq!(lines.iter().map(|line| (line.record, line.base)).collect::<Vec<_>>(), [(0, 0), (1, 15), (2, 32)]);
        for line in lines {
            assert!(text[line.base..].starts_with(line.text));
            let document = line.parse();
            let value = document.root().and_then(|root| root.children().next()).expect("a member");
            assert_eq!(&text[value.span().start..value.span().end], value.raw());
        }
    }

    #[test]
    fn a_manifest_has_a_record_for_each_element() {
        let document = json::parse("[{\"a\": {\"b\": 1}}, {\"a\": 2}]");
        let found: Vec<_> = records(&document).collect();
        assert_eq!(found.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [Some(0), Some(1)]);
        assert_eq!(found[0].1.at_pointer("/a/b").expect("there").pointer(), "/a/b");
        let document = json::parse("{\"a\": 1}");
        assert_eq!(records(&document).map(|(index, _)| index).collect::<Vec<_>>(), [None]);
        assert_eq!(records(&json::parse("")).count(), 0);
    }
}
