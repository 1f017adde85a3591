//! The JSON Schema of the JSON report.

/// JSON Schema (draft 2020-12) of the JSON report, version 1; `$defs/line` describes a line of JSON Lines. Objects are
/// open, because a new key keeps the version.
#[must_use]
pub fn schema() -> &'static str {
    include_str!("schema/report-1.json")
}
