//! The files of a run: those that were named, those of a walk, and standard input.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{RunError, Settings, Stdin, borders};
use crate::config::Configs;
use crate::media::{self, Bytes, Format, sniff};
use crate::source::display_name;
use crate::walk::{self, Input, InputKind, Problem, Walked};

/// The files of a run.
pub(super) struct Inputs {
    /// Named files, and those of the folders.
    pub found: Vec<Input>,
    pub stdin: Option<Input>,
    /// Files that only matter for their references to the found ones.
    pub context: Vec<Input>,
    /// Paths that cannot be walked.
    pub problems: Vec<Problem>,
    /// The folders that were walked.
    pub folders: Vec<PathBuf>,
    /// Paths that a configuration left out.
    pub excluded: u64,
}

impl Inputs {
    /// # Errors
    /// If a configuration cannot be used.
    pub fn gather(settings: &Settings, configs: &Configs) -> Result<Self, RunError> {
        let threads = settings.jobs.map_or(0, std::num::NonZeroUsize::get);
        let (paths, links) = apart(settings, configs);
        let walked = walk::walk(&paths, configs, threads, settings.pass_over);
        let Walked { inputs: mut found, mut problems, folders, mut excluded, .. } = walked;
        // Named files that are passed over include all links.
        problems.extend(links.into_iter().filter(|_| !settings.pass_over));
        let mut stdin = settings.stdin.as_ref().map(|stdin| of_stdin(stdin, configs));
        if settings.unasked.is_some() {
            if stdin.take_if(|input| walk::is_excluded(&input.path, false, configs)).is_some() {
                excluded += 1;
            }
            for input in found.iter_mut().chain(&mut stdin) {
                input.named = input.config.requests_of(&input.path).is_some();
            }
        }
        let errors = configs.errors();
        if !errors.is_empty() {
            return Err(RunError::Config(errors));
        }
        let mut context = Vec::new();
        if !settings.context.is_empty() {
            let known: HashSet<&Path> = found.iter().map(|input| input.path.as_path()).collect();
            context = walk::texts(&settings.context, configs, threads);
            context.retain(|input| input.kind != InputKind::Media && !known.contains(input.path.as_path()));
        }
        Ok(Self { found, stdin, context, problems, folders, excluded })
    }

    /// The files to check.
    pub fn all(&self) -> impl Iterator<Item = &Input> {
        self.found.iter().chain(&self.stdin)
    }
}

/// The named paths to walk, and the links among them that lead out of the project. Whoever writes a branch chooses its
/// links, and a command may name all that a branch changes; so they must not make heylint read, show or write other
/// files of this machine.
fn apart(settings: &Settings, configs: &Configs) -> (Vec<PathBuf>, Vec<Problem>) {
    let (mut paths, mut links) = (Vec::new(), Vec::new());
    for given in &settings.paths {
        let path = configs.absolute(given);
        // In an editor, people open the folder, and the text of the file is there already.
        let is_open = settings.unasked.is_some() || settings.overlay.text(&path).is_some();
        let is_trusted = settings.allow_outside || is_open;
        if is_trusted || !borders::leads_out(&path, configs, &settings.origin) {
            paths.push(given.clone());
            continue;
        }
        links.push(Problem {
            name: configs.name(&path).into(),
            message: "is a link that leads out of the project".to_owned(),
            help: Some("name the file itself, or check it with --allow-outside".to_owned()),
        });
    }
    (paths, links)
}

fn of_stdin(stdin: &Stdin, configs: &Configs) -> Input {
    let path = configs.absolute(&stdin.name);
    let config = configs.of_file(&path);
    let kind = walk::kind(&path, &config).unwrap_or(InputKind::Unknown);
    Input { name: display_name(&stdin.name).into(), path, kind, named: true, config }
}

/// Sniffs a named file whose name does not reveal its format.
pub(super) fn sniffed(mut input: Input) -> Input {
    if input.kind != InputKind::Unknown {
        return input;
    }
    input.kind = InputKind::Media;
    // A file that cannot be opened is reported when it is checked.
    if let Ok((file, _)) = walk::open(&input.path)
        && let Ok(mut bytes) = Bytes::of_file(&file)
        && is_json(&mut bytes)
    {
        input.kind = InputKind::Json;
    }
    input
}

/// Whether bytes under an unknown name are JSON, complete or half-typed.
pub(super) fn is_json(bytes: &mut Bytes<'_>) -> bool {
    let head = bytes.peek(0, 512).unwrap_or_default();
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    // No media format begins like this; subtitles and logs rarely do.
    first == Some(&b'{') || (first == Some(&b'[') && sniff(bytes).is_ok_and(|format| format == Format::Json))
}

/// Whether bytes under an unknown name are of a format that is not text, or nothing at all.
pub(super) fn is_media(bytes: &mut Bytes<'_>) -> bool {
    let is_text = |format| matches!(format, Format::Json | Format::Text | Format::Unknown);
    bytes.len() == 0 || sniff(bytes).is_ok_and(|format| !is_text(format))
}

/// Whether the name of a file has this extension.
pub(super) fn has_extension(path: &Path, extension: &str) -> bool {
    media::extension(path).is_some_and(|name| name.eq_ignore_ascii_case(extension))
}
