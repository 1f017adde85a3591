//! Figures and phrases that the messages of several walkers share.

/// A whole number with commas between thousands: `1,204,118`.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `count` and its noun, which takes an s unless there is one of it: `1 byte`, `1,204 bytes`.
pub(super) fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Seconds, as exact as a person wants them: `0.024 s`, `8.4 s`, `612 s`.
pub(super) fn seconds(s: f64) -> String {
    match s.abs() {
        a if !a.is_finite() => "an unknown number of seconds".to_owned(),
        a if a < 0.0005 => "0 s".to_owned(),
        a if a < 0.1 => format!("{s:.3} s"),
        a if a < 1.0 => format!("{s:.2} s"),
        a if a < 100.0 => format!("{s:.1} s"),
        a if a < 1e15 => format!("{}{} s", if s < 0.0 { "-" } else { "" }, count(a.round() as u64)),
        _ => format!("{s:e} s"),
    }
}

/// What a cut does: `the last 8.4 s are missing`.
pub(super) fn last_missing(s: f64) -> String {
    format!("the last {} are missing", seconds(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(1_204_118), "1,204,118");
        assert_eq!(counted(1, "byte"), "1 byte");
        assert_eq!(counted(1_204, "byte"), "1,204 bytes");
        assert_eq!(seconds(8.44), "8.4 s");
        assert_eq!(seconds(0.0241), "0.024 s");
        assert_eq!(seconds(24_348.2), "24,348 s");
        assert_eq!(seconds(f64::NAN), "an unknown number of seconds");
    }
}
