//! Tracks and length of video.

use super::case::{Case, MediaCheck};
use crate::finding::Finding;
use crate::limits::Limit;
use crate::media::{Class, TrackKind};
use crate::rule::{self, Severity};
use crate::text;

pub(super) const CHECKS: &[MediaCheck] = &[no_video_track, no_audio_track, too_short];

/// The limit that requires a kind of track, if the file has none. A file whose tracks cannot be read has another fault.
fn lacks<'a>(case: &Case<'a>, kind: TrackKind, name: &str) -> Option<&'a Limit> {
    let limit = &case.context.limits[case.place.tracks?];
    let facts = case.facts;
    let video = facts.format.class() == Class::Video;
    let unread = facts.tracks.is_empty() && facts.is_corrupt();
    (video && !unread && limit.names().contains(&name) && facts.track(kind).is_none()).then_some(limit)
}

fn no_video_track(case: &Case<'_>) -> Option<Finding> {
    let limit = lacks(case, TrackKind::Video, "video")?;
    let tracks: Vec<_> = case.facts.tracks.iter().map(|track| track.codec.as_str()).collect();
    let has = if tracks.is_empty() { "no track at all".to_owned() } else { format!("only {}", tracks.join(", ")) };
    let help = match case.facts.track(TrackKind::Audio) {
        Some(_) => "export it again with its picture, or use its sound as speech",
        None => "export it again with its picture",
    };
    let message = format!("the {} has no video track, {has}", case.facts.format);
    let finding = Finding::new(&rule::VIDEO_NO_VIDEO_TRACK, message).limit(limit).help(help);
    // heylint only assumes that a bare file is meant as a video.
    Some(if case.subject.bare { finding.at_most(Severity::Warning) } else { finding })
}

fn no_audio_track(case: &Case<'_>) -> Option<Finding> {
    let limit = lacks(case, TrackKind::Audio, "audio")?;
    let message = format!("the {} has no audio track, and {} needs speech", case.facts.format, case.place.title);
    let help = "export it with its sound, or add a sound track to it";
    Some(Finding::new(&rule::VIDEO_NO_AUDIO_TRACK, message).limit(limit).help(help))
}

fn too_short(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.min_duration?];
    let (seconds, least) = (case.facts.duration_s?, limit.number()?);
    if case.facts.is_corrupt() || case.has_no_picture() || seconds + super::sound::SLACK >= least {
        return None;
    }
    let message = format!("the {} lasts {}, below the minimum of {}", what(case), text::seconds(seconds), limit.text());
    Some(
        Finding::new(&rule::VIDEO_TOO_SHORT, message)
            .observed((seconds * 1e3).round() / 1e3)
            .limit(limit)
            .at_most(severity(case))
            .help(match what(case) {
                "footage" => "record a longer take, without cuts",
                _ => "render a longer one",
            }),
    )
}

/// Material for avatars is called footage.
fn what(case: &Case<'_>) -> &'static str {
    if case.place.title.starts_with("footage") { "footage" } else { "video" }
}

/// The limits of footage appear only in an example of an error.
fn severity(case: &Case<'_>) -> Severity {
    if what(case) == "footage" { Severity::Warning } else { Severity::Error }
}

/// A video that is longer than its use accepts.
pub(super) fn too_long(case: &Case<'_>, seconds: f64, limit: &Limit) -> Finding {
    let message = format!("the {} lasts {}, above the maximum of {}", what(case), text::seconds(seconds), limit.text());
    Finding::new(&rule::VIDEO_TOO_LONG, message)
        .observed((seconds * 1e3).round() / 1e3)
        .limit(limit)
        .at_most(severity(case))
        .help("cut it")
}

/// A video that is longer than some document or some account allows.
pub(super) fn doubtful_length(case: &Case<'_>, seconds: f64) -> Option<Finding> {
    let limit = &case.context.limits[case.place.duration_doubtful?];
    if seconds <= limit.number()? + super::sound::SLACK {
        return None;
    }
    let message = format!(
        "the {} lasts {}, above {}, and may be refused: {}",
        what(case),
        text::seconds(seconds),
        limit.text(),
        limit.note
    );
    let finding = Finding::new(&rule::VIDEO_TOO_LONG, message).at_most(Severity::Warning);
    Some(
        finding
            .observed((seconds * 1e3).round() / 1e3)
            .limit(limit)
            .help("cut it, or look up what the account may post"),
    )
}
