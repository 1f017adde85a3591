//! Keeps findings while a draft is half typed. heylint cannot check text that is not JSON, but most of the text is
//! unchanged since it last was.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::check::{CheckedDocument, DocumentFindings};
use super::document::OpenDocument;
use crate::finding::{Finding, Location};
use crate::request::json;
use crate::request::record::{self, RecordLayout};
use crate::rule;
use crate::text::Span;

/// Appended to the message of a finding that was kept.
const MARK: &str = " (as it was before the syntax error)";

/// A version of a document that was JSON, and its findings.
#[derive(Debug)]
pub(super) struct ReadableVersion {
    text: String,
    findings: Vec<Finding>,
    paths: HashMap<Arc<str>, PathBuf>,
    taken: Option<String>,
}

impl OpenDocument {
    /// Takes the outcome of a check of the current text. In broken parts, the findings of the last readable version
    /// stay, except in the changed part.
    pub(super) fn take(&mut self, mut checked: CheckedDocument) {
        if let Ok(found) = &mut checked.outcome {
            let broken = broken(self.extension(), &self.text.text, found.request);
            if broken.is_empty() {
                self.readable = found.request.then(|| ReadableVersion::new(&self.text.text, found));
            } else if let Some(readable) = &self.readable {
                readable.carry(&self.text.text, &broken, found);
            }
        }
        self.checked = Some(checked);
    }
}

/// The parts of a text that the engine does not check because they are not JSON: everything, or some lines. A text with
/// errors that is not recognised as a request is not checked either.
fn broken(extension: &str, text: &str, request: bool) -> Vec<Span> {
    let lines = record::is_lines_extension(extension);
    if !lines && !extension.eq_ignore_ascii_case("json") {
        return Vec::new();
    }
    if record::layout(extension, text) == RecordLayout::Lines {
        let broken = record::lines(text).filter(|line| !line.parse().is_whole());
        return broken.map(|line| Span::new(line.base, line.base + line.text.len())).collect();
    }
    let document = json::parse(text);
    if document.is_whole() && (request || document.errors().is_empty()) {
        Vec::new()
    } else {
        vec![Span::new(0, text.len())]
    }
}

impl ReadableVersion {
    fn new(text: &str, found: &DocumentFindings) -> Self {
        Self {
            text: text.to_owned(),
            findings: found.findings.clone(),
            paths: found.paths.clone(),
            taken: found.taken.clone(),
        }
    }

    /// Adds the kept findings to those of `text`.
    fn carry(&self, text: &str, broken: &[Span], found: &mut DocumentFindings) {
        let change = ChangedPart::between(&self.text, text);
        let unchecked = |span: &Span| broken.iter().any(|part| part.start <= span.start && span.end <= part.end);
        // A finding about an object or an array depends on what is being typed in it.
        let is_simple = |span: &Span| !matches!(text.as_bytes().get(span.start), Some(b'{' | b'['));
        let place = |location: &Location| {
            let span = change.moved(location.span?).filter(unchecked).filter(is_simple)?;
            Some(Location { span: Some(span), start: None, end: None, ..location.clone() })
        };
        let lasting = self.findings.iter().filter(|finding| lasts(finding));
        let kept: Vec<Finding> = lasting.filter_map(|finding| kept(finding, &found.name, &place)).collect();
        if kept.is_empty() {
            return;
        }
        found.findings.extend(kept);
        for (name, path) in &self.paths {
            found.paths.entry(Arc::clone(name)).or_insert_with(|| path.clone());
        }
        found.request = true;
        found.taken = found.taken.take().or_else(|| self.taken.clone());
    }
}

/// Whether a finding can be kept. Something missing may be what the user is typing, and syntax is always checked.
fn lasts(finding: &Finding) -> bool {
    let passing = [rule::REQUEST_SYNTAX.id, rule::REQUEST_MISSING_FIELD.id, rule::REQUEST_NEEDS_ONE_OF.id];
    !passing.contains(&finding.rule.id)
}

/// A finding whose places are moved; none if the change touches one of them. Its fix was made for the old text.
fn kept(finding: &Finding, name: &Arc<str>, place: &impl Fn(&Location) -> Option<Location>) -> Option<Finding> {
    let mut kept = finding.clone();
    let places = kept.related.iter_mut().map(|related| &mut related.location).chain([&mut kept.location]);
    let mut moved = 0;
    for location in places.filter(|location| location.file == *name) {
        *location = place(location)?;
        moved += 1;
    }
    kept.message.push_str(MARK);
    (kept.fix, kept.remedy) = (None, None);
    (moved > 0).then_some(kept)
}

/// The part in which two texts differ: a span of the old one, and its length in the new one.
#[derive(Clone, Copy, Debug)]
struct ChangedPart {
    old: Span,
    new_len: usize,
}

impl ChangedPart {
    fn between(old: &str, new: &str) -> Self {
        let same = |pair: &(u8, u8)| pair.0 == pair.1;
        let start = old.bytes().zip(new.bytes()).take_while(same).count();
        let most = old.len().min(new.len()) - start;
        let after = old.bytes().rev().zip(new.bytes().rev()).take(most).take_while(same).count();
        Self { old: Span::new(start, old.len() - after), new_len: new.len() - after - start }
    }

    /// The place of a span of the old text in the new one; none if the change touches it.
    fn moved(self, span: Span) -> Option<Span> {
        let move_by = |at: usize| at - self.old.end + self.old.start + self.new_len;
        if span.end < self.old.start {
            Some(span)
        } else if span.start > self.old.end {
            Some(Span::new(move_by(span.start), move_by(span.end)))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spans_outside_a_change_keep_their_text(
            before in "[ab\"é]{0,12}", old in "[ab\"é]{0,4}", new in "[ab\"é]{0,4}", after in "[ab\"é]{0,12}",
            from in 0_usize..24, to in 0_usize..24,
        ) {
            let (one, other) = (format!("{before}{old}{after}"), format!("{before}{new}{after}"));
            let change = ChangedPart::between(&one, &other);
            prop_assert!(change.old.end - change.old.start <= old.len() && change.new_len <= new.len());
            let span = Span::new(from.min(to).min(one.len()), from.max(to).min(one.len()));
            if let Some(moved) = change.moved(span) {
                prop_assert_eq!(&one.as_bytes()[span.start..span.end], &other.as_bytes()[moved.start..moved.end]);
            }
        }
    }
}
