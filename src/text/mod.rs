//! Plain text: spans and positions, days, and small words for people (numbers with commas, sizes, durations, plurals).

mod base64;
pub mod bounds;
mod date;
mod diff;
mod fnv;
pub mod percent;
pub mod placeholder;
mod sentence;
mod span;
pub mod speech;
pub mod words;

pub use base64::base64;
pub use date::{Date, rfc3339, signed_moment, utc};
pub use diff::LineDiff;
pub use fnv::{Fnv, PathSet, digest, is_index};
pub use sentence::{pieces, sentence_end};
pub use span::{Position, Span};

/// A number with thousands separated: `5,213`, `1.8`.
#[must_use]
pub fn number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        let sign = if number < 0.0 { "-" } else { "" };
        return format!("{sign}{}", count(number.abs() as u64));
    }
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A whole number with thousands separated: `5,213`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 scene`, `51 scenes`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// A size in bytes: `212 MB`, `4.5 kB`, `312 bytes`.
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => counted(bytes, "byte"),
        1_000..1_000_000 => scaled(bytes, 1e3, "kB"),
        1_000_000..1_000_000_000 => scaled(bytes, 1e6, "MB"),
        _ => scaled(bytes, 1e9, "GB"),
    }
}

fn scaled(bytes: u64, by: f64, unit: &str) -> String {
    let value = bytes as f64 / by;
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}

/// A duration: `0.024 s`, `12.5 s`, `10 min 1 s`, `6 h 46 min`.
#[must_use]
pub fn seconds(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match seconds {
        s if !s.is_finite() => "an unknown number of seconds".to_owned(),
        s if s < 0.1 => format!("{} s", number(s)),
        s if s < 120.0 => format!("{} s", number((s * 100.0).round() / 100.0)),
        s if s < 7200.0 => parted(whole / 60, "min", whole % 60, "s"),
        _ => parted(whole / 3600, "h", whole % 3600 / 60, "min"),
    }
}

fn parted(large: u64, unit: &str, small: u64, part: &str) -> String {
    let large = count(large);
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {part}") }
}

/// `part` of `whole` in percent; never 0 and never 100 unless it is exactly that.
#[must_use]
pub fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 || part >= whole {
        return 100;
    }
    if part == 0 {
        return 0;
    }
    let rounded = (u128::from(part) * 200 + u128::from(whole)) / (u128::from(whole) * 2);
    u64::try_from(rounded).unwrap_or(100).clamp(1, 99)
}

/// Whether two words are equal. They are short, so calling the memory comparison would take longer than comparing them.
#[must_use]
#[inline]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    let ends = |text: &[u8]| {
        let (first, last) = (text.first_chunk::<8>()?, text.last_chunk::<8>()?);
        Some((u64::from_le_bytes(*first), u64::from_le_bytes(*last)))
    };
    let halves = |text: &[u8]| {
        let (first, last) = (text.first_chunk::<4>()?, text.last_chunk::<4>()?);
        Some((u32::from_le_bytes(*first), u32::from_le_bytes(*last)))
    };
    one.len() == other.len()
        && match one.len() {
            4..=7 => halves(one) == halves(other),
            8..=16 => ends(one) == ends(other),
            _ => one == other,
        }
}

/// A text as a basic string of TOML, with its quotes (TOML 1.0, “String”).
#[must_use]
pub fn toml_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number(5213.0), "5,213");
        assert_eq!(number(-1_000_000.0), "-1,000,000");
        assert_eq!(number(1.8), "1.8");
        assert_eq!(number(0.0), "0");
        assert_eq!(counted(1, "scene"), "1 scene");
        assert_eq!(size(4_500), "4.50 kB");
        assert_eq!(size(212_400_000), "212 MB");
        assert_eq!(seconds(601.0), "10 min 1 s");
        assert_eq!(seconds(12.48), "12.48 s");
        assert_eq!([0.0, 0.0241, 0.0001, 0.5].map(seconds), ["0 s", "0.024 s", "0 s", "0.5 s"]);
        assert_eq!([600.0, 7200.0, 24_348.2, 1e9].map(seconds), ["10 min", "2 h", "6 h 45 min", "277,777 h 46 min"]);
        assert_eq!(seconds(f64::NAN), "an unknown number of seconds");
    }

    proptest::proptest! {
        #[test]
        fn words_are_compared_to_their_end(one in "[ab]{0,20}", at in 0_usize..20) {
            let mut other = one.clone().into_bytes();
            assert!(same(one.as_bytes(), &other));
            if let Some(byte) = other.get_mut(at) {
                *byte = b'c';
                assert!(!same(one.as_bytes(), &other));
            }
            other.push(b'a');
            assert!(!same(one.as_bytes(), &other));
        }
    }

    #[test]
    fn a_part_is_neither_0_nor_100_percent() {
        assert_eq!(percent(0, 7), 0);
        assert_eq!(percent(1, 1_000_000), 1);
        assert_eq!(percent(999_999, 1_000_000), 99);
        assert_eq!(percent(1, 2), 50);
        assert_eq!(percent(3, 3), 100);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
    }
}
