//! The schemas of the requests in a folder, for an editor without the language server.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use heylint::config::Config;
use heylint::outcome::{FileKind, RunReport};
use heylint::profile;
use heylint::request::contract::Operation;
use heylint::request::json::{parse, quote};
use heylint::request::{Request, schema};

use super::{InitMode, put};
use crate::cli::Failure;

const SETTINGS: &str = ".vscode/settings.json";
/// The most files to read again, to see what they are.
const MOST_READ: usize = 10_000;
/// The most files of a folder to name one by one.
const MOST_NAMED: usize = 50;

/// Writes the schemas of the endpoints that the files of a folder are for, and associates them in the settings of VS Code.
pub(super) fn associate(report: &RunReport, root: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    let bodies = bodies(report, root);
    let config = Config::default();
    let mut entries = Vec::new();
    for (name, (operation, files)) in &bodies {
        let patterns: Vec<String> = patterns(files, root).iter().map(|pattern| quote(pattern)).collect();
        if patterns.is_empty() {
            continue;
        }
        let file = format!(".vscode/heylint/{name}.json");
        let text = serde_json::to_string_pretty(&schema::schema(operation, config.limits()))
            .map_err(|error| Failure::new(error.to_string()))?;
        put(&root.join(&file), &format!("{text}\n"), InitMode::Text, out)?;
        entries.push(format!(
            "    {{ \"fileMatch\": [{}], \"url\": {} }}",
            patterns.join(", "),
            quote(&format!("./{file}"))
        ));
    }
    if entries.is_empty() {
        return Ok(());
    }
    let list = format!("  \"json.schemas\": [\n{}\n  ]\n", entries.join(",\n"));
    let path = root.join(SETTINGS);
    if path.symlink_metadata().is_ok() {
        writeln!(out, "left {SETTINGS} unchanged; add this to it:\n\n{list}")?;
        return Ok(());
    }
    let text = format!(
        "{{\n  // Written by `heylint init` for VS Code without the heylint extension, which does more. Remove it if you install that.\n{list}}}\n"
    );
    put(&path, &text, InitMode::Text, out)
}

/// The bodies below the root of the repository, by a name for their schema.
fn bodies(report: &RunReport, root: &Path) -> BTreeMap<String, (&'static Operation, BTreeSet<PathBuf>)> {
    let mut bodies: BTreeMap<String, (&'static Operation, BTreeSet<PathBuf>)> = BTreeMap::new();
    let Ok(root) = root.canonicalize() else { return bodies };
    let single = |file: &&heylint::outcome::CheckedFile| {
        file.kind == FileKind::Request && Path::new(&file.path).extension().is_some_and(|extension| extension == "json")
    };
    for file in report.files.iter().filter(single).take(MOST_READ) {
        let Ok(path) = Path::new(&file.path).canonicalize() else { continue };
        let (Ok(below), Ok(text)) = (path.strip_prefix(&root), std::fs::read_to_string(&path)) else { continue };
        let document = parse(&text);
        let Some(body) = document.root() else { continue };
        let request = Request::read(profile::default(), None, body, None);
        // The schema is of the body: an envelope would not be valid.
        let Some(operation) = request.operation().filter(|_| request.envelope.is_none()) else { continue };
        let path = operation.path.trim_matches('/').replace(['{', '}'], "").replace('/', "-");
        let name = format!("{}-{path}", operation.method.to_ascii_lowercase());
        bodies.entry(name).or_insert_with(|| (operation, BTreeSet::new())).1.insert(below.to_owned());
    }
    bodies
}

/// Patterns for these files: a whole folder if all of its JSON files are among them, so that the next draft is covered.
fn patterns(files: &BTreeSet<PathBuf>, root: &Path) -> Vec<String> {
    let mut folders: BTreeMap<&Path, Vec<&PathBuf>> = BTreeMap::new();
    for file in files {
        folders.entry(file.parent().unwrap_or(Path::new(""))).or_default().push(file);
    }
    let mut patterns = Vec::new();
    for (folder, names) in folders {
        let entries = root.join(folder).read_dir().into_iter().flatten().flatten();
        let json = entries.filter(|entry| Path::new(&entry.file_name()).extension().is_some_and(|name| name == "json"));
        let whole = !folder.as_os_str().is_empty() && json.count() == names.len();
        let all =
            if whole { vec![folder.join("*.json")] } else { names.into_iter().take(MOST_NAMED).cloned().collect() };
        patterns.extend(all.iter().map(|path| format!("/{}", path.to_string_lossy().replace('\\', "/"))));
    }
    // Characters with a special meaning in a pattern.
    patterns.retain(|pattern| !pattern.trim_end_matches("/*.json").contains(['*', '?', '[', ']', '{', '}', '!']));
    patterns
}
