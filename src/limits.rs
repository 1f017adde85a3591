//! The numbers of a profile, each with unit, basis, source and date.
//!
//! They stand once, in `rules/heygen-v3/limits.toml`; the build turns them into [`PROFILE`], a constant for each name
//! (`SCRIPT_MAX` for `script.max`), and [`USES`], one entry for each place of use. A configuration may override values.

use std::borrow::Cow;

use serde::Serialize;

/// Why we believe a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// It follows from the design of the service; no document says it.
    Inferred,
    /// The live service was seen to behave so.
    Observed,
    /// A document of the service says it.
    Documented,
    /// The user's own configuration says it.
    Configured,
}

impl Basis {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inferred => "inferred",
            Self::Observed => "observed",
            Self::Documented => "documented",
            Self::Configured => "configured",
        }
    }
}

/// The index of a limit in [`PROFILE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LimitId(pub(crate) u16);

/// What a limit says: a number in its unit, or the names that are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    #[serde(serialize_with = "whole")]
    Number(f64),
    Names(&'static [&'static str]),
}

/// Writes 5000 and not 5000.0.
fn whole<S: serde::Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        serializer.serialize_i64(*number as i64)
    } else {
        serializer.serialize_f64(*number)
    }
}

/// One number of the profile, with where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// `subject.name`, as configuration and reports call it.
    pub name: &'static str,
    pub value: Value,
    /// `MB`, `px`, `s`, `code points`, `items` …
    pub unit: &'static str,
    pub basis: Basis,
    /// The short name of the document (`usage-limits`), or the file and line of the configuration.
    pub source: Cow<'static, str>,
    /// The address of the document; empty where there is none.
    pub url: Cow<'static, str>,
    /// When the number was last read there, as `YYYY-MM-DD`; empty for a configured one.
    pub seen: Cow<'static, str>,
    /// What else has to be known about it.
    pub note: &'static str,
}

impl Limit {
    /// The number, in the unit of the limit.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(number) => Some(number),
            Value::Names(_) => None,
        }
    }

    /// The allowed names.
    #[must_use]
    pub fn names(&self) -> &'static [&'static str] {
        match self.value {
            Value::Number(_) => &[],
            Value::Names(names) => names,
        }
    }

    /// For a limit in MB: the number of bytes that is surely allowed (N × 1,000,000), and the one above which it is
    /// surely refused (N × 1,048,576). Nothing documents which of the two the service means.
    #[must_use]
    pub fn bytes(&self) -> Option<(u64, u64)> {
        let number = self.number()?;
        match self.unit {
            "MB" => Some(((number * 1e6) as u64, (number * 1_048_576.0) as u64)),
            "MiB" => Some(((number * 1_048_576.0) as u64, (number * 1_048_576.0) as u64)),
            _ => None,
        }
    }

    /// The value with where it comes from: `5,000 code points, documented in usage-limits (https://…), seen 2026-11-22`.
    #[must_use]
    pub fn provenance(&self) -> String {
        let from =
            if self.url.is_empty() { self.source.to_string() } else { format!("{} ({})", self.source, self.url) };
        let seen = if self.seen.is_empty() { String::new() } else { format!(", seen {}", self.seen) };
        let note = if self.note.is_empty() { String::new() } else { format!("; {}", self.note) };
        format!("{}, {} in {from}{seen}{note}", self.text(), self.basis.name())
    }

    /// The value with its unit, for people: `5,000 code points`, `PNG, JPEG`.
    #[must_use]
    pub fn text(&self) -> String {
        match self.value {
            Value::Number(number) => {
                let number = crate::text::number(number);
                match self.unit {
                    "" | "ratio" => number,
                    unit => format!("{number} {unit}"),
                }
            }
            Value::Names(names) => names.join(", "),
        }
    }
}

/// The limits that a place of use sets for a media file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// As `--use` and `[[media]]` call it.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub title: &'static str,
    /// Short names of the formats that it takes.
    pub takes: LimitId,
    /// Size above which it is refused.
    pub max_size: Option<LimitId>,
    /// Long edge (px, as displayed) from which it is surely refused.
    pub edge_refused: Option<LimitId>,
    /// Long edge (px, as displayed) from which it may be refused.
    pub edge_doubtful: Option<LimitId>,
    /// Shortest edge in px.
    pub min_edge: Option<LimitId>,
    /// Longest duration in seconds.
    pub max_duration: Option<LimitId>,
    /// Shortest duration in seconds.
    pub min_duration: Option<LimitId>,
    /// Kinds of track that it must have: `video`, `audio`.
    pub tracks: Option<LimitId>,
}

/// The limits of one state of the API.
#[derive(Debug)]
pub struct Profile {
    pub name: &'static str,
    /// The state of the API that it describes, as `YYYY-MM-DD`.
    pub as_of: &'static str,
    pub limits: &'static [Limit],
}

include!(concat!(env!("OUT_DIR"), "/limits.rs"));

/// The place of use with this name.
#[must_use]
pub fn find_use(name: &str) -> Option<&'static Use> {
    USES.iter().find(|place| place.name == name)
}

/// The limits in force: those of the profile, with what a configuration overrides.
#[derive(Clone, Debug)]
pub struct Limits {
    entries: Vec<Limit>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: PROFILE.limits.to_vec() }
    }
}

impl std::ops::Index<LimitId> for Limits {
    type Output = Limit;

    fn index(&self, id: LimitId) -> &Limit {
        &self.entries[usize::from(id.0)]
    }
}

impl Limits {
    /// The id of a limit by its name.
    #[must_use]
    pub fn find(name: &str) -> Option<LimitId> {
        PROFILE.limits.iter().position(|limit| limit.name == name).map(|at| LimitId(at as u16))
    }

    /// All of them, in the order of the profile.
    pub fn iter(&self) -> impl Iterator<Item = &Limit> {
        self.entries.iter()
    }

    /// Sets another number, in the given unit, because `source` (file and line) says so.
    pub fn set(&mut self, id: LimitId, number: f64, unit: &'static str, source: String) {
        let entry = &mut self.entries[usize::from(id.0)];
        entry.value = Value::Number(number);
        entry.unit = unit;
        entry.basis = Basis::Configured;
        entry.source = Cow::Owned(source);
        entry.url = Cow::Borrowed("");
        entry.seen = Cow::Borrowed("");
    }
}
