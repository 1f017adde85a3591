//! The text that findings point into. Spans become lines, columns and excerpts while the text is in memory.

use std::sync::{Arc, OnceLock};

use crate::check::manifest;
use crate::extract::secret;
use crate::finding::{Excerpt, Finding, Fix, Location, Origin};
use crate::outcome::excerpt;
use crate::request::piece::Piece;
use crate::request::record::Record;
use crate::source::LineIndex;
use crate::text::{Position, Span};

/// A text, or one line of it, with its position in its file.
pub(in crate::engine) struct SourceText<'t> {
    text: &'t str,
    /// The byte and the line (1-based) at which the text begins in its file, and the characters before it on that line.
    base: usize,
    line: u32,
    column: u32,
    index: OnceLock<LineIndex>,
    /// Where keys stand in the text.
    keys: OnceLock<Vec<secret::ApiKey>>,
    /// The text is a piece of another page, and spans need its map.
    lens: Option<(&'t SourceText<'t>, &'t Piece)>,
    /// The piece is a record of a manifest, and nothing that a program makes.
    is_row: bool,
}

impl<'t> SourceText<'t> {
    pub fn new(text: &'t str, base: usize, line: u32) -> Self {
        Self { text, base, line, column: 0, index: OnceLock::new(), keys: OnceLock::new(), lens: None, is_row: false }
    }

    /// The page of a record.
    pub fn of_record(record: &Record<'t>) -> Self {
        Self { column: record.column, ..Self::new(record.text, record.base, record.line) }
    }

    /// The page for a piece of it: findings arrive with spans of the piece and leave with those of the page.
    pub fn through(&'t self, piece: &'t Piece) -> Self {
        Self { lens: Some((self, piece)), ..Self::new(self.text, self.base, self.line) }
    }

    /// As [`through`](Self::through), for a row of a table.
    pub fn row(&'t self, piece: &'t Piece) -> Self {
        Self { is_row: true, ..self.through(piece) }
    }

    /// All of its text.
    pub fn whole(&self) -> &'t str {
        self.text
    }

    /// The piece.
    pub fn piece(&self) -> Option<&'t Piece> {
        self.lens.map(|(_, piece)| piece)
    }

    /// The piece, if it comes from a program or its documents, which run in unknown places and numbers.
    pub fn program(&self) -> Option<&'t Piece> {
        self.piece().filter(|_| !self.is_row)
    }

    pub fn position(&self, offset: usize) -> Position {
        if let Some((whole, _)) = self.lens {
            return whole.position(offset);
        }
        /// Up to this distance counting is cheaper than an index.
        const NEAR: usize = 1024;
        let near = self.text.floor_char_boundary(offset.saturating_sub(self.base));
        if let Some(before) = self.text.get(..near).filter(|before| before.len() <= NEAR)
            && memchr::memchr2(b'\n', b'\r', before.as_bytes()).is_none()
        {
            let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
            let column = column.saturating_add(self.column);
            return Position { line: self.line, column, offset: self.base + near };
        }
        let index = self.index.get_or_init(|| LineIndex::new(self.text));
        let within = index.position(self.text, offset.saturating_sub(self.base));
        Position {
            line: within.line.saturating_add(self.line - 1),
            column: within.column.saturating_add(if within.line == 1 { self.column } else { 0 }),
            offset: self.base + within.offset,
        }
    }

    /// Fills in file, line and column.
    pub fn settle(&self, location: &mut Location, name: &Arc<str>) {
        if !location.file.is_empty() {
            return;
        }
        location.file = Arc::clone(name);
        if let (Some(span), Some((_, piece))) = (location.span, self.lens) {
            location.span = Some(piece.map.span(span));
        }
        if let Some(span) = location.span {
            location.start = Some(self.position(span.start));
            location.end = Some(self.position(span.end));
        }
    }

    /// A report never shows a key. The context that marks a text as a key may be outside the excerpt.
    fn mask(&self, excerpt: &mut Excerpt, span: Span) {
        let whole = self.lens.map_or(self, |(whole, _)| whole);
        let keys = whole.keys.get_or_init(|| secret::keys(whole.text, true));
        let from = span.start.saturating_sub(excerpt.span.start);
        let within = |at: usize| at.saturating_sub(from);
        let shown = keys.iter().map(|key| key.span).filter(|key| key.end > from);
        secret::mask(&mut excerpt.text, shown.map(|key| Span::new(within(key.start), within(key.end))));
    }

    /// `record` is a digest that identifies the record of the finding; see [`manifest::identity`].
    pub fn finish(&self, finding: &mut Finding, name: &Arc<str>, record: Option<u64>) {
        let own = finding.location.file.is_empty();
        self.settle(&mut finding.location, name);
        if let (true, Some(span), Some(start)) = (own, finding.location.span, finding.location.start) {
            let span = Span::new(span.start.saturating_sub(self.base), span.end.saturating_sub(self.base));
            let mut excerpt = excerpt::cut(self.text, span, start);
            self.mask(&mut excerpt, span);
            finding.excerpt = Some(excerpt);
            finding.distinguish(record, self.text.get(span.start..span.end).unwrap_or_default());
        }
        for related in &mut finding.related {
            self.settle(&mut related.location, name);
        }
        if let Some((_, piece)) = self.lens {
            finding.source = Some(Arc::new(Origin { form: piece.form, place: piece.place.clone() }));
            finding.fix = finding.fix.take().and_then(|fix| written_back(fix, piece));
        }
    }
}

/// The fix with its edits in the syntax of the form; none if one of them cannot be written there, or contains a
/// stand-in for something unknown.
fn written_back(mut fix: Fix, piece: &Piece) -> Option<Fix> {
    for edit in fix.edits.iter_mut().filter(|edit| edit.file.is_empty()) {
        let touches = |unknown: &Span| unknown.start < edit.span.end && edit.span.start < unknown.end;
        if piece.unknown.iter().any(touches) {
            return None;
        }
        (edit.span, edit.text) = piece.map.edit(edit.span, &edit.text)?;
    }
    Some(fix)
}

impl manifest::RequestText for SourceText<'_> {
    fn position(&self, offset: usize) -> Position {
        self.position(offset)
    }

    fn text(&self, span: Span) -> &str {
        let within = |offset: usize| offset.saturating_sub(self.base);
        self.text.get(within(span.start)..within(span.end)).unwrap_or_default()
    }
}
