//! Runs the walkers on bytes in memory.

use heylint::media::{Bytes, Damage, Depth, Facts, Format, probe};

pub fn look(file: &[u8], depth: Depth) -> Facts {
    probe(&mut Bytes::of_slice(file), depth).expect("memory can be read")
}

pub fn full(file: &[u8]) -> Facts {
    look(file, Depth::Full)
}

pub fn codes(facts: &Facts) -> Vec<(Damage, &'static str)> {
    facts.faults.iter().map(|fault| (fault.damage, fault.code)).collect()
}

/// Asserts that the only fault is this one, with these words in its message, and with a position.
#[track_caller]
pub fn one(file: &[u8], format: Format, damage: Damage, code: &str, message: &str, effect: &str) {
    let facts = full(file);
    assert_eq!(facts.format, format);
    assert_eq!(facts.faults.len(), 1, "one cause, one fault: {:#?}", facts.faults);
    let fault = &facts.faults[0];
    assert_eq!((fault.damage, fault.code), (damage, code), "{fault:?}");
    assert!(fault.message.contains(message), "{}", fault.message);
    assert!(fault.effect.as_deref().unwrap_or("").contains(effect), "{:?}", fault.effect);
    assert!(fault.offset.is_some(), "{fault:?}");
}
