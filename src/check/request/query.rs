//! The query string and the headers of an envelope.

use std::collections::HashSet;

use super::field::{self, GivenNumber};
use super::walk::{Walker, with_fix};
use super::{edit, opening, words};
use crate::finding::{Finding, Location};
use crate::request::contract::{Field, FieldKind, Operation};
use crate::request::envelope::{Envelope, parameters};
use crate::request::json::{self, Value};
use crate::request::shape;
use crate::request::visit;
use crate::rule::{self, Severity};
use crate::text::Span;

pub fn check(walker: &mut Walker<'_>, operation: &'static Operation, envelope: &Envelope<'_>) {
    missing(walker, operation, envelope);
    if let Some(query) = envelope.query.filter(|query| query.kind() == json::ValueKind::Object) {
        let absent: Vec<_> = operation.query.iter().filter(|field| query.get(field.name).is_none()).collect();
        let mut seen = HashSet::new();
        for value in query.children() {
            let key = value.key().unwrap_or_default();
            if !seen.insert(key.clone()) {
                continue;
            }
            match operation.query.iter().find(|field| field.name == key) {
                Some(field) => member(walker, field, value),
                None if operation.method == "GET" => stray(walker, operation, &absent, value, &key, seen.len()),
                None => {}
            }
        }
    }
    address(walker, operation, envelope.address);
    if let Some(headers) = envelope.headers {
        for value in headers.children() {
            let key = value.key().unwrap_or_default();
            if let Some(field) = envelope.profile.headers.iter().find(|field| field.name.eq_ignore_ascii_case(&key)) {
                visit::field(walker, field, value, &[]);
            }
        }
    }
}

/// Required parameters that are neither in `query` nor in the address.
fn missing(walker: &mut Walker<'_>, operation: &'static Operation, envelope: &Envelope<'_>) {
    let mut required = operation.query.iter().filter(|field| field.required).peekable();
    if required.peek().is_none() {
        return;
    }
    let written = envelope.address.as_str().unwrap_or_default();
    let given = parameters(&written);
    let query = envelope.query.filter(|query| query.kind() == json::ValueKind::Object);
    // A query in another notation may contain anything.
    if query.is_none() && envelope.query.is_some_and(|query| !query.is_null()) {
        return;
    }
    for field in required {
        let there = given.iter().any(|parameter| parameter.name == field.name)
            || query.is_some_and(|query| query.get(field.name).is_some_and(|value| !value.is_null()));
        if !there {
            let place = query.unwrap_or(envelope.address);
            let message = format!("{} needs the parameter {}: {}", operation.name(), field.name, field.what);
            let location = match query {
                Some(query) => opening(query),
                None => Location::value(place.pointer(), place.span()),
            };
            walker.out.push(Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(location));
        }
    }
}

/// Checks a parameter that is a member of `query`. Numbers may be strings, as in a URL.
fn member(walker: &mut Walker<'_>, field: &'static Field, value: Value<'_>) {
    match (&field.kind, value.as_str()) {
        (FieldKind::Number(_), Some(text)) if !field::is_placeholder(value) => {
            let location = Location::value(value.pointer(), value.span());
            number(walker, field, &text, location);
        }
        _ if value.is_null() => {}
        _ => visit::field(walker, field, value, &[]),
    }
}

fn number(walker: &mut Walker<'_>, field: &'static Field, text: &str, location: Location) {
    let FieldKind::Number(wanted) = &field.kind else { return };
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    match text.parse::<f64>().ok().filter(|_| plain) {
        Some(parsed) => {
            let whole = parsed.is_finite() && parsed.fract() == 0.0;
            let (written, location) = (|| words::shorten(text), || location.clone());
            let given = GivenNumber {
                number: parsed,
                whole,
                written: &written,
                location: &location,
                name: &|| field.name.to_owned(),
            };
            field::check_number(walker, field, wanted, &given);
        }
        None => {
            let rule = field::rule_of(field, &rule::REQUEST_WRONG_TYPE);
            let message = format!("{} is {}; it must be a number", field.name, words::quote(text));
            walker.out.push(Finding::new(rule, message).at(location));
        }
    }
}

fn stray(
    walker: &mut Walker<'_>,
    operation: &'static Operation,
    absent: &[&'static Field],
    value: Value<'_>,
    key: &str,
    count: usize,
) {
    /// After this many unknown names the check stops suggesting similar ones.
    const GUESSED: usize = 100;
    if walker.context.newer.is_some_and(|newer| newer.has_field(&operation.name(), key)) {
        return;
    }
    let near = (count <= GUESSED).then(|| shape::nearest(key, absent.iter().map(|field| field.name))).flatten();
    let message = format!("{} is not a parameter of {}", words::shorten(key), operation.name());
    let location = Location::value(value.pointer(), value.key_span().unwrap_or(value.span()));
    let finding = Finding::new(&rule::REQUEST_UNKNOWN_FIELD, message).at(location).at_most(Severity::Warning);
    walker.out.push(match near {
        Some(near) => with_fix(finding.help(format!("did you mean {near}?")), edit::rename(value, near)),
        None => finding,
    });
}

/// Checks the parameters in the address itself.
fn address(walker: &mut Walker<'_>, operation: &'static Operation, address: Value<'_>) {
    let Some(written) = address.as_str() else { return };
    for parameter in parameters(&written) {
        let Some(field) = operation.query.iter().find(|field| field.name == parameter.name) else { continue };
        if !matches!(field.kind, FieldKind::Number(_)) || parameter.value.contains(['{', '<', '$', '%']) {
            continue;
        }
        let span: Span = address.span_of_bytes(parameter.start, parameter.end);
        number(walker, field, &parameter.value, Location::value(address.pointer(), span));
    }
}
