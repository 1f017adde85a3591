//! Cuts out the piece of a text that reports show.

use crate::finding::Excerpt;
use crate::text::{Position, Span};

/// Scalar values kept before the span on its first line.
const BEFORE: usize = 200;
/// Scalar values kept from the start of the span to the end of a line.
const AFTER: usize = 300;
/// Lines kept of a longer span.
const LINES: usize = 3;

/// Cuts out the first line of `span` and up to two more, or only a window of a very long line. Work and size do not
/// depend on the length of the text. `start` is the position of `span.start`.
#[must_use]
pub fn cut(text: &str, span: Span, start: Position) -> Excerpt {
    let from = text.floor_char_boundary(span.start);
    let to = text.floor_char_boundary(span.end).max(from);
    let (mut begin, mut before) = (from, 0);
    for (at, c) in text[..from].char_indices().rev().take(BEFORE) {
        if c == '\n' || c == '\r' {
            break;
        }
        begin = at;
        before += 1;
    }
    let (mut end, mut cut) = line_end(text, from);
    for _ in 1..LINES {
        let next = after_break(text, end);
        if cut || next == end || next >= to {
            break;
        }
        (end, cut) = line_end(text, next);
    }
    Excerpt {
        text: text[begin..end].to_owned(),
        line: start.line,
        span: Span::new(from - begin, to.min(end) - begin),
        skipped: start.column.saturating_sub(1).saturating_sub(before),
        cut,
    }
}

/// The end of the line that continues at `from`, without its line break, and whether it was cut before that.
fn line_end(text: &str, from: usize) -> (usize, bool) {
    for (count, (at, c)) in text[from..].char_indices().enumerate() {
        if c == '\n' || c == '\r' {
            return (from + at, false);
        }
        if count == AFTER {
            return (from + at, true);
        }
    }
    (text.len(), false)
}

/// The offset after the line break at `at`, if there is one.
fn after_break(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if rest.starts_with("\r\n") {
        at + 2
    } else if rest.starts_with(['\r', '\n']) {
        at + 1
    } else {
        at
    }
}

impl Excerpt {
    /// The position of a byte offset of the file, if it is in the excerpt; `start` is where the finding begins.
    #[must_use]
    pub fn position(&self, start: Position, offset: usize) -> Option<Position> {
        let at = (offset + self.span.start).checked_sub(start.offset)?;
        let before = self.text.get(..at)?;
        let (mut line, mut column) = (self.line, self.skipped + 1);
        let mut chars = before.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\r' if chars.peek() == Some(&'\n') => column += 1,
                '\r' | '\n' => (line, column) = (line + 1, 1),
                _ => column += 1,
            }
        }
        Some(Position { line, column, offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, marked: &str) -> (Span, Position) {
        let start = text.find(marked).unwrap();
        let line = text[..start].matches('\n').count() as u32 + 1;
        let column = text[..start].chars().rev().take_while(|c| *c != '\n').count() as u32 + 1;
        (Span::new(start, start + marked.len()), Position { line, column, offset: start })
    }

    #[test]
    fn a_short_line_is_shown_in_full() {
        let text = "{\r\n  \"scrípt\": \"x\",\r\n  \"b\": 1\r\n}";
        let (span, start) = at(text, "\"x\"");
        let excerpt = cut(text, span, start);
        assert_eq!((excerpt.text.as_str(), excerpt.line, excerpt.skipped), ("  \"scrípt\": \"x\",", 2, 0));
        assert_eq!(&excerpt.text[excerpt.span.start..excerpt.span.end], "\"x\"");
        assert!(!excerpt.cut);
    }

    #[test]
    fn of_a_long_line_a_window() {
        let text = format!("{}é{}", "ab".repeat(50_000), "ö".repeat(50_000));
        let (span, start) = at(&text, "é");
        let excerpt = cut(&text, span, start);
        assert_eq!(excerpt.text.chars().count(), BEFORE + AFTER);
        assert_eq!(excerpt.skipped, 100_000 - 200);
        assert_eq!(&excerpt.text[excerpt.span.start..excerpt.span.end], "é");
        assert!(excerpt.cut);
        let after = excerpt.position(start, span.end).unwrap();
        assert_eq!((after.line, after.column), (1, 100_002));
        assert_eq!(excerpt.position(start, 0), None);
    }

    #[test]
    fn a_span_over_lines_shows_three() {
        let text = "[\n{\r\n \"a\": 1,\r\n \"b\": 2,\r\n \"c\": 3\r\n}]";
        let (span, start) = at(text, "{\r\n \"a\": 1,\r\n \"b\": 2,\r\n \"c\": 3\r\n}");
        let excerpt = cut(text, span, start);
        assert_eq!(excerpt.text, "{\r\n \"a\": 1,\r\n \"b\": 2,");
        assert_eq!(excerpt.span, Span::new(0, excerpt.text.len()));
        assert_eq!(excerpt.position(start, text.find("\"b\"").unwrap()).map(|p| (p.line, p.column)), Some((4, 2)));
    }

    #[test]
    fn ends_are_clamped() {
        let start = Position { line: 1, column: 3, offset: 2 };
        let excerpt = cut("ab", Span::new(2, 90), start);
        assert_eq!((excerpt.text.as_str(), excerpt.span), ("ab", Span::new(2, 2)));
        let excerpt = cut("aé", Span::new(2, 2), start);
        assert_eq!(excerpt.span, Span::new(1, 1));
        assert_eq!(cut("", Span::new(7, 3), start).text, "");
    }
}
