//! Requests in other files: shell, Markdown, collections, code.

use std::cell::RefCell;
use std::io::{self, Read};

use super::collect::Collector;
use super::page::SourceText;
use super::request::{CheckedRequest, RequestChecker};
use super::text::{IncomingText, Nothing, Seen};
use crate::check::secret;
use crate::engine::guard::part;
use crate::extract::{self, Form};
use crate::outcome::FileKind;
use crate::request::endpoint::Endpoint;
use crate::request::json::{self, ValueKind};
use crate::request::piece::Piece;
use crate::request::record;
use crate::text::bounds;
use crate::walk;

/// The bytes of a text, if it may contain a request at all. Most files of a project do not, so they are read into
/// reused memory.
fn telling(mut source: impl Read, size: Option<u64>, declared: bool) -> io::Result<Result<Vec<u8>, Nothing>> {
    thread_local! {
        static READ: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    const TOO_LARGE: Nothing = Nothing::because("it is too large for its form");
    if size.is_some_and(|size| size > bounds::FORM_BYTES) {
        return Ok(Err(TOO_LARGE));
    }
    READ.with_borrow_mut(|read| {
        let most = bounds::FORM_BYTES as usize + 1;
        let expected = size.map_or(STEP, |size| size as usize + 1);
        if read.len() < expected {
            read.resize(expected.next_multiple_of(STEP), 0);
        }
        let mut len = 0;
        loop {
            let space = read.get_mut(len..).unwrap_or_default();
            let got = match source.read(space) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                got => got?,
            };
            len += got;
            // A file of the stated size that then ends is complete.
            if got == 0 || len >= most || size.is_some_and(|size| len as u64 == size) {
                break;
            }
            if len == read.len() {
                read.resize(len + STEP, 0);
            }
        }
        let bytes = read.get(..len).unwrap_or_default();
        let found = match () {
            () if len >= most => Err(TOO_LARGE),
            () if declared || extract::may_hold(bytes) => Ok(bytes.to_vec()),
            () => Err(Nothing::default()),
        };
        // Do not keep the memory of one large file.
        read.truncate(KEPT);
        read.shrink_to(KEPT);
        Ok(found)
    })
}

/// The step in bytes by which the read buffer grows.
const STEP: usize = 64 << 10;
/// The bytes of it that a thread keeps.
const KEPT: usize = 1 << 20;

/// Checks the requests in a file; none if there are none.
pub(in crate::engine) fn check<'k>(
    checker: RequestChecker<'k>,
    form: Form,
    incoming: IncomingText<'k>,
) -> Result<Seen, String> {
    let IncomingText { source, size, tell } = incoming;
    let declared = declared(&checker);
    let bytes = match telling(source, size, declared.is_some()).map_err(|error| walk::because(&error))? {
        Ok(bytes) => bytes,
        Err(nothing) => return Ok(Err(nothing)),
    };
    let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(Err(Nothing::because("it is not UTF-8"))) };
    let pieces = declared.and_then(|endpoint| extract::declared(form, text, endpoint));
    let pieces = pieces.unwrap_or_else(|| extract::pieces(form, text));
    let page = SourceText::new(text, 0, 1);
    let mut collector = Collector::new(checker, tell);
    let requests = check_pieces(&checker, &pieces, &page, &mut collector);
    let keys = check_keys(&page, &mut collector);
    if requests == 0 && !keys {
        return Ok(Err(Nothing::default()));
    }
    Ok(Ok(collector.found(requests, FileKind::Request, bytes.len() as u64)))
}

/// The endpoint that the configuration assigns to this file, or the command line to a named file.
fn declared(checker: &RequestChecker<'_>) -> Option<Endpoint> {
    let input = checker.input;
    let is_asked = input.named || input.config.requests_of(&input.path).is_some();
    if is_asked { checker.assigned.endpoint } else { None }
}

/// Searches for keys of the service; returns whether there are any.
pub(in crate::engine) fn check_keys(page: &SourceText<'_>, collector: &mut Collector<'_>) -> bool {
    let mut findings = secret::keys(page.whole(), extract::names_service(page.whole()));
    findings.iter_mut().for_each(|finding| page.finish(finding, collector.name(), None));
    let any = !findings.is_empty();
    collector.whole(CheckedRequest { findings, ..CheckedRequest::default() });
    any
}

/// Checks the pieces of a page and returns the number of requests.
pub(in crate::engine) fn check_pieces(
    of_file: &RequestChecker<'_>,
    pieces: &[Piece],
    page: &SourceText<'_>,
    collector: &mut Collector<'_>,
) -> u64 {
    let mut requests = 0;
    for piece in pieces.iter().filter(|piece| extract::is_for(piece, of_file.assigned.profiles)) {
        let seen = page.through(piece);
        let document = json::parse(&piece.text);
        let number = u32::try_from(requests).unwrap_or(u32::MAX);
        let checker = of_file.with(extract::endpoint(piece));
        collector.whole(checker.syntax(&document, &seen, Some(number)));
        let records: Vec<_> = record::records(&document).map(|(_, root)| root).collect();
        for root in records {
            let number = u32::try_from(requests).unwrap_or(u32::MAX);
            requests += 1;
            // A text instead of an object is a variable whose value is not here.
            collector.open += u64::from(!piece.open.is_empty() || root.kind() == ValueKind::String);
            if document.is_whole() {
                collector.take(page, part(|| checker.one(&checker.assigned.read(Some(number), root), &seen)));
            }
        }
    }
    requests
}
