//! Rules and limits as JSON and Markdown, for `explain`, `rules`, `limits` and the bindings.

use std::io;

use serde_json::json;

use crate::limits::{Limit, Limits};
use crate::profile::{self, Profile};
use crate::rule::Rule;

/// The page of a rule in Markdown, with its limits and their sources.
///
/// # Errors
///
/// An error of `out`.
pub fn page(rule: &Rule, in_force: &[&Limits], out: &mut dyn io::Write) -> io::Result<()> {
    let text = rule.filled(in_force.first().copied().unwrap_or(&Limits::default()));
    writeln!(out, "# {}\n\n{}.\n\n{}", rule.id, capital(rule.summary), text.trim_end())?;
    let limits = limits_of(rule, in_force);
    if !limits.is_empty() {
        writeln!(out, "\n## Limits\n")?;
        for RuleLimit { profile, limit } in limits {
            let of = profile.map(|profile| format!("{profile}, ")).unwrap_or_default();
            writeln!(out, "* {of}`{}`: {}", limit.name, limit.provenance())?;
        }
    }
    Ok(())
}

/// A limit that a rule reads.
#[derive(Clone, Copy, Debug)]
pub struct RuleLimit<'l> {
    /// The profile of the limit, if several are in force.
    pub profile: Option<&'static str>,
    pub limit: &'l Limit,
}

/// The limits that a rule reads, in the profiles in force and in all others that have any.
#[must_use]
pub fn limits_of<'l>(rule: &Rule, in_force: &[&'l Limits]) -> Vec<RuleLimit<'l>> {
    let named = |profile: &Profile| in_force.iter().any(|limits| limits.profile() == profile);
    let others = profile::ALL.iter().filter(|profile| !named(profile)).map(|profile| Limits::built_in(profile));
    let all = in_force.iter().copied().chain(others);
    all.flat_map(|limits| {
        let alone = in_force.len() == 1 && named(limits.profile());
        let profile = Some(limits.profile().name).filter(|_| !alone);
        rule.limits_in(limits).map(move |limit| RuleLimit { profile, limit })
    })
    .collect()
}

/// The limits of profiles as one JSON document; `others` has all profiles after the first.
#[must_use]
pub fn limits(profiles: &[&Limits]) -> serde_json::Value {
    let of = |limits: &&Limits| {
        let profile = limits.profile();
        let limits: Vec<_> = limits.iter().map(limit).collect();
        json!({ "version": 1, "profile": { "name": profile.name, "as_of": profile.as_of }, "limits": limits })
    };
    let mut all = profiles.iter().map(of);
    let mut document = all.next().unwrap_or_default();
    let others: Vec<_> = all.collect();
    if !others.is_empty() {
        document["others"] = others.into();
    }
    document
}

/// A limit as JSON; `source` is the document, or the place in the configuration.
#[must_use]
pub fn limit(limit: &Limit) -> serde_json::Value {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    json!({
        "name": limit.name,
        "value": limit.value,
        "unit": given(limit.unit),
        "basis": limit.basis,
        "source": limit.source,
        "url": given(&limit.url),
        "seen": given(&limit.seen),
        "state": given(&limit.state),
        "note": given(limit.note),
    })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
