//! Tokens and objects (ISO 32000-2, sections 7.2 and 7.3), read without recursion and without keeping what nobody asks
//! for: of an object stay its kind, a few entries of its dictionary, and the references in it.

use crate::media::{Bytes, ReadError};

/// Deeper nesting is taken for an attack; readers stop at 100 to 500.
const MOST_NESTED: usize = 500;
/// So many references are kept of one object.
pub(super) const MOST_REFERENCES: usize = 1 << 20;
/// So many values are kept of one array.
const MOST_VALUES: usize = 1 << 17;

/// The first bytes of a name or keyword; none that matters is longer.
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

    /// Empty when it is too long to be known.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub(super) fn is(&self, word: &[u8]) -> bool {
        self.as_bytes() == word
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
    /// A character that stands nowhere by itself, or bytes in a hexadecimal string that are none.
    Stray,
    /// The bytes end, in a string or between tokens.
    End,
}

/// A value that somebody may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Int(i64),
    Name(Word),
    /// The object number; generations say nothing that the table does not say better.
    Ref(u32),
    Array(Vec<Value>),
    Other,
}

/// The entries of a dictionary that matter to somebody, those of a nested `DecodeParms` among them.
#[derive(Clone, Debug, Default)]
pub(super) struct Dict {
    entries: Vec<(Word, Value)>,
}

/// Every key that is ever asked for.
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
    pub(super) fn get(&self, key: &[u8]) -> Option<&Value> {
        self.entries.iter().find(|(known, _)| known.is(key)).map(|(_, value)| value)
    }

    pub(super) fn int(&self, key: &[u8]) -> Option<i64> {
        match self.get(key) {
            Some(Value::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// A count, a length or an offset: not negative.
    pub(super) fn size(&self, key: &[u8]) -> Option<u64> {
        self.int(key).and_then(|value| value.try_into().ok())
    }

    pub(super) fn reference(&self, key: &[u8]) -> Option<u32> {
        match self.get(key) {
            Some(Value::Ref(number)) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn is_type(&self, name: &[u8]) -> bool {
        matches!(self.get(b"Type"), Some(Value::Name(word)) if word.is(name))
    }

    fn put(&mut self, key: Word, value: Value) {
        if KEYS.iter().any(|known| key.is(known)) && self.get(key.as_bytes()).is_none() {
            self.entries.push((key, value));
        }
    }
}

/// What an object is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Dict(Dict),
    Other,
}

/// An object that has been read.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) kind: Kind,
    /// The keyword behind it: `endobj`, `stream`; empty when there is none.
    pub(super) behind: Word,
    /// Where the first thing stands that no object can hold.
    pub(super) odd: Option<u64>,
    /// A dictionary in it has a value without a key or a key without a value, or something closes that is not open.
    pub(super) mismatched: bool,
}

/// Why an object could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The bytes end in the middle of it.
    Ends,
    /// Another object, or the end of this one, begins in the middle of it.
    Unclosed,
    TooDeep,
    /// There is nothing where it should begin.
    Missing,
}

/// Reads tokens from an offset on.
pub(super) struct Lexer<'b, 'a> {
    bytes: &'b mut Bytes<'a>,
    position: u64,
    piece: [u8; 256],
    piece_start: u64,
    piece_len: usize,
    started: u64,
}

impl<'b, 'a> Lexer<'b, 'a> {
    pub(super) fn new(bytes: &'b mut Bytes<'a>, offset: u64) -> Self {
        Self { bytes, position: offset, piece: [0; 256], piece_start: offset, piece_len: 0, started: offset }
    }

    /// The offset behind the last token.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// How many bytes have been read.
    pub(super) fn read(&self) -> u64 {
        self.position.saturating_sub(self.started)
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        let within = usize::try_from(self.position.wrapping_sub(self.piece_start)).unwrap_or(usize::MAX);
        if let Some(&byte) = self.piece[..self.piece_len].get(within) {
            return Ok(Some(byte));
        }
        let piece = self.bytes.peek(self.position, self.piece.len())?;
        self.piece[..piece.len()].copy_from_slice(piece);
        (self.piece_start, self.piece_len) = (self.position, piece.len());
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
                self.word().map(Token::Name)
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

    /// Reads one object and the keyword behind it; the references in it are added to `references`.
    pub(super) fn object(&mut self, references: &mut Vec<u32>) -> Result<Result<Object, Broken>, ReadError> {
        let mut builder =
            Builder { references, stack: Vec::new(), dict: Dict::default(), odd: None, mismatched: false, done: None };
        // Two integers may turn out to be the beginning of a reference.
        let mut held: [Option<i64>; 2] = [None; 2];
        loop {
            let (at, token) = (self.position, self.token()?);
            if let Token::Keyword(word) = token
                && word.is(b"R")
            {
                match held {
                    [Some(object), Some(_)] => builder.value(Value::Ref(object.try_into().unwrap_or(u32::MAX))),
                    _ => builder.odd_at(at),
                }
                held = [None; 2];
                continue;
            }
            let beyond = if let Token::Int(value) = token {
                let first = held[0].filter(|_| held[1].is_some());
                held = if held[0].is_some() && held[1].is_some() {
                    [held[1], Some(value)]
                } else if held[0].is_some() {
                    [held[0], Some(value)]
                } else {
                    [Some(value), None]
                };
                if let Some(first) = first {
                    builder.value(Value::Int(first));
                }
                false
            } else {
                for value in std::mem::take(&mut held).into_iter().flatten() {
                    builder.value(Value::Int(value));
                }
                true
            };
            if !beyond {
                continue;
            }
            match token {
                Token::Int(_) => {}
                Token::End => return Ok(builder.end(Word::default(), Broken::Ends)),
                Token::Keyword(word) if is_structural(&word) => return Ok(builder.end(word, Broken::Unclosed)),
                // The value is complete and something follows that is no keyword of the structure: an object in an
                // object stream, followed by the next one.
                _ if builder.stack.is_empty() && builder.done.is_some() => {
                    return Ok(builder.end(Word::default(), Broken::Unclosed));
                }
                Token::Real | Token::Text => builder.value(Value::Other),
                Token::Name(name) => builder.name(name),
                Token::ArrayOpen if builder.stack.len() >= MOST_NESTED => return Ok(Err(Broken::TooDeep)),
                Token::DictOpen if builder.stack.len() >= MOST_NESTED => return Ok(Err(Broken::TooDeep)),
                Token::ArrayOpen => builder.open(Frame::Array(Vec::new())),
                Token::DictOpen => builder.open(Frame::Dict(None)),
                Token::ArrayClose => builder.close(true, at),
                Token::DictClose => builder.close(false, at),
                Token::Keyword(word) => {
                    if ![b"true".as_slice(), b"false", b"null"].iter().any(|known| word.is(known)) {
                        builder.odd_at(at);
                    }
                    builder.value(Value::Other);
                }
                Token::Stray => {
                    builder.odd_at(at);
                    builder.value(Value::Other);
                }
            }
        }
    }
}

/// Keywords that never stand inside an object.
fn is_structural(word: &Word) -> bool {
    [b"endobj".as_slice(), b"stream", b"endstream", b"obj", b"xref", b"trailer", b"startxref"]
        .iter()
        .any(|known| word.is(known))
        || word.as_bytes().starts_with(b"endobj")
}

enum Frame {
    Array(Vec<Value>),
    /// The key whose value comes next.
    Dict(Option<Word>),
}

/// An object on its way.
struct Builder<'r> {
    references: &'r mut Vec<u32>,
    stack: Vec<Frame>,
    dict: Dict,
    odd: Option<u64>,
    mismatched: bool,
    done: Option<Kind>,
}

impl Builder<'_> {
    fn odd_at(&mut self, at: u64) {
        self.odd = self.odd.or(Some(at));
    }

    fn value(&mut self, value: Value) {
        if let Value::Ref(number) = value
            && self.references.len() < MOST_REFERENCES
        {
            self.references.push(number);
        }
        let depth = self.stack.len();
        let parameters =
            matches!(self.stack.first(), Some(Frame::Dict(Some(key))) if key.is(b"DecodeParms") || key.is(b"DP"));
        match self.stack.last_mut() {
            None if self.done.is_none() => {
                self.done = Some(Kind::Other);
            }
            None => {}
            Some(Frame::Array(values)) if depth == 2 && values.len() < MOST_VALUES => values.push(value),
            Some(Frame::Array(_)) => {}
            Some(Frame::Dict(key)) => match key.take() {
                Some(key) if depth == 1 || parameters => self.dict.put(key, value),
                Some(_) => {}
                None => self.mismatched |= !matches!(value, Value::Other),
            },
        }
    }

    fn name(&mut self, name: Word) {
        match self.stack.last_mut() {
            Some(Frame::Dict(key @ None)) => *key = Some(name),
            _ => self.value(Value::Name(name)),
        }
    }

    fn open(&mut self, frame: Frame) {
        self.stack.push(frame);
    }

    fn close(&mut self, array: bool, at: u64) {
        if array && matches!(self.stack.last(), Some(Frame::Dict(_))) {
            // Readers take it for a value that is none.
            self.odd_at(at);
            self.value(Value::Other);
            return;
        }
        let Some(frame) = self.stack.pop() else {
            self.odd_at(at);
            return;
        };
        let value = match frame {
            Frame::Array(values) => {
                if !array {
                    self.odd_at(at);
                    self.mismatched = true;
                }
                Value::Array(values)
            }
            Frame::Dict(key) => {
                if key.is_some() {
                    self.odd_at(at);
                    self.mismatched = true;
                }
                if self.stack.is_empty() {
                    let dict = std::mem::take(&mut self.dict);
                    self.done.get_or_insert(Kind::Dict(dict));
                    return;
                }
                Value::Other
            }
        };
        self.value(value);
    }

    fn end(self, behind: Word, inside: Broken) -> Result<Object, Broken> {
        match self.done {
            Some(kind) if self.stack.is_empty() => {
                Ok(Object { kind, behind, odd: self.odd, mismatched: self.mismatched })
            }
            _ if self.stack.is_empty() => {
                // `1 0 obj endobj` is a null object, though nobody should write it so.
                if behind.is(b"endobj") {
                    Ok(Object { kind: Kind::Other, behind, odd: self.odd, mismatched: self.mismatched })
                } else {
                    Err(if inside == Broken::Ends { Broken::Ends } else { Broken::Missing })
                }
            }
            _ => Err(inside),
        }
    }
}

fn number(word: &Word) -> Token {
    let bytes = word.as_bytes();
    let Some(first) = bytes.first() else {
        // Too long for anything that we know; digits in such a number are a real's.
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
    // Writers that are sloppy about signs and points are read by everybody.
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
