//! The last line for people: what was checked, the time, the result.

use std::time::Duration;

use super::ReportStyle;
use crate::outcome::{Outdated, Resembling, RunReport, Summary};
use crate::profile;
use crate::rule::Severity;
use crate::source::clean;
use crate::text::{count, counted, seconds, size};

/// `3 requests and 14 media files (212 MB) in 41 ms: 3 errors, 1 warning; 1 can be fixed with --fix`
pub(super) fn line(report: &RunReport, style: &ReportStyle) -> String {
    let summary = &report.summary;
    let mut line = format!("{} in {}: {}", checked(summary), elapsed(report.elapsed), found(summary, style.color));
    for part in verdict(summary).into_iter().chain([rest(summary)]).filter(|part| !part.is_empty()) {
        line.push_str("; ");
        line.push_str(&part);
    }
    for note in notes(report) {
        line.push('\n');
        line.push_str(&note);
    }
    line
}

/// `the profile heygen-v3 is of 2026-09-07, 95 days ago; what changed since: …`
pub(super) fn outdated(old: &Outdated) -> String {
    let Outdated { profile, as_of, days } = old;
    let known = profile::find(profile);
    let what = match known.filter(|known| !known.operations.is_empty()) {
        Some(known) if *known == *profile::default() => {
            "to compare it with the API of today: heylint limits diff --openapi FILE".to_owned()
        }
        Some(_) => {
            format!("to compare it with the API of today: heylint limits diff --profile {profile} --openapi FILE")
        }
        None => "a newer heylint may know more".to_owned(),
    };
    format!("the profile {profile} is of {as_of}, {days} days ago; {what}")
}

/// Everything that was not or not completely checked, because silence would look like approval.
pub(super) fn notes(report: &RunReport) -> Vec<String> {
    let notes = [resembling(&report.resembling), unclaimed(report.summary.unclaimed)].into_iter().flatten();
    notes.chain(report.outdated.iter().map(outdated)).collect()
}

/// Media that nothing marks as being sent.
fn unclaimed(files: u64) -> Option<String> {
    let subject = match files {
        0 => return None,
        1 => "1 media file that no request uses has hints only".to_owned(),
        many => format!("{} media files that no request uses have hints only", count(many)),
    };
    Some(format!("{subject}: to check in full, name the file, give `--use`, or run `heylint init`"))
}

/// Files that resemble a request and were not checked.
fn resembling(files: &[Resembling]) -> Option<String> {
    /// The most files named.
    const NAMED: usize = 3;
    let name = |file: &Resembling| format!("{} (most like {})", clean(&file.path), file.endpoint);
    let named: Vec<_> = files.iter().take(NAMED).map(name).collect();
    let more = files.len().saturating_sub(NAMED) as u64;
    let more = if more > 0 { format!(" and {} more", count(more)) } else { String::new() };
    let (subject, were) = match files.len() {
        0 => return None,
        1 => ("1 file resembles a request".to_owned(), "was"),
        many => (format!("{} files resemble requests", count(many as u64)), "were"),
    };
    Some(format!("{subject} and {were} not checked: {}{more}", named.join(", ")))
}

/// `480 of 500 requests ready to send, after 2 uploads`
pub(super) fn verdict(summary: &Summary) -> Option<String> {
    let ready = summary.ready.filter(|_| summary.requests > 0)?;
    let uploads = match summary.uploads {
        many if many > 0 && ready > 0 => format!(", after {}", counted(many, "upload")),
        _ => String::new(),
    };
    Some(format!("{} of {} ready to send{uploads}", count(ready), counted(summary.requests, "request")))
}

/// The rest of the summary: `fixed 2; 1 suppressed`.
pub(super) fn rest(summary: &Summary) -> String {
    let mut parts = Vec::new();
    if summary.fixed > 0 {
        parts.push(format!("fixed {}", count(summary.fixed)));
    }
    let mut add = |number: u64, words: &str| {
        if number > 0 {
            parts.push(format!("{} {words}", count(number)));
        }
    };
    add(summary.suppressed, "suppressed");
    add(summary.baselined, "in the baseline");
    add(summary.stale, "in the baseline without a finding");
    add(summary.unchecked, "could not be checked");
    add(summary.open, "may get more fields before being sent");
    add(summary.fixable, "can be fixed with --fix");
    let more = if summary.fixable > 0 { "more with --fix-unsafe" } else { "can be fixed with --fix-unsafe" };
    add(summary.fixable_unsafely, more);
    parts.join("; ")
}

pub(super) fn checked(summary: &Summary) -> String {
    let media = format!("{} ({})", counted(summary.media, "media file"), size(summary.media_bytes));
    match (summary.requests, summary.media) {
        (0, 0) => counted(summary.files, "file"),
        (requests, 0) => counted(requests, "request"),
        (0, _) => media,
        (requests, _) => format!("{} and {media}", counted(requests, "request")),
    }
}

pub(super) fn found(summary: &Summary, color: bool) -> String {
    let counts = [
        (summary.errors, "error", Severity::Error),
        (summary.warnings, "warning", Severity::Warning),
        (summary.hints, "hint", Severity::Hint),
    ];
    let words: Vec<_> = counts
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, noun, severity)| paint(&counted(number, noun), severity, color))
        .collect();
    match (
        words.is_empty(),
        summary.resembling + summary.unchecked + summary.open + summary.suppressed + summary.baselined,
        summary.files,
    ) {
        (false, ..) => words.join(", "),
        (true, _, 0) => "nothing was checked".to_owned(),
        (true, 0, _) => "all good".to_owned(),
        (true, ..) => "no findings".to_owned(),
    }
}

/// Words in the colour of a severity.
pub(super) fn paint(text: &str, severity: Severity, color: bool) -> String {
    use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_INFO_STYLE, DEFAULT_WARNING_STYLE};
    let style = match severity {
        Severity::Error => DEFAULT_ERROR_STYLE,
        Severity::Warning => DEFAULT_WARNING_STYLE,
        Severity::Hint => DEFAULT_INFO_STYLE,
    };
    if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

fn elapsed(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        0 => "under 1 ms".to_owned(),
        whole @ 1..1_000 => format!("{whole} ms"),
        _ => seconds(elapsed.as_secs_f64()),
    }
}
