//! Checks of files that a request contains or names.

use crate::finding::{Edit, Finding, Fix, Location};
use crate::media::{Facts, Format};
use crate::profile::Profile;
use crate::request::reference::{MediaLocator, Reference};
use crate::rule;
use crate::source::clean;

/// Compares the media type that a request declares with the type of the bytes, for base64 and uploads.
///
/// `location` is the declared media type. Returns none if the place does not accept the format of the bytes, which is a
/// separate fault.
#[must_use]
pub fn media_type(declared: &str, facts: &Facts, location: Location) -> Option<Finding> {
    let essence = declared.split(';').next().unwrap_or(declared).trim();
    let format = facts.format;
    let proper = format.media_types().first()?;
    if !format.is_walked() || format.media_types().iter().any(|known| known.eq_ignore_ascii_case(essence)) {
        return None;
    }
    let message = match Format::from_media_type(essence) {
        Some(other) if other != format => format!("media_type is {essence}, but the data are {format}"),
        _ => format!("media_type {essence} is not the type of {format}; the service expects {proper}"),
    };
    let fix = location.span.map(|span| {
        let edit = Edit { file: "".into(), span, text: format!("\"{proper}\"") };
        Fix { title: format!("set media_type to {proper}"), safe: true, edits: vec![edit], rename: None }
    });
    let finding = Finding::new(&rule::ASSET_MEDIA_TYPE_MISMATCH, message)
        .observed(essence)
        .at(location)
        .help(format!("set media_type to {proper}"));
    Some(Finding { fix, ..finding })
}

/// Whether this is a Windows path with a drive or a host, on another system.
fn names_another_machine(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    !cfg!(windows) && (drive || path.starts_with("\\\\"))
}

/// A local file that a draft refers to and that does not exist. `path` is where heylint looked for it, `mapped` means
/// that the configuration maps to it, and `near` is the most similar file, as the draft would write it.
#[must_use]
pub fn missing(reference: &Reference<'_>, path: &str, mapped: bool, near: Option<&str>) -> Finding {
    let path = clean(path);
    if let MediaLocator::Path(written) = &reference.source
        && names_another_machine(written)
    {
        let message = format!("{} is a path on another machine: {}", reference.field, clean(written));
        return Finding::new(&rule::ASSET_MISSING_FILE, message)
            .at(reference.location())
            .help("put the file beside the draft and use its name, or upload it and use its asset id");
    }
    let message = if mapped {
        format!("{} is mapped to {path}, which does not exist", reference.field)
    } else {
        format!("{} is the local file {path}, which does not exist", reference.field)
    };
    let finding = Finding::new(&rule::ASSET_MISSING_FILE, message).at(reference.location());
    finding.help(match near {
        Some(near) if !mapped => format!("did you mean “{}”?", clean(near)),
        _ if mapped => "correct the path of its [[map]] entry in heylint.toml".to_owned(),
        _ => "the path is relative to the folder of the draft; correct it, or put the file there".to_owned(),
    })
}

/// A reference to a file outside the project. The finding says nothing about that file. `path` is as written in the
/// draft.
#[must_use]
pub fn outside(reference: &Reference<'_>, path: &str) -> Finding {
    let message = format!("{} leads to {}, outside the project, and was not checked", reference.field, clean(path));
    Finding::new(&rule::ASSET_OUTSIDE_PROJECT, message).at(reference.location()).observed(path).help(
        "move the file into the project, or allow its folder in heylint.toml: `[references] allow = [\"../assets\"]`; \
         --allow-outside allows any",
    )
}

/// A local path where the service needs a URL or an asset id, in a request that will be sent unchanged.
#[must_use]
pub fn local_path(reference: &Reference<'_>, path: &str, profile: &Profile) -> Finding {
    let message = format!("{} is the local file {}, which the service cannot see", reference.field, clean(path));
    let help = match profile.upload {
        Some(upload) => {
            format!("upload it with {} and use its asset id, or give a public HTTPS URL", upload.operation)
        }
        None => "give a public HTTPS URL".to_owned(),
    };
    Finding::new(&rule::ASSET_LOCAL_PATH, message).at(reference.location()).observed(path).help(help)
}
