//! What a page shows in addition to the findings. Collected only if the settings of a run ask for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Location;
use crate::plan::Plan;
use crate::preview::Preview;

/// The most places kept per file.
const MOST_PLACES: usize = 20;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gallery {
    /// By the path of the file.
    pub previews: BTreeMap<String, Preview>,
    /// The uses of media files, by path.
    pub uses: BTreeMap<String, MediaUses>,
    pub plan: Plan,
}

/// The uses of a media file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaUses {
    /// The names of the uses.
    pub names: BTreeSet<&'static str>,
    /// Some of the requests that refer to it.
    pub places: Vec<Location>,
    /// The number of references not kept.
    pub more: u64,
}

impl MediaUses {
    pub fn refer(&mut self, place: &Location) {
        if self.places.len() < MOST_PLACES { self.places.push(place.clone()) } else { self.more += 1 }
    }
}
