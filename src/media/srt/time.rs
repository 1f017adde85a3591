//! The time line of a cue: `00:01:02,345 --> 00:01:04,567`.

/// The times of a cue, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::media) struct Times {
    pub(in crate::media) start_ms: u64,
    pub(in crate::media) end_ms: u64,
    /// A deviation from `hh:mm:ss,mmm`.
    pub(in crate::media) oddity: Option<Oddity>,
}

/// A deviation from `hh:mm:ss,mmm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::media) enum Oddity {
    /// A fraction that does not have three digits.
    Digits,
    /// No space around the arrow.
    Tight,
    /// A dot before the milliseconds.
    Dot,
    /// Minutes or seconds above 59.
    Above59,
    /// A negative time.
    Negative,
    /// A colon before the milliseconds.
    Colon,
    /// No hours.
    NoHours,
    /// No milliseconds at all.
    NoFraction,
}

/// Whether this is a time line.
pub(in crate::media) fn is_line(line: &[u8]) -> bool {
    parse(line).is_some()
}

/// Parses a time line.
pub(in crate::media) fn parse(line: &[u8]) -> Option<Times> {
    let arrow = memchr::memmem::find(line, b"-->")?;
    let (before, behind) = (line.get(..arrow)?, line.get(arrow + 3..)?);
    let (start, rest) = one(before.trim_ascii())?;
    if !rest.is_empty() {
        return None;
    }
    // Coordinates may follow; players ignore everything else.
    let (end, _) = one(behind.trim_ascii())?;
    let spaced = before.ends_with(b" ") && behind.starts_with(b" ");
    let tight = (!spaced && !before.ends_with(b"\t")).then_some(Oddity::Tight);
    Some(Times { start_ms: start.ms, end_ms: end.ms, oddity: start.oddity.max(end.oddity).max(tight) })
}

/// A time and its deviation, if any.
#[derive(Clone, Copy, Debug)]
struct Time {
    ms: u64,
    oddity: Option<Oddity>,
}

/// Parses a time at the start of the text. Returns it with the remaining text.
fn one(text: &[u8]) -> Option<(Time, &[u8])> {
    let (negative, text) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest.trim_ascii_start()));
    let (first, text) = number(text)?;
    let (second, mut text) = part(text)?;
    let (hours, minutes, seconds) = match part(text) {
        Some((third, rest)) => {
            text = rest;
            (Some(first), second, third)
        }
        None => (None, first, second),
    };
    let mut oddity = None;
    let mut note = |new: Oddity| oddity = oddity.max(Some(new));
    let mut milliseconds = 0;
    let mark = text.trim_ascii_start();
    match mark.split_first().and_then(|(mark, rest)| Some((mark, fraction(rest.trim_ascii_start())?))) {
        Some((mark @ (b',' | b'.' | b':'), (value, digits, rest))) => {
            milliseconds = value;
            if digits != 3 {
                note(Oddity::Digits);
            }
            match mark {
                b'.' => note(Oddity::Dot),
                b':' => note(Oddity::Colon),
                _ => {}
            }
            text = rest;
        }
        // Just two numbers are a time of day or a score.
        _ if hours.is_none() => return None,
        _ => note(Oddity::NoFraction),
    }
    if hours.is_none() {
        note(Oddity::NoHours);
    }
    if minutes > 59 || seconds > 59 {
        note(Oddity::Above59);
    }
    if negative {
        note(Oddity::Negative);
    }
    // At most nine digits each, so this cannot overflow.
    let ms = ((hours.unwrap_or(0) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
    Some((Time { ms: if negative { 0 } else { ms }, oddity }, text))
}

/// A colon and a number. Translation tools often add spaces around the colon.
fn part(text: &[u8]) -> Option<(u64, &[u8])> {
    number(text.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start())
}

/// Parses fractional digits. Returns milliseconds, the number of digits, and the remaining text.
fn fraction(text: &[u8]) -> Option<(u64, usize, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let value = (0..3).fold(0, |value, place| {
        let digit = text.get(place).filter(|byte| byte.is_ascii_digit()).map_or(0, |byte| byte - b'0');
        value * 10 + u64::from(digit)
    });
    Some((value, digits, text.get(digits..).unwrap_or_default()))
}

/// Parses up to nine digits. Returns the number and the remaining text.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let value = text[..digits].iter().fold(0, |value, byte| value * 10 + u64::from(byte - b'0'));
    Some((value, &text[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(u64, u64, Option<Oddity>)> {
        parse(line.as_bytes()).map(|times| (times.start_ms, times.end_ms, times.oddity))
    }

    #[test]
    fn times_as_they_should_be() {
        assert_eq!(read("00:00:01,000 --> 01:02:03,456"), Some((1000, 3_723_456, None)));
        assert_eq!(
            read("100:00:00,000  -->  100:00:01,000  X1:10 X2:20 Y1:1 Y2:2"),
            Some((360_000_000, 360_001_000, None))
        );
        assert_eq!(read("0:0:1,000\t-->\t0:0:2,000"), Some((1000, 2000, None)));
    }

    #[test]
    fn times_in_other_ways() {
        for (line, oddity) in [
            ("00:00:01.000 --> 00:00:02,000", Oddity::Dot),
            ("00:00:01,0 --> 00:00:02,000", Oddity::Digits),
            ("00:00:01,000-->00:00:02,000", Oddity::Tight),
            ("00:00:01:000 --> 00:00:02,000", Oddity::Colon),
            ("00:00:01 --> 00:00:02", Oddity::NoFraction),
            ("00:01,000 --> 00:02,000", Oddity::NoHours),
            ("00: 00: 01, 000 --> 00:00:61,000", Oddity::Above59),
            ("-00:00:01,000 --> 00:00:02,000", Oddity::Negative),
        ] {
            assert_eq!(read(line).and_then(|times| times.2), Some(oddity), "{line}");
        }
        assert_eq!(read("00:00:01,5 --> 00:00:02,25").map(|times| (times.0, times.1)), Some((1500, 2250)));
    }

    #[test]
    fn no_times() {
        for line in [
            "",
            "-->",
            "a --> b",
            "10:30 --> 11:45",
            "00:00:01,000 --> ",
            "00:00:01,000 --> soon",
            "1 --> 2",
            "99999999999:00:00,000 --> 00:00:01,000",
            "00:00:01,000 and --> 00:00:02,000",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
