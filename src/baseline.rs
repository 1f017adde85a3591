//! Findings that are known and left alone, so that only new ones fail a run.
//!
//! An entry is a fingerprint, which survives moved lines and reworded messages; rule and file stand beside it for people
//! and to tell which entries are out of date. File names are those of the report: a baseline holds for runs from the
//! same folder.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::Value;

use crate::engine::Outcome;
use crate::finding::Finding;
use crate::rule;

/// The version of the file's form.
const VERSION: u64 = 1;

/// One known finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    pub file: String,
    pub rule: String,
    pub fingerprint: String,
}

impl From<&Finding> for Entry {
    fn from(finding: &Finding) -> Self {
        let (file, rule) = (finding.location.file.to_string(), finding.rule.id.to_owned());
        Self { file, rule, fingerprint: finding.fingerprint() }
    }
}

/// Known findings, by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: HashMap<String, Entry>,
}

impl Baseline {
    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// A sentence that says why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
        match value.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(other) => return Err(format!("is of version {other}, and this heylint knows version {VERSION}")),
            None => return Err("is no baseline: it has no version".to_owned()),
        }
        let findings = value.get("findings").and_then(Value::as_array).ok_or("is no baseline: it has no findings")?;
        let entry = |(at, value): (usize, &Value)| {
            let text = |key: &str| {
                let text = value.get(key).and_then(Value::as_str).map(str::to_owned);
                text.ok_or_else(|| format!("has no {key} in finding {at}"))
            };
            Ok(Entry { file: text("file")?, rule: text("rule")?, fingerprint: text("fingerprint")? })
        };
        Ok(Self::of(findings.iter().enumerate().map(entry).collect::<Result<Vec<_>, String>>()?))
    }

    fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry.fingerprint.clone(), entry)).collect() }
    }

    /// What a run has found, and of `self` what the run could not have met. What is out of date falls away, and so does
    /// what is mended.
    #[must_use]
    pub fn renewed(&self, outcome: &Outcome) -> Self {
        let gone: BTreeSet<&str> = outcome.stale.iter().map(|entry| entry.fingerprint.as_str()).collect();
        let kept = self.entries().filter(|entry| !gone.contains(entry.fingerprint.as_str())).cloned();
        // What could not be read is no known finding: it may hold anything.
        let found = outcome.report.findings.iter().filter(|finding| *finding.rule != rule::LINT_UNREADABLE);
        Self::of(kept.chain(found.map(Entry::from)))
    }

    #[must_use]
    pub fn holds(&self, fingerprint: &str) -> bool {
        self.entries.contains_key(fingerprint)
    }

    /// In no order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
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

    /// The text of the file: sorted, one finding a line, so that changes merge well.
    #[must_use]
    pub fn to_json(&self) -> String {
        let sorted: BTreeSet<&Entry> = self.entries().collect();
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
        let entry = |file: &str, fingerprint: &str| Entry {
            file: file.into(),
            rule: "script/empty".into(),
            fingerprint: fingerprint.into(),
        };
        let baseline = Baseline::of([entry("b.json", "fp1:1"), entry("a \"x\".json", "fp1:2")]);
        let text = baseline.to_json();
        assert!(text.find("a \\\"x").unwrap() < text.find("b.json").unwrap(), "{text}");
        assert_eq!(Baseline::parse(&text), Ok(baseline));
        assert_eq!(Baseline::parse(&Baseline::default().to_json()), Ok(Baseline::default()));
    }

    #[test]
    fn what_is_none() {
        for text in ["", "[]", "{}", r#"{"version": 2}"#, r#"{"version": 1}"#, r#"{"version": 1, "findings": [{}]}"#] {
            assert!(Baseline::parse(text).is_err(), "{text}");
        }
    }
}
