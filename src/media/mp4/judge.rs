//! Checks the tracks of a movie against the file, and the end of the file.

use memchr::memmem;

use super::boxes::{BoxAt, name};
use super::fragments::Grown;
use super::layout::TopLevel;
use super::movie::{self, Movie, TrackBox};
use super::payload::Budget;
use super::samples::{self, Tally};
use super::tables::Times;
use crate::media::tallies::Tallies;
use crate::media::{Bytes, Damage, Facts, Fault, ReadError, TrackKind};
use crate::text;

/// Checks the movie box itself.
pub(super) fn judge_movie(movie: &Movie, moov: &BoxAt, faults: &mut Tallies) {
    let header_missing = movie.header.is_none();
    if header_missing || movie.tracks.is_empty() {
        let missing = if header_missing { "mvhd" } else { "trak" };
        let message = match &movie.broken {
            Some(place) => format!("moov has no {missing}: {}", movie::broken_words(place)),
            None => format!("moov has no {missing}"),
        };
        let code = if header_missing { "box-missing" } else { "tracks-missing" };
        let fault = Fault::corrupt(code, message);
        let fault = match movie.broken {
            Some(place) => fault.at_named_byte(place.at),
            None => fault.at(moov.start),
        };
        faults.add(fault.effect("it cannot be played"));
    } else if let Some(place) = &movie.broken {
        // This may have been a track or the fragment defaults. Losing tags or padding costs nothing.
        let lost = place.overruns() && matches!(&place.kind, b"trak" | b"mvex");
        let fault = Fault::new(
            if lost { Damage::Corrupt } else { Damage::Malformed },
            "box-overruns",
            format!("{} in moov", movie::broken_words(place)),
        );
        let fault = fault.at_named_byte(place.at);
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
pub(super) struct Judge<'a> {
    movie: &'a Movie,
    listed: &'a [Option<Times>],
    layout: TopLevel,
    file: u64,
    /// End offset of the sample that reaches furthest.
    needed: u64,
    /// Size of the largest sample.
    largest: u64,
    /// One cut may hit several tracks.
    lost: Vec<LostSamples>,
}

/// The samples that a track has lost.
#[derive(Debug)]
struct LostSamples {
    seconds: Option<f64>,
    /// `sample 312 of track 1 (h264)`
    first: String,
    fault: Fault,
}

impl<'a> Judge<'a> {
    pub(super) fn new(movie: &'a Movie, listed: &'a [Option<Times>], layout: TopLevel, file: u64) -> Self {
        Self { movie, listed, layout, file, needed: 0, largest: 0, lost: Vec::new() }
    }

    /// Size of the largest part that a reader keeps in memory in one piece.
    pub(super) fn largest_piece(&self) -> u64 {
        self.largest.max(self.layout.tables).max(self.layout.fragment)
    }

    /// Checks the tracks listed in the movie box, and their samples when `full` is set.
    pub(super) fn tracks(
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
                let first = missing.title(&title);
                self.lost.push(LostSamples { seconds: lost, first, fault });
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

    pub(super) fn fragments(&mut self, grown: &[Grown], full: bool, declared: Option<f64>, faults: &mut Tallies) {
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
    pub(super) fn end(
        &mut self,
        bytes: &mut Bytes<'_>,
        full: bool,
        real: Option<f64>,
        faults: &mut Tallies,
    ) -> Result<(), ReadError> {
        // One fault for all missing samples: that of the track that loses most.
        let worst = std::mem::take(&mut self.lost)
            .into_iter()
            .reduce(|a, b| if b.seconds.unwrap_or(0.0) > a.seconds.unwrap_or(0.0) { b } else { a });
        let Some(place) = self.layout.broken else {
            let lost = worst.is_some();
            worst.into_iter().for_each(|worst| faults.add_cause(worst.fault));
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
                Some(worst) => {
                    let message = ends(format!("mdat; {} is the first one missing", worst.first));
                    Fault { effect: worst.fault.effect, ..Fault::corrupt("truncated", message) }
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
            worst.into_iter().for_each(|worst| faults.add_cause(worst.fault));
            if !lost
                && self.movie.fragmented
                && let Some(at) = next_fragment(bytes, place.at)?
            {
                let message = format!(
                    "there is no box at offset {}, and another fragment follows at offset {}",
                    text::count(place.at),
                    text::count(at)
                );
                let fault = Fault::corrupt("box-damaged", message).at_named_byte(place.at);
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
    pub(super) fn place(&self, faults: &mut Tallies) {
        if faults.has_corrupt() {
            return;
        }
        if let Some(at) = self.layout.extents.stray {
            let message = format!("samples are at offset {}, in a box other than mdat", text::count(at));
            let effect = "players that use only the offsets play them, others find nothing";
            faults.add(Fault::malformed("samples-outside-mdat", message).at_named_byte(at).effect(effect));
        }
        if let Some(at) = self.layout.second_film {
            let message = format!(
                "a second film begins at byte {}: two files were joined without rewriting them",
                text::count(at)
            );
            let fault =
                Fault::malformed("joined-files", message).at_named_byte(at).effect("what follows is never played");
            faults.add(Fault { mendable: false, ..fault });
        }
        if !self.layout.branded {
            let fault = Fault::malformed("ftyp-missing", "there is no ftyp to identify the kind of file").at(0);
            faults.add(fault.effect("software that checks the first bytes does not recognise it as an MP4"));
        }
    }

    /// Checks the duration in the header, which is that of the longest track of any kind (8.2.2).
    pub(super) fn length(&self, facts: &Facts, faults: &mut Tallies) {
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
