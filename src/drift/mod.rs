//! Finds the differences between a newer document of a service and a profile.

mod compare;
mod describe;
mod edit;
mod newer;
pub mod usage;

use std::collections::BTreeMap;

pub use edit::{Edits, propose};
pub use newer::Newer;
use serde::Serialize;

use crate::limits::Limits;
use crate::openapi::ApiDocument;
use crate::profile::Profile;

/// The kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DriftChange {
    /// The document has it, the profile does not.
    New,
    /// The profile has it, the document does not.
    Gone,
    Changed,
}

impl DriftChange {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Changed => "changed",
        }
    }
}

/// The subject of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftSubject {
    Operation,
    /// The encoding of a body.
    Encoding,
    /// Whether there is a body.
    Body,
    Field,
    /// A value of a list of values, or a tag of a union.
    Value,
    Type,
    Required,
    Null,
    Minimum,
    Maximum,
    Pattern,
    /// Whether other fields are refused.
    Closed,
    /// A number or a list on a prose page.
    Limit,
}

/// Keywords that a document may not use at all; then the comparison skips them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keyword {
    Lengths,
    Counts,
    Ranges,
    Patterns,
    ClosedObjects,
}

impl Keyword {
    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Lengths => "lengths of texts",
            Self::Counts => "lengths of lists",
            Self::Ranges => "bounds of numbers",
            Self::Patterns => "patterns",
            Self::ClosedObjects => "closed objects",
        }
    }
}

/// One difference. If several operations share it, it has several places.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub change: DriftChange,
    pub subject: DriftSubject,
    /// `POST /v3/videos`; for a prose page, the limit.
    pub operation: String,
    /// The place in its body or query: `(avatar).voice_settings.speed`, `?limit`; empty for the operation itself.
    pub at: String,
    /// The object or union of the profile around it.
    pub object: Option<&'static str>,
    /// The name of the field in that object, of a query parameter, or of the tag of a union.
    pub field: Option<String>,
    /// The limit of the profile that differs.
    pub limit: Option<&'static str>,
    /// The profile's version.
    pub ours: Option<String>,
    /// The document's version.
    pub theirs: Option<String>,
    /// The values that are new or gone, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The number of other places with the same difference.
    pub more: usize,
    /// A new field as an entry of rules/.
    #[serde(skip)]
    entry: Option<String>,
    #[serde(skip)]
    keyword: Option<Keyword>,
}

/// Whether two paths are the same apart from the names of variables.
fn is_same_path(one: &str, other: &str) -> bool {
    let is_variable = |part: &str| part.starts_with('{') && part.ends_with('}');
    one.split('/').count() == other.split('/').count()
        && one.split('/').zip(other.split('/')).all(|(a, b)| a == b || is_variable(a) && is_variable(b))
}

/// All differences between a document and a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    pub profile: &'static Profile,
    /// The title of the document.
    pub title: String,
    pub version: String,
    pub differences: Vec<Difference>,
    /// Keywords not compared because the document does not use them.
    pub silent: Vec<Keyword>,
}

/// Compares a document with the unchanged profile.
///
/// # Errors
///
/// A sentence, if the document is too large to compare completely.
pub fn compare(profile: &'static Profile, document: &ApiDocument) -> Result<Drift, String> {
    let limits = Limits::of(profile);
    let (found, used) = compare::run(profile, &limits, document);
    if document.is_exhausted() {
        return Err("it contains too many references to be compared completely".to_owned());
    }
    let expected: Vec<Keyword> = found.iter().filter_map(|difference| difference.keyword).collect();
    let mut silent: Vec<Keyword> = expected.into_iter().filter(|keyword| !used.contains(keyword)).collect();
    silent.sort();
    silent.dedup();
    let differences = found.into_iter().filter(|difference| difference.keyword.is_none_or(|one| used.contains(&one)));
    Ok(Drift {
        profile,
        title: document.title().to_owned(),
        version: document.version().to_owned(),
        differences: joined(differences),
        silent,
    })
}

/// Joins equal differences at several places, and keeps the first place.
fn joined(found: impl Iterator<Item = Difference>) -> Vec<Difference> {
    let mut joined: Vec<Difference> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for difference in found {
        let Difference { change, subject, object, field, ours, theirs, .. } = &difference;
        let place = if object.is_none() { difference.operation.as_str() } else { "" };
        let key = format!("{change:?} {subject:?} {object:?} {field:?} {ours:?} {theirs:?} {place}");
        match known.get(&key).and_then(|at| joined.get_mut(*at)) {
            Some(first) => first.more += 1,
            None => {
                known.insert(key, joined.len());
                joined.push(difference);
            }
        }
    }
    joined
}

/// What has changed, in words: `maximum 1.5 → 2`.
#[must_use]
pub fn said(difference: &Difference) -> String {
    let Difference { change, subject, ours, theirs, .. } = difference;
    let (ours, theirs) = (ours.as_deref().unwrap_or_default(), theirs.as_deref().unwrap_or_default());
    let what = match subject {
        DriftSubject::Operation => return String::new(),
        DriftSubject::Field => "",
        DriftSubject::Body => "body ",
        DriftSubject::Encoding => "sent as ",
        DriftSubject::Value => "value ",
        DriftSubject::Minimum => "minimum ",
        DriftSubject::Maximum => "maximum ",
        DriftSubject::Pattern => "pattern ",
        DriftSubject::Type | DriftSubject::Required | DriftSubject::Null | DriftSubject::Closed => "",
        DriftSubject::Limit if *change == DriftChange::Gone => return format!("{ours}; no line of the page states it"),
        DriftSubject::Limit => "",
    };
    match change {
        DriftChange::New if *subject == DriftSubject::Value && !ours.is_empty() => {
            format!("{what}{ours} → one of {theirs}")
        }
        DriftChange::New => format!("{what}{theirs}"),
        DriftChange::Gone if !theirs.is_empty() => format!("{what}one of {ours} → {theirs}"),
        DriftChange::Gone => format!("{what}{ours}"),
        DriftChange::Changed => format!("{what}{ours} → {theirs}"),
    }
}

impl Drift {
    /// Whether the document describes an older state than the profile, if its version is a date.
    #[must_use]
    pub fn is_older(&self) -> bool {
        crate::text::Date::parse(&self.version).is_some() && *self.version < *self.profile.as_of
    }
}

#[cfg(test)]
mod tests;
