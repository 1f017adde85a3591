//! The remedy of a media file, run from an editor: nothing is lost, and only the editor edits open drafts.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::actions::{everything, titled};
use super::client::{Client, edited, everyday};
use super::common::recipe;
use super::run::Folder;

fn picture(path: &str, script: &str) -> String {
    format!(
        "{{\"type\": \"image\", \"script\": \"{script}\",\n \"image\": {{\"type\": \"url\", \"url\": \"{path}\"}}, \"voice_id\": \"v\"}}"
    )
}

/// A BMP, which no use accepts, and which becomes a PNG.
fn bmp(width: u32, height: u32) -> Vec<u8> {
    let row = (width * 3).next_multiple_of(4);
    let mut bytes = b"BM".to_vec();
    for field in [54 + row * height, 0, 54, 40, width, height, 1 | 24 << 16, 0, row * height, 2835, 2835, 0, 0] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend((0..row * height).map(|at| (at * 7) as u8));
    bytes
}

/// Runs the action for a file of a draft.
fn mend(client: &mut Client, draft: &str, title: &str) -> Result<Value, Value> {
    let id = send(client, draft, title);
    client.answer(id)
}

fn send(client: &mut Client, draft: &str, title: &str) -> i64 {
    let uri = client.uri(draft);
    let actions = client.actions(&uri, &everything(), Some("quickfix"));
    let command = titled(&actions, title)["command"].clone();
    client.send("workspace/executeCommand", json!({"command": command["command"], "arguments": command["arguments"]}))
}

fn is_clean_of_temporaries(folder: &Folder) -> bool {
    std::fs::read_dir(folder.path())
        .expect("a folder")
        .flatten()
        .all(|entry| !entry.file_name().to_string_lossy().ends_with(".tmp"))
}

#[test]
fn a_file_that_keeps_its_name_needs_no_edit() {
    let folder = Folder::new();
    recipe::write(folder.path(), "wide.png = png 2600x40");
    let before = std::fs::read(folder.join("wide.png")).expect("read");
    let text = picture("wide.png", "Hi");
    folder.write("a.json", &text);
    let mut client = Client::start(folder.path(), everyday());
    let found = client.open("a.json", &text);
    assert_eq!(found.len(), 1, "{found:#?}");
    let answer = mend(&mut client, "a.json", "mend wide.png: scale it to 2046×31").expect("mended");
    assert_eq!(answer["file"], client.uri("wide.png"));
    assert_eq!(answer["original"], client.uri("wide.png.orig"));
    // The server checks the draft again by itself.
    let uri = client.uri("a.json");
    assert!(client.diagnostics(&uri, 1).is_empty());
    assert_eq!(std::fs::read(folder.join("wide.png.orig")).expect("read"), before);
    let kinds: Vec<&Value> = client.asked.iter().map(|asked| &asked["method"]).collect();
    assert!(!kinds.iter().any(|kind| *kind == "workspace/applyEdit"), "{kinds:?}");
    assert!(kinds.iter().any(|kind| *kind == "window/workDoneProgress/create"), "{kinds:?}");
    // Nothing remains to be done.
    let again = json!({"command": "heylint.mend", "arguments": [{"file": client.uri("wide.png")}]});
    let error = client.call("workspace/executeCommand", again).expect_err("nothing to mend");
    assert!(error["message"].as_str().expect("a text").contains("nothing that heylint can mend"), "{error}");
    assert!(is_clean_of_temporaries(&folder));
    assert_eq!(client.stop(), Some(0));
}

/// Three drafts refer to the file: a closed one, an open one without changes, and an open one with changes, which
/// changes once more during the work.
#[test]
fn open_drafts_are_edited_by_the_editor_before_the_old_name_goes() {
    let folder = Folder::new();
    let bytes = bmp(640, 480);
    folder.write("pic.bmp", &bytes);
    let closed = picture("../pic.bmp", "Closed");
    let (open, dirty) = (picture("pic.bmp", "Open"), picture("pic.bmp", "A text that is not on the disk 😀"));
    folder.write("deep/closed.json", &closed).write("open.json", &open).write("dirty.json", picture("pic.bmp", "Old"));
    let on_disk = folder.read("dirty.json");
    let mut client = Client::start(folder.path(), everyday());
    client.open("open.json", &open);
    client.open("dirty.json", &dirty);
    let id = send(&mut client, "dirty.json", "mend pic.bmp: convert it to PNG");
    let dirtier = dirty.replace("A text", "Quite another text");
    client.change("dirty.json", 2, &dirtier);
    let answer = client.answer(id).expect("mended");
    assert_eq!(answer["file"], client.uri("pic.png"));
    let edit = client.asked.iter().find(|asked| asked["method"] == "workspace/applyEdit").expect("an edit").clone();
    let changes = edit["params"]["edit"]["documentChanges"].as_array().expect("changes").clone();
    assert_eq!(changes.len(), 2, "{changes:#?}");
    // No buffer was overwritten, and every reference on disk resolves.
    assert_eq!((folder.read("dirty.json"), folder.read("open.json")), (on_disk, open.clone()));
    assert!(folder.read("deep/closed.json").contains("\"../pic.png\""));
    assert!(folder.join("pic.png").exists() && folder.join("pic.bmp").exists());
    assert_eq!(std::fs::read(folder.join("pic.bmp.orig")).expect("read"), bytes);
    for (name, text, version) in [("open.json", &open, 1), ("dirty.json", &dirtier, 2)] {
        let uri = client.uri(name);
        let change = changes.iter().find(|change| change["textDocument"]["uri"] == uri).expect("a change");
        assert_eq!(change["textDocument"]["version"], version);
        let after = edited(text, &change["edits"]);
        assert_eq!(after, text.replace("pic.bmp", "pic.png"));
        client.change(name, 9, &after);
        folder.write(name, &after);
        client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}}));
        assert!(client.diagnostics(&uri, 9).is_empty());
        assert_eq!(folder.join("pic.bmp").exists(), name == "open.json", "the old name is removed with the last draft");
    }
    assert_eq!(std::fs::read(folder.join("pic.bmp.orig")).expect("read"), bytes);
    folder.run("check .").gives(0);
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn an_edit_that_the_editor_refuses_leaves_both_names() {
    let folder = Folder::new();
    folder.write("pic.bmp", bmp(64, 64));
    let text = picture("pic.bmp", "Hi");
    folder.write("a.json", &text);
    let mut client = Client::start(folder.path(), everyday());
    client.applies = false;
    client.open("a.json", &text);
    mend(&mut client, "a.json", "mend pic.bmp").expect("mended");
    let notification = client.wait("window/showMessage", |params| params["type"] == 2);
    assert!(notification["message"].as_str().expect("a text").contains("still refer to pic.bmp"), "{notification}");
    let uri = client.uri("a.json");
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}}));
    assert_eq!(client.stop(), Some(0));
    assert!(folder.join("pic.bmp").exists() && folder.join("pic.png").exists());
    assert_eq!(folder.read("a.json"), text);
}

#[test]
fn a_client_without_edits_is_offered_none() {
    let folder = Folder::new();
    folder.write("pic.bmp", bmp(64, 64));
    let text = picture("pic.bmp", "Hi");
    folder.write("a.json", &text);
    let mut capabilities = everyday();
    capabilities["workspace"]["applyEdit"] = json!(false);
    let mut client = Client::start(folder.path(), capabilities);
    let found = client.open("a.json", &text);
    // The diagnostic contains the command.
    assert!(found[0]["message"].as_str().expect("a text").contains("heylint mend --yes pic.bmp"), "{found:#?}");
    let uri = client.uri("a.json");
    let actions = client.actions(&uri, &everything(), None);
    assert!(actions.iter().all(|action| action.get("command").is_none()), "{actions:#?}");
    for arguments in [json!([]), json!([{"file": 3}]), json!([{"file": "untitled:x"}])] {
        let params = json!({"command": "heylint.mend", "arguments": arguments});
        assert_eq!(client.call("workspace/executeCommand", params).expect_err("refused")["code"], -32602);
    }
    assert_eq!(client.call("workspace/executeCommand", json!({"command": "rm"})).expect_err("refused")["code"], -32602);
    assert_eq!(client.stop(), Some(0));
    assert!(!folder.join("pic.png").exists());
}

/// A long recording is trimmed on demand, and the work can be stopped.
#[test]
fn a_recording_is_mended_or_stopped() {
    let has = Command::new("ffmpeg").arg("-version").stdin(Stdio::null()).output().is_ok();
    if !has {
        println!("skipped: ffmpeg is not installed");
        return;
    }
    let folder = Folder::new();
    recipe::write(folder.path(), "long.wav = wav 8000Hz mono 8bit 700s\nvideo.mp4 = mp4 h264 64x64 1fps 2s aac");
    let sound =
        ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=duration=7200:sample_rate=48000", "-c:a", "flac"];
    let made = Command::new("ffmpeg").args(sound).arg(folder.join("hours.flac")).status().expect("ffmpeg runs");
    assert!(made.success());
    let lips = |audio: &str| {
        json!({"method": "POST", "path": "/v3/lipsyncs", "body":
            {"video": {"type": "url", "url": "video.mp4"}, "audio": {"type": "url", "url": audio}}})
        .to_string()
    };
    let mut client = Client::start(folder.path(), everyday());
    client.open("hours.json", &lips("hours.flac"));
    let started = Instant::now();
    let id = send(&mut client, "hours.json", "mend hours.flac");
    client.wait("$/progress", |params| params["value"]["kind"] == "begin");
    client.notify("$/cancelRequest", json!({"id": id}));
    let error = client.answer(id).expect_err("stopped");
    assert!(error["message"].as_str().expect("a text").contains("stopped; nothing was changed"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(30), "the work was not stopped");
    assert!(
        folder.join("hours.flac").exists() && !folder.join("hours.mp3").exists() && is_clean_of_temporaries(&folder)
    );
    let text = lips("long.wav");
    folder.write("long.json", &text);
    client.open("long.json", &text);
    let answer = mend(&mut client, "long.json", "mend long.wav and keep only its beginning").expect("mended");
    assert_eq!(answer["original"], client.uri("long.wav.orig"));
    assert_eq!(client.stop(), Some(0));
    folder.run("check long.json").gives(0);
}
