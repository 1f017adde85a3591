//! `heylint limits`: prints the limits in force with the source of each.

mod diff;

use std::io::{self, BufWriter, Write};

use clap::{Args, Subcommand};
use heylint::limits::Limit;
use heylint::profile;
use heylint::report::describe;
use heylint::source::clean;

use super::terminal::Paint;
use super::{CLEAN, Common, ConfigArgs, Failure, OutputFormat, print_json, table};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LimitsArgs {
    #[command(subcommand)]
    of: Option<Of>,
    /// Format of the output
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
        let in_force = self.configuration.in_force(&config);
        let mut out = BufWriter::new(io::stdout().lock());
        if self.format == OutputFormat::Json {
            let limits: Vec<_> = in_force.iter().map(|profile| config.limits_of(profile)).collect();
            let document = describe::limits(&limits);
            print_json(&document, &mut out)?;
        } else {
            let paint = Paint::for_output(self.common.color);
            for (at, profile) in in_force.iter().enumerate() {
                if at > 0 {
                    writeln!(out)?;
                }
                table_of(config.limits_of(profile), paint, &mut out)?;
            }
            let others: Vec<_> =
                profile::ALL.iter().filter(|other| !in_force.contains(other)).map(|other| other.name).collect();
            if !others.is_empty() {
                writeln!(out, "{}", paint.faint(&format!("--profile shows others: {}", others.join(", "))))?;
            }
        }
        out.flush()?;
        Ok(CLEAN)
    }
}

fn table_of(limits: &heylint::limits::Limits, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let profile = limits.profile();
    writeln!(out, "{}", paint.faint(&format!("profile {}, state of {}", profile.name, profile.as_of)))?;
    let rows: Vec<[String; 6]> = limits.iter().map(row).collect();
    let colour = |at: usize, cell: &str| match (at, cell) {
        (2, "configured") => paint.warning(cell),
        (2, "documented") => cell.to_owned(),
        (2, _) => paint.hint(cell),
        (3.., _) => paint.faint(cell),
        _ => cell.to_owned(),
    };
    table::write(["limit", "value", "basis", "source", "seen", "state"], &rows, paint, colour, out)
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
