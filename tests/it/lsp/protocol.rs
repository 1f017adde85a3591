//! The rules of the protocol, and clients that break them.

use serde_json::{Value, json};

use super::client::{Client, everyday, message};
use super::run::Folder;

fn code(answer: Result<Value, Value>) -> i64 {
    answer.expect_err("an error")["code"].as_i64().expect("a code")
}

#[test]
fn requests_before_initialize_and_after_shutdown() {
    let folder = Folder::new();
    let mut client = Client::spawn(folder.path(), &[]);
    assert_eq!(code(client.call("textDocument/hover", json!({}))), -32002, "before initialize");
    client.notify("textDocument/didOpen", json!({"textDocument": 3}));
    let answer = client
        .call("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}))
        .expect("initialised");
    assert_eq!(answer["serverInfo"]["name"], "heylint");
    assert_eq!(answer["capabilities"]["textDocumentSync"]["change"], 2);
    assert_eq!(code(client.call("initialize", json!({"capabilities": {}}))), -32600);
    assert_eq!(code(client.call("textDocument/rename", json!({}))), -32601);
    assert_eq!(code(client.call("$/unknown", json!({}))), -32601);
    assert_eq!(code(client.call("textDocument/hover", json!({"textDocument": 3}))), -32602);
    client.notify("$/unknown", json!([1, 2]));
    client.notify(
        "textDocument/didChange",
        json!({"textDocument": {"uri": "file:///none.json", "version": 3}, "contentChanges": []}),
    );
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": "file:///none.json"}}));
    assert_eq!(client.call("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(code(client.call("textDocument/hover", json!({}))), -32600, "after shutdown");
    client.notify("exit", Value::Null);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn how_it_ends() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    client.notify("exit", Value::Null);
    assert_eq!(client.end(), Some(1), "exit without shutdown");
    let client = Client::start(folder.path(), everyday());
    assert_eq!(client.end(), Some(1), "the client is gone");
    let mut client = Client::start(folder.path(), everyday());
    assert_eq!(client.call("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.end(), Some(0), "the client is gone after shutdown");
    let mut client = Client::spawn(folder.path(), &[]);
    client.notify("exit", Value::Null);
    assert_eq!(client.end(), Some(1), "exit before initialize");
}

#[test]
fn invalid_messages_do_not_stop_the_server() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    client.write(b"Content-Length: 11\r\n\r\n{\"jsonrpc\":");
    client.write(&message(&json!([{"jsonrpc": "2.0", "id": 5, "method": "shutdown"}])));
    client.write(&message(&json!({"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"})));
    client.write(b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}");
    let notification = client.wait("window/logMessage", |_| true);
    assert!(
        notification["message"].as_str().is_some_and(|message| message.contains("not a message")),
        "{notification}"
    );
    assert_eq!(client.open("a.json", "{\"type\": \"avatar\", \"avatar_id\": \"a\"}").len(), 1);
    assert_eq!(client.stop(), Some(0));
}

/// A request that is cancelled before it is handled is not handled: here, one that waits for the check of a large text.
#[test]
fn a_cancelled_request_is_answered() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    let text = format!("[{}]", vec!["{\"method\": \"GET\", \"path\": \"/v3/videos\"}"; 20_000].join(","));
    let uri = client.uri("a.json");
    client.open_uri(&uri, "json", &text);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}});
    let id = client.send(
        "textDocument/codeAction",
        json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": []}}),
    );
    client.notify("$/cancelRequest", json!({"id": id}));
    client.notify("$/cancelRequest", json!({"id": "none"}));
    assert_eq!(client.answer(id).expect_err("cancelled")["code"], -32800);
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn texts_of_any_size_and_kind() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    // Deep nesting, one long line, a cut text, invalid characters.
    for (at, text) in
        ["[".repeat(200_000), "{\"a\":".repeat(100_000), "\u{0}\u{1b}\u{feff}{".to_owned(), "\r\r\n\r".to_owned()]
            .iter()
            .enumerate()
    {
        let name = format!("{at}.json");
        client.open(&name, text);
        let uri = client.uri(&name);
        let at = json!({"line": 0, "character": 150_000});
        client
            .call("textDocument/completion", json!({"textDocument": {"uri": uri}, "position": at}))
            .expect("an answer");
        client.call("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": at})).expect("an answer");
        let all = json!({"start": {"line": 4_000_000_000_u32, "character": 5}, "end": at});
        assert!(client.actions(&uri, &all, None).len() < 10);
    }
    // Fifty megabytes, and a change in it.
    let script = "é漢😀 word. ".repeat(3_200_000);
    let text = format!("{{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"{script}\"}}");
    assert!(text.len() > 50_000_000);
    let found = client.open("large.json", &text);
    assert_eq!((found.len(), &found[0]["code"]), (1, &json!("script/too-long")));
    let start = json!({"line": 0, "character": 2});
    client.changes("large.json", 2, json!([{"range": {"start": start, "end": start}, "text": "x"}]));
    let uri = client.uri("large.json");
    client.diagnostics(&uri, 2);
    // A text larger than any request is not checked, and the server stays responsive.
    let huge = client.uri("huge.json");
    client.open_uri(&huge, "json", &format!("[\"{}\"]", "x".repeat(65 << 20)));
    let notification = client.wait("window/logMessage", |_| true);
    assert!(notification["message"].as_str().is_some_and(|message| message.contains("too large")), "{notification}");
    assert_eq!(client.actions(&huge, &json!({"start": start, "end": start}), None), Vec::<Value>::new());
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn words_of_the_command_line() {
    let folder = Folder::new();
    folder.write("strict.toml", "[limits]\nscript.max = 2\n");
    super::common::recipe::write(folder.path(), "a.png = png 64x64");
    let text = "{\"type\": \"image\", \"image\": {\"type\": \"url\", \"url\": \"a.png\"}, \"voice_id\": \"v\", \"script\": \"Hello\"}";
    let strict = folder.join("strict.toml").display().to_string();
    for (words, expected) in
        [(vec!["--config", &strict], "script/too-long"), (vec!["--isolated", "--ready"], "asset/local-path")]
    {
        let mut client = Client::spawn(folder.path(), &words);
        client.call("initialize", json!({"capabilities": everyday()})).expect("initialised");
        let found = client.open("a.json", text);
        assert_eq!((found.len(), &found[0]["code"]), (1, &json!(expected)), "{words:?}: {found:#?}");
        assert_eq!(client.stop(), Some(0));
    }
}

/// Like every other command, it opens no socket and writes nothing.
#[test]
#[cfg(target_os = "linux")]
fn it_opens_no_socket() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    client.open("a.json", "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\"}");
    let open = std::fs::read_dir(format!("/proc/{}/fd", client.id())).expect("open files");
    let sockets: Vec<_> = open
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .collect();
    assert!(sockets.is_empty(), "{sockets:?}");
    assert_eq!(client.stop(), Some(0));
}
