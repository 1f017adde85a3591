//! `heylint suppress`: writes an entry for an accepted finding to heylint.toml.

use std::path::{Path, PathBuf};

use clap::Args;
use heylint::config::{self, FILE_NAME, Selector};
use heylint::fix;
use heylint::source::clean;
use heylint::text::bounds;

use super::{CLEAN, Failure, input, note};

#[derive(Debug, Args)]
pub struct Suppress {
    /// The file, with `#/pointer` for one value in it, such as `drafts/a.json#/script` or `jobs.jsonl[3]#/script`
    #[arg(value_name = "FILE#POINTER")]
    at: String,
    /// The rules to suppress: a rule, a subject, or `all`
    #[arg(value_name = "RULE", required = true, value_parser = Selector::parse)]
    rules: Vec<config::Parsed>,
    /// Why the finding is accepted
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// The last day on which the suppression applies, such as 2027-01-31
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<String>,
}

fn reason(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("say why the finding is accepted") } else { Ok(text.to_owned()) }
}

fn date(text: &str) -> Result<String, &'static str> {
    if heylint::text::Date::parse(text).is_some() {
        Ok(text.to_owned())
    } else {
        Err("expected a date such as 2027-01-31")
    }
}

impl Suppress {
    pub fn run(&self) -> Result<u8, Failure> {
        let current = std::env::current_dir().map_err(|error| Failure::new(format!("the current folder: {error}")))?;
        // The name of a file may contain anything except the `#` that ends it.
        let end = self.at.find('#').unwrap_or(self.at.len());
        let (named, rest) = self.at.split_at(end);
        let (named, record) = match named.strip_suffix(']').and_then(|head| head.rsplit_once('[')) {
            Some((file, record)) if record.bytes().all(|byte| byte.is_ascii_digit()) && !record.is_empty() => {
                (file, format!("[{record}]"))
            }
            _ => (named, String::new()),
        };
        let file = config::normal(&current.join(named));
        if !file.is_file() {
            return Err(Failure::new(format!("{}: no such file", clean(named))));
        }
        let path = configuration_of(&file, &current);
        if path.is_symlink() {
            let message = format!("{} is a symbolic link; nothing was written", clean(&path.to_string_lossy()));
            return Err(Failure::with_help(message, "write the entry where it leads to"));
        }
        let root = path.parent().unwrap_or(&current).to_owned();
        let below = file.strip_prefix(&root).ok().and_then(Path::to_str);
        let below = below.ok_or_else(|| Failure::new(format!("{} is not below {}", clean(named), root.display())))?;
        let before = match input::read_text(&path, bounds::CONFIG_BYTES) {
            Ok(text) => text,
            Err(_) if path.symlink_metadata().is_err() => String::new(),
            Err(message) => return Err(Failure::new(format!("{}: {message}", clean(&path.to_string_lossy())))),
        };
        let at = format!("{}{record}{rest}", below.replace('\\', "/"));
        let rules: Vec<String> =
            self.rules.iter().map(|parsed| heylint::text::toml_string(&parsed.selector.to_string())).collect();
        let mut entry = format!(
            "[[suppress]]\nat = {}\nrules = [{}]\nreason = {}\n",
            heylint::text::toml_string(&at),
            rules.join(", "),
            heylint::text::toml_string(&self.reason)
        );
        if let Some(until) = &self.until {
            entry.push_str(&format!("until = {}\n", heylint::text::toml_string(until)));
        }
        let blank = match before.as_str() {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let after = format!("{before}{blank}{entry}");
        config::parse(&after, FILE_NAME, &root).map_err(Failure::Config)?;
        fix::write_file(&path, |out| out.write_all(after.as_bytes()))
            .map_err(|error| Failure::new(format!("{}: {error}", clean(&path.to_string_lossy()))))?;
        note(&format!("{} now contains the entry for {}", clean(&path.to_string_lossy()), clean(&at)));
        Ok(CLEAN)
    }
}

/// The nearest configuration of a file. If there is none, the path for one: beside `.git`, or else in the current
/// folder.
fn configuration_of(file: &Path, current: &Path) -> PathBuf {
    for above in file.ancestors().skip(1) {
        let path = above.join(FILE_NAME);
        if path.symlink_metadata().is_ok() || above.join(".git").symlink_metadata().is_ok() {
            return path;
        }
    }
    let beside = if file.starts_with(current) { current } else { file.parent().unwrap_or(current) };
    beside.join(FILE_NAME)
}
