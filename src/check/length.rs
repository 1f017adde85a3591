//! The expected length of the outcome of a job.

use super::{Context, conditions};
use crate::finding::Finding;
use crate::limits::LimitId;
use crate::request::Request;
use crate::request::job::Job;
use crate::request::json::Value;

/// The duration in seconds of the media file that a value names: the string with its URL, id or path, or the object
/// around it. None if the file is not available.
pub type Durations<'a> = &'a dyn Fn(Value<'_>) -> Option<f64>;

/// A length in seconds, as far as it is known before rendering.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Length {
    /// Stated in the request, or measured from files.
    pub exact: f64,
    /// Estimated from the script.
    pub estimated: f64,
    /// The number of parts of unknown length.
    pub unknown: u64,
}

impl Length {
    pub const UNKNOWN: Self = Self { exact: 0.0, estimated: 0.0, unknown: 1 };

    /// A length that is known exactly, or unknown.
    #[must_use]
    pub fn measured(seconds: Option<f64>) -> Self {
        match seconds {
            Some(exact) => Self { exact, ..Self::default() },
            None => Self::UNKNOWN,
        }
    }

    /// The known seconds, stated and estimated.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.exact + self.estimated
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            exact: self.exact + other.exact,
            estimated: self.estimated + other.estimated,
            unknown: self.unknown.saturating_add(other.unknown),
        }
    }

    #[must_use]
    pub fn times(self, count: u64) -> Self {
        let by = count as f64;
        Self { exact: self.exact * by, estimated: self.estimated * by, unknown: self.unknown.saturating_mul(count) }
    }
}

/// A part of the outcome of a job: a scene of a studio video, or the whole outcome.
#[derive(Clone, Copy, Debug)]
pub struct JobPart<'d> {
    pub value: Value<'d>,
    pub length: Length,
    /// The text spoken in it, with its limit.
    pub script: Option<(Value<'d>, LimitId)>,
    /// The limit on its length.
    pub bound: Option<LimitId>,
}

impl<'d> JobPart<'d> {
    /// The whole outcome.
    #[must_use]
    pub fn whole(job: &Job<'d>, length: Length) -> Self {
        Self { value: job.value, length, script: None, bound: None }
    }
}

/// The parts of the outcome of a job; none if the outcome has no duration.
#[must_use]
pub fn parts<'d>(job: &Job<'d>, durations: Durations<'_>) -> Option<Vec<JobPart<'d>>> {
    Some(conditions::measure(job.kind.length?, job, durations))
}

/// The length of several parts together.
#[must_use]
pub fn sum(parts: &[JobPart<'_>]) -> Length {
    parts.iter().fold(Length::default(), |sum, part| sum.plus(part.length))
}

/// Checks the outcomes of a request, including those of a batch. Needs the durations of local files, which only the
/// engine has.
#[must_use]
pub fn check(request: &Request<'_>, jobs: &[Job<'_>], durations: Durations<'_>, context: &Context<'_>) -> Vec<Finding> {
    let bounded = jobs.iter().filter_map(|job| Some((job, job.kind.bound?)));
    let mut found: Vec<Finding> =
        bounded.flat_map(|(job, bound)| conditions::check_job(bound, job, durations, context)).collect();
    for finding in &mut found {
        finding.location.record = request.index;
        finding.related.iter_mut().for_each(|related| related.location.record = request.index);
    }
    found
}
