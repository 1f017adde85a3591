//! Wraps the crate `infer`, which names formats that are not in our own tables.

use crate::media::Format;

/// The format according to `infer`; [`Format::Unknown`] for fonts, programs and the like. None if the crate does not know
/// it, or takes it for a format with a walker.
///
/// Only our own tables decide on formats with a walker, because they are stricter.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    // Treat a panic as “unknown”.
    let kind = std::panic::catch_unwind(|| infer::get(head)).ok().flatten()?;
    let format = match kind.mime_type() {
        "image/x-canon-cr2" => Format::Tiff,
        "image/heif" => Format::Heic,
        "audio/opus" => Format::Ogg,
        "application/epub+zip" => Format::Zip,
        "application/msword" => Format::Office,
        office if office.starts_with("application/vnd.o") || office.starts_with("application/vnd.ms-") => {
            Format::Office
        }
        other => Format::from_media_type(other)
            .or_else(|| Format::from_extension(kind.extension()))
            .unwrap_or(Format::Unknown),
    };
    (!format.is_walked()).then_some(format)
}
