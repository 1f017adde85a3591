//! Notes on skipped files: silence must not look like approval.

use crate::run::Folder;

const GOOD: &str = r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi there."}"#;
/// Resembles a speech request, but also requests of other services.
const LIKE: &str = r#"{"text": "Hi", "voice_id": "v"}"#;

fn project() -> Folder {
    let folder = Folder::new();
    folder.write("drafts/a.json", GOOD).write("drafts/like.json", LIKE).write("package.json", r#"{"name": "x"}"#);
    folder
}

#[test]
fn files_that_resemble_requests_are_named() {
    let line = "1 file resembles a request and was not checked: drafts/like.json (most like POST /v3/voices/speech)";
    let folder = project();
    folder.run("check").gives(0).prints(line).prints("no findings").prints_not("all good");
    folder.run("check --format concise").gives(0).prints(line);
    folder.run("check --format markdown").gives(0).prints("resembles a request");
    for format in ["sarif", "junit", "github", "gitlab", "rdjson", "azure", "teamcity"] {
        let ran = folder.run(&format!("check --format {format}")).gives(0);
        assert!(ran.err.contains(line), "{format}: {}", ran.err);
    }
    folder.run("check --quiet").gives(0).prints_not("resembles");
    std::fs::remove_file(folder.join("drafts/like.json")).expect("removed");
    folder.run("check").gives(0).prints("all good").prints_not("resemble");
}

#[test]
fn many_are_counted() {
    let folder = project();
    for at in 0..5 {
        folder.write(&format!("like/{at}.json"), LIKE);
    }
    let ran = folder.run("check").gives(0).prints("6 files resemble requests and were not checked: drafts/like.json");
    ran.prints("and 3 more");
}

#[test]
fn a_report_lists_them_and_a_merge_keeps_them() {
    let folder = project();
    let summary = |text: &str| -> serde_json::Value {
        let report: serde_json::Value = serde_json::from_str(text).expect("JSON");
        report["summary"]["resembling"].clone()
    };
    let expected = serde_json::json!([{"path": "drafts/like.json", "endpoint": "POST /v3/voices/speech"}]);
    assert_eq!(summary(&folder.run("check --format json").gives(0).out), expected);
    for shard in ["1/2", "2/2"] {
        let ran = folder.run(&format!("check --format json --shard {shard}"));
        folder.write(&format!("{}.report", shard.replace('/', "-")), ran.out);
    }
    assert_eq!(summary(&folder.run("merge --format json 1-2.report 2-2.report").gives(0).out), expected);
    folder.run("merge 1-2.report 2-2.report").gives(0).prints("resembles a request");
}

#[test]
fn the_cache_does_not_forget_them() {
    let folder = project();
    for _ in 0..2 {
        folder.run("check --cache=kept").gives(0).prints("drafts/like.json (most like");
    }
}

#[test]
fn a_named_file_is_checked_and_resembles_nothing() {
    project().run("check drafts/a.json").gives(0).prints("all good").prints_not("resemble");
    project().run("check drafts/like.json").prints_not("resemble");
}

#[test]
fn show_files_gives_every_classification() {
    let folder = project();
    folder.write("call.sh", format!("curl https://api.heygen.com/v3/videos -d '{GOOD}'\n"));
    folder
        .write("declared/b.json", GOOD)
        .write("heylint.toml", "[[requests]]\nfiles = [\"declared/*.json\"]\nendpoint = \"POST /v3/videos\"\n");
    folder.write("c.json", format!(r#"{{"method": "POST", "path": "/v3/videos", "body": {GOOD}}}"#));
    for words in ["check --show-files", "check -v"] {
        let printed = folder.run(words).gives(0).err;
        for line in [
            "drafts/a.json: request: POST /v3/videos, by its fields",
            "drafts/like.json: skipped: it resembles POST /v3/voices/speech, but not clearly",
            "package.json: skipped: it contains no request",
            "declared/b.json: request: POST /v3/videos, by the command line or the configuration",
            "c.json: request: POST /v3/videos, by its envelope",
            "call.sh: 1 request in shell",
        ] {
            assert!(printed.lines().any(|printed| printed == line), "no “{line}” in\n{printed}");
        }
    }
    assert_eq!(folder.run("check").gives(0).err, "");
}

/// A picture that no use accepts, and one that is too large for a video.
fn screenshots(folder: &Folder) {
    crate::common::recipe::write(folder.path(), "docs/wide.png = png 4000x16");
    folder.write("docs/demo.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;");
}

#[test]
fn unused_media_fail_no_run() {
    let folder = Folder::new();
    screenshots(&folder);
    let ran = folder.run("check").gives(0).prints("hint[image/resolution]").prints("hint[file/unsupported-format]");
    let ran = ran.prints_not("error[").prints_not("warning[").prints_not("all good");
    ran.prints("2 media files that no request uses have hints only");
    assert_eq!(folder.run("check --format json").gives(0).json()["summary"]["unclaimed"], 2);
    let ran = folder.run("check --format sarif").gives(0);
    assert!(ran.err.contains("have hints only"), "{}", ran.err);
    // As a commit hook calls heylint.
    folder.run("check --pass-over docs/wide.png docs/demo.gif").gives(0).prints("hint[image/resolution]");
}

#[test]
fn used_media_are_checked_in_full() {
    let folder = Folder::new();
    screenshots(&folder);
    folder.run("check docs/wide.png").gives(1).prints("error[image/resolution]").prints_not("hints only");
    folder.run("check docs --use image").gives(1).prints("error[image/resolution]");
    folder.write(
        "a.json",
        r#"{"type": "image", "image": {"type": "url", "url": "docs/wide.png"}, "voice_id": "v", "script": "Hi."}"#,
    );
    let ran = folder.run("check").gives(1).prints("error[image/resolution]").prints("hint[file/unsupported-format]");
    ran.prints("1 media file that no request uses has hints only");
    std::fs::remove_file(folder.join("a.json")).expect("removed");
    folder.write("heylint.toml", "[[media]]\nfiles = 'docs/*.png'\nuse = 'image'\n");
    folder.run("check").gives(1).prints("error[image/resolution]").prints_not("hints only");
}

#[test]
fn only_an_unsafe_fix_renames_an_unused_picture() {
    let folder = Folder::new();
    crate::common::recipe::write(folder.path(), "a.png = png 16x16");
    std::fs::rename(folder.join("a.png"), folder.join("a.jpg")).expect("renamed");
    folder.run("check --fix").gives(0);
    assert!(folder.join("a.jpg").exists());
    folder.run("check --fix-unsafe").gives(0);
    assert!(folder.join("a.png").exists());
}

#[test]
fn a_key_in_an_environment_file_is_reported_unless_git_ignores_it() {
    const KEY: &str = "ZjY4M2E0Nzk5YWJjNGQ2ZWI5LTE3MDAwMDAwMDA";
    let folder = Folder::new();
    folder.write(".env", format!("# service\nHEYGEN_API_KEY={KEY}\n")).write(".env.local", "HEYGEN_API_KEY=\n");
    folder.write(".env.example", "HEYGEN_API_KEY=your_key_of_32_characters_0000\n").write("a.json", GOOD);
    folder.write(".secrets/.env", format!("HEYGEN_API_KEY={KEY}\n"));
    let ran = folder.run("check --format json").gives(0);
    assert_eq!(ran.findings(), [".env secret/api-key"]);
    for format in [
        "human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "rdjson", "azure",
        "teamcity",
    ] {
        let ran = folder.run(&format!("check --format {format}"));
        assert!(!format!("{ran:?}").contains(&KEY[5..]), "{format}");
    }
    folder.run("check .env.local --pass-over").gives(0).prints_not("secret");
    folder.run("check .env").gives(0).prints("secret/api-key");
    folder.write(".gitignore", ".env\n");
    assert!(folder.run("check --format json").gives(0).findings().is_empty());
    // A commit hook names the committed files.
    folder.run("check --pass-over .env").gives(0).prints("secret/api-key");
}

#[test]
fn placeholders_in_scripts_are_warnings_with_ready() {
    let folder = Folder::new();
    folder.write("a.json", GOOD.replace("Hi there.", "Hi {{name}}, undefined said [object Object]. TODO"));
    folder.run("check").gives(0).prints("all good");
    let ran = folder.run("check --ready").gives(0).prints("warning[request/placeholder]");
    ran.prints("script has `{{name}}` (and 3 more), which would be spoken");
    folder.run("check --ready --fail-on warning").gives(1);
}

#[test]
fn two_documents_in_a_json_file_give_a_warning() {
    let folder = Folder::new();
    let other = GOOD.replace("Hi there.", "Bye.");
    folder.write("a.json", format!("{GOOD}\n{other}\n")).write("b.jsonl", format!("{GOOD}\n{other}\n"));
    let ran =
        folder.run("check --format concise").gives(0).prints("a.json:2:1: warning[request/syntax] a second document");
    ran.prints("name the file .jsonl").prints_not("b.jsonl").prints("4 requests");
}

#[test]
fn a_key_is_reported_in_every_form_and_shown_in_no_report() {
    // The form of older keys: only their place identifies them.
    const KEY: &str = "ZjY4M2E0Nzk5YWJjNGQ2ZWI5-1700000000";
    const SPEECH: &str = "sk_3f9a1c7be05d2846af13907cd8e25b64a7f0c91d35e8b264";
    let url = "https://api.heygen.com/v3/videos";
    let body = r#"{"type":"avatar","avatar_id":"a","voice_id":"v","script":"Hi","voice_settings":{"speed":1.9}}"#;
    let quoted = serde_json::to_string(body).expect("text");
    let files = [
        ("a.env", format!("HEYGEN_API_KEY={KEY}\n")),
        (
            "b.bru",
            format!(
                "post {{\n  url: {url}\n  body: json\n}}\nheaders {{\n  X-Api-Key: {KEY}\n}}\nbody:json {{\n  {body}\n}}\n"
            ),
        ),
        (
            "c.har",
            format!(
                r#"{{"log": {{"entries": [{{"request": {{"method": "POST", "url": "{url}", "headers": [{{"name": "x-api-key", "value": "{KEY}"}}], "postData": {{"mimeType": "application/json", "text": {quoted}}}}}}}]}}}}"#
            ),
        ),
        ("d.http", format!("POST {url}\nX-Api-Key: {KEY}\n\n{body}\n")),
        (
            "e.json",
            format!(
                r#"{{"info": {{"schema": "s"}}, "item": [{{"name": "n", "request": {{"method": "POST", "auth": {{"type": "apikey", "apikey": [{{"key": "value", "value": "{KEY}", "type": "string"}}, {{"key": "key", "value": "X-Api-Key", "type": "string"}}]}}, "url": "{url}", "body": {{"mode": "raw", "raw": {quoted}}}}}}}]}}"#
            ),
        ),
        ("f.md", format!("```sh\ncurl {url} -H 'Authorization: Bearer {KEY}' -d '{body}'\n```\n")),
        ("g.py", format!("import requests\nrequests.post('{url}', headers={{'X-Api-Key': '{KEY}'}}, json={body})\n")),
        ("h.sh", format!("curl {url} -H 'X-Api-Key: {KEY}' -d '{body}'\n")),
        (
            "i.ts",
            format!(
                "await fetch('{url}', {{ method: 'POST', headers: {{ 'X-Api-Key': '{KEY}' }}, body: JSON.stringify({body}) }})\n"
            ),
        ),
        ("j.yaml", format!("env:\n  HEYGEN_API_KEY: {KEY}\n")),
        (
            "k.py",
            format!(
                "requests.post('https://api.elevenlabs.io/v1/text-to-speech/v', headers={{'xi-api-key': '{SPEECH}'}})\n"
            ),
        ),
    ];
    let folder = Folder::new();
    for (name, text) in &files {
        folder.write(name, text);
    }
    let found = folder.run("check --format json").json();
    let reported = |name: &str| {
        let findings = found["diagnostics"].as_array().expect("findings").iter();
        findings.filter(|found| found["rule"] == "secret/api-key" && found["file"] == name).count()
    };
    for (name, _) in
        files.iter().filter(|(name, _)| cfg!(feature = "code") || !name.ends_with(".py") && !name.ends_with(".ts"))
    {
        assert_eq!(reported(name), 1, "{name}");
    }
    let formats = [
        "human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "rdjson", "azure",
        "teamcity", "html",
    ];
    for words in formats.iter().map(|format| format!("check --format {format}")).chain(["check --diff".to_owned()]) {
        let shown = format!("{:?}", folder.run(&words));
        assert!(!shown.contains(&KEY[5..]) && !shown.contains(&SPEECH[5..]), "{words}: {shown}");
    }
}
