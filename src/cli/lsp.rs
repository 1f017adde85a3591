//! `heylint lsp`: a language server on standard input and output.

use std::io::{self, BufReader};

use clap::Args;
use heylint::config::ConfigOrigin;
use heylint::lsp::{EditorOptions, serve};
use heylint::media::Depth;

use super::{CLEAN, ConfigArgs, FOUND, Failure, check, clock};

#[derive(Debug, Args)]
pub struct Lsp {
    /// Report whatever stops a draft from being sent unchanged, such as local paths and placeholders
    #[arg(long)]
    ready: bool,
    /// How much of each media file to read
    #[arg(long, value_name = "DEPTH", default_value = "full", value_parser = check::depths())]
    depth: Depth,
    /// Accepted for editors that pass it; the server always uses standard input and output
    #[arg(long, hide = true)]
    stdio: bool,
    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    clock: clock::ClockArgs,
}

impl Lsp {
    pub fn run(&self) -> Result<u8, Failure> {
        let origin = match self.configuration.origin() {
            ConfigOrigin::File(path) => ConfigOrigin::File(
                std::path::absolute(&path)
                    .map_err(|error| Failure::new(format!("--config {}: {error}", path.display())))?,
            ),
            other => other,
        };
        let profiles = self.configuration.given();
        let options = EditorOptions { origin, ready: self.ready, depth: self.depth, now: self.clock.now, profiles };
        let ended = serve(options, BufReader::new(io::stdin()), io::stdout())
            .map_err(|error| Failure::new(format!("the server cannot start: {error}")))?;
        Ok(if ended { CLEAN } else { FOUND })
    }
}
