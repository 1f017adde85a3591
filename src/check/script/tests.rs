use super::*;
use crate::limits::Limits;
use crate::request::json::{parse, quote};
use crate::rule::Severity;

fn checked(text: &str, form: ScriptForm) -> Vec<(&'static str, String, Finding)> {
    let source = format!("{{\"script\": {text}}}");
    let document = parse(&source);
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 0, newer: None };
    let value = document.at_pointer("/script").expect("a value");
    let findings = script(value, form, crate::profile::heygen_v3::limits::SCRIPT_MAX, &context);
    findings
        .into_iter()
        .map(|finding| (finding.rule.id, document.source(finding.location.span.expect("a span")).to_owned(), finding))
        .collect()
}

fn one(text: &str, form: ScriptForm) -> Option<(&'static str, String, Finding)> {
    let mut found = checked(text, form);
    assert!(found.len() <= 1, "{text}: {found:?}");
    found.pop()
}

#[test]
fn the_first_character_too_many() {
    let long = format!("\"{}First. Second one\\u002e It begins here\\ud83d\\ude00 and ends\"", "a".repeat(4_975));
    let (rule, marked, finding) = one(&long, ScriptForm::Script).expect("a finding");
    assert_eq!(rule, "script/too-long");
    // 4,975 + 25 = 5,000 code points fit: "First. Second one. It beg".
    assert_eq!(marked, "ins here\\ud83d\\ude00 and ends");
    assert_eq!(
        finding.message,
        "script has 5,018 code points (5,019 UTF-16 units, 5,021 UTF-8 bytes), 18 more than the maximum of 5,000"
    );
    assert_eq!(
        finding.help.as_deref(),
        Some("split it into two scenes; the last sentence that fits ends before “It begins here😀”")
    );
    assert_eq!(finding.severity, Severity::Error);
    let plain = format!("\"{}\"", "a".repeat(5_001));
    let (_, marked, finding) = one(&plain, ScriptForm::Script).expect("a finding");
    assert_eq!(finding.message, "script has 5,001 code points, 1 more than the maximum of 5,000");
    assert_eq!((marked.as_str(), finding.help.as_deref()), ("a", Some("split it into two scenes")));
    for exact in ["a", "é", "漢", "😀", "\\ud83d\\ude00", "\\n."] {
        let count = if exact == "\\n." { 2_500 } else { 5_000 };
        let found = checked(&format!("\"{}\"", exact.repeat(count)), ScriptForm::Script);
        assert!(found.iter().all(|(rule, ..)| *rule != "script/too-long"), "{exact}");
    }
}

#[test]
fn where_a_sentence_ends() {
    let end = |text: &str| sentence_end(text).map(|end| text[end..].to_owned());
    assert_eq!(end("One. Two. Thr"), Some("Thr".to_owned()));
    assert_eq!(end("Version 1.5 is"), None);
    assert_eq!(end("He said “Go!” Then"), Some("Then".to_owned()));
    assert_eq!(end("一。二"), Some("二".to_owned()));
    assert_eq!(end("line\nnext"), Some("next".to_owned()));
    assert_eq!(end("no end"), None);
    assert_eq!(end("Done. "), Some(String::new()));
}

#[test]
fn nothing_to_speak() {
    for (text, code) in [
        ("\"\"", "script_too_short"),
        ("\" \\n\\t\"", "script_too_short"),
        ("\"!? —\"", "tts_text_invalid"),
        ("\"<break time=\\\"1s\\\"/>\"", "tts_text_invalid"),
        ("\" <break time=\\\"1s\\\"/> !\"", "tts_text_invalid"),
    ] {
        let (rule, _, finding) = one(text, ScriptForm::Script).unwrap_or_else(|| panic!("{text} is silent"));
        assert_eq!((rule, finding.prevents), ("script/empty", Some(code)), "{text}");
    }
    for text in ["\"a\"", "\"1\"", "\"漢\"", "\"é!\"", "\"👍\"", "\"AVATAR\""] {
        assert!(one(text, ScriptForm::Script).is_none(), "{text}");
    }
    assert_eq!(one("\"...\"", ScriptForm::Script).map(|(rule, ..)| rule), Some("request/placeholder"));
    assert_eq!(one("\"{{script}}\"", ScriptForm::Script).map(|(rule, ..)| rule), Some("request/placeholder"));
}

#[test]
fn markup() {
    let silent = [
        (ScriptForm::Script, "Hi. <break time=\"1.5s\"/> You."),
        (ScriptForm::Script, "1 < 2 & 3 > 2, <3, a <b> c, <avatar> and x<y"),
        (ScriptForm::Plain, "1 < 2 & 3 > 2, <unknown>"),
        (ScriptForm::Ssml, "<speak>Hi &amp; you <break time=\"1.5s\"/> now</speak>"),
        (ScriptForm::Ssml, "Hi <break time='2s'/> now &#8212;"),
        (ScriptForm::Script, "line\nand\ttab"),
    ];
    for (form, text) in silent {
        assert!(one(&quote(text), form).is_none(), "{text}");
    }
    let found = [
        (ScriptForm::Script, "Hi <break time=\"500ms\"/> you", "<break time=\"500ms\"/>"),
        (ScriptForm::Script, "Hi <break time=\"1s\"> you", "<break time=\"1s\">"),
        (ScriptForm::Script, "Hi <break/> you", "<break/>"),
        (ScriptForm::Script, "Hi <break time=\"1\"/> you", "<break time=\"1\"/>"),
        (ScriptForm::Script, "Hi <prosody rate=\"slow\">you</prosody>", "<prosody rate=\"slow\">"),
        (ScriptForm::Script, "Hi <break time=\"1s", "<break"),
        (ScriptForm::Script, "a\0b", "\\u0000"),
        (ScriptForm::Script, "<amazon:effect name=\"whispered\">x", "<amazon:effect name=\"whispered\">"),
        (ScriptForm::Plain, "Hi <break time=\"1s\"/> you", "<break time=\"1s\"/>"),
        (ScriptForm::Plain, "<speak>Hi</speak>", "<speak>"),
        (ScriptForm::Ssml, "<speak>Salt & pepper</speak>", "&"),
        (ScriptForm::Ssml, "<speak>Hi", "<speak>"),
        (ScriptForm::Ssml, "Hi</speak>", "</speak>"),
        (ScriptForm::Ssml, "<speak><s>Hi</speak></s>", "</speak>"),
        (ScriptForm::Ssml, "Hi &nbsp; you", "&nbsp;"),
        (ScriptForm::Ssml, "<speak>é <break time=1s/></speak>", "<break time=1s/>"),
        (ScriptForm::Ssml, "a < b", "< b"),
        (ScriptForm::Ssml, "<emphasis>Hi</emphasis>", "<emphasis>"),
    ];
    for (form, text, expected) in found {
        let (rule, marked, finding) = one(&quote(text), form).unwrap_or_else(|| panic!("{text} is silent"));
        assert_eq!((rule, finding.severity), ("script/ssml", Severity::Warning), "{text}: {}", finding.message);
        let expected = expected.replace('"', "\\\"");
        assert!(marked.starts_with(&expected), "{text}: {marked} is marked, {}", finding.message);
        assert!(!finding.message.ends_with('.'), "{}", finding.message);
    }
}

#[test]
fn a_pause_must_have_space_around_it() {
    let severity = |text: &str| one(&quote(text), ScriptForm::Script).map(|(_, _, finding)| finding.severity);
    assert_eq!(severity("Hi.<break time=\"1s\"/> You."), Some(Severity::Hint));
    assert_eq!(severity("Hi. <break time=\"1s\"/>You."), Some(Severity::Hint));
    assert_eq!(severity("Hi. <break time=\"1s\"/><break time=\"1s\"/>\nYou. <break time=\"1s\"/>"), None);
}
