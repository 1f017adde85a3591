//! Times the JSON tree, the check of one body, a manifest, and the start of the program: `cargo bench --bench requests`

#[path = "common/manifest.rs"]
mod manifest;

use std::path::Path;
use std::process::{Command, Stdio};

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use heylint::check::{self, Context};
use heylint::limits::Limits;
use heylint::request::{Request, json};
use heylint::{Linter, Settings};
use manifest::Kind;

fn main() {
    divan::main();
}

/// The numbers of records of each kind.
const KINDS: [u64; 6] = [0, 2, 3, 4, 5, 6];

#[divan::bench(args = KINDS)]
fn tree(bencher: Bencher, at: u64) {
    let text = manifest::record(at, Kind::Sound);
    bencher.counter(BytesCount::of_str(&text)).bench(|| json::parse(black_box(&text)).root().is_some());
}

/// The baseline for the tree.
#[divan::bench(args = KINDS)]
fn tree_of_serde_json(bencher: Bencher, at: u64) {
    let text = manifest::record(at, Kind::Sound);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| serde_json::from_slice::<serde_json::Value>(black_box(text.as_bytes())).is_ok());
}

#[divan::bench(args = KINDS)]
fn body(bencher: Bencher, at: u64) {
    let (text, limits) = (manifest::record(at, Kind::Sound), Limits::default());
    let context = Context { limits: &limits, ready: false, now: 0, newer: None };
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let document = json::parse(black_box(&text));
        let request = document.root().map(|root| Request::read(heylint::profile::default(), None, root, None));
        request.map_or(0, |request| check::request::check(&request, &context).len())
    });
}

fn checked(path: &Path) -> u64 {
    let settings = Settings { jobs: std::num::NonZeroUsize::new(1), unheld: true, ..Settings::for_paths([path]) };
    Linter::new(settings).run().map_or(0, |outcome| outcome.report.summary.requests)
}

#[divan::bench(args = ["sound", "faulty", "pictures"], sample_count = 10)]
fn manifest_of_20_000(bencher: Bencher, kind: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("jobs.jsonl");
    let mut text = Vec::new();
    manifest::write(20_000, Kind::from_name(kind).expect("a kind"), &mut text).expect("written");
    std::fs::write(&path, &text).expect("written");
    bencher.counter(BytesCount::new(text.len())).bench(|| checked(black_box(&path)));
}

fn spawned(program: &str, words: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok()
}

/// Starts the program on one small request.
#[divan::bench]
fn start(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.json");
    std::fs::write(&path, manifest::record(0, Kind::Sound)).expect("written");
    let path = path.to_string_lossy().into_owned();
    bencher.bench(|| spawned(env!("CARGO_BIN_EXE_heylint"), &["check", "--isolated", &path]));
}

/// The baseline for `start`: a program that does nothing.
#[divan::bench]
fn start_of_nothing(bencher: Bencher) {
    bencher.bench(|| spawned("true", &[]));
}
