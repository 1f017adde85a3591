//! The worst files of a given size.
//!
//! Each maker returns a file of about this many bytes that begins like its format, so that its walker reads it. The
//! files measure time and memory; which faults a walker reports does not matter.

use super::make::jpeg::{self, Jpeg};
use super::make::mp3::{self, Mp3};
use super::make::mp4::breaking::range;
use super::make::mp4::{Audio, Mp4, Video, boxed};
use super::make::png::{self, Chunk, Png};
use super::make::wav::{self, Wav};
use super::make::webm::{self, CLUSTER, SEGMENT, TRACKS, WebM, element};

mod pdf;

use pdf::{
    bombs_in_pdf, lengths_behind_blanks, object, objects, packed_in_front_of_blanks, sections, sections_that_inflate,
    streams_with_one_tail,
};

pub type Maker = fn(usize) -> Vec<u8>;

/// Name with extension, and maker.
pub const MEDIA: &[(&str, Maker)] = &[
    ("boxes-nested.mp4", boxes_nested),
    ("boxes-tiny.mp4", |size| repeat(&film(), &boxed(b"free", &[]), size)),
    ("boxes-unknown.mp4", |size| repeat(&film(), b"\0\0\0\x08\xff\x1b\n\r", size)),
    ("tracks.mp4", tracks),
    ("runs-endless.mp4", |size| tables(size, Tables::Endless)),
    ("samples-many.mp4", |size| tables(size, Tables::Samples)),
    ("chunks-on-one-sample.mp4", |size| tables(size, Tables::Chunks)),
    ("nal-units-tiny.mp4", |size| tables(size, Tables::Units)),
    ("edits.mp4", edits),
    ("fragments.mp4", fragments),
    ("fragments-of-one-frame.mp4", |size| sound_fragments(size, true)),
    ("fragments-empty.mp4", |size| sound_fragments(size, false)),
    ("mdats.mp4", mdats),
    ("sample-huge.mp4", sample_huge),
    ("tag-huge.mp4", tag_huge),
    ("clusters-nested.webm", |size| clusters(&[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], size)),
    ("clusters-empty.webm", |size| clusters(&[0x80], size)),
    ("elements-tiny.webm", |size| repeat(&sound_in_webm(), &[0xec, 0x80], size)),
    ("tags-nested.webm", tags_nested),
    ("tracks.webm", webm_tracks),
    ("blocks-laced.webm", blocks_laced),
    ("block-huge.webm", block_huge),
    ("attachment-huge.webm", |size| aac_in_webm(&element(ATTACHMENTS, &attached(size)), &[7; 40])),
    ("chunks-empty.png", |size| within(&Png::new(9, 9), &Chunk::new(b"IDAT", []).bytes(), size)),
    ("chunks-foreign.png", |size| within(&Png::new(9, 9), &Chunk::new(b"abCd", []).bytes(), size)),
    ("bombs-ztxt.png", |size| within(&Png::new(9, 9), &Chunk::new(b"zTXt", bomb(b"a\0\0", 1 << 20)).bytes(), size)),
    ("bombs-iccp.png", |size| within(&Png::new(9, 9), &Chunk::new(b"iCCP", bomb(b"a\0\0", 64 << 20)).bytes(), size)),
    ("bomb-data.png", bomb_data),
    ("largest.png", |size| largest_png(size, false)),
    ("largest-interlaced.png", |size| largest_png(size, true)),
    ("frames.png", frames),
    ("segments-tiny.jpg", |size| behind(&Jpeg::new(16, 16).bytes(), 2, b"\xff\xe1\0\x02", size)),
    ("tables.jpg", jpeg_tables),
    ("scans.jpg", scans),
    ("largest.jpg", |size| largest_jpeg(size, false)),
    ("largest-progressive.jpg", |size| largest_jpeg(size, true)),
    ("fill-bytes.jpg", |size| behind(&Jpeg::new(16, 16).bytes(), 2, b"\xff", size)),
    ("markers.jpg", |size| repeat(&Jpeg::new(16, 16).bytes()[..20], b"\xff\xd8\xff\xd9", size)),
    ("chunks-tiny.wav", wav_chunks),
    ("lists-nested.wav", wav_lists),
    ("tag-huge.wav", wav_tag),
    ("frames-shortest.mp3", |size| repeat(&[], &Mp3 { bitrate: 8, ..Mp3::new(24_000, 1, 1.0) }.frame(), size)),
    ("tags.mp3", |size| repeat(&[], &mp3::id3v2(10), size)),
    ("tag-then-signs.mp3", |size| repeat(&mp3::id3v2(20), b"\xff\xfb\x90\x64", size)),
    ("signs-behind-frames.mp3", |size| repeat(&Mp3::cheap(1.0).bytes(), b"\xff\xfb", size)),
    ("free-format.mp3", |size| repeat(&Mp3 { free: Some(100), ..Mp3::default() }.bytes(), b"\xff\xfb\x00\x64", size)),
    ("arrays-nested.pdf", |size| object(&repeat(b"", b"[", size))),
    ("dictionaries-nested.pdf", |size| object(&repeat(b"", b"<</A", size))),
    ("strings-open.pdf", |size| objects(size, |number| format!("{number} 0 obj\n("))),
    ("streams-open.pdf", |size| objects(size, |number| format!("{number} 0 obj\n<</Length 9>>stream\n"))),
    ("objects-tiny.pdf", |size| objects(size, |number| format!("{number} 0 obj 1 endobj\n"))),
    ("kids-in-a-ring.pdf", |size| {
        objects(size, |number| format!("{number} 0 obj<</Type/Pages/Kids[{} 0 R 2 0 R]>>endobj\n", number + 1))
    }),
    ("streams-one-bomb.pdf", bombs_in_pdf),
    ("sections-in-a-chain.pdf", sections),
    ("sections-that-inflate.pdf", sections_that_inflate),
    ("lengths-behind-blanks.pdf", lengths_behind_blanks),
    ("packed-in-front-of-blanks.pdf", packed_in_front_of_blanks),
    ("streams-with-one-tail.pdf", streams_with_one_tail),
    ("table-without-end.pdf", |size| repeat(b"%PDF-1.7\nxref\n0 4294967295\n", b"0000000009 00000 n \n", size)),
    ("names-long.pdf", |size| object(&repeat(b"<</", b"A", size))),
    ("cues-shortest.srt", |size| repeat(b"1\n00:00:00,000 --> 00:00:01,000\na\n\n", b"1\n0:0:0,0 --> 0:0:0,1\n", size)),
    ("lines-empty.srt", |size| repeat(b"1\n00:00:00,000 --> 00:00:01,000\na\n\n", b"\n", size)),
    ("line-endless.srt", |size| repeat(b"1\n00:00:00,000 --> 00:00:01,000\n", b"a", size)),
    ("arrows.srt", |size| repeat(b"1\n00:00:00,000 --> 00:00:01,000\na\n\n", b"-->\n", size)),
    ("returns.srt", |size| repeat(b"1\r00:00:00,000 --> 00:00:01,000\ra\r\r", b"1\r\r", size)),
    ("noise.bin", noise),
    ("signs.bin", |size| repeat(b"\0", b"\xff\xfb\x90", size)),
    ("text.bin", |size| repeat(b"", b"1\n", size)),
    ("zeros.bin", |size| vec![0; size]),
];

/// Texts, which heylint holds in memory and which have separate limits.
pub const TEXTS: &[(&str, Maker)] = &[
    ("deep.json", |size| repeat(b"", b"[", size)),
    ("members-same.json", |size| [repeat(b"{\"type\":\"image\"", b",\"a\":1", size), b"}".to_vec()].concat()),
    ("members-empty.json", |size| [repeat(b"[{}", b",{}", size), b"]".to_vec()].concat()),
    ("escapes.json", |size| [repeat(b"{\"script\":\"", b"\\ud83d\\ude00", size), b"\"}".to_vec()].concat()),
    ("tags.json", |size| [repeat(b"{\"script\":\"", b"<break time='1s'", size), b"\"}".to_vec()].concat()),
    ("faults.json", |size| repeat(b"[", b"'", size)),
    ("commas.json", |size| repeat(b"{", b",", size)),
    ("number.json", |size| repeat(b"{\"a\":1", b"0", size)),
    ("scenes.json", |size| {
        let scene = br#"{"input":{"type":"x"}},"#;
        [repeat(br#"{"type":"studio","scenes":["#, scene, size), b"{}]}".to_vec()].concat()
    }),
    ("calls-nested.json", calls_nested),
    ("open.jsonl", |size| repeat(b"", b"{\n", size)),
    ("faulty.jsonl", |size| repeat(b"", b"{\"type\":\"image\",\"a\":1}\n", size)),
    ("line-endless.jsonl", |size| repeat(b"", b"{\"type\":\"image\"}", size)),
];

/// A call of the service, and its beginning.
const CURL: &[u8] = b"curl https://api.heygen.com/v3/videos -d '{\"type\": \"image\"}'\n";
const CURL_OPEN: &[u8] = b"curl https://api.heygen.com/v3/videos -d \"";

/// Files of other forms, in which heylint searches for requests. They may have up to 4 MiB.
pub const FORMS: &[(&str, Maker)] = &[
    ("calls.sh", |size| repeat(b"", CURL, size)),
    ("assignments.sh", |size| [&*repeat(b"", b"A=1 ", size), b"\n", CURL].concat()),
    ("here-documents.sh", |size| [CURL, &repeat(b"", b"a<<b;", size)].concat()),
    ("escapes.sh", |size| [repeat(CURL_OPEN, b"\\\"", size), b"\"\n".to_vec()].concat()),
    ("words.sh", |size| repeat(CURL, b"a ", size)),
    ("keys.md", |size| repeat(b"sk_V2_\n", b"x-api-key: abc\n", size)),
    ("fences.md", |size| repeat(b"", &[b"```sh\n", CURL, b"```\n"].concat(), size)),
    ("calls.http", |size| {
        repeat(b"", b"POST https://api.heygen.com/v3/videos\n\n{\"type\": \"image\"}\n\n###\n", size)
    }),
    ("nodes.json", |size| {
        let node = br#"{"parameters": {"url": "https://api.example.com", "method": "POST"}},"#;
        [repeat(br#"{"connections": {}, "nodes": ["#, node, size), b"{}]}".to_vec()].concat()
    }),
];

/// Tool calls, each in the arguments of another.
fn calls_nested(size: usize) -> Vec<u8> {
    const DEPTH: usize = 100;
    let open = br#"{"name":"create_video","arguments":{"a":"#.repeat(DEPTH);
    let data = [repeat(b"[0", br#","text of an argument""#, size), b"]".to_vec()].concat();
    [br#"{"of":"HeyGen","call":"#.to_vec(), open, data, b"}}".repeat(DEPTH), b"}".to_vec()].concat()
}

fn repeat(head: &[u8], piece: &[u8], size: usize) -> Vec<u8> {
    let mut file = head.to_vec();
    file.extend(piece.repeat(size.saturating_sub(head.len()) / piece.len()));
    file
}

/// Inserts repeated pieces after the first `head` bytes of a file.
fn behind(file: &[u8], head: usize, piece: &[u8], size: usize) -> Vec<u8> {
    [&repeat(&file[..head], piece, size), &file[head..]].concat()
}

fn film() -> Vec<u8> {
    Mp4::new().video(Video { width: 320, height: 240, ..Video::default() }).bytes()
}

fn boxes_nested(size: usize) -> Vec<u8> {
    let mut file = boxed(b"ftyp", &[b"isom\0\0\0\0isom"]);
    for (level, kind) in [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta"].into_iter().cycle().enumerate() {
        let left = size.saturating_sub(8 * level);
        if left < 8 {
            return file;
        }
        file.extend((left as u32).to_be_bytes());
        file.extend(kind);
    }
    file
}

fn tracks(size: usize) -> Vec<u8> {
    let film = film();
    let movie = &film[range(&film, "moov/mvhd")];
    let track = &film[range(&film, "moov/trak")];
    let content = repeat(movie, track, size);
    [&film[..range(&film, "moov").start], &boxed(b"moov", &[&content])].concat()
}

#[derive(Clone, Copy)]
enum Tables {
    /// Runs of 2³²−1 in every table.
    Endless,
    /// As many samples as fit, each of one byte.
    Samples,
    /// As many chunks as fit, all of them the same large sample.
    Chunks,
    /// One sample made of the smallest units.
    Units,
}

fn tables(size: usize, kind: Tables) -> Vec<u8> {
    let film = film();
    let table = |name: &[u8; 4], entries: u32, content: &[u8]| boxed(name, &[&[0; 4], &entries.to_be_bytes(), content]);
    let (payload, per_chunk, sizes, offsets) = match kind {
        Tables::Endless => (size, u32::MAX, [1u32.to_be_bytes(), u32::MAX.to_be_bytes()].concat(), 1),
        Tables::Samples => {
            let count = size / 5;
            let each = 1u32.to_be_bytes().repeat(count);
            (count, count as u32, [vec![0; 4], (count as u32).to_be_bytes().to_vec(), each].concat(), 1)
        }
        Tables::Chunks => {
            let each = (size / 2) as u32;
            let count = size / 8;
            (size / 2 + 5, 1, [each.to_be_bytes(), (count as u32).to_be_bytes()].concat(), count)
        }
        Tables::Units => (size, 1, [(size as u32).to_be_bytes(), 1u32.to_be_bytes()].concat(), 1),
    };
    let unit: &[u8] = if matches!(kind, Tables::Endless) { &[0] } else { b"\0\0\0\x01\x0c" };
    let mut file = film[range(&film, "ftyp")].to_vec();
    let data = file.len() + 8;
    file.extend(boxed(b"mdat", &[&repeat(b"", unit, payload)]));
    let stbl = boxed(
        b"stbl",
        &[
            &film[range(&film, "moov/trak/mdia/minf/stbl/stsd")],
            &table(b"stts", 2, &[[255; 4], [0, 0, 0, 1], [255; 4], [255; 4]].concat()),
            &table(b"ctts", 1, &[[255; 4], [127; 4]].concat()),
            &table(b"stsc", 1, &[[0, 0, 0, 1], per_chunk.to_be_bytes(), [0, 0, 0, 1]].concat()),
            &boxed(b"stsz", &[&[0; 4], &sizes]),
            &table(b"stco", offsets as u32, &(data as u32).to_be_bytes().repeat(offsets)),
        ],
    );
    let header = &film[range(&film, "moov/trak/tkhd")];
    let media = [&film[range(&film, "moov/trak/mdia/mdhd")], &film[range(&film, "moov/trak/mdia/hdlr")]].concat();
    let track = boxed(b"trak", &[header, &boxed(b"mdia", &[&media, &boxed(b"minf", &[&stbl])])]);
    file.extend(boxed(b"moov", &[&film[range(&film, "moov/mvhd")], &track]));
    file
}

fn edits(size: usize) -> Vec<u8> {
    let film = film();
    let entry = [[255u8; 4], [0; 4], [0, 1, 0, 0]].concat();
    let list = repeat(b"", &entry, size);
    let count = (list.len() / 12) as u32;
    let edits = boxed(b"edts", &[&boxed(b"elst", &[&[0; 4], &count.to_be_bytes(), &list])]);
    let track = &film[range(&film, "moov/trak")];
    let moov = boxed(b"moov", &[&film[range(&film, "moov/mvhd")], &boxed(b"trak", &[&track[8..], &edits])]);
    [&film[..range(&film, "moov").start], &moov].concat()
}

fn fragments(size: usize) -> Vec<u8> {
    let film = Mp4::new().video(Video { width: 64, height: 64, ..Video::default() }).fragmented(true).bytes();
    let run = boxed(b"trun", &[&[0; 4], &u32::MAX.to_be_bytes()]);
    let header = boxed(b"tfhd", &[&[0, 0, 0, 0x10], &1u32.to_be_bytes(), &1u32.to_be_bytes()]);
    let moof = boxed(b"moof", &[&boxed(b"traf", &[&header, &run.repeat(50)])]);
    repeat(&film, &moof, size)
}

fn silence() -> Vec<u8> {
    Mp4::new().audio(Audio { seconds: 0.1, ..Audio::default() }).bytes()
}

/// All boxes are valid, and the last audio sample takes the whole file.
fn sample_huge(size: usize) -> Vec<u8> {
    let mut file = silence();
    let sizes = range(&file, "moov/trak/mdia/minf/stbl/stsz");
    let mdat = range(&file, "mdat");
    for at in [sizes.end - 4, mdat.start] {
        let old = u32::from_be_bytes(file[at..at + 4].try_into().expect("four"));
        file[at..at + 4].copy_from_slice(&(old + size as u32).to_be_bytes());
    }
    file.splice(mdat.end..mdat.end, std::iter::repeat_n(7, size));
    file
}

fn tag_huge(size: usize) -> Vec<u8> {
    let file = silence();
    let moov = range(&file, "moov");
    let data = boxed(b"data", &[&1u32.to_be_bytes(), &[0; 4], &vec![b'a'; size]]);
    let handler = boxed(b"hdlr", &[&[0; 8], b"mdirappl", &[0; 9]]);
    let tags = boxed(b"meta", &[&[0; 4], &handler, &boxed(b"ilst", &[&boxed(b"\xa9nam", &[&data])])]);
    let moov = boxed(b"moov", &[&file[moov.start + 8..moov.end], &boxed(b"udta", &[&tags])]);
    [&file[..range(&file, "moov").start], &moov].concat()
}

const ATTACHMENTS: u32 = 0x1941_A469;

fn attached(size: usize) -> Vec<u8> {
    let parts = [
        element(0x466e, b"name.bin"),
        element(0x4660, b"application/octet-stream"),
        element(0x46ae, &[1]),
        element(0x465c, &vec![7; size]),
    ];
    element(0x61a7, &parts.concat())
}

/// AAC, which we have a decoder for, in one block.
fn aac_in_webm(before: &[u8], packet: &[u8]) -> Vec<u8> {
    let head = sound_in_webm();
    let at = webm::find(&head, TRACKS, 0);
    let sound = [webm::float(0xb5, 48_000.0), webm::number(0x9f, 2)].concat();
    let entry = [
        webm::number(0xd7, 1),
        webm::number(0x73c5, 1),
        webm::number(0x83, 2),
        element(0x86, b"A_AAC"),
        element(0x63a2, &[0x11, 0x90]),
        element(0xe1, &sound),
    ];
    let tracks = element(TRACKS, &element(0xae, &entry.concat()));
    let block = element(0xa3, &[&[0x81, 0, 0, 0x80], packet].concat());
    [&head[..at], &tracks, before, &element(CLUSTER, &[webm::number(0xe7, 0), block].concat())].concat()
}

fn block_huge(size: usize) -> Vec<u8> {
    aac_in_webm(&[], &vec![7; size])
}

fn sound_in_webm() -> Vec<u8> {
    WebM { live: true, ..WebM::sound(1, 0.1) }.bytes()
}

fn clusters(length: &[u8], size: usize) -> Vec<u8> {
    let head = sound_in_webm();
    let first = webm::find(&head, CLUSTER, 0);
    repeat(&head[..first], &[&CLUSTER.to_be_bytes()[..], length].concat(), size)
}

fn tags_nested(size: usize) -> Vec<u8> {
    let mut file = sound_in_webm();
    let levels = size / 10;
    for level in 0..levels {
        file.extend([0x67, 0xc8]);
        file.extend(((10 * (levels - level - 1)) as u64 | 1 << 56).to_be_bytes());
    }
    file
}

fn webm_tracks(size: usize) -> Vec<u8> {
    let head = sound_in_webm();
    let at = webm::find(&head, TRACKS, 0);
    let entry = element(0xae, &[element(0xd7, &[1]), element(0x83, &[2]), element(0x86, b"A_OPUS")].concat());
    [&head[..at], &element(TRACKS, &repeat(b"", &entry, size))].concat()
}

/// 256 empty frames in every block.
fn blocks_laced(size: usize) -> Vec<u8> {
    let head = sound_in_webm();
    assert!(webm::find(&head, SEGMENT, 0) < head.len());
    repeat(&head, &element(0xa3, &[0x82, 0, 0, 0x84, 255]), size)
}

fn within(picture: &Png, piece: &[u8], size: usize) -> Vec<u8> {
    behind(&picture.bytes(), 33, piece, size)
}

fn bomb(head: &[u8], inflated: usize) -> Vec<u8> {
    [head, &png::zlib(&vec![0; inflated])].concat()
}

/// A PNG whose only IDAT inflates to a thousand times its size, all of it valid rows.
fn bomb_data(size: usize) -> Vec<u8> {
    let mut stream = png::zlib(&vec![0; 8 << 20]);
    // No block is marked as the last; the data after the last flush are not missed.
    stream.truncate(stream.len() - 12);
    let picture = Png { width: 0x7fff_ffff, height: 0x7fff_ffff, ..Png::new(1, 1) };
    forged(&picture, &Chunk::new(b"IDAT", stream).bytes(), size)
}

fn forged(picture: &Png, piece: &[u8], size: usize) -> Vec<u8> {
    let mut file = Png { width: 1, height: 1, ..picture.clone() }.bytes();
    file[16..20].copy_from_slice(&picture.width.to_be_bytes());
    file[20..24].copy_from_slice(&picture.height.to_be_bytes());
    png::seal(&mut file, 8);
    // Complete to its last chunk, because heylint inflates nothing of a cut file.
    [repeat(&file[..33], piece, size), Chunk::new(b"IEND", []).bytes()].concat()
}

fn largest_png(size: usize, interlaced: bool) -> Vec<u8> {
    let picture = Png { width: 65_535, height: 65_535, interlaced, ..Png::new(1, 1) };
    let stream = png::zlib(&vec![0; 256 << 20]);
    forged(&picture, &Chunk::new(b"IDAT", stream).bytes(), size)
}

fn frames(size: usize) -> Vec<u8> {
    let film = Png { frames: 2, ..Png::new(6, 3) }.bytes();
    let (from, to) = (png::find(&film, b"fcTL", 1), png::find(&film, b"IEND", 0));
    [&repeat(&film[..to], &film[from..to], size), &film[to..]].concat()
}

fn jpeg_tables(size: usize) -> Vec<u8> {
    let file = Jpeg::new(16, 16).bytes();
    let from = jpeg::find(&file, 0xc4, 0);
    let length = usize::from(u16::from_be_bytes([file[from + 2], file[from + 3]])) + 2;
    behind(&file, from, &file[from..from + length], size)
}

/// Scans of a progressive picture of the largest size, each with only the longest runs of empty blocks.
fn scans(size: usize) -> Vec<u8> {
    let mut file = Jpeg { progressive: true, grey: true, ..Jpeg::new(16, 16) }.bytes();
    let frame = jpeg::find(&file, 0xc2, 0);
    file[frame + 5..frame + 9].fill(0xff);
    let first = jpeg::find(&file, 0xda, 0);
    // One code, `0`, for a run of 2¹⁴ blocks and 14 bits more.
    let table = [&[0xff, 0xc4, 0, 20, 0x10, 1][..], &[0; 15], &[0xe0]].concat();
    // 8,192² blocks in 4,096 runs of 15 bits.
    let scan = [&[0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0][..], &[0; 7_680]].concat();
    [repeat(&[&file[..first], &table].concat(), &scan, size), vec![0xff, 0xd9]].concat()
}

fn largest_jpeg(size: usize, progressive: bool) -> Vec<u8> {
    let mut file = Jpeg { progressive, ..Jpeg::new(64, 64) }.bytes();
    let frame = jpeg::find(&file, if progressive { 0xc2 } else { 0xc0 }, 0);
    file[frame + 5..frame + 9].fill(0xff);
    let data = jpeg::scan_data(&file, 0);
    repeat(&file[..data], &[0], size)
}

fn wav_chunks(size: usize) -> Vec<u8> {
    let file = Wav::new(8_000, 1, 0.1).bytes();
    let at = wav::find(&file, b"data");
    behind(&file, at, b"abcd\0\0\0\0", size)
}

fn wav_tag(size: usize) -> Vec<u8> {
    let mut file = Wav::new(8_000, 1, 0.1).bytes();
    let mut info = b"INFO".to_vec();
    wav::chunk(&mut info, *b"INAM", &vec![b'a'; size]);
    let mut list = Vec::new();
    wav::chunk(&mut list, *b"LIST", &info);
    let at = wav::find(&file, b"data") - 8;
    file.splice(at..at, list);
    let riff = (file.len() - 8) as u32;
    file[4..8].copy_from_slice(&riff.to_le_bytes());
    file
}

fn wav_lists(size: usize) -> Vec<u8> {
    let mut file = Wav::new(8_000, 1, 0.1).bytes();
    for level in 0..size / 12 {
        file.extend(b"LIST");
        file.extend(((size - 12 * level) as u32).to_le_bytes());
        file.extend(b"adtl");
    }
    file
}

/// Random bytes without a signature.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.take(size / 8).flatten().collect()
}

/// As many `mdat` as fit into half of the file, and chunks that jump between them.
fn mdats(size: usize) -> Vec<u8> {
    let film = film();
    let parts = size / 2 / 9;
    let chunks = size / 2 / 4;
    let mut file = film[range(&film, "ftyp")].to_vec();
    let first = file.len();
    file.extend(boxed(b"mdat", &[&[0]]).repeat(parts));
    let offsets: Vec<u8> =
        (0..chunks).flat_map(|at| ((first + 8 + 9 * (at * 7_919 % parts.max(1))) as u32).to_be_bytes()).collect();
    let table = |name: &[u8; 4], entries: usize, content: &[u8]| {
        boxed(name, &[&[0; 4], &(entries as u32).to_be_bytes(), content])
    };
    let stbl = boxed(
        b"stbl",
        &[
            &film[range(&film, "moov/trak/mdia/minf/stbl/stsd")],
            &table(b"stts", 1, &[(chunks as u32).to_be_bytes(), [0, 0, 0, 1]].concat()),
            &table(b"stsc", 1, &[[0, 0, 0, 1]; 3].concat()),
            &boxed(b"stsz", &[&[0; 4], &1u32.to_be_bytes(), &(chunks as u32).to_be_bytes()]),
            &table(b"stco", chunks, &offsets),
        ],
    );
    let media = [&film[range(&film, "moov/trak/mdia/mdhd")], &film[range(&film, "moov/trak/mdia/hdlr")]].concat();
    let minf = boxed(b"minf", &[&stbl]);
    let track = boxed(b"trak", &[&film[range(&film, "moov/trak/tkhd")], &boxed(b"mdia", &[&media, &minf])]);
    file.extend(boxed(b"moov", &[&film[range(&film, "moov/mvhd")], &track]));
    file
}

/// Fragments of AAC, of one frame each or of none.
fn sound_fragments(size: usize, frames: bool) -> Vec<u8> {
    let head = Mp4::new().audio(Audio { seconds: 0.1, ..Audio::default() }).fragmented(true).bytes();
    let frame = if frames { vec![boxed(b"mdat", &[&[0x21, 0x10, 4, 0x60, 0x8c, 0x1c]])] } else { Vec::new() };
    let header = boxed(b"tfhd", &[&[0, 2, 0, 0], &1u32.to_be_bytes()]);
    // After the headers of moof and traf, mfhd, tfhd, this box, and the header of mdat.
    let data = (8 + 8 + 16 + header.len() + 24 + 8) as u32;
    let run = boxed(
        b"trun",
        &[&[0, 0, 2, 1], &u32::from(frames).to_be_bytes(), &data.to_be_bytes(), &[0, 0, 0, if frames { 6 } else { 0 }]],
    );
    let moof = boxed(b"moof", &[&boxed(b"mfhd", &[&[0; 8]]), &boxed(b"traf", &[&header, &run])]);
    repeat(&head, &[moof, frame.concat()].concat(), size)
}
