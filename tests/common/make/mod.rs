//! Makers of media files: each returns the bytes of a small real file that common players open.

pub mod jpeg;
pub mod mp3;
pub mod mp4;
pub mod other;
pub mod pdf;
pub mod png;
pub mod srt;
pub mod wav;
pub mod webm;

/// A random generator with a fixed seed (xorshift).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self((seed | 1 << 60).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Bytes like those of entropy coding, with a 3 after two zeros before a byte below 4.
pub fn bulk(len: usize) -> Vec<u8> {
    let mut random = Random::new(1);
    let mut bytes: Vec<u8> = std::iter::repeat_with(|| random.next().to_le_bytes()).flatten().take(len).collect();
    for at in 2..len {
        if bytes[at - 2..at] == [0, 0] && bytes[at] < 4 {
            bytes[at] = 3;
        }
    }
    bytes
}
