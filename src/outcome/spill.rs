//! Spills findings beyond a bound to a temporary file.
//!
//! A [`Spill`] is the file of a run. Findings written in one go, in report order, form a [`SpilledRun`], which can be
//! read once per report. If no temporary file can be written, a bounded number stays in memory, and reading the run
//! fails if there were more.

mod codec;
mod kept;
mod remedy;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

pub use codec::Attached;
use codec::{LastRemedy, SharedTables};
pub use kept::{KeptText, TextKeeper};

use crate::finding::{Finding, order};
use crate::rule::Rule;
use crate::text::bounds;

/// Bytes written and read at a time.
const CHUNK: usize = 64 << 10;

/// The temporary file of a run, created at the first write.
#[derive(Debug, Default)]
pub struct Spill(Mutex<Store>);

#[derive(Debug, Default)]
enum Store {
    #[default]
    Unused,
    File {
        file: File,
        size: u64,
    },
    /// No file can be written, for this reason.
    Memory {
        bytes: Vec<u8>,
        why: String,
    },
}

impl Store {
    /// Appends bytes and returns their offset.
    fn append(&mut self, bytes: &[u8]) -> Result<u64, String> {
        if matches!(self, Self::Unused) {
            *self = match tempfile::tempfile() {
                Ok(file) => Self::File { file, size: 0 },
                Err(error) => Self::Memory { bytes: Vec::new(), why: error.to_string() },
            };
        }
        match self {
            Self::Unused => Err("nothing was written".to_owned()),
            Self::File { file, size } => {
                let start = *size;
                let written = file.seek(SeekFrom::Start(start)).and_then(|_| file.write_all(bytes));
                written.map_err(|error| error.to_string())?;
                *size += bytes.len() as u64;
                Ok(start)
            }
            Self::Memory { bytes: kept, why } => {
                let start = kept.len() as u64;
                if start + bytes.len() as u64 > bounds::FINDING_BYTES {
                    return Err(why.clone());
                }
                kept.extend_from_slice(bytes);
                Ok(start)
            }
        }
    }

    fn read(&mut self, start: u64, out: &mut [u8]) -> io::Result<()> {
        match self {
            Self::File { file, .. } => {
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(out)
            }
            Self::Memory { bytes, .. } => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let kept = bytes.get(start..start.saturating_add(out.len()));
                out.copy_from_slice(kept.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
            Self::Unused => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// The place of a text in a spill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpilledText {
    start: u64,
    len: u32,
}

impl Spill {
    /// Stores a text that is given in pieces.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be written.
    pub fn store(&self, pieces: &[&[u8]]) -> io::Result<SpilledText> {
        let len = u32::try_from(pieces.iter().map(|piece| piece.len()).sum::<usize>()).map_err(io::Error::other)?;
        let mut store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut start = None;
        for piece in pieces {
            let at = store.append(piece).map_err(|why| {
                io::Error::other(format!("the rest cannot be kept because no temporary file can be written: {why}"))
            })?;
            start.get_or_insert(at);
        }
        Ok(SpilledText { start: start.unwrap_or(0), len })
    }

    /// The bytes of a stored text.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read.
    pub fn load(&self, SpilledText { start, len }: SpilledText) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len as usize];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read(start, &mut bytes)?;
        Ok(bytes)
    }
}

/// Findings in any order: a bounded number stays in memory, the rest is spilled in sorted runs.
#[derive(Debug, Default)]
pub struct SortedRuns {
    spill: Arc<Spill>,
    /// Each with the record of the report from which it was read, if that is kept.
    held: Vec<(Finding, Option<String>)>,
    /// Bytes of new text in the fixes of those.
    weight: usize,
    pub runs: Vec<Arc<SpilledRun>>,
    /// The rules of the spilled findings, by id.
    pub rules: BTreeMap<&'static str, &'static Rule>,
}

impl SortedRuns {
    /// The most findings in memory.
    pub const MOST_HELD: usize = 2_000;
    /// The most bytes of new text in their fixes. A fix may contain a whole script.
    const MOST_WEIGHT: usize = 4 << 20;

    #[must_use]
    pub fn new(spill: Arc<Spill>) -> Self {
        Self { spill, ..Self::default() }
    }

    /// Adds a finding, with the record of the report from which it was read.
    pub fn push(&mut self, finding: Finding, record: Option<String>) {
        self.weight += finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.text.len()).sum::<usize>();
        self.held.push((finding, record));
        if self.held.len() > Self::MOST_HELD || self.weight > Self::MOST_WEIGHT {
            self.spill();
        }
    }

    /// Spills the findings in memory.
    pub fn spill(&mut self) {
        self.weight = 0;
        self.held.sort_by(|(one, _), (other, _)| order(one, other));
        let mut writer = SpillWriter::new(Arc::clone(&self.spill));
        for (finding, record) in self.held.drain(..) {
            self.rules.insert(finding.rule.id, finding.rule);
            writer.put(&finding, Attached { record: record.as_deref(), ending: None });
        }
        self.runs.extend(writer.finish(HashMap::new()));
    }

    /// Takes the findings in memory, sorted.
    pub fn take_held(&mut self) -> Vec<Finding> {
        let mut held: Vec<Finding> = self.held.drain(..).map(|(finding, _)| finding).collect();
        held.sort_by(order);
        held
    }
}

/// Writes one run of findings to a spill.
#[derive(Debug)]
pub struct SpillWriter {
    spill: Arc<Spill>,
    tables: SharedTables,
    buffer: Vec<u8>,
    chunks: Vec<(u64, u32)>,
    count: u64,
    first: Option<Box<Finding>>,
    fault: Option<String>,
}

impl SpillWriter {
    #[must_use]
    pub fn new(spill: Arc<Spill>) -> Self {
        let (buffer, chunks) = (Vec::new(), Vec::new());
        Self { spill, tables: SharedTables::default(), buffer, chunks, count: 0, first: None, fault: None }
    }

    /// Appends a finding, which must not precede the last one in report order.
    pub fn put(&mut self, finding: &Finding, attached: Attached<'_>) {
        if self.first.is_none() {
            self.first = Some(Box::new(finding.clone()));
        }
        self.count += 1;
        if self.fault.is_some() {
            return;
        }
        self.fault = self.tables.write(finding, attached, &mut self.buffer).err();
        if self.buffer.len() >= CHUNK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.fault.is_some() || self.buffer.is_empty() {
            return;
        }
        let mut store = self.spill.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (store.append(&self.buffer), u32::try_from(self.buffer.len())) {
            (Ok(start), Ok(len)) => self.chunks.push((start, len)),
            (Err(why), _) => self.fault = Some(why),
            (_, Err(_)) => self.fault = Some("a finding is too large".to_owned()),
        }
        self.buffer.clear();
    }

    /// The run; none if nothing was written. `endings` maps the identifiers to the ends of messages.
    #[must_use]
    pub fn finish(mut self, endings: HashMap<u64, String>) -> Option<Arc<SpilledRun>> {
        self.flush();
        let Self { spill, tables, chunks, count, first, fault, .. } = self;
        Some(Arc::new(SpilledRun { spill, tables, chunks, count, first: first?, fault, endings }))
    }
}

/// Spilled findings in report order.
#[derive(Debug)]
pub struct SpilledRun {
    spill: Arc<Spill>,
    tables: SharedTables,
    chunks: Vec<(u64, u32)>,
    count: u64,
    first: Box<Finding>,
    /// Why some of them could not be written.
    fault: Option<String>,
    endings: HashMap<u64, String>,
}

impl PartialEq for SpilledRun {
    /// Whether both are the same run, not just equal ones.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl SpilledRun {
    /// The first finding.
    #[must_use]
    pub fn first(&self) -> &Finding {
        &self.first
    }

    /// Reads the findings from the start.
    #[must_use]
    pub fn read(&self) -> Reading<'_> {
        Reading { run: self, next: 0, chunk: Vec::new(), at: 0, given: 0, last: None }
    }
}

/// Reads a run.
#[derive(Debug)]
pub struct Reading<'r> {
    run: &'r SpilledRun,
    next: usize,
    chunk: Vec<u8>,
    at: usize,
    given: u64,
    last: LastRemedy,
}

impl Reading<'_> {
    /// The next finding, with the record of the report from which it was read; none at the end.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read, or could not be written completely.
    pub fn next_finding(&mut self) -> io::Result<Option<(Finding, Option<String>)>> {
        let run = self.run;
        while self.at >= self.chunk.len() {
            let Some((start, len)) = run.chunks.get(self.next).copied() else { return self.end() };
            self.next += 1;
            self.at = 0;
            self.chunk.resize(len as usize, 0);
            run.spill.0.lock().unwrap_or_else(PoisonError::into_inner).read(start, &mut self.chunk)?;
        }
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        let damaged = || io::Error::other("the temporary file of findings has changed");
        let (mut finding, attached, left) = run.tables.read(rest, &mut self.last).ok_or_else(damaged)?;
        if let Some(ending) = attached.ending.and_then(|ending| run.endings.get(&ending)) {
            finding.message.push_str(ending);
        }
        let record = attached.record.map(str::to_owned);
        self.at = self.chunk.len() - left;
        self.given += 1;
        Ok(Some((finding, record)))
    }

    fn end<T>(&self) -> io::Result<Option<T>> {
        let Some(fault) = &self.run.fault else { return Ok(None) };
        let lost = crate::text::counted(self.run.count - self.given, "finding");
        Err(io::Error::other(format!("{lost} could not be kept because no temporary file can be written: {fault}")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::finding::{Edit, Excerpt, Fix, Location, Observed, Rename};
    use crate::limits::Limits;
    use crate::media::{Facts, Format};
    use crate::remedy::{Goal, Remedy, Tracks, Way};
    use crate::rule;
    use crate::text::{Position, Span};

    /// One with everything that a finding can have.
    fn full(at: usize) -> Finding {
        let place = Position { line: 3, column: at as u32, offset: at };
        let location = Location {
            file: "a.jsonl".into(),
            record: Some(at as u32),
            pointer: Some("/é".to_owned()),
            span: Some(Span::new(at, at + 1)),
            start: Some(place),
            end: Some(place),
        };
        let edit = Edit { file: "".into(), span: Span::new(1, 2), text: "x".to_owned() };
        let rename = Rename { from: "a".into(), to: "b".into() };
        let limits = Limits::default();
        let mut finding = Finding::new(&rule::SCRIPT_TOO_LONG, format!("number {at}"))
            .at(location.clone())
            .label("here")
            .observed(if at.is_multiple_of(2) { Observed::Number(0.5) } else { Observed::Integer(7) })
            .limit(&limits[crate::profile::heygen_v3::limits::SCRIPT_MAX])
            .prevents("400xxx")
            .help("cut it")
            .related("there", Location { file: "b.json".into(), ..location })
            .fix(Fix { title: "cut".to_owned(), safe: true, edits: vec![edit], rename: Some(rename) })
            .about("text");
        finding.excerpt =
            Some(Excerpt { text: "abc".to_owned(), line: 3, span: Span::new(0, 1), skipped: 2, cut: true });
        (finding.context, finding.fails) = (at as u64, true);
        finding.fingerprint = format!("fp2:{at:032x}").parse().expect("a name");
        finding
    }

    fn remedy(at: usize) -> Remedy {
        Remedy {
            path: format!("/here/{at}.png").into(),
            input: format!("{at}.png").into(),
            output: format!("{at}.jpg"),
            goal: Goal {
                way: Way::Rename,
                format: Format::Jpeg,
                edge_below: None,
                edge_from: None,
                most_bytes: None,
                shrinks: false,
                tracks: Tracks::default(),
                cut: None,
                rules: vec![&rule::FILE_EXTENSION_MISMATCH],
            },
            facts: Facts::new(Format::Jpeg, at as u64),
            mentions: Vec::new(),
            options: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn all(run: &SpilledRun) -> io::Result<Vec<Finding>> {
        let (mut reading, mut all) = (run.read(), Vec::new());
        while let Some((finding, _)) = reading.next_finding()? {
            all.push(finding);
        }
        Ok(all)
    }

    #[test]
    fn written_cells_are_read_back() {
        let spill = Arc::new(Spill::default());
        let (mut one, mut other) = (SpillWriter::new(Arc::clone(&spill)), SpillWriter::new(spill));
        let mut findings: Vec<Finding> = (0..2_000).map(full).collect();
        // Three findings of each file have one remedy; every seventh has none.
        for (at, three) in findings.chunks_mut(3).enumerate() {
            let remedy = Arc::new(remedy(at));
            for finding in three.iter_mut().filter(|finding| finding.context % 7 > 0) {
                finding.remedy = Some(Arc::clone(&remedy));
            }
        }
        for finding in &findings {
            one.put(finding, Attached { ending: (finding.context == 5).then_some(9), record: None });
            other.put(&Finding::new(&rule::FILE_EMPTY, "plain"), Attached::default());
        }
        let one = one.finish(HashMap::from([(9, ", thrice".to_owned())])).expect("a run");
        let other = other.finish(HashMap::new()).expect("a run");
        let mut expected = findings;
        expected[5].message.push_str(", thrice");
        let read = all(&one).expect("read");
        assert!(read == expected && all(&one).expect("read again") == expected);
        let remedies: HashSet<_> = read.iter().filter_map(|finding| finding.remedy.as_ref().map(Arc::as_ptr)).collect();
        assert_eq!(remedies.len(), 2_000_usize.div_ceil(3), "a remedy is shared as it was");
        let plain = all(&other).expect("read");
        assert!(plain.len() == 2_000 && plain.iter().all(|found| *found == Finding::new(&rule::FILE_EMPTY, "plain")));
    }

    #[test]
    fn without_a_file_memory_is_bounded_and_the_loss_is_reported() {
        let memory = || Store::Memory { bytes: Vec::new(), why: "read-only".to_owned() };
        let spill = Arc::new(Spill(Mutex::new(memory())));
        let mut writer = SpillWriter::new(spill);
        (0..100).for_each(|at| writer.put(&full(at), Attached::default()));
        assert_eq!(all(&writer.finish(HashMap::new()).expect("a run")).expect("kept").len(), 100);

        let mut writer = SpillWriter::new(Arc::new(Spill(Mutex::new(memory()))));
        let large = Finding::new(&rule::FILE_EMPTY, "x".repeat(1 << 20));
        (0..80).for_each(|_| writer.put(&large, Attached::default()));
        let error = all(&writer.finish(HashMap::new()).expect("a run")).expect_err("too many");
        assert!(
            error.to_string().contains("findings could not be kept") && error.to_string().contains("read-only"),
            "{error}"
        );
    }

    #[test]
    fn no_findings_spill_nothing() {
        assert!(SpillWriter::new(Arc::default()).finish(HashMap::new()).is_none());
    }
}
