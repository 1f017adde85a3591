//! A finding: the problem, its exact place, and how to fix it.

mod fingerprint;

use std::cmp::Ordering;
use std::sync::Arc;

use serde::Serialize;

use crate::limits::{Basis, Limit};
use crate::profile::{self, Profile};
use crate::remedy::Remedy;
use crate::rule::{Rule, Severity};
use crate::text::{Fnv, Position, Span, is_index};

pub use fingerprint::{Fingerprint, Fingerprints};

/// A place: a whole file, a record of a manifest, a JSON value, a run of characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Location {
    /// The file, as the user or the walk named it. Empty until the engine fills it in.
    pub file: Arc<str>,
    /// 0-based index of a request in a manifest.
    pub record: Option<u32>,
    /// RFC 6901, inside the record; absent for a whole-file finding.
    pub pointer: Option<String>,
    /// The bytes of the file.
    pub span: Option<Span>,
    /// Line and column of `span`; the engine sets them while it has the text.
    pub start: Option<Position>,
    pub end: Option<Position>,
}

impl Location {
    #[must_use]
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    #[must_use]
    pub fn value(pointer: impl Into<String>, span: Span) -> Self {
        Self { pointer: Some(pointer.into()), span: Some(span), ..Self::default() }
    }

    #[must_use]
    pub fn span(span: Span) -> Self {
        Self { span: Some(span), ..Self::default() }
    }
}

/// The observed value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Observed {
    Integer(u64),
    Number(f64),
    Text(String),
}

impl From<u64> for Observed {
    fn from(value: u64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Observed {
    fn from(value: f64) -> Self {
        if value.fract() == 0.0 && (0.0..9e15).contains(&value) {
            Self::Integer(value as u64)
        } else {
            Self::Number(value)
        }
    }
}

impl From<&str> for Observed {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Observed {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// Another place that is part of the finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// One line: `used here as an image`.
    pub message: String,
    pub location: Location,
}

/// The form of the file that contains a request, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// `curl`, `postman`, `python`.
    pub form: &'static str,
    /// For people: `line 12`, `cell 3`, `“Create video”`.
    pub place: String,
}

/// One replacement in the text of a file; an insertion has an empty span, a deletion an empty text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file that is edited; empty for the file of the finding.
    pub file: Arc<str>,
    pub span: Span,
    pub text: String,
}

/// A renamed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    pub from: Arc<str>,
    pub to: Arc<str>,
}

/// An automatic fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// One line in the imperative: `rename the field to voice_id`.
    pub title: String,
    /// Whether the request keeps its meaning.
    pub safe: bool,
    pub edits: Vec<Edit>,
    pub rename: Option<Rename>,
}

/// The lines around a finding, bounded in size, for reports that show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Whole lines, or a piece of one very long line.
    pub text: String,
    /// The 1-based line at which `text` begins.
    pub line: u32,
    /// The place of the finding within `text`.
    pub span: Span,
    /// Scalar values left out before `text` on its first line.
    pub skipped: u32,
    /// Whether something was left out at the end of the last line.
    pub cut: bool,
}

/// One problem, with its place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
    /// One line, lower case, no full stop; names the observed value and the limit.
    pub message: String,
    pub location: Location,
    /// A few words under the marked characters: `too much from here on`.
    pub label: Option<String>,
    pub observed: Option<Observed>,
    pub limit: Option<Limit>,
    /// The profile of the finding. None for a fault that every service would find, and for the default profile if it is
    /// the only one.
    pub profile: Option<&'static str>,
    /// The error code that the service would return.
    pub prevents: Option<&'static str>,
    /// What to do next; one line, a command in backquotes where one exists.
    pub help: Option<String>,
    pub related: Vec<Related>,
    pub fix: Option<Fix>,
    /// How to convert the media file for the places that use it.
    pub remedy: Option<Arc<Remedy>>,
    pub excerpt: Option<Excerpt>,
    /// The origin of a request extracted from a file of another form; none for a JSON file.
    pub source: Option<Arc<Origin>>,
    /// A short description of the file of a whole-file finding: `mp4, h264 1920×1080, 12.5 s`.
    pub about: Option<String>,
    /// A digest of the content at the place, if the pointer alone is ambiguous; see [`Self::distinguish`].
    pub context: u64,
    /// Set by the engine; see [`Fingerprints`].
    pub fingerprint: Fingerprint,
    /// Whether the finding fails the run. The engine decides once, from `--fail-on` and the configuration of the file;
    /// reports, `heylint merge` and the exit status only read it.
    pub fails: bool,
}

impl Finding {
    /// A finding about a whole file, with the severity of its rule. The methods below add to it.
    #[must_use]
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: capped(rule.severity, rule.basis),
            message: message.into(),
            location: Location::default(),
            label: None,
            observed: None,
            limit: None,
            profile: None,
            prevents: rule.prevents,
            help: None,
            related: Vec::new(),
            fix: None,
            remedy: None,
            excerpt: None,
            source: None,
            about: None,
            context: 0,
            fingerprint: Fingerprint::default(),
            fails: false,
        }
    }

    /// Sets the profile of the finding; `is_own` means that every other profile would find the same. The error codes in
    /// rules are those of the default profile.
    pub fn belongs_to(&mut self, profile: &'static Profile, is_own: bool) {
        self.profile = (!is_own).then_some(profile.name);
        if profile != profile::default() {
            self.prevents = None;
        }
    }

    /// Names the profile for the reader, if there are several.
    pub fn name_service(&mut self, is_one_of_several: bool) {
        match self.profile {
            Some(profile) if is_one_of_several => self.message.insert_str(0, &format!("{profile}: ")),
            Some(profile) if profile == profile::default().name => self.profile = None,
            _ => {}
        }
    }

    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    #[must_use]
    pub fn observed(mut self, observed: impl Into<Observed>) -> Self {
        self.observed = Some(observed.into());
        self
    }

    /// Sets the limit that is broken. An undocumented number never makes an error.
    #[must_use]
    pub fn limit(mut self, limit: &Limit) -> Self {
        self.severity = capped(self.severity, limit.basis);
        self.limit = Some(limit.clone());
        self
    }

    /// Lowers the severity for a reason that the message gives.
    #[must_use]
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.severity = self.severity.min(severity);
        self
    }

    #[must_use]
    pub fn prevents(mut self, code: &'static str) -> Self {
        self.prevents = Some(code);
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn related(mut self, message: impl Into<String>, location: Location) -> Self {
        self.related.push(Related { message: message.into(), location });
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// Sets the context, which distinguishes this finding from others of the same rule in other list elements or
    /// records. `place` is the marked text, `record` a digest of the record's name or content. If the pointer is
    /// unique, neither is used.
    pub fn distinguish(&mut self, record: Option<u64>, place: &str) {
        /// Bytes of a long text to compare.
        const MOST: usize = 4_096;
        let in_list = self.location.pointer.iter().flat_map(|pointer| pointer.split('/')).any(is_index);
        if record.is_none() && self.location.record.is_none() && !in_list {
            return;
        }
        let mut digest = Fnv::default();
        if let Some(record) = record {
            digest.part(&record.to_le_bytes());
        }
        if in_list || record.is_none() {
            digest.text(place.get(..place.floor_char_boundary(MOST)).unwrap_or_default());
        }
        self.context = digest.finish() as u64;
    }
}

/// The order of reports: by path, record, start, end, rule, message.
#[must_use]
pub fn order(one: &Finding, other: &Finding) -> Ordering {
    let (a, b) = (&one.location, &other.location);
    let place = a.file.cmp(&b.file).then(a.record.cmp(&b.record)).then(a.span.cmp(&b.span));
    place
        .then_with(|| one.rule.id.cmp(other.rule.id))
        .then_with(|| one.message.cmp(&other.message))
        .then_with(|| a.pointer.cmp(&b.pointer))
}

/// Only documented and configured limits can be errors.
fn capped(severity: Severity, basis: Basis) -> Severity {
    match basis {
        Basis::Documented | Basis::Configured => severity,
        Basis::Observed | Basis::Inferred => severity.min(Severity::Warning),
    }
}
