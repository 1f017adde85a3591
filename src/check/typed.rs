//! An object of a request with its type in the contract, as conditions see it.

use std::borrow::Cow;

use super::request::{edit, opening, with_fix};
use crate::finding::{Finding, Location};
use crate::profile::contract::Object;
use crate::request::json::{Value, ValueKind};
use crate::rule;
use crate::source::clean;
use crate::text::placeholder::is_placeholder;

/// An object that the walk has checked, with its type in the contract.
#[derive(Clone, Debug)]
pub struct Typed<'d> {
    pub object: &'static Object,
    pub value: Value<'d>,
    /// Names of fields that have findings.
    pub said: Vec<&'static str>,
}

impl<'d> Typed<'d> {
    /// The value of a field, unless it is absent or null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'d>> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// The field is present and not null.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Adds a fix that removes a field without effect.
    #[must_use]
    pub fn without(&self, name: &str, finding: Finding) -> Finding {
        let fix = self.get(name).and_then(|value| edit::remove(value, format!("remove {name}"), false));
        with_fix(finding, fix)
    }

    /// The field has no finding yet.
    #[must_use]
    pub fn is_sound(&self, name: &str) -> bool {
        !self.said.contains(&name)
    }

    /// The text of a field, if it is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'d, str>> {
        self.get(name)?.as_str()
    }

    /// The number of a field.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.number()
    }

    /// The place of the whole object: its pointer and its opening brace.
    #[must_use]
    pub fn location(&self) -> Location {
        opening(self.value)
    }

    /// The value of a field, unless it is null or blank. A placeholder counts.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<Value<'d>> {
        self.get(name).filter(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    }

    /// Whether the field is absent but has a finding: another key stands for it, or its absence is reported.
    #[must_use]
    pub fn is_claimed(&self, name: &str) -> bool {
        self.value.get(name).is_none() && !self.is_sound(name)
    }

    /// The field is present or has a finding.
    #[must_use]
    pub fn is_meant(&self, name: &str) -> bool {
        self.has(name) || self.is_claimed(name)
    }

    /// The text of a field without findings; none for a placeholder.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<Cow<'d, str>> {
        self.text(name).filter(|text| self.is_sound(name) && !is_placeholder(text))
    }

    /// The number of a field without findings.
    #[must_use]
    pub fn known_number(&self, name: &str) -> Option<f64> {
        self.number(name).filter(|_| self.is_sound(name))
    }

    /// The place of a field: its pointer and its key.
    #[must_use]
    pub fn place(&self, name: &str) -> Location {
        self.value.get(name).map_or_else(|| self.location(), key_of)
    }

    /// A finding for `fields` that exclude each other. It points at the last of them; the others are related.
    #[must_use]
    pub fn conflict(&self, fields: &[&str], message: impl Into<String>) -> Finding {
        let (last, others) = fields.split_last().map_or(("", fields), |(last, others)| (*last, others));
        let mut finding = Finding::new(&rule::REQUEST_CONFLICT, message).at(self.place(last));
        for other in others {
            finding = finding.related(format!("{other} is given here"), self.place(other));
        }
        finding
    }

    /// The name of the object in a message: its key, `scenes[1]`, or `body` for the body itself.
    #[must_use]
    pub fn called(&self, body: &str) -> String {
        let value = self.value;
        match (value.key(), value.parent(), value.index()) {
            (Some(key), _, _) => clean(&key).into_owned(),
            (None, Some(list), Some(at)) if list.kind() == ValueKind::Array => match list.key() {
                Some(key) => format!("{}[{at}]", clean(&key)),
                None => format!("item {at}"),
            },
            _ => body.to_owned(),
        }
    }
}

/// The place of a member: its pointer and its key, or the value of an element.
fn key_of(value: Value<'_>) -> Location {
    Location::value(value.pointer(), value.key_span().unwrap_or(value.span()))
}

/// `a and b`, `a, b and c`.
pub(super) fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
