//! Chooses how to walk the bits of a scan.

use super::frame::{Coding, FrameHeader, ScanComponent, ScanHeader};
use super::huffman::HuffmanTable;
use super::scan::{NonZero, ScanKind};

/// DC and AC tables prepared for lookup.
pub(super) type Tables = [[Option<Box<HuffmanTable>>; 4]; 2];

/// The meaning of the bits of a scan; none if they cannot be walked.
pub(super) fn kind<'t>(
    frame: &FrameHeader,
    header: &ScanHeader,
    tables: &'t Tables,
    non_zero: &'t mut [NonZero],
) -> Option<ScanKind<'t>> {
    let table = |class: usize, number: u8| tables[class].get(usize::from(number))?.as_deref();
    let blocks = |part: &ScanComponent| {
        let component = frame.components.get(part.component);
        if header.parts.len() == 1 { 1 } else { component.map_or(0, |one| usize::from(one.h) * usize::from(one.v)) }
    };
    let part = header.parts.first()?;
    let (start, end) = (u32::from(header.start), u32::from(header.end));
    if frame.coding == Coding::Sequential {
        let mut all = Vec::with_capacity(10);
        for part in &header.parts {
            let pair = (table(0, part.dc)?, table(1, part.ac)?);
            all.extend(std::iter::repeat_n(pair, blocks(part)));
        }
        return Some(ScanKind::Sequential(all));
    }
    if header.start == 0 && header.high == 0 {
        let mut all = Vec::with_capacity(10);
        for part in &header.parts {
            all.extend(std::iter::repeat_n(table(0, part.dc)?, blocks(part)));
        }
        return Some(ScanKind::DcFirst(all));
    }
    if header.start == 0 {
        return Some(ScanKind::DcRefine(header.parts.iter().map(blocks).sum::<usize>() as u32));
    }
    let table = table(1, part.ac)?;
    let non_zero = non_zero.get_mut(part.component).filter(|words| !words.is_empty());
    if header.high == 0 {
        return Some(ScanKind::AcFirst { table, start, end, non_zero });
    }
    Some(ScanKind::AcRefine { table, start, end, non_zero: non_zero? })
}
