//! Tests of the MP4 walker: generated files, intact and damaged, and real ones.
#![allow(unreachable_pub, reason = "the makers are modules of every test that uses them")]

mod hostile;
mod real;

use crate::common;
use common::look::{full, look};
use common::make::mp4::breaking::{cut, get_u32, range, remove, rename, set_u32, zero};
use common::make::mp4::{Audio, AudioCodec, Mp4, Video, VideoCodec, boxed};
use heylint::media::{Bytes, Damage, Depth, Dimensions, Format, TrackKind, probe};
use heylint::text;

fn video() -> Video {
    Video { width: 320, height: 240, ..Video::default() }
}

fn film() -> Mp4 {
    Mp4::new().video(video()).audio(Audio::default())
}

#[track_caller]
fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("a number");
    assert!((found - wanted).abs() < 0.002, "{found} is not {wanted}");
}

#[test]
fn a_film_in_every_form_has_the_same_facts() {
    let forms = [
        ("moov last", film()),
        ("moov first", film().faststart(true)),
        ("64 bits", film().wide(true)),
        ("mdat to the end", film().open_end(true)),
        ("fragmented", film().fragmented(true)),
        ("fragmented with an index", film().fragmented(true).index(true)),
    ];
    let files = forms.map(|(name, form)| (name, form.bytes()));
    let mut to_the_end = film().bytes();
    let moov = range(&to_the_end, "moov").start;
    zero(&mut to_the_end, moov..moov + 4);
    for (name, bytes) in files.into_iter().chain([("moov to the end", to_the_end)]) {
        for depth in [Depth::Header, Depth::Full, Depth::Decode] {
            let facts = look(&bytes, depth);
            assert_eq!(facts.faults, [], "{name}");
            assert_eq!(facts.format, Format::Mp4);
            assert_eq!(facts.dimensions, Some(Dimensions::new(320, 240)), "{name}");
            assert_eq!(facts.stored, facts.dimensions);
            near(facts.duration_s, 2.0);
            near(facts.declared_duration_s, 2.0);
            near(facts.fps, 25.0);
            assert!(!facts.encrypted);
            let [picture, sound] = &facts.tracks[..] else { panic!("{name}: {:?}", facts.tracks) };
            assert_eq!((picture.kind, picture.codec.as_str()), (TrackKind::Video, "h264"));
            assert_eq!((sound.kind, sound.codec.as_str()), (TrackKind::Audio, "aac"));
            assert_eq!((sound.sample_rate, sound.channels), (Some(48_000), Some(2)));
            near(picture.fps, 25.0);
            near(picture.duration_s, 2.0);
            near(sound.duration_s, 2.0);
        }
    }
}

#[test]
fn a_film_on_disk_gives_the_facts_of_its_bytes_in_memory() {
    let bytes = Mp4::new().video(Video { width: 4096, height: 2160, seconds: 20.0, ..video() }).bytes();
    let path = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(path.path(), &bytes).expect("written");
    let file = std::fs::File::open(path.path()).expect("opened");
    let on_disk = probe(&mut Bytes::of_file(&file).expect("a length"), Depth::Full).expect("read");
    assert_eq!(on_disk, full(&bytes));
    assert_eq!(on_disk.dimensions, Some(Dimensions::new(4096, 2160)));
}

#[test]
fn dimensions_are_those_of_the_display() {
    let shown = |video: Video| {
        let facts = full(&Mp4::new().video(video).bytes());
        assert_eq!(facts.stored, Some(Dimensions::new(720, 576)));
        assert_eq!(facts.faults, []);
        let shown = facts.dimensions.expect("a picture");
        assert_eq!(facts.tracks[0].dimensions, Some(shown));
        (shown.width, shown.height)
    };
    let video = || Video { width: 720, height: 576, ..Video::default() };
    assert_eq!(shown(video()), (720, 576));
    assert_eq!(shown(Video { rotation: 90, ..video() }), (576, 720));
    assert_eq!(shown(Video { rotation: 180, ..video() }), (720, 576));
    assert_eq!(shown(Video { rotation: 270, ..video() }), (576, 720));
    assert_eq!(shown(Video { aspect: (64, 45), ..video() }), (1_024, 576));
    assert_eq!(shown(Video { aspect: (64, 45), rotation: 90, ..video() }), (576, 1_024));
    assert_eq!(shown(Video { shown: Some((704, 540)), ..video() }), (704, 540));
    assert_eq!(shown(Video { shown: Some((700, 576)), aspect: (16, 15), ..video() }), (747, 576));
    // Mistakes of writers: an absurd aspect ratio, a crop larger than the picture.
    assert_eq!(shown(Video { aspect: (1, 4_000_000_000), ..video() }), (720, 576));
    assert_eq!(shown(Video { shown: Some((9_000, 576)), ..video() }), (720, 576));
}

#[test]
fn edits_determine_the_duration() {
    let video = || Video { seconds: 4.0, ..video() };
    let length = |edits: &[(Option<f64>, f64)]| full(&Mp4::new().video(video()).edits(edits).bytes()).duration_s;
    near(length(&[]), 4.0);
    near(length(&[(Some(1.0), 2.0)]), 2.0);
    near(length(&[(None, 0.5), (Some(1.0), 2.0)]), 2.5);
    near(length(&[(Some(3.0), 9.0)]), 1.0);
    near(length(&[(Some(0.0), 1.0), (Some(0.0), 1.5)]), 2.5);
    // If the samples are in fragments, 0 means: to the end.
    let facts = full(&Mp4::new().video(video()).fragmented(true).edits(&[(Some(1.0), 0.0)]).bytes());
    near(facts.duration_s, 3.0);
}

#[test]
fn frame_rates_are_averages() {
    for fps in [23.976, 24.0, 29.97, 59.94, 120.0] {
        let facts = full(&Mp4::new().video(Video { fps, seconds: 5.0, ..video() }).bytes());
        near(facts.fps, fps);
    }
}

#[test]
fn sound_is_described() {
    let facts = full(&Mp4::new().audio(Audio { rate: 8_000, channels: 1, ..Audio::default() }).bytes());
    assert_eq!(facts.faults, [], "a film without picture is legal");
    assert_eq!(facts.dimensions, None);
    assert_eq!((facts.tracks[0].sample_rate, facts.tracks[0].channels), (Some(8_000), Some(1)));
    // The sample entry has only 16 bits for the rate, so this one is in the decoder configuration.
    let facts = full(&Mp4::new().audio(Audio { rate: 96_000, ..Audio::default() }).bytes());
    assert_eq!(facts.tracks[0].sample_rate, Some(96_000));
    let facts = full(&Mp4::new().audio(Audio { codec: AudioCodec::Pcm, ..Audio::default() }).bytes());
    assert_eq!(facts.tracks[0].codec, "pcm_s16le");
    assert_eq!(facts.tracks[0].bits_per_sample, Some(16));
    near(facts.duration_s, 2.0);
    assert_eq!(facts.faults, []);
}

#[test]
fn codecs_have_their_names() {
    for (codec, name) in [(VideoCodec::Hevc, "hevc"), (VideoCodec::Av1, "av1"), (VideoCodec::Vp9, "vp9")] {
        let facts = full(&Mp4::new().video(Video { codec, ..video() }).bytes());
        assert_eq!(facts.tracks[0].codec, name);
        assert_eq!(facts.faults, [], "{name}");
    }
    let mut bytes = film().bytes();
    let entry = range(&bytes, "moov/trak/mdia/minf/stbl/stsd").start + 20;
    bytes[entry..entry + 4].copy_from_slice(b"XyZ1");
    assert_eq!(full(&bytes).tracks[0].codec, "XyZ1");
}

#[test]
fn the_samples_of_an_encrypted_film_are_not_read() {
    let mut bytes = film().encrypted(true).bytes();
    let mdat = range(&bytes, "mdat");
    bytes[mdat.start + 8..mdat.end].fill(0xa5);
    let facts = full(&bytes);
    assert!(facts.encrypted);
    assert_eq!(facts.faults, []);
    assert_eq!(facts.tracks[0].codec, "h264");
    assert_eq!(facts.tracks[1].codec, "aac");
}

#[test]
fn a_film_without_a_sample_has_nothing_to_play() {
    let mut start = film().fragmented(true).bytes();
    start.truncate(range(&start, "moof").start);
    empty(&start, "moov leaves them to fragments, and no fragment follows");
    let facts = full(&start);
    assert_eq!(facts.dimensions, Some(Dimensions::new(320, 240)));
    assert_eq!((facts.duration_s, facts.declared_duration_s, facts.bit_rate), (None, None, None), "an empty promise");
    assert!(look(&start, Depth::Header).is_unplayable());
    let bytes = broken(&Mp4::new().video(video()), |bytes| {
        for (table, at) in [("stts", 4), ("stsc", 4), ("stsz", 8), ("stco", 4), ("stss", 4)] {
            set_u32(bytes, &stbl(table), at, 0);
        }
    });
    empty(&bytes, "the tables of all tracks are empty");
    // An empty track beside a full one is harmless.
    let bytes = broken(&film(), |bytes| {
        for (table, at) in [("stts", 4), ("stsc", 4), ("stsz", 8), ("stco", 4)] {
            set_u32(bytes, &format!("moov/trak[1]/mdia/minf/stbl/{table}"), at, 0);
        }
    });
    assert_eq!(full(&bytes).faults, []);
}

#[test]
fn two_joined_films_are_reported() {
    for form in [film(), film().faststart(true), film().fragmented(true)] {
        let one = form.bytes();
        let joined = [one.clone(), one.clone()].concat();
        let words = format!("a second film begins at byte {}: two files were joined", text::count(one.len() as u64));
        malformed(&joined, "joined-files", &words);
        let fault = full(&joined).faults.remove(0);
        assert!(!fault.mendable, "remuxing it would lose the second film");
        near(full(&joined).duration_s, 2.0);
    }
    // Segments of one film may each name their brand.
    let ftyp = boxed(b"ftyp", &[b"isom", &[0; 4], b"isom"]);
    assert_eq!(full(&[film().bytes(), ftyp].concat()).faults, []);
}

#[test]
fn the_longest_track_determines_the_duration_in_mvhd() {
    let long = Mp4::new().video(video()).audio(Audio { seconds: 9.0, ..Audio::default() });
    let bytes = broken(&long, |bytes| {
        let handler = range(bytes, "moov/trak[1]/mdia/hdlr").start + 16;
        bytes[handler..handler + 4].copy_from_slice(b"sbtl");
    });
    let facts = full(&bytes);
    assert_eq!(facts.faults, []);
    near(facts.duration_s, 2.0);
    near(facts.declared_duration_s, 9.0);
    malformed(&Mp4::new().video(video()).declared(9.0).bytes(), "duration-mismatch", "mvhd says 9 s");
}

#[test]
fn fragments_continue_where_the_movie_ends() {
    let mut bytes = Mp4::new().video(video()).faststart(true).bytes();
    let mut more = Mp4::new().video(video()).fragmented(true).bytes();
    for fragment in 0..2 {
        let path = format!("moof[{fragment}]/traf/tfdt");
        let after = get_u32(&more, &path, 8) + 50 * 1_000;
        set_u32(&mut more, &path, 8, after);
    }
    bytes.extend_from_slice(&more[range(&more, "moof").start..]);
    let facts = full(&bytes);
    near(facts.duration_s, 4.0);
    near(facts.fps, 25.0);
    near(facts.declared_duration_s, 2.0);
    assert_eq!(facts.faults, [], "mvhd describes only what moov lists");
}

/// The one fault of a file: its damage, code, message and effect.
#[track_caller]
fn only_fault(bytes: &[u8]) -> (Damage, &'static str, String) {
    let facts = full(bytes);
    let [fault] = &facts.faults[..] else { panic!("not one fault: {:#?}", facts.faults) };
    assert!(fault.offset.is_none_or(|offset| offset <= bytes.len() as u64));
    let text = format!("{} | {}", fault.message, fault.effect.as_deref().unwrap_or(""));
    (fault.damage, fault.code, text)
}

#[track_caller]
fn corrupt(bytes: &[u8], code: &str, words: &str) {
    let (damage, found, text) = only_fault(bytes);
    assert_eq!((damage, found), (Damage::Corrupt, code), "{text}");
    assert!(text.contains(words), "{text}");
}

/// A valid file with nothing to play.
#[track_caller]
fn empty(bytes: &[u8], words: &str) {
    let (damage, code, said) = only_fault(bytes);
    assert_eq!((damage, code), (Damage::Empty, "samples-missing"), "{said}");
    assert!(said.contains(words) && said.ends_with("there is nothing to play"), "{said}");
}

#[track_caller]
fn malformed(bytes: &[u8], code: &str, words: &str) {
    let (damage, found, text) = only_fault(bytes);
    assert_eq!((damage, found), (Damage::Malformed, code), "{text}");
    assert!(text.contains(words), "{text}");
}

fn broken(form: &Mp4, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = form.bytes();
    change(&mut bytes);
    bytes
}

const TABLES: &str = "moov/trak/mdia/minf/stbl";

fn stbl(table: &str) -> String {
    format!("{TABLES}/{table}")
}

#[test]
fn cuts_are_reported_once_with_their_loss() {
    let long = || {
        Mp4::new()
            .video(Video { seconds: 10.0, key_every: 25, ..video() })
            .audio(Audio { seconds: 10.0, ..Audio::default() })
    };
    // Ten chunks of one second each, video and audio alternating: the audio of the sixth is the first lost.
    let bytes = broken(&long().faststart(true), |bytes| {
        let mdat = range(bytes, "mdat");
        bytes.truncate(mdat.start + 8 + (mdat.len() - 8) * 62 / 100);
    });
    corrupt(&bytes, "truncated", ") is the first one missing | the last 4.11 s are missing");
    corrupt(&bytes, "truncated", "before the end of mdat");
    let facts = look(&bytes, Depth::Header);
    assert!(facts.is_corrupt(), "found without reading samples");
    near(facts.duration_s, 10.0);

    let bytes = broken(&long(), |bytes| cut(bytes, 0.5));
    corrupt(&bytes, "moov-missing", "before the end of mdat | it cannot be played");
    let bytes = broken(&film().faststart(true), |bytes| bytes.truncate(range(bytes, "moov").end - 200));
    corrupt(&bytes, "truncated", "the file ends 200 bytes before the end of moov");
    assert_eq!(full(&bytes).dimensions, Some(Dimensions::new(320, 240)), "the facts that exist are given");
    let bytes = broken(&film().faststart(true), |bytes| bytes.truncate(range(bytes, "moov").end));
    let (_, code, text) = only_fault(&bytes);
    assert_eq!(code, "sample-past-end");
    assert!(text.contains("none of it can be played"), "{text}");
    // The size of mdat is unknown, so only the samples show the cut.
    let bytes = broken(&long().open_end(true), |bytes| cut(bytes, 0.9));
    corrupt(&bytes, "sample-past-end", "the last ");
}

#[test]
fn cuts_in_fragments() {
    let long = || {
        Mp4::new()
            .video(Video { seconds: 10.0, ..video() })
            .audio(Audio { seconds: 10.0, ..Audio::default() })
            .fragmented(true)
    };
    let bytes = broken(&long(), |bytes| bytes.truncate(range(bytes, "mdat[4]").start + 100));
    corrupt(&bytes, "truncated", "before the end of mdat");
    corrupt(&bytes, "truncated", "the last 6.07 s are missing");
    let bytes = broken(&long(), |bytes| bytes.truncate(range(bytes, "moof[4]").start + 100));
    corrupt(&bytes, "truncated", "before the end of moof");
    assert!(look(&bytes, Depth::Header).is_corrupt());
    let bytes = broken(&long().index(true), |bytes| bytes.truncate(range(bytes, "moof[4]").start));
    corrupt(&bytes, "truncated", "before the end of the last segment that sidx lists");
    // A segment without its beginning.
    let bytes = broken(&long(), |bytes| {
        let moov = range(bytes, "moov");
        bytes.drain(moov);
    });
    corrupt(&bytes, "moov-missing", "fragments without the beginning of the file");
    let bytes = broken(&long(), |bytes| {
        let start = range(bytes, "moof[3]").start;
        zero(bytes, start - 100..start + 64);
    });
    corrupt(&bytes, "box-damaged", "another fragment follows");
}

#[test]
fn broken_fragments() {
    let form = Mp4::new().video(video()).fragmented(true);
    let bytes = broken(&form, |bytes| set_u32(bytes, "moof/traf/trun", 4, 26));
    corrupt(&bytes, "table-overruns", "trun claims 26 samples but has room for 25");
    let bytes = broken(&form, |bytes| set_u32(bytes, "moof[1]/traf/trun", 8, 1 << 24));
    corrupt(&bytes, "sample-past-end", "the last 1 s are missing");
    let bytes = broken(&form, |bytes| set_u32(bytes, "moof/traf/trun", 8, 0));
    corrupt(&bytes, "sample-outside-mdat", "sample 1 of track 1 (h264) is at offset");
    let bytes = broken(&form, |bytes| set_u32(bytes, "moof/traf/tfhd", 4, 7));
    corrupt(&bytes, "fragment-track-unknown", "track id 7");
    let bytes = broken(&form, |bytes| {
        let start = range(bytes, "mdat[1]").start + 8;
        zero(bytes, start..start + 64);
    });
    corrupt(&bytes, "sample-damaged", "sample 26 of track 1 (h264): its NAL units are all empty");
    let bytes = broken(&form, |bytes| set_u32(bytes, "moov/trak/tkhd", 12, 9));
    corrupt(&bytes, "fragment-track-unknown", "track id 1");
    let bytes = broken(&form, |bytes| rename(bytes, "moov/trak", b"free"));
    corrupt(&bytes, "tracks-missing", "moov has no trak");
}

#[test]
fn missing_boxes() {
    corrupt(&broken(&film().faststart(false), |bytes| remove(bytes, "moov")), "moov-missing", "there is no moov");
    corrupt(&broken(&film(), |bytes| remove(bytes, "moov/mvhd")), "box-missing", "moov has no mvhd");
    let bytes = broken(&Mp4::new().video(video()), |bytes| remove(bytes, "moov/trak"));
    corrupt(&bytes, "tracks-missing", "moov has no trak");
    for table in ["stsd", "stts", "stsc", "stsz", "stco"] {
        let bytes = broken(&film(), |bytes| remove(bytes, &stbl(table)));
        corrupt(&bytes, "box-missing", &format!("has no {table} | the track cannot be played"));
        assert!(look(&bytes, Depth::Header).is_corrupt());
    }
    corrupt(&broken(&film(), |bytes| remove(bytes, "moov/trak/mdia/mdhd")), "box-missing", "has no mdhd");
    let bytes = broken(&film(), |bytes| {
        let config = range(bytes, &stbl("stsd")).start + 16 + 86;
        bytes[config + 4..config + 8].copy_from_slice(b"free");
    });
    corrupt(&bytes, "codec-configuration-missing", "the sample entry of track 1 (h264) has no avcC");
    // Without a handler, the media header gives the kind of the track.
    let bytes = broken(&film(), |bytes| remove(bytes, "moov/trak/mdia/hdlr"));
    assert_eq!(full(&bytes).tracks[0].kind, TrackKind::Video);
    let bytes = broken(&film(), |bytes| set_u32(bytes, "moov/trak/mdia", 0, 0));
    assert!(full(&bytes).is_corrupt(), "mdhd claims to have no size");
}

#[test]
fn impossible_numbers() {
    corrupt(&broken(&film(), |bytes| set_u32(bytes, "moov/mvhd", 12, 0)), "timescale-zero", "of the movie is 0");
    let bytes = broken(&film(), |bytes| set_u32(bytes, "moov/trak/mdia/mdhd", 12, 0));
    corrupt(&bytes, "timescale-zero", "of track 1 (h264) is 0");
    let hevc = Mp4::new().video(Video { codec: VideoCodec::Hevc, ..video() });
    let bytes = broken(&hevc, |bytes| set_u32(bytes, &stbl("stsd"), 8 + 32, 0));
    corrupt(&bytes, "dimensions-zero", "track 1 (hevc) is 0×0");
    // H.264 decoders use the parameter set and ignore the sample entry.
    for wrong in [0, 0x0500_02d0] {
        let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stsd"), 8 + 32, wrong));
        malformed(&bytes, "dimensions-mismatch", "its parameter set says 320×240");
        assert_eq!(full(&bytes).dimensions, Some(Dimensions::new(320, 240)));
    }
    let av1 = Mp4::new().video(Video { codec: VideoCodec::Av1, ..video() });
    let bytes = broken(&av1, |bytes| set_u32(bytes, &stbl("stsd"), 8 + 32, 0x0500_02d0));
    malformed(&bytes, "dimensions-mismatch", "track 1 (av1) says 1280×720, but its sequence header says 320×240");
    assert_eq!(full(&bytes).dimensions, Some(Dimensions::new(320, 240)));
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stsz"), 8, 1 << 31));
    corrupt(&bytes, "table-overruns", "stsz of track 1 (h264) claims 2,147,483,648 entries but has room for 50");
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stco"), 4, u32::MAX));
    corrupt(&bytes, "table-overruns", "stco of track 1");
}

#[test]
fn tables_that_disagree() {
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stts"), 8, 40));
    corrupt(&bytes, "sample-counts", "stsz of track 1 (h264) lists 50 samples, but stts times 40");
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stts"), 8, 70));
    corrupt(&bytes, "sample-counts", "20 samples are announced but missing");
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stsc"), 12, 0));
    corrupt(&bytes, "sample-counts", "50 samples cannot be found");
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stsc"), 12, 24));
    corrupt(&bytes, "sample-counts", "2 samples cannot be found");
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stsc"), 12, 50));
    malformed(&broken(&film(), |bytes| set_u32(bytes, &stbl("stss"), 8, 2)), "first-sample-not-sync", "is number 2");
    // All samples in the first chunk: they overlap the audio.
    assert!(full(&bytes).is_corrupt());
}

#[test]
fn tables_with_too_many_entries() {
    let bytes = broken(&film(), |bytes| {
        set_u32(bytes, &stbl("stsz"), 8, 25);
        set_u32(bytes, &stbl("stts"), 8, 25);
    });
    malformed(&bytes, "chunk-surplus", "stco of track 1 (h264) continues after the last sample, with chunk 2");
    let bytes = broken(&film(), |bytes| {
        rename(bytes, &stbl("stss"), b"ctts");
        set_u32(bytes, &stbl("ctts"), 4, 0);
    });
    malformed(&bytes, "composition-offset-count", "ctts of track 1 (h264) covers 0 samples, but stsz lists 50");
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stsd"), 8, 4));
    corrupt(&bytes, "sample-entry-missing", "stsd of track 1 is empty | the track cannot be played");
    let bytes = broken(&film(), |bytes| {
        let mut path = "moov/trak/mdia/minf/dinf/dref";
        let url = range(bytes, path).start + 16;
        bytes.splice(url..url + 12, *b"\0\0\0\x0eurl \0\0\0\0x\0");
        loop {
            let at = range(bytes, path).start;
            let size = u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four")) + 2;
            bytes[at..at + 4].copy_from_slice(&size.to_be_bytes());
            let Some((outer, _)) = path.rsplit_once('/') else { break };
            path = outer;
        }
    });
    corrupt(&bytes, "external-data", "the samples of track 1 (h264) are in another file");
    let bytes = broken(&film().edits(&[(Some(0.0), 1.0)]), |bytes| set_u32(bytes, "moov/trak/edts/elst", 4, 9));
    malformed(&bytes, "table-overruns", "elst of track 1 (h264) claims 9 entries but has room for 1");
}

#[test]
fn samples_that_are_not_where_they_should_be() {
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stco"), 12, 0x7fff_ffff));
    corrupt(&bytes, "sample-past-end", "sample 26 of track 1 (h264) | the last 1 s are missing");
    let bytes = broken(&film(), |bytes| set_u32(bytes, &stbl("stco"), 8, 0));
    corrupt(&bytes, "sample-outside-mdat", "sample 1 of track 1 (h264) is at offset 0, outside any mdat | 25 of 50");
    let bytes = broken(&film().faststart(true), |bytes| rename(bytes, "mdat", b"free"));
    malformed(&bytes, "samples-outside-mdat", "in a box other than mdat | players that use only the offsets play them");
    let bytes = broken(&film(), |bytes| {
        let moov = range(bytes, "moov").start as u32;
        set_u32(bytes, &stbl("stco"), 8, moov + 8);
    });
    corrupt(&bytes, "sample-outside-mdat", "outside any mdat");
    let bytes = broken(&film(), |bytes| rename(bytes, "ftyp", b"ftyq"));
    malformed(&bytes, "ftyp-missing", "there is no ftyp to identify the kind of file");
    let bytes = broken(&film(), |bytes| {
        // The same bytes in two boxes: the samples continue past the first.
        let mdat = range(bytes, "mdat");
        bytes[mdat.start..mdat.start + 4].copy_from_slice(&(mdat.len() as u32 - 40).to_be_bytes());
        let rest = mdat.end - 40;
        bytes[rest..rest + 8].copy_from_slice(b"\0\0\0\x28free");
    });
    corrupt(&bytes, "sample-outside-mdat", "mdat ends ");
    let bytes =
        broken(&Mp4::new().audio(Audio { codec: AudioCodec::Pcm, ..Audio::default() }).faststart(true), |bytes| {
            cut(bytes, 0.75);
        });
    corrupt(&bytes, "truncated", "the last 0.5 s are missing");
    let bytes = broken(&film(), |bytes| {
        let url = range(bytes, "moov/trak/mdia/minf/dinf/dref").start + 16;
        bytes[url..url + 12].copy_from_slice(b"\0\0\0\x0curl \0\0\0\0");
    });
    assert_eq!(full(&bytes).faults, [], "an empty name is none");
}

#[test]
fn invalid_samples_of_their_codec() {
    let first = |bytes: &[u8]| range(bytes, "mdat").start + 8;
    let bytes = broken(&film(), |bytes| {
        let at = first(bytes);
        bytes[at..at + 4].copy_from_slice(&0x0100_0000u32.to_be_bytes());
    });
    corrupt(&bytes, "sample-damaged", "sample 1 of track 1 (h264): a NAL unit claims 16,777,216 bytes");
    let bytes = broken(&film(), |bytes| {
        let at = first(bytes) + 4;
        bytes[at] |= 0x80;
    });
    corrupt(&bytes, "sample-damaged", "begins with an invalid byte | 1 of 50 samples are damaged");
    let bytes = broken(&film(), |bytes| {
        let at = first(bytes);
        zero(bytes, at + 100..at + 200);
    });
    corrupt(&bytes, "sample-damaged", "100 zero bytes in a row inside a NAL unit");
    let bytes = broken(&film(), |bytes| {
        let mdat = range(bytes, "mdat");
        zero(bytes, mdat.start + 8..mdat.end);
    });
    corrupt(
        &bytes,
        "sample-damaged",
        "its NAL units are all empty | 50 of 50 samples are damaged, and 94 of 94 of track 2 (aac)",
    );
    let hevc = Mp4::new().video(Video { codec: VideoCodec::Hevc, ..video() });
    let bytes = broken(&hevc, |bytes| {
        let at = first(bytes) + 5;
        bytes[at] = 0;
    });
    corrupt(&bytes, "sample-damaged", "sample 1 of track 1 (hevc)");
    let av1 = Mp4::new().video(Video { codec: VideoCodec::Av1, ..video() });
    let bytes = broken(&av1, |bytes| {
        let at = first(bytes) + 3;
        bytes[at] = 100;
    });
    corrupt(&bytes, "sample-damaged", "an OBU claims 100 bytes, but 4 are left");
    let bytes = broken(&Mp4::new().audio(Audio::default()), |bytes| {
        let at = first(bytes);
        zero(bytes, at + 60..at + 90);
    });
    corrupt(&bytes, "sample-damaged", "sample 11 of track 1 (aac): it contains only zeros | 5 of 94 samples");
    assert_eq!(look(&bytes, Depth::Header).faults, [], "the header depth reads no sample");
}

#[test]
fn faults_that_players_ignore_are_malformed() {
    malformed(&broken(&film(), |bytes| bytes.extend([0; 100])), "trailing-bytes", "100 bytes after the last box");
    let bytes = broken(&film(), |bytes| {
        bytes.extend([0; 100]);
        set_u32(bytes, &stbl("stco"), 8, 0);
    });
    assert_eq!(only_fault(&bytes).1, "sample-outside-mdat", "only the worse fault is reported");
    malformed(&broken(&film(), |bytes| bytes.extend(b"<!-- x")), "trailing-bytes", "6 bytes after the last box");
    malformed(&broken(&film(), |bytes| bytes.extend(b"\0\x01\0\0free")), "box-overruns", "before the end of free");
    let bytes = broken(&Mp4::new().video(video()), |bytes| {
        let sizes = range(bytes, &stbl("stsz"));
        let mut at = range(bytes, "mdat").start + 8;
        for entry in (sizes.start + 20..sizes.end).step_by(4) {
            let size = u32::from_be_bytes(bytes[entry..entry + 4].try_into().expect("four"));
            bytes[at..at + 4].copy_from_slice(&[0, 0, 0, 1]);
            at += size as usize;
        }
    });
    malformed(&bytes, "start-codes-in-samples", "it begins with a start code instead of the length of a NAL unit");
    malformed(&film().declared(20.0).bytes(), "duration-mismatch", "mvhd says 20 s, but the samples last 2 s");
    let bytes = broken(&film().faststart(true), |bytes| {
        let mdat = range(bytes, "mdat");
        bytes[mdat.start..mdat.start + 4].copy_from_slice(&(mdat.len() as u32 + 1_000).to_be_bytes());
    });
    malformed(
        &bytes,
        "mdat-size",
        "the file ends 1,000 bytes before the end of mdat | all samples are present nevertheless",
    );
    let bytes = broken(&film(), |bytes| {
        let moov = range(bytes, "moov");
        bytes.splice(moov.end..moov.end, *b"\0\x01\0\0udtatags");
        bytes[moov.start..moov.start + 4].copy_from_slice(&(moov.len() as u32 + 12).to_be_bytes());
    });
    malformed(&bytes, "box-overruns", "box udta at offset");
    assert_eq!(full(&broken(&film(), |bytes| bytes.extend(boxed(b"free", &[&[0; 64]])))).faults, []);
}

#[test]
fn the_corpus_agrees() {
    let Some(measure) = common::measure::measure("mp4", Depth::Full) else { return };
    assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
    assert!(measure.missed.is_empty(), "{:?}", measure.missed);
    assert!(measure.missized.is_empty(), "{:?}", measure.missized);
    assert!(measure.mistimed.is_empty(), "{:?}", measure.mistimed);
    assert!(measure.sized > 40 && measure.timed > 120, "the corpus has shrunk: {}, {}", measure.sized, measure.timed);
}
