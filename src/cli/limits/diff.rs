//! `heylint limits diff`: what a newer document of the service says otherwise.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use heylint::drift::{self, Change, Difference, Drift};
use heylint::openapi::ApiDocument;
use heylint::source::clean;
use heylint::text::counted;
use serde_json::json;

use super::{CLEAN, Common, ConfigArgs, Failure, OutputFormat, Paint};
use crate::cli::FOUND;

const AFTER: &str = "\
Exit status: 0 nothing differs · 1 something does · 2 a document could not be read";

#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct DiffArgs {
    /// An OpenAPI document of the service, 3.0 or 3.1, as JSON or YAML; `-` is standard input
    #[arg(long, value_name = "FILE")]
    openapi: PathBuf,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    format: OutputFormat,
    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    common: Common,
}

impl DiffArgs {
    pub fn run(&self) -> Result<u8, Failure> {
        let config = self.configuration.here()?;
        let profile = self.configuration.in_force(&config).first().copied().unwrap_or(config.profile());
        let name = clean(&self.openapi.to_string_lossy()).into_owned();
        let wrong = |message: String| Failure::new(format!("{name}: {message}"));
        let from_input = self.openapi == Path::new("-");
        let document =
            if from_input { ApiDocument::take(io::stdin().lock()) } else { ApiDocument::open(&self.openapi) };
        let document = document.map_err(wrong)?;
        let drift = drift::compare(profile, &document).map_err(wrong)?;
        let mut out = BufWriter::new(io::stdout().lock());
        match self.format {
            OutputFormat::Json => {
                serde_json::to_writer_pretty(&mut out, &record(&drift)).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            OutputFormat::Human => people(&drift, &self.openapi, Paint::for_output(self.common.color), &mut out)?,
        }
        out.flush()?;
        Ok(if drift.differences.is_empty() { CLEAN } else { FOUND })
    }
}

fn record(drift: &Drift) -> serde_json::Value {
    json!({
        "version": 1,
        "profile": { "name": drift.profile.name, "as_of": drift.profile.as_of },
        "document": { "title": drift.title, "version": drift.version, "older": drift.is_older() },
        "differences": drift.differences,
        "not_compared": drift.silent,
    })
}

fn people(drift: &Drift, path: &Path, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let name = clean(&path.to_string_lossy()).into_owned();
    let version = if drift.version.is_empty() { String::new() } else { format!(", version {}", clean(&drift.version)) };
    let head = format!("profile {} of {} against {name}{version}", drift.profile.name, drift.profile.as_of);
    writeln!(out, "{}", paint.faint(&head))?;
    if drift.is_older() {
        writeln!(out, "the document is older than the profile")?;
    }
    for difference in &drift.differences {
        let change = format!("{:<7}", difference.change.name());
        let change = match difference.change {
            Change::New => paint.hint(&change),
            Change::Gone => paint.error(&change),
            Change::Changed => paint.warning(&change),
        };
        writeln!(out, "{change}  {}", clean(&line(difference)))?;
    }
    let count = |change: Change| drift.differences.iter().filter(|difference| difference.change == change).count();
    let counts = [Change::New, Change::Gone, Change::Changed].map(|change| (count(change), change.name()));
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    match counts.as_slice() {
        [] => writeln!(out, "nothing differs")?,
        counts => writeln!(out, "{}: {}", counted(drift.differences.len() as u64, "difference"), counts.join(", "))?,
    }
    if !drift.silent.is_empty() {
        let names: Vec<&str> = drift.silent.iter().map(|keyword| keyword.title()).collect();
        writeln!(out, "not compared, because no body of the document states any: {}", names.join(", "))?;
    }
    Ok(())
}

/// `POST /v3/videos (avatar).voice_settings.speed: maximum 1.5 → 2 (voice-settings.speed-max; and 9 more places)`
fn line(difference: &Difference) -> String {
    let mut line = difference.operation.clone();
    if !difference.at.is_empty() {
        line.push_str(&format!(" {}", difference.at));
    }
    let said = drift::said(difference);
    if !said.is_empty() {
        line.push_str(&format!(": {said}"));
    }
    let more = (difference.more > 0).then(|| format!("and {}", counted(difference.more as u64, "more place")));
    let notes: Vec<String> = difference.limit.map(str::to_owned).into_iter().chain(more).collect();
    if !notes.is_empty() {
        line.push_str(&format!(" ({})", notes.join("; ")));
    }
    line
}
