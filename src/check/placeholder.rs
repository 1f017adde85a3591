//! `request/placeholder`: a value that nobody has filled in yet.

use crate::text::placeholder::{find_within, is_placeholder};
use std::ops::Range;

use super::Context;
use crate::finding::{Finding, Location};
use crate::request::json::Value;
use crate::rule::{self, Severity};
use crate::source::clean;

/// A finding for a text that is a placeholder as a whole.
#[must_use]
pub fn text(value: Value<'_>, context: &Context<'_>) -> Option<Finding> {
    let decoded = value.as_str()?;
    is_placeholder(&decoded).then(|| finding(value, 0..decoded.len(), &decoded, context))
}

/// A finding for an id or a URL that has a placeholder in it.
#[must_use]
pub fn reference(value: Value<'_>, context: &Context<'_>) -> Option<Finding> {
    let decoded = value.as_str()?;
    find_within(&decoded).map(|range| finding(value, range, &decoded, context))
}

/// The finding for a text that is a placeholder by what it stands for.
#[must_use]
pub fn whole(value: Value<'_>, context: &Context<'_>) -> Finding {
    let text = value.as_str().unwrap_or_default();
    finding(value, 0..text.len(), &text, context)
}

fn finding(value: Value<'_>, range: Range<usize>, text: &str, context: &Context<'_>) -> Finding {
    let span = value.span_of_bytes(range.start, range.end);
    let shown = clean(text.get(range).unwrap_or(text).trim()).into_owned();
    let key = value.key().map(|key| clean(&key).into_owned()).unwrap_or_default();
    let mut finding = Finding::new(&rule::REQUEST_PLACEHOLDER, format!("the placeholder `{shown}` is not filled in"))
        .at(Location::value(value.pointer(), span))
        .help("fill it in before sending");
    if context.ready {
        finding.severity = Severity::Error;
    }
    match key.as_str() {
        key if key.ends_with("avatar_id") => finding.prevents("avatar_not_found"),
        key if key.ends_with("voice_id") => finding.prevents("voice_not_found"),
        key if key.ends_with("asset_id") => finding.prevents("asset_not_found"),
        key if key.ends_with("url") => finding.prevents("download_failed"),
        _ => finding,
    }
}
