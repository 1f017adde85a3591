//! `heylint mend`: shows how requests and media can be fixed, and fixes them.

mod split;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use heylint::engine::Outcome;
use heylint::finding::Finding;
use heylint::fix::{self, FixMode, Mended, Requests};
use heylint::remedy::{self, Remedy, Shell, TooLong, Tools, Way};
use heylint::report::{self, ReportFormat, ReportStyle};
use heylint::rule::{self, Severity};
use heylint::source::clean;
use heylint::text::counted;
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
        let mended = mended.map_err(check::failure)?;
        let remedies = remedies(&mended.outcome);
        let (mut remedies, left): (Vec<_>, Vec<_>) = remedies.into_iter().partition(|remedy| fix::is_whole(remedy));
        // Links come first, so that none leads to a name that is gone.
        remedies.sort_by_key(|remedy| !remedy.path.is_symlink());
        if let Some(path) = &self.script {
            return self.script(path, &mended, &remedies);
        }
        let nothing = mended.is_empty() && remedies.is_empty();
        if !self.quiet {
            let mut out = terminal::output();
            out.write_all(plan(&mended, &remedies, &left, self.in_place, self.split_scripts).as_bytes())?;
            out.flush()?;
        }
        if nothing {
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
        let mut requests = Requests::new(mended.outcome.paths.clone());
        let many = remedies.len();
        // Checks the named files again, under their new names.
        let mut settings = settings;
        let mut renamed = |from: &std::path::Path, to: &std::path::Path| {
            let is_it =
                |path: &PathBuf| std::path::absolute(path).is_ok_and(|path| heylint::config::normal(&path) == from);
            settings.paths.iter_mut().filter(|path| is_it(path)).for_each(|path| to.clone_into(path));
        };
        mended.moves.iter().for_each(|moved| renamed(&moved.from, &moved.to));
        for (at, remedy) in remedies.iter().enumerate() {
            let bar = MendProgress::start(remedy, at, many, self.quiet);
            let done = self.carry_out(remedy, &mut requests, &bar);
            drop(bar);
            match done {
                Ok(placed) => placed.iter().for_each(|path| renamed(&remedy.path, path)),
                Err(message) => note(&clean(&message)),
            }
        }
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

    fn script(&self, path: &std::path::Path, mended: &Mended, remedies: &[Arc<Remedy>]) -> Result<u8, Failure> {
        let mut text = String::from(
            "#!/bin/sh\n# Does what the plan of `heylint mend` shows. Run it in the folder where it was written.\nset -eu\n",
        );
        if !mended.is_empty() {
            let settings = self.settings();
            let paths = settings.paths.iter().map(|path| path.to_string_lossy().into_owned());
            let words: Vec<_> = settings.words().into_iter().chain(paths).map(|word| remedy::quote(&word)).collect();
            // Requests that cannot be fixed must not stop the rest.
            let _ = writeln!(text, "heylint check --fix --quiet --fail-on never {}", words.join(" "));
        }
        for remedy in remedies {
            match remedy.command(Shell::Posix) {
                Some(command) => {
                    let _ = writeln!(text, "{command}");
                    let next = remedy.next().map(|next| clean(&next).into_owned());
                    next.iter().for_each(|next| _ = writeln!(text, "# {next}"));
                }
                None => _ = writeln!(text, "# {}: `heylint mend` does it", clean(&remedy.input)),
            }
        }
        if path == std::path::Path::new("-") {
            io::stdout().lock().write_all(text.as_bytes())?;
            return Ok(CLEAN);
        }
        if path.symlink_metadata().is_ok() {
            let message = format!("{} already exists; nothing was written", clean(&path.to_string_lossy()));
            return Err(Failure::with_help(message, "name another file for the script"));
        }
        let written = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
        written
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::new(format!("{}: {error}", clean(&path.to_string_lossy()))))?;
        Ok(CLEAN)
    }
}

/// The remedies of an outcome, one per file.
fn remedies(outcome: &Outcome) -> Vec<Arc<Remedy>> {
    let mut seen = BTreeSet::new();
    let all = outcome.report.findings.iter().filter_map(|finding| finding.remedy.as_ref());
    all.filter(|remedy| seen.insert(Arc::clone(&remedy.input))).cloned().collect()
}

fn plan(mended: &Mended, remedies: &[Arc<Remedy>], left: &[Arc<Remedy>], in_place: bool, splits: bool) -> String {
    let mut text = String::new();
    for line in &mended.fixed {
        let _ = writeln!(text, "fix     {}", clean(line));
    }
    let mut taken = BTreeSet::new();
    for remedy in remedies {
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
        let _ = writeln!(text, "mend    {}{to}: {}{loses}{kept}{used}", clean(&remedy.input), clean(&remedy.summary()));
    }
    for remedy in left {
        let _ = writeln!(
            text,
            "leave   {}: a [[map]] entry leads to it; {}, and change the entry",
            clean(&remedy.input),
            clean(&remedy.summary())
        );
    }
    let has_none =
        |finding: &&Finding| finding.severity == Severity::Error && finding.remedy.is_none() && finding.fix.is_none();
    for finding in mended.outcome.report.findings.iter().filter(has_none) {
        let place = match finding.location.start {
            Some(start) => format!("{}:{}:{}", finding.location.file, start.line, start.column),
            None => finding.location.file.to_string(),
        };
        let _ = writeln!(
            text,
            "by hand {}: {} [{}]{}",
            clean(&place),
            clean(&finding.message),
            finding.rule.id,
            clean(&by_hand(finding, splits))
        );
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
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
