//! WebM: the EBML elements of a Matroska Segment (RFC 8794, RFC 9559) with the `DocType` `webm`.
//!
//! The walk reads the header of every block and the first bytes of every frame. Durations come from the blocks, because
//! live recordings state none and edited files often state a wrong one.

mod block;
mod ebml;
mod frames;
mod judge;
mod track;

use self::ebml::{Element, NextElement, element};
use self::track::TrackEntry;
use super::{Bytes, Depth, Facts, Fault, ReadError, Track, TrackKind};
use crate::text::{count, counted};

/// Tracks that are kept; real files have a handful.
const MOST_TRACKS: usize = 64;
/// The largest element whose CRC-32 is computed.
const MOST_CHECKED: u64 = 64 << 20;

/// The state of the walk over a Segment.
#[derive(Debug)]
struct SegmentWalk {
    depth: Depth,
    /// Nanoseconds per tick.
    scale: u64,
    declared: Option<f64>,
    tracks: Vec<TrackEntry>,
    /// Offset of a `TimestampScale` of 0.
    scale_zero: Option<u64>,
    /// Offsets of the first of each.
    segment_at: u64,
    segment_body: u64,
    info_at: Option<u64>,
    duration_at: u64,
    tracks_at: Option<u64>,
    cluster_at: Option<u64>,
    clusters: u64,
    /// Timestamp of the current `Cluster`, in ticks.
    time: i64,
    /// Index of the track of the previous block.
    latest: usize,
    /// The first fault that costs content.
    cut: Option<Fault>,
    /// Bytes that belong to no element: the first offset and the total.
    lost: Option<(u64, u64)>,
    strangers: Option<(u64, u64, u64)>,
    bad_lacing: Option<(u64, u64)>,
    wrong_checksum: Option<(u64, u32)>,
    /// Size of the largest element in a Cluster, and of all elements outside of Clusters, without Void.
    largest: u64,
    beside: u64,
    /// Bytes checksummed so far, so that nested elements do not cost quadratic time.
    checked: u64,
    trailing: Option<(u64, u64)>,
    /// An element outside of Clusters that extends past its parent.
    loose: Option<(u64, String)>,
    /// A SeekHead entry that points to another element.
    wrong_seek: Option<(u64, String)>,
    /// Offset of a second recording appended to the first.
    second: Option<u64>,
}

/// The file begins with an element from the middle of a recording: it is one of the later parts that a recorder hands
/// out.
pub(super) fn is_later_part(head: &[u8]) -> bool {
    let opens = |id: u32| head.starts_with(&id.to_be_bytes());
    let holds = |id: u32, child: u32| {
        let content = head.get(4..).and_then(|rest| ebml::vint(rest).and_then(|(_, length)| rest.get(length..)));
        let child = child.to_be_bytes();
        opens(id)
            && content
                .is_some_and(|content| content.starts_with(&child[child.iter().take_while(|b| **b == 0).count()..]))
    };
    holds(ebml::CLUSTER, ebml::TIMESTAMP)
        || [ebml::SEEK_HEAD, ebml::INFO, ebml::VOID].into_iter().any(|child| holds(ebml::SEGMENT, child))
}

pub(super) fn walk(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let mut walk = SegmentWalk {
        depth,
        scale: 1_000_000,
        declared: None,
        tracks: Vec::new(),
        scale_zero: None,
        segment_at: 0,
        segment_body: 0,
        info_at: None,
        duration_at: 0,
        tracks_at: None,
        cluster_at: None,
        clusters: 0,
        time: 0,
        latest: 0,
        cut: None,
        lost: None,
        strangers: None,
        bad_lacing: None,
        wrong_checksum: None,
        largest: 0,
        beside: 0,
        checked: 0,
        trailing: None,
        loose: None,
        wrong_seek: None,
        second: None,
    };
    if is_later_part(bytes.peek(0, 32)?) {
        let name = if bytes.peek(0, 4)? == ebml::SEGMENT.to_be_bytes() { "Segment" } else { "Cluster" };
        let message =
            format!("the file begins with a {name}: it is a later part of a recording, without the beginning");
        facts.fault(
            Fault::corrupt("header-missing", message).at(0).effect("it cannot be played without the first part"),
        );
        return Ok(());
    }
    header(bytes, facts)?;
    walk.file(bytes)?;
    walk.judge(bytes, facts)
}

/// Reads the facts of a Matroska file and ignores faults, because it is only converted. Blocks are read if the headers
/// state no duration or frame rate.
pub(super) fn outline(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let (format, size) = (facts.format, facts.size_bytes);
    walk(bytes, Depth::Header, facts)?;
    let open = |track: &Track| track.kind == TrackKind::Video && track.fps.is_none();
    if depth > Depth::Header && (facts.declared_duration_s.is_none() || facts.tracks.iter().any(open)) {
        *facts = Facts::new(format, size);
        walk(bytes, Depth::Full, facts)?;
    }
    facts.forget_faults();
    Ok(())
}

/// Checks the EBML header (RFC 8794 §11.2): the versions it requires, and that its elements fit into it.
fn header(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    const MOST_ELEMENTS: u32 = 64;
    let len = bytes.len();
    let NextElement::Element(head) = element(bytes, 0, len)? else { return Ok(()) };
    let end = head.end().unwrap_or(len);
    let mut at = head.body;
    let mut broken = None;
    for _ in 0..MOST_ELEMENTS {
        if at >= end || end > len || head.id != ebml::EBML || broken.is_some() {
            break;
        }
        let NextElement::Element(child) = element(bytes, at, end)? else {
            broken = Some((at, "no element can be read in the EBML header".to_owned()));
            break;
        };
        let stop = child.end().unwrap_or(u64::MAX);
        if stop > end {
            broken = Some((at, "an element of the EBML header is longer than the header".to_owned()));
            break;
        }
        if child.id == 0x4282 {
            let name = ebml::string(bytes, &child)?;
            if !matches!(name.as_str(), "webm" | "matroska") {
                let name: String = name.chars().take(16).filter(|c| !c.is_control()).collect();
                broken = Some((at, format!("the DocType is “{name}”, neither “webm” nor “matroska”")));
            }
        }
        let asks = match child.id {
            0x42F7 => Some(("EBMLReadVersion", 1)),
            0x42F2 => Some(("EBMLMaxIDLength", 4)),
            0x42F3 => Some(("EBMLMaxSizeLength", 8)),
            0x4285 => Some(("DocTypeReadVersion", 4)),
            _ => None,
        };
        if let Some((name, most)) = asks
            && let Some(value) = ebml::unsigned(bytes, &child)?.filter(|&value| value > most)
        {
            let text = format!("{name} is {value}, but WebM readers support at most {most}");
            broken = Some((at, text));
        }
        at = stop;
    }
    if let Some((at, text)) = broken {
        facts.fault(Fault::corrupt("header-broken", text).at(at).effect("players refuse the file"));
    }
    Ok(())
}

impl SegmentWalk {
    fn file(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        let end = bytes.len();
        let mut at = 0;
        let mut segments = 0;
        while at < end {
            let head = match element(bytes, at, end)? {
                NextElement::Element(head) if segments > 0 && matches!(head.id, ebml::EBML | ebml::SEGMENT) => {
                    self.second = Some(at);
                    break;
                }
                NextElement::Element(head) if matches!(head.id, ebml::EBML | ebml::SEGMENT | ebml::VOID) => head,
                _ if segments > 0 => {
                    self.trailing = Some((at, end - at));
                    break;
                }
                NextElement::Cut => {
                    self.cut(at, "the file ends inside the header of an element".to_owned());
                    break;
                }
                _ => {
                    self.cut(at, "there is no Segment after the EBML header".to_owned());
                    break;
                }
            };
            let stop = head.end().unwrap_or(end);
            if head.id == ebml::SEGMENT {
                if segments == 0 {
                    (self.segment_at, self.segment_body) = (head.at, head.body);
                }
                segments += 1;
                let reached = self.segment(bytes, &head, stop.min(end))?;
                if head.size.is_none() && self.depth != Depth::Header {
                    at = reached;
                    continue;
                }
                if self.depth == Depth::Header {
                    break;
                }
            }
            if stop > end {
                self.runs_out(&head, stop - end);
                break;
            }
            at = stop;
        }
        if segments == 0 {
            self.cut(end, "the file ends before the Segment".to_owned());
        }
        Ok(())
    }

    /// Walks a Segment up to `end`, or up to the element that ends it if its size is unknown. Returns where it ends.
    fn segment(&mut self, bytes: &mut Bytes<'_>, segment: &Element, end: u64) -> Result<u64, ReadError> {
        let mut at = segment.body;
        while at < end {
            let child = match element(bytes, at, end)? {
                NextElement::Element(child) => child,
                NextElement::Cut => {
                    if end == bytes.len() && segment.size.is_none() {
                        self.cut(at, "the file ends inside the header of an element".to_owned());
                    }
                    return Ok(end);
                }
                NextElement::Invalid => {
                    let Some(next) = self.skip_lost(bytes, at, end)? else { return Ok(end) };
                    at = next;
                    continue;
                }
            };
            // Another document ends a Segment of unknown size.
            if segment.size.is_none() && matches!(child.id, ebml::EBML | ebml::SEGMENT) {
                return Ok(at);
            }
            if child.id == ebml::CLUSTER {
                self.clusters += 1;
                self.cluster_at.get_or_insert(child.at);
                if self.depth == Depth::Header {
                    return Ok(end);
                }
                let stop = child.end().unwrap_or(end);
                if stop > end && end < bytes.len() {
                    self.overruns(&child, "Segment", stop - end);
                }
                if let Some(size) = child.size.filter(|_| stop <= end) {
                    self.check_crc(bytes, &child, size)?;
                }
                let reached = self.cluster(bytes, &child, stop.min(end))?;
                if stop > end {
                    self.runs_out(&child, stop - end);
                }
                // If the size is wrong, the next cluster may begin earlier or later.
                at = reached.max(child.body);
                continue;
            }
            let stop = child.end().unwrap_or(end);
            self.beside = self.beside.saturating_add(weight(&child, end));
            if stop > end {
                if end < bytes.len() {
                    self.overruns(&child, "Segment", stop - end);
                }
                self.master(bytes, &child, end)?;
                self.runs_out(&child, stop - end);
                return Ok(end);
            }
            self.master(bytes, &child, stop)?;
            at = stop;
        }
        Ok(at)
    }

    /// Reads an element outside of Clusters.
    fn master(&mut self, bytes: &mut Bytes<'_>, master: &Element, end: u64) -> Result<(), ReadError> {
        match master.id {
            ebml::INFO => {
                self.info_at.get_or_insert(master.at);
                let mut at = master.body;
                while at < end {
                    let NextElement::Element(child) = element(bytes, at, end)? else { break };
                    let Some(next) = child.end().filter(|&next| next <= end) else { break };
                    match child.id {
                        ebml::TIMESTAMP_SCALE => {
                            let scale = ebml::unsigned(bytes, &child)?;
                            self.scale = scale.filter(|&ns| ns > 0).unwrap_or(1_000_000);
                            self.scale_zero = (scale == Some(0)).then_some(child.at);
                        }
                        ebml::DURATION => {
                            self.declared = ebml::float(bytes, &child)?;
                            self.duration_at = child.at;
                        }
                        _ => {}
                    }
                    at = next;
                }
            }
            ebml::SEEK_HEAD if self.depth != Depth::Header => self.check_seeks(bytes, master, end)?,
            ebml::TRACKS => {
                self.tracks_at.get_or_insert(master.at);
                let mut at = master.body;
                while at < end && self.tracks.len() < MOST_TRACKS {
                    let NextElement::Element(child) = element(bytes, at, end)? else { break };
                    let stop = child.end().unwrap_or(end);
                    if child.id == ebml::TRACK_ENTRY {
                        let entry = TrackEntry::read(bytes, &child, stop.min(end))?;
                        if self.tracks.iter().all(|known| known.number != entry.number) {
                            self.tracks.push(entry);
                        }
                    }
                    if stop > end {
                        if end < bytes.len() {
                            self.overruns(&child, "Tracks", stop - end);
                        }
                        break;
                    }
                    at = stop;
                }
            }
            _ => {}
        }
        if self.depth != Depth::Header && master.end() == Some(end) {
            self.check_bounds(bytes, master, end)?;
        }
        if let Some(size) = master.size.filter(|_| self.depth != Depth::Header && master.end() == Some(end)) {
            self.check_crc(bytes, master, size)?;
        }
        Ok(())
    }

    /// Checks that the entries of the SeekHead point to the right elements.
    fn check_seeks(&mut self, bytes: &mut Bytes<'_>, head: &Element, end: u64) -> Result<(), ReadError> {
        const MOST_SEEKS: u32 = 64;
        let base = self.segment_body;
        let mut at = head.body;
        for _ in 0..MOST_SEEKS {
            let NextElement::Element(seek) = element(bytes, at, end)? else { break };
            let Some(next) = seek.end().filter(|&next| next <= end) else { break };
            let (mut id, mut position) = (None, None);
            let mut within = seek.body;
            while seek.id == ebml::SEEK && within < next {
                let NextElement::Element(part) = element(bytes, within, next)? else { break };
                let Some(stop) = part.end().filter(|&stop| stop <= next) else { break };
                match part.id {
                    ebml::SEEK_ID => id = ebml::unsigned(bytes, &part)?.and_then(|id| u32::try_from(id).ok()),
                    ebml::SEEK_POSITION => position = ebml::unsigned(bytes, &part)?,
                    _ => {}
                }
                within = stop;
            }
            if let (Some(id), Some(place)) = (id, position.and_then(|position| base.checked_add(position)))
                && place < bytes.len()
            {
                let found = element(bytes, place, bytes.len())?;
                let there = match &found {
                    NextElement::Element(found) if found.id == id => None,
                    NextElement::Element(found) => Some(format!("{} is there", ebml::name(found.id))),
                    _ => Some("there is no element".to_owned()),
                };
                if let Some(there) = there {
                    let (name, place) = (ebml::name(id), count(place));
                    let message = format!("SeekHead says that {name} is at byte {place}, but {there}");
                    self.wrong_seek.get_or_insert((seek.at, message));
                }
            }
            at = next;
        }
        Ok(())
    }

    /// Checks that the elements in a master, at any depth, fit into their parents.
    fn check_bounds(&mut self, bytes: &mut Bytes<'_>, master: &Element, end: u64) -> Result<(), ReadError> {
        const DEEPEST: usize = 16;
        if self.loose.is_some() || !ebml::is_master(master.id) {
            return Ok(());
        }
        let mut open = vec![(master.id, end)];
        let mut at = master.body;
        while let Some(&(parent, end)) = open.last() {
            if at >= end {
                open.pop();
                continue;
            }
            let inside = ebml::name(parent);
            let NextElement::Element(child) = element(bytes, at, end)? else {
                self.loose = Some((at, format!("no element can be read in the {inside}")));
                return Ok(());
            };
            let stop = child.end().unwrap_or(u64::MAX);
            if stop > end {
                let over = counted(stop - end, "byte");
                self.loose = Some((at, format!("{} runs {over} past the end of the {inside}", ebml::name(child.id))));
                return Ok(());
            }
            if ebml::is_master(child.id) && open.len() < DEEPEST {
                open.push((child.id, stop));
                at = child.body;
            } else {
                at = stop;
            }
        }
        Ok(())
    }

    /// Checks the CRC-32 at the beginning of a master element (RFC 8794 §11.3.1), if there is one.
    fn check_crc(&mut self, bytes: &mut Bytes<'_>, master: &Element, size: u64) -> Result<(), ReadError> {
        if !(6..=MOST_CHECKED).contains(&size) || self.wrong_checksum.is_some() {
            return Ok(());
        }
        let &[id, len, c0, c1, c2, c3] = &bytes.array::<6>(master.body)?;
        if (id, len) != (0xBF, 0x84) {
            return Ok(());
        }
        self.checked = self.checked.saturating_add(size);
        if self.checked > bytes.len() {
            return Ok(());
        }
        let mut hasher = crc32fast::Hasher::new();
        let (mut at, end) = (master.body + 6, master.body + size);
        while at < end {
            let piece = bytes.peek(at, usize::try_from(end - at).unwrap_or(usize::MAX).min(64 << 10))?;
            if piece.is_empty() {
                return Ok(());
            }
            hasher.update(piece);
            at += piece.len() as u64;
        }
        if hasher.finalize() != u32::from_le_bytes([c0, c1, c2, c3]) {
            self.wrong_checksum = Some((master.at, master.id));
        }
        Ok(())
    }

    /// Skips bytes that belong to no element, up to the next `Cluster`. None if there is none.
    fn skip_lost(&mut self, bytes: &mut Bytes<'_>, at: u64, end: u64) -> Result<Option<u64>, ReadError> {
        const BLOCK: usize = 64 << 10;
        // Start after this offset, which may be a Cluster with an invalid size.
        let mut from = at + 1;
        let mut found = None;
        while from < end {
            let want = usize::try_from(end - from).unwrap_or(BLOCK).min(BLOCK);
            let piece = bytes.peek(from, want)?;
            if let Some(index) = memchr::memmem::find(piece, &ebml::CLUSTER.to_be_bytes()) {
                found = Some(from + index as u64);
                break;
            }
            // The identifier may straddle two pieces.
            from += (piece.len() as u64).saturating_sub(3).max(1);
        }
        let len = found.unwrap_or(end) - at;
        let lost = self.lost.get_or_insert((at, 0));
        lost.1 += len;
        Ok(found)
    }

    fn cut(&mut self, at: u64, message: String) {
        self.cut.get_or_insert_with(|| Fault::corrupt("element-cut", message).sentence().at(at));
    }

    /// Notes an element that is cut off by the end of the file. The outermost one replaces those found within it.
    fn runs_out(&mut self, element: &Element, over: u64) {
        let known = |fault: &Fault| fault.code == "element-overrun" || fault.offset < Some(element.at);
        if self.cut.as_ref().is_some_and(known) {
            return;
        }
        let name = ebml::name(element.id);
        let message = format!("the WebM is cut: {name} ends {} past the end of the file", counted(over, "byte"));
        self.cut = Some(Fault::corrupt("element-cut", message).sentence().at(element.at));
    }

    fn overruns(&mut self, element: &Element, parent: &str, over: u64) {
        if self.cut.is_some() {
            return;
        }
        let name = ebml::name(element.id);
        let message = format!("{name} runs {} past the end of its parent {parent}", counted(over, "byte"));
        self.cut = Some(Fault::corrupt("element-overrun", message).at(element.at));
    }
}

/// Size of an element that a reader may keep in memory.
fn weight(element: &Element, end: u64) -> u64 {
    if element.id == ebml::VOID { 0 } else { element.end().unwrap_or(end).saturating_sub(element.at) }
}
