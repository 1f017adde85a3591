//! Writes reports, one output format per file.
//!
//! Every format reads the same [`RunReport`], writes findings one by one, and escapes text from outside for its reader: a
//! terminal, XML, workflow commands. Machine formats contain no times and leave nothing out.

pub mod describe;
pub mod facts;

mod azure;
mod concise;
mod diff;
mod escape;
mod fold;
mod github;
mod gitlab;
mod human;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod merge;
mod page;
mod rdjson;
mod record;
mod sarif;
mod schema;
mod stream;
mod summary;
mod teamcity;
mod view;
mod words;

use std::borrow::Cow;
use std::io;

pub use escape::harmless_json;
pub use jsonl::JsonlStream;
pub use merge::{Merged, Merging};
pub use schema::schema;

use crate::outcome::RunReport;

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportFormat {
    /// For people: each finding with its lines.
    Human,
    /// One line per finding.
    Concise,
    /// One document, as `heylint schema report` describes it.
    Json,
    /// The same records, one per line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// One page, for people who do not use a terminal.
    Html,
    /// Markdown, for step summaries and merge-request comments.
    Markdown,
    /// Reviewdog Diagnostic Format.
    Rdjson,
    /// Logging commands of Azure Pipelines.
    Azure,
    /// Service messages of TeamCity.
    Teamcity,
}

impl ReportFormat {
    pub const ALL: [Self; 13] = [
        Self::Human,
        Self::Concise,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Html,
        Self::Markdown,
        Self::Rdjson,
        Self::Azure,
        Self::Teamcity,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Rdjson => "rdjson",
            Self::Azure => "azure",
            Self::Teamcity => "teamcity",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

impl std::fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The appearance of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportStyle {
    /// Use escape sequences for colours (human and concise).
    pub color: bool,
    /// Columns of the terminal (human).
    pub width: usize,
    /// Draw frames in Unicode instead of ASCII (human).
    pub unicode: bool,
    /// Link the rule's name to its page, if colours are on (human).
    pub hyperlinks: bool,
    /// Omit the summary line (human and concise).
    pub quiet: bool,
    /// Show the source of every limit, even of documented ones (human).
    pub verbose: bool,
    /// Show every finding without folding (human).
    pub all: bool,
    /// The working folder relative to the root of the repository, with a trailing slash (formats for CI).
    pub prefix: String,
    /// The exit code of the process (sarif).
    pub exit_code: u8,
}

impl Default for ReportStyle {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            unicode: true,
            hyperlinks: false,
            quiet: false,
            verbose: false,
            all: false,
            prefix: String::new(),
            exit_code: 0,
        }
    }
}

impl ReportStyle {
    /// The path of a file relative to the root of the repository. Files outside keep their name.
    fn in_repository<'p>(&self, path: &'p str) -> Cow<'p, str> {
        if self.prefix.is_empty() || path.starts_with(['/', '<']) {
            return Cow::Borrowed(path);
        }
        let (mut folder, mut rest) = (self.prefix.trim_end_matches('/'), path);
        while let Some(below) = rest.strip_prefix("../") {
            if folder.is_empty() {
                return Cow::Borrowed(path);
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            rest = below;
        }
        if folder.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned(format!("{folder}/{rest}")) }
    }
}

/// For each old profile of a run, its age and how to check it.
pub fn outdated(report: &RunReport) -> impl Iterator<Item = String> {
    report.outdated.iter().map(summary::outdated)
}

/// Everything that was not or not completely checked, one line each: `3 files resemble requests and were not checked:
/// …`.
#[must_use]
pub fn notes(report: &RunReport) -> Vec<String> {
    summary::notes(report)
}

/// Writes a report.
///
/// # Errors
///
/// An error of `out`.
pub fn write(report: &RunReport, format: ReportFormat, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        ReportFormat::Human => human::write(report, style, out),
        ReportFormat::Concise => concise::write(report, style, out),
        ReportFormat::Json => json::write(report, out),
        ReportFormat::Jsonl => jsonl::write(report, out),
        ReportFormat::Sarif => sarif::write(report, style, out),
        ReportFormat::Github => github::write(report, style, out),
        ReportFormat::Gitlab => gitlab::write(report, style, out),
        ReportFormat::Junit => junit::write(report, style, out),
        ReportFormat::Html => page::write(report, out),
        ReportFormat::Markdown => markdown::write(report, style, out),
        ReportFormat::Rdjson => rdjson::write(report, style, out),
        ReportFormat::Azure => azure::write(report, style, out),
        ReportFormat::Teamcity => teamcity::write(report, style, out),
    }
}
