//! Damages files with a fixed seed, so that the copies are the same on every run.

use std::time::Duration;

use heylint::media::Depth;

use super::busy::BusyClock;
use super::look::look;

/// Xorshift64.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }
}

/// One copy with one to four damages: flips, cuts, lengths set to their extremes, zeroed, repeated and moved blocks.
pub fn mutate(file: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut copy = file.to_vec();
    for _ in 0..=rng.below(4) {
        let at = if rng.below(2) == 0 { rng.below(copy.len().min(512)) } else { rng.below(copy.len()) };
        let len = rng.below(64).min(copy.len() - at);
        match rng.below(7) {
            0 => copy.truncate(at),
            1 => copy[at..at + len].fill(0),
            2 => {
                let piece = copy[at..at + len].to_vec();
                copy.splice(at..at, piece);
            }
            3 => {
                copy.drain(at..at + len);
            }
            4 => {
                let value: u32 = [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x8000_0000, 0x00FF_FFFF][rng.below(6)];
                let bytes = if rng.below(2) == 0 { value.to_le_bytes() } else { value.to_be_bytes() };
                let room = (copy.len() - at).min(4);
                copy[at..at + room].copy_from_slice(&bytes[..room]);
            }
            _ => {
                let byte = rng.next() as u8;
                if let Some(slot) = copy.get_mut(at) {
                    *slot ^= byte | 1;
                }
            }
        }
        if copy.is_empty() {
            break;
        }
    }
    copy
}

/// Probes `times` damaged copies of each file. None may panic or take long, and the facts must be plausible.
pub fn survive(files: &[Vec<u8>], times: usize, depth: Depth) {
    let mut rng = Rng::new(0x9E37_79B9_7F4A_7C15);
    for (index, file) in files.iter().enumerate() {
        for round in 0..times {
            let copy = mutate(file, &mut rng);
            let began = BusyClock::start();
            let facts = look(&copy, depth);
            assert!(began.elapsed() < Duration::from_secs(5), "file {index}, round {round} took {:?}", began.elapsed());
            assert!(facts.faults.len() <= 32, "file {index}, round {round}");
            if let Some(duration) = facts.duration_s {
                assert!(duration.is_finite() && duration >= 0.0, "file {index}, round {round} lasts {duration} s");
            }
        }
    }
}

/// Calls `look` with damaged copies of `file`: cut at every byte, lengths of 2 and 4 bytes replaced everywhere by
/// extreme ones, then `rounds` of changed bytes, zeroed blocks, and pieces left out or repeated.
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
    let mut random = Rng::new(0x9e37_79b9_7f4a_7c15);
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
