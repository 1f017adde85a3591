//! The media files on the page: previews, facts, and where they are used.

use std::io;

use maud::{Markup, html};

use super::Survey;
use super::chart::waveform;
use crate::outcome::gallery::MediaUses;
use crate::outcome::{CheckedFile, FileKind, RunReport};
use crate::preview::{MOST_SECONDS, Preview};
use crate::report::facts;
use crate::report::words::place;
use crate::source::clean;
use crate::text::{base64, count, counted, seconds, size};

/// The most files with a card.
const MOST: usize = 300;

pub(super) fn write(report: &RunReport, survey: &Survey<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let media = || report.files.iter().filter(|file| file.kind == FileKind::Media);
    let all = media().count();
    if all == 0 {
        return Ok(());
    }
    out.write_all(b"<section id=\"media\"><h2>Media files</h2><div class=\"cards\">")?;
    // Those with findings come first.
    let found = media().filter(|file| survey.files.contains_key(&file.path)).count().min(MOST);
    let mut room = (found, MOST - found);
    let (with, without): (Vec<_>, Vec<_>) = media().partition(|file| survey.files.contains_key(&file.path));
    for (at, file) in with.iter().chain(&without).enumerate() {
        let room = if at < with.len() { &mut room.0 } else { &mut room.1 };
        if *room > 0 {
            *room -= 1;
            out.write_all(card(file, report, survey).into_string().as_bytes())?;
        }
    }
    out.write_all(b"</div>")?;
    if all > MOST {
        let left = html! { p { (counted((all - MOST) as u64, "more media file")) " without a card here." } };
        out.write_all(left.into_string().as_bytes())?;
    }
    out.write_all(b"</section>")
}

fn card(file: &CheckedFile, report: &RunReport, survey: &Survey<'_>) -> Markup {
    let number = survey.files.get(&file.path).copied().unwrap_or(0);
    let state = match number {
        0 => "good",
        _ if survey.to_replace.contains(&file.path) => "bad",
        _ => "fair",
    };
    let gallery = report.gallery.as_ref();
    let preview = gallery.and_then(|gallery| gallery.previews.get(&file.path));
    let uses = gallery.and_then(|gallery| gallery.uses.get(&file.path));
    html! {
        article.card {
            @if let Some(preview) = preview { (picture(preview, &file.path)) }
            @else if let Some(facts) = file.facts().filter(|_| gallery.is_some()) {
                div.preview.none aria-hidden="true" { (facts.format.title()) }
            }
            h3 { span.path { (clean(&file.path)) } }
            p class={ "state " (state) } {
                @if number == 0 { "no findings" } @else { (counted(number, "finding")) }
            }
            dl {
                @if let Some(facts) = file.facts() {
                    @for (name, value) in facts::rows(&facts) { dt { (name) } dd { (value) } }
                } @else { dt { "size" } dd { (size(file.size_bytes)) } }
                @if let Some(uses) = uses { (used(uses)) }
            }
        }
    }
}

fn picture(preview: &Preview, path: &str) -> Markup {
    let path = clean(path);
    match preview {
        Preview::Picture { bytes, size } => html! {
            div.preview {
                img src={ "data:image/jpeg;base64," (base64(bytes)) } width=(size.width) height=(size.height)
                    alt={ "Preview of " (path) };
            }
        },
        Preview::Wave(wave) => html! {
            div.preview { (waveform(&wave.peaks, &format!("Waveform of {path}"))) }
            @if wave.cut { p.note { "the first " (seconds(MOST_SECONDS)) } }
        },
    }
}

fn used(uses: &MediaUses) -> Markup {
    let names: Vec<&str> = uses.names.iter().copied().collect();
    html! {
        @if !names.is_empty() { dt { "checked as" } dd { (names.join(", ")) } }
        @if !uses.places.is_empty() {
            dt { "used in" }
            dd {
                @for (at, location) in uses.places.iter().enumerate() {
                    @if at > 0 { br; }
                    span.path { (place(location, None)) }
                }
                @if uses.more > 0 { br; "and " (count(uses.more)) " more" }
            }
        }
    }
}
