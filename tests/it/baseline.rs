//! `--baseline` and `--write-baseline`, from outside.

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
fn what_is_known_is_left_alone() {
    let folder = Folder::new();
    folder.write("a.json", request("Hi", FAST)).write("b.json", request("Hi", ""));
    folder.run(CALL).gives(1);
    folder.run(&format!("{CALL} --write-baseline base.json")).gives(0).says("base.json holds 1 finding");
    folder.run(&format!("{CALL} --baseline base.json")).gives(0).prints("1 in the baseline");
    // Lines move, the number is another one: it is still the same finding.
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
    assert_eq!((value["version"].as_u64(), files), (Some(1), vec!["a.json".into(), "b.json".into(), "c.json".into()]));
    folder.run(&format!("{CALL} --write-baseline base.json")).gives(0);
    assert_eq!(folder.read("base.json"), first);
}

#[test]
fn what_is_out_of_date_is_told_and_pruned() {
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
    // A run over one file, or with one rule, says nothing about the others.
    let ran = folder.run(&format!("{CALL} --baseline base.json --format json b.json")).gives(0);
    assert_eq!(ran.json()["summary"]["stale"], 1, "only the file that is gone");
    let ran = folder.run(&format!("{CALL} --baseline base.json --format json --select script/empty")).gives(0);
    assert_eq!(ran.json()["summary"]["stale"], 0);
    folder.run(&format!("{CALL} --write-baseline base.json a.json")).gives(0);
    let text = folder.read("base.json");
    assert!(text.contains("b.json") && !text.contains("a.json") && !text.contains("c.json"), "{text}");
}

#[test]
fn what_is_no_baseline() {
    let folder = Folder::new();
    folder.write("a.json", request("Hi", FAST)).write("wrong.json", "{}");
    folder.run(&format!("{CALL} --baseline none.json a.json")).gives(2).says("none.json");
    folder.run(&format!("{CALL} --baseline wrong.json a.json")).gives(2).says("is no baseline");
    folder.run(&format!("{CALL} --write-baseline wrong.json a.json")).gives(2).says("is no baseline");
    assert_eq!(folder.read("wrong.json"), "{}", "another file is not written over");
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
