//! The uses of a media file: those of the requests that refer to it, and those of the services that it goes to.

use std::path::Path;
use std::sync::Arc;

use super::queue::MediaTask;
use crate::config::Config;
use crate::engine::{Settings, services};
use crate::finding::Related;
use crate::limits::Use;
use crate::media::{Class, Facts, Format};
use crate::profile::Profile;

/// A use that a file is checked for.
pub(in crate::engine) struct Applied<'j> {
    pub place: &'static Use,
    /// The configuration whose limits apply.
    pub config: &'j Arc<Config>,
    /// The values that use the file there.
    pub users: Vec<Related>,
    /// Its use is only assumed from its kind.
    pub bare: bool,
}

impl MediaTask {
    /// Nothing says that the file is ever sent: no request refers to it, the user named neither it nor its use, and the
    /// project has no configuration. It may be a screenshot, which must not fail a run.
    pub fn is_unclaimed(&self, settings: &Settings) -> bool {
        let has_use = settings.place.is_some() || !settings.profiles.is_empty();
        self.sites.is_empty() && !self.named && !has_use && !self.config.is_written()
    }
}

/// The uses for which to check the file: those of requests, and those of the services that it goes to without one.
pub(in crate::engine) fn applied<'j>(settings: &Settings, task: &'j MediaTask, facts: &Facts) -> Vec<Applied<'j>> {
    let mut applied: Vec<Applied<'j>> = Vec::new();
    for site in &task.sites {
        let Some(place) = choose(site.uses, facts.format, &site.config) else { continue };
        let known = |known: &&mut Applied<'j>| *known.place == *place && Arc::ptr_eq(known.config, &site.config);
        let user = Related { message: format!("used here as {}", as_a(place)), location: site.location.clone() };
        match applied.iter_mut().find(known) {
            Some(known) => known.users.push(user),
            None => applied.push(Applied { place, config: &site.config, users: vec![user], bare: false }),
        }
    }
    let has_users = |profile: &Profile| applied.iter().any(|known| known.place.profile() == profile);
    let services = services::of_media(settings, &task.path, &task.config).iter().copied();
    let services: Vec<&'static Profile> = services.filter(|profile| !has_users(profile)).collect();
    let named = settings.place.or_else(|| task.config.media_of(&task.path)?.place);
    let stated: Vec<&'static Use> = services.iter().filter_map(|profile| profile.find_use(named?)).collect();
    let (places, bare) = match (stated.is_empty(), applied.is_empty()) {
        (false, _) => (stated, false),
        (true, alone) => (bare_places(&services, facts.format, &task.path, alone), true),
    };
    let made = |place| Applied { place, config: &task.config, users: Vec::new(), bare };
    applied.extend(places.into_iter().map(made));
    applied
}

/// The use to apply if a field has several: the first that accepts the format of the file, else the first.
pub(in crate::engine) fn choose(uses: &[&'static Use], format: Format, config: &Config) -> Option<&'static Use> {
    let takes = |place: &&&'static Use| {
        let limits = config.limits_of(place.profile());
        limits[place.takes].names().contains(&format.name())
    };
    uses.iter().find(takes).or(uses.first()).copied()
}
/// The uses of a file that nothing refers to. A service without a use for files of its kind is ignored, unless the file
/// goes nowhere else.
fn bare_places(services: &[&'static Profile], format: Format, path: &Path, alone: bool) -> Vec<&'static Use> {
    let of_kind: Vec<_> = services.iter().filter_map(|profile| place_of_kind(profile, format, path)).collect();
    if of_kind.is_empty() && alone {
        services.iter().filter_map(|profile| profile.bare.other).collect()
    } else {
        of_kind
    }
}

/// The use of a bare file: by its bytes, or, if they are inconclusive, by its name; none if the service has none for
/// its kind.
fn place_of_kind(profile: &Profile, format: Format, path: &Path) -> Option<&'static Use> {
    let bare = &profile.bare;
    let of_class = |class| match class {
        Class::Picture => Some(bare.picture),
        Class::Video => Some(bare.video),
        Class::Audio => Some(bare.audio),
        Class::Document => Some(bare.document),
        Class::Subtitle => Some(bare.subtitle),
        Class::Text | Class::Archive | Class::Unknown => None,
    };
    let promised = Format::promised(path);
    of_class(format.class()).or_else(|| of_class(promised?.class())).unwrap_or_default()
}

/// The use in a sentence: `an image`, `speech`.
fn as_a(place: &Use) -> String {
    let name = place.name;
    match name {
        "speech" | "footage" => name.to_owned(),
        _ if name.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile;

    #[test]
    fn every_class_has_its_place() {
        let place = |format, name: &str| {
            let places = bare_places(&[profile::default()], format, Path::new(name), true);
            places.first().map_or("", |place| place.name)
        };
        assert_eq!(place(Format::Png, "a.mp4"), "image");
        assert_eq!(place(Format::Html, "a.mp4"), "video");
        assert_eq!(place(Format::Empty, "a.wav"), "speech");
        assert_eq!(place(Format::Zip, "a.zip"), "attachment");
        assert_eq!(place(Format::Srt, "a"), "subtitle");
    }
}
