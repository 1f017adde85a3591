//! Shows the change of a fix as a small diff.

use crate::finding::{Edit, Excerpt, Finding, Fix};
use crate::source::{clean, is_harmful};
use crate::text::counted;

/// Characters of a line shown before and after the change.
const CONTEXT: usize = 24;
/// The most characters of a line.
const MOST: usize = 160;

/// The most lines of a replaced text.
const MOST_LINES: usize = 40;

/// `- "speed": 1.8` and `+ "speed": 1.5`. If a fix replaces many lines that are not available, only the new ones. Empty
/// if the fix changes other files.
pub(super) fn lines(finding: &Finding, fix: &Fix) -> Vec<String> {
    let anew = written_anew(finding, fix);
    if !anew.is_empty() {
        return anew;
    }
    let edited = || {
        let excerpt = finding.excerpt.as_ref()?;
        let start = finding.location.start?.offset.checked_sub(excerpt.span.start)?;
        let after = applied(finding, fix, excerpt, start)?;
        Some((excerpt.text.as_str(), after))
    };
    let Some((before, after)) = edited().filter(|_| fix.rename.is_none()) else { return Vec::new() };
    // The lines can only be shown above each other if one line replaces one line.
    if before.lines().count() != 1 || after.lines().count() != 1 {
        return Vec::new();
    }
    let [before, after] = narrowed(before, &after);
    vec![format!("- {before}"), format!("+ {after}")]
}

/// Whether these lines of a fix leave out some of what changes in the text.
pub(super) fn is_partial(fix: &Fix, lines: &[String]) -> bool {
    let anew = !lines.iter().any(|line| line.starts_with("- "));
    let cut = lines.is_empty() || lines.iter().any(|line| line.starts_with('…') || line.ends_with('…'));
    fix.rename.is_none() && !fix.edits.is_empty() && anew && cut
}

/// The lines of texts that replace more than the excerpt shows.
fn written_anew(finding: &Finding, fix: &Fix) -> Vec<String> {
    let shown = finding.excerpt.as_ref().zip(finding.location.start);
    let Some((excerpt, start)) = shown.filter(|_| fix.rename.is_none()) else { return Vec::new() };
    let from = start.offset.saturating_sub(excerpt.span.start);
    let is_own = |edit: &&Edit| edit.file.is_empty() || edit.file == finding.location.file;
    let is_within = |edit: &&Edit| from <= edit.span.start && edit.span.end <= from + excerpt.text.len();
    let large = |edit: &&Edit| !is_within(edit) && edit.text.contains('\n');
    if !fix.edits.iter().all(|edit| is_own(&edit)) || !fix.edits.iter().any(|edit| large(&edit)) {
        return Vec::new();
    }
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let texts: Vec<&str> = edits.iter().flat_map(|edit| edit.text.lines()).collect();
    let mut lines: Vec<String> = texts.iter().take(MOST_LINES).map(|line| format!("+ {}", cut(line))).collect();
    if texts.len() > MOST_LINES {
        lines.push(format!("… and {}", counted((texts.len() - MOST_LINES) as u64, "more line")));
    }
    lines
}

/// The beginning of a line.
fn cut(line: &str) -> String {
    let piece: String = line.chars().take(MOST).map(|c| if c == '\t' { ' ' } else { c }).collect();
    let piece = if piece.contains(is_harmful) { clean(&piece).into_owned() } else { piece };
    if line.chars().nth(MOST).is_some() { format!("{piece}…") } else { piece }
}

/// The excerpt with the edits applied; none if one of them lies outside. `start` is the start of the excerpt in its
/// file.
fn applied(finding: &Finding, fix: &Fix, excerpt: &Excerpt, start: usize) -> Option<String> {
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut text = String::with_capacity(excerpt.text.len());
    let mut at = 0;
    for edit in edits {
        if !(edit.file.is_empty() || edit.file == finding.location.file) {
            return None;
        }
        let (from, to) = (edit.span.start.checked_sub(start)?, edit.span.end.checked_sub(start)?);
        text.push_str(excerpt.text.get(at..from)?);
        text.push_str(&edit.text);
        at = to;
    }
    text.push_str(excerpt.text.get(at..)?);
    (text != excerpt.text).then_some(text)
}

/// The parts of two lines around the difference.
fn narrowed(before: &str, after: &str) -> [String; 2] {
    let (one, other): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let least = one.len().min(other.len()) - head;
    let tail = one.iter().rev().zip(other.iter().rev()).take(least).take_while(|(a, b)| a == b).count();
    let from = head.saturating_sub(CONTEXT);
    let shown = |line: &[char]| {
        let to = (line.len() - tail + CONTEXT).min(line.len()).min(from + MOST);
        let piece: String = line[from..to].iter().map(|c| if *c == '\t' { ' ' } else { *c }).collect();
        let piece = if piece.contains(is_harmful) { clean(&piece).into_owned() } else { piece };
        let end = if to < line.len() { "…" } else { "" };
        if from > 0 { format!("…{piece}{end}") } else { format!("{}{end}", piece.trim_start()) }
    };
    [shown(&one), shown(&other)]
}

#[cfg(test)]
mod tests {
    use super::narrowed;

    #[test]
    fn long_lines_are_cut_around_what_changes() {
        let line =
            |speed: &str| format!("{{{}\"speed\": {speed}, {}}}", "\"a\": 1, ".repeat(40), "\"b\": 2, ".repeat(40));
        let [before, after] = narrowed(&line("1.8"), &line("1.5"));
        assert!(before.starts_with('…') && before.contains("\"speed\": 1.8,") && before.ends_with('…'), "{before}");
        assert!(after.contains("\"speed\": 1.5,") && after.chars().count() < 60, "{after}");
        assert_eq!(narrowed("  \"a\": 1,", "  \"a\": 2,"), ["\"a\": 1,", "\"a\": 2,"]);
        assert_eq!(narrowed("aa", "aaa"), ["aa", "aaa"]);
    }
}
