//! JSON (RFC 8259) for a linter and an editor: a tree that records the position of everything in the text.
//!
//! The parser accepts exactly RFC 8259. For any other text it also builds a tree, with the list of faults, so even a
//! half-typed draft has a tree. Nothing here recurses, so only the length of the text bounds the nesting. Memory is
//! bounded by a constant per byte of text (a node of 32 bytes needs at least one byte of text) and by a number of
//! values that no hand-written document reaches.
//!
//! Differences from `serde_json`: nesting is unlimited, numbers beyond the range of `f64` are accepted as RFC 8259
//! allows, and both values of a duplicate key are kept ([`Value::get`] returns the last one, as most services do).

pub mod digest;
mod double;
mod elements;
mod error;
mod habit;
mod key;
mod outline;
mod parse;
mod string;
#[cfg(test)]
mod tests;
mod token;
mod value;

use std::borrow::Cow;

pub use double::Duplicate;
pub use elements::{ArrayElement, Elements};
pub use error::{ErrorKind, SyntaxError};
pub use string::quote;
pub use value::Value;
use value::is_quote;

use crate::text::Span;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl ValueKind {
    /// The name in messages: `an object`, `a number`, `null`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

const NONE: u32 = u32::MAX;

/// The source of the value contains escapes.
const ESCAPED: u8 = 1;
const KEY_ESCAPED: u8 = 2;
/// The closing quote is missing.
const OPEN: u8 = 4;
const KEY_OPEN: u8 = 8;
/// The opening quote is missing.
const HALF: u8 = 32;
const KEY_HALF: u8 = 64;
/// The parser had to guess part of it.
const BROKEN: u8 = 16;
/// Two keys of the object may be equal: they share a [`bit`].
const CROWDED: u8 = 128;

/// A value in the arena. Nodes are in text order: the children of a node follow right after it.
#[derive(Clone, Copy, Debug)]
struct Node {
    start: u32,
    end: u32,
    /// The span of its key with quotes; [`NONE`] for array elements and the root.
    key: u32,
    key_end: u32,
    parent: u32,
    /// The index after the last node of its subtree, which is its next sibling if it has one.
    next: u32,
    kind: ValueKind,
    flags: u8,
    /// The [`tint`] of its key; [`NO_TINT`] without a key, and for a key with escapes.
    tint: u16,
    /// The [`bit`]s of the keys of an object.
    keys: u32,
}

/// The tint of a key that must be decoded before comparing it.
const NO_TINT: u16 = 0;

/// A hash of a key that distinguishes most keys without reading the text. Never [`NO_TINT`].
const fn tint(key: &[u8]) -> u16 {
    let len = key.len();
    if len == 0 {
        return u16::MAX;
    }
    let (first, middle, last) = (key[0] as u16, key[len / 2] as u16, key[len - 1] as u16);
    ((len as u16).wrapping_mul(0x2b) ^ (first << 9) ^ (middle << 5) ^ (last << 2)) | 1
}

/// The bit of a key: an object without it has no such key.
const fn bit(tint: u16) -> u32 {
    if tint == NO_TINT { u32::MAX } else { 1 << ((tint as u32).wrapping_mul(0x9e37_79b1) >> 27) }
}

impl Node {
    /// Where its member begins.
    fn begin(&self) -> u32 {
        if self.key == NONE { self.start } else { self.key }
    }
}

/// A text and its tree.
#[derive(Clone, Debug)]
pub struct Document<'t> {
    text: &'t str,
    base: usize,
    nodes: Vec<Node>,
    errors: Vec<SyntaxError>,
    depth: u32,
    deepest: u32,
    doubt: bool,
    /// Whether some object is [`CROWDED`].
    crowded: bool,
}

/// Parses a text.
#[must_use]
pub fn parse(text: &str) -> Document<'_> {
    parse_at(text, 0)
}

/// Parses a text that begins at byte `base` of a file; all spans refer to the file.
#[must_use]
pub fn parse_at(text: &str, base: usize) -> Document<'_> {
    parse::parse(text, base)
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member<'d> {
    /// Decoded.
    pub key: Cow<'d, str>,
    /// With its quotes.
    pub key_span: Span,
    pub value: Value<'d>,
}

impl Drop for Document<'_> {
    fn drop(&mut self) {
        parse::give_back(std::mem::take(&mut self.nodes));
    }
}

impl<'t> Document<'t> {
    /// The source.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Offset of the source in its file; all spans count from the start of the file.
    #[must_use]
    pub fn base(&self) -> usize {
        self.base
    }

    /// The outermost value; none if the text contains nothing that could be one.
    #[must_use]
    pub fn root(&self) -> Option<Value<'_>> {
        (!self.nodes.is_empty()).then_some(Value { document: self, at: 0, root: 0 })
    }

    /// The faults in text order; empty exactly if the text is JSON.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Whether the parser had to guess the structure somewhere. Then it is uncertain what belongs to which object, and
    /// a missing, unknown or duplicate field may only be a consequence of a syntax error.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.doubt
    }

    /// Whether the structure is complete and not guessed, so that a missing field is a separate fault and does not
    /// follow from a syntax error.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let ends = |kind| !matches!(kind, ErrorKind::Unclosed | ErrorKind::UnterminatedString | ErrorKind::TooLarge);
        !self.doubt && self.errors.iter().all(|error| ends(error.kind))
    }

    /// The maximum nesting: the number of open arrays and objects, and the innermost one.
    #[must_use]
    pub fn depth(&self) -> (usize, Option<Value<'_>>) {
        let deepest = (self.deepest != NONE).then_some(Value { document: self, at: self.deepest, root: 0 });
        (self.depth as usize, deepest)
    }

    /// The value at a JSON Pointer (RFC 6901).
    #[must_use]
    pub fn at_pointer(&self, pointer: &str) -> Option<Value<'_>> {
        self.root()?.at_pointer(pointer)
    }

    /// The innermost value that contains a byte of the file, including its key and its end.
    #[must_use]
    pub fn value_at_offset(&self, offset: usize) -> Option<Value<'_>> {
        let offset = u32::try_from(offset.checked_sub(self.base)?).ok()?;
        let mut at = self.nodes.partition_point(|node| node.begin() <= offset).checked_sub(1)?;
        while let Some(node) = self.nodes.get(at) {
            if offset <= node.end {
                return Some(Value { document: self, at: at as u32, root: 0 });
            }
            at = node.parent as usize;
        }
        None
    }

    /// The text of a span of this document; empty for a foreign span.
    #[must_use]
    pub fn source(&self, span: Span) -> &'t str {
        let (start, end) = (span.start.checked_sub(self.base), span.end.checked_sub(self.base));
        start.zip(end).and_then(|(start, end)| self.text.get(start..end)).unwrap_or("")
    }
}
