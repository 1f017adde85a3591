//! Finds the configuration of a file: the nearest one above it, up to the folder with `.git`.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Config, ConfigError, parse};
use crate::source::display_name;
use crate::text::bounds;
use crate::text::words::because;

/// The file name of a configuration.
pub const FILE_NAME: &str = "heylint.toml";

/// Where to get configurations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConfigOrigin {
    /// From the nearest ancestor of each file.
    #[default]
    Discover,
    /// One configuration for all files.
    File(PathBuf),
    /// No configuration: the defaults.
    Isolated,
}

/// The configurations of a run, each read once.
#[derive(Debug)]
pub struct Configs {
    origin: ConfigOrigin,
    /// The folder to which names are relative; absolute.
    current: PathBuf,
    defaults: Arc<Config>,
    folders: Mutex<HashMap<PathBuf, Arc<Config>>>,
    errors: Mutex<BTreeMap<String, Vec<ConfigError>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Configs {
    /// Configurations relative to the folder `current` (absolute).
    #[must_use]
    pub fn new(origin: ConfigOrigin, current: PathBuf) -> Self {
        let configs = Self {
            origin,
            current,
            defaults: Arc::new(Config::default()),
            folders: Mutex::default(),
            errors: Mutex::default(),
        };
        if let ConfigOrigin::File(path) = &configs.origin {
            let path = configs.absolute(path);
            let config = configs.read(&path).unwrap_or_else(|| Arc::clone(&configs.defaults));
            locked(&configs.folders).insert(PathBuf::new(), config);
        }
        configs
    }

    /// The absolute path without `.` and `..`. Symbolic links are not resolved.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> PathBuf {
        normal(&self.current.join(path))
    }

    /// The name of a file in reports: relative to the current folder if it is inside.
    #[must_use]
    pub fn name(&self, absolute: &Path) -> String {
        display_name(absolute.strip_prefix(&self.current).unwrap_or(absolute))
    }

    /// The configuration of the files directly in a folder (absolute).
    #[must_use]
    pub fn of_folder(&self, folder: &Path) -> Arc<Config> {
        match self.origin {
            ConfigOrigin::Isolated => return Arc::clone(&self.defaults),
            ConfigOrigin::File(_) => {
                return locked(&self.folders).get(Path::new("")).map_or_else(|| Arc::clone(&self.defaults), Arc::clone);
            }
            ConfigOrigin::Discover => {}
        }
        // Go up to a folder that is known or decides, then down again, so that each folder is visited once.
        let mut passed = Vec::new();
        let mut found = None;
        for above in folder.ancestors() {
            if let Some(known) = locked(&self.folders).get(above) {
                found = Some(Arc::clone(known));
                break;
            }
            passed.push(above.to_owned());
            let path = above.join(FILE_NAME);
            if path.symlink_metadata().is_ok() {
                found = self.discovered(&path);
                break;
            }
            if above.join(".git").symlink_metadata().is_ok() {
                break;
            }
        }
        let found = found.unwrap_or_else(|| Arc::clone(&self.defaults));
        let mut folders = locked(&self.folders);
        for folder in passed {
            folders.entry(folder).or_insert_with(|| Arc::clone(&found));
        }
        found
    }

    /// The configuration for a file (absolute).
    #[must_use]
    pub fn of_file(&self, file: &Path) -> Arc<Config> {
        self.of_folder(file.parent().unwrap_or(file))
    }

    /// Reads a configuration that nobody named. It does not follow a link that leads out of the project, because the
    /// author of a project must not choose which file of this machine heylint reads.
    fn discovered(&self, path: &Path) -> Option<Arc<Config>> {
        let leads_out = || {
            let folder = path.parent()?;
            let repository = folder.ancestors().find(|above| above.join(".git").symlink_metadata().is_ok());
            let root = repository.unwrap_or(folder).canonicalize().ok()?;
            path.canonicalize().ok().filter(|target| target.starts_with(root))
        };
        if path.is_symlink() && leads_out().is_none() {
            let name = self.name(path);
            let message = "is a link that leads out of the project; to use it, name it with --config".to_owned();
            locked(&self.errors).insert(name.clone(), vec![ConfigError::of_file(&name, message)]);
            return None;
        }
        self.read(path)
    }

    /// Reads a configuration. If it has errors, they are kept and the defaults apply.
    fn read(&self, path: &Path) -> Option<Arc<Config>> {
        let name = self.name(path);
        // Two threads may arrive here at once; the second one uses the result of the first.
        match text(path) {
            Ok(text) => match parse(&text, &name, path.parent().unwrap_or(path)) {
                Ok(config) => return Some(Arc::new(config)),
                Err(errors) => {
                    locked(&self.errors).insert(name, errors);
                }
            },
            Err(message) => {
                let error = ConfigError::of_file(&name, message);
                locked(&self.errors).insert(name, vec![error]);
            }
        }
        None
    }

    /// The errors of all configurations read so far, sorted by file and place.
    #[must_use]
    pub fn errors(&self) -> Vec<ConfigError> {
        locked(&self.errors).values().flatten().cloned().collect()
    }

    /// Every configuration read so far, each once, sorted by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Config>> {
        let folders = locked(&self.folders);
        let mut all: BTreeMap<&str, &Arc<Config>> = BTreeMap::new();
        for config in folders.values().filter(|config| !config.name.is_empty()) {
            all.insert(&config.name, config);
        }
        all.into_values().cloned().collect()
    }
}

fn text(path: &Path) -> Result<String, String> {
    let metadata = path.metadata().map_err(|error| because(&error))?;
    if !metadata.is_file() {
        return Err("is not a file".to_owned());
    }
    if metadata.len() > bounds::CONFIG_BYTES {
        return Err(format!("is not a configuration: it has {}", crate::text::size(metadata.len())));
    }
    let file = std::fs::File::open(path).map_err(|error| because(&error))?;
    let mut bytes = Vec::new();
    file.take(bounds::CONFIG_BYTES).read_to_end(&mut bytes).map_err(|error| because(&error))?;
    String::from_utf8(bytes).map_err(|error| {
        format!("is not UTF-8 at byte {}", crate::text::count(error.utf8_error().valid_up_to() as u64))
    })
}

/// Removes `.` and `..` from a path without touching the disk. `..` at the root is dropped.
#[must_use]
pub fn normal(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            (Component::ParentDir, Some(Component::RootDir | Component::Prefix(_))) => {}
            _ => parts.push(part),
        }
    }
    if parts.is_empty() {
        return PathBuf::from(".");
    }
    parts.iter().map(|part| OsString::from(part.as_os_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_dots() {
        for (written, expected) in [
            ("/a/./b/../c", "/a/c"),
            ("../a/..", ".."),
            ("a/../../b", "../b"),
            ("./", "."),
            ("/..", "/"),
            ("a//b/", "a/b"),
        ] {
            assert_eq!(normal(Path::new(written)), Path::new(expected), "{written}");
        }
    }

    #[test]
    fn nearest_ancestor_up_to_the_repository() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("written");
        };
        write("heylint.toml", "fail-on = 'hint'");
        write("repo/.git/HEAD", "");
        write("repo/a/heylint.toml", "fail-on = 'warning'");
        write("repo/a/b/c/x.json", "{}");
        let configs = Configs::new(ConfigOrigin::Discover, root.clone());
        assert_eq!(configs.of_file(&root.join("repo/a/b/c/x.json")).name.as_ref(), "repo/a/heylint.toml");
        assert_eq!(configs.of_file(&root.join("repo/y.json")).name.as_ref(), "", "stops at the repository");
        assert_eq!(configs.of_file(&root.join("z.json")).name.as_ref(), "heylint.toml");
        assert_eq!(configs.all().len(), 2);
        let one = Configs::new(ConfigOrigin::File("repo/a/heylint.toml".into()), root.clone());
        assert_eq!(one.of_file(&root.join("z.json")).name.as_ref(), "repo/a/heylint.toml");
        assert_eq!(Configs::new(ConfigOrigin::Isolated, root.clone()).of_file(&root.join("z.json")).name.as_ref(), "");
        let none = Configs::new(ConfigOrigin::File("none.toml".into()), root);
        assert!(none.errors()[0].to_string().starts_with("none.toml: there is no such file"));
    }
}
