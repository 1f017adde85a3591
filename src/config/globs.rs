//! File patterns in the syntax of `.gitignore`, relative to the configuration.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A list of patterns. They match the path below the folder of the configuration.
#[derive(Clone, Debug)]
pub struct Globs {
    matcher: Gitignore,
}

impl Default for Globs {
    fn default() -> Self {
        Self { matcher: Gitignore::empty() }
    }
}

/// Collects patterns.
#[derive(Debug)]
pub struct GlobBuilder {
    inner: GitignoreBuilder,
}

impl GlobBuilder {
    #[must_use]
    pub fn new() -> Self {
        // With an empty root, paths are relative to the configuration.
        let mut inner = GitignoreBuilder::new("");
        inner.allow_unclosed_class(false);
        Self { inner }
    }

    /// Adds a pattern.
    ///
    /// # Errors
    ///
    /// A sentence that says why the pattern is invalid.
    pub fn add(&mut self, pattern: &str) -> Result<(), String> {
        if pattern.trim().is_empty() {
            return Err("an empty pattern matches nothing".to_owned());
        }
        if pattern.split(['/', '\\']).any(|part| part == "..") {
            return Err("a pattern applies only within the folder of the configuration".to_owned());
        }
        let pattern = pattern.strip_prefix("./").map_or_else(|| pattern.to_owned(), |rest| format!("/{rest}"));
        self.inner.add_line(None, &pattern).map(|_| ()).map_err(|error| format!("not a file pattern: {error}"))
    }

    /// The matcher.
    ///
    /// # Errors
    ///
    /// If the patterns together are too large.
    pub fn build(self) -> Result<Globs, String> {
        let matcher = self.inner.build().map_err(|error| format!("not a file pattern: {error}"))?;
        Ok(Globs { matcher })
    }
}

impl Globs {
    /// A matcher for one pattern.
    ///
    /// # Errors
    ///
    /// As `Builder::add`.
    pub fn one(pattern: &str) -> Result<Self, String> {
        let mut builder = GlobBuilder::new();
        builder.add(pattern)?;
        builder.build()
    }

    /// Whether the path, or a folder that contains it, matches. The path is relative to the configuration.
    #[must_use]
    pub fn matches(&self, below: &Path, is_folder: bool) -> bool {
        !self.matcher.is_empty()
            && below.is_relative()
            && self.matcher.matched_path_or_any_parents(below, is_folder).is_ignore()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_gitignore_reads_them() {
        let mut builder = GlobBuilder::new();
        for pattern in ["*.bak.json", "old/", "/top.png", "drafts/**/x.json", "./here.json"] {
            builder.add(pattern).expect("a pattern");
        }
        let globs = builder.build().expect("globs");
        let file = |path: &str| globs.matches(Path::new(path), false);
        assert!(file("a/b/c.bak.json") && file("old/a.json") && file("x/old/y/a.json"));
        assert!(file("top.png") && !file("a/top.png"));
        assert!(file("drafts/x.json") && file("drafts/1/2/x.json") && !file("x.json"));
        assert!(file("here.json") && !file("a/here.json"));
        assert!(!file("old"), "a file of this name is not a folder");
        assert!(!file("/abs/old/x"), "nothing above the configuration");
        assert!(Globs::one("../x").is_err() && Globs::one("a[").is_err() && Globs::one(" ").is_err());
    }
}
