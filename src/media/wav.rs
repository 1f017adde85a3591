//! WAV: the chunks of a RIFF, RIFX, RF64 or BW64 file (Microsoft RIFF MCI 3.0; EBU Tech 3306; ITU-R BS.2088).
//!
//! Only chunk headers and the `fmt ` chunk are read: PCM has no redundancy, so there is nothing else to check.

mod format;
mod w64;

use self::format::{Order, SampleFormat};
pub(super) use self::w64::outline_w64;
use super::{Bytes, Damage, Depth, Facts, Fault, ReadError, Track, TrackKind};
use crate::text::{count, counted, seconds};

/// Upper bound for chunk headers; real files have a few dozen.
const MOST_CHUNKS: u32 = 10_000;

/// Placeholder sizes of writers that cannot seek back: ffmpeg, `SoX`, arecord, mplayer.
const STREAMING: [u64; 6] = [0, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0x7FFF_F000, 0x7FFF_FFFE];

#[derive(Clone, Copy, Debug)]
struct Data {
    /// Of the chunk header.
    at: u64,
    /// As stated in the chunk or in `ds64`.
    declared: u64,
    /// Bytes available in the file.
    present: u64,
    streaming: bool,
}

/// The content of the chunks.
#[derive(Default)]
struct Chunks {
    layout: Option<SampleFormat>,
    /// Offset of the `fmt ` chunk.
    layout_at: u64,
    data: Option<Data>,
    /// Sample frames according to the `fact` chunk.
    fact: Option<u64>,
    /// Why the walk ended before the end of the file.
    cut: Option<Fault>,
    junk: Option<(u64, u64)>,
    /// The first chunk with a control character in its identifier.
    odd_id: Option<(u64, [u8; 4])>,
}

pub(super) fn walk(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let head = bytes.array::<12>(0)?;
    if &head[8..] != b"WAVE" {
        let message = format!("the form of the RIFF file is “{}”, not “WAVE”", head[8..].escape_ascii());
        facts.fault(Fault::corrupt("form-damaged", message).at(8).effect("players do not recognise it as a WAV"));
    }
    let order = if &head[..4] == b"RIFX" { Order::Big } else { Order::Little };
    // RF64 and BW64 have a separate chunk for 64-bit sizes.
    let large = !matches!(&head[..4], b"RIFF" | b"RIFX");
    let mut riff_size = u64::from(order.u32(&head, 4));
    let mut data_size = None;
    let mut chunks = Chunks::default();
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        if bytes.left(at) < 8 {
            if bytes.left(at) > 0 && chunks.data.is_none() {
                let fault = Fault::corrupt("chunk-cut", "the file ends inside a chunk header").at(at);
                chunks.cut = Some(fault.effect("what follows it is cut off"));
            } else if bytes.left(at) > 0 {
                chunks.junk = Some((at, bytes.left(at)));
            }
            break;
        }
        let header = bytes.array::<8>(at)?;
        let id = [header[0], header[1], header[2], header[3]];
        let mut size = u64::from(order.u32(&header, 4));
        let body = at + 8;
        let riff_end = riff_size.saturating_add(8);
        if chunks.data.is_some() && at >= riff_end && !STREAMING.contains(&riff_size) && size > bytes.left(body) {
            // This is not part of the RIFF, but a tag or text appended to it.
            chunks.junk = Some((at, bytes.left(at)));
            break;
        }
        if id != [0; 4] && id.iter().any(u8::is_ascii_control) {
            chunks.odd_id.get_or_insert((at, id));
        }
        match &id {
            b"ds64" if large && size >= 24 => {
                let sizes = bytes.array::<24>(body)?;
                riff_size = le64(&sizes, 0);
                data_size = Some(le64(&sizes, 8));
                chunks.fact = Some(le64(&sizes, 16)).filter(|&frames| frames > 0);
            }
            b"LIST" => facts.largest_piece = facts.largest_piece.saturating_add(size),
            b"fmt " if chunks.layout.is_none() && size <= bytes.left(body) => {
                let take = usize::try_from(size.min(64)).unwrap_or(64);
                chunks.layout = SampleFormat::read(bytes.get(body, take)?, order);
                chunks.layout_at = at;
                if chunks.layout.is_none() {
                    let message = format!("fmt chunk has {}, fewer than 14", counted(size, "byte"));
                    facts.fault(
                        Fault::corrupt("fmt-too-short", message).at(at).effect("no decoder can tell how to play it"),
                    );
                }
            }
            b"fact" if size >= 4 && bytes.left(body) >= 4 && chunks.fact.is_none() => {
                chunks.fact = Some(u64::from(order.u32(&bytes.array::<4>(body)?, 0))).filter(|&n| n != 0xFFFF_FFFF);
            }
            b"data" if chunks.data.is_none() => {
                if let Some(stated) = data_size.filter(|_| size == 0xFFFF_FFFF) {
                    size = stated;
                }
                let present = size.min(bytes.left(body));
                // Some writers subtract the size of their header from 2^32.
                let all = size.checked_add(body).is_some_and(|end| end == 1 << 32 || end == (1 << 32) + 7);
                let mut data = Data { at, declared: size, present, streaming: false };
                let open = STREAMING.contains(&size) || all;
                if open && size > bytes.left(body) || size == 0 && runs_to_end(bytes, body, riff_size, order)? {
                    data.streaming = true;
                    data.present = bytes.left(body);
                }
                chunks.data = Some(data);
                if depth == Depth::Header || data.streaming || size > bytes.left(body) {
                    break;
                }
            }
            _ => {}
        }
        let Some(next) = body.checked_add(size).filter(|&end| end <= bytes.len()) else {
            overrun(&mut chunks, bytes, at, id, size);
            break;
        };
        // Chunks are padded to even sizes. If a writer forgot the pad byte, the next identifier follows directly.
        at = next + (size & 1);
        if size & 1 == 1 && bytes.left(next) >= 4 && at > next {
            let peek = bytes.array::<4>(next)?;
            if peek[0] != 0
                && is_identifier(peek)
                && !bytes.peek(at, 4)?.first_chunk().is_some_and(|&id| is_identifier(id))
            {
                at = next;
            }
        }
    }
    if large && data_size.is_none() && chunks.data.is_some() {
        let message = format!("there is no ds64 chunk, which an {} needs for its sizes", head[..4].escape_ascii());
        facts.fault(Fault::corrupt("ds64-missing", message).at(12).effect("most decoders refuse it"));
    }
    judge(bytes, depth, &chunks, riff_size, large, facts);
    Ok(())
}

/// Whether a `data` chunk of size 0 has a placeholder size: the bytes after it are not a chunk.
fn runs_to_end(bytes: &mut Bytes<'_>, body: u64, riff_size: u64, order: Order) -> Result<bool, ReadError> {
    let open_riff = STREAMING.contains(&riff_size) || riff_size.saturating_add(8) <= body;
    let next = bytes.peek(body, 8)?;
    if next.len() < 8 || (next.iter().all(|&byte| byte == 0) && !open_riff) {
        return Ok(false);
    }
    let id = [next[0], next[1], next[2], next[3]];
    let size = u64::from(order.u32(next, 4));
    Ok(!(is_identifier(id) && size <= bytes.left(body + 8)))
}

/// Notes a chunk other than `data` that extends past the end of the file.
fn overrun(chunks: &mut Chunks, bytes: &Bytes<'_>, at: u64, id: [u8; 4], size: u64) {
    if chunks.data.is_some() && !is_identifier(id) {
        chunks.junk = Some((at, bytes.left(at)));
        return;
    }
    let over = size.saturating_sub(bytes.left(at + 8));
    let message = format!("chunk {} runs {} past the end of the file", name(id), counted(over, "byte"));
    let effect = if chunks.data.is_some() { "what follows the sound is cut off" } else { "there is no sound to play" };
    chunks.cut = Some(Fault::corrupt("chunk-cut", message).at(at).effect(effect));
}

fn judge(bytes: &Bytes<'_>, depth: Depth, chunks: &Chunks, riff_size: u64, large: bool, facts: &mut Facts) {
    let usable = chunks.layout.as_ref().filter(|layout| match layout.unusable() {
        Some(why) => {
            let fault = Fault::corrupt("fmt-unusable", format!("fmt chunk has {why}")).at(chunks.layout_at);
            facts.fault(fault.effect("no decoder can play it"));
            false
        }
        None => true,
    });
    let Some(data) = chunks.data else {
        let fault = chunks.cut.clone().unwrap_or_else(|| {
            Fault::corrupt("data-missing", "there is no data chunk").at(bytes.len()).effect("there is no sound to play")
        });
        facts.fault_unless_corrupt(fault);
        describe(usable, None, 0, facts);
        return;
    };
    let Some(layout) = usable else {
        if chunks.layout.is_none() {
            let fault = Fault::corrupt("fmt-missing", "there is no fmt chunk before the data chunk");
            facts.fault_unless_corrupt(fault.at(data.at).effect("no decoder can tell how to play it"));
        }
        return;
    };
    let duration = layout.seconds(data.present, chunks.fact);
    describe(Some(layout), Some(duration), data.present, facts);
    if !data.streaming {
        facts.declared_duration_s = Some(layout.seconds(data.declared, chunks.fact));
    }
    if chunks.layout_at > data.at {
        let fault = Fault::corrupt("fmt-late", "the fmt chunk comes after the data chunk").at(chunks.layout_at);
        facts.fault(fault.effect("most decoders refuse it"));
    } else if let Some(why) = layout.contradiction() {
        let fault = Fault::corrupt("fmt-contradictory", format!("fmt chunk has {why}")).at(chunks.layout_at);
        facts.fault(fault.effect("decoders disagree about what it sounds like"));
    } else if let Some(doubt) = layout.doubt() {
        let fault = Fault::malformed("fmt-inconsistent", format!("fmt chunk has {doubt}")).at(chunks.layout_at);
        facts.fault(fault.effect("decoders use the bits and channels"));
    }

    let missing = data.declared - data.present.min(data.declared);
    if data.streaming {
        let message = format!("data chunk has the size {}, a stream that was never closed", count(data.declared));
        let (there, believed) = (seconds(duration), seconds(layout.seconds(data.declared, None)));
        let fault = match data.declared {
            // Readers that trust the header hear nothing.
            0 => Fault::corrupt("streaming-size", message)
                .effect(format!("readers that trust the header play none of the {there} present")),
            _ => Fault::malformed("streaming-size", message)
                .effect(format!("{there} are present, but readers that trust the header see {believed}")),
        };
        facts.fault(fault.at(data.at).mendable());
        return;
    }
    if missing > 0 {
        let message = format!("the WAV is cut: data ends {} past the end of the file", counted(missing, "byte"));
        let lost = layout.seconds(data.declared, chunks.fact) - layout.seconds(data.present, None);
        facts.fault(
            Fault::corrupt("data-cut", message)
                .sentence()
                .at(data.at)
                .effect(format!("the last {} are missing", seconds(lost))),
        );
        return;
    }
    if data.present > 0 && layout.frames(data.present) == 0 {
        let message = format!(
            "data chunk has {}, less than one block of {}",
            counted(data.present, "byte"),
            counted(layout.block(), "byte")
        );
        facts.fault(Fault::corrupt("data-too-short", message).at(data.at).effect("there is no sound to play"));
        return;
    }
    let cut_short = riff_size.saturating_add(8).saturating_sub(bytes.len()) > 1;
    if data.present == 0 && !cut_short {
        let fault = Fault::new(Damage::Empty, "data-empty", "the data chunk has no bytes").at(data.at);
        facts.fault(fault.effect("there is no sound to play"));
        return;
    }
    if depth == Depth::Header {
        return;
    }
    if let Some((at, id)) = chunks.odd_id {
        let message = format!("a chunk has the identifier “{}”, which is not text", id.escape_ascii());
        facts.fault(Fault::malformed("chunk-id", message).at(at).effect("readers skip the chunk"));
    }
    let riff_end = riff_size.saturating_add(8);
    let open_riff = STREAMING.contains(&riff_size) || (large && riff_size == 0);
    let promised = riff_end.saturating_sub(bytes.len());
    if let Some(cut) = &chunks.cut {
        facts.fault(cut.clone());
    } else if !open_riff && promised > 1 && (data.declared == 0 || chunks.junk.is_some()) {
        let message = format!("the WAV is cut: RIFF has {} more than the file", counted(promised, "byte"));
        let what = if data.declared == 0 { "there is no sound to play" } else { "what follows the sound is cut off" };
        facts.fault(Fault::corrupt("riff-cut", message).sentence().at(4).effect(what));
    } else if let Some((at, len)) = chunks.junk {
        let message = format!("{} after the last chunk", counted(len, "byte"));
        facts.fault(Fault::malformed("trailing-bytes", message).at(at));
    } else if !open_riff && (promised > 1 || riff_end.saturating_add(1) < bytes.len()) {
        let message = format!("RIFF ends at {}, but the file ends at {}", count(riff_end), count(bytes.len()));
        facts.fault(Fault::malformed("riff-size", message).at(4));
    } else if open_riff {
        let message = format!("RIFF has the size {}, a stream that was never closed", count(riff_size));
        facts.fault(Fault::malformed("streaming-size", message).at(4));
    }
}

fn describe(layout: Option<&SampleFormat>, duration: Option<f64>, bytes: u64, facts: &mut Facts) {
    let Some(layout) = layout else { return };
    let mut track = Track::new(TrackKind::Audio, layout.codec());
    track.sample_rate = Some(layout.rate);
    track.channels = Some(layout.channels);
    track.bits_per_sample = Some(layout.bits).filter(|&bits| bits > 0);
    track.duration_s = duration;
    track.set_bit_rate(bytes, duration.unwrap_or(0.0));
    facts.duration_s = duration;
    facts.tracks.push(track);
}

fn is_identifier(id: [u8; 4]) -> bool {
    id.iter().all(|&byte| (b' '..0x7F).contains(&byte)) && id[0] != b' '
}

fn name(id: [u8; 4]) -> String {
    if is_identifier(id) {
        String::from_utf8_lossy(&id).trim_end().to_owned()
    } else {
        format!("0x{:08X}", u32::from_be_bytes(id))
    }
}

fn le64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |&b| u64::from_le_bytes(b))
}
