//! Sentences about a finding that reports for people share.

use crate::finding::{Finding, Location, Related};
use crate::limits::{Basis, Limit};
use crate::rule::Severity;
use crate::source::clean;

/// `drafts/welcome.json:4:13`, or `assets/intro.mp4 (mp4, h264 1920×1080)` for a whole file.
pub(super) fn place(location: &Location, about: Option<&str>) -> String {
    let mut place = clean(&location.file).into_owned();
    if let Some(start) = location.start {
        place.push_str(&format!(":{}:{}", start.line, start.column));
    } else if let Some(record) = location.record {
        place.push_str(&format!(" (record {})", record.saturating_add(1)));
    }
    if let Some(about) = about {
        place.push_str(&format!(" ({})", clean(about)));
    }
    place
}

/// `script.max, documented in usage-limits, seen 2026-11-22`; says so if the limit is undocumented.
pub(super) fn provenance(limit: &Limit) -> String {
    let source = clean(&limit.source);
    let basis = match limit.basis {
        Basis::Documented => format!("documented in {source}"),
        Basis::Observed => format!("observed ({source}), not documented"),
        Basis::Inferred => format!("inferred from {source}, not documented"),
        Basis::Configured => format!("set to {} in {source}", limit.text()),
    };
    let mut text = format!("{}, {basis}", limit.name);
    if let Some(seen) = limit.sight() {
        text.push_str(&format!(", {seen}"));
    }
    if !limit.note.is_empty() && matches!(limit.basis, Basis::Observed | Basis::Inferred) {
        text.push_str(&format!(" ({})", limit.note));
    }
    text
}

/// `drafts/welcome.json:9:18: used here as an image (/image/url)`
pub(super) fn related(related: &Related, main: &Location) -> String {
    let message = clean(&related.message);
    let other = &related.location;
    let place = if other.file.is_empty() {
        place(&Location { file: main.file.clone(), ..other.clone() }, None)
    } else {
        place(other, None)
    };
    match other.pointer.as_deref() {
        Some(pointer) if !pointer.is_empty() => format!("{place}: {message} ({})", clean(pointer)),
        _ => format!("{place}: {message}"),
    }
}

/// `refused as invalid_parameter`: the answer of the service.
pub(super) fn refused(finding: &Finding) -> Option<String> {
    let verb = if finding.severity == Severity::Error { "refused" } else { "may be refused" };
    finding.prevents.map(|code| format!("{verb} as {code}"))
}
