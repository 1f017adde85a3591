//! `heylint mend`: shows how requests and media can be fixed, and fixes them.

mod split;

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use heylint::engine::Outcome;
use heylint::finding::Finding;
use heylint::fix::{self, FixMode, Mended, Requests};
use heylint::outcome::RunReport;
use heylint::remedy::{self, Remedy, Shell, TooLong, Tools, Way};
use heylint::report::{self, ReportFormat, ReportStyle};
use heylint::rule::{self, Severity};
use heylint::source::clean;
use heylint::text::words::reason;
use heylint::text::{PathSet, counted};
use heylint::{Linter, Settings};

use super::progress::Bar;
use super::terminal::{self, Paint};
use super::{CLEAN, Common, ConfigArgs, FOUND, Failure, check, clock, note};

#[derive(Debug, Args)]
pub struct MendArgs {
    /// Files and folders [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Do not ask for confirmation
    #[arg(long, short)]
    yes: bool,
    /// Show the plan without carrying it out
    #[arg(long, conflicts_with_all = ["yes", "script"])]
    dry_run: bool,
    /// Write the commands to a shell script instead of running them; `-` is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "yes")]
    script: Option<PathBuf>,
    /// Split a script that is too long into several scenes, at the ends of sentences, if the body allows it
    #[arg(long, conflicts_with = "script")]
    split_scripts: bool,
    /// Cut a recording that is too long at the limit of its use; the rest is lost
    #[arg(long)]
    trim: bool,
    /// Split one manifest into ready.jsonl and not-ready.jsonl beside it; change nothing else
    #[arg(long, conflicts_with_all = ["yes", "dry_run", "script", "split_scripts", "trim", "in_place"])]
    split: bool,
    /// Replace files; by default the original stays as NAME.orig
    #[arg(long)]
    in_place: bool,
    /// The endpoint of the requests, such as `POST /v3/videos`
    #[arg(long, value_name = "ENDPOINT", value_parser = heylint::request::endpoint::endpoint_named)]
    endpoint: Option<String>,
    /// The use of media files that no request refers to
    #[arg(long = "use", value_name = "USE", value_parser = check::places())]
    place: Option<&'static str>,
    /// Omit the plan and the notes
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    clock: clock::ClockArgs,
}

impl MendArgs {
    pub fn run(&self) -> Result<u8, Failure> {
        let settings = self.settings();
        if self.split {
            return split::run(settings, self.quiet);
        }
        let shows_only = self.dry_run || self.script.is_some();
        let _lock = if shows_only { None } else { Some(check::locked(&settings)?) };
        let mut shown = settings.clone();
        let bar = Bar::start(&mut shown, self.quiet);
        let mended = fix::mend(&shown, if self.split_scripts { FixMode::Split } else { FixMode::Planned });
        drop(bar);
        let mut mended = mended.map_err(check::failure)?;
        if let Some(path) = &self.script {
            return self.script(path, &mended);
        }
        let mut many = 0;
        each_remedy(&mended.outcome.report, &mut |remedy| {
            many += usize::from(fix::is_whole(remedy));
            Ok(())
        })?;
        if !self.quiet {
            let mut out = terminal::output();
            plan(&mended, self.in_place, self.split_scripts, &mut out)?;
            out.flush()?;
        }
        if mended.is_empty() && many == 0 {
            return self.report(&mended.outcome);
        }
        if self.dry_run {
            return Ok(check::status(&mended.outcome, true).max(FOUND));
        }
        if !self.yes && !agreed()? {
            return Ok(FOUND);
        }
        let written = mended.write().map_err(|error| Failure::with_help(error.to_string(), error.help))?;
        written.notes.iter().for_each(|text| note(&clean(text)));
        let mut requests = Requests::new(std::mem::take(&mut mended.outcome.paths));
        // Checks the named files again, under their new names.
        let mut settings = settings;
        let mut renamed = |from: &std::path::Path, to: &std::path::Path| {
            let is_it =
                |path: &PathBuf| std::path::absolute(path).is_ok_and(|path| heylint::config::normal(&path) == from);
            settings.paths.iter_mut().filter(|path| is_it(path)).for_each(|path| to.clone_into(path));
        };
        mended.moves().for_each(|moved| renamed(&moved.from, &moved.to));
        let mut at = 0;
        each_whole(&mended.outcome.report, &mut |remedy| {
            let bar = MendProgress::start(remedy, at, many, self.quiet);
            at += 1;
            let done = self.carry_out(remedy, &mut requests, &bar);
            drop(bar);
            match done {
                Ok(placed) => placed.iter().for_each(|path| renamed(&remedy.path, path)),
                Err(message) => note(&clean(&message)),
            }
            Ok(())
        })?;
        drop((mended, requests));
        let outcome = Linter::new(settings).run().map_err(check::failure)?;
        self.report(&outcome)
    }

    fn settings(&self) -> Settings {
        let paths = if self.paths.is_empty() { vec![".".into()] } else { self.paths.clone() };
        Settings {
            paths,
            origin: self.configuration.origin(),
            profiles: self.configuration.given(),
            endpoint: self.endpoint.clone(),
            place: self.place,
            tools: Tools::installed(),
            too_long: if self.trim { TooLong::Trim } else { TooLong::Leave },
            unheld: true,
            now: self.clock.now,
            ..Settings::default()
        }
    }

    /// Mends one file: writes the result beside it, checks the result, and moves it into place. Returns the path of the
    /// result, or none if an earlier run left it.
    fn carry_out(
        &self,
        remedy: &Remedy,
        requests: &mut Requests,
        bar: &MendProgress,
    ) -> Result<Option<PathBuf>, String> {
        let fault = |message: String| format!("{}: {message}", remedy.input);
        let keep = !self.in_place;
        if keep && fix::is_done_but_for_the_name(remedy) {
            return std::fs::remove_file(&remedy.path).map(|()| None).map_err(|error| fault(error.to_string()));
        }
        if let Some(link) = requests.link_to(remedy) {
            return Err(fault(format!("{link} leads to it; it keeps its name")));
        }
        let mut watch = |seconds: f64| {
            bar.at(seconds);
            true
        };
        let stage = fix::make(remedy, &mut watch).map_err(fault)?;
        requests.place(remedy, stage, keep).map(|placed| Some(placed.path)).map_err(|error| error.to_string())
    }

    fn report(&self, outcome: &Outcome) -> Result<u8, Failure> {
        let status = check::status(outcome, self.quiet);
        let paint = Paint::for_output(self.common.color);
        let style = ReportStyle { quiet: self.quiet, exit_code: status, ..terminal::style(paint) };
        let mut out = terminal::log(ReportFormat::Human, terminal::output());
        report::write(&outcome.report, ReportFormat::Human, &style, &mut out)?;
        out.flush()?;
        Ok(status)
    }

    fn script(&self, path: &std::path::Path, mended: &Mended) -> Result<u8, Failure> {
        if path == std::path::Path::new("-") {
            let mut out = BufWriter::new(io::stdout().lock());
            self.commands(mended, &mut out)?;
            out.flush()?;
            return Ok(CLEAN);
        }
        if path.symlink_metadata().is_ok() {
            let message = format!("{} already exists; nothing was written", clean(&path.to_string_lossy()));
            return Err(Failure::with_help(message, "name another file for the script"));
        }
        let failed = |error| Failure::new(format!("{}: {}", clean(&path.to_string_lossy()), reason(&error)));
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
        let mut out = BufWriter::new(file);
        self.commands(mended, &mut out).and_then(|()| out.flush()).map_err(failed)?;
        Ok(CLEAN)
    }

    fn commands(&self, mended: &Mended, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(
            b"#!/bin/sh\n# Does what the plan of `heylint mend` shows. Run it in the folder where it was written.\nset -eu\n",
        )?;
        if !mended.is_empty() {
            let settings = self.settings();
            let paths = settings.paths.iter().map(|path| path.to_string_lossy().into_owned());
            let words: Vec<_> = settings.words().into_iter().chain(paths).map(|word| remedy::quote(&word)).collect();
            // Requests that cannot be fixed must not stop the rest.
            writeln!(out, "heylint check --fix --quiet --fail-on never {}", words.join(" "))?;
        }
        each_whole(&mended.outcome.report, &mut |remedy| match remedy.command(Shell::Posix) {
            Some(command) => {
                writeln!(out, "{command}")?;
                remedy.next().map_or(Ok(()), |next| writeln!(out, "# {}", clean(&next)))
            }
            None => writeln!(out, "# {}: `heylint mend` does it", clean(&remedy.input)),
        })
    }
}

/// Passes the remedies of a report to `take`, one per file.
fn each_remedy(report: &RunReport, take: &mut dyn FnMut(&Remedy) -> io::Result<()>) -> io::Result<()> {
    // The findings of a file follow each other.
    let mut last: Option<Arc<Remedy>> = None;
    report.each(&mut |finding| match &finding.remedy {
        Some(remedy) if last.as_ref().is_none_or(|last| last.input != remedy.input) => {
            last = Some(Arc::clone(remedy));
            take(remedy)
        }
        _ => Ok(()),
    })
}

/// Passes the remedies that can be carried out completely. Links come first, so that none leads to a name that is gone.
fn each_whole(report: &RunReport, take: &mut dyn FnMut(&Remedy) -> io::Result<()>) -> io::Result<()> {
    let mut links = BTreeSet::new();
    each_remedy(report, &mut |remedy| {
        if !fix::is_whole(remedy) || !remedy.path.is_symlink() {
            return Ok(());
        }
        links.insert(Arc::clone(&remedy.input));
        take(remedy)
    })?;
    each_remedy(report, &mut |remedy| {
        if fix::is_whole(remedy) && !links.contains(&remedy.input) { take(remedy) } else { Ok(()) }
    })
}

fn plan(mended: &Mended, in_place: bool, splits: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut is_empty = mended.fixed.is_empty();
    mended.fixed.each(|line| writeln!(out, "fix     {}", clean(line)).map(|()| true))?;
    let report = &mended.outcome.report;
    let mut taken = PathSet::default();
    each_whole(report, &mut |remedy| {
        is_empty = false;
        let to = fix::name_after(remedy, &mut taken).filter(|to| **to != *remedy.input);
        let to = to.map(|to| format!(" → {}", clean(&to))).unwrap_or_default();
        let loses = remedy.loses().map(|loses| format!(" (loses {loses})")).unwrap_or_default();
        let kept = match (remedy.goal.way, in_place) {
            (Way::Rename, _) => String::new(),
            (_, true) => " in place".to_owned(),
            (_, false) => " (the original stays as .orig)".to_owned(),
        };
        let drafts: BTreeSet<&str> = remedy.mentions.iter().map(|mention| &*mention.file).collect();
        let used = match drafts.len() {
            0 => String::new(),
            _ => format!(" (used by {})", clean(&drafts.into_iter().collect::<Vec<_>>().join(", "))),
        };
        writeln!(out, "mend    {}{to}: {}{loses}{kept}{used}", clean(&remedy.input), clean(&remedy.summary()))
    })?;
    each_remedy(report, &mut |remedy| {
        if fix::is_whole(remedy) {
            return Ok(());
        }
        is_empty = false;
        writeln!(
            out,
            "leave   {}: a [[map]] entry leads to it; {}, and change the entry",
            clean(&remedy.input),
            clean(&remedy.summary())
        )
    })?;
    report.each(&mut |finding| {
        if finding.severity != Severity::Error || finding.remedy.is_some() || finding.fix.is_some() {
            return Ok(());
        }
        is_empty = false;
        let place = match finding.location.start {
            Some(start) => format!("{}:{}:{}", finding.location.file, start.line, start.column),
            None => finding.location.file.to_string(),
        };
        writeln!(
            out,
            "by hand {}: {} [{}]{}",
            clean(&place),
            clean(&finding.message),
            finding.rule.id,
            clean(&by_hand(finding, splits))
        )
    })?;
    if is_empty { Ok(()) } else { writeln!(out) }
}

/// What people can do, or let be done.
fn by_hand(finding: &Finding, splits: bool) -> String {
    let rule = finding.rule;
    if *rule == rule::SCRIPT_TOO_LONG && !splits {
        return "; try --split-scripts".to_owned();
    }
    if [&rule::AUDIO_TOO_LONG, &rule::VIDEO_TOO_LONG].contains(&rule) {
        return "; `heylint check` prints a command that cuts it into parts, --trim keeps its beginning".to_owned();
    }
    finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default()
}

fn agreed() -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::with_help(
            "there is no terminal to ask on",
            "pass --yes to carry it out, or --dry-run to see the plan",
        ));
    }
    let mut out = io::stderr().lock();
    let _ = write!(out, "Do it? [y/N] ");
    let _ = out.flush();
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Says which file is being mended, and how far that is.
struct MendProgress {
    bar: Option<indicatif::ProgressBar>,
}

impl MendProgress {
    fn start(remedy: &Remedy, at: usize, many: usize, quiet: bool) -> Self {
        let watched = !quiet && io::stderr().is_terminal();
        let bar = watched.then(|| {
            let seconds = remedy.facts.duration_s.unwrap_or(0.0);
            let bar = indicatif::ProgressBar::new((seconds * 1e3) as u64);
            let style = indicatif::ProgressStyle::with_template("{prefix} {wide_msg} {bar:20} {percent}%");
            bar.set_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()));
            bar.set_prefix(format!("{}/{many}", at + 1));
            bar.set_message(clean(&remedy.input).into_owned());
            bar.tick();
            bar
        });
        if bar.is_none() && !quiet {
            let _ = writeln!(
                io::stderr().lock(),
                "{} of {}: {}",
                at + 1,
                counted(many as u64, "file"),
                clean(&remedy.input)
            );
        }
        Self { bar }
    }

    fn at(&self, seconds: f64) {
        if let Some(bar) = &self.bar {
            bar.set_position((seconds * 1e3).max(0.0) as u64);
        }
    }
}

impl Drop for MendProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
