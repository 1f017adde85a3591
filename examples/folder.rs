//! Writes folders of many small files, and times the minimum that any program must do with one:
//!
//!     cargo run --release --example folder -- make DIR FILES    media of every format, requests and other JSON
//!     cargo run --release --example folder -- file RECIPE       one file, to standard output
//!     cargo run --release --example folder -- lines RECORDS     a manifest of requests, to standard output
//!     cargo run --release --example folder -- open DIR THREADS  walks it and reads the first 4 KiB of each file
//!     cargo run --release --example folder -- stat DIR THREADS  walks it and reads the metadata of each file
//!
//! The last two are baselines for heylint. `benches/guard.sh` uses the files of the first three.

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::File;
use std::io::{BufWriter, Error, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ignore::{WalkBuilder, WalkState};

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |word: &str| word.parse::<usize>().map_err(Error::other);
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder, files] => common::many::write(Path::new(folder), number(files)?),
        ["file", recipe] => std::io::stdout().write_all(&common::recipe::bytes(recipe)),
        ["lines", records] => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            for at in 0..number(records)? {
                writeln!(out, "{}", common::many::record(at))?;
            }
            out.flush()
        }
        ["open", folder, threads] => {
            visit(folder, number(threads)?, |path| {
                let mut head = [0; 4 << 10];
                File::open(path).and_then(|mut file| file.read(&mut head)).map_or(0, |read| read as u64)
            });
            Ok(())
        }
        ["stat", folder, threads] => {
            visit(folder, number(threads)?, |path| path.metadata().map_or(0, |metadata| metadata.len()));
            Ok(())
        }
        _ => Err(Error::other(
            "usage: folder make DIR FILES | file RECIPE | lines RECORDS | open DIR THREADS | stat DIR THREADS",
        )),
    }
}

/// Walks a folder as heylint does and calls `work` with each file.
fn visit(folder: &str, threads: usize, work: impl Fn(&Path) -> u64 + Sync) {
    let (files, bytes, started) = (AtomicU64::new(0), AtomicU64::new(0), Instant::now());
    WalkBuilder::new(folder).threads(threads).build_parallel().run(|| {
        Box::new(|entry| {
            if let Ok(entry) = entry
                && entry.file_type().is_some_and(|file_type| file_type.is_file())
            {
                files.fetch_add(1, Ordering::Relaxed);
                bytes.fetch_add(work(entry.path()), Ordering::Relaxed);
            }
            WalkState::Continue
        })
    });
    let (files, bytes) = (files.into_inner(), bytes.into_inner());
    println!("{files} files, {bytes} bytes in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
}
