//! The cross-reference chain: tables, streams and their trailers (ISO 32000-2, sections 7.5.4, 7.5.5 and 7.5.8).

use crate::text;
use std::collections::HashMap;

use super::lex::{Dict, Lexer, PdfValue, Token};
use super::object::{Body, PdfObject};
use super::stream::{self, Inflated};
use crate::media::{Bytes, Fault, ReadError};

/// The most objects to walk; the largest real documents have a tenth of that.
pub(super) const MOST_OBJECTS: usize = 400_000;
/// The most sections to read: there is one for each time the document was saved.
const MOST_SECTIONS: usize = 1_024;
/// Units of work for an entry, and for a byte whose predictor is undone.
const ENTRY: u64 = 24;
const PREDICTED: u64 = 2;

/// The location of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectLocation {
    Free,
    At(u64),
    /// In an object stream, at this index.
    In {
        stream: u32,
        index: u32,
    },
}

/// The kind of an object as found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum FoundObject {
    /// It was not read, or could not be.
    #[default]
    Unread,
    Stream,
    Dict,
    Array,
    Other,
}

/// The entry of an object in the newest section that lists it, and the kind that the walk found.
#[derive(Clone, Copy, Debug)]
pub(super) struct XrefEntry {
    pub(super) location: ObjectLocation,
    pub(super) seen: bool,
    pub(super) found: FoundObject,
}

/// The whole chain, newest section first.
#[derive(Debug, Default)]
pub(super) struct XrefTable {
    pub(super) entries: HashMap<u32, XrefEntry>,
    /// The newest trailer, and its offset.
    pub(super) trailer: Dict,
    /// All references of the newest trailer.
    pub(super) roots: Vec<u32>,
    pub(super) trailer_at: u64,
    pub(super) encrypted: bool,
    /// Whether there was more than we read, or a filter that we cannot undo.
    pub(super) partial: bool,
    /// Whether names have escapes, which PDF 1.2 introduced.
    pub(super) escapes: bool,
    /// A harmless irregularity.
    pub(super) odd: Option<Fault>,
}

impl XrefTable {
    fn add(&mut self, number: u32, location: ObjectLocation) {
        if self.entries.len() >= MOST_OBJECTS {
            self.partial = true;
            return;
        }
        let new = XrefEntry { location, seen: false, found: FoundObject::Unread };
        let entry = self.entries.entry(number).or_insert(new);
        // A hybrid file hides its compressed objects behind free entries.
        if entry.location == ObjectLocation::Free {
            entry.location = location;
        }
    }

    fn note(&mut self, fault: Fault) {
        self.odd.get_or_insert(fault);
    }

    fn note_escape(&mut self, trailer: &PdfObject) {
        if let Some(at) = trailer.bad_escape.filter(|_| self.escapes) {
            self.note(bad_escape("the trailer", at));
        }
    }
}

/// A `#` in a name without two hexadecimal digits (section 7.3.5).
pub(super) fn bad_escape(holder: &str, at: u64) -> Fault {
    let message = format!("a name in {holder} has a # without two hexadecimal digits");
    Fault::malformed("name-escape", message).at(at).effect("readers disagree about the name")
}

/// Reads the chain from the section at `first` on. Offsets count from `base`, the offset of the header.
pub(super) fn read(
    bytes: &mut Bytes<'_>,
    first: u64,
    base: u64,
    escapes: bool,
) -> Result<Result<XrefTable, Fault>, ReadError> {
    let mut table = XrefTable { escapes, ..XrefTable::default() };
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

/// Adds the entries of one section to the table and returns its trailer.
fn section(
    bytes: &mut Bytes<'_>,
    offset: u64,
    base: u64,
    table: &mut XrefTable,
    newest: bool,
) -> Result<Result<Dict, Fault>, ReadError> {
    if offset >= bytes.len() {
        let missing = offset - bytes.len();
        let message = format!(
            "the cross-reference section should be at byte {}, {} bytes past the end of the file",
            text::count(offset),
            text::count(missing)
        );
        return Ok(Err(unlocated("xref-beyond-end", message).at_named_byte(offset)));
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

/// A fault that hides where the objects are; rewriting the file mends it.
fn unlocated(code: &'static str, message: String) -> Fault {
    Fault::corrupt(code, message).effect("readers have to guess where the objects are, or refuse the file").mendable()
}

fn no_section(offset: u64) -> Fault {
    let message = format!("byte {} should begin a cross-reference section, but there is none", text::count(offset));
    unlocated("xref-missing", message).at_named_byte(offset)
}

fn broken_entry(at: u64, number: u64) -> Fault {
    let message = format!("the cross-reference table is broken at the entry of object {}", text::count(number));
    unlocated("xref-broken", message).at(at)
}

/// Checks the form of the entries of one subsection: twenty bytes with a digit or character at each position (section
/// 7.5.4). Readers that compute the offset of an entry, instead of reading word by word, misread entries after one of
/// another form.
#[derive(Debug, Default)]
struct EntryForm {
    /// The previous entry, and its offset.
    before: Option<(u64, u64)>,
}

impl EntryForm {
    /// `ends` are the distances from the first digit to the end of offset, generation and kind.
    fn check(&mut self, table: &mut XrefTable, number: u64, start: u64, ends: [u64; 3]) {
        let (odd, at, what) = match self.before.replace((number, start)) {
            Some((before, at)) if start != at + 20 => (before, at, format!("has {} bytes, not 20", start - at)),
            _ if ends != [10, 16, 18] => {
                (number, start, "does not have ten digits, five digits and a letter".to_owned())
            }
            _ => return,
        };
        let message = format!("the cross-reference entry of object {} {what}", text::count(odd));
        table.note(Fault::malformed("xref-form", message).at(at).effect("some readers rebuild the table"));
    }
}

/// `xref`, subsections of entries, `trailer`, a dictionary.
fn classic(
    bytes: &mut Bytes<'_>,
    begin: u64,
    base: u64,
    table: &mut XrefTable,
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
        let mut form_of_entries = EntryForm::default();
        for index in 0..count {
            let at = lexer.position();
            lexer.skip_space()?;
            let start = lexer.position();
            let tokens = (lexer.token()?, lexer.position(), lexer.token()?, lexer.position(), lexer.token()?);
            let form = [tokens.1 - start, tokens.3 - start, lexer.position() - start];
            let (offset, generation, kind) = match (tokens.0, tokens.2, tokens.4) {
                (Token::Int(offset), Token::Int(generation), Token::Keyword(kind)) => (offset, generation, kind),
                (Token::Keyword(word), ..) if word.is(b"trailer") => {
                    table.note(
                        Fault::malformed(
                            "xref-count",
                            format!(
                                "a cross-reference subsection announces {} entries but has {}",
                                text::count(count),
                                text::count(index)
                            ),
                        )
                        .at(at),
                    );
                    // Read the trailer again from its keyword on.
                    lexer = Lexer::new(bytes, at);
                    lexer.token()?;
                    break 'subsections;
                }
                _ => return Ok(Err(broken_entry(at, number))),
            };
            // Some writers number from one, although the first entry is the head of the free list.
            if index == 0 && begins_at_one && kind.is(b"f") && generation == 65_535 {
                number = 0;
            }
            form_of_entries.check(table, number, start, form);
            let location = match (u64::try_from(offset), kind.as_bytes()) {
                (Ok(_), b"f") => ObjectLocation::Free,
                (Ok(0), b"n") => {
                    table.note(
                        Fault::malformed(
                            "xref-offset-zero",
                            format!("object {} is listed as in use at byte 0", text::count(number)),
                        )
                        .at(at),
                    );
                    ObjectLocation::Free
                }
                (Ok(offset), b"n") => ObjectLocation::At(offset.saturating_add(base)),
                _ => return Ok(Err(broken_entry(at, number))),
            };
            if let Ok(number) = u32::try_from(number) {
                table.add(number, location);
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
        // Readers that reach it lose the beginning of the document.
        Ok(object) if object.mismatched => Ok(Err(no_trailer(at))),
        Ok(object) => match &object.body {
            Body::Dict(dict) => {
                table.note_escape(&object);
                if let Some(odd) = object.odd {
                    let message =
                        format!("the trailer contains something at byte {} that is not a value", text::count(odd));
                    table.note(Fault::malformed("trailer-odd", message).at_named_byte(odd));
                }
                if newest && dict.size(b"Size").is_none() {
                    let fault = Fault::malformed("size-missing", "the trailer does not state the number of objects");
                    table.note(fault.at(at).effect("strict readers rebuild the table"));
                }
                if newest {
                    table.roots = references;
                    table.trailer_at = at;
                }
                Ok(Ok(dict.clone()))
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
    table: &mut XrefTable,
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
    table.note_escape(&object);
    let dict = match object.body {
        Body::Dict(dict) if object.behind.is(b"stream") && dict.is_type(b"XRef") => dict,
        _ => return Ok(Err(no_section(offset))),
    };
    if newest {
        table.roots = references;
        table.trailer_at = dictionary;
    }
    let broken = |what: &str| {
        let message = format!("the cross-reference stream at byte {} {what}", text::count(offset));
        unlocated("xref-stream-broken", message).at_named_byte(offset)
    };
    let start = stream::data_start(bytes, behind)?;
    let length = match dict.size(b"Length") {
        Some(length) if length <= bytes.left(start) => length,
        _ => match stream::find_end(bytes, start)? {
            Some(end) => end - start,
            None => return Ok(Err(broken("has no end"))),
        },
    };
    let mut data = Vec::new();
    match stream::unpack(bytes, start, length, stream::packing(&dict), &mut data)? {
        // The output may be all that is needed; the count below decides.
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
    bytes.spend(data.len() as u64 * PREDICTED)?;
    let Some(data) = stream::unpredict(data, &dict) else {
        return Ok(Err(broken("has an invalid predictor")));
    };
    bytes.spend(rows(&data, &dict) * ENTRY)?;
    Ok(fields(&data, &dict, base, table).map(|()| dict).map_err(|what| broken(&what)))
}

/// The widths of the three fields of an entry.
fn widths(dict: &Dict) -> Option<[usize; 3]> {
    let Some(PdfValue::Array(widths)) = dict.get(b"W") else { return None };
    let width = |value: &PdfValue| match value {
        PdfValue::Int(width) => usize::try_from(*width).ok().filter(|&width| width <= 8),
        _ => None,
    };
    widths.iter().map(width).collect::<Option<Vec<_>>>()?.try_into().ok()
}

/// The number of entries that fit in the data of a stream.
fn rows(data: &[u8], dict: &Dict) -> u64 {
    let row = widths(dict).map_or(0, |widths| widths.iter().sum());
    data.len().checked_div(row).unwrap_or(0) as u64
}

fn fields(data: &[u8], dict: &Dict, base: u64, table: &mut XrefTable) -> Result<(), String> {
    let Some([kind_width, second_width, third_width]) = widths(dict) else {
        return Err("has no field widths".to_owned());
    };
    let row = kind_width + second_width + third_width;
    if row == 0 {
        return Err("has fields of width 0".to_owned());
    }
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    match dict.get(b"Index") {
        Some(PdfValue::Array(values)) => {
            for pair in values.chunks_exact(2) {
                let [PdfValue::Int(first), PdfValue::Int(count)] = pair else {
                    return Err("has a broken index".to_owned());
                };
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
            let (second, third) = rest.split_at(second_width);
            let (second, third) = (value(second), value(third));
            // A width of zero means that every entry is of kind 1.
            let location = match if kind_width == 0 { 1 } else { value(kind) } {
                0 => ObjectLocation::Free,
                1 if second == 0 => ObjectLocation::Free,
                1 => ObjectLocation::At(second.saturating_add(base)),
                2 => ObjectLocation::In {
                    stream: u32::try_from(second).map_err(|_| "names an impossible object stream".to_owned())?,
                    index: u32::try_from(third).unwrap_or(u32::MAX),
                },
                other => {
                    return Err(format!("has an entry of the unknown kind {other} for object {}", text::count(number)));
                }
            };
            if let Ok(number) = u32::try_from(number) {
                table.add(number, location);
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
