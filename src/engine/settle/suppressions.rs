//! Suppressions: which findings they hide, and which of them are unused or expired.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::verdicts::ActiveRules;
use crate::config::{Config, Configs, Suppression};
use crate::engine::Run;
use crate::engine::file_result::Raised;
use crate::finding::{Finding, Location};
use crate::media::Depth;
use crate::outcome::{CheckedFile, excerpt};
use crate::rule;
use crate::text::digest;

/// How often each suppression matched, by configuration and position.
#[derive(Default)]
pub(in crate::engine) struct MetSuppressions(HashMap<(Arc<str>, usize), u64>);

impl MetSuppressions {
    pub fn add(&mut self, other: Self) {
        for (suppression, times) in other.0 {
            *self.0.entry(suppression).or_default() += times;
        }
    }

    /// Whether a suppression hides the finding. Records which suppressions matched.
    pub fn hide(&mut self, raised: &Raised, configs: &Configs, now: u64) -> bool {
        let config = &raised.config;
        if config.suppressions.is_empty() {
            return false;
        }
        let path = configs.absolute(Path::new(raised.finding.location.file.as_ref()));
        let Some(below) = config.below(&path) else { return false };
        let mut hidden = false;
        for (at, suppression) in config.suppressions.iter().enumerate() {
            if suppression.names(&raised.finding, below) {
                *self.0.entry((Arc::clone(&config.name), at)).or_default() += 1;
                hidden |= !suppression.is_over(now);
            }
        }
        hidden
    }

    fn times(&self, config: &Config, at: usize) -> u64 {
        self.0.get(&(Arc::clone(&config.name), at)).copied().unwrap_or(0)
    }
}

/// Findings about suppressions that match nothing, and about expired ones that still match. `others` are the files that
/// other shards check, and may need a suppression for.
pub(in crate::engine) fn unused(
    run: &Run<'_>,
    met: &MetSuppressions,
    files: &[CheckedFile],
    others: &[Arc<str>],
    rules: &mut ActiveRules<'_>,
) -> Vec<Raised> {
    let mut unused = Vec::new();
    for config in run.configs.all() {
        if config.suppressions.is_empty() {
            continue;
        }
        let checked: Vec<_> = files.iter().map(|file| run.configs.absolute(Path::new(&file.path))).collect();
        let beyond: Vec<_> = others.iter().map(|name| run.configs.absolute(Path::new(&**name))).collect();
        for (at, suppression) in config.suppressions.iter().enumerate() {
            let is_about = |paths: &[PathBuf]| {
                paths.iter().any(|path| config.below(path).is_some_and(|below| suppression.target.is_file(below)))
            };
            if is_about(&beyond) {
                continue;
            }
            let met = met.times(&config, at);
            let target = &suppression.target.text;
            let message = match (met, suppression.is_over(run.now)) {
                (0, _) if run.shard().is_first() && suppression.target.is_gone(&config.root) => {
                    format!("{target} does not exist: the suppression is not needed")
                }
                (0, _) if !(is_about(&checked) && would_be_met(suppression, run.settings.depth, &config, rules)) => {
                    continue;
                }
                (0, _) => format!("nothing is wrong at {target}: the suppression is not needed"),
                (_, false) => continue,
                (_, true) => over(suppression),
            };
            let help = match met {
                0 => "delete the entry".to_owned(),
                _ => format!("fix what it hid ({}), or set a later `until`", suppression.reason),
            };
            let finding = Finding::new(&rule::LINT_UNUSED_SUPPRESSION, message)
                .at(suppression.target.location.clone())
                .help(help);
            unused.push(Raised { finding: with_excerpt(finding, &config), config: Arc::clone(&config) });
        }
    }
    unused
}

/// Whether a run of this depth would have found what the suppression hides.
fn would_be_met(suppression: &Suppression, depth: Depth, config: &Arc<Config>, rules: &mut ActiveRules<'_>) -> bool {
    depth >= Depth::Full && rule::ALL.iter().all(|rule| !suppression.names_rule(rule) || rules.run_under(rule, config))
}

fn over(suppression: &Suppression) -> String {
    let until = suppression.until.map(|date| date.to_string()).unwrap_or_default();
    format!("the suppression at {} ended on {until}: its finding is back", suppression.target.text)
}

/// Adds an excerpt and a context to a finding about the configuration.
pub(in crate::engine) fn with_excerpt(mut finding: Finding, config: &Config) -> Finding {
    let Location { span: Some(span), start: Some(start), .. } = finding.location else { return finding };
    finding.excerpt = Some(excerpt::cut(&config.text, span, start));
    finding.context = digest(config.text.get(span.start..span.end).unwrap_or_default());
    finding
}
