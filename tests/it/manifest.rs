//! Manifests: compares the records of a file with each other, however long it is.

use crate::run;
use std::fmt::Write as _;

use run::Folder;

fn avatar(script: &str, rest: &str) -> String {
    format!(r#"{{"type": "avatar", "avatar_id": "Daisy-inskirt-20220818", "script": "{script}"{rest}}}"#)
}

/// Rule, record, pointer and line of each finding.
fn places(folder: &Folder, words: &str) -> Vec<String> {
    let ran = folder.run(&format!("{words} --format json"));
    let json = ran.json();
    let findings = json["diagnostics"].as_array().expect("findings");
    let place = |found: &serde_json::Value| {
        let text = |key: &str| found[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {} {}", text("rule"), found["record"], text("pointer"), found["start"]["line"])
    };
    findings.iter().map(place).collect()
}

fn message(folder: &Folder, words: &str) -> String {
    let ran = folder.run(&format!("{words} --format json"));
    ran.json()["diagnostics"][0]["message"].as_str().expect("a message").to_owned()
}

#[test]
fn the_same_request_however_it_is_written() {
    let folder = Folder::new();
    let (one, other) = (avatar("Hi Anna", ""), avatar("Hi Ben", ""));
    let again = "{ \"script\" : \"Hi \\u0041nna\", \"type\":\"avatar\", \"avatar_id\" :\"Daisy-inskirt-20220818\" }";
    folder.write("a.jsonl", format!("{one}\n\n{other}\n{again}\n"));
    assert_eq!(places(&folder, "a.jsonl"), ["manifest/duplicate-request 2  4"]);
    let related = folder.run("a.jsonl --format json").json()["diagnostics"][0]["related"][0].clone();
    assert_eq!(
        (&related["record"], &related["start"]["line"], &related["start"]["column"]),
        (&0.into(), &1.into(), &1.into())
    );
    // An array at the top, and a batch in an envelope.
    folder.write("b.json", format!("[{one},\n{other},\n{again}]"));
    assert_eq!(places(&folder, "b.json"), ["manifest/duplicate-request 2  3"]);
    let batch = format!("{{\"path\": \"/v3/videos/batches\", \"body\": {{\"videos\": [{one}, {other},\n{again}]}}}}");
    folder.write("c.json", &batch);
    assert_eq!(places(&folder, "c.json"), ["manifest/duplicate-request null /body/videos/2 2"]);
    // A body and an item of a batch are the same job.
    folder.write("d.jsonl", format!("{}\n{one}", batch.replace('\n', "").replace(&format!(",{again}"), "")));
    assert_eq!(places(&folder, "d.jsonl"), ["manifest/duplicate-request 1  2"]);
    // Many duplicates are one finding.
    folder.write("e.jsonl", format!("{one}\n").repeat(9));
    assert_eq!(places(&folder, "e.jsonl"), ["manifest/duplicate-request 1  2"]);
    assert_eq!(message(&folder, "e.jsonl"), "the same request is already in record 1, 9 times in all");
}

#[test]
fn requests_that_are_not_duplicates() {
    let folder = Folder::new();
    let to = |template: &str| format!(r#"{{"path": "/v3/templates/{template}", "body": {{"variables": {{}}}}}}"#);
    let list = r#"{"method": "GET", "path": "/v3/videos"}"#;
    let unfilled = avatar("{{script}}", "");
    folder.write(
        "a.jsonl",
        [&to("a"), &to("b"), list, list, &unfilled, &unfilled].map(|line| line.to_owned() + "\n").concat(),
    );
    assert_eq!(places(&folder, "a.jsonl --ignore request/placeholder"), [""; 0]);
    folder.write("b.jsonl", format!("{}\n{}", to("a"), to("a")));
    assert_eq!(places(&folder, "b.jsonl"), ["manifest/duplicate-request 1 /body 2"]);
    // Braces within a string, plain or escaped.
    let (plain, escaped) = (avatar("Hi {{name}}!", ""), avatar(r"Hi \u007b\u007bname}}!", ""));
    folder.write("c.jsonl", [&plain, &plain, &escaped, &escaped].map(|line| line.to_owned() + "\n").concat());
    assert_eq!(places(&folder, "c.jsonl --ignore request/placeholder"), [""; 0]);
}

#[test]
fn duplicate_ids_in_a_manifest() {
    let folder = Folder::new();
    let marked = |script: &str, mark: &str| avatar(script, &format!(r#", "callback_id": "{mark}""#));
    folder.write("a.jsonl", [marked("A", "1"), marked("B", "2"), marked("C", "1")].join("\n"));
    assert_eq!(places(&folder, "a.jsonl"), ["manifest/duplicate-request 2 /callback_id 3"]);
    assert_eq!(message(&folder, "a.jsonl"), "callback_id “1” is already in record 1");
    // A complete duplicate is reported once.
    folder.write("a.jsonl", [marked("A", "1"), marked("A", "1")].join("\n"));
    assert_eq!(places(&folder, "a.jsonl"), ["manifest/duplicate-request 1  2"]);
    let keyed = |script: &str, key: &str| {
        let body = avatar(script, "");
        format!(
            r#"{{"method": "POST", "path": "/v3/videos", "headers": {{"idempotency-key": "{key}"}}, "body": {body}}}"#
        )
    };
    folder.write("a.jsonl", [keyed("A", "k"), keyed("B", "k"), keyed("C", "l")].join("\n"));
    assert_eq!(places(&folder, "a.jsonl"), ["manifest/duplicate-request 1 /headers/idempotency-key 2"]);
}

#[test]
fn more_jobs_than_run_at_once() {
    let folder = Folder::new();
    let jobs = |count: usize| (0..count).map(|at| avatar(&format!("Hi {at}"), "") + "\n").collect::<String>();
    folder.write("a.jsonl", jobs(10));
    assert_eq!(places(&folder, "a.jsonl"), [""; 0]);
    folder.write("a.jsonl", jobs(21));
    assert_eq!(places(&folder, "a.jsonl"), ["manifest/too-many-jobs null - null"]);
    assert!(message(&folder, "a.jsonl").ends_with("they take 3 waves"));
    folder.write("heylint.toml", "[plan]\nconcurrency = 21");
    assert_eq!(places(&folder, "a.jsonl"), [""; 0]);
    // A translation is a job for each language.
    let languages: Vec<_> = ["Spanish", "French", "German", "Italian", "Polish", "Dutch"]
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    let translation = |name: &str| {
        format!(
            r#"{{"video": {{"type": "url", "url": "https://example.com/{name}.mp4"}}, "output_languages": [{}]}}"#,
            languages.join(", ")
        )
    };
    folder.write("heylint.toml", "");
    folder.write("b.json", format!(r#"{{"video_translations": [{}, {}]}}"#, translation("a"), translation("b")));
    let endpoint = "--endpoint /v3/video-translations/batches";
    let found = places(&folder, &format!("b.json {endpoint} --select manifest"));
    assert_eq!(found, ["manifest/too-many-jobs null /video_translations 1"]);
}

#[test]
fn small_and_large_manifests_give_the_same_findings() {
    let folder = Folder::new();
    let mut text = String::from("\u{feff}");
    for at in 0..5_000 {
        let speed = if at == 3_777 { r#", "voice_id": "v", "voice_settings": {"speed": 1.8}"# } else { "" };
        let _ = write!(
            text,
            "{}{}",
            avatar(&format!("{}Hi {} €", "welcome ".repeat(50), at % 4_999), speed),
            if at % 3 == 0 { "\r\n\n" } else { "\n" }
        );
    }
    folder.write("a.jsonl", &text);
    let read = places(&folder, "a.jsonl");
    let line = |record: usize| 1 + record + record.div_ceil(3);
    assert_eq!(
        read,
        [
            "manifest/too-many-jobs null - null".to_owned(),
            "request/syntax 0  1".to_owned(),
            format!("request/out-of-range 3777 /voice_settings/speed {}", line(3_777)),
            format!("manifest/duplicate-request 4999  {}", line(4_999)),
        ]
    );
    let one = folder.run("a.jsonl --format json --jobs 1").out;
    assert_eq!(one, folder.run("a.jsonl --format json --jobs 8").out, "one thread and many print the same");
    // On standard input, the whole text is in memory.
    let ran = folder.run_with_input("- --stdin-filename a.jsonl --format json", text.as_bytes());
    let strip = |text: &str| text.lines().filter(|line| !line.contains("size_bytes")).collect::<String>();
    assert_eq!(strip(&ran.out), strip(&one));
}

#[test]
fn invalid_utf_8_is_one_fault() {
    let folder = Folder::new();
    let mut bytes = format!("{}\n", avatar("A", "")).into_bytes();
    bytes.extend(b"{\"type\": \"avatar\", \"avatar_id\": \"d\", \"script\": \"\xe9\xe9\"}\n");
    bytes.extend(b"{\"type\": \"avatar\", \"avatar_id\": \"d\", \"script\": \"b\xe9\"}\n");
    folder.write("a.jsonl", bytes);
    assert_eq!(places(&folder, "a.jsonl").len(), 1, "{:?}", places(&folder, "a.jsonl"));
    assert!(message(&folder, "a.jsonl").contains("the first of 3 such bytes"));
    // One document over several lines is one request, whatever the name of its file.
    folder.write("b.jsonl", avatar("A", "").replace(", ", ",\n"));
    assert_eq!(places(&folder, "b.jsonl"), [""; 0]);
    folder.write("c.jsonl", "");
    assert_eq!(places(&folder, "c.jsonl").len(), 1);
    folder.write("d.jsonl", b"\xff\xfe{\0}\0");
    assert!(message(&folder, "d.jsonl").contains("UTF-16"));
}
