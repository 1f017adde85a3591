//! Translations, proofreads and lip-syncs: the part of the video, and fields that speak of another field.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::Finding;
use crate::rule::{self, Severity};
use crate::text;

/// Fields of a translation that speak of another field.
pub(in super::super) fn dependents(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    without(typed, "fps_mode", "audio", "it is read together with audio only", out);
    without(typed, "srt_role", "srt", "there are no subtitles that could have a role", out);
}

/// A part of the video has to begin before it ends.
pub(in super::super) fn window(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(start), Some(end)) = (typed.known_number("start_time"), typed.known_number("end_time")) else { return };
    if start < end {
        return;
    }
    let message = format!("start_time {} is not before end_time {}", text::number(start), text::number(end));
    let finding = typed.conflict(&["end_time", "start_time"], message).observed(start);
    out.push(match start > end {
        true => finding.help("both are seconds from the beginning of the video; exchange the two"),
        false => finding.help("the part has no length; move one of the two"),
    });
}

/// Two names of one thing.
pub(in super::super) fn glossary(typed: &Typed<'_>, _: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(old), Some(new)) = (typed.known("brand_voice_id"), typed.known("brand_glossary_id")) else { return };
    if old == new {
        return;
    }
    let message = "brand_voice_id and brand_glossary_id are two names of the same thing, and they differ";
    let finding = typed.conflict(&["brand_glossary_id", "brand_voice_id"], message).at_most(Severity::Warning);
    out.push(finding.help("keep brand_glossary_id, the newer name"));
}

/// A field that speaks of another one, which is not there.
fn without(typed: &Typed<'_>, field: &str, other: &str, why: &str, out: &mut Vec<Finding>) {
    if typed.given(field).is_none() || !typed.is_sound(field) || typed.is_meant(other) {
        return;
    }
    let message = format!("{field} has no effect without {other}: {why}");
    let finding = Finding::new(&rule::REQUEST_NO_EFFECT, message).at(typed.place(field));
    out.push(typed.without(field, finding.help(format!("remove it, or give {other}"))));
}
