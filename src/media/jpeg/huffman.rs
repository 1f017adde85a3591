//! Huffman tables for skipping codes: one lookup gives the effect of a code on the walk together with its length (ITU-T
//! T.81, annex C and F.2.2.3).

use super::bits::Window;

/// Codes up to this length need one lookup.
const QUICK: u32 = 11;

/// One table as defined by a DHT segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    /// The number of codes of each length from 1 to 16.
    pub(super) counts: [u8; 16],
    pub(super) symbols: Vec<u8>,
}

impl Definition {
    /// Whether the codes of some length overflow the space that shorter ones leave. A code of only ones is not allowed
    /// either.
    pub(super) fn overflows(&self) -> bool {
        let mut code = 0u32;
        for (length, &count) in (1..).zip(&self.counts) {
            code += u32::from(count);
            if code >= 1 << length {
                return true;
            }
            code <<= 1;
        }
        false
    }
}

/// A table prepared for lookup.
pub(super) struct HuffmanTable {
    /// Indexed by the next bits: the length of the code and its symbol; 0 for a longer or undefined code.
    symbols: [u16; 1 << QUICK],
    /// Indexed by the next bits, for sequential blocks: the bits of code and value together, and the number of
    /// coefficients; 0 as above.
    steps: [u16; 1 << QUICK],
    /// As `steps`, for as many consecutive codes as the bits contain, the last of them with its value bits beyond; all
    /// 0 if the steps have not been joined.
    strides: [u16; 1 << QUICK],
    /// For each length, one more than its largest code, and the number to add to a code to get its index among the
    /// symbols.
    ends: [(u32, i32); 17],
    values: Vec<u8>,
}

/// A code that the table does not define.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadCode;

/// Marks the end of a block among the numbers of coefficients.
pub(super) const END_OF_BLOCK: u32 = 128;

/// All codes of a stride except the last advance by less than this.
pub(super) const STRIDE: u32 = 16;

impl HuffmanTable {
    /// Prepares the table; one that [`overflows`](Definition::overflows) yields meaningless codes.
    pub(super) fn new(definition: &Definition) -> Self {
        let mut table = Self {
            symbols: [0; 1 << QUICK],
            steps: [0; 1 << QUICK],
            strides: [0; 1 << QUICK],
            ends: [(0, 0); 17],
            values: definition.symbols.clone(),
        };
        let (mut code, mut index) = (0u32, 0usize);
        for (length, &count) in (1u32..).zip(&definition.counts) {
            let first = code;
            let place = index;
            for _ in 0..count {
                let symbol = definition.symbols.get(index).copied().unwrap_or(0);
                if length <= QUICK && code < 1 << length {
                    let from = (code << (QUICK - length)) as usize;
                    let to = ((code + 1) << (QUICK - length)) as usize;
                    table.symbols[from..to].fill((length as u16) << 8 | u16::from(symbol));
                    let (bits, advance) = step(length, symbol);
                    table.steps[from..to].fill((bits as u16) << 8 | advance as u16);
                }
                code += 1;
                index += 1;
            }
            table.ends[length as usize] = if count == 0 { (0, 0) } else { (code, place as i32 - first as i32) };
            code <<= 1;
        }
        table
    }

    /// Joins steps to strides, as long as the next code lies within the lookup bits. This costs as much as walking some
    /// hundred blocks without strides.
    pub(super) fn join_steps(&mut self) {
        for index in 0..1usize << QUICK {
            let (mut bits, mut advance) = (0, 0);
            while bits < QUICK && advance < STRIDE {
                let step = u32::from(self.steps[(index << bits) & ((1 << QUICK) - 1)]);
                // The shift put zeros at the bottom, so the code itself must end above them.
                let code = self.symbols[(index << bits) & ((1 << QUICK) - 1)] >> 8;
                if step == 0 || bits + u32::from(code) > QUICK {
                    break;
                }
                bits += step >> 8;
                advance += step & 0xff;
            }
            self.strides[index] = (bits as u16) << 8 | advance as u16;
        }
    }

    /// Skips one or more codes with their value bits, in a block with at least `STRIDE` coefficients left; otherwise as
    /// [`step`](Self::step).
    #[inline(always)]
    pub(super) fn stride(&self, window: &mut Window) -> Result<u32, BadCode> {
        let entry = self.strides[(window.bits >> (64 - QUICK)) as usize];
        if entry != 0 {
            window.skip(u32::from(entry >> 8));
            return Ok(u32::from(entry & 0xff));
        }
        self.step(window)
    }

    /// The next symbol. The window must have 16 bits.
    #[inline(always)]
    pub(super) fn symbol(&self, window: &mut Window) -> Result<u8, BadCode> {
        let entry = self.symbols[(window.bits >> (64 - QUICK)) as usize];
        if entry != 0 {
            window.skip(u32::from(entry >> 8));
            return Ok(entry as u8);
        }
        let (length, symbol) = self.long(window.bits)?;
        window.skip(length);
        Ok(symbol)
    }

    /// Skips the next code with its value bits and returns its number of coefficients, [`END_OF_BLOCK`] for all the
    /// rest. The window must have 31 bits.
    #[inline(always)]
    pub(super) fn step(&self, window: &mut Window) -> Result<u32, BadCode> {
        let entry = self.steps[(window.bits >> (64 - QUICK)) as usize];
        if entry != 0 {
            window.skip(u32::from(entry >> 8));
            return Ok(u32::from(entry & 0xff));
        }
        let (length, symbol) = self.long(window.bits)?;
        let (bits, advance) = step(length, symbol);
        window.skip(bits);
        Ok(advance)
    }

    /// Looks up a code longer than [`QUICK`].
    #[cold]
    #[inline(never)]
    fn long(&self, bits: u64) -> Result<(u32, u8), BadCode> {
        for length in QUICK + 1..=16 {
            let code = (bits >> (64 - length)) as u32;
            let (end, offset) = self.ends[length as usize];
            if code < end {
                let place = i64::from(code) + i64::from(offset);
                let symbol = usize::try_from(place).ok().and_then(|place| self.values.get(place));
                return symbol.map(|&symbol| (length, symbol)).ok_or(BadCode);
            }
        }
        Err(BadCode)
    }
}

/// Bits of code and value, and coefficients, of an AC symbol; the number of bits is right for a DC symbol too.
fn step(length: u32, symbol: u8) -> (u32, u32) {
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    let advance = match (run, size) {
        (15, 0) => 16,
        (_, 0) => END_OF_BLOCK,
        _ => run + 1,
    };
    (length + size, advance)
}

/// The tables of T.81, annex K.3, which decoders assume if a file has none: class (0 for DC, 1 for AC) and number.
pub(super) fn default(class: usize, number: usize) -> Option<Definition> {
    let (counts, symbols): ([u8; 16], &[u8]) = match (class, number) {
        (0, 0) => ([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], &DC_SYMBOLS),
        (0, 1) => ([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], &DC_SYMBOLS),
        (1, 0) => ([0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d], &AC_LUMINANCE),
        (1, 1) => ([0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77], &AC_CHROMINANCE),
        _ => return None,
    };
    Some(Definition { counts, symbols: symbols.to_vec() })
}

const DC_SYMBOLS: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

#[rustfmt::skip]
const AC_LUMINANCE: [u8; 162] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
    0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72,
    0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37,
    0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
    0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83,
    0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3,
    0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
    0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
    0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
];

#[rustfmt::skip]
const AC_CHROMINANCE: [u8; 162] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22,
    0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1,
    0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36,
    0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
    0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a,
    0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a,
    0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba,
    0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda,
    0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn window(bits: u64) -> Window {
        Window { bits, count: 64 }
    }

    #[test]
    fn short_and_long_codes_are_found() {
        let table = HuffmanTable::new(&default(1, 0).expect("a default table"));
        // The first two codes are 00 (0x01) and 01 (0x02), 1010 is the end of the block, 1111_1111_1111_1110 is 0xfa.
        let mut bits = window(0b0001_1010 << 56);
        assert_eq!(table.symbol(&mut bits), Ok(0x01));
        assert_eq!(table.symbol(&mut bits), Ok(0x02));
        assert_eq!(table.step(&mut bits), Ok(END_OF_BLOCK));
        assert_eq!(bits.count, 56);
        let mut bits = window(0xfffe << 48);
        assert_eq!(table.symbol(&mut bits), Ok(0xfa));
        let mut bits = window(0xfffe << 48);
        assert_eq!(table.step(&mut bits), Ok(16));
        assert_eq!(bits.count, 64 - 16 - 10);
        assert_eq!(table.symbol(&mut window(u64::MAX)), Err(BadCode));
    }

    #[test]
    fn every_default_code_is_decoded_to_its_symbol() {
        for (class, number) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let definition = default(class, number).expect("a default table");
            assert!(!definition.overflows());
            let table = HuffmanTable::new(&definition);
            let (mut code, mut index) = (0u64, 0);
            for (length, &count) in (1u32..).zip(&definition.counts) {
                for _ in 0..count {
                    let mut bits = window(code << (64 - length));
                    assert_eq!(table.symbol(&mut bits), Ok(definition.symbols[index]));
                    assert_eq!(bits.count, 64 - length);
                    code += 1;
                    index += 1;
                }
                code <<= 1;
            }
        }
    }

    #[test]
    fn too_many_codes_overflow() {
        let mut counts = [0; 16];
        counts[0] = 1;
        assert!(!Definition { counts, symbols: vec![0] }.overflows());
        counts[0] = 2;
        assert!(Definition { counts, symbols: vec![0, 1] }.overflows());
    }
}
