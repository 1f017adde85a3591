//! The last phase: from the results of files to the report. Findings get their verdict, in batches, and beyond a bound they
//! are spilled to disk, so that memory does not grow with their number.

mod suppressions;
mod verdicts;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use self::suppressions::with_excerpt;
use self::verdicts::{ActiveRules, RunTally};
pub(super) use self::verdicts::{Spilled, Verdicts};
use super::file_result::{FileResult, Raised};
use super::media::Claimed;
use super::{Outcome, Run};
use crate::finding::{self, Finding, Fingerprint};
use crate::outcome::baseline::{Baseline, KnownFinding};
use crate::outcome::gallery::{Gallery, MediaUses};
use crate::outcome::spill::SortedRuns;
use crate::outcome::{CheckedFile, FileKind, Resembling, RunReport, Summary, Taken};
use crate::rule::{self, Severity};

/// Settles the results of files.
pub(super) struct Settling<'r> {
    run: &'r Run<'r>,
    verdicts: Verdicts<'r>,
    findings: Vec<Finding>,
    spilled: SortedRuns,
    /// Names taken by remedies and fixes.
    claimed: Claimed,
    files: Vec<CheckedFile>,
    unchecked: u64,
    uploads: u64,
    passed_over: u64,
    unclaimed: u64,
    open: u64,
    resembling: Vec<Resembling>,
    taken: Vec<Taken>,
    /// The uses of media files, by path.
    uses: BTreeMap<String, MediaUses>,
}

impl<'r> Settling<'r> {
    pub fn new(run: &'r Run<'r>) -> Self {
        Self {
            run,
            verdicts: Verdicts::new(run),
            findings: Vec::new(),
            spilled: SortedRuns::new(Arc::clone(&run.spill)),
            claimed: Claimed::default(),
            files: Vec::new(),
            unchecked: 0,
            uploads: 0,
            passed_over: 0,
            unclaimed: 0,
            open: 0,
            resembling: Vec::new(),
            taken: Vec::new(),
            uses: BTreeMap::new(),
        }
    }

    /// Makes room for more files. Growing step by step would take twice the memory.
    pub fn expect(&mut self, files: usize) {
        self.files.reserve_exact(files);
    }

    /// Adds the results of some files. All findings about one file must come in the same call.
    pub fn take(&mut self, results: Vec<FileResult>) {
        let mut raised: Vec<Raised> = Vec::new();
        for one in results {
            self.unchecked += u64::from(one.unchecked);
            self.uploads += u64::from(one.is_upload);
            self.passed_over += u64::from(one.passed_over);
            self.unclaimed += u64::from(one.unclaimed);
            self.open += one.open;
            self.resembling.extend(one.resembling.map(|resembling| *resembling));
            self.taken.extend(one.taken.map(|taken| *taken));
            if let (Some(uses), Some(file)) = (one.uses, &one.file) {
                self.uses.insert(file.path.clone(), *uses);
            }
            self.files.extend(one.file);
            raised.extend(one.raised);
            if let Some(Spilled { tally, findings }) = one.spilled.map(|spilled| *spilled) {
                self.spilled.rules.extend(findings.iter().flat_map(|_| &tally.rules));
                self.verdicts.tally.add(tally);
                self.spilled.runs.extend(findings);
            }
        }
        self.settle(raised);
    }

    fn settle(&mut self, mut raised: Vec<Raised>) {
        self.verdicts.select(&mut raised);
        self.verdicts.drop_known(&mut raised);
        self.claimed.settle(self.run, &mut raised);
        self.verdicts.judge(&mut raised);
        self.findings.extend(raised.into_iter().map(|raised| raised.finding));
        if self.run.settings.unheld && self.findings.len() > SortedRuns::MOST_HELD {
            self.findings.drain(..).for_each(|finding| self.spilled.push(finding, None));
            self.spilled.spill();
        }
    }

    /// Finishes the run. `others` are the names of the files that other shards check.
    pub fn finish(mut self, others: &[Arc<str>]) -> Outcome {
        let run = self.run;
        self.settle(of_configurations(run));
        let Verdicts { rules, tally, .. } = &mut self.verdicts;
        let mut unused = suppressions::unused(run, &tally.suppressions, &self.files, others, rules);
        self.verdicts.select_unsuppressed(&mut unused);
        self.verdicts.drop_known(&mut unused);
        self.verdicts.judge(&mut unused);
        self.findings.extend(unused.into_iter().map(|raised| raised.finding));
        self.findings.sort_by(finding::order);
        self.resembling.sort();
        self.taken.sort();
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        let silent = silent(run, &mut self.verdicts.rules);
        let stale = stale(run, &self.verdicts.tally.met, &self.files, &mut self.verdicts.rules);
        let summary = self.summary(stale.len() as u64);
        let gallery = run.settings.gallery.then(|| Box::new(Gallery { uses: self.uses, ..Gallery::default() }));
        let RunTally { failing, faulty, .. } = self.verdicts.tally;
        let report = RunReport {
            findings: self.findings,
            files: self.files,
            summary,
            resembling: self.resembling,
            taken: self.taken,
            spilled: self.spilled.runs,
            spilled_rules: self.spilled.rules,
            gallery,
            ..RunReport::default()
        };
        Outcome { report, failing, faulty, passed_over: self.passed_over, stale, silent, ..Outcome::default() }
    }

    fn summary(&self, stale: u64) -> Summary {
        let (unchecked, uploads, unclaimed) = (self.unchecked, self.uploads, self.unclaimed);
        let resembling = self.resembling.len() as u64;
        let open = self.open;
        let mut summary = Summary { unchecked, uploads, unclaimed, open, resembling, stale, ..Summary::default() };
        let tally = &self.verdicts.tally;
        tally.sum(&mut summary);
        // A request of this part may refer to a file that another part checks.
        let whole = !self.run.shard().is_part();
        summary.ready = whole.then(|| self.files.iter().map(|file| tally.faulty.ready(file)).sum());
        for file in &self.files {
            summary.files += 1;
            summary.requests += file.requests;
            if file.kind == FileKind::Media {
                summary.media += 1;
                summary.media_bytes = summary.media_bytes.saturating_add(file.size_bytes);
            }
        }
        summary
    }
}

/// Findings about configurations. They belong to no input, so that the first shard reports them.
fn of_configurations(run: &Run<'_>) -> Vec<Raised> {
    if !run.shard().is_first() {
        return Vec::new();
    }
    let of_config = |config: Arc<crate::config::Config>| {
        let raise =
            |finding: &Finding| Raised { finding: with_excerpt(finding.clone(), &config), config: Arc::clone(&config) };
        config.findings.iter().map(raise).collect::<Vec<_>>()
    };
    run.configs.all().into_iter().flat_map(of_config).collect()
}

/// Configurations that exclude every file or every rule.
fn silent(run: &Run<'_>, rules: &mut ActiveRules<'_>) -> Vec<String> {
    let mut silent = Vec::new();
    for config in run.configs.all() {
        let any = ["heylint-any.json", "heylint/any.png"];
        if any.iter().all(|name| config.excludes(&config.root.join(name), false)) {
            silent.push(format!("{} excludes every file", config.name));
        }
        let finds = |rule: &rule::Rule| rule.severity == Severity::Error && rule.subject() != "lint";
        if !rule::ALL.iter().any(|rule| finds(rule) && rules.run_under(rule, &config)) {
            silent.push(format!("{} turns off every rule that finds errors", config.name));
        }
    }
    silent
}

/// Baseline entries whose finding is gone: their file was checked with their rule, or no longer exists.
fn stale(
    run: &Run<'_>,
    met: &HashSet<Fingerprint>,
    files: &[CheckedFile],
    rules: &mut ActiveRules<'_>,
) -> HashSet<Fingerprint> {
    let Some(baseline) = &run.settings.baseline else { return HashSet::new() };
    let checked: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let stdin = run.configs.absolute(Path::new("-"));
    let is_stale = |entry: &KnownFinding<'_>| {
        if met.contains(&entry.fingerprint) {
            return false;
        }
        let path = run.configs.absolute(Path::new(entry.file));
        let gone = || run.shard().is_first() && path.symlink_metadata().is_err() && path != stdin;
        if !checked.contains(entry.file) && !gone() {
            return false;
        }
        rule::find(entry.rule).is_none_or(|rule| rules.run_under(rule, &run.configs.of_file(&path)))
    };
    Baseline::entries(baseline).filter(is_stale).map(|entry| entry.fingerprint).collect()
}
