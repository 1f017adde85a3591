//! Conditions on batches.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::{Finding, Location};
use crate::profile::heygen_v3::limits;
use crate::request::contract::{FieldKind as Contract, List, Union};
use crate::request::json::{Value, ValueKind};
use crate::rule;
use crate::text;
use crate::text::placeholder::is_placeholder;

/// The documents name the types that a batch accepts; its schema accepts all of them.
pub(in super::super) fn videos(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let listed = &context.limits[limits::BATCH_VIDEO_TYPES];
    let Some(videos) = typed.get("videos") else { return };
    let Some(Contract::List(List { item: Contract::Union(video), .. })) =
        typed.object.field("videos").map(|field| &field.kind)
    else {
        return;
    };
    // Another check reports items beyond the maximum.
    let most = context.limits[limits::BATCH_VIDEOS_MAX].number().unwrap_or(0.0).max(0.0) as usize;
    for item in videos.items().take(most) {
        out.extend(folder(item));
        let Some(tag) = item.get(video.by) else { continue };
        let Some(given) = tag.as_str().filter(|given| is_of(video, given)) else { continue };
        if listed.names().contains(&given.as_ref()) {
            continue;
        }
        let message = format!("type {given} is not documented for a batch; the documented types are {}", listed.text());
        let finding = Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message)
            .at(Location::value(tag.pointer(), tag.span()))
            .observed(given.as_ref())
            .limit(listed);
        out.push(finding.help("send it separately to POST /v3/videos"));
    }
}

/// The folder applies to the whole batch.
fn folder(item: Value<'_>) -> Option<Finding> {
    let folder = item.get("folder_id").filter(|folder| !folder.is_null())?;
    let place = Location::value(folder.pointer(), folder.key_span().unwrap_or(folder.span()));
    let finding =
        Finding::new(&rule::REQUEST_UNKNOWN_FIELD, "folder_id is not a field of a video in a batch").at(place);
    Some(finding.help("put it beside videos: it applies to the whole batch"))
}

/// Whether the union has this value. Other checks report unknown ones.
fn is_of(union: &Union, given: &str) -> bool {
    !is_placeholder(given) && union.variant(given).is_some()
}

/// The number of languages of all translations together is limited.
pub(in super::super) fn translations(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let limit = &context.limits[limits::BATCH_LANGUAGES_MAX];
    let Some(most) = limit.number() else { return };
    let Some(list) = typed.get("video_translations").filter(|list| list.kind() == ValueKind::Array) else { return };
    let mut total = 0_usize;
    let mut first: Option<Value<'_>> = None;
    for item in list.items() {
        let Some(languages) = item.get("output_languages").filter(|list| list.kind() == ValueKind::Array) else {
            continue;
        };
        total = total.saturating_add(languages.len());
        if total as f64 > most && first.is_none() {
            first = Some(languages);
        }
    }
    let Some(first) = first else { return };
    let over = (total as f64 - most) as u64;
    let message = format!(
        "the translations have {} output languages together, {} more than the maximum of {}",
        text::count(total as u64),
        text::count(over),
        limit.text()
    );
    let location = Location::value(list.pointer(), first.key_span().unwrap_or(first.span()));
    let finding = Finding::new(&rule::REQUEST_TOO_MANY_ITEMS, message)
        .at(location)
        .label("too many from here on")
        .observed(total as u64)
        .limit(limit);
    out.push(finding.help("split the batch in two; every language of every video counts"));
}
