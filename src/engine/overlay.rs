//! A view of the disk with unsaved texts and pending renames.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::drafts::DraftMemory;
use super::facts::FactMemory;
use super::renames::Renames;
use crate::outcome::spill::KeptText;

/// A view of the disk in which some files differ. An empty one changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// Bytes that replace those of a file, by absolute path.
    pub texts: Arc<HashMap<Arc<Path>, KeptText>>,
    pub renames: Renames,
    /// The facts of media files for consecutive runs; none: nothing is remembered.
    pub memory: Option<Arc<FactMemory>>,
    /// The results of request files, for consecutive runs with the same settings.
    pub drafts: Option<Arc<DraftMemory>>,
}

impl Overlay {
    /// An overlay that remembers facts between runs.
    #[must_use]
    pub fn remembering() -> Self {
        Self { memory: Some(Arc::default()), ..Self::default() }
    }

    /// Replaces the bytes of a file, by absolute path.
    pub fn set_text(&mut self, path: impl Into<Arc<Path>>, text: impl Into<KeptText>) {
        Arc::make_mut(&mut self.texts).insert(path.into(), text.into());
    }

    /// The bytes that replace those of a file.
    #[must_use]
    pub fn text(&self, path: &Path) -> Option<&KeptText> {
        self.texts.get(path)
    }

    /// The path of the file on disk.
    pub(super) fn real<'p>(&'p self, path: &'p Path) -> &'p Path {
        self.renames.old(path).unwrap_or(path)
    }

    /// The pending new path of a file.
    pub(super) fn moved(&self, path: &Path) -> Option<PathBuf> {
        self.renames.new_path(path)
    }

    /// Whether a pending rename gives a file this name.
    pub(super) fn makes(&self, path: &Path) -> bool {
        self.renames.old(path).is_some()
    }

    /// Reads the bytes that replace those of a file.
    ///
    /// # Errors
    ///
    /// If the temporary file with the text cannot be read.
    pub(super) fn read(&self, path: &Path) -> io::Result<Option<Arc<[u8]>>> {
        self.texts.get(path).map(KeptText::read).transpose()
    }
}
