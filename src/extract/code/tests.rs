use super::*;
use crate::text::Span;

/// Address, JSON and number of open objects of each piece.
fn found(language: Language, text: &str) -> Vec<(String, String, usize)> {
    let address =
        |piece: &Piece| piece.address.as_ref().map_or("-".to_owned(), |to| format!("{} {}", to.method, to.url));
    pieces(language, text, true).iter().map(|piece| (address(piece), piece.text.clone(), piece.open.len())).collect()
}

fn of(to: &str, text: &str, open: usize) -> (String, String, usize) {
    (to.to_owned(), text.to_owned(), open)
}

const TO: &str = "POST https://api.heygen.com/v3/videos";

#[test]
fn python_calls() {
    let text = r#"
import requests
BASE = "https://api.heygen.com"
def make(script):
    payload = {
        "type": "avatar",  # the kind
        'script': f"Hi {script}, {{x}}",
        "n": -1.5, "on": True, "none": None,
        "t": ("a\t"
              'b"c'),
        **extra,
    }
    return requests.post(f"{BASE}/v3/videos", headers={"X-Api-Key": KEY}, json=payload, timeout=3)
"#;
    let all = found(Language::Python, text);
    assert_eq!(all.len(), 1, "{all:#?}");
    let (to, json, open) = &all[0];
    assert_eq!((to.as_str(), *open), (TO, 2));
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let expected =
        r#"{"type": "avatar", "script": "Hi {{script}}, {x}", "n": -1.5, "on": true, "none": null, "t": "a\tb\"c"}"#;
    assert_eq!(value, serde_json::from_str::<serde_json::Value>(expected).expect("JSON"));
    let piece = pieces(Language::Python, text, true).remove(0);
    for (part, source) in
        [("\"avatar\"", "\"avatar\""), ("true", "True"), ("b\\\"c", "b\"c"), ("\"script\"", "'script'")]
    {
        let at = piece.text.find(part).expect(part);
        let span = piece.map.span(Span::new(at, at + part.len()));
        assert_eq!(&text[span.start..span.end], source);
    }
    let at = piece.text.find("true").expect("it");
    assert_eq!(piece.map.edit(Span::new(at, at + 4), "false").expect("an edit").1, "False");
}

#[test]
fn python_in_other_ways() {
    for (text, to, json) in [
        ("client.post('https://api.heygen.com/v3/videos', {'a': 1})", TO, r#"{"a": 1}"#),
        (
            "requests.request('post', url='https://api.heygen.com/v3/videos', data=json.dumps({'a': [1, x,]}))",
            TO,
            r#"{"a": [1, "{{x}}"]}"#,
        ),
        ("U = 'https://api.heygen.com/v3/videos'\nawait c.post(U, json={'a': 1_000})", TO, r#"{"a": 1000}"#),
        ("self.http.post(self.base + '/v3/videos', json={'a': 'b' + c})", "POST /v3/videos", r#"{"a": "b{{c}}"}"#),
        (
            "r = Request(method='POST', url='https://api.heygen.com/v3/videos', data=json.dumps({'a': 1}).encode())",
            TO,
            r#"{"a": 1}"#,
        ),
    ] {
        assert_eq!(found(Language::Python, text), [of(to, json, 0)], "{text}");
    }
    assert_eq!(
        found(Language::Python, "p = {'a': 1}\np['b'] = 2\nrequests.post('https://api.heygen.com/v3/videos', json=p)"),
        [of(TO, r#"{"a": 1}"#, 1)]
    );
    let form = r#"{"method": "POST", "url": "https://api.heygen.com/v3/videos", "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": {"a": 1}}"#;
    assert_eq!(
        found(Language::Python, "requests.post('https://api.heygen.com/v3/videos', {'a': 1})"),
        [of("-", form, 0)]
    );
    for text in [
        "requests.post('https://example.com/v3/videos', json={'a': 1})",
        "requests.post('https://api.heygen.com/v3/videos', json=build())",
        "do_something({'a': 1})",
    ] {
        assert!(found(Language::Python, text).is_empty(), "{text}");
    }
}

#[test]
fn javascript_and_typescript_calls() {
    let text = "const API = 'https://api.heygen.com';\n\
        const body = { type: 'avatar', 'a': `x ${y}`, script, b: undefined, ...rest, n: .5, l: [1, 'it\\'s',], };\n\
        const r = await fetch(`${API}/v3/videos`, { method: 'POST', headers: {}, body: JSON.stringify(body as Body) });";
    for language in [Language::JavaScript, Language::TypeScript] {
        let all = found(language, text);
        assert_eq!(all.len(), 1, "{all:#?}");
        let json = r#"{ "type": "avatar", "a": "x {{y}}", "script": "{{script}}", "b": "{{undefined}}","n": 0.5, "l": [1, "it's"] }"#;
        assert_eq!(all[0], of(TO, json, 2));
    }
    let piece = pieces(Language::TypeScript, text, true).remove(0);
    let at = piece.text.find("\"type\"").expect("it");
    let (span, new) = piece.map.edit(Span::new(at, at + 6), "\"kind\"").expect("an edit");
    assert_eq!((&text[span.start..span.end], new.as_str()), ("type", "\"kind\""));
    for (text, to) in [
        ("await axios.post('https://api.heygen.com/v3/videos', { a: 1 }, { headers: {} })", TO),
        ("axios({ method: 'post', url: 'https://api.heygen.com/v3/videos', data: { a: 1 } })", TO),
        ("fetch(BASE + '/v3/videos', { method: 'POST', body: JSON.stringify({ a: 1 }) })", "POST /v3/videos"),
    ] {
        assert_eq!(found(Language::TypeScript, text), [of(to, r#"{ "a": 1 }"#, 0)], "{text}");
    }
    assert_eq!(found(Language::TypeScript, "export const body = { a: 1 } satisfies B;"), [of("-", r#"{ "a": 1 }"#, 1)]);
    for text in [
        "f({ a: 1 })",
        "fetch('https://example.com', { method: 'POST', body: JSON.stringify({ a: 1 }) })",
        "type A = { a: 1 }",
    ] {
        assert!(found(Language::TypeScript, text).is_empty(), "{text}");
    }
}

/// Custom clients wrap the call.
#[test]
fn calls_of_a_client() {
    for (text, to, json) in [
        (
            "const r = await this.request<Made>('https://api.heygen.com/v3/videos', {method: 'POST', body: JSON.stringify({a: 1})})",
            TO,
            r#"{"a": 1}"#,
        ),
        ("await this.request('POST', 'https://api.heygen.com/v3/videos', {a: 1})", TO, r#"{"a": 1}"#),
        (
            "await client.request<Made>(\"post\", `${base}/v3/videos`, body); const body = {a: 1}",
            "POST /v3/videos",
            r#"{"a": 1}"#,
        ),
    ] {
        assert_eq!(found(Language::TypeScript, text), [of(to, json, 0)], "{text}");
    }
    let python = "self.request('POST', 'https://api.heygen.com/v3/videos', {'a': 1})";
    assert_eq!(found(Language::Python, python), [of(TO, r#"{"a": 1}"#, 0)]);
}

#[test]
fn json_with_comments() {
    let text = "// c\n{ /* d */ a: 'b', // e\n \"c\": [1, 2,], }\n";
    let piece = whole(text).expect("a piece");
    let value: serde_json::Value = serde_json::from_str(&piece.text).expect("JSON");
    assert_eq!(value.to_string(), r#"{"a":"b","c":[1,2]}"#);
    let at = piece.text.find("\"b\"").expect("it");
    let span = piece.map.span(Span::new(at, at + 3));
    assert_eq!(&text[span.start..span.end], "'b'");
    assert!(whole("{ a: ").is_none());
}

/// The grammar has elements in place of type assertions.
#[test]
fn type_assertions_are_no_elements() {
    let text = r#"
const first = <Options>given;
const window_ = <any>globalThis["window"];
const send = async <T>(x: T) => <T>await x;
const sent = fetch("https://api.heygen.com/v3/videos", <RequestInit>{ method: "POST", body: JSON.stringify(<
    Body>{ a: 1 }) });
const more = a < b && c > (d);
"#;
    let all = pieces(Language::TypeScript, text, true);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!((all[0].text.as_str(), all[0].place.as_str()), (r#"{ "a": 1 }"#, "line 5"));
}

/// A short program may not cause as many parses as it likes.
#[test]
fn very_many_type_assertions_are_left_as_they_are() {
    let left = |many: usize| {
        let text = "<A>b;\n".repeat(many);
        let (_, text) = tree(Language::TypeScript, &text).expect("a tree");
        text.matches("<A>").count()
    };
    assert_eq!((left(MOST_ASSERTIONS), left(MOST_ASSERTIONS + 9)), (0, 9));
}
