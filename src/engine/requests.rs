//! The first phase: texts to requests, requests to findings and to the media that they refer to.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::guard::part;
use super::long::{Long, Original};
use super::media::{choose, internal};
use super::settle::Tally;
use super::{Looked, Raised, Run, Site, Tail, guarded};
use crate::check::conditions::output;
use crate::check::manifest::{self, Manifest, Repeat, Traits, traits};
use crate::check::{self, asset, media::Subject, syntax};
use crate::config::{Config, normal};
use crate::finding::{Finding, Location};
use crate::media::{Bytes, Format};
use crate::outcome::{CheckedFile, FileKind, excerpt};
use crate::plan::Plan;
use crate::plan::job::jobs;
use crate::request::endpoint::{self, Certainty, Endpoint};
use crate::request::json::{self, Document, ErrorKind, Value};
use crate::request::record::{self, EncodingFault, Layout};
use crate::request::reference::{Reference, Source, references};
use crate::request::{Request, Target, base64};
use crate::rule;
use crate::source::{LineIndex, display_name};
use crate::text::{Position, Span, digest};
use crate::walk::{self, Input, Kind};

/// A document above this size is no request: twenty attachments in base64 fit in.
pub(super) const MOST_BYTES: u64 = 64 << 20;
/// A text with more brackets and commas, or more lines, than this is no request; each costs memory.
pub(super) const MOST_VALUES: usize = 4_000_000;

/// So many records tell what a file is.
const SAMPLE: usize = 100;
/// So many records of a document are held at once.
const CHUNK: usize = 4_096;

/// A text, or one line of it, and where it stands in its file.
pub(super) struct Page<'t> {
    text: &'t str,
    /// The byte and the line (1-based) at which it begins.
    base: usize,
    line: u32,
    index: OnceLock<LineIndex>,
}

impl<'t> Page<'t> {
    pub fn new(text: &'t str, base: usize, line: u32) -> Self {
        Self { text, base, line, index: OnceLock::new() }
    }

    pub fn position(&self, offset: usize) -> Position {
        /// Counting so far is less work than an index.
        const NEAR: usize = 1024;
        let near = self.text.floor_char_boundary(offset.saturating_sub(self.base));
        if let Some(before) = self.text.get(..near).filter(|before| before.len() <= NEAR)
            && memchr::memchr2(b'\n', b'\r', before.as_bytes()).is_none()
        {
            let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
            return Position { line: self.line, column, offset: self.base + near };
        }
        let index = self.index.get_or_init(|| LineIndex::new(self.text));
        let within = index.position(self.text, offset.saturating_sub(self.base));
        Position { line: within.line.saturating_add(self.line - 1), offset: self.base + within.offset, ..within }
    }

    /// Fills in what only who has the text can tell.
    fn settle(&self, location: &mut Location, name: &Arc<str>) {
        if !location.file.is_empty() {
            return;
        }
        location.file = Arc::clone(name);
        if let Some(span) = location.span {
            location.start = Some(self.position(span.start));
            location.end = Some(self.position(span.end));
        }
    }

    /// `record` is a digest that tells the record of the finding from others; see [`manifest::identity`].
    pub fn finish(&self, finding: &mut Finding, name: &Arc<str>, record: Option<u64>) {
        let own = finding.location.file.is_empty();
        self.settle(&mut finding.location, name);
        if let (true, Some(span), Some(start)) = (own, finding.location.span, finding.location.start) {
            let span = Span::new(span.start.saturating_sub(self.base), span.end.saturating_sub(self.base));
            finding.excerpt = Some(excerpt::cut(self.text, span, start));
            finding.distinguish(record, self.text.get(span.start..span.end).unwrap_or_default());
        }
        for related in &mut finding.related {
            self.settle(&mut related.location, name);
        }
    }
}

impl manifest::Source for Page<'_> {
    fn position(&self, offset: usize) -> Position {
        self.position(offset)
    }

    fn text(&self, span: Span) -> &str {
        let within = |offset: usize| offset.saturating_sub(self.base);
        self.text.get(within(span.start)..within(span.end)).unwrap_or_default()
    }
}

/// What a request gave.
#[derive(Default)]
pub(super) struct Checked {
    pub findings: Vec<Finding>,
    pub sites: Vec<(PathBuf, Site)>,
    pub references: Vec<(Location, PathBuf)>,
    pub traits: Option<Traits>,
    pub plan: Option<Box<Plan>>,
}

impl Checked {
    /// Nothing that anybody has to be told.
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

/// What the requests of a file gave, in their order.
pub(super) struct Gathered {
    checked: Checked,
    manifest: Manifest,
    /// Which findings say that something stands there twice, and what it is.
    repeats: Vec<(usize, u64)>,
}

impl Gathered {
    pub fn new(name: &Arc<str>) -> Self {
        Self { checked: Checked::default(), manifest: Manifest::new(Arc::clone(name)), repeats: Vec::new() }
    }

    /// Takes in what the next request gave, and compares it with those before.
    pub fn take(&mut self, mut next: Checked, page: &Page<'_>, name: &Arc<str>) {
        let traits = next.traits.take();
        self.checked.extend(next);
        let repeats = traits.map(|traits| self.manifest.add(&traits, page));
        for Repeat { digest, mut finding } in repeats.into_iter().flatten() {
            page.finish(&mut finding, name, None);
            self.repeats.push((self.checked.findings.len(), digest));
            self.checked.findings.push(finding);
        }
    }

    pub fn found(self, run: &Run<'_>, input: &Input, requests: u64, kind: FileKind) -> Found {
        let Self { mut checked, manifest, repeats } = self;
        for (at, digest) in repeats {
            checked.findings[at].message.push_str(&manifest.times(digest));
        }
        checked.findings.extend(manifest.whole(kind == FileKind::Manifest, &run.context(&input.config)));
        Found { checked, requests, kind, long: None }
    }
}

/// What a file of requests turned out to be.
pub(super) struct Found {
    pub checked: Checked,
    pub requests: u64,
    pub kind: FileKind,
    /// What is not held of it.
    pub long: Option<Box<(Tally, Option<Long>)>>,
}

impl Run<'_> {
    pub(super) fn request(&self, input: &Input) -> Looked {
        self.looked(input, || self.request_file(input))
    }

    pub(super) fn stdin(&self, input: &Input, bytes: &Arc<[u8]>) -> Looked {
        let json = match input.kind {
            Kind::Json | Kind::JsonLines => true,
            Kind::Media => false,
            Kind::Unknown => super::media::is_json(&mut Bytes::of_slice(bytes)),
        };
        if !json {
            return self.media_bytes(input, bytes);
        }
        if self.settings.unheld && is_long_manifest(input, bytes) {
            return self.looked(input, || self.stream(input, &**bytes, Original::Memory(Arc::clone(bytes)), None));
        }
        self.looked(input, || Ok(self.text(input, bytes).map(|found| (found, bytes.len() as u64))))
    }

    pub(super) fn looked(&self, input: &Input, read: impl FnOnce() -> Result<Option<(Found, u64)>, String>) -> Looked {
        let (found, size_bytes) = match guarded(read) {
            Ok(Ok(Some(found))) => found,
            Ok(Ok(None)) => return Looked { passed_over: true, ..Looked::default() },
            Ok(Err(message)) => return Looked::unreadable(&input.name, &input.config, message),
            Err(fault) => return Looked::unreadable(&input.name, &input.config, internal(&fault)),
        };
        let Found { checked, requests, kind, long } = found;
        let raise = |finding| Raised { finding, config: Arc::clone(&input.config) };
        let file = CheckedFile { path: input.name.to_string(), kind, size_bytes, facts: None, requests };
        let raised = checked.findings.into_iter().map(raise).collect();
        let Checked { sites, references, plan, .. } = checked;
        Looked { raised, file: Some(file), sites, references, plan, long, ..Looked::default() }
    }

    /// Reads a file; none when it is no request and nobody said that it is one.
    fn request_file(&self, input: &Input) -> Result<Option<(Found, u64)>, String> {
        if let Some(bytes) = self.settings.overlay.text(&input.path) {
            return Ok(self.text(input, &bytes).map(|found| (found, bytes.len() as u64)));
        }
        let (file, metadata) = walk::open_seen(&input.path)?;
        let size = metadata.len();
        if input.kind == Kind::JsonLines && (size > MOST_BYTES || self.is_streamable(&file)) {
            return self.stream(input, file, Original::File, None);
        }
        if size > MOST_BYTES {
            let (size, most) = (crate::text::size(size), crate::text::size(MOST_BYTES));
            return refused(input, format!("is no request: it has {size}, and a request has at most {most}"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        // It may have grown since.
        let read = file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| walk::because(&error))? as u64;
        if has_too_many_values(&bytes) {
            return refused(input, too_many_values());
        }
        if memchr::memchr2_iter(b'\n', b'\r', &bytes).count() > 2 * MOST_VALUES {
            return refused(
                input,
                format!("is no request: it has more than {} lines", crate::text::count(MOST_VALUES as u64)),
            );
        }
        Ok(self.text(input, &bytes).map(|found| (found, read)))
    }

    /// Whether a file is taken for one of requests.
    fn takes(&self, input: &Input, verdict: Verdict) -> bool {
        match self.settings.unasked {
            _ if input.named => true,
            Some(Certainty::Likely | Certainty::Nearest) => verdict.is_likely(),
            _ => verdict.is_certain(),
        }
    }

    /// The endpoint that the command line or the configuration gives to a file.
    pub(super) fn told(&self, input: &Input) -> Option<Endpoint> {
        let of_file = || input.config.requests_of(&input.path)?.endpoint.as_deref();
        endpoint::parse(self.settings.endpoint.as_deref().or_else(of_file)?).ok()
    }

    fn text(&self, input: &Input, bytes: &[u8]) -> Option<Found> {
        let decoded = record::decode(bytes);
        let page = Page::new(&decoded.text, 0, 1);
        let mut found = match decoded.fault {
            Some(EncodingFault::Utf16Le | EncodingFault::Utf16Be) => {
                // A byte order mark is no evidence of a request.
                input.named.then(|| Found {
                    checked: Checked::default(),
                    requests: 0,
                    kind: FileKind::Other,
                    long: None,
                })?
            }
            _ if record::layout(extension(input), &decoded.text) == Layout::Lines => self.lines(input, &page)?,
            _ => self.document(input, &page)?,
        };
        if let Some(fault) = decoded.fault {
            // The bytes that were replaced are the one fault: what follows from them is an echo.
            let mut finding = syntax::encoding(fault);
            if page.text.is_empty() {
                finding.location.file = Arc::clone(&input.name);
            }
            page.finish(&mut finding, &input.name, None);
            found.checked.findings.insert(0, finding);
        }
        Some(found)
    }

    fn document(&self, input: &Input, page: &Page<'_>) -> Option<Found> {
        let told = self.told(input);
        let document = json::parse(page.text);
        let read = |(index, root)| Request::read(index, root, told);
        let sample: Vec<Request<'_>> = record::records(&document).take(SAMPLE).map(read).collect();
        let verdict = Verdict::of(sample.iter());
        if told.is_none() && !self.takes(input, verdict) {
            return None;
        }
        let manifest = sample.first().is_some_and(|request| request.index.is_some());
        let kind = verdict.kind(manifest);
        let mut gathered = Gathered::new(&input.name);
        gathered.take(self.syntax(&document, page, input, None), page, &input.name);
        let mut requests = 0;
        if !is_whole(&document) {
            requests = record::records(&document).count() as u64;
        } else if verdict.recognised == 0 {
            // A list of other things is one mistake, however long it is.
            let whole = document.root().map(|root| Request::read(None, root, None));
            let checked = whole.map(|whole| self.one(&whole, page, input)).unwrap_or_default();
            gathered.take(checked, page, &input.name);
        } else {
            let mut records = record::records(&document);
            loop {
                let some: Vec<_> = records.by_ref().take(CHUNK).collect();
                if some.is_empty() {
                    break;
                }
                requests += some.len() as u64;
                let each: Vec<Checked> =
                    some.into_par_iter().map(|record| part(|| self.one(&read(record), page, input))).collect();
                each.into_iter().for_each(|one| gathered.take(one, page, &input.name));
            }
        }
        let requests = if kind == FileKind::Other { 0 } else { requests };
        Some(gathered.found(self, input, requests, kind))
    }

    fn lines(&self, input: &Input, page: &Page<'_>) -> Option<Found> {
        let told = self.told(input);
        let mut lines: Vec<_> = record::lines(page.text).collect();
        if lines.is_empty() {
            return self.document(input, page);
        }
        let trees: Vec<_> = lines.iter().take(SAMPLE).map(record::Line::parse).collect();
        let roots = trees.iter().filter_map(Document::root);
        let sample: Vec<_> = roots.map(|root| Request::read(Some(0), root, told)).collect();
        let verdict = Verdict::of(sample.iter());
        if told.is_none() && !self.takes(input, verdict) {
            return None;
        }
        let kind = verdict.kind(true);
        if kind == FileKind::Other {
            lines.truncate(1);
        }
        let check = |line: &record::Line<'_>| part(|| self.line(&line.parse(), line.record, told, page, input));
        let each: Vec<Checked> = lines.par_iter().map(check).collect();
        let mut gathered = Gathered::new(&input.name);
        each.into_iter().for_each(|one| gathered.take(one, page, &input.name));
        let requests = if kind == FileKind::Other { 0 } else { lines.len() as u64 };
        Some(gathered.found(self, input, requests, kind))
    }

    pub(super) fn line(
        &self,
        document: &Document<'_>,
        record: u32,
        told: Option<Endpoint>,
        page: &Page<'_>,
        input: &Input,
    ) -> Checked {
        let syntax = self.syntax(document, page, input, Some(record));
        let Some(root) = document.root().filter(|_| is_whole(document)) else { return syntax };
        let one = self.one(&Request::read(Some(record), root, told), page, input);
        if syntax.findings.is_empty() {
            return one;
        }
        let mut checked = syntax;
        checked.extend(one);
        checked
    }

    fn syntax(&self, document: &Document<'_>, page: &Page<'_>, input: &Input, record: Option<u32>) -> Checked {
        let mut findings = syntax::document(document, &self.context(&input.config));
        let identity = record.filter(|_| !findings.is_empty()).map(|_| digest(document.text()));
        for finding in &mut findings {
            if record.is_some() {
                finding.location.record = record;
            }
            page.finish(finding, &input.name, identity);
        }
        Checked { findings, ..Checked::default() }
    }

    /// One request, and what it refers to.
    fn one(&self, request: &Request<'_>, page: &Page<'_>, input: &Input) -> Checked {
        let context = self.context(&input.config);
        let mut checked = Checked { findings: check::request::check(request, &context), ..Checked::default() };
        let references = references(request);
        for reference in &references {
            self.refer(reference, page, input, &mut checked);
        }
        let durations = |value: Value<'_>| {
            let named = |reference: &&Reference<'_>| {
                reference.value == value || reference.value.parent().is_some_and(|parent| parent == value)
            };
            self.duration(&self.local_file(references.iter().find(named)?, input)?.ok()?)
        };
        let jobs = jobs(request);
        checked.findings.extend(output::check(request, &jobs, &durations, &context));
        // A batch that is too large has to be cut first; what stands in it twice shows then.
        let over = checked.findings.iter().any(|finding| *finding.rule == rule::REQUEST_TOO_MANY_ITEMS);
        checked.traits = (!over).then(|| traits(request, &jobs));
        if self.settings.plan {
            checked.plan = Some(Box::new(Plan::of(request, &input.name, &durations, context.limits)));
        }
        let identity = request.index.filter(|_| !checked.findings.is_empty()).map(|_| manifest::identity(request));
        for finding in &mut checked.findings {
            page.finish(finding, &input.name, identity);
        }
        checked
    }

    fn refer(&self, reference: &Reference<'_>, page: &Page<'_>, input: &Input, checked: &mut Checked) {
        let config = &input.config;
        match &reference.source {
            Source::Base64 { media_type } => {
                checked.findings.extend(self.base64(reference, media_type.as_deref(), config));
            }
            Source::Path(path) if self.settings.ready => checked.findings.push(asset::local_path(reference, path)),
            _ => {}
        }
        let path = match self.local_file(reference, input) {
            Some(Ok(path)) => path,
            Some(Err(Outside { written })) => {
                // That it is a local file at all has been reported already.
                if !(self.settings.ready && matches!(reference.source, Source::Path(_))) {
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
        // What is there but cannot be read is told where it is read.
        if self.settings.overlay.real(&path).metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        {
            // That it is a local file at all has been told already.
            if self.settings.ready && matches!(reference.source, Source::Path(_)) {
                return;
            }
            let name = self.configs.name(&path);
            let mapped = !matches!(reference.source, Source::Path(_));
            let near = walk::neighbour(&path).and_then(|near| {
                let folder = input.path.parent()?;
                Some(display_name(near.strip_prefix(folder).unwrap_or(&near)))
            });
            checked.findings.push(asset::missing(reference, &name, mapped, near.as_deref()));
            return;
        }
        let tail = tail(reference);
        checked.sites.push((path, Site { uses: reference.uses, config: Arc::clone(config), location, tail }));
    }

    /// The data of a file within a request. What is no base64 has been told with the request.
    fn base64(&self, reference: &Reference<'_>, declared: Option<&str>, config: &Config) -> Vec<Finding> {
        let Some(text) = reference.value.as_str() else { return Vec::new() };
        if base64::scan(&text).is_err() {
            return Vec::new();
        }
        let declares = |declared: &str| Format::from_media_type(declared.split(';').next().unwrap_or(declared).trim());
        let promised = declared.and_then(declares);
        let Ok(facts) = self.probed(&mut Bytes::of_base64(text.as_bytes()), promised) else { return Vec::new() };
        let context = self.context(config);
        let Some(place) = choose(reference.uses, facts.format, &context) else { return Vec::new() };
        let mut findings = check::media::check(&facts, &Subject { name: "", bare: false }, place, &context);
        // Data that are what they declare to be: that the place does not take it was told of the declared type.
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

/// Where the text says the extension of the file; none when it does not give its path, or not as a plain string.
fn tail(reference: &Reference<'_>) -> Option<Tail> {
    let Source::Path(path) = &reference.source else { return None };
    if !reference.value.raw().starts_with('"') || reference.value.is_broken() {
        return None;
    }
    let name = path.rfind(['/', '\\']).map_or(0, |slash| slash + 1);
    let dot = path.get(name..)?.rfind('.').filter(|dot| *dot > 0);
    let start = dot.map_or(path.len(), |dot| name + dot + 1);
    let span = reference.value.span_of_bytes(start, path.len());
    Some(Tail { span, dotted: dot.is_some() })
}

/// JSON Lines of which so much may be said that it is better not held.
fn is_long_manifest(input: &Input, bytes: &[u8]) -> bool {
    const LONG: usize = 1 << 20;
    bytes.get(..LONG).is_some_and(|head| record::begins_as_lines(extension(input), head))
}

fn extension(input: &Input) -> &str {
    crate::media::extension(&input.path).unwrap_or_default()
}

/// A file that cannot be a request: that is told when somebody said that it is one.
fn refused<T>(input: &Input, message: String) -> Result<Option<T>, String> {
    if input.named { Err(message) } else { Ok(None) }
}

/// A reference that leads out of the project, as the draft or the configuration writes it.
struct Outside {
    written: String,
}

impl Run<'_> {
    /// The local file that a reference means, whether it exists or not. Nothing outside of the project is looked at.
    fn local_file(&self, reference: &Reference<'_>, input: &Input) -> Option<Result<PathBuf, Outside>> {
        let (path, mapped) = match &reference.source {
            Source::Base64 { .. } => return None,
            Source::Url(url) => (input.config.file_of_url(url)?, true),
            Source::AssetId(id) => (input.config.file_of_asset(id)?, true),
            Source::Path(path) => (input.path.parent().unwrap_or(&input.path).join(&**path), false),
        };
        let admitted = |path: &Path| self.borders.admit(path, input, mapped);
        let path = normal(&path);
        let written = || match &reference.source {
            Source::Path(path) => path.to_string(),
            _ => self.configs.name(&path),
        };
        if !admitted(&path) {
            return Some(Err(Outside { written: written() }));
        }
        // A path that was written on Windows is understood too.
        if let Source::Path(given) = &reference.source
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

/// Each of these may cost a node of the tree.
pub(super) fn has_too_many_values(bytes: &[u8]) -> bool {
    bytes.len() > MOST_VALUES && memchr::memchr3_iter(b',', b'[', b'{', bytes).count() > MOST_VALUES
}

pub(super) fn too_many_values() -> String {
    format!("is no request: it has more than {} values", crate::text::count(MOST_VALUES as u64))
}

/// Nothing of the structure had to be guessed, and nothing is missing at its end: what is not there is a fault of its own
/// and not the echo of a fault of syntax.
fn is_whole(document: &Document<'_>) -> bool {
    let ends = |kind| !matches!(kind, ErrorKind::Unclosed | ErrorKind::UnterminatedString | ErrorKind::TooLarge);
    !document.is_doubtful() && document.errors().iter().all(|error| ends(error.kind))
}

pub(super) fn is_certain(document: &Document<'_>, record: u32) -> bool {
    document.root().is_some_and(|root| Request::read(Some(record), root, None).is_certain())
}

/// What the first records of a file are.
#[derive(Clone, Copy, Default)]
struct Verdict {
    records: usize,
    /// Some endpoint is known for them.
    recognised: usize,
    certain: usize,
}

impl Verdict {
    fn of<'r>(requests: impl Iterator<Item = &'r Request<'r>>) -> Self {
        requests.fold(Self::default(), |verdict, request| Self {
            records: verdict.records + 1,
            recognised: verdict.recognised + usize::from(!matches!(request.target, Target::Nothing { .. })),
            certain: verdict.certain + usize::from(request.is_certain()),
        })
    }

    /// A manifest may hold a line that nobody can place; a list of other things may hold one that looks like a request.
    fn is_certain(self) -> bool {
        self.certain > 0 && self.certain * 2 >= self.records
    }

    fn is_likely(self) -> bool {
        self.recognised > 0 && self.recognised * 2 >= self.records
    }

    fn kind(self, manifest: bool) -> FileKind {
        match (self.recognised, manifest) {
            (0, _) => FileKind::Other,
            (_, true) => FileKind::Manifest,
            (_, false) => FileKind::Request,
        }
    }
}

/// The endpoint by its full name, as a command line or a configuration gives it.
///
/// # Errors
/// When there is none of this name: a sentence with the nearest.
pub fn endpoint_named(text: &str) -> Result<String, String> {
    endpoint::parse(text).map(Endpoint::name)
}
