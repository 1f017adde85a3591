//! Times runs over folders of generated files: `cargo bench --bench folder`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::PathBuf;

use divan::{Bencher, black_box};
use heylint::config::{ConfigOrigin, Configs};
use heylint::media::Depth;
use heylint::report::{self, ReportFormat, ReportStyle};
use heylint::{Linter, Settings, walk};
use tempfile::TempDir;

const FILES: [usize; 2] = [200, 2_000];

fn main() {
    divan::main();
}

fn folder(files: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    common::many::write(folder.path(), files).expect("written");
    folder
}

fn settings(folder: &TempDir, depth: Depth) -> Settings {
    Settings { depth, origin: ConfigOrigin::Isolated, ..Settings::for_paths([folder.path()]) }
}

/// Runs a check and discards its report.
fn run(settings: Settings) {
    let outcome = Linter::new(settings).run().expect("a run");
    assert_eq!(outcome.report.findings.len(), 0);
    report::write(&outcome.report, ReportFormat::Concise, &ReportStyle::default(), &mut std::io::sink())
        .expect("written");
}

/// The fixed cost of a run.
#[divan::bench]
fn empty(bencher: Bencher) {
    let folder = folder(0);
    bencher.bench(|| run(settings(&folder, Depth::Full)));
}

#[divan::bench(args = FILES)]
fn walk_only(bencher: Bencher, files: usize) {
    let folder = folder(files);
    let configs = Configs::new(ConfigOrigin::Isolated, PathBuf::from("/"));
    bencher
        .counter(divan::counter::ItemsCount::new(files))
        .bench(|| black_box(walk::walk(&[folder.path().to_owned()], &configs, 0, false)).inputs.len());
}

#[divan::bench(args = FILES)]
fn header(bencher: Bencher, files: usize) {
    let folder = folder(files);
    bencher.counter(divan::counter::ItemsCount::new(files)).bench(|| run(settings(&folder, Depth::Header)));
}

#[divan::bench(args = FILES)]
fn full(bencher: Bencher, files: usize) {
    let folder = folder(files);
    bencher.counter(divan::counter::ItemsCount::new(files)).bench(|| run(settings(&folder, Depth::Full)));
}

/// Source files of a project without requests, a few kilobytes each. If `taken`, their extensions are among those that
/// a walk reads.
fn project(files: usize, taken: bool) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "def total(items):\n    return sum(item.price * item.count for item in items)  # of the basket\n\n";
    for at in 0..files {
        let inner = folder.path().join(format!("{}/{}", at % 50, at % 7));
        std::fs::create_dir_all(&inner).expect("folders");
        let extension = if taken { ["py", "ts", "md", "yaml"][at % 4] } else { "txt" };
        let text = line.repeat(20 + at * 37 % 150);
        std::fs::write(inner.join(format!("{at}.{extension}")), text).expect("written");
    }
    folder
}

/// The walk reads every source but parses none, because none contains a word of a service.
#[divan::bench]
fn sources(bencher: Bencher) {
    let folder = project(5_000, true);
    bencher.counter(divan::counter::ItemsCount::new(5_000_usize)).bench(|| run(settings(&folder, Depth::Full)));
}

/// Only opens and reads every source, on one thread: the lower bound of any search for requests.
#[divan::bench]
fn sources_read(bencher: Bencher) {
    use std::io::Read;
    let folder = project(5_000, true);
    let configs = Configs::new(ConfigOrigin::Isolated, PathBuf::from("/"));
    let walked = walk::walk(&[folder.path().to_owned()], &configs, 1, false);
    let mut memory = vec![0; 1 << 20];
    bencher.counter(divan::counter::ItemsCount::new(5_000_usize)).bench_local(|| {
        let read = |input: &walk::Input| {
            let (mut file, _) = walk::open_seen(&input.path).expect("opened");
            file.read(&mut memory).expect("read")
        };
        walked.inputs.iter().map(read).sum::<usize>()
    });
}

/// The same files with an extension that a walk ignores: the cost of the walk itself.
#[divan::bench]
fn no_sources(bencher: Bencher) {
    let folder = project(5_000, false);
    bencher.counter(divan::counter::ItemsCount::new(5_000_usize)).bench(|| run(settings(&folder, Depth::Full)));
}

/// All files are in the cache and unchanged.
#[divan::bench(args = FILES)]
fn cached(bencher: Bencher, files: usize) {
    let (folder, cache) = (folder(files), tempfile::tempdir().expect("a folder"));
    // The cache does not trust files that changed in the last two seconds.
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let settings = || Settings { cache: Some(cache.path().to_owned()), ..settings(&folder, Depth::Full) };
    run(settings());
    bencher.counter(divan::counter::ItemsCount::new(files)).bench(|| run(settings()));
}
