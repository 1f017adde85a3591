//! Which findings fail a run is decided once: exit status, reports and `heylint merge` agree.

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
fn merge_may_decide_anew() {
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
