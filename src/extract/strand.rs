//! Text that a form derives from its source, with the place of every part.

use crate::request::piece::{PieceBuilder, Quote, SpanMap};
use crate::text::Span;

/// A part of a text, with the bytes of the source that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum StrandPart {
    /// Appears verbatim in the source.
    Copy { start: usize, text: String },
    /// An escape, or a word of the language that JSON spells differently.
    Stands { span: Span, text: String },
    /// A variable, a substitution, an expression, whose value only running the program would show.
    Unknown { span: Span, name: String },
}

impl StrandPart {
    /// Its bytes in the source.
    fn span(&self) -> Span {
        match self {
            Self::Copy { start, text } => Span::new(*start, start + text.len()),
            Self::Stands { span, .. } | Self::Unknown { span, .. } => *span,
        }
    }
}

/// Parts of text in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strand {
    parts: Vec<StrandPart>,
    /// There were more parts than the most, and the only one stands for all of them.
    is_cut: bool,
}

/// The most parts of a strand: each takes a hundred times the memory of its text. A longer one is unknown as a whole.
const MOST_PARTS: usize = 100_000;

/// A finished strand: the text, the map back, and the bytes that are unknown.
#[derive(Clone, Debug)]
pub struct Finished {
    pub text: String,
    pub map: SpanMap,
    pub unknown: Vec<Span>,
}

impl Strand {
    pub fn new() -> Self {
        Self::default()
    }

    /// Text that is not in the source.
    pub fn of(text: &str) -> Self {
        Self::implied(Span::default(), text)
    }

    /// Text that the bytes of `span` imply or stand for.
    pub fn implied(span: Span, text: &str) -> Self {
        let mut strand = Self::new();
        strand.stands(span, text);
        strand
    }

    /// How many bytes of text are known.
    pub fn len(&self) -> usize {
        let of = |part: &StrandPart| match part {
            StrandPart::Copy { text, .. } | StrandPart::Stands { text, .. } => text.len(),
            StrandPart::Unknown { .. } => 0,
        };
        self.parts.iter().map(of).sum()
    }

    /// Appends text that appears verbatim at `start`.
    pub fn copy(&mut self, start: usize, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(StrandPart::Copy { start: before, text: known }) if *before + known.len() == start => {
                known.push_str(text);
            }
            _ => self.push(StrandPart::Copy { start, text: text.to_owned() }),
        }
    }

    /// Appends the text that `span` stands for.
    pub fn stands(&mut self, span: Span, text: &str) {
        if !text.is_empty() {
            self.push(StrandPart::Stands { span, text: text.to_owned() });
        }
    }

    /// Appends something that is unknown before the program runs.
    pub fn unknown(&mut self, span: Span, name: &str) {
        self.push(StrandPart::Unknown { span, name: label(name) });
    }

    pub fn extend(&mut self, other: Self) {
        other.parts.into_iter().for_each(|part| self.push(part));
    }

    fn push(&mut self, part: StrandPart) {
        if self.is_cut || self.parts.len() >= MOST_PARTS {
            let all = self.span().map_or(part.span(), |all| Span::new(all.start, all.end.max(part.span().end)));
            self.parts = vec![StrandPart::Unknown { span: all, name: label("text") }];
            self.is_cut = true;
        } else {
            self.parts.push(part);
        }
    }

    /// The name of the only part, if it is unknown.
    pub fn variable(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [StrandPart::Unknown { name, .. }] => Some(name),
            _ => None,
        }
    }

    /// The known text; none if a part is unknown.
    pub fn literal(&self) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                StrandPart::Copy { text, .. } | StrandPart::Stands { text, .. } => out.push_str(text),
                StrandPart::Unknown { .. } => return None,
            }
        }
        Some(out)
    }

    /// The text with `{{name}}` for each unknown part.
    pub fn display(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                StrandPart::Copy { text, .. } | StrandPart::Stands { text, .. } => out.push_str(text),
                StrandPart::Unknown { name, .. } => out.push_str(&placeholder(name)),
            }
        }
        out
    }

    /// From the first to the last byte of the source.
    pub fn span(&self) -> Option<Span> {
        let (first, last) = (self.parts.first()?.span(), self.parts.last()?.span());
        Some(Span::new(first.start, last.end.max(first.start)))
    }

    /// Drops the first bytes, which must appear verbatim in the source.
    pub fn without(mut self, count: usize) -> Option<Self> {
        let StrandPart::Copy { start, text } = self.parts.first_mut()? else { return None };
        *text = text.get(count..)?.to_owned();
        *start += count;
        if text.is_empty() {
            self.parts.remove(0);
        }
        Some(self)
    }

    /// Keeps only the first bytes, as [`display`](Self::display) counts them.
    pub fn up_to(self, count: usize) -> Self {
        let mut out = Self::new();
        let mut left = count;
        for part in self.parts {
            match part {
                StrandPart::Copy { start, text } => {
                    let shown = text.get(..left.min(text.len())).unwrap_or("");
                    out.copy(start, shown);
                    left -= shown.len();
                }
                StrandPart::Stands { span, text } => {
                    if text.len() <= left {
                        out.stands(span, &text);
                    }
                    left = left.saturating_sub(text.len());
                }
                StrandPart::Unknown { span, name } => {
                    out.unknown(span, &name);
                    left = left.saturating_sub(placeholder(&name).len());
                }
            }
            if left == 0 {
                break;
            }
        }
        out
    }

    /// Drops a leading variable for scheme and host.
    pub fn without_host(mut self) -> Self {
        if let Some(StrandPart::Unknown { .. }) = self.parts.first() {
            self.parts.remove(0);
        }
        self
    }

    /// The same strand, taken from a text that is itself inside a file, with its places in the file.
    pub fn through(self, map: &SpanMap) -> Self {
        let mut out = Self::new();
        for part in self.parts {
            match part {
                StrandPart::Copy { start, text } => {
                    for run in map.parts(Span::new(start, start + text.len())) {
                        let piece = text.get(run.text.start - start..run.text.end - start).unwrap_or("");
                        if run.verbatim {
                            out.copy(run.file.start, piece);
                        } else {
                            out.stands(run.file, piece);
                        }
                    }
                }
                StrandPart::Stands { span, text } => out.stands(map.span(span), &text),
                StrandPart::Unknown { span, name } => out.unknown(map.span(span), &name),
            }
        }
        out
    }

    /// Trims white space at both ends.
    pub fn trimmed(mut self) -> Self {
        // An escape is white space as a whole or not at all.
        let is_blank = |part: &StrandPart| match part {
            StrandPart::Copy { text, .. } | StrandPart::Stands { text, .. } => text.trim().is_empty(),
            StrandPart::Unknown { .. } => false,
        };
        let blank = self.parts.iter().take_while(|part| is_blank(part)).count();
        self.parts.drain(..blank);
        while self.parts.last().is_some_and(is_blank) {
            self.parts.pop();
        }
        if let Some(StrandPart::Copy { start, text }) = self.parts.first_mut() {
            let rest = text.trim_start();
            *start += text.len() - rest.len();
            *text = rest.to_owned();
        }
        if let Some(StrandPart::Copy { text, .. }) = self.parts.last_mut() {
            text.truncate(text.trim_end().len());
        }
        self
    }

    /// Appends the strand to a piece as the text of a JSON string without its quotes.
    pub fn write_string(&self, out: &mut Writer) {
        for part in &self.parts {
            match part {
                StrandPart::Copy { start, text } => {
                    let mut from = 0;
                    for (at, c) in text.char_indices().filter(|(_, c)| needs_escape(*c)) {
                        out.copy(start + from, &text[from..at]);
                        out.stands(Span::new(start + at, start + at + c.len_utf8()), &escape(c));
                        from = at + c.len_utf8();
                    }
                    out.copy(start + from, &text[from..]);
                }
                StrandPart::Stands { span, text } => {
                    let escaped: String =
                        text.chars().map(|c| if needs_escape(c) { escape(c) } else { c.to_string() }).collect();
                    out.stands(*span, &escaped);
                }
                StrandPart::Unknown { span, name } => out.unknown(*span, name, true),
            }
        }
    }

    /// The strand as JSON: an unknown part becomes a string unless it is inside one.
    pub fn finish_json(&self, quote: Quote) -> Finished {
        let mut out = Writer::default();
        let (mut inside, mut escaped) = (false, false);
        let mut follow = |text: &str| {
            for byte in text.bytes() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if inside => escaped = true,
                    b'"' => inside = !inside,
                    _ => {}
                }
            }
            inside
        };
        let mut is_inside = false;
        for part in &self.parts {
            match part {
                StrandPart::Copy { start, text } => {
                    out.copy(*start, text);
                    is_inside = follow(text);
                }
                StrandPart::Stands { span, text } => {
                    out.stands(*span, text);
                    is_inside = follow(text);
                }
                StrandPart::Unknown { span, name } => out.unknown(*span, name, is_inside),
            }
        }
        out.finish(quote)
    }
}

/// What only the literals of programs need.
#[cfg(feature = "code")]
impl Strand {
    /// Marks the place of an empty text.
    pub fn nothing(&mut self, at: usize) {
        self.parts.push(StrandPart::Stands { span: Span::new(at, at), text: String::new() });
    }

    /// The name of the first part, if it is unknown.
    pub fn first_variable(&self) -> Option<&str> {
        match self.parts.first() {
            Some(StrandPart::Unknown { name, .. }) => Some(name),
            _ => None,
        }
    }

    /// Replaces the first part, and keeps its place.
    pub fn with_first(mut self, first: &Self) -> Self {
        if let Some(part) = self.parts.first_mut()
            && let (StrandPart::Unknown { span, .. }, Some(text)) = (&*part, first.literal())
        {
            *part = StrandPart::Stands { span: *span, text };
        }
        self
    }
}

/// Builds the text of a piece, its map, and the list of its unknown parts.
#[derive(Debug, Default)]
pub struct Writer {
    builder: PieceBuilder,
    unknown: Vec<Span>,
}

impl Writer {
    pub fn copy(&mut self, start: usize, text: &str) {
        self.builder.copy(start, text);
    }

    pub fn stands(&mut self, span: Span, text: &str) {
        self.builder.replace(span, text);
    }

    /// Writes a placeholder, with quotes unless it is inside a string.
    pub fn unknown(&mut self, span: Span, name: &str, inside: bool) {
        let start = self.len();
        let text = placeholder(&label(name));
        self.builder.replace(span, &if inside { text } else { format!("\"{text}\"") });
        self.unknown.push(Span::new(start, self.len()));
    }

    /// Appends a finished strand.
    pub fn append(&mut self, other: &Finished) {
        let shift = self.len();
        self.unknown.extend(other.unknown.iter().map(|span| Span::new(span.start + shift, span.end + shift)));
        self.builder.append(&other.text, &other.map);
    }

    pub fn len(&self) -> usize {
        self.builder.text().len()
    }

    pub fn finish(self, quote: Quote) -> Finished {
        let (text, map) = self.builder.finish(quote);
        Finished { text, map, unknown: self.unknown }
    }
}

fn placeholder(name: &str) -> String {
    format!("{{{{{name}}}}}")
}

/// The name of something unknown, short and plain enough for a placeholder.
fn label(name: &str) -> String {
    const LONGEST: usize = 40;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let fits = !name.is_empty() && name.len() <= LONGEST && name.chars().all(plain);
    if fits { name.to_owned() } else { "value".to_owned() }
}

fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\') || c < ' '
}

fn escape(c: char) -> String {
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c => format!("\\u{:04x}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parts_are_strings_of_their_own_outside_of_strings() {
        let mut strand = Strand::new();
        strand.copy(0, r#"{"a": "x\" "#);
        strand.unknown(Span::new(11, 15), "NAME");
        strand.copy(15, r#"", "b": "#);
        strand.unknown(Span::new(23, 29), "count + 1");
        strand.copy(29, "}");
        let done = strand.finish_json(|text| Some(text.to_owned()));
        assert_eq!(done.text, r#"{"a": "x\" {{NAME}}", "b": "{{value}}"}"#);
        let unknown: Vec<_> = done.unknown.iter().map(|span| &done.text[span.start..span.end]).collect();
        assert_eq!(unknown, ["{{NAME}}", "\"{{value}}\""]);
        assert_eq!(done.map.span(done.unknown[1]), Span::new(23, 29));
    }

    #[test]
    fn text_becomes_a_json_string() {
        let mut strand = Strand::new();
        strand.copy(3, "a\"b\n");
        strand.stands(Span::new(7, 9), "\t");
        let mut out = Writer::default();
        strand.write_string(&mut out);
        let done = out.finish(|text| Some(text.to_owned()));
        assert_eq!(done.text, "a\\\"b\\n\\t");
        assert_eq!(done.map.span(Span::new(1, 3)), Span::new(4, 5));
        assert_eq!(done.map.span(Span::new(6, 8)), Span::new(7, 9));
    }

    #[test]
    fn surrounding_white_space_is_removed() {
        let mut strand = Strand::new();
        strand.copy(0, " \n");
        strand.copy(10, "  {} ");
        strand.stands(Span::new(15, 17), "\n");
        let strand = strand.trimmed();
        assert_eq!((strand.literal().as_deref(), strand.span()), (Some("{}"), Some(Span::new(12, 14))));
    }
}
