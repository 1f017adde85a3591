//! Tests of the WAV walker: generated files, damaged copies of them, and the corpus.

use crate::common;
use common::look::{codes, full, look};
use common::make::wav::{Form, Sample, Wav, chunk, find};
use common::mutate::survive;
use heylint::media::{Damage, Depth, Format};

fn put32(file: &mut [u8], at: usize, value: u32) {
    file[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn every_sample_format_is_read() {
    for (sample, codec, bits) in [
        (Sample::U8, "pcm_u8", 8),
        (Sample::S16, "pcm_s16le", 16),
        (Sample::S24, "pcm_s24le", 24),
        (Sample::S32, "pcm_s32le", 32),
        (Sample::F32, "pcm_f32le", 32),
        (Sample::F64, "pcm_f64le", 64),
        (Sample::Alaw, "pcm_alaw", 8),
        (Sample::Mulaw, "pcm_mulaw", 8),
    ] {
        for extensible in [false, true] {
            let facts = full(&Wav { sample, extensible, ..Wav::new(44_100, 2, 0.5) }.bytes());
            assert_eq!(facts.format, Format::Wav);
            assert_eq!(codes(&facts), [], "{codec}");
            assert_eq!(facts.duration_s, Some(0.5));
            assert_eq!(facts.declared_duration_s, Some(0.5));
            let [track] = &facts.tracks[..] else { panic!("one track") };
            assert_eq!((track.codec.as_str(), track.bits_per_sample), (codec, Some(bits)));
            assert_eq!((track.sample_rate, track.channels, track.duration_s), (Some(44_100), Some(2), Some(0.5)));
        }
    }
}

#[test]
fn large_forms_have_their_sizes_in_ds64() {
    for form in [Form::Rf64, Form::Bw64] {
        let wav = Wav { form, after: vec![(*b"LIST", b"INFOISFT\x04\0\0\0abc\0".to_vec())], ..Wav::default() };
        let facts = full(&wav.bytes());
        assert_eq!(codes(&facts), []);
        assert_eq!(facts.duration_s, Some(1.0));
        let cut = &wav.bytes()[..50_000];
        let facts = full(cut);
        assert_eq!(codes(&facts), [(Damage::Corrupt, "data-cut")]);
    }
}

#[test]
fn rifx_is_big_endian() {
    let samples = 8000_u32;
    let fmt: Vec<u8> = [
        &1_u16.to_be_bytes()[..],
        &2_u16.to_be_bytes(),
        &8000_u32.to_be_bytes(),
        &48_000_u32.to_be_bytes(),
        &6_u16.to_be_bytes(),
        &24_u16.to_be_bytes(),
    ]
    .concat();
    let data = vec![7; samples as usize * 6];
    let chunk = |id: &[u8], body: &[u8]| [id, &(body.len() as u32).to_be_bytes(), body].concat();
    let form = [b"WAVE".to_vec(), chunk(b"fmt ", &fmt), chunk(b"data", &data)].concat();
    let wav = chunk(b"RIFX", &form);
    let facts = full(&wav);
    assert_eq!((facts.format, codes(&facts)), (Format::Wav, vec![]));
    assert_eq!(facts.duration_s, Some(1.0));
    let track = &facts.tracks[0];
    assert_eq!((track.codec.as_str(), track.sample_rate, track.channels), ("pcm_s24be", Some(8000), Some(2)));
    assert_eq!(codes(&full(&wav[..30_000])), [(Damage::Corrupt, "data-cut")]);
    // The same fields in the wrong byte order are not RIFX.
    let swapped = [&b"RIFF"[..], &wav[4..]].concat();
    assert!(full(&swapped).is_corrupt());
}

#[test]
fn the_header_depth_gives_the_same_facts() {
    let file = Wav::cheap(601.0).bytes();
    let facts = look(&file, Depth::Header);
    assert_eq!(facts.duration_s, Some(601.0));
    assert_eq!(facts.tracks, full(&file).tracks);
}

#[test]
fn chunks_around_the_sound_do_not_matter() {
    let odd = Wav {
        before: vec![(*b"JUNK", vec![0; 28]), (*b"bext", vec![b' '; 603])],
        after: vec![(*b"id3 ", b"ID3\x03\0\0\0\0\0\0\0".to_vec())],
        ..Wav::default()
    };
    assert_eq!(codes(&full(&odd.bytes())), []);
    // A writer forgot the pad byte.
    let mut file = odd.bytes();
    let pad = find(&file, b"bext") + 603;
    assert_eq!(file.remove(pad), 0);
    let riff = file.len() as u32 - 8;
    put32(&mut file, 4, riff);
    let facts = full(&file);
    assert_eq!((codes(&facts), facts.duration_s), (vec![], Some(1.0)));
}

#[test]
fn unclosed_streams_are_timed_by_their_bytes() {
    for size in [0, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x7FFF_F000, 0x8000_0000] {
        let facts = full(&Wav { streaming: Some(size), ..Wav::default() }.bytes());
        // Players that believe a size of 0 play nothing; all others play to the end.
        let damage = if size == 0 { Damage::Corrupt } else { Damage::Malformed };
        assert_eq!(codes(&facts), [(damage, "streaming-size")], "{size:#x}");
        assert!(facts.faults[0].mendable, "the sound is complete");
        assert_eq!(facts.duration_s, Some(1.0), "{size:#x}");
        assert_eq!(facts.declared_duration_s, None, "{size:#x}");
    }
}

#[test]
fn a_cut_file_says_how_much_is_missing() {
    let file = Wav { seconds: 4.0, ..Wav::default() }.bytes();
    let keep = find(&file, b"data") + 48_000 * 2;
    let facts = full(&file[..keep]);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "data-cut")]);
    let fault = &facts.faults[0];
    assert_eq!(fault.message, "the WAV is cut: data ends 288,000 bytes past the end of the file");
    assert_eq!(fault.effect.as_deref(), Some("the last 3 s are missing"));
    assert_eq!(fault.offset, Some(36));
    assert_eq!((facts.duration_s, facts.declared_duration_s), (Some(1.0), Some(4.0)));
    assert_eq!(codes(&look(&file[..keep], Depth::Header)), codes(&facts));
}

#[test]
fn every_cut_is_seen() {
    let file = Wav { after: vec![(*b"LIST", vec![7; 40])], ..Wav::new(8_000, 1, 0.01) }.bytes();
    for keep in 12..file.len() {
        let facts = full(&file[..keep]);
        assert!(facts.is_corrupt() || keep + 48 == file.len(), "{keep} of {}", file.len());
        assert_eq!(facts.faults.iter().filter(|fault| fault.damage == Damage::Corrupt).count().max(1), 1, "{keep}");
    }
}

#[test]
fn an_unplayable_file_is_corrupt() {
    let good = Wav::default().bytes();
    let format = find(&good, b"fmt ");
    for (at, value, code) in [
        (format, 0x0801, "fmt-unusable"),
        (format + 2, 0, "fmt-unusable"),
        (format + 4, 0, "fmt-unusable"),
        (format + 4, 0x6866_6564, "fmt-unusable"),
        (format + 14, 0, "fmt-unusable"),
        (format + 14, 40, "fmt-unusable"),
        (format + 14, 0xFFF0, "fmt-unusable"),
        (format - 4, 0xFFFF_FFFF, "chunk-cut"),
    ] {
        let mut file = good.clone();
        if at == format - 4 || at == format + 4 {
            put32(&mut file, at, value);
        } else {
            file[at..at + 2].copy_from_slice(&(value as u16).to_le_bytes());
        }
        assert_eq!(codes(&full(&file)), [(Damage::Corrupt, code)], "{at}");
    }
    let mut file = good.clone();
    file[format - 8..format - 4].copy_from_slice(b"JUNK");
    assert_eq!(codes(&full(&file)), [(Damage::Corrupt, "fmt-missing")]);
    let mut file = good.clone();
    let data = find(&file, b"data");
    file[data - 8..data - 4].copy_from_slice(b"JUNK");
    assert_eq!(codes(&full(&file)), [(Damage::Corrupt, "data-missing")]);
}

#[test]
fn files_without_samples_are_corrupt() {
    let made = |format: &[u8], data: &[u8], riff: u32| {
        let mut file = [b"RIFF".as_slice(), &riff.to_le_bytes(), b"WAVE"].concat();
        chunk(&mut file, *b"fmt ", format);
        chunk(&mut file, *b"data", data);
        full(&file)
    };
    // 16 bits, stereo: four bytes per block.
    let format = [1, 0, 2, 0, 0x44, 0xac, 0, 0, 0x10, 0xb1, 2, 0, 4, 0, 16, 0];
    assert_eq!(codes(&made(&format, &[0; 8], 44)), []);
    assert_eq!(codes(&made(&format, &[7, 7], 38))[..1], [(Damage::Corrupt, "data-too-short")]);
    assert_eq!(codes(&made(&format[..8], &[0; 8], 36))[..1], [(Damage::Corrupt, "fmt-too-short")]);
    assert_eq!(codes(&made(&format, &[], 1_000)), [(Damage::Corrupt, "riff-cut")]);
    let facts = made(&format, &[], 36);
    assert_eq!(codes(&facts), [(Damage::Empty, "data-empty")]);
    assert_eq!((facts.duration_s, facts.is_unplayable(), facts.is_corrupt()), (Some(0.0), true, false));
}

#[test]
fn contradictions_that_players_ignore_are_malformed() {
    let good = Wav::new(48_000, 2, 0.25).bytes();
    let format = find(&good, b"fmt ");
    let mut file = good.clone();
    file[format + 12..format + 14].copy_from_slice(&3u16.to_le_bytes());
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "fmt-contradictory")]);
    assert_eq!(facts.faults[0].message, "fmt chunk has a block of 3 bytes, but 2 channels of 16 bits make 4");
    file[format + 12] = 0;
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Malformed, "fmt-inconsistent")]);
    assert_eq!(facts.duration_s, Some(0.25));

    let mut file = good.clone();
    put32(&mut file, format + 8, 12);
    assert_eq!(codes(&full(&file)), [(Damage::Malformed, "fmt-inconsistent")]);

    let mut file = good.clone();
    file.extend([0xEE; 5]);
    assert_eq!(codes(&full(&file)), [(Damage::Malformed, "trailing-bytes")]);

    // Tags and texts after the RIFF, whose letters read as a chunk of gigabytes.
    for tail in [&b"TAGMy song is long enough for a tag"[..], b"exported with a very good program"] {
        assert_eq!(codes(&full(&[&good, tail].concat())), [(Damage::Malformed, "trailing-bytes")]);
    }

    let mut file = Wav { after: vec![(*b"LI\x01T", vec![7; 40])], ..Wav::default() }.bytes();
    assert_eq!(codes(&full(&file)), [(Damage::Malformed, "chunk-id")]);
    assert_eq!(full(&file).faults[0].message, "a chunk has the identifier “LI\\x01T”, which is not text");
    let at = find(&file, b"LI\x01T") - 8;
    file[at..at + 4].fill(0);
    assert_eq!(codes(&full(&file)), [], "zeros are padding");

    let mut file = good.clone();
    put32(&mut file, 4, 60);
    assert_eq!(codes(&full(&file)), [(Damage::Malformed, "riff-size")]);
}

#[test]
fn chunks_in_another_order_or_without_their_sizes() {
    let good = Wav::default().bytes();
    let data = find(&good, b"data") - 8;
    let late = [&good[..12], &good[data..], &good[12..data]].concat();
    let facts = full(&late);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "fmt-late")]);
    assert_eq!(facts.duration_s, Some(1.0));
    let bare = [b"RF64".as_slice(), &good[4..]].concat();
    let facts = full(&bare);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "ds64-missing")]);
    assert_eq!(facts.faults[0].message, "there is no ds64 chunk, which an RF64 needs for its sizes");
}

#[test]
fn adpcm_is_timed_by_its_blocks() {
    let mut file = Wav { sample: Sample::U8, ..Wav::new(22_050, 1, 0.1) }.bytes();
    let format = find(&file, b"fmt ");
    file[format..format + 2].copy_from_slice(&0x11u16.to_le_bytes());
    file[format + 12..format + 14].copy_from_slice(&512u16.to_le_bytes());
    file[format + 14..format + 16].copy_from_slice(&4u16.to_le_bytes());
    let facts = full(&file);
    assert_eq!(facts.tracks[0].codec, "adpcm_ima_wav");
    // 2,205 bytes are four whole blocks of 1,017 samples.
    assert_eq!(facts.duration_s, Some(4.0 * 1017.0 / 22_050.0));
}

#[test]
fn decoding_an_intact_file_changes_nothing() {
    for sample in
        [Sample::U8, Sample::S16, Sample::S24, Sample::S32, Sample::F32, Sample::F64, Sample::Alaw, Sample::Mulaw]
    {
        let file = Wav { sample, ..Wav::new(44_100, 2, 0.5) }.bytes();
        assert_eq!(look(&file, Depth::Decode), full(&file), "{sample:?}");
    }
}

#[test]
fn damaged_copies_cause_no_panic() {
    let files = [
        Wav::new(8_000, 2, 0.02).bytes(),
        Wav { form: Form::Rf64, extensible: true, ..Wav::new(8_000, 1, 0.02) }.bytes(),
        Wav { sample: Sample::Alaw, streaming: Some(u32::MAX), ..Wav::new(8_000, 1, 0.02) }.bytes(),
    ];
    survive(&files, 1500, Depth::Full);
    survive(&files, 300, Depth::Header);
    survive(&files, 200, Depth::Decode);
}

#[test]
fn the_corpus_agrees() {
    for depth in [Depth::Full, Depth::Decode] {
        let Some(measure) = common::measure::measure("wav", depth) else { return };
        assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
        assert!(measure.mistimed.is_empty(), "{:?}", measure.mistimed);
        // A stream that was never closed loses nothing, but some players and the reference tools refuse it.
        assert!(measure.missed.len() * 26 <= measure.corrupt, "{:?}", measure.missed);
    }
}

#[test]
fn a_damaged_form_is_reported() {
    let mut file = Wav::new(8_000, 1, 0.1).bytes();
    file[9] ^= 0xff;
    let facts = full(&file);
    assert_eq!(facts.format, Format::Wav);
    assert_eq!((facts.faults[0].code, facts.is_corrupt()), ("form-damaged", true));
}

#[test]
fn floats_have_at_least_sixteen_bits() {
    let mut file = Wav::default().bytes();
    let format = find(&file, b"fmt ");
    file[format] = 3;
    assert_eq!(codes(&full(&file)), [], "16 bits");
    file[format + 14] = 8;
    assert_eq!(codes(&full(&file))[0], (Damage::Corrupt, "fmt-unusable"));
}
