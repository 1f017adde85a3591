//! The loudness of a sound over time, for drawing.

use symphonia::core::errors::Error;

use super::sound::{decoders, has_sound, opened, read, refusal};
use crate::media::{Bytes, Facts, Format};

/// The most packets to decode: ten minutes of MP3 have 23,000.
const MOST_PACKETS: u64 = 1 << 17;

/// The loudness of a sound over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// The largest sample of each equal stretch of time, on a scale to 255.
    pub peaks: Vec<u8>,
    /// Whether more sound follows.
    pub cut: bool,
}

/// The loudness of the first sound track of a WAV or MP3 in `bars` stretches, up to `most_seconds`; none if it cannot
/// be decoded.
pub fn wave(bytes: &mut Bytes<'_>, facts: &Facts, bars: usize, most_seconds: f64) -> Option<Wave> {
    let whole = facts.duration_s.or(facts.declared_duration_s).filter(|seconds| *seconds > 0.0)?;
    if !matches!(facts.format, Format::Wav | Format::Mp3) || !has_sound(facts) || refusal(bytes, facts).is_some() {
        return None;
    }
    let (format, shown) = (facts.format, whole.min(most_seconds));
    bytes.renew_budget();
    let peaks = read(bytes, facts, |source| peaks(opened(format, source)?.as_mut(), bars, shown)).ok()?.ok()??;
    Some(Wave { peaks, cut: shown < whole })
}

fn peaks(reader: &mut dyn symphonia::core::formats::FormatReader, bars: usize, shown: f64) -> Option<Vec<u8>> {
    let mut tallies = std::collections::BTreeMap::new();
    let mut decoders = decoders(reader, &mut tallies);
    let (&track, (decoder, _)) = decoders.iter_mut().next()?;
    let (mut peaks, mut samples) = (vec![0.0_f32; bars], Vec::<f32>::new());
    let mut at = 0_u64;
    for _ in 0..MOST_PACKETS {
        let Ok(Some(packet)) = reader.next_packet() else { break };
        if packet.track_id != track {
            continue;
        }
        let audio = match decoder.decode(&packet) {
            Ok(audio) => audio,
            Err(Error::DecodeError(_)) => continue,
            Err(_) => break,
        };
        let (rate, channels) = (f64::from(audio.spec().rate()), audio.spec().channels().count().max(1));
        audio.copy_to_vec_interleaved(&mut samples);
        for frame in samples.chunks(channels) {
            let bar = (at as f64 / rate / shown * bars as f64) as usize;
            let Some(peak) = peaks.get_mut(bar) else { break };
            *peak = frame.iter().fold(*peak, |most, sample| most.max(sample.abs()));
            at += 1;
        }
        if at as f64 / rate >= shown {
            break;
        }
    }
    (at > 0).then(|| peaks.into_iter().map(|peak| (peak.min(1.0) * 255.0) as u8).collect())
}
