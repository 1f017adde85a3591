//! What belongs to single objects and cannot be said in a table: exactly one source of speech, a start before an end.
//!
//! The walker of [`request`](super::request) calls [`check`] once for every object that it has gone over, the innermost
//! first, after it has said all that the tables say about it. What a condition gets is a [`Typed`]:
//!
//! * `object.name` tells what it is, as `rules/requests/*.toml` calls it: `AvatarVideo`, `SceneImage`, `Translation`;
//!   a branch of a union carries the value of its discriminator in `variant`.
//! * `operation` is the endpoint; an object within a batch has that of the batch.
//! * [`Typed::get`] and [`Typed::has`] pass over null. A value may be a placeholder: there, and unknown.
//! * [`Typed::is_sound`] says whether the walker was silent about a field. A condition that needs the value of a field
//!   about which something was said already keeps silent: one fault gives one finding.
//!
//! Locations come from [`Typed::location`] (the object) and [`Typed::location_of`] (a field); the record is filled in by
//! the caller.

pub mod output;

use super::Context;
use super::request::Typed;
use crate::finding::Finding;

/// Everything that is wrong with an object beyond its fields.
pub fn check(_typed: &Typed<'_>, _context: &Context<'_>, _out: &mut Vec<Finding>) {}
