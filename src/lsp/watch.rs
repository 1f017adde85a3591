//! Files beside the open documents: the media that drafts refer to, and the configurations.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::document::{Document, Role};
use crate::config::FILE_NAME;
use crate::engine::Stamp;
use crate::media::Format;

/// How often files are looked at that the client does not watch.
const EVERY: Duration = Duration::from_secs(1);
/// More files than this are not looked at in one turn.
const MOST: usize = 4_096;

/// What the files were like that nobody else watches.
#[derive(Debug)]
pub(super) struct Watch {
    stamps: BTreeMap<PathBuf, Option<Stamp>>,
    pub due: Instant,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { stamps: BTreeMap::new(), due: Instant::now() + EVERY }
    }

    /// Whether a file has changed since the last turn. `watched` are folders in which the client looks itself.
    pub(super) fn turn<'d>(&mut self, documents: impl Iterator<Item = &'d Document>, watched: &[PathBuf]) -> bool {
        self.due = Instant::now() + EVERY;
        let mut stamps = BTreeMap::new();
        for path in documents.filter(|document| document.role == Role::Draft).flat_map(beside) {
            if stamps.len() < MOST
                && !watched.iter().any(|folder| path.starts_with(folder))
                && !stamps.contains_key(&path)
            {
                let stamp = Stamp::of(&path);
                stamps.insert(path, stamp);
            }
        }
        // What is new in the list was looked at with the document that named it.
        let changed = stamps.iter().any(|(path, stamp)| self.stamps.get(path).is_some_and(|known| known != stamp));
        self.stamps = stamps;
        changed
    }
}

/// The files that decide beside its text what is said of a draft.
fn beside(document: &Document) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for above in document.path.ancestors().skip(1) {
        paths.push(above.join(FILE_NAME));
        if above.join(".git").symlink_metadata().is_ok() {
            break;
        }
    }
    if let Some(Ok(found)) = document.checked.as_ref().map(|checked| &checked.outcome) {
        paths.extend(found.references.iter().map(|(_, path)| path.clone()));
    }
    paths
}

/// Whether a change of this file may change what is said of a draft.
pub(super) fn concerns(path: &Path, document: &Document) -> bool {
    if path.file_name().is_some_and(|name| name == FILE_NAME) {
        return true;
    }
    match document.checked.as_ref().map(|checked| &checked.outcome) {
        Some(Ok(found)) => found.references.iter().any(|(_, known)| known == path || known.starts_with(path)),
        _ => true,
    }
}

/// What the client is asked to watch: configurations, and files of every format that is known.
pub(super) fn registration() -> Value {
    let mut extensions: Vec<&str> = Format::ALL.iter().flat_map(|format| format.extensions()).copied().collect();
    extensions.sort_unstable();
    extensions.dedup();
    // Some systems take a name as it is written.
    let upper = extensions.iter().map(|extension| extension.to_ascii_uppercase());
    let all: Vec<String> = extensions.iter().map(|extension| (*extension).to_owned()).chain(upper).collect();
    json!({"registrations": [{
        "id": "heylint-files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": {"watchers": [
            {"globPattern": format!("**/{FILE_NAME}")},
            {"globPattern": format!("**/*.{{{}}}", all.join(","))},
        ]},
    }]})
}
