//! `heylint init`: writes a configuration, a commit hook and a CI job that match the contents of a folder.

mod editor;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use heylint::config::ConfigOrigin;
use heylint::media::Depth;
use heylint::outcome::baseline::Baseline;
use heylint::outcome::{FileKind, RunReport};
use heylint::source::{clean, display_name};
use heylint::text::counted;
use heylint::text::words::reason;
use heylint::{Linter, Settings};

use super::{CLEAN, Failure, check};

const CONFIG: &str = "heylint.toml";
const HOOKS: &str = ".pre-commit-config.yaml";
const BASELINE: &str = ".heylint-baseline.json";
const PLAIN_HOOK: &str = ".githooks/pre-commit";
const WORKFLOW: &str = ".github/workflows/heylint.yml";
const GITLAB: &str = ".gitlab-ci.yml";

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Hook {
    /// A shell script for git, which needs only heylint
    Git,
    /// An entry for pre-commit, which installs heylint itself
    PreCommit,
    None,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// The commit hook [default: pre-commit if the repository uses it, otherwise git]
    #[arg(long, value_name = "HOOK", value_enum)]
    hook: Option<Hook>,
    /// The editor that gets the JSON Schemas of the requests found
    #[arg(long, value_name = "EDITOR", value_enum, default_value = "vscode")]
    editor: Editor,
    /// Write a baseline of today's findings and name it in heylint.toml
    #[arg(long)]
    baseline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Editor {
    /// `json.schemas` in the settings of VS Code
    Vscode,
    None,
}

impl Init {
    pub fn run(&self) -> Result<u8, Failure> {
        let folder = &self.folder;
        if !folder.is_dir() {
            return Err(Failure::new(format!("{} is not a folder", clean(&folder.to_string_lossy()))));
        }
        let is_here = folder.canonicalize().ok() == std::env::current_dir().and_then(|here| here.canonicalize()).ok();
        if self.baseline && !is_here {
            let help = format!("`cd {} && heylint init --baseline`", clean(&folder.to_string_lossy()));
            return Err(Failure::with_help("a baseline is valid only for runs from its own folder", help));
        }
        let has_own = folder.join(CONFIG).symlink_metadata().is_ok();
        let origin = if has_own { ConfigOrigin::default() } else { ConfigOrigin::Isolated };
        let settings = Settings { origin, depth: Depth::Header, ..Settings::for_paths([folder]) };
        let outcome = Linter::new(settings).run().map_err(check::failure)?;
        let mut out = io::stdout().lock();
        writeln!(out, "found {}", found(&outcome.report))?;
        put(&folder.join(CONFIG), &config(&outcome.report, self.baseline), InitMode::Text, &mut out)?;
        if is_here {
            self.known(&mut out)?;
        }
        // Hooks and jobs belong at the root of the repository, wherever the folder is.
        let repository = repository(folder);
        if self.editor == Editor::Vscode {
            let root = repository.as_ref().map_or(folder.as_path(), |(root, _)| root);
            editor::associate(&outcome.report, root, &mut out)?;
        }
        let Some((root, below)) = repository else {
            writeln!(out, "no git repository here: neither a hook nor a workflow was written")?;
            return Ok(CLEAN);
        };
        self.hook(&root, &mut out)?;
        let of_gitlab = root.join(GITLAB).is_file() && !root.join(".github").is_dir();
        if of_gitlab {
            writeln!(out, "left {GITLAB} unchanged; add this to it:\n\n{}", gitlab(&below))?;
        } else {
            put(&root.join(WORKFLOW), &workflow(&below), InitMode::Text, &mut out)?;
        }
        Ok(CLEAN)
    }

    /// Writes a baseline, or says how to.
    fn known(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let path = self.folder.join(BASELINE);
        if !self.baseline && path.exists() {
            return Ok(());
        }
        // As `heylint` will check from now on, with the configuration and in full.
        let settings = Settings { unheld: true, ..Settings::for_paths([&self.folder]) };
        let outcome = Linter::new(settings).run().map_err(check::failure)?;
        let report = &outcome.report;
        if self.baseline {
            let baseline = Baseline::default().renewed(report, &outcome.stale)?;
            put_with(&path, InitMode::Text, out, |file| baseline.write(file))?;
            writeln!(out, "  {} in it", counted(baseline.len() as u64, "finding"))?;
        } else if report.summary.errors > 0 {
            let errors = counted(report.summary.errors, "error");
            writeln!(out, "  {errors} here already; a baseline accepts them until they are fixed:")?;
            writeln!(out, "    heylint check --write-baseline {BASELINE}")?;
            writeln!(out, "    and in {CONFIG}: baseline = \"{BASELINE}\"")?;
        }
        Ok(())
    }

    fn hook(&self, root: &Path, out: &mut dyn Write) -> Result<(), Failure> {
        let there = root.join(HOOKS).symlink_metadata().is_ok();
        match self.hook.unwrap_or(if there { Hook::PreCommit } else { Hook::Git }) {
            Hook::PreCommit if there => {
                writeln!(out, "left {HOOKS} unchanged; add this to its `repos`:\n\n{}", hook())?;
            }
            Hook::PreCommit => put(&root.join(HOOKS), &format!("repos:\n{}", hook()), InitMode::Text, out)?,
            Hook::Git => {
                put(&root.join(PLAIN_HOOK), include_str!("init/pre-commit.sh"), InitMode::Program, out)?;
                let own = [".git/hooks/pre-commit", ".husky"].iter().find(|name| root.join(name).exists());
                match own {
                    Some(own) => writeln!(out, "  {own} already exists: call {PLAIN_HOOK} from it")?,
                    None => writeln!(out, "  enable it with: git config core.hooksPath .githooks")?,
                }
            }
            Hook::None => {}
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum InitMode {
    Text,
    Program,
}

/// Writes a new file.
fn put(path: &Path, text: &str, mode: InitMode, out: &mut dyn Write) -> Result<(), Failure> {
    put_with(path, mode, out, |file| file.write_all(text.as_bytes()))
}

/// As [`put`], for text that `write` writes.
fn put_with(
    path: &Path,
    mode: InitMode,
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let name = display_name(path);
    let name = name.strip_prefix("./").unwrap_or(&name);
    if super::target::is_behind_link(path) {
        return Err(Failure::with_help(
            format!("{name} is behind a symbolic link in this folder, so it was not written"),
            "replace the link by a folder",
        ));
    }
    let failed = |error: io::Error| Failure::new(format!("{name}: {}", reason(&error)));
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if mode == InitMode::Program { 0o777 } else { 0o666 });
    match options.open(path) {
        Ok(file) => {
            let mut file = BufWriter::new(file);
            write(&mut file).and_then(|()| file.flush()).map_err(failed)?;
            writeln!(out, "wrote {name}")?;
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            writeln!(out, "left {name} unchanged: it already exists")?;
        }
        Err(error) => return Err(failed(error)),
    }
    Ok(())
}

/// The root of the git repository of a folder, relative to the current folder, and the folder relative to that root.
fn repository(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let absolute = folder.canonicalize().ok()?;
    let (up, root) = absolute.ancestors().enumerate().find(|(_, above)| above.join(".git").exists())?;
    let below = absolute.strip_prefix(root).ok()?.to_owned();
    // Deeper folders may be links with parents elsewhere.
    let seen = if up == 0 { folder.to_owned() } else { root.to_owned() };
    Some((seen, if up == 0 { ".".into() } else { below }))
}

fn found(report: &RunReport) -> String {
    let summary = &report.summary;
    let media = counted(summary.media, "media file");
    format!("{} and {media}", counted(summary.requests, "request"))
}

/// The folders that contain files of these kinds, with their counts.
fn folders(report: &RunReport, kinds: &[FileKind]) -> BTreeMap<String, u64> {
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
    let mut text: String =
        shown.map(|(folder, many)| format!("#   {}: {}\n", clean(folder), counted(*many, noun))).collect();
    if folders.len() > MOST {
        text.push_str("#   …\n");
    }
    text
}

fn config(report: &RunReport, baseline: bool) -> String {
    let requests = folders(report, &[FileKind::Request, FileKind::Manifest]);
    let media = folders(report, &[FileKind::Media]);
    let service = heylint::profile::default();
    let mut text = format!(
        "# heylint checks what you send to the {} API. `heylint schema config` describes every key.\n",
        service.title
    );
    let example = service.example.unwrap_or("POST /…");
    let nothing = requests.is_empty() && media.is_empty();
    text.push_str(if nothing {
        "# heylint found neither requests nor media files in this folder.\n"
    } else {
        "#\n# Found:\n"
    });
    let mark = if baseline { "" } else { "# " };
    text.push_str(&listed(&requests, "request file"));
    text.push_str(&listed(&media, "media file"));
    text.push_str(&format!(
        "\nfail-on = \"error\"\n\n\
         {mark}baseline = \"{BASELINE}\"\n\n\
         # exclude = [\"old/**\"]\n\n\
         # Bodies that do not say what they are for:\n\
         # [[requests]]\n\
         # files = [\"talks/*.json\"]\n\
         # endpoint = \"{example}\"\n\n\
         # What files are for that no request refers to:\n\
         # [[media]]\n\
         # files = [\"portraits/*.jpg\"]\n\
         # use = \"photo\"\n\n\
         # Files that go elsewhere too (`heylint limits --profile tiktok` says what it takes):\n\
         # [[media]]\n\
         # files = [\"renders/**\"]\n\
         # profile = [\"{}\", \"tiktok\"]\n",
        service.name
    ));
    text
}

const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn hook() -> String {
    format!("  - repo: {REPOSITORY}\n    rev: v{VERSION}\n    hooks:\n      - id: heylint\n")
}

/// A folder as a YAML value. YAML reads JSON's quotes.
fn quoted(folder: &Path) -> String {
    heylint::request::json::quote(&folder.to_string_lossy().replace('\\', "/"))
}

/// The version that our own workflows use, pinned because others can move a tag.
const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";

fn workflow(folder: &Path) -> String {
    let action = REPOSITORY.rsplit("github.com/").next().unwrap_or(REPOSITORY);
    format!(
        "name: heylint\non: [push, pull_request]\npermissions:\n  contents: read\njobs:\n  heylint:\n    \
         runs-on: ubuntu-latest\n    steps:\n      - uses: {CHECKOUT}\n        with:\n          \
         persist-credentials: false\n      # The tag of a release does not move.\n      \
         - uses: {action}@v{VERSION} # zizmor: ignore[unpinned-uses]\n        with:\n          paths: {}\n",
        quoted(folder)
    )
}

fn gitlab(folder: &Path) -> String {
    format!(
        "heylint:\n  image: rust:1\n  script:\n    - cargo install --locked --git {REPOSITORY} --tag v{VERSION}\n    \
         - heylint check --output gitlab=heylint.json {}\n  artifacts:\n    when: always\n    reports:\n      \
         codequality: heylint.json\n",
        quoted(folder)
    )
}
