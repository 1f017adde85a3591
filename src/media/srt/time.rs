//! The time line of a cue: `00:01:02,345 --> 00:01:04,567`.

/// What a time line says, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::media) struct Times {
    pub(in crate::media) start_ms: u64,
    pub(in crate::media) end_ms: u64,
    /// The time is written in another way than `hh:mm:ss,mmm`.
    pub(in crate::media) oddity: Option<Oddity>,
    /// Something else than coordinates stands behind the end.
    pub(in crate::media) has_rest: bool,
}

/// How a time differs from `hh:mm:ss,mmm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::media) enum Oddity {
    /// One or two, or more than three, digits of the fraction.
    Digits,
    /// A dot (or a colon) in front of the milliseconds.
    Dot,
    /// No hours.
    NoHours,
    /// Minutes or seconds above 59.
    Above59,
    /// A negative time.
    Negative,
    /// No milliseconds at all.
    NoFraction,
}

/// It is meant as a time line: an arrow, and a time in front of it.
pub(in crate::media) fn is_line(line: &[u8]) -> bool {
    parse(line).is_some()
}

/// Reads a time line; none when it is none.
pub(in crate::media) fn parse(line: &[u8]) -> Option<Times> {
    let arrow = memchr::memmem::find(line, b"-->")?;
    let (start, rest) = one(line[..arrow].trim_ascii())?;
    if !rest.is_empty() {
        return None;
    }
    let (end, rest) = one(line[arrow + 3..].trim_ascii())?;
    let rest = rest.trim_ascii();
    Some(Times {
        start_ms: start.0,
        end_ms: end.0,
        oddity: start.1.max(end.1),
        has_rest: !rest.is_empty() && !rest.starts_with(b"X1:"),
    })
}

/// A time at the beginning of the text, in milliseconds, and what follows it.
#[expect(clippy::type_complexity, reason = "used in one place, just above")]
fn one(text: &[u8]) -> Option<((u64, Option<Oddity>), &[u8])> {
    let (negative, text) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest.trim_ascii_start()));
    let (first, mut text) = number(text)?;
    let mut parts = vec![first];
    while parts.len() < 3 {
        // Spaces around the marks are an everyday slip of translation tools.
        let Some(rest) = text.trim_ascii_start().strip_prefix(b":") else { break };
        let (part, rest) = number(rest.trim_ascii_start())?;
        parts.push(part);
        text = rest;
    }
    let (hours, minutes, seconds, short) = match parts[..] {
        [hours, minutes, seconds] => (hours, minutes, seconds, false),
        [minutes, seconds] => (0, minutes, seconds, true),
        _ => return None,
    };
    let mut oddity = None;
    let mut note = |new: Oddity| oddity = oddity.max(Some(new));
    let mut milliseconds = 0;
    let trimmed = text.trim_ascii_start();
    let mark = trimmed.first().copied().filter(|byte| matches!(byte, b',' | b'.' | b':'));
    let fraction = mark.and_then(|_| trimmed.get(1..)).map(<[u8]>::trim_ascii_start);
    let digits = fraction.map_or(0, |fraction| fraction.iter().take_while(|byte| byte.is_ascii_digit()).count());
    match fraction {
        Some(fraction) if digits > 0 => {
            let kept = &fraction[..digits.min(3)];
            milliseconds = kept.iter().fold(0, |value, byte| value * 10 + u64::from(byte - b'0'));
            // Players take the digits for milliseconds or for a fraction; the difference is below a second.
            for _ in kept.len()..3 {
                milliseconds *= 10;
            }
            if digits != 3 {
                note(Oddity::Digits);
            }
            if mark != Some(b',') {
                note(Oddity::Dot);
            }
            text = &fraction[digits..];
        }
        _ => note(Oddity::NoFraction),
    }
    if short {
        note(Oddity::NoHours);
    }
    if minutes > 59 || seconds > 59 {
        note(Oddity::Above59);
    }
    if negative {
        note(Oddity::Negative);
    }
    let seconds = hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds);
    let value = if negative { 0 } else { seconds.saturating_mul(1000).saturating_add(milliseconds) };
    Some(((value, oddity), text))
}

/// Up to nine digits, and what follows them.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let value = text[..digits].iter().fold(0, |value, byte| value * 10 + u64::from(byte - b'0'));
    Some((value, &text[digits..]))
}
