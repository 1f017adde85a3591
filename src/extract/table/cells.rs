//! Cells of a CSV or TSV text (RFC 4180), each with its place.

use std::borrow::Cow;

use crate::text::Span;

/// Cells of a row to remember; no real table has this many columns.
const MOST_CELLS: usize = 2_000;

/// One cell of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableCell {
    /// With its quotes.
    pub span: Span,
    /// The content of the quotes; the same without quotes.
    pub inner: Span,
}

impl TableCell {
    pub fn is_quoted(self) -> bool {
        self.inner != self.span
    }

    /// The content, with doubled quotes as one.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        let inner = text.get(self.inner.start..self.inner.end).unwrap_or("");
        if self.is_quoted() && inner.contains('"') { inner.replace("\"\"", "\"").into() } else { inner.into() }
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Without the line break.
    pub span: Span,
    pub cells: Vec<TableCell>,
    /// The number of cells, remembered or not.
    pub count: usize,
    /// An unclosed quote, which takes in the rest of the text.
    pub unclosed: Option<usize>,
}

/// The non-empty rows of a text.
#[derive(Clone, Debug)]
pub struct Rows<'t> {
    text: &'t str,
    delimiter: u8,
    at: usize,
}

impl<'t> Rows<'t> {
    /// The rows from byte `at` on.
    pub fn new(text: &'t str, delimiter: u8, at: usize) -> Self {
        Self { text, delimiter, at }
    }

    fn cell(&self, start: usize, unclosed: &mut Option<usize>) -> TableCell {
        let bytes = self.text.as_bytes();
        let ends =
            |at: usize| bytes.get(at).is_none_or(|byte| *byte == self.delimiter || matches!(byte, b'\n' | b'\r'));
        let plain = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            from + memchr::memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len())
        };
        if bytes.get(start) == Some(&b'"') {
            let mut at = start + 1;
            loop {
                let rest = bytes.get(at..).unwrap_or_default();
                let Some(quote) = memchr::memchr(b'"', rest).map(|len| at + len) else {
                    *unclosed = Some(start);
                    return TableCell { span: Span::new(start, bytes.len()), inner: Span::new(start + 1, bytes.len()) };
                };
                if bytes.get(quote + 1) == Some(&b'"') {
                    at = quote + 2;
                } else if ends(quote + 1) {
                    return TableCell { span: Span::new(start, quote + 1), inner: Span::new(start + 1, quote) };
                } else {
                    // Something follows the quote, so it is not a quoted cell.
                    let span = Span::new(start, plain(quote + 1));
                    return TableCell { span, inner: span };
                }
            }
        }
        let span = Span::new(start, plain(start));
        TableCell { span, inner: span }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b'\n' | b'\r')) {
            self.at += 1;
        }
        if self.at >= bytes.len() {
            return None;
        }
        let mut row = Row { span: Span::new(self.at, self.at), ..Row::default() };
        loop {
            let cell = self.cell(self.at, &mut row.unclosed);
            self.at = cell.span.end;
            row.count += 1;
            if row.cells.len() < MOST_CELLS {
                row.cells.push(cell);
            }
            if bytes.get(self.at) != Some(&self.delimiter) {
                break;
            }
            self.at += 1;
        }
        row.span.end = self.at;
        Some(row)
    }
}

/// The separator of cells: a tab in a `.tsv`, otherwise the most frequent candidate in the first row.
pub fn delimiter(text: &str, is_tsv: bool) -> u8 {
    if is_tsv {
        return b'\t';
    }
    let first = Rows::new(text, 0, 0).next().map_or(0..0, |row| row.span.start..row.span.end);
    let first = text.get(first).unwrap_or("");
    let count = |delimiter: u8| {
        let mut quoted = false;
        first
            .bytes()
            .filter(|byte| {
                quoted ^= *byte == b'"';
                !quoted && *byte == delimiter
            })
            .count()
    };
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// A text as a cell, quoted if any reader might need quotes.
pub fn quoted(text: &str) -> String {
    let needs = |c: char| matches!(c, '"' | ',' | ';' | '\t' | '\n' | '\r');
    let edges = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    if text.contains(needs) || edges { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str, delimiter: u8) -> Vec<Vec<String>> {
        let cells = |row: Row| row.cells.iter().map(|cell| cell.text(text).into_owned()).collect();
        Rows::new(text, delimiter, 0).map(cells).collect()
    }

    #[test]
    fn cells_as_spreadsheets_write_them() {
        let text = "a,b\r\n\"x, y\",\"say \"\"hi\"\"\nthere\"\r\n\r\n,1\n\"\",";
        assert_eq!(rows(text, b','), [vec!["a", "b"], vec!["x, y", "say \"hi\"\nthere"], vec!["", "1"], vec!["", ""]]);
        assert_eq!(rows("a;b\n1,5;2", b';'), [["a", "b"], ["1,5", "2"]]);
        assert_eq!(rows("\"a\"b,c", b','), [["\"a\"b", "c"]]);
        let open = Rows::new("a\n\"b,c\nd", b',', 0).last().expect("a row");
        assert_eq!((open.unclosed, open.count), (Some(2), 1));
        assert_eq!(
            [",", ";", "\t", "x"].map(|by| delimiter(&format!("a{by}\"b;;;c\"\n;;;;"), false)),
            [b',', b';', b'\t', b',']
        );
    }

    #[test]
    fn a_row_of_only_commas_is_counted_but_not_kept() {
        let row = Rows::new(&",".repeat(100_000), b',', 0).next().expect("a row");
        assert_eq!((row.count, row.cells.len()), (100_001, MOST_CELLS));
    }

    proptest! {
        #[test]
        fn written_cells_are_read_back(table in proptest::collection::vec(proptest::collection::vec("[a,;\"\n\r\t é]{0,6}", 2..5), 1..5)) {
            let line = |row: &Vec<String>| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
            let text = table.iter().map(line).collect::<Vec<_>>().join("\r\n");
            prop_assert_eq!(rows(&text, b','), table);
        }

        #[test]
        fn strange_texts_have_their_rows(text in "[a,;\"\n\r\t é]{0,40}") {
            let mut end = 0;
            for row in Rows::new(&text, b',', 0) {
                prop_assert!(row.span.start >= end && row.span.end > row.span.start || row.count == 1);
                end = row.span.end;
                for cell in row.cells {
                    prop_assert!(text.get(cell.span.start..cell.span.end).is_some());
                    prop_assert!(text.get(cell.inner.start..cell.inner.end).is_some());
                }
            }
        }
    }
}
