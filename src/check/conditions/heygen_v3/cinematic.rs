//! Conditions on cinematic shots: their length, and their numbers of reference pictures and videos.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::{Finding, Location};
use crate::limits::Limit;
use crate::media::{Class, Format};
use crate::profile::heygen_v3::limits;
use crate::request::json::{Value, ValueKind};
use crate::request::reference::is_local;
use crate::request::url;
use crate::rule;
use crate::text;

pub(in super::super) fn check(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    if typed.get("auto_duration").and_then(Value::as_bool) == Some(true) && typed.has("duration") {
        let message = "duration is given although auto_duration lets the service choose it";
        let finding = typed.conflict(&["auto_duration", "duration"], message);
        out.push(finding.help("drop duration, or set auto_duration to false"));
    }
    if let Some(references) = typed.get("references").filter(|list| list.kind() == ValueKind::Array) {
        let of = |class| references.items().filter(move |item| class_of(*item) == Some(class));
        let most = &context.limits[limits::CINEMATIC_VIDEOS_MAX];
        out.extend(too_many(references, &of(Class::Video).collect::<Vec<_>>(), 0, most));
        let avatars = typed.get("avatar_id").map_or(0, |list| list.items().count());
        let most = &context.limits[limits::CINEMATIC_IMAGES_MAX];
        out.extend(too_many(references, &of(Class::Picture).collect::<Vec<_>>(), avatars, most));
    }
}

/// More references of a kind than the service accepts; `avatars` count with them.
fn too_many(references: Value<'_>, of_kind: &[Value<'_>], avatars: usize, limit: &Limit) -> Option<Finding> {
    let most = limit.number()?.max(0.0) as usize;
    let (sure, total) = (of_kind.len() > most, of_kind.len().saturating_add(avatars));
    if !sure && total <= most {
        return None;
    }
    // Marks the first reference beyond the limit. If the avatars alone reach the limit, that is the first reference.
    let room = if sure { most } else { most.saturating_sub(avatars) };
    let first = of_kind.get(room)?;
    let unit = limit.unit;
    let message = match sure {
        true => format!(
            "references hold {} {unit}, {} more than the maximum of {}",
            text::count(of_kind.len() as u64),
            text::count((of_kind.len() - most) as u64),
            limit.text()
        ),
        false => format!(
            "references hold {} {unit}, with {} {}; together the maximum is {most}",
            text::count(of_kind.len() as u64),
            text::counted(avatars as u64, "avatar"),
            text::count(total as u64),
        ),
    };
    let location = Location::value(references.pointer(), first.span());
    let finding = Finding::new(&rule::REQUEST_TOO_MANY_ITEMS, message)
        .at(location)
        .label("too many from here on")
        .observed(total as u64)
        .limit(limit);
    Some(match sure {
        true => finding.help(format!("keep {most} of them")),
        false => finding.help("remove references, or avatars, which count as pictures"),
    })
}

/// Whether a reference is a picture or a video by its own fields; none if they do not say.
fn class_of(reference: Value<'_>) -> Option<Class> {
    let text = |name: &str| reference.get(name).and_then(Value::as_str);
    let format = if let Some(media_type) = text("media_type") {
        Format::from_media_type(media_type.split(';').next().unwrap_or_default().trim())
    } else {
        let address = text("url").or_else(|| text("asset_id"))?;
        if text::placeholder::is_placeholder(&address) {
            return None;
        }
        match url::parse(&address) {
            Some(url) => Format::from_extension(address.get(url.extension(&address)?)?),
            None if is_local(&address) => Format::from_extension(address.rsplit_once('.')?.1),
            None => None,
        }
    };
    format.map(Format::class)
}
