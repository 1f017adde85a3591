//! The elements of a top-level array, one by one: a manifest of a million records needs no tree for the whole.

use super::parse::{GrammarState, Parser};
use super::{Document, SyntaxError, Value, ValueKind, parse_at};

/// An element of a top-level array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrayElement<'t> {
    pub index: u32,
    /// Byte offset of the element in the text.
    pub start: usize,
    pub text: &'t str,
}

impl<'t> ArrayElement<'t> {
    /// The tree of the element; its spans refer to the whole text.
    #[must_use]
    pub fn parse(&self) -> Document<'t> {
        parse_at(self.text, self.start)
    }

    fn holds(&self, offset: usize) -> bool {
        (self.start..=self.start + self.text.len()).contains(&offset)
    }
}

/// A top-level array, read from start to end without keeping its elements.
#[derive(Clone, Debug)]
pub struct Elements<'t> {
    /// All faults of the text, and a tree of the array alone.
    document: Document<'t>,
    count: u32,
    /// Elements that contain faults or precede them.
    faulty: Vec<ArrayElement<'t>>,
}

impl<'t> Elements<'t> {
    /// Reads a text; none if it is not an array.
    #[must_use]
    pub fn of(text: &'t str) -> Option<Self> {
        if !text.trim_start_matches('\u{feff}').trim_start().starts_with('[') {
            return None;
        }
        let mut walk = ElementWalk::new(text);
        let (mut known, mut before, mut faulty) = (0, None, Vec::new());
        while let Some(element) = walk.next() {
            if walk.parser.errors.len() > known {
                known = walk.parser.errors.len();
                faulty.extend(before.filter(|before| faulty.last() != Some(before)));
                faulty.push(element);
            }
            before = Some(element);
        }
        let ElementWalk { parser, state, index, .. } = walk;
        let mut document = parser.finish(state);
        let cut = document.root().and_then(|root| root.children().next().map(Value::span));
        let cut =
            cut.and_then(|span| Some(ArrayElement { index, start: span.start, text: text.get(span.start..span.end)? }));
        document.nodes.truncate(1);
        if let Some(root) = document.nodes.first_mut().filter(|root| root.kind == ValueKind::Array) {
            root.next = 1;
        }
        faulty.extend(before.into_iter().chain(cut));
        Some(Self { document, count: index + u32::from(cut.is_some()), faulty })
    }

    /// The empty array, with all faults of the text.
    #[must_use]
    pub fn document(&self) -> &Document<'t> {
        &self.document
    }

    #[must_use]
    pub fn len(&self) -> u32 {
        self.count
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The element that a fault belongs to; none if it belongs to the array.
    #[must_use]
    pub fn of_fault(&self, error: &SyntaxError) -> Option<ArrayElement<'t>> {
        self.faulty.iter().find(|element| element.holds(error.span.start)).copied()
    }

    /// The elements in text order.
    pub fn each(&self) -> impl Iterator<Item = ArrayElement<'t>> + use<'t> {
        ElementWalk::new(self.document.text)
    }
}

/// Parses an array and drops each element once it ends.
struct ElementWalk<'t> {
    parser: Parser<'t>,
    state: GrammarState,
    index: u32,
}

impl<'t> ElementWalk<'t> {
    fn new(text: &'t str) -> Self {
        let mut parser = Parser::new(text, 0);
        parser.begin();
        Self { parser, state: GrammarState::Value, index: 0 }
    }
}

impl<'t> Iterator for ElementWalk<'t> {
    type Item = ArrayElement<'t>;

    /// An element that is not complete at the end of the text does not count.
    fn next(&mut self) -> Option<ArrayElement<'t>> {
        while self.parser.step(&mut self.state) {
            if let Some((start, end)) = self.parser.let_go(self.state) {
                let element = ArrayElement { index: self.index, start, text: self.parser.text.get(start..end)? };
                self.index = self.index.saturating_add(1);
                return Some(element);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::json::parse;
    use proptest::prelude::*;

    fn elements(text: &str) -> Vec<(usize, usize)> {
        let elements = Elements::of(text).expect("an array");
        elements.each().map(|element| (element.start, element.start + element.text.len())).collect()
    }

    #[test]
    fn elements_keep_their_offsets() {
        assert_eq!(elements(" [1, {\"a\": [2]} ,\"]\"]\n"), [(2, 3), (5, 15), (17, 20)]);
        assert_eq!(elements("[]"), []);
        assert!(Elements::of("{\"a\": []}").is_none() && Elements::of("").is_none());
        let cut = Elements::of("[{\"a\": 1}, {\"b\": ").expect("an array");
        assert_eq!(cut.len(), 2);
    }

    #[test]
    fn a_fault_belongs_to_its_element() {
        let elements = Elements::of("[{\"a\": 1}, {\"a\": 01}, {\"b\": 2} ,]").expect("an array");
        let of = |at: usize| elements.of_fault(&elements.document().errors()[at]).map(|element| element.index);
        assert_eq!([of(0), of(1)], [Some(1), None]);
    }

    proptest! {
        /// The faults and the elements equal those of the whole tree.
        #[test]
        fn as_the_tree_has_them(text in "\\[([\\[\\]{},: ]|\"a\"|\"b\": ?1|'|\\{\\}|/\\*x\\*/|x|1|\n){0,24}\\]?") {
            let (whole, elements) = (parse(&text), Elements::of(&text).expect("an array"));
            prop_assert_eq!(whole.errors(), elements.document().errors());
            prop_assert_eq!((whole.is_doubtful(), whole.depth().0), (elements.document().is_doubtful(), elements.document().depth().0));
            let root = whole.root().expect("an array");
            if whole.errors().is_empty() {
                let spans: Vec<_> = root.items().map(|item| (item.span().start, item.span().end)).collect();
                let found: Vec<_> = elements.each().map(|element| (element.start, element.start + element.text.len())).collect();
                prop_assert_eq!(found, spans);
            }
            if root.kind() == ValueKind::Array {
                prop_assert_eq!(root.len(), elements.len() as usize);
            }
        }
    }
}
