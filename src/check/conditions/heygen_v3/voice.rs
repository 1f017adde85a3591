//! Conditions on the settings of a speech model.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::{Finding, Location};
use crate::profile::heygen_v3::limits;
use crate::rule;
use crate::text;

/// Some models have steps of stability instead of a range.
pub(in super::super) fn check(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(model), Some(stability)) = (typed.known("model"), typed.known_number("stability")) else { return };
    let models = &context.limits[limits::ENGINE_SETTINGS_STEPPED_MODELS];
    let steps = &context.limits[limits::ENGINE_SETTINGS_STABILITY_STEPS];
    let is_step = |step: &&str| step.parse::<f64>().is_ok_and(|step| step == stability);
    if !models.names().contains(&model.as_ref()) || steps.names().iter().any(is_step) {
        return;
    }
    let Some(value) = typed.get("stability") else { return };
    let nearest = steps.names().iter().copied().min_by(|a, b| {
        let far = |step: &str| step.parse::<f64>().map_or(f64::INFINITY, |step| (step - stability).abs());
        far(a).total_cmp(&far(b))
    });
    let message = format!("stability is {}; {model} accepts only {}", text::number(stability), steps.text());
    let finding = Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message)
        .at(Location::value(value.pointer(), value.span()))
        .observed(stability)
        .limit(steps);
    out.push(match nearest {
        Some(nearest) => finding.help(format!("the nearest is {nearest}")),
        None => finding,
    });
}
