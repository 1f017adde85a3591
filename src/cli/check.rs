//! `heylint check`

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use heylint::config::{FailOn, Parsed, Selector};
use heylint::drift::Newer;
use heylint::engine::{Outcome, RunError, Shard, Stdin};
use heylint::fix::{self, FixMode};
use heylint::media::Depth;
use heylint::outcome::Summary;
use heylint::outcome::baseline::{Baseline, BaselineError};
use heylint::profile;
use heylint::remedy::Tools;
use heylint::report::{self, ReportFormat, ReportStyle};
use heylint::rule;
use heylint::source::clean;
use heylint::suggest::did_you_mean;
use heylint::text::words::reason;
use heylint::{Linter, Settings};

use super::input::{Piped, held_input, list_file, listed, standard_input};
use super::progress::Bar;
use super::terminal::{self, Paint};
use super::watch::{self, How, Watcher};
use super::{CLEAN, Common, ConfigArgs, FOUND, Failure, INCOMPLETE, clock, note};
use super::{pipe, repository, statistics, target};

#[derive(Debug, Args)]
pub struct Check {
    /// Files and folders; `-` is standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Format of the report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats(), help_heading = "Report")]
    format: ReportFormat,
    /// Also write a report to a file, such as `sarif=heylint.sarif`; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output, help_heading = "Report")]
    output: Vec<(ReportFormat, PathBuf)>,
    /// Count the findings of each rule instead of showing them
    #[arg(long, help_heading = "Report")]
    statistics: bool,
    /// Show every finding, without folding identical ones
    #[arg(long, help_heading = "Report")]
    all: bool,
    /// Show where each limit comes from
    #[arg(long, short, help_heading = "Report")]
    verbose: bool,
    /// Show how each file was classified, or why it was skipped (also with --verbose)
    #[arg(long)]
    show_files: bool,
    /// Omit the summary and the notes
    #[arg(long, short, help_heading = "Report")]
    quiet: bool,

    /// The endpoint of the requests, such as `POST /v3/videos`
    #[arg(long, value_name = "ENDPOINT", value_parser = heylint::request::endpoint::endpoint_named, help_heading = "Purpose")]
    endpoint: Option<String>,
    /// The use of media files that no request refers to
    #[arg(long = "use", value_name = "USE", value_parser = places(), help_heading = "Purpose")]
    place: Option<&'static str>,
    /// A newer OpenAPI document of the service; fields that it knows are not reported as unknown
    #[arg(long, value_name = "FILE", help_heading = "Purpose")]
    openapi: Option<PathBuf>,
    /// Report whatever stops a draft from being sent unchanged, such as local paths and placeholders
    #[arg(long, help_heading = "Purpose")]
    ready: bool,

    /// Check only these rules (a rule, a subject, or `all`), instead of those of the configuration
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = Selector::parse, help_heading = "Rules")]
    select: Vec<Parsed>,
    /// Skip these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = ignored, help_heading = "Rules")]
    ignore: Vec<Parsed>,
    /// The lowest severity that makes the exit status 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), help_heading = "Rules")]
    fail_on: Option<FailOn>,

    /// Apply fixes that keep the meaning of a request
    #[arg(long, help_heading = "Mending")]
    fix: bool,
    /// Also apply fixes that may change the meaning: numbers out of range, fields without effect
    #[arg(long, help_heading = "Mending")]
    fix_unsafe: bool,
    /// Print the changes of --fix (or --fix-unsafe) as a unified diff without applying them
    #[arg(long, conflicts_with_all = ["format", "output", "statistics"], help_heading = "Mending")]
    diff: bool,
    /// Ignore the findings recorded in this file
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    baseline: Option<PathBuf>,
    /// Record the current findings in this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "fix", "fix_unsafe", "diff", "shard"], help_heading = "Baseline")]
    write_baseline: Option<PathBuf>,

    /// How much of each media file to read
    #[arg(long, value_name = "DEPTH", default_value = "full", value_parser = depths(), help_heading = "Reading")]
    depth: Depth,
    /// Let drafts refer to files outside their project
    #[arg(long, help_heading = "Reading")]
    allow_outside: bool,
    /// Read the paths from a file, one per line (or NUL-separated); `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    files_from: Option<PathBuf>,
    /// Skip named files that are neither media nor clearly a request, as a folder walk does (for commit hooks)
    #[arg(long, help_heading = "Reading")]
    pass_over: bool,
    /// The name to assume for standard input; it sets the extension, the folder and the configuration
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    stdin_filename: Option<PathBuf>,
    /// Check again on every change; `--watch=poll` works on network drives
    #[arg(long, value_name = "HOW", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "events", conflicts_with_all = ["fix", "fix_unsafe", "diff", "write_baseline", "shard", "files_from", "stdin_filename"], help_heading = "Reading")]
    watch: Option<How>,
    /// Check one part of the files: 2/5 is the second of five; `heylint merge` merges the reports
    #[arg(long, value_name = "I/N", conflicts_with_all = ["fix", "fix_unsafe", "diff"], help_heading = "Reading")]
    shard: Option<Shard>,
    /// Number of threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = threads, help_heading = "Reading")]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    cache: super::cache::CacheArgs,

    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    clock: clock::ClockArgs,
}

pub(super) fn formats() -> impl TypedValueParser<Value = ReportFormat> {
    let names = PossibleValuesParser::new(ReportFormat::ALL.iter().map(|format| format.name()));
    names.try_map(|name| ReportFormat::from_name(&name).ok_or("no such format"))
}

pub(super) fn places() -> impl TypedValueParser<Value = &'static str> {
    let names = profile::use_names(profile::ALL);
    PossibleValuesParser::new(names.clone())
        .try_map(move |name| names.iter().copied().find(|known| *known == name).ok_or("no such use"))
}

pub(super) fn severities() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::NAMES).try_map(|name| FailOn::from_name(&name).ok_or("no such severity"))
}

pub(super) fn depths() -> impl TypedValueParser<Value = Depth> {
    PossibleValuesParser::new(Depth::NAMES).try_map(|name| Depth::from_name(&name).ok_or("no such depth"))
}

fn output(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let names = || ReportFormat::ALL.iter().map(|format| format.name());
    let Some((name, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err("expected a format and a file, for example sarif=heylint.sarif".to_owned());
    };
    match ReportFormat::from_name(name) {
        Some(format) => Ok((format, file.into())),
        None => {
            let known: Vec<_> = names().collect();
            Err(format!("`{name}` is not one of {}{}", known.join(", "), did_you_mean(name, names())))
        }
    }
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a number of at least 1".to_owned())
}

fn ignored(word: &str) -> Result<Parsed, String> {
    let parsed = Selector::parse(word)?;
    if parsed.selector == Selector::Rule(&rule::LINT_UNREADABLE) {
        return Err("lint/unreadable reports unchecked files and cannot be ignored".to_owned());
    }
    Ok(parsed)
}

impl Check {
    pub fn run(&self) -> Result<u8, Failure> {
        let (mut settings, goes_on) = self.settings()?;
        if !self.quiet {
            for renamed in self.select.iter().chain(&self.ignore).filter_map(|parsed| parsed.renamed) {
                note(&format!("this rule is now called {}", renamed.id));
            }
        }
        if let Some(path) = self.paths.first()
            && !path.exists()
            && let Some(command) = path.to_str().and_then(super::nearest_command)
        {
            note(&format!("there is a command `heylint {command}`"));
        }
        if self.diff || self.fix || self.fix_unsafe {
            return self.mend(settings);
        }
        if let Some(how) = self.watch {
            let watcher = Watcher::new(how, self.output.iter().map(|(_, path)| path.clone()));
            let renew = || self.settings().map(|(settings, _)| settings);
            return watch::run(watcher, settings, self.quiet, renew, |outcome| self.report(outcome));
        }
        if let Some(head) = goes_on {
            let Some(outcome) = pipe::run(settings, head, failure)? else { return Ok(CLEAN) };
            self.tell_of_stale(&outcome);
            return Ok(self.status(&outcome));
        }
        let known = settings.baseline.clone().unwrap_or_default();
        let bar = Bar::start(&mut settings, self.quiet);
        let outcome = Linter::new(settings).run();
        drop(bar);
        let mut outcome = outcome.map_err(failure)?;
        if let Some(path) = &self.write_baseline {
            target::guard(path)?;
            let failed = |error| Failure::new(format!("{}: {}", clean(&path.to_string_lossy()), reason(&error)));
            let baseline = known.renewed(&outcome.report, &outcome.stale).map_err(failed)?;
            fix::write_file(path, |out| baseline.write(out)).map_err(failed)?;
            if !self.quiet {
                let count = heylint::text::counted(baseline.len() as u64, "finding");
                note(&format!("{} holds {count}", clean(&path.to_string_lossy())));
            }
            outcome.settle_baseline()?;
        }
        let status = self.report(&outcome);
        // The program is about to end, so freeing every file's memory would only take time.
        std::mem::forget(outcome);
        status
    }

    fn mend(&self, mut settings: Settings) -> Result<u8, Failure> {
        if settings.stdin.is_some() && !self.diff {
            return Err(Failure::with_help(
                "standard input cannot be changed in place",
                "show the changes instead: heylint check --diff -",
            ));
        }
        let mode = if self.fix_unsafe { FixMode::Unsafe } else { FixMode::Safe };
        // Hold the lock from the first read to the last write.
        let _lock = if self.diff { None } else { Some(locked(&settings)?) };
        let bar = Bar::start(&mut settings, self.quiet);
        let mended = fix::mend(&settings, mode);
        drop(bar);
        let mended = mended.map_err(failure)?;
        if !self.diff {
            match mended.write() {
                Ok(written) => {
                    self.tell_of_fixes(&mended.fixed)?;
                    written.notes.iter().for_each(|text| note(&clean(text)));
                }
                Err(error) => return Err(Failure::with_help(error.to_string(), error.help)),
            }
            return self.report(&mended.outcome);
        }
        let mut out = terminal::output();
        if io::stdout().is_terminal() {
            let mut diff = Vec::new();
            mended.diff(&mut diff)?;
            String::from_utf8_lossy(&diff).lines().try_for_each(|line| writeln!(out, "{}", clean(line)))?;
        } else {
            // A program gets the bytes as they are, so that the diff applies.
            mended.diff(&mut out)?;
        }
        out.flush()?;
        if !self.quiet {
            let fixed = heylint::text::counted(mended.outcome.report.summary.fixed, "finding");
            note(&format!("{fixed} would be fixed; nothing was written"));
            if mended.outcome.failing > 0 {
                note("other findings stay; `heylint check` shows them");
            }
        }
        let status = self.status(&mended.before);
        Ok(if mended.is_empty() { status } else { status.max(FOUND) })
    }

    /// The exit status. With `--pass-over` a run that checks no file succeeds.
    fn status(&self, outcome: &Outcome) -> u8 {
        if self.pass_over && is_nothing(outcome) { CLEAN } else { status(outcome, self.quiet) }
    }

    /// The settings of the run; if standard input is to be checked line by line, also what has been read of it.
    fn settings(&self) -> Result<(Settings, Option<Vec<u8>>), Failure> {
        let mut paths = self.paths.clone();
        let (mut stdin, mut head) = (None, None);
        if let Some(list) = &self.files_from {
            let bytes = if list == Path::new("-") { held_input()? } else { list_file(list)? };
            paths.extend(listed(&bytes)?);
        } else if paths.is_empty() {
            paths.push(".".into());
        }
        if paths.iter().any(|path| path == Path::new("-")) {
            if self.files_from.as_deref() == Some(Path::new("-")) {
                return Err(Failure::with_help(
                    "standard input cannot be both the list of files and a file to check",
                    "put the list into a file: --files-from list.txt",
                ));
            }
            paths.retain(|path| path != Path::new("-"));
            let name = self.stdin_filename.clone().unwrap_or_else(|| "<stdin>".into());
            let bytes = if self.diff {
                held_input()?.into()
            } else {
                match standard_input(|head| self.is_stream() && pipe::is_lines(head, &name))? {
                    Piped::Whole(bytes) => bytes,
                    Piped::Stream(beginning) => {
                        head = Some(beginning);
                        Vec::new().into()
                    }
                }
            };
            stdin = Some(Stdin { name, bytes });
        } else if self.stdin_filename.is_some() {
            return Err(Failure::with_help(
                "--stdin-filename needs standard input among the paths",
                "add `-`: heylint check --stdin-filename drafts/a.json -",
            ));
        }
        let selectors = |parsed: &[Parsed]| parsed.iter().map(|parsed| parsed.selector).collect();
        let settings = Settings {
            paths,
            pass_over: self.pass_over,
            stdin,
            origin: self.configuration.origin(),
            profiles: self.configuration.given(),
            endpoint: self.endpoint.clone(),
            place: self.place,
            ready: self.ready,
            show_files: self.show_files || self.verbose,
            gallery: self.writes(ReportFormat::Html),
            plan: false,
            depth: self.depth,
            select: selectors(&self.select),
            ignore: selectors(&self.ignore),
            fail_on: self.fail_on,
            jobs: self.jobs,
            now: self.clock.now,
            shard: self.shard,
            allow_outside: self.allow_outside,
            newer: self.newer()?,
            tools: Tools::installed(),
            baseline: self.known()?,
            cache: self.cache_folder()?,
            unheld: true,
            ..Settings::default()
        };
        Ok((settings, head))
    }

    /// The names that the document of `--openapi` adds.
    fn newer(&self) -> Result<Option<Arc<Newer>>, Failure> {
        let Some(path) = &self.openapi else { return Ok(None) };
        let config = self.configuration.here()?;
        let profile = self.configuration.in_force(&config).first().copied().unwrap_or(config.profile());
        let name = clean(&path.to_string_lossy()).into_owned();
        Newer::open(path, profile).map(Some).map_err(|why| Failure::new(format!("{name}: {why}")))
    }

    /// Whether all findings must be in memory.
    fn holds(&self) -> bool {
        self.diff || self.fix || self.fix_unsafe || self.write_baseline.is_some()
    }

    /// Whether a report in this format is written.
    fn writes(&self, format: ReportFormat) -> bool {
        let printed = self.format == format && !self.statistics;
        printed || self.output.iter().any(|(other, _)| *other == format)
    }

    /// Whether the report can be written while standard input is read.
    fn is_stream(&self) -> bool {
        self.format == ReportFormat::Jsonl && self.output.is_empty() && !self.statistics && !self.holds()
    }

    fn tell_of_stale(&self, outcome: &Outcome) {
        if !self.quiet && !outcome.stale.is_empty() {
            let count = outcome.stale.len();
            let (entries, them) = if count == 1 {
                ("entry of the baseline matches", "it")
            } else {
                ("entries of the baseline match", "them")
            };
            note(&format!("{count} {entries} no finding; --write-baseline removes {them}"));
        }
    }

    /// Prints how files were classified. Names those that resemble requests if the format has no place for that.
    fn tell_of_files(&self, outcome: &Outcome) {
        let report = &outcome.report;
        for file in &report.taken {
            eprintln!("{}: {}", clean(&file.path), file.what);
        }
        let has_place = [
            ReportFormat::Human,
            ReportFormat::Concise,
            ReportFormat::Json,
            ReportFormat::Jsonl,
            ReportFormat::Html,
            ReportFormat::Markdown,
        ];
        if (!has_place.contains(&self.format) || self.statistics) && !self.quiet {
            report::notes(report).iter().for_each(|line| note(line));
        }
    }

    fn tell_of_fixes(&self, fixed: &fix::FixedList) -> io::Result<()> {
        const MOST: u64 = 100;
        if self.quiet {
            return Ok(());
        }
        let strong = Paint::for_errors().strong("fixed");
        let (mut out, mut shown) = (io::stderr().lock(), 0);
        fixed.each(|line| {
            let _ = writeln!(out, "{strong}: {}", clean(line));
            shown += 1;
            Ok(shown < MOST)
        })?;
        if fixed.len() > MOST {
            let _ = writeln!(out, "{strong}: and {}", heylint::text::counted(fixed.len() - MOST, "more place"));
        }
        Ok(())
    }

    /// Warns of a configuration that can find nothing, even with `--quiet` in CI.
    fn tell_of_silence(&self, outcome: &Outcome) {
        if !self.quiet || is_ci() {
            outcome.silent.iter().for_each(|reason| note(&clean(reason)));
        }
    }

    /// Runs that change files use no cache.
    fn cache_folder(&self) -> Result<Option<PathBuf>, Failure> {
        if self.diff || self.fix || self.fix_unsafe {
            return Ok(None);
        }
        self.cache.folder().map_err(Failure::new)
    }

    /// The known findings. A run that rewrites the baseline reads it first, so that a run over some files keeps the
    /// entries of the others.
    fn known(&self) -> Result<Option<Arc<Baseline>>, Failure> {
        let path = match (&self.baseline, &self.write_baseline) {
            (Some(path), _) => path,
            (None, Some(path)) if path.symlink_metadata().is_ok() => path,
            (None, Some(_)) => return Ok(None),
            (None, None) => {
                let config = self.configuration.here()?;
                let Some(path) = &config.baseline else { return Ok(None) };
                &config.root.join(path)
            }
        };
        let wrong = |message: String| Failure::new(format!("{}: {message}", clean(&path.to_string_lossy())));
        let (file, _) = heylint::walk::open(path).map_err(wrong)?;
        match Baseline::read(file) {
            Ok(baseline) => Ok(Some(Arc::new(baseline))),
            // This run replaces the file.
            Err(BaselineError::Outdated) if self.baseline.is_none() => {
                if !self.quiet {
                    note(&format!("{} is replaced: it {}", clean(&path.to_string_lossy()), BaselineError::Outdated));
                }
                Ok(None)
            }
            Err(error @ BaselineError::Outdated) => {
                let name = clean(&path.to_string_lossy()).into_owned();
                Err(Failure::with_help(
                    format!("{name}: {error}"),
                    format!("replace it: heylint check --write-baseline {name}"),
                ))
            }
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    fn report(&self, outcome: &Outcome) -> Result<u8, Failure> {
        let status = self.status(outcome);
        let paint = Paint::for_output(self.common.color);
        let quiet = self.quiet || self.pass_over && is_nothing(outcome);
        let style = ReportStyle {
            quiet,
            all: self.all,
            verbose: self.verbose,
            exit_code: status,
            prefix: repository::prefix(),
            ..terminal::style(paint)
        };
        target::differ(self.output.iter().map(|(_, path)| path.as_path()))?;
        let read = [&self.baseline, &self.openapi, &self.files_from, &self.configuration.config];
        let read: Vec<&Path> = read.into_iter().flatten().map(PathBuf::as_path).collect();
        for (_, path) in &self.output {
            target::spare(path, outcome, &read)?;
            target::guard(path)?;
        }
        for (format, path) in &self.output {
            let plain = ReportStyle {
                color: false,
                hyperlinks: false,
                width: ReportStyle::default().width,
                unicode: true,
                ..style.clone()
            };
            let written = File::create(path).and_then(|file| {
                let mut file = BufWriter::new(file);
                report::write(&outcome.report, *format, &plain, &mut file)?;
                file.flush()
            });
            written.map_err(|error| Failure::new(format!("{}: {}", clean(&path.to_string_lossy()), reason(&error))))?;
        }
        if let Some(fault) = outcome.cache_fault.as_ref().filter(|_| !self.quiet) {
            note(&format!("the cache could not be written: {fault}"));
        }
        self.tell_of_stale(outcome);
        self.tell_of_silence(outcome);
        self.tell_of_files(outcome);
        let mut out = terminal::log(self.format, terminal::output());
        if self.statistics {
            statistics::write(&outcome.report, self.format, &style, &mut out)?;
        } else {
            report::write(&outcome.report, self.format, &style, &mut out)?;
        }
        out.flush()?;
        Ok(status)
    }
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// Waits until no other run is fixing these files.
pub(super) fn locked(settings: &Settings) -> Result<fix::Lock, Failure> {
    let waiting = || note("another heylint is fixing this project; waiting for it");
    fix::lock(settings, waiting)
        .map_err(|error| Failure::new(format!("the project cannot be locked: {}", reason(&error))))
}

fn is_nothing(outcome: &Outcome) -> bool {
    let Summary { files, unchecked, errors, warnings, hints, .. } = outcome.report.summary;
    files + unchecked + errors + warnings + hints == 0
}

/// The exit status of a run. Prints a note if the run checked nothing.
pub(super) fn status(outcome: &Outcome, quiet: bool) -> u8 {
    let summary = &outcome.report.summary;
    if summary.unchecked > 0 {
        return INCOMPLETE;
    }
    if is_nothing(outcome) {
        return nothing(outcome, quiet);
    }
    if outcome.failing > 0 { FOUND } else { CLEAN }
}

/// Handles a run that checked nothing, which succeeds only if somebody asked for it.
fn nothing(outcome: &Outcome, quiet: bool) -> u8 {
    let Outcome { excluded, passed_over, elsewhere, .. } = outcome;
    if *elsewhere > 0 {
        return CLEAN;
    }
    if *excluded > 0 && *passed_over == 0 {
        if !quiet || is_ci() {
            note("nothing to check: the configuration excludes everything that you named");
        }
        return CLEAN;
    }
    let passed = match passed_over {
        0 => "no media file and no JSON was found".to_owned(),
        1 => "the only file found contains no request".to_owned(),
        many => format!("none of the {} files found contains a request", heylint::text::count(*many)),
    };
    super::tell(&Failure::with_help(
        format!("nothing to check: {passed}"),
        "name a JSON file to check it in any case, or declare requests in heylint.toml; `--show-files` tells why a file was skipped",
    ));
    INCOMPLETE
}

pub(super) fn failure(error: RunError) -> Failure {
    match error {
        RunError::Config(errors) => Failure::Config(errors),
        error => Failure::new(error.to_string()),
    }
}
