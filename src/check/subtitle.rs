//! Subtitles.

use super::file::{describe, headline};
use super::media::Case;
use crate::finding::{Finding, Location, Position};
use crate::media::{Damage, Fault, Format};
use crate::rule;

pub(super) fn malformed(case: &Case<'_>) -> Option<Finding> {
    let facts = case.facts;
    if facts.format != Format::Srt || facts.is_corrupt() {
        return None;
    }
    let mut faults = facts.faults.iter().filter(|fault| fault.damage == Damage::Malformed);
    let first = faults.next()?;
    let mut finding = Finding::new(&rule::SUBTITLE_MALFORMED, headline(facts.format, "malformed", first))
        .observed(first.code)
        .at(line_of(first))
        .help(match &first.effect {
            Some(effect) => format!("{effect}; correct that line"),
            None => "correct that line".to_owned(),
        });
    for other in faults.take(3) {
        finding = finding.related(format!("also: {}", describe(other)), line_of(other));
    }
    Some(finding)
}

fn line_of(fault: &Fault) -> Location {
    let position = fault.line.map(|line| Position { line, column: 1, offset: fault.offset.unwrap_or(0) as usize });
    Location { start: position, end: position, ..Location::default() }
}
