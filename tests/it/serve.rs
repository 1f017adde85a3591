//! Tests of `heylint serve`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::Folder;

const FAST: &str =
    r#"{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "Hi", "voice_settings": {"speed": 1.8}}"#;

/// A server that stops with the test.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    fn rules(&self) -> Vec<(String, String)> {
        let report = self.json();
        let found = report["diagnostics"].as_array().expect("diagnostics").iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        found.map(|found| (text(&found["rule"]), text(&found["pointer"]))).collect()
    }
}

impl Server {
    pub fn start(folder: &Folder, words: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--now", "2026-11-22"]).args(words.split_whitespace());
        Self::of(command.current_dir(folder.path()).env_clear())
    }

    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("heylint starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://").expect("an address").to_owned();
        Self { child, address }
    }

    /// Sends these very bytes.
    fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        stream.write_all(bytes).expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub fn send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut text = format!("{line} HTTP/1.1\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "Host") {
            text += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        self.raw(format!("{text}\r\n{body}").as_bytes())
    }
}

#[test]
fn a_call_to_the_api_is_checked() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--isolated");
    let answer = server.send("POST /v3/videos", &[("Content-Type", "application/json")], FAST);
    assert_eq!(
        (answer.status, answer.rules()),
        (200, vec![("request/out-of-range".to_owned(), "/body/voice_settings/speed".to_owned())])
    );
    assert!(answer.head.contains("Heylint-Fails: true") && answer.head.contains("Content-Type: application/json"));
    let good = FAST.replace("1.8", "1.2");
    let answer = server.send("POST /v3/videos", &[("X-Api-Key", "sk_V2_0123456789abcdef0123456789abcdef")], &good);
    assert_eq!((answer.status, answer.rules(), answer.head.contains("Heylint-Fails: false")), (200, vec![], true));
    assert_eq!(server.send("GET /v3/videos?limit=1000", &[], "").rules().len(), 1);
    assert_eq!(
        server.send("POST /v3/videos", &[("Idempotency-Key", "")], &good).rules()[0].1,
        "/headers/Idempotency-Key"
    );
    let answer = server.send("POST /v3/videos", &[("Content-Type", "multipart/form-data; boundary=x")], "--x--");
    assert_eq!(answer.rules(), [("request/not-json".to_owned(), "/headers/Content-Type".to_owned())]);
    let answer = server.send("POST /v3/videos", &[("Content-Type", "text/csv")], "a,b");
    assert_eq!((answer.status, answer.body.contains("only bodies in JSON")), (400, true));
    assert!(server.send("GET /", &[], "").body.contains("POST /check"));
}

#[test]
fn any_request_gives_the_report_of_standard_input() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--isolated");
    let lines = format!("{FAST}\n{FAST}\n");
    let broken = &FAST[..FAST.len() - 1];
    for (target, words, body) in [
        ("/check", "", FAST),
        ("/check", "", &*lines),
        ("/check", "", "[1, 2]"),
        ("/check?endpoint=POST%20/v3/videos", "--endpoint POST:/v3/videos", broken),
        ("/check?endpoint=POST+/v3/voices/speech", "--endpoint POST:/v3/voices/speech", r#"{"text": ""}"#),
    ] {
        let answer = server.send(&format!("POST {target}"), &[], body);
        let words: Vec<String> = words.split_whitespace().map(|word| word.replace(':', " ")).collect();
        let mut all = vec!["check", "--isolated", "--now", "2026-11-22", "--format", "json", "--stdin-filename"];
        all.push("request.json");
        all.extend(words.iter().map(String::as_str));
        folder.write("body", body);
        let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
        command.args(&all).arg("-").current_dir(folder.path()).env_clear();
        let printed =
            command.stdin(std::fs::File::open(folder.join("body")).expect("a file")).output().expect("a report");
        let printed: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
        assert_eq!(answer.json(), printed, "{target} {body}");
    }
    let answer = server.send("POST /check?endpoint=POST%20/v3/vidoes", &[], FAST);
    assert_eq!((answer.status, answer.body.contains("POST /v3/videos")), (400, true));
    assert_eq!(server.send("POST /check?redy=1", &[], FAST).status, 400);
}

#[test]
fn web_pages_and_foreign_hosts_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder, "");
    let port = server.address.rsplit(':').next().expect("a port");
    let status = |headers: &[(&str, &str)]| server.send("POST /v3/videos", headers, FAST).status;
    for host in ["localhost", &format!("localhost:{port}"), &format!("127.0.0.1:{port}"), &format!("[::1]:{port}")] {
        assert_eq!(status(&[("Host", host)]), 200, "{host}");
    }
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        &format!("[::1].evil.example:{port}"),
        &format!("[::1]evil.example:{port}"),
        "localhost:1",
        "",
    ] {
        assert_eq!(status(&[("Host", host)]), 403, "{host}");
    }
    assert_eq!(status(&[("Origin", "https://evil.example")]), 403);
    assert_eq!(status(&[("Origin", "null")]), 403);
    assert_eq!(status(&[("Sec-Fetch-Site", "cross-site")]), 403);
    assert_eq!(status(&[("Sec-Fetch-Site", "none")]), 200);
    assert_eq!(status(&[("Host", "localhost"), ("Host", "evil.example")]), 400);
    assert_eq!(status(&[("Origin", "http://localhost"), ("Origin", "https://evil.example")]), 400);
    assert_eq!(status(&[("Origin", "http://localhost:3000")]), 200);
    assert_eq!(server.raw(b"POST /v3/videos HTTP/1.1\r\n\r\n").status, 403);
}

#[test]
fn only_this_machine_can_reach_it() {
    let folder = Folder::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:4357"] {
        let ran = folder.run(&format!("serve --listen {address}"));
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains("can be reached from other machines"), "{}", ran.err);
    }
    assert_eq!(folder.run("serve --listen localhost:80").status, 2);
    folder.write("heylint.toml", "no-such-key = 1");
    assert_eq!(folder.run("serve --listen 127.0.0.1:0").status, 2);
}

#[test]
fn hostile_clients_do_not_stop_others() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--isolated");
    let host = format!("Host: {}\r\n", server.address);
    assert_eq!(server.raw(b"\x16\x03\x01\x02\x00\r\n\r\n").status, 400);
    assert_eq!(
        server.raw(format!("POST /check HTTP/1.1\r\n{host}Content-Length: 99999999999\r\n\r\n").as_bytes()).status,
        413
    );
    assert_eq!(server.raw(format!("GET /{} HTTP/1.1\r\n", "a".repeat(40_000)).as_bytes()).status, 431);
    let deep = "[".repeat(1_000_000);
    assert_eq!(server.send("POST /check", &[], &deep).status, 200);
}

#[test]
fn silent_and_slow_clients_make_room() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--isolated");
    let connect = || TcpStream::connect(&server.address).expect("a connection");
    // More than are served at a time: they send nothing, a part of a call, or a body that is shorter than they say.
    let head = format!("POST /check HTTP/1.1\r\nHost: {}\r\n", server.address);
    for begun in [String::new(), head.clone(), format!("{head}Content-Length: 9000000\r\n\r\n{{")] {
        let idle: Vec<TcpStream> = (0..100)
            .map(|_| {
                let mut stream = connect();
                stream.write_all(begun.as_bytes()).expect("sent");
                stream
            })
            .collect();
        assert_eq!(server.send("POST /check", &[], FAST).status, 200, "{begun}");
        drop(idle);
    }
    // They do not read their answers, which are larger than what the system buffers.
    let body = format!("[{}]", vec![FAST; 400].join(","));
    let call = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let deaf: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = connect();
            stream.write_all(call.as_bytes()).expect("sent");
            stream
        })
        .collect();
    assert_eq!(server.send("POST /check", &[], FAST).status, 200);
    drop(deaf);
}

#[test]
fn many_calls_at_once_are_all_answered() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--isolated");
    let expected = server.send("POST /check", &[], FAST).body;
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..300).map(|_| scope.spawn(|| server.send("POST /check", &[], FAST))).collect();
        for call in calls {
            let answer = call.join().expect("an answer");
            assert_eq!((answer.status, &answer.body), (200, &expected));
        }
    });
}

/// Large calls are checked one after another. Their findings are not held in memory, but the report has all of them.
#[test]
fn large_calls_take_turns() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--isolated");
    let body = format!("[{}]", vec![FAST; 3_000].join(",\n"));
    assert!(body.len() > 256 << 10);
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| server.send("POST /check", &[], &body))).collect();
        for call in calls {
            let answer = call.join().expect("an answer");
            let speeds = answer.rules().iter().filter(|(rule, _)| rule == "request/out-of-range").count();
            assert_eq!((answer.status, speeds), (200, 3_000));
            assert!(answer.head.contains(&format!("Content-Length: {}", answer.body.len())));
        }
    });
}

#[test]
fn no_answer_commands_a_terminal() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--isolated");
    let answer = server.send("POST /check?endpoint=%1b%5b31m%e2%80%ae", &[], FAST);
    assert_eq!((answer.status, answer.body.contains(['\u{1b}', '\u{202e}'])), (400, false));
}

#[test]
fn no_file_outside_the_folder_is_touched() {
    let outside = Folder::new();
    outside.write("another.png", "no PNG");
    let folder = Folder::new();
    folder.write("inside.png", "no PNG");
    let server = Server::start(&folder, "");
    let body = |path: &str| {
        json!({"type": "image", "voice_id": "v", "script": "Hi", "image": {"type": "url", "url": path}}).to_string()
    };
    let answer = server.send("POST /v3/videos", &[], &body("inside.png"));
    assert!(answer.rules().iter().any(|(rule, _)| rule.starts_with("file/")), "{}", answer.body);
    let there = outside.join("another.png").display().to_string();
    let missing = outside.join("missing.png").display().to_string();
    let said = |path: &str| server.send("POST /v3/videos", &[], &body(path)).body.replace(path, "PATH");
    assert_eq!(said(&there).replace("another", "missing"), said(&missing));
    assert!(!said(&there).contains("file/"));
}

/// A refused body is read to its end, so that the client receives the response.
#[test]
fn a_refusal_arrives_though_the_body_is_long() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--isolated");
    let body = " ".repeat(8 << 20);
    let answer = server.send("POST /check", &[("Origin", "https://evil.example")], &body);
    assert_eq!((answer.status, answer.body.contains("web pages")), (403, true));
}
