//! Turns the data in `rules/` into constants: pages into rules, the profile into limits, request shapes into tables.
//!
//! Whatever the data contradict themselves in stops the build with a sentence that names the file.

mod contract;
mod data;
mod limits;
mod pages;

use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    let rules = root.join("rules");
    println!("cargo::rerun-if-changed={}", rules.display());
    println!("cargo::rerun-if-changed={}", root.join("build").display());
    if let Err(fault) = generate(&rules, &out) {
        println!("cargo::error={fault}");
        std::process::exit(1);
    }
}

fn generate(rules: &Path, out: &Path) -> Result<(), String> {
    let folder = rules.join("heygen-v3");
    let profile = limits::read(&folder.join("limits.toml"))?;
    let pages = pages::read(rules)?;
    let mut used = pages::check(&pages, &profile)?;
    let requests = folder.join("requests");
    let (contract, bounds) = contract::generate(&contract::read(&requests)?, &profile, &pages)
        .map_err(|fault| format!("{}: {fault}", requests.display()))?;
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
