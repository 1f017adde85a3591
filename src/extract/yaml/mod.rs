//! YAML: documents that are requests, bodies and calls in workflows and tests, and shell in block scalars.
//!
//! Each document is converted to JSON with a map back to the file, so the JSON reader finds calls and bodies in it
//! without knowing YAML.

mod scalar;
mod tree;

use self::scalar::{DecodedScalar, decoded, filled, plain};
use self::tree::{Held, YamlNode, documents};
use super::command;
use super::strand::{Finished, Strand, Writer};
use crate::request::json::parse;
use crate::request::piece::{Piece, SpanMap};
use crate::text::Span;
use crate::text::bounds;

/// Keys whose text a shell runs.
const SHELL: [&str; 12] = [
    "run",
    "script",
    "scripts",
    "before_script",
    "after_script",
    "command",
    "commands",
    "cmd",
    "cmds",
    "shell",
    "bash",
    "exec",
];
/// Top-level keys of a document that describes an API and contains examples for others.
const DESCRIPTIONS: [&str; 3] = ["openapi", "swagger", "asyncapi"];

/// The requests in a text of YAML.
pub fn pieces(text: &str, ours: bool) -> Vec<Piece> {
    let mut found = Vec::new();
    for document in documents(text) {
        if document.members().iter().any(|(key, _)| DESCRIPTIONS.contains(&key.text())) {
            continue;
        }
        if found.len() >= bounds::FORM_PIECES {
            break;
        }
        let (json, open) = written(text, &document);
        found.extend(structured(text, &json, &open, ours));
        shells(text, &document, ours, &mut found);
    }
    found.sort_by_key(super::span);
    found
}

/// Each document unchanged.
pub fn whole(text: &str) -> Vec<Piece> {
    let of = |document: &YamlNode<'_>| {
        let (json, open) = written(text, document);
        let place = command::line(text, document.span.start);
        Piece { place, ..as_piece(&json, &open) }.within(&json.map)
    };
    documents(text).iter().take(bounds::FORM_PIECES).map(of).collect()
}

/// A document as a separate piece.
fn as_piece(json: &Finished, open: &[usize]) -> Piece {
    Piece {
        text: json.text.clone(),
        map: SpanMap::verbatim(0, json.text.len()),
        address: None,
        form: "yaml",
        place: String::new(),
        unknown: json.unknown.clone(),
        open: open.to_vec(),
    }
}

/// The request that a document is, or those that it contains.
fn structured(text: &str, json: &Finished, open: &[usize], ours: bool) -> Vec<Piece> {
    let whole = as_piece(json, open);
    let is_body = json.text.starts_with(['{', '[']);
    let mut held = if is_body && super::is_certain(&whole) {
        vec![whole]
    } else {
        let mut held = super::json::pieces(&parse(&json.text), ours);
        held.iter_mut().for_each(|piece| carry(piece, json, open));
        held
    };
    for piece in &mut held {
        piece.form = "yaml";
    }
    let located = |piece: Piece| {
        let mut piece = piece.within(&json.map);
        piece.place = command::line(text, super::span(&piece).start);
        piece
    };
    held.into_iter().map(located).collect()
}

/// Copies unknown and open parts from the document to a piece taken from it.
fn carry(piece: &mut Piece, json: &Finished, open: &[usize]) {
    for run in piece.map.parts(Span::new(0, piece.text.len())).filter(|run| run.verbatim) {
        let here = |at: usize| run.text.start + (at - run.file.start);
        let holds = |span: &&Span| run.file.start <= span.start && span.end <= run.file.end;
        let unknown = json.unknown.iter().filter(holds);
        piece.unknown.extend(unknown.map(|span| Span::new(here(span.start), here(span.end))));
        piece.open.extend(open.iter().filter(|at| (run.file.start..run.file.end).contains(at)).map(|at| here(*at)));
    }
}

/// The calls in texts that a shell runs.
fn shells(text: &str, node: &YamlNode<'_>, ours: bool, found: &mut Vec<Piece>) {
    if let Held::List(items) = &node.held {
        items.iter().for_each(|item| shells(text, item, ours, found));
    }
    for (key, value) in node.members() {
        if !SHELL.contains(&key.text()) {
            shells(text, value, ours, found);
            continue;
        }
        match &value.held {
            Held::Scalar { .. } => shell(text, value, ours, found),
            Held::List(items) => items.iter().for_each(|item| shell(text, item, ours, found)),
            _ => {}
        }
        shells(text, value, ours, found);
    }
}

/// The calls in one text that a shell runs.
fn shell(text: &str, node: &YamlNode<'_>, ours: bool, found: &mut Vec<Piece>) {
    let Some(DecodedScalar { text: script, map }) = decoded(text, node) else { return };
    if !super::may_hold(script.as_bytes()) && !super::names_service(&script) {
        return;
    }
    let (script, expressions) = shell_variables(&script);
    for mut piece in command::pieces(&script, ours) {
        // The workflow runner substitutes before the shell reads the text, even within quotes.
        let whole = Span::new(0, piece.text.len());
        let within = |run: &Span, span: &Span| span.start < run.end && run.start < span.end;
        let unknown: Vec<_> = piece
            .map
            .parts(whole)
            .filter(|run| run.verbatim)
            .flat_map(|run| {
                let here = move |at: usize| run.text.start + at.clamp(run.file.start, run.file.end) - run.file.start;
                let spans = expressions.iter().filter(move |span| within(&run.file, span));
                spans.map(move |span| Span::new(here(span.start), here(span.end)))
            })
            .collect();
        if !unknown.is_empty() && !parse(&piece.text).errors().is_empty() {
            continue;
        }
        piece.unknown.extend(unknown);
        let mut piece = piece.within(&map);
        piece.place = command::line(text, super::span(&piece).start);
        found.push(piece);
    }
}

/// The text with `${name}` for each `${{ name }}`, every byte keeping its position, and the places of these.
fn shell_variables(text: &str) -> (String, Vec<Span>) {
    let mut out = String::with_capacity(text.len());
    let mut spans = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${{")).map(|at| from + at) {
        let Some(len) = text.get(start..).and_then(|rest| rest.find("}}")) else { break };
        let end = start + len + 2;
        out.push_str(text.get(from..start).unwrap_or(""));
        let name: String = text
            .get(start + 3..end - 2)
            .unwrap_or("")
            .trim()
            .chars()
            .filter(char::is_ascii)
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let name = format!("x{name}");
        out.push_str("${");
        out.push_str(&format!("{name:_<width$}", width = end - start - 3));
        out.push('}');
        spans.push(Span::new(start, end));
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or(""));
    (out, spans)
}

/// A document as JSON, and the offsets of objects in it that contain more than is written.
fn written(text: &str, document: &YamlNode<'_>) -> (Finished, Vec<usize>) {
    let mut out = Writer::default();
    let mut open = Vec::new();
    write(text, document, &mut out, &mut open);
    (out.finish(whole_scalar), open)
}

fn write(text: &str, node: &YamlNode<'_>, out: &mut Writer, open: &mut Vec<usize>) {
    let (start, end) = (node.span.start, node.span.end);
    let edge = |at: usize| Span::new(at, at);
    match &node.held {
        // A template without quotes looks like a mapping inside a mapping.
        _ if text.get(start..).is_some_and(|rest| rest.starts_with("{{")) => out.unknown(node.span, "value", false),
        Held::Unknown => out.unknown(node.span, "value", false),
        Held::Scalar { .. } => match plain(node) {
            Some(word) if Some(word.as_str()) == text.get(start..end) => out.copy(start, &word),
            Some(word) => out.stands(node.span, &word),
            None if node.is_ambiguous() => out.unknown(node.span, "value", false),
            None => quoted(text, node, out),
        },
        Held::List(items) => {
            out.stands(opening(text, node, items.first()), "[");
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    out.stands(edge(item.span.start), ", ");
                }
                write(text, item, out, open);
            }
            out.stands(closing(text, node), "]");
        }
        Held::Map(members) => {
            let begins = out.len();
            out.stands(opening(text, node, members.first().map(|(key, _)| key)), "{");
            let mut is_first = true;
            for (key, value) in members {
                // Members of another mapping, or a key that only a tool knows.
                if !matches!(key.held, Held::Scalar { .. }) || key.text() == "<<" {
                    open.push(begins);
                    continue;
                }
                if !is_first {
                    out.stands(edge(key.span.start), ", ");
                }
                is_first = false;
                quoted(text, key, out);
                out.stands(edge(key.span.end), ": ");
                write(text, value, out, open);
            }
            out.stands(closing(text, node), "}");
        }
    }
}

/// The counterpart of the opening bracket: the bracket itself, or the first item of a block.
fn opening(text: &str, node: &YamlNode<'_>, first: Option<&YamlNode<'_>>) -> Span {
    let start = node.span.start;
    if text.get(start..).is_some_and(|rest| rest.starts_with(['{', '['])) {
        return Span::new(start, start + 1);
    }
    first.map_or(Span::new(start, start), |first| Span::new(start, first.span.end.max(start)))
}

fn closing(text: &str, node: &YamlNode<'_>) -> Span {
    let end = node.span.end;
    let is_flow = text.get(..end).is_some_and(|before| before.ends_with(['}', ']']))
        && text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['{', '[']));
    Span::new(if is_flow { end - 1 } else { end }, end)
}

/// A scalar as a JSON string.
fn quoted(text: &str, node: &YamlNode<'_>, out: &mut Writer) {
    let strand = match decoded(text, node) {
        Some(DecodedScalar { text, map }) => filled(&text).through(&map),
        None => Strand::default(),
    };
    let (start, end) = (node.span.start, node.span.end);
    let inner = strand.span().unwrap_or(Span::new(end, end));
    let from = inner.start.clamp(start, end);
    out.stands(Span::new(start, from), "\"");
    strand.write_string(out);
    out.stands(Span::new(inner.end.clamp(from, end), end), "\"");
}

/// A JSON value with the same notation in YAML, wherever a value may be; nothing else, so that the surrounding
/// indentation, quoting and commas stay valid.
fn whole_scalar(text: &str) -> Option<String> {
    let is_word = matches!(text, "true" | "false" | "null");
    let is_number = serde_json::from_str::<serde_json::Number>(text).is_ok();
    let is_text = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .is_some_and(|inner| !inner.contains(['"', '\\']) && !inner.chars().any(char::is_control));
    (is_word || is_number || is_text).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
