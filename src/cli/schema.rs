//! `heylint schema`: JSON Schemas, for editors and for who reads reports.

use std::io::{self, BufWriter, Write};

use clap::{Args, Subcommand};

use super::{CLEAN, Failure};

#[derive(Debug, Args)]
pub struct Schema {
    #[command(subcommand)]
    of: Of,
}

#[derive(Debug, Subcommand)]
enum Of {
    /// Of the JSON report
    Report,
    /// Of heylint.toml
    Config,
    /// Of what `heylint plan --format json` prints
    Plan,
}

impl Schema {
    pub fn run(&self) -> Result<u8, Failure> {
        let text = match &self.of {
            Of::Report => heylint::report::schema().to_owned(),
            Of::Config => heylint::config::schema(),
            Of::Plan => heylint::plan::schema().to_owned(),
        };
        let mut out = BufWriter::new(io::stdout().lock());
        writeln!(out, "{}", text.trim_end())?;
        out.flush()?;
        Ok(CLEAN)
    }
}
