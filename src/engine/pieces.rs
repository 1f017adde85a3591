//! Requests in other files: shell, Markdown, collections, code.

use std::io::Read;

use super::collect::Collector;
use super::page::SourceText;
use super::records::{IncomingText, Nothing, Seen};
use super::requests::{CheckedRequest, is_whole};
use super::{Run, guard::part};
use crate::check::secret;
use crate::extract::{self, Form};
use crate::outcome::FileKind;
use crate::request::endpoint::Endpoint;
use crate::request::json;
use crate::request::piece::Piece;
use crate::request::record;
use crate::text::bounds;
use crate::walk::{self, Input};

impl Run<'_> {
    /// Checks the requests in a file; none if it holds none.
    pub(super) fn source<'k>(
        &'k self,
        input: &'k Input,
        form: Form,
        incoming: IncomingText<'k, impl Read + Send>,
    ) -> Result<Seen, String> {
        let IncomingText { source, size, tell } = incoming;
        if size.is_some_and(|size| size > bounds::FORM_BYTES) {
            return Ok(Err(Nothing::default()));
        }
        let mut bytes = Vec::with_capacity(size.map_or(0, |size| usize::try_from(size).unwrap_or(0) + 1));
        source.take(bounds::FORM_BYTES + 1).read_to_end(&mut bytes).map_err(|error| walk::because(&error))?;
        let declared = self.declared(input);
        if bytes.len() as u64 > bounds::FORM_BYTES || declared.is_none() && !extract::may_hold(&bytes) {
            return Ok(Err(Nothing::default()));
        }
        let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(Err(Nothing::default())) };
        let pieces = declared.and_then(|endpoint| extract::declared(form, text, endpoint));
        let pieces = pieces.unwrap_or_else(|| extract::pieces(form, text));
        let page = SourceText::new(text, 0, 1);
        let mut collector = Collector::new(self, input, tell);
        let requests = self.pieces(input, &pieces, &page, &mut collector);
        let keys = self.keys(input, &page, &mut collector);
        if requests == 0 && !keys {
            return Ok(Err(Nothing::default()));
        }
        Ok(Ok(collector.found(requests, FileKind::Request, bytes.len() as u64)))
    }

    /// The endpoint that the configuration gives to this file, or the command line to a file that it names.
    fn declared(&self, input: &Input) -> Option<Endpoint> {
        let is_asked = input.named || input.config.requests_of(&input.path).is_some();
        if is_asked { self.told(input).endpoint } else { None }
    }

    /// Looks for keys of the service; whether there are any.
    pub(super) fn keys<'k>(&'k self, input: &'k Input, page: &SourceText<'_>, collector: &mut Collector<'k>) -> bool {
        let mut findings = secret::keys(page.whole(), extract::names_service(page.whole()));
        findings.iter_mut().for_each(|finding| page.finish(finding, &input.name, None));
        let any = !findings.is_empty();
        collector.whole(CheckedRequest { findings, ..CheckedRequest::default() });
        any
    }

    /// Checks the pieces of a page and returns the number of requests.
    pub(super) fn pieces<'k>(
        &'k self,
        input: &'k Input,
        pieces: &[Piece],
        page: &SourceText<'_>,
        collector: &mut Collector<'k>,
    ) -> u64 {
        let of_file = self.told(input);
        let mut requests = 0;
        for piece in pieces.iter().filter(|piece| extract::is_for(piece, of_file.profiles)) {
            let seen = page.through(piece);
            let document = json::parse(&piece.text);
            let number = u32::try_from(requests).unwrap_or(u32::MAX);
            let told = of_file.with(extract::told(piece));
            collector.whole(self.syntax(&document, &seen, input, told.profile(), Some(number)));
            let records: Vec<_> = record::records(&document).map(|(_, root)| root).collect();
            for root in records {
                let number = u32::try_from(requests).unwrap_or(u32::MAX);
                requests += 1;
                if is_whole(&document) {
                    collector.take(page, part(|| self.one(&told.read(Some(number), root), &seen, input)));
                }
            }
        }
        requests
    }
}
