//! Checks for any file: format, name, size, structure.

use super::case::{Case, MediaCheck};
use super::mend;
use crate::finding::{Finding, Location};
use crate::limits::Limit;
use crate::media::{Class, Damage, Fault, Format};
use crate::rule::{self, Severity};
use crate::text;

pub(super) const CHECKS: &[MediaCheck] = &[extension, structure, too_large, direct_upload];

pub(super) fn empty(case: &Case<'_>) -> Option<Finding> {
    (case.facts.size_bytes == 0).then(|| {
        Finding::new(&rule::FILE_EMPTY, "the file is empty")
            .observed(0u64)
            .help("export or download it again; nothing was written to it")
    })
}

pub(super) fn unsupported(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.takes];
    let format = case.facts.format;
    if limit.names().contains(&format.name()) {
        return None;
    }
    let taken = titles(limit);
    let named = promised(case.subject.name).filter(|promised| *promised != format);
    let dotted = named.map(|promised| dotted(case.subject.name, promised));
    let what = match (format.class(), &dotted) {
        (Class::Unknown, Some(name)) => format!("named {name}, but the bytes match no known format"),
        (_, Some(name)) => format!("named {name}, but the bytes are {format}"),
        (Class::Unknown, None) => "the bytes match no known format".to_owned(),
        (_, None) => format!("the format is {format}"),
    };
    let message = if case.subject.bare && !format.is_walked() {
        format!("{what}, which the service does not accept")
    } else {
        let but = if dotted.is_some() { ";" } else { ", but" };
        format!("{what}{but} {} has to be {taken}", case.with_article())
    };
    let wanted: Vec<Format> = limit.names().iter().filter_map(|name| Format::from_name(name)).collect();
    Some(
        Finding::new(&rule::FILE_UNSUPPORTED_FORMAT, message)
            .observed(format.name())
            .limit(limit)
            .help(mend::convert(case, format, &wanted)),
    )
}

/// `PNG or JPEG`
fn titles(limit: &Limit) -> String {
    text::words::either(limit.names().iter().map(|name| Format::from_name(name).map_or(*name, Format::title)))
}

fn extension_of(name: &str) -> Option<&str> {
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension)
}

/// The format that the file's name promises.
fn promised(name: &str) -> Option<Format> {
    Format::from_extension(extension_of(name)?)
}

fn dotted(name: &str, promised: Format) -> String {
    extension_of(name).map_or_else(|| promised.title().to_owned(), |extension| format!(".{extension}"))
}

fn extension(case: &Case<'_>) -> Option<Finding> {
    let (name, format) = (case.subject.name, case.facts.format);
    if name.is_empty() {
        return None;
    }
    let proper = format.extensions().first()?;
    let finding = match extension_of(name) {
        Some(found) if format.extensions().iter().any(|known| known.eq_ignore_ascii_case(found)) => return None,
        Some(found) => {
            Finding::new(&rule::FILE_EXTENSION_MISMATCH, format!("named .{found}, but the bytes are {format}"))
                .observed(found)
        }
        None => Finding::new(
            &rule::FILE_EXTENSION_MISMATCH,
            format!("named without an extension, but the bytes are {format}"),
        )
        .observed("")
        .at_most(Severity::Warning),
    };
    Some(finding.help(format!("rename it and the references to it, to .{proper}")))
}

/// Truncated or damaged: one finding for the root fault, which lists the others as related places.
fn structure(case: &Case<'_>) -> Option<Finding> {
    let facts = case.facts;
    let worst = facts.faults.iter().map(|fault| fault.damage).max()?;
    let root = facts.faults.iter().find(|fault| fault.damage == worst)?;
    // A separate rule reports malformed subtitles.
    if worst == Damage::Malformed && facts.format == Format::Srt {
        return None;
    }
    let (rule, state) = match worst {
        Damage::Corrupt => (&rule::FILE_CORRUPT, "corrupt"),
        Damage::Empty => (&rule::FILE_CORRUPT, "empty"),
        Damage::Unsupported => (&rule::FILE_UNSUPPORTED_FORMAT, "unsupported"),
        Damage::Malformed => (&rule::FILE_MALFORMED, "malformed"),
    };
    let mut finding =
        Finding::new(rule, headline(facts.format, state, root)).observed(root.code).help(match &root.effect {
            Some(effect) => format!("{effect}; {}", mend::structure(root)),
            None => mend::structure(root).to_owned(),
        });
    for other in facts.faults.iter().filter(|fault| !std::ptr::eq(*fault, root)).take(3) {
        finding = finding.related(format!("also: {}", describe(other)), Location::default());
    }
    Some(finding)
}

/// `the MP4 is corrupt: moov is missing`. A fault that already speaks of the whole file gets no prefix.
pub(super) fn headline(format: Format, state: &str, fault: &Fault) -> String {
    let said = describe(fault);
    if fault.is_sentence { said } else { format!("the {format} is {state}: {said}") }
}

/// The fault with its place, unless its text contains that.
pub(super) fn describe(fault: &Fault) -> String {
    let message = &fault.message;
    match (fault.line, fault.offset) {
        (Some(line), _) if !fault.names_place => format!("{message} (line {})", text::count(line.into())),
        (None, Some(offset)) if !fault.names_place => {
            format!("{message} (at byte {})", text::count(offset))
        }
        _ => message.clone(),
    }
}

fn too_large(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.max_size?];
    let (allowed, refused) = limit.bytes()?;
    let size = case.facts.size_bytes;
    if size <= allowed {
        return doubtful_size(case);
    }
    let (shown, most) = (text::count(size), limit.text());
    let finding = if size > refused {
        let message =
            format!("the file has {shown} bytes, {} more than the maximum of {most}", text::count(size - refused));
        Finding::new(&rule::FILE_TOO_LARGE, message)
    } else {
        let message = format!(
            "the file has {shown} bytes, above {most} if one MB is {} bytes, which no document defines",
            text::count(1_000_000)
        );
        Finding::new(&rule::FILE_TOO_LARGE, message).at_most(Severity::Warning)
    };
    Some(finding.observed(size).limit(limit).help(mend::shrink(case)))
}

/// A file above the smaller of two numbers on which the documents disagree.
fn doubtful_size(case: &Case<'_>) -> Option<Finding> {
    let limit = &case.context.limits[case.place.size_doubtful?];
    let (allowed, _) = limit.bytes()?;
    let size = case.facts.size_bytes;
    if size <= allowed {
        return None;
    }
    let message =
        format!("the file has {} bytes, above {}, and may be refused: {}", text::count(size), limit.text(), limit.note);
    let finding = Finding::new(&rule::FILE_TOO_LARGE, message).at_most(Severity::Warning);
    Some(finding.observed(size).limit(limit).help(mend::shrink(case)))
}

/// A bare file must be uploaded before use, and the plain upload has a smaller limit.
fn direct_upload(case: &Case<'_>) -> Option<Finding> {
    let limits = case.context.limits;
    let upload = case.context.profile().upload?;
    let limit = &limits[upload.max_size];
    let (_, most) = limit.bytes()?;
    let size = case.facts.size_bytes;
    let place_refuses =
        case.place.max_size.and_then(|id| limits[id].bytes()).is_some_and(|(_, refused)| size > refused);
    if !case.subject.bare || size <= most || place_refuses {
        return None;
    }
    let message = format!(
        "{} is above the {} of {}, so it needs the direct upload",
        text::size(size),
        limit.text(),
        upload.operation
    );
    let cap = limits[upload.direct_max_size].text();
    Some(Finding::new(&rule::FILE_NEEDS_DIRECT_UPLOAD, message).observed(size).limit(limit).help(format!(
        "upload it with {}, which returns its own cap as max_bytes ({cap} has been seen), or give a public HTTPS URL",
        upload.direct
    )))
}
