//! Accidents during mending: nothing is lost, and heylint reports them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Output, Stdio};

use super::folder::{SMALL, ffmpeg, lips, picture};
use super::{NOW, contents, has, heylint, path};
use crate::common::recipe;
use crate::run::Folder;

const MOV: &str = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le";

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A recording that only ffmpeg mends, with its draft.
fn recording() -> Folder {
    let folder = Folder::new();
    ffmpeg(folder.path(), &format!("{SMALL} {MOV}"), "clip.mov");
    folder.write("d.json", lips("clip.mov", "https://example.com/a.mp3").to_string());
    folder
}

/// heylint replaces a link by a new file, and does not rename the target before that.
#[test]
fn a_link_never_leads_nowhere() {
    let folder = Folder::new();
    recipe::write(folder.path(), "store/pic.bmp = bmp\nstore/wide.png = png 2600x40");
    let store = contents(folder.path());
    fs::create_dir(folder.join("use")).expect("a folder");
    symlink("../store/pic.bmp", folder.join("use/pic.bmp")).expect("a link");
    symlink("../store/wide.png", folder.join("use/wide.png")).expect("a link");
    folder.write("use/a.json", picture("pic.bmp").to_string()).write("use/b.json", picture("wide.png").to_string());
    let ran = heylint(folder.path(), &format!("mend {NOW} --yes use")).output().expect("heylint runs");
    assert_eq!(ran.status.code(), Some(0), "{}", printed(&ran));
    assert_eq!(folder.read("use/a.json"), picture("pic.png").to_string());
    assert!(!folder.join("use/pic.png").is_symlink() && !folder.join("use/wide.png").is_symlink());
    for (name, bytes) in &store {
        assert_eq!(fs::read(folder.path().join(name)).expect("it is there"), *bytes, "{name:?} was changed");
    }
    // A link that cannot be mended because its draft changes meanwhile stays.
    let folder = Folder::new();
    recipe::write(folder.path(), "pic.bmp = bmp");
    symlink("pic.bmp", folder.join("link.bmp")).expect("a link");
    folder.write("a.json", picture("link.bmp").to_string());
    fs::set_permissions(folder.join("a.json"), fs::Permissions::from_mode(0o444)).expect("read-only");
    heylint(folder.path(), &format!("mend {NOW} --yes")).output().expect("heylint runs");
    let named = if folder.read("a.json").contains("link.bmp") { "link.bmp" } else { "link.png" };
    assert!(folder.join(named).metadata().is_ok(), "{named} does not exist");
}

#[test]
fn a_program_that_is_missing_or_fails_is_named() {
    if !has("ffmpeg") {
        return;
    }
    let (folder, empty) = (recording(), Folder::new());
    let before = contents(folder.path());
    let words = format!("mend {NOW} --yes");
    let ran = heylint(folder.path(), &words).env("PATH", empty.path()).output().expect("heylint runs");
    assert!(printed(&ran).contains("clip.mov: ffmpeg is not installed; install it"), "{}", printed(&ran));
    assert_eq!((ran.status.code(), contents(folder.path())), (Some(1), before.clone()));
    // Simulates a full disk: no file may exceed a few kilobytes.
    let script = format!("ulimit -f 4; trap '' XFSZ; heylint {words}");
    let mut full = Command::new("bash");
    full.args(["-c", &script]).current_dir(folder.path()).env("PATH", path()).stdin(Stdio::null());
    let ran = full.output().expect("bash runs");
    // Some versions of ffmpeg do not report that they could not write.
    let is_named = ["clip.mov: ffmpeg failed: ", "clip.mov: the converted file does not fit its use"];
    assert!(is_named.iter().any(|text| printed(&ran).contains(text)), "{}", printed(&ran));
    assert_eq!((ran.status.code(), contents(folder.path())), (Some(1), before));
    let ran = heylint(folder.path(), &words).output().expect("heylint runs");
    assert_eq!(ran.status.code(), Some(0), "{}", printed(&ran));
}

/// The recording changes while ffmpeg works.
#[test]
fn a_file_that_changes_during_mending_stays() {
    if !has("ffmpeg") {
        return;
    }
    let (folder, bin) = (recording(), Folder::new());
    let which = Command::new("sh").args(["-c", "command -v ffmpeg"]).output().expect("sh");
    let real = String::from_utf8_lossy(&which.stdout).trim().to_owned();
    let program = format!("#!/bin/sh\necho more >> clip.mov\nexec {real} \"$@\"\n");
    fs::write(bin.join("ffmpeg"), program).expect("written");
    fs::set_permissions(bin.join("ffmpeg"), fs::Permissions::from_mode(0o755)).expect("a program");
    let draft = folder.read("d.json");
    let mut others = bin.path().as_os_str().to_owned();
    others.push(":");
    others.push(path());
    let mut run = heylint(folder.path(), &format!("mend {NOW} --yes"));
    let ran = run.env("PATH", others).output().expect("heylint runs");
    assert!(printed(&ran).contains("clip.mov: changed meanwhile"), "{}", printed(&ran));
    assert!(fs::read(folder.join("clip.mov")).expect("read").ends_with(b"more\n"));
    assert_eq!(folder.read("d.json"), draft);
    assert_eq!(contents(folder.path()).len(), 2, "something was left behind");
}

/// Whether Ctrl-C does nothing to this process and its children, as in a background job of a shell.
fn ignores_interrupts() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let interrupt = ignored.is_some_and(|mask| mask & 0b10 != 0);
    if interrupt {
        eprintln!("skipped: SIGINT is ignored here");
    }
    interrupt
}

/// Ctrl-C before and after ffmpeg writes: the original and the draft stay, and the next run finishes the work.
#[test]
fn an_interrupted_run_changes_nothing() {
    use std::os::unix::process::ExitStatusExt;
    if !has("ffmpeg") || ignores_interrupts() {
        return;
    }
    let which = Command::new("sh").args(["-c", "command -v ffmpeg"]).output().expect("sh");
    let real = String::from_utf8_lossy(&which.stdout).trim().to_owned();
    for first in ["", &format!("{real} \"$@\"")] {
        let (folder, bin) = (recording(), Folder::new());
        let before = contents(folder.path());
        let program = format!("#!/bin/sh\n{first}\nkill -INT $PPID\nexec sleep 1\n");
        fs::write(bin.join("ffmpeg"), program).expect("written");
        fs::set_permissions(bin.join("ffmpeg"), fs::Permissions::from_mode(0o755)).expect("a program");
        let mut others = bin.path().as_os_str().to_owned();
        others.push(":");
        others.push(path());
        let words = format!("mend {NOW} --yes");
        let ran = heylint(folder.path(), &words).env("PATH", others).output().expect("heylint runs");
        assert_eq!(ran.status.signal(), Some(2), "{}", printed(&ran));
        let mut left = contents(folder.path());
        left.retain(|name, _| !name.to_string_lossy().starts_with(".heylint-"));
        assert_eq!(left, before);
        let ran = heylint(folder.path(), &words).output().expect("heylint runs");
        assert_eq!(ran.status.code(), Some(0), "{}", printed(&ran));
        let left = contents(folder.path());
        assert!(!left.keys().any(|name| name.to_string_lossy().starts_with(".heylint-")), "the leftover is removed");
    }
}

/// ImageMagick interprets lists (`@a`), patterns (`%d`, `*`) and protocols in names, so it must never get a name.
#[test]
fn imagemagick_gets_no_names() {
    let (folder, bin) = (Folder::new(), Folder::new());
    let log = bin.join("log").display().to_string();
    // It writes no picture, so mending replaces nothing.
    fs::write(bin.join("magick"), format!("#!/bin/sh\necho \"$@\" >> {log}\ncat\n")).expect("written");
    fs::set_permissions(bin.join("magick"), fs::Permissions::from_mode(0o755)).expect("a program");
    let names = ["@list", "%d", "*", "a[0-9]", "~", "msl:x", "-write", "$(id)", "plain"];
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    names.iter().for_each(|name| fs::write(folder.join(&format!("{name}.heic")), heic).expect("written"));
    let before = contents(folder.path());
    let shown =
        heylint(folder.path(), "check --isolated --use image .").env("PATH", bin.path()).output().expect("runs");
    let (shown, command) = (printed(&shown), |name: &str| format!("magick '{name}.heic[0]'"));
    assert!(shown.contains(&command("plain")) && shown.contains("heylint mend --yes --use image"), "{shown}");
    assert!(names[..6].iter().all(|name| !shown.contains(&command(name))), "{shown}");
    let words = "mend --isolated --use image --yes .";
    let ran = heylint(folder.path(), words).env("PATH", format!("{}:/usr/bin:/bin", bin.path().display())).output();
    let ran = ran.expect("heylint runs");
    let calls = fs::read_to_string(&log).unwrap_or_default();
    assert_eq!(calls.lines().count(), names.len(), "{calls}{}", printed(&ran));
    let plain = "heic:-[0] -auto-orient -resize 2046x2046> -background white -flatten -quality 90 jpeg:-";
    assert!(calls.lines().all(|call| call == plain), "{calls}");
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_script_keeps_the_options() {
    let folder = Folder::new();
    folder.write("a.json", picture("https://example.com/a.png").to_string().replace("voice_id", "voiceId"));
    let words = "--endpoint \"POST /v3/videos\"";
    let mut run = heylint(folder.path(), &format!("mend {NOW} --isolated --script -"));
    run.args(["--endpoint", "POST /v3/videos"]);
    let ran = run.output().expect("heylint runs");
    let script = printed(&ran);
    assert!(script.contains(&words.replace('"', "'")) && script.contains("--isolated"), "{script}");
}
