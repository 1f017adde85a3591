//! Objects (ISO 32000-2, section 7.3), read without recursion. Of each object we keep its kind, the few entries of its
//! dictionary that we look for, and its references.

use super::lex::{Dict, Lexer, PdfValue, Token, Word};
use crate::media::ReadError;

/// Readers stop at nesting of 100 to 500.
const MOST_NESTED: usize = 500;
/// The most references kept per object.
pub(super) const MOST_REFERENCES: usize = 1 << 20;
/// The most values kept per array.
const MOST_VALUES: usize = 1 << 17;

/// The kind of an object.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Dict(Dict),
    Array,
    Other,
}

/// A complete object.
#[derive(Debug)]
pub(super) struct PdfObject {
    pub(super) body: Body,
    /// The keyword after it: `endobj`, `stream`; empty if there is none.
    pub(super) behind: Word,
    /// Offset of the first thing that is not allowed in an object.
    pub(super) odd: Option<u64>,
    /// A dictionary in it has a value without a key or a key without a value, or brackets do not match.
    pub(super) mismatched: bool,
    /// Offset of the first `#` in a name that is not followed by two hexadecimal digits.
    pub(super) bad_escape: Option<u64>,
    /// Pictures and forms named by resources in it, and objects that are dictionaries of these.
    pub(super) pictures: Vec<Picture>,
}

/// The target of an `XObject` entry of resources (section 7.8.3).
#[derive(Clone, Copy, Debug)]
pub(super) enum Picture {
    /// The object is the picture or form itself, with this name.
    Named(Word, u32),
    /// The object is the dictionary of names.
    Names(u32),
}

/// Why an object could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The bytes end in the middle of it.
    Ends,
    /// Another object, or the end of this one, begins in the middle of it.
    Unclosed,
    TooDeep,
    /// There is no object where it should begin.
    Missing,
}

impl Lexer<'_, '_> {
    /// Reads one object and the keyword after it, and adds its references to `references`.
    pub(super) fn object(&mut self, references: &mut Vec<u32>) -> Result<Result<PdfObject, Broken>, ReadError> {
        self.object_with(references, false)
    }

    /// As [`object`](Self::object), for the value of `XObject`.
    pub(super) fn picture_names(&mut self, references: &mut Vec<u32>) -> Result<Result<PdfObject, Broken>, ReadError> {
        self.object_with(references, true)
    }

    fn object_with(
        &mut self,
        references: &mut Vec<u32>,
        names_pictures: bool,
    ) -> Result<Result<PdfObject, Broken>, ReadError> {
        self.bad_escape = None;
        let mut builder = ObjectBuilder {
            references,
            names_pictures,
            stack: Vec::new(),
            dict: Dict::default(),
            odd: None,
            mismatched: false,
            pictures: Vec::new(),
            done: None,
        };
        // Two integers may begin a reference.
        let mut held: [Option<i64>; 2] = [None; 2];
        loop {
            let (at, token) = (self.position(), self.token()?);
            if let Token::Keyword(word) = token
                && word.is(b"R")
            {
                match held {
                    [Some(object), Some(_)] => builder.value(PdfValue::Ref(object.try_into().unwrap_or(u32::MAX))),
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
                    builder.value(PdfValue::Int(first));
                }
                false
            } else {
                for value in std::mem::take(&mut held).into_iter().flatten() {
                    builder.value(PdfValue::Int(value));
                }
                true
            };
            if !beyond {
                continue;
            }
            match token {
                Token::Int(_) => {}
                Token::End => return Ok(builder.end(Word::default(), Broken::Ends, self.bad_escape)),
                Token::Keyword(word) if is_structural(&word) => {
                    return Ok(builder.end(word, Broken::Unclosed, self.bad_escape));
                }
                // The value is complete and no structural keyword follows: an object in an object stream, followed by
                // the next one.
                _ if builder.stack.is_empty() && builder.done.is_some() => {
                    return Ok(builder.end(Word::default(), Broken::Unclosed, self.bad_escape));
                }
                Token::Real | Token::Text => builder.value(PdfValue::Other),
                Token::Name(name) => builder.name(name),
                Token::ArrayOpen if builder.stack.len() >= MOST_NESTED => return Ok(Err(Broken::TooDeep)),
                Token::DictOpen if builder.stack.len() >= MOST_NESTED => return Ok(Err(Broken::TooDeep)),
                Token::ArrayOpen => builder.open(OpenValue::Array(Vec::new())),
                Token::DictOpen => builder.open(OpenValue::Dict(None)),
                Token::ArrayClose => builder.close(true, at),
                Token::DictClose => builder.close(false, at),
                Token::Keyword(word) => {
                    let known = [b"true".as_slice(), b"false", b"null"].iter().any(|known| word.is(known));
                    builder.value(if known { PdfValue::Other } else { PdfValue::Damaged });
                    if !known {
                        builder.odd_at(at);
                    }
                }
                Token::Stray => {
                    builder.odd_at(at);
                    builder.value(PdfValue::Damaged);
                }
            }
        }
    }
}

/// Keywords that never occur inside an object.
fn is_structural(word: &Word) -> bool {
    [b"endobj".as_slice(), b"stream", b"endstream", b"obj", b"xref", b"trailer", b"startxref"]
        .iter()
        .any(|known| word.is(known))
        || word.as_bytes().starts_with(b"endobj")
}

enum OpenValue {
    Array(Vec<PdfValue>),
    /// The key whose value comes next.
    Dict(Option<Word>),
}

/// An object under construction.
struct ObjectBuilder<'r> {
    references: &'r mut Vec<u32>,
    /// Whether the object itself is the value of `XObject`.
    names_pictures: bool,
    stack: Vec<OpenValue>,
    dict: Dict,
    odd: Option<u64>,
    mismatched: bool,
    pictures: Vec<Picture>,
    done: Option<Body>,
}

impl ObjectBuilder<'_> {
    fn odd_at(&mut self, at: u64) {
        self.odd = self.odd.or(Some(at));
    }

    fn value(&mut self, value: PdfValue) {
        if let PdfValue::Ref(number) = value
            && self.references.len() < MOST_REFERENCES
        {
            self.references.push(number);
            self.picture(number);
        }
        let depth = self.stack.len();
        let parameters =
            matches!(self.stack.first(), Some(OpenValue::Dict(Some(key))) if key.is(b"DecodeParms") || key.is(b"DP"));
        match self.stack.last_mut() {
            None if self.done.is_none() => {
                self.done = Some(if matches!(value, PdfValue::Array(_)) { Body::Array } else { Body::Other });
            }
            None => {}
            Some(OpenValue::Array(values)) if depth == 2 && values.len() < MOST_VALUES => values.push(value),
            Some(OpenValue::Array(_)) => {}
            Some(OpenValue::Dict(key)) => match key.take() {
                Some(key) if depth == 1 || parameters => self.dict.put(key, value),
                Some(_) => {}
                None => self.mismatched |= !matches!(value, PdfValue::Other | PdfValue::Damaged),
            },
        }
    }

    /// Records a reference that is the value of `XObject`, or an entry of a dictionary that is.
    fn picture(&mut self, number: u32) {
        let key = |frame: &OpenValue| match frame {
            OpenValue::Dict(key) => *key,
            OpenValue::Array(_) => None,
        };
        let Some((last, outer)) = self.stack.split_last() else { return };
        let is_pictures = |word: &Word| word.is(b"XObject");
        match key(last) {
            Some(name) if is_pictures(&name) => self.pictures.push(Picture::Names(number)),
            Some(name)
                if outer.last().map_or(self.names_pictures, |outer| key(outer).as_ref().is_some_and(is_pictures)) =>
            {
                self.pictures.push(Picture::Named(name, number));
            }
            _ => {}
        }
    }

    fn name(&mut self, name: Word) {
        match self.stack.last_mut() {
            Some(OpenValue::Dict(key @ None)) => *key = Some(name),
            _ => self.value(PdfValue::Name(name)),
        }
    }

    fn open(&mut self, frame: OpenValue) {
        self.stack.push(frame);
    }

    fn close(&mut self, array: bool, at: u64) {
        if array && matches!(self.stack.last(), Some(OpenValue::Dict(_))) {
            // Readers treat the bracket as a value.
            self.odd_at(at);
            self.value(PdfValue::Damaged);
            return;
        }
        let Some(frame) = self.stack.pop() else {
            self.odd_at(at);
            return;
        };
        let value = match frame {
            OpenValue::Array(values) => {
                if !array {
                    self.odd_at(at);
                    self.mismatched = true;
                }
                PdfValue::Array(values)
            }
            OpenValue::Dict(key) => {
                if key.is_some() {
                    self.odd_at(at);
                    self.mismatched = true;
                }
                if self.stack.is_empty() {
                    let dict = std::mem::take(&mut self.dict);
                    self.done.get_or_insert(Body::Dict(dict));
                    return;
                }
                PdfValue::Dict
            }
        };
        self.value(value);
    }

    fn end(self, behind: Word, inside: Broken, bad_escape: Option<u64>) -> Result<PdfObject, Broken> {
        if !self.stack.is_empty() {
            return Err(inside);
        }
        let body = match self.done {
            Some(body) => body,
            // `1 0 obj endobj` is a null object, although nobody should write it.
            None if behind.is(b"endobj") => Body::Other,
            None => return Err(if inside == Broken::Ends { Broken::Ends } else { Broken::Missing }),
        };
        let Self { odd, mismatched, pictures, .. } = self;
        Ok(PdfObject { body, behind, odd, mismatched, bad_escape, pictures })
    }
}
