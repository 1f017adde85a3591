//! Manifests of any length: a file of JSON Lines is read piece by piece, never as a whole.

use std::fs::File;
use std::io::{BufReader, Seek};

use rayon::prelude::*;

use super::Run;
use super::bounded::Lines;
use super::guard::part;
use super::requests::{Checked, Found, Gathered, MOST_BYTES, Page, has_too_many_values, is_certain, too_many_values};
use crate::check::syntax;
use crate::finding::Finding;
use crate::report::FileKind;
use crate::request::json::{self, ErrorKind};
use crate::request::record::{self, EncodingFault};
use crate::walk::Input;

/// So much is checked at a time, on all threads; one longer line is a piece of its own.
const PIECE: usize = 1 << 20;
/// Of so many lines at the start, half must be requests, or a walk passes the file over.
const LOOKED_AT: usize = 100;

/// A line that waits to be checked.
struct Waiting {
    record: u32,
    base: usize,
    /// 1-based.
    line: u32,
    text: String,
    fault: Option<EncodingFault>,
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

    /// Checks the lines of a file; none when it is no manifest and nobody said that it is one.
    pub(super) fn stream(&self, input: &Input, file: File) -> Result<Option<Found>, String> {
        let told = self.told(input);
        let source = Lines::new(file, MOST_BYTES);
        let progress = source.progress();
        let mut reader = record::Reader::new(source);
        let mut gathered = Gathered::new(&input.name);
        let mut encoding: Option<(Finding, usize, usize)> = None;
        let mut requests = 0;
        loop {
            let mut piece: Vec<Waiting> = Vec::new();
            let mut held = 0;
            let mut ended = false;
            while held < PIECE {
                match reader.next_line() {
                    Ok(Some(line)) => {
                        if has_too_many_values(line.text.text.as_bytes()) {
                            return self.given_up(input, requests, too_many_values());
                        }
                        held += line.text.text.len();
                        let (fault, text) = (line.text.fault, line.text.text.into_owned());
                        let number = progress.get().line();
                        piece.push(Waiting { record: line.record, base: line.base, line: number, text, fault });
                    }
                    Ok(None) => {
                        ended = true;
                        break;
                    }
                    Err(error) => return self.given_up(input, requests, format!("is no JSON Lines: {error}")),
                }
            }
            if requests == 0 && !input.named && told.is_none() && !mostly_certain(&piece) {
                return Ok(None);
            }
            requests += piece.len() as u64;
            let pages: Vec<Page<'_>> = piece.iter().map(|line| Page::new(&line.text, line.base, line.line)).collect();
            let check = |(line, page): (&Waiting, &Page<'_>)| -> Checked {
                part(|| self.line(&json::parse_at(&line.text, line.base), line.record, told, page, input))
            };
            let each: Vec<Checked> = piece.par_iter().zip(&pages).map(check).collect();
            for ((mut checked, page), line) in each.into_iter().zip(&pages).zip(&piece) {
                if let Some(EncodingFault::InvalidUtf8 { offset, count }) = line.fault {
                    // The bytes that were replaced are one fault, in however many lines.
                    let first = line.base + offset;
                    let (_, _, total) = encoding.get_or_insert_with(|| {
                        let mut finding = syntax::encoding(EncodingFault::InvalidUtf8 { offset: first, count });
                        finding.location.record = Some(line.record);
                        page.finish(&mut finding, &input.name);
                        (finding, first, 0)
                    });
                    *total += count;
                    // What is read out of replaced bytes would be an echo.
                    checked.findings.clear();
                }
                gathered.take(checked, page, &input.name);
            }
            if ended {
                break;
            }
        }
        let mut found = gathered.found(self, input, requests, FileKind::Manifest);
        if let Some((mut finding, offset, count)) = encoding {
            finding.message = syntax::encoding(EncodingFault::InvalidUtf8 { offset, count }).message;
            found.checked.findings.insert(0, finding);
        }
        Ok(Some(found))
    }

    /// A file that cannot be read to its end as lines of requests.
    fn given_up(&self, input: &Input, requests: u64, message: String) -> Result<Option<Found>, String> {
        if input.named || requests > 0 { Err(message) } else { Ok(None) }
    }
}

fn mostly_certain(piece: &[Waiting]) -> bool {
    let some = piece.get(..LOOKED_AT).unwrap_or(piece);
    let certain = some.iter().filter(|line| is_certain(&json::parse_at(&line.text, line.base), line.record)).count();
    certain > 0 && certain * 2 >= some.len()
}
