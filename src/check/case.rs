//! The input of the checks of media files: one file in one use.

use super::Context;
use crate::finding::Finding;
use crate::limits::Use;
use crate::media::{Class, Facts, TrackKind};

/// A media file to check, with its facts and its use.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The file's name, whose extension must match; empty for base64.
    pub name: &'a str,
    /// No request refers to the file, so its use is only assumed from its kind.
    pub bare: bool,
}

/// One file in one use.
pub(super) struct Case<'a> {
    pub facts: &'a Facts,
    pub subject: &'a Subject<'a>,
    pub place: &'static Use,
    pub context: &'a Context<'a>,
}

/// One check of a file whose format its use accepts. Every file of checks lists its own.
pub(super) type MediaCheck = fn(&Case<'_>) -> Option<Finding>;

impl Case<'_> {
    /// A video without a picture track, which another rule reports.
    pub fn has_no_picture(&self) -> bool {
        self.facts.format.class() == Class::Video && self.facts.track(TrackKind::Video).is_none()
    }

    /// The use in a sentence: `a video for TikTok`.
    pub fn with_article(&self) -> String {
        with_article(self.place.title)
    }
}

fn with_article(title: &str) -> String {
    let article = if title.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let mass = ["speech", "footage"].iter().any(|word| title.starts_with(word));
    if mass { title.to_owned() } else { format!("{article} {title}") }
}
