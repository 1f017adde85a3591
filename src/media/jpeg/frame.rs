//! The frame and scan headers, and the number of blocks that they imply (ITU-T T.81, B.2.2, B.2.3 and A.2).

use crate::media::Dimensions;
use crate::text;

/// The coding of the coefficients or samples of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Baseline or extended sequential DCT with Huffman codes.
    Sequential,
    /// Progressive DCT with Huffman codes.
    Progressive,
    /// Arithmetic, lossless or hierarchical; the walker does not read these scans.
    Other,
}

impl Coding {
    pub(super) fn of_marker(code: u8) -> Self {
        match code {
            0xc0 | 0xc1 => Self::Sequential,
            0xc2 => Self::Progressive,
            _ => Self::Other,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Sampling factors.
    pub(super) h: u8,
    pub(super) v: u8,
    /// The quantisation table.
    pub(super) table: u8,
}

/// A frame header.
#[derive(Clone, Debug)]
pub(super) struct FrameHeader {
    pub(super) coding: Coding,
    pub(super) precision: u8,
    pub(super) size: Dimensions,
    pub(super) components: Vec<Component>,
}

impl FrameHeader {
    /// The size in the data of a SOF segment.
    pub(super) fn size(data: &[u8]) -> Option<Dimensions> {
        let four = data.get(1..5)?;
        let height = u32::from(u16::from_be_bytes([four[0], four[1]]));
        Some(Dimensions::new(u32::from(u16::from_be_bytes([four[2], four[3]])), height))
    }

    /// Reads the data of a SOF segment, or describes its fault. The height may be 0.
    pub(super) fn read(code: u8, data: &[u8]) -> Result<Self, String> {
        let (Some(size), Some(&precision), Some(&count)) = (Self::size(data), data.first(), data.get(5)) else {
            return Err(format!("{} of data, too few for a frame header", text::counted(data.len() as u64, "byte")));
        };
        if data.len() != 6 + 3 * usize::from(count) {
            return Err(format!(
                "{} of data, which do not fit {count} components",
                text::counted(data.len() as u64, "byte")
            ));
        }
        if size.width == 0 {
            return Err("a width of 0".to_owned());
        }
        if count == 0 {
            return Err("no components".to_owned());
        }
        let coding = Coding::of_marker(code);
        let mut components: Vec<Component> = Vec::with_capacity(usize::from(count).min(10));
        for entry in data[6..].chunks_exact(3).take(usize::from(count)) {
            let [id, sampling, table] = [entry[0], entry[1], entry[2]];
            let (h, v) = (sampling >> 4, sampling & 15);
            if coding != Coding::Other && !((1..=4).contains(&h) && (1..=4).contains(&v)) {
                return Err(format!("sampling factors of {h}×{v} for component {id}, outside 1 to 4"));
            }
            components.push(Component { id, h, v, table });
        }
        if coding != Coding::Other && !matches!(precision, 8 | 12) {
            return Err(format!("a sample precision of {precision} bits, but its coding allows 8 and 12"));
        }
        if coding != Coding::Other && count > 4 {
            return Err(format!("{count} components, above the 4 that decoders support"));
        }
        Ok(Self { coding, precision, size, components })
    }

    fn most(&self, factor: impl Fn(&Component) -> u8) -> u32 {
        self.components.iter().map(factor).max().map_or(1, |most| u32::from(most.max(1)))
    }

    /// The memory that a decoder needs for it: the pixels in grey or RGB and, if the first scan with this many
    /// components does not contain the whole picture, every coefficient in 16 bits.
    pub(super) fn decoding_bytes(&self, first_scan: usize) -> u64 {
        let pixels = u64::from(self.size.width) * u64::from(self.size.height);
        let shown = pixels * if self.components.len() == 1 { 1 } else { 3 };
        if self.coding == Coding::Sequential && first_scan == self.components.len() {
            return shown;
        }
        let (columns, rows) = self.interleaved();
        let blocks: u64 = self.components.iter().map(|one| u64::from(one.h) * u64::from(one.v)).sum();
        shown + u64::from(columns) * u64::from(rows) * blocks * 128
    }

    /// Columns and rows of MCUs in an interleaved scan.
    pub(super) fn interleaved(&self) -> (u32, u32) {
        let (h, v) = (self.most(|one| one.h), self.most(|one| one.v));
        (self.size.width.div_ceil(8 * h), self.size.height.div_ceil(8 * v))
    }

    /// Columns and rows of blocks in a non-interleaved scan of a component.
    pub(super) fn blocks(&self, component: &Component) -> (u32, u32) {
        let (h, v) = (self.most(|one| one.h), self.most(|one| one.v));
        let width = (self.size.width * u32::from(component.h)).div_ceil(h);
        let height = (self.size.height * u32::from(component.v)).div_ceil(v);
        (width.div_ceil(8), height.div_ceil(8))
    }
}

/// One component's part in a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScanComponent {
    /// Its index in the frame.
    pub(super) component: usize,
    pub(super) dc: u8,
    pub(super) ac: u8,
}

/// A scan header.
#[derive(Clone, Debug)]
pub(super) struct ScanHeader {
    pub(super) parts: Vec<ScanComponent>,
    /// First and last coefficient, in zigzag order.
    pub(super) start: u8,
    pub(super) end: u8,
    /// Bits of the successive approximation before and after the scan.
    pub(super) high: u8,
    pub(super) low: u8,
}

impl ScanHeader {
    /// Reads the data of a SOS segment, or describes its fault.
    pub(super) fn read(data: &[u8], frame: &FrameHeader) -> Result<Self, String> {
        let count = usize::from(data.first().copied().unwrap_or(0));
        if !(1..=4).contains(&count) || data.len() != 4 + 2 * count {
            return Err(format!(
                "{} of data, which do not fit {count} components",
                text::counted(data.len() as u64, "byte")
            ));
        }
        let mut parts: Vec<ScanComponent> = Vec::with_capacity(count);
        for entry in data[1..].chunks_exact(2).take(count) {
            let place = frame.components.iter().position(|component| component.id == entry[0]);
            // Some writers give two components the same id; the first unused one is meant.
            let place = place.filter(|&place| parts.iter().all(|part| part.component != place)).or_else(|| {
                let same = |&place: &usize| frame.components[place].id == entry[0];
                (0..frame.components.len()).filter(same).find(|&place| parts.iter().all(|part| part.component != place))
            });
            let Some(component) = place else {
                return Err(format!("component {}, which the frame does not have", entry[0]));
            };
            parts.push(ScanComponent { component, dc: entry[1] >> 4, ac: entry[1] & 15 });
        }
        let rest = &data[1 + 2 * count..];
        let header = Self { parts, start: rest[0], end: rest[1], high: rest[2] >> 4, low: rest[2] & 15 };
        if frame.coding == Coding::Progressive {
            header.progressive()?;
        }
        if frame.coding != Coding::Other {
            if header.parts.iter().any(|part| part.dc > 3 || part.ac > 3) {
                return Err("a Huffman table number above 3".to_owned());
            }
            let blocks =
                |part: &ScanComponent| frame.components.get(part.component).map_or(0, |one| u32::from(one.h * one.v));
            if count > 1 && header.parts.iter().map(blocks).sum::<u32>() > 10 {
                return Err("more than 10 blocks in an MCU".to_owned());
            }
        }
        Ok(header)
    }

    fn progressive(&self) -> Result<(), String> {
        let Self { start, end, high, low, .. } = *self;
        let band = if start == 0 { end == 0 } else { start <= end && end < 64 && self.parts.len() == 1 };
        let bits = low <= 13 && (high == 0 || high == low + 1);
        if band && bits {
            return Ok(());
        }
        Err(format!(
            "the coefficients {start} to {end} and the bits {high} to {low}, which are not possible in a progressive scan"
        ))
    }

    /// Whether these are the parameters that a sequential scan must have.
    pub(super) fn is_sequential(&self) -> bool {
        (self.start, self.end, self.high, self.low) == (0, 63, 0, 0)
    }
}
