//! Makes PNG files: [`Png`] describes one, [`Png::bytes`] returns it; [`Png::chunks`], [`join`], [`find`] and [`seal`]
//! help to damage it.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

pub const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The colour types of PNG by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

impl Color {
    fn samples(self) -> usize {
        match self {
            Self::Grey | Self::Palette => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// The description of a PNG. A plain picture has one colour and compresses to almost nothing, whatever its size.
#[derive(Clone, Debug)]
pub struct Png {
    pub width: u32,
    pub height: u32,
    pub color: Color,
    /// Bits per sample.
    pub depth: u8,
    pub interlaced: bool,
    /// Random pixels instead of one colour, which do not compress.
    pub noise: bool,
    /// An eXIf chunk with this orientation.
    pub orientation: Option<u8>,
    /// The number of frames of an animation, whose first frame is the picture; 0 for none.
    pub frames: u32,
    /// Chunks between IHDR and IDAT.
    pub before_data: Vec<Chunk>,
    /// Chunks between IDAT and IEND.
    pub after_data: Vec<Chunk>,
    /// The most bytes in one IDAT chunk.
    pub idat: usize,
}

/// A chunk without its length and CRC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub kind: [u8; 4],
    pub data: Vec<u8>,
}

impl Chunk {
    pub fn new(kind: &[u8; 4], data: impl Into<Vec<u8>>) -> Self {
        Self { kind: *kind, data: data.into() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = u32::try_from(self.data.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend(self.kind);
        bytes.extend(&self.data);
        bytes.extend(crc32fast::hash(&bytes[4..]).to_be_bytes());
        bytes
    }
}

impl Png {
    /// A plain RGB picture with 8 bits per sample.
    pub fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            color: Color::Rgb,
            depth: 8,
            interlaced: false,
            noise: false,
            orientation: None,
            frames: 0,
            before_data: Vec::new(),
            after_data: Vec::new(),
            idat: 1 << 20,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        join(&self.chunks())
    }

    /// Every chunk from IHDR to IEND.
    pub fn chunks(&self) -> Vec<Chunk> {
        let mut header = [self.width.to_be_bytes(), self.height.to_be_bytes()].concat();
        header.extend([self.depth, self.color as u8, 0, 0, u8::from(self.interlaced)]);
        let mut chunks = vec![Chunk::new(b"IHDR", header)];
        let mut sequence = 0u32;
        if self.frames > 0 {
            chunks.push(Chunk::new(b"acTL", [self.frames.to_be_bytes(), [0; 4]].concat()));
        }
        if self.color == Color::Palette {
            let colors = (0..1usize << self.depth).flat_map(|n| [n as u8, 0x80, 0x40]);
            chunks.push(Chunk::new(b"PLTE", colors.collect::<Vec<u8>>()));
        }
        if let Some(orientation) = self.orientation {
            chunks.push(Chunk::new(b"eXIf", exif(orientation)));
        }
        chunks.extend(self.before_data.iter().cloned());
        let stream = zlib(&self.rows());
        for frame in 0..self.frames.max(1) {
            if self.frames > 0 {
                chunks.push(self.frame_control(&mut sequence));
            }
            for piece in stream.chunks(self.idat) {
                if frame == 0 {
                    chunks.push(Chunk::new(b"IDAT", piece));
                } else {
                    chunks.push(Chunk::new(b"fdAT", [&sequence.to_be_bytes(), piece].concat()));
                    sequence += 1;
                }
            }
        }
        chunks.extend(self.after_data.iter().cloned());
        chunks.push(Chunk::new(b"IEND", []));
        chunks
    }

    fn frame_control(&self, sequence: &mut u32) -> Chunk {
        let numbers = [*sequence, self.width, self.height, 0, 0];
        *sequence += 1;
        let mut data: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        data.extend([0, 1, 0, 10, 0, 0]);
        Chunk::new(b"fcTL", data)
    }

    /// The filtered rows before compression, for tests that change a filter type or leave out rows.
    pub fn rows(&self) -> Vec<u8> {
        let passes: &[(u32, u32, u32, u32)] = if self.interlaced {
            &[(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        } else {
            &[(0, 0, 1, 1)]
        };
        let mut rows = Vec::new();
        let mut random = 0x2545_f491_4f6c_dd1du64;
        for &(x, y, dx, dy) in passes {
            let columns = self.width.saturating_sub(x).div_ceil(dx) as usize;
            let lines = if columns == 0 { 0 } else { self.height.saturating_sub(y).div_ceil(dy) };
            let length = (columns * self.color.samples() * usize::from(self.depth)).div_ceil(8);
            let mut row = vec![0x55; length + 1];
            row[0] = 0;
            for _ in 0..lines {
                if self.noise {
                    row[1..].fill_with(|| {
                        random ^= random << 13;
                        random ^= random >> 7;
                        random ^= random << 17;
                        random as u8
                    });
                }
                rows.extend_from_slice(&row);
            }
        }
        rows
    }
}

/// A PNG with these chunks.
pub fn join(chunks: &[Chunk]) -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    for chunk in chunks {
        bytes.extend(chunk.bytes());
    }
    bytes
}

/// A zlib stream of these bytes.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The offset of the length field of the `nth` chunk of a type.
pub fn find(png: &[u8], kind: &[u8; 4], nth: usize) -> usize {
    let mut at = 8;
    let mut left = nth;
    loop {
        if &png[at + 4..at + 8] == kind {
            if left == 0 {
                return at;
            }
            left -= 1;
        }
        at += 12 + u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
    }
}

/// Corrects the CRC of the chunk at `at`.
pub fn seal(png: &mut [u8], at: usize) {
    let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
    let crc = crc32fast::hash(&png[at + 4..at + 8 + length]).to_be_bytes();
    png[at + 8 + length..at + 12 + length].copy_from_slice(&crc);
}

/// A TIFF structure with only the EXIF orientation.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
    tiff
}
