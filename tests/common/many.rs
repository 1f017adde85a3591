//! Folders of many small files of every kind that a project has, to measure with.

use std::io;
use std::path::Path;

use super::recipe;

/// The files, which repeat: name with extension, and recipe.
const MEDIA: &[(&str, &str)] = &[
    ("clip.mp4", "mp4 h264 320x180 25fps 1s aac"),
    ("intro.mp4", "mp4 h264 640x360 25fps 2s aac faststart"),
    ("scene.webm", "webm vp8 320x180 25fps 1s opus"),
    ("photo.jpg", "jpeg 320x240"),
    ("large.jpg", "jpeg 640x480 progressive"),
    ("slide.png", "png 320x180"),
    ("icon.png", "png 64x64 interlaced"),
    ("voice.wav", "wav 8000Hz mono 1s"),
    ("speech.mp3", "mp3 44100Hz mono 1s"),
    ("music.mp3", "mp3 48000Hz stereo 1s"),
    ("paper.pdf", "pdf 2pages"),
];
const TEXTS: &[(&str, &str)] = &[
    ("words.srt", "1\n00:00:00,000 --> 00:00:01,000\nHello\n\n2\n00:00:01,000 --> 00:00:02,500\nAnd welcome\n"),
    (
        "video.json",
        r#"{"method": "POST", "path": "/v3/videos", "body": {"type": "avatar", "avatar_id": "a1", "script": "Hello and welcome", "voice_id": "v1"}}"#,
    ),
    (
        "package.json",
        r#"{"name": "site", "version": "1.0.0", "scripts": {"build": "make", "test": "make test"}, "private": true}"#,
    ),
    ("notes.txt", "Nothing to see here.\n"),
    ("page.html", "<!doctype html><title>Page</title>\n"),
];
/// Files in one folder, and folders in one folder.
const EACH: usize = 100;

/// Writes about `files` files below a folder, a hundred per folder, with all kinds in equal parts.
///
/// # Errors
/// What the operating system reports.
pub fn write(folder: &Path, files: usize) -> io::Result<()> {
    let media = MEDIA.iter().map(|(name, recipe)| (*name, recipe::bytes(recipe)));
    let texts = TEXTS.iter().map(|(name, text)| (*name, text.as_bytes().to_vec()));
    let kinds: Vec<(&str, Vec<u8>)> = media.chain(texts).collect();
    for (at, (name, bytes)) in kinds.iter().cycle().take(files).enumerate() {
        let inner = folder.join(format!("{}/{}", at / EACH / EACH, at / EACH % EACH));
        if at.is_multiple_of(EACH) {
            std::fs::create_dir_all(&inner)?;
        }
        std::fs::write(inner.join(format!("{at}-{name}")), bytes)?;
    }
    Ok(())
}

/// One line of a manifest: a speech or an avatar video, all different.
pub fn record(at: usize) -> String {
    let words = ["Welcome", "to the tour", "of our workshop", "and of all", "that is made here", "by hand"];
    let text: Vec<&str> = words.iter().cycle().skip(at % 6).take(20 + at % 30).copied().collect();
    let text = text.join(" ");
    if at.is_multiple_of(2) {
        let body =
            format!(r#"{{"voice_id": "2d5b0e6cf36f460aa7fc47e3eee4ba54", "text": "{at}: {text}", "speed": 1.1}}"#);
        return format!(r#"{{"method": "POST", "path": "/v3/voices/speech", "body": {body}}}"#);
    }
    let body = format!(r#"{{"type": "avatar", "avatar_id": "a{at}", "script": "{text}", "voice_id": "v1"}}"#);
    format!(r#"{{"method": "POST", "path": "/v3/videos", "body": {body}}}"#)
}
