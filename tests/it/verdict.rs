//! Exit status, reports and `heylint merge` agree on which findings fail a run.

use crate::common;
use crate::run;
use run::Folder;

const CALL: &str = "--now 2026-11-22T12:00:00Z";
/// One warning and one error.
const WARNING: &str = r#"{"method": "POST", "path": "/v3/videos", "body": {"type": "avatar", "avatar_id": "8f02", "script": "Hi", "voice_id": "1bd0", "tilte": "x"}}"#;
const ERROR: &str = r#"{"method": "POST", "path": "/v3/videos", "body": {"type": "avatar", "avatar_id": "8f02", "script": "", "voice_id": "1bd0"}}"#;

/// The exit status of `check`, failures according to JUnit, findings that fail according to JSON, the exit status of
/// `merge`.
fn verdicts(folder: &Folder, flags: &str) -> (i32, usize, usize, i32) {
    let checked = folder.run(&format!("{CALL} {flags} --format json drafts"));
    folder.write("report/one.json", &checked.out);
    let report = checked.json();
    let failing = report["diagnostics"].as_array().expect("diagnostics").iter().filter(|one| one["fails"] == true);
    let junit = folder.run(&format!("{CALL} {flags} --format junit drafts"));
    assert_eq!(junit.status, checked.status);
    let merged = folder.run("merge report/one.json");
    let again = folder.run("merge --format junit report/one.json");
    assert_eq!(again.out.matches("<failure").count(), junit.out.matches("<failure").count());
    (checked.status, junit.out.matches("<failure").count(), failing.count(), merged.status)
}

#[test]
fn the_configuration_decides_everywhere() {
    let folder = Folder::new();
    folder.write("drafts/a.json", WARNING).write("heylint.toml", "fail-on = 'hint'");
    assert_eq!(verdicts(&folder, ""), (1, 1, 1, 1));
    assert_eq!(verdicts(&folder, "--fail-on error"), (0, 0, 0, 0));
    folder.write("drafts/a.json", ERROR).write("heylint.toml", "fail-on = 'never'");
    assert_eq!(verdicts(&folder, ""), (0, 0, 0, 0));
    assert_eq!(verdicts(&folder, "--fail-on error"), (1, 1, 1, 1));
}

#[test]
fn each_file_has_the_verdict_of_its_configuration() {
    let folder = Folder::new();
    folder.write("drafts/a/a.json", WARNING).write("drafts/a/heylint.toml", "fail-on = 'hint'");
    folder.write("drafts/b/b.json", WARNING).write("drafts/b/heylint.toml", "fail-on = 'never'");
    assert_eq!(verdicts(&folder, ""), (1, 1, 1, 1));
}

#[test]
fn merge_can_set_another_threshold() {
    let folder = Folder::new();
    folder.write("a.json", WARNING);
    let report = folder.run(&format!("{CALL} --format json a.json")).gives(0).out;
    folder.write("report.txt", report);
    folder.run("merge report.txt").gives(0);
    folder.run("merge --fail-on warning report.txt").gives(1);
    let merged = folder.run("merge --fail-on warning --format json report.txt").gives(1).json();
    assert_eq!(merged["diagnostics"][0]["fails"], true);
}

#[test]
fn long_manifests_have_a_verdict_too() {
    let folder = Folder::new();
    let lines: String = (0..4_000).map(|at| WARNING.replace("8f02", &at.to_string()) + "\n").collect();
    folder.write("drafts/jobs.jsonl", lines).write("heylint.toml", "fail-on = 'warning'\nignore = ['manifest']");
    assert_eq!(verdicts(&folder, ""), (1, 4_000, 4_000, 1));
}

fn video(image: &str, script: &str) -> String {
    format!(
        r#"{{"method": "POST", "path": "/v3/videos", "body": {{"type": "image", "image": {{"type": "url", "url": "{image}"}}, "script": "{script}", "voice_id": "1bd0"}}}}"#
    )
}

/// A manifest of ten requests, a single draft, and a picture that is too large.
fn ten_and_one() -> Folder {
    let folder = Folder::new();
    common::recipe::write(folder.path(), "wide.png = png 2600x40\ngood.png = png 64x64");
    let line = |at: usize| match at {
        2 => video("https://example.com/a.png", ""),
        4 => video("wide.png", "four"),
        5 => "{\"method\": \"POST\", ".to_owned(),
        7 => video("good.png", "seven"),
        at => video("https://example.com/a.png", &format!("number {at}")),
    };
    let lines: String = (0..10).map(|at| line(at) + "\n").collect();
    folder.write("jobs.jsonl", lines).write("one.json", video("wide.png", "one"));
    folder
}

#[test]
fn ready_requests_are_counted() {
    let folder = ten_and_one();
    folder.run(CALL).gives(1).prints("; 7 of 11 requests ready to send, after 2 uploads");
    let summary = &folder.run(&format!("{CALL} --format json")).gives(1).json()["summary"];
    assert_eq!([&summary["requests"], &summary["ready"], &summary["uploads"]], [11, 7, 2]);
    folder.run("plan").gives(1).prints("11 requests in 2 files, 7 ready to send\n");
    assert_eq!(folder.run("plan --format json").gives(1).json()["ready"], 7);
    // A suppression accepts a finding; a baseline only records it.
    folder.run(&format!("{CALL} --baseline known.json")).gives(2);
    folder.run(&format!("{CALL} --write-baseline known.json")).gives(0).prints("7 of 11 requests ready to send");
    folder.run(&format!("{CALL} --baseline known.json")).gives(0).prints("7 of 11 requests ready to send");
    folder.write(
        "heylint.toml",
        "[[suppress]]\nat = 'wide.png'\nrules = ['image/resolution']\nreason = 'it was taken'\n",
    );
    folder.run(CALL).gives(1).prints("; 9 of 11 requests ready to send, after 2 uploads");
}

#[test]
fn a_shard_has_no_verdict_and_a_merge_has_one() {
    let folder = ten_and_one();
    let whole = folder.run(&format!("{CALL} --format json")).gives(1);
    for part in 1..=3 {
        let ran = folder.run(&format!("{CALL} --format json --shard {part}/3"));
        assert!(ran.json()["summary"]["ready"].is_null());
        folder.write(&format!("{part}.report"), &ran.out);
    }
    let merged = folder.run("merge 1.report 2.report 3.report --format json").gives(1);
    assert_eq!(merged.json(), whole.json());
    folder.run("merge 1.report 2.report 3.report").gives(1).prints("7 of 11 requests ready to send, after 2 uploads");
}

#[test]
fn a_failing_request_is_not_ready() {
    let folder = Folder::new();
    folder.write("a.json", WARNING);
    folder.run(CALL).gives(0).prints("1 of 1 request ready to send");
    folder.run(&format!("{CALL} --fail-on warning")).gives(1).prints("0 of 1 request ready to send");
    folder.write("a.json", ERROR);
    folder.run(&format!("{CALL} --fail-on never")).gives(0).prints("0 of 1 request ready to send");
    // A list that is not valid JSON cannot be sent at all.
    folder.write(
        "a.json",
        format!("[{},\n{}", video("https://example.com/a.png", "a"), video("https://example.com/a.png", "b")),
    );
    folder.run(CALL).gives(1).prints("0 of 2 requests ready to send");
    // Several requests in one text count separately.
    folder.write(
        "a.json",
        format!("[{},\n{}]", video("https://example.com/a.png", "a"), video("https://example.com/a.png", "")),
    );
    folder.run(CALL).gives(1).prints("1 of 2 requests ready to send");
}
