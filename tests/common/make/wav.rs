//! Makes WAV files: a quiet tone in any of the usual sample formats.

/// The format of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    U8,
    S16,
    S24,
    S32,
    F32,
    F64,
    Alaw,
    Mulaw,
}

impl Sample {
    fn tag(self) -> u16 {
        match self {
            Self::F32 | Self::F64 => 3,
            Self::Alaw => 6,
            Self::Mulaw => 7,
            _ => 1,
        }
    }

    pub fn bytes(self) -> u16 {
        match self {
            Self::U8 | Self::Alaw | Self::Mulaw => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// The first letters of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Riff,
    /// Sizes in a `ds64` chunk (EBU Tech 3306).
    Rf64,
    Bw64,
}

/// A WAV file; [`Wav::default`] is one second of 48 kHz mono in 16 bits.
#[derive(Clone, Debug)]
pub struct Wav {
    pub rate: u32,
    pub channels: u16,
    pub sample: Sample,
    pub seconds: f64,
    pub form: Form,
    /// `WAVE_FORMAT_EXTENSIBLE`.
    pub extensible: bool,
    /// Both sizes as written by a program that cannot seek back: 0, 0xFFFFFFFF, 0x7FFFFFFF.
    pub streaming: Option<u32>,
    /// Chunks before `data`, identifier and content.
    pub before: Vec<([u8; 4], Vec<u8>)>,
    /// Chunks after `data`.
    pub after: Vec<([u8; 4], Vec<u8>)>,
}

impl Default for Wav {
    fn default() -> Self {
        Self {
            rate: 48_000,
            channels: 1,
            sample: Sample::S16,
            seconds: 1.0,
            form: Form::Riff,
            extensible: false,
            streaming: None,
            before: Vec::new(),
            after: Vec::new(),
        }
    }
}

impl Wav {
    pub fn new(rate: u32, channels: u16, seconds: f64) -> Self {
        Self { rate, channels, seconds, ..Self::default() }
    }

    /// A long file of few bytes: 8 kHz, mono, 8 bits.
    pub fn cheap(seconds: f64) -> Self {
        Self { sample: Sample::U8, ..Self::new(8_000, 1, seconds) }
    }

    fn block(&self) -> u16 {
        self.channels * self.sample.bytes()
    }

    fn samples(&self) -> Vec<u8> {
        let frames = (self.seconds * f64::from(self.rate)).round() as usize;
        let mut data = Vec::with_capacity(frames * usize::from(self.block()));
        for frame in 0..frames {
            // A triangle of 64 samples, at a hundredth of full scale.
            let step = (frame % 64) as i32;
            let value = f64::from(if step < 32 { step - 16 } else { 48 - step }) / 1600.0;
            for _ in 0..self.channels {
                match self.sample {
                    Sample::U8 => data.push((128.0 + value * 127.0) as u8),
                    Sample::S16 => data.extend(((value * 32_767.0) as i16).to_le_bytes()),
                    Sample::S24 => data.extend(&((value * 8_388_607.0) as i32).to_le_bytes()[..3]),
                    Sample::S32 => data.extend(((value * 2_147_483_647.0) as i32).to_le_bytes()),
                    Sample::F32 => data.extend((value as f32).to_le_bytes()),
                    Sample::F64 => data.extend(value.to_le_bytes()),
                    Sample::Alaw => data.push(0xD5 ^ (step as u8 & 7)),
                    Sample::Mulaw => data.push(0xFF ^ (step as u8 & 7)),
                }
            }
        }
        data
    }

    fn format(&self) -> Vec<u8> {
        let bits = self.sample.bytes() * 8;
        let mut format = Vec::new();
        let tag = self.sample.tag();
        format.extend(if self.extensible { 0xFFFE } else { tag }.to_le_bytes());
        format.extend(self.channels.to_le_bytes());
        format.extend(self.rate.to_le_bytes());
        format.extend((self.rate * u32::from(self.block())).to_le_bytes());
        format.extend(self.block().to_le_bytes());
        format.extend(bits.to_le_bytes());
        if self.extensible {
            format.extend(22u16.to_le_bytes());
            format.extend(bits.to_le_bytes());
            format.extend(((1u32 << self.channels) - 1).to_le_bytes());
            format.extend(tag.to_le_bytes());
            format.extend([0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]);
        } else if tag != 1 {
            format.extend(0u16.to_le_bytes());
        }
        format
    }

    pub fn bytes(&self) -> Vec<u8> {
        let data = self.samples();
        let mut body = b"WAVE".to_vec();
        let large = self.form != Form::Riff;
        if large {
            chunk(&mut body, *b"ds64", &[0; 28]);
        }
        chunk(&mut body, *b"fmt ", &self.format());
        if self.sample.tag() != 1 {
            let frames = (data.len() / usize::from(self.block())) as u32;
            chunk(&mut body, *b"fact", &frames.to_le_bytes());
        }
        for (id, content) in &self.before {
            chunk(&mut body, *id, content);
        }
        let at = body.len() + 4;
        chunk(&mut body, *b"data", &data);
        for (id, content) in &self.after {
            chunk(&mut body, *id, content);
        }
        let whole = body.len() as u64;
        let mut file = match self.form {
            Form::Riff => b"RIFF".to_vec(),
            Form::Rf64 => b"RF64".to_vec(),
            Form::Bw64 => b"BW64".to_vec(),
        };
        file.extend(self.streaming.unwrap_or(if large { u32::MAX } else { whole as u32 }).to_le_bytes());
        if let Some(size) = self.streaming.or(if large { Some(u32::MAX) } else { None }) {
            body[at..at + 4].copy_from_slice(&size.to_le_bytes());
        }
        if large {
            body[12..20].copy_from_slice(&whole.to_le_bytes());
            body[20..28].copy_from_slice(&(data.len() as u64).to_le_bytes());
            body[28..36].copy_from_slice(&((data.len() / usize::from(self.block())) as u64).to_le_bytes());
        }
        file.extend(body);
        file
    }
}

/// Appends a chunk, padded to an even length.
pub fn chunk(file: &mut Vec<u8>, id: [u8; 4], content: &[u8]) {
    file.extend(id);
    file.extend((content.len() as u32).to_le_bytes());
    file.extend(content);
    if content.len() % 2 == 1 {
        file.push(0);
    }
}

/// The offset of the content of a chunk.
pub fn find(file: &[u8], id: &[u8; 4]) -> usize {
    file.windows(4).position(|four| four == id).map_or(file.len(), |at| at + 8)
}
