//! Tests of the command line: every command, every flag, every exit status.

use crate::common;
use crate::run;
use common::recipe;
use run::{Folder, Ran};

const GOOD: &str =
    r#"{"type": "image", "image": {"type": "url", "url": "presenter.png"}, "script": "Hello there", "voice_id": "v1"}"#;

fn png() -> Vec<u8> {
    recipe::bytes("png 640x640")
}

/// A folder with a request, its picture, and a sound file.
fn project() -> Folder {
    let folder = Folder::project();
    folder.write("drafts/a.json", GOOD).write("drafts/presenter.png", png());
    folder.write("talk.wav", recipe::bytes("wav 16000Hz 16bit 1s"));
    folder
}

/// The same, with a wrong extension on the picture, which is an error.
fn faulty() -> Folder {
    let folder = Folder::new();
    folder.write("drafts/a.json", GOOD.replace("presenter.png", "presenter.jpg")).write("drafts/presenter.jpg", png());
    folder
}

// ---- exit status ------------------------------------------------------------------------------------------------------

#[test]
fn no_findings_exit_with_0() {
    project().run("").gives(0).prints("1 request and 2 media files").prints_not("error");
}

#[test]
fn findings_exit_with_1() {
    faulty().run("").gives(1).prints("error[file/extension-mismatch]").prints("drafts/presenter.jpg");
}

#[test]
fn fail_on_moves_the_threshold() {
    let folder = faulty();
    folder.run("--fail-on never").gives(0).prints("error[");
    folder.run("--fail-on hint").gives(1);
    folder.write("heylint.toml", "severity.'file/extension-mismatch' = 'hint'").run("").gives(0).prints("hint[");
    folder.run("--fail-on warning").gives(0);
    folder.run("--fail-on hint").gives(1);
    folder.write("heylint.toml", "fail-on = 'never'").run("").gives(0).prints("error[");
}

#[test]
fn a_missing_file_exits_with_2_and_the_report_is_complete() {
    let ran = faulty().run("drafts drafts/presentr.jpg --format json").gives(2);
    assert_eq!(ran.findings(), ["drafts/presenter.jpg file/extension-mismatch", "drafts/presentr.jpg lint/unreadable"]);
    let report = ran.json();
    assert_eq!(report["summary"]["unchecked"], 1);
    assert_eq!(report["diagnostics"][1]["help"], "did you mean `drafts/presenter.jpg`?");
}

#[test]
fn nothing_to_check() {
    let folder = Folder::new();
    folder.run("").gives(2).says("nothing to check: no media file and no JSON was found");
    folder.write("package.json", r#"{"name": "x", "version": "1.0.0"}"#);
    folder.run("").gives(2).says("the only file found contains no request");
    folder.write("tsconfig.json", "{}");
    folder.run("").gives(2).says("none of the 2 files");
    folder.run("package.json").gives(1).prints("request/unknown-endpoint");
}

#[test]
fn everything_is_excluded() {
    let folder = project();
    folder.write("heylint.toml", "exclude = ['drafts/', '*.wav']");
    folder.run("").gives(0).says("note: nothing to check: the configuration excludes everything that you named");
    folder.run("talk.wav drafts/a.json").gives(0).says("nothing to check");
    folder.run("--quiet talk.wav").gives(0);
    folder.run("talk.wav drafts/a.json --isolated").gives(0).prints("1 request and 2 media files");
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = project();
    for (words, expected) in [
        ("--format jsn", "a similar value exists: 'json'"),
        ("--use foto", "a similar value exists: 'photo'"),
        ("--fail-on eror", "a similar value exists: 'error'"),
        ("--depth ful", "a similar value exists: 'full'"),
        ("--select script/to-long", "did you mean `script/too-long`?"),
        ("--ignore lint/unreadable", "cannot be ignored"),
        ("--output report.json", "for example sarif=heylint.sarif"),
        ("--output jsn=x", "did you mean `json`?"),
        ("--endpoint /v3/video", "/v3/videos`?"),
        ("--now yesterday", "expected a time such as"),
        ("--jobs 0", "expected a number of at least 1"),
        ("suppress a.json script --reason=", "say why the finding is accepted"),
        ("suppress a.json script --reason x --until 2027-02-30", "expected a date such as 2027-01-31"),
        ("--config none.toml", "none.toml: error: there is no such file or folder"),
        ("--config x --isolated", "cannot be used with"),
        ("--stdin-filename a.json drafts", "add `-`"),
        ("--files-from none.txt", "--files-from none.txt: there is no such file"),
        ("--formt json", "a similar argument exists: '--format'"),
        ("explain", "required"),
        ("explain scrpt/too-long", "did you mean `script/too-long`?"),
        ("explain file", "with one of file/corrupt"),
        ("probe", "required"),
        ("schema", "report"),
        ("limits --format xml", "possible values"),
    ] {
        let ran = folder.run(words).gives(2).says(expected);
        assert!(ran.out.is_empty(), "{words}: standard output carries only reports: {}", ran.out);
    }
}

#[test]
fn a_configuration_that_cannot_be_used() {
    let folder = project();
    folder.write("drafts/heylint.toml", "exlude = []\nfail-on = 'eror'");
    let ran = folder.run("").gives(2);
    assert!(ran.out.is_empty());
    ran.says("drafts/heylint.toml:1:1: error: `exlude` is not a key of the configuration; did you mean `exclude`?")
        .says("drafts/heylint.toml:2:12: error: `eror` is not one of");
    folder.run("--isolated").gives(0);
    folder.run("talk.wav").gives(0);
}

// ---- what is checked
// ---------------------------------------------------------------------------------------------------

#[test]
fn check_is_the_default_command() {
    let folder = faulty();
    let plain = folder.run("drafts").gives(1);
    assert_eq!(strip_time(&plain.out), strip_time(&folder.run("check drafts").gives(1).out));
    assert_eq!(strip_time(&plain.out), strip_time(&folder.run("--color never check drafts").gives(1).out));
}

fn strip_time(text: &str) -> String {
    text.lines().filter(|line| !line.contains(" ms: ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_thread_and_many_give_the_same_bytes() {
    let folder = Folder::project();
    for at in 0..60 {
        folder.write(&format!("{}/{at}.png", at % 7), &png()[..40 + at]);
        folder.write(&format!("{}/{at}.json", at % 7), GOOD.replace("presenter", &format!("{}", (at + 7) % 60)));
    }
    let one = folder.run("--jobs 1 --format json").gives(1);
    for jobs in [2, 8] {
        assert_eq!(one.out, folder.run(&format!("--jobs {jobs} --format json")).gives(1).out);
    }
    assert_eq!(one.out, folder.run("--format json . 3 0/0.png ./5/").gives(1).out, "named twice is looked at once");
}

#[test]
fn a_file_is_probed_for_every_place_that_uses_it() {
    let folder = Folder::new();
    folder.write("p.png", recipe::bytes("png 300x300"));
    folder.write("a.json", GOOD.replace("presenter", "p"));
    folder.write("b.json", GOOD.replace("presenter", "p"));
    folder.write("c.json", r#"{"type": "photo", "name": "Me", "file": {"type": "url", "url": "./p.png"}}"#);
    let ran = folder.run("--format json").gives(0);
    assert_eq!(ran.findings(), ["p.png image/dimensions-too-small"], "as an image it is large enough");
    let related = ran.json()["diagnostics"][0]["related"].clone();
    assert_eq!(related.as_array().map(Vec::len), Some(1), "{related}");
    assert_eq!(related[0]["file"], "c.json");
    assert_eq!(related[0]["message"], "used here as a photo");
    assert_eq!(related[0]["start"]["line"], 1);
    // A fault of the file is one finding, however many requests refer to it.
    folder.write("p.png", "no picture at all");
    let ran = folder.run("--format json").gives(1);
    assert_eq!(ran.findings().len(), 2, "one for each kind of use: {:?}", ran.findings());
    let used: usize = ran.json()["diagnostics"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["related"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!(used, 3);
}

#[test]
fn a_missing_file_is_reported_where_it_is_named() {
    let folder = project();
    folder.write("drafts/b.json", GOOD.replace("presenter.png", "../nowhere/presenter.png"));
    let ran = folder.run("drafts/b.json --format json").gives(1);
    let finding = ran.json()["diagnostics"][0].clone();
    assert_eq!(
        (finding["rule"].as_str(), finding["pointer"].as_str()),
        (Some("asset/missing-file"), Some("/image/url"))
    );
    folder.write("drafts/b.json", GOOD.replace("presenter", "presentr"));
    folder.run("drafts/b.json").gives(1).prints("did you mean “presenter.png”?");
    // A path is not a URL.
    folder.write("drafts/ü ñ.png", recipe::bytes("png 640x640"));
    let escaped = GOOD.replace("presenter.png", "../drafts/%C3%BC%20%C3%B1.png");
    folder.write("drafts/b.json", escaped).run("drafts/b.json").gives(1).prints("did you mean “../drafts/ü ñ.png”?");
    let windows = GOOD.replace("presenter.png", r"..\\drafts\\presenter.png");
    folder.write("drafts/b.json", windows).run("drafts/b.json").gives(0).prints("1 media file");
}

#[test]
fn base64_is_checked_in_place() {
    let folder = Folder::new();
    let request = |data: &[u8], media_type: &str| {
        let data = recipe::base64(data);
        let asset = format!(r#"{{"type": "base64", "media_type": "{media_type}", "data": "{data}"}}"#);
        format!(r#"{{"type": "image", "image": {asset}, "script": "Hello there", "voice_id": "v1"}}"#)
    };
    folder.write("a.json", request(&png(), "image/png")).run("a.json").gives(0);
    let ran = folder.write("a.json", request(&png(), "image/jpeg")).run("a.json --format json").gives(0);
    assert_eq!(ran.findings(), ["a.json asset/media-type-mismatch"]);
    assert_eq!(ran.json()["diagnostics"][0]["pointer"], "/image/media_type");
    let ran = folder.write("a.json", request(&png()[..60], "image/png")).run("a.json --format json").gives(1);
    assert_eq!(ran.findings(), ["a.json file/corrupt"]);
    assert_eq!(ran.json()["diagnostics"][0]["pointer"], "/image/data");
}

#[test]
fn mapped_urls_and_ids_are_checked_locally() {
    let folder = project();
    let remote =
        |asset: &str| format!(r#"{{"type": "image", "image": {asset}, "script": "Hello there", "voice_id": "v1"}}"#);
    folder.write("remote/a.json", remote(r#"{"type": "url", "url": "https://cdn.example.com/p/tiny.png"}"#));
    folder.write("remote/b.json", remote(r#"{"type": "asset_id", "asset_id": "a1"}"#));
    folder.run("remote").gives(0).prints("2 requests");
    folder.write("pictures/tiny.png", &png()[..50]);
    folder.write(
        "heylint.toml",
        "[[map]]\nurl = 'https://cdn.example.com/p/'\npath = 'pictures'\n[[map]]\nasset-id = 'a1'\npath = 'gone.png'",
    );
    let ran = folder.run("remote --format json").gives(1);
    assert_eq!(ran.findings(), ["pictures/tiny.png file/corrupt", "remote/b.json asset/missing-file"]);
}

#[test]
fn manifests_have_records() {
    let folder = project();
    let bad = GOOD.replace("presenter", "gone");
    folder.write("drafts/jobs.jsonl", format!("{GOOD}\n\n{bad}\n"));
    folder.write("drafts/jobs.json", format!("[{GOOD},\n{GOOD},\n{bad}]"));
    let ran = folder.run("drafts --format json --ignore manifest").gives(1);
    let places: Vec<_> = ran.json()["diagnostics"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            format!("{} {} {} {}", finding["file"], finding["record"], finding["pointer"], finding["start"]["line"])
        })
        .collect();
    assert_eq!(places, [r#""drafts/jobs.json" 2 "/image/url" 3"#, r#""drafts/jobs.jsonl" 1 "/image/url" 3"#]);
    assert_eq!(ran.json()["summary"]["requests"], 6);
}

#[test]
fn a_walk_respects_ignore_files() {
    let folder = project();
    folder.write(".hidden/x.png", "x").write("ignored/x.png", "x").write(".gitignore", "ignored/\n");
    folder.write("notes.txt", "x").write("icon.svg", "x").write("x.zip", "x").write("main.ts", "let x = 1");
    folder.run("").gives(0).prints("1 request and 2 media files");
    folder.run("ignored/x.png").gives(1).prints("file/unsupported-format");
    folder.run("notes.txt").gives(1).prints("file/unsupported-format");
    folder.write("x.webp", b"RIFF\x24\0\0\0WEBPVP8 ");
    folder.run("").gives(1).prints("x.webp");
}

#[test]
fn the_use_of_unreferenced_media() {
    let folder = Folder::new();
    folder.write("me.png", recipe::bytes("png 300x300"));
    folder.run("").gives(0).prints("1 media file");
    folder.run("--use photo").gives(0).prints("warning[image/dimensions-too-small]");
    folder.run("--use speech").gives(1).prints("file/unsupported-format");
    folder
        .write("heylint.toml", "[[media]]\nfiles = 'me.*'\nuse = 'photo'")
        .run("")
        .prints("image/dimensions-too-small");
    folder.run("--use image").gives(0).prints_not("image/dimensions-too-small");
}

#[test]
fn endpoints_by_flag_and_by_configuration() {
    let folder = Folder::new();
    folder.write("body.json", r#"{"text": "Hello there", "voice_id": "v1", "speed": 3}"#);
    folder.run("--endpoint /v3/voices/speech").gives(1).prints("speed is 3");
    folder.run("body.json --endpoint https://api.heygen.com/v3/voices/speech").gives(1).prints("speed is 3");
    folder.write("heylint.toml", "[[requests]]\nfiles = 'body.json'\nendpoint = 'POST /v3/voices/speech'");
    folder.run("").gives(1).prints("speed is 3");
    folder.write("other.body", r#"{"text": "Hello there", "voice_id": "v1", "speed": 3}"#);
    folder.write("heylint.toml", "[[requests]]\nfiles = '*.body'\nendpoint = 'POST /v3/voices/speech'");
    folder.run("").gives(1).prints("other.body");
}

#[test]
fn standard_input() {
    let folder = project();
    folder.run_with_input("-", GOOD.as_bytes()).gives(1).prints("<stdin>:1:").prints("asset/missing-file");
    folder.run_with_input("--stdin-filename drafts/new.json -", GOOD.as_bytes()).gives(0).prints("1 media file");
    folder.run_with_input("-", &png()).gives(0).prints("1 media file");
    folder.run_with_input("- --stdin-filename a.jpg", &png()).gives(1).prints("file/extension-mismatch");
    folder.run_with_input("- --stdin-filename a.jsonl", format!("{GOOD}\n{GOOD}\n").as_bytes()).gives(1);
    folder.run_with_input("-", b"").gives(1).prints("file/empty");
    // With an endpoint the text is a body, even if it is half-typed or wrong.
    for (body, found) in [("[", "request/syntax"), ("null", "request/wrong-type"), ("// c\n{}", "request/syntax")] {
        folder.run_with_input("--endpoint /v3/videos -", body.as_bytes()).gives(1).prints(found);
    }
    folder.run_with_input("--endpoint /v3/videos -", &png()).gives(0).prints("1 media file");
    let long = vec![b' '; (64 << 20) + 2];
    folder.run_with_input("-", &long).gives(1).prints("file/unsupported-format");
    folder.run_with_input("--files-from -", &long).gives(2).says("standard input has more than 64 MiB");
}

#[test]
fn lists_of_files() {
    let folder = project();
    folder.write("list.txt", "drafts/a.json\r\n\ntalk.wav\n");
    folder.run("--files-from list.txt").gives(0).prints("1 request and 2 media files");
    folder.run_with_input("--files-from -", b"talk.wav\0").gives(0).prints("1 media file");
    folder.run_with_input("--files-from - -", b"talk.wav\0").gives(2).says("cannot be both");
    folder.run_with_input("--files-from -", b"").gives(2).says("nothing to check");
    folder.run_with_input("--files-from -", b"gone.png\n").gives(2).prints("lint/unreadable");
}

#[test]
fn ready_drafts_have_no_local_path() {
    project().run("--ready").gives(1).prints("asset/local-path");
}

#[test]
fn depth_limits_how_much_is_read() {
    let folder = Folder::project();
    let mut broken = png();
    let at = broken.len() / 2;
    broken[at] ^= 0xff;
    folder.write("p.png", broken);
    folder.run("--depth header").gives(0);
    folder.run("--depth full").gives(1).prints("file/corrupt");
    folder.run("--depth decode").gives(1).prints("file/corrupt");
}

// ---- rules and suppressions -------------------------------------------------------------------------------------------

#[test]
fn select_and_ignore() {
    let folder = faulty();
    folder.run("--ignore file").gives(0).prints_not("error[");
    folder.run("--ignore file/corrupt,file/extension-mismatch").gives(0);
    folder.run("--select video").gives(0);
    folder.run("--select file/extension-mismatch --ignore file").gives(1);
    folder.write("heylint.toml", "ignore = ['file']").run("").gives(0);
    folder.run("--select file/extension-mismatch").gives(1);
    folder.write("heylint.toml", "severity.file = 'off'").run("").gives(0);
    folder.write("heylint.toml", "ignore = ['file/extension-mismach']").run("").gives(1).prints("lint/unknown-rule");
}

#[test]
fn suppressions() {
    let folder = faulty();
    let entry = |at: &str, rule: &str, until: &str| {
        format!("[[suppress]]\nat = '{at}'\nrules = ['{rule}']\nreason = 'known'\nuntil = '{until}'\n")
    };
    let run = |text: &str, words: &str| folder.write("heylint.toml", text).run(&format!("--now 2026-11-22 {words}"));
    let used = entry("drafts/presenter.jpg", "file/extension-mismatch", "2026-11-22");
    let ran = run(&used, "--format json").gives(0);
    assert_eq!((ran.findings().len(), ran.json()["summary"]["suppressed"].as_u64()), (0, Some(1)));

    let over = entry("drafts/presenter.jpg", "file/extension-mismatch", "2026-11-21");
    let ran = run(&over, "--format json").gives(1);
    assert_eq!(
        ran.findings(),
        ["drafts/presenter.jpg file/extension-mismatch", "heylint.toml lint/unused-suppression"]
    );
    assert!(ran.json()["diagnostics"][1]["message"].as_str().is_some_and(|message| message.contains("2026-11-21")));

    let unused = entry("drafts/a.json", "script/too-long", "2027-11-21");
    let ran = run(&unused, "--format json").gives(1);
    assert_eq!(
        ran.findings(),
        ["drafts/presenter.jpg file/extension-mismatch", "heylint.toml lint/unused-suppression"]
    );
    let start = &ran.json()["diagnostics"][1]["start"];
    assert_eq!((start["line"].as_u64(), start["column"].as_u64()), (Some(2), Some(7)));

    // A suppression is not unused if its file or its rule was not checked.
    run(&unused, "drafts/presenter.jpg").gives(1).prints_not("unused-suppression");
    run(&unused, "--select file").gives(1).prints_not("unused-suppression");
    // A suppression for a file that does not exist is unused.
    let gone = entry("drafts/gone.json#/script", "script/too-long", "2027-11-21");
    run(&gone, "drafts/presenter.jpg").gives(1).prints("drafts/gone.json#/script does not exist");
    run(&entry("drafts/*.jsonl", "script/too-long", "2027-11-21"), "").gives(1).prints_not("unused-suppression");
    // A suppression does not hide an unreadable file.
    run(&entry("gone.json", "lint/unreadable", "2027-01-01"), "gone.json").gives(2).prints("lint/unreadable");
}

#[test]
fn limits_of_the_configuration() {
    let folder = Folder::new();
    folder.write("p.png", recipe::bytes("png 640x640"));
    folder.write("heylint.toml", "[limits]\nimage.edge-refused = 600\nimage.edge-doubtful = 500");
    let ran = folder.run("--format json").gives(1);
    let limit = ran.json()["diagnostics"][0]["limit"].clone();
    assert_eq!((limit["basis"].as_str(), limit["source"].as_str()), (Some("configured"), Some("heylint.toml:2")));
    folder.run("limits").gives(0).prints("600 px").prints("configured").prints("heylint.toml:2");
    folder.run("limits --isolated").gives(0).prints("2,560 px").prints_not("configured");
    folder.run("explain image/resolution").gives(0).prints("600 px, configured in heylint.toml:2");
}

#[test]
fn configurations_nest() {
    let folder = faulty();
    folder.write("heylint.toml", "ignore = ['file']").run("").gives(0);
    folder.write("drafts/heylint.toml", "").run("").gives(1);
    folder.run("--config heylint.toml").gives(0);
    folder.run("--isolated").gives(1);
}

// ---- output -----------------------------------------------------------------------------------------------------------

#[test]
fn formats_and_outputs() {
    let folder = faulty();
    for format in ["human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"] {
        let ran = folder.run(&format!("--format {format} --output {format}=out.txt")).gives(1);
        assert!(ran.out.contains("extension-mismatch") && ran.err.is_empty(), "{format}: {ran:?}");
        assert_eq!(strip_time(&ran.out), strip_time(&folder.read("out.txt")), "{format}");
    }
    folder.run("--output json=a.json --output sarif=b.sarif --quiet").gives(1);
    assert!(folder.read("a.json").contains("\"version\"") && folder.read("b.sarif").contains("2.1.0"));
    folder.run("--output json=no/such/folder").gives(2).says("no/such/folder");
}

#[test]
fn colours_by_flag_and_environment() {
    let folder = faulty();
    let painted = |ran: Ran| ran.gives(1).out.contains('\u{1b}');
    assert!(!painted(folder.run("")));
    assert!(painted(folder.run("--color always")));
    assert!(painted(folder.call("", None, &[("CLICOLOR_FORCE", "1")])));
    assert!(!painted(folder.call("", None, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")])));
    assert!(!painted(folder.call("--color never", None, &[("CLICOLOR_FORCE", "1")])));
}

#[test]
fn quiet_is_findings_only() {
    let ran = project().run("--quiet").gives(0);
    assert!(ran.out.is_empty() && ran.err.is_empty(), "{ran:?}");
    faulty().run("--quiet").gives(1).prints_not(" ms");
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_no_fault() {
    use std::process::{Command, Stdio};
    let folder = Folder::new();
    for at in 0..400 {
        folder.write(&format!("{at}.png"), "x");
    }
    for words in [&["--format", "json"][..], &["rules"], &["explain", "file/corrupt"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_heylint"))
            .args(words)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
        assert!(output.status.code().is_some_and(|status| status < 2), "{words:?}: {:?}", output.status);
    }
}

/// `mend` once stopped at a closed pipe: it changed nothing and exited with 0.
#[test]
#[cfg(unix)]
fn a_closed_pipe_changes_neither_the_work_nor_the_exit_status() {
    use std::process::{Command, Stdio};
    let folder = Folder::new();
    let wrong = r#"{"type": "avatar", "avatarId": "a", "voice_id": "v", "script": "Hi.", "aspect_ratio": "3:1"}"#;
    folder.write("a.json", wrong).run("--format json").gives(1);
    folder.write("report", folder.run("--format json").out);
    for words in ["plan .", "plan --format json .", "merge report", "--diff .", "mend --dry-run .", "mend --yes ."] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_heylint"))
            .args(words.split_whitespace())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        drop(child.stdout.take());
        assert_eq!(child.wait().expect("ends").code(), Some(1), "{words}");
    }
    assert!(folder.read("a.json").contains(r#""avatar_id": "a""#), "{}", folder.read("a.json"));
}

// ---- the other commands -----------------------------------------------------------------------------------------------

#[test]
fn help_and_version() {
    let folder = Folder::new();
    folder.run("--version").gives(0).prints(&format!("heylint {}", env!("CARGO_PKG_VERSION")));
    folder.run("--help").gives(0).prints("Commands:").prints("Exit status:").prints("explain");
    folder.run("check --help").gives(0).prints("--stdin-filename").prints_not("--now");
    folder.run("x.png --help").gives(0).prints("--stdin-filename");
    folder.run("porbe").gives(2).prints("there is no such file").says("there is a command `heylint probe`");
}

#[test]
fn probe_shows_the_facts() {
    let folder = project();
    folder.write("cut.png", &png()[..60]);
    let ran = folder.run("probe drafts/presenter.png talk.wav cut.png").gives(0);
    ran.prints("drafts/presenter.png\n  format     PNG\n")
        .prints("640×640")
        .prints("duration   1 s")
        .prints("  corrupt ");
    let ran = folder.run("probe --format json talk.wav cut.png").gives(0);
    let report = ran.json();
    assert_eq!((report["version"].as_u64(), report["files"][0]["format"].as_str()), (Some(1), Some("wav")));
    assert_eq!(report["files"][1]["faults"][0]["damage"], "corrupt");
    let ran = folder.run("probe --format jsonl talk.wav gone.wav").gives(2).says("gone.wav: there is no such file");
    let lines: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[1]["error"].is_string());
    folder.run("probe drafts").gives(2).says("is a folder");
}

#[test]
fn explain_shows_the_page() {
    let folder = Folder::new();
    let ran = folder.run("explain script/too-long").gives(0);
    ran.prints("script/too-long: ")
        .prints("5,000 code points")
        .prints("Why\n")
        .prints_not("{script.max}")
        .prints_not("##");
    folder.run("explain script/too-long --color always").gives(0).prints("\u{1b}[1m");
    let ran = folder.run("explain script/too-long --format markdown").gives(0);
    ran.prints("# script/too-long\n").prints("## Why").prints("* `script.max`: 5,000 code points, documented in ");
    let report = folder.run("explain script/too-long --format json").gives(0).json();
    assert_eq!(report["id"], "script/too-long");
    assert!(report["limits"].as_array().is_some_and(|limits| limits.iter().any(|limit| limit["name"] == "script.max")));
    assert!(report["text"].as_str().is_some_and(|text| text.contains("5,000 code points")));
    for rule in heylint::rule::ALL {
        folder.run(&format!("explain {}", rule.id)).gives(0).prints(rule.summary);
    }
}

#[test]
fn rules_and_limits_are_listed() {
    let folder = Folder::new();
    let ran = folder.run("rules").gives(0);
    assert_eq!(ran.out.lines().count(), heylint::rule::ALL.len() + 1);
    let report = folder.run("rules --format json").gives(0).json();
    assert_eq!(report["rules"].as_array().map(Vec::len), Some(heylint::rule::ALL.len()));
    let ran = folder.run("limits").gives(0).prints("script.max").prints("documented").prints(" 1 fps ");
    assert_eq!(ran.out.lines().count(), heylint::profile::default().limits.len() + 3);
    let report = folder.run("limits --format json").gives(0).json();
    assert_eq!(report["profile"]["name"], heylint::profile::default().name);
    let limits = report["limits"].as_array().expect("limits");
    assert!(
        limits.iter().any(|limit| limit["name"] == "script.max" && limit["value"] == 5000 && limit["url"].is_string())
    );
}

#[test]
fn schemas_are_schemas() {
    let folder = Folder::new();
    for words in ["schema report", "schema config"] {
        let schema = folder.run(words).gives(0).json();
        jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{words}: {error}"));
    }
    let list = folder.run("schema request --list").gives(0);
    let mut ids = std::collections::BTreeSet::new();
    assert!(list.out.lines().any(|line| line == "POST /v3/videos"), "{list:?}");
    for endpoint in list.out.lines() {
        // The path alone means its writing method.
        let path = endpoint.rsplit(' ').next().expect("a path");
        let schema = folder.run(&format!("schema request {path}")).gives(0).json();
        jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{endpoint}: {error}"));
        assert!(schema["$id"].as_str().is_some_and(|id| ids.insert(id.to_owned())), "{endpoint}: {}", schema["$id"]);
    }
    folder.run("schema request /v3/vidoes").gives(2).says("did you mean");
    folder.run("schema request").gives(2).says("<ENDPOINT>");
    folder.run("schema request /v2/video/generate").gives(2).says("heylint schema request 'POST /v3/videos'");
    let report: serde_json::Value = faulty().run("--format json").gives(1).json();
    let schema = folder.run("schema report").json();
    assert!(jsonschema::validator_for(&schema).expect("a schema").is_valid(&report));
}
