//! Moves a converted media file into place and updates the references to it.
//!
//! The order is: the original gets a second name, the new file appears, the requests refer to it, the old name goes. A
//! killed run loses nothing; the next one makes the same file again, recognises it, and continues.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch;
use super::disk::{self, Staged, WriteError, refused};
use crate::finding::Edit;
use crate::media::{Bytes, Damage, Depth, Facts, Fault, probe_as};
use crate::remedy::{Goal, Remedy, Way};
use crate::rule;
use crate::text::Span;
use crate::text::bounds;
use crate::text::words::reason;
use crate::walk;

/// The requests to rewrite, as they were when checked.
#[derive(Debug)]
pub struct Requests {
    paths: HashMap<Arc<str>, PathBuf>,
    /// Symbolic links: name, path, and what it leads to.
    links: Vec<(Arc<str>, PathBuf, PathBuf)>,
    texts: BTreeMap<Arc<str>, ReferringText>,
    /// Texts that are open in an editor, by path: the editor edits them, and the files on disk stay unchanged.
    held: BTreeMap<PathBuf, Arc<[u8]>>,
}

#[derive(Debug)]
struct ReferringText {
    path: PathBuf,
    checked: Vec<u8>,
    edits: Vec<Edit>,
}

/// The result for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The current path of the file.
    pub path: PathBuf,
    /// The path of the original; none if it was not kept or has not changed.
    pub original: Option<PathBuf>,
    /// References that were rewritten.
    pub references: usize,
    /// References in texts that an editor holds. Until it has rewritten and saved them, the old name stays.
    pub held: Vec<(PathBuf, Edit)>,
}

impl Requests {
    /// `paths` are those of the outcome with the remedies.
    #[must_use]
    pub fn new(paths: HashMap<Arc<str>, PathBuf>) -> Self {
        let link = |(name, path): (&Arc<str>, &PathBuf)| {
            path.is_symlink().then(|| Some((Arc::clone(name), path.clone(), path.canonicalize().ok()?)))?
        };
        let links = paths.iter().filter_map(link).collect();
        Self { paths, links, texts: BTreeMap::new(), held: BTreeMap::new() }
    }

    /// A symbolic link that would dangle if the file of the remedy were renamed.
    #[must_use]
    pub fn link_to(&self, remedy: &Remedy) -> Option<&str> {
        let target = remedy.path.canonicalize().ok().filter(|_| !remedy.path.is_symlink())?;
        let is_to = |(_, path, to): &&(Arc<str>, PathBuf, PathBuf)| *to == target && path.is_symlink();
        self.links.iter().find(is_to).map(|(name, ..)| &**name).filter(|_| !is_named(&remedy.path, &remedy.goal))
    }

    /// With the texts that an editor holds.
    #[must_use]
    pub fn holding(self, held: BTreeMap<PathBuf, Arc<[u8]>>) -> Self {
        Self { held, ..self }
    }

    /// Moves `stage`, which contains the result, into the place of the remedy's file; without `stage` it only renames
    /// the file. With `keep` the original stays under another name.
    ///
    /// # Errors
    ///
    /// Nothing is lost in case of an error.
    pub fn place(&mut self, remedy: &Remedy, stage: Option<Staged>, keep: bool) -> Result<Placed, WriteError> {
        let from = &remedy.path;
        let fault = |message: String| refused(&remedy.input, message);
        let is_link = from.is_symlink();
        let metadata = from.metadata().map_err(|error| fault(walk::because(&error)))?;
        if metadata.len() != remedy.facts.size_bytes {
            return Err(fault("changed meanwhile".to_owned()));
        }
        if let Some(stage) = &stage {
            let facts = probed(stage.path()).map_err(&fault)?;
            if !is_met(&remedy.goal, &facts) {
                return Err(fault("the converted file does not fit its use; it was discarded".to_owned()));
            }
        }
        let original = match &stage {
            // A link is replaced by a new file; its target stays unchanged.
            Some(_) if is_link => from.canonicalize().ok(),
            Some(_) if keep => Some(keep_original(from).map_err(&fault)?),
            _ => None,
        };
        if let Some(stage) = stage.as_ref().filter(|_| is_named(from, &remedy.goal)) {
            take_over(from, stage).map_err(|error| fault(format!("cannot be written: {}", reason(&error))))?;
        }
        let stage = match stage {
            Some(stage) if is_named(from, &remedy.goal) => {
                stage.onto(from).map_err(|error| fault(format!("cannot be written: {}", reason(&error))))?;
                return Ok(Placed { path: from.clone(), original, references: 0, held: Vec::new() });
            }
            other => other,
        };
        let to = self.appear(remedy, stage)?;
        let name = to.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (references, held) = self.refer(remedy, name)?;
        if held.is_empty() {
            fs::remove_file(from)
                .map_err(|error| fault(format!("the old name cannot be removed: {}", reason(&error))))?;
        }
        Ok(Placed { path: to, original, references, held })
    }

    /// The new file under the first name that is free, or that already has the same content.
    fn appear(&self, remedy: &Remedy, stage: Option<Staged>) -> Result<PathBuf, WriteError> {
        let fault = |message: String| refused(&remedy.input, message);
        let from = &remedy.path;
        for to in candidates(from, &remedy.goal).take(10_000) {
            let made = stage.as_ref().map_or(from.as_path(), Staged::path);
            if to.symlink_metadata().is_ok() {
                if walk::is_same_content(made, &to) {
                    return Ok(to);
                }
                continue;
            }
            let placed = match stage {
                Some(mut stage) => {
                    stage.aim(&to);
                    let _ = take_over(from, &stage);
                    stage.place_new()
                }
                None => disk::double(from, &to),
            };
            return placed.map(|()| to).map_err(|error| fault(format!("cannot be written: {}", reason(&error))));
        }
        Err(fault("no name is free beside it".to_owned()))
    }

    /// Makes every request refer to the new file. Returns how many do, and the edits that are left to an editor.
    fn refer(&mut self, remedy: &Remedy, name: &str) -> Result<(usize, Vec<(PathBuf, Edit)>), WriteError> {
        let mut spans: Vec<(Arc<str>, Span)> =
            remedy.mentions.iter().filter_map(|mention| Some((Arc::clone(&mention.file), mention.name?))).collect();
        spans.sort();
        spans.dedup();
        let old = remedy.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let text = serde_json::to_string(name).unwrap_or_default();
        let text = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        let (mut staged, mut held) = (Vec::new(), Vec::new());
        for (file, span) in &spans {
            let path = self.paths.get(file);
            let in_editor = path.and_then(|path| Some((path.clone(), Arc::clone(self.held.get(path)?))));
            let known = match &in_editor {
                Some((path, text)) => {
                    &mut ReferringText { path: path.clone(), checked: text.to_vec(), edits: Vec::new() }
                }
                None => self.read(file)?,
            };
            let written = known.checked.get(span.start..span.end).unwrap_or_default();
            let read = serde_json::from_str::<String>(&format!("\"{}\"", String::from_utf8_lossy(written)));
            if read.as_deref().ok() != Some(old) {
                return Err(refused(file, "changed meanwhile; it still refers to the old file"));
            }
            if let Some((path, _)) = in_editor {
                held.push((path, Edit { file: Arc::clone(file), span: *span, text: text.to_owned() }));
                continue;
            }
            let before = known.text().ok_or_else(|| refused(file, "cannot be edited"))?;
            known.edits.push(Edit { file: Arc::clone(file), span: *span, text: text.to_owned() });
            let after = known.text().ok_or_else(|| refused(file, "cannot be edited"))?;
            staged.push((Arc::clone(file), known.path.clone(), before, after));
        }
        // For several edits of one text, the last result contains all, and the first original is what the disk has.
        let mut texts: BTreeMap<Arc<str>, (PathBuf, Vec<u8>, Vec<u8>)> = BTreeMap::new();
        for (file, path, before, after) in staged {
            texts.entry(file).and_modify(|known| known.2.clone_from(&after)).or_insert((path, before, after));
        }
        let mut ready = Vec::new();
        for (file, (path, before, after)) in texts {
            let stage = Staged::new(&path, &after).map_err(|error| refused(&file, error.to_string()))?;
            ready.push((file, before, stage));
        }
        for (file, before, stage) in ready {
            stage
                .place(Some(&before))
                .map_err(|error| refused(&file, format!("cannot be written: {}", reason(&error))))?;
        }
        Ok((spans.len() - held.len(), held))
    }

    fn read(&mut self, file: &Arc<str>) -> Result<&mut ReferringText, WriteError> {
        if !self.texts.contains_key(file) {
            let path = self.paths.get(file).cloned().ok_or_else(|| refused(file, "is not among the checked files"))?;
            let checked =
                disk::read(&path, bounds::TEXT_BYTES as u64).ok_or_else(|| refused(file, "cannot be read"))?;
            self.texts.insert(Arc::clone(file), ReferringText { path, checked, edits: Vec::new() });
        }
        self.texts.get_mut(file).ok_or_else(|| refused(file, "cannot be read"))
    }
}

impl ReferringText {
    fn text(&self) -> Option<Vec<u8>> {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        batch::apply(&self.checked, &edits)
    }
}

/// Whether a remedy can be carried out completely: if the name changes, every reference can be rewritten.
#[must_use]
pub fn is_whole(remedy: &Remedy) -> bool {
    is_named(&remedy.path, &remedy.goal) || remedy.mentions.iter().all(|mention| mention.name.is_some())
}

/// Whether a killed run has done everything except removing the old name: the original is kept, nothing refers to the
/// file, and the result exists.
#[must_use]
pub fn is_done_but_for_the_name(remedy: &Remedy) -> bool {
    let from = &remedy.path;
    let kept = || originals(from).take_while(|path| path.exists()).any(|path| walk::is_same_content(from, &path));
    remedy.mentions.is_empty()
        && remedy.goal.way != Way::Rename
        && !is_named(from, &remedy.goal)
        && kept()
        && candidates(from, &remedy.goal)
            .take_while(|to| to.exists())
            .any(|to| probed(&to).is_ok_and(|facts| is_met(&remedy.goal, &facts)))
}

/// The name that a file will have, as reports name it; `taken` holds those of other files of the same run.
#[must_use]
pub fn name_after(remedy: &Remedy, taken: &mut BTreeSet<PathBuf>) -> Option<String> {
    let from = &remedy.path;
    if is_named(from, &remedy.goal) {
        return Some(remedy.input.to_string());
    }
    let is_free = |to: &PathBuf| to.symlink_metadata().is_err() && !taken.contains(to);
    let to = candidates(from, &remedy.goal).take(10_000).find(is_free)?;
    let name = to.file_name()?.to_string_lossy().into_owned();
    taken.insert(to);
    Some(match remedy.input.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name,
    })
}

/// The possible names of a converted file, the best first.
fn candidates(from: &Path, goal: &Goal) -> impl Iterator<Item = PathBuf> {
    let stem = from.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = *goal.format.extensions().first().unwrap_or(&"bin");
    let renames = goal.way == Way::Rename;
    (1..).map(move |at| match at {
        // As the printed command names it.
        at if renames && at > 1 => from.with_file_name(format!("{stem}-{at}.{extension}")),
        1 => from.with_file_name(format!("{stem}.{extension}")),
        2 => from.with_file_name(format!("{stem}-fixed.{extension}")),
        at => from.with_file_name(format!("{stem}-fixed-{}.{extension}", at - 1)),
    })
}

/// The possible names for an original, the best first.
fn originals(from: &Path) -> impl Iterator<Item = PathBuf> {
    let name = from.file_name().unwrap_or_default().to_owned();
    (1..).map(move |at| {
        let mut name = name.clone();
        name.push(if at == 1 { ".orig".to_owned() } else { format!(".{at}.orig") });
        from.with_file_name(name)
    })
}

fn keep_original(from: &Path) -> Result<PathBuf, String> {
    for path in originals(from).take(10_000) {
        if path.symlink_metadata().is_ok() {
            if walk::is_same_content(from, &path) {
                return Ok(path);
            }
            continue;
        }
        return match disk::double(from, &path) {
            Ok(()) => Ok(path),
            Err(error) => Err(format!("the original cannot be kept: {}", reason(&error))),
        };
    }
    Err("no name is free for the original".to_owned())
}

/// Whether the name already fits the goal.
fn is_named(from: &Path, goal: &Goal) -> bool {
    let extension = crate::media::extension(from).unwrap_or_default();
    goal.format.extensions().iter().any(|known| known.eq_ignore_ascii_case(extension))
}

/// Gives the new file the permissions of the old one.
fn take_over(from: &Path, stage: &Staged) -> std::io::Result<()> {
    fs::set_permissions(stage.path(), fs::metadata(from)?.permissions())
}

fn probed(path: &Path) -> Result<Facts, String> {
    let (file, _) = walk::open(path)?;
    let mut bytes = Bytes::of_file(&file).map_err(|error| walk::because(&error))?;
    probe_as(&mut bytes, Depth::Full, None).map_err(|error| error.to_string())
}

fn is_met(goal: &Goal, facts: &Facts) -> bool {
    let size = facts.dimensions;
    let is_malformed = |fault: &Fault| fault.damage == Damage::Malformed;
    facts.format == goal.format
        && !facts.is_corrupt()
        && !(goal.rules.contains(&&rule::FILE_MALFORMED) && facts.faults.iter().any(is_malformed))
        && goal.most_bytes.is_none_or(|most| facts.size_bytes <= most)
        && goal.cut.is_none_or(|cut| facts.duration_s.is_none_or(|seconds| seconds <= cut.seconds() + 0.2))
        && goal.edge_below.is_none_or(|edge| size.is_none_or(|size| size.long_edge() < edge))
        && goal.edge_from.is_none_or(|edge| size.is_none_or(|size| size.short_edge() >= edge))
}
