//! Makes the previews of media files that a page shows, within bounds of number and work.

use std::collections::HashSet;

use rayon::prelude::*;

use super::{FilePaths, Outcome, guarded};
use crate::outcome::{CheckedFile, FileKind, RunReport};
use crate::preview::{self, Cost, Preview};
use crate::walk;

/// The limits on all previews of a run together.
const MOST: u64 = 200;
const MOST_WORK: Cost = Cost { pixels: 1 << 30, seconds: 12_000.0, frames: 60 };

/// Adds previews and the plan to the gallery of an outcome.
pub(super) fn fill(outcome: &mut Outcome) {
    let Outcome { report, plan, paths, .. } = outcome;
    let chosen = chosen(report);
    let previews = chosen.par_iter().filter_map(|file| Some((file.path.clone(), preview(file, paths)?))).collect();
    if let Some(gallery) = &mut report.gallery {
        gallery.previews = previews;
        gallery.plan = plan.clone().unwrap_or_default();
    }
}

/// The files that get a preview: those with findings first, within the limits. The choice does not depend on speed.
fn chosen(report: &RunReport) -> Vec<&CheckedFile> {
    let mut found = HashSet::new();
    let _ = report.each(&mut |finding| {
        if !found.contains(&*finding.location.file) {
            found.insert(finding.location.file.to_string());
        }
        Ok(())
    });
    let media = || report.files.iter().filter(|file| file.kind == FileKind::Media);
    let has = |file: &&CheckedFile| found.contains(&file.path);
    let (mut left, mut room) = (MOST, MOST_WORK);
    let fits = |file: &&CheckedFile| {
        let Some(cost) = file.facts().as_ref().and_then(preview::cost) else { return false };
        let fits = left > 0 && cost.pixels <= room.pixels && cost.seconds <= room.seconds && cost.frames <= room.frames;
        if fits {
            left -= 1;
            room.pixels -= cost.pixels;
            room.seconds -= cost.seconds;
            room.frames -= cost.frames;
        }
        fits
    };
    media().filter(has).chain(media().filter(|file| !has(file))).filter(fits).collect()
}

fn preview(file: &CheckedFile, paths: &FilePaths) -> Option<Preview> {
    let path = &*paths.get(file.path.as_str())?;
    let (open, metadata) = walk::open(path).ok()?;
    // A file that changes meanwhile is not the checked one.
    let facts = file.facts().filter(|_| metadata.len() == file.size_bytes)?;
    guarded(|| preview::of_file(&open, path, &facts)).ok()?
}
