use proptest::prelude::*;

use super::*;

/// Address, JSON, form and place of each piece.
fn found(text: &str) -> Vec<(String, String, &'static str, String)> {
    let address =
        |piece: &Piece| piece.address.as_ref().map_or("-".to_owned(), |to| format!("{} {}", to.method, to.url));
    pieces(text, true).into_iter().map(|piece| (address(&piece), piece.text.clone(), piece.form, piece.place)).collect()
}

/// The source text of a part of the only piece.
fn shown<'t>(text: &'t str, part: &str) -> &'t str {
    let piece = pieces(text, true).remove(0);
    let at = piece.text.find(part).expect("the part");
    let span = piece.map.span(Span::new(at, at + part.len()));
    &text[span.start..span.end]
}

const TO: &str = "POST https://api.heygen.com/v3/videos";

#[test]
fn a_call_of_a_workflow() {
    let text = "steps:\n  - name: Make\n    with:\n      url: https://api.heygen.com/v3/videos\n      method: POST\n      \
                data: |\n        {\"script\": \"é\",\n          \"speed\": 1.9, \"n\": ${{ inputs.n }}}\n";
    let json = "{\"script\": \"é\",\n  \"speed\": 1.9, \"n\": \"{{n}}\"}";
    assert_eq!(found(text), [(TO.to_owned(), json.to_owned(), "yaml", "line 7".to_owned())]);
    assert_eq!(shown(text, "1.9"), "1.9");
    assert_eq!(shown(text, "\"speed\""), "\"speed\"");
    assert_eq!(shown(text, "\"{{n}}\""), "${{ inputs.n }}");
}

#[test]
fn a_body_in_yaml() {
    let text = "base: &base {}\nrequest:\n  url: https://api.heygen.com/v3/videos\n  method: POST\n  json:\n    script: 'it''s'\n    \
                speed: +1.9 # fast\n    on: [yes, ~, \"a\\u00e9\\\n       b\"]\n    <<: *base\n    more:\n      >-\n      a\n      b\n";
    let json = "{\"script\": \"it's\", \"speed\": 1.9, \"on\": [\"{{value}}\", null, \"aéb\"], \"more\": \"a b\"}";
    assert_eq!(found(text).first().map(|found| found.1.as_str()), Some(json));
    assert_eq!(shown(text, "1.9"), "+1.9");
    assert_eq!(shown(text, "\"it's\""), "'it''s'");
    assert_eq!(shown(text, "é"), "\\u00e9");
    assert_eq!(shown(text, "\"aéb\""), "\"a\\u00e9\\\n       b\"");
    let piece = pieces(text, true).remove(0);
    assert_eq!((piece.open.as_slice(), piece.unknown.len()), ([0].as_slice(), 1));
}

#[test]
fn shell_in_a_block() {
    let text = "run: |\n  curl https://api.heygen.com/v3/videos \\\n    -d '{\"script\": \"${{ inputs.text }}\", \"speed\": 1.9}'\n";
    assert_eq!(shown(text, "1.9"), "1.9");
    assert_eq!(pieces(text, true).remove(0).unknown.len(), 1);
    let text = "script:\n- \"curl https://api.heygen.com/v3/videos -d '{\\\"a\\\": 1.9}'\"\n";
    assert_eq!(shown(text, "\"a\""), "\\\"a\\\"");
    let unquoted = "run: |\n  curl https://api.heygen.com/v3/videos -d '{\"a\": ${{ inputs.a }}}'\n";
    assert_eq!(found(unquoted), []);
}

#[test]
fn descriptions_and_deep_nesting_are_ignored() {
    assert_eq!(found("openapi: 3.1.0\nbody:\n  type: avatar\n  avatar_id: a\n"), []);
    assert_eq!(found(&format!("body: {}", "[".repeat(200_000))), []);
    assert_eq!(found(&"- ".repeat(200_000)), []);
    assert_eq!(found("a: [\n"), []);
}

proptest! {
    /// Every text comes back unchanged in every style that can hold it, and points at itself.
    #[test]
    fn a_text_survives_the_round_trip(words in proptest::collection::vec("[a-zé😀']{1,6}", 1..6), style in 0..5, windows in any::<bool>()) {
        let lines = words.join("\n");
        let indented = words.iter().map(|word| format!("    {word}")).collect::<Vec<_>>().join("\n");
        let (source, expected) = match style {
            0 => (format!("body:\n  k: |\n{indented}\n"), format!("{lines}\n")),
            1 => (format!("body:\n  k: >-\n{indented}\n"), words.join(" ")),
            2 => (format!("body:\n  k: '{}'\n", indented.trim_start().replace('\'', "''")), words.join(" ")),
            3 => (format!("body:\n  k: \"{}\"\n", indented.trim_start()), words.join(" ")),
            _ => (format!("body:\n  k: x{}\n", indented.trim_start()), format!("x{}", words.join(" "))),
        };
        let source = if windows { source.replace('\n', "\r\n") } else { source };
        let documents = documents(&source);
        let (_, body) = &documents[0].members()[0];
        let (_, value) = &body.members()[0];
        let DecodedScalar { text, map } = decoded(&source, value).expect("a scalar");
        prop_assert_eq!(&text, &expected);
        let mut from = 0;
        for word in words.iter().filter(|word| !word.contains('\'')) {
            let at = from + text[from..].find(word.as_str()).expect("the word");
            from = at + word.len();
            let span = map.span(Span::new(at, from));
            prop_assert_eq!(&source[span.start..span.end], word.as_str());
        }
    }

    #[test]
    fn any_text_is_accepted(text in "([-:?&*!|>%@`{}\\[\\],#'\"~ \n\r\ta-cé\u{feff}]|body: |run: |curl |/v3/videos ){0,60}") {
        for piece in pieces(&text, true) {
            let span = super::super::span(&piece);
            prop_assert!(text.get(span.start..span.end).is_some());
        }
        for document in documents(&text) {
            let (json, _) = written(&text, &document);
            prop_assert!(parse(&json.text).errors().is_empty(), "{}", json.text);
            for run in json.map.parts(Span::new(0, json.text.len())) {
                prop_assert!(text.get(run.file.start..run.file.end).is_some());
                prop_assert!(!run.verbatim || text[run.file.start..run.file.end] == json.text[run.text.start..run.text.end]);
            }
        }
    }
}
