//! Advice for media files in words. Commands come from remedies, which know the paths.

use super::case::Case;
use crate::media::{Class, Fault, Format};
use crate::text::count;

/// Advises how to convert the file to one of the wanted formats.
pub(super) fn convert(case: &Case<'_>, format: Format, wanted: &[Format]) -> String {
    match format {
        Format::Html => return "a web page was saved in place of the file; download the file itself".to_owned(),
        Format::LfsPointer => return "the bytes are still in Git LFS; fetch them with `git lfs pull`".to_owned(),
        _ => {}
    }
    let of = |class: Class| wanted.iter().find(|wanted| wanted.class() == class);
    let target = match format.class() {
        Class::Video => of(Class::Video).or_else(|| of(Class::Audio)),
        Class::Document | Class::Text | Class::Archive | Class::Unknown => None,
        class => of(class),
    };
    match target {
        Some(target) => format!("convert it to {target}"),
        None if case.subject.bare => "leave it out, or name its use with --use".to_owned(),
        None => {
            let titles: Vec<_> = wanted.iter().map(|format| format.title()).collect();
            format!("use a file in one of these formats: {}", titles.join(", "))
        }
    }
}

/// Advises how to repair the structure of the file.
pub(super) fn structure(fault: &Fault) -> &'static str {
    if fault.mendable { "rewrite it" } else { "export or download it again" }
}

/// Advises how to get below a size in bytes.
pub(super) fn shrink(case: &Case<'_>) -> &'static str {
    match case.facts.format.class() {
        Class::Video | Class::Audio => "encode it smaller, or cut it",
        Class::Picture => "encode it smaller",
        Class::Document => "split it, or export it with smaller pictures",
        _ => "split it",
    }
}

/// Advises how to bring the long edge below `edge` pixels.
pub(super) fn scale(edge: u32) -> String {
    format!("scale it below {} px", count(edge.into()))
}

/// Advises how to enlarge the short edge.
pub(super) fn enlarge(case: &Case<'_>) -> &'static str {
    match case.facts.format.class() {
        Class::Video => "render it larger; enlarging adds no detail, but passes",
        _ => "take a larger photo; enlarging adds no detail, but passes",
    }
}
