//! Breaks a file in many ways, always the same ones.

/// A source of numbers without pattern: xorshift64 with a fixed seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Calls `look` with damaged copies of `file`: cut at every byte, lengths of 2 and 4 bytes replaced everywhere by those
/// that hurt, then `rounds` of changed bytes, zeroed blocks, and pieces left out or repeated.
pub fn mutants(file: &[u8], rounds: usize, mut look: impl FnMut(&[u8])) {
    for cut in 0..file.len() {
        look(&file[..cut]);
    }
    let mut copy = file.to_vec();
    for at in 0..file.len().saturating_sub(4) {
        for length in [0u32, 1, 0x7fff_ffff, 0xffff_ffff] {
            copy[at..at + 4].copy_from_slice(&length.to_be_bytes());
            look(&copy);
        }
        copy[at..at + 4].copy_from_slice(&file[at..at + 4]);
        for length in [0u16, 1, 0xffff] {
            copy[at..at + 2].copy_from_slice(&length.to_be_bytes());
            look(&copy);
        }
        copy[at..at + 4].copy_from_slice(&file[at..at + 4]);
    }
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for _ in 0..rounds {
        let mut copy = file.to_vec();
        for _ in 0..=random.below(4) {
            let at = random.below(copy.len());
            let end = (at + 1 + random.below(64)).min(copy.len());
            match random.below(5) {
                0 => copy[at] ^= 1 << random.below(8),
                1 => copy[at] = random.next() as u8,
                2 => copy[at..end].fill(0),
                3 => drop(copy.drain(at..end)),
                _ => {
                    let piece = copy[at..end].to_vec();
                    let to = random.below(copy.len());
                    copy.splice(to..to, piece);
                }
            }
            if copy.is_empty() {
                break;
            }
        }
        look(&copy);
    }
}
