//! `heylint.toml`: the rules and limits of a project, and the purposes of its files.
//!
//! Values keep their spans, so that findings about the configuration point at them.

mod find;
mod globs;
mod parse;
mod quantity;
mod schema;
mod select;
mod suppress;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use find::{ConfigOrigin, Configs, FILE_NAME, normal};
pub use globs::Globs;
pub use parse::parse;
pub use quantity::Quantity;
pub use schema::schema;
pub use select::{Parsed, Selection, Selector, closest};
pub use suppress::{SuppressTarget, Suppression};

use crate::drift::Newer;
use crate::extract::table::Column;
use crate::finding::{Finding, Location};
use crate::limits::Limits;
use crate::profile::{self, Profile};
use crate::rule::{Rule, Severity};
use crate::text::{Position, Span};

/// The lowest severity that fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    At(Severity),
    Never,
}

impl FailOn {
    pub const NAMES: [&'static str; 4] = ["error", "warning", "hint", "never"];

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "never" { Some(Self::Never) } else { Severity::from_name(name).map(Self::At) }
    }

    /// Whether a finding of this severity fails the run.
    #[must_use]
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::At(least) => severity >= least,
            Self::Never => false,
        }
    }
}

impl Default for FailOn {
    fn default() -> Self {
        Self::At(Severity::Error)
    }
}

/// An entry of `[severity]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Override {
    /// The rule does not run.
    Off,
    To(Severity),
}

impl Override {
    pub const NAMES: [&'static str; 4] = ["error", "warning", "hint", "off"];

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "off" { Some(Self::Off) } else { Severity::from_name(name).map(Self::To) }
    }
}

/// `[[requests]]`: these files are requests for this endpoint.
#[derive(Clone, Debug)]
pub struct RequestFiles {
    pub files: Globs,
    /// The services that they may be for; if empty, those of the configuration.
    pub profiles: Vec<&'static Profile>,
    /// `POST /v3/videos`; if none, the shape of the request decides.
    pub endpoint: Option<String>,
    /// The fields that the columns of a table fill in.
    pub columns: Vec<Column>,
    /// The place of `columns` in the configuration.
    pub columns_at: Option<Location>,
    /// The fields that all rows of a table share, as written, relative to the configuration.
    pub template: Option<PathBuf>,
    /// The forms in which to look for requests in these files; if none, all.
    pub forms: Option<Vec<&'static str>>,
}

impl RequestFiles {
    /// Whether it declares the files as requests, and does not only set their forms.
    fn declares(&self) -> bool {
        self.endpoint.is_some() || self.forms.is_none()
    }
}

/// `[[media]]`: these files are for these services, for this use, or both.
#[derive(Clone, Debug)]
pub struct MediaFiles {
    pub files: Globs,
    /// The services that they go to; if empty, those of the configuration.
    pub profiles: Vec<&'static Profile>,
    /// The name of the use; if none, the default use of their kind.
    pub place: Option<&'static str>,
}

/// `[plan] price-per-minute`.
#[derive(Clone, Debug, PartialEq)]
pub struct MinutePrice {
    pub number: f64,
    /// As written after the number: `EUR`; empty if there is none.
    pub currency: String,
    /// The file and line of the setting.
    pub source: String,
}

/// The target of a `[[map]]` entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remote {
    /// A URL. One that ends in `/` means every URL that begins with it.
    Url(String),
    AssetId(String),
}

/// `[[map]]`: a local copy of the file behind a URL or an asset id.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub remote: Remote,
    /// As written, relative to the configuration.
    pub path: PathBuf,
}

/// One `heylint.toml`, or the defaults if there is none.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Its name in reports: `heylint.toml`; empty for the defaults.
    pub name: Arc<str>,
    /// Its folder, absolute; empty for the defaults.
    pub root: PathBuf,
    pub text: Arc<str>,
    /// `profile`: the services for files without an entry of their own; if empty, the default one.
    pub profiles: Vec<&'static Profile>,
    pub fail_on: Option<FailOn>,
    pub selection: Selection,
    /// The entry that names a rule most specifically decides; of equals, the last.
    pub severity: Vec<(Selector, Override)>,
    pub exclude: Globs,
    pub requests: Vec<RequestFiles>,
    pub media: Vec<MediaFiles>,
    pub map: Vec<Mapping>,
    /// `[references] allow`: folders outside the project that drafts may refer to, as written.
    pub allowed: Vec<PathBuf>,
    /// `baseline`: the file with known findings, as written.
    pub baseline: Option<PathBuf>,
    /// The limits of the profiles whose numbers `[limits]` or `[plan]` change.
    pub overridden: Vec<Limits>,
    /// `openapi`: the names that a newer document of the service adds.
    pub newer: Option<Arc<Newer>>,
    /// The price of a minute, overriding the documents.
    pub price: Option<MinutePrice>,
    pub suppressions: Vec<Suppression>,
    /// Findings about the configuration that do not make it unusable.
    pub findings: Vec<Finding>,
}

impl Config {
    /// Whether somebody wrote it; otherwise these are the defaults.
    #[must_use]
    pub fn is_written(&self) -> bool {
        !self.name.is_empty()
    }

    /// The part of an absolute path below the configuration's folder.
    #[must_use]
    pub fn below<'a>(&self, absolute: &'a Path) -> Option<&'a Path> {
        if self.root.as_os_str().is_empty() { None } else { absolute.strip_prefix(&self.root).ok() }
    }

    /// Whether it excludes this file or folder.
    #[must_use]
    pub fn excludes(&self, absolute: &Path, is_folder: bool) -> bool {
        self.below(absolute).is_some_and(|below| self.exclude.matches(below, is_folder))
    }

    /// The last `[[requests]]` entry that declares this file as a request.
    #[must_use]
    pub fn requests_of(&self, absolute: &Path) -> Option<&RequestFiles> {
        let below = self.below(absolute)?;
        self.requests.iter().rev().find(|entry| entry.declares() && entry.files.matches(below, false))
    }

    /// Whether a form is off for a file: the last `[[requests]]` entry with `forms` that names the file does not list
    /// it.
    #[must_use]
    pub fn switches_off(&self, absolute: &Path, form: &str) -> bool {
        let mut entries =
            self.requests.iter().rev().filter_map(|entry| Some((entry, entry.forms.as_ref()?))).peekable();
        if entries.peek().is_none() {
            return false;
        }
        let Some(below) = self.below(absolute) else { return false };
        entries.find(|(entry, _)| entry.files.matches(below, false)).is_some_and(|(_, forms)| !forms.contains(&form))
    }

    /// Whether the file is only part of requests: the template of a table.
    #[must_use]
    pub fn is_template(&self, absolute: &Path) -> bool {
        let mut templates = self.requests.iter().filter_map(|entry| entry.template.as_ref());
        templates.any(|template| normal(&self.root.join(template)) == absolute)
    }

    /// The last `[[media]]` entry that names this file.
    #[must_use]
    pub fn media_of(&self, absolute: &Path) -> Option<&MediaFiles> {
        let below = self.below(absolute)?;
        self.media.iter().rev().find(|entry| entry.files.matches(below, false))
    }

    /// The services for files without an entry of their own. Never empty.
    #[must_use]
    pub fn profiles(&self) -> &[&'static Profile] {
        if self.profiles.is_empty() { &profile::ALL[..1] } else { &self.profiles }
    }

    /// The first of them.
    #[must_use]
    pub fn profile(&self) -> &'static Profile {
        self.profiles.first().copied().unwrap_or(profile::default())
    }

    /// Every profile named anywhere in it, its own first.
    #[must_use]
    pub fn all_profiles(&self) -> Vec<&'static Profile> {
        let of_requests = self.requests.iter().flat_map(|entry| &entry.profiles);
        let of_media = self.media.iter().flat_map(|entry| &entry.profiles);
        let mut all: Vec<&'static Profile> = Vec::new();
        for profile in self.profiles().iter().chain(of_requests).chain(of_media) {
            if !all.contains(profile) {
                all.push(profile);
            }
        }
        all
    }

    /// The limits in force for a profile, whether or not it is named here.
    #[must_use]
    pub fn limits_of(&self, profile: &'static Profile) -> &Limits {
        let own = self.overridden.iter().find(|limits| limits.profile() == profile);
        own.unwrap_or_else(|| Limits::built_in(profile))
    }

    /// The limits in force for the first profile.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.limits_of(self.profile())
    }

    /// The local file behind a URL, absolute.
    #[must_use]
    pub fn file_of_url(&self, url: &str) -> Option<PathBuf> {
        self.map.iter().find_map(|entry| match &entry.remote {
            Remote::Url(known) if known == url && !known.ends_with('/') => Some(self.root.join(&entry.path)),
            Remote::Url(known) if known.ends_with('/') => {
                // The rest is a name within the folder, without query and without a way out.
                let rest = url.strip_prefix(known.as_str())?.split(['?', '#']).next()?;
                let inside = !rest.is_empty() && rest.split('/').all(|part| !matches!(part, "" | "." | ".."));
                inside.then(|| self.root.join(&entry.path).join(rest))
            }
            _ => None,
        })
    }

    /// The local file behind an asset id, absolute.
    #[must_use]
    pub fn file_of_asset(&self, id: &str) -> Option<PathBuf> {
        let entry = self.map.iter().find(|entry| matches!(&entry.remote, Remote::AssetId(known) if known == id))?;
        Some(self.root.join(&entry.path))
    }

    /// What `[severity]` says about a rule, if anything.
    #[must_use]
    pub fn severity_of(&self, rule: &Rule) -> Option<Override> {
        let named = self.severity.iter().filter_map(|(selector, to)| selector.names(rule).map(|close| (close, to)));
        named.max_by_key(|(close, _)| *close).map(|(_, to)| *to)
    }
}

/// An error that makes a configuration unusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The name of the file in reports.
    pub file: Arc<str>,
    pub span: Span,
    /// Where the error is; none if the file could not be read.
    pub start: Option<Position>,
    /// One line, lower case, no full stop.
    pub message: String,
    /// The line of the text that it is about.
    pub line: String,
}

impl ConfigError {
    fn of_file(name: &str, message: String) -> Self {
        Self { file: name.into(), span: Span::default(), start: None, message, line: String::new() }
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.start {
            Some(start) => write!(f, "{}:{}:{}: {}", self.file, start.line, start.column, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fail_on_is_a_threshold() {
        assert!(FailOn::default().fails(Severity::Error) && !FailOn::default().fails(Severity::Warning));
        assert!(FailOn::At(Severity::Hint).fails(Severity::Hint) && !FailOn::Never.fails(Severity::Error));
    }
}
