//! The samples of a track, with the sample entry that describes them, by codec.

use std::ops::Range;

use super::super::bulk;
use super::{Audio, AudioCodec, Source, Video, VideoCodec, boxed, h264, word};

#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub bytes: Vec<u8>,
    /// In units of the track.
    pub length: u32,
    pub key: bool,
}

/// A track with its samples.
#[derive(Debug)]
pub(super) struct Made {
    pub handler: &'static [u8; 4],
    pub scale: u32,
    pub size: (u32, u32),
    pub rotation: u32,
    pub entry: Vec<u8>,
    pub samples: Vec<Sample>,
    /// The size of every sample, which `stsz` states once.
    pub fixed: Option<u32>,
    pub per_chunk: usize,
}

impl Made {
    pub fn seconds(&self) -> f64 {
        self.samples.iter().map(|sample| f64::from(sample.length)).sum::<f64>() / f64::from(self.scale)
    }

    pub fn chunks(&self) -> Vec<Range<usize>> {
        let count = self.samples.len();
        (0..count).step_by(self.per_chunk).map(|start| start..(start + self.per_chunk).min(count)).collect()
    }
}

pub(super) fn make(source: &Source) -> Made {
    match source {
        Source::Video(video) => picture(video),
        Source::Audio(audio) => sound(audio),
    }
}

fn picture(video: &Video) -> Made {
    let frames = (video.seconds * video.fps).round() as u32;
    let (config, samples) = match video.codec {
        VideoCodec::H264 => {
            let (sps, pps) = h264::parameters(video.width, video.height, video.sequence);
            let config = [
                &[1, sps[1], sps[2], sps[3], 0xff, 0xe1][..],
                &(sps.len() as u16).to_be_bytes(),
                &sps,
                &[1],
                &(pps.len() as u16).to_be_bytes(),
                &pps,
            ]
            .concat();
            let key = h264::key_frame(video.width, video.height);
            let bulk = bulk(video.bulk);
            let samples = (0..frames)
                .map(|number| {
                    let since = number % video.key_every.max(1);
                    let unit = if since == 0 { key.clone() } else { h264::repeat(video.width, video.height, since) };
                    let unit = [unit, bulk.clone()].concat();
                    Sample {
                        bytes: [&(unit.len() as u32).to_be_bytes()[..], &unit].concat(),
                        length: 1_000,
                        key: since == 0,
                    }
                })
                .collect();
            (boxed(b"avcC", &[&config]), samples)
        }
        VideoCodec::Hevc => {
            let config =
                [&[1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0]];
            let unit = |key: bool| vec![0, 0, 0, 6, if key { 0x26 } else { 0x02 }, 1, 0xaf, 0x09, 0x40, 0x80];
            (boxed(b"hvcC", &[config[0]]), structural(frames, video.key_every, unit))
        }
        VideoCodec::Av1 => {
            let unit = |key: bool| vec![0x12, 0, 0x32, 4, if key { 0x10 } else { 0x30 }, 0x55, 0xaa, 0x80];
            // A sequence header of the short form, which contains little more than the size.
            let size = u64::from(video.width - 1) << 16 | u64::from(video.height - 1);
            let header = ((0b00011_00000 << 8 | 0xff) << 32 | size) << 6;
            let header = [&[0x0a, 7], &u64::to_be_bytes(header)[1..]].concat();
            (boxed(b"av1C", &[&[0x81, 0x08, 0x0c, 0], &header]), structural(frames, video.key_every, unit))
        }
        VideoCodec::Vp9 => {
            let unit = |key: bool| vec![if key { 0x82 } else { 0x86 }, 0x49, 0x83, 0x42, 0, 0x80];
            (boxed(b"vpcC", &[&[1, 0, 0, 0, 0, 31, 0x80, 2, 2, 2, 0, 0]]), structural(frames, video.key_every, unit))
        }
    };
    let kind = match video.codec {
        VideoCodec::H264 => b"avc1",
        VideoCodec::Hevc => b"hvc1",
        VideoCodec::Av1 => b"av01",
        VideoCodec::Vp9 => b"vp09",
    };
    let mut parts = config;
    if video.aspect != (1, 1) {
        parts.extend(boxed(b"pasp", &[&word(video.aspect.0), &word(video.aspect.1)]));
    }
    if let Some((width, height)) = video.shown {
        let numbers = [width, 1, height, 1, 0, 1, 0, 1].map(u32::to_be_bytes).concat();
        parts.extend(boxed(b"clap", &[&numbers]));
    }
    let size = [(video.width as u16).to_be_bytes(), (video.height as u16).to_be_bytes()].concat();
    let entry = boxed(
        kind,
        &[
            &[0, 0, 0, 0, 0, 0, 0, 1],
            &[0; 16],
            &size,
            &word(0x48_0000),
            &word(0x48_0000),
            &[0; 4],
            &[0, 1],
            &[0; 32],
            &[0, 0x18, 0xff, 0xff],
            &parts,
        ],
    );
    Made {
        handler: b"vide",
        scale: (video.fps * 1_000.0).round() as u32,
        size: (video.width, video.height),
        rotation: video.rotation,
        entry,
        samples,
        fixed: None,
        per_chunk: (video.fps.round() as usize).max(1),
    }
}

fn structural(frames: u32, key_every: u32, unit: impl Fn(bool) -> Vec<u8>) -> Vec<Sample> {
    (0..frames)
        .map(|number| {
            let key = number % key_every.max(1) == 0;
            Sample { bytes: unit(key), length: 1_000, key }
        })
        .collect()
}

fn sound(audio: &Audio) -> Made {
    let all = (audio.seconds * f64::from(audio.rate)).round() as u32;
    let (kind, config, samples, fixed, per_chunk) = match audio.codec {
        AudioCodec::Aac => {
            // A raw_data_block with one empty channel element (ISO/IEC 14496-3, 4.4.2.1).
            let silence: &[u8] =
                if audio.channels == 1 { &[0x01, 0x18, 0x20, 0x07] } else { &[0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c] };
            let samples: Vec<Sample> = (0..all.div_ceil(1_024))
                .map(|n| Sample {
                    bytes: [silence, &vec![0; audio.bulk]].concat(),
                    length: (all - n * 1_024).min(1_024),
                    key: true,
                })
                .collect();
            let per_chunk = (audio.rate as usize / 1_024).max(1);
            (b"mp4a", esds(audio), samples, None, per_chunk)
        }
        AudioCodec::Pcm => {
            let size = u32::from(audio.channels) * 2;
            let sample = Sample { bytes: vec![0; size as usize], length: 1, key: true };
            (b"sowt", Vec::new(), vec![sample; all as usize], Some(size), audio.rate as usize)
        }
    };
    let entry = boxed(
        kind,
        &[
            &[0, 0, 0, 0, 0, 0, 0, 1],
            &[0; 8],
            &audio.channels.to_be_bytes(),
            &[0, 16],
            &[0; 4],
            &(audio.rate.min(0xffff) << 16).to_be_bytes(),
            &config,
        ],
    );
    Made { handler: b"soun", scale: audio.rate, size: (0, 0), rotation: 0, entry, samples, fixed, per_chunk }
}

/// Sampling frequencies by index (ISO/IEC 14496-3, 1.6.3.4).
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

fn esds(audio: &Audio) -> Vec<u8> {
    let index = RATES.iter().position(|rate| *rate == audio.rate).expect("a sampling frequency that AAC has") as u16;
    let specific = (2u16 << 11 | index << 7 | audio.channels << 3).to_be_bytes();
    let decoder = [&[4, 17, 0x40, 0x15, 0, 0, 0][..], &word(64_000), &word(64_000), &[5, 2], &specific].concat();
    let decoder = [&[4, decoder.len() as u8 - 2][..], &decoder[2..]].concat();
    let content = [&[0, 1, 0][..], &decoder, &[6, 1, 2]].concat();
    boxed(b"esds", &[&word(0), &[3, content.len() as u8], &content])
}
