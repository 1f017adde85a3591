//! Tests of the WebM walker: generated files, damaged copies of them, and the corpus.

use crate::common;
use common::busy::BusyClock;
use common::look::{codes, full, look};
use common::make::webm::{self, CLUSTER, INFO, Picture, SEGMENT, TRACKS, Video, WebM, element, find, number};
use common::mutate::survive;
use heylint::media::{Damage, Depth, Dimensions, Facts, Format, TrackKind};

fn assert_lasts(facts: &Facts, seconds: f64) {
    let found = facts.duration_s.expect("a duration");
    assert!((found - seconds).abs() < 0.002, "{found} s, not {seconds} s");
}

#[test]
fn pictures_and_sound_are_read() {
    for (codec, name) in [(Picture::Vp8, "vp8"), (Picture::Vp9, "vp9")] {
        for live in [false, true] {
            let facts = full(&WebM { live, ..WebM::new(codec, 640, 360, 30.0, 3.0) }.bytes());
            assert_eq!(facts.format, Format::WebM);
            assert_eq!(codes(&facts), [], "{name}, live {live}");
            assert_lasts(&facts, 3.0);
            assert_eq!(facts.declared_duration_s.is_none(), live);
            assert_eq!((facts.dimensions, facts.fps), (Some(Dimensions::new(640, 360)), Some(30.0)));
            let [picture, sound] = &facts.tracks[..] else { panic!("two tracks") };
            assert_eq!((picture.kind, picture.codec.as_str()), (TrackKind::Video, name));
            assert_eq!((sound.kind, sound.codec.as_str()), (TrackKind::Audio, "opus"));
            assert_eq!((sound.sample_rate, sound.channels), (Some(48_000), Some(2)));
        }
    }
}

#[test]
fn the_header_depth_gives_the_stated_facts() {
    let webm = WebM::new(Picture::Vp9, 1920, 1080, 25.0, 20.0);
    let facts = look(&webm.bytes(), Depth::Header);
    assert_eq!((facts.duration_s, facts.stored), (Some(20.0), Some(Dimensions::new(1920, 1080))));
    assert_eq!((facts.fps, codes(&facts)), (Some(25.0), vec![]));
    let live = look(&WebM { live: true, ..webm }.bytes(), Depth::Header);
    assert_eq!((live.duration_s, codes(&live)), (None, vec![]));
}

#[test]
fn frame_rates_survive_milliseconds() {
    for fps in [10.0, 24.0, 24_000.0 / 1001.0, 25.0, 30_000.0 / 1001.0, 50.0, 60.0, 60_000.0 / 1001.0] {
        for default_duration in [true, false] {
            let video = Video { default_duration, ..Video::new(Picture::Vp9, 64, 64, fps) };
            let facts = full(&WebM { video: Some(video), opus: None, seconds: 5.0, ..WebM::default() }.bytes());
            let found = facts.fps.expect("a frame rate");
            assert!((found - fps).abs() < 0.005, "{found} instead of {fps}");
        }
    }
}

#[test]
fn dimensions_are_cropped_stretched_and_turned() {
    let made = |display, roll| {
        let video = Video { display, roll, ..Video::new(Picture::Vp9, 640, 360, 25.0) };
        full(&WebM { video: Some(video), ..WebM::default() }.bytes())
    };
    for (display, roll, shown) in [
        (None, 0.0, (640, 360)),
        (Some((480, 360)), 0.0, (480, 360)),
        (None, 90.0, (360, 640)),
        (None, -90.0, (360, 640)),
        (None, 180.0, (640, 360)),
        (None, f64::NAN, (640, 360)),
        (Some((480, 360)), 270.0, (360, 480)),
    ] {
        let facts = made(display, roll);
        assert_eq!(facts.stored, Some(Dimensions::new(640, 360)));
        assert_eq!(facts.dimensions, Some(Dimensions::new(shown.0, shown.1)), "{display:?}, {roll}");
        assert_eq!(codes(&facts), []);
    }
}

#[test]
fn laced_blocks_and_checksums_are_followed() {
    let webm = WebM { laced: 5, checksums: true, seconds: 3.0, ..WebM::default() };
    let file = webm.bytes();
    let facts = full(&file);
    assert_eq!(codes(&facts), []);
    assert_lasts(&facts, 3.0);

    let mut broken = file.clone();
    let cluster = find(&file, CLUSTER, 0);
    // Deep inside a frame, which the walker does not read.
    broken[cluster + 2_500] ^= 0x55;
    let facts = full(&broken);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "checksum")]);
    assert_eq!(facts.faults[0].message, "CRC-32 of Cluster does not match its content");
    assert_eq!(facts.faults[0].offset, Some(cluster as u64));

    let mut broken = file;
    let at = find(&broken, 0x4D80, 0) + 3;
    broken[at] = b'M';
    assert_eq!(codes(&full(&broken)), [(Damage::Malformed, "checksum")]);
}

#[test]
fn cuts_are_corrupt_and_say_how_much_is_missing() {
    for (live, effect) in [(false, "the last 4.5 s are missing"), (true, "the end is missing")] {
        let file = WebM { live, opus: None, ..WebM::new(Picture::Vp8, 320, 180, 10.0, 10.0) }.bytes();
        let mut at = 0;
        for _ in 0..6 {
            at = find(&file, CLUSTER, at) + 4;
        }
        // In the sixth second, within the sixth picture.
        for _ in 0..6 {
            at = find(&file, 0xA3, at) + 1;
        }
        let facts = full(&file[..at + 100]);
        assert_eq!(codes(&facts), [(Damage::Corrupt, "element-cut")]);
        assert_lasts(&facts, 5.5);
        let fault = &facts.faults[0];
        assert_eq!(fault.effect.as_deref(), Some(effect));
        let name = if live { "SimpleBlock" } else { "Segment" };
        assert!(fault.message.starts_with(&format!("the WebM is cut: {name} ends ")), "{}", fault.message);
    }
}

#[test]
fn every_cut_is_seen() {
    let file = WebM { seconds: 0.2, ..WebM::new(Picture::Vp9, 64, 64, 25.0, 0.2) }.bytes();
    // A shorter file is not recognised as WebM.
    let named = find(&file, u32::from_be_bytes(*b"webm"), 0) + 4;
    for keep in named..file.len() {
        let facts = full(&file[..keep]);
        let worst: Vec<_> = codes(&facts).into_iter().filter(|(damage, _)| *damage == Damage::Corrupt).collect();
        assert_eq!(worst.len(), 1, "{keep} of {}: {:?}", file.len(), facts.faults);
    }
}

#[test]
fn wrong_durations_are_malformed() {
    for (declared, code) in [
        (20_000.0, "duration-differs"),
        (f64::NAN, "duration-invalid"),
        (-5_000.0, "duration-invalid"),
        (f64::INFINITY, "duration-invalid"),
    ] {
        let facts = full(&WebM { declared: Some(declared), ..WebM::default() }.bytes());
        assert_eq!(codes(&facts), [(Damage::Malformed, code)], "{declared}");
        assert_lasts(&facts, 2.0);
    }
}

#[test]
fn broken_frames_are_malformed_until_none_is_left() {
    let webm = WebM { opus: None, ..WebM::default() };
    let mut file = webm.bytes();
    let mut at = find(&file, CLUSTER, 0);
    let mut broken = 0;
    loop {
        // 9D 01 2A, the start code of a key frame.
        at = find(&file, 0x9D_012A, at + 1);
        if at == file.len() {
            break;
        }
        file[at] = 0;
        broken += 1;
        let facts = full(&file);
        let expected = match broken {
            50 => (Damage::Corrupt, "frames-unplayable"),
            _ => (Damage::Malformed, "frame-broken"),
        };
        assert_eq!(codes(&facts), [expected], "{broken} broken");
    }
    assert_eq!(broken, 50);
}

#[test]
fn pictures_without_a_key_frame_show_nothing() {
    let mut file = WebM { opus: None, seconds: 0.5, ..WebM::new(Picture::Vp9, 64, 64, 25.0, 0.5) }.bytes();
    // Two bits of marker, two of profile, show_existing_frame, then frame_type.
    let key = webm::vp9(64, 64);
    let at = file.windows(8).position(|piece| piece == &key[..8]).expect("the key frame");
    file[at] |= 0x04;
    assert_eq!(codes(&full(&file)), [(Damage::Corrupt, "key-frame-missing")]);
}

#[test]
fn the_size_of_the_stream_counts() {
    let good = WebM::new(Picture::Vp9, 320, 240, 25.0, 1.0).bytes();
    let entry = [number(0xB0, 320), number(0xBA, 240)].concat();
    let at = good.windows(entry.len()).position(|piece| piece == entry).expect("a size");
    let of = |width: u16| {
        let mut file = good.clone();
        file[at + 2..at + 4].copy_from_slice(&width.to_be_bytes());
        full(&file)
    };
    let facts = of(321);
    assert_eq!(facts.dimensions, Some(Dimensions::new(320, 240)));
    assert_eq!(codes(&facts), [(Damage::Malformed, "dimensions-mismatch")]);
    assert_eq!(facts.faults[0].message, "track 1 (vp9) says 321×240, but its first key frame 320×240");
    let mut nameless = good.clone();
    nameless[at] = 0xEC;
    assert_eq!(codes(&full(&nameless)), [(Damage::Malformed, "dimensions-missing")]);
    // Later frames may be larger.
    let facts = of(640);
    assert_eq!((facts.dimensions, codes(&facts)), (Some(Dimensions::new(640, 240)), vec![]));
}

/// A missing part is reported at the offset of its parent.
#[test]
fn missing_elements_are_reported_at_their_parent() {
    let good = WebM::default().bytes();
    let (segment, info, tracks, cluster) =
        (find(&good, SEGMENT, 0), find(&good, INFO, 0), find(&good, TRACKS, 0), find(&good, CLUSTER, 0));
    let only = |body: &[u8]| {
        let facts = full(&[&good[..segment], &element(SEGMENT, body)].concat());
        (facts.faults[0].offset, facts.faults[0].message.clone(), facts.faults[0].effect.clone())
    };
    let nothing = Some("there is nothing to play".to_owned());
    let expected = |at: usize, words: &str| (Some(at as u64), words.to_owned(), nothing.clone());
    assert_eq!(only(&good[info..tracks]), expected(segment, "there is no Tracks element in the Segment"));
    assert_eq!(only(&element(TRACKS, &[])), expected(segment + 5, "Tracks has no track"));
    assert_eq!(only(&good[info..cluster]), expected(segment, "there is no Cluster in the Segment"));
    let (tracks, empty) = (&good[tracks..cluster], element(CLUSTER, &number(0xE7, 0)));
    let at = segment + if tracks.len() + empty.len() < 127 { 5 } else { 6 } + tracks.len();
    assert_eq!(only(&[tracks, &empty].concat()), expected(at, "there is no block with a frame in 1 Cluster"));
}

#[test]
fn missing_elements_are_named() {
    let good = WebM::default().bytes();
    let rename = |id: u32, to: u32| {
        let mut file = good.clone();
        let at = find(&file, id, 0);
        file[at..at + 4].copy_from_slice(&to.to_be_bytes());
        codes(&full(&file))
    };
    // An unassigned identifier.
    assert_eq!(rename(TRACKS, 0x1654_AE6C), [(Damage::Corrupt, "tracks-missing")]);
    let header = &good[..find(&good, SEGMENT, 0)];
    let only = |body: &[u8]| codes(&full(&[header, &element(SEGMENT, body)].concat()));
    let (info, cluster) = (find(&good, INFO, 0), find(&good, CLUSTER, 0));
    assert_eq!(only(&good[info..cluster]), [(Damage::Corrupt, "blocks-missing")]);
    assert_eq!(only(&[]), [(Damage::Corrupt, "tracks-missing")]);
    assert_eq!(codes(&full(header)), [(Damage::Corrupt, "element-cut")]);
}

#[test]
fn blocks_of_unknown_tracks_are_reported() {
    let head = |webm: &WebM| webm.bytes()[..find(&webm.bytes(), CLUSTER, 0)].to_vec();
    let start = head(&WebM { live: true, ..WebM::sound(1, 1.0) });
    let block =
        |track: u8, time: u8| element(0xA3, &[&[0x80 | track, 0, time, 0x80][..], &[0xF8, 0xFF, 0xFE]].concat());
    let with = |blocks: &[Vec<u8>]| {
        let cluster = element(CLUSTER, &[number(0xE7, 0), blocks.concat()].concat());
        full(&[start.clone(), cluster].concat())
    };
    assert_eq!(codes(&with(&[block(2, 0), block(2, 20)])), []);
    assert_eq!(codes(&with(&[block(2, 0), block(9, 20)])), [(Damage::Malformed, "track-unknown")]);
    assert_eq!(codes(&with(&[block(9, 0), block(9, 20)])), [(Damage::Corrupt, "track-unknown")]);
    // Three frames of one size in four bytes.
    let torn = || element(0xA3, &[0x82, 0, 40, 0x84, 2, 1, 2, 3, 4]);
    assert_eq!(codes(&with(&[block(2, 0), torn()])), [(Damage::Corrupt, "block-broken")]);
    assert_eq!(with(&[torn()]).faults[0].message, "no block has complete frames");
    let both = WebM { live: true, ..WebM::default() };
    let start = [head(&both), element(CLUSTER, &[number(0xE7, 0), block(2, 0), block(2, 20)].concat())].concat();
    assert_eq!(codes(&full(&start)), [(Damage::Malformed, "track-empty")]);
}

#[test]
fn holes_and_overruns_are_corrupt() {
    let webm = WebM { opus: None, ..WebM::new(Picture::Vp8, 320, 180, 10.0, 4.0) };
    let file = webm.bytes();
    let second = find(&file, CLUSTER, find(&file, CLUSTER, 0) + 4);

    let mut hole = file.clone();
    let block = find(&hole, 0xA3, second);
    hole[block..block + 600].fill(0);
    let facts = full(&hole);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "element-broken")]);
    assert_eq!(facts.faults[0].offset, Some(block as u64));
    assert_lasts(&facts, 4.0);

    let mut over = file.clone();
    let size = find(&over, 0xA3, second) + 1;
    // A size of two bytes; the first contains the marker bit.
    over[size..size + 2].copy_from_slice(&[0x7F, 0xFE]);
    let facts = full(&over);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "element-overrun")]);
    assert!(facts.faults[0].message.starts_with("SimpleBlock runs "), "{}", facts.faults[0].message);

    let mut tail = file;
    tail.extend([0x55; 1000]);
    assert_eq!(codes(&full(&tail)), [(Damage::Malformed, "trailing-bytes")]);
}

#[test]
fn decoders_need_their_configuration() {
    let mut file = WebM::sound(2, 1.0).bytes();
    let at = file.windows(8).position(|piece| piece == b"OpusHead").expect("OpusHead");
    file[at + 18] = 0x20;
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Corrupt, "codec-private")]);
    assert_eq!(facts.faults[0].message, "track 2 (opus): CodecPrivate is not an OpusHead");
}

#[test]
fn the_last_laced_frames_have_an_inferred_duration() {
    // Frames of a codec that does not state its durations, ten per block: 1.4 s are in seven blocks, and no block
    // follows the last one.
    let mut file = WebM { laced: 10, ..WebM::sound(2, 1.4) }.bytes();
    assert_lasts(&full(&file), 1.4);
    let at = file.windows(6).position(|piece| piece == b"A_OPUS").expect("the codec");
    file[at..at + 6].copy_from_slice(b"A_FLAC");
    assert_lasts(&full(&file), 1.4);
}

#[test]
fn foreign_codecs_are_reported() {
    let mut file = WebM { opus: None, ..WebM::default() }.bytes();
    let at = file.windows(5).position(|piece| piece == b"V_VP8").expect("the codec");
    file[at..at + 5].copy_from_slice(b"V_AVS");
    let facts = full(&file);
    assert_eq!(codes(&facts), [(Damage::Malformed, "codec-foreign")]);
    assert_eq!(facts.tracks[0].codec, "v_avs");
}

#[test]
fn a_broken_header_is_reported() {
    let whole = WebM::new(Picture::Vp8, 32, 32, 10.0, 1.0).bytes();
    let version = find(&whole, 0x42F7, 0);
    for (at, value) in [(version + 2, 0x9f), (version + 3, 9)] {
        let mut file = whole.clone();
        file[at] = value;
        assert_eq!(codes(&full(&file))[0], (Damage::Corrupt, "header-broken"), "{value:#x} at {at}");
    }
}

#[test]
fn hostile_nesting_does_not_slow_it_down() {
    let head = WebM { live: true, ..WebM::sound(1, 0.1) }.bytes();
    let cluster = find(&head, CLUSTER, 0);
    let unknown = [&CLUSTER.to_be_bytes()[..], &[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]].concat();
    let known = [&CLUSTER.to_be_bytes()[..], &[0x08, 0x40, 0, 0, 0, 0xBF, 0x84, 0, 0, 0, 0]].concat();
    for piece in [unknown, known, vec![0xA3, 0x80], vec![0xA0, 0x80], vec![0], vec![0x1F, 0x43, 0xB6, 0x75, 0x81, 0]] {
        let file = [&head[..cluster], &piece.repeat((4 << 20) / piece.len())].concat();
        let began = BusyClock::start();
        full(&file);
        assert!(began.elapsed().as_secs() < 15, "{piece:02X?} took {:?}", began.elapsed());
    }
}

#[test]
fn damaged_copies_cause_no_panic() {
    let files = [
        WebM { seconds: 0.4, checksums: true, ..WebM::new(Picture::Vp9, 64, 64, 25.0, 0.4) }.bytes(),
        WebM { live: true, laced: 3, ..WebM::new(Picture::Vp8, 32, 32, 10.0, 2.5) }.bytes(),
        WebM::sound(2, 1.0).bytes(),
    ];
    survive(&files, 1500, Depth::Full);
    survive(&files, 300, Depth::Header);
    survive(&files, 200, Depth::Decode);
}

#[test]
fn two_joined_recordings_are_reported() {
    for live in [false, true] {
        let one = WebM { live, ..WebM::default() }.bytes();
        let facts = full(&[one.clone(), one.clone()].concat());
        assert_eq!(codes(&facts), [(Damage::Malformed, "joined-files")], "live {live}");
        assert_eq!(facts.faults[0].offset, Some(one.len() as u64));
        assert!(!facts.faults[0].mendable, "remuxing it would lose the second recording");
        assert_lasts(&facts, 2.0);
    }
}

#[test]
fn a_later_part_of_a_recording_is_reported() {
    let whole = WebM { live: true, ..WebM::default() }.bytes();
    let part = &whole[find(&whole, CLUSTER, 0)..];
    assert!(part.starts_with(&CLUSTER.to_be_bytes()));
    for depth in [Depth::Header, Depth::Full] {
        let facts = look(part, depth);
        assert_eq!((facts.format, codes(&facts)), (Format::WebM, vec![(Damage::Corrupt, "header-missing")]));
        assert!(facts.faults[0].message.contains("a later part of a recording"), "{}", facts.faults[0].message);
    }
}

#[test]
fn a_wrong_seek_head_is_reported() {
    let live = WebM { live: true, ..WebM::default() }.bytes();
    let info = find(&live, INFO, 0);
    let with = |id: u32| {
        let seek = |position| {
            let entry = [element(0x53AB, &id.to_be_bytes()), number(0x53AC, position)].concat();
            element(0x114D_9B74, &element(0x4DBB, &entry))
        };
        let head = seek(seek(0).len() as u64);
        full(&[&live[..info], &head, &live[info..]].concat())
    };
    assert_eq!(codes(&with(INFO)), []);
    let facts = with(TRACKS);
    assert_eq!(codes(&facts), [(Damage::Malformed, "seek-wrong")]);
    let message = format!("SeekHead says that Tracks is at byte {}, but Info is there", info + 19);
    assert_eq!(facts.faults[0].message, message);
}

#[test]
fn elements_beside_the_clusters_are_checked() {
    let good = WebM::default().bytes();
    let change = |from: &[u8], to: &[u8]| {
        let mut file = good.clone();
        let at = file.windows(from.len()).position(|piece| piece == from).expect("the element");
        file[at..at + to.len()].copy_from_slice(to);
        full(&file)
    };
    let scale = find(&good, 0x2a_d7b1, 0) as u64;
    let facts = change(b"\x2a\xd7\xb1\x83", b"\x2a\xd7\xb1\x83\0\0\0");
    assert_eq!(codes(&facts), [(Damage::Malformed, "timescale-zero")]);
    assert_eq!(facts.faults[0].offset, Some(scale));
    assert_lasts(&facts, 2.0);
    let facts = change(&INFO.to_be_bytes(), b"\x15\x49\xa9\x67");
    assert_eq!(codes(&facts), [(Damage::Malformed, "info-missing")]);
    let facts = change(b"\x44\x89\x88", b"\x44\x89\xfe");
    assert_eq!(codes(&facts), [(Damage::Malformed, "element-overrun")]);
    assert!(facts.faults[0].message.starts_with("Duration runs "), "{}", facts.faults[0].message);
    let facts = change(b"\x86\x85V_VP8", b"\x86\xfe");
    assert!(codes(&facts).contains(&(Damage::Malformed, "element-overrun")) || facts.is_corrupt());
    for (name, message) in
        [(&b"foob"[..], "the DocType is “foob”, neither “webm” nor “matroska”"), (b"\0\0\0\0", "the DocType is “”")]
    {
        let facts = change(b"webm", name);
        assert_eq!(codes(&facts), [(Damage::Corrupt, "header-broken")]);
        assert!(facts.faults[0].message.starts_with(message), "{}", facts.faults[0].message);
    }
    let facts = change(b"V_VP8", b"X_VP8");
    assert_eq!(codes(&facts), [(Damage::Corrupt, "codec-unknown")]);
    assert_eq!(facts.faults[0].message, "track 1 has the codec “X_VP8”, which no decoder knows");
    let facts = change(b"V_VP8", b"V_AVS");
    assert_eq!(codes(&facts), [(Damage::Malformed, "codec-foreign")]);
}

#[test]
fn the_corpus_agrees() {
    for depth in [Depth::Full, Depth::Decode] {
        let Some(measure) = common::measure::measure("webm", depth) else { return };
        assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
        assert!(measure.missed.is_empty(), "{:?}", measure.missed);
        assert!(measure.mistimed.is_empty(), "{:?}", measure.mistimed);
        assert!(measure.missized.is_empty(), "{:?}", measure.missized);
    }
}
