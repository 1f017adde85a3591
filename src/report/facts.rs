//! The facts of a media file in words.

use crate::media::{Facts, Fault, Hdr, Track, TrackKind};
use crate::source::clean;
use crate::text;

/// What is known about a file apart from its faults: rows of a short name and a value.
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
    if let Some(rate) = facts.bit_rate {
        row("bit rate", &bits_per_second(rate));
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
    if let Some(why) = facts.not_decoded {
        row("decoding", &format!("left out: {why}"));
    }
    rows
}

/// One fault: what it is, where, and what it causes.
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

fn bits_per_second(rate: u64) -> String {
    format!("{} kbit/s", text::count(rate.saturating_add(500) / 1_000))
}

fn in_words(track: &Track) -> String {
    let kind = match track.kind {
        TrackKind::Video => "video",
        TrackKind::Audio => "audio",
        TrackKind::Subtitle => "subtitle",
        TrackKind::Other => "other",
    };
    let profile = track.profile.as_ref().map(|profile| format!(" {}", clean(profile))).unwrap_or_default();
    let mut parts = vec![format!("{kind}, {}{profile}", clean(&track.codec))];
    parts.extend(track.dimensions.map(|dimensions| dimensions.to_string()));
    parts.extend(track.fps.map(|fps| format!("{} fps", text::number(fps))));
    if let Some(chroma) = track.chroma {
        let depth = track.bit_depth.map(|bits| format!(" {bits}-bit")).unwrap_or_default();
        parts.push(format!("{}{depth}", chroma.name()));
    }
    parts.extend(track.hdr.map(|hdr| match hdr {
        Hdr::Pq => "HDR (PQ)".to_owned(),
        Hdr::Hlg => "HDR (HLG)".to_owned(),
    }));
    if track.interlaced {
        parts.push("interlaced".to_owned());
    }
    parts.extend(track.sample_rate.map(|rate| format!("{} Hz", text::count(rate.into()))));
    parts.extend(track.channels.map(|channels| match channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        many => format!("{many} channels"),
    }));
    parts.extend(track.bits_per_sample.map(|bits| format!("{bits} bits")));
    parts.extend(track.bit_rate.map(bits_per_second));
    parts.extend(track.duration_s.map(text::seconds));
    parts.join(", ")
}
