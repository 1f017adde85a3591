//! Checks that a text is JSON: `request/syntax`, `request/duplicate-key`.

use std::sync::Arc;

use super::Context;
use crate::finding::{Edit, Finding, Fix, Location};
use crate::limits::Limit;
use crate::request::json::{Document, Elements, ErrorKind, SyntaxError, Value, ValueKind};
use crate::request::record::{ArrayFault, EncodingFault};
use crate::rule::{self, Severity};
use crate::source::clean;
use crate::text::{Position, Span, count, counted};

/// How many duplicate keys are reported one by one; the rest share one finding.
const MOST_DOUBLES: usize = 100;

/// The findings about a text before its fields are checked.
///
/// In a top-level array every element is a record, and pointers are relative to the record.
#[must_use]
pub fn document(document: &Document<'_>, context: &Context<'_>) -> Vec<Finding> {
    let place = |error: &SyntaxError| place(document, holder(document, error), error.span);
    let mut findings: Vec<Finding> = document.errors().iter().map(|error| syntax(error, place(error))).collect();
    findings.extend(tree(document, context));
    findings
}

/// As [`document`], for an array with only its syntax errors known; [`tree`] runs on each element.
#[must_use]
pub fn elements(elements: &Elements<'_>) -> Vec<Finding> {
    let document = elements.document();
    let place = |error: &SyntaxError| {
        let element = elements.of_fault(error).filter(|_| !is_everywhere(error.kind));
        let within = element.and_then(|element| {
            let own = element.parse();
            let value = holder(&own, error).filter(|value| !is_between(error.kind, *value))?;
            Some(Location { record: Some(element.index), pointer: Some(value.pointer()), ..Location::default() })
        });
        match within {
            Some(location) => Location { span: Some(error.span), ..location },
            None => place(document, document.root(), error.span),
        }
    };
    document.errors().iter().map(|error| syntax(error, place(error))).collect()
}

/// Faults in the tree of valid JSON: it nests too deep, or a key appears twice.
#[must_use]
pub fn tree(document: &Document<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = depth(document, context).into_iter().collect();
    if document.is_doubtful() {
        return findings;
    }
    let doubles = document.duplicates();
    let more = doubles.len().saturating_sub(MOST_DOUBLES);
    findings.extend(doubles.take(MOST_DOUBLES).enumerate().map(|(at, double)| {
        let key = clean(&double.again.key).into_owned();
        let mut message = format!("the key “{key}” appears twice; the first value is lost");
        if at + 1 == MOST_DOUBLES && more > 0 {
            message.push_str(&format!(" (and {} more after it)", counted(more as u64, "key")));
        }
        Finding::new(&rule::REQUEST_DUPLICATE_KEY, message)
            .at(place(document, Some(double.again.value), double.again.key_span))
            .related("first here", place(document, Some(double.first.value), double.first.key_span))
            .help("remove the one that you do not mean")
    }));
    findings
}

/// The bytes are not UTF-8.
#[must_use]
pub fn encoding(fault: EncodingFault) -> Finding {
    let finding = |message| Finding::new(&rule::REQUEST_SYNTAX, message);
    let wide = |name, encoding, bytes| {
        finding(format!("the text is {name}; JSON is UTF-8"))
            .at(Location { pointer: Some(String::new()), ..Location::span(Span::new(0, bytes)) })
            .help(format!("save it as UTF-8; iconv converts from {encoding}"))
    };
    match fault {
        EncodingFault::Utf16Le => wide("UTF-16 (little endian)", "UTF-16", 2),
        EncodingFault::Utf16Be => wide("UTF-16 (big endian)", "UTF-16", 2),
        EncodingFault::Utf32Le => wide("UTF-32 (little endian)", "UTF-32", 4),
        EncodingFault::Utf32Be => wide("UTF-32 (big endian)", "UTF-32", 4),
        EncodingFault::InvalidUtf8 { offset, count } => {
            let more = if count > 1 {
                format!(", the first of {} such bytes", crate::text::count(count as u64))
            } else {
                String::new()
            };
            finding(format!("the byte at offset {} is not UTF-8{more}", crate::text::count(offset as u64)))
                .at(Location::span(Span::new(offset, offset + 1)))
                .help("save it as UTF-8")
        }
    }
}

/// A second document in a file that should contain one, from its first byte on.
#[must_use]
pub fn second_document(root: Value<'_>) -> Finding {
    let start = root.span().start;
    let message = "a second document begins here; a .json file contains one, and the service refuses a body of two";
    Finding::new(&rule::REQUEST_SYNTAX, message)
        .at(Location::value(String::new(), Span::new(start, start + 1)))
        .at_most(Severity::Warning)
        .help("remove it; or, if each line is a request of its own, name the file .jsonl")
}

/// Where a long array breaks. Its text is not in memory, so the location comes with it.
#[must_use]
pub fn array(fault: &ArrayFault, file: &Arc<str>) -> Finding {
    let start = fault.at;
    let span = Span::new(start.offset, start.offset + 1);
    let end = Position { column: start.column.saturating_add(1), offset: span.end, ..start };
    let location =
        Location { file: Arc::clone(file), start: Some(start), end: Some(end), ..Location::value(String::new(), span) };
    let message = format!("{}; what follows was not checked", fault.message);
    Finding::new(&rule::REQUEST_SYNTAX, message).at(location).help(fault.help)
}

fn syntax(error: &SyntaxError, location: Location) -> Finding {
    let mut message = error.message.clone().into_owned();
    if error.count > 1 {
        message.push_str(&format!(" ({})", counted(error.count as u64, "place")));
    }
    let mut finding = Finding::new(&rule::REQUEST_SYNTAX, clean(&message)).at(location);
    if error.kind == ErrorKind::ByteOrderMark {
        // RFC 8259, section 8.1: writers must not add it, and a parser may ignore it.
        finding = finding.at_most(Severity::Warning);
    }
    if let Some(help) = &error.help {
        finding = finding.help(help.clone());
    }
    if let Some((span, words)) = error.related {
        finding = finding.related(words, Location::span(span));
    }
    if !error.edits.is_empty() {
        let edits =
            error.edits.iter().map(|(span, text)| Edit { file: Arc::from(""), span: *span, text: text.clone() });
        finding =
            finding.fix(Fix { title: title(error.kind).to_owned(), safe: true, edits: edits.collect(), rename: None });
    }
    finding
}

fn title(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ByteOrderMark => "remove the byte order mark",
        ErrorKind::Comment => "remove the comments",
        ErrorKind::WrongQuotes => "use double quotes",
        ErrorKind::UnquotedKey => "quote the keys",
        ErrorKind::ControlCharacter => "write them as escapes",
        ErrorKind::TrailingComma | ErrorKind::ExtraComma => "remove the comma",
        ErrorKind::MissingComma => "insert a comma",
        ErrorKind::BadNumber => "write the number as JSON requires",
        _ => "write it as JSON requires",
    }
}

/// The value that a fault belongs to.
fn holder<'d>(document: &'d Document<'d>, error: &SyntaxError) -> Option<Value<'d>> {
    if is_everywhere(error.kind) {
        return document.root();
    }
    let value = document.value_at_offset(error.span.start).or(document.root())?;
    if is_between(error.kind, value) { value.parent().or(Some(value)) } else { Some(value) }
}

/// Whether the fault is next to a value and belongs to the value around it.
fn is_between(kind: ErrorKind, value: Value<'_>) -> bool {
    use ErrorKind::{ExtraComma, MissingComma, MissingKey, TrailingComma, Unclosed, WrongBracket};
    matches!(kind, TrailingComma | MissingComma | ExtraComma | MissingKey | Unclosed | WrongBracket)
        && !matches!(value.kind(), ValueKind::Array | ValueKind::Object)
}

/// Whether this kind of fault is a habit of the whole text.
fn is_everywhere(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Comment | ErrorKind::WrongQuotes | ErrorKind::UnquotedKey)
}

/// The place of a value, with its record if the text is a manifest.
fn place(document: &Document<'_>, value: Option<Value<'_>>, span: Span) -> Location {
    let Some(value) = value else { return Location::span(span) };
    let pointer = value.pointer();
    let mut location = Location { span: Some(span), ..Location::default() };
    let manifest = document.root().is_some_and(|root| root.kind() == ValueKind::Array);
    match pointer.strip_prefix('/').filter(|_| manifest) {
        Some(rest) => {
            let (index, inner) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            location.record = index.parse().ok();
            location.pointer = Some(inner.to_owned());
        }
        None => location.pointer = Some(pointer),
    }
    location
}

fn depth(document: &Document<'_>, context: &Context<'_>) -> Option<Finding> {
    let (depth, deepest) = document.depth();
    let doubtful = context.limits.shared(|shared| shared.json_depth_doubtful)?;
    let bound = doubtful.number()?;
    if depth as f64 <= bound {
        return None;
    }
    // The span is where the nesting passes the bound. The pointer names only the member of the root that contains it,
    // because the full pointer would be as long as the nesting is deep.
    let mut chain: Vec<Value<'_>> = std::iter::successors(deepest, |value| value.parent()).collect();
    chain.reverse();
    let bound = bound as usize;
    let passed = chain.get(bound).or(chain.last())?.span().start;
    let location = place(document, chain.get(1).or(chain.first()).copied(), Span::new(passed, passed + 1));
    let levels = count(depth as u64);
    let finding = Finding::new(&rule::REQUEST_SYNTAX, String::new()).at(location).observed(depth as u64);
    let finding = finding.help("requests of this API nest only a few levels deep");
    let refused = context.limits.shared(|shared| shared.json_depth_refused).and_then(Limit::number);
    if refused.is_some_and(|refused| depth as f64 > refused) {
        let message = format!("nested {levels} levels deep, more than any common JSON parser accepts");
        return Some(Finding { message, ..finding });
    }
    let message = format!("nested {levels} levels deep; many JSON parsers stop before {}", count(bound as u64));
    Some(Finding { message, ..finding.limit(doubtful) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::request::json::parse;

    fn found(text: &str) -> Vec<Finding> {
        let limits = Limits::default();
        document(&parse(text), &Context { limits: &limits, ready: false, now: 0, newer: None })
    }

    #[test]
    fn the_pointer_names_the_broken_value() {
        for (text, pointer, record) in [
            ("{\"a\": {\"b\": 01}}", "/a/b", None),
            ("{\"a\": {\"b\": 1,}}", "/a", None),
            ("{\"a\": {\"b\": 1 \"c\": 2}}", "/a", None),
            ("{'a': {'b': 1}}", "", None),
            ("{\"a\": {b: 1}}", "", None),
            ("[{\"a\": 1}, {\"a\": [1,]}]", "/a", Some(1)),
            ("[{\"a\": 1, \"a\": 2}]", "/a", Some(0)),
            ("{\"a\": [{\"b\": ", "/a/0", None),
        ] {
            let findings = found(text);
            let [finding] = findings.as_slice() else { panic!("{text}: {findings:?}") };
            assert_eq!(finding.location.pointer.as_deref(), Some(pointer), "{text}");
            assert_eq!(finding.location.record, record, "{text}");
        }
    }

    #[test]
    fn fixable_syntax_is_fixed() {
        for (text, mended) in [
            ("{'a': \"b\", 'c': 'd\"e',}", "{\"a\": \"b\", \"c\": \"d\\\"e\"}"),
            ("{a: 1 /* x */ \"b\": True}", "{\"a\": 1  ,\"b\": true}"),
            ("\u{feff}[\"a\nb\tc\"]", "[\"a\\nb\\tc\"]"),
            ("[1,, 2,]", "[1, 2]"),
        ] {
            let mut edits: Vec<Edit> =
                found(text).into_iter().filter_map(|finding| finding.fix).flat_map(|fix| fix.edits).collect();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
            let mut result = text.to_owned();
            for edit in edits {
                result.replace_range(edit.span.start..edit.span.end, &edit.text);
            }
            assert!(parse(&result).errors().is_empty(), "{text} → {result}");
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(plain(&result), plain(mended), "{text}");
        }
    }

    #[test]
    fn deep() {
        let nested = |depth: usize| format!("{{\"v\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(found(&nested(400)).is_empty());
        let severity = |depth| found(&nested(depth)).first().map(|finding| finding.severity);
        assert_eq!(severity(1_000), Some(Severity::Warning));
        assert_eq!(severity(100_000), Some(Severity::Error));
        let finding = found(&nested(1_000)).remove(0);
        assert_eq!(finding.location.pointer.as_deref(), Some("/v"));
        // The root is the first level, so the 501st is the 500th of these brackets.
        assert_eq!(finding.location.span, Some(Span::new(6 + 499, 6 + 500)));
    }

    #[test]
    fn duplicates_name_the_first_key() {
        let findings = found("{\"a\": 1, \"\\u0061\": 2}");
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!((finding.rule.id, finding.severity), ("request/duplicate-key", Severity::Warning));
        assert_eq!(finding.location.span, Some(Span::new(9, 17)));
        assert_eq!(finding.related[0].location.span, Some(Span::new(1, 4)));
    }
}
