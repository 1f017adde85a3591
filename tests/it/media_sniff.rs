//! Detection of the format by the bytes.

use crate::common;
use std::fs::File;

use common::busy::BusyClock;
use common::make::other;
use heylint::media::{Bytes, Depth, Format, probe_as, sniff};

fn detected(bytes: &[u8]) -> Format {
    sniff(&mut Bytes::of_slice(bytes)).expect("memory cannot fail")
}

#[test]
fn formats_without_a_walker_are_named() {
    for other::Sample { format, bytes } in other::samples() {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(24)]).into_owned();
        assert_eq!(detected(&bytes).name(), format, "{start:?}");
    }
}

#[test]
fn every_format_without_a_walker_has_a_sample() {
    let samples = other::samples();
    for format in Format::ALL.iter().filter(|format| !format.is_walked()) {
        assert!(samples.iter().any(|sample| sample.format == format.name()), "no sample of {format}");
    }
}

#[test]
fn png_with_a_damaged_signature_stays_png() {
    let header = b"\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0";
    for signature in [
        b"\x89PNG\r\n\x1a\n".as_slice(),
        b"\x89PNG\n\x1a\n",
        b"\x89PNG\r\r\n\x1a\r\n",
        b"\x09PNG\r\n\x1a\n",
        b"PNG\r\n\x1a\n",
        b"\xef\xbf\xbdPNG\r\n\x1a\n",
        b"\xc2\x89PNG\r\n\x1a\n",
        b"\0\0\0\0\0\0\0\0",
    ] {
        assert_eq!(detected(&[signature, header].concat()), Format::Png, "{signature:?}");
    }
    assert_ne!(detected(&[b"\x8bJNG\r\n\x1a\n".as_slice(), b"\0\0\0\x10JHDR"].concat()), Format::Png);
}

#[test]
fn mp4_by_brand_or_by_its_boxes() {
    for brand in [b"isom", b"iso5", b"mp42", b"avc1", b"dash", b"cmfc", b"MSNV", b"niko"] {
        assert_eq!(detected(&other::ftyp(brand, &[])), Format::Mp4, "{}", String::from_utf8_lossy(brand));
    }
    for start in [b"\0\0\0\x08free\0\0\0\x08mdat".as_slice(), b"\0\0\0\x10moov\0\0\0\x08mvhd", b"\0\0\0\x18styp"] {
        assert_eq!(detected(start), Format::Mp4);
    }
    let late: Vec<u8> = [b"\0\0\0\x08skip".as_slice(), &other::ftyp(b"qt  ", &[])].concat();
    assert_eq!(detected(&late), Format::Mov);
    assert_eq!(detected(&other::ftyp(b"3gp4", &[b"3gp4"])), Format::ThreeGp);
}

#[test]
fn webm_by_doc_type() {
    let file = |doc_type: &[u8; 4]| [b"\x1a\x45\xdf\xa3\x87\x42\x82\x84".as_slice(), doc_type].concat();
    assert_eq!(detected(&file(b"webm")), Format::WebM);
    // With a damaged DocType it is still WebM, and its walker reports the damage.
    assert_eq!(detected(&file(b"0000")), Format::WebM);
}

#[test]
fn wave_in_every_wrapping() {
    for id in [b"RIFF", b"RIFX", b"RF64", b"BW64"] {
        assert_eq!(detected(&[id.as_slice(), b"\xff\xff\xff\xffWAVEfmt \x10\0\0\0"].concat()), Format::Wav);
    }
    assert_eq!(detected(b"RIFF\0\0\0\0JUNK\0\0\0\0\0\0"), Format::Unknown);
}

/// Frames of layer III, 32 kbit/s, 48,000 Hz, mono.
fn mp3(frames: usize) -> Vec<u8> {
    let mut frame = b"\xff\xfb\x14\xc4".to_vec();
    frame.resize(96, 0);
    frame.repeat(frames)
}

#[test]
fn mp3_at_the_beginning_after_tags_and_after_junk() {
    assert_eq!(detected(&mp3(1)), Format::Mp3);
    assert_eq!(detected(&mp3(2)), Format::Mp3);
    assert_eq!(detected(&[other::id3(100), mp3(2)].concat()), Format::Mp3);
    assert_eq!(detected(&[other::id3(100), other::id3(20), mp3(2)].concat()), Format::Mp3);
    assert_eq!(detected(&[vec![0; 5000], mp3(5)].concat()), Format::Mp3);
    let junk: Vec<u8> = (0..3000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_eq!(detected(&[junk.clone(), mp3(6)].concat()), Format::Mp3);
    assert_eq!(detected(&junk), Format::Unknown);
    // A tag before unknown bytes: ID3 means MP3.
    assert_eq!(detected(&other::id3(100)), Format::Mp3);
    assert_eq!(detected(&[other::id3(100), other::mp2(3)].concat()), Format::Mp2);
}

#[test]
fn a_name_decides_if_the_bytes_do_not() {
    let named = |bytes: &[u8], promised: &str| {
        let facts = probe_as(&mut Bytes::of_slice(bytes), Depth::Full, Format::from_extension(promised));
        facts.expect("memory cannot fail")
    };
    // One family of formats, which the brand or the file name distinguishes.
    for brand in [b"M4A ", b"M4V ", b"isom", b"mp42"] {
        let file = other::ftyp(brand, &[]);
        for (name, format) in [("mp4", Format::Mp4), ("m4a", Format::M4a), ("m4v", Format::M4v), ("m4b", Format::M4a)] {
            assert_eq!(named(&file, name).format, format, "{brand:?} as {name}");
        }
        assert_eq!(named(&file, "mov").format, detected(&file));
    }
    assert_eq!(named(&other::ftyp(b"qt  ", &[]), "mp4").format, Format::Mov);
    // Noise in a file named as a picture is a damaged picture; known bytes win over the name.
    let noise = b"\x11\x23\x7d\x1d\x8d\x54\xc9\x44".repeat(40);
    for name in ["png", "jpg"] {
        let facts = named(&noise, name);
        assert_eq!((facts.format.extensions()[0], facts.is_corrupt()), (name, true));
        assert!(facts.faults[0].message.ends_with("begins with 11 23 7d 1d"), "{}", facts.faults[0].message);
        assert_eq!(named(b"GIF89a\x01\0\x01\0", name).format, Format::Gif);
        assert_eq!(named(b"some text", name).format, Format::Text);
    }
    // MPEG audio has no signature, only frame headers.
    assert_eq!(named(&noise, "mp3").format, Format::Unknown);
    let header = [&noise[..], b"\xff\xfb\x14\xc4", &noise[..]].concat();
    assert_eq!((named(&header, "mp3").format, named(&header, "mp3").is_corrupt()), (Format::Mp3, true));
    assert_eq!((named(&header, "wav").format, detected(&header)), (Format::Unknown, Format::Unknown));
    let tagged = [&noise[..], b"TAG", &[0; 125]].concat();
    assert_eq!(detected(&tagged), Format::Mp3);
}

#[test]
fn mp4_whose_first_box_lost_its_name() {
    let damaged = |kind: &[u8; 4], next: &[u8; 4]| {
        [&[0, 0, 0, 16][..], kind, b"isom\0\0\x02\0", b"\0\0\x01\0", next, &[0; 300]].concat()
    };
    assert_eq!(detected(&damaged(b"\x99typ", b"moov")), Format::Mp4);
    assert_eq!(detected(&damaged(b"ftyq", b"mdat")), Format::Mp4);
    assert_eq!(detected(&damaged(b"ftyq", b"data")), Format::Unknown);
}

#[test]
fn recognised_files_are_not_searched_for_frames() {
    // Tables in fonts and programs contain bytes that look like frames.
    assert_eq!(detected(&[b"\0\x01\0\0\0\x10".to_vec(), vec![1; 2000], mp3(6)].concat()), Format::Unknown);
    assert_eq!(detected(&[b"\x7fELF\x02\x01\x01\0".to_vec(), vec![1; 2000], mp3(6)].concat()), Format::Unknown);
    // Two matching headers may be a coincidence in a small file.
    assert_eq!(detected(&[vec![1, 2, 3, 0], mp3(2)].concat()), Format::Unknown);
    assert_eq!(detected(&[vec![1, 2, 3, 0], mp3(3)].concat()), Format::Mp3);
}

#[test]
fn mp3_of_a_free_bit_rate() {
    let mut frame = b"\xff\xfb\x04\xc4".to_vec();
    frame.resize(500, 1);
    assert_eq!(detected(&frame.repeat(4)), Format::Mp3);
    // With padding in every other frame, after junk.
    let mut padded = frame.clone();
    padded[2] |= 2;
    padded.push(1);
    assert_eq!(detected(&[vec![1; 300], [frame, padded].concat().repeat(4)].concat()), Format::Mp3);
    // Layers I and II never use a free bit rate: this is quiet raw sound that repeats.
    let mut quiet = b"\xff\xfd\0\0".to_vec();
    quiet.resize(96, 0);
    assert_eq!(detected(&[vec![1; 30], quiet.repeat(50)].concat()), Format::Unknown);
}

#[test]
fn pdf_header_within_the_first_1024_bytes() {
    assert_eq!(detected(b"%PDF-1.7\n"), Format::Pdf);
    let behind = |count: usize| [vec![b'\n'; count], b"%PDF-1.4\n".to_vec(), vec![b'\n'; 2000]].concat();
    assert_eq!(detected(&behind(1023)), Format::Pdf);
    assert_eq!(detected(&behind(1024)), Format::Text);
}

#[test]
fn subtitles_in_every_encoding() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nGrüße\n";
    let wide = |big: bool| {
        text.encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect::<Vec<_>>()
    };
    let latin: Vec<u8> = text.chars().map(|character| character as u8).collect();
    for bytes in [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        [b"\xff\xfe".to_vec(), wide(false)].concat(),
        [b"\xfe\xff".to_vec(), wide(true)].concat(),
        wide(false),
        wide(true),
        latin,
        text.replace('\n', "\r").into_bytes(),
    ] {
        assert_eq!(detected(&bytes), Format::Srt, "{bytes:?}");
    }
}

#[test]
fn subtitles_that_are_broken_or_look_odd() {
    for text in [
        "00:00:01,000 --> 00:00:02,000\nno counter",
        "some text\n00:00:01,000 --> 00:00:02,000",
        "1\n00:00:01 --> 00:00:02\nno milliseconds",
        "\n\n1\n0:0:1.5 --> 0:0:2.5\nshort",
        "1\n00:01,000 --> 00:02,000\nno hours",
        "1\n00:00:01,000 --> 00:00:02,000",
    ] {
        assert_eq!(detected(text.as_bytes()), Format::Srt, "{text:?}");
    }
    for text in ["1", "1\nsome text", "a --> b", "some text --> 00:00:01,000"] {
        assert_eq!(detected(text.as_bytes()), Format::Text, "{text:?}");
    }
    let page = "Subtitles look so:\n\n# Example\nfirst a counter\nthen a time\nthen a text\n\n1\n00:00:01,000 --> 00:00:02,000\nHi\n";
    assert_eq!(detected(page.as_bytes()), Format::Text);
}

#[test]
fn mutated_bytes_are_recognised_in_bounded_time() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for other::Sample { bytes, .. } in other::samples() {
        for cut in 0..bytes.len() {
            detected(&bytes[..cut]);
        }
        for _ in 0..200 {
            let mut bytes = bytes.clone();
            for _ in 0..3 {
                let at = random() as usize % bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random() as u8;
                }
            }
            detected(&bytes);
        }
    }
    // Sync bits everywhere give the maximum of candidates.
    let started = BusyClock::start();
    for pattern in [
        b"\xff\xfb\x04\xc4".as_slice(),
        b"\xff\xfb\x14\xc4",
        b"\xff",
        b"\xff\xf1\x50\x40\x00\xff",
        b"ID3\x03\0\0\0\0\0\0",
    ] {
        detected(&pattern.repeat(1 << 18));
        detected(&[b"\0\0\x01\x02".as_slice(), &pattern.repeat(1 << 18)].concat());
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

/// The level on real files; it may only rise.
#[test]
fn real_files_are_recognised() {
    let Some(folder) = common::corpus() else { return };
    let folder = folder.join("media");
    let truth = std::fs::read(folder.join("truth.csv")).expect("the truth");
    let truth = String::from_utf8_lossy(&truth);
    let (mut inside, mut inside_right, mut outside, mut refused, mut named) = (0, 0, 0, 0, 0);
    let mut wrong = Vec::new();
    for line in truth.lines().skip(1) {
        // The used columns come before those that may be quoted.
        let fields: Vec<&str> = line.split(',').collect();
        let &[file, format, in_scope, _, verdict, ..] = fields.as_slice() else { continue };
        if verdict == "disputed" || line.contains("ambiguous") {
            continue;
        }
        let opened = File::open(folder.join("files").join(file)).expect("a file");
        let found = sniff(&mut Bytes::of_file(&opened).expect("opened")).expect("read");
        let right = found.name() == format;
        if in_scope == "yes" {
            inside += 1;
            inside_right += usize::from(right);
        } else {
            outside += 1;
            refused += usize::from(!found.is_walked());
            named += usize::from(right);
        }
        if !right {
            wrong.push(format!("{file}: {format}, recognised as {}", found.name()));
        }
    }
    eprintln!("{}", wrong.join("\n"));
    assert!(inside > 1500 && outside > 200, "the corpus has shrunk: {inside}, {outside}");
    assert!(inside_right * 1000 >= inside * 992, "{inside_right} of {inside} in scope are right");
    assert!(refused * 1000 >= outside * 995, "{refused} of {outside} outside are refused");
    assert!(named * 100 >= outside * 98, "{named} of {outside} outside are recognised by name");
}
