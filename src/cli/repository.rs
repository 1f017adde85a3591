//! The path of the working folder in its repository. CI servers expect paths relative to the root.

use std::path::{Component, Path};

/// The working folder relative to the root of its repository, with a trailing slash. Empty at the root and without a
/// repository.
pub fn prefix() -> String {
    std::env::current_dir().ok().and_then(|current| below(&current)).unwrap_or_default()
}

fn below(current: &Path) -> Option<String> {
    let root = current.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())?;
    let parts = current.strip_prefix(root).ok()?.components();
    let part = |part: Component<'_>| Some(format!("{}/", part.as_os_str().to_str()?));
    parts.map(part).collect()
}
