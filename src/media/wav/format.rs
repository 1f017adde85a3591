//! The `fmt ` chunk: `WAVEFORMAT`, `WAVEFORMATEX`, `WAVEFORMATEXTENSIBLE` (Microsoft mmreg.h).

/// The highest plausible sample rate.
const MOST_RATE: u32 = 10_000_000;
const EXTENSIBLE: u16 = 0xFFFE;
const PCM: u16 = 0x0001;
const FLOAT: u16 = 0x0003;

/// Byte order. RIFX is big-endian RIFF, in its numbers and its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The number at an offset, or none past the end.
    fn read<const N: usize>(self, bytes: &[u8], at: usize) -> Option<u32> {
        let number: &[u8; N] = bytes.get(at..)?.first_chunk()?;
        let next = |number: u32, &byte: &u8| (number << 8) | u32::from(byte);
        Some(match self {
            Self::Little => number.iter().rev().fold(0, next),
            Self::Big => number.iter().fold(0, next),
        })
    }

    /// The 32-bit number at an offset, or 0 past the end.
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> u32 {
        self.read::<4>(bytes, at).unwrap_or(0)
    }
}

/// The sample format of `data`.
#[derive(Clone, Debug)]
pub(super) struct SampleFormat {
    /// `wFormatTag`, or the tag in `SubFormat` of an extensible format.
    tag: u16,
    order: Order,
    pub(super) channels: u16,
    pub(super) rate: u32,
    byte_rate: u32,
    block_align: u16,
    /// Significant bits per sample; 0 if not applicable.
    pub(super) bits: u16,
    /// Stored bits per sample: a multiple of 8 for PCM.
    container: u16,
    samples_per_block: u16,
}

impl SampleFormat {
    /// Reads the chunk; none if it is too short.
    pub(super) fn read(body: &[u8], order: Order) -> Option<Self> {
        let u16 = |at: usize| order.read::<2>(body, at).and_then(|number| u16::try_from(number).ok());
        let u32 = |at: usize| order.read::<4>(body, at);
        let stated = u16(0)?;
        // SubFormat is a GUID that starts with the old tag; the rest is constant.
        let tag = if stated == EXTENSIBLE { u16(24).unwrap_or(stated) } else { stated };
        let container = u16(14).unwrap_or(8);
        let valid = u16(18).filter(|&bits| stated == EXTENSIBLE && bits > 0 && bits <= container);
        Some(Self {
            tag,
            order,
            channels: u16(2)?,
            rate: u32(4)?,
            byte_rate: u32(8)?,
            block_align: u16(12)?,
            bits: valid.unwrap_or(container),
            container,
            samples_per_block: u16(18).filter(|_| stated != EXTENSIBLE).unwrap_or(0),
        })
    }

    /// The name of the codec in ffmpeg.
    pub(super) fn codec(&self) -> String {
        let name = match (self.tag, self.container.div_ceil(8)) {
            (PCM, 0 | 1) => "pcm_u8",
            (PCM, 2) => "pcm_s16le",
            (PCM, 3) => "pcm_s24le",
            (PCM, 4) => "pcm_s32le",
            (PCM, _) => "pcm_s64le",
            (FLOAT, 2) => "pcm_f16le",
            (FLOAT, 8) => "pcm_f64le",
            (FLOAT, _) => "pcm_f32le",
            (0x0002, _) => "adpcm_ms",
            (0x0006, _) => "pcm_alaw",
            (0x0007, _) => "pcm_mulaw",
            (0x000A, _) => "wmavoice",
            (0x0011 | 0x0069, _) => "adpcm_ima_wav",
            (0x0020, _) => "adpcm_yamaha",
            (0x0022, _) => "truespeech",
            (0x0031, _) => "gsm_ms",
            (0x0042, _) => "g723_1",
            (0x0045 | 0x0064, _) => "adpcm_g726",
            (0x0050, _) => "mp2",
            (0x0055, _) => "mp3",
            (0x0057 | 0x0058, _) => "amr_nb",
            (0x0065 | 0x028F, _) => "adpcm_g722",
            (0x0083, _) => "g729",
            (0x00FF | 0x1600 | 0x1602 | 0x1610 | 0xA106, _) => "aac",
            (0x0160, _) => "wmav1",
            (0x0161, _) => "wmav2",
            (0x0162, _) => "wmapro",
            (0x0163, _) => "wmalossless",
            (0x0270, _) => "atrac3",
            (0x2000, _) => "ac3",
            (0x2001, _) => "dts",
            (0xF1AC, _) => "flac",
            _ => return format!("0x{:04x}", self.tag),
        };
        match name.strip_suffix("le") {
            Some(stem) if self.order == Order::Big => format!("{stem}be"),
            _ => name.to_owned(),
        }
    }

    fn is_linear(&self) -> bool {
        matches!(self.tag, PCM | FLOAT | 0x0006 | 0x0007)
    }

    /// Size of a block: one sample per channel for PCM, a packet otherwise.
    pub(super) fn block(&self) -> u64 {
        let samples = u64::from(self.container.div_ceil(8).max(1)) * u64::from(self.channels);
        if self.is_linear() && u64::from(self.block_align) < samples {
            return samples.max(1);
        }
        u64::from(self.block_align).max(1)
    }

    fn samples_per_block(&self) -> Option<u64> {
        let stated = u64::from(self.samples_per_block);
        let (align, channels) = (u64::from(self.block_align), u64::from(self.channels).max(1));
        match self.tag {
            _ if self.is_linear() => Some(1),
            0x0002 if stated > 0 => Some(stated),
            0x0002 => Some((align.checked_sub(7 * channels)?) * 2 / channels + 2),
            0x0011 | 0x0069 if stated > 0 => Some(stated),
            0x0011 | 0x0069 => Some(align.checked_sub(4 * channels)? * 8 / (4 * channels) + 1),
            0x0031 => Some(320),
            _ => None,
        }
    }

    /// Samples per channel in this many bytes of `data`, counting complete blocks.
    pub(super) fn frames(&self, bytes: u64) -> u64 {
        (bytes / self.block()).saturating_mul(self.samples_per_block().unwrap_or(1))
    }

    /// Duration of this many bytes of `data`. `fact` is the stated number of samples.
    pub(super) fn seconds(&self, bytes: u64, fact: Option<u64>) -> f64 {
        let rate = f64::from(self.rate.max(1));
        if self.samples_per_block().is_some() {
            return self.frames(bytes) as f64 / rate;
        }
        let by_rate = if self.byte_rate > 0 { Some(bytes as f64 / f64::from(self.byte_rate)) } else { None };
        match (fact.filter(|&frames| frames > 0).map(|frames| frames as f64 / rate), by_rate) {
            // The average byte rate of a compressed stream is only approximate.
            (Some(stated), Some(average)) if stated > average * 2.0 => average,
            (Some(stated), _) => stated,
            (None, average) => average.unwrap_or(0.0),
        }
    }

    /// The tag is known to ffmpeg or Windows.
    fn is_known(&self) -> bool {
        const TAGS: &[u16] = &[
            0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0007, 0x0009, 0x000A, 0x0010, 0x0011, 0x0012, 0x0014,
            0x0015, 0x0016, 0x0017, 0x0020, 0x0022, 0x0028, 0x002D, 0x0031, 0x0032, 0x0033, 0x0038, 0x0039, 0x0040,
            0x0041, 0x0042, 0x0045, 0x0050, 0x0055, 0x0057, 0x0058, 0x0061, 0x0062, 0x0064, 0x0065, 0x0067, 0x0069,
            0x0070, 0x0075, 0x0083, 0x0085, 0x00FF, 0x0111, 0x0130, 0x0132, 0x0135, 0x0160, 0x0161, 0x0162, 0x0163,
            0x0164, 0x0165, 0x0166, 0x0180, 0x0200, 0x0215, 0x0216, 0x0270, 0x028F, 0x0401, 0x0402, 0x0500, 0x0501,
            0x1500, 0x1501, 0x1600, 0x1602, 0x1610, 0x181C, 0x1971, 0x2000, 0x2001, 0x2048, 0x4143, 0x4156, 0x4243,
            0x4D4C, 0x566F, 0x594A, 0x674F, 0x6750, 0x6751, 0x676F, 0x6770, 0x6771, 0x6C75, 0x706D, 0x77A1, 0x7A21,
            0x7A22, 0xA100, 0xA106, 0xA107, 0xA109, 0xF1AC,
        ];
        TAGS.binary_search(&self.tag).is_ok()
    }

    /// Why no decoder can play it, if so.
    pub(super) fn unusable(&self) -> Option<String> {
        if self.channels == 0 {
            return Some("no channels".to_owned());
        }
        if !self.is_known() {
            return Some(format!("the format tag 0x{:04X}, which no decoder knows", self.tag));
        }
        if self.rate == 0 {
            return Some("a sample rate of 0 Hz".to_owned());
        }
        if self.rate > MOST_RATE {
            return Some(format!("a sample rate of {} Hz", super::count(u64::from(self.rate))));
        }
        let samples: &[u16] = match self.tag {
            PCM => &[1, 2, 3, 4, 8],
            FLOAT => &[2, 3, 4, 8],
            _ => &[],
        };
        if !samples.is_empty() && !samples.contains(&self.container.div_ceil(8)) {
            return Some(format!("{} bits per sample", self.container));
        }
        if matches!(self.tag, 0x0002 | 0x0011) && self.samples_per_block().is_none_or(|n| n == 0) {
            return Some(format!(
                "a block of {} for {}",
                super::counted(self.block_align.into(), "byte"),
                super::counted(self.channels.into(), "channel")
            ));
        }
        None
    }

    /// Describes a block size that cannot hold one sample of each channel.
    pub(super) fn contradiction(&self) -> Option<String> {
        let (align, channels) = (u64::from(self.block_align), u64::from(self.channels.max(1)));
        // Without a block size, decoders use channels and bits.
        if !self.is_linear() || align == 0 {
            return None;
        }
        let (sample, width) = (align / channels, u64::from(self.container.div_ceil(8).max(1)));
        // Padded samples, such as 24 bits in 4 bytes, are unusual but supported.
        let fits = sample == width || sample > width && sample.is_power_of_two();
        (!align.is_multiple_of(channels) || !fits).then(|| self.expected_block())
    }

    fn expected_block(&self) -> String {
        let expected = u64::from(self.container.div_ceil(8).max(1)) * u64::from(self.channels);
        format!(
            "a block of {}, but {} of {} make {expected}",
            super::counted(self.block_align.into(), "byte"),
            super::counted(self.channels.into(), "channel"),
            super::counted(self.container.into(), "bit")
        )
    }

    /// Describes a contradiction that decoders tolerate.
    pub(super) fn doubt(&self) -> Option<String> {
        if !self.is_linear() {
            return None;
        }
        let align = u64::from(self.block_align);
        if align == 0 {
            return Some(self.expected_block());
        }
        if u64::from(self.byte_rate) != align * u64::from(self.rate) {
            return Some(format!(
                "{} bytes per second, but {} blocks of {} make {}",
                super::count(u64::from(self.byte_rate)),
                super::count(u64::from(self.rate)),
                super::counted(align, "byte"),
                super::count(align * u64::from(self.rate))
            ));
        }
        None
    }
}
