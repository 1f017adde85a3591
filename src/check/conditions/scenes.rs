//! How long the scenes of a studio video last together.

use crate::check::Context;
use crate::check::request::Typed;
use crate::finding::{Finding, Location};
use crate::limits;
use crate::request::json::{Kind, Value};
use crate::rule;
use crate::text;

/// Silent scenes say how long they last; those alone may be too much. How long a script is spoken nobody knows before.
pub fn check(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let limit = &context.limits[limits::OUTPUT_MAX_DURATION];
    let longest = &context.limits[limits::IMAGE_SCENE_DURATION_MAX];
    let (Some(most), Some(longest)) = (limit.number(), longest.number()) else { return };
    let Some(scenes) = typed.get("scenes").filter(|scenes| scenes.kind() == Kind::Array) else { return };
    let mut total = 0.0;
    let mut first: Option<Value<'_>> = None;
    for scene in scenes.items() {
        let Some(duration) = scene.get("duration") else { continue };
        // A length that no scene can have was spoken of.
        let Some(seconds) = duration.number().filter(|seconds| *seconds > 0.0 && *seconds <= longest) else { continue };
        total += seconds;
        if total > most && first.is_none() {
            first = Some(duration);
        }
    }
    let Some(first) = first else { return };
    let message =
        format!("the silent scenes alone last {} s, above the maximum of {}", text::number(total), limit.text());
    let finding = Finding::new(&rule::OUTPUT_TOO_LONG, message)
        .at(Location::value(scenes.pointer(), first.span()))
        .label("too much from here on")
        .observed(total)
        .limit(limit);
    out.push(finding.help("split it into two videos, or shorten the scenes"));
}
