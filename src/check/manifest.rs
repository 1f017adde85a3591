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
use crate::plan::{self, Kind, job::Job};
use crate::request::Request;
use crate::request::json::Value;
use crate::request::json::digest::of as digest;
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
    /// Which record it is.
    record: Option<u32>,
    /// The list of a batch.
    batch: Option<Spot>,
}

/// Where in a record something stands.
#[derive(Clone, Debug)]
struct Spot {
    pointer: String,
    span: Span,
}

/// A job that is the same as another with the same digest.
#[derive(Clone, Debug)]
struct Unit {
    digest: u64,
    spot: Spot,
}

/// A name that a user has given to a request.
#[derive(Clone, Debug)]
struct Mark {
    digest: u64,
    name: &'static str,
    shown: String,
    spot: Spot,
    /// The unit that it stands in; none for one that names the whole request.
    unit: Option<usize>,
}

/// What of a request, which makes these jobs, is compared with others.
#[must_use]
pub fn traits(request: &Request<'_>, jobs: &[Job<'_>]) -> Traits {
    let mut traits = Traits { record: request.index, ..Traits::default() };
    let Some(operation) = request.operation().filter(|operation| operation.method == "POST") else { return traits };
    let address =
        request.envelope.filter(|_| operation.path.contains('{')).and_then(|envelope| envelope.address.as_str());
    traits.units.reserve_exact(jobs.len());
    for job in jobs {
        if job.kind.is_limited() {
            traits.limited = traits.limited.saturating_add(job.count);
        }
        if job.batched && traits.batch.is_none() {
            traits.batch = job.value.parent().map(opening);
        }
        // A second message or upload of the same words may well be meant.
        if matches!(job.kind, Kind::Other | Kind::Upload) {
            continue;
        }
        let Some(said) = digest_of_filled(job.value) else { continue };
        traits.units.push(Unit { digest: digest(&(job.kind, &address, said)), spot: opening(job.value) });
        let unit = traits.units.len() - 1;
        for name in MARKS {
            traits.add(mark(name, job.value.get(name), Some(unit)));
        }
    }
    let headers = request.envelope.and_then(|envelope| envelope.headers);
    let header =
        headers.into_iter().flat_map(Value::members).find(|member| member.key.eq_ignore_ascii_case(KEY_HEADER));
    let unit = (traits.units.len() == 1).then_some(0);
    traits.add(mark(KEY_HEADER, header.map(|header| header.value), unit));
    traits
}

fn mark(name: &'static str, value: Option<Value<'_>>, unit: Option<usize>) -> Option<Mark> {
    const SHOWN: usize = 40;
    let value = value?;
    let text = value.as_str().filter(|text| !text.is_empty() && placeholder::find_within(text).is_none())?;
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(end, _)| end);
    let shown = clean(text.get(..end)?).into_owned();
    let spot = Spot { pointer: value.pointer(), span: value.span() };
    Some(Mark { digest: digest(&(name, &text)), name, shown, spot, unit })
}

/// The digest of a job; none when something is still to be filled in: then two that are the same are a template, and will
/// differ.
fn digest_of_filled(value: Value<'_>) -> Option<u64> {
    // Braces come out of the source, or out of escapes.
    let braces = has_braces(value.raw()) || value.raw().contains('\\');
    let mut unfilled = false;
    let digest =
        value.digest_seeing(|text| unfilled |= placeholder::is_placeholder(text) || braces && has_braces(text));
    (!unfilled).then_some(digest)
}

/// `{{` stands somewhere in the text.
fn has_braces(text: &str) -> bool {
    memchr::memchr_iter(b'{', text.as_bytes()).any(|at| text.as_bytes().get(at + 1) == Some(&b'{'))
}

fn opening(value: Value<'_>) -> Spot {
    let span = value.span();
    Spot { pointer: value.pointer(), span: Span::new(span.start, (span.start + 1).min(span.end)) }
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
    /// The record in which it stood for the second time, about which there is a finding; or [`NONE`].
    second: u32,
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
    limited: u64,
    requests: u64,
    batch: Option<Location>,
}

impl Manifest {
    #[must_use]
    pub fn new(name: Arc<str>) -> Self {
        Self { name, first: HashMap::default(), pointers: Pointers::default(), limited: 0, requests: 0, batch: None }
    }

    /// Takes in the next request; gives what it says that others have said before. `position` tells lines and columns of
    /// its text.
    pub fn add(&mut self, traits: &Traits, position: &dyn Fn(usize) -> Position) -> Vec<Repeat> {
        self.requests += 1;
        self.limited = self.limited.saturating_add(traits.limited);
        if let Some(spot) = traits.batch.as_ref().filter(|_| self.batch.is_none()) {
            let mut batch = traits.location(spot);
            (batch.start, batch.end) = (Some(position(spot.span.start)), Some(position(spot.span.end)));
            batch.file = Arc::clone(&self.name);
            self.batch = Some(batch);
        }
        let mut found = Vec::new();
        let record = traits.record.unwrap_or(NONE);
        traits.each(|digest, spot, what| {
            let (repeated, told) = self.meet(digest, record, spot, position);
            if told {
                found.extend(self.repeat(digest, traits.location(spot), what));
            }
            repeated
        });
        found
    }

    /// What [`add`](Self::add) has given for a request, when all of them were taken in.
    #[must_use]
    pub fn again(&self, traits: &Traits) -> Vec<Finding> {
        let (mut found, mut seen, mut told) = (Vec::new(), Vec::new(), Vec::new());
        let here = traits.record.unwrap_or(NONE);
        traits.each(|digest, spot, what| {
            let Some(first) = self.first.get(&digest) else { return false };
            let repeated = first.record != here || seen.contains(&digest);
            // It is told once, wherever else in this request it stands.
            if repeated && first.second == here && !told.contains(&digest) {
                let repeat = self.repeat(digest, traits.location(spot), what);
                found.extend(repeat.map(|Repeat { mut finding, .. }| {
                    finding.message.push_str(&self.times(digest));
                    finding
                }));
                told.push(digest);
            }
            seen.push(digest);
            repeated
        });
        found
    }

    /// Remembers something. Whether it was there before, and whether that is to be told.
    fn meet(&mut self, digest: u64, record: u32, spot: &Spot, position: &dyn Fn(usize) -> Position) -> (bool, bool) {
        if let Some(first) = self.first.get_mut(&digest) {
            first.times = first.times.saturating_add(1);
            let told = first.times == 2;
            if told {
                first.second = record;
            }
            return (true, told);
        }
        if self.first.len() < MOST {
            let start = position(spot.span.start);
            let first = First {
                offset: start.offset as u64,
                line: start.line,
                column: start.column,
                record,
                pointer: self.pointers.index(&spot.pointer),
                second: NONE,
                times: 1,
            };
            self.first.insert(digest, first);
        }
        (false, false)
    }

    /// The finding about something that stood elsewhere first.
    fn repeat(&self, digest: u64, location: Location, what: What<'_>) -> Option<Repeat> {
        let first = self.first.get(&digest)?;
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
        let (message, help) = match what {
            What::Request => (
                format!("the same request {}", stands(&original)),
                "each is made and charged: remove one, or change what was meant to differ",
            ),
            What::Mark(mark) => (
                format!("{} “{}” {}", mark.name, mark.shown, stands(&original)),
                match mark.name {
                    KEY_HEADER => "a key makes one request count once: give every other request its own",
                    _ => "give each request its own, or their outcomes cannot be told apart",
                },
            ),
        };
        let finding = Finding::new(&rule::MANIFEST_DUPLICATE_REQUEST, message).help(help);
        Some(Repeat { digest, finding: finding.at(location).related("first here", original) })
    }

    /// How often something came, as the end of a message; empty for twice.
    #[must_use]
    pub fn times(&self, digest: u64) -> String {
        match self.first.get(&digest).map_or(0, |first| first.times) {
            0..=2 => String::new(),
            times => format!(", {} times in all", count(times.into())),
        }
    }

    /// What is to be said of the file as a whole. `is_manifest`: its requests are records.
    #[must_use]
    pub fn whole(&self, is_manifest: bool, context: &Context<'_>) -> Option<Finding> {
        let limit = &context.limits[limits::PLAN_CONCURRENCY];
        let most = plan::concurrency(context.limits).unwrap_or(u64::MAX);
        let place = if is_manifest { Some(Location::file(Arc::clone(&self.name))) } else { self.batch.clone() };
        let place = place.filter(|_| self.limited > most)?;
        let message = format!(
            "{} are asked for, and {} at once is the most: they take {}",
            counted(self.limited, "job"),
            count(most),
            counted(self.limited.div_ceil(most), "wave")
        );
        Some(
            Finding::new(&rule::MANIFEST_TOO_MANY_JOBS, message)
                .at(place)
                .observed(self.limited)
                .limit(limit)
                .help("send the next when one is done; `heylint plan` shows what they amount to"),
        )
    }
}

/// Something that was said before.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// For [`Manifest::times`], which is known in the end.
    pub digest: u64,
    pub finding: Finding,
}

/// What is said twice.
#[derive(Clone, Copy)]
enum What<'t> {
    Request,
    Mark(&'t Mark),
}

impl Traits {
    fn add(&mut self, mark: Option<Mark>) {
        let Some(mark) = mark else { return };
        // Most have one at most.
        if self.marks.is_empty() {
            self.marks.reserve_exact(1);
        }
        self.marks.push(mark);
    }

    fn location(&self, spot: &Spot) -> Location {
        Location { record: self.record, ..Location::value(spot.pointer.clone(), spot.span) }
    }

    /// All that is compared with others, in the order of the text: requests, then names that are not those of a request
    /// that was there before. `meet` tells whether it was.
    fn each(&self, mut meet: impl FnMut(u64, &Spot, What<'_>) -> bool) {
        let repeated: Vec<bool> = self.units.iter().map(|unit| meet(unit.digest, &unit.spot, What::Request)).collect();
        for mark in &self.marks {
            if !mark.unit.is_some_and(|unit| repeated.get(unit).is_some_and(|repeated| *repeated)) {
                meet(mark.digest, &mark.spot, What::Mark(mark));
            }
        }
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
