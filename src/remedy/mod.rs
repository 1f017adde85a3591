//! How a media file becomes acceptable for its use, as data: the target and the steps.
//!
//! Messages, reports and `heylint mend` all use the same value.

mod goal;
mod picture;
mod shell;
mod steps;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use goal::{Asked, Goal, Shorten, TooLong, Tracks, Way};
pub use picture::{DrawError, draw, thumbnail};
pub use shell::{Shell, quote};
pub use steps::{ffmpeg, magick, muxer};

use crate::media::{Facts, Format};
use crate::source::clean;
use crate::text::{Position, Span};

/// One call of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub program: String,
    /// The arguments without quoting.
    pub arguments: Vec<String>,
    /// Files to read, by their names in reports.
    pub inputs: Vec<String>,
    /// Files to create; none of them exists yet.
    pub outputs: Vec<String>,
    /// What changes, one fact each: `convert it to MP4`.
    pub changes: Vec<String>,
    /// What is lost, one fact each; empty if nothing is.
    pub loses: Vec<String>,
}

/// A value in a request that names the file by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The file of the request, as reports name it.
    pub file: Arc<str>,
    /// The start of the value.
    pub start: Option<Position>,
    /// The span of the file name in the text, without its folder; none if it cannot be rewritten.
    pub name: Option<Span>,
}

/// How to make one file fit every place that uses it.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// The absolute path of the file.
    pub path: PathBuf,
    /// Its name in reports.
    pub input: Arc<str>,
    /// The name of the result in reports; empty until a free name is chosen.
    pub output: String,
    pub goal: Goal,
    pub facts: Facts,
    pub mentions: Vec<Mention>,
    /// The options of this run that set the use of the file, for a command that runs this program.
    pub options: Vec<String>,
    /// Empty until a name is chosen.
    pub steps: Vec<Step>,
}

/// The installed programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tools {
    /// The name of ImageMagick on this system; ffmpeg if it is not installed.
    pub pictures: &'static str,
    pub shell: Shell,
}

impl Default for Tools {
    fn default() -> Self {
        Self { pictures: "magick", shell: Shell::default() }
    }
}

impl Tools {
    /// Searches `PATH`.
    #[must_use]
    pub fn installed() -> Self {
        // On Windows `convert` is a program for file systems.
        let pictures = match (Self::has("magick"), cfg!(unix) && Self::has("convert")) {
            (true, _) => "magick",
            (false, true) => "convert",
            (false, false) => "ffmpeg",
        };
        Self { pictures, ..Self::default() }
    }

    /// Whether `PATH` has a program of this name.
    #[must_use]
    pub fn has(name: &str) -> bool {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
    }
}

impl Remedy {
    /// Chooses the name of the result and determines the steps. `is_taken` tells which names exist.
    pub fn settle(&mut self, tools: Tools, is_taken: impl Fn(&Path) -> bool) {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let extension = self.goal.format.extensions().first().unwrap_or(&"bin");
        let (infix, ending) = match self.goal.way {
            // A folder.
            _ if self.is_parted() => ("-parts", String::new()),
            Way::Rename => ("", format!(".{extension}")),
            _ => ("-fixed", format!(".{extension}")),
        };
        let names = (1..).map(|at| match at {
            1 => format!("{stem}{infix}{ending}"),
            at => format!("{stem}{infix}-{at}{ending}"),
        });
        let Some(name) = names.take(10_000).find(|name| !is_taken(&self.path.with_file_name(name))) else { return };
        self.output = beside(&self.input, &name);
        self.steps = steps::steps(self, tools);
    }

    /// The command of the steps for a shell; none if the names cannot be written in a shell.
    #[must_use]
    pub fn command(&self, shell: Shell) -> Option<String> {
        let harmless = clean(&self.input) == *self.input && !self.input.contains('`') && self.path.to_str().is_some();
        if !harmless || self.steps.is_empty() {
            return None;
        }
        let lines: Vec<String> = self.steps.iter().map(|step| shell.line(step)).collect();
        Some(lines.join(" && "))
    }

    /// Whether the result is several files; only people know where each one goes.
    #[must_use]
    pub fn is_parted(&self) -> bool {
        matches!(self.goal.cut, Some(Shorten::Parts(..)))
    }

    /// What the steps do, as a sentence without a subject: `convert it to MP4 and scale it to 1920×1200`.
    #[must_use]
    pub fn summary(&self) -> String {
        let changes = crate::text::words::all(self.steps.iter().flat_map(|step| &step.changes));
        if changes.is_empty() { "mend it".to_owned() } else { changes }
    }

    /// What is lost; none if nothing is.
    #[must_use]
    pub fn loses(&self) -> Option<String> {
        let loses: Vec<&str> = self.steps.iter().flat_map(|step| &step.loses).map(String::as_str).collect();
        (!loses.is_empty()).then(|| loses.join(", "))
    }

    /// What remains to be done after the steps.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        // `heylint mend` does it itself.
        if self.steps.iter().any(|step| step.program == steps::OWN) {
            return None;
        }
        let place = |mention: &Mention| match mention.start {
            Some(start) => format!("{}:{}:{}", mention.file, start.line, start.column),
            None => mention.file.to_string(),
        };
        if self.is_parted() {
            let first = self.mentions.first().map(place)?;
            return Some(format!("then refer to the parts at {first}"));
        }
        match self.mentions.split_first() {
            None if self.goal.way == Way::Rename => None,
            None => Some(format!("then move {} away", self.input)),
            Some((first, [])) => Some(format!("then refer to {} at {}", self.output, place(first))),
            Some((first, more)) => Some(format!(
                "then refer to {} at {} and {}",
                self.output,
                place(first),
                crate::text::counted(more.len() as u64, "more place")
            )),
        }
    }

    /// The text for people: what to do, the command, and what to do next.
    #[must_use]
    pub fn help(&self, shell: Shell) -> String {
        let mut help = match self.command(shell) {
            Some(command) => format!("{}: `{command}`", self.summary()),
            None => format!("{}: `heylint mend` does it", self.summary()),
        };
        if let Some(loses) = self.loses() {
            help.push_str(&format!(" (loses {loses})"));
        }
        if let Some(next) = self.next() {
            help.push_str(&format!("; {next}"));
        }
        help
    }
}

/// The name of a file in the folder of another.
fn beside(name: &str, other: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{other}"),
        None => other.to_owned(),
    }
}

/// Whether heylint reads and writes pictures of this format itself.
#[must_use]
pub fn is_drawn(format: Format) -> bool {
    matches!(format, Format::Png | Format::Jpeg | Format::WebP | Format::Gif | Format::Bmp | Format::Tiff)
}
