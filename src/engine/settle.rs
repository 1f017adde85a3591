//! Turns raw findings into reported ones: selection, severities, suppressions, baseline, order, verdict, counts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::remedies::Claimed;
use super::{Looked, Outcome, Raised, Run};
use crate::config::{Config, Override, Selection, Suppression};
use crate::finding::{self, Finding, Fingerprint, Fingerprints, Location};
use crate::outcome::baseline::{Baseline, KnownFinding};
use crate::outcome::gallery::{Gallery, MediaUses};
use crate::outcome::spill::{SpillWriter, SpilledRun};
use crate::outcome::verdict::Faulty;
use crate::outcome::{CheckedFile, FileKind, Resembling, RunReport, Summary, Taken, excerpt};
use crate::rule::{self, Severity};
use crate::text::digest;

/// The findings of a run that are held in memory; the rest are spilled.
const MOST_HELD: usize = 2_000;

/// Settles the results of files in batches, so that memory does not grow with the number of findings.
pub(super) struct Settling<'r> {
    run: &'r Run<'r>,
    rules: ActiveRules<'r>,
    tally: RunTally,
    findings: Vec<Finding>,
    /// The rules of the spilled findings, and the sorted runs.
    spilled: Vec<Arc<SpilledRun>>,
    spilled_rules: BTreeMap<&'static str, &'static rule::Rule>,
    /// Names that remedies and fixes give.
    claimed: Claimed,
    files: Vec<CheckedFile>,
    unchecked: u64,
    uploads: u64,
    passed_over: u64,
    unclaimed: u64,
    resembling: Vec<Resembling>,
    taken: Vec<Taken>,
    /// What media files are for, by path.
    uses: BTreeMap<String, MediaUses>,
}

impl<'r> Settling<'r> {
    pub fn new(run: &'r Run<'r>) -> Self {
        Self {
            run,
            rules: run.rules(),
            tally: RunTally::default(),
            findings: Vec::new(),
            spilled: Vec::new(),
            spilled_rules: BTreeMap::new(),
            claimed: Claimed::default(),
            files: Vec::new(),
            unchecked: 0,
            uploads: 0,
            passed_over: 0,
            unclaimed: 0,
            resembling: Vec::new(),
            taken: Vec::new(),
            uses: BTreeMap::new(),
        }
    }

    /// Adds the results of some files. All findings about one file must come in the same call.
    pub fn take(&mut self, looked: Vec<Looked>) {
        let mut raised: Vec<Raised> = Vec::new();
        for one in looked {
            self.unchecked += u64::from(one.unchecked);
            self.uploads += u64::from(one.is_upload);
            self.passed_over += u64::from(one.passed_over);
            self.unclaimed += u64::from(one.unclaimed);
            self.resembling.extend(one.resembling.map(|resembling| *resembling));
            self.taken.extend(one.taken.map(|taken| *taken));
            if let (Some(uses), Some(file)) = (one.uses, &one.file) {
                self.uses.insert(file.path.clone(), *uses);
            }
            self.files.extend(one.file);
            raised.extend(one.raised);
            if let Some((counted, run)) = one.spilled.map(|spilled| *spilled) {
                self.spilled_rules.extend(run.iter().flat_map(|_| &counted.rules));
                self.tally.add(counted);
                self.spilled.extend(run);
            }
        }
        self.settle(raised);
    }

    fn settle(&mut self, mut raised: Vec<Raised>) {
        self.run.sift(&mut raised, &mut self.rules, &mut self.tally);
        self.run.leave_known(&mut raised, &mut self.tally);
        self.run.settle_remedies(&mut raised, &mut self.claimed);
        self.run.judge(&mut raised, &mut self.tally);
        self.findings.extend(raised.into_iter().map(|raised| raised.finding));
        if self.run.settings.unheld && self.findings.len() > MOST_HELD {
            self.spill();
        }
    }

    fn spill(&mut self) {
        self.findings.sort_by(finding::order);
        let mut writer = SpillWriter::new(Arc::clone(&self.run.spill));
        for finding in self.findings.drain(..) {
            self.spilled_rules.insert(finding.rule.id, finding.rule);
            writer.put(&finding, None);
        }
        self.spilled.extend(writer.finish(HashMap::new()));
    }

    /// Finishes the run. `others` are the names of the files that other shards check.
    pub fn finish(mut self, others: &[Arc<str>]) -> Outcome {
        let run = self.run;
        // Findings about a configuration belong to no input: the first shard reports them.
        let first = run.settings.shard.unwrap_or_default().is_first();
        let of_configs = run.configs.all().into_iter().filter(|_| first).flat_map(|config| {
            let raise = |finding: &Finding| Raised {
                finding: with_excerpt(finding.clone(), &config),
                config: Arc::clone(&config),
            };
            config.findings.iter().map(raise).collect::<Vec<_>>()
        });
        let of_configs = of_configs.collect();
        self.settle(of_configs);
        let mut unused = run.unused(&self.tally.ledger, &self.files, others, &mut self.rules);
        unused.retain_mut(|raised| self.rules.keep(raised));
        unused.iter_mut().for_each(|raised| self.tally.names.name(&mut raised.finding));
        run.leave_known(&mut unused, &mut self.tally);
        run.judge(&mut unused, &mut self.tally);
        self.findings.extend(unused.into_iter().map(|raised| raised.finding));
        self.findings.sort_by(finding::order);
        let silent = run.silent(&mut self.rules);
        self.resembling.sort();
        self.taken.sort();
        let (resembling, taken) = (std::mem::take(&mut self.resembling), std::mem::take(&mut self.taken));
        let gallery = run.settings.gallery.then(|| {
            let uses = std::mem::take(&mut self.uses);
            Box::new(Gallery { uses, ..Gallery::default() })
        });
        let unclaimed = self.unclaimed;
        let Self {
            mut rules, tally, findings, spilled, spilled_rules, mut files, unchecked, uploads, passed_over, ..
        } = self;
        let mut summary = Summary { unchecked, uploads, unclaimed, ..Summary::default() };
        let mut stale = Vec::new();
        if let Some(baseline) = &run.settings.baseline {
            stale = run.stale(baseline, &tally.met, &files, &mut rules);
            summary.stale = stale.len() as u64;
        }
        tally.sum(&mut summary);
        summary.resembling = resembling.len() as u64;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        // A request of this part may refer to a file that another part checks.
        let whole = !run.settings.shard.unwrap_or_default().is_part();
        summary.ready = whole.then(|| files.iter().map(|file| tally.faulty.ready(file)).sum());
        for file in &files {
            summary.files += 1;
            summary.requests += file.requests;
            if file.kind == FileKind::Media {
                summary.media += 1;
                summary.media_bytes = summary.media_bytes.saturating_add(file.size_bytes);
            }
        }
        let report = RunReport {
            findings,
            files,
            summary,
            resembling,
            taken,
            spilled,
            spilled_rules,
            gallery,
            ..RunReport::default()
        };
        let RunTally { failing, faulty, .. } = tally;
        Outcome { report, failing, faulty, passed_over, stale, silent, ..Outcome::default() }
    }
}

impl Run<'_> {
    /// Configurations that leave out every file or every rule.
    fn silent(&self, rules: &mut ActiveRules<'_>) -> Vec<String> {
        let mut silent = Vec::new();
        for config in self.configs.all() {
            let any = ["heylint-any.json", "heylint/any.png"];
            if any.iter().all(|name| config.excludes(&config.root.join(name), false)) {
                silent.push(format!("{} excludes every file", config.name));
            }
            let finds = |rule: &rule::Rule| rule.severity == Severity::Error && rule.subject() != "lint";
            if !rule::ALL.iter().any(|rule| finds(rule) && rules.run_under(rule, &config)) {
                silent.push(format!("{} turns every rule off that finds errors", config.name));
            }
        }
        silent
    }

    pub(super) fn rules(&self) -> ActiveRules<'_> {
        ActiveRules { run: self, selections: HashMap::new() }
    }

    /// Drops findings of rules that do not run and findings that are suppressed; sorts and names the rest.
    pub(super) fn sift(&self, raised: &mut Vec<Raised>, rules: &mut ActiveRules<'_>, tally: &mut RunTally) {
        raised.retain_mut(|raised| rules.keep(raised));
        sort(raised);
        raised.iter_mut().for_each(|raised| tally.names.name(&mut raised.finding));
        let before = raised.len();
        raised.retain(|raised| !self.suppressed(raised, &mut tally.ledger));
        tally.suppressed += (before - raised.len()) as u64;
    }

    /// Drops findings that are in the baseline.
    pub(super) fn leave_known(&self, raised: &mut Vec<Raised>, tally: &mut RunTally) {
        let Some(baseline) = &self.settings.baseline else { return };
        let before = raised.len();
        raised.retain(|raised| {
            let fingerprint = raised.finding.fingerprint;
            let known = *raised.finding.rule != rule::LINT_UNREADABLE && baseline.holds(fingerprint);
            if known {
                tally.met.insert(fingerprint);
                // That it is known does not make the service take it.
                tally.faulty.note(&raised.finding);
            }
            !known
        });
        tally.baselined += (before - raised.len()) as u64;
    }

    /// Decides which findings fail the run, and counts them all.
    pub(super) fn judge(&self, raised: &mut [Raised], tally: &mut RunTally) {
        for Raised { finding, config } in raised {
            let fail_on = self.settings.fail_on.or(config.fail_on).unwrap_or_default();
            finding.fails = fail_on.fails(finding.severity);
            tally.failing += u64::from(finding.fails);
            tally.faulty.note(finding);
            tally.severities[finding.severity as usize] += 1;
            if let Some(fix) = &finding.fix {
                let fixable = if fix.safe { &mut tally.fixable } else { &mut tally.fixable_unsafely };
                *fixable += 1;
            }
            tally.rules.insert(finding.rule.id, finding.rule);
        }
    }

    /// Baseline entries whose finding is gone: their file was checked with their rule, or no longer exists.
    fn stale(
        &self,
        baseline: &Baseline,
        met: &HashSet<Fingerprint>,
        files: &[CheckedFile],
        rules: &mut ActiveRules<'_>,
    ) -> Vec<KnownFinding> {
        let checked: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let first = self.settings.shard.unwrap_or_default().is_first();
        let mut is_stale = |entry: &&KnownFinding| {
            if met.contains(&entry.fingerprint) {
                return false;
            }
            let path = self.configs.absolute(Path::new(&entry.file));
            let gone = || first && path.symlink_metadata().is_err() && path != self.configs.absolute(Path::new("-"));
            if !checked.contains(entry.file.as_str()) && !gone() {
                return false;
            }
            rule::find(&entry.rule).is_none_or(|rule| rules.run_under(rule, &self.configs.of_file(&path)))
        };
        baseline.entries().filter(|entry| is_stale(entry)).cloned().collect()
    }

    /// Whether a suppression hides the finding. Records which suppressions matched.
    fn suppressed(&self, raised: &Raised, ledger: &mut Ledger) -> bool {
        let config = &raised.config;
        if config.suppressions.is_empty() {
            return false;
        }
        let path = self.configs.absolute(Path::new(raised.finding.location.file.as_ref()));
        let Some(below) = config.below(&path) else { return false };
        let mut taken = false;
        for (at, suppression) in config.suppressions.iter().enumerate() {
            if suppression.names(&raised.finding, below) {
                let over = suppression.is_over(self.now);
                *ledger.met.entry((Arc::clone(&config.name), at)).or_default() += 1;
                taken |= !over;
            }
        }
        taken
    }

    /// Findings about suppressions that match nothing, and about expired ones that still match.
    fn unused(
        &self,
        ledger: &Ledger,
        files: &[CheckedFile],
        others: &[Arc<str>],
        rules: &mut ActiveRules<'_>,
    ) -> Vec<Raised> {
        let mut unused = Vec::new();
        let first = self.settings.shard.unwrap_or_default().is_first();
        for config in self.configs.all() {
            if config.suppressions.is_empty() {
                continue;
            }
            let checked: Vec<_> = files.iter().map(|file| self.configs.absolute(Path::new(&file.path))).collect();
            let beyond: Vec<_> = others.iter().map(|name| self.configs.absolute(Path::new(&**name))).collect();
            for (at, suppression) in config.suppressions.iter().enumerate() {
                // Another shard may use it.
                if beyond.iter().any(|path| config.below(path).is_some_and(|below| suppression.target.is_file(below))) {
                    continue;
                }
                let met = ledger.met.get(&(Arc::clone(&config.name), at)).copied().unwrap_or(0);
                let here = checked
                    .iter()
                    .any(|path| config.below(path).is_some_and(|below| suppression.target.is_file(below)));
                let gone = first && met == 0 && suppression.target.is_gone(&config.root);
                let message = match (met, suppression.is_over(self.now)) {
                    (0, _) if gone => {
                        format!("{} is not there: the suppression is not needed", suppression.target.text)
                    }
                    (0, _) if !self.could_be_met(suppression, here, &config, rules) => continue,
                    (0, _) => format!("nothing is wrong at {}: the suppression is not needed", suppression.target.text),
                    (_, false) => continue,
                    (_, true) => over(suppression),
                };
                let help = match met {
                    0 => "delete the entry".to_owned(),
                    _ => format!("mend what it hid ({}), or set a later `until`", suppression.reason),
                };
                let finding = Finding::new(&rule::LINT_UNUSED_SUPPRESSION, message)
                    .at(suppression.target.location.clone())
                    .help(help);
                unused.push(Raised { finding: with_excerpt(finding, &config), config: Arc::clone(&config) });
            }
        }
        unused
    }

    /// Whether this run would have found what the suppression hides.
    fn could_be_met(
        &self,
        suppression: &Suppression,
        here: bool,
        config: &Arc<Config>,
        rules: &mut ActiveRules<'_>,
    ) -> bool {
        here && self.settings.depth >= crate::media::Depth::Full
            && rule::ALL.iter().all(|rule| !suppression.names_rule(rule) || rules.run_under(rule, config))
    }
}

fn over(suppression: &Suppression) -> String {
    let until = suppression.until.map(|date| date.to_string()).unwrap_or_default();
    format!("the suppression at {} ended on {until}: its finding is back", suppression.target.text)
}

/// Counts so far.
#[derive(Default)]
pub(super) struct RunTally {
    ledger: Ledger,
    names: Fingerprints,
    suppressed: u64,
    /// Fingerprints of the baseline that were found.
    met: HashSet<Fingerprint>,
    baselined: u64,
    /// Indexed by severity.
    severities: [u64; 3],
    failing: u64,
    faulty: Faulty,
    fixable: u64,
    fixable_unsafely: u64,
    pub rules: BTreeMap<&'static str, &'static rule::Rule>,
}

impl RunTally {
    fn add(&mut self, other: Self) {
        for (suppression, times) in other.ledger.met {
            *self.ledger.met.entry(suppression).or_default() += times;
        }
        self.names.extend(other.names);
        self.met.extend(other.met);
        self.suppressed += other.suppressed;
        self.baselined += other.baselined;
        self.severities.iter_mut().zip(other.severities).for_each(|(sum, more)| *sum += more);
        self.failing += other.failing;
        self.faulty.extend(other.faulty);
        self.fixable += other.fixable;
        self.fixable_unsafely += other.fixable_unsafely;
        self.rules.extend(other.rules);
    }

    fn sum(&self, summary: &mut Summary) {
        summary.suppressed = self.suppressed;
        summary.baselined = self.baselined;
        let of = |severity: Severity| self.severities[severity as usize];
        (summary.errors, summary.warnings, summary.hints) =
            (of(Severity::Error), of(Severity::Warning), of(Severity::Hint));
        summary.fixable = self.fixable;
        summary.fixable_unsafely = self.fixable_unsafely;
    }
}

/// How often each suppression matched, by configuration and position.
#[derive(Default)]
struct Ledger {
    met: HashMap<(Arc<str>, usize), u64>,
}

/// The rules that run, for each configuration.
pub(super) struct ActiveRules<'a> {
    run: &'a Run<'a>,
    selections: HashMap<Arc<str>, Selection>,
}

impl ActiveRules<'_> {
    fn run_under(&mut self, rule: &rule::Rule, config: &Arc<Config>) -> bool {
        let settings = self.run.settings;
        let selection = self.selections.entry(Arc::clone(&config.name)).or_insert_with(|| {
            let own = &config.selection;
            let select = if settings.select.is_empty() { own.select.clone() } else { settings.select.clone() };
            Selection { select, ignore: own.ignore.iter().chain(&settings.ignore).copied().collect() }
        });
        selection.runs(rule) && config.severity_of(rule) != Some(Override::Off)
    }

    /// Whether the rule of the finding runs. Sets the severity from the configuration.
    fn keep(&mut self, raised: &mut Raised) -> bool {
        let Raised { finding, config } = raised;
        if !self.run_under(finding.rule, config) {
            return *finding.rule == rule::LINT_UNREADABLE;
        }
        if let Some(Override::To(severity)) = config.severity_of(finding.rule) {
            finding.severity = severity;
        }
        true
    }
}

/// Sorts findings into the order of reports.
fn sort(raised: &mut [Raised]) {
    raised.sort_by(|a, b| finding::order(&a.finding, &b.finding));
}

/// Adds an excerpt and a context to a finding about the configuration.
fn with_excerpt(mut finding: Finding, config: &Config) -> Finding {
    let Location { span: Some(span), start: Some(start), .. } = finding.location else { return finding };
    finding.excerpt = Some(excerpt::cut(&config.text, span, start));
    finding.context = digest(config.text.get(span.start..span.end).unwrap_or_default());
    finding
}
