//! Positions in the text of a file: bytes ⇄ lines, scalar values and UTF-16 units. Also escapes names and strings from
//! outside.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::{Component, Path};

use crate::text::Position;

/// The unit of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Scalar,
    /// The default unit of editors.
    Utf16,
    Utf8,
}

impl Unit {
    fn of(self, c: char) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Utf16 => c.len_utf16(),
            Self::Utf8 => c.len_utf8(),
        }
    }
}

/// A counted position within a long line.
#[derive(Clone, Copy, Debug)]
struct Mark {
    offset: usize,
    scalars: usize,
    utf16: usize,
}

/// Lines longer than this are counted once, with marks at this distance; minified drafts have one line of megabytes.
const STRIDE: usize = 4 << 10;

/// The line index of a text, for turning byte offsets into positions.
///
/// A line ends after LF, CR LF, or a CR without LF.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Byte offsets of line starts; the first is 0. There may be millions, and no text has 4 GiB.
    starts: Vec<u32>,
    marks: Vec<Mark>,
}

impl LineIndex {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut index = Self { starts: vec![0], marks: Vec::new() };
        let mut start = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            index.mark(text, start, at);
            start = at + 1;
            index.starts.push(u32::try_from(start).unwrap_or(u32::MAX));
        }
        index.mark(text, start, bytes.len());
        index
    }

    fn mark(&mut self, text: &str, start: usize, end: usize) {
        let mut mark = Mark { offset: start, scalars: 0, utf16: 0 };
        while end - mark.offset > STRIDE {
            let next = text.floor_char_boundary(mark.offset + STRIDE);
            let piece = text.get(mark.offset..next).unwrap_or("");
            mark.scalars += piece.chars().count();
            mark.utf16 += piece.chars().map(char::len_utf16).sum::<usize>();
            mark.offset = next;
            self.marks.push(mark);
        }
    }

    /// The number of lines; an empty text has one.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).map(|start| *start as usize)
    }

    /// The position of a byte offset. An offset past the end or within a character moves back to the nearest valid one.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let (line, column, offset) = self.place(text, offset, Unit::Scalar);
        let number = |zero_based: usize| u32::try_from(zero_based + 1).unwrap_or(u32::MAX);
        Position { line: number(line), column: number(column), offset }
    }

    /// The 0-based line and column of a byte offset, in the unit of an editor.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: usize, unit: Unit) -> (usize, usize) {
        let (line, column, _) = self.place(text, offset, unit);
        (line, column)
    }

    fn place(&self, text: &str, offset: usize, unit: Unit) -> (usize, usize, usize) {
        let offset = text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start as usize <= offset).saturating_sub(1);
        let start = self.start(line).unwrap_or(0);
        let mark = self.mark_before(start, |mark| mark.offset <= offset);
        let (from, counted) = mark.map_or((start, 0), |mark| (mark.offset, mark.count(start, unit)));
        let rest = text.get(from..offset).unwrap_or("");
        let column = counted + if unit == Unit::Utf8 { rest.len() } else { rest.chars().map(|c| unit.of(c)).sum() };
        (line, column, offset)
    }

    /// The last mark that satisfies `before` (which must be monotonic) on the line that begins at `start`.
    fn mark_before(&self, start: usize, before: impl Fn(&Mark) -> bool) -> Option<&Mark> {
        let first = self.marks.partition_point(|mark| mark.offset <= start);
        let rest = self.marks.get(first..)?;
        rest[..rest.partition_point(before)].last()
    }

    /// The byte offset of a 0-based line and column. A column past the end of the line means its end (before the line
    /// break), a line past the last means the end of the text, a column within a character means its start.
    #[must_use]
    pub fn offset(&self, text: &str, line: usize, column: usize, unit: Unit) -> usize {
        let Some(start) = self.start(line) else { return text.len() };
        let end = self.start(line + 1).unwrap_or(text.len());
        let mark = self.mark_before(start, |mark| mark.offset < end && mark.count(start, unit) <= column);
        let (mut at, mut counted) = mark.map_or((start, 0), |mark| (mark.offset, mark.count(start, unit)));
        for c in text.get(at..end).unwrap_or("").chars() {
            counted += unit.of(c);
            if counted > column || matches!(c, '\n' | '\r') {
                break;
            }
            at += c.len_utf8();
        }
        at
    }

    /// The bytes of a 0-based line without its break.
    #[must_use]
    pub fn line<'t>(&self, text: &'t str, line: usize) -> &'t str {
        let start = self.start(line).unwrap_or(text.len());
        let end = self.start(line + 1).unwrap_or(text.len());
        text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

impl Mark {
    fn count(&self, line_start: usize, unit: Unit) -> usize {
        match unit {
            Unit::Scalar => self.scalars,
            Unit::Utf16 => self.utf16,
            Unit::Utf8 => self.offset - line_start,
        }
    }
}

/// Whether a character changes the display around it: control characters, separators, direction marks, zero-width
/// characters.
#[must_use]
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A string from outside, safe to print: control and bidirectional characters become visible escapes.
///
/// A zero width joiner between two non-ASCII characters stays, because scripts and emoji need it.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = matches!(c, '\u{200c}' | '\u{200d}')
            && !before.is_ascii()
            && !is_harmful(before)
            && chars.peek().is_some_and(|next| !next.is_ascii() && !is_harmful(*next));
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_harmful(c) && !joins => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
        before = c;
    }
    Cow::Owned(out)
}

/// The name of a path in reports: `/` between parts, no leading `./`, invalid UTF-8 as `\xFF`.
#[must_use]
pub fn display_name(path: &Path) -> String {
    // Almost every path needs no change.
    let is_plain = |name: &&str| {
        cfg!(unix) && name.strip_prefix('/').unwrap_or(name).split('/').all(|part| !matches!(part, "" | "."))
    };
    if let Some(name) = path.to_str().filter(is_plain) {
        return name.to_owned();
    }
    let mut name = String::new();
    for part in path.components() {
        match part {
            Component::CurDir => continue,
            Component::RootDir => {
                name.push('/');
                continue;
            }
            _ if !name.is_empty() && !name.ends_with('/') => name.push('/'),
            _ => {}
        }
        for chunk in part.as_os_str().as_encoded_bytes().utf8_chunks() {
            name.push_str(chunk.valid());
            for byte in chunk.invalid() {
                let _ = write!(name, "\\x{byte:02X}");
            }
        }
    }
    if name.is_empty() {
        name.push('.');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_break() {
        let text = "a\nbé\r\n😀c\rd";
        let index = LineIndex::new(text);
        assert_eq!(index.lines(), 4);
        let place = |offset| {
            let position = index.position(text, offset);
            (position.line, position.column, position.offset)
        };
        assert_eq!(place(0), (1, 1, 0));
        assert_eq!(place(1), (1, 2, 1));
        assert_eq!(place(2), (2, 1, 2));
        assert_eq!(place(4), (2, 2, 3), "moved back to the start of é");
        assert_eq!(place(5), (2, 3, 5));
        assert_eq!(place(6), (2, 4, 6), "between CR and LF: still the second line");
        assert_eq!(place(7), (3, 1, 7));
        assert_eq!(place(11), (3, 2, 11));
        assert_eq!(index.line_column(text, 11, Unit::Utf16), (2, 2));
        assert_eq!(index.line_column(text, 11, Unit::Utf8), (2, 4));
        assert_eq!(place(13), (4, 1, 13));
        assert_eq!(place(999), (4, 2, 14));
        assert_eq!((index.line(text, 1), index.line(text, 2), index.line(text, 9)), ("bé", "😀c", ""));
        assert_eq!(index.offset(text, 1, 99, Unit::Scalar), 5);
        assert_eq!(index.offset(text, 2, 1, Unit::Utf16), 7, "half of a pair is its start");
        assert_eq!(index.offset(text, 77, 0, Unit::Utf16), text.len());
    }

    #[test]
    fn long_lines_map_back() {
        let text = format!("x\n{}\n{}", "aé😀".repeat(5_000), "b".repeat(20_000));
        let index = LineIndex::new(&text);
        for unit in [Unit::Scalar, Unit::Utf16, Unit::Utf8] {
            for (offset, _) in text.char_indices().step_by(997) {
                let (line, column) = index.line_column(&text, offset, unit);
                let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
                let expected: usize = text[start..offset].chars().map(|c| unit.of(c)).sum();
                assert_eq!(column, expected, "{offset} in {unit:?}");
                assert_eq!(index.offset(&text, line, column, unit), offset, "{line}:{column} in {unit:?}");
            }
        }
    }

    #[test]
    fn harmless() {
        assert!(matches!(clean("plain, “quoted” 漢字 e\u{301}"), Cow::Borrowed(_)));
        assert_eq!(clean("a\u{1b}[31m\u{202e}b\r\n\u{2028}\u{feff}"), "a\\u{1b}[31m\\u{202e}b\\r\\n\\u{2028}\\u{feff}");
        assert_eq!(clean("👩\u{200d}💻 a\u{200d}b"), "👩\u{200d}💻 a\\u{200d}b");
    }

    #[test]
    fn names() {
        let name = |path: &str| display_name(Path::new(path));
        assert_eq!(name("./a/./b.json"), "a/b.json");
        assert_eq!(name("../a//b"), "../a/b");
        assert_eq!(name("/a"), "/a");
        assert_eq!(name("."), ".");
        for (odd, plain) in [("", "."), ("/", "/"), ("a/", "a"), ("a/.", "a"), ("a/./b", "a/b"), ("//a", "/a")] {
            assert_eq!(name(odd), plain, "{odd}");
        }
        for plain in ["a", ".a/..b/...", "..", "/a/b c", "é/\u{202e}"] {
            assert_eq!(name(plain), plain);
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf_8() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"a\xff/b\xc3");
        assert_eq!(display_name(Path::new(name)), "a\\xFF/b\\xC3");
    }
}
