//! `heylint plan`: adds up a set of requests before anything is sent.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use heylint::check::length::Length;
use heylint::engine::{Outcome, RunError};
use heylint::plan::{CostBasis, JobCost, Longest, Plan as Planned, Route};
use heylint::profile::Profile;
use heylint::rule::LINT_UNREADABLE;
use heylint::source::clean;
use heylint::text::{count, counted, seconds, size};
use heylint::{Linter, Settings};
use serde_json::{Value, json};

use super::terminal::{self, Paint};
use super::{Common, ConfigArgs, Failure, OutputFormat, check, note, print_json, tell};

#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Files and folders [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    format: OutputFormat,
    /// The endpoint of the requests, such as `POST /v3/videos`
    #[arg(long, value_name = "ENDPOINT", value_parser = heylint::request::endpoint::endpoint_named)]
    endpoint: Option<String>,
    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    common: Common,
}

impl PlanArgs {
    pub fn run(&self) -> Result<u8, Failure> {
        let paths = if self.paths.is_empty() { vec![".".into()] } else { self.paths.clone() };
        let origin = self.configuration.origin();
        let profiles = self.configuration.given();
        let endpoint = self.endpoint.clone();
        let settings = Settings { paths, origin, profiles, endpoint, plan: true, ..Settings::default() };
        let outcome = match Linter::new(settings).run() {
            Ok(outcome) => outcome,
            Err(RunError::Config(errors)) => return Err(Failure::Config(errors)),
            Err(error) => return Err(Failure::new(error.to_string())),
        };
        let plan = outcome.plan.clone().unwrap_or_default();
        let mut out = terminal::output();
        if self.format == OutputFormat::Json {
            print_json(&document(&plan, &outcome), &mut out)?;
        } else {
            human(&plan, &outcome, Paint::for_output(self.common.color), &mut out)?;
        }
        out.flush()?;
        for finding in outcome.report.findings.iter().filter(|finding| *finding.rule == LINT_UNREADABLE) {
            tell(&Failure::new(format!("{}: {}", clean(&finding.location.file), clean(&finding.message))));
        }
        let summary = &outcome.report.summary;
        if summary.errors + summary.unchecked > 0 {
            let mut faults = Vec::new();
            if summary.errors > 0 {
                faults.push(counted(summary.errors, "error"));
            }
            if summary.unchecked > 0 {
                faults.push(format!("{} that cannot be read", counted(summary.unchecked, "file")));
            }
            note(&format!("there are faults ({}); `heylint check` shows them", faults.join(", ")));
        }
        Ok(check::status(&outcome, false))
    }
}

fn document(plan: &Planned, outcome: &Outcome) -> Value {
    let jobs: Vec<Value> = plan
        .jobs
        .iter()
        .map(|(kind, count)| json!({ "kind": kind, "count": count, "limited": kind.limited }))
        .collect();
    let longest = plan.longest.as_ref().map(|longest| {
        let mut entry = length(longest.length);
        for (key, value) in
            [("file", json!(&*longest.file)), ("record", json!(longest.record)), ("pointer", json!(longest.pointer))]
        {
            entry[key] = value;
        }
        entry
    });
    let profile = profile(outcome);
    json!({
        "version": 1,
        "tool": { "name": "heylint", "version": env!("CARGO_PKG_VERSION") },
        "profile": { "name": profile.name, "as_of": profile.as_of },
        "requests": outcome.report.summary.requests,
        "ready": outcome.report.summary.ready,
        "unrecognised": plan.unrecognised,
        "jobs": jobs,
        "concurrency": { "limit": plan.concurrency, "jobs": plan.limited(), "waves": plan.waves() },
        "length": length(plan.length),
        "costs": plan.costs.iter().filter(|(_, cost)| cost.most > 0.0).map(cost_record).collect::<Vec<_>>(),
        "longest": longest,
        "uploads": { "asset": plan.asset, "direct": plan.direct },
    })
}

fn cost_record((basis, cost): (&CostBasis, &JobCost)) -> Value {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    json!({
        "estimated": true,
        "least": cents(cost.least),
        "most": cents(cost.most),
        "unknown": cost.unknown,
        "currency": given(&basis.currency),
        "source": basis.source,
        "seen": given(basis.seen),
    })
}

/// Rounds to cents: no estimate is more exact.
fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}

/// `12.30 to 16.40 USD, estimated by https://… (2026-11-29), without 2 parts of unknown price or length`.
fn cost_in_words((basis, cost): (&CostBasis, &JobCost)) -> String {
    let (least, most) = (cents(cost.least), cents(cost.most));
    let mut text = if least == most { format!("{most:.2}") } else { format!("{least:.2} to {most:.2}") };
    if !basis.currency.is_empty() {
        text.push_str(&format!(" {}", clean(&basis.currency)));
    }
    text.push_str(&format!(", estimated by {}", clean(&basis.source)));
    if !basis.seen.is_empty() {
        text.push_str(&format!(" as of {}", basis.seen));
    }
    if cost.unknown > 0 {
        text.push_str(&format!(", without {} of unknown price or length", counted(cost.unknown, "part")));
    }
    text
}

fn profile(outcome: &Outcome) -> &'static Profile {
    outcome.report.profiles.first().copied().unwrap_or(heylint::profile::default())
}

/// Rounds to milliseconds: no estimate is more exact, and sums stay readable.
fn length(length: Length) -> Value {
    let rounded = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
    json!({ "exact_s": rounded(length.exact), "estimated_s": rounded(length.estimated), "unknown": length.unknown })
}

fn human(plan: &Planned, outcome: &Outcome, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let summary = &outcome.report.summary;
    let files = outcome.report.files.iter().filter(|file| file.requests > 0).count() as u64;
    let ready = summary.ready.map(|ready| format!(", {} ready to send", count(ready))).unwrap_or_default();
    writeln!(out, "{} in {}{ready}", counted(summary.requests, "request"), counted(files, "file"))?;
    if plan.unrecognised > 0 {
        let verb = if plan.unrecognised == 1 { "is" } else { "are" };
        let left = format!("{} of them {verb} not for a current endpoint and not counted", count(plan.unrecognised));
        writeln!(out, "{}", paint.faint(&left))?;
    }
    let rows: Vec<(String, &str)> = plan
        .jobs
        .iter()
        .map(|(kind, number)| {
            let (one, many) = (kind.one, kind.many);
            (count(*number), if *number == 1 { one } else { many })
        })
        .collect();
    let width = rows.iter().map(|(number, _)| number.len()).max().unwrap_or(0).max(6);
    if !rows.is_empty() {
        writeln!(out)?;
    }
    for (number, title) in rows {
        writeln!(out, "{number:>width$}  {title}")?;
    }
    writeln!(out)?;
    let mut row = |name: &str, text: &str| writeln!(out, "{}  {text}", paint.strong(&format!("{name:<8}")));
    if let (Some(limit), jobs @ 1..) = (plan.concurrency, plan.limited()) {
        let waves = counted(plan.waves(), "wave");
        row("waves", &format!("{waves}: {} counted, {} at once", counted(jobs, "job"), count(limit)))?;
    }
    if let Some(longest) = &plan.longest {
        row("length", &in_words(plan.length))?;
        row("longest", &format!("{} at {}", in_words(longest.length), place(longest)))?;
    }
    for cost in plan.costs.iter().filter(|(_, cost)| cost.most > 0.0) {
        row("cost", &cost_in_words(cost))?;
    }
    let upload = profile(outcome).upload.map_or("", |upload| upload.operation);
    let routes = [route(plan.asset, &format!("with {upload}")), route(plan.direct, "by direct upload")];
    let routes: Vec<String> = routes.into_iter().flatten().collect();
    if !routes.is_empty() {
        row("uploads", &routes.join(", "))?;
    }
    Ok(())
}

fn route(route: Route, how: &str) -> Option<String> {
    (route.files > 0).then(|| format!("{} ({}) {how}", counted(route.files, "file"), size(route.bytes)))
}

/// `about 12 min 3 s (2 min of it estimated), and 3 parts of unknown length`.
fn in_words(length: Length) -> String {
    if length.seconds() <= 0.0 && length.unknown > 0 {
        return "unknown".to_owned();
    }
    let mut text = match (length.exact > 0.0, length.estimated > 0.0) {
        (true, true) => {
            format!("about {} ({} of it estimated)", seconds(length.seconds()), seconds(length.estimated))
        }
        (false, true) => format!("about {}", seconds(length.estimated)),
        (_, false) => seconds(length.exact),
    };
    if length.unknown > 0 {
        text.push_str(&format!(", and {} of unknown length", counted(length.unknown, "part")));
    }
    text
}

fn place(longest: &Longest) -> String {
    let record = longest.record.map(|record| format!(", record {record}")).unwrap_or_default();
    let pointer = if longest.pointer.is_empty() { String::new() } else { format!(" ({})", clean(&longest.pointer)) };
    format!("{}{record}{pointer}", clean(&longest.file))
}
