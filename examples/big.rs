//! Writes large media files to measure with: `cargo run --release --example big -- DIR MEGABYTES [NAME…]`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::Error;
use std::path::Path;

use common::big::BIG;

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, megabytes, names @ ..] = &words[..] else {
        return Err(Error::other("usage: big DIR MEGABYTES [NAME…]"));
    };
    let bytes = megabytes.parse::<usize>().map_err(Error::other)? * 1_000_000;
    std::fs::create_dir_all(folder)?;
    for (name, maker) in BIG.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|wanted| wanted == name)) {
        std::fs::write(Path::new(folder).join(name), maker(bytes))?;
    }
    Ok(())
}
