//! All findings, by file: the first ones in full, then one line each in folded groups, then only counted.

use std::io;

use maud::html;

use super::{Survey, capital, finding};
use crate::finding::{Finding, Location};
use crate::outcome::RunReport;
use crate::report::fold::{FoldedFinding, Folds};
use crate::report::summary;
use crate::report::words::place;
use crate::source::clean;
use crate::text::{count, counted};

/// Bytes of findings that are shown in full.
const MOST_WHOLE: usize = 1 << 20;
/// Bytes of findings that get one line each after that.
const MOST_LINES: usize = 3 << 20;
/// One-line findings per group. A group is folded, so the browser neither lays it out nor reads it aloud until it is
/// opened.
const MOST_IN_GROUP: u64 = 500;

/// What has been written so far.
#[derive(Default)]
struct FindingList {
    /// Findings, in full and in lines.
    number: u64,
    /// Bytes of findings that are written in full.
    whole: usize,
    /// The file whose section is open.
    file: Option<String>,
    /// Bytes of lines.
    lines: usize,
    group: FoldedGroup,
    left: u64,
}

/// Lines that are not written yet; their heading names the first and the last.
#[derive(Default)]
struct FoldedGroup {
    text: String,
    number: u64,
    first: Location,
    last: Location,
}

pub(super) fn write(report: &RunReport, survey: &Survey<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"<section id=\"findings\"><h2>Findings</h2>")?;
    if survey.rules.is_empty() {
        out.write_all(html! { p { (capital(&summary::found(&report.summary, false))) } }.into_string().as_bytes())?;
    }
    let mut folds = Folds::of(report)?;
    let mut list = FindingList::default();
    report.each(&mut |finding| match folds.show(finding) {
        FoldedFinding::Whole(others) => list.take(finding, others, survey, out),
        FoldedFinding::Folded => Ok(()),
    })?;
    list.finish(out)?;
    out.write_all(b"</section>")
}

impl FindingList {
    fn take(
        &mut self,
        finding: &Finding,
        others: Option<String>,
        survey: &Survey<'_>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        if self.whole <= MOST_WHOLE {
            if self.file.as_deref() != Some(&*finding.location.file) {
                self.close(out)?;
                self.open(&finding.location.file, survey, out)?;
            }
            let text = finding::whole(finding, others, survey).into_string();
            self.whole += text.len();
            self.number += 1;
            return out.write_all(text.as_bytes());
        }
        self.close(out)?;
        if self.lines > MOST_LINES {
            self.left += 1;
            return Ok(());
        }
        let text = finding::line(finding, others, survey).into_string();
        self.lines += text.len();
        let group = &mut self.group;
        if group.number == 0 {
            group.first = finding.location.clone();
        }
        group.text.push_str(&text);
        group.number += 1;
        group.last = finding.location.clone();
        if group.number == MOST_IN_GROUP { self.unload(out) } else { Ok(()) }
    }

    fn open(&mut self, path: &str, survey: &Survey<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let number = survey.files.get(path).copied().unwrap_or(0);
        self.file = Some(path.to_owned());
        let heading = html! { h3 { span.path { (clean(path)) } " " small { (counted(number, "finding")) } } };
        write!(out, "<section class=\"file\">{}", heading.into_string())
    }

    fn close(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.file.take().is_some() { out.write_all(b"</section>") } else { Ok(()) }
    }

    /// Writes the deferred lines.
    fn unload(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        let FoldedGroup { text, number, first, last } = std::mem::take(&mut self.group);
        if number == 0 {
            return Ok(());
        }
        let all = counted(number, "finding");
        let heading = html! {
            summary {
                span.count data-all=(all) { (all) } ", one line each "
                small { (count(self.number + 1)) " to " (count(self.number + number)) ": "
                    span.path { (place(&first, None)) } " to " span.path { (place(&last, None)) } }
            }
        };
        self.number += number;
        write!(out, "<details class=\"rest\">{}<ul>{text}</ul></details>", heading.into_string())
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        self.close(out)?;
        self.unload(out)?;
        if self.left == 0 {
            return Ok(());
        }
        let note = html! {
            p { "This page leaves out " (counted(self.left, "finding")) ". A report in JSON holds all: "
                code { "heylint check --format json" } }
        };
        out.write_all(note.into_string().as_bytes())
    }
}
