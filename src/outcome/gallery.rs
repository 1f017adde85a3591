//! What a page draws beside the findings. Collected only where the settings of a run ask for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Location;
use crate::plan::Plan;
use crate::preview::Preview;

/// Places of a use that are kept.
const MOST_PLACES: usize = 20;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gallery {
    /// By the path of the file.
    pub previews: BTreeMap<String, Preview>,
    /// What media files are for, by path.
    pub uses: BTreeMap<String, MediaUses>,
    pub plan: Plan,
}

/// What a media file is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaUses {
    /// The names of the uses.
    pub names: BTreeSet<&'static str>,
    /// The requests that refer to it, as far as they are kept.
    pub places: Vec<Location>,
    /// References that are not kept.
    pub more: u64,
}

impl MediaUses {
    pub fn refer(&mut self, place: &Location) {
        if self.places.len() < MOST_PLACES { self.places.push(place.clone()) } else { self.more += 1 }
    }
}
