//! Fields that only some engines accept.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::check::typed::and;
use crate::finding::Finding;
use crate::limits::LimitId;
use crate::profile::heygen_v3::limits;
use crate::request::json::Value;
use crate::rule::Severity;
use crate::text::placeholder::is_placeholder;

const ENGINE: &str = "engine";

/// A field, and the engines that do not accept it.
const GATED: [(&str, LimitId); 2] =
    [("motion_prompt", limits::ENGINE_NO_MOTION_PROMPT), ("expressiveness", limits::ENGINE_NO_EXPRESSIVENESS)];

/// Returns one finding for an engine and all fields that it refuses, because another engine would fix them together.
pub(in super::super) fn check(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(name) = typed.get(ENGINE).and_then(|engine| engine.get("type")).and_then(Value::as_str) else {
        return;
    };
    if is_placeholder(&name) {
        return;
    }
    out.extend(unavailable(typed, context, &name));
    let refuses = |limit: LimitId| context.limits[limit].names().contains(&name.as_ref());
    let refused: Vec<(&str, LimitId)> =
        GATED.into_iter().filter(|(field, limit)| refuses(*limit) && typed.given(field).is_some()).collect();
    let Some((first, limit)) = refused.first() else { return };
    let fields: Vec<&str> = refused.iter().map(|(field, _)| *field).collect();
    let given: Vec<&str> = [ENGINE].into_iter().chain(fields.iter().skip(1).copied()).chain([*first]).collect();
    let message = format!("engine {name} does not accept {}", and(&fields));
    let finding = typed.conflict(&given, message).observed(name.as_ref()).limit(&context.limits[*limit]);
    out.push(finding.help(format!("drop {}, or choose another engine", and(&fields))));
}

/// 4k with an engine that has no 4k for now, according to the changelog.
fn unavailable(typed: &Typed<'_>, context: &Context<'_>, engine: &str) -> Option<Finding> {
    let limit = &context.limits[limits::ENGINE_FOR_4K];
    typed.get("resolution").filter(|size| size.as_str().is_some_and(|size| size == "4k"))?;
    if limit.names().contains(&engine) {
        return None;
    }
    let finding = typed.conflict(&[ENGINE, "resolution"], format!("4k may not be available with engine {engine}"));
    let finding = finding.observed(engine).limit(limit).at_most(Severity::Hint);
    Some(finding.help(format!("{}; 1080p is certain to work", limit.note)))
}
