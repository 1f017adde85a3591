//! Builds JSON from pieces of another text.

use crate::request::json::{self, Value, ValueKind};

/// A value that is built, or copied unchanged.
#[derive(Clone, Debug)]
pub enum NewValue<'d> {
    Given(Value<'d>),
    /// A string.
    Text(String),
    Object(Vec<(String, NewValue<'d>)>),
    List(Vec<NewValue<'d>>),
}

/// The layout of the text.
#[derive(Clone, Copy, Debug)]
pub enum WriteStyle<'i> {
    /// On one line.
    Line,
    /// On one line with long strings cut, for reading only.
    Sketch,
    /// Two spaces per level, after this white space.
    Lines(&'i str),
}

/// Deeper values keep their own white space.
const DEEPEST: usize = 32;

impl<'d> NewValue<'d> {
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The member with exactly this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(known, _)| known == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Whether there is something at a dotted path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        match path.split_once('.') {
            Some((head, rest)) => self.get(head).is_some_and(|inner| inner.has(rest)),
            None => self.get(path).is_some(),
        }
    }

    /// Sets a member of an object, and replaces one with the same name.
    pub fn put(&mut self, name: &str, node: Self) {
        let Self::Object(members) = self else { return };
        match members.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = node,
            None => members.push((name.to_owned(), node)),
        }
    }

    /// As [`put`](Self::put), at a dotted path; creates the objects along the path.
    pub fn set(&mut self, path: &str, node: Self) {
        let Some((head, rest)) = path.split_once('.') else { return self.put(path, node) };
        if !matches!(self.get(head), Some(Self::Object(_))) {
            self.put(head, Self::Object(Vec::new()));
        }
        let Self::Object(members) = self else { return };
        if let Some((_, inner)) = members.iter_mut().find(|(known, _)| known == head) {
            inner.set(rest, node);
        }
    }

    /// Its text.
    #[must_use]
    pub fn write(&self, layout: WriteStyle<'_>) -> String {
        let mut out = String::new();
        self.write_to(layout, 0, &mut out);
        out
    }

    fn write_to(&self, layout: WriteStyle<'_>, depth: usize, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(&json::quote(text)),
            Self::Given(value) => given(*value, layout, depth, out),
            Self::Object(members) => {
                let members = members.iter().map(|(name, node)| (Some(json::quote(name)), node));
                block(['{', '}'], members, layout, depth, out, &Self::write_to);
            }
            Self::List(items) => {
                let items = items.iter().map(|node| (None, node));
                block(['[', ']'], items, layout, depth, out, &Self::write_to);
            }
        }
    }
}

fn given(value: Value<'_>, layout: WriteStyle<'_>, depth: usize, out: &mut String) {
    const SHOWN: usize = 32;
    match value.kind() {
        _ if depth > DEEPEST => out.push_str(value.raw()),
        ValueKind::Object => {
            let members = value.members().map(|member| (Some(json::quote(&member.key)), member.value));
            block(['{', '}'], members, layout, depth, out, &given);
        }
        ValueKind::Array => {
            let items = value.items().map(|item| (None, item));
            block(['[', ']'], items, layout, depth, out, &given);
        }
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            match (layout, text.char_indices().nth(SHOWN)) {
                (WriteStyle::Sketch, Some((cut, _))) => {
                    out.push_str(&json::quote(&format!("{}…", text.get(..cut).unwrap_or_default())));
                }
                _ if value.raw().starts_with('"') && !value.is_broken() => out.push_str(value.raw()),
                _ => out.push_str(&json::quote(&text)),
            }
        }
        ValueKind::Bool => out.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
        ValueKind::Null => out.push_str("null"),
        ValueKind::Number => out.push_str(value.raw()),
    }
}

fn block<T>(
    brackets: [char; 2],
    entries: impl Iterator<Item = (Option<String>, T)>,
    layout: WriteStyle<'_>,
    depth: usize,
    out: &mut String,
    write: &dyn Fn(T, WriteStyle<'_>, usize, &mut String),
) {
    let line = |depth: usize, out: &mut String| {
        if let WriteStyle::Lines(indent) = layout {
            out.push('\n');
            out.push_str(indent);
            out.push_str(&"  ".repeat(depth));
        }
    };
    out.push(brackets[0]);
    let mut any = false;
    for (name, entry) in entries {
        if any {
            out.push_str(if matches!(layout, WriteStyle::Lines(_)) { "," } else { ", " });
        }
        any = true;
        line(depth + 1, out);
        if let Some(name) = name {
            out.push_str(&name);
            out.push_str(": ");
        }
        write(entry, layout, depth + 1, out);
    }
    if any {
        line(depth, out);
    }
    out.push(brackets[1]);
}
