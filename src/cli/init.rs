//! `heylint init`

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use heylint::config::Origin;
use heylint::media::Depth;
use heylint::report::{FileKind, Report};
use heylint::text::counted;
use heylint::{Linter, Settings};

use super::{CLEAN, Failure};

const CONFIG: &str = "heylint.toml";
const HOOKS: &str = ".pre-commit-config.yaml";
const WORKFLOW: &str = ".github/workflows/heylint.yml";

#[derive(Debug, Args)]
pub struct Init {
    /// The folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

impl Init {
    pub fn run(&self) -> Result<u8, Failure> {
        if !self.folder.is_dir() {
            return Err(Failure::new(format!(
                "{} is no folder",
                heylint::source::clean(&self.folder.to_string_lossy())
            )));
        }
        let settings =
            Settings { origin: Origin::Isolated, depth: Depth::Header, ..Settings::for_paths([&self.folder]) };
        let outcome = Linter::new(settings).run().map_err(|error| Failure::new(error.to_string()))?;
        let mut out = io::stdout().lock();
        writeln!(out, "found {}", found(&outcome.report))?;
        self.put(CONFIG, &config(&outcome.report), &mut out)?;
        self.put(WORKFLOW, &workflow(), &mut out)?;
        if self.folder.join(HOOKS).symlink_metadata().is_ok() {
            writeln!(out, "left {HOOKS} alone; add to its `repos`:\n\n{}", hook())?;
        } else {
            self.put(HOOKS, &format!("repos:\n{}", hook()), &mut out)?;
        }
        Ok(CLEAN)
    }

    /// Writes a file that is not there yet.
    fn put(&self, name: &str, text: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let path = self.folder.join(name);
        let failed = |error: io::Error| Failure::new(format!("{name}: {error}"));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(failed)?;
                writeln!(out, "wrote {name}")?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                writeln!(out, "left {name} alone: it is there already")?;
            }
            Err(error) => return Err(failed(error)),
        }
        Ok(())
    }
}

fn found(report: &Report) -> String {
    let summary = &report.summary;
    let media = counted(summary.media, "media file");
    format!("{} and {media}", counted(summary.requests, "request"))
}

/// The folders of files of some kind, each with how many it holds.
fn folders(report: &Report, kinds: &[FileKind]) -> BTreeMap<String, u64> {
    let mut folders = BTreeMap::new();
    for file in report.files.iter().filter(|file| kinds.contains(&file.kind)) {
        let parent = Path::new(&file.path).parent().map(|parent| parent.to_string_lossy().into_owned());
        let folder = parent.filter(|parent| !parent.is_empty()).unwrap_or_else(|| ".".to_owned());
        *folders.entry(folder).or_default() += 1;
    }
    folders
}

fn listed(folders: &BTreeMap<String, u64>, noun: &str) -> String {
    const MOST: usize = 8;
    let shown = folders.iter().take(MOST);
    let mut text: String = shown
        .map(|(folder, many)| format!("#   {}: {}\n", heylint::source::clean(folder), counted(*many, noun)))
        .collect();
    if folders.len() > MOST {
        text.push_str("#   …\n");
    }
    text
}

fn config(report: &Report) -> String {
    let requests = folders(report, &[FileKind::Request, FileKind::Manifest]);
    let media = folders(report, &[FileKind::Media]);
    let mut text =
        "# heylint: what is sent to the HeyGen video API. `heylint schema config` describes every key.\n".to_owned();
    let nothing = requests.is_empty() && media.is_empty();
    text.push_str(if nothing {
        "# Neither requests nor media files were found below this folder.\n"
    } else {
        "#\n# Found:\n"
    });
    text.push_str(&listed(&requests, "request file"));
    text.push_str(&listed(&media, "media file"));
    text.push_str(
        "\nfail-on = \"error\"\n\n\
         # exclude = [\"old/**\"]\n\n\
         # Bodies that do not say what they are for:\n\
         # [[requests]]\n\
         # files = [\"talks/*.json\"]\n\
         # endpoint = \"POST /v3/videos\"\n\n\
         # What files are for that no request refers to:\n\
         # [[media]]\n\
         # files = [\"portraits/*.jpg\"]\n\
         # use = \"photo\"\n",
    );
    text
}

fn hook() -> String {
    let extensions = "json|jsonl|mp4|webm|png|jpe?g|wav|mp3|pdf|srt";
    format!(
        "  - repo: local\n    hooks:\n      - id: heylint\n        name: heylint\n        language: system\n        \
         entry: heylint check\n        files: \\.({extensions})$\n"
    )
}

fn workflow() -> String {
    let (repository, version) = (env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
    format!(
        "name: heylint\non: [push, pull_request]\npermissions:\n  contents: read\njobs:\n  heylint:\n    \
         runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      \
         - run: cargo install --locked --git {repository} --tag v{version}\n      \
         - run: heylint check --format github .\n"
    )
}
