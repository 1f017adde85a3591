//! Walkers against the verdicts of the corpus, durations included.

use std::fs;

use heylint::media::{Bytes, Depth, Facts, probe};

/// How a walker stands.
#[derive(Debug, Default)]
pub struct Measure {
    pub corrupt: usize,
    pub missed: Vec<String>,
    pub valid: usize,
    pub alarms: Vec<String>,
    pub timed: usize,
    pub mistimed: Vec<String>,
    pub sized: usize,
    pub missized: Vec<String>,
}

/// Walks every file whose verdict is not disputed; prints what disagrees. None without a corpus.
pub fn measure(format: &str, depth: Depth) -> Option<Measure> {
    let folder = super::corpus()?.join("media");
    let table =
        String::from_utf8_lossy(&fs::read(folder.join("truth.csv")).expect("the table of verdicts")).into_owned();
    let mut out = Measure::default();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [name, truly, "yes", _, verdict, width, height, duration, ..] = cells[..] else { continue };
        if truly != format || verdict == "disputed" {
            continue;
        }
        let file = fs::File::open(folder.join("files").join(name)).expect("a file of the table");
        let facts = probe(&mut Bytes::of_file(&file).expect("a length"), depth).expect("readable");
        // A file that is not taken for its format at all is refused for that.
        let refused = facts.is_corrupt() || facts.format.name() != format;
        if verdict == "corrupt" {
            out.corrupt += 1;
            if !refused {
                println!("missed {name}: {}", told(&facts));
                out.missed.push(name.to_owned());
            }
            continue;
        }
        out.valid += 1;
        if refused {
            println!("alarm {name}: {}", told(&facts));
            out.alarms.push(name.to_owned());
        } else if !facts.faults.is_empty() {
            println!("malformed {name}: {}", told(&facts));
        }
        if let Ok(truth) = duration.parse::<f64>() {
            out.timed += 1;
            let found = facts.duration_s.unwrap_or(f64::NAN);
            let agrees = (found - truth).abs() <= (truth * 0.01).max(0.1);
            if !agrees {
                println!("duration {name}: {found} s, truth {truth} s");
                out.mistimed.push(name.to_owned());
            }
        }
        if let (Ok(width), Ok(height)) = (width.parse::<u32>(), height.parse::<u32>()) {
            out.sized += 1;
            if facts.stored.map(|size| (size.width, size.height)) != Some((width, height)) {
                println!("size {name}: {:?}, truth {width}×{height}", facts.stored);
                out.missized.push(name.to_owned());
            }
        }
    }
    println!(
        "{format}: {} of {} corrupt missed, {} alarms on {} valid, {} of {} durations and {} of {} sizes differ",
        out.missed.len(),
        out.corrupt,
        out.alarms.len(),
        out.valid,
        out.mistimed.len(),
        out.timed,
        out.missized.len(),
        out.sized
    );
    Some(out)
}

fn told(facts: &Facts) -> String {
    let faults = facts.faults.iter().map(|fault| format!("[{:?} {}] {}", fault.damage, fault.code, fault.message));
    format!("{} {}", facts.format, faults.collect::<Vec<_>>().join(" | "))
}
