//! `heylint limits`: the numbers in force, and where each comes from.

mod diff;

use std::io::{self, BufWriter, Write};

use clap::{Args, Subcommand};
use heylint::limits::Limit;
use heylint::report::describe;
use heylint::source::clean;

use super::terminal::Paint;
use super::{CLEAN, Common, ConfigArgs, Failure, OutputFormat, table};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LimitsArgs {
    #[command(subcommand)]
    of: Option<Of>,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    format: OutputFormat,
    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
enum Of {
    /// Compare the profile with a newer document of the service
    Diff(diff::DiffArgs),
}

impl LimitsArgs {
    pub fn run(&self) -> Result<u8, Failure> {
        match &self.of {
            Some(Of::Diff(diff)) => diff.run(),
            None => self.list(),
        }
    }

    fn list(&self) -> Result<u8, Failure> {
        let config = self.configuration.here()?;
        let profile = config.limits.profile();
        let mut out = BufWriter::new(io::stdout().lock());
        if self.format == OutputFormat::Json {
            let document = describe::limits(&config.limits);
            serde_json::to_writer_pretty(&mut out, &document).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            let paint = Paint::for_output(self.common.color);
            writeln!(out, "{}", paint.faint(&format!("profile {}, state of {}", profile.name, profile.as_of)))?;
            let rows: Vec<[String; 6]> = config.limits.iter().map(row).collect();
            let colour = |at: usize, cell: &str| match (at, cell) {
                (2, "configured") => paint.warning(cell),
                (2, "documented") => cell.to_owned(),
                (2, _) => paint.hint(cell),
                (3.., _) => paint.faint(cell),
                _ => cell.to_owned(),
            };
            table::write(["limit", "value", "basis", "source", "seen", "state"], &rows, paint, colour, &mut out)?;
        }
        out.flush()?;
        Ok(CLEAN)
    }
}

fn row(limit: &Limit) -> [String; 6] {
    [
        limit.name.to_owned(),
        limit.text(),
        limit.basis.name().to_owned(),
        clean(&limit.source).into_owned(),
        limit.seen.to_string(),
        limit.state.to_string(),
    ]
}
