//! Requests inside JSON: collections, recordings, workflows, blueprints, and anything else with method, URL and body.
//!
//! Postman, Insomnia, HAR, n8n and Make all store a request as an object with a method and a URL, and the body beside
//! or below it, as an object or as JSON in a string. One walk over the tree therefore reads them all.

use super::http::templated;
use super::send::{PieceSite, Sent};
use super::strand::{Finished, Strand, Writer};
use super::tool;
use crate::profile::contract::{FieldKind, Object};
use crate::request::envelope::{MULTIPART, URL_ENCODED, is_content_type, is_form};
use crate::request::json::{Document, Value, ValueKind, parse};
use crate::request::piece::{Piece, PieceBuilder, SpanMap};
use crate::text::Span;
use crate::text::bounds;

/// The form of the document, by keys that only this form has.
fn form(root: Value<'_>) -> &'static str {
    let has = |pointer: &str| root.at_pointer(pointer).is_some();
    if has("/log/entries") {
        "har"
    } else if has("/info/schema") && has("/item") {
        "postman"
    } else if has("/resources") && has("/_type") || has("/collection") && has("/type") {
        "insomnia"
    } else if has("/nodes") && has("/connections") {
        "n8n"
    } else if has("/flow") || has("/blueprint/flow") {
        "make"
    } else {
        "nested"
    }
}

/// Keys under which a body may appear without an address.
const WRAPPERS: [&str; 6] = ["request", "requests", "body", "payload", "json", "jsonBody"];

/// The requests in a document, except for the document itself and the elements of a top-level list.
pub fn pieces(document: &Document<'_>, ours: bool) -> Vec<Piece> {
    let Some(root) = document.root().filter(|_| document.errors().is_empty()) else { return Vec::new() };
    let form = form(root);
    let mut found = Vec::new();
    let mut open = vec![root];
    let mut seen = 0;
    let mut arguments = 4 * document.text().len();
    while let Some(value) = open.pop() {
        seen += 1;
        if seen > bounds::FORM_VALUES || found.len() >= bounds::FORM_PIECES {
            break;
        }
        if value.kind() == ValueKind::Object {
            if let Some(piece) = tool::call(value, &|| place(value), ours, &mut arguments) {
                found.push(piece);
                continue;
            }
            // The other parts of a tool call have other names.
            if value.get("method").and_then(Value::as_str).is_some_and(|method| method.starts_with("tools/")) {
                let params = value.get("params");
                found.extend(params.and_then(|params| tool::call(params, &|| place(params), ours, &mut arguments)));
                continue;
            }
            if let Some(piece) = call(value, form, ours) {
                found.push(piece);
                continue;
            }
            let sent = value.get("method").is_some() && value.get("url").is_some();
            let wrapped = value.key().is_some_and(|key| WRAPPERS.contains(&&*key));
            let listed = value.parent().and_then(Value::key).is_some_and(|key| WRAPPERS.contains(&&*key));
            if (wrapped || listed) && !sent && value.get("type").or_else(|| value.children().next()).is_some() {
                found.push(bare(value, form));
            }
        } else if value.kind() == ValueKind::String
            && value.key().is_some_and(|key| WRAPPERS.contains(&&*key))
            && let Some(body) = body(value)
        {
            let Finished { text, map, unknown } = body;
            let open = Vec::new();
            found.push(Piece { text, map, address: None, form, place: place(value), unknown, open });
        }
        open.extend(value.children());
    }
    found.sort_by_key(|piece| piece.map.span(Span::new(0, piece.text.len())));
    found
}

fn bare(value: Value<'_>, form: &'static str) -> Piece {
    let (map, text) = (SpanMap::verbatim(value.span().start, value.raw().len()), value.raw().to_owned());
    Piece { text, map, address: None, form, place: place(value), unknown: Vec::new(), open: Vec::new() }
}

/// An object with method, URL and body.
fn call(value: Value<'_>, form: &'static str, ours: bool) -> Option<Piece> {
    let url = ["url", "uri", "endpoint", "path"].iter().find_map(|key| {
        let url = value.get(key)?;
        if url.kind() == ValueKind::Object { url.get("raw") } else { Some(url) }
    })?;
    let url = string(url).filter(|url| url.kind == WrittenBody::Text)?.strand;
    let method = ["method", "requestMethod", "verb"].iter().find_map(|key| value.get(key));
    let held = BODIES
        .iter()
        .find_map(|key| value.get(key).filter(|held| matches!(held.kind(), ValueKind::Object | ValueKind::String)));
    let parameters = ["bodyParameters", "bodyParametersUi"].iter().find_map(|key| value.get(key));
    // An address alone is not a request.
    if method.is_none() && held.is_none() {
        return None;
    }
    let is_json = value.get("contentType").and_then(Value::as_str).is_none_or(|kind| kind == "json");
    let mut sent = Sent { url: Some(url), ..Sent::default() };
    sent.method = method.and_then(string).map(|method| method.strand);
    sent.body = held.and_then(|held| match held.kind() {
        ValueKind::String => body(held),
        _ => match ["raw", "text", "json", "content"].iter().find_map(|key| held.get(key)) {
            Some(text) if text.kind() == ValueKind::String => body(text),
            Some(inner)
                if inner.kind() == ValueKind::Object && held.get("mode").or_else(|| held.get("type")).is_some() =>
            {
                Some(verbatim(inner))
            }
            // Postman's form data.
            _ if held.get("mode").is_some() || held.get("mimeType").is_some() => None,
            _ => Some(verbatim(held)),
        },
    });
    if sent.body.is_none() && is_json {
        sent.body = parameters.and_then(table);
    }
    let held = held.or(parameters);
    sent.unseen = held.is_some() && sent.body.is_none();
    sent.form = held
        .or_else(|| value.get("formDataFields"))
        .filter(|held| !is_disabled(held))
        .and_then(|held| content_type(value, held));
    sent.piece(PieceSite { form, place: &|| place(value) }, ours)
}

fn is_disabled(part: &Value<'_>) -> bool {
    part.get("disabled").and_then(Value::as_bool) == Some(true)
}

/// The content type of a call's body, if it is a form. The tools have their own words for it.
fn content_type(call: Value<'_>, held: Value<'_>) -> Option<Strand> {
    const WORDS: [(&str, &str); 6] = [
        ("form-urlencoded", URL_ENCODED),
        ("urlencoded", URL_ENCODED),
        ("x_www_form_urlencoded", URL_ENCODED),
        ("multipart-form-data", MULTIPART),
        ("formdata", MULTIPART),
        ("multipart_form_data", MULTIPART),
    ];
    let keys = [(call, "contentType"), (call, "bodyType"), (held, "mimeType"), (held, "mode")];
    let lists = [call.get("header"), call.get("headers"), call.at_pointer("/headerParameters/parameters")];
    let states = |row: &Value<'_>| {
        let name = row.get("key").or_else(|| row.get("name")).and_then(Value::as_str);
        name.is_some_and(|name| is_content_type(&name)) && !is_disabled(row)
    };
    let rows = lists.into_iter().flatten().flat_map(Value::items).filter(states);
    rows.map(|row| (row, "value")).chain(keys).find_map(|(owner, key)| {
        let written = owner.get(key)?;
        let word = written.as_str()?;
        let known = WORDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| (*kind).to_owned());
        Some(Strand::implied(written.span(), &known.or_else(|| is_form(&word).then(|| word.into_owned()))?))
    })
}

/// The keys under which the body of a call appears.
const BODIES: [&str; 9] =
    ["body", "json", "jsonBody", "bodyParametersJson", "rawBody", "postData", "payload", "data", "contents"];

/// The body that n8n builds from its table of names and values: `{"parameters": [{"name": …, "value": …}]}`. All values
/// are texts; a numeric text counts as a number where the field takes one.
fn table(held: Value<'_>) -> Option<Finished> {
    let rows = ["parameters", "parameter"].iter().find_map(|key| held.get(key))?;
    let mut out = Writer::default();
    let start = Span::new(rows.span().start, rows.span().start);
    out.stands(start, "{");
    let mut count = 0;
    for row in rows.items() {
        let (Some(name), Some(value)) = (row.get("name").and_then(Value::as_str), row.get("value")) else { continue };
        let (before, after) = (value.span().start, value.span().end);
        let comma = if count > 0 { ", " } else { "" };
        out.stands(Span::new(before, before), &format!("{comma}{}: ", crate::request::json::quote(&name)));
        match string(value) {
            Some(held) if held.kind == WrittenBody::Expression => {
                out.unknown(value.span(), held.strand.variable().unwrap_or("value"), false);
            }
            Some(_) if is_number(&name, value) => out.copy(before + 1, value.raw().trim_matches('"')),
            Some(held) => {
                out.stands(Span::new(before, before + 1), "\"");
                held.strand.write_string(&mut out);
                out.stands(Span::new(after - 1, after), "\"");
            }
            None => out.append(&verbatim(value)),
        }
        count += 1;
    }
    let end = rows.span().end;
    out.stands(Span::new(end, end), "}");
    (count > 0).then(|| out.finish(escaped))
}

/// Whether a text is a number or a flag for a field that takes one.
fn is_number(name: &str, value: Value<'_>) -> bool {
    let takes = |object: &Object| {
        object.field(name).is_some_and(|field| matches!(field.kind, FieldKind::Number(_) | FieldKind::Flag))
    };
    let written = value.raw().trim_matches('"');
    let is_one = || {
        let document = parse(written);
        let kind = document.root().filter(|_| document.errors().is_empty()).map(Value::kind);
        matches!(kind, Some(ValueKind::Number | ValueKind::Bool))
    };
    super::services().flat_map(|service| service.objects).any(|object| takes(object)) && is_one()
}

fn verbatim(value: Value<'_>) -> Finished {
    let map = SpanMap::verbatim(value.span().start, value.raw().len());
    Finished { text: value.raw().to_owned(), map, unknown: Vec::new() }
}

/// JSON within a string.
fn body(value: Value<'_>) -> Option<Finished> {
    let strand = string(value)?.strand.trimmed();
    let shown = strand.display();
    (shown.starts_with(['{', '[']) && shown.ends_with(['}', ']'])).then(|| strand.finish_json(escaped))
}

/// New text for the inside of a JSON string.
fn escaped(text: &str) -> Option<String> {
    let quoted = crate::request::json::quote(text);
    quoted.get(1..quoted.len() - 1).map(str::to_owned)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WrittenBody {
    Text,
    /// The tool fills in all of it.
    Expression,
}

struct Held {
    strand: Strand,
    kind: WrittenBody,
}

/// A string as the tool reads it, with the parts that it fills in as unknown. n8n marks texts with expressions by `=`.
fn string(value: Value<'_>) -> Option<Held> {
    let (text, map) = decoded(value)?;
    let skip = usize::from(text.starts_with('='));
    let strand = templated(skip, text.get(skip..)?).through(&map);
    let kind = if strand.variable().is_some() { WrittenBody::Expression } else { WrittenBody::Text };
    Some(Held { strand, kind })
}

/// The text of a JSON string, with the map back to its source.
pub fn decoded(value: Value<'_>) -> Option<(String, SpanMap)> {
    if value.kind() != ValueKind::String || value.is_broken() {
        return None;
    }
    let raw = value.raw();
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    let start = value.span().start + 1;
    let mut out = PieceBuilder::new();
    let mut from = 0;
    let bytes = inner.as_bytes();
    let mut at = 0;
    while let Some(len) = memchr::memchr(b'\\', bytes.get(at..)?) {
        at += len;
        out.copy(start + from, inner.get(from..at)?);
        let (len, text) = escape(inner.get(at..)?);
        out.replace(Span::new(start + at, start + at + len), &text);
        at += len;
        from = at;
    }
    out.copy(start + from, inner.get(from..)?);
    Some(out.finish(escaped))
}

/// The escape at the beginning of a text: its length, and its character.
fn escape(text: &str) -> (usize, String) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let plain = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => {
            let Some(first) = unit(2) else { return (2, String::new()) };
            let second = if text.get(6..8) == Some("\\u") { unit(8) } else { None };
            let mut pair = char::decode_utf16([Some(first), second].into_iter().flatten());
            return match (pair.next(), first) {
                (Some(Ok(c)), 0xd800..=0xdbff) => (12, c.to_string()),
                (Some(Ok(c)), _) => (6, c.to_string()),
                _ => (6, '\u{fffd}'.to_string()),
            };
        }
        Some(c) if c.is_ascii() => char::from(*c),
        _ => return (1, String::new()),
    };
    (2, plain.to_string())
}

/// The pointer of a value, or the name that the nearest object around it has.
fn place(value: Value<'_>) -> String {
    const LONGEST: usize = 60;
    let mut at = Some(value);
    for _ in 0..6 {
        let Some(here) = at else { break };
        let name = here.get("name").filter(|name| name.kind() == ValueKind::String).and_then(Value::as_str);
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            let short: String = name.chars().take(LONGEST).collect();
            return format!("“{}”", crate::source::clean(&short));
        }
        at = here.parent();
    }
    value.pointer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::json;

    /// Form, address, JSON and place of each piece.
    fn found(text: &str) -> Vec<(&'static str, String, String, String)> {
        let document = json::parse(text);
        let address =
            |piece: &Piece| piece.address.as_ref().map_or("-".to_owned(), |to| format!("{} {}", to.method, to.url));
        pieces(&document, false)
            .into_iter()
            .map(|piece| (piece.form, address(&piece), piece.text.clone(), piece.place))
            .collect()
    }

    fn of(form: &'static str, to: &str, text: &str, place: &str) -> (&'static str, String, String, String) {
        (form, to.to_owned(), text.to_owned(), place.to_owned())
    }

    const TO: &str = "POST https://api.heygen.com/v3/videos";

    #[test]
    fn a_postman_collection() {
        let text = r#"{"info": {"name": "A", "schema": "s"}, "item": [{"name": "Folder", "item": [{"name": "Create", "request": {
            "method": "POST", "header": [], "url": {"raw": "https://api.heygen.com/v3/videos", "path": ["v3", "videos"]},
            "body": {"mode": "raw", "raw": "{\n  \"script\": \"caf\u00e9 {{name}}\",\n  \"n\": {{n}}\n}"}}}]},
            {"name": "List", "request": {"method": "GET", "url": "{{base}}/v3/voices"}}]}"#;
        let json = "{\n  \"script\": \"café {{name}}\",\n  \"n\": \"{{n}}\"\n}";
        assert_eq!(found(text), [of("postman", TO, json, "“Create”")]);
        let document = json::parse(text);
        let piece = pieces(&document, false).remove(0);
        let at = piece.text.find("café").expect("the word");
        let span = piece.map.span(Span::new(at, at + 5));
        assert_eq!(&text[span.start..span.end], r"caf\u00e9");
        assert_eq!(piece.map.edit(Span::new(at, at + 3), "a\"b").expect("an edit").1, "a\\\"b");
    }

    #[test]
    fn recordings_workflows_and_blueprints() {
        let har = r#"{"log": {"entries": [{"request": {"method": "POST", "url": "https://api.heygen.com/v3/videos", "headers": [],
            "postData": {"mimeType": "application/json", "text": "{\"a\": 1}"}}, "response": {"content": {"text": "{}"}}}]}}"#;
        assert_eq!(found(har), [of("har", TO, "{\"a\": 1}", "/log/entries/0/request")]);
        let n8n = r#"{"name": "W", "nodes": [{"name": "Send", "parameters": {"method": "POST", "url": "https://api.heygen.com/v3/videos",
            "jsonBody": "={ \"script\": \"{{ $json.text }}\", \"n\": {{ $json.n }} }"}}], "connections": {}}"#;
        assert_eq!(found(n8n), [of("n8n", TO, r#"{ "script": "{{text}}", "n": "{{n}}" }"#, "“Send”")]);
        let n8n = r#"{"nodes": [{"name": "Send", "parameters": {"method": "POST", "url": "https://api.heygen.com/v3/videos",
            "sendBody": true, "bodyParameters": {"parameters": [{"name": "script", "value": "Say \"hi\" {{ $json.a }}"},
            {"name": "n", "value": "={{ $json.n }}"}, {"name": "m", "value": 3}]}}}], "connections": {}}"#;
        let body = r#"{"script": "Say \"hi\" {{a}}", "n": "{{n}}", "m": 3}"#;
        assert_eq!(found(n8n), [of("n8n", TO, body, "“Send”")]);
        let form = n8n.replace("\"sendBody\"", "\"contentType\": \"form-urlencoded\", \"sendBody\"");
        let sent = r#"{"method": "POST", "url": "https://api.heygen.com/v3/videos", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}"#;
        assert_eq!(found(&form), [of("n8n", "-", sent, "“Send”")]);
        let make = r#"{"flow": [{"id": 1, "mapper": {"url": "https://api.heygen.com/v3/videos", "method": "post", "data": "{\"a\": \"{{1.text}}\"}"}}]}"#;
        assert_eq!(found(make), [of("make", TO, r#"{"a": "{{text}}"}"#, "/flow/0/mapper")]);
        let insomnia = r#"{"_type": "export", "resources": [{"_type": "request", "name": "N", "method": "POST",
            "url": "{{ _.base }}/v3/videos", "body": {"mimeType": "application/json", "text": "{\"a\": 1}"}}]}"#;
        assert_eq!(found(insomnia), [of("insomnia", "POST /v3/videos", "{\"a\": 1}", "“N”")]);
    }

    #[test]
    fn nested() {
        let text = r#"{"a": [{"request": {"method": "POST", "url": "https://api.heygen.com/v3/videos", "body": {"b": [1]}}}]}"#;
        assert_eq!(found(text), [of("nested", TO, "{\"b\": [1]}", "/a/0/request")]);
        assert_eq!(
            found(r#"{"payload": {"type": "avatar"}}"#),
            [of("nested", "-", r#"{"type": "avatar"}"#, "/payload")]
        );
        assert_eq!(
            found(r#"{"requests": [{"type": "avatar"}]}"#),
            [of("nested", "-", r#"{"type": "avatar"}"#, "/requests/0")]
        );
        let text = r#"{"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "create", "payload": {"type": "avatar"}}}"#;
        assert!(found(text).is_empty());
        let text = r#"{"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "create_lipsync", "arguments":
            {"video_url": "https://a.b/c.mp4", "audioUrl": "https://a.b/c.mp3"}}}"#;
        let body = "{\"video\": {\"type\": \"url\", \"url\": \"https://a.b/c.mp4\"}, \
                    \"audio\": {\"type\": \"url\", \"url\": \"https://a.b/c.mp3\"}}";
        assert_eq!(found(text), [of("mcp", "POST /v3/lipsyncs", body, "“create_lipsync”")]);
        let text = r#"{"type": "tool_use", "name": "mcp__heygen__create_video_from_avatar", "input": {"title": "t"}}"#;
        let body = r#"{"type": "avatar", "title": "t"}"#;
        let name = "“mcp__heygen__create_video_from_avatar”";
        assert_eq!(found(text), [of("mcp", "POST /v3/videos", body, name)]);
        let text = r#"{"function": {"name": "heygen.design_voice", "arguments": "{\"prompt\": \"deep\"}"}}"#;
        assert_eq!(found(text), [of("mcp", "POST /v3/voices", r#"{"prompt": "deep"}"#, "“heygen.design_voice”")]);
        assert!(found(r#"{"name": "create_video", "arguments": {"prompt": "a cat"}}"#).is_empty());
        assert!(found(r#"{"name": "other_service__create_speech", "arguments": {"text": "Hi"}}"#).is_empty());
        assert!(found(r#"{"url": "https://example.com/x", "method": "POST", "body": {"type": "a"}, "x": "#).is_empty());
    }

    #[test]
    fn escapes() {
        let document = json::parse(r#""a\u00e9\ud83d\ude00\ud83d\n\"\/\\b""#);
        let (text, map) = decoded(document.root().expect("a value")).expect("a string");
        assert_eq!(text, "aé😀\u{fffd}\n\"/\\b");
        let at = text.find('😀').expect("it");
        assert_eq!(map.span(Span::new(at, at + 4)), Span::new(8, 20));
    }
}
