//! JSON Lines of any length on standard input: writes each finding while reading, and keeps none.

use std::ffi::OsStr;
use std::io::{self, BufWriter, Cursor, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use heylint::engine::{Outcome, RunError};
use heylint::report::JsonlStream;
use heylint::request::record::{RecordLayout, RecordReader};
use heylint::{Linter, Settings};

use super::Failure;

/// Whether a text with this beginning and this name is JSON Lines.
pub fn is_lines(head: &[u8], name: &Path) -> bool {
    let extension = name.extension().and_then(OsStr::to_str).unwrap_or_default();
    RecordReader::open(head, extension, None).is_ok_and(|reader| reader.layout() == RecordLayout::Lines)
}

/// Checks `head` and the rest of standard input, and streams the report. Returns none if the reader closed the pipe.
pub fn run(
    settings: Settings,
    head: Vec<u8>,
    failure: impl Fn(RunError) -> Failure,
) -> Result<Option<Outcome>, Failure> {
    let linter = Linter::new(settings);
    let profiles = linter.profiles_of_stdin().map_err(&failure)?;
    let mut stream = JsonlStream::begin(BufWriter::new(io::stdout()), &profiles)?;
    let mut fault = None;
    let over = AtomicBool::new(false);
    let source = PipeReader { inner: Cursor::new(head).chain(io::stdin()), over: &over };
    let outcome = linter.run_on(source, |finding| {
        if fault.is_none() {
            fault = stream.put(finding).err();
            over.store(fault.is_some(), Relaxed);
        }
    });
    let outcome = outcome.map_err(failure)?;
    match fault.map_or_else(|| stream.end(&outcome.report), Err) {
        Ok(()) => Ok(Some(outcome)),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Ends the program when the reader has gone.
struct PipeReader<'o, R> {
    inner: R,
    over: &'o AtomicBool,
}

impl<R: Read> Read for PipeReader<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.over.load(Relaxed) { Ok(0) } else { self.inner.read(out) }
    }
}
