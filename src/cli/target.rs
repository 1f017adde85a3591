//! Decides where a command may write its other output files.

use std::path::{Path, PathBuf};

use heylint::config::FILE_NAME;
use heylint::engine::Outcome;
use heylint::outcome::RunReport;
use heylint::rule;
use heylint::source::clean;
use heylint::walk;

use super::Failure;

const IGNORE_FILES: [&str; 2] = [".gitignore", ".ignore"];

/// Refuses to overwrite a file that the run read, under any name: a checked file, a configuration, or a file that an
/// option names (`read`).
pub(super) fn spare(path: &Path, outcome: &Outcome, read: &[&Path]) -> Result<(), Failure> {
    let Ok(metadata) = path.metadata() else { return Ok(()) };
    let target = path.canonicalize().ok();
    let is_target = |checked: &Path| {
        let same = |also: std::fs::Metadata| walk::is_same_file(&metadata, &also);
        checked.metadata().is_ok_and(same) || (target.is_some() && checked.canonicalize().ok() == target)
    };
    let refused = |what: &str| {
        let message = format!("{} is {what}; the report was not written", clean(&path.to_string_lossy()));
        Err(Failure::with_help(message, "name another file for the report"))
    };
    let RunReport { files, findings, .. } = &outcome.report;
    let of_size = files.iter().filter(|file| file.size_bytes == metadata.len()).map(|file| file.path.as_str());
    let unread = findings.iter().filter(|finding| *finding.rule == rule::LINT_UNREADABLE);
    if of_size.chain(unread.map(|finding| &*finding.location.file)).any(|name| is_target(Path::new(name))) {
        return refused("one of the files that were checked");
    }
    let name = target.as_deref().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    if name == FILE_NAME || IGNORE_FILES.contains(&name) {
        return refused("a configuration");
    }
    if read.iter().any(|read| is_target(read)) {
        return refused("read by this run");
    }
    Ok(())
}

/// Refuses two reports in one file, because the second would overwrite the first.
pub(super) fn differ<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<(), Failure> {
    let mut known: Vec<PathBuf> = Vec::new();
    for path in paths {
        let whole = path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
        if known.contains(&whole) && !is_device(path) {
            let message = format!("two reports go to {}", clean(&path.to_string_lossy()));
            return Err(Failure::with_help(message, "give each a file of its own"));
        }
        known.push(whole);
    }
    Ok(())
}

/// Refuses to write through a link in the folder, or into something that is not a file: a project from outside could
/// choose the target, or make the run wait forever.
pub(super) fn guard(path: &Path) -> Result<(), Failure> {
    let refused = |why: &str| {
        let message = format!("{} {why}; nothing was written", clean(&path.to_string_lossy()));
        Err(Failure::with_help(message, "name the file itself"))
    };
    if is_behind_link(path) {
        return refused("is behind a symbolic link in this folder");
    }
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => refused("is a folder"),
        Ok(metadata) if !metadata.is_file() && !is_device(path) => refused("is not a file"),
        _ => Ok(()),
    }
}

/// `/dev/stdout`, `/dev/fd/63`: named on purpose.
fn is_device(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// Whether something below the current folder is reached through a link.
pub(super) fn is_behind_link(path: &Path) -> bool {
    let Ok(current) = std::env::current_dir() else { return false };
    let path = heylint::config::normal(&current.join(path));
    path.ancestors().take_while(|above| **above != *current).any(Path::is_symlink) && path.starts_with(&current)
}
