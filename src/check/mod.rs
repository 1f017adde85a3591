//! Turns facts and limits into findings. This is the only module that sees both.
//!
//! The checks are pure functions, one file per subject. They open no file, start no thread and print nothing.

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
    /// The drafts will be sent unchanged, so local paths and placeholders are errors.
    pub ready: bool,
    /// The time for checks of expiry, in seconds since 1970-01-01T00:00:00Z.
    pub now: u64,
    /// Names that a newer document of the service adds.
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
