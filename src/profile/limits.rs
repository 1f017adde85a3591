//! The numbers of a profile, each with unit, basis, source and date.
//!
//! `rules/<profile>/limits.toml` defines them once. The build turns each into a constant in the module of its profile
//! (`SCRIPT_MAX` for `script.max`). A configuration may override values.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::Serialize;

use super::{Profile, Shared};

/// Why we believe a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// It follows from the design of the service; no document states it.
    Inferred,
    /// The live service behaves so.
    Observed,
    /// A document of the service states it.
    Documented,
    /// The user's own configuration sets it.
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

/// Identifies a limit of one profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LimitId {
    profile: u8,
    at: u16,
}

impl LimitId {
    pub(super) const fn new(profile: u8, at: u16) -> Self {
        Self { profile, at }
    }

    /// The profile that it is a limit of.
    #[must_use]
    pub fn profile(self) -> &'static Profile {
        super::numbered(self.profile)
    }
}

/// The value of a limit: a number in its unit, or the allowed names.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum LimitValue {
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

/// One number of the profile, with its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// `subject.name`, as in configurations and reports.
    pub name: &'static str,
    pub value: LimitValue,
    /// `MB`, `px`, `s`, `code points`, `items` …
    pub unit: &'static str,
    pub basis: Basis,
    /// The short name of the document (`usage-limits`), or the file and line of the configuration.
    pub source: Cow<'static, str>,
    /// The address of the document; empty where there is none.
    pub url: Cow<'static, str>,
    /// The day on which the number was last read there, as `YYYY-MM-DD`; empty for a configured one.
    pub seen: Cow<'static, str>,
    /// The day that the document described, if known: `2026-07-21`, or `before 2026-09-07` if only that is known; empty
    /// otherwise.
    pub state: Cow<'static, str>,
    /// Anything else to know about it.
    pub note: &'static str,
    /// The words of its line on a prose page, including headings; empty if it is not on such a page.
    pub at: &'static str,
    /// Whether a keyword of the OpenAPI document states it; other limits come from prose or another document.
    pub keyword: bool,
}

impl Limit {
    /// The number, in the unit of the limit.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self.value {
            LimitValue::Number(number) => Some(number),
            LimitValue::Names(_) => None,
        }
    }

    /// The allowed names.
    #[must_use]
    pub fn names(&self) -> &'static [&'static str] {
        match self.value {
            LimitValue::Number(_) => &[],
            LimitValue::Names(names) => names,
        }
    }

    /// For a limit in MB or GB: the number of bytes that is certainly allowed (N × 1,000,000), and the one above which
    /// it is certainly refused (N × 1,048,576). No document says which of the two the service means.
    #[must_use]
    pub fn bytes(&self) -> Option<(u64, u64)> {
        let number = self.number()?;
        match self.unit {
            "GB" => Some(((number * 1e9) as u64, (number * 1_073_741_824.0) as u64)),
            "MB" => Some(((number * 1e6) as u64, (number * 1_048_576.0) as u64)),
            "MiB" => Some(((number * 1_048_576.0) as u64, (number * 1_048_576.0) as u64)),
            _ => None,
        }
    }

    /// The value with its source: `5,000 code points, documented in usage-limits (https://…), seen 2026-11-22`.
    #[must_use]
    pub fn provenance(&self) -> String {
        let from =
            if self.url.is_empty() { self.source.to_string() } else { format!("{} ({})", self.source, self.url) };
        let seen = self.sight().map_or_else(String::new, |seen| format!(", {seen}"));
        let note = if self.note.is_empty() { String::new() } else { format!("; {}", self.note) };
        format!("{}, {} in {from}{seen}{note}", self.text(), self.basis.name())
    }

    /// When it was read, and the age of the document: `seen 2026-11-22, state before 2026-09-07`.
    #[must_use]
    pub fn sight(&self) -> Option<String> {
        if self.seen.is_empty() {
            return None;
        }
        let is_same = self.state.is_empty() || self.state == self.seen;
        let state = match &*self.state {
            _ if is_same => String::new(),
            before if before.starts_with("before ") => format!(", state {before}"),
            day => format!(", state of {day}"),
        };
        Some(format!("seen {}{state}", self.seen))
    }

    /// The value with its unit, for people: `5,000 code points`, `PNG, JPEG`.
    #[must_use]
    pub fn text(&self) -> String {
        match self.value {
            LimitValue::Number(number) => {
                let shown = crate::text::number(number);
                match self.unit {
                    "" | "ratio" => shown,
                    "fps" | "Mbit/s" | "kbit/s" => format!("{shown} {}", self.unit),
                    // Longer units are words: `1 item`, `2 items`.
                    unit if unit.len() > 2 && number == 1.0 => {
                        format!("{shown} {}", unit.strip_suffix('s').unwrap_or(unit))
                    }
                    unit => format!("{shown} {unit}"),
                }
            }
            LimitValue::Names(names) => names.join(", "),
        }
    }
}

/// The limits that a use sets for a media file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Its name in `--use` and `[[media]]`.
    pub name: &'static str,
    /// A short description.
    pub title: &'static str,
    /// Short names of the accepted formats.
    pub takes: LimitId,
    /// Size above which it is refused.
    pub max_size: Option<LimitId>,
    /// Size above which it may be refused, because documents disagree.
    pub size_doubtful: Option<LimitId>,
    /// Long edge (px, as displayed) from which it is certainly refused.
    pub edge_refused: Option<LimitId>,
    /// Long edge (px, as displayed) from which it may be refused.
    pub edge_doubtful: Option<LimitId>,
    /// Minimum of width and height, in px.
    pub min_edge: Option<LimitId>,
    /// Maximum of width and height, in px.
    pub max_edge: Option<LimitId>,
    /// Maximum width, in px.
    pub max_width: Option<LimitId>,
    /// Width divided by height: the minimum, the maximum, and the ratio shown without bars or cuts.
    pub min_ratio: Option<LimitId>,
    pub max_ratio: Option<LimitId>,
    pub usual_ratio: Option<LimitId>,
    /// Longest duration in seconds.
    pub max_duration: Option<LimitId>,
    /// Duration in seconds above which it may be refused.
    pub duration_doubtful: Option<LimitId>,
    /// Shortest duration in seconds.
    pub min_duration: Option<LimitId>,
    /// Required kinds of track: `video`, `audio`.
    pub tracks: Option<LimitId>,
    /// Codecs by their short names: `h264`, `aac`.
    pub video_codecs: Option<LimitId>,
    pub audio_codecs: Option<LimitId>,
    /// Chroma subsampling: `4:2:0`.
    pub chroma: Option<LimitId>,
    /// The scan of pictures: `progressive`.
    pub scan: Option<LimitId>,
    /// Frames per second.
    pub min_frame_rate: Option<LimitId>,
    pub max_frame_rate: Option<LimitId>,
    /// Average bit rate of the picture track and of the sound track.
    pub max_video_bit_rate: Option<LimitId>,
    pub max_audio_bit_rate: Option<LimitId>,
    /// Samples of sound per second.
    pub max_sample_rate: Option<LimitId>,
    pub max_channels: Option<LimitId>,
    /// Required position of the index (moov): `front`.
    pub index: Option<LimitId>,
    /// The most entries of an edit list.
    pub max_edits: Option<LimitId>,
}

impl Use {
    /// The profile of the use.
    #[must_use]
    pub fn profile(&self) -> &'static Profile {
        self.takes.profile()
    }
}

/// The limits in force: those of a profile, with the overrides of a configuration.
#[derive(Clone, Debug)]
pub struct Limits {
    profile: &'static Profile,
    entries: Vec<Limit>,
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(super::default())
    }
}

impl std::ops::Index<LimitId> for Limits {
    type Output = Limit;

    fn index(&self, id: LimitId) -> &Limit {
        debug_assert_eq!(id.profile, self.profile.number, "a limit of another profile");
        &self.entries[usize::from(id.at)]
    }
}

impl Limits {
    /// The unchanged limits of a profile.
    #[must_use]
    pub fn of(profile: &'static Profile) -> Self {
        Self { profile, entries: profile.limits.to_vec() }
    }

    /// The limits of a profile without overrides.
    #[must_use]
    pub fn built_in(profile: &'static Profile) -> &'static Self {
        static BUILT_IN: OnceLock<Vec<(u8, Limits)>> = OnceLock::new();
        let made = BUILT_IN.get_or_init(|| super::all().map(|profile| (profile.number, Self::of(profile))).collect());
        let found = made.iter().find(|(number, _)| *number == profile.number);
        &found.unwrap_or_else(|| unreachable!("every profile has its limits")).1
    }

    /// The profile that they are the limits of.
    #[must_use]
    pub fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// A limit that not every profile has.
    #[must_use]
    pub fn shared(&self, pick: fn(&Shared) -> Option<LimitId>) -> Option<&Limit> {
        pick(&self.profile.shared).map(|id| &self[id])
    }

    /// The id of a limit by its name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<LimitId> {
        self.profile.find_limit(name)
    }

    /// All of them, in the order of the profile.
    pub fn iter(&self) -> impl Iterator<Item = &Limit> {
        self.entries.iter()
    }

    /// Overrides a number, in the given unit; `source` is the file and line of the setting.
    pub fn set(&mut self, id: LimitId, number: f64, unit: &'static str, source: String) {
        let entry = &mut self.entries[usize::from(id.at)];
        entry.value = LimitValue::Number(number);
        entry.unit = unit;
        entry.basis = Basis::Configured;
        entry.source = Cow::Owned(source);
        entry.url = Cow::Borrowed("");
        entry.seen = Cow::Borrowed("");
        entry.state = Cow::Borrowed("");
    }
}
