//! `heylint mend --split`: splits a manifest into requests that are ready and requests that are not.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use heylint::engine::Outcome;
use heylint::fix::Staged;
use heylint::outcome::FileKind;
use heylint::request::json;
use heylint::request::record::{self, Block, Record, RecordLayout, RecordReader};
use heylint::source::{clean, display_name};
use heylint::text::{count, counted};
use heylint::{Linter, Settings, walk};

use super::super::{CLEAN, Failure, check, note};

const READY: &str = "ready.jsonl";
const NOT_READY: &str = "not-ready.jsonl";

/// Splits one manifest. The parts go beside it, so that relative references keep working.
pub(super) fn run(settings: Settings, quiet: bool) -> Result<u8, Failure> {
    let [path] = settings.paths.as_slice() else {
        return Err(Failure::with_help("--split takes exactly one manifest", "heylint mend --split jobs.jsonl"));
    };
    let (path, name) = (path.clone(), display_name(path));
    let fault = |message: String| Failure::new(format!("{}: {message}", clean(&name)));
    let targets = [READY, NOT_READY].map(|name| path.with_file_name(name));
    for target in &targets {
        if target.symlink_metadata().is_ok() {
            let shown = clean(&target.to_string_lossy()).into_owned();
            return Err(Failure::with_help(
                format!("{shown} already exists; nothing was written"),
                "move it away first",
            ));
        }
    }
    let outcome = Linter::new(Settings { unheld: true, ..settings }).run().map_err(check::failure)?;
    let checked = outcome.report.files.iter().find(|file| *file.path == *name);
    let Some(checked) = checked.filter(|file| file.kind == FileKind::Manifest) else {
        return Err(fault("is not a manifest: it has no records to split".to_owned()));
    };
    if checked.broken {
        return Err(fault("is not valid JSON; `heylint check --fix` fixes what it can".to_owned()));
    }
    let mut parts = SplitParts::new(&targets, &outcome, &name).map_err(|error| fault(error.to_string()))?;
    let (file, metadata) = walk::open(&path).map_err(fault)?;
    if metadata.len() != checked.size_bytes {
        return Err(fault("changed during the check; nothing was written".to_owned()));
    }
    write(&path, file, metadata.len(), &mut parts).map_err(fault)?;
    if parts.records != checked.requests {
        return Err(fault("changed during the check; nothing was written".to_owned()));
    }
    let counts = parts.place(&targets).map_err(|error| fault(error.to_string()))?;
    if !quiet {
        let [ready, not_ready] = counts;
        let [first, second] = targets.each_ref().map(|path| clean(&display_name(path)).into_owned());
        note(&format!("{first} has {}, {second} has {}", counted(ready, "request"), count(not_ready)));
    }
    Ok(CLEAN)
}

/// The two parts while the split writes them.
struct SplitParts<'o> {
    outcome: &'o Outcome,
    name: &'o str,
    files: [BufWriter<Staged>; 2],
    counts: [u64; 2],
    records: u64,
}

impl<'o> SplitParts<'o> {
    fn new(targets: &[PathBuf; 2], outcome: &'o Outcome, name: &'o str) -> io::Result<Self> {
        let [first, second] = targets;
        let files = [BufWriter::new(Staged::beside(first)?), BufWriter::new(Staged::beside(second)?)];
        Ok(Self { outcome, name, files, counts: [0; 2], records: 0 })
    }

    /// Writes the line of a record unchanged.
    fn line(&mut self, index: u32, line: &[u8]) -> io::Result<()> {
        let part = usize::from(!self.outcome.faulty.is_ready(self.name, Some(index)));
        self.records += 1;
        if let (Some(file), Some(count)) = (self.files.get_mut(part), self.counts.get_mut(part)) {
            *count += 1;
            file.write_all(line)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Moves both files to their targets, which must not exist.
    fn place(self, targets: &[PathBuf; 2]) -> io::Result<[u64; 2]> {
        let [first, second] = self.files;
        let staged = [first, second].map(|file| file.into_inner().map_err(io::IntoInnerError::into_error));
        let [first, second] = staged;
        let (first, second) = (first?, second?);
        first.place_new()?;
        second.place_new().inspect_err(|_| {
            let [first, _] = targets;
            let _ = std::fs::remove_file(first);
        })?;
        Ok(self.counts)
    }
}

/// Writes each record to its part. Counts records as the check does.
fn write(path: &Path, file: File, size: u64, parts: &mut SplitParts<'_>) -> Result<(), String> {
    let mut again = file.try_clone().map_err(|error| walk::because(&error))?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let mut reader = RecordReader::open(file, extension, Some(size)).map_err(in_words)?;
    if reader.layout() == RecordLayout::Document {
        let whole = reader.whole().map_err(in_words)?;
        let document = json::parse(&whole.text);
        for (index, root) in record::records(&document) {
            // JSON strings contain no raw line breaks.
            let line = root.raw().replace(['\n', '\r'], " ");
            parts.line(index.unwrap_or(0), line.as_bytes()).map_err(|error| error.to_string())?;
        }
        return Ok(());
    }
    let mut block = Block::default();
    loop {
        block = reader.block(block).map_err(in_words)?;
        if block.is_empty() {
            return Ok(());
        }
        for at in 0..block.len() {
            let Some(record) = block.get(at) else { continue };
            let done = match record.fault {
                None => {
                    // No string of JSON holds a line break.
                    let line = record.text.trim_start_matches('\u{feff}').replace(['\n', '\r'], " ");
                    parts.line(record.index, line.as_bytes())
                }
                Some(_) => exact(&mut again, &record).and_then(|line| parts.line(record.index, &line)),
            };
            done.map_err(|error| error.to_string())?;
        }
    }
}

/// The bytes of a record that is not valid UTF-8.
fn exact(file: &mut File, record: &Record<'_>) -> io::Result<Vec<u8>> {
    // Both handles share one position in the file.
    let place = file.stream_position()?;
    let mut line = vec![0; record.text.len()];
    file.seek(SeekFrom::Start(record.base as u64))?;
    let read = file.read_exact(&mut line);
    file.seek(SeekFrom::Start(place))?;
    read.map(|()| line)
}

fn in_words(error: record::RecordReadError) -> String {
    match error {
        record::RecordReadError::Io(error) => walk::because(&error),
        record::RecordReadError::Refused(message) => message,
    }
}
