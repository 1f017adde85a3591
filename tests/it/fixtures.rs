//! The committed fixtures equal what their recipes make, and heylint reports the expected findings for each.

use crate::common;
use std::path::Path;
use std::process::Command;

#[test]
fn the_files_equal_their_recipes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let fixtures = common::recipe::fixtures(&folder);
    assert!(fixtures.len() > 20);
    for (path, bytes) in fixtures {
        let stored = std::fs::read(folder.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(stored == bytes, "{path} differs from its recipe; write it with `cargo run --example fixtures`");
    }
}

fn check(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_heylint"))
        .args(arguments)
        .args(["--now", "2026-11-22T12:00:00Z", "--color", "never", "--quiet"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))
        .env_clear()
        .env("COLUMNS", "120")
        .output()
        .expect("heylint runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_findings_of_each_fixture() {
    insta::assert_snapshot!("fixtures", check(&["check", "--format", "concise", "good", "bad"]));
}

#[test]
fn the_report_of_the_demo() {
    insta::assert_snapshot!("demo", check(&["check", "demo"]));
}
