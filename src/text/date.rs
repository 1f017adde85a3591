//! Calendar days, and moments in the formats of addresses and flags.

/// A day, as `YYYY-MM-DD`; in that form days sort chronologically.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2027-01-31`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if text.len() != 10 || !digits {
            return None;
        }
        Self::new(text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?)
    }

    /// A day of the Gregorian calendar.
    fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// The day (UTC) of a time in seconds since 1970.
    #[must_use]
    pub fn of(seconds: u64) -> Self {
        // Civil from days, after Howard Hinnant: eras of 400 years that begin in March.
        let days = (seconds / 86_400).min(2_932_896) + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let (of_month, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
        let year = year + era * 400 + u64::from(month <= 2);
        Self { year: year as u16, month: month as u8, day: of_month as u8 }
    }

    /// Its beginning (UTC), in seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> u64 {
        let year = u64::from(self.year) - u64::from(self.month <= 2);
        let (era, of_era) = (year / 400, year % 400);
        let month = (u64::from(self.month) + 9) % 12;
        let day = (153 * month + 2) / 5 + u64::from(self.day) - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day;
        days.saturating_sub(719_468) * 86_400
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Seconds since 1970 of a moment in RFC 3339: `2026-11-22T12:00:00Z`, `2026-11-22T13:30:00.25+01:30`.
#[must_use]
pub fn rfc3339(text: &str) -> Option<u64> {
    let day = Date::parse(text.get(..10)?)?.seconds();
    let time = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let figures = |text: &str, most: u64| {
        let figure = text.parse::<u64>().ok().filter(|figure| *figure <= most);
        figure.filter(|_| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let part = |from: usize, most| figures(time.get(from..from + 2)?, most);
    let seconds = part(0, 23)? * 3_600 + part(3, 59)? * 60 + part(6, 60)?;
    if time.get(2..3)? != ":" || time.get(5..6)? != ":" {
        return None;
    }
    let zone = time.get(8..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset: i64 = match zone {
        "Z" | "z" => 0,
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
            sign * ((figures(hours, 23)? * 60 + figures(minutes, 59)?) as i64) * 60
        }
    };
    Some((day + seconds).saturating_add_signed(-offset))
}

/// Seconds since 1970 of a moment as in signed URLs: `20261122T214058Z`, `2026-11-22T21:40:58Z`, with or without
/// seconds or a time of day.
#[must_use]
pub fn signed_moment(text: &str) -> Option<u64> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'T' | b'.')) {
        return None;
    }
    // Fractions of a second do not matter here.
    let digits: Vec<u16> =
        text.split('.').next()?.bytes().filter(u8::is_ascii_digit).map(|byte| u16::from(byte - b'0')).collect();
    let field = |from: usize, len: usize| {
        digits.get(from..from + len).map_or(0, |digits| digits.iter().fold(0, |sum, digit| sum * 10 + digit))
    };
    let (hour, minute, second) = (u64::from(field(8, 2)), u64::from(field(10, 2)), u64::from(field(12, 2)));
    if !matches!(digits.len(), 8 | 12 | 14) || field(0, 4) < 1970 || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let date = Date::new(field(0, 4), field(4, 2) as u8, field(6, 2) as u8)?;
    Some(date.seconds() + hour * 3_600 + minute * 60 + second)
}

/// A moment as `2026-11-22T21:40:58Z`; anything later becomes the last moment of the year 9999.
#[must_use]
pub fn utc(seconds: u64) -> String {
    let seconds = seconds.min(253_402_300_799);
    let clock = seconds % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", Date::of(seconds), clock / 3_600, clock / 60 % 60, clock % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, seconds) in [("1970-01-01", 0), ("2000-02-29", 951_782_400), ("2026-11-22", 1_795_305_600)] {
            let date = Date::parse(text).expect(text);
            assert_eq!((date.seconds(), Date::of(seconds + 86_399)), (seconds, date), "{text}");
            assert_eq!(date.to_string(), text);
        }
        for text in ["2026-02-29", "2026-13-01", "2026-1-01", "2026-00-10", "2026-04-31", "20260-1-01", "２０２６-01"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(Date::of(u64::MAX).to_string(), "9999-12-31");
        for day in (0..200_000).step_by(7) {
            assert_eq!(Date::of(day * 86_400).seconds(), day * 86_400);
        }
    }

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
            assert_eq!(signed_moment(text), Some(seconds), "{text}");
            assert_eq!(utc(seconds), back);
        }
        for text in ["", "2026", "20261322T000000Z", "20260231", "yesterday", "2026-11-22T99:00:00Z", "1960-01-01"] {
            assert_eq!(signed_moment(text), None, "{text}");
        }
        assert_eq!(utc(u64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(rfc3339("2026-11-22T13:30:00.25+01:30"), Some(1_795_348_800));
        assert_eq!(rfc3339("2026-11-22T12:00:00"), None, "a zone is due");
    }
}
