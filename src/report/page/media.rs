//! The media files on the page: facts, and what was found.

use std::io;

use maud::{Markup, html};

use super::Survey;
use crate::outcome::{CheckedFile, FileKind, RunReport};
use crate::report::facts;
use crate::source::clean;
use crate::text::{counted, size};

/// Files that get a card.
const MOST: usize = 300;

pub(super) fn write(report: &RunReport, survey: &Survey<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let media = || report.files.iter().filter(|file| file.kind == FileKind::Media);
    let all = media().count();
    if all == 0 {
        return Ok(());
    }
    out.write_all(b"<section id=\"media\"><h2>Media files</h2><div class=\"cards\">")?;
    // Those with findings come first, where not all get a card.
    let found = media().filter(|file| survey.files.contains_key(&file.path)).count().min(MOST);
    let mut room = (found, MOST - found);
    for file in media() {
        let has = survey.files.contains_key(&file.path);
        let room = if has { &mut room.0 } else { &mut room.1 };
        if *room > 0 {
            *room -= 1;
            out.write_all(card(file, survey).into_string().as_bytes())?;
        }
    }
    out.write_all(b"</div>")?;
    if all > MOST {
        let left = html! { p { (counted((all - MOST) as u64, "media file")) " more have no card here." } };
        out.write_all(left.into_string().as_bytes())?;
    }
    out.write_all(b"</section>")
}

fn card(file: &CheckedFile, survey: &Survey<'_>) -> Markup {
    let number = survey.files.get(&file.path).copied().unwrap_or(0);
    let state = match number {
        0 => "good",
        _ if survey.to_replace.contains(&file.path) => "bad",
        _ => "fair",
    };
    html! {
        article.card data-file=(clean(&file.path)) {
            h3 { span.path { (clean(&file.path)) } }
            p class={ "state " (state) } { @if number == 0 { "no findings" } @else { (counted(number, "finding")) } }
            dl {
                @if let Some(facts) = &file.facts {
                    @for (name, value) in facts::rows(facts) { dt { (name) } dd { (value) } }
                } @else { dt { "size" } dd { (size(file.size_bytes)) } }
            }
        }
    }
}
