//! Manifests of any length: a file of JSON Lines is read piece by piece, never as a whole.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use rayon::prelude::*;

use super::Run;
use super::bounded::{Lines, Progress};
use super::guard::part;
use super::long::Keeper;
use super::requests::{Checked, Found, MOST_BYTES, Page, has_too_many_values, is_certain, too_many_values};
use crate::finding::Finding;
use crate::request::json::{self, ErrorKind};
use crate::request::record::{self, EncodingFault};
use crate::walk::Input;

/// So much is checked at a time, on all threads; one longer line is a piece of its own.
const PIECE: usize = 1 << 20;
/// Of so many lines at the start, half must be requests, or a walk passes the file over.
const LOOKED_AT: usize = 100;

/// A line that waits to be checked, or was.
pub(super) struct Waiting {
    pub record: u32,
    pub base: usize,
    /// 1-based.
    pub line: u32,
    pub text: String,
    pub fault: Option<EncodingFault>,
}

impl Run<'_> {
    /// Its lines can be taken one by one: not so in one document over several lines, in UTF-16, and in an empty file.
    pub(super) fn is_streamable(&self, file: &File) -> bool {
        let mut reader = record::Reader::new(BufReader::new(file));
        let streamable = match reader.next_line() {
            Ok(Some(line)) => {
                let wide = matches!(line.text.fault, Some(EncodingFault::Utf16Le | EncodingFault::Utf16Be));
                let document = json::parse(&line.text.text);
                !wide && !document.errors().iter().any(|error| error.kind == ErrorKind::Unclosed)
            }
            _ => false,
        };
        let mut file = file;
        file.rewind().is_ok() && streamable
    }

    /// Checks the lines of a source; none when it is no manifest and nobody said that it is one. With the bytes that were
    /// read. With `tell` findings are told at once and not kept.
    ///
    /// While one piece is checked on all threads, the one before is taken in and the next is read.
    pub(super) fn stream<'k>(
        &'k self,
        input: &'k Input,
        source: impl Read + Send,
        tell: Option<&'k mut (dyn FnMut(&Finding) + Send + 'k)>,
    ) -> Result<Option<(Found, u64)>, String> {
        let told = self.told(input);
        let source = Lines::new(source, MOST_BYTES);
        let progress = source.progress();
        let mut reader = record::Reader::new(source);
        let mut keeper = Keeper::new(self, input, tell);
        let read = |reader: &mut record::Reader<_>, requests: u64| {
            piece(reader, &progress).or_else(|message| self.given_up(input, requests, message))
        };
        let Some(mut next) = read(&mut reader, 0)? else { return Ok(None) };
        if !input.named && told.is_none() && !mostly_certain(&next) {
            return Ok(None);
        }
        let mut requests = 0;
        let mut done: Vec<(Waiting, Checked)> = Vec::new();
        while !next.is_empty() {
            requests += next.len() as u64;
            let check = |line: &Waiting| -> Checked {
                let page = Page::new(&line.text, line.base, line.line);
                part(|| self.line(&json::parse_at(&line.text, line.base), line.record, told, &page, input))
            };
            let last = std::mem::take(&mut done);
            let (each, more) = rayon::join(
                || next.par_iter().map(check).collect::<Vec<Checked>>(),
                || {
                    part(|| {
                        last.into_iter().for_each(|(line, checked)| keeper.take(&line, checked));
                        read(&mut reader, requests)
                    })
                },
            );
            let Some(more) = more? else { return Ok(None) };
            done = std::mem::replace(&mut next, more).into_iter().zip(each).collect();
        }
        done.into_iter().for_each(|(line, checked)| keeper.take(&line, checked));
        Ok(Some((keeper.found(requests), reader.bytes() as u64)))
    }

    /// A file that cannot be read to its end as lines of requests.
    fn given_up<T>(&self, input: &Input, requests: u64, message: String) -> Result<Option<T>, String> {
        if input.named || requests > 0 { Err(message) } else { Ok(None) }
    }
}

/// Reads about so much as is checked at a time; nothing at the end.
fn piece<R: Read>(reader: &mut record::Reader<Lines<R>>, progress: &Progress) -> Result<Option<Vec<Waiting>>, String> {
    let mut piece = Vec::new();
    let mut held = 0;
    while held < PIECE {
        match reader.next_line() {
            Ok(Some(line)) => {
                if has_too_many_values(line.text.text.as_bytes()) {
                    return Err(too_many_values());
                }
                held += line.text.text.len();
                let (fault, text) = (line.text.fault, line.text.text.into_owned());
                piece.push(Waiting { record: line.record, base: line.base, line: progress.line(), text, fault });
            }
            Ok(None) => break,
            Err(error) => return Err(format!("is no JSON Lines: {error}")),
        }
    }
    Ok(Some(piece))
}

fn mostly_certain(piece: &[Waiting]) -> bool {
    let some = piece.get(..LOOKED_AT).unwrap_or(piece);
    let certain = some.iter().filter(|line| is_certain(&json::parse_at(&line.text, line.base), line.record)).count();
    certain > 0 && certain * 2 >= some.len()
}
