//! Makes JPEG files: [`Jpeg`] describes one, [`Jpeg::bytes`] returns it; [`find`] and [`remove`] help to damage it.
//!
//! The coefficients are invented: a plain picture has one colour, `noise` gives every block a few random coefficients,
//! `photo` as many as a photograph has, in the same places.

use super::Random;
use super::png::exif;

/// The description of a JPEG.
#[derive(Clone, Debug)]
pub struct Jpeg {
    pub width: u16,
    pub height: u16,
    /// Five kinds of scans: first and refining ones of DC and AC.
    pub progressive: bool,
    /// One component instead of three.
    pub grey: bool,
    /// Four components with Adobe's marker; otherwise Y with 2×2 blocks, Cb and Cr.
    pub cmyk: bool,
    /// An EXIF segment with this orientation.
    pub orientation: Option<u8>,
    /// The number of MCUs between restart markers; 0 for none.
    pub restart_interval: u16,
    /// Random coefficients.
    pub noise: bool,
    /// Coefficients as in a photograph: fewer and smaller at higher frequencies; some blocks are flat.
    pub photo: bool,
    /// Each component in a separate scan (a sequential picture only).
    pub separate_scans: bool,
    /// Without Huffman tables, as in a frame of Motion JPEG.
    pub no_tables: bool,
    /// A progressive picture with a scan for every coefficient of every component; not with `noise`.
    pub many_scans: bool,
}

struct Component {
    h: u32,
    v: u32,
}

impl Jpeg {
    /// A plain baseline picture.
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            width,
            height,
            progressive: false,
            grey: false,
            cmyk: false,
            orientation: None,
            restart_interval: 0,
            noise: false,
            photo: false,
            separate_scans: false,
            no_tables: false,
            many_scans: false,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let components = self.components();
        let mut out = vec![0xff, 0xd8];
        if self.cmyk {
            segment(&mut out, 0xee, b"Adobe\0\x64\0\0\0\0\0");
        } else {
            segment(&mut out, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        }
        if let Some(orientation) = self.orientation {
            segment(&mut out, 0xe1, &[b"Exif\0\0", &exif(orientation)[..]].concat());
        }
        segment(&mut out, 0xdb, &[&[0][..], &[16; 64]].concat());
        let mut frame = vec![8];
        frame.extend(self.height.to_be_bytes());
        frame.extend(self.width.to_be_bytes());
        frame.push(components.len() as u8);
        for (id, component) in (1..).zip(&components) {
            frame.extend([id, (component.h << 4 | component.v) as u8, 0]);
        }
        segment(&mut out, if self.progressive { 0xc2 } else { 0xc0 }, &frame);
        if !self.no_tables {
            let ac = if self.progressive { flat_ac() } else { standard_ac() };
            segment(&mut out, 0xc4, &[&[0x00][..], &DC_COUNTS, &DC_SYMBOLS].concat());
            segment(&mut out, 0xc4, &[&[0x10][..], &ac.0, &ac.1].concat());
        }
        if self.restart_interval > 0 {
            segment(&mut out, 0xdd, &self.restart_interval.to_be_bytes());
        }
        let all: Vec<usize> = (0..components.len()).collect();
        if self.many_scans {
            self.scan(&mut out, &all, (0, 0, 0, 0));
            for &component in &all {
                (1..64).for_each(|at| self.scan(&mut out, &[component], (at, at, 0, 0)));
            }
        } else if self.progressive {
            self.scan(&mut out, &all, (0, 0, 0, 1));
            for &component in &all {
                self.scan(&mut out, &[component], (1, 63, 0, 1));
            }
            self.scan(&mut out, &all, (0, 0, 1, 0));
            for &component in &all {
                self.scan(&mut out, &[component], (1, 63, 1, 0));
            }
        } else if self.separate_scans {
            for &component in &all {
                self.scan(&mut out, &[component], (0, 63, 0, 0));
            }
        } else {
            self.scan(&mut out, &all, (0, 63, 0, 0));
        }
        out.extend([0xff, 0xd9]);
        out
    }

    fn components(&self) -> Vec<Component> {
        match (self.grey, self.cmyk) {
            (true, _) => vec![Component { h: 1, v: 1 }],
            (_, true) => (0..4).map(|_| Component { h: 1, v: 1 }).collect(),
            _ => [(2, 2), (1, 1), (1, 1)].map(|(h, v)| Component { h, v }).into(),
        }
    }

    /// The coefficients of a block in zigzag order.
    fn block(&self, component: usize, column: u32, row: u32) -> [i32; 64] {
        let mut block = [0; 64];
        block[0] = 20;
        let mut random = Random::new(u64::from(row) << 32 | u64::from(column) << 8 | component as u64);
        let mut next = || random.next();
        if self.photo {
            block[0] = (next() % 41) as i32 - 20;
            let detail = next() % 32 / if component == 0 { 1 } else { 4 };
            for (place, value) in (1u64..).zip(&mut block[1..]) {
                let bits = next();
                // The probability of 256 falls with the index.
                if bits % 256 < detail * 64 / (8 + place * place / 4) {
                    let size = (bits >> 8).trailing_zeros() + 1;
                    *value = (bits >> 32 & ((1 << size.min(5)) - 1)) as i32 + 1;
                    *value *= if bits >> 63 == 0 { 1 } else { -1 };
                }
            }
        }
        if self.noise {
            block[0] = (next() % 121) as i32 - 60;
            for _ in 0..next() % 12 {
                block[1 + (next() % 63) as usize] = (next() % 15) as i32 - 7;
            }
        }
        block
    }

    fn scan(&self, out: &mut Vec<u8>, parts: &[usize], (start, end, high, low): (u8, u8, u8, u8)) {
        let mut header = vec![parts.len() as u8];
        header.extend(parts.iter().flat_map(|&part| [part as u8 + 1, 0]));
        header.extend([start, end, high << 4 | low]);
        segment(out, 0xda, &header);
        let components = self.components();
        let (width, height) = (u32::from(self.width), u32::from(self.height));
        let most_h = components.iter().map(|one| one.h).max().unwrap();
        let most_v = components.iter().map(|one| one.v).max().unwrap();
        // A scan of one component has only the blocks that its pixels need (T.81, A.2.2).
        let alone = &components[parts[0]];
        let (columns, rows) = if parts.len() == 1 {
            ((width * alone.h).div_ceil(most_h).div_ceil(8), (height * alone.v).div_ceil(most_v).div_ceil(8))
        } else {
            (width.div_ceil(8 * most_h), height.div_ceil(8 * most_v))
        };
        let ac = if self.progressive { flat_ac() } else { standard_ac() };
        let mut coder = Coder::new(out, codes(&DC_COUNTS, &DC_SYMBOLS), codes(&ac.0, &ac.1));
        let interval = u32::from(self.restart_interval);
        let mut before = [0; 4];
        for unit in 0..columns * rows {
            if interval > 0 && unit > 0 && unit % interval == 0 {
                coder.restart((unit / interval - 1) as u8 % 8);
                before = [0; 4];
            }
            let (column, row) = (unit % columns, unit / columns);
            for &part in parts {
                let (h, v) = if parts.len() == 1 { (1, 1) } else { (components[part].h, components[part].v) };
                for n in 0..h * v {
                    let block = self.block(part, column * h + n % h, row * v + n / h);
                    match (self.progressive, start, high) {
                        (false, ..) => {
                            coder.dc(block[0], &mut before[part]);
                            coder.ac(&block);
                        }
                        (true, 0, 0) => coder.dc(block[0] >> low, &mut before[part]),
                        (true, 0, _) => coder.bits((block[0] & 1) as u32, 1),
                        (true, _, 0) => coder.ac_first(&block, low),
                        (true, ..) => coder.ac_refine(&block),
                    }
                }
            }
        }
        coder.end();
    }
}

fn segment(out: &mut Vec<u8>, code: u8, data: &[u8]) {
    out.extend([0xff, code]);
    out.extend((data.len() as u16 + 2).to_be_bytes());
    out.extend(data);
}

/// The offset of the `nth` segment with this code, among those before and between the scans.
pub fn find(jpeg: &[u8], code: u8, nth: usize) -> usize {
    let mut at = 2;
    let mut left = nth;
    loop {
        let found = jpeg[at + 1];
        if jpeg[at] == 0xff && found == code {
            if left == 0 {
                return at;
            }
            left -= 1;
        }
        let is_segment = jpeg[at] == 0xff && !matches!(found, 0 | 0xff | 0xd0..=0xd9);
        at += if is_segment { 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]])) } else { 1 };
    }
}

/// The offset of the entropy-coded data of the `nth` scan.
pub fn scan_data(jpeg: &[u8], nth: usize) -> usize {
    let at = find(jpeg, 0xda, nth);
    at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]))
}

/// Removes the `nth` segment with this code (of a scan only the header).
pub fn remove(jpeg: &mut Vec<u8>, code: u8, nth: usize) {
    let at = find(jpeg, code, nth);
    let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    jpeg.drain(at..at + 2 + length);
}

/// The code of each symbol, and the length of the code.
type Codes = Vec<(u32, u32)>;

fn codes(counts: &[u8], symbols: &[u8]) -> Codes {
    let mut all = vec![(0, 0); 256];
    let (mut code, mut place) = (0, 0);
    for (length, &count) in (1..).zip(counts) {
        for _ in 0..count {
            all[usize::from(symbols[place])] = (code, length);
            code += 1;
            place += 1;
        }
        code <<= 1;
    }
    all
}

const DC_COUNTS: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_SYMBOLS: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/// The AC table for luminance of T.81, annex K.3.3.
fn standard_ac() -> ([u8; 16], Vec<u8>) {
    let short = [
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
        0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72,
        0x82,
    ];
    // Every other symbol has a code of 16 bits, in ascending order.
    let long =
        (0..16u8).flat_map(|run| (1..=10u8).map(move |size| run << 4 | size)).filter(|code| !short.contains(code));
    let symbols: Vec<u8> = short.iter().copied().chain(long).collect();
    ([0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d], symbols)
}

/// A table with codes of eight bits for every run and size up to 10, including ends of bands.
fn flat_ac() -> ([u8; 16], Vec<u8>) {
    let symbols: Vec<u8> = (0..16u8).flat_map(|run| (0..=10u8).map(move |size| run << 4 | size)).collect();
    let mut counts = [0; 16];
    counts[7] = symbols.len() as u8;
    (counts, symbols)
}

/// Writes the codes and bits of one scan (T.81, F.1.2 and G.1.2).
struct Coder<'o> {
    out: &'o mut Vec<u8>,
    pending: u64,
    count: u32,
    dc: Codes,
    ac: Codes,
    /// The empty blocks that are not yet written, and their correction bits.
    ended: u32,
    corrections: Vec<u32>,
}

impl<'o> Coder<'o> {
    fn new(out: &'o mut Vec<u8>, dc: Codes, ac: Codes) -> Self {
        Self { out, pending: 0, count: 0, dc, ac, ended: 0, corrections: Vec::new() }
    }

    fn bits(&mut self, bits: u32, count: u32) {
        self.pending = self.pending << count | u64::from(bits);
        self.count += count;
        while self.count >= 8 {
            let byte = (self.pending >> (self.count - 8)) as u8;
            self.out.push(byte);
            if byte == 0xff {
                self.out.push(0);
            }
            self.count -= 8;
        }
        self.pending &= (1 << self.count) - 1;
    }

    fn symbol(&mut self, symbol: u32) {
        let (code, length) = self.ac[symbol as usize];
        assert!(length > 0, "{symbol:#x} has no code");
        self.bits(code, length);
    }

    /// The value bits of a coefficient of this size.
    fn value(&mut self, value: i32, size: u32) {
        let bits = if value < 0 { value - 1 } else { value };
        self.bits(bits as u32 & ((1 << size) - 1), size);
    }

    fn dc(&mut self, value: i32, before: &mut i32) {
        let difference = value - *before;
        *before = value;
        let size = 32 - difference.unsigned_abs().leading_zeros();
        let (code, length) = self.dc[size as usize];
        self.bits(code, length);
        self.value(difference, size);
    }

    fn ac(&mut self, block: &[i32; 64]) {
        let rest = self.coefficients(block, 0);
        if rest > 0 {
            self.symbol(0);
        }
    }

    /// Writes the non-zero AC coefficients; returns how many zeros follow the last of them.
    fn coefficients(&mut self, block: &[i32; 64], low: u8) -> u32 {
        let mut run = 0;
        for &value in &block[1..] {
            let value = value.signum() * (value.abs() >> low);
            if value == 0 {
                run += 1;
                continue;
            }
            self.end_ended();
            while run > 15 {
                self.symbol(0xf0);
                run -= 16;
            }
            let size = 32 - value.unsigned_abs().leading_zeros();
            self.symbol(run << 4 | size);
            self.value(value, size);
            run = 0;
        }
        run
    }

    fn ac_first(&mut self, block: &[i32; 64], low: u8) {
        if self.coefficients(block, low) > 0 {
            self.ended += 1;
            if self.ended == 0x7fff {
                self.end_ended();
            }
        }
    }

    fn ac_refine(&mut self, block: &[i32; 64]) {
        let last_new = (1..64).rfind(|&place| block[place].abs() == 1).unwrap_or(0);
        let mut run = 0;
        let mut corrections = Vec::new();
        for (place, value) in block.iter().enumerate().skip(1) {
            let size = value.unsigned_abs();
            if size == 0 {
                run += 1;
                continue;
            }
            while run > 15 && place <= last_new {
                self.end_ended();
                self.symbol(0xf0);
                run -= 16;
                corrections.drain(..).for_each(|bit| self.bits(bit, 1));
            }
            if size > 1 {
                corrections.push(size & 1);
                continue;
            }
            self.end_ended();
            self.symbol(run << 4 | 1);
            self.bits(u32::from(*value > 0), 1);
            corrections.drain(..).for_each(|bit| self.bits(bit, 1));
            run = 0;
        }
        if run > 0 || !corrections.is_empty() {
            self.ended += 1;
            self.corrections.extend(corrections);
            if self.ended == 0x7fff {
                self.end_ended();
            }
        }
    }

    fn end_ended(&mut self) {
        if self.ended > 0 {
            let size = 31 - self.ended.leading_zeros();
            self.symbol(size << 4);
            self.bits(self.ended & ((1 << size) - 1), size);
            self.ended = 0;
            let corrections = std::mem::take(&mut self.corrections);
            corrections.into_iter().for_each(|bit| self.bits(bit, 1));
        }
    }

    fn restart(&mut self, number: u8) {
        self.end();
        self.out.extend([0xff, 0xd0 + number]);
    }

    fn end(&mut self) {
        self.end_ended();
        if self.count > 0 {
            let missing = 8 - self.count;
            self.bits((1 << missing) - 1, missing);
        }
    }
}
