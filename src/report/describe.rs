//! Rules and limits as JSON and Markdown: what `explain`, `rules` and `limits` print, and what other languages are given.

use std::io;

use serde_json::json;

use crate::limits::{Limit, Limits};
use crate::rule::Rule;

/// The page of a rule in Markdown, with its limits and their sources.
///
/// # Errors
/// What `out` returns.
pub fn page(rule: &Rule, limits: &Limits, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "# {}\n\n{}.\n\n{}", rule.id, capital(rule.summary), rule.filled(limits).trim_end())?;
    if rule.limits_in(limits).next().is_some() {
        writeln!(out, "\n## Limits\n")?;
        for limit in rule.limits_in(limits) {
            writeln!(out, "* `{}`: {}", limit.name, limit.provenance())?;
        }
    }
    Ok(())
}

/// All limits as one JSON document.
#[must_use]
pub fn limits(limits: &Limits) -> serde_json::Value {
    let profile = limits.profile();
    let limits: Vec<_> = limits.iter().map(limit).collect();
    json!({ "version": 1, "profile": { "name": profile.name, "as_of": profile.as_of }, "limits": limits })
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
