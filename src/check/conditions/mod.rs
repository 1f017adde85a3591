//! Conditions that a table of fields cannot express: exactly one source of speech, a start before an end. One folder per profile.
//!
//! An object names its conditions in the data (`conditions = ["speech.still"]`), and a kind of job how its length is told
//! and what bounds it. The build resolves each name to a function here, `speech::still` in the folder of the profile; a
//! name without a function does not compile, and a function that no data name is dead code.
//!
//! The check of a request calls the conditions of an object once, after checking the fields of the
//! object, innermost objects first. A condition gets a [`Typed`]:
//!
//! * [`Typed::get`] and [`Typed::has`] ignore null. A value may be a placeholder: present, and unknown.
//! * [`Typed::is_sound`] says whether a field has no finding yet. A condition that needs the value of a field
//!   with a finding stays silent: one fault gives one finding.
//!
//! Two fields that exclude each other are `request/conflict`, pointing at the key of the one that is easier to drop, with
//! the other as related place; a field without the one that it needs is `request/needs-one-of`; one that changes nothing
//! is `request/no-effect`. The table in `requests/README.md` of the profile lists every condition with its basis and its
//! test.
//!
//! Locations come from [`Typed::location`] (the object) and [`Typed::place`] (the key of a field); the record is filled
//! in by the caller.

mod elevenlabs;
mod heygen_v3;
#[cfg(test)]
mod parcel_v1;

use super::Context;
use super::length::{Durations, JobPart};
use super::typed::Typed;
use crate::finding::Finding;
use crate::profile::{JobCheck, Measure};
use crate::request::job::Job;

type ConditionFn = fn(&Typed<'_>, &Context<'_>, &mut Vec<Finding>);
type MeasureFn = for<'d> fn(&Job<'d>, Durations<'_>) -> Vec<JobPart<'d>>;
type JobCheckFn = fn(&Job<'_>, Durations<'_>, &Context<'_>) -> Vec<Finding>;

include!(concat!(env!("OUT_DIR"), "/conditions.rs"));

/// Checks the conditions of an object.
pub(super) fn check(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    for condition in typed.object.conditions {
        CONDITIONS[condition.at()](typed, context, out);
    }
}

/// The parts of the outcome of a job, with their lengths.
pub(super) fn measure<'d>(measure: Measure, job: &Job<'d>, durations: Durations<'_>) -> Vec<JobPart<'d>> {
    MEASURES[measure.at()](job, durations)
}

/// Checks a job as a whole.
pub(super) fn check_job(
    check: JobCheck,
    job: &Job<'_>,
    durations: Durations<'_>,
    context: &Context<'_>,
) -> Vec<Finding> {
    JOB_CHECKS[check.at()](job, durations, context)
}
