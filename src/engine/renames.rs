//! Pending renames, packed: there may be one for each file of a run.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Pending renames of files within their folders. The later ones count, and a copy shares all of them.
#[derive(Clone, Debug, Default)]
pub struct Renames(Vec<Arc<RenamedFiles>>);

/// Renames that do not touch each other.
#[derive(Debug, Default)]
pub struct RenamedFiles {
    /// The old path and the new name of each file.
    text: String,
    files: Vec<PackedRename>,
    /// Sorted by old path.
    by_old: Vec<u32>,
    /// Sorted by new path.
    by_new: Vec<u32>,
}

/// Lengths in `text`.
#[derive(Clone, Copy, Debug)]
struct PackedRename {
    start: usize,
    old: u32,
    new: u32,
}

impl RenamedFiles {
    /// Adds a rename: the path on disk, and the new name.
    pub fn add(&mut self, old: &str, new: &str) {
        let (start, [old_length, new_length]) = (self.text.len(), [old, new].map(|text| text.len() as u32));
        self.text.push_str(old);
        self.text.push_str(new);
        self.files.push(PackedRename { start, old: old_length, new: new_length });
    }

    fn complete(mut self) -> Self {
        self.text.shrink_to_fit();
        self.files.shrink_to_fit();
        let mut all: Vec<u32> = (0..self.files.len() as u32).collect();
        all.sort_unstable_by(|a, b| self.old(*a).cmp(self.old(*b)));
        self.by_old.clone_from(&all);
        all.sort_unstable_by(|a, b| self.new_parts(*a).cmp(&self.new_parts(*b)));
        self.by_new = all;
        self
    }

    fn packed(&self, at: u32) -> (&str, &str) {
        let of = |PackedRename { start, old, new }: &PackedRename| {
            let middle = start + *old as usize;
            Some((self.text.get(*start..middle)?, self.text.get(middle..middle + *new as usize)?))
        };
        self.files.get(at as usize).and_then(of).unwrap_or_default()
    }

    fn old(&self, at: u32) -> &str {
        self.packed(at).0
    }

    /// The folder and the new name.
    fn new_parts(&self, at: u32) -> (&OsStr, &OsStr) {
        let (old, new) = self.packed(at);
        (Path::new(old).parent().unwrap_or(Path::new("")).as_os_str(), OsStr::new(new))
    }

    fn new_path(&self, at: u32) -> PathBuf {
        let (old, new) = self.packed(at);
        Path::new(old).with_file_name(new)
    }

    fn find_old(&self, path: &Path) -> Option<u32> {
        let path = path.to_str()?;
        let found = self.by_old.binary_search_by(|at| self.old(*at).cmp(path)).ok()?;
        self.by_old.get(found).copied()
    }

    fn find_new(&self, path: &Path) -> Option<u32> {
        let parts = (path.parent()?.as_os_str(), path.file_name()?);
        let found = self.by_new.binary_search_by(|at| self.new_parts(*at).cmp(&parts)).ok()?;
        self.by_new.get(found).copied()
    }

    /// Compares new paths as [`Path`] does.
    fn order(&self, at: u32, other: &Self, its: u32) -> Ordering {
        let (folder, name) = self.new_parts(at);
        let (its_folder, its_name) = other.new_parts(its);
        let all = |folder, name| Path::new(folder).components().chain([Component::Normal(name)]);
        if folder == its_folder { name.cmp(its_name) } else { all(folder, name).cmp(all(its_folder, its_name)) }
    }
}

impl Renames {
    /// Adds renames, some of which may replace earlier ones.
    pub fn push(&mut self, files: RenamedFiles) {
        if !files.files.is_empty() {
            self.0.push(Arc::new(files.complete()));
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path on disk of a file with this pending name.
    #[must_use]
    pub fn old(&self, path: &Path) -> Option<&Path> {
        let mut later: &[Arc<RenamedFiles>] = &[];
        for (at, batch) in self.0.iter().enumerate().rev() {
            if let Some(found) = batch.find_new(path) {
                let old = Path::new(batch.old(found));
                // A later rename of the file frees the name again.
                if later.iter().all(|batch| batch.find_old(old).is_none()) {
                    return Some(old);
                }
            }
            later = self.0.get(at..).unwrap_or_default();
        }
        None
    }

    /// The pending path of a file on disk.
    #[must_use]
    pub fn new_path(&self, path: &Path) -> Option<PathBuf> {
        self.0.iter().rev().find_map(|batch| batch.find_old(path).map(|found| batch.new_path(found)))
    }

    /// All of them, sorted by the new path: old path, new path.
    pub fn all(&self) -> impl Iterator<Item = (PathBuf, PathBuf)> {
        let mut all = Vec::new();
        for (at, batch) in self.0.iter().enumerate() {
            let later = self.0.get(at + 1..).unwrap_or_default();
            let counts = |found: &u32| {
                let old = Path::new(batch.old(*found));
                later.iter().all(|batch| batch.find_old(old).is_none())
            };
            all.extend((0..batch.files.len() as u32).filter(counts).map(|found| (at as u32, found)));
        }
        let batch = |at: u32| self.0.get(at as usize);
        all.sort_unstable_by(|(a, one), (b, other)| match (batch(*a), batch(*b)) {
            (Some(a), Some(b)) => a.order(*one, b, *other),
            _ => Ordering::Equal,
        });
        let paths = move |(at, found): (u32, u32)| {
            let batch = self.0.get(at as usize)?;
            Some((batch.old(found).into(), batch.new_path(found)))
        };
        all.into_iter().filter_map(paths)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Renames a file in a map from new to old paths.
    fn rename(known: &mut BTreeMap<PathBuf, PathBuf>, from: &Path, name: &str) {
        let old = known.remove(from).unwrap_or_else(|| from.to_owned());
        known.insert(from.with_file_name(name), old);
    }

    /// Adds renames: the current path, and the new name.
    fn add(renames: &mut Renames, files: &[(&str, &str)]) {
        let mut added = RenamedFiles::default();
        for (path, name) in files {
            let old = renames.old(Path::new(path)).map_or(*path, |old| old.to_str().expect("UTF-8"));
            added.add(old, name);
        }
        renames.push(added);
    }

    #[test]
    fn a_later_rename_counts() {
        let mut renames = Renames::default();
        add(&mut renames, &[("/d/a.x", "b.x"), ("/d-e/a.x", "a.y")]);
        add(&mut renames, &[("/d/b.x", "c.x")]);
        assert_eq!(renames.old(Path::new("/d/c.x")), Some(Path::new("/d/a.x")));
        assert_eq!(renames.old(Path::new("/d/b.x")), None);
        assert_eq!(renames.new_path(Path::new("/d/a.x")), Some("/d/c.x".into()));
        assert_eq!(renames.new_path(Path::new("/d/b.x")), None);
        let all: Vec<_> = renames.all().map(|(_, new)| new).collect();
        assert_eq!(all, [Path::new("/d/c.x"), Path::new("/d-e/a.y")]);
    }

    proptest! {
        #[test]
        fn renames_are_those_of_a_map(batches in prop::collection::vec(
            prop::collection::btree_map("/(a|a-b|a/b)/[ab]", "[abcd]", 0..4), 0..4)) {
            let (mut renames, mut known) = (Renames::default(), BTreeMap::new());
            for batch in batches {
                // As in a run, the files of a batch do not touch each other, and no name is given twice.
                let mut touched: Vec<PathBuf> = known.keys().cloned().collect();
                let mut taken = Vec::new();
                for (from, name) in &batch {
                    let (from, to) = (PathBuf::from(from), Path::new(from).with_file_name(name));
                    let exists = known.contains_key(&from) || !known.values().any(|old| *old == from);
                    if exists && from != to && !touched.contains(&to) && !taken.contains(&from) && !taken.contains(&to) {
                        taken.extend([from.clone(), to.clone()]);
                        touched.push(to);
                        rename(&mut known, &from, name);
                    }
                }
                let files: Vec<(&str, &str)> = taken
                    .chunks(2)
                    .map(|pair| (pair[0].to_str().unwrap(), pair[1].file_name().unwrap().to_str().unwrap()))
                    .collect();
                add(&mut renames, &files);
            }
            prop_assert_eq!(renames.all().map(|(old, new)| (new, old)).collect::<Vec<_>>(),
                known.iter().map(|(new, old)| (new.clone(), old.clone())).collect::<Vec<_>>());
            for (new, old) in &known {
                prop_assert_eq!(renames.old(new), Some(&**old));
                prop_assert_eq!(renames.new_path(old), Some(new.clone()));
            }
        }
    }
}
