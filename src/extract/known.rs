//! What can be said of a request of which parts are unknown.

use super::tool;
use crate::finding::{Finding, Location};
use crate::request::json::{Document, Value, ValueKind};
use crate::request::piece::Piece;
use crate::rule;
use crate::text::Span;

/// Whether a finding rests on nothing that is unknown. Its spans are those of the text of the piece.
///
/// Of a variable nothing is known, not even that it is there when the program runs. Of an object that takes over the
/// members of another one it cannot be said that something is missing.
#[must_use]
pub fn vouches(piece: &Piece, document: &Document<'_>, finding: &Finding) -> bool {
    if piece.unknown.is_empty() && piece.open.is_empty() {
        return true;
    }
    if is_about_address(piece, document, finding) {
        return true;
    }
    // How a tool calls its arguments, only its server knows.
    let about_name = [&rule::REQUEST_UNKNOWN_FIELD, &rule::REQUEST_RETIRED_FIELD, &rule::REQUEST_LEGACY_API];
    if piece.form == tool::FORM && about_name.contains(&finding.rule) {
        return false;
    }
    let places = || finding.related.iter().map(|related| &related.location).chain([&finding.location]);
    if places().filter(|place| place.file.is_empty()).any(|place| rests_on_unknown(piece, document, place)) {
        return false;
    }
    let Some(value) = at(document, &finding.location) else { return true };
    let object = if value.kind() == ValueKind::Object { Some(value) } else { value.parent() };
    let Some(object) = object.filter(|object| object.kind() == ValueKind::Object) else { return true };
    // Which branch of a union it is, the program decides.
    let tagged = object.get("type").or_else(|| object.get("engine_type"));
    let about_value = [&rule::REQUEST_TOO_LONG, &rule::SCRIPT_TOO_LONG, &rule::SCRIPT_SSML, &rule::REQUEST_SYNTAX];
    if tagged.is_some_and(|tag| is_unknown(piece, tag.span())) && !about_value.contains(&finding.rule) {
        return false;
    }
    let is_open = piece.open.contains(&object.span().start);
    !is_open || value.kind() != ValueKind::Object && finding.related.is_empty() || about_value.contains(&finding.rule)
}

/// The finding is about an address of which enough is known: a retired path is one whatever fills its variable parts, and a
/// path is known where only its query is not.
fn is_about_address(piece: &Piece, document: &Document<'_>, finding: &Finding) -> bool {
    let Some(value) = at(document, &finding.location).filter(|value| value.kind() == ValueKind::String) else {
        return false;
    };
    if *finding.rule == rule::REQUEST_LEGACY_API {
        return value.key().is_some_and(|key| key == "url");
    }
    let query = value.raw().find('?').map(|at| value.span().start + at);
    let known_path =
        |query: usize| piece.unknown.iter().all(|unknown| unknown.start > query || unknown.end < value.span().start);
    *finding.rule == rule::REQUEST_UNKNOWN_ENDPOINT && query.is_some_and(known_path)
}

/// The innermost value at a place.
fn at<'d>(document: &'d Document<'_>, place: &Location) -> Option<Value<'d>> {
    document.value_at_offset(place.span?.start)
}

fn rests_on_unknown(piece: &Piece, document: &Document<'_>, place: &Location) -> bool {
    let Some(value) = at(document, place) else { return false };
    match value.kind() {
        ValueKind::Object | ValueKind::Array => place.span.is_some_and(|span| within_unknown(piece, span)),
        _ => is_unknown(piece, value.span()),
    }
}

/// The span lies in something unknown.
fn within_unknown(piece: &Piece, span: Span) -> bool {
    piece.unknown.iter().any(|unknown| unknown.start <= span.start && span.end <= unknown.end)
}

/// Something in the span is unknown.
fn is_unknown(piece: &Piece, span: Span) -> bool {
    piece.unknown.iter().any(|unknown| unknown.start < span.end && span.start < unknown.end)
}

/// Enough of an object stands there to know it by: its tag, or two members with known values.
pub fn shows_itself(root: Value<'_>, piece: &Piece) -> bool {
    if piece.unknown.is_empty() {
        return true;
    }
    let known = |value: &Value<'_>| !is_unknown(piece, value.span());
    root.get("type").is_some_and(|tag| known(&tag)) || root.children().filter(known).count() >= 2
}
