//! Where the facts of files are kept between runs, if anywhere.

use std::path::{Path, PathBuf};

use clap::Args;

use super::target;

/// The variable that counts where no option is given.
const VARIABLE: &str = "HEYLINT_CACHE";

#[derive(Debug, Args)]
pub struct CacheArgs {
    /// Keep what is found out about files, and read again only what has changed since; in the cache folder of the user,
    /// or in DIR. HEYLINT_CACHE=1 (or =DIR) turns it on for every run, except where CI is set
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, help_heading = "Reading")]
    cache: Option<Option<PathBuf>>,
    /// Read everything, whatever HEYLINT_CACHE says
    #[arg(long, conflicts_with = "cache", help_heading = "Reading")]
    no_cache: bool,
}

impl CacheArgs {
    /// The folder; none without a cache.
    ///
    /// # Errors
    /// A message when a cache is wanted and no folder is known.
    pub fn folder(&self) -> Result<Option<PathBuf>, &'static str> {
        let is_set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let wanted: Option<PathBuf> = match &self.cache {
            _ if self.no_cache => return Ok(None),
            Some(folder) => folder.clone(),
            // A fresh checkout has new times: no entry would be valid.
            None if is_set("CI").is_some_and(|value| value != "false") => return Ok(None),
            None => match is_set(VARIABLE) {
                None => return Ok(None),
                Some(value) if ["0", "off", "false"].iter().any(|off| value == *off) => return Ok(None),
                Some(value) if ["1", "on", "true"].iter().any(|on| value == *on) => None,
                Some(folder) => Some(folder.into()),
            },
        };
        if wanted.as_deref().is_some_and(target::is_behind_link) {
            return Err(
                "a symbolic link of this folder leads to the cache; name the folder that is meant: --cache=DIR",
            );
        }
        // Not below the project: whoever sends a project must not be able to send a cache with it.
        let folder = wanted.or_else(of_user);
        folder.map(Some).ok_or("there is no cache folder of the user here; give one: --cache=DIR")
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
