//! Tests of the SRT walker: generated files, intact and damaged, and the corpus.

use crate::common;

use common::busy::BusyClock;
use common::look::full as facts;
use common::make::srt::{Cue, Encoding, Srt};
use heylint::media::{Damage, Depth, Format, TrackKind};

/// Damage, code and line of every fault.
fn faults(bytes: &[u8]) -> Vec<(Damage, &'static str, Option<u32>)> {
    let found = facts(bytes);
    assert_eq!(found.format, Format::Srt, "{}", String::from_utf8_lossy(bytes));
    found.faults.iter().map(|fault| (fault.damage, fault.code, fault.line)).collect()
}

#[test]
fn intact_subtitles_have_cues_and_no_fault() {
    for line_end in ["\n", "\r\n", "\r", "\r\r\n"] {
        for encoding in [Encoding::Utf8, Encoding::Utf8WithMark] {
            let found = facts(&Srt { line_end, encoding, ..Srt::of_cues(7) }.bytes());
            assert_eq!(found.faults, [], "{line_end:?} {encoding:?}");
            assert_eq!((found.cues, found.duration_s), (Some(7), Some(10.0)), "{line_end:?} {encoding:?}");
            assert_eq!(found.tracks.len(), 1);
            assert_eq!(found.tracks[0].kind, TrackKind::Subtitle);
        }
    }
}

#[test]
fn common_habits_are_not_faults() {
    for text in [
        // Overlaps, extra empty lines, coordinates, an empty line after a counter, no final line end.
        "1\n00:00:01,000 --> 00:00:05,000\nA\n\n2\n00:00:02,000 --> 00:00:03,000\nB\n",
        "\n\n1\n00:00:01,000 --> 00:00:02,000\nA\n\n\n\n2\n00:00:03,000 --> 00:00:04,000\nB\n\n\n\n",
        "1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n00:00:03,000 --> 00:00:04,000\nB",
        "1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2 Y1:3 Y2:4\nA\n",
        "1\n\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n\n00:00:03,000 --> 00:00:04,000\nC\n",
        // Numbers and arrows may be text.
        "1\n00:00:01,000 --> 00:00:02,000\n1984\n2\nA\n\n2\n00:00:03,000 --> 00:00:04,000\n10:30 --> 11:45\n",
        "1\n00:00:01,000 --> 00:00:02,000\nA\n1984\nwas a year\n\n2\n00:00:03,000 --> 00:00:04,000\nx --> y\n",
        // The counter may start anywhere.
        "0\n00:00:01,000 --> 00:00:02,000\nA\n",
        "417\n00:00:01,000 --> 00:00:02,000\nA\n\n418\n00:00:03,000 --> 00:00:04,000\nB\n",
    ] {
        assert_eq!(faults(text.as_bytes()), [], "{text}");
    }
}

#[test]
fn cues_that_players_tolerate_are_malformed() {
    let second = "2\n00:00:03,000 --> 00:00:04,000\nB\n";
    for (first, code, line) in [
        ("1\n00:00:02,000 --> 00:00:01,000\nA\n\n", "ends-before-start", 2),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n", "no-text", 2),
        ("1\n00:00:03,500 --> 00:00:03,900\nA\n\n", "out-of-order", 6),
        ("7\n00:00:01,000 --> 00:00:02,000\nA\n\n", "counter", 6),
        ("00:00:01,000 --> 00:00:02,000\nA\n\n", "counter", 1),
        ("1\n00:00:01.000 --> 00:00:02.000\nA\n\n", "time-format", 2),
        ("1\n00:00:01,5 --> 00:00:02,5\nA\n\n", "time-format", 2),
        ("1\n00:00:01,000-->00:00:02,000\nA\n\n", "time-format", 2),
        ("1\n00:00:01,000 --> 00:00:02,000\nA\n", "blank-missing", 4),
        ("1\n00:00:01,000 --> 00:00:02,000\nA\n\nA too\n\n", "blank-inside", 5),
        ("1\n00:00:01,000 --> 00:00:02,000\n\nA\n\n", "blank-inside", 4),
        ("1\n00:00:01,000 --> 00:00:02,000\nA\n\n1984\nwas a year\n\n", "blank-inside", 5),
        ("Title\n\n1\n00:00:01,000 --> 00:00:02,000\nA\n\n", "text-before-cues", 1),
    ] {
        let text = format!("{first}{second}");
        let found = faults(text.as_bytes());
        assert!(found.contains(&(Damage::Malformed, code, Some(line))), "{text}: {found:?}");
        assert!(found.iter().all(|(damage, ..)| *damage == Damage::Malformed), "{text}: {found:?}");
    }
    let found = faults(b"1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n");
    assert_eq!(found, [(Damage::Malformed, "cue-missing", Some(5))]);
}

#[test]
fn the_latest_end_determines_the_duration() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n01:00:00,000 --> 01:00:02,000\nB\n\n\
        9999\n00:00:00,500 --> 00:00:02,000\nwww.example.org\n";
    let found = facts(text.as_bytes());
    assert_eq!(found.duration_s, Some(3_602.0));
    assert_eq!((found.faults[0].code, found.faults[0].line), ("counter", Some(10)));
    assert!(!found.is_corrupt());
}

#[test]
fn lost_cues_are_corrupt() {
    let second = "2\n00:00:03,000 --> 00:00:04,000\nB\n\n";
    for (third, code, line) in [
        ("3\nC\n\n4\n00:00:07,000 --> 00:00:08,000\nD\n", "time-missing", 5),
        ("3\n00:00:05 --> 00:00:06\nC\n", "time-unreadable", 6),
        ("3\n00:05,000 --> 00:06,000\nC\n", "time-unreadable", 6),
        ("3\n00:00:05:000 --> 00:00:06:000\nC\n", "time-unreadable", 6),
        ("3\n00:00:05,000 -> 00:00:06,000\nC\n", "time-broken", 6),
        ("3\n00:00:05,000 -->\n", "time-broken", 6),
        ("3\n00:00:05,000 --> 00:0O:06,000\nC\n", "time-broken", 6),
        ("3\n00:00:05,000 --> 00:00:06,000", "cut", 6),
        ("3\n00:00:05,0", "time-missing", 5),
    ] {
        let text = format!("{second}{third}");
        let found = faults(text.as_bytes());
        assert_eq!(found, [(Damage::Corrupt, code, Some(line))], "{text}");
    }
    assert_eq!(faults(b"1\n00:00:01,000 --> 00:00:02,000")[1].1, "no-text-at-all");
    let found = facts("1\n00:00:01 --> 00:00:02\nA\n\n2\n00:00:03 --> 00:00:04\nB\n".as_bytes());
    assert_eq!(found.faults.len(), 1);
    assert!(found.faults[0].message.ends_with("(and 1 more like it)"), "{}", found.faults[0].message);
}

#[test]
fn encodings_other_than_utf_8() {
    for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
        let bytes = Srt { encoding, ..Srt::of_cues(3) }.bytes();
        assert_eq!(faults(&bytes), [(Damage::Malformed, "encoding", None)]);
        assert_eq!((facts(&bytes).cues, facts(&bytes).duration_s), (Some(3), Some(4.0)));
    }
    let bytes = Srt { encoding: Encoding::Latin1, ..Srt::of_cues(3) }.bytes();
    let found = facts(&bytes);
    assert_eq!(found.faults.len(), 1);
    let fault = &found.faults[0];
    assert_eq!((fault.damage, fault.code, fault.line), (Damage::Malformed, "encoding", Some(3)));
    let at = bytes.iter().position(|&byte| byte == 0xfc).expect("an umlaut");
    assert_eq!(fault.offset, Some(at as u64));
    assert!(fault.message.contains("3 bytes"), "{}", fault.message);
}

#[test]
fn nul_bytes_in_place_of_text() {
    let mut bytes = Srt::of_cues(300).bytes();
    bytes[5000..6024].fill(0);
    let found = facts(&bytes);
    let fault = found.faults.iter().find(|fault| fault.damage == Damage::Corrupt).expect("a fault");
    assert_eq!((fault.code, fault.offset), ("nul-bytes", Some(5000)));
    assert!(fault.message.starts_with("1,024 NUL bytes"), "{}", fault.message);
    // After the last cue they do no damage.
    let bytes = [Srt::of_cues(3).bytes(), vec![0; 20]].concat();
    assert_eq!(facts(&bytes).faults, []);
}

#[test]
fn lines_and_offsets_point_at_the_fault() {
    for (encoding, line_end) in [(Encoding::Utf8WithMark, "\r\n"), (Encoding::Utf8, "\n"), (Encoding::Utf8, "\r")] {
        let cues = vec![Cue::new(0, 1000, "ä\nö"), Cue::new(5000, 4000, "B")];
        let bytes = Srt { encoding, line_end, ..Srt::new(cues) }.bytes();
        let found = facts(&bytes);
        let fault = &found.faults[0];
        assert_eq!((fault.code, fault.line), ("ends-before-start", Some(7)), "{line_end:?}");
        let at = fault.offset.expect("an offset") as usize;
        assert!(bytes[at..].starts_with(b"00:00:05,000"), "{line_end:?}");
    }
}

#[test]
fn cuts_and_mutations_end_in_bounded_time() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below.max(1) as u64) as usize
    };
    let started = BusyClock::start();
    for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Latin1] {
        let bytes = Srt { encoding, ..Srt::of_cues(6) }.bytes();
        for cut in 0..bytes.len() {
            facts(&bytes[..cut]);
        }
        for _ in 0..2000 {
            let mut mutant = bytes.clone();
            for _ in 0..=random(4) {
                let at = random(mutant.len());
                mutant[at] = [b'0', b'9', b'\r', b'\n', 0, 0xff, b'-', random(256) as u8][random(8)];
            }
            facts(&mutant);
        }
    }
    // Huge numbers, one very long line, only line ends.
    facts(b"999999999999999999999\n999999999:999999999:999999999,999999999 --> 999999999:00:00,000\nA\n");
    let head = b"1\n00:00:01,000 --> 00:00:02,000\n";
    for filler in [b"x".as_slice(), b"\r", b"\n", b"1\n", b"\xff", b"00:00:01,000 --> 00:00:02,000\n"] {
        facts(&[head.as_slice(), &filler.repeat((2 << 20) / filler.len())].concat());
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

/// The level on real files; it may only rise.
#[test]
fn real_files_are_judged() {
    let Some(measure) = common::measure::measure("srt", Depth::Full) else { return };
    assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
    assert!(measure.mistimed.is_empty(), "{:?}", measure.mistimed);
    let (corrupt, valid, timed) = (measure.corrupt, measure.valid, measure.timed);
    assert!(corrupt >= 4 && valid > 140 && timed > 140, "the corpus has shrunk: {corrupt}, {valid}, {timed}");
    // The missed file has one dot among commas, which every player accepts.
    assert!(measure.missed.len() <= 1, "{:?}", measure.missed);
}
