//! PDF (ISO 32000-2): header, cross-reference chain, every reachable object, page tree, streams.
//!
//! The walker follows the path of a reader: `startxref`, the chain of cross-reference sections, the trailer, and from
//! there every reference. Objects that nothing refers to do not matter. It checks streams against their length and
//! inflates them, or follows them code by code. It does not unpack other filters and encrypted data.
//!
//! [`Facts::encrypted`] is set if the trailer has an `Encrypt` entry, and [`Facts::needs_password`] if also the empty
//! user password does not open the document. [`Facts::pages`] is none if the page tree is out of reach, as in encrypted
//! object streams.

mod lex;
mod lzw;
mod object;
mod objects;
mod password;
mod stream;
mod xref;

use super::{Bytes, Depth, Facts, Fault, ReadError};
use crate::text;
use lex::{Lexer, Token};

/// Readers search this many bytes for the header (ISO 32000-1, annex H.3, note 13).
const HEADER_WITHIN: usize = 1024;
/// Readers search this many bytes at the end for `startxref`.
const TAIL: u64 = 1054;
/// We search further than readers, to distinguish a document followed by other bytes from a truncated one.
const LONG_TAIL: u64 = 1 << 20;

pub(super) fn walk(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let head = bytes.peek(0, HEADER_WITHIN + 4)?;
    let Some(base) = memchr::memmem::find(head, b"%PDF-") else {
        let fault = Fault::corrupt("header-missing", "there is no %PDF- header in the first 1,024 bytes").at(0);
        facts.fault(fault.effect("readers do not recognise the file as a PDF"));
        return Ok(());
    };
    if base + 5 > HEADER_WITHIN {
        facts.fault(
            Fault::corrupt(
                "header-late",
                format!("the header is at byte {}, not within the first 1,024", text::count(base as u64)),
            )
            .at_named_byte(base as u64)
            .effect("readers do not recognise the file as a PDF")
            .mendable(),
        );
    }
    if !head.get(base + 5..base + 8).is_some_and(|version| matches!(version, [b'0'..=b'9', b'.', b'0'..=b'9'])) {
        let fault = Fault::malformed("header-version", "the header gives no version such as 1.7").at(base as u64);
        facts.fault(fault.effect("readers assume the newest version that they know"));
    }
    let escapes = !head.get(base + 5..).is_some_and(|rest| rest.starts_with(b"1.0") || rest.starts_with(b"1.1"));
    let base = base as u64;
    let Some(tail) = find_start(bytes)? else {
        facts.fault(
            Fault::corrupt("startxref-missing", "the file does not end as a PDF does: startxref is missing")
                .at(bytes.len())
                .effect("the end of the file is missing, and with it the table of its objects"),
        );
        return Ok(());
    };
    let mut lexer = Lexer::new(bytes, tail + b"startxref".len() as u64);
    let first = match lexer.token()? {
        Token::Int(first) if first >= 0 => first.unsigned_abs(),
        _ => {
            facts.fault(
                Fault::corrupt("startxref-broken", "startxref is not followed by an offset")
                    .at(tail)
                    .effect("readers have to guess where the objects are, or refuse the file")
                    .mendable(),
            );
            return Ok(());
        }
    };
    let behind = lexer.position();
    // Offsets count from the header. Some writers put bytes before it and count from the beginning of the file.
    let base =
        if base > 0 && is_section(bytes, first)? && !is_section(bytes, first.saturating_add(base))? { 0 } else { base };
    let mut table = match xref::read(bytes, first, base, escapes)? {
        Ok(table) => table,
        Err(fault) => {
            facts.fault(fault);
            return Ok(());
        }
    };
    facts.encrypted = table.encrypted;
    if table.encrypted {
        facts.needs_password = password::is_needed(bytes, &table)?.unwrap_or(false);
    }
    trailing(bytes, behind, facts)?;
    if let Some(odd) = table.odd.take() {
        facts.fault(odd);
    }
    if depth > Depth::Header {
        objects::ObjectWalk::new(&mut table).run(bytes, facts)?;
    }
    Ok(())
}

/// A cross-reference section begins at this offset: `xref`, or the header of a stream object.
fn is_section(bytes: &mut Bytes<'_>, offset: u64) -> Result<bool, ReadError> {
    if matches!(Lexer::new(bytes, offset).token()?, Token::Keyword(word) if word.is(b"xref")) {
        return Ok(true);
    }
    Ok(Lexer::new(bytes, offset).object_header()?.is_some())
}

/// The last `startxref` of the file.
fn find_start(bytes: &mut Bytes<'_>) -> Result<Option<u64>, ReadError> {
    for tail in [TAIL, LONG_TAIL] {
        let from = bytes.len().saturating_sub(tail);
        let piece = bytes.peek(from, usize::try_from(tail).unwrap_or(0))?;
        if let Some(at) = memchr::memmem::rfind(piece, b"startxref") {
            return Ok(Some(from + at as u64));
        }
    }
    Ok(None)
}

/// Judges the bytes after the end: only `%%EOF` and white space belong there.
fn trailing(bytes: &mut Bytes<'_>, behind: u64, facts: &mut Facts) -> Result<(), ReadError> {
    let buried = bytes.left(behind);
    let piece = bytes.peek(behind, 1 << 20)?;
    let Some(mark) = memchr::memmem::find(piece, b"%%EOF") else {
        facts.fault(Fault::malformed("eof-missing", "the file does not end with %%EOF").at(bytes.len()));
        return Ok(());
    };
    let end = mark + b"%%EOF".len();
    let count = buried.saturating_sub(end as u64);
    if let Some(at) = piece.get(end..).and_then(|rest| memchr::memmem::find(rest, b" obj")) {
        facts.fault(
            Fault::corrupt("update-cut", "objects follow the end of the document without a table")
                .at(behind + (end + at) as u64)
                .effect("the last changes are lost"),
        );
        return Ok(());
    }
    // Less than a kilobyte is common and harmless.
    if buried >= TAIL {
        let blank = piece.get(end..).is_some_and(|rest| rest.iter().all(|&byte| lex::is_space(byte)));
        let what = if blank { "blank bytes" } else { "bytes" };
        facts.fault(
            Fault::corrupt("end-buried", format!("{} {what} follow the end of the document", text::count(count)))
                .at(behind + end as u64)
                .effect("readers look for the end in the last kilobyte: they have to guess where the objects are")
                .mendable(),
        );
    }
    Ok(())
}
