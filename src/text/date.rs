//! Calendar days.

/// A day, as `YYYY-MM-DD`; days in that form sort as they follow each other.
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
        let (year, month, day): (u16, u8, u8) =
            (text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?);
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

    /// Seconds since 1970 at its beginning (UTC).
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
}
