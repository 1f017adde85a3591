//! Scores the walkers on a folder of real files: `cargo run --release --example score -- [--list] DIR`.
//!
//! `DIR` contains `truth.csv` and `files/`. The columns used: `file`, `true_format`, `in_scope`, `verdict`
//! (valid, corrupt, disputed), `width`, `height` (as stored), `duration_s`, `note`. Disputed files are left out.
//! A corrupt file counts as found if a walker reports corruption, or if it is refused: recognised as a format without a
//! walker. If the note calls the format ambiguous (an MP4 with only sound, named .m4a), the format of the extension is
//! also right.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use heylint::media::{Bytes, Damage, Depth, Facts, Format, probe_as};
use rayon::prelude::*;

fn main() -> ExitCode {
    let mut list = false;
    let mut depth = Depth::Full;
    let mut folder = None;
    for argument in std::env::args_os().skip(1) {
        match argument.to_str() {
            Some("--list") => list = true,
            Some("--header") => depth = Depth::Header,
            Some("--decode") => depth = Depth::Decode,
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    let Some(folder) = folder else {
        eprintln!("usage: score [--list] [--header | --decode] DIR");
        return ExitCode::from(2);
    };
    let rows = match std::fs::read(folder.join("truth.csv")) {
        Ok(bytes) => read_rows(&String::from_utf8_lossy(&bytes)),
        Err(error) => {
            eprintln!("{}: {error}", folder.join("truth.csv").display());
            return ExitCode::from(2);
        }
    };
    let began = Instant::now();
    let judged: Vec<Judged> = rows
        .par_iter()
        .filter(|row| row.verdict != "disputed")
        .map(|row| judge(row, &folder.join("files"), depth))
        .collect();
    let took = began.elapsed();
    match print(&judged, took, list) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader (head, less) has closed the pipe.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// One row of the truth.
struct Row {
    file: String,
    format: String,
    in_scope: bool,
    verdict: String,
    stored: Option<(u32, u32)>,
    duration_s: Option<f64>,
    ambiguous: bool,
}

fn read_rows(text: &str) -> Vec<Row> {
    let mut records = records(text).into_iter();
    let header = records.next().unwrap_or_default();
    let column = |name: &str| header.iter().position(|title| title == name);
    let names = ["file", "true_format", "in_scope", "verdict", "width", "height", "duration_s", "note"];
    let places = names.map(column);
    records
        .filter(|record| record.len() > 1)
        .map(|record| {
            let [file, format, in_scope, verdict, width, height, duration, note] =
                places.map(|place| place.and_then(|place| record.get(place)).cloned().unwrap_or_default());
            Row {
                file,
                format,
                in_scope: in_scope == "yes",
                verdict,
                stored: width.parse().ok().zip(height.parse().ok()),
                duration_s: duration.parse().ok(),
                ambiguous: note.contains("ambiguous"),
            }
        })
        .collect()
}

/// RFC 4180: fields in quotes may contain commas, line ends and doubled quotes.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(record) = records.last_mut() else { break };
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                push(record, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => records.push(vec![String::new()]),
            other => push(record, other),
        }
    }
    records
}

fn push(record: &mut [String], character: char) {
    if let Some(field) = record.last_mut() {
        field.push(character);
    }
}

/// Our result for one file.
struct Judged<'a> {
    row: &'a Row,
    facts: Result<Facts, String>,
    took: Duration,
}

fn judge<'a>(row: &'a Row, files: &Path, depth: Depth) -> Judged<'a> {
    let began = Instant::now();
    let facts = std::panic::catch_unwind(|| {
        let file = File::open(files.join(&row.file)).map_err(|error| error.to_string())?;
        let mut bytes = Bytes::of_file(&file).map_err(|error| error.to_string())?;
        probe_as(&mut bytes, depth, Format::promised(Path::new(&row.file))).map_err(|error| error.to_string())
    })
    .unwrap_or_else(|_| Err("panicked".to_owned()));
    Judged { row, facts, took: began.elapsed() }
}

impl Judged<'_> {
    fn format(&self) -> Option<Format> {
        self.facts.as_ref().ok().map(|facts| facts.format)
    }

    fn refused(&self) -> bool {
        self.format().is_none_or(|format| !format.is_walked())
    }

    /// A file without any content is valid, so [`Damage::Empty`] does not count.
    fn corrupt(&self) -> bool {
        let bad = |damage| matches!(damage, Damage::Unsupported | Damage::Corrupt);
        self.facts.as_ref().is_ok_and(|facts| facts.faults.iter().any(|fault| bad(fault.damage)))
    }

    fn malformed(&self) -> bool {
        self.facts.as_ref().is_ok_and(|facts| facts.faults.iter().any(|fault| fault.damage == Damage::Malformed))
    }

    fn format_right(&self) -> bool {
        let Some(format) = self.format() else { return false };
        if format.name() == self.row.format {
            return true;
        }
        let extension = self.row.file.rsplit('.').next().unwrap_or_default();
        match self.row.format.as_str() {
            _ if self.row.ambiguous => format == Format::Mp4 || Format::from_extension(extension) == Some(format),
            // The table uses names that we do not.
            name if name.starts_with("audio/x-hx-aac") => format == Format::Aac,
            name => Format::from_media_type(name) == Some(format),
        }
    }

    fn dimensions_right(&self) -> Option<bool> {
        let stored = self.row.stored?;
        let facts = self.facts.as_ref().ok()?;
        if facts.format.name() != self.row.format {
            return Some(false);
        }
        Some(facts.stored.or(facts.dimensions).is_some_and(|found| (found.width, found.height) == stored))
    }

    fn duration_right(&self) -> Option<bool> {
        let truth = self.row.duration_s?;
        let found = self.facts.as_ref().ok()?.duration_s;
        Some(found.is_some_and(|found| (found - truth).abs() <= (truth * 0.01).max(0.1)))
    }

    /// The text for this file in the list: the first fault with the worst damage.
    fn first_fault(&self) -> String {
        match &self.facts {
            Err(error) => error.clone(),
            Ok(facts) => {
                let worst = facts.faults.iter().map(|fault| fault.damage).max();
                let first = facts.faults.iter().find(|fault| Some(fault.damage) == worst);
                first.map_or_else(|| "no fault".to_owned(), |fault| format!("{}: {}", fault.code, fault.message))
            }
        }
    }
}

/// A count of right answers out of all.
#[derive(Clone, Copy, Default)]
struct Share {
    right: usize,
    of: usize,
}

impl Share {
    fn count(&mut self, right: bool) {
        self.right += usize::from(right);
        self.of += 1;
    }

    fn cell(self) -> String {
        if self.of == 0 {
            return String::from("–");
        }
        let percent = 100.0 * self.right as f64 / self.of as f64;
        format!("{}/{} {percent:5.1}%", self.right, self.of)
    }
}

#[derive(Clone, Copy, Default)]
struct Scores {
    recall: Share,
    alarms: Share,
    malformed: Share,
    format: Share,
    dimensions: Share,
    duration: Share,
    refused: Share,
}

impl Scores {
    fn add(&mut self, judged: &Judged<'_>) {
        let row = judged.row;
        self.format.count(judged.format_right());
        if row.verdict == "corrupt" {
            self.recall.count(judged.corrupt() || judged.refused());
        }
        if !row.in_scope {
            // A file that fits two formats may be refused or not.
            self.refused.count(judged.refused() || row.ambiguous);
            return;
        }
        if row.verdict == "valid" {
            self.alarms.count(judged.corrupt() || judged.facts.is_err());
            self.malformed.count(judged.malformed());
            if let Some(right) = judged.dimensions_right() {
                self.dimensions.count(right);
            }
            if let Some(right) = judged.duration_right() {
                self.duration.count(right);
            }
        }
    }
}

fn print(judged: &[Judged<'_>], took: Duration, list: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut groups: BTreeMap<(u8, &str), Scores> = BTreeMap::new();
    let order = |row: &Row| {
        if row.in_scope { (1, Format::from_name(&row.format).map_or("?", Format::name)) } else { (2, "others") }
    };
    for one in judged {
        groups.entry((0, "all")).or_default().add(one);
        groups.entry(order(one.row)).or_default().add(one);
    }
    let titles =
        ["format", "recall", "false alarms", "malformed", "format right", "dimensions", "durations", "refused"];
    let mut table = vec![titles.map(str::to_owned)];
    for ((_, name), scores) in &groups {
        let Scores { recall, alarms, malformed, format, dimensions, duration, refused } = *scores;
        let [a, b, c, d, e, f, g] = [recall, alarms, malformed, format, dimensions, duration, refused].map(Share::cell);
        table.push([(*name).to_owned(), a, b, c, d, e, f, g]);
    }
    let widths: Vec<usize> = (0..titles.len())
        .map(|column| table.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
        .collect();
    for line in &table {
        let cells = line.iter().zip(&widths).enumerate().map(|(index, (cell, &width))| {
            if index == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("   ").trim_end())?;
    }
    let bytes: u64 = judged.iter().filter_map(|one| one.facts.as_ref().ok()).map(|facts| facts.size_bytes).sum();
    let slowest = judged.iter().max_by_key(|one| one.took);
    writeln!(out, "\n{} files, {:.1} MB in {:.0} ms", judged.len(), bytes as f64 / 1e6, took.as_secs_f64() * 1e3)?;
    if let Some(slowest) = slowest {
        writeln!(out, "slowest: {}, {:.1} ms", slowest.row.file, slowest.took.as_secs_f64() * 1e3)?;
    }
    if list { write_list(&mut out, judged) } else { Ok(()) }
}

fn write_list(out: &mut impl std::io::Write, judged: &[Judged<'_>]) -> std::io::Result<()> {
    let shown = |format: Option<Format>| format.map_or("–", Format::name);
    for one in judged {
        let row = one.row;
        let mut write =
            |what: &str, detail: String| writeln!(out, "{what:<11} {:<8} {} {detail}", row.format, row.file);
        if let Err(error) = &one.facts {
            write("failed", error.clone())?;
        }
        if !one.format_right() {
            write("format", format!("recognised as {}", shown(one.format())))?;
        }
        if row.verdict == "corrupt" && !one.corrupt() && !one.refused() {
            write("missed", format!("as {}: {}", shown(one.format()), one.first_fault()))?;
        }
        if !row.in_scope && !one.refused() && !row.ambiguous {
            write("not refused", format!("recognised as {}: {}", shown(one.format()), one.first_fault()))?;
        }
        if row.in_scope && row.verdict == "valid" {
            if one.corrupt() {
                write("false alarm", one.first_fault())?;
            } else if one.malformed() {
                write("malformed", one.first_fault())?;
            }
            if let (Some(false), Some((width, height)), Ok(facts)) = (one.dimensions_right(), row.stored, &one.facts) {
                let found = facts.stored.or(facts.dimensions).map_or("none".to_owned(), |found| found.to_string());
                write("dimensions", format!("{found}, truth {width}×{height}"))?;
            }
            if let (Some(false), Some(truth), Ok(facts)) = (one.duration_right(), row.duration_s, &one.facts) {
                let found = facts.duration_s.map_or("none".to_owned(), |found| format!("{found:.3} s"));
                write("duration", format!("{found}, truth {truth} s"))?;
            }
        }
    }
    Ok(())
}
