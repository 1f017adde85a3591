//! Makes MP4 files.
//!
//! ```ignore
//! let bytes = Mp4::new()
//!     .video(Video { width: 1920, height: 1080, fps: 25.0, seconds: 12.0, ..Video::default() })
//!     .audio(Audio { seconds: 12.0, ..Audio::default() })
//!     .bytes();
//! ```
//!
//! H.264, AAC and PCM tracks are real: `ffmpeg` decodes them without errors (a grey picture, silence). They are small
//! in bytes: one byte per macroblock for a key frame, a dozen bytes for any other frame. HEVC, AV1 and VP9 have the
//! right structure around payload that no decoder could show.
//!
//! [`breaking`] damages files: it finds boxes by path, overwrites numbers, and removes boxes.

pub mod breaking;
mod coded;
mod h264;

use coded::{Made, make};
pub use h264::Sequence;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// Real: grey key frames, and frames that repeat them.
    H264,
    /// Structure only.
    Hevc,
    /// Structure only.
    Av1,
    /// Structure only.
    Vp9,
}

#[derive(Clone, Debug)]
pub struct Video {
    pub codec: VideoCodec,
    /// In pixels; H.264 of 4:2:0 needs even numbers.
    pub width: u32,
    pub height: u32,
    pub fps: f64,
    pub seconds: f64,
    /// Clockwise: 0, 90, 180 or 270.
    pub rotation: u32,
    /// The pixel aspect ratio, horizontal to vertical; 1 to 1 writes no `pasp`.
    pub aspect: (u32, u32),
    /// The visible part of the picture (`clap`); none writes no box.
    pub shown: Option<(u32, u32)>,
    /// The number of frames from one key frame to the next.
    pub key_every: u32,
    /// Extra bytes of slice data in each H.264 frame, for a realistic size; decoders then show damage.
    pub bulk: usize,
    pub sequence: Sequence,
}

impl Default for Video {
    fn default() -> Self {
        Self {
            codec: VideoCodec::H264,
            width: 1920,
            height: 1080,
            fps: 25.0,
            seconds: 2.0,
            rotation: 0,
            aspect: (1, 1),
            shown: None,
            key_every: 250,
            bulk: 0,
            sequence: Sequence::Plain,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioCodec {
    /// AAC-LC, real silence, one or two channels.
    Aac,
    /// 16 bits, little-endian (`sowt`).
    Pcm,
}

#[derive(Clone, Debug)]
pub struct Audio {
    pub codec: AudioCodec,
    pub rate: u32,
    pub channels: u16,
    pub seconds: f64,
    /// Extra bytes in each AAC frame, which decoders ignore.
    pub bulk: usize,
}

impl Default for Audio {
    fn default() -> Self {
        Self { codec: AudioCodec::Aac, rate: 48_000, channels: 2, seconds: 2.0, bulk: 0 }
    }
}

/// An edit: its start in the media (none: nothing is shown) and its duration, both in seconds.
pub type Edit = (Option<f64>, f64);

#[derive(Clone, Debug, Default)]
pub struct Mp4 {
    tracks: Vec<Source>,
    faststart: bool,
    fragmented: bool,
    index: bool,
    wide: bool,
    open_end: bool,
    encrypted: bool,
    edits: Vec<Edit>,
    declared: Option<f64>,
}

#[derive(Clone, Debug)]
enum Source {
    Video(Video),
    Audio(Audio),
}

impl Mp4 {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a picture track.
    pub fn video(mut self, video: Video) -> Self {
        self.tracks.push(Source::Video(video));
        self
    }

    /// Adds a sound track.
    pub fn audio(mut self, audio: Audio) -> Self {
        self.tracks.push(Source::Audio(audio));
        self
    }

    /// `moov` before `mdat`.
    pub fn faststart(mut self, yes: bool) -> Self {
        self.faststart = yes;
        self
    }

    /// In fragments of a second each, with `mehd`.
    pub fn fragmented(mut self, yes: bool) -> Self {
        self.fragmented = yes;
        self
    }

    /// A `sidx` before the first fragment.
    pub fn index(mut self, yes: bool) -> Self {
        self.index = yes;
        self
    }

    /// A 64-bit `mdat` and `co64`.
    pub fn wide(mut self, yes: bool) -> Self {
        self.wide = yes;
        self
    }

    /// The last box, `mdat`, has size 0: it extends to the end of the file. Puts `moov` first.
    pub fn open_end(mut self, yes: bool) -> Self {
        self.open_end = yes;
        self.faststart |= yes;
        self
    }

    /// The sample entries say that the samples are encrypted (`encv`, `enca`).
    pub fn encrypted(mut self, yes: bool) -> Self {
        self.encrypted = yes;
        self
    }

    /// An edit list for the first track.
    pub fn edits(mut self, edits: &[Edit]) -> Self {
        self.edits = edits.to_vec();
        self
    }

    /// A wrong duration for `mvhd`, in seconds.
    pub fn declared(mut self, seconds: f64) -> Self {
        self.declared = Some(seconds);
        self
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let tracks: Vec<Made> = self.tracks.iter().map(make).collect();
        if self.fragmented { self.fragments(&tracks) } else { self.whole(&tracks) }
    }

    fn whole(&self, tracks: &[Made]) -> Vec<u8> {
        // One chunk per second, the tracks alternating.
        let mut data = Vec::new();
        let mut offsets = vec![Vec::new(); tracks.len()];
        let most = tracks.iter().map(|track| track.chunks().len()).max().unwrap_or(0);
        for index in 0..most {
            for (track, offsets) in tracks.iter().zip(&mut offsets) {
                if let Some(chunk) = track.chunks().get(index) {
                    offsets.push(data.len() as u64);
                    track.samples[chunk.clone()].iter().for_each(|sample| data.extend_from_slice(&sample.bytes));
                }
            }
        }
        let head = ftyp();
        let mdat = if self.open_end {
            [&0u32.to_be_bytes()[..], b"mdat", &data].concat()
        } else if self.wide {
            [&1u32.to_be_bytes()[..], b"mdat", &(data.len() as u64 + 16).to_be_bytes(), &data].concat()
        } else {
            boxed(b"mdat", &[&data])
        };
        let before = (mdat.len() - data.len()) as u64 + head.len() as u64;
        let moov = |base: u64| {
            let at: Vec<Vec<u64>> =
                offsets.iter().map(|list| list.iter().map(|offset| offset + base).collect()).collect();
            self.moov(tracks, &at)
        };
        if self.faststart {
            let size = moov(0).len() as u64;
            [head, moov(before + size), mdat].concat()
        } else {
            [head, mdat, moov(before)].concat()
        }
    }

    fn fragments(&self, tracks: &[Made]) -> Vec<u8> {
        let mut parts = Vec::new();
        let most = tracks.iter().map(|track| track.chunks().len()).max().unwrap_or(0);
        for index in 0..most {
            let sequence = boxed(b"mfhd", &[&word(0), &word(index as u32 + 1)]);
            let build = |base: u32| {
                let mut at = base;
                let mut trafs = Vec::new();
                for (number, track) in tracks.iter().enumerate() {
                    let Some(chunk) = track.chunks().get(index).cloned() else { continue };
                    let start: u64 = track.samples[..chunk.start].iter().map(|sample| u64::from(sample.length)).sum();
                    let samples = &track.samples[chunk];
                    let entries: Vec<u8> = samples
                        .iter()
                        .flat_map(|sample| {
                            let flags = if sample.key { 0x0200_0000u32 } else { 0x0101_0000 };
                            [sample.length, sample.bytes.len() as u32, flags].map(u32::to_be_bytes).concat()
                        })
                        .collect();
                    let tfhd = boxed(b"tfhd", &[&word(0x2_0000), &word(number as u32 + 1)]);
                    let tfdt = boxed(b"tfdt", &[&word(0x0100_0000), &start.to_be_bytes()]);
                    let trun = boxed(b"trun", &[&word(0x701), &word(samples.len() as u32), &word(at), &entries]);
                    trafs.push(boxed(b"traf", &[&tfhd, &tfdt, &trun]));
                    at += samples.iter().map(|sample| sample.bytes.len() as u32).sum::<u32>();
                }
                boxed(b"moof", &[&sequence, &trafs.concat()])
            };
            let size = build(0).len() as u32;
            let mut data = Vec::new();
            for track in tracks {
                if let Some(chunk) = track.chunks().get(index).cloned() {
                    track.samples[chunk].iter().for_each(|sample| data.extend_from_slice(&sample.bytes));
                }
            }
            parts.push([build(size + 8), boxed(b"mdat", &[&data])].concat());
        }
        let empty = vec![Vec::new(); tracks.len()];
        let mut file = [ftyp(), self.moov(tracks, &empty)].concat();
        if self.index {
            let entries: Vec<u8> = parts
                .iter()
                .flat_map(|part| [part.len() as u32, 1_000, 0x9000_0000].map(u32::to_be_bytes).concat())
                .collect();
            let count = (parts.len() as u32).to_be_bytes();
            file.extend(boxed(b"sidx", &[&word(0), &word(1), &word(1_000), &word(0), &word(0), &count, &entries]));
        }
        file.extend(parts.concat());
        file
    }

    fn seconds(&self, tracks: &[Made]) -> f64 {
        let edited: f64 = self.edits.iter().map(|(_, length)| length).sum();
        tracks
            .iter()
            .enumerate()
            .map(|(index, track)| if index == 0 && edited > 0.0 { edited } else { track.seconds() })
            .fold(0.0, f64::max)
    }

    fn moov(&self, tracks: &[Made], offsets: &[Vec<u64>]) -> Vec<u8> {
        let seconds = self.seconds(tracks);
        let declared = if self.fragmented { 0.0 } else { seconds };
        let units = (self.declared.unwrap_or(declared) * 1_000.0).round() as u32;
        let mvhd = boxed(
            b"mvhd",
            &[
                &[0; 12],
                &word(1_000),
                &word(units),
                &word(0x1_0000),
                &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                &matrix(0),
                &[0; 24],
                &word(tracks.len() as u32 + 1),
            ],
        );
        let mut content = vec![mvhd];
        for (index, (track, offsets)) in tracks.iter().zip(offsets).enumerate() {
            content.push(self.trak(index, track, offsets));
        }
        if self.fragmented {
            let mehd = boxed(b"mehd", &[&word(0), &word((seconds * 1_000.0).round() as u32)]);
            let trex = (1..=tracks.len() as u32)
                .map(|id| boxed(b"trex", &[&word(0), &word(id), &word(1), &word(0), &word(0), &word(0)]));
            content.push(boxed(b"mvex", &[&mehd, &trex.collect::<Vec<_>>().concat()]));
        }
        boxed(b"moov", &[&content.concat()])
    }

    fn trak(&self, index: usize, track: &Made, offsets: &[u64]) -> Vec<u8> {
        let samples = if self.fragmented { &[][..] } else { &track.samples[..] };
        let units = (track.seconds() * 1_000.0).round() as u32;
        let volume: u16 = if track.handler == b"soun" { 0x100 } else { 0 };
        let tkhd = boxed(
            b"tkhd",
            &[
                &word(3),
                &[0; 8],
                &word(index as u32 + 1),
                &[0; 4],
                &word(units),
                &[0; 12],
                &volume.to_be_bytes(),
                &[0; 2],
                &matrix(track.rotation),
                &word(track.size.0 << 16),
                &word(track.size.1 << 16),
            ],
        );
        let mut edits = Vec::new();
        if index == 0 && !self.edits.is_empty() {
            let mut entries = Vec::new();
            for (from, length) in &self.edits {
                let from = from.map_or(-1, |from| (from * f64::from(track.scale)).round() as i32);
                entries.extend(((length * 1_000.0).round() as u32).to_be_bytes());
                entries.extend(from.to_be_bytes());
                entries.extend(word(0x1_0000));
            }
            let elst = boxed(b"elst", &[&word(0), &word(self.edits.len() as u32), &entries]);
            edits = boxed(b"edts", &[&elst]);
        }
        let length: u32 = samples.iter().map(|sample| sample.length).sum();
        let mdhd = boxed(b"mdhd", &[&[0; 12], &word(track.scale), &word(length), &[0x55, 0xc4, 0, 0]]);
        let hdlr = boxed(b"hdlr", &[&[0; 8], track.handler, &[0; 12], b"maker\0"]);
        let media = match track.handler {
            b"soun" => boxed(b"smhd", &[&[0; 8]]),
            _ => boxed(b"vmhd", &[&word(1), &[0; 8]]),
        };
        let dref = boxed(b"dref", &[&word(0), &word(1), &boxed(b"url ", &[&word(1)])]);
        let entry = if self.encrypted { protect(&track.entry, track.handler) } else { track.entry.clone() };
        let mut tables = vec![boxed(b"stsd", &[&word(0), &word(1), &entry])];
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for sample in samples {
            match runs.last_mut() {
                Some((count, length)) if *length == sample.length => *count += 1,
                _ => runs.push((1, sample.length)),
            }
        }
        tables.push(table(b"stts", &runs.iter().map(|(count, length)| [*count, *length]).collect::<Vec<_>>()));
        if samples.iter().any(|sample| !sample.key) {
            let keys = samples.iter().zip(1u32..).filter(|(sample, _)| sample.key).map(|(_, number)| [number]);
            tables.push(table(b"stss", &keys.collect::<Vec<_>>()));
        }
        let mut chunks: Vec<[u32; 3]> = Vec::new();
        for (number, chunk) in (1u32..).zip(if self.fragmented { Vec::new() } else { track.chunks() }) {
            if chunks.last().is_none_or(|last| last[1] != chunk.len() as u32) {
                chunks.push([number, chunk.len() as u32, 1]);
            }
        }
        tables.push(table(b"stsc", &chunks));
        let sizes: Vec<u8> = samples.iter().flat_map(|sample| (sample.bytes.len() as u32).to_be_bytes()).collect();
        tables.push(match track.fixed {
            Some(size) => boxed(b"stsz", &[&word(0), &word(size), &word(samples.len() as u32)]),
            None => boxed(b"stsz", &[&word(0), &word(0), &word(samples.len() as u32), &sizes]),
        });
        tables.push(if self.wide {
            let offsets: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_be_bytes()).collect();
            boxed(b"co64", &[&word(0), &word(offsets.len() as u32 / 8), &offsets])
        } else {
            table(b"stco", &offsets.iter().map(|offset| [*offset as u32]).collect::<Vec<_>>())
        });
        let stbl = boxed(b"stbl", &[&tables.concat()]);
        let minf = boxed(b"minf", &[&media, &boxed(b"dinf", &[&dref]), &stbl]);
        boxed(b"trak", &[&tkhd, &edits, &boxed(b"mdia", &[&mdhd, &hdlr, &minf])])
    }
}

/// A sample entry in its protected form.
fn protect(entry: &[u8], handler: &[u8; 4]) -> Vec<u8> {
    let frma = boxed(b"frma", &[&entry[4..8]]);
    let schm = boxed(b"schm", &[&word(0), b"cenc", &word(0x1_0000)]);
    let tenc = boxed(b"tenc", &[&word(0), &[0, 0, 1, 8], &[7; 16]]);
    let sinf = boxed(b"sinf", &[&frma, &schm, &boxed(b"schi", &[&tenc])]);
    boxed(if handler == b"soun" { b"enca" } else { b"encv" }, &[&entry[8..], &sinf])
}

fn word(value: u32) -> [u8; 4] {
    value.to_be_bytes()
}

fn ftyp() -> Vec<u8> {
    boxed(b"ftyp", &[b"isom", &word(0x200), b"isomiso2avc1mp41"])
}

fn matrix(rotation: u32) -> Vec<u8> {
    let one = 0x1_0000i32;
    let (a, b) = match rotation {
        90 => (0, one),
        180 => (-one, 0),
        270 => (0, -one),
        _ => (one, 0),
    };
    [a, b, 0, -b, a, 0, 0, 0, 0x4000_0000].map(i32::to_be_bytes).concat()
}

fn table<const N: usize>(kind: &[u8; 4], entries: &[[u32; N]]) -> Vec<u8> {
    let content: Vec<u8> = entries.iter().flatten().flat_map(|number| number.to_be_bytes()).collect();
    boxed(kind, &[&word(0), &word(entries.len() as u32), &content])
}

/// A box around its parts.
pub fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, &content].concat()
}
