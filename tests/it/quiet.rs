//! The output on a terminal is short: identical findings are folded, sources are shown on demand, commands can be
//! copied.

use crate::common;
use crate::run;
use common::recipe;
use run::Folder;

const CALL: &str = "--now 2026-11-22T12:00:00Z";
const FAST: &str = r#"{"method": "POST", "path": "/v3/videos", "body": {"type": "avatar", "avatar_id": "8f02", "voice_id": "1bd0", "script": "Number N", "voice_settings": {"speed": 9}}}"#;

fn manifest(lines: usize) -> Folder {
    let folder = Folder::new();
    let lines: String = (0..lines).map(|at| FAST.replace('N', &at.to_string()) + "\n").collect();
    folder.write("jobs.jsonl", lines).write("heylint.toml", "ignore = ['manifest']");
    folder
}

#[test]
fn the_same_finding_is_folded() {
    let ran = manifest(500).run(CALL).gives(1);
    assert_eq!(ran.out.matches("error[request/out-of-range]").count(), 1, "{}", ran.out);
    ran.prints("and 499 more: records 2–500").prints("500 errors").prints("499 findings not shown one by one; --all");
    let ran = manifest(500).run(&format!("{CALL} --all"));
    assert_eq!(ran.out.matches("error[request/out-of-range]").count(), 500);
    assert!(!ran.out.contains("more: "));
    // Also in long manifests, whose findings are not held in memory.
    manifest(5_000).run(CALL).prints("and 4,999 more: records 2–5,000");
    // Two are not folded.
    assert_eq!(manifest(2).run(CALL).out.matches("error[request/out-of-range]").count(), 2);
}

#[test]
fn different_findings_are_not_folded() {
    let folder = Folder::new();
    let lines =
        [9, 8, 9, 7, 9, 9].map(|speed| FAST.replace("9}", &format!("{speed}}}")).replace('N', &speed.to_string()));
    folder.write("jobs.jsonl", lines.join("\n")).write("heylint.toml", "ignore = ['manifest']");
    let ran = folder.run(CALL).prints("and 3 more: records 3, 5–6");
    assert_eq!(ran.out.matches("error[request/out-of-range]").count(), 3, "{}", ran.out);
}

#[test]
fn the_same_finding_in_many_files_is_folded() {
    let folder = Folder::new();
    for at in 1..=9 {
        folder.write(&format!("{at}.json"), FAST.replace('N', &at.to_string()));
    }
    let ran = folder.run(CALL).gives(1);
    assert_eq!(ran.out.matches("error[request/out-of-range]").count(), 1, "{}", ran.out);
    ran.prints("and 8 more in 8 other files: 2.json, 3.json, 4.json, …").prints("8 findings not shown one by one");
    assert_eq!(folder.run(&format!("{CALL} --all")).out.matches("error[").count(), 9);
    // In one file and across files.
    folder.write("1.jsonl", format!("{}\n{}\n", FAST.replace('N', "x"), FAST.replace('N', "y")));
    folder
        .run(&format!("{CALL} 1.jsonl 2.json 3.json"))
        .prints("and 3 more: record 2, and in 2 other files: 2.json, 3.json");
    // Each media file has its own command.
    let folder = Folder::new();
    recipe::write(folder.path(), "a.jpg = png 640x640\nb.jpg = png 640x640\nc.jpg = png 640x640");
    let ran = folder.run(CALL);
    assert_eq!(ran.out.matches("mv -n ").count(), 3, "{}", ran.out);
}

#[test]
fn sources_are_shown_with_verbose() {
    let folder = manifest(1);
    assert!(!folder.run(CALL).out.contains("documented in"));
    folder.run(&format!("{CALL} -v")).prints("voice-settings.speed-max, documented in");
    folder.run(CALL).prints("more about a rule: heylint explain request/out-of-range");
    assert!(!folder.run(&format!("{CALL} -q")).out.contains("heylint explain"));
}

#[test]
fn commands_and_fixes_have_lines_of_their_own() {
    let folder = Folder::project();
    recipe::write(folder.path(), "a.jpg = png 640x640");
    let ran = folder.run(CALL).gives(1);
    assert!(ran.out.lines().any(|line| line.trim() == "mv -n a.jpg a.png"), "{}", ran.out);
    let folder = Folder::new();
    folder.write("a.json", FAST.replace("voice_settings", "voice_setings"));
    let ran = folder.run(CALL);
    let lines: Vec<_> = ran.out.lines().map(|line| line.trim_start_matches([' ', '│'])).collect();
    assert!(lines.iter().any(|line| line.starts_with("- ") && line.contains("\"voice_setings\"")), "{}", ran.out);
    assert!(lines.iter().any(|line| line.starts_with("+ ") && line.contains("\"voice_settings\"")), "{}", ran.out);
}

#[test]
fn long_messages_wrap_at_words() {
    let folder = Folder::project();
    recipe::write(folder.path(), "a.mp4 = mp4 640x360 2s cut 60%");
    let text = folder.call(CALL, None, &[("COLUMNS", "60")]).out;
    assert!(text.contains("error["), "{text}");
    let long = text.lines().filter(|line| line.chars().count() > 60 && !line.contains("seen "));
    assert_eq!(long.count(), 0, "{text}");
}

#[test]
fn unsafe_fixes_are_counted() {
    manifest(1).run(CALL).prints("1 can be fixed with --fix-unsafe");
}

#[test]
fn help_is_a_command() {
    let folder = Folder::new();
    folder.run("help").gives(0).prints("Usage: heylint");
    folder.run("help probe").gives(0).prints("heylint probe");
    folder.run("schema request NONE").gives(2).says("heylint schema request --list");
}

#[test]
#[cfg(not(windows))]
fn a_windows_path_is_of_another_machine() {
    let folder = Folder::new();
    let image = r#""image": {"type": "url", "url": "C:\\Users\\me\\face.png"}"#;
    let draft = FAST.replace(r#""type": "avatar", "avatar_id": "8f02""#, &format!(r#""type": "image", {image}"#));
    folder.write("a.json", draft);
    folder.run(CALL).gives(1).prints(r"on another machine: C:\Users\me\face.png");
}

#[test]
fn paths_for_ci_are_relative_to_the_repository() {
    let folder = manifest(1);
    folder.write("sub/a.json", FAST);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_heylint"));
    command.args(["--format", "github", "a.json"]).current_dir(folder.join("sub")).env_clear();
    let out = String::from_utf8(command.output().expect("heylint runs").stdout).expect("text");
    assert!(out.starts_with("::error file=sub/a.json,line=1"), "{out}");
    for (format, place) in [
        ("sarif", "\"uri\":\"sub/a.json\""),
        ("gitlab", "\"path\":\"sub/a.json\""),
        ("azure", "sourcepath=sub/a.json;"),
        ("rdjson", "\"path\":\"sub/a.json\""),
        ("teamcity", "file='sub/a.json'"),
        ("junit", "sub/a.json"),
        ("markdown", "sub/a\\.json:1"),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_heylint"));
        command.args(["--format", format, "a.json"]).current_dir(folder.join("sub")).env_clear();
        let out = String::from_utf8(command.output().expect("heylint runs").stdout).expect("text");
        assert!(out.contains(place), "{format}: {out}");
    }
}

/// A proposal that is too long for the report names the command that shows it.
#[test]
fn a_long_proposal_names_the_command_that_shows_it() {
    let folder = Folder::new();
    let scene = r#"{"character": {"type": "avatar", "avatar_id": "a"}, "voice": {"type": "text", "input_text": "Hello", "voice_id": "v"}}"#;
    let draft = format!(
        r#"{{"method": "POST", "path": "/v2/video/generate", "body": {{"video_inputs": [{scene}, {scene}], "dimension": {{"width": 1280, "height": 720}}}}}}"#
    );
    folder.write("a.json", draft);
    folder.run("a.json").gives(1).prints("`--diff --fix-unsafe` shows it whole");
    folder.run("--diff --fix-unsafe a.json").prints("+").prints("/v3/videos");
    // A proposal that is shown names no command.
    folder.write(
        "a.json",
        r#"{"type": "avatar", "avatar_id": "a", "script": "Hi", "voice_id": "v", "voice_settings": {"speed": 9}}"#,
    );
    folder.run("a.json").gives(1).prints("fix: ").prints_not("shows it whole");
}

/// The last line explains the most severe finding, not the first.
#[test]
fn the_last_line_explains_an_error_before_a_hint() {
    let folder = Folder::new();
    let line =
        r#"{"type": "avatar", "avatar_id": "a", "script": "Hi", "voice_id": "v", "voice_settings": {"speed": 9}}"#;
    folder.write("jobs.jsonl", format!("{line}\n").repeat(30));
    let ran = folder.run("jobs.jsonl").gives(1).prints("hint[").prints("error[request/out-of-range]");
    ran.prints("heylint explain request/out-of-range");
}
