//! The tree of a YAML text, with spans in bytes.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use crate::text::Span;
use crate::text::bounds;

/// Trees deeper than this are not read.
const DEEPEST: usize = 64;

#[derive(Debug)]
pub struct YamlNode<'t> {
    pub span: Span,
    pub held: Held<'t>,
}

#[derive(Debug)]
pub enum Held<'t> {
    Scalar {
        text: Cow<'t, str>,
        style: ScalarStyle,
        /// Whether `!!str` precedes it.
        is_text: bool,
    },
    List(Vec<YamlNode<'t>>),
    Map(Vec<(YamlNode<'t>, YamlNode<'t>)>),
    /// An alias, or a value with a tag for some tool.
    Unknown,
}

impl<'t> YamlNode<'t> {
    /// The members of a mapping.
    pub fn members(&self) -> &[(YamlNode<'t>, YamlNode<'t>)] {
        match &self.held {
            Held::Map(members) => members,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> &str {
        match &self.held {
            Held::Scalar { text, .. } => text,
            _ => "",
        }
    }

    /// Whether YAML readers disagree on its type: `yes` is a text or a boolean, `0x1f` a text or a number.
    pub fn is_ambiguous(&self) -> bool {
        let Held::Scalar { text, style: ScalarStyle::Plain, is_text: false } = &self.held else { return false };
        let lower = text.to_ascii_lowercase();
        let digits = lower.trim_start_matches(['+', '-']);
        matches!(lower.as_str(), "yes" | "no" | "on" | "off" | "y" | "n")
            || matches!(digits, ".inf" | ".nan")
            || digits.starts_with("0x")
            || digits.starts_with("0o")
            || digits.len() > 1 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
    }
}

/// The documents of a text, up to its first fault.
pub fn documents(text: &str) -> Vec<YamlNode<'_>> {
    if text.len() > bounds::PARSED_FORM_BYTES {
        return Vec::new();
    }
    let mut reader = YamlReader { places: Places::of(text), open: Vec::new(), found: Vec::new(), values: 0 };
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        if reader.take(event, span).is_none() {
            break;
        }
    }
    reader.found
}

/// The parser counts characters.
struct Places {
    /// Offset of each character; empty if each is one byte.
    starts: Vec<u32>,
    len: usize,
}

impl Places {
    fn of(text: &str) -> Self {
        let starts = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect()
        };
        Self { starts, len: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        if self.starts.is_empty() {
            return index.min(self.len);
        }
        self.starts.get(index).map_or(self.len, |start| *start as usize)
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let start = self.byte(span.start.index());
        Span::new(start, self.byte(span.end.index()).max(start))
    }
}

struct YamlReader<'t> {
    places: Places,
    /// Open nodes; a mapping together with the key of the next value.
    open: Vec<(YamlNode<'t>, Option<YamlNode<'t>>)>,
    found: Vec<YamlNode<'t>>,
    values: usize,
}

impl<'t> YamlReader<'t> {
    /// Handles an event; none if the text is too deep or too large.
    fn take(&mut self, event: Event<'t>, span: saphyr_parser::Span) -> Option<()> {
        let span = self.places.span(span);
        match event {
            Event::Alias(_) => self.add(YamlNode { span, held: Held::Unknown }),
            Event::Scalar(text, style, _, tag) => {
                let is_text = tag.as_deref().is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let held = if is_foreign(tag.as_deref()) && !is_text {
                    Held::Unknown
                } else {
                    Held::Scalar { text, style, is_text }
                };
                self.add(YamlNode { span, held })
            }
            Event::SequenceStart(_, tag) => self.begin(span, Held::List(Vec::new()), tag.as_deref()),
            Event::MappingStart(_, tag) => self.begin(span, Held::Map(Vec::new()), tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => {
                let (mut node, _) = self.open.pop()?;
                // A block ends with its last value, not where the next node begins.
                let last = match &node.held {
                    Held::List(items) => items.last().map(|item| item.span.end),
                    Held::Map(members) => members.last().map(|(key, value)| value.span.end.max(key.span.end)),
                    _ => None,
                };
                node.span.end = if span.end > span.start { span.end } else { last.unwrap_or(span.end) };
                self.add(node)
            }
            _ => Some(()),
        }
    }

    fn begin(&mut self, span: Span, held: Held<'t>, tag: Option<&Tag>) -> Option<()> {
        let held = if is_foreign(tag) { Held::Unknown } else { held };
        self.open.push((YamlNode { span, held }, None));
        (self.open.len() <= DEEPEST).then_some(())
    }

    fn add(&mut self, node: YamlNode<'t>) -> Option<()> {
        self.values += 1;
        match self.open.last_mut() {
            None => self.found.push(node),
            Some((YamlNode { held: Held::List(items), .. }, _)) => items.push(node),
            Some((YamlNode { held: Held::Map(members), .. }, key)) => match key.take() {
                Some(key) => members.push((key, node)),
                None => *key = Some(node),
            },
            Some(_) => {}
        }
        (self.values <= bounds::FORM_VALUES).then_some(())
    }
}

/// Whether a tag is not one of YAML's own.
fn is_foreign(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| !tag.is_yaml_core_schema() || !matches!(tag.suffix.as_str(), "map" | "seq"))
}
