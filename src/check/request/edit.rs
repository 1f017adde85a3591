//! Edits of a request that keep every other byte.

use crate::finding::{Edit, Fix};
use crate::request::contract::{Field, FieldKind, Retired, Union, Wrap};
use crate::request::json::{self, Value};
use crate::text::Span;

/// Replaces `span` by `text`.
pub fn replace(title: impl Into<String>, safe: bool, span: Span, text: impl Into<String>) -> Fix {
    let edit = Edit { file: "".into(), span, text: text.into() };
    Fix { title: title.into(), safe, edits: vec![edit], rename: None }
}

/// Renames the key of `value`.
pub fn rename(value: Value<'_>, to: &str) -> Option<Fix> {
    let span = value.key_span()?;
    Some(replace(format!("rename the field to {to}"), true, span, format!("\"{to}\"")))
}

/// Replaces `value` by another string.
pub fn change(value: Value<'_>, to: &str) -> Fix {
    replace(format!("change it to \"{to}\""), true, value.span(), format!("\"{to}\""))
}

/// Removes the member or element `value`, with its comma.
pub fn remove(value: Value<'_>, title: impl Into<String>, safe: bool) -> Option<Fix> {
    let start = |value: Value<'_>| value.key_span().unwrap_or(value.span()).start;
    let mut before = None;
    let mut siblings = value.parent()?.children();
    for sibling in siblings.by_ref() {
        if sibling == value {
            break;
        }
        before = Some(sibling);
    }
    let span = match (siblings.next(), before) {
        (Some(next), _) => Span::new(start(value), start(next)),
        (None, Some(before)) => Span::new(before.span().end, value.span().end),
        (None, None) => Span::new(start(value), value.span().end),
    };
    Some(replace(title, safe, span, ""))
}

/// Inserts a member before the first one, formatted like it.
pub fn insert(object: Value<'_>, key: &str, value: &str) -> Fix {
    let edit = entered(object, &format!("\"{key}\": \"{value}\""));
    Fix { title: format!("add \"{key}\": \"{value}\""), safe: true, edits: vec![edit], rename: None }
}

/// The edit that inserts a member before the first one, formatted like it.
pub fn entered(object: Value<'_>, member: &str) -> Edit {
    let open = object.span().start + 1;
    let (at, text) = match object.children().next().and_then(Value::key_span) {
        Some(first) => {
            let space = object.document().source(Span::new(open, first.start)).to_owned();
            // Do not repeat a comment between brace and key.
            let space = if space.trim().is_empty() && !space.is_empty() { space } else { " ".to_owned() };
            (first.start, format!("{member},{space}"))
        }
        None => (open, member.to_owned()),
    };
    Edit { file: "".into(), span: Span::new(at, at), text }
}

/// Turns a retired member into the current field, which must be absent, if that is mechanical.
pub fn modernise(value: Value<'_>, retired: &Retired, field: &'static Field) -> Option<Fix> {
    let now = retired.now.filter(|now| *now == field.name)?;
    if retired.how.is_some() {
        return None;
    }
    let key = value.key_span()?;
    let text = value.raw();
    let text = match retired.wrap {
        Wrap::Same if same_kind(&field.kind, value) => return rename(value, now),
        Wrap::Url if value.kind() == json::ValueKind::String => format!("{{\"type\": \"url\", \"url\": {text}}}"),
        Wrap::AssetId if value.kind() == json::ValueKind::String => {
            format!("{{\"type\": \"asset_id\", \"asset_id\": {text}}}")
        }
        Wrap::List if value.kind() == json::ValueKind::String => format!("[{text}]"),
        _ => return None,
    };
    let title = format!("write it as {now}");
    let edits = vec![
        Edit { file: "".into(), span: key, text: format!("\"{now}\"") },
        Edit { file: "".into(), span: value.span(), text },
    ];
    Some(Fix { title, safe: true, edits, rename: None })
}

/// Whether the value has the type of the field, so that only its name was wrong.
pub fn same_kind(kind: &FieldKind, value: Value<'_>) -> bool {
    match kind {
        FieldKind::Text(text) => {
            value.kind() == json::ValueKind::String
                && (text.values.is_empty() || value.as_str().is_some_and(|given| text.values.contains(&&*given)))
        }
        FieldKind::Number(number) => value.kind() == json::ValueKind::Number && (!number.integer || value.is_integer()),
        FieldKind::Flag => value.kind() == json::ValueKind::Bool,
        FieldKind::Map(_) => value.kind() == json::ValueKind::Object,
        FieldKind::Object(object) => {
            let there = |field: &Field| value.get(field.name).is_some();
            value.kind() == json::ValueKind::Object && object.fields.iter().all(|field| !field.required || there(field))
        }
        FieldKind::Union(union) => value.kind() == json::ValueKind::Object && value.get(union.by).is_some(),
        FieldKind::List(list) => {
            value.kind() == json::ValueKind::Array
                && value.items().next().is_none_or(|first| same_kind(list.item, first))
        }
    }
}

/// Converts a value to the type of the field, if there is only one way.
pub fn convert(value: Value<'_>, kind: &FieldKind, required: bool, null: bool) -> Option<Fix> {
    let text = value.as_str();
    let whole = |title: &str, to: String| Some(replace(title, true, value.span(), to));
    match kind {
        _ if value.is_null() && !null && !required => remove(value, "remove the null", true),
        FieldKind::List(list) if same_kind(list.item, value) => whole("make it a list", format!("[{}]", value.raw())),
        FieldKind::Number(number) => {
            let given = text?.trim().to_owned();
            let parsed: f64 = given.parse().ok().filter(|number: &f64| number.is_finite())?;
            let plain = given.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
                && json::parse(&given).errors().is_empty();
            (plain && (!number.integer || parsed.fract() == 0.0)).then_some(())?;
            whole("remove the quotes", given)
        }
        FieldKind::Flag => {
            let given = text?.trim().to_ascii_lowercase();
            matches!(given.as_str(), "true" | "false").then_some(())?;
            whole("remove the quotes", given)
        }
        FieldKind::Text(text) if value.kind() == json::ValueKind::Number => {
            text.values.contains(&value.raw()).then_some(())?;
            whole("put it in quotes", format!("\"{}\"", value.raw()))
        }
        FieldKind::Object(object) if value.kind() == json::ValueKind::Bool => {
            if object.fields.iter().any(|field| field.required) {
                return None;
            }
            if value.as_bool()? {
                whole("make it an object with the defaults", "{}".to_owned())
            } else {
                remove(value, "remove it", true)
            }
        }
        FieldKind::Union(union) => wrap(value, union).and_then(|text| whole("make it an object", text)),
        _ => None,
    }
}

/// A string as the object that it stands for: `avatar_iv` → `{"type": "avatar_iv"}`.
fn wrap(value: Value<'_>, union: &Union) -> Option<String> {
    let given = value.as_str()?;
    let by = union.by;
    if union.is_asset() {
        return given.starts_with("https://").then(|| format!("{{\"{by}\": \"url\", \"url\": {}}}", value.raw()));
    }
    let today = union.retired.iter().find(|(old, _)| *old == given).map(|(_, now)| *now);
    let variant = union.variant(today.unwrap_or(&given))?;
    let bare = variant.object.fields.iter().all(|field| !field.required);
    bare.then(|| format!("{{\"{by}\": \"{}\"}}", variant.value))
}
