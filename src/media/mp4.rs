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
mod movie;
mod payload;
mod samples;
mod tables;

use memchr::memmem;

use self::boxes::{BoxAt, BoxStep, Break, name, step};
use self::fragments::{Fragments, Grown, Index};
use self::movie::{Movie, TrackBox};
use self::payload::{Budget, Extents};
use self::samples::Tally;
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

/// The top-level boxes.
#[derive(Debug, Default)]
struct TopLevel {
    moov: Option<BoxAt>,
    extents: Extents,
    fragments: u64,
    index: Index,
    /// Total size of the boxes with tables and tags (without fragments), and the size of the largest fragment.
    tables: u64,
    fragment: u64,
    /// Offset of the first box with samples.
    first_data: Option<u64>,
    /// Whether some box states a brand.
    branded: bool,
    /// Offset of a second film appended to the first: a second `ftyp` that is followed by a second `moov`.
    second_film: Option<u64>,
    second_ftyp: Option<u64>,
    /// The place where no further box can be read.
    broken: Option<Break>,
}

impl TopLevel {
    fn read(bytes: &mut Bytes<'_>) -> Result<Self, ReadError> {
        let mut layout = Self::default();
        let (mut at, end) = (0, bytes.len());
        loop {
            let place = match step(bytes, at, end)? {
                BoxStep::Box(place) => place,
                BoxStep::End => break,
                BoxStep::Broken(place) => {
                    if place.overruns() && &place.kind == b"mdat" {
                        layout.extents.add(place.body.min(end), end);
                        layout.first_data.get_or_insert(place.at);
                    }
                    layout.broken = Some(place);
                    break;
                }
            };
            let size = place.end - place.start;
            match &place.kind {
                b"moof" => layout.fragment = layout.fragment.max(size),
                b"moov" | b"meta" | b"udta" => layout.tables = layout.tables.saturating_add(size),
                _ => {}
            }
            if matches!(&place.kind, b"mdat" | b"imda" | b"moof") {
                layout.first_data.get_or_insert(place.start);
            }
            match &place.kind {
                b"moov" if layout.moov.is_some() => layout.second_film = layout.second_film.or(layout.second_ftyp),
                b"moov" => layout.moov = Some(place),
                b"mdat" | b"imda" => layout.extents.add(place.body, place.end),
                b"moof" => layout.fragments += 1,
                b"sidx" => layout.index.read(bytes, &place)?,
                b"ftyp" if layout.moov.is_some() => layout.second_ftyp = layout.second_ftyp.or(Some(place.start)),
                b"ftyp" | b"styp" => layout.branded = true,
                b"mfra" | b"ssix" | b"prft" | b"emsg" | b"meta" | b"pdin" | b"pssh" => {}
                _ => layout.extents.add_opaque(place.body, place.end),
            }
            at = place.end;
        }
        Ok(layout)
    }

    /// The box of this kind that is cut off by the end of the file, if any.
    fn cut(&self, kind: &[u8; 4]) -> Option<&Break> {
        self.broken.as_ref().filter(|place| place.overruns() && &place.kind == kind)
    }
}

/// QuickTime has the same structure as MP4, with habits of its own: only loss of content counts as a fault.
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
    let mut judge = Judge { movie: &movie, listed: &listed, layout, file, needed: 0, largest: 0, lost: Vec::new() };
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
    facts.largest_piece = judge.largest.max(judge.layout.tables).max(judge.layout.fragment);
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

/// Checks the movie box itself.
fn judge_movie(movie: &Movie, moov: &BoxAt, faults: &mut Tallies) {
    let header_missing = movie.header.is_none();
    if header_missing || movie.tracks.is_empty() {
        let missing = if header_missing { "mvhd" } else { "trak" };
        let message = match &movie.broken {
            Some(place) => format!("moov has no {missing}: {}", movie::broken_words(place)),
            None => format!("moov has no {missing}"),
        };
        let code = if header_missing { "box-missing" } else { "tracks-missing" };
        let fault = Fault::corrupt(code, message).at(movie.broken.map_or(moov.start, |place| place.at));
        faults.add(fault.effect("it cannot be played"));
    } else if let Some(place) = &movie.broken {
        // This may have been a track or the fragment defaults. Losing tags or padding costs nothing.
        let lost = place.overruns() && matches!(&place.kind, b"trak" | b"mvex");
        let fault = Fault::new(
            if lost { Damage::Corrupt } else { Damage::Malformed },
            "box-overruns",
            format!("{} in moov", movie::broken_words(place)),
        );
        let fault = fault.at(place.at);
        faults.add(if lost { fault.effect("tracks or fragments are missing") } else { fault });
    }
    if let Some(header) = movie.header.filter(|_| movie.scale == 0) {
        let fault = Fault::corrupt("timescale-zero", "the timescale of the movie is 0").at(header.start);
        faults.add(fault.effect("its length is unknown, and players refuse it"));
    }
    if movie.more_tracks > 0 {
        let message = format!("{} were not checked", text::counted(movie.more_tracks, "more track"));
        faults.add(Fault::malformed("too-many-tracks", message).at(moov.start));
    }
}

/// Checks the tracks against the file.
#[derive(Debug)]
struct Judge<'a> {
    movie: &'a Movie,
    listed: &'a [Option<Times>],
    layout: TopLevel,
    file: u64,
    /// End offset of the sample that reaches furthest.
    needed: u64,
    /// Size of the largest sample.
    largest: u64,
    /// Faults of missing samples with the seconds lost. One cut may hit several tracks.
    lost: Vec<(Option<f64>, Fault)>,
}

impl Judge<'_> {
    /// Checks the tracks listed in the movie box, and their samples when `full` is set.
    fn tracks(
        &mut self,
        bytes: &mut Bytes<'_>,
        full: bool,
        budget: &mut Budget,
        faults: &mut Tallies,
    ) -> Result<(), ReadError> {
        for (track, times) in self.movie.tracks.iter().zip(self.listed) {
            if let Some(fault) = track.fault(self.movie.fragmented) {
                let worst = fault.damage == Damage::Corrupt;
                faults.add(fault);
                if worst {
                    continue;
                }
            }
            let Some(times) = times.filter(|_| full) else { continue };
            if track.is_external() {
                let message = format!("the samples of {} are in another file", track.title());
                let fault = Fault::corrupt("external-data", message).at(track.place.start);
                faults.add(fault.effect("the track cannot be played from this file alone"));
                continue;
            }
            let tally = samples::walk(bytes, track, &mut self.layout.extents, budget)?;
            self.needed = self.needed.max(tally.needed);
            self.largest = self.largest.max(tally.largest);
            if let Some(fault) = samples::count_fault(track, &times, &tally) {
                let worst = fault.damage == Damage::Corrupt;
                faults.add(fault);
                if worst {
                    continue;
                }
            }
            let lost = samples::lost(bytes, track, &times, &tally)?;
            self.tally(track, &tally, lost, faults);
            if let Some(fault) = first_sync(bytes, track)? {
                faults.add(fault);
            }
        }
        if budget.is_spent() {
            let message = "the sample tables list the same bytes many times; not all samples were checked";
            let fault = Fault::malformed("samples-overlap", message).at(self.layout.moov.map_or(0, |moov| moov.start));
            faults.add(fault.effect("damage in the others is not seen"));
        }
        Ok(())
    }

    fn tally(&mut self, track: &TrackBox, tally: &Tally, lost: Option<f64>, faults: &mut Tallies) {
        let title = track.title();
        if let Some(missing) = &tally.missing {
            let fault = samples::missing_fault(&title, missing, self.file, samples::lost_words(lost, tally));
            if track.is_media() {
                self.lost.push((lost, fault));
            } else {
                faults.add(Fault { damage: Damage::Malformed, ..fault });
            }
        } else if let Some(fault) = samples::harm_fault(&title, &tally.harm, tally.located) {
            // One damaged area may hit several tracks; report it at the first.
            match faults.known(fault.code).and_then(|known| known.effect.as_mut()) {
                Some(effect) => {
                    let (harmed, all) = (text::count(tally.harm.samples), text::count(tally.located));
                    effect.push_str(&format!(", and {harmed} of {all} of {title}"));
                }
                None => faults.add(fault),
            }
        }
    }

    fn fragments(&mut self, grown: &[Grown], full: bool, declared: Option<f64>, faults: &mut Tallies) {
        for grown in grown {
            let Some(track) = self.movie.tracks.get(grown.index) else { continue };
            self.needed = self.needed.max(grown.tally.needed);
            self.largest = self.largest.max(grown.tally.largest);
            if !full {
                continue;
            }
            // Nothing is known after a truncated fragment, but the header may state the full duration.
            let lost = (grown.tally.missing.is_some() && track.scale > 0).then(|| {
                let from = grown.missing_at.saturating_sub(grown.times.shown_start.min(grown.missing_at));
                let from = from as f64 / f64::from(track.scale);
                let there = grown.times.duration as f64 / f64::from(track.scale);
                let promised = declared.filter(|_| self.layout.broken.is_some()).unwrap_or(0.0);
                there.max(promised).max(self.layout.index.seconds) - from
            });
            self.tally(track, &grown.tally, lost.filter(|lost| *lost > 0.0), faults);
        }
    }

    /// Checks the end of the file: truncated, or followed by other bytes.
    fn end(
        &mut self,
        bytes: &mut Bytes<'_>,
        full: bool,
        real: Option<f64>,
        faults: &mut Tallies,
    ) -> Result<(), ReadError> {
        // One fault for all missing samples: that of the track that loses most.
        let worst = std::mem::take(&mut self.lost)
            .into_iter()
            .reduce(|a, b| if b.0.unwrap_or(0.0) > a.0.unwrap_or(0.0) { b } else { a })
            .map(|(_, fault)| fault);
        let Some(place) = self.layout.broken else {
            let lost = worst.is_some();
            worst.into_iter().for_each(|fault| faults.add_cause(fault));
            let index = self.layout.index;
            let promised = real.is_some_and(|real| index.seconds > real * 1.05);
            if !lost && promised && self.layout.fragments > 0 && index.end > self.file {
                let message = format!(
                    "the file ends {} before the end of the last segment that sidx lists",
                    text::counted(index.end - self.file, "byte")
                );
                let missing = text::seconds(index.seconds - real.unwrap_or(0.0));
                let fault = Fault::corrupt("truncated", message).at(index.at);
                faults.add_cause(fault.effect(format!("the last {missing} are missing")));
            }
            return Ok(());
        };
        let ends =
            |what: String| format!("the file ends {} before the end of {what}", text::counted(place.over, "byte"));
        if place.overruns() && &place.kind == b"mdat" {
            let fault = match worst {
                Some(fault) => {
                    let message = ends(format!("mdat; {}", first_lost(&fault)));
                    Fault { effect: fault.effect, ..Fault::corrupt("truncated", message) }
                }
                None if full || self.needed > 0 => {
                    let all = self.needed <= self.file && self.needed > 0;
                    let damage = if all { Damage::Malformed } else { Damage::Corrupt };
                    let code = if all { "mdat-size" } else { "truncated" };
                    let fault = Fault::new(damage, code, ends("mdat".into()));
                    fault.effect(if all { "all samples are present nevertheless" } else { "samples may be missing" })
                }
                None => Fault::corrupt("truncated", ends("mdat".into())).effect("the end is missing"),
            };
            faults.add_cause(fault.at(place.at));
        } else if place.overruns() && &place.kind == b"moof" {
            let fault = Fault::corrupt("truncated", ends("moof".into())).at(place.at);
            faults.add_cause(fault.effect("this fragment and those after it are missing"));
        } else {
            let lost = worst.is_some();
            worst.into_iter().for_each(|fault| faults.add_cause(fault));
            if !lost
                && self.movie.fragmented
                && let Some(at) = next_fragment(bytes, place.at)?
            {
                let message = format!(
                    "there is no box at offset {}, and another fragment follows at offset {}",
                    text::count(place.at),
                    text::count(at)
                );
                let fault = Fault::corrupt("box-damaged", message).at(place.at);
                // The damage that hit the header also hit samples next to it.
                faults.remove("sample-damaged");
                faults.add_cause(fault.effect("what follows cannot be found"));
            } else if faults.has_corrupt() {
                // The same damage explains this.
            } else if place.overruns() && place.kind.iter().all(u8::is_ascii_alphanumeric) {
                faults.add(Fault::malformed("box-overruns", ends(name(place.kind))).at(place.at));
            } else {
                let message = format!("{} after the last box", text::counted(self.file - place.at, "byte"));
                faults.add(Fault::malformed("trailing-bytes", message).at(place.at));
            }
        }
        Ok(())
    }

    /// Checks that concern the layout of the file and that players tolerate.
    fn place(&self, faults: &mut Tallies) {
        if faults.has_corrupt() {
            return;
        }
        if let Some(at) = self.layout.extents.stray {
            let message = format!("samples are at offset {}, in a box other than mdat", text::count(at));
            let effect = "players that use only the offsets play them, others find nothing";
            faults.add(Fault::malformed("samples-outside-mdat", message).at(at).effect(effect));
        }
        if let Some(at) = self.layout.second_film {
            let message = format!(
                "a second film begins at byte {}: two files were joined without rewriting them",
                text::count(at)
            );
            let fault = Fault::malformed("joined-files", message).at(at).effect("what follows is never played");
            faults.add(Fault { mendable: false, ..fault });
        }
        if !self.layout.branded {
            let fault = Fault::malformed("ftyp-missing", "there is no ftyp to identify the kind of file").at(0);
            faults.add(fault.effect("software that checks the first bytes does not recognise it as an MP4"));
        }
    }

    /// Checks the duration in the header, which is that of the longest track of any kind (8.2.2).
    fn length(&self, facts: &Facts, faults: &mut Tallies) {
        let longest = facts.tracks.iter().filter_map(|track| track.duration_s).chain(facts.duration_s).reduce(f64::max);
        let (Some(declared), Some(longest), Some(played)) = (facts.declared_duration_s, longest, facts.duration_s)
        else {
            return;
        };
        let off = (declared - longest).abs().min((declared - played).abs());
        let in_part = self.layout.fragments > 0 && self.movie.fragment_duration.is_none() && declared < longest;
        // A frame or two and the encoder delay add up to a tenth of a second.
        if !faults.has_corrupt() && !in_part && off > 0.1 && off > longest * 0.05 {
            let header = if self.movie.fragment_duration.is_some() { "mehd" } else { "mvhd" };
            let message =
                format!("{header} says {}, but the samples last {}", text::seconds(declared), text::seconds(longest));
            let at = self.movie.header.map_or(0, |header| header.start);
            faults.add(Fault::malformed("duration-mismatch", message).at(at));
        }
    }
}

/// `sample 312 of track 1 (h264) is the first one cut`, from the fault of that sample.
fn first_lost(fault: &Fault) -> String {
    let from = fault.message.find("sample ").unwrap_or(0);
    let sample = fault.message.get(from..).unwrap_or_default();
    let sample = sample.split(" stands ").next().unwrap_or(sample);
    format!("{sample} is the first one missing")
}

/// Decoding begins with a sample that needs no other (8.6.2).
fn first_sync(bytes: &mut Bytes<'_>, track: &TrackBox) -> Result<Option<Fault>, ReadError> {
    let Some(stss) = track.stss.as_ref().filter(|_| track.kind == TrackKind::Video) else { return Ok(None) };
    let first = stss.cursor().next_u32(bytes)?;
    Ok(first.filter(|first| *first > 1).map(|first| {
        let message = format!("the first sync sample of {} is number {}", track.title(), text::count(first.into()));
        let fault = Fault::malformed("first-sample-not-sync", message).at(stss.start);
        fault.effect("players may show nothing before it")
    }))
}

/// Searches for the next fragment, starting where no box can be read.
fn next_fragment(bytes: &mut Bytes<'_>, from: u64) -> Result<Option<u64>, ReadError> {
    const PIECE: usize = 64 << 10;
    let finder = memmem::Finder::new(b"moof");
    let mut at = from;
    while bytes.left(at) > 4 {
        let piece = bytes.peek(at, PIECE)?;
        let found = finder.find(piece).map(|found| at + found as u64);
        let read = piece.len() as u64;
        if let Some(found) = found {
            let start = found.saturating_sub(4);
            // Its first child is mfhd (8.8.5).
            if start >= from && bytes.peek(start + 8, 8)?.ends_with(b"mfhd") {
                return Ok(Some(start));
            }
            at = found + 1;
        } else {
            at += read.saturating_sub(3).max(1);
        }
    }
    Ok(None)
}
