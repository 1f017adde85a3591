use super::{Bytes, Format, ReadError, jpeg, png};

pub(super) fn format(bytes: &mut Bytes<'_>) -> Result<Format, ReadError> {
    let head = bytes.peek(0, 32)?;
    Ok(if png::is_png(head) {
        Format::Png
    } else if jpeg::is_jpeg(head) {
        Format::Jpeg
    } else {
        Format::Unknown
    })
}
