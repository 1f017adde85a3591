//! Conditions that a table of fields cannot express: exactly one source of speech, a start before an end. One folder per profile.
//!
//! An object names its conditions in the data (`conditions = ["speech.still"]`), and a kind of job names the functions
//! for its length and its bound. The build resolves each name to a function here, `speech::still` in the folder of the
//! profile; a
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
use crate::profile::contract::{Field, Legacy, Object};
use crate::profile::{JobCheck, Measure, Profile};
use crate::request::compose::NewValue;
use crate::request::job::Job;
use crate::request::json::Value;

type ConditionFn = fn(&Typed<'_>, &Context<'_>, &mut Vec<Finding>);
type MeasureFn = for<'d> fn(&Job<'d>, Durations<'_>) -> Vec<JobPart<'d>>;
type JobCheckFn = fn(&Job<'_>, Durations<'_>, &Context<'_>) -> Vec<Finding>;

/// Two fields and their values: the shape and the size of a picture.
pub(super) type FrameFields = [(&'static str, &'static str); 2];

/// The translations that the tables of a profile cannot express.
pub(super) struct Translation {
    /// The current body, or none if there is nothing to translate.
    convert: for<'d> fn(&Legacy, Value<'d>) -> Option<Converted<'d>>,
    /// The fields that match these pixels exactly, with their values.
    frame: fn(&'static Object, Value<'_>) -> Option<FrameFields>,
    /// Whether removing the value changes nothing.
    is_neutral: fn(Value<'_>) -> bool,
}

/// A current body made from a retired one.
#[derive(Debug)]
pub struct Converted<'d> {
    pub body: NewValue<'d>,
    /// Values that stay unchanged, with their current fields.
    pub carried: Vec<(Value<'d>, &'static Field)>,
    /// Values that the current version does not support.
    pub lost: Vec<Value<'d>>,
    /// Why no current body does the same, if none does.
    pub obstacle: Option<&'static str>,
    /// No required field is missing.
    pub complete: bool,
}

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

fn translation(profile: &Profile) -> Option<&'static Translation> {
    profile.past.map(|past| TRANSLATIONS[past.at()])
}

/// The current body equivalent to a retired one; none if there is nothing to translate.
#[must_use]
pub fn convert<'d>(profile: &Profile, legacy: &Legacy, body: Value<'d>) -> Option<Converted<'d>> {
    (translation(profile)?.convert)(legacy, body)
}

/// The fields of an object that match these pixels exactly, with their values.
pub(super) fn frame(profile: &Profile, object: &'static Object, size: Value<'_>) -> Option<FrameFields> {
    (translation(profile)?.frame)(object, size)
}

/// Whether removing this old field changes nothing.
pub(super) fn is_neutral(profile: &Profile, value: Value<'_>) -> bool {
    translation(profile).is_some_and(|translation| (translation.is_neutral)(value))
}
