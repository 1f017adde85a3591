use heylint::media::*;
fn main() {
    for a in std::env::args().skip(1) {
        let f = std::fs::File::open(&a).unwrap();
        let t = std::time::Instant::now();
        let mut b = Bytes::of_file(&f).unwrap();
        let r = probe(&mut b, Depth::Full).unwrap();
        let rss = std::fs::read_to_string("/proc/self/status")
            .unwrap()
            .lines()
            .find(|l| l.starts_with("VmHWM"))
            .unwrap()
            .to_string();
        println!(
            "{}\t{:.1}ms\t{}\t{}",
            a.rsplit('/').next().unwrap(),
            t.elapsed().as_secs_f64() * 1e3,
            rss,
            serde_json::to_string(&r).unwrap()
        );
    }
}
