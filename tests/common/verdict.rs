//! Compares the walkers with the verdicts of the corpus.

use std::fs;
use std::path::PathBuf;

use heylint::media::{Bytes, Damage, Depth, Facts, probe};

/// A file of the corpus whose verdict is not disputed.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub path: PathBuf,
    pub corrupt: bool,
    /// Width and height as stored, where the witnesses agree.
    pub stored: Option<(u32, u32)>,
}

/// The files of a format; none where there is no corpus.
pub fn cases(format: &str) -> Option<Vec<Case>> {
    let folder = super::corpus()?.join("media");
    let table = String::from_utf8_lossy(&fs::read(folder.join("truth.csv")).unwrap()).into_owned();
    let mut cases = Vec::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [name, truly, _, _, verdict, width, height, ..] = cells[..] else { continue };
        if truly == format && (verdict == "valid" || verdict == "corrupt") {
            cases.push(Case {
                name: name.to_owned(),
                path: folder.join("files").join(name),
                corrupt: verdict == "corrupt",
                stored: width.parse().ok().zip(height.parse().ok()),
            });
        }
    }
    Some(cases)
}

/// How the walker of a format stands against the corpus.
#[derive(Debug, Default)]
pub struct Score {
    pub corrupt: usize,
    pub missed: Vec<String>,
    pub valid: usize,
    pub alarms: Vec<String>,
    pub malformed: usize,
    pub sized: usize,
    pub missized: Vec<String>,
}

/// Walks every file of a format and prints what disagrees.
pub fn score(format: &str, depth: Depth) -> Option<Score> {
    let mut score = Score::default();
    for case in cases(format)? {
        let data = fs::read(&case.path).unwrap();
        let facts = probe(&mut Bytes::of_slice(&data), depth).unwrap();
        let faults: Vec<String> = facts.faults.iter().map(|fault| format!("{fault:?}")).collect();
        // A file that is not taken for its format at all is refused for that.
        let refused = facts.is_corrupt() || facts.format.name() != format;
        if case.corrupt {
            score.corrupt += 1;
            if refused {
                println!("caught {}: {}", case.name, told(&facts));
            } else {
                println!("missed {}: {faults:?}", case.name);
                score.missed.push(case.name.clone());
            }
        } else {
            score.valid += 1;
            if refused {
                println!("alarm {}: {}", case.name, told(&facts));
                score.alarms.push(case.name.clone());
            } else if facts.faults.iter().any(|fault| fault.damage == Damage::Malformed) {
                println!("malformed {}: {}", case.name, told(&facts));
                score.malformed += 1;
            }
        }
        if let Some(stored) = case.stored {
            score.sized += 1;
            if facts.stored.map(|size| (size.width, size.height)) != Some(stored) {
                println!("size {}: {:?}, truth {stored:?} corrupt={}", case.name, facts.stored, case.corrupt);
                score.missized.push(case.name);
            }
        }
    }
    println!(
        "{format}: {} of {} corrupt missed, {} alarms and {} malformed on {} valid, {} of {} sizes differ",
        score.missed.len(),
        score.corrupt,
        score.alarms.len(),
        score.malformed,
        score.valid,
        score.missized.len(),
        score.sized
    );
    Some(score)
}

fn told(facts: &Facts) -> String {
    let faults: Vec<String> = facts
        .faults
        .iter()
        .map(|fault| {
            format!("[{:?} {}] {} → {}", fault.damage, fault.code, fault.message, fault.effect.as_deref().unwrap_or(""))
        })
        .collect();
    format!("{} {}", facts.format, faults.join(" | "))
}
