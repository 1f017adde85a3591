//! A minimal H.264 stream (ITU-T H.264): grey key frames, and pictures that skip every macroblock.

/// Writes bits, most significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn put(&mut self, count: u32, value: u32) -> &mut Self {
        for index in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().expect("pushed");
            *last |= ((value >> index & 1) as u8) << (7 - self.used % 8);
            self.used += 1;
        }
        self
    }

    /// Exp-Golomb, unsigned (ITU-T H.264, 9.1).
    fn ue(&mut self, value: u32) -> &mut Self {
        let bits = 32 - (value + 1).leading_zeros();
        self.put(bits - 1, 0).put(bits, value + 1)
    }

    /// A NAL unit: the header, the bits with their stop bit, and a 3 in bytes that would look like a start code.
    fn unit(&mut self, header: u8) -> Vec<u8> {
        self.put(1, 1);
        let mut unit = vec![header];
        let mut zeros = 0;
        for &byte in &self.bytes {
            if zeros == 2 && byte < 4 {
                unit.push(3);
                zeros = 0;
            }
            unit.push(byte);
            zeros = if byte == 0 { zeros + 1 } else { 0 };
        }
        unit
    }
}

fn blocks(pixels: u32) -> u32 {
    pixels.div_ceil(16)
}

/// A feature of the sequence parameter set that common players do not expect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sequence {
    #[default]
    Plain,
    /// 4:2:2, in the parameter set only.
    Wide,
    /// The pictures may be coded in fields.
    Fields,
}

/// Sequence and picture parameter sets: baseline, CAVLC, one reference picture, pictures in the order of decoding.
pub fn parameters(width: u32, height: u32, sequence: Sequence) -> (Vec<u8>, Vec<u8>) {
    let (across, down) = (blocks(width), blocks(height));
    let level = match across * down {
        0..=1_620 => 31,
        1_621..=8_704 => 42,
        8_705..=36_864 => 52,
        _ => 62,
    };
    let mut sps = Bits::default();
    match sequence {
        Sequence::Plain => sps.put(8, 66).put(8, 0xc0).put(8, level).ue(0),
        Sequence::Wide => sps.put(8, 122).put(8, 0).put(8, level).ue(0).ue(2).ue(0).ue(0).put(2, 0),
        Sequence::Fields => sps.put(8, 77).put(8, 0).put(8, level).ue(0),
    };
    sps.ue(0).ue(2).ue(1).put(1, 0).ue(across - 1);
    match sequence {
        // Two fields make a frame, so the height is counted in halves.
        Sequence::Fields => sps.ue(down / 2 - 1).put(1, 0).put(1, 0).put(1, 1),
        _ => sps.ue(down - 1).put(1, 1).put(1, 1),
    };
    let unit = if sequence == Sequence::Plain {
        2
    } else if sequence == Sequence::Wide {
        1
    } else {
        4
    };
    let (right, bottom) = ((across * 16 - width) / 2, (down * 16 - height) / unit);
    if right + bottom > 0 {
        sps.put(1, 1).ue(0).ue(right).ue(0).ue(bottom);
    } else {
        sps.put(1, 0);
    }
    sps.put(1, 0);
    let mut pps = Bits::default();
    pps.ue(0).ue(0).put(1, 0).put(1, 0).ue(0).ue(0).ue(0).put(1, 0).put(2, 0);
    pps.ue(0).ue(0).ue(0).put(1, 1).put(1, 0).put(1, 0);
    (sps.unit(0x67), pps.unit(0x68))
}

/// A grey IDR picture: every macroblock is the mean of its neighbours.
pub fn key_frame(width: u32, height: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    // Slice header: first macroblock, I, parameter set, frame number, IDR id, marking, QP, no deblocking.
    bits.ue(0).ue(7).ue(0).put(4, 0).ue(0).put(2, 0).ue(0).ue(1);
    for _ in 0..blocks(width) * blocks(height) {
        // mb_type I_16x16_2_0_0, chroma DC, mb_qp_delta 0, no coefficients.
        bits.ue(3).ue(0).ue(0).put(1, 1);
    }
    bits.unit(0x65)
}

/// A picture that repeats the previous one.
pub fn repeat(width: u32, height: u32, number: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.ue(0).ue(5).ue(0).put(4, number % 16).put(1, 0).put(1, 0).put(1, 0).ue(0).ue(1);
    bits.ue(blocks(width) * blocks(height));
    bits.unit(0x41)
}
