//! Times the walkers on every format at every depth: `cargo bench --bench media [-- FILTER]`. Throughput is in bytes of
//! the file, read from the page cache on one thread.

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use heylint::media::{Bytes, Depth, probe};

use common::big::BIG;
use common::recipe;

const LARGE: usize = 64_000_000;
/// Decoding is a hundred times slower.
const SMALL: usize = 2_000_000;

fn main() {
    divan::main();
}

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

/// The file of this name and size, generated on first use.
fn made(name: &str, size: usize) -> PathBuf {
    let folder = FOLDER.path().join(size.to_string());
    let path = folder.join(name);
    if !path.exists() {
        std::fs::create_dir_all(&folder).expect("a folder");
        let maker = BIG.iter().find(|(known, _)| *known == name).expect("a known name").1;
        std::fs::write(&path, maker(size)).expect("written");
    }
    path
}

fn names() -> impl Iterator<Item = &'static str> {
    BIG.iter().map(|(name, _)| *name)
}

fn read(path: &Path, depth: Depth) {
    let file = File::open(path).expect("made");
    let mut bytes = Bytes::of_file(&file).expect("opened");
    black_box(probe(&mut bytes, depth).expect("read"));
}

fn bench(bencher: Bencher<'_, '_>, name: &str, size: usize, depth: Depth) {
    let path = made(name, size);
    let bytes = path.metadata().expect("made").len();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| read(&path, depth));
}

#[divan::bench(args = names(), sample_count = 20, max_time = 1)]
fn header(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, name, LARGE, Depth::Header);
}

#[divan::bench(args = names(), sample_count = 20, max_time = 1)]
fn full(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, name, LARGE, Depth::Full);
}

#[divan::bench(args = names(), sample_count = 10, max_time = 1)]
fn decode(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, name, SMALL, Depth::Decode);
}

/// The baseline for PNG: the `png` crate only decodes the file.
#[divan::bench(args = ["photo.png", "screen.png"], sample_count = 20, max_time = 1)]
fn full_by_the_png_crate(bencher: Bencher<'_, '_>, name: &str) {
    let path = made(name, LARGE);
    let bytes = path.metadata().expect("made").len();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let file = std::io::BufReader::new(File::open(&path).expect("made"));
        let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        black_box(reader.next_frame(&mut pixels).expect("an image"));
    });
}

/// The cost of a small file: open, read, close.
#[divan::bench(args = [
    "mp4 h264 320x180 25fps 1s aac", "mp4 h264 320x180 25fps 1s aac fragmented", "webm vp8 320x180 25fps 1s opus",
    "jpeg 320x240", "jpeg 320x240 progressive", "png 320x180", "wav 8000Hz mono 1s", "mp3 44100Hz mono 1s", "pdf 2pages",
], sample_count = 50, sample_size = 50)]
fn small(bencher: Bencher<'_, '_>, recipe: &str) {
    let path = FOLDER.path().join(recipe.replace(' ', "-"));
    std::fs::write(&path, recipe::bytes(recipe)).expect("written");
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| read(&path, Depth::Full));
}
