//! Tests of `heylint plan`.

use crate::common;
use crate::run;
use common::recipe;
use run::Folder;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("talk.wav", recipe::bytes("wav 16000Hz 16bit 30s"));
    folder.write("clip.mp4", recipe::bytes("mp4 h264 64x64 25fps 12s aac"));
    folder
}

const STUDIO: &str = r#"{"type": "studio", "scenes": [
    {"type": "avatar_video", "input": {"type": "avatar", "avatar_id": "a", "audio_url": "talk.wav"}},
    {"type": "video", "source": {"type": "url", "url": "clip.mp4"}},
    {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}, "duration": 8},
    {"type": "avatar_video", "input": {"type": "avatar", "avatar_id": "a", "audio_url": "https://example.com/b.mp3"}}]}"#;

#[test]
fn jobs_lengths_and_bytes() {
    let folder = folder();
    folder.write("studio.json", STUDIO);
    folder.write(
        "jobs.jsonl",
        concat!(
            r#"{"type": "avatar", "avatar_id": "a", "script": "one two three four five"}"#,
            "\n",
            r#"{"path": "/v3/video-translations", "body": {"video": {"type": "url", "url": "clip.mp4"}, "output_languages": ["Spanish", "French", "German"]}}"#,
            "\n",
            r#"{"path": "/v3/voices/speech", "body": {"text": "one two three four five", "voice_id": "v", "speed": 2}}"#,
            "\n",
            r#"{"path": "/v3/video-agents", "body": {"prompt": "A film about cats"}}"#,
            "\n"
        ),
    );
    let ran = folder.run("plan . --format json").gives(0);
    let plan = ran.json();
    let jobs: Vec<String> = plan["jobs"]
        .as_array()
        .expect("jobs")
        .iter()
        .map(|job| format!("{} {} {}", job["count"], job["kind"].as_str().expect("a kind"), job["limited"]))
        .collect();
    assert_eq!(
        jobs,
        ["1 agent_session true", "1 avatar_video true", "1 studio_video true", "3 translation true", "1 speech false"]
    );
    assert_eq!(plan["concurrency"], serde_json::json!({"limit": 10, "jobs": 6, "waves": 1}));
    assert_eq!(plan["requests"], 5);
    // 30 + 12 + 8 in the studio, 3 × 12 translated; five words at 150 a minute, and at twice the speed.
    let length = &plan["length"];
    assert!((length["exact_s"].as_f64().expect("a number") - 86.0).abs() < 0.2, "{length}");
    assert!((length["estimated_s"].as_f64().expect("a number") - 3.0).abs() < 0.01, "{length}");
    assert_eq!(length["unknown"], 2, "the missing audio, and the video that the agent makes of its prompt");
    assert_eq!(
        (&plan["longest"]["file"], &plan["longest"]["record"]),
        (&"studio.json".into(), &serde_json::Value::Null)
    );
    let size = |name: &str| folder.join(name).metadata().expect("there").len();
    assert_eq!(plan["uploads"]["asset"], serde_json::json!({"files": 2, "bytes": size("talk.wav") + size("clip.mp4")}));
    assert_eq!(plan["uploads"]["direct"]["files"], 0);
    let schema: serde_json::Value = serde_json::from_str(&folder.run("schema plan").gives(0).out).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a good schema");
    let faults: Vec<String> = validator.iter_errors(&plan).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");

    let ran = folder.run("plan .").gives(0);
    for text in [
        "5 requests in 2 files",
        "3  translations",
        "1 wave: 6 jobs counted, 10 at once",
        "2 parts of unknown length",
        "at studio.json",
    ] {
        assert!(ran.out.contains(text), "{text} is not in\n{}", ran.out);
    }
}

#[test]
fn waves_and_large_files() {
    let folder = folder();
    folder.write("heylint.toml", "[plan]\nconcurrency = 2\n[limits]\nasset.max-size = \"1 kB\"");
    let line = |at: usize| {
        format!("{{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi {at}\", \"title\": \"t\"}}\n")
    };
    folder.write("jobs.jsonl", (0..5).map(line).collect::<String>());
    folder.write("studio.json", STUDIO);
    let plan = folder.run("plan --format json").json();
    assert_eq!(plan["concurrency"], serde_json::json!({"limit": 2, "jobs": 6, "waves": 3}));
    assert_eq!((&plan["uploads"]["asset"]["files"], &plan["uploads"]["direct"]["files"]), (&0.into(), &2.into()));
}

#[test]
fn the_exit_status_is_that_of_check() {
    let folder = Folder::new();
    folder.run("plan").gives(2).says("nothing to check");
    folder.write(
        "a.json",
        r#"{"type": "avatar", "avatar_id": "a", "script": "Hi", "voice_id": "v", "voice_settings": {"speed": 9}}"#,
    );
    folder.run("plan a.json").gives(1).says("1 error");
    folder.run("plan gone.json").gives(2);
    folder.write("old.json", r#"{"video_inputs": [{"character": {"type": "avatar", "avatar_id": "a"}, "voice": {}}]}"#);
    let plan = folder.run("plan old.json --format json").gives(1).json();
    assert_eq!((&plan["unrecognised"], &plan["concurrency"]["jobs"]), (&1.into(), &0.into()));
}

#[test]
fn a_studio_video_that_is_too_long() {
    let folder = folder();
    let image = |seconds: f64| {
        format!(
            r#"{{"type": "image", "source": {{"type": "url", "url": "https://example.com/a.png"}}, "duration": {seconds}}}"#
        )
    };
    let spoken = |words: usize| {
        let script = "word ".repeat(words);
        format!(r#"{{"type": "avatar_video", "input": {{"type": "avatar", "avatar_id": "a", "script": "{script}"}}}}"#)
    };
    let found = |scenes: &[String]| {
        folder.write("a.json", format!(r#"{{"type": "studio", "scenes": [{}]}}"#, scenes.join(", ")));
        let json = folder.run("a.json --format json --select output").json();
        let findings = json["diagnostics"].as_array().expect("findings").clone();
        findings
            .iter()
            .map(|found| {
                let related = found["related"].as_array().expect("related").len();
                format!("{} {} {} {related}", found["severity"], found["rule"], found["pointer"])
            })
            .collect::<Vec<_>>()
    };
    let still: Vec<String> = (0..6).map(|_| image(300.0)).collect();
    assert_eq!(found(&still), [""; 0], "exactly at the limit");
    let with = |more: String| still.iter().cloned().chain([more]).collect::<Vec<_>>();
    // The documents limit a scene; an older version limited the video.
    assert_eq!(found(&with(image(0.5))), [r#""warning" "output/too-long" "/scenes" 3"#]);
    assert_eq!(found(&with(spoken(5))), [r#""warning" "output/too-long" "/scenes" 3"#]);
    // The length of a local recording counts.
    let recorded =
        r#"{"type": "avatar_video", "input": {"type": "avatar", "avatar_id": "a", "audio_url": "talk.wav"}}"#;
    assert_eq!(found(&with(recorded.to_owned())), [r#""warning" "output/too-long" "/scenes" 3"#]);
    let mut almost = still[..5].to_vec();
    almost.extend([image(270.0), recorded.to_owned()]);
    assert_eq!(found(&almost), [""; 0]);
    // An overlong recording of one scene is an error; the overlong video is the same fault.
    folder.write("hour.wav", recipe::bytes("wav 8000Hz 8bit 1801s"));
    let hour = recorded.replace("talk.wav", "hour.wav");
    assert_eq!(found(&[image(300.0), hour]), [r#""error" "output/too-long" "/scenes/1" 0"#]);
}

/// The costs of a plan, without the common parts.
fn costs(folder: &Folder) -> Vec<(f64, f64, u64)> {
    let plan = folder.run("plan --format json .").json();
    let number = |cost: &serde_json::Value, key: &str| cost[key].as_f64().expect("a number");
    let costs = plan["costs"].as_array().expect("costs").iter();
    costs
        .map(|cost| (number(cost, "least"), number(cost, "most"), cost["unknown"].as_u64().expect("a count")))
        .collect()
}

#[test]
fn documented_prices_give_an_estimate() {
    let cinematic = r#"{"type": "cinematic_avatar", "avatar_id": ["a1"], "prompt": "A walk", "duration": 10}"#;
    let avatar = |more: &str| {
        format!(r#"{{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "audio_url": "./minute.wav"{more}}}"#)
    };
    let folder = Folder::new();
    folder.write("minute.wav", recipe::bytes("wav 60s"));
    for (body, expected) in [
        (avatar(""), vec![(3.0, 4.0, 0)]),
        (avatar(r#", "engine": {"type": "avatar_v"}"#), vec![(4.0, 4.0, 0)]),
        (avatar(r#", "engine": {"type": "avatar_iii"}"#), vec![(1.0, 2.6, 0)]),
        // No document states a price for 4K any more.
        (avatar(r#", "resolution": "4k""#), vec![]),
    ] {
        folder.write("a.json", &body);
        assert_eq!(costs(&folder), expected, "{body}");
    }
    folder
        .write("a.json", avatar("").replace("\"audio_url\": \"./minute.wav\"", "\"script\": \"Hi\""))
        .write("b.json", cinematic);
    let plan = folder.run("plan --format json .").gives(0).json();
    let cost = &plan["costs"][0];
    assert!(cost["least"].as_f64().is_some_and(|least| (7.0..7.2).contains(&least)), "{cost}");
    assert_eq!((&cost["currency"], &cost["estimated"]), (&"USD".into(), &true.into()));
    assert_eq!(cost["source"], "https://developers.heygen.com/docs/pricing");
    folder.run("plan .").gives(0).prints("USD, estimated by https://developers.heygen.com/docs/pricing as of 2026-");
    // Without a known price there is no estimate.
    folder.write("b.json", "{}").write("a.json", r#"{"text": "Hi", "voice_id": "v1"}"#);
    folder.run("plan --isolated --endpoint /v3/voices a.json").prints_not("cost");
}

#[test]
fn the_configuration_sets_the_price_per_minute() {
    let folder = Folder::new();
    folder.write("minute.wav", recipe::bytes("wav 60s")).write(
        "a.json",
        r#"{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "audio_url": "./minute.wav", "resolution": "4k"}"#,
    );
    folder.write("heylint.toml", "[plan]\nprice-per-minute = \"1.50 EUR\"\n");
    assert_eq!(costs(&folder), [(1.5, 1.5, 0)]);
    folder.run("plan .").prints("1.50 EUR, estimated by heylint.toml:2");
    folder.write("heylint.toml", "[plan]\nprice-per-minute = 2\n");
    folder.run("plan .").prints("2.00, estimated by heylint.toml:2");
    folder.write("heylint.toml", "[plan]\nprice-per-minute = \"much\"\n");
    folder.run("plan .").gives(2).says("`price-per-minute` must be a number, or a number with its currency");
}
