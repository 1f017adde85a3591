//! Tests of `--fix`, `--fix-unsafe` and `--diff`.

use crate::common;
use crate::run;
use std::collections::BTreeMap;
use std::path::Path;

use common::{page, recipe};
use run::Folder;
use serde_json::Value;

const NOW: &str = "--now 2026-11-22T12:00:00Z";

const MISTYPED: &str = "{\r\n  \"type\": \"avatar\",\r\n  \"avatar_id\": \"8f027b074c8843cb\",\r\n  \"script\": \"Grüße\",\r\n  \"resolutoin\": \"1080p\"\r\n}\r\n";

#[test]
fn every_other_byte_is_kept() {
    let folder = Folder::new();
    folder.write("a.json", MISTYPED);
    let ran = folder.call_words(&["--fix", "--endpoint", "POST /v3/videos", "a.json"]);
    ran.gives(0).prints("fixed 1");
    assert_eq!(folder.read("a.json"), MISTYPED.replace("resolutoin", "resolution"));
}

/// Systems allow a program 256 open files, or 1,024.
#[cfg(unix)]
#[test]
fn more_drafts_are_fixed_than_files_may_be_open() {
    let folder = Folder::new();
    let name = |at: usize| format!("{}/{at}.json", at / 100);
    for at in 0..300 {
        folder.write(&name(at), MISTYPED);
    }
    let command =
        format!("ulimit -n 64; exec '{}' check --fix --endpoint 'POST /v3/videos' .", env!("CARGO_BIN_EXE_heylint"));
    let ran =
        std::process::Command::new("sh").args(["-c", &command]).current_dir(folder.path()).output().expect("a shell");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!((0..300).all(|at| folder.read(&name(at)) == MISTYPED.replace("resolutoin", "resolution")));
    let entries: usize =
        (0..3).map(|at| folder.path().join(at.to_string()).read_dir().expect("a folder").count()).sum();
    assert_eq!(entries, 300, "no temporary file stays");
}

#[test]
fn a_diff_writes_nothing() {
    let folder = Folder::new();
    folder.write("a.json", MISTYPED.replace("\r\n", "\n"));
    let before = folder.read("a.json");
    let ran = folder.call_words(&["--diff", "--endpoint", "POST /v3/videos", "a.json"]);
    let ran =
        ran.gives(1).prints("--- a/a.json\n+++ b/a.json\n").prints("-  \"resolutoin\"").prints("+  \"resolution\"");
    assert_eq!(folder.read("a.json"), before);
    // git applies the diff, with the same result as --fix.
    folder.write("change.diff", &ran.out);
    let applied = std::process::Command::new("git").args(["apply", "change.diff"]).current_dir(folder.path()).status();
    if applied.is_ok_and(|status| status.success()) {
        assert_eq!(folder.read("a.json"), before.replace("resolutoin", "resolution"));
    }
    folder.call_words(&["--diff", "-", "--endpoint", "POST /v3/videos", "--fix", "--format", "json"]).gives(2);
}

#[test]
fn unsafe_fixes_are_asked_for() {
    let folder = Folder::new();
    let text = r#"{"type": "avatar", "avatar_id": "8f027b07", "script": "Hi", "voice_settings": {"speed": 9}}"#;
    folder.write("a.json", text);
    folder.call_words(&["--fix", "--endpoint", "POST /v3/videos", "a.json"]).gives(1);
    assert_eq!(folder.read("a.json"), text);
    folder.call_words(&["--fix-unsafe", "--endpoint", "POST /v3/videos", "a.json"]).gives(0).prints("fixed 1");
    assert_ne!(folder.read("a.json"), text);
}

#[test]
fn a_file_gets_its_extension_with_all_its_references() {
    let folder = Folder::new();
    recipe::write(folder.path(), "assets/me.jpg = png 640x640");
    let draft = |path: &str| {
        format!(
            r#"{{"type": "image", "image": {{"type": "url", "url": "{path}"}}, "voice_id": "1bd001e7", "script": "Hi"}}"#
        )
    };
    folder.write("drafts/a.json", draft("..\\/assets\\/me.\\u006apg"));
    folder.write("drafts/b.json", draft("../assets/me.jpg"));
    let bytes = std::fs::read(folder.join("assets/me.jpg")).expect("read");
    let before = folder.run(&format!("{NOW} --format json")).gives(1);
    assert_eq!(before.findings(), ["assets/me.jpg file/extension-mismatch"]);
    folder.run(&format!("{NOW} --diff")).gives(1).prints("rename from assets/me.jpg\nrename to assets/me.png");
    folder.run(&format!("{NOW} --fix")).gives(0).prints("fixed 1");
    assert_eq!(folder.read("drafts/a.json"), draft("..\\/assets\\/me.png"));
    assert_eq!(folder.read("drafts/b.json"), draft("../assets/me.png"));
    assert!(!folder.join("assets/me.jpg").exists());
    assert_eq!(std::fs::read(folder.join("assets/me.png")).expect("read"), bytes);
    folder.run(NOW).gives(0);
}

#[test]
fn no_file_is_overwritten() {
    let folder = Folder::project();
    recipe::write(
        folder.path(),
        "me.jpg = png 640x640\nme.png = png 320x320\nyou.jpg = png 640x640\nyou.jpeg = png 320x320",
    );
    let bytes = std::fs::read(folder.join("me.png")).expect("read");
    folder.run(&format!("{NOW} --fix")).gives(1).prints("fixed 1");
    assert!(folder.join("me.jpg").exists());
    assert_eq!(std::fs::read(folder.join("me.png")).expect("read"), bytes);
    // Two files want the same name; one gets it.
    assert!(folder.join("you.png").exists());
    assert!(folder.join("you.jpg").exists() ^ folder.join("you.jpeg").exists());
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    folder.write("real/a.json", MISTYPED);
    std::fs::set_permissions(folder.join("real/a.json"), PermissionsExt::from_mode(0o640)).expect("set");
    symlink("real/a.json", folder.join("link.json")).expect("a link");
    folder.call_words(&["--fix", "--endpoint", "POST /v3/videos", "link.json"]).gives(0);
    assert!(folder.join("link.json").symlink_metadata().expect("there").is_symlink());
    assert!(folder.read("real/a.json").contains("resolution"));
    assert_eq!(folder.join("real/a.json").metadata().expect("there").permissions().mode() & 0o777, 0o640);
    let left: Vec<_> = std::fs::read_dir(folder.join("real")).expect("a folder").collect();
    assert_eq!(left.len(), 1, "no temporary file stays");
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_not_written() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("a.json", MISTYPED);
    std::fs::set_permissions(folder.join("a.json"), PermissionsExt::from_mode(0o444)).expect("set");
    folder
        .call_words(&["--fix", "--endpoint", "POST /v3/videos", "a.json"])
        .gives(2)
        .says("help: make it writable, then run it again");
    assert_eq!(folder.read("a.json"), MISTYPED);
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written() {
    use heylint::Settings;
    use heylint::fix::{FixMode, mend};
    let folder = Folder::new();
    folder.write("a.json", MISTYPED).write("b.json", MISTYPED);
    let settings = Settings {
        endpoint: Some("POST /v3/videos".to_owned()),
        current: Some(folder.path().to_owned()),
        ..Settings::for_paths([folder.join("a.json"), folder.join("b.json")])
    };
    let mended = mend(&settings, FixMode::Safe).expect("a run");
    assert_eq!(mended.outcome.report.summary.fixed, 2);
    folder.write("b.json", "{}");
    let error = mended.write().expect_err("refused");
    assert_eq!(error.name, "b.json");
    assert_eq!((folder.read("a.json").as_str(), folder.read("b.json").as_str()), (MISTYPED, "{}"));
}

#[test]
fn a_fix_makes_no_duplicate_key() {
    let folder = Folder::new();
    let text =
        r#"{"type": "avatar", "avatar_id": "8f027b07", "script": "Hi", "resolutoin": "720p", "resolutiom": "1080p"}"#;
    folder.write("a.json", text);
    let ran = folder.call_words(&["--fix", "--format", "json", "--endpoint", "POST /v3/videos", "a.json"]);
    assert!(!ran.findings().iter().any(|found| found.ends_with("duplicate-key")), "{:?}", ran.findings());
    let fixed: Value = serde_json::from_str(&folder.read("a.json")).expect("JSON");
    assert!(fixed["resolution"].is_string(), "{fixed}");
}

#[test]
fn unselected_rules_still_guard_fixes() {
    let folder = Folder::new();
    let text =
        r#"{"type": "avatar", "avatar_id": "8f027b07", "script": "Hi", "resolutoin": "720p", "resolutiom": "1080p"}"#;
    folder.write("a.json", text);
    let select = ["--fix", "--select", "request/unknown-field", "--endpoint", "POST /v3/videos", "a.json"];
    folder.call_words(&select);
    folder.call_words(&["--select", "request/duplicate-key", "--endpoint", "POST /v3/videos", "a.json"]).gives(0);
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_mended_once() {
    let folder = Folder::new();
    folder.write("a.json", MISTYPED);
    std::os::unix::fs::symlink("a.json", folder.join("b.json")).expect("a link");
    folder.call_words(&["--fix", "--endpoint", "POST /v3/videos", "a.json", "b.json"]);
    assert_eq!(folder.read("a.json"), MISTYPED.replace("resolutoin", "resolution"));
    folder.call_words(&["--endpoint", "POST /v3/videos", "a.json", "b.json"]).gives(0);
}

/// Whenever the run is killed, every file has its old or its new content.
#[test]
fn nothing_is_lost_when_it_is_interrupted() {
    use std::process::{Command, Stdio};
    let after = MISTYPED.replace("resolutoin", "resolution");
    for pause in [0, 5, 10, 20, 40, 80, 160] {
        let folder = Folder::new();
        let names: Vec<String> = (0..200).map(|at| format!("{at}.json")).collect();
        names.iter().for_each(|name| _ = folder.write(name, MISTYPED));
        let mut child = Command::new(env!("CARGO_BIN_EXE_heylint"))
            .args(["--fix", "--endpoint", "POST /v3/videos", "."])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("heylint starts");
        std::thread::sleep(std::time::Duration::from_millis(pause));
        child.kill().expect("killed");
        child.wait().expect("ended");
        for name in &names {
            let text = folder.read(name);
            assert!(text == MISTYPED || text == after, "{name} is {text}");
        }
        folder.call_words(&["--fix", "--endpoint", "POST /v3/videos", "."]).gives(0);
        assert!(names.iter().all(|name| folder.read(name) == after));
    }
}

/// The lines and the byte order mark of a JSON Lines file stay in place.
#[test]
fn manifests_are_mended_line_by_line() {
    let folder = Folder::new();
    let line = |key: &str| {
        format!(
            r#"{{"method": "POST", "path": "/v3/videos", "body": {{"type": "avatar", "avatar_id": "8f02", "script": "Hi", "{key}": "1080p"}}}}"#
        )
    };
    folder.write("a.jsonl", format!("{}\r\n\r\n{}\n{}", line("resolution"), line("resolutoin"), line("resolutiom")));
    folder.run("--fix a.jsonl").gives(0).prints("fixed 2");
    let line = line("resolution");
    assert_eq!(folder.read("a.jsonl"), format!("{line}\r\n\r\n{line}\n{line}"));
}

/// How often each `rule pointer` is found.
fn found(report: &Value) -> BTreeMap<(String, String), usize> {
    let mut found = BTreeMap::new();
    for finding in report["diagnostics"].as_array().expect("diagnostics") {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        *found.entry((text("rule"), text("pointer"))).or_default() += 1;
    }
    found
}

/// Fixes a text, and returns an error if the result is wrong.
fn apply(folder: &Folder, name: &str, option: &str, endpoint: Option<&str>) -> Result<u64, String> {
    let mut words = vec!["--now", "2026-11-22T12:00:00Z", "--format", "json"];
    words.extend(endpoint.iter().flat_map(|endpoint| ["--endpoint", endpoint]));
    words.push(name);
    let before = folder.call_words(&words).json();
    let fixable = before["diagnostics"]
        .as_array()
        .expect("diagnostics")
        .iter()
        .filter(|finding| finding["fix"]["safe"] == true || (option == "--fix-unsafe" && finding["fix"].is_object()))
        .count() as u64;
    let unread = ["request/syntax", "asset/base64-malformed"];
    let hidden = found(&before).keys().any(|(rule, _)| unread.contains(&rule.as_str()));
    words.insert(0, option);
    let after = folder.call_words(&words).json();
    let fixed = after["summary"]["fixed"].as_u64().expect("a count");
    if fixed != fixable {
        return Err(format!("{fixable} fixes were announced, {fixed} were applied, of {before:#}"));
    }
    words.remove(0);
    let again = folder.call_words(&words).json();
    if found(&again) != found(&after) {
        return Err(format!("reported {after:#} but a new check finds {again:#}"));
    }
    // A fix may reveal a fault in text that could not be read, or in a renamed field.
    let (earlier, later) = (found(&before), found(&after));
    let new: Vec<_> = later.iter().filter(|(key, many)| **many > earlier.get(*key).copied().unwrap_or(0)).collect();
    if !new.is_empty() && !hidden {
        return Err(format!("new is {new:?} in {after:#}"));
    }
    Ok(fixed)
}

#[test]
fn fixes_improve_the_examples_of_all_pages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let (mut wrong, mut fixed) = (Vec::new(), 0);
    for path in page::list(&root) {
        let page = page::read(&root, &path);
        for block in page.blocks.iter().filter(|block| block.word(0) == "json" && block.word(1) == "bad") {
            for option in ["--fix", "--fix-unsafe"] {
                let folder = Folder::new();
                for files in page.blocks.iter().filter(|block| block.word(0) == "files") {
                    recipe::write(folder.path(), &files.text);
                }
                folder.write("request.json", recipe::fill(&block.text));
                let words: Vec<_> =
                    block.info.split_whitespace().skip(2).filter(|word| !word.starts_with("--")).collect();
                let endpoint = (!words.is_empty()).then(|| words.join(" "));
                match apply(&folder, "request.json", option, endpoint.as_deref()) {
                    Ok(many) => fixed += many,
                    Err(message) => wrong.push(format!("{} line {} {option}: {message}", page.id, block.line)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fixed > 30, "only {fixed}");
}

#[test]
fn fixes_improve_the_faulty_requests() {
    let Some(corpus) = common::corpus() else { return };
    let table = std::fs::read_to_string(corpus.join("requests/faulty.csv")).expect("the table");
    let mut endpoints: BTreeMap<String, String> = BTreeMap::new();
    let mut rows = table.lines();
    let heading: Vec<&str> = rows.next().expect("a heading").split(',').collect();
    let at = |name: &str| heading.iter().position(|column| *column == name).expect("a column");
    let (file, method, endpoint) = (at("file"), at("method"), at("endpoint"));
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        if let (Some(file), Some(method), Some(endpoint)) = (cells.get(file), cells.get(method), cells.get(endpoint)) {
            endpoints.insert((*file).to_owned(), format!("{method} {endpoint}"));
        }
    }
    let (mut wrong, mut fixed, mut all) = (Vec::new(), 0, 0);
    for (file, endpoint) in &endpoints {
        let Ok(bytes) = std::fs::read(corpus.join("requests/faulty").join(file)) else { continue };
        all += 1;
        for option in ["--fix", "--fix-unsafe"] {
            let folder = Folder::new();
            folder.write(file, &bytes);
            match apply(&folder, file, option, Some(endpoint)) {
                Ok(many) => fixed += many,
                Err(message) => wrong.push(format!("{file} {option}: {message}")),
            }
        }
    }
    println!("{all} requests, {fixed} fixes");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(fixed > 50, "only {fixed}");
}

/// Runs check, `--diff` and `--fix` on a text for `POST /v3/videos`, asserts that all count `fixes`, and returns the
/// fixed text.
fn mended(text: &str, fixes: u64) -> String {
    let folder = Folder::new();
    folder.write("a.json", text);
    let words = |option: &'static str| -> Vec<&'static str> {
        let words = ["--endpoint", "POST /v3/videos", "a.json"];
        std::iter::once(option).filter(|option| !option.is_empty()).chain(words).collect()
    };
    let shown = folder.call_words(&words(""));
    let diff = folder.call_words(&words("--diff"));
    if fixes > 0 {
        shown.prints(&format!("{fixes} can be fixed with --fix"));
    } else {
        assert!(!shown.out.contains("can be fixed with --fix\n"), "{}", shown.out);
    }
    let noun = if fixes == 1 { "finding" } else { "findings" };
    assert!(diff.err.contains(&format!("{fixes} {noun} would be fixed")), "{}", diff.err);
    let done = folder.call_words(&words("--fix"));
    assert_eq!(diff.err.contains("other findings stay"), done.status == 1, "{}\n{}", diff.err, done.out);
    assert_eq!(done.err.lines().filter(|line| line.starts_with("fixed: ")).count() as u64, fixes, "{}", done.err);
    if fixes > 0 {
        done.prints(&format!("fixed {fixes}"));
    }
    folder.read("a.json")
}

fn avatar(fields: &str) -> String {
    format!(r#"{{"type": "avatar", "avatar_id": "8f027b074c8843cb", "script": "Hi"{fields}}}"#)
}

#[test]
fn check_diff_and_fix_agree() {
    for (fields, fixes, outcome) in [
        // A dimension with a ratio that agrees, and with one that does not.
        (
            r#", "ratio": "16:9", "dimension": {"width": 1920, "height": 1080}"#,
            2,
            r#", "aspect_ratio": "16:9", "resolution": "1080p""#,
        ),
        (
            r#", "dimension": {"width": 1920, "height": 1080}, "ratio": "16:9""#,
            2,
            r#", "resolution": "1080p", "aspect_ratio": "16:9""#,
        ),
        (
            r#", "dimension": {"width": 1920, "height": 1080}, "ratio": "9:16""#,
            1,
            r#", "dimension": {"width": 1920, "height": 1080}, "aspect_ratio": "9:16""#,
        ),
        (
            r#", "dimension": {"width": 1920, "height": 1080}, "quality": "1080p""#,
            2,
            r#", "aspect_ratio": "16:9", "resolution": "1080p""#,
        ),
        (
            r#", "aspect_ratio": "16:9", "resolution": "720p", "dimension": {"width": 1280, "height": 720}"#,
            1,
            r#", "aspect_ratio": "16:9", "resolution": "720p""#,
        ),
        // Two names for one field.
        (r#", "resolutoin": "720p", "resolutiom": "1080p""#, 1, r#", "resolution": "720p", "resolutiom": "1080p""#),
        (r#", "resolution": "720p", "quality": "1080p""#, 0, r#", "resolution": "720p", "quality": "1080p""#),
        // Numbers in the notation of other languages.
        (r#", "voice_settings": {"pitch": .5}"#, 1, r#", "voice_settings": {"pitch": 0.5}"#),
        (r#", "voice_settings": {"pitch": -.5}"#, 1, r#", "voice_settings": {"pitch": -0.5}"#),
        (r#", "voice_settings": {"speed": 1.}"#, 1, r#", "voice_settings": {"speed": 1.0}"#),
        (r#", "voice_settings": {"speed": +1}"#, 1, r#", "voice_settings": {"speed": 1}"#),
        (r#", "voice_settings": {"speed": 01}"#, 0, r#", "voice_settings": {"speed": 01}"#),
        // A field that belongs into an object.
        (r#", "speed": 1.2"#, 1, r#", "voice_settings": {"speed": 1.2}"#),
        (r#", "speed": 1.2, "pitch": 3"#, 2, r#", "voice_settings": {"pitch": 3, "speed": 1.2}"#),
        (r#", "pitch": .5, "speed": 1.2"#, 3, r#", "voice_settings": {"speed": 1.2, "pitch": 0.5}"#),
        (
            r#", "speed": 1.2, "voice_settings": {"locale": "en-US"}"#,
            1,
            r#", "voice_settings": {"speed": 1.2, "locale": "en-US"}"#,
        ),
        (r#", "voice_settings": {}, "speed": 1.2"#, 1, r#", "voice_settings": {"speed": 1.2}"#),
        (
            r#", "voice_settings": {"speed": 1.1}, "speed": 1.2"#,
            0,
            r#", "voice_settings": {"speed": 1.1}, "speed": 1.2"#,
        ),
        (r#", "speed": "fast""#, 0, r#", "speed": "fast""#),
        // A field that was in a separate object.
        (r#", "voice": {"voice_id": "1bd001e7"}"#, 1, r#", "voice_id": "1bd001e7""#),
        (
            r#", "voice": {"type": "text", "voice_id": "1bd001e7", "speed": 1.1, "pitch": 2}"#,
            1,
            r#", "voice_id": "1bd001e7", "voice_settings": {"speed": 1.1, "pitch": 2}"#,
        ),
        (
            r#", "voice": {"voice_id": "1bd001e7", "mood": "glad"}"#,
            0,
            r#", "voice": {"voice_id": "1bd001e7", "mood": "glad"}"#,
        ),
        (
            r#", "voice_id": "2ce", "voice": {"voice_id": "1bd001e7"}"#,
            0,
            r#", "voice_id": "2ce", "voice": {"voice_id": "1bd001e7"}"#,
        ),
        (r#", "engine": "avatar_4""#, 1, r#", "engine": {"type": "avatar_iv"}"#),
        // A fault that appears only under the new name waits for the next run.
        (r#", "voiceSettings": {"Speed": 1.2}"#, 1, r#", "voice_settings": {"Speed": 1.2}"#),
        (r#", "voice_settings": {"Speed": 1.2}"#, 1, r#", "voice_settings": {"speed": 1.2}"#),
    ] {
        assert_eq!(mended(&avatar(fields), fixes), avatar(outcome), "{fields}");
    }
}

#[test]
fn each_applied_fix_is_listed_with_its_fields() {
    let folder = Folder::new();
    folder.write("a.json", avatar(r#", "dimension": {"width": 1920, "height": 1080}, "capton": {}"#));
    let ran = folder.call_words(&["--fix", "--endpoint", "POST /v3/videos", "a.json"]);
    assert!(ran.err.contains("fixed: a.json:1:69 dimension → aspect_ratio, resolution\n"), "{}", ran.err);
    assert!(ran.err.contains(" capton → caption\n"), "{}", ran.err);
}

#[test]
fn two_files_that_want_one_name_are_counted_as_one() {
    let folder = Folder::project();
    recipe::write(folder.path(), "you.jpg = png 640x640\nyou.jpeg = png 320x320");
    folder.run(NOW).gives(1).prints("1 can be fixed with --fix");
    folder.run(&format!("{NOW} --fix")).gives(1).prints("fixed 1");
}
