//! A strict LSP client, which applies edits as an editor would.

#![allow(clippy::needless_pass_by_value, reason = "call sites list their message fields")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Bounds the wait for a message that never comes. No test depends on the speed of the server.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Notifications that no test has waited for yet.
    heard: VecDeque<Value>,
    /// Requests from the server.
    pub asked: Vec<Value>,
    /// The lines for the log.
    pub log: Vec<String>,
    /// The answer to a request to apply edits.
    pub applies: bool,
    next: i64,
    pub root: PathBuf,
    pub capabilities: Value,
}

pub fn message(value: &Value) -> Vec<u8> {
    let text = value.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

pub fn uri_of(path: &Path) -> String {
    format!("file://{}", path.to_str().expect("UTF-8").replace('%', "%25").replace(' ', "%20"))
}

/// Capabilities of a client that pulls diagnostics, which come without delay.
pub fn asking() -> Value {
    let mut capabilities = everyday();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities["workspace"]["diagnostics"] = json!({"refreshSupport": true});
    capabilities
}

/// Capabilities of a common editor.
pub fn everyday() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "window": {"workDoneProgress": true},
        "workspace": {
            "applyEdit": true,
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
        },
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": true, "dataSupport": true, "versionSupport": true, "tagSupport": {"valueSet": [1, 2]}},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}}},
            "completion": {"completionItem": {"snippetSupport": true}},
        },
    })
}

impl Client {
    /// Starts the server without `initialize`.
    pub fn spawn(root: &Path, words: &[&str]) -> Self {
        let root = root.canonicalize().expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_heylint"))
            .arg("lsp")
            .env("HEYLINT_NOW", "2026-11-29")
            .args(words)
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("heylint starts");
        let mut output = BufReader::new(child.stdout.take().expect("output"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        Self {
            child,
            input,
            messages,
            heard: VecDeque::new(),
            asked: Vec::new(),
            log: Vec::new(),
            applies: true,
            next: 1,
            root,
            capabilities: Value::Null,
        }
    }

    /// Starts the server as an editor with these capabilities.
    pub fn start(root: &Path, capabilities: Value) -> Self {
        Self::start_with(root, &["--stdio"], capabilities)
    }

    pub fn start_with(root: &Path, words: &[&str], capabilities: Value) -> Self {
        Self::start_asking(root, words, capabilities, Value::Null)
    }

    /// As `start_asking`, with options.
    pub fn start_asking(root: &Path, words: &[&str], capabilities: Value, options: Value) -> Self {
        let mut client = Self::spawn(root, words);
        let root = uri_of(&client.root);
        let params = json!({
            "processId": null, "rootUri": root, "capabilities": capabilities, "initializationOptions": options,
            "workspaceFolders": [{"uri": root, "name": "root"}],
        });
        client.capabilities = client.call("initialize", params).expect("initialised")["capabilities"].take();
        client.notify("initialized", json!({}));
        client
    }

    pub fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server listens");
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.write(&message(&json!({"jsonrpc": "2.0", "method": method, "params": params})));
    }

    /// Sends a request without waiting for the response.
    pub fn send(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next;
        self.next += 1;
        self.write(&message(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})));
        id
    }

    pub fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.send(method, params);
        self.answer(id)
    }

    /// Waits for the response to a request.
    pub fn answer(&mut self, id: i64) -> Result<Value, Value> {
        loop {
            let mut message = self.next_message().unwrap_or_else(|| panic!("no answer to {id}"));
            if message.get("method").is_some() {
                self.hear(message);
            } else if message["id"] == id {
                return match message.get_mut("error") {
                    Some(error) => Err(error.take()),
                    None => Ok(message["result"].take()),
                };
            }
        }
    }

    fn hear(&mut self, message: Value) {
        if message.get("id").is_some() {
            let is_edit = message["method"] == "workspace/applyEdit";
            let result = if is_edit { json!({"applied": self.applies}) } else { Value::Null };
            let answer = json!({"jsonrpc": "2.0", "id": message["id"], "result": result});
            self.write(&self::message(&answer));
            self.asked.push(message);
        } else {
            if message["method"] == "window/logMessage" {
                self.log.push(message["params"]["message"].as_str().expect("a text").to_owned());
            }
            self.heard.push_back(message);
        }
    }

    pub fn next_message(&mut self) -> Option<Value> {
        match self.messages.recv_timeout(PATIENCE) {
            Ok(message) => {
                assert_eq!(message["jsonrpc"], "2.0");
                Some(message)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the server says nothing"),
        }
    }

    /// Waits for the next notification of this method that satisfies `wanted`; drops earlier ones.
    pub fn wait(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            while let Some(mut message) = self.heard.pop_front() {
                if message["method"] == method && wanted(&message["params"]) {
                    return message["params"].take();
                }
            }
            let message = self.next_message().expect("the server has ended");
            self.hear(message);
        }
    }

    pub fn uri(&self, name: &str) -> String {
        uri_of(&self.root.join(name))
    }

    /// Opens a document, whose text need not be on disk, and returns its diagnostics.
    pub fn open(&mut self, name: &str, text: &str) -> Vec<Value> {
        let uri = self.uri(name);
        self.open_uri(&uri, "json", text);
        self.diagnostics(&uri, 1)
    }

    pub fn open_uri(&mut self, uri: &str, language: &str, text: &str) {
        let item = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
    }

    /// Replaces the whole text.
    pub fn change(&mut self, name: &str, version: i64, text: &str) {
        self.changes(name, version, json!([{"text": text}]));
    }

    pub fn changes(&mut self, name: &str, version: i64, changes: Value) {
        let uri = self.uri(name);
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}),
        );
    }

    /// Waits for the diagnostics of this version.
    pub fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        let mut params =
            self.wait("textDocument/publishDiagnostics", |params| params["uri"] == uri && params["version"] == version);
        params["diagnostics"].as_array_mut().map(std::mem::take).expect("a list")
    }

    pub fn hover(&mut self, name: &str, line: usize, character: usize) -> Option<(String, Value)> {
        let uri = self.uri(name);
        let position = json!({"line": line, "character": character});
        let hover = self
            .call("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position}))
            .expect("a hover");
        if hover.is_null() {
            return None;
        }
        assert_eq!(hover["contents"]["kind"], "markdown");
        Some((hover["contents"]["value"].as_str().expect("text").to_owned(), hover["range"].clone()))
    }

    pub fn actions(&mut self, uri: &str, range: &Value, only: Option<&str>) -> Vec<Value> {
        let mut context = json!({"diagnostics": []});
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let params = json!({"textDocument": {"uri": uri}, "range": range, "context": context});
        self.call("textDocument/codeAction", params).expect("actions").as_array().expect("a list").clone()
    }

    /// Shuts the server down as the protocol requires; returns the exit status.
    pub fn stop(mut self) -> Option<i32> {
        assert_eq!(self.call("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        self.end()
    }

    /// Closes the input and waits for the server to exit.
    pub fn end(mut self) -> Option<i32> {
        self.input = None;
        while self.next_message().is_some() {}
        self.child.wait().expect("it ends").code()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads one message; fails on anything else on standard output.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut size = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).expect("UTF-8") == 0 {
            assert!(size.is_none(), "the output ends in a header");
            return None;
        }
        let line = line.strip_suffix("\r\n").unwrap_or_else(|| panic!("no header of the protocol: {line:?}"));
        if line.is_empty() {
            break;
        }
        size = line.strip_prefix("Content-Length: ").map(|size| size.parse::<usize>().expect("a size"));
    }
    let mut bytes = vec![0; size.expect("a size")];
    output.read_exact(&mut bytes).expect("the whole message");
    Some(serde_json::from_slice(&bytes).expect("JSON"))
}

/// The byte offset of a position in UTF-16, counted character by character.
pub fn offset(text: &str, position: &Value) -> usize {
    let (line, character) =
        (position["line"].as_u64().expect("a line"), position["character"].as_u64().expect("a column"));
    let start: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
    let mut units = 0;
    for (at, c) in text[start..].char_indices() {
        if units >= character || c == '\n' {
            return start + at;
        }
        units += c.len_utf16() as u64;
    }
    text.len()
}

/// Applies edits, which must not overlap.
pub fn edited(text: &str, edits: &Value) -> String {
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .expect("edits")
        .iter()
        .map(|edit| {
            (
                offset(text, &edit["range"]["start"]),
                offset(text, &edit["range"]["end"]),
                edit["newText"].as_str().expect("text"),
            )
        })
        .collect();
    edits.sort_unstable();
    assert!(edits.windows(2).all(|pair| pair[0].1 <= pair[1].0), "edits overlap: {edits:?}");
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

/// The position (UTF-16) of `part` in the text, `within` bytes further.
pub fn position(text: &str, part: &str, within: usize) -> Value {
    let at = text.find(part).unwrap_or_else(|| panic!("{part} is not in {text}")) + within;
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    json!({"line": text[..at].matches('\n').count(), "character": text[start..at].encode_utf16().count()})
}
