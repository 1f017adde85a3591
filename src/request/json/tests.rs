use super::*;

fn kinds(text: &str) -> Vec<ErrorKind> {
    parse(text).errors().iter().map(|error| error.kind).collect()
}

#[test]
fn values_and_places() {
    let text = "{\"a\": [1, \"x\\u00e9\", {\"b/c~\": null}], \"d\": -1.50e2}";
    let document = parse_at(text, 100);
    assert!(document.errors().is_empty(), "{:?}", document.errors());
    let root = document.root().unwrap();
    let null = root.at_pointer("/a/2/b~1c~0").unwrap();
    assert!(null.is_null());
    assert_eq!(null.pointer(), "/a/2/b~1c~0");
    assert_eq!(document.source(null.key_span().unwrap()), "\"b/c~\"");
    assert_eq!(null.span(), Span::new(100 + text.find("null").unwrap(), 104 + text.find("null").unwrap()));
    let record = root.get("a").unwrap().items().nth(2).unwrap().as_root();
    assert_eq!(record.get("b/c~").unwrap().pointer(), "/b~1c~0");
    assert!(record.parent().is_none());
    assert_eq!(root.get("d").unwrap().number(), Some(-150.0));
    assert!(root.get("d").unwrap().is_integer());
    assert_eq!(root.get("d").unwrap().integer_text(), None);
    assert_eq!(root.at_pointer("/a/1").unwrap().as_str().unwrap(), "xé");
    assert_eq!(root.members().map(|member| member.key.into_owned()).collect::<Vec<_>>(), ["a", "d"]);
    assert_eq!(document.value_at_offset(100 + 7).unwrap().pointer(), "/a/0");
    assert_eq!(document.value_at_offset(102).unwrap().pointer(), "/a");
    assert!(document.value_at_offset(99).is_none() && document.value_at_offset(100 + text.len() + 1).is_none());
}

#[test]
fn offsets_map_from_decoded_text_to_the_source() {
    let text = r#"["a\n\ud83d\ude00b\"é"]"#;
    let document = parse(text);
    let value = document.at_pointer("/0").unwrap();
    assert_eq!(value.as_str().unwrap(), "a\n😀b\"é");
    assert_eq!((value.code_points(), value.utf16_len(), value.utf8_len()), (6, 7, 10));
    assert_eq!(document.source(value.span_from(2)), r#"\ud83d\ude00b\"é"#);
    assert_eq!(document.source(value.span_from(6)), "");
    assert_eq!(document.source(value.span_between(3, 5)), r#"b\""#);
    assert_eq!(document.source(value.span_of_bytes(1, 6)), r"\n\ud83d\ude00");
    assert_eq!(document.source(value.span_of_bytes(8, 10)), "é");
    assert_eq!(document.source(value.span_of_bytes(10, 10)), "");
    let plain = parse("[\"abc\"]");
    assert_eq!(plain.source(plain.at_pointer("/0").unwrap().span_of_bytes(1, 9)), "bc");
}

#[test]
fn one_fault_gives_one_error() {
    use ErrorKind::*;
    let cases: &[(&str, &[ErrorKind])] = &[
        ("", &[Empty]),
        ("  \n", &[Empty]),
        ("\u{feff}{}", &[ByteOrderMark]),
        ("{\"a\": 1,}", &[TrailingComma]),
        ("[1, 2,]", &[TrailingComma]),
        ("[1,, 2]", &[ExtraComma]),
        ("[1 2]", &[MissingComma]),
        ("{\"a\": 1\n \"b\": 2}", &[MissingComma]),
        ("{\"a\" 1}", &[MissingColon]),
        ("{\"a\"}", &[MissingColon]),
        ("{\"a\": }", &[MissingValue]),
        ("{\"a\": , \"b\": 1}", &[MissingValue]),
        ("{\"a\" = 1}", &[MissingColon]),
        ("{a: 1, b: 2}", &[UnquotedKey]),
        ("{'a': 'it''s', 'b': 'c'}", &[WrongQuotes]),
        ("{“a”: “b”}", &[WrongQuotes]),
        ("// x\n{\"a\": 1 /* y */}", &[Comment]),
        ("{\"a\": NaN, \"b\": 1}", &[UnknownWord]),
        ("{\"a\": True}", &[UnknownWord]),
        ("{\"a\": hello world, \"b\": 1}", &[UnknownWord]),
        ("{\"a\": {{ x }}, \"b\": 1}", &[Template]),
        ("{\"a\": 01, \"b\": 1}", &[BadNumber]),
        ("{\"a\": +1}", &[BadNumber]),
        ("[.5]", &[BadNumber]),
        ("[1.]", &[BadNumber]),
        ("[0x1F]", &[BadNumber]),
        ("[-]", &[UnknownWord]),
        ("[\"a\nb\nc\"]", &[ControlCharacter]),
        ("[\"C:\\Users\\me\\x\"]", &[BadEscape]),
        ("[\"\\u12\"]", &[BadEscape]),
        ("[\"\\ud83d\"]", &[LoneSurrogate]),
        ("[\"\\ude00\\ud83d\"]", &[LoneSurrogate]),
        ("{\"a\": \"b", &[UnterminatedString]),
        ("{\"a\": \"b,\n \"c\": 1}", &[UnterminatedString]),
        ("{\"a\": \"b\n}", &[UnterminatedString]),
        ("{\"a\": [1, {\"b\": ", &[Unclosed]),
        ("{\"a", &[UnterminatedString]),
        ("{\"a\": 1", &[Unclosed]),
        ("[1, 2}", &[WrongBracket]),
        ("{\"a\": [1, 2}", &[WrongBracket]),
        ("{\"a\": {\"b\": 1]}", &[WrongBracket]),
        ("{\"a\": 1}}", &[TrailingText]),
        ("{\"a\": 1}\n{\"b\": 2}", &[TrailingText]),
        ("{\"a\": 1},{\"b\": 2}", &[TrailingText]),
        ("hello world", &[UnknownWord]),
        ("]", &[WrongBracket]),
        ("[1; 2]", &[MissingComma]),
        ("[\"a\": 1]", &[MissingKey]),
        ("{{\"a\": 1}}", &[MissingKey]),
        ("{\"a\": 1, ...}", &[MissingKey]),
        ("{\"a\": tru", &[UnknownWord]),
        ("{\"a: \"b\", \"c\": 1}", &[UnterminatedString]),
        ("{\"a: 1, \"c\": 1}", &[UnterminatedString]),
        ("{a\": \"b\", \"c\": 1}", &[UnterminatedString]),
        ("{\"a\": b c\", \"c\": 1}", &[UnterminatedString]),
        ("{\"a\": 1bd\", \"c\": 1}", &[UnterminatedString]),
        ("{\"a\": \"b, \"c\": 1, \"d\": 2}", &[UnterminatedString]),
        ("{\"a\": [1, 2 x, 3]}", &[UnknownWord]),
        ("{\"a\": {\"b\": 1, \"c\": \"d\": 2}, \"e\": 3}}", &[MissingKey]),
    ];
    for (text, expected) in cases {
        assert_eq!(kinds(text), *expected, "{text}: {:?}", parse(text).errors());
    }
}

#[test]
fn a_fault_does_not_hide_the_next() {
    use ErrorKind::*;
    assert_eq!(
        kinds("{\"a\": 01, \"b\" 2, \"c\": [1,], \"d\": \"\\q\"}"),
        [BadNumber, MissingColon, TrailingComma, BadEscape]
    );
}

#[test]
fn a_half_typed_draft_has_a_tree() {
    let document = parse("{\"type\": \"avatar\", \"scenes\": [{\"script\": \"hi\", \"voice_id\": \"x");
    let value = document.at_pointer("/scenes/0/voice_id").unwrap();
    assert!(value.is_broken());
    assert_eq!(value.as_str().unwrap(), "x");
    assert_eq!(document.at_pointer("/type").unwrap().as_str().unwrap(), "avatar");
    let document = parse("{'type': 'it\\'s', b: True}");
    assert_eq!(document.at_pointer("/type").unwrap().as_str().unwrap(), "it's");
    assert_eq!(document.at_pointer("/b").unwrap().as_bool(), Some(true));
    let quotes = &document.errors()[0];
    assert_eq!((quotes.kind, quotes.count, quotes.edits.len()), (ErrorKind::WrongQuotes, 2, 2));
    assert_eq!(quotes.edits[1].1, "\"it's\"");
}

#[test]
fn doubles() {
    let mut text = String::from("{\"a\": 1, \"\\u0061\": 2, \"o\": {");
    for n in 0..40 {
        text.push_str(&format!("\"k{}\": {n},", n % 39));
    }
    text.push_str("\"z\": 0}}");
    let document = parse(&text);
    assert!(document.errors().is_empty());
    let doubles: Vec<_> = document.duplicates().collect();
    assert_eq!(doubles.len(), 2);
    assert_eq!(document.source(doubles[0].again.key_span), "\"\\u0061\"");
    assert_eq!(document.source(doubles[0].first.key_span), "\"a\"");
    assert_eq!(doubles[1].again.key, "k0");
    assert_eq!(document.root().unwrap().get("a").unwrap().number(), Some(2.0));
}

#[test]
fn deep_nesting() {
    let depth = 100_000;
    let text = "[".repeat(depth) + &"]".repeat(depth);
    let document = parse(&text);
    assert!(document.errors().is_empty());
    let (found, deepest) = document.depth();
    assert_eq!(found, depth);
    assert_eq!(deepest.unwrap().pointer().len(), 2 * (depth - 1));
    let half = "{\"a\":[".repeat(depth);
    assert_eq!(kinds(&half), [ErrorKind::Unclosed]);
}

#[test]
fn whole_numbers() {
    for (text, whole) in [
        ("30", true),
        ("30.0", true),
        ("3e1", true),
        ("30.5", false),
        ("1.25e2", true),
        ("1.25e1", false),
        ("100e-2", true),
        ("105e-1", false),
        ("0.0e-9", true),
        ("-4", true),
        ("30.00000000000000000000001", false),
        ("1e99999999999999999999", true),
        ("1e-99999999999999999999", false),
    ] {
        assert_eq!(parse(text).root().unwrap().is_integer(), whole, "{text}");
    }
}

#[test]
fn tints_distinguish_the_keys_of_an_object() {
    for object in crate::profile::default().objects {
        let mut tints: Vec<u16> = object.fields.iter().map(|field| super::tint(field.name.as_bytes())).collect();
        assert!(!tints.contains(&super::NO_TINT));
        let count = tints.len();
        tints.sort_unstable();
        tints.dedup();
        assert_eq!(tints.len(), count, "{}", object.name);
    }
}

#[test]
fn pointers_that_are_written_into_a_buffer() {
    let document = parse(r#"{"a": [{"bc": 1}, {"d~/e": [2]}], "\u0061": {"é": 3}, "long": {"longer still": 4}}"#);
    let mut written = 0;
    for value in document.root().expect("a value").within() {
        let mut buffer = [0; 12];
        if let Some(len) = value.write_pointer(&mut buffer) {
            assert_eq!(std::str::from_utf8(&buffer[..len]), Ok(value.pointer().as_str()));
            written += 1;
        }
    }
    assert_eq!(written, 6, "not those with an escape and the one that is too long");
}

/// A key is found however it is written, and so is its value.
#[test]
fn keys_in_every_writing() {
    for text in
        [r#"{"ab": 1}"#, r#"{"\u0061b": 1}"#, r#"{'ab': 1}"#, "{ab: 1}", r#"{"ab" : 1}"#, r#"{ab": 1}"#, "{“ab”: 1}"]
    {
        let document = parse(text);
        let root = document.root().expect("an object");
        assert_eq!(root.get("ab").and_then(Value::number), Some(1.0), "{text}");
        assert!(root.get("ac").is_none() && root.get("").is_none() && root.get("abc").is_none(), "{text}");
        let twice = format!("{}, \"ab\": 2}}", text.trim_end_matches('}'));
        let document = parse(&twice);
        assert_eq!(document.root().and_then(|root| root.get("ab")).and_then(Value::number), Some(2.0), "{twice}");
        assert_eq!(document.duplicates().len(), 1, "{twice}");
    }
    let document = parse(r#"{"": 1, "a": {"": 2}, "": 3}"#);
    assert_eq!(document.root().and_then(|root| root.get("")).and_then(Value::number), Some(3.0));
    assert_eq!(document.duplicates().len(), 1);
}

/// One brace too many in the middle: what follows belongs to the object, so nothing is missing from it.
#[test]
fn an_object_that_is_closed_early_is_not_whole() {
    for text in [r#"{"a": 1}, "b": 2}"#, r#"{"a": 1} "b": 2}"#, "{\"a\": 1},\n\"b\": 2}"] {
        let document = parse(text);
        let messages: Vec<_> = document.errors().iter().map(|error| &*error.message).collect();
        assert_eq!(messages, ["the object is closed before this"], "{text}");
        assert!(!document.is_whole(), "{text}");
    }
    for text in [r#"{"a": 1}}"#, r#"{"a": 1}, {"b": 2}"#, r#"{"a": 1} {"b": 2}"#, r#"{"a": 1},"#, r#"{"a": 1} EOF"#] {
        assert!(parse(text).is_whole() && parse(text).errors().len() == 1, "{text}");
    }
}
