//! One file for several services: each is checked, each finding names its profile, and a fault of the file itself
//! appears once.

use crate::common::recipe;
use crate::run::{Folder, Ran};

const CLIP: &str = "mp4 h264 1080x1920 30fps 4s aac faststart";

fn folder(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    for (name, recipe) in files {
        folder.write(name, recipe::bytes(recipe));
    }
    folder
}

/// `rule profile` of every finding, with a hyphen for no profile.
fn found(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let diagnostics = report["diagnostics"].as_array().expect("diagnostics").iter();
    let line = |found: &serde_json::Value| {
        format!("{} {}", found["rule"].as_str().expect("a rule"), found["profile"].as_str().unwrap_or("-"))
    };
    diagnostics.map(line).collect()
}

#[test]
fn nothing_changes_without_a_profile() {
    let folder = folder(&[("a.mp4", "mp4 av1 1080x1920 120fps 1s aac")]);
    let ran = folder.run("check --format json .").gives(0);
    assert_eq!(found(&ran), [""; 0]);
    let report = ran.json();
    assert_eq!(report["profile"]["name"], "heygen-v3");
    assert!(report.get("profiles").is_none(), "{report}");
}

#[test]
fn a_file_is_checked_against_each_profile() {
    let folder = folder(&[("good.mp4", CLIP), ("slow.mp4", "mp4 h264 1080x1920 10fps 4s aac faststart")]);
    let ran = folder.run("check --format json --profile tiktok,instagram-reels .").gives(1);
    assert_eq!(found(&ran), ["video/frame-rate instagram-reels", "video/frame-rate tiktok"]);
    let report = ran.json();
    let profiles = report["profiles"].as_array().expect("profiles").iter().map(|profile| profile["name"].clone());
    assert_eq!(profiles.collect::<Vec<_>>(), ["instagram-reels", "tiktok"]);
    let prints: Vec<_> =
        report["diagnostics"].as_array().expect("found").iter().map(|one| &one["fingerprint"]).collect();
    assert_ne!(prints[0], prints[1]);
    // A duplicate profile counts once.
    let again = folder.run("check --format json --profile tiktok --profile instagram-reels,tiktok .").gives(1);
    assert_eq!(again.out, ran.out);
    folder
        .run("check --profile tiktok,instagram-reels .")
        .gives(1)
        .prints("tiktok: the video has 10 frames per second");
    folder.run("check --profile tiktok .").gives(1).prints("[video/frame-rate]: the video has 10 frames");
}

#[test]
fn every_report_names_the_profile() {
    let folder = folder(&[("slow.mp4", "mp4 h264 1080x1920 10fps 4s aac faststart")]);
    for format in heylint::report::ReportFormat::ALL {
        folder.run(&format!("check --format {format} --profile tiktok,heygen-v3 .")).gives(1).prints("tiktok");
    }
    let sarif = folder.run("check --format sarif --profile tiktok .").gives(1).json();
    assert_eq!(sarif["runs"][0]["properties"]["profile"]["name"], "tiktok");
    assert_eq!(sarif["runs"][0]["results"][0]["properties"]["profile"], "tiktok");
}

#[test]
fn a_fault_of_the_file_is_reported_once() {
    let all = "check --format json --profile heygen-v3,instagram-reels,tiktok .";
    for (name, recipe, expected) in [
        ("cut.mp4", format!("{CLIP} cut 60%"), "file/corrupt -"),
        ("empty.mp4", format!("{CLIP} cut 0%"), "file/empty -"),
        ("named.webm", CLIP.to_owned(), "file/extension-mismatch -"),
    ] {
        assert_eq!(found(&folder(&[(name, &recipe)]).run(all).gives(1)), [expected], "{name}");
    }
    let folder = Folder::new();
    folder.write("noise.mp4", "no format begins like this text");
    assert_eq!(found(&folder.run(all).gives(1)), ["file/unsupported-format -"]);
    // Another service has other error codes.
    let alone = folder.run("check --format json --profile tiktok .").gives(1).json();
    assert_eq!(alone["diagnostics"][0]["prevents"], serde_json::Value::Null);
}

#[test]
fn a_service_without_a_use_for_a_kind_ignores_it_beside_others() {
    let folder = folder(&[("talk.wav", "wav 2s")]);
    assert_eq!(found(&folder.run("check --format json --profile heygen-v3,tiktok .").gives(0)), [""; 0]);
    let alone = folder.run("check --format json --profile tiktok .").gives(1);
    assert_eq!(found(&alone), ["file/unsupported-format tiktok"]);
}

#[test]
fn the_configuration_chooses_profiles() {
    let slow = "mp4 h264 1080x1920 10fps 4s aac faststart";
    let folder = folder(&[("renders/a.mp4", slow), ("assets/b.mp4", slow), ("drafts/c.mp4", slow)]);
    folder.write(
        "heylint.toml",
        "profile = 'heygen-v3'\n[[media]]\nfiles = 'renders/**'\nprofile = ['heygen-v3', 'tiktok']\n\
         [[media]]\nfiles = 'assets/**'\nprofile = 'instagram-reels'\n[limits]\ntiktok.video.min-frame-rate = 5\n",
    );
    let ran = folder.run("check --format json .").gives(1);
    assert_eq!(ran.findings(), ["assets/b.mp4 video/frame-rate"]);
    assert_eq!(found(&ran), ["video/frame-rate instagram-reels"]);
    folder.write("heylint.toml", "profile = ['heygen-v3', 'tiktok']\n");
    assert_eq!(folder.run("check --format json .").gives(1).findings().len(), 3);
    // The command line comes first.
    assert_eq!(folder.run("check --format json --profile heygen-v3 .").gives(0).findings(), [""; 0]);
    folder.write("heylint.toml", "[[media]]\nfiles = 'renders/**'\nuse = 'reel'\n");
    folder.run("check .").gives(2).says("`reel` is not one of image,");
    folder.write("heylint.toml", "profile = ['tiktok', 'tiktok', 'tictoc']\n");
    folder.run("check .").gives(2).says("appears a second time here").says("did you mean `tiktok`?");
}

#[test]
fn a_use_applies_in_every_profile_that_has_it() {
    let folder = folder(&[("a.mp4", "mp4 h264 1080x1920 10fps 4s aac faststart")]);
    let both = "check --format json --profile heygen-v3,tiktok --use";
    assert_eq!(found(&folder.run(&format!("{both} video .")).gives(1)), ["video/frame-rate tiktok"]);
    assert_eq!(found(&folder.run(&format!("{both} footage .")).gives(0)), ["video/too-short heygen-v3"]);
}

#[test]
fn referenced_files_are_checked_for_other_services() {
    let folder = folder(&[("clip.mp4", "mp4 h264 1080x1920 10fps 4s aac faststart")]);
    let request = r#"{"type": "studio", "scenes": [{"type": "video", "source": {"type": "url", "url": "clip.mp4"}}]}"#;
    folder.write("draft.json", request).write("heylint.toml", "[[media]]\nfiles = '*.mp4'\nprofile = 'tiktok'\n");
    let report = folder.run("check --format json .").gives(1);
    assert!(found(&report).contains(&"video/frame-rate tiktok".to_owned()), "{}", report.out);
}

#[test]
fn shards_and_merge_keep_the_profiles() {
    let folder = folder(&[("a.mp4", "mp4 h264 1080x1920 10fps 4s aac"), ("b.mp4", "mp4 av1 1080x1920 30fps 4s aac")]);
    let whole = folder.run("check --format json --profile tiktok,instagram-reels .").gives(1);
    for part in ["1", "2"] {
        let words = format!("check --format json --profile tiktok,instagram-reels --shard {part}/2 .");
        folder.write(&format!("{part}.report"), folder.run(&words).out);
    }
    let merged = folder.run("merge --format json 1.report 2.report").gives(1);
    assert_eq!(found(&merged), found(&whole));
    assert_eq!(merged.json()["profiles"], whole.json()["profiles"]);
}

#[test]
fn limits_and_explain_know_all_profiles() {
    let folder = Folder::new();
    folder.run("limits --profile tiktok").gives(0).prints("video.min-frame-rate").prints("media-transfer-guide");
    let both = folder.run("limits --format json --profile tiktok,instagram-reels").gives(0).json();
    assert_eq!(
        (&both["profile"]["name"], &both["others"][0]["profile"]["name"]),
        (&"tiktok".into(), &"instagram-reels".into())
    );
    folder.run("explain video/frame-rate").gives(0).prints("tiktok, video.min-frame-rate: 23 fps, documented");
    folder.run("check --profile tictoc .").gives(2).says("tiktok");
}

fn speech(text: &str, more: &str) -> String {
    format!(
        r#"{{"method": "POST", "url": "https://api.elevenlabs.io/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb", "body": {{"text": "{text}"{more}}}}}"#
    )
}

/// `rule: message` of every finding of an ElevenLabs request.
fn spoken(request: &str) -> Vec<String> {
    let folder = Folder::new();
    folder.write("speech.json", request);
    let report = folder.run("check --format json --profile elevenlabs speech.json").json();
    assert_eq!(report["summary"]["requests"], 1, "{report}");
    let line = |found: &serde_json::Value| {
        let text = |key: &str| found[key].as_str().unwrap_or_default();
        format!("{} {}: {}", text("severity"), text("rule"), text("message"))
    };
    report["diagnostics"].as_array().expect("diagnostics").iter().map(line).collect()
}

#[test]
fn how_long_a_text_may_be_depends_on_the_model() {
    for (model, most, severity) in [
        ("", 10_000, "error"),
        (r#", "model_id": "eleven_multilingual_v2""#, 10_000, "error"),
        (r#", "model_id": "eleven_v3""#, 5_000, "error"),
        (r#", "model_id": "eleven_flash_v2_5""#, 40_000, "error"),
        (r#", "model_id": "eleven_flash_v2""#, 30_000, "error"),
        (r#", "model_id": "eleven_v4""#, 10_000, "warning"),
    ] {
        assert_eq!(spoken(&speech(&"a".repeat(most), model)), [""; 0], "{model}");
        let found = spoken(&speech(&"a".repeat(most + 1), model));
        assert_eq!(found.len(), 1, "{model}: {found:?}");
        let begins = format!(
            "{severity} script/too-long: text has {} code points, 1 more",
            heylint::text::count(most as u64 + 1)
        );
        assert!(found[0].starts_with(&begins), "{model}: {found:?}");
    }
    // For an unknown model, heylint knows no limit.
    assert_eq!(spoken(&speech(&"a".repeat(50_000), r#", "model_id": "eleven_v9""#)), [""; 0]);
}

#[test]
fn ids_of_neighbours_replace_their_text() {
    let found = spoken(&speech("Hi", r#", "previous_text": "So", "previous_request_ids": ["a"]"#));
    assert_eq!(found, ["warning request/no-effect: previous_text is ignored beside previous_request_ids"]);
    assert_eq!(spoken(&speech("Hi", r#", "previous_text": "So", "previous_request_ids": []"#)), [""; 0]);
}

#[test]
fn a_speech_body_is_checked_by_its_table() {
    assert_eq!(
        spoken(&speech("Hi", r#", "voice_settings": {"speed": 1.3, "stability": 0.5}"#)),
        ["error request/out-of-range: speed is 1.3, above the maximum of 1.2"]
    );
    assert_eq!(spoken(&speech("Hi", r#", "seed": 4294967295"#)), [""; 0]);
    assert_eq!(spoken(&speech("Hi", r#", "seed": 4294967296"#)).len(), 1);
    assert_eq!(spoken(&speech("Hi", r#", "apply_text_normalization": "yes""#)).len(), 1);
    assert_eq!(spoken(&speech("Hi", r#", "model": "eleven_v3""#)).len(), 1);
}

#[test]
fn a_request_goes_to_the_service_that_knows_it() {
    let folder = Folder::new();
    folder
        .write("heylint.toml", "profile = ['heygen-v3', 'elevenlabs']\n")
        .write("speech.json", speech(&"a".repeat(10_001), ""))
        .write("video.json", r#"{"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": "Hi", "voice_settings": {"speed": 1.8}}"#)
        .write("README.md", "```sh\ncurl -X POST https://api.elevenlabs.io/v1/text-to-speech/abc \\\n  -d '{\"text\": \"Hi\", \"seed\": -1}'\n```\n");
    let ran = folder.run("check --format json .").gives(1);
    assert_eq!(
        found(&ran),
        ["request/out-of-range elevenlabs", "script/too-long elevenlabs", "request/out-of-range heygen-v3"]
    );
    assert_eq!(ran.json()["summary"]["requests"], 3);
    // Without the profile, it is not a request.
    folder.write("heylint.toml", "");
    let ran = folder.run("check --format json .").gives(1);
    assert_eq!(ran.findings(), ["video.json request/out-of-range"]);
    assert_eq!(ran.json()["summary"]["requests"], 1);
    // An entry sets the profile for some files.
    folder.write("heylint.toml", "[[requests]]\nfiles = 'speech.json'\nprofile = 'elevenlabs'\n");
    assert_eq!(folder.run("check --format json .").gives(1).findings().len(), 2);
    folder.write("body.json", r#"{"text": "Hi", "seed": -1}"#).write(
        "heylint.toml",
        "[[requests]]\nfiles = 'body.json'\nprofile = 'elevenlabs'\nendpoint = 'POST /v1/text-to-speech/{voice_id}'\n",
    );
    folder.run("check body.json").gives(1).prints("seed is -1, below the minimum of 0");
}
