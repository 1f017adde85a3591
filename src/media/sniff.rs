//! A minimal look at the first bytes: WAV, MP3, WebM. Stands in until the full table of formats lands.

use super::{Bytes, Format, ReadError, mp3};

pub(super) fn format(bytes: &mut Bytes<'_>) -> Result<Format, ReadError> {
    if bytes.len() == 0 {
        return Ok(Format::Empty);
    }
    let head = bytes.peek(0, 4096)?;
    if head.len() >= 12 && matches!(&head[..4], b"RIFF" | b"RF64" | b"BW64") && &head[8..12] == b"WAVE" {
        return Ok(Format::Wav);
    }
    if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        let webm = memchr::memmem::find(head, b"webm").is_some();
        return Ok(if webm { Format::WebM } else { Format::Mkv });
    }
    if head.starts_with(b"ID3") || mp3::looks_like(bytes)? {
        return Ok(Format::Mp3);
    }
    Ok(Format::Unknown)
}
