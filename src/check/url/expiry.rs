//! Finds the expiry of a signed URL.

use std::ops::Range;

use crate::request::url::Url;
use crate::text::percent::decoded_text;
use crate::text::signed_moment;

/// The expiry of a signed URL, and where it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expiry {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    pub place: Range<usize>,
}

/// The expiry of a signed URL of Amazon S3, Google Cloud Storage, Azure, Discord or CloudFront.
pub(super) fn of(url: &Url, text: &str) -> Option<Expiry> {
    url.query.as_ref()?;
    for (date, lasts) in [("X-Amz-Date", "X-Amz-Expires"), ("X-Goog-Date", "X-Goog-Expires")] {
        if let (Some((date, _)), Some((lasts, place))) = (url.parameter(text, date), url.parameter(text, lasts)) {
            return Some(Expiry { at: signed_moment(&decoded_text(date))?.saturating_add(lasts.parse().ok()?), place });
        }
    }
    // Azure: `se` counts only beside a signature.
    if let (Some((end, place)), Some(_)) = (url.parameter(text, "se"), url.parameter(text, "sig")) {
        return Some(Expiry { at: signed_moment(&decoded_text(end))?, place });
    }
    // Discord: hexadecimal, beside the time of signing and a signature.
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
