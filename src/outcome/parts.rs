//! Reads a JSON document that heylint has written (a report, a baseline) part by part: it may be larger than memory.

use std::cell::{Cell, RefCell};
use std::io::{self, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::text::bounds::TEXT_BYTES;

/// A part of a document.
#[derive(Debug)]
pub enum Part {
    /// A member that is not one of the lists.
    Member(String, Value),
    /// A list begins.
    List(&'static str),
    /// An element of a list.
    Record(&'static str, Value),
}

/// Why a document was not read completely.
#[derive(Debug)]
pub enum PartsError {
    /// The error of `take`.
    Refused(String),
    /// It is not JSON, or not of this form.
    Json(serde_json::Error),
}

/// Takes the parts in their order; an error ends the reading.
type Take<'t> = &'t mut dyn FnMut(Part) -> Result<(), String>;

/// Passes every part of a document to `take`. The members named `lists` are read element by element.
///
/// # Errors
///
/// Errors of `take` and of the source, and a text that is not a JSON object.
pub fn read(source: impl Read, lists: &'static [&'static str], take: Take<'_>) -> Result<(), PartsError> {
    let left = Cell::new(TEXT_BYTES as u64);
    let source = BufReader::with_capacity(64 << 10, Metered { source, left: &left });
    let document = PartReader { lists, take: RefCell::new(take), left: &left, refused: RefCell::default() };
    let mut text = serde_json::Deserializer::from_reader(source);
    let read = text.deserialize_map(&document).and_then(|()| text.end());
    match (document.refused.into_inner(), read) {
        (Some(why), _) => Err(PartsError::Refused(why)),
        (None, read) => read.map_err(PartsError::Json),
    }
}

/// A source that fails if a single part is too long, because each part is kept in memory.
struct Metered<'c, R> {
    source: R,
    left: &'c Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(out)?;
        let left = self.left.get().checked_sub(read as u64);
        let too_long = || io::Error::other(format!("one of its records has more than {} MiB", TEXT_BYTES >> 20));
        self.left.set(left.ok_or_else(too_long)?);
        Ok(read)
    }
}

struct PartReader<'t, 'c> {
    lists: &'static [&'static str],
    take: RefCell<Take<'t>>,
    left: &'c Cell<u64>,
    /// Why `take` ended the reading.
    refused: RefCell<Option<String>>,
}

impl PartReader<'_, '_> {
    fn give<E: Error>(&self, part: Part) -> Result<(), E> {
        self.left.set(TEXT_BYTES as u64);
        (self.take.borrow_mut())(part).map_err(|why| {
            *self.refused.borrow_mut() = Some(why);
            E::custom("refused")
        })
    }
}

impl<'de> Visitor<'de> for &PartReader<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            match self.lists.iter().find(|list| **list == key) {
                Some(list) => {
                    self.give(Part::List(list))?;
                    members.next_value_seed(ListReader { document: self, list })?;
                }
                None => {
                    let value = members.next_value()?;
                    self.give(Part::Member(key, value))?;
                }
            }
        }
        Ok(())
    }
}

struct ListReader<'r, 't, 'c> {
    document: &'r PartReader<'t, 'c>,
    list: &'static str,
}

impl<'de> DeserializeSeed<'de> for ListReader<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListReader<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a list of {}", self.list)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some(record) = records.next_element()? {
            self.document.give(Part::Record(self.list, record))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_element_by_element() {
        let text = r#"{"version": 1, "files": [{"a": 1}, 2], "rest": [3]}"#;
        let mut seen = Vec::new();
        let take = &mut |part| {
            seen.push(match part {
                Part::Member(key, value) => format!("{key} {value}"),
                Part::List(list) => list.to_owned(),
                Part::Record(list, value) => format!("{list} {value}"),
            });
            Ok(())
        };
        read(text.as_bytes(), &["files"], take).expect("read");
        assert_eq!(seen, ["version 1", "files", r#"files {"a":1}"#, "files 2", "rest [3]"]);
    }

    #[test]
    fn an_endless_record_is_refused_before_it_fills_memory() {
        let source = (&b"{\"files\": [\""[..]).chain(io::repeat(b'x'));
        let error = read(source, &["files"], &mut |_| Ok(())).expect_err("endless");
        assert!(matches!(error, PartsError::Json(error) if error.to_string().contains("more than 64 MiB")));
    }
}
