//! `heylint merge`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use heylint::config::FailOn;
use heylint::report::{self, Merging, ReportFormat, ReportStyle};
use heylint::source::clean;

use super::check::{formats, severities};
use super::terminal::{self, Paint};
use super::{CLEAN, Common, FOUND, Failure, INCOMPLETE};

#[derive(Debug, Args)]
pub struct Merge {
    /// JSON reports, as `heylint check --format json` writes them
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    /// Format of the report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats())]
    format: ReportFormat,
    /// The lowest severity that makes the exit status 1 [default: as each run decided]
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    fail_on: Option<FailOn>,
    /// Omit the summary
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    common: Common,
}

impl Merge {
    pub fn run(&self) -> Result<u8, Failure> {
        let keeps_records = matches!(self.format, ReportFormat::Json | ReportFormat::Jsonl);
        let mut merging = Merging::new(self.fail_on, keeps_records);
        for path in &self.reports {
            let name = clean(&path.to_string_lossy()).into_owned();
            let wrong = |message: String| Failure::new(format!("{name}: {message}"));
            let (file, _) = heylint::walk::open(path).map_err(wrong)?;
            merging.add(file).map_err(wrong)?;
        }
        let merged = merging.finish();
        let status = if merged.report.summary.unchecked > 0 {
            INCOMPLETE
        } else if merged.failing > 0 {
            FOUND
        } else {
            CLEAN
        };
        let paint = Paint::for_output(self.common.color);
        let style = ReportStyle {
            quiet: self.quiet,
            exit_code: status,
            prefix: super::repository::prefix(),
            ..terminal::style(paint)
        };
        let mut out = terminal::output();
        match self.format {
            ReportFormat::Json => merged.write_json(&mut out)?,
            ReportFormat::Jsonl => merged.write_jsonl(&mut out)?,
            format => report::write(&merged.report, format, &style, &mut out)?,
        }
        out.flush()?;
        Ok(status)
    }
}
