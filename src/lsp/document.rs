//! An open document: its text, its version, its positions.

use std::path::PathBuf;

use gen_lsp_types::{Position, Range, TextDocumentContentChangeEvent as Change};

use super::check::CheckedDocument;
use super::kept::ReadableVersion;
use crate::source::{LineIndex, Unit};
use crate::text::Span;

/// A text with its line index.
#[derive(Clone, Debug)]
pub(super) struct IndexedText {
    pub text: String,
    index: LineIndex,
}

impl IndexedText {
    pub(super) fn new(text: String) -> Self {
        let index = LineIndex::new(&text);
        Self { text, index }
    }

    pub(super) fn offset(&self, position: Position, unit: Unit) -> usize {
        self.index.offset(&self.text, position.line as usize, position.character as usize, unit)
    }

    pub(super) fn position(&self, offset: usize, unit: Unit) -> Position {
        let (line, column) = self.index.line_column(&self.text, offset, unit);
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), character: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    pub(super) fn span(&self, range: Range, unit: Unit) -> Span {
        let (a, b) = (self.offset(range.start, unit), self.offset(range.end, unit));
        Span::new(a.min(b), a.max(b))
    }

    pub(super) fn range(&self, span: Span, unit: Unit) -> Range {
        Range { start: self.position(span.start, unit), end: self.position(span.end.max(span.start), unit) }
    }

    pub(super) fn end(&self, unit: Unit) -> Position {
        self.position(self.text.len(), unit)
    }

    /// Applies changes in order. Positions outside the text are moved to its end.
    pub(super) fn change(&mut self, changes: Vec<Change>, unit: Unit) {
        for change in changes {
            match change {
                Change::TextDocumentContentChangeWholeDocument(whole) => self.text = whole.text,
                Change::TextDocumentContentChangePartial(part) => {
                    let Span { start, end } = self.span(part.range, unit);
                    self.text.replace_range(start..end, &part.text);
                }
            }
            self.index = LineIndex::new(&self.text);
        }
    }
}

/// What the name of a document says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocumentRole {
    /// It may contain requests.
    Draft,
    Configuration,
    /// Neither requests nor configuration.
    Other,
}

#[derive(Debug)]
pub(super) struct OpenDocument {
    pub role: DocumentRole,
    /// Absolute. For an unsaved document, the path that it would have.
    pub path: PathBuf,
    pub version: i32,
    pub text: IndexedText,
    /// An earlier version was recognised as a request.
    pub known: bool,
    /// The findings of this or an earlier version.
    pub checked: Option<CheckedDocument>,
    /// The last version that was JSON, and its findings.
    pub readable: Option<ReadableVersion>,
    /// Counts the changes that can affect the findings. An outcome with an older count is stale.
    pub revision: u64,
}

impl OpenDocument {
    /// The findings, if they are those of the current text.
    pub(super) fn fresh(&self) -> Option<&CheckedDocument> {
        self.checked.as_ref().filter(|checked| checked.revision == self.revision)
    }

    pub(super) fn extension(&self) -> &str {
        self.path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gen_lsp_types::{TextDocumentContentChangePartial as Partial, TextDocumentContentChangeWholeDocument as Whole};
    use proptest::prelude::*;

    /// Counts columns character by character, as an oracle.
    fn place(text: &str, offset: usize, unit: Unit) -> Position {
        let (mut line, mut start) = (0, 0);
        let bytes = text.as_bytes();
        for at in 0..offset {
            let breaks = bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if breaks {
                line += 1;
                start = at + 1;
            }
        }
        let before = &text[start..offset];
        let character = match unit {
            Unit::Utf8 => before.len(),
            Unit::Utf16 => before.encode_utf16().count(),
            Unit::Scalar => before.chars().count(),
        };
        Position { line, character: character as u32 }
    }

    proptest! {
        #[test]
        fn incremental_changes_give_the_same_text_and_positions(
            start in "[a\"é漢😀\\n\\r ]{0,40}",
            edits in prop::collection::vec((any::<u16>(), any::<u16>(), "[b{é漢😀\\n\\r]{0,6}", 0_u8..8), 0..12),
            unit in prop::sample::select(vec![Unit::Utf8, Unit::Utf16, Unit::Scalar]),
        ) {
            let mut expected = start.clone();
            let mut text = IndexedText::new(start);
            let mut changes = Vec::new();
            for (from, to, new, kind) in edits {
                let boundaries: Vec<usize> = expected.char_indices().map(|(at, _)| at).chain([expected.len()])
                    // No position of the protocol lies between CR and LF.
                    .filter(|at| !(*at > 0 && expected.as_bytes()[at - 1] == b'\r' && expected.as_bytes().get(*at) == Some(&b'\n')))
                    .collect();
                let (a, b) = (boundaries[usize::from(from) % boundaries.len()], boundaries[usize::from(to) % boundaries.len()]);
                let (a, b) = (a.min(b), a.max(b));
                if kind == 0 {
                    expected.clone_from(&new);
                    changes.push(Change::from(Whole { text: new }));
                } else {
                    let range = Range { start: place(&expected, a, unit), end: place(&expected, b, unit) };
                    expected.replace_range(a..b, &new);
                    let mut part = Partial { range, text: new, ..Partial::default() };
                    part.range = range;
                    changes.push(Change::from(part));
                }
                if kind > 5 {
                    text.change(std::mem::take(&mut changes), unit);
                    prop_assert_eq!(&text.text, &expected);
                }
            }
            text.change(changes, unit);
            prop_assert_eq!(&text.text, &expected);
            for (offset, _) in expected.char_indices() {
                prop_assert_eq!(text.position(offset, unit), place(&expected, offset, unit));
            }
        }
    }

    #[test]
    fn positions_outside_the_text_move_to_its_end() {
        let mut text = IndexedText::new("a\r\nb".to_owned());
        let at = |line, character| Position { line, character };
        let mut part = Partial { text: "X".to_owned(), ..Partial::default() };
        part.range = Range { start: at(99, 99), end: at(0, 77) };
        text.change(vec![part.into()], Unit::Utf16);
        assert_eq!(text.text, "aX");
    }
}
