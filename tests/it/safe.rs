//! Nothing is lost, overwritten or disclosed, whatever the project contains and whoever else writes to it.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use heylint::config::ConfigOrigin;
use heylint::request::endpoint::Certainty;
use heylint::{Linter, Settings};

use crate::common::recipe;
use crate::run::Folder;

const NOW: &str = "--now 2026-11-22T12:00:00Z";

fn draft(path: &str) -> String {
    format!(
        r#"{{"type": "image", "image": {{"type": "url", "url": "{path}"}}, "voice_id": "1bd001e7", "script": "Hi"}}"#
    )
}

fn heylint(folder: &Folder, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
    command.args(words.split_whitespace()).current_dir(folder.path()).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A folder that is not a repository, so that only the named files are the project.
fn bare() -> Folder {
    let folder = Folder::new();
    fs::remove_dir(folder.join(".git")).expect("removed");
    folder
}

#[test]
fn an_edit_while_files_are_written_is_kept() {
    let text = draft("me.png").replace("voice_id", "voice_ic");
    for _ in 0..5 {
        let folder = Folder::new();
        recipe::write(folder.path(), "me.png = png 640x640");
        (0..400).for_each(|at| _ = folder.write(&format!("{at:03}.json"), &text));
        let mut child = heylint(&folder, &format!("--fix {NOW} --endpoint POST@/v3/videos .").replace('@', " "))
            .spawn()
            .expect("heylint starts");
        // While the first text is written, another program saves the last one.
        let started = Instant::now();
        let is_temporary = |entry: fs::DirEntry| entry.file_name().to_string_lossy().ends_with(".tmp");
        while !folder.path().read_dir().expect("a folder").flatten().any(is_temporary) {
            if started.elapsed() > Duration::from_secs(20) || child.try_wait().expect("asked").is_some() {
                break;
            }
        }
        let mine = text.replace("Hi", "Mine");
        folder.write("399.json", &mine);
        child.wait().expect("ended");
        assert!(folder.read("399.json").contains("Mine"), "the edit is lost");
    }
}

#[test]
fn runs_at_the_same_time_leave_no_dangling_reference() {
    let folder = Folder::new();
    for at in 0..30 {
        recipe::write(folder.path(), &format!("assets/{at}.jpg = png 640x640"));
        folder.write(&format!("drafts/{at}.json"), draft(&format!("../assets/{at}.jpg")));
    }
    let start = |_| heylint(&folder, &format!("--fix {NOW}")).spawn().expect("heylint starts");
    let mut children: Vec<_> = (0..6).map(start).collect();
    let ends: Vec<_> = children.iter_mut().map(|child| child.wait().expect("ended").code()).collect();
    assert_eq!(ends, [Some(0); 6]);
    folder.run(NOW).gives(0).prints("all good");
}

#[test]
fn a_run_that_was_killed_is_finished_by_the_next() {
    let make = || {
        let folder = Folder::new();
        for at in 0..40 {
            recipe::write(folder.path(), &format!("assets/{at}.jpg = png 640x640"));
            folder.write(&format!("drafts/{at}.json"), draft(&format!("../assets/{at}.jpg")));
        }
        folder
    };
    let names = |folder: &Folder| -> Vec<String> {
        let list = |name: &str| folder.join(name).read_dir().expect("a folder").flatten().collect::<Vec<_>>();
        let mut names: Vec<_> = [list("assets"), list("drafts")].concat_names();
        names.sort();
        names
    };
    let whole = make();
    let started = Instant::now();
    whole.run(&format!("--fix {NOW}")).gives(0);
    let lasts = started.elapsed();
    for part in 0..24u32 {
        let folder = make();
        let mut child = heylint(&folder, &format!("--fix {NOW}")).spawn().expect("heylint starts");
        std::thread::sleep(lasts * part / 20);
        child.kill().expect("killed");
        child.wait().expect("ended");
        folder.run(&format!("--fix {NOW}")).gives(0);
        assert_eq!(names(&folder), names(&whole), "killed after {part}/20 of the time");
    }
}

trait Names {
    fn concat_names(&self) -> Vec<String>;
}

impl Names for [Vec<fs::DirEntry>; 2] {
    fn concat_names(&self) -> Vec<String> {
        self.iter().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }
}

#[test]
fn a_file_under_both_names_is_renamed_to_the_end() {
    let folder = Folder::new();
    recipe::write(folder.path(), "a.jpg = png 640x640\nb.jpg = png 640x640");
    fs::hard_link(folder.join("a.jpg"), folder.join("a.png")).expect("linked");
    // Without hard links, a rename copies first.
    fs::copy(folder.join("b.jpg"), folder.join("b.png")).expect("copied");
    folder.write("a.json", draft("a.jpg")).write("b.json", draft("b.png")).write(".heylint-1-0.tmp", "left over");
    folder.run(&format!("--fix {NOW}")).gives(0);
    assert!(!folder.join("a.jpg").exists() && !folder.join("b.jpg").exists());
    assert!(folder.join("a.png").exists() && folder.join("b.png").exists());
    assert!(folder.read("a.json").contains("a.png"));
    assert!(!folder.join(".heylint-1-0.tmp").exists());
}

#[test]
fn extended_attributes_stay_and_hard_links_are_mentioned() {
    let folder = Folder::new();
    recipe::write(folder.path(), "me.png = png 640x640");
    folder.write("a.json", draft("me.png").replace("voice_id", "voice_ic"));
    fs::hard_link(folder.join("a.json"), folder.join("other.txt")).expect("linked");
    let file = fs::File::open(folder.join("a.json")).expect("opened");
    let set = rustix::fs::fsetxattr(&file, "user.origin", b"here", rustix::fs::XattrFlags::empty());
    folder.call_words(&["--fix", "--endpoint", "POST /v3/videos", "a.json"]).gives(0).says("2 names (hard links)");
    assert!(folder.read("a.json").contains("voice_id"));
    if set.is_err() {
        println!("skipped: the file system has no extended attributes");
        return;
    }
    let file = fs::File::open(folder.join("a.json")).expect("opened");
    let mut value = [0; 16];
    let size = rustix::fs::fgetxattr(&file, "user.origin", &mut value[..]).expect("kept");
    assert_eq!(&value[..size], b"here");
}

#[test]
fn a_report_never_overwrites_a_checked_file() {
    let folder = Folder::new();
    recipe::write(folder.path(), "me.png = png 640x640");
    folder.write("r.json", draft("me.png"));
    symlink("r.json", folder.join("link.json")).expect("a link");
    fs::hard_link(folder.join("me.png"), folder.join("second")).expect("linked");
    let picture = fs::read(folder.join("me.png")).expect("read");
    for output in ["json=r.json", "json=./r.json", "sarif=me.png", "json=link.json", "junit=second"] {
        folder.run(&format!("{NOW} --output {output} .")).gives(2).says("one of the files that were checked");
        assert_eq!(folder.read("r.json"), draft("me.png"), "{output}");
        assert_eq!(fs::read(folder.join("me.png")).expect("read"), picture, "{output}");
    }
    for _ in 0..2 {
        folder.run(&format!("{NOW} --output json=report.json .")).gives(0);
    }
}

#[test]
fn a_cache_is_not_written_through_a_link_of_the_project() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    recipe::write(folder.path(), "me.png = png 640x640");
    symlink(elsewhere.path(), folder.join("cache")).expect("a link");
    for option in ["--cache=cache", "--cache=cache/deep", "--cache=./x/../cache"] {
        folder.run(&format!("{option} me.png")).gives(2).says("symbolic link");
    }
    assert_eq!(elsewhere.path().read_dir().expect("a folder").count(), 1, "only .git");
}

#[test]
fn references_stay_inside_the_project() {
    let top = bare();
    recipe::write(top.path(), "payroll/anna.jpg = png 640x640\nproject/me.jpg = png 320x320");
    top.make("project/.git");
    symlink("../payroll", top.join("project/people")).expect("a link");
    symlink("../payroll/none.png", top.join("project/none.png")).expect("a link");
    let inside = |words: &str| top.call(&format!("check {NOW} {words}"), None, &[]);
    for path in [
        "../payroll/anna.jpg",
        "../payroll/ana.jpg",
        "../../../../../../etc/passwd.png",
        "people/anna.jpg",
        "people/bob.jpg",
        "none.png",
    ] {
        top.write("project/a.json", draft(path));
        let ran = inside("--format json project");
        let report = ran.json();
        let found: Vec<_> = ran.findings().into_iter().filter(|found| !found.contains("me.jpg")).collect();
        assert_eq!(found, ["project/a.json asset/outside-project"], "{path}");
        assert_eq!(report["summary"]["files"], 2, "{path}");
        for word in ["640", "did you mean", "there is no such"] {
            assert!(!ran.out.contains(word), "{path} discloses {word}: {}", ran.out);
        }
        inside("--fix project");
        assert!(top.join("payroll/anna.jpg").exists(), "{path}");
    }
    // Allowed: checked, but never renamed.
    top.write("project/a.json", draft("../payroll/anna.jpg"));
    top.write("project/heylint.toml", "[references]\nallow = ['../payroll']\n");
    assert!(inside("--format json project").findings().contains(&"payroll/anna.jpg file/extension-mismatch".into()));
    inside("--fix project").gives(1);
    assert!(top.join("payroll/anna.jpg").exists());
    fs::remove_file(top.join("project/heylint.toml")).expect("removed");
    inside("--allow-outside --format json project").prints("extension-mismatch");
    // Files named on the command line belong to the project.
    inside("--format json project payroll").prints("payroll/anna.jpg");
}

/// A branch chooses its links, and a command may name all that the branch changes.
#[test]
fn a_named_link_does_not_lead_out_of_the_project() {
    let top = bare();
    let secret = "{\"voice_id\": \"v\", \"text\": \"PASSWORD\", \"speed\": 1.8,}";
    recipe::write(top.path(), "elsewhere/a.png = png 641x641");
    for name in ["a.json", "a.jsonl", "a.md", "a.py", "plain", "a.csv"] {
        top.write(&format!("elsewhere/{name}"), secret);
    }
    for name in ["a.json", "a.jsonl", "a.md", "a.py", "plain", "a.csv", "a.png", "missing.json"] {
        fs::create_dir_all(top.join("project")).expect("a folder");
        symlink(top.join("elsewhere").join(name), top.join("project").join(name)).expect("a link");
    }
    symlink("../elsewhere", top.join("project/folder")).expect("a link");
    top.write("project/own.json", secret);
    symlink("own.json", top.join("project/near.json")).expect("a link");
    let run = |words: &str| top.call(&format!("check {NOW} {words}"), None, &[]);
    // Without a project, a link is the file that it leads to.
    run("project/a.json").prints("request/syntax");
    let of_config = || _ = top.write("project/heylint.toml", "");
    let of_repository = || {
        fs::remove_file(top.join("project/heylint.toml")).expect("removed");
        top.make("project/.git");
    };
    let kinds: [&dyn Fn(); 2] = [&of_config, &of_repository];
    for make in kinds {
        make();
        for name in
            ["a.json", "a.jsonl", "a.md", "a.py", "plain", "a.csv", "a.png", "missing.json", "folder", "folder/"]
        {
            top.write("list", format!("project/{name}\n"));
            for words in
                [format!("project/{name}"), "--files-from list".to_owned(), format!("--fix-unsafe project/{name}")]
            {
                let ran = run(&words).gives(2).prints("is a link that leads out of the project");
                ran.prints("name the file itself, or check it with --allow-outside");
                let ran = run(&format!("{words} --format json"));
                assert_eq!(ran.findings().len(), 1, "{words}: {}", ran.out);
                for word in ["PASSWORD", "641", "syntax", "no such"] {
                    assert!(!ran.out.contains(word), "{words} discloses {word}: {}", ran.out);
                }
            }
        }
        assert_eq!(top.read("elsewhere/a.json"), secret);
        run("project/near.json").prints("request/syntax");
        run("--allow-outside project/a.json").prints("request/syntax");
        run("--pass-over project/a.json project/folder").gives(0);
    }
    top.write("project/heylint.toml", "[references]\nallow = ['../elsewhere']\n");
    run("project/a.json").prints("request/syntax");
}

/// Who opens a folder in an editor means what it leads to.
#[test]
fn a_folder_in_an_editor_may_be_a_link() {
    let top = bare();
    top.make("home/.git");
    top.write("elsewhere/a.json", draft("https://example.com/a.png").replace("Hi", ""));
    symlink("../elsewhere", top.join("home/folder")).expect("a link");
    let settings = Settings { origin: ConfigOrigin::Isolated, ..Settings::for_paths([top.join("home/folder")]) };
    let found = |settings: Settings| {
        let outcome = Linter::new(settings).run().expect("a run");
        outcome.report.findings.iter().map(|finding| finding.rule.id).collect::<Vec<_>>()
    };
    assert_eq!(found(settings.clone()), ["lint/unreadable"]);
    assert_eq!(found(Settings { unasked: Some(Certainty::Certain), ..settings }), ["script/empty"]);
}

#[test]
fn a_folder_without_a_repository_is_a_project_when_it_is_named() {
    let top = bare();
    recipe::write(top.path(), "assets/me.png = png 640x640");
    top.write("drafts/a.json", draft("../assets/me.png"));
    top.run(NOW).gives(0);
    top.run(&format!("{NOW} drafts/a.json")).gives(0);
    top.run(&format!("{NOW} drafts")).gives(1).prints("asset/outside-project");
    top.write("heylint.toml", "");
    top.run(&format!("{NOW} drafts")).gives(0);
}

#[test]
fn a_configuration_is_a_file_of_the_project() {
    let top = bare();
    top.write("secret.env", "TOKEN=abc-very-secret\n").write("project/.git/HEAD", "");
    recipe::write(top.path(), "project/me.png = png 640x640");
    symlink("../secret.env", top.join("project/heylint.toml")).expect("a link");
    let ran = top.run("check project").gives(2).says("leads out of the project");
    assert!(!ran.err.contains("secret"), "{}", ran.err);
    // Nothing is shown of a file that is not a configuration, wherever it is.
    fs::remove_file(top.join("project/heylint.toml")).expect("removed");
    for text in ["TOKEN=abc-very-secret\n", "machine x login y password very-secret\n", "TOKEN = 'very-secret'\n"] {
        top.write("project/heylint.toml", text);
        let ran = top.run("check project").gives(2).says("heylint.toml");
        assert!(!ran.err.contains("very-secret"), "{}", ran.err);
    }
    top.write("project/heylint.toml", "fail-on = 'never'\nselekt = 'all'\n");
    top.run("check project").gives(2).says("selekt = 'all'");
}

#[test]
fn ignore_files_are_files() {
    for name in [".ignore", ".gitignore", "deep/.gitignore"] {
        for device in [true, false] {
            let folder = Folder::new();
            recipe::write(folder.path(), "deep/me.png = png 640x640");
            let path = folder.join(name);
            if device {
                symlink("/dev/zero", &path).expect("a link");
            } else {
                let made = Command::new("mkfifo").arg(&path).status();
                assert!(made.is_ok_and(|status| status.success()), "mkfifo");
            }
            let mut child = heylint(&folder, "check .").stdout(Stdio::piped()).spawn().expect("heylint starts");
            let started = Instant::now();
            while child.try_wait().expect("asked").is_none() {
                assert!(started.elapsed() < Duration::from_secs(10), "{name} hangs");
                std::thread::sleep(Duration::from_millis(10));
            }
            let output = child.wait_with_output().expect("ended");
            let text = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(2), "{text}");
            assert!(text.contains(name) && text.contains("not a file"), "{text}");
        }
    }
}

#[test]
fn names_are_harmless_in_probes() {
    let folder = Folder::new();
    let name = "a\u{1b}[31m\n\u{202e}.png";
    recipe::write(folder.path(), "me.png = png 640x640");
    fs::rename(folder.join("me.png"), folder.join(name)).expect("renamed");
    let ran = folder.call_words(&["probe", name]).gives(0).prints("a\\u{1b}[31m\\n\\u{202e}.png");
    assert!(!ran.out.contains(['\u{1b}', '\u{202e}']));
    folder.call_words(&["probe", &format!("{name}.none")]).gives(2).says("\\u{1b}");
}

#[test]
fn no_line_of_a_log_is_a_command_of_github() {
    let folder = Folder::new();
    folder.write("a.json", draft("##[error]x.png").replace("Hi", "##[add-path]/tmp"));
    for format in ["human", "concise"] {
        let ran = folder.call(&format!("{NOW} --format {format}"), None, &[("GITHUB_ACTIONS", "true")]);
        ran.gives(1).prints("## [error]x.png").prints_not("##[");
        folder.run(&format!("{NOW} --format {format}")).gives(1).prints("##[error]x.png");
    }
}

#[test]
fn no_line_of_a_log_is_a_command_of_azure_or_teamcity() {
    let folder = Folder::new();
    let text = r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi", "engine": 3}"#;
    folder.write("##vso[task.setvariable]x.json", text);
    for (variable, format) in [("TF_BUILD", "human"), ("TF_BUILD", "concise"), ("TEAMCITY_VERSION", "concise")] {
        let ran = folder.call(&format!("--isolated --format {format}"), None, &[(variable, "True")]);
        ran.gives(1).prints("# #vso[task.setvariable]x.json").prints_not("##");
    }
}

#[test]
fn disabled_checks_are_mentioned_in_ci() {
    let folder = Folder::new();
    recipe::write(folder.path(), "me.jpg = png 640x640");
    for (text, says) in [("ignore = ['all']", "turns off every rule"), ("exclude = ['**']", "excludes")] {
        folder.write("heylint.toml", text);
        folder.call("check --quiet .", None, &[("CI", "true")]).gives(0).says(says);
        folder.run("check .").gives(0).says(says);
    }
}

/// Commands print file names and arguments, which must not control the terminal.
#[test]
fn names_are_harmless_in_every_command() {
    let folder = Folder::new();
    let name = "a\u{1b}[31m\r\n\u{202e}";
    folder.write(&format!("{name}/{name}.json"), draft("me.png"));
    recipe::write(folder.path(), "me.png = png 640x640");
    fs::rename(folder.join("me.png"), folder.join(&format!("{name}/{name}.jpg"))).expect("renamed");
    let option = format!("--{name}");
    let output = format!("json={name}/none/r.json");
    for words in [
        &["plan"][..],
        &["plan", "--format", "json"],
        &["mend", "--dry-run"],
        &["mend", "--script", "-"],
        &["probe", "--format", "json", &format!("{name}/{name}.jpg")],
        &["probe", "--format", "jsonl", &format!("{name}/{name}.jpg")],
        &["check", "--show-files"],
        &["check", "--statistics"],
        &["check", "--diff"],
        &["check", "--config", name],
        &["check", "--baseline", name],
        &["check", "--endpoint", name],
        &["check", "--output", &output],
        &["check", &option],
        &["merge", name],
        &["explain", name],
        &["limits", "--profile", name],
        &["limits", "diff", "--openapi", name],
        &["schema", name],
        &["suppress", "--reason", name, name, "script/empty"],
    ] {
        let ran = folder.call_words(words);
        let harmful: String = [&*ran.out, &*ran.err].concat();
        assert!(!harmful.contains(['\u{1b}', '\r', '\u{202e}']), "{words:?}: {harmful:?}");
    }
}

#[test]
fn a_report_overwrites_no_input_and_follows_no_link() {
    let (folder, elsewhere) = (Folder::project(), Folder::new());
    recipe::write(folder.path(), "me.png = png 640x640");
    folder.write("list", "me.png").write(".gitignore", "x\n").write("config", "");
    elsewhere.write("theirs", "theirs");
    symlink(elsewhere.join("theirs"), folder.join("r.json")).expect("a link");
    symlink(elsewhere.path(), folder.join("reports")).expect("a link");
    let is_made =
        std::process::Command::new("mkfifo").arg(folder.join("pipe")).status().is_ok_and(|made| made.success());
    assert!(is_made);
    for (words, why) in [
        ("--output json=heylint.toml .", "a configuration"),
        ("--output json=.gitignore .", "a configuration"),
        ("--output json=list --files-from list", "read by this run"),
        ("--output json=config --config config .", "read by this run"),
        ("--output json=a.json --output sarif=./a.json .", "two reports"),
        ("--output json=r.json .", "symbolic link"),
        ("--output json=reports/new .", "symbolic link"),
        ("--write-baseline r.json .", "r.json"),
        ("--write-baseline reports/new .", "symbolic link"),
        ("--output json=pipe .", "is not a file"),
        ("--output json=.git .", "is a folder"),
    ] {
        folder.run(&format!("{NOW} {words}")).gives(2).says(why);
        assert_eq!(elsewhere.read("theirs"), "theirs", "{words}");
        assert!(!elsewhere.join("new").exists(), "{words}");
    }
    assert_eq!((folder.read("heylint.toml"), folder.read(".gitignore")), (String::new(), "x\n".to_owned()));
    folder.run(&format!("{NOW} --output json=/dev/stdout --format sarif me.png")).gives(0).prints("\"diagnostics\"");
}

#[test]
fn a_configuration_is_not_written_through_a_link() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    folder.write("a.json", draft("me.png"));
    elsewhere.write("theirs", "");
    symlink(elsewhere.join("theirs"), folder.join("heylint.toml")).expect("a link");
    folder
        .call_words(&["suppress", "--reason", "x", "a.json#/image", "asset/missing-file"])
        .gives(2)
        .says("symbolic link");
    assert_eq!(elsewhere.read("theirs"), "");
}

#[test]
fn a_script_overwrites_nothing() {
    let folder = Folder::new();
    folder.write("a.json", draft("me.png"));
    folder.run("mend --script a.json .").gives(2).says("a.json already exists");
    assert_eq!(folder.read("a.json"), draft("me.png"));
}

/// The configuration of a project cannot name files outside the project, nor find out whether they exist.
#[test]
fn keys_of_a_configuration_name_files_of_the_project() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    folder.write("a.json", draft("me.png"));
    elsewhere.write("secret", "PASSWORD=1");
    symlink(elsewhere.join("secret"), folder.join("link")).expect("a link");
    symlink(elsewhere.join("missing"), folder.join("dangling")).expect("a link");
    symlink(elsewhere.path(), folder.join("deep")).expect("a link");
    let outside = |name: &str| elsewhere.join(name).display().to_string();
    for key in ["baseline", "openapi"] {
        let message = |written: &str| {
            folder.write("heylint.toml", format!("{key} = '{written}'\n"));
            let ran = folder.run("a.json").gives(2).says("leads out of the folder of the configuration");
            assert!(!ran.err.contains("PASSWORD"), "{}", ran.err);
            ran.err.replace(written, "")
        };
        assert_eq!(message(&outside("secret")), message(&outside("missing")));
        assert_eq!(message("link"), message("dangling"));
        assert_eq!(message("deep/secret"), message("deep/missing"));
        folder.write("heylint.toml", format!("{key} = 'x/../none.json'\n"));
        folder.run("a.json").gives(2).says("o such file");
    }
}
