//! The public interface of the library. Removing or changing a line breaks other programs, adding one does not. In CI,
//! cargo-semver-checks compares pull requests with their target branch.

use std::path::Path;

/// The public items: the exports of `lib.rs`, and the signatures of `face.rs` and `face/`.
fn items() -> String {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
        std::fs::read_to_string(path).expect("a source file")
    };
    let mut found = Vec::new();
    let lib = read("lib.rs");
    let shown = lib.split("#[doc(hidden)]\npub use engine::").nth(1).expect("the hidden exports come first");
    let uses = shown.split("pub use ").skip(1).map(|rest| rest.split(';').next().unwrap_or_default());
    found.extend(uses.map(|item| format!("use {item}")));
    for name in ["face.rs", "face/call.rs", "face/options.rs"] {
        let text = read(name);
        for (at, _) in text.match_indices("pub ") {
            let before = text[..at].rsplit('\n').next().unwrap_or_default();
            let item = &text[at..];
            if before.trim().is_empty()
                && ["pub fn", "pub struct", "pub enum"].iter().any(|kind| item.starts_with(kind))
            {
                found.push(item.split(" {").next().unwrap_or_default().to_owned());
            }
        }
    }
    let plain = |item: &String| item.split_whitespace().collect::<Vec<_>>().join(" ");
    found.iter().map(plain).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_public_interface_is_unchanged() {
    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/face.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&known, items() + "\n").expect("written");
    }
    let known = std::fs::read_to_string(known).expect("tests/it/face.txt");
    assert_eq!(items(), known.trim_end(), "UPDATE=1 writes tests/it/face.txt; say in CHANGELOG.md what breaks");
}
