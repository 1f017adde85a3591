//! Files beside the open documents: the media that drafts refer to, and the configurations.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::document::OpenDocument;
use crate::config::FILE_NAME;
use crate::engine::Stamp;
use crate::media::Format;

/// How often files that the client does not watch are polled.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// The most files that one turn polls.
const MOST: usize = 4_096;

/// The URIs of documents whose files changed. The client itself watches the folders in `watched`.
pub(super) fn changed(documents: &HashMap<String, OpenDocument>, watched: &[PathBuf]) -> Vec<String> {
    let mut seen: BTreeMap<&Path, Option<Stamp>> = BTreeMap::new();
    let mut changed = Vec::new();
    for (uri, document) in documents {
        let beside = document.fresh().map(|checked| checked.beside.as_slice()).unwrap_or_default();
        let differs = beside.iter().any(|(path, stamp)| {
            if watched.iter().any(|folder| path.starts_with(folder))
                || (seen.len() >= MOST && !seen.contains_key(&**path))
            {
                return false;
            }
            seen.entry(path).or_insert_with(|| Stamp::of(path)) != stamp
        });
        if differs {
            changed.push(uri.clone());
        }
    }
    changed
}

/// Whether a change of this file can affect the findings of a draft.
pub(super) fn concerns(path: &Path, document: &OpenDocument) -> bool {
    if path.file_name().is_some_and(|name| name == FILE_NAME) {
        return true;
    }
    document.checked.as_ref().is_none_or(|checked| checked.beside.iter().any(|(known, _)| known.starts_with(path)))
}

/// What the client is asked to watch: configurations and media files.
pub(super) fn registration() -> Value {
    let mut extensions: Vec<&str> = Format::ALL.iter().flat_map(|format| format.extensions()).copied().collect();
    extensions.sort_unstable();
    extensions.dedup();
    // Names are case-sensitive on some systems.
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
