//! Decides which findings are reported and which of them fail the run, and counts them: the rules that run, suppressions,
//! the baseline, `fail-on`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::suppressions::MetSuppressions;
use crate::config::{Config, Override, Selection};
use crate::engine::Run;
use crate::engine::file_result::Raised;
use crate::engine::settings::Settings;
use crate::finding::{self, Finding, Fingerprint, Fingerprints};
use crate::outcome::Summary;
use crate::outcome::spill::SpilledRun;
use crate::outcome::verdict::Faulty;
use crate::rule::{self, Severity};

/// Decides on findings as they come, in batches.
pub(in crate::engine) struct Verdicts<'r> {
    run: &'r Run<'r>,
    pub rules: ActiveRules<'r>,
    pub tally: RunTally,
}

impl<'r> Verdicts<'r> {
    pub fn new(run: &'r Run<'r>) -> Self {
        Self { run, rules: ActiveRules::new(run.settings), tally: RunTally::default() }
    }

    /// Drops findings of rules that do not run and findings that are suppressed; sorts and names the rest.
    pub fn select(&mut self, raised: &mut Vec<Raised>) {
        let Self { run, rules, tally } = self;
        raised.retain_mut(|raised| rules.keep(raised));
        raised.sort_by(|a, b| finding::order(&a.finding, &b.finding));
        raised.iter_mut().for_each(|raised| tally.names.name(&mut raised.finding));
        let before = raised.len();
        raised.retain(|raised| !tally.suppressions.hide(raised, run.configs, run.now));
        tally.suppressed += (before - raised.len()) as u64;
    }

    /// As [`select`](Self::select), for findings about suppressions, which no suppression hides.
    pub fn select_unsuppressed(&mut self, raised: &mut Vec<Raised>) {
        raised.retain_mut(|raised| self.rules.keep(raised));
        raised.iter_mut().for_each(|raised| self.tally.names.name(&mut raised.finding));
    }

    /// Drops findings that are in the baseline.
    pub fn drop_known(&mut self, raised: &mut Vec<Raised>) {
        let Some(baseline) = &self.run.settings.baseline else { return };
        let tally = &mut self.tally;
        let before = raised.len();
        raised.retain(|raised| {
            let fingerprint = raised.finding.fingerprint;
            let known = *raised.finding.rule != rule::LINT_UNREADABLE && baseline.holds(fingerprint);
            if known {
                tally.met.insert(fingerprint);
                // The service refuses it even if it is known.
                tally.faulty.note(&raised.finding);
            }
            !known
        });
        tally.baselined += (before - raised.len()) as u64;
    }

    /// Decides which findings fail the run, and counts them all.
    pub fn judge(&mut self, raised: &mut [Raised]) {
        let fail_on = self.run.settings.fail_on;
        for Raised { finding, config } in raised {
            finding.fails = fail_on.or(config.fail_on).unwrap_or_default().fails(finding.severity);
            self.tally.count(finding);
        }
    }
}

/// Counts so far.
#[derive(Default)]
pub(in crate::engine) struct RunTally {
    pub suppressions: MetSuppressions,
    names: Fingerprints,
    suppressed: u64,
    /// Fingerprints of the baseline that were found.
    pub met: HashSet<Fingerprint>,
    baselined: u64,
    /// Indexed by severity.
    severities: [u64; 3],
    pub failing: u64,
    pub faulty: Faulty,
    fixable: u64,
    fixable_unsafely: u64,
    pub rules: BTreeMap<&'static str, &'static rule::Rule>,
}

impl RunTally {
    fn count(&mut self, finding: &Finding) {
        self.failing += u64::from(finding.fails);
        self.faulty.note(finding);
        self.severities[finding.severity as usize] += 1;
        if let Some(fix) = &finding.fix {
            let fixable = if fix.safe { &mut self.fixable } else { &mut self.fixable_unsafely };
            *fixable += 1;
        }
        self.rules.insert(finding.rule.id, finding.rule);
    }

    pub fn add(&mut self, other: Self) {
        self.suppressions.add(other.suppressions);
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

    pub fn sum(&self, summary: &mut Summary) {
        summary.suppressed = self.suppressed;
        summary.baselined = self.baselined;
        let of = |severity: Severity| self.severities[severity as usize];
        (summary.errors, summary.warnings, summary.hints) =
            (of(Severity::Error), of(Severity::Warning), of(Severity::Hint));
        summary.fixable = self.fixable;
        summary.fixable_unsafely = self.fixable_unsafely;
    }
}

/// The counts of spilled findings of one text, and where they are; none if they were reported at once.
pub(in crate::engine) struct Spilled {
    pub tally: RunTally,
    pub findings: Option<Arc<SpilledRun>>,
}

/// The rules that run, for each configuration.
pub(in crate::engine) struct ActiveRules<'s> {
    settings: &'s Settings,
    selections: HashMap<Arc<str>, Selection>,
}

impl<'s> ActiveRules<'s> {
    fn new(settings: &'s Settings) -> Self {
        Self { settings, selections: HashMap::new() }
    }

    pub fn run_under(&mut self, rule: &rule::Rule, config: &Arc<Config>) -> bool {
        let settings = self.settings;
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
