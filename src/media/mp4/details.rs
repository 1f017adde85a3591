//! What `mp4parse` knows better: the decoder configuration of AAC in `esds` (ISO/IEC 14496-3, 1.6).
//!
//! It gets no file: it gets a movie of one track that we put together from the few boxes that describe it, without
//! sample tables, so that there is no count in it to believe. What it refuses costs a detail, never the verdict.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mp4parse::{AudioCodecSpecific, SampleEntry};

use super::boxes::BoxAt;
use super::movie::Parts;
use crate::media::{Bytes, ReadError};

/// What an `esds` says of a sound track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sound {
    pub(super) sample_rate: Option<u32>,
    pub(super) channels: Option<u16>,
}

/// The largest box that is handed on. Descriptors may be nested, and are read by recursion there.
const MOST: u64 = 4 << 10;

/// Reads the decoder configuration of a sound track.
pub(super) fn sound(bytes: &mut Bytes<'_>, header: &BoxAt, parts: &Parts) -> Result<Option<Sound>, ReadError> {
    let (Some(tkhd), Some(mdhd), Some(hdlr), Some(stsd)) = (parts.tkhd, parts.mdhd, parts.hdlr, parts.stsd) else {
        return Ok(None);
    };
    if [header, &tkhd, &mdhd, &hdlr, &stsd].iter().any(|place| place.end - place.start > MOST) {
        return Ok(None);
    }
    let mut copy =
        |place: &BoxAt| -> Result<Vec<u8>, ReadError> { Ok(wrap(&place.kind, place.content(bytes, MOST as usize)?)) };
    let stbl = wrap(b"stbl", &copy(&stsd)?);
    let minf = wrap(b"minf", &stbl);
    let mdia = wrap(b"mdia", &[copy(&mdhd)?, copy(&hdlr)?, minf].concat());
    let trak = wrap(b"trak", &[copy(&tkhd)?, mdia].concat());
    let moov = wrap(b"moov", &[copy(header)?, trak].concat());
    let file = [wrap(b"ftyp", b"isom\0\0\0\0isom"), moov].concat();
    Ok(catch_unwind(AssertUnwindSafe(|| parse(&file))).unwrap_or(None))
}

fn wrap(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap_or(u32::MAX);
    let mut place = Vec::with_capacity(content.len() + 8);
    place.extend_from_slice(&size.to_be_bytes());
    place.extend_from_slice(kind);
    place.extend_from_slice(content);
    place
}

fn parse(file: &[u8]) -> Option<Sound> {
    let context = mp4parse::read_mp4(&mut Cursor::new(file)).ok()?;
    let descriptions = context.tracks.first()?.stsd.as_ref()?;
    descriptions.descriptions.iter().find_map(|entry| {
        let SampleEntry::Audio(audio) = entry else { return None };
        let AudioCodecSpecific::ES_Descriptor(descriptor) = &audio.codec_specific else { return None };
        Some(Sound {
            sample_rate: descriptor.audio_sample_rate.filter(|rate| *rate > 0),
            channels: descriptor.audio_channel_count.filter(|channels| *channels > 0),
        })
    })
}
