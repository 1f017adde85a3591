//! Makes WebM files with frames that decoders play: grey VP8 or VP9 pictures, Opus silence.

use super::bulk;

/// The codec of the video track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Every frame is a key frame, with about 1.3 bytes per macroblock.
    Vp8,
    /// A key frame at the start of each cluster, then frames of one byte that show it again.
    Vp9,
}

/// The video track.
#[derive(Clone, Copy, Debug)]
pub struct Video {
    pub codec: Picture,
    pub width: u32,
    pub height: u32,
    pub fps: f64,
    /// `DisplayWidth` and `DisplayHeight`, if they differ from the pixel size.
    pub display: Option<(u32, u32)>,
    /// `ProjectionPoseRoll` in degrees: 90 and -90 turn the picture.
    pub roll: f64,
    /// States `DefaultDuration`.
    pub default_duration: bool,
    /// Extra bytes in each frame, for a realistic size; every frame is then a key frame.
    pub bulk: usize,
}

impl Video {
    pub fn new(codec: Picture, width: u32, height: u32, fps: f64) -> Self {
        Self { codec, width, height, fps, display: None, roll: 0.0, default_duration: true, bulk: 0 }
    }
}

/// A WebM file; [`WebM::default`] is two seconds of VP8 at 320×180 and 25 frames per second, with Opus.
#[derive(Clone, Debug)]
pub struct WebM {
    pub video: Option<Video>,
    /// Channels of the Opus track: 1 or 2.
    pub opus: Option<u8>,
    pub seconds: f64,
    /// As browsers record: Segment and clusters of unknown size, no Duration, no Cues.
    pub live: bool,
    /// A wrong duration for Info, in milliseconds.
    pub declared: Option<f64>,
    /// Level-1 elements begin with a CRC-32.
    pub checksums: bool,
    /// Opus packets per block; more than one makes laced blocks.
    pub laced: usize,
}

impl Default for WebM {
    fn default() -> Self {
        Self {
            video: Some(Video::new(Picture::Vp8, 320, 180, 25.0)),
            opus: Some(2),
            seconds: 2.0,
            live: false,
            declared: None,
            checksums: false,
            laced: 1,
        }
    }
}

pub const SEGMENT: u32 = 0x1853_8067;
pub const INFO: u32 = 0x1549_A966;
pub const TRACKS: u32 = 0x1654_AE6B;
pub const CLUSTER: u32 = 0x1F43_B675;
pub const CUES: u32 = 0x1C53_BB6B;

impl WebM {
    pub fn new(codec: Picture, width: u32, height: u32, fps: f64, seconds: f64) -> Self {
        Self { video: Some(Video::new(codec, width, height, fps)), seconds, ..Self::default() }
    }

    /// Only sound.
    pub fn sound(channels: u8, seconds: f64) -> Self {
        Self { video: None, opus: Some(channels), seconds, ..Self::default() }
    }

    /// Time in milliseconds, track and content of every block, in time order.
    fn blocks(&self) -> Vec<(u64, u8, Vec<u8>)> {
        let mut blocks = Vec::new();
        if let Some(video) = self.video {
            let key = match video.codec {
                Picture::Vp8 => vp8(video.width, video.height),
                Picture::Vp9 => vp9(video.width, video.height),
            };
            let key = [key, bulk(video.bulk)].concat();
            let mut second = u64::MAX;
            for frame in 0..(self.seconds * video.fps).round() as u64 {
                let time = (frame as f64 * 1000.0 / video.fps).round() as u64;
                let again = video.codec == Picture::Vp9 && time / 1000 == second && video.bulk == 0;
                second = time / 1000;
                // show_existing_frame of slot 0.
                blocks.push((time, 1, if again { vec![0x88] } else { key.clone() }));
            }
        }
        if self.opus.is_some() {
            let packets = (self.seconds / 0.02).round() as u64;
            for first in (0..packets).step_by(self.laced) {
                let count = (packets - first).min(self.laced as u64) as usize;
                let mut content = Vec::new();
                if self.laced > 1 {
                    content.push(count as u8 - 1);
                    content.extend(std::iter::repeat_n(3, count - 1));
                }
                content.extend([0xF8, 0xFF, 0xFE].repeat(count));
                blocks.push((first * 20, 2, content));
            }
        }
        blocks.sort_by_key(|&(time, track, _)| (time, track));
        blocks
    }

    fn tracks(&self) -> Vec<u8> {
        let mut tracks = Vec::new();
        if let Some(video) = self.video {
            let mut picture = [number(0xB0, video.width.into()), number(0xBA, video.height.into())].concat();
            if let Some((width, height)) = video.display {
                picture.extend([number(0x54B0, width.into()), number(0x54BA, height.into())].concat());
            }
            if video.roll != 0.0 {
                picture.extend(element(0x7670, &[number(0x7671, 0), float(0x7675, video.roll)].concat()));
            }
            let codec: &[u8] = if video.codec == Picture::Vp8 { b"V_VP8" } else { b"V_VP9" };
            let mut entry =
                [number(0xD7, 1), number(0x73C5, 1), number(0x9C, 0), number(0x83, 1), element(0x86, codec)];
            if video.default_duration {
                entry[2].extend(number(0x23_E383, (1e9 / video.fps).round() as u64));
            }
            tracks.extend(element(0xAE, &[entry.concat(), element(0xE0, &picture)].concat()));
        }
        if let Some(channels) = self.opus {
            let mut head = b"OpusHead\x01".to_vec();
            head.extend([channels, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0]);
            let sound = [float(0xB5, 48_000.0), number(0x9F, channels.into())].concat();
            let entry = [
                number(0xD7, 2),
                number(0x73C5, 2),
                number(0x9C, 0),
                number(0x83, 2),
                element(0x86, b"A_OPUS"),
                element(0x63A2, &head),
                number(0x56BB, 80_000_000),
                element(0xE1, &sound),
            ];
            tracks.extend(element(0xAE, &entry.concat()));
        }
        tracks
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut info = number(0x2A_D7B1, 1_000_000);
        if !self.live {
            info.extend(float(0x4489, self.declared.unwrap_or(self.seconds * 1000.0)));
        }
        info.extend([element(0x4D80, b"maker"), element(0x5741, b"maker")].concat());
        let mut body = [self.master(INFO, &info), self.master(TRACKS, &self.tracks())].concat();
        let mut cues = Vec::new();
        let mut cluster = Vec::new();
        let mut start = None;
        for (time, track, content) in self.blocks() {
            // One cluster per second.
            if start.is_none_or(|start| time / 1000 != start / 1000) {
                body.extend(self.cluster(&std::mem::take(&mut cluster)));
                let position = [number(0xF7, track.into()), number(0xF1, body.len() as u64)].concat();
                cues.extend(element(0xBB, &[number(0xB3, time), element(0xB7, &position)].concat()));
                cluster = number(0xE7, time);
                start = Some(time);
            }
            let offset = (time - start.unwrap_or(time)) as i16;
            // Key frame; EBML lacing of equal sizes.
            let first = content.first().copied().unwrap_or(0);
            let lacing = if track == 2 && self.laced > 1 { 0x02 } else { 0 };
            let flags = if first == 0x88 { 0 } else { 0x80 } | lacing;
            let mut block = vec![0x80 | track];
            block.extend(offset.to_be_bytes());
            block.push(flags);
            block.extend(content);
            cluster.extend(element(0xA3, &block));
        }
        body.extend(self.cluster(&cluster));
        if !self.live {
            body.extend(self.master(CUES, &cues));
        }
        let header = [
            number(0x4286, 1),
            number(0x42F7, 1),
            number(0x42F2, 4),
            number(0x42F3, 8),
            element(0x4282, b"webm"),
            number(0x4287, 4),
            number(0x4285, 2),
        ];
        let mut file = element(0x1A45_DFA3, &header.concat());
        if self.live {
            file.extend(SEGMENT.to_be_bytes());
            file.extend([0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
            file.extend(body);
        } else {
            file.extend(element(SEGMENT, &body));
        }
        file
    }

    fn cluster(&self, content: &[u8]) -> Vec<u8> {
        if content.is_empty() {
            return Vec::new();
        }
        if self.live {
            return [&CLUSTER.to_be_bytes()[..], &[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], content].concat();
        }
        self.master(CLUSTER, content)
    }

    fn master(&self, id: u32, content: &[u8]) -> Vec<u8> {
        if !self.checksums {
            return element(id, content);
        }
        let crc = crc32fast::hash(content).to_le_bytes();
        element(id, &[&element(0xBF, &crc), content].concat())
    }
}

/// An element with its size in the fewest bytes.
pub fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = id.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect();
    let size = content.len() as u64;
    let len = (1..8).find(|&len| size < (1 << (7 * len)) - 1).unwrap_or(8);
    out.extend(&(size | 1 << (7 * len)).to_be_bytes()[8 - len as usize..]);
    out.extend(content);
    out
}

/// An element with an unsigned integer.
pub fn number(id: u32, value: u64) -> Vec<u8> {
    let bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect();
    element(id, if bytes.is_empty() { &[0] } else { &bytes })
}

/// An element with a float of eight bytes.
pub fn float(id: u32, value: f64) -> Vec<u8> {
    element(id, &value.to_be_bytes())
}

/// The offset of the identifier of an element, searched from `from`.
pub fn find(file: &[u8], id: u32, from: usize) -> usize {
    let bytes: Vec<u8> = id.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect();
    let at = file[from..].windows(bytes.len()).position(|piece| piece == bytes);
    at.map_or(file.len(), |at| from + at)
}

/// A grey key frame. A boolean decoder decodes zero bytes as zeros whatever the probabilities: no segmentation, no
/// filter, no new probabilities, every macroblock predicted by its subblocks, no coefficients.
pub fn vp8(width: u32, height: u32) -> Vec<u8> {
    let blocks = (width.div_ceil(16) * height.div_ceil(16)) as usize;
    let modes = 64 + blocks * 3 / 4;
    let coefficients = 64 + blocks * 4 / 5;
    // Key frame, version 0, shown.
    let tag = 0x10 | (modes as u32) << 5;
    let mut frame = tag.to_le_bytes()[..3].to_vec();
    frame.extend([0x9D, 0x01, 0x2A]);
    frame.extend((width as u16).to_le_bytes());
    frame.extend((height as u16).to_le_bytes());
    frame.resize(10 + modes + coefficients, 0);
    frame
}

/// A grey key frame of profile 0, stored in all slots. Zero bytes again: blocks of the largest size, no coefficients.
pub fn vp9(width: u32, height: u32) -> Vec<u8> {
    let mut bits = Vec::new();
    let mut put = |value: u32, count: u32| bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    put(2, 2); // frame_marker
    put(0, 3); // profile, show_existing_frame
    put(0, 1); // key frame
    put(1, 1); // show_frame
    put(0, 1); // error_resilient_mode
    put(0x49_8342, 24);
    put(1, 3); // color_space: BT.601
    put(0, 1); // color_range
    put(width - 1, 16);
    put(height - 1, 16);
    put(0, 1); // render_and_frame_size_different
    put(1, 1); // refresh_frame_context
    put(0, 1); // frame_parallel_decoding_mode
    put(0, 2); // frame_context_idx
    put(0, 6); // loop_filter_level
    put(0, 3); // loop_filter_sharpness
    put(0, 1); // loop_filter_delta_enabled
    put(60, 8); // base_q_idx
    put(0, 3); // delta_coded, three times
    put(0, 1); // segmentation_enabled
    if width.div_ceil(64) >= 8 {
        put(0, 1); // increment_tile_cols_log2
    }
    put(0, 1); // tile_rows_log2
    let compressed = 64;
    put(compressed, 16);
    let mut frame: Vec<u8> = bits
        .chunks(8)
        .map(|byte| byte.iter().enumerate().fold(0, |sum, (at, &bit)| sum | u8::from(bit) << (7 - at)))
        .collect();
    let smallest = (width.div_ceil(8) * height.div_ceil(8)) as usize;
    frame.resize(frame.len() + compressed as usize + 64 + smallest, 0);
    frame
}
