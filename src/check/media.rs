//! Checks a media file for the place that uses it.

use crate::check::{Context, container, document, file, picture, sound, subtitle, track, video};
use crate::finding::Finding;
use crate::limits::Use;
use crate::media::{Class, Facts, TrackKind};
use crate::rule::{self, Rule};
use crate::text;

/// A media file to check, with its facts and its use.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The file's name, whose extension has to match; empty for base64.
    pub name: &'a str,
    /// A bare file: its use is only assumed from its kind.
    pub bare: bool,
}

/// The checks for a file of a format that the place takes.
const CHECKS: [fn(&Case<'_>) -> Option<Finding>; 25] = [
    file::extension,
    file::structure,
    file::too_large,
    file::direct_upload,
    picture::resolution,
    picture::too_small,
    picture::too_many_pixels,
    picture::ratio,
    video::no_video_track,
    video::no_audio_track,
    video::too_short,
    sound::too_long,
    track::video_codec,
    track::audio_codec,
    track::frame_rate,
    track::video_bit_rate,
    track::audio_bit_rate,
    track::chroma,
    track::interlaced,
    track::sample_rate,
    track::channels,
    container::not_faststart,
    container::edit_list,
    document::encrypted,
    subtitle::malformed,
];

/// The findings about a file at a place. They are about the whole file; the caller fills in its path and
/// references.
#[must_use]
pub fn check(facts: &Facts, subject: &Subject<'_>, place: &'static Use, context: &Context<'_>) -> Vec<Finding> {
    let case = Case { facts, subject, place, context };
    // A file of another kind has one fault; the rest would be an echo.
    if let Some(finding) = file::empty(&case).or_else(|| file::unsupported(&case)) {
        return vec![finding.about(about(facts))];
    }
    let mut findings: Vec<Finding> = CHECKS.iter().filter_map(|check| check(&case)).collect();
    for finding in &mut findings {
        finding.about = Some(about(facts));
    }
    findings
}

/// Whether a rule is about the file itself, so that every service would find the same.
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

/// One file at one place.
pub(super) struct Case<'a> {
    pub facts: &'a Facts,
    pub subject: &'a Subject<'a>,
    pub place: &'static Use,
    pub context: &'a Context<'a>,
}

impl Case<'_> {
    /// The name to use in a command, quoted for a shell where it needs it.
    pub fn name(&self) -> String {
        match self.subject.name {
            "" => format!("FILE.{}", self.facts.format.extensions().first().unwrap_or(&"bin")),
            name => quote(name),
        }
    }

    /// It is no video at all, which is told as such.
    pub fn has_no_picture(&self) -> bool {
        self.facts.format.class() == Class::Video && self.facts.track(TrackKind::Video).is_none()
    }

    /// The place in a sentence: `a video for TikTok`.
    pub fn with_article(&self) -> String {
        with_article(self.place.title)
    }

    /// A name for the mended file beside it: `talk-fixed.mp4`.
    pub fn mended(&self, extension: &str) -> String {
        let stem = self.stem();
        quote(&format!("{stem}-fixed.{extension}"))
    }

    /// The file's name without its extension.
    pub fn stem(&self) -> &str {
        match self.subject.name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ if self.subject.name.is_empty() => "FILE",
            _ => self.subject.name,
        }
    }
}

fn with_article(title: &str) -> String {
    let article = if title.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let mass = ["speech", "footage"].iter().any(|word| title.starts_with(word));
    if mass { title.to_owned() } else { format!("{article} {title}") }
}

/// Quotes a word for a POSIX shell where it needs it.
pub(super) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-+/=,@%".contains(c);
    if !word.starts_with('-') && word.chars().all(plain) {
        return word.to_owned();
    }
    let word = if word.starts_with('-') { format!("./{word}") } else { word.to_owned() };
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The file in a few words: `mp4, h264 1920×1080, 12.5 s`.
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
