//! Literals of a language as JSON.

use tree_sitter::Node;

use super::syntax::Language;
use crate::extract::strand::{Finished, Strand, Writer};
use crate::text::Span;

/// Literals deeper than this are unknown.
const DEEPEST: usize = 64;

/// The kind of an expression, as far as the text shows.
pub enum LiteralShape<'t> {
    Object,
    List,
    Text(Strand),
    Word(&'static str),
    Number(&'t str),
    Unknown,
}

/// Reads the literals of a text.
#[derive(Clone, Copy)]
pub struct Literals<'t> {
    pub language: Language,
    pub text: &'t str,
    /// The program changes the object before it sends it, so an empty text is not final.
    pub is_draft: bool,
}

fn span(node: Node<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

impl<'t> Literals<'t> {
    fn slice(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// An expression without parentheses, types and the like around it.
    pub fn unwrapped(&self, mut node: Node<'t>) -> Node<'t> {
        for _ in 0..DEEPEST {
            let wraps = matches!(
                node.kind(),
                "parenthesized_expression"
                    | "as_expression"
                    | "satisfies_expression"
                    | "non_null_expression"
                    | "await_expression"
                    | "await"
            );
            let inner = (0..node.named_child_count() as u32)
                .find_map(|at| node.named_child(at).filter(|inner| inner.kind() != "comment"));
            match inner {
                Some(inner) if wraps => node = inner,
                _ => break,
            }
        }
        node
    }

    /// An object as JSON, and the offsets of objects in it that contain more than is written; none if it is not an
    /// object.
    pub fn body(&self, object: Node<'t>) -> Option<(Finished, Vec<usize>)> {
        if !self.language.is_object(object) || object.has_error() {
            return None;
        }
        let mut out = Writer::default();
        let mut open = Vec::new();
        self.write(object, &mut out, &mut open, 0);
        let quote = if self.language == Language::Python { python } else { javascript };
        Some((out.finish(quote), open))
    }

    pub fn shape(&self, node: Node<'t>) -> LiteralShape<'t> {
        match node.kind() {
            "dictionary" | "object" => LiteralShape::Object,
            "list" | "array" | "tuple" => LiteralShape::List,
            "true" => LiteralShape::Word("true"),
            "false" => LiteralShape::Word("false"),
            "none" | "null" => LiteralShape::Word("null"),
            "integer" | "float" | "number" => LiteralShape::Number(self.slice(node)),
            "unary_operator" | "unary_expression" if self.slice(node).starts_with('-') => {
                LiteralShape::Number(self.slice(node))
            }
            "string" | "template_string" | "concatenated_string" => {
                self.string(node, 0).map_or(LiteralShape::Unknown, LiteralShape::Text)
            }
            "binary_operator" | "binary_expression" => {
                self.joined(node, 0).map_or(LiteralShape::Unknown, LiteralShape::Text)
            }
            _ => LiteralShape::Unknown,
        }
    }

    /// Texts joined by `+`; none if neither side is a text.
    fn joined(&self, node: Node<'t>, depth: usize) -> Option<Strand> {
        if depth > DEEPEST || self.slice(node.child_by_field_name("operator")?) != "+" {
            return None;
        }
        let (left, right) = (node.child_by_field_name("left")?, node.child_by_field_name("right")?);
        let side = |node: Node<'t>| {
            let node = self.unwrapped(node);
            match node.kind() {
                "binary_operator" | "binary_expression" => self.joined(node, depth + 1),
                "string" | "template_string" | "concatenated_string" => self.string(node, depth + 1),
                _ => None,
            }
        };
        let (first, second) = (side(left), side(right));
        if first.is_none() && second.is_none() {
            return None;
        }
        let unknown = |node: Node<'t>| {
            let mut strand = Strand::new();
            strand.unknown(span(node), self.slice(node));
            strand
        };
        let mut strand = first.unwrap_or_else(|| unknown(left));
        strand.extend(second.unwrap_or_else(|| unknown(right)));
        Some(strand)
    }

    fn string(&self, node: Node<'t>, depth: usize) -> Option<Strand> {
        let mut strand = Strand::new();
        let mut cursor = node.walk();
        if node.kind() == "concatenated_string" {
            for part in node.named_children(&mut cursor).filter(|part| part.kind() != "comment") {
                if depth > 1 {
                    return None;
                }
                strand.extend(self.string(part, depth + 1)?);
            }
            return Some(strand);
        }
        let opening = node.child(0).map_or("", |start| self.slice(start));
        let prefix = opening.trim_end_matches(['"', '\'']).to_ascii_lowercase();
        if prefix.contains('b') {
            return None;
        }
        for part in node.named_children(&mut cursor) {
            let (start, text) = (part.start_byte(), self.slice(part));
            match part.kind() {
                "string_content" => self.content(start, text, &prefix, &mut strand),
                "string_fragment" => strand.copy(start, text),
                "escape_sequence" => strand.stands(span(part), &escape(text, self.language).1),
                "interpolation" | "template_substitution" => {
                    let inner = part.named_child(0).map_or("", |inner| self.slice(inner));
                    strand.unknown(span(part), inner);
                }
                "string_start" | "string_end" => {}
                _ => return None,
            }
        }
        if strand.span().is_none() {
            // An empty text also needs a place.
            strand.nothing(node.end_byte().saturating_sub(1));
        }
        Some(strand)
    }

    /// The content of a Python string.
    fn content(&self, start: usize, text: &str, prefix: &str, strand: &mut Strand) {
        let (raw, formatted) = (prefix.contains('r'), prefix.contains('f'));
        let mut from = 0;
        let mut at = 0;
        let bytes = text.as_bytes();
        while let Some(byte) = bytes.get(at) {
            let (len, replaced) = match byte {
                b'\\' if !raw => escape(text.get(at..).unwrap_or(""), self.language),
                b'{' | b'}' if formatted && bytes.get(at + 1) == Some(byte) => (2, char::from(*byte).to_string()),
                _ => {
                    at += 1;
                    continue;
                }
            };
            strand.copy(start + from, text.get(from..at).unwrap_or(""));
            strand.stands(Span::new(start + at, start + at + len), &replaced);
            at += len.max(1);
            from = at;
        }
        strand.copy(start + from, text.get(from..).unwrap_or(""));
    }

    /// Writes an expression as JSON.
    fn write(&self, node: Node<'t>, out: &mut Writer, open: &mut Vec<usize>, depth: usize) {
        let node = self.unwrapped(node);
        match self.shape(node) {
            _ if depth > DEEPEST => out.unknown(span(node), "value", false),
            LiteralShape::Object => self.object(node, out, open, depth),
            LiteralShape::List => self.list(node, out, open, depth),
            LiteralShape::Text(strand) if self.is_draft && strand.literal().is_some_and(|text| text.is_empty()) => {
                out.unknown(span(node), "text", false);
            }
            LiteralShape::Text(strand) => self.quoted(node, &strand, out),
            LiteralShape::Word(word) => out.stands(span(node), word),
            LiteralShape::Number(number) => match json_number(number) {
                Some(plain) if plain == number => out.copy(node.start_byte(), number),
                Some(plain) => out.stands(span(node), &plain),
                None => out.unknown(span(node), "number", false),
            },
            LiteralShape::Unknown => out.unknown(span(node), self.slice(node), false),
        }
    }

    fn quoted(&self, node: Node<'t>, strand: &Strand, out: &mut Writer) {
        let inner = strand.span().unwrap_or_else(|| span(node));
        let (start, end) = (inner.start.max(node.start_byte()), inner.end.min(node.end_byte()).max(inner.start));
        out.stands(Span::new(node.start_byte(), start), "\"");
        strand.write_string(out);
        out.stands(Span::new(end, node.end_byte()), "\"");
    }

    fn object(&self, node: Node<'t>, out: &mut Writer, open: &mut Vec<usize>, depth: usize) {
        let begins = out.len();
        out.copy(node.start_byte(), "{");
        let mut at = node.start_byte() + 1;
        let mut is_first = true;
        let mut more = false;
        let mut cursor = node.walk();
        for member in node.named_children(&mut cursor) {
            let written = match member.kind() {
                "comment" => continue,
                "pair" => {
                    self.key(member).zip(member.child_by_field_name("value")).map(|(key, value)| (key, Some(value)))
                }
                "shorthand_property_identifier" => Some((member, None)),
                _ => None,
            };
            let Some((key, value)) = written else {
                // Members of another object, a computed key, a method.
                more = true;
                continue;
            };
            self.gap(at, member.start_byte(), if is_first { "" } else { "," }, out);
            is_first = false;
            if key.kind() == "string" {
                match self.string(key, 0) {
                    Some(strand) => self.quoted(key, &strand, out),
                    None => out.stands(span(key), "\"\""),
                }
            } else {
                out.stands(Span::new(key.start_byte(), key.start_byte()), "\"");
                out.copy(key.start_byte(), self.slice(key));
                out.stands(Span::new(key.end_byte(), key.end_byte()), "\"");
            }
            match value {
                Some(value) => {
                    self.gap(key.end_byte(), value.start_byte(), ":", out);
                    self.write(value, out, open, depth + 1);
                }
                None => {
                    out.stands(Span::new(key.end_byte(), key.end_byte()), ": ");
                    out.unknown(span(key), self.slice(key), false);
                }
            }
            at = member.end_byte();
        }
        self.gap(at, node.end_byte().saturating_sub(1), "", out);
        out.copy(node.end_byte().saturating_sub(1), "}");
        if more {
            open.push(begins);
        }
    }

    /// The key of a pair, if it is written and not computed.
    fn key(&self, pair: Node<'t>) -> Option<Node<'t>> {
        let key = pair.child_by_field_name("key")?;
        let plain = matches!(key.kind(), "string" | "property_identifier");
        let known = key.kind() != "string" || self.string(key, 0).is_some_and(|strand| strand.literal().is_some());
        (plain && known).then_some(key)
    }

    fn list(&self, node: Node<'t>, out: &mut Writer, open: &mut Vec<usize>, depth: usize) {
        let mut cursor = node.walk();
        let items: Vec<_> = node.named_children(&mut cursor).filter(|item| item.kind() != "comment").collect();
        if items.iter().any(|item| matches!(item.kind(), "spread_element" | "list_splat")) {
            out.unknown(span(node), "list", false);
            return;
        }
        out.stands(Span::new(node.start_byte(), node.start_byte() + 1), "[");
        let mut at = node.start_byte() + 1;
        for (number, item) in items.iter().enumerate() {
            self.gap(at, item.start_byte(), if number == 0 { "" } else { "," }, out);
            self.write(*item, out, open, depth + 1);
            at = item.end_byte();
        }
        self.gap(at, node.end_byte().saturating_sub(1), "", out);
        out.stands(Span::new(node.end_byte().saturating_sub(1), node.end_byte()), "]");
    }

    /// The text between two parts: unchanged if it is valid JSON, otherwise only the punctuation that JSON needs.
    fn gap(&self, start: usize, end: usize, mark: &str, out: &mut Writer) {
        let written = self.text.get(start..end).unwrap_or("");
        let is_blank = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        let rest = match written.split_once(mark) {
            Some((before, after)) if is_blank(before) => Some(after),
            _ => None,
        };
        if rest.is_some_and(is_blank) {
            out.copy(start, written);
        } else if let Some((before, after)) =
            written.split_once(',').filter(|(a, b)| mark.is_empty() && is_blank(a) && is_blank(b))
        {
            // The comma after the last member.
            out.copy(start, before);
            out.copy(end - after.len(), after);
        } else {
            out.stands(Span::new(start, start), if mark.is_empty() { " " } else { mark });
        }
    }
}

/// A number in JSON notation.
fn json_number(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '_' | ' ')).collect();
    let plain = match plain.strip_prefix('.') {
        Some(rest) => format!("0.{rest}"),
        None => plain,
    };
    let plain = plain.strip_suffix('.').map_or(plain.clone(), str::to_owned);
    serde_json::from_str::<serde_json::Number>(&plain).is_ok().then_some(plain)
}

/// The escape at the beginning of a text: its length, and its character.
fn escape(text: &str, language: Language) -> (usize, String) {
    let digits = |from: usize, len: usize| {
        let digits = text.get(from..from + len)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let of = |code: Option<u32>| code.and_then(char::from_u32).unwrap_or('\u{fffd}').to_string();
    let Some(c) = text.get(1..).and_then(|rest| rest.chars().next()) else { return (text.len(), String::new()) };
    let plain = match c {
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        'b' => "\u{8}",
        'f' => "\u{c}",
        'v' => "\u{b}",
        '0' => "\0",
        '\n' => "",
        '\\' | '\'' | '"' | '`' | '$' => return (2, c.to_string()),
        'x' => return (4.min(text.len()), of(digits(2, 2))),
        'u' if text.get(2..3) == Some("{") => {
            let len = text.find('}').unwrap_or(text.len().saturating_sub(1));
            return (len + 1, of(digits(3, len.saturating_sub(3))));
        }
        'u' => {
            let first = digits(2, 4);
            let second = if text.get(6..8) == Some("\\u") { digits(8, 4) } else { None };
            if let (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) = (first, second) {
                return (12, of(Some(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))));
            }
            return (6.min(text.len()), of(first));
        }
        'U' if language == Language::Python => return (10.min(text.len()), of(digits(2, 8))),
        c if language == Language::Python => return (1 + c.len_utf8(), format!("\\{c}")),
        c => return (1 + c.len_utf8(), c.to_string()),
    };
    (2, plain.to_owned())
}

/// JSON text as a Python literal, if both have the same notation.
fn python(text: &str) -> Option<String> {
    match text {
        "true" => Some("True".to_owned()),
        "false" => Some("False".to_owned()),
        "null" => Some("None".to_owned()),
        _ if ["true", "false", "null"].iter().any(|word| text.contains(word)) => None,
        _ => javascript(text),
    }
}

/// JSON text as a JavaScript literal; nothing that could end or change the surrounding string.
fn javascript(text: &str) -> Option<String> {
    let is_whole = text.starts_with(['"', '{', '[', ',']) || text.ends_with(',');
    let harmless = !text.contains(['\'', '`', '$']) && (is_whole || !text.contains(['\\', '{', '}', '"']));
    (harmless && !text.contains("\\u") && !text.contains("\\/")).then(|| text.to_owned())
}
