//! One realistic file of every form: a walk recognises each, and its only fault is reported once, at its place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::run::{Folder, Ran};

/// The fixtures in a temporary folder, where no other configuration applies.
fn kept() -> Folder {
    let folder = Folder::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forms");
    copy(&source, &source, &folder);
    folder
}

fn copy(root: &Path, from: &Path, to: &Folder) {
    for entry in from.read_dir().expect("the fixtures") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            copy(root, &path, to);
        } else {
            let name = path.strip_prefix(root).expect("below").to_str().expect("UTF-8").replace('\\', "/");
            to.write(&name, std::fs::read(&path).expect("read"));
        }
    }
}

/// The form in reports, by file name; empty for files that are JSON requests themselves.
const FORMS: &[(&str, &str)] = &[
    (".github/workflows/video.yml", "curl"),
    ("body.json", ""),
    ("bruno.bru", "bruno"),
    ("client.cjs", "javascript"),
    ("client.cts", "typescript"),
    ("client.http", "http"),
    ("client.js", "javascript"),
    ("client.jsx", "javascript"),
    ("client.mjs", "javascript"),
    ("client.mts", "typescript"),
    ("client.py", "python"),
    ("client.rest", "http"),
    ("client.ts", "typescript"),
    ("client.tsx", "javascript"),
    ("curl.sh", "curl"),
    ("draft.json5", "json5"),
    ("draft.jsonc", "json5"),
    ("draft.yaml", "yaml"),
    ("envelope.json", ""),
    ("guide.markdown", "python"),
    ("guide.md", "json"),
    ("guide.mdx", "curl"),
    ("heredoc.bash", "curl"),
    ("insomnia-4.json", "insomnia"),
    ("insomnia-5.yaml", "yaml"),
    ("jobs.csv", "csv"),
    ("jobs.tsv", "tsv"),
    ("lines.jsonl", ""),
    ("lines.ndjson", ""),
    ("list.json", ""),
    ("make.json", "make"),
    ("mcp.json", "mcp"),
    ("n8n.json", "n8n"),
    ("notebook.ipynb", "python"),
    ("official.zsh", "heygen"),
    ("payload.json", "nested"),
    ("postman.json", "postman"),
    ("recording.har", "har"),
    ("requests.json", "nested"),
    ("wrapped.json", "nested"),
];

/// Whether the form needs the parsers of programming languages.
fn is_code(form: &str) -> bool {
    ["python", "javascript", "typescript", "json5"].contains(&form)
}

/// File, form and marked text of each finding.
fn found(folder: &Folder, ran: &Ran) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let report = ran.json();
    let findings = report["diagnostics"].as_array().expect("findings");
    let of = |found: &Value| {
        assert_eq!(found["rule"], "request/out-of-range", "{found}");
        let file = text(&found["file"]);
        let at = |end: &str| usize::try_from(found[end]["offset"].as_u64().expect("an offset")).expect("small");
        let marked = folder.read(&file)[at("start")..at("end")].to_owned();
        (file, text(&found["source"]["form"]), marked)
    };
    findings.iter().map(of).collect()
}

#[test]
fn a_walk_finds_each_form_and_reports_its_fault_once() {
    let folder = kept();
    let seen = found(&folder, &folder.run("check --format json").gives(1));
    let expected: Vec<_> = FORMS
        .iter()
        .filter(|(_, form)| cfg!(feature = "code") || !is_code(form))
        .map(|(file, form)| ((*file).to_owned(), (*form).to_owned(), "1.9".to_owned()))
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn each_form_is_fixed_in_its_own_notation() {
    let folder = kept();
    folder.run("check --fix-unsafe").gives(0);
    let changed: BTreeSet<&str> = FORMS.iter().map(|(file, _)| *file).collect();
    for (file, form) in FORMS.iter().filter(|(_, form)| cfg!(feature = "code") || !is_code(form)) {
        let before = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forms").join(file));
        assert_eq!(folder.read(file), before.expect("the fixture").replace("1.9", "1.5"), "{file} ({form})");
    }
    assert!(changed.len() == FORMS.len());
}

/// The table in the README lists exactly these extensions.
#[test]
fn the_readme_lists_the_extensions() {
    let readme = include_str!("../../README.md");
    let table = readme.split("| file | what heylint finds in it |").nth(1).and_then(|rest| rest.split("\n\n").next());
    let mut named: BTreeSet<String> = BTreeSet::new();
    for line in table.expect("the table").lines() {
        let cell = line.trim_start_matches('|').split('|').next().unwrap_or_default();
        named.extend(cell.split('`').skip(1).step_by(2).map(|name| name.trim_start_matches('.').to_owned()));
    }
    let mut kept: BTreeSet<String> =
        FORMS.iter().filter_map(|(file, _)| Some(file.rsplit_once('.')?.1.to_owned())).collect();
    kept.insert("env".to_owned());
    assert_eq!(named, kept);
}

#[test]
fn a_form_is_switched_off() {
    let folder = kept();
    std::fs::remove_file(folder.join("common.json")).expect("removed");
    let counts = |more: &str| -> BTreeMap<String, usize> {
        folder.write("heylint.toml", more);
        let ran = folder.run("check --format json");
        let mut counts = BTreeMap::new();
        for (file, ..) in found(&folder, &ran) {
            *counts.entry(file.rsplit_once('.').map_or("", |(_, name)| name).to_owned()).or_default() += 1;
        }
        counts
    };
    let all = counts("");
    assert!(all["md"] == 1 && all["sh"] == 1 && all["json"] > 5, "{all:?}");
    let some =
        counts("[[requests]]\nfiles = '*'\nforms = ['json', 'shell']\n[[requests]]\nfiles = '*.sh'\nforms = []\n");
    assert_eq!(some.keys().collect::<Vec<_>>(), ["bash", "har", "json", "jsonl", "ndjson", "zsh"]);
    // The same for a declared file and a named file.
    folder.write("heylint.toml", "[[requests]]\nfiles = '*.md'\nforms = []\n");
    folder.run("check guide.md").gives(0).prints_not("out-of-range");
    folder.write("heylint.toml", "[[requests]]\nfiles = '*.md'\nforms = ['markdwn']\n");
    folder.run("check").gives(2).says("`markdwn` is not one of").says("did you mean `markdown`?");
}
