//! The media that a request refers to: the local file, whether it exists, and the format of embedded data.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::page::SourceText;
use super::request::{CheckedRequest, RequestChecker};
use crate::check::{self, asset, media::Subject};
use crate::config::{Config, normal};
use crate::engine::Run;
use crate::engine::file_result::{MediaUse, Tail};
use crate::engine::media::choose;
use crate::finding::{Finding, Location};
use crate::media::{Bytes, Format};
use crate::profile::Profile;
use crate::request::base64;
use crate::request::reference::{MediaLocator, Reference};
use crate::rule;
use crate::source::display_name;
use crate::text::percent;
use crate::walk::{self, Input};

/// Checks a reference, and records the file that it leads to.
pub(in crate::engine) fn check(
    checker: &RequestChecker<'_>,
    profile: &Profile,
    reference: &Reference<'_>,
    page: &SourceText<'_>,
    checked: &mut CheckedRequest,
) {
    let RequestChecker { run, input, .. } = *checker;
    let (config, ready) = (&input.config, run.settings.ready);
    match &reference.source {
        MediaLocator::Base64 { media_type } => {
            checked.findings.extend(base64_data(run, reference, media_type.as_deref(), config));
        }
        MediaLocator::Path(path) if ready => {
            checked.findings.push(asset::local_path(reference, path, profile));
        }
        _ => {}
    }
    let path = match local_file(run, reference, input) {
        Some(Ok(path)) => path,
        Some(Err(Outside { written })) => {
            // The local path itself is reported already.
            if !(ready && matches!(reference.source, MediaLocator::Path(_))) {
                checked.findings.push(asset::outside(reference, &written));
            }
            return;
        }
        None => return,
    };
    let mut location = reference.location();
    page.settle(&mut location, &input.name);
    if run.settings.overlay.memory.is_some() && !run.settings.mends {
        checked.references.push((location.clone(), path.clone()));
    }
    // A file that exists but cannot be read is reported in the second phase.
    // A browser has no files at all.
    let absent = |error: io::Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unsupported);
    if run.settings.overlay.real(&path).metadata().is_err_and(absent) {
        // The local path itself is reported already. For code, the working folder is unknown.
        if ready && matches!(reference.source, MediaLocator::Path(_)) || page.program().is_some() {
            return;
        }
        let name = run.configs.name(&path);
        let mapped = !matches!(reference.source, MediaLocator::Path(_));
        // A dangling link counts as the file itself.
        let near = unescaped(run, reference, input).or_else(|| {
            let near = walk::neighbour(&path).filter(|near| *near != path)?;
            Some(display_name(near.strip_prefix(input.path.parent()?).unwrap_or(&near)))
        });
        checked.findings.push(asset::missing(reference, &name, mapped, near.as_deref()));
        return;
    }
    let tail = tail(reference).filter(|_| page.piece().is_none());
    checked.sites.push((path, MediaUse { uses: reference.uses, config: Arc::clone(config), location, tail }));
}

/// The path of a reference without percent escapes, if that leads to a file of the project. A path is not a URL.
fn unescaped(run: &Run<'_>, reference: &Reference<'_>, input: &Input) -> Option<String> {
    let MediaLocator::Path(written) = &reference.source else { return None };
    let plain = percent::decoded_text(written);
    let path = normal(&input.path.parent()?.join(&*plain));
    let is_there = || run.borders.admit(&path, input, false) && run.settings.overlay.real(&path).is_file();
    (plain != **written && is_there()).then(|| plain.into_owned())
}

/// The base64 data of a file in a request. Malformed base64 is reported with the request.
fn base64_data(run: &Run<'_>, reference: &Reference<'_>, declared: Option<&str>, config: &Config) -> Vec<Finding> {
    let Some(text) = reference.value.as_str() else { return Vec::new() };
    if base64::scan(&text).is_err() {
        return Vec::new();
    }
    let declares = |declared: &str| Format::from_media_type(declared.split(';').next().unwrap_or(declared).trim());
    let promised = declared.and_then(declares);
    let Ok(facts) = run.facts.of_bytes(&mut Bytes::of_base64(text.as_bytes()), promised) else {
        return Vec::new();
    };
    let Some(place) = choose(reference.uses, facts.format, config) else { return Vec::new() };
    let context = run.context(config, place.profile());
    // A declared type that the use does not accept is already reported; the data are to be replaced with it.
    let takes = context.limits[place.takes].names();
    if promised.is_some_and(|promised| promised != facts.format && !takes.contains(&promised.name())) {
        return Vec::new();
    }
    let mut findings = check::media::check(&facts, &Subject { name: "", bare: false }, place, &context);
    // The data match the declared type; that the use does not accept that type is already reported.
    if promised == Some(facts.format) {
        findings.retain(|finding| *finding.rule != rule::FILE_UNSUPPORTED_FORMAT);
    }
    if findings.iter().all(|finding| *finding.rule != rule::FILE_UNSUPPORTED_FORMAT) {
        let parent = reference.value.parent();
        let value = parent.and_then(|asset| asset.get("media_type"));
        let location = value.map_or_else(Location::default, |value| Location::value(value.pointer(), value.span()));
        findings.extend(declared.and_then(|declared| asset::media_type(declared, &facts, location)));
    }
    for finding in &mut findings {
        for location in finding.related.iter_mut().map(|related| &mut related.location).chain([&mut finding.location]) {
            if location.span.is_none() {
                *location = reference.location();
            }
            location.record = reference.record;
        }
    }
    findings
}
/// The span of the extension in the text; none if the text has no path, or not as a plain string.
fn tail(reference: &Reference<'_>) -> Option<Tail> {
    let MediaLocator::Path(path) = &reference.source else { return None };
    if !reference.value.raw().starts_with('"') || reference.value.is_broken() {
        return None;
    }
    let name = path.rfind(['/', '\\']).map_or(0, |slash| slash + 1);
    let dot = path.get(name..)?.rfind('.').filter(|dot| *dot > 0);
    let start = dot.map_or(path.len(), |dot| name + dot + 1);
    let span = reference.value.span_of_bytes(start, path.len());
    let name = reference.value.span_of_bytes(name, path.len());
    Some(Tail { name, span, dotted: dot.is_some() })
}

/// A reference that leads out of the project, as the draft or the configuration writes it.
pub(in crate::engine) struct Outside {
    written: String,
}

/// The local file of a reference, whether it exists or not. Nothing outside the project is accessed.
pub(in crate::engine) fn local_file(
    run: &Run<'_>,
    reference: &Reference<'_>,
    input: &Input,
) -> Option<Result<PathBuf, Outside>> {
    let (path, mapped) = match &reference.source {
        MediaLocator::Base64 { .. } => return None,
        MediaLocator::Url(url) => (input.config.file_of_url(url)?, true),
        MediaLocator::AssetId(id) => (input.config.file_of_asset(id)?, true),
        MediaLocator::Path(path) => (input.path.parent().unwrap_or(&input.path).join(&**path), false),
    };
    let admitted = |path: &Path| run.borders.admit(path, input, mapped);
    let path = normal(&path);
    let written = || match &reference.source {
        MediaLocator::Path(path) => path.to_string(),
        _ => run.configs.name(&path),
    };
    if !admitted(&path) {
        return Some(Err(Outside { written: written() }));
    }
    // Accept a path with Windows separators.
    if let MediaLocator::Path(given) = &reference.source
        && given.contains('\\')
        && !path.exists()
    {
        let path = normal(&input.path.parent().unwrap_or(&input.path).join(given.replace('\\', "/")));
        let outside = || Outside { written: given.to_string() };
        return Some(if admitted(&path) { Ok(path) } else { Err(outside()) });
    }
    Some(Ok(path))
}
