//! Offers to split scripts that are too long into scenes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::Outcome;
use crate::extract::Form;
use crate::finding::{Edit, Finding, Fix};
use crate::limits::Limit;
use crate::request::json::{self, Value};
use crate::request::record::{self, RecordLayout};
use crate::request::split::split;
use crate::rule;

/// Adds a fix to the findings about scripts that are too long, or says why there is none. `text` returns the bytes of a
/// file.
pub(super) fn offer(outcome: &mut Outcome, text: impl Fn(&PathBuf) -> Option<Arc<[u8]>>) {
    let mut files: BTreeMap<Arc<str>, Vec<&mut Finding>> = BTreeMap::new();
    for finding in outcome.report.findings.iter_mut().filter(|finding| is_open(finding)) {
        files.entry(Arc::clone(&finding.location.file)).or_default().push(finding);
    }
    for (name, findings) in files {
        let Some(path) = outcome.paths.get(&name).filter(|path| Form::of(path).is_none()) else { continue };
        let Some(bytes) = text(path) else { continue };
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if record::layout(extension, text) == RecordLayout::Document {
            let document = json::parse(text);
            findings.into_iter().for_each(|finding| answer(finding, |at| document.value_at_offset(at)));
            continue;
        }
        for finding in findings {
            let Some(at) = finding.location.span.map(|span| span.start) else { continue };
            let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let document = json::parse_at(line, start);
            answer(finding, |at| document.value_at_offset(at));
        }
    }
}

/// Withdraws an offer that could not be carried out.
pub(super) fn withdraw(outcome: &mut Outcome) {
    let of_scripts = |finding: &&mut Finding| *finding.rule == rule::SCRIPT_TOO_LONG && finding.fix.is_some();
    for finding in outcome.report.findings.iter_mut().filter(of_scripts) {
        finding.fix = None;
        finding.help = Some("it cannot be split: that would cause other errors".to_owned());
    }
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
