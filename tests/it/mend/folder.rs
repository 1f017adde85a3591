//! A project with every kind of fault that has a remedy, under names that shells and programs may misread.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::recipe;

pub fn ffmpeg(folder: &Path, words: &str, name: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]).args(words.split(' ')).arg(&path);
    let output = command.output().expect("ffmpeg runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

pub fn picture(path: &str) -> Value {
    json!({"type": "image", "image": {"type": "url", "url": path}, "voice_id": "1bd001e7", "script": "Hi"})
}

pub fn lips(video: &str, audio: &str) -> Value {
    json!({"method": "POST", "path": "/v3/lipsyncs", "body":
        {"video": {"type": "url", "url": video}, "audio": {"type": "url", "url": audio}}})
}

pub fn agent(files: &[&str]) -> Value {
    let files: Vec<Value> = files.iter().map(|path| json!({"type": "url", "url": path})).collect();
    json!({"method": "POST", "path": "/v3/video-agents", "body": {"prompt": "Make a short film of it", "files": files}})
}

fn avatar(kind: &str, file: &str) -> Value {
    json!({"method": "POST", "path": "/v3/avatars", "body":
        {"type": kind, "name": "Me", "file": {"type": "url", "url": file}}})
}

fn subtitles(video: &str, srt: &str) -> Value {
    json!({"method": "POST", "path": "/v3/video-translations", "body":
        {"video": {"type": "url", "url": video}, "output_languages": ["German"], "srt": {"type": "url", "url": srt}}})
}

pub const SMALL: &str = "-f lavfi -i testsrc2=size=160x120:rate=5:duration=1 -f lavfi -i sine=duration=1";
const LARGE: &str = "-f lavfi -i testsrc2=size=2880x1800:rate=5:duration=0.6 -f lavfi -i sine=duration=0.6";
pub const SOUND: &str = "-f lavfi -i sine=duration=1";
const STILL: &str = "-f lavfi -i testsrc2=size=320x240 -frames:v 1";
const NOISE: &str = "-f lavfi -i nullsrc=size=400x400,geq=random(1)*255:random(2)*255:random(3)*255 -frames:v 1";
const H264: &str = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac";
/// A portrait video with the minimum length of a reel.
const REEL: &str = "-f lavfi -i testsrc2=size=72x128:rate=30:duration=3 -f lavfi -i sine=duration=3:sample_rate=48000";

/// Names that shells, ffmpeg or ImageMagick may misread.
const ODD: [&str; 21] = [
    "a b.webp",
    "it's.webp",
    "-dash.webp",
    "Bühne 漢.webp",
    "50%d.webp",
    "$(x).webp",
    "$HOME.webp",
    "semi;colon.webp",
    "a[1].webp",
    "=eq.webp",
    "~t.webp",
    "a:b.webp",
    "#hash.webp",
    "q?.webp",
    "star*.webp",
    "amp&.webp",
    "back\\slash.webp",
    "new\nline.webp",
    "two \"quotes\".webp",
    "`tick`.webp",
    " space .webp",
];

/// What `mend` leaves to people without `--trim`.
pub const LEFT: [&str; 5] = [
    "audio/too-long assets/long 100%'s.mp3",
    "audio/too-long strict/assets/long.mp3",
    // The names after conversion to MP3.
    "audio/too-long strict/assets/long-fixed.mp3",
    "audio/too-long strict/assets/long-fixed-2.mp3",
    "video/too-long reels/assets/long.mp4",
];

/// What only the author of the file can mend.
pub const NO_REMEDY: [&str; 4] = [
    "asset/missing-file drafts/lost.json",
    "file/corrupt assets/cut.jpg",
    "file/corrupt assets/cut.mp4",
    "file/empty assets/empty.png",
];

/// Numbers the drafts of a folder.
struct Drafts<'f> {
    folder: &'f Path,
    count: usize,
}

impl Drafts<'_> {
    fn add(&mut self, body: &Value) {
        self.text(&serde_json::to_string_pretty(body).expect("JSON"));
    }

    fn text(&mut self, text: &str) {
        self.count += 1;
        fs::create_dir_all(self.folder.join("drafts")).expect("a folder");
        fs::write(self.folder.join(format!("drafts/{:02}.json", self.count)), text).expect("written");
    }
}

/// At least 60 files and 40 drafts.
pub fn make(folder: &Path) {
    let mut drafts = Drafts { folder, count: 0 };
    pictures(folder, &mut drafts);
    recordings(folder, &mut drafts);
    structure(folder, &mut drafts);
    texts(&mut drafts);
    let many = drafts.count + strict(&folder.join("strict"));
    reels(&folder.join("reels"));
    hopeless(folder, &mut Drafts { folder, count: 900 });
    assert!(many >= 40, "only {many} drafts");
    let count = |name: &str| fs::read_dir(folder.join(name)).expect("a folder").count();
    let files = count("assets") + count("strict/assets") + count("reels/assets");
    assert!(files >= 80, "only {files} files");
}

/// `file/unsupported-format`, `file/extension-mismatch`, `image/resolution`, `image/dimensions-too-small`.
fn pictures(folder: &Path, drafts: &mut Drafts<'_>) {
    ffmpeg(folder, STILL, "assets/one.webp");
    for name in ODD {
        fs::copy(folder.join("assets/one.webp"), folder.join("assets").join(name)).expect("copied");
        // In a request, a backslash separates folders on Windows, a dollar sign starts a placeholder, and no path
        // contains a line break.
        if !name.contains(['\\', '$', '\n']) {
            drafts.add(&picture(&format!("../assets/{name}")));
        }
    }
    // No request can name it.
    let name = OsStr::from_bytes(b"assets/not \xff UTF-8.webp");
    fs::copy(folder.join("assets/one.webp"), folder.join(name)).expect("copied");
    ffmpeg(folder, STILL, "assets/two.gif");
    ffmpeg(folder, STILL, "assets/two.bmp");
    ffmpeg(folder, &format!("{STILL} -pix_fmt rgb24"), "assets/three.tiff");
    ffmpeg(folder, &format!("{STILL} -c:v jpeg2000"), "assets/four.jp2");
    ffmpeg(folder, STILL, "assets/[small].png");
    for name in ["two.gif", "two.bmp", "three.tiff", "four.jp2"] {
        drafts.add(&picture(&format!("../assets/{name}")));
    }
    recipe::write(
        folder,
        "assets/wide.png = png 2600x300\nassets/wide.jpg = jpeg 3000x300\nassets/turned.jpg = jpeg 3000x300 orientation 6\n\
         assets/inks.jpg = jpeg 2560x64 cmyk\nassets/head.jpg = png 200x200\nassets/head.png = jpeg 200x200\n\
         assets/plain.jpg = png 100x100\nassets/alone.jpg = png 64x80",
    );
    for name in ["wide.png", "wide.jpg", "turned.jpg", "inks.jpg", "head.jpg", "head.png", "plain.jpg"] {
        drafts.add(&picture(&format!("../assets/{name}")));
    }
    drafts.add(&avatar("photo", "../assets/[small].png"));
}

/// `file/unsupported-format`, `file/extension-mismatch`, `video/resolution`, `audio/too-long` of the HeyGen API.
fn recordings(folder: &Path, drafts: &mut Drafts<'_>) {
    for (words, name) in [
        (format!("{SMALL} {H264}"), "clip.mov"),
        (format!("{SMALL} {H264}"), "my clip.mkv"),
        (format!("{SMALL} {H264}"), "100%d.m4v"),
        (format!("{SMALL} {H264}"), "it's 2.3gp"),
        (format!("{SMALL} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le"), "pcm.mov"),
        (format!("{SMALL} -c:v mpeg4 -c:a mp3"), "old.avi"),
        (format!("{SMALL} -c:v flv1 -c:a mp3 -ar 44100"), "old.flv"),
        (format!("{LARGE} {H264}"), "screen.mov"),
        (format!("{LARGE} {H264}"), "screen.mp4"),
        (format!("{SOUND} -c:a flac"), "t.flac"),
        (format!("{SOUND} -c:a aac"), "t.aac"),
        (format!("{SOUND} -c:a libvorbis"), "t.ogg"),
        (format!("{SOUND} -c:a aac"), "t.m4a"),
        (format!("{SOUND} -c:a libopus"), "it's.opus"),
        (SOUND.to_owned(), "a b.aiff"),
        (format!("{SMALL} {H264} -movflags +faststart+frag_keyframe"), "-dash's 50%.mov"),
        ("-f lavfi -i anullsrc=r=8000:cl=mono -t 650 -b:a 8k".to_owned(), "long 100%'s.mp3"),
        (SOUND.to_owned(), "named.wav"),
    ] {
        ffmpeg(folder, &words, &format!("assets/{name}"));
    }
    fs::rename(folder.join("assets/named.wav"), folder.join("assets/named.mp3")).expect("renamed");
    fs::write(folder.join("assets/words.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n").expect("written");
    for (video, audio) in [
        ("clip.mov", "t.flac"),
        ("my clip.mkv", "t.aac"),
        ("100%d.m4v", "t.ogg"),
        ("it's 2.3gp", "t.m4a"),
        ("pcm.mov", "a b.aiff"),
        ("old.avi", "it's.opus"),
        ("old.flv", "named.mp3"),
        ("-dash's 50%.mov", "long 100%'s.mp3"),
    ] {
        drafts.add(&lips(&format!("../assets/{video}"), &format!("../assets/{audio}")));
    }
    // Two uses that need different things of one file.
    drafts.add(&agent(&["../assets/clip.mov", "../assets/one.webp", "../assets/t.flac"]));
    drafts.add(&subtitles("../assets/clip.mov", "../assets/words.vtt"));
    // The names that heylint would choose already exist.
    ffmpeg(folder, &format!("{SMALL} {H264}"), "assets/clip-fixed.mp4");
    fs::create_dir(folder.join("assets/long 100%'s-parts")).expect("a folder");
}

/// `file/corrupt` and `file/malformed` that rewriting the file mends.
fn structure(folder: &Path, drafts: &mut Drafts<'_>) {
    let assets = folder.join("assets");
    let change = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(assets.join(name)).expect("read");
        change(&mut bytes);
        fs::write(assets.join(name), bytes).expect("written");
    };
    recipe::write(
        folder,
        "assets/junk.png = png 64x64 junk 20\nassets/junk.jpg = jpeg 64x64 junk 20\nassets/gamma.png = png 64x64",
    );
    // A gAMA chunk with a wrong checksum after the header: strict decoders refuse the file.
    change("gamma.png", &|bytes| {
        bytes.splice(33..33, [0, 0, 0, 4, b'g', b'A', b'M', b'A', 0, 1, 0x86, 0xa0, 1, 2, 3, 4]);
    });
    for name in ["junk.png", "junk.jpg", "gamma.png"] {
        drafts.add(&picture(&format!("../assets/{name}")));
    }
    // A recorder that was stopped leaves a placeholder as the size.
    for (name, size) in [("stopped.wav", 0u32), ("stream.wav", u32::MAX)] {
        ffmpeg(folder, &format!("{SOUND} -bitexact"), &format!("assets/{name}"));
        change(name, &|bytes| {
            let at = bytes.windows(4).position(|word| word == b"data").expect("data") + 4;
            bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
        });
    }
    ffmpeg(folder, &format!("{SOUND} -b:a 64k"), "assets/junk.mp3");
    ffmpeg(folder, &format!("{SMALL} {H264}"), "assets/junk.mp4");
    change("junk.mp3", &|bytes| bytes.extend([0x3f; 20]));
    change("junk.mp4", &|bytes| bytes.extend([0x3f; 20]));
    drafts.add(&lips("../assets/junk.mp4", "../assets/stopped.wav"));
    drafts.add(&lips("../assets/junk.mp4", "../assets/stream.wav"));
    drafts.add(&lips("../assets/junk.mp4", "../assets/junk.mp3"));
}

/// Faults in the texts themselves: each rule with a safe fix.
fn texts(drafts: &mut Drafts<'_>) {
    for (key, value) in [
        ("resolutoin", json!("1080p")),
        ("ratio", json!("16:9")),
        ("dimension", json!({"width": 1920, "height": 1080})),
        ("speed", json!(1.2)),
        ("aspectRatio", json!("9:16")),
        ("resolution", json!("1080")),
        ("voice_settings", json!({"speed": "1.2"})),
    ] {
        let mut wrong = picture("../assets/one.webp");
        wrong[key] = value;
        drafts.add(&wrong);
    }
    let mut voice = picture("../assets/wide.png");
    voice.as_object_mut().expect("an object").remove("voice_id");
    voice["voice"] = json!({"voice_id": "1bd001e7", "pitch": 2});
    drafts.add(&voice);
    drafts.text("{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_id\": \"v\",}\n");
    drafts.text("{\"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_id\": \"v\"}\n");
    drafts.text(
        "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"audio_url\": \"https://www.dropbox.com/scl/fi/a1/voice.mp3?rlkey=k4&dl=0\"}\n",
    );
    let sound = recipe::base64(&recipe::bytes("wav 16000Hz mono 2s"));
    let clone = |media_type: &str, data: &str| {
        json!({"method": "POST", "path": "/v3/voices/clone", "body": {"voice_name": "Narrator",
            "audio": {"type": "base64", "media_type": media_type, "data": data}}})
    };
    drafts.add(&clone("audio/mpeg", &sound));
    drafts.add(&clone("audio/wav", &sound.replace('+', "-").replace('/', "_")));
}

/// A part of the project with stricter limits: `file/too-large` for each kind, and recordings that are too long.
fn strict(folder: &Path) -> usize {
    fs::create_dir_all(folder).expect("a folder");
    fs::write(
        folder.join("heylint.toml"),
        "[limits]\nimage.max-size = \"100 kB\"\nattachment.max-size = \"100 kB\"\nspeech.max-size = \"300 kB\"\nspeech.max-duration = 20\n",
    )
    .expect("written");
    for (words, name) in [
        (NOISE.to_owned(), "large.png"),
        (format!("{NOISE} -q:v 1"), "large.jpg"),
        (format!("{NOISE} -pix_fmt rgb24"), "large.tiff"),
        ("-f lavfi -i testsrc2=size=640x360:rate=25:duration=1 -f lavfi -i sine=duration=1 -c:v libx264 -preset ultrafast -crf 1 -pix_fmt yuv420p -c:a aac".to_owned(), "large.mp4"),
        ("-f lavfi -i testsrc2=size=640x360:rate=25:duration=1 -f lavfi -i sine=duration=1 -c:v prores -c:a pcm_s16le".to_owned(), "large.mov"),
        // With 16 bits it fits.
        ("-f lavfi -i anoisesrc=d=2.5:r=48000 -c:a pcm_s24le".to_owned(), "deep.wav"),
        ("-f lavfi -i anoisesrc=d=15:r=48000 -c:a pcm_s16le".to_owned(), "large.wav"),
        ("-f lavfi -i anoisesrc=d=15:r=48000 -c:a libmp3lame -b:a 320k".to_owned(), "large.mp3"),
        ("-f lavfi -i anoisesrc=d=15:r=48000 -c:a flac".to_owned(), "large.flac"),
        ("-f lavfi -i sine=d=25 -c:a libmp3lame -b:a 64k".to_owned(), "long.mp3"),
        // Too long and too large, but a part is not too large.
        ("-f lavfi -i sine=d=25:sample_rate=8000 -c:a pcm_s16le".to_owned(), "long.wav"),
        // In a format that is not accepted, too long, and too large even in parts.
        ("-f lavfi -i anoisesrc=d=45:r=48000 -c:a flac".to_owned(), "long.flac"),
    ] {
        ffmpeg(folder, &words, &format!("assets/{name}"));
    }
    let mut drafts = Drafts { folder, count: 0 };
    for name in ["large.png", "large.jpg", "large.tiff"] {
        drafts.add(&picture(&format!("../assets/{name}")));
    }
    drafts.add(&agent(&["../assets/large.mp4"]));
    drafts.add(&agent(&["../assets/large.mov"]));
    for name in ["deep.wav", "large.wav", "large.mp3", "large.flac", "long.mp3", "long.wav", "long.flac"] {
        drafts.add(&lips("https://example.com/v.mp4", &format!("../assets/{name}")));
    }
    drafts.count
}

/// For another service: codecs, rates, index, edit list, dimensions, duration, and several of them at once.
fn reels(folder: &Path) {
    fs::create_dir_all(folder.join("drafts")).expect("a folder");
    fs::write(
        folder.join("heylint.toml"),
        "profile = \"instagram-reels\"\n\n[limits]\nreel.max-duration = 5\nreel.max-video-bit-rate = \"1 Mbit/s\"\n",
    )
    .expect("written");
    let fast = "-movflags +faststart";
    for (words, name) in [
        (format!("{REEL} {H264}"), "index.mp4"),
        (format!("{REEL} {H264} -r 120 {fast}"), "fast.mp4"),
        (format!("{REEL} {H264} -r 10 {fast}"), "slow.mp4"),
        (format!("{REEL} -c:v mpeg4 -c:a mp3 {fast}"), "codecs.mp4"),
        (format!("{REEL} -c:v libx264 -preset ultrafast -pix_fmt yuv444p -c:a aac {fast}"), "chroma.mp4"),
        (format!("{REEL} {H264} -flags +ilme+ildct -x264opts tff=1 {fast}"), "fields.mp4"),
        (format!("{REEL} {H264} -ar 96000 -ac 6 {fast}"), "sound.mp4"),
        (format!("{} {H264} -crf 1 {fast}", REEL.replace("72x128", "360x640")), "rate.mp4"),
        (format!("{} {H264} {fast}", REEL.replace("72x128", "2000x400")), "width.mp4"),
        (format!("{} {H264}", REEL.replace("duration=3", "duration=9")), "long.mp4"),
        // Everything at once, in a format that is not accepted.
        (format!("{} -c:v libvpx -b:v 3M -r 90 -c:a libopus", REEL.replace("72x128", "2000x1000")), "all.mkv"),
    ] {
        ffmpeg(folder, &words, &format!("assets/{name}"));
    }
    edits(&folder.join("assets"));
}

/// A recording with an edit list of two entries.
fn edits(assets: &Path) {
    recipe::write(assets, "edits.mp4 = mp4 h264 72x128 30fps 4s aac faststart edits 2");
}

fn hopeless(folder: &Path, drafts: &mut Drafts<'_>) {
    recipe::write(folder, "assets/cut.jpg = jpeg 640x480 cut 50%\nassets/cut.mp4 = mp4 h264 64x64 2s aac cut 50%");
    fs::write(folder.join("assets/empty.png"), "").expect("written");
    drafts.add(&picture("../assets/cut.jpg"));
    drafts.add(&picture("../assets/empty.png"));
    drafts.add(&agent(&["../assets/cut.mp4"]));
    fs::write(folder.join("drafts/lost.json"), picture("../assets/lost.png").to_string()).expect("written");
}
