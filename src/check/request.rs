//! Checks a request against the contract in one walk over the tree and the tables.
//!
//! Each fault gives one finding: branches that were not chosen stay silent, a placeholder counts as unknown and not as
//! wrong, and a parent does not repeat the findings of its children.
//!
//! After each object the walk calls `conditions`, for what a table cannot express: exactly one source of speech, a
//! start before an end.

pub(super) mod edit;
mod field;
mod format;
mod legacy;
mod query;
mod retired;
mod walk;
mod words;

pub(super) use walk::with_fix;

use super::Context;
use crate::finding::{Finding, Location};
use crate::request::contract::{BodyEncoding, BodyShape, Operation};
use crate::request::endpoint::{self, Endpoint};
use crate::request::envelope::Envelope;
use crate::request::json::Value;
use crate::request::{EndpointSource, Request, Target, visit};
use crate::rule;
use crate::text::Span;
use walk::Walker;

/// The findings about the text of a request.
///
/// A value that is not recognised as a request gets `request/unknown-endpoint`. A folder walk first asks
/// [`Request::is_certain`] and skips such values.
#[must_use]
pub fn check(request: &Request<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mut out = match request.target {
        Target::Endpoint(Endpoint::Operation(operation), known) => {
            operation_findings(request, operation, known, context)
        }
        Target::Endpoint(Endpoint::Legacy(legacy), known) => legacy::check(request, legacy, known, context),
        Target::Unchecked => Vec::new(),
        Target::Unknown { .. } if is_newer(request, context) => Vec::new(),
        Target::Unknown { nearest, typo } => vec![unknown_endpoint(request, nearest, typo)],
        Target::Nothing { nearest } => vec![no_request(request, nearest)],
    };
    for finding in &mut out {
        finding.location.record = request.index;
    }
    out
}

fn operation_findings(
    request: &Request<'_>,
    operation: &'static Operation,
    known: EndpointSource,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut walker = Walker::new(operation, context);
    if let Some(envelope) = &request.envelope {
        query::check(&mut walker, operation, envelope);
    }
    let form = request.envelope.and_then(|envelope| envelope.form());
    if let (BodyEncoding::Json, Some(_), Some(kind)) = (operation.encoding, operation.body, form) {
        walker.out.push(not_json(operation, kind));
    }
    match (operation.encoding, operation.body, request.body) {
        (BodyEncoding::Json, Some(shape), Some(body)) => {
            let envelope = if known == EndpointSource::Assigned { Envelope::of(request.profile, body) } else { None };
            // A body recognised by its shape is not a retired one.
            let legacy = || match known {
                EndpointSource::Shape(_) => None,
                // The walker itself handles old names in a map.
                _ => endpoint::legacy_body(request.profile, body).filter(|legacy| {
                    legacy.now != operation || !endpoint::is_within_map(request.profile, legacy, body)
                }),
            };
            if let Some(envelope) = envelope.filter(|envelope| envelope.body.is_some()) {
                walker.out.push(wrapped(operation, &envelope));
            } else if let Some(legacy) = legacy() {
                let known = EndpointSource::Shape(endpoint::Certainty::Certain);
                walker.out.extend(legacy::check(request, legacy, known, context));
            } else {
                walker.body(shape, body);
            }
        }
        (BodyEncoding::Json, Some(shape), None) if form.is_none() => {
            let needs = match shape {
                BodyShape::Object(object) => object.fields.iter().any(|field| field.required),
                BodyShape::Union(_) => true,
            };
            if needs {
                let message = format!("there is no body; {} needs one", operation.name());
                walker.out.push(Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(opening(request.root)));
            }
        }
        (BodyEncoding::Multipart, Some(BodyShape::Object(object)), _) => {
            visit::fields(&mut walker, object.fields, request.root);
        }
        _ => {}
    }
    walker.out
}

/// A body that is sent as a form.
fn not_json(operation: &Operation, kind: Value<'_>) -> Finding {
    let written = kind.as_str().unwrap_or_default();
    let name = written.split(';').next().unwrap_or_default().trim();
    let message = format!("the body is sent as {}; {} takes JSON", words::shorten(name), operation.name());
    let location = Location::value(kind.pointer(), kind.span());
    Finding::new(&rule::REQUEST_NOT_JSON, message).at(location).help(
        "send one JSON object: `json=` with requests and httpx, `JSON.stringify(…)` with fetch, `--json` with curl",
    )
}

/// Whether a newer document has the operation.
fn is_newer(request: &Request<'_>, context: &Context<'_>) -> bool {
    let (Some(newer), Some(envelope)) = (context.newer, &request.envelope) else { return false };
    let address = envelope.address.as_str().unwrap_or_default();
    newer.has_operation(&envelope.method_name(), endpoint::SplitAddress::parse(&address).path)
}

/// A file that is an envelope although the endpoint was given, which implies a bare body.
fn wrapped(operation: &Operation, envelope: &Envelope<'_>) -> Finding {
    let message = format!("this is an envelope; the body of {} is its “body”", operation.name());
    let help = match envelope.endpoint() {
        Some(endpoint) => {
            format!(
                "do not give the endpoint, because the envelope names {} itself; or keep only the body",
                endpoint.name()
            )
        }
        None => "keep only the value of body".to_owned(),
    };
    let mut finding = Finding::new(&rule::REQUEST_WRONG_TYPE, message).at(opening(envelope.root)).help(help);
    if let Some(body) = envelope.body {
        finding = finding.related("the body is here", Location::value(body.pointer(), body.span()));
    }
    finding
}

fn unknown_endpoint(request: &Request<'_>, nearest: Option<&'static Operation>, typo: bool) -> Finding {
    let Some(envelope) = request.envelope else { return no_request(request, nearest.map(Endpoint::Operation)) };
    let path = envelope.address.as_str().unwrap_or_default();
    let written = endpoint::SplitAddress::parse(&path);
    let method = envelope.method_name();
    let right = nearest.filter(|nearest| {
        nearest.method != method
            && matches!(
                endpoint::resolve(request.profile, Some(nearest.method), written.path),
                endpoint::Resolved::Known(_)
            )
    });
    if let Some(right) = right {
        let place = envelope.method.unwrap_or(envelope.address);
        let message = format!("{} accepts {}, not {}", right.path, right.method, words::shorten(&method));
        let finding = Finding::new(&rule::REQUEST_UNKNOWN_ENDPOINT, message);
        return finding.at(Location::value(place.pointer(), place.span())).help(format!("use {}", right.name()));
    }
    let what = format!("{} {}", words::shorten(&method), words::shorten(written.path));
    let past = endpoint::version(request.profile, written.path).filter(|version| *version != request.profile.version);
    let message = match past {
        Some(version) => format!("{what} is not a known endpoint, and {version} of the API is retired"),
        None => format!("{what} is not an endpoint of the profile, which is of {}", request.profile.as_of),
    };
    let mut finding = Finding::new(&rule::REQUEST_UNKNOWN_ENDPOINT, message)
        .at(Location::value(envelope.address.pointer(), envelope.address.span()));
    finding = match nearest {
        Some(nearest) => finding.help(format!("did you mean {}?", nearest.name())),
        None if past.is_none() => finding.help("if the documents of the service list it, it is newer than the profile"),
        None => finding.help("`heylint schema request` lists the current endpoints"),
    };
    // The API grows, so an unknown path may be new.
    if typo { finding } else { finding.at_most(rule::Severity::Warning) }
}

/// A value that is not a request although the user named it as one.
fn no_request(request: &Request<'_>, nearest: Option<Endpoint>) -> Finding {
    let finding = Finding::new(&rule::REQUEST_UNKNOWN_ENDPOINT, "this is not recognisable as a request");
    let help = match nearest {
        Some(nearest) => {
            format!("it is most similar to {0}; name the endpoint with `--endpoint '{0}'`", nearest.name())
        }
        None => match request.profile.example {
            Some(example) => format!("name the endpoint with `--endpoint '{example}'`, or leave the file out"),
            None => "leave the file out".to_owned(),
        },
    };
    finding.at(opening(request.root)).help(help)
}

/// The place of a value that is wrong as a whole: its pointer and its first character.
pub(super) fn opening(value: Value<'_>) -> Location {
    let span = value.span();
    let first = value.raw().chars().next().map_or(0, char::len_utf8);
    Location::value(value.pointer(), Span::new(span.start, (span.start + first).min(span.end)))
}
