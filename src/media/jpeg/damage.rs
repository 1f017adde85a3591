//! The effect of a broken scan on the picture.

use super::bits::{Passed, Stop};
use super::frame::ScanHeader;
use super::scan::ScanFault;
use crate::media::Fault;
use crate::text;

/// A scan and the blocks that it covers.
#[derive(Debug)]
pub(super) struct ScanPlace<'s> {
    /// Counted from 1.
    pub(super) scan: u32,
    pub(super) header: &'s ScanHeader,
    pub(super) columns: u32,
    pub(super) rows: u32,
    pub(super) progressive: bool,
    /// Offset of the data of the scan.
    pub(super) behind: u64,
}

/// The fault for a scan that breaks in this unit, near this offset.
pub(super) fn broken_scan(problem: ScanFault, unit: u64, at: u64, place: &ScanPlace<'_>, restarts: bool) -> Fault {
    let row = unit / u64::from(place.columns.max(1));
    let rows = u64::from(place.rows);
    let what = if place.header.parts.len() > 1 { "MCU" } else { "block" };
    let scan = if place.progressive || place.scan > 1 { format!("scan {}", place.scan) } else { "the scan".to_owned() };
    let where_ = format!("in {what} row {} of {}", text::count((row + 1).min(rows)), text::count(rows));
    let (code, text, at) = match problem {
        ScanFault::Early(Stop::End(end)) => {
            ("truncated", format!("the file ends at {} inside {scan}, {where_}", text::count(end)), end)
        }
        ScanFault::Early(Stop::Marker(code, found)) => {
            let name = marker_name(code);
            ("scan-short", format!("{name} at {} comes inside {scan}, {where_}", text::count(found)), found)
        }
        ScanFault::Code => (
            "scan-code",
            format!("{scan} has a code near {} that its table does not define, {where_}", text::count(at)),
            at,
        ),
        ScanFault::Run => (
            "scan-run",
            format!("{scan} has more than 64 coefficients in the block near {}, {where_}", text::count(at)),
            at,
        ),
        ScanFault::Extra(count) => {
            let text = format!(
                "{scan} has {} too many before the restart marker near {}, {where_}",
                text::counted(count, "byte"),
                text::count(at)
            );
            ("scan-restart", text, at)
        }
        ScanFault::Restart { expected, found } => {
            let (expected, found) = (marker_name(expected), marker_name(found));
            (
                "scan-restart",
                format!("{scan} has {found} near {}, where {expected} comes next, {where_}", text::count(at)),
                at,
            )
        }
    };
    let lost = text::percent(rows.saturating_sub(row), rows);
    let missing = matches!(problem, ScanFault::Early(_));
    let state = if missing { "missing" } else { "damaged" };
    let effect = if place.progressive && place.header.start > 0 {
        format!("fine detail of the lower {lost} % of the picture is {state}")
    } else if restarts && !missing {
        format!("the picture is damaged from {lost} % above its lower edge, at least up to the next restart marker")
    } else if place.header.parts.len() == 1 && place.scan > 1 {
        format!("the colours of the lower {lost} % of the picture are {state}")
    } else if lost == 100 {
        format!("the whole picture is {state}")
    } else {
        format!("the lower {lost} % of the picture is {state}")
    };
    Fault::corrupt(code, text).at_named_byte(at).effect(effect)
}

/// The fault for a scan with data after its last block.
pub(super) fn long_scan(extra: Passed, place: &ScanPlace<'_>) -> Fault {
    let text =
        format!("{} of data left over after the last block of scan {}", text::counted(extra.count, "byte"), place.scan);
    if extra.is_harmless() {
        return Fault::malformed("scan-long", text).at(place.behind).effect("decoders skip them");
    }
    Fault::corrupt("scan-long", text)
        .at(place.behind)
        .effect("some code was changed, and the picture is garbled from there on; or rows at the bottom are missing")
}

/// The name of a marker in the standard.
pub(super) fn marker_name(code: u8) -> String {
    match code {
        0xc4 => "DHT".to_owned(),
        0xc8 => "JPG".to_owned(),
        0xcc => "DAC".to_owned(),
        0xc0..=0xcf => format!("SOF{}", code - 0xc0),
        0xd0..=0xd7 => format!("RST{}", code - 0xd0),
        0xd8 => "SOI".to_owned(),
        0xd9 => "EOI".to_owned(),
        0xda => "SOS".to_owned(),
        0xdb => "DQT".to_owned(),
        0xdc => "DNL".to_owned(),
        0xdd => "DRI".to_owned(),
        0xde => "DHP".to_owned(),
        0xdf => "EXP".to_owned(),
        0xe0..=0xef => format!("APP{}", code - 0xe0),
        0xf0..=0xfd => format!("JPG{}", code - 0xf0),
        0xfe => "COM".to_owned(),
        _ => format!("FF{code:02X}"),
    }
}
