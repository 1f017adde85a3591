//! `heylint limits diff`: compares the profile with a newer document of the service.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use heylint::drift::usage::{self, UsageDrift};
use heylint::drift::{self, Difference, Drift, DriftChange};
use heylint::openapi::ApiDocument;
use heylint::profile::Profile;
use heylint::source::clean;
use heylint::text::{Date, counted};
use serde_json::json;

use super::{CLEAN, Common, ConfigArgs, Failure, OutputFormat, Paint, print_json};
use crate::cli::{FOUND, clock, input, note, terminal};

const AFTER: &str = "\
Exit status: 0 no differences · 1 differences · 2 a document could not be read";

#[derive(Debug, Args)]
#[command(after_help = AFTER)]
#[group(id = "documents", required = true, multiple = true, args = ["openapi", "usage_limits"])]
pub struct DiffArgs {
    /// An OpenAPI document of the service, 3.0 or 3.1, as JSON or YAML; `-` is standard input
    #[arg(long, value_name = "FILE")]
    openapi: Option<PathBuf>,
    /// The usage-limits page of the service, as Markdown
    #[arg(long, value_name = "FILE")]
    usage_limits: Option<PathBuf>,
    /// Print the necessary changes of rules/ as a unified diff for `git apply`, without writing anything
    #[arg(long, conflicts_with = "format")]
    write: bool,
    /// The rules folder, for --write
    #[arg(long, value_name = "DIR", default_value = "rules", requires = "write")]
    rules: PathBuf,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    format: OutputFormat,
    #[command(flatten)]
    configuration: ConfigArgs,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    clock: clock::ClockArgs,
}

/// The differences between the documents and the profile.
struct Found {
    profile: &'static Profile,
    openapi: Option<Drift>,
    usage: Option<UsageDrift>,
}

impl DiffArgs {
    pub fn run(&self) -> Result<u8, Failure> {
        let config = self.configuration.here()?;
        let profile = self.configuration.in_force(&config).first().copied().unwrap_or(config.profile());
        let openapi = self.openapi.as_deref().map(|path| compared(profile, path)).transpose()?;
        let usage = self.usage_limits.as_deref().map(|path| page(profile, path)).transpose()?;
        let found = Found { profile, openapi, usage };
        let mut out = terminal::output();
        if self.write {
            self.propose(&found, &mut out)?;
        } else if self.format == OutputFormat::Json {
            print_json(&found.record(), &mut out)?;
        } else {
            self.people(&found, &mut out)?;
        }
        out.flush()?;
        Ok(if found.differences().next().is_none() { CLEAN } else { FOUND })
    }

    fn propose(&self, found: &Found, out: &mut dyn Write) -> Result<(), Failure> {
        let day = Date::of(self.clock.now.unwrap_or_else(clock::now)).to_string();
        let differences: Vec<Difference> = found.differences().cloned().collect();
        let edits = drift::propose(found.profile, &differences, &self.rules, &day).map_err(|why| {
            Failure::with_help(clean(&why).into_owned(), "name the rules folder: --rules path/to/heylint/rules")
        })?;
        out.write_all(edits.diff().as_bytes())?;
        for (difference, why) in &edits.by_hand {
            note(&format!("to be changed by hand, because {why}: {}", clean(&line(difference))));
        }
        Ok(())
    }

    fn people(&self, found: &Found, out: &mut dyn Write) -> io::Result<()> {
        let paint = Paint::for_output(self.common.color);
        let names = [self.openapi.as_deref(), self.usage_limits.as_deref()].into_iter().flatten();
        let names: Vec<String> = names.map(|path| clean(&path.to_string_lossy()).into_owned()).collect();
        let version = found.openapi.as_ref().map(|drift| &*drift.version).filter(|version| !version.is_empty());
        let version = version.map_or(String::new(), |version| format!(", version {}", clean(version)));
        let Found { profile, openapi, usage } = found;
        let head = format!("profile {} of {} against {}{version}", profile.name, profile.as_of, names.join(" and "));
        writeln!(out, "{}", paint.faint(&head))?;
        if openapi.as_ref().is_some_and(Drift::is_older) {
            writeln!(out, "the document is older than the profile")?;
        }
        for difference in found.differences() {
            let change = format!("{:<7}", difference.change.name());
            let change = match difference.change {
                DriftChange::New => paint.hint(&change),
                DriftChange::Gone => paint.error(&change),
                DriftChange::Changed => paint.warning(&change),
            };
            writeln!(out, "{change}  {}", clean(&line(difference)))?;
        }
        let count = |change: DriftChange| found.differences().filter(|difference| difference.change == change).count();
        let counts =
            [DriftChange::New, DriftChange::Gone, DriftChange::Changed].map(|change| (count(change), change.name()));
        let counts: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
        match counts.as_slice() {
            [] => writeln!(out, "no differences")?,
            counts => {
                let all = counted(found.differences().count() as u64, "difference");
                writeln!(out, "{all}: {}", counts.join(", "))?;
            }
        }
        let silent = openapi.iter().flat_map(|drift| &drift.silent).map(|keyword| keyword.title()).collect::<Vec<_>>();
        if !silent.is_empty() {
            writeln!(out, "not compared, because no body of the document uses them: {}", silent.join(", "))?;
        }
        let unread: Vec<&String> = usage.iter().flat_map(|usage| &usage.unread).collect();
        if !unread.is_empty() {
            writeln!(out, "lines of the page with figures that no limit uses:")?;
            unread.iter().try_for_each(|line| writeln!(out, "  {}", clean(line)))?;
        }
        Ok(())
    }
}

fn compared(profile: &'static Profile, path: &Path) -> Result<Drift, Failure> {
    let wrong = |why: String| Failure::new(format!("{}: {}", clean(&path.to_string_lossy()), clean(&why)));
    let from_input = path == Path::new("-");
    let document = if from_input { ApiDocument::take(io::stdin().lock()) } else { ApiDocument::open(path) };
    drift::compare(profile, &document.map_err(wrong)?).map_err(wrong)
}

fn page(profile: &'static Profile, path: &Path) -> Result<UsageDrift, Failure> {
    let wrong = |why: &str| Failure::new(format!("{}: {why}", clean(&path.to_string_lossy())));
    let text = input::read_text(path, usage::MOST_BYTES as u64).map_err(|why| wrong(&why))?;
    Ok(usage::compare(profile, &text))
}

impl Found {
    fn differences(&self) -> impl Iterator<Item = &Difference> {
        let of_api = self.openapi.iter().flat_map(|drift| &drift.differences);
        of_api.chain(self.usage.iter().flat_map(|usage| &usage.differences))
    }

    fn record(&self) -> serde_json::Value {
        let document = self
            .openapi
            .as_ref()
            .map(|drift| json!({ "title": drift.title, "version": drift.version, "older": drift.is_older() }));
        let not_compared = self.openapi.as_ref().map(|drift| drift.silent.clone()).unwrap_or_default();
        json!({
            "version": 1,
            "profile": { "name": self.profile.name, "as_of": self.profile.as_of },
            "document": document,
            "differences": self.differences().collect::<Vec<_>>(),
            "not_compared": not_compared,
            "unread": self.usage.as_ref().map(|usage| &usage.unread),
        })
    }
}

/// `POST /v3/videos (avatar).voice_settings.speed: maximum 1.5 → 2 (voice-settings.speed-max; and 9 more places)`
fn line(difference: &Difference) -> String {
    let mut line = difference.operation.clone();
    if !difference.at.is_empty() {
        line.push_str(&format!(" {}", difference.at));
    }
    let said = drift::said(difference);
    if !said.is_empty() {
        line.push_str(&format!(": {said}"));
    }
    let more = (difference.more > 0).then(|| format!("and {}", counted(difference.more as u64, "more place")));
    let limit = difference.limit.filter(|limit| *limit != difference.operation).map(str::to_owned);
    let notes: Vec<String> = limit.into_iter().chain(more).collect();
    if !notes.is_empty() {
        line.push_str(&format!(" ({})", notes.join("; ")));
    }
    line
}
