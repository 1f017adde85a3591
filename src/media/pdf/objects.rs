//! Every object that the document reaches (ISO 32000-2, section 7.3).

mod packed;
mod pages;

use std::collections::{HashMap, HashSet};

use super::lex::{Broken, Dict, Kind, Lexer, MOST_REFERENCES, Object, Value};
use super::lzw;
use super::stream::{self, Inflated, Packing};
use super::xref::{Place, Table};
use crate::media::tallies::Tallies;
use crate::media::{Bytes, Damage, Facts, Fault, ReadError};
use crate::text;

/// All that inflating may bring forth in one file; a bomb is left alone beyond it.
const MOST_INFLATED: u64 = 1 << 29;
/// So many children are kept of all nodes together.
const MOST_CHILDREN: usize = 1 << 20;

/// The walk over the objects of one document.
pub(super) struct Walk<'t> {
    table: &'t mut Table,
    queue: Vec<u32>,
    /// Object streams that are still to be read, before anything in them is.
    streams: Vec<u32>,
    /// Nodes with children, for the page tree.
    children: HashMap<u32, Vec<Value>>,
    kept_children: usize,
    /// Nodes whose children stand in an array of their own, and the object that is that array.
    indirect: Vec<(u32, u32)>,
    /// Dictionaries without children.
    leaves: HashSet<u32>,
    /// Streams that pages name as their content.
    contents: HashSet<u32>,
    pages_root: Option<u32>,
    tallies: Tallies,
    /// Bytes that may still be read as tokens, searched, and inflated.
    to_read: u64,
    to_search: u64,
    to_inflate: u64,
    encrypted: bool,
    /// Something was left out, so that what is missing says nothing.
    partial: bool,
}

impl<'t> Walk<'t> {
    pub(super) fn new(table: &'t mut Table, length: u64) -> Self {
        let (encrypted, partial) = (table.encrypted, table.partial);
        Self {
            table,
            queue: Vec::new(),
            streams: Vec::new(),
            children: HashMap::new(),
            kept_children: 0,
            indirect: Vec::new(),
            leaves: HashSet::new(),
            contents: HashSet::new(),
            pages_root: None,
            tallies: Tallies::default(),
            to_read: length.saturating_mul(3).saturating_add(16 << 20),
            to_search: length.saturating_mul(3).saturating_add(16 << 20),
            to_inflate: MOST_INFLATED,
            encrypted,
            partial,
        }
    }

    /// Reads what the trailer reaches and writes pages and faults into the facts.
    pub(super) fn run(mut self, bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
        let Some(catalog) = self.table.trailer.reference(b"Root") else {
            if !self.partial {
                facts.fault(
                    Fault::corrupt("root-missing", "the trailer names no document catalog (Root)")
                        .at(self.table.trailer_at)
                        .effect("the document has no beginning: readers show nothing"),
                );
            }
            return Ok(());
        };
        let roots = std::mem::take(&mut self.table.roots);
        for number in roots {
            self.reach(number);
        }
        let root_in_stream = self.place(catalog).is_some_and(|place| matches!(place, Place::In(_)));
        self.visit_all(bytes, catalog)?;
        if self.table.partial || (self.encrypted && root_in_stream) {
            self.partial = true;
        }
        self.fetch_children(bytes)?;
        self.pages(catalog, facts);
        self.tallies.sort();
        self.tallies.tell(facts);
        Ok(())
    }

    fn place(&self, number: u32) -> Option<Place> {
        self.table.entries.get(&number).map(|entry| entry.place)
    }

    /// Where an object stands, be it in an object stream; the trailer for one that stands nowhere.
    fn offset(&self, number: u32) -> u64 {
        self.known_offset(number).unwrap_or(self.table.trailer_at)
    }

    fn known_offset(&self, number: u32) -> Option<u64> {
        match self.place(number)? {
            Place::At(offset) => Some(offset),
            Place::In(stream) => match self.place(stream)? {
                Place::At(offset) => Some(offset),
                _ => None,
            },
            Place::Free => None,
        }
    }

    fn reach(&mut self, number: u32) {
        if let Some(entry) = self.table.entries.get_mut(&number)
            && !entry.seen
        {
            entry.seen = true;
            match entry.place {
                Place::Free => {}
                Place::At(_) => self.queue.push(number),
                // All objects of a stream are read at once, when the first of them is reached.
                Place::In(stream) => self.streams.push(stream),
            }
        }
    }

    fn visit_all(&mut self, bytes: &mut Bytes<'_>, catalog: u32) -> Result<(), ReadError> {
        let mut unpacked: HashSet<u32> = HashSet::new();
        loop {
            if self.to_read == 0 {
                self.partial = true;
                return Ok(());
            }
            if let Some(number) = self.queue.pop() {
                if let Some(Place::At(offset)) = self.place(number) {
                    self.visit(bytes, number, offset, catalog)?;
                }
            } else if let Some(stream) = self.streams.pop() {
                if unpacked.insert(stream) {
                    self.unpack(bytes, stream, catalog)?;
                }
            } else {
                return Ok(());
            }
        }
    }

    /// One object that stands by itself in the file.
    fn visit(&mut self, bytes: &mut Bytes<'_>, number: u32, offset: u64, catalog: u32) -> Result<(), ReadError> {
        let mut references = Vec::new();
        let mut lexer = Lexer::new(bytes, offset);
        let header = lexer.object_header()?;
        if header != Some(number) {
            self.to_read = self.to_read.saturating_sub(lexer.read());
            self.tallies.add(misplaced(number, offset));
            return Ok(());
        }
        let object = lexer.object(&mut references)?;
        let behind = lexer.position();
        self.to_read = self.to_read.saturating_sub(lexer.read());
        let Some(object) = self.take(object, number, offset, catalog) else { return Ok(()) };
        self.partial |= references.len() >= MOST_REFERENCES;
        for reference in references {
            self.reach(reference);
        }
        match object {
            Object { kind: Kind::Dict(dict), behind: word, .. } if word.is(b"stream") => {
                self.data(bytes, number, &dict, behind)?;
            }
            object if !object.behind.as_bytes().starts_with(b"endobj") => {
                self.tallies.add(
                    Fault::malformed(
                        "object-without-end",
                        format!("object {number} at byte {} is not closed by endobj", text::count(offset)),
                    )
                    .at(offset),
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes what an object is, for the page tree; none when it is broken.
    fn take(&mut self, object: Result<Object, Broken>, number: u32, offset: u64, catalog: u32) -> Option<Object> {
        let object = match object {
            Ok(object) => object,
            Err(broken) => {
                let what = match broken {
                    Broken::Ends => "runs into the end of the file",
                    Broken::Unclosed => "ends in the middle of a value",
                    Broken::TooDeep => "is nested more than 500 levels deep",
                    Broken::Missing => "has no value",
                };
                self.tallies.add(
                    Fault::corrupt("object-broken", format!("object {number} at byte {} {what}", text::count(offset)))
                        .at(offset)
                        .effect("what it describes is missing"),
                );
                return None;
            }
        };
        if let Some(odd) = object.odd {
            self.tallies.add(
                Fault::malformed(
                    "object-odd",
                    format!("object {number} holds something at byte {} that no value is", text::count(odd)),
                )
                .at(odd),
            );
        }
        if let Kind::Dict(dict) = &object.kind {
            if number == catalog {
                self.pages_root = dict.reference(b"Pages");
            }
            match dict.get(b"Contents") {
                Some(Value::Ref(stream)) => _ = self.contents.insert(*stream),
                Some(Value::Array(streams)) => self.contents.extend(streams.iter().filter_map(|stream| match stream {
                    Value::Ref(stream) => Some(*stream),
                    _ => None,
                })),
                _ => {}
            }
            match dict.get(b"Kids") {
                Some(Value::Array(kids)) if !dict.is_type(b"Page") => {
                    self.kept_children += kids.len() + 4;
                    if self.kept_children <= MOST_CHILDREN {
                        self.children.insert(number, kids.clone());
                    } else {
                        self.partial = true;
                    }
                }
                Some(Value::Ref(array)) if !dict.is_type(b"Page") => self.indirect.push((number, *array)),
                _ => {
                    self.leaves.insert(number);
                }
            }
        }
        Some(object)
    }

    /// The data of a stream: they end where it says, and they inflate.
    fn data(&mut self, bytes: &mut Bytes<'_>, number: u32, dict: &Dict, behind: u64) -> Result<(), ReadError> {
        let start = stream::data_start(bytes, behind)?;
        let Some((length, declared)) = self.length(bytes, number, dict, start)? else { return Ok(()) };
        let is_structure = dict.is_type(b"ObjStm") || dict.is_type(b"XRef");
        let right = declared == Some(length);
        let mut lost = None;
        let mut proven = false;
        // Object streams are inflated when something in them is wanted; encrypted data look like noise.
        let packing =
            if is_structure || self.encrypted || self.to_inflate == 0 { Packing::Other } else { stream::packing(dict) };
        // Nobody unpacks this old form but to show it.
        if let Packing::Lzw { early_change } = packing
            && (self.contents.contains(&number) || dict.is_type(b"XObject"))
        {
            let bad = lzw::bad_code(bytes, start, length, early_change, &mut self.to_inflate)?;
            lost = bad.map(|at| (at, "has an LZW code without a meaning".to_owned(), 0));
        }
        // Readers look for the beginning of the picture, but not far.
        if stream::is_jpeg(dict)
            && !self.encrypted
            && memchr::memmem::find(bytes.peek(start, length.min(1 << 10) as usize)?, b"\xff\xd8").is_none()
        {
            lost = Some((start, "does not begin as a JPEG does".to_owned(), 0));
        }
        if let Packing::Deflate { .. } = packing {
            match stream::inflate(bytes, start, length, None, &mut self.to_inflate)? {
                Inflated::Whole => proven = true,
                Inflated::Mismatched => {
                    proven = true;
                    self.tallies.add(
                        Fault::malformed(
                            "stream-checksum",
                            format!("the stream of object {number} does not match its checksum"),
                        )
                        .at(start)
                        .effect("readers show it, damaged or not"),
                    );
                }
                Inflated::TooMuch => {}
                Inflated::NoHeader => lost = Some((start, "does not begin as deflate data do".to_owned(), 0)),
                Inflated::Broken { at, out } => lost = Some((at, "does not inflate".to_owned(), out)),
                Inflated::Cut { out } => {
                    lost = Some((start + length, "ends before its deflate data do".to_owned(), out));
                }
            }
        }
        if let Some((at, what, out)) = lost {
            self.tallies.add(
                Fault::corrupt(
                    "stream-broken",
                    format!("the stream of object {number} {what} at byte {}", text::count(at)),
                )
                .at(at)
                .effect(match out {
                    0 => "nothing of it can be shown".to_owned(),
                    out => format!("what follows its first {} bytes is lost", text::count(out)),
                }),
            );
        } else if !right {
            let message = length_words(number, length, declared);
            // Readers search for the end when it is not where it should be; one that stops short loses the rest.
            let short = declared.is_some_and(|declared| declared < length) && !proven;
            let fault =
                Fault::new(if short { Damage::Corrupt } else { Damage::Malformed }, "stream-length", message).at(start);
            let fault = if short { fault.effect("readers that believe it lose the rest") } else { fault };
            self.tallies.add(fault);
        } else {
            self.closed(bytes, number, start, length, declared)?;
        }
        Ok(())
    }

    /// The words behind the data of a stream whose content is known to be whole.
    fn closed(
        &mut self,
        bytes: &mut Bytes<'_>,
        number: u32,
        start: u64,
        length: u64,
        declared: Option<u64>,
    ) -> Result<(), ReadError> {
        if declared != Some(length) {
            self.tallies.add(Fault::malformed("stream-length", length_words(number, length, declared)).at(start));
        } else if let Some((word, at)) = stream::unclosed(bytes, start + length)? {
            let message = format!("the stream of object {number} is not closed by {word}");
            self.tallies.add(Fault::malformed("object-without-end", message).at(at));
        }
        Ok(())
    }

    /// The real length of a stream's data, and the one that it declares; none when there is no telling.
    fn length(
        &mut self,
        bytes: &mut Bytes<'_>,
        number: u32,
        dict: &Dict,
        start: u64,
    ) -> Result<Option<(u64, Option<u64>)>, ReadError> {
        let declared = match dict.get(b"Length") {
            Some(Value::Int(length)) => u64::try_from(*length).ok(),
            Some(Value::Ref(reference)) => match self.place(*reference) {
                Some(Place::At(offset)) => stream::integer_at(bytes, offset, *reference)?,
                Some(Place::In(_)) => return self.search(bytes, start).map(|end| end.map(|end| (end, Some(end)))),
                _ => None,
            },
            _ => None,
        };
        if let Some(length) = declared
            && length <= bytes.left(start)
            && stream::ends_at(bytes, start + length)?
        {
            return Ok(Some((length, declared)));
        }
        if let Some(length) = self.search(bytes, start)? {
            return Ok(Some((length, declared)));
        }
        if self.to_search > 0 {
            let message = match declared {
                Some(length) if length > bytes.left(start) => format!(
                    "the stream of object {number} runs {} bytes beyond the end of the file",
                    text::count(length - bytes.left(start))
                ),
                _ => format!("the stream of object {number} at byte {} has no end", text::count(start)),
            };
            self.tallies
                .add(Fault::corrupt("stream-cut", message).at(start).effect("what it holds is lost in part or whole"));
        }
        Ok(None)
    }

    fn search(&mut self, bytes: &mut Bytes<'_>, start: u64) -> Result<Option<u64>, ReadError> {
        let end = stream::find_end(bytes, start, &mut self.to_search)?;
        // What was found close by costs something too.
        self.to_search = self.to_search.saturating_sub(end.map_or(0, |end| end.saturating_sub(start)) + 64);
        Ok(end.map(|end| end.saturating_sub(start)))
    }
}

fn length_words(number: u32, length: u64, declared: Option<u64>) -> String {
    let claim = match declared {
        Some(declared) => format!("claims {} bytes and has {}", text::count(declared), text::count(length)),
        None => format!("does not say its length, {} bytes", text::count(length)),
    };
    format!("the stream of object {number} {claim}")
}

fn misplaced(number: u32, offset: u64) -> Fault {
    Fault::corrupt(
        "object-misplaced",
        format!("object {number} is not at byte {}, where the cross-reference table has it", text::count(offset)),
    )
    .at(offset)
    .effect("readers have to guess where the objects are, or show the document in part")
    .mendable()
}
