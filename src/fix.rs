//! Applies the fixes of findings: in memory, round by round, then to the disk at once.
//!
//! A fix is applied completely or not at all. Fixes that touch the same bytes wait for the next round, which checks the
//! result of the previous one again. A fix that makes a file worse (invalid JSON, a duplicate key, a broken reference)
//! is undone. Bytes outside the edits stay unchanged.

mod batch;
mod diff;
mod disk;
mod faults;
mod list;
mod make;
mod media;
mod scripts;
mod shown;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use disk::{Lock, Staged, WriteError, Written, lock, write_file};
pub use list::FixedList;
pub use make::make;
pub use media::{Placed, Requests, is_done_but_for_the_name, is_whole, name_after};

use crate::config::{ConfigOrigin, Configs};
use crate::engine::{FactMemory, FilePaths, Linter, Outcome, Overlay, RenamedFiles, Renames, RunError, Settings};
use crate::finding::{Finding, Fix};
use crate::outcome::RunReport;
use crate::outcome::spill::{KeptText, Spill, TextKeeper};
use crate::text::bounds::TEXT_BYTES;
use crate::text::{Fnv, PathSet};
use batch::{Batch, BatchBuilder};
use faults::FaultCounts;
use shown::{ShownFixes, shown_as};

/// The most rounds in one run, not counting those after a full batch.
const ROUNDS: usize = 10;

/// Which fixes to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixMode {
    /// Fixes that keep the meaning of a request.
    Safe,
    /// All fixes.
    Unsafe,
    /// Safe fixes that rename no file.
    Texts,
    /// Safe fixes, including those that only appear on the way, for callers that show all of them before writing
    /// anything.
    Planned,
    /// As [`Planned`](Self::Planned), and scripts that are too long are split into scenes.
    Split,
}

/// A text before and after.
#[derive(Clone, Debug)]
pub struct Change {
    /// The name of the file in reports.
    pub name: Arc<str>,
    pub path: Arc<Path>,
    pub before: KeptText,
    pub after: KeptText,
}

/// A file renamed within its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub from: PathBuf,
    pub to: PathBuf,
    /// Its name in reports.
    pub old: Arc<str>,
    pub new: Arc<str>,
}

/// The result of fixes; nothing is written before [`Mended::write`].
#[derive(Debug)]
pub struct Mended {
    /// The remaining findings.
    pub outcome: Outcome,
    /// The summary and the verdict before the fixes.
    pub before: Outcome,
    /// Sorted by path.
    pub changes: Vec<Change>,
    renames: Renames,
    /// The names of files in reports.
    names: Configs,
    /// Each applied fix: its place, and its effect.
    pub fixed: FixedList,
}

/// The settings with the requests of the whole project: a rename must update every one of them.
#[must_use]
pub fn in_project(settings: &Settings) -> Settings {
    Settings { context: disk::roots(settings), ..settings.clone() }
}

/// Checks, fixes in memory, and checks again, until no fix is left. A fix that was not shown, because it only appeared
/// after another one, waits for the next run (but see [`FixMode::Planned`]).
///
/// # Errors
///
/// Those of [`Linter::run`].
pub fn mend(settings: &Settings, mode: FixMode) -> Result<Mended, RunError> {
    let settings = &if mode == FixMode::Texts { settings.clone() } else { in_project(settings) };
    let mut mender = Mender::new(settings, mode);
    let mut look = mender.look(&mender.overlay.clone())?;
    let before = summary(&look.outcome);
    mender.show(&look.outcome)?;
    let (mut rounds, mut elapsed) = (0, look.outcome.report.elapsed);
    while rounds < ROUNDS {
        if mender.pin(&look.outcome)? {
            // Edit the bytes that were checked, whatever happens to the file meanwhile.
            drop(look);
            look = mender.look(&mender.overlay.clone())?;
        }
        let batch = mender.pick(&look.outcome)?;
        if batch.is_empty() {
            break;
        }
        // Two outcomes at once would take twice the memory.
        let FixRound { outcome, faults } = look;
        let paths = outcome.paths;
        drop(outcome.report);
        let better = mender.attempt(&batch, &faults, &paths)?;
        rounds += usize::from(!(batch.is_full && better.is_some()));
        look = match better {
            Some(better) => better,
            None => mender.look(&mender.overlay.clone())?,
        };
    }
    let mut outcome = look.outcome;
    outcome.report.summary.fixed = mender.fixed.len();
    elapsed += outcome.report.elapsed;
    outcome.report.elapsed = elapsed;
    mender.finish(before, outcome)
}

/// The summary and the verdict of an outcome, without its findings and files.
fn summary(outcome: &Outcome) -> Outcome {
    let report = RunReport { summary: outcome.report.summary.clone(), ..RunReport::default() };
    Outcome { report, failing: outcome.failing, ..Outcome::default() }
}

/// An outcome, with the number of its faults that a fix must not cause, by rule and file.
struct FixRound {
    outcome: Outcome,
    faults: FaultCounts,
}

impl Mended {
    /// Whether there is anything to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.renames.is_empty()
    }

    /// The renamed files, sorted by their new paths. They are not kept: there may be one for each file of a run.
    pub fn moves(&self) -> impl Iterator<Item = Move> {
        let name = |path: &Path| self.names.name(path).into();
        self.renames.all().map(move |(from, to)| Move { old: name(&from), new: name(&to), from, to })
    }

    /// Writes the changes: each file completely or not at all.
    ///
    /// # Errors
    ///
    /// If a file has changed since the check, nothing is written.
    pub fn write(&self) -> Result<Written, WriteError> {
        disk::write(self)
    }

    /// Writes a unified diff for `git apply`; nothing if there is nothing to write.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn diff(&self, out: &mut dyn Write) -> io::Result<()> {
        diff::unified(self, out)
    }
}

struct Mender<'s> {
    settings: &'s Settings,
    mode: FixMode,
    overlay: Overlay,
    /// The bytes on disk of each edited file, by name.
    pins: BTreeMap<Arc<str>, PinnedText>,
    /// The real paths of edited files, so that a second name for one is not edited as well.
    targets: PathSet,
    /// Names that cannot be edited.
    closed: HashSet<Arc<str>>,
    /// How often each fix was shown and not yet applied; none if later fixes are applied too.
    shown: Option<ShownFixes>,
    /// Digests of the fixes that made things worse.
    banned: HashSet<u64>,
    fixed: FixedList,
    /// Where edited texts are kept.
    texts: TextKeeper,
    /// Where batches are kept.
    spill: Arc<Spill>,
}

/// The path of a file, and its bytes when it was first checked.
struct PinnedText {
    path: Arc<Path>,
    bytes: KeptText,
}

impl<'s> Mender<'s> {
    fn new(settings: &'s Settings, mode: FixMode) -> Self {
        Self {
            settings,
            mode,
            overlay: Overlay { memory: Some(Arc::new(FactMemory::of_large_files())), ..Overlay::default() },
            pins: BTreeMap::new(),
            targets: PathSet::default(),
            closed: HashSet::new(),
            shown: None,
            banned: HashSet::new(),
            fixed: FixedList::default(),
            texts: TextKeeper::default(),
            spill: Arc::default(),
        }
    }

    fn look(&mut self, overlay: &Overlay) -> Result<FixRound, RunError> {
        let is_split = self.mode == FixMode::Split;
        let settings = Settings { overlay: overlay.clone(), mends: true, ..self.settings.clone() };
        let mut outcome = Linter::new(settings).run()?;
        if is_split {
            let text = |path: &Path| match overlay.text(path) {
                Some(text) => text.read().map(Some),
                None => Ok(disk::read(path, TEXT_BYTES as u64).map(Arc::from)),
            };
            scripts::offer(&mut outcome, &text).map_err(RunError::Findings)?;
        }
        let faults = FaultCounts::of(&outcome, is_split).map_err(RunError::Findings)?;
        Ok(FixRound { outcome, faults })
    }

    /// Restricts later fixes to those of this outcome.
    fn show(&mut self, outcome: &Outcome) -> Result<(), RunError> {
        if matches!(self.mode, FixMode::Planned | FixMode::Split) {
            return Ok(());
        }
        let mut shown = Vec::new();
        self.each_wanted(outcome, &mut |finding, fix| {
            shown.push(shown_as(&finding.location.file, finding.rule, fix));
        })?;
        self.shown = Some(ShownFixes::new(shown));
        Ok(())
    }

    /// Passes each fix that this run may apply to `take`, in report order.
    fn each_wanted(&self, outcome: &Outcome, take: &mut dyn FnMut(&Finding, &Fix)) -> Result<(), RunError> {
        let mut counts = self.shown.as_ref().map(ShownFixes::counts).unwrap_or_default();
        let mut was_shown = |finding: &Finding, fix: &Fix| {
            let Some(shown) = &self.shown else { return true };
            shown.take(&mut counts, shown_as(&finding.location.file, finding.rule, fix))
        };
        let each = outcome.report.each(&mut |finding| {
            if let Some(fix) = &finding.fix
                && (fix.safe || self.mode == FixMode::Unsafe)
                && (fix.rename.is_none() || self.mode != FixMode::Texts)
                && (self.banned.is_empty() || !self.banned.contains(&banned_as(finding, fix)))
                && was_shown(finding, fix)
            {
                take(finding, fix);
            }
            Ok(())
        });
        each.map_err(RunError::Findings)
    }

    /// Reads the bytes of all files to edit; returns true if there are new ones.
    fn pin(&mut self, outcome: &Outcome) -> Result<bool, RunError> {
        let mut names: BTreeSet<Arc<str>> = BTreeSet::new();
        self.each_wanted(outcome, &mut |finding, fix| names.extend(batch::files(finding, fix)))?;
        let mut new = false;
        for name in names {
            if self.pins.contains_key(&name) || self.closed.contains(&name) {
                continue;
            }
            let Some(pinned) = self.pinned(&name, outcome) else {
                self.closed.insert(name);
                continue;
            };
            self.overlay.set_text(Arc::clone(&pinned.path), pinned.bytes.clone());
            self.pins.insert(name, pinned);
            new = true;
        }
        Ok(new)
    }

    /// The bytes of a file; none if they are not text, or too many, or if the file was pinned under another name.
    fn pinned(&mut self, name: &Arc<str>, outcome: &Outcome) -> Option<PinnedText> {
        let path = outcome.paths.get(name)?;
        let given = self.settings.stdin.as_ref().filter(|stdin| crate::source::display_name(&stdin.name) == **name);
        let bytes = match given {
            Some(stdin) => {
                let bytes = stdin.bytes.held()?;
                std::str::from_utf8(&bytes).ok()?;
                KeptText::Held(bytes)
            }
            None => {
                let bytes = disk::read(&path, TEXT_BYTES as u64)?;
                std::str::from_utf8(&bytes).ok()?;
                self.texts.keep(&[&bytes])
            }
        };
        let is_first = self.targets.insert(path.canonicalize().as_deref().unwrap_or(&path));
        is_first.then(|| PinnedText { path: (*path).into(), bytes })
    }

    /// Fixes that do not touch each other, in report order.
    fn pick(&self, outcome: &Outcome) -> Result<Batch, RunError> {
        let mut batch = BatchBuilder::new(Arc::clone(&self.spill));
        self.each_wanted(outcome, &mut |finding, fix| {
            if batch::files(finding, fix).iter().all(|name| self.pins.contains_key(name)) {
                batch.add(finding, fix);
            }
        })?;
        Ok(batch.finish())
    }

    /// Applies fixes, or half of them if all together make things worse. None if none helped; those are not tried
    /// again. `before` are the faults so far.
    fn attempt(
        &mut self,
        batch: &Batch,
        before: &FaultCounts,
        paths: &FilePaths,
    ) -> Result<Option<FixRound>, RunError> {
        if let Some(overlay) = self.applied(batch, paths).map_err(RunError::Findings)? {
            let after = self.look(&overlay)?;
            if !after.faults.are_worse_than(before, batch).map_err(RunError::Findings)? {
                self.accept(batch).map_err(RunError::Findings)?;
                self.overlay = overlay;
                return Ok(Some(after));
            }
        }
        if batch.len() == 1 {
            let banned = &mut self.banned;
            batch
                .each(&mut |finding, fix| {
                    banned.insert(banned_as(finding, fix));
                    Ok(())
                })
                .map_err(RunError::Findings)?;
            return Ok(None);
        }
        let [one, other] = batch.halves();
        match self.attempt(&one, before, paths)? {
            Some(better) => Ok(Some(better)),
            None => self.attempt(&other, before, paths),
        }
    }

    /// Notes that fixes were applied. The overlay still has the texts before them.
    fn accept(&mut self, batch: &Batch) -> io::Result<()> {
        let Self { fixed, pins, overlay, shown, .. } = self;
        // Fixes of one file follow each other.
        let mut last: Option<(Arc<str>, Arc<[u8]>)> = None;
        batch.each(&mut |finding, fix| {
            let mut text = |name: &Arc<str>| {
                if last.as_ref().is_none_or(|(known, _)| known != name) {
                    let Some(text) = pins.get(name).and_then(|pin| overlay.text(&pin.path)) else { return Ok(None) };
                    last = Some((Arc::clone(name), text.read()?));
                }
                Ok(last.as_ref().map(|(_, text)| Arc::clone(text)))
            };
            fixed.push(&list::line(finding, fix, &mut text)?)?;
            if let Some(shown) = shown {
                shown.applied(shown_as(&finding.location.file, finding.rule, fix));
            }
            Ok(())
        })
    }

    /// The files with the fixes applied; none if an edit does not fit its file, or if a text becomes less valid than
    /// before, whichever rules run.
    fn applied(&mut self, batch: &Batch, paths: &FilePaths) -> io::Result<Option<Overlay>> {
        let mut overlay = self.overlay.clone();
        let opened = faults::opened(batch)?;
        for (name, edits) in batch.edits()? {
            let Some(path) = self.pins.get(&name).map(|pin| Arc::clone(&pin.path)) else { return Ok(None) };
            let Some(text) = overlay.text(&path).map(KeptText::read).transpose()? else { return Ok(None) };
            let (errors, twice) = faults::in_text(&path, &text);
            let Some(after) = batch::apply(&text, &edits).map(|pieces| self.texts.keep(&pieces)) else {
                return Ok(None);
            };
            drop(text);
            let (errors_after, twice_after) = faults::in_text(&path, &after.read()?);
            if errors_after > errors || (twice_after > twice && !opened.contains(&name)) {
                return Ok(None);
            }
            overlay.set_text(path, after);
        }
        let mut renamed = RenamedFiles::default();
        let mut is_whole = true;
        batch.each(&mut |_, fix| {
            let Some(rename) = &fix.rename else { return Ok(()) };
            let add = || {
                let from = paths.get(&rename.from)?;
                let old = overlay.renames.old(&from).unwrap_or(&from).to_str()?;
                renamed.add(old, Path::new(&*rename.to).file_name()?.to_str()?);
                Some(())
            };
            is_whole &= { add }().is_some();
            Ok(())
        })?;
        overlay.renames.push(renamed);
        Ok(is_whole.then_some(overlay))
    }

    fn finish(mut self, before: Outcome, mut outcome: Outcome) -> Result<Mended, RunError> {
        if self.mode == FixMode::Split {
            scripts::withdraw(&mut outcome).map_err(RunError::Findings)?;
        }
        let mut changes = Vec::new();
        for (name, PinnedText { path, bytes: before }) in std::mem::take(&mut self.pins) {
            let Some(after) = self.overlay.text(&path).cloned() else { continue };
            if !before.is_same(&after).map_err(RunError::Findings)? {
                changes.push(Change { name, path, before, after });
            }
        }
        let current = self.settings.current.clone().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
        let names = Configs::new(ConfigOrigin::Isolated, current);
        let (fixed, renames) = (std::mem::take(&mut self.fixed), self.overlay.renames);
        Ok(Mended { outcome, before, changes, renames, names, fixed })
    }
}

/// Identifies a fix that made things worse.
fn banned_as(finding: &Finding, fix: &Fix) -> u64 {
    let mut digest = Fnv::default();
    digest.part(&finding.fingerprint.to_bits().to_le_bytes());
    digest.part(fix.title.as_bytes());
    digest.finish() as u64
}
