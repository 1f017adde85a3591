//! Conditions on a direct upload: its name against its type, and its size.

use crate::check::Context;
use crate::check::typed::Typed;
use crate::finding::{Finding, Location};
use crate::limits::{Limit, LimitId};
use crate::media::{Class, Format};
use crate::profile::heygen_v3::limits;
use crate::rule::{self, Severity};
use crate::source::clean;
use crate::text;

pub(in super::super) fn check(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    let declared = typed.known("content_type").and_then(|declared| {
        let essence = declared.split(';').next().unwrap_or_default().trim().to_owned();
        Some((Format::from_media_type(&essence)?, essence))
    });
    if let Some((format, essence)) = &declared {
        out.extend(name(typed, *format, essence));
    }
    let format = declared.map(|(format, _)| format);
    out.extend(size(typed, format.map(Format::class), context));
}

/// The list of types of a batch omits ZIP, which a single upload accepts.
pub(in super::super) fn batch(typed: &Typed<'_>, context: &Context<'_>, out: &mut Vec<Finding>) {
    /// Above the number of files that any batch accepts.
    const MOST: usize = 1_000;
    let limit = &context.limits[limits::DIRECT_UPLOAD_BATCH_TAKES];
    let files = typed.get("files").into_iter().flat_map(|files| files.items().take(MOST));
    for declared in files.filter_map(|file| file.get("content_type")) {
        let Some(text) = declared.as_str() else { continue };
        let format = Format::from_media_type(text.split(';').next().unwrap_or_default().trim());
        let single = &context.limits[limits::DIRECT_UPLOAD_TAKES];
        let Some(name) = format.map(Format::name).filter(|name| single.names().contains(name)) else { continue };
        if !limit.names().contains(&name) {
            let message = format!("content_type is {}, which is not documented for a batch", clean(&text));
            let finding = Finding::new(&rule::REQUEST_UNKNOWN_VALUE, message)
                .at(Location::value(declared.pointer(), declared.span()))
                .observed(text.as_ref())
                .limit(limit)
                .at_most(Severity::Warning);
            out.push(finding.help("send it separately to POST /v3/assets/direct-uploads"));
        }
    }
}

/// The extension promises another format than the content type.
fn name(typed: &Typed<'_>, declared: Format, essence: &str) -> Option<Finding> {
    let name = typed.known("filename").filter(|name| text::placeholder::find_within(name).is_none())?;
    let (_, extension) = name.rsplit_once('.')?;
    let promised = Format::from_extension(extension)?;
    let also = declared.extensions().iter().any(|known| known.eq_ignore_ascii_case(extension));
    if promised == declared || also {
        return None;
    }
    let value = typed.get("filename")?;
    let start = name.len() - extension.len();
    let message = format!("filename ends in .{}, but content_type is {}", clean(extension), clean(essence));
    let finding = Finding::new(&rule::ASSET_MEDIA_TYPE_MISMATCH, message)
        .at(Location::value(value.pointer(), value.span_of_bytes(start, name.len())))
        .observed(extension)
        .related("content_type is declared here", typed.place("content_type"));
    let types = promised.media_types().first().filter(|_| promised.is_walked());
    Some(match types {
        Some(proper) => finding.help(format!(
            "check the file with `heylint probe`, then set content_type to {proper}, or name it .{}",
            declared.extensions().first().copied().unwrap_or_default()
        )),
        None => finding.help("check the file with `heylint probe`, and convert it if necessary"),
    })
}

/// A file that is larger than a direct upload accepts, or than any video that would use it accepts.
fn size(typed: &Typed<'_>, class: Option<Class>, context: &Context<'_>) -> Option<Finding> {
    let bytes = typed.known_number("size_bytes").filter(|bytes| *bytes >= 0.0)?;
    let exceeded = |id: LimitId| {
        let limit = &context.limits[id];
        limit.bytes().is_some_and(|(_, most)| bytes > most as f64).then_some(limit)
    };
    let value = typed.get("size_bytes")?;
    let found = |message: String, limit: &Limit| {
        Finding::new(&rule::FILE_TOO_LARGE, message)
            .at(Location::value(value.pointer(), value.span()))
            .observed(bytes)
            .limit(limit)
            .at_most(Severity::Warning)
    };
    let shown = text::number(bytes);
    if let Some(limit) = exceeded(limits::ASSET_DIRECT_MAX_SIZE) {
        let message =
            format!("size_bytes is {shown}, above {}, the highest cap seen for a direct upload", limit.text());
        return Some(
            found(message, limit).help("the max_bytes of the response is the cap that counts; encode the file smaller"),
        );
    }
    let (place, noun) = match class? {
        Class::Video => (limits::VIDEO_MAX_SIZE, "a video"),
        Class::Picture => (limits::IMAGE_MAX_SIZE, "a picture"),
        Class::Audio => (limits::SPEECH_MAX_SIZE, "speech"),
        _ => return None,
    };
    let limit = exceeded(place)?;
    let message = format!(
        "size_bytes is {shown}; the upload accepts it, but as {noun} POST /v3/videos accepts only {}",
        limit.text()
    );
    Some(found(message, limit).help("encode it smaller, unless it is for a translation, a lip-sync or an avatar"))
}
