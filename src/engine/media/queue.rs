//! The media files of a run, each once, with the requests that refer to it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Config, Configs};
use crate::engine::file_result::MediaUse;
use crate::walk::Input;

/// One media file to check.
pub(in crate::engine) struct MediaTask {
    pub path: PathBuf,
    pub name: Arc<str>,
    pub config: Arc<Config>,
    /// The requests that refer to it; none for a bare file.
    pub sites: Vec<MediaUse>,
    /// It is known to be a regular file.
    pub seen: bool,
    /// The user or the configuration names the file itself.
    pub named: bool,
}

/// The media files of a run, each once.
pub(in crate::engine) struct MediaQueue {
    tasks: Vec<MediaTask>,
    /// The number of files that the walk found; they come first, sorted by path.
    found: usize,
    /// The indices of files that only requests refer to.
    referred: HashMap<PathBuf, usize>,
}

impl MediaQueue {
    pub fn new(inputs: Vec<Input>) -> Self {
        let task = |Input { path, name, config, named, .. }| MediaTask {
            named,
            path,
            name,
            config,
            sites: Vec::new(),
            seen: true,
        };
        let mut tasks: Vec<MediaTask> = inputs.into_iter().map(task).collect();
        sort(&mut tasks);
        // A file that takes the name of its copy.
        tasks.dedup_by(|b, a| a.path == b.path);
        Self { found: tasks.len(), tasks, referred: HashMap::new() }
    }

    /// Whether a file was found or is referred to.
    pub fn holds(&self, path: &Path) -> bool {
        let found = self.tasks.get(..self.found).unwrap_or_default();
        found.binary_search_by(|task| task.path.as_os_str().cmp(path.as_os_str())).is_ok()
            || self.referred.contains_key(path)
    }

    /// Notes that a request refers to a file.
    pub fn refer(&mut self, configs: &Configs, path: PathBuf, site: MediaUse) {
        let found = self.tasks.get(..self.found).unwrap_or_default();
        let at = match found.binary_search_by(|task| task.path.as_os_str().cmp(path.as_os_str())) {
            Ok(at) => at,
            Err(_) => match self.referred.entry(path) {
                Entry::Occupied(entry) => *entry.get(),
                Entry::Vacant(entry) => {
                    let path = entry.key().clone();
                    let (name, config) = (configs.name(&path).into(), configs.of_file(&path));
                    self.tasks.push(MediaTask { path, name, config, sites: Vec::new(), seen: false, named: false });
                    *entry.insert(self.tasks.len() - 1)
                }
            },
        };
        if let Some(task) = self.tasks.get_mut(at) {
            task.sites.push(site);
        }
    }

    /// All of them, sorted by path.
    pub fn all(mut self) -> Vec<MediaTask> {
        for task in &mut self.tasks {
            task.sites.sort_by(|a, b| a.location.cmp(&b.location));
        }
        sort(&mut self.tasks);
        self.tasks
    }
}

fn sort(tasks: &mut [MediaTask]) {
    tasks.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
}
