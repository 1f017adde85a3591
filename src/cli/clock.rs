//! A time as a flag gives it.

use heylint::text::Date;

/// Seconds since 1970, from RFC 3339 (`2026-11-22T12:00:00Z`), a day, or the seconds themselves.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || "a time is written 2026-11-22T12:00:00Z, 2026-11-22, or in seconds since 1970".to_owned();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| wrong());
    }
    let day = text.get(..10).and_then(Date::parse).ok_or_else(wrong)?.seconds();
    let Some(rest) = text.get(10..).filter(|rest| !rest.is_empty()) else { return Ok(day) };
    let time = rest.strip_prefix(['T', 't', ' ']).ok_or_else(wrong)?;
    let figures = |text: &str, most: u64| {
        let figure = text.parse::<u64>().ok().filter(|figure| *figure <= most);
        figure.filter(|_| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let part = |from: usize, most| time.get(from..from + 2).and_then(|text| figures(text, most)).ok_or_else(wrong);
    let separated = time.get(2..3) == Some(":") && time.get(5..6) == Some(":");
    let seconds = part(0, 23)? * 3600 + part(3, 59)? * 60 + part(6, 60)?;
    let zone = time.get(8..).unwrap_or("").trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset: i64 = match zone {
        "Z" | "z" => 0,
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) =
                zone.strip_prefix(['+', '-']).and_then(|zone| zone.split_once(':')).ok_or_else(wrong)?;
            let minutes = figures(hours, 23).ok_or_else(wrong)? * 60 + figures(minutes, 59).ok_or_else(wrong)?;
            sign * minutes as i64 * 60
        }
    };
    if separated { Ok((day + seconds).saturating_add_signed(-offset)) } else { Err(wrong()) }
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
