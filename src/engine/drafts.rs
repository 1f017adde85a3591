//! The memory of request files: while somebody watches a folder, only what changed is checked again.
//!
//! What is found in a request file follows from its text, its configuration, the files that it refers to, and the time.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::stamp::Stamp;
use super::{Looked, MediaUse, Raised, Run};
use crate::config::Config;
use crate::rule;
use crate::walk::Input;

/// Files that are remembered.
const MOST: usize = 200_000;
/// Seconds after which a file is checked again all the same: links expire.
const LASTS: u64 = 600;

/// What was found in request files, for consecutive runs with the same settings.
#[derive(Default)]
pub struct DraftMemory {
    files: Mutex<HashMap<PathBuf, Arc<RememberedDraft>>>,
    recalled: AtomicU64,
}

impl DraftMemory {
    /// How often a file was not checked again.
    #[must_use]
    pub fn recalled(&self) -> u64 {
        self.recalled.load(Ordering::Relaxed)
    }

    fn files(&self) -> MutexGuard<'_, HashMap<PathBuf, Arc<RememberedDraft>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for DraftMemory {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "DraftMemory of {} files", self.files().len())
    }
}

struct RememberedDraft {
    input: Input,
    stamp: Stamp,
    /// The files that it refers to.
    beside: Vec<(PathBuf, Stamp)>,
    checked: u64,
    looked: Looked,
}

impl Run<'_> {
    /// The results of a request file: remembered if nothing changed that they depend on, or else from `look`.
    pub(super) fn remembered(&self, input: &Input, look: impl FnOnce() -> Looked) -> Looked {
        let Some(memory) = &self.settings.overlay.drafts else { return look() };
        if !is_alone(&input.config) || self.settings.overlay.text(&input.path).is_some() {
            return look();
        }
        // Take the stamp before reading: a file that changes meanwhile is read again next time.
        let Some(stamp) = Stamp::of(&input.path) else { return look() };
        let known = memory.files().get(&input.path).filter(|known| self.holds(known, input, stamp)).cloned();
        if let Some(known) = known
            && known.beside.iter().all(|(path, stamp)| Stamp::of(path) == Some(*stamp))
            && let Some(looked) = copy(&known.looked, &input.config)
        {
            memory.recalled.fetch_add(1, Ordering::Relaxed);
            return looked;
        }
        let looked = look();
        let draft = self.to_remember(input, stamp, &looked).map(Arc::new);
        let mut files = memory.files();
        match draft {
            Some(draft) if files.len() < MOST || files.contains_key(&input.path) => {
                drop(files.insert(input.path.clone(), draft));
            }
            _ => drop(files.remove(&input.path)),
        }
        drop(files);
        looked
    }

    /// None where more decides than what a later run can compare.
    fn to_remember(&self, input: &Input, stamp: Stamp, looked: &Looked) -> Option<RememberedDraft> {
        let outside = |raised: &Raised| *raised.finding.rule == rule::ASSET_OUTSIDE_PROJECT;
        if looked.unchecked || looked.raised.iter().any(outside) {
            return None;
        }
        // A file that is not there may turn up under another name.
        let beside = looked.references.iter().map(|(_, path)| Some((path.clone(), Stamp::of(path)?)));
        let beside: Option<Vec<_>> = beside.collect();
        let looked = copy(looked, &input.config)?;
        Some(RememberedDraft { input: input.clone(), stamp, beside: beside?, checked: self.now, looked })
    }

    fn holds(&self, known: &RememberedDraft, input: &Input, stamp: Stamp) -> bool {
        let (config, now) = (&known.input.config, &input.config);
        known.stamp == stamp
            && known.input.kind == input.kind
            && known.input.named == input.named
            && known.input.name == input.name
            && (&config.name, &config.root, &config.text) == (&now.name, &now.root, &now.text)
            && self.now.saturating_sub(known.checked) < LASTS
    }
}

/// The text of the configuration is all that counts of it: it leads to no other file.
fn is_alone(config: &Config) -> bool {
    config.newer.is_none() && config.requests.iter().all(|entry| entry.template.is_none())
}

/// The results under another copy of the same configuration; none if findings are on disk.
fn copy(looked: &Looked, config: &Arc<Config>) -> Option<Looked> {
    let raised = |raised: &Raised| Raised { finding: raised.finding.clone(), config: Arc::clone(config) };
    let site =
        |(path, site): &(PathBuf, MediaUse)| (path.clone(), MediaUse { config: Arc::clone(config), ..site.clone() });
    looked.spilled.is_none().then(|| Looked {
        raised: looked.raised.iter().map(raised).collect(),
        file: looked.file.clone(),
        sites: looked.sites.iter().map(site).collect(),
        references: looked.references.clone(),
        unchecked: looked.unchecked,
        is_upload: looked.is_upload,
        passed_over: looked.passed_over,
        unclaimed: looked.unclaimed,
        resembling: looked.resembling.clone(),
        uses: looked.uses.clone(),
        taken: looked.taken.clone(),
        plan: looked.plan.clone(),
        spilled: None,
    })
}
