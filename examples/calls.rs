//! Times the check of one request through the library: cargo run --release --example calls [ROUNDS]

use std::time::Instant;

use heylint::Options;

fn main() -> Result<(), heylint::Error> {
    let rounds: u32 = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(10_000);
    let script = "The quick brown fox jumps over the lazy dog. ".repeat(18);
    let settings = r#""voice_settings": {"speed": 1.1, "pitch": 0}, "title": "A day at the zoo""#;
    let good =
        format!(r#"{{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "{script}", {settings}}}"#);
    let faulty = good.replace("1.1", "1.8");
    let options = Options::new().endpoint("POST /v3/videos")?.isolated();
    for (what, body) in [("valid", &good), ("with one finding", &faulty)] {
        let mut times: Vec<f64> = Vec::new();
        let mut length = 0;
        for _ in 0..rounds {
            let started = Instant::now();
            let report = heylint::check_value(body, &options)?;
            length = report.to_json().len();
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
        let (middle, most) = (at(0.5), at(0.95));
        println!("{what}, {} bytes, report of {length}: median {middle:.1} µs, 95 % {most:.1} µs", body.len());
    }
    Ok(())
}
