//! The two phases of a run. First all requests are read, checked, and asked for the media that they refer to; then each
//! media file is probed once, however many requests refer to it, and checked for every place that uses it.
//!
//! Files are checked in batches of a thousand. While one batch is checked on all threads, the results of the one before
//! are settled, so that memory does not grow with the number of findings.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::media::{MediaQueue, sniffed};
use super::settle::Settling;
use super::threads::{both, map_into};
use super::{Looked, Outcome, Run, Shard, StreamedInput, records};
use crate::config::Config;
use crate::finding::Location;
use crate::plan::Plan;
use crate::walk::{Input, InputKind, Problem, Walked};

/// The size of a batch.
const CHUNK: usize = 1_024;

/// Checks everything that a walk has found and what comes on standard input.
///
/// Of the requests of `context` only their references to files that are checked anyway count.
pub(super) fn check(
    run: &Run<'_>,
    walked: Walked,
    context: &[Input],
    stdin: Option<&Input>,
    incoming: Option<StreamedInput<'_>>,
) -> Outcome {
    let remembers = run.settings.overlay.memory.is_some() || run.settings.gallery;
    let shard = run.settings.shard.unwrap_or_default();
    let mut settling = Settling::new(run);
    if shard.is_first() {
        settling.take(walked.problems.into_iter().map(unreadable).collect());
    }
    let inputs = walked.inputs.into_iter().map(|input| run.renamed(input)).map(sniffed);
    let (requests, media): (Vec<Input>, Vec<Input>) = inputs.partition(|input| input.kind != InputKind::Media);
    let mut paths = HashMap::new();
    if remembers {
        let named = requests.iter().chain(&media).chain(stdin);
        paths.extend(named.map(|input| (Arc::clone(&input.name), input.path.clone())));
    }

    let mut first = FirstPhase::new(run, shard, media);
    run.expect(requests.len());
    in_chunks(requests.iter(), |input| run.stepped(run.unless_kept(input)), |looked| first.take(looked, &mut settling));
    drop(requests);
    if let Some(looked) = stdin.and_then(|input| standard_input(run, input, incoming)) {
        first.take(vec![looked], &mut settling);
    }

    if remembers {
        paths.extend(context.iter().map(|input| (Arc::clone(&input.name), input.path.clone())));
    }
    in_chunks(
        context.iter(),
        |input| run.unless_kept(input),
        |looked| {
            for (path, site) in looked.into_iter().flat_map(|looked| looked.sites) {
                if first.jobs.holds(&path) {
                    first.jobs.refer(run.configs, path, site);
                }
            }
        },
    );

    let FirstPhase { jobs, plan, references, mut elsewhere, mut others, .. } = first;
    let jobs = jobs.all();
    if remembers {
        paths.extend(jobs.iter().map(|job| (Arc::clone(&job.name), job.path.clone())));
    }
    let (own, rest): (Vec<_>, Vec<_>) = jobs.into_iter().enumerate().partition(|(at, _)| shard.takes(*at));
    elsewhere += rest.len() as u64;
    others.extend(rest.into_iter().map(|(_, job)| job.name));
    run.expect(own.len());
    in_chunks(own.into_iter(), |(_, job)| run.stepped(run.media(job)), |looked| settling.take(looked));
    Outcome { paths, references, elsewhere, plan, ..settling.finish(&others) }
}

fn unreadable(problem: Problem) -> Looked {
    let mut unreadable = Looked::unreadable(&problem.name, &Arc::new(Config::default()), problem.message);
    if let (Some(help), Some(raised)) = (problem.help, unreadable.raised.first_mut()) {
        raised.finding.help = Some(help);
    }
    unreadable
}

fn standard_input(run: &Run<'_>, input: &Input, incoming: Option<StreamedInput<'_>>) -> Option<Looked> {
    if let Some(StreamedInput { source, tell }) = incoming {
        let incoming = records::IncomingText { source, size: None, tell: Some(tell) };
        return Some(run.looked(input, || run.records(input, incoming)));
    }
    let stdin = run.settings.stdin.as_ref()?;
    let bytes = run.settings.overlay.text(&input.path).unwrap_or_else(|| Arc::clone(&stdin.bytes));
    Some(run.stdin(input, &bytes))
}

/// Maps items on all threads, in batches, and takes the results in order.
fn in_chunks<T: Send + Sync>(
    mut all: impl Iterator<Item = T>,
    look: impl Fn(&T) -> Looked + Sync,
    mut take: impl FnMut(Vec<Looked>) + Send,
) {
    let mut last = Vec::new();
    loop {
        // What is done with is dropped, so that its memory serves the results.
        let chunk: Vec<T> = all.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        let (done, mut next) = (std::mem::take(&mut last), Vec::new());
        both(|| map_into(&mut next, &chunk, &look), || take(done));
        last = next;
    }
    take(last);
}

/// What the second phase and the outcome need from the first.
struct FirstPhase<'r> {
    run: &'r Run<'r>,
    shard: Shard,
    jobs: MediaQueue,
    plan: Option<Plan>,
    /// Local files that the plan counts already.
    planned: BTreeSet<PathBuf>,
    references: Vec<(Location, PathBuf)>,
    /// The number of request files so far.
    taken: usize,
    elsewhere: u64,
    others: Vec<Arc<str>>,
}

impl<'r> FirstPhase<'r> {
    fn new(run: &'r Run<'r>, shard: Shard, media: Vec<Input>) -> Self {
        Self {
            run,
            shard,
            jobs: MediaQueue::new(media),
            plan: (run.settings.plan || run.settings.gallery).then(Plan::default),
            planned: BTreeSet::new(),
            references: Vec::new(),
            taken: 0,
            elsewhere: 0,
            others: Vec::new(),
        }
    }

    /// Takes the results of some request files. Every shard reads all of them, to know which places use
    /// a media file. A shard reports its own.
    fn take(&mut self, mut looked: Vec<Looked>, settling: &mut Settling<'_>) {
        for one in &mut looked {
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
                self.jobs.refer(self.run.configs, path, site);
            }
            if !self.shard.takes(self.taken) {
                self.elsewhere += 1;
                self.others.extend(std::mem::take(one).file.map(|file| file.path.into()));
            }
            self.taken += 1;
        }
        settling.take(looked);
    }
}
