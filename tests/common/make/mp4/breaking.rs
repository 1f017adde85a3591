//! Finds boxes by path, and damages them.

use std::ops::Range;

/// The range of a box, including its header, by its path: `moov/trak[1]/mdia/minf/stbl/stco`, `moof[2]`.
pub fn range(bytes: &[u8], path: &str) -> Range<usize> {
    chain(bytes, path).pop().expect("a box")
}

/// The boxes on the way to the last of a path, outermost first.
fn chain(bytes: &[u8], path: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut inside = 0..bytes.len();
    for part in path.split('/') {
        let (kind, mut skip) = match part.split_once('[') {
            Some((kind, index)) => (kind, index.trim_end_matches(']').parse().expect("an index")),
            None => (part, 0),
        };
        let mut at = inside.start;
        loop {
            assert!(at + 8 <= inside.end, "no box {path}");
            let size = u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four")) as usize;
            let size = match size {
                0 => inside.end - at,
                1 => u64::from_be_bytes(bytes[at + 8..at + 16].try_into().expect("eight")) as usize,
                size => size,
            };
            if &bytes[at + 4..at + 8] == kind.as_bytes() {
                if skip == 0 {
                    found.push(at..at + size);
                    inside = at + 8..at + size;
                    break;
                }
                skip -= 1;
            }
            at += size;
        }
    }
    found
}

/// Writes a number at `at` bytes after the header of a box.
pub fn set_u32(bytes: &mut [u8], path: &str, at: usize, value: u32) {
    let start = range(bytes, path).start + 8 + at;
    bytes[start..start + 4].copy_from_slice(&value.to_be_bytes());
}

/// The number at `at` bytes after the header of a box.
pub fn get_u32(bytes: &[u8], path: &str, at: usize) -> u32 {
    let start = range(bytes, path).start + 8 + at;
    u32::from_be_bytes(bytes[start..start + 4].try_into().expect("four"))
}

/// Removes a box and makes those around it smaller. Chunk offsets do not change.
pub fn remove(bytes: &mut Vec<u8>, path: &str) {
    let chain = chain(bytes, path);
    let (gone, around) = chain.split_last().expect("a box");
    for place in around {
        let size = (place.len() - gone.len()) as u32;
        bytes[place.start..place.start + 4].copy_from_slice(&size.to_be_bytes());
    }
    bytes.drain(gone.clone());
}

/// Renames a box.
pub fn rename(bytes: &mut [u8], path: &str, kind: &[u8; 4]) {
    let start = range(bytes, path).start + 4;
    bytes[start..start + 4].copy_from_slice(kind);
}

/// Writes zeros over a range.
pub fn zero(bytes: &mut [u8], range: Range<usize>) {
    bytes[range].fill(0);
}

/// Cuts the end off; the fraction `left` remains.
pub fn cut(bytes: &mut Vec<u8>, left: f64) {
    bytes.truncate((bytes.len() as f64 * left) as usize);
}
