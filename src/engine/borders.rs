//! Keeps the references of a draft inside its project.
//!
//! A draft may come from a stranger's pull request. A file outside the project is not opened, and nothing
//! about it is reported, not even whether it exists.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::inputs::Inputs;
use crate::config::{Config, ConfigOrigin, Configs};
use crate::walk::Input;

/// The most symbolic links to follow for one path.
const MOST_LINKS: usize = 40;

/// The folders that references may lead to, for each folder with drafts.
#[derive(Debug, Default)]
pub(super) struct Borders {
    /// References may lead anywhere.
    open: bool,
    /// The configuration was named on the command line: its own paths are trusted.
    trusts_maps: bool,
    /// Folders that the command line names.
    named: Vec<PathBuf>,
    /// The same with links resolved. Most drafts refer to no file and never need it.
    resolved: OnceLock<Vec<PathBuf>>,
    folders: Mutex<HashMap<PathBuf, Arc<Realm>>>,
}

/// Folders, links resolved.
#[derive(Debug, Default)]
struct Realm {
    /// The project and the folders of the command line.
    own: Vec<PathBuf>,
    /// Folders that the configuration allows.
    allowed: Vec<PathBuf>,
    /// Resolved folders; none for one outside.
    known: Mutex<HashMap<PathBuf, Option<PathBuf>>>,
}

impl Borders {
    /// The borders around the walked folders and the files to check.
    pub fn new(open: bool, configs: &Configs, origin: &ConfigOrigin, inputs: &Inputs) -> Self {
        let current = configs.absolute(Path::new(""));
        let folders = &inputs.folders;
        let mut named: BTreeSet<&Path> = folders.iter().map(PathBuf::as_path).collect();
        for input in inputs.all() {
            if folders.iter().any(|folder| input.path.starts_with(folder)) {
                continue;
            }
            let near = input.path.starts_with(&current);
            named.insert(if near { &current } else { input.path.parent().unwrap_or(&input.path) });
        }
        let named = named.into_iter().map(Path::to_owned).collect();
        Self { open, trusts_maps: trusts_maps(origin), named, ..Self::default() }
    }

    /// Whether a draft may refer to a file (absolute). `mapped`: the configuration maps to it.
    pub fn admit(&self, path: &Path, draft: &Input, mapped: bool) -> bool {
        self.open || (mapped && self.trusts_maps) || self.realm(draft).holds(path, true)
    }

    /// Whether a file belongs to the project itself, so that it may be renamed.
    pub fn owns(&self, path: &Path, config: &Arc<Config>) -> bool {
        let folder = path.parent().unwrap_or(path);
        self.open || self.realm_of(folder, config).holds(path, false)
    }

    fn realm(&self, draft: &Input) -> Arc<Realm> {
        self.realm_of(draft.path.parent().unwrap_or(&draft.path), &draft.config)
    }

    fn realm_of(&self, folder: &Path, config: &Arc<Config>) -> Arc<Realm> {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = folders.get(folder) {
            return Arc::clone(known);
        }
        let named = self.resolved.get_or_init(|| self.named.iter().filter_map(|path| resolved(path)).collect());
        let mut own = named.clone();
        own.extend(project(folder, config, self.trusts_maps));
        let realm = Arc::new(Realm::new(own, config));
        folders.insert(folder.to_owned(), Arc::clone(&realm));
        realm
    }
}

/// Whether a named path (absolute) is a link that leads out of the project around it. Nothing outside is accessed.
pub(super) fn leads_out(path: &Path, configs: &Configs, origin: &ConfigOrigin) -> bool {
    if !path.is_symlink() {
        return false;
    }
    let config = configs.of_file(path);
    let project = project(path.parent().unwrap_or(path), &config, trusts_maps(origin));
    project.is_some_and(|project| !Realm::new(vec![project], &config).holds(path, true))
}

fn trusts_maps(origin: &ConfigOrigin) -> bool {
    matches!(origin, ConfigOrigin::File(_))
}

/// The folder with `.git` above a folder, or else that of its configuration, unless the command line names it.
fn project(folder: &Path, config: &Config, is_named: bool) -> Option<PathBuf> {
    let repository = folder.ancestors().find(|above| above.join(".git").symlink_metadata().is_ok());
    let of_config = || Some(config.root.as_path()).filter(|root| !is_named && !root.as_os_str().is_empty());
    resolved(repository.or_else(of_config)?)
}

impl Realm {
    fn new(own: Vec<PathBuf>, config: &Config) -> Self {
        let allowed = config.allowed.iter().filter_map(|path| resolved(&config.root.join(path))).collect();
        Self { own, allowed, known: Mutex::default() }
    }

    fn holds(&self, path: &Path, with_allowed: bool) -> bool {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
        let Some(folder) = self.folder(folder) else { return false };
        let path = folder.join(name);
        let path = if path.is_symlink() { self.resolve(&path) } else { Some(path) };
        path.is_some_and(|path| self.is_inside(&path, with_allowed))
    }

    fn folder(&self, folder: &Path) -> Option<PathBuf> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(folder) {
            return known.clone();
        }
        let led = self.resolve(folder);
        known.insert(folder.to_owned(), led.clone());
        led
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        resolve(path, |at| self.is_inside(at, true) || self.all().any(|root| root.starts_with(at)))
    }

    fn is_inside(&self, path: &Path, with_allowed: bool) -> bool {
        self.own.iter().any(|root| path.starts_with(root))
            || (with_allowed && self.allowed.iter().any(|root| path.starts_with(root)))
    }

    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.own.iter().chain(&self.allowed)
    }
}

fn resolved(path: &Path) -> Option<PathBuf> {
    resolve(path, |_| true)
}

/// Resolves the links of an absolute path, which need not exist. None as soon as a part of it is not `permitted`;
/// nothing beyond that part is accessed.
fn resolve(path: &Path, permitted: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let parts = |path: &Path| path.components().map(|part| OsString::from(part.as_os_str())).collect::<Vec<_>>();
    let mut left: VecDeque<OsString> = parts(path).into();
    let (mut at, mut links) = (PathBuf::new(), 0);
    while let Some(part) = left.pop_front() {
        match Path::new(&part).components().next() {
            Some(Component::CurDir) | None => continue,
            Some(Component::ParentDir) => {
                at.pop();
                continue;
            }
            Some(Component::RootDir | Component::Prefix(_)) => {
                at.push(part);
                continue;
            }
            Some(Component::Normal(_)) => at.push(part),
        }
        match at.read_link() {
            Ok(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                at.pop();
                if target.is_absolute() {
                    at = PathBuf::new();
                }
                for part in parts(&target).into_iter().rev() {
                    left.push_front(part);
                }
            }
            Err(_) if permitted(&at) => {}
            Err(_) => return None,
        }
    }
    Some(at)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_before_anything_is_decided() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("a path");
        fs::create_dir_all(top.join("in/deep")).expect("folders");
        fs::create_dir_all(top.join("out")).expect("folders");
        fs::write(top.join("in/a"), "").expect("written");
        for (to, name) in [
            ("../out", "in/away"),
            ("../out/none", "in/dangling"),
            ("deep/../a", "in/within"),
            ("loop", "in/loop"),
            ("../in/deep", "out/back"),
        ] {
            symlink(to, top.join(name)).expect("a link");
        }
        let realm = Realm { own: vec![top.join("in")], ..Realm::default() };
        let holds = |path: &str| realm.holds(&top.join(path), true);
        assert!(holds("in/a") && holds("in/within") && holds("in/none") && holds("in/none/at/all"));
        assert!(!holds("out/x") && !holds("in/away/x") && !holds("in/dangling") && !holds("in/loop"));
        assert!(!holds("out/back/x"), "its path leads outside");
    }
}
