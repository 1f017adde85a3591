//! Tests of `--baseline` and `--write-baseline` through the command line.

use crate::run;
use run::Folder;

const CALL: &str = "--now 2026-11-22T12:00:00Z";

fn request(script: &str, extra: &str) -> String {
    format!(
        r#"{{"method": "POST", "path": "/v3/videos", "body": {{"type": "avatar", "avatar_id": "8f02", "script": "{script}"{extra}}}}}"#
    )
}

const FAST: &str = r#", "voice_settings": {"speed": 9}"#;

#[test]
fn findings_in_the_baseline_do_not_fail() {
    let folder = Folder::new();
    folder.write("a.json", request("Hi", FAST)).write("b.json", request("Hi", ""));
    folder.run(CALL).gives(1);
    folder.run(&format!("{CALL} --write-baseline base.json")).gives(0).says("base.json holds 1 finding");
    folder.run(&format!("{CALL} --baseline base.json")).gives(0).prints("1 in the baseline");
    // The lines move and the number changes, but the finding is the same.
    folder.write("a.json", request("Hi", FAST).replace("9", "8").replace("{", "{\n\n"));
    let ran = folder.run(&format!("{CALL} --baseline base.json --format json")).gives(0);
    assert_eq!(
        (ran.json()["summary"]["baselined"].as_u64(), ran.json()["summary"]["errors"].as_u64()),
        (Some(1), Some(0))
    );
    // A new one fails.
    folder.write("b.json", request("Hi", FAST));
    let ran = folder.run(&format!("{CALL} --baseline base.json --format json")).gives(1);
    assert_eq!(ran.findings(), ["b.json request/out-of-range"]);
}

#[test]
fn the_file_is_sorted_and_the_same_every_time() {
    let folder = Folder::new();
    for name in ["c", "a", "b"] {
        folder.write(&format!("{name}.json"), request("Hi", FAST));
    }
    folder.run(&format!("{CALL} --write-baseline base.json")).gives(0);
    let first = folder.read("base.json");
    let value: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    let files: Vec<_> =
        value["findings"].as_array().expect("findings").iter().map(|entry| entry["file"].clone()).collect();
    assert_eq!((value["version"].as_u64(), files), (Some(2), vec!["a.json".into(), "b.json".into(), "c.json".into()]));
    folder.run(&format!("{CALL} --write-baseline base.json")).gives(0);
    assert_eq!(folder.read("base.json"), first);
}

/// A faulty request for a manifest, which its script or title distinguishes from others.
fn line(script: &str, extra: &str) -> String {
    request(script, &format!("{FAST}{extra}")) + "\n"
}

/// Writes a baseline for `before` and returns the new findings in `after`.
fn new_findings(name: &str, before: &str, after: &str) -> Vec<String> {
    let folder = Folder::new();
    folder.write("heylint.toml", "ignore = ['manifest']").write(name, before);
    folder.run(&format!("{CALL} --write-baseline base.json")).gives(0);
    let known = folder.run(&format!("{CALL} --baseline base.json --format json")).gives(0).json();
    assert!(known["summary"]["baselined"].as_u64() > Some(1), "{known}");
    folder.write(name, after);
    folder.run(&format!("{CALL} --baseline base.json --format json")).findings()
}

#[test]
fn a_baseline_survives_a_removed_record() {
    let (one, two, three) = (line("One", ""), line("Two", ""), line("Three", ""));
    let (all, less) = (format!("{one}{two}{three}"), format!("{two}{three}"));
    assert!(new_findings("jobs.jsonl", &all, &less).is_empty());
    let list = |lines: &str| format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    assert!(new_findings("jobs.json", &list(&all), &list(&less)).is_empty());
    // Identical findings are counted.
    assert!(new_findings("jobs.jsonl", &one.repeat(3), &one.repeat(2)).is_empty());
    assert_eq!(new_findings("jobs.jsonl", &one.repeat(2), &one.repeat(3)), ["jobs.jsonl request/out-of-range"]);
    // A new record with the same fault is a new finding, wherever it is.
    assert_eq!(new_findings("jobs.jsonl", &less, &all), ["jobs.jsonl request/out-of-range"]);
    // Lines that are not JSON are records too.
    assert!(new_findings("jobs.jsonl", &format!("{all}{{\"a\": \n"), &format!("{less}{{\"a\": \n")).is_empty());
}

#[test]
fn a_named_record_may_change() {
    let named = |script: &str, name: &str| line(script, &format!(r#", "title": "{name}""#));
    let before = format!("{}{}", named("One", "a"), named("Two", "b"));
    assert!(new_findings("jobs.jsonl", &before, &named("Another", "b")).is_empty());
    let other = format!("{}{}", named("One", "a"), named("Two", "c"));
    assert_eq!(new_findings("jobs.jsonl", &before, &other), ["jobs.jsonl request/out-of-range"]);
}

#[test]
fn a_baseline_survives_a_removed_scene() {
    let scene = |script: &str, speed: u32| {
        let voice = format!(r#"{{"type": "text", "voice_id": "1bd0", "input_text": "{script}", "speed": {speed}}}"#);
        format!(r#"{{"character": {{"type": "avatar", "avatar_id": "8f02"}}, "voice": {voice}}}"#)
    };
    let draft = |scenes: &[String]| {
        format!(
            r#"{{"method": "POST", "path": "/v2/video/generate", "body": {{"video_inputs": [{}]}}}}"#,
            scenes.join(",")
        )
    };
    let scenes = [scene("One", 1), scene("Two", 9), scene("Three", 8)];
    assert!(new_findings("a.json", &draft(&scenes), &draft(&scenes[1..])).is_empty());
}

#[test]
fn an_old_baseline_must_be_written_again() {
    let folder = Folder::new();
    let old = r#"{"version": 1, "findings": [
  {"file":"a.json","rule":"request/out-of-range","fingerprint":"fp1:e710c93f596f2aa0d43df2ae425e77f7"}
]}"#;
    folder.write("a.json", request("Hi", FAST)).write("base.json", old);
    let ran = folder.run(&format!("{CALL} --baseline base.json a.json")).gives(2);
    ran.says("earlier heylint").says("heylint check --write-baseline base.json");
    folder.run(&format!("{CALL} --write-baseline base.json a.json")).gives(0).says("is replaced");
    folder.run(&format!("{CALL} --baseline base.json a.json")).gives(0).prints("1 in the baseline");
}

#[test]
fn no_two_findings_share_a_fingerprint() {
    let folder = Folder::new();
    let suppression = "[[suppress]]\nat = \"a.json\"\nrules = [\"script\"]\nreason = \"x\"\n";
    folder.write("a.json", request("Hi", "")).write("heylint.toml", suppression.repeat(3));
    let issues = folder.run(&format!("{CALL} --format gitlab")).json();
    let names: std::collections::BTreeSet<_> =
        issues.as_array().expect("a list").iter().map(|issue| issue["fingerprint"].to_string()).collect();
    assert_eq!(names.len(), 3, "{issues}");
    folder.run(&format!("{CALL} --write-baseline base.json")).gives(0).says("base.json holds 3 findings");
}

#[test]
fn stale_entries_are_reported_and_pruned() {
    let folder = Folder::new();
    for name in ["a", "b", "c"] {
        folder.write(&format!("{name}.json"), request("Hi", FAST));
    }
    folder.run(&format!("{CALL} --write-baseline base.json")).gives(0);
    folder.write("a.json", request("Hi", ""));
    std::fs::remove_file(folder.join("c.json")).expect("removed");
    let ran =
        folder.run(&format!("{CALL} --baseline base.json --format json")).gives(0).says("2 entries of the baseline");
    assert_eq!(ran.json()["summary"]["stale"], 2);
    // A run over one file, or with one rule, does not make other entries stale.
    let ran = folder.run(&format!("{CALL} --baseline base.json --format json b.json")).gives(0);
    assert_eq!(ran.json()["summary"]["stale"], 1, "only the file that is gone");
    let ran = folder.run(&format!("{CALL} --baseline base.json --format json --select script/empty")).gives(0);
    assert_eq!(ran.json()["summary"]["stale"], 0);
    folder.run(&format!("{CALL} --write-baseline base.json a.json")).gives(0);
    let text = folder.read("base.json");
    assert!(text.contains("b.json") && !text.contains("a.json") && !text.contains("c.json"), "{text}");
}

#[test]
fn files_that_are_not_baselines() {
    let folder = Folder::new();
    folder.write("a.json", request("Hi", FAST)).write("wrong.json", "{}");
    folder.run(&format!("{CALL} --baseline none.json a.json")).gives(2).says("none.json");
    folder.run(&format!("{CALL} --baseline wrong.json a.json")).gives(2).says("is not a baseline");
    folder.run(&format!("{CALL} --write-baseline wrong.json a.json")).gives(2).says("is not a baseline");
    assert_eq!(folder.read("wrong.json"), "{}", "another file is not overwritten");
}

#[test]
fn statistics_count_the_rules() {
    let folder = Folder::new();
    folder.write("a.json", request("Hi", FAST)).write("b.json", request("Hi", FAST)).write("c.json", request("", ""));
    let ran = folder.run(&format!("{CALL} --statistics")).gives(1);
    let first = ran.out.lines().next().expect("a line");
    assert!(first.starts_with("2  request/out-of-range"), "{}", ran.out);
    let ran = folder.run(&format!("{CALL} --statistics --format json")).gives(1);
    assert_eq!((ran.json()[0]["count"].as_u64(), ran.json()[1]["rule"].as_str()), (Some(2), Some("script/empty")));
}
