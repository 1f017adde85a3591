//! From findings to files that can be sent: what is printed works when it is followed, and `heylint mend` does it.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::recipe;
use crate::run::Folder;

const NOW: &str = "--now 2026-11-22T12:00:00Z";

fn ffmpeg(folder: &Path, words: &str, name: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]).args(words.split(' ')).arg(&path);
    let output = command.output().expect("ffmpeg runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

fn has(program: &str) -> bool {
    let run = Command::new(program).arg("-version").stdin(Stdio::null()).output();
    let there = run.is_ok();
    if !there {
        println!("skipped: there is no {program} here");
    }
    there
}

fn picture(path: &str) -> Value {
    json!({"type": "image", "image": {"type": "url", "url": path}, "voice_id": "1bd001e7", "script": "Hi"})
}

fn lips(video: &str, audio: &str) -> Value {
    json!({"method": "POST", "path": "/v3/lipsyncs", "body":
        {"video": {"type": "url", "url": video}, "audio": {"type": "url", "url": audio}}})
}

fn agent(files: &[&str]) -> Value {
    let files: Vec<Value> = files.iter().map(|path| json!({"type": "url", "url": path})).collect();
    json!({"method": "POST", "path": "/v3/video-agents", "body": {"prompt": "Make a short film of it", "files": files}})
}

fn avatar(photo: &str) -> Value {
    json!({"method": "POST", "path": "/v3/avatars", "body":
        {"type": "photo", "name": "Me", "file": {"type": "url", "url": photo}}})
}

fn subtitles(video: &str, srt: &str) -> Value {
    json!({"method": "POST", "path": "/v3/video-translations", "body":
        {"video": {"type": "url", "url": video}, "output_languages": ["German"], "srt": {"type": "url", "url": srt}}})
}

const SMALL: &str = "-f lavfi -i testsrc2=size=160x120:rate=5:duration=1 -f lavfi -i sine=duration=1";
const LARGE: &str = "-f lavfi -i testsrc2=size=2880x1800:rate=5:duration=0.6 -f lavfi -i sine=duration=0.6";
const SOUND: &str = "-f lavfi -i sine=duration=1";

/// Names that shells, ffmpeg or ImageMagick take for something else.
const ODD: [&str; 16] = [
    "a b.webp",
    "it's.webp",
    "-dash.webp",
    "Bühne 漢.webp",
    "50%d.webp",
    "$(x).webp",
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
];

/// Every kind of fault that has a remedy: at least 40 files and 25 drafts.
fn make(folder: &Path) {
    fs::create_dir_all(folder.join("drafts")).expect("a folder");
    let mut drafts = 0;
    let mut draft = |body: &Value| {
        drafts += 1;
        fs::write(folder.join(format!("drafts/{drafts:02}.json")), serde_json::to_string_pretty(body).expect("JSON"))
            .expect("written");
    };
    let still = "-f lavfi -i testsrc2=size=320x240 -frames:v 1";
    ffmpeg(folder, still, "assets/one.webp");
    for name in ODD {
        fs::copy(folder.join("assets/one.webp"), folder.join("assets").join(name)).expect("copied");
        // A backslash in a path is one of Windows, and a dollar begins a placeholder.
        if !name.contains(['\\', '$']) {
            draft(&picture(&format!("../assets/{name}")));
        }
    }
    ffmpeg(folder, still, "assets/two.gif");
    ffmpeg(folder, still, "assets/two.bmp");
    ffmpeg(folder, &format!("{still} -pix_fmt rgb24"), "assets/three.tiff");
    for name in ["two.gif", "two.bmp", "three.tiff"] {
        draft(&picture(&format!("../assets/{name}")));
    }
    recipe::write(
        folder,
        "assets/wide.png = png 2600x300\nassets/wide.jpg = jpeg 3000x300\nassets/turned.jpg = jpeg 3000x300 orientation 6\n\
         assets/inks.jpg = jpeg 2560x64 cmyk\nassets/head.jpg = png 200x200\nassets/head.png = jpeg 200x200\n\
         assets/plain.jpg = png 100x100\nassets/junk.png = png 64x64 junk 20\nassets/alone.jpg = png 64x80",
    );
    for name in ["wide.png", "wide.jpg", "turned.jpg", "inks.jpg", "head.jpg", "head.png", "plain.jpg", "junk.png"] {
        draft(&picture(&format!("../assets/{name}")));
    }
    let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac";
    for (words, name) in [
        (format!("{SMALL} {h264}"), "clip.mov"),
        (format!("{SMALL} {h264}"), "my clip.mkv"),
        (format!("{SMALL} {h264}"), "100%d.m4v"),
        (format!("{SMALL} {h264}"), "it's 2.3gp"),
        (format!("{SMALL} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le"), "pcm.mov"),
        (format!("{SMALL} -c:v mpeg4 -c:a mp3"), "old.avi"),
        (format!("{SMALL} -c:v flv1 -c:a mp3 -ar 44100"), "old.flv"),
        (format!("{LARGE} {h264}"), "screen.mov"),
        (format!("{LARGE} {h264}"), "screen.mp4"),
        (format!("{SOUND} -c:a flac"), "t.flac"),
        (format!("{SOUND} -c:a aac"), "t.aac"),
        (format!("{SOUND} -c:a libvorbis"), "t.ogg"),
        (format!("{SOUND} -c:a aac"), "t.m4a"),
        (SOUND.to_owned(), "a b.aiff"),
        (format!("{SMALL} {h264} -movflags +faststart+frag_keyframe"), "-dash's 50%.mov"),
        ("-f lavfi -i anullsrc=r=8000:cl=mono -t 650 -b:a 8k".to_owned(), "long 100%'s.mp3"),
        (format!("{still} -frames:v 1"), "[small].png"),
        (format!("{SOUND} -c:a libopus"), "it's.opus"),
    ] {
        ffmpeg(folder, &words, &format!("assets/{name}"));
    }
    ffmpeg(folder, SOUND, "assets/named.wav");
    fs::rename(folder.join("assets/named.wav"), folder.join("assets/named.mp3")).expect("renamed");
    fs::write(folder.join("assets/words.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n").expect("written");
    draft(&lips("../assets/clip.mov", "../assets/t.flac"));
    draft(&lips("../assets/my clip.mkv", "../assets/t.aac"));
    draft(&lips("../assets/100%d.m4v", "../assets/t.ogg"));
    draft(&lips("../assets/it's 2.3gp", "../assets/t.m4a"));
    draft(&lips("../assets/pcm.mov", "../assets/a b.aiff"));
    draft(&lips("../assets/old.avi", "../assets/it's.opus"));
    draft(&lips("../assets/old.flv", "../assets/named.mp3"));
    draft(&agent(&["../assets/clip.mov", "../assets/one.webp", "../assets/t.flac"]));
    draft(&lips("../assets/-dash's 50%.mov", "../assets/long 100%'s.mp3"));
    draft(&avatar("../assets/[small].png"));
    // The names that would be given are taken.
    ffmpeg(folder, &format!("{SMALL} {h264}"), "assets/clip-fixed.mp4");
    fs::create_dir(folder.join("assets/long 100%'s-parts")).expect("a folder");
    draft(&subtitles("../assets/clip.mov", "../assets/words.vtt"));
    // What is mended in a text, beside.
    for (key, value) in [
        ("resolutoin", json!("1080p")),
        ("ratio", json!("16:9")),
        ("dimension", json!({"width": 1920, "height": 1080})),
        ("speed", json!(1.2)),
        ("aspectRatio", json!("9:16")),
    ] {
        let mut wrong = picture("../assets/wide.png");
        wrong[key] = value;
        draft(&wrong);
    }
    let mut voice = picture("../assets/wide.png");
    voice.as_object_mut().expect("an object").remove("voice_id");
    voice["voice"] = json!({"voice_id": "1bd001e7", "pitch": 2});
    draft(&voice);
    assert!(drafts >= 25, "only {drafts}");
    let files = fs::read_dir(folder.join("assets")).expect("a folder").count();
    assert!(files >= 40, "only {files}");
}

/// What is in a folder: path and bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                found.insert(name, fs::read(path).expect("read"));
            }
        }
    }
    found
}

fn media(contents: &BTreeMap<String, Vec<u8>>) -> BTreeSet<&Vec<u8>> {
    contents.iter().filter(|(name, _)| name.starts_with("assets/")).map(|(_, bytes)| bytes).collect()
}

fn copy(from: &Path) -> Folder {
    let folder = Folder::new();
    for (name, bytes) in contents(from) {
        folder.write(&name, bytes);
    }
    folder
}

/// With the programs of the machine.
fn heylint(folder: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
    command.args(words.split_whitespace()).current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("PATH", path());
    command
}

fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_heylint")).parent().expect("a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).expect("a path")
}

fn checked(folder: &Path, words: &str) -> Value {
    let output = heylint(folder, &format!("check {NOW} --format json {words}")).output().expect("heylint runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn findings(report: &Value) -> &Vec<Value> {
    report["diagnostics"].as_array().expect("diagnostics")
}

/// The errors of a report: rule and file.
fn errors(report: &Value) -> Vec<String> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let errors = findings(report).iter().filter(|finding| finding["severity"] == "error");
    errors.map(|finding| format!("{} {}", text(finding, "rule"), text(finding, "file"))).collect()
}

/// What is left to people.
const LEFT: [&str; 1] = ["audio/too-long assets/long 100%'s.mp3"];

/// What a command has made suits the place that uses it.
fn is_clean(folder: &Path, name: &str, place: &str, command: &str) {
    let mut check = heylint(folder, &format!("check {NOW} --isolated --format json"));
    if !place.is_empty() {
        check.args(["--use", place]);
    }
    let output = check.arg(name).output().expect("heylint runs");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(report["summary"]["errors"], 0, "{command}\n{:#}", report["diagnostics"]);
}

#[test]
fn printed_commands_work_in_every_shell() {
    if !has("ffmpeg") {
        return;
    }
    let original = Folder::new();
    make(original.path());
    let report = checked(original.path(), "");
    let mut commands: Vec<(String, Vec<String>, String, String)> = Vec::new();
    let mut outputs = BTreeSet::new();
    for finding in findings(&report) {
        let Some(command) = finding["remedy"]["command"].as_str() else {
            let fixable = finding["fix"].is_object();
            assert!(fixable, "no remedy: {finding:#}");
            continue;
        };
        if commands.iter().any(|(known, ..)| known == command) {
            continue;
        }
        // People read the same.
        assert!(finding["help"].as_str().expect("help").contains(command), "{finding:#}");
        let made: Vec<String> = finding["remedy"]["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .flat_map(|step| step["outputs"].as_array().expect("outputs"))
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect();
        for name in &made {
            assert!(outputs.insert(name.clone()), "two commands make {name}");
            assert!(!original.join(name).exists(), "{name} is there already");
        }
        let program = finding["remedy"]["steps"][0]["program"].as_str().expect("a program").to_owned();
        let used = finding["related"][0]["message"].as_str().unwrap_or_default();
        let place = used.split(' ').next_back().unwrap_or_default().to_owned();
        commands.push((command.to_owned(), made, program, place));
    }
    assert!(commands.len() >= 40, "only {}", commands.len());
    let before = contents(original.path());
    for shell in ["bash", "zsh", "dash"] {
        if !has(shell) && shell != "dash" {
            continue;
        }
        let folder = copy(original.path());
        for (command, made, program, place) in &commands {
            let ran = Command::new(shell)
                .args(["-c", command])
                .current_dir(folder.path())
                .env("PATH", path())
                .stdin(Stdio::null())
                .output();
            let Ok(ran) = ran else {
                println!("skipped: there is no {shell} here");
                break;
            };
            let said = String::from_utf8_lossy(&ran.stderr);
            let said = format!("{said}{}", String::from_utf8_lossy(&ran.stdout));
            assert!(ran.status.success(), "{shell}: {command}\n{said}");
            if program != "heylint" {
                for name in made {
                    assert!(folder.join(name).exists(), "{shell}: {command}\n{said}");
                    is_clean(folder.path(), name, place, command);
                }
            }
        }
        let report = checked(folder.path(), "");
        let left = findings(&report).iter().find(|finding| finding["remedy"]["steps"][0]["program"] == "heylint");
        assert!(left.is_none(), "{shell}: {left:#?}");
        let after = contents(folder.path());
        let kept = media(&after);
        for bytes in media(&before) {
            assert!(kept.contains(bytes), "{shell} has lost a file");
        }
    }
}

#[test]
fn one_run_mends_all_and_a_second_does_nothing() {
    if !has("ffmpeg") {
        return;
    }
    let folder = Folder::new();
    make(folder.path());
    let before = contents(folder.path());
    let plan = heylint(folder.path(), &format!("mend {NOW} --dry-run")).output().expect("heylint runs");
    assert_eq!(contents(folder.path()), before, "--dry-run has written");
    assert_eq!(plan.status.code(), Some(1));
    let refused = heylint(folder.path(), &format!("mend {NOW}")).output().expect("heylint runs");
    assert_eq!(refused.status.code(), Some(2), "nobody was there to be asked");
    assert_eq!(contents(folder.path()), before);
    let ran = heylint(folder.path(), &format!("mend {NOW} --yes")).output().expect("heylint runs");
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let report = checked(folder.path(), "");
    // Only people know which part of a recording goes where, and what is no video at all.
    let left: Vec<String> = errors(&report);
    assert_eq!(left, LEFT, "{said}");
    for name in LEFT {
        assert!(
            said.contains(&format!("by hand {}", name.split_once(' ').expect("a file").1)),
            "{name} is not listed: {said}"
        );
    }
    assert_eq!(ran.status.code(), Some(1), "{said}");
    let after = contents(folder.path());
    let kept = media(&after);
    assert!(media(&before).iter().all(|bytes| kept.contains(bytes)), "an original is lost");
    assert!(!after.keys().any(|name| name.ends_with(".tmp")), "a temporary file stays");
    let again = heylint(folder.path(), &format!("mend {NOW} --yes")).output().expect("heylint runs");
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(contents(folder.path()), after, "the second run has done something");
}

#[test]
fn killed_at_any_moment_it_goes_on() {
    if !has("ffmpeg") {
        return;
    }
    let make = |folder: &Path| {
        recipe::write(folder, "assets/wide.png = png 2100x40\nassets/named.jpg = png 90x90\nassets/h.png = jpeg 60x60");
        ffmpeg(folder, "-f lavfi -i testsrc2=size=32x24 -frames:v 1", "assets/one.webp");
        ffmpeg(folder, &format!("{SMALL} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac"), "assets/clip.mov");
        ffmpeg(folder, &format!("{SOUND} -c:a flac"), "assets/t.flac");
        ffmpeg(folder, &format!("{SOUND} -c:a aac"), "assets/t.aac");
        for (at, body) in [
            picture("../assets/wide.png"),
            picture("../assets/named.jpg"),
            picture("../assets/one.webp"),
            lips("../assets/clip.mov", "../assets/t.flac"),
            agent(&["../assets/clip.mov", "../assets/one.webp"]),
        ]
        .iter()
        .enumerate()
        {
            let path = folder.join(format!("drafts/{at}.json"));
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, body.to_string()).expect("written");
        }
    };
    let original = Folder::new();
    make(original.path());
    let before = contents(original.path());
    let whole = copy(original.path());
    let started = Instant::now();
    let ran = heylint(whole.path(), &format!("mend {NOW} --yes --quiet")).output().expect("heylint runs");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stdout));
    let lasts = started.elapsed();
    let expected = contents(whole.path());
    for moment in 0..50u32 {
        let folder = copy(original.path());
        let mut child = heylint(folder.path(), &format!("mend {NOW} --yes --quiet"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("heylint starts");
        std::thread::sleep(lasts * moment / 45);
        child.kill().expect("killed");
        child.wait().expect("ended");
        let held = contents(folder.path());
        let kept = media(&held);
        assert!(media(&before).iter().all(|bytes| kept.contains(bytes)), "lost at {moment}/45");
        // A program that was started may still be writing.
        std::thread::sleep(Duration::from_millis(20));
        let ran = heylint(folder.path(), &format!("mend {NOW} --yes --quiet")).output().expect("heylint runs");
        assert_eq!(ran.status.code(), Some(0), "{moment}/45: {}", String::from_utf8_lossy(&ran.stdout));
        let after = contents(folder.path());
        let names = |contents: &BTreeMap<String, Vec<u8>>| contents.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&after), names(&expected), "killed at {moment}/45");
        assert!(after == expected, "other bytes, killed at {moment}/45");
    }
}

#[test]
fn a_script_does_the_same() {
    let folder = Folder::new();
    recipe::write(folder.path(), "assets/wide.png = png 2100x40\nassets/named.jpg = png 90x90");
    folder.write("a.json", picture("assets/wide.png").to_string());
    folder.run(&format!("mend {NOW} --script mend.sh")).gives(0);
    folder.run(&format!("mend {NOW} --script mend.sh")).gives(2).says("mend.sh");
    let ran = Command::new("sh").arg("mend.sh").current_dir(folder.path()).env("PATH", path()).output().expect("sh");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    folder.run(NOW).gives(0);
    assert!(folder.join("assets/wide.png.orig").exists() && folder.join("assets/named.png").exists());
}

#[test]
fn one_file_keeps_the_references_of_the_whole_project() {
    let folder = Folder::new();
    recipe::write(folder.path(), "pic.jpg = png 90x90");
    folder.write("d.json", picture("pic.jpg").to_string()).write("deep/e.json", picture("../pic.jpg").to_string());
    folder.run(&format!("{NOW} --fix d.json")).gives(0).prints("fixed 1");
    assert!(folder.read("deep/e.json").contains("../pic.png"));
    folder.run(NOW).gives(0);
    ffmpeg_free(&folder);
}

/// Pictures need no other program.
fn ffmpeg_free(folder: &Folder) {
    recipe::write(folder.path(), "wide.png = png 2100x40");
    folder.write("f.json", picture("wide.png").to_string());
    folder.run(&format!("mend {NOW} --yes --in-place wide.png")).gives(0);
    assert!(!folder.join("wide.png.orig").exists());
    folder.run(NOW).gives(0);
}

#[test]
fn a_finding_is_suppressed_from_the_command_line() {
    let folder = Folder::new();
    recipe::write(folder.path(), "me.png = png 2100x40");
    folder.write("deep/a b.json", picture("../me.png").to_string().replace("Hi", ""));
    folder.run(NOW).gives(1);
    folder.call_words(&["suppress", "me.png", "image/resolution", "--reason", "it \"works\""]).gives(0);
    folder
        .call_words(&["suppress", "deep/a b.json#/script", "script", "request/too-short", "--reason", "later"])
        .gives(0);
    folder.run(NOW).gives(0).prints("suppressed");
    folder.call_words(&["suppress", "none.json#/script", "script", "--reason", "x"]).gives(2);
    folder.call_words(&["suppress", "me.png", "script", "--reason", " "]).gives(2).says("reason");
}

#[test]
fn a_baseline_is_named_in_the_configuration() {
    let folder = Folder::project();
    recipe::write(folder.path(), "me.png = png 2600x40");
    folder.run("check --write-baseline known.json").gives(0);
    folder.run("check .").gives(1);
    folder.write("heylint.toml", "baseline = 'known.json'\n");
    folder.run("check .").gives(0).prints("in the baseline");
}

/// One command makes a file fit for another service.
#[test]
fn one_command_for_another_service() {
    if !has("ffmpeg") {
        return;
    }
    let folder = Folder::new();
    let slow = "-f lavfi -i testsrc2=size=320x180:rate=10:duration=4 -f lavfi -i sine=duration=4 -c:v libx264 -preset ultrafast";
    ffmpeg(folder.path(), &format!("{slow} -pix_fmt yuv444p -c:a aac"), "a b.mp4");
    ffmpeg(folder.path(), &format!("{slow} -pix_fmt yuv420p -c:a aac"), "back.mov");
    recipe::write(folder.path(), "p.png = png 2600x400");
    for profile in ["tiktok", "instagram-reels"] {
        let report = checked(folder.path(), &format!("--profile {profile} ."));
        let command = |name: &str| {
            let of_file = findings(&report).iter().filter(|finding| finding["file"] == name);
            let commands: BTreeSet<&str> =
                of_file.filter_map(|finding| finding["remedy"]["command"].as_str()).collect();
            assert!(commands.len() <= 1, "{name}: {commands:?}");
            commands.first().map(|command| (*command).to_owned())
        };
        assert!(command("a b.mp4").is_some_and(|command| command.starts_with("ffmpeg ")));
        let own = copy(folder.path());
        for name in ["a b.mp4", "back.mov", "p.png"] {
            let Some(command) = command(name) else { continue };
            let ran = Command::new("sh").args(["-c", &command]).current_dir(own.path()).env("PATH", path()).output();
            let ran = ran.expect("a shell");
            assert!(ran.status.success(), "{command}\n{}", String::from_utf8_lossy(&ran.stderr));
        }
        let fixed = checked(own.path(), &format!("--profile {profile} ."));
        let left: Vec<String> = errors(&fixed).into_iter().filter(|error| error.contains("-fixed")).collect();
        assert!(left.is_empty(), "{profile}: {left:?} {:#}", fixed["diagnostics"]);
        // `heylint mend` does the same.
        let own = copy(folder.path());
        let ran = heylint(own.path(), &format!("mend {NOW} --profile {profile} --yes .")).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        let left = errors(&checked(own.path(), &format!("--profile {profile} .")));
        assert!(left.iter().all(|error| error.contains("p.png")), "{profile}: {left:?}\n{said}");
    }
}

/// Where there is no ImageMagick, ffmpeg makes pictures that heylint does not read.
#[cfg(target_os = "linux")]
#[test]
fn pictures_need_no_other_program() {
    let encoders = Command::new("ffmpeg").arg("-encoders").stdin(Stdio::null()).output();
    let encoders = encoders.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    if !encoders.contains("libaom-av1") {
        println!("skipped: no ffmpeg that writes AVIF");
        return;
    }
    let (folder, bin) = (Folder::new(), Folder::new());
    ffmpeg(folder.path(), "-f lavfi -i testsrc2=size=2600x400 -frames:v 1 -c:v libaom-av1 -cpu-used 8", "a b.avif");
    folder.write("a.json", picture("a b.avif").to_string());
    let which = Command::new("sh").args(["-c", "command -v ffmpeg"]).output().expect("sh");
    let program = String::from_utf8_lossy(&which.stdout).trim().to_owned();
    std::os::unix::fs::symlink(program, bin.join("ffmpeg")).expect("a link");
    let run = |words: &str| {
        let mut command = heylint(folder.path(), words);
        command.env("PATH", bin.path()).output().expect("heylint runs")
    };
    let shown = run(&format!("check {NOW}"));
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("ffmpeg -nostdin -n -i 'a b.avif'") && !shown.contains("magick"), "{shown}");
    let ran = run(&format!("mend {NOW} --yes"));
    assert_eq!(
        ran.status.code(),
        Some(0),
        "{}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(folder.read("a.json").contains("\"a b.jpg\""));
}
