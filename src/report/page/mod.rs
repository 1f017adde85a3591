//! One HTML page for people who do not use a terminal. It loads nothing and is complete without its script.
//!
//! Text from outside goes through [`clean`], and the template library escapes it. The policy in the page allows its own
//! script and style by their digests, pictures in data URLs, and nothing else. The page is written piece by piece, and
//! its size is bounded: findings beyond a budget get one line each, and beyond a second budget they are only counted.

mod chart;
mod finding;
mod list;
mod media;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::summary;
use crate::finding::Finding;
use crate::outcome::gallery::Gallery;
use crate::outcome::{FileKind, RunReport};
use crate::profile;
use crate::rule::Severity;
use crate::source::clean;
use crate::text::{count, counted};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// The digests of both for the Content-Security-Policy. After a change, a test prints the new ones.
const STYLE_DIGEST: &str = "sha256-/su4LjoCt7hCXClq+Yug7Y5RHc+R2vAYlwVAiSAwz7I=";
const SCRIPT_DIGEST: &str = "sha256-Sq4ySgwA2fz11nXlrvgG1K/oLD3pXB0mGiheRdRDCFo=";

/// The most names in the list of a filter.
const MOST_NAMES: usize = 500;
/// The most files that resemble requests to name.
const MOST_RESEMBLING: usize = 100;

pub(super) fn write(report: &RunReport, out: &mut dyn io::Write) -> io::Result<()> {
    let survey = Survey::of(report)?;
    out.write_all(head(&survey).into_string().as_bytes())?;
    out.write_all(b"<body>")?;
    out.write_all(top(report, &survey).into_string().as_bytes())?;
    out.write_all(b"<main>")?;
    list::write(report, &survey, out)?;
    media::write(report, &survey, out)?;
    if let Some(gallery) = &report.gallery {
        out.write_all(chart::drawn(gallery).into_string().as_bytes())?;
    }
    out.write_all(b"</main>")?;
    out.write_all(foot().into_string().as_bytes())?;
    out.write_all(b"<script>")?;
    out.write_all(SCRIPT.as_bytes())?;
    out.write_all(b"</script></body></html>\n")
}

/// The totals over all findings.
#[derive(Debug, Default)]
struct Survey<'r> {
    rules: BTreeMap<&'static str, u64>,
    files: BTreeMap<String, u64>,
    /// Findings of media by use.
    uses: BTreeMap<&'static str, u64>,
    gallery: Option<&'r Gallery>,
    /// Media files with a finding that fails the run.
    to_replace: BTreeSet<String>,
    /// The paths of media files.
    media: BTreeSet<&'r str>,
}

impl<'r> Survey<'r> {
    fn of(report: &'r RunReport) -> io::Result<Self> {
        let media = report.files.iter().filter(|file| file.kind == FileKind::Media).map(|file| file.path.as_str());
        let gallery = report.gallery.as_deref();
        let mut survey = Self { media: media.collect(), gallery, ..Self::default() };
        report.each(&mut |finding| {
            survey.take(finding);
            Ok(())
        })?;
        Ok(survey)
    }

    fn take(&mut self, finding: &Finding) {
        let file = &*finding.location.file;
        *self.rules.entry(finding.rule.id).or_default() += 1;
        match self.files.get_mut(file) {
            Some(number) => *number += 1,
            None => drop(self.files.insert(file.to_owned(), 1)),
        }
        for name in self.uses_of(file) {
            *self.uses.entry(name).or_default() += 1;
        }
        if !finding.fails {
            return;
        }
        if self.media.contains(file) {
            self.to_replace.insert(file.to_owned());
        }
    }

    /// The uses of a media file.
    fn uses_of(&self, file: &str) -> impl Iterator<Item = &'static str> + use<'r> {
        self.gallery.and_then(|gallery| gallery.uses.get(file)).into_iter().flat_map(|uses| uses.names.iter().copied())
    }

    /// `480 of 500 requests are ready; 3 files to replace`
    fn verdict(&self, report: &RunReport) -> String {
        let summary = &report.summary;
        if summary.files == 0 && summary.unchecked == 0 {
            return "Nothing was checked".to_owned();
        }
        // A shard does not know the number.
        let requests = match (summary.requests, summary.ready.unwrap_or(u64::MAX)) {
            (0, _) | (_, u64::MAX) => None,
            (1, 1) => Some("The request is ready".to_owned()),
            (1, _) => Some("The request is not ready".to_owned()),
            (all, ready) if all == ready => Some(format!("All {} requests are ready", count(all))),
            (all, 1) => Some(format!("1 of {} requests is ready", count(all))),
            (all, ready) => Some(format!("{} of {} requests are ready", count(ready), count(all))),
        };
        let media = match (self.to_replace.len() as u64, summary.media) {
            (0, 0) => None,
            (0, _) if requests.is_some() => None,
            (0, 1) => Some("the media file is fine".to_owned()),
            (0, many) => Some(format!("all {} media files are fine", count(many))),
            (many, _) => Some(format!("{} to replace", counted(many, "file"))),
        };
        let unread = (summary.unchecked > 0).then(|| format!("{} could not be checked", count(summary.unchecked)));
        let parts: Vec<String> = [requests, media, unread].into_iter().flatten().collect();
        if parts.is_empty() { summary::found(summary, false) } else { capital(&parts.join("; ")) }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn head(survey: &Survey<'_>) -> Markup {
    let policy = format!(
        "default-src 'none'; img-src data:; style-src '{STYLE_DIGEST}'; script-src '{SCRIPT_DIGEST}'; base-uri 'none'; \
         form-action 'none'"
    );
    let state = if survey.rules.is_empty() { "no findings" } else { "findings" };
    html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="referrer" content="no-referrer";
            meta name="color-scheme" content="light dark";
            title { "heylint: " (state) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn top(report: &RunReport, survey: &Survey<'_>) -> Markup {
    let summary = &report.summary;
    let rest = summary::rest(summary);
    let state = match (summary.errors, summary.unchecked, summary.warnings) {
        (0, 0, 0) => "good",
        (0, 0, _) => "fair",
        _ => "bad",
    };
    let severities =
        [(Severity::Error, summary.errors), (Severity::Warning, summary.warnings), (Severity::Hint, summary.hints)];
    html! {
        header {
            div.wide {
                p.name { "heylint report" }
                h1 class=(state) { (survey.verdict(report)) }
                p { (capital(&summary::checked(summary))) ": " (summary::found(summary, false)) @if !rest.is_empty() { "; " (rest) } }
                @if report.gallery.is_none() {
                    p.note { "This page merges the reports of several runs, which contain no excerpts, previews or facts of \
                              media; " code { "heylint check --output html=FILE" } " on the files shows them." }
                }
                @for old in &report.outdated { p.warning { (capital(&summary::outdated(old))) } }
                @if !report.resembling.is_empty() {
                    details {
                        summary { (resembling(report.resembling.len())) }
                        ul {
                            @for file in report.resembling.iter().take(MOST_RESEMBLING) {
                                li { (clean(&file.path)) " (most like " (file.endpoint) ")" }
                            }
                            @if report.resembling.len() > MOST_RESEMBLING {
                                li { "and " (count((report.resembling.len() - MOST_RESEMBLING) as u64)) " more" }
                            }
                        }
                    }
                }
            }
        }
        @if !survey.rules.is_empty() {
            // It needs the script, which shows it.
            form #filters aria-label="Filters" hidden {
                div.wide {
                    fieldset {
                        legend { "Severity" }
                        @for (severity, number) in severities {
                            @if number > 0 {
                                button type="button" class=(severity) aria-pressed="true" data-severity=(severity) {
                                    (counted(number, severity.name()))
                                }
                            }
                        }
                    }
                    (choice("rule", "Rule", survey.rules.iter().map(|(name, number)| (*name, *number))))
                    (choice("file", "File", survey.files.iter().map(|(name, number)| (name.as_str(), *number))))
                    @if !survey.uses.is_empty() {
                        (choice("use", "Use of media", survey.uses.iter().map(|(name, number)| (*name, *number))))
                    }
                    label { span { "Text" } input #search type="search" autocomplete="off" spellcheck="false"; }
                    button #reset type="reset" { "Show all" }
                    p #shown role="status" {}
                }
            }
        }
    }
}

/// A list to choose one name from: the most frequent names, in alphabetical order.
fn choice<'n>(id: &str, title: &str, names: impl Iterator<Item = (&'n str, u64)>) -> Markup {
    let mut names: Vec<(&str, u64)> = names.collect();
    let useful = names.len() > 1;
    let cut = names.len() > MOST_NAMES;
    if cut {
        names.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        names.truncate(MOST_NAMES);
        names.sort_unstable();
    }
    // With one name there is nothing to choose.
    html! {
        @if useful { label {
            span { (title) }
            select id=(id) {
                option value="" { "all" }
                @for (name, number) in names {
                    option value=(clean(name)) { (clean(name)) " (" (count(number)) ")" }
                }
                @if cut { option disabled { "… and others: use the text filter" } }
            }
        } }
    }
}

fn resembling(number: usize) -> String {
    match number {
        1 => "1 file resembles a request and was not checked".to_owned(),
        many => format!("{} files resemble requests and were not checked", count(many as u64)),
    }
}

fn foot() -> Markup {
    let profile = profile::default();
    html! {
        footer {
            div.wide {
                p { "Made by heylint " (env!("CARGO_PKG_VERSION")) ", from files on this machine alone. Limits of " (profile.title)
                    " as of " (profile.as_of) "." }
            }
        }
    }
}
