//! Runs every rule page: a `bad` example gives exactly one finding, of this rule; a `good` one gives none; an `output`
//! block is the printed report, a `fixed` block is what `--fix` writes. `UPDATE=1` writes the `output` blocks; people
//! write the `fixed` blocks.

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{page, recipe};
use libtest_mimic::{Arguments, Failed, Trial};
use page::{Block, Page};

/// The time of all examples, so that expiry dates do not pass.
const NOW: &str = "2026-11-22T12:00:00Z";

fn main() {
    let arguments = Arguments::from_args();
    let root = root();
    let mut trials = Vec::new();
    for path in page::list(&root) {
        let page = page::read(&root, &path);
        let id = page.id.clone();
        trials.push(Trial::test(format!("{id}/page"), move || look(&page)));
        trials.push(Trial::test(format!("{id}/examples"), move || {
            let mut page = page::read(&self::root(), &path);
            run(&mut page)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules")
}

/// Checks what holds for every page.
fn look(page: &Page) -> Result<(), Failed> {
    let rule = heylint::rule::find(&page.id).ok_or("no rule of this id")?;
    let blocks = |verdict: &str| page.blocks.iter().filter(|block| block.word(1) == verdict).count();
    // Not every finding about the run itself can be shown with a file; the tests of the command line cover those.
    let shown = rule.subject() != "lint";
    for verdict in ["bad", "good"] {
        if shown && blocks(verdict) == 0 {
            return Err(format!("no {verdict} example").into());
        }
    }
    for heading in ["## Why", "## What to do", "## Examples"].into_iter().take(if shown { 3 } else { 2 }) {
        if !page.text.contains(&format!("\n{heading}\n")) {
            return Err(format!("no `{heading}`").into());
        }
    }
    let version = |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap_or(0)).collect::<Vec<_>>();
    if version(rule.since) > version(env!("CARGO_PKG_VERSION")) {
        return Err(format!("since {} is after this version", rule.since).into());
    }
    let profiles: Vec<_> = heylint::profile::ALL.iter().map(|profile| heylint::limits::Limits::of(profile)).collect();
    // Numbers of limits are filled in, never written out, so they cannot become outdated.
    let prose = page.prose();
    for limit in profiles.iter().flat_map(|limits| rule.limits_in(limits)) {
        let Some(number) = limit.number().filter(|number| *number >= 100.0) else { continue };
        for figure in [format!("{number}"), heylint::text::number(number)] {
            if prose.split(|c: char| !c.is_ascii_digit() && c != ',').any(|word| word == figure) {
                return Err(format!("the prose writes out {figure}; write {{{}}}", limit.name).into());
            }
        }
    }
    for name in page.placeholders() {
        if profiles.iter().all(|limits| limits.find(&name).is_none()) {
            return Err(format!("{{{name}}} is not a limit").into());
        }
    }
    Ok(())
}

fn run(page: &mut Page) -> Result<(), Failed> {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = String::new();
    let mut changed = Vec::new();
    let beside: Vec<Block> =
        page.blocks.iter().filter(|block| matches!(block.word(0), "files" | "toml")).cloned().collect();
    let mut last: Option<Example> = None;
    for block in &page.blocks {
        let line = block.line;
        match (block.word(0), block.word(1)) {
            (_, verdict @ ("bad" | "good")) => {
                let example = Example::new(block, &beside);
                let found = example.findings();
                let expected: &[&str] = if verdict == "bad" { &[page.id.as_str()] } else { &[] };
                if found.iter().map(|(rule, _)| rule.as_str()).ne(expected.iter().copied()) {
                    let _ = writeln!(wrong, "line {line}: a {verdict} example gives {found:#?}");
                }
                last = Some(example);
            }
            ("output", _) => {
                let Some(example) = &last else { return Err("an output block before any example".into()) };
                let printed = example.printed();
                if printed.trim_end() != block.text.trim_end() {
                    if update {
                        changed.push((line, printed));
                    } else {
                        let _ = writeln!(wrong, "line {line}: the output is\n{printed}");
                    }
                }
            }
            ("json", "fixed") => {
                let Some(example) = &last else { return Err("a fixed block before any example".into()) };
                let fixed = example.fixed();
                if fixed.trim_end() != block.text.trim_end() {
                    let _ = writeln!(wrong, "line {line}: the fixed text is\n{fixed}");
                }
            }
            _ => {}
        }
    }
    if !changed.is_empty() {
        page.rewrite(&changed);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// A folder with the files of one example, and the options of the run.
struct Example {
    folder: tempfile::TempDir,
    arguments: Vec<String>,
    request: &'static str,
}

impl Example {
    fn new(block: &Block, beside: &[Block]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for block in beside {
            match block.word(0) {
                "files" => recipe::write(folder.path(), &block.text),
                _ => write(folder.path(), "heylint.toml", &block.text),
            }
        }
        let mut arguments = Vec::new();
        let rest: Vec<&str> = block.info.split_whitespace().skip(2).collect();
        let flags = rest.iter().filter(|word| word.starts_with("--")).map(|word| (*word).to_owned());
        arguments.extend(flags);
        let words: Vec<&str> = rest.iter().copied().filter(|word| !word.starts_with("--")).collect();
        let mut request = "";
        match block.word(0) {
            kind @ ("json" | "jsonl") => {
                request = if kind == "json" { "request.json" } else { "requests.jsonl" };
                write(folder.path(), request, &recipe::fill(&block.text));
                if !words.is_empty() {
                    arguments.extend(["--endpoint".to_owned(), words.join(" ")]);
                }
                arguments.push(request.to_owned());
            }
            "media" => {
                recipe::write(folder.path(), &block.text);
                // Without a configuration, unused media give hints at most.
                if !folder.path().join("heylint.toml").exists() {
                    write(folder.path(), "heylint.toml", "");
                }
                if let [place] = words[..] {
                    arguments.extend(["--use".to_owned(), place.to_owned()]);
                }
                arguments.push(".".to_owned());
            }
            "text" => {
                let name = words.first().expect("a text block must name its file");
                write(folder.path(), name, &block.text);
                arguments.push((*name).to_owned());
            }
            other => panic!("a block of kind {other} has no verdict"),
        }
        Self { folder, arguments, request }
    }

    fn call(&self, more: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_heylint"))
            .arg("check")
            .args(["--now", NOW, "--color", "never"])
            .args(more)
            .args(&self.arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("COLUMNS", "120")
            .output()
            .expect("heylint runs")
    }

    /// Rule and message of every finding.
    fn findings(&self) -> Vec<(String, String)> {
        let output = self.call(&["--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("the report is not JSON ({error}): {}", String::from_utf8_lossy(&output.stderr))
        });
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let diagnostics = report["diagnostics"].as_array().expect("diagnostics");
        diagnostics.iter().map(|found| (text(&found["rule"]), text(&found["message"]))).collect()
    }

    fn printed(&self) -> String {
        String::from_utf8(self.call(&["--quiet"]).stdout).expect("UTF-8")
    }

    fn fixed(&self) -> String {
        self.call(&["--fix"]);
        std::fs::read_to_string(self.folder.path().join(self.request)).expect("the request")
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("written");
}
