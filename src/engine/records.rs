//! One way from any text to its requests: a file, standard input, the buffer of an editor; a document, an array, JSON
//! Lines. What a text is, is decided once, by its bytes and its name.

use std::io::Read;
use std::sync::Arc;

use super::collect::Collector;
use super::guard::part;
use super::media::internal;
use super::page::SourceText;
use super::requests::{CheckedRequest, is_whole};
use super::services::Told;
use super::settle::RunTally;
use super::threads::{both, map_each, map_into};
use super::{Looked, Raised, Run, guarded};
use crate::check::syntax;
use crate::extract;
use crate::finding::Finding;
use crate::media::Bytes;
use crate::outcome::spill::SpilledRun;
use crate::outcome::{CheckedFile, FileKind, Resembling, Taken};
use crate::request::endpoint::{Certainty, Endpoint};
use crate::request::json::{self, ArrayElement, Document, Elements};
use crate::request::record::{self, Block, Record, RecordLayout, RecordReadError, RecordReader, Whole};
use crate::request::{EndpointSource, Request, Target};
use crate::text::counted;
use crate::walk::{self, Input, InputKind};

/// The number of records that decide what a document is.
const SAMPLE: usize = 100;
/// Records of a document that are checked at a time.
const CHUNK: usize = 2_048;
/// Bytes of an array beyond which there is no tree of all its records.
const LONG: usize = 1 << 20;

/// Takes findings while a text is read.
pub(super) type Tell<'k> = &'k mut (dyn FnMut(&Finding) + Send + 'k);

/// A text to check.
pub(super) struct IncomingText<'k, R> {
    pub source: R,
    /// Its length, where that is known.
    pub size: Option<u64>,
    /// Takes the findings while the text is read; none: they are collected.
    pub tell: Option<Tell<'k>>,
}

impl<'k> IncomingText<'k, &'k [u8]> {
    fn bytes(bytes: &'k Arc<[u8]>) -> Self {
        Self { source: bytes, size: Some(bytes.len() as u64), tell: None }
    }
}

/// What a text is, and the results of its requests.
pub(super) struct CheckedText {
    pub checked: CheckedRequest,
    pub requests: u64,
    pub kind: FileKind,
    pub size_bytes: u64,
    /// Spilled findings, and their counts.
    pub spilled: Option<Box<(RunTally, Option<Arc<SpilledRun>>)>>,
    /// Why it was taken for requests, where that is one reason.
    pub because: Option<Because>,
    /// It is one text of JSON and does not parse.
    pub broken: bool,
}

/// An endpoint, and how it is known.
pub(super) type Because = (Endpoint, &'static str);

/// A text without requests that are certain.
#[derive(Clone, Copy, Default)]
pub(super) struct Nothing {
    /// The operation that it resembles, where there is much evidence and no proof.
    pub resembles: Option<Endpoint>,
    /// Why it was not looked into.
    pub unread: Option<&'static str>,
}

impl Nothing {
    fn of<'r>(requests: impl IntoIterator<Item = &'r Request<'r>>) -> Self {
        Self { resembles: requests.into_iter().find_map(Request::resembling), unread: None }
    }

    pub const fn because(unread: &'static str) -> Self {
        Self { resembles: None, unread: Some(unread) }
    }
}

/// What a text was taken for.
pub(super) type Seen = Result<CheckedText, Nothing>;

impl Run<'_> {
    pub(super) fn request(&self, input: &Input) -> Looked {
        self.looked(input, || {
            if let Some(bytes) = self.settings.overlay.text(&input.path) {
                return self.records(input, IncomingText::bytes(&bytes));
            }
            let (file, metadata) = walk::open_seen(&input.path)?;
            let size = Some(metadata.len());
            self.records(input, IncomingText { source: file, size, tell: None })
        })
    }

    pub(super) fn stdin(&self, input: &Input, bytes: &Arc<[u8]>) -> Looked {
        let json = match input.kind {
            InputKind::Json | InputKind::JsonLines | InputKind::Source(_) | InputKind::Table => true,
            InputKind::Media => false,
            InputKind::Unknown => super::media::is_json(&mut Bytes::of_slice(bytes)),
        };
        if !json {
            return self.media_bytes(input, bytes);
        }
        self.looked(input, || self.records(input, IncomingText::bytes(bytes)))
    }

    pub(super) fn looked(&self, input: &Input, read: impl FnOnce() -> Result<Seen, String>) -> Looked {
        let found = match guarded(read) {
            Ok(Ok(Ok(found))) => found,
            // Code without requests is passed over in silence.
            Ok(Ok(Err(Nothing { resembles, unread }))) => {
                let passed_over = input.named || !matches!(input.kind, InputKind::Source(_));
                let path = input.name.to_string();
                let what = || match resembles {
                    Some(endpoint) => format!("passed over: it resembles {} and is not certain", endpoint.name()),
                    None => format!("passed over: {}", unread.unwrap_or("it holds no request")),
                };
                let taken = self.settings.show_files.then(|| Box::new(Taken { path: path.clone(), what: what() }));
                let resembling = resembles.map(|endpoint| Box::new(Resembling { path, endpoint: endpoint.name() }));
                return Looked { passed_over, taken, resembling, ..Looked::default() };
            }
            Ok(Err(message)) => return Looked::unreadable(&input.name, &input.config, message),
            Err(fault) => return Looked::unreadable(&input.name, &input.config, internal(&fault)),
        };
        let CheckedText { checked, requests, kind, size_bytes, spilled, because, broken } = found;
        let what = || match (kind, because) {
            (FileKind::Other, _) => "named, but no request".to_owned(),
            (_, Some((endpoint, why))) => format!("{}: {}, {why}", kind.name(), endpoint.name()),
            (_, None) => match input.kind {
                InputKind::Source(form) => format!("{} in {}", counted(requests, "request"), form.name()),
                _ => counted(requests, "request"),
            },
        };
        let taken = self.settings.show_files.then(|| Box::new(Taken { path: input.name.to_string(), what: what() }));
        let raise = |finding| Raised { finding, config: Arc::clone(&input.config) };
        let file = CheckedFile { path: input.name.to_string(), kind, size_bytes, compact: None, requests, broken };
        let CheckedRequest { findings, sites, references, plan, .. } = checked;
        let raised = findings.into_iter().map(raise).collect();
        Looked { raised, file: Some(file), sites, references, plan, spilled, taken, ..Looked::default() }
    }

    /// Checks every record of a text; none if it holds no request and is not named as one.
    pub(super) fn records<'k>(
        &'k self,
        input: &'k Input,
        incoming: IncomingText<'k, impl Read + Send>,
    ) -> Result<Seen, String> {
        match input.kind {
            InputKind::Source(form) => return self.source(input, form, incoming),
            InputKind::Table => return self.table(input, incoming),
            _ => {}
        }
        let IncomingText { source, size, tell } = incoming;
        let extension = crate::media::extension(&input.path).unwrap_or_default();
        let collector = Collector::new(self, input, tell);
        let found = RecordReader::open(source, extension, size).and_then(|reader| match reader.layout() {
            RecordLayout::Lines => self.lines(input, reader, collector),
            RecordLayout::Document => Ok(self.document(input, &reader.whole()?, collector)),
        });
        match found {
            Ok(found) => Ok(found),
            Err(RecordReadError::Io(error)) => Err(walk::because(&error)),
            // Report it only if it was named as a request.
            Err(RecordReadError::Refused(message)) if input.named => Err(message),
            Err(RecordReadError::Refused(_)) => Ok(Err(Nothing::default())),
        }
    }

    /// Whether a file counts as one of requests.
    fn takes(&self, input: &Input, verdict: Verdict) -> bool {
        match self.settings.unasked {
            _ if input.named || self.told(input).endpoint.is_some() => true,
            Some(Certainty::Likely | Certainty::Nearest) => verdict.is_likely(),
            _ => verdict.is_certain(),
        }
    }

    fn document<'k>(&'k self, input: &'k Input, whole: &Whole, mut collector: Collector<'k>) -> Seen {
        let page = SourceText::new(&whole.text, 0, 1);
        let (kind, requests, because) = match whole.fault {
            // A byte order mark is no evidence of a request.
            Some(fault) if fault.is_wide() && input.named => (FileKind::Other, 0, None),
            Some(fault) if fault.is_wide() => return Err(Nothing::default()),
            _ => self.tree(input, &page, &whole.text, &mut collector)?,
        };
        if kind != FileKind::Other {
            self.keys(input, &page, &mut collector);
        }
        if let Some(fault) = whole.fault {
            collector.encoding(fault, &page);
        }
        Ok(CheckedText { because, ..collector.found(requests, kind, whole.bytes) })
    }

    /// Checks the tree of a document; returns its kind and the number of requests.
    fn tree<'k>(
        &'k self,
        input: &'k Input,
        page: &SourceText<'_>,
        text: &str,
        collector: &mut Collector<'k>,
    ) -> Result<(FileKind, u64, Option<Because>), Nothing> {
        if text.len() > LONG
            && let Some(elements) = Elements::of(text)
            && let Some(seen) = self.elements(input, page, &elements, collector)
        {
            return Ok(seen);
        }
        let told = self.told(input);
        let document = json::parse(text);
        let read = |(index, root)| told.read(index, root);
        let sample: Vec<Request<'_>> = record::records(&document).take(SAMPLE).map(read).collect();
        let mut verdict = Verdict::default();
        sample.iter().for_each(|request| verdict.add(request));
        // Collections, recordings and workflows contain requests but are not requests.
        if told.endpoint.is_none() && verdict.certain == 0 && extract::may_hold(text.as_bytes()) {
            let mut pieces = extract::within(&document);
            pieces.retain(|piece| extract::is_for(piece, told.profiles));
            if !pieces.is_empty() {
                return Ok((FileKind::Request, self.pieces(input, &pieces, page, collector), None));
            }
        }
        if !self.takes(input, verdict) {
            return Err(Nothing::of(&sample));
        }
        let because = sample.iter().find_map(because);
        let kind = verdict.kind(sample.first().is_some_and(|request| request.index.is_some()));
        collector.broken = is_broken(&document);
        collector.whole(self.syntax(&document, page, input, told.profile(), None));
        let mut requests = 0;
        if !is_whole(&document) {
            requests = record::records(&document).count() as u64;
        } else if kind == FileKind::Other {
            // A list of other things is one mistake, however long it is.
            let whole = document.root().map(|root| told.with(None).read(None, root));
            collector.take(page, whole.map(|whole| self.one(&whole, page, input)).unwrap_or_default());
        } else {
            let mut records = record::records(&document);
            loop {
                let some: Vec<_> = records.by_ref().take(CHUNK).collect();
                if some.is_empty() {
                    break;
                }
                requests += some.len() as u64;
                let each = map_each(some, |record| part(|| self.one(&read(record), page, input)));
                each.into_iter().for_each(|one| collector.take(page, one));
                drop(collector.spent());
            }
        }
        Ok((kind, if kind == FileKind::Other { 0 } else { requests }, because))
    }

    /// Checks the records of a long array one by one, each with a tree of its own; none if it is no manifest.
    fn elements<'k>(
        &'k self,
        input: &'k Input,
        page: &SourceText<'_>,
        elements: &Elements<'_>,
        collector: &mut Collector<'k>,
    ) -> Option<(FileKind, u64, Option<Because>)> {
        let told = self.told(input);
        let mut sample = Sample::default();
        for element in elements.each().take(SAMPLE) {
            sample.add(&element.parse(), element.index, told);
        }
        let Sample { verdict, reason, .. } = sample;
        let kind = verdict.kind(true);
        if kind == FileKind::Other || !self.takes(input, verdict) {
            return None;
        }
        collector.broken = is_broken(elements.document());
        let mut findings = syntax::elements(elements);
        findings.iter_mut().for_each(|finding| page.finish(finding, &input.name, None));
        collector.whole(CheckedRequest { findings, ..CheckedRequest::default() });
        if elements.document().is_doubtful() {
            return Some((kind, u64::from(elements.len()), reason));
        }
        let whole = is_whole(elements.document());
        let mut each = elements.each();
        loop {
            let some: Vec<_> = each.by_ref().take(CHUNK).collect();
            if some.is_empty() {
                break;
            }
            let check = |element: ArrayElement<'_>| part(|| self.element(&element, whole, told, page, input));
            map_each(some, check).into_iter().for_each(|one| collector.take(page, one));
            drop(collector.spent());
        }
        Some((kind, u64::from(elements.len()), reason))
    }

    /// Checks the lines of a text. While one block is checked on all threads, the one before is collected and the next is
    /// read.
    fn lines<'k, R: Read + Send>(
        &'k self,
        input: &'k Input,
        mut reader: RecordReader<R>,
        mut collector: Collector<'k>,
    ) -> Result<Seen, RecordReadError> {
        let told = self.told(input);
        let mut sample = Sample::default();
        for text in reader.sample()? {
            sample.add(&json::parse(&text), 0, told);
        }
        let Sample { verdict, nothing, reason } = sample;
        if !self.takes(input, verdict) {
            return Ok(Err(nothing));
        }
        let kind = verdict.kind(true);
        if kind == FileKind::Other {
            // A list of other things is one mistake, however long it is.
            let mut block = reader.block(Block::default())?;
            block.truncate(1);
            if let Some(record) = block.get(0) {
                let checked = self.line(&record, told, input);
                collector.line(&record, checked);
            }
            reader.skip()?;
            return Ok(Ok(collector.found(0, kind, reader.bytes())));
        }
        let mut requests = 0;
        let (mut last, mut gave, mut each) = (Block::default(), Vec::new(), Vec::new());
        let mut next = reader.block(Block::default())?;
        while !next.is_empty() {
            requests += next.len() as u64;
            let check = |at: usize| next.get(at).map(|record| part(|| self.line(&record, told, input)));
            let spent = collector.spent();
            let ((), more) = both(
                || {
                    drop(spent);
                    map_into(&mut each, 0..next.len(), check);
                },
                || {
                    part(|| {
                        collector.block(&last, &mut gave);
                        reader.block(std::mem::take(&mut last))
                    })
                },
            );
            last = std::mem::replace(&mut next, more?);
            std::mem::swap(&mut gave, &mut each);
        }
        collector.block(&last, &mut gave);
        Ok(Ok(CheckedText { because: reason, ..collector.found(requests, kind, reader.bytes()) }))
    }

    /// The results of a line of JSON Lines.
    fn line(&self, record: &Record<'_>, told: Told<'_>, input: &Input) -> CheckedRequest {
        let page = SourceText::new(record.text, record.base, record.line);
        let document = json::parse_at(record.text, record.base);
        let mut checked = self.record(&document, record.index, told, &page, input);
        let misnamed = || crate::media::extension(&input.path).is_some_and(|name| name.eq_ignore_ascii_case("json"));
        if record.index == 1
            && misnamed()
            && let Some(root) = document.root()
        {
            let mut finding = syntax::second_document(root);
            finding.location.record = Some(record.index);
            page.finish(&mut finding, &input.name, None);
            checked.findings.insert(0, finding);
        }
        checked
    }
}

/// The endpoint of a request, and how it is known.
fn because(request: &Request<'_>) -> Option<Because> {
    match request.target {
        Target::Endpoint(endpoint, known) => Some((
            endpoint,
            match known {
                EndpointSource::Told => "as the command line or the configuration says",
                EndpointSource::Envelope => "by its envelope",
                EndpointSource::Shape(_) => "by its fields",
            },
        )),
        _ => None,
    }
}

/// A fault of syntax makes it no JSON; a byte order mark does not.
fn is_broken(document: &Document<'_>) -> bool {
    document.errors().iter().any(|error| error.kind != json::ErrorKind::ByteOrderMark)
}

/// The first records of a file, each with a text of its own.
#[derive(Default)]
struct Sample {
    verdict: Verdict,
    nothing: Nothing,
    reason: Option<Because>,
}

impl Sample {
    fn add(&mut self, document: &Document<'_>, record: u32, told: Told<'_>) {
        let Some(root) = document.root() else { return };
        let request = told.read(Some(record), root);
        self.verdict.add(&request);
        self.nothing.resembles = self.nothing.resembles.or_else(|| request.resembling());
        self.reason = self.reason.or_else(|| because(&request));
    }
}

/// What the first records of a file look like.
#[derive(Clone, Copy, Default)]
struct Verdict {
    records: usize,
    /// Records with a known endpoint.
    recognised: usize,
    certain: usize,
}

impl Verdict {
    fn add(&mut self, request: &Request<'_>) {
        self.records += 1;
        self.recognised += usize::from(!matches!(request.target, Target::Nothing { .. }));
        self.certain += usize::from(request.is_certain());
    }

    /// A manifest may have a line that cannot be recognised; a list of other objects may have one that looks like a request.
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
