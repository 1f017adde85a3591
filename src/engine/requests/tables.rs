//! CSV and TSV as manifests: each row is a request.
//!
//! The part that all rows share is checked once, and reported at the template or at the header. For a row, only faults
//! of its own cells are reported.

use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;

use super::collect::Collector;
use super::page::SourceText;
use super::request::{CheckedRequest, RequestChecker};
use super::text::{IncomingText, Nothing, Seen};
use crate::config::normal;
use crate::engine::Run;
use crate::engine::guard::part;
use crate::engine::inputs::has_extension;
use crate::engine::threads::map_each;
use crate::extract::table::{Filled, Row, RowBlock, RowReader, Rows, Sheet, is_template};
use crate::finding::{Finding, Location};
use crate::outcome::FileKind;
use crate::request::endpoint::Endpoint;
use crate::request::json::{self, Document};
use crate::request::piece::SpanMap;
use crate::rule;
use crate::text::{Span, counted, size};
use crate::walk::{self, Input, InputKind};

/// A template above this size is not read.
const MOST_TEMPLATE: u64 = 1 << 20;
/// Rows checked at a time.
const CHUNK: usize = 4_096;
/// Bytes of requests that any table may make from its template.
const FREE: usize = 64 << 20;
/// Bytes of requests that each byte of a table may make from its template.
const FACTOR: usize = 128;

/// Identifies a finding of all rows.
type Sign = (&'static str, String);

fn sign(finding: &Finding) -> Sign {
    (finding.rule.id, finding.location.pointer.clone().unwrap_or_default())
}

/// Checks the rows of a table.
pub(in crate::engine) fn check<'k>(checker: RequestChecker<'k>, incoming: IncomingText<'k>) -> Result<Seen, String> {
    let RequestChecker { run, input, assigned } = checker;
    let IncomingText { source, tell, .. } = incoming;
    let Some(entry) = input.config.requests_of(&input.path) else { return Ok(Err(Nothing::default())) };
    if entry.columns.is_empty() {
        return Err(
            "is a table, and its `[[requests]]` has no `columns = { script = \"…\" }` that say what its columns are"
                .to_owned(),
        );
    }
    let is_tsv = has_extension(&input.path, "tsv");
    let mut reader = RowReader::new(source, is_tsv);
    let first = reader.block().map_err(|error| walk::because(&error))?;
    let shape = assigned.endpoint.and_then(|endpoint| match endpoint {
        Endpoint::Operation(operation) => operation.body,
        Endpoint::Legacy(_) => None,
    });
    let template = template(run, input, entry.template.as_deref())?;
    let document = template.as_ref().map(|(_, text)| json::parse(text));
    if let (Some((of, _)), Some(document)) = (&template, &document)
        && !(document.errors().is_empty() && is_template(document.root()))
    {
        return Err(format!("cannot be checked: template {}: not a JSON object", of.name));
    }
    let mut collector = Collector::new(checker, tell);
    let head = first.as_ref().map_or("", |first| &first.text);
    let page = SourceText::new(head, 0, 1);
    if let Some(fault) = first.as_ref().and_then(|first| first.fault) {
        collector.encoding(fault, &page, 0);
    }
    let endpoint = assigned.endpoint.map(Endpoint::name).unwrap_or_default();
    let Some(table) = Sheet::read(head, is_tsv, &entry.columns, &endpoint, shape, document.as_ref()) else {
        return Ok(Ok(collector.found(0, FileKind::Manifest, reader.bytes())));
    };
    let header = absent(&table, entry.columns_at.as_ref(), &input.name, &page);
    collector.whole(CheckedRequest { findings: header, ..CheckedRequest::default() });
    let known = common(&checker, &table, template.as_ref(), &page, &mut collector);
    let rows = RowChecker { checker: &checker, table: &table, known: &known, shared: table.common().piece.text.len() };
    let mut work = FillWork { left: FREE + head.len() * FACTOR };
    let mut requests =
        rows.check_block(0, table.rows(), &TableText { page: &page, text: head, base: 0 }, &mut work, &mut collector)?;
    while let Some(RowBlock { text, base, line, fault }) = reader.block().map_err(|error| walk::because(&error))? {
        let page = SourceText::new(&text, base, line);
        if let Some(fault) = fault {
            collector.encoding(fault, &page, base);
        }
        let block = TableText { page: &page, text: &text, base };
        work.left = work.left.saturating_add(text.len() * FACTOR);
        requests += rows.check_block(requests, table.more_rows(&text), &block, &mut work, &mut collector)?;
    }
    Ok(Ok(collector.found(requests as u64, FileKind::Manifest, reader.bytes())))
}

/// The template of a table, as a separate file, with its text.
fn template(
    run: &Run<'_>,
    input: &Input,
    written: Option<&std::path::Path>,
) -> Result<Option<(Input, String)>, String> {
    let Some(written) = written else { return Ok(None) };
    let path = normal(&input.config.root.join(written));
    let name = run.configs.name(&path);
    let fault = |why: &str| format!("cannot be checked: template {name}: {why}");
    if !run.borders.admit(&path, input, true) {
        return Err(fault("outside the project"));
    }
    let text = match run.settings.overlay.read(&path).map_err(|error| fault(&walk::because(&error)))? {
        Some(bytes) => bytes.to_vec(),
        None => {
            let (file, _) = walk::open(&path).map_err(|why| fault(&why))?;
            let mut bytes = Vec::new();
            file.take(MOST_TEMPLATE + 1).read_to_end(&mut bytes).map_err(|error| fault(&walk::because(&error)))?;
            bytes
        }
    };
    if text.len() as u64 > MOST_TEMPLATE {
        return Err(fault(&format!("more than {}", size(MOST_TEMPLATE))));
    }
    let text = String::from_utf8(text).map_err(|_| fault("not UTF-8"))?;
    let config = Arc::clone(&input.config);
    Ok(Some((Input { path, name: name.into(), config, kind: InputKind::Json, named: true }, text)))
}

/// Configured columns that the header lacks.
fn absent(table: &Sheet<'_>, columns: Option<&Location>, name: &Arc<str>, page: &SourceText<'_>) -> Vec<Finding> {
    let found = |absent: &crate::extract::table::Absent| {
        let (column, near) = (&absent.column, &absent.near);
        let place = near.as_ref().map_or(table.header.span, |(_, span)| *span);
        let message = format!(
            "no column is called “{}”, which `columns` maps to {}",
            crate::source::clean(&column.name),
            column.path()
        );
        let mut finding = Finding::new(&rule::REQUEST_MISSING_FIELD, message).at(Location::span(place));
        finding = match near {
            Some((near, _)) => finding.help(format!(
                "did you mean “{}”? correct the name in `columns` or in the header",
                crate::source::clean(near)
            )),
            None => finding.help("name a column of the header in `columns`, or add the column"),
        };
        if let Some(columns) = columns {
            finding = finding.related("the configuration names it here", columns.clone());
        }
        page.finish(&mut finding, name, None);
        finding
    };
    table.absent.iter().map(found).collect()
}

/// Checks the part that all rows share, and returns its findings.
fn common(
    checker: &RequestChecker<'_>,
    table: &Sheet<'_>,
    template: Option<&(Input, String)>,
    page: &SourceText<'_>,
    collector: &mut Collector<'_>,
) -> HashSet<Sign> {
    let Filled { piece, .. } = table.common();
    let document = json::parse(&piece.text);
    let Some(root) = document.root() else { return HashSet::new() };
    let mut known = HashSet::new();
    let note = |findings: &mut Vec<Finding>| {
        known.extend(findings.iter().map(sign));
        findings.iter_mut().for_each(|finding| finding.fix = None);
    };
    let request = checker.assigned.read(None, root);
    let checked = match template {
        Some((of, text)) => {
            let whole = SourceText::new(text, 0, 1);
            RequestChecker { input: of, ..*checker }.one_with(&request, &whole.through(&piece), note)
        }
        None => checker.one_with(&request, &page.through(&piece), note),
    };
    // Its requests, media and duplicates are counted with the rows.
    let findings = checked.findings.into_iter().map(|finding| Finding { source: None, ..finding }).collect();
    collector.whole(CheckedRequest { findings, ..CheckedRequest::default() });
    known
}

/// A block of a table, which begins at a byte of the file.
struct TableText<'a> {
    page: &'a SourceText<'a>,
    text: &'a str,
    base: usize,
}

/// The limit on the work for the rows: a short row may result in a long request.
struct FillWork {
    /// The remaining bytes of requests.
    left: usize,
}

/// Checks the rows of a table.
struct RowChecker<'a, 'k> {
    checker: &'a RequestChecker<'k>,
    table: &'a Sheet<'a>,
    /// The findings that all rows share.
    known: &'a HashSet<Sign>,
    /// Bytes of the part that the rows share.
    shared: usize,
}

impl RowChecker<'_, '_> {
    /// Checks the rows of a block, after `before` earlier rows, and returns their count. It is an error if they need too
    /// much work.
    fn check_block(
        &self,
        before: usize,
        rows: Rows<'_>,
        block: &TableText<'_>,
        work: &mut FillWork,
        collector: &mut Collector<'_>,
    ) -> Result<usize, String> {
        let mut requests = 0;
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let affordable = work.left / self.shared.max(1);
            if affordable == 0 {
                let template = size(self.shared as u64);
                return Err(format!(
                    "cannot be checked: its rows share {template}, too much for so many of them; split the table, or \
                     shorten the template"
                ));
            }
            let some: Vec<(usize, Row)> = rows.by_ref().take(CHUNK.min(affordable)).enumerate().collect();
            work.left = work.left.saturating_sub(some.len() * self.shared);
            let first = before + requests;
            let check = |(at, row): (usize, Row)| part(|| self.check_row(&row, first + at, block));
            requests += some.len();
            map_each(some, check).into_iter().for_each(|one| collector.take(block.page, one));
            drop(collector.spent());
        }
        Ok(requests)
    }

    /// The results of a row, without the findings that all rows share.
    fn check_row(&self, row: &Row, index: usize, block: &TableText<'_>) -> CheckedRequest {
        let &TableText { page, text, base } = block;
        let record = u32::try_from(index).unwrap_or(u32::MAX);
        let mut filled = self.table.fill(text, row, index.saturating_add(2));
        filled.piece = filled.piece.within(&SpanMap::verbatim(base, text.len()));
        let document: Document<'_> = json::parse(&filled.piece.text);
        let Some(root) = document.root() else { return CheckedRequest::default() };
        let request = self.checker.assigned.read(Some(record), root);
        let lens = page.row(&filled.piece);
        let place = |findings: &mut Vec<Finding>| findings.retain_mut(|finding| settles(finding, &filled, self.known));
        let mut checked = self.checker.one_with(&request, &lens, place);
        if let Some(mut finding) = misshapen(self.table, row, base) {
            finding.location.record = Some(record);
            page.finish(&mut finding, &self.checker.input.name, None);
            checked.findings.insert(0, finding);
        }
        checked
    }
}

/// Moves a finding to its cell or to the row; false if it concerns the part that all rows share.
fn settles(finding: &mut Finding, filled: &Filled, known: &HashSet<Sign>) -> bool {
    let span = finding.location.span.unwrap_or_default();
    let touches = |(member, _): &&(Span, Span)| member.start <= span.start && span.end <= member.end;
    let cell = filled.cells.iter().find(touches);
    match cell {
        None if known.contains(&sign(finding)) => return false,
        None => {
            finding.location.span = Some(Span::new(0, filled.piece.text.len().min(1)));
            finding.fix = None;
        }
        Some((_, value)) => {
            if span.start < value.start || span.end > value.end {
                finding.location.span = Some(*value);
            }
            let within = |edit: &crate::finding::Edit| {
                edit.file.is_empty()
                    && value.start <= edit.span.start
                    && edit.span.end <= value.end
                    && edit.span.start < edit.span.end
            };
            if finding.fix.as_ref().is_some_and(|fix| !fix.edits.iter().all(within)) {
                finding.fix = None;
            }
        }
    }
    true
}

/// The finding for a row with more or fewer cells than the header, or with an unclosed quote. Its block begins at
/// `base`.
fn misshapen(table: &Sheet<'_>, row: &Row, base: usize) -> Option<Finding> {
    if let Some(at) = row.unclosed {
        return Some(
            Finding::new(&rule::REQUEST_SYNTAX, "this quote is never closed: the rest of the table is inside it")
                .at(Location::span(Span::new(base + at, base + at + 1)))
                .help("close it, or double a quote that belongs to the text"),
        );
    }
    if row.count == table.header.count {
        return None;
    }
    let message =
        format!("the row has {}, but the header has {}", counted(row.count as u64, "cell"), table.header.count);
    let finding = Finding::new(&rule::REQUEST_SYNTAX, message)
        .at(Location::span(Span::new(base + row.span.start, base + row.span.end)));
    Some(finding.at_most(rule::Severity::Warning).help("put a text that contains the separator in double quotes"))
}
