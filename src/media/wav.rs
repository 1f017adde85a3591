//! WAV: the chunks of a RIFF, RIFX, RF64 or BW64 file (Microsoft RIFF MCI 3.0; EBU Tech 3306; ITU-R BS.2088).
//!
//! Only chunk headers and the `fmt ` chunk are read: PCM has no redundancy, so there is nothing else to check.

mod format;
mod w64;

use self::format::{Layout, Order};
pub(super) use self::w64::outline_w64;
use super::{Bytes, Depth, Facts, Fault, ReadError, Track, TrackKind};
use crate::text::{count, counted, seconds};

/// Chunk headers that are read at most; real files have some dozens.
const MOST_CHUNKS: u32 = 10_000;

/// Sizes that writers put down when they cannot seek back: ffmpeg, `SoX`, arecord, mplayer.
const STREAMING: [u64; 6] = [0, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0x7FFF_F000, 0x7FFF_FFFE];

#[derive(Clone, Copy, Debug)]
struct Data {
    /// Of the chunk header.
    at: u64,
    /// As written, or as `ds64` has it.
    declared: u64,
    /// Bytes of it that are in the file.
    present: u64,
    streaming: bool,
}

#[derive(Default)]
struct Walk {
    layout: Option<Layout>,
    /// Where the `fmt ` chunk stands.
    layout_at: u64,
    data: Option<Data>,
    /// Sample frames as the `fact` chunk has them.
    fact: Option<u64>,
    /// Where the walk stopped short of the end, and why.
    cut: Option<Fault>,
    junk: Option<(u64, u64)>,
}

pub(super) fn walk(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let head = bytes.array::<12>(0)?;
    if &head[8..] != b"WAVE" {
        let message = format!("the form of the RIFF file is “{}”, not “WAVE”", head[8..].escape_ascii());
        facts.fault(Fault::corrupt("form-damaged", message).at(8).effect("players do not take it for a WAV"));
    }
    let order = if &head[..4] == b"RIFX" { Order::Big } else { Order::Little };
    let large = !matches!(&head[..4], b"RIFF" | b"RIFX");
    let mut riff_size = u64::from(order.u32(&head, 4));
    let mut data_size = None;
    let mut walk = Walk::default();
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        if bytes.left(at) < 8 {
            if bytes.left(at) > 0 && walk.data.is_none() {
                let fault = Fault::corrupt("chunk-cut", "the file ends inside a chunk header").at(at);
                walk.cut = Some(fault.effect("what follows it is cut off"));
            } else if bytes.left(at) > 0 {
                walk.junk = Some((at, bytes.left(at)));
            }
            break;
        }
        let header = bytes.array::<8>(at)?;
        let id = [header[0], header[1], header[2], header[3]];
        let mut size = u64::from(order.u32(&header, 4));
        let body = at + 8;
        match &id {
            b"ds64" if large && size >= 24 => {
                let sizes = bytes.array::<24>(body)?;
                riff_size = le64(&sizes, 0);
                data_size = Some(le64(&sizes, 8));
                walk.fact = Some(le64(&sizes, 16)).filter(|&frames| frames > 0);
            }
            b"LIST" => facts.largest_piece = facts.largest_piece.saturating_add(size),
            b"fmt " if walk.layout.is_none() && size <= bytes.left(body) => {
                let take = usize::try_from(size.min(64)).unwrap_or(64);
                walk.layout = Layout::read(bytes.get(body, take)?, order);
                walk.layout_at = at;
                if walk.layout.is_none() {
                    let message = format!("fmt chunk has {}, fewer than 14", counted(size, "byte"));
                    facts.fault(
                        Fault::corrupt("fmt-too-short", message).at(at).effect("nobody can tell how to play it"),
                    );
                }
            }
            b"fact" if size >= 4 && bytes.left(body) >= 4 && walk.fact.is_none() => {
                walk.fact = Some(u64::from(order.u32(&bytes.array::<4>(body)?, 0))).filter(|&n| n != 0xFFFF_FFFF);
            }
            b"data" if walk.data.is_none() => {
                if let Some(stated) = data_size.filter(|_| size == 0xFFFF_FFFF) {
                    size = stated;
                }
                let present = size.min(bytes.left(body));
                // A size that only 2^32 explains: the writer subtracted its own header from it.
                let all = size.checked_add(body).is_some_and(|end| end == 1 << 32 || end == (1 << 32) + 7);
                let mut data = Data { at, declared: size, present, streaming: false };
                let open = STREAMING.contains(&size) || all;
                if open && size > bytes.left(body) || size == 0 && runs_to_end(bytes, body, riff_size, order)? {
                    data.streaming = true;
                    data.present = bytes.left(body);
                }
                walk.data = Some(data);
                if depth == Depth::Header || data.streaming || size > bytes.left(body) {
                    break;
                }
            }
            _ => {}
        }
        let Some(next) = body.checked_add(size).filter(|&end| end <= bytes.len()) else {
            overrun(&mut walk, bytes, at, id, size);
            break;
        };
        // A pad byte makes chunks even; writers that forget it show the next identifier right away.
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
    judge(bytes, depth, &walk, riff_size, large, facts);
    Ok(())
}

/// Whether a `data` chunk of size 0 is a header that was never filled in: no chunk follows it, but bytes do.
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

/// A chunk other than `data` that ends past the end of the file.
fn overrun(walk: &mut Walk, bytes: &Bytes<'_>, at: u64, id: [u8; 4], size: u64) {
    if walk.data.is_some() && !is_identifier(id) {
        walk.junk = Some((at, bytes.left(at)));
        return;
    }
    let over = size.saturating_sub(bytes.left(at + 8));
    let message = format!("chunk {} runs {} past the end of the file", name(id), counted(over, "byte"));
    let effect = if walk.data.is_some() { "what follows the sound is cut off" } else { "there is no sound to play" };
    walk.cut = Some(Fault::corrupt("chunk-cut", message).at(at).effect(effect));
}

fn judge(bytes: &Bytes<'_>, depth: Depth, walk: &Walk, riff_size: u64, large: bool, facts: &mut Facts) {
    let usable = walk.layout.as_ref().filter(|layout| match layout.unusable() {
        Some(why) => {
            let fault = Fault::corrupt("fmt-unusable", format!("fmt chunk has {why}")).at(walk.layout_at);
            facts.fault(fault.effect("no decoder can play it"));
            false
        }
        None => true,
    });
    let Some(data) = walk.data else {
        let fault = walk.cut.clone().unwrap_or_else(|| {
            Fault::corrupt("data-missing", "there is no data chunk").at(bytes.len()).effect("there is no sound to play")
        });
        if !facts.is_corrupt() {
            facts.fault(fault);
        }
        describe(usable, None, 0, facts);
        return;
    };
    let Some(layout) = usable else {
        if walk.layout.is_none() && !facts.is_corrupt() {
            let fault = Fault::corrupt("fmt-missing", "there is no fmt chunk before the data chunk");
            facts.fault(fault.at(data.at).effect("nobody can tell how to play it"));
        }
        return;
    };
    let duration = layout.seconds(data.present, walk.fact);
    describe(Some(layout), Some(duration), data.present, facts);
    if !data.streaming {
        facts.declared_duration_s = Some(layout.seconds(data.declared, walk.fact));
    }
    if let Some(doubt) = layout.doubt() {
        let fault = Fault::malformed("fmt-inconsistent", format!("fmt chunk has {doubt}")).at(walk.layout_at);
        facts.fault(fault.effect("decoders go by the bits and channels"));
    }

    let missing = data.declared - data.present.min(data.declared);
    if data.streaming {
        let message = format!("data chunk has the size {}, a stream that was never closed", count(data.declared));
        let believed = seconds(layout.seconds(data.declared, None));
        let effect = format!(
            "nobody can tell whether its end is missing; {} are there, and readers that believe the header see {believed}",
            seconds(duration)
        );
        facts.fault(Fault::corrupt("streaming-size", message).at(data.at).effect(effect).mendable());
        return;
    }
    if missing > 0 {
        let message = format!("the WAV is cut: data ends {} past the end of the file", counted(missing, "byte"));
        let lost = layout.seconds(data.declared, walk.fact) - layout.seconds(data.present, None);
        facts.fault(
            Fault::corrupt("data-cut", message).at(data.at).effect(format!("the last {} are missing", seconds(lost))),
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
    if depth == Depth::Header {
        return;
    }
    let riff_end = riff_size.saturating_add(8);
    let open_riff = STREAMING.contains(&riff_size) || (large && riff_size == 0);
    let promised = riff_end.saturating_sub(bytes.len());
    if let Some(cut) = &walk.cut {
        facts.fault(cut.clone());
    } else if !open_riff && promised > 1 && (data.declared == 0 || walk.junk.is_some()) {
        let message = format!("the WAV is cut: RIFF has {} more than the file", counted(promised, "byte"));
        let what = if data.declared == 0 { "there is no sound to play" } else { "what follows the sound is cut off" };
        facts.fault(Fault::corrupt("riff-cut", message).at(4).effect(what));
    } else if let Some((at, len)) = walk.junk {
        let message = format!("{} after the last chunk", counted(len, "byte"));
        facts.fault(Fault::malformed("trailing-bytes", message).at(at));
    } else if !open_riff && (promised > 1 || riff_end.saturating_add(1) < bytes.len()) {
        let message = format!("RIFF ends at {}, the file at {}", count(riff_end), count(bytes.len()));
        facts.fault(Fault::malformed("riff-size", message).at(4));
    } else if open_riff {
        let message = format!("RIFF has the size {}, a stream that was never closed", count(riff_size));
        facts.fault(Fault::malformed("streaming-size", message).at(4));
    }
}

fn describe(layout: Option<&Layout>, duration: Option<f64>, bytes: u64, facts: &mut Facts) {
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
