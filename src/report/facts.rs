//! The facts of a media file in words.

use crate::media::{Facts, Fault, Track, TrackKind};
use crate::source::clean;
use crate::text;

/// What is known of a file beside its faults: a name of at most ten letters, and what it is.
#[must_use]
pub fn rows(facts: &Facts) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: &str| rows.push((name.to_owned(), value.to_owned()));
    row("format", facts.format.title());
    let exact = text::counted(facts.size_bytes, "byte");
    let size = if facts.size_bytes < 1_000 { exact } else { format!("{} ({exact})", text::size(facts.size_bytes)) };
    row("size", &size);
    if let Some(dimensions) = facts.dimensions {
        let stored = facts.stored.filter(|stored| *stored != dimensions);
        let stored = stored.map(|stored| format!(" as displayed, {stored} as stored")).unwrap_or_default();
        let animated = if facts.animated { ", animated" } else { "" };
        row("dimensions", &format!("{dimensions}{stored}{animated}"));
    }
    if let Some(seconds) = facts.duration_s.or(facts.declared_duration_s) {
        let declared = facts
            .declared_duration_s
            .filter(|declared| facts.duration_s.is_some_and(|seconds| (seconds - declared).abs() > 0.05));
        let declared = declared.map(|seconds| format!(", declared {}", text::seconds(seconds))).unwrap_or_default();
        row("duration", &format!("{}{declared}", text::seconds(seconds)));
    }
    if let Some(fps) = facts.fps {
        row("frame rate", &format!("{} fps", text::number(fps)));
    }
    for (at, track) in facts.tracks.iter().enumerate() {
        row(&format!("track {}", at + 1), &in_words(track));
    }
    if let Some(pages) = facts.pages {
        row("pages", &text::count(pages.into()));
    }
    if let Some(cues) = facts.cues {
        row("cues", &text::count(cues.into()));
    }
    if facts.encrypted {
        row("encrypted", "yes, it needs a password or key");
    }
    rows
}

/// One fault: what, where, and what follows from it.
#[must_use]
pub fn fault(fault: &Fault) -> String {
    let place = match (fault.line, fault.offset) {
        (Some(line), _) => format!(" (line {})", text::count(line.into())),
        (None, Some(offset)) => format!(" (at byte {})", text::count(offset)),
        (None, None) => String::new(),
    };
    let effect = fault.effect.as_ref().map(|effect| format!("; {}", clean(effect))).unwrap_or_default();
    format!("{}{place}{effect}", clean(&fault.message))
}

fn in_words(track: &Track) -> String {
    let kind = match track.kind {
        TrackKind::Video => "video",
        TrackKind::Audio => "audio",
        TrackKind::Subtitle => "subtitle",
        TrackKind::Other => "other",
    };
    let mut parts = vec![format!("{kind}, {}", clean(&track.codec))];
    parts.extend(track.dimensions.map(|dimensions| dimensions.to_string()));
    parts.extend(track.fps.map(|fps| format!("{} fps", text::number(fps))));
    parts.extend(track.sample_rate.map(|rate| format!("{} Hz", text::count(rate.into()))));
    parts.extend(track.channels.map(|channels| match channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        many => format!("{many} channels"),
    }));
    parts.extend(track.bits_per_sample.map(|bits| format!("{bits} bits")));
    parts.extend(track.duration_s.map(text::seconds));
    parts.join(", ")
}
