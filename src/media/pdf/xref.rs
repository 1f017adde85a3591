//! The cross-reference chain: tables, streams and their trailers (ISO 32000-2, sections 7.5.4, 7.5.5 and 7.5.8).

use crate::text;
use std::collections::HashMap;

use super::lex::{Dict, Kind, Lexer, Token, Value};
use super::stream::{self, Inflated};
use crate::media::{Bytes, Fault, ReadError};

/// A document with more objects than this is walked no further; the largest real ones have a tenth of it.
pub(super) const MOST_OBJECTS: usize = 400_000;
/// A document that was saved more often than this has no reader.
const MOST_SECTIONS: usize = 1_024;

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Free,
    At(u64),
    /// In an object stream.
    In(u32),
}

/// What the newest section that knows an object says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) place: Place,
    pub(super) seen: bool,
}

/// The whole chain, newest section first.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) entries: HashMap<u32, Entry>,
    /// The newest trailer, and where it stands.
    pub(super) trailer: Dict,
    /// Everything that the newest trailer refers to.
    pub(super) roots: Vec<u32>,
    pub(super) trailer_at: u64,
    pub(super) encrypted: bool,
    /// There was more than we are ready to read, or something packed as we do not unpack it.
    pub(super) partial: bool,
    /// What is odd and harms nobody.
    pub(super) odd: Option<Fault>,
}

impl Table {
    fn add(&mut self, number: u32, place: Place) {
        if self.entries.len() >= MOST_OBJECTS {
            self.partial = true;
            return;
        }
        let entry = self.entries.entry(number).or_insert(Entry { place, seen: false });
        // A hybrid file hides its compressed objects behind free entries.
        if entry.place == Place::Free {
            entry.place = place;
        }
    }

    fn note(&mut self, fault: Fault) {
        self.odd.get_or_insert(fault);
    }
}

/// Reads the chain from the section at `first` on; `base` is where the header stands, which offsets count from.
pub(super) fn read(bytes: &mut Bytes<'_>, first: u64, base: u64) -> Result<Result<Table, Fault>, ReadError> {
    let mut table = Table::default();
    let mut visited: Vec<u64> = Vec::new();
    let mut next = vec![(first, true)];
    while let Some((claimed, main)) = next.pop() {
        if visited.contains(&claimed) {
            continue;
        }
        if visited.len() >= MOST_SECTIONS {
            table.partial = true;
            break;
        }
        visited.push(claimed);
        let newest = visited.len() == 1;
        let section = match section(bytes, claimed.saturating_add(base), base, &mut table, newest)? {
            Ok(section) => section,
            Err(fault) => return Ok(Err(fault)),
        };
        table.encrypted |= section.get(b"Encrypt").is_some();
        if main && let Some(prev) = section.size(b"Prev") {
            next.push((prev, true));
        }
        if let Some(hidden) = section.size(b"XRefStm") {
            next.push((hidden, false));
        }
        if newest {
            table.trailer = section;
        }
    }
    Ok(Ok(table))
}

/// One section: its entries go into the table, its trailer comes back.
fn section(
    bytes: &mut Bytes<'_>,
    offset: u64,
    base: u64,
    table: &mut Table,
    newest: bool,
) -> Result<Result<Dict, Fault>, ReadError> {
    if offset >= bytes.len() {
        let missing = offset - bytes.len();
        return Ok(Err(Fault::corrupt(
            "xref-beyond-end",
            format!(
                "the cross-reference section should be at byte {}, {} bytes behind the end of the file",
                text::count(offset),
                text::count(missing)
            ),
        )
        .at(offset)
        .effect("readers have to guess where the objects are, or refuse the file")
        .mendable()));
    }
    let mut lexer = Lexer::new(bytes, offset);
    match lexer.token()? {
        Token::Keyword(word) if word.is(b"xref") => {
            let begin = lexer.position();
            classic(bytes, begin, base, table, newest)
        }
        Token::Int(_) => stream_section(bytes, offset, base, table, newest),
        _ => Ok(Err(no_section(offset))),
    }
}

fn no_section(offset: u64) -> Fault {
    Fault::corrupt(
        "xref-missing",
        format!("byte {} should begin a cross-reference section, and there is none", text::count(offset)),
    )
    .at(offset)
    .effect("readers have to guess where the objects are, or refuse the file")
    .mendable()
}

fn broken_entry(at: u64, number: u64) -> Fault {
    Fault::corrupt(
        "xref-broken",
        format!("the cross-reference table is broken at the entry of object {}", text::count(number)),
    )
    .at(at)
    .effect("readers have to guess where the objects are, or refuse the file")
    .mendable()
}

/// `xref`, subsections of entries, `trailer`, a dictionary.
fn classic(
    bytes: &mut Bytes<'_>,
    begin: u64,
    base: u64,
    table: &mut Table,
    newest: bool,
) -> Result<Result<Dict, Fault>, ReadError> {
    let mut lexer = Lexer::new(bytes, begin);
    let mut first_subsection = true;
    'subsections: loop {
        let at = lexer.position();
        let (mut number, count) = match lexer.token()? {
            Token::Keyword(word) if word.is(b"trailer") => break,
            Token::Int(first) => match (u64::try_from(first), lexer.token()?) {
                (Ok(first), Token::Int(count)) if count >= 0 => (first, count.unsigned_abs()),
                _ => return Ok(Err(broken_entry(at, 0))),
            },
            _ => return Ok(Err(broken_entry(at, 0))),
        };
        let begins_at_one = first_subsection && number == 1;
        first_subsection = false;
        for index in 0..count {
            let at = lexer.position();
            let (offset, generation, kind) = match (lexer.token()?, lexer.token()?, lexer.token()?) {
                (Token::Int(offset), Token::Int(generation), Token::Keyword(kind)) => (offset, generation, kind),
                (Token::Keyword(word), ..) if word.is(b"trailer") => {
                    table.note(
                        Fault::malformed(
                            "xref-count",
                            format!(
                                "a cross-reference subsection promises {} entries and has {}",
                                text::count(count),
                                text::count(index)
                            ),
                        )
                        .at(at),
                    );
                    // The trailer was read beyond: once more from its keyword.
                    lexer = Lexer::new(bytes, at);
                    lexer.token()?;
                    break 'subsections;
                }
                _ => return Ok(Err(broken_entry(at, number))),
            };
            // Some writers count from one and give the head of the free list as the first entry all the same.
            if index == 0 && begins_at_one && kind.is(b"f") && generation == 65_535 {
                number = 0;
            }
            let place = match (u64::try_from(offset), kind.as_bytes()) {
                (Ok(_), b"f") => Place::Free,
                (Ok(0), b"n") => {
                    table.note(
                        Fault::malformed(
                            "xref-offset-zero",
                            format!("object {} is said to be in use at byte 0", text::count(number)),
                        )
                        .at(at),
                    );
                    Place::Free
                }
                (Ok(offset), b"n") => Place::At(offset.saturating_add(base)),
                _ => return Ok(Err(broken_entry(at, number))),
            };
            if let Ok(number) = u32::try_from(number) {
                table.add(number, place);
            }
            number += 1;
            if table.partial {
                return Ok(Ok(Dict::default()));
            }
        }
    }
    let at = lexer.position();
    let mut references = Vec::new();
    match lexer.object(&mut references)? {
        // Readers that meet it there have lost the place where the document begins.
        Ok(object) if object.mismatched => Ok(Err(no_trailer(at))),
        Ok(object) => match object.kind {
            Kind::Dict(dict) => {
                if let Some(odd) = object.odd {
                    let message = format!("the trailer holds something at byte {} that no value is", text::count(odd));
                    table.note(Fault::malformed("trailer-odd", message).at(odd));
                }
                if newest && dict.size(b"Size").is_none() {
                    let fault = Fault::malformed("size-missing", "the trailer does not say how many objects there are");
                    table.note(fault.at(at).effect("strict readers build the table anew"));
                }
                if newest {
                    table.roots = references;
                    table.trailer_at = at;
                }
                Ok(Ok(dict))
            }
            _ => Ok(Err(no_trailer(at))),
        },
        Err(_) => Ok(Err(no_trailer(at))),
    }
}

fn no_trailer(at: u64) -> Fault {
    Fault::corrupt("trailer-broken", "the trailer of the cross-reference table is broken or missing")
        .at(at)
        .effect("readers have to guess where the document begins, or refuse the file")
        .mendable()
}

/// A cross-reference stream: three numbers for each object, in fields of fixed width.
fn stream_section(
    bytes: &mut Bytes<'_>,
    offset: u64,
    base: u64,
    table: &mut Table,
    newest: bool,
) -> Result<Result<Dict, Fault>, ReadError> {
    let mut references = Vec::new();
    let mut lexer = Lexer::new(bytes, offset);
    if lexer.object_header()?.is_none() {
        return Ok(Err(no_section(offset)));
    }
    let dictionary = lexer.position();
    let Ok(object) = lexer.object(&mut references)? else { return Ok(Err(no_section(offset))) };
    let behind = lexer.position();
    let dict = match object.kind {
        Kind::Dict(dict) if object.behind.is(b"stream") && dict.is_type(b"XRef") => dict,
        _ => return Ok(Err(no_section(offset))),
    };
    if newest {
        table.roots = references;
        table.trailer_at = dictionary;
    }
    let broken = |what: &str| {
        Fault::corrupt(
            "xref-stream-broken",
            format!("the cross-reference stream at byte {} {what}", text::count(offset)),
        )
        .at(offset)
        .effect("readers have to guess where the objects are, or refuse the file")
        .mendable()
    };
    let start = stream::data_start(bytes, behind)?;
    let length = match dict.size(b"Length") {
        Some(length) if length <= bytes.left(start) => length,
        _ => match stream::find_end(bytes, start, &mut (64 << 20))? {
            Some(end) => end - start,
            None => return Ok(Err(broken("has no end"))),
        },
    };
    let mut data = Vec::new();
    let budget = &mut (stream::MOST_KEPT as u64);
    match stream::unpack(bytes, start, length, stream::packing(&dict), &mut data, budget)? {
        // What came out may be all that is needed; the count below says.
        Inflated::Whole | Inflated::Mismatched | Inflated::Cut { .. } => {}
        Inflated::TooMuch => {
            table.partial = true;
            return Ok(Ok(dict));
        }
        Inflated::NoHeader | Inflated::Broken { .. } => return Ok(Err(broken("does not inflate"))),
    }
    if let Some((word, at)) = stream::unclosed(bytes, start + length)? {
        let message = format!("the cross-reference stream at byte {} is not closed by {word}", text::count(offset));
        table.note(Fault::malformed("object-without-end", message).at(at));
    }
    let Some(data) = stream::unpredict(data, &dict) else {
        return Ok(Err(broken("has a predictor that makes no sense")));
    };
    Ok(fields(&data, &dict, base, table).map(|()| dict).map_err(|what| broken(&what)))
}

fn fields(data: &[u8], dict: &Dict, base: u64, table: &mut Table) -> Result<(), String> {
    let widths: Vec<usize> = match dict.get(b"W") {
        Some(Value::Array(widths)) => widths
            .iter()
            .map(|width| match width {
                Value::Int(width) => usize::try_from(*width).ok().filter(|&width| width <= 8),
                _ => None,
            })
            .collect::<Option<_>>()
            .unwrap_or_default(),
        _ => Vec::new(),
    };
    let &[kind_width, second_width, third_width] = widths.as_slice() else {
        return Err("has no field widths".to_owned());
    };
    let row = kind_width + second_width + third_width;
    if row == 0 {
        return Err("has fields of no width".to_owned());
    }
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    match dict.get(b"Index") {
        Some(Value::Array(values)) => {
            for pair in values.chunks_exact(2) {
                let [Value::Int(first), Value::Int(count)] = pair else { return Err("has a broken index".to_owned()) };
                match (u64::try_from(*first), u64::try_from(*count)) {
                    (Ok(first), Ok(count)) => ranges.push((first, count)),
                    _ => return Err("has a broken index".to_owned()),
                }
            }
        }
        _ => ranges.push((0, dict.size(b"Size").unwrap_or(0))),
    }
    let mut rows = data.chunks_exact(row);
    for (first, count) in ranges {
        for number in first..first.saturating_add(count) {
            let Some(fields) = rows.next() else {
                return Err(format!("ends before the entry of object {}", text::count(number)));
            };
            let (kind, rest) = fields.split_at(kind_width);
            let second = value(&rest[..second_width]);
            // A width of zero means that every entry is of kind 1.
            let place = match if kind_width == 0 { 1 } else { value(kind) } {
                0 => Place::Free,
                1 if second == 0 => Place::Free,
                1 => Place::At(second.saturating_add(base)),
                2 => Place::In(u32::try_from(second).map_err(|_| "names an object stream that cannot be".to_owned())?),
                other => {
                    return Err(format!("has an entry of the unknown kind {other} for object {}", text::count(number)));
                }
            };
            if let Ok(number) = u32::try_from(number) {
                table.add(number, place);
            }
            if table.partial {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn value(field: &[u8]) -> u64 {
    field.iter().fold(0, |value, &byte| (value << 8) | u64::from(byte))
}
