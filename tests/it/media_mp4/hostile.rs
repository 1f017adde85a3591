//! Hostile files that try to make the walker panic, hang or use too much memory.

use std::time::Duration;

use super::{film, full, stbl, video};
use crate::common::busy::BusyClock;
use crate::common::make::mp4::breaking::{range, zero};
use crate::common::make::mp4::{Audio, AudioCodec, Mp4, Video, VideoCodec, boxed};

/// A random generator with a fixed seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

#[test]
fn no_mutation_causes_a_panic_or_a_hang() {
    let short = || Video { width: 64, height: 64, seconds: 1.0, fps: 10.0, ..Video::default() };
    let audio = || Audio { seconds: 1.0, ..Audio::default() };
    let bases = [
        Mp4::new().video(short()).audio(audio()).faststart(true).edits(&[(None, 0.1), (Some(0.0), 1.0)]).bytes(),
        Mp4::new().video(Video { codec: VideoCodec::Av1, aspect: (4, 3), ..short() }).wide(true).bytes(),
        Mp4::new()
            .video(Video { codec: VideoCodec::Hevc, ..short() })
            .audio(audio())
            .fragmented(true)
            .index(true)
            .bytes(),
        Mp4::new()
            .audio(Audio { codec: AudioCodec::Pcm, rate: 8_000, ..audio() })
            .encrypted(true)
            .faststart(true)
            .bytes(),
    ];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let numbers = [0u32, 1, 7, 8, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, u32::MAX];
    for base in &bases {
        let check = |bytes: &[u8]| {
            let start = BusyClock::start();
            full(bytes);
            assert!(start.elapsed() < Duration::from_secs(2), "{} bytes took {:?}", bytes.len(), start.elapsed());
        };
        let head = base.len().min(2_000);
        for left in (0..base.len()).step_by(7) {
            check(&base[..left]);
        }
        for at in 0..head {
            for number in numbers {
                let mut bytes = base.clone();
                let end = (at + 4).min(bytes.len());
                bytes[at..end].copy_from_slice(&number.to_be_bytes()[..end - at]);
                check(&bytes);
            }
        }
        for _ in 0..2_000 {
            let mut bytes = base.clone();
            for _ in 0..1 + random.below(6) {
                let at = if random.below(4) > 0 { random.below(head) } else { random.below(bytes.len()) };
                bytes[at] = random.next() as u8;
            }
            let from = random.below(bytes.len());
            let to = (from + random.below(64)).min(bytes.len());
            match random.below(4) {
                0 => zero(&mut bytes, from..to),
                1 => drop(bytes.drain(from..to)),
                _ => {}
            }
            check(&bytes);
        }
    }
}

#[test]
fn the_worst_files_end_in_bounded_time() {
    let start = BusyClock::start();
    // Four billion samples of one byte in every chunk, and a hundred thousand chunks over the same megabyte.
    let mut bytes = Mp4::new().video(video()).bytes();
    let mdat = range(&bytes, "mdat");
    let chunks: Vec<u8> = (0..100_000u32).flat_map(|_| (mdat.start as u32 + 8).to_be_bytes()).collect();
    let stco = boxed(b"stco", &[&[0; 4], &100_000u32.to_be_bytes(), &chunks]);
    let stsz = boxed(b"stsz", &[&[0; 4], &1u32.to_be_bytes(), &u32::MAX.to_be_bytes()]);
    let stsc = boxed(b"stsc", &[&[0; 4], &1u32.to_be_bytes(), &[0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 1]]);
    let stts = boxed(b"stts", &[&[0; 4], &1u32.to_be_bytes(), &[255, 255, 255, 255, 0, 0, 0, 1]]);
    let stsd = bytes[range(&bytes, &stbl("stsd"))].to_vec();
    let tables = boxed(b"stbl", &[&stsd, &stts, &stsc, &stsz, &stco]);
    let minf = boxed(b"minf", &[&tables]);
    let mdhd = bytes[range(&bytes, "moov/trak/mdia/mdhd")].to_vec();
    let hdlr = bytes[range(&bytes, "moov/trak/mdia/hdlr")].to_vec();
    let mdia = boxed(b"mdia", &[&mdhd, &hdlr, &minf]);
    let mvhd = bytes[range(&bytes, "moov/mvhd")].to_vec();
    let moov = boxed(b"moov", &[&mvhd, &boxed(b"trak", &[&mdia])]);
    bytes.truncate(mdat.end);
    bytes.extend(moov);
    assert!(full(&bytes).is_corrupt());
    // Only boxes of the smallest size.
    let mut bytes = film().bytes();
    bytes.extend(boxed(b"free", &[]).repeat(500_000));
    assert_eq!(full(&bytes).faults, []);
    // As many tracks as fit.
    let tracks = boxed(b"trak", &[]).repeat(100_000);
    let bytes = [boxed(b"ftyp", &[b"isom\0\0\0\0"]), boxed(b"moov", &[&mvhd, &tracks])].concat();
    let facts = full(&bytes);
    assert!(facts.is_corrupt() && facts.tracks.len() <= 1_000);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
