//! The report for people: each finding with its lines.

use std::io;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet};

use super::fold::{self, FoldedFinding, Folds};
use super::view::{columns, paragraphs, view, wrap_after};
use super::words::{place, provenance, refused, related};
use super::{ReportStyle, diff, summary};
use crate::finding::{Excerpt, Finding};
use crate::limits::{Basis, Limit};
use crate::outcome::RunReport;
use crate::rule::Severity;
use crate::source::clean;

/// A placeholder for `path:line:column` until the picture is drawn, because the renderer only knows the visible piece
/// of a long line. Cleaned strings never contain it.
const PLACE: char = '\u{1}';

pub(super) fn write(report: &RunReport, style: &ReportStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    // Lines are cut first, so that a long mark or label is always visible.
    let renderer = renderer
        .term_width(usize::from(u16::MAX))
        .hyperlink(style.hyperlinks && style.color)
        .decor_style(if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii });
    let mut folds = if style.all { Folds::default() } else { Folds::of(report)? };
    let mut folded = 0;
    // The first finding of the highest severity.
    let mut gravest: Option<(Severity, &str)> = None;
    report.each(&mut |finding| {
        let FoldedFinding::Whole(others) = folds.show(finding) else {
            folded += 1;
            return Ok(());
        };
        if gravest.is_none_or(|(severity, _)| finding.severity > severity) {
            gravest = Some((finding.severity, finding.rule.id));
        }
        writeln!(out, "{}\n", picture(finding, others, style, &renderer))
    })?;
    if style.quiet {
        return Ok(());
    }
    writeln!(out, "{}", summary::line(report, style))?;
    if folded > 0 {
        writeln!(out, "{}", fold::hint(folded))?;
    }
    match gravest {
        Some((_, rule)) => writeln!(out, "more about a rule: heylint explain {rule}"),
        None => Ok(()),
    }
}

/// `others` names the places of identical findings.
fn picture(finding: &Finding, others: Option<String>, style: &ReportStyle, renderer: &Renderer) -> String {
    let width = style.width.clamp(40, 1_000);
    let head = finding.severity.name().len() + finding.rule.id.len() + 4;
    let message = wrap_after(&clean(&finding.message), head, width);
    let title = level(finding.severity).primary_title(message).id(finding.rule.id).id_url(finding.rule.url());
    let mut group = Group::with_title(title);
    let digits = finding.excerpt.as_ref().map_or(1, |excerpt| (excerpt.line + 2).to_string().len());
    let place = place(&finding.location, finding.about.as_deref());
    if let Some(excerpt) = &finding.excerpt {
        group = group.element(snippet(finding, excerpt, width - digits - 3, style));
    } else if !finding.location.file.is_empty() {
        group = group.element(Origin::path(place.as_str()));
    }
    let notes = notes(finding, others, style.verbose).into_iter().map(|note| note.message(width - digits - 3));
    let text = renderer.render(&[group.elements(notes)]);
    // Without a line number the frame is one column further left; align all frames.
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
    style: &ReportStyle,
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

/// Replaces the place that the renderer wrote with the real one.
fn settle(text: &str, place: &str) -> String {
    let Some((head, tail)) = text.split_once(PLACE) else { return text.to_owned() };
    let tail = tail.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    format!("{head}{place}{tail}")
}

/// A note below the picture.
struct Note {
    level: Level<'static>,
    name: &'static str,
    text: String,
    /// Lines to print unchanged.
    lines: Vec<String>,
}

impl Note {
    fn new(level: Level<'static>, name: &'static str, text: impl Into<String>) -> Self {
        Self { level, name, text: text.into(), lines: Vec::new() }
    }

    fn message<'a>(self, columns: usize) -> Message<'a> {
        let name = if self.name.is_empty() { 0 } else { self.name.len() + 2 };
        let mut text = paragraphs(&self.text, columns.saturating_sub(name).max(20));
        for line in &self.lines {
            text.push('\n');
            text.push_str(line);
        }
        self.level.with_name(Some(self.name).filter(|name| !name.is_empty())).message(text)
    }
}

fn notes(finding: &Finding, others: Option<String>, verbose: bool) -> Vec<Note> {
    let plain = |text: String| Note::new(Level::NOTE, "", text);
    let mut notes: Vec<_> = others.into_iter().map(plain).collect();
    notes.extend(finding.related.iter().map(|other| plain(related(other, &finding.location))));
    let refused = refused(finding);
    // A documented limit needs no explanation here; `heylint explain` has it.
    let is_shown = |limit: &&Limit| verbose || limit.basis != Basis::Documented;
    match (finding.limit.as_ref().filter(is_shown), refused) {
        (Some(limit), refused) => {
            let text = [Some(provenance(limit)), refused].into_iter().flatten().collect::<Vec<_>>().join("; ");
            notes.push(Note::new(Level::NOTE, "limit", text));
        }
        (None, Some(refused)) => notes.push(plain(refused)),
        (None, None) => {}
    }
    if let Some(fix) = &finding.fix {
        let option = if fix.safe { "--fix" } else { "--fix-unsafe" };
        let mut note = Note::new(Level::HELP, "fix", format!("`{option}` can {}", clean(&fix.title)));
        note.lines = diff::lines(finding, fix);
        if diff::is_partial(fix, &note.lines) {
            note.text.push_str(if fix.safe {
                "; `--diff` shows it whole"
            } else {
                "; `--diff --fix-unsafe` shows it whole"
            });
        }
        notes.push(note);
    }
    // Last, so that no frame precedes a command to be copied.
    if let Some(help) = &finding.help {
        notes.push(Note::new(Level::HELP, "help", clean(help)));
    }
    notes
}
