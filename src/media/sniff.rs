use super::{Bytes, Format, ReadError};

pub(super) fn format(_bytes: &mut Bytes<'_>) -> Result<Format, ReadError> {
    Ok(Format::Unknown)
}
