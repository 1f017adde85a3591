//! The shared state of all phases of a run.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::borders::Borders;
use super::cache::Cache;
use super::facts::FactStore;
use super::inputs::Inputs;
use super::{Settings, Shard};
use crate::check::Context;
use crate::config::{Config, Configs};
use crate::outcome::spill::Spill;
use crate::profile::Profile;

/// One run, shared by its threads: settings, configurations, the clock, the facts of files. It knows no phase.
pub(super) struct Run<'a> {
    pub settings: &'a Settings,
    pub configs: &'a Arc<Configs>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub now: u64,
    pub facts: FactStore<'a>,
    /// The borders of the project.
    pub borders: Borders,
    /// Where findings are spilled.
    pub spill: Arc<Spill>,
}

impl<'a> Run<'a> {
    pub fn new(settings: &'a Settings, configs: &'a Arc<Configs>, inputs: &Inputs) -> Self {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let cache = settings
            .cache
            .as_ref()
            .map(|folder| Cache::open(configs.absolute(folder), &configs.absolute(Path::new("")), settings.depth));
        let whole = !settings.shard.unwrap_or_default().is_part();
        Self {
            settings,
            configs,
            now: settings.now.unwrap_or_else(clock),
            facts: FactStore::new(&settings.overlay, settings.depth, whole, cache),
            borders: Borders::new(settings.allow_outside, configs, &settings.origin, inputs),
            spill: Arc::default(),
        }
    }

    /// The context for the checks of a file with this configuration, for one service.
    pub fn context<'c>(&'c self, config: &'c Config, profile: &'static Profile) -> Context<'c> {
        let newer = self.settings.newer.as_deref().or(config.newer.as_deref());
        let newer = newer.filter(|newer| newer.is_of(profile));
        Context { limits: config.limits_of(profile), ready: self.settings.ready, now: self.now, newer }
    }

    /// The part of the files that this run checks.
    pub fn shard(&self) -> Shard {
        self.settings.shard.unwrap_or_default()
    }
}
