//! The lines in which two texts differ.

use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::{DiffOp, DiffTag, group_diff_ops};

/// How long to look for the shortest difference. What is found by then is correct, but may be longer than necessary.
const SEARCH: Duration = Duration::from_secs(2);

/// Unchanged lines around a change in a unified diff.
const CONTEXT: usize = 3;

/// Two texts, line by line.
#[derive(Debug)]
pub struct LineDiff<'t> {
    old: Vec<&'t str>,
    new: Vec<&'t str>,
    ops: Vec<DiffOp>,
}

impl<'t> LineDiff<'t> {
    /// Compares two texts. A line ends with `\n`, as in `git apply`.
    #[must_use]
    pub fn between(old: &'t str, new: &'t str) -> Self {
        let (old, new): (Vec<_>, Vec<_>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
        // Numbers instead of lines keep the search small, in time and in code.
        let mut numbers = HashMap::with_hasher(RandomState::default());
        let mut number = |line: &&'t str| {
            let next = numbers.len();
            *numbers.entry(*line).or_insert(next)
        };
        let (before, after): (Vec<_>, Vec<_>) =
            (old.iter().map(&mut number).collect(), new.iter().map(&mut number).collect());
        let mut found = Compact::new(Replace::new(Capture::new()), &before, &after);
        let Ok(()) = myers::diff_deadline(
            &mut found,
            &before,
            0..before.len(),
            &after,
            0..after.len(),
            Some(Instant::now() + SEARCH),
        );
        let ops = found.into_inner().into_inner().into_ops();
        Self { old, new, ops }
    }

    /// The bytes that differ in the old text, and what stands there in the new one. Both are whole lines.
    pub fn changes(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let (old, new) = (offsets(&self.old), offsets(&self.new));
        self.ops.iter().filter(|op| op.tag() != DiffTag::Equal).map(move |op| {
            let (before, after) = (op.old_range(), op.new_range());
            (old[before.start]..old[before.end], new[after.start]..new[after.end])
        })
    }

    /// A unified diff for `git apply`, without the line that names the command. Empty if the texts are equal.
    #[must_use]
    pub fn unified(&self, old: &str, new: &str) -> String {
        let mut out = String::new();
        for hunk in group_diff_ops(self.ops.clone(), CONTEXT) {
            let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
            // Writing to a string cannot fail.
            if out.is_empty() {
                let _ = writeln!(out, "--- {old}\n+++ {new}");
            }
            let before = range(first.old_range().start..last.old_range().end);
            let after = range(first.new_range().start..last.new_range().end);
            let _ = writeln!(out, "@@ -{before} +{after} @@");
            for op in hunk {
                let mut lines = |mark, lines: &[&str]| lines.iter().for_each(|line| add(&mut out, mark, line));
                if op.tag() == DiffTag::Equal {
                    lines(' ', &self.old[op.old_range()]);
                } else {
                    lines('-', &self.old[op.old_range()]);
                    lines('+', &self.new[op.new_range()]);
                }
            }
        }
        out
    }
}

/// Where each line begins, and where the last one ends.
fn offsets(lines: &[&str]) -> Vec<usize> {
    let ends = lines.iter().scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    });
    std::iter::once(0).chain(ends).collect()
}

/// Lines of a hunk as `FIRST,COUNT`. A range without lines is named by the line before it.
fn range(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn add(out: &mut String, mark: char, line: &str) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Applies a unified diff by its line numbers alone.
    fn applied(old: &str, diff: &str) -> String {
        let old: Vec<_> = old.split_inclusive('\n').collect();
        let (mut out, mut at) = (String::new(), 0);
        let lines: Vec<_> = diff.split_inclusive('\n').collect();
        for (index, line) in lines.iter().enumerate().skip(2) {
            let unended = lines.get(index + 1).is_some_and(|next| next.starts_with('\\'));
            let content = if unended { &line[1..line.len() - 1] } else { &line[1..] };
            match line.as_bytes()[0] {
                b'@' => {
                    let (first, count) =
                        line[4..].split_once(' ').map_or("", |(range, _)| range).split_once(',').map_or_else(
                            || (line[4..].split_once(' ').expect("a range").0, 1),
                            |(first, count)| (first, count.parse().expect("a count")),
                        );
                    let first: usize = first.parse().expect("a line");
                    let start = if count == 0 { first } else { first - 1 };
                    out.extend(old[at..start].iter().copied());
                    at = start;
                }
                b'+' => out.push_str(content),
                b'\\' => {}
                _ => {
                    assert_eq!(old[at], content, "line {at} of {diff}");
                    if line.starts_with(' ') {
                        out.push_str(content);
                    }
                    at += 1;
                }
            }
        }
        out.extend(old[at..].iter().copied());
        out
    }

    proptest! {
        #[test]
        fn a_unified_diff_makes_the_new_text(old in "([ab]\n|c){0,24}", new in "([ab]\n|c){0,24}") {
            let diff = LineDiff::between(&old, &new).unified("a/x", "b/x");
            prop_assert_eq!(diff.is_empty(), old == new);
            prop_assert_eq!(applied(&old, &diff), new);
        }

        #[test]
        fn changes_make_the_new_text(old in "([ab]\n|c){0,24}", new in "([ab]\n|c){0,24}") {
            let mut out = old.clone();
            let changes: Vec<_> = LineDiff::between(&old, &new).changes().collect();
            for (before, after) in changes.into_iter().rev() {
                out.replace_range(before, &new[after]);
            }
            prop_assert_eq!(out, new);
        }
    }

    #[test]
    fn a_hunk_has_three_lines_of_context() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9";
        assert_eq!(
            LineDiff::between(old, new).unified("a/x", "b/x"),
            "--- a/x\n+++ b/x\n@@ -2,8 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n-9\n+9\n\\ No newline at end of file\n"
        );
    }
}
