//! Standard input: in memory, or in a temporary file if it is long.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

use crate::media::Bytes;
use crate::walk;

/// All bytes of standard input.
#[derive(Clone, Debug)]
pub enum StdinBytes {
    Held(Arc<[u8]>),
    /// An anonymous file, with its length.
    Spooled(Arc<File>, u64),
}

impl<T: Into<Arc<[u8]>>> From<T> for StdinBytes {
    fn from(bytes: T) -> Self {
        Self::Held(bytes.into())
    }
}

impl StdinBytes {
    /// Writes `head` and the rest of the source to a temporary file; none if that is more than `most` bytes.
    ///
    /// # Errors
    ///
    /// Errors of the source and of the file.
    pub fn spool(head: &[u8], rest: impl Read, most: u64) -> io::Result<Option<Self>> {
        let mut file = tempfile::tempfile()?;
        file.write_all(head)?;
        let allowed = most.saturating_sub(head.len() as u64);
        let read = io::copy(&mut rest.take(allowed.saturating_add(1)), &mut file)?;
        Ok((read <= allowed).then(|| Self::Spooled(Arc::new(file), head.len() as u64 + read)))
    }

    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "callers compare the length")]
    pub fn len(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Spooled(_, length) => *length,
        }
    }

    /// The bytes, if they are in memory.
    #[must_use]
    pub fn held(&self) -> Option<Arc<[u8]>> {
        match self {
            Self::Held(bytes) => Some(Arc::clone(bytes)),
            Self::Spooled(..) => None,
        }
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&mut Bytes<'_>) -> T) -> Result<T, String> {
        match self {
            Self::Held(bytes) => Ok(look(&mut Bytes::of_slice(bytes))),
            Self::Spooled(file, _) => match Bytes::of_file(file) {
                Ok(mut bytes) => Ok(look(&mut bytes)),
                Err(error) => Err(walk::because(&error)),
            },
        }
    }
}
