//! Fields, limits, rules and media in Markdown, from the data.

use std::fmt::Write;

use crate::finding::Finding;
use crate::limits::{LimitId, Limits, Use};
use crate::media::{Damage, Facts};
use crate::report::facts as words;
use crate::request::contract::{Field, FieldKind, List, Literal, Number, Object, Operation, Text, Union};
use crate::request::place::Expected;

/// The values that a field accepts.
pub(super) fn field(field: &Field, limits: &Limits) -> String {
    let mut out =
        format!("**`{}`** {}, {}", field.name, kind(&field.kind), if field.required { "required" } else { "optional" });
    if field.null {
        out.push_str(", may be null");
    }
    if let Some(default) = field.default {
        let _ = write!(out, ", default `{}`", literal(default));
    }
    let _ = write!(out, "\n\n{}\n", field.what);
    bounds(&field.kind, limits, &mut out);
    for place in field.uses {
        let _ = write!(out, "\n\n{}", used(place, limits));
    }
    out
}

/// The discriminator of a union.
pub(super) fn tag(union: &Union) -> String {
    let mut out = format!("**`{}`** a string, required\n\n{}\n", union.by, union.what);
    for variant in union.variants {
        let _ = write!(out, "\n* `{}`: {}", variant.value, variant.object.what);
    }
    out
}

/// The values accepted at a place that has no field.
pub(super) fn expected(expected: Expected, limits: &Limits) -> Option<String> {
    match expected {
        Expected::Tag(union) => Some(tag(union)),
        Expected::Kind(FieldKind::Object(object)) => Some(object_text(object)),
        Expected::Kind(what) => {
            let mut out = kind(what);
            bounds(what, limits, &mut out);
            Some(out)
        }
        _ => None,
    }
}

fn object_text(object: &Object) -> String {
    object.what.to_owned()
}

pub(super) fn operation(operation: &Operation) -> String {
    format!("**`{}`**\n\n{}", operation.name(), operation.what)
}

/// `a number`, `a list of strings`: the type in a few words.
pub(super) fn kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text(Text { values, .. }) if !values.is_empty() => "one of a few strings".to_owned(),
        FieldKind::Text(_) => "a string".to_owned(),
        FieldKind::Number(Number { integer: true, .. }) => "a whole number".to_owned(),
        FieldKind::Number(_) => "a number".to_owned(),
        FieldKind::Flag => "true or false".to_owned(),
        FieldKind::Map(None) => "an object with any fields".to_owned(),
        FieldKind::Map(Some(inner)) => format!("an object; each of its values is {}", self::kind(inner)),
        FieldKind::Object(_) | FieldKind::Union(_) => "an object".to_owned(),
        FieldKind::List(list) => format!("a list, each {}", self::kind(list.item)),
    }
}

pub(super) fn literal(literal: Literal) -> String {
    match literal {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Number(number) => number.to_string(),
        Literal::Flag(flag) => flag.to_string(),
    }
}

fn bounds(kind: &FieldKind, limits: &Limits, out: &mut String) {
    let mut bound = |before: &str, id: Option<LimitId>| {
        if let Some(id) = id {
            limit(before, id, limits, out);
        }
    };
    match kind {
        FieldKind::Text(text) => {
            bound("at least", text.min);
            bound("at most", text.max);
            bound("documents agree on", text.usual.map(|(id, _)| id));
            values(text.values.iter().map(|value| format!("\"{value}\"")), out);
            if let Some(format) = text.format {
                let _ = write!(out, "\n* written as {}", spaced(&format!("{format:?}")));
            }
        }
        FieldKind::Number(number) => {
            bound("at least", number.min);
            bound("above", number.above);
            bound("at most", number.max);
            values(number.values.iter().map(ToString::to_string), out);
            if number.even {
                out.push_str("\n* a multiple of two");
            }
        }
        FieldKind::List(List { item, min, max }) => {
            bound("at least", *min);
            bound("at most", *max);
            bounds(item, limits, out);
        }
        FieldKind::Union(union) => {
            let names: Vec<_> = union.values().map(|value| format!("`{value}`")).collect();
            let _ = write!(out, "\n* `{}` is one of {}", union.by, names.join(", "));
        }
        FieldKind::Object(object) => {
            let _ = write!(out, "\n* {}", object.what);
        }
        FieldKind::Flag | FieldKind::Map(_) => {}
    }
}

fn values(values: impl Iterator<Item = String>, out: &mut String) {
    let values: Vec<_> = values.map(|value| format!("`{value}`")).collect();
    if !values.is_empty() {
        let _ = write!(out, "\n* one of {}", values.join(", "));
    }
}

/// `HttpsUrl` → `https url`.
fn spaced(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn limit(before: &str, id: LimitId, limits: &Limits, out: &mut String) {
    let limit = &limits[id];
    let _ = write!(out, "\n* {before} {} (`{}`)", limit.provenance(), limit.name);
}

/// What a use accepts.
pub(super) fn used(place: &Use, limits: &Limits) -> String {
    let mut out = format!("{} (`{}`):\n", place.title, place.name);
    limit("formats:", place.takes, limits, &mut out);
    for (before, id) in [
        ("at most", place.max_size),
        ("long edge below", place.edge_refused),
        ("warning for a long edge from", place.edge_doubtful),
        ("short edge at least", place.min_edge),
        ("at most", place.max_duration),
        ("at least", place.min_duration),
        ("needs a track:", place.tracks),
    ] {
        if let Some(id) = id {
            limit(before, id, limits, &mut out);
        }
    }
    out
}

/// The facts of a media file.
pub(super) fn media(name: &str, facts: &Facts) -> String {
    let mut out = format!("**{}**\n", escaped(name));
    for (what, value) in words::rows(facts) {
        let _ = write!(out, "\n* {what}: {}", escaped(&value));
    }
    for fault in &facts.faults {
        let damage = match fault.damage {
            Damage::Corrupt => "corrupt",
            Damage::Empty => "empty",
            Damage::Unsupported => "unsupported",
            Damage::Malformed => "malformed",
        };
        let _ = write!(out, "\n* **{damage}**: {}", escaped(&words::fault(fault)));
    }
    if facts.more_faults > 0 {
        let _ = write!(out, "\n* and {}", crate::text::counted(facts.more_faults.into(), "more fault"));
    }
    out
}

/// A finding with the page of its rule.
pub(super) fn finding(finding: &Finding, limits: &Limits) -> String {
    let mut out = format!(
        "### {}: [{}]({})\n\n{}",
        finding.severity,
        finding.rule.id,
        finding.rule.url(),
        escaped(&finding.message)
    );
    if let Some(limit) = &finding.limit {
        let _ = write!(out, "\n\n* limit `{}`: {}", limit.name, limit.provenance());
    }
    if let Some(prevents) = finding.prevents {
        let _ = write!(out, "\n* refused as `{prevents}`");
    }
    if let Some(help) = &finding.help {
        let _ = write!(out, "\n* help: {}", escaped(help));
    }
    let _ = write!(out, "\n\n{}", page(&finding.rule.filled(limits)));
    out
}

/// The page for an editor: without the words after the language of a code block, which only tests use.
fn page(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.trim_end().lines() {
        let fence = line.strip_prefix("```").and_then(|info| info.split_whitespace().next());
        match fence {
            Some(language) => {
                let _ = write!(out, "```{language}");
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Escapes outside text for Markdown; code in backquotes stays.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for c in crate::source::clean(text).chars() {
        code ^= c == '`';
        if !code && matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
