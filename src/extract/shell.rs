//! Splits shell text into simple commands: words as the shell reads them, each with its place.
//!
//! This follows POSIX quoting, ANSI-C quotes and here-documents. It runs nothing: variables, command substitutions and
//! arithmetic are unknown values, except for a variable that the same text sets to literal words, and `$(cat <<EOF …)`.

use std::collections::HashMap;

use super::strand::Strand;
use crate::request::piece::Quote;
use crate::text::Span;

/// A word of a command.
#[derive(Clone, Debug, Default)]
pub struct ShellWord {
    pub strand: Strand,
    /// How to write new text into it.
    pub style: Quoting,
}

/// The quoting of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quoting {
    #[default]
    Bare,
    Single,
    Double,
    /// Several of these, or ANSI-C quotes: new text cannot be written into them.
    Mixed,
    /// A here-document with expansion of `$`.
    Here,
    /// A here-document without expansion.
    Raw,
}

impl Quoting {
    /// Writes new text into a word of this style.
    pub fn quote(self) -> Quote {
        match self {
            Self::Single => |text| Some(text.replace('\'', r"'\''")),
            Self::Double => |text| Some(backslashed(text, "\"\\$`")),
            Self::Here => |text| Some(backslashed(text, "\\$`")),
            Self::Raw => |text| Some(text.to_owned()),
            // Numbers and words that need no quoting.
            Self::Bare | Self::Mixed => |text| is_plain(text).then(|| text.to_owned()),
        }
    }

    fn and(self, other: Self, is_first: bool) -> Self {
        if is_first || self == other { other } else { Self::Mixed }
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

fn backslashed(text: &str, special: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if special.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A simple command.
#[derive(Clone, Debug, Default)]
pub struct ShellCommand {
    pub words: Vec<ShellWord>,
    /// The here-document or here-string on its standard input.
    pub input: Option<ShellWord>,
}

impl ShellCommand {
    /// From its first to its last word.
    pub fn span(&self) -> Option<Span> {
        let mut spans = self.words.iter().filter_map(|word| word.strand.span());
        let first = spans.next()?;
        Some(spans.fold(first, |all, span| Span::new(all.start.min(span.start), all.end.max(span.end))))
    }
}

/// Command substitutions deeper than this are not looked into.
const DEEPEST: usize = 4;

/// The most bytes of substituted variables in total.
const MOST_COPIED: usize = 4 << 20;

/// The most words of a command; the rest of a longer one is dropped.
const MOST_WORDS: usize = 20_000;

/// The simple commands of a text that `keep` chooses by their words.
pub fn commands(text: &str, keep: fn(&[ShellWord]) -> bool) -> Vec<ShellCommand> {
    let mut reader = ShellReader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        depth: 0,
        keep,
        waiting: Vec::new(),
        begun: 0,
        known: HashMap::new(),
        copied: 0,
    };
    reader.list(text.len())
}

/// A here-document whose body begins after the current line.
struct Waiting {
    delimiter: String,
    raw: bool,
    tabs: bool,
    /// The index of its command in the list; none if that is not kept.
    command: Option<usize>,
}

struct ShellReader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    keep: fn(&[ShellWord]) -> bool,
    waiting: Vec<Waiting>,
    /// How many of those belong to earlier commands.
    begun: usize,
    /// Variables that were set to literal words.
    known: HashMap<String, ShellWord>,
    /// Bytes of variables substituted so far.
    copied: usize,
}

impl ShellReader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Reads commands up to `end` or to an unmatched closing parenthesis.
    fn list(&mut self, end: usize) -> Vec<ShellCommand> {
        let mut done: Vec<ShellCommand> = Vec::new();
        let mut command = ShellCommand::default();
        let mut nested = 0_usize;
        while self.at < end {
            let Some(byte) = self.peek() else { break };
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                // `^` is the continuation of the Windows command prompt.
                b'\\' | b'^' if self.peek_at(1) == Some(b'\n') => self.at += 2,
                b'\\' | b'^' if self.peek_at(1) == Some(b'\r') && self.peek_at(2) == Some(b'\n') => self.at += 3,
                b'#' => self.at = memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(end, |len| self.at + len),
                b'\n' => {
                    self.at += 1;
                    self.end_command(&mut command, &mut done);
                    self.here_documents(&mut done);
                }
                b';' | b'|' | b'&' => {
                    self.at += 1;
                    self.end_command(&mut command, &mut done);
                }
                b'(' => {
                    self.at += 1;
                    nested += 1;
                    self.end_command(&mut command, &mut done);
                }
                b')' if nested == 0 && self.depth > 0 => break,
                b')' => {
                    self.at += 1;
                    nested = nested.saturating_sub(1);
                    self.end_command(&mut command, &mut done);
                }
                b'<' if self.bytes[self.at..].starts_with(b"<<<") => {
                    self.at += 3;
                    self.blanks();
                    command.input = Some(self.word());
                }
                b'<' if self.peek_at(1) == Some(b'<') => self.here_operator(),
                b'<' | b'>' => {
                    self.at += 1;
                    while matches!(self.peek(), Some(b'<' | b'>' | b'&' | b'|')) {
                        self.at += 1;
                    }
                    self.blanks();
                    // The file of the redirection.
                    self.word();
                }
                _ => {
                    let before = self.at;
                    let word = self.word();
                    if self.at == before {
                        self.at += 1;
                    }
                    if command.words.len() < MOST_WORDS {
                        command.words.push(word);
                    }
                }
            }
        }
        self.end_command(&mut command, &mut done);
        done
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Ends a command: remembers assignments, and drops those for a single command.
    fn end_command(&mut self, command: &mut ShellCommand, done: &mut Vec<ShellCommand>) {
        let mut finished = std::mem::take(command);
        let begun = std::mem::replace(&mut self.begun, self.waiting.len());
        let awaits = begun < self.waiting.len();
        let is_prompt = |word: &&ShellWord| word.strand.literal().is_some_and(|text| matches!(&*text, "$" | "%" | ">"));
        let mut skipped = finished.words.iter().take_while(is_prompt).count();
        let exported = finished.words.get(skipped).and_then(|word| word.strand.literal());
        skipped +=
            usize::from(exported.is_some_and(|word| matches!(&*word, "export" | "local" | "readonly" | "declare")));
        let words = finished.words.get(skipped..).unwrap_or_default();
        let set: Vec<_> = words.iter().map_while(|word| assignment(word, self.text)).collect();
        skipped += set.len();
        if skipped == finished.words.len() && !awaits {
            self.known.extend(set);
        }
        finished.words.drain(..skipped);
        // What a substitution prints is known only if it is a single command.
        let is_kept = if self.depth > 0 { done.len() < 2 } else { (self.keep)(&finished.words) };
        if !finished.words.is_empty() && is_kept {
            for waiting in self.waiting.iter_mut().skip(begun) {
                waiting.command = Some(done.len());
            }
            done.push(finished);
        }
    }

    fn here_operator(&mut self) {
        self.at += 2;
        let tabs = self.peek() == Some(b'-');
        self.at += usize::from(tabs);
        self.blanks();
        let start = self.at;
        let word = self.word();
        let written = self.text.get(start..self.at).unwrap_or("");
        let raw = written.contains(['\'', '"', '\\']);
        if let Some(delimiter) = word.strand.literal().filter(|delimiter| !delimiter.is_empty()) {
            self.waiting.push(Waiting { delimiter, raw, tabs, command: None });
        }
    }

    /// Reads the bodies of the here-documents that the previous line announced.
    fn here_documents(&mut self, done: &mut [ShellCommand]) {
        self.begun = 0;
        for waiting in std::mem::take(&mut self.waiting) {
            let mut word =
                ShellWord { strand: Strand::new(), style: if waiting.raw { Quoting::Raw } else { Quoting::Here } };
            while self.at < self.bytes.len() {
                let start = self.at;
                let end = memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |len| start + len + 1);
                let line = self.text.get(start..end).unwrap_or("");
                let bare = line.trim_end_matches(['\n', '\r']);
                let bare = if waiting.tabs { bare.trim_start_matches('\t') } else { bare };
                // In a document the delimiter may be indented with everything else.
                if bare == waiting.delimiter || bare.trim() == waiting.delimiter {
                    self.at = end;
                    break;
                }
                if waiting.raw {
                    word.strand.copy(start, line);
                    self.at = end;
                } else {
                    self.expanding(&mut word.strand, end, None);
                }
            }
            if let Some(command) = waiting.command.and_then(|command| done.get_mut(command)) {
                command.input = Some(word);
            }
        }
    }

    /// Reads one word.
    fn word(&mut self) -> ShellWord {
        let mut word = ShellWord::default();
        let mut first = true;
        let mut style = Quoting::Bare;
        while let Some(byte) = self.peek() {
            let part = match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>' => break,
                b'\'' => {
                    self.single(&mut word.strand);
                    Quoting::Single
                }
                b'"' => {
                    self.at += 1;
                    self.expanding(&mut word.strand, self.bytes.len(), Some(b'"'));
                    Quoting::Double
                }
                b'$' if self.peek_at(1) == Some(b'\'') => {
                    self.ansi(&mut word.strand);
                    Quoting::Mixed
                }
                b'$' | b'`' => {
                    if !self.dollar(&mut word.strand) {
                        word.strand.copy(self.at, "$");
                        self.at += 1;
                    }
                    if first { Quoting::Bare } else { style }
                }
                b'\\' => {
                    let len =
                        self.text.get(self.at + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                    let escaped = self.text.get(self.at + 1..self.at + 1 + len).unwrap_or("");
                    if !matches!(escaped, "\n") {
                        word.strand.stands(Span::new(self.at, self.at + 1 + len), escaped);
                    }
                    self.at += 1 + len;
                    Quoting::Mixed
                }
                _ => {
                    let len = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                    let end = self.at + len;
                    word.strand.copy(self.at, self.text.get(self.at..end).unwrap_or(""));
                    self.at = end;
                    Quoting::Bare
                }
            };
            style = style.and(part, first);
            first = false;
        }
        word.style = style;
        match word.strand.variable().and_then(|name| self.known.get(name)) {
            Some(known) if self.copied + known.strand.len() <= MOST_COPIED => {
                self.copied += known.strand.len();
                known.clone()
            }
            _ => word,
        }
    }

    fn single(&mut self, strand: &mut Strand) {
        let start = self.at + 1;
        let end = memchr::memchr(b'\'', &self.bytes[start..]).map_or(self.bytes.len(), |len| start + len);
        strand.copy(start, self.text.get(start..end).unwrap_or(""));
        self.at = (end + 1).min(self.bytes.len());
    }

    /// Text with expansion of `$`, `` ` `` and `\`: double quotes up to `close`, or a line of a here-document up to
    /// `end`.
    fn expanding(&mut self, strand: &mut Strand, end: usize, close: Option<u8>) {
        let mut from = self.at;
        while self.at < end {
            let Some(byte) = self.peek() else { break };
            if Some(byte) == close {
                strand.copy(from, self.text.get(from..self.at).unwrap_or(""));
                self.at += 1;
                return;
            }
            match byte {
                b'\\' => {
                    strand.copy(from, self.text.get(from..self.at).unwrap_or(""));
                    let next = self.peek_at(1);
                    match next {
                        Some(b'\n') => self.at += 2,
                        Some(b'$' | b'`' | b'\\') => {
                            let text = self.text.get(self.at + 1..self.at + 2).unwrap_or("");
                            strand.stands(Span::new(self.at, self.at + 2), text);
                            self.at += 2;
                        }
                        Some(b'"') if close.is_some() => {
                            strand.stands(Span::new(self.at, self.at + 2), "\"");
                            self.at += 2;
                        }
                        _ => {
                            strand.copy(self.at, "\\");
                            self.at += 1;
                        }
                    }
                    from = self.at;
                }
                b'$' | b'`' => {
                    strand.copy(from, self.text.get(from..self.at).unwrap_or(""));
                    from = self.at;
                    if self.dollar(strand) {
                        from = self.at;
                    } else {
                        // A literal character.
                        self.at += 1;
                    }
                }
                _ => self.at += 1,
            }
        }
        strand.copy(from, self.text.get(from..self.at.min(self.bytes.len())).unwrap_or(""));
    }

    /// `$NAME`, `${…}`, `$(…)`, `$((…))` or backquotes. False for a literal dollar.
    fn dollar(&mut self, strand: &mut Strand) -> bool {
        let start = self.at;
        if self.peek() == Some(b'`') {
            let end = memchr::memchr(b'`', &self.bytes[start + 1..]).map_or(self.bytes.len(), |len| start + 2 + len);
            self.at = end;
            strand.unknown(Span::new(start, end), "command");
            return true;
        }
        match self.peek_at(1) {
            Some(b'{') => {
                let inner = &self.bytes[start + 2..];
                let len = memchr::memchr(b'}', inner).unwrap_or(inner.len());
                let written = self.text.get(start + 2..start + 2 + len).unwrap_or("");
                let name = written.split([':', '-', '#', '%', '/', '=', '+', '?']).next().unwrap_or("");
                let end = (start + 3 + len).min(self.bytes.len());
                self.at = end;
                strand.unknown(Span::new(start, end), name);
            }
            Some(b'(') => self.substitution(strand),
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let len = self.bytes[start + 1..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                    .count();
                self.at = start + 1 + len;
                strand.unknown(Span::new(start, self.at), self.text.get(start + 1..self.at).unwrap_or(""));
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'?' | b'!') => {
                self.at = start + 2;
                strand.unknown(Span::new(start, self.at), self.text.get(start + 1..self.at).unwrap_or(""));
            }
            _ => return false,
        }
        true
    }

    /// `$(…)`. The output of `cat` for a here-document is known.
    fn substitution(&mut self, strand: &mut Strand) {
        let start = self.at;
        self.at += 2;
        if self.depth >= DEEPEST {
            self.at = self.bytes.len();
            strand.unknown(Span::new(start, self.at), "command");
            return;
        }
        let (waiting, begun) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.begun));
        self.depth += 1;
        let inner = self.list(self.bytes.len());
        self.depth -= 1;
        (self.waiting, self.begun) = (waiting, begun);
        if self.peek() == Some(b')') {
            self.at += 1;
        }
        let printed = match inner.as_slice() {
            [only] if only.words.len() == 1 && only.words[0].strand.literal().as_deref() == Some("cat") => {
                only.input.clone()
            }
            _ => None,
        };
        match printed {
            Some(word) => strand.extend(word.strand.trimmed()),
            None => strand.unknown(Span::new(start, self.at), "command"),
        }
    }

    /// `$'…'` with the escapes of C.
    fn ansi(&mut self, strand: &mut Strand) {
        self.at += 2;
        let mut from = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\'' => {
                    strand.copy(from, self.text.get(from..self.at).unwrap_or(""));
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    strand.copy(from, self.text.get(from..self.at).unwrap_or(""));
                    let next = self.text.get(self.at + 1..).and_then(|rest| rest.chars().next());
                    let len = next.map_or(0, char::len_utf8);
                    let text = match next {
                        Some('n') => "\n".to_owned(),
                        Some('t') => "\t".to_owned(),
                        Some('r') => "\r".to_owned(),
                        Some(c @ ('\\' | '\'' | '"' | '?')) => c.to_string(),
                        Some(c) => format!("\\{c}"),
                        None => String::new(),
                    };
                    strand.stands(Span::new(self.at, self.at + 1 + len), &text);
                    self.at += 1 + len;
                    from = self.at;
                }
                _ => self.at += 1,
            }
        }
        strand.copy(from, self.text.get(from..self.at.min(self.bytes.len())).unwrap_or(""));
    }
}

/// `NAME=word`: the name, and the rest as a word.
fn assignment(word: &ShellWord, text: &str) -> Option<(String, ShellWord)> {
    let span = word.strand.span()?;
    let written = text.get(span.start..)?;
    let len = written.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let starts = written.as_bytes().first()?;
    if len == 0 || starts.is_ascii_digit() || written.as_bytes().get(len) != Some(&b'=') {
        return None;
    }
    let rest = word.strand.clone().without(len + 1)?;
    // The name is unquoted and the value quoted in one style.
    let value = written.get(len + 1..)?;
    let style = match value.as_bytes().first() {
        Some(b'\'') => Quoting::Single,
        Some(b'"') => Quoting::Double,
        _ => Quoting::Mixed,
    };
    let closed = matches!(style, Quoting::Single | Quoting::Double)
        && text.get(..span.end + 1).is_some_and(|all| all.ends_with(['\'', '"']));
    Some((
        written.get(..len)?.to_owned(),
        ShellWord { strand: rest, style: if closed { style } else { Quoting::Mixed } },
    ))
}
