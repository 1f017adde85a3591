//! IHDR, and the rows of filtered bytes that it implies (PNG third edition, 11.2.1 and clause 8).

use crate::media::Dimensions;

/// The components of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Color {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    Rgba,
}

impl Color {
    fn samples(self) -> u64 {
        match self {
            Self::Grey | Self::Palette => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    pub(super) fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }
}

/// The header of a PNG.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) size: Dimensions,
    pub(super) bit_depth: u8,
    pub(super) color: Color,
    pub(super) interlaced: bool,
}

impl Header {
    /// The width and height in the 13 bytes of IHDR, valid or not.
    pub(super) fn size(data: &[u8; 13]) -> Dimensions {
        let [w0, w1, w2, w3, h0, h1, h2, h3, ..] = *data;
        Dimensions::new(u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]))
    }

    /// Whether width and height are in the range that PNG allows.
    pub(super) fn is_possible(size: Dimensions) -> bool {
        size.short_edge() > 0 && size.long_edge() <= i32::MAX as u32
    }

    /// Reads the 13 bytes of IHDR, or describes their fault.
    pub(super) fn read(data: &[u8; 13]) -> Result<Self, String> {
        let [.., bit_depth, color, compression, filter, interlace] = *data;
        let size = Self::size(data);
        if !Self::is_possible(size) {
            return Err(format!("a size of {size}, with an edge outside 1 to 2,147,483,647"));
        }
        let (color, depths): (Color, &[u8]) = match color {
            0 => (Color::Grey, &[1, 2, 4, 8, 16]),
            2 => (Color::Rgb, &[8, 16]),
            3 => (Color::Palette, &[1, 2, 4, 8]),
            4 => (Color::GreyAlpha, &[8, 16]),
            6 => (Color::Rgba, &[8, 16]),
            other => return Err(format!("a colour type of {other}, which PNG does not define")),
        };
        if !depths.contains(&bit_depth) {
            return Err(format!("a bit depth of {bit_depth}, which its colour type {} does not allow", data[9]));
        }
        if compression != 0 {
            return Err(format!("a compression method of {compression}, but PNG has only 0"));
        }
        if filter != 0 {
            return Err(format!("a filter method of {filter}, but PNG has only 0"));
        }
        if interlace > 1 {
            return Err(format!("an interlace method of {interlace}, but PNG has only 0 and 1"));
        }
        Ok(Self { size, bit_depth, color, interlaced: interlace == 1 })
    }

    /// The rows of a picture of `size` with this header's pixels.
    pub(super) fn layout(&self, size: Dimensions) -> PassLayout {
        let mut layout = PassLayout { passes: [Pass { stride: 0, rows: 0 }; 7], count: 0 };
        if self.interlaced {
            for (x, y, dx, dy) in ADAM7 {
                let columns = u64::from(size.width.saturating_sub(x)).div_ceil(dx);
                layout.add(columns, u64::from(size.height.saturating_sub(y)).div_ceil(dy), self);
            }
        } else {
            layout.add(u64::from(size.width), u64::from(size.height), self);
        }
        layout
    }
}

/// First column, first row, and the steps between columns and rows of the seven passes.
const ADAM7: [(u32, u32, u64, u64); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

/// A run of rows of equal length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    /// Bytes of a row, its filter byte included.
    pub(super) stride: u64,
    pub(super) rows: u64,
}

/// The rows of a picture, pass by pass; passes without pixels are left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct PassLayout {
    passes: [Pass; 7],
    count: usize,
}

impl PassLayout {
    fn add(&mut self, columns: u64, rows: u64, header: &Header) {
        if columns > 0 && rows > 0 {
            let bits = columns * header.color.samples() * u64::from(header.bit_depth);
            self.passes[self.count] = Pass { stride: 1 + bits.div_ceil(8), rows };
            self.count += 1;
        }
    }

    pub(super) fn passes(&self) -> &[Pass] {
        &self.passes[..self.count]
    }

    /// All bytes after inflating.
    pub(super) fn bytes(&self) -> u64 {
        self.passes().iter().fold(0, |sum, pass| sum.saturating_add(pass.stride.saturating_mul(pass.rows)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(width: u32, height: u32, interlaced: bool) -> Header {
        Header { size: Dimensions::new(width, height), bit_depth: 1, color: Color::Grey, interlaced }
    }

    #[test]
    fn interlaced_rows_cover_every_pixel_once() {
        let mut wide = header(0, 0, true);
        wide.bit_depth = 8;
        for width in 1..20 {
            for height in 1..20 {
                let layout = wide.layout(Dimensions::new(width, height));
                let pixels: u64 = layout.passes().iter().map(|pass| (pass.stride - 1) * pass.rows).sum();
                assert_eq!(pixels, u64::from(width * height), "{width}×{height}");
            }
        }
    }

    #[test]
    fn the_largest_size_does_not_overflow() {
        let mut largest = header(i32::MAX as u32, i32::MAX as u32, false);
        largest.bit_depth = 16;
        largest.color = Color::Rgba;
        assert_eq!(largest.layout(largest.size).bytes(), u64::MAX);
    }
}
