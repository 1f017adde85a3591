//! `heylint completions` and `heylint man`

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{CLEAN, Cli, Failure};

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell that is to complete
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Result<u8, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "heylint", &mut script);
        io::stdout().lock().write_all(&script)?;
        Ok(CLEAN)
    }
}

#[derive(Debug, Args)]
pub struct Man {
    /// The page of this command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl Man {
    pub fn run(&self) -> Result<u8, Failure> {
        let mut all = Cli::command();
        all.build();
        let command = match &self.command {
            None => all,
            Some(name) => all
                .find_subcommand(name)
                .cloned()
                .ok_or_else(|| {
                    Failure::with_help(format!("there is no command {name}"), "`heylint --help` lists them")
                })?
                .disable_help_subcommand(true),
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        io::stdout().lock().write_all(&page)?;
        Ok(CLEAN)
    }
}
