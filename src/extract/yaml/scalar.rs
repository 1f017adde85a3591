//! The text of a scalar, with the map back to its source characters.

use saphyr_parser::ScalarStyle;

use super::tree::{Held, YamlNode};
use crate::extract::strand::Strand;
use crate::request::piece::{PieceBuilder, Quote, SpanMap};
use crate::text::Span;

/// A text as a YAML reader sees it.
#[derive(Debug)]
pub struct DecodedScalar {
    pub text: String,
    pub map: SpanMap,
}

/// A plain scalar that is a number or a JSON word, in JSON notation.
pub fn plain(node: &YamlNode<'_>) -> Option<String> {
    let Held::Scalar { text, style: ScalarStyle::Plain, is_text: false } = &node.held else { return None };
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => return Some("null".to_owned()),
        "true" | "True" | "TRUE" => return Some("true".to_owned()),
        "false" | "False" | "FALSE" => return Some("false".to_owned()),
        _ => {}
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    let digits = text.trim_start_matches('+').trim_end_matches('.');
    let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits.to_owned() };
    serde_json::from_str::<serde_json::Number>(&digits).is_ok().then_some(digits)
}

/// The text of a scalar; none for other nodes.
pub fn decoded(source: &str, node: &YamlNode<'_>) -> Option<DecodedScalar> {
    let Held::Scalar { text, style, .. } = &node.held else { return None };
    let start = content(source, node.span, *style);
    let mut out = Aligner { source, at: start, end: node.span.end.max(start), out: PieceBuilder::new() };
    let (is_aligned, quote): (_, Quote) = match style {
        ScalarStyle::Plain => (out.flow(text, None), plain_text),
        ScalarStyle::SingleQuoted => (out.flow(text, Some('\'')), single_quoted),
        ScalarStyle::DoubleQuoted => (out.flow(text, Some('"')), double_quoted),
        ScalarStyle::Literal => (out.literal(text), block_text),
        ScalarStyle::Folded => (out.flow(text, None), block_text),
    };
    let mut builder = out.out;
    if is_aligned.is_none() || builder.text() != text {
        builder = PieceBuilder::new();
        builder.replace(node.span, text);
    }
    let (text, map) = builder.finish(quote);
    Some(DecodedScalar { text, map })
}

/// The start of the content of a scalar, after anchor, tag, block header and opening quote.
fn content(source: &str, span: Span, style: ScalarStyle) -> usize {
    let mut at = span.start;
    let rest = |at: usize| source.get(at..span.end).unwrap_or("");
    while rest(at).starts_with(['&', '!']) {
        let word = rest(at).find(char::is_whitespace).unwrap_or(rest(at).len());
        at += word;
        at += rest(at).len() - rest(at).trim_start().len();
        if word == 0 {
            break;
        }
    }
    match style {
        ScalarStyle::Plain => at,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (at + 1).min(span.end),
        ScalarStyle::Literal | ScalarStyle::Folded if at > span.start => {
            at + rest(at).find('\n').map_or(0, |line| line + 1)
        }
        // The span begins after the indentation of the first line.
        ScalarStyle::Literal | ScalarStyle::Folded => {
            source.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1)
        }
    }
}

/// Walks a text and its source in parallel.
struct Aligner<'t> {
    source: &'t str,
    at: usize,
    end: usize,
    out: PieceBuilder,
}

impl Aligner<'_> {
    fn rest(&self) -> &str {
        self.source.get(self.at..self.end).unwrap_or("")
    }

    /// A literal block: each line of the text is the end of a source line.
    fn literal(&mut self, text: &str) -> Option<()> {
        for whole in text.split_inclusive('\n') {
            let line = whole.strip_suffix('\n').unwrap_or(whole);
            let rest = self.source.get(self.at..)?;
            let len = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let written = rest.get(..len)?;
            let written = written.strip_suffix('\r').unwrap_or(written);
            let indent = written.strip_suffix(line)?.len();
            self.out.copy(self.at + indent, line);
            let (from, to) = (self.at + written.len(), (self.at + len + 1).min(self.source.len()));
            if line.len() < whole.len() {
                if to == from + 1 {
                    self.out.copy(from, "\n");
                } else {
                    self.out.replace(Span::new(from, to), "\n");
                }
            }
            self.at = to;
        }
        Some(())
    }

    /// A folded scalar: a break with the surrounding white space stands for a space or for fewer breaks.
    fn flow(&mut self, text: &str, quote: Option<char>) -> Option<()> {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let escape = match quote {
                Some('\'') if self.rest().starts_with("''") => Some((2, 1)),
                Some('"') if self.rest().starts_with('\\') => Some(escape(self.rest(), c)),
                _ => None,
            };
            if let Some((written, read)) = escape {
                self.out.replace(Span::new(self.at, self.at + written), rest.get(..read)?);
                self.at += written;
                rest = rest.get(read..)?;
                continue;
            }
            let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
            let has_break = self.rest().get(..blank)?.contains('\n');
            if blank > 0 && (has_break || !c.is_whitespace()) {
                // The rest of it in the text.
                let left = rest.len() - rest.trim_start_matches([' ', '\n', '\t']).len();
                self.out.replace(Span::new(self.at, self.at + blank), rest.get(..left)?);
                self.at += blank;
                rest = rest.get(left..)?;
                continue;
            }
            if !self.rest().starts_with(c) {
                // The last break of a block is not part of its span.
                if rest == "\n" && self.rest().is_empty() {
                    self.out.replace(Span::new(self.at, self.at), rest);
                    return Some(());
                }
                return None;
            }
            let len = c.len_utf8();
            self.out.copy(self.at, rest.get(..len)?);
            self.at += len;
            rest = rest.get(len..)?;
        }
        Some(())
    }
}

/// The length of the escape at the beginning of a source, and of its character.
fn escape(source: &str, c: char) -> (usize, usize) {
    let len = match source.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        // A break that is not part of the text, with the indentation of the next line.
        Some(b'\n' | b'\r') => {
            let rest = source.get(1..).unwrap_or("");
            return (1 + rest.len() - rest.trim_start().len(), 0);
        }
        _ => 2,
    };
    (len.min(source.len()), c.len_utf8())
}

/// Placeholders that tools fill in before the YAML is read: `{{ }}`, `${{ }}`, `${ }`, `$( )`, `<< >>`.
pub fn filled(text: &str) -> Strand {
    const MARKS: [(&str, &str); 6] =
        [("${{", "}}"), ("{{", "}}"), ("{%", "%}"), ("${", "}"), ("$(", ")"), ("<<", ">>")];
    /// How far to search for the end of a placeholder, so that a text of only placeholders costs no more than its
    /// length.
    const FURTHEST: usize = 256;
    let mut strand = Strand::new();
    let (mut from, mut at) = (0, 0);
    while let Some(next) = text.get(at..).and_then(|rest| rest.find(['{', '$', '<'])) {
        at += next;
        let rest = text.get(at..).unwrap_or("");
        let near = rest.get(..rest.floor_char_boundary(FURTHEST)).unwrap_or("");
        let line = near.lines().next().unwrap_or("");
        let found = MARKS.iter().find_map(|(mark, close)| {
            let inner = line.strip_prefix(mark)?;
            let len = inner.find(close).filter(|len| *len > 0 && !inner.starts_with(['"', '{']))?;
            Some((inner.get(..len)?.trim(), mark.len() + len + close.len()))
        });
        let Some((name, len)) = found else {
            at += 1;
            continue;
        };
        strand.copy(from, text.get(from..at).unwrap_or(""));
        strand.unknown(Span::new(at, at + len), name.rsplit(['.', '$', ' ']).next().unwrap_or(name));
        at += len;
        from = at;
    }
    strand.copy(from, text.get(from..).unwrap_or(""));
    strand
}

/// One line within a block.
fn block_text(text: &str) -> Option<String> {
    (!text.chars().any(char::is_control)).then(|| text.to_owned())
}

fn plain_text(text: &str) -> Option<String> {
    block_text(text).filter(|text| !text.contains([':', '#', '[', ']', '{', '}', ',']))
}

fn single_quoted(text: &str) -> Option<String> {
    block_text(text).map(|text| text.replace('\'', "''"))
}

fn double_quoted(text: &str) -> Option<String> {
    block_text(text).map(|text| text.replace('\\', "\\\\").replace('"', "\\\""))
}
