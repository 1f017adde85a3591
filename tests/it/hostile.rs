//! Hostile files: the worst inputs of a few megabytes for each walker, and extreme lengths. The tests of each format
//! cover damaged copies of ordinary files.
#![allow(unreachable_pub, reason = "every test that uses the makers includes their modules")]

use crate::common;
use std::path::Path;
use std::time::Duration;

use common::busy::BusyClock;
use common::look::look;
use common::make::srt::Srt;
use common::recipe;
use common::worst;
use heylint::check::{self, Context};
use heylint::extract::{self, Form};
use heylint::limits::Limits;
use heylint::media::{Bytes, Damage, Depth, Facts, Format, ReadError, probe};
use heylint::request::json;

/// Generous, for a debug build.
const PATIENCE: Duration = Duration::from_secs(10);

fn sane(facts: &Facts, name: &str) {
    assert!(facts.faults.len() <= 32, "{name}: {} faults", facts.faults.len());
    let lengths = facts.tracks.iter().map(|track| track.duration_s).chain([facts.duration_s]);
    for length in lengths.flatten() {
        assert!(length.is_finite() && length >= 0.0, "{name} lasts {length} s");
    }
    for fault in &facts.faults {
        assert!(fault.message.len() < 500 && !fault.message.contains('\n'), "{name}: {fault:?}");
        let words = [Some(fault.message.as_str()), fault.effect.as_deref()];
        for words in words.into_iter().flatten() {
            let first = words.split(' ').next().unwrap_or_default();
            // The name of a structure keeps its capitals, but a sentence starts in lower case.
            let sentence = ["A", "All", "An", "It", "No", "None", "Some", "The", "There", "These"].contains(&first);
            assert!(!sentence && !words.ends_with(['.', ' ']) && !words.is_empty(), "{name}: {fault:?}");
        }
        // Messages of decoders have no position.
        let decoded = ["sound-undecodable", "decoder-failed", "decoding", "decoded-size"].contains(&fault.code);
        assert!(decoded || fault.offset.is_some(), "{name}: no offset: {fault:?}");
        assert!(fault.offset.is_none_or(|at| at <= facts.size_bytes), "{name}: an offset beyond the end: {fault:?}");
        assert!(fault.damage != Damage::Corrupt || fault.effect.is_some(), "{name}: no effect: {fault:?}");
    }
}

#[test]
fn the_worst_files_of_every_format_end_soon() {
    let mut slow = Vec::new();
    for (name, make) in worst::MEDIA {
        let file = make(1 << 20);
        for depth in [Depth::Header, Depth::Full, Depth::Decode] {
            let began = BusyClock::start();
            let facts = look(&file, depth);
            sane(&facts, name);
            if began.elapsed() > PATIENCE {
                slow.push(format!("{name} at {depth:?} took {:?}", began.elapsed()));
            }
            if depth == Depth::Full {
                let promised = Format::from_extension(name.rsplit('.').next().unwrap_or_default());
                // The walker must see the file, or the test means nothing.
                assert!(promised.is_none_or(|format| facts.format == format), "{name} is {}", facts.format);
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

/// Counts work instead of time, so the result is the same on every machine, from a file and from memory.
#[test]
fn work_is_proportional_to_size() {
    let work = |file: &[u8], depth| {
        let mut bytes = Bytes::of_slice(file);
        drop(probe(&mut bytes, depth).expect("memory"));
        bytes.work()
    };
    for (name, make) in worst::MEDIA {
        let (small, large) = (make(1 << 17), make(1 << 19));
        for depth in [Depth::Header, Depth::Full] {
            let (less, more) = (work(&small, depth), work(&large, depth));
            assert!(more <= Bytes::work_allowed(large.len() as u64), "{name} at {depth:?} costs {more} units");
            // A small file may use up the fixed part of the budget.
            let times = (large.len() as u64).div_ceil(small.len() as u64);
            let fixed = Bytes::work_allowed(0);
            assert!(more <= 2 * times * less + fixed, "{name} at {depth:?} costs {less} units, then {more}");
        }
    }
    let (_, make) = worst::MEDIA.iter().find(|(name, _)| *name == "lengths-behind-blanks.pdf").expect("such a file");
    let bytes = make(1 << 18);
    let file = common::file(&bytes);
    let mut from_file = Bytes::of_file(&file).expect("a length");
    drop(probe(&mut from_file, Depth::Full).expect("a file"));
    assert_eq!(from_file.work(), work(&bytes, Depth::Full));
}

#[test]
fn the_work_limit_is_reported() {
    let spent = ["packed-in-front-of-blanks.pdf", "sections-that-inflate.pdf", "streams-with-one-tail.pdf"];
    for name in spent {
        let (_, make) = worst::MEDIA.iter().find(|(known, _)| *known == name).expect("such a file");
        let facts = look(&make(1 << 20), Depth::Full);
        assert!(facts.faults.iter().any(|fault| fault.code == "work-limit"), "{name}: {:?}", facts.faults);
    }
}

/// The demuxer that the decoder uses is slow on these files.
#[test]
fn a_film_of_very_many_fragments_is_not_decoded() {
    for name in ["fragments-of-one-frame.mp4", "fragments-empty.mp4"] {
        let (_, make) = worst::MEDIA.iter().find(|(known, _)| *known == name).expect("such a file");
        let facts = look(&make(4 << 20), Depth::Decode);
        assert_eq!(facts.not_decoded, Some("it has more than 16,384 fragments"), "{name}: {:?}", facts.faults);
        assert_eq!(look(&make(1 << 17), Depth::Decode).not_decoded, None, "{name}");
    }
}

#[test]
fn oversized_structures_are_reported() {
    for (name, code) in [("chunks-on-one-sample.mp4", "samples-overlap"), ("tracks.mp4", "too-many-tracks")] {
        let (_, make) = worst::MEDIA.iter().find(|(known, _)| *known == name).expect("such a file");
        let facts = look(&make(1 << 20), Depth::Full);
        assert!(facts.faults.iter().any(|fault| fault.code == code), "{name}: {:?}", facts.faults);
    }
}

/// Cuts and damages files everywhere; each fault must have a position and an effect.
#[test]
fn every_fault_has_an_offset_and_an_effect() {
    use common::mutate::{Rng, mutate};
    let mut rng = Rng::new(11);
    for (name, file) in files() {
        for end in (0..file.len()).step_by(1 + file.len() / 200) {
            sane(&look(&file[..end], Depth::Full), name);
        }
        for _ in 0..300 {
            sane(&look(&mutate(&file, &mut rng), Depth::Full), name);
        }
    }
}

/// The demuxer that the decoder uses would hold such a part in memory.
#[test]
fn files_with_oversized_parts_are_not_decoded() {
    let mut count = 0;
    for (name, make) in worst::MEDIA.iter().filter(|(name, _)| name.contains("-huge.")) {
        let facts = look(&make(9 << 20), Depth::Decode);
        let why = "one of its samples, tables or tags is larger than 8 MiB";
        assert_eq!((facts.not_decoded, facts.is_corrupt()), (Some(why), false), "{name}: {:?}", facts.faults);
        let facts = look(&make(1 << 20), Depth::Decode);
        assert_eq!(facts.not_decoded, None, "{name}");
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn the_worst_texts_end_soon() {
    let limits = Limits::default();
    for (name, make) in worst::TEXTS {
        let bytes = make(1 << 18);
        let text = String::from_utf8(bytes).expect("text");
        let began = BusyClock::start();
        let document = json::parse(&text);
        let context = Context { limits: &limits, ready: true, now: 0, newer: None };
        let findings = check::syntax::document(&document, &context);
        assert!(findings.len() <= 200, "{name}: {} findings", findings.len());
        assert!(began.elapsed() < PATIENCE, "{name} took {:?}", began.elapsed());
    }
}

/// Four times the size takes about four times the time.
#[test]
fn the_search_for_requests_is_proportional_to_size() {
    let search = |name: &str, bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).expect("text");
        let began = BusyClock::start();
        let found = match Form::of(Path::new(name)) {
            Some(form) => extract::pieces(form, text).len() + extract::secret::keys(text, false).len(),
            None => extract::within(&json::parse(text)).len(),
        };
        (began.elapsed(), found)
    };
    for (name, make) in worst::FORMS {
        let ((short, _), (long, found)) = (search(name, &make(1 << 18)), search(name, &make(1 << 20)));
        assert!(long <= 8 * short.max(Duration::from_millis(20)), "{name}: {short:?}, then {long:?} for {found}");
    }
}

/// One short file of each format.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    [
        "mp4 h264 64x64 25fps 1s aac",
        "mp4 hevc 64x64 25fps 1s fragmented",
        "webm vp9 64x64 25fps 1s opus",
        "png 20x20",
        "jpeg 32x32",
        "wav 8000Hz 16bit 0.1s",
        "mp3 1s",
        "pdf 2pages",
        "pdf 1page encrypted",
    ]
    .map(|recipe| (recipe, recipe::bytes(recipe)))
    .into_iter()
    .chain([("srt", Srt::of_cues(9).bytes())])
    .collect()
}

#[test]
fn extreme_lengths_are_never_trusted() {
    const LENGTHS: [u64; 8] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 56, 1 << 63, u64::MAX];
    let began = BusyClock::start();
    for (name, file) in files() {
        for at in 0..file.len().min(600) {
            for length in LENGTHS {
                for width in [4, 8] {
                    let mut copy = file.clone();
                    let end = (at + width).min(copy.len());
                    copy[at..end].copy_from_slice(&length.to_be_bytes()[8 - width..][..end - at]);
                    sane(&look(&copy, Depth::Full), name);
                }
            }
        }
    }
    assert!(began.elapsed() < 12 * PATIENCE, "{:?}", began.elapsed());
}

/// A walker gives the same facts for bytes from disk, from memory and from base64, damaged or not.
#[test]
fn where_the_bytes_come_from_makes_no_difference() {
    use common::mutate::{Rng, mutate};
    let mut rng = Rng::new(7);
    for (name, file) in files() {
        for _ in 0..20 {
            let copy = mutate(&file, &mut rng);
            let memory = look(&copy, Depth::Full);
            let disk = common::file(&copy);
            let disk = probe(&mut Bytes::of_file(&disk).expect("opened"), Depth::Full).expect("read");
            assert_eq!(memory, disk, "{name}");
            sane(&memory, name);
        }
    }
}

#[test]
fn a_file_that_shrinks_during_the_walk_is_reported() {
    let depths = [Depth::Header, Depth::Full, Depth::Decode];
    for ((name, bytes), depth) in files().into_iter().flat_map(|one| depths.map(|depth| (one.clone(), depth))) {
        // Larger than the first window, so that the walker has to read again.
        let file = common::file(&bytes);
        let long = file.try_clone().expect("a second handle");
        long.set_len(bytes.len() as u64 + (8 << 20)).expect("longer");
        let mut source = Bytes::of_file(&file).expect("opened");
        assert_eq!(source.len(), bytes.len() as u64 + (8 << 20), "{name}");
        file.set_len(100).expect("cut");
        let Err(error) = probe(&mut source, depth) else { panic!("{name}: not reported at {depth:?}") };
        assert!(matches!(error, ReadError::Changed { .. }), "{name}: {error}");
        assert!(error.to_string().starts_with("the file changed while it was read"), "{error}");
    }
}

/// `fuzz/run.sh` builds with `--locked`, so each new dependency of the library must be in that lock file too.
#[test]
fn the_fuzz_targets_can_be_built() {
    let manifest = include_str!("../../Cargo.toml");
    let lock = include_str!("../../fuzz/Cargo.lock");
    let own = lock.split("[[package]]").find(|package| package.contains("name = \"heylint\"\n")).expect("heylint");
    let mut needed = 0;
    let mut counts = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            counts = line == "[dependencies]" || line == "[build-dependencies]";
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| counts && !line.starts_with(['#', ' '])) {
            let name = name.split('.').next().unwrap_or(name);
            let is_there = own.contains(&format!(" \"{name}\",")) || own.contains(&format!(" \"{name} "));
            assert!(is_there, "{name} is missing: run `cargo update --offline --workspace` in fuzz/");
            needed += 1;
        }
    }
    assert!(needed > 10, "the manifest has an unexpected form");
}
