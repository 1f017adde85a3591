//! One finding on the page: the same as on the terminal, and the limit with its source.

use maud::{Markup, html};

use super::Survey;
use crate::finding::{Excerpt, Finding};
use crate::limits::Limit;
use crate::report::view::{MessagePart, after_command, pieces, view};
use crate::report::words::{place, provenance, refused, related};
use crate::report::{diff, escape};
use crate::source::clean;
use crate::text::count;

/// The most characters of a text from outside.
const MOST: usize = 2_000;
/// The most columns of an excerpt.
const COLUMNS: usize = 100;
/// The most related places.
const MOST_RELATED: usize = 20;

/// The finding with all its parts. `others` names the places of identical ones.
pub(super) fn whole(finding: &Finding, others: Option<String>, survey: &Survey<'_>) -> Markup {
    let where_it_is = place(&finding.location, None);
    html! {
        article.finding data-severity=(finding.severity) data-rule=(finding.rule.id) data-file=(clean(&finding.location.file)) data-use=[uses(finding, survey)] {
            h4 {
                span class={ "severity " (finding.severity) } { (finding.severity) } " "
                (cut(&finding.message))
            }
            p.place {
                span.path { (where_it_is) }
                @if let Some(pointer) = finding.location.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
                    " " code { (cut(pointer)) }
                }
                " " a href=(finding.rule.url()) rel="noreferrer" { (finding.rule.id) }
            }
            @if let Some(about) = &finding.about { p { (cut(about)) } }
            @if let Some(excerpt) = &finding.excerpt { (lines(excerpt, finding.label.as_deref())) }
            @if let Some(others) = others { p.others { (others) } }
            @if !finding.related.is_empty() {
                ul {
                    @for other in finding.related.iter().take(MOST_RELATED) { li { (cut(&related(other, &finding.location))) } }
                    @if finding.related.len() > MOST_RELATED {
                        li { "and " (count((finding.related.len() - MOST_RELATED) as u64)) " more places" }
                    }
                }
            }
            @if finding.limit.is_some() || finding.prevents.is_some() { p.limit { (limit(finding)) } }
            @if let Some(fix) = &finding.fix {
                div.fix {
                    p { strong { "Fix: " } code { (if fix.safe { "--fix" } else { "--fix-unsafe" }) } " can " (cut(&fix.title)) }
                    @let changed = diff::lines(finding, fix);
                    @if !changed.is_empty() { pre { @for line in &changed { (changed_line(line)) } } }
                    @if diff::is_partial(fix, &changed) {
                        p.note { "Shown completely by " code { (if fix.safe { "--diff" } else { "--diff --fix-unsafe" }) } "." }
                    }
                }
            }
            @if let Some(help) = &finding.help { div.help { strong { "To do: " } (prose(help)) } }
        }
    }
}

/// The finding in one line.
pub(super) fn line(finding: &Finding, others: Option<String>, survey: &Survey<'_>) -> Markup {
    html! {
        li.finding data-severity=(finding.severity) data-rule=(finding.rule.id) data-file=(clean(&finding.location.file)) data-use=[uses(finding, survey)] {
            span class={ "severity " (finding.severity) } { (finding.severity) } " "
            span.path { (place(&finding.location, None)) } ": " (cut(&finding.message))
            @if let Some(others) = others { " (" (others) ")" }
            " " small { (finding.rule.id) }
        }
    }
}

/// The uses of the media file, one name per line.
fn uses(finding: &Finding, survey: &Survey<'_>) -> Option<String> {
    let names: Vec<&str> = survey.uses_of(&finding.location.file).collect();
    (!names.is_empty()).then(|| names.join("\n"))
}

fn limit(finding: &Finding) -> Markup {
    let source = |limit: &Limit| {
        let (text, url) = (provenance(limit), limit.url.to_string());
        html! {
            strong { "Limit: " (limit.text()) } " (" (text)
            @if url.starts_with("https://") { ", " a href=(url) rel="noreferrer" { "read it there" } }
            ")"
        }
    };
    html! {
        @if let Some(limit) = &finding.limit { (source(limit)) }
        @if let Some(refused) = refused(finding) { @if finding.limit.is_some() { "; " } (refused) " by the service" }
    }
}

/// The lines of the finding, with a mark.
fn lines(excerpt: &Excerpt, label: Option<&str>) -> Markup {
    let view = view(excerpt, COLUMNS, 0, "…");
    let (before, rest) = view.text.split_at(view.mark.start);
    let (marked, after) = rest.split_at(view.mark.end - view.mark.start);
    let mut following = after.split('\n');
    let first = following.next().unwrap_or_default();
    html! {
        figure {
            pre {
                (number(excerpt.line)) (before) mark { (if marked.is_empty() { " " } else { marked }) } (first)
                @for (at, line) in following.enumerate() { "\n" (number(excerpt.line.saturating_add(at as u32 + 1))) (line) }
            }
            @if let Some(label) = label { figcaption { (cut(label)) } }
        }
    }
}

fn number(line: u32) -> Markup {
    html! { span.line { (line) } }
}

fn changed_line(line: &str) -> Markup {
    html! {
        @if line.starts_with('+') { ins { (line) } "\n" } @else { del { (line) } "\n" }
    }
}

/// A text with backquotes. A command gets its own line and a copy button.
pub(super) fn prose(text: &str) -> Markup {
    let text = cut(text);
    let pieces = pieces(&text);
    html! {
        @for (at, piece) in pieces.iter().enumerate() {
            @match piece {
                MessagePart::Words(words) if matches!(pieces.get(at.wrapping_sub(1)), Some(MessagePart::Command(_))) => (after_command(words))
                MessagePart::Words(words) => (words)
                MessagePart::Code(quoted) => code { (quoted) }
                MessagePart::Command(text) => (command(text))
            }
        }
    }
}

fn command(text: &str) -> Markup {
    html! {
        div.command { code { (text) } button type="button" data-copy hidden { "Copy" } }
    }
}

/// A text cleaned and cut to a readable length.
fn cut(text: &str) -> String {
    escape::cut(&clean(text), MOST)
}
