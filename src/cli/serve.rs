//! `heylint serve`: the check over HTTP, on the loopback address.

use std::io::{self, Write};
use std::net::SocketAddr;

use clap::Args;
use heylint::config::ConfigOrigin;
use heylint::{Options, serve};

use super::{CLEAN, ConfigArgs, Failure, clock};

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The address to listen on, of this machine only; port 0 picks a free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4357")]
    listen: SocketAddr,
    /// Report whatever stops a request from being sent unchanged, such as local paths and placeholders
    #[arg(long)]
    ready: bool,
    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    clock: clock::ClockArgs,
}

impl ServeArgs {
    pub fn run(&self) -> Result<u8, Failure> {
        // Reports an invalid configuration now, not at the first call.
        self.configuration.here()?;
        let mut options = Options::new().ready(self.ready);
        options = match self.configuration.origin() {
            ConfigOrigin::File(path) => options.config(path),
            ConfigOrigin::Isolated => options.isolated(),
            ConfigOrigin::Discover => options,
        };
        if let Some(now) = self.clock.now {
            options = options.now(now);
        }
        let cannot = |error: io::Error| Failure::new(format!("--listen {}: {error}", self.listen));
        let listener = serve::listen(self.listen).map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let mut out = io::stdout().lock();
        writeln!(out, "listening on http://{address}")?;
        out.flush()?;
        drop(out);
        serve::serve(&listener, &options).map_err(cannot)?;
        Ok(CLEAN)
    }
}
