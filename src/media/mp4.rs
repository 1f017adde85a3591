//! MP4 (ISO/IEC 14496-12 and -14), whole or in fragments.
//!
//! The walker first reads the boxes of the file. Then it checks each track of the movie box: every sample must lie in
//! an `mdat` and in the file, the tables must agree with each other, and the bytes of the samples must match their
//! codec if it is recognisable (H.264, HEVC, AV1). Tables are streamed, and a run of equal entries is one step.
//!
//! One cause gives one fault. A truncated file gets a single fault that says what is lost; its consequences are not
//! reported again.

pub(super) mod boxes;
mod entry;
mod fragments;
mod judge;
mod layout;
mod movie;
mod payload;
mod samples;
mod tables;

use self::boxes::{BoxAt, BoxStep, name, step};
use self::fragments::{Fragments, Grown};
use self::judge::{Judge, judge_movie};
use self::layout::TopLevel;
use self::movie::{Movie, TrackBox};
use self::payload::Budget;
use self::tables::{Times, times};
use super::tallies::Tallies;
use super::{Bytes, Damage, Depth, Facts, Fault, ReadError, Track, TrackKind};
use crate::text;

/// The decoder's reader keeps some data of each fragment, and searches all of it at each empty one.
const MOST_DECODED_FRAGMENTS: u64 = 1 << 14;

pub(super) fn walk(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let mut faults = Tallies::default();
    let examined = examine(bytes, depth, facts, &mut faults);
    faults.sort();
    faults.tell(facts);
    examined
}

/// QuickTime has the same structure as MP4, with other habits: only loss of content counts as a fault.
pub(super) fn quicktime(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    walk(bytes, depth, facts)?;
    facts.faults.retain(|fault| fault.damage >= Damage::Empty);
    facts.more_faults = 0;
    Ok(())
}

/// Reads the facts and ignores faults, for related formats that we only convert.
pub(super) fn outline(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let layout = TopLevel::read(bytes)?;
    if let Some(film) = Film::read(bytes, layout, false)? {
        film.describe(bytes, depth, facts)?;
    }
    Ok(())
}

/// The film as described by the movie box and the fragments.
#[derive(Debug)]
struct Film {
    layout: TopLevel,
    moov: BoxAt,
    movie: Movie,
    /// Per track, the times of the samples listed in the movie box.
    listed: Vec<Option<Times>>,
    grown: Vec<Grown>,
    budget: Budget,
    /// The fault in the fragments.
    fault: Option<Fault>,
}

impl Film {
    /// None without a movie box. With `looks` set, inspects the samples in fragments.
    fn read(bytes: &mut Bytes<'_>, mut layout: TopLevel, looks: bool) -> Result<Option<Self>, ReadError> {
        let file = bytes.len();
        // Even a truncated movie box describes the film.
        let cut =
            layout.cut(b"moov").map(|place| BoxAt { kind: place.kind, start: place.at, body: place.body, end: file });
        let Some(moov) = layout.moov.or(cut) else { return Ok(None) };
        let movie = Movie::read(bytes, &moov)?;
        let mut listed = Vec::with_capacity(movie.tracks.len());
        for track in &movie.tracks {
            listed.push(match &track.stts {
                Some(stts) => Some(times(bytes, stts, track.ctts.as_ref())?),
                None => None,
            });
        }
        let mut budget = Budget::of(file);
        let (mut grown, mut fault) = (Vec::new(), None);
        if layout.fragments > 0 {
            let mut fragments = Fragments::new(&movie, &listed, looks);
            let mut at = 0;
            while let BoxStep::Box(place) = step(bytes, at, file)? {
                if &place.kind == b"moof" {
                    fragments.read(bytes, &place, &movie, &mut layout.extents, &mut budget)?;
                }
                at = place.end;
            }
            fault = fragments.fault.take();
            grown = fragments.finish();
        }
        Ok(Some(Self { layout, moov, movie, listed, grown, budget, fault }))
    }
}

fn examine(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts, faults: &mut Tallies) -> Result<(), ReadError> {
    let layout = TopLevel::read(bytes)?;
    let file = bytes.len();
    if layout.moov.is_none() && layout.cut(b"moov").is_none() {
        faults.add(no_movie(&layout, file));
        return Ok(());
    }
    let full = depth >= Depth::Full;
    let Some(film) = Film::read(bytes, layout, full)? else { return Ok(()) };
    film.describe(bytes, depth, facts)?;
    if film.layout.fragments > MOST_DECODED_FRAGMENTS {
        facts.decoder_limit = Some("it has more than 16,384 fragments");
    }
    let Film { layout, moov, movie, listed, grown, mut budget, fault: in_fragments } = film;

    if layout.moov.is_none() {
        if let Some(place) = layout.cut(b"moov") {
            let message = format!("the file ends {} before the end of moov", text::counted(place.over, "byte"));
            faults.add(Fault::corrupt("truncated", message).at(place.at).effect("it cannot be played"));
        }
        return Ok(());
    }
    judge_movie(&movie, &moov, faults);
    let mut judge = Judge::new(&movie, &listed, layout, file);
    judge.tracks(bytes, full, &mut budget, faults)?;
    if let Some(fault) = in_fragments {
        // If the movie box is broken, the fragments cannot match it.
        faults.add_unless_corrupt(fault);
    }
    judge.fragments(&grown, full, facts.declared_duration_s, faults);
    judge.end(bytes, full, facts.duration_s, faults)?;
    if facts.tracks.iter().all(|track| track.duration_s.is_none()) && !faults.has_corrupt() {
        faults.add(no_samples(&movie, &moov));
        // A duration without samples means nothing.
        facts.declared_duration_s = None;
    }
    judge.place(faults);
    judge.length(facts, faults);
    facts.largest_piece = judge.largest_piece();
    Ok(())
}

fn no_samples(movie: &Movie, moov: &BoxAt) -> Fault {
    let message = if movie.fragmented {
        "there is no sample: moov leaves them to fragments, and no fragment follows"
    } else {
        "there is no sample: the tables of all tracks are empty"
    };
    Fault::new(Damage::Empty, "samples-missing", message).at(moov.start).effect("there is nothing to play")
}

fn no_movie(layout: &TopLevel, file: u64) -> Fault {
    let message = match &layout.broken {
        Some(place) if place.overruns() => format!(
            "there is no moov: the file ends {} before the end of {}",
            text::counted(place.over, "byte"),
            name(place.kind)
        ),
        Some(place) if place.at < file => {
            format!("there is no moov, and there is no box at offset {}", text::count(place.at))
        }
        _ if layout.fragments > 0 => "there is no moov: these are fragments without the beginning of the file".into(),
        _ => "there is no moov".into(),
    };
    let fault = Fault::corrupt("moov-missing", message).effect("it cannot be played");
    match &layout.broken {
        Some(place) if !place.overruns() && place.at < file => fault.at_named_byte(place.at),
        Some(place) => fault.at(place.at),
        None => fault.at(file),
    }
}

impl Film {
    /// Fills in the facts about the film and its tracks.
    fn describe(&self, bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
        let movie = &self.movie;
        facts.declared_duration_s = movie.declared();
        facts.encrypted = movie.tracks.iter().any(TrackBox::encrypted);
        facts.faststart = self.layout.first_data.map(|first| self.moov.start < first);
        let mut with_priming = 0f64;
        for (index, track) in movie.tracks.iter().enumerate() {
            let grown = self.grown.iter().find(|grown| grown.index == index);
            let times = grown.map(Grown::times_there).or(self.listed.get(index).copied().flatten());
            let times = times.filter(|times| times.samples > 0);
            let entry = track.entries.first();
            let mut known = Track::new(track.kind, entry.map_or("unknown", |entry| entry.codec.as_str()));
            if let Some(times) = times.filter(|_| track.scale > 0) {
                let scale = f64::from(track.scale);
                if track.kind == TrackKind::Video && times.duration > 0 {
                    known.fps = Some(times.samples as f64 * scale / times.duration as f64);
                }
                let all = times.shown_end.saturating_sub(times.shown_start) as f64 / scale;
                with_priming = with_priming.max(if track.is_media() { all } else { 0.0 });
                known.duration_s = Some(match track.edits.as_ref().filter(|edits| edits.table.count > 0) {
                    Some(edits) => {
                        edits.duration(bytes, movie.scale, track.scale, times.shown_start, times.shown_end)?
                    }
                    None => all,
                });
                if depth >= Depth::Full && track.is_media() {
                    let listed = track.sizes.as_ref().map_or(Ok(0), |sizes| sizes.total(bytes))?;
                    let total = listed.saturating_add(grown.map_or(0, |grown| grown.tally.bytes));
                    known.set_bit_rate(total, times.duration as f64 / scale);
                }
            }
            known.edits = track.edits.as_ref().and_then(|edits| u32::try_from(edits.table.count).ok());
            match (track.kind, entry) {
                (TrackKind::Video, Some(entry)) => {
                    known.dimensions = movie.displayed(track);
                    known.set_pictures(&entry.pictures);
                    known.hdr = entry.hdr;
                }
                (TrackKind::Audio, Some(entry)) => {
                    known.profile = entry.profile.map(str::to_owned);
                    known.sample_rate = entry.sample_rate;
                    known.channels = entry.channels;
                    known.bits_per_sample = entry.bits;
                }
                _ => {}
            }
            facts.tracks.push(known);
        }
        let pictures = || movie.tracks.iter().enumerate().filter(|(_, track)| track.kind == TrackKind::Video);
        if let Some((index, track)) = pictures().find(|(_, track)| track.enabled).or(pictures().next()) {
            facts.stored = track.stored();
            if let Some(known) = facts.tracks.get(index) {
                facts.dimensions = known.dimensions;
                facts.fps = known.fps;
            }
        }
        let longest = |media: bool| {
            let of_kind = |track: &&Track| matches!(track.kind, TrackKind::Video | TrackKind::Audio) == media;
            facts.tracks.iter().filter(of_kind).filter_map(|track| track.duration_s).reduce(f64::max)
        };
        facts.duration_s = longest(true).or_else(|| longest(false));
        // Edits skip the encoder delay of a sound track, a few hundredths of a second. Writers disagree on whether it
        // counts, so the header decides.
        if let (Some(declared), Some(shown)) = (facts.declared_duration_s, facts.duration_s)
            && (shown..shown + 0.1).contains(&with_priming)
            && (declared - with_priming).abs() < (declared - shown).abs()
        {
            facts.duration_s = Some(with_priming);
        }
        Ok(())
    }
}
