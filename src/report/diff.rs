//! What a fix changes, as the lines of a small diff.

use crate::finding::{Edit, Excerpt, Finding, Fix};
use crate::source::{clean, is_harmful};

/// Characters that are shown of a line before and after what changes.
const CONTEXT: usize = 24;
/// Characters that are shown of a line at most.
const MOST: usize = 160;

/// `- "speed": 1.8` and `+ "speed": 1.5`; nothing where the fix changes other files, or lines that are not at hand.
pub(super) fn lines(finding: &Finding, fix: &Fix) -> Vec<String> {
    let edited = || {
        let excerpt = finding.excerpt.as_ref()?;
        let start = finding.location.start?.offset.checked_sub(excerpt.span.start)?;
        let after = applied(finding, fix, excerpt, start)?;
        Some((excerpt.text.as_str(), after))
    };
    let Some((before, after)) = edited().filter(|_| fix.rename.is_none()) else { return Vec::new() };
    // Only where one line becomes another can they stand one above the other.
    if before.lines().count() != 1 || after.lines().count() != 1 {
        return Vec::new();
    }
    let [before, after] = narrowed(before, &after);
    vec![format!("- {before}"), format!("+ {after}")]
}

/// The excerpt with the edits in it; none when one of them lies outside. `start` is where the excerpt begins in its file.
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

/// The pieces of two lines around what differs.
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
