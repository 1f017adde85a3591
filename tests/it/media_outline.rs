//! Dimensions, durations and codecs of formats without a walker, in generated files.

use crate::common;

use common::look::{full, look};
use common::make::mp4::{Audio, Mp4, Video, boxed};
use common::make::{other, webm};
use common::mutate::{Rng, mutate};
use heylint::media::{Chroma, Depth, Dimensions, Facts, Format, TrackKind};

fn size(facts: &Facts) -> Option<(u32, u32)> {
    facts.dimensions.map(|size| (size.width, size.height))
}

#[track_caller]
fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("a number");
    assert!((found - wanted).abs() < 0.01, "{found} is not {wanted}");
}

#[track_caller]
fn sound(bytes: &[u8], format: Format, codec: &str, rate: u32, channels: u16, seconds: f64) {
    let facts = full(bytes);
    assert_eq!((facts.format, facts.tracks.len()), (format, 1));
    let track = &facts.tracks[0];
    assert_eq!((track.kind, track.codec.as_str()), (TrackKind::Audio, codec));
    assert_eq!((track.sample_rate, track.channels), (Some(rate), Some(channels)));
    near(facts.duration_s, seconds);
    assert!(facts.faults.is_empty(), "{:?}", facts.faults);
}

fn branded(brand: &[u8; 4], film: &Mp4) -> Vec<u8> {
    let mut bytes = film.bytes();
    bytes[8..12].copy_from_slice(brand);
    bytes
}

#[test]
fn relatives_of_mp4_give_the_same_facts() {
    let video = Video { width: 2880, height: 1800, fps: 30.0, rotation: 90, ..Video::default() };
    let film = Mp4::new().video(video).audio(Audio::default());
    for (brand, format) in [(b"qt  ", Format::Mov), (b"M4V ", Format::M4v), (b"3gp5", Format::ThreeGp)] {
        for film in [film.clone(), film.clone().fragmented(true), film.clone().faststart(true)] {
            let facts = full(&branded(brand, &film));
            assert_eq!((facts.format, size(&facts)), (format, Some((1800, 2880))));
            assert_eq!(facts.stored, Some(Dimensions::new(2880, 1800)));
            near(facts.duration_s, 2.0);
            near(facts.fps, 30.0);
            let codecs: Vec<_> = facts.tracks.iter().map(|track| track.codec.as_str()).collect();
            assert_eq!(codecs, ["h264", "aac"]);
            assert_eq!(look(&branded(brand, &film), Depth::Header).dimensions, facts.dimensions);
        }
    }
    let song = Mp4::new().audio(Audio { rate: 44_100, ..Audio::default() });
    sound(&branded(b"M4A ", &song), Format::M4a, "aac", 44_100, 2, 2.0);
    // A fault of an MP4 is not reported in these formats, because no use accepts them.
    let whole = branded(b"M4V ", &film);
    let cut = full(&whole[..whole.len() - 400]);
    assert_eq!((cut.format, cut.faults.len()), (Format::M4v, 0));
    // Except in QuickTime, which some services accept: lost content is reported.
    let whole = branded(b"qt  ", &film);
    assert!(full(&whole).faults.is_empty());
    let cut = full(&whole[..whole.len() - 400]);
    assert!(cut.format == Format::Mov && cut.is_corrupt(), "{:?}", cut.faults);
}

#[test]
fn matroska_has_the_facts_of_webm() {
    let named = |file: webm::WebM| {
        let mut bytes = file.bytes();
        // The DocType may be padded with zeros, which makes the header longer.
        let at = bytes.windows(7).position(|piece| piece == b"\x42\x82\x84webm").expect("a DocType");
        bytes.splice(at + 2..at + 7, *b"\x88matroska");
        bytes[4] += 4;
        bytes
    };
    let facts = full(&named(webm::WebM::new(webm::Picture::Vp9, 640, 360, 30.0, 2.0)));
    assert_eq!((facts.format, size(&facts)), (Format::Mkv, Some((640, 360))));
    near(facts.duration_s.or(facts.declared_duration_s), 2.0);
    near(facts.fps, 30.0);
    let live = webm::WebM { live: true, ..webm::WebM::new(webm::Picture::Vp8, 320, 180, 25.0, 3.0) };
    let facts = full(&named(live));
    near(facts.duration_s, 3.0);
    assert_eq!(facts.tracks.iter().map(|track| track.codec.as_str()).collect::<Vec<_>>(), ["vp8", "opus"]);
    assert!(facts.faults.is_empty());
}

/// A HEIC or AVIF with one picture: its `meta` box, and no samples.
fn heif(brand: &[u8; 4], properties: &[Vec<u8>], of_primary: &[u8]) -> Vec<u8> {
    let pitm = boxed(b"pitm", &[&[0; 4], &[0, 7]]);
    let ipco = boxed(b"ipco", &properties.iter().map(Vec::as_slice).collect::<Vec<_>>());
    // Of two items the second is the primary one.
    let ipma = boxed(b"ipma", &[&[0; 4], &[0, 0, 0, 2], &[0, 1, 1, 1], &[0, 7, of_primary.len() as u8], of_primary]);
    let iprp = boxed(b"iprp", &[&ipco, &ipma]);
    let meta = boxed(b"meta", &[&[0; 4], &pitm, &iprp]);
    [boxed(b"ftyp", &[brand, &[0; 4], b"mif1", brand]), meta, boxed(b"mdat", &[&[0; 8]])].concat()
}

fn extent(width: u32, height: u32) -> Vec<u8> {
    boxed(b"ispe", &[&[0; 4], &width.to_be_bytes(), &height.to_be_bytes()])
}

#[test]
fn heic_and_avif_are_as_large_as_their_primary_item() {
    let aperture: Vec<u8> = [4032u32, 1, 3000, 1, 0, 1, 0, 1].iter().flat_map(|word| word.to_be_bytes()).collect();
    let properties = [
        extent(320, 240),
        extent(4032, 3024),
        boxed(b"irot", &[&[3]]),
        boxed(b"irot", &[&[2]]),
        boxed(b"clap", &[&aperture]),
    ];
    for (brand, format) in [(b"heic", Format::Heic), (b"avif", Format::Avif)] {
        for (of_primary, displayed) in [
            (&[2u8][..], (4032, 3024)),
            (&[0x82, 0x83], (3024, 4032)),
            (&[2, 4], (4032, 3024)),
            (&[2, 5, 3], (3000, 4032)),
        ] {
            let facts = full(&heif(brand, &properties, of_primary));
            assert_eq!((facts.format, size(&facts)), (format, Some(displayed)), "{of_primary:?}");
            assert_eq!(facts.stored, Some(Dimensions::new(4032, 3024)));
        }
        assert_eq!(full(&heif(brand, &properties, &[9])).dimensions, None, "a missing property");
    }
}

#[test]
fn other_pictures_have_a_size() {
    for bytes in [other::webp(), other::gif(), other::bmp(), other::tiff()] {
        let facts = full(&bytes);
        assert_eq!((size(&facts), facts.animated), (Some((1, 1)), false), "{}", facts.format);
    }
    let lossy = b"RIFF\x1e\0\0\0WEBPVP8 \x12\0\0\0\x30\x01\0\x9d\x01\x2a\x80\x42\x68\x41\0\0\0\0\0\0\0\0";
    assert_eq!(size(&full(lossy)), Some((0x280, 0x168)), "the upper two bits scale");
    let extended = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x7f\x07\0\x37\x04\0";
    let facts = full(extended);
    assert_eq!((size(&facts), facts.animated), (Some((1920, 1080)), true));
    let mut twice = other::gif();
    let image = twice.windows(4).position(|piece| piece == b"\x2c\0\0\0").expect("an image");
    let again: Vec<u8> = twice[image..].to_vec();
    twice.truncate(twice.len() - 1);
    twice.extend(again);
    assert!(full(&twice).animated);
    assert!(!look(&twice, Depth::Header).animated, "the header does not say it");
    let psd = b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\x02\0\0\0\x03\0\0\x08\0\x03";
    assert_eq!(size(&full(psd)), Some((768, 512)));
    let jp2 = b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 \0\0\0\x2djp2h\0\0\0\x16ihdr\0\0\x01\x68\0\0\x02\x80\0\x03\x07\x07\0\0";
    assert_eq!(size(&full(jp2)), Some((640, 360)));
    let j2k = b"\xff\x4f\xff\x51\0\x29\0\0\0\0\x02\x90\0\0\x01\x78\0\0\0\x10\0\0\0\x10";
    assert_eq!(size(&full(j2k)), Some((640, 360)));
}

#[test]
fn a_tiff_is_turned_by_its_orientation() {
    let mut bytes = other::tiff();
    // Turns the unused compression tag into the orientation.
    let at = bytes.windows(4).position(|piece| piece == [3, 1, 3, 0]).expect("an entry");
    bytes[at..at + 2].copy_from_slice(&274u16.to_le_bytes());
    bytes[at + 8] = 6;
    let width = bytes.windows(4).position(|piece| piece == [0, 1, 3, 0]).expect("a width");
    bytes[width + 8] = 30;
    let facts = full(&bytes);
    assert_eq!((size(&facts), facts.stored), (Some((1, 30)), Some(Dimensions::new(30, 1))));
}

fn flac(id3: bool) -> Vec<u8> {
    let packed: u64 = 44_100 << 44 | 1 << 41 | 15 << 36 | 88_200;
    let info = [&[0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0][..], &packed.to_be_bytes(), &[0; 16]].concat();
    [if id3 { other::id3(40) } else { Vec::new() }, b"fLaC\x80\0\0\x22".to_vec(), info].concat()
}

/// A page of Ogg with one packet.
fn page(flags: u8, position: u64, serial: u32, packet: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend(position.to_le_bytes());
    page.extend(serial.to_le_bytes());
    page.extend([0; 8]);
    page.push(1);
    page.push(packet.len() as u8);
    page.extend(packet);
    page
}

#[test]
fn sound_in_containers_of_its_own() {
    sound(&flac(false), Format::Flac, "flac", 44_100, 2, 2.0);
    sound(&flac(true), Format::Flac, "flac", 44_100, 2, 2.0);
    sound(&other::adts(4), Format::Aac, "aac", 44_100, 1, 4.0 * 1024.0 / 44_100.0);
    let mut aiff = b"FORM\0\0\0\x2eAIFFCOMM\0\0\0\x12\0\x02\0\x01\x58\x88\0\x18\x40\x0e\xac\x44\0\0\0\0\0\0".to_vec();
    sound(&aiff, Format::Aiff, "pcm_s24be", 44_100, 2, 2.0);
    aiff[11] = b'C';
    aiff[19] = 0x16;
    aiff.extend(b"sowt");
    sound(&aiff, Format::Aiff, "pcm_s24le", 44_100, 2, 2.0);
    let au = |size: u32| {
        let words = [24, size, 3, 8_000, 1u32];
        let mut bytes = b".snd".to_vec();
        bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        bytes.resize(24 + 16_000, 0);
        bytes
    };
    sound(&au(16_000), Format::Au, "pcm_s16be", 8_000, 1, 1.0);
    sound(&au(u32::MAX), Format::Au, "pcm_s16be", 8_000, 1, 1.0);
    let mut caf = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20".to_vec();
    caf.extend(8_000f64.to_be_bytes());
    caf.extend(b"lpcm\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\0\0\x10");
    caf.extend(b"data\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0");
    caf.resize(caf.len() + 16_000, 0);
    sound(&caf, Format::Caf, "pcm_s16le", 8_000, 1, 1.0);
    let family = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
    let mut w64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0\0\0\0\0\0\0\0\0wave".to_vec();
    w64.extend(family);
    w64.extend(
        [&b"fmt "[..], family, &40u64.to_le_bytes(), b"\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"].concat(),
    );
    w64.extend([&b"data"[..], family, &16_024u64.to_le_bytes()].concat());
    w64.resize(w64.len() + 16_000, 0);
    sound(&w64, Format::W64, "pcm_s16le", 8_000, 1, 1.0);
}

#[test]
fn ogg_by_its_first_pages_and_its_last() {
    let opus = [
        page(2, 0, 5, b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0"),
        page(0, 0, 5, b"OpusTags"),
        page(4, 48_000 * 3 + 312, 5, b"\xf8\xff\xfe"),
        // The last page of another stream is not the last of this one.
        page(4, 9_999_999, 6, b"?"),
    ];
    sound(&opus.concat(), Format::Ogg, "opus", 48_000, 2, 3.0);
    let vorbis = page(2, 0, 1, b"\x01vorbis\0\0\0\0\x01\x44\xac\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xb8\x01");
    sound(&[vorbis, page(4, 44_100, 1, b"x")].concat(), Format::Ogg, "vorbis", 44_100, 1, 1.0);
    let mut theora = b"\x80theora\x03\x02\x01\0\x28\0\x17\0\x02\x80\0\x01\x68\0\0".to_vec();
    theora.extend([0, 0, 0, 25, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0]);
    // Granule positions count the key frame and the frames after it separately.
    let film = [page(2, 0, 2, &theora), page(4, 49 << 6 | 1, 2, b"x")].concat();
    let facts = full(&film);
    assert_eq!((size(&facts), facts.tracks[0].codec.as_str()), (Some((640, 360)), "theora"));
    near(facts.fps, 25.0);
    near(facts.duration_s, 2.0);
}

#[test]
fn an_avi_states_everything_in_its_headers() {
    let chunk = |kind: &[u8; 4], body: &[u8]| [&kind[..], &(body.len() as u32).to_le_bytes(), body].concat();
    let stream = |kind: &[u8; 4], scale: u32, rate: u32, length: u32, format: &[u8]| {
        let words = [0, 0, 0, 0, scale, rate, 0, length, 0, 0, 0, 0u32];
        let header = [&kind[..], &words.map(u32::to_le_bytes).concat()].concat();
        chunk(b"LIST", &[&b"strl"[..], &chunk(b"strh", &header), &chunk(b"strf", format)].concat())
    };
    let picture = [&[40u32, 640, 360, 0x18_0001].map(u32::to_le_bytes).concat()[..], b"XVID", &[0; 20]].concat();
    let wave = b"\x55\0\x02\0\x44\xac\0\0\0\0\0\0\0\0\0\0";
    let list = [
        &b"hdrl"[..],
        &chunk(b"avih", &[0; 56]),
        &stream(b"vids", 1, 25, 50, &picture),
        &stream(b"auds", 1152, 44_100, 77, wave),
    ];
    let bytes = chunk(b"RIFF", &[&b"AVI "[..], &chunk(b"LIST", &list.concat()), &chunk(b"LIST", b"movi")].concat());
    let facts = full(&bytes);
    assert_eq!((facts.format, size(&facts)), (Format::Avi, Some((640, 360))));
    near(facts.fps, 25.0);
    near(facts.duration_s, 2.01);
    let codecs: Vec<_> = facts.tracks.iter().map(|track| track.codec.as_str()).collect();
    assert_eq!(codecs, ["mpeg4", "mp3"]);
}

#[test]
fn cut_or_damaged_properties_are_left_out() {
    let film = Mp4::new().video(Video { seconds: 0.2, ..Video::default() });
    let samples = [
        branded(b"qt  ", &film),
        heif(b"heic", &[extent(64, 48)], &[1]),
        flac(true),
        page(2, 0, 5, b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0"),
        other::webp(),
        other::gif(),
        other::tiff(),
    ];
    for whole in samples {
        let mut rng = Rng::new(7);
        for _ in 0..600 {
            let facts = full(&mutate(&whole, &mut rng));
            if !facts.format.is_walked() && facts.format != Format::Mov {
                assert!(facts.faults.is_empty(), "{:?}", facts.faults);
            }
        }
    }
}

#[test]
fn codec_configurations_of_films() {
    let film = Mp4::new().video(Video::default()).audio(Audio::default());
    let facts = full(&film.bytes());
    assert_eq!(facts.faststart, Some(false));
    assert_eq!(full(&film.clone().faststart(true).bytes()).faststart, Some(true));
    assert_eq!(full(&film.clone().fragmented(true).bytes()).faststart, Some(true));
    let (picture, sound) = (&facts.tracks[0], &facts.tracks[1]);
    assert_eq!((picture.profile.as_deref(), sound.profile.as_deref()), (Some("Constrained Baseline"), Some("LC")));
    assert_eq!((picture.chroma, picture.bit_depth, picture.interlaced), (Some(Chroma::Half), Some(8), false));
    let rate = picture.bit_rate.expect("a bit rate") + sound.bit_rate.expect("a bit rate");
    let all = facts.bit_rate.expect("a bit rate of the file");
    assert!(rate < all && rate > all / 2, "{rate} of {all}");
    let fragmented = full(&film.clone().fragmented(true).bytes());
    assert_eq!(fragmented.tracks[0].bit_rate, picture.bit_rate);
    assert_eq!(picture.edits, None);
    let edited = full(&film.edits(&[(None, 0.1), (Some(0.0), 1.0)]).bytes());
    assert_eq!(edited.tracks[0].edits, Some(2));
    let header = look(&Mp4::new().video(Video::default()).bytes(), Depth::Header);
    assert_eq!(header.tracks[0].bit_rate, None, "size tables are not read at the header depth");
    let vp9 = full(&webm::WebM::new(webm::Picture::Vp9, 320, 180, 25.0, 2.0).bytes());
    assert_eq!((vp9.tracks[0].profile.as_deref(), vp9.tracks[0].bit_depth), (Some("Profile 0"), Some(8)));
    assert!(vp9.tracks[1].bit_rate.is_some());
}
