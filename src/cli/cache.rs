//! Finds the folder that keeps the facts of files between runs.

use std::path::{Path, PathBuf};

use clap::Args;

use super::target;

/// The environment variable that applies without an option.
const VARIABLE: &str = "HEYLINT_CACHE";

#[derive(Debug, Args)]
pub struct CacheArgs {
    /// Remember the facts of files and read only changed ones again, in your cache folder or in DIR. HEYLINT_CACHE=1
    /// (or =DIR) turns this on for every run, unless CI is set
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, help_heading = "Reading")]
    cache: Option<Option<PathBuf>>,
    /// Read everything, whatever HEYLINT_CACHE says
    #[arg(long, conflicts_with = "cache", help_heading = "Reading")]
    no_cache: bool,
}

impl CacheArgs {
    /// The folder, or none without a cache.
    ///
    /// # Errors
    ///
    /// A message if the caller wants a cache and the system names no folder for one.
    pub fn folder(&self) -> Result<Option<PathBuf>, &'static str> {
        let is_set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let wanted: Option<PathBuf> = match &self.cache {
            _ if self.no_cache => return Ok(None),
            Some(folder) => folder.clone(),
            // A fresh checkout has new times, so no entry would be valid.
            None if is_set("CI").is_some_and(|value| value != "false") => return Ok(None),
            None => match is_set(VARIABLE) {
                None => return Ok(None),
                Some(value) if ["0", "off", "false"].iter().any(|off| value == *off) => return Ok(None),
                Some(value) if ["1", "on", "true"].iter().any(|on| value == *on) => None,
                Some(folder) => Some(folder.into()),
            },
        };
        if wanted.as_deref().is_some_and(target::is_behind_link) {
            return Err("a symbolic link in this folder leads to the cache; name its target instead: --cache=DIR");
        }
        // The default is never inside the project, or a project from someone else could bring a prepared cache.
        let folder = wanted.or_else(of_user);
        folder.map(Some).ok_or("this system names no cache folder for your user; choose one with --cache=DIR")
    }
}

/// The user's cache folder on this system.
fn of_user() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let below = |home: &str| std::env::home_dir().filter(|path| path.is_absolute()).map(|path| path.join(home));
    let caches = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        below("Library/Caches")
    } else {
        variable("XDG_CACHE_HOME").or_else(|| below(".cache"))
    };
    caches.map(|caches| caches.join(Path::new("heylint")))
}
