//! Tests of `--shard` and `heylint merge`.

use crate::common;
use crate::run;
use common::recipe;
use run::Folder;

const CALL: &str = "--now 2026-11-22T12:00:00Z --jobs 2";

fn full() -> Folder {
    let folder = Folder::new();
    recipe::write(
        folder.path(),
        "a/one.jpg = png 640x640\na/two.png = png 64x64\nb/three.png = jpeg 2100x2100\nb/four.mp3 = wav 3s\nfive.wav = wav 2s",
    );
    let request = |image: &str, speed: &str| {
        format!(
            r#"{{"method": "POST", "path": "/v3/videos", "body": {{"type": "image", "voice_id": "1bd0", "script": "Hi", "image": {{"type": "url", "url": "{image}"}}, "voice_settings": {{"speed": {speed}}}}}}}"#
        )
    };
    folder.write("1.json", request("a/one.jpg", "1"));
    folder.write("2.json", request("a/one.jpg", "9"));
    folder.write("3.json", request("b/three.png", "9"));
    folder.write("4.json", request("gone.png", "0.1"));
    folder.write("5.jsonl", format!("{}\n{}\n", request("a/two.png", "7"), request("a/two.png", "1")));
    folder.write("heylint.toml", "ignore = [\"manifest\"]\n[[suppress]]\nat = \"2.json#/body/voice_settings\"\nrules = [\"request/out-of-range\"]\nreason = \"as it is\"\n");
    folder
}

#[test]
fn merged_shards_equal_a_single_run() {
    let (folder, aside) = (full(), Folder::new());
    for (format, name) in [("json", "json"), ("jsonl", "jsonl"), ("concise", "txt"), ("gitlab", "gl"), ("junit", "xml")]
    {
        for shards in [1, 2, 3, 12] {
            let mut reports = Vec::new();
            for shard in 1..=shards {
                let ran = folder.run(&format!("{CALL} --format json --shard {shard}/{shards}"));
                assert!(ran.status < 2, "{}", ran.err);
                let name = format!("{shard}.report");
                aside.write(&name, &ran.out);
                reports.push(aside.join(&name).display().to_string());
            }
            let whole = folder.run(&format!("{CALL} --format {format} --quiet"));
            let merged =
                folder.run(&format!("merge --format {format} --quiet {}", reports.join(" "))).gives(whole.status);
            assert_eq!(merged.out, whole.out, "{name} of {shards}");
            assert!(whole.out.len() > 100);
        }
    }
}

#[test]
fn shards_share_the_work() {
    let folder = Folder::new();
    let recipes: Vec<String> = (0..10).map(|at| format!("m/{at}.png = png 64x64")).collect();
    recipe::write(folder.path(), &recipes.join("\n"));
    let files = |shard: &str| {
        let report = folder.run(&format!("{CALL} --format json --shard {shard}")).json();
        report["files"].as_array().expect("files").len()
    };
    assert_eq!([files("1/3"), files("2/3"), files("3/3")], [4, 3, 3]);
    folder.run(&format!("{CALL} --shard 20/20")).gives(0);
    folder.run(&format!("{CALL} --shard 4/3")).gives(2).says("1/3 to 3/3");
    folder.run(&format!("{CALL} --shard 1/3 --fix")).gives(2);
}

#[test]
fn files_that_cannot_be_merged() {
    let folder = Folder::new();
    folder.write("none.json", "{}").write("new.json", r#"{"version": 2}"#).write("text.json", "no");
    for (name, why) in [("none", "no version"), ("new", "version 2"), ("text", "is not JSON"), ("gone", "no such file")]
    {
        folder.run(&format!("merge {name}.json")).gives(2).says(why);
    }
}
