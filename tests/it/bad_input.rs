//! Bad input: each kind quickly gives a clear message and the right exit status.

use crate::common;
use crate::run;
use std::time::{Duration, Instant};

use common::recipe;
use run::Folder;

const GOOD: &str =
    r#"{"type": "image", "image": {"type": "url", "url": "p.png"}, "script": "Hello there", "voice_id": "v1"}"#;

#[test]
fn empty_files() {
    let folder = Folder::new();
    for name in ["a.mp4", "a.png", "a.wav", "a.srt", "a.pdf", "a.webm", "a.mp3", "a.jpg"] {
        folder.write(name, "");
        let ran = folder.run(&format!("{name} --format json")).gives(1);
        assert_eq!(ran.findings(), [format!("{name} file/empty")]);
    }
    folder.write("a.json", "").run("a.json").gives(1).prints("request/syntax");
    folder.write("a.jsonl", "").write("blank.jsonl", "\n\n");
    folder.run("a.jsonl").gives(1).prints("request/syntax");
    folder.run("blank.jsonl").gives(1).prints("request/syntax");
    folder.write("nothing", "").run("nothing").gives(1).prints("file/empty");
}

#[test]
fn truncated_files_of_every_format() {
    let folder = Folder::new();
    for (name, recipe) in [
        ("a.mp4", "mp4 h264 64x64 25fps 2s aac"),
        ("a.webm", "webm vp9 64x64 25fps 2s opus"),
        ("a.png", "png 200x200"),
        ("a.jpg", "jpeg 200x200"),
        ("a.wav", "wav 16000Hz 16bit 2s"),
        ("a.mp3", "mp3 44100Hz 2s"),
        ("a.pdf", "pdf 2pages"),
    ] {
        let bytes = recipe::bytes(recipe);
        folder.write(name, &bytes).run(name).gives(0);
        for part in [10, 30, 60, 90] {
            let cut = &bytes[..bytes.len() * part / 100];
            let ran = folder.write(name, cut).run(&format!("{name} --format json"));
            let report = ran.json();
            assert_eq!(ran.status, 1, "{name} at {part} %: {report:#}");
            let rule = report["diagnostics"][0]["rule"].as_str().unwrap_or_default();
            assert!(matches!(rule, "file/corrupt" | "file/unsupported-format"), "{name} at {part} %: {report:#}");
        }
    }
}

#[test]
fn texts_that_are_not_json() {
    let folder = Folder::new();
    folder.write("p.png", recipe::bytes("png 640x640"));
    let deep = "[".repeat(100_000);
    let closed = deep.clone() + &"]".repeat(100_000);
    for (bytes, status, expected) in [
        (&b"{\"type\": \"image\", \xff\xfe}"[..], 1, "is not UTF-8"),
        (b"\xff\xfe{\0}\0", 1, "UTF-16"),
        (b"\x89PNG\r\n\x1a\n", 1, "is not UTF-8"),
        (b"{\"speed\": NaN}", 1, "NaN"),
        (b"{} {}", 1, "request/syntax"),
        (b"{\"a\": 1, \"a\": 2}", 1, "appears twice"),
        (deep.as_bytes(), 1, "request/syntax"),
        (closed.as_bytes(), 1, "nested 100,000 levels deep"),
        (b"null", 1, "request/unknown-endpoint"),
        (b"{\"a\": \"\0\"}", 1, "request/syntax"),
        (b"{'type': True,}", 1, "request/syntax"),
    ] {
        folder.write("a.json", bytes).run("a.json").gives(status).prints(expected);
    }
    // A byte order mark violates the RFC, but most parsers skip it.
    folder.write("a.json", format!("\u{feff}{GOOD}")).run("a.json").gives(0).prints("warning[request/syntax]");
    folder.write("a.json", GOOD.replace("\"voice_id\": \"v1\"", "\"voice_id\": \"v1\", \"voice_id\": \"v2\""));
    let ran = folder.run("a.json --format json");
    assert_eq!(ran.findings(), ["a.json request/duplicate-key"]);
    // In a walk, none of these is a request.
    folder.write("b/a.json", &deep).write("b/c.json", b"\xff\xfe{\0}\0").write("b/d.json", "{} {}");
    folder.run("b").gives(2).says("none of the 3 files");
}

#[test]
fn a_text_with_a_fault_gives_one_finding() {
    let folder = Folder::new();
    folder.write("p.png", recipe::bytes("png 640x640"));
    // Half-typed: the missing end is one fault.
    let ran = folder.write("a.json", &GOOD[..60]).run("a.json --format json").gives(1);
    assert!(ran.findings().iter().all(|finding| finding == "a.json request/syntax"), "{:?}", ran.findings());
    let ran = folder.write("a.json", GOOD.replace("\"v1\"}", "\"v1\",}")).run("a.json --format json").gives(1);
    assert_eq!(ran.findings(), ["a.json request/syntax"]);
    let two = format!("{GOOD}\n{}\n{GOOD}", &GOOD[..30]);
    let ran = folder.write("a.jsonl", two).run("a.jsonl --format json --ignore manifest").gives(1);
    assert_eq!(ran.json()["diagnostics"][0]["record"], 1);
    assert!(ran.findings().iter().all(|finding| finding == "a.jsonl request/syntax"), "{:?}", ran.findings());
}

#[test]
fn large_sparse_files_are_fast() {
    let folder = Folder::project();
    let names = ["a.mp4", "a.webm", "a.png", "a.jpg", "a.wav", "a.mp3", "a.pdf", "a.srt", "a.json", "a.jsonl", "a"];
    for name in names {
        let file = std::fs::File::create(folder.join(name)).expect("a file");
        if file.set_len(3 << 30).is_err() {
            eprintln!("skipped: the file system has no sparse files");
            return;
        }
    }
    let head = |name: &str, recipe: &str| {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().write(true).open(folder.join(name)).expect("a file");
        file.write_all(&recipe::bytes(recipe)).expect("written");
    };
    let started = Instant::now();
    for name in names {
        let status = if name.starts_with("a.json") { 2 } else { 1 };
        folder.run(name).gives(status);
    }
    folder.run("a.json").prints("is not a request: it has 3.22 GB");
    folder.run("a.jsonl").prints("line 1 has more than 67.1 MB");
    // A walk skips them.
    folder.run(".").gives(1).prints_not("a.json");
    head("a.mp4", "mp4 h264 64x64 25fps 2s aac");
    head("a.png", "png 200x200");
    head("a.wav", "wav 16000Hz 16bit 2s");
    for name in ["a.mp4", "a.png", "a.wav"] {
        folder.run(name).gives(1);
    }
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn too_many_values_are_not_a_request() {
    let folder = Folder::new();
    folder.write("a.json", "{\"type\": [".to_owned() + &"0,".repeat(5_000_000) + "0]}");
    folder.run("a.json").gives(2).prints("it has more than 1,250,000 values");
    folder.run(".").gives(2).says("nothing to check");
}

#[test]
fn a_flood_of_unknown_keys_gives_few_findings() {
    let folder = Folder::new();
    let good = GOOD.replace("p.png", "https://example.com/p.png");
    let keys: String = (0..5_000).map(|at| format!(", \"zz{at}\": 1")).collect();
    folder.write(
        "b.json",
        format!("{{\"method\": \"POST\", \"path\": \"/v3/videos\", \"body\": {}{keys}}}}}", &good[..good.len() - 1]),
    );
    let ran = folder.run("b.json --format json");
    assert!((1_000..1_010).contains(&ran.findings().len()), "{}", ran.findings().len());
    assert!(ran.out.contains("4,000 fields more that the request does not have"), "{}", ran.findings().len());
}

#[test]
fn a_large_manifest_is_read_line_by_line() {
    let folder = Folder::new();
    folder.write("p.png", recipe::bytes("png 640x640"));
    let long = GOOD.replace("Hello there", &"Hello there. ".repeat(300));
    let mut text = String::new();
    while text.len() < 66 << 20 {
        text.push_str(&long);
        text.push_str("\r\n\n");
    }
    let lines = text.lines().count();
    text.push_str(&GOOD.replace("p.png", "gone.png"));
    folder.write("jobs.jsonl", &text);
    let ran = folder.run(". --format json --ignore manifest").gives(1);
    assert_eq!(ran.findings(), ["jobs.jsonl asset/missing-file"]);
    let finding = ran.json()["diagnostics"][0].clone();
    assert_eq!(finding["record"], lines / 2);
    assert_eq!(finding["start"]["line"], lines + 1);
    assert_eq!(finding["start"]["column"], GOOD.find("\"p.png").expect("there") + 1);
    assert_eq!(finding["start"]["offset"], text.rfind("\"gone.png").expect("there"));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    fn named_pipe(folder: &Folder, name: &str) {
        let status = Command::new("mkfifo").arg(folder.join(name)).status().expect("mkfifo");
        assert!(status.success());
    }

    #[test]
    fn pipes_and_sockets() {
        let folder = Folder::new();
        folder.write("p.png", recipe::bytes("png 640x640"));
        named_pipe(&folder, "pipe.png");
        named_pipe(&folder, "pipe.json");
        let _socket = UnixListener::bind(folder.join("socket.mp4")).expect("a socket");
        folder.run("").gives(0).prints("1 media file");
        folder.run("pipe.png").gives(2).prints("lint/unreadable").prints("is a named pipe, not a file");
        folder.run("socket.mp4").gives(2).prints("is a socket, not a file");
        folder.run("/dev/null").gives(2).prints("is a device, not a file");
        folder.run("probe pipe.png").gives(2).says("is a named pipe");
        folder.write("a.json", GOOD.replace("p.png", "pipe.png"));
        folder.run("a.json").gives(2).prints("is a named pipe").prints("a.json:1:51: used here");
    }

    #[test]
    fn links() {
        let folder = Folder::new();
        folder.write("real/p.png", recipe::bytes("png 640x640"));
        symlink(folder.path(), folder.join("real/loop")).expect("a link");
        symlink("self.png", folder.join("self.png")).expect("a link");
        symlink("gone.png", folder.join("dangling.png")).expect("a link");
        symlink("real/p.png", folder.join("p.jpg")).expect("a link");
        symlink("real", folder.join("folder")).expect("a link");
        folder.run("").gives(0).prints("1 media file");
        folder.run("p.jpg").gives(1).prints("file/extension-mismatch");
        folder.run("folder").gives(0).prints("1 media file");
        let ran = folder.run("dangling.png").gives(2).prints("is a link to something that does not exist");
        assert!(!ran.out.contains("did you mean"), "{}", ran.out);
        folder.run("self.png").gives(2).prints("lint/unreadable");
    }

    #[test]
    fn names_of_any_bytes() {
        let folder = Folder::project();
        let png = recipe::bytes("png 640x640");
        for name in
            [&b"bad\xff\xfe.jpg"[..], b"new\nline.jpg", b"esc\x1b[31m.jpg", "bidi\u{202e}gpj.jpg".as_bytes(), b"-x.jpg"]
        {
            std::fs::write(folder.join("").join(OsStr::from_bytes(name)), &png).expect("written");
        }
        for format in ["human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"] {
            let ran = folder.run(&format!("--format {format}")).gives(1);
            assert!(!ran.out.contains(['\u{1b}', '\u{202e}']), "{format}: {}", ran.out);
            assert!(ran.out.contains("xFF"), "{format}: {}", ran.out);
        }
        let ran = folder.run("--format json");
        assert_eq!(ran.findings().len(), 5);
        assert_eq!(folder.run("--format concise --quiet").out.lines().count(), 5, "one line each");
        folder.run("-- -x.jpg").gives(1).prints("file/extension-mismatch");
        folder.run_with_input("--files-from -", b"new\nline.jpg\0bad\xff\xfe.jpg\0").gives(1).prints("2 media files");
    }

    #[test]
    fn folders_and_files_without_permission() {
        let folder = Folder::new();
        folder.write("open/p.png", recipe::bytes("png 640x640"));
        folder.write("closed/p.png", "x").write("open/closed.png", "x");
        folder.write("open/a.json", GOOD.replace("p.png", "closed.png"));
        let close = |name: &str, mode| {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(folder.join(name), permissions).expect("closed");
        };
        close("closed", 0o000);
        close("open/closed.png", 0o000);
        let works = std::fs::read_dir(folder.join("closed")).is_err();
        if works {
            let ran = folder.run("--format json").gives(2);
            assert_eq!(ran.findings(), ["closed lint/unreadable", "open/closed.png lint/unreadable"]);
            assert_eq!(ran.json()["summary"]["unchecked"], 2);
            folder.run("open/closed.png").gives(2).prints("cannot be read: permission denied");
            folder.run("closed").gives(2).prints("permission denied");
            folder.run("closed/p.png").gives(2).prints("permission denied");
        } else {
            eprintln!("skipped: this user may read every file");
        }
        close("closed", 0o755);
    }

    #[test]
    fn files_that_vanish_or_change_while_they_are_read() {
        let folder = Folder::new();
        let stop = std::sync::atomic::AtomicBool::new(false);
        for at in 0..50 {
            folder.write(&format!("{at}.png"), recipe::bytes("png 64x64"));
        }
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut round = 0usize;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let path = folder.join(&format!("{}.png", round % 50));
                    let _ = if round.is_multiple_of(2) {
                        std::fs::remove_file(&path)
                    } else {
                        std::fs::write(&path, "cut")
                    };
                    round += 7;
                }
            });
            for _ in 0..20 {
                let ran = folder.run("--format json");
                let unchecked = ran.json()["summary"]["unchecked"].as_u64().expect("a count");
                let found = ran.findings();
                assert_eq!(ran.status == 2, unchecked > 0 || found.is_empty(), "{ran:?}");
                assert_eq!(
                    found.iter().filter(|finding| finding.ends_with("lint/unreadable")).count() as u64,
                    unchecked
                );
                assert!(!ran.err.contains("panicked"), "{ran:?}");
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }
}

#[test]
fn one_document_over_many_lines_under_the_name_of_json_lines() {
    let folder = Folder::new();
    // Too large for memory, so that heylint reads it line by line.
    folder.write("a.jsonl", "{\"a\": [\n".repeat((65 << 20) / 8));
    folder.run("a.jsonl --isolated").gives(2).prints("none of its first 100 lines is a complete record");
    folder.run(". --isolated").gives(2);
}

/// heylint reads a list, a baseline or a report completely, or gives an error.
#[test]
fn oversized_input_is_refused() {
    let folder = Folder::new();
    std::fs::File::create(folder.join("large")).expect("made").set_len((64 << 20) + 1).expect("of that size");
    folder.run("--files-from large").gives(2).says("large: has more than 64 MiB");
    folder.run("--baseline large").gives(2).says("large: is not JSON");
}
