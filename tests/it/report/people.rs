//! Reports for people.

use heylint::outcome::{RunReport, excerpt};
use heylint::report::{ReportFormat, ReportStyle};
use heylint::text::Span;

use super::build::*;

#[test]
fn human() {
    insta::assert_snapshot!("human", plain(&everything(), ReportFormat::Human));
}

#[test]
fn human_in_ascii_and_narrow() {
    let style = ReportStyle { unicode: false, width: 60, ..ReportStyle::default() };
    insta::assert_snapshot!("human_ascii_60", written(&everything(), ReportFormat::Human, &style));
}

#[test]
fn human_with_colour() {
    let mut report = everything();
    report.findings.truncate(2);
    let style = ReportStyle { color: true, hyperlinks: true, ..ReportStyle::default() };
    let text = written(&report, ReportFormat::Human, &style).replace('\u{1b}', "␛");
    insta::assert_snapshot!("human_colour", text);
}

#[test]
fn concise() {
    insta::assert_snapshot!("concise", plain(&everything(), ReportFormat::Concise));
    let style = ReportStyle { color: true, ..ReportStyle::default() };
    let text = written(&everything(), ReportFormat::Concise, &style).replace('\u{1b}', "␛");
    insta::assert_snapshot!("concise_colour", text);
}

#[test]
fn without_colour_there_is_no_escape() {
    for format in [ReportFormat::Human, ReportFormat::Concise] {
        assert!(!plain(&everything(), format).contains('\u{1b}'));
    }
}

#[test]
fn the_summary_has_all_counts() {
    let last =
        |report: &RunReport| plain(report, ReportFormat::Human).lines().last().map(str::to_owned).unwrap_or_default();
    assert_eq!(last(&report(vec![], vec![])), "0 files in 41 ms: nothing was checked");
    let mut report = report(vec![], vec![request("a.json")]);
    assert_eq!(last(&report), "1 request in 41 ms: all good; 1 of 1 request ready to send");
    report.summary.media = 14;
    report.summary.media_bytes = 212_000_000;
    report.summary.requests = 3;
    assert_eq!(
        last(&report),
        "3 requests and 14 media files (212 MB) in 41 ms: all good; 1 of 3 requests ready to send"
    );
    // A shard does not know what the others found.
    report.summary.ready = None;
    assert_eq!(last(&report), "3 requests and 14 media files (212 MB) in 41 ms: all good");
    report.summary.unchecked = 1;
    report.summary.suppressed = 2;
    report.summary.baselined = 1_000;
    let rest = "2 suppressed; 1,000 in the baseline; 1 could not be checked";
    assert_eq!(last(&report), format!("3 requests and 14 media files (212 MB) in 41 ms: no findings; {rest}"));
    report.summary.errors = 3;
    report.summary.warnings = 1;
    report.summary.fixable = 1;
    let rest = format!("3 errors, 1 warning; {rest}; 1 can be fixed with --fix");
    assert_eq!(last(&report), format!("3 requests and 14 media files (212 MB) in 41 ms: {rest}"));
    let style = ReportStyle { quiet: true, ..ReportStyle::default() };
    assert_eq!(written(&report, ReportFormat::Human, &style), "");
    assert_eq!(written(&report, ReportFormat::Concise, &style), "");
}

/// The marks point at the exact characters, and the header gives the exact column.
#[test]
fn a_line_of_20_000_columns_stays_in_the_terminal() {
    for (before, behind) in [(0, 20_000), (10_000, 10_000), (20_000, 0), (19_990, 10)] {
        let text = format!("{{\"a\":\"{}\",\"speed\":MARK,\"b\":\"{}\"}}", "x".repeat(before), "y".repeat(behind));
        let finding = at("speed is too high", "a.json", &text, "MARK").label("at most 1.5");
        let report = report(vec![finding], vec![request("a.json")]);
        for width in [60, 100, 180] {
            let out = written(&report, ReportFormat::Human, &ReportStyle { width, ..ReportStyle::default() });
            assert!(out.lines().all(|line| line.chars().count() <= width), "{out}");
            assert!(out.contains(&format!("╭▸ a.json:1:{}\n", text.find("MARK").unwrap() + 1)), "{out}");
            let source = out.lines().find(|line| line.contains("MARK")).unwrap();
            let marks = out.lines().find(|line| line.contains("━━━━")).unwrap();
            let column = |line: &str, what: &str| line[..line.find(what).unwrap()].chars().count();
            assert_eq!(column(source, "MARK"), column(marks, "━━━━"), "{out}");
            assert!(marks.ends_with("━━━━ at most 1.5"), "{out}");
        }
    }
}

/// Marks stay aligned after wide characters, tabs and zero-width characters.
#[test]
fn wide_characters_do_not_push_the_marks_away() {
    for fill in ["作", "é", "\t", "😀", "\u{202e}", "e\u{301}"] {
        for (before, behind) in [(3, 3), (5_000, 5_000)] {
            let text = format!("{{\"a\": \"{}MARK{}\"}}", fill.repeat(before), fill.repeat(behind));
            let report = report(vec![at("out of place", "a.json", &text, "MARK")], vec![]);
            let out = plain(&report, ReportFormat::Human);
            let source = out.lines().find(|line| line.contains("MARK")).unwrap();
            let marks = out.lines().find(|line| line.contains("━━━━")).unwrap();
            let shown = |line: &str| -> usize {
                line.chars().map(|c| if "作😀".contains(c) { 2 } else { usize::from(c != '\u{301}') }).sum()
            };
            assert_eq!(
                shown(source.split("MARK").next().unwrap()),
                shown(marks.split("━━━━").next().unwrap()),
                "{out}"
            );
            assert!(out.lines().all(|line| shown(line) <= 100), "{out}");
            let column = text[..text.find("MARK").unwrap()].chars().count() + 1;
            assert!(out.contains(&format!("a.json:1:{column}\n")), "{out}");
        }
    }
}

#[test]
fn odd_places() {
    let text = "{\"a\": 1";
    let mut end = at("the object is not closed", "a.json", text, "1").label("expected `}`");
    let span = Span::new(text.len(), text.len());
    end.location.span = Some(span);
    end.location.start = Some(position(text, text.len()));
    end.location.end = end.location.start;
    end.excerpt = Some(excerpt::cut(text, span, position(text, text.len())));
    let mut empty = end.clone();
    empty.location.start = Some(position("", 0));
    empty.excerpt = Some(excerpt::cut("", Span::new(0, 0), position("", 0)));
    let mut far = at("a comma is missing", "b.json", text, "1");
    far.excerpt.as_mut().unwrap().line = 1_999_999;
    far.location.start.as_mut().unwrap().line = 1_999_999;
    let mut unseen = at("no picture", "c.json", text, "1");
    unseen.excerpt = None;
    let mut record = whole("record 7 is sent twice", "m.jsonl");
    record.location.record = Some(7);
    let lone = at("lone carriage returns end lines", "cr.json", "{\r\"a\":\r1\r}", "1");
    let nowhere = whole("nothing to check", "");
    let report = report(vec![end, empty, far, unseen, record, lone, nowhere], vec![]);
    insta::assert_snapshot!("odd_places", plain(&report, ReportFormat::Human));
}

#[test]
fn hostile_strings_reach_no_terminal() {
    for format in [ReportFormat::Human, ReportFormat::Concise] {
        let text = plain(&hostile(), format);
        for c in text.chars().filter(|c| *c != '\n') {
            assert!(!c.is_control(), "{format}: {c:?} in {text:?}");
            let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!turns, "{format}: {c:?} in {text:?}");
        }
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    }
    assert_eq!(plain(&hostile(), ReportFormat::Concise).lines().count(), 2 * HOSTILE.len() + 1);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// For any text, span, message and terminal there is an excerpt with the correct position and without control
    /// characters.
    #[test]
    fn any_text_makes_a_picture(
        pieces in proptest::collection::vec("[a-c\"{}]{0,9}|\t|\r|\n|\r\n|作{1,90}|😀|\u{200d}|\u{301}|\u{202e}|\u{1b}|x{300}", 0..40),
        (from, len) in (0..4_000_usize, 0..900_usize),
        (label, message) in (proptest::option::of(".{0,200}"), ".{1,80}"),
        (width, unicode, color) in (0..300_usize, proptest::bool::ANY, proptest::bool::ANY),
    ) {
        let text = pieces.concat();
        let from = text.floor_char_boundary(from);
        let span = Span::new(from, from + len);
        let mut finding = whole(&message, "a.json");
        let start = heylint::source::LineIndex::new(&text).position(&text, from);
        finding.location.span = Some(span);
        finding.location.start = Some(start);
        finding.label = label;
        finding.excerpt = Some(excerpt::cut(&text, span, start));
        let report = report(vec![finding], vec![]);
        let out = written(&report, ReportFormat::Human, &ReportStyle { width, unicode, color, ..ReportStyle::default() });
        proptest::prop_assert!(out.contains(&format!("a.json:{}:{}", start.line, start.column)), "{}", out);
        let harm = |c: char| (c.is_control() && c != '\n' && !(color && c == '\u{1b}')) || ('\u{202a}'..='\u{202e}').contains(&c);
        proptest::prop_assert!(!out.contains(harm), "{:?}", out);
    }
}
