//! Common mistakes in JSON: other quotes, words of Python and JavaScript, template placeholders.

use super::error::ErrorKind;
use super::parse::{GrammarState, Parser, add_edit};
use super::string::{decode, quote};
use super::{BROKEN, ESCAPED, HALF, OPEN, ValueKind, is_quote};

/// How far to search for the end of a template placeholder.
const LONGEST_TEMPLATE: usize = 256;
/// How far to search for the end of a string without an opening quote.
const LONGEST_UNOPENED: usize = 8 << 10;
/// The longest part of a wrong token in a message.
const LONGEST_SHOWN: usize = 32;

impl Parser<'_> {
    /// Handles something that does not begin a JSON value where one is expected.
    pub(super) fn unknown(&mut self) -> GrammarState {
        if let Some((end, open)) = self.odd_quotes() {
            let flags = ESCAPED | if open { OPEN | BROKEN } else { 0 };
            return self.scalar(ValueKind::String, end, flags);
        }
        if self.template() {
            return GrammarState::After;
        }
        let start = self.at;
        let rest = &self.bytes[start..];
        let len = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(byte)).count();
        let (kind, json) = match self.text.get(start..start + len).unwrap_or("") {
            "True" | "TRUE" | "yes" => (ValueKind::Bool, "true"),
            "False" | "FALSE" => (ValueKind::Bool, "false"),
            "None" | "undefined" | "Null" | "NULL" | "nil" => (ValueKind::Null, "null"),
            "NaN" | "nan" | "Infinity" | "-Infinity" | "inf" | "-inf" | "-NaN" => (ValueKind::Number, ""),
            _ => (ValueKind::Null, "-"),
        };
        if json == "-" {
            if let Some(end) = self.unopened_string() {
                let span = self.span(start, start);
                if let Some(error) =
                    self.fail(ErrorKind::UnterminatedString, start, end, "the string has no opening quote")
                {
                    error.edits.push((span, "\"".to_owned()));
                }
                return self.scalar(ValueKind::String, end, ESCAPED | HALF | BROKEN);
            }
            let end = self.junk_end();
            let message = format!("{} is not a JSON value", self.shown(start, end));
            self.fail(ErrorKind::UnknownWord, start, end, message);
            self.guess();
            return self.scalar(ValueKind::Null, end, BROKEN);
        }
        let end = start + len;
        let (message, span) = (format!("{} is not a JSON value", self.shown(start, end)), self.span(start, end));
        if let Some(error) = self.fail(ErrorKind::UnknownWord, start, end, message) {
            if json.is_empty() {
                error.help = Some("JSON has no such number; leave the field out".into());
            } else {
                error.help = Some(format!("write `{json}`").into());
                error.edits.push((span, json.to_owned()));
            }
        }
        self.scalar(kind, end, if kind == ValueKind::Bool { 0 } else { BROKEN })
    }

    /// The end of a string that has only its closing quote: the first quote on the line, if what follows it
    /// fits.
    fn unopened_string(&self) -> Option<usize> {
        let rest = self.bytes.get(self.at..)?;
        let rest = &rest[..rest.len().min(LONGEST_UNOPENED)];
        let quote = memchr::memchr3(b'"', b'\n', b'\\', rest).filter(|at| rest.get(*at) == Some(&b'"'))?;
        let next = rest.get(quote + 1..)?.iter().find(|byte| !byte.is_ascii_whitespace());
        let first = rest.first()?;
        let fits = matches!(next, None | Some(b',' | b'}' | b']')) && !matches!(first, b'}' | b']' | b',' | b':');
        fits.then_some(self.at + quote + 1)
    }

    /// Whether the text begins with a quote of another kind.
    pub(super) fn quoted_oddly(&self) -> bool {
        self.text.get(self.at..).is_some_and(|rest| rest.starts_with(is_quote))
    }

    /// The end of a string in quotes of another kind, and whether its closing quote is missing on its line.
    pub(super) fn odd_quotes(&mut self) -> Option<(usize, bool)> {
        let rest = self.text.get(self.at..)?;
        let first = rest.chars().next().filter(|c| is_quote(*c))?;
        let start = self.at;
        let closes = |c: char| match first {
            '\'' | '`' => c == first,
            '‘' | '’' => matches!(c, '‘' | '’' | '\''),
            _ => matches!(c, '“' | '”' | '„' | '"' | '«' | '»'),
        };
        let mut slash = false;
        let mut line_end = rest.len();
        for (at, c) in rest.char_indices().skip(1) {
            if matches!(c, '\n' | '\r') && first != '`' {
                line_end = at;
                break;
            }
            if closes(c) && !slash {
                let end = at + c.len_utf8();
                let after = rest[end..].trim_start_matches([' ', '\t']).bytes().next();
                if matches!(after, None | Some(b',' | b':' | b'}' | b']' | b'\n' | b'\r')) {
                    self.wrong_quotes(start, start + end);
                    return Some((start + end, false));
                }
            }
            slash = c == '\\' && !slash;
        }
        let line = rest[..line_end].trim_end();
        let line = line.strip_suffix(',').unwrap_or(line);
        let end = start + line.len().max(first.len_utf8());
        self.fail(ErrorKind::UnterminatedString, start, end, "the string has no closing quote");
        self.guess();
        Some((end, true))
    }

    fn wrong_quotes(&mut self, start: usize, end: usize) {
        let token = self.text.get(start..end).unwrap_or("");
        let mut chars = token.chars();
        let first = chars.next().unwrap_or('\'');
        chars.next_back();
        let (span, text) = (self.span(start, end), quote(&decode(chars.as_str(), true)));
        let message = match first {
            '\'' => "single quotes; JSON strings need double quotes",
            '`' => "backquotes; JSON strings need double quotes",
            _ => "typographic quotes; JSON strings need straight double quotes",
        };
        if let Some(error) = self.fail(ErrorKind::WrongQuotes, start, end, message) {
            error.help = Some("use straight double quotes: \"…\"".into());
            add_edit(error, span, text);
        }
    }

    /// A placeholder of a template language without quotes; becomes a value about which nothing is known.
    pub(super) fn template(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let close: &[u8] = match rest {
            [b'{', b'{', ..] | [b'=', b'{', b'{', ..] => b"}}",
            [b'$', b'{', ..] => b"}",
            [b'{', b'%', ..] => b"%}",
            _ => return false,
        };
        let inner = rest[2..].iter().find(|byte| !byte.is_ascii_whitespace());
        if matches!(inner, Some(b'"')) && close == b"}}" {
            return false; // An object with one brace too many.
        }
        let line = &rest[..rest.len().min(LONGEST_TEMPLATE)];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let Some(len) = memchr::memmem::find(line, close).map(|at| at + close.len()) else { return false };
        // One of the surrounding quotes may be present.
        let len = len + usize::from(rest.get(len) == Some(&b'"'));
        let (start, end) = (self.at, self.at + len);
        let message = format!("the placeholder {} is in place of a JSON value", self.shown(start, end));
        if let Some(error) = self.fail(ErrorKind::Template, start, end, message) {
            error.help = Some("put it in quotes, or fill it in".into());
        }
        self.scalar(ValueKind::Null, end, BROKEN);
        true
    }

    /// The end of a run of characters that is not JSON: before anything that may be structure again.
    pub(super) fn junk_end(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or("");
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let tail = rest.get(first..).unwrap_or("");
        let len = tail.find([',', '}', ']', '\n', '\r', '"']).unwrap_or(tail.len());
        self.at + first + tail[..len].trim_end().len()
    }

    /// A piece of the text for a message, cut to a few words.
    pub(super) fn shown(&self, start: usize, end: usize) -> String {
        let token = self.text.get(start..end).unwrap_or("");
        match token.char_indices().nth(LONGEST_SHOWN) {
            Some((cut, _)) => format!("`{}…`", &token[..cut]),
            None => format!("`{token}`"),
        }
    }
}
