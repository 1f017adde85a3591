//! Turns the data in `rules/` into constants: pages into rules, folders of profiles into limits and request tables.
//!
//! If the data contradict each other, the build stops with a sentence that names the file.

mod contract;
mod data;
mod emit;
mod limits;
mod pages;
mod prices;
mod profile;

use std::path::{Path, PathBuf};

/// The path of the made-up profile for the unit tests.
const MADE_UP: &str = "tests/profiles/parcel-v1";

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    let rules = root.join("rules");
    println!("cargo::rerun-if-changed={}", rules.display());
    println!("cargo::rerun-if-changed={}", root.join("build").display());
    println!("cargo::rerun-if-changed={}", root.join(MADE_UP).display());
    if let Err(fault) = generate(&root, &out) {
        println!("cargo::error={fault}");
        std::process::exit(1);
    }
}

fn generate(root: &Path, out: &Path) -> Result<(), String> {
    let rules = root.join("rules");
    let list = data::read(&rules.join("profiles.toml"))?;
    let names = data::need(&list, "profiles")?.strings("profiles")?;
    let mut sources = Vec::new();
    for name in &names {
        sources.push(profile::read(&rules.join(name), false)?);
    }
    let pages = pages::read(&rules)?;
    pages::check(&pages, &sources.iter().map(|source| &source.profile).collect::<Vec<_>>())?;
    // A made-up service for the unit tests. A package without tests lacks it.
    let made_up = root.join(MADE_UP);
    if made_up.exists() {
        sources.push(profile::read(&made_up, true)?);
    }
    let mut hooks = profile::Hooks::default();
    let mut profiles = String::new();
    for (number, source) in sources.iter().enumerate() {
        profiles += &profile::generate(source, number, &pages, &mut hooks)?;
    }
    let all: Vec<_> = names.iter().map(|name| emit::path(format!("&{}::PROFILE", name.replace('-', "_")))).collect();
    emit::public_static(&mut profiles, "Every profile; the first is the default.", "ALL", "&[&Profile]", &all);
    write(&out.join("profiles.rs"), &profiles)?;
    write(&out.join("conditions.rs"), &hooks.generate())?;
    write(&out.join("rules.rs"), &pages::generate(&pages))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The name of a constant for `script.max` or `script/too-long`.
fn constant(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
