//! The second phase: reads each media file once, and checks it for every use.

mod queue;
mod remedies;
mod rename;
mod uses;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

pub(super) use self::queue::MediaQueue;
use self::queue::MediaTask;
pub(super) use self::remedies::Claimed;
use self::rename::rename;
pub(super) use self::uses::choose;
use self::uses::{Applied, applied};
use super::batches::{Draining, in_batches};
use super::facts::Read;
use super::file_result::{FileResult, MediaUse, Raised};
use super::guard::{guarded, internal_fault};
use super::settle::Settling;
use super::{Run, services};
use crate::check::media::{Subject, check, is_of_file};
use crate::finding::Related;
use crate::media::{Bytes, Class, CompactFacts, Facts, Format};
use crate::outcome::gallery::MediaUses;
use crate::outcome::{CheckedFile, FileKind};
use crate::profile::Profile;
use crate::rule::{self, Severity};
use crate::source::display_name;
use crate::walk::Input;

/// Checks the media files that belong to this shard. Returns the names of the others.
pub(super) fn check_all(run: &Run<'_>, tasks: Vec<MediaTask>, settling: &mut Settling<'_>) -> Vec<Arc<str>> {
    let progress = run.settings.progress.as_deref();
    let own = (0..tasks.len()).filter(|at| run.shard().takes(*at)).count();
    progress.into_iter().for_each(|progress| progress.expect(own));
    let mut others = Vec::new();
    settling.expect(own);
    let own = Draining::new(tasks).enumerate().filter_map(|(at, task)| {
        if run.shard().takes(at) {
            return Some(task);
        }
        others.push(task.name);
        None
    });
    in_batches(own, progress, |task| of_file(run, task), |results| settling.take(results));
    others
}

fn of_file(run: &Run<'_>, task: &MediaTask) -> FileResult {
    let read = match task.sites.is_empty() {
        true => run.facts.of(&task.path, task.seen),
        false => run.facts.of_referred(&task.path, task.seen),
    };
    judged(run, task, read)
}

/// Checks bytes that are not in a file.
pub(super) fn of_bytes(run: &Run<'_>, input: &Input, bytes: &mut Bytes<'_>) -> FileResult {
    let (path, name) = (input.path.clone(), Arc::clone(&input.name));
    let task = MediaTask { path, name, config: Arc::clone(&input.config), sites: Vec::new(), seen: false, named: true };
    let read = guarded(|| run.facts.of_bytes(bytes, Format::promised(&task.path)));
    judged(run, &task, read)
}

fn judged(run: &Run<'_>, task: &MediaTask, read: Read) -> FileResult {
    let facts = match read {
        Ok(Ok(facts)) => facts,
        Ok(Err(message)) => return unreadable(task, message),
        Err(fault) => return unreadable(task, internal_fault(&fault)),
    };
    let unclaimed = task.is_unclaimed(run.settings);
    let check = || {
        let places = applied(run.settings, task, &facts);
        let mut raised = findings(run, task, &facts, &places);
        if unclaimed {
            raised.iter_mut().for_each(|raised| raised.finding.severity = Severity::Hint);
        }
        remedies::propose(run, task, &facts, &places, &mut raised);
        for Raised { finding, config } in &mut raised {
            finding.name_service(services::several_take_media(run.settings, config));
            if *finding.rule == rule::FILE_EXTENSION_MISMATCH {
                finding.fix = rename(run, task, facts.format);
            }
        }
        (raised, places.iter().map(|applied| applied.place.name).collect::<BTreeSet<_>>())
    };
    let (raised, names) = match guarded(check) {
        Ok(checked) => checked,
        Err(fault) => return unreadable(task, internal_fault(&fault)),
    };
    let promised = Format::promised(&task.path);
    let is_media = |class| !matches!(class, Class::Text | Class::Archive | Class::Unknown);
    let media = is_media(facts.format.class()) || promised.is_some_and(|format| is_media(format.class()));
    let kind = if media || !task.sites.is_empty() { FileKind::Media } else { FileKind::Other };
    let (path, size_bytes) = (task.name.to_string(), facts.size_bytes);
    let file = CheckedFile { compact: CompactFacts::of(&facts), ..CheckedFile::new(path, kind, size_bytes) };
    let uses = run.settings.gallery.then(|| {
        let mut uses = MediaUses { names, ..MediaUses::default() };
        task.sites.iter().for_each(|site| uses.refer(&site.location));
        Box::new(uses)
    });
    let is_upload = task.sites.iter().any(|site| site.tail.is_some());
    let unclaimed = unclaimed && !raised.is_empty();
    FileResult { raised, file: Some(file), uses, is_upload, unclaimed, ..FileResult::default() }
}

/// Checks the facts for every use of the file. A fault is one finding, however many uses it concerns.
fn findings(run: &Run<'_>, task: &MediaTask, facts: &Facts, places: &[Applied<'_>]) -> Vec<Raised> {
    let name = file_name(&task.path);
    let (mut raised, mut found_by) = (Vec::<Raised>::new(), Vec::<&'static Profile>::new());
    for Applied { place, config, users, bare } in places {
        let profile = place.profile();
        let subject = Subject { name: &name, bare: *bare };
        for mut finding in check(facts, &subject, place, &run.context(config, profile)) {
            // A fault of the file itself is the same for every service.
            let is_own = is_of_file(finding.rule, facts);
            finding.belongs_to(profile, is_own);
            let same = |(known, of): &(&mut Raised, &&'static Profile)| {
                let known = &known.finding;
                let is_said = known.message == finding.message && known.profile == finding.profile;
                known.rule == finding.rule && (is_said || is_own && **of != profile)
            };
            if let Some((known, _)) = raised.iter_mut().zip(&found_by).find(same) {
                known.finding.related.extend(users.iter().cloned());
                continue;
            }
            finding.related.splice(0..0, users.iter().cloned());
            let places = finding.related.iter_mut().map(|related| &mut related.location);
            for location in places.chain([&mut finding.location]).filter(|location| location.file.is_empty()) {
                location.file = Arc::clone(&task.name);
            }
            raised.push(Raised { finding, config: Arc::clone(config) });
            found_by.push(profile);
        }
    }
    raised
}

/// A file that cannot be read, with the requests that refer to it.
fn unreadable(task: &MediaTask, message: String) -> FileResult {
    let mut result = FileResult::unreadable(&task.name, &task.config, message);
    for raised in &mut result.raised {
        let used = |site: &MediaUse| Related { message: "used here".to_owned(), location: site.location.clone() };
        raised.finding.related.extend(task.sites.iter().map(used));
    }
    result
}

/// The name of a file without its folder, as messages show it.
pub(super) fn file_name(path: &Path) -> Cow<'_, str> {
    // In a UTF-8 path the name follows the last separator.
    let plain = path.to_str().and_then(|text| text.rsplit(std::path::is_separator).next());
    match plain.filter(|name| !matches!(*name, "" | "." | "..")) {
        Some(name) => Cow::Borrowed(name),
        None => path.file_name().map(|name| display_name(Path::new(name))).unwrap_or_default().into(),
    }
}
