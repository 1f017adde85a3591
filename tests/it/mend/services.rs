//! Commands for other services, and without ImageMagick.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use super::folder::{ffmpeg, picture};
use super::{NOW, checked, copy, errors, findings, has, heylint, path};
use crate::common::recipe;
use crate::run::Folder;

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
        let output = String::from_utf8_lossy(&ran.stdout).into_owned();
        let left = errors(&checked(own.path(), &format!("--profile {profile} .")));
        assert!(left.iter().all(|error| error.contains("p.png")), "{profile}: {left:?}\n{output}");
    }
}

/// A picture that heylint reads by its format, but not of this kind, is left to another program.
#[cfg(target_os = "linux")]
#[test]
fn a_kind_of_tiff_that_heylint_does_not_read() {
    if !has("ffmpeg") {
        return;
    }
    let (folder, none) = (Folder::new(), Folder::new());
    ffmpeg(folder.path(), "-f lavfi -i testsrc2=s=600x600 -frames:v 1 -pix_fmt yuv420p", "a.tiff");
    folder.write("a.json", picture("a.tiff").to_string());
    let mut command = heylint(folder.path(), &format!("mend {NOW} --yes"));
    let ran = command.env("PATH", none.path()).output().expect("heylint runs");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(said.contains("ffmpeg or ImageMagick may read it: install one, and run this again"), "{said}");
    assert!(folder.join("a.tiff").exists());
    let ran = heylint(folder.path(), &format!("mend {NOW} --yes")).output().expect("heylint runs");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(folder.read("a.json").contains("\"a.png\""));
}

/// Without ImageMagick, ffmpeg converts pictures that heylint cannot read.
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
