//! The commands, one file each: arguments → engine → report.

mod arrange;
mod cache;
mod check;
mod clock;
mod explain;
mod init;
mod input;
mod limits;
mod lsp;
mod manual;
mod mend;
mod merge;
mod page;
mod pipe;
mod plan;
mod probe;
mod progress;
mod repository;
mod rules;
mod schema;
mod serve;
mod statistics;
mod suppress;
mod table;
mod target;
mod terminal;
mod watch;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand};
use heylint::config::{Config, ConfigError, ConfigOrigin, Configs};
use heylint::profile::{self, Profile};
use heylint::report;
use heylint::source::{clean, is_harmful};
use terminal::{Paint, When};

/// The run checked everything, and no finding fails it.
pub const CLEAN: u8 = 0;
/// A finding fails the run.
pub const FOUND: u8 = 1;
/// The run could not check everything.
pub const INCOMPLETE: u8 = 2;

const AFTER: &str = "\
Without a command heylint checks the paths: `heylint drafts/` means `heylint check drafts/`.
To check a file or folder that has the name of a command, write `./check`.

Exit status: 0 everything was checked and no finding reached --fail-on · 1 a finding did ·
2 not everything could be checked (arguments, configuration, an unreadable file, nothing to check)";

#[derive(Debug, Parser)]
#[command(name = "heylint", version, about, after_help = AFTER, max_term_width = 110, arg_required_else_help = false)]
#[command(subcommand_required = true)]
struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Check media files and request drafts (the default command)
    Check(Box<check::Check>),
    /// Fix requests and media files, and the references to them
    Mend(mend::MendArgs),
    /// Record in heylint.toml that a finding is accepted
    Suppress(suppress::Suppress),
    /// Show the facts of media files: format, size, width × height, duration, tracks, faults
    Probe(probe::Probe),
    /// Show the page of a rule: what it finds, why it matters, what to do
    Explain(explain::Explain),
    /// List the rules
    Rules(rules::RulesArgs),
    /// List the limits in force with the source of each number
    Limits(limits::LimitsArgs),
    /// Add up the jobs, waves, length and upload size of requests
    Plan(plan::PlanArgs),
    /// Print a JSON Schema: of the report, of heylint.toml, of a plan or of a request
    Schema(schema::Schema),
    /// Merge the JSON reports of several runs, such as shards, into one report of any format
    Merge(merge::Merge),
    /// Write heylint.toml, a commit hook and a CI job for this folder; existing files stay unchanged
    Init(init::Init),
    /// Serve editors: a language server on standard input and output
    Lsp(lsp::Lsp),
    /// Serve programs on this machine: POST a request over HTTP and get the JSON report
    Serve(serve::ServeArgs),
    /// Print completions for a shell
    Completions(manual::Completions),
    /// Print the manual page
    Man(manual::Man),
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
struct Common {
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", value_enum)]
    color: When,
}

/// Options that select the configuration.
#[derive(Clone, Debug, Args)]
struct ConfigArgs {
    /// Use only this configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Ignore all configuration files
    #[arg(long, conflicts_with = "config")]
    isolated: bool,
    /// The services to check for, overriding the configuration (comma-separated or repeated)
    #[arg(long = "profile", value_name = "NAME", value_delimiter = ',', value_parser = profiles())]
    profiles: Vec<&'static Profile>,
}

fn profiles() -> impl TypedValueParser<Value = &'static Profile> {
    PossibleValuesParser::new(profile::ALL.iter().map(|profile| profile.name)).try_map(|name| profile::named(&name))
}

impl ConfigArgs {
    /// The given profiles, each once, in order.
    fn given(&self) -> Vec<&'static Profile> {
        let mut given = Vec::new();
        for profile in &self.profiles {
            if !given.contains(profile) {
                given.push(*profile);
            }
        }
        given
    }

    /// The profiles in force: the given ones, or else those of the configuration.
    fn in_force(&self, config: &Config) -> Vec<&'static Profile> {
        if self.profiles.is_empty() { config.all_profiles() } else { self.given() }
    }

    fn origin(&self) -> ConfigOrigin {
        match &self.config {
            Some(path) => ConfigOrigin::File(path.clone()),
            None if self.isolated => ConfigOrigin::Isolated,
            None => ConfigOrigin::Discover,
        }
    }

    /// The configuration of the current folder, for commands that check nothing.
    fn here(&self) -> Result<Arc<Config>, Failure> {
        let current = std::env::current_dir().map_err(|error| Failure::new(format!("the current folder: {error}")))?;
        let configs = Configs::new(self.origin(), current.clone());
        let config = configs.of_folder(&current);
        let errors = configs.errors();
        if errors.is_empty() { Ok(config) } else { Err(Failure::Config(errors)) }
    }
}

/// The command most similar to a misspelled word.
fn nearest_command(word: &str) -> Option<String> {
    let command = Cli::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    heylint::suggest::nearest(word, names).map(str::to_owned)
}

/// The output format of a command that prints text or JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OutputFormat {
    Human,
    Json,
}

/// Why a command failed.
#[derive(Debug)]
enum Failure {
    Message {
        message: String,
        help: Option<String>,
    },
    Config(Vec<ConfigError>),
    /// Writing to standard output failed.
    Output(io::Error),
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self::Message { message: message.into(), help: None }
    }

    fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Message { message: message.into(), help: Some(help.into()) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

pub fn main() -> ExitCode {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !heylint::engine::is_guarded(info) {
            default(info);
        }
    }));
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let is_harmless = arguments.iter().all(|argument| !argument.to_string_lossy().contains(is_harmful));
    match Cli::try_parse_from(arrange::arrange(arguments, &Cli::command())) {
        Ok(cli) => ExitCode::from(finish(run(&cli.command))),
        Err(error) => ExitCode::from(refuse(&error, is_harmless)),
    }
}

/// Prints what is wrong with the arguments, or the help that they ask for.
fn refuse(error: &clap::Error, is_harmless: bool) -> u8 {
    if is_harmless || !error.use_stderr() {
        let _ = error.print();
    } else {
        // The text repeats arguments, which may be names of files that somebody else chose.
        let text = error.render().to_string();
        let mut out = io::stderr().lock();
        text.lines().for_each(|line| _ = writeln!(out, "{}", clean(line)));
    }
    if error.use_stderr() { INCOMPLETE } else { CLEAN }
}

fn run(command: &CliCommand) -> Result<u8, Failure> {
    match command {
        CliCommand::Check(check) => check.run(),
        CliCommand::Mend(mend) => mend.run(),
        CliCommand::Suppress(suppress) => suppress.run(),
        CliCommand::Probe(probe) => probe.run(),
        CliCommand::Explain(explain) => explain.run(),
        CliCommand::Rules(rules) => rules.run(),
        CliCommand::Limits(limits) => limits.run(),
        CliCommand::Plan(plan) => plan.run(),
        CliCommand::Schema(schema) => schema.run(),
        CliCommand::Merge(merge) => merge.run(),
        CliCommand::Init(init) => init.run(),
        CliCommand::Lsp(lsp) => lsp.run(),
        CliCommand::Serve(serve) => serve.run(),
        CliCommand::Completions(completions) => completions.run(),
        CliCommand::Man(man) => man.run(),
    }
}

fn finish(result: Result<u8, Failure>) -> u8 {
    match result {
        Ok(status) => status,
        // The reader closed the pipe, as `head` does.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => CLEAN,
        Err(failure) => {
            tell(&failure);
            INCOMPLETE
        }
    }
}

/// Writes a failure to standard error, if that is open.
fn tell(failure: &Failure) {
    let paint = Paint::for_errors();
    let mut out = io::stderr().lock();
    let error = paint.error("error");
    let harmless = |text: &str| text.lines().map(clean).collect::<Vec<_>>().join("\n");
    let _ = match failure {
        Failure::Output(fault) => writeln!(out, "{error}: standard output: {fault}"),
        Failure::Message { message, help: None } => writeln!(out, "{error}: {}", harmless(message)),
        Failure::Message { message, help: Some(help) } => {
            writeln!(out, "{error}: {}\n{}: {}", harmless(message), paint.strong("help"), harmless(help))
        }
        Failure::Config(errors) => errors.iter().try_for_each(|fault| match fault.start {
            Some(start) => {
                let place = format!("{}:{}:{}", clean(&fault.file), start.line, start.column);
                writeln!(out, "{place}: {error}: {}", clean(&fault.message))?;
                if fault.line.is_empty() { Ok(()) } else { writeln!(out, "    {}", paint.faint(&clean(&fault.line))) }
            }
            None => writeln!(out, "{}: {error}: {}", clean(&fault.file), clean(&fault.message)),
        }),
    };
}

/// Prints a JSON document for people and programs; no string in it contains escape sequences for a terminal.
fn print_json(value: &impl serde::Serialize, out: &mut impl Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
    writeln!(out, "{}", report::harmless_json(&text))
}

/// A note to standard error.
fn note(message: &str) {
    let message: Vec<_> = message.lines().map(clean).collect();
    let _ = writeln!(io::stderr().lock(), "{}: {}", Paint::for_errors().strong("note"), message.join("\n"));
}
