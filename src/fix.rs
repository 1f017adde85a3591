//! Applies the fixes of findings: in memory, round by round, then to the disk at once.
//!
//! A fix is applied completely or not at all. Fixes that touch the same bytes wait for the next round, which checks the
//! result of the previous one again. A fix that makes a file worse (invalid JSON, a duplicate key, a broken reference)
//! is undone. Bytes outside the edits stay unchanged.

mod batch;
mod diff;
mod disk;
mod list;
mod make;
mod media;
mod scripts;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use disk::{Lock, Staged, WriteError, Written, lock, write_file};
pub use list::FixedList;
pub use make::make;
pub use media::{Placed, Requests, is_done_but_for_the_name, is_whole, name_after};

use crate::config::{ConfigOrigin, Configs};
use crate::engine::{FactMemory, Linter, Outcome, Overlay, RunError, Settings};
use crate::extract::Form;
use crate::finding::{Finding, Fingerprint, Fix};
use crate::outcome::RunReport;
use crate::request::json;
use crate::request::record::{self, RecordLayout};
use crate::rule::{self, Rule, Severity};
use crate::text::Fnv;
use crate::text::bounds::TEXT_BYTES;
use batch::{Batch, Picked};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The name of the file in reports.
    pub name: Arc<str>,
    pub path: PathBuf,
    pub before: Arc<[u8]>,
    pub after: Arc<[u8]>,
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
    pub moves: Vec<Move>,
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
        let Batch { picked, is_full, .. } = mender.pick(&look.outcome)?;
        if picked.is_empty() {
            break;
        }
        // Two outcomes at once would take twice the memory.
        let faults = look.faults;
        drop(look.outcome);
        let better = mender.attempt(&picked, &faults)?;
        rounds += usize::from(!(is_full && better.is_some()));
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

/// The parts of an outcome other than its files.
fn summary(outcome: &Outcome) -> Outcome {
    let RunReport { findings, summary, spilled, .. } = &outcome.report;
    let (findings, summary, spilled) = (findings.clone(), summary.clone(), spilled.clone());
    let report = RunReport { findings, summary, spilled, ..RunReport::default() };
    Outcome { report, failing: outcome.failing, ..Outcome::default() }
}

/// An outcome, with the number of its faults that a fix must not cause, by rule and file.
struct FixRound {
    outcome: Outcome,
    faults: FaultCounts,
}

type FaultCounts = HashMap<(&'static str, Arc<str>), usize>;

impl Mended {
    /// Whether there is anything to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.moves.is_empty()
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
    pins: BTreeMap<Arc<str>, (PathBuf, Arc<[u8]>)>,
    /// The real paths of edited files, so that a second name for one is not edited as well.
    targets: HashSet<PathBuf>,
    /// Names that cannot be edited.
    closed: HashSet<Arc<str>>,
    /// How often each fix was shown and not yet applied, by [`shown_as`]; none if later fixes are applied too.
    shown: Option<HashMap<u64, u32>>,
    /// Fixes that made things worse.
    banned: HashSet<(Fingerprint, String)>,
    fixed: FixedList,
}

impl<'s> Mender<'s> {
    fn new(settings: &'s Settings, mode: FixMode) -> Self {
        Self {
            settings,
            mode,
            overlay: Overlay { memory: Some(Arc::new(FactMemory::of_large_files())), ..Overlay::default() },
            pins: BTreeMap::new(),
            targets: HashSet::new(),
            closed: HashSet::new(),
            shown: None,
            banned: HashSet::new(),
            fixed: FixedList::default(),
        }
    }

    fn look(&mut self, overlay: &Overlay) -> Result<FixRound, RunError> {
        let is_split = self.mode == FixMode::Split;
        // Splitting scripts needs the findings in memory.
        let unheld = self.settings.unheld && !is_split;
        let settings = Settings { overlay: overlay.clone(), mends: true, unheld, ..self.settings.clone() };
        let mut outcome = Linter::new(settings).run()?;
        if is_split {
            let on_disk = |path: &PathBuf| disk::read(path, TEXT_BYTES as u64).map(Arc::from);
            scripts::offer(&mut outcome, |path| overlay.texts.get(path).cloned().or_else(|| on_disk(path)));
        }
        let faults = faults_of(&outcome, is_split)?;
        Ok(FixRound { outcome, faults })
    }

    /// Restricts later fixes to those of this outcome.
    fn show(&mut self, outcome: &Outcome) -> Result<(), RunError> {
        if matches!(self.mode, FixMode::Planned | FixMode::Split) {
            return Ok(());
        }
        let mut shown = HashMap::new();
        self.each_wanted(outcome, &mut |finding, fix| {
            *shown.entry(shown_as(&finding.location.file, finding.rule, fix)).or_default() += 1;
        })?;
        self.shown = Some(shown);
        Ok(())
    }

    /// Passes each fix that this run may apply to `take`, in report order.
    fn each_wanted(&self, outcome: &Outcome, take: &mut dyn FnMut(&Finding, &Fix)) -> Result<(), RunError> {
        let mut left = self.shown.clone();
        let mut was_shown = |finding: &Finding, fix: &Fix| {
            let Some(left) = &mut left else { return true };
            match left.get_mut(&shown_as(&finding.location.file, finding.rule, fix)) {
                Some(many) if *many > 0 => {
                    *many -= 1;
                    true
                }
                _ => false,
            }
        };
        let each = outcome.report.each(&mut |finding| {
            if let Some(fix) = &finding.fix
                && (fix.safe || self.mode == FixMode::Unsafe)
                && (fix.rename.is_none() || self.mode != FixMode::Texts)
                && (self.banned.is_empty() || !self.banned.contains(&(finding.fingerprint, fix.title.clone())))
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
            let held = self.bytes(&name, outcome);
            let first =
                |(path, _): &(PathBuf, _)| self.targets.insert(path.canonicalize().unwrap_or_else(|_| path.clone()));
            let Some((path, bytes)) = held.filter(first) else {
                self.closed.insert(name);
                continue;
            };
            self.overlay.texts.insert(path.clone(), Arc::clone(&bytes));
            self.pins.insert(name, (path, bytes));
            new = true;
        }
        Ok(new)
    }

    /// The bytes of a file; none if they are not text, or too many.
    fn bytes(&self, name: &Arc<str>, outcome: &Outcome) -> Option<(PathBuf, Arc<[u8]>)> {
        let path = outcome.paths.get(name)?;
        let given = self.settings.stdin.as_ref().filter(|stdin| crate::source::display_name(&stdin.name) == **name);
        let bytes: Arc<[u8]> = match given {
            Some(stdin) => stdin.bytes.held()?,
            None => disk::read(path, TEXT_BYTES as u64)?.into(),
        };
        std::str::from_utf8(&bytes).ok()?;
        Some((path.clone(), bytes))
    }

    /// Fixes that do not touch each other, in report order.
    fn pick(&self, outcome: &Outcome) -> Result<Batch, RunError> {
        let mut batch = Batch::default();
        self.each_wanted(outcome, &mut |finding, fix| {
            if batch::files(finding, fix).iter().all(|name| self.pins.contains_key(name)) {
                let from = fix.rename.as_ref().and_then(|rename| outcome.paths.get(&rename.from));
                batch.add(finding, fix, from);
            }
        })?;
        Ok(batch)
    }

    /// Applies fixes, or half of them if all together make things worse. None if none helped; those are not tried
    /// again. `before` are the faults so far.
    fn attempt(&mut self, picked: &[Picked], before: &FaultCounts) -> Result<Option<FixRound>, RunError> {
        if let Some(overlay) = self.applied(picked).filter(|overlay| self.is_sound(overlay, picked)) {
            let after = self.look(&overlay)?;
            if !is_worse(before, &after.faults, picked) {
                for picked in picked {
                    let text = |name: &Arc<str>| Some(&**self.overlay.texts.get(&self.pins.get(name)?.0)?);
                    self.fixed.push(&list::line(picked, text)).map_err(RunError::Findings)?;
                }
                self.overlay = overlay;
                for Picked { file, rule, fix, .. } in picked {
                    let shown = self.shown.as_mut().and_then(|shown| shown.get_mut(&shown_as(file, rule, fix)));
                    shown.into_iter().for_each(|many| *many = many.saturating_sub(1));
                }
                return Ok(Some(after));
            }
        }
        if let [only] = picked {
            self.banned.insert((only.fingerprint, only.fix.title.clone()));
            return Ok(None);
        }
        let (one, other) = picked.split_at(picked.len() / 2);
        match self.attempt(one, before)? {
            Some(better) => Ok(Some(better)),
            None => self.attempt(other, before),
        }
    }

    /// Checks that every text is at least as valid as before, whichever rules run.
    fn is_sound(&self, overlay: &Overlay, picked: &[Picked]) -> bool {
        let opened = opened(picked);
        batch::edits(picked).keys().all(|name| {
            let Some((path, _)) = self.pins.get(name) else { return false };
            let faults = |overlay: &Overlay| overlay.texts.get(path).map(|text| faults(path, text));
            let (Some(before), Some(after)) = (faults(&self.overlay), faults(overlay)) else { return false };
            after.0 <= before.0 && (after.1 <= before.1 || opened.contains(&**name))
        })
    }

    /// The files with the fixes applied; none if an edit does not fit its file.
    fn applied(&self, picked: &[Picked]) -> Option<Overlay> {
        let mut overlay = self.overlay.clone();
        for (name, edits) in batch::edits(picked) {
            let (path, _) = self.pins.get(&name)?;
            let text = overlay.texts.get(path)?;
            let after = batch::apply(text, &edits)?;
            overlay.texts.insert(path.clone(), after.into());
        }
        for picked in picked {
            let Some(rename) = &picked.fix.rename else { continue };
            let from = picked.from.as_ref()?;
            let to = from.with_file_name(Path::new(&*rename.to).file_name()?);
            Arc::make_mut(&mut overlay.renames).add(from, to);
        }
        Some(overlay)
    }

    fn finish(mut self, before: Outcome, mut outcome: Outcome) -> Result<Mended, RunError> {
        scripts::withdraw(&mut outcome);
        let fixed = std::mem::take(&mut self.fixed);
        let changed = |(name, (path, before)): (Arc<str>, (PathBuf, Arc<[u8]>))| {
            let after = self.overlay.texts.get(&path).map(Arc::clone)?;
            (before != after).then_some(Change { name, path, before, after })
        };
        let current = self.settings.current.clone().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
        let configs = Configs::new(ConfigOrigin::Isolated, current);
        let name = |path: &Path| configs.name(path).into();
        let moved =
            |(to, from): (&Path, &Path)| Move { old: name(from), new: name(to), from: from.into(), to: to.into() };
        let moves = self.overlay.renames.all().map(moved).collect();
        Ok(Mended { outcome, before, moves, fixed, changes: self.pins.into_iter().filter_map(changed).collect() })
    }
}

/// A fix as the user saw it, wherever earlier fixes have moved it: the file, the rule, the effect.
fn shown_as(file: &Arc<str>, rule: &'static Rule, fix: &Fix) -> u64 {
    let mut digest = Fnv::default();
    [&**file, rule.id, &fix.title].iter().for_each(|part| digest.part(part.as_bytes()));
    digest.finish() as u64
}

/// The number of syntax errors and of duplicate keys in a text.
fn faults(path: &Path, text: &[u8]) -> (usize, usize) {
    if Form::of(path).is_some() {
        // Its pieces are checked again with the file.
        return (0, 0);
    }
    let text = record::decode(text).text;
    let count = |text: &str| {
        let document = json::parse(text);
        (document.errors().len(), document.duplicates().len())
    };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match record::layout(extension, &text) {
        RecordLayout::Document | RecordLayout::LongArray => count(&text),
        RecordLayout::Lines => record::lines(&text)
            .map(|line| count(line.text))
            .fold((0, 0), |(errors, twice), (more, others)| (errors + more, twice + others)),
    }
}

/// Files that have become readable and may reveal new findings.
fn opened(picked: &[Picked]) -> HashSet<&str> {
    picked.iter().filter(|picked| *picked.rule == rule::REQUEST_SYNTAX).map(|picked| &*picked.file).collect()
}

/// Faults that a fix must not introduce.
const GUARDED: [&Rule; 4] =
    [&rule::REQUEST_SYNTAX, &rule::REQUEST_DUPLICATE_KEY, &rule::ASSET_MISSING_FILE, &rule::LINT_UNREADABLE];

/// Counts the faults that a fix must not introduce. With `errors`, also all errors of each file, under no rule.
fn faults_of(outcome: &Outcome, errors: bool) -> Result<FaultCounts, RunError> {
    let mut counts = FaultCounts::new();
    let mut count = |rule, file: &Arc<str>| *counts.entry((rule, Arc::clone(file))).or_default() += 1;
    let each = outcome.report.each(&mut |finding| {
        let file = &finding.location.file;
        if GUARDED.contains(&finding.rule) {
            count(finding.rule.id, file);
        }
        if errors && finding.severity == Severity::Error {
            count(ANY, file);
        }
        Ok(())
    });
    each.map_err(RunError::Findings).map(|()| counts)
}

/// Stands for every rule.
const ANY: &str = "";

fn is_worse(before: &FaultCounts, after: &FaultCounts, picked: &[Picked]) -> bool {
    let errors = |counts: &FaultCounts, file: &Arc<str>| counts.get(&(ANY, Arc::clone(file))).copied().unwrap_or(0);
    let mut split = picked.iter().filter(|picked| *picked.rule == rule::SCRIPT_TOO_LONG);
    if split.any(|picked| errors(after, &picked.file) >= errors(before, &picked.file)) {
        return true;
    }
    let opened = opened(picked);
    after.iter().filter(|((rule, _), _)| *rule != ANY).any(|(key, many)| {
        let seen = key.0 == rule::REQUEST_SYNTAX.id || !opened.contains(&*key.1);
        seen && *many > before.get(key).copied().unwrap_or(0)
    })
}
