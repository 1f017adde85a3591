//! Tokens (ISO 32000-2, section 7.2), and the values and dictionaries of objects.

use crate::media::{Bytes, ReadError};

/// Bytes read at first, because most objects are short. Next, bytes read at a time.
const FIRST_PIECE: usize = 64;
const PIECE: usize = 256;
/// Bytes split into tokens per unit of work. Blanks take longest, because they are skipped one by one.
const BYTES_LEXED: u64 = 1;

/// A name or keyword. The ones that we look for are short; of a longer one only the first bytes are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    bytes: [u8; 20],
    len: u8,
}

impl Word {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(usize::from(self.len)) {
            *place = byte;
        }
        self.len = self.len.saturating_add(1);
    }

    /// Empty if it was too long to keep.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub(super) fn is(&self, word: &[u8]) -> bool {
        self.as_bytes() == word
    }

    /// Whether it contains `#`, which introduces a byte in hexadecimal (section 7.3.5).
    pub(super) fn has_escape(&self) -> bool {
        self.bytes.contains(&b'#')
    }

    /// The kept part for a message, with an ellipsis if there is more.
    pub(super) fn to_text(self) -> String {
        let kept = usize::from(self.len).min(self.bytes.len());
        let text = String::from_utf8_lossy(&self.bytes[..kept]);
        let more = if kept < usize::from(self.len) { "…" } else { "" };
        text.chars().filter(|one| !one.is_control()).chain(more.chars()).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Int(i64),
    Real,
    Name(Word),
    Text,
    ArrayOpen,
    ArrayClose,
    DictOpen,
    DictClose,
    Keyword(Word),
    /// A delimiter that cannot be alone, or a hexadecimal string with other characters.
    Stray,
    /// The bytes end, in a string or between tokens.
    End,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PdfValue {
    Int(i64),
    Name(Word),
    /// The object number. The generation adds nothing to the table.
    Ref(u32),
    Array(Vec<PdfValue>),
    /// A dictionary inside another value.
    Dict,
    /// A string, a real number, `true`, `false` or `null`.
    Other,
    /// Something that is not a value.
    Damaged,
}

/// The entries of a dictionary that we look for, including those of a nested `DecodeParms`.
#[derive(Clone, Debug, Default)]
pub(super) struct Dict {
    entries: Vec<(Word, PdfValue)>,
}

/// Every key that we look for.
const KEYS: [&[u8]; 22] = [
    b"Type",
    b"Kids",
    b"Count",
    b"Length",
    b"Filter",
    b"Root",
    b"Prev",
    b"Size",
    b"W",
    b"Index",
    b"XRefStm",
    b"Encrypt",
    b"Pages",
    b"N",
    b"First",
    b"F",
    b"Predictor",
    b"Columns",
    b"Colors",
    b"BitsPerComponent",
    b"EarlyChange",
    b"Contents",
];

impl Dict {
    pub(super) fn get(&self, key: &[u8]) -> Option<&PdfValue> {
        self.entries.iter().find(|(known, _)| known.is(key)).map(|(_, value)| value)
    }

    pub(super) fn int(&self, key: &[u8]) -> Option<i64> {
        match self.get(key) {
            Some(PdfValue::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// A non-negative integer: a count, a length or an offset.
    pub(super) fn size(&self, key: &[u8]) -> Option<u64> {
        self.int(key).and_then(|value| value.try_into().ok())
    }

    pub(super) fn reference(&self, key: &[u8]) -> Option<u32> {
        match self.get(key) {
            Some(PdfValue::Ref(number)) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn is_type(&self, name: &[u8]) -> bool {
        matches!(self.get(b"Type"), Some(PdfValue::Name(word)) if word.is(name))
    }

    pub(super) fn put(&mut self, key: Word, value: PdfValue) {
        if KEYS.iter().any(|known| key.is(known)) && self.get(key.as_bytes()).is_none() {
            self.entries.push((key, value));
        }
    }
}

/// Reads tokens from an offset on.
pub(super) struct Lexer<'b, 'a> {
    bytes: &'b mut Bytes<'a>,
    position: u64,
    piece: [u8; PIECE],
    piece_start: u64,
    piece_len: usize,
    started: u64,
    /// Offset of the first `#` in a name that is not followed by two hexadecimal digits.
    pub(super) bad_escape: Option<u64>,
}

impl<'b, 'a> Lexer<'b, 'a> {
    pub(super) fn new(bytes: &'b mut Bytes<'a>, offset: u64) -> Self {
        let piece = [0; PIECE];
        Self { bytes, position: offset, piece, piece_start: offset, piece_len: 0, started: offset, bad_escape: None }
    }

    /// The offset after the last token.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The number of bytes read.
    pub(super) fn read(&self) -> u64 {
        self.position.saturating_sub(self.started)
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        let within = usize::try_from(self.position.wrapping_sub(self.piece_start)).unwrap_or(usize::MAX);
        if let Some(&byte) = self.piece[..self.piece_len].get(within) {
            return Ok(Some(byte));
        }
        let want = if self.position == self.started { FIRST_PIECE } else { PIECE };
        let piece = self.bytes.peek(self.position, want)?;
        self.piece[..piece.len()].copy_from_slice(piece);
        (self.piece_start, self.piece_len) = (self.position, piece.len());
        self.bytes.spend(self.piece_len as u64 / BYTES_LEXED)?;
        Ok(self.piece[..self.piece_len].first().copied())
    }

    pub(super) fn skip(&mut self) {
        self.position = self.position.saturating_add(1);
    }

    pub(super) fn skip_space(&mut self) -> Result<(), ReadError> {
        while let Some(byte) = self.peek()? {
            if byte == b'%' {
                while self.peek()?.is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.skip();
                }
            } else if is_space(byte) {
                self.skip();
            } else {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn token(&mut self) -> Result<Token, ReadError> {
        self.skip_space()?;
        let Some(byte) = self.peek()? else { return Ok(Token::End) };
        match byte {
            b'/' => {
                self.skip();
                self.name().map(Token::Name)
            }
            b'(' => self.literal(),
            b'<' => {
                self.skip();
                if self.peek()? == Some(b'<') {
                    self.skip();
                    return Ok(Token::DictOpen);
                }
                self.hexadecimal()
            }
            b'>' => {
                self.skip();
                if self.peek()? == Some(b'>') {
                    self.skip();
                    return Ok(Token::DictClose);
                }
                Ok(Token::Stray)
            }
            b'[' => self.mark(Token::ArrayOpen),
            b']' => self.mark(Token::ArrayClose),
            b')' | b'{' | b'}' => self.mark(Token::Stray),
            _ => Ok(number(&self.word()?)),
        }
    }

    fn mark(&mut self, token: Token) -> Result<Token, ReadError> {
        self.skip();
        Ok(token)
    }

    fn word(&mut self) -> Result<Word, ReadError> {
        let mut word = Word::default();
        while let Some(byte) = self.peek()? {
            if is_space(byte) || is_delimiter(byte) {
                break;
            }
            word.push(byte);
            self.skip();
        }
        Ok(word)
    }

    /// The word of a name, which may contain escapes.
    fn name(&mut self) -> Result<Word, ReadError> {
        let start = self.position;
        let word = self.word()?;
        let kept = usize::from(word.len).min(word.bytes.len());
        let mut rest = &word.bytes[..kept];
        while let Some(at) = memchr::memchr(b'#', rest) {
            let digits = rest.get(at + 1..).unwrap_or_default();
            // An escape may be valid and only cut off by our limit on names.
            let cut = digits.len() < 2 && kept < usize::from(word.len);
            if !cut && !matches!(digits, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()) {
                self.bad_escape.get_or_insert(start + (kept - digits.len() - 1) as u64);
            }
            rest = digits;
        }
        Ok(word)
    }

    fn literal(&mut self) -> Result<Token, ReadError> {
        let mut open = 0u64;
        while let Some(byte) = self.peek()? {
            self.skip();
            match byte {
                b'(' => open += 1,
                b')' if open <= 1 => return Ok(Token::Text),
                b')' => open -= 1,
                b'\\' => self.skip(),
                _ => {}
            }
        }
        Ok(Token::End)
    }

    fn hexadecimal(&mut self) -> Result<Token, ReadError> {
        let mut clean = true;
        while let Some(byte) = self.peek()? {
            self.skip();
            match byte {
                b'>' => return Ok(if clean { Token::Text } else { Token::Stray }),
                _ => clean &= byte.is_ascii_hexdigit() || is_space(byte),
            }
        }
        Ok(Token::End)
    }

    /// `12 0 obj`: the object number.
    pub(super) fn object_header(&mut self) -> Result<Option<u32>, ReadError> {
        let (Token::Int(number), Token::Int(_)) = (self.token()?, self.token()?) else { return Ok(None) };
        match self.token()? {
            Token::Keyword(word) if word.is(b"obj") => Ok(number.try_into().ok()),
            _ => Ok(None),
        }
    }
}

fn number(word: &Word) -> Token {
    let bytes = word.as_bytes();
    let Some(first) = bytes.first() else {
        // Too long to keep: a real number if its first bytes are digits.
        return if word.bytes.iter().all(|byte| byte.is_ascii_digit() || b"+-.".contains(byte)) {
            Token::Real
        } else {
            Token::Keyword(*word)
        };
    };
    if !(first.is_ascii_digit() || b"+-.".contains(first)) {
        return Token::Keyword(*word);
    }
    if let Some(value) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()) {
        return Token::Int(value);
    }
    // Every reader tolerates misplaced signs and points.
    if bytes.iter().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte)) {
        Token::Real
    } else {
        Token::Keyword(*word)
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    b"()<>[]{}/%".contains(&byte)
}
