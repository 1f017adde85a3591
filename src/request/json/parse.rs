//! The parser: one pass over the bytes, with a state instead of a call stack.

use std::cell::Cell;

use super::error::{ErrorKind, SyntaxError};
use super::{BROKEN, CROWDED, Document, ESCAPED, NO_TINT, NONE, Node, OPEN, ValueKind, bit, tint};
use crate::text::{Span, bounds::TEXT_VALUES, count};

/// The most faults reported; the tree is built anyway.
const MOST_ERRORS: usize = 64;
/// A mistake in more places is reported without edits.
const MOST_EDITS: usize = 4_096;

/// A value in a request usually takes at least this many bytes of text; memory is reserved on that basis.
const BYTES_PER_VALUE: usize = 16;
const MOST_EXPECTED: usize = 64;

thread_local! {
    /// The memory of a dropped tree, for the next one.
    static SPARE: Cell<Vec<Node>> = const { Cell::new(Vec::new()) };
}

/// Keeps the memory of a small tree.
pub(super) fn give_back(mut nodes: Vec<Node>) {
    const MOST_KEPT: usize = 4_096;
    if (1..=MOST_KEPT).contains(&nodes.capacity()) {
        nodes.clear();
        // A thread that is ending does not need it.
        let _ = SPARE.try_with(|spare| spare.set(nodes));
    }
}

/// What the grammar allows next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GrammarState {
    /// After `[`: a value or `]`.
    First,
    /// After `,` in an array, after `:`, and at the start: a value.
    Value,
    /// After `{`: a key or `}`.
    FirstKey,
    /// After `,` in an object: a key.
    Key,
    Colon,
    /// After a value: `,` or the closing bracket; at the end of the document nothing.
    After,
    Done,
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    base: usize,
    pub(super) at: usize,
    nodes: Vec<Node>,
    pub(super) errors: Vec<SyntaxError>,
    /// The innermost open array or object.
    open: u32,
    objects: u32,
    arrays: u32,
    deepest: (u32, u32),
    /// The key of the next value, and its flags.
    pub(super) key: Option<(u32, u32, u8)>,
    comma: usize,
    /// The end of the previous value.
    pub(super) last_end: usize,
    /// The parser has guessed and nothing has confirmed the guess yet: apparent errors may be its consequences.
    guessing: bool,
    /// The number of correct members or elements in a row since the last guess.
    calm: u8,
    /// The parser has guessed: mismatched brackets later may be a consequence.
    doubt: bool,
    crowded: bool,
}

pub(super) fn parse(text: &str, base: usize) -> Document<'_> {
    let mut parser = Parser::new(text, base);
    let mut state = GrammarState::Value;
    parser.begin();
    while parser.step(&mut state) {}
    parser.finish(state)
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, base: usize) -> Self {
        let mut nodes = SPARE.take();
        nodes.reserve((text.len() / BYTES_PER_VALUE).min(MOST_EXPECTED));
        Self {
            text,
            bytes: text.as_bytes(),
            base,
            at: 0,
            nodes,
            errors: Vec::new(),
            open: NONE,
            objects: 0,
            arrays: 0,
            deepest: (0, NONE),
            key: None,
            comma: 0,
            last_end: 0,
            guessing: false,
            calm: 0,
            doubt: false,
            crowded: false,
        }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start, self.base + end)
    }

    /// Reports a fault, unless it may be the consequence of a guess; returns it so that the caller can add to it.
    pub(super) fn fail(
        &mut self,
        kind: ErrorKind,
        start: usize,
        end: usize,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Option<&mut SyntaxError> {
        if kind.is_dialect() {
            // Only the first of its kind becomes an error; the others are counted there.
            if let Some(at) = self.errors.iter().position(|error| error.kind == kind) {
                let error = &mut self.errors[at];
                error.count += 1;
                return Some(error);
            }
        }
        let bracket = matches!(kind, ErrorKind::WrongBracket | ErrorKind::Unclosed | ErrorKind::TrailingText);
        if self.guessing || self.doubt && bracket {
            self.calm = 0;
            return None;
        }
        if self.errors.len() >= MOST_ERRORS {
            return None;
        }
        let span = self.span(start, end);
        let (message, edits) = (message.into(), Vec::new());
        self.errors.push(SyntaxError { kind, span, message, help: None, related: None, count: 1, edits });
        self.errors.last_mut()
    }

    /// Records that the following text may be misread.
    pub(super) fn guess(&mut self) {
        (self.guessing, self.doubt, self.calm) = (true, true, 0);
    }

    /// Handles what may precede the first value.
    pub(super) fn begin(&mut self) {
        if self.text.len() >= NONE as usize {
            self.fail(ErrorKind::TooLarge, 0, 0, "the text is longer than 4 GiB, the limit for one document");
            self.guess();
            self.at = self.text.len();
        } else if self.text.starts_with('\u{feff}') {
            let span = self.span(0, 3);
            if let Some(error) = self.fail(ErrorKind::ByteOrderMark, 0, 3, "the text begins with a byte order mark") {
                error.help = Some("save it as UTF-8 without BOM".into());
                error.edits.push((span, String::new()));
            }
            self.at = 3;
        }
    }

    /// Reads the next piece of the grammar; false at the end.
    #[inline]
    pub(super) fn step(&mut self, state: &mut GrammarState) -> bool {
        self.space();
        let Some(byte) = self.bytes.get(self.at).copied() else { return false };
        if self.nodes.len() >= TEXT_VALUES {
            let most = count(TEXT_VALUES as u64);
            let message = format!("more than {most} values in one document; the rest is not read");
            let at = self.at;
            self.fail(ErrorKind::TooLarge, at, self.text.ceil_char_boundary(at + 1), message);
            self.guess();
            return false;
        }
        *state = match *state {
            GrammarState::First | GrammarState::Value => self.value(byte, *state == GrammarState::First),
            GrammarState::FirstKey | GrammarState::Key => self.key(byte, *state == GrammarState::FirstKey),
            GrammarState::Colon => self.colon(byte),
            GrammarState::After => self.after(byte),
            GrammarState::Done => return false,
        };
        true
    }

    pub(super) fn finish(mut self, state: GrammarState) -> Document<'t> {
        self.end(state);
        self.errors.sort_by_key(|error| error.span.start);
        let Self { text, base, nodes, errors, deepest, doubt, crowded, .. } = self;
        Document { text, base, nodes, errors, depth: deepest.0, deepest: deepest.1, doubt, crowded }
    }

    /// Drops the tree of the element of the top-level array that just ended; returns its position.
    pub(super) fn let_go(&mut self, state: GrammarState) -> Option<(usize, usize)> {
        if self.open != 0 || state != GrammarState::After {
            return None;
        }
        let start = self.nodes.get(1)?.begin();
        self.nodes.truncate(1);
        self.deepest.1 = 0;
        Some((start as usize, self.last_end))
    }

    /// Most writers put one space or none between two tokens.
    #[inline]
    fn space(&mut self) {
        self.at += usize::from(self.bytes.get(self.at) == Some(&b' '));
        if self.bytes.get(self.at).is_some_and(|byte| *byte <= b' ' || matches!(byte, b'/' | b'#')) {
            self.spaces();
        }
    }

    /// Skips white space, and comments, which JSON does not allow.
    fn spaces(&mut self) {
        loop {
            while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
                self.at += 1;
            }
            let rest = &self.bytes[self.at..];
            let len = match rest {
                [b'/', b'*', inner @ ..] => memchr::memmem::find(inner, b"*/").map_or(rest.len(), |at| at + 4),
                [b'/', b'/', ..] | [b'#', ..] => memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()),
                _ => return,
            };
            let (start, end) = (self.at, self.at + len);
            let span = self.span(start, end);
            if let Some(error) = self.fail(ErrorKind::Comment, start, end, "JSON has no comments") {
                add_edit(error, span, String::new());
                error.help = Some("remove the comment".into());
            }
            self.at = end;
        }
    }

    /// Adds a value that ends at `end`; arrays and objects are filled later.
    fn push(&mut self, kind: ValueKind, start: usize, end: usize, flags: u8) -> u32 {
        let at = self.nodes.len() as u32;
        // A value in an object whose key is lost gets an empty one.
        let (key, key_end, key_flags) = match self.key.take() {
            Some(key) => key,
            None if self.in_object() => (start as u32, start as u32, BROKEN),
            None => (NONE, NONE, 0),
        };
        let tint = if key_flags == 0 { self.tint(key as usize, key_end as usize) } else { NO_TINT };
        if let Some(parent) = self.nodes.get_mut(self.open as usize) {
            let crowded = parent.keys & bit(tint) != 0 && parent.kind == ValueKind::Object;
            self.crowded |= crowded;
            parent.flags |= if crowded { CROWDED } else { 0 };
            parent.keys |= bit(tint);
        }
        self.nodes.push(Node {
            start: start as u32,
            end: end as u32,
            key,
            key_end,
            parent: self.open,
            next: at + 1,
            kind,
            flags: flags | key_flags,
            tint,
            keys: 0,
        });
        self.last_end = end;
        at
    }

    /// The tint of a quoted key; none for one without quotes or with others.
    fn tint(&self, key: usize, end: usize) -> u16 {
        match self.bytes.get(key..end) {
            Some([b'"', inner @ .., b'"']) => tint(inner),
            _ => NO_TINT,
        }
    }

    pub(super) fn scalar(&mut self, kind: ValueKind, end: usize, flags: u8) -> GrammarState {
        self.push(kind, self.at, end, flags);
        self.at = end;
        GrammarState::After
    }

    /// Handles a missing value.
    fn nothing(&mut self) {
        let end = self.last_end.max(self.key.map_or(0, |(_, end, _)| end as usize));
        self.push(ValueKind::Null, end, end, BROKEN);
    }

    pub(super) fn mark_open(&mut self) {
        if let Some(node) = self.nodes.get_mut(self.open as usize) {
            node.flags |= BROKEN;
        }
    }

    pub(super) fn value(&mut self, byte: u8, first: bool) -> GrammarState {
        match byte {
            b'{' if self.template() => GrammarState::After,
            b'{' | b'[' => {
                let object = byte == b'{';
                let kind = if object { ValueKind::Object } else { ValueKind::Array };
                self.open = self.push(kind, self.at, self.at + 1, 0);
                *(if object { &mut self.objects } else { &mut self.arrays }) += 1;
                if self.objects + self.arrays > self.deepest.0 {
                    self.deepest = (self.objects + self.arrays, self.open);
                }
                self.at += 1;
                if object { GrammarState::FirstKey } else { GrammarState::First }
            }
            b'"' => {
                let (end, open, escaped) = self.string();
                let flags = if open { OPEN | BROKEN } else { 0 } | if escaped { ESCAPED } else { 0 };
                self.scalar(ValueKind::String, end, flags)
            }
            b'-' | b'0'..=b'9' | b'+' | b'.' => self.number(),
            b't' if self.word(b"true") => self.scalar(ValueKind::Bool, self.at + 4, 0),
            b'f' if self.word(b"false") => self.scalar(ValueKind::Bool, self.at + 5, 0),
            b'n' if self.word(b"null") => self.scalar(ValueKind::Null, self.at + 4, 0),
            b']' | b'}' if first && byte == b']' => self.close(byte),
            b']' | b'}' => {
                if self.key.is_some() {
                    self.missing_value();
                    self.nothing();
                } else if self.in_array() {
                    self.trailing_comma();
                }
                if self.open != NONE && self.in_array() != (byte == b']') {
                    self.guess();
                }
                self.close(byte)
            }
            b',' if self.key.is_some() => {
                self.missing_value();
                self.nothing();
                GrammarState::After
            }
            b',' if self.in_array() => self.extra_comma(GrammarState::Value),
            _ => self.unknown(),
        }
    }

    pub(super) fn in_array(&self) -> bool {
        self.nodes.get(self.open as usize).is_some_and(|node| node.kind == ValueKind::Array)
    }

    pub(super) fn in_object(&self) -> bool {
        self.nodes.get(self.open as usize).is_some_and(|node| node.kind == ValueKind::Object)
    }

    fn missing_value(&mut self) {
        let (start, end, _) = self.key.unwrap_or((self.at as u32, self.at as u32, 0));
        let key = self.text.get(start as usize..end as usize).unwrap_or("");
        let message = if key.len() <= 64 { format!("{key} has no value") } else { "a key has no value".to_owned() };
        self.fail(ErrorKind::MissingValue, start as usize, end as usize, message);
    }

    pub(super) fn extra_comma(&mut self, state: GrammarState) -> GrammarState {
        let (at, span) = (self.at, self.span(self.at, self.at + 1));
        if let Some(error) = self.fail(ErrorKind::ExtraComma, at, at + 1, "a comma with nothing before it") {
            error.edits.push((span, String::new()));
            error.help = Some("remove it".into());
        }
        self.at += 1;
        state
    }

    pub(super) fn trailing_comma(&mut self) {
        let (at, span) = (self.comma, self.span(self.comma, self.comma + 1));
        let message = "a comma after the last element; JSON allows commas only between elements";
        if let Some(error) = self.fail(ErrorKind::TrailingComma, at, at + 1, message) {
            error.edits.push((span, String::new()));
            error.help = Some("remove the comma".into());
        }
    }

    fn colon(&mut self, byte: u8) -> GrammarState {
        if byte == b':' {
            self.at += 1;
            return GrammarState::Value;
        }
        let (start, end, _) = self.key.unwrap_or((self.at as u32, self.at as u32, 0));
        let message = match byte {
            b',' | b'}' | b']' => "a key without a value",
            b'=' => "`=` between key and value; JSON has a colon there",
            _ => "no colon between key and value",
        };
        let (from, to) = if byte == b'=' { (self.at, self.at + 1) } else { (start as usize, end as usize) };
        self.fail(ErrorKind::MissingColon, from, to, message);
        self.guess();
        match byte {
            b',' | b'}' | b']' => {
                self.nothing();
                GrammarState::After
            }
            b'=' => {
                self.at += 1;
                GrammarState::Value
            }
            _ => GrammarState::Value,
        }
    }

    fn after(&mut self, byte: u8) -> GrammarState {
        if self.open == NONE {
            return self.trailing_text(byte);
        }
        match byte {
            b',' => {
                // One comma ends the guessed part; the next one ends something read without doubt.
                self.calm = self.calm.saturating_add(1);
                self.guessing &= self.calm < 2;
                self.comma = self.at;
                self.at += 1;
            }
            b'}' | b']' => return self.close(byte),
            b';' => {
                let at = self.at;
                self.fail(ErrorKind::MissingComma, at, at + 1, "`;` where JSON has a comma");
                self.comma = at;
                self.at += 1;
            }
            b':' => {
                let at = self.at;
                let message =
                    if self.in_array() { "a colon in an array, which has no keys" } else { "a colon too many" };
                self.fail(ErrorKind::MissingKey, at, at + 1, message);
                self.guess();
                self.mark_open();
                self.at += 1;
                return GrammarState::Value;
            }
            _ if !self.begins(byte) => {
                let (at, end) = (self.at, self.junk_end());
                let message = format!("{} does not belong here", self.shown(at, end));
                self.fail(ErrorKind::UnknownWord, at, end, message);
                self.guess();
                self.mark_open();
                (self.at, self.last_end) = (end, end);
                return GrammarState::After;
            }
            _ => {
                let (at, span) = (self.last_end, self.span(self.last_end, self.last_end));
                if let Some(error) = self.fail(ErrorKind::MissingComma, at, at, "a comma is missing here") {
                    error.edits.push((span, ",".to_owned()));
                    error.help = Some("insert a comma after this".into());
                }
            }
        }
        if self.in_array() { GrammarState::Value } else { GrammarState::Key }
    }

    /// Whether the byte may begin the next element or member.
    fn begins(&self, byte: u8) -> bool {
        match byte {
            b'"' | b'\'' | b'`' => true,
            b'{' | b'[' | b'-' | b'0'..=b'9' => self.in_array(),
            b't' => self.in_array() && self.word(b"true"),
            b'f' => self.in_array() && self.word(b"false"),
            b'n' => self.in_array() && self.word(b"null"),
            byte => !self.in_array() && self.bare_key(byte).is_some() || byte >= 0x80 && self.quoted_oddly(),
        }
    }

    pub(super) fn close(&mut self, byte: u8) -> GrammarState {
        let array = byte == b']';
        let (at, name, wanted) = (self.at, char::from(byte), if array { self.arrays } else { self.objects });
        let fits = self.open != NONE && self.in_array() == array;
        if fits {
            // A matching bracket.
        } else if wanted > 0 {
            let opened = self.nodes.get(self.open as usize).map_or(0, |node| node.start as usize);
            let what = if array { "an object" } else { "an array" };
            let related = self.span(opened, opened + 1);
            let message = format!("{what} is not closed before this `{name}`");
            if let Some(error) = self.fail(ErrorKind::WrongBracket, at, at + 1, message) {
                error.related = Some((related, "opened here"));
            }
            self.guess();
            while self.open != NONE && self.in_array() != array {
                self.mark_open();
                self.pop(at);
            }
        } else {
            let message = if self.open == NONE {
                format!("`{name}` closes nothing")
            } else {
                format!("`{name}` instead of `{}`", if array { '}' } else { ']' })
            };
            self.fail(ErrorKind::WrongBracket, at, at + 1, message);
            self.guess();
            if self.open == NONE {
                return GrammarState::Done;
            }
        }
        self.at += 1;
        self.pop(self.at);
        GrammarState::After
    }

    fn pop(&mut self, end: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(self.open as usize) {
            (node.end, node.next) = (end as u32, next);
            let count = if node.kind == ValueKind::Array { &mut self.arrays } else { &mut self.objects };
            *count = count.saturating_sub(1);
            self.open = node.parent;
        }
        self.last_end = end;
    }

    fn trailing_text(&mut self, byte: u8) -> GrammarState {
        let (at, end) = (self.at, self.bytes.len());
        let first = at + self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        // Members after the end belong to the object, which one brace too many has closed.
        let rest = self.bytes[at..].strip_prefix(b",").unwrap_or(&self.bytes[at..]).trim_ascii_start();
        let closed_early = self.nodes.first().is_some_and(|node| node.kind == ValueKind::Object)
            && !matches!(rest.first(), None | Some(b'{' | b'[' | b'}' | b']'))
            && memchr::memmem::find(rest, b"\":").is_some();
        let (message, help) = match byte {
            _ if closed_early => ("the object is closed before this", "remove the closing brace before it"),
            b'{' | b'[' => (
                "a second document begins here",
                "a file contains one request, an array of requests, or JSON Lines with one request per line",
            ),
            b',' => (
                "text after the end of the document",
                "put several requests into an array `[…]`, or into a JSON Lines file without commas",
            ),
            b'}' | b']' => ("a closing bracket too many", "remove it"),
            _ => ("text after the end of the document", "remove it"),
        };
        if let Some(error) = self.fail(ErrorKind::TrailingText, at, first.min(end), message) {
            error.help = Some(help.into());
        }
        if closed_early {
            self.guess();
        }
        GrammarState::Done
    }

    fn end(&mut self, state: GrammarState) {
        if self.nodes.is_empty() && self.open == NONE && state == GrammarState::Value {
            let end = self.bytes.len();
            self.fail(ErrorKind::Empty, end, end, "the text is empty; there is no JSON value in it");
            return;
        }
        if state == GrammarState::Done && self.open == NONE {
            return;
        }
        let last = self.text.trim_end_matches([' ', '\n', '\r', '\t']).len();
        if self.key.is_some() {
            self.nothing();
        }
        if let Some(node) = self.nodes.get(self.open as usize) {
            let (opened, what) = (node.start as usize, if node.kind == ValueKind::Array { "array" } else { "object" });
            let related = self.span(opened, opened + 1);
            let message = format!("the text ends before the {what} is closed");
            if let Some(error) = self.fail(ErrorKind::Unclosed, last, last, message) {
                error.related = Some((related, "opened here"));
            }
        }
        while self.open != NONE {
            self.mark_open();
            self.pop(last.max(self.last_end));
        }
    }
}

/// Adds a replacement; a fault with too many replacements gets none.
pub(super) fn add_edit(error: &mut SyntaxError, span: Span, text: String) {
    if error.count > MOST_EDITS {
        error.edits.clear();
    } else {
        error.edits.push((span, text));
    }
}
