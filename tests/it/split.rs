//! Tests of `heylint mend --split`, which splits a manifest in two, and `--split-scripts`, which splits a long script
//! into scenes.

use std::fs;

use serde_json::{Value, json};

use crate::common::recipe;
use crate::run::Folder;

const NOW: &str = "--now 2026-11-22T12:00:00Z";
const ENDPOINT: &str = "POST /v3/videos";

fn video(image: &str, script: &str) -> String {
    format!(
        r#"{{"method":"POST","path":"/v3/videos", "body": {{"type": "image", "image": {{"type": "url", "url": "{image}"}}, "script": "{script}", "voice_id": "1bd0"}}}}"#
    )
}

#[test]
fn a_manifest_becomes_two() {
    let folder = Folder::new();
    recipe::write(folder.path(), "in/wide.png = png 2600x40\nin/good.png = png 64x64");
    let line = |at: usize| match at {
        2 => video("https://example.com/a.png", ""),
        4 => video("wide.png", "four"),
        5 => "{\"method\": \"POST\", ".to_owned(),
        7 => video("good.png", "seven"),
        at => video("https://example.com/a.png", &format!("nümber  {at}")),
    };
    let lines: Vec<String> = (0..3_000).map(line).collect();
    let mut text = lines.join("\n").into_bytes();
    // A blank line, and a line that is not UTF-8.
    text.extend_from_slice(b"\n\n{\"method\": \"POST\", \"path\": \"/v3/videos\", \"body\": {\"script\": \"\xff\"}}");
    folder.write("in/jobs.jsonl", &text);
    let before = fs::read(folder.join("in/jobs.jsonl")).expect("read");
    let ran = folder.run("mend --split in/jobs.jsonl").gives(0);
    assert!(ran.err.contains("in/ready.jsonl has 2,997 requests, in/not-ready.jsonl has 4"), "{}", ran.err);
    let ready: Vec<&str> =
        lines.iter().enumerate().filter(|(at, _)| ![2, 4, 5].contains(at)).map(|(_, line)| line.as_str()).collect();
    assert_eq!(folder.read("in/ready.jsonl"), ready.join("\n") + "\n");
    let rest = fs::read(folder.join("in/not-ready.jsonl")).expect("read");
    let expected: Vec<&[u8]> =
        [2, 4, 5].iter().map(|at| lines[*at].as_bytes()).chain(text.split(|byte| *byte == b'\n').next_back()).collect();
    assert_eq!(rest, [expected.join(&b'\n'), b"\n".to_vec()].concat());
    assert_eq!(fs::read(folder.join("in/jobs.jsonl")).expect("read"), before);
    // The ready file has no findings.
    folder.run(&format!("{NOW} in/ready.jsonl")).gives(0).prints("2,997 of 2,997 requests ready to send");
    // It never overwrites a file.
    folder.run("mend --split in/jobs.jsonl").gives(2).says("ready.jsonl already exists");
    fs::remove_file(folder.join("in/ready.jsonl")).expect("removed");
    folder.run("mend --split in/jobs.jsonl").gives(2).says("not-ready.jsonl already exists");
    assert!(!folder.join("in/ready.jsonl").exists());
}

#[test]
fn a_list_becomes_two_as_well() {
    let folder = Folder::new();
    let (good, bad) = (video("https://example.com/a.png", "one"), video("https://example.com/a.png", ""));
    folder.write("a/jobs.json", format!("[\n  {},\n  {bad}\n]\n", good.replace(", ", ",\n    ")));
    folder.run("mend --split a/jobs.json").gives(0);
    let same = |text: String, other: &str| {
        let value = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(text.lines().count(), 1);
        assert_eq!(value(&text), value(other));
    };
    same(folder.read("a/ready.jsonl"), &good);
    same(folder.read("a/not-ready.jsonl"), &bad);
    folder.write("b/jobs.json", format!("[\n  {good},\n  {bad}\n"));
    folder.run("mend --split b/jobs.json").gives(2).says("not valid JSON");
    folder.write("c/one.json", good);
    folder.run("mend --split c/one.json").gives(2).says("not a manifest");
    folder.run("mend --split a/jobs.json b/jobs.json").gives(2).says("one manifest");
    assert!(!folder.join("b/ready.jsonl").exists() && !folder.join("c/ready.jsonl").exists());
}

/// A script with this many sentences.
fn script(sentences: usize) -> String {
    (0..sentences)
        .map(|at| format!("This is sentence “{at}”, and it is no short one.{}", if at % 7 == 6 { "\n" } else { " " }))
        .collect()
}

fn words(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Runs `mend --split-scripts` and returns the body, which must have no findings.
fn split(body: &Value, layout: fn(&Value) -> String) -> Value {
    let folder = Folder::new();
    folder.write("a.json", layout(body));
    let plan = folder.call_words(&["mend", "--split-scripts", "--dry-run", "--endpoint", ENDPOINT, "a.json"]);
    plan.prints("split it into ");
    assert_eq!(folder.read("a.json"), layout(body), "--dry-run wrote a file");
    folder.call_words(&["mend", "--split-scripts", "--yes", "--endpoint", ENDPOINT, "a.json"]).gives(0);
    folder.call_words(&["--endpoint", ENDPOINT, "a.json"]).gives(0).prints("1 of 1 request ready to send");
    let text = folder.read("a.json");
    folder.call_words(&["mend", "--split-scripts", "--yes", "--endpoint", ENDPOINT, "a.json"]).gives(0);
    assert_eq!(folder.read("a.json"), text, "a second run changed something");
    serde_json::from_str(&text).expect("JSON")
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON") + "\n"
}

#[test]
fn a_body_with_one_speaker_becomes_scenes() {
    let script = script(250);
    assert!(script.chars().count() > 10_000);
    let body = json!({
        "type": "avatar", "title": "Näme", "avatar_id": "8f027b074c8843cb", "script": script, "voice_id": "1bd001e7",
        "voice_settings": {"speed": 1.1}, "aspect_ratio": "9:16", "resolution": "1080p", "caption": {},
        "engine": {"type": "avatar_iv"}, "output_format": "mp4", "motion_prompt": "nods", "fit": null
    });
    for layout in [pretty as fn(&Value) -> String, Value::to_string] {
        let made = split(&body, layout);
        assert_eq!(
            (&made["type"], &made["title"], &made["aspect_ratio"]),
            (&json!("studio"), &json!("Näme"), &json!("9:16"))
        );
        let scenes = made["scenes"].as_array().expect("scenes");
        assert!(scenes.len() >= 3, "{}", scenes.len());
        let mut spoken = String::new();
        for scene in scenes {
            let input = &scene["input"];
            assert_eq!((&scene["type"], &input["type"]), (&json!("avatar_video"), &json!("avatar")));
            assert_eq!(
                (&input["avatar_id"], &input["voice_settings"]["speed"]),
                (&json!("8f027b074c8843cb"), &json!(1.1))
            );
            assert_eq!((&input["engine"]["type"], &input["motion_prompt"]), (&json!("avatar_iv"), &json!("nods")));
            let piece = input["script"].as_str().expect("a script");
            assert!(piece.chars().count() <= 5_000 && piece.trim_end().ends_with("short one."), "{piece}");
            spoken.push_str(piece);
        }
        assert_eq!(words(&spoken), words(&script));
    }
}

#[test]
fn a_scene_becomes_several() {
    let (long, short) = (script(120), "And good bye.");
    let scene = |script: &str| json!({"type": "avatar_video", "input": {"type": "avatar", "avatar_id": "8f02", "voice_id": "1bd0", "script": script}});
    let still = json!({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}, "voice_id": "1bd0", "script": long});
    let body = json!({"type": "studio", "scenes": [scene(&long), scene(short), still]});
    let made = split(&body, pretty);
    let scenes = made["scenes"].as_array().expect("scenes");
    assert_eq!(scenes.len(), 5);
    assert_eq!((&scenes[0]["type"], &scenes[4]["type"]), (&json!("avatar_video"), &json!("image")));
    assert_eq!(scenes[2], scene(short));
    let spoken: String = scenes[..2].iter().map(|scene| scene["input"]["script"].as_str().expect("a script")).collect();
    assert_eq!(words(&spoken), words(&long));
}

#[test]
fn the_limit_is_that_of_the_profile_and_of_the_configuration() {
    let folder = Folder::new();
    folder.write("heylint.toml", "[limits]\nscript.max = 300\n");
    let body = json!({"type": "avatar", "avatar_id": "8f02", "voice_id": "1bd0", "script": script(20)});
    folder.write("jobs.jsonl", format!("{body}\n{body}\n"));
    folder.call_words(&["mend", "--split-scripts", "--yes", "--endpoint", ENDPOINT, "jobs.jsonl"]).gives(0);
    let text = folder.read("jobs.jsonl");
    assert_eq!(text.lines().count(), 2);
    for line in text.lines() {
        let made: Value = serde_json::from_str(line).expect("JSON");
        let scenes = made["scenes"].as_array().expect("scenes");
        assert!(scenes.iter().all(|scene| scene["input"]["script"].as_str().expect("a script").chars().count() <= 300));
    }
}

#[test]
fn an_unsplittable_body_is_named_and_unchanged() {
    let picture = json!({"type": "url", "url": "https://example.com/a.png"});
    for (body, why) in [
        (json!({"type": "image", "image": picture, "voice_id": "1bd0", "script": script(120)}), "has no avatar_id"),
        (json!({"type": "avatar", "avatar_id": "8f02", "fit": "cover", "script": script(120)}), "fit is not possible"),
        (
            json!({"type": "avatar", "avatar_id": "8f02", "output_format": "webm", "script": script(120)}),
            "output_format is not possible",
        ),
        (
            json!({"type": "studio", "scenes": [{"type": "video", "source": {"type": "url", "url": "https://example.com/a.mp4"}, "script": script(120)}]}),
            "begin the clip again",
        ),
        // More scenes than a studio video may have.
        (json!({"type": "avatar", "avatar_id": "8f02", "script": script(6_000)}), "that would cause other errors"),
    ] {
        let folder = Folder::new();
        folder.write("a.json", pretty(&body));
        let ran = folder.call_words(&["mend", "--split-scripts", "--yes", "--endpoint", ENDPOINT, "a.json"]);
        ran.gives(1).prints(why);
        assert_eq!(folder.read("a.json"), pretty(&body), "{why}");
    }
    // Without the option nothing is split, but the plan names it.
    let folder = Folder::new();
    let body = pretty(&json!({"type": "avatar", "avatar_id": "8f02", "script": script(120)}));
    folder.write("a.json", &body);
    folder.call_words(&["mend", "--yes", "--endpoint", ENDPOINT, "a.json"]).gives(1).prints("try --split-scripts");
    assert_eq!(folder.read("a.json"), body);
}

/// Findings beyond those held in memory have remedies too.
#[test]
fn spilled_findings_have_remedies() {
    let folder = Folder::project();
    recipe::write(folder.path(), "m/0.jpg = png 2100x40");
    for at in 1..4_100 {
        fs::hard_link(folder.join("m/0.jpg"), folder.join(&format!("m/{at}.jpg"))).expect("a link");
    }
    let report = folder.run(&format!("{NOW} --format json m")).gives(1).json();
    let findings = report["diagnostics"].as_array().expect("diagnostics");
    assert_eq!(findings.len(), 8_200);
    assert!(findings.iter().all(|finding| finding["remedy"]["steps"].is_array()), "one has no remedy");
}
