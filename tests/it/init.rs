//! Tests of `heylint init`, `completions` and `man`.

use crate::common;
use crate::run;
use common::recipe;
use run::Folder;

#[test]
fn generated_files_work() {
    let folder = Folder::new();
    recipe::write(folder.path(), "assets/me.png = png 640x640");
    folder.write("drafts/a.json", r#"{"method": "POST", "path": "/v3/video-agents", "body": {"prompt": "A tour"}}"#);
    let ran = folder.run("init").gives(0).prints("found 1 request and 1 media file");
    ran.prints("wrote heylint.toml")
        .prints("wrote .github/workflows/heylint.yml")
        .prints("wrote .githooks/pre-commit")
        .prints("git config core.hooksPath .githooks");
    let config = folder.read("heylint.toml");
    assert!(config.contains("drafts: 1 request file") && config.contains("assets: 1 media file"), "{config}");
    folder.run("").gives(0).prints("all good");
    // The commented suggestions are valid too.
    let start = config.find("# exclude").expect("a suggestion");
    let (head, rest) = config.split_at(start);
    let lines = rest.lines().filter(|line| !line.ends_with(':') && !line.ends_with("to:"));
    let open: String = lines.map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
    folder.write("heylint.toml", format!("{head}{open}"));
    folder.run("").gives(0);
}

#[test]
fn editors_get_the_schemas_of_the_requests_found() {
    let folder = Folder::new();
    let body = r#"{"type": "avatar", "avatar_id": "a", "script": "Hi.", "voice_id": "v"}"#;
    folder.write("drafts/a.json", body).write("drafts/b.json", body).write("mixed/c.json", body).write("d.json", body);
    folder.write("mixed/package.json", "{}").write("odd [1]/e.json", body);
    folder.write("sent/f.json", format!(r#"{{"method": "POST", "path": "/v3/videos", "body": {body}}}"#));
    folder.write("agent.json", r#"{"prompt": "A tour", "orientation": "portrait", "callback_id": "x"}"#);
    folder.run("init").gives(0).prints("wrote .vscode/settings.json");
    let text = folder.read(".vscode/settings.json");
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let settings: serde_json::Value = serde_json::from_str(&lines.collect::<String>()).expect("JSON with comments");
    let entries = settings["json.schemas"].as_array().expect("entries");
    let videos =
        entries.iter().find(|entry| entry["url"] == "./.vscode/heylint/post-v3-videos.json").expect("an entry");
    // A folder whose files all have one endpoint is one pattern; otherwise each file is one. Envelopes and names with
    // special characters are left out.
    assert_eq!(videos["fileMatch"], serde_json::json!(["/d.json", "/drafts/*.json", "/mixed/c.json"]));
    for entry in entries {
        let schema = folder.read(entry["url"].as_str().and_then(|url| url.strip_prefix("./")).expect("a file"));
        let schema = serde_json::from_str(&schema).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        assert!(!schema.is_valid(&serde_json::json!({"type": 1})) || entry["url"] != videos["url"]);
    }
    // Existing settings may contain comments, so init does not change them.
    let folder = Folder::new();
    folder.write("a.json", body).write(".vscode/settings.json", "{ // mine\n}");
    folder
        .run("init")
        .gives(0)
        .prints("left .vscode/settings.json unchanged; add this to it")
        .prints(r#""fileMatch": ["/a.json"]"#);
    assert_eq!(folder.read(".vscode/settings.json"), "{ // mine\n}");
    let folder = Folder::new();
    folder.write("a.json", body).run("init --editor none").gives(0).prints_not(".vscode");
    assert!(!folder.join(".vscode").exists());
}

#[test]
fn findings_of_today_can_go_into_a_baseline() {
    let body = |script: &str| format!(r#"{{"type": "avatar", "avatar_id": "a", "script": {script}, "voice_id": "v"}}"#);
    let folder = Folder::new();
    folder.write("a.json", body("1"));
    let ran = folder.run("init").gives(0).prints("1 error here already");
    ran.prints("heylint check --write-baseline .heylint-baseline.json");
    folder.run("").gives(1);
    // The printed commands work.
    folder.run("check --write-baseline .heylint-baseline.json").gives(0);
    let config = folder.read("heylint.toml").replace("# baseline", "baseline");
    folder.write("heylint.toml", config).run("").gives(0).prints("1 in the baseline");
    // With one option.
    let folder = Folder::new();
    folder.write("a.json", body("1")).run("init --baseline").gives(0).prints("wrote .heylint-baseline.json");
    folder.run("").gives(0).prints("1 in the baseline");
    folder.write("b.json", body("2")).run("").gives(1);
    folder
        .write("talks/a.json", body("1"))
        .run("init talks --baseline")
        .gives(2)
        .says("cd talks && heylint init --baseline");
}

/// The counts once came from a run that read only headers and no heylint.toml.
#[test]
fn its_numbers_are_those_of_a_check() {
    let folder = Folder::new();
    recipe::write(folder.path(), "a.gif = gif 64x64");
    folder.run("init").gives(0).prints("1 error here already");
    folder.run("").gives(1).prints("1 error\n");
    let folder = Folder::new();
    folder.write("a.csv", "text\n\nHi.\n").write(
        "heylint.toml",
        "[[requests]]\nfiles = [\"a.csv\"]\nendpoint = \"POST /v3/voices/speech\"\ncolumns = { text = \"text\" }\n",
    );
    folder.run("init").gives(0).prints("found 1 request").prints("1 error here already");
    folder.write("heylint.toml", "nonsense = 1\n").run("init").gives(2).says("heylint.toml:1:1");
}

#[test]
fn init_overwrites_nothing() {
    let folder = Folder::new();
    folder.write("heylint.toml", "# mine\n").write(".pre-commit-config.yaml", "repos: []\n");
    let ran = folder
        .run("init")
        .gives(0)
        .prints("left heylint.toml unchanged")
        .prints("left .pre-commit-config.yaml unchanged");
    ran.prints("- id: heylint").prints("wrote .github/workflows/heylint.yml").prints_not(".githooks");
    assert_eq!(folder.read("heylint.toml"), "# mine\n");
    assert_eq!(folder.read(".pre-commit-config.yaml"), "repos: []\n");
    folder.run("init").gives(0).prints("left .github/workflows/heylint.yml unchanged").prints_not("wrote");
    folder.run("init nowhere").gives(2);
}

#[test]
fn init_adapts_to_existing_files() {
    // A folder in a repository: hooks and jobs go to the root and check the folder.
    let folder = Folder::new();
    folder.write("talks/a.json", "{}").write(".git/hooks/pre-commit", "#!/bin/sh\n");
    let ran = folder.run("init talks").gives(0).prints("wrote talks/heylint.toml");
    ran.prints(".git/hooks/pre-commit already exists: call .githooks/pre-commit from it");
    let workflow = folder.read(".github/workflows/heylint.yml");
    assert!(workflow.contains("paths: \"talks\""));
    // Third-party actions are pinned as in our own workflows.
    let ours = include_str!("../../.github/workflows/ci.yml");
    let checkout = workflow.lines().find(|line| line.contains("actions/checkout@")).expect("a checkout");
    assert!(ours.lines().any(|line| line == checkout), "{checkout}");
    assert!(folder.read(".githooks/pre-commit").contains("heylint check --pass-over --files-from -"));
    // An existing GitLab file is left unchanged.
    let folder = Folder::new();
    folder.write(".gitlab-ci.yml", "stages: []\n");
    let ran = folder.run("init --hook pre-commit").gives(0).prints("wrote .pre-commit-config.yaml");
    ran.prints("left .gitlab-ci.yml unchanged").prints("codequality: heylint.json").prints_not(".github");
    assert_eq!(folder.read(".gitlab-ci.yml"), "stages: []\n");
    assert!(folder.read(".pre-commit-config.yaml").contains(concat!("rev: v", env!("CARGO_PKG_VERSION"))));
    // Without a repository, no hook and no workflow.
    let folder = Folder::new();
    std::fs::remove_dir(folder.join(".git")).expect("removed");
    folder.run("init").gives(0).prints("wrote heylint.toml").prints("neither a hook nor a workflow");
    assert!(!folder.join(".github").exists() && !folder.join(".githooks").exists());
}

/// An untrusted project could make heylint write the workflow anywhere.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let (folder, outside) = (Folder::new(), Folder::new());
    std::os::unix::fs::symlink(outside.path(), folder.join(".github")).expect("a link");
    folder.run("init").gives(2).says(".github/workflows/heylint.yml is behind a symbolic link");
    assert!(!outside.join("workflows").exists());
}

#[test]
fn completions_and_manual() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        folder.run(&format!("completions {shell}")).gives(0).prints("heylint").prints("fix-unsafe");
    }
    for shell in ["bash", "zsh"] {
        folder.run(&format!("completions {shell}")).gives(0).prints("script/too-long");
    }
    folder.run("completions tcsh").gives(2);
    folder.run("man").gives(0).prints(".TH heylint").prints("probe");
    folder.run("man check").gives(0).prints("write\\-baseline");
    folder.run("man chekc").gives(2).says("no command chekc; did you mean `check`?");
}
