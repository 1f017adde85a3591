//! Objects that stand in a stream together (ISO 32000-2, section 7.5.7).

use super::super::lex::{Dict, Kind, Lexer, Object, Token};
use super::super::stream::{self, Inflated};
use super::super::xref::Place;
use super::{Walk, misplaced};
use crate::media::{Bytes, Fault, ReadError};
use crate::text;

impl Walk<'_> {
    /// An object stream, and every object that the table places in it.
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
        let Some(Place::At(offset)) = self.place(stream) else {
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
        self.to_read = self.to_read.saturating_sub(lexer.read());
        let Ok(Object { kind: Kind::Dict(dict), behind: word, .. }) = object else {
            self.tallies.add(broken("has no dictionary", offset));
            return Ok(());
        };
        if !word.is(b"stream") {
            self.tallies.add(broken("has no data", offset));
            return Ok(());
        }
        if let Some(entry) = self.table.entries.get_mut(&stream) {
            entry.seen = true;
        }
        let start = stream::data_start(bytes, behind)?;
        let Some((length, declared)) = self.length(bytes, stream, &dict, start)? else { return Ok(()) };
        let mut data = Vec::new();
        match stream::unpack(bytes, start, length, stream::packing(&dict), &mut data, &mut self.to_inflate)? {
            Inflated::Whole | Inflated::Mismatched => {}
            Inflated::TooMuch => {
                self.partial = true;
                return Ok(());
            }
            Inflated::Cut { .. } => self.tallies.add(broken("ends before its deflate data do", start + length)),
            Inflated::NoHeader => {
                self.tallies.add(broken("does not begin as deflate data do", start));
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
        self.unpacked(&data, stream, start, &dict, catalog)
    }

    fn unpacked(&mut self, data: &[u8], stream: u32, at: u64, dict: &Dict, catalog: u32) -> Result<(), ReadError> {
        let first = dict.size(b"First").unwrap_or(0);
        let count = dict.size(b"N").unwrap_or(0);
        let mut inner = Bytes::of_slice(data);
        let mut places = Vec::new();
        {
            let mut header = Lexer::new(&mut inner, 0);
            for _ in 0..count {
                let (Token::Int(number), Token::Int(offset)) = (header.token()?, header.token()?) else {
                    break;
                };
                if let (Ok(number), Ok(offset)) = (u32::try_from(number), u64::try_from(offset)) {
                    places.push((number, first.saturating_add(offset)));
                }
            }
        }
        if (places.len() as u64) < count {
            self.tallies.add(
                Fault::corrupt(
                    "object-stream-broken",
                    format!(
                        "object stream {stream} promises {} objects and lists {}",
                        text::count(count),
                        places.len()
                    ),
                )
                .at(at)
                .effect("the objects in it are lost"),
            );
        }
        for (number, offset) in places {
            if self.place(number) != Some(Place::In(stream)) {
                continue;
            }
            if let Some(entry) = self.table.entries.get_mut(&number) {
                entry.seen = true;
            }
            let mut references = Vec::new();
            let mut lexer = Lexer::new(&mut inner, offset);
            let object = lexer.object(&mut references)?;
            self.to_read = self.to_read.saturating_sub(lexer.read());
            if self.take(object, number, at, catalog).is_some() {
                for reference in references {
                    self.reach(reference);
                }
            }
        }
        Ok(())
    }
}
