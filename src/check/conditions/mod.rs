//! What belongs to single objects and cannot be said in a table: exactly one source of speech, a start before an end.
//!
//! The walker of [`request`](super::request) calls [`check`] once for every object that it has gone over, the innermost
//! first, after it has said all that the tables say about it. What a condition gets is a [`Typed`]:
//!
//! * `object.name` tells what it is, as `rules/heygen-v3/requests/*.toml` calls it: `AvatarVideo`, `ImageScene`, `Translation`;
//!   a branch of a union carries the value of its discriminator in `variant`.
//! * `operation` is the endpoint; an object within a batch has that of the batch.
//! * [`Typed::get`] and [`Typed::has`] pass over null. A value may be a placeholder: there, and unknown.
//! * [`Typed::is_sound`] says whether the walker was silent about a field. A condition that needs the value of a field
//!   about which something was said already keeps silent: one fault gives one finding.
//!
//! Two fields that exclude each other are `request/conflict`, pointing at the key of the one that is easier to drop, with
//! the other as related place; a field without the one that it needs is `request/needs-one-of`; one that changes nothing
//! is `request/no-effect`. The table in `rules/heygen-v3/requests/README.md` lists every condition with its basis and its test.
//!
//! Locations come from [`Typed::location`] (the object) and `Typed::place` (the key of a field); the record is filled
//! in by the caller.

mod background;
mod batches;
mod cinematic;
mod consent;
mod engine;
mod speech;
mod translations;
mod uploads;
mod voice;
mod webhooks;

use std::borrow::Cow;

pub mod output;

use super::Context;
use super::placeholder::is_placeholder;
use super::request::Typed;
use crate::finding::{Finding, Location};
use crate::request::json::{Kind, Value};
use crate::rule;

/// Everything that is wrong with an object beyond its fields.
pub fn check(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    match typed.object.name {
        "AvatarVideo" => {
            speech::check(typed, out);
            engine::check(typed, context, out);
            background::presenter(typed, context, out);
        }
        "ImageVideo" => {
            speech::check(typed, out);
            background::presenter(typed, context, out);
        }
        "SceneAvatar" => {
            speech::check(typed, out);
            engine::check(typed, context, out);
        }
        "ImageScene" => speech::check(typed, out),
        "VideoScene" => {
            speech::check(typed, out);
            speech::playback(typed, out);
        }
        "ElevenLabsSettings" => voice::check(typed, context, out),
        "Background" => background::check(typed, out),
        "CinematicVideo" => cinematic::check(typed, context, out),
        "VideoBatch" => batches::videos(typed, context, out),
        "TranslationBatch" => batches::translations(typed, context, out),
        "Translation" | "Proofread" | "Lipsync" => translations::check(typed, out),
        "Consent" => consent::check(typed, out),
        "DirectUpload" => uploads::check(typed, context, out),
        "DirectUploadBatch" => uploads::batch(typed, context, out),
        "Webhook" => webhooks::check(typed, out),
        _ => {}
    }
}

impl<'d> Typed<'d> {
    /// The value of a field that says something: neither null nor a blank text. A placeholder does.
    fn given(&self, name: &str) -> Option<Value<'d>> {
        self.get(name).filter(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    }

    /// The field is not there, but something was said about it: another key stands for it, or it was missed already.
    fn is_claimed(&self, name: &str) -> bool {
        self.value.get(name).is_none() && !self.is_sound(name)
    }

    /// The field is there, or it was spoken of.
    fn is_meant(&self, name: &str) -> bool {
        self.has(name) || self.is_claimed(name)
    }

    /// The text of a field about which nothing was said; none for a placeholder.
    fn known(&self, name: &str) -> Option<Cow<'d, str>> {
        self.text(name).filter(|text| self.is_sound(name) && !is_placeholder(text))
    }

    /// The number of a field about which nothing was said.
    fn known_number(&self, name: &str) -> Option<f64> {
        self.number(name).filter(|_| self.is_sound(name))
    }

    /// The place of a field as such: its pointer and its key.
    fn place(&self, name: &str) -> Location {
        self.value.get(name).map_or_else(|| self.location(), key_of)
    }

    /// `fields` exclude each other: points at the last of them, the others are related.
    fn conflict(&self, fields: &[&str], message: impl Into<String>) -> Finding {
        let (last, others) = fields.split_last().map_or(("", fields), |(last, others)| (*last, others));
        let mut finding = Finding::new(&rule::REQUEST_CONFLICT, message).at(self.place(last));
        for other in others {
            finding = finding.related(format!("{other} is given here"), self.place(other));
        }
        finding
    }
}

/// The place of a member: its pointer and its key; an element has its value.
fn key_of(value: Value<'_>) -> Location {
    Location::value(value.pointer(), value.key_span().unwrap_or(value.span()))
}

/// `a and b`, `a, b and c`.
fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// What an object is called in a message: its key, `scenes[1]`, or `the video` for the body itself.
fn called(typed: &Typed<'_>, body: &str) -> String {
    let value = typed.value;
    match (value.key(), value.parent(), value.index()) {
        (Some(key), _, _) => crate::source::clean(&key).into_owned(),
        (None, Some(list), Some(at)) if list.kind() == Kind::Array => match list.key() {
            Some(key) => format!("{}[{at}]", crate::source::clean(&key)),
            None => format!("item {at}"),
        },
        _ => body.to_owned(),
    }
}
