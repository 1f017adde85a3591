//! The text that findings point into: spans become lines, columns and excerpts while it is at hand.

use std::sync::{Arc, OnceLock};

use crate::check::manifest;
use crate::finding::{Finding, Location};
use crate::outcome::excerpt;
use crate::source::LineIndex;
use crate::text::{Position, Span};

/// A text, or one line of it, and where it stands in its file.
pub(super) struct Page<'t> {
    text: &'t str,
    /// The byte and the line (1-based) at which it begins.
    base: usize,
    line: u32,
    index: OnceLock<LineIndex>,
}

impl<'t> Page<'t> {
    pub fn new(text: &'t str, base: usize, line: u32) -> Self {
        Self { text, base, line, index: OnceLock::new() }
    }

    pub fn position(&self, offset: usize) -> Position {
        /// Counting so far is less work than an index.
        const NEAR: usize = 1024;
        let near = self.text.floor_char_boundary(offset.saturating_sub(self.base));
        if let Some(before) = self.text.get(..near).filter(|before| before.len() <= NEAR)
            && memchr::memchr2(b'\n', b'\r', before.as_bytes()).is_none()
        {
            let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
            return Position { line: self.line, column, offset: self.base + near };
        }
        let index = self.index.get_or_init(|| LineIndex::new(self.text));
        let within = index.position(self.text, offset.saturating_sub(self.base));
        Position { line: within.line.saturating_add(self.line - 1), offset: self.base + within.offset, ..within }
    }

    /// Fills in what only who has the text can tell.
    pub fn settle(&self, location: &mut Location, name: &Arc<str>) {
        if !location.file.is_empty() {
            return;
        }
        location.file = Arc::clone(name);
        if let Some(span) = location.span {
            location.start = Some(self.position(span.start));
            location.end = Some(self.position(span.end));
        }
    }

    /// `record` is a digest that tells the record of the finding from others; see [`manifest::identity`].
    pub fn finish(&self, finding: &mut Finding, name: &Arc<str>, record: Option<u64>) {
        let own = finding.location.file.is_empty();
        self.settle(&mut finding.location, name);
        if let (true, Some(span), Some(start)) = (own, finding.location.span, finding.location.start) {
            let span = Span::new(span.start.saturating_sub(self.base), span.end.saturating_sub(self.base));
            finding.excerpt = Some(excerpt::cut(self.text, span, start));
            finding.distinguish(record, self.text.get(span.start..span.end).unwrap_or_default());
        }
        for related in &mut finding.related {
            self.settle(&mut related.location, name);
        }
    }
}

impl manifest::Source for Page<'_> {
    fn position(&self, offset: usize) -> Position {
        self.position(offset)
    }

    fn text(&self, span: Span) -> &str {
        let within = |offset: usize| offset.saturating_sub(self.base);
        self.text.get(within(span.start)..within(span.end)).unwrap_or_default()
    }
}
