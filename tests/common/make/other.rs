//! Tiny samples of the formats that are recognised but have no walker.
//!
//! Pictures, texts and archives are complete files; of large containers there is only the beginning, which identifies
//! them.
#![allow(unreachable_pub, reason = "shared by test binaries, not a library")]

/// A sample: the short name of its format, and its bytes.
#[derive(Clone, Debug)]
pub struct Sample {
    pub format: &'static str,
    pub bytes: Vec<u8>,
}

/// One or more samples of every format that is recognised but has no walker.
pub fn samples() -> Vec<Sample> {
    let one = |format, bytes: &[u8]| Sample { format, bytes: bytes.to_vec() };
    vec![
        Sample { format: "webp", bytes: webp() },
        Sample { format: "gif", bytes: gif() },
        Sample { format: "bmp", bytes: bmp() },
        Sample { format: "tiff", bytes: tiff() },
        Sample { format: "ico", bytes: ico() },
        one("svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"),
        one("svg", b"<?xml version='1.0'?>\n<!-- <html> -->\n<!DOCTYPE svg:svg [<!ENTITY a 'b'>]>\n<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>"),
        one("psd", b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x01\0\0\0\x01\0\x08\0\x03"),
        one("jp2", b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 "),
        one("jp2", b"\xff\x4f\xff\x51\0\x29\0\0"),
        one("jxl", b"\xff\x0a\x7f\x40\x24\x08\x06\x01\0\x14"),
        one("jxl", b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl "),
        Sample { format: "heic", bytes: ftyp(b"heic", &[b"mif1", b"heic"]) },
        Sample { format: "heic", bytes: ftyp(b"mif1", &[b"mif1", b"heic"]) },
        Sample { format: "avif", bytes: ftyp(b"avif", &[b"avif", b"mif1"]) },
        Sample { format: "avif", bytes: ftyp(b"mif1", &[b"mif1", b"avif"]) },
        Sample { format: "mov", bytes: ftyp(b"qt  ", &[b"qt  "]) },
        Sample { format: "mov", bytes: classic_quicktime() },
        Sample { format: "m4a", bytes: ftyp(b"M4A ", &[b"isom", b"iso2"]) },
        Sample { format: "m4a", bytes: ftyp(b"M4B ", &[]) },
        Sample { format: "m4v", bytes: ftyp(b"M4V ", &[b"isom", b"mp42"]) },
        Sample { format: "3gp", bytes: ftyp(b"3gp5", &[b"3gp4", b"isom"]) },
        Sample { format: "3gp", bytes: ftyp(b"3g2a", &[b"3g2a"]) },
        one("mkv", b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x88matroska\x42\x87\x81\x04\x42\x85\x81\x02"),
        one("avi", b"RIFF\x40\0\0\0AVI LIST\x34\0\0\0hdrlavih\x38\0\0\0"),
        one("flv", b"FLV\x01\x05\0\0\0\x09\0\0\0\0"),
        one("wma", ASF),
        Sample { format: "wmv", bytes: [ASF, b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"].concat() },
        one("mpeg", b"\0\0\x01\xba\x44\0\x04\0\x04\x01\0\0\x03\xf8"),
        Sample { format: "ts", bytes: transport_stream(188, 0) },
        Sample { format: "ts", bytes: transport_stream(192, 4) },
        one("flac", b"fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x42\xf0\0\0\0\0"),
        one("ogg", b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead"),
        Sample { format: "aac", bytes: adts(4) },
        Sample { format: "aac", bytes: [id3(40).as_slice(), &adts(4)].concat() },
        Sample { format: "flac", bytes: [id3(40).as_slice(), b"fLaC\0\0\0\x22"].concat() },
        one("aiff", b"FORM\0\0\0\x2eAIFFCOMM\0\0\0\x12\0\x01\0\0\0\0\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0"),
        one("au", b".snd\0\0\0\x18\xff\xff\xff\xff\0\0\0\x03\0\0\x1f\x40\0\0\0\x01\0\0"),
        one("caf", b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20\x40\xbf\x40\0\0\0\0\0lpcm\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\0\0\x10"),
        one("w64", b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0\x28\0\0\0\0\0\0\0wave\xf3\xac\xd3\x11\x8c\xd1\0\xc0\x4f\x8e\xdb\x8a"),
        one("amr", b"#!AMR\n\x3c\x91\x17\x16"),
        one("midi", b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x04\0\xff\x2f\0"),
        Sample { format: "mp2", bytes: mp2(4) },
        one("vtt", b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n"),
        one("vtt", b"\xef\xbb\xbfWEBVTT - a title\n\n1\n00:01.000 --> 00:02.000\nHello\n"),
        one("ass", b"[Script Info]\nScriptType: v4.00+\n\n[Events]\n"),
        one("html", b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body></body></html>"),
        one("html", b"\n<html><body>404 Not Found</body></html>"),
        one("html", b"<!-- cached -->\n<HEAD><TITLE>Moved</TITLE></HEAD>"),
        one("xml", b"<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>AccessDenied</Code></Error>"),
        one("json", b"{\"error\": {\"code\": 401, \"message\": \"%PDF or 00:00:01,000 --> 00:00:02,000\"}}"),
        one("json", b"[\n  {\"a\": 1}\n]\n"),
        one("git-lfs-pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"),
        one("text", b"this is not a video\n"),
        one("text", "Zażółć gęślą jaźń\n".as_bytes()),
        Sample { format: "zip", bytes: zip("notes.txt") },
        Sample { format: "office", bytes: zip("[Content_Types].xml") },
        one("office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0"),
        one("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"),
        one("empty", b""),
        one("unknown", b"\x01\x02\x03\x04\x05\x06\x07\x00\x01\x02\x03\x04\x05\x06\x07\x00"),
    ]
}

/// 1×1, lossless.
pub fn webp() -> Vec<u8> {
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0".to_vec()
}

/// 1×1, one transparent pixel.
pub fn gif() -> Vec<u8> {
    b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0\x21\xf9\x04\x01\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b".to_vec()
}

/// 1×1, 24 bits.
pub fn bmp() -> Vec<u8> {
    let mut bytes = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
    bytes.extend(
        b"\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\0\0\0\0\x04\0\0\0\x13\x0b\0\0\x13\x0b\0\0\0\0\0\0\0\0\0\0",
    );
    bytes.extend(b"\x27\x7f\x7f\0");
    bytes
}

/// 1×1, 8 bits grey, little endian.
pub fn tiff() -> Vec<u8> {
    let entries: [(u16, u16, u32); 8] =
        [(256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 110), (278, 3, 1), (279, 4, 1)];
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(1u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(0u32.to_le_bytes());
    bytes.push(0x80);
    bytes
}

/// 1×1, 32 bits.
pub fn ico() -> Vec<u8> {
    let mut bytes = b"\0\0\x01\0\x01\0\x01\x01\0\0\x01\0\x20\0\x30\0\0\0\x16\0\0\0".to_vec();
    bytes.extend(b"\x28\0\0\0\x01\0\0\0\x02\0\0\0\x01\0\x20\0\0\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend(b"\x27\x7f\x7f\xff\0\0\0\0");
    bytes
}

/// An `ftyp` box and an empty `mdat`.
pub fn ftyp(major: &[u8; 4], compatible: &[&[u8; 4]]) -> Vec<u8> {
    let mut bytes = (16 + 4 * compatible.len() as u32).to_be_bytes().to_vec();
    bytes.extend(b"ftyp");
    bytes.extend(major);
    bytes.extend([0; 4]);
    bytes.extend(compatible.iter().copied().flatten());
    bytes.extend(b"\0\0\0\x08mdat");
    bytes
}

/// A QuickTime file from before `ftyp`: its handler names the component type `mhlr`.
pub fn classic_quicktime() -> Vec<u8> {
    b"\0\0\0\x0cmdat\x01\x02\x03\x04\0\0\0\x28moov\0\0\0\x20hdlr\0\0\0\0mhlrvide\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()
}

/// ASF header object with a file properties object, no streams.
const ASF: &[u8] =
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c\x1e\0\0\0\0\0\0\0\0\0\0\0\x01\x02";

/// Five packets without payload, each after `before` bytes.
fn transport_stream(size: usize, before: usize) -> Vec<u8> {
    let mut packet = vec![0; before];
    packet.extend(b"\x47\x1f\xff\x10");
    packet.resize(size, 0xff);
    packet.repeat(5)
}

/// An ID3v2.3 tag with this much padding.
pub fn id3(padding: u8) -> Vec<u8> {
    let mut bytes = vec![b'I', b'D', b'3', 3, 0, 0, 0, 0, 0, padding & 0x7f];
    bytes.resize(10 + usize::from(padding & 0x7f), 0);
    bytes
}

/// Silent ADTS frames: AAC LC, 44,100 Hz, mono.
pub fn adts(frames: usize) -> Vec<u8> {
    let payload = b"\x01\x18\x20\x07";
    let length = 7 + payload.len() as u16;
    let mut frame = vec![0xff, 0xf1, 0x50, 0x40, (length >> 3) as u8, ((length & 7) << 5) as u8 | 0x1f, 0xfc];
    frame.extend(payload);
    frame.repeat(frames)
}

/// Silent frames of MPEG 1 layer II: 32 kbit/s, 48,000 Hz, mono.
pub fn mp2(frames: usize) -> Vec<u8> {
    let mut frame = b"\xff\xfd\x14\xc4".to_vec();
    frame.resize(96, 0);
    frame.repeat(frames)
}

/// A ZIP with one stored, empty file.
pub fn zip(name: &str) -> Vec<u8> {
    let length = (name.len() as u16).to_le_bytes();
    let mut bytes = b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    bytes.extend(length);
    bytes.extend([0, 0]);
    bytes.extend(name.as_bytes());
    let directory = bytes.len() as u32;
    bytes.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend(length);
    bytes.extend([0; 16]);
    bytes.extend(name.as_bytes());
    let size = bytes.len() as u32 - directory;
    bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend(size.to_le_bytes());
    bytes.extend(directory.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}
