//! A digest that is the same for every build and machine, for storage in files.

use std::collections::HashSet;
use std::path::Path;

/// FNV-1a, 128 bits.
#[derive(Clone, Copy, Debug)]
pub struct Fnv(u128);

impl Default for Fnv {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Fnv {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(Self::PRIME);
    }

    /// Adds bytes with an end mark, so that `ab`, `c` differs from `a`, `bc`.
    pub fn part(&mut self, bytes: &[u8]) {
        bytes.iter().chain(&[0]).for_each(|byte| self.byte(*byte));
    }

    /// Adds a text without its white space: formatting makes no difference.
    pub fn text(&mut self, text: &str) {
        text.bytes().filter(|byte| !byte.is_ascii_whitespace()).chain([0]).for_each(|byte| self.byte(byte));
    }

    /// Adds a JSON Pointer without its indices.
    pub fn pointer(&mut self, pointer: &str) {
        for part in pointer.split('/').skip(1) {
            self.part(if is_index(part) { b"*" } else { part.as_bytes() });
        }
    }

    #[must_use]
    pub fn finish(self) -> u128 {
        self.0
    }
}

/// Whether a part of a JSON Pointer is the index of a list element.
#[must_use]
pub fn is_index(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digest of a text without its white space.
#[must_use]
pub fn digest(text: &str) -> u64 {
    let mut digest = Fnv::default();
    digest.text(text);
    digest.finish() as u64
}

/// Paths by their digests, 64 bits each: there may be one for each file of a run. Should two share one, the set holds
/// both as soon as it holds one.
#[derive(Clone, Debug, Default)]
pub struct PathSet(HashSet<u64>);

impl PathSet {
    fn digest(path: &Path) -> u64 {
        let mut digest = Fnv::default();
        digest.part(path.as_os_str().as_encoded_bytes());
        digest.finish() as u64
    }

    /// Adds a path; false if it was already present.
    pub fn insert(&mut self, path: &Path) -> bool {
        self.0.insert(Self::digest(path))
    }

    /// Adds the paths of another set.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    #[must_use]
    pub fn contains(&self, path: &Path) -> bool {
        self.0.contains(&Self::digest(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_white_space() {
        let of = |parts: &[&str]| parts.iter().fold(Fnv::default(), |mut fnv, part| (fnv.text(part), fnv).1).finish();
        assert_eq!(of(&["a b\n"]), of(&["ab"]));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        // From the test suite of the authors of FNV.
        let mut fnv = Fnv::default();
        fnv.byte(b'a');
        assert_eq!(fnv.finish(), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
