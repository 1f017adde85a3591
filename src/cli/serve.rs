//! `heylint serve`: HTTP on the loopback address.

use std::io::{self, Write};
use std::net::SocketAddr;

use clap::Args;
use heylint::config::ConfigOrigin;
use heylint::{Options, serve};

use super::{CLEAN, ConfigArgs, Failure, clock};

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The address to listen on, of this machine only; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4357")]
    listen: SocketAddr,
    /// The requests must be sendable as they stand: no local path, no placeholder
    #[arg(long)]
    ready: bool,
    #[command(flatten)]
    configuration: ConfigArgs,
    /// The time that expiries and the age of the profile are held against
    #[arg(long, value_name = "TIME", value_parser = clock::parse, env = clock::VARIABLE, hide = true)]
    now: Option<u64>,
}

impl ServeArgs {
    pub fn run(&self) -> Result<u8, Failure> {
        // A configuration that cannot be used is told now, not with the first call.
        self.configuration.here()?;
        let mut options = Options::new().ready(self.ready);
        options = match self.configuration.origin() {
            ConfigOrigin::File(path) => options.config(path),
            ConfigOrigin::Isolated => options.isolated(),
            ConfigOrigin::Discover => options,
        };
        if let Some(now) = self.now {
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
