//! Fits an excerpt into the columns of a terminal and keeps the marked part visible.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::finding::Excerpt;
use crate::source::is_harmful;

/// The cleaned text to draw, and the range to mark in it.
pub(super) struct View {
    pub(super) text: String,
    /// A range of bytes on the first line of `text`.
    pub(super) mark: Range<usize>,
}

/// Fits an excerpt into `columns`, leaving room for a label of `label` columns after the mark. A span over several
/// lines
/// is marked on its first line only.
pub(super) fn view(excerpt: &Excerpt, columns: usize, label: usize, ellipsis: &str) -> View {
    let mut lines = excerpt.text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    let first = lines.next().unwrap_or_default();
    let rest: Vec<_> = lines.collect();
    let cells = cells(first);
    let at = |byte: usize| cells.partition_point(|cell| cell.byte < byte);
    let mark = at(excerpt.span.start)..at(excerpt.span.end.min(first.len()).max(excerpt.span.start));
    let open = CutSides { left: excerpt.skipped > 0, right: excerpt.cut && rest.is_empty() };
    let sign = self::columns(ellipsis);
    let (shown, marked) = window(&cells, mark, open, Room { columns, label, sign });

    let mut text = String::new();
    if shown.start > 0 || open.left {
        text.push_str(ellipsis);
    }
    let mut range = text.len()..text.len();
    for (at, cell) in cells.iter().enumerate().take(shown.end).skip(shown.start) {
        if at == marked.start {
            range.start = text.len();
        }
        cell.draw(&mut text);
        if at < marked.end {
            range.end = text.len();
        }
    }
    if marked.start >= shown.end {
        range.start = text.len();
    }
    range.end = range.end.max(range.start);
    if shown.end < cells.len() || open.right {
        text.push_str(ellipsis);
    }
    for (at, line) in rest.iter().enumerate() {
        text.push('\n');
        context(line, excerpt.cut && at + 1 == rest.len(), columns, ellipsis, &mut text);
    }
    View { text, mark: range }
}

/// Whether the excerpt leaves out text of its line on either side.
#[derive(Clone, Copy)]
struct CutSides {
    left: bool,
    right: bool,
}

/// The total columns, those of the label, and those of the ellipsis.
#[derive(Clone, Copy)]
struct Room {
    columns: usize,
    label: usize,
    sign: usize,
}

/// The cells to show, and those to mark.
fn window(cells: &[Cell], mark: Range<usize>, open: CutSides, room: Room) -> (Range<usize>, Range<usize>) {
    let Room { columns, label, sign } = room;
    let width = |cells: &[Cell]| cells.iter().map(|cell| cell.width).sum::<usize>();
    let (before, marked) = (width(&cells[..mark.start]), width(&cells[mark.clone()]).max(1));
    let whole = width(cells).max(before + marked + label + 1);
    if whole + sign * (usize::from(open.left) + usize::from(open.right)) <= columns {
        return (0..cells.len(), mark);
    }
    let columns = columns.saturating_sub(2 * sign).max(8);
    let behind = (label + 1).max(8).min(columns / 2);
    let marked = marked.min(columns - behind - before.min(columns / 4));
    let before = before.min(columns - behind - marked);
    let start = mark.start - fitting(cells[..mark.start].iter().rev(), before);
    let end = mark.start + fitting(cells[mark.clone()].iter(), marked);
    if end < mark.end {
        return (start..end, mark.start..end);
    }
    let room = columns.saturating_sub(width(&cells[start..end]));
    (start..end + fitting(cells[end..].iter(), room), mark)
}

/// How many cells fit into these columns.
fn fitting<'a>(cells: impl Iterator<Item = &'a Cell>, columns: usize) -> usize {
    let mut used = 0;
    cells
        .take_while(|cell| {
            used += cell.width;
            used <= columns
        })
        .count()
}

fn context(line: &str, cut: bool, columns: usize, ellipsis: &str, text: &mut String) {
    let cells = cells(line);
    let whole = !cut && cells.iter().map(|cell| cell.width).sum::<usize>() <= columns;
    let columns = if whole { columns } else { columns.saturating_sub(self::columns(ellipsis)) };
    cells[..fitting(cells.iter(), columns)].iter().for_each(|cell| cell.draw(text));
    if !whole {
        text.push_str(ellipsis);
    }
}

/// A character with its place in the excerpt and the columns it may take.
struct Cell {
    c: char,
    byte: usize,
    width: usize,
}

impl Cell {
    fn draw(&self, text: &mut String) {
        match self.c {
            '\t' => text.push_str("    "),
            // Joiners combine several characters into one picture; removing them would change the text.
            '\u{200c}' | '\u{200d}' => text.push(self.c),
            c if is_harmful(c) => text.push('\u{fffd}'),
            c => text.push(c),
        }
    }
}

fn cells(line: &str) -> Vec<Cell> {
    line.char_indices().map(|(byte, c)| Cell { c, byte, width: width(c) }).collect()
}

/// The maximum number of columns of a character.
fn width(c: char) -> usize {
    match c {
        '\t' => 4,
        '\u{200c}' | '\u{200d}' => 0,
        // A variation selector makes a narrow symbol wide.
        '\u{fe0f}' => 1,
        c if is_harmful(c) => 1,
        c => c.width().unwrap_or(1),
    }
}

/// The maximum number of columns of a line of text.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// Breaks a line at spaces so that it fits after `head` columns.
pub(super) fn wrap_after(text: &str, head: usize, columns: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut used = head;
    for (at, word) in text.split(' ').enumerate() {
        let wide = self::columns(word);
        if at > 0 && used + 1 + wide > columns {
            out.push('\n');
            used = head;
        } else if at > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += wide;
    }
    out
}

/// A piece of a text with backquotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessagePart<'t> {
    Words(&'t str),
    /// A word or an option in backquotes.
    Code(&'t str),
    /// A command in backquotes.
    Command(&'t str),
}

/// The pieces of a text, in order.
pub(super) fn pieces(text: &str) -> Vec<MessagePart<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('`') {
        let Some(length) = rest[open + 1..].find('`') else { break };
        let quoted = &rest[open + 1..open + 1 + length];
        if open > 0 {
            pieces.push(MessagePart::Words(&rest[..open]));
        }
        pieces.push(if is_command(quoted) { MessagePart::Command(quoted) } else { MessagePart::Code(quoted) });
        rest = &rest[open + length + 2..];
    }
    if !rest.is_empty() {
        pieces.push(MessagePart::Words(rest));
    }
    pieces
}

/// Breaks a text at spaces so that it fits. A command in backquotes gets its own line without them, ready to be copied.
pub(super) fn paragraphs(text: &str, columns: usize) -> String {
    /// A placeholder for a space at which no line breaks. Cleaned strings never contain it.
    const FIXED: char = '\u{1}';
    let mut out: Vec<String> = Vec::new();
    let mut open = String::new();
    let close = |open: &mut String, out: &mut Vec<String>| {
        let words = after_command(open.trim());
        if !words.is_empty() {
            out.push(wrap_after(words, 0, columns));
        }
        open.clear();
    };
    for piece in pieces(text) {
        match piece {
            MessagePart::Words(words) => open.push_str(words),
            MessagePart::Code(quoted) => open.push_str(&format!("`{}`", quoted.replace(' ', &FIXED.to_string()))),
            MessagePart::Command(command) => {
                close(&mut open, &mut out);
                out.push(format!("    {command}"));
            }
        }
    }
    close(&mut open, &mut out);
    out.join("\n").replace(FIXED, " ")
}

/// Removes a joining punctuation mark after a command on its own line.
pub(super) fn after_command(words: &str) -> &str {
    words.trim_start_matches(['.', ',', ';']).trim_start()
}

/// Whether this is a program with at least two arguments, which somebody would copy.
fn is_command(quoted: &str) -> bool {
    let mut words = quoted.split(' ');
    words.next().is_some_and(|program| program.bytes().all(|byte| byte.is_ascii_lowercase())) && words.count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn excerpt(text: &str, marked: &str) -> Excerpt {
        let start = text.find(marked).unwrap();
        let span = Span::new(start, start + marked.len());
        Excerpt { text: text.to_owned(), line: 1, span, skipped: 0, cut: false }
    }

    #[test]
    fn an_excerpt_that_fits_is_unchanged() {
        let view = view(&excerpt("  \"a\": 12,", "12"), 40, 5, "…");
        assert_eq!(view.text, "  \"a\": 12,");
        assert_eq!(&view.text[view.mark], "12");
    }

    #[test]
    fn a_window_fits_any_mark() {
        for (left, right, marked) in [(0, 900, "x"), (900, 0, "xyz"), (400, 400, "作作作"), (30, 900, "\u{202e}\t")]
        {
            for many in [1, 200] {
                let marked = marked.repeat(many);
                let text = format!("{}{marked}{}", "a".repeat(left), "b".repeat(right));
                for label in [0, 10, 300] {
                    let ascii = view(&excerpt(&text, &marked), 60, label, "...");
                    assert!(columns(&ascii.text) <= 60 && !ascii.mark.is_empty(), "{}", ascii.text);
                    let view = view(&excerpt(&text, &marked), 60, label, "…");
                    assert!(columns(&view.text) <= 60, "{}", view.text);
                    assert!(!view.mark.is_empty());
                    let shown = &view.text[view.mark.clone()];
                    let first = marked.chars().next().unwrap();
                    assert_eq!(shown.chars().next(), Some(if is_harmful(first) { '\u{fffd}' } else { first }));
                    assert!(view.text.starts_with('…') || left <= 30, "{}", view.text);
                    assert!(!view.text.starts_with('…') || left > 0, "{}", view.text);
                }
            }
        }
    }

    #[test]
    fn the_end_of_a_line_can_be_marked() {
        let mut excerpt = excerpt("ab作", "作");
        excerpt.span = Span::new(5, 5);
        assert_eq!(view(&excerpt, 40, 0, "…").mark, 5..5);
        excerpt.text = "\n\n".to_owned();
        excerpt.span = Span::new(0, 1);
        assert_eq!(view(&excerpt, 40, 0, "…").mark, 0..0);
    }

    #[test]
    fn commands_have_lines_of_their_own() {
        assert_eq!(paragraphs("run `mv a.jpg a.png b c` and look", 10), "run\n    mv a.jpg a.png b c\nand look");
        assert_eq!(paragraphs("or `a b` it", 6), "or\n`a b`\nit");
        assert_eq!(paragraphs("an odd ` is text", 40), "an odd ` is text");
        assert_eq!(wrap_after("one two three", 4, 8), "one\ntwo\nthree");
    }
}
