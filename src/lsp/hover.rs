//! Hover: the findings at a place, its field in the contract, the media file behind it.

use std::path::Path;

use gen_lsp_types::{Hover, MarkupContent, MarkupKind};

use super::client::Client;
use super::describe;
use super::document::OpenDocument;
use super::place::Located;
use crate::config::Config;
use crate::engine::guarded;
use crate::finding::Finding;
use crate::limits::Limits;
use crate::media::{Bytes, Depth, Facts, probe};
use crate::preview::{self, Preview};
use crate::profile;
use crate::request::place::{Expected, place};
use crate::request::reference::{MediaLocator, references};
use crate::request::{Request, json};
use crate::source::display_name;
use crate::text::{Span, base64};
use crate::walk;

/// A text in base64 above this size is not decoded for a hover.
const MOST_BASE64: usize = 16 << 20;

/// The limits that a finding was made with.
fn limits_of<'c>(finding: &Finding, config: &'c Config) -> &'c Limits {
    config.limits_of(finding.profile.and_then(profile::find).unwrap_or(config.profile()))
}

pub(super) fn hover(document: &OpenDocument, offset: usize, config: &Config, client: &Client) -> Option<Hover> {
    let mut parts = Vec::new();
    let mut span = None;
    let found = document.checked.as_ref().and_then(|checked| checked.outcome.as_ref().ok());
    let holds = |span: &Span| span.start <= offset && offset <= span.end;
    if let Some(found) = found {
        for (location, path) in &found.references {
            if let (Some(at), Some(facts)) = (location.span.filter(holds), found.facts.get(path)) {
                parts.push(describe::media(&display_name(path.strip_prefix(&config.root).unwrap_or(path)), facts));
                parts.extend(preview(path, facts, client.pictures));
                span = Some(at);
                break;
            }
        }
    }
    let located = Located { text: &document.text.text, extension: document.extension(), offset };
    let assigned = located.assigned(config, &document.path);
    let of_contract = located.with(assigned, |request, value| {
        let limits = config.limits_of(request.profile);
        let operation = crate::request::place::operation(request, assigned.endpoint.is_some())?;
        let media = reference(request, offset, limits);
        let found = place(request, operation, value)?;
        let text = match (found.field, found.expected) {
            (_, Expected::Address) => Some(describe::operation(operation)),
            (Some(field), Expected::Kind(kind)) if !std::ptr::eq(kind, &raw const field.kind) => {
                let item = describe::expected(found.expected, limits);
                Some(format!("{}\n\n---\n\n{}", describe::field(field, limits), item.unwrap_or_default()))
            }
            (Some(field), _) => Some(describe::field(field, limits)),
            (None, expected) => describe::expected(expected, limits),
        };
        let own = value.key_span().filter(holds).unwrap_or(value.span());
        // The position is in an object or a list, but on none of its members.
        let inside = matches!(value.kind(), json::ValueKind::Object | json::ValueKind::Array)
            && !value.key_span().is_some_and(|span| holds(&span));
        Some((media, text.filter(|_| !inside), own))
    });
    if let Some((media, text, own)) = of_contract {
        parts.extend(media);
        if text.is_some() {
            span = span.or(Some(own));
        }
        parts.extend(text);
    }
    for finding in found.iter().flat_map(|found| &found.findings) {
        let places = found.map(|found| found.places(finding)).unwrap_or_default();
        if let Some(at) = places.into_iter().filter_map(|place| place.span).find(holds) {
            parts.push(describe::finding(finding, limits_of(finding, config)));
            span = span.or(Some(at));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: parts.join("\n\n---\n\n") };
    Some(Hover { contents: contents.into(), range: span.map(|span| document.text.range(span, client.unit)) })
}

/// A preview of the file, if it can be made at once: a hover must not keep the editor waiting.
fn preview(path: &Path, facts: &Facts, pictures: bool) -> Option<String> {
    const MOST_PIXELS: u64 = 12 << 20;
    const MOST_SECONDS: f64 = 120.0;
    let cost = preview::cost(facts)?;
    let quick = cost.pixels <= MOST_PIXELS && cost.seconds <= MOST_SECONDS && cost.frames == 0;
    if !quick || (cost.pixels > 0 && !pictures) {
        return None;
    }
    let (file, _) = walk::open(path).ok()?;
    match guarded(|| preview::of_file(&file, path, facts)).ok()?? {
        Preview::Picture { bytes, .. } => Some(format!("![preview](data:image/jpeg;base64,{})", base64(&bytes))),
        Preview::Wave(wave) => Some(format!("`{}`", bars(&wave.peaks))),
    }
}

/// A waveform in block characters, one column for every third stretch.
fn bars(peaks: &[u8]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = |stretch: &[u8]| usize::from(stretch.iter().copied().max().unwrap_or(0));
    peaks.chunks(3).map(|stretch| BLOCKS[highest(stretch) * 7 / 255]).collect()
}

/// Describes a media file that the request refers to: its facts, if available, and the limits of its use.
fn reference(request: &Request<'_>, offset: usize, limits: &Limits) -> Vec<String> {
    let found = references(request).into_iter().find(|reference| {
        let span = reference.value.span();
        span.start <= offset && offset <= span.end
    });
    let Some(found) = found else { return Vec::new() };
    let mut parts = Vec::new();
    if let (MediaLocator::Base64 { .. }, Some(data)) = (&found.source, found.value.as_str())
        && data.len() <= MOST_BASE64
        && let Ok(facts) = probe(&mut Bytes::of_base64(data.as_bytes()), Depth::Full)
    {
        parts.push(describe::media("the data", &facts));
    }
    parts.extend(found.uses.iter().map(|place| describe::used(place, limits)));
    parts
}
