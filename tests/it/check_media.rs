//! Checks facts against uses: on each limit there is no finding, one step beyond it exactly one.

use heylint::check::Context;
use heylint::check::media::{Subject, check};
use heylint::finding::Finding;
use heylint::limits::Limits;
use heylint::media::{Dimensions, Facts, Fault, Format, Track, TrackKind};
use heylint::rule::Severity;

fn run(place: &str, name: &str, facts: &Facts) -> Vec<Finding> {
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 0, newer: None };
    let place = heylint::profile::default().find_use(place).expect("a use");
    check(facts, &Subject { name, bare: false }, place, &context)
}

fn facts(format: Format, size: u64) -> Facts {
    let mut facts = Facts::new(format, size);
    match format {
        Format::Png | Format::Jpeg => facts.dimensions = Some(Dimensions::new(640, 640)),
        Format::Mp4 | Format::WebM => {
            facts.dimensions = Some(Dimensions::new(640, 360));
            facts.tracks = vec![Track::new(TrackKind::Video, "h264"), Track::new(TrackKind::Audio, "aac")];
            facts.duration_s = Some(20.0);
        }
        Format::Wav | Format::Mp3 => {
            facts.tracks = vec![Track::new(TrackKind::Audio, "mp3")];
            facts.duration_s = Some(20.0);
        }
        _ => {}
    }
    facts
}

/// The findings, as `severity rule`.
fn found(place: &str, name: &str, facts: &Facts) -> Vec<String> {
    run(place, name, facts).iter().map(|finding| format!("{} {}", finding.severity, finding.rule.id)).collect()
}

#[test]
fn a_size_on_the_limit_passes_and_one_byte_more_fails() {
    const MB: u64 = 1_000_000;
    const MIB: u64 = 1_048_576;
    for (place, name, format, most) in [
        ("image", "a.png", Format::Png, 50),
        ("video", "a.mp4", Format::Mp4, 100),
        ("speech", "a.wav", Format::Wav, 50),
        ("attachment", "a.pdf", Format::Pdf, 32),
        ("asset", "a.srt", Format::Srt, 32),
        ("photo", "a.jpg", Format::Jpeg, 32),
        ("voice", "a.mp3", Format::Mp3, 32),
    ] {
        assert_eq!(found(place, name, &facts(format, most * MB)), [""; 0], "{place} at the limit");
        assert_eq!(found(place, name, &facts(format, most * MB + 1)), ["warning file/too-large"], "{place} in doubt");
        assert_eq!(found(place, name, &facts(format, most * MIB)), ["warning file/too-large"], "{place} in doubt");
        assert_eq!(found(place, name, &facts(format, most * MIB + 1)), ["error file/too-large"], "{place} above");
    }
}

#[test]
fn every_use_accepts_only_its_formats() {
    for place in heylint::profile::default().uses {
        let takes = Limits::default()[place.takes].names();
        for format in Format::ALL.iter().copied().filter(|format| *format != Format::Empty) {
            let name = format!("a.{}", format.extensions().first().unwrap_or(&"bin"));
            let findings = found(place.name, &name, &facts(format, 1000));
            if takes.contains(&format.name()) {
                assert_eq!(findings, [""; 0], "{} as {}", format.name(), place.name);
            } else {
                assert_eq!(findings.len(), 1, "{} as {}: {findings:?}", format.name(), place.name);
                assert!(findings[0].ends_with(" file/unsupported-format"));
            }
        }
    }
}

#[test]
fn the_displayed_long_edge_is_compared_with_2k() {
    for (width, height, expected) in [
        (2047, 1152, None),
        (2048, 1152, Some("warning")),
        (1152, 2559, Some("warning")),
        (2560, 1440, Some("error")),
        (100, 2560, Some("error")),
    ] {
        for (place, name, format) in [("image", "a.png", Format::Png), ("video", "a.mp4", Format::Mp4)] {
            let mut facts = facts(format, 1000);
            facts.dimensions = Some(Dimensions::new(width, height));
            let expected: Vec<_> =
                expected.map(|severity| format!("{severity} {place}/resolution")).into_iter().collect();
            assert_eq!(found(place, name, &facts), expected, "{width}x{height}");
        }
    }
    let mut photo = facts(Format::Jpeg, 1000);
    photo.dimensions = Some(Dimensions::new(6000, 4000));
    assert_eq!(found("photo", "a.jpg", &photo), [""; 0], "photos of an avatar are not bound by it");
}

#[test]
fn an_edge_that_the_user_sets_is_an_error() {
    let mut limits = Limits::default();
    limits.set(heylint::profile::heygen_v3::limits::IMAGE_EDGE_REFUSED, 2048.0, "px", "heylint.toml:3".to_owned());
    let context = Context { limits: &limits, ready: false, now: 0, newer: None };
    let mut facts = facts(Format::Png, 1000);
    facts.dimensions = Some(Dimensions::new(2048, 100));
    let place = heylint::profile::default().find_use("image").expect("there");
    let findings = check(&facts, &Subject { name: "a.png", bare: true }, place, &context);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].limit.as_ref().map(|limit| limit.source.as_ref()), Some("heylint.toml:3"));
}

#[test]
fn durations_have_a_tolerance_of_one_frame() {
    for (seconds, expected) in
        [(600.0, &[][..]), (600.09, &[]), (600.2, &["error audio/too-long"]), (601.0, &["error audio/too-long"])]
    {
        let mut facts = facts(Format::Mp3, 1000);
        facts.duration_s = Some(seconds);
        assert_eq!(found("speech", "a.mp3", &facts), expected, "{seconds}");
    }
    for (seconds, expected) in [(15.0, &[][..]), (14.95, &[]), (14.0, &["warning video/too-short"])] {
        let mut facts = facts(Format::Mp4, 1000);
        facts.duration_s = Some(seconds);
        assert_eq!(found("footage", "a.mp4", &facts), expected, "{seconds}");
    }
}

#[test]
fn tracks_that_a_place_needs() {
    let mut silent = facts(Format::Mp4, 1000);
    silent.tracks.pop();
    assert_eq!(found("video", "a.mp4", &silent), [""; 0]);
    assert_eq!(found("translation", "a.mp4", &silent), ["warning video/no-audio-track"]);
    let mut blind = facts(Format::Mp4, 1000);
    blind.tracks.remove(0);
    blind.dimensions = None;
    assert_eq!(found("video", "a.mp4", &blind), ["error video/no-video-track"]);
    assert_eq!(found("attachment", "a.mp4", &blind), [""; 0]);
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 0, newer: None };
    let place = heylint::profile::default().find_use("video").expect("there");
    let bare = check(&blind, &Subject { name: "a.mp4", bare: true }, place, &context);
    assert_eq!(bare.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Warning]);
}

#[test]
fn one_fault_gives_one_finding() {
    let mut cut = Facts::new(Format::Mp4, 1000);
    cut.fault(Fault::malformed("trailing", "there are bytes after the last box").at(12));
    cut.fault(Fault::corrupt("moov-missing", "there is no moov").effect("nothing can be played"));
    let findings = run("video", "a.mp4", &cut);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].message, "the MP4 is corrupt: there is no moov");
    assert_eq!(findings[0].related.len(), 1);
    assert_eq!(found("video", "a.mp4", &Facts::new(Format::Empty, 0)), ["error file/empty"]);
    // A HEIC named .jpg has the wrong format; the wrong name is not a second finding.
    assert_eq!(found("image", "a.jpg", &Facts::new(Format::Heic, 1000)), ["error file/unsupported-format"]);
    let wanted = "a picture of a background, a scene, a reference or a watermark has to be PNG or JPEG";
    for (name, format, message) in [
        ("a.jpg", Format::Heic, "named .jpg, but the bytes are HEIC;"),
        ("a.heic", Format::Heic, "the format is HEIC, but"),
        ("a.jpg", Format::Unknown, "named .jpg, but the bytes match no known format;"),
        ("a", Format::Unknown, "the bytes match no known format, but"),
    ] {
        assert_eq!(run("image", name, &Facts::new(format, 1000))[0].message, format!("{message} {wanted}"));
    }
}

#[test]
fn a_wrong_extension_is_reported() {
    let findings = run("image", "my photo's.jpg", &facts(Format::Png, 1000));
    assert_eq!(findings.len(), 1);
    // The remedy adds the command, because it knows the other files of the folder.
    assert_eq!(findings[0].help.as_deref(), Some("rename it and the references to it, to .png"));
    assert_eq!(found("image", "PHOTO.PNG", &facts(Format::Png, 1000)), [""; 0]);
    assert_eq!(found("image", "photo", &facts(Format::Png, 1000)), ["warning file/extension-mismatch"]);
}

#[test]
fn every_finding_keeps_the_message_style() {
    let mut wide = facts(Format::Mp4, 200_000_000);
    wide.dimensions = Some(Dimensions::new(3840, 2160));
    let mut all = run("video", "clip.mov", &wide);
    all.extend(run("photo", "a.png", &{
        let mut facts = facts(Format::Png, 40_000_000);
        facts.dimensions = Some(Dimensions::new(100, 100));
        facts
    }));
    all.extend(run("image", "a.webp", &Facts::new(Format::WebP, 10)));
    assert!(all.len() >= 6, "{all:?}");
    for finding in all {
        let message = &finding.message;
        assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
        let mut letters = message.chars();
        let sentence = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
        assert!(!sentence, "{message}");
        assert!(finding.help.is_some(), "{message} has no help");
    }
}
