use super::{Bytes, Depth, Facts, ReadError};

/// The first bytes of a file are those of a JPEG.
pub(super) fn is_jpeg(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xd8")
}

pub(super) fn walk(_bytes: &mut Bytes<'_>, _depth: Depth, _facts: &mut Facts) -> Result<(), ReadError> {
    Ok(())
}
