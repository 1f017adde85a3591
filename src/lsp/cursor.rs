//! The position of a cursor in the structure of half-typed JSON. The text before it decides; the text after it may be
//! anything.

use crate::text::Span;

/// What is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenRole {
    Key,
    Value,
}

/// A cursor, and the token that it is in; an empty one between tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub role: TokenRole,
    /// Including its quotes.
    pub token: Span,
    /// The token begins with a quote.
    pub quoted: bool,
    /// The place of a missing comma before the token.
    pub comma_before: Option<usize>,
    /// Another member follows without a comma.
    pub comma_after: bool,
    /// A colon follows the key.
    pub has_colon: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// In an object: a key, its colon.
    Key,
    Colon,
    Value,
    Comma,
}

struct OpenContainer {
    object: bool,
    due: Due,
}

/// The cursor at a byte of a text; none if nothing can be inserted, as after a complete value.
pub(super) fn at(text: &str, offset: usize) -> Option<Cursor> {
    let bytes = text.as_bytes();
    let mut frames: Vec<OpenContainer> = Vec::new();
    let (mut at, mut end) = (0, 0);
    let mut token = Span::new(offset, offset);
    while at < offset {
        let next = match bytes.get(at)? {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'{' => {
                frames.push(OpenContainer { object: true, due: Due::Key });
                at + 1
            }
            b'[' => {
                frames.push(OpenContainer { object: false, due: Due::Value });
                at + 1
            }
            b'}' | b']' => {
                frames.pop();
                if let Some(frame) = frames.last_mut() {
                    frame.due = Due::Comma;
                }
                at + 1
            }
            b':' => {
                if let Some(frame) = frames.last_mut().filter(|frame| frame.object) {
                    frame.due = Due::Value;
                }
                at + 1
            }
            b',' => {
                if let Some(frame) = frames.last_mut() {
                    frame.due = if frame.object { Due::Key } else { Due::Value };
                }
                at + 1
            }
            first => {
                let (next, closed) = if *first == b'"' { string_end(bytes, at) } else { (word_end(bytes, at), false) };
                if offset < next || (offset == next && !closed) {
                    token = Span::new(at, next);
                    break;
                }
                if let Some(frame) = frames.last_mut() {
                    frame.due = match (frame.object, frame.due) {
                        (true, Due::Key | Due::Comma) => Due::Colon,
                        _ => Due::Comma,
                    };
                }
                next
            }
        };
        (at, end) = (next, next);
    }
    let frame = frames.last()?;
    let role = match (frame.object, frame.due) {
        (true, Due::Key | Due::Comma) => TokenRole::Key,
        (true, Due::Colon) => return None,
        _ => TokenRole::Value,
    };
    let after = bytes.get(token.end..)?.iter().find(|byte| !byte.is_ascii_whitespace());
    Some(Cursor {
        role,
        token,
        quoted: bytes.get(token.start) == Some(&b'"') && token.start < token.end,
        comma_before: (frame.due == Due::Comma).then_some(end),
        comma_after: matches!(after, Some(b'"' | b'{' | b'[' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-')),
        has_colon: after == Some(&b':'),
    })
}

/// The end of the string that begins at `start`, and whether a quote closes it. An open string ends with its line.
fn string_end(bytes: &[u8], start: usize) -> (usize, bool) {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return (at + 1, true),
            b'\n' | b'\r' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    (at.min(bytes.len()), false)
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    let ends =
        |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"');
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().position(ends).unwrap_or(rest.len()).max(1)
}

/// Replaces the token so that the rest parses. No name of the contract contains it.
const MARK: &str = "\"\u{7f}\"";

impl Cursor {
    /// The text with a complete member or value in place of the token, and its offset.
    pub(super) fn patched(&self, text: &str) -> Option<(String, usize)> {
        let mut out = String::with_capacity(text.len() + 16);
        out.push_str(text.get(..self.token.start)?);
        if self.comma_before.is_some() {
            out.push(',');
        }
        let at = out.len() + 1;
        out.push_str(MARK);
        if self.role == TokenRole::Key && !self.has_colon {
            out.push_str(":null");
        }
        if self.comma_after {
            out.push(',');
        }
        out.push_str(text.get(self.token.end..)?);
        Some((out, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor at the `|` of a text.
    fn cursor(marked: &str) -> Option<(TokenRole, String)> {
        let offset = marked.find('|').expect("a mark");
        let text = marked.replacen('|', "", 1);
        at(&text, offset).map(|cursor| (cursor.role, text[cursor.token.start..cursor.token.end].to_owned()))
    }

    #[test]
    fn roles_and_tokens() {
        let key = |token: &str| Some((TokenRole::Key, token.to_owned()));
        let value = |token: &str| Some((TokenRole::Value, token.to_owned()));
        assert_eq!(cursor("{|}"), key(""));
        assert_eq!(cursor("{\"|\"}"), key("\"\""));
        assert_eq!(cursor("{\"ty|pe\": 1}"), key("\"type\""));
        assert_eq!(cursor("{\"ty|\n}"), key("\"ty"));
        assert_eq!(cursor("{ty|}"), key("ty"));
        assert_eq!(cursor("{\"a\": {\"b\": [1, {}]}, |"), key(""));
        assert_eq!(cursor("{\"a\": |}"), value(""));
        assert_eq!(cursor("{\"a\": \"x|\"}"), value("\"x\""));
        assert_eq!(cursor("{\"a\": tr|}"), value("tr"));
        assert_eq!(cursor("{\"a\": [\"b\", |]}"), value(""));
        assert_eq!(cursor("{\"a\": \"\\\"|\"}"), value("\"\\\"\""));
        assert_eq!(cursor("{\"a\" |"), None, "a colon is due");
        assert_eq!(cursor("|{}"), None);
        assert_eq!(cursor("{} |"), None);
        assert_eq!(cursor("{\"é😀|"), key("\"é😀"));
    }

    #[test]
    fn commas_that_are_missing() {
        let text = "{\"a\": 1 \"b\n\"c\": 2}";
        let found = at(text, 10).expect("a cursor");
        assert_eq!((found.comma_before, found.comma_after, found.has_colon), (Some(7), true, false));
        assert_eq!(found.patched(text).expect("a text").0, "{\"a\": 1 ,\"\u{7f}\":null,\n\"c\": 2}");
    }
}
