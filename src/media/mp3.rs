//! MP3: the chain of layer III frames (ISO/IEC 11172-3, 13818-3, MPEG 2.5) and the tags around it.
//!
//! The sound itself is not decoded. Damage shows in the chain of frames: foreign bytes between frames, a truncated last
//! frame, side information that needs more main data than there is.

mod frame;
mod sync;
mod tags;

use self::frame::{Header, MOST_SIDE, Side};
use self::tags::Info;
use super::{Bytes, Depth, Facts, Fault, ReadError, Track, TrackKind};
use crate::text::{count, counted, seconds};

/// `main_data_begin` has nine bits.
const MOST_RESERVOIR: u64 = 511;
/// Up to this many stray bytes between frames are padding or stuffing, and cost no frame.
const STRAY: u64 = 32;

pub(super) fn walk(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let (start, tag) = after_tags(bytes)?;
    let end = tags::trailing(bytes, start)?;
    let Some(first) = sync::first(bytes, start, end)? else {
        let none = || match start {
            0 => Fault::corrupt("no-frames", "there is no MPEG layer III frame").at(0),
            _ => {
                let message = format!("there is no MPEG layer III frame after the tag, which ends at {}", count(start));
                Fault::corrupt("no-frames", message).at_named_byte(start)
            }
        };
        let fault = tag.unwrap_or_else(none);
        facts.fault(fault.effect("there is no sound to play"));
        return Ok(());
    };
    if let Some(fault) = tag {
        // Decoders trust the size and look for the sound past the end of the file.
        facts.fault(fault);
    } else if first.at > start && bytes.get(start, 1)? != [0] {
        let message = format!("{} before the first frame", counted(first.at - start, "byte"));
        facts.fault(Fault::malformed("leading-bytes", message).at(start));
    }
    let mut chain = Chain::new(first, end);
    chain.read_info(bytes)?;
    if depth != Depth::Header {
        chain.walk(bytes)?;
        chain.judge(facts);
    }
    chain.describe(depth, facts);
    Ok(())
}

/// Where the frames begin (including the Xing header) and end, for the decoder.
pub(super) fn frames(bytes: &mut Bytes<'_>) -> Result<(u64, u64), ReadError> {
    let (start, _) = after_tags(bytes)?;
    let end = tags::trailing(bytes, start)?;
    Ok((sync::first(bytes, start, end)?.map_or(start, |first| first.at), end))
}

/// The end of the leading tags, and the fault in the last of them.
fn after_tags(bytes: &mut Bytes<'_>) -> Result<(u64, Option<Fault>), ReadError> {
    let mut start = 0;
    let mut tag = None;
    while let Some((name, len)) = tags::leading(bytes, start)? {
        if len > bytes.left(start) {
            let over = counted(len - bytes.left(start), "byte");
            let message = format!("{name} tag ends {over} past the end of the file");
            let fault = Fault::corrupt("tag-cut", message).at(start).effect("there is no sound to play");
            tag = Some(fault);
            // The size may be wrong, so search for sound after the tag header.
            start += 10;
            break;
        }
        start += len;
    }
    Ok((start, tag))
}

/// Foreign bytes between frames.
#[derive(Clone, Copy, Debug)]
struct Gap {
    at: u64,
    len: u64,
    /// Number of gaps in the file, and their total size.
    times: u64,
    total: u64,
}

/// A frame with impossible side information.
#[derive(Debug)]
struct Bad {
    at: u64,
    times: u64,
    why: String,
}

#[derive(Debug)]
struct Chain {
    first: sync::FirstFrame,
    /// Offset of the next frame.
    at: u64,
    /// End of the frames and start of the trailing tags.
    end: u64,
    /// Header of the previous frame.
    header: Header,
    info: Option<Info>,
    frames: u64,
    /// Total size of the frames.
    bytes: u64,
    /// Samples per channel since the last change of the sample rate.
    samples: u64,
    /// Seconds before that change.
    earlier: f64,
    reservoir: u64,
    /// Frames since the last break in the chain.
    since_sync: u32,
    gap: Option<Gap>,
    stray: Option<Gap>,
    /// A tag after frames: its offset and name, and the number of frames before it.
    inner_tag: Option<(u64, &'static str, u64)>,
    cut: Option<(u64, u64)>,
    trailing: Option<(u64, u64)>,
    changes: Option<(u64, String)>,
    bad: Option<Bad>,
    wrong_checksums: Option<(u64, u64)>,
}

impl Chain {
    fn new(first: sync::FirstFrame, end: u64) -> Self {
        Self {
            at: first.at,
            end,
            header: first.header,
            first,
            info: None,
            frames: 0,
            bytes: 0,
            samples: 0,
            earlier: 0.0,
            reservoir: 0,
            since_sync: 0,
            gap: None,
            stray: None,
            inner_tag: None,
            cut: None,
            trailing: None,
            changes: None,
            bad: None,
            wrong_checksums: None,
        }
    }

    /// Reads the Xing, Info or VBRI header and steps over the frame that holds it.
    fn read_info(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        let len = self.header.len(self.first.free);
        let frame = bytes.peek(self.at, usize::try_from(len.min(1024)).unwrap_or(1024))?;
        let overhead = usize::try_from(self.header.overhead()).unwrap_or(MOST_SIDE);
        self.info = Info::read(frame, overhead, self.header.protected);
        if self.info.is_some() && self.at + len <= self.end {
            self.at += len;
        }
        Ok(())
    }

    fn walk(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        while self.at < self.end {
            let take = usize::try_from((self.end - self.at).min(MOST_SIDE as u64)).unwrap_or(MOST_SIDE);
            let piece = bytes.peek(self.at, take)?;
            let header = Header::parse(piece);
            let Some(header) = header.filter(|header| header.continues(&self.header)) else {
                if !self.lost(bytes, header)? {
                    break;
                }
                continue;
            };
            let len = header.len(self.first.free);
            if len > self.end - self.at {
                self.cut = Some((self.at, len - (self.end - self.at)));
                break;
            }
            self.look_into(&header, piece, len);
            self.header = header;
            self.frames += 1;
            self.bytes += len;
            self.samples += u64::from(header.samples());
            self.at += len;
        }
        Ok(())
    }

    /// Checks the side information against the available main data.
    fn look_into(&mut self, header: &Header, piece: &[u8], len: u64) {
        let room = len.saturating_sub(header.overhead());
        if let Some(side) = Side::read(header, piece) {
            let lacks = side.main_data_begin > self.reservoir;
            let available = (room + side.main_data_begin) * 8;
            let why = if side.illegal {
                Some("with reserved values".to_owned())
            } else if side.bits > available {
                Some(format!("that asks for {} of {}", counted(side.bits, "bit"), count(available)))
            } else if lacks && self.since_sync > 16 {
                let (begin, kept) = (side.main_data_begin, self.reservoir);
                Some(format!("that begins {begin} bytes back, but only {} are available", count(kept)))
            } else {
                None
            };
            if let Some(why) = why {
                let bad = self.bad.get_or_insert(Bad { at: self.at, times: 0, why });
                bad.times += 1;
            }
        }
        if header.protected && !frame::checksum_holds(header, piece) {
            self.wrong_checksums.get_or_insert((self.at, 0)).1 += 1;
        }
        self.reservoir = (self.reservoir + room).min(MOST_RESERVOIR);
        self.since_sync = self.since_sync.saturating_add(1);
    }

    /// Skips to the next frame. False if there is none.
    fn lost(&mut self, bytes: &mut Bytes<'_>, header: Option<Header>) -> Result<bool, ReadError> {
        // Another version or sample rate in a valid chain: files were joined.
        if let Some(header) = header
            && !header.is_free()
            && sync::confirmed(bytes, self.at, &header, self.end)?
        {
            let message =
                format!("frames change from {} Hz to {} Hz", count(self.header.rate.into()), count(header.rate.into()));
            self.changes.get_or_insert((self.at, message));
            self.earlier = self.seconds();
            self.samples = 0;
            self.header = header;
            self.since_sync = 0;
            return Ok(true);
        }
        if let Some((name, len)) = tags::leading(bytes, self.at)?
            && len <= self.end - self.at
        {
            self.inner_tag.get_or_insert((self.at, name, self.frames));
            self.at += len;
            self.since_sync = 0;
            return Ok(true);
        }
        let Some(found) = sync::next(bytes, self.at, self.end, &self.header, self.first.free)? else {
            self.trailing = Some((self.at, self.end - self.at));
            return Ok(false);
        };
        let len = found - self.at;
        let slot = if len <= STRAY { &mut self.stray } else { &mut self.gap };
        let gap = slot.get_or_insert(Gap { at: self.at, len, times: 0, total: 0 });
        gap.times += 1;
        gap.total += len;
        self.at = found;
        self.reservoir = 0;
        self.since_sync = 0;
        Ok(true)
    }

    fn seconds(&self) -> f64 {
        self.earlier + self.samples as f64 / f64::from(self.header.rate)
    }

    fn frame_seconds(&self) -> f64 {
        f64::from(self.first.header.samples()) / f64::from(self.first.header.rate)
    }

    fn judge(&self, facts: &mut Facts) {
        let promised = self.info.and_then(|info| info.frames.map(|frames| (info.name, frames)));
        let missing = promised.map_or(0, |(_, frames)| frames.saturating_sub(self.frames));
        let lost = missing as f64 * self.frame_seconds();
        if self.frames == 0 {
            let effect = "there is no sound to play";
            let fault = match self.cut {
                Some((at, over)) => {
                    Fault::corrupt("frame-cut", format!("the only frame is cut by {}", counted(over, "byte"))).at(at)
                }
                None => Fault::corrupt("no-frames", "there is no frame with sound").at(self.at),
            };
            facts.fault(fault.effect(effect));
            return;
        }
        if self.frames == 1 && self.info.is_none() {
            // Four bytes may look like a header by chance; only a second frame confirms it.
            let message = "the only frame stands alone: decoders require two in a row";
            facts.fault(Fault::corrupt("lonely-frame", message).at(self.first.at).effect("most decoders play nothing"));
            return;
        }
        if let Some((at, over)) = self.cut {
            let message = format!("the MP3 is cut: the last frame lacks {}", counted(over, "byte"));
            let effect = if missing > 1 {
                format!("the last {} are missing", seconds(lost))
            } else {
                "the end is missing".to_owned()
            };
            facts.fault(Fault::corrupt("frame-cut", message).sentence().at(at).effect(effect));
        }
        if let Some(gap) = &self.gap {
            let frames = self.frames.max(1) as f64;
            let share = gap.total as f64 / (self.at - self.first.at).saturating_sub(gap.total).max(1) as f64;
            let lost = share * frames * self.frame_seconds();
            let more = match gap.times {
                1 => String::new(),
                n => format!(", and {} more like it", count(n - 1)),
            };
            let message = format!("{} between frames belong to no frame{more}", counted(gap.len, "byte"));
            let effect = format!("about {} of sound are lost", seconds(lost));
            facts.fault(Fault::corrupt("sync-lost", message).at(gap.at).effect(effect));
        }
        if let Some(bad) = self.bad.as_ref().filter(|_| self.gap.is_none()) {
            let message = format!("{} side information {}", frames_of(bad.times, self.frames), bad.why);
            let lost = format!("{} of sound are lost", seconds(bad.times as f64 * self.frame_seconds()));
            facts.fault(Fault::corrupt("frame-broken", message).at(bad.at).effect(lost));
        }
        self.judge_lightly(promised, missing, lost, facts);
    }

    /// Checks for faults that everyday decoders tolerate.
    fn judge_lightly(&self, promised: Option<(&str, u64)>, missing: u64, lost: f64, facts: &mut Facts) {
        if let Some((name, frames)) = promised.filter(|_| self.cut.is_none() && self.gap.is_none()) {
            let walked = self.frames;
            let message = format!("{name} header states {}, but there are {}", counted(frames, "frame"), count(walked));
            let beyond = walked.saturating_sub(frames);
            if missing > 1 && missing * 100 > frames {
                let effect = format!("{} of what was encoded are not in the file", seconds(lost));
                facts.fault(Fault::malformed("frames-missing", message).at(self.first.at).effect(effect));
            } else if frames > 0 && beyond > 1 && beyond * 100 > frames {
                facts.fault(Fault::malformed("frames-uncounted", message).at(self.first.at));
            }
        }
        if let Some((at, message)) = &self.changes {
            facts.fault(Fault::malformed("format-changes", message.clone()).at(*at));
        }
        if let Some((at, name, frames)) = self.inner_tag {
            let (code, message) = if frames == self.frames {
                ("tag-behind", format!("{name} tag after the last frame, where players do not look for it"))
            } else {
                ("tag-inside", format!("{name} tag between frames: files were joined without rewriting them"))
            };
            facts.fault(Fault::malformed(code, message).at(at));
        }
        if let Some(stray) = self.stray {
            let message =
                format!("{} between frames in {}", counted(stray.total, "stray byte"), counted(stray.times, "place"));
            facts.fault(Fault::malformed("stray-bytes", message).at(stray.at));
        }
        if let Some((at, times)) = self.wrong_checksums {
            let message = format!("{} a wrong checksum", frames_of(times, self.frames));
            facts.fault(Fault::malformed("frame-checksum", message).at(at));
        }
        if let Some((at, len)) = self.trailing {
            let message = format!("{} after the last frame", counted(len, "byte"));
            facts.fault(Fault::malformed("trailing-bytes", message).at(at));
        }
    }

    fn describe(&self, depth: Depth, facts: &mut Facts) {
        let stated = self.info.and_then(|info| info.frames).filter(|&frames| frames > 0);
        let stated = stated.map(|frames| frames as f64 * self.frame_seconds());
        // The decoded length, including encoder delay and padding.
        let duration = if depth == Depth::Header { stated } else { Some(self.seconds()) };
        let mut track = Track::new(TrackKind::Audio, "mp3");
        track.sample_rate = Some(self.first.header.rate);
        track.channels = Some(self.first.header.channels());
        track.duration_s = duration;
        track.set_bit_rate(self.bytes, self.seconds());
        facts.duration_s = duration;
        facts.declared_duration_s = stated;
        facts.tracks.push(track);
    }
}

fn frames_of(times: u64, all: u64) -> String {
    format!("{} of {} frames {}", count(times), count(all), if times == 1 { "has" } else { "have" })
}
