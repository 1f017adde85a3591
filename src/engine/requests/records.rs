//! JSON: a document, an array, JSON Lines. The bytes and the name of a text decide once which it is.

use std::io::Read;

use super::collect::Collector;
use super::page::SourceText;
use super::pieces::{check_keys, check_pieces};
use super::request::{CheckedRequest, RequestChecker};
use super::text::{Because, CheckedText, IncomingText, Nothing, Seen};
use crate::check::syntax;
use crate::engine::guard::part;
use crate::engine::inputs::has_extension;
use crate::engine::services::Assigned;
use crate::engine::threads::{both, map_each, map_into};
use crate::extract;
use crate::media::extension;
use crate::outcome::FileKind;
use crate::request::endpoint::Certainty;
use crate::request::json::{self, ArrayElement, Document, Elements};
use crate::request::piece::Piece;
use crate::request::record::{self, Block, Record, RecordLayout, RecordReadError, RecordReader, Whole};
use crate::request::{EndpointSource, Request, Target};
use crate::walk;

/// The number of records that decide what a document is.
const SAMPLE: usize = 100;
/// Records of a document checked at a time.
const CHUNK: usize = 2_048;
/// Above this size of an array, no tree of all its records is built.
const LONG: usize = 1 << 20;

/// Checks every record of a text; nothing if it contains no request and is not named as one.
pub(in crate::engine) fn check<'k>(checker: RequestChecker<'k>, incoming: IncomingText<'k>) -> Result<Seen, String> {
    let input = checker.input;
    let IncomingText { source, size, tell } = incoming;
    let extension = extension(&input.path).unwrap_or_default();
    let collector = Collector::new(checker, tell);
    let found = RecordReader::open(source, extension, size).and_then(|reader| match reader.layout() {
        RecordLayout::Lines | RecordLayout::LongArray => stream(&checker, reader, collector),
        RecordLayout::Document => Ok(document(&checker, reader.whole()?, collector)),
    });
    match found {
        Ok(found) => Ok(found),
        Err(RecordReadError::Io(error)) => Err(walk::because(&error)),
        // Report it only if it was named as a request.
        Err(RecordReadError::Refused(message)) if input.named => Err(message),
        Err(RecordReadError::Refused(_)) => Ok(Err(Nothing::default())),
    }
}

/// Whether a file counts as a file of requests.
fn takes(checker: &RequestChecker<'_>, evidence: Evidence) -> bool {
    match checker.run.settings.unasked {
        _ if checker.input.named || checker.assigned.endpoint.is_some() => true,
        Some(Certainty::Likely | Certainty::Nearest) => evidence.is_likely(),
        _ => evidence.is_certain(),
    }
}

fn document(checker: &RequestChecker<'_>, whole: Whole, mut collector: Collector<'_>) -> Seen {
    let page = SourceText::new(&whole.text, 0, 1);
    let (kind, requests, because) = match whole.fault {
        // A byte order mark is not evidence of a request.
        Some(fault) if fault.is_wide() && checker.input.named => (FileKind::Other, 0, None),
        Some(fault) if fault.is_wide() => {
            let Some(text) = whole.of_utf16 else {
                return Err(Nothing::because("it is not UTF-8, and it is UTF-32 or too large to look at"));
            };
            collector.broken = true;
            unread(checker, &text)?
        }
        _ => tree(checker, &page, &whole.text, &mut collector)?,
    };
    if kind != FileKind::Other {
        check_keys(&page, &mut collector);
    }
    if let Some(fault) = whole.fault {
        collector.encoding(fault, &page, 0);
    }
    Ok(CheckedText { because, ..collector.found(requests, kind, whole.bytes) })
}

/// The kind and the number of requests of a text that would be taken as requests if it were UTF-8.
fn unread(checker: &RequestChecker<'_>, text: &str) -> Result<(FileKind, u64, Option<Because>), Nothing> {
    let mut sample = Sample::default();
    let requests = if record::layout(extension(&checker.input.path).unwrap_or_default(), text) == RecordLayout::Lines {
        record::lines(text).take(SAMPLE).for_each(|line| sample.add(&line.parse(), line.record, checker.assigned));
        record::lines(text).count()
    } else {
        let document = json::parse(text);
        let read = |(index, root)| checker.assigned.read(index, root);
        record::records(&document).take(SAMPLE).map(read).for_each(|request| sample.count(&request));
        let pieces = pieces(checker, sample.evidence, text, &document);
        if !pieces.is_empty() {
            return Ok((FileKind::Request, pieces.len() as u64, None));
        }
        record::records(&document).count()
    };
    let taken = (FileKind::Request, requests as u64, sample.reason);
    if takes(checker, sample.evidence) { Ok(taken) } else { Err(sample.nothing) }
}

/// The requests within collections, recordings and workflows, which are not requests themselves.
fn pieces(checker: &RequestChecker<'_>, evidence: Evidence, text: &str, document: &Document<'_>) -> Vec<Piece> {
    let assigned = checker.assigned;
    if assigned.endpoint.is_some() || evidence.certain > 0 || !extract::may_hold(text.as_bytes()) {
        return Vec::new();
    }
    let mut pieces = extract::within(document);
    pieces.retain(|piece| extract::is_for(piece, assigned.profiles));
    pieces
}

/// Checks the tree of a document; returns its kind and the number of requests.
fn tree(
    checker: &RequestChecker<'_>,
    page: &SourceText<'_>,
    text: &str,
    collector: &mut Collector<'_>,
) -> Result<(FileKind, u64, Option<Because>), Nothing> {
    if text.len() > LONG
        && let Some(array) = Elements::of(text)
        && let Some(seen) = elements(checker, page, &array, collector)
    {
        return Ok(seen);
    }
    let assigned = checker.assigned;
    let document = json::parse(text);
    let read = |(index, root)| assigned.read(index, root);
    let sample: Vec<Request<'_>> = record::records(&document).take(SAMPLE).map(read).collect();
    let mut evidence = Evidence::default();
    sample.iter().for_each(|request| evidence.add(request));
    let pieces = pieces(checker, evidence, text, &document);
    if !pieces.is_empty() {
        return Ok((FileKind::Request, check_pieces(checker, &pieces, page, collector), None));
    }
    if !takes(checker, evidence) {
        return Err(Nothing::of(&sample));
    }
    let because = sample.iter().find_map(because);
    let kind = evidence.kind(sample.first().is_some_and(|request| request.index.is_some()));
    collector.broken = is_broken(&document);
    collector.whole(checker.syntax(&document, page, None));
    let mut requests = 0;
    if !document.is_whole() {
        requests = record::records(&document).count() as u64;
    } else if kind == FileKind::Other {
        // A list of other things is one mistake, however long it is.
        let whole = document.root().map(|root| Assigned { endpoint: None, ..assigned }.read(None, root));
        collector.take(page, whole.map(|whole| checker.one(&whole, page)).unwrap_or_default());
    } else {
        let mut records = record::records(&document);
        loop {
            let some: Vec<_> = records.by_ref().take(CHUNK).collect();
            if some.is_empty() {
                break;
            }
            requests += some.len() as u64;
            let each = map_each(some, |record| part(|| checker.one(&read(record), page)));
            each.into_iter().for_each(|one| collector.take(page, one));
            drop(collector.spent());
        }
    }
    Ok((kind, if kind == FileKind::Other { 0 } else { requests }, because))
}

/// Checks the records of a long array one by one, each with its own tree; none if it is not a manifest.
fn elements(
    checker: &RequestChecker<'_>,
    page: &SourceText<'_>,
    elements: &Elements<'_>,
    collector: &mut Collector<'_>,
) -> Option<(FileKind, u64, Option<Because>)> {
    let mut sample = Sample::default();
    for element in elements.each().take(SAMPLE) {
        sample.add(&element.parse(), element.index, checker.assigned);
    }
    let Sample { evidence, reason, .. } = sample;
    let kind = evidence.kind(true);
    if kind == FileKind::Other || !takes(checker, evidence) {
        return None;
    }
    collector.broken = is_broken(elements.document());
    let mut findings = syntax::elements(elements);
    findings.iter_mut().for_each(|finding| page.finish(finding, &checker.input.name, None));
    collector.whole(CheckedRequest { findings, ..CheckedRequest::default() });
    if elements.document().is_doubtful() {
        return Some((kind, u64::from(elements.len()), reason));
    }
    let whole = elements.document().is_whole();
    let mut each = elements.each();
    loop {
        let some: Vec<_> = each.by_ref().take(CHUNK).collect();
        if some.is_empty() {
            break;
        }
        let check = |element: ArrayElement<'_>| part(|| checker.element(&element, whole, page));
        map_each(some, check).into_iter().for_each(|one| collector.take(page, one));
        drop(collector.spent());
    }
    Some((kind, u64::from(elements.len()), reason))
}

/// Checks the lines of a text, or the elements of a long array. While all threads check one block, the previous one is
/// collected and the next is read.
fn stream<R: Read + Send>(
    checker: &RequestChecker<'_>,
    mut reader: RecordReader<R>,
    mut collector: Collector<'_>,
) -> Result<Seen, RecordReadError> {
    let mut sample = Sample::default();
    for text in reader.sample()? {
        sample.add(&json::parse(&text), 0, checker.assigned);
    }
    let Sample { evidence, nothing, reason } = sample;
    if !takes(checker, evidence) {
        return Ok(Err(nothing));
    }
    let kind = evidence.kind(true);
    let is_array = reader.layout() == RecordLayout::LongArray;
    if kind == FileKind::Other {
        // A list of other things is one mistake, however long it is.
        let mut block = reader.block(Block::default())?;
        block.truncate(1);
        if let Some(record) = block.get(0) {
            let checked = line(checker, &record, is_array);
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
        let check = |at: usize| next.get(at).map(|record| part(|| line(checker, &record, is_array)));
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
    if let Some(fault) = reader.fault() {
        let findings = vec![syntax::array(fault, &checker.input.name)];
        collector.whole(CheckedRequest { findings, ..CheckedRequest::default() });
        collector.broken = true;
    }
    Ok(Ok(CheckedText { because: reason, ..collector.found(requests, kind, reader.bytes()) }))
}

/// The results of a line of JSON Lines, or of an element of a long array.
fn line(checker: &RequestChecker<'_>, record: &Record<'_>, is_array: bool) -> CheckedRequest {
    let page = SourceText::of_record(record);
    let document = json::parse_at(record.text, record.base);
    let mut checked = checker.record(&document, record.index, &page);
    if record.index == 1
        && !is_array
        && has_extension(&checker.input.path, "json")
        && let Some(root) = document.root()
    {
        let mut finding = syntax::second_document(root);
        finding.location.record = Some(record.index);
        page.finish(&mut finding, &checker.input.name, None);
        checked.findings.insert(0, finding);
    }
    checked
}

/// The endpoint of a request, and how it is known.
fn because(request: &Request<'_>) -> Option<Because> {
    match request.target {
        Target::Endpoint(endpoint, known) => Some((
            endpoint,
            match known {
                EndpointSource::Assigned => "by the command line or the configuration",
                EndpointSource::Envelope => "by its envelope",
                EndpointSource::Shape(_) => "by its fields",
            },
        )),
        _ => None,
    }
}

/// Whether a syntax error makes it invalid JSON; a byte order mark does not.
fn is_broken(document: &Document<'_>) -> bool {
    document.errors().iter().any(|error| error.kind != json::ErrorKind::ByteOrderMark)
}

/// The first records of a file, each with a text of its own.
#[derive(Default)]
struct Sample {
    evidence: Evidence,
    nothing: Nothing,
    reason: Option<Because>,
}

impl Sample {
    fn add(&mut self, document: &Document<'_>, record: u32, assigned: Assigned<'_>) {
        let Some(root) = document.root() else { return };
        self.count(&assigned.read(Some(record), root));
    }

    fn count(&mut self, request: &Request<'_>) {
        self.evidence.add(request);
        self.nothing.resembles = self.nothing.resembles.or_else(|| request.resembling());
        self.reason = self.reason.or_else(|| because(request));
    }
}

/// The evidence in the first records of a file.
#[derive(Clone, Copy, Default)]
struct Evidence {
    records: usize,
    /// Records with a known endpoint.
    recognised: usize,
    certain: usize,
}

impl Evidence {
    fn add(&mut self, request: &Request<'_>) {
        self.records += 1;
        self.recognised += usize::from(!matches!(request.target, Target::Nothing { .. }));
        self.certain += usize::from(request.is_certain());
    }

    /// A manifest may have an unrecognisable line, and a list of other objects may have one that looks like a request.
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
