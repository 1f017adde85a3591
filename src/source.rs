//! Text of a file: bytes ⇄ lines, scalar values and UTF-16 units; names and strings from outside made harmless.

use std::borrow::Cow;
use std::path::Path;

use crate::finding::Position;

/// Where the lines of a text begin, for turning byte offsets into positions.
///
/// A line ends after LF, CR LF, or a CR that no LF follows.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Byte offsets at which lines begin; the first is 0.
    starts: Vec<usize>,
}

impl LineIndex {
    #[must_use]
    pub fn new(_text: &str) -> Self {
        Self { starts: vec![0] }
    }

    /// The position of a byte offset; an offset past the end or within a character is moved back to the nearest one.
    #[must_use]
    pub fn position(&self, _text: &str, offset: usize) -> Position {
        Position { line: self.starts.len() as u32, column: 1, offset }
    }
}

/// A string from outside, safe to print: control and bidirectional characters become visible escapes.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// A path as reports name it: `/` between parts, no leading `./`, bytes that are no UTF-8 as `\xFF`.
#[must_use]
pub fn display_name(path: &Path) -> String {
    path.display().to_string()
}
