//! HEIC and AVIF: the properties of the primary item (ISO/IEC 23008-12, ISO/IEC 14496-12, 8.11).

use super::{be, be_u16, be_u32, set_size};
use crate::media::mp4::boxes::{BoxAt, BoxStep, Children, step};
use crate::media::{Bytes, Depth, Dimensions, Facts, ReadError};

/// The most properties and associations to read; a tiled photograph has some hundred.
const MOST_PROPERTIES: usize = 4_096;

/// A property that affects the size.
#[derive(Clone, Copy, Debug)]
enum Property {
    /// `ispe`: width and height before any transformation.
    Extent(Dimensions),
    /// `clap`: the visible part.
    Aperture(Dimensions),
    /// `irot`: an odd number of quarter turns.
    QuarterTurn,
    Other,
}

pub(super) fn read(bytes: &mut Bytes<'_>, depth: Depth, facts: &mut Facts) -> Result<(), ReadError> {
    let (mut at, end) = (0, bytes.len());
    let mut film = false;
    while let BoxStep::Box(place) = step(bytes, at, end)? {
        match &place.kind {
            b"meta" => read_meta(bytes, &place, facts)?,
            b"moov" => film = true,
            _ => {}
        }
        at = place.end;
    }
    if film {
        // A sequence of pictures is a film; a photograph may come with one.
        facts.animated = matches!(bytes.peek(8, 4)?, b"avis" | b"hevc" | b"hevx" | b"msf1");
        if facts.dimensions.is_none() {
            crate::media::mp4::outline(bytes, depth, facts)?;
        }
    }
    Ok(())
}

fn read_meta(bytes: &mut Bytes<'_>, meta: &BoxAt, facts: &mut Facts) -> Result<(), ReadError> {
    let mut children = Children::between(meta.body.saturating_add(4), meta.end);
    let (mut primary, mut properties, mut associated) = (None, Vec::new(), None);
    while let Some(child) = children.next(bytes)? {
        match &child.kind {
            b"pitm" => {
                let content = child.content(bytes, 8)?;
                primary =
                    Some(if content.first() == Some(&0) { u32::from(be_u16(content, 4)) } else { be_u32(content, 4) });
            }
            b"iprp" => {
                let mut parts = Children::of(&child);
                while let Some(part) = parts.next(bytes)? {
                    match &part.kind {
                        b"ipco" => properties = read_properties(bytes, &part)?,
                        b"ipma" => associated = associated.or(Some(part)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let (Some(primary), Some(associated)) = (primary, associated) else { return Ok(()) };
    let indexes = associations(bytes, &associated, primary)?;
    let of_primary = indexes.iter().filter_map(|index| properties.get(index.checked_sub(1)?)).copied();
    let (mut stored, mut shown) = (None, None);
    // Associations apply in their order.
    for property in of_primary {
        match property {
            Property::Extent(size) => (stored, shown) = (Some(size), Some(size)),
            Property::Aperture(size) => shown = Some(size),
            Property::QuarterTurn => shown = shown.map(Dimensions::turned),
            Property::Other => {}
        }
    }
    if let (Some(stored), Some(shown)) = (stored, shown) {
        set_size(facts, shown, stored);
    }
    Ok(())
}

fn read_properties(bytes: &mut Bytes<'_>, ipco: &BoxAt) -> Result<Vec<Property>, ReadError> {
    let mut properties = Vec::new();
    let mut children = Children::of(ipco);
    while properties.len() < MOST_PROPERTIES {
        let Some(child) = children.next(bytes)? else { break };
        let content = child.content(bytes, 16)?;
        properties.push(match &child.kind {
            b"ispe" => Property::Extent(Dimensions::new(be_u32(content, 4), be_u32(content, 8))),
            b"clap" => {
                let edge = |at: usize| (be_u32(content, at) / be_u32(content, at + 4).max(1)).max(1);
                Property::Aperture(Dimensions::new(edge(0), edge(8)))
            }
            b"irot" if content.first().is_some_and(|angle| angle & 1 != 0) => Property::QuarterTurn,
            _ => Property::Other,
        });
    }
    Ok(properties)
}

/// The 1-based indexes of the properties of an item.
fn associations(bytes: &mut Bytes<'_>, ipma: &BoxAt, item: u32) -> Result<Vec<usize>, ReadError> {
    let head = ipma.content(bytes, 8)?;
    let (version, wide) = (head.first().copied().unwrap_or(0), head.get(3).is_some_and(|flags| flags & 1 != 0));
    let (id_width, width) = (if version == 0 { 2 } else { 4 }, if wide { 2 } else { 1 });
    let entries = be_u32(head, 4);
    let mut at = ipma.body + 8;
    for _ in 0..entries {
        if at + id_width as u64 >= ipma.end {
            break;
        }
        let head = bytes.get(at, id_width + 1)?;
        let (id, count) = (be(head, 0, id_width), usize::from(head.last().copied().unwrap_or(0)));
        at += id_width as u64 + 1;
        if id == u64::from(item) {
            let list = bytes.peek(at, count * width)?;
            // The first bit says whether the property is essential.
            let mask = if wide { 0x7fff } else { 0x7f };
            return Ok(list.chunks_exact(width).map(|index| be(index, 0, width) as usize & mask).collect());
        }
        at += (count * width) as u64;
    }
    Ok(Vec::new())
}
