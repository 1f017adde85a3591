//! Remembers the results of request files, so that `--watch` checks only what changed.
//!
//! The results depend on the text of the file, its configuration, the files that it refers to, and the time.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Run;
use super::file_result::{FileResult, MediaUse, Raised};
use super::stamp::Stamp;
use crate::config::Config;
use crate::rule;
use crate::walk::Input;

/// The most files remembered.
const MOST: usize = 200_000;
/// Seconds after which an unchanged file is checked again, because links expire.
const LASTS: u64 = 600;

/// The results of request files, for consecutive runs with the same settings.
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
    result: FileResult,
}

/// The results of a request file: remembered if nothing changed that they depend on, or else from `check`.
pub(super) fn remembered(run: &Run<'_>, input: &Input, check: impl FnOnce() -> FileResult) -> FileResult {
    let Some(memory) = &run.settings.overlay.drafts else { return check() };
    if !is_alone(&input.config) || run.settings.overlay.text(&input.path).is_some() {
        return check();
    }
    // Take the stamp before reading: a file that changes meanwhile is read again next time.
    let Some(stamp) = Stamp::of(&input.path) else { return check() };
    let known = memory.files().get(&input.path).filter(|known| holds(run.now, known, input, stamp)).cloned();
    if let Some(known) = known
        && known.beside.iter().all(|(path, stamp)| Stamp::of(path) == Some(*stamp))
        && let Some(result) = copy(&known.result, &input.config)
    {
        memory.recalled.fetch_add(1, Ordering::Relaxed);
        return result;
    }
    let result = check();
    let draft = to_remember(run.now, input, stamp, &result).map(Arc::new);
    let mut files = memory.files();
    match draft {
        Some(draft) if files.len() < MOST || files.contains_key(&input.path) => {
            drop(files.insert(input.path.clone(), draft));
        }
        _ => drop(files.remove(&input.path)),
    }
    drop(files);
    result
}

/// None if the results depend on more than a later run can compare.
fn to_remember(now: u64, input: &Input, stamp: Stamp, result: &FileResult) -> Option<RememberedDraft> {
    let outside = |raised: &Raised| *raised.finding.rule == rule::ASSET_OUTSIDE_PROJECT;
    if result.unchecked || result.raised.iter().any(outside) {
        return None;
    }
    // A missing file may appear under another name.
    let beside = result.references.iter().map(|(_, path)| Some((path.clone(), Stamp::of(path)?)));
    let beside: Option<Vec<_>> = beside.collect();
    let result = copy(result, &input.config)?;
    Some(RememberedDraft { input: input.clone(), stamp, beside: beside?, checked: now, result })
}

fn holds(now: u64, known: &RememberedDraft, input: &Input, stamp: Stamp) -> bool {
    let (config, current) = (&known.input.config, &input.config);
    known.stamp == stamp
        && known.input.kind == input.kind
        && known.input.named == input.named
        && known.input.name == input.name
        && (&config.name, &config.root, &config.text) == (&current.name, &current.root, &current.text)
        && now.saturating_sub(known.checked) < LASTS
}

/// Whether only the text of the configuration matters, because it leads to no other file.
fn is_alone(config: &Config) -> bool {
    config.newer.is_none() && config.requests.iter().all(|entry| entry.template.is_none())
}

/// The results with another copy of the same configuration; none if findings are on disk.
fn copy(result: &FileResult, config: &Arc<Config>) -> Option<FileResult> {
    let raised = |raised: &Raised| Raised { finding: raised.finding.clone(), config: Arc::clone(config) };
    let site =
        |(path, site): &(PathBuf, MediaUse)| (path.clone(), MediaUse { config: Arc::clone(config), ..site.clone() });
    result.spilled.is_none().then(|| FileResult {
        raised: result.raised.iter().map(raised).collect(),
        file: result.file.clone(),
        open: result.open,
        sites: result.sites.iter().map(site).collect(),
        references: result.references.clone(),
        unchecked: result.unchecked,
        is_upload: result.is_upload,
        passed_over: result.passed_over,
        unclaimed: result.unclaimed,
        resembling: result.resembling.clone(),
        uses: result.uses.clone(),
        taken: result.taken.clone(),
        plan: result.plan.clone(),
        spilled: None,
    })
}
