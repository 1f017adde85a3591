//! A draft that is being typed: the missing rest is not a fault, and there are few findings.

use std::path::Path;

use serde_json::{Value, json};

use super::client::{Client, asking};
use super::run::Folder;

fn drafts() -> Vec<String> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/drafts/welcome.json");
    vec![
        std::fs::read_to_string(demo).expect("the draft"),
        "{\n  \"type\": \"avatar\",\n  \"avatar_id\": \"Daisy-inskirt-20220818\",\n  \"script\": \"Welcome to the “tour”: 😀\\n{name}\",\n  \"voice_id\": \"1bd001e7e50f421d891986aad5158bc8\",\n  \"voice_settings\": {\"speed\": 1.25, \"pitch\": -2},\n  \"aspect_ratio\": \"16:9\",\n  \"remove_background\": true\n}\n".to_owned(),
        "{\"method\": \"POST\", \"path\": \"/v3/videos\", \"body\": {\"type\": \"studio\", \"title\": \"Tour\", \"scenes\": [\n  {\"type\": \"avatar_video\", \"input\": {\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_settings\": {\"speed\": 1.1}}},\n  {\"type\": \"color\", \"color\": \"#ffffff\", \"duration\": 3}\n]}}\n".to_owned(),
        "{\"method\": \"POST\", \"path\": \"/v3/voices/speech\", \"body\": {\"voice_id\": \"v\", \"text\": \"One.\"}}\n{\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"limit\": 10}}\n".to_owned(),
    ]
}

#[test]
fn every_prefix_of_a_draft_is_quiet() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), asking());
    let mut worst = (0, String::new());
    for (at, text) in drafts().iter().enumerate() {
        let name = format!("{at}.json{}", if text.contains("}\n{") { "l" } else { "" });
        let uri = client.uri(&name);
        client.open_uri(&uri, "json", "");
        let mut recognised = 0;
        for (version, (end, _)) in text.char_indices().enumerate() {
            let prefix = &text[..end];
            client.change(&name, version as i64 + 2, prefix);
            let report =
                client.call("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).expect("a report");
            let found = report["items"].as_array().expect("a list");
            recognised += usize::from(!found.is_empty());
            let whole = serde_json::from_str::<Value>(prefix).is_ok()
                || (name.ends_with('l') && prefix.trim_end().ends_with('}'));
            if !whole {
                // Only the missing end and the token before it are reported, never fields of the missing rest.
                let codes: Vec<_> = found.iter().filter_map(|finding| finding["code"].as_str()).collect();
                assert!(codes.iter().all(|code| *code == "request/syntax"), "{prefix}: {codes:?}");
                if found.len() > worst.0 {
                    worst = (found.len(), prefix.to_owned());
                }
            }
        }
        assert!(recognised > 20, "{name} was never recognised as a request");
    }
    assert!(worst.0 <= 2, "{worst:?}");
    assert_eq!(client.stop(), Some(0));
}

/// Types each line again among the others.
#[test]
fn a_line_that_is_typed_among_others_is_quiet_too() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), asking());
    let mut worst = (0, String::new());
    for (at, text) in drafts().iter().take(3).enumerate() {
        let name = format!("{at}.json");
        let uri = client.uri(&name);
        client.open_uri(&uri, "json", text);
        let report = client.call("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).expect("a report");
        let whole = report["items"].to_string();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut version = 1;
        for (at, line) in lines.iter().enumerate() {
            for (end, _) in line.trim_end().char_indices() {
                version += 1;
                let typed = format!("{}{}\n{}", lines[..at].concat(), &line[..end], lines[at + 1..].concat());
                client.change(&name, version, &typed);
                let report =
                    client.call("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).expect("a report");
                let found = report["items"].as_array().expect("a list");
                let codes: Vec<_> = found.iter().filter_map(|finding| finding["code"].as_str()).collect();
                // Findings of the whole draft may appear, but none that only the typing causes.
                if serde_json::from_str::<Value>(&typed).is_err() {
                    let echo = codes.iter().any(|code| *code != "request/syntax" && !whole.contains(code));
                    assert!(!echo, "{typed}: {codes:?}");
                }
                if found.len() > worst.0 {
                    worst = (found.len(), format!("{typed}: {codes:?}"));
                }
            }
        }
    }
    assert!(worst.0 <= 4, "{worst:?}");
    assert_eq!(client.stop(), Some(0));
}
