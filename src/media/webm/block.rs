//! Clusters: `SimpleBlock`, `BlockGroup`, and the lacing of frames in them (RFC 9559 §10).

use super::ebml::{self, Element, NextElement, element, vint};
use super::frames::{Codec, HEAD, look};
use super::track::TrackEntry;
use super::{SegmentWalk, weight};
use crate::media::codec::config::Pictures;
use crate::media::{Bytes, ReadError, TrackKind};

/// Bytes at the start of a block that must contain its header and frame sizes. Xiph lacing needs more only for frames
/// larger than 64 KiB each.
const MOST_LACING: usize = 64 << 10;

/// Properties from the surrounding `BlockGroup`.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    /// Ticks.
    duration: Option<u64>,
    /// `DiscardPadding`: nanoseconds at the end that are not played back.
    discard: u64,
    references: bool,
}

impl SegmentWalk {
    /// Walks a cluster up to `end`, or up to the element that ends it if its size is unknown. Returns where it ends.
    pub(super) fn cluster(&mut self, bytes: &mut Bytes<'_>, cluster: &Element, end: u64) -> Result<u64, ReadError> {
        let mut at = cluster.body;
        self.time = 0;
        while at < end {
            let child = match element(bytes, at, end)? {
                NextElement::Element(child) => child,
                NextElement::Cut => {
                    if end == bytes.len() {
                        self.cut(at, "the WebM is cut inside the header of an element".to_owned());
                    } else {
                        self.lost.get_or_insert((at, 0)).1 += end - at;
                    }
                    return Ok(end);
                }
                NextElement::Invalid => return Ok(self.skip_lost(bytes, at, end)?.unwrap_or(end)),
            };
            // In a cluster of known size, this means that a splice cut the cluster short.
            if ebml::ends_cluster(child.id) {
                if cluster.size.is_some() {
                    self.lost.get_or_insert((at, 0));
                }
                return Ok(at);
            }
            let stop = child.end().unwrap_or(end);
            self.largest = self.largest.max(weight(&child, end));
            if stop > end && end < bytes.len() {
                self.overruns(&child, "Cluster", stop - end);
                return Ok(end);
            }
            match child.id {
                ebml::TIMESTAMP if stop <= end => {
                    self.time = ebml::unsigned(bytes, &child)?.and_then(|t| i64::try_from(t).ok()).unwrap_or(0);
                }
                // A truncated block is lost.
                ebml::SIMPLE_BLOCK if stop <= end => self.block(bytes, &child, stop, Group::default())?,
                ebml::BLOCK_GROUP => self.group(bytes, &child, stop.min(end))?,
                _ => {}
            }
            if stop > end {
                self.runs_out(&child, stop - end);
                return Ok(end);
            }
            at = stop;
        }
        Ok(at)
    }

    fn group(&mut self, bytes: &mut Bytes<'_>, group: &Element, end: u64) -> Result<(), ReadError> {
        let mut at = group.body;
        let mut block = None;
        let mut around = Group::default();
        while at < end {
            let NextElement::Element(child) = element(bytes, at, end)? else { break };
            let stop = child.end().unwrap_or(u64::MAX);
            if stop > end {
                if end < bytes.len() {
                    self.overruns(&child, "BlockGroup", stop.saturating_sub(end));
                }
                break;
            }
            match child.id {
                ebml::BLOCK => block = Some(child),
                ebml::BLOCK_DURATION => around.duration = ebml::unsigned(bytes, &child)?,
                0x75A2 => {
                    around.discard = ebml::unsigned(bytes, &child)?.filter(|&ns| ns < 1_000_000_000).unwrap_or(0);
                }
                0xFB => around.references = true,
                _ => {}
            }
            at = stop;
        }
        match block {
            Some(block) => self.block(bytes, &block, block.end().unwrap_or(end), around),
            None => Ok(()),
        }
    }

    /// Reads a block: track, time, lacing, and the first bytes of each frame.
    fn block(&mut self, bytes: &mut Bytes<'_>, block: &Element, end: u64, group: Group) -> Result<(), ReadError> {
        let room = usize::try_from(end - block.body).unwrap_or(MOST_LACING);
        let head = bytes.peek(block.body, room.min(12 + HEAD))?;
        let Some((number, len)) = vint(head) else {
            self.bad_lacing.get_or_insert((block.at, 0)).1 += 1;
            return Ok(());
        };
        let Some(&[t0, t1, flags]) = head.get(len..).and_then(<[u8]>::first_chunk) else {
            self.bad_lacing.get_or_insert((block.at, 0)).1 += 1;
            return Ok(());
        };
        let known = self.tracks.get(self.latest).is_some_and(|track| track.number == number);
        let index = if known { Some(self.latest) } else { self.tracks.iter().position(|track| track.number == number) };
        let Some(index) = index else {
            self.strangers.get_or_insert((block.at, number, 0)).2 += 1;
            return Ok(());
        };
        self.latest = index;
        let time = self.time.saturating_add(i64::from(i16::from_be_bytes([t0, t1])));
        let tick = self.scale as f64 / 1e9;
        let data = len + 3;
        let Some(track) = self.tracks.get_mut(index) else { return Ok(()) };
        let mut seconds = Some(0.0);
        let before = track.sum.frames;
        let size = end - block.body;
        if flags & 0x06 == 0 {
            let frame = head.get(data..).unwrap_or_default();
            add(track, block.at, &frame[..frame.len().min(HEAD)], size - data as u64, &mut seconds);
        } else {
            let head = bytes.peek(block.body, room.min(MOST_LACING))?;
            let Some((sizes, mut at)) = lacing(flags >> 1 & 3, head, data, size) else {
                self.bad_lacing.get_or_insert((block.at, 0)).1 += 1;
                return Ok(());
            };
            for frame in sizes {
                let take = usize::try_from(frame.min(HEAD as u64)).unwrap_or(HEAD);
                let piece = bytes.peek(block.body + at, take)?;
                add(track, block.at, piece, frame, &mut seconds);
                at += frame;
            }
        }
        let sum = &mut track.sum;
        if track.codec == Codec::Other && flags & 0x80 != 0 && !group.references {
            sum.keys += 1;
        }
        sum.first = Some(sum.first.map_or(time, |first| first.min(time)));
        if time >= sum.last || sum.frames <= 1 {
            sum.last = time;
            sum.last_frames = sum.frames - before;
            let stated = group.duration.map(|ticks| ticks as f64);
            sum.last_lasts = stated
                .or(seconds.filter(|&s| s > 0.0).map(|s| s / tick))
                .map(|lasts| lasts - group.discard as f64 / 1e9 / tick);
        }
        Ok(())
    }
}

/// Adds a frame to the sums of its track.
fn add(track: &mut TrackEntry, at: u64, head: &[u8], len: u64, seconds: &mut Option<f64>) {
    let sum = &mut track.sum;
    sum.frames += 1;
    sum.bytes = sum.bytes.saturating_add(len);
    if track.encrypted {
        sum.shown += 1;
        sum.keys += 1;
        *seconds = None;
        return;
    }
    let seen = look(track.codec, head, len);
    *seconds = seconds.zip(seen.seconds).map(|(all, one)| all + one);
    if !seen.sound {
        sum.bad += 1;
        sum.first_bad.get_or_insert(at);
    }
    sum.shown += u64::from(seen.shown);
    if seen.key && seen.sound {
        sum.keys += 1;
        if track.kind == TrackKind::Video && sum.coded.is_none() {
            sum.coded = seen.coded;
            if let Some(pictures) = seen.pictures {
                track.pictures = Pictures { interlaced: track.pictures.interlaced, ..pictures };
            }
        }
    }
}

/// The frame sizes of a laced block and the offset of the first frame; none if they do not add up.
fn lacing(kind: u8, head: &[u8], at: usize, size: u64) -> Option<(Vec<u64>, u64)> {
    let count = usize::from(*head.get(at)?) + 1;
    let mut at = at + 1;
    let mut sizes: Vec<u64> = Vec::with_capacity(count);
    match kind {
        1 => {
            for _ in 1..count {
                let mut frame = 0;
                loop {
                    let byte = *head.get(at)?;
                    at += 1;
                    frame += u64::from(byte);
                    if byte != 255 {
                        break;
                    }
                }
                sizes.push(frame);
            }
        }
        3 => {
            for index in 1..count {
                let (value, len) = vint(head.get(at..)?)?;
                at += len;
                sizes.push(match sizes.last() {
                    // The first size is absolute; the others are biased differences.
                    Some(&before) if index > 1 => {
                        let bias = (1_i64 << (7 * len - 1)) - 1;
                        let difference = i64::try_from(value).ok()? - bias;
                        u64::try_from(i64::try_from(before).ok()?.checked_add(difference)?).ok()?
                    }
                    _ => value,
                });
            }
        }
        _ => {
            let rest = size.checked_sub(at as u64)?;
            if !rest.is_multiple_of(count as u64) {
                return None;
            }
            // Empty frames are free to claim, so count one for up to 256 of them.
            let count = if rest == 0 { 1 } else { count };
            return Some((vec![rest / count as u64; count], at as u64));
        }
    }
    let known = sizes.iter().try_fold(at as u64, |sum, &frame| sum.checked_add(frame))?;
    sizes.push(size.checked_sub(known)?);
    Some((sizes, at as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_laced_frames() {
        // Three frames of 800, 500 and 1000 bytes: the example of RFC 9559 §10.3.
        let xiph = [0x02, 0xFF, 0xFF, 0xFF, 0x23, 0xFF, 0xF5];
        assert_eq!(lacing(1, &xiph, 0, 7 + 2300), Some((vec![800, 500, 1000], 7)));
        let ebml = [0x02, 0x43, 0x20, 0x5E, 0xD3];
        assert_eq!(lacing(3, &ebml, 0, 5 + 2300), Some((vec![800, 500, 1000], 5)));
        assert_eq!(lacing(2, &[0x02], 0, 1 + 2400), Some((vec![800, 800, 800], 1)));
        assert_eq!(lacing(2, &[0x02], 0, 1 + 2401), None);
        assert_eq!(lacing(2, &[0xff], 0, 1), Some((vec![0], 1)), "256 frames of nothing");
        assert_eq!(lacing(1, &xiph, 0, 800), None, "more than the block has");
        assert_eq!(lacing(3, &[0x02, 0x81, 0x80], 0, 9), None, "a size below zero");
        assert_eq!(lacing(1, &[], 0, 9), None);
    }
}
