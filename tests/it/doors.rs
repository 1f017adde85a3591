//! The same bytes give the same findings through every entry point: a file of any name, standard input, an editor,
//! shards.

use std::collections::BTreeSet;
use std::fs::File;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::lsp::client::{Client, everyday};
use crate::run::Folder;

const NOW: &str = "--now 2026-11-22T12:00:00Z";

/// The findings of a report: rule, record, pointer, position, message. Leaves out the one about JSON Lines in a
/// `.json`.
fn findings_of(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).expect("a report");
    let named =
        |found: &&Value| found["message"].as_str().is_none_or(|message| !message.contains("a second document begins"));
    let found = report["diagnostics"].as_array().expect("diagnostics").iter().filter(named).map(|found| {
        format!(
            "{} {} {} {} {} {}",
            found["rule"], found["severity"], found["record"], found["pointer"], found["start"], found["message"]
        )
    });
    found.chain([format!("{} requests", report["summary"]["requests"])]).collect()
}

fn by_file(folder: &Folder, name: &str, bytes: &[u8]) -> Vec<String> {
    folder.write(name, bytes);
    findings_of(&folder.run(&format!("check {NOW} --format json {name}")).out)
}

fn by_pipe(folder: &Folder, words: &str) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
    command.args(format!("check {NOW} --format json {words} -").split_whitespace()).current_dir(folder.path());
    command.env_clear().stdin(File::open(folder.join("text.jsonl")).expect("a file")).stderr(Stdio::null());
    findings_of(&String::from_utf8(command.output().expect("heylint runs").stdout).expect("text"))
}

/// The merged reports of two shards; each checks one of the two files.
fn by_shards(folder: &Folder) -> Vec<String> {
    let aside = Folder::new();
    let mut reports = Vec::new();
    folder.make("shards");
    std::fs::copy(folder.join("text.jsonl"), folder.join("shards/text.jsonl")).expect("copied");
    folder
        .write("shards/zz.json", r#"{"type": "avatar", "avatar_id": "a", "voice_id": "b", "script": "Hello there."}"#);
    for shard in ["1/2", "2/2"] {
        let ran = folder.run(&format!("check {NOW} --format json --shard {shard} shards/text.jsonl shards/zz.json"));
        let name = shard.replace('/', "-") + ".json";
        aside.write(&name, &ran.out);
        reports.push(aside.join(&name).display().to_string());
    }
    let mut found = findings_of(&folder.run(&format!("merge --format json {}", reports.join(" "))).out);
    // The other file is a request too.
    let count = found.pop().expect("a count");
    let count: u64 = count.split(' ').next().and_then(|count| count.parse().ok()).expect("a number");
    found.push(format!("{} requests", count - 1));
    found
}

/// The diagnostics in an editor, as rules and lines.
fn by_editor(folder: &Folder, name: &str, text: &str) -> BTreeSet<String> {
    let mut client = Client::start(folder.path(), everyday());
    let found = client.open(name, text);
    let place = |found: &Value| format!("{} {}", found["code"], found["range"]["start"]["line"]);
    found.iter().map(place).collect()
}

/// Checks a text through every entry point, asserts that all agree, and returns the findings.
fn same_everywhere(text: &[u8]) -> Vec<String> {
    let folder = Folder::new();
    let expected = by_file(&folder, "text.jsonl", text);
    for name in ["text.json", "text.ndjson", "text"] {
        assert_eq!(by_file(&folder, name, text), expected, "{name}");
    }
    for words in ["", "--stdin-filename a.json", "--stdin-filename a.jsonl"] {
        assert_eq!(by_pipe(&folder, words), expected, "standard input {words}");
    }
    assert_eq!(by_shards(&folder), expected, "shards");
    expected
}

const FAULTS: &str = "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"voice_id\": \"v\", \"scirpt\": \"Hello there.\"}\n\
    {\"type\": \"avatar\", \"avatar_id\": \"b\", \"voice_id\": \"v\", \"script\": \"Hello.\", \"voice_settings\": {\"speed\": 9}}\n\
    \r\n   \n\
    {\"type\": \"avatar\", \"avatar_id\": \"b\", \"voice_id\": \"v\", \"script\": \"Hello.\", \"voice_settings\": {\"speed\": 1},}\n";

/// Lines that are not requests.
fn log(lines: usize) -> String {
    (0..lines).map(|at| format!("{{\"level\": \"info\", \"at\": {at}, \"message\": \"ready\"}}\n")).collect()
}

#[test]
fn a_log_gives_one_error() {
    for (lines, words) in [(2, ""), (5, ""), (3_000, ""), (3_000, "word ")] {
        // The long log has more than a mebibyte.
        let text = log(lines).replace("ready", &words.repeat(90));
        let found = same_everywhere(text.as_bytes());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("\"request/unknown-endpoint\" \"error\" 0"), "{found:?}");
        assert_eq!(found[1], "0 requests");
    }
}

#[test]
fn a_manifest_is_recognised_by_every_entry_point() {
    let found = same_everywhere(FAULTS.as_bytes());
    assert!(found.len() == 4, "{found:?}");
    assert_eq!(found.last().map(String::as_str), Some("3 requests"));
    // More than a mebibyte, with bytes that are not UTF-8 and with many duplicate requests.
    let mut long = FAULTS.replace("Hello.", &"word ".repeat(600)).repeat(200).into_bytes();
    long.extend_from_slice(b"{\"type\": \"avatar\", \"avatar_id\": \"\xff\", \"script\": \"Hi.\"}");
    let found = same_everywhere(&long);
    assert_eq!(found.last().map(String::as_str), Some("601 requests"));
    assert!(found.iter().any(|found| found.contains("not UTF-8")));
}

#[test]
fn a_document_is_recognised_under_any_name() {
    let pretty =
        "{\n  \"type\": \"avatar\",\n  \"avatar_id\": \"a\",\n  \"voice_id\": \"v\",\n  \"scirpt\": \"Hello.\"\n}\n";
    assert_eq!(same_everywhere(pretty.as_bytes()).len(), 2);
    let array =
        format!("[\n{}\n]", FAULTS.lines().filter(|line| line.len() > 9).take(2).collect::<Vec<_>>().join(",\n"));
    assert_eq!(same_everywhere(array.as_bytes()).len(), 3);
    let folder = Folder::new();
    for empty in ["", " \n\n"] {
        let file = by_file(&folder, "text.jsonl", empty.as_bytes());
        assert_eq!(by_file(&folder, "text.json", empty.as_bytes()), file);
        assert_eq!(by_pipe(&folder, "--stdin-filename a.json"), file);
        assert!(file.len() == 2 && file[0].contains("request/syntax"), "{file:?}");
    }
}

#[test]
fn other_encodings_are_named() {
    for (bytes, name) in [
        (&b"\xff\xfe{\0}\0"[..], "UTF-16 (little"),
        (b"\xfe\xff\0{\0}", "UTF-16 (big"),
        (b"\xff\xfe\0\0{\0\0\0}\0\0\0", "UTF-32 (little"),
        (b"\0\0\xfe\xff\0\0\0{\0\0\0}", "UTF-32 (big"),
        (b"{\0\0\0}\0\0\0", "UTF-32 (little"),
    ] {
        let folder = Folder::new();
        let file = by_file(&folder, "text.jsonl", bytes);
        assert_eq!(by_file(&folder, "text.json", bytes), file);
        assert_eq!(by_pipe(&folder, "--stdin-filename a.json"), file);
        assert!(file.len() == 2 && file[0].contains(name), "{file:?}");
    }
}

#[test]
fn many_empty_lines_are_not_values() {
    let mut text = FAULTS.to_owned();
    text.push_str(&"\n".repeat(9_000_000));
    text.push_str(FAULTS);
    let folder = Folder::new();
    let file = by_file(&folder, "text.jsonl", text.as_bytes());
    assert_eq!(by_file(&folder, "text.json", text.as_bytes()), file);
    assert_eq!(by_pipe(&folder, "--stdin-filename a.json"), file);
    assert_eq!(file.last().map(String::as_str), Some("6 requests"));
}

/// Every entry point refuses a text above the bound with the same words.
#[test]
fn every_entry_point_refuses_too_many_values() {
    let folder = Folder::new();
    let text = format!("{{\"type\": [{}0]}}", "0,".repeat(5_000_000));
    let file = by_file(&folder, "text.json", text.as_bytes());
    assert_eq!(by_file(&folder, "text.jsonl", text.as_bytes()), file);
    assert_eq!(by_pipe(&folder, ""), file);
    assert!(file[0].contains("more than 1,250,000 values"), "{file:?}");
}

#[test]
fn an_editor_shows_the_same() {
    let folder = Folder::new();
    for (name, text) in [
        ("a.jsonl", FAULTS.to_owned()),
        ("b.json", FAULTS.to_owned()),
        ("c.json", format!("[{}]", FAULTS.lines().nth(1).unwrap_or_default())),
        ("d.jsonl", FAULTS.repeat(500)),
    ] {
        folder.write(name, &text);
        let report: Value =
            serde_json::from_str(&folder.run(&format!("check {NOW} --format json {name}")).out).expect("a report");
        let place =
            |found: &Value| format!("{} {}", found["rule"], found["start"]["line"].as_u64().map_or(0, |line| line - 1));
        let checked: BTreeSet<String> = report["diagnostics"].as_array().expect("a list").iter().map(place).collect();
        assert_eq!(by_editor(&folder, name, &text), checked, "{name}");
    }
}
