//! Tests of the JPEG walker: generated files, intact and damaged, and the corpus.

use crate::common;
use std::time::Duration;

use common::busy::BusyClock;
use common::look::{codes, full as facts, look, one};
use common::make::jpeg::{Jpeg, find, remove, scan_data};
use common::{measure, mutate};
use heylint::media::{Bytes, Damage, Depth, Dimensions, Format, probe};

#[track_caller]
fn corrupt(jpeg: &[u8], code: &str, message: &str, effect: &str) {
    one(jpeg, Format::Jpeg, Damage::Corrupt, code, message, effect);
}

#[track_caller]
fn malformed(jpeg: &[u8], code: &str, message: &str) {
    one(jpeg, Format::Jpeg, Damage::Malformed, code, message, "");
}

fn noisy() -> Jpeg {
    Jpeg { noise: true, ..Jpeg::new(250, 130) }
}

/// Inserts a segment after SOI.
fn with_segment(jpeg: &[u8], code: u8, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, code], &length, data, &jpeg[2..]].concat()
}

#[test]
fn every_kind_of_scan_is_walked() {
    for (width, height) in [(1, 1), (16, 16), (33, 17), (250, 130)] {
        for progressive in [false, true] {
            for (grey, cmyk) in [(false, false), (true, false), (false, true)] {
                for restart_interval in [0, 1, 3, 500] {
                    for noise in [false, true] {
                        let separate_scans = !progressive && restart_interval == 3;
                        let jpeg = Jpeg {
                            progressive,
                            grey,
                            cmyk,
                            restart_interval,
                            noise,
                            separate_scans,
                            ..Jpeg::new(width, height)
                        };
                        let facts = facts(&jpeg.bytes());
                        assert_eq!(codes(&facts), [], "{jpeg:?}");
                        let size = Dimensions::new(u32::from(width), u32::from(height));
                        assert_eq!((facts.dimensions, facts.stored), (Some(size), Some(size)));
                    }
                }
            }
        }
    }
}

#[test]
fn orientation_turns_the_shown_size_only() {
    for orientation in 0..=9 {
        let jpeg = Jpeg { orientation: Some(orientation), ..Jpeg::new(30, 20) }.bytes();
        for depth in [Depth::Header, Depth::Full] {
            let facts = look(&jpeg, depth);
            let turned = (5..=8).contains(&orientation);
            let shown = if turned { Dimensions::new(20, 30) } else { Dimensions::new(30, 20) };
            assert_eq!((facts.dimensions, facts.stored), (Some(shown), Some(Dimensions::new(30, 20))), "{orientation}");
            assert_eq!(codes(&facts), []);
        }
    }
}

#[test]
fn the_header_is_enough_at_depth_header() {
    let jpeg = noisy().bytes();
    let facts = look(&jpeg[..scan_data(&jpeg, 0) + 10], Depth::Header);
    assert_eq!(facts.dimensions, Some(Dimensions::new(250, 130)));
    assert_eq!(codes(&facts), []);
}

#[test]
fn a_cut_says_how_much_of_the_picture_is_missing() {
    let jpeg = noisy().bytes();
    let data = scan_data(&jpeg, 0);
    let middle = data + (jpeg.len() - data) / 2;
    corrupt(
        &jpeg[..middle],
        "truncated",
        "inside the scan, in MCU row 5 of 9",
        "the lower 56 % of the picture is missing",
    );
    corrupt(&jpeg[..data], "truncated", "inside the scan, in MCU row 1 of 9", "the whole picture is missing");
    corrupt(&jpeg[..data - 3], "truncated", "the SOS segment at", "nothing of the picture");
    corrupt(&jpeg[..100], "truncated", "", "nothing of the picture");
    corrupt(&jpeg[..2], "truncated", "the file ends at 2 without EOI", "nothing of the picture");
    corrupt(&jpeg[..jpeg.len() - 2], "eoi-missing", "without EOI", "the picture is complete");
    corrupt(&jpeg[..jpeg.len() - 1], "eoi-missing", "without EOI", "the picture is complete");
}

#[test]
fn a_cut_of_a_progressive_picture_costs_detail() {
    let jpeg = Jpeg { progressive: true, ..noisy() }.bytes();
    let second = scan_data(&jpeg, 1);
    corrupt(&jpeg[..second + 3000], "truncated", "inside scan 2, in block row", "fine detail of the lower");
    corrupt(
        &jpeg[..scan_data(&jpeg, 0) + 20],
        "truncated",
        "inside scan 1, in MCU row 1 of 9",
        "the whole picture is missing",
    );
    // Cut between two scans: the remaining detail is lost.
    corrupt(&jpeg[..find(&jpeg, 0xda, 3)], "truncated", "without EOI", "the scans there are lost");
    corrupt(&jpeg[..jpeg.len() - 2], "eoi-missing", "without EOI", "the picture is complete");
    // Every decoder shows a progressive picture without its last scans.
    let without = [&jpeg[..find(&jpeg, 0xda, 3)], b"\xff\xd9"].concat();
    assert_eq!(codes(&facts(&without)), []);
}

#[test]
fn every_cut_is_reported_once() {
    for progressive in [false, true] {
        let jpeg = Jpeg { noise: true, progressive, ..Jpeg::new(20, 20) }.bytes();
        for cut in 2..jpeg.len() {
            assert_eq!(facts(&jpeg[..cut]).faults.len(), 1, "cut at {cut}: {:?}", facts(&jpeg[..cut]).faults);
        }
    }
}

#[test]
fn damage_inside_a_scan_is_reported_once() {
    let jpeg = noisy().bytes();
    let data = scan_data(&jpeg, 0);
    let middle = data + (jpeg.len() - data) / 2;
    let mut broken = jpeg.clone();
    broken[middle..middle + 300].fill(0);
    let found = facts(&broken);
    assert_eq!(found.faults.len(), 1, "{:#?}", found.faults);
    assert!(found.is_corrupt());
    let mut broken = jpeg.clone();
    broken[middle..middle + 8].copy_from_slice(b"\xff\0\xff\0\xff\0\xff\0");
    corrupt(&broken, "scan-code", "the scan has a code near", "of the picture is damaged");
    let mut broken = jpeg;
    broken[middle..middle + 2].copy_from_slice(b"\xff\xd9");
    corrupt(&broken, "scan-short", "comes inside the scan, in MCU row 5 of 9", "the lower 56 %");
}

#[test]
fn restart_markers() {
    let jpeg = Jpeg { restart_interval: 16, ..noisy() }.bytes();
    let data = scan_data(&jpeg, 0);
    let marker = |code: u8| data + jpeg[data..].windows(2).position(|two| two == [0xff, code]).unwrap();
    let mut broken = jpeg.clone();
    broken[marker(0xd2) + 1] = 0xd5;
    corrupt(&broken, "scan-restart", "the scan has RST5 near", "restart marker");
    assert!(facts(&broken).faults[0].message.contains("where RST2 comes next, in MCU row 4 of 9"));
    let mut broken = jpeg.clone();
    broken.drain(marker(0xd1)..marker(0xd2));
    corrupt(&broken, "scan-restart", "RST2", "restart marker");
    let mut broken = jpeg.clone();
    let at = marker(0xd3);
    broken.splice(at..at, [0x41; 40]);
    corrupt(&broken, "scan-restart", "the scan has 40 bytes too many before the restart marker", "restart marker");
    // Without DRI, the first restart marker is unexpected.
    let mut broken = jpeg;
    remove(&mut broken, 0xdd, 0);
    corrupt(&broken, "scan-short", "RST0", "missing");
}

#[test]
fn scan_data_that_do_not_match_the_size() {
    let jpeg = noisy().bytes();
    let frame = find(&jpeg, 0xc0, 0);
    let mut higher = jpeg.clone();
    higher[frame + 5..frame + 7].copy_from_slice(&260u16.to_be_bytes());
    corrupt(&higher, "scan-short", "EOI at", "the lower 47 % of the picture is missing");
    let mut lower = jpeg.clone();
    lower[frame + 5..frame + 7].copy_from_slice(&100u16.to_be_bytes());
    corrupt(&lower, "scan-long", "bytes of data left over after the last block", "garbled");
    // Some writers pad with a few zeros.
    let mut padded = jpeg.clone();
    let end = padded.len() - 2;
    padded.splice(end..end, [0; 6]);
    malformed(&padded, "scan-long", "6 bytes of data left over after the last block of scan 1");
    let mut none = jpeg.clone();
    none[frame + 5..frame + 7].fill(0);
    let found = facts(&none);
    assert_eq!(codes(&found), [(Damage::Corrupt, "height-zero")]);
    assert_eq!(found.stored, None);
    // The height is in DNL, after the scan.
    let end = none.len() - 2;
    none.splice(end..end, *b"\xff\xdc\0\x04\0\x82");
    let found = facts(&none);
    assert_eq!(codes(&found), [(Damage::Corrupt, "height-zero")]);
    assert_eq!(found.stored, Some(Dimensions::new(250, 130)));
}

#[test]
fn headers_that_decoders_refuse() {
    let jpeg = noisy().bytes();
    let frame = find(&jpeg, 0xc0, 0);
    let scan = find(&jpeg, 0xda, 0);
    let with = |at: usize, value: u8| {
        let mut copy = jpeg.clone();
        copy[at] = value;
        copy
    };
    one(&with(frame + 4, 12), Format::Jpeg, Damage::Unsupported, "precision", "the samples have 12 bits", "refuse");
    corrupt(&with(frame + 4, 9), "segment", "a sample precision of 9 bits", "nothing");
    corrupt(&with(frame + 9, 0), "segment", "which do not fit 0 components", "nothing");
    corrupt(&with(frame + 9, 9), "segment", "which do not fit 9 components", "nothing");
    corrupt(&with(frame + 11, 0x51), "segment", "sampling factors of 5×1 for component 1", "nothing");
    corrupt(&with(frame + 11, 0x44), "scan-header", "more than 10 blocks in an MCU", "nothing");
    corrupt(&with(frame + 12, 2), "scan-header", "wants the quantisation table 2", "nothing");
    corrupt(&with(scan + 5, 9), "scan-header", "has component 9, which the frame does not have", "nothing");
    corrupt(&with(scan + 6, 0x22), "scan-header", "wants the DC table 2, which no DHT segment defines", "nothing");
    malformed(&with(scan + 12, 0), "scan-parameters", "of a progressive scan");
    corrupt(&with(find(&jpeg, 0xc4, 0) + 5, 200), "segment", "Huffman codes but does not contain them", "nothing");
    corrupt(&with(find(&jpeg, 0xc4, 0) + 4, 0x25), "segment", "defines the Huffman table 5 of class 2", "nothing");
    corrupt(&with(find(&jpeg, 0xdb, 0) + 4, 4), "segment", "defines the quantisation table 4", "nothing");
    corrupt(&with(find(&jpeg, 0xdb, 0) + 3, 1), "segment-length", "claims 1 byte,", "nothing");
    corrupt(&with(frame + 1, 0x52), "marker-unknown", "the marker FF52 at", "nothing");
    let mut twice = jpeg.clone();
    let header = jpeg[frame..find(&jpeg, 0xc4, 0)].to_vec();
    twice.splice(frame..frame, header);
    corrupt(&twice, "segment", "is a second frame header", "nothing");
    let mut none = jpeg.clone();
    remove(&mut none, 0xc0, 0);
    corrupt(&none, "scan-header", "comes before a frame header", "nothing");
    corrupt(&[&jpeg[..scan], b"\xff\xd9"].concat(), "scan-missing", "comes before any scan", "nothing");
    let symbols = find(&jpeg, 0xc4, 0) + 21;
    corrupt(&with(symbols, 16), "scan-header", "wants the DC table 0, which has sizes above 15", "nothing");
    let mut short = jpeg.clone();
    short.remove(find(&jpeg, 0xdb, 0) + 30);
    short[find(&jpeg, 0xdb, 0) + 3] -= 1;
    corrupt(&short, "segment", "is too short for the quantisation table 0", "nothing");
    let mut overflow = jpeg.clone();
    let table = find(&jpeg, 0xc4, 0) + 5;
    overflow[table..table + 2].copy_from_slice(&[3, 0]);
    overflow[table + 2] = 3;
    corrupt(&overflow, "scan-header", "wants the DC table 0, whose codes overflow", "nothing");
}

#[test]
fn a_missing_component_costs_the_colours() {
    let jpeg = Jpeg { separate_scans: true, ..noisy() }.bytes();
    let cut = [&jpeg[..find(&jpeg, 0xda, 2)], b"\xff\xd9"].concat();
    corrupt(&cut, "component-missing", "component 3 of 3 has no scan", "colours");
    let third = scan_data(&jpeg, 2);
    corrupt(&jpeg[..third + 500], "truncated", "inside scan 3", "the colours of the lower");
}

#[test]
fn faults_that_decoders_tolerate_are_malformed() {
    let jpeg = noisy().bytes();
    malformed(&[&jpeg[..], b"x"].concat(), "trailing-bytes", "1 byte after EOI");
    malformed(&[&jpeg[..], &[0; 500], b"x"].concat(), "trailing-bytes", "501 bytes after EOI");
    for padding in [&[0; 500][..], b"\0", b"\xff", b"\n", b"\r\n"] {
        assert_eq!(codes(&facts(&[&jpeg[..], padding].concat())), [], "{padding:?}");
    }
    let mut stray = jpeg.clone();
    let at = find(&jpeg, 0xdb, 0);
    stray.splice(at..at, *b"stray");
    malformed(&stray, "stray-bytes", "stray data between segments: 5 bytes at 20");
    let mut filled = jpeg.clone();
    filled.splice(at..at, [0xff; 7]);
    assert_eq!(codes(&facts(&filled)), []);
    let mut filled = jpeg.clone();
    let end = jpeg.len() - 2;
    filled.splice(end..end, [0xff; 7]);
    assert_eq!(codes(&facts(&filled)), []);
    malformed(
        &with_segment(&jpeg[..], 0xe5, b"")
            .iter()
            .enumerate()
            .map(|(n, &b)| if n == 5 { 0 } else { b })
            .collect::<Vec<_>>(),
        "segment-short",
        "claims 0 bytes",
    );
    let plain = Jpeg { no_tables: true, grey: true, ..Jpeg::new(64, 64) }.bytes();
    malformed(&plain, "dht-missing", "no DHT segment defines the Huffman tables");
    let progressive = Jpeg { no_tables: true, progressive: true, ..Jpeg::new(64, 64) }.bytes();
    corrupt(&progressive, "scan-header", "wants the DC table 0, which no DHT segment defines", "nothing");
    let scans = Jpeg { progressive: true, ..noisy() }.bytes();
    let second = find(&scans, 0xda, 1);
    let mut holed = scans.clone();
    holed.splice(second..second, [&b"\xff\xfe\0\x02"[..], &[b'x'; 5_000]].concat());
    corrupt(&holed, "scan-lost", "stray data between segments: 5,000 bytes", "detail or colour");
    corrupt(&[b"\xff\xd8abc", &jpeg[2..]].concat(), "stray-start", "3 bytes at 2", "first three bytes");
}

#[test]
fn a_second_picture_after_the_first() {
    let jpeg = noisy().bytes();
    let two = |first: &[u8]| [first, &jpeg[..]].concat();
    malformed(&two(&jpeg), "trailing-bytes", "bytes after EOI");
    let announced = with_segment(&jpeg, 0xe2, b"MPF\0MM\0*\0\0\0\x08");
    assert_eq!(codes(&facts(&two(&announced))), []);
    malformed(&[&announced[..], b"no picture"].concat(), "trailing-bytes", "10 bytes after EOI");
    let mut inside = jpeg.clone();
    inside.splice(2..2, *b"\xff\xd8");
    corrupt(&inside, "soi-repeated", "a second SOI is at 2", "stop");
}

#[test]
fn codings_that_few_decoders_know_are_malformed() {
    let jpeg = noisy().bytes();
    let frame = find(&jpeg, 0xc0, 0);
    let lossless = "the picture has lossless coding";
    let arithmetic = "the picture has arithmetic coding";
    for (code, name, message) in
        [(0xc3, "lossless", lossless), (0xc9, "arithmetic", arithmetic), (0xca, "arithmetic", arithmetic)]
    {
        let mut other = jpeg.clone();
        other[frame + 1] = code;
        let data = scan_data(&other, 0);
        other[data..data + 200].fill(0x55);
        malformed(&other, name, message);
        // A missing end is found too, even if only EOI is missing.
        for end in [data + 100, other.len() - 2] {
            let found = facts(&other[..end]);
            assert_eq!(codes(&found), [(Damage::Malformed, name), (Damage::Corrupt, "truncated")]);
            assert!(found.faults[1].message.contains("without EOI"), "{found:?}");
        }
    }
}

#[test]
fn a_declared_size_costs_neither_time_nor_memory() {
    let start = BusyClock::start();
    for progressive in [false, true] {
        let mut jpeg = Jpeg { progressive, ..Jpeg::new(64, 64) }.bytes();
        let frame = find(&jpeg, if progressive { 0xc2 } else { 0xc0 }, 0);
        jpeg[frame + 5..frame + 9].fill(0xff);
        corrupt(&jpeg, "scan-short", "in MCU row 1 of 4,096", "the whole picture is missing");
    }
    // Hundreds of scans in which three bytes end 32,767 blocks, over the maximum of tracked blocks.
    let mut jpeg = Jpeg { progressive: true, grey: true, ..Jpeg::new(2048, 2048) }.bytes();
    let refine = find(&jpeg, 0xda, 3);
    let scan = jpeg[refine..jpeg.len() - 2].to_vec();
    jpeg.truncate(refine);
    for _ in 0..2000 {
        jpeg.extend(&scan);
    }
    jpeg.extend([0xff, 0xd9]);
    assert_eq!(codes(&facts(&jpeg)), []);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn no_damage_causes_a_panic() {
    let kinds = [
        Jpeg { orientation: Some(6), restart_interval: 2, ..Jpeg::new(33, 17) },
        Jpeg { progressive: true, ..Jpeg::new(20, 9) },
        Jpeg { progressive: true, grey: true, restart_interval: 1, ..Jpeg::new(20, 20) },
        Jpeg { separate_scans: true, cmyk: true, ..Jpeg::new(9, 9) },
    ];
    let start = BusyClock::start();
    for kind in kinds {
        let jpeg = Jpeg { noise: true, ..kind }.bytes();
        assert_eq!(codes(&facts(&jpeg)), []);
        mutate::mutants(&jpeg, 3000, |mutant| {
            let facts = facts(mutant);
            assert!(facts.faults.len() <= 32);
        });
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn the_corpus_agrees() {
    let Some(measure) = measure::measure("jpeg", Depth::Full) else { return };
    assert_eq!((measure.corrupt, measure.valid), (43, 253), "not the corpus that was measured");
    assert!(measure.missed.is_empty(), "{:?}", measure.missed);
    assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
    // Two use lossless or arithmetic coding; the others have data after EOI: thumbnails, maker notes.
    assert!(measure.malformed.len() <= 11, "{:?}", measure.malformed);
    assert!(measure.missized.is_empty(), "{:?}", measure.missized);
}

#[test]
fn scans_and_components_that_decoders_refuse() {
    let jpeg = noisy().bytes();
    let scan = find(&jpeg, 0xda, 0);
    let mut order = jpeg.clone();
    order.swap(scan + 5, scan + 7);
    order.swap(scan + 6, scan + 8);
    corrupt(&order, "scan-order", "names the components in another order", "wrong colours");
    // The frame header loses its last component.
    let mut two = jpeg.clone();
    let frame = find(&jpeg, 0xc0, 0);
    (two[frame + 3], two[frame + 9]) = (14, 2);
    two.drain(frame + 16..frame + 19);
    corrupt(&two, "components", "the picture has 2 components", "refuse");
}

#[test]
fn a_few_extra_bytes_after_complete_codes_do_no_damage() {
    let jpeg = noisy().bytes();
    let end = jpeg.len() - 2;
    for (left_over, harmless) in [(&b"\x49"[..], true), (b"\x49\x12\x9a\x3c", true), (b"\x49\x12\x9a\x3c\x51", false)] {
        let file = [&jpeg[..end], left_over, &jpeg[end..]].concat();
        let damage = if harmless { Damage::Malformed } else { Damage::Corrupt };
        assert_eq!(codes(&facts(&file)), [(damage, "scan-long")], "{left_over:?}");
    }
    // If the last byte is not padded with ones, a code was changed.
    let mut open = jpeg.clone();
    let filled = (0..8).find(|bits| open[end - 1] >> bits & 1 == 0).expect("a byte of codes");
    assert!(filled > 0, "the maker pads the last byte with ones");
    open[end - 1] &= 0xfe;
    open.splice(end..end, *b"\x49");
    assert_eq!(codes(&facts(&open)), [(Damage::Corrupt, "scan-long")]);
}

/// A file that the decoder does not support is not faulty.
#[test]
fn limits_of_the_decoder_are_not_damage() {
    let many = Jpeg { many_scans: true, progressive: true, ..Jpeg::new(250, 130) }.bytes();
    let mut segments = Jpeg { separate_scans: true, ..noisy() }.bytes();
    let second = find(&segments, 0xda, 1);
    segments.splice(second..second, b"\xff\xfe\0\x03x".repeat(70));
    let unknown = with_segment(&noisy().bytes(), 0xcc, &[0, 0]);
    for (file, why) in [(many, "scans"), (segments, "segments"), (unknown, "does not support")] {
        let facts = look(&file, Depth::Decode);
        assert_eq!(codes(&facts), [], "{why}");
        assert!(facts.not_decoded.is_some_and(|found| found.contains(why)), "{:?}", facts.not_decoded);
    }
    let wide = look(&Jpeg::new(40_000, 16).bytes(), Depth::Decode);
    assert_eq!((codes(&wide), wide.not_decoded), (vec![], None));
}

#[test]
fn decoding_agrees_with_the_walk() {
    for progressive in [false, true] {
        let jpeg = Jpeg { progressive, ..noisy() }.bytes();
        assert_eq!(codes(&look(&jpeg, Depth::Decode)), []);
        let file = common::file(&jpeg);
        let facts = probe(&mut Bytes::of_file(&file).unwrap(), Depth::Decode).unwrap();
        assert_eq!((codes(&facts), facts.dimensions), (vec![], Some(Dimensions::new(250, 130))));
    }
    // The same pixels in one scan and in several: only a picture that fits into memory is decoded.
    for (separate_scans, left_out) in [(false, false), (true, true)] {
        let facts = look(&Jpeg { separate_scans, ..Jpeg::new(3_000, 3_000) }.bytes(), Depth::Decode);
        assert_eq!((codes(&facts), facts.not_decoded.is_some()), (vec![], left_out), "{separate_scans}");
    }
    let jpeg = noisy().bytes();
    assert_eq!(codes(&look(&jpeg[..5000], Depth::Decode)), [(Damage::Corrupt, "truncated")]);
    // A sampling that the walker accepts but the decoder may not: no panic, at most one fault.
    let mut odd = Jpeg { grey: true, ..noisy() }.bytes();
    let frame = find(&odd, 0xc0, 0);
    odd[frame + 11] = 0x33;
    assert!(look(&odd, Depth::Decode).faults.len() <= 1);
}

#[test]
fn a_file_gives_the_facts_of_its_bytes_in_memory() {
    for progressive in [false, true] {
        let jpeg = Jpeg { noise: true, progressive, restart_interval: 50, ..Jpeg::new(2000, 900) }.bytes();
        assert!(jpeg.len() > 420_000, "{}", jpeg.len());
        for end in [jpeg.len(), jpeg.len() - 1, 400_001, 100_000, 40] {
            let file = common::file(&jpeg[..end]);
            let from_file = probe(&mut Bytes::of_file(&file).unwrap(), Depth::Full).unwrap();
            assert_eq!(from_file, facts(&jpeg[..end]));
        }
    }
}

#[test]
fn decoding_raises_no_alarm_in_the_corpus() {
    let Some(measure) = measure::measure("jpeg", Depth::Decode) else { return };
    assert!(measure.alarms.is_empty(), "{:?}", measure.alarms);
}
