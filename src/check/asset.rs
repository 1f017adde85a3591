//! Files that a request carries or names.

use crate::finding::{Finding, Location};
use crate::media::{Facts, Format};
use crate::rule;

/// The type that a request declares against the type of the bytes, for base64 and uploads.
///
/// `location` is the declared media type. Nothing is said when the bytes are of no format that the place takes: that is
/// another fault.
#[must_use]
pub fn media_type(declared: &str, facts: &Facts, location: Location) -> Option<Finding> {
    let essence = declared.split(';').next().unwrap_or(declared).trim();
    let format = facts.format;
    let proper = format.media_types().first()?;
    if !format.is_walked() || format.media_types().iter().any(|known| known.eq_ignore_ascii_case(essence)) {
        return None;
    }
    let message = match Format::from_media_type(essence) {
        Some(other) if other != format => format!("media_type is {essence}, but the data are {format}"),
        _ => format!("media_type {essence} is not the name of {format}; the service knows it as {proper}"),
    };
    Some(
        Finding::new(&rule::ASSET_MEDIA_TYPE_MISMATCH, message)
            .observed(essence)
            .at(location)
            .help(format!("set media_type to {proper}")),
    )
}
