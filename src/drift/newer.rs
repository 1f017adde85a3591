//! Names that a newer document adds to the profile, so that none of them is reported as unknown.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use super::{Difference, Drift, DriftChange, DriftSubject, compare, is_same_path};
use crate::openapi::ApiDocument;
use crate::profile::{Profile, is_old};
use crate::text::Date;

/// Names in a document that the profile lacks, each with its object, union or operation.
#[derive(Debug, Default)]
pub struct Newer {
    /// The profile that the document was compared with, by its name.
    profile: &'static str,
    /// The version of the document.
    version: String,
    operations: Vec<(String, String)>,
    fields: HashSet<(String, String)>,
    values: HashSet<(String, String, String)>,
    /// Fields that may have any value.
    open: HashSet<(String, String)>,
}

impl Newer {
    #[must_use]
    pub fn of(drift: &Drift) -> Self {
        let mut newer = Self { profile: drift.profile.name, version: drift.version.clone(), ..Self::default() };
        for difference in &drift.differences {
            newer.take(difference);
        }
        newer
    }

    fn take(&mut self, difference: &Difference) {
        let Difference { change, subject, operation, object, field, values, .. } = difference;
        let owner = || object.map_or_else(|| operation.clone(), str::to_owned);
        match (subject, change, field) {
            (DriftSubject::Operation, DriftChange::New, _) => {
                let (method, path) = operation.split_once(' ').unwrap_or_default();
                self.operations.push((method.to_owned(), path.to_owned()));
            }
            (DriftSubject::Field, DriftChange::New, Some(field)) => _ = self.fields.insert((owner(), field.clone())),
            (DriftSubject::Value, DriftChange::New, Some(field)) => {
                self.values.extend(values.iter().map(|value| (owner(), field.clone(), value.clone())));
            }
            // The document no longer lists the values.
            (DriftSubject::Value, DriftChange::Gone, Some(field)) if difference.theirs.is_some() => {
                self.open.insert((owner(), field.clone()));
            }
            _ => {}
        }
    }

    /// Reads a document and compares it with a profile. The result is kept while the file is unchanged.
    ///
    /// # Errors
    ///
    /// A sentence that says why it cannot be used.
    pub fn open(path: &Path, profile: &'static Profile) -> Result<Arc<Self>, String> {
        /// The number of documents kept, because an editor asks for the same one all the time.
        const KEPT: usize = 8;
        type Key = (PathBuf, &'static str, Option<SystemTime>, u64);
        static KNOWN: OnceLock<Mutex<HashMap<Key, Arc<Newer>>>> = OnceLock::new();
        let metadata = path.metadata().map_err(|error| error.to_string())?;
        let key = (path.to_owned(), profile.name, metadata.modified().ok(), metadata.len());
        let known = KNOWN.get_or_init(Mutex::default);
        if let Some(newer) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(newer));
        }
        let newer = Arc::new(Self::of(&compare(profile, &ApiDocument::open(path)?)?));
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(key, Arc::clone(&newer));
        Ok(newer)
    }

    /// Whether it was compared with this profile.
    #[must_use]
    pub fn is_of(&self, profile: &Profile) -> bool {
        self.profile == profile.name
    }

    /// Whether the document is at most 90 days old, if its version is a date.
    #[must_use]
    pub fn is_fresh(&self, now: u64) -> bool {
        let day = self.version.get(..10).and_then(Date::parse);
        day.is_some_and(|day| !is_old(day, now))
    }

    /// Whether the document has an operation with this method and such a path.
    #[must_use]
    pub fn has_operation(&self, method: &str, path: &str) -> bool {
        let fits = |template: &str| {
            is_same_path(template, path)
                || template.split('/').count() == path.split('/').count()
                    && template
                        .split('/')
                        .zip(path.split('/'))
                        .all(|(of, is)| of == is || of.starts_with('{') && !is.is_empty())
        };
        self.operations.iter().any(|(known, template)| known == method && fits(template))
    }

    /// Whether the document has a field of this name that the profile lacks.
    #[must_use]
    pub fn has_field(&self, owner: &str, field: &str) -> bool {
        !self.fields.is_empty() && self.fields.contains(&(owner.to_owned(), field.to_owned()))
    }

    /// Whether the document has a value that the profile does not list.
    #[must_use]
    pub fn has_value(&self, owner: &str, field: &str, value: &str) -> bool {
        let field = (owner.to_owned(), field.to_owned());
        self.open.contains(&field) || self.values.contains(&(field.0, field.1, value.to_owned()))
    }
}
