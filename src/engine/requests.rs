//! Checks one request and collects the media that it refers to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::page::SourceText;
use super::services::Told;
use super::{MediaUse, Run, Tail};
use crate::check::manifest::{self, Traits, traits};
use crate::check::{self, asset, length, media::Subject, syntax};
use crate::config::{Config, normal};
use crate::extract;
use crate::finding::{Finding, Location};
use crate::media::{Bytes, Format};
use crate::plan::{Plan, Prices};
use crate::profile::Profile;
use crate::request::job::jobs;
use crate::request::json::{ArrayElement, Document, ErrorKind, Value};
use crate::request::reference::{MediaLocator, Reference, references};
use crate::request::{Request, base64};
use crate::rule;
use crate::source::display_name;
use crate::text::digest;
use crate::walk::{self, Input};

/// The results of a request.
#[derive(Default)]
pub(super) struct CheckedRequest {
    pub findings: Vec<Finding>,
    pub sites: Vec<(PathBuf, MediaUse)>,
    pub references: Vec<(Location, PathBuf)>,
    pub traits: Option<Traits>,
    pub plan: Option<Box<Plan>>,
}

impl CheckedRequest {
    /// There is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
            && self.sites.is_empty()
            && self.references.is_empty()
            && self.traits.is_none()
            && self.plan.is_none()
    }

    pub fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.sites.extend(other.sites);
        self.references.extend(other.references);
        self.traits = other.traits.or(self.traits.take());
        match (&mut self.plan, other.plan) {
            (Some(plan), Some(more)) => plan.merge(*more),
            (plan, more) => *plan = plan.take().or(more),
        }
    }
}

/// What the jobs of a request cost: the configuration knows better than the documents.
fn prices<'c>(config: &'c Config, request: &Request<'_>) -> Prices<'c> {
    match &config.price {
        Some(price) => {
            Prices::Configured { per_minute: price.number, currency: &price.currency, source: &price.source }
        }
        None => Prices::Documented(request.profile.prices),
    }
}

impl Run<'_> {
    /// The results of a record that has a text of its own.
    pub(super) fn record(
        &self,
        document: &Document<'_>,
        record: u32,
        told: Told<'_>,
        page: &SourceText<'_>,
        input: &Input,
    ) -> CheckedRequest {
        let syntax = self.syntax(document, page, input, told.profile(), Some(record));
        let Some(root) = document.root().filter(|_| is_whole(document)) else { return syntax };
        let one = self.one(&told.read(Some(record), root), page, input);
        if syntax.findings.is_empty() {
            return one;
        }
        let mut checked = syntax;
        checked.extend(one);
        checked
    }

    /// The results of an element of a long array, whose faults of syntax are told with the array. Where that is not
    /// `whole`, a missing field may be the echo of a fault.
    pub(super) fn element(
        &self,
        element: &ArrayElement<'_>,
        whole: bool,
        told: Told<'_>,
        page: &SourceText<'_>,
        input: &Input,
    ) -> CheckedRequest {
        let (document, record) = (element.parse(), Some(element.index));
        let mut findings = syntax::tree(&document, &self.context(&input.config, told.profile()));
        for finding in &mut findings {
            of_record(finding, record);
            page.finish(finding, &input.name, None);
        }
        let mut checked = CheckedRequest { findings, ..CheckedRequest::default() };
        if let Some(root) = document.root().filter(|_| whole && is_whole(&document)) {
            checked.extend(self.one(&told.read(record, root), page, input));
        }
        checked
    }

    pub(super) fn syntax(
        &self,
        document: &Document<'_>,
        page: &SourceText<'_>,
        input: &Input,
        profile: &'static Profile,
        record: Option<u32>,
    ) -> CheckedRequest {
        let mut findings = syntax::document(document, &self.context(&input.config, profile));
        let identity = record.filter(|_| !findings.is_empty()).map(|_| digest(document.text()));
        for finding in &mut findings {
            if record.is_some() {
                of_record(finding, record);
            }
            page.finish(finding, &input.name, identity);
        }
        CheckedRequest { findings, ..CheckedRequest::default() }
    }

    /// Checks one request and its references.
    pub(super) fn one(&self, request: &Request<'_>, page: &SourceText<'_>, input: &Input) -> CheckedRequest {
        self.one_with(request, page, input, |_| {})
    }

    /// As [`one`](Self::one); `settle` sees the findings while their places are those of the request.
    pub(super) fn one_with(
        &self,
        request: &Request<'_>,
        page: &SourceText<'_>,
        input: &Input,
        settle: impl FnOnce(&mut Vec<Finding>),
    ) -> CheckedRequest {
        let context = self.context(&input.config, request.profile);
        let mut checked =
            CheckedRequest { findings: check::request::check(request, &context), ..CheckedRequest::default() };
        let references = references(request);
        for reference in &references {
            self.refer(request.profile, reference, page, input, &mut checked);
        }
        let durations = |value: Value<'_>| {
            let named = |reference: &&Reference<'_>| {
                reference.value == value || reference.value.parent().is_some_and(|parent| parent == value)
            };
            self.duration(&self.local_file(references.iter().find(named)?, input)?.ok()?)
        };
        let jobs = jobs(request);
        checked.findings.extend(length::check(request, &jobs, &durations, &context));
        // A batch that is too large must be cut first; duplicates in it show then.
        let over = checked.findings.iter().any(|finding| *finding.rule == rule::REQUEST_TOO_MANY_ITEMS);
        // A document that shows one request in several languages is not a manifest.
        checked.traits = (!over && page.program().is_none()).then(|| traits(request, &jobs));
        if let Some(piece) = page.piece() {
            checked.findings.retain(|finding| extract::vouches(piece, request.root.document(), finding));
            checked.traits.iter_mut().for_each(|traits| traits.relocate(|span| piece.map.span(span)));
        }
        settle(&mut checked.findings);
        if page.program().is_none() && (self.settings.plan || self.settings.gallery) {
            let prices = prices(&input.config, request);
            let mut plan = Plan::of(request, &input.name, &durations, context.limits, prices, self.settings.gallery);
            for video in &mut plan.storyboards.shown {
                page.settle(&mut video.place, &input.name);
                // A report never shows a key, whatever it is about.
                video.title.iter_mut().for_each(extract::secret::hide);
            }
            checked.plan = Some(Box::new(plan));
        }
        let identity = request.index.filter(|_| !checked.findings.is_empty()).map(|_| manifest::identity(request));
        let several = !checked.findings.is_empty() && self.names_services(&input.config, false);
        for finding in &mut checked.findings {
            finding.belongs_to(request.profile, false);
            finding.name_service(several);
            page.finish(finding, &input.name, identity);
        }
        checked
    }

    fn refer(
        &self,
        profile: &Profile,
        reference: &Reference<'_>,
        page: &SourceText<'_>,
        input: &Input,
        checked: &mut CheckedRequest,
    ) {
        let config = &input.config;
        match &reference.source {
            MediaLocator::Base64 { media_type } => {
                checked.findings.extend(self.base64(reference, media_type.as_deref(), config));
            }
            MediaLocator::Path(path) if self.settings.ready => {
                checked.findings.push(asset::local_path(reference, path, profile));
            }
            _ => {}
        }
        let path = match self.local_file(reference, input) {
            Some(Ok(path)) => path,
            Some(Err(Outside { written })) => {
                // The local path itself is reported already.
                if !(self.settings.ready && matches!(reference.source, MediaLocator::Path(_))) {
                    checked.findings.push(asset::outside(reference, &written));
                }
                return;
            }
            None => return,
        };
        let mut location = reference.location();
        page.settle(&mut location, &input.name);
        if self.settings.overlay.memory.is_some() {
            checked.references.push((location.clone(), path.clone()));
        }
        // A file that exists but cannot be read is reported in the second phase.
        if self.settings.overlay.real(&path).metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        {
            // The local path itself is reported already. For code, the working folder is unknown.
            if self.settings.ready && matches!(reference.source, MediaLocator::Path(_)) || page.program().is_some() {
                return;
            }
            let name = self.configs.name(&path);
            let mapped = !matches!(reference.source, MediaLocator::Path(_));
            let near = walk::neighbour(&path).and_then(|near| {
                let folder = input.path.parent()?;
                Some(display_name(near.strip_prefix(folder).unwrap_or(&near)))
            });
            checked.findings.push(asset::missing(reference, &name, mapped, near.as_deref()));
            return;
        }
        let tail = tail(reference).filter(|_| page.piece().is_none());
        checked.sites.push((path, MediaUse { uses: reference.uses, config: Arc::clone(config), location, tail }));
    }

    /// The base64 data of a file in a request. Malformed base64 is reported with the request.
    fn base64(&self, reference: &Reference<'_>, declared: Option<&str>, config: &Config) -> Vec<Finding> {
        let Some(text) = reference.value.as_str() else { return Vec::new() };
        if base64::scan(&text).is_err() {
            return Vec::new();
        }
        let declares = |declared: &str| Format::from_media_type(declared.split(';').next().unwrap_or(declared).trim());
        let promised = declared.and_then(declares);
        let Ok(facts) = self.facts.of_bytes(&mut Bytes::of_base64(text.as_bytes()), promised) else {
            return Vec::new();
        };
        let Some(place) = self.choose(reference.uses, facts.format, config) else { return Vec::new() };
        let context = self.context(config, place.profile());
        // A declared type that the place does not take was told of; the data are to be replaced with it.
        let takes = context.limits[place.takes].names();
        if promised.is_some_and(|promised| promised != facts.format && !takes.contains(&promised.name())) {
            return Vec::new();
        }
        let mut findings = check::media::check(&facts, &Subject { name: "", bare: false }, place, &context);
        // The data are of the declared type, and that the place does not take this type is reported there.
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
            for location in
                finding.related.iter_mut().map(|related| &mut related.location).chain([&mut finding.location])
            {
                if location.span.is_none() {
                    *location = reference.location();
                }
                location.record = reference.record;
            }
        }
        findings
    }
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
struct Outside {
    written: String,
}

impl Run<'_> {
    /// The local file of a reference, whether it exists or not. Nothing outside the project is looked at.
    fn local_file(&self, reference: &Reference<'_>, input: &Input) -> Option<Result<PathBuf, Outside>> {
        let (path, mapped) = match &reference.source {
            MediaLocator::Base64 { .. } => return None,
            MediaLocator::Url(url) => (input.config.file_of_url(url)?, true),
            MediaLocator::AssetId(id) => (input.config.file_of_asset(id)?, true),
            MediaLocator::Path(path) => (input.path.parent().unwrap_or(&input.path).join(&**path), false),
        };
        let admitted = |path: &Path| self.borders.admit(path, input, mapped);
        let path = normal(&path);
        let written = || match &reference.source {
            MediaLocator::Path(path) => path.to_string(),
            _ => self.configs.name(&path),
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
}

/// All places of the finding are in this record.
fn of_record(finding: &mut Finding, record: Option<u32>) {
    for location in finding.related.iter_mut().map(|related| &mut related.location).chain([&mut finding.location]) {
        location.record = record;
    }
}

/// The structure was not guessed and is complete, so that a missing field is a fault of its own
/// and not the echo of a syntax error.
pub(super) fn is_whole(document: &Document<'_>) -> bool {
    let ends = |kind| !matches!(kind, ErrorKind::Unclosed | ErrorKind::UnterminatedString | ErrorKind::TooLarge);
    !document.is_doubtful() && document.errors().iter().all(|error| ends(error.kind))
}
