//! Subtitles.

use super::case::{Case, MediaCheck};
use super::file::{describe, headline};
use crate::finding::{Finding, Location};
use crate::media::{Damage, Fault, Format};
use crate::rule::{self, Severity};
use crate::text::Position;

pub(super) const CHECKS: &[MediaCheck] = &[malformed];

fn malformed(case: &Case<'_>) -> Option<Finding> {
    let facts = case.facts;
    if facts.format != Format::Srt || facts.is_corrupt() {
        return None;
    }
    // A cue without text matters least to players, so every other fault comes first.
    let mut faults: Vec<&Fault> = facts.faults.iter().filter(|fault| fault.damage == Damage::Malformed).collect();
    faults.sort_by_key(|fault| is_harmless(fault));
    let (first, others) = faults.split_first()?;
    let mut finding = Finding::new(&rule::SUBTITLE_MALFORMED, headline(facts.format, "malformed", first))
        .observed(first.code)
        .at(line_of(first))
        .help(match (&first.effect, first.code) {
            (Some(effect), "encoding") => format!("{effect}; save the file in UTF-8"),
            (Some(effect), _) => format!("{effect}; correct that line"),
            (None, _) => "correct that line".to_owned(),
        });
    if is_harmless(first) {
        finding = finding.at_most(Severity::Hint);
    }
    for other in others.iter().take(3) {
        finding = finding.related(format!("also: {}", describe(other)), line_of(other));
    }
    Some(finding)
}

/// Editors leave such cues behind to blank the picture between two others, and no player minds.
fn is_harmless(fault: &Fault) -> bool {
    fault.code == "no-text"
}

fn line_of(fault: &Fault) -> Location {
    let position = fault.line.map(|line| Position { line, column: 1, offset: fault.offset.unwrap_or(0) as usize });
    Location { start: position, end: position, ..Location::default() }
}
