//! `heylint check --watch`: checks again on every change.
//!
//! On Linux the system reports changes in folders. On other systems, on request, and with too many folders, the files
//! are polled, less often the longer one poll takes.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use heylint::config::FILE_NAME;
use heylint::engine::{Outcome, Overlay, Stamp};
use heylint::text::{Fnv, counted};
use heylint::{Linter, Settings};
use ignore::WalkBuilder;

use super::{Failure, check, note, terminal};

/// How to detect changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum How {
    /// The system reports them, if it can
    Events,
    /// Poll the files: for network drives, whose changes the system does not report
    Poll,
}

/// The most folders to watch through the system.
const MOST_FOLDERS: usize = 8_192;
/// The most files that one poll covers.
const MOST_FILES: usize = 200_000;
/// The pause between two polls, and its least length as a multiple of the time of a poll.
const PAUSE: Duration = Duration::from_millis(100);
const REST: u32 = 10;

/// Checks again and again until the user ends it. `renew` builds new settings, because a baseline may have changed too.
pub(super) fn run(
    mut watcher: Watcher,
    mut settings: Settings,
    quiet: bool,
    renew: impl Fn() -> Result<Settings, Failure>,
    report: impl Fn(&Outcome) -> Result<u8, Failure>,
) -> Result<u8, Failure> {
    if settings.stdin.is_some() {
        return Err(Failure::with_help("cannot watch standard input", "name files or folders"));
    }
    let memory = Overlay { drafts: Some(Arc::default()), ..Overlay::remembering() };
    let mut beside = BTreeSet::new();
    watcher.look(&settings.paths, &beside);
    let mut fault = None;
    loop {
        settings.overlay = memory.clone();
        // Report faults of the settings once, not in the run as well.
        let outcome = match fault.take() {
            Some(failure) => Err(failure),
            None => Linter::new(settings.clone()).run().map_err(check::failure),
        };
        terminal::clear();
        let shown = outcome.and_then(|mut outcome| {
            beside = std::mem::take(&mut outcome.paths).into_listed().into_values().collect();
            beside.extend(outcome.references.iter().map(|(_, path)| path.clone()));
            report(&outcome)
        });
        if let Err(failure) = shown {
            super::tell(&failure);
        }
        let folders = watcher.look(&settings.paths, &beside);
        if !quiet {
            note(&format!("watching {}; Ctrl-C ends it", counted(folders as u64, "folder")));
        }
        watcher.wait(&settings.paths, &beside);
        match renew() {
            Ok(renewed) => settings = renewed,
            Err(failure) => fault = Some(failure),
        }
    }
}

/// Waits for changes of the files that a run has read.
pub(super) struct Watcher {
    how: How,
    /// Files to ignore: the reports that heylint writes.
    own: Vec<PathBuf>,
    #[cfg(target_os = "linux")]
    events: Option<events::Events>,
    /// Folders above the named paths, in which only the configuration matters.
    above: BTreeSet<PathBuf>,
    /// The digest of the last poll.
    seen: u128,
}

impl Watcher {
    pub fn new(how: How, own: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            how,
            own: own.into_iter().map(|path| std::path::absolute(&path).unwrap_or(path)).collect(),
            #[cfg(target_os = "linux")]
            events: None,
            above: BTreeSet::new(),
            seen: 0,
        }
    }

    /// Starts to watch the named paths and the other files that the last run has read. Returns the number of folders.
    pub fn look(&mut self, named: &[PathBuf], beside: &BTreeSet<PathBuf>) -> usize {
        let folders = self.folders(named, beside);
        let below = folders.len() - self.above.len();
        #[cfg(target_os = "linux")]
        if self.how == How::Events && folders.len() <= MOST_FOLDERS {
            if self.events.is_none() {
                self.events = events::Events::start().ok();
            }
            if self.events.as_mut().is_some_and(|events| events.watch(&folders)) {
                return below;
            }
            self.events = None;
        }
        self.how = How::Poll;
        self.seen = self.glance(&folders);
        below
    }

    /// Waits until something has changed.
    pub fn wait(&mut self, named: &[PathBuf], beside: &BTreeSet<PathBuf>) {
        #[cfg(target_os = "linux")]
        if let Some(events) = &self.events {
            return events.wait(|path| self.matters(path));
        }
        let mut pause = PAUSE;
        loop {
            std::thread::sleep(pause);
            let start = Instant::now();
            let folders = self.folders(named, beside);
            let now = self.glance(&folders);
            if now != self.seen {
                self.seen = now;
                return;
            }
            pause = PAUSE.max(start.elapsed() * REST);
        }
    }

    /// A digest of the names and stamps of all files in these folders.
    fn glance(&self, folders: &BTreeSet<PathBuf>) -> u128 {
        let mut digest = Fnv::default();
        let mut left = MOST_FILES;
        for folder in folders {
            let Ok(entries) = folder.read_dir() else { continue };
            let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            files.retain(|path| self.matters(path));
            files.sort();
            for path in files.into_iter().take(left) {
                left -= 1;
                digest.part(path.as_os_str().as_encoded_bytes());
                digest.part(format!("{:?}", Stamp::of(&path)).as_bytes());
            }
        }
        digest.finish()
    }

    /// Whether a change of this file may change the findings. Editors write temporary files beside it.
    fn matters(&self, path: &Path) -> bool {
        let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
        if path.parent().is_some_and(|folder| self.above.contains(folder)) {
            return name == FILE_NAME;
        }
        let hidden = name.starts_with('.') && !matches!(&*name, ".gitignore" | ".ignore");
        !hidden && !name.ends_with('~') && name != "4913" && !self.own.iter().any(|own| own == path)
    }
}

impl Watcher {
    /// All folders to watch.
    fn folders(&mut self, named: &[PathBuf], beside: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let mut folders = folders(named, beside);
        let mut above = BTreeSet::new();
        for folder in &folders {
            // The same folders as the search for a configuration.
            let inside = folder.ancestors().take_while(|folder| !folder.join(".git").exists()).count();
            let all = folder.ancestors().skip(1).take(inside);
            above.extend(all.take_while(|folder| !above.contains(*folder)).map(Path::to_owned).collect::<Vec<_>>());
        }
        above.retain(|folder| !folders.contains(folder));
        folders.extend(above.iter().cloned());
        self.above = above;
        folders
    }
}

/// All folders below the named ones, as a walk finds them, and the folders of the named and other files.
fn folders(named: &[PathBuf], beside: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let above = |path: &Path| absolute(path).parent().map(Path::to_owned);
    let (within, files): (Vec<&PathBuf>, Vec<&PathBuf>) = named.iter().partition(|path| path.is_dir());
    let mut folders: BTreeSet<PathBuf> = files.into_iter().chain(beside).filter_map(|path| above(path)).collect();
    for folder in within {
        let walk = WalkBuilder::new(folder).build().flatten();
        let found = walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
        folders.extend(found.take(MOST_FOLDERS + 1).map(|entry| absolute(entry.path())));
    }
    folders
}

#[cfg(target_os = "linux")]
mod events {
    use std::collections::{BTreeSet, HashMap};
    use std::ffi::OsStr;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::{Duration, Instant};

    use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};

    /// A save is over when nothing has changed for this long.
    const QUIET: Duration = Duration::from_millis(20);
    /// The longest wait for the end of a save, so a program that never stops writing does not delay the report.
    const LONGEST: Duration = Duration::from_millis(200);

    /// A name in a watched folder, or none if the system lost changes.
    type Change = Option<(i32, PathBuf)>;

    /// Reads the changes of files that the system reports.
    pub(super) struct Events {
        queue: Arc<OwnedFd>,
        changes: Receiver<Change>,
        folders: HashMap<i32, PathBuf>,
    }

    impl Events {
        pub fn start() -> rustix::io::Result<Self> {
            let queue = Arc::new(inotify::init(CreateFlags::CLOEXEC)?);
            let (send, changes) = channel();
            let source = Arc::clone(&queue);
            std::thread::spawn(move || {
                let mut buffer = [MaybeUninit::uninit(); 16 << 10];
                let mut reader = Reader::new(&*source, &mut buffer);
                while let Ok(event) = reader.next() {
                    let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes())).unwrap_or_default();
                    let change = (event.wd() >= 0).then(|| (event.wd(), PathBuf::from(name)));
                    if send.send(change).is_err() {
                        return;
                    }
                }
            });
            Ok(Self { queue, changes, folders: HashMap::new() })
        }

        /// Watches these folders too; returns false if the system refuses.
        pub fn watch(&mut self, folders: &BTreeSet<PathBuf>) -> bool {
            let known: BTreeSet<&PathBuf> = self.folders.values().collect();
            let new: Vec<PathBuf> = folders.iter().filter(|folder| !known.contains(folder)).cloned().collect();
            let what = WatchFlags::CLOSE_WRITE
                | WatchFlags::CREATE
                | WatchFlags::DELETE
                | WatchFlags::MOVED_FROM
                | WatchFlags::MOVED_TO
                | WatchFlags::DELETE_SELF;
            for folder in new {
                match inotify::add_watch(&*self.queue, &folder, what) {
                    Ok(number) => drop(self.folders.insert(number, folder)),
                    // The folder is gone, or we lack permission.
                    Err(rustix::io::Errno::NOENT | rustix::io::Errno::ACCESS | rustix::io::Errno::NOTDIR) => {}
                    Err(_) => return false,
                }
            }
            true
        }

        /// Waits for a change that matters and for the end of the save that it belongs to.
        pub fn wait(&self, matters: impl Fn(&Path) -> bool) {
            let counts = |change: Change| match change {
                Some((number, name)) => self.folders.get(&number).is_some_and(|folder| matters(&folder.join(name))),
                None => true,
            };
            loop {
                let Ok(change) = self.changes.recv() else {
                    // The queue is broken: poll every second instead.
                    return std::thread::sleep(Duration::from_secs(1));
                };
                if counts(change) {
                    break;
                }
            }
            let start = Instant::now();
            while start.elapsed() < LONGEST && self.changes.recv_timeout(QUIET).is_ok() {}
        }
    }
}
