//! Shared by tests, benches and examples: makers of small files, and access to the corpus.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "every test binary uses its own part")]

pub mod big;
pub mod busy;
pub mod look;
pub mod make;
pub mod many;
pub mod measure;
pub mod mutate;
pub mod page;
pub mod recipe;
pub mod worst;

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// The folder of real files beside the checkout, or in `HEYLINT_CORPUS`, if it exists.
pub fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("HEYLINT_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no corpus at {}", folder.display());
    None
}

/// An open temporary file with these bytes.
pub fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}
