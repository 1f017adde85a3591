//! The steps to a goal.

use super::goal::plays_everywhere;
use super::{Goal, Remedy, Shorten, Step, Tools, Way, is_drawn};
use crate::media::{Class, Dimensions, Facts, Format, TrackKind};
use crate::text::count;

/// This program.
pub(super) const OWN: &str = "heylint";
pub(super) const MOVE: &str = "mv";
const MAKE_FOLDER: &str = "mkdir";
const FFMPEG: &str = "ffmpeg";

pub(super) fn steps(remedy: &Remedy, tools: Tools) -> Vec<Step> {
    let Remedy { goal, facts, .. } = remedy;
    let (input, output) = (argument(&remedy.input), argument(&remedy.output));
    let step = |program: &str, arguments: Vec<String>| Step {
        program: program.to_owned(),
        arguments,
        inputs: vec![remedy.input.to_string()],
        outputs: vec![remedy.output.clone()],
        changes: changes(goal, facts, &remedy.output),
        loses: loses(goal, facts),
    };
    if goal.way == Way::Rename {
        return vec![step(MOVE, vec!["-n".to_owned(), input, output])];
    }
    if facts.format.class() == Class::Picture {
        if is_drawn(facts.format) || !is_plain(&remedy.input) {
            let own = ["mend", "--yes"].into_iter().map(str::to_owned);
            return vec![step(OWN, own.chain(remedy.options.iter().cloned()).chain([input]).collect())];
        }
        if tools.pictures != FFMPEG {
            let between = magick(goal, facts);
            let words = [format!("{input}[0]")].into_iter().chain(between).chain([output]);
            return vec![step(tools.pictures, words.collect())];
        }
    }
    if let Some(Shorten::Parts(parts, seconds)) = goal.cut {
        return in_parts(remedy, parts, seconds, &input, &output);
    }
    let mut arguments = ["-nostdin", "-n", "-i", &input].map(str::to_owned).to_vec();
    arguments.extend(ffmpeg(goal, facts));
    arguments.push(output);
    vec![step(FFMPEG, arguments)]
}

/// The parts go into a new folder, so that no part overwrites a file.
fn in_parts(remedy: &Remedy, parts: u32, seconds: f64, input: &str, folder: &str) -> Vec<Step> {
    let (goal, facts) = (&remedy.goal, &remedy.facts);
    let extension = goal.format.extensions().first().unwrap_or(&"bin");
    let mut arguments = ["-nostdin", "-n", "-i", input].map(str::to_owned).to_vec();
    arguments.extend(ffmpeg(goal, facts));
    let muxer = muxer(goal.format);
    let mut words = format!("-f segment -segment_format {muxer} -segment_time {seconds} -reset_timestamps 1");
    if goal.way == Way::Encode && goal.format.class() == Class::Video {
        // Parts begin at key frames.
        words.push_str(&format!(" -force_key_frames expr:gte(t,n_forced*{seconds})"));
    }
    if muxer == "mp4" {
        words.push_str(" -segment_format_options movflags=+faststart");
        if goal.tracks.no_edits {
            words.push_str(":use_editlist=0");
        }
    }
    arguments.extend(words.split(' ').map(str::to_owned));
    // ffmpeg reads a percent sign as the place of the number.
    arguments.push(format!("{}/part-%03d.{extension}", folder.replace('%', "%%")));
    let make = Step {
        program: MAKE_FOLDER.to_owned(),
        arguments: vec![folder.to_owned()],
        inputs: Vec::new(),
        outputs: vec![remedy.output.clone()],
        changes: changes(goal, facts, &remedy.output),
        loses: loses(goal, facts),
    };
    let cut = Step {
        program: FFMPEG.to_owned(),
        arguments,
        inputs: vec![remedy.input.to_string()],
        outputs: (0..parts).map(|at| format!("{}/part-{at:03}.{extension}", remedy.output)).collect(),
        changes: Vec::new(),
        loses: Vec::new(),
    };
    vec![make, cut]
}

/// Whether programs for pictures take a path literally. They interpret lists (`@a`), patterns (`*`, `%d`, `a[0-9]`) and
/// protocols in it.
fn is_plain(name: &str) -> bool {
    !name.contains(['@', '*', '?', '%', '[', ']', '{', '}', '~', ':', '\\', '|'])
}

/// A path that no program mistakes for an option or an address.
fn argument(path: &str) -> String {
    if path.starts_with('-') || path.contains(':') && !path.starts_with('/') {
        format!("./{path}")
    } else {
        path.to_owned()
    }
}

fn changes(goal: &Goal, facts: &Facts, output: &str) -> Vec<String> {
    let mut changes = Vec::new();
    if goal.way == Way::Rename {
        return vec![format!("rename it to {}", output.rsplit('/').next().unwrap_or(output))];
    }
    if goal.format != facts.format {
        changes.push(format!("convert it to {}", goal.format));
    } else if goal.way == Way::Copy && goal.cut.is_none() {
        changes.push("rewrite it".to_owned());
    }
    match (target_size(goal, facts), goal.edge_below) {
        (Some(size), _) => changes.push(format!("scale it to {size}")),
        (None, Some(edge)) if goal.way == Way::Encode => {
            changes.push(format!("scale it below {} px", count(edge.into())));
        }
        _ => {}
    }
    if goal.shrinks
        && let Some(most) = goal.most_bytes
    {
        changes.push(format!("encode it into less than {}", crate::text::size(most)));
    }
    let tracks = &goal.tracks;
    if let Some(fps) = tracks.fps {
        changes.push(format!("give it {} frames per second", crate::text::number(fps)));
    }
    if tracks.picture && goal.format == facts.format && tracks.fps.is_none() {
        changes.push("encode its picture again".to_owned());
    }
    if tracks.sound {
        changes.push("encode its sound again".to_owned());
    }
    match goal.cut {
        Some(Shorten::Parts(parts, _)) => changes.push(format!("cut it into {parts} parts")),
        Some(Shorten::Trim(seconds)) => changes.push(format!("keep its first {}", crate::text::seconds(seconds))),
        None => {}
    }
    if changes.is_empty() {
        changes.push("rewrite it".to_owned());
    }
    changes
}

fn loses(goal: &Goal, facts: &Facts) -> Vec<String> {
    let mut loses = Vec::new();
    if goal.edge_from.is_some() {
        let better = if facts.format.class() == Class::Video { "rendering it larger" } else { "a larger photo" };
        loses.push(format!("sharpness: enlarging adds no detail, {better} is better"));
    }
    if let Some(Shorten::Trim(seconds)) = goal.cut {
        let rest = facts.duration_s.map_or(0.0, |all| all - seconds);
        loses.push(format!("the last {}", crate::text::seconds(rest)));
    }
    if facts.animated {
        loses.push("all pictures but the first".to_owned());
    }
    let more = |kind| facts.tracks.iter().filter(|track| track.kind == kind).count() > 1;
    if goal.way != Way::Rename && more(TrackKind::Audio) {
        loses.push("all sound tracks but the first".to_owned());
    }
    if facts.format.class() == Class::Video && goal.format.class() == Class::Audio {
        loses.push("the picture".to_owned());
    }
    loses
}

/// The size to scale to, if the present size is known; even, because video codecs need that.
pub(super) fn target_size(goal: &Goal, facts: &Facts) -> Option<Dimensions> {
    let size = facts.dimensions?;
    let even = |edge: f64| if facts.format.class() == Class::Picture { edge as u32 } else { edge as u32 & !1 };
    let scaled = |factor: f64| {
        Dimensions::new(even(f64::from(size.width) * factor).max(2), even(f64::from(size.height) * factor).max(2))
    };
    if let Some(edge) = goal.edge_below {
        // The largest even edge below the limit.
        let edge = edge.saturating_sub(1) & !1;
        return Some(scaled(f64::from(edge) / f64::from(size.long_edge().max(1)) + 1e-9));
    }
    let from = goal.edge_from?;
    let factor = f64::from(from) / f64::from(size.short_edge().max(1));
    let odd = u32::from(facts.format.class() != Class::Picture);
    let up = |edge: u32| ((f64::from(edge) * factor - 1e-9).ceil().max(f64::from(from)) as u32 + odd) & !odd;
    Some(Dimensions::new(up(size.width), up(size.height)))
}

/// The arguments of ffmpeg between its input and its output. `%` is not special here, because no name is given.
#[must_use]
pub fn ffmpeg(goal: &Goal, facts: &Facts) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut say = |text: &str| words.extend(text.split(' ').map(str::to_owned));
    match goal.format.class() {
        Class::Video => {
            say("-map 0:v:0 -map 0:a:0? -map_metadata 0");
            if goal.way == Way::Copy {
                say("-c copy");
            } else {
                video(goal, facts, &mut say);
            }
            let is_parted = matches!(goal.cut, Some(Shorten::Parts(..)));
            if goal.tracks.no_edits && !is_parted {
                say("-use_editlist 0");
            }
            if matches!(goal.format, Format::Mp4 | Format::Mov) && !is_parted {
                say("-movflags +faststart");
            }
        }
        Class::Audio => {
            say("-map 0:a:0 -map_metadata 0");
            match goal.format {
                _ if goal.way == Way::Copy => say("-c copy"),
                Format::Wav => say("-c:a pcm_s16le"),
                _ => say(&format!("-c:a libmp3lame -b:a {}k", sound_rate(goal, facts))),
            }
        }
        Class::Picture => still(goal, facts, &mut say),
        _ => {}
    }
    if let Some(Shorten::Trim(seconds)) = goal.cut {
        say(&format!("-t {seconds}"));
    }
    words
}

/// The name of an output format in ffmpeg.
#[must_use]
pub fn muxer(format: Format) -> &'static str {
    match format {
        Format::WebM => "webm",
        Format::Mp3 => "mp3",
        Format::Wav => "wav",
        Format::Srt => "srt",
        Format::Mov => "mov",
        Format::Png | Format::Jpeg => "image2",
        _ => "mp4",
    }
}

fn video(goal: &Goal, facts: &Facts, say: &mut impl FnMut(&str)) {
    let tracks = &goal.tracks;
    let webm = goal.format == Format::WebM;
    let is_scaled = goal.edge_below.is_some() || goal.edge_from.is_some();
    let keeps_picture = !tracks.picture && !is_scaled && !goal.shrinks && !webm && plays_everywhere(facts);
    let is_aac = facts.track(TrackKind::Audio).is_some_and(|track| track.codec == "aac");
    let keeps_sound = !tracks.sound && !goal.shrinks && is_aac && !webm;
    if keeps_picture {
        say("-c:v copy");
    } else {
        let deinterlace = if tracks.deinterlace { "yadif," } else { "" };
        match (target_size(goal, facts), goal.edge_below) {
            (Some(size), _) => say(&format!("-vf {deinterlace}scale={}:{},setsar=1", size.width, size.height)),
            (None, Some(edge)) => {
                let edge = edge.saturating_sub(1) & !1;
                say(&format!(
                    "-vf {deinterlace}scale=min({edge}\\,iw):min({edge}\\,ih):force_original_aspect_ratio=decrease:force_divisible_by=2"
                ));
            }
            (None, None) => say(&format!("-vf {deinterlace}scale=trunc(iw/2)*2:trunc(ih/2)*2")),
        }
        if let Some(fps) = tracks.fps {
            say(&format!("-r {}", (fps * 1e3).round() / 1e3));
        }
        say(if webm { "-c:v libvpx-vp9" } else { "-c:v libx264 -pix_fmt yuv420p" });
        let rate = goal.rate(facts).map(|rate| rate - 128e3);
        let most = rate.into_iter().chain(tracks.video_rate).reduce(f64::min).map(|rate| rate / 1e3);
        match most {
            // The limit must hold whatever the picture looks like.
            Some(most) if goal.shrinks || tracks.video_rate.is_some() || most < 8_000.0 => {
                say(&format!("-b:v {:.0}k -maxrate {most:.0}k -bufsize {most:.0}k", most.min(6_000.0) * 0.95));
            }
            _ => {
                say("-crf 20");
                let most = tracks.most_video_rate.map(|most| most * 0.8 / 1e3);
                most.into_iter().for_each(|most| say(&format!("-maxrate {most:.0}k -bufsize {most:.0}k")));
            }
        }
    }
    let rate = tracks.audio_rate.map_or(128.0, |rate| (rate / 1e3).min(128.0));
    match (keeps_sound, webm) {
        (true, _) => say("-c:a copy"),
        (false, true) => say(&format!("-c:a libopus -b:a {rate:.0}k")),
        (false, false) => say(&format!("-c:a aac -b:a {rate:.0}k")),
    }
    tracks.sample_rate.into_iter().for_each(|rate| say(&format!("-ar {rate}")));
    tracks.channels.into_iter().for_each(|channels| say(&format!("-ac {channels}")));
}

/// A single picture, if ImageMagick is missing.
fn still(goal: &Goal, facts: &Facts, say: &mut impl FnMut(&str)) {
    match (target_size(goal, facts), goal.edge_below) {
        (Some(size), _) => say(&format!("-vf scale={}:{}:flags=lanczos", size.width, size.height)),
        (None, Some(edge)) => {
            let edge = edge.saturating_sub(1);
            say(&format!(
                "-vf scale=min({edge}\\,iw):min({edge}\\,ih):force_original_aspect_ratio=decrease:flags=lanczos"
            ));
        }
        (None, None) => {}
    }
    say(if goal.format == Format::Jpeg { "-c:v mjpeg -pix_fmt yuvj444p -q:v 2" } else { "-c:v png" });
    say("-frames:v 1 -update 1");
}

/// A bit rate in kbit/s that MP3 supports.
fn sound_rate(goal: &Goal, facts: &Facts) -> u32 {
    const RATES: [u32; 9] = [32, 48, 64, 80, 96, 112, 128, 160, 192];
    let most = goal.rate(facts).map_or(192.0, |rate| rate / 1e3);
    RATES.into_iter().rev().find(|rate| f64::from(*rate) <= most).unwrap_or(RATES[0])
}

/// The arguments of ImageMagick between its input and its output.
#[must_use]
pub fn magick(goal: &Goal, facts: &Facts) -> Vec<String> {
    let mut words = vec!["-auto-orient".to_owned()];
    match (target_size(goal, facts), goal.edge_below) {
        (Some(size), _) => words.extend(["-resize".to_owned(), format!("{}x{}!", size.width, size.height)]),
        (None, Some(edge)) => {
            let edge = edge.saturating_sub(1) & !1;
            words.extend(["-resize".to_owned(), format!("{edge}x{edge}>")]);
        }
        (None, None) => {}
    }
    if goal.format == Format::Jpeg {
        words.extend(["-background", "white", "-flatten", "-quality", "90"].map(str::to_owned));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_below_and_keep_their_shape() {
        let goal = |below, from| Goal {
            way: Way::Encode,
            format: Format::Mp4,
            edge_below: below,
            edge_from: from,
            most_bytes: None,
            shrinks: false,
            tracks: super::super::Tracks::default(),
            cut: None,
            rules: Vec::new(),
        };
        for (width, height) in [(2880, 1800), (2048, 1), (4096, 2160), (3000, 2999), (2560, 1440), (1, 9_999)] {
            let mut facts = Facts::new(Format::Mov, 1);
            facts.dimensions = Some(Dimensions::new(width, height));
            let size = target_size(&goal(Some(2048), None), &facts).expect("a size");
            assert!(size.long_edge() < 2048 && size.width.is_multiple_of(2) && size.height.is_multiple_of(2), "{size}");
            let mut facts = Facts::new(Format::Png, 1);
            facts.dimensions = Some(Dimensions::new(width, height));
            let up = target_size(&goal(None, Some(512)), &facts).expect("a size");
            assert!(up.short_edge() >= 512 || height > 512, "{up}");
        }
    }
}
