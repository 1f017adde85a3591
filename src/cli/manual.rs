//! `heylint completions` and `heylint man`

use std::io::{self, Write};

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use heylint::rule;
use heylint::suggest::did_you_mean;

use super::{CLEAN, Cli, Failure};

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Result<u8, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut with_names(Cli::command()), "heylint", &mut script);
        io::stdout().lock().write_all(&script)?;
        Ok(CLEAN)
    }
}

/// The command line for completions, with the names of the rules, and with the options of `check` where no command is
/// given.
fn with_names(command: clap::Command) -> clap::Command {
    let rules = || PossibleValuesParser::new(rule::ALL.iter().map(|rule| rule.id));
    let command = command
        .mut_subcommand("check", |check| {
            ["select", "ignore"]
                .into_iter()
                .fold(check, |check, name| check.mut_arg(name, |arg| arg.value_parser(rules())))
        })
        .mut_subcommand("explain", |explain| explain.mut_arg("rule", |arg| arg.value_parser(rules())));
    let check = command.find_subcommand("check").into_iter().flat_map(clap::Command::get_arguments);
    let bare: Vec<clap::Arg> = check.filter(|arg| !arg.is_positional()).cloned().collect();
    command.args(bare)
}

#[derive(Debug, Args)]
pub struct Man {
    /// Print the page of this command
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
                    let near = did_you_mean(name, Cli::command().get_subcommands().map(clap::Command::get_name));
                    Failure::with_help(format!("there is no command {name}{near}"), "`heylint --help` lists them")
                })?
                .disable_help_subcommand(true),
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        io::stdout().lock().write_all(&page)?;
        Ok(CLEAN)
    }
}
