//! Formats for CI servers and reviews.

use heylint::report::{ReportFormat, ReportStyle};
use serde_json::Value;

use super::build::*;

fn below(prefix: &str) -> ReportStyle {
    ReportStyle { prefix: prefix.to_owned(), ..ReportStyle::default() }
}

#[test]
fn paths_are_relative_to_the_repository() {
    let report = report(
        vec![at("too fast", "a.json", TABS, "1.8"), at("too fast", "../b.json", TABS, "1.8"), whole("x", "/abs.mp4")],
        vec![],
    );
    for (format, [a, b]) in [
        (ReportFormat::Github, ["file=sub/dir/a.json,", "file=sub/b.json,"]),
        (ReportFormat::Gitlab, ["\"path\":\"sub/dir/a.json\"", "\"path\":\"sub/b.json\""]),
        (ReportFormat::Sarif, ["\"uri\":\"sub/dir/a.json\"", "\"uri\":\"sub/b.json\""]),
        (ReportFormat::Rdjson, ["\"path\":\"sub/dir/a.json\"", "\"path\":\"sub/b.json\""]),
        (ReportFormat::Azure, ["sourcepath=sub/dir/a.json;", "sourcepath=sub/b.json;"]),
        (ReportFormat::Teamcity, ["file='sub/dir/a.json'", "file='sub/b.json'"]),
        (ReportFormat::Markdown, ["sub/dir/a\\.json:2", "sub/b\\.json:2"]),
    ] {
        let text = written(&report, format, &below("sub/dir/"));
        assert!(text.contains(a) && text.contains(b) && text.contains("/abs"), "{format}: {text}");
        assert!(!text.contains("sub/dir//abs"), "{format}");
    }
}

#[test]
fn rdjson_counts_bytes() {
    let report: Value = serde_json::from_str(&plain(&everything(), ReportFormat::Rdjson)).unwrap();
    let all = report["diagnostics"].as_array().unwrap();
    assert_eq!((all.len(), &report["source"]["name"]), (8, &"heylint".into()));
    let cjk = &all[2];
    let line = CJK.lines().nth(1).unwrap();
    let column = line.find("1.8").unwrap() as u64 + 1;
    assert_eq!(cjk["location"]["range"]["start"]["column"].as_u64(), Some(column));
    assert_eq!(cjk["location"]["range"]["end"]["column"].as_u64(), Some(column + 3));
    assert_eq!(cjk["severity"], "WARNING");
    // If the start of a line is not available, only its number is known.
    assert!(all[0]["location"]["range"]["start"].get("column").is_none(), "{}", all[0]);
    assert_eq!(all[0]["location"]["range"]["start"]["line"], 4);
    assert_eq!(all[1]["suggestions"][0]["text"], "1.5");
    assert!(all[4]["location"].get("range").is_none() && all[4].get("suggestions").is_none());
}

#[test]
fn markdown_is_a_table_of_all() {
    let text = plain(&everything(), ReportFormat::Markdown);
    assert!(text.starts_with("### heylint: 5 errors, 2 warnings, 1 hint\n"), "{text}");
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |")).collect();
    assert_eq!(rows.len(), 8);
    // Escaped bars do not separate cells.
    assert!(rows.iter().all(|row| row.replace("\\|", "").matches('|').count() == 5), "{text}");
    let hostile = plain(&hostile(), ReportFormat::Markdown);
    assert!(!hostile.contains("<b>") && !hostile.contains("<script"), "{hostile}");
    let many = report((0..2_000).map(|at| whole(&format!("fault {at}"), "a.json")).collect(), vec![]);
    let text = plain(&many, ReportFormat::Markdown);
    assert!(text.ends_with("1,500 findings more; the log of the job has all.\n") && text.len() < 1 << 20);
}

#[test]
fn azure_and_teamcity_take_no_commands_from_outside() {
    for (format, ours) in
        [(ReportFormat::Azure, "##vso[task.logissue "), (ReportFormat::Teamcity, "##teamcity[inspection")]
    {
        let text = plain(&hostile(), format);
        for line in text.lines() {
            assert!(line.starts_with(ours) && !line.chars().any(char::is_control), "{line:?}");
        }
        assert!(text.lines().count() > 10);
    }
    let teamcity = plain(&everything(), ReportFormat::Teamcity);
    assert_eq!(teamcity.matches("[inspectionType ").count(), 1);
    assert_eq!(teamcity.matches("SEVERITY='ERROR'").count(), 5);
    let azure = plain(&everything(), ReportFormat::Azure);
    assert!(azure.contains("type=error;sourcepath=drafts/b.json;linenumber=2;columnnumber=11;"), "{azure}");
    assert_eq!(azure.lines().count(), 8);
}
