use super::{Bytes, Format, ReadError};

// Stand-in for the MP4 tests until the sniffing room is there.
pub(super) fn format(bytes: &mut Bytes<'_>) -> Result<Format, ReadError> {
    let head = bytes.peek(0, 12)?;
    Ok(match (head.get(4..8), head.get(8..12)) {
        (Some(b"ftyp"), Some(b"heic" | b"heix" | b"mif1" | b"msf1")) => Format::Heic,
        (Some(b"ftyp"), Some(b"avif" | b"avis")) => Format::Avif,
        (Some(b"ftyp"), Some(b"qt  ")) => Format::Mov,
        (Some(b"ftyp" | b"moov" | b"moof" | b"styp" | b"mdat" | b"pnot" | b"free" | b"skip"), _) => Format::Mp4,
        _ => Format::Unknown,
    })
}
