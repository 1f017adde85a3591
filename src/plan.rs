//! The plan of a set of requests: jobs, waves, length, bytes to upload.
//!
//! This module only computes: the engine provides the requests, and the length and size of local files. Plans of parts
//! are [`merged`](Plan::merge) in input order, so many threads give the same plan as one.

mod cost;
mod storyboard;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

pub use cost::{CostBasis, JobCost, Prices};
pub use storyboard::{Scene, Storyboard, Storyboards};

use crate::check::length::{self, Durations, Length};
use crate::limits::{Limit, Limits};
use crate::profile::JobKind;
use crate::request::Request;
use crate::request::job::jobs;

/// The job that lasts longest, and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Longest {
    pub length: Length,
    pub file: Arc<str>,
    /// 0-based, in a manifest.
    pub record: Option<u32>,
    /// JSON Pointer within the record.
    pub pointer: String,
}

/// Files with the same kind of upload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Route {
    pub files: u64,
    pub bytes: u64,
}

impl Route {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// The plan of a set of requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The number of jobs of each kind.
    pub jobs: BTreeMap<&'static JobKind, u64>,
    /// How many can run at once; none if there was no request.
    pub concurrency: Option<u64>,
    /// All outcomes together.
    pub length: Length,
    pub longest: Option<Longest>,
    /// Local files for the plain upload.
    pub asset: Route,
    /// Local files that are too large for it.
    pub direct: Route,
    /// The cost of the jobs, by the source of their prices.
    pub costs: BTreeMap<CostBasis, JobCost>,
    /// Requests without a current endpoint, whose jobs are unknown.
    pub unrecognised: u64,
    /// The videos made of scenes; collected only on request.
    pub storyboards: Storyboards,
}

impl Plan {
    /// The plan of one request, with the scenes of its videos if `scenes` is true.
    #[must_use]
    pub fn of(
        request: &Request<'_>,
        file: &Arc<str>,
        durations: Durations<'_>,
        limits: &Limits,
        prices: Prices<'_>,
        scenes: bool,
    ) -> Self {
        let mut plan = Self { concurrency: concurrency(limits), ..Self::default() };
        let jobs = jobs(request);
        plan.unrecognised = u64::from(jobs.is_empty() && request.operation().is_none());
        for job in jobs {
            *plan.jobs.entry(job.kind).or_default() += job.count;
            let parts = length::parts(&job, durations);
            if let Some((basis, cost)) = prices.cost(&job, parts.as_deref().map(length::sum)) {
                plan.costs.entry(basis).or_default().add(cost);
            }
            let Some(parts) = parts else { continue };
            if scenes && parts.iter().any(|part| part.value != job.value) {
                plan.storyboards.add(Storyboard::of(&job, &parts, request, limits));
            }
            let length = length::sum(&parts);
            plan.length = plan.length.plus(length);
            if plan.longest.as_ref().is_none_or(|longest| length.seconds() > longest.length.seconds()) {
                let (file, pointer) = (Arc::clone(file), job.value.pointer());
                plan.longest = Some(Longest { length, file, record: request.index, pointer });
            }
        }
        plan
    }

    /// Adds the plan of a later part.
    pub fn merge(&mut self, other: Self) {
        for (kind, count) in other.jobs {
            *self.jobs.entry(kind).or_default() += count;
        }
        self.concurrency = match (self.concurrency, other.concurrency) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.length = self.length.plus(other.length);
        for (basis, cost) in other.costs {
            self.costs.entry(basis).or_default().add(cost);
        }
        let seconds = |longest: &Option<Longest>| longest.as_ref().map_or(-1.0, |longest| longest.length.seconds());
        if seconds(&other.longest) > seconds(&self.longest) {
            self.longest = other.longest;
        }
        for (route, more) in [(&mut self.asset, other.asset), (&mut self.direct, other.direct)] {
            route.files += more.files;
            route.bytes = route.bytes.saturating_add(more.bytes);
        }
        self.unrecognised += other.unrecognised;
        self.storyboards.merge(other.storyboards);
    }

    /// Adds a local file to upload. No document says which MB is meant, so the smaller one decides.
    pub fn upload(&mut self, bytes: u64, limits: &Limits) {
        let limit = limits.profile().upload.map(|upload| &limits[upload.max_size]);
        let most = limit.and_then(Limit::bytes).map_or(u64::MAX, |(sure, _)| sure);
        if bytes <= most { self.asset.add(bytes) } else { self.direct.add(bytes) }
    }

    /// All jobs.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.jobs.values().sum()
    }

    /// The jobs that count towards the concurrency limit.
    #[must_use]
    pub fn limited(&self) -> u64 {
        self.jobs.iter().filter(|(kind, _)| kind.limited).map(|(_, count)| count).sum()
    }

    /// The number of waves, if each wave waits for the previous one.
    #[must_use]
    pub fn waves(&self) -> u64 {
        self.concurrency.map_or(0, |most| self.limited().div_ceil(most.max(1)))
    }
}

/// How many jobs may run at once.
#[must_use]
pub fn concurrency(limits: &Limits) -> Option<u64> {
    limits.shared(|shared| shared.plan_concurrency)?.number().filter(|most| *most >= 1.0).map(|most| most as u64)
}

/// JSON Schema (draft 2020-12) of what `heylint plan --format json` prints, version 1.
#[must_use]
pub fn schema() -> &'static str {
    include_str!("plan/schema.json")
}
