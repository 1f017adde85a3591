//! `heylint check`

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use heylint::config::{FailOn, Parsed, Selector};
use heylint::engine::{Error, Outcome, Stdin};
use heylint::limits::{USES, Use, find_use};
use heylint::media::Depth;
use heylint::report::{self, Format, Style};
use heylint::rule;
use heylint::source::clean;
use heylint::suggest::did_you_mean;
use heylint::{Linter, Settings};

use super::terminal::{self, Paint};
use super::{CLEAN, Common, Configuration, FOUND, Failure, INCOMPLETE, clock, note};

/// More than this is not read from standard input.
const MOST_INPUT: u64 = 64 << 20;

#[derive(Debug, Args)]
pub struct Check {
    /// Files and folders; `-` is standard input; none: the current folder
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// What is printed to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats(), help_heading = "Report")]
    format: Format,
    /// Write the report to a file as well (may be given several times): `sarif=heylint.sarif`
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output, help_heading = "Report")]
    output: Vec<(Format, PathBuf)>,
    /// Leave out the summary and the notes
    #[arg(long, short, help_heading = "Report")]
    quiet: bool,

    /// The endpoint that the requests are for: `POST /v3/videos`
    #[arg(long, value_name = "ENDPOINT", value_parser = heylint::engine::endpoint_named, help_heading = "What it is for")]
    endpoint: Option<String>,
    /// What media files are for that no request refers to
    #[arg(long = "use", value_name = "USE", value_parser = places(), help_heading = "What it is for")]
    place: Option<&'static Use>,
    /// The drafts must be sendable as they stand: no local path, no placeholder
    #[arg(long, help_heading = "What it is for")]
    ready: bool,

    /// Only these rules (a rule, a subject, or `all`), in place of those of the configuration
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = Selector::parse, help_heading = "Rules")]
    select: Vec<Parsed>,
    /// Without these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = ignored, help_heading = "Rules")]
    ignore: Vec<Parsed>,
    /// From which severity on the exit status is 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), help_heading = "Rules")]
    fail_on: Option<FailOn>,

    /// How far media files are read
    #[arg(long, value_name = "DEPTH", default_value = "full", value_parser = depths(), help_heading = "Reading")]
    depth: Depth,
    /// Read the paths from a file, one a line (or NUL-separated); `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    files_from: Option<PathBuf>,
    /// The name that standard input stands for: its extension, its folder, its configuration
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    stdin_filename: Option<PathBuf>,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", help_heading = "Reading")]
    jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    configuration: Configuration,
    #[command(flatten)]
    common: Common,
    /// The time that expiries are held against
    #[arg(long, value_name = "TIME", value_parser = clock::parse, hide = true)]
    now: Option<u64>,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let names = PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name()));
    names.try_map(|name| Format::from_name(&name).ok_or("no such format"))
}

fn places() -> impl TypedValueParser<Value = &'static Use> {
    PossibleValuesParser::new(USES.iter().map(|place| place.name)).try_map(|name| find_use(&name).ok_or("no such use"))
}

fn severities() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::NAMES).try_map(|name| FailOn::from_name(&name).ok_or("no such severity"))
}

pub(super) fn depths() -> impl TypedValueParser<Value = Depth> {
    PossibleValuesParser::new(["header", "full", "decode"]).map(|name| match name.as_str() {
        "header" => Depth::Header,
        "decode" => Depth::Decode,
        _ => Depth::Full,
    })
}

fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let names = || Format::ALL.iter().map(|format| format.name());
    let Some((name, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err("a format and a file are wanted, for example sarif=heylint.sarif".to_owned());
    };
    match Format::from_name(name) {
        Some(format) => Ok((format, file.into())),
        None => {
            let known: Vec<_> = names().collect();
            Err(format!("`{name}` is not one of {}{}", known.join(", "), did_you_mean(name, names())))
        }
    }
}

fn ignored(word: &str) -> Result<Parsed, String> {
    let parsed = Selector::parse(word)?;
    if parsed.selector == Selector::Rule(&rule::LINT_UNREADABLE) {
        return Err("lint/unreadable says that something was not checked; it cannot be ignored".to_owned());
    }
    Ok(parsed)
}

impl Check {
    pub fn run(&self) -> Result<u8, Failure> {
        let settings = self.settings()?;
        if !self.quiet {
            for renamed in self.select.iter().chain(&self.ignore).filter_map(|parsed| parsed.renamed) {
                note(&format!("this rule is called {} today", renamed.id));
            }
        }
        if let [path] = self.paths.as_slice()
            && !path.exists()
            && let Some(command) = path.to_str().and_then(super::nearest_command)
        {
            note(&format!("there is a command `heylint {command}`"));
        }
        let outcome = match Linter::new(settings).run() {
            Ok(outcome) => outcome,
            Err(Error::Config(errors)) => return Err(Failure::Config(errors)),
            Err(error) => return Err(Failure::new(error.to_string())),
        };
        self.report(&outcome)
    }

    fn settings(&self) -> Result<Settings, Failure> {
        let mut paths = self.paths.clone();
        let mut stdin = None;
        if let Some(list) = &self.files_from {
            let bytes = if list == Path::new("-") { standard_input()? } else { list_file(list)? };
            paths.extend(listed(&bytes)?);
        } else if paths.is_empty() {
            paths.push(".".into());
        }
        if paths.iter().any(|path| path == Path::new("-")) {
            if self.files_from.as_deref() == Some(Path::new("-")) {
                return Err(Failure::with_help(
                    "standard input cannot be both a list of files and a file",
                    "write the list to a file: --files-from list.txt",
                ));
            }
            paths.retain(|path| path != Path::new("-"));
            let name = self.stdin_filename.clone().unwrap_or_else(|| "<stdin>".into());
            stdin = Some(Stdin { name, bytes: standard_input()? });
        } else if self.stdin_filename.is_some() {
            return Err(Failure::with_help(
                "--stdin-filename names what comes on standard input, but that is not among the paths",
                "add `-`: heylint check --stdin-filename drafts/a.json -",
            ));
        }
        let selectors = |parsed: &[Parsed]| parsed.iter().map(|parsed| parsed.selector).collect();
        Ok(Settings {
            paths,
            stdin,
            origin: self.configuration.origin(),
            endpoint: self.endpoint.clone(),
            place: self.place,
            ready: self.ready,
            depth: self.depth,
            select: selectors(&self.select),
            ignore: selectors(&self.ignore),
            fail_on: self.fail_on,
            jobs: self.jobs,
            now: self.now,
            current: None,
        })
    }

    fn report(&self, outcome: &Outcome) -> Result<u8, Failure> {
        let status = self.status(outcome);
        let fail_on = match self.fail_on.unwrap_or_default() {
            FailOn::At(severity) => Some(severity),
            FailOn::Never => None,
        };
        let paint = Paint::for_output(self.common.color);
        let style = Style { quiet: self.quiet, fail_on, exit_code: status, ..terminal::style(paint) };
        for (format, path) in &self.output {
            let plain = Style { quiet: self.quiet, fail_on, exit_code: status, ..Style::default() };
            let written = File::create(path).and_then(|file| {
                let mut file = BufWriter::new(file);
                report::write(&outcome.report, *format, &plain, &mut file)?;
                file.flush()
            });
            written.map_err(|error| Failure::new(format!("{}: {error}", clean(&path.to_string_lossy()))))?;
        }
        let mut out = BufWriter::new(io::stdout().lock());
        let written = report::write(&outcome.report, self.format, &style, &mut out).and_then(|()| out.flush());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(status),
        }
    }

    fn status(&self, outcome: &Outcome) -> u8 {
        let summary = &outcome.report.summary;
        if summary.unchecked > 0 {
            return INCOMPLETE;
        }
        if summary.files == 0 && outcome.report.findings.is_empty() {
            return self.nothing(outcome);
        }
        if outcome.failing > 0 { FOUND } else { CLEAN }
    }

    /// Nothing was checked: that is well only when somebody said so.
    fn nothing(&self, outcome: &Outcome) -> u8 {
        let Outcome { excluded, passed_over, .. } = outcome;
        if *excluded > 0 && *passed_over == 0 {
            if !self.quiet {
                note("nothing to check: the configuration excludes all that was named");
            }
            return CLEAN;
        }
        let passed = match passed_over {
            0 => "no media file and no JSON was found".to_owned(),
            1 => "the only JSON file that was found is no request".to_owned(),
            many => format!("none of the {} JSON files that were found is a request", heylint::text::count(*many)),
        };
        super::tell(&Failure::with_help(
            format!("nothing to check: {passed}"),
            "name a file to check it whatever it is, or say in heylint.toml which files are requests",
        ));
        INCOMPLETE
    }
}

fn standard_input() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(MOST_INPUT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(format!("standard input: {error}")))?;
    if bytes.len() as u64 > MOST_INPUT {
        return Err(Failure::with_help(
            format!("standard input has more than {} MiB", MOST_INPUT >> 20),
            "write it to a file and name that",
        ));
    }
    Ok(bytes)
}

fn list_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = clean(&path.to_string_lossy()).into_owned();
    let (file, _) =
        heylint::walk::open(path).map_err(|message| Failure::new(format!("--files-from {name}: {message}")))?;
    let mut bytes = Vec::new();
    let read = file.take(MOST_INPUT).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(format!("--files-from {name}: {error}")))?;
    Ok(bytes)
}

/// Paths, one a line; or separated by NUL, when there is one, because a name may hold a newline.
fn listed(bytes: &[u8]) -> Result<Vec<PathBuf>, Failure> {
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    let lines = bytes
        .split(|byte| *byte == separator)
        .map(|line| if separator == 0 { line } else { line.strip_suffix(b"\r").unwrap_or(line) });
    lines.filter(|line| !line.is_empty()).map(path_of).collect()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Result<PathBuf, Failure> {
    use std::os::unix::ffi::OsStrExt;
    Ok(std::ffi::OsStr::from_bytes(bytes).into())
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Result<PathBuf, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| Failure::new("--files-from: a name is not UTF-8"))?;
    Ok(text.into())
}
