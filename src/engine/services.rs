//! Decides the services of files: by the command line, the configuration, or the requests themselves.

use std::path::Path;

use super::Settings;
use crate::config::Config;
use crate::profile::Profile;
use crate::request::endpoint::{self, Endpoint};
use crate::request::json::Value;
use crate::request::{Request, Target};
use crate::walk::Input;

/// The services and endpoint that the command line or the configuration assigns to the requests of a file, before they
/// are read.
#[derive(Clone, Copy, Debug)]
pub struct Assigned<'r> {
    /// The services that they may be for. Never empty.
    pub(super) profiles: &'r [&'static Profile],
    /// The endpoint that they are for.
    pub endpoint: Option<Endpoint>,
}

impl<'r> Assigned<'r> {
    /// The assignment of a configuration to a file. `given` and `endpoint` come from the command line and take
    /// precedence.
    #[must_use]
    pub fn of(config: &'r Config, path: &Path, given: &'r [&'static Profile], endpoint: Option<&str>) -> Self {
        let entry = config.requests_of(path);
        let profiles = match entry {
            _ if !given.is_empty() => given,
            Some(entry) if !entry.profiles.is_empty() => &entry.profiles,
            _ => config.profiles(),
        };
        let name = endpoint.or_else(|| entry?.endpoint.as_deref());
        let endpoint = name.and_then(|name| Some(endpoint::parse_in(profiles, name).ok()?.1));
        Self { profiles, endpoint }
    }

    /// The assumed service while nothing else is known.
    #[must_use]
    pub fn profile(&self) -> &'static Profile {
        takers(self.profiles).next().or(self.profiles.first().copied()).unwrap_or(crate::profile::default())
    }

    /// Reads a record as a request to the service that recognises it best.
    #[must_use]
    pub fn read<'d>(&self, index: Option<u32>, root: Value<'d>) -> Request<'d> {
        let of = |profile| Request::read(profile, index, root, None);
        if let Some(endpoint) = self.endpoint {
            let owner = takers(self.profiles).find(|profile| endpoint.is_of(profile));
            return Request::read(owner.unwrap_or(self.profile()), index, root, self.endpoint);
        }
        let mut best = of(self.profile());
        for profile in takers(self.profiles).skip(1) {
            let other = of(profile);
            if clarity(&other) > clarity(&best) {
                best = other;
            }
        }
        best
    }
}

/// The services that accept requests at all.
fn takers(profiles: &[&'static Profile]) -> impl Iterator<Item = &'static Profile> {
    profiles.iter().copied().filter(|profile| !profile.operations.is_empty())
}

/// How clearly a request belongs to its service.
fn clarity(request: &Request<'_>) -> u8 {
    match (request.target, request.is_certain()) {
        (Target::Endpoint(..), true) => 3,
        (_, true) => 2,
        (Target::Endpoint(..), false) => 1,
        _ => 0,
    }
}

/// The profiles in use for files with these configurations, the default one first.
pub(super) fn in_force<'c>(
    given: &[&'static Profile],
    configs: impl IntoIterator<Item = &'c Config>,
) -> Vec<&'static Profile> {
    let mut profiles = given.to_vec();
    if given.is_empty() {
        let mut last: Option<&Config> = None;
        for config in configs {
            // Files of one folder follow each other.
            if !last.is_some_and(|last| std::ptr::eq(last, config)) {
                profiles.extend(config.all_profiles());
                last = Some(config);
            }
        }
    }
    if profiles.is_empty() {
        profiles.push(crate::profile::default());
    }
    profiles.sort_by_key(|profile| profile.number);
    profiles.dedup();
    profiles
}

/// The assignment to the requests of a file.
pub(super) fn of_requests<'r>(settings: &'r Settings, input: &'r Input) -> Assigned<'r> {
    Assigned::of(&input.config, &input.path, &settings.profiles, settings.endpoint.as_deref())
}

/// The services that a media file goes to. Never empty.
pub(super) fn of_media<'r>(settings: &'r Settings, path: &Path, config: &'r Config) -> &'r [&'static Profile] {
    match config.media_of(path) {
        _ if !settings.profiles.is_empty() => &settings.profiles,
        Some(entry) if !entry.profiles.is_empty() => &entry.profiles,
        _ => config.profiles(),
    }
}

/// Whether findings must name their service, because several accept requests.
pub(super) fn several_take_requests(settings: &Settings, config: &Config) -> bool {
    several(settings, config, |profile| !profile.operations.is_empty())
}

/// Whether findings must name their service, because several accept media files.
pub(super) fn several_take_media(settings: &Settings, config: &Config) -> bool {
    several(settings, config, |profile| !profile.uses.is_empty())
}

fn several(settings: &Settings, config: &Config, takes: impl Fn(&Profile) -> bool) -> bool {
    let all: &[&'static Profile] = match settings.profiles.as_slice() {
        [] => &config.all_profiles(),
        given => given,
    };
    all.iter().filter(|profile| takes(profile)).count() > 1
}
