//! Walks every object that the document reaches (ISO 32000-2, section 7.3).

mod loss;
mod packed;
mod pages;

use std::collections::{HashMap, HashSet};

use super::lex::{Dict, Lexer, PdfValue, Word};
use super::lzw;
use super::object::{Body, Broken, MOST_REFERENCES, PdfObject, Picture};
use super::stream::{self, Inflated, Packing};
use super::xref::{FoundObject, ObjectLocation, XrefTable, bad_escape};
use crate::media::tallies::Tallies;
use crate::media::{Bytes, Damage, Facts, Fault, ReadError};
use crate::text;

/// The most children kept for all nodes of the page tree together.
const MOST_CHILDREN: usize = 1 << 20;

/// A node of the page tree.
#[derive(Debug)]
struct PageNode {
    kids: Vec<PdfValue>,
    count: Option<PdfValue>,
}

/// A broken bracket or key in a dictionary, which may have lost some entries.
#[derive(Clone, Copy, Debug)]
struct Mismatch {
    number: u32,
    at: u64,
}

/// The walk over the objects of one document.
pub(super) struct ObjectWalk<'t> {
    table: &'t mut XrefTable,
    queue: Vec<u32>,
    /// Object streams still to read before any object in them.
    streams: Vec<u32>,
    /// Nodes of the page tree with their children.
    nodes: HashMap<u32, PageNode>,
    kept_children: usize,
    /// Nodes whose children are in an array object, and that object.
    indirect: Vec<(u32, u32)>,
    /// Dictionaries without children.
    leaves: HashSet<u32>,
    /// Streams with the content of some page.
    contents: HashSet<u32>,
    /// Pages, or possible pages, and the object that each names as its content.
    page_contents: Vec<(u32, u32)>,
    /// Pictures and forms that resources name: the object, the name, and the object with the resources.
    pictures: Vec<(u32, Word, u32)>,
    /// Objects that are dictionaries of pictures, and the objects that refer to them.
    picture_names: Vec<(u32, u32)>,
    mismatches: Vec<Mismatch>,
    /// The lengths that streams give by reference.
    lengths: HashMap<u32, Option<u64>>,
    pages_root: Option<u32>,
    tallies: Tallies,
    encrypted: bool,
    /// Whether something was left out, so that nothing can be reported as missing.
    partial: bool,
}

impl<'t> ObjectWalk<'t> {
    pub(super) fn new(table: &'t mut XrefTable) -> Self {
        let (encrypted, partial) = (table.encrypted, table.partial);
        Self {
            table,
            queue: Vec::new(),
            streams: Vec::new(),
            nodes: HashMap::new(),
            kept_children: 0,
            indirect: Vec::new(),
            leaves: HashSet::new(),
            contents: HashSet::new(),
            page_contents: Vec::new(),
            pictures: Vec::new(),
            picture_names: Vec::new(),
            mismatches: Vec::new(),
            lengths: HashMap::new(),
            pages_root: None,
            tallies: Tallies::default(),
            encrypted,
            partial,
        }
    }

    /// Reads everything that the trailer reaches and writes pages and faults into the facts.
    pub(super) fn run(mut self, bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
        let Some(catalog) = self.table.trailer.reference(b"Root") else {
            if !self.partial {
                facts.fault(
                    Fault::corrupt("root-missing", "the trailer has no document catalog (Root)")
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
        let root_in_stream =
            self.location(catalog).is_some_and(|location| matches!(location, ObjectLocation::In { .. }));
        // Report what was found before the budget ran out.
        let read = self.read_all(bytes, catalog);
        if read.is_err() || self.table.partial || (self.encrypted && root_in_stream) {
            self.partial = true;
        }
        self.pages(catalog, facts);
        self.tallies.sort();
        self.tallies.tell(facts);
        read
    }

    fn read_all(&mut self, bytes: &mut Bytes<'_>, catalog: u32) -> Result<(), ReadError> {
        self.visit_all(bytes, catalog)?;
        self.fetch_children(bytes)?;
        self.fetch_picture_names(bytes)
    }

    fn location(&self, number: u32) -> Option<ObjectLocation> {
        self.table.entries.get(&number).map(|entry| entry.location)
    }

    /// The offset of an object, or of its object stream; of the trailer if it is nowhere.
    fn offset(&self, number: u32) -> u64 {
        self.known_offset(number).unwrap_or(self.table.trailer_at)
    }

    fn known_offset(&self, number: u32) -> Option<u64> {
        match self.location(number)? {
            ObjectLocation::At(offset) => Some(offset),
            ObjectLocation::In { stream, .. } => match self.location(stream)? {
                ObjectLocation::At(offset) => Some(offset),
                _ => None,
            },
            ObjectLocation::Free => None,
        }
    }

    fn reach(&mut self, number: u32) {
        if let Some(entry) = self.table.entries.get_mut(&number)
            && !entry.seen
        {
            entry.seen = true;
            match entry.location {
                ObjectLocation::Free => {}
                ObjectLocation::At(_) => self.queue.push(number),
                // The first request for an object of a stream reads all of them.
                ObjectLocation::In { stream, .. } => self.streams.push(stream),
            }
        }
    }

    fn found(&mut self, number: u32, found: FoundObject) {
        if let Some(entry) = self.table.entries.get_mut(&number) {
            entry.found = found;
        }
    }

    fn visit_all(&mut self, bytes: &mut Bytes<'_>, catalog: u32) -> Result<(), ReadError> {
        let mut unpacked: HashSet<u32> = HashSet::new();
        loop {
            if let Some(number) = self.queue.pop() {
                if let Some(ObjectLocation::At(offset)) = self.location(number) {
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

    /// Reads one object outside object streams.
    fn visit(&mut self, bytes: &mut Bytes<'_>, number: u32, offset: u64, catalog: u32) -> Result<(), ReadError> {
        let mut references = Vec::new();
        let mut lexer = Lexer::new(bytes, offset);
        let header = lexer.object_header()?;
        if header != Some(number) {
            self.tallies.add(misplaced(number, offset));
            return Ok(());
        }
        let object = lexer.object(&mut references)?;
        let behind = lexer.position();
        let Some(object) = self.take(object, number, offset, catalog) else { return Ok(()) };
        self.partial |= references.len() >= MOST_REFERENCES;
        for reference in references {
            self.reach(reference);
        }
        match object {
            PdfObject { body: Body::Dict(dict), behind: word, .. } if word.is(b"stream") => {
                self.found(number, FoundObject::Stream);
                self.data(bytes, number, &dict, behind)?;
            }
            object if !object.behind.as_bytes().starts_with(b"endobj") => {
                self.tallies.add(
                    Fault::malformed(
                        "object-without-end",
                        format!("object {number} at byte {} is not closed by endobj", text::count(offset)),
                    )
                    .at_named_byte(offset),
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// Records an object; returns none if it is broken.
    fn take(&mut self, object: Result<PdfObject, Broken>, number: u32, offset: u64, catalog: u32) -> Option<PdfObject> {
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
                        .at_named_byte(offset)
                        .effect("what it describes is missing"),
                );
                return None;
            }
        };
        self.found(
            number,
            match &object.body {
                Body::Dict(_) => FoundObject::Dict,
                Body::Array => FoundObject::Array,
                Body::Other => FoundObject::Other,
            },
        );
        // The effect of a broken dictionary depends on which objects need it, which is only known at the end.
        if object.mismatched && matches!(object.body, Body::Dict(_)) {
            self.mismatches.push(Mismatch { number, at: object.odd.unwrap_or(offset) });
        } else if let Some(odd) = object.odd {
            self.tallies.add(odd_object(number, odd));
        }
        if let Some(at) = object.bad_escape.filter(|_| self.table.escapes) {
            self.tallies.add(bad_escape(&format!("object {number}"), at));
        }
        for picture in &object.pictures {
            match *picture {
                Picture::Named(name, target) => self.pictures.push((target, name, number)),
                Picture::Names(names) => self.picture_names.push((names, number)),
            }
        }
        if let Body::Dict(dict) = &object.body {
            if number == catalog {
                self.pages_root = dict.reference(b"Pages");
            }
            self.take_contents(dict, number);
            match dict.get(b"Kids") {
                Some(PdfValue::Array(kids)) if !dict.is_type(b"Page") => {
                    self.keep_node(number, kids.clone(), dict.get(b"Count").cloned());
                }
                Some(PdfValue::Ref(array)) if !dict.is_type(b"Page") => {
                    self.indirect.push((number, *array));
                    self.keep_node(number, Vec::new(), dict.get(b"Count").cloned());
                }
                _ => {
                    self.leaves.insert(number);
                }
            }
        }
        Some(object)
    }

    fn take_contents(&mut self, dict: &Dict, number: u32) {
        let streams = match dict.get(b"Contents") {
            Some(PdfValue::Array(streams)) => streams.as_slice(),
            Some(stream) => std::slice::from_ref(stream),
            None => return,
        };
        for stream in streams {
            if let PdfValue::Ref(stream) = *stream {
                self.contents.insert(stream);
                self.page_contents.push((number, stream));
            }
        }
    }

    fn keep_node(&mut self, number: u32, kids: Vec<PdfValue>, count: Option<PdfValue>) {
        self.kept_children += kids.len() + 4;
        if self.kept_children <= MOST_CHILDREN {
            self.nodes.insert(number, PageNode { kids, count });
        } else {
            self.partial = true;
        }
    }

    /// Checks that the data of a stream end where the dictionary says, and that they inflate.
    fn data(&mut self, bytes: &mut Bytes<'_>, number: u32, dict: &Dict, behind: u64) -> Result<(), ReadError> {
        let start = stream::data_start(bytes, behind)?;
        let Some((length, declared)) = self.length(bytes, number, dict, start)? else { return Ok(()) };
        let is_structure = dict.is_type(b"ObjStm") || dict.is_type(b"XRef");
        let right = declared == Some(length);
        let mut lost = None;
        let mut proven = false;
        if let Some(filter) = stream::unknown_filter(dict) {
            let message = format!("the stream of object {number} has the filter {filter}, which does not exist");
            let fault = Fault::corrupt("filter-unknown", message).at(self.offset(number));
            self.tallies.add(fault.effect("no reader can unpack it, so none of it is shown"));
        }
        // Object streams are inflated when one of their objects is needed; encrypted data look like noise.
        let left_out = is_structure || self.encrypted || bytes.inflatable() == 0;
        let packing = if left_out { Packing::Other } else { stream::packing(dict) };
        // For LZW, an old filter, only displayed data need to be right.
        if let Packing::Lzw { early_change } = packing
            && (self.contents.contains(&number) || dict.is_type(b"XObject"))
        {
            let bad = lzw::bad_code(bytes, start, length, early_change)?;
            lost = bad.map(|at| (at, "has an undefined LZW code".to_owned(), 0));
        }
        // Readers search for the beginning of the picture, but not far.
        if stream::is_jpeg(dict)
            && !self.encrypted
            && memchr::memmem::find(bytes.peek(start, length.min(1 << 10) as usize)?, b"\xff\xd8").is_none()
        {
            lost = Some((start, "does not begin like a JPEG".to_owned(), 0));
        }
        if let Packing::Deflate { .. } = packing {
            match stream::inflate(bytes, start, length, None)? {
                Inflated::Whole => proven = true,
                Inflated::Mismatched => {
                    proven = true;
                    self.tallies.add(
                        Fault::malformed(
                            "stream-checksum",
                            format!("the stream of object {number} does not match its checksum"),
                        )
                        .at(start)
                        .effect("readers show it anyway"),
                    );
                }
                Inflated::TooMuch => {}
                Inflated::NoHeader => lost = Some((start, "does not begin like deflate data".to_owned(), 0)),
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
                .at_named_byte(at)
                .effect(match out {
                    0 => "none of it can be shown".to_owned(),
                    out => format!("what follows its first {} bytes is lost", text::count(out)),
                }),
            );
        } else if !right {
            let message = length_words(number, length, declared);
            // Readers search for a misplaced end; a length that is too short loses the rest.
            let short = declared.is_some_and(|declared| declared < length) && !proven;
            let fault =
                Fault::new(if short { Damage::Corrupt } else { Damage::Malformed }, "stream-length", message).at(start);
            let fault = if short { fault.effect("readers that trust it lose the rest") } else { fault };
            self.tallies.add(fault);
        } else {
            self.closed(bytes, number, start, length, declared)?;
        }
        Ok(())
    }

    /// Checks the keywords after the data of an intact stream.
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

    /// The actual and the declared length of a stream's data; none if the end is not found.
    fn length(
        &mut self,
        bytes: &mut Bytes<'_>,
        number: u32,
        dict: &Dict,
        start: u64,
    ) -> Result<Option<(u64, Option<u64>)>, ReadError> {
        let declared = match dict.get(b"Length") {
            Some(PdfValue::Int(length)) => u64::try_from(*length).ok(),
            Some(PdfValue::Ref(reference)) => match self.location(*reference) {
                Some(ObjectLocation::At(offset)) => self.length_at(bytes, offset, *reference)?,
                Some(ObjectLocation::In { .. }) => {
                    let end = stream::find_end(bytes, start)?;
                    return Ok(end.map(|end| (end.saturating_sub(start), Some(end.saturating_sub(start)))));
                }
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
        if let Some(end) = stream::find_end(bytes, start)? {
            return Ok(Some((end.saturating_sub(start), declared)));
        }
        let fault = match declared.map(|length| length.saturating_sub(bytes.left(start))) {
            Some(over) if over > 0 => {
                let over = text::count(over);
                Fault::corrupt(
                    "stream-cut",
                    format!("the stream of object {number} runs {over} bytes beyond the end of the file"),
                )
                .at(start)
            }
            _ => {
                let message = format!("the stream of object {number} at byte {} has no end", text::count(start));
                Fault::corrupt("stream-cut", message).at_named_byte(start)
            }
        };
        self.tallies.add(fault.effect("its content is lost in part or completely"));
        Ok(None)
    }

    /// The value of an integer object. Many streams may share one.
    fn length_at(&mut self, bytes: &mut Bytes<'_>, offset: u64, number: u32) -> Result<Option<u64>, ReadError> {
        if let Some(known) = self.lengths.get(&number) {
            return Ok(*known);
        }
        let length = stream::integer_at(bytes, offset, number)?;
        self.lengths.insert(number, length);
        Ok(length)
    }
}

fn odd_object(number: u32, at: u64) -> Fault {
    let message = format!("object {number} contains something at byte {} that is not a value", text::count(at));
    Fault::malformed("object-odd", message).at_named_byte(at)
}

fn length_words(number: u32, length: u64, declared: Option<u64>) -> String {
    let claim = match declared {
        Some(declared) => format!("claims {} bytes but has {}", text::count(declared), text::count(length)),
        None => format!("does not state its length, {} bytes", text::count(length)),
    };
    format!("the stream of object {number} {claim}")
}

fn misplaced(number: u32, offset: u64) -> Fault {
    Fault::corrupt(
        "object-misplaced",
        format!("object {number} is not at byte {}, where the cross-reference table puts it", text::count(offset)),
    )
    .at_named_byte(offset)
    .effect("readers have to guess where the objects are, or show only part of the document")
    .mendable()
}
