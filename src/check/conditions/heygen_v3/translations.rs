//! Conditions on translations, proofreads and lip-syncs: the section of the video, and fields that depend on another
//! field.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::Finding;
use crate::rule::{self, Severity};
use crate::text;

/// Fields of a translation that depend on another field.
pub(in super::super) fn dependents(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    without(typed, "fps_mode", "audio", "it applies only together with audio", out);
    without(typed, "srt_role", "srt", "it describes subtitles, and there are none", out);
}

/// A section of the video must begin before it ends.
pub(in super::super) fn window(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(start), Some(end)) = (typed.known_number("start_time"), typed.known_number("end_time")) else { return };
    if start < end {
        return;
    }
    let message = format!("start_time {} is not before end_time {}", text::number(start), text::number(end));
    let finding = typed.conflict(&["end_time", "start_time"], message).observed(start);
    out.push(match start > end {
        true => finding.help("both are seconds from the beginning of the video; swap them"),
        false => finding.help("the section has no length; move one of them"),
    });
}

/// Two names for the same thing.
pub(in super::super) fn glossary(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(old), Some(new)) = (typed.known("brand_voice_id"), typed.known("brand_glossary_id")) else { return };
    if old == new {
        return;
    }
    let message = "brand_voice_id and brand_glossary_id are two names for the same thing, but they differ";
    let finding = typed.conflict(&["brand_glossary_id", "brand_voice_id"], message).at_most(Severity::Warning);
    out.push(finding.help("keep brand_glossary_id, the newer name"));
}

/// A field that depends on another one, which is absent.
fn without(typed: &Typed<'_>, field: &str, other: &str, why: &str, out: &mut Vec<Finding>) {
    if typed.given(field).is_none() || !typed.is_sound(field) || typed.is_meant(other) {
        return;
    }
    let message = format!("{field} has no effect without {other}: {why}");
    let finding = Finding::new(&rule::REQUEST_NO_EFFECT, message).at(typed.place(field));
    out.push(typed.without(field, finding.help(format!("remove it, or give {other}"))));
}
