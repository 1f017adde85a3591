//! The first phase: reads every text, checks its requests, and records the media that they refer to.

mod collect;
mod page;
mod pieces;
mod records;
mod references;
mod request;
mod tables;
mod text;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::batches::in_batches;
use super::file_result::FileResult;
use super::media::MediaQueue;
use super::settle::Settling;
use super::{Run, StreamedInput};
use crate::finding::Location;
use crate::plan::Plan;
use crate::walk::{self, Input};

/// The results of the requests of a run.
pub(super) struct Requested {
    /// The media files of the run.
    pub media: MediaQueue,
    pub plan: Option<Plan>,
    /// Local files that the plan has already counted.
    planned: BTreeSet<PathBuf>,
    pub references: Vec<(Location, PathBuf)>,
    /// The number of texts so far.
    taken: usize,
    /// The number of texts that other shards report, and the names of those with requests.
    pub elsewhere: u64,
    pub others: Vec<Arc<str>>,
}

/// Checks texts. Every shard reads all of them, to know the uses of media files, and reports its own.
pub(super) fn check_all(
    run: &Run<'_>,
    texts: Vec<Input>,
    stdin: Option<(Input, Option<StreamedInput<'_>>)>,
    media: MediaQueue,
    settling: &mut Settling<'_>,
) -> Requested {
    let mut requested = Requested {
        media,
        plan: (run.settings.plan || run.settings.gallery).then(Plan::default),
        planned: BTreeSet::new(),
        references: Vec::new(),
        taken: 0,
        elsewhere: 0,
        others: Vec::new(),
    };
    let progress = run.settings.progress.as_deref();
    progress.into_iter().for_each(|progress| progress.expect(texts.len()));
    let check = |input: &&Input| text::of_file_unless_known(run, input);
    in_batches(texts.iter(), progress, check, |results| requested.take(run, results, settling));
    drop(texts);
    let result = stdin.and_then(|(input, streamed)| of_stdin(run, &input, streamed));
    if let Some(result) = result {
        requested.take(run, vec![result], settling);
    }
    requested
}

/// The requests of the context only matter for their references to files that are checked anyway.
pub(super) fn refer_from(run: &Run<'_>, context: &[Input], media: &mut MediaQueue) {
    let check = |input: &&Input| text::of_file_unless_known(run, input);
    in_batches(context.iter(), None, check, |results| {
        for (path, site) in results.into_iter().flat_map(|result| result.sites) {
            if media.holds(&path) {
                media.refer(run.configs, path, site);
            }
        }
    });
}

fn of_stdin(run: &Run<'_>, input: &Input, streamed: Option<StreamedInput<'_>>) -> Option<FileResult> {
    if let Some(streamed) = streamed {
        return Some(text::of_stream(run, input, streamed));
    }
    let stdin = run.settings.stdin.as_ref()?;
    Some(match run.settings.overlay.read(&input.path) {
        Ok(Some(bytes)) => text::of_bytes(run, input, &bytes.into()),
        Ok(None) => text::of_bytes(run, input, &stdin.bytes),
        Err(error) => FileResult::unreadable(&input.name, &input.config, walk::because(&error)),
    })
}

impl Requested {
    /// Takes the results of some texts, and hands them on to the report.
    fn take(&mut self, run: &Run<'_>, mut results: Vec<FileResult>, settling: &mut Settling<'_>) {
        for one in &mut results {
            if let Some(plan) = &mut self.plan {
                one.plan.take().into_iter().for_each(|part| plan.merge(*part));
                for (path, site) in &one.sites {
                    let Ok(metadata) = path.metadata() else { continue };
                    if metadata.is_file() && self.planned.insert(path.clone()) {
                        let Some(place) = site.uses.first() else { continue };
                        plan.upload(metadata.len(), site.config.limits_of(place.profile()));
                    }
                }
            }
            self.references.append(&mut one.references);
            for (path, site) in std::mem::take(&mut one.sites) {
                self.media.refer(run.configs, path, site);
            }
            if !run.shard().takes(self.taken) {
                self.elsewhere += 1;
                self.others.extend(std::mem::take(one).file.map(|file| file.path.into()));
            }
            self.taken += 1;
        }
        settling.take(results);
    }
}
