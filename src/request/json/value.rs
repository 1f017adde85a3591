//! A value of the tree: its type, its position, its parent, its content.

use std::borrow::Cow;

use super::string::{DecodedString, decode};
use super::{
    BROKEN, CROWDED, Document, ESCAPED, HALF, KEY_ESCAPED, KEY_HALF, KEY_OPEN, Member, NO_TINT, NONE, Node, OPEN,
    ValueKind, bit, tint,
};
use crate::text::{Span, same};

/// A value of a [`Document`]. Small and cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) at: u32,
    /// The value at which pointers begin.
    pub(super) root: u32,
}

impl PartialEq for Value<'_> {
    /// Whether both are the same place of the same document.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.at == other.at
    }
}

impl<'d> Value<'d> {
    pub(super) fn node(self) -> &'d Node {
        // This document made the index, like all of them.
        &self.document.nodes[self.at as usize]
    }

    pub(super) fn sibling(self, at: u32) -> Self {
        Self { at, ..self }
    }

    fn spanned(self, start: u32, end: u32) -> Span {
        Span::new(self.document.base + start as usize, self.document.base + end as usize)
    }

    #[must_use]
    pub fn document(self) -> &'d Document<'d> {
        self.document
    }

    #[must_use]
    pub fn kind(self) -> ValueKind {
        self.node().kind
    }

    /// The span of the value, with quotes and brackets.
    #[must_use]
    pub fn span(self) -> Span {
        self.spanned(self.node().start, self.node().end)
    }

    /// The source of the value, with quotes and brackets.
    #[must_use]
    pub fn raw(self) -> &'d str {
        self.document.text.get(self.node().start as usize..self.node().end as usize).unwrap_or("")
    }

    /// Whether its text is not JSON, or something was missing. It is then only a guess of the parser, and nothing about
    /// it is reliable.
    #[must_use]
    pub fn is_broken(self) -> bool {
        self.node().flags & BROKEN != 0
    }

    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == ValueKind::Null
    }

    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == ValueKind::Bool).then(|| self.raw().starts_with(['t', 'T']))
    }

    /// The source between the quotes.
    #[inline]
    fn content(self) -> Option<&'d str> {
        let node = self.node();
        (node.kind == ValueKind::String)
            .then(|| quoted(self.document.text, node.start, node.end, node.flags, OPEN | HALF))
    }

    /// The decoded text of a string; unpaired surrogates become U+FFFD.
    #[must_use]
    #[inline]
    pub fn as_str(self) -> Option<Cow<'d, str>> {
        self.content().map(|content| decode(content, self.is_escaped()))
    }

    fn is_escaped(self) -> bool {
        self.node().flags & ESCAPED != 0
    }

    /// The source of a number.
    #[must_use]
    pub fn number_text(self) -> Option<&'d str> {
        (self.kind() == ValueKind::Number).then(|| self.raw())
    }

    /// The nearest `f64`: infinite beyond its range, none for something that is not a number (`NaN`).
    #[must_use]
    pub fn number(self) -> Option<f64> {
        let text = self.number_text()?;
        text.parse().ok().filter(|number: &f64| !number.is_nan())
    }

    /// Whether the value of the number is whole, however it is written: `30`, `30.0`, `3e1`.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.number_text().is_some_and(is_whole)
    }

    /// The digits of a number written as a whole one: `30`, not `30.0`.
    #[must_use]
    pub fn integer_text(self) -> Option<&'d str> {
        self.number_text().filter(|text| !text.contains(['.', 'e', 'E']))
    }

    /// The elements of an array; nothing for any other type.
    pub fn items(self) -> impl Iterator<Item = Value<'d>> + Clone {
        let array = self.kind() == ValueKind::Array;
        self.children().filter(move |_| array)
    }

    /// The members of an object in text order, including duplicates; nothing for any other type.
    pub fn members(self) -> impl Iterator<Item = Member<'d>> + Clone {
        let object = self.kind() == ValueKind::Object;
        self.children().filter(move |_| object).map(Value::member)
    }

    /// The direct values of an array or an object, in text order.
    pub fn children(self) -> impl Iterator<Item = Value<'d>> + Clone {
        let (first, end) = (self.at + 1, self.node().next);
        std::iter::successors((first < end).then_some(first), move |at| {
            let next = self.sibling(*at).node().next;
            (next < end).then_some(next)
        })
        .map(move |at| self.sibling(at))
    }

    /// The number of direct values.
    #[must_use]
    pub fn len(self) -> usize {
        self.children().count()
    }

    /// Whether it contains no value.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.children().next().is_none()
    }

    pub(super) fn member(self) -> Member<'d> {
        Member { key: self.key().unwrap_or_default(), key_span: self.key_span().unwrap_or(self.span()), value: self }
    }

    /// The member with this key; of several the last, which parsers keep.
    #[must_use]
    #[inline]
    pub fn get(self, key: &str) -> Option<Value<'d>> {
        let (node, tint) = (self.node(), tint(key.as_bytes()));
        if node.kind == ValueKind::Object && node.keys & bit(tint) != 0 { self.find(key, tint) } else { None }
    }

    fn find(self, key: &str, wanted: u16) -> Option<Value<'d>> {
        let (parent, text) = (self.node(), self.document.text.as_bytes());
        // Limit the slice to this object, so that an index past it is out of range.
        let nodes = self.document.nodes.get(..parent.next as usize)?;
        let is_it = |at: usize, node: &Node| match node.tint {
            NO_TINT => self.sibling(at as u32).key_is(key),
            tint if tint != wanted => false,
            _ => text
                .get(node.key as usize + 1..node.key_end as usize - 1)
                .is_some_and(|source| same(source, key.as_bytes())),
        };
        let (mut at, mut found) = (self.at as usize + 1, None);
        while let Some(node) = nodes.get(at) {
            if is_it(at, node) {
                found = Some(self.sibling(at as u32));
                if parent.flags & CROWDED == 0 {
                    break;
                }
            }
            at = node.next as usize;
        }
        found
    }

    #[inline]
    fn key_source(self) -> Option<&'d str> {
        let node = self.node();
        if node.tint != NO_TINT {
            return self.document.text.get(node.key as usize + 1..node.key_end as usize - 1);
        }
        if node.key == NONE {
            return None;
        }
        let (open, half) = (node.flags & KEY_OPEN != 0, node.flags & KEY_HALF != 0);
        let flags = if open { OPEN } else { 0 } | if half { HALF } else { 0 };
        Some(quoted(self.document.text, node.key, node.key_end, flags, OPEN | HALF))
    }

    fn key_is(self, key: &str) -> bool {
        match self.key_source() {
            Some(source) if self.node().flags & KEY_ESCAPED == 0 => source == key,
            _ => self.key().is_some_and(|own| own == key),
        }
    }

    /// The decoded key of this value in its object.
    #[must_use]
    #[inline]
    pub fn key(self) -> Option<Cow<'d, str>> {
        Some(decode(self.key_source()?, self.node().flags & KEY_ESCAPED != 0))
    }

    /// The key of this value in its object, with quotes.
    #[must_use]
    pub fn key_span(self) -> Option<Span> {
        let node = self.node();
        (node.key != NONE).then(|| self.spanned(node.key, node.key_end))
    }

    /// The array or object around this value; none for the root.
    #[must_use]
    pub fn parent(self) -> Option<Value<'d>> {
        let parent = self.node().parent;
        (self.at != self.root && parent != NONE).then(|| self.sibling(parent))
    }

    /// The same value as the root of its own pointers, for a record of a manifest. [`parent`](Self::parent) stops here,
    /// and pointers of inner values begin here.
    #[must_use]
    pub fn as_root(self) -> Value<'d> {
        Self { root: self.at, ..self }
    }

    /// The root at which its pointer begins.
    #[must_use]
    pub fn root(self) -> Value<'d> {
        self.sibling(self.root)
    }

    /// Its 0-based index in its array.
    #[must_use]
    pub fn index(self) -> Option<usize> {
        let parent = self.parent().filter(|parent| parent.kind() == ValueKind::Array)?;
        parent.children().position(|child| child.at == self.at)
    }

    /// The JSON Pointer (RFC 6901) from the root; empty for the root itself.
    #[must_use]
    pub fn pointer(self) -> String {
        self.pointer_from(self.root())
    }

    /// The JSON Pointer relative to an enclosing value.
    #[must_use]
    pub fn pointer_from(self, root: Value<'_>) -> String {
        let own = Self { root: root.at, ..self };
        let chain =
            || std::iter::successors(Some(own), |value| value.parent()).take_while(|value| value.parent().is_some());
        let mut values: Vec<Value<'d>> = Vec::with_capacity(chain().count());
        values.extend(chain());
        let mut pointer = String::new();
        for value in values.into_iter().rev() {
            pointer.push('/');
            match value.key() {
                Some(key) if key.contains(['~', '/']) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Some(key) => pointer.push_str(&key),
                None => pointer.push_str(&value.index().unwrap_or_default().to_string()),
            }
        }
        pointer
    }

    /// Writes the JSON Pointer into `buffer` and returns its length. None if the buffer is too small, or if a key needs
    /// decoding or escaping.
    pub fn write_pointer(self, buffer: &mut [u8]) -> Option<usize> {
        let mut start = buffer.len();
        let mut value = self;
        while let Some(parent) = value.parent() {
            let digits = value.index().map(|index| index.to_string());
            let token = match &digits {
                Some(digits) => digits.as_str(),
                None => value.key_source().filter(|_| value.node().flags & KEY_ESCAPED == 0)?,
            };
            if token.contains(['~', '/']) {
                return None;
            }
            start = start.checked_sub(token.len() + 1)?;
            buffer[start] = b'/';
            buffer[start + 1..=start + token.len()].copy_from_slice(token.as_bytes());
            value = parent;
        }
        buffer.copy_within(start.., 0);
        Some(buffer.len() - start)
    }

    /// The value at a JSON Pointer relative to this value.
    #[must_use]
    pub fn at_pointer(self, pointer: &str) -> Option<Value<'d>> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut value = self;
        for token in pointer.strip_prefix('/')?.split('/') {
            value = match value.kind() {
                ValueKind::Object => value.get(&token.replace("~1", "/").replace("~0", "~"))?,
                ValueKind::Array if token == "0" || !token.starts_with('0') => {
                    value.children().nth(token.parse().ok()?)?
                }
                _ => return None,
            };
        }
        Some(value)
    }

    /// Whether its key is missing in the text.
    pub(super) fn is_keyless(self) -> bool {
        self.key_span().is_some_and(|span| span.start == span.end)
    }

    fn decoded(self) -> DecodedString<'d> {
        DecodedString::new(self.content().unwrap_or(""))
    }

    /// The length of the decoded string in Unicode code points; 0 for other types.
    #[must_use]
    pub fn code_points(self) -> usize {
        if self.is_escaped() { self.decoded().count() } else { self.content().unwrap_or("").chars().count() }
    }

    /// The length of the decoded string in UTF-16 code units.
    #[must_use]
    pub fn utf16_len(self) -> usize {
        self.decoded().map(|(_, c)| c.len_utf16()).sum()
    }

    /// The length of the decoded string in UTF-8 bytes.
    #[must_use]
    pub fn utf8_len(self) -> usize {
        if self.is_escaped() {
            self.decoded().map(|(_, c)| c.len_utf8()).sum()
        } else {
            self.content().unwrap_or("").len()
        }
    }

    /// The source bytes of the decoded text from its `n`-th code point (0-based) to its end, without the quote.
    #[must_use]
    pub fn span_from(self, n: usize) -> Span {
        self.span_between(n, usize::MAX)
    }

    /// The source bytes of the decoded text from its `start`-th code point to before its `end`-th.
    #[must_use]
    pub fn span_between(self, start: usize, end: usize) -> Span {
        let Some(content) = self.content() else { return self.span() };
        let at = |n: usize| {
            if n == usize::MAX { content.len() } else { self.decoded().nth(n).map_or(content.len(), |(at, _)| at) }
        };
        let (start, end) = (at(start), at(end));
        let base = self.document.base + self.content_start();
        Span::new(base + start, base + end.max(start))
    }

    /// The source bytes of the bytes `start..end` of the decoded text, such as part of a URL.
    #[must_use]
    pub fn span_of_bytes(self, start: usize, end: usize) -> Span {
        let Some(content) = self.content() else { return self.span() };
        let base = self.document.base + self.content_start();
        if !self.is_escaped() {
            let end = content.floor_char_boundary(end);
            return Span::new(base + content.floor_char_boundary(start).min(end), base + end);
        }
        let mut decoded = 0;
        let (mut from, mut to) = (content.len(), content.len());
        for (at, c) in self.decoded() {
            if decoded <= start {
                from = at;
            }
            if decoded >= end {
                to = at;
                break;
            }
            decoded += c.len_utf8();
        }
        if start >= decoded && to == content.len() {
            from = content.len();
        }
        Span::new(base + from.min(to), base + to)
    }

    /// Offset of the content in the text of the document.
    fn content_start(self) -> usize {
        let half = self.node().flags & HALF != 0;
        let quote = self.raw().chars().next().filter(|c| !half && is_quote(*c)).map_or(0, char::len_utf8);
        self.node().start as usize + quote
    }
}

/// Characters that people use as quotes; only the first is valid.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '„' | '«' | '»')
}

/// The token from `start` to `end` without its quotes; `odd` marks one that lacks some.
#[inline]
fn quoted(text: &str, start: u32, end: u32, flags: u8, odd: u8) -> &str {
    let (start, end) = (start as usize, end as usize);
    if flags & odd == 0
        && end - start >= 2
        && text.as_bytes().get(start) == Some(&b'"')
        && let Some(inner) = text.get(start + 1..end - 1)
    {
        return inner;
    }
    unquoted(text.get(start..end).unwrap_or(""), flags & OPEN != 0, flags & HALF != 0)
}

/// A token without its quotes; a bare word is its own content. `open`: the closing quote is missing, `half`: the
/// opening one.
fn unquoted(token: &str, open: bool, half: bool) -> &str {
    let mut chars = token.chars();
    if half {
        return token.strip_suffix('"').unwrap_or(token);
    }
    if !chars.next().is_some_and(is_quote) {
        return token;
    }
    if !open {
        chars.next_back();
    }
    chars.as_str()
}

/// Whether the value of a JSON number is whole; exact for any number of digits.
fn is_whole(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '+']);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() || !mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return false;
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() && whole.bytes().all(|byte| byte == b'0') {
        return true;
    }
    let huge = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let exponent: i64 = exponent.parse().unwrap_or(huge);
    if exponent >= 0 {
        return fraction.len() as u64 <= exponent.unsigned_abs();
    }
    let zeros = whole.len() - whole.trim_end_matches('0').len();
    fraction.is_empty() && zeros as u64 >= exponent.unsigned_abs()
}
