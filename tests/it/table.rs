//! The table in `tests/README.md` is correct: its sources, codes and tests exist, and no code of a source is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// One row. An empty format means that of the row above.
struct Row {
    format: String,
    sources: Vec<String>,
    codes: Vec<String>,
    tests: Vec<String>,
}

/// The words between backticks.
fn words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("tests/README.md")).expect("the table");
    let mut format = String::new();
    let lines = text.lines().filter(|line| line.starts_with("| ")).skip(1);
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [first, _, sources, codes, tests] = cells[..] else { panic!("not five cells: {line}") };
        if !first.is_empty() {
            first.clone_into(&mut format);
        }
        // Unit tests are in the sources.
        let tests = tests.split("unit tests").next().unwrap_or_default();
        Row { format: format.clone(), sources: words(sources), codes: words(codes), tests: words(tests) }
    };
    lines.map(row).collect()
}

/// The files of a source, which may be a folder.
fn files(source: &str) -> Vec<PathBuf> {
    let media = root().join("src/media");
    match source.strip_suffix("/*") {
        Some(folder) => below(&media.join(folder)),
        None => vec![media.join(source)],
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let each = |path: PathBuf| if path.is_dir() { below(&path) } else { vec![path] };
    paths.flat_map(each).filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The codes of the faults in a source.
fn codes(text: &str) -> BTreeSet<&str> {
    let calls = ["Fault::corrupt(", "Fault::malformed("].into_iter().flat_map(|call| text.split(call).skip(1));
    let literals = calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    literals.collect()
}

/// `*-crc`, `riff-*`, `segment*` and whole codes.
fn fits(pattern: &str, code: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => code.ends_with(end),
        (_, Some(start)) => code.starts_with(start),
        _ => code == pattern,
    }
}

#[test]
fn every_source_code_and_test_of_the_table_exists() {
    let all: String =
        below(&root().join("tests")).iter().chain(&below(&root().join("src/media"))).map(|path| read(path)).collect();
    let mut wrong = Vec::new();
    let rows = rows();
    // A check and the report of its fault may be in different sources.
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for row in &rows {
        let text = texts.entry(&row.format).or_default();
        row.sources.iter().flat_map(|source| files(source)).for_each(|path| text.push_str(&read(&path)));
    }
    for Row { format, codes, tests, .. } in &rows {
        for code in codes {
            if !texts[format.as_str()].split('"').any(|literal| fits(code, literal)) {
                wrong.push(format!("{format}: no source has {code}"));
            }
        }
        assert!(!tests.is_empty() || !codes.is_empty(), "{format}: an empty row");
        for test in tests {
            let name = test.trim_end_matches('…');
            let end = if name == *test { "()" } else { "" };
            if !all.contains(&format!("fn {name}{end}")) {
                wrong.push(format!("{format}: there is no test {test}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_code_is_missing() {
    let mut promised: BTreeMap<String, (BTreeSet<String>, BTreeSet<PathBuf>)> = BTreeMap::new();
    for row in rows() {
        let (codes, paths) = promised.entry(row.format).or_default();
        codes.extend(row.codes);
        paths.extend(row.sources.iter().flat_map(|source| files(source)));
    }
    assert_eq!(promised.len(), 8, "the formats with a walker");
    let mut wrong = Vec::new();
    for (format, (patterns, paths)) in promised {
        for path in paths {
            let text = read(&path);
            // Unit tests invent codes.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for code in codes(text) {
                if !patterns.iter().any(|pattern| fits(pattern, code)) {
                    wrong.push(format!("{format}: {code} of {} is not in tests/README.md", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
