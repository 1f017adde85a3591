//! Words for messages: names of values, names of kinds, quotations of text from outside.

use crate::limits::Limit;
use crate::request::contract::{FieldKind, Number};
use crate::request::json::Value;
use crate::source::clean;
use crate::text;

/// The name of a value in messages: its key, the key of its list with an index, or `the body`.
pub fn name(value: Value<'_>) -> String {
    if let Some(key) = value.key() {
        return shorten(&key);
    }
    match (value.parent(), value.index()) {
        (Some(parent), Some(at)) => format!("{}[{at}]", name(parent)),
        _ => "the body".to_owned(),
    }
}

/// The name of a value; for an element, that of its list.
pub fn list_name(value: Value<'_>) -> String {
    match value.parent() {
        Some(parent) if value.key().is_none() => name(parent),
        _ => name(value),
    }
}

/// The name of a field of an object: `engine.type`, or `type` in the body itself.
pub fn tag(object: Value<'_>, by: &str) -> String {
    match object.key().is_none() && object.parent().is_none() {
        true => by.to_owned(),
        false => format!("{}.{by}", name(object)),
    }
}

/// Text from outside in quotes, shortened and with control characters escaped.
pub fn quote(text: &str) -> String {
    format!("\"{}\"", shorten(text))
}

/// Text from outside, shortened and with control characters escaped.
pub fn shorten(text: &str) -> String {
    const MOST: usize = 48;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    clean(&short).into_owned()
}

/// A limit with its unit in the right number: `1 scene`, `50 scenes`.
pub fn bound(limit: &Limit) -> String {
    let text = limit.text();
    match (limit.number(), text.strip_suffix('s')) {
        (Some(1.0), Some(single)) if limit.unit.len() > 1 => single.to_owned(),
        _ => text,
    }
}

/// The name of a kind of the contract: `a string`, `a list of objects`.
pub fn kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text(_) => "a string".to_owned(),
        FieldKind::Number(Number { integer: true, .. }) => "a whole number".to_owned(),
        FieldKind::Number(_) => "a number".to_owned(),
        FieldKind::Flag => "true or false".to_owned(),
        FieldKind::Map(_) | FieldKind::Object(_) => "an object".to_owned(),
        FieldKind::Union(union) => format!("an object with {} {}", union.by, text::words::either(union.values())),
        FieldKind::List(list) => match list.item {
            FieldKind::Text(_) => "a list of strings".to_owned(),
            FieldKind::Number(_) => "a list of numbers".to_owned(),
            _ => "a list of objects".to_owned(),
        },
    }
}

/// A value as messages describe it: `an array`, `the string "avatar_iv"`, `true`.
pub fn given(value: Value<'_>) -> String {
    use crate::request::json::ValueKind as Json;
    match value.kind() {
        Json::String => format!("the string {}", quote(&value.as_str().unwrap_or_default())),
        Json::Bool | Json::Null => shorten(value.raw()),
        Json::Number => format!("the number {}", shorten(value.raw())),
        kind => kind.name().to_owned(),
    }
}
