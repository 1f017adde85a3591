//! Conditions between a text and the other fields of its body.

use crate::check::typed::Typed;
use crate::check::{Context, placeholder, script};
use crate::finding::Finding;
use crate::limits::LimitId;
use crate::profile::elevenlabs::limits;
use crate::rule;

/// The limit named after a model.
fn limit_of(model: &str, context: &Context<'_>) -> Option<LimitId> {
    context.limits.find(&format!("text.{}", model.replace('_', "-")))
}

/// The maximum length of a text depends on the model that speaks it.
pub(in super::super) fn by_model(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(text) = typed.get("text").filter(|_| typed.is_sound("text")) else { return };
    if let Some(finding) = placeholder::text(text, context) {
        out.push(finding);
        return;
    }
    let default = context.limits[limits::TEXT_DEFAULT_MODEL].names().first().copied().unwrap_or_default();
    let model = match typed.has("model_id") {
        true => typed.known("model_id"),
        false => Some(default.into()),
    };
    let Some(model) = model else { return };
    let Some(limit) = limit_of(&model, context) else { return };
    let advice =
        format!("{model} accepts no more: split it, and pass previous_request_ids so that the voice continues");
    out.extend(script::too_long(text, &rule::SCRIPT_TOO_LONG, limit, &advice, context));
}

/// The service ignores the text of a neighbour if the ids of its requests are given.
pub(in super::super) fn neighbours(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    for (text, ids) in [("previous_text", "previous_request_ids"), ("next_text", "next_request_ids")] {
        let has_ids = typed.get(ids).is_some_and(|ids| ids.items().next().is_some());
        if typed.given(text).is_some() && has_ids && typed.is_sound(text) && typed.is_sound(ids) {
            let message = format!("{text} is ignored beside {ids}");
            let finding = Finding::new(&rule::REQUEST_NO_EFFECT, message)
                .at(typed.place(text))
                .related(format!("{ids} is given here"), typed.place(ids))
                .help(format!("remove {text}, or {ids}"));
            out.push(typed.without(text, finding));
        }
    }
}
