//! The fix that renames a media file to the extension of its format, with every reference to it.

use std::path::Path;
use std::sync::Arc;

use super::queue::MediaTask;
use crate::engine::Run;
use crate::engine::file_result::{MediaUse, Tail};
use crate::finding::{Edit, Fix, Rename};
use crate::media::Format;
use crate::source::display_name;
use crate::text::count;
use crate::walk;

/// Renames the file to the extension of its format, with every reference to it; none if that cannot
/// be done completely.
pub(in crate::engine) fn rename(run: &Run<'_>, task: &MediaTask, format: Format) -> Option<Fix> {
    let proper = *format.extensions().first()?;
    // A name that is not UTF-8 cannot be written in a report or a request.
    task.path.to_str()?;
    let to = match task.path.extension() {
        Some(_) => task.path.with_extension(proper),
        None => task.path.with_file_name(format!("{}.{proper}", task.path.file_name()?.to_str()?)),
    };
    if !run.borders.owns(&task.path, &task.config) {
        return None;
    }
    let overlay = &run.settings.overlay;
    // An interrupted fix left the file under both names: finish it.
    let is_taken = || {
        to.symlink_metadata().is_ok()
            && overlay.moved(&to).is_none()
            && !walk::is_same_content(overlay.real(&task.path), &to)
    };
    if overlay.makes(&to) || is_taken() {
        return None;
    }
    // Under its new name it would have another purpose.
    let purpose = |path: &Path| task.config.media_of(path).map(|entry| (entry.place, entry.profiles.as_slice()));
    if purpose(&task.path) != purpose(&to) {
        return None;
    }
    let edit = |site: &MediaUse| {
        let Tail { span, dotted, .. } = site.tail?;
        let text = if dotted { proper.to_owned() } else { format!(".{proper}") };
        Some(Edit { file: Arc::clone(&site.location.file), span, text })
    };
    let mut edits = task.sites.iter().map(edit).collect::<Option<Vec<Edit>>>()?;
    edits.sort_by(|a, b| (&a.file, a.span).cmp(&(&b.file, b.span)));
    edits.dedup();
    let name = display_name(Path::new(to.file_name()?));
    let title = match edits.len() {
        0 => format!("rename it to {name}"),
        1 => format!("rename it to {name} and the reference to it"),
        many => format!("rename it to {name} and {} references to it", count(many as u64)),
    };
    // Unknown pages and programs may refer to a file that nobody sends. If it has both names, a fix was interrupted.
    let safe = !task.is_unclaimed(run.settings) || (overlay.moved(&to).is_none() && to.symlink_metadata().is_ok());
    let rename = Rename { from: Arc::clone(&task.name), to: run.configs.name(&to).into() };
    Some(Fix { title, safe, edits, rename: Some(rename) })
}
