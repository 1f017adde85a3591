//! Adds remedies to the findings of a media file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::queue::MediaTask;
use super::uses::Applied;
use crate::check::media::{Subject, check};
use crate::engine::Run;
use crate::engine::file_result::{MediaUse, Raised};
use crate::engine::media::file_name;
use crate::finding::Finding;
use crate::limits::{Limits, Use};
use crate::media::Facts;
use crate::remedy::{Asked, Goal, Mention, Remedy, Way};
use crate::rule::{self, Severity};
use crate::text::PathSet;

/// Names already taken by remedies and fixes.
#[derive(Default)]
pub(in crate::engine) struct Claimed {
    /// The files that remedies make.
    made: PathSet,
    /// The new names of fixes.
    renamed: PathSet,
}

/// Gives the findings of a file a single remedy for all of them.
pub(in crate::engine) fn propose(
    run: &Run<'_>,
    task: &MediaTask,
    facts: &Facts,
    applied: &[Applied<'_>],
    held: &mut [Raised],
) {
    // Files outside the project are left alone; standard input is not a file.
    let is_stdin = || run.settings.stdin.as_ref().is_some_and(|stdin| run.configs.absolute(&stdin.name) == task.path);
    if held.is_empty() || !run.borders.owns(&task.path, &task.config) || is_stdin() {
        return;
    }
    let places: Vec<(&'static Use, &Limits)> =
        applied.iter().map(|applied| (applied.place, applied.config.limits_of(applied.place.profile()))).collect();
    // Advice alone is no reason to encode a file again.
    let counts = |finding: &&Finding| finding.severity > Severity::Hint;
    let beyond = beyond(run, task, facts, applied, &places, held);
    let all = held.iter().map(|raised| &raised.finding).chain(&beyond).filter(counts);
    let found: Vec<Asked<'_>> = all.map(|finding| (finding.rule, finding.limit.as_ref())).collect();
    let name = file_name(&task.path);
    let Some(goal) = Goal::of(facts, &name, &places, &found, run.settings.too_long) else { return };
    let mention = |site: &MediaUse| Mention {
        file: Arc::clone(&site.location.file),
        start: site.location.start,
        name: site.tail.map(|tail| tail.name),
    };
    let remedy = Arc::new(Remedy {
        path: run.settings.overlay.real(&task.path).to_owned(),
        input: Arc::clone(&task.name),
        output: String::new(),
        facts: facts.clone(),
        options: run.settings.words(),
        mentions: task.sites.iter().map(mention).collect(),
        steps: Vec::new(),
        goal,
    });
    for raised in held {
        if remedy.goal.rules.contains(&raised.finding.rule) {
            raised.finding.remedy = Some(Arc::clone(&remedy));
        }
    }
}

/// What the check would find if the file had a format that its uses accept: one command mends that as well.
fn beyond(
    run: &Run<'_>,
    task: &MediaTask,
    facts: &Facts,
    applied: &[Applied<'_>],
    places: &[(&'static Use, &Limits)],
    held: &[Raised],
) -> Vec<Finding> {
    let is_refused = held.iter().any(|raised| *raised.finding.rule == rule::FILE_UNSUPPORTED_FORMAT);
    let Some(format) = Goal::format(facts, places).filter(|_| is_refused) else { return Vec::new() };
    let (mut facts, name) = (facts.clone(), file_name(&task.path));
    facts.format = format;
    facts.faults.clear();
    let found = applied.iter().flat_map(|applied| {
        let subject = Subject { name: &name, bare: applied.bare };
        check(&facts, &subject, applied.place, &run.context(applied.config, applied.place.profile()))
    });
    found.collect()
}

impl Claimed {
    /// Chooses a free, unique name for everything that remedies make, and writes the help of their findings: the first
    /// finding of each file has the command.
    pub fn settle(&mut self, run: &Run<'_>, raised: &mut [Raised]) {
        let mut settled: HashMap<Arc<str>, (Arc<Remedy>, &'static str)> = HashMap::new();
        let (tools, overlay) = (run.settings.tools, &run.settings.overlay);
        for Raised { finding, .. } in raised {
            let renamed = finding.fix.as_ref().and_then(|fix| fix.rename.as_ref());
            let renamed = renamed.map(|rename| run.configs.absolute(Path::new(&*rename.to)));
            if renamed.is_some_and(|to| !self.renamed.insert(&to)) {
                finding.fix = None;
            }
            let Some(draft) = finding.remedy.take() else { continue };
            if let Some((remedy, rule)) = settled.get(&draft.input) {
                finding.help = Some(format!("the command for {rule} mends this too"));
                finding.remedy = Some(Arc::clone(remedy));
                continue;
            }
            let mut remedy = Arc::unwrap_or_clone(draft);
            remedy.settle(tools, |path| {
                self.made.contains(path) || overlay.makes(path) || path.symlink_metadata().is_ok()
            });
            if remedy.steps.is_empty() {
                continue;
            }
            self.made.insert(&remedy.path.with_file_name(file_of(&remedy.output)));
            let help = remedy.help(tools.shell);
            let is_fault = *finding.rule == rule::FILE_MALFORMED || *finding.rule == rule::FILE_CORRUPT;
            let effect = remedy.facts.faults.iter().max_by_key(|fault| fault.damage);
            finding.help = Some(match effect.and_then(|fault| fault.effect.as_ref()).filter(|_| is_fault) {
                Some(effect) => format!("{effect}; {help}"),
                None => help,
            });
            // Another file gets the name that the fix would give. A name that already exists belongs to the copy of the
            // file that an interrupted fix left.
            let is_there = |name: &str| run.configs.absolute(Path::new(name)).symlink_metadata().is_ok();
            let named = |fix: &crate::finding::Fix| {
                fix.rename.as_ref().is_some_and(|to| *to.to != *remedy.output && !is_there(&to.to))
            };
            if remedy.goal.way == Way::Rename {
                finding.fix.take_if(|fix| named(fix));
            }
            let remedy = Arc::new(remedy);
            settled.insert(Arc::clone(&remedy.input), (Arc::clone(&remedy), finding.rule.id));
            finding.remedy = Some(remedy);
        }
    }
}

fn file_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
