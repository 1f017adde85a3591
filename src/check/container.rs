//! Checks of the layout of a container: the position of its index, and its edit lists.

use super::case::{Case, MediaCheck};
use crate::finding::Finding;
use crate::rule::{self, Severity};
use crate::text;

pub(super) const CHECKS: &[MediaCheck] = &[not_faststart, edit_list];

/// Unless the index is at the front, nobody can play the file before all of it has arrived.
fn not_faststart(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.index?];
    if case.facts.faststart != Some(false)
        || case.facts.is_unplayable()
        || case.has_no_picture()
        || limit.names() != ["front"]
    {
        return None;
    }
    let message =
        format!("the index (moov) comes after the samples, but {} needs it at the front", case.with_article());
    Some(
        Finding::new(&rule::VIDEO_NOT_FASTSTART, message)
            .observed("behind")
            .limit(limit)
            .help("rewrite it with its index at the front"),
    )
}

/// An edit list of one entry skips the samples that an encoder needs before its first frame. Nearly every file has one,
/// and services accept it.
fn edit_list(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.max_edits?];
    let edits = case.facts.tracks.iter().filter_map(|track| track.edits).max()?;
    if f64::from(edits) <= limit.number()? || case.has_no_picture() {
        return None;
    }
    let entries = text::counted(edits.into(), "edit");
    let message =
        format!("the {} has an edit list ({entries}), but {} must have none", case.facts.format, case.with_article());
    let finding = Finding::new(&rule::VIDEO_EDIT_LIST, message)
        .observed(u64::from(edits))
        .limit(limit)
        .help("rewrite it without edit lists");
    Some(if edits == 1 { finding.at_most(Severity::Hint) } else { finding })
}
