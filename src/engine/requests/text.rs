//! Checks one text from any source: a file, standard input, the buffer of an editor.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use super::request::{CheckedRequest, RequestChecker};
use super::{pieces, records, tables};
use crate::engine::drafts::remembered;
use crate::engine::file_result::{FileResult, Raised};
use crate::engine::guard::{guarded, internal_fault};
use crate::engine::inputs::{is_json, is_media};
use crate::engine::settle::Spilled;
use crate::engine::{Run, StdinBytes, StreamedInput, media, services};
use crate::finding::Finding;
use crate::outcome::{CheckedFile, FileKind, Resembling, Taken};
use crate::request::Request;
use crate::request::endpoint::Endpoint;
use crate::text::counted;
use crate::walk::{self, Input, InputKind};

/// Takes findings while a text is read.
pub(in crate::engine) type Tell<'k> = &'k mut (dyn FnMut(&Finding) + Send + 'k);

/// A text to check.
pub(in crate::engine) struct IncomingText<'k> {
    /// Not a parameter of the type: everything that reads a text would be compiled once for each kind of source.
    pub source: Box<dyn Read + Send + 'k>,
    /// Its length, if known.
    pub size: Option<u64>,
    /// Takes the findings while the text is read; none: they are collected.
    pub tell: Option<Tell<'k>>,
}

impl<'k> IncomingText<'k> {
    fn of(source: impl Read + Send + 'k, size: Option<u64>) -> Self {
        Self { source: Box::new(source), size, tell: None }
    }

    fn bytes(bytes: &'k [u8]) -> Self {
        Self::of(bytes, Some(bytes.len() as u64))
    }
}

/// The kind of a text, and the results of its requests.
pub(in crate::engine) struct CheckedText {
    pub checked: CheckedRequest,
    pub requests: u64,
    /// How many of them may get more fields before they are sent.
    pub open: u64,
    pub kind: FileKind,
    pub size_bytes: u64,
    /// Spilled findings.
    pub spilled: Option<Box<Spilled>>,
    /// Why it counts as requests, if there is a single reason.
    pub because: Option<Because>,
    /// It is one JSON text that does not parse.
    pub broken: bool,
}

/// An endpoint, and how it is known.
pub(in crate::engine) type Because = (Endpoint, &'static str);

/// A text without certain requests.
#[derive(Clone, Copy, Default)]
pub(in crate::engine) struct Nothing {
    /// The operation that it resembles, if there is much evidence but no proof.
    pub resembles: Option<Endpoint>,
    /// Why it was not read.
    pub unread: Option<&'static str>,
}

impl Nothing {
    pub fn of<'r>(requests: impl IntoIterator<Item = &'r Request<'r>>) -> Self {
        Self { resembles: requests.into_iter().find_map(Request::resembling), unread: None }
    }

    pub const fn because(unread: &'static str) -> Self {
        Self { resembles: None, unread: Some(unread) }
    }
}

/// The classification of a text.
pub(in crate::engine) type Seen = Result<CheckedText, Nothing>;

/// Checks the requests of a file, unless its results are remembered from an earlier run.
pub(in crate::engine) fn of_file_unless_known(run: &Run<'_>, input: &Input) -> FileResult {
    remembered(run, input, || of_file_unless_empty(run, input))
}

/// Checks the requests of a file, unless the cache knows that there are none.
fn of_file_unless_empty(run: &Run<'_>, input: &Input) -> FileResult {
    // If only the bytes can show that it is a request, the cache knows the answer.
    let by_bytes = !input.named
        && services::of_requests(run.settings, input).endpoint.is_none()
        && run.settings.overlay.text(&input.path).is_none();
    if !by_bytes {
        return of_file(run, input);
    }
    let check = || {
        let result = of_file(run, input);
        // The cache could not say what it resembles.
        let has_more =
            result.file.is_some() || result.unchecked || result.resembling.is_some() || result.taken.is_some();
        (result, !has_more)
    };
    let known = || FileResult { passed_over: !matches!(input.kind, InputKind::Source(_)), ..FileResult::default() };
    run.facts.unless_no_request(&input.path, check).unwrap_or_else(known)
}

fn of_file(run: &Run<'_>, input: &Input) -> FileResult {
    result_of(run, input, || {
        if let Some(bytes) = run.settings.overlay.read(&input.path).map_err(|error| walk::because(&error))? {
            return read(run, input, IncomingText::bytes(&bytes));
        }
        let (file, metadata) = walk::open_seen(&input.path)?;
        read(run, input, IncomingText::of(file, Some(metadata.len())))
    })
}

/// Checks the bytes of standard input.
pub(in crate::engine) fn of_bytes(run: &Run<'_>, input: &Input, bytes: &StdinBytes) -> FileResult {
    let is_text = match input.kind {
        InputKind::Json | InputKind::JsonLines | InputKind::Source(_) | InputKind::Table => Ok(true),
        InputKind::Media => Ok(false),
        // With an endpoint, everything that is not a media file is meant as a body.
        InputKind::Unknown if run.settings.endpoint.is_some() => bytes.look(|bytes| !is_media(bytes)),
        InputKind::Unknown => bytes.look(is_json),
    };
    let unreadable = |message| FileResult::unreadable(&input.name, &input.config, message);
    match (is_text, bytes) {
        (Ok(true), StdinBytes::Held(bytes)) => result_of(run, input, || read(run, input, IncomingText::bytes(bytes))),
        (Ok(true), StdinBytes::Spooled(file, length)) => result_of(run, input, || {
            // All handles share one position in the file; nothing else reads from it.
            let mut source: &File = file;
            source.seek(SeekFrom::Start(0)).map_err(|error| walk::because(&error))?;
            read(run, input, IncomingText::of(source, Some(*length)))
        }),
        (Ok(false), bytes) => bytes.look(|bytes| media::of_bytes(run, input, bytes)).unwrap_or_else(unreadable),
        (Err(message), _) => unreadable(message),
    }
}

/// Checks standard input while it streams.
pub(in crate::engine) fn of_stream(run: &Run<'_>, input: &Input, streamed: StreamedInput<'_>) -> FileResult {
    let StreamedInput { source, tell } = streamed;
    result_of(run, input, || read(run, input, IncomingText { tell: Some(tell), ..IncomingText::of(source, None) }))
}

/// Checks every request of a text; nothing if it contains none and is not named as one.
fn read<'k>(run: &'k Run<'k>, input: &'k Input, incoming: IncomingText<'k>) -> Result<Seen, String> {
    let checker = RequestChecker::new(run, input);
    match input.kind {
        InputKind::Source(form) => pieces::check(checker, form, incoming),
        InputKind::Table => tables::check(checker, incoming),
        _ => records::check(checker, incoming),
    }
}

fn result_of(run: &Run<'_>, input: &Input, read: impl FnOnce() -> Result<Seen, String>) -> FileResult {
    let found = match guarded(read) {
        Ok(Ok(Ok(found))) => found,
        // Code without requests is skipped silently.
        Ok(Ok(Err(Nothing { resembles, unread }))) => {
            let passed_over = input.named || !matches!(input.kind, InputKind::Source(_));
            let path = input.name.to_string();
            let what = || match resembles {
                Some(endpoint) => format!("skipped: it resembles {}, but not clearly", endpoint.name()),
                None => format!("skipped: {}", unread.unwrap_or("it contains no request")),
            };
            let taken = run.settings.show_files.then(|| Box::new(Taken { path: path.clone(), what: what() }));
            let resembling = resembles.map(|endpoint| Box::new(Resembling { path, endpoint: endpoint.name() }));
            return FileResult { passed_over, taken, resembling, ..FileResult::default() };
        }
        Ok(Err(message)) => return FileResult::unreadable(&input.name, &input.config, message),
        Err(fault) => return FileResult::unreadable(&input.name, &input.config, internal_fault(&fault)),
    };
    let CheckedText { checked, requests, open, kind, size_bytes, spilled, because, broken } = found;
    let what = || match (kind, because) {
        (FileKind::Other, _) => "named, but not a request".to_owned(),
        (_, Some((endpoint, why))) => format!("{}: {}, {why}", kind.name(), endpoint.name()),
        (_, None) => match input.kind {
            InputKind::Source(form) => format!("{} in {}", counted(requests, "request"), form.name()),
            _ => counted(requests, "request"),
        },
    };
    let taken = run.settings.show_files.then(|| Box::new(Taken { path: input.name.to_string(), what: what() }));
    let raise = |finding| Raised { finding, config: Arc::clone(&input.config) };
    let file = CheckedFile { requests, broken, ..CheckedFile::new(&*input.name, kind, size_bytes) };
    let CheckedRequest { findings, sites, references, plan, .. } = checked;
    let raised = findings.into_iter().map(raise).collect();
    FileResult { raised, file: Some(file), open, sites, references, plan, spilled, taken, ..FileResult::default() }
}
