//! Decodes sound with `symphonia`: PCM, ADPCM, MP3, AAC, FLAC and Vorbis in WAV, MP3, MP4 and WebM.
//!
//! We trust its decoders, but not its container readers, which check less than our walkers.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::{Hint, Probe};
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::default::formats::{IsoMp4Reader, MkvReader, MpaReader, WavReader};

use super::left_out;
use crate::media::{Bytes, Facts, Fault, Format, ReadError, TrackKind, mp3};
use crate::text::{count, counted, seconds};

/// The largest file to decode: container readers keep a packet and an index in memory.
const LARGEST_FILE: u64 = 512 << 20;
/// The largest piece that a reader may keep in memory; it doubles the buffer as it grows.
const LARGEST_PIECE: u64 = 8 << 20;
/// The most packets to decode: more than ten hours of MP3.
const MOST_PACKETS: u64 = 1 << 21;
/// The most samples to decode, over all channels: six hours of stereo at 48 kHz in total, and 64 million plus 512 per
/// byte of the file. Silence in AAC has about 340 per byte.
const MOST_SAMPLES: u64 = 1 << 31;
const SAMPLES: u64 = 1 << 26;
const SAMPLES_PER_BYTE: u64 = 512;
/// The longest quotation from a decoder's own message.
const MOST_WORDS: usize = 160;

/// How the packets of one track decoded.
#[derive(Debug, Default)]
pub(super) struct Tally {
    codec: String,
    packets: u64,
    refused: u64,
    /// Seconds of the refused packets.
    lost: f64,
    /// The decoder's message about the first one, and its time.
    words: Option<(String, f64)>,
}

/// Why the sound of a file is not decoded; none if it is decoded, or if there is no sound.
pub(super) fn refusal(bytes: &Bytes<'_>, facts: &Facts) -> Option<&'static str> {
    if bytes.len() > LARGEST_FILE {
        return Some("the file is larger than 512 MiB");
    }
    if facts.largest_piece > LARGEST_PIECE {
        return Some("one of its samples, tables or tags is larger than 8 MiB");
    }
    facts.decoder_limit
}

pub(super) fn has_sound(facts: &Facts) -> bool {
    let known = facts.tracks.iter().any(|track| track.kind == TrackKind::Audio && track.codec != "opus");
    known && !facts.is_corrupt() && !facts.encrypted
}

/// Runs `work` on the part of the file with the sound, behind a guard. An inner error means that `work` panicked.
pub(super) fn read<T>(
    bytes: &mut Bytes<'_>,
    facts: &Facts,
    work: impl FnOnce(BoundedBytes<'_, '_>) -> T,
) -> Result<std::thread::Result<T>, ReadError> {
    // The MP3 reader mistakes tags for sound.
    let (start, end) = if facts.format == Format::Mp3 { mp3::frames(bytes)? } else { (0, bytes.len()) };
    let mut failed = None;
    let source = BoundedBytes {
        start,
        end,
        at: start,
        // A reader needs the file once and parts of it twice; one that wants more is going in circles.
        budget: (end - start).saturating_mul(4).saturating_add(16 << 20),
        bytes,
        failed: &mut failed,
    };
    let done = catch_unwind(AssertUnwindSafe(|| work(source)));
    failed.map_or(Ok(done), Err)
}

/// Decodes the sound of a file in which the walker found nothing that loses content.
pub(super) fn check(bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
    if !has_sound(facts) {
        return Ok(());
    }
    if let Some(why) = refusal(bytes, facts) {
        left_out(facts, why);
        return Ok(());
    }
    let format = facts.format;
    let most = facts.size_bytes.saturating_mul(SAMPLES_PER_BYTE).saturating_add(SAMPLES).min(MOST_SAMPLES);
    let decoded = read(bytes, facts, |source| decode(format, source, most))?;
    let Ok((tallies, all)) = decoded else {
        let message = "the sound decoder stopped with an internal error";
        facts.fault(Fault::malformed("decoder-failed", message).effect("it is unknown whether all of it plays"));
        return Ok(());
    };
    if !all {
        left_out(facts, "it has more sound than is decoded for a file of its size");
    }
    for tally in tallies.values() {
        let Some((words, at)) = &tally.words else { continue };
        let message = format!(
            "the {} decoder refuses {} of {}, first at {}: {words}",
            tally.codec,
            count(tally.refused),
            counted(tally.packets, "packet"),
            seconds(*at)
        );
        let effect = match tally.lost {
            _ if tally.refused == tally.packets => "there is no sound to play".to_owned(),
            lost if lost > 0.0 => format!("{} of sound are lost", seconds(lost)),
            _ => "some of the sound is lost".to_owned(),
        };
        facts.fault(Fault::corrupt("sound-undecodable", message).effect(effect));
    }
    Ok(())
}

pub(super) fn opened<'s>(format: Format, source: BoundedBytes<'s, '_>) -> Option<Box<dyn FormatReader + 's>> {
    let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
    let mut probe = Probe::new();
    match format {
        Format::Wav => probe.register_format::<WavReader<'_>>(),
        Format::Mp3 => probe.register_format::<MpaReader<'_>>(),
        Format::WebM => probe.register_format::<MkvReader<'_>>(),
        _ => probe.register_format::<IsoMp4Reader<'_>>(),
    }
    probe.probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default()).ok()
}

/// Decodes up to `most` samples. The flag is true if those were all.
fn decode(format: Format, source: BoundedBytes<'_, '_>, most: u64) -> (BTreeMap<u32, Tally>, bool) {
    let mut tallies = BTreeMap::new();
    let Some(mut reader) = opened(format, source) else { return (tallies, true) };
    let mut decoders = decoders(reader.as_ref(), &mut tallies);
    let mut samples = 0_u64;
    for _ in 0..MOST_PACKETS {
        // An error of the reader ends the loop; judging the container is the walker's task.
        let Ok(Some(packet)) = reader.next_packet() else { break };
        let (Some((decoder, tick)), Some(tally)) =
            (decoders.get_mut(&packet.track_id), tallies.get_mut(&packet.track_id))
        else {
            continue;
        };
        if tally.packets == 0 && is_other_layer(&tally.codec, &packet.data) {
            tallies.remove(&packet.track_id);
            continue;
        }
        tally.packets += 1;
        match decoder.decode(&packet) {
            Ok(audio) => samples += audio.samples_interleaved() as u64,
            Err(Error::DecodeError(words)) => {
                tally.refused += 1;
                tally.lost += packet.dur.get() as f64 * *tick;
                let words: String = words.chars().take(MOST_WORDS).collect();
                tally.words.get_or_insert((words, packet.pts.get() as f64 * *tick));
            }
            // The codec is not supported, or the packet needs another start; neither is a fault of the file.
            Err(_) => {
                tallies.remove(&packet.track_id);
            }
        }
        if samples > most {
            return (tallies, false);
        }
        if tallies.is_empty() {
            break;
        }
    }
    (tallies, true)
}

/// Whether the packet is MPEG audio of layer I or II. MP4 has one object type for all layers (ISO/IEC 14496-1, section
/// 7.2.6.6.2), and we decode only the third.
fn is_other_layer(codec: &str, packet: &[u8]) -> bool {
    codec == "mp3" && matches!(packet, [0xFF, second, ..] if second & 0xE0 == 0xE0 && second & 0x06 != 0x02)
}

pub(super) type Decoders = BTreeMap<u32, (Box<dyn AudioDecoder>, f64)>;

/// A decoder, and the seconds per tick, for each track that we can decode.
pub(super) fn decoders(reader: &dyn FormatReader, tallies: &mut BTreeMap<u32, Tally>) -> Decoders {
    let mut decoders = Decoders::new();
    for track in reader.tracks() {
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else { continue };
        let made = symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default());
        let Ok(decoder) = made else { continue };
        let tick = track.time_base.map_or(0.0, |base| f64::from(base.numer.get()) / f64::from(base.denom.get()));
        let codec = decoder.codec_info().short_name.to_owned();
        tallies.insert(track.id, Tally { codec, ..Tally::default() });
        decoders.insert(track.id, (decoder, tick));
    }
    decoders
}

/// Part of our bytes as a source for `symphonia`, with a limit on rereading and a place for errors of the system.
pub(super) struct BoundedBytes<'b, 'a> {
    bytes: &'b mut Bytes<'a>,
    failed: &'b mut Option<ReadError>,
    start: u64,
    end: u64,
    at: u64,
    budget: u64,
}

impl Read for BoundedBytes<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let want = self.end.saturating_sub(self.at).min(self.budget).min(buffer.len() as u64);
        let piece = match self.bytes.peek(self.at, usize::try_from(want).unwrap_or(buffer.len())) {
            Ok(piece) => piece,
            Err(error) => {
                let failure = io::Error::other(error.to_string());
                *self.failed = Some(error);
                return Err(failure);
            }
        };
        let Some(room) = buffer.get_mut(..piece.len()) else { return Ok(0) };
        room.copy_from_slice(piece);
        self.at += piece.len() as u64;
        self.budget -= piece.len() as u64;
        Ok(piece.len())
    }
}

impl Seek for BoundedBytes<'_, '_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(offset) => self.start.checked_add(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
            SeekFrom::End(offset) => self.end.checked_add_signed(offset),
        };
        let to = to.filter(|&to| to >= self.start).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        self.at = to;
        Ok(to - self.start)
    }
}

impl MediaSource for BoundedBytes<'_, '_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.end - self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_distinguished() {
        // Headers of layer II, as ffmpeg writes them into an MP4, and of layer III; then bytes that are not a header.
        assert!(is_other_layer("mp3", &[0xFF, 0xFD, 0x80, 0xC4]));
        assert!(!is_other_layer("mp3", &[0xFF, 0xFB, 0x90, 0x64]));
        assert!(!is_other_layer("mp3", &[0x12, 0x34]));
        assert!(!is_other_layer("mp3", &[]));
        assert!(!is_other_layer("aac", &[0xFF, 0xFD, 0x80, 0xC4]));
    }
}
