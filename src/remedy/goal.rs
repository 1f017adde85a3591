//! The target of a conversion: everything that all uses of a file require.

use serde::{Deserialize, Serialize};

use crate::limits::{Limit, LimitId, Limits, Use};
use crate::media::{Chroma, Class, Damage, Facts, Format, TrackKind};
use crate::rule::{self, Rule};

/// The kinds of work, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// Only the name is wrong.
    Rename,
    /// Keep the content, and rewrite the container.
    Copy,
    /// Encode the content again.
    Encode,
}

/// What to do about a recording that is too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TooLong {
    /// Split it into parts. Only people can say where each part goes.
    #[default]
    Parts,
    /// Keep the beginning, up to the limit.
    Trim,
    /// Nothing; mend everything else.
    Leave,
}

/// How to shorten a recording that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shorten {
    /// The number of parts, and the seconds of each.
    Parts(u32, f64),
    /// Keep this many seconds.
    Trim(f64),
}

impl Shorten {
    /// The length of the result, or of each part.
    #[must_use]
    pub fn seconds(self) -> f64 {
        let (Self::Parts(_, seconds) | Self::Trim(seconds)) = self;
        seconds
    }
}

/// The required properties of tracks, if they differ from the present ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tracks {
    /// Encode the picture again, as H.264 with 4:2:0.
    pub picture: bool,
    pub deinterlace: bool,
    pub fps: Option<f64>,
    /// Bits per second.
    pub video_rate: Option<f64>,
    /// The maximum bits per second at the peaks of a re-encoded video track.
    pub most_video_rate: Option<f64>,
    pub sound: bool,
    pub audio_rate: Option<f64>,
    pub sample_rate: Option<u32>,
    pub channels: Option<u32>,
    pub no_edits: bool,
    pub index_in_front: bool,
}

impl Tracks {
    /// The requirement of a finding, and the work that it takes; none if tracks do not matter for it.
    fn ask(&mut self, rule: &Rule, limit: Option<&Limit>, facts: &Facts) -> Option<Way> {
        let number = limit.and_then(Limit::number);
        if *rule == rule::VIDEO_NOT_FASTSTART {
            self.index_in_front = true;
            return Some(Way::Copy);
        }
        if *rule == rule::VIDEO_EDIT_LIST {
            self.no_edits = true;
            return Some(Way::Copy);
        }
        if [&rule::AUDIO_CODEC, &rule::AUDIO_BIT_RATE, &rule::AUDIO_SAMPLE_RATE, &rule::AUDIO_CHANNELS].contains(&rule)
        {
            self.sound = true;
        } else if [
            &rule::VIDEO_CODEC,
            &rule::VIDEO_CHROMA,
            &rule::VIDEO_INTERLACED,
            &rule::VIDEO_FRAME_RATE,
            &rule::VIDEO_BIT_RATE,
        ]
        .contains(&rule)
        {
            self.picture = true;
        } else {
            return None;
        }
        if *rule == rule::AUDIO_BIT_RATE {
            self.audio_rate = limit.and_then(bits);
        } else if *rule == rule::AUDIO_SAMPLE_RATE {
            self.sample_rate = number.map(|rate| rate as u32);
        } else if *rule == rule::AUDIO_CHANNELS {
            self.channels = number.map(|channels| channels as u32);
        } else if *rule == rule::VIDEO_INTERLACED {
            self.deinterlace = true;
        } else if *rule == rule::VIDEO_BIT_RATE {
            // A fifth below, to leave room for peaks.
            self.video_rate = limit.and_then(bits).map(|rate| rate * 0.8);
        } else if *rule == rule::VIDEO_FRAME_RATE {
            let slow = facts.track(TrackKind::Video).and_then(|track| track.fps).or(facts.fps)? < number?;
            // Thirty suits every use that we know.
            self.fps = number.map(|limit| if slow { limit.max(30.0) } else { limit });
        }
        Some(Way::Encode)
    }
}

/// A limit in bits per second.
fn bits(limit: &Limit) -> Option<f64> {
    let unit = match limit.unit {
        "Mbit/s" => 1e6,
        "kbit/s" => 1e3,
        _ => 1.0,
    };
    limit.number().map(|number| number * unit)
}

/// The target of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub way: Way,
    pub format: Format,
    /// The long edge in pixels must become smaller than this; set if it is too long or unknown.
    pub edge_below: Option<u32>,
    /// The short edge in pixels must reach this; set if it is too short.
    pub edge_from: Option<u32>,
    /// The maximum by any reading of the limit.
    pub most_bytes: Option<u64>,
    /// Whether the file is larger than that.
    pub shrinks: bool,
    pub tracks: Tracks,
    pub cut: Option<Shorten>,
    /// The rules whose findings it resolves.
    pub rules: Vec<&'static Rule>,
}

/// Below this bit rate a picture is unrecognisable.
const LEAST_VIDEO_RATE: f64 = 100e3;

impl Goal {
    /// None if nothing is wrong that a conversion can fix, or if fixing it would lose more than is acceptable.
    #[must_use]
    pub fn of(
        facts: &Facts,
        name: &str,
        places: &[(&'static Use, &Limits)],
        found: &[Asked<'_>],
        too_long: TooLong,
    ) -> Option<Self> {
        let class = facts.format.class();
        if facts.size_bytes == 0 || matches!(class, Class::Text | Class::Archive | Class::Unknown) {
            return None;
        }
        let needs = Needs::of(facts, places)?;
        let takes = needs.formats.contains(&facts.format);
        let cut = cut(facts, found, too_long);
        let is_large = needs.most_bytes.is_some_and(|most| facts.size_bytes > most);
        let shrinks = is_large && !cut.is_some_and(|cut| needs.holds_part(facts, cut));
        let format = match takes {
            // The only way to make it smaller without changing its dimensions.
            true if shrinks && facts.format == Format::Png && needs.formats.contains(&Format::Jpeg) => Format::Jpeg,
            // 24 bits may be too many where 16 are not.
            true if shrinks && facts.format == Format::Wav => needs.sound(facts, cut)?,
            true => facts.format,
            false => needs.target(facts, cut)?,
        };
        let mut rules: Vec<&'static Rule> = Vec::new();
        let mut way = Way::Rename;
        let mut need = |rule: &'static Rule, wanted: Way| {
            rules.push(rule);
            way = match (way, wanted) {
                (Way::Encode, _) | (_, Way::Encode) => Way::Encode,
                (Way::Copy, _) | (_, Way::Copy) => Way::Copy,
                _ => Way::Rename,
            };
        };
        if !takes {
            need(&rule::FILE_UNSUPPORTED_FORMAT, if copies(facts, format) { Way::Copy } else { Way::Encode });
        } else if !named(name, facts.format) {
            need(&rule::FILE_EXTENSION_MISMATCH, Way::Rename);
        }
        if let Some(worst) = facts.faults.iter().map(|fault| fault.damage).max() {
            let root = facts.faults.iter().find(|fault| fault.damage == worst)?;
            if root.mendable && class != Class::Subtitle {
                let rule = if worst == Damage::Corrupt { &rule::FILE_CORRUPT } else { &rule::FILE_MALFORMED };
                need(rule, if class == Class::Picture || !is_copied_away(facts) { Way::Encode } else { Way::Copy });
            } else if worst == Damage::Corrupt {
                return None;
            }
        }
        let is_seen = matches!(format.class(), Class::Picture | Class::Video);
        let size = facts.dimensions;
        let edge_below = needs.edge_below.filter(|edge| is_seen && size.is_none_or(|size| size.long_edge() >= *edge));
        let edge_from = needs.edge_from.filter(|edge| is_seen && size.is_some_and(|size| size.short_edge() < *edge));
        let is_picture = format.class() == Class::Picture;
        if edge_below.is_some() && size.is_some() {
            need(if is_picture { &rule::IMAGE_RESOLUTION } else { &rule::VIDEO_RESOLUTION }, Way::Encode);
        }
        if edge_from.is_some() && is_picture {
            need(&rule::IMAGE_DIMENSIONS_TOO_SMALL, Way::Encode);
        }
        if !is_picture && (edge_below.is_some() && size.is_some() || edge_from.is_some()) {
            need(&rule::VIDEO_DIMENSIONS, Way::Encode);
        }
        let rates = places.iter().filter_map(|(place, limits)| bits(&limits[place.max_video_bit_rate?]));
        let mut tracks = Tracks { most_video_rate: rates.reduce(f64::min), ..Tracks::default() };
        for (rule, limit) in found {
            if let Some(wanted) = tracks.ask(rule, *limit, facts) {
                need(rule, wanted);
            }
        }
        if is_large && takes {
            need(&rule::FILE_TOO_LARGE, if shrinks { Way::Encode } else { Way::Copy });
        }
        if let Some(cut) = cut {
            // Copies are cut at key frames, which are seconds apart, so a short part might become too long.
            let is_short = matches!(cut, Shorten::Parts(_, seconds) if seconds < 300.0);
            tracks.picture |= is_short && format.class() == Class::Video;
            let wanted = if tracks.picture { Way::Encode } else { Way::Copy };
            need(&rule::AUDIO_TOO_LONG, wanted);
            need(&rule::VIDEO_TOO_LONG, wanted);
            let most_edits = places.iter().filter_map(|(place, limits)| limits[place.max_edits?].number());
            tracks.no_edits |= most_edits.reduce(f64::min) == Some(0.0);
        }
        if rules.is_empty() || facts.format.class() == Class::Document && way != Way::Rename {
            return None;
        }
        let goal =
            Self { way, format, edge_below, edge_from, most_bytes: needs.most_bytes, shrinks, tracks, cut, rules };
        goal.is_possible(facts).then_some(goal)
    }

    /// The target format of a file that some use does not accept.
    #[must_use]
    pub fn format(facts: &Facts, places: &[(&'static Use, &Limits)]) -> Option<Format> {
        Needs::of(facts, places)?.target(facts, None)
    }

    /// The bits per second for all tracks together; none if no known limit applies, or the length is unknown.
    #[must_use]
    pub fn rate(&self, facts: &Facts) -> Option<f64> {
        let seconds = lasts(facts, self.cut)?;
        // Nine tenths leave room for the container and for peaks.
        Some(self.most_bytes? as f64 * 8.0 * 0.9 / seconds)
    }

    fn is_possible(&self, facts: &Facts) -> bool {
        let rate = self.rate(facts);
        match self.format.class() {
            _ if self.way != Way::Encode => true,
            Class::Video => rate.map_or(!self.shrinks, |rate| rate - 128e3 >= LEAST_VIDEO_RATE),
            Class::Audio => rate.map_or(!self.shrinks, |rate| rate >= 32e3),
            Class::Picture => match (self.edge_below, self.edge_from, facts.dimensions) {
                // A strip that is both too long and too narrow cannot be scaled into both bounds.
                (Some(below), Some(from), Some(size)) => {
                    u64::from(size.long_edge()) * u64::from(from) < u64::from(below) * u64::from(size.short_edge())
                }
                (None, Some(from), Some(size)) => {
                    size.short_edge() > 0 && size.long_edge() / size.short_edge().max(1) * from < 16_384
                }
                _ => true,
            },
            _ => true,
        }
    }
}

/// The rule of a finding, with its limit.
pub type Asked<'l> = (&'static Rule, Option<&'l Limit>);

/// How to shorten a file that is longer than its uses accept.
fn cut(facts: &Facts, found: &[Asked<'_>], too_long: TooLong) -> Option<Shorten> {
    const MOST: f64 = 1_000.0;
    let long = |(rule, _): &&Asked<'_>| **rule == rule::AUDIO_TOO_LONG || **rule == rule::VIDEO_TOO_LONG;
    let limits = found.iter().filter(long).filter_map(|(_, limit)| (*limit)?.number());
    let most = limits.reduce(f64::min).filter(|most| *most >= 1.0)?;
    match too_long {
        TooLong::Leave => None,
        // Encoders pad, and a cut falls between two frames.
        TooLong::Trim => Some(Shorten::Trim(most - 0.1)),
        TooLong::Parts => {
            let seconds = facts.duration_s?;
            // A cut falls on a frame, not on the exact moment.
            let parts = (seconds / (most * 0.98)).ceil();
            (1.0 < parts && parts <= MOST).then(|| Shorten::Parts(parts as u32, (seconds / parts).ceil()))
        }
    }
}

/// The length of the result in seconds.
fn lasts(facts: &Facts, cut: Option<Shorten>) -> Option<f64> {
    let seconds = facts.duration_s.or(facts.declared_duration_s);
    cut.map(Shorten::seconds).or(seconds).filter(|seconds| *seconds > 0.0)
}

/// The requirements of all uses together.
struct Needs {
    formats: Vec<Format>,
    most_bytes: Option<u64>,
    edge_below: Option<u32>,
    edge_from: Option<u32>,
}

impl Needs {
    /// None if no format suits all uses.
    fn of(facts: &Facts, places: &[(&'static Use, &Limits)]) -> Option<Self> {
        let (first, _) = places.split_first()?;
        let formats = |(place, limits): &(&'static Use, &Limits)| -> Vec<Format> {
            limits[place.takes].names().iter().filter_map(|name| Format::from_name(name)).collect()
        };
        let mut common = formats(first);
        for place in places {
            let others = formats(place);
            common.retain(|format| others.contains(format));
        }
        let number = |limits: &Limits, id: Option<LimitId>| limits[id?].number();
        let bytes = places.iter().filter_map(|(place, limits)| limits[place.max_size?].bytes());
        let too_wide = |most: &f64| facts.dimensions.is_some_and(|size| f64::from(size.width) > *most);
        let below = places.iter().filter_map(|(place, limits)| {
            let bounds = [place.edge_doubtful, place.edge_refused].into_iter().filter_map(|id| number(limits, id));
            let most = number(limits, place.max_edge).map(|most| most + 1.0);
            // The width only counts if it is the fault: a bound for the long edge is stricter.
            let width = number(limits, place.max_width).filter(too_wide).map(|most| most + 1.0);
            bounds.chain(most).chain(width).reduce(f64::min)
        });
        let from = places.iter().filter_map(|(place, limits)| number(limits, place.min_edge));
        let class = facts.format.class();
        let is_seen = matches!(class, Class::Picture | Class::Video);
        (!common.is_empty()).then(|| Self {
            formats: common,
            most_bytes: bytes.map(|(allowed, _)| allowed).min(),
            edge_below: below.reduce(f64::min).filter(|_| is_seen).map(|edge| edge as u32),
            edge_from: from.reduce(f64::max).filter(|_| is_seen).map(|edge| edge as u32),
        })
    }

    /// Whether a part of the file, with its share of the bytes, is small enough.
    fn holds_part(&self, facts: &Facts, cut: Shorten) -> bool {
        let share = facts.duration_s.filter(|seconds| *seconds > 0.0).map_or(1.0, |seconds| cut.seconds() / seconds);
        self.most_bytes.is_some_and(|most| facts.size_bytes as f64 * share < most as f64 * 0.9)
    }

    fn target(&self, facts: &Facts, cut: Option<Shorten>) -> Option<Format> {
        let takes = |format: Format| self.formats.contains(&format).then_some(format);
        let of = |class: Class| self.formats.iter().copied().find(|format| format.class() == class);
        match facts.format.class() {
            Class::Picture => {
                // A photograph becomes a JPEG; a picture that may be transparent or drawn stays lossless.
                let photo = matches!(facts.format, Format::Heic | Format::Avif | Format::Jp2 | Format::Jxl);
                let is_large = self.most_bytes.is_some_and(|most| facts.size_bytes > most);
                let first = if photo || is_large { Format::Jpeg } else { Format::Png };
                takes(first).or_else(|| of(Class::Picture))
            }
            Class::Video => takes(Format::Mp4).or_else(|| of(Class::Video)).or_else(|| self.sound(facts, cut)),
            Class::Audio => self.sound(facts, cut),
            Class::Subtitle => of(Class::Subtitle),
            _ => None,
        }
    }

    /// Lossless sound stays lossless if it fits.
    fn sound(&self, facts: &Facts, cut: Option<Shorten>) -> Option<Format> {
        let takes = |format: Format| self.formats.contains(&format).then_some(format);
        let of = || self.formats.iter().copied().find(|format| format.class() == Class::Audio);
        let lossless = matches!(facts.format, Format::Flac | Format::Aiff | Format::Wav)
            || facts
                .track(TrackKind::Audio)
                .is_some_and(|track| track.codec.starts_with("pcm") || track.codec == "alac");
        let fits = || {
            let seconds = lasts(facts, cut)?;
            let track = facts.track(TrackKind::Audio);
            let rate = track.and_then(|track| track.sample_rate).unwrap_or(48_000);
            let channels = track.and_then(|track| track.channels).unwrap_or(2);
            let bytes = seconds * f64::from(rate) * f64::from(channels) * 2.0 + 1_000.0;
            Some(self.most_bytes.is_none_or(|most| bytes < most as f64 * 0.98))
        };
        if lossless && fits() == Some(true) {
            return takes(Format::Wav).or_else(|| takes(Format::Mp3)).or_else(of);
        }
        takes(Format::Mp3).or_else(of)
    }
}

/// Whether copying the tracks removes a fault of the file. In an MP3, the bytes between and after frames would be
/// copied too.
fn is_copied_away(facts: &Facts) -> bool {
    const IN_FRONT: [&str; 3] = ["leading-bytes", "frames-missing", "frames-uncounted"];
    facts.format != Format::Mp3 || facts.faults.iter().all(|fault| IN_FRONT.contains(&fault.code))
}

/// Whether the tracks can be copied unchanged.
fn copies(facts: &Facts, format: Format) -> bool {
    let is = |kind, names: &[&str]| facts.track(kind).is_none_or(|track| names.contains(&track.codec.as_str()));
    let has = |kind| facts.track(kind).is_some();
    match format {
        Format::Mp4 => {
            has(TrackKind::Video) && is(TrackKind::Video, &["h264"]) && is(TrackKind::Audio, &["aac", "mp3"])
        }
        Format::WebM => {
            has(TrackKind::Video)
                && is(TrackKind::Video, &["vp8", "vp9", "av1"])
                && is(TrackKind::Audio, &["opus", "vorbis"])
        }
        Format::Mp3 => has(TrackKind::Audio) && is(TrackKind::Audio, &["mp3"]),
        _ => false,
    }
}

/// H.264 with 8 bits and 4:2:0, which every player supports.
pub(super) fn plays_everywhere(facts: &Facts) -> bool {
    facts.track(TrackKind::Video).is_some_and(|track| {
        track.codec == "h264"
            && track.chroma.is_none_or(|chroma| chroma == Chroma::Half)
            && track.bit_depth.is_none_or(|bits| bits == 8)
    })
}

fn named(name: &str, format: Format) -> bool {
    let extension = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension);
    extension.is_some_and(|found| format.extensions().iter().any(|known| known.eq_ignore_ascii_case(found)))
}
