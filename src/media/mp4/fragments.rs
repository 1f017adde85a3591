//! Movie fragments (ISO/IEC 14496-12, 8.8) and the segment index (8.16.3).

use std::collections::HashMap;

use super::boxes::{BoxAt, Break, Children, i32_at, u8_at, u16_at, u32_at, u64_at};
use super::entry::Payload;
use super::movie::{Defaults, Movie, broken_words};
use super::payload::{Budget, Checker, Extents};
use super::samples::{Missing, Tally, description};
use super::tables::{EntryTable, Times};
use crate::media::{Bytes, Damage, Fault, ReadError};
use crate::text;

/// The state of one track while its fragments are read.
#[derive(Debug)]
struct Growing {
    /// Index into the tracks of the movie.
    index: usize,
    defaults: Defaults,
    /// Decode time of the next sample, in units of the track.
    next: u64,
    times: Times,
    tally: Tally,
    checker: Checker,
    /// Decode time of the first missing sample.
    missing_at: u64,
}

/// The totals of one track over all fragments.
#[derive(Debug)]
pub(super) struct Grown {
    pub(super) index: usize,
    pub(super) times: Times,
    pub(super) tally: Tally,
    pub(super) missing_at: u64,
}

impl Grown {
    /// The times of the samples in the file, without those that a truncated file has lost at its end.
    pub(super) fn times_there(&self) -> Times {
        let mut times = self.times;
        if let Some(missing) = &self.tally.missing
            && missing.sample.saturating_add(self.tally.missing_samples) >= self.tally.located
        {
            times.shown_end = times.shown_end.min(self.missing_at.max(times.shown_start));
        }
        times
    }
}

#[derive(Debug)]
pub(super) struct Fragments {
    tracks: HashMap<u32, Growing>,
    looks: bool,
    /// The first fault. Later ones are usually its consequences.
    pub(super) fault: Option<Fault>,
}

impl Fragments {
    /// `before` has, for each track, the times of the samples listed in the movie box.
    pub(super) fn new(movie: &Movie, before: &[Option<Times>], looks: bool) -> Self {
        let mut tracks = HashMap::new();
        for (index, track) in movie.tracks.iter().enumerate() {
            let times = before.get(index).copied().flatten().filter(|times| times.samples > 0);
            let defaults = movie.defaults.iter().find(|defaults| defaults.id == track.id).copied().unwrap_or_default();
            tracks.entry(track.id).or_insert_with(|| Growing {
                index,
                defaults,
                next: times.map_or(0, |times| times.duration),
                times: times.unwrap_or(Times { shown_start: u64::MAX, ..Times::default() }),
                tally: Tally::default(),
                checker: Checker::new(Payload::Opaque),
                missing_at: 0,
            });
        }
        Self { tracks, looks, fault: None }
    }

    /// Reads one fragment.
    pub(super) fn read(
        &mut self,
        bytes: &mut Bytes<'_>,
        moof: &BoxAt,
        movie: &Movie,
        extents: &mut Extents,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        let mut children = Children::of(moof);
        // Without an explicit base, the data of a track follow those of the previous track (8.8.7).
        let mut base = moof.start;
        while let Some(child) = children.next(bytes)? {
            if &child.kind == b"traf" {
                base = self.read_track(bytes, moof, &child, base, movie, extents, budget)?;
            }
        }
        self.note_break(children.broken, "moof");
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one walk, taken apart so that it can be lent")]
    fn read_track(
        &mut self,
        bytes: &mut Bytes<'_>,
        moof: &BoxAt,
        traf: &BoxAt,
        base: u64,
        movie: &Movie,
        extents: &mut Extents,
        budget: &mut Budget,
    ) -> Result<u64, ReadError> {
        let mut children = Children::of(traf);
        let mut current: Option<Defaults> = None;
        let (mut base, mut at) = (base, base);
        while let Some(child) = children.next(bytes)? {
            match &child.kind {
                b"tfhd" => {
                    let content = child.content(bytes, 40)?;
                    let flags = u32_at(content, 0).unwrap_or(0) & 0xff_ffff;
                    let Some(id) = u32_at(content, 4) else { continue };
                    let mut field = 8;
                    let mut optional = |flag: u32, width: usize| {
                        if flags & flag == 0 {
                            return None;
                        }
                        let place = field;
                        field += width;
                        Some(place)
                    };
                    let explicit = optional(1, 8).and_then(|place| u64_at(content, place));
                    let description = optional(2, 4).and_then(|place| u32_at(content, place));
                    let duration = optional(8, 4).and_then(|place| u32_at(content, place));
                    let size = optional(0x10, 4).and_then(|place| u32_at(content, place));
                    base = explicit.unwrap_or(if flags & 0x2_0000 != 0 { moof.start } else { base });
                    at = base;
                    let Some(growing) = self.tracks.get(&id) else {
                        if self.fault.is_none() {
                            let message = format!("a fragment belongs to track id {id}, which moov does not have");
                            let fault = Fault::corrupt("fragment-track-unknown", message).at(traf.start);
                            self.fault = Some(fault.effect("its samples cannot be played"));
                        }
                        continue;
                    };
                    current = Some(Defaults {
                        id,
                        description: description.unwrap_or(growing.defaults.description),
                        duration: duration.unwrap_or(growing.defaults.duration),
                        size: size.unwrap_or(growing.defaults.size),
                    });
                }
                b"tfdt" => {
                    let content = child.content(bytes, 12)?;
                    let time = match u8_at(content, 0) {
                        Some(1) => u64_at(content, 4),
                        _ => u32_at(content, 4).map(u64::from),
                    };
                    let growing = current.and_then(|current| self.tracks.get_mut(&current.id));
                    if let (Some(growing), Some(time)) = (growing, time) {
                        growing.next = time;
                    }
                }
                b"trun" => {
                    let Some(defaults) = current else { continue };
                    let Some(growing) = self.tracks.get_mut(&defaults.id) else { continue };
                    let content = child.content(bytes, 16)?;
                    let (Some(head), Some(count)) = (u32_at(content, 0), u32_at(content, 4)) else { continue };
                    let mut skip = 8;
                    if head & 1 != 0 {
                        at = base.saturating_add_signed(i32_at(content, skip).unwrap_or(0).into());
                        skip += 4;
                    }
                    if head & 4 != 0 {
                        skip += 4;
                    }
                    let width = 4 * (head & 0xf00).count_ones();
                    let table = EntryTable::new(&child, skip as u64, u64::from(count), width);
                    if width > 0 && table.is_short() && self.fault.is_none() {
                        let message = format!(
                            "trun claims {} but has room for {}",
                            text::counted(table.claimed, "sample"),
                            text::count(table.count)
                        );
                        let fault = Fault::corrupt("table-overruns", message).at(child.start);
                        self.fault = Some(fault.effect("samples of the fragment are lost"));
                    }
                    let payload = match movie.tracks.get(growing.index) {
                        Some(track) if self.looks => description(track, defaults.description.max(1)),
                        _ => Payload::Opaque,
                    };
                    if !growing.checker.is_for(payload) {
                        growing.checker = Checker::new(payload);
                    }
                    let run = TrackRun { version: head >> 24, flags: head, table, count: u64::from(count), defaults };
                    at = growing.run(bytes, &run, at, extents, budget)?;
                }
                _ => {}
            }
        }
        self.note_break(children.broken, "traf");
        Ok(at)
    }

    /// Notes that the children of a fragment cannot be read to the end.
    fn note_break(&mut self, broken: Option<Break>, within: &str) {
        let Some(place) = broken.filter(|_| self.fault.is_none()) else { return };
        let lost = matches!(&place.kind, b"traf" | b"trun" | b"tfhd");
        let damage = if lost { Damage::Corrupt } else { Damage::Malformed };
        let fault =
            Fault::new(damage, "box-overruns", format!("{} in {within}", broken_words(&place))).at_named_byte(place.at);
        self.fault = Some(if lost { fault.effect("samples of the fragment cannot be played") } else { fault });
    }

    /// The tracks with samples in fragments, in movie order.
    pub(super) fn finish(self) -> Vec<Grown> {
        let mut grown: Vec<Grown> = self
            .tracks
            .into_values()
            .filter(|growing| growing.tally.located > 0)
            .map(|growing| Grown {
                index: growing.index,
                times: growing.times,
                tally: growing.tally,
                missing_at: growing.missing_at,
            })
            .collect();
        grown.sort_by_key(|grown| grown.index);
        grown
    }
}

/// One `trun`.
#[derive(Clone, Copy, Debug)]
struct TrackRun {
    version: u32,
    flags: u32,
    table: EntryTable,
    count: u64,
    defaults: Defaults,
}

impl Growing {
    /// Reads the samples of a run that starts at `at`. Returns where the last sample ends.
    fn run(
        &mut self,
        bytes: &mut Bytes<'_>,
        run: &TrackRun,
        mut at: u64,
        extents: &mut Extents,
        budget: &mut Budget,
    ) -> Result<u64, ReadError> {
        let there = extents.end_from(bytes, at)?;
        if run.table.width == 0 || run.flags & 0xf00 == 0 {
            return self.uniform(bytes, run, at, there, budget);
        }
        let mut cursor = run.table.cursor();
        while let Some(entry) = cursor.next(bytes)? {
            let mut field = 0;
            let mut optional = |flag: u32| {
                if run.flags & flag == 0 {
                    return None;
                }
                field += 4;
                u32_at(entry, field - 4)
            };
            let duration = u64::from(optional(0x100).unwrap_or(run.defaults.duration));
            let size = u64::from(optional(0x200).unwrap_or(run.defaults.size));
            optional(0x400);
            let offset = optional(0x800).unwrap_or(0);
            let offset = if run.version == 0 { i64::from(offset) } else { i64::from(offset as i32) };
            let end = at.saturating_add(size);
            if size > 0 && end > there {
                self.lose(at, size, there, 1);
            } else if self.checker.looks()
                && !budget.is_spent()
                && let Some(fault) = self.checker.sample(bytes, at, size, budget)?
            {
                self.tally.harm.note(self.tally.located, at, fault);
            }
            self.grow(1, duration, offset);
            self.tally.largest = self.tally.largest.max(size);
            self.tally.bytes = self.tally.bytes.saturating_add(size);
            self.tally.needed = self.tally.needed.max(end);
            at = end;
        }
        Ok(at)
    }

    /// A run of identical samples. There may be billions, so this takes constant time unless samples are inspected.
    fn uniform(
        &mut self,
        bytes: &mut Bytes<'_>,
        run: &TrackRun,
        at: u64,
        there: u64,
        budget: &mut Budget,
    ) -> Result<u64, ReadError> {
        let size = u64::from(run.defaults.size);
        let whole = there.saturating_sub(at).checked_div(size).map_or(run.count, |whole| whole.min(run.count));
        let end = at.saturating_add(size.saturating_mul(run.count));
        if self.checker.looks() && size > 0 {
            for index in 0..whole {
                if budget.is_spent() {
                    break;
                }
                let place = at + index * size;
                if let Some(fault) = self.checker.sample(bytes, place, size, budget)? {
                    self.tally.harm.note(self.tally.located + index, place, fault);
                }
            }
        }
        self.tally.largest = self.tally.largest.max(size);
        self.tally.bytes = self.tally.bytes.saturating_add(size.saturating_mul(run.count));
        let duration = u64::from(run.defaults.duration);
        self.grow(whole, duration, 0);
        if whole < run.count {
            self.lose(at.saturating_add(whole.saturating_mul(size)), size, there, run.count - whole);
            self.grow(run.count - whole, duration, 0);
        }
        self.tally.needed = self.tally.needed.max(end);
        Ok(end)
    }

    fn lose(&mut self, offset: u64, size: u64, there: u64, samples: u64) {
        if self.tally.missing.is_none() {
            self.tally.missing = Some(Missing { sample: self.tally.located, offset, size, there });
            self.missing_at = self.next;
        }
        self.tally.missing_samples = self.tally.missing_samples.saturating_add(samples);
    }

    fn grow(&mut self, samples: u64, duration: u64, offset: i64) {
        let start = self.next.saturating_add_signed(offset);
        let length = samples.saturating_mul(duration);
        self.next = self.next.saturating_add(length);
        self.times.samples = self.times.samples.saturating_add(samples);
        self.times.duration = self.times.duration.saturating_add(length);
        self.times.shown_start = self.times.shown_start.min(start);
        self.times.shown_end = self.times.shown_end.max(self.next.saturating_add_signed(offset));
        self.tally.located = self.tally.located.saturating_add(samples);
    }
}

/// The totals of the segment indexes of a file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Index {
    /// Where the last listed segment ends, and the box that lists it.
    pub(super) end: u64,
    pub(super) at: u64,
    stream: Option<u32>,
    /// Total duration of the segments of the first stream.
    pub(super) seconds: f64,
}

impl Index {
    pub(super) fn read(&mut self, bytes: &mut Bytes<'_>, sidx: &BoxAt) -> Result<(), ReadError> {
        let content = sidx.content(bytes, 32)?;
        let long = u8_at(content, 0).is_some_and(|version| version > 0);
        let (Some(stream), Some(scale)) = (u32_at(content, 4), u32_at(content, 8)) else { return Ok(()) };
        let (first, count_at) = if long { (u64_at(content, 20), 30) } else { (u32_at(content, 16).map(u64::from), 22) };
        let (Some(first), Some(count)) = (first, u16_at(content, count_at)) else { return Ok(()) };
        let table = EntryTable::new(sidx, count_at as u64 + 2, u64::from(count), 12);
        let mut end = sidx.end.saturating_add(first);
        let mut units = 0u64;
        let mut cursor = table.cursor();
        while let Some(entry) = cursor.next(bytes)? {
            let (Some(size), Some(duration)) = (u32_at(entry, 0), u32_at(entry, 4)) else { break };
            end = end.saturating_add(u64::from(size & 0x7fff_ffff));
            // The top bit marks a nested index, which is counted when it is read.
            if size >> 31 == 0 {
                units += u64::from(duration);
            }
        }
        if end > self.end {
            self.end = end;
            self.at = sidx.start;
        }
        if *self.stream.get_or_insert(stream) == stream && scale > 0 {
            self.seconds += units as f64 / f64::from(scale);
        }
        Ok(())
    }
}
