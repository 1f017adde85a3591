//! Remembers the shapes of bodies: the records of a manifest have few shapes, and the shape determines the endpoint.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::super::json::Value;
use super::infer::Guess;
use crate::profile::Profile;

/// The number of shapes remembered per thread, and the length of the longest: half a megabyte in total.
const MOST: usize = 256;
const LONGEST: usize = 2 << 10;
/// A body with more values rarely resembles another.
const MOST_VALUES: usize = 100;

#[derive(Default)]
struct GuessCache {
    guesses: HashMap<Box<[u8]>, Option<Guess>, RandomState>,
    outline: Vec<u8>,
}

thread_local! {
    static KNOWN: RefCell<GuessCache> = RefCell::default();
}

/// The result of `weigh`, called once for each shape. `weigh` must return the same for all bodies with equal outlines,
/// including the texts that [`Recognition::telling`](crate::profile::Recognition::telling) names.
pub(super) fn guess(
    profile: &'static Profile,
    body: Value<'_>,
    weigh: impl Fn(&'static Profile, Value<'_>) -> Option<Guess>,
) -> Option<Guess> {
    if body.within().len() > MOST_VALUES {
        return weigh(profile, body);
    }
    KNOWN.with_borrow_mut(|GuessCache { guesses, outline }| {
        outline.clear();
        outline.push(profile.number);
        if !body.outline(|key| profile.recognition.is_telling(key), outline) || outline.len() > LONGEST {
            return weigh(profile, body);
        }
        if let Some(guess) = guesses.get(outline.as_slice()) {
            return *guess;
        }
        let guess = weigh(profile, body);
        if guesses.len() >= MOST {
            guesses.clear();
        }
        guesses.insert(outline.as_slice().into(), guess);
        guess
    })
}
