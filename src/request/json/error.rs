//! What is wrong with a text that should be JSON.

use std::borrow::Cow;

use crate::text::Span;

/// The kinds of fault; each names one thing that RFC 8259 does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    Empty,
    TooLarge,
    ByteOrderMark,
    Comment,
    /// `'…'`, `` `…` `` or typographic quotes.
    WrongQuotes,
    UnquotedKey,
    /// A word that JSON does not know: `True`, `None`, `undefined`, `NaN`, or any other run of characters.
    UnknownWord,
    /// `{{ … }}` or `${…}` where a value should stand.
    Template,
    BadNumber,
    ControlCharacter,
    BadEscape,
    LoneSurrogate,
    UnterminatedString,
    TrailingComma,
    MissingComma,
    ExtraComma,
    MissingColon,
    MissingKey,
    MissingValue,
    /// The text ends within an array or an object.
    Unclosed,
    /// `]` where `}` is due, or the other way round, or where nothing is open.
    WrongBracket,
    /// Something stands after the end of the document.
    TrailingText,
}

impl ErrorKind {
    /// Another habit of writing, which is wrong in the same way everywhere: told once, with the number of places.
    pub(super) fn is_dialect(self) -> bool {
        matches!(self, Self::Comment | Self::WrongQuotes | Self::UnquotedKey)
    }
}

/// One fault of syntax.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    pub kind: ErrorKind,
    /// Where it is; empty where something is missing.
    pub span: Span,
    /// One line, lower case, no full stop.
    pub message: Cow<'static, str>,
    pub help: Option<Cow<'static, str>>,
    /// Another place that belongs to it, with a few words.
    pub related: Option<(Span, &'static str)>,
    /// In how many places; above 1 only for faults that are told once ([`ErrorKind::Comment`] and the like).
    pub count: usize,
    /// The replacements that mend all of the places, where the meaning is beyond doubt.
    pub edits: Vec<(Span, String)>,
}
