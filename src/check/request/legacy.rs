//! Endpoints and bodies of retired versions: one finding with the current form, and the current limits for the values
//! that are carried over.

use super::walk::Walker;
use super::{opening, words};
use crate::check::{Context, Converted, convert};
use crate::finding::{Edit, Finding, Fix, Location};
use crate::limits::LimitId;
use crate::request::compose::WriteStyle;
use crate::request::contract::Legacy;
use crate::request::endpoint::{self, SplitAddress};
use crate::request::json::{self, Value, ValueKind};
use crate::request::{EndpointSource, Request, visit};
use crate::rule::{self, Severity};
use crate::text;
use crate::text::Span;

pub fn check(
    request: &Request<'_>,
    legacy: &'static Legacy,
    known: EndpointSource,
    context: &Context<'_>,
) -> Vec<Finding> {
    let converted = request.body.and_then(|body| convert(request.profile, legacy, body));
    let mut found = vec![finding(request, legacy, known, converted.as_ref(), context)];
    let Some(converted) = &converted else { return found };
    let mut walker = Walker::new(legacy.now, context);
    for (value, today) in &converted.carried {
        visit::field(&mut walker, today, *value, &[]);
    }
    // The new body is checked for names and structure, so report only values that exceed a limit.
    found.extend(walker.out.into_iter().filter(|finding| finding.limit.is_some()));
    found.extend(request.body.into_iter().flat_map(|body| edges(body, legacy, context)));
    found
}

/// Why the service would refuse the translated body, if it would. We check it before we show it.
///
/// A value that exceeds a limit stays so in the translation; its finding points at the original.
fn refused(legacy: &'static Legacy, converted: &Converted<'_>, context: &Context<'_>) -> Option<String> {
    let text = converted.body.write(WriteStyle::Line);
    let document = json::parse(&text);
    let mut walker = Walker::new(legacy.now, context);
    walker.body(legacy.now.body?, document.root()?);
    let errors = walker.out.into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.filter(|finding| finding.limit.is_none()).map(|finding| finding.message).next()
}

fn finding(
    request: &Request<'_>,
    legacy: &'static Legacy,
    known: EndpointSource,
    converted: Option<&Converted<'_>>,
    context: &Context<'_>,
) -> Finding {
    let sign = request.body.and_then(|body| endpoint::first_sign(request.profile, legacy, body));
    let name = format!("{} {}", legacy.method, legacy.path);
    let gone = format!("which was retired on {}", legacy.until);
    let (message, location) = match (known, &request.envelope, sign) {
        (EndpointSource::Shape(_), _, Some(sign)) => {
            let key = Location::value(sign.pointer(), sign.key_span().unwrap_or(sign.span()));
            (format!("this is a body of {name}, {gone}"), key)
        }
        (_, Some(envelope), _) => {
            let address = Location::value(envelope.address.pointer(), envelope.address.span());
            (format!("this goes to {name}, {gone}"), address)
        }
        _ => (format!("this is for {name}, {gone}"), opening(request.root)),
    };
    let finding = Finding::new(&rule::REQUEST_LEGACY_API, message).at(location);
    let general = format!("send it to {}: {}", legacy.now.name(), legacy.how);
    let Some(converted) = converted else { return finding.help(general) };
    if let Some(obstacle) = converted.obstacle {
        return finding.help(format!("{general}; not all of it can be carried over: {obstacle}"));
    }
    if !converted.complete {
        let lacks = format!("a field that {} requires is missing", context.profile().version);
        return finding.help(format!("{general}; not all of it can be carried over: {lacks}"));
    }
    if let Some(why) = refused(legacy, converted, context) {
        return finding.help(format!("{general}; not all of it can be carried over: {why}"));
    }
    let fix = fix(request, legacy, known, converted);
    let mut help = general;
    // A value that is part of the path today is not lost.
    let is_in_path =
        |value: &&Value<'_>| value.key().is_some_and(|key| legacy.now.path.contains(&format!("{{{key}}}")));
    let mut lost: Vec<String> =
        converted.lost.iter().filter(|value| !is_in_path(value)).map(|value| words::name(*value)).collect();
    lost.dedup();
    if !lost.is_empty() {
        help.push_str(&format!(
            "; {} does not support {}",
            request.profile.version,
            text::words::either(lost.iter().map(String::as_str))
        ));
    }
    let finding = finding.help(help);
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// The current body, together with its address.
fn fix(request: &Request<'_>, legacy: &Legacy, known: EndpointSource, converted: &Converted<'_>) -> Option<Fix> {
    let body = request.body?;
    let indent = indent(body);
    // Keep one line, because it may be a record of JSON Lines.
    let layout = if body.raw().contains('\n') { WriteStyle::Lines(&indent) } else { WriteStyle::Line };
    let edit = |span: Span, text: String| Edit { file: "".into(), span, text };
    let mut edits = vec![edit(body.span(), converted.body.write(layout))];
    if let (Some(envelope), EndpointSource::Envelope) = (&request.envelope, known) {
        let written = envelope.address.as_str()?;
        let path = SplitAddress::parse(&written).path.to_owned();
        let at = written.find(&path)?;
        edits.push(edit(envelope.address.span_of_bytes(at, at + path.len()), filled(legacy, &path, body)?));
    }
    let title = format!("write it for {}", legacy.now.name());
    Some(Fix { title, safe: false, edits, rename: None })
}

/// The current path, with the id from the retired path or body.
fn filled(legacy: &Legacy, path: &str, body: Value<'_>) -> Option<String> {
    let is_id = |part: &&str| part.starts_with('{');
    let Some(name) = legacy.now.path.split('/').find(is_id) else { return Some(legacy.now.path.to_owned()) };
    let id = match legacy.path.split('/').position(|part| part.starts_with('{')) {
        Some(at) => path.split('/').nth(at)?.to_owned(),
        None => {
            let id = body.get(name.trim_matches(['{', '}']))?.as_str()?;
            // Any other character would need escaping.
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            Some(id.into_owned()).filter(|id| !id.is_empty() && id.bytes().all(is_plain))?
        }
    };
    Some(legacy.now.path.replace(name, &id))
}

/// The white space at the start of the line on which a value begins.
fn indent(value: Value<'_>) -> String {
    let document = value.document();
    let before = document.source(Span::new(document.base(), value.span().start));
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}

/// Width and height in pixels, which have no field in some current bodies.
fn edges(body: Value<'_>, legacy: &Legacy, context: &Context<'_>) -> Vec<Finding> {
    let own = legacy.now.body.is_some_and(|shape| shape.objects().any(|object| object.field("dimension").is_some()));
    let size = body.get("dimension").filter(|size| size.kind() == ValueKind::Object && !own);
    let edge = |name: &str| edge(size?.get(name)?, context);
    [edge("width"), edge("height")].into_iter().flatten().collect()
}

fn edge(value: Value<'_>, context: &Context<'_>) -> Option<Finding> {
    let given = value.number()?;
    let number = |id: Option<LimitId>| Some((&context.limits[id?], context.limits[id?].number()?));
    let shared = &context.profile().shared;
    let (least, most) = (number(shared.output_min_edge)?, number(shared.output_max_edge)?);
    let (limit, word, bound) = match given {
        given if given < least.1 => (least.0, "below the minimum", least.1),
        given if given > most.1 => (most.0, "above the maximum", most.1),
        _ => return None,
    };
    let message = format!("{} is {}, {word} of {}", words::name(value), text::number(given), text::number(bound));
    let finding = Finding::new(&rule::OUTPUT_DIMENSION, message);
    Some(finding.at(Location::value(value.pointer(), value.span())).observed(given).limit(limit))
}
