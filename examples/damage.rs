//! Compares our verdict on damaged fixtures with that of common tools. `tests/damage.sh` installs them and runs this.
//!
//! `damage [CUTS]` cuts each fixture at CUTS places (0: at every byte), zeroes blocks of 4 KB, inverts each byte of the
//! header, and sets lengths to extreme values. It then prints a table, and below it every copy on which the verdicts
//! differ.

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use common::make::srt::Srt;
use common::recipe;
use heylint::media::{Bytes, Damage, Depth, Facts, Format, probe};

/// The tool for a format, and its arguments.
fn tool(format: Format, file: &str) -> Option<Command> {
    let (name, before, after): (_, &[&str], &[&str]) = match format {
        Format::Mp4 | Format::WebM => ("ffmpeg", &["-nostdin", "-v", "error", "-i"], &["-f", "null", "-"]),
        Format::Png => ("pngcheck", &["-q"], &[]),
        Format::Jpeg => ("djpeg", &["-outfile", "/dev/null"], &[]),
        Format::Wav => ("sndfile-info", &[], &[]),
        Format::Mp3 => ("mpg123", &["-t", "-v"], &[]),
        Format::Pdf => ("qpdf", &["--check"], &[]),
        Format::Srt => ("ffmpeg", &["-nostdin", "-v", "error", "-f", "srt", "-i"], &["-f", "srt", "-y", "/dev/null"]),
        _ => return None,
    };
    let mut command = Command::new(name);
    command.args(before).arg(file).args(after).stdin(Stdio::null());
    Some(command)
}

/// The first complaint of the tool; none if it accepts the file.
fn complaint(format: Format, file: &str) -> Option<String> {
    let output = tool(format, file)?.output().unwrap_or_else(|error| panic!("{format}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    // These tools also print lines about intact files.
    let sign = |line: &&str| match format {
        Format::Wav => {
            ["rror", "should be", "***", "uncat", "nknown", "No 'data'"].iter().any(|sign| line.contains(sign))
        }
        Format::Mp3 => {
            ["rror", "arning", "resync", "skipp", "bits over", "truncated"].iter().any(|sign| line.contains(sign))
        }
        Format::Pdf => line.contains("WARNING") || line.contains("ERROR"),
        _ => !line.trim().is_empty(),
    };
    let found = text.lines().find(sign).map(|line| line.replace(file, "…"));
    let failed = !output.status.success();
    (found.is_some() || failed).then(|| found.unwrap_or_else(|| format!("{}", output.status)))
}

/// Copies with one damage each, with its kind and a description.
fn copies(file: &[u8], cuts: usize) -> Vec<(&'static str, String, Vec<u8>)> {
    let mut copies = Vec::new();
    let step = file.len().checked_div(cuts).unwrap_or(1).max(1);
    for end in (1..file.len()).step_by(step).chain([file.len() - 1]) {
        copies.push(("cut", format!("cut at {end}"), file[..end].to_vec()));
    }
    let blocks = file.len().div_ceil(4096);
    for block in (0..blocks).step_by((blocks / 16).max(1)) {
        let mut copy = file.to_vec();
        let end = (block * 4096 + 4096).min(copy.len());
        copy[block * 4096..end].fill(0);
        copies.push(("zeroed", format!("block {block} zeroed"), copy));
    }
    for at in 0..file.len().min(64) {
        let mut copy = file.to_vec();
        copy[at] ^= 0xff;
        copies.push(("flipped", format!("byte {at} inverted"), copy));
    }
    for at in (0..file.len().min(256) - 8).step_by(12) {
        for (length, width) in [(0_u64, 4), (1, 4), (0x7fff_ffff, 4), (0xffff_ffff, 4), (1 << 63, 8)] {
            let mut copy = file.to_vec();
            copy[at..at + width].copy_from_slice(&length.to_be_bytes()[8 - width..]);
            copies.push(("length", format!("{length:#x} at {at}"), copy));
        }
    }
    copies.retain(|(_, _, copy)| copy != file);
    copies
}

fn verdict(facts: &Facts, format: Format) -> (&'static str, String) {
    if facts.format != format {
        return ("corrupt", format!("is {}", facts.format));
    }
    let Some(fault) = facts.faults.iter().max_by_key(|fault| fault.damage) else { return ("clean", String::new()) };
    (if fault.damage == Damage::Corrupt { "corrupt" } else { "malformed" }, fault.message.clone())
}

fn main() -> std::io::Result<()> {
    let cuts = std::env::args().nth(1).map_or(24, |word| word.parse().expect("a count"));
    let folder = tempfile::tempdir()?;
    let fixtures = recipe::fixtures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
    let good = fixtures.into_iter().filter(|(path, _)| path.starts_with("good/"));
    let mut table: BTreeMap<_, BTreeMap<_, usize>> = BTreeMap::new();
    let mut differences = Vec::new();
    for (name, bytes) in good.chain([("made.srt".to_owned(), Srt::of_cues(12).bytes())]) {
        let format = probe(&mut Bytes::of_slice(&bytes), Depth::Full).expect("memory").format;
        let whole = ("whole", "as it is".to_owned(), bytes.clone());
        for (kind, what, copy) in std::iter::once(whole).chain(copies(&bytes, cuts)) {
            let path = folder.path().join(name.rsplit('/').next().unwrap_or_default());
            std::fs::write(&path, &copy)?;
            let facts = probe(&mut Bytes::of_slice(&copy), Depth::Full).expect("memory");
            let (ours, words) = verdict(&facts, format);
            let theirs = complaint(format, &path.to_string_lossy());
            *table.entry((format.name(), kind)).or_default().entry((ours, theirs.is_some())).or_default() += 1;
            match (ours, &theirs) {
                ("clean", Some(theirs)) => differences.push(format!("{name}, {what}: clean | {theirs}")),
                ("corrupt", None) => differences.push(format!("{name}, {what}: corrupt: {words} | accepts it")),
                _ => {}
            }
        }
    }
    println!("format damage    copies  both bad  both fine  malformed: bad fine  only we  only they");
    for ((format, kind), counts) in table {
        let of = |ours, theirs| counts.get(&(ours, theirs)).copied().unwrap_or(0);
        println!(
            "{format:6} {kind:8} {:7} {:9} {:10} {:15} {:4} {:8} {:10}",
            counts.values().sum::<usize>(),
            of("corrupt", true),
            of("clean", false),
            of("malformed", true),
            of("malformed", false),
            of("corrupt", false),
            of("clean", true),
        );
    }
    println!();
    differences.iter().for_each(|line| println!("{line}"));
    Ok(())
}
