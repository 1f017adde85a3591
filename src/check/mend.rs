//! Commands that mend a media file, to be pasted into a shell.

use super::case::Case;
use crate::media::{Class, Dimensions, Fault, Format, TrackKind};

/// How to make one of the wanted formats of it.
pub(super) fn convert(case: &Case<'_>, format: Format, wanted: &[Format]) -> String {
    let name = case.name();
    let to = |class: Class| wanted.iter().find(|wanted| wanted.class() == class).copied();
    let out = |format: Format| case.mended(format.extensions().first().unwrap_or(&"bin"));
    match format {
        Format::Html => return "a web page was saved in place of the file; download the file itself".to_owned(),
        Format::LfsPointer => return "the bytes are still in Git LFS; fetch them with `git lfs pull`".to_owned(),
        _ => {}
    }
    match format.class() {
        Class::Picture => {
            // A photograph stays one; what may be transparent or drawn becomes PNG.
            let photo = matches!(format, Format::Heic | Format::Avif | Format::Jp2 | Format::Jxl | Format::Tiff);
            let target = wanted.iter().find(|wanted| **wanted == if photo { Format::Jpeg } else { Format::Png });
            if let Some(target) = target.copied().or_else(|| to(Class::Picture)) {
                return format!("convert it with `magick {name}[0] {}`", out(target));
            }
        }
        Class::Video => {
            if let Some(target) = to(Class::Video) {
                let copies = matches!(format, Format::Mov | Format::Mkv | Format::M4v)
                    && case.facts.track(TrackKind::Video).is_none_or(|track| track.codec == "h264");
                let codecs = if copies && case.facts.track(TrackKind::Video).is_some() {
                    "-c copy"
                } else {
                    "-c:v libx264 -pix_fmt yuv420p -c:a aac"
                };
                return format!("convert it with `ffmpeg -i {name} {codecs} -movflags +faststart {}`", out(target));
            }
            if let Some(target) = to(Class::Audio) {
                return format!("take its sound with `ffmpeg -i {name} -vn {}`", out(target));
            }
        }
        Class::Audio => {
            if let Some(target) = to(Class::Audio) {
                let lossless = matches!(format, Format::Flac | Format::Aiff) && wanted.contains(&Format::Wav);
                let target = if lossless { Format::Wav } else { target };
                return format!("convert it with `ffmpeg -i {name} {}`", out(target));
            }
        }
        Class::Subtitle => {
            if let Some(target) = to(Class::Subtitle) {
                return format!("convert it with `ffmpeg -i {name} {}`", out(target));
            }
        }
        Class::Document | Class::Text | Class::Archive | Class::Unknown => {}
    }
    if case.subject.bare {
        return "leave it out, or name what it is for with --use".to_owned();
    }
    let titles: Vec<_> = wanted.iter().map(|format| format.title()).collect();
    format!("use a file in one of these formats: {}", titles.join(", "))
}

/// How to encode the picture anew, with more options for it.
pub(super) fn encode(case: &Case<'_>, options: &str) -> String {
    let (name, out) = (case.name(), case.mended("mp4"));
    format!(
        "encode it anew with `ffmpeg -i {name} -c:v libx264 -pix_fmt yuv420p {options}-c:a aac -movflags +faststart {out}`"
    )
}

/// How to encode the sound anew, with more options for it; the picture stays as it is.
pub(super) fn encode_sound(case: &Case<'_>, options: &str) -> String {
    let extension = case.facts.format.extensions().first().unwrap_or(&"mp4");
    let (name, out) = (case.name(), case.mended(extension));
    let codec = if case.facts.format == Format::WebM { "libopus" } else { "aac" };
    format!("encode its sound anew with `ffmpeg -i {name} -c:v copy -c:a {codec} {options}{out}`")
}

/// How to write the container anew; nothing is encoded.
pub(super) fn copy(case: &Case<'_>, options: &str) -> String {
    let extension = case.facts.format.extensions().first().unwrap_or(&"mp4");
    let (name, out) = (case.name(), case.mended(extension));
    format!("write it anew with `ffmpeg -i {name} -map 0 -c copy {options}{out}`")
}

/// How to write the file anew so that its structure is whole.
pub(super) fn structure(case: &Case<'_>, fault: &Fault) -> String {
    let name = case.name();
    let again = "export or download it again".to_owned();
    if !fault.mendable {
        return again;
    }
    let extension = case.facts.format.extensions().first().unwrap_or(&"bin");
    let out = case.mended(extension);
    match case.facts.format {
        Format::Mp4 => format!("write it anew with `ffmpeg -i {name} -map 0 -c copy -movflags +faststart {out}`"),
        Format::WebM | Format::Mp3 | Format::Wav => {
            format!("write it anew with `ffmpeg -i {name} -map 0 -c copy {out}`")
        }
        Format::Png | Format::Jpeg => format!("write it anew with `magick {name} {out}`"),
        Format::Pdf => format!("write it anew with `qpdf {name} {out}`"),
        _ => again,
    }
}

/// How to get below a size in bytes.
pub(super) fn shrink(case: &Case<'_>, bytes: u64) -> String {
    let (name, facts) = (case.name(), case.facts);
    match facts.format.class() {
        Class::Video => {
            let out = case.mended("mp4");
            // Nine tenths of what fits, so that the container has room; the sound keeps 128 kbit/s.
            let rate = facts
                .duration_s
                .filter(|seconds| *seconds > 0.5)
                .map(|seconds| bytes as f64 * 7.2 / seconds / 1e3 - 128.0);
            match rate {
                Some(rate) if rate >= 100.0 => format!(
                    "encode it smaller with `ffmpeg -i {name} -c:v libx264 -b:v {rate:.0}k -maxrate {rate:.0}k -bufsize {:.0}k -c:a aac -b:a 128k {out}`",
                    rate * 2.0
                ),
                _ => format!(
                    "encode it smaller with `ffmpeg -i {name} -c:v libx264 -crf 28 -c:a aac -b:a 96k {out}`, or cut it"
                ),
            }
        }
        Class::Audio => {
            let rate = facts
                .duration_s
                .map_or(128, |seconds| (bytes as f64 * 7.6 / seconds.max(0.1) / 1e3) as u64)
                .clamp(32, 192);
            format!("encode it smaller with `ffmpeg -i {name} -c:a libmp3lame -b:a {rate}k {}`", case.mended("mp3"))
        }
        Class::Picture => format!("encode it smaller with `magick {name} -quality 85 {}`", case.mended("jpg")),
        Class::Document => "split it, or export it with smaller pictures".to_owned(),
        _ => "split it".to_owned(),
    }
}

/// How to bring the long edge below `edge` pixels.
pub(super) fn scale(case: &Case<'_>, edge: u32) -> String {
    // Even, because video codecs want it so.
    let edge = edge.saturating_sub(1) & !1;
    let name = case.name();
    let extension = case.facts.format.extensions().first().unwrap_or(&"bin");
    let out = case.mended(extension);
    if case.facts.format.class() == Class::Picture {
        return format!("scale it with `magick {name} -resize '{edge}x{edge}>' {out}`");
    }
    format!(
        "scale it with `ffmpeg -i {name} -vf \"scale={edge}:{edge}:force_original_aspect_ratio=decrease:force_divisible_by=2\" -c:a copy {out}`"
    )
}

/// How to put the picture into another ratio without losing any of it.
pub(super) fn pad(case: &Case<'_>, ratio: f64) -> String {
    let even = |edge: f64| (edge / 2.0).round() as u32 * 2;
    let (width, height) = if ratio < 1.0 { (1080, even(1080.0 / ratio)) } else { (even(1080.0 * ratio), 1080) };
    let filter = format!(
        "scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2,pad={width}:{height}:-1:-1"
    );
    let (name, out) = (case.name(), case.mended("mp4"));
    format!("export it in that ratio, or add bars: `ffmpeg -i {name} -vf \"{filter}\" -c:a copy {out}`")
}

/// How to bring the short edge up to `edge` pixels.
pub(super) fn enlarge(case: &Case<'_>, size: Dimensions, edge: u32) -> String {
    let name = case.name();
    let out = case.mended(case.facts.format.extensions().first().unwrap_or(&"bin"));
    if case.facts.format.class() == Class::Video {
        let scale = if size.width <= size.height { format!("{edge}:-2") } else { format!("-2:{edge}") };
        return format!(
            "render it larger; enlarging adds no detail, but passes: `ffmpeg -i {name} -vf scale={scale} -c:a copy {out}`"
        );
    }
    let factor = f64::from(edge) / f64::from(size.short_edge().max(1)) * 100.0;
    format!(
        "take a larger photo; enlarging adds no detail, but passes: `magick {name} -resize {:.0}% {out}`",
        factor.ceil()
    )
}
