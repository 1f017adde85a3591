//! JPEG from outside.

mod common;

use common::verdict;
use heylint::media::Depth;

#[test]
fn agrees_with_the_corpus() {
    let Some(score) = verdict::score("jpeg", Depth::Full) else { return };
    assert!(score.missed.is_empty(), "{:?}", score.missed);
    assert!(score.alarms.is_empty(), "{:?}", score.alarms);
    assert!(score.missized.is_empty(), "{:?}", score.missized);
}
