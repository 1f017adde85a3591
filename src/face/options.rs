//! The options of a check.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Error;
use crate::config::{ConfigOrigin, FailOn, Selector};
use crate::engine::Settings;
use crate::media::Depth;
use crate::profile;
use crate::request::endpoint;

/// How files and texts are checked. The defaults are those of `heylint check`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    pub(super) settings: Settings,
}

impl Options {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads options from a JSON object. Its keys are `endpoint`, `use`, `ready`, `depth`, `select`, `ignore`, `fail_on`,
    /// `allow_outside`, `config`, `isolated`, `jobs` and `now`; each does what the method of that name does.
    ///
    /// ```
    /// let options = heylint::Options::from_json(r#"{"endpoint": "POST /v3/videos", "isolated": true, "depth": "header"}"#)?;
    /// assert!(!heylint::check_value("{}", &options)?.findings().is_empty());
    /// assert!(heylint::Options::from_json(r#"{"depht": "header"}"#).is_err());
    /// let wrong = heylint::Options::from_json(r#"{"jobs": 0}"#);
    /// assert!(wrong.is_err_and(|error| error.to_string().starts_with("jobs: ")));
    /// # Ok::<(), heylint::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a key is unknown or a value is not valid for its option.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let members: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| Error::Option(error.to_string()))?;
        let mut options = Self::new();
        let mut isolated = false;
        for (name, value) in members {
            options = match &*name {
                "endpoint" => options.endpoint(&read::<String>(&name, value)?)?,
                "use" => options.media_use(&read::<String>(&name, value)?)?,
                "ready" => options.ready(read(&name, value)?),
                "depth" => {
                    let depth = read::<String>(&name, value)?;
                    let unknown =
                        || Error::Option(format!("depth is one of {}, not `{depth}`", Depth::NAMES.join(", ")));
                    options.depth(Depth::from_name(&depth).ok_or_else(unknown)?)
                }
                "select" => options.select(read::<Vec<String>>(&name, value)?.iter().map(String::as_str))?,
                "ignore" => options.ignore(read::<Vec<String>>(&name, value)?.iter().map(String::as_str))?,
                "fail_on" => options.fail_on(&read::<String>(&name, value)?)?,
                "allow_outside" => options.allow_outside(read(&name, value)?),
                "config" => options.config(read::<PathBuf>(&name, value)?),
                "isolated" => {
                    isolated = read(&name, value)?;
                    options
                }
                "jobs" => options.jobs(read(&name, value)?),
                // JavaScript has no integers of 64 bits in JSON.
                "now" => match read::<f64>(&name, value)? {
                    seconds if seconds >= 0.0 => options.now(seconds as u64),
                    seconds => return Err(Error::Option(format!("now: {seconds} s is before 1970"))),
                },
                _ => return Err(Error::Option(format!("there is no option `{name}`"))),
            };
        }
        // A named configuration takes precedence.
        if isolated && !matches!(options.settings.origin, ConfigOrigin::File(_)) {
            options = options.isolated();
        }
        Ok(options)
    }

    /// The endpoint of all requests, such as `POST /v3/videos`.
    ///
    /// # Errors
    ///
    /// If the profile has no such endpoint.
    pub fn endpoint(mut self, name: &str) -> Result<Self, Error> {
        endpoint::endpoint_named(name).map_err(Error::Option)?;
        self.settings.endpoint = Some(name.to_owned());
        Ok(self)
    }

    /// The use of media files that no request refers to: `photo`, `speech` and the other names of `--use`.
    ///
    /// # Errors
    ///
    /// If there is no such use.
    pub fn media_use(mut self, name: &str) -> Result<Self, Error> {
        let mut known = profile::use_names(profile::ALL).into_iter();
        let place = known.find(|known| *known == name);
        self.settings.place = Some(place.ok_or_else(|| Error::Option(format!("there is no use `{name}`")))?);
        Ok(self)
    }

    /// Reports whatever stops a request from being sent unchanged, such as placeholders and local paths.
    #[must_use]
    pub fn ready(mut self, ready: bool) -> Self {
        self.settings.ready = ready;
        self
    }

    /// How much of each media file to read.
    #[must_use]
    pub fn depth(mut self, depth: Depth) -> Self {
        self.settings.depth = depth;
        self
    }

    /// Leaves out the findings of these rules or subjects, in addition to the configuration.
    ///
    /// # Errors
    ///
    /// If there is no such rule.
    pub fn ignore<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Result<Self, Error> {
        self.settings.ignore = selectors(names)?;
        Ok(self)
    }

    /// Reports only findings of these rules or subjects.
    ///
    /// # Errors
    ///
    /// If there is no such rule.
    pub fn select<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Result<Self, Error> {
        self.settings.select = selectors(names)?;
        Ok(self)
    }

    /// The lowest severity that fails a run: `error`, `warning`, `hint`, or `never`.
    ///
    /// # Errors
    ///
    /// If there is no such severity.
    pub fn fail_on(mut self, name: &str) -> Result<Self, Error> {
        let known = FailOn::from_name(name);
        let unknown = || Error::Option(format!("`{name}` is none of {}", FailOn::NAMES.join(", ")));
        self.settings.fail_on = Some(known.ok_or_else(unknown)?);
        Ok(self)
    }

    /// Follows references that lead outside the project.
    #[must_use]
    pub fn allow_outside(mut self, allow: bool) -> Self {
        self.settings.allow_outside = allow;
        self
    }

    /// Uses this configuration instead of the nearest `heylint.toml`.
    #[must_use]
    pub fn config(mut self, file: impl Into<PathBuf>) -> Self {
        self.settings.origin = ConfigOrigin::File(file.into());
        self
    }

    /// Uses no configuration.
    #[must_use]
    pub fn isolated(mut self) -> Self {
        self.settings.origin = ConfigOrigin::Isolated;
        self
    }

    /// The number of threads; by default one per core.
    #[must_use]
    pub fn jobs(mut self, threads: NonZeroUsize) -> Self {
        self.settings.jobs = Some(threads);
        self
    }

    /// The folder for relative paths; by default the current one.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.current = Some(folder.into());
        self
    }

    /// Lets findings beyond some thousands be missing from [`Report::findings`](super::Report::findings); written reports contain all of them.
    #[cfg(feature = "cli")]
    pub(crate) fn unheld(mut self) -> Self {
        self.settings.unheld = true;
        self
    }

    /// The time at which expiry dates are checked, in seconds since 1970-01-01T00:00:00Z; by default the current time.
    #[must_use]
    pub fn now(mut self, seconds: u64) -> Self {
        self.settings.now = Some(seconds);
        self
    }
}

/// Reads the value of an option; an error names the option.
fn read<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| Error::Option(format!("{name}: {error}")))
}

fn selectors<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Vec<Selector>, Error> {
    let one = |name| Selector::parse(name).map(|parsed| parsed.selector).map_err(Error::Option);
    names.into_iter().map(one).collect()
}
