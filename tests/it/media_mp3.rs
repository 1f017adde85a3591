//! Tests of the MP3 walker: generated files, damaged copies of them, and the corpus.

use crate::common;
use common::busy::BusyClock;
use common::look::{codes, full, look};
use common::make::mp3::{Info, Mp3, id3v2};
use common::mutate::survive;
use heylint::media::{Damage, Depth, Facts, Format};

fn assert_lasts(facts: &Facts, seconds: f64) {
    let found = facts.duration_s.expect("a duration");
    assert!((found - seconds).abs() < 1e-6, "{found} s, not {seconds} s");
}

#[test]
fn all_versions_and_rates_are_read() {
    for rate in [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
        for channels in [1, 2] {
            for protected in [false, true] {
                let mp3 = Mp3 { protected, ..Mp3::new(rate, channels, 1.5) };
                let facts = full(&mp3.bytes());
                assert_eq!(facts.format, Format::Mp3);
                assert_eq!(codes(&facts), [], "{rate} Hz");
                assert_lasts(&facts, mp3.duration());
                let [track] = &facts.tracks[..] else { panic!("one track") };
                assert_eq!((track.codec.as_str(), track.sample_rate), ("mp3", Some(rate)));
                assert_eq!(track.channels, Some(channels));
            }
        }
    }
}

#[test]
fn the_first_frame_may_state_the_count() {
    for info in [Info::Xing, Info::Info, Info::Vbri] {
        let mp3 = Mp3 { info: Some(info), seconds: 20.0, ..Mp3::default() };
        let facts = full(&mp3.bytes());
        assert_eq!(codes(&facts), [], "{info:?}");
        assert_lasts(&facts, mp3.duration());
        assert_lasts(&look(&mp3.bytes(), Depth::Header), mp3.duration());
    }
    let without = look(&Mp3::default().bytes(), Depth::Header);
    assert_eq!(without.duration_s, None, "nothing states it");
    assert_eq!(without.tracks[0].sample_rate, Some(44_100));
}

#[test]
fn tags_at_both_ends_are_no_sound() {
    let mp3 = Mp3 { id3v2: 5_000, id3v1: true, ape: true, lyrics3: true, info: Some(Info::Xing), ..Mp3::default() };
    let mut file = id3v2(100);
    file.extend(mp3.bytes());
    let facts = full(&file);
    assert_eq!(codes(&facts), []);
    assert_lasts(&facts, mp3.duration());
}

#[test]
fn the_free_format_is_followed() {
    let mp3 = Mp3 { free: Some(700), ..Mp3::default() };
    let facts = full(&mp3.bytes());
    assert_eq!(codes(&facts), []);
    assert_lasts(&facts, mp3.duration());
    let cut = &mp3.bytes()[..10_000];
    assert_eq!(codes(&full(cut)), [(Damage::Corrupt, "frame-cut")]);
}

#[test]
fn a_cut_file_says_how_much_is_missing() {
    let mp3 = Mp3 { info: Some(Info::Info), seconds: 10.0, ..Mp3::default() };
    let file = mp3.bytes();
    let facts = full(&file[..file.len() / 2]);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "frame-cut")]);
    assert_eq!(facts.faults[0].effect.as_deref(), Some("the last 5.04 s are missing"));
    assert!(facts.faults[0].message.starts_with("the MP3 is cut: the last frame lacks "));

    let facts = full(&Mp3::default().bytes()[..5_000]);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "frame-cut")]);
    assert_eq!(facts.faults[0].effect.as_deref(), Some("the end is missing"));
}

#[test]
fn a_clip_of_a_longer_song_is_malformed() {
    let mp3 = Mp3 { info: Some(Info::Xing), promised: Some(10_000), ..Mp3::default() };
    let facts = full(&mp3.bytes());
    assert_eq!(codes(&facts), [(Damage::Malformed, "frames-missing")]);
    assert_lasts(&facts, mp3.duration());
    assert_eq!(facts.faults[0].message, "Xing header states 10,000 frames, but there are 38");
    let mut joined = Mp3 { info: Some(Info::Xing), ..Mp3::default() }.bytes();
    joined.extend(Mp3::default().bytes());
    assert_eq!(codes(&full(&joined)), [(Damage::Malformed, "frames-uncounted")]);
}

#[test]
fn bytes_between_frames_are_lost_sound() {
    let mut file = Mp3::default().bytes();
    file[2_000..4_096].fill(0);
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "sync-lost")]);
    // The header of the frame in which the block begins is intact.
    assert_eq!(facts.faults[0].offset, Some(2_080));

    let mut file = Mp3::default().bytes();
    file.splice(208 * 3..208 * 3, [0u8; 4]);
    assert_eq!(codes(&full(&file)), [(Damage::Malformed, "stray-bytes")]);

    let mut file = Mp3::default().bytes();
    file.splice(208 * 3..208 * 3, id3v2(400));
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Malformed, "tag-inside")]);
    assert_lasts(&facts, Mp3::default().duration());
}

#[test]
fn tags_that_hide_sound_and_tags_after_it() {
    // A tag of 2,000 bytes that claims 266 MB: decoders look for the sound beyond the end of the file.
    let mut file = id3v2(2_000);
    file[6] = 0x7f;
    file.extend(Mp3::default().bytes());
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "tag-cut")]);
    assert_eq!(facts.faults[0].effect.as_deref(), Some("there is no sound to play"));

    let mut file = Mp3::default().bytes();
    file.extend(id3v2(400));
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Malformed, "tag-behind")]);
    assert!(facts.faults[0].message.starts_with("ID3v2 tag after the last frame"), "{}", facts.faults[0].message);
    assert_lasts(&facts, Mp3::default().duration());
}

#[test]
fn joined_rates_are_malformed_and_summed() {
    let (one, two) = (Mp3::new(44_100, 2, 1.0), Mp3::new(48_000, 2, 1.0));
    let mut file = one.bytes();
    file.extend(two.bytes());
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Malformed, "format-changes")]);
    assert_eq!(facts.faults[0].message, "frames change from 44,100 Hz to 48,000 Hz");
    assert_lasts(&facts, one.duration() + two.duration());
}

#[test]
fn side_information_is_weighed() {
    let mp3 = Mp3::default();
    for (side, message) in [
        // Bits 20 to 31 are the first part2_3_length: 4,095 bits, but the frame has room for 172 bytes.
        (&[0, 0, 0x0F, 0xFF][..], "1 of 38 frames has side information that asks for 4,095 bits of 1,376"),
        // Bits 32 to 40 are its big_values: 511 pairs of 576 lines.
        (&[0, 0, 0, 0, 0xFF, 0x80][..], "1 of 38 frames has side information with reserved values"),
        // main_data_begin alone requires nothing.
        (&[0x80, 0][..], ""),
    ] {
        let mut file = mp3.bytes();
        let at = 20 * 208;
        let frame = mp3.frame_with(side);
        file[at..at + frame.len()].copy_from_slice(&frame);
        let facts = full(&file);
        let told: Vec<&str> = facts.faults.iter().map(|fault| fault.message.as_str()).collect();
        if message.is_empty() {
            assert_eq!(told, [""; 0]);
        } else {
            assert_eq!(told, [message]);
            assert_eq!(codes(&facts), [(Damage::Corrupt, "frame-broken")]);
            assert_eq!(facts.faults[0].offset, Some(at as u64));
        }
    }
}

#[test]
fn decoding_finds_faults_that_the_walk_cannot() {
    let mp3 = Mp3 { id3v2: 2_000, info: Some(Info::Xing), id3v1: true, ..Mp3::default() };
    let mut file = mp3.bytes();
    assert_eq!(codes(&look(&file, Depth::Decode)), []);
    // 8 bits in total, but the scale factors alone (scalefac_compress of 15) take 74.
    let side = [0, 0, 0x00, 0x08, 0x00, 0x00, 0x78];
    let frame = mp3.frame_with(&side);
    let at = file.len() - 128 - 10 * frame.len();
    file[at..at + frame.len()].copy_from_slice(&frame);
    assert_eq!(codes(&full(&file)), []);
    let facts = look(&file, Depth::Decode);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "sound-undecodable")]);
    let fault = &facts.faults[0];
    assert!(fault.message.starts_with("the mp3 decoder refuses 1 of 38 packets, first at 0.7"), "{}", fault.message);
    assert_eq!(fault.effect.as_deref(), Some("0.026 s of sound are lost"));
}

#[test]
fn checksums_are_kept() {
    let mut file = Mp3 { protected: true, ..Mp3::default() }.bytes();
    file[208 * 5 + 4] ^= 1;
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Malformed, "frame-checksum")]);
    assert_eq!(facts.faults[0].message, "1 of 38 frames has a wrong checksum");
}

#[test]
fn no_sound_is_corrupt() {
    assert_eq!(codes(&full(&id3v2(2_000))), [(Damage::Corrupt, "no-frames")]);
    assert_eq!(codes(&full(&id3v2(2_000)[..1_500])), [(Damage::Corrupt, "tag-cut")]);
    let mut lonely = id3v2(100);
    lonely.extend(Mp3::default().frame());
    assert_eq!(codes(&full(&lonely)), [(Damage::Corrupt, "lonely-frame")]);
}

#[test]
fn junk_at_the_ends_is_malformed() {
    let mut file = vec![0x55; 300];
    file.extend(Mp3::default().bytes());
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Malformed, "leading-bytes")]);
    assert_lasts(&facts, Mp3::default().duration());

    let mut file = Mp3::default().bytes();
    file.extend([0x55; 300]);
    assert_eq!(codes(&full(&file)), [(Damage::Malformed, "trailing-bytes")]);
}

#[test]
fn long_files_are_cheap_to_make() {
    let mp3 = Mp3::cheap(601.0);
    let file = mp3.bytes();
    assert!(file.len() < 700_000);
    assert_lasts(&full(&file), mp3.duration());
    assert!(mp3.duration() > 600.9);
}

#[test]
fn hostile_headers_everywhere_do_not_slow_it_down() {
    for four in [[0xFF, 0xFB, 0x90, 0x00], [0xFF, 0xFB, 0x00, 0x00], [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFB, 0x90, 0xFF]]
    {
        let file = four.repeat(1 << 20);
        let mut file2 = Mp3::default().bytes();
        file2.extend(&file);
        for file in [file, file2] {
            let began = BusyClock::start();
            full(&file);
            assert!(began.elapsed().as_secs() < 5, "{four:02X?} took {:?}", began.elapsed());
        }
    }
}

#[test]
fn damaged_copies_cause_no_panic() {
    let files = [
        Mp3 { info: Some(Info::Xing), id3v2: 100, id3v1: true, ..Mp3::default() }.bytes(),
        Mp3 { protected: true, ape: true, lyrics3: true, ..Mp3::new(22_050, 1, 0.5) }.bytes(),
        Mp3 { free: Some(300), info: Some(Info::Vbri), ..Mp3::default() }.bytes(),
    ];
    survive(&files, 700, Depth::Full);
    survive(&files, 150, Depth::Header);
    survive(&files, 150, Depth::Decode);
}

#[test]
fn the_corpus_agrees() {
    for depth in [Depth::Full, Depth::Decode] {
        let Some(measure) = common::measure::measure("mp3", depth) else { return };
        assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
        assert!(measure.missed.is_empty(), "{:?}", measure.missed);
        assert!(measure.mistimed.is_empty(), "{:?}", measure.mistimed);
    }
}
