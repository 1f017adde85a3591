//! Turns the data in `rules/` into constants: pages into rules, the profile into limits, request shapes into tables.
//!
//! Whatever the data contradict themselves in stops the build with a sentence that names the file.

mod contract;
mod data;
mod limits;
mod pages;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    let rules = root.join("rules");
    println!("cargo::rerun-if-changed={}", rules.display());
    println!("cargo::rerun-if-changed={}", root.join("build").display());
    println!("cargo::rustc-env=HEYLINT_SOURCES={:016x}", sources(&root));
    if let Err(fault) = generate(&rules, &out) {
        println!("cargo::error={fault}");
        std::process::exit(1);
    }
}

/// A number that changes whenever the program may: what it has found out about files is kept no longer.
fn sources(root: &Path) -> u64 {
    let mut files = vec![root.join("Cargo.lock")];
    let mut folders = vec![root.join("src"), root.join("build"), root.join("rules")];
    println!("cargo::rerun-if-changed={}", root.join("Cargo.lock").display());
    println!("cargo::rerun-if-changed={}", root.join("src").display());
    while let Some(folder) = folders.pop() {
        for path in folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for bytes in files.iter().filter_map(|path| std::fs::read(path).ok()) {
        bytes.hash(&mut hasher);
    }
    hasher.finish()
}

fn generate(rules: &Path, out: &Path) -> Result<(), String> {
    let profile = limits::read(&rules.join("limits/heygen-v3.toml"))?;
    let pages = pages::read(rules)?;
    let mut used = pages::check(&pages, &profile)?;
    let (contract, bounds) = contract::generate(&contract::read(&rules.join("requests"))?, &profile, &pages)?;
    used.extend(bounds);
    limits::check(&profile, &used)?;
    write(&out.join("limits.rs"), &limits::generate(&profile)?)?;
    write(&out.join("contract.rs"), &contract)?;
    write(&out.join("rules.rs"), &pages::generate(&pages, &profile))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The name of a constant for `script.max` or `script/too-long`.
fn constant(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
