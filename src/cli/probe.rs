//! `heylint probe`: prints the facts of media files, without judging them.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use heylint::engine::guarded;
use heylint::media::{Bytes, Depth, Facts, Format, probe_as};
use heylint::report::{self, facts as words};
use heylint::source::{clean, display_name};
use heylint::{text, walk};
use serde::Serialize;

use super::terminal::{self, Paint};
use super::{CLEAN, Common, Failure, INCOMPLETE, check, print_json};

#[derive(Debug, Args)]
pub struct Probe {
    /// Media files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    format: ProbeFormat,
    /// How much of each file to read
    #[arg(long, value_name = "DEPTH", default_value = "full", value_parser = check::depths())]
    depth: Depth,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ProbeFormat {
    Human,
    Json,
    Jsonl,
}

/// The facts of one file.
#[derive(Serialize)]
struct Probed {
    path: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    facts: Option<Facts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct ProbeReport {
    version: u8,
    files: Vec<Probed>,
}

impl Probe {
    pub fn run(&self) -> Result<u8, Failure> {
        let paint = Paint::for_output(self.common.color);
        let mut out = terminal::output();
        let mut status = CLEAN;
        let mut document = ProbeReport { version: 1, files: Vec::new() };
        for (at, path) in self.files.iter().enumerate() {
            let probed = self.probed(path);
            if let Some(error) = &probed.error {
                status = INCOMPLETE;
                super::tell(&Failure::new(format!("{}: {error}", clean(&probed.path))));
            }
            match self.format {
                ProbeFormat::Human => {
                    if let Some(facts) = &probed.facts {
                        if at > 0 {
                            writeln!(out)?;
                        }
                        block(&probed.path, facts, paint, &mut out)?;
                    }
                }
                ProbeFormat::Json => document.files.push(probed),
                ProbeFormat::Jsonl => {
                    let line = serde_json::to_string(&probed).map_err(io::Error::from)?;
                    writeln!(out, "{}", report::harmless_json(&line))?;
                }
            }
        }
        if self.format == ProbeFormat::Json {
            print_json(&document, &mut out)?;
        }
        out.flush()?;
        Ok(status)
    }

    fn probed(&self, path: &std::path::Path) -> Probed {
        let facts = guarded(|| {
            let (file, _) = walk::open(path)?;
            let mut bytes = Bytes::of_file(&file).map_err(|error| walk::because(&error))?;
            probe_as(&mut bytes, self.depth, Format::promised(path)).map_err(|error| error.to_string())
        });
        let facts = facts.unwrap_or_else(|fault| Err(format!("internal fault while reading: {fault}")));
        let path = display_name(path);
        match facts {
            Ok(facts) => Probed { path, facts: Some(facts), error: None },
            Err(error) => Probed { path, facts: None, error: Some(error) },
        }
    }
}

fn block(path: &str, facts: &Facts, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", paint.strong(&clean(path)))?;
    for (name, value) in words::rows(facts) {
        writeln!(out, "  {} {value}", paint.faint(&format!("{name:<10}")))?;
    }
    for fault in &facts.faults {
        let (name, colour): (_, fn(Paint, &str) -> String) = match fault.damage {
            heylint::media::Damage::Corrupt => ("corrupt", Paint::error),
            heylint::media::Damage::Empty => ("empty", Paint::error),
            heylint::media::Damage::Unsupported => ("unsupported", Paint::error),
            heylint::media::Damage::Malformed => ("malformed", Paint::warning),
        };
        writeln!(out, "  {} {}", colour(paint, &format!("{name:<10}")), words::fault(fault))?;
    }
    if facts.more_faults > 0 {
        writeln!(out, "  {:<10} and {}", "", text::counted(facts.more_faults.into(), "more fault"))?;
    }
    Ok(())
}
