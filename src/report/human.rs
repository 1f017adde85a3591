//! Pictures for people.

use std::io;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet};

use super::view::{columns, view, wrap};
use super::{Style, summary};
use crate::finding::{Excerpt, Finding, Location, Related};
use crate::limits::{Basis, Limit};
use crate::outcome::Report;
use crate::rule::Severity;
use crate::source::clean;

/// Stands for `path:line:column` until the picture is drawn; the renderer knows only the piece of a long line that it
/// is given. Cleaned strings never hold it.
const PLACE: char = '\u{1}';

pub(super) fn write(report: &Report, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    // Lines are cut before they get there, so that a long mark or label is never out of sight.
    let renderer = renderer
        .term_width(usize::from(u16::MAX))
        .hyperlink(style.hyperlinks && style.color)
        .decor_style(if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii });
    report.each(&mut |finding| writeln!(out, "{}\n", picture(finding, style, &renderer)))?;
    if style.quiet { Ok(()) } else { writeln!(out, "{}", summary::line(report, style)) }
}

fn picture(finding: &Finding, style: &Style, renderer: &Renderer) -> String {
    let message = clean(&finding.message);
    let title = level(finding.severity).primary_title(message).id(finding.rule.id).id_url(finding.rule.url());
    let mut group = Group::with_title(title);
    let width = style.width.clamp(40, 1_000);
    let digits = finding.excerpt.as_ref().map_or(1, |excerpt| (excerpt.line + 2).to_string().len());
    let place = place(&finding.location, finding.about.as_deref());
    if let Some(excerpt) = &finding.excerpt {
        group = group.element(snippet(finding, excerpt, width - digits - 3, style));
    } else if !finding.location.file.is_empty() {
        group = group.element(Origin::path(place.as_str()));
    }
    let notes = notes(finding).into_iter().map(|note| note.message(width - digits - 3));
    let text = renderer.render(&[group.elements(notes)]);
    // Without a line number the frame stands one column further left; all frames shall begin in one.
    if finding.excerpt.is_some() { settle(&text, &place) } else { text.replace('\n', "\n ") }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::INFO.with_name("hint"),
    }
}

fn snippet<'a>(
    finding: &Finding,
    excerpt: &Excerpt,
    columns_left: usize,
    style: &Style,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let label = finding.label.as_deref().map(|label| clean(label).into_owned());
    let room = label.as_deref().map_or(0, columns);
    let view = view(excerpt, columns_left, room, if style.unicode { "…" } else { "..." });
    Snippet::source(view.text)
        .line_start(excerpt.line as usize)
        .path(PLACE.to_string())
        .fold(false)
        .annotation(AnnotationKind::Primary.span(view.mark).label(label))
}

/// Puts the true place where the renderer wrote its own.
fn settle(text: &str, place: &str) -> String {
    let Some((head, tail)) = text.split_once(PLACE) else { return text.to_owned() };
    let tail = tail.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    format!("{head}{place}{tail}")
}

/// `drafts/welcome.json:4:13`, or `assets/intro.mp4 (mp4, h264 1920×1080)` for a whole file.
fn place(location: &Location, about: Option<&str>) -> String {
    let mut place = clean(&location.file).into_owned();
    if let Some(start) = location.start {
        place.push_str(&format!(":{}:{}", start.line, start.column));
    } else if let Some(record) = location.record {
        place.push_str(&format!(" (record {record})"));
    }
    if let Some(about) = about {
        place.push_str(&format!(" ({})", clean(about)));
    }
    place
}

/// A line below the picture.
struct Note {
    level: Level<'static>,
    name: &'static str,
    text: String,
}

impl Note {
    fn message<'a>(self, columns: usize) -> Message<'a> {
        let name = if self.name.is_empty() { 0 } else { self.name.len() + 2 };
        let text = wrap(&self.text, columns.saturating_sub(name).max(20));
        self.level.with_name(Some(self.name).filter(|name| !name.is_empty())).message(text)
    }
}

fn notes(finding: &Finding) -> Vec<Note> {
    let plain = |text: String| Note { level: Level::NOTE, name: "", text };
    let mut notes: Vec<_> = finding.related.iter().map(|other| plain(related(other, &finding.location))).collect();
    let refused = finding.prevents.map(|code| {
        let verb = if finding.severity == Severity::Error { "refused" } else { "may be refused" };
        format!("{verb} as {code}")
    });
    match (&finding.limit, refused) {
        (Some(limit), refused) => {
            let text = [Some(provenance(limit)), refused].into_iter().flatten().collect::<Vec<_>>().join("; ");
            notes.push(Note { level: Level::NOTE, name: "limit", text });
        }
        (None, Some(refused)) => notes.push(plain(refused)),
        (None, None) => {}
    }
    if let Some(help) = &finding.help {
        notes.push(Note { level: Level::HELP, name: "help", text: clean(help).into_owned() });
    }
    if let Some(fix) = &finding.fix {
        let option = if fix.safe { "--fix" } else { "--fix-unsafe" };
        notes.push(Note { level: Level::HELP, name: "fix", text: format!("`{option}` can {}", clean(&fix.title)) });
    }
    notes
}

/// `script.max, documented in usage-limits, seen 2026-11-22`; what no document says is told to be so.
fn provenance(limit: &Limit) -> String {
    let source = clean(&limit.source);
    let basis = match limit.basis {
        Basis::Documented => format!("documented in {source}"),
        Basis::Observed => format!("observed ({source}), no document says it"),
        Basis::Inferred => format!("inferred from {source}, no document says it"),
        Basis::Configured => format!("set to {} in {source}", limit.text()),
    };
    let mut text = format!("{}, {basis}", limit.name);
    if !limit.seen.is_empty() {
        text.push_str(&format!(", seen {}", limit.seen));
    }
    if !limit.note.is_empty() && matches!(limit.basis, Basis::Observed | Basis::Inferred) {
        text.push_str(&format!(" ({})", limit.note));
    }
    text
}

/// `drafts/welcome.json:9:18: used here as an image (/image/url)`
fn related(related: &Related, main: &Location) -> String {
    let message = clean(&related.message);
    let other = &related.location;
    let place = if other.file.is_empty() {
        place(&Location { file: main.file.clone(), ..other.clone() }, None)
    } else {
        place(other, None)
    };
    match other.pointer.as_deref() {
        Some(pointer) if !pointer.is_empty() => format!("{place}: {message} ({})", clean(pointer)),
        _ => format!("{place}: {message}"),
    }
}
