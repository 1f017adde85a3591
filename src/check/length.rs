//! How long the outcome of a job will be, as far as it can be told before anything is rendered.

use super::{Context, conditions};
use crate::finding::Finding;
use crate::request::Request;
use crate::request::job::Job;
use crate::request::json::Value;

/// Tells how long a media file lasts that a value names: the string with its URL, id or path, or the object around it.
/// None where it is not at hand.
pub type Durations<'a> = &'a dyn Fn(Value<'_>) -> Option<f64>;

/// Seconds, as far as they can be told before anything is rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Length {
    /// Stated in the request, or measured from files.
    pub exact: f64,
    /// Estimated from what is to be spoken.
    pub estimated: f64,
    /// Parts of which nothing can be told.
    pub unknown: u64,
}

impl Length {
    pub const UNKNOWN: Self = Self { exact: 0.0, estimated: 0.0, unknown: 1 };

    /// A length that is known, or not.
    #[must_use]
    pub fn measured(seconds: Option<f64>) -> Self {
        match seconds {
            Some(exact) => Self { exact, ..Self::default() },
            None => Self::UNKNOWN,
        }
    }

    /// All that is known.
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

/// The length of what a job makes; none where it makes nothing that lasts.
#[must_use]
pub fn of_job(job: &Job<'_>, durations: Durations<'_>) -> Option<Length> {
    Some(conditions::measure(job.kind.length?, job, durations))
}

/// What is wrong with the outcomes of a request, those of a batch included. This needs the lengths of local files, which
/// only the engine can have measured.
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
