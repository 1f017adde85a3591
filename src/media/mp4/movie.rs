//! The movie box (ISO/IEC 14496-12, 8.2 to 8.8): the description of the tracks, without their samples.

use super::boxes::{BoxAt, Break, Children, i32_at, kind_at, name, u8_at, u32_at, u64_at};
use super::entry::{self, SampleEntry};
use super::tables::{EditList, EntryTable, Sizes};
use crate::media::{Bytes, Damage, Dimensions, Fault, ReadError, TrackKind};
use crate::text;

/// Tracks beyond this number are only counted.
const MOST_TRACKS: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Movie {
    pub(super) header: Option<BoxAt>,
    /// Units per second of the durations in `mvhd` and `elst`.
    pub(super) scale: u32,
    pub(super) duration: Option<u64>,
    turned: bool,
    pub(super) tracks: Vec<TrackBox>,
    /// Number of tracks that were not read.
    pub(super) more_tracks: u64,
    /// There is an `mvex`: some or all samples are in fragments.
    pub(super) fragmented: bool,
    pub(super) fragment_duration: Option<u64>,
    pub(super) defaults: Vec<Defaults>,
    pub(super) broken: Option<Break>,
}

/// `trex`: defaults for the samples of fragments.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Defaults {
    pub(super) id: u32,
    pub(super) description: u32,
    pub(super) duration: u32,
    pub(super) size: u32,
}

#[derive(Debug)]
pub(super) struct TrackBox {
    /// From 1, in the order of the file.
    pub(super) number: usize,
    pub(super) place: BoxAt,
    pub(super) id: u32,
    pub(super) enabled: bool,
    pub(super) kind: TrackKind,
    pub(super) scale: u32,
    turned: bool,
    pub(super) edits: Option<EditList>,
    pub(super) entries: Vec<SampleEntry>,
    /// One bit for each of the first 64 `dref` entries, set if the entry names another file.
    external: u64,
    pub(super) stts: Option<EntryTable>,
    pub(super) ctts: Option<EntryTable>,
    pub(super) stsc: Option<EntryTable>,
    pub(super) sizes: Option<Sizes>,
    pub(super) chunks: Option<EntryTable>,
    pub(super) stss: Option<EntryTable>,
    pub(super) parts: Parts,
    broken: Option<Break>,
}

/// The boxes that describe a track.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) tkhd: Option<BoxAt>,
    pub(super) mdhd: Option<BoxAt>,
    pub(super) hdlr: Option<BoxAt>,
    pub(super) stsd: Option<BoxAt>,
}

impl Movie {
    pub(super) fn read(bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<Self, ReadError> {
        let mut movie = Self::default();
        let mut children = Children::of(place);
        while let Some(child) = children.next(bytes)? {
            match &child.kind {
                b"mvhd" if movie.header.is_none() => movie.read_header(bytes, &child)?,
                b"trak" if movie.tracks.len() >= MOST_TRACKS => movie.more_tracks += 1,
                b"trak" => {
                    let number = movie.tracks.len() + 1;
                    movie.tracks.push(TrackBox::read(bytes, &child, number)?);
                }
                b"mvex" => movie.read_extends(bytes, &child)?,
                _ => {}
            }
        }
        movie.broken = children.broken;
        Ok(movie)
    }

    fn read_header(&mut self, bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<(), ReadError> {
        let content = place.content(bytes, 112)?;
        let (scale, duration, matrix) = scale_and_duration(content, 36);
        if let Some(scale) = scale {
            self.header = Some(*place);
            self.scale = scale;
            self.duration = duration;
            self.turned = is_turned(content, matrix);
        }
        Ok(())
    }

    fn read_extends(&mut self, bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<(), ReadError> {
        self.fragmented = true;
        let mut children = Children::of(place);
        while let Some(child) = children.next(bytes)? {
            let content = child.content(bytes, 24)?;
            match &child.kind {
                b"mehd" => {
                    self.fragment_duration = match u8_at(content, 0) {
                        Some(1) => u64_at(content, 4),
                        _ => u32_at(content, 4).map(u64::from),
                    }
                    .filter(|duration| *duration > 0);
                }
                b"trex" if self.defaults.len() < MOST_TRACKS => {
                    let number = |at| u32_at(content, at).unwrap_or(0);
                    let (id, description) = (number(4), number(8));
                    self.defaults.push(Defaults { id, description, duration: number(12), size: number(16) });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The duration stated in the header, in seconds.
    pub(super) fn declared(&self) -> Option<f64> {
        if self.scale == 0 {
            return None;
        }
        // In a fragmented file, mvhd covers only the samples listed in moov; mehd covers all (8.8.2).
        let units = self.fragment_duration.or(self.duration.filter(|duration| *duration > 0))?;
        Some(units as f64 / f64::from(self.scale))
    }

    /// The displayed size of a track: cropped, with square pixels, rotated.
    pub(super) fn displayed(&self, track: &TrackBox) -> Option<Dimensions> {
        let entry = track.entries.first()?;
        let stored = track.stored()?;
        let (mut width, height) = entry
            .shown
            .filter(|(width, height)| *width <= stored.width && *height <= stored.height)
            .unwrap_or((stored.width, stored.height));
        if let Some((across, down)) = entry.aspect {
            let scaled = (u64::from(width) * u64::from(across)).saturating_add(u64::from(down) / 2) / u64::from(down);
            // Ignore absurd aspect ratios.
            if scaled > 0
                && scaled <= u64::from(width).saturating_mul(16)
                && scaled.saturating_mul(16) >= u64::from(width)
            {
                width = u32::try_from(scaled).unwrap_or(width);
            }
        }
        let displayed = Dimensions::new(width, height);
        Some(if self.turned == track.turned { displayed } else { displayed.turned() })
    }
}

impl TrackBox {
    fn read(bytes: &mut Bytes<'_>, place: &BoxAt, number: usize) -> Result<Self, ReadError> {
        let mut track = Self {
            number,
            place: *place,
            id: 0,
            enabled: true,
            kind: TrackKind::Other,
            scale: 0,
            turned: false,
            edits: None,
            entries: Vec::new(),
            external: 0,
            stts: None,
            ctts: None,
            stsc: None,
            sizes: None,
            chunks: None,
            stss: None,
            parts: Parts::default(),
            broken: None,
        };
        let mut children = Children::of(place);
        while let Some(child) = children.next(bytes)? {
            match &child.kind {
                b"tkhd" => track.read_header(bytes, &child)?,
                b"edts" => track.read_edits(bytes, &child)?,
                b"mdia" => track.read_media(bytes, &child)?,
                _ => {}
            }
        }
        track.broken = track.broken.or(children.broken);
        if let Some(stsd) = track.parts.stsd {
            track.entries = entry::read_all(bytes, &stsd, track.kind)?;
        }
        Ok(track)
    }

    fn read_header(&mut self, bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<(), ReadError> {
        let content = place.content(bytes, 96)?;
        let long = u8_at(content, 0) == Some(1);
        self.parts.tkhd = Some(*place);
        self.enabled = u8_at(content, 3).is_none_or(|flags| flags & 1 != 0);
        self.id = u32_at(content, if long { 20 } else { 12 }).unwrap_or(0);
        self.turned = is_turned(content, if long { 52 } else { 40 });
        Ok(())
    }

    fn read_edits(&mut self, bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<(), ReadError> {
        let mut children = Children::of(place);
        while let Some(child) = children.next(bytes)? {
            if &child.kind == b"elst" && self.edits.is_none() {
                self.edits = EditList::read(bytes, &child)?;
            }
        }
        Ok(())
    }

    fn read_media(&mut self, bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<(), ReadError> {
        let mut children = Children::of(place);
        while let Some(child) = children.next(bytes)? {
            match &child.kind {
                b"mdhd" => {
                    let (scale, ..) = scale_and_duration(child.content(bytes, 36)?, 0);
                    if let Some(scale) = scale {
                        self.parts.mdhd = Some(child);
                        self.scale = scale;
                    }
                }
                b"hdlr" => {
                    self.parts.hdlr = Some(child);
                    self.kind = match kind_at(child.content(bytes, 12)?, 8).as_ref() {
                        Some(b"vide" | b"pict") => TrackKind::Video,
                        Some(b"soun") => TrackKind::Audio,
                        Some(b"text" | b"sbtl" | b"subt" | b"subp" | b"clcp") => TrackKind::Subtitle,
                        _ => TrackKind::Other,
                    };
                }
                b"minf" => self.read_information(bytes, &child)?,
                _ => {}
            }
        }
        self.broken = self.broken.or(children.broken);
        Ok(())
    }

    fn read_information(&mut self, bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<(), ReadError> {
        let mut children = Children::of(place);
        while let Some(child) = children.next(bytes)? {
            match &child.kind {
                // Without a handler, the media header still tells the kind.
                b"vmhd" if self.parts.hdlr.is_none() => self.kind = TrackKind::Video,
                b"smhd" if self.parts.hdlr.is_none() => self.kind = TrackKind::Audio,
                b"dinf" => self.read_references(bytes, &child)?,
                b"stbl" => self.read_tables(bytes, &child)?,
                _ => {}
            }
        }
        self.broken = self.broken.or(children.broken);
        Ok(())
    }

    fn read_references(&mut self, bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<(), ReadError> {
        let mut children = Children::of(place);
        while let Some(child) = children.next(bytes)? {
            if &child.kind != b"dref" {
                continue;
            }
            let mut entries = Children::between(child.body.saturating_add(8), child.end);
            for index in 0..64u32 {
                let Some(entry) = entries.next(bytes)? else { break };
                let content = entry.content(bytes, 5)?;
                // The entry is not flagged as “in this file” and does have a name.
                let elsewhere = u32_at(content, 0).is_some_and(|flags| flags & 1 == 0);
                if elsewhere && matches!(&entry.kind, b"url " | b"urn ") && u8_at(content, 4).is_some_and(|c| c != 0) {
                    self.external |= 1 << index;
                }
            }
        }
        Ok(())
    }

    fn read_tables(&mut self, bytes: &mut Bytes<'_>, place: &BoxAt) -> Result<(), ReadError> {
        let mut children = Children::of(place);
        while let Some(child) = children.next(bytes)? {
            match &child.kind {
                b"stsd" => self.parts.stsd = self.parts.stsd.or(Some(child)),
                b"stts" if self.stts.is_none() => self.stts = EntryTable::read(bytes, &child, 4, 8)?,
                b"ctts" if self.ctts.is_none() => self.ctts = EntryTable::read(bytes, &child, 4, 8)?,
                b"stsc" if self.stsc.is_none() => self.stsc = EntryTable::read(bytes, &child, 4, 12)?,
                b"stsz" if self.sizes.is_none() => self.sizes = Sizes::stsz(bytes, &child)?,
                b"stz2" if self.sizes.is_none() => self.sizes = Sizes::stz2(bytes, &child)?,
                b"stco" if self.chunks.is_none() => self.chunks = EntryTable::read(bytes, &child, 4, 4)?,
                b"co64" if self.chunks.is_none() => self.chunks = EntryTable::read(bytes, &child, 4, 8)?,
                b"stss" if self.stss.is_none() => self.stss = EntryTable::read(bytes, &child, 4, 4)?,
                _ => {}
            }
        }
        self.broken = self.broken.or(children.broken);
        Ok(())
    }

    /// It is a picture or sound track.
    pub(super) fn is_media(&self) -> bool {
        matches!(self.kind, TrackKind::Video | TrackKind::Audio)
    }

    pub(super) fn encrypted(&self) -> bool {
        self.entries.iter().any(|entry| entry.encrypted)
    }

    /// Its samples are in another file.
    pub(super) fn is_external(&self) -> bool {
        let bit = |entry: &SampleEntry| 1u64.checked_shl(u32::from(entry.reference).wrapping_sub(1)).unwrap_or(0);
        self.entries.iter().any(|entry| self.external & bit(entry) != 0)
    }

    /// The size in the sample entry, or that of the codec if they disagree, because decoders use the latter.
    pub(super) fn stored(&self) -> Option<Dimensions> {
        let entry = self.entries.first().filter(|_| self.kind == TrackKind::Video)?;
        let (width, height) = self.coded_otherwise().unwrap_or((entry.width, entry.height));
        (width > 0 && height > 0).then(|| Dimensions::new(width, height))
    }

    /// The size in the parameter set, if it differs from the sample entry by a macroblock or more. A smaller difference
    /// is uncropped padding.
    fn coded_otherwise(&self) -> Option<(u32, u32)> {
        let entry = self.entries.first()?;
        entry.pictures.size.filter(|(width, height)| {
            width.abs_diff(entry.width) >= 16 || height.abs_diff(entry.height) >= 16 || entry.width * entry.height == 0
        })
    }

    /// `track 1 (h264)`.
    pub(super) fn title(&self) -> String {
        match self.entries.first() {
            Some(entry) if !entry.codec.is_empty() => format!("track {} ({})", self.number, entry.codec),
            _ => format!("track {}", self.number),
        }
    }

    /// The first fault in the boxes of this track; samples are checked elsewhere.
    pub(super) fn fault(&self, fragmented: bool) -> Option<Fault> {
        let played = self.is_media() || self.parts.hdlr.is_none();
        let damage = if played { Damage::Corrupt } else { Damage::Malformed };
        let lost = |fault: Fault| if played { fault.effect("the track cannot be played") } else { fault };
        let title = self.title();
        let needed = [
            ("mdhd", self.parts.mdhd.is_some(), true),
            ("hdlr", self.parts.hdlr.is_some(), true),
            ("stsd", self.parts.stsd.is_some(), true),
            ("stts", self.stts.is_some(), !fragmented),
            ("stsc", self.stsc.is_some(), !fragmented),
            ("stsz", self.sizes.is_some(), !fragmented),
            ("stco", self.chunks.is_some(), !fragmented),
        ];
        if let Some((missing, ..)) = needed.iter().find(|(_, there, needed)| *needed && !there) {
            return Some(lost(match self.broken {
                Some(place) => Fault::new(
                    damage,
                    "box-overruns",
                    format!("{} in {title}, before {missing} was found", broken_words(&place)),
                )
                .at_named_byte(place.at),
                None => Fault::new(damage, "box-missing", format!("{title} has no {missing}")).at(self.place.start),
            }));
        }
        if self.entries.is_empty() {
            let at = self.parts.stsd.map_or(self.place.start, |stsd| stsd.start);
            return Some(lost(Fault::new(damage, "sample-entry-missing", format!("stsd of {title} is empty")).at(at)));
        }
        if self.scale == 0 {
            let at = self.parts.mdhd.map_or(self.place.start, |mdhd| mdhd.start);
            return Some(lost(Fault::new(damage, "timescale-zero", format!("the timescale of {title} is 0")).at(at)));
        }
        let tables = [
            ("stts", self.stts.as_ref()),
            ("stsc", self.stsc.as_ref()),
            ("stsz", self.sizes.as_ref().and_then(Sizes::short)),
            ("stco", self.chunks.as_ref()),
            ("ctts", self.ctts.as_ref()),
            ("stss", self.stss.as_ref()),
            ("elst", self.edits.as_ref().map(|edits| &edits.table)),
        ];
        for (name, table) in tables {
            let Some(table) = table.filter(|table| table.is_short()) else { continue };
            let needed = matches!(name, "stts" | "stsc" | "stsz" | "stco");
            let damage = if needed { damage } else { Damage::Malformed };
            let message = format!(
                "{name} of {title} claims {} but has room for {}",
                if table.claimed == 1 { "1 entry".into() } else { format!("{} entries", text::count(table.claimed)) },
                text::count(table.count)
            );
            let fault = Fault::new(damage, "table-overruns", message).at(table.start);
            return Some(if damage == Damage::Corrupt { fault.effect("samples are lost") } else { fault });
        }
        if let (Some(kind), TrackKind::Video) = (self.entries.first().and_then(|entry| entry.config_missing), self.kind)
        {
            let at = self.parts.stsd.map_or(self.place.start, |stsd| stsd.start);
            let message = format!("the sample entry of {title} has no {}", name(kind));
            return Some(lost(Fault::new(damage, "codec-configuration-missing", message).at(at)));
        }
        if self.kind == TrackKind::Video && self.stored().is_none() {
            let at = self.parts.stsd.map_or(self.place.start, |stsd| stsd.start);
            let entry = self.entries.first();
            let (width, height) = entry.map_or((0, 0), |entry| (entry.width, entry.height));
            let message = format!("{title} is {width}×{height}");
            return Some(lost(Fault::new(damage, "dimensions-zero", message).at(at)));
        }
        if let (Some((width, height)), Some(entry), Some(stsd)) =
            (self.coded_otherwise(), self.entries.first(), self.parts.stsd)
        {
            let message = format!(
                "the sample entry of {title} says {}×{}, but its {} says {width}×{height}",
                entry.width,
                entry.height,
                if entry.codec == "av1" { "sequence header" } else { "parameter set" }
            );
            return Some(Fault::malformed("dimensions-mismatch", message).at(stsd.start));
        }
        let place = self.broken.filter(Break::overruns)?;
        Some(Fault::malformed("box-overruns", format!("{} in {title}", broken_words(&place))).at_named_byte(place.at))
    }
}

/// `box trak at offset 1,024 claims 9,000 bytes where 812 are left`.
pub(super) fn broken_words(place: &Break) -> String {
    if place.overruns() {
        let room = place.claimed - place.over;
        return format!(
            "box {} at offset {} claims {}, but {} are left",
            name(place.kind),
            text::count(place.at),
            text::counted(place.claimed, "byte"),
            text::count(room)
        );
    }
    format!("there is no box at offset {}", text::count(place.at))
}

/// Timescale and duration of `mvhd` or `mdhd`, and the offset `after` adjusted for the 64-bit version.
fn scale_and_duration(content: &[u8], after: usize) -> (Option<u32>, Option<u64>, usize) {
    if u8_at(content, 0) == Some(1) {
        let duration = u64_at(content, 24).filter(|duration| *duration != u64::MAX);
        return (u32_at(content, 20), duration, after + 12);
    }
    let duration = u32_at(content, 16).filter(|duration| *duration != u32::MAX).map(u64::from);
    (u32_at(content, 12), duration, after)
}

/// The matrix (8.2.2) rotates by 90 or 270 degrees.
fn is_turned(content: &[u8], at: usize) -> bool {
    let part = |index: usize| i32_at(content, at + 4 * index).map(i32::unsigned_abs).map(u64::from);
    match (part(0), part(1), part(3), part(4)) {
        (Some(a), Some(b), Some(c), Some(d)) => b + c > a + d,
        _ => false,
    }
}
