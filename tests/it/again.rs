//! heylint reads no file twice: not within a run, and with a cache not in later runs, unless it has changed.

use crate::common;
use crate::run;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::recipe;
use heylint::{Linter, Settings};
use run::Folder;

const CHECK: &str = "check --cache=cache --format json media";

/// Media and JSON that are old enough for the cache to trust their times.
fn settled() -> Folder {
    let folder = Folder::project();
    let media = "a.mp4 = mp4 h264 320x180 1s aac\nb.png = png 64x64\nc.wav = wav 8000Hz mono 1s\n\
                 cut.mp4 = mp4 h264 64x64 1s cut 50%";
    recipe::write(&folder.join("media"), media);
    folder.write("media/package.json", r#"{"name": "site", "private": true}"#);
    wait();
    folder
}

fn wait() {
    std::thread::sleep(Duration::from_millis(2_050));
}

/// The only file of the cache.
fn cache(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).expect("a cache").map(|entry| entry.expect("an entry").path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "facts")).expect("a cache file")
}

fn cache_bytes(folder: &Folder) -> Vec<u8> {
    fs::read(cache(&folder.join("cache"))).expect("read")
}

fn holds(folder: &Folder, name: &str) -> bool {
    cache_bytes(folder).windows(name.len()).any(|window| window == name.as_bytes())
}

/// How often files whose names contain `name` were opened below the folder; none without strace.
fn opened(folder: &Folder, words: &str, name: &str) -> Option<usize> {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: strace is not installed");
        return None;
    }
    let trace = folder.join("trace.txt");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&trace).args(["-e", "trace=open,openat", env!("CARGO_BIN_EXE_heylint")]);
    strace.args(words.split(' ')).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    strace.env_remove("CI").env_remove("HEYLINT_CACHE").status().expect("strace runs");
    let calls = folder.read("trace.txt");
    assert!(calls.contains("openat("), "the trace has an unexpected form");
    Some(calls.lines().filter(|call| call.contains(name) && !call.contains("ENOENT")).count())
}

#[test]
fn a_file_is_read_once_for_all_requests() {
    let folder = Folder::new();
    recipe::write(folder.path(), "clip.mp4 = mp4 h264 320x180 1s aac");
    let request =
        r#"{"type": "image", "image": {"type": "url", "url": "clip.mp4"}, "script": "Hello", "voice_id": "v"}"#;
    // A studio video needs its length.
    let studio = r#"{"type": "studio", "scenes": [{"type": "video", "source": {"type": "url", "url": "clip.mp4"}}]}"#;
    for at in 0..100 {
        folder.write(&format!("{at}.json"), if at % 2 == 0 { request } else { studio });
    }
    let Some(times) = opened(&folder, "check .", "clip.mp4") else { return };
    assert_eq!(times, 1);
}

#[test]
fn a_second_run_reads_nothing_and_gives_the_same_report() {
    let folder = settled();
    let plain = folder.run("check --format json media").gives(1).out;
    assert_eq!(folder.run(CHECK).gives(1).out, plain);
    let before = cache_bytes(&folder);
    assert_eq!(folder.run(CHECK).gives(1).out, plain);
    assert_eq!(folder.run(&format!("{CHECK} --jobs 1")).gives(1).out, plain);
    assert_eq!(cache_bytes(&folder), before, "nothing new to keep");
    for (name, text) in [("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"), (".gitignore", "*\n")] {
        assert!(folder.read(&format!("cache/{name}")).starts_with(text));
    }
    let Some(times) = opened(&folder, CHECK, "media/") else { return };
    assert_eq!(times, 0, "{}", folder.read("trace.txt"));
    // Findings follow limits and configuration, not the cache.
    folder.write("heylint.toml", "[limits]\nvideo.max-size = '1 kB'\n");
    assert!(folder.run(CHECK).gives(1).out.contains("file/too-large"));
    assert_eq!(opened(&folder, CHECK, "media/a.mp4"), Some(0));
}

#[test]
fn changed_files_are_read_again() {
    let folder = settled();
    folder.run(CHECK).gives(1);
    let good = fs::read(folder.join("media/a.mp4")).expect("read");
    let modified = || folder.join("media/a.mp4").metadata().and_then(|metadata| metadata.modified()).expect("a time");
    let is_found = |what: &str| {
        let found = folder.run(CHECK).gives(1).findings();
        assert!(found.contains(&"media/a.mp4 file/corrupt".to_owned()), "{what}: {found:?}");
    };
    let mend = || {
        folder.write("media/a.mp4", &good);
        wait();
        let found = folder.run(CHECK).gives(1).findings();
        assert_eq!(found, ["media/cut.mp4 file/corrupt"]);
        assert!(holds(&folder, "a.mp4"));
    };
    // The size.
    folder.write("media/a.mp4", &good[..good.len() / 2]);
    is_found("size");
    mend();
    // The time, with the same size.
    let moov = good.windows(4).position(|window| window == b"moov").expect("a moov");
    let bad = [&good[..moov], b"m\xffov", &good[moov + 4..]].concat();
    folder.write("media/a.mp4", &bad);
    is_found("time");
    mend();
    // The inode, with the same size and time.
    folder.write("other", &bad);
    File::options().write(true).open(folder.join("other")).and_then(|file| file.set_modified(modified())).expect("set");
    fs::rename(folder.join("other"), folder.join("media/a.mp4")).expect("renamed");
    is_found("inode");
    mend();
    // The modification time was set back, but the time of the inode cannot be.
    if cfg!(unix) {
        let written = modified();
        folder.write("media/a.mp4", &bad);
        let file = File::options().write(true).open(folder.join("media/a.mp4")).expect("opened");
        file.set_modified(written).expect("set");
        is_found("time set back");
    }
    // JSON that becomes a request.
    folder.write("media/package.json", r#"{"method": "POST", "path": "/v3/videos", "body": {"type": "avatar"}}"#);
    assert!(folder.run(CHECK).gives(1).out.contains("request/missing-field"));
}

#[test]
fn missing_and_recently_changed_files_are_not_cached() {
    let folder = settled();
    folder.write("media/new.png", recipe::bytes("png 32x32"));
    folder.run(CHECK).gives(1);
    assert!(holds(&folder, "b.png") && !holds(&folder, "new.png"));
    fs::remove_file(folder.join("media/b.png")).expect("removed");
    folder.run("check --cache=cache media/c.wav").gives(0);
    assert!(holds(&folder, "b.png"), "a run over one file keeps the entries of the others");
    folder.run("check --cache=cache --shard 1/2 media");
    assert!(holds(&folder, "b.png"), "so does a shard");
    folder.run(CHECK).gives(1);
    assert!(!holds(&folder, "b.png") && holds(&folder, "c.wav"));
}

#[test]
fn each_depth_has_its_own() {
    let folder = settled();
    folder.write("media/flat.png", {
        let mut bytes = recipe::bytes("png 64x64");
        let end = bytes.len() - 20;
        bytes[end] ^= 1;
        bytes
    });
    wait();
    let header = format!("{CHECK} --depth header");
    for _ in 0..2 {
        assert_eq!(folder.run(&header).out, folder.run("check --format json media --depth header").out);
        assert_eq!(folder.run(CHECK).out, folder.run("check --format json media").out);
    }
    assert_ne!(folder.run(&header).findings(), folder.run(CHECK).findings());
}

#[test]
fn other_files_in_the_cache_folder_stay() {
    let folder = settled();
    let old = |name: &str| {
        folder.write(name, "old");
        let file = File::options().write(true).open(folder.join(name)).expect("opened");
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("set");
    };
    let names = ["cache/draft.tmp", "cache/my.facts", "cache/0123456789abcdef.facts", "cache/.heylint-facts-x1"];
    names.into_iter().for_each(old);
    folder.run(CHECK).gives(1);
    let mut left: Vec<String> = fs::read_dir(folder.join("cache"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    left.sort();
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(left.contains(&"draft.tmp".to_owned()) && left.contains(&"my.facts".to_owned()), "{left:?}");
}

/// Runs in this process, which is much faster, and returns the report as text.
fn report(folder: &Folder) -> String {
    let settings = Settings {
        current: Some(folder.path().to_owned()),
        cache: Some("cache".into()),
        ..Settings::for_paths([folder.join("media")])
    };
    let outcome = Linter::new(settings).run().expect("a run");
    assert_eq!(outcome.cache_fault, None);
    let mut out = Vec::new();
    let style = heylint::report::ReportStyle::default();
    heylint::report::write(&outcome.report, heylint::report::ReportFormat::Json, &style, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn a_damaged_cache_is_ignored() {
    let folder = settled();
    let good = report(&folder);
    let file = cache(&folder.join("cache"));
    let whole = fs::read(&file).expect("read");
    assert_eq!(report(&folder), good);
    let check = |bytes: &[u8], what: &str| {
        fs::write(&file, bytes).expect("written");
        assert_eq!(report(&folder), good, "{what}");
        assert!(fs::read(&file).expect("read") == whole, "{what}: the cache is not written again");
    };
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] = bytes[at].wrapping_add(1 + (at % 255) as u8);
        check(&bytes, &format!("byte {at}"));
        check(&whole[..at], &format!("cut at {at}"));
    }
    check(&[&whole[..], &whole].concat(), "twice");
    check(&vec![b'x'; 10_000], "something else");
    // A complete cache of another build or another folder.
    for from in [20, 20 + env!("CARGO_PKG_VERSION").len() + 1, whole.iter().position(|byte| *byte == b'/').expect("/")]
    {
        let mut bytes = whole.clone();
        bytes[from] += 1;
        let sum = crc32fast::hash(&bytes[12..]);
        bytes[8..12].copy_from_slice(&sum.to_le_bytes());
        check(&bytes, "another build");
    }
}

#[test]
fn many_at_once() {
    let folder = settled();
    let plain = folder.run("check --format json media").gives(1).out;
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
        command.args(CHECK.split(' ')).current_dir(folder.path()).env_clear().stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("heylint starts")
    };
    for _ in 0..3 {
        let runs: Vec<_> = (0..6).map(|_| start()).collect();
        for run in runs {
            let output = run.wait_with_output().expect("heylint ends");
            assert_eq!(String::from_utf8_lossy(&output.stderr), "");
            assert_eq!(String::from_utf8_lossy(&output.stdout), plain);
        }
        let before = cache_bytes(&folder);
        assert_eq!(folder.run(CHECK).out, plain);
        assert!(cache_bytes(&folder) == before, "the cache is complete");
        fs::remove_dir_all(folder.join("cache")).expect("removed");
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert!(left.len() <= 3, "{left:?}");
}

#[test]
fn the_options_of_the_cache() {
    let folder = settled();
    let call = |words: &str, environment: &[(&str, &str)]| {
        let ran = folder.call(words, None, environment);
        let used = ["of-user/heylint", "mine"].into_iter().find(|name| folder.join(name).exists());
        let _ = used.map(|name| fs::remove_dir_all(folder.join(name)).expect("removed"));
        (ran, used)
    };
    let caches = folder.join("of-user");
    let user = ("XDG_CACHE_HOME", caches.to_str().expect("text"));
    assert_eq!(call("media", &[user]).1, None, "nothing is written unasked");
    assert_eq!(call("media --cache=mine", &[user]).1, Some("mine"));
    assert_eq!(call("media", &[("HEYLINT_CACHE", "mine")]).1, Some("mine"));
    assert_eq!(call("media --no-cache", &[("HEYLINT_CACHE", "mine")]).1, None);
    assert_eq!(call("media", &[("HEYLINT_CACHE", "0")]).1, None);
    assert_eq!(call("media", &[("HEYLINT_CACHE", "mine"), ("CI", "true")]).1, None);
    assert_eq!(call("media --cache=mine", &[("CI", "true")]).1, Some("mine"));
    assert_eq!(call("media --fix", &[("HEYLINT_CACHE", "mine")]).1, None);
    if cfg!(all(unix, not(target_os = "macos"))) {
        assert_eq!(call("media --cache", &[user]).1, Some("of-user/heylint"));
        assert_eq!(call("--cache media", &[user]).1, Some("of-user/heylint"), "the next argument is not its value");
        assert_eq!(call("media", &[user, ("HEYLINT_CACHE", "1")]).1, Some("of-user/heylint"));
    }
    // An unwritable cache gives a note and changes nothing else.
    folder.write("file", "");
    let ran = call("media/b.png --cache=file/cache", &[]).0.gives(0);
    assert!(ran.err.contains("note: the cache could not be written: "), "{}", ran.err);
    assert_eq!(call("media/b.png --cache=file/cache --quiet", &[]).0.gives(0).err, "");
}
