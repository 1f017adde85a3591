//! Known findings, which are left out so that only new ones fail a run.
//!
//! An entry is a [`Fingerprint`]. The rule and the file are there for people, and for finding outdated entries. File
//! names are those of the report, so a baseline is valid only for runs from the same folder.
//!
//! A baseline is read and written entry by entry. In memory an entry takes 24 bytes, and each name is stored once.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::io::{self, Read, Write};

use foldhash::fast::RandomState;
use serde::Serialize;
use serde_json::Value;

use super::parts::{self, Part, PartsError};
use super::{RunReport, Summary};
use crate::finding::Fingerprint;
use crate::rule;

/// The version of the file format. Version 1 had fingerprints that counted records and list elements (`fp1:`).
const VERSION: u64 = 2;

/// One known finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct KnownFinding<'b> {
    pub file: &'b str,
    pub rule: &'b str,
    pub fingerprint: Fingerprint,
}

/// Known findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    files: BaselineNames,
    rules: BaselineNames,
    /// Sorted by fingerprint.
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// In halves, which need no larger alignment than the rest.
    fingerprint: [u64; 2],
    file: u32,
    rule: u32,
}

impl Entry {
    fn fingerprint(&self) -> Fingerprint {
        let [high, low] = self.fingerprint;
        Fingerprint::from_bits(u128::from(high) << 64 | u128::from(low))
    }
}

fn halves(fingerprint: Fingerprint) -> [u64; 2] {
    let bits = fingerprint.to_bits();
    [(bits >> 64) as u64, bits as u64]
}

/// Names, each once, in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct BaselineNames {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    /// The number of the name with a hash; empty once the baseline is complete.
    numbers: HashMap<u64, u32, RandomState>,
}

impl BaselineNames {
    fn add(&mut self, name: &str) -> u32 {
        let number = self.ends.len() as u32;
        let hash = self.numbers.hasher().hash_one(name);
        match self.numbers.get(&hash) {
            Some(known) if self.get(*known) == name => return *known,
            // A name that shares its hash with another is stored each time.
            Some(_) => {}
            None => _ = self.numbers.insert(hash, number),
        }
        self.text.push_str(name);
        self.ends.push(self.text.len());
        number
    }

    fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let span = start.zip(self.ends.get(number).copied());
        span.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    fn complete(&mut self) {
        self.numbers = HashMap::default();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
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
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// If it is not a baseline, or one of an earlier version.
    pub fn read(source: impl Read) -> Result<Self, BaselineError> {
        let (mut baseline, mut version, mut has_findings) = (Self::default(), None, false);
        let (mut fault, mut number) = (None, 0_u64);
        let read = parts::read(source, &["findings"], &mut |part| {
            match part {
                Part::Member(key, value) if key == "version" => version = value.as_u64(),
                Part::Member(..) => {}
                Part::List(_) => has_findings = true,
                Part::Record(_, value) => {
                    match entry(&value) {
                        Ok(entry) => baseline.add(entry),
                        Err(what) if fault.is_none() => fault = Some(format!("has no {what} in finding {number}")),
                        Err(_) => {}
                    }
                    number += 1;
                }
            }
            Ok(())
        });
        match read {
            Err(PartsError::Json(error)) if error.is_data() => return Err(format!("is not a baseline: {error}").into()),
            Err(PartsError::Json(error)) => return Err(format!("is not JSON: {error}").into()),
            Err(PartsError::Refused(why)) => return Err(why.into()),
            Ok(()) => {}
        }
        match version {
            Some(VERSION) => {}
            Some(1) if has_findings => return Err(BaselineError::Outdated),
            Some(other) => {
                return Err(format!("has version {other}, but this heylint supports version {VERSION}").into());
            }
            None => return Err("is not a baseline: it has no version".to_owned().into()),
        }
        if !has_findings {
            return Err("is not a baseline: it has no findings".to_owned().into());
        }
        fault.map_or(Ok(()), |fault| Err(fault.into())).map(|()| baseline.complete())
    }

    fn add(&mut self, KnownFinding { file, rule, fingerprint }: KnownFinding<'_>) {
        let (file, rule) = (self.files.add(file), self.rules.add(rule));
        self.entries.push(Entry { fingerprint: halves(fingerprint), file, rule });
    }

    /// Prepares it for [`holds`](Self::holds). Of several entries with the same fingerprint the last one counts.
    fn complete(mut self) -> Self {
        self.files.complete();
        self.rules.complete();
        self.entries.sort_by_key(|entry| entry.fingerprint);
        self.entries.dedup_by(|later, earlier| {
            let same = later.fingerprint == earlier.fingerprint;
            if same {
                *earlier = *later;
            }
            same
        });
        self.entries.shrink_to_fit();
        self
    }

    /// The baseline after a run: the findings of the run, and the entries of `self` that the run could not have met.
    /// `stale` are entries whose finding is gone.
    ///
    /// # Errors
    ///
    /// If spilled findings cannot be read.
    pub fn renewed(&self, report: &RunReport, stale: &HashSet<Fingerprint>) -> io::Result<Self> {
        let mut renewed = Self::default();
        // Growing step by step would take twice the memory.
        let Summary { errors, warnings, hints, .. } = report.summary;
        renewed.entries.reserve_exact(self.len() + (errors + warnings + hints) as usize);
        let kept = self.entries().filter(|entry| !stale.contains(&entry.fingerprint));
        kept.for_each(|entry| renewed.add(entry));
        report.each(&mut |finding| {
            // An unreadable file is not a known finding, because it may contain anything.
            if *finding.rule != rule::LINT_UNREADABLE {
                let (file, rule) = (&*finding.location.file, finding.rule.id);
                renewed.add(KnownFinding { file, rule, fingerprint: finding.fingerprint });
            }
            Ok(())
        })?;
        Ok(renewed.complete())
    }

    #[must_use]
    pub fn holds(&self, fingerprint: Fingerprint) -> bool {
        self.entries.binary_search_by_key(&halves(fingerprint), |entry| entry.fingerprint).is_ok()
    }

    /// Sorted by fingerprint.
    pub fn entries(&self) -> impl Iterator<Item = KnownFinding<'_>> {
        self.entries.iter().map(|entry| self.known(entry))
    }

    fn known(&self, entry: &Entry) -> KnownFinding<'_> {
        let (file, rule) = (self.files.get(entry.file), self.rules.get(entry.rule));
        KnownFinding { file, rule, fingerprint: entry.fingerprint() }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Writes the file: sorted, with one finding per line, so that changes merge well.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut sorted: Vec<&Entry> = self.entries.iter().collect();
        sorted.sort_by(|one, other| self.known(one).cmp(&self.known(other)));
        write!(out, "{{\"version\": {VERSION}, \"findings\": [")?;
        for (at, entry) in sorted.into_iter().enumerate() {
            out.write_all(if at == 0 { b"\n  " } else { b",\n  " })?;
            serde_json::to_writer(&mut *out, &self.known(entry))?;
        }
        out.write_all(b"\n]}\n")
    }
}

/// The entry that a record of the file contains, or what it lacks.
fn entry(value: &Value) -> Result<KnownFinding<'_>, &'static str> {
    let text = |key: &'static str| value.get(key).and_then(Value::as_str).ok_or(key);
    let fingerprint = text("fingerprint")?.parse().map_err(|()| "fingerprint of version 2")?;
    Ok(KnownFinding { file: text("file")?, rule: text("rule")?, fingerprint })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(entries: &[(&str, &str)]) -> Baseline {
        let mut baseline = Baseline::default();
        for (file, fingerprint) in entries {
            let fingerprint = fingerprint.parse().expect("a fingerprint");
            baseline.add(KnownFinding { file, rule: "script/empty", fingerprint });
        }
        baseline.complete()
    }

    fn written(baseline: &Baseline) -> String {
        let mut text = Vec::new();
        baseline.write(&mut text).expect("written");
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn there_and_back() {
        let (one, other) = ("fp2:00000000000000000000000000000001", "fp2:e710c93f596f2aa0d43df2ae425e77f7");
        let known = baseline(&[("b.json", one), ("a \"x\".json", other)]);
        let text = written(&known);
        let line = "{\"file\":\"a \\\"x\\\".json\",\"rule\":\"script/empty\",\"fingerprint\":";
        assert!(text.starts_with(&format!("{{\"version\": 2, \"findings\": [\n  {line}\"{other}\"}},\n  ")), "{text}");
        let read = Baseline::read(text.as_bytes()).expect("a baseline");
        assert!(read.holds(one.parse().unwrap()) && read.holds(other.parse().unwrap()) && read.len() == 2);
        assert_eq!(written(&read), text);
        assert_eq!(Baseline::read(written(&Baseline::default()).as_bytes()), Ok(Baseline::default()));
        // The last entry with a fingerprint counts.
        let twice = baseline(&[("b.json", one), ("a.json", one)]);
        assert_eq!(twice.entries().map(|entry| entry.file.to_owned()).collect::<Vec<_>>(), ["a.json"]);
    }

    #[test]
    fn texts_that_are_not_baselines() {
        for text in ["", "[]", "{}", r#"{"version": 3}"#, r#"{"version": 2}"#, r#"{"version": 2, "findings": [{}]}"#] {
            assert!(matches!(Baseline::read(text.as_bytes()), Err(BaselineError::Invalid(_))), "{text}");
        }
        let outdated = r#"{"version": 1, "findings": [{"fingerprint": "fp1:00"}]}"#;
        assert_eq!(Baseline::read(outdated.as_bytes()), Err(BaselineError::Outdated));
    }
}
