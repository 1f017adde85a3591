//! Writes the worst files that we know, one by one, for `tests/limits.sh`:
//! `cargo run --example worst -- list`, then `… -- NAME BYTES > NAME`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::{Error, Write};

use common::worst::{FORMS, MEDIA, TEXTS};

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    let all = || MEDIA.iter().chain(TEXTS).chain(FORMS);
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => all().try_for_each(|(name, _)| writeln!(out, "{name}")),
        [name, size] => {
            let (_, maker) = all().find(|(known, _)| *known == name).ok_or_else(|| Error::other("no such name"))?;
            out.write_all(&maker(size.parse().map_err(Error::other)?))
        }
        _ => Err(Error::other("usage: worst list | NAME BYTES")),
    }
}
