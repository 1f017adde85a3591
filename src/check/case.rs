//! What the checks of media files look at: one file at one place.

use super::Context;
use crate::limits::Use;
use crate::media::{Class, Facts, TrackKind};
use crate::remedy;

/// A media file to check, with its facts and its use.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The file's name, whose extension has to match; empty for base64.
    pub name: &'a str,
    /// A bare file: its use is only assumed from its kind.
    pub bare: bool,
}

/// One file at one place.
pub(super) struct Case<'a> {
    pub facts: &'a Facts,
    pub subject: &'a Subject<'a>,
    pub place: &'static Use,
    pub context: &'a Context<'a>,
}

impl Case<'_> {
    /// The name to use in a command, quoted for a shell where it needs it.
    pub fn name(&self) -> String {
        match self.subject.name {
            "" => format!("FILE.{}", self.facts.format.extensions().first().unwrap_or(&"bin")),
            name => word(name),
        }
    }

    /// A video without a picture track: another rule reports that.
    pub fn has_no_picture(&self) -> bool {
        self.facts.format.class() == Class::Video && self.facts.track(TrackKind::Video).is_none()
    }

    /// The place in a sentence: `a video for TikTok`.
    pub fn with_article(&self) -> String {
        with_article(self.place.title)
    }

    /// A name for the mended file beside it: `talk-fixed.mp4`.
    pub fn mended(&self, extension: &str) -> String {
        let stem = self.stem();
        word(&format!("{stem}-fixed.{extension}"))
    }

    /// The file's name without its extension.
    pub fn stem(&self) -> &str {
        match self.subject.name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ if self.subject.name.is_empty() => "FILE",
            _ => self.subject.name,
        }
    }
}

/// A file's name as a word of a command: quoted where a shell needs it, and never taken for an option.
pub(super) fn word(name: &str) -> String {
    if name.starts_with('-') { remedy::quote(&format!("./{name}")) } else { remedy::quote(name) }
}

fn with_article(title: &str) -> String {
    let article = if title.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let mass = ["speech", "footage"].iter().any(|word| title.starts_with(word));
    if mass { title.to_owned() } else { format!("{article} {title}") }
}
