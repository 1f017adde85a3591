//! The description of a service: its operations and fields, limits, uses, kinds of jobs.
//!
//! A profile is a folder in `rules/` and a line in `rules/profiles.toml`; the build generates a static value from it.
//! This module knows no file, no rule and no request.

pub mod contract;
pub mod limits;
mod price;

use contract::{Field, Legacy, Object, Operation};
pub use limits::LimitId;
use limits::{Limit, Use};
pub use price::{Price, PriceList, Rate};
use serde::{Serialize, Serializer};

use crate::source::clean;
use crate::suggest::did_you_mean;
use crate::text::Date;

/// A service as of one day.
#[derive(Debug)]
pub struct Profile {
    /// The index of the profile, which distinguishes its limits from those of others.
    pub number: u8,
    /// Its name on the command line and in the configuration: `heygen-v3`.
    pub name: &'static str,
    /// The name of the service for people.
    pub title: &'static str,
    /// The day of the API that it describes, as `YYYY-MM-DD`.
    pub as_of: &'static str,
    /// The version of the API, as in paths.
    pub version: &'static str,
    /// The first parts of the paths of the API, in all versions.
    pub versions: &'static [&'static str],
    /// A file must contain one of these words to be searched for requests of the service.
    pub words: &'static [&'static str],
    /// The hosts of the API, with their subdomains.
    pub hosts: &'static [&'static str],
    /// The name of an operation to show in help.
    pub example: Option<&'static str>,
    pub limits: &'static [Limit],
    pub shared: Shared,
    pub uses: &'static [Use],
    pub bare: Bare,
    pub upload: Option<Upload>,
    pub recognition: Recognition,
    pub names: RequestNames,
    /// Endings of field names, with the error of the service for a placeholder in such a field.
    pub placeholders: &'static [(&'static str, &'static str)],
    pub ssml: Option<Ssml>,
    pub operations: &'static [Operation],
    pub objects: &'static [&'static Object],
    /// Endpoints of retired versions.
    pub legacy: &'static [Legacy],
    /// How old bodies become current ones.
    pub past: Option<Past>,
    /// The headers with rules.
    pub headers: &'static [Field],
    pub jobs: &'static [JobKind],
    /// The prices of jobs, if a document states them.
    pub prices: Option<&'static PriceList>,
    pub command_line: Option<CommandLine>,
    pub keys: ApiKeys,
}

/// How to distinguish a request from other JSON by its names alone.
#[derive(Clone, Copy, Debug)]
pub struct Recognition {
    /// Names with an underscore that are common in other JSON files: no evidence.
    pub everyday: &'static [&'static str],
    /// Names that requests to similar services also have: weak evidence.
    pub similar: &'static [&'static str],
    /// Names without an underscore that only this service uses.
    pub own: &'static [&'static str],
    /// Values of a discriminator that are common in other JSON files: weak evidence.
    pub everyday_tags: &'static [&'static str],
    /// Names that say nothing about the purpose of a body.
    pub labels: &'static [&'static str],
    /// Keys of responses and of records about them, which no request has.
    pub answers: &'static [&'static str],
    /// A list of a retired body counts only if its elements have one of these.
    pub legacy_scene: &'static [&'static str],
    /// Fields whose text is evidence: it names a branch of a union, or is one of a few words.
    pub telling: &'static [&'static str],
}

impl Recognition {
    /// Whether the text of this field is evidence.
    #[must_use]
    pub fn is_telling(&self, name: &str) -> bool {
        self.telling.contains(&name)
    }
}

/// Where speech markup is declared, and the fields that replace it.
#[derive(Clone, Copy, Debug)]
pub struct Ssml {
    /// The field beside a text, and its value if the text is SSML.
    pub field: &'static str,
    pub value: &'static str,
    /// The field with speed, pitch and volume beside a script.
    pub settings: &'static str,
}

/// Fields by which users identify their requests.
#[derive(Clone, Copy, Debug)]
pub struct RequestNames {
    /// Two requests with the same value are a mistake.
    pub unique: &'static [&'static str],
    /// The first one present names a record in reports.
    pub record: &'static [&'static str],
}

/// Where API keys of the service appear, and how they look.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeys {
    /// How they begin.
    pub prefixes: &'static [&'static str],
    /// How they look as a whole: each 0 stands for a hexadecimal digit.
    pub shapes: &'static [&'static str],
    /// The headers, in lower case, that carry them.
    pub headers: &'static [&'static str],
    /// How names of variables that hold one begin, in lower case.
    pub names: &'static [&'static str],
}

/// The official command line.
#[derive(Clone, Copy, Debug)]
pub struct CommandLine {
    pub program: &'static str,
    /// Its commands, with the operation to which each sends its body.
    pub commands: &'static [(&'static str, &'static str)],
    /// The tools of its MCP server, with the operation of each.
    pub tools: &'static [(&'static str, &'static str)],
    /// The branch of the body that a tool implies, if any.
    pub tool_branches: &'static [(&'static str, &'static str)],
}

/// Limits that checks of every profile read. A profile may lack any of them.
#[derive(Clone, Copy, Debug)]
pub struct Shared {
    pub json_depth_doubtful: Option<LimitId>,
    pub json_depth_refused: Option<LimitId>,
    pub url_min_remaining: Option<LimitId>,
    pub plan_concurrency: Option<LimitId>,
    pub output_min_edge: Option<LimitId>,
    pub output_max_edge: Option<LimitId>,
}

/// The default uses of files that nothing refers to, by kind of file. A profile ignores the other kinds.
#[derive(Clone, Copy, Debug)]
pub struct Bare {
    pub picture: Option<&'static Use>,
    pub video: Option<&'static Use>,
    pub audio: Option<&'static Use>,
    pub document: Option<&'static Use>,
    pub subtitle: Option<&'static Use>,
    /// For files of no known kind.
    pub other: Option<&'static Use>,
}

/// Where files are uploaded.
#[derive(Clone, Copy, Debug)]
pub struct Upload {
    /// `POST /v3/assets`.
    pub operation: &'static str,
    pub max_size: LimitId,
    /// The name of the file in the response: `asset_id`.
    pub reference: &'static str,
    /// What to do with a file that the service cannot fetch.
    pub hint: &'static str,
    /// The operation for larger files.
    pub direct: &'static str,
    pub direct_max_size: LimitId,
}

/// A kind of job: what a request asks the service to do.
#[derive(Debug)]
pub struct JobKind {
    /// Its position in lists.
    pub order: u16,
    /// Its name in reports: `avatar_video`.
    pub name: &'static str,
    /// Its name for people, singular and plural.
    pub one: &'static str,
    pub many: &'static str,
    /// Whether it counts towards the concurrency limit.
    pub limited: bool,
    /// Whether the same job twice in a manifest may be intended.
    pub repeatable: bool,
    /// The list whose items are separate jobs.
    pub count: Option<&'static str>,
    /// How to compute the length of the outcome; none if it has no duration.
    pub length: Option<Measure>,
    /// A check that needs the lengths of local files.
    pub bound: Option<JobCheck>,
}

/// A request without a named kind of job: a message to an agent, a webhook, a list query.
pub static OTHER: JobKind = JobKind {
    order: u16::MAX,
    name: "other",
    one: "other request",
    many: "other requests",
    limited: false,
    repeatable: true,
    count: None,
    length: None,
    bound: None,
};

impl PartialEq for JobKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for JobKind {}

impl PartialOrd for JobKind {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for JobKind {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.order, self.name).cmp(&(other.order, other.name))
    }
}

impl Serialize for JobKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

/// Numbers for functions of the module `check`, which the data name and this module cannot see.
macro_rules! hooks {
    ($($(#[$doc:meta])* $name:ident),*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(u16);

        impl $name {
            const fn new(at: u16) -> Self {
                Self(at)
            }

            pub(crate) fn at(self) -> usize {
                usize::from(self.0)
            }
        }
    )* };
}

hooks!(
    /// A condition between the fields of an object.
    Condition,
    /// How to compute the length of a job's outcome.
    Measure,
    /// A check of a job as a whole.
    JobCheck,
    /// How old bodies become current ones.
    Past
);

/// The number of days after which a description of a service counts as old.
const FRESH_DAYS: u64 = 90;

/// Whether a description of a service on a day is old at a time in seconds since 1970.
#[must_use]
pub fn is_old(day: Date, now: u64) -> bool {
    days_since(day, now) > FRESH_DAYS
}

fn days_since(day: Date, now: u64) -> u64 {
    now.saturating_sub(day.seconds()) / 86_400
}

impl Profile {
    /// Days from the day that it describes to a time in seconds since 1970.
    #[must_use]
    pub fn age(&self, now: u64) -> u64 {
        Date::parse(self.as_of).map_or(0, |day| days_since(day, now))
    }

    /// The use with this name.
    #[must_use]
    pub fn find_use(&self, name: &str) -> Option<&'static Use> {
        self.uses.iter().find(|place| place.name == name)
    }

    /// The limit with this name.
    #[must_use]
    pub fn find_limit(&self, name: &str) -> Option<LimitId> {
        let at = self.limits.iter().position(|limit| limit.name == name)?;
        Some(LimitId::new(self.number, u16::try_from(at).ok()?))
    }

    /// The operation with this method and path template.
    #[must_use]
    pub fn operation(&self, method: &str, path: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.method == method && operation.path == path)
    }

    /// Whether an operation belongs to this profile: another may have one with the same path.
    #[must_use]
    pub fn owns_operation(&self, operation: &Operation) -> bool {
        self.operations.iter().any(|known| std::ptr::eq(known, operation))
    }

    /// The same for a retired endpoint.
    #[must_use]
    pub fn owns_legacy(&self, legacy: &Legacy) -> bool {
        self.legacy.iter().any(|known| std::ptr::eq(known, legacy))
    }

    /// The object with this name in the data.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<&'static Object> {
        self.objects.iter().copied().find(|object| object.name == name)
    }

    /// What to do with a file that the service cannot fetch.
    #[must_use]
    pub fn upload_hint(&self) -> &'static str {
        self.upload.map_or("link to the file itself", |upload| upload.hint)
    }

    /// Whether a host, in lower case and without a port, is one of the service.
    #[must_use]
    pub fn is_host(&self, host: &str) -> bool {
        let is_below =
            |known: &str| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        self.hosts.iter().any(|known| is_below(known))
    }
}

impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Profile {}

/// The items that the generated modules use.
mod generated {
    pub(super) use std::borrow::Cow;

    pub(super) use super::contract::{
        Advice, BodyEncoding, BodyShape, Closed, Field, FieldKind, Legacy, List, Literal, Number, Object, Operation,
        Prose, Retired, Text, TextFormat, TextRole, Union, Variant, Wrap, marks, slots,
    };
    pub(super) use super::limits::{Basis, Limit, LimitValue, Use};
    pub(super) use super::price::{Price, PriceList, Rate};
    pub(super) use super::{
        ApiKeys, Bare, CommandLine, Condition, JobCheck, JobKind, Measure, Past, Profile, Recognition, RequestNames,
        Shared, Ssml, Upload,
    };
}

include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// The default profile.
#[must_use]
pub fn default() -> &'static Profile {
    ALL[0]
}

/// Every profile with limits, including the made-up one of the unit tests.
fn all() -> impl Iterator<Item = &'static Profile> {
    #[cfg(test)]
    static MADE_UP: &[&Profile] = &[&parcel_v1::PROFILE];
    #[cfg(not(test))]
    static MADE_UP: &[&Profile] = &[];
    ALL.iter().chain(MADE_UP).copied()
}

/// The profile with this number.
fn numbered(number: u8) -> &'static Profile {
    all().find(|profile| profile.number == number).unwrap_or(default())
}

/// The profile with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Profile> {
    ALL.iter().copied().find(|profile| profile.name == name)
}

/// The profile with this name.
///
/// # Errors
///
/// A sentence that lists the profiles and suggests the nearest.
pub fn named(name: &str) -> Result<&'static Profile, String> {
    find(name).ok_or_else(|| {
        let names = || ALL.iter().map(|profile| profile.name);
        let all = names().collect::<Vec<_>>().join(", ");
        format!("there is no profile `{}`; this version has {all}{}", clean(name), did_you_mean(name, names()))
    })
}

/// The names of the uses of several profiles, each once.
#[must_use]
pub fn use_names(profiles: &[&'static Profile]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for place in profiles.iter().flat_map(|profile| profile.uses) {
        if !names.contains(&place.name) {
            names.push(place.name);
        }
    }
    names
}

#[cfg(test)]
mod tests;
