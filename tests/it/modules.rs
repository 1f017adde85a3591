//! The top-level modules of `src/` form layers, and each uses only lower ones. Compares the table in CONTRIBUTING.md with
//! the `use` lines and paths in the code; unit tests may use anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The modules of the table, from the lowest to the highest: `src/text/` is `text`, `src/source.rs` is `source`.
fn table() -> Vec<String> {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `src/"));
    rows.map(|row| {
        let name = row.split('`').next().expect("a name");
        name.trim_end_matches('/').trim_end_matches(".rs").to_owned()
    })
    .collect()
}

/// Every source file with the module that it belongs to.
fn files() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                let inside = path.strip_prefix(root().join("src")).expect("below src");
                let first = inside.components().next().expect("a name").as_os_str().to_str().expect("text");
                found.push((first.trim_end_matches(".rs").to_owned(), path));
            }
        }
    }
    found.retain(|(module, _)| module != "lib" && module != "main");
    found.sort();
    found
}

/// The code of a file without its comments and without the tests at its end.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The modules that a file names: `crate::a`, `crate::{a, b::c}`.
fn named(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') || code[..at].ends_with("$") {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let (mut depth, mut item) = (0, String::new());
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    found.insert(word(item.trim()));
                    item.clear();
                    continue;
                }
                _ => {}
            }
            item.push(c);
        }
        found.insert(word(item.trim()));
    }
    found
}

#[test]
fn modules_use_only_lower_modules() {
    let table = table();
    let layer: BTreeMap<&str, usize> = table.iter().map(String::as_str).zip(0..).collect();
    assert_eq!(layer.len(), table.len(), "the table lists a module twice");
    let files = files();
    let modules: BTreeSet<&str> = files.iter().map(|(module, _)| module.as_str()).collect();
    let listed: BTreeSet<&str> = layer.keys().copied().collect();
    assert_eq!(modules, listed, "the table in CONTRIBUTING.md lists the modules of src/");
    let mut wrong = Vec::new();
    let mut arrows = BTreeSet::new();
    for (module, path) in &files {
        for other in named(&code(path)).iter().filter(|other| *other != module) {
            // Names at the root of the crate are not modules: `crate::Linter` is re-exported for users.
            let Some(below) = layer.get(other.as_str()) else { continue };
            arrows.insert((module.clone(), other.clone()));
            if *below > layer[module.as_str()] {
                wrong.push(format!("{} uses {other}, which is above {module}", path.display()));
            }
        }
    }
    assert!(arrows.len() > 30, "only {} uses were found: the parser of `use` lines is broken", arrows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_are_read_as_they_are_written() {
    let of = |code: &str| named(code).into_iter().collect::<Vec<_>>();
    assert_eq!(of("use crate::a::B;\nlet x = crate::c::d();"), ["a", "c"]);
    assert_eq!(of("use crate::{a::{B, C}, d, e as f};"), ["a", "d", "e"]);
    assert_eq!(of("macro $crate::a; mycrate::b"), [""; 0]);
}

/// The types that a file defines: `struct`, `enum`, `trait`, `union`, and `type` outside traits and implementations.
fn types(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = BTreeSet::new();
    for line in code.lines() {
        let bare = line.trim_start();
        let bare = match bare.strip_prefix("pub(").and_then(|rest| rest.split_once(") ")) {
            Some((_, rest)) => rest,
            None => bare.strip_prefix("pub ").unwrap_or(bare),
        };
        let inner = line.starts_with(' ');
        for keyword in ["struct ", "enum ", "trait ", "union ", "type "] {
            if let Some(rest) = bare.strip_prefix(keyword).filter(|_| keyword != "type " || !inner) {
                found.insert(word(rest));
            }
        }
    }
    found
}

#[test]
fn a_type_name_means_one_thing() {
    let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, path) in files() {
        for name in types(&code(&path)) {
            modules.entry(name).or_default().insert(module.clone());
        }
    }
    assert!(modules.len() > 400, "only {} types were found: the parser of definitions is broken", modules.len());
    let twice: Vec<_> = modules.iter().filter(|(_, modules)| modules.len() > 1).collect();
    assert!(twice.is_empty(), "several modules define a type with the same name: {twice:?}");
}

#[test]
fn types_are_read_as_they_are_written() {
    let code = "pub(super) struct A<'a> {\nenum B {\npub trait C: D {\n    type E = u8;\ntype F = u8;\n    pub struct G;\nlet H = 1;";
    assert_eq!(types(code).into_iter().collect::<Vec<_>>(), ["A", "B", "C", "F", "G"]);
}

/// The words that only the modules of a service may contain: its name, and names of fields that no other code would use.
fn service_words() -> BTreeSet<&'static str> {
    let profile = heylint::profile::default();
    let fields = profile.objects.iter().flat_map(|object| object.fields).map(|field| field.name);
    let retired = profile.objects.iter().flat_map(|object| object.retired).map(|retired| retired.name);
    let mut words: BTreeSet<&str> = fields.chain(retired).filter(|name| name.contains('_')).collect();
    words.extend(["avatar", "talking_photo"]);
    for word in COMMON {
        words.remove(word);
    }
    words
}

/// Words of the contract language (an asset is a URL, base64 or an id) and of our reports.
const COMMON: [&str; 3] = ["asset_id", "media_type", "size_bytes"];

/// The places that may know a service, because a table cannot express the condition.
const OF_SERVICES: [&str; 1] = ["src/check/conditions/"];

/// The string literals of some code.
fn literals(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(open) = rest.find('"') {
        let inner = &rest[open + 1..];
        let mut end = 0;
        while let Some(at) = inner[end..].find(['"', '\\']) {
            end += at;
            if inner[end..].starts_with('"') {
                break;
            }
            end = (end + 2).min(inner.len());
        }
        found.push(inner.get(..end).unwrap_or(""));
        rest = inner.get(end + 1..).unwrap_or("");
    }
    found
}

#[test]
fn only_its_own_folders_know_a_service() {
    let words = service_words();
    assert!(words.len() > 100, "only {} words of the service are known", words.len());
    let service = heylint::profile::default();
    let mut named: Vec<String> = service.versions.iter().map(|part| format!("/{part}/")).collect();
    named.push(service.title.to_lowercase());
    let mut wrong = Vec::new();
    for (_, path) in files() {
        let name = path.strip_prefix(root()).expect("below the root").to_str().expect("text").replace('\\', "/");
        if OF_SERVICES.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        let code = code(&path).replace("'\"'", "'_'").replace("b'\"'", "b'_'");
        for literal in literals(&code) {
            let lower = literal.to_lowercase();
            let mut parts = literal.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let service = named.iter().find(|name| lower.contains(name.as_str())).map(String::as_str);
            if let Some(word) = parts.find(|word| words.contains(word)).or(service) {
                wrong.push(format!("{name}: {word} in “{literal}”"));
            }
        }
    }
    assert!(wrong.is_empty(), "rules/ has a place for each of these:\n{}", wrong.join("\n"));
}

#[test]
fn literals_are_read_as_they_are_written() {
    assert_eq!(literals(r#"f("a", x, "b\"c", "")"#), ["a", "b\\\"c", ""]);
    assert!(literals("no text").is_empty());
}
