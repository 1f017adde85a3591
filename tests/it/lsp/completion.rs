//! Completion in texts that are not JSON yet.

use serde_json::{Value, json};

use super::client::{Client, edited, everyday, position};
use super::run::Folder;

/// The items at the `|` of a text, and the text.
fn items(client: &mut Client, name: &str, marked: &str) -> (Vec<Value>, String) {
    let place = position(marked, "|", 0);
    let text = marked.replacen('|', "", 1);
    let uri = client.uri(name);
    client.open_uri(&uri, "json", &text);
    let list = client
        .call("textDocument/completion", json!({"textDocument": {"uri": uri}, "position": place}))
        .expect("items");
    assert_eq!(list["isIncomplete"], false);
    (list["items"].as_array().expect("a list").clone(), text)
}

fn labels(client: &mut Client, marked: &str) -> Vec<String> {
    let (items, _) = items(client, "a.json", marked);
    items.iter().map(|item| item["label"].as_str().expect("text").to_owned()).collect()
}

/// The text after an editor without snippets accepted the item with this label.
fn taken(client: &mut Client, marked: &str, label: &str) -> String {
    let (items, text) = items(client, "a.json", marked);
    let item = items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("no {label} in {items:#?}"));
    let mut edits = item["additionalTextEdits"].as_array().cloned().unwrap_or_default();
    edits.push(item["textEdit"].clone());
    edited(&text, &edits.into())
}

fn plain() -> Value {
    let mut capabilities = everyday();
    capabilities["textDocument"]["completion"] = json!({});
    capabilities
}

#[test]
fn names_of_fields() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), plain());
    let names = labels(&mut client, "{\"type\": \"avatar\", \"script\": \"😀\", \"|\"}");
    assert!(names.contains(&"avatar_id".to_owned()) && names.contains(&"voice_settings".to_owned()), "{names:?}");
    assert!(!names.contains(&"script".to_owned()) && !names.contains(&"type".to_owned()), "those are there: {names:?}");
    // Required fields come first and are marked.
    let (all, _) = items(&mut client, "a.json", "{\"type\": \"avatar\", \"script\": \"Hi\", |}");
    let mut sorted = all.clone();
    sorted.sort_by_key(|item| item["sortText"].as_str().map(str::to_owned));
    assert_eq!(sorted[0]["label"], "avatar_id");
    assert!(sorted[0]["detail"].as_str().is_some_and(|detail| detail.starts_with("required")));
    assert!(sorted[0]["documentation"]["value"].as_str().is_some_and(|text| text.contains("**`avatar_id`** a string")));
    // Within objects and lists, and in the branch that the tag selects.
    let names =
        labels(&mut client, "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"voice_settings\": {\"speed\": 1, \"|\"}}");
    assert!(names.contains(&"pitch".to_owned()) && !names.contains(&"speed".to_owned()), "{names:?}");
    let names = labels(&mut client, "{\"type\": \"studio\", \"scenes\": [{\"type\": \"video\", |}]}");
    assert!(names.contains(&"source".to_owned()), "{names:?}");
    assert_eq!(labels(&mut client, "{\"type\": \"image\", \"image\": {|}, \"voice_id\": \"v\"}"), ["type"]);
    // In envelopes, manifests, JSON Lines, and files that the configuration names.
    let names = labels(&mut client, "[{}, {\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"|\"}}]");
    assert!(names.contains(&"limit".to_owned()), "{names:?}");
    let (lines, _) = items(
        &mut client,
        "a.jsonl",
        "{\"method\": \"GET\", \"path\": \"/v3/videos\"}\n{\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"|\"}}\n",
    );
    assert!(lines.iter().any(|item| item["label"] == "limit"), "{lines:#?}");
    folder.write("heylint.toml", "[[requests]]\nfiles = [\"new.json\"]\nendpoint = \"POST /v3/voices/speech\"\n");
    let (names, _) = items(&mut client, "new.json", "{|");
    assert!(names.iter().any(|item| item["label"] == "voice_id"), "{names:#?}");
    // Other JSON gets no completion.
    for other in
        ["{\"name\": \"x\", \"type\": \"module\", \"|\"}", "{|}", "[|]", "|", "{\"a\" |}", "{\"type\": \"avatar\"} |"]
    {
        assert_eq!(labels(&mut client, other), Vec::<String>::new(), "{other}");
    }
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn completion_makes_half_typed_texts_valid() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), plain());
    let mut same =
        |marked: &str, label: &str, expected: &str| assert_eq!(taken(&mut client, marked, label), expected, "{marked}");
    same(
        "{\"type\": \"avatar\", \"title\": \"漢😀\", \"av|",
        "avatar_id",
        "{\"type\": \"avatar\", \"title\": \"漢😀\", \"avatar_id\": \"\"",
    );
    same("{\"type\": \"avatar\", \"av|\"}", "avatar_id", "{\"type\": \"avatar\", \"avatar_id\": \"\"}");
    same("{\"type\": \"avatar\", av|}", "avatar_id", "{\"type\": \"avatar\", \"avatar_id\": \"\"}");
    same("{\"type\": \"avatar\", \"av|\": \"a\"}", "avatar_id", "{\"type\": \"avatar\", \"avatar_id\": \"a\"}");
    // Missing commas before and after.
    same(
        "{\"type\": \"avatar\"\n \"av|\n \"script\": \"Hi\"}",
        "avatar_id",
        "{\"type\": \"avatar\",\n \"avatar_id\": \"\",\n \"script\": \"Hi\"}",
    );
    same(
        "{\"type\": \"avatar\", |\"script\": \"Hi\"}",
        "voice_settings",
        "{\"type\": \"avatar\", \"voice_settings\": {},\"script\": \"Hi\"}",
    );
    same(
        "{\"type\": \"|\", \"avatar_id\": \"a\", \"script\": \"x\"}",
        "avatar",
        "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"x\"}",
    );
    same(
        "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"aspect_ratio\": 16|}",
        "16:9",
        "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"aspect_ratio\": \"16:9\"}",
    );
    same(
        "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"remove_background\": t|",
        "true",
        "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"remove_background\": true",
    );
    same(
        "{\"method\": \"POST\", \"path\": \"/v3/vid|\", \"body\": {}}",
        "/v3/videos",
        "{\"method\": \"POST\", \"path\": \"/v3/videos\", \"body\": {}}",
    );
    same("{\"url\": \"https://api.heygen.com/v3/|\"}", "/v3/videos", "{\"url\": \"https://api.heygen.com/v3/videos\"}");
    same("{\"endpoint\": \"POST /v3/|", "/v3/videos", "{\"endpoint\": \"POST /v3/videos\"");
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn snippets_stop_where_typing_continues() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    let (items, text) = items(&mut client, "a.json", "{\"type\": \"avatar\", \"|");
    let find = |label: &str| items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("no {label}"));
    let script = find("script");
    assert_eq!(
        (&script["insertTextFormat"], &script["textEdit"]["newText"]),
        (&json!(2), &json!("\"script\": \"$1\""))
    );
    assert_eq!(script["filterText"], "\"script\"", "the editor compares it with the text in the range");
    assert_eq!(script["textEdit"]["range"]["start"]["character"], text.len() - 1);
    assert_eq!(find("voice_settings")["textEdit"]["newText"], "\"voice_settings\": {$1\\}");
    assert!(
        find("aspect_ratio")["textEdit"]["newText"]
            .as_str()
            .is_some_and(|text| text.starts_with("\"aspect_ratio\": ${1|\""))
    );
    assert_eq!(client.stop(), Some(0));
}

/// At every offset of every prefix there is an answer without error, and the method decides which endpoints are
/// offered.
#[test]
fn every_prefix_is_answered() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    let text = "{\"method\": \"POST\", \"path\": \"/v3/videos\", \"body\": {\"type\": \"studio\", \"title\": \"é😀\", \"scenes\": [{\"type\": \"avatar_video\", \"input\": {\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"\\\"Hi\\\"\"}}]}}";
    let uri = client.uri("a.json");
    client.open_uri(&uri, "json", "");
    let mut answered = 0;
    for (version, (end, _)) in text.char_indices().enumerate() {
        let prefix = &text[..end];
        client.change("a.json", version as i64 + 2, prefix);
        let place = json!({"line": 0, "character": prefix.encode_utf16().count()});
        let list = client
            .call("textDocument/completion", json!({"textDocument": {"uri": uri}, "position": place}))
            .expect("items");
        answered += usize::from(!list["items"].as_array().expect("a list").is_empty());
    }
    assert!(answered > 60, "{answered}");
    let names = labels(&mut client, "{\"method\": \"GET\", \"path\": \"|\"}");
    assert!(names.contains(&"/v3/videos".to_owned()) && !names.contains(&"/v3/voices/speech".to_owned()), "{names:?}");
    assert_eq!(client.stop(), Some(0));
}

/// In a new draft, the values of the first field are offered with their endpoints.
#[test]
fn a_new_draft_is_offered_the_values_of_its_first_field() {
    let folder = Folder::new();
    let mut client = Client::start_asking(folder.path(), &["--stdio"], plain(), json!({"status": true}));
    let everything = ["avatar", "image", "cinematic_avatar", "studio"];
    for text in ["{\"type\": \"|", "{\"type\": \"|\"}", "{\"title\": \"x\", \"type\": \"|\"}"] {
        let offered = labels(&mut client, text);
        assert!(everything.iter().all(|label| offered.iter().any(|one| one == label)), "{text}: {offered:?}");
    }
    let offered = labels(&mut client, "{\"type\": \"|\", \"scenes\": []}");
    assert!(offered.iter().any(|one| one == "studio"), "{offered:?}");
    // After the choice, the client gets the classification of the draft.
    let text = taken(&mut client, "{\"type\": \"|\", \"avatar_id\": \"a\", \"script\": \"Hi\"}", "avatar");
    client.change("a.json", 2, &text);
    let status = client.wait("heylint/status", |status| status["request"] == true);
    assert!(status["taken"].as_str().is_some_and(|taken| taken.contains("POST /v3/videos")), "{status}");
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn a_type_in_other_json_is_left_alone() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), plain());
    let bare = "{\"type\": \"|\"}";
    for (name, text) in [
        ("package.json", bare),
        ("tsconfig.base.json", bare),
        ("package-lock.json", bare),
        ("user.schema.json", bare),
        ("a.json", "{\"name\": \"x\", \"version\": \"1.0.0\", \"type\": \"|\"}"),
        ("a.json", "{\"type\": \"|\", \"features\": []}"),
        ("a.json", "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"|"),
        ("a.json", "{\"type\": \"|\", \"title\": \"x\", \"properties\": {}}"),
        ("a.json", "{\"kind\": {\"type\": \"|\"}}"),
        ("a.json", "{\"kind\": \"|\"}"),
    ] {
        let (items, _) = items(&mut client, name, text);
        assert!(items.is_empty(), "{name}: {text}: {items:#?}");
    }
    // The exception: the configuration names the file.
    folder.write("heylint.toml", "[[requests]]\nfiles = [\"package.json\"]\nendpoint = \"POST /v3/videos\"\n");
    let (items, _) = items(&mut client, "package.json", bare);
    assert!(items.iter().any(|item| item["label"] == "avatar"), "{items:#?}");
    assert_eq!(client.stop(), Some(0));
}
