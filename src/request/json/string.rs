//! The text between quotes: escapes, decoding, and the map from decoded characters back to source bytes.

use std::borrow::Cow;

/// Why an escape is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EscapeFault {
    /// `\q`, `\u12`, or nothing after the backslash.
    Unknown,
    /// Half of a UTF-16 pair.
    LoneSurrogate,
}

/// An escape: the number of its source bytes, and its character.
pub(super) struct Escape {
    pub len: usize,
    pub result: Result<char, EscapeFault>,
    /// The character that a lenient decoder puts in its place.
    pub lenient: char,
}

/// Reads the escape that begins with the backslash at `at` (RFC 8259, section 7).
pub(super) fn escape(text: &str, at: usize) -> Escape {
    let bytes = text.as_bytes();
    let known = |c| Escape { len: 2, result: Ok(c), lenient: c };
    match bytes.get(at + 1) {
        Some(b'"') => known('"'),
        Some(b'\\') => known('\\'),
        Some(b'/') => known('/'),
        Some(b'b') => known('\u{8}'),
        Some(b'f') => known('\u{c}'),
        Some(b'n') => known('\n'),
        Some(b'r') => known('\r'),
        Some(b't') => known('\t'),
        Some(b'u') => unicode(bytes, at),
        _ => {
            // A backslash before a line break leaves the break to the caller.
            let next = text.get(at + 1..).and_then(|rest| rest.chars().next()).filter(|c| !c.is_control());
            let lenient = next.unwrap_or('\\');
            Escape { len: 1 + next.map_or(0, char::len_utf8), result: Err(EscapeFault::Unknown), lenient }
        }
    }
}

fn unicode(bytes: &[u8], at: usize) -> Escape {
    let lenient = char::REPLACEMENT_CHARACTER;
    let Some(unit) = hex(bytes, at + 2) else {
        let digits = bytes.iter().skip(at + 2).take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
        return Escape { len: 2 + digits, result: Err(EscapeFault::Unknown), lenient };
    };
    if let Some(c) = char::from_u32(unit) {
        return Escape { len: 6, result: Ok(c), lenient: c };
    }
    if unit < 0xDC00
        && bytes.get(at + 6..at + 8) == Some(b"\\u")
        && let Some(low @ 0xDC00..=0xDFFF) = hex(bytes, at + 8)
        && let Some(c) = char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
    {
        return Escape { len: 12, result: Ok(c), lenient: c };
    }
    Escape { len: 6, result: Err(EscapeFault::LoneSurrogate), lenient }
}

fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |value, byte| Some(value << 4 | char::from(*byte).to_digit(16)?))
}

/// The next quote, backslash or control character at or after `at`, or the end.
///
/// Processes eight bytes at a time: in each word the wanted bytes get their highest bit set.
pub(super) fn skip_plain(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*word);
        let quote = word ^ (ONES * b'"' as u64);
        let slash = word ^ (ONES * b'\\' as u64);
        // A borrow can wrongly mark a byte above a true one, never below, so the lowest mark is always right.
        let found = (word.wrapping_sub(ONES * 0x20) & !word)
            | (quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash);
        if found & HIGH != 0 {
            return at + ((found & HIGH).trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if *byte < 0x20 || *byte == b'"' || *byte == b'\\' {
            break;
        }
        at += 1;
    }
    at
}

/// The decoded characters of a string's source, each with the offset of its first source byte.
#[derive(Clone, Debug)]
pub(super) struct DecodedString<'t> {
    source: &'t str,
    at: usize,
}

impl<'t> DecodedString<'t> {
    pub fn new(source: &'t str) -> Self {
        Self { source, at: 0 }
    }
}

impl Iterator for DecodedString<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        let at = self.at;
        let c = self.source.get(at..)?.chars().next()?;
        if c == '\\' {
            let escape = escape(self.source, at);
            self.at += escape.len;
            return Some((at, escape.lenient));
        }
        self.at += c.len_utf8();
        Some((at, c))
    }
}

/// The decoded text; borrowed if there is nothing to decode.
#[inline]
pub(super) fn decode(source: &str, escaped: bool) -> Cow<'_, str> {
    if escaped { Cow::Owned(unescaped(source)) } else { Cow::Borrowed(source) }
}

fn unescaped(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut at = 0;
    while let Some(rest) = source.get(at..) {
        let plain = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        text.push_str(&rest[..plain]);
        at += plain;
        if at >= source.len() {
            break;
        }
        let escape = escape(source, at);
        text.push(escape.lenient);
        at += escape.len;
    }
    text
}

/// A text as a JSON string, with its quotes.
#[must_use]
pub fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
