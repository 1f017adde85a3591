//! The server publishes what `heylint check` reports.

use serde_json::{Value, json};

use super::client::{Client, everyday, uri_of};
use super::common::recipe;
use super::run::Folder;

/// Drafts with faults among characters of every width.
fn drafts() -> Vec<(&'static str, String)> {
    vec![
        ("plain.json", "{\n  \"type\": \"avatar\", \"avatar_id\": \"a\",\n  \"script\": \"Hi\",\n  \"voice_settings\": {\"speed\": 1.8},\n  \"callback_urll\": \"x\"\n}\n".to_owned()),
        ("wide.json", "{\"type\": \"avatar\", \"title\": \"漢字 😀 é\", \"avatar_id\": \"a\", \"script\": \"😀😀\", \"voice_settings\": {\"speed\": 9}, \"engine\": \"avatar_iv\"}".to_owned()),
        ("long.json", format!("{{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"{}\"}}", "é漢😀 word. ".repeat(700))),
        ("broken.json", "{\"type\": \"avatar\",\r\n \"avatar_id\": \"漢\" \"script\": \"Hi\",\r\n}".to_owned()),
        ("twice.json", "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"😀\", \"script\": \"b\"}".to_owned()),
        ("media.json", "{\"type\": \"image\", \"title\": \"😀\", \"image\": {\"type\": \"url\", \"url\": \"a.jpg\"}, \"voice_id\": \"v\", \"script\": \"Hi\"}".to_owned()),
        ("gone.json", "{\"type\": \"image\", \"image\": {\"type\": \"url\", \"url\": \"gone.png\"}, \"voice_id\": \"v\", \"script\": \"Hi\"}".to_owned()),
        ("jobs.jsonl", "{\"method\": \"POST\", \"path\": \"/v3/voices/speech\", \"body\": {\"voice_id\": \"漢😀\", \"text\": \"Hi\", \"speed\": 7}}\r\n\n{\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"limit\": 1000}}\n".to_owned()),
        ("list.json", "[{\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"limit\": 1000}},\n {\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"limit\": 0}}]".to_owned()),
        ("old.json", "{\"method\": \"POST\", \"url\": \"https://api.heygen.com/v2/video/generate\", \"body\": {\"video_inputs\": [{\"character\": {\"type\": \"avatar\", \"avatar_id\": \"a\"}, \"voice\": {\"type\": \"text\", \"input_text\": \"Hi\", \"voice_id\": \"v\"}}]}}".to_owned()),
        ("good.json", "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_id\": \"v\"}".to_owned()),
    ]
}

fn folder() -> Folder {
    let folder = Folder::new();
    recipe::write(folder.path(), "a.jpg = png 640x640");
    for (name, text) in drafts() {
        folder.write(name, text);
    }
    folder
}

/// The column of an offset in the unit of the client.
fn character(text: &str, offset: u64, encoding: &str) -> u64 {
    let offset = offset as usize;
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[start..offset];
    match encoding {
        "utf-8" => before.len() as u64,
        "utf-16" => before.encode_utf16().count() as u64,
        _ => before.chars().count() as u64,
    }
}

/// The findings of a report as diagnostics: rule, severity, message, start and end as line and column.
fn expected(folder: &Folder, name: &str, text: &str, encoding: &str) -> Vec<Value> {
    let ran = folder.run(&format!("check --format json {name}"));
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
    let mut found = Vec::new();
    for finding in report["diagnostics"].as_array().expect("a list") {
        let places: Vec<&Value> = if finding["file"] == name {
            vec![finding]
        } else {
            finding["related"].as_array().expect("a list").iter().filter(|related| related["file"] == name).collect()
        };
        for place in places {
            let at = |key: &str| {
                let offset = place[key]["offset"].as_u64().expect("an offset");
                json!([place[key]["line"].as_u64().expect("a line") - 1, character(text, offset, encoding)])
            };
            let severity = match finding["severity"].as_str() {
                Some("error") => 1,
                Some("warning") => 2,
                _ => 3,
            };
            let help = finding["help"].as_str().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
            let message = format!("{}{help}", finding["message"].as_str().expect("text"));
            found.push(json!([finding["rule"], severity, message, at("start"), at("end"), finding["url"]]));
        }
    }
    found
}

fn brief(diagnostic: &Value) -> Value {
    assert_eq!(diagnostic["source"], "heylint");
    let at = |key: &str| json!([diagnostic["range"][key]["line"], diagnostic["range"][key]["character"]]);
    let href = &diagnostic["codeDescription"]["href"];
    json!([diagnostic["code"], diagnostic["severity"], diagnostic["message"], at("start"), at("end"), href])
}

#[test]
fn the_same_as_check_in_every_encoding() {
    let folder = folder();
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let mut capabilities = everyday();
        capabilities["general"]["positionEncodings"] = json!(["utf-7", encoding, "utf-16"]);
        let mut client = Client::start(folder.path(), capabilities);
        assert_eq!(client.capabilities["positionEncoding"], encoding);
        let mut total = 0;
        for (name, text) in drafts() {
            let published: Vec<Value> = client.open(name, &text).iter().map(brief).collect();
            let mut expected = expected(&folder, name, &text, encoding);
            // If the excess begins out of sight, the diagnostic marks the whole string.
            for (one, shown) in expected.iter_mut().zip(&published).filter(|(one, _)| one[0] == "script/too-long") {
                assert!(shown[3][1].as_u64() < one[3][1].as_u64(), "{shown}");
                (one[3], one[4]) = (shown[3].clone(), shown[4].clone());
            }
            assert_eq!(published, expected, "{name} in {encoding}");
            assert_eq!(published.is_empty(), name == "good.json", "{name}");
            total += published.len();
        }
        assert!(total > 12, "{total}");
        assert_eq!(client.stop(), Some(0));
    }
}

#[test]
fn an_editor_that_names_no_encoding_gets_utf_16() {
    let folder = Folder::new();
    let client = Client::start(folder.path(), json!({}));
    assert_eq!(client.capabilities["positionEncoding"], "utf-16");
    assert_eq!(client.capabilities.get("diagnosticProvider"), None);
    assert_eq!(client.stop(), Some(0));
}

/// Unsaved text that changes in increments: the text in the editor counts.
#[test]
fn unsaved_text_and_increments() {
    let folder = Folder::new();
    recipe::write(folder.path(), "a b.jpg = png 640x640");
    let mut client = Client::start(folder.path(), everyday());
    let text = "{\"title\": \"😀\", \"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_settings\": {\"speed\": 1}}";
    assert_eq!(client.open("new.json", text), Vec::<Value>::new());
    // The 1 after the emoji, which counts as two code units.
    let column = text[..text.find("1}}").expect("there")].encode_utf16().count();
    let range =
        |from: usize, to: usize| json!({"start": {"line": 0, "character": from}, "end": {"line": 0, "character": to}});
    client.changes("new.json", 2, json!([{"range": range(column, column + 1), "text": "1.6"}, {"range": range(column + 2, column + 3), "text": "99"}]));
    let uri = client.uri("new.json");
    let found = client.diagnostics(&uri, 2);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0]["message"]
            .as_str()
            .is_some_and(|message| message.starts_with("speed is 1.99, above the maximum of 1.5"))
    );
    assert_eq!(found[0]["range"], range(column, column + 4));
    assert_eq!(
        (&found[0]["data"]["pointer"], &found[0]["data"]["fix"]["safe"]),
        (&json!("/voice_settings/speed"), &json!(false))
    );
    // Ten quick changes give one check, of the last one.
    for version in 3..13 {
        client.change("new.json", version, "{\"type\": \"image\", \"image\": {\"type\": \"url\", \"url\": \"a b.jpg\"}, \"voice_id\": \"v\", \"script\": \"Hi\"}");
    }
    let found = client.diagnostics(&uri, 12);
    assert_eq!(found[0]["code"], "file/extension-mismatch");
    let related = &found[0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], client.uri("a b.jpg"));
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    let gone = client
        .wait("textDocument/publishDiagnostics", |params| params["uri"] == *uri && params.get("version").is_none());
    assert_eq!(gone["diagnostics"], json!([]));
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn other_json_has_no_diagnostics_unless_configured() {
    let folder = Folder::new();
    let files = "[[requests]]\nfiles = [\"claimed/*.json\", \"odd/*.txt\"]\nendpoint = \"POST /v3/videos\"\n";
    folder.write("heylint.toml", format!("exclude = [\"old/**\"]\n{files}"));
    let mut client = Client::start(folder.path(), everyday());
    for (name, text) in [
        ("package.json", "{\"name\": \"x\", \"type\": \"module\", \"version\": 3"),
        ("list.json", "[1, 2, 3]"),
        ("rows.jsonl", "{\"a\": 1}\n{\"a\": "),
        ("empty.json", ""),
        (
            "old/a.json",
            "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"\", \"voice_settings\": {\"speed\": 9}}",
        ),
    ] {
        assert_eq!(client.open(name, text), Vec::<Value>::new(), "{name}");
    }
    for name in ["claimed/a.json", "odd/a.txt"] {
        let found = client.open(name, "{\"type\": \"avatar\"}");
        assert!(found.iter().any(|finding| finding["code"] == "request/missing-field"), "{name}: {found:#?}");
    }
    // For a text of another language there is no answer at all.
    let uri = client.uri("notes.txt");
    client.open_uri(&uri, "plaintext", "{\"type\": \"avatar\"");
    let hover = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}});
    assert_eq!(client.call("textDocument/hover", hover), Ok(Value::Null));
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn tags_follow_the_rule_page() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    let found = client.open("a.json", "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"input_text\": \"Hi\"}");
    let retired = found.iter().find(|finding| finding["code"] == "request/retired-field").expect("found");
    assert_eq!(retired["tags"], json!([2]));
    let found = client.open("b.json", "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"audio_url\": \"https://example.com/a.mp3\", \"voice_settings\": {\"speed\": 1}}");
    assert_eq!((&found[0]["code"], &found[0]["tags"]), (&json!("request/no-effect"), &json!([1])));
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn a_configuration_with_errors() {
    let folder = Folder::new();
    let wrong = "# 😀\nfail-on = \"errror\"\nselekt = [\"script\"]\n";
    folder.write("heylint.toml", wrong);
    let mut client = Client::start(folder.path(), everyday());
    let draft = "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\"}";
    // The draft is marked as not checked, and the configuration shows why.
    let uri = client.uri("a.json");
    client.open_uri(&uri, "json", draft);
    let configuration = client.uri("heylint.toml");
    let notification = client.wait("textDocument/publishDiagnostics", |params| params["uri"] == *configuration);
    assert_eq!(notification["diagnostics"].as_array().map(Vec::len), Some(2), "{notification:#}");
    let found = client.diagnostics(&uri, 1);
    assert!(found[0]["message"].as_str().is_some_and(|message| message.starts_with("not checked")), "{found:#?}");
    // Once it is open, its text in the editor counts.
    client.open_uri(&configuration, "toml", wrong);
    let found = client.diagnostics(&configuration, 1);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(found[1]["range"], json!({"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 6}}));
    client.change("heylint.toml", 2, "fail-on = \"error\"\nignore = [\"no/such-rule\"]\n");
    let found = client.diagnostics(&configuration, 2);
    assert_eq!((found.len(), &found[0]["code"]), (1, &json!("lint/unknown-rule")), "{found:#?}");
    client.change("heylint.toml", 3, "fail-on = \"error\"\n");
    assert_eq!(client.diagnostics(&configuration, 3), Vec::<Value>::new());
    // After it is saved, the draft is checked again.
    folder.write("heylint.toml", "fail-on = \"error\"\n");
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": configuration}}));
    assert_eq!(client.diagnostics(&uri, 1), Vec::<Value>::new());
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn diagnostics_on_demand() {
    let folder = Folder::new();
    let mut capabilities = everyday();
    capabilities["textDocument"]["diagnostic"] = json!({"dynamicRegistration": true});
    capabilities["workspace"]["diagnostics"] = json!({"refreshSupport": true});
    let mut client = Client::start(folder.path(), capabilities);
    assert_eq!(client.capabilities["diagnosticProvider"]["interFileDependencies"], true);
    let uri = client.uri("a.json");
    client.open_uri(
        &uri,
        "json",
        "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_settings\": {\"speed\": 9}}",
    );
    let report = client.call("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).expect("a report");
    assert_eq!((&report["kind"], &report["items"][0]["code"]), (&json!("full"), &json!("request/out-of-range")));
    let again = json!({"textDocument": {"uri": uri}, "previousResultId": report["resultId"]});
    let report = client.call("textDocument/diagnostic", again.clone()).expect("a report");
    assert_eq!(report["kind"], "unchanged");
    client.change("a.json", 2, "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\"}");
    let report = client.call("textDocument/diagnostic", again).expect("a report");
    assert_eq!((&report["kind"], &report["items"]), (&json!("full"), &json!([])));
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn uris_of_every_kind() {
    let folder = Folder::new();
    recipe::write(folder.path(), "a.jpg = png 64x64");
    let text = "{\"type\": \"image\", \"image\": {\"type\": \"url\", \"url\": \"a.jpg\"}, \"voice_id\": \"v\", \"script\": \"Hi\"}";
    let mut client = Client::start(folder.path(), everyday());
    let root = uri_of(&client.root);
    for (uri, known) in [
        (format!("{root}/%61%20b%5B1%5D.json"), true),
        (format!("{root}/x/../%E6%BC%A2.json"), true),
        ("untitled:Untitled-1".to_owned(), true),
        ("untitled:".to_owned(), true),
        ("file:///c%3A/Users/me/a.json".to_owned(), false),
        ("file:///c:/Users/me/b.json".to_owned(), false),
    ] {
        client.open_uri(&uri, "json", text);
        let found = client.diagnostics(&uri, 1);
        // If the folder of the draft is known, the picture beside it is found.
        let codes: Vec<_> = found.iter().filter_map(|finding| finding["code"].as_str()).collect();
        let expected = if known { "file/extension-mismatch" } else { "asset/missing-file" };
        assert_eq!(codes, [expected], "{uri}");
    }
    for uri in ["git:/a.json?{}", "file://server/share/a.json", "", "%%%", "file:///%00.json", "file:"] {
        client.open_uri(uri, "json", text);
        let hover = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}});
        assert_eq!(client.call("textDocument/hover", hover), Ok(Value::Null), "{uri}");
    }
    assert_eq!(client.stop(), Some(0));
}

/// A long script is one line: the diagnostic starts at the string, and related information marks the excess.
#[test]
fn the_mark_of_a_long_script_is_in_sight() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    let text = format!(
        "{{\"type\": \"avatar\", \"avatar_id\": \"a\", \"voice_id\": \"v\", \"script\": \"{}\"}}",
        "Word. ".repeat(900)
    );
    let found = client.open("long.json", &text);
    assert_eq!(found.len(), 1, "{found:#?}");
    let start = text.find("\"Word").expect("the text");
    assert_eq!(found[0]["range"]["start"]["character"], start);
    assert_eq!(found[0]["range"]["end"]["character"], text.len() - 1);
    let related = &found[0]["relatedInformation"][0];
    assert_eq!(related["message"], "too much from here on");
    assert_eq!(related["location"]["range"]["start"]["character"], start + 1 + 5_000);
    assert_eq!(client.stop(), Some(0));
}
