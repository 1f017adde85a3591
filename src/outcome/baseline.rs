//! Known findings, which are left out so that only new ones fail a run.
//!
//! An entry is a [`Fingerprint`]. The rule and the file are there for people, and for finding outdated entries. File
//! names are those of the report, so a baseline is valid only for runs from the same folder.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::Value;

use crate::finding::{Finding, Fingerprint};
use crate::rule;

/// The version of the file format. Version 1 had fingerprints that counted records and list elements (`fp1:`).
const VERSION: u64 = 2;

/// One known finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct KnownFinding {
    pub file: String,
    pub rule: String,
    pub fingerprint: Fingerprint,
}

impl From<&Finding> for KnownFinding {
    fn from(finding: &Finding) -> Self {
        let (file, rule) = (finding.location.file.to_string(), finding.rule.id.to_owned());
        Self { file, rule, fingerprint: finding.fingerprint }
    }
}

/// Known findings, by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: HashMap<Fingerprint, KnownFinding>,
}

/// Why a text is not a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineError {
    /// An earlier version of heylint wrote it: its fingerprints match nothing now.
    Outdated,
    /// A sentence that says what is wrong.
    Invalid(String),
}

impl std::fmt::Display for BaselineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Outdated => {
                f.write_str("was written by an earlier heylint, whose fingerprints this version cannot match")
            }
            Self::Invalid(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for BaselineError {}

impl From<String> for BaselineError {
    fn from(message: String) -> Self {
        Self::Invalid(message)
    }
}

impl Baseline {
    /// Reads the text of a baseline.
    ///
    /// # Errors
    ///
    /// If it is not a baseline, or one of an earlier version.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
        let findings = value.get("findings").and_then(Value::as_array);
        match value.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(1) if findings.is_some() => return Err(BaselineError::Outdated),
            Some(other) => {
                return Err(format!("has version {other}, but this heylint supports version {VERSION}").into());
            }
            None => return Err("is not a baseline: it has no version".to_owned().into()),
        }
        let findings = findings.ok_or_else(|| "is not a baseline: it has no findings".to_owned())?;
        let entry = |(at, value): (usize, &Value)| {
            let text = |key: &str| {
                let text = value.get(key).and_then(Value::as_str).map(str::to_owned);
                text.ok_or_else(|| format!("has no {key} in finding {at}"))
            };
            let fingerprint = text("fingerprint")?.parse();
            let fingerprint = fingerprint.map_err(|()| format!("has no fingerprint of version 2 in finding {at}"))?;
            Ok(KnownFinding { file: text("file")?, rule: text("rule")?, fingerprint })
        };
        Ok(Self::of(findings.iter().enumerate().map(entry).collect::<Result<Vec<_>, String>>()?))
    }

    fn of(entries: impl IntoIterator<Item = KnownFinding>) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry.fingerprint, entry)).collect() }
    }

    /// The baseline after a run: the findings of the run, and the entries of `self` that the run could not have met.
    /// `stale` are entries whose finding is gone.
    #[must_use]
    pub fn renewed(&self, findings: &[Finding], stale: &[KnownFinding]) -> Self {
        let gone: BTreeSet<Fingerprint> = stale.iter().map(|entry| entry.fingerprint).collect();
        let kept = self.entries().filter(|entry| !gone.contains(&entry.fingerprint)).cloned();
        // An unreadable file is not a known finding, because it may contain anything.
        let found = findings.iter().filter(|finding| *finding.rule != rule::LINT_UNREADABLE);
        Self::of(kept.chain(found.map(KnownFinding::from)))
    }

    #[must_use]
    pub fn holds(&self, fingerprint: Fingerprint) -> bool {
        self.entries.contains_key(&fingerprint)
    }

    /// In no particular order.
    pub fn entries(&self) -> impl Iterator<Item = &KnownFinding> {
        self.entries.values()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The text of the file: sorted, with one finding per line, so that changes merge well.
    #[must_use]
    pub fn to_json(&self) -> String {
        let sorted: BTreeSet<&KnownFinding> = self.entries().collect();
        let lines: Vec<String> =
            sorted.iter().filter_map(|entry| Some(format!("\n  {}", serde_json::to_string(entry).ok()?))).collect();
        format!("{{\"version\": {VERSION}, \"findings\": [{}\n]}}\n", lines.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let entry = |file: &str, fingerprint: &str| KnownFinding {
            file: file.into(),
            rule: "script/empty".into(),
            fingerprint: fingerprint.parse().unwrap(),
        };
        let (one, other) = ("fp2:00000000000000000000000000000001", "fp2:e710c93f596f2aa0d43df2ae425e77f7");
        let baseline = Baseline::of([entry("b.json", one), entry("a \"x\".json", other)]);
        let text = baseline.to_json();
        assert!(text.find("a \\\"x").unwrap() < text.find("b.json").unwrap(), "{text}");
        assert_eq!(Baseline::parse(&text), Ok(baseline));
        assert_eq!(Baseline::parse(&Baseline::default().to_json()), Ok(Baseline::default()));
    }

    #[test]
    fn texts_that_are_not_baselines() {
        for text in ["", "[]", "{}", r#"{"version": 3}"#, r#"{"version": 2}"#, r#"{"version": 2, "findings": [{}]}"#] {
            assert!(matches!(Baseline::parse(text), Err(BaselineError::Invalid(_))), "{text}");
        }
        assert_eq!(Baseline::parse(r#"{"version": 1, "findings": []}"#), Err(BaselineError::Outdated));
    }
}
