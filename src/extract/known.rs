//! Decides which findings about a partly unknown request are reliable.

use super::tool;
use crate::finding::{Finding, Location};
use crate::request::json::{Document, Value, ValueKind};
use crate::request::piece::Piece;
use crate::rule;
use crate::text::Span;

/// Whether a finding depends on nothing unknown. Its spans refer to the text of the piece.
///
/// About a variable nothing is known, not even whether it is set when the program runs. An object that includes the
/// members of another one cannot lack a field for certain.
#[must_use]
pub fn vouches(piece: &Piece, document: &Document<'_>, finding: &Finding) -> bool {
    if piece.unknown.is_empty() && piece.open.is_empty() {
        return true;
    }
    if is_about_address(piece, document, finding) {
        return true;
    }
    // Only the server of a tool knows the names of its arguments.
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
    // The program decides which branch of a union it is.
    let tagged = object.get("type").or_else(|| object.get("engine_type"));
    let about_value = [&rule::REQUEST_TOO_LONG, &rule::SCRIPT_TOO_LONG, &rule::SCRIPT_SSML, &rule::REQUEST_SYNTAX];
    if tagged.is_some_and(|tag| is_unknown(piece, tag.span())) && !about_value.contains(&finding.rule) {
        return false;
    }
    let is_open = piece.open.contains(&object.span().start);
    !is_open || value.kind() != ValueKind::Object && finding.related.is_empty() || about_value.contains(&finding.rule)
}

/// Whether enough of the address in the finding is known: a retired path is retired whatever fills its
/// variable parts, and a path is known even if its query is not.
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

/// Whether the span lies in something unknown.
fn within_unknown(piece: &Piece, span: Span) -> bool {
    piece.unknown.iter().any(|unknown| unknown.start <= span.start && span.end <= unknown.end)
}

/// Whether something in the span is unknown.
fn is_unknown(piece: &Piece, span: Span) -> bool {
    piece.unknown.iter().any(|unknown| unknown.start < span.end && span.start < unknown.end)
}

/// Whether an object is identifiable by its tag, or by two members with known values.
pub fn shows_itself(root: Value<'_>, piece: &Piece) -> bool {
    if piece.unknown.is_empty() {
        return true;
    }
    let known = |value: &Value<'_>| !is_unknown(piece, value.span());
    root.get("type").is_some_and(|tag| known(&tag)) || root.children().filter(known).count() >= 2
}
