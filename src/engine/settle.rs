//! From all that was found to what is reported: selection, severities, suppressions, order, counts.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::{Looked, Outcome, Raised, Run};
use crate::baseline::{Baseline, Entry};
use crate::config::{Config, Selection};
use crate::finding::{self, Finding, Location};
use crate::report::{CheckedFile, FileKind, Report, Summary, excerpt};
use crate::rule::{self, Severity};
use crate::suppress::Suppression;

impl Run<'_> {
    /// `others` are the names of the files that other shards look at.
    pub(super) fn settle(&self, looked: Vec<Looked>, others: &[Arc<str>]) -> Outcome {
        let mut summary = Summary::default();
        let mut files: Vec<CheckedFile> = Vec::new();
        let mut raised: Vec<Raised> = Vec::new();
        let mut passed_over = 0;
        for one in looked {
            summary.unchecked += u64::from(one.unchecked);
            passed_over += u64::from(one.passed_over);
            files.extend(one.file);
            raised.extend(one.raised);
        }
        // What is said of a configuration belongs to no file: one shard says it.
        let first = self.settings.shard.unwrap_or_default().is_first();
        for config in self.configs.all().into_iter().filter(|_| first) {
            let said = config
                .findings
                .iter()
                .map(|finding| Raised { finding: with_excerpt(finding.clone(), &config), config: Arc::clone(&config) });
            raised.extend(said);
        }
        let mut rules = Rules { run: self, selections: HashMap::new() };
        raised.retain_mut(|raised| rules.keep(raised));
        sort(&mut raised);
        finding::number(raised.iter_mut().map(|raised| &mut raised.finding));

        let mut ledger = Ledger::default();
        let before = raised.len();
        raised.retain(|raised| !self.suppressed(raised, &mut ledger));
        summary.suppressed = (before - raised.len()) as u64;
        let mut unused: Vec<Raised> = self.unused(&ledger, &files, others, &mut rules);
        unused.retain_mut(|raised| rules.keep(raised));
        if !unused.is_empty() {
            raised.extend(unused);
            sort(&mut raised);
        }

        let mut stale = Vec::new();
        if let Some(baseline) = &self.settings.baseline {
            let before = raised.len();
            let mut met = HashSet::new();
            raised.retain(|raised| {
                let fingerprint = raised.finding.fingerprint();
                let known = *raised.finding.rule != rule::LINT_UNREADABLE && baseline.holds(&fingerprint);
                if known {
                    met.insert(fingerprint);
                }
                !known
            });
            summary.baselined = (before - raised.len()) as u64;
            stale = self.stale(baseline, &met, &files, &mut rules);
            summary.stale = stale.len() as u64;
        }

        let mut failing = 0;
        for Raised { finding, config } in &raised {
            let fail_on = self.settings.fail_on.or(config.fail_on).unwrap_or_default();
            failing += u64::from(fail_on.fails(finding.severity));
            match finding.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Hint => summary.hints += 1,
            }
            summary.fixable += u64::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        for file in &files {
            summary.files += 1;
            summary.requests += file.requests;
            if file.kind == FileKind::Media {
                summary.media += 1;
                summary.media_bytes = summary.media_bytes.saturating_add(file.size_bytes);
            }
        }
        let findings = raised.into_iter().map(|raised| raised.finding).collect();
        let report = Report { findings, files, summary, ..Report::default() };
        Outcome { report, failing, passed_over, stale, ..Outcome::default() }
    }

    /// Entries of the baseline that this run would have met, were their finding still there: their file was looked at
    /// with their rule, or is gone.
    fn stale(
        &self,
        baseline: &Baseline,
        met: &HashSet<String>,
        files: &[CheckedFile],
        rules: &mut Rules<'_>,
    ) -> Vec<Entry> {
        let checked: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let first = self.settings.shard.unwrap_or_default().is_first();
        let mut is_stale = |entry: &&Entry| {
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

    /// Whether a suppression takes the finding away; notes which ones were met.
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

    /// Suppressions that took nothing away, or whose time is over though they still would.
    fn unused(
        &self,
        ledger: &Ledger,
        files: &[CheckedFile],
        others: &[Arc<str>],
        rules: &mut Rules<'_>,
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
                // Another shard may need it.
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

    /// Whether this run would have met what the suppression is about, had it been there.
    fn could_be_met(&self, suppression: &Suppression, here: bool, config: &Arc<Config>, rules: &mut Rules<'_>) -> bool {
        here && self.settings.depth >= crate::media::Depth::Full
            && rule::ALL.iter().all(|rule| !suppression.names_rule(rule) || rules.run_under(rule, config))
    }
}

fn over(suppression: &Suppression) -> String {
    let until = suppression.until.map(|date| date.to_string()).unwrap_or_default();
    format!("the suppression at {} ended on {until}: its finding is back", suppression.target.text)
}

/// How often each suppression was met, by configuration and position.
#[derive(Default)]
struct Ledger {
    met: HashMap<(Arc<str>, usize), u64>,
}

/// Which rules run, for each configuration.
struct Rules<'a> {
    run: &'a Run<'a>,
    selections: HashMap<Arc<str>, Selection>,
}

impl Rules<'_> {
    fn run_under(&mut self, rule: &rule::Rule, config: &Arc<Config>) -> bool {
        let settings = self.run.settings;
        let selection = self.selections.entry(Arc::clone(&config.name)).or_insert_with(|| {
            let own = &config.selection;
            let select = if settings.select.is_empty() { own.select.clone() } else { settings.select.clone() };
            Selection { select, ignore: own.ignore.iter().chain(&settings.ignore).copied().collect() }
        });
        selection.runs(rule) && config.severity_of(rule) != Some(None)
    }

    /// Whether the finding is wanted; gives it the severity that the configuration says.
    fn keep(&mut self, raised: &mut Raised) -> bool {
        let Raised { finding, config } = raised;
        if !self.run_under(finding.rule, config) {
            return *finding.rule == rule::LINT_UNREADABLE;
        }
        if let Some(Some(severity)) = config.severity_of(finding.rule) {
            finding.severity = severity;
        }
        true
    }
}

/// The order of reports: by path, record, start, end, rule, message.
fn sort(raised: &mut [Raised]) {
    raised.sort_by(|a, b| {
        let key = |raised: &'_ Raised| {
            let place = &raised.finding.location;
            (Arc::clone(&place.file), place.record, place.span, raised.finding.rule.id)
        };
        let (one, other) = (&a.finding, &b.finding);
        key(a)
            .cmp(&key(b))
            .then_with(|| one.message.cmp(&other.message))
            .then_with(|| one.location.pointer.cmp(&other.location.pointer))
    });
}

/// A finding about the configuration, with its piece of the configuration's text.
fn with_excerpt(mut finding: Finding, config: &Config) -> Finding {
    let Location { span: Some(span), start: Some(start), .. } = finding.location else { return finding };
    finding.excerpt = Some(excerpt::cut(&config.text, span, start));
    finding
}
