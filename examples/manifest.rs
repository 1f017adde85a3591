//! Writes long manifests, and parses them with `serde_json` for comparison.
//!
//! `manifest make sound|faulty|pictures RECORDS > a.jsonl` writes one. `manifest parse FILE` parses each line into a
//! `Value`, as the baseline for the speed of `heylint check`.

#[path = "../benches/common/manifest.rs"]
mod manifest;

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Error, Write};

use manifest::Kind;

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", kind, records] => {
            let kind = Kind::from_name(kind).ok_or_else(|| Error::other("KIND is sound, faulty or pictures"))?;
            let mut out = BufWriter::new(io::stdout().lock());
            manifest::write(records.parse().map_err(Error::other)?, kind, &mut out)?;
            out.flush()
        }
        ["parse", path] => {
            let mut source = BufReader::with_capacity(256 << 10, File::open(path)?);
            let (mut line, mut objects) = (Vec::new(), 0_u64);
            while source.read_until(b'\n', &mut line)? > 0 {
                let value: serde_json::Value = serde_json::from_slice(&line)?;
                objects += u64::from(value.is_object());
                line.clear();
            }
            println!("{objects} objects");
            Ok(())
        }
        _ => Err(Error::other("usage: manifest make KIND RECORDS | parse FILE")),
    }
}
