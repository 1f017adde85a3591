//! Jupyter notebooks: cells of code and Markdown, stored as JSON strings line by line.

use super::json::decoded;
use crate::request::json::{Value, ValueKind, parse};
use crate::request::piece::{Piece, PieceBuilder, SpanMap};

/// The requests in the cells of a notebook.
pub fn pieces(text: &str, ours: bool) -> Vec<Piece> {
    let document = parse(text);
    let Some(cells) = document.root().and_then(|root| root.get("cells")) else { return Vec::new() };
    let mut found = Vec::new();
    for (number, cell) in (1..).zip(cells.items()) {
        let Some((source, map)) = cell.get("source").and_then(source) else { continue };
        if !super::may_hold(source.as_bytes()) {
            continue;
        }
        let kind = cell.get("cell_type").and_then(Value::as_str);
        let held = match kind.as_deref() {
            Some("markdown") => super::in_markdown(&source, ours),
            Some("code") => super::in_block(language(&source), &shell_lines(&source), ours),
            _ => Vec::new(),
        };
        for mut piece in held {
            piece.place = format!("cell {number}");
            found.push(piece.within(&map));
        }
    }
    found
}

/// The text of a cell.
fn source(value: Value<'_>) -> Option<(String, SpanMap)> {
    if value.kind() == ValueKind::String {
        return decoded(value);
    }
    let mut text = PieceBuilder::new();
    let mut quote = None;
    for line in value.items() {
        let (line, map) = decoded(line)?;
        text.append(&line, &map);
        quote = quote.or(map.quote());
    }
    Some(text.finish(quote?))
}

/// The language of a code cell, by its magic or a leading `!`.
fn language(source: &str) -> &'static str {
    let first = source.trim_start();
    if ["%%bash", "%%sh", "!"].iter().any(|magic| first.starts_with(magic)) { "bash" } else { "python" }
}

/// The source without marks that are not shell syntax; every byte keeps its position.
fn shell_lines(source: &str) -> String {
    if language(source) != "bash" {
        return source.to_owned();
    }
    let blank = |line: &str| -> String {
        if line.starts_with("%%") {
            line.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
        } else if let Some(rest) = line.strip_prefix('!') {
            format!(" {rest}")
        } else {
            line.to_owned()
        }
    };
    source.split_inclusive('\n').map(blank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn cells() {
        let text = r##"{"cells": [{"cell_type": "markdown", "source": ["# a\n", "```bash\n",
            "curl https://api.heygen.com/v3/videos -d '{\"a\": 1}'\n", "```\n"]},
            {"cell_type": "code", "source": "!curl https://api.heygen.com/v3/videos -d '{\"b\": 2}'"}], "nbformat": 4}"##;
        let found = pieces(text, true);
        let shown: Vec<_> = found.iter().map(|piece| (piece.text.as_str(), piece.place.as_str())).collect();
        assert_eq!(shown, [("{\"a\": 1}", "cell 1"), ("{\"b\": 2}", "cell 2")]);
        let span = found[0].map.span(Span::new(1, 4));
        assert_eq!(&text[span.start..span.end], r#"\"a\""#);
        assert_eq!(found[0].map.edit(Span::new(6, 7), "\"'\"").expect("an edit").1, r#"\"'\\''\""#);
    }
}
