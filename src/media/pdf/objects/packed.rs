//! Objects packed together in a stream (ISO 32000-2, section 7.5.7).

use super::super::lex::{Dict, Lexer, Token};
use super::super::object::{Body, PdfObject};
use super::super::stream::{self, Inflated};
use super::super::xref::{FoundObject, ObjectLocation};
use super::{ObjectWalk, misplaced};
use crate::media::{Bytes, Fault, ReadError};
use crate::text;

impl ObjectWalk<'_> {
    /// Reads an object stream, and every object that the table places in it.
    pub(super) fn unpack(&mut self, bytes: &mut Bytes<'_>, stream: u32, catalog: u32) -> Result<(), ReadError> {
        if self.encrypted {
            self.partial = true;
            return Ok(());
        }
        let broken = |what: &str, at: u64| {
            Fault::corrupt("object-stream-broken", format!("object stream {stream} {what}"))
                .at(at)
                .effect("the objects in it are lost")
        };
        let Some(ObjectLocation::At(offset)) = self.location(stream) else {
            self.tallies.add(broken("is not in the file", self.table.trailer_at));
            return Ok(());
        };
        let mut references = Vec::new();
        let mut lexer = Lexer::new(bytes, offset);
        if lexer.object_header()? != Some(stream) {
            self.tallies.add(misplaced(stream, offset));
            return Ok(());
        }
        let object = lexer.object(&mut references)?;
        let behind = lexer.position();
        let Ok(PdfObject { body: Body::Dict(dict), behind: word, .. }) = object else {
            self.tallies.add(broken("has no dictionary", offset));
            return Ok(());
        };
        if !word.is(b"stream") {
            self.tallies.add(broken("has no data", offset));
            return Ok(());
        }
        if let Some(entry) = self.table.entries.get_mut(&stream) {
            (entry.seen, entry.found) = (true, FoundObject::Stream);
        }
        let start = stream::data_start(bytes, behind)?;
        let Some((length, declared)) = self.length(bytes, stream, &dict, start)? else { return Ok(()) };
        let mut data = Vec::new();
        match stream::unpack(bytes, start, length, stream::packing(&dict), &mut data)? {
            Inflated::Whole | Inflated::Mismatched => {}
            Inflated::TooMuch => {
                self.partial = true;
                return Ok(());
            }
            Inflated::Cut { .. } => self.tallies.add(broken("ends before its deflate data do", start + length)),
            Inflated::NoHeader => {
                self.tallies.add(broken("does not begin like deflate data", start));
                return Ok(());
            }
            Inflated::Broken { at, .. } => {
                self.tallies.add(broken(&format!("does not inflate at byte {}", text::count(at)), at));
            }
        }
        self.closed(bytes, stream, start, length, declared)?;
        let Some(data) = stream::unpredict(data, &dict) else {
            self.partial = true;
            return Ok(());
        };
        bytes.unpacked(&data, |data| self.unpacked(data, stream, start, &dict, catalog))
    }

    /// Reads the objects in the data of the object stream at an offset.
    fn unpacked(
        &mut self,
        data: &mut Bytes<'_>,
        stream: u32,
        at: u64,
        dict: &Dict,
        catalog: u32,
    ) -> Result<(), ReadError> {
        let first = dict.size(b"First").unwrap_or(0);
        let count = dict.size(b"N").unwrap_or(0);
        let mut listed = Vec::new();
        {
            let mut header = Lexer::new(data, 0);
            for _ in 0..count {
                let (Token::Int(number), Token::Int(offset)) = (header.token()?, header.token()?) else {
                    break;
                };
                if let (Ok(number), Ok(offset)) = (u32::try_from(number), u64::try_from(offset)) {
                    listed.push((number, first.saturating_add(offset)));
                }
            }
        }
        if (listed.len() as u64) < count {
            self.tallies.add(
                Fault::corrupt(
                    "object-stream-broken",
                    format!(
                        "object stream {stream} announces {} objects but lists {}",
                        text::count(count),
                        listed.len()
                    ),
                )
                .at(at)
                .effect("the objects in it are lost"),
            );
        }
        for (index, &(number, offset)) in listed.iter().enumerate() {
            let wanted = match self.location(number) {
                Some(ObjectLocation::In { stream: holder, index }) if holder == stream => index as usize,
                _ => continue,
            };
            // Readers that follow the index take the object there, under this number.
            if let Some(&(other, _)) = listed.get(wanted).filter(|(other, _)| *other != number) {
                let message = format!(
                    "object {number} should be number {wanted} of object stream {stream}, but that is object {other} \
                     (it is number {index})"
                );
                let fault = Fault::corrupt("object-index", message).at(at);
                self.tallies.add(fault.effect("readers that use the number do not find the object").mendable());
            }
            if let Some(entry) = self.table.entries.get_mut(&number) {
                entry.seen = true;
            }
            let mut references = Vec::new();
            let mut lexer = Lexer::new(data, offset);
            let object = lexer.object(&mut references)?;
            if self.take(object, number, at, catalog).is_some() {
                for reference in references {
                    self.reach(reference);
                }
            }
        }
        Ok(())
    }
}
