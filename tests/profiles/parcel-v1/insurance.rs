//! The one condition of the made-up service: what is insured has a worth.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::Finding;
use crate::request::json::Value;
use crate::rule;

pub(in super::super) fn check(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    if typed.get("insured").and_then(Value::as_bool) == Some(true) && !typed.is_meant("worth") {
        let finding = Finding::new(&rule::REQUEST_NEEDS_ONE_OF, "insured needs worth").at(typed.place("insured"));
        out.push(finding.help("say what the parcel is worth"));
    }
}
