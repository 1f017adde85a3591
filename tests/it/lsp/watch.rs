//! When a file beside the draft changes, the findings of the draft change too.

use serde_json::{Value, json};

use super::client::{Client, asking, everyday};
use super::common::recipe;
use super::run::Folder;

const DRAFT: &str = "{\"type\": \"image\", \"image\": {\"type\": \"url\", \"url\": \"p.png\"}, \"voice_id\": \"v\", \"script\": \"Hi\"}";

fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().filter_map(|finding| finding["code"].as_str()).collect()
}

fn changed(client: &mut Client, name: &str, kind: u32) {
    let uri = client.uri(name);
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": kind}]}));
}

#[test]
fn a_client_that_watches() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    let uri = client.uri("a.json");
    assert_eq!(codes(&client.open("a.json", DRAFT)), ["asset/missing-file"]);
    let registered = &client.asked[0];
    assert_eq!(registered["method"], "client/registerCapability");
    let watchers = registered["params"]["registrations"][0]["registerOptions"]["watchers"].to_string();
    assert!(["heylint.toml", "mp4", "PNG", "srt"].iter().all(|part| watchers.contains(part)), "{watchers}");
    recipe::write(folder.path(), "p.png = jpeg 64x64");
    changed(&mut client, "p.png", 1);
    assert_eq!(codes(&client.diagnostics(&uri, 1)), ["file/extension-mismatch"]);
    recipe::write(folder.path(), "p.png = png 2560x64");
    changed(&mut client, "p.png", 2);
    assert_eq!(codes(&client.diagnostics(&uri, 1)), ["image/resolution"]);
    folder.write("heylint.toml", "ignore = [\"image\"]\n");
    changed(&mut client, "heylint.toml", 1);
    assert_eq!(client.diagnostics(&uri, 1), Vec::<Value>::new());
    std::fs::remove_file(folder.join("p.png")).expect("removed");
    changed(&mut client, "p.png", 3);
    assert_eq!(codes(&client.diagnostics(&uri, 1)), ["asset/missing-file"]);
    assert_eq!(client.stop(), Some(0));
}

/// Without notifications of the client, the server polls.
#[test]
fn a_client_that_does_not_watch() {
    let folder = Folder::new();
    recipe::write(folder.path(), "p.png = png 64x64");
    let mut capabilities = everyday();
    capabilities["workspace"]["didChangeWatchedFiles"] = json!({});
    let mut client = Client::start(folder.path(), capabilities);
    let uri = client.uri("a.json");
    assert_eq!(client.open("a.json", DRAFT), Vec::<Value>::new());
    recipe::write(folder.path(), "p.png = jpeg 64x64");
    assert_eq!(codes(&client.diagnostics(&uri, 1)), ["file/extension-mismatch"]);
    folder.write("heylint.toml", "ignore = [\"file\"]\n");
    assert_eq!(client.diagnostics(&uri, 1), Vec::<Value>::new());
    assert!(client.asked.is_empty());
    assert_eq!(client.stop(), Some(0));
}

/// A picture outside the workspace, which no client watches.
#[test]
fn a_file_outside_of_the_workspace() {
    let folder = Folder::new();
    recipe::write(folder.path(), "p.png = png 64x64");
    folder.make("work");
    let mut client = Client::start(&folder.join("work"), everyday());
    let uri = client.uri("a.json");
    assert_eq!(client.open("a.json", &DRAFT.replace("p.png", "../p.png")), Vec::<Value>::new());
    recipe::write(folder.path(), "p.png = jpeg 64x64");
    assert_eq!(codes(&client.diagnostics(&uri, 1)), ["file/extension-mismatch"]);
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn diagnostics_on_demand_are_asked_for_again() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), asking());
    let uri = client.uri("a.json");
    client.open_uri(&uri, "json", DRAFT);
    let ask = json!({"textDocument": {"uri": uri}});
    let report = client.call("textDocument/diagnostic", ask.clone()).expect("a report");
    assert_eq!(report["items"][0]["code"], "asset/missing-file");
    recipe::write(folder.path(), "p.png = png 64x64");
    changed(&mut client, "p.png", 1);
    let report = client.call("textDocument/diagnostic", ask).expect("a report");
    assert_eq!(report["items"], json!([]));
    assert!(client.asked.iter().any(|asked| asked["method"] == "workspace/diagnostic/refresh"), "{:#?}", client.asked);
    assert_eq!(client.stop(), Some(0));
}
