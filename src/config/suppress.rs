//! `[[suppress]]`: hides a known finding at one place, with a reason, and until a day if one is given.
//!
//! JSON has no comments, so suppressions are kept in the configuration. Each names a file (a pattern relative to the
//! configuration), optionally the 0-based index of a record in brackets, and optionally a JSON Pointer after `#`:
//! `drafts/a.json`, `drafts/*.json#/scenes/2/input/script`, `jobs.jsonl[3]#/script`. A pointer covers the value and
//! everything inside it; `*` matches any one part.

use std::io::ErrorKind;
use std::path::Path;

use super::{Globs, Selector, closest};
use crate::finding::{Finding, Location};
use crate::rule::Rule;
use crate::text::Date;

/// The place that a suppression names.
#[derive(Clone, Debug)]
pub struct SuppressTarget {
    /// The text of the configuration, for messages.
    pub text: String,
    file: String,
    files: Globs,
    record: Option<u32>,
    pointer: Option<Vec<String>>,
    /// Its place in the configuration.
    pub location: Location,
}

impl SuppressTarget {
    /// Reads `drafts/a.json[3]#/script`.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (file, pointer) = match text.split_once('#') {
            Some((file, pointer)) => (file, Some(pointer)),
            None => (text, None),
        };
        let pointer = match pointer {
            None | Some("") => None,
            Some(pointer) if pointer.starts_with('/') => Some(pointer.split('/').skip(1).map(str::to_owned).collect()),
            Some(_) => return Err("the part after # must be a JSON Pointer, which begins with a slash".to_owned()),
        };
        let (file, record) = match file.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
            Some((file, digits)) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let record = digits.parse().map_err(|_| format!("[{digits}] is not an index of a record"))?;
                (file, Some(record))
            }
            _ => (file, None),
        };
        let file = file.strip_prefix("./").unwrap_or(file);
        // With or without a slash, it means this path and not a file name anywhere.
        let anchored = if file.starts_with(['/', '*', '!']) { file.to_owned() } else { format!("/{file}") };
        let files = Globs::one(&anchored).or_else(|error| {
            // A name with brackets in it is not a pattern, but it is a name.
            if file.contains('[') { Ok(Globs::default()) } else { Err(error) }
        })?;
        let location = Location::default();
        Ok(Self { text: text.to_owned(), file: file.to_owned(), files, record, pointer, location })
    }

    /// Whether it names this file. The path is relative to the configuration.
    #[must_use]
    pub fn is_file(&self, below: &Path) -> bool {
        below == Path::new(&self.file) || self.files.matches(below, false)
    }

    /// Whether it names a single file that does not exist in this folder.
    #[must_use]
    pub fn is_gone(&self, root: &Path) -> bool {
        let is_name = !self.file.is_empty() && !self.file.contains(['*', '?', '[', '{', '!', '\\']);
        is_name
            && root
                .join(self.file.trim_start_matches('/'))
                .symlink_metadata()
                .is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    fn is_place(&self, location: &Location) -> bool {
        if self.record.is_some() && self.record != location.record {
            return false;
        }
        let Some(wanted) = &self.pointer else { return true };
        let Some(pointer) = &location.pointer else { return false };
        let mut parts = pointer.split('/').skip(1);
        wanted.iter().all(|wanted| parts.next().is_some_and(|part| wanted == "*" || part == wanted))
    }
}

/// One entry of `[[suppress]]`.
#[derive(Clone, Debug)]
pub struct Suppression {
    pub target: SuppressTarget,
    pub rules: Vec<Selector>,
    /// Why the finding is accepted.
    pub reason: String,
    /// The last day on which it applies.
    pub until: Option<Date>,
}

impl Suppression {
    /// Whether it covers this finding in the file `below`, a path relative to the configuration.
    #[must_use]
    pub fn names(&self, finding: &Finding, below: &Path) -> bool {
        self.names_rule(finding.rule) && self.target.is_file(below) && self.target.is_place(&finding.location)
    }

    /// Whether it covers this rule. `lint/unreadable` cannot be suppressed: nothing in the file was checked.
    #[must_use]
    pub fn names_rule(&self, rule: &Rule) -> bool {
        *rule != crate::rule::LINT_UNREADABLE && closest(&self.rules, rule).is_some()
    }

    /// Whether its last day has passed.
    #[must_use]
    pub fn is_over(&self, now: u64) -> bool {
        self.until.is_some_and(|until| Date::of(now) > until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule;

    fn names(at: &str, file: &str, record: Option<u32>, pointer: Option<&str>) -> bool {
        let rules = vec![Selector::Rule(&rule::SCRIPT_TOO_LONG)];
        let target = SuppressTarget::parse(at).expect("a target");
        let suppression = Suppression { target, rules, reason: "known".to_owned(), until: None };
        let location = Location { record, pointer: pointer.map(str::to_owned), ..Location::default() };
        suppression.names(&Finding::new(&rule::SCRIPT_TOO_LONG, "x").at(location), Path::new(file))
    }

    #[test]
    fn places() {
        assert!(names("drafts/a.json", "drafts/a.json", None, Some("/script")));
        assert!(names("drafts/a.json#/script", "drafts/a.json", None, Some("/script")));
        assert!(names("./drafts/*.json#/scenes/*/input", "drafts/a.json", None, Some("/scenes/2/input/script")));
        assert!(!names("drafts/a.json#/script", "drafts/a.json", None, Some("/scripts")));
        assert!(!names("drafts/a.json#/script", "drafts/a.json", None, None));
        assert!(!names("a.json", "drafts/a.json", None, None), "a name is a path");
        assert!(names("jobs.jsonl[3]#/script", "jobs.jsonl", Some(3), Some("/script")));
        assert!(!names("jobs.jsonl[3]", "jobs.jsonl", Some(4), Some("/script")));
        assert!(names("odd[1-].json", "odd[1-].json", None, None));
        assert!(SuppressTarget::parse("a.json#script").is_err());
        assert!(SuppressTarget::parse("a.json[99999999999]").is_err());
    }
}
