//! Moves a converted media file into place and updates the references to it.
//!
//! The order is: the original gets a second name, the new file appears, the requests refer to it, the old name goes. A
//! killed run loses nothing; the next one makes the same file again, recognises it, and continues.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch;
use super::disk::{self, Staged, WriteError, failed, refused};
use crate::engine::FilePaths;
use crate::finding::Edit;
use crate::media::{Bytes, Damage, Depth, Facts, Fault, probe_as};
use crate::outcome::spill::{KeptText, TextKeeper};
use crate::remedy::{Goal, Remedy, Way};
use crate::rule;
use crate::text::bounds;
use crate::text::words::reason;
use crate::text::{PathSet, Span};
use crate::walk;

/// The requests to rewrite, as they were when checked.
#[derive(Debug)]
pub struct Requests {
    paths: FilePaths,
    /// Symbolic links: name, path, and what it leads to.
    links: Vec<(Arc<str>, PathBuf, PathBuf)>,
    texts: BTreeMap<Arc<str>, ReferringText>,
    /// Texts that are open in an editor, by path: the editor edits them, and the files on disk stay unchanged.
    held: BTreeMap<PathBuf, Arc<[u8]>>,
    /// Where `texts` are kept.
    keeper: TextKeeper,
}

#[derive(Debug)]
struct ReferringText {
    path: PathBuf,
    checked: KeptText,
    /// Those that have been written, sorted.
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
    pub fn new(paths: FilePaths) -> Self {
        let link = |(name, path): (&Arc<str>, &Path)| {
            path.is_symlink().then(|| Some((Arc::clone(name), path.to_owned(), path.canonicalize().ok()?)))?
        };
        let links = paths.listed().filter_map(link).collect();
        Self { paths, links, texts: BTreeMap::new(), held: BTreeMap::new(), keeper: TextKeeper::default() }
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
        let unwritten = |error: &io::Error| failed(&remedy.input, "cannot be written", error);
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
            take_over(from, stage).map_err(|error| unwritten(&error))?;
        }
        let stage = match stage {
            Some(stage) if is_named(from, &remedy.goal) => {
                stage.onto(from).map_err(|error| unwritten(&error))?;
                return Ok(Placed { path: from.clone(), original, references: 0, held: Vec::new() });
            }
            other => other,
        };
        let to = self.appear(remedy, stage)?;
        let name = to.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (references, held) = self.refer(remedy, name)?;
        if held.is_empty() {
            fs::remove_file(from).map_err(|error| failed(&remedy.input, "the old name cannot be removed", &error))?;
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
            return placed.map(|()| to).map_err(|error| failed(&remedy.input, "cannot be written", &error));
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
        let changed = |file: &str| refused(file, "changed meanwhile; it still refers to the old file");
        let is_old = |checked: &[u8], span: &Span| {
            let written = checked.get(span.start..span.end).unwrap_or_default();
            let read = serde_json::from_str::<String>(&format!("\"{}\"", String::from_utf8_lossy(written)));
            read.as_deref().ok() == Some(old)
        };
        let (mut ready, mut held) = (Vec::new(), Vec::new());
        for spans in spans.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((file, _)) = spans.first() else { continue };
            let edits =
                spans.iter().map(|(_, span)| Edit { file: Arc::clone(file), span: *span, text: text.to_owned() });
            let in_editor = self.paths.get(file).and_then(|path| self.held.get_key_value(&*path));
            if let Some((path, checked)) = in_editor {
                if !spans.iter().all(|(_, span)| is_old(checked, span)) {
                    return Err(changed(file));
                }
                held.extend(edits.map(|edit| (path.clone(), edit)));
                continue;
            }
            let known = self.read(file)?;
            let checked = known.checked.read().map_err(|error| refused(file, reason(&error)))?;
            if !spans.iter().all(|(_, span)| is_old(&checked, span)) {
                return Err(changed(file));
            }
            let all = sorted(known.edits.iter().cloned().chain(edits));
            let after = batch::apply(&checked, &all).ok_or_else(|| refused(file, "cannot be edited"))?;
            let stage = Staged::new(&known.path, &after.concat().into());
            ready.push((Arc::clone(file), stage.map_err(|error| refused(file, error.to_string()))?, all));
        }
        for (file, stage, edits) in ready {
            let known = self.read(&file)?;
            let fault = |error: &io::Error| failed(&file, "cannot be written", error);
            let checked = known.checked.read().map_err(|error| fault(&error))?;
            let before = batch::apply(&checked, &known.edits).ok_or_else(|| refused(&file, "cannot be edited"))?;
            stage.place(Some(&before.concat().into())).map_err(|error| fault(&error))?;
            known.edits = edits;
        }
        Ok((spans.len() - held.len(), held))
    }

    fn read(&mut self, file: &Arc<str>) -> Result<&mut ReferringText, WriteError> {
        if !self.texts.contains_key(file) {
            let path = self.paths.get(file).ok_or_else(|| refused(file, "is not among the checked files"))?;
            let bytes = disk::read(&path, bounds::TEXT_BYTES as u64).ok_or_else(|| refused(file, "cannot be read"))?;
            let (path, checked) = (path.into_owned(), self.keeper.keep(&[&bytes]));
            self.texts.insert(Arc::clone(file), ReferringText { path, checked, edits: Vec::new() });
        }
        self.texts.get_mut(file).ok_or_else(|| refused(file, "cannot be read"))
    }
}

fn sorted(edits: impl Iterator<Item = Edit>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = edits.collect();
    edits.sort_by_key(|edit| edit.span);
    edits
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
pub fn name_after(remedy: &Remedy, taken: &mut PathSet) -> Option<String> {
    let from = &remedy.path;
    if is_named(from, &remedy.goal) {
        return Some(remedy.input.to_string());
    }
    let is_free = |to: &PathBuf| to.symlink_metadata().is_err() && !taken.contains(to);
    let to = candidates(from, &remedy.goal).take(10_000).find(is_free)?;
    let name = to.file_name()?.to_string_lossy().into_owned();
    taken.insert(&to);
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
