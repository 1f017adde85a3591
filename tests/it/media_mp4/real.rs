//! Real files from other people, compared with the results of independent tools.

use heylint::media::{Bytes, Depth, Dimensions, Format, probe};

use crate::common;

/// A row of `truth.csv`.
struct Row {
    file: String,
    verdict: String,
    stored: Option<(u32, u32)>,
    seconds: Option<f64>,
}

fn rows(table: &str) -> Vec<Row> {
    let rows = table.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|fields| fields.len() > 7 && fields[1] == "mp4")
        .map(|fields| Row {
            file: fields[0].to_owned(),
            verdict: fields[4].to_owned(),
            stored: fields[5].parse().ok().zip(fields[6].parse().ok()),
            seconds: fields[7].parse().ok(),
        })
        .collect()
}

#[test]
fn real_files() {
    let Some(folder) = common::corpus() else { return };
    let folder = folder.join("media");
    let table = std::fs::read_to_string(folder.join("truth.csv")).expect("a table");
    let (mut corrupt, mut found, mut valid, mut alarms) = (0, 0, 0, 0);
    let (mut sized, mut sizes, mut timed, mut times) = (0, 0, 0, 0);
    for row in rows(&table) {
        let file = std::fs::File::open(folder.join("files").join(&row.file)).expect("a file");
        let facts = probe(&mut Bytes::of_file(&file).expect("a length"), Depth::Full).expect("read");
        if facts.format != Format::Mp4 {
            // The tests of format detection cover files too damaged to be recognised as MP4.
            println!("{}: {} ({})", row.file, facts.format, row.verdict);
            continue;
        }
        let faults = || facts.faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; ");
        match row.verdict.as_str() {
            "corrupt" => {
                corrupt += 1;
                found += usize::from(facts.is_corrupt());
                if !facts.is_corrupt() {
                    println!("{}: corrupt, but no fault was found", row.file);
                }
            }
            "valid" => {
                valid += 1;
                alarms += usize::from(facts.is_corrupt());
                if !facts.faults.is_empty() {
                    println!("{}: valid, but {}", row.file, faults());
                }
                if let Some((width, height)) = row.stored {
                    sized += 1;
                    let same = facts.stored == Some(Dimensions::new(width, height));
                    sizes += usize::from(same);
                    if !same {
                        println!("{}: {width}×{height}, found {:?}", row.file, facts.stored);
                    }
                }
                if let Some(seconds) = row.seconds {
                    timed += 1;
                    let same =
                        facts.duration_s.is_some_and(|found| (found - seconds).abs() <= 0.03f64.max(seconds * 0.005));
                    times += usize::from(same);
                    if !same {
                        println!("{}: {seconds} s, found {:?}", row.file, facts.duration_s);
                    }
                }
            }
            _ => {}
        }
    }
    println!("corrupt {found}/{corrupt}, false alarms {alarms}/{valid}, sizes {sizes}/{sized}, times {times}/{timed}");
    assert!(valid > 100 && sized > 30 && timed > 100, "the corpus has shrunk");
    assert_eq!((found, alarms), (corrupt, 0));
    assert_eq!((sizes, times), (sized, timed));
}
