//! `heylint merge`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use heylint::config::FailOn;
use heylint::report::{self, Merged, ReportFormat, ReportStyle};
use heylint::source::clean;
use heylint::text::bounds;

use super::check::{formats, severities};
use super::terminal::{self, Paint};
use super::{CLEAN, Common, FOUND, Failure, INCOMPLETE, input};

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
        let mut merged = Merged::default();
        for path in &self.reports {
            let name = clean(&path.to_string_lossy()).into_owned();
            let wrong = |message: String| Failure::new(format!("{name}: {message}"));
            let (file, metadata) = heylint::walk::open(path).map_err(wrong)?;
            if metadata.len() > bounds::REPORT_BYTES {
                return Err(wrong(format!("has more than {} MiB", bounds::REPORT_BYTES >> 20)));
            }
            let text = input::bounded_text(file, bounds::REPORT_BYTES).map_err(wrong)?;
            merged.add(&text).map_err(wrong)?;
        }
        if let Some(fail_on) = self.fail_on {
            merged.judge(fail_on);
        }
        let whole = merged.report();
        let status = if whole.summary.unchecked > 0 {
            INCOMPLETE
        } else if whole.findings.iter().any(|finding| finding.fails) {
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
            format => report::write(&whole, format, &style, &mut out)?,
        }
        out.flush()?;
        Ok(status)
    }
}
