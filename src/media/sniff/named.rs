//! The face of the crate `infer`: names for what our own table does not know.

use crate::media::Format;

/// A name for the bytes; [`Format::Unknown`] for fonts, programs and others that we have no name for; none when the
/// crate does not know them either, or takes them for something that we walk.
///
/// What we walk is decided by our own table alone: a weaker opinion must not bring a file into scope.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    // A crate that stumbles over the bytes does not know them.
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
