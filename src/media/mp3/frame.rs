//! The header and the side information of a layer III frame (ISO/IEC 11172-3 §2.4.1, 13818-3 §2.4.1).

/// Header, checksum and the longest side information.
pub(super) const MOST_SIDE: usize = 4 + 2 + 32;
/// The longest frame that has a bit rate: 320 kbit/s at 32 kHz, padded.
pub(super) const LONGEST: u64 = 1441;

const RATES: [[u32; 3]; 4] = [[11_025, 12_000, 8_000], [0, 0, 0], [22_050, 24_000, 16_000], [44_100, 48_000, 32_000]];
/// kbit/s by `bitrate_index`; 0 is the free format.
const KBITS_1: [u16; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBITS_2: [u16; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// Bytes of an unpadded frame by version, `bitrate_index` and `sampling_frequency`; 0 for the free format.
static LENGTHS: [[[u16; 3]; 15]; 4] = {
    let mut lengths = [[[0; 3]; 15]; 4];
    let mut at = 0;
    while at < 4 * 15 * 3 {
        let (version, index, rate) = (at / 45, at / 3 % 15, at % 3);
        let (samples, kbits) = if version == 3 { (1152, KBITS_1[index]) } else { (576, KBITS_2[index]) };
        let hertz = RATES[version][rate];
        // The reserved version has no rates.
        if let Some(length) = (samples / 8 * kbits as u32 * 1000).checked_div(hertz) {
            lengths[version][index][rate] = length as u16;
        }
        at += 1;
    }
    lengths
};

/// The first four bytes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// `ID` with the bit of MPEG 2.5: 3 for MPEG 1, 2 for MPEG 2, 0 for MPEG 2.5.
    version: u8,
    pub(super) rate: u32,
    /// Bytes without padding; 0 for the free format.
    unpadded: u16,
    padding: bool,
    pub(super) protected: bool,
    pub(super) mono: bool,
}

impl Header {
    /// Parses a layer III header.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let &[b0, b1, b2, b3] = bytes.first_chunk()?;
        // Sync of 11 bits, layer III.
        if b0 != 0xFF || b1 & 0xE6 != 0xE2 {
            return None;
        }
        let version = (b1 >> 3) & 3;
        let (index, frequency) = (usize::from(b2 >> 4), usize::from((b2 >> 2) & 3));
        let rate = *RATES.get(usize::from(version))?.get(frequency)?;
        // Emphasis 2 is reserved as well, but decoders ignore it.
        if rate == 0 {
            return None;
        }
        let unpadded = *LENGTHS.get(usize::from(version))?.get(index)?.get(frequency)?;
        Some(Self { version, rate, unpadded, padding: b2 & 2 != 0, protected: b1 & 1 == 0, mono: b3 >> 6 == 3 })
    }

    pub(super) fn is_free(&self) -> bool {
        self.unpadded == 0
    }

    fn is_mpeg1(&self) -> bool {
        self.version == 3
    }

    /// Samples per channel in a frame.
    pub(super) fn samples(&self) -> u32 {
        if self.is_mpeg1() { 1152 } else { 576 }
    }

    pub(super) fn channels(&self) -> u16 {
        if self.mono { 1 } else { 2 }
    }

    /// Size of the frame. `free` is the size of an unpadded free-format frame.
    pub(super) fn len(&self, free: u64) -> u64 {
        let unpadded = if self.is_free() { free } else { u64::from(self.unpadded) };
        unpadded + u64::from(self.padding)
    }

    pub(super) fn padding(&self) -> u64 {
        u64::from(self.padding)
    }

    /// Offset of the main data within the frame.
    pub(super) fn overhead(&self) -> u64 {
        let side = match (self.is_mpeg1(), self.mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        4 + if self.protected { 2 } else { 0 } + side
    }

    /// It can follow in the same stream: same version, sample rate and kind of bit rate.
    pub(super) fn continues(&self, other: &Self) -> bool {
        self.version == other.version && self.rate == other.rate && self.is_free() == other.is_free()
    }
}

/// What the side information requires of the main data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Side {
    /// Bytes of main data in earlier frames.
    pub(super) main_data_begin: u64,
    /// Sum of `part2_3_length`.
    pub(super) bits: u64,
    /// It has a forbidden value.
    pub(super) illegal: bool,
}

impl Side {
    /// Reads it from the start of a frame; none if that is truncated.
    pub(super) fn read(header: &Header, frame: &[u8]) -> Option<Self> {
        let side = frame.get(if header.protected { 6 } else { 4 }..)?;
        // One instance per layout, so that all bit positions are constants.
        match (header.is_mpeg1(), header.mono) {
            (true, true) => Some(Self::parse::<true, true>(side.first_chunk::<17>()?)),
            (true, false) => Some(Self::parse::<true, false>(side.first_chunk::<32>()?)),
            (false, true) => Some(Self::parse::<false, true>(side.first_chunk::<9>()?)),
            (false, false) => Some(Self::parse::<false, false>(side.first_chunk::<17>()?)),
        }
    }

    #[inline(always)]
    fn parse<const MPEG1: bool, const MONO: bool>(side: &[u8]) -> Self {
        let (begin, mut at) = match (MPEG1, MONO) {
            (true, true) => (9, 9 + 5 + 4),
            (true, false) => (9, 9 + 3 + 8),
            (false, true) => (8, 8 + 1),
            (false, false) => (8, 8 + 2),
        };
        let (granules, wide, before_switching) = if MPEG1 { (2, 59, 33) } else { (1, 63, 38) };
        let mut out = Self { main_data_begin: u64::from(bits(side, 0, begin)), bits: 0, illegal: false };
        for _ in 0..granules * if MONO { 1 } else { 2 } {
            let part = bits(side, at, 21);
            out.bits += u64::from(part >> 9);
            let big_values = part & 0x1FF;
            let window = bits(side, at + before_switching, 3);
            // Window switching with block type 0 is reserved; 288 pairs are all 576 lines.
            out.illegal |= big_values > 288 || window == 0b100;
            at += wide;
        }
        out
    }
}

/// Up to 24 bits from a bit position, most significant first; 0 past the end.
#[inline(always)]
fn bits(bytes: &[u8], at: usize, count: usize) -> u32 {
    let byte = |n: usize| u32::from(bytes.get(at / 8 + n).copied().unwrap_or(0));
    let word = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
    (word << (at % 8)) >> (32 - count)
}

/// For each byte, its CRC-16 followed by this many zero bytes.
static CRC: [[u16; 256]; 4] = {
    let mut tables = [[0; 256]; 4];
    let mut at = 0;
    while at < 4 * 256 {
        let mut crc = (at as u16 % 256) << 8;
        let mut bit = 0;
        while bit < 8 * (at / 256 + 1) {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 };
            bit += 1;
        }
        tables[at / 256][at % 256] = crc;
        at += 1;
    }
    tables
};

/// Continues the CRC-16 over these bytes, four at a time.
fn checksum(mut crc: u16, bytes: &[u8]) -> u16 {
    let (fours, rest) = bytes.as_chunks::<4>();
    for four in fours {
        let [high, low] = crc.to_be_bytes();
        let index = [four[0] ^ high, four[1] ^ low, four[2], four[3]].map(usize::from);
        crc = CRC[3][index[0]] ^ CRC[2][index[1]] ^ CRC[1][index[2]] ^ CRC[0][index[3]];
    }
    rest.iter().fold(crc, |crc, &byte| crc << 8 ^ CRC[0][usize::from(byte ^ (crc >> 8) as u8)])
}

/// CRC-16 over the last two bytes of the header and the side information, as protected frames carry it.
pub(super) fn checksum_holds(header: &Header, frame: &[u8]) -> bool {
    let (Some(stored), Some(head), Some(side)) =
        (frame.get(4..6), frame.get(2..4), usize::try_from(header.overhead()).ok().and_then(|end| frame.get(6..end)))
    else {
        return true;
    };
    stored == checksum(checksum(0xFFFF, head), side).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_give_lengths() {
        let header = Header::parse(&[0xFF, 0xFB, 0x90, 0x00]).expect("MPEG 1, 128 kbit/s, 44.1 kHz");
        assert_eq!((header.rate, header.len(0), header.samples(), header.channels()), (44_100, 417, 1152, 2));
        let header = Header::parse(&[0xFF, 0xE3, 0x12, 0xC0]).expect("MPEG 2.5, 8 kbit/s, 11.025 kHz, padded, mono");
        assert_eq!((header.rate, header.len(0), header.samples(), header.overhead()), (11_025, 53, 576, 13));
        assert_eq!(Header::parse(&[0xFF, 0xFD, 0x90, 0x00]), None, "layer II");
        assert_eq!(Header::parse(&[0xFF, 0xFB, 0xF0, 0x00]), None, "bit rate 15");
        assert_eq!(Header::parse(&[0xFF, 0xFB, 0x9C, 0x00]), None, "sample rate 3");
        assert_eq!(Header::parse(&[0xFF, 0xEB, 0x90, 0x00]), None, "reserved version");
    }

    #[test]
    fn checksums_are_those_of_the_polynomial() {
        let bitwise = |bytes: &[u8]| {
            bytes.iter().fold(0xFFFF_u16, |crc, &byte| {
                let step = |crc: u16, _| if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 };
                (0..8).fold(crc ^ u16::from(byte) << 8, step)
            })
        };
        let bytes: Vec<u8> = (0..40u8).map(|n| n.wrapping_mul(167)).collect();
        for end in 0..bytes.len() {
            assert_eq!(checksum(0xFFFF, &bytes[..end]), bitwise(&bytes[..end]), "{end}");
        }
        // The check value of CRC-16/CMS.
        assert_eq!(checksum(0xFFFF, b"123456789"), 0xAEE7);
    }

    #[test]
    fn bits_are_read_across_bytes() {
        assert_eq!(bits(&[0b1010_0000, 0b0000_0001, 0xFF], 0, 3), 0b101);
        assert_eq!(bits(&[0b1010_0000, 0b0000_0001, 0xFF], 15, 3), 0b111);
        assert_eq!(bits(&[0xFF], 4, 8), 0xF0);
        assert_eq!(bits(&[], 100, 21), 0);
    }
}
