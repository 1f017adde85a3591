//! Lists applied fixes, one line each: the place, the old and the new text.

use std::io;
use std::sync::Arc;

use super::batch::apply;
use crate::finding::{Edit, Finding, Fix, Location};
use crate::outcome::spill::{Spill, SpilledText};
use crate::request::json::{self, ValueKind};
use crate::text::Span;

/// A longer piece of text is not parsed.
const MOST: usize = 4 << 10;
/// Longer values are not shown.
const MOST_SHOWN: usize = 40;

/// Bytes of lines kept in memory before they are spilled.
const HELD: usize = 64 << 10;

/// The applied fixes, one line each. Those beyond a bound are in a temporary file.
#[derive(Debug, Default)]
pub struct FixedList {
    /// Each line ends with a line break.
    held: String,
    spilled: Vec<SpilledText>,
    spill: Spill,
    len: u64,
}

impl FixedList {
    pub(super) fn push(&mut self, line: &str) -> io::Result<()> {
        // A line break is a control character, which reports escape.
        self.held.extend(line.chars().map(|c| if c == '\n' { ' ' } else { c }));
        self.held.push('\n');
        self.len += 1;
        if self.held.len() >= HELD {
            self.spilled.push(self.spill.store(&[self.held.as_bytes()])?);
            self.held.clear();
        }
        Ok(())
    }

    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Passes the lines to `take`, in the order of the fixes, until it returns false.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read.
    pub fn each(&self, mut take: impl FnMut(&str) -> io::Result<bool>) -> io::Result<()> {
        for text in &self.spilled {
            let lines = String::from_utf8(self.spill.load(*text)?).map_err(io::Error::other)?;
            for line in lines.lines() {
                if !take(line)? {
                    return Ok(());
                }
            }
        }
        for line in self.held.lines() {
            if !take(line)? {
                break;
            }
        }
        Ok(())
    }
}

/// The text of a file before the fix, by name.
pub(super) type TextBefore<'t> = dyn FnMut(&Arc<str>) -> io::Result<Option<Arc<[u8]>>> + 't;

/// `drafts/a.json:7:3 dimension → aspect_ratio, resolution`.
pub(super) fn line(finding: &Finding, fix: &Fix, text: &mut TextBefore<'_>) -> io::Result<String> {
    let Location { file, pointer, start, .. } = &finding.location;
    let subject = pointer.as_deref().and_then(|pointer| pointer.rsplit('/').next()).filter(|key| !key.is_empty());
    let subject = subject.map(|key| key.replace("~1", "/").replace("~0", "~"));
    let place = match start {
        Some(start) => format!("{file}:{}:{}", start.line, start.column),
        None => file.to_string(),
    };
    let first = fix.edits.first().map(|edit| &edit.file);
    let is_one_text = fix.rename.is_none() && fix.edits.iter().all(|edit| Some(&edit.file) == first);
    let text = match first.filter(|_| is_one_text) {
        Some(first) => text(first)?,
        None => None,
    };
    Ok(match (text.and_then(|text| change(fix, &text)), subject) {
        (Some((before, after)), Some(subject)) if before != subject && !before.starts_with(&format!("{subject}, ")) => {
            format!("{place} {subject}: {before} → {after}")
        }
        (Some((before, after)), _) => format!("{place} {before} → {after}"),
        (None, Some(subject)) => format!("{place} {subject}: {}", fix.title),
        (None, None) => format!("{place}: {}", fix.title),
    })
}

/// The names of the members, or the string, before and after a fix of one text.
fn change(fix: &Fix, text: &[u8]) -> Option<(String, String)> {
    let start = fix.edits.iter().map(|edit| edit.span.start).min()?;
    let end = fix.edits.iter().map(|edit| edit.span.end).max()?;
    let before = text.get(start..end).filter(|piece| piece.len() <= MOST)?;
    let within = |edit: &Edit| Edit { span: Span::new(edit.span.start - start, edit.span.end - start), ..edit.clone() };
    let mut edits: Vec<Edit> = fix.edits.iter().map(within).collect();
    edits.sort_by_key(|edit| edit.span);
    let after = apply(before, &edits)?.concat();
    let (before, after) = (std::str::from_utf8(before).ok()?, std::str::from_utf8(&after).ok()?);
    match (string(before), string(after)) {
        (Some(before), Some(after)) => Some((before, after)),
        (None, None) => Some((members(before)?, members(after)?)),
        _ => None,
    }
}

/// The text, if it is a single short JSON string.
fn string(piece: &str) -> Option<String> {
    let document = json::parse(piece);
    let root = document.root().filter(|root| root.kind() == ValueKind::String && document.errors().is_empty())?;
    let text = root.as_str()?;
    (text.chars().count() <= MOST_SHOWN && !text.is_empty()).then(|| text.into_owned())
}

/// The names of the members in a piece of an object.
fn members(piece: &str) -> Option<String> {
    let text = format!("{{{piece}}}");
    let document = json::parse(&text);
    let root = document.root().filter(|_| document.errors().is_empty())?;
    let names: Vec<String> = root.members().map(|member| member.key.into_owned()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
