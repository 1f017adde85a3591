//! The interface for other programs: check files, check a text, probe, explain. Everything else in this crate may
//! change with any version.

mod call;

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::config::{ConfigOrigin, FailOn, Selector};
use crate::engine::{self, Linter, Outcome, Settings, Stdin, guarded};
use crate::finding::Finding;
use crate::media::{Bytes, Depth, Facts, Format, probe_as};
use crate::outcome::{CheckedFile, Summary};
use crate::profile;
use crate::report::{self, ReportStyle, describe};
use crate::request::endpoint;
use crate::rule;
use crate::walk;

pub use call::{check_call, is_service};

/// Why a call returned no report.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// An option names something that does not exist: a rule, an endpoint, a use. The text names it and suggests a
    /// similar one.
    Option(String),
    /// The configuration cannot be used; one line per error.
    Config(String),
    /// The file cannot be read.
    Read(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Option(message) | Self::Config(message) | Self::Read(message)) = self;
        f.write_str(message)
    }
}

impl std::error::Error for Error {}

impl From<engine::RunError> for Error {
    fn from(error: engine::RunError) -> Self {
        match error {
            engine::RunError::Config(_) => Self::Config(error.to_string()),
            engine::RunError::Folder(_) => Self::Read(error.to_string()),
        }
    }
}

/// How files and texts are checked. The defaults are those of `heylint check`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    settings: Settings,
}

impl Options {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The endpoint of all requests, such as `POST /v3/videos`.
    ///
    /// # Errors
    ///
    /// If the profile has no such endpoint.
    pub fn endpoint(mut self, name: &str) -> Result<Self, Error> {
        endpoint::endpoint_named(name).map_err(Error::Option)?;
        self.settings.endpoint = Some(name.to_owned());
        Ok(self)
    }

    /// The use of media files that no request refers to: `photo`, `speech` and the other names of `--use`.
    ///
    /// # Errors
    ///
    /// If there is no such use.
    pub fn media_use(mut self, name: &str) -> Result<Self, Error> {
        let mut known = profile::use_names(profile::ALL).into_iter();
        let place = known.find(|known| *known == name);
        self.settings.place = Some(place.ok_or_else(|| Error::Option(format!("there is no use `{name}`")))?);
        Ok(self)
    }

    /// Reports whatever stops a request from being sent unchanged, such as placeholders and local paths.
    #[must_use]
    pub fn ready(mut self, ready: bool) -> Self {
        self.settings.ready = ready;
        self
    }

    /// How much of each media file to read.
    #[must_use]
    pub fn depth(mut self, depth: Depth) -> Self {
        self.settings.depth = depth;
        self
    }

    /// Leaves out the findings of these rules or subjects, in addition to the configuration.
    ///
    /// # Errors
    ///
    /// If there is no such rule.
    pub fn ignore<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Result<Self, Error> {
        self.settings.ignore = selectors(names)?;
        Ok(self)
    }

    /// Reports only findings of these rules or subjects.
    ///
    /// # Errors
    ///
    /// If there is no such rule.
    pub fn select<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Result<Self, Error> {
        self.settings.select = selectors(names)?;
        Ok(self)
    }

    /// The lowest severity that fails a run: `error`, `warning`, `hint`, or `never`.
    ///
    /// # Errors
    ///
    /// If there is no such severity.
    pub fn fail_on(mut self, name: &str) -> Result<Self, Error> {
        let known = FailOn::from_name(name);
        let unknown = || Error::Option(format!("`{name}` is none of {}", FailOn::NAMES.join(", ")));
        self.settings.fail_on = Some(known.ok_or_else(unknown)?);
        Ok(self)
    }

    /// Lets references lead out of the project.
    #[must_use]
    pub fn allow_outside(mut self, allow: bool) -> Self {
        self.settings.allow_outside = allow;
        self
    }

    /// Uses this configuration instead of the nearest `heylint.toml`.
    #[must_use]
    pub fn config(mut self, file: impl Into<PathBuf>) -> Self {
        self.settings.origin = ConfigOrigin::File(file.into());
        self
    }

    /// Uses no configuration.
    #[must_use]
    pub fn isolated(mut self) -> Self {
        self.settings.origin = ConfigOrigin::Isolated;
        self
    }

    /// The number of threads; by default one per core.
    #[must_use]
    pub fn jobs(mut self, threads: NonZeroUsize) -> Self {
        self.settings.jobs = Some(threads);
        self
    }

    /// The folder for relative paths; by default the current one.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.current = Some(folder.into());
        self
    }

    /// Lets findings beyond some thousands be missing from [`Report::findings`]; written reports contain all of them.
    pub(crate) fn unheld(mut self) -> Self {
        self.settings.unheld = true;
        self
    }

    /// The time at which expiry dates are checked, in seconds since 1970-01-01T00:00:00Z; by default the current time.
    #[must_use]
    pub fn now(mut self, seconds: u64) -> Self {
        self.settings.now = Some(seconds);
        self
    }
}

fn selectors<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Vec<Selector>, Error> {
    let one = |name| Selector::parse(name).map(|parsed| parsed.selector).map_err(Error::Option);
    names.into_iter().map(one).collect()
}

/// The result of a check.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    outcome: Outcome,
}

impl Report {
    /// The findings in report order: by file, record, place, rule.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.outcome.report.findings
    }

    /// The checked files, by path.
    #[must_use]
    pub fn files(&self) -> &[CheckedFile] {
        &self.outcome.report.files
    }

    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.outcome.report.summary
    }

    /// Whether `heylint check` would exit with 1, because a finding fails the run.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.outcome.failing > 0
    }

    /// The report as one JSON document, as `heylint schema report` describes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.text(report::ReportFormat::Json)
    }

    /// Writes the same report piece by piece.
    pub(crate) fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        report::write(&self.outcome.report, report::ReportFormat::Json, &ReportStyle::default(), out)
    }

    /// The report as `--format human` prints it, without colours.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.text(report::ReportFormat::Human)
    }

    fn text(&self, format: report::ReportFormat) -> String {
        let mut out = Vec::new();
        // Writing to memory cannot fail, and the findings are held.
        report::write(&self.outcome.report, format, &ReportStyle::default(), &mut out).unwrap_or_default();
        String::from_utf8(out).unwrap_or_default()
    }
}

/// Checks files and folders.
///
/// ```
/// let folder = std::env::temp_dir().join("heylint-check-paths");
/// std::fs::create_dir_all(&folder)?;
/// let path = folder.join("empty.png");
/// std::fs::write(&path, "")?;
/// let report = heylint::check_paths([path], &heylint::Options::new())?;
/// assert_eq!(report.findings()[0].rule.id, "file/empty");
/// assert!(report.fails());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the configuration cannot be used. A file that cannot be read is a finding.
pub fn check_paths<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>, options: &Options) -> Result<Report, Error> {
    let paths = paths.into_iter().map(Into::into).collect();
    let settings = Settings { paths, ..options.settings.clone() };
    Ok(Report { outcome: Linter::new(settings).run()? })
}

/// Checks a request, a manifest, or the bytes of a media file that stand under a name; the file need not exist.
///
/// ```
/// let options = heylint::Options::new().endpoint("POST /v3/videos")?;
/// let body = r#"{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "Hi", "voice_settings": {"speed": 1.8}}"#;
/// let report = heylint::check_text("draft.json", body, &options)?;
/// let finding = &report.findings()[0];
/// assert_eq!(finding.rule.id, "request/out-of-range");
/// assert_eq!(finding.location.pointer.as_deref(), Some("/voice_settings/speed"));
/// # Ok::<(), heylint::Error>(())
/// ```
///
/// # Errors
/// When the configuration cannot be used.
pub fn check_text(name: impl Into<PathBuf>, bytes: impl AsRef<[u8]>, options: &Options) -> Result<Report, Error> {
    let stdin = Some(Stdin { name: name.into(), bytes: bytes.as_ref().into() });
    let settings = Settings { stdin, ..options.settings.clone() };
    Ok(Report { outcome: Linter::new(settings).run()? })
}

/// Checks a request that a program has as a value, given as the JSON that it would send. Findings have pointers; they have
/// no lines, columns and fixes, for there is no file.
///
/// ```
/// let options = heylint::Options::new().endpoint("POST /v3/videos")?.isolated();
/// let body = serde_json::json!({"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": ""});
/// let report = heylint::check_value(&body.to_string(), &options)?;
/// assert_eq!(report.findings()[0].location.pointer.as_deref(), Some("/script"));
/// assert_eq!(report.findings()[0].location.start, None);
/// # Ok::<(), heylint::Error>(())
/// ```
///
/// # Errors
/// When the configuration cannot be used.
pub fn check_value(json: &str, options: &Options) -> Result<Report, Error> {
    let mut report = check_text("request.json", json, options)?;
    for finding in &mut report.outcome.report.findings {
        (finding.excerpt, finding.fix) = (None, None);
        let related = finding.related.iter_mut().map(|related| &mut related.location);
        for location in related.chain([&mut finding.location]) {
            (location.span, location.start, location.end) = (None, None, None);
        }
    }
    let summary = &mut report.outcome.report.summary;
    (summary.fixable, summary.fixable_unsafely) = (0, 0);
    Ok(report)
}

/// Reads what the bytes of a media file say: format, dimensions, duration, tracks, faults.
///
/// ```
/// let path = std::env::temp_dir().join("heylint-probe.wav");
/// # std::fs::write(&path, b"RIFF\x25\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x01\0\0\0\x80\0")?;
/// let facts = heylint::probe(&path, heylint::Depth::Full)?;
/// assert_eq!(facts.format.name(), "wav");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the file cannot be read.
pub fn probe(path: impl AsRef<Path>, depth: Depth) -> Result<Facts, Error> {
    let path = path.as_ref();
    let read = || {
        let (file, _) = walk::open(path)?;
        let mut bytes = Bytes::of_file(&file).map_err(|error| walk::because(&error))?;
        probe_as(&mut bytes, depth, Format::promised(path)).map_err(|error| error.to_string())
    };
    let facts = guarded(read).unwrap_or_else(|fault| Err(format!("internal fault while reading: {fault}")));
    facts.map_err(Error::Read)
}

/// The page of a rule in Markdown, as `heylint explain --format markdown` prints it; none where there is no such rule.
///
/// ```
/// assert!(heylint::explain("script/too-long").is_some_and(|page| page.starts_with("# script/too-long")));
/// ```
#[must_use]
pub fn explain(name: &str) -> Option<String> {
    let rule = rule::find(name).or_else(|| rule::find_alias(name))?;
    let mut out = Vec::new();
    describe::page(rule, &[&crate::limits::Limits::default()], &mut out).ok()?;
    String::from_utf8(out).ok()
}

/// The numbers of the built-in profile with their sources, as `heylint limits --format json` prints them.
///
/// ```
/// assert!(heylint::limits_json().contains("\"script.max\""));
/// ```
#[must_use]
pub fn limits_json() -> String {
    describe::limits(&[&crate::limits::Limits::default()]).to_string()
}

/// What `heylint probe --format json` says of a file, as one JSON object.
///
/// # Errors
/// When the file cannot be read.
pub fn probe_json(path: impl AsRef<Path>, depth: Depth) -> Result<String, Error> {
    let facts = probe(path.as_ref(), depth)?;
    let mut value = serde_json::to_value(&facts).map_err(|error| Error::Read(io::Error::from(error).to_string()))?;
    if let serde_json::Value::Object(members) = &mut value {
        members.insert("path".to_owned(), crate::source::display_name(path.as_ref()).into());
    }
    Ok(value.to_string())
}
