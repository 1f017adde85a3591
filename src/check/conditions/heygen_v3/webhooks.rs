//! Webhooks that the service never calls.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::Finding;
use crate::request::json::ValueKind;
use crate::rule;

pub(in super::super) fn check(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    if typed.get("events").is_some_and(|events| events.kind() == ValueKind::Array && events.is_empty()) {
        let message = "events is empty: the endpoint may never be called";
        let finding = Finding::new(&rule::REQUEST_NO_EFFECT, message).at(typed.place("events"));
        let help = "leave events out to receive all of them, or name the events";
        out.push(typed.without("events", finding.help(help)));
    }
}
