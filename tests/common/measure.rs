//! Compares the walkers with the corpus: verdicts, dimensions, durations.

use std::fs;
use std::path::PathBuf;

use heylint::media::{Bytes, Damage, Depth, Facts, probe};

/// A file of the corpus whose verdict is not disputed.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub path: PathBuf,
    pub corrupt: bool,
    /// Width and height as stored, if the reference tools agree.
    pub stored: Option<(u32, u32)>,
    pub duration_s: Option<f64>,
    pub pages: Option<u32>,
}

impl Case {
    /// The used columns come before those that may be quoted.
    fn read(line: &str, format: &str, files: &std::path::Path) -> Option<Self> {
        let cells: Vec<&str> = line.split(',').collect();
        let &[name, truly, "yes", _, verdict @ ("valid" | "corrupt"), width, height, duration, ..] = &cells[..] else {
            return None;
        };
        // An MP4 with only sound, named as one with video: both formats are right.
        if line.contains("ambiguous") {
            return None;
        }
        let pages = line.split("pages=").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
        (truly == format).then(|| Self {
            name: name.to_owned(),
            path: files.join(name),
            corrupt: verdict == "corrupt",
            stored: width.parse().ok().zip(height.parse().ok()),
            duration_s: duration.parse().ok(),
            pages: pages.and_then(|pages| pages.parse().ok()),
        })
    }

    pub fn facts(&self, depth: Depth) -> Facts {
        let file = fs::File::open(&self.path).expect("a file of the table");
        probe(&mut Bytes::of_file(&file).expect("a length"), depth).expect("readable")
    }
}

/// The files of a format; none without a corpus.
pub fn cases(format: &str) -> Option<Vec<Case>> {
    let folder = super::corpus()?.join("media");
    let table = fs::read(folder.join("truth.csv")).expect("the table of verdicts");
    let files = folder.join("files");
    Some(String::from_utf8_lossy(&table).lines().filter_map(|line| Case::read(line, format, &files)).collect())
}

/// The score of a walker. Sizes, durations and pages count only on valid files.
#[derive(Debug, Default)]
pub struct Measure {
    pub corrupt: usize,
    pub missed: Vec<String>,
    pub valid: usize,
    pub alarms: Vec<String>,
    /// Valid files with a harmless fault.
    pub malformed: Vec<String>,
    pub sized: usize,
    pub missized: Vec<String>,
    pub timed: usize,
    pub mistimed: Vec<String>,
    pub paged: usize,
    pub mispaged: Vec<String>,
}

/// Walks every file of a format and prints the differences; none without a corpus.
pub fn measure(format: &str, depth: Depth) -> Option<Measure> {
    let mut out = Measure::default();
    for case in cases(format)? {
        let facts = case.facts(depth);
        // A file that is not recognised as its format counts as refused. A valid file may be empty.
        let refused = facts.faults.iter().any(|fault| matches!(fault.damage, Damage::Unsupported | Damage::Corrupt))
            || facts.format.name() != format;
        let put = |list: &mut Vec<String>, what: &str| {
            println!("{what} {}: {}", case.name, summary_of(&facts));
            list.push(case.name.clone());
        };
        if case.corrupt {
            out.corrupt += 1;
            if !refused {
                put(&mut out.missed, "missed");
            }
            continue;
        }
        out.valid += 1;
        if refused {
            put(&mut out.alarms, "alarm");
        } else if !facts.faults.is_empty() {
            put(&mut out.malformed, "malformed");
        }
        if let Some(stored) = case.stored {
            out.sized += 1;
            if facts.stored.map(|size| (size.width, size.height)) != Some(stored) {
                put(&mut out.missized, &format!("{:?}, truth {stored:?}:", facts.stored));
            }
        }
        if let Some(truth) = case.duration_s {
            out.timed += 1;
            let found = facts.duration_s.unwrap_or(f64::NAN);
            let agrees = (found - truth).abs() <= (truth * 0.01).max(0.1);
            if !agrees {
                put(&mut out.mistimed, &format!("{found} s, truth {truth} s:"));
            }
        }
        if let Some(truth) = case.pages {
            out.paged += 1;
            if facts.pages != Some(truth) {
                put(&mut out.mispaged, &format!("{:?} pages, truth {truth}:", facts.pages));
            }
        }
    }
    println!(
        "{format}: {} of {} corrupt missed, {} alarms on {} valid",
        out.missed.len(),
        out.corrupt,
        out.alarms.len(),
        out.valid
    );
    Some(out)
}

fn summary_of(facts: &Facts) -> String {
    let faults = facts.faults.iter().map(|fault| {
        format!("[{:?} {}] {} → {}", fault.damage, fault.code, fault.message, fault.effect.as_deref().unwrap_or(""))
    });
    format!("{} {}", facts.format, faults.collect::<Vec<_>>().join(" | "))
}
