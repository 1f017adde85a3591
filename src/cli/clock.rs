//! Parses the time given by `--now`.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use heylint::text::{Date, rfc3339};

// The time at which a run takes place; tests set it. No doc comment: clap would show it as that of the command.
#[derive(Clone, Copy, Debug, Args)]
pub struct ClockArgs {
    /// The time at which expiry dates are checked, and the day on which documents were fetched
    // The environment variable sets the time once for many runs.
    #[arg(long, value_name = "TIME", value_parser = parse, env = "HEYLINT_NOW", hide = true)]
    pub now: Option<u64>,
}

/// The current time in seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Seconds since 1970, from RFC 3339 (`2026-11-22T12:00:00Z`), a day, or the seconds themselves.
fn parse(text: &str) -> Result<u64, String> {
    let wrong = || "expected a time such as 2026-11-22T12:00:00Z, 2026-11-22, or seconds since 1970".to_owned();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| wrong());
    }
    Date::parse(text).map(Date::seconds).or_else(|| rfc3339(text)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn times() {
        assert_eq!(parse("2026-11-22T12:00:00Z"), Ok(1_795_348_800));
        assert_eq!(parse("2026-11-22T13:30:00.25+01:30"), Ok(1_795_348_800));
        assert_eq!(parse("2026-11-22"), Ok(1_795_305_600));
        assert_eq!(parse("1795348800"), Ok(1_795_348_800));
        for wrong in
            ["", "yesterday", "2026-11-22T", "2026-11-22T25:00:00Z", "2026-11-22T12-00-00Z", "2026-11-22T12:00:00"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
