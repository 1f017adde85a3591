//! JPEG: markers, and a walk over the Huffman codes of every scan (ITU-T T.81 with its containers JFIF and EXIF).
//!
//! The walker follows the markers to EOI. In a sequential or progressive scan it looks up every code, skips value bits
//! and counts blocks. That shows whether the data of the scan are complete and in order, at the speed of reading bits.
//! It skips arithmetic, lossless and hierarchical scans. It reports a break in a scan once, with the part of the
//! picture that is lost.

mod bits;
mod choose;
mod damage;
mod frame;
mod huffman;
mod scan;

mod tables;

use super::{Bytes, Damage, Depth, Dimensions, Facts, Fault, Format, ReadError, exif};
use crate::text;
use bits::{Bits, Stop};
use damage::ScanPlace;
use frame::{Coding, FrameHeader, ScanHeader};
use huffman::Definition;
use scan::{NonZero, ScanEnd};

/// Scans to walk code by code; for later ones the walker only finds the end. Real files have a few dozen at most.
const MOST_SCANS: u32 = 500;
/// MCUs and blocks to walk, per byte of the file and in addition: runs of empty blocks take time and hardly any bytes.
const UNITS_PER_BYTE: u64 = 32;
const MOST_UNITS: u64 = 8 << 20;
/// Our decoder refuses a picture with more scans, or with more segments between two of them.
const MOST_DECODED_SCANS: u32 = 100;
const MOST_DECODED_SEGMENTS: u32 = 60;
/// Blocks of a progressive frame whose coefficients the walker tracks, at eight bytes each; it skips the refining scans
/// of a larger picture.
const MOST_BLOCKS: u64 = 2 << 20;
/// Stray bytes after a scan that may be padding; more of them were a segment or a scan.
const MOST_STRAYS: u64 = 64;
/// Bytes searched at once for the next marker.
const PIECE: usize = 16 << 10;

pub(super) fn walk(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let mut walk = MarkerWalk::new(facts, depth);
    walk.markers(bytes)?;
    walk.close();
    Ok(())
}

/// The bytes of memory that common decoders need for pixels and coefficients. None if they do not support the frame;
/// they support sequential and progressive frames with Huffman codes.
pub(super) fn decoding_bytes(bytes: &mut Bytes<'_>) -> Result<Option<u64>, ReadError> {
    let mut facts = Facts::new(Format::Jpeg, bytes.len());
    let mut walk = MarkerWalk::new(&mut facts, Depth::Header);
    walk.markers(bytes)?;
    let at_once = walk.first_scan;
    Ok(walk.frame.filter(|frame| frame.coding != Coding::Other).map(|frame| frame.decoding_bytes(at_once)))
}

/// A marker segment.
#[derive(Clone, Copy)]
struct Segment {
    code: u8,
    /// Offset of its marker.
    at: u64,
    /// Offset of its data, after the length.
    data: u64,
    /// Length of its data.
    length: usize,
}

impl Segment {
    fn name(&self) -> String {
        damage::marker_name(self.code)
    }
}

struct MarkerWalk<'f> {
    facts: &'f mut Facts,
    depth: Depth,
    frame: Option<FrameHeader>,
    /// Offset of its header.
    frame_at: u64,
    orientation: Option<exif::Orientation>,
    /// Whether an MPF segment announces more pictures after this one.
    more_pictures: bool,
    interval: u64,
    quantisation: [bool; 4],
    /// DC and AC tables as DHT defines them, and as prepared for lookup.
    definitions: [[Option<Definition>; 4]; 2],
    tables: choose::Tables,
    non_zero: Vec<NonZero>,
    /// For each component, whether some scan contains it.
    scanned: Vec<bool>,
    /// For each component of a progressive frame, one bit per coefficient: whether it has reached its last bit.
    refined: Vec<u64>,
    scans: u32,
    /// Components of the first scan; used only when walking just the header.
    first_scan: usize,
    /// Segments since the last scan.
    segments: u32,
    /// MCUs and blocks of all scans so far.
    units: u64,
    /// Whether a fault that explains the missing part of the picture has been reported.
    explained: bool,
    reported_codes: Vec<&'static str>,
}

/// The offset of the next marker, or none to stop.
type Next = Option<u64>;

impl<'f> MarkerWalk<'f> {
    fn new(facts: &'f mut Facts, depth: Depth) -> Self {
        Self {
            facts,
            depth,
            frame: None,
            frame_at: 0,
            orientation: None,
            more_pictures: false,
            interval: 0,
            quantisation: [false; 4],
            definitions: Default::default(),
            tables: Default::default(),
            non_zero: Vec::new(),
            scanned: Vec::new(),
            refined: Vec::new(),
            scans: 0,
            first_scan: 0,
            segments: 0,
            units: 0,
            explained: false,
            reported_codes: Vec::new(),
        }
    }

    /// Reports a fault, once for each code: repeated ones have the same cause.
    fn fault(&mut self, fault: Fault) {
        if !self.reported_codes.contains(&fault.code) {
            self.reported_codes.push(fault.code);
            self.facts.fault(fault);
        }
    }

    /// Reports a fault that loses content and explains what is missing, unless that has been explained already.
    fn explain(&mut self, fault: Fault) {
        if !std::mem::replace(&mut self.explained, true) {
            self.fault(fault);
        }
    }

    fn markers(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        let mut next = Some(2);
        while let Some(at) = next {
            let Some((code, at)) = self.find(bytes, at)? else {
                self.ends(bytes.len());
                return Ok(());
            };
            next = match code {
                0xd9 => {
                    self.end(bytes, at)?;
                    None
                }
                0xd8 => {
                    let before =
                        if self.scans > 0 { "the picture before it has not ended" } else { "nothing comes before it" };
                    self.explain(
                        Fault::corrupt("soi-repeated", format!("a second SOI is at {}: {before}", text::count(at)))
                            .at_named_byte(at)
                            .effect("decoders stop there"),
                    );
                    None
                }
                0x01 | 0xd0..=0xd7 => Some(at + 2),
                _ => match self.segment(bytes, code, at)? {
                    Some(segment) => self.look(bytes, segment)?,
                    None => None,
                },
            };
        }
        Ok(())
    }

    /// The next marker from `at` on: its code and offset. Reports bytes before it that belong to nothing.
    fn find(&mut self, bytes: &mut Bytes<'_>, from: u64) -> Result<Option<(u8, u64)>, ReadError> {
        let mut at = from;
        let mut strays = 0u64;
        loop {
            // Nearly always the marker is right here.
            if let &[0xff, code @ (0x01..=0xfe)] = bytes.peek(at, 2)?
                && strays == 0
            {
                return Ok(Some((code, at)));
            }
            let piece = bytes.peek(at, PIECE)?;
            if piece.len() < 2 {
                return Ok(None);
            }
            let mut place = 0;
            let found = loop {
                let Some(ff) = memchr::memchr(0xff, &piece[place..]).map(|ff| ff + place) else { break None };
                match piece.get(ff + 1) {
                    None => break None,
                    Some(0xff) => place = ff + 1,
                    Some(0) => place = ff + 2,
                    Some(&code) => break Some((code, ff)),
                }
            };
            if let Some((code, ff)) = found {
                let fill = piece[..ff].iter().rev().take_while(|&&byte| byte == 0xff).count();
                strays += (ff - fill) as u64;
                if strays > 0 {
                    self.strays(from, strays);
                }
                return Ok(Some((code, at + ff as u64)));
            }
            // The last byte may be the first of a marker.
            let step = (piece.len() - 1) as u64;
            strays += step;
            at += step;
        }
    }

    fn strays(&mut self, at: u64, count: u64) {
        if !self.reported_codes.contains(&"stray-bytes") && !self.explained && self.depth != Depth::Header {
            let text = format!("stray data between segments: {} at {}", text::counted(count, "byte"), text::count(at));
            if at == 2 {
                let effect =
                    "software that goes by the first three bytes (browsers, Pillow) does not recognise it as a JPEG";
                return self.explain(Fault::corrupt("stray-start", text).at_named_byte(at).effect(effect));
            }
            if self.scans > 0 && count > MOST_STRAYS {
                let effect = "the scans there are lost, and with them detail or colour";
                return self.fault(Fault::corrupt("scan-lost", text).at_named_byte(at).effect(effect));
            }
            self.fault(Fault::malformed("stray-bytes", text).at_named_byte(at).effect("decoders skip them"));
        }
    }

    /// The file ends where a marker should be.
    fn ends(&mut self, len: u64) {
        let text = format!("the file ends at {} without EOI", text::count(len));
        let Some(frame) = self.frame.as_ref().filter(|_| self.scans > 0) else {
            self.explain(
                Fault::corrupt("truncated", text).at_named_byte(len).effect("nothing of the picture can be shown"),
            );
            return;
        };
        if frame.coding == Coding::Other {
            // The codes of this scan were not walked: a file that ends inside it looks like one without EOI.
            let effect = "the picture is cut off, unless only EOI is missing";
            self.explain(Fault::corrupt("truncated", text).at_named_byte(len).effect(effect));
        } else if self.scanned.contains(&false)
            || frame.coding == Coding::Progressive && self.refined.iter().any(|&bits| bits != u64::MAX)
        {
            let effect = "the scans there are lost, and with them detail or colour";
            self.explain(Fault::corrupt("truncated", text).at_named_byte(len).effect(effect));
        } else {
            let effect = "the picture is complete, but strict decoders (Pillow) refuse the file";
            self.explain(Fault::corrupt("eoi-missing", text).at_named_byte(len).effect(effect));
        }
    }

    /// The segment of the marker at `at`; none if it is broken, after reporting that.
    fn segment(&mut self, bytes: &mut Bytes<'_>, code: u8, at: u64) -> Result<Option<Segment>, ReadError> {
        if matches!(code, 0x02..=0xbf | 0xc8 | 0xf0..=0xfd) {
            self.explain(
                Fault::corrupt(
                    "marker-unknown",
                    format!("the marker {} at {} has no meaning", damage::marker_name(code), text::count(at)),
                )
                .at_named_byte(at)
                .effect(format!("decoders stop there: {}", self.nothing_or_rest())),
            );
            return Ok(None);
        }
        let left = bytes.left(at + 2);
        let claimed = if left >= 2 { u64::from(u16::from_be_bytes(bytes.array::<2>(at + 2)?)) } else { 2 };
        let short = |name| {
            format!(
                "the {name} segment at {} claims {}, fewer than the length field itself",
                text::count(at),
                text::counted(claimed, "byte")
            )
        };
        if claimed < 2 && matches!(code, 0xdc | 0xe0..=0xef | 0xfe) {
            // Its content does not matter: decoders continue after the length.
            if !self.reported_codes.contains(&"segment-short") {
                let text = short(damage::marker_name(code));
                self.fault(Fault::malformed("segment-short", text).at_named_byte(at).effect("decoders ignore it"));
            }
            return Ok(Some(Segment { code: 0xfe, at, data: at + 4, length: 0 }));
        }
        if claimed < 2 {
            self.explain(
                Fault::corrupt("segment-length", short(damage::marker_name(code)))
                    .at_named_byte(at)
                    .effect(format!("decoders stop there: {}", self.nothing_or_rest())),
            );
            return Ok(None);
        }
        if left < claimed {
            let text = format!(
                "the {} segment at {} claims {} bytes, but the file ends after {} of them",
                damage::marker_name(code),
                text::count(at),
                text::count(claimed),
                text::count(left)
            );
            self.explain(Fault::corrupt("truncated", text).at_named_byte(at).effect(self.nothing_or_rest()));
            return Ok(None);
        }
        let length = usize::try_from(claimed - 2).unwrap_or(0);
        Ok(Some(Segment { code, at, data: at + 4, length }))
    }

    fn nothing_or_rest(&self) -> &'static str {
        if self.scans == 0 { "nothing of the picture can be shown" } else { "the rest of the picture is missing" }
    }

    fn look(&mut self, bytes: &mut Bytes<'_>, segment: Segment) -> Result<Next, ReadError> {
        self.segments = if segment.code == 0xda { 0 } else { self.segments + 1 };
        if self.scans > 0 && self.segments > MOST_DECODED_SEGMENTS {
            self.facts.decoder_limit = Some("it has more than 60 segments between two scans");
        }
        // DAC and DNL.
        if matches!(segment.code, 0xcc | 0xdc) {
            self.facts.decoder_limit = Some("the decoder does not support one of its segments");
        }
        let behind = Some(segment.data + segment.length as u64);
        let broken = match segment.code {
            0xc4 => self.huffman(bytes.get(segment.data, segment.length)?),
            0xdb => self.quantisation(bytes.get(segment.data, segment.length)?),
            0xdd if segment.length == 2 => {
                self.interval = u64::from(u16::from_be_bytes(bytes.array::<2>(segment.data)?));
                None
            }
            0xdd => Some("does not have the length of a restart interval".to_owned()),
            0xda => return self.scan(bytes, segment),
            0xdc => {
                self.number_of_lines(bytes, segment)?;
                None
            }
            0xe1 => {
                self.application_1(bytes, segment)?;
                None
            }
            0xe2 => {
                self.more_pictures |= bytes.peek(segment.data, segment.length.min(4))?.starts_with(b"MPF\0");
                None
            }
            0xc0..=0xcf if segment.code != 0xcc => self.start_of_frame(bytes, segment)?,
            _ => None,
        };
        if let Some(what) = broken {
            let text = format!("the {} segment at {} {what}", segment.name(), text::count(segment.at));
            let effect = format!("decoders stop there: {}", self.nothing_or_rest());
            self.explain(Fault::corrupt("segment", text).at_named_byte(segment.at).effect(effect));
            return Ok(None);
        }
        Ok(behind)
    }

    fn start_of_frame(&mut self, bytes: &mut Bytes<'_>, segment: Segment) -> Result<Option<String>, ReadError> {
        if self.frame.is_some() {
            return Ok(Some("is a second frame header".to_owned()));
        }
        let data = bytes.get(segment.data, segment.length)?;
        self.facts.stored = FrameHeader::size(data).filter(|size| size.short_edge() > 0);
        match FrameHeader::read(segment.code, data) {
            Ok(frame) => {
                self.scanned = vec![false; frame.components.len()];
                self.refined = vec![0; frame.components.len()];
                self.judge_frame(&frame, segment);
                (self.frame, self.frame_at) = (Some(frame), segment.at);
                Ok(None)
            }
            Err(what) => Ok(Some(format!("has {what}"))),
        }
    }

    /// Reports frames that common decoders do not support although the standard allows them.
    fn judge_frame(&mut self, frame: &FrameHeader, segment: Segment) {
        if frame.precision != 8 {
            let text = format!("the samples have {} bits, but common decoders accept only 8", frame.precision);
            let effect = "browsers and common decoders refuse the file";
            self.fault(Fault::new(Damage::Unsupported, "precision", text).at(segment.at).effect(effect).mendable());
        }
        if frame.coding != Coding::Other && frame.components.len() == 2 {
            let text = "the picture has 2 components, but decoders support only grey (1), colour (3) and CMYK (4)";
            self.explain(Fault::corrupt("components", text).at(segment.at).effect("decoders refuse the file"));
        }
        let coding = match segment.code {
            0xc9 | 0xca | 0xcd | 0xce => ("arithmetic", "arithmetic coding"),
            0xc3 | 0xc7 | 0xcb | 0xcf => ("lossless", "lossless coding"),
            0xc5 | 0xc6 => ("hierarchical", "hierarchical coding"),
            _ => return,
        };
        let text = format!("the picture has {}, which few decoders support", coding.1);
        let fault = Fault::malformed(coding.0, text).at(segment.at);
        self.fault(fault.effect("browsers and ffmpeg refuse the file"));
    }

    fn application_1(&mut self, bytes: &mut Bytes<'_>, segment: Segment) -> Result<(), ReadError> {
        if self.orientation.is_none() && bytes.peek(segment.data, segment.length.min(6))?.starts_with(b"Exif\0") {
            let length = segment.length as u64 - 5;
            self.orientation = exif::orientation(bytes, segment.data + 6, length.saturating_sub(1))?;
        }
        Ok(())
    }

    /// DNL (B.2.5) gives the height that a frame header left open; decoders do not support it.
    fn number_of_lines(&mut self, bytes: &mut Bytes<'_>, segment: Segment) -> Result<(), ReadError> {
        if segment.length < 2 {
            return Ok(());
        }
        let lines = u32::from(u16::from_be_bytes(bytes.array::<2>(segment.data)?));
        if let Some(frame) = &self.frame
            && frame.size.height == 0
            && lines > 0
        {
            self.facts.stored = Some(Dimensions::new(frame.size.width, lines));
        }
        Ok(())
    }

    fn scan(&mut self, bytes: &mut Bytes<'_>, segment: Segment) -> Result<Next, ReadError> {
        if self.depth == Depth::Header {
            self.first_scan = bytes.peek(segment.data, 1)?.first().map_or(0, |&count| usize::from(count));
            return Ok(None);
        }
        let behind = segment.data + segment.length as u64;
        let header = match &self.frame {
            None => Err("comes before a frame header".to_owned()),
            Some(frame) => {
                let data = bytes.get(segment.data, segment.length)?;
                ScanHeader::read(data, frame).map_err(|what| format!("has {what}"))
            }
        };
        // After a break the walker only finds where the file continues.
        let most = bytes.len().saturating_mul(UNITS_PER_BYTE).saturating_add(MOST_UNITS);
        let wanted = self.scans < MOST_SCANS && self.units < most && !self.explained;
        let ready = header
            .and_then(|header| if wanted { self.ready(&header, segment.at).map(|()| header) } else { Ok(header) });
        let (header, frame) = match (ready, &self.frame) {
            (Ok(header), Some(frame)) => (header, frame),
            (Ok(_), None) => return Ok(None),
            (Err(what), _) => {
                let text = format!("the SOS segment at {} {what}", text::count(segment.at));
                let effect = format!("decoders stop there: {}", self.nothing_or_rest());
                self.explain(Fault::corrupt("scan-header", text).at_named_byte(segment.at).effect(effect));
                return Ok(None);
            }
        };
        self.scans = self.scans.saturating_add(1);
        if self.scans > MOST_DECODED_SCANS {
            self.facts.decoder_limit = Some("it has more than 100 scans");
        }
        if frame.coding != Coding::Other && !header.parts.is_sorted_by_key(|part| part.component) {
            let text = format!(
                "the SOS segment at {} names the components in another order than the frame header",
                text::count(segment.at)
            );
            let effect = "decoders refuse the file, or show the wrong colours";
            self.explain(Fault::corrupt("scan-order", text).at_named_byte(segment.at).effect(effect));
            return Ok(None);
        }
        for part in &header.parts {
            if let Some(seen) = self.scanned.get_mut(part.component) {
                *seen = true;
            }
            if let Some(refined) = self.refined.get_mut(part.component).filter(|_| header.low == 0) {
                *refined |= (header.start..=header.end.min(63)).fold(0, |bits, at| bits | 1 << at);
            }
        }
        let first = &frame.components[header.parts[0].component];
        let (columns, rows) = if header.parts.len() > 1 { frame.interleaved() } else { frame.blocks(first) };
        let units = u64::from(columns) * u64::from(rows);
        let coding = frame.coding;
        let progressive = coding == Coding::Progressive;
        if coding == Coding::Sequential && !header.is_sequential() {
            let text =
                format!("the SOS segment at {} has the parameters of a progressive scan", text::count(segment.at));
            self.fault(
                Fault::malformed("scan-parameters", text).at_named_byte(segment.at).effect("decoders ignore them"),
            );
        }
        let walkable = wanted && coding != Coding::Other && units > 0;
        self.units = self.units.saturating_add(units);
        if progressive && self.non_zero.is_empty() {
            self.track_coefficients();
        }
        let tables = &self.tables;
        let kind = match &self.frame {
            Some(frame) if walkable => choose::kind(frame, &header, tables, &mut self.non_zero),
            _ => None,
        };
        let mut bits = Bits::new(bytes, behind);
        let outcome = match kind {
            Some(kind) => Some(scan::walk(&mut bits, kind, units, self.interval)),
            None => None,
        };
        let stop = match outcome {
            Some(outcome) => outcome.stop,
            None => scan::pass_over(&mut bits),
        };
        bits.finish()?;
        if let Some(outcome) = outcome {
            self.judge(outcome, &ScanPlace { scan: self.scans, header: &header, columns, rows, progressive, behind });
        }
        Ok(match stop {
            Stop::Marker(_, at) => Some(at),
            Stop::End(at) => Some(at.max(bytes.len())),
        })
    }

    /// Allocates the state of every coefficient, unless that is too much.
    fn track_coefficients(&mut self) {
        let Some(frame) = &self.frame else { return };
        let blocks = |component| {
            let (columns, rows) = frame.blocks(component);
            u64::from(columns) * u64::from(rows)
        };
        let fits = frame.components.iter().map(blocks).sum::<u64>() <= MOST_BLOCKS;
        let words = |component| if fits { usize::try_from(blocks(component)).unwrap_or(0) } else { 0 };
        self.non_zero = frame.components.iter().map(|component| vec![0; words(component)]).collect();
    }

    fn judge(&mut self, outcome: ScanEnd, place: &ScanPlace<'_>) {
        if let Some((problem, unit, at)) = outcome.problem {
            let fault = damage::broken_scan(problem, unit, at, place, self.interval > 0);
            self.explain(fault);
        } else if outcome.extra.count > 0 && !self.explained {
            self.fault(damage::long_scan(outcome.extra, place));
        }
    }

    fn end(&mut self, bytes: &mut Bytes<'_>, at: u64) -> Result<(), ReadError> {
        if self.depth == Depth::Header {
            return Ok(());
        }
        if self.scans == 0 {
            self.explain(
                Fault::corrupt("scan-missing", format!("EOI at {} comes before any scan", text::count(at)))
                    .at_named_byte(at)
                    .effect("nothing of the picture can be shown"),
            );
        }
        if let Some(missing) = self.scanned.iter().position(|seen| !seen) {
            let text = format!("component {} of {} has no scan", missing + 1, self.scanned.len());
            self.explain(Fault::corrupt("component-missing", text).at(at).effect("the colours are wrong"));
        }
        let behind = at + 2;
        let trailing = bytes.left(behind);
        let piece = bytes.peek(behind, PIECE)?;
        let next_picture = self.more_pictures && piece.windows(3).any(|three| three == b"\xff\xd8\xff");
        if trailing > 0 && !self.explained && !next_picture && !is_padding(piece, trailing) {
            let text = format!("{} after EOI", text::counted(trailing, "byte"));
            self.fault(Fault::malformed("trailing-bytes", text).at(behind).effect("decoders ignore them"));
        }
        Ok(())
    }

    fn close(mut self) {
        if let Some(frame) = &self.frame
            && frame.size.height == 0
            && self.depth != Depth::Header
        {
            let fault = Fault::corrupt(
                "height-zero",
                "the frame header gives a height of 0 and leaves it to a DNL segment after the scan",
            )
            .at(self.frame_at)
            .effect("decoders refuse the file");
            self.explain(fault);
        }
        self.facts.dimensions =
            self.facts.stored.map(|stored| self.orientation.map_or(stored, |turn| turn.shown(stored)));
    }
}

/// Whether the bytes after the end, which begin with `piece`, are only padding: zeros or ones up to the end of a
/// sector or word, as cameras write them, or a line end.
fn is_padding(piece: &[u8], all: u64) -> bool {
    let fills = |fill: u8| piece.iter().all(|&byte| byte == fill);
    piece.len() as u64 == all && (fills(0) || fills(0xff) || matches!(piece, b"\n" | b"\r\n"))
}
