//! Dimensions of pictures and of video, as displayed.

use super::media::Case;
use super::mend;
use crate::finding::Finding;
use crate::media::Class;
use crate::rule::{self, Rule};
use crate::text;

/// The long edge against “less than 2K”, which no document defines: from one number on it is surely refused, from a
/// lower one it may be.
pub(super) fn resolution(case: &Case<'_>) -> Option<Finding> {
    let size = case.facts.dimensions?;
    let edge = size.long_edge();
    let limits = case.context.limits;
    let rule: &'static Rule = match case.facts.format.class() {
        Class::Picture => &rule::IMAGE_RESOLUTION,
        _ => &rule::VIDEO_RESOLUTION,
    };
    let reaches = |id: Option<_>| {
        let limit = &limits[id?];
        (f64::from(edge) >= limit.number()?).then_some(limit)
    };
    let (refused, doubtful) = (reaches(case.place.edge_refused), reaches(case.place.edge_doubtful));
    let limit = refused.or(doubtful)?;
    let at = limit.text();
    let message = if refused.is_some() {
        format!("{size} has a long edge of {} px, not below {at} (“less than 2K”)", text::count(edge.into()))
    } else {
        format!("{size} has a long edge of {} px, not below {at}, and may be refused as 2K", text::count(edge.into()))
    };
    let target = case.place.edge_doubtful.or(case.place.edge_refused).and_then(|id| limits[id].number())?;
    Some(Finding::new(rule, message).observed(u64::from(edge)).limit(limit).help(mend::scale(case, target as u32)))
}

pub(super) fn too_small(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.min_edge?];
    let size = case.facts.dimensions?;
    let least = limit.number()?;
    if f64::from(size.short_edge()) >= least {
        return None;
    }
    let message =
        format!("{size} has a short edge of {} px, below {}", text::count(size.short_edge().into()), limit.text());
    Some(
        Finding::new(&rule::IMAGE_DIMENSIONS_TOO_SMALL, message)
            .observed(u64::from(size.short_edge()))
            .limit(limit)
            .help(mend::enlarge(case, size, least as u32)),
    )
}
