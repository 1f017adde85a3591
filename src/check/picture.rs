//! Checks of the dimensions of pictures and videos, as displayed.

use super::case::{Case, MediaCheck};
use super::mend;
use crate::finding::Finding;
use crate::limits::Limit;
use crate::media::{Class, Dimensions};
use crate::rule::{self, Rule, Severity};
use crate::text;

pub(super) const CHECKS: &[MediaCheck] = &[resolution, too_small, too_many_pixels, ratio];

/// Compares the long edge with “less than 2K”, which no document defines. Above one number the service is certain to
/// refuse it, above a lower one it may.
fn resolution(case: &Case<'_>) -> Option<Finding> {
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
    Some(Finding::new(rule, message).observed(u64::from(edge)).limit(limit).help(mend::scale(target as u32)))
}

/// More pixels than the use allows in width or in any direction.
fn too_many_pixels(case: &Case<'_>) -> Option<Finding> {
    let limits = case.context.limits;
    let size = case.facts.dimensions?;
    let above = |id: Option<_>, found: u32, what: &'static str| {
        let limit: &Limit = &limits[id?];
        (f64::from(found) > limit.number()?).then_some((limit, found, what))
    };
    let (limit, found, what) = above(case.place.max_width, size.width, "a width")
        .or_else(|| above(case.place.max_edge, size.long_edge(), "a long edge"))?;
    let rule: &'static Rule = match case.facts.format.class() {
        Class::Picture => &rule::IMAGE_RESOLUTION,
        _ => &rule::VIDEO_DIMENSIONS,
    };
    let message =
        format!("{size} has {what} of {} px, above the maximum of {}", text::count(found.into()), limit.text());
    let most = limit.number()? as u32;
    Some(Finding::new(rule, message).observed(u64::from(found)).limit(limit).help(mend::scale(most + 1)))
}

/// `16:9` if the numbers are small, else `1.85`.
fn ratio_of(size: Dimensions) -> String {
    let (mut divisor, mut rest) = (size.width, size.height);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let (width, height) = (size.width / divisor.max(1), size.height / divisor.max(1));
    if width.max(height) <= 64 {
        return format!("{width}:{height}");
    }
    text::number((f64::from(size.width) / f64::from(size.height) * 1e3).round() / 1e3)
}

/// The ratio of width to height. A use may show only one ratio without bars or cuts.
fn ratio(case: &Case<'_>) -> Option<Finding> {
    let limits = case.context.limits;
    let size = case.facts.dimensions.filter(|size| size.width > 0 && size.height > 0)?;
    let found = f64::from(size.width) / f64::from(size.height);
    let limit = |id: Option<_>| id.map(|id| &limits[id]);
    let least = limit(case.place.min_ratio).filter(|limit| limit.number().is_some_and(|least| found < least));
    let most = limit(case.place.max_ratio).filter(|limit| limit.number().is_some_and(|most| found > most));
    let shown = ratio_of(size);
    if let Some(limit) = least.or(most) {
        let than = if least.is_some() { "below the minimum" } else { "above the maximum" };
        let message = format!("{size} has an aspect ratio of {shown}, {than} of {}", limit.text());
        return Some(
            Finding::new(&rule::VIDEO_RATIO, message)
                .observed(found)
                .limit(limit)
                .help("add bars, or crop it: `heylint explain video/ratio` has the commands"),
        );
    }
    let limit = limit(case.place.usual_ratio)?;
    let usual = limit.number()?;
    // One pixel more or less is not another ratio: 1080 × 1918.
    if (found / usual - 1.0).abs() < 0.01 {
        return None;
    }
    let message = format!("{size} has an aspect ratio of {shown}: {}", limit.note);
    let finding = Finding::new(&rule::VIDEO_RATIO, message).observed(found).limit(limit).at_most(Severity::Hint);
    Some(finding.help("export it in that ratio, add bars, or crop it: `heylint explain video/ratio` has the commands"))
}

fn too_small(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.min_edge?];
    let size = case.facts.dimensions?;
    let least = limit.number()?;
    if f64::from(size.short_edge()) >= least {
        return None;
    }
    let message =
        format!("{size} has a short edge of {} px, below {}", text::count(size.short_edge().into()), limit.text());
    let rule: &'static Rule = match case.facts.format.class() {
        Class::Picture => &rule::IMAGE_DIMENSIONS_TOO_SMALL,
        _ => &rule::VIDEO_DIMENSIONS,
    };
    Some(Finding::new(rule, message).observed(u64::from(size.short_edge())).limit(limit).help(mend::enlarge(case)))
}
