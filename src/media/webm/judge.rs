//! Turns the result of the walk into facts and faults.

use super::SegmentWalk;
use super::ebml;
use super::frames::Codec;
use super::track::TrackEntry;
use crate::media::{Bytes, Depth, Dimensions, Facts, Fault, ReadError, TrackKind};
use crate::text::{count, counted, seconds};

impl SegmentWalk {
    pub(super) fn judge(mut self, bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
        let tick = self.scale as f64 / 1e9;
        let declared = self.declared.map(|ticks| ticks * tick);
        let usable = declared.filter(|s| s.is_finite() && *s > 0.0);
        facts.declared_duration_s = usable;
        facts.duration_s = if self.depth == Depth::Header { usable } else { self.duration(tick, usable) };
        self.describe(tick, facts);
        facts.largest_piece = self.largest.max(self.beside);

        if let Some(mut fault) = self.cut.take() {
            let walked = facts.duration_s.unwrap_or(0.0);
            let missing = usable.map_or(0.0, |declared| declared - walked);
            fault.effect = Some(match missing {
                _ if self.clusters == 0 => "there is nothing to play".to_owned(),
                s if s > 0.05 => format!("the last {} are missing", seconds(s)),
                _ if fault.code == "element-overrun" => "decoders lose its content".to_owned(),
                _ => "the end is missing".to_owned(),
            });
            facts.fault(fault);
        }
        if let Some((at, len)) = self.lost {
            let message = match len {
                0 => "a Cluster ends before its stated size".to_owned(),
                len => format!("{} belong to no EBML element", counted(len, "byte")),
            };
            let fault = Fault::corrupt("element-broken", message).at(at).effect("decoders lose the data there");
            facts.fault_unless_corrupt(fault);
        }
        if self.depth == Depth::Header {
            if self.tracks_at.is_none() {
                let fault =
                    Fault::corrupt("tracks-missing", "there is no Tracks element in the Segment").at(self.segment_at);
                facts.fault_unless_corrupt(fault.effect("there is nothing to play"));
            }
            return Ok(());
        }
        if !facts.is_corrupt() {
            self.judge_content(bytes, facts)?;
        }
        self.judge_lightly(declared, facts);
        Ok(())
    }

    /// Seconds from the first frame to the end of the last one. Timestamps may start far from 0.
    fn duration(&self, tick: f64, declared: Option<f64>) -> Option<f64> {
        if declared.is_some() && self.cut.is_none() && self.tracks.iter().all(TrackEntry::is_still) {
            return declared;
        }
        let end = self
            .tracks
            .iter()
            .filter_map(|track| track.end(tick))
            .fold(None, |most: Option<f64>, end| Some(most.map_or(end, |most| most.max(end))))?;
        let start = self.tracks.iter().filter_map(|track| track.start(tick)).fold(f64::INFINITY, f64::min);
        let start = if start.is_finite() && start > 1.0 { start } else { 0.0 };
        Some((end - start).max(0.0))
    }

    fn describe(&self, tick: f64, facts: &mut Facts) {
        for track in &self.tracks {
            facts.encrypted |= track.encrypted;
            if track.kind == TrackKind::Video && facts.stored.is_none() {
                facts.stored = track
                    .coded_otherwise()
                    .or(track.stored)
                    .or(track.sum.coded.map(|(width, height)| Dimensions::new(width, height)));
                facts.dimensions = track.displayed().or(facts.stored);
                facts.fps = track.fps(tick);
            }
            facts.tracks.push(track.facts(tick));
        }
    }

    /// Checks for tracks without playable content.
    fn judge_content(&self, bytes: &mut Bytes<'_>, facts: &mut Facts) -> Result<(), ReadError> {
        let nothing = "there is nothing to play";
        if self.tracks.is_empty() {
            let (message, at) = match self.tracks_at {
                Some(at) => ("Tracks has no track", at),
                None => ("there is no Tracks element in the Segment", self.segment_at),
            };
            facts.fault(Fault::corrupt("tracks-missing", message).at(at).effect(nothing));
            return Ok(());
        }
        if self.tracks.iter().all(|track| track.sum.frames == 0) {
            let fault = match (self.strangers, self.bad_lacing) {
                (Some((at, number, times)), _) => Fault::corrupt(
                    "track-unknown",
                    format!("all {} belong to tracks missing from Tracks, such as {number}", counted(times, "block")),
                )
                .at(at),
                (None, Some((at, _))) => Fault::corrupt("block-broken", "no block has complete frames").at(at),
                (None, None) => {
                    let message = match self.clusters {
                        0 => "there is no Cluster in the Segment".to_owned(),
                        clusters => format!("there is no block with a frame in {}", counted(clusters, "Cluster")),
                    };
                    Fault::corrupt("blocks-missing", message).at(self.cluster_at.unwrap_or(self.segment_at))
                }
            };
            facts.fault(fault.effect(nothing));
            return Ok(());
        }
        for track in &self.tracks {
            self.judge_track(bytes, track, facts)?;
        }
        if let Some((at, times)) = self.bad_lacing {
            let message = format!("{} cannot be split into frames", counted(times, "block"));
            facts.fault(Fault::corrupt("block-broken", message).at(at).effect("decoders lose their frames"));
        }
        if let Some((at, number, times)) = self.strangers {
            let message = format!("{} of track {number}, which is not in Tracks", counted(times, "block"));
            facts.fault(Fault::malformed("track-unknown", message).at(at));
        }
        Ok(())
    }

    fn judge_track(&self, bytes: &mut Bytes<'_>, track: &TrackEntry, facts: &mut Facts) -> Result<(), ReadError> {
        let (number, codec, sum) = (track.number, track.codec_name(), &track.sum);
        if let Some(id) = track.unknown_codec() {
            let message = format!("track {number} has the codec “{id}”, which no decoder knows");
            facts.fault(Fault::corrupt("codec-unknown", message).at(track.at).effect("no decoder plays it"));
            return Ok(());
        }
        if sum.frames == 0 {
            if track.kind != TrackKind::Subtitle {
                let message = format!("track {number} ({codec}) has no frame");
                facts.fault(Fault::malformed("track-empty", message).at(track.at));
            }
            return Ok(());
        }
        if let Some(why) = track.bad_private(bytes)? {
            let message = format!("track {number} ({codec}): {why}");
            facts.fault(Fault::corrupt("codec-private", message).at(track.at).effect("no decoder starts with it"));
            return Ok(());
        }
        if sum.bad == sum.frames {
            let message = format!("track {number} ({codec}): none of its {} is valid", counted(sum.frames, "frame"));
            let at = sum.first_bad.unwrap_or(track.at);
            facts.fault(Fault::corrupt("frames-unplayable", message).at(at).effect("decoders show none of it"));
            return Ok(());
        }
        if sum.bad > 0 {
            let message = format!(
                "track {number} ({codec}): {} of {} has a broken header",
                count(sum.bad),
                counted(sum.frames, "frame")
            );
            facts.fault(Fault::malformed("frame-broken", message).at(sum.first_bad.unwrap_or(track.at)));
        }
        let looked_into = matches!(track.codec, Codec::Vp8 | Codec::Vp9) && !track.encrypted;
        if looked_into && sum.keys == 0 {
            let message = format!("track {number} ({codec}) has no key frame in {}", counted(sum.frames, "frame"));
            facts.fault(Fault::corrupt("key-frame-missing", message).at(track.at).effect("decoders show none of it"));
        }
        if track.kind == TrackKind::Video && track.stored.is_none() {
            let message = format!("track {number} ({codec}) has no PixelWidth and PixelHeight");
            facts.fault(Fault::malformed("dimensions-missing", message).at(track.at));
        }
        if let (Some(stated), Some(coded)) = (track.stored, track.coded_otherwise()) {
            let message = format!("track {number} ({codec}) says {stated}, but its first key frame {coded}");
            facts.fault(Fault::malformed("dimensions-mismatch", message).at(track.at));
        }
        Ok(())
    }

    /// Checks for faults that everyday decoders tolerate.
    fn judge_lightly(&mut self, declared: Option<f64>, facts: &mut Facts) {
        if let (Some(declared), Some(walked)) = (declared.filter(|_| !facts.is_corrupt()), facts.duration_s) {
            if !declared.is_finite() || declared < 0.0 {
                let message = format!("Info has the Duration {declared}");
                facts.fault(Fault::malformed("duration-invalid", message).at(self.duration_at));
            } else if declared > 0.0 && (declared - walked).abs() > (walked * 0.05).max(0.5) {
                let message =
                    format!("Info has a Duration of {}, but the blocks last {}", seconds(declared), seconds(walked));
                facts.fault(Fault::malformed("duration-differs", message).at(self.duration_at));
            }
        }
        if let Some(at) = self.second {
            let message = format!(
                "a second recording begins at byte {}: two files were joined without rewriting them",
                count(at)
            );
            let fault =
                Fault::malformed("joined-files", message).at_named_byte(at).effect("what follows is never played");
            facts.fault(Fault { mendable: false, ..fault });
        }
        if let Some((at, message)) = self.loose.take() {
            let fault = Fault::malformed("element-overrun", message).at(at);
            facts.fault_unless_corrupt(fault.effect("strict readers refuse the file"));
        }
        if let Some((at, message)) = self.wrong_seek.take() {
            let fault = Fault::malformed("seek-wrong", message).at(at);
            facts.fault_unless_corrupt(fault.effect("readers that use it do not find the element"));
        }
        if let Some(at) = self.scale_zero {
            let fault = Fault::malformed("timescale-zero", "TimestampScale is 0").at(at);
            facts.fault(fault.effect("readers that trust it have no timestamps"));
        }
        if self.info_at.is_none() && self.clusters > 0 {
            let fault = Fault::malformed("info-missing", "there is no Info element in the Segment").at(self.segment_at);
            facts.fault_unless_corrupt(fault.effect("strict readers refuse the file"));
        }
        for track in self.tracks.iter().filter(|track| !track.belongs()) {
            if track.unknown_codec().is_some() {
                continue;
            }
            let message = format!("track {} is {}, which is not a codec of WebM", track.number, track.codec_name());
            facts.fault(Fault::malformed("codec-foreign", message).at(track.at).effect("browsers may refuse it"));
        }
        if let Some((at, id)) = self.wrong_checksum {
            let message = format!("CRC-32 of {} does not match its content", ebml::name(id));
            let fault = match id {
                ebml::CLUSTER if !facts.is_corrupt() => {
                    Fault::corrupt("checksum", message).effect("some of its frames are damaged")
                }
                _ => Fault::malformed("checksum", message),
            };
            facts.fault(fault.at(at));
        }
        if let Some((at, len)) = self.trailing {
            let message = format!("{} after the Segment", counted(len, "byte"));
            facts.fault(Fault::malformed("trailing-bytes", message).at(at));
        }
    }
}
