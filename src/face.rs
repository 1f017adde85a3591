//! The interface for other programs: check files, check a text, probe, explain. Everything else in this crate may
//! change with any version.

mod call;
mod options;

use std::io;
use std::path::{Path, PathBuf};

use crate::engine::{self, Linter, Outcome, Settings, Stdin, guarded};
use crate::finding::Finding;
use crate::media::{Bytes, Depth, Facts, Format, probe_as};
use crate::outcome::{CheckedFile, Summary};
use crate::report::{self, ReportStyle, describe};
use crate::rule;
use crate::walk;

pub use call::{check_call, is_service};
pub use options::Options;

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
            engine::RunError::Folder(_) | engine::RunError::Findings(_) => Self::Read(error.to_string()),
        }
    }
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
    #[cfg(feature = "cli")]
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

/// Checks a request, a manifest, or the bytes of a media file under a given name. The file need not exist.
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

/// Checks the JSON of a request that exists only as a value in a program. Findings have pointers, but no lines, columns
/// or fixes, because there is no file.
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

/// Reads the facts of a media file: format, dimensions, duration, tracks, faults.
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
    guarded_facts(|| {
        let (file, _) = walk::open(path)?;
        let mut bytes = Bytes::of_file(&file).map_err(|error| walk::because(&error))?;
        facts_of(&mut bytes, path, depth)
    })
}

/// Reads the facts of a media file that is only in memory. The extension of `name` states the format that it should
/// have.
///
/// ```
/// let facts = heylint::probe_bytes("subtitles.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHi.\n", heylint::Depth::Full)?;
/// assert_eq!(facts.duration_s, Some(2.0));
/// # Ok::<(), heylint::Error>(())
/// ```
///
/// # Errors
///
/// If the reader itself fails.
pub fn probe_bytes(name: impl AsRef<Path>, bytes: &[u8], depth: Depth) -> Result<Facts, Error> {
    guarded_facts(|| facts_of(&mut Bytes::of_slice(bytes), name.as_ref(), depth))
}

fn facts_of(bytes: &mut Bytes<'_>, name: &Path, depth: Depth) -> Result<Facts, String> {
    probe_as(bytes, depth, Format::promised(name)).map_err(|error| error.to_string())
}

fn guarded_facts(read: impl FnOnce() -> Result<Facts, String>) -> Result<Facts, Error> {
    let facts = guarded(read).unwrap_or_else(|fault| Err(format!("internal fault while reading: {fault}")));
    facts.map_err(Error::Read)
}

/// The page of a rule in Markdown, as `heylint explain --format markdown` prints it; none if there is no such rule.
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

/// The limits of the built-in profile with their sources, as `heylint limits --format json` prints them.
///
/// ```
/// assert!(heylint::limits_json().contains("\"script.max\""));
/// ```
#[must_use]
pub fn limits_json() -> String {
    describe::limits(&[&crate::limits::Limits::default()]).to_string()
}

/// The facts of a file as one JSON object, as `heylint probe --format json` prints them.
///
/// # Errors
///
/// If the file cannot be read.
pub fn probe_json(path: impl AsRef<Path>, depth: Depth) -> Result<String, Error> {
    facts_json(path.as_ref(), &probe(path.as_ref(), depth)?)
}

/// As [`probe_json`], for a media file that is only in memory.
///
/// # Errors
///
/// If the reader itself fails.
pub fn probe_bytes_json(name: impl AsRef<Path>, bytes: &[u8], depth: Depth) -> Result<String, Error> {
    facts_json(name.as_ref(), &probe_bytes(name.as_ref(), bytes, depth)?)
}

fn facts_json(path: &Path, facts: &Facts) -> Result<String, Error> {
    let mut value = serde_json::to_value(facts).map_err(|error| Error::Read(io::Error::from(error).to_string()))?;
    if let serde_json::Value::Object(members) = &mut value {
        members.insert("path".to_owned(), crate::source::display_name(path).into());
    }
    Ok(value.to_string())
}
