//! Makes media files from one line of words: `talk.mp4 = mp4 h264 1920x1080 25fps 12s aac`.
//!
//! The first word is the format, the others come in any order:
//!
//! | word | sets |
//! |---|---|
//! | `640x360` | width × height |
//! | `25fps` · `12s` · `48000Hz` · `8bit` · `2pages` | frame rate · duration · sample rate · bits per sample · pages |
//! | `mono` `stereo` `surround` · `h264` `hevc` `av1` `vp8` `vp9` · `aac` `pcm` `opus` | channels · video codec · audio codec |
//! | `rotation 90` · `orientation 6` | the MP4 matrix · the EXIF orientation |
//! | `progressive` `interlaced` `encrypted` `fragmented` `faststart` `live` `cmyk` `4:2:2` `rich` | features that the format has |
//! | `edits 2` · `bulk 90000` | entries of an MP4 edit list · extra bytes in each H.264 frame |
//! | `cut 60%` · `junk 20` · `size 40000000` | changes of the finished file: only the first 60 % · 20 extra bytes · padding to that many bytes |

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::make;

/// One file as its recipe describes it.
#[derive(Debug, Default)]
struct Recipe<'a> {
    format: &'a str,
    size: Option<(u32, u32)>,
    fps: f64,
    seconds: f64,
    rate: Option<u32>,
    bits: u16,
    channels: Option<u16>,
    pages: usize,
    video: Option<&'a str>,
    audio: Option<&'a str>,
    rotation: u32,
    orientation: Option<u8>,
    flags: Vec<&'a str>,
    cut: Option<f64>,
    junk: usize,
    padded: Option<u64>,
    edits: usize,
    bulk: usize,
}

impl<'a> Recipe<'a> {
    fn parse(text: &'a str) -> Self {
        let mut words = text.split_whitespace();
        let mut recipe = Recipe { format: words.next().expect("a format"), fps: 25.0, ..Self::default() };
        let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("{text} is not a number"));
        while let Some(word) = words.next() {
            let mut next = || words.next().unwrap_or_else(|| panic!("{word} needs a number"));
            let unit = |unit: &str| word.strip_suffix(unit).filter(|rest| rest.parse::<f64>().is_ok()).map(number);
            match word {
                "mono" => recipe.channels = Some(1),
                "stereo" => recipe.channels = Some(2),
                "surround" => recipe.channels = Some(6),
                "h264" | "hevc" | "av1" | "vp8" | "vp9" => recipe.video = Some(word),
                "aac" | "opus" | "pcm" => recipe.audio = Some(word),
                "rotation" => recipe.rotation = number(next()) as u32,
                "orientation" => recipe.orientation = Some(number(next()) as u8),
                "cut" => recipe.cut = Some(number(next().trim_end_matches('%')) / 100.0),
                "edits" => recipe.edits = number(next()) as usize,
                "bulk" => recipe.bulk = number(next()) as usize,
                "junk" => recipe.junk = number(next()) as usize,
                "size" => recipe.padded = Some(number(next()) as u64),
                "progressive" | "interlaced" | "encrypted" | "fragmented" | "faststart" | "live" | "cmyk" | "4:2:2"
                | "rich" => {
                    recipe.flags.push(word);
                }
                _ => {
                    if let Some((width, height)) = word.split_once('x') {
                        recipe.size = Some((number(width) as u32, number(height) as u32));
                    } else if let Some(fps) = unit("fps") {
                        recipe.fps = fps;
                    } else if let Some(rate) = unit("Hz") {
                        recipe.rate = Some(rate as u32);
                    } else if let Some(bits) = unit("bit") {
                        recipe.bits = bits as u16;
                    } else if let Some(pages) = unit("pages").or_else(|| unit("page")) {
                        recipe.pages = pages as usize;
                    } else if let Some(seconds) = unit("s") {
                        recipe.seconds = seconds;
                    } else {
                        panic!("{word} is not a word of recipes");
                    }
                }
            }
        }
        recipe
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    fn bytes(&self) -> Vec<u8> {
        let (width, height) = self.size.unwrap_or((64, 64));
        let (rate, channels) = (self.rate.unwrap_or(44_100), self.channels.unwrap_or(1));
        let mut bytes = match self.format {
            "mp4" => self.mp4(width, height),
            "webm" => self.webm(width, height),
            "png" => {
                let (interlaced, orientation) = (self.has("interlaced"), self.orientation);
                make::png::Png { interlaced, orientation, ..make::png::Png::new(width, height) }.bytes()
            }
            "jpeg" => make::jpeg::Jpeg {
                progressive: self.has("progressive"),
                cmyk: self.has("cmyk"),
                orientation: self.orientation,
                ..make::jpeg::Jpeg::new(width as u16, height as u16)
            }
            .bytes(),
            "wav" => {
                let sample = if self.bits == 8 { make::wav::Sample::U8 } else { make::wav::Sample::S16 };
                make::wav::Wav { sample, ..make::wav::Wav::new(rate, channels, self.seconds) }.bytes()
            }
            "mp3" => make::mp3::Mp3::new(rate, channels, self.seconds).bytes(),
            "pdf" => {
                let encryption =
                    if self.has("encrypted") { make::pdf::Encryption::User } else { make::pdf::Encryption::None };
                make::pdf::Pdf { pages: self.pages, encryption, ..Default::default() }.bytes()
            }
            other => {
                make::other::samples()
                    .into_iter()
                    .find(|sample| sample.format == other)
                    .unwrap_or_else(|| panic!("no maker for {other}"))
                    .bytes
            }
        };
        if let Some(part) = self.cut {
            bytes.truncate((bytes.len() as f64 * part) as usize);
        }
        bytes.extend(std::iter::repeat_n(b'?', self.junk));
        bytes
    }
}

impl Recipe<'_> {
    fn mp4(&self, width: u32, height: u32) -> Vec<u8> {
        use make::mp4::{Audio, AudioCodec, Mp4, Sequence, Video, VideoCodec};
        let mut file = Mp4::new()
            .faststart(self.has("faststart"))
            .fragmented(self.has("fragmented"))
            .encrypted(self.has("encrypted"));
        if let Some(codec) = self.video {
            let codec = match codec {
                "hevc" => VideoCodec::Hevc,
                "av1" => VideoCodec::Av1,
                "vp9" => VideoCodec::Vp9,
                _ => VideoCodec::H264,
            };
            let (fps, seconds, rotation) = (self.fps, self.seconds, self.rotation);
            let sequence = match () {
                () if self.has("4:2:2") => Sequence::Wide,
                () if self.has("interlaced") => Sequence::Fields,
                () => Sequence::Plain,
            };
            let bulk = self.bulk;
            file =
                file.video(Video { codec, width, height, fps, seconds, rotation, bulk, sequence, ..Video::default() });
        }
        if let Some(codec) = self.audio {
            let codec = if codec == "pcm" { AudioCodec::Pcm } else { AudioCodec::Aac };
            let (rate, channels) = (self.rate.unwrap_or(48_000), self.channels.unwrap_or(2));
            file = file.audio(Audio {
                codec,
                rate,
                channels,
                seconds: self.seconds,
                bulk: if self.has("rich") { 600 } else { 0 },
            });
        }
        let each = self.seconds / self.edits.max(1) as f64;
        let edits: Vec<_> = (0..self.edits).map(|at| (Some(at as f64 * each), each)).collect();
        file = file.edits(&edits);
        file.bytes()
    }

    fn webm(&self, width: u32, height: u32) -> Vec<u8> {
        use make::webm::{Picture, Video, WebM};
        let codec = if self.video == Some("vp9") { Picture::Vp9 } else { Picture::Vp8 };
        WebM {
            video: self.video.map(|_| Video::new(codec, width, height, self.fps)),
            opus: self.audio.map(|_| 2),
            seconds: self.seconds,
            live: self.has("live"),
            ..WebM::default()
        }
        .bytes()
    }
}

/// The bytes that a recipe describes.
pub fn bytes(recipe: &str) -> Vec<u8> {
    Recipe::parse(recipe).bytes()
}

/// Writes the files of a block, one recipe per line, below a folder.
pub fn write(folder: &Path, block: &str) {
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        let (name, recipe) = line.split_once('=').unwrap_or_else(|| panic!("“{line}” is not `name = recipe`"));
        let recipe = Recipe::parse(recipe);
        let path = folder.join(name.trim());
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        let mut file = File::create(path).expect("the file is made");
        let bytes = recipe.bytes();
        file.write_all(&bytes).expect("written");
        if let Some(size) = recipe.padded {
            pad(&mut file, bytes.len() as u64, size);
        }
    }
}

/// Makes an MP4 longer with a `free` box, which is valid and takes no disk space if files can be sparse.
fn pad(file: &mut File, from: u64, to: u64) {
    let more = u32::try_from(to - from).expect("below 4 GB");
    file.seek(SeekFrom::Start(from)).expect("sought");
    file.write_all(&more.to_be_bytes()).expect("written");
    file.write_all(b"free").expect("written");
    file.set_len(to).expect("made longer");
}

/// Expands the short forms of examples: `⟨5001 × "a"⟩` and `⟨base64 png 16x16⟩`.
pub fn fill(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('⟨') {
        let (inside, after) = after.split_once('⟩').expect("⟨ is closed by ⟩");
        out.push_str(before);
        if let Some(recipe) = inside.strip_prefix("base64 ") {
            out.push_str(&base64(&bytes(recipe)));
        } else {
            let (times, piece) =
                inside.split_once(" × ").unwrap_or_else(|| panic!("⟨{inside}⟩ is not a known short form"));
            let piece = piece.trim_matches('"');
            out.push_str(&piece.repeat(times.trim().parse().expect("a count")));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// RFC 4648, section 4.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let six = (bits >> (18 - 6 * at) & 63) as usize;
            out.push(if at <= chunk.len() { ALPHABET[six] as char } else { '=' });
        }
    }
    out
}

/// The files that `fixtures/recipes.txt` describes: path and bytes.
pub fn fixtures(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let text = std::fs::read_to_string(folder.join("recipes.txt")).expect("fixtures/recipes.txt");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let split = |line: &str| {
        let (path, recipe) = line.split_once(" = ").unwrap_or_else(|| panic!("“{line}” is not `path = recipe`"));
        let (recipe, _) = recipe.split_once('#').unwrap_or_else(|| panic!("{path} does not say what it shows"));
        (path.to_owned(), bytes(recipe))
    };
    lines.map(split).collect()
}
