//! JSON inside a file of another form, with a map from its bytes back to those of the file.

use crate::text::Span;

/// JSON found in a file of another form: one request, or an array of requests.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The JSON as the sending program sees it, without the quoting, escapes and indentation of the form.
    pub text: String,
    /// Maps bytes of `text` to bytes of the file.
    pub map: SpanMap,
    /// Method and address, if the form gives them; otherwise the JSON determines the endpoint.
    pub address: Option<Address>,
    /// The name of the form in reports: `curl`, `postman`.
    pub form: &'static str,
    /// The place in the file for people: `cell 3`, `line 12`.
    pub place: String,
    /// Parts of `text` whose value is only known when the program runs: variables, expressions. They are written as
    /// placeholders.
    pub unknown: Vec<Span>,
    /// Offsets in `text` of objects that contain more than is written: `...base`, `**base`, flags beside the body.
    pub open: Vec<usize>,
}

impl Piece {
    /// The piece of a text that is itself inside another one, with `outer` as the map back.
    #[must_use]
    pub fn within(mut self, outer: &SpanMap) -> Self {
        if let Some(address) = &mut self.address {
            address.span = outer.span(address.span);
        }
        self.map = self.map.then(outer);
        self
    }
}

/// The method and address of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// In upper case.
    pub method: String,
    /// A whole URL or only its path.
    pub url: String,
    /// The URL in the file.
    pub span: Span,
}

/// Quotes JSON text for the form; none if the form cannot contain it.
pub type Quote = fn(&str) -> Option<String>;

/// A stretch of the text and its counterpart in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedRun {
    pub text: Span,
    pub file: Span,
    /// Whether both are identical byte for byte.
    pub verbatim: bool,
}

/// Maps bytes of a piece to bytes of its file.
#[derive(Clone, Debug)]
pub struct SpanMap {
    /// In text order, covering the text without gaps.
    runs: Vec<MappedRun>,
    /// From the innermost form to the outermost.
    quotes: Vec<Quote>,
}

impl SpanMap {
    /// The text appears verbatim in the file from byte `start` on.
    #[must_use]
    pub fn verbatim(start: usize, len: usize) -> Self {
        let run = MappedRun { text: Span::new(0, len), file: Span::new(start, start + len), verbatim: true };
        Self { runs: vec![run], quotes: Vec::new() }
    }

    /// The run that contains the byte at `offset`, or the last one.
    fn run(&self, offset: usize) -> Option<&MappedRun> {
        let after = self.runs.partition_point(|run| run.text.end <= offset);
        self.runs.get(after).or(self.runs.last())
    }

    /// The span in the file. A decoded escape maps to the whole escape.
    #[must_use]
    pub fn span(&self, span: Span) -> Span {
        let Some(first) = self.run(span.start) else { return Span::default() };
        let start = if first.verbatim {
            (first.file.start + span.start.saturating_sub(first.text.start)).min(first.file.end)
        } else if span.start >= first.text.end {
            first.file.end
        } else {
            first.file.start
        };
        if span.start >= span.end {
            return Span::new(start, start);
        }
        let last = self.run(span.end - 1).unwrap_or(first);
        let end = if last.verbatim {
            (last.file.start + span.end.saturating_sub(last.text.start)).min(last.file.end)
        } else {
            last.file.end
        };
        Span::new(start, end.max(start))
    }

    /// The edit of the file that replaces a span of the text. None if an end of the span falls within an escape, if
    /// part of the file between was left out, or if the form cannot contain the new text.
    #[must_use]
    pub fn edit(&self, span: Span, text: &str) -> Option<(Span, String)> {
        let first = self.runs.partition_point(|run| run.text.end <= span.start);
        let before = self.runs.partition_point(|run| run.text.end < span.start);
        // An insertion between two runs belongs to the verbatim one.
        let at = |run: &MappedRun, offset: usize| match offset {
            _ if run.verbatim => Some(run.file.start + (offset - run.text.start)),
            _ if offset == run.text.start => Some(run.file.start),
            _ if offset == run.text.end => Some(run.file.end),
            _ => None,
        };
        let holds = |run: &&MappedRun| run.text.start <= span.start && span.start <= run.text.end;
        let place = if span.start == span.end {
            let around = self.runs.get(before..(first + 1).min(self.runs.len()))?;
            let run = around.iter().filter(holds).find(|run| run.verbatim)?;
            let at = at(run, span.start)?;
            Span::new(at, at)
        } else {
            let last = self.runs.partition_point(|run| run.text.end < span.end);
            let within = self.runs.get(first..=last)?;
            let adjacent = within.windows(2).all(|pair| matches!(pair, [a, b] if a.file.end == b.file.start));
            if !adjacent {
                return None;
            }
            Span::new(at(within.first()?, span.start)?, at(within.last()?, span.end)?)
        };
        let written = self.quotes.iter().try_fold(text.to_owned(), |text, quote| quote(&text))?;
        Some((place, written))
    }

    /// The text has `count` extra bytes before the content of the file.
    #[must_use]
    pub fn shifted_back(count: usize, len: usize) -> Self {
        let before = MappedRun { text: Span::new(0, count), file: Span::new(0, 0), verbatim: false };
        let rest =
            MappedRun { text: Span::new(count, len), file: Span::new(0, len.saturating_sub(count)), verbatim: true };
        Self { runs: vec![before, rest], quotes: Vec::new() }
    }

    /// How the innermost form quotes new text.
    #[must_use]
    pub fn quote(&self) -> Option<Quote> {
        self.quotes.first().copied()
    }

    /// The parts of a span, each either identical in the file or standing for something else there.
    pub fn parts(&self, span: Span) -> impl Iterator<Item = MappedRun> + '_ {
        let first = self.runs.partition_point(|run| run.text.end <= span.start);
        let within = self.runs.iter().skip(first).take_while(move |run| run.text.start < span.end);
        within.map(move |run| {
            let text = Span::new(run.text.start.max(span.start), run.text.end.min(span.end));
            let file = |at: usize| run.file.start + (at - run.text.start);
            let file = if run.verbatim { Span::new(file(text.start), file(text.end)) } else { run.file };
            MappedRun { text, file, verbatim: run.verbatim }
        })
    }

    /// Continues the map through a text that is itself inside a file.
    #[must_use]
    pub fn then(&self, outer: &Self) -> Self {
        let mut runs = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            if !run.verbatim || run.file.start >= run.file.end {
                runs.push(MappedRun { file: outer.span(run.file), ..*run });
                continue;
            }
            let text = |at: usize| run.text.start + (at - run.file.start);
            runs.extend(outer.parts(run.file).map(|part| MappedRun {
                text: Span::new(text(part.text.start), text(part.text.end)),
                file: part.file,
                verbatim: part.verbatim,
            }));
        }
        Self { runs, quotes: self.quotes.iter().chain(&outer.quotes).copied().collect() }
    }
}

/// Builds a text together with its map.
#[derive(Clone, Debug, Default)]
pub struct PieceBuilder {
    text: String,
    runs: Vec<MappedRun>,
}

impl PieceBuilder {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends text that appears verbatim in the file from byte `start` on.
    pub fn copy(&mut self, start: usize, text: &str) {
        self.push(Span::new(start, start + text.len()), text, true);
    }

    /// Appends the text for a span of the file: an escape, an expression.
    pub fn replace(&mut self, file: Span, text: &str) {
        self.push(file, text, false);
    }

    fn push(&mut self, file: Span, text: &str, verbatim: bool) {
        let start = self.text.len();
        self.text.push_str(text);
        if text.is_empty() {
            return;
        }
        match self.runs.last_mut() {
            Some(run) if verbatim && run.verbatim && run.file.end == file.start => {
                run.text.end += text.len();
                run.file.end = file.end;
            }
            _ => self.runs.push(MappedRun { text: Span::new(start, start + text.len()), file, verbatim }),
        }
    }

    /// The text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Appends a text with its map.
    pub fn append(&mut self, text: &str, map: &SpanMap) {
        let shift = self.text.len();
        self.text.push_str(text);
        let shifted = |span: Span| Span::new(span.start + shift, span.end + shift);
        self.runs.extend(map.runs.iter().map(|run| MappedRun { text: shifted(run.text), ..*run }));
    }

    #[must_use]
    pub fn finish(self, quote: Quote) -> (String, SpanMap) {
        (self.text, SpanMap { runs: self.runs, quotes: vec![quote] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_escape_is_indivisible() {
        // The file: `x '{"a":"it'\''s"}'`.
        let file = r#"x '{"a":"it'\''s"}'"#;
        let mut builder = PieceBuilder::new();
        builder.copy(3, r#"{"a":"it"#);
        builder.replace(Span::new(11, 15), "'");
        builder.copy(15, r#"s"}"#);
        let (text, map) = builder.finish(|text| (!text.contains('\'')).then(|| text.to_owned()));
        assert_eq!(text, r#"{"a":"it's"}"#);
        let shown = |start, end| {
            let span = map.span(Span::new(start, end));
            &file[span.start..span.end]
        };
        assert_eq!(shown(5, 11), r#""it'\''s""#);
        assert_eq!(shown(8, 9), r"'\''");
        assert_eq!(shown(0, 12), r#"{"a":"it'\''s"}"#);
        assert_eq!(map.span(Span::new(12, 12)), Span::new(18, 18));
        assert_eq!(map.edit(Span::new(1, 4), "\"b\""), Some((Span::new(4, 7), "\"b\"".to_owned())));
        assert_eq!(map.edit(Span::new(5, 11), "\"b\""), Some((Span::new(8, 17), "\"b\"".to_owned())));
        assert_eq!(map.edit(Span::new(5, 8), "\"b"), Some((Span::new(8, 11), "\"b".to_owned())));
        assert_eq!(map.edit(Span::new(1, 4), "\"'\""), None, "cannot be quoted");
        assert_eq!(map.edit(Span::new(12, 12), "x"), Some((Span::new(18, 18), "x".to_owned())));
    }

    #[test]
    fn verbatim_text_only_moves() {
        let map = SpanMap::verbatim(100, 10);
        assert_eq!(map.span(Span::new(2, 4)), Span::new(102, 104));
        assert_eq!(map.span(Span::new(8, 99)), Span::new(108, 110));
        assert_eq!(SpanMap::verbatim(7, 0).span(Span::new(0, 0)), Span::new(7, 7));
    }

    #[test]
    fn a_text_in_a_text_in_a_file() {
        // The file: `["a\"b\nc"]`; its string is `a"b⏎c`, of which the inner form takes `"b` and what follows the break.
        let mut outer = PieceBuilder::new();
        outer.copy(2, "a");
        outer.replace(Span::new(3, 5), "\"");
        outer.copy(5, "b");
        outer.replace(Span::new(6, 8), "\n");
        outer.copy(8, "c");
        let (held, outer) = outer.finish(|text| Some(text.replace('"', "\\\"")));
        assert_eq!(held, "a\"b\nc");
        let mut inner = PieceBuilder::new();
        inner.copy(1, "\"b");
        inner.copy(4, "c");
        let (text, inner) = inner.finish(|text| Some(text.to_uppercase()));
        assert_eq!(text, "\"bc");
        let map = inner.then(&outer);
        assert_eq!(map.span(Span::new(0, 1)), Span::new(3, 5));
        assert_eq!(map.span(Span::new(0, 3)), Span::new(3, 9));
        assert_eq!(map.edit(Span::new(1, 2), "x\""), Some((Span::new(5, 6), "X\\\"".to_owned())));
        assert_eq!(map.edit(Span::new(1, 3), ""), None, "the break between them is not in the text");
    }

    proptest! {
        #[test]
        fn spans_keep_their_order(parts in proptest::collection::vec((0_usize..3, 1_usize..5, 0_usize..4), 0..12)) {
            let (mut builder, mut at) = (PieceBuilder::new(), 5);
            for (gap, len, kind) in parts {
                at += gap;
                if kind == 0 {
                    builder.replace(Span::new(at, at + len), "ab");
                } else {
                    builder.copy(at, &"x".repeat(len));
                }
                at += len;
            }
            let (text, map) = builder.finish(|text| Some(text.to_owned()));
            for start in 0..=text.len() {
                for end in start..=text.len() {
                    let span = map.span(Span::new(start, end));
                    prop_assert!(span.start <= span.end && span.end <= at);
                    prop_assert!(map.span(Span::new(0, end)).end <= map.span(Span::new(0, text.len())).end);
                    if let Some((edit, _)) = map.edit(Span::new(start, end), "") {
                        prop_assert!(edit.start <= edit.end && edit.end <= at);
                        prop_assert_eq!(edit.start == edit.end, start == end);
                    }
                }
            }
        }
    }
}
