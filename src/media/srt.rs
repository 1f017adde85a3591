use super::{Bytes, Depth, Facts, ReadError};

pub(in crate::media) mod time;

pub(super) fn walk(_bytes: &mut Bytes<'_>, _depth: Depth, _facts: &mut Facts) -> Result<(), ReadError> {
    Ok(())
}
