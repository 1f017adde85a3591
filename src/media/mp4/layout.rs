//! The boxes at the top level of a file, without their content.

use super::boxes::{BoxAt, BoxStep, Break, step};
use super::fragments::Index;
use super::payload::Extents;
use crate::media::{Bytes, ReadError};

/// The top-level boxes.
#[derive(Debug, Default)]
pub(super) struct TopLevel {
    pub(super) moov: Option<BoxAt>,
    pub(super) extents: Extents,
    pub(super) fragments: u64,
    pub(super) index: Index,
    /// Total size of the boxes with tables and tags (without fragments), and the size of the largest fragment.
    pub(super) tables: u64,
    pub(super) fragment: u64,
    /// Offset of the first box with samples.
    pub(super) first_data: Option<u64>,
    /// Whether some box states a brand.
    pub(super) branded: bool,
    /// Offset of a second film appended to the first: a second `ftyp` that is followed by a second `moov`.
    pub(super) second_film: Option<u64>,
    second_ftyp: Option<u64>,
    /// The place where no further box can be read.
    pub(super) broken: Option<Break>,
}

impl TopLevel {
    pub(super) fn read(bytes: &mut Bytes<'_>) -> Result<Self, ReadError> {
        let mut layout = Self::default();
        let (mut at, end) = (0, bytes.len());
        loop {
            let place = match step(bytes, at, end)? {
                BoxStep::Box(place) => place,
                BoxStep::End => break,
                BoxStep::Broken(place) => {
                    if place.overruns() && &place.kind == b"mdat" {
                        layout.extents.add(place.body.min(end), end);
                        layout.first_data.get_or_insert(place.at);
                    }
                    layout.broken = Some(place);
                    break;
                }
            };
            let size = place.end - place.start;
            match &place.kind {
                b"moof" => layout.fragment = layout.fragment.max(size),
                b"moov" | b"meta" | b"udta" => layout.tables = layout.tables.saturating_add(size),
                _ => {}
            }
            if matches!(&place.kind, b"mdat" | b"imda" | b"moof") {
                layout.first_data.get_or_insert(place.start);
            }
            match &place.kind {
                b"moov" if layout.moov.is_some() => layout.second_film = layout.second_film.or(layout.second_ftyp),
                b"moov" => layout.moov = Some(place),
                b"mdat" | b"imda" => layout.extents.add(place.body, place.end),
                b"moof" => layout.fragments += 1,
                b"sidx" => layout.index.read(bytes, &place)?,
                b"ftyp" if layout.moov.is_some() => layout.second_ftyp = layout.second_ftyp.or(Some(place.start)),
                b"ftyp" | b"styp" => layout.branded = true,
                b"mfra" | b"ssix" | b"prft" | b"emsg" | b"meta" | b"pdin" | b"pssh" => {}
                _ => layout.extents.add_opaque(place.body, place.end),
            }
            at = place.end;
        }
        Ok(layout)
    }

    /// The box of this kind that is cut off by the end of the file, if any.
    pub(super) fn cut(&self, kind: &[u8; 4]) -> Option<&Break> {
        self.broken.as_ref().filter(|place| place.overruns() && &place.kind == kind)
    }
}
