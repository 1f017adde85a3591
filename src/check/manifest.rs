//! Checks over many requests: duplicates, repeated names, more jobs than can run at once.
//!
//! The check keeps only a few numbers per request, so a manifest may have any length. [`traits`] computes them from one
//! request, on any thread; a [`Manifest`] adds them up in text order.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::Context;
use crate::finding::{Finding, Location};
use crate::request::Request;
use crate::request::contract::{Field, FieldKind, Text, TextFormat};
use crate::request::job::Job;
use crate::request::json::digest::of as digest;
use crate::request::json::{self, Value};
use crate::rule;
use crate::source::clean;
use crate::text::{Fnv, Position, Span, count, counted, placeholder};

/// How many requests and names the check remembers; it compares later ones only with these. Together they take less
/// than 30 MB.
const MOST: usize = 450_000;

/// The parts of a request to compare. One thread makes them for each record and another uses them. They use no heap
/// memory for common requests, because freeing it on another thread would make threads wait for each other in the
/// allocator.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    /// Digests of jobs, each followed by its names; the names of the whole request come last.
    said: SmallVec<[Said; 3]>,
    /// How many of its jobs count towards the concurrency limit.
    limited: u64,
    /// The index of the record.
    record: Option<u32>,
    /// The list of a batch.
    batch: Option<Box<RecordSpot>>,
}

impl Traits {
    /// Moves all places to their positions in the file.
    pub fn relocate(&mut self, place: impl Fn(Span) -> Span) {
        let spots = self.said.iter_mut().map(|said| &mut said.spot).chain(self.batch.as_deref_mut());
        spots.for_each(|spot| spot.span = place(spot.span));
    }
}

/// Something to compare, by its digest.
#[derive(Clone, Debug)]
struct Said {
    digest: u64,
    what: What,
    spot: RecordSpot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Request,
    /// A name that the user gave to a request in this field. `inner`: it belongs to the job before it and is not
    /// reported if that job is a duplicate.
    Mark {
        field: &'static str,
        /// The name is the header that makes the service count equal requests once.
        is_key: bool,
        inner: bool,
    },
}

/// A place in a record.
#[derive(Clone, Debug)]
struct RecordSpot {
    pointer: Pointer,
    span: Span,
}

impl RecordSpot {
    fn of(value: Value<'_>, span: Span) -> Self {
        Self { pointer: Pointer::of(value), span }
    }

    /// The place of a whole value.
    fn opening(value: Value<'_>) -> Self {
        let span = value.span();
        Self::of(value, Span::new(span.start, (span.start + 1).min(span.end)))
    }
}

/// A JSON Pointer; most are short.
#[derive(Clone, Debug)]
enum Pointer {
    Short { len: u8, text: [u8; Self::SHORT] },
    Long(Box<str>),
}

impl Pointer {
    const SHORT: usize = 30;

    fn of(value: Value<'_>) -> Self {
        let mut text = [0; Self::SHORT];
        match value.write_pointer(&mut text) {
            Some(len) => Self::Short { len: len as u8, text },
            None => Self::Long(value.pointer().into()),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Short { len, text } => {
                text.get(..usize::from(*len)).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
            }
            Self::Long(text) => text,
        }
    }
}

/// Gives the text of a request, for messages and positions.
pub trait RequestText {
    /// The line and column of a byte of the file.
    fn position(&self, offset: usize) -> Position;
    /// The text of a span of the file.
    fn text(&self, span: Span) -> &str;
}

/// Identifies a record independently of its position in the file: a digest of the name that the user gave it, or else
/// of its content. The same on every machine.
#[must_use]
pub fn identity(request: &Request<'_>) -> u64 {
    let mut digest = Fnv::default();
    let fields = request.profile.names.record.iter().filter_map(|name| request.body?.get(name)?.as_str());
    let mut names = fields.chain(key_header(request).and_then(|(_, key)| key.as_str()));
    match names.find(|name| !name.is_empty() && placeholder::find_within(name).is_none()) {
        Some(name) => digest.part(name.as_bytes()),
        None => digest.text(request.root.raw()),
    }
    digest.finish() as u64
}

/// The parts of a request with these jobs to compare.
#[must_use]
pub fn traits(request: &Request<'_>, jobs: &[Job<'_>]) -> Traits {
    let mut traits = Traits { record: request.index, ..Traits::default() };
    let Some(operation) = request.operation().filter(|operation| operation.method == "POST") else { return traits };
    let address =
        request.envelope.filter(|_| operation.path.contains('{')).and_then(|envelope| envelope.address.as_str());
    let mut units = 0;
    for job in jobs {
        if job.kind.limited {
            traits.limited = traits.limited.saturating_add(job.count);
        }
        if job.batched && traits.batch.is_none() {
            traits.batch = job.value.parent().map(RecordSpot::opening).map(Box::new);
        }
        // A message or an upload may be repeated on purpose.
        if job.kind.repeatable {
            continue;
        }
        let Some(said) = digest_of_filled(job.value) else { continue };
        let digest = digest(&(job.kind.order, &address, said));
        traits.said.push(Said { digest, what: What::Request, spot: RecordSpot::opening(job.value) });
        units += 1;
        for name in request.profile.names.unique {
            traits.said.extend(mark(name, false, job.value.get(name), true));
        }
    }
    if let Some((name, key)) = key_header(request) {
        traits.said.extend(mark(name, true, Some(key), units == 1));
    }
    traits
}

/// The header with the idempotency key, by its name in the profile.
fn key_header<'d>(request: &Request<'d>) -> Option<(&'static str, Value<'d>)> {
    let headers = request.envelope?.headers?;
    let is_key =
        |field: &&Field| matches!(field.kind, FieldKind::Text(Text { format: Some(TextFormat::IdempotencyKey), .. }));
    let name = request.profile.headers.iter().find(is_key)?.name;
    headers.members().find(|member| member.key.eq_ignore_ascii_case(name)).map(|member| (name, member.value))
}

fn mark(field: &'static str, is_key: bool, value: Option<Value<'_>>, inner: bool) -> Option<Said> {
    let value = value?;
    let text = value.as_str().filter(|text| !text.is_empty() && placeholder::find_within(text).is_none())?;
    let what = What::Mark { field, is_key, inner };
    Some(Said { digest: digest(&(field, &text)), what, spot: RecordSpot::of(value, value.span()) })
}

/// The digest of a job; none if it contains a placeholder, because equal templates will differ once they are filled in.
fn digest_of_filled(value: Value<'_>) -> Option<u64> {
    // Braces appear in the source, or result from escapes.
    let source = value.raw().as_bytes();
    let braces = memchr::memchr2_iter(b'{', b'\\', source)
        .any(|at| source.get(at) == Some(&b'\\') || source.get(at + 1) == Some(&b'{'));
    let mut unfilled = false;
    let digest =
        value.digest_seeing(|text| unfilled |= placeholder::is_placeholder(text) || braces && has_braces(text));
    (!unfilled).then_some(digest)
}

/// The text contains `{{`.
fn has_braces(text: &str) -> bool {
    memchr::memchr_iter(b'{', text.as_bytes()).any(|at| text.as_bytes().get(at + 1) == Some(&b'{'))
}

/// The first occurrence of a digest. Kept small because there are many.
#[derive(Debug)]
struct FirstOccurrence {
    offset: u64,
    line: u32,
    column: u32,
    /// [`NONE`] for a single request.
    record: u32,
    /// Index of its pointer in [`Pointers`].
    pointer: u32,
    /// The record of the second occurrence, which has the finding; or [`NONE`].
    second: u32,
    /// The number of occurrences.
    times: u32,
}

const NONE: u32 = u32::MAX;

/// A set of pointers. Most records share the same ones.
#[derive(Debug, Default)]
struct Pointers {
    known: HashMap<Arc<str>, u32, RandomState>,
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

/// First occurrences by digest. The table contains only numbers, so that much of it stays in the CPU caches.
#[derive(Debug, Default)]
struct Firsts {
    places: HashMap<u64, u32, RandomState>,
    all: Vec<FirstOccurrence>,
}

impl Firsts {
    fn get(&self, digest: u64) -> Option<&FirstOccurrence> {
        self.all.get(*self.places.get(&digest)? as usize)
    }
}

/// The requests of one file, in text order.
#[derive(Debug)]
pub struct Manifest {
    /// The name of the file in reports.
    name: Arc<str>,
    firsts: Firsts,
    pointers: Pointers,
    limited: u64,
    requests: u64,
    batch: Option<Location>,
}

impl Manifest {
    #[must_use]
    pub fn new(name: Arc<str>) -> Self {
        Self { name, firsts: Firsts::default(), pointers: Pointers::default(), limited: 0, requests: 0, batch: None }
    }

    /// Adds the next request and returns what it repeats.
    pub fn add(&mut self, traits: &Traits, source: &impl RequestText) -> Vec<Repeat> {
        self.requests += 1;
        self.limited = self.limited.saturating_add(traits.limited);
        if let Some(spot) = traits.batch.as_ref().filter(|_| self.batch.is_none()) {
            let mut batch = traits.location(spot);
            let (start, end) = (source.position(spot.span.start), source.position(spot.span.end));
            (batch.start, batch.end) = (Some(start), Some(end));
            batch.file = Arc::clone(&self.name);
            self.batch = Some(batch);
        }
        let mut found = Vec::new();
        let record = traits.record.unwrap_or(NONE);
        traits.each(|said| {
            let (repeated, is_reported) = self.meet(said, record, source);
            if is_reported {
                found.extend(self.repeat(said, traits, source));
            }
            repeated
        });
        found
    }

    /// Computes again what [`add`](Self::add) returned for a request, after all requests were added.
    #[must_use]
    pub fn again(&self, traits: &Traits, source: &impl RequestText) -> Vec<Finding> {
        let (mut found, mut seen, mut reported) = (Vec::new(), Vec::new(), Vec::new());
        let here = traits.record.unwrap_or(NONE);
        traits.each(|said| {
            let Some(first) = self.firsts.get(said.digest) else { return false };
            let repeated = first.record != here || seen.contains(&said.digest);
            // Report it once per request.
            if repeated && first.second == here && !reported.contains(&said.digest) {
                let repeat = self.repeat(said, traits, source);
                found.extend(repeat.map(|Repeat { mut finding, .. }| {
                    finding.message.push_str(&self.times(said.digest));
                    finding
                }));
                reported.push(said.digest);
            }
            seen.push(said.digest);
            repeated
        });
        found
    }

    /// Adds a digest. Returns whether it occurred before, and whether to report that.
    fn meet(&mut self, said: &Said, record: u32, source: &impl RequestText) -> (bool, bool) {
        let Firsts { places, all } = &mut self.firsts;
        if let Some(first) = places.get(&said.digest).and_then(|at| all.get_mut(*at as usize)) {
            first.times = first.times.saturating_add(1);
            let is_second = first.times == 2;
            if is_second {
                first.second = record;
            }
            return (true, is_second);
        }
        if all.len() < MOST {
            let start = source.position(said.spot.span.start);
            let first = FirstOccurrence {
                offset: start.offset as u64,
                line: start.line,
                column: start.column,
                record,
                pointer: self.pointers.index(said.spot.pointer.as_str()),
                second: NONE,
                times: 1,
            };
            places.insert(said.digest, all.len() as u32);
            all.push(first);
        }
        (false, false)
    }

    /// The finding about a repetition.
    fn repeat(&self, said: &Said, traits: &Traits, source: &impl RequestText) -> Option<Repeat> {
        let first = self.firsts.get(said.digest)?;
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
        let (message, help) = match said.what {
            What::Request => (
                format!("the same request {}", stands(&original)),
                "each is rendered and charged: remove one, or change what was meant to differ",
            ),
            What::Mark { field, is_key, .. } => (
                format!("{field} “{}” {}", shown(source.text(said.spot.span)), stands(&original)),
                if is_key {
                    "a key makes one request count once: give every other request its own"
                } else {
                    "give each request its own, or you cannot tell their outcomes apart"
                },
            ),
        };
        let finding = Finding::new(&rule::MANIFEST_DUPLICATE_REQUEST, message).help(help);
        let finding = finding.at(traits.location(&said.spot)).related("first here", original);
        Some(Repeat { digest: said.digest, finding })
    }

    /// The number of occurrences as the end of a message; empty for two.
    #[must_use]
    pub fn times(&self, digest: u64) -> String {
        match self.firsts.get(digest).map_or(0, |first| first.times) {
            0..=2 => String::new(),
            times => format!(", {} times in all", count(times.into())),
        }
    }

    /// Findings about the whole file. `is_manifest` means that its requests are records.
    #[must_use]
    pub fn whole(&self, is_manifest: bool, context: &Context<'_>) -> Option<Finding> {
        let limit = context.limits.shared(|shared| shared.plan_concurrency)?;
        let most = limit.number().filter(|most| *most >= 1.0)? as u64;
        let place = if is_manifest { Some(Location::file(Arc::clone(&self.name))) } else { self.batch.clone() };
        let place = place.filter(|_| self.limited > most)?;
        let message = format!(
            "the requests ask for {}, and {} can run at once: they take {}",
            counted(self.limited, "job"),
            count(most),
            counted(self.limited.div_ceil(most), "wave")
        );
        Some(
            Finding::new(&rule::MANIFEST_TOO_MANY_JOBS, message)
                .at(place)
                .observed(self.limited)
                .limit(limit)
                .help("send the next one when one is done; `heylint plan` adds them up"),
        )
    }
}

/// A repetition.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// For [`Manifest::times`], once all requests are added.
    pub digest: u64,
    pub finding: Finding,
}

impl Traits {
    fn location(&self, spot: &RecordSpot) -> Location {
        Location { record: self.record, ..Location::value(spot.pointer.as_str().to_owned(), spot.span) }
    }

    /// Everything to compare, without the names of repeated jobs. `meet` says whether a job is a repetition.
    fn each(&self, mut meet: impl FnMut(&Said) -> bool) {
        let mut repeated = false;
        for said in &self.said {
            match said.what {
                What::Request => repeated = meet(said),
                What::Mark { inner, .. } if inner && repeated => {}
                What::Mark { .. } => {
                    meet(said);
                }
            }
        }
    }
}

/// The beginning of a name, from its source.
fn shown(source: &str) -> String {
    const SHOWN: usize = 40;
    let document = json::parse(source);
    let text = document.root().and_then(Value::as_str).unwrap_or_default();
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(end, _)| end);
    clean(text.get(..end).unwrap_or_default()).into_owned()
}

/// `is also in record 3`, counted from 1 for people.
fn stands(first: &Location) -> String {
    let pointer = first.pointer.as_deref().unwrap_or_default();
    match (first.record, pointer) {
        (Some(record), _) => format!("is already in record {}", record.saturating_add(1)),
        (None, "") => "is already there".to_owned(),
        (None, pointer) => format!("is already at {}", clean(pointer)),
    }
}
