//! The age of the data: the day on which a limit was read, the state of its document then, and the age of the profile.

use serde_json::Value;

use crate::lsp::client::{Client, everyday};
use crate::run::Folder;

const DRAFT: &str =
    r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi", "voice_settings": {"speed": 1.8}}"#;
/// The last day on which the profile of 2026-09-07 is 90 days old, and the day after it.
const FRESH: &str = "--now 2026-12-06T23:59:59Z";
const OLD: &str = "--now 2026-12-07";
const TOLD: &str = "the profile heygen-v3 is of 2026-09-07, 91 days ago; to compare it with the API of today: heylint limits diff --openapi FILE";

fn drafts() -> Folder {
    let folder = Folder::new();
    folder.write("a.json", DRAFT);
    folder.write("b.json", DRAFT.replace("1.8", "1.2"));
    folder
}

#[test]
fn a_limit_has_the_day_it_was_read_and_the_state_of_its_document() {
    let folder = Folder::new();
    let listed: Value = serde_json::from_str(&folder.run("limits --format json").gives(0).out).expect("JSON");
    let limits = listed["limits"].as_array().expect("limits");
    let of = |name: &str| limits.iter().find(|limit| limit["name"] == name).expect("the limit");
    // The document was read on that day, but its state is older than the profile.
    assert_eq!(
        (&of("script.max")["seen"], &of("script.max")["state"]),
        (&"2026-11-22".into(), &"before 2026-09-07".into())
    );
    assert_eq!((&of("scene.min")["seen"], &of("scene.min")["state"]), (&"2026-07-21".into(), &"2026-07-21".into()));
    // The state of user reports is unknown.
    assert_eq!((&of("footage.tracks")["seen"], &of("footage.tracks")["state"]), (&"2026-11-22".into(), &Value::Null));
    let row = |text: &str| text.lines().find(|line| line.starts_with("script.max ")).expect("a row").to_owned();
    let row = row(&folder.run("limits").gives(0).out);
    assert!(row.ends_with("usage-limits   2026-11-22  before 2026-09-07"), "{row}");
    folder.run("explain script/too-long").prints("seen 2026-11-22, state before 2026-09-07");
    folder.run("explain request/out-of-range").prints("seen 2026-07-21").prints_not("2026-07-21, state");
}

#[test]
fn a_report_carries_the_state() {
    let folder = drafts();
    let report: Value = serde_json::from_str(&folder.run("--format json a.json").gives(1).out).expect("JSON");
    let limit = &report["diagnostics"][0]["limit"];
    assert_eq!((&limit["seen"], &limit["state"]), (&"2026-07-21".into(), &"2026-07-21".into()));
    folder.write("long.json", DRAFT.replace("1.8", "1").replace("Hi", &"Hi. ".repeat(2_000)));
    folder.run("-v long.json").gives(1).prints("documented in usage-limits, seen 2026-11-22, state before 2026-09-07");
    folder
        .write("own/heylint.toml", "select = [\"script/too-long\"]\n[limits]\nscript.max = 1\n")
        .write("own/a.json", DRAFT);
    let report: Value = serde_json::from_str(&folder.run("--format json own").gives(1).out).expect("JSON");
    assert_eq!(report["diagnostics"][0]["limit"]["state"], Value::Null);
}

#[test]
fn an_old_profile_is_mentioned_once_in_the_summary() {
    let folder = drafts();
    for format in ["human", "concise", "markdown"] {
        let ran = folder.run(&format!("--format {format} {FRESH} a.json b.json")).gives(1).prints_not("the profile");
        assert!(!ran.err.contains("the profile"), "{}", ran.err);
        let ran = folder.run(&format!("--format {format} {OLD} a.json b.json")).gives(1);
        // Markdown escapes characters that are markup.
        let out = ran.out.replace('\\', "");
        assert_eq!(out.matches(TOLD).count(), 1, "{out}");
    }
    // Formats without a place for it get a note.
    for format in ["github", "sarif", "junit"] {
        let ran = folder.run(&format!("--format {format} {OLD} a.json b.json")).gives(1).says(TOLD);
        assert!(!ran.out.contains("days ago"), "{}", ran.out);
    }
    let ran = folder.run(&format!("--quiet {OLD} b.json")).gives(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    // It is not a finding, so the exit status is the same.
    folder.run(&format!("{OLD} --fail-on hint b.json")).gives(0).prints("all good").prints(TOLD);
}

#[test]
fn reports_for_machines_have_it_in_the_summary() {
    let folder = drafts();
    let summary = |words: &str| -> Value {
        let report: Value = serde_json::from_str(&folder.run(words).out).expect("JSON");
        report["summary"]["outdated"].clone()
    };
    assert_eq!(summary(&format!("--format json {FRESH} a.json")), serde_json::json!([]));
    let old = serde_json::json!([{"profile": "heygen-v3", "as_of": "2026-09-07", "days": 91}]);
    assert_eq!(summary(&format!("--format json {OLD} a.json")), old);
    let lines = folder.run(&format!("--format jsonl {OLD} a.json")).out;
    let last: Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    assert_eq!(last["outdated"], old);
    // A merged report says it once.
    for (part, day) in [("1/2", "2026-12-07"), ("2/2", "2026-12-08")] {
        let ran = folder.run(&format!("--format json --now {day} --shard {part} a.json b.json"));
        folder.write(&format!("{}.report", &part[..1]), ran.out);
    }
    let merged: Value = serde_json::from_str(&folder.run("merge --format json 1.report 2.report").out).expect("JSON");
    assert_eq!(
        merged["summary"]["outdated"],
        serde_json::json!([{"profile": "heygen-v3", "as_of": "2026-09-07", "days": 92}])
    );
}

#[test]
fn an_editor_logs_an_old_profile_once() {
    let folder = drafts();
    let said = |now: &str| {
        let mut client = Client::start_with(folder.path(), &["--now", now], everyday());
        for name in ["a.json", "b.json"] {
            client.open(name, &folder.read(name));
        }
        client.log.iter().filter(|line| line.contains("the profile")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(said("2026-12-06"), Vec::<String>::new());
    assert_eq!(said("2026-12-07"), [format!("heylint: {TOLD}")]);
}
