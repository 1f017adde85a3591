//! Checks of single values, on the corpus of requests.

use crate::common;
use std::path::Path;

use heylint::check::script::ScriptForm;
use heylint::check::url::Purpose;
use heylint::check::{Context, base64, script, syntax, url};
use heylint::finding::Finding;
use heylint::limits::Limits;
use heylint::request::json::{Value, ValueKind, parse};
use heylint::request::record::decode;
use heylint::rule::Severity;
use proptest::strategy::Strategy;

/// The findings of the checks of single values in a file, by the names of its fields.
fn findings(path: &Path) -> Vec<Finding> {
    let bytes = std::fs::read(path).expect("a file");
    let decoded = decode(&bytes);
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 1_795_305_600, newer: None };
    if let Some(fault) = decoded.fault {
        return vec![syntax::encoding(fault)];
    }
    let document = parse(&decoded.text);
    let mut found = syntax::document(&document, &context);
    let mut left: Vec<Value<'_>> = document.root().into_iter().collect();
    while let Some(value) = left.pop() {
        left.extend(value.children());
        if value.kind() == ValueKind::String && !value.is_broken() {
            found.extend(of_value(value, &context));
        }
    }
    found
}

fn of_value(value: Value<'_>, context: &Context<'_>) -> Vec<Finding> {
    let media = |name| Purpose::Media(heylint::profile::default().find_use(name).expect("a place of use"));
    let parent = value.parent().and_then(Value::key).unwrap_or_default();
    let list = value.parent().and_then(Value::parent).and_then(Value::key).unwrap_or_default();
    match value.key().unwrap_or_default().as_ref() {
        "script" => script::script(value, ScriptForm::Script, heylint::profile::heygen_v3::limits::SCRIPT_MAX, context),
        "prompt" => {
            script::prompt(value, heylint::profile::heygen_v3::limits::PROMPT_MAX, context).into_iter().collect()
        }
        "callback_url" => url::check(value, Purpose::Callback, context).into_iter().collect(),
        "audio_url" => url::check(value, media("speech"), context).into_iter().collect(),
        "data" => base64::malformed(value, context).into_iter().collect(),
        "url" if value.parent().is_some_and(|parent| parent.get("events").is_some()) => {
            url::check(value, Purpose::Webhook, context).into_iter().collect()
        }
        "url" => {
            let place = match (parent.as_ref(), list.as_ref()) {
                ("image" | "background" | "watermark", _) => "image",
                (_, "files") => "attachment",
                ("video", _) => "translation",
                ("srt", _) => "subtitle",
                ("audio", _) => "voice",
                _ => "asset",
            };
            url::check(value, media(place), context).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn one_fault_gives_one_finding() {
    let Some(corpus) = common::corpus() else { return };
    let cases = [
        ("M003", "script/too-long", "/script"),
        ("M004", "script/too-long", "/script"),
        ("M005", "script/too-long", "/script"),
        ("M006", "script/too-long", "/script"),
        ("M017", "url/not-https", "/audio_url"),
        ("M018", "url/private-host", "/callback_url"),
        ("M019", "url/private-host", "/audio_url"),
        ("M020", "url/private-host", "/audio_url"),
        ("M021", "url/credentials", "/audio_url"),
        ("M065", "url/not-https", "/image/url"),
        ("M066", "url/not-https", "/image/url"),
        ("M067", "url/not-https", "/image/url"),
        ("M134", "prompt/too-long", "/prompt"),
        ("M141", "url/private-host", "/files/0/url"),
        ("M142", "url/private-host", "/files/0/url"),
        ("M152", "asset/base64-malformed", "/audio/data"),
        ("M155", "asset/base64-malformed", "/audio/data"),
        ("M197", "url/credentials", "/lipsyncs/0/video/url"),
        ("M198", "url/private-host", "/callback_url"),
        ("M247", "url/not-https", "/url"),
        ("M248", "url/private-host", "/url"),
        ("M249", "url/not-https", "/url"),
        ("M257", "request/syntax", ""),
        ("M258", "request/syntax", ""),
        ("M265", "request/syntax", ""),
        ("M266", "request/syntax", ""),
        ("M267", "request/syntax", "/script"),
        ("M268", "request/syntax", "/script"),
        ("M269", "script/ssml", "/script"),
        ("M274", "request/syntax", "/variables"),
        ("M275", "request/syntax", "/variables"),
    ];
    for (name, rule, pointer) in cases {
        let found = findings(&corpus.join("requests/faulty").join(format!("{name}.json")));
        let [finding] = found.as_slice() else { panic!("{name}: {found:?}") };
        assert_eq!(finding.rule.id, rule, "{name}: {}", finding.message);
        assert_eq!(finding.location.pointer.as_deref(), Some(pointer), "{name}: {}", finding.message);
        let warning = ["M257", "M269", "M275"].contains(&name);
        let expected = if warning { Severity::Warning } else { Severity::Error };
        assert_eq!(finding.severity, expected, "{name}: {}", finding.message);
        let sentence = finding.message.as_str();
        assert!(!sentence.is_empty() && !sentence.ends_with('.') && !sentence.contains('\n'), "{sentence}");
        if std::env::var_os("SHOW").is_some() {
            println!("{name} {}: {sentence}\n     {}", finding.rule.id, finding.help.as_deref().unwrap_or("-"));
        }
    }
}

#[test]
fn the_rest_of_the_corpus_is_silent() {
    let Some(corpus) = common::corpus() else { return };
    let mut count = 0;
    for (folder, known) in [("on-limit", &[][..]), ("real", &["request/placeholder"][..])] {
        for entry in std::fs::read_dir(corpus.join("requests").join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            count += 1;
            for finding in findings(&path) {
                let place = finding.location.pointer.clone().unwrap_or_default();
                if std::env::var_os("SHOW").is_some() {
                    println!("{} {place} {}: {}", path.display(), finding.rule.id, finding.message);
                }
                assert!(
                    known.contains(&finding.rule.id) || std::env::var_os("SHOW").is_some(),
                    "{} {place} {}: {}",
                    path.display(),
                    finding.rule.id,
                    finding.message
                );
            }
        }
    }
    assert!(count > 200);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 3_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_string_causes_no_panic(pieces in proptest::collection::vec(proptest::prop_oneof![
        "\\PC{0,6}",
        proptest::sample::select(vec![
            "https://", "http:", "//", "user:pw@", "[::1]", "127.1", "0x7f", ".local", ":", "/", "?", "&", "#", "%", "%2F", "%é",
            "X-Amz-Date=20260101T000000Z", "&X-Amz-Expires=9", "&se=", "&sig=1", "dropbox.com/", "github.com/a/blob/", ".mp3", ".html",
            "<", ">", "</", "/>", "<break", " time=\"1s\"", "<speak>", "&amp;", "&#x0;", "<!--", "<![CDATA[", "<?", "{{", "}}", "{", "}", "${", "$A",
            "your-", "YOUR_", "xxxx", "...", "***", "=", "AAAA", "-", "_", "\n", "\0", "é", "😀", "\u{202e}", "data:", ";base64,", ". ", "。",
        ]).prop_map(str::to_owned),
    ], 0..12), escape in proptest::prelude::any::<bool>()) {
        let text = pieces.concat();
        let json = if escape {
            let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("{{\"a\": \"{units}\"}}")
        } else {
            format!("{{\"a\": {}}}", heylint::request::json::quote(&text))
        };
        let document = parse(&json);
        proptest::prop_assert!(document.errors().is_empty());
        let limits = Limits::default();
        let context = Context { limits: &limits, ready: true, now: 1_795_305_600, newer: None };
        let value = document.at_pointer("/a").expect("a value");
        let mut found: Vec<Finding> = Vec::new();
        for form in [ScriptForm::Script, ScriptForm::Plain, ScriptForm::Ssml] {
            found.extend(script::script(value, form, heylint::profile::heygen_v3::limits::SCRIPT_MAX, &context));
        }
        found.extend(script::prompt(value, heylint::profile::heygen_v3::limits::PROMPT_MAX, &context));
        for place in heylint::profile::default().uses {
            found.extend(url::check(value, Purpose::Media(place), &context));
        }
        for purpose in [Purpose::Webhook, Purpose::Callback, Purpose::Page] {
            found.extend(url::check(value, purpose, &context));
        }
        found.extend(base64::malformed(value, &context));
        proptest::prop_assert!(heylint::text::speech::spoken_seconds(&text, 1.0) >= 0.0);
        let inside = value.span();
        for finding in found {
            let span = finding.location.span.expect("a span");
            proptest::prop_assert!(inside.start <= span.start && span.start <= span.end && span.end <= inside.end);
            proptest::prop_assert!(json.is_char_boundary(span.start) && json.is_char_boundary(span.end));
            for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
                let mut mended = json.clone();
                mended.replace_range(edit.span.start..edit.span.end, &edit.text);
                proptest::prop_assert!(parse(&mended).errors().is_empty(), "{mended}");
            }
            let message = format!("{} {}", finding.message, finding.help.unwrap_or_default());
            proptest::prop_assert!(!message.contains(|c: char| c.is_control()), "{message:?}");
        }
    }
}
