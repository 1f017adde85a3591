//! Lists the JSON files of a folder that heylint recognises as requests, with their endpoints.
//!
//!     cargo run --example seen -- DIR…
//!
//! Prints a line for each file that a walk would check, or for every file with `--all`.

use std::path::{Path, PathBuf};

use heylint::request::{Request, Target, json, record};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let all = arguments.iter().any(|argument| argument == "--all");
    let mut files = Vec::new();
    for folder in arguments.iter().filter(|argument| !argument.starts_with("--")) {
        gather(Path::new(folder), &mut files);
    }
    files.sort();
    let (mut seen, mut read) = (0, 0);
    for path in files {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let document = json::parse(&text);
        read += 1;
        let mut found = Vec::new();
        for (index, root) in record::records(&document) {
            let request = Request::read(heylint::profile::default(), index, root, None);
            let name = match request.target {
                Target::Nothing { nearest } => {
                    nearest.map_or_else(String::new, |nearest| format!("({})", nearest.name()))
                }
                Target::Unknown { .. } => "unknown endpoint".to_owned(),
                _ => request.endpoint_name().unwrap_or_default(),
            };
            found.push((request.is_certain(), name));
        }
        let certain = found.iter().any(|(certain, _)| *certain);
        seen += usize::from(certain);
        if certain || all {
            let first = found.iter().find(|(sure, _)| *sure == certain);
            let (_, name) = first.cloned().unwrap_or_default();
            println!("{}\t{}\t{name}", path.display(), if certain { "seen" } else { "passed over" });
        }
    }
    println!("{seen} of {read} JSON files");
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.filter(|entry| !entry.path().is_symlink()).for_each(|entry| gather(&entry.path(), files));
    } else if path.extension().is_some_and(|extension| extension == "json") {
        files.push(path.to_owned());
    }
}
