//! Offers to split scripts that are too long into scenes.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::engine::{FilePaths, Outcome};
use crate::extract::Form;
use crate::finding::{Edit, Finding, Fix};
use crate::limits::Limit;
use crate::outcome::RunReport;
use crate::outcome::spill::SortedRuns;
use crate::request::json::{self, Value};
use crate::request::record::{self, RecordLayout};
use crate::request::split::split;
use crate::rule;

/// The findings of one document for which its tree is built once.
const MOST: usize = 256;

/// The bytes of a file; none if they cannot be edited.
type ScriptSource<'t> = dyn Fn(&Path) -> io::Result<Option<Arc<[u8]>>> + 't;

/// Adds a fix to the findings about scripts that are too long, or says why there is none. `text` returns the bytes of a
/// file.
pub(super) fn offer(outcome: &mut Outcome, text: &ScriptSource<'_>) -> io::Result<()> {
    if !outcome.report.rules().contains_key(rule::SCRIPT_TOO_LONG.id) {
        return Ok(());
    }
    let (mut settled, mut open) = (SortedRuns::default(), Vec::<Finding>::new());
    let paths = &outcome.paths;
    outcome.report.each(&mut |finding| {
        if !is_open(finding) {
            settled.push(finding.clone(), None);
            return Ok(());
        }
        // The findings of a file follow each other.
        if open.len() >= MOST || open.last().is_some_and(|last| last.location.file != finding.location.file) {
            answer_all(paths, &mut open, text)?;
            open.drain(..).for_each(|finding| settled.push(finding, None));
        }
        open.push(finding.clone());
        Ok(())
    })?;
    answer_all(paths, &mut open, text)?;
    open.into_iter().for_each(|finding| settled.push(finding, None));
    replace(&mut outcome.report, settled);
    Ok(())
}

fn replace(report: &mut RunReport, mut findings: SortedRuns) {
    report.findings = findings.take_held();
    (report.spilled, report.spilled_rules) = (findings.runs, findings.rules);
}

/// Answers findings of one file.
fn answer_all(paths: &FilePaths, findings: &mut [Finding], text: &ScriptSource<'_>) -> io::Result<()> {
    let path = findings.first().and_then(|first| paths.get(&first.location.file));
    let Some(path) = path.filter(|path| Form::of(path).is_none()) else { return Ok(()) };
    let Some(bytes) = text(&path)? else { return Ok(()) };
    let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(()) };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if record::layout(extension, text) == RecordLayout::Document {
        let document = json::parse(text);
        findings.iter_mut().for_each(|finding| answer(finding, |at| document.value_at_offset(at)));
        return Ok(());
    }
    for finding in findings {
        let Some(at) = finding.location.span.map(|span| span.start) else { continue };
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let document = json::parse_at(line, start);
        answer(finding, |at| document.value_at_offset(at));
    }
    Ok(())
}

/// Withdraws an offer that could not be carried out.
pub(super) fn withdraw(outcome: &mut Outcome) -> io::Result<()> {
    if !outcome.report.rules().contains_key(rule::SCRIPT_TOO_LONG.id) {
        return Ok(());
    }
    let mut left = SortedRuns::default();
    outcome.report.each(&mut |finding| {
        let mut finding = finding.clone();
        if *finding.rule == rule::SCRIPT_TOO_LONG && finding.fix.take().is_some() {
            finding.help = Some("it cannot be split: that would cause other errors".to_owned());
        }
        left.push(finding, None);
        Ok(())
    })?;
    replace(&mut outcome.report, left);
    Ok(())
}

fn is_open(finding: &Finding) -> bool {
    *finding.rule == rule::SCRIPT_TOO_LONG && finding.fix.is_none() && finding.source.is_none()
}

fn answer<'d>(finding: &mut Finding, value: impl FnOnce(usize) -> Option<Value<'d>>) {
    let most = finding.limit.as_ref().and_then(Limit::number).filter(|most| *most >= 1.0);
    let (Some(most), Some(span)) = (most, finding.location.span) else { return };
    let Some(script) = value(span.start) else { return };
    match split(script, most as usize) {
        Ok(split) => {
            let edit = Edit { file: "".into(), span: split.span, text: split.text };
            let title = format!("split it into {}", crate::text::counted(split.scenes as u64, "scene"));
            finding.fix = Some(Fix { title, safe: true, edits: vec![edit], rename: None });
        }
        Err(why) => finding.help = Some(format!("it cannot be split: {why}")),
    }
}
