//! `heylint rules`

use std::io::{self, BufWriter, Write};

use clap::Args;
use heylint::rule::{self, Rule, Severity};
use serde_json::json;

use super::terminal::Paint;
use super::{CLEAN, Common, Failure, OutputFormat, print_json, table};

#[derive(Debug, Args)]
pub struct RulesArgs {
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    format: OutputFormat,
    #[command(flatten)]
    common: Common,
}

impl RulesArgs {
    pub fn run(&self) -> Result<u8, Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        if self.format == OutputFormat::Json {
            let rules: Vec<_> = rule::ALL.iter().map(|rule| described(rule)).collect();
            print_json(&json!({ "version": 1, "rules": rules }), &mut out)?;
        } else {
            let paint = Paint::for_output(self.common.color);
            let rows: Vec<[String; 4]> = rule::ALL.iter().map(|rule| row(rule)).collect();
            let colour = |at: usize, cell: &str| match (at, Severity::from_name(cell)) {
                (1, Some(severity)) => paint.severity(severity),
                (2, _) => paint.faint(cell),
                _ => cell.to_owned(),
            };
            table::write(["rule", "severity", "status", "finds"], &rows, paint, colour, &mut out)?;
        }
        out.flush()?;
        Ok(CLEAN)
    }
}

fn row(rule: &Rule) -> [String; 4] {
    [rule.id.to_owned(), rule.severity.name().to_owned(), status(rule).to_owned(), rule.summary.to_owned()]
}

pub fn status(rule: &Rule) -> &'static str {
    match rule.status {
        rule::Status::Stable => "stable",
        rule::Status::Preview => "preview",
    }
}

/// A rule as JSON, without the text of its page.
pub fn described(rule: &Rule) -> serde_json::Value {
    let all = heylint::limits::Limits::default();
    let limits: Vec<_> = rule.limits_in(&all).map(|limit| limit.name).collect();
    json!({
        "id": rule.id,
        "summary": rule.summary,
        "severity": rule.severity,
        "status": rule.status,
        "since": rule.since,
        "basis": rule.basis,
        "limits": limits,
        "prevents": rule.prevents,
        "fix": rule.fixes,
        "aliases": rule.aliases,
        "url": rule.url(),
    })
}
