mod common;
use heylint::media::{Bytes, Depth, Format, probe};

#[test]
fn the_corpus() {
    let Some(folder) = common::corpus() else { return };
    let table = std::fs::read_to_string(folder.join("media/truth.csv")).unwrap();
    for line in table.lines().skip(1) {
        let f: Vec<&str> = line.splitn(9, ',').collect();
        if f[1] != "mp4" {
            continue;
        }
        let file = std::fs::File::open(folder.join("media/files").join(f[0])).unwrap();
        let mut bytes = Bytes::of_file(&file).unwrap();
        let facts = probe(&mut bytes, Depth::Full).unwrap();
        println!(
            "{} {} truth={} {}x{} {} | {:?} {:?} {:?} {:?} fps={:?} enc={} {}",
            f[0],
            facts.format,
            f[4],
            f[5],
            f[6],
            f[7],
            facts.stored,
            facts.dimensions,
            facts.duration_s,
            facts.declared_duration_s,
            facts.fps,
            facts.encrypted,
            facts.is_corrupt()
        );
        for t in &facts.tracks {
            println!("    {:?}", t);
        }
        for t in &facts.faults {
            println!("    FAULT {:?}", t);
        }
    }
}
