//! Tests of `heylint check --watch`: a change of a draft, of a media file or of the configuration gives a new report.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::common;
use crate::run;
use common::recipe;
use run::Folder;

/// Generous, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    fn start(folder: &Folder, words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heylint"));
        command.args(["check", "--format", "concise"]).args(words).current_dir(folder.path()).env_clear();
        // One pipe, so that report and notes stay in order.
        let (out, into) = std::io::pipe().expect("a pipe");
        let both = into.try_clone().expect("a pipe");
        let child = command.stdin(Stdio::null()).stdout(into).stderr(both).spawn().expect("starts");
        // The command holds the write ends.
        drop(command);
        let (send, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(out).lines().all(|line| line.is_ok_and(|line| send.send(line).is_ok()))
        });
        Self { child, lines }
    }

    /// Waits for a line that contains `text`; returns the lines up to it.
    #[track_caller]
    fn until(&self, text: &str) -> String {
        let start = Instant::now();
        let mut all = String::new();
        while start.elapsed() < PATIENCE {
            let Ok(line) = self.lines.recv_timeout(Duration::from_millis(100)) else { continue };
            all.push_str(&line);
            all.push('\n');
            if line.contains(text) {
                return all;
            }
        }
        panic!("no “{text}” within {PATIENCE:?}:\n{all}");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn project() -> Folder {
    let folder = Folder::new();
    recipe::write(folder.path(), "a/face.png = png 640x640");
    folder.write(
        "drafts/a.json",
        r#"{"type": "image", "image": {"type": "url", "url": "../a/face.png"}, "script": "Hi.", "voice_id": "v"}"#,
    );
    folder
}

fn changes(words: &[&str]) {
    let folder = project();
    let watched = Watched::start(&folder, words);
    watched.until("all good");
    watched.until("watching ");
    // The media file is outside the watched folder, but the draft refers to it.
    recipe::write(folder.path(), "a/face.png = png 640x640 cut 50%");
    watched.until("file/corrupt");
    watched.until("watching ");
    recipe::write(folder.path(), "a/face.png = png 640x640");
    watched.until("all good");
    watched.until("watching ");
    folder.write("drafts/b.json", r#"{"type": "avatar", "avatar_id": "a", "script": "Hi.", "voice_id": 3}"#);
    watched.until("drafts/b.json:1:");
    watched.until("watching ");
    // A configuration in the parent folder, first half typed, then complete.
    folder.write("heylint.toml", "ignore = [");
    let told = watched.until("heylint.toml:1") + &watched.until("watching ");
    assert_eq!(told.matches("heylint.toml:1").count(), 1, "a fault is reported once:\n{told}");
    folder.write("heylint.toml", "ignore = [\"request\"]");
    watched.until("all good");
}

#[test]
fn changes_are_checked_again() {
    changes(&["--watch", "drafts"]);
}

#[test]
fn polling_finds_the_same_changes() {
    changes(&["--watch=poll", "drafts"]);
}

#[test]
fn its_own_report_is_no_change() {
    let folder = project();
    let watched = Watched::start(&folder, &["--watch", "--output", "json=report.out", "."]);
    watched.until("watching ");
    std::thread::sleep(Duration::from_millis(400));
    assert!(watched.lines.try_recv().is_err(), "it checked again, though nothing had changed");
    assert!(folder.read("report.out").contains("\"version\""));
}

#[test]
fn watch_refuses_standard_input_and_fixes() {
    let folder = project();
    folder.run("check --watch -").gives(2).says("cannot watch standard input");
    folder.run("check --watch --fix drafts").gives(2).says("cannot be used with");
}

/// A change: its name, how many drafts are then reused, and how to make it.
type WatchStep<'f> = (&'static str, u64, Box<dyn Fn() + 'f>);

/// The results that are reused from the last run do not change a report.
#[test]
fn a_remembered_draft_has_the_findings_of_a_fresh_check() {
    use heylint::engine::Overlay;
    use heylint::{Linter, Settings};

    let folder = &project();
    for number in 0..20 {
        folder.write(&format!("drafts/many/{number}.json"), r#"{"type": "avatar", "avatar_id": "a", "script": "Hi."}"#);
    }
    folder.write(
        "drafts/far.json",
        r#"{"type": "image", "image": {"type": "url", "url": "../../x.png"}, "script": "a"}"#,
    );
    folder.write("notes.json", r#"{"a": 1}"#);
    let memory = Overlay { drafts: Some(std::sync::Arc::default()), ..Overlay::remembering() };
    let settings =
        |overlay: Overlay| Settings { paths: vec![folder.path().to_owned()], overlay, ..Settings::default() };
    // Both runs reuse media, so only the drafts differ.
    let check = |overlay: Overlay| {
        let mut report = Linter::new(settings(overlay)).run().expect("runs").report;
        report.elapsed = Duration::ZERO;
        report
    };
    let recalled = || memory.drafts.as_ref().expect("a memory").recalled();
    let mut steps: Vec<WatchStep<'_>> = Vec::new();
    let write = |name: &'static str, text: &'static str| {
        Box::new(move || {
            folder.write(name, text);
        })
    };
    steps.push(("the first run has nothing to reuse", 0, Box::new(|| {})));
    // The draft with a reference outside the project is checked each time.
    steps.push(("nothing changed", 22, Box::new(|| {})));
    steps.push(("a draft", 21, write("drafts/many/3.json", r#"{"type": "avatar", "avatar_id": "a", "script": 1}"#)));
    let cut = || recipe::write(folder.path(), "a/face.png = png 640x640 cut 50%");
    steps.push(("a picture", 21, Box::new(cut)));
    let gone = || std::fs::remove_file(folder.path().join("a/face.png")).expect("removed");
    steps.push(("it is gone", 21, Box::new(gone)));
    let back = || recipe::write(folder.path(), "a/face.png = png 100x100");
    steps.push(("it is back", 21, Box::new(back)));
    steps.push(("the configuration", 0, write("heylint.toml", "[limits]\n\"script.max\" = 1\n")));
    steps.push(("nothing changed", 22, Box::new(|| {})));
    steps.push(("a request at last", 21, write("notes.json", r#"{"type": "avatar", "avatar_id": "a", "script": ""}"#)));
    for (what, expected, step) in steps {
        step();
        let before = recalled();
        assert_eq!(check(memory.clone()), check(Overlay::remembering()), "{what}");
        assert_eq!(recalled() - before, expected, "{what}");
    }
}
