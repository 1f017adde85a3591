//! Compares the tree with `serde_json`, on valid JSON and on any text.

use crate::common;
use common::busy::BusyClock;
use heylint::request::json::{Document, ErrorKind, Value, ValueKind, parse, parse_at};
use proptest::prelude::*;

/// The value as serde_json represents it.
fn plain(value: Value<'_>) -> serde_json::Value {
    match value.kind() {
        ValueKind::Null => serde_json::Value::Null,
        ValueKind::Bool => value.as_bool().expect("a boolean").into(),
        ValueKind::Number => {
            value.number_text().expect("a number").parse().map_or(serde_json::Value::Null, serde_json::Value::Number)
        }
        ValueKind::String => value.as_str().expect("a string").into_owned().into(),
        ValueKind::Array => value.items().map(plain).collect(),
        ValueKind::Object => serde_json::Value::Object(
            value.members().map(|member| (member.key.into_owned(), plain(member.value))).collect(),
        ),
    }
}

/// Whether serde_json refuses something that RFC 8259 allows.
fn allowed_difference(error: &serde_json::Error) -> bool {
    let message = error.to_string();
    message.starts_with("recursion limit exceeded") || message.starts_with("number out of range")
}

/// Every span lies within the text on character boundaries, and every pointer resolves to its value.
fn consistent(document: &Document<'_>) {
    let text = document.text();
    let inside = |span: heylint::text::Span| {
        let (start, end) = (span.start - document.base(), span.end - document.base());
        assert!(start <= end && text.is_char_boundary(start) && text.is_char_boundary(end), "{span:?} in {text:?}");
    };
    for error in document.errors() {
        inside(error.span);
        error.edits.iter().for_each(|(span, _)| inside(*span));
        error.related.iter().for_each(|(span, _)| inside(*span));
        assert!(!error.message.is_empty());
    }
    for double in document.duplicates() {
        inside(double.again.key_span);
    }
    let Some(root) = document.root() else { return };
    let mut left = vec![root];
    while let Some(value) = left.pop() {
        inside(value.span());
        value.key_span().into_iter().for_each(inside);
        if let Some(decoded) = value.as_str() {
            assert_eq!(decoded.chars().count(), value.code_points());
            assert_eq!(decoded.len(), value.utf8_len());
            assert_eq!(decoded.encode_utf16().count(), value.utf16_len());
            let middle = value.code_points() / 2;
            inside(value.span_from(middle));
            inside(value.span_of_bytes(decoded.len() / 3, decoded.len()));
            assert_eq!(value.span_from(value.code_points()).start, value.span_from(value.code_points()).end);
        }
        // With duplicate keys, a pointer resolves to the last one.
        if document.duplicates().len() == 0 && !document.is_doubtful() {
            assert_eq!(document.at_pointer(&value.pointer()), Some(value));
        }
        assert!(document.value_at_offset(value.span().start).is_some());
        assert!(value.children().all(|child| child.parent() == Some(value)));
        left.extend(value.children());
    }
}

fn agrees(text: &str) {
    let document = parse(text);
    consistent(&document);
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(expected) => {
            assert!(document.errors().is_empty(), "{text:?}: {:?}", document.errors());
            assert_eq!(plain(document.root().expect("a value")), expected, "{text:?}");
        }
        Err(error) if allowed_difference(&error) => {}
        Err(error) => assert!(!document.errors().is_empty(), "{text:?} is accepted, serde_json says {error}"),
    }
}

/// Valid JSON with all kinds of escapes and white space.
fn json() -> impl Strategy<Value = String> {
    let string = r#""([ -!#-\[\]-~é漢😀]|\\["\\/bfnrt]|\\u[0-9a-cA-C][0-9a-fA-F]{3}|\\ud83d\\ude0[0-9a-f]){0,12}""#;
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?";
    let leaf = prop_oneof![Just("null".to_owned()), Just("true".to_owned()), Just("false".to_owned()), string, number];
    let space = "[ \n\r\t]{0,2}";
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 0..6), space)
                .prop_map(|(items, space)| format!("[{space}{}{space}]", items.join(&format!("{space},")))),
            (proptest::collection::vec((string, inner), 0..6), space).prop_map(|(members, space)| {
                let members: Vec<_> =
                    members.into_iter().map(|(key, value)| format!("{space}{key}{space}:{space}{value}")).collect();
                format!("{{{}{space}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_json_gives_the_same_value(text in json()) {
        agrees(&text);
        prop_assert!(parse(&text).errors().is_empty());
    }

    #[test]
    fn json_with_a_changed_piece(text in json(), at in 0.0..1.0f64, cut in 0usize..4, piece in r#"[{}\[\]",:'/*#\\truefals nu0-9.eE+\-\n\x00-\x1f“é$`;=]{0,4}"#) {
        let at = text.floor_char_boundary((text.len() as f64 * at) as usize);
        let end = text.floor_char_boundary((at + cut).min(text.len())).max(at);
        agrees(&format!("{}{piece}{}", &text[..at], &text[end..]));
    }

    #[test]
    fn any_text(text in "\\PC*") {
        agrees(&text);
    }

    #[test]
    fn any_heap_of_tokens(tokens in proptest::collection::vec(prop_oneof![
        Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\"a\""), Just("\""), Just("'b'"), Just("1"),
        Just("true"), Just("\n"), Just("\\"), Just("//"), Just("/*"), Just("{{"), Just("}}"), Just("-"), Just("…"), Just("“c”"),
    ], 0..40)) {
        agrees(&tokens.concat());
    }

    #[test]
    fn a_document_within_a_file(text in json(), base in 0usize..1_000) {
        let (here, there) = (parse(&text), parse_at(&text, base));
        prop_assert_eq!(here.root().expect("a value").span().start + base, there.root().expect("a value").span().start);
        consistent(&there);
    }
}

#[test]
fn every_cut_of_a_draft_has_a_tree_and_at_most_two_faults() {
    let text = r#"{"type": "studio", "scenes": [{"type": "avatar_video", "input": {"script": "Hi \"you\" \u00e9", "n": -1.5e3}}, true]}"#;
    for cut in 0..text.len() {
        let document = parse(&text[..cut]);
        consistent(&document);
        let faults = document.errors().len();
        assert!((1..=2).contains(&faults), "{}: {:?}", &text[..cut], document.errors());
    }
}

#[test]
fn one_lost_character_is_one_fault() {
    let text = r#"{
  "type": "studio",
  "title": "Ta\"lk",
  "scenes": [
    {"type": "avatar_video", "input": {"avatar_id": "a1", "script": "Hi, you.", "voice_settings": {"speed": 1.1}}},
    {"type": "image", "image": {"type": "url", "url": "https://example.com/a.png"}, "duration": 5}
  ],
  "tags": ["a", "b", 3, true, null],
  "callback_url": "https://example.com/hook"
}
"#;
    assert!(parse(text).errors().is_empty());
    let (mut one, mut more) = (0, 0);
    for (at, c) in text.char_indices().filter(|(_, c)| "{}[],:\"".contains(*c)) {
        let cut = format!("{}{}", &text[..at], &text[at + 1..]);
        let document = parse(&cut);
        match document.errors().len() {
            0 => assert!(serde_json::from_str::<serde_json::Value>(&cut).is_ok(), "{c} at {at}"),
            1 => one += 1,
            2 => more += 1,
            _ => panic!("without {c} at {at}: {:?}", document.errors()),
        }
    }
    assert!(one >= 90 && more <= one / 20, "{one} with one fault, {more} with two");
}

#[test]
fn hostile_texts_are_read_in_linear_time() {
    let long = 400_000;
    let texts = [
        "[".repeat(long),
        "{".repeat(long),
        "{{ ".repeat(long),
        "[}".repeat(long),
        "[{]".repeat(long),
        "'a'a,".repeat(long),
        "\"\n".repeat(long),
        "\"a\n ".repeat(long),
        "{\"a\":".repeat(long),
        "}".repeat(long),
        "[[[[}}".repeat(long),
        format!("[{}", "'".repeat(long)),
        format!("[{}", "“".repeat(long)),
        format!("[{}", "a ".repeat(long)),
        format!("[{}", "/*".repeat(long)),
        format!("[\"{}", "\\ud800".repeat(long)),
        format!("[{}", "\"\\\n".repeat(long)),
        format!("{{{}", "a b ".repeat(long)),
        format!("[{}]", "1,".repeat(long)),
        format!("[{}", "${".repeat(long)),
        format!("[{}", "a,".repeat(long)),
        format!("[{}\"{}x", "a,".repeat(long), " ".repeat(long)),
        format!("{{\"a:{}", "\"b:1,".repeat(long)),
        format!("{{{}}}", (0..long / 4).map(|n| format!("\"k{n}\":{n},")).collect::<String>()),
    ];
    let before = BusyClock::start();
    for text in &texts {
        let document = parse(text);
        assert!(document.errors().len() <= 64);
        assert!(!document.errors().is_empty());
        assert!(document.duplicates().len() <= text.len());
    }
    assert!(before.elapsed().as_secs() < 60, "{:?}", before.elapsed());
}

#[test]
fn corpus() {
    let Some(corpus) = common::corpus() else { return };
    let mut count = 0;
    for folder in ["real", "on-limit", "faulty"] {
        for entry in std::fs::read_dir(corpus.join("requests").join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let document = parse(&text);
            count += 1;
            if text.len() < 100_000 {
                agrees(&text);
            }
            let ours = document.errors().is_empty();
            match serde_json::from_str::<serde_json::Value>(&text) {
                Ok(_) => assert!(ours, "{}: {:?}", path.display(), document.errors()),
                Err(error) => assert!(!ours || allowed_difference(&error), "{}: {error}", path.display()),
            }
            assert!(document.errors().len() <= 1, "{}: {:?}", path.display(), document.errors());
            assert!(document.errors().iter().all(|error| error.kind != ErrorKind::TooLarge));
        }
    }
    assert!(count > 300);
}
