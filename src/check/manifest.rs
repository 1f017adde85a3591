//! What only many requests together show: the same one twice, the same mark twice, more jobs than run at once.
//!
//! Of each request a few numbers are kept, never its text, so that a manifest may have any length: [`traits`] takes them
//! from one request, on any thread; a [`Manifest`] takes them in, in the order of the text.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Context, placeholder};
use crate::finding::{Finding, Location, Position, Span};
use crate::limits;
use crate::plan::{self, Kind, job};
use crate::request::Request;
use crate::request::json::digest::of as digest;
use crate::request::json::{self, Value};
use crate::rule;
use crate::source::clean;
use crate::text::{count, counted};

/// Requests and marks that are remembered; what comes after them is compared with these only. Together they take less
/// than 30 MB.
const MOST: usize = 450_000;

/// Fields in which users name a request.
const MARKS: [&str; 2] = ["callback_id", "request_id"];
const KEY_HEADER: &str = "Idempotency-Key";

/// What of a request is compared with others.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    units: Vec<Unit>,
    marks: Vec<Mark>,
    /// How many jobs it makes that count towards the concurrency limit.
    limited: u64,
    /// The list of a batch.
    batch: Option<Location>,
}

/// A job that is the same as another with the same digest.
#[derive(Clone, Debug)]
struct Unit {
    digest: u64,
    location: Location,
}

/// A name that a user has given to a request.
#[derive(Clone, Debug)]
struct Mark {
    digest: u64,
    name: &'static str,
    shown: String,
    location: Location,
    /// The unit that it stands in; none for one that names the whole request.
    unit: Option<usize>,
}

/// What of a request is compared with others.
#[must_use]
pub fn traits(request: &Request<'_>) -> Traits {
    let mut traits = Traits::default();
    let Some(operation) = request.operation().filter(|operation| operation.method == "POST") else { return traits };
    let address =
        request.envelope.filter(|_| operation.path.contains('{')).and_then(|envelope| envelope.address.as_str());
    for job in job::jobs(request) {
        if job.kind.is_limited() {
            traits.limited = traits.limited.saturating_add(job.count);
        }
        if job.batched && traits.batch.is_none() {
            traits.batch = job.value.parent().map(|list| opening(list, request));
        }
        // A second message or upload of the same words may well be meant.
        if matches!(job.kind, Kind::Other | Kind::Upload) || is_unfilled(job.value) {
            continue;
        }
        traits.units.push(Unit {
            digest: digest(&(job.kind, &address, job.value.digest())),
            location: opening(job.value, request),
        });
        let unit = traits.units.len() - 1;
        for name in MARKS {
            traits.marks.extend(mark(name, job.value.get(name), request, Some(unit)));
        }
    }
    let headers = request.envelope.and_then(|envelope| envelope.headers);
    let header =
        headers.into_iter().flat_map(Value::members).find(|member| member.key.eq_ignore_ascii_case(KEY_HEADER));
    let unit = (traits.units.len() == 1).then_some(0);
    traits.marks.extend(mark(KEY_HEADER, header.map(|header| header.value), request, unit));
    traits
}

fn mark(name: &'static str, value: Option<Value<'_>>, request: &Request<'_>, unit: Option<usize>) -> Option<Mark> {
    const SHOWN: usize = 40;
    let value = value?;
    let text = value.as_str().filter(|text| !text.is_empty() && placeholder::find_within(text).is_none())?;
    let mut location = Location::value(value.pointer(), value.span());
    location.record = request.index;
    let shown = clean(&text.chars().take(SHOWN).collect::<String>()).into_owned();
    Some(Mark { digest: digest(&(name, &text)), name, shown, location, unit })
}

/// Something is still to be filled in: then two that are the same are a template, and will differ.
fn is_unfilled(value: Value<'_>) -> bool {
    value.within().any(|inner| {
        inner.kind() == json::Kind::String
            && inner.as_str().is_some_and(|text| placeholder::is_placeholder(&text) || text.contains("{{"))
    })
}

fn opening(value: Value<'_>, request: &Request<'_>) -> Location {
    let span = value.span();
    let mut location = Location::value(value.pointer(), Span::new(span.start, (span.start + 1).min(span.end)));
    location.record = request.index;
    location
}

/// Where something stood first; small, because there are many.
#[derive(Debug)]
struct First {
    offset: u64,
    line: u32,
    column: u32,
    /// [`NONE`] for a single request.
    record: u32,
    /// Index of its pointer in [`Pointers`].
    pointer: u32,
    /// Index of the finding about the second one, or [`NONE`].
    finding: u32,
    /// How many came in all.
    times: u32,
}

const NONE: u32 = u32::MAX;

/// Pointers, each once: those of most records are the same.
#[derive(Debug, Default)]
struct Pointers {
    known: HashMap<Arc<str>, u32>,
    all: Vec<Arc<str>>,
}

impl Pointers {
    fn index(&mut self, pointer: &str) -> u32 {
        if let Some(at) = self.known.get(pointer) {
            return *at;
        }
        let at = u32::try_from(self.all.len()).unwrap_or(NONE);
        let pointer: Arc<str> = pointer.into();
        self.all.push(Arc::clone(&pointer));
        self.known.insert(pointer, at);
        at
    }

    fn get(&self, at: u32) -> &str {
        self.all.get(at as usize).map_or("", |pointer| pointer)
    }
}

/// The requests of one file, in the order of its text.
#[derive(Debug)]
pub struct Manifest {
    /// As reports name the file.
    name: Arc<str>,
    first: HashMap<u64, First, RandomState>,
    pointers: Pointers,
    findings: Vec<Finding>,
    limited: u64,
    requests: u64,
    batch: Option<Location>,
}

impl Manifest {
    #[must_use]
    pub fn new(name: Arc<str>) -> Self {
        Self {
            name,
            first: HashMap::default(),
            pointers: Pointers::default(),
            findings: Vec::new(),
            limited: 0,
            requests: 0,
            batch: None,
        }
    }

    /// Takes in the next request. `position` tells lines and columns of its text, `finish` completes a finding in it.
    pub fn add(&mut self, traits: Traits, position: &dyn Fn(usize) -> Position, finish: &mut dyn FnMut(&mut Finding)) {
        self.requests += 1;
        self.limited = self.limited.saturating_add(traits.limited);
        if let Some(mut batch) = traits.batch.filter(|_| self.batch.is_none()) {
            let span = batch.span.unwrap_or_default();
            (batch.start, batch.end) = (Some(position(span.start)), Some(position(span.end)));
            batch.file = Arc::clone(&self.name);
            self.batch = Some(batch);
        }
        let mut repeated = Vec::new();
        for unit in traits.units {
            let finding = |first: &Location| {
                Finding::new(&rule::MANIFEST_DUPLICATE_REQUEST, format!("the same request {}", stands(first)))
                    .help("each is made and charged: remove one, or change what was meant to differ")
            };
            repeated.push(self.meet(unit.digest, unit.location, finding, position, finish));
        }
        for mark in traits.marks {
            if mark.unit.and_then(|unit| repeated.get(unit)).is_some_and(|repeated| *repeated) {
                continue;
            }
            let finding = |first: &Location| {
                let message = format!("{} “{}” {}", mark.name, mark.shown, stands(first));
                Finding::new(&rule::MANIFEST_DUPLICATE_REQUEST, message).help(match mark.name {
                    KEY_HEADER => "a key makes one request count once: give every other request its own",
                    _ => "give each request its own, or their outcomes cannot be told apart",
                })
            };
            self.meet(mark.digest, mark.location, finding, position, finish);
        }
    }

    /// Remembers something; true when it was there before.
    fn meet(
        &mut self,
        digest: u64,
        location: Location,
        finding: impl FnOnce(&Location) -> Finding,
        position: &dyn Fn(usize) -> Position,
        finish: &mut dyn FnMut(&mut Finding),
    ) -> bool {
        let Some(first) = self.first.get_mut(&digest) else {
            if self.first.len() < MOST {
                let start = position(location.span.unwrap_or_default().start);
                let first = First {
                    offset: start.offset as u64,
                    line: start.line,
                    column: start.column,
                    record: location.record.unwrap_or(NONE),
                    pointer: self.pointers.index(location.pointer.as_deref().unwrap_or_default()),
                    finding: NONE,
                    times: 1,
                };
                self.first.insert(digest, first);
            }
            return false;
        };
        first.times = first.times.saturating_add(1);
        if first.finding != NONE {
            return true;
        }
        let offset = usize::try_from(first.offset).unwrap_or(usize::MAX);
        let start = Position { line: first.line, column: first.column, offset };
        let original = Location {
            file: Arc::clone(&self.name),
            record: Some(first.record).filter(|record| *record != NONE),
            pointer: Some(self.pointers.get(first.pointer).to_owned()),
            start: Some(start),
            end: Some(start),
            span: Some(Span::new(offset, offset)),
        };
        let mut finding = finding(&original).at(location).related("first here", original);
        finish(&mut finding);
        first.finding = u32::try_from(self.findings.len()).unwrap_or(NONE);
        self.findings.push(finding);
        true
    }

    /// All that is to be said of the file as a whole. `is_manifest`: its requests are records.
    #[must_use]
    pub fn finish(mut self, is_manifest: bool, context: &Context<'_>) -> Vec<Finding> {
        for first in self.first.values().filter(|first| first.times > 2) {
            if let Some(finding) = self.findings.get_mut(first.finding as usize) {
                finding.message.push_str(&format!(", {} times in all", count(first.times.into())));
            }
        }
        let limit = &context.limits[limits::PLAN_CONCURRENCY];
        let most = plan::concurrency(context.limits).unwrap_or(u64::MAX);
        let place = if is_manifest { Some(Location::file(Arc::clone(&self.name))) } else { self.batch.take() };
        if let Some(place) = place.filter(|_| self.limited > most) {
            let message = format!(
                "{} are asked for, and {} at once is the most: they take {}",
                counted(self.limited, "job"),
                count(most),
                counted(self.limited.div_ceil(most), "wave")
            );
            self.findings.push(
                Finding::new(&rule::MANIFEST_TOO_MANY_JOBS, message)
                    .at(place)
                    .observed(self.limited)
                    .limit(limit)
                    .help("send the next when one is done; `heylint plan` shows what they amount to"),
            );
        }
        self.findings
    }
}

/// `stands in record 3 already`.
fn stands(first: &Location) -> String {
    let pointer = first.pointer.as_deref().unwrap_or_default();
    match (first.record, pointer) {
        (Some(record), _) => format!("stands in record {record} already"),
        (None, "") => "stands there already".to_owned(),
        (None, pointer) => format!("stands at {} already", clean(pointer)),
    }
}
