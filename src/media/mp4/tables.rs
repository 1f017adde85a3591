//! The tables of a track (ISO/IEC 14496-12, 8.6 and 8.7), read piece by piece.

use super::boxes::{BoxAt, i32_at, u8_at, u32_at, u64_at};
use crate::media::{Bytes, ReadError};

/// A sequence of entries of equal width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct EntryTable {
    /// Offset of the box, for messages.
    pub(super) start: u64,
    pub(super) first: u64,
    /// The number of entries that fit into the box, and the number stated in it.
    pub(super) count: u64,
    pub(super) claimed: u64,
    pub(super) width: u32,
}

impl EntryTable {
    /// A table with its count at `count_at` in the content and its entries right after it.
    pub(super) fn read(
        bytes: &mut Bytes<'_>,
        place: &BoxAt,
        count_at: usize,
        width: u32,
    ) -> Result<Option<Self>, ReadError> {
        let claimed = u32_at(place.content(bytes, count_at + 4)?, count_at);
        Ok(claimed.map(|claimed| Self::new(place, count_at as u64 + 4, u64::from(claimed), width)))
    }

    pub(super) fn new(place: &BoxAt, skip: u64, claimed: u64, width: u32) -> Self {
        let first = place.body.saturating_add(skip).min(place.end);
        let room = (place.end - first) / u64::from(width.max(1));
        Self { start: place.start, first, count: claimed.min(room), claimed, width }
    }

    /// It states more entries than fit into its box.
    pub(super) fn is_short(&self) -> bool {
        self.count < self.claimed
    }

    pub(super) fn cursor(&self) -> TableCursor {
        TableCursor {
            at: self.first,
            left: self.count,
            width: (self.width.clamp(1, 32)) as usize,
            piece: Vec::new(),
            position: 0,
        }
    }
}

/// Bytes of a table kept in memory.
const PIECE: usize = 8 << 10;

/// Reads a table from start to end. Each cursor has its own small buffer, because several tables are read in
/// parallel and would evict each other from a common window.
#[derive(Clone, Debug)]
pub(super) struct TableCursor {
    at: u64,
    left: u64,
    width: usize,
    piece: Vec<u8>,
    position: usize,
}

impl TableCursor {
    pub(super) fn next(&mut self, bytes: &mut Bytes<'_>) -> Result<Option<&[u8]>, ReadError> {
        if self.left == 0 {
            return Ok(None);
        }
        if self.position >= self.piece.len() {
            let entries = self.left.min((PIECE / self.width) as u64);
            let count = usize::try_from(entries).unwrap_or(1) * self.width;
            let piece = bytes.get(self.at, count)?;
            self.piece.clear();
            self.piece.extend_from_slice(piece);
            self.at += count as u64;
            self.position = 0;
        }
        let entry = self.piece.get(self.position..self.position + self.width);
        self.position += self.width;
        self.left -= 1;
        Ok(entry)
    }

    pub(super) fn next_u32(&mut self, bytes: &mut Bytes<'_>) -> Result<Option<u32>, ReadError> {
        Ok(self.next(bytes)?.and_then(|entry| u32_at(entry, 0)))
    }
}

/// Sample sizes: `stsz`, `stz2`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sizes {
    Fixed {
        size: u32,
        count: u64,
        start: u64,
    },
    /// Entries of 4, 8, 16 or 32 bits. Two 4-bit sizes share one table entry.
    Listed {
        table: EntryTable,
        count: u64,
        bits: u8,
    },
}

impl Sizes {
    pub(super) fn stsz(bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<Option<Self>, ReadError> {
        let head = place.content(bytes, 12)?;
        let (Some(size), Some(count)) = (u32_at(head, 4), u32_at(head, 8)) else { return Ok(None) };
        let count = u64::from(count);
        if size > 0 {
            return Ok(Some(Self::Fixed { size, count, start: place.start }));
        }
        let table = EntryTable::new(place, 12, count, 4);
        Ok(Some(Self::Listed { table, count: table.count, bits: 32 }))
    }

    pub(super) fn stz2(bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<Option<Self>, ReadError> {
        let head = place.content(bytes, 12)?;
        let (Some(bits), Some(count)) = (u8_at(head, 7), u32_at(head, 8)) else { return Ok(None) };
        let count = u64::from(count);
        Ok(match bits {
            4 => {
                let table = EntryTable::new(place, 12, count.div_ceil(2), 1);
                Some(Self::Listed { table, count: count.min(table.count * 2), bits })
            }
            8 | 16 => {
                let table = EntryTable::new(place, 12, count, u32::from(bits / 8));
                Some(Self::Listed { table, count: table.count, bits })
            }
            _ => None,
        })
    }

    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Fixed { count, .. } | Self::Listed { count, .. } => *count,
        }
    }

    pub(super) fn short(&self) -> Option<&EntryTable> {
        match self {
            Self::Listed { table, .. } if table.is_short() => Some(table),
            _ => None,
        }
    }

    pub(super) fn start(&self) -> u64 {
        match self {
            Self::Fixed { start, .. } => *start,
            Self::Listed { table, .. } => table.start,
        }
    }

    /// Total size of all samples.
    pub(super) fn total(&self, bytes: &mut Bytes<'_>) -> Result<u64, ReadError> {
        if let Self::Fixed { size, count, .. } = self {
            return Ok(u64::from(*size).saturating_mul(*count));
        }
        let (mut cursor, mut total) = (self.cursor(), 0u64);
        while let Some(size) = cursor.next(bytes)? {
            total = total.saturating_add(size.into());
        }
        Ok(total)
    }

    pub(super) fn cursor(&self) -> SizeCursor {
        match *self {
            Self::Fixed { size, count, .. } => SizeCursor::Fixed { size, left: count },
            Self::Listed { table, count, bits } => {
                SizeCursor::Listed { cursor: table.cursor(), left: count, bits, held: None }
            }
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum SizeCursor {
    Fixed { size: u32, left: u64 },
    Listed { cursor: TableCursor, left: u64, bits: u8, held: Option<u32> },
}

impl SizeCursor {
    pub(super) fn next(&mut self, bytes: &mut Bytes<'_>) -> Result<Option<u32>, ReadError> {
        match self {
            Self::Fixed { left: 0, .. } | Self::Listed { left: 0, .. } => Ok(None),
            Self::Fixed { size, left } => {
                *left -= 1;
                Ok(Some(*size))
            }
            Self::Listed { cursor, left, bits, held } => {
                *left -= 1;
                if let Some(size) = held.take() {
                    return Ok(Some(size));
                }
                let Some(entry) = cursor.next(bytes)? else { return Ok(None) };
                let value = entry.iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte));
                if *bits == 4 {
                    *held = Some(value & 15);
                    return Ok(Some(value >> 4));
                }
                Ok(Some(value))
            }
        }
    }
}

/// One edit (8.6.6), in the timescale of the movie and of the track.
#[derive(Clone, Copy, Debug)]
struct EditListEntry {
    duration: u64,
    /// −1: nothing is shown.
    media_time: i64,
}

/// An edit list.
#[derive(Clone, Copy, Debug)]
pub(super) struct EditList {
    pub(super) table: EntryTable,
    long: bool,
}

impl EditList {
    pub(super) fn read(bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<Option<Self>, ReadError> {
        let long = u8_at(place.content(bytes, 1)?, 0) == Some(1);
        let table = EntryTable::read(bytes, place, 4, if long { 20 } else { 12 })?;
        Ok(table.map(|table| Self { table, long }))
    }

    /// The presentation time of a track in seconds: the sum of its edits, each limited to the media available between
    /// `media_start` and `media_end` (in units of the track). An edit of length 0 runs to the end, as in fragmented files.
    pub(super) fn duration(
        &self,
        bytes: &mut Bytes<'_>,
        movie_scale: u32,
        track_scale: u32,
        media_start: u64,
        media_end: u64,
    ) -> Result<f64, ReadError> {
        let mut cursor = self.table.cursor();
        let mut total = 0.0;
        let track_scale = f64::from(track_scale.max(1));
        let (media_start, media_end) = (media_start as f64 / track_scale, media_end as f64 / track_scale);
        while let Some(entry) = cursor.next(bytes)? {
            let edit = if self.long {
                u64_at(entry, 0)
                    .zip(u64_at(entry, 8))
                    .map(|(duration, time)| EditListEntry { duration, media_time: time as i64 })
            } else {
                u32_at(entry, 0).zip(i32_at(entry, 4)).map(|(duration, time)| EditListEntry {
                    duration: u64::from(duration),
                    media_time: i64::from(time),
                })
            };
            let Some(edit) = edit else { break };
            let length = edit.duration as f64 / f64::from(movie_scale.max(1));
            if edit.media_time < 0 {
                total += length;
                continue;
            }
            let there = (media_end - media_start.max(edit.media_time as f64 / track_scale)).max(0.0);
            total += if edit.duration == 0 { there } else { length.min(there) };
        }
        Ok(total)
    }
}

/// The totals of `stts` and `ctts`, in the timescale of the track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) samples: u64,
    /// Sum of the sample durations.
    pub(super) duration: u64,
    /// Presentation time of the first sample shown, and end of the last.
    pub(super) shown_start: u64,
    pub(super) shown_end: u64,
    /// Number of samples in `ctts`.
    pub(super) offsets: u64,
}

/// Reads both tables run by run, so that a run of 2³² − 1 samples is one step.
pub(super) fn times(bytes: &mut Bytes<'_>, stts: &EntryTable, ctts: Option<&EntryTable>) -> Result<Times, ReadError> {
    let mut times = Times { shown_start: u64::MAX, ..Times::default() };
    let mut offsets = ctts.map(EntryTable::cursor);
    let mut run: Option<(u64, i64)> = None;
    let mut cursor = stts.cursor();
    while let Some(entry) = cursor.next(bytes)? {
        let (Some(count), Some(delta)) = (u32_at(entry, 0), u32_at(entry, 4)) else { break };
        let mut left = u64::from(count);
        // Some writers store a negative last delta, which reads as a huge one. Players treat it as one unit.
        let delta = if delta > i32::MAX as u32 { 1 } else { u64::from(delta) };
        times.samples = times.samples.saturating_add(left);
        while left > 0 {
            if run.is_none_or(|(count, _)| count == 0) {
                run = match offsets.as_mut() {
                    Some(cursor) => cursor.next(bytes)?.and_then(|entry| {
                        u32_at(entry, 0).zip(i32_at(entry, 4)).map(|(count, by)| (u64::from(count), i64::from(by)))
                    }),
                    None => None,
                };
                match run {
                    Some((0, _)) => continue,
                    Some((count, _)) => times.offsets = times.offsets.saturating_add(count),
                    None => offsets = None,
                }
            }
            let (taken, by) = match run.as_mut() {
                Some((count, by)) => {
                    let taken = left.min(*count);
                    *count -= taken;
                    (taken, *by)
                }
                None => (left, 0),
            };
            left -= taken;
            times.shown_start = times.shown_start.min(times.duration.saturating_add_signed(by));
            times.duration = times.duration.saturating_add(taken.saturating_mul(delta));
            times.shown_end = times.shown_end.max(times.duration.saturating_add_signed(by));
        }
    }
    while let Some(cursor) = offsets.as_mut() {
        let Some(count) = cursor.next_u32(bytes)? else { break };
        times.offsets = times.offsets.saturating_add(u64::from(count));
    }
    times.shown_start = times.shown_start.min(times.shown_end);
    Ok(times)
}

/// Decode time of a sample (0-based), in units of the track; the end of the track for larger numbers.
pub(super) fn time_of(bytes: &mut Bytes<'_>, stts: &EntryTable, sample: u64) -> Result<u64, ReadError> {
    let mut cursor = stts.cursor();
    let (mut left, mut time) = (sample, 0u64);
    while let Some(entry) = cursor.next(bytes)? {
        let (Some(count), Some(delta)) = (u32_at(entry, 0), u32_at(entry, 4)) else { break };
        let taken = left.min(u64::from(count));
        time = time.saturating_add(taken.saturating_mul(u64::from(delta)));
        left -= taken;
        if left == 0 {
            break;
        }
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(entries: &[u32], width: u32) -> (Vec<u8>, EntryTable) {
        let bytes: Vec<u8> = entries.iter().flat_map(|entry| entry.to_be_bytes()).collect();
        let count = bytes.len() as u64 / u64::from(width);
        (bytes, EntryTable { start: 0, first: 0, count, claimed: count, width })
    }

    #[test]
    fn a_run_of_all_samples_is_one_step() {
        let (bytes, stts) = table(&[u32::MAX, 1000, u32::MAX, 7], 8);
        let times = times(&mut Bytes::of_slice(&bytes), &stts, None).expect("read");
        assert_eq!(times.samples, 2 * u64::from(u32::MAX));
        assert_eq!(times.duration, u64::from(u32::MAX) * 1007);
    }

    #[test]
    fn the_sample_shown_last_is_not_the_last_one() {
        // Decoded at 0 10 20 30, shown at 0 30 10 20: B pictures.
        let (mut bytes, stts) = table(&[4, 10], 8);
        let ctts: Vec<u32> = vec![1, 0, 1, 20, 1, (-10i32) as u32, 1, (-10i32) as u32];
        let first = bytes.len() as u64;
        bytes.extend(ctts.iter().flat_map(|entry| entry.to_be_bytes()));
        let ctts = EntryTable { start: 0, first, count: 4, claimed: 4, width: 8 };
        let times = times(&mut Bytes::of_slice(&bytes), &stts, Some(&ctts)).expect("read");
        assert_eq!(times, Times { samples: 4, duration: 40, shown_start: 0, shown_end: 40, offsets: 4 });
        assert_eq!(time_of(&mut Bytes::of_slice(&bytes), &stts, 3).expect("read"), 30);
    }

    #[test]
    fn edits_are_cut_to_the_media() {
        let words: [u32; 9] = [500, u32::MAX, 0x1_0000, 2_000, 1_000, 0x1_0000, 9_000, 500, 0x1_0000];
        let (bytes, table) = table(&words, 12);
        let edits = EditList { table, long: false };
        // 0.5 s of nothing, 2 s from 1 s on, 9 s from 0.5 s on, of which 3.5 s exist.
        let total = edits.duration(&mut Bytes::of_slice(&bytes), 1_000, 1_000, 0, 4_000).expect("read");
        assert!((total - 6.0).abs() < 1e-9, "{total}");
    }
}
