//! Strings and numbers (RFC 8259, sections 6 and 7).

use super::error::ErrorKind;
use super::parse::{GrammarState, Parser, add_edit};
use super::string::{EscapeFault, escape, skip_plain};
use super::{BROKEN, ValueKind};

impl Parser<'_> {
    /// A string in double quotes that begins at `self.at`: its end, whether its closing quote is missing, and whether
    /// it has escapes.
    pub(super) fn string(&mut self) -> (usize, bool, bool) {
        let start = self.at;
        let mut at = start + 1;
        let mut escaped = false;
        // Up to here, raw line breaks belong to the string.
        let mut goes_on = at;
        let (mut reported, mut bad_escapes) = (None, false);
        loop {
            at = skip_plain(self.bytes, at);
            match self.bytes.get(at) {
                Some(b'"') => {
                    if let Some(end) = self.swallowed_comma(start, at) {
                        self.fail(ErrorKind::UnterminatedString, start, end, "the string has no closing quote");
                        self.guess();
                        return (end, true, escaped);
                    }
                    return (at + 1, false, escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    let escape = escape(self.text, at);
                    if let Err(fault) = escape.result
                        && !bad_escapes
                    {
                        // The first bad escape of a string represents the others, as in a path with backslashes.
                        bad_escapes = true;
                        self.bad_escape(at, escape.len, fault);
                    }
                    at += escape.len;
                }
                Some(byte) => {
                    if matches!(byte, b'\n' | b'\r') && at >= goes_on {
                        match self.closing_quote(at) {
                            Some(quote) => goes_on = quote,
                            None => return (self.cut_string(start, at), true, escaped),
                        }
                    }
                    reported = self.raw_control(at, *byte, reported);
                    at += 1;
                }
                None => {
                    self.fail(ErrorKind::UnterminatedString, start, at, "the string has no closing quote");
                    self.guess();
                    return (at, true, escaped);
                }
            }
        }
    }

    /// In `"a": "b, "c": 1` the string has lost its quote before the comma: its apparent end begins a key.
    fn swallowed_comma(&self, start: usize, quote: usize) -> Option<usize> {
        let next = self.bytes.get(quote + 1)?;
        if !(next.is_ascii_alphabetic() || *next == b'_') {
            return None;
        }
        let content = self.text.get(start + 1..quote)?.trim_end();
        let end = start + content.strip_suffix(',')?.len() + 1;
        let rest = self.bytes.get(quote + 1..)?;
        let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        rest.get(word..)?.starts_with(b"\":").then_some(end)
    }

    fn bad_escape(&mut self, at: usize, len: usize, fault: EscapeFault) {
        let shown = self.shown(at, at + len);
        match fault {
            EscapeFault::LoneSurrogate => {
                let message = format!("{shown} is half of a surrogate pair, which is not a character");
                if let Some(error) = self.fail(ErrorKind::LoneSurrogate, at, at + len, message) {
                    error.help = Some("write the character itself, or both halves".into());
                }
            }
            EscapeFault::Unknown => {
                let message = format!("{shown} is not an escape");
                if let Some(error) = self.fail(ErrorKind::BadEscape, at, at + len, message) {
                    error.help = Some(r"a backslash itself is written `\\`".into());
                }
            }
        }
    }

    /// A raw control character in a string; several in one string are one fault.
    fn raw_control(&mut self, at: usize, byte: u8, reported: Option<usize>) -> Option<usize> {
        let (name, written) = match byte {
            b'\n' => ("line break", r"\n".to_owned()),
            b'\r' => ("carriage return", r"\r".to_owned()),
            b'\t' => ("tab", r"\t".to_owned()),
            _ => ("control character", format!("\\u{byte:04x}")),
        };
        let span = self.span(at, at + 1);
        if let Some(error) = reported.and_then(|reported| self.errors.get_mut(reported)) {
            error.count += 1;
            add_edit(error, span, written);
            return reported;
        }
        let place = self.errors.len();
        let message = format!("a raw {name} (U+{byte:04X}) in a string");
        let error = self.fail(ErrorKind::ControlCharacter, at, at + 1, message)?;
        error.help = Some(format!("write it as `{written}`").into());
        add_edit(error, span, written);
        Some(place)
    }

    /// After a raw line break in a string: the quote that closes it, if what follows that quote fits.
    fn closing_quote(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.bytes.get(at..)?)?;
            if self.bytes.get(at) == Some(&b'"') {
                break;
            }
            at += 2;
        }
        let after = self.bytes.get(at + 1..)?.iter().find(|byte| !byte.is_ascii_whitespace());
        matches!(after, None | Some(b',' | b'}' | b']' | b':')).then_some(at)
    }

    /// A string without a closing quote on its line ends before the comma at the end of the line.
    fn cut_string(&mut self, start: usize, line_end: usize) -> usize {
        let line = self.text.get(start..line_end).unwrap_or("").trim_end();
        let end = start + line.strip_suffix(',').filter(|line| !line.is_empty()).unwrap_or(line).len();
        self.fail(ErrorKind::UnterminatedString, start, end, "the string has no closing quote");
        self.guess();
        end
    }

    pub(super) fn word(&self, word: &[u8]) -> bool {
        let rest = &self.bytes[self.at..];
        rest.starts_with(word)
            && !rest.get(word.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    }

    /// A number (RFC 8259, section 6), or something meant as one.
    pub(super) fn number(&mut self) -> GrammarState {
        let start = self.at;
        let end = number_end(self.bytes, start);
        let run = self.bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_'))
            .count();
        if end == Some(start + run) {
            return self.scalar(ValueKind::Number, start + run, 0);
        }
        let token = &self.bytes[start..start + run];
        let next = self.bytes.get(start + run);
        let ends = next.is_none_or(|byte| byte.is_ascii_whitespace() || b",]}:/#".contains(byte));
        if !ends || !token.iter().any(u8::is_ascii_digit) {
            return self.unknown();
        }
        let digits = token.strip_prefix(b"-").unwrap_or(token);
        let why = match digits {
            [b'+', ..] => "JSON numbers have no plus sign",
            [b'0', b'0'..=b'9', ..] => "JSON numbers have no leading zeros",
            [b'.', ..] => "JSON numbers have a digit before the point",
            [b'0', b'x' | b'X' | b'o' | b'b', ..] => "JSON numbers are decimal",
            _ => "this is not a JSON number",
        };
        let message = format!("{}: {why}", self.shown(start, start + run));
        let (span, plain) = (self.span(start, start + run), completed(token));
        if let Some(error) = self.fail(ErrorKind::BadNumber, start, start + run, message) {
            error.edits.extend(plain.map(|plain| (span, plain)));
        }
        self.scalar(ValueKind::Number, start + run, BROKEN)
    }
}

/// The JSON form of a number that lacks a digit beside its point, or has a plus sign.
fn completed(token: &[u8]) -> Option<String> {
    let token = std::str::from_utf8(token).ok()?;
    let (sign, digits) = match token.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", token.strip_prefix('+').unwrap_or(token)),
    };
    let (before, after) =
        (if digits.starts_with('.') { "0" } else { "" }, if digits.ends_with('.') { "0" } else { "" });
    let plain = format!("{sign}{before}{digits}{after}");
    (number_end(plain.as_bytes(), 0) == Some(plain.len())).then_some(plain)
}

/// The end of the longest JSON number at `at`.
fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = |at: usize| {
        let count = bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(at + count)
    };
    let first = at + usize::from(bytes.get(at) == Some(&b'-'));
    let mut end = if bytes.get(first) == Some(&b'0') { first + 1 } else { digits(first)? };
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        end = digits(end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-'))))?;
    }
    Some(end)
}
