//! Checks one request, with the media that it refers to.

use std::path::PathBuf;

use super::page::SourceText;
use super::references::{self, local_file};
use crate::check::manifest::{self, Traits, traits};
use crate::check::{self, Context, length, syntax};
use crate::config::Config;
use crate::engine::Run;
use crate::engine::file_result::MediaUse;
use crate::engine::services::{self, Assigned};
use crate::extract;
use crate::finding::{Finding, Location};
use crate::plan::{Plan, Prices};
use crate::profile::Profile;
use crate::request::Request;
use crate::request::endpoint::Endpoint;
use crate::request::job::jobs;
use crate::request::json::{ArrayElement, Document, Value};
use crate::request::reference::{Reference, references};
use crate::rule;
use crate::text::digest;
use crate::walk::Input;

/// The results of a request.
#[derive(Default)]
pub(in crate::engine) struct CheckedRequest {
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

/// The prices of a request's jobs: the configuration overrides the documents.
fn prices<'c>(config: &'c Config, request: &Request<'_>) -> Prices<'c> {
    match &config.price {
        Some(price) => {
            Prices::Configured { per_minute: price.number, currency: &price.currency, source: &price.source }
        }
        None => Prices::Documented(request.profile.prices),
    }
}

/// Checks the requests of one text.
#[derive(Clone, Copy)]
pub(in crate::engine) struct RequestChecker<'r> {
    pub run: &'r Run<'r>,
    pub input: &'r Input,
    /// The services and the endpoint that they may be for.
    pub assigned: Assigned<'r>,
}

impl<'r> RequestChecker<'r> {
    pub fn new(run: &'r Run<'r>, input: &'r Input) -> Self {
        Self { run, input, assigned: services::of_requests(run.settings, input) }
    }

    /// The same for requests that name their endpoint otherwise.
    pub fn with(self, endpoint: Option<Endpoint>) -> Self {
        Self { assigned: Assigned { endpoint, ..self.assigned }, ..self }
    }

    pub fn context(&self, profile: &'static Profile) -> Context<'r> {
        self.run.context(&self.input.config, profile)
    }

    /// The results of a record that has a text of its own.
    pub fn record(&self, document: &Document<'_>, record: u32, page: &SourceText<'_>) -> CheckedRequest {
        let syntax = self.syntax(document, page, Some(record));
        let Some(root) = document.root().filter(|_| document.is_whole()) else { return syntax };
        let one = self.one(&self.assigned.read(Some(record), root), page);
        if syntax.findings.is_empty() {
            return one;
        }
        let mut checked = syntax;
        checked.extend(one);
        checked
    }

    /// The results of an element of a long array, whose syntax errors are reported with the array. If the array is not
    /// `whole`, a missing field may only follow from a syntax error.
    pub fn element(&self, element: &ArrayElement<'_>, whole: bool, page: &SourceText<'_>) -> CheckedRequest {
        let (document, record) = (element.parse(), Some(element.index));
        let mut findings = syntax::tree(&document, &self.context(self.assigned.profile()));
        for finding in &mut findings {
            of_record(finding, record);
            page.finish(finding, &self.input.name, None);
        }
        let mut checked = CheckedRequest { findings, ..CheckedRequest::default() };
        if let Some(root) = document.root().filter(|_| whole && document.is_whole()) {
            checked.extend(self.one(&self.assigned.read(record, root), page));
        }
        checked
    }

    /// The faults of syntax of a document, or of a record with a text of its own.
    pub fn syntax(&self, document: &Document<'_>, page: &SourceText<'_>, record: Option<u32>) -> CheckedRequest {
        let mut findings = syntax::document(document, &self.context(self.assigned.profile()));
        let identity = record.filter(|_| !findings.is_empty()).map(|_| digest(document.text()));
        for finding in &mut findings {
            if record.is_some() {
                of_record(finding, record);
            }
            page.finish(finding, &self.input.name, identity);
        }
        CheckedRequest { findings, ..CheckedRequest::default() }
    }

    /// Checks one request and its references.
    pub fn one(&self, request: &Request<'_>, page: &SourceText<'_>) -> CheckedRequest {
        self.one_with(request, page, |_| {})
    }

    /// As [`one`](Self::one); `settle` sees the findings while their places are those of the request.
    pub fn one_with(
        &self,
        request: &Request<'_>,
        page: &SourceText<'_>,
        settle: impl FnOnce(&mut Vec<Finding>),
    ) -> CheckedRequest {
        let Self { run, input, .. } = *self;
        let context = self.context(request.profile);
        let mut checked =
            CheckedRequest { findings: check::request::check(request, &context), ..CheckedRequest::default() };
        let references = references(request);
        for reference in &references {
            references::check(self, request.profile, reference, page, &mut checked);
        }
        let durations = |value: Value<'_>| {
            let named = |reference: &&Reference<'_>| {
                reference.value == value || reference.value.parent().is_some_and(|parent| parent == value)
            };
            run.facts.duration(&local_file(run, references.iter().find(named)?, input)?.ok()?)
        };
        let jobs = jobs(request);
        checked.findings.extend(length::check(request, &jobs, &durations, &context));
        // A batch that is too large must be split first; duplicates in it show afterwards.
        let over = checked.findings.iter().any(|finding| *finding.rule == rule::REQUEST_TOO_MANY_ITEMS);
        // A document that shows one request in several languages is not a manifest.
        checked.traits = (!over && page.program().is_none()).then(|| traits(request, &jobs));
        if let Some(piece) = page.piece() {
            checked.findings.retain(|finding| extract::vouches(piece, request.root.document(), finding));
            checked.traits.iter_mut().for_each(|traits| traits.relocate(|span| piece.map.span(span)));
        }
        settle(&mut checked.findings);
        if page.program().is_none() && (run.settings.plan || run.settings.gallery) {
            let prices = prices(&input.config, request);
            let mut plan =
                Plan::of(request, &self.input.name, &durations, context.limits, prices, run.settings.gallery);
            for video in &mut plan.storyboards.shown {
                page.settle(&mut video.place, &self.input.name);
                // A report never shows a key, whatever it is about.
                video.title.iter_mut().for_each(extract::secret::hide);
            }
            checked.plan = Some(Box::new(plan));
        }
        let identity = request.index.filter(|_| !checked.findings.is_empty()).map(|_| manifest::identity(request));
        let several = !checked.findings.is_empty() && services::several_take_requests(run.settings, &input.config);
        for finding in &mut checked.findings {
            finding.belongs_to(request.profile, false);
            finding.name_service(several);
            page.finish(finding, &self.input.name, identity);
        }
        checked
    }
}

/// All places of the finding are in this record.
fn of_record(finding: &mut Finding, record: Option<u32>) {
    for location in finding.related.iter_mut().map(|related| &mut related.location).chain([&mut finding.location]) {
        location.record = record;
    }
}
