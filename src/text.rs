//! Small words for people: numbers with commas, sizes, durations, plurals.

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

/// A duration: `12.5 s`, `10 min 1 s`.
#[must_use]
pub fn seconds(seconds: f64) -> String {
    if seconds < 120.0 {
        return format!("{} s", number((seconds * 100.0).round() / 100.0));
    }
    let whole = seconds.round() as u64;
    let (minutes, rest) = (whole / 60, whole % 60);
    if rest == 0 { format!("{minutes} min") } else { format!("{minutes} min {rest} s") }
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
    }
}
