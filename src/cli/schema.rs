//! `heylint schema`: JSON Schemas, for editors and for readers of reports.

use std::io::{self, BufWriter, Write};

use clap::{Args, Subcommand};
use heylint::request::endpoint::{self, Endpoint};
use heylint::request::schema;

use super::{CLEAN, ConfigArgs, Failure};

#[derive(Debug, Args)]
pub struct Schema {
    #[command(subcommand)]
    of: Of,
}

#[derive(Debug, Subcommand)]
enum Of {
    /// The schema of the JSON report
    Report,
    /// The schema of heylint.toml
    Config,
    /// The schema of the body of a request
    Request(RequestArgs),
    /// The schema of the output of `heylint plan --format json`
    Plan,
}

#[derive(Debug, Args)]
struct RequestArgs {
    /// The endpoint, such as `POST /v3/videos`
    #[arg(value_name = "ENDPOINT", required_unless_present = "list", value_parser = named)]
    endpoint: Option<String>,
    /// List the endpoints that have a schema
    #[arg(long, conflicts_with = "endpoint")]
    list: bool,
    #[command(flatten)]
    configuration: ConfigArgs,
}

fn named(text: &str) -> Result<String, String> {
    endpoint::endpoint_named(text).map_err(|error| format!("{error}; `heylint schema request --list` lists all"))
}

impl RequestArgs {
    fn text(&self) -> Result<String, Failure> {
        let config = self.configuration.here()?;
        let profiles = self.configuration.in_force(&config);
        let list = || profiles.iter().flat_map(|profile| schema::list(profile)).collect::<Vec<_>>();
        let named = self.endpoint.as_deref().map(|name| endpoint::parse_in(&profiles, name)).transpose();
        match named.map_err(Failure::new)? {
            None => Ok(list().join("\n")),
            Some((_, Endpoint::Legacy(legacy))) => Err(Failure::with_help(
                format!("{} {} is retired and has no schema", legacy.method, legacy.path),
                format!("`heylint schema request '{}'`", legacy.now.name()),
            )),
            Some((profile, Endpoint::Operation(operation))) => {
                serde_json::to_string_pretty(&schema::schema(operation, config.limits_of(profile)))
                    .map_err(|error| Failure::new(error.to_string()))
            }
        }
    }
}

impl Schema {
    pub fn run(&self) -> Result<u8, Failure> {
        let text = match &self.of {
            Of::Report => heylint::report::schema().to_owned(),
            Of::Config => heylint::config::schema(),
            Of::Request(request) => request.text()?,
            Of::Plan => heylint::plan::schema().to_owned(),
        };
        let mut out = BufWriter::new(io::stdout().lock());
        writeln!(out, "{}", text.trim_end())?;
        out.flush()?;
        Ok(CLEAN)
    }
}
