//! From findings to files that can be sent: the printed commands work, and `heylint mend` gives the same result.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::recipe;
use crate::run::Folder;
use folder::{LEFT, NO_REMEDY, SMALL, SOUND, agent, ffmpeg, lips, make, picture};

mod folder;
mod hazards;
mod services;

const NOW: &str = "--now 2026-11-22T12:00:00Z";

fn has(program: &str) -> bool {
    let run = Command::new(program).arg("-version").stdin(Stdio::null()).output();
    let there = run.is_ok();
    if !there {
        println!("skipped: {program} is not installed");
    }
    there
}

/// The files of a folder: path and bytes.
type Contents = BTreeMap<PathBuf, Vec<u8>>;

fn contents(folder: &Path) -> Contents {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).expect("below").to_owned(), fs::read(path).expect("read"));
            }
        }
    }
    found
}

fn media(contents: &Contents) -> BTreeSet<&Vec<u8>> {
    let is_asset = |path: &Path| path.components().any(|part| part.as_os_str() == "assets");
    contents.iter().filter(|(path, _)| is_asset(path)).map(|(_, bytes)| bytes).collect()
}

fn copy(from: &Path) -> Folder {
    let folder = Folder::new();
    for (name, bytes) in contents(from) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, bytes).expect("written");
    }
    folder
}

/// Runs heylint with the installed programs in PATH.
fn heylint(folder: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
    command.args(words.split_whitespace()).current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("PATH", path());
    command
}

fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_heylint")).parent().expect("a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).expect("a path")
}

fn checked(folder: &Path, words: &str) -> Value {
    let output = heylint(folder, &format!("check {NOW} --format json {words}")).output().expect("heylint runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn findings(report: &Value) -> &Vec<Value> {
    report["diagnostics"].as_array().expect("diagnostics")
}

/// The errors of a report: rule and file.
fn errors(report: &Value) -> Vec<String> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let errors = findings(report).iter().filter(|finding| finding["severity"] == "error");
    errors.map(|finding| format!("{} {}", text(finding, "rule"), text(finding, "file"))).collect()
}

/// A printed command.
struct Printed {
    command: String,
    program: String,
    input: String,
    /// The files that the command makes, without folders.
    made: Vec<String>,
    renames: bool,
}

/// Rule and file of a finding.
fn place(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("rule"), text("file"))
}

/// Whether the name cannot be written in a shell, so that the help names `heylint mend`.
fn is_for_no_shell(finding: &Value) -> bool {
    finding["remedy"].is_object()
        && finding["help"].as_str().is_some_and(|help| help.contains("`heylint mend` does it"))
}

/// The commands of a report. Each finding has a command or a fix, or is in the list of those without.
fn printed(report: &Value, folder: &Path) -> Vec<Printed> {
    let mut commands: Vec<Printed> = Vec::new();
    let mut outputs = BTreeSet::new();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned();
    for finding in findings(report) {
        let Some(command) = finding["remedy"]["command"].as_str() else {
            let has_none = NO_REMEDY.contains(&place(finding).as_str()) || finding["severity"] == "hint";
            let is_fixed = finding["fix"].is_object() || is_for_no_shell(finding);
            assert!(is_fixed || has_none || finding["remedy"].is_object(), "no remedy: {finding:#}");
            continue;
        };
        if commands.iter().any(|known| known.command == command) {
            continue;
        }
        // The help shows the same command.
        assert!(finding["help"].as_str().expect("help").contains(command), "{finding:#}");
        let steps = finding["remedy"]["steps"].as_array().expect("steps");
        let made: Vec<String> =
            steps.iter().flat_map(|step| step["outputs"].as_array().expect("outputs")).map(text).collect();
        for name in &made {
            assert!(outputs.insert(name.clone()), "two commands make {name}");
            assert!(!folder.join(name).exists(), "{name} already exists");
        }
        let last = steps.last().expect("a step");
        commands.push(Printed {
            command: command.to_owned(),
            program: text(&last["program"]),
            input: text(&last["inputs"][0]),
            made: last["outputs"].as_array().expect("outputs").iter().map(text).collect(),
            renames: steps[0]["program"] == "mv",
        });
    }
    commands
}

/// Follows the sentence after a command: refers to the new file and moves the old one away.
fn follow(folder: &Path, printed: &Printed) {
    let Printed { input, made, program, renames, .. } = printed;
    if program == "heylint" {
        return;
    }
    let (tree, old) = input.split_once("assets/").expect("an asset");
    let new = made[0].split_once("assets/").expect("an asset").1;
    let written = |name: &str| serde_json::to_string(&format!("/{name}")).expect("JSON").replacen('"', "", 1);
    for entry in fs::read_dir(folder.join(tree).join("drafts")).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).expect("read");
        fs::write(entry.path(), text.replace(&written(old), &written(new))).expect("written");
    }
    if !renames {
        fs::rename(folder.join(input), folder.join(format!("{input}.old"))).expect("moved away");
    }
}

#[test]
fn printed_commands_work_in_every_shell() {
    if !has("ffmpeg") {
        return;
    }
    let original = Folder::new();
    make(original.path());
    let report = checked(original.path(), ".");
    let commands = printed(&report, original.path());
    assert!(commands.len() >= 60, "only {}", commands.len());
    let before = contents(original.path());
    for shell in ["bash", "zsh", "dash"] {
        let is_there = Command::new(shell).args(["-c", "true"]).stdin(Stdio::null()).output().is_ok();
        if !is_there {
            println!("skipped: {shell} is not installed");
            continue;
        }
        let folder = copy(original.path());
        for Printed { command, made, .. } in &commands {
            let mut run = Command::new(shell);
            run.args(["-c", command]).current_dir(folder.path()).env("PATH", path()).stdin(Stdio::null());
            let ran = run.output().expect("a shell");
            let output = format!("{}{}", String::from_utf8_lossy(&ran.stderr), String::from_utf8_lossy(&ran.stdout));
            assert!(ran.status.success(), "{shell}: {command}\n{output}");
            for name in made.iter().filter(|_| !command.starts_with("heylint ")) {
                assert!(folder.join(name).exists(), "{shell}: {command} did not make {name}\n{output}");
            }
        }
        let after = contents(folder.path());
        let kept = media(&after);
        for bytes in media(&before) {
            assert!(kept.contains(bytes), "{shell} lost a file");
        }
        commands.iter().for_each(|printed| follow(folder.path(), printed));
        let report = checked(folder.path(), ".");
        let left = findings(&report).iter().filter(|finding| {
            let is_bad = finding["severity"] == "error" || finding["remedy"].is_object();
            let is_elsewhere = finding["fix"].is_object() || NO_REMEDY.contains(&place(finding).as_str());
            is_bad && !is_elsewhere && !is_for_no_shell(finding)
        });
        let left: Vec<&Value> = left.collect();
        assert!(left.is_empty(), "{shell}: {left:#?}");
    }
}

#[test]
fn one_run_mends_everything_and_a_second_does_nothing() {
    if !has("ffmpeg") {
        return;
    }
    let folder = Folder::new();
    make(folder.path());
    let before = contents(folder.path());
    let plan = heylint(folder.path(), &format!("mend {NOW} --dry-run")).output().expect("heylint runs");
    assert_eq!(contents(folder.path()), before, "--dry-run wrote a file");
    assert_eq!(plan.status.code(), Some(1));
    let refused = heylint(folder.path(), &format!("mend {NOW}")).output().expect("heylint runs");
    assert_eq!(refused.status.code(), Some(2), "nobody could be asked");
    assert_eq!(contents(folder.path()), before);
    // First without losses, then with cuts.
    let with_cuts: BTreeSet<&str> = LEFT.into_iter().chain(NO_REMEDY).collect();
    for (words, left) in [("mend --yes", with_cuts), ("mend --yes --trim", NO_REMEDY.into())] {
        let ran = heylint(folder.path(), &format!("{words} {NOW}")).output().expect("heylint runs");
        let output = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        let errors = errors(&checked(folder.path(), "."));
        assert_eq!(errors.iter().map(String::as_str).collect::<BTreeSet<_>>(), left, "{output}");
        for name in left {
            let file = name.split_once(' ').expect("a file").1;
            assert!(output.contains(file), "{name} is not listed: {output}");
        }
        assert_eq!(ran.status.code(), Some(1), "{output}");
        let after = contents(folder.path());
        let kept = media(&after);
        assert!(media(&before).iter().all(|bytes| kept.contains(bytes)), "an original is lost");
        let is_temporary = |name: &PathBuf| name.extension().is_some_and(|extension| extension == "tmp");
        assert!(!after.keys().any(is_temporary), "a temporary file stays");
        let again = heylint(folder.path(), &format!("{words} {NOW}")).output().expect("heylint runs");
        assert_eq!(again.status.code(), Some(1));
        assert_eq!(contents(folder.path()), after, "the second run changed something");
    }
}

#[test]
fn a_killed_run_continues() {
    if !has("ffmpeg") {
        return;
    }
    let make = |folder: &Path| {
        recipe::write(folder, "assets/wide.png = png 2100x40\nassets/named.jpg = png 90x90\nassets/h.png = jpeg 60x60");
        ffmpeg(folder, "-f lavfi -i testsrc2=size=32x24 -frames:v 1", "assets/one.webp");
        ffmpeg(folder, &format!("{SMALL} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac"), "assets/clip.mov");
        ffmpeg(folder, &format!("{SOUND} -c:a flac"), "assets/t.flac");
        ffmpeg(folder, &format!("{SOUND} -c:a aac"), "assets/t.aac");
        for (at, body) in [
            picture("../assets/wide.png"),
            picture("../assets/named.jpg"),
            picture("../assets/one.webp"),
            lips("../assets/clip.mov", "../assets/t.flac"),
            agent(&["../assets/clip.mov", "../assets/one.webp"]),
        ]
        .iter()
        .enumerate()
        {
            let path = folder.join(format!("drafts/{at}.json"));
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, body.to_string()).expect("written");
        }
    };
    let original = Folder::new();
    make(original.path());
    let before = contents(original.path());
    let whole = copy(original.path());
    let started = Instant::now();
    let ran = heylint(whole.path(), &format!("mend {NOW} --yes --quiet")).output().expect("heylint runs");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stdout));
    let lasts = started.elapsed();
    let expected = contents(whole.path());
    for moment in 0..50u32 {
        let folder = copy(original.path());
        let mut child = heylint(folder.path(), &format!("mend {NOW} --yes --quiet"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("heylint starts");
        std::thread::sleep(lasts * moment / 45);
        child.kill().expect("killed");
        child.wait().expect("ended");
        let held = contents(folder.path());
        let kept = media(&held);
        assert!(media(&before).iter().all(|bytes| kept.contains(bytes)), "lost at {moment}/45");
        // A started program may still be writing.
        std::thread::sleep(Duration::from_millis(20));
        let ran = heylint(folder.path(), &format!("mend {NOW} --yes --quiet")).output().expect("heylint runs");
        assert_eq!(ran.status.code(), Some(0), "{moment}/45: {}", String::from_utf8_lossy(&ran.stdout));
        let after = contents(folder.path());
        let names = |contents: &Contents| contents.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&after), names(&expected), "killed at {moment}/45");
        assert!(after == expected, "other bytes, killed at {moment}/45");
    }
}

#[test]
fn a_script_does_the_same() {
    let folder = Folder::new();
    recipe::write(folder.path(), "assets/wide.png = png 2100x40\nassets/named.jpg = png 90x90");
    folder.write("a.json", picture("assets/wide.png").to_string());
    folder.run(&format!("mend {NOW} --script mend.sh")).gives(0);
    folder.run(&format!("mend {NOW} --script mend.sh")).gives(2).says("mend.sh");
    let ran = Command::new("sh").arg("mend.sh").current_dir(folder.path()).env("PATH", path()).output().expect("sh");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    folder.run(NOW).gives(0);
    assert!(folder.join("assets/wide.png.orig").exists() && folder.join("assets/named.png").exists());
}

#[test]
fn one_file_keeps_the_references_of_the_whole_project() {
    let folder = Folder::new();
    recipe::write(folder.path(), "pic.jpg = png 90x90");
    folder.write("d.json", picture("pic.jpg").to_string()).write("deep/e.json", picture("../pic.jpg").to_string());
    folder.run(&format!("{NOW} --fix d.json")).gives(0).prints("fixed 1");
    assert!(folder.read("deep/e.json").contains("../pic.png"));
    folder.run(NOW).gives(0);
    ffmpeg_free(&folder);
}

/// Runs without ffmpeg, which pictures do not need.
fn ffmpeg_free(folder: &Folder) {
    recipe::write(folder.path(), "wide.png = png 2100x40");
    folder.write("f.json", picture("wide.png").to_string());
    folder.run(&format!("mend {NOW} --yes --in-place wide.png")).gives(0);
    assert!(!folder.join("wide.png.orig").exists());
    folder.run(NOW).gives(0);
}

#[test]
fn a_finding_is_suppressed_from_the_command_line() {
    let folder = Folder::new();
    recipe::write(folder.path(), "me.png = png 2100x40");
    folder.write("deep/a b.json", picture("../me.png").to_string().replace("Hi", ""));
    folder.run(NOW).gives(1);
    folder.call_words(&["suppress", "me.png", "image/resolution", "--reason", "it \"works\""]).gives(0);
    folder
        .call_words(&["suppress", "deep/a b.json#/script", "script", "request/too-short", "--reason", "later"])
        .gives(0);
    folder.run(NOW).gives(0).prints("suppressed");
    folder.call_words(&["suppress", "none.json#/script", "script", "--reason", "x"]).gives(2);
    folder.write("jobs.jsonl", "{\"script\": \"a\", \"scenes\": [{\"text\": 1}]}\n{\"script\": \"b\"}\n");
    let before = folder.read("heylint.toml");
    for (at, why, nearest) in [
        ("deep/a b.json#/scirpt", "has no value at /scirpt", "deep/a b.json#/script"),
        ("deep/a b.json#/image/type/x/y", "has no value at /image/type/x/y", "deep/a b.json#/image/type"),
        ("deep/a b.json[4]", "has no record 4", ""),
        ("jobs.jsonl[7]#/script", "has no record 7", "jobs.jsonl[1]#/script"),
        ("jobs.jsonl[0]#/text", "has no value at /text", "jobs.jsonl[0]#/scenes/0/text"),
        ("jobs.jsonl#/scenes/1", "has no value at /scenes/1", "jobs.jsonl#/scenes/0"),
    ] {
        let ran = folder.call_words(&["suppress", at, "script", "--reason", "x"]).gives(2).says(why);
        assert!(nearest.is_empty() || ran.err.contains(&format!("the nearest is {nearest}\n")), "{at}: {}", ran.err);
    }
    assert_eq!(folder.read("heylint.toml"), before);
    for at in ["jobs.jsonl[0]#/scenes/0", "jobs.jsonl#/scenes/*/text", "jobs.jsonl[1]", "jobs.jsonl"] {
        folder.call_words(&["suppress", at, "script", "--reason", "x"]).gives(0);
    }
    folder.write("heylint.toml", &before).write("jobs.jsonl", "");
    folder.call_words(&["suppress", "me.png", "script", "--reason", " "]).gives(2).says("reason");
    // The last day still counts.
    let until = |day: &str| {
        let words = format!("suppress me.png script --reason x --until {day}");
        folder.call(&words, None, &[("HEYLINT_NOW", "2026-11-22T12:00:00Z")])
    };
    until("2026-11-21").gives(2).says("--until 2026-11-21 is over").says("today is 2026-11-22");
    assert_eq!(folder.read("heylint.toml"), before);
    until("2026-11-22").gives(0);
    assert!(folder.read("heylint.toml").contains("until = \"2026-11-22\""));
}

#[test]
fn a_baseline_is_named_in_the_configuration() {
    let folder = Folder::project();
    recipe::write(folder.path(), "me.png = png 2600x40");
    folder.run("check --write-baseline known.json").gives(0);
    folder.run("check .").gives(1);
    folder.write("heylint.toml", "baseline = 'known.json'\n");
    folder.run("check .").gives(0).prints("in the baseline");
}
