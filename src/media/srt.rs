//! SRT, the subtitles of `SubRip`: a counter, a time line, lines of text, an empty line, and so on.
//!
//! There is no standard, so everyday players (FFmpeg, VLC, browsers after conversion) set the measure. A cue that they
//! lose means corrupt, what they tolerate is malformed. Overlaps and extra blank lines between cues are fine.

mod lines;
pub(in crate::media) mod time;

use super::tallies::Tallies;
use super::{Bytes, Damage, Depth, Facts, Fault, ReadError, Track, TrackKind};
use crate::text;
use lines::{CharacterEncoding, LineReader, SubtitleLine};
use time::{Oddity, Times};

pub(super) fn walk(bytes: &mut Bytes<'_>, _depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let (encoding, mark) = CharacterEncoding::of(bytes.peek(0, 4)?);
    let length = bytes.len();
    let mut lines = LineReader::new(bytes, encoding, mark);
    let mut cues = CueReader::default();
    while let Some(line) = lines.next_line()? {
        cues.line(line);
    }
    let dirt = lines.dirt;
    cues.finish(length);

    match encoding {
        CharacterEncoding::Wide { width: 4, .. } => facts.fault(
            Fault::corrupt("encoding", "the text is in UTF-32, not in UTF-8").at(0).effect("players cannot read it"),
        ),
        CharacterEncoding::Wide { .. } => facts.fault(
            Fault::malformed("encoding", format!("the text is in {}, not in UTF-8", encoding.name()))
                .at(0)
                .effect("players that expect UTF-8 cannot read it"),
        ),
        CharacterEncoding::Bytes => {}
    }
    if let Some(spot) = dirt.nul {
        facts.fault(
            Fault::corrupt("nul-bytes", format!("{} NUL bytes are in the text", text::count(spot.count)))
                .at(spot.offset)
                .on_line(spot.line)
                .effect("the text in their place is lost"),
        );
    }
    if let Some(spot) = dirt.foreign {
        facts.fault(
            Fault::malformed(
                "encoding",
                format!("the text is not in UTF-8: {} bytes are not", text::count(spot.count)),
            )
            .at(spot.offset)
            .on_line(spot.line)
            .effect("players guess the encoding, and letters beyond ASCII may come out wrong"),
        );
    }
    cues.report(facts);
    Ok(())
}

/// The cue being read.
#[derive(Clone, Copy, Debug)]
struct Cue {
    line: u32,
    offset: u64,
    has_text: bool,
}

/// Reads cues line by line.
#[derive(Debug, Default)]
struct CueReader {
    cues: u32,
    with_text: u32,
    cue: Option<Cue>,
    /// The latest end of all cues, and the start of the previous one.
    end_ms: u64,
    start_ms: u64,
    /// The previous counter.
    counter: Option<u64>,
    /// A line of digits that may be the counter of the next cue, and whether a blank line precedes it.
    held: Option<(SubtitleLine, u64, bool)>,
    previous_is_empty: bool,
    tallies: Tallies,
}

impl CueReader {
    fn line(&mut self, line: SubtitleLine) {
        let text = line.text.trim_ascii();
        if !line.has_text {
            // A blank line ends the text of a cue. It may also separate a counter from its time line.
            self.previous_is_empty = true;
            return;
        }
        if let Some(times) = time::parse(text) {
            let held = self.held.take();
            if let Some((counter, _, false)) = &held {
                let message = format!("there is no blank line before the cue on line {}", line.number);
                self.tallies.add(
                    Fault::malformed("blank-missing", message)
                        .at(counter.offset)
                        .on_named_line(counter.number)
                        .effect("some players show its counter as text of the previous cue"),
                );
            }
            let counter = held.map(|(_, counter, _)| counter);
            self.end_cue();
            self.begin_cue(&line, times, counter);
        } else if let Some(counter) = digits(text) {
            self.held_was_text(false);
            self.held = Some((line, counter, self.previous_is_empty || self.cues == 0));
        } else {
            let broken = is_broken_time(text, self.held.is_some());
            self.held_was_text(broken);
            if broken {
                self.tallies.add(
                    Fault::corrupt(
                        "time-broken",
                        format!("line {} should give the times of a cue and cannot be read", line.number),
                    )
                    .at(line.offset)
                    .on_named_line(line.number)
                    .effect("the cue is lost, or shown as part of the previous one"),
                );
            } else if self.cue.is_some() {
                self.text(&line, self.previous_is_empty);
            } else if self.cues == 0 {
                self.tallies.add(
                    Fault::malformed("text-before-cues", "text comes before the first cue")
                        .at(line.offset)
                        .on_line(line.number),
                );
            }
        }
        self.previous_is_empty = false;
    }

    /// Reads a line of cue text; `apart` if a blank line precedes it.
    fn text(&mut self, line: &SubtitleLine, apart: bool) {
        let Some(cue) = &mut self.cue else { return };
        cue.has_text = true;
        if apart {
            let message = format!("there is a blank line within the cue on line {}", cue.line);
            self.tallies.add(
                Fault::malformed("blank-inside", message)
                    .at(line.offset)
                    .on_named_line(line.number)
                    .effect("some players end the cue there, and lose the rest of its text"),
            );
        }
    }

    /// The line of digits before this one was not a counter, because no time line follows.
    fn held_was_text(&mut self, broken: bool) {
        let Some((held, value, apart)) = self.held.take() else { return };
        let expected = apart && self.counter.is_some_and(|counter| value == counter.saturating_add(1));
        if broken {
            // The digits before a broken time line are the counter of the lost cue.
            self.counter = Some(value);
        } else if expected && !self.previous_is_empty {
            self.counter = Some(value);
            self.tallies.add(
                Fault::corrupt("time-missing", format!("cue {value} has no time line"))
                    .at(held.offset)
                    .on_line(held.number)
                    .effect("its text is lost, or shown with the previous cue"),
            );
        } else {
            self.text(&held, apart && self.cues > 0);
        }
    }

    fn begin_cue(&mut self, line: &SubtitleLine, times: Times, counter: Option<u64>) {
        let SubtitleLine { number, offset, .. } = *line;
        let first = self.cues == 0;
        self.cues = self.cues.saturating_add(1);
        self.cue = Some(Cue { line: number, offset, has_text: false });
        let ordinary = match (counter, self.counter) {
            (Some(counter), Some(before)) => counter == before.saturating_add(1),
            // The first counter may have any value, as in an excerpt.
            (Some(_), None) => first,
            (None, _) => false,
        };
        if !ordinary {
            let message = match counter {
                None => "a cue has no counter".to_owned(),
                Some(counter) => match self.counter {
                    Some(before) => format!("counter {counter} follows {before}"),
                    None => format!("counter {counter} follows a cue that has none"),
                },
            };
            self.tallies.add(Fault::malformed("counter", message).at(offset).on_line(number));
        }
        self.counter = counter.or(self.counter.map(|before| before.saturating_add(1)));
        if let Some(oddity) = times.oddity {
            let (damage, code, what) = match oddity {
                Oddity::Digits => (Damage::Malformed, "time-format", "times with a fraction that is not three digits"),
                Oddity::Tight => (Damage::Malformed, "time-format", "no space around the arrow"),
                Oddity::Dot => {
                    (Damage::Malformed, "time-format", "times with a dot before the milliseconds, not a comma")
                }
                Oddity::Above59 => (Damage::Malformed, "time-format", "times with minutes or seconds above 59"),
                Oddity::Negative => (Damage::Malformed, "time-format", "a negative time"),
                Oddity::Colon => (Damage::Corrupt, "time-unreadable", "times with a colon before the milliseconds"),
                Oddity::NoHours => (Damage::Corrupt, "time-unreadable", "times without hours"),
                Oddity::NoFraction => (Damage::Corrupt, "time-unreadable", "times without milliseconds"),
            };
            let fault = Fault::new(damage, code, format!("the cue on line {number} has {what}"))
                .at(offset)
                .on_named_line(number);
            self.tallies.add(if damage == Damage::Corrupt {
                fault.effect("players do not recognise it as a cue")
            } else {
                fault
            });
        }
        if times.end_ms < times.start_ms {
            self.tallies.add(
                Fault::malformed("ends-before-start", format!("the cue on line {number} ends before it starts"))
                    .at(offset)
                    .on_named_line(number)
                    .effect("it is never shown"),
            );
        }
        if !first && times.start_ms < self.start_ms {
            self.tallies.add(
                Fault::malformed("out-of-order", format!("the cue on line {number} starts before the previous one"))
                    .at(offset)
                    .on_named_line(number),
            );
        }
        self.start_ms = times.start_ms;
        self.end_ms = self.end_ms.max(times.end_ms);
    }

    fn end_cue(&mut self) {
        let Some(cue) = self.cue.take() else { return };
        if cue.has_text {
            self.with_text = self.with_text.saturating_add(1);
        } else {
            self.tallies.add(
                Fault::malformed("no-text", format!("the cue on line {} has no text", cue.line))
                    .at(cue.offset)
                    .on_named_line(cue.line)
                    .effect("nothing is shown for it"),
            );
        }
    }

    fn finish(&mut self, length: u64) {
        if let Some((held, value, apart)) = self.held.take() {
            let expected = apart && self.counter.is_some_and(|counter| value == counter.saturating_add(1));
            if expected && self.cue.is_some_and(|cue| cue.has_text) {
                self.tallies.add(
                    Fault::malformed("cue-missing", format!("the file ends after counter {value}: a cue is missing"))
                        .at(held.offset)
                        .on_line(held.number),
                );
            } else if let Some(cue) = &mut self.cue {
                cue.has_text = true;
            }
        }
        if let Some(cue) = self.cue.take_if(|cue| !cue.has_text && !self.previous_is_empty && self.with_text > 0) {
            self.tallies.add(
                Fault::corrupt("cut", "the file ends after the time line of its last cue")
                    .at(cue.offset)
                    .on_line(cue.line)
                    .effect("the text of this cue and what followed it are missing"),
            );
        }
        self.end_cue();
        if self.cues == 0 {
            if !self.tallies.has_corrupt() {
                self.tallies.add(
                    Fault::corrupt("no-cues", "there is no cue: no line has times")
                        .at(length)
                        .effect("nothing is shown"),
                );
            }
        } else if self.with_text == 0 {
            self.tallies.add(Fault::corrupt("no-text-at-all", "no cue has text").at(length).effect("nothing is shown"));
        }
    }

    fn report(self, facts: &mut Facts) {
        facts.cues = Some(self.cues);
        if self.cues > 0 {
            let seconds = self.end_ms as f64 / 1000.0;
            facts.duration_s = Some(seconds);
            let mut track = Track::new(TrackKind::Subtitle, "subrip");
            track.duration_s = Some(seconds);
            facts.tracks.push(track);
        }
        self.tallies.tell(facts);
    }
}

/// The number in a line that has only digits.
fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 9 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |value, byte| value * 10 + u64::from(byte - b'0')))
}

/// It looks like a time line but cannot be parsed: an arrow after mostly digits and colons.
fn is_broken_time(text: &[u8], below_counter: bool) -> bool {
    let Some(arrow) = memchr::memmem::find(text, b"->") else { return false };
    let front = text.get(..arrow).unwrap_or_default();
    let digits = front.iter().filter(|byte| byte.is_ascii_digit()).count();
    let colons = memchr::memchr_iter(b':', front).count();
    // Text may contain 10:30 --> 11:45.
    let enough = if below_counter { 3 } else { 6 };
    digits >= enough && colons >= 1 && digits * 2 >= front.trim_ascii().len()
}
