//! Tests of the PNG walker: generated files, intact and damaged, and the corpus.

use crate::common;
use std::time::Duration;

use common::busy::BusyClock;
use common::look::{codes, full as facts, look, one};
use common::make::png::{Chunk, Color, Png, SIGNATURE, exif, find, join, seal, zlib};
use common::{measure, mutate};
use heylint::media::{Bytes, Damage, Depth, Dimensions, Format, probe};

#[track_caller]
fn corrupt(png: &[u8], code: &str, message: &str, effect: &str) {
    one(png, Format::Png, Damage::Corrupt, code, message, effect);
}

#[track_caller]
fn malformed(png: &[u8], code: &str, message: &str) {
    one(png, Format::Png, Damage::Malformed, code, message, "");
}

fn noisy() -> Png {
    Png { noise: true, idat: 4000, ..Png::new(40, 100) }
}

#[test]
fn every_kind_of_pixel_is_walked() {
    let kinds: &[(Color, &[u8])] = &[
        (Color::Grey, &[1, 2, 4, 8, 16]),
        (Color::Rgb, &[8, 16]),
        (Color::Palette, &[1, 2, 4, 8]),
        (Color::GreyAlpha, &[8, 16]),
        (Color::Rgba, &[8, 16]),
    ];
    for &(color, depths) in kinds {
        for &depth in depths {
            for interlaced in [false, true] {
                for (width, height) in [(1, 1), (3, 2), (9, 17), (33, 5)] {
                    let png = Png { color, depth, interlaced, noise: true, idat: 50, ..Png::new(width, height) };
                    let facts = facts(&png.bytes());
                    assert_eq!(codes(&facts), [], "{png:?}");
                    assert_eq!(facts.dimensions, Some(Dimensions::new(width, height)));
                    assert_eq!(facts.stored, facts.dimensions);
                    assert!(!facts.animated);
                }
            }
        }
    }
}

#[test]
fn a_large_plain_picture_is_small_and_quick() {
    let png = Png { color: Color::Grey, ..Png::new(4096, 4096) }.bytes();
    assert!(png.len() < 100_000, "{}", png.len());
    assert_eq!(codes(&facts(&png)), []);
}

#[test]
fn orientation_turns_the_shown_size_only() {
    for orientation in 0..=9 {
        let png = Png { orientation: Some(orientation), ..Png::new(30, 20) }.bytes();
        for depth in [Depth::Header, Depth::Full] {
            let facts = look(&png, depth);
            let turned = (5..=8).contains(&orientation);
            let shown = if turned { Dimensions::new(20, 30) } else { Dimensions::new(30, 20) };
            assert_eq!((facts.dimensions, facts.stored), (Some(shown), Some(Dimensions::new(30, 20))), "{orientation}");
        }
    }
}

#[test]
fn the_header_is_enough_at_depth_header() {
    let mut png = noisy().bytes();
    png.truncate(200);
    let facts = look(&png, Depth::Header);
    assert_eq!(facts.dimensions, Some(Dimensions::new(40, 100)));
    assert_eq!(codes(&facts), []);
}

#[test]
fn a_cut_names_the_chunk_and_the_missing_rows() {
    let png = noisy().bytes();
    let third = find(&png, b"IDAT", 2);
    corrupt(
        &png[..third + 1000],
        "truncated",
        "the IDAT chunk at 8,057 claims 4,000 bytes of data, but the file ends after 992",
        "the lower ",
    );
    corrupt(&png[..third], "truncated", "the file ends at 8,057 without an IEND chunk", "% of the picture is missing");
    corrupt(&png[..png.len() - 12], "truncated", "without an IEND", "the picture is complete");
    corrupt(&png[..png.len() - 2], "truncated", "the file ends inside its CRC-32", "the picture is complete");
    corrupt(&png[..20], "truncated", "the IHDR chunk at 8", "nothing");
    corrupt(&png[..8], "truncated", "the file ends at 8", "nothing");
    corrupt(&png[..5], "signature", "the file ends inside it", "");
}

#[test]
fn a_cut_of_an_interlaced_picture_costs_resolution() {
    let png = Png { interlaced: true, ..noisy() }.bytes();
    let at = png.len() / 2;
    corrupt(&png[..at], "truncated", "IDAT", "it ends in pass 6 of 7, and 50 % of its pixels");
}

#[test]
fn every_cut_is_reported_once() {
    let png = Png { noise: true, idat: 100, ..Png::new(9, 9) }.bytes();
    for cut in 8..png.len() {
        let facts = facts(&png[..cut]);
        assert_eq!(codes(&facts), [(Damage::Corrupt, "truncated")], "cut at {cut}");
    }
}

#[test]
fn text_transfer_shows_in_the_signature() {
    let png = noisy().bytes();
    let text = |from: &[u8], to: &[u8]| -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = &png[..];
        while !rest.is_empty() {
            if rest.starts_with(from) {
                out.extend(to);
                rest = &rest[from.len()..];
            } else {
                out.push(rest[0]);
                rest = &rest[1..];
            }
        }
        out
    };
    corrupt(&text(b"\r\n", b"\n"), "signature", "CR LF was converted to LF", "no decoder");
    corrupt(&text(b"\n", b"\r\n"), "signature", "LF was converted to CR LF", "");
    let stripped: Vec<u8> = png.iter().map(|byte| byte & 0x7f).collect();
    corrupt(&stripped, "signature", "7-bit", "");
    let mut flipped = png.clone();
    flipped[1] ^= 1;
    corrupt(&flipped, "signature", "some of its bytes were changed", "");
    assert_eq!(facts(&flipped).stored, Some(Dimensions::new(40, 100)));
}

#[test]
fn a_checksum_reveals_a_changed_byte() {
    let whole = noisy();
    let png = whole.bytes();
    let mut broken = png.clone();
    broken[find(&png, b"IDAT", 1) + 500] ^= 4;
    corrupt(&broken, "crc", "the CRC-32 of the IDAT chunk at 4,045", "decoders stop there: the lower 67 %");
    let mut broken = png.clone();
    broken[find(&png, b"IHDR", 0) + 8 + 3] ^= 1;
    corrupt(&broken, "crc", "the CRC-32 of the IHDR chunk at 8", "nothing");
    let mut broken = png.clone();
    let end = broken.len();
    broken[end - 1] ^= 1;
    malformed(&broken, "iend-crc", "IEND");
    // A wrong chunk length breaks the chain, and the checksum does not match.
    let mut broken = png.clone();
    broken[find(&png, b"IDAT", 1) + 3] ^= 4;
    corrupt(&broken, "chunk-chain", "the chain breaks at the IDAT chunk at 4,045", "the lower 67 %");
    // A changed chunk type in the middle of the image data.
    let mut broken = png.clone();
    broken[find(&png, b"IDAT", 1) + 4] ^= 0x20;
    corrupt(&broken, "crc", "the CRC-32 of the iDAT chunk at 4,045", "the lower 67 %");
    let mut broken = png.clone();
    broken[find(&png, b"IDAT", 1) + 5] ^= 0x01;
    corrupt(&broken, "critical-unknown", "the critical chunk IEAT at 4,045", "the lower 67 %");
    let mut broken = png;
    let at = find(&broken, b"IDAT", 1);
    broken[at..at + 300].fill(0);
    corrupt(&broken, "chunk-chain", "no chunk begins at 4,045", "the lower 67 %");
}

#[test]
fn checksums_of_other_chunks() {
    let note = Chunk::new(b"tEXt", *b"Title\0a note");
    let before = Png { before_data: vec![note.clone()], ..noisy() }.bytes();
    let mut broken = before.clone();
    broken[find(&before, b"tEXt", 0) + 10] ^= 1;
    corrupt(&broken, "crc", "the CRC-32 of the tEXt chunk at 33", "strict decoders");
    let after = Png { after_data: vec![note], ..noisy() }.bytes();
    let mut broken = after.clone();
    broken[find(&after, b"tEXt", 0) + 10] ^= 1;
    malformed(&broken, "ancillary-crc", "the CRC-32 of the tEXt chunk");
    let clear = Png { before_data: vec![Chunk::new(b"tRNS", [0; 6])], ..noisy() }.bytes();
    let mut broken = clear.clone();
    broken[find(&clear, b"tRNS", 0) + 10] ^= 1;
    corrupt(&broken, "crc", "tRNS", "transparency is lost");
}

#[test]
fn header_fields_must_be_in_range() {
    let with = |at: usize, value: u8| {
        let mut png = Png::new(3, 3).bytes();
        png[16 + at] = value;
        seal(&mut png, 8);
        png
    };
    corrupt(&with(0, 0x80), "ihdr", "a size of 2147483651×3, with an edge outside 1 to 2,147,483,647", "nothing");
    corrupt(&with(7, 0), "ihdr", "a size of 3×0", "nothing");
    corrupt(&with(8, 4), "ihdr", "a bit depth of 4, which its colour type 2 does not allow", "nothing");
    corrupt(&with(9, 5), "ihdr", "a colour type of 5", "nothing");
    corrupt(&with(10, 1), "ihdr", "a compression method of 1", "nothing");
    corrupt(&with(11, 64), "ihdr", "a filter method of 64", "nothing");
    corrupt(&with(12, 2), "ihdr", "an interlace method of 2", "nothing");
    let mut changed = Png::new(3, 3).bytes();
    changed[16 + 9] = 7;
    corrupt(&changed, "ihdr", "its CRC-32 does not match either", "nothing");
    let mut chunks = Png::new(3, 3).chunks();
    chunks.swap(0, 1);
    corrupt(&join(&chunks), "ihdr", "the first chunk is IDAT, not IHDR", "nothing");
    chunks.swap(0, 1);
    chunks.insert(1, chunks[0].clone());
    corrupt(&join(&chunks), "ihdr-repeated", "a second IHDR is at 33", "stop");
    chunks[0].data.push(0);
    corrupt(&join(&chunks), "ihdr", "14 bytes of data, not 13", "nothing");
}

#[test]
fn palettes() {
    let png = Png { color: Color::Palette, depth: 2, ..Png::new(5, 5) };
    let mut chunks = png.chunks();
    let palette = chunks.remove(1);
    corrupt(&join(&chunks), "plte-missing", "no PLTE chunk comes before them", "nothing");
    chunks.insert(2, palette.clone());
    assert_eq!(codes(&facts(&join(&chunks)))[0], (Damage::Corrupt, "plte-missing"));
    let mut chunks = png.chunks();
    chunks[1].data.push(0);
    corrupt(&join(&chunks), "plte", "has 13 bytes of data", "stop");
    chunks[1].data.extend([0, 0]);
    malformed(&join(&chunks), "plte", "has 5 colours, more than 2 bits can address");
    chunks.insert(1, palette.clone());
    assert_eq!(codes(&facts(&join(&chunks)))[0], (Damage::Corrupt, "plte"));
    let grey = Png { color: Color::Grey, before_data: vec![palette.clone()], ..Png::new(5, 5) };
    malformed(&grey.bytes(), "plte", "although the pixels are grey");
    let suggested = Png { before_data: vec![palette], ..Png::new(5, 5) };
    assert_eq!(codes(&facts(&suggested.bytes())), []);
}

fn with_stream(stream: Vec<u8>) -> Vec<u8> {
    let mut chunks = noisy().chunks();
    chunks.retain(|chunk| chunk.kind != *b"IDAT");
    chunks.insert(1, Chunk::new(b"IDAT", stream));
    join(&chunks)
}

#[test]
fn faults_inside_the_image_data() {
    let rows = noisy().rows();
    let mut wrong = rows.clone();
    wrong[121 * 70] = 5;
    corrupt(&with_stream(zlib(&wrong)), "filter", "row 70 of the image data has the filter type 5", "the lower 30 %");
    corrupt(&with_stream(zlib(&rows[..121 * 90])), "rows-missing", "end before the last row", "the lower 10 %");
    let whole = zlib(&rows);
    let cut = whole.len() / 2;
    corrupt(&with_stream(whole[..cut].to_vec()), "rows-missing", "end before the last row", "of 100 rows are present");
    corrupt(&with_stream(Vec::new()), "rows-missing", "end before", "nothing");
    let mut adler = whole.clone();
    *adler.last_mut().unwrap() ^= 1;
    corrupt(&with_stream(adler), "adler", "the Adler-32", "pixels differ");
    let mut broken = whole.clone();
    broken[1] ^= 0x40;
    corrupt(&with_stream(broken), "zlib", "cannot be inflated: incorrect header check", "nothing");
    let mut long = rows.clone();
    long.extend(&rows[..121 * 3]);
    malformed(&with_stream(zlib(&long)), "data-long", "continue after the last row");
    malformed(&with_stream([&whole[..], b"more"].concat()), "data-leftover", "bytes follow the zlib stream");
    malformed(&with_stream(whole[..whole.len() - 4].to_vec()), "zlib-open", "does not end");
    let mut chunks = noisy().chunks();
    chunks.retain(|chunk| chunk.kind != *b"IDAT");
    corrupt(&join(&chunks), "idat-missing", "no IDAT", "nothing");
}

#[test]
fn order_of_chunks() {
    let note = Chunk::new(b"tEXt", *b"Title\0a note");
    let mut chunks = noisy().chunks();
    chunks.insert(3, note);
    corrupt(&join(&chunks), "idat-apart", "the IDAT chunk at 8,081 is separated from those before it", "the lower ");
    let with = |before: Vec<Chunk>, after: Vec<Chunk>| {
        Png { color: Color::Palette, before_data: before, after_data: after, ..Png::new(4, 4) }.bytes()
    };
    let gamma = Chunk::new(b"gAMA", 45_455u32.to_be_bytes());
    malformed(&with(vec![gamma.clone()], vec![]), "chunk-order", "gAMA chunk at 813 comes after PLTE");
    malformed(&with(vec![], vec![Chunk::new(b"pHYs", [0; 9])]), "chunk-order", "comes after the image data");
    let twice = vec![Chunk::new(b"tIME", [0; 7]), Chunk::new(b"tIME", [0; 7])];
    malformed(&with(vec![], twice), "chunk-repeated", "a second time");
    malformed(&with(vec![Chunk::new(b"bKGD", [0; 6])], vec![]), "chunk-length", "has 6 bytes of data");
    corrupt(&with(vec![Chunk::new(b"pHYs", [])], vec![]), "chunk-short", "has 0 bytes of data", "strict decoders");
    let alpha = Png { color: Color::Rgba, before_data: vec![Chunk::new(b"tRNS", [0; 6])], ..Png::new(4, 4) };
    malformed(&alpha.bytes(), "trns-unwanted", "alpha");
    corrupt(&with(vec![Chunk::new(b"ABCD", [])], vec![]), "critical-unknown", "ABCD", "stop");
    assert_eq!(codes(&facts(&with(vec![Chunk::new(b"prVt", [1, 2, 3])], vec![Chunk::new(b"eXIf", exif(6))]))), []);
}

#[test]
fn bytes_after_the_end() {
    let mut png = noisy().bytes();
    let end = png.len();
    png.extend(b"more bytes");
    malformed(&png, "trailing-bytes", "10 bytes after IEND");
    assert_eq!(facts(&png).faults[0].offset, Some(end as u64));
    let mut chunks = noisy().chunks();
    chunks.last_mut().unwrap().data.push(0);
    malformed(&join(&chunks), "chunk-length", "IEND has 1 byte of data");
}

#[test]
fn apples_variant_is_named() {
    let mut chunks = Png::new(20, 10).chunks();
    chunks.insert(0, Chunk::new(b"CgBI", [0x50, 0, 0x20, 2]));
    let png = join(&chunks);
    corrupt(&png, "cgbi", "Apple's own variant", "only Apple's software");
    assert_eq!(facts(&png).dimensions, Some(Dimensions::new(20, 10)));
}

#[test]
fn animations() {
    let film = Png { frames: 3, idat: 1000, noise: true, ..Png::new(20, 20) };
    let whole = facts(&film.bytes());
    assert_eq!(codes(&whole), []);
    assert!(whole.animated);
    assert!(look(&film.bytes(), Depth::Header).animated);
    assert!(!facts(&Png { frames: 1, ..Png::new(4, 4) }.bytes()).animated);

    let mut chunks = film.chunks();
    let second = chunks.iter().rposition(|chunk| chunk.kind == *b"fdAT").unwrap();
    chunks[second].data[3] ^= 1;
    malformed(&join(&chunks), "animation", "fdAT has the sequence number 7, where 6 comes next");
    let mut chunks = film.chunks();
    chunks.remove(second);
    malformed(&join(&chunks), "animation", "the data of frame 3 end before its last row");
    let mut chunks = film.chunks();
    chunks[1].data[3] = 4;
    malformed(&join(&chunks), "animation", "acTL declares 4 frames, the animation has 3");
    let mut chunks = film.chunks();
    chunks[2].data[7] = 21;
    malformed(&join(&chunks), "animation", "frame 1 covers 21×20 at 0, 0, beyond the picture of 20×20");
}

#[test]
fn a_bomb_is_inflated_only_to_the_size_of_the_picture() {
    let bomb = zlib(&vec![0; 64 << 20]);
    let start = BusyClock::start();
    malformed(&with_stream([zlib(&noisy().rows()), bomb.clone()].concat()), "data-leftover", "bytes follow");
    let mut rows = noisy().rows();
    rows.resize(64 << 20, 0);
    malformed(&with_stream(zlib(&rows)), "data-long", "continue after");
    assert!(start.elapsed() < Duration::from_secs(10));
    // A size that fits into no memory, with a short stream.
    let mut huge = Png::new(3, 3).bytes();
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    seal(&mut huge, 8);
    corrupt(&huge, "rows-missing", "end before the last row", "nothing");
}

#[test]
fn no_damage_causes_a_panic() {
    let still = Png {
        noise: true,
        idat: 40,
        orientation: Some(6),
        before_data: vec![Chunk::new(b"gAMA", [0; 4])],
        ..Png::new(5, 7)
    };
    let film = Png { frames: 2, interlaced: true, color: Color::Palette, depth: 2, noise: true, ..Png::new(6, 3) };
    let start = BusyClock::start();
    for png in [still.bytes(), film.bytes()] {
        assert!(png.starts_with(&SIGNATURE));
        assert_eq!(codes(&facts(&png)), []);
        mutate::mutants(&png, 4000, |mutant| {
            let facts = facts(mutant);
            assert!(facts.faults.len() <= 32);
        });
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn the_corpus_agrees() {
    let Some(measure) = measure::measure("png", Depth::Full) else { return };
    assert_eq!((measure.corrupt, measure.valid), (67, 288), "not the corpus that was measured");
    assert!(measure.missed.is_empty(), "{:?}", measure.missed);
    assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
    assert_eq!(measure.malformed.len(), 0, "every fault on a valid file needs a reason");
    assert!(measure.missized.is_empty(), "{:?}", measure.missized);
}

#[test]
fn decoding_agrees_with_the_walk() {
    for interlaced in [false, true] {
        let png = Png { interlaced, ..noisy() }.bytes();
        assert_eq!(codes(&look(&png, Depth::Decode)), []);
        let file = common::file(&png);
        let facts = probe(&mut Bytes::of_file(&file).unwrap(), Depth::Decode).unwrap();
        assert_eq!((codes(&facts), facts.dimensions), (vec![], Some(Dimensions::new(40, 100))));
    }
    // The decoder does not report again what the walker has found.
    let png = noisy().bytes();
    assert_eq!(codes(&look(&png[..3000], Depth::Decode)), [(Damage::Corrupt, "truncated")]);
    // Rows are decoded one by one, so the size of the picture costs only time.
    let large = Png { color: Color::Grey, depth: 1, ..Png::new(8_000, 8_000) }.bytes();
    assert_eq!(look(&large, Depth::Decode).not_decoded, None);
    let larger = Png { color: Color::Grey, depth: 1, ..Png::new(10_000, 10_000) }.bytes();
    let facts = look(&larger, Depth::Decode);
    assert_eq!((codes(&facts), facts.not_decoded), (vec![], Some("it has more than 64 megapixels")));
}

#[test]
fn a_file_gives_the_facts_of_its_bytes_in_memory() {
    let png = Png { noise: true, idat: 700_000, ..Png::new(700, 700) }.bytes();
    for end in [png.len(), png.len() - 1, 900_000, 40] {
        let file = common::file(&png[..end]);
        let from_file = probe(&mut Bytes::of_file(&file).unwrap(), Depth::Full).unwrap();
        assert_eq!(from_file, facts(&png[..end]));
    }
}

#[test]
fn decoding_raises_no_alarm_in_the_corpus() {
    let Some(measure) = measure::measure("png", Depth::Decode) else { return };
    assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
}
