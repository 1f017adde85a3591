//! The animation chunks acTL, fcTL and fdAT (PNG third edition, 11.3.6; formerly APNG).

use super::data::{ImageData, Trouble};
use super::header::Header;
use crate::media::{Dimensions, Fault};
use crate::text;

/// A fault of an animation. The picture itself is complete, and most readers show nothing more.
pub(super) fn fault(what: String) -> Fault {
    Fault::malformed("animation", what).effect("players show only the still picture, or stop there")
}

/// Follows the frames of an animation.
#[derive(Debug, Default)]
pub(super) struct Animation {
    declared: Option<u32>,
    next_sequence: u32,
    frames: u32,
    /// Whether a frame other than the default picture has begun, with its data in fdAT.
    open: bool,
    has_data: bool,
    data: Option<ImageData>,
    /// Whether a fault was found, after which nothing is checked.
    broken: bool,
}

impl Animation {
    /// acTL with its eight bytes of data.
    pub(super) fn control(&mut self, data: &[u8]) -> Option<String> {
        let frames = number(data, 0);
        self.declared = Some(frames);
        (frames == 0).then(|| self.spoiled("acTL declares an animation of 0 frames".to_owned()))
    }

    pub(super) fn is_declared(&self) -> bool {
        self.declared.is_some()
    }

    /// Whether more than one frame is declared.
    pub(super) fn moves(&self) -> bool {
        self.declared.is_some_and(|frames| frames > 1)
    }

    fn spoiled(&mut self, what: String) -> String {
        self.broken = true;
        self.open = false;
        what
    }

    fn sequence(&mut self, found: u32, kind: &str) -> Option<String> {
        let wanted = self.next_sequence;
        if found != wanted {
            return Some(self.spoiled(format!("{kind} has the sequence number {found}, where {wanted} comes next")));
        }
        self.next_sequence = self.next_sequence.saturating_add(1);
        None
    }

    /// fcTL with its 26 bytes of data; `first` before the image data.
    pub(super) fn frame(&mut self, data: &[u8], header: &Header, before_data: bool, inflatable: u64) -> Option<String> {
        if self.declared.is_none() || self.broken {
            return None;
        }
        if data.len() != 26 {
            return Some(
                self.spoiled(format!("fcTL has {} of data, not 26", text::counted(data.len() as u64, "byte"))),
            );
        }
        if let Some(what) = self.end_frame() {
            return Some(what);
        }
        if let Some(what) = self.sequence(number(data, 0), "fcTL") {
            return Some(what);
        }
        let size = Dimensions::new(number(data, 4), number(data, 8));
        let (x, y) = (number(data, 12), number(data, 16));
        let fits =
            |at: u32, length: u32, whole: u32| length > 0 && at.checked_add(length).is_some_and(|end| end <= whole);
        if !fits(x, size.width, header.size.width) || !fits(y, size.height, header.size.height) {
            let frame = self.frames + 1;
            let what = format!("frame {frame} covers {size} at {x}, {y}, beyond the picture of {}", header.size);
            return Some(self.spoiled(what));
        }
        self.frames = self.frames.saturating_add(1);
        if !before_data {
            self.open = true;
            self.has_data = false;
            let layout = header.layout(size);
            match &mut self.data {
                Some(data) => data.restart(layout),
                none => *none = Some(ImageData::new(layout, inflatable)),
            }
        }
        None
    }

    /// The first four bytes of an fdAT; its other bytes go to [`feed`](Self::feed).
    pub(super) fn begin_data(&mut self, data: &[u8]) -> Option<String> {
        if self.declared.is_none() || self.broken {
            return None;
        }
        if data.len() < 4 {
            return Some(self.spoiled("fdAT is too short for its sequence number".to_owned()));
        }
        if !self.open {
            return Some(self.spoiled("fdAT comes without an fcTL before it".to_owned()));
        }
        self.has_data = true;
        self.sequence(number(data, 0), "fdAT")
    }

    pub(super) fn feed(&mut self, piece: &[u8]) {
        if self.open
            && let Some(data) = &mut self.data
        {
            data.feed(piece);
        }
    }

    fn end_frame(&mut self) -> Option<String> {
        if !std::mem::take(&mut self.open) {
            return None;
        }
        let frame = self.frames;
        if !self.has_data {
            return Some(self.spoiled(format!("frame {frame} of the animation has no data")));
        }
        let what = match self.data.as_mut().and_then(ImageData::finish)? {
            Trouble::Long | Trouble::Leftover | Trouble::Open => return None,
            Trouble::Broken(word) => format!("the zlib stream of frame {frame} is broken: {word}"),
            Trouble::Checksum => format!("the Adler-32 of frame {frame} does not match its data"),
            Trouble::Filter { value, row } => format!("row {row} of frame {frame} has the filter type {value}"),
            Trouble::Short | Trouble::Cut => format!("the data of frame {frame} end before its last row"),
        };
        Some(self.spoiled(what))
    }

    /// Handles IEND.
    pub(super) fn end(&mut self) -> Option<String> {
        let declared = self.declared?;
        if self.broken {
            return None;
        }
        if let Some(what) = self.end_frame() {
            return Some(what);
        }
        (self.frames != declared)
            .then(|| self.spoiled(format!("acTL declares {declared} frames, the animation has {}", self.frames)))
    }
}

fn number(data: &[u8], at: usize) -> u32 {
    data.get(at..at + 4).map_or(0, |four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}
