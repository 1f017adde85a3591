//! `request/placeholder`: values that nobody has filled in yet.

use std::ops::Range;

use super::Context;
use crate::finding::{Finding, Location};
use crate::request::json::Value;
use crate::rule::{self, Severity};
use crate::source::clean;
use crate::text::count;
use crate::text::placeholder::{find_within, is_placeholder, leftovers};

/// A finding for a text that is a placeholder as a whole.
#[must_use]
pub fn text(value: Value<'_>, context: &Context<'_>) -> Option<Finding> {
    let decoded = value.as_str()?;
    is_placeholder(&decoded).then(|| finding(value, 0..decoded.len(), &decoded, context))
}

/// A finding for an id or a URL that contains a placeholder.
#[must_use]
pub fn reference(value: Value<'_>, context: &Context<'_>) -> Option<Finding> {
    let decoded = value.as_str()?;
    find_within(&decoded).map(|range| finding(value, range, &decoded, context))
}

/// A finding for leftovers of a program in a script that will be sent unchanged. Nobody means to speak them.
#[must_use]
pub fn spoken(value: Value<'_>, context: &Context<'_>) -> Option<Finding> {
    if !context.ready {
        return None;
    }
    let text = value.as_str()?;
    let mut left = leftovers(&text);
    let first = left.next()?;
    let more = left.count() as u64;
    let shown = clean(text.get(first.clone())?).into_owned();
    let key = value.key().map_or_else(|| "the text".to_owned(), |key| clean(&key).into_owned());
    let more = if more > 0 { format!(" (and {} more)", count(more)) } else { String::new() };
    let mut finding =
        Finding::new(&rule::REQUEST_PLACEHOLDER, format!("{key} has `{shown}`{more}, which would be spoken"))
            .at(Location::value(value.pointer(), value.span_of_bytes(first.start, first.end)))
            .help("fill it in, or remove it from the script");
    finding.severity = Severity::Warning;
    Some(finding)
}

/// The finding for a text known to be a placeholder.
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
    match context.profile().placeholders.iter().find(|(ending, _)| key.ends_with(ending)) {
        Some((_, code)) => finding.prevents(code),
        None => finding,
    }
}
