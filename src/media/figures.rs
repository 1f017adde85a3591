//! Figures in messages, as people read them.

/// A count with its thousands separated: `1,204`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes: `1 byte`, `1,204 bytes`.
pub(super) fn in_bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{} bytes", grouped(count)) }
}

/// `part` of `whole` in percent; never 0 and never 100 unless it is exactly that.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 || part >= whole {
        return 100;
    }
    if part == 0 {
        return 0;
    }
    let rounded = (u128::from(part) * 200 + u128::from(whole)) / (u128::from(whole) * 2);
    u64::try_from(rounded).unwrap_or(100).clamp(1, 99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn one_byte_is_no_bytes() {
        assert_eq!([0, 1, 2_000].map(in_bytes), ["0 bytes", "1 byte", "2,000 bytes"]);
    }

    #[test]
    fn a_part_is_neither_nothing_nor_everything() {
        assert_eq!(percent(0, 7), 0);
        assert_eq!(percent(1, 1_000_000), 1);
        assert_eq!(percent(999_999, 1_000_000), 99);
        assert_eq!(percent(1, 2), 50);
        assert_eq!(percent(3, 3), 100);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
    }
}
