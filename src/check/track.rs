//! Checks of tracks: codecs, frame rate, bit rate, chroma, scan, sound samples.

use super::case::{Case, MediaCheck};
use crate::finding::Finding;
use crate::limits::{Limit, LimitId};
use crate::media::{Class, Track, TrackKind};
use crate::rule::{self, Rule, Severity};
use crate::text::number;

pub(super) const CHECKS: &[MediaCheck] =
    &[video_codec, audio_codec, frame_rate, video_bit_rate, audio_bit_rate, chroma, interlaced, sample_rate, channels];

/// The relative difference between two correct ways to compute a rate: a container counts every frame, a player does
/// not.
const SLACK: f64 = 0.005;

/// Whether the use accepts the codec of a track. If not, the track has to be encoded again anyway, and other findings
/// about it would only follow from that.
fn is_taken(case: &Case<'_>, track: &Track) -> bool {
    let codecs = match track.kind {
        TrackKind::Audio => case.place.audio_codecs,
        _ => case.place.video_codecs,
    };
    codecs.is_none_or(|id| case.context.limits[id].names().contains(&track.codec.as_str()))
}

/// The track of a video, with the limit of its use.
fn of_video<'a>(case: &Case<'a>, kind: TrackKind, id: Option<LimitId>) -> Option<(&'a Track, &'a Limit)> {
    let limit = &case.context.limits[id?];
    let facts = case.facts;
    (facts.format.class() == Class::Video).then_some(())?;
    Some((facts.track(kind)?, limit))
}

fn video_codec(case: &Case<'_>) -> Option<Finding> {
    let (track, limit) = of_video(case, TrackKind::Video, case.place.video_codecs)?;
    codec(case, track, limit, &rule::VIDEO_CODEC, "video").map(|finding| finding.help("encode it again as H.264"))
}

fn audio_codec(case: &Case<'_>) -> Option<Finding> {
    let (track, limit) = of_video(case, TrackKind::Audio, case.place.audio_codecs)?;
    codec(case, track, limit, &rule::AUDIO_CODEC, "audio").map(|finding| finding.help("encode its sound again as AAC"))
}

fn codec(case: &Case<'_>, track: &Track, limit: &Limit, rule: &'static Rule, kind: &str) -> Option<Finding> {
    let found = track.codec.as_str();
    if limit.names().contains(&found) {
        return None;
    }
    let wanted = listed(&limit.names().iter().map(|name| title(name)).collect::<Vec<_>>());
    let message = format!("the {kind} codec is {}, but {} has to be {wanted}", title(found), case.with_article());
    Some(Finding::new(rule, message).observed(found).limit(limit))
}

/// `H.264` for `h264`.
fn title(codec: &str) -> &str {
    match codec {
        "h264" => "H.264",
        "hevc" => "HEVC",
        "vp8" => "VP8",
        "vp9" => "VP9",
        "av1" => "AV1",
        "prores" => "ProRes",
        "mpeg4" => "MPEG-4 Visual",
        "mjpeg" => "Motion JPEG",
        "aac" => "AAC",
        "mp3" => "MP3",
        "opus" => "Opus",
        "vorbis" => "Vorbis",
        "flac" => "FLAC",
        "alac" => "ALAC",
        "ac3" => "AC-3",
        other => other,
    }
}

/// `A, B or C`.
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn frame_rate(case: &Case<'_>) -> Option<Finding> {
    let limits = case.context.limits;
    let fps = case.facts.track(TrackKind::Video)?.fps.or(case.facts.fps).filter(|fps| *fps > 0.0)?;
    let (least, most) =
        (case.place.min_frame_rate.map(|id| &limits[id]), case.place.max_frame_rate.map(|id| &limits[id]));
    let below = least.filter(|limit| limit.number().is_some_and(|least| fps < least * (1.0 - SLACK)));
    let above = most.filter(|limit| limit.number().is_some_and(|most| fps > most * (1.0 + SLACK)));
    let (limit, than) = match (below, above) {
        (Some(limit), _) => (limit, "below the minimum"),
        (None, Some(limit)) => (limit, "above the maximum"),
        (None, None) => return None,
    };
    // Every use that we know accepts thirty frames per second; otherwise take the nearest allowed rate.
    let allowed = |rate: f64| {
        let number = |limit: Option<&Limit>| limit.and_then(Limit::number);
        rate.clamp(number(least).unwrap_or(1.0).ceil(), number(most).unwrap_or(f64::MAX))
    };
    let shown = (fps * 100.0).round() / 100.0;
    let message = format!("the video has {} frames per second, {than} of {}", number(shown), limit.text());
    let help = format!("encode it again with {} frames per second", number(allowed(30.0)));
    Some(Finding::new(&rule::VIDEO_FRAME_RATE, message).observed(shown).limit(limit).help(help))
}

/// The bits per second that a limit allows.
fn bits(limit: &Limit) -> Option<f64> {
    let factor = match limit.unit {
        "Mbit/s" => 1e6,
        "kbit/s" => 1e3,
        _ => 1.0,
    };
    Some(limit.number()? * factor)
}

fn above_rate(track: &Track, limit: &Limit) -> Option<f64> {
    let rate = track.bit_rate? as f64;
    (rate > bits(limit)? * (1.0 + SLACK)).then_some(rate)
}

fn video_bit_rate(case: &Case<'_>) -> Option<Finding> {
    let (track, limit) = of_video(case, TrackKind::Video, case.place.max_video_bit_rate)?;
    let rate = above_rate(track, limit).filter(|_| is_taken(case, track))?;
    let message = format!(
        "the video track has {} Mbit/s on average, above the maximum of {}",
        number((rate / 1e4).round() / 100.0),
        limit.text()
    );
    let help = "encode it again at a lower bit rate";
    Some(Finding::new(&rule::VIDEO_BIT_RATE, message).observed(rate.round()).limit(limit).help(help))
}

fn audio_bit_rate(case: &Case<'_>) -> Option<Finding> {
    let (track, limit) = of_video(case, TrackKind::Audio, case.place.max_audio_bit_rate)?;
    // An encoder with a target rate ends up slightly above it as often as below.
    let rate = above_rate(track, limit)
        .filter(|rate| is_taken(case, track) && bits(limit).is_some_and(|most| *rate > most * 1.1))?;
    let message =
        format!("the audio track has {} kbit/s on average, above {}", number((rate / 1e3).round()), limit.text());
    let help = "encode its sound again at a lower bit rate";
    Some(Finding::new(&rule::AUDIO_BIT_RATE, message).observed(rate.round()).limit(limit).help(help))
}

fn chroma(case: &Case<'_>) -> Option<Finding> {
    let (track, limit) = of_video(case, TrackKind::Video, case.place.chroma)?;
    let found = track.chroma?.name();
    if limit.names().contains(&found) || !is_taken(case, track) {
        return None;
    }
    let message = format!("the chroma subsampling is {found}, but {} has to be {}", case.with_article(), limit.text());
    Some(Finding::new(&rule::VIDEO_CHROMA, message).observed(found).limit(limit).help("encode it again with 4:2:0"))
}

/// A stream that may be coded as fields need not be; only decoding shows it.
fn interlaced(case: &Case<'_>) -> Option<Finding> {
    let (track, limit) = of_video(case, TrackKind::Video, case.place.scan)?;
    if !track.interlaced || limit.names() != ["progressive"] || !is_taken(case, track) {
        return None;
    }
    let message = format!("the video may be interlaced, but {} has to be progressive", case.with_article());
    Some(
        Finding::new(&rule::VIDEO_INTERLACED, message)
            .observed("interlaced")
            .limit(limit)
            .at_most(Severity::Warning)
            .help("deinterlace it"),
    )
}

fn sample_rate(case: &Case<'_>) -> Option<Finding> {
    let (track, limit) = of_video(case, TrackKind::Audio, case.place.max_sample_rate)?;
    let rate = f64::from(track.sample_rate?);
    let most = limit.number()?;
    if rate <= most {
        return None;
    }
    let message = format!("the audio has {} Hz, above the maximum of {}", number(rate), limit.text());
    let help = format!("encode its sound again at {most} Hz");
    Some(Finding::new(&rule::AUDIO_SAMPLE_RATE, message).observed(rate).limit(limit).help(help))
}

fn channels(case: &Case<'_>) -> Option<Finding> {
    let (track, limit) = of_video(case, TrackKind::Audio, case.place.max_channels)?;
    let found = f64::from(track.channels?);
    let most = limit.number()?;
    if found <= most {
        return None;
    }
    let message = format!(
        "the audio has {}, above the maximum of {}",
        crate::text::counted(found as u64, "channel"),
        limit.text()
    );
    let help = format!("mix its sound down to {}", crate::text::counted(most as u64, "channel"));
    Some(Finding::new(&rule::AUDIO_CHANNELS, message).observed(found).limit(limit).help(help))
}
