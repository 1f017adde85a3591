//! Facts and limits → findings. The only room that sees both.
//!
//! Pure functions, one file per subject. Nothing here opens a file, starts a thread or prints.

pub mod base64;
mod case;
mod conditions;
pub mod length;
pub mod manifest;
pub mod placeholder;
pub mod request;
pub mod script;
pub mod secret;
pub mod syntax;
mod typed;
pub mod url;

pub use conditions::{Converted, convert};

use crate::drift::Newer;
use crate::limits::Limits;
use crate::profile::Profile;

/// The context of every check.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub limits: &'a Limits,
    /// The drafts must be sendable as they stand: no local path, no placeholder.
    pub ready: bool,
    /// Seconds since 1970-01-01T00:00:00Z, against which expiries are held.
    pub now: u64,
    /// What a newer document of the service knows.
    pub newer: Option<&'a Newer>,
}

impl Context<'_> {
    /// The service to check against.
    #[must_use]
    pub fn profile(&self) -> &'static Profile {
        self.limits.profile()
    }
}

pub mod asset;
mod container;
mod document;
mod file;
pub mod media;
mod mend;
mod picture;
mod sound;
mod subtitle;
mod track;
mod video;
