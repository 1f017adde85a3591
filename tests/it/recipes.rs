//! The shell recipes of docs/recipes.md. The tests of the packages run those in Python and JavaScript.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::run::Folder;
use crate::serve::Server;

const GOOD: &str = r#"{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "Hello there."}"#;
const FAST: &str =
    r#"{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "Hi", "voice_settings": {"speed": 1.8}}"#;

/// Every code block of the recipes: its heading, its language, and the test that runs it.
const RUN: [(&str, &str, &str, &str); 10] = [
    ("A Python script", "python", "bindings/python/tests/test_heylint.py", "def test_the_python_recipe():"),
    (
        "A service in TypeScript",
        "ts",
        "bindings/node/test/heylint.test.mjs",
        "test(\"the recipe for TypeScript returns the findings\"",
    ),
    ("n8n", "sh", "tests/it/recipes.rs", "fn an_n8n_command_fails_on_a_finding()"),
    ("n8n", "js", "bindings/node/test/heylint.test.mjs", "test(\"the recipe for n8n refuses a faulty item\""),
    ("Make, Zapier, and anything else that speaks HTTP", "sh", "tests/it/recipes.rs", "fn a_call_over_http()"),
    ("Make, Zapier, and anything else that speaks HTTP", "sh", "tests/it/recipes.rs", "fn a_call_over_http()"),
    ("A loop around the official command line", "sh", "tests/it/recipes.rs", "fn a_loop_sends_only_what_is_sound()"),
    (
        "A repository with Git LFS",
        "sh",
        "tests/it/recipes.rs",
        "fn a_pointer_of_git_lfs_is_told_as_one_until_it_is_fetched()",
    ),
    ("A monorepo", "sh", "tests/it/recipes.rs", "fn each_package_of_a_monorepo_has_its_configuration()"),
    ("A monorepo", "toml", "tests/it/recipes.rs", "fn each_package_of_a_monorepo_has_its_configuration()"),
];

fn of_project(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The fenced blocks of a language below a heading.
fn blocks(heading: &str, language: &str) -> Vec<String> {
    let text = of_project("docs/recipes.md");
    let section = text.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    let fence = format!("```{language}\n");
    let found = section.split(fence.as_str()).skip(1);
    found.map(|rest| rest.split("```").next().expect("an end").to_owned()).collect()
}

/// Runs a recipe with `heylint` and the programs of the folder `bin` in PATH.
fn sh(folder: &Folder, script: &str, body: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_heylint")).parent().expect("a folder");
    let path =
        format!("{}:{}:{}", folder.join("bin").display(), program.display(), std::env::var("PATH").expect("PATH"));
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(folder.path()).env("PATH", path).env("BODY", body);
    command.env("HEYLINT_NOW", "2026-11-22").stdin(Stdio::null());
    command.output().expect("a shell")
}

fn program(folder: &Folder, name: &str, script: &str) {
    folder.write(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.join(&format!("bin/{name}")), mode).expect("a mode");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_recipe_is_run_by_a_test() {
    let text = of_project("docs/recipes.md");
    let mut found = Vec::new();
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().expect("a heading");
        let fences =
            section.lines().filter_map(|line| line.strip_prefix("```")).filter(|language| !language.is_empty());
        found.extend(fences.map(|language| (heading, language)));
    }
    assert_eq!(found, RUN.map(|(heading, language, ..)| (heading, language)));
    for (_, _, file, test) in RUN {
        assert!(of_project(file).contains(test), "{file} has no {test}");
    }
}

/// Some commands are not in a block but in a sentence.
#[test]
fn commands_in_sentences_are_run() {
    let recipes = of_project("docs/recipes.md");
    let folder = Folder::new();
    let call = format!("curl -X POST https://api.heygen.com/v3/videos -H 'Content-Type: application/json' -d '{FAST}'");
    folder.write("send.sh", call).write("workflows/n8n.json", of_project("fixtures/forms/n8n.json"));
    for (command, finding) in [("heylint *.sh", "send.sh:1:"), ("heylint workflows/", "workflows/n8n.json:")] {
        assert!(recipes.contains(&format!("`{command}`")), "{command}");
        let ran = sh(&folder, command, "");
        assert_eq!(ran.status.code(), Some(1), "{}", text(&ran.stdout));
        assert!(text(&ran.stdout).contains(finding), "{}", text(&ran.stdout));
    }
}

#[test]
fn an_n8n_command_fails_on_a_finding() {
    let folder = Folder::new();
    let command = &blocks("n8n", "sh")[0];
    assert_eq!(sh(&folder, command, GOOD).status.code(), Some(0));
    let ran = sh(&folder, command, FAST);
    assert_eq!(ran.status.code(), Some(1));
    assert!(text(&ran.stdout).contains("speed is 1.8"), "{}", text(&ran.stdout));
}

#[test]
fn a_call_over_http() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: curl is not installed");
        return;
    }
    let blocks = blocks("Make, Zapier", "sh");
    assert_eq!(blocks[0], "heylint serve --listen 127.0.0.1:4357\n");
    let folder = Folder::new();
    let server = Server::start(&folder, "");
    let ran = sh(&folder, &blocks[1].replace("127.0.0.1:4357", &server.address), FAST);
    assert!(text(&ran.stdout).contains("speed is 1.8"), "{} {}", text(&ran.stdout), text(&ran.stderr));
}

#[test]
fn a_loop_sends_only_drafts_without_errors() {
    let folder = Folder::new();
    program(&folder, "heygen", "echo \"sent $*\"");
    folder.write("drafts/a.json", GOOD).write("drafts/b.json", FAST).write("drafts/c.json", GOOD);
    let ran = sh(&folder, &blocks("A loop", "sh")[0], "");
    let out = text(&ran.stdout);
    let sent: Vec<&str> = out.lines().filter(|line| line.starts_with("sent ")).collect();
    assert_eq!(sent, ["sent video create -d drafts/a.json", "sent video create -d drafts/c.json"]);
    assert!(out.contains("speed is 1.8"), "{out}");
}

#[test]
fn a_git_lfs_pointer_is_reported_until_it_is_fetched() {
    let folder = Folder::new();
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", "ab".repeat(32));
    folder.write("assets/me.png", pointer);
    folder.write(
        "drafts/a.json",
        r#"{"type": "image", "voice_id": "v", "script": "Hi", "image": {"type": "url", "url": "../assets/me.png"}}"#,
    );
    let ran = folder.run("check drafts/ assets/");
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("file/unsupported-format") && ran.out.contains("git lfs pull"), "{}", ran.out);
    // A stub of git that fetches the file.
    let there = folder.join("picture.png");
    crate::common::recipe::write(folder.path(), "picture.png = png 1024x1024");
    program(
        &folder,
        "git",
        &format!("[ \"$*\" = 'lfs pull --include assets/**' ] && mv '{}' assets/me.png", there.display()),
    );
    let ran = sh(&folder, &blocks("A repository with Git LFS", "sh")[0], "");
    assert_eq!(ran.status.code(), Some(0), "{}{}", text(&ran.stdout), text(&ran.stderr));
}

#[test]
fn each_package_of_a_monorepo_has_its_configuration() {
    let folder = Folder::new();
    let config = &blocks("A monorepo", "toml")[0];
    assert!(config.starts_with("# packages/marketing/heylint.toml\n"));
    folder.write("packages/marketing/heylint.toml", config);
    for name in ["marketing/drafts/a.json", "marketing/archive/old.json", "shop/drafts/a.json"] {
        folder.write(&format!("packages/{name}"), FAST);
    }
    let ran = sh(&folder, &format!("{} --format concise", blocks("A monorepo", "sh")[0].trim()), "");
    let out = text(&ran.stdout);
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        out.contains("packages/marketing/drafts/a.json:1:") && out.contains("packages/shop/drafts/a.json:1:"),
        "{out}"
    );
    assert!(!out.contains("archive"), "{out}");
}
