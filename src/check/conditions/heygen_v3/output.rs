//! The length of a studio video.

use super::length;
use crate::check::Context;
use crate::check::length::{Durations, Length};
use crate::finding::{Finding, Location};
use crate::profile::heygen_v3::limits;
use crate::request::job::Job;
use crate::request::json::Value;
use crate::rule::{self, Severity};
use crate::text;
use crate::text::Span;

/// A studio video with a scene that is too long to render, or whose scenes are too long together.
pub(in super::super) fn studio(job: &Job<'_>, durations: Durations<'_>, context: &Context<'_>) -> Vec<Finding> {
    too_long(job.value, durations, context)
}

fn too_long(video: Value<'_>, durations: Durations<'_>, context: &Context<'_>) -> Vec<Finding> {
    let scenes = length::scenes(video, durations);
    let long: Vec<Finding> = scenes.iter().filter_map(|(scene, length)| one(*scene, *length, context)).collect();
    // If one scene is too long, the sum is not reported too.
    if long.is_empty() { together(video, scenes, context).into_iter().collect() } else { long }
}

/// A single scene that is too long.
fn one(scene: Value<'_>, length: Length, context: &Context<'_>) -> Option<Finding> {
    let limit = &context.limits[limits::OUTPUT_MAX_DURATION];
    let most = limit.number()?;
    let bound = context.limits[limits::IMAGE_SCENE_DURATION_MAX].number();
    // Another check reports a silent picture that is too long, against a stricter limit.
    let is_stated_too_long =
        scene.get("duration").and_then(Value::number).zip(bound).is_some_and(|(given, bound)| given > bound);
    if length.seconds() <= most || is_stated_too_long {
        return None;
    }
    let about = if length.estimated > 0.0 { "about " } else { "" };
    let message = format!(
        "the scene lasts {about}{}, above the maximum of {}",
        text::seconds(length.seconds()),
        text::seconds(most)
    );
    let finding = Finding::new(&rule::OUTPUT_TOO_LONG, message)
        .at(opening(scene))
        .observed(length.seconds().round())
        .limit(limit)
        .help("split it into several scenes");
    Some(if length.exact > most { finding } else { finding.at_most(Severity::Warning) })
}

/// The scenes are too long together, by one reading of the limit.
fn together(video: Value<'_>, mut scenes: Vec<(Value<'_>, Length)>, context: &Context<'_>) -> Option<Finding> {
    const SHOWN: usize = 3;
    let limit = &context.limits[limits::OUTPUT_MAX_DURATION];
    let most = limit.number()?;
    let sum = scenes.iter().fold(Length::default(), |sum, (_, length)| sum.plus(*length));
    if sum.seconds() <= most {
        return None;
    }
    // A scene beyond its own limit is already reported and causes the sum.
    let bound = context.limits[limits::IMAGE_SCENE_DURATION_MAX].number();
    let mut stated = scenes.iter().filter_map(|(scene, _)| scene.get("duration")?.number());
    if bound.is_some_and(|bound| stated.any(|seconds| seconds > bound)) {
        return None;
    }
    let about = if sum.estimated > 0.0 { "about " } else { "" };
    let besides = match sum.unknown {
        0 => String::new(),
        1 => ", without one scene of unknown length".to_owned(),
        many => format!(", without {many} scenes of unknown length"),
    };
    let message = format!(
        "the scenes last {about}{} together{besides}, above the maximum of {}",
        text::seconds(sum.seconds()),
        text::seconds(most)
    );
    let mut finding = Finding::new(&rule::OUTPUT_TOO_LONG, message)
        .at(video.get("scenes").map(opening)?)
        .observed(sum.seconds().round())
        .limit(limit)
        .help("the documents allow 30 minutes per scene; older ones allowed 30 minutes for the whole video: split it to be sure")
        .at_most(Severity::Warning);
    scenes.sort_by(|(_, a), (_, b)| b.seconds().total_cmp(&a.seconds()));
    for (scene, length) in scenes.iter().take(SHOWN).filter(|(_, length)| length.seconds() > 0.0) {
        let about = if length.estimated > 0.0 { "about " } else { "" };
        finding = finding.related(format!("{about}{} here", text::seconds(length.seconds())), opening(*scene));
    }
    Some(finding)
}

fn opening(value: Value<'_>) -> Location {
    let span = value.span();
    Location::value(value.pointer(), Span::new(span.start, (span.start + 1).min(span.end)))
}
