//! Turns paths into inputs: folders, ignore files, and the kind of each file by its name.
//!
//! The walk behaves like ripgrep: ignore files apply, hidden files are skipped, symbolic links are not followed. Of the
//! hidden files it includes `.env` and similar files, which may contain a key, and everything in `.github`. A named
//! file is checked whatever it is, unless the configuration excludes it.

use std::ffi::OsStr;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use ignore::types::{Types, TypesBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::config::{Config, Configs, normal};
use crate::extract::Form;
use crate::media::{self, Class, Format};
use crate::source::display_name;
use crate::suggest;
use crate::text::bounds;
pub use crate::text::words::because;

/// The kind of a file, by its name or the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputKind {
    Media,
    /// One JSON document.
    Json,
    /// One JSON document per line.
    JsonLines,
    /// Text of another form, which may contain requests.
    Source(Form),
    /// CSV or TSV, whose columns the configuration maps.
    Table,
    /// A named file whose kind only its bytes can show.
    Unknown,
}

/// One file to check.
#[derive(Clone, Debug)]
pub struct Input {
    /// Absolute, without `.` and `..`; identifies the file.
    pub path: PathBuf,
    /// Its name in reports.
    pub name: Arc<str>,
    pub kind: InputKind,
    /// The command line or the configuration names it, so it is never skipped silently.
    pub named: bool,
    pub config: Arc<Config>,
}

/// A path that cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The name of the path in reports.
    pub name: Arc<str>,
    /// One line, lower case, no full stop.
    pub message: String,
    pub help: Option<String>,
}

/// The result of a walk.
#[derive(Debug, Default)]
pub struct Walked {
    /// Sorted by path, each file once.
    pub inputs: Vec<Input>,
    pub problems: Vec<Problem>,
    /// Paths that a configuration excludes.
    pub excluded: u64,
    /// The folders that were walked, absolute.
    pub folders: Vec<PathBuf>,
}

/// Walks the named paths on up to `threads` threads (0: one per core). With `pass_over` a named file is treated like
/// one found by the walk: skipped if neither its name nor the configuration gives its kind.
#[must_use]
pub fn walk(paths: &[PathBuf], configs: &Configs, threads: usize, pass_over: bool) -> Walked {
    let walk = Walk { configs, pass_over, texts_only: false, found: Mutex::default(), excluded: AtomicU64::new(0) };
    walk.all(paths, threads)
}

/// Walks folders for files other than media.
#[must_use]
pub fn texts(folders: &[PathBuf], configs: &Configs, threads: usize) -> Vec<Input> {
    let (found, excluded) = (Mutex::default(), AtomicU64::new(0));
    Walk { configs, pass_over: false, texts_only: true, found, excluded }.all(folders, threads).inputs
}

/// A file that was named as well as found counts as named.
fn order(a: &Input, b: &Input) -> std::cmp::Ordering {
    bytes(&a.path).cmp(bytes(&b.path)).then(b.named.cmp(&a.named))
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

struct Walk<'a> {
    configs: &'a Configs,
    pass_over: bool,
    /// Skip media.
    texts_only: bool,
    found: Mutex<(Vec<Input>, Vec<Problem>)>,
    excluded: AtomicU64,
}

/// Collects the files that one thread finds below a folder. It hands them over at the end, so that threads do not wait
/// for each other, and computes once what files of one folder share.
struct FolderFinder<'w, 'a> {
    walk: &'w Walk<'a>,
    /// The walked folder: its absolute path, and the path as given.
    root: &'w Path,
    given: &'w Path,
    inputs: Vec<Input>,
    folder: Option<Folder>,
}

/// The folder of the last entry.
struct Folder {
    /// The path in the walk.
    above: PathBuf,
    absolute: PathBuf,
    /// The prefix of its files' names in reports.
    prefix: String,
    config: Arc<Config>,
}

impl Drop for FolderFinder<'_, '_> {
    fn drop(&mut self) {
        // Sort the parts now, which makes merging cheap.
        self.inputs.sort_by(order);
        let mut found = self.walk.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.0.append(&mut self.inputs);
    }
}

impl FolderFinder<'_, '_> {
    fn entry(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.walk.walk_error(&error, self.root, self.given);
                return WalkState::Continue;
            }
        };
        let Some(file_type) = entry.file_type() else { return WalkState::Continue };
        if entry.depth() == 0 || !(file_type.is_dir() || file_type.is_file()) {
            return WalkState::Continue;
        }
        let walk = self.walk;
        let (above, file_name) = parts(&entry);
        let folder = self.folder_of(above);
        let mut path = PathBuf::with_capacity(folder.absolute.as_os_str().len() + 1 + file_name.len());
        path.push(&folder.absolute);
        path.push(file_name);
        let config = &folder.config;
        let kind = if file_type.is_dir() { None } else { kind(&path, config) };
        if kind.is_none() && !file_type.is_dir() {
            return WalkState::Continue;
        }
        let is_off = kind.and_then(form_name).is_some_and(|form| config.switches_off(&path, form));
        if is_off || config.excludes(&path, file_type.is_dir()) {
            walk.excluded.fetch_add(1, Ordering::Relaxed);
            return WalkState::Skip;
        }
        let Some(kind) = kind.filter(|kind| !(walk.texts_only && *kind == InputKind::Media)) else {
            return WalkState::Continue;
        };
        let named = config.requests_of(&path).is_some() || config.media_of(&path).is_some();
        let name = match file_name.to_str() {
            Some(name) => [&folder.prefix, name].concat(),
            None => walk.name(&path, entry.path()),
        };
        let input = Input { path, name: name.into(), kind, named, config: Arc::clone(config) };
        self.inputs.push(input);
        WalkState::Continue
    }

    fn folder_of(&mut self, above: &Path) -> &Folder {
        self.folder.take_if(|known| known.above.as_os_str() != above.as_os_str());
        self.folder.get_or_insert_with(|| {
            let absolute = self.root.join(above.strip_prefix(self.given).unwrap_or(above));
            let prefix = match self.walk.name(&absolute, above) {
                name if name == "." => String::new(),
                name if name.ends_with('/') => name,
                name => name + "/",
            };
            let config = self.walk.configs.of_folder(&absolute);
            Folder { above: above.to_owned(), absolute, prefix, config }
        })
    }
}

/// The folder of an entry, and its name there. Splitting a path is slow, so it is done once.
fn parts(entry: &DirEntry) -> (&Path, &OsStr) {
    let path = entry.path();
    let end = path.to_str().and_then(|text| Some((text.rfind(std::path::is_separator)?, text)));
    match end {
        Some((at, text)) if at > 0 && at + 1 < text.len() => (Path::new(&text[..at]), OsStr::new(&text[at + 1..])),
        _ => (path.parent().unwrap_or(path), entry.file_name()),
    }
}

impl Walk<'_> {
    fn all(self, paths: &[PathBuf], threads: usize) -> Walked {
        let mut folders = Vec::new();
        for path in paths {
            self.named(path, &mut folders);
        }
        for (path, given) in &folders {
            self.folder(path, given, threads);
        }
        let Walk { found, excluded, .. } = self;
        let (mut inputs, mut problems) = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        inputs.sort_by(order);
        inputs.dedup_by(|b, a| bytes(&a.path) == bytes(&b.path));
        problems.sort();
        problems.dedup();
        let folders = folders.into_iter().map(|(path, _)| path).collect();
        Walked { inputs, problems, excluded: excluded.into_inner(), folders }
    }

    fn problem(&self, name: String, message: String, help: Option<String>) {
        let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.1.push(Problem { name: name.into(), message, help });
    }

    fn input(&self, input: Input) {
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0.push(input);
    }

    /// The name of a path: relative to the current folder if it is inside, otherwise as given.
    fn name(&self, absolute: &Path, given: &Path) -> String {
        let name = self.configs.name(absolute);
        if given.is_absolute() || Path::new(&name).is_relative() { name } else { display_name(&normal(given)) }
    }

    fn named(&self, given: &Path, folders: &mut Vec<(PathBuf, PathBuf)>) {
        let path = self.configs.absolute(given);
        let metadata = match given.metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
                let message = "is a link to something that does not exist";
                return self.problem(self.name(&path, given), message.to_owned(), None);
            }
            Err(error) => {
                let near = if error.kind() == io::ErrorKind::NotFound { neighbour(given) } else { None };
                let help = near.map(|near| format!("did you mean `{}`?", display_name(&near)));
                return self.problem(self.name(&path, given), because(&error), help);
            }
        };
        if is_excluded(&path, metadata.is_dir(), self.configs) {
            self.excluded.fetch_add(1, Ordering::Relaxed);
        } else if metadata.is_dir() {
            folders.push((path, given.to_owned()));
        } else if let Some(special) = special(metadata.file_type()) {
            let message = format!("is {special}, not a file");
            self.problem(self.name(&path, given), message, Some("write it to a file first".to_owned()));
        } else {
            let config = self.configs.of_file(&path);
            let kind = kind(&path, &config);
            if kind.and_then(form_name).is_some_and(|form| config.switches_off(&path, form)) {
                self.excluded.fetch_add(1, Ordering::Relaxed);
                return;
            }
            if self.pass_over && (kind.is_none() || given.is_symlink()) {
                return;
            }
            let named = !self.pass_over || config.requests_of(&path).is_some() || config.media_of(&path).is_some();
            let kind = kind.unwrap_or(InputKind::Unknown);
            self.input(Input { name: self.name(&path, given).into(), path, kind, named, config });
        }
    }

    fn folder(&self, root: &Path, given: &Path, threads: usize) {
        // The ignore files of all parent folders apply as well.
        for above in root.ancestors() {
            if let Some((path, message)) = unfit(above) {
                return self.problem(self.name(&path, &path), message, None);
            }
        }
        // Keep the root as the user wrote it: it may be reachable in that form only.
        let mut walker = WalkBuilder::new(given);
        walker.types(walked());
        let workflows = given.join(WORKFLOWS);
        if workflows.is_dir() && !workflows.is_symlink() {
            walker.add(workflows);
        }
        let refused: Arc<Mutex<Vec<(PathBuf, String)>>> = Arc::default();
        let list = Arc::clone(&refused);
        // Called for a folder before its ignore files are read.
        walker.filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|file_type| file_type.is_dir());
            let unfit = is_folder.then(|| unfit(entry.path())).flatten();
            let fits = unfit.is_none();
            list.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(unfit);
            fits
        });
        walker.threads(threads).build_parallel().run(|| {
            let mut finder = FolderFinder { walk: self, root, given, inputs: Vec::new(), folder: None };
            Box::new(move |entry| finder.entry(entry))
        });
        for (path, message) in refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner).drain(..) {
            let absolute = root.join(path.strip_prefix(given).unwrap_or(&path));
            self.problem(self.name(&absolute, &path), message, None);
        }
    }

    fn walk_error(&self, error: &ignore::Error, root: &Path, given: &Path) {
        let (path, error) = unwrap(error, given);
        let Some(error) = error else { return };
        let absolute = path.strip_prefix(given).map_or_else(|_| self.configs.absolute(path), |below| root.join(below));
        self.problem(self.name(&absolute, path), because(error), None);
    }
}

/// A hidden folder to walk, because its workflows send requests.
const WORKFLOWS: &str = ".github";

/// The names to include: all visible ones, and environment files.
fn walked() -> Types {
    let mut types = TypesBuilder::new();
    let globs = ["[!.]*", ".env", ".env.*"];
    let named = globs.iter().all(|glob| types.add("walked", glob).is_ok());
    debug_assert!(named, "these are globs");
    types.select("walked").build().unwrap_or_else(|_| Types::empty())
}

/// Whether a named path (absolute) is excluded, like a found one: by its own configuration, or by a higher one that
/// excludes a folder above it.
#[must_use]
pub fn is_excluded(path: &Path, is_folder: bool, configs: &Configs) -> bool {
    path.ancestors().enumerate().any(|(at, above)| {
        let config = configs.of_file(above);
        config.excludes(above, is_folder || at > 0)
    })
}

/// An ignore file that must not be read: a link to a device or a pipe, or one that is too large.
fn unfit(folder: &Path) -> Option<(PathBuf, String)> {
    [".ignore", ".gitignore", ".git/info/exclude"].into_iter().find_map(|name| {
        let path = folder.join(name);
        let metadata = path.metadata().ok().filter(|metadata| !metadata.is_dir())?;
        let message = match special(metadata.file_type()) {
            Some(special) => format!("is {special}, not a file; its folder was not walked"),
            None if metadata.len() <= bounds::IGNORE_FILE_BYTES => return None,
            None => format!(
                "has {}, too much for an ignore file; its folder was not walked",
                crate::text::size(metadata.len())
            ),
        };
        Some((path, message))
    })
}

/// The path and the system error in an error of the walk; none if it concerns an ignore file.
fn unwrap<'e>(error: &'e ignore::Error, path: &'e Path) -> (&'e Path, Option<&'e io::Error>) {
    match error {
        ignore::Error::WithPath { path, err } => unwrap(err, path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => unwrap(err, path),
        ignore::Error::Io(error) => (path, Some(error)),
        ignore::Error::Partial(errors) => errors.first().map_or((path, None), |error| unwrap(error, path)),
        _ => (path, None),
    }
}

/// The kind of a file, by its name or the configuration; none if a walk skips it.
///
/// Refused formats count as media if people do try to send them. Text, icons and drawings are common in any project and
/// are checked only if they are named or referred to; so is `.ts`, which is mostly TypeScript.
#[must_use]
pub fn kind(path: &Path, config: &Config) -> Option<InputKind> {
    let extension = media::extension(path).unwrap_or_default();
    let is = |names: &[&str]| names.iter().any(|name| extension.eq_ignore_ascii_case(name));
    let by_name = if is(&["json", "har"]) {
        Some(InputKind::Json)
    } else if is(&["jsonl", "ndjson"]) {
        Some(InputKind::JsonLines)
    } else if let Some(form) = Form::of(path) {
        Some(InputKind::Source(form))
    } else if is(&["ts", "mts"]) {
        None
    } else {
        Format::from_extension(extension).filter(|format| is_sent(*format)).map(|_| InputKind::Media)
    };
    if config.is_template(path) {
        return None;
    }
    claimed(path, config, by_name).or(by_name)
}

/// The name of the form of a file, by which a configuration turns it off.
fn form_name(kind: InputKind) -> Option<&'static str> {
    match kind {
        InputKind::Json | InputKind::JsonLines => Some("json"),
        InputKind::Source(form) => Some(form.name()),
        InputKind::Media | InputKind::Table | InputKind::Unknown => None,
    }
}

/// Whether people try to send files of this format.
fn is_sent(format: Format) -> bool {
    let class =
        matches!(format.class(), Class::Picture | Class::Video | Class::Audio | Class::Document | Class::Subtitle);
    class && !matches!(format, Format::Svg | Format::Ico | Format::Psd | Format::Midi | Format::Office)
}

fn claimed(path: &Path, config: &Config, by_name: Option<InputKind>) -> Option<InputKind> {
    if let Some(requests) = config.requests_of(path) {
        return Some(match by_name {
            _ if !requests.columns.is_empty() || is_table(path) => InputKind::Table,
            Some(kind @ (InputKind::JsonLines | InputKind::Source(_))) => kind,
            _ => InputKind::Json,
        });
    }
    config.media_of(path).map(|_| InputKind::Media)
}

/// CSV and TSV, by the name.
fn is_table(path: &Path) -> bool {
    media::extension(path).is_some_and(|name| ["csv", "tsv"].iter().any(|known| name.eq_ignore_ascii_case(known)))
}

/// The name of something that is neither a file nor a folder.
#[must_use]
pub fn special(file_type: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return Some("a named pipe");
        }
        if file_type.is_socket() {
            return Some("a socket");
        }
        if file_type.is_block_device() || file_type.is_char_device() {
            return Some("a device");
        }
    }
    if file_type.is_file() { None } else { Some("something else") }
}

/// Opens a regular file without ever waiting for a pipe.
///
/// # Errors
///
/// One line that says why not.
pub fn open(path: &Path) -> Result<(File, Metadata), String> {
    // Check before opening: a process that waits to write to a pipe must not mistake us for its reader.
    let before = path.metadata().map_err(|error| because(&error))?;
    if before.is_dir() {
        return Err("is a folder".to_owned());
    }
    if let Some(special) = special(before.file_type()) {
        return Err(format!("is {special}, not a file"));
    }
    open_seen(path)
}

/// As [`open`], for a path seen to be a regular file. It may have been replaced since.
///
/// # Errors
///
/// One line that says why not.
pub fn open_seen(path: &Path) -> Result<(File, Metadata), String> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path).map_err(|error| because(&error))?;
    let metadata = file.metadata().map_err(|error| because(&error))?;
    match special(metadata.file_type()) {
        _ if metadata.is_dir() => Err("is a folder".to_owned()),
        Some(special) => Err(format!("is {special}, not a file")),
        None => Ok((file, metadata)),
    }
}

/// Whether two names lead to one file, or to files of the same bytes.
#[must_use]
pub fn is_same_content(one: &Path, other: &Path) -> bool {
    let (Ok((one, metadata)), Ok((other, also))) = (open(one), open(other)) else { return false };
    is_same_file(&metadata, &also) || (metadata.len() == also.len() && has_same_bytes(one, other))
}

/// Whether two names lead to one file.
#[cfg(unix)]
#[must_use]
pub fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether two names lead to one file; unknown on this system.
#[cfg(not(unix))]
#[must_use]
pub fn is_same_file(_: &Metadata, _: &Metadata) -> bool {
    false
}

fn has_same_bytes(one: File, other: File) -> bool {
    use io::BufRead;
    let (mut one, mut other) = (io::BufReader::new(one), io::BufReader::new(other));
    loop {
        let (Ok(a), Ok(b)) = (one.fill_buf(), other.fill_buf()) else { return false };
        let many = a.len().min(b.len());
        if many == 0 {
            return a.len() == b.len();
        }
        if a.get(..many) != b.get(..many) {
            return false;
        }
        one.consume(many);
        other.consume(many);
    }
}

/// The path in the same folder that was probably meant.
#[must_use]
pub fn neighbour(path: &Path) -> Option<PathBuf> {
    const MOST: usize = 10_000;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> =
        folder.read_dir().ok()?.take(MOST).filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let nearest = suggest::nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(path.with_file_name(nearest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigOrigin;

    #[test]
    fn kinds_by_name() {
        let config = Config::default();
        let kind = |name: &str| kind(Path::new(name), &config);
        for name in ["a.mp4", "A.PNG", "x.heic", "x.webp", "x.mov", "x.srt", "x.pdf", "x.vtt", "x.m2ts"] {
            assert_eq!(kind(name), Some(InputKind::Media), "{name}");
        }
        for name in ["a.txt", "x.svg", "x.zip", "x.docx", "x.ico", "x", ".json", "x.html"] {
            assert_eq!(kind(name), None, "{name}");
        }
        assert_eq!(kind("README.md"), Some(InputKind::Source(Form::Markdown)));
        assert_eq!(kind("x.SH"), Some(InputKind::Source(Form::Shell)));
        assert_eq!((kind("a.JSON"), kind("a.ndjson")), (Some(InputKind::Json), Some(InputKind::JsonLines)));
    }

    #[test]
    fn one_thread_and_many_find_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        for at in 0..300 {
            let inner = root.join(format!("{}/{}", at % 7, at % 3));
            std::fs::create_dir_all(&inner).expect("folders");
            std::fs::write(inner.join(format!("{at}.json")), "{}").expect("written");
        }
        std::fs::write(root.join(".hidden.json"), "{}").expect("written");
        std::fs::write(root.join(".ignore"), "/1/\n").expect("written");
        let names = |threads| {
            let configs = Configs::new(ConfigOrigin::Isolated, root.clone());
            let walked = walk(&[root.clone(), root.join("2")], &configs, threads, false);
            walked.inputs.into_iter().map(|input| input.name).collect::<Vec<_>>()
        };
        let one = names(1);
        assert_eq!(one, names(8));
        assert_eq!(one.len(), 300 - 43);
        assert!(one.is_sorted() && one.iter().all(|name| !name.starts_with("1/")));
    }
}
