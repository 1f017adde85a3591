//! Keys of objects, and common mistakes in them.

use super::error::ErrorKind;
use super::parse::{GrammarState, Parser, add_edit};
use super::{BROKEN, KEY_ESCAPED, KEY_HALF, KEY_OPEN};

/// Letters, digits and `_`.
const IN_WORD: [bool; 256] = {
    let (mut table, mut byte) = ([false; 256], 0);
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

impl Parser<'_> {
    pub(super) fn key(&mut self, byte: u8, first: bool) -> GrammarState {
        match byte {
            b'"' => {
                if let Some(end) = self.plain_key() {
                    self.set_key(end, 0);
                    self.at = end + 1;
                    return GrammarState::Value;
                }
                if let Some(end) = self.unclosed_key() {
                    let (start, span) = (self.at, self.span(end, end));
                    if let Some(error) =
                        self.fail(ErrorKind::UnterminatedString, start, end, "the key has no closing quote")
                    {
                        error.edits.push((span, "\"".to_owned()));
                    }
                    self.set_key(end, KEY_OPEN);
                    return GrammarState::Colon;
                }
                let (end, open, escaped) = self.string();
                let flags = if open { KEY_OPEN | BROKEN } else { 0 } | if escaped { KEY_ESCAPED } else { 0 };
                self.set_key(end, flags);
                GrammarState::Colon
            }
            b'}' => {
                if !first {
                    self.trailing_comma();
                }
                self.close(byte)
            }
            b']' => self.close(byte),
            b',' => self.extra_comma(GrammarState::Key),
            _ => self.odd_key(),
        }
    }

    /// The end of a key of letters, digits and `_` that a colon follows directly, as most keys are written.
    fn plain_key(&self) -> Option<usize> {
        let rest = &self.bytes[self.at + 1..];
        let word = rest.iter().take_while(|byte| IN_WORD[usize::from(**byte)]).count();
        rest.get(word..)?.starts_with(b"\":").then_some(self.at + word + 2)
    }

    pub(super) fn set_key(&mut self, end: usize, flags: u8) {
        self.key = Some((self.at as u32, end as u32, flags));
        self.at = end;
        self.last_end = end;
    }

    /// The end of a key without a closing quote, as in `"type: "url"` or `"speed: 1`.
    fn unclosed_key(&self) -> Option<usize> {
        let rest = &self.bytes[self.at + 1..];
        let word = rest.iter().take_while(|byte| IN_WORD[usize::from(**byte)]).count();
        let after = rest.get(word..)?.strip_prefix(b":")?;
        // A quote followed by a colon closes a key that contains a colon.
        let quote = memchr::memchr3(b'"', b'\\', b'\n', after)?;
        let next = after.get(quote + 1..)?.iter().find(|byte| !byte.is_ascii_whitespace());
        let closes = after.get(quote) == Some(&b'"') && next == Some(&b':');
        (word > 0 && !closes && after.get(quote) != Some(&b'\\')).then_some(self.at + 1 + word)
    }

    /// Handles other ways to write keys, and things that are not keys.
    fn odd_key(&mut self) -> GrammarState {
        let start = self.at;
        if let Some((end, open)) = self.odd_quotes() {
            self.set_key(end, KEY_ESCAPED | if open { KEY_OPEN | BROKEN } else { 0 });
            return GrammarState::Colon;
        }
        let rest = &self.bytes[start..];
        if let Some((word, b'"')) = self.bare_key(self.bytes[start]) {
            let span = self.span(start, start);
            let end = start + word + 1;
            if let Some(error) = self.fail(ErrorKind::UnterminatedString, start, end, "the key has no opening quote") {
                error.edits.push((span, "\"".to_owned()));
            }
            self.set_key(end, KEY_HALF);
            return GrammarState::Colon;
        }
        if let Some((word, _)) = self.bare_key(self.bytes[start]) {
            let key = self.text.get(start..start + word).unwrap_or("");
            let (span, text) = (self.span(start, start + word), format!("\"{key}\""));
            let message = "a key without quotes; JSON keys need double quotes";
            if let Some(error) = self.fail(ErrorKind::UnquotedKey, start, start + word, message) {
                error.help = Some("put keys in double quotes".into());
                add_edit(error, span, text);
            }
            self.set_key(start + word, 0);
            return GrammarState::Colon;
        }
        self.mark_open();
        if matches!(rest, [b'{' | b'[', ..]) {
            self.fail(ErrorKind::MissingKey, start, start + 1, "a value without a key; members of an object need one");
            self.guess();
            self.key = Some((start as u32, start as u32, BROKEN));
            return self.value(self.bytes[start], false);
        }
        let end = self.junk_end();
        self.fail(ErrorKind::MissingKey, start, end, format!("{} is not a key", self.shown(start, end)));
        self.guess();
        self.at = end;
        self.last_end = end;
        GrammarState::After
    }

    /// A key without quotes, or with only the closing one: its length, and the byte after it.
    pub(super) fn bare_key(&self, first: u8) -> Option<(usize, u8)> {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-') || !byte.is_ascii();
        if !part(&first) {
            return None;
        }
        let rest = &self.bytes[self.at..];
        let word = rest.iter().take_while(|byte| part(byte)).count();
        let mut after = &rest[word..];
        let half = after.first() == Some(&b'"');
        after = &after[usize::from(half)..];
        let next = after.iter().find(|byte| !byte.is_ascii_whitespace())?;
        match next {
            b':' if half => Some((word, b'"')),
            b':' | b'=' if !half => Some((word, *next)),
            _ => None,
        }
    }
}
