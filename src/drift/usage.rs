//! Compares a prose page of limits, such as the usage-limits page, with the limits that were taken from it.
//!
//! The page is Markdown. Each list item, table cell and line of text counts as a line; the headings above it and the
//! names of its row and column belong to it. A limit names the words of its line.

use std::collections::BTreeSet;

use super::{Difference, DriftChange, DriftSubject, describe};
use crate::limits::{Limit, LimitValue};
use crate::media::Format;
use crate::profile::Profile;

/// The largest page in bytes.
pub const MOST_BYTES: usize = 4 << 20;

/// The differences of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsageDrift {
    pub differences: Vec<Difference>,
    /// Lines with figures that no limit uses.
    pub unread: Vec<String>,
}

/// Compares a page with the limits that name one of its lines.
#[must_use]
pub fn compare(profile: &Profile, page: &str) -> UsageDrift {
    let lines = lines(page);
    let mut read = BTreeSet::new();
    let mut differences = Vec::new();
    for limit in profile.limits.iter().filter(|limit| !limit.at.is_empty()) {
        let fits = |(_, line): &(usize, &PageLine)| {
            limit.at.split(' ').all(|word| line.words.contains(word)) && line.says(limit).is_some()
        };
        let found = lines.iter().enumerate().find(fits);
        let theirs = found.and_then(|(_, line)| line.says(limit));
        read.extend(found.map(|(at, _)| at));
        if theirs.as_ref() != Some(&ours(limit)) {
            differences.push(difference(limit, theirs));
        }
    }
    let unread = lines.iter().enumerate().filter(|(at, line)| !read.contains(at) && !quantities(&line.text).is_empty());
    UsageDrift { differences, unread: unread.map(|(_, line)| line.described()).collect() }
}

/// The value of a limit in a line.
#[derive(Clone, Debug, PartialEq)]
enum PageValue {
    Number(f64),
    Names(BTreeSet<String>),
}

fn ours(limit: &Limit) -> PageValue {
    match limit.value {
        LimitValue::Number(number) => PageValue::Number(number),
        LimitValue::Names(names) => PageValue::Names(names.iter().map(|name| (*name).to_owned()).collect()),
    }
}

fn difference(limit: &Limit, theirs: Option<PageValue>) -> Difference {
    let text = |said: PageValue| match said {
        PageValue::Number(number) if limit.unit.is_empty() => describe::number(number),
        PageValue::Number(number) => format!("{} {}", describe::number(number), limit.unit),
        PageValue::Names(names) => names.into_iter().collect::<Vec<_>>().join(", "),
    };
    let change = if theirs.is_some() { DriftChange::Changed } else { DriftChange::Gone };
    Difference {
        change,
        subject: DriftSubject::Limit,
        operation: limit.name.to_owned(),
        at: String::new(),
        object: None,
        field: None,
        limit: Some(limit.name),
        ours: Some(text(ours(limit))),
        theirs: theirs.map(text),
        values: Vec::new(),
        more: 0,
        entry: None,
        keyword: None,
    }
}

/// A line of a page, with its headings, row and column.
#[derive(Debug)]
struct PageLine {
    words: BTreeSet<String>,
    /// Headings, row and column.
    above: Vec<String>,
    text: String,
}

impl PageLine {
    fn new(above: &[&str], text: &str) -> Self {
        let text = plain(text);
        let above: Vec<String> = above.iter().map(|part| plain(part)).filter(|part| !part.is_empty()).collect();
        let words = above.iter().chain([&text]).flat_map(|part| words(part)).collect();
        Self { words, above, text }
    }

    fn described(&self) -> String {
        let parts: Vec<&str> = self.above.iter().chain([&self.text]).map(String::as_str).collect();
        parts.join(" · ")
    }

    /// The value of the limit in the line, if it has one of this kind.
    fn says(&self, limit: &Limit) -> Option<PageValue> {
        match limit.value {
            LimitValue::Names(names) => {
                let is_ratio = names.iter().any(|name| name.contains(':'));
                let name = |word: String| {
                    let format = || Format::from_extension(&word).map(|format| format.name().to_owned());
                    if is_ratio { Some(word.clone()).filter(|word| is_shape(word)) } else { format() }
                };
                let found: BTreeSet<String> = words(&self.text).filter_map(name).collect();
                (!found.is_empty()).then_some(PageValue::Names(found))
            }
            LimitValue::Number(_) => {
                let is_least = limit.name.rsplit(['.', '-']).next() == Some("min") || limit.name.contains(".min-");
                let fitting = quantities(&self.text).into_iter().filter_map(|quantity| quantity.in_unit(limit.unit));
                let bounds = fitting.map(|(low, high)| if is_least { low } else { high });
                bounds.into_iter().next().flatten().map(PageValue::Number)
            }
        }
    }
}

/// `16:9`
fn is_shape(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    parts.len() == 2 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Text without Markdown markup.
fn plain(text: &str) -> String {
    let without: String = text.chars().filter(|c| !matches!(c, '*' | '`' | '|')).collect();
    without.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a text in lower case; a path is one word, and so is `16:9`.
fn words(text: &str) -> impl Iterator<Item = String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '-' | '{' | '}' | ':');
    let words = text.split(move |c| !is_part(c)).map(|word| word.trim_matches(['-', ':']).to_lowercase());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().into_iter()
}

fn lines(page: &str) -> Vec<PageLine> {
    let mut found = Vec::new();
    let mut headings: Vec<(usize, &str)> = Vec::new();
    let mut items: Vec<(usize, &str)> = Vec::new();
    let mut columns: Vec<&str> = Vec::new();
    for line in page.lines() {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        if !text.starts_with('|') {
            columns.clear();
        }
        if text.is_empty() {
            continue;
        }
        let level = text.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) {
            headings.retain(|(above, _)| *above < level);
            headings.push((level, text.trim_start_matches('#')));
            items.clear();
            continue;
        }
        let above: Vec<&str> = headings.iter().map(|(_, text)| *text).collect();
        if let Some(row) = text.strip_prefix('|') {
            let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            let is_rule = cells.iter().all(|cell| !cell.is_empty() && cell.bytes().all(|byte| b"-: ".contains(&byte)));
            match (is_rule, columns.is_empty(), cells.split_first()) {
                (true, ..) => {}
                (false, true, _) => columns = cells,
                (false, false, Some((name, rest))) => {
                    for (at, cell) in rest.iter().enumerate() {
                        let column = columns.get(at + 1).copied().unwrap_or_default();
                        found.push(PageLine::new(&[above.as_slice(), &[*name, column]].concat(), cell));
                    }
                }
                (false, false, None) => {}
            }
            continue;
        }
        let item = text.strip_prefix(['-', '*', '+']).filter(|rest| rest.starts_with(' '));
        items.retain(|(above, _)| *above < indent);
        let parents: Vec<&str> = items.iter().map(|(_, text)| *text).collect();
        let text = item.unwrap_or(text);
        found.push(PageLine::new(&[above, parents].concat(), text));
        if item.is_some() {
            items.push((indent, text));
        }
    }
    found
}

/// A number or a range in a text, with the word after it.
#[derive(Debug, PartialEq)]
struct PageQuantity {
    low: Option<f64>,
    high: f64,
    unit: String,
}

impl PageQuantity {
    /// The minimum and maximum in the unit of a limit; none if it is another kind of quantity.
    fn in_unit(&self, unit: &str) -> Option<(Option<f64>, Option<f64>)> {
        let factor = match (unit, self.unit.as_str()) {
            ("MB", "mb" | "megabytes")
            | ("s", "s" | "sec" | "second" | "seconds")
            | ("px", "px" | "pixel" | "pixels") => 1.0,
            ("MB", "gb" | "gigabytes") => 1_000.0,
            ("s", "min" | "minute" | "minutes") => 60.0,
            ("s", "h" | "hour" | "hours") => 3_600.0,
            ("code points", "character" | "characters" | "chars" | "")
            | ("files", "file" | "files" | "")
            | ("scenes", "scene" | "scenes" | "")
            | ("jobs", "job" | "jobs" | "concurrent" | "async" | "")
            | ("ratio", "x" | "")
            | ("", "") => 1.0,
            _ => return None,
        };
        Some((self.low.map(|low| low * factor), Some(self.high * factor)))
    }
}

fn quantities(text: &str) -> Vec<PageQuantity> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let is_own = before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, ':' | '/' | '_' | '.'));
        let Some((first, end)) = number(&chars, at).filter(|_| is_own) else {
            at += 1;
            continue;
        };
        let (mut low, mut high, mut end) = (None, first, end);
        if let Some((last, after)) = separated(&chars, end).and_then(|from| number(&chars, from)) {
            (low, high, end) = (Some(first), last, after);
        }
        let unit: String = chars
            .get(end..)
            .unwrap_or_default()
            .iter()
            .skip_while(|c| **c == ' ')
            .take_while(|c| c.is_alphabetic())
            .collect();
        let is_shape = chars.get(end) == Some(&':') && chars.get(end + 1).is_some_and(char::is_ascii_digit);
        at = end.max(at + 1);
        if !is_shape {
            found.push(PageQuantity { low, high, unit: known_unit(&unit) });
        }
    }
    found
}

/// The word after a number, if it is a unit; other words do not say what is counted.
fn known_unit(word: &str) -> String {
    const UNITS: [&str; 34] = [
        "mb",
        "megabytes",
        "gb",
        "gigabytes",
        "kb",
        "s",
        "sec",
        "second",
        "seconds",
        "min",
        "minute",
        "minutes",
        "h",
        "hour",
        "hours",
        "px",
        "pixel",
        "pixels",
        "k",
        "fps",
        "character",
        "characters",
        "chars",
        "file",
        "files",
        "scene",
        "scenes",
        "job",
        "jobs",
        "concurrent",
        "async",
        "x",
        "percent",
        "days",
    ];
    let word = word.to_lowercase();
    if UNITS.contains(&word.as_str()) { word } else { String::new() }
}

/// A number at a place: `5,000`, `0.5`, and its end.
fn number(chars: &[char], at: usize) -> Option<(f64, usize)> {
    let mut end = at;
    let mut text = String::new();
    while let Some(c) = chars.get(end) {
        let digit_follows = chars.get(end + 1).is_some_and(char::is_ascii_digit);
        match c {
            '0'..='9' => text.push(*c),
            ',' if !text.is_empty() && digit_follows => {}
            '.' if !text.is_empty() && digit_follows && !text.contains('.') => text.push('.'),
            _ => break,
        }
        end += 1;
    }
    Some((text.parse().ok()?, end))
}

/// The start of the second number of a range: after `–`, `-`, `to`.
fn separated(chars: &[char], at: usize) -> Option<usize> {
    let skip = |mut at: usize| {
        while chars.get(at) == Some(&' ') {
            at += 1;
        }
        at
    };
    let from = skip(at);
    match chars.get(from)? {
        '–' | '—' | '-' => Some(skip(from + 1)),
        't' if chars.get(from + 1) == Some(&'o') && chars.get(from + 2) == Some(&' ') => Some(skip(from + 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ranges_have_units() {
        let of = |text: &str| quantities(text).into_iter().map(|one| (one.low, one.high, one.unit)).collect::<Vec<_>>();
        assert_eq!(of("up to 5,000 characters"), [(None, 5_000.0, "characters".to_owned())]);
        assert_eq!(of("0.5–2.0"), [(Some(0.5), 2.0, String::new())]);
        assert_eq!(of("128 to 4,096 px, 16:9 or 9:16"), [(Some(128.0), 4_096.0, "px".to_owned())]);
        assert_eq!(
            of("MP4, at most 100MB, < 2K, /v3/videos"),
            [(None, 100.0, "mb".to_owned()), (None, 2.0, "k".to_owned())]
        );
        assert_eq!(of("30 minutes per scene"), [(None, 30.0, "minutes".to_owned())]);
        assert_eq!(of("none, -, ., 16:9, v2"), []);
        assert_eq!(of("at most 20: PNG"), [(None, 20.0, String::new())]);
    }

    #[test]
    fn any_text_is_read() {
        for text in
            ["|", "||||", "| - |\n|", "#", "####### x", "- ", "9".repeat(1_000).as_str(), "1-", "1 to", "\u{2013}"]
        {
            let many = crate::profile::default().limits.iter().filter(|limit| !limit.at.is_empty()).count();
            assert_eq!(compare(crate::profile::default(), text).differences.len(), many, "{text}");
        }
    }
}
