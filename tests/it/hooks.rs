//! Tests of hooks and CI: the git hook with git, the shell scripts of the action, the file patterns of the pre-commit
//! hooks. `tests/people.sh` tests what needs other tools.
#![cfg(unix)]

use crate::common;
use crate::run;
use std::path::Path;
use std::process::Command;

use common::recipe;
use heylint::config::Config;
use heylint::extract::Form;
use heylint::media::Format;
use heylint::walk;
use run::{Folder, Ran};

const GOOD: &str = r#"{"method": "POST", "path": "/v3/video-agents", "body": {"prompt": "A tour"}}"#;
const BAD: &str = r#"{"method": "POST", "path": "/v3/video-agents", "body": {"prompt": ""}}"#;

/// A program with the folder of heylint first in PATH, and without the user's git configuration.
fn tool(folder: &Folder, program: &str, words: &[&str]) -> Command {
    let heylint = Path::new(env!("CARGO_BIN_EXE_heylint")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(program);
    command.args(words).current_dir(folder.path()).env("PATH", format!("{}:{path}", heylint.display()));
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("COLUMNS", "120");
    command.env("LC_ALL", "C.UTF-8").env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
    command
}

fn git(folder: &Folder, words: &[&str]) -> Ran {
    let mut all = vec!["-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "core.hooksPath=.githooks"];
    all.extend(words);
    tool(folder, "git", &all).output().expect("git runs").into()
}

/// git sends the output of a hook to standard error.
fn commit(folder: &Folder) -> Ran {
    let ran = git(folder, &["commit", "-q", "-m", "a change"]);
    Ran { out: ran.err.clone(), ..ran }
}

/// A repository with the hook of `heylint init`; none without git.
fn repository() -> Option<Folder> {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: git is not installed");
        return None;
    }
    let folder = Folder::new();
    git(&folder, &["init", "-q"]).gives(0);
    folder.run("init").gives(0).prints("wrote .githooks/pre-commit").prints("git config core.hooksPath .githooks");
    Some(folder)
}

#[test]
fn a_good_commit_passes_and_a_bad_one_is_refused_with_advice() {
    let Some(folder) = repository() else { return };
    // The first commit contains nothing to check, only a package.json, which is not a request.
    folder.write("package.json", r#"{"name": "x", "version": "1.0.0"}"#);
    git(&folder, &["add", "package.json", "heylint.toml", ".githooks"]).gives(0);
    commit(&folder).gives(0).prints_not("nothing was checked");
    folder.write("drafts/good.json", GOOD);
    git(&folder, &["add", "drafts"]).gives(0);
    commit(&folder).gives(0).prints("all good");
    folder.write("drafts/bad one.json", BAD);
    git(&folder, &["add", "drafts"]).gives(0);
    let ran = commit(&folder).gives(1).prints("drafts/bad one.json").prints_not("good.json");
    ran.says("nothing was committed").says("git commit --no-verify");
    git(&folder, &["commit", "-q", "--no-verify", "-m", "all the same"]).gives(0);
}

#[test]
fn only_staged_files_are_checked_and_excludes_apply() {
    let Some(folder) = repository() else { return };
    folder.write("heylint.toml", "exclude = [\"old/**\"]\n");
    folder.write("old/bad.json", BAD).write("drafts/unstaged.json", BAD).write("drafts/good.json", GOOD);
    git(&folder, &["add", "old", "drafts/good.json"]).gives(0);
    commit(&folder).gives(0);
    // A deleted draft and a renamed one.
    git(&folder, &["mv", "drafts/good.json", "drafts/better.json"]).gives(0);
    git(&folder, &["rm", "-q", "--cached", "old/bad.json"]).gives(0);
    commit(&folder).gives(0).prints("1 request");
    // A staged file that has changed since: a note says so, and heylint checks the file on disk.
    folder.write("drafts/better.json", BAD);
    git(&folder, &["add", "drafts/better.json"]).gives(0);
    folder.write("drafts/better.json", GOOD);
    commit(&folder).gives(0).says("drafts/better.json has changes that are not staged");
}

#[test]
fn media_are_checked_for_the_request_that_uses_them() {
    let Some(folder) = repository() else { return };
    recipe::write(folder.path(), "me.png = png 300x300");
    folder.write("avatar.json", r#"{"method": "POST", "path": "/v3/avatars", "body": {"type": "photo", "name": "me", "file": {"type": "url", "url": "me.png"}}}"#);
    // Alone it is an ordinary picture; with the request, staged or not, it is the photo of an avatar.
    git(&folder, &["add", "me.png"]).gives(0);
    commit(&folder).gives(0).prints("all good");
    git(&folder, &["add", "avatar.json"]).gives(0);
    commit(&folder).gives(0).prints("image/dimensions-too-small");
    folder.write("avatar.json", folder.read("avatar.json").replace("me.png", "you.png"));
    git(&folder, &["add", "avatar.json"]).gives(0);
    commit(&folder).gives(1).prints("asset/missing-file");
}

#[test]
fn the_hooks_of_pre_commit_take_every_file_that_a_walk_takes() {
    let hooks = include_str!("../../.pre-commit-hooks.yaml");
    let pattern = |id: &str| {
        let hook = hooks.split("- id: ").find(|hook| hook.lines().next() == Some(id)).expect("the hook");
        let line = hook.lines().find_map(|line| line.trim().strip_prefix("files: ")).expect("a pattern");
        let inner = line.strip_prefix(r"'(?i)\.(").and_then(|line| line.strip_suffix(")$'")).expect("its form");
        // `.env.local` belongs to `.env`.
        inner.replace(r"env(\.[^/]+)?", "env").split('|').map(str::to_owned).collect::<Vec<_>>()
    };
    let config = Config::default();
    let formats = Format::ALL.iter().flat_map(|format| format.extensions());
    let forms = Form::ALL.iter().flat_map(|form| form.extensions());
    let known = formats.filter(|extension| Form::of(Path::new(&format!("x.{extension}"))).is_none()).chain(forms);
    let taken = |wanted: fn(walk::InputKind) -> bool| {
        let extensions = known
            .clone()
            .filter(|extension| walk::kind(Path::new(&format!("x.{extension}")), &config).is_some_and(wanted));
        let mut extensions: Vec<String> = extensions.map(|extension| (*extension).to_owned()).collect();
        extensions.sort();
        extensions
    };
    let sorted = |id: &str| {
        let mut given = pattern(id);
        given.sort();
        given
    };
    let media = taken(|kind| kind == walk::InputKind::Media);
    let requests = taken(|kind| kind != walk::InputKind::Media);
    assert_eq!(sorted("heylint-media"), media);
    assert_eq!(sorted("heylint-requests"), requests);
    let mut all = [media, requests].concat();
    all.sort();
    assert_eq!(sorted("heylint"), all);
    assert_eq!(pattern("heylint"), pattern("heylint-system"));
}

#[test]
fn the_action_annotates_and_sets_its_outputs() {
    let folder = Folder::new();
    folder.write("a b/bad.json", BAD).write("good.json", GOOD).write("outputs", "");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/action/check.sh");
    let action = |paths: &str, arguments: &str, sarif: &str| -> Ran {
        let mut command = tool(&folder, "bash", &[script.to_str().expect("UTF-8")]);
        command.env("INPUT_HEYLINT", env!("CARGO_BIN_EXE_heylint")).env("GITHUB_OUTPUT", folder.join("outputs"));
        command.env("INPUT_PATHS", paths).env("INPUT_ARGS", arguments).env("INPUT_SARIF", sarif);
        command.output().expect("bash runs").into()
    };
    action(".", "", "").gives(1).prints("::error file=a b/bad.json,line=1,");
    assert_eq!(folder.read("outputs"), "exit-code=1\n");
    folder.write("outputs", "");
    action("a b\r\ngood.json\n", "--fail-on\nnever\n", "my report.sarif").gives(0).prints("::error file=a b/bad.json");
    assert!(folder.read("my report.sarif").contains("\"version\":\"2.1.0\""));
    let outputs = folder.read("outputs");
    assert!(outputs.starts_with("exit-code=0\nsarif=/") && outputs.ends_with("/my report.sarif\n"), "{outputs}");
    // A path is never read as an option, and no input as a shell command.
    action("--help", "", "").gives(2);
    action("$(touch pwned)\n`touch pwned`; touch pwned", "", "").gives(2);
    assert!(!folder.join("pwned").exists());
}

#[test]
fn files_may_be_passed_over() {
    let folder = Folder::new();
    folder.write("package.json", r#"{"name": "x"}"#).write("notes.txt", "x").write("bad.json", BAD);
    folder.run("package.json").gives(1).prints("request/unknown-endpoint");
    let ran = folder.run("--pass-over package.json notes.txt").gives(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    folder.run("--pass-over package.json bad.json").gives(1).prints("bad.json").prints_not("package.json");
    folder.run("--pass-over gone.json").gives(2).prints("lint/unreadable");
    // A file that the configuration names is a request.
    folder.write("heylint.toml", "[[requests]]\nfiles = [\"package.json\"]\nendpoint = \"POST /v3/video-agents\"\n");
    folder.run("--pass-over package.json").gives(1).prints("package.json");
    folder.run_with_input("--pass-over --files-from -", b"").gives(0);
}

/// A hook that fixes gets only the committed files, but the references of the whole project stay valid.
#[test]
fn a_hook_that_fixes_keeps_the_references_of_other_files() {
    let text = include_str!("../../.pre-commit-hooks.yaml");
    let entries = text.lines().filter_map(|line| line.trim().strip_prefix("entry: heylint "));
    let mut count = 0;
    for entry in entries {
        // Each hook, with the files that match it.
        for committed in ["pic.jpg", "d.json", "pic.jpg d.json"] {
            count += 1;
            let folder = Folder::project();
            recipe::write(folder.path(), "pic.jpg = png 90x90");
            let draft = |path: &str| {
                format!(
                    r#"{{"type": "image", "image": {{"type": "url", "url": "{path}"}}, "voice_id": "v", "script": "Hi"}}"#
                )
            };
            folder.write("d.json", draft("pic.jpg")).write("deep/e.json", draft("../pic.jpg"));
            folder.run(&format!("{entry} --fix {committed}")).gives(0);
            assert!(folder.join("pic.png").exists() && !folder.join("pic.jpg").exists(), "{entry} {committed}");
            assert_eq!(folder.read("d.json"), draft("pic.png"));
            assert_eq!(folder.read("deep/e.json"), draft("../pic.png"));
            folder.run("check .").gives(0);
        }
    }
    assert_eq!(count, 12);
}
