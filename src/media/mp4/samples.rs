//! The samples listed in the movie box (ISO/IEC 14496-12, 8.7): their offsets, and whether they are present.

use super::boxes::{u32_at, u64_at};
use super::entry::Payload;
use super::movie::TrackBox;
use super::payload::{Budget, Checker, Extents, Harm};
use super::tables::{Sizes, TableCursor, Times, time_of};
use crate::media::{Bytes, Damage, Fault, ReadError};
use crate::text;

/// The first sample that is not at the offset that its track gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing {
    /// From 0.
    pub(super) sample: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
    /// End of the sample data that is available at its offset.
    pub(super) there: u64,
}

impl Missing {
    /// `sample 312 of track 1 (h264)`
    pub(super) fn title(&self, track: &str) -> String {
        format!("sample {} of {track}", text::count(self.sample.saturating_add(1)))
    }
}

/// The result of the walk over the samples of a track.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Number of samples that belong to a chunk.
    pub(super) located: u64,
    pub(super) missing: Option<Missing>,
    pub(super) missing_samples: u64,
    /// End offset of the sample that reaches furthest.
    pub(super) needed: u64,
    /// Size of the largest sample, and of all samples.
    pub(super) largest: u64,
    pub(super) bytes: u64,
    pub(super) harm: Harm,
    /// The first chunk after the last sample.
    surplus: Option<u64>,
}

/// A run of `stsc`: from chunk `first` on, each holds `samples`.
#[derive(Clone, Copy, Debug)]
struct ChunkRun {
    first: u64,
    samples: u64,
    description: u32,
}

fn next_run(cursor: &mut TableCursor, bytes: &mut Bytes<'_>) -> Result<Option<ChunkRun>, ReadError> {
    Ok(cursor.next(bytes)?.and_then(|entry| {
        let (first, samples) = (u32_at(entry, 0)?, u32_at(entry, 4)?);
        Some(ChunkRun { first: first.into(), samples: samples.into(), description: u32_at(entry, 8)? })
    }))
}

/// Walks the samples of a track, chunk by chunk.
pub(super) fn walk(
    bytes: &mut Bytes<'_>,
    track: &TrackBox,
    extents: &mut Extents,
    budget: &mut Budget,
) -> Result<Tally, ReadError> {
    let mut tally = Tally::default();
    let (Some(stsc), Some(sizes), Some(chunks)) = (&track.stsc, &track.sizes, &track.chunks) else {
        return Ok(tally);
    };
    let mut runs = stsc.cursor();
    let mut run = ChunkRun { first: 0, samples: 0, description: 1 };
    let mut next = next_run(&mut runs, bytes)?;
    let mut offsets = chunks.cursor();
    let mut each = sizes.cursor();
    let count = sizes.count();
    let mut checker = Checker::new(Payload::Opaque);
    let mut chunk = 0;
    while let Some(entry) = offsets.next(bytes)? {
        let Some(offset) = u64_at(entry, 0).or_else(|| u32_at(entry, 0).map(u64::from)) else { break };
        chunk += 1;
        while let Some(following) = next.filter(|following| following.first <= chunk) {
            run = following;
            next = next_run(&mut runs, bytes)?;
        }
        let here = run.samples.min(count - tally.located);
        if here == 0 {
            if tally.located == count && run.samples > 0 {
                tally.surplus.get_or_insert(chunk);
                break;
            }
            continue;
        }
        let payload = description(track, run.description);
        if !checker.is_for(payload) {
            checker = Checker::new(payload);
        }
        let there = extents.end_from(bytes, offset)?;
        let first = tally.located;
        tally.located += here;
        let looks = checker.looks() && !budget.is_spent();
        if let Sizes::Fixed { size, .. } = sizes
            && !looks
        {
            let size = u64::from(*size);
            tally.largest = tally.largest.max(size);
            tally.needed = tally.needed.max(offset.saturating_add(size.saturating_mul(here)));
            let whole = (there.saturating_sub(offset) / size.max(1)).min(here);
            if whole < here {
                tally.missing_samples += here - whole;
                let (sample, offset) = (first + whole, offset.saturating_add(whole.saturating_mul(size)));
                tally.missing.get_or_insert(Missing { sample, offset, size, there });
            }
            continue;
        }
        let mut at = offset;
        for sample in first..first + here {
            let Some(size) = each.next(bytes)?.map(u64::from) else { break };
            let end = at.saturating_add(size);
            tally.largest = tally.largest.max(size);
            if size > 0 && end > there {
                if let Sizes::Fixed { .. } = sizes {
                    // The rest of the chunk is missing, too, and it may have billions of samples.
                    tally.missing_samples += first + here - sample;
                    tally.missing.get_or_insert(Missing { sample, offset: at, size, there });
                    tally.needed = tally.needed.max(at.saturating_add(size.saturating_mul(first + here - sample)));
                    break;
                }
                tally.missing_samples += 1;
                tally.missing.get_or_insert(Missing { sample, offset: at, size, there });
            } else if looks && let Some(fault) = checker.sample(bytes, at, size, budget)? {
                tally.harm.note(sample, at, fault);
            }
            tally.needed = tally.needed.max(end);
            at = end;
        }
    }
    Ok(tally)
}

/// How to check the samples of a description (1-based).
pub(super) fn description(track: &TrackBox, index: u32) -> Payload {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    track.entries.get(index.wrapping_sub(1)).map_or(Payload::Opaque, |entry| entry.payload)
}

/// The fault if the tables of a track disagree on the number of samples.
pub(super) fn count_fault(track: &TrackBox, times: &Times, tally: &Tally) -> Option<Fault> {
    let sizes = track.sizes.as_ref()?;
    let count = sizes.count();
    let title = track.title();
    let samples = |count| text::counted(count, "sample");
    let damage = if track.is_media() { Damage::Corrupt } else { Damage::Malformed };
    if tally.located < count {
        let message = format!(
            "stsz of {title} lists {}, but stsc and stco locate {}",
            samples(count),
            text::count(tally.located)
        );
        let fault = Fault::new(damage, "sample-counts", message).at(track.stsc.as_ref()?.start);
        return Some(fault.effect(format!("{} cannot be found", samples(count - tally.located))));
    }
    if times.samples < count {
        let message =
            format!("stsz of {title} lists {}, but stts times {}", samples(count), text::count(times.samples));
        let fault = Fault::new(damage, "sample-counts", message).at(track.stts.as_ref()?.start);
        return Some(fault.effect(format!("{} cannot be placed in time", samples(count - times.samples))));
    }
    if times.samples > count {
        let message =
            format!("stts of {title} times {}, but stsz lists {}", samples(times.samples), text::count(count));
        // Some writers are off by one, and players do not mind.
        let damage = if times.samples - count > 1 { damage } else { Damage::Malformed };
        let fault = Fault::new(damage, "sample-counts", message).at(sizes.start());
        return Some(fault.effect(format!("{} are announced but missing", samples(times.samples - count))));
    }
    if let Some(chunk) = tally.surplus {
        let message = format!("stco of {title} continues after the last sample, with chunk {}", text::count(chunk));
        return Some(Fault::malformed("chunk-surplus", message).at(track.chunks.as_ref()?.start));
    }
    let offsets = track.ctts.filter(|_| times.offsets != count)?;
    let message = format!("ctts of {title} covers {}, but stsz lists {}", samples(times.offsets), text::count(count));
    Some(Fault::malformed("composition-offset-count", message).at(offsets.start))
}

/// The seconds lost from the first missing sample to the end; none if later samples are present.
pub(super) fn lost(
    bytes: &mut Bytes<'_>,
    track: &TrackBox,
    times: &Times,
    tally: &Tally,
) -> Result<Option<f64>, ReadError> {
    let (Some(missing), Some(stts)) = (&tally.missing, &track.stts) else { return Ok(None) };
    if tally.missing_samples < tally.located - missing.sample {
        return Ok(None);
    }
    let from = time_of(bytes, stts, missing.sample)?;
    Ok(Some(times.duration.saturating_sub(from) as f64 / f64::from(track.scale.max(1))))
}

/// The loss in words.
pub(super) fn lost_words(lost: Option<f64>, tally: &Tally) -> String {
    match lost {
        Some(_) if tally.missing_samples >= tally.located => "none of it can be played".into(),
        Some(lost) => format!("the last {} are missing", text::seconds(lost)),
        None => format!("{} of {} samples are missing", text::count(tally.missing_samples), text::count(tally.located)),
    }
}

/// The fault for the first missing sample.
pub(super) fn missing_fault(title: &str, missing: &Missing, file: u64, effect: String) -> Fault {
    let sample = missing.title(title);
    let end = missing.offset.saturating_add(missing.size);
    if end > file {
        let message = format!("the file ends {} before the end of {sample}", text::counted(end - file, "byte"));
        return Fault::corrupt("sample-past-end", message).at(missing.offset.min(file)).effect(effect);
    }
    let fault = |message| Fault::corrupt("sample-outside-mdat", message).effect(effect);
    if missing.there > missing.offset {
        let short = text::counted(end.saturating_sub(missing.there), "byte");
        return fault(format!("mdat ends {short} before the end of {sample}")).at(missing.offset);
    }
    let offset = text::count(missing.offset);
    fault(format!("{sample} is at offset {offset}, outside any mdat")).at_named_byte(missing.offset)
}

/// The fault for samples that their codec cannot have produced.
pub(super) fn harm_fault(title: &str, harm: &Harm, samples: u64) -> Option<Fault> {
    let (sample, offset, words) = harm.first()?;
    let message = format!("sample {} of {title}: {words}", text::count(sample.saturating_add(1)));
    let effect = format!(
        "{} of {} damaged",
        text::count(harm.samples),
        match samples {
            1 => "1 sample is".to_owned(),
            samples => format!("{} samples are", text::count(samples)),
        }
    );
    if harm.is_repacked() {
        let fault = Fault::malformed("start-codes-in-samples", message).at(offset);
        return Some(fault.effect("only some players can show it"));
    }
    Some(Fault::corrupt("sample-damaged", message).at(offset).effect(effect))
}
