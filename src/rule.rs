//! The rules, read from the pages in `rules/` when the crate is built.
//!
//! A rule is a Markdown page; its path is its id. The build turns every page into a constant of this module, so a check
//! that names a rule without a page does not compile. This module does not know how to check anything.

use serde::Serialize;

use crate::limits::{Basis, Limit, Limits};
use crate::profile;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice.
    Hint,
    /// Likely refused, or the documents are ambiguous, or money is wasted.
    Warning,
    /// A document says that the service refuses it, and it is certain.
    Error,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Hint, Self::Warning, Self::Error];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How settled a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// On by default.
    Stable,
    /// New: runs only if it is selected by name.
    Preview,
}

/// Whether and how a rule can fix its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fixes {
    None,
    /// By `--fix`: the request keeps its meaning.
    Safe,
    /// By `--fix-unsafe`: the meaning may change.
    Unsafe,
}

/// How an editor draws a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// Struck through: outdated.
    Deprecated,
    /// Faded: removing it would change nothing.
    Unnecessary,
}

/// One rule, as its page describes it.
#[derive(Debug)]
pub struct Rule {
    /// `subject/name`, permanent.
    pub id: &'static str,
    /// One line, lower case, no full stop.
    pub summary: &'static str,
    /// The severity of a finding, unless its limit or the configuration says otherwise.
    pub severity: Severity,
    pub status: Status,
    /// The version that introduced it.
    pub since: &'static str,
    /// Why we believe its claim.
    pub basis: Basis,
    /// The names of the limits that it reads; `*.max-size` means every limit with that ending.
    pub limits: &'static [&'static str],
    /// The error code of the service that it prevents.
    pub prevents: Option<&'static str>,
    pub fixes: Fixes,
    /// Earlier names.
    pub aliases: &'static [&'static str],
    pub tag: Option<Tag>,
    /// The whole page: front matter, text, examples.
    pub page: &'static str,
}

impl Rule {
    /// The part of the id before the slash.
    #[must_use]
    pub fn subject(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(subject, _)| subject)
    }

    /// The page without its front matter.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.page
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .map_or(self.page, |(_, text)| text.trim_start_matches('\n'))
    }

    /// As [`text`](Self::text), with every `{name.of-limit}` replaced by its value and unit.
    #[must_use]
    pub fn filled(&self, limits: &Limits) -> String {
        let mut out = String::new();
        let mut rest = self.text();
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let known = after.split_once('}').and_then(|(name, tail)| Some((limit_text(name, limits)?, tail)));
            rest = known.as_ref().map_or(after, |(_, tail)| *tail);
            match known {
                Some((text, _)) => out.push_str(&text),
                None => out.push('{'),
            }
        }
        out.push_str(rest);
        out
    }

    /// The limits that it reads, as far as the profile has them.
    pub fn limits_in<'l>(&self, limits: &'l Limits) -> impl Iterator<Item = &'l Limit> {
        let fits = |word: &str, name: &str| match word.split_once('*') {
            Some((head, tail)) => name.starts_with(head) && name.ends_with(tail),
            None => name == word,
        };
        let words = self.limits.iter();
        words.flat_map(move |word| limits.iter().filter(move |limit| fits(word, limit.name)))
    }

    /// The address of the page.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/blob/main/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), self.id)
    }
}

/// The value of a limit; if only other profiles have it, their value.
fn limit_text(name: &str, limits: &Limits) -> Option<String> {
    let elsewhere = || profile::ALL.iter().find_map(|other| other.limits.iter().find(|limit| limit.name == name));
    limits.find(name).map(|id| &limits[id]).or_else(elsewhere).map(Limit::text)
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.binary_search_by(|rule| rule.id.cmp(id)).ok().map(|at| ALL[at])
}

/// The rule that had this id before it was renamed.
#[must_use]
pub fn find_alias(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.aliases.contains(&id))
}
