//! `"80 MB"`, `"10 min"`: a number with its unit.

use crate::limits::Limit;

/// A number in the unit of its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    pub number: f64,
    pub unit: &'static str,
}

/// Equivalent units: the written one, its replacement, and the factor.
const UNITS: [(&str, &str, f64); 15] = [
    ("MB", "MB", 1.0),
    ("MiB", "MiB", 1.0),
    ("kB", "MB", 1e-3),
    ("KB", "MB", 1e-3),
    ("KiB", "MiB", 1.0 / 1024.0),
    ("GB", "MB", 1e3),
    ("GiB", "MiB", 1024.0),
    ("bytes", "MB", 1e-6),
    ("s", "s", 1.0),
    ("sec", "s", 1.0),
    ("seconds", "s", 1.0),
    ("ms", "s", 1e-3),
    ("min", "s", 60.0),
    ("h", "s", 3600.0),
    ("pixels", "px", 1.0),
];

/// Reads a number for a limit; without a unit it is in the limit's own.
///
/// # Errors
///
/// A sentence that says what is expected.
pub fn parse(text: &str, limit: &Limit) -> Result<Quantity, String> {
    let text = text.trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || "._,-".contains(c))).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let digits: String = digits.chars().filter(|c| *c != '_' && *c != ',').collect();
    let wanted = || format!("{} is a number in {}, for example `{}`", limit.name, unit_name(limit), example(limit));
    let number: f64 = digits.parse().map_err(|_| wanted())?;
    convert(number, unit.trim(), limit).ok_or_else(wanted)
}

/// A bare number, in the limit's own unit.
///
/// # Errors
///
/// If it is negative or not a number.
pub fn bare(number: f64, limit: &Limit) -> Result<Quantity, String> {
    convert(number, "", limit).ok_or_else(|| {
        let from = if may_be_negative(limit) { "" } else { " from 0 upwards" };
        format!("{} is a number{from}", limit.name)
    })
}

fn convert(number: f64, unit: &str, limit: &Limit) -> Option<Quantity> {
    let least = if may_be_negative(limit) { -1e15 } else { 0.0 };
    if !number.is_finite() || !(least..1e15).contains(&number) {
        return None;
    }
    let own = limit.unit;
    if unit.is_empty() || unit == own || (own.len() > 2 && own.strip_suffix('s') == Some(unit)) {
        return Some(Quantity { number, unit: own });
    }
    let (_, into, factor) = UNITS.iter().find(|(written, _, _)| *written == unit)?;
    let sizes = ["MB", "MiB", "GB"];
    let fits = *into == own || (sizes.contains(into) && sizes.contains(&own));
    fits.then(|| Quantity { number: number * factor, unit: into })
}

/// Whether negative numbers are allowed: only if the limit itself is negative.
#[must_use]
pub fn may_be_negative(limit: &Limit) -> bool {
    limit.number().is_some_and(|number| number < 0.0)
}

fn unit_name(limit: &Limit) -> &'static str {
    match limit.unit {
        "MB" | "MiB" | "GB" => "MB or MiB",
        "s" => "s, min or h",
        "" | "ratio" => "no unit",
        unit => unit,
    }
}

fn example(limit: &Limit) -> String {
    limit.text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::profile::heygen_v3;

    #[test]
    fn units() {
        let limits = Limits::default();
        let size = &limits[heygen_v3::limits::VIDEO_MAX_SIZE];
        let read = |text| parse(text, size).map(|quantity| (quantity.number, quantity.unit));
        assert_eq!(read("80 MB"), Ok((80.0, "MB")));
        assert_eq!(read("80MiB"), Ok((80.0, "MiB")));
        assert_eq!(read("1 GB"), Ok((1000.0, "MB")));
        assert_eq!(read("80"), Ok((80.0, "MB")));
        assert!(read("80 s").is_err_and(|error| error.contains("MB or MiB")));
        assert!(read("MB").is_err() && read("-3 MB").is_err() && read("").is_err() && read("1.2.3 MB").is_err());
        assert!(read(&"9".repeat(400)).is_err());
        let duration = &limits[heygen_v3::limits::SPEECH_MAX_DURATION];
        assert_eq!(parse("5 min", duration), Ok(Quantity { number: 300.0, unit: "s" }));
        let pitch = limits.find("voice-settings.pitch-min").map(|id| &limits[id]).expect("a negative limit");
        assert_eq!(
            (parse("-20", pitch).map(|quantity| quantity.number), bare(-20.0, pitch).is_ok()),
            (Ok(-20.0), true)
        );
        let script = &limits[heygen_v3::limits::SCRIPT_MAX];
        assert_eq!(parse("4,000 code points", script).map(|quantity| quantity.number), Ok(4000.0));
        assert_eq!(parse("4_000", script).map(|quantity| quantity.number), Ok(4000.0));
        let scenes = &limits[heygen_v3::limits::SCENE_MAX];
        assert_eq!(parse("1 scene", scenes).map(|quantity| quantity.number), Ok(1.0));
    }
}
