//! Where a newer document of a service differs from a profile.

mod compare;
mod describe;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::limits::Limits;
use crate::openapi::ApiDocument;
use crate::profile::Profile;

/// What has happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// The document has it, the profile does not.
    New,
    /// The profile has it, the document does not.
    Gone,
    Changed,
}

impl Change {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Changed => "changed",
        }
    }
}

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    Operation,
    /// How a body is sent.
    Encoding,
    /// That there is a body.
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
}

/// Keywords that a document may lack altogether; then the profile is not compared in them.
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
    /// As people call it.
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

/// One difference. What several operations share is one difference with several places.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub change: Change,
    pub subject: Subject,
    /// `POST /v3/videos`
    pub operation: String,
    /// Where in its body or query: `(avatar).voice_settings.speed`, `?limit`; empty for the operation itself.
    pub at: String,
    /// The object or union of the profile that it is in.
    pub object: Option<&'static str>,
    /// The name of the field in that object, of a query parameter, or of the tag of a union.
    pub field: Option<String>,
    /// The limit of the profile that says otherwise.
    pub limit: Option<&'static str>,
    /// What the profile says.
    pub ours: Option<String>,
    /// What the document says.
    pub theirs: Option<String>,
    /// Further places of the same difference.
    pub more: usize,
    #[serde(skip)]
    keyword: Option<Keyword>,
}

/// All differences of a document from a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    pub profile: &'static Profile,
    /// The document as it calls itself.
    pub title: String,
    pub version: String,
    pub differences: Vec<Difference>,
    /// What was not compared because the document states none of it.
    pub silent: Vec<Keyword>,
}

/// Compares a document with the profile as it is.
///
/// # Errors
/// A sentence, when the document is too large to be looked at whole.
pub fn compare(profile: &'static Profile, document: &ApiDocument) -> Result<Drift, String> {
    let limits = Limits::of(profile);
    let (found, used) = compare::run(profile, &limits, document);
    if document.is_exhausted() {
        return Err("it refers to so much that it cannot be looked at whole".to_owned());
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

/// Joins what is the same in several places. The first place is kept.
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
        Subject::Operation => return String::new(),
        Subject::Field => "",
        Subject::Body => "body ",
        Subject::Encoding => "sent as ",
        Subject::Value => "value ",
        Subject::Minimum => "minimum ",
        Subject::Maximum => "maximum ",
        Subject::Pattern => "pattern ",
        Subject::Type | Subject::Required | Subject::Null | Subject::Closed => "",
    };
    match change {
        Change::New if *subject == Subject::Value && !ours.is_empty() => format!("{what}{ours} → one of {theirs}"),
        Change::New => format!("{what}{theirs}"),
        Change::Gone if !theirs.is_empty() => format!("{what}one of {ours} → {theirs}"),
        Change::Gone => format!("{what}{ours}"),
        Change::Changed => format!("{what}{ours} → {theirs}"),
    }
}

impl Drift {
    /// The document describes an older state than the profile, as far as its version is a day.
    #[must_use]
    pub fn is_older(&self) -> bool {
        crate::text::Date::parse(&self.version).is_some() && *self.version < *self.profile.as_of
    }
}

#[cfg(test)]
mod tests;
