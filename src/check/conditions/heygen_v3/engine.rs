//! Fields that only some engines take.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::check::typed::and;
use crate::finding::Finding;
use crate::limits::LimitId;
use crate::profile::heygen_v3::limits;
use crate::request::json::Value;
use crate::text::placeholder::is_placeholder;

const ENGINE: &str = "engine";

/// A field, and the engines that do not take it.
const GATED: [(&str, LimitId); 2] =
    [("motion_prompt", limits::ENGINE_NO_MOTION_PROMPT), ("expressiveness", limits::ENGINE_NO_EXPRESSIVENESS)];

/// One finding for an engine and all fields that it refuses: changing the engine mends them together.
pub(in super::super) fn check(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(name) = typed.get(ENGINE).and_then(|engine| engine.get("type")).and_then(Value::as_str) else {
        return;
    };
    if is_placeholder(&name) {
        return;
    }
    let refuses = |limit: LimitId| context.limits[limit].names().contains(&name.as_ref());
    let refused: Vec<(&str, LimitId)> =
        GATED.into_iter().filter(|(field, limit)| refuses(*limit) && typed.given(field).is_some()).collect();
    let Some((first, limit)) = refused.first() else { return };
    let fields: Vec<&str> = refused.iter().map(|(field, _)| *field).collect();
    let given: Vec<&str> = [ENGINE].into_iter().chain(fields.iter().skip(1).copied()).chain([*first]).collect();
    let message = format!("engine {name} does not take {}", and(&fields));
    let finding = typed.conflict(&given, message).observed(name.as_ref()).limit(&context.limits[*limit]);
    out.push(finding.help(format!("drop {}, or choose another engine", and(&fields))));
}
