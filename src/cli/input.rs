//! Reads what a command needs in addition to the files that it checks: standard input, lists of paths, files named by
//! options.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use heylint::engine::StdinBytes;
use heylint::source::clean;
use heylint::text::bounds;
use heylint::text::words::reason;
use heylint::walk;

use super::Failure;

/// The largest standard input in bytes, unless it is checked line by line.
pub(super) const MOST_INPUT: u64 = bounds::TEXT_BYTES as u64;

/// All bytes of a reader. Input above `most` bytes is an error, so nothing truncated passes for complete.
pub(super) fn bounded(reader: impl Read, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| walk::because(&error))?;
    if bytes.len() as u64 > most {
        return Err(format!("has more than {} MiB", most >> 20));
    }
    Ok(bytes)
}

/// As [`bounded`], for text.
pub(super) fn bounded_text(reader: impl Read, most: u64) -> Result<String, String> {
    String::from_utf8(bounded(reader, most)?).map_err(|_| "is not UTF-8".to_owned())
}

/// The text of a file named by an option.
pub(super) fn read_text(path: &Path, most: u64) -> Result<String, String> {
    bounded_text(walk::open(path)?.0, most)
}

/// Standard input as a command takes it.
pub(super) enum Piped {
    Whole(StdinBytes),
    /// The beginning of a text that is checked line by line.
    Stream(Vec<u8>),
}

/// Reads standard input to its end, into a temporary file if it is long. `passes` decides from the beginning whether the
/// rest can be checked line by line; then only the beginning is read.
pub(super) fn standard_input(passes: impl FnOnce(&[u8]) -> bool) -> Result<Piped, Failure> {
    let fault = |error: io::Error| Failure::new(format!("standard input: {}", reason(&error)));
    let mut head = Vec::new();
    let mut stdin = io::stdin().lock();
    stdin.by_ref().take(bounds::HELD_INPUT_BYTES + 1).read_to_end(&mut head).map_err(fault)?;
    if head.len() as u64 <= bounds::HELD_INPUT_BYTES {
        return Ok(Piped::Whole(head.into()));
    }
    if passes(&head) {
        return Ok(Piped::Stream(head));
    }
    let spooled = StdinBytes::spool(&head, stdin, bounds::SPOOLED_INPUT_BYTES);
    let spooled =
        spooled.map_err(|error| Failure::new(format!("standard input cannot be stored: {}", reason(&error))))?;
    spooled.map(Piped::Whole).ok_or_else(|| {
        Failure::with_help(
            format!("standard input has more than {} GiB", bounds::SPOOLED_INPUT_BYTES >> 30),
            "write it to a file and name that file; `--format jsonl` accepts JSON Lines of any length",
        )
    })
}

/// All of standard input, in memory.
pub(super) fn held_input() -> Result<Vec<u8>, Failure> {
    bounded(io::stdin().lock(), MOST_INPUT).map_err(|why| Failure::new(format!("standard input {why}")))
}

/// The bytes of a list of paths.
pub(super) fn list_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = walk::open(path).and_then(|(file, _)| bounded(file, MOST_INPUT));
    read.map_err(|message| Failure::new(format!("--files-from {}: {message}", clean(&path.to_string_lossy()))))
}

/// Parses paths, one per line. If the list contains a NUL, that separates them, because a name may contain a newline.
pub(super) fn listed(bytes: &[u8]) -> Result<Vec<PathBuf>, Failure> {
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    let lines = bytes
        .split(|byte| *byte == separator)
        .map(|line| if separator == 0 { line } else { line.strip_suffix(b"\r").unwrap_or(line) });
    lines.filter(|line| !line.is_empty()).map(path_of).collect()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Result<PathBuf, Failure> {
    use std::os::unix::ffi::OsStrExt;
    Ok(std::ffi::OsStr::from_bytes(bytes).into())
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Result<PathBuf, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| Failure::new("--files-from: a name is not UTF-8"))?;
    Ok(text.into())
}
