//! The HTML page: its content, what it must never contain, its size.

use heylint::report::ReportFormat;
use heylint::rule::Severity;
use heylint::text::base64;
use sha2::{Digest, Sha256};

use super::build::*;

/// The first text between two marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from}")) + from.len();
    &text[start..start + text[start..].find(to).unwrap()]
}

/// The tags of the page, without script and style.
fn tags(page: &str) -> Vec<&str> {
    let body = page.split("<script>").next().unwrap();
    let body = body.split("</style>").nth(1).unwrap();
    body.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()).collect()
}

#[test]
fn the_page_shows_what_the_terminal_shows() {
    let page = plain(&everything(), ReportFormat::Html);
    for part in [
        "<!DOCTYPE html>",
        "script has 5,213 code points, 213 more than the maximum of 5,000",
        "drafts/a.json:4:",
        "too much from here on",
        "<mark>1.8</mark>",
        "5,000 code points",
        "documented in usage-limits",
        "split it into two scenes",
        "drafts/a.json:9:18: used here as an image",
        "<code>mv media/p.jpg media/p.png</code>",
        "data-copy",
        "1920×1080",
        "named .jpg, but the bytes are PNG",
    ] {
        assert!(page.contains(part), "no {part}");
    }
    assert_eq!(page.matches("<article class=\"finding\"").count(), 8);
    assert!(!page.contains(" ms"), "a time would differ from run to run");
}

#[test]
fn the_verdict_counts_requests_and_files() {
    let verdict =
        |findings, files| between(&plain(&report(findings, files), ReportFormat::Html), "<h1", "</h1>").to_owned();
    let requests = || ["a.json", "b.json", "c.json"].map(request);
    let mut files = requests().to_vec();
    assert!(verdict(vec![], files.clone()).ends_with(">All 3 requests are ready"));
    files.push(media("v.mp4"));
    // A warning does not stop a request; a faulty file stops every request that uses it.
    let warned = whole("doubtful", "c.json").at_most(Severity::Warning);
    let cut = whole("the MP4 is cut", "v.mp4")
        .related("used here as a video", spanned("a.json", 2, 3, "/url"))
        .related("used here as a video", spanned("b.json", 2, 3, "/url"));
    assert!(
        verdict(vec![warned.clone(), cut.clone()], files).ends_with(">1 of 3 requests is ready; 1 file to replace")
    );
    assert!(verdict(vec![cut], vec![media("v.mp4")]).ends_with(">1 file to replace"));
    assert!(verdict(vec![], vec![media("v.mp4")]).ends_with(">The media file is fine"));
    assert!(verdict(vec![], vec![]).ends_with(">Nothing was checked"));
    assert!(verdict(vec![warned], vec![request("c.json")]).ends_with(">The request is ready"));
}

#[test]
fn the_policy_allows_only_its_own_script_and_style() {
    let page = plain(&everything(), ReportFormat::Html);
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    let digest = |text: &str| format!("'sha256-{}'", base64(&Sha256::digest(text)));
    let (style, script) = (between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
            digest(style),
            digest(script)
        )
    );
    for report in [everything(), hostile()] {
        let page = plain(&report, ReportFormat::Html);
        let body = page.replacen(between(&page, "<script>", "</script>"), "", 1);
        assert_eq!((body.matches("<script").count(), body.matches("<style").count()), (1, 1));
        for tag in tags(&page) {
            let name = tag.split(' ').next().unwrap();
            assert!(!["link", "iframe", "object", "embed", "base"].contains(&name), "{tag}");
            // Quoted values are escaped, so a quote always ends one.
            let names = tag.split('"').step_by(2).flat_map(str::split_whitespace);
            for attribute in names.filter(|word| word.ends_with('=')) {
                assert!(!attribute.starts_with("on") && attribute != "style=", "{tag}");
                if attribute == "src=" || attribute == "href=" {
                    let value = between(tag, &format!("{attribute}\""), "\"");
                    assert!(["https://", "data:image/", "#"].iter().any(|known| value.starts_with(known)), "{tag}");
                }
            }
        }
    }
}

#[test]
fn names_and_texts_from_outside_are_text() {
    let words = [
        "</h4><script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "'><img src=x onerror=alert(1)>",
        "a\u{202e}b\u{0}",
    ];
    for words in words {
        let mut finding = at(words, words, &format!("{{\"a\": \"{words}\"}}"), words)
            .label(words)
            .help(format!("{words} `mv {words} b c` {words}"))
            .about(words)
            .related(words, spanned(words, 1, 1, words));
        finding.location.pointer = Some(words.to_owned());
        finding.fix = Some(edit(words, words, words));
        let page = plain(&report(vec![finding], vec![media(words), request(words)]), ReportFormat::Html);
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        for never in ["<img", " onmouseover=\"", " onerror=\"", "\u{202e}", "\u{0}"] {
            assert!(!page.contains(never), "{never:?} of {words:?}");
        }
        // One article for the finding and one for the file: no text closed an element.
        assert_eq!(page.matches("<article").count(), 2);
        assert_eq!(page.matches("<article").count(), page.matches("</article>").count());
    }
}

/// Findings that are all different.
fn many(count: usize) -> heylint::outcome::RunReport {
    let text = "{\n  \"voice_settings\": {\"speed\": 1.8, \"pitch\": 0}\n}\n";
    let one = |number: usize| {
        at(
            &format!("speed of scene {number} is above the maximum"),
            &format!("drafts/{:05}.json", number / 2),
            text,
            "1.8",
        )
        .limit(&limit("script.max"))
        .help("split it into two scenes; the last sentence that fits ends before “It begins”")
    };
    report((0..count).map(one).collect(), (0..count / 2).map(|at| request(&format!("drafts/{at:05}.json"))).collect())
}

#[test]
fn its_size_is_bounded_and_it_says_what_it_leaves_out() {
    let small = plain(&many(100), ReportFormat::Html);
    assert!(!small.contains("leaves out") && !small.contains("one line each"));
    let page = plain(&many(10_000), ReportFormat::Html);
    assert!(page.len() < 6 << 20, "{}", page.len());
    let whole = page.matches("<article class=\"finding\"").count();
    let lines = page.matches("<li class=\"finding\"").count();
    assert!(whole > 1_000 && lines > 1_000, "{whole} {lines}");
    assert_eq!(whole + lines, 10_000);
    // Lines are folded in groups with a title.
    let groups = page.matches("<details class=\"rest\">").count();
    assert_eq!(groups, lines.div_ceil(500));
    let from = format!("{} to {}", heylint::text::count(whole as u64 + 1), heylint::text::count(whole as u64 + 500));
    assert!(page.contains(&from), "{from}");
    let huge = plain(&many(60_000), ReportFormat::Html);
    assert!(huge.len() < 6 << 20, "{}", huge.len());
    let shown = huge.matches("class=\"finding\"").count();
    let left: usize = between(&huge, "This page leaves out ", " ").replace(',', "").parse().unwrap();
    assert_eq!(shown + left, 60_000);
    // The list of a filter is bounded as well.
    assert!(huge.matches("<option").count() < 1_100);
}

#[test]
fn the_same_findings_are_folded() {
    let findings = (0..500).map(|_| whole("speed is 1.8", "a.jsonl")).enumerate().map(|(record, mut finding)| {
        finding.location.record = Some(record as u32);
        finding
    });
    let page = plain(&report(findings.collect(), vec![]), ReportFormat::Html);
    assert_eq!(page.matches("<article").count(), 1);
    assert!(page.contains("and 499 more: records 2–500"));
}
