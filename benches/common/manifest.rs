//! Generates manifests of any length. The requests are realistic, of six kinds, and about 600 bytes long.

use std::io::{self, Write};

const WORDS: [&str; 24] = [
    "welcome", "to", "the", "autumn", "tour", "of", "our", "workshop", "where", "every", "chair", "is", "made", "by",
    "hand,", "and", "each", "table", "tells", "a", "story", "about", "café", "life.",
];

/// What the records of a manifest contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No fault.
    Sound,
    /// Every record has one fault.
    Faulty,
    /// No fault; one record in a hundred contains a picture of 64 KiB as base64.
    Pictures,
}

impl Kind {
    pub fn from_name(name: &str) -> Option<Self> {
        [("sound", Self::Sound), ("faulty", Self::Faulty), ("pictures", Self::Pictures)]
            .into_iter()
            .find_map(|(known, kind)| (known == name).then_some(kind))
    }
}

/// Returns the record with this number, without a line break.
pub fn record(at: u64, kind: Kind) -> String {
    let picture = kind == Kind::Pictures && at % 100 == 99;
    let speed = if kind == Kind::Faulty { "2.5" } else { "1.1" };
    let id = format!("{:032x}", u128::from(at).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
    let script = text(at, 30);
    match at % 7 {
        _ if picture => format!(
            r#"{{"type": "image", "title": "Part {at}", "image": {{"type": "base64", "media_type": "image/png", "data": "{}"}}, "script": "{script}", "voice_id": "{id}"}}"#,
            picture64(at)
        ),
        0 | 1 => format!(
            r#"{{"type": "avatar", "title": "Part {at}", "avatar_id": "Daisy-inskirt-20220818", "voice_id": "{id}", "script": "{script}", "aspect_ratio": "16:9", "resolution": "1080p", "voice_settings": {{"speed": {speed}, "pitch": 0}}, "background": {{"type": "color", "value": "{}"}}, "callback_url": "https://hooks.example.com/heygen/{at}", "callback_id": "part-{at}"}}"#,
            if kind == Kind::Faulty { "#f0f0f0" } else { "#fafafa" }
        ),
        2 => format!(
            r#"{{"method": "POST", "path": "/v3/videos", "headers": {{"Idempotency-Key": "{id}"}}, "body": {{"type": "image", "image": {{"type": "url", "url": "https://cdn.example.com/pictures/{at}.png"}}, "script": "{script}", "voice_id": "{id}", "voice_settings": {{"speed": {speed}}}, "output_format": "mp4"}}}}"#
        ),
        3 => format!(
            r#"{{"type": "studio", "title": "Tour {at}", "scenes": [{{"type": "avatar_video", "input": {{"type": "avatar", "avatar_id": "Daisy", "voice_id": "{id}", "script": "{script}", "voice_settings": {{"speed": {speed}}}}}}}, {{"type": "video", "source": {{"type": "url", "url": "https://cdn.example.com/clips/{at}.mp4"}}}}, {{"type": "image", "source": {{"type": "asset_id", "asset_id": "{id}"}}, "duration": 4.5}}]}}"#
        ),
        4 => format!(
            r#"{{"method": "POST", "path": "/v3/video-translations", "body": {{"video": {{"type": "url", "url": "https://cdn.example.com/talks/{at}.mp4"}}, "output_languages": ["Spanish", "French"{}], "title": "{script}"}}}}"#,
            if kind == Kind::Faulty { ", 3" } else { "" }
        ),
        5 => format!(
            r#"{{"method": "POST", "path": "/v3/voices/speech", "body": {{"voice_id": "{id}", "text": "{script}", "speed": {}}}}}"#,
            if kind == Kind::Faulty { "2.5" } else { "1.25" }
        ),
        _ => format!(
            r#"{{"method": "POST", "path": "/v3/video-agents", "body": {{"prompt": "{script}", "files": [{{"type": "asset_id", "asset_id": "{id}"}}, {{"type": "url", "url": "https://cdn.example.com/notes/{at}.pdf"}}]{}}}}}"#,
            if kind == Kind::Faulty { r#", "sped": 1"# } else { "" }
        ),
    }
}

/// Writes the records, one per line.
pub fn write(records: u64, kind: Kind, out: &mut dyn Write) -> io::Result<()> {
    (0..records).try_for_each(|at| writeln!(out, "{}", record(at, kind)))
}

fn text(at: u64, words: u64) -> String {
    let mut text = format!("Number {at}:");
    for word in 0..words + at % 17 {
        text.push(' ');
        text.push_str(WORDS[((at * 7 + word * (1 + at % 5)) % WORDS.len() as u64) as usize]);
    }
    text
}

/// A black PNG in base64, with 48 KiB of noise in a chunk that decoders skip.
fn picture64(at: u64) -> String {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &[0, 0, 4, 0, 0, 0, 4, 0, 8, 0, 0, 0, 0]);
    let noise: Vec<u8> = (0..48 << 10).map(|n: u64| (n.wrapping_mul(at | 1) >> 3) as u8).collect();
    chunk(&mut png, b"teXt", &noise);
    let mut pixels = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    if let Ok(data) = pixels.write_all(&vec![0; 1025 * 1024]).and_then(|()| pixels.finish()) {
        chunk(&mut png, b"IDAT", &data);
    }
    chunk(&mut png, b"IEND", &[]);
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    png.chunks(3)
        .flat_map(|three| {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            (0..4).map(
                move |at| if at > three.len() { '=' } else { DIGITS[(bits >> (18 - 6 * at) & 63) as usize].into() },
            )
        })
        .collect()
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    png.extend(kind);
    png.extend(data);
    let mut crc = crc32fast::Hasher::new();
    crc.update(kind);
    crc.update(data);
    png.extend(crc.finalize().to_be_bytes());
}
