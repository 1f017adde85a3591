//! The table of conditions in `rules/heygen-v3/requests/README.md` is correct, and requests of any shape cause no
//! panic.

use heylint::rule;
use serde_json::{Value, json};

use super::{
    BATCH, CONSENT, MP3, TRANSLATIONS, UPLOADS, VIDEOS, avatar, check, cinematic, good, scene_avatar, still,
    translation, well_formed,
};

/// Replaces every value of some valid requests by one of every kind: nothing panics, and all positions are valid.
#[test]
fn values_of_any_kind_cause_no_panic() {
    fn places(value: &Value, at: &str, out: &mut Vec<String>) {
        out.push(at.to_owned());
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), out));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), out));
            }
            _ => {}
        }
    }
    let file = |name: &str| json!({"type": "url", "url": format!("https://example.com/{name}")});
    let engine = json!({"type": "avatar_iv"});
    let settings = json!({"engine_settings": {"engine_type": "elevenlabs", "model": "eleven_v3", "stability": 0.5}});
    let spoken = json!({"script": "Hello.", "voice_settings": settings, "engine": engine,
        "background": {"type": "image", "url": "https://example.com/a.png"}, "output_format": "mp4"});
    let requests = [
        (VIDEOS, avatar(spoken)),
        (
            VIDEOS,
            cinematic(json!({"references": [file("a.png"), file("a.mp4")], "duration": 5, "auto_duration": false})),
        ),
        (VIDEOS, scene_avatar(json!({"audio_url": MP3}))),
        (VIDEOS, still(json!({"duration": 5}))),
        (BATCH, json!({"videos": [avatar(json!({"script": "Hello."}))]})),
        (TRANSLATIONS, translation(json!({"start_time": 1, "end_time": 2, "audio": file("a.mp3"), "fps_mode": "cfr"}))),
        ("POST /v3/video-translations/batches", json!({"video_translations": [translation(json!({}))]})),
        (CONSENT, json!({"consent_video": file("a.mp4")})),
        (UPLOADS, json!({"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 5})),
        ("POST /v3/webhooks/endpoints", json!({"url": "https://example.com/hook", "events": ["ai_clipping.fail"]})),
    ];
    let kinds = [
        json!(null),
        json!(true),
        json!(-1e300),
        json!(1e18),
        json!(""),
        json!("\u{0}é😀"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"type": {}}),
    ];
    for (endpoint, body) in requests {
        good(endpoint, &body);
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            for kind in &kinds {
                let mut other = body.clone();
                if let Some(value) = other.pointer_mut(&place) {
                    *value = kind.clone();
                }
                let text = other.to_string();
                for finding in check(endpoint, &text) {
                    well_formed(&finding, &text);
                }
            }
        }
    }
}

/// A row of the table: where, condition, rule, basis, test.
fn rows(table: &str) -> Vec<[&str; 5]> {
    table
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|--") && !line.starts_with("| where |"))
        .map(|line| {
            let cells: Vec<&str> =
                line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect();
            cells.try_into().unwrap_or_else(|cells| panic!("five cells: {cells:?}"))
        })
        .collect()
}

#[test]
fn the_table_of_conditions_is_correct() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("rules/heygen-v3/requests/README.md")).expect("the table");
    let read = |name: &str| std::fs::read_to_string(root.join("tests/it").join(name)).expect("a file of tests");
    let tests = [read("conditions.rs"), read("conditions/speech.rs"), read("conditions/table.rs")].concat();
    let rows = rows(&table);
    assert!(rows.len() > 20, "{} rows", rows.len());
    for [_, condition, id, basis, test] in &rows {
        assert!(rule::find(id).is_some(), "{condition}: no rule {id}");
        assert!(["documented", "observed", "inferred"].contains(basis), "{condition}: {basis}");
        let head = format!("#[test]\nfn {test}() {{");
        let body = tests.split_once(&head).unwrap_or_else(|| panic!("{condition}: no test {test}")).1;
        let body = body.split("\n}\n").next().expect("a body");
        let severities: &[&str] = if *basis == "documented" { &["error"] } else { &["warning", "hint"] };
        let expected = severities.iter().any(|severity| body.contains(&format!("{severity} {id}")));
        assert!(expected, "{test} never expects {severities:?} of {id}");
    }
    // The table also names every condition that has a test.
    let helpers = [
        "the_table_of_conditions_is_correct",
        "a_fault_of_the_script_is_not_reported_as_missing_speech",
        "a_placeholder_is_present_but_unknown",
        "values_of_any_kind_cause_no_panic",
    ];
    for head in tests.split("#[test]\nfn ").skip(1) {
        let name = head.split('(').next().expect("a name");
        let listed = rows.iter().any(|row| row[4] == name) || helpers.contains(&name);
        assert!(listed, "{name} is not in the table");
    }
}
