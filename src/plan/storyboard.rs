//! The scenes of a video with their lengths, for drawing.

use crate::check::length::{JobPart, Length};
use crate::finding::Location;
use crate::limits::{Limit, Limits};
use crate::request::Request;
use crate::request::job::Job;
use crate::request::json::Value;

/// The most videos kept per plan, and scenes per video.
const MOST_VIDEOS: usize = 100;
const MOST_SCENES: usize = 60;
/// The most characters of a title.
const MOST_TITLE: usize = 120;

/// A scene of a video.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Its type in the request: `avatar_video`.
    pub kind: String,
    pub length: Length,
    /// The code points of its spoken text, with their limit.
    pub script: Option<(u64, Limit)>,
    /// The limit of its length.
    pub bound: Option<Limit>,
}

impl Scene {
    fn of(part: &JobPart<'_>, limits: &Limits) -> Self {
        let kind = part.value.get("type").and_then(Value::as_str).unwrap_or_default();
        let script = part.script.map(|(text, limit)| (text.code_points() as u64, limits[limit].clone()));
        let kind = kind.chars().take(MOST_TITLE).collect();
        Self { kind, length: part.length, script, bound: part.bound.map(|bound| limits[bound].clone()) }
    }

    /// Its script has more code points than allowed.
    #[must_use]
    pub fn says_too_much(&self) -> bool {
        self.script.as_ref().is_some_and(|(points, limit)| is_above(*points as f64, limit))
    }

    #[must_use]
    pub fn lasts_too_long(&self) -> bool {
        self.bound.as_ref().is_some_and(|limit| is_above(self.length.seconds(), limit))
    }
}

fn is_above(value: f64, limit: &Limit) -> bool {
    limit.number().is_some_and(|most| value > most)
}

/// A video that is made of scenes.
#[derive(Clone, Debug, PartialEq)]
pub struct Storyboard {
    /// The request, or the item of a batch.
    pub place: Location,
    pub title: Option<String>,
    pub scenes: Vec<Scene>,
    /// The number of scenes not kept.
    pub more: u64,
    /// All scenes together.
    pub length: Length,
}

impl Storyboard {
    /// The place has no file yet.
    pub(super) fn of(job: &Job<'_>, parts: &[JobPart<'_>], request: &Request<'_>, limits: &Limits) -> Self {
        let title = job.value.get("title").and_then(Value::as_str);
        Self {
            place: Location { record: request.index, ..Location::value(job.value.pointer(), job.value.span()) },
            title: title.map(|title| title.chars().take(MOST_TITLE).collect()),
            scenes: parts.iter().take(MOST_SCENES).map(|part| Scene::of(part, limits)).collect(),
            more: parts.len().saturating_sub(MOST_SCENES) as u64,
            length: crate::check::length::sum(parts),
        }
    }
}

/// The videos of a plan, in the order of the input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Storyboards {
    pub shown: Vec<Storyboard>,
    /// The number of videos not kept.
    pub more: u64,
}

impl Storyboards {
    pub(super) fn add(&mut self, storyboard: Storyboard) {
        if self.shown.len() < MOST_VIDEOS { self.shown.push(storyboard) } else { self.more += 1 }
    }

    pub(super) fn merge(&mut self, other: Self) {
        other.shown.into_iter().for_each(|storyboard| self.add(storyboard));
        self.more += other.more;
    }
}
