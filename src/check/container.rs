//! How a container is laid out: where its index is, whether it has edit lists.

use super::case::Case;
use crate::finding::Finding;
use crate::rule::{self, Severity};
use crate::text;

/// Without the index in front, nothing can be played before the whole file is there.
pub(super) fn not_faststart(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.index?];
    if case.facts.faststart != Some(false)
        || case.facts.is_unplayable()
        || case.has_no_picture()
        || limit.names() != ["front"]
    {
        return None;
    }
    let message = format!("the index (moov) stands behind the samples, but {} needs it in front", case.with_article());
    Some(
        Finding::new(&rule::VIDEO_NOT_FASTSTART, message)
            .observed("behind")
            .limit(limit)
            .help("write it anew with its index in front"),
    )
}

/// An edit list of one entry skips what an encoder needs before its first frame; nearly every file has one, and is taken.
pub(super) fn edit_list(case: &Case<'_>) -> Option<Finding> {
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
        .help("write it anew without edit lists");
    Some(if edits == 1 { finding.at_most(Severity::Hint) } else { finding })
}
