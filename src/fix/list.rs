//! Lists applied fixes, one line each: the place, the old and the new text.

use std::sync::Arc;

use super::batch::{Picked, apply};
use crate::finding::Edit;
use crate::request::json::{self, ValueKind};
use crate::text::Span;

/// A longer piece of text is not parsed.
const MOST: usize = 4 << 10;
/// Longer values are not shown.
const MOST_SHOWN: usize = 40;

/// `drafts/a.json:7:3 dimension → aspect_ratio, resolution`. `text` returns the text of a file before the fix.
pub(super) fn line<'t>(picked: &Picked, text: impl Fn(&Arc<str>) -> Option<&'t [u8]>) -> String {
    let subject =
        picked.pointer.as_deref().and_then(|pointer| pointer.rsplit('/').next()).filter(|key| !key.is_empty());
    let subject = subject.map(|key| key.replace("~1", "/").replace("~0", "~"));
    let place = &picked.place;
    match (change(picked, text), subject) {
        (Some((before, after)), Some(subject)) if before != subject && !before.starts_with(&format!("{subject}, ")) => {
            format!("{place} {subject}: {before} → {after}")
        }
        (Some((before, after)), _) => format!("{place} {before} → {after}"),
        (None, Some(subject)) => format!("{place} {subject}: {}", picked.fix.title),
        (None, None) => format!("{place}: {}", picked.fix.title),
    }
}

/// The names of the members, or the string, before and after.
fn change<'t>(picked: &Picked, text: impl Fn(&Arc<str>) -> Option<&'t [u8]>) -> Option<(String, String)> {
    let first = picked.fix.edits.first()?;
    if picked.fix.rename.is_some() || picked.fix.edits.iter().any(|edit| edit.file != first.file) {
        return None;
    }
    let start = picked.fix.edits.iter().map(|edit| edit.span.start).min()?;
    let end = picked.fix.edits.iter().map(|edit| edit.span.end).max()?;
    let before = text(&first.file)?.get(start..end).filter(|piece| piece.len() <= MOST)?;
    let within = |edit: &Edit| Edit { span: Span::new(edit.span.start - start, edit.span.end - start), ..edit.clone() };
    let mut edits: Vec<Edit> = picked.fix.edits.iter().map(within).collect();
    edits.sort_by_key(|edit| edit.span);
    let after = apply(before, &edits.iter().collect::<Vec<_>>())?;
    let (before, after) = (std::str::from_utf8(before).ok()?, std::str::from_utf8(&after).ok()?);
    match (string(before), string(after)) {
        (Some(before), Some(after)) => Some((before, after)),
        (None, None) => Some((members(before)?, members(after)?)),
        _ => None,
    }
}

/// The text, if it is a single short JSON string.
fn string(piece: &str) -> Option<String> {
    let document = json::parse(piece);
    let root = document.root().filter(|root| root.kind() == ValueKind::String && document.errors().is_empty())?;
    let text = root.as_str()?;
    (text.chars().count() <= MOST_SHOWN && !text.is_empty()).then(|| text.into_owned())
}

/// The names of the members in a piece of an object.
fn members(piece: &str) -> Option<String> {
    let text = format!("{{{piece}}}");
    let document = json::parse(&text);
    let root = document.root().filter(|_| document.errors().is_empty())?;
    let names: Vec<String> = root.members().map(|member| member.key.into_owned()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
