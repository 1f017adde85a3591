//! Until when a signed URL is valid.

use std::ops::Range;

use crate::request::url::{Url, percent_decoded};

/// The end of a signed URL, and where it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expiry {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    pub place: Range<usize>,
}

/// The end of a signed URL of Amazon S3, Google Cloud Storage, Azure, Discord or CloudFront.
pub(super) fn of(url: &Url, text: &str) -> Option<Expiry> {
    url.query.as_ref()?;
    for (date, lasts) in [("X-Amz-Date", "X-Amz-Expires"), ("X-Goog-Date", "X-Goog-Expires")] {
        if let (Some((date, _)), Some((lasts, place))) = (url.parameter(text, date), url.parameter(text, lasts)) {
            return Some(Expiry { at: moment(&percent_decoded(date))?.saturating_add(lasts.parse().ok()?), place });
        }
    }
    // Azure: `se` counts only beside a signature.
    if let (Some((end, place)), Some(_)) = (url.parameter(text, "se"), url.parameter(text, "sig")) {
        return Some(Expiry { at: moment(&percent_decoded(end))?, place });
    }
    // Discord: hexadecimal, beside the moment of its making and a signature.
    if let (Some((end, place)), Some(_), Some(_)) =
        (url.parameter(text, "ex"), url.parameter(text, "is"), url.parameter(text, "hm"))
    {
        return Some(Expiry { at: u64::from_str_radix(end, 16).ok()?, place });
    }
    // CloudFront, and the older signatures of Amazon and Google.
    if let (Some((end, place)), Some(_)) = (url.parameter(text, "Expires"), url.parameter(text, "Signature")) {
        return Some(Expiry { at: end.parse().ok()?, place });
    }
    None
}

/// `20261122T214058Z`, `2026-11-22T21:40:58Z`, with or without seconds or a time, as seconds since 1970.
fn moment(text: &str) -> Option<u64> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'T' | b'.')) {
        return None;
    }
    // A fraction of a second says nothing here.
    let digits: Vec<u64> =
        text.split('.').next()?.bytes().filter(u8::is_ascii_digit).map(|c| u64::from(c - b'0')).collect();
    let field = |from: usize, len: usize| {
        digits.get(from..from + len).map_or(0, |digits| digits.iter().fold(0, |sum, digit| sum * 10 + digit))
    };
    let (year, month, day) = (field(0, 4), field(4, 2), field(6, 2));
    let (hour, minute, second) = (field(8, 2), field(10, 2), field(12, 2));
    if !matches!(digits.len(), 8 | 12 | 14)
        || year < 1970
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 24
        || minute > 59
        || second > 60
    {
        return None;
    }
    Some(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. The year is taken to begin in March, so that the leap day
/// is its last.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    (year * 365 + leap_days + (153 * month + 2) / 5 + day - 1).saturating_sub(719_468)
}

/// The moment as `2026-11-22T21:40:58Z`.
pub(super) fn shown(at: u64) -> String {
    // Beyond the year 9999 nobody reads a date.
    let at = at.min(253_402_300_799);
    let (mut left, clock) = (at / 86_400, at % 86_400);
    let mut year = 1970;
    loop {
        let len = days(year + 1, 1, 1) - days(year, 1, 1);
        if left < len {
            break;
        }
        left -= len;
        year += 1;
    }
    let start = days(year, 1, 1);
    let month = (1..=12).rev().find(|month| days(year, *month, 1) - start <= left).unwrap_or(1);
    let day = left - (days(year, month, 1) - start) + 1;
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for (text, seconds, back) in [
            ("19700101T000000Z", 0, "1970-01-01T00:00:00Z"),
            ("2000-02-29T12:34:56Z", 951_827_696, "2000-02-29T12:34:56Z"),
            ("20240229T235959Z", 1_709_251_199, "2024-02-29T23:59:59Z"),
            ("2026-11-22T21:40Z", 1_795_383_600, "2026-11-22T21:40:00Z"),
            ("2100-03-01", 4_107_542_400, "2100-03-01T00:00:00Z"),
            ("2025-12-31T23:59:59.9999999Z", 1_767_225_599, "2025-12-31T23:59:59Z"),
        ] {
            assert_eq!(moment(text), Some(seconds), "{text}");
            assert_eq!(shown(seconds), back);
        }
        for text in ["", "2026", "20261322T000000Z", "yesterday", "2026-11-22T99:00:00Z", "1960-01-01"] {
            assert_eq!(moment(text), None, "{text}");
        }
        assert_eq!(shown(u64::MAX), "9999-12-31T23:59:59Z");
    }
}
