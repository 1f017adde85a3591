//! The faults of a text that should be JSON.

use std::borrow::Cow;

use crate::text::Span;

/// The kinds of faults; each names one thing that RFC 8259 does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    Empty,
    TooLarge,
    ByteOrderMark,
    Comment,
    /// `'…'`, `` `…` `` or typographic quotes.
    WrongQuotes,
    UnquotedKey,
    /// A word that is not JSON: `True`, `None`, `undefined`, `NaN`, or any other run of characters.
    UnknownWord,
    /// `{{ … }}` or `${…}` in place of a value.
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
    /// `]` instead of `}`, or vice versa, or a bracket that closes nothing.
    WrongBracket,
    /// Text after the end of the document.
    TrailingText,
}

impl ErrorKind {
    /// Whether this is a habit of writing, wrong in the same way everywhere and reported once with the number of
    /// places.
    pub(super) fn is_dialect(self) -> bool {
        matches!(self, Self::Comment | Self::WrongQuotes | Self::UnquotedKey)
    }
}

/// One fault of syntax.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    pub kind: ErrorKind,
    /// The place of the fault; empty if something is missing.
    pub span: Span,
    /// One line, lower case, no full stop.
    pub message: Cow<'static, str>,
    pub help: Option<Cow<'static, str>>,
    /// A related place, with a few words.
    pub related: Option<(Span, &'static str)>,
    /// The number of places; above 1 only for faults reported once ([`ErrorKind::Comment`] and the like).
    pub count: usize,
    /// The edits that fix all places, if the meaning is clear.
    pub edits: Vec<(Span, String)>,
}
