//! What a run says of files that it passed over: silence must not look like approval.

use crate::run::Folder;

const GOOD: &str = r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi there."}"#;
/// It resembles a speech request, and those of other services.
const LIKE: &str = r#"{"text": "Hi", "voice_id": "v", "speed": 1}"#;

fn project() -> Folder {
    let folder = Folder::new();
    folder.write("drafts/a.json", GOOD).write("drafts/like.json", LIKE).write("package.json", r#"{"name": "x"}"#);
    folder
}

#[test]
fn what_resembles_a_request_is_named() {
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
fn every_file_says_what_it_was_taken_for() {
    let folder = project();
    folder.write("call.sh", format!("curl https://api.heygen.com/v3/videos -d '{GOOD}'\n"));
    folder
        .write("told/b.json", GOOD)
        .write("heylint.toml", "[[requests]]\nfiles = [\"told/*.json\"]\nendpoint = \"POST /v3/videos\"\n");
    folder.write("c.json", format!(r#"{{"method": "POST", "path": "/v3/videos", "body": {GOOD}}}"#));
    for words in ["check --show-files", "check -v"] {
        let said = folder.run(words).gives(0).err;
        for line in [
            "drafts/a.json: request: POST /v3/videos, by its fields",
            "drafts/like.json: passed over: it resembles POST /v3/voices/speech and is not certain",
            "package.json: passed over: it holds no request",
            "told/b.json: request: POST /v3/videos, as the command line or the configuration says",
            "c.json: request: POST /v3/videos, by its envelope",
            "call.sh: 1 request in shell",
        ] {
            assert!(said.lines().any(|said| said == line), "no “{line}” in\n{said}");
        }
    }
    assert_eq!(folder.run("check").gives(0).err, "");
}
