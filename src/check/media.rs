//! Checks a media file for its use.

pub use super::case::Subject;
use super::case::{Case, MediaCheck};
use crate::check::{Context, container, document, file, picture, sound, subtitle, track, video};
use crate::finding::Finding;
use crate::limits::Use;
use crate::media::{Class, Facts, TrackKind};
use crate::rule::{self, Rule};
use crate::text;

/// The checks for a file whose format the use accepts, in the order of the report.
const CHECKS: [&[MediaCheck]; 8] = [
    file::CHECKS,
    picture::CHECKS,
    video::CHECKS,
    sound::CHECKS,
    track::CHECKS,
    container::CHECKS,
    document::CHECKS,
    subtitle::CHECKS,
];

/// The findings about a file in a use. They concern the whole file; the caller fills in its path and references.
#[must_use]
pub fn check(facts: &Facts, subject: &Subject<'_>, place: &'static Use, context: &Context<'_>) -> Vec<Finding> {
    let case = Case { facts, subject, place, context };
    // A file of the wrong kind has only that fault; other findings would follow from it.
    if let Some(finding) = file::empty(&case).or_else(|| file::unsupported(&case)) {
        return vec![finding.about(about(facts))];
    }
    let mut findings: Vec<Finding> = CHECKS.into_iter().flatten().filter_map(|check| check(&case)).collect();
    for finding in &mut findings {
        finding.about = Some(about(facts));
    }
    findings
}

/// Whether a rule concerns the file itself, so that every service would report the same.
#[must_use]
pub fn is_of_file(rule: &Rule, facts: &Facts) -> bool {
    let of_file = [
        &rule::FILE_EMPTY,
        &rule::FILE_EXTENSION_MISMATCH,
        &rule::FILE_CORRUPT,
        &rule::FILE_MALFORMED,
        &rule::DOCUMENT_ENCRYPTED,
        &rule::SUBTITLE_MALFORMED,
    ];
    let is_none = matches!(facts.format.class(), Class::Unknown | Class::Text);
    is_none && *rule == rule::FILE_UNSUPPORTED_FORMAT || of_file.into_iter().any(|known| known == rule)
}

/// A short description: `mp4, h264 1920×1080, 12.5 s`.
#[must_use]
pub fn about(facts: &Facts) -> String {
    let mut parts = vec![facts.format.name().to_owned()];
    let codec = |kind| facts.track(kind).map(|track| track.codec.as_str());
    match (codec(TrackKind::Video), facts.dimensions) {
        (Some(codec), Some(size)) => parts.push(format!("{codec} {size}")),
        (Some(codec), None) => parts.push(codec.to_owned()),
        (None, Some(size)) => parts.push(size.to_string()),
        (None, None) => {}
    }
    if facts.format.class() == Class::Video {
        parts.extend(codec(TrackKind::Audio).map(str::to_owned));
    }
    parts.extend(facts.duration_s.map(text::seconds));
    parts.extend(facts.pages.map(|pages| text::counted(pages.into(), "page")));
    parts.extend(facts.cues.map(|cues| text::counted(cues.into(), "cue")));
    parts.push(text::size(facts.size_bytes));
    parts.join(", ")
}
