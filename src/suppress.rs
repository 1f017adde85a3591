//! `[[suppress]]`: this finding, here, is known and stays, for this reason, until this day.
//!
//! JSON has no comments, so a suppression stands in the configuration and names a place: a file (a pattern, relative to
//! the configuration), in brackets the index of a record of a manifest as reports give it, after `#` a JSON Pointer:
//! `drafts/a.json`, `drafts/*.json#/scenes/2/input/script`, `jobs.jsonl[3]#/script`. A pointer stands for the value and
//! all that is in it; `*` stands for any one part of it.

use std::io::ErrorKind;
use std::path::Path;

use crate::config::{Globs, Selector, closest};
use crate::finding::{Finding, Location};
use crate::rule::Rule;

/// A day, as `YYYY-MM-DD`; days in that form sort as they follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2027-01-31`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if text.len() != 10 || !digits {
            return None;
        }
        let (year, month, day): (u16, u8, u8) =
            (text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?);
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// The day (UTC) of a time in seconds since 1970.
    #[must_use]
    pub fn of(seconds: u64) -> Self {
        // Civil from days, after Howard Hinnant: eras of 400 years that begin in March.
        let days = (seconds / 86_400).min(2_932_896) + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let (of_month, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
        let year = year + era * 400 + u64::from(month <= 2);
        Self { year: year as u16, month: month as u8, day: of_month as u8 }
    }

    /// Seconds since 1970 at its beginning (UTC).
    #[must_use]
    pub fn seconds(self) -> u64 {
        let year = u64::from(self.year) - u64::from(self.month <= 2);
        let (era, of_era) = (year / 400, year % 400);
        let month = (u64::from(self.month) + 9) % 12;
        let day = (153 * month + 2) / 5 + u64::from(self.day) - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day;
        days.saturating_sub(719_468) * 86_400
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The place that a suppression names.
#[derive(Clone, Debug)]
pub struct Target {
    /// As written, for messages.
    pub text: String,
    file: String,
    files: Globs,
    record: Option<u32>,
    pointer: Option<Vec<String>>,
    /// Where it stands in the configuration.
    pub location: Location,
}

impl Target {
    /// Reads `drafts/a.json[3]#/script`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (file, pointer) = match text.split_once('#') {
            Some((file, pointer)) => (file, Some(pointer)),
            None => (text, None),
        };
        let pointer = match pointer {
            None | Some("") => None,
            Some(pointer) if pointer.starts_with('/') => Some(pointer.split('/').skip(1).map(str::to_owned).collect()),
            Some(_) => return Err("what follows # is a JSON Pointer: it begins with a slash".to_owned()),
        };
        let (file, record) = match file.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
            Some((file, digits)) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let record = digits.parse().map_err(|_| format!("[{digits}] is no index of a record"))?;
                (file, Some(record))
            }
            _ => (file, None),
        };
        let file = file.strip_prefix("./").unwrap_or(file);
        // Written with a slash or without, it means this path and not a name anywhere.
        let anchored = if file.starts_with(['/', '*', '!']) { file.to_owned() } else { format!("/{file}") };
        let files = Globs::one(&anchored).or_else(|error| {
            // A name with brackets in it is no pattern, but it is a name.
            if file.contains('[') { Ok(Globs::default()) } else { Err(error) }
        })?;
        let location = Location::default();
        Ok(Self { text: text.to_owned(), file: file.to_owned(), files, record, pointer, location })
    }

    /// Whether it names this file, given as it stands below the configuration.
    #[must_use]
    pub fn is_file(&self, below: &Path) -> bool {
        below == Path::new(&self.file) || self.files.matches(below, false)
    }

    /// Whether it names one file, and that does not exist in this folder.
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
    pub target: Target,
    pub rules: Vec<Selector>,
    /// Why it stays.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

impl Suppression {
    /// It names this finding, which lies in the file `below` the configuration.
    #[must_use]
    pub fn names(&self, finding: &Finding, below: &Path) -> bool {
        self.names_rule(finding.rule) && self.target.is_file(below) && self.target.is_place(&finding.location)
    }

    /// It is meant for this rule; an unreadable file cannot be suppressed, because nothing in it was checked.
    #[must_use]
    pub fn names_rule(&self, rule: &Rule) -> bool {
        *rule != crate::rule::LINT_UNREADABLE && closest(&self.rules, rule).is_some()
    }

    /// It holds no longer.
    #[must_use]
    pub fn is_over(&self, now: u64) -> bool {
        self.until.is_some_and(|until| Date::of(now) > until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule;

    #[test]
    fn dates() {
        for (text, seconds) in [("1970-01-01", 0), ("2000-02-29", 951_782_400), ("2026-11-22", 1_795_305_600)] {
            let date = Date::parse(text).expect(text);
            assert_eq!((date.seconds(), Date::of(seconds + 86_399)), (seconds, date), "{text}");
            assert_eq!(date.to_string(), text);
        }
        for text in ["2026-02-29", "2026-13-01", "2026-1-01", "2026-00-10", "2026-04-31", "20260-1-01", "２０２６-01"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(Date::of(u64::MAX).to_string(), "9999-12-31");
        for day in (0..200_000).step_by(7) {
            assert_eq!(Date::of(day * 86_400).seconds(), day * 86_400);
        }
    }

    fn names(at: &str, file: &str, record: Option<u32>, pointer: Option<&str>) -> bool {
        let rules = vec![Selector::Rule(&rule::SCRIPT_TOO_LONG)];
        let target = Target::parse(at).expect("a target");
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
        assert!(Target::parse("a.json#script").is_err());
        assert!(Target::parse("a.json[99999999999]").is_err());
    }
}
