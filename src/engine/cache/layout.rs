//! The layout of a cache file: a checksum, its scope, an index of fixed-size entries sorted by the hash of the path, then
//! paths and payloads. It is used in place: a look-up is a binary search.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::engine::stamp::Stamp;

const MAGIC: &[u8; 8] = b"heyfact1";
/// Magic, checksum of everything after it, length of the scope, number of entries.
const HEAD: usize = 8 + 4 + 4 + 4;
/// Hash, size, two times, inode, offset of the path from the start of the file, lengths of path and payload.
const ROW: usize = 8 * 5 + 4 * 3;

/// What is kept of one file.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct CacheEntry<'a> {
    hash: u64,
    pub path: &'a [u8],
    pub stamp: Stamp,
    pub kept: &'a [u8],
}

impl<'a> CacheEntry<'a> {
    pub fn new(path: &'a [u8], stamp: Stamp, kept: &'a [u8]) -> Self {
        Self { hash: hash(path), path, stamp, kept }
    }
}

fn hash(path: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// A valid cache file of this scope. The default is empty.
#[derive(Debug, Default)]
pub(in crate::engine) struct CacheTable {
    bytes: Vec<u8>,
    rows: usize,
    count: usize,
}

impl CacheTable {
    /// None if anything in it is wrong.
    pub fn read(bytes: Vec<u8>, scope: &[u8]) -> Option<Self> {
        let number = |at: usize| number(&bytes, at);
        if !bytes.starts_with(MAGIC) || number(8)? != crc32fast::hash(bytes.get(12..)?) {
            return None;
        }
        let (length, count) = (number(12)? as usize, number(16)? as usize);
        let rows = HEAD.checked_add(length)?;
        if bytes.get(HEAD..rows)? != scope || bytes.get(rows..)?.len() / ROW < count {
            return None;
        }
        let table = Self { rows, count, bytes };
        let whole = (0..count).all(|at| table.entry(at).is_some());
        (whole && (1..count).all(|at| table.hash(at - 1) <= table.hash(at))).then_some(table)
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn entries(&self) -> impl Iterator<Item = CacheEntry<'_>> {
        (0..self.count).filter_map(|at| self.entry(at))
    }

    pub fn find(&self, path: &[u8]) -> Option<(usize, CacheEntry<'_>)> {
        let wanted = hash(path);
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.hash(middle)? < wanted { low = middle + 1 } else { high = middle }
        }
        let same = (low..self.count).map_while(|at| Some((at, self.entry(at).filter(|entry| entry.hash == wanted)?)));
        same.into_iter().find(|(_, entry)| entry.path == path)
    }

    fn row(&self, at: usize) -> Option<&[u8]> {
        let start = self.rows.checked_add(at.checked_mul(ROW)?)?;
        self.bytes.get(start..start.checked_add(ROW)?)
    }

    fn hash(&self, at: usize) -> Option<u64> {
        wide(self.row(at)?, 0)
    }

    fn entry(&self, at: usize) -> Option<CacheEntry<'_>> {
        let row = self.row(at)?;
        let stamp = Stamp {
            size: wide(row, 8)?,
            modified: wide(row, 16)?.cast_signed(),
            changed: wide(row, 24)?.cast_signed(),
            inode: wide(row, 32)?,
        };
        let (offset, path, kept) = (number(row, 40)? as usize, number(row, 44)? as usize, number(row, 48)? as usize);
        let (path, behind) = self.bytes.get(offset..)?.split_at_checked(path)?;
        Some(CacheEntry { hash: wide(row, 0)?, path, stamp, kept: behind.get(..kept)? })
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn wide(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The bytes of a cache file with the first entries, as many as fit.
pub(in crate::engine) fn write(
    scope: &[u8],
    mut entries: Vec<CacheEntry<'_>>,
    most: usize,
    most_bytes: usize,
) -> Vec<u8> {
    let rows = HEAD + scope.len();
    let mut size = rows;
    let mut fits = |entry: &CacheEntry<'_>| {
        size += ROW + entry.path.len() + entry.kept.len();
        size <= most_bytes.min(u32::MAX as usize)
    };
    let fitting = entries.iter().take(most).take_while(|entry| fits(entry)).count();
    entries.truncate(fitting);
    entries.sort_by(|a, b| (a.hash, a.path).cmp(&(b.hash, b.path)));
    entries.dedup_by(|b, a| a.path == b.path);

    let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = Vec::with_capacity(size);
    bytes.extend(MAGIC);
    bytes.extend([0; 4]);
    bytes.extend(number(scope.len()));
    bytes.extend(number(entries.len()));
    bytes.extend(scope);
    let mut offset = rows + ROW * entries.len();
    for CacheEntry { hash, path, stamp, kept } in &entries {
        bytes.extend(hash.to_le_bytes());
        bytes.extend(stamp.size.to_le_bytes());
        bytes.extend(stamp.modified.to_le_bytes());
        bytes.extend(stamp.changed.to_le_bytes());
        bytes.extend(stamp.inode.to_le_bytes());
        [offset, path.len(), kept.len()].into_iter().for_each(|length| bytes.extend(number(length)));
        offset += path.len() + kept.len();
    }
    for entry in &entries {
        bytes.extend(entry.path);
        bytes.extend(entry.kept);
    }
    let sum = crc32fast::hash(&bytes[12..]);
    bytes[8..12].copy_from_slice(&sum.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(size: u64) -> Stamp {
        Stamp { size, modified: -1, changed: i64::MAX, inode: u64::MAX }
    }

    fn file(scope: &[u8]) -> Vec<u8> {
        let paths: Vec<String> = (0..50).map(|at| format!("/a/{at}.png")).collect();
        let entry = |(at, path)| CacheEntry::new(path, stamp(at), b"kept");
        let paths = paths.iter().map(String::as_bytes);
        write(scope, (0..).zip(paths).map(entry).collect(), 1_000, 1 << 20)
    }

    #[test]
    fn every_stored_entry_is_found() {
        let table = CacheTable::read(file(b"us"), b"us").expect("whole");
        assert_eq!((table.len(), table.entries().count()), (50, 50));
        for at in 0..50 {
            let (_, entry) = table.find(format!("/a/{at}.png").as_bytes()).expect("there");
            assert_eq!((entry.stamp, entry.kept), (stamp(at), &b"kept"[..]));
        }
        assert!(table.find(b"/a/50.png").is_none() && CacheTable::default().find(b"").is_none());
        assert!(CacheTable::read(file(b"us"), b"them").is_none());
    }

    #[test]
    fn any_changed_byte_makes_the_cache_unusable() {
        let whole = file(b"us");
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            assert!(CacheTable::read(bytes, b"us").is_none(), "byte {at}");
            assert!(CacheTable::read(whole[..at].to_vec(), b"us").is_none(), "cut at {at}");
        }
        assert!(CacheTable::read([&whole[..], b"x"].concat(), b"us").is_none());
    }

    /// With a valid checksum, as an attacker would write it.
    #[test]
    fn a_forged_cache_causes_no_panic() {
        let whole = file(b"us");
        for at in 12..HEAD + 2 + ROW * 3 {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let sum = crc32fast::hash(&bytes[12..]);
                bytes[8..12].copy_from_slice(&sum.to_le_bytes());
                let Some(table) = CacheTable::read(bytes, b"us") else { continue };
                assert!(table.entries().count() <= 50 && table.find(b"/a/7.png").is_none_or(|(at, _)| at < 50));
            }
        }
    }

    #[test]
    fn entries_that_do_not_fit_are_left_out() {
        let entries = || vec![CacheEntry::new(b"/a", stamp(1), b"1"), CacheEntry::new(b"/b", stamp(2), b"2")];
        let held = |bytes| CacheTable::read(bytes, b"").expect("whole").len();
        assert_eq!(held(write(b"", entries(), 2, 1 << 20)), 2);
        assert_eq!(held(write(b"", entries(), 1, 1 << 20)), 1);
        assert_eq!(held(write(b"", entries(), 2, HEAD + ROW + 3)), 1);
        assert_eq!(held(write(b"", entries(), 2, 0)), 0);
    }
}
