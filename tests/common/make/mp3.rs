//! Makes MP3 files: layer III frames of silence, with or without the usual headers and tags.

/// The header that encoders put into the first frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "these are their names")]
pub enum Info {
    Xing,
    Info,
    Vbri,
}

/// An MP3 file; [`Mp3::default`] is one second of 44.1 kHz stereo at 64 kbit/s without any tag.
///
/// The sample rate decides the version: 32 kHz and above MPEG 1, 16 to 24 kHz MPEG 2, below MPEG 2.5.
#[derive(Clone, Debug)]
pub struct Mp3 {
    pub rate: u32,
    pub channels: u16,
    /// In kbit/s; one that the version defines.
    pub bitrate: u32,
    /// The maximum duration, filled with whole frames.
    pub seconds: f64,
    pub info: Option<Info>,
    /// A wrong number of frames for the header in the first frame.
    pub promised: Option<u32>,
    /// Frames have a checksum.
    pub protected: bool,
    /// Bytes of an ID3v2 tag at the start, its header included; 0 for none.
    pub id3v2: usize,
    pub id3v1: bool,
    pub ape: bool,
    pub lyrics3: bool,
    /// Frames without a bit rate in their header, of this many bytes.
    pub free: Option<usize>,
}

impl Default for Mp3 {
    fn default() -> Self {
        Self {
            rate: 44_100,
            channels: 2,
            bitrate: 64,
            seconds: 1.0,
            info: None,
            promised: None,
            protected: false,
            id3v2: 0,
            id3v1: false,
            ape: false,
            lyrics3: false,
            free: None,
        }
    }
}

impl Mp3 {
    pub fn new(rate: u32, channels: u16, seconds: f64) -> Self {
        let bitrate = if rate >= 32_000 { 64 } else { 32 };
        Self { rate, channels, bitrate, seconds, ..Self::default() }
    }

    /// A long file of few bytes: 8 kHz, mono, 8 kbit/s.
    pub fn cheap(seconds: f64) -> Self {
        Self { bitrate: 8, ..Self::new(8_000, 1, seconds) }
    }

    fn samples(&self) -> u32 {
        if self.rate >= 32_000 { 1152 } else { 576 }
    }

    /// The number of frames with sound, without the one with the Xing header.
    pub fn frames(&self) -> usize {
        (self.seconds * f64::from(self.rate) / f64::from(self.samples()) + 1e-9).floor() as usize
    }

    /// The duration according to decoders.
    pub fn duration(&self) -> f64 {
        self.frames() as f64 * f64::from(self.samples()) / f64::from(self.rate)
    }

    fn side_len(&self) -> usize {
        match (self.rate >= 32_000, self.channels) {
            (true, 2) => 32,
            (true, _) | (false, 2) => 17,
            (false, _) => 9,
        }
    }

    /// One frame of silence: all of its side information is zero.
    pub fn frame(&self) -> Vec<u8> {
        self.frame_with(&[])
    }

    /// A frame whose side information begins with these bytes.
    pub fn frame_with(&self, side: &[u8]) -> Vec<u8> {
        let version: u8 = if self.rate >= 32_000 {
            3
        } else if self.rate >= 16_000 {
            2
        } else {
            0
        };
        let rates: [u32; 3] = match version {
            3 => [44_100, 48_000, 32_000],
            2 => [22_050, 24_000, 16_000],
            _ => [11_025, 12_000, 8_000],
        };
        let rate = rates.iter().position(|&rate| rate == self.rate).expect("a sample rate of MP3") as u8;
        let kbits: [u32; 15] = if version == 3 {
            [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        } else {
            [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
        };
        let index = if self.free.is_some() {
            0
        } else {
            kbits.iter().position(|&k| k == self.bitrate).expect("a bit rate of MP3") as u8
        };
        let len = self.free.unwrap_or((self.samples() / 8 * self.bitrate * 1000 / self.rate) as usize);
        let mut frame = vec![0; len];
        frame[0] = 0xFF;
        frame[1] = 0xE2 | version << 3 | u8::from(!self.protected);
        frame[2] = index << 4 | rate << 2;
        frame[3] = if self.channels == 1 { 0xC4 } else { 0x04 };
        let at = if self.protected { 6 } else { 4 };
        frame[at..at + side.len()].copy_from_slice(side);
        if self.protected {
            let crc = crc16(frame[2..4].iter().chain(&frame[6..6 + self.side_len()]));
            frame[4..6].copy_from_slice(&crc.to_be_bytes());
        }
        frame
    }

    fn info_frame(&self, info: Info) -> Vec<u8> {
        let mut frame = Self { bitrate: 128, protected: false, ..self.clone() }.frame();
        let frames = self.promised.unwrap_or(self.frames() as u32).to_be_bytes();
        if info == Info::Vbri {
            frame[36..40].copy_from_slice(b"VBRI");
            frame[50..54].copy_from_slice(&frames);
        } else {
            let at = 4 + self.side_len();
            frame[at..at + 4].copy_from_slice(if info == Info::Xing { b"Xing" } else { b"Info" });
            frame[at + 7] = 1;
            frame[at + 8..at + 12].copy_from_slice(&frames);
        }
        frame
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut file = Vec::new();
        if self.id3v2 >= 10 {
            file.extend(id3v2(self.id3v2));
        }
        if let Some(info) = self.info {
            file.extend(self.info_frame(info));
        }
        let frame = self.frame();
        for _ in 0..self.frames() {
            file.extend(&frame);
        }
        if self.ape {
            let mut footer = b"APETAGEX".to_vec();
            footer.extend(2000u32.to_le_bytes());
            footer.extend(32u32.to_le_bytes());
            footer.resize(32, 0);
            file.extend(footer);
        }
        if self.lyrics3 {
            file.extend(b"LYRICSBEGININD0000210000021LYRICS200");
        }
        if self.id3v1 {
            file.extend(b"TAGsilence");
            file.resize(file.len() + 118, 0);
        }
        file
    }
}

/// An `ID3v2.3` tag of this many bytes: a title, then padding.
pub fn id3v2(len: usize) -> Vec<u8> {
    let size = len - 10;
    let mut tag = b"ID3\x03\x00\x00".to_vec();
    tag.extend([21, 14, 7, 0].map(|shift| (size >> shift & 0x7F) as u8));
    if size >= 18 {
        tag.extend(b"TIT2\0\0\0\x08\0\0\0silence");
    }
    tag.resize(len, 0);
    tag
}

fn crc16<'a>(bytes: impl Iterator<Item = &'a u8>) -> u16 {
    bytes.fold(0xFFFF, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 })
    })
}
