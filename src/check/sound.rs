//! Checks the length of speech.

use super::case::{Case, MediaCheck};
use crate::finding::Finding;
use crate::media::Class;
use crate::rule;
use crate::text;

pub(super) const CHECKS: &[MediaCheck] = &[too_long];

/// The difference in seconds between two correct ways to measure one file: encoder padding, gapless tags, the last
/// frame. The check tolerates this much, so that a recording cut exactly at the limit passes.
pub(super) const SLACK: f64 = 0.1;

fn too_long(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.max_duration?];
    let (seconds, most) = (case.facts.duration_s?, limit.number()?);
    if seconds <= most + SLACK {
        return super::video::doubtful_length(case, seconds);
    }
    if case.facts.format.class() == Class::Video {
        return Some(super::video::too_long(case, seconds, limit));
    }
    let message = format!(
        "the audio lasts {}, {} more than the maximum of {}",
        text::seconds(seconds),
        text::seconds(seconds - most),
        limit.text()
    );
    let finding = Finding::new(&rule::AUDIO_TOO_LONG, message).observed((seconds * 1e3).round() / 1e3);
    Some(finding.limit(limit).help("split it"))
}
