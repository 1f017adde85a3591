//! Code actions, applied as an editor would, have the promised result.

use serde_json::{Value, json};

use super::client::{Client, edited, everyday, position};
use super::common::recipe;
use super::run::Folder;

const GOOD: &str = "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_id\": \"v\"}";

pub fn everything() -> Value {
    json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}})
}

pub fn titled<'a>(actions: &'a [Value], start: &str) -> &'a Value {
    let found = actions.iter().find(|action| action["title"].as_str().is_some_and(|title| title.starts_with(start)));
    found.unwrap_or_else(|| panic!("no {start} in {actions:#?}"))
}

/// Applies the edit of an action to the files on disk.
fn apply(folder: &Folder, root: &str, action: &Value) {
    let name = |uri: &Value| {
        let uri = uri.as_str().expect("a URI");
        uri.strip_prefix(root).unwrap_or_else(|| panic!("{uri} is outside")).trim_start_matches('/').replace("%20", " ")
    };
    for change in
        action["edit"]["documentChanges"].as_array().unwrap_or_else(|| panic!("changes of documents: {action:#}"))
    {
        match change["kind"].as_str() {
            Some("create") => _ = folder.write(&name(&change["uri"]), ""),
            Some("rename") => {
                let (from, to) = (folder.join(&name(&change["oldUri"])), folder.join(&name(&change["newUri"])));
                assert!(!to.exists(), "nothing is overwritten");
                std::fs::rename(from, to).expect("renamed");
            }
            _ => {
                let name = name(&change["textDocument"]["uri"]);
                folder.write(&name, edited(&folder.read(&name), &change["edits"]));
            }
        }
    }
}

fn start(folder: &Folder) -> (Client, String) {
    let client = Client::start(folder.path(), everyday());
    let root = client.uri("");
    (client, root)
}

#[test]
fn safe_fixes_remove_findings_until_none_is_left() {
    let text = "{\n  \"title\": \"漢 😀\",\n  \"type\": \"avatar\",\n  \"avatarId\": \"a\",\n  \"input_text\": \"Hi\",\n  \"voice_id\": \"v\",\n  \"engine\": \"avatar_iv\",\n}\n";
    let folder = Folder::new();
    let mut left = usize::MAX;
    for round in 0..10 {
        let name = format!("{round}.json");
        folder.write(&name, if round == 0 { text.to_owned() } else { folder.read(&format!("{}.json", round - 1)) });
        let (mut client, root) = start(&folder);
        // Once a document was a request it stays one, even with half of its names wrong.
        client.open(&name, GOOD);
        let uri = client.uri(&name);
        client.change(&name, 2, &folder.read(&name));
        let found = client.diagnostics(&uri, 2);
        assert!(found.len() < left, "{found:#?}");
        left = found.len();
        if left == 0 {
            assert_eq!(client.stop(), Some(0));
            assert!(round > 0, "there were no findings");
            let fixed = folder.read(&name);
            assert!(
                fixed.contains("漢 😀")
                    && fixed.contains("\"avatar_id\": \"a\"")
                    && fixed.contains("\"script\": \"Hi\""),
                "{fixed}"
            );
            folder.run(&format!("check {name}")).gives(0);
            return;
        }
        let actions = client.actions(&uri, &found[0]["range"], Some("quickfix"));
        let fix = actions.iter().find(|action| action["isPreferred"] == true).unwrap_or_else(|| panic!("{actions:#?}"));
        assert_eq!((&fix["kind"], &fix["diagnostics"][0]["code"]), (&json!("quickfix"), &found[0]["code"]));
        apply(&folder, &root, fix);
        assert_eq!(client.stop(), Some(0));
    }
    panic!("the fixes never end");
}

#[test]
fn all_safe_fixes_in_one_action() {
    let text = "{\"type\": \"avatar\", \"avatarId\": \"a\", \"title\": \"😀\", \"input_text\": \"Hi\", \"voice_id\": \"v\", \"voice_settings\": {\"speed\": 9}}";
    let folder = Folder::new();
    folder.write("a.json", text);
    let (mut client, root) = start(&folder);
    client.open("a.json", GOOD);
    client.change("a.json", 2, text);
    let uri = client.uri("a.json");
    for only in ["source.fixAll.heylint", "source.fixAll", "source"] {
        let actions = client.actions(&uri, &everything(), Some(only));
        assert_eq!(actions.len(), 1, "{only}: {actions:#?}");
        assert_eq!(actions[0]["kind"], "source.fixAll.heylint");
    }
    assert!(client.actions(&uri, &everything(), Some("refactor")).is_empty());
    let actions = client.actions(&uri, &everything(), Some("source.fixAll.heylint"));
    apply(&folder, &root, &actions[0]);
    let fixed = folder.read("a.json");
    assert_eq!(fixed, text.replace("avatarId", "avatar_id").replace("input_text", "script"), "what is unsafe stays");
    client.change("a.json", 3, &fixed);
    let found = client.diagnostics(&uri, 3);
    assert_eq!((found.len(), &found[0]["code"]), (1, &json!("request/out-of-range")));
    assert!(client.actions(&uri, &everything(), Some("source.fixAll.heylint")).is_empty(), "nothing safe is left");
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn unsafe_fixes_are_marked() {
    let text = "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_settings\": {\"speed\": 9}}";
    let folder = Folder::new();
    folder.write("a.json", text);
    let (mut client, root) = start(&folder);
    let found = client.open("a.json", text);
    let uri = client.uri("a.json");
    let actions = client.actions(&uri, &found[0]["range"], None);
    let fix = titled(&actions, "set it to 1.5");
    assert!(fix["isPreferred"] == false && fix["title"].as_str().is_some_and(|title| title.contains("unsafe")));
    apply(&folder, &root, fix);
    folder.run("check a.json").gives(0);
    // Elsewhere there is no action.
    let start = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}});
    assert!(client.actions(&uri, &start, None).is_empty());
    assert_eq!(client.stop(), Some(0));
}

/// A file gets its new name in every request of the folder, open or not.
#[test]
fn a_file_is_renamed_with_all_its_references() {
    let folder = Folder::new();
    recipe::write(folder.path(), "assets/my pic.jpg = png 64x64");
    let draft = |path: &str| {
        format!(
            "{{\"type\": \"image\", \"title\": \"😀\", \"image\": {{\"type\": \"url\", \"url\": \"{path}\"}}, \"voice_id\": \"v\", \"script\": \"Hi\"}}"
        )
    };
    folder.write("drafts/a.json", draft("../assets/my pic.jpg"));
    folder.write("b.json", draft("assets/my pic.jpg"));
    let (mut client, root) = start(&folder);
    let found = client.open("drafts/a.json", &folder.read("drafts/a.json"));
    assert_eq!((found.len(), &found[0]["code"]), (1, &json!("file/extension-mismatch")), "{found:#?}");
    let uri = client.uri("drafts/a.json");
    let actions = client.actions(&uri, &found[0]["range"], Some("quickfix"));
    apply(&folder, &root, titled(&actions, "rename it to my pic.png and 2 references"));
    folder.run("check").gives(0);
    assert!(folder.join("assets/my pic.png").exists());
    assert_eq!(client.stop(), Some(0));
    // A client that cannot rename files gets no partial action.
    let folder = Folder::new();
    recipe::write(folder.path(), "a.jpg = png 64x64");
    let mut capabilities = everyday();
    capabilities["workspace"]["workspaceEdit"]["resourceOperations"] = json!([]);
    let mut client = Client::start(folder.path(), capabilities);
    let found = client.open("a.json", &draft("a.jpg"));
    let uri = client.uri("a.json");
    let actions = client.actions(&uri, &found[0]["range"], None);
    assert!(actions.iter().all(|action| action["isPreferred"] == false), "{actions:#?}");
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn a_suppression_applies() {
    let text = "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_settings\": {\"speed\": 9}}";
    let jobs = "{\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"limit\": 1}}\n{\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"limit\": 1000}}\n";
    for configuration in [
        None,
        Some(""),
        Some("fail-on = \"warning\" # ü"),
        Some("fail-on = \"warning\"\n\n[limits]\nscript.max = 100\n"),
    ] {
        let folder = Folder::new();
        recipe::write(folder.path(), "x/pic.jpg = png 64x64");
        let odd = "odd \"name\".json";
        folder.write("drafts/a.json", text).write("jobs.jsonl", jobs).write(odd, text);
        folder.write("m.json", "{\"type\": \"image\", \"image\": {\"type\": \"url\", \"url\": \"x/pic.jpg\"}, \"voice_id\": \"v\", \"script\": \"Hi\"}");
        if let Some(configuration) = configuration {
            folder.write("heylint.toml", configuration);
        }
        for (name, line) in [("drafts/a.json", 0), ("jobs.jsonl", 1), (odd, 0), ("m.json", 0)] {
            let (mut client, root) = start(&folder);
            let uri = client.uri(name);
            let found = client.open(name, &folder.read(name));
            assert_eq!((found.len(), &found[0]["range"]["start"]["line"]), (1, &json!(line)), "{name}: {found:#?}");
            let actions = client.actions(&uri, &found[0]["range"], Some("quickfix"));
            apply(&folder, &root, titled(&actions, "suppress "));
            assert_eq!(client.stop(), Some(0));
        }
        let written = folder.read("heylint.toml");
        assert!(written.starts_with(configuration.unwrap_or_default()), "{written}");
        assert!(
            written.contains(
                "at = \"drafts/a.json#/voice_settings/speed\"\nrules = [\"request/out-of-range\"]\nreason = "
            ),
            "{written}"
        );
        assert!(written.contains("at = \"jobs.jsonl[1]#/query/limit\""), "{written}");
        folder.run("check . --fail-on hint").gives(0);
    }
}

/// Actions are for the current text, even if it was changed a moment ago.
#[test]
fn actions_wait_for_the_check() {
    let folder = Folder::new();
    let (mut client, _) = start(&folder);
    client.open("a.json", "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\"}");
    let text = "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_settings\": {\"speed\": 9}}";
    client.change("a.json", 2, text);
    let uri = client.uri("a.json");
    let at = position(text, "9", 0);
    let actions = client.actions(&uri, &json!({"start": at, "end": at}), None);
    titled(&actions, "set it to 1.5");
    assert_eq!(client.stop(), Some(0));
}
