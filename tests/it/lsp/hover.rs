//! Hover texts.

use serde_json::json;

use super::client::{Client, everyday, position};
use super::common::recipe;
use super::run::Folder;

fn at(client: &mut Client, name: &str, text: &str, part: &str, within: usize) -> Option<String> {
    let place = position(text, part, within);
    let number = |key: &str| place[key].as_u64().expect("a number") as usize;
    client.hover(name, number("line"), number("character")).map(|(text, _)| text)
}

#[test]
fn fields_from_the_contract() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    let text = "{\"title\": \"😀漢\", \"type\": \"avatar\", \"avatar_id\": \"a\",\n \"script\": \"Hi\", \"aspect_ratio\": \"16:9\", \"voice_settings\": {\"speed\": 1, \"x\": 2}}";
    client.open("a.json", text);
    let mut hover = |part: &str, within: usize| at(&mut client, "a.json", text, part, within).unwrap_or_default();
    let speed = hover("\"speed\"", 3);
    for part in [
        "**`speed`** a number, optional",
        "at most 1.5, documented in openapi",
        "`voice-settings.speed-max`",
        "seen 2026-",
    ] {
        assert!(speed.contains(part), "{part} in {speed}");
    }
    assert_eq!(hover("1, \"x\"", 0), speed, "the value shows the text of the key");
    assert!(hover("\"script\"", 1).contains("at most 5,000 code points"));
    assert!(hover("\"aspect_ratio\"", 1).contains("`\"16:9\"`"));
    let tag = hover("\"avatar\"", 1);
    assert!(tag.contains("* `studio`: ") && tag.contains("* `image`: "), "{tag}");
    // An unknown field has a finding and so the page of the rule.
    let unknown = hover("\"x\"", 1);
    assert!(unknown.contains("request/unknown-field](") && unknown.contains("## Why"), "{unknown}");
    assert_eq!(hover("{", 0), "");
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn limits_of_the_configuration_and_envelopes() {
    let folder = Folder::new();
    folder.write("heylint.toml", "[limits]\nscript.max = 77\n");
    let mut client = Client::start(folder.path(), everyday());
    let text = "{\"method\": \"POST\", \"path\": \"/v3/videos\", \"body\": {\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\"}}";
    client.open("a.json", text);
    let script = at(&mut client, "a.json", text, "\"script\"", 1).expect("a hover");
    assert!(script.contains("at most 77 code points, configured in heylint.toml:2"), "{script}");
    let path = at(&mut client, "a.json", text, "/v3/videos", 2).expect("a hover");
    assert!(path.starts_with("**`POST /v3/videos`**"), "{path}");
    let list = "{\"method\": \"GET\", \"path\": \"/v3/videos\"}\n{\"method\": \"GET\", \"path\": \"/v3/videos\", \"query\": {\"limit\": 3}}\n";
    client.open("jobs.jsonl", list);
    assert!(
        at(&mut client, "jobs.jsonl", list, "\"limit\"", 1)
            .is_some_and(|text| text.contains("**`limit`** a whole number"))
    );
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn a_finding_has_its_page() {
    let folder = Folder::new();
    let mut client = Client::start(folder.path(), everyday());
    let text = "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\", \"voice_settings\": {\"speed\": 1.8}}";
    client.open("a.json", text);
    let page = at(&mut client, "a.json", text, "1.8", 1).expect("a hover");
    for part in [
        "**`speed`**",
        "### error: [request/out-of-range](https://",
        "speed is 1.8, above the maximum of 1.5",
        "limit `voice-settings.speed-max`",
        "## What to do",
        "```json\n",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("```json bad"), "{page}");
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn media_as_the_probe_sees_it() {
    let folder = Folder::new();
    recipe::write(folder.path(), "clips/a.mp4 = mp4 h264 640x360 25fps 2s aac\np.png = png 48x32");
    folder.write("heylint.toml", "[[map]]\nasset-id = \"as_1\"\npath = \"p.png\"\n");
    let mut client = Client::start(folder.path(), everyday());
    let scenes = "{\"type\": \"studio\", \"scenes\": [{\"type\": \"video\", \"source\": {\"type\": \"url\", \"url\": \"clips/a.mp4\"}}, {\"type\": \"image\", \"duration\": 3, \"source\": {\"type\": \"asset_id\", \"asset_id\": \"as_1\"}}]}";
    let found = client.open("a.json", scenes);
    assert_eq!(found, Vec::<serde_json::Value>::new());
    let video = at(&mut client, "a.json", scenes, "clips/a", 3).expect("a hover");
    for part in [
        "**clips/a.mp4**",
        "* format: MP4",
        "* dimensions: 640×360",
        "* duration: 2 s",
        "* track 1: video, h264",
        "* track 2: audio, aac",
        "at most 100 MB",
    ] {
        assert!(video.contains(part), "{part} in {video}");
    }
    let picture = at(&mut client, "a.json", scenes, "as_1", 1).expect("a hover");
    assert!(picture.contains("**p.png**") && picture.contains("48×32"), "{picture}");
    let (_, range) = client.hover("a.json", 0, scenes.find("as_1").expect("there")).expect("a hover");
    assert_eq!(range["start"]["character"], json!(scenes.find("\"as_1\"")));
    // Data in the request itself: a PNG of one pixel.
    let data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let text = format!(
        "{{\"type\": \"image\", \"image\": {{\"type\": \"base64\", \"media_type\": \"image/png\", \"data\": \"{data}\"}}, \"voice_id\": \"v\", \"script\": \"Hi\"}}"
    );
    client.open("b.json", &text);
    assert!(at(&mut client, "b.json", &text, data, 5).is_some_and(|text| text.contains("* dimensions: 1×1")));
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn pictures_and_sounds_are_shown() {
    let folder = Folder::new();
    recipe::write(folder.path(), "face.png = png 600x400\ntalk.wav = wav 8000Hz mono 3s");
    let text =
        "{\"type\": \"image\", \"image\": {\"type\": \"url\", \"url\": \"face.png\"}, \"audio_url\": \"talk.wav\"}";
    let options = json!({"pictures": true});
    let mut client = Client::start_asking(folder.path(), &["--stdio"], everyday(), options);
    client.open("a.json", text);
    let picture = at(&mut client, "a.json", text, "face.png", 2).expect("a hover");
    assert!(picture.contains("![preview](data:image/jpeg;base64,/9j/"), "{picture}");
    let sound = at(&mut client, "a.json", text, "talk.wav", 2).expect("a hover");
    let bars = |text: &str| text.chars().filter(|c| ('▁'..='█').contains(c)).count();
    assert_eq!(bars(&sound), 40, "{sound}");
    assert_eq!(client.stop(), Some(0));
    // A client without pictures would show the base64 text.
    let mut client = Client::start(folder.path(), everyday());
    client.open("a.json", text);
    assert!(at(&mut client, "a.json", text, "face.png", 2).is_some_and(|text| !text.contains("base64,")));
    assert_eq!(bars(&at(&mut client, "a.json", text, "talk.wav", 2).expect("a hover")), 40);
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn clients_with_status_get_the_classification() {
    let folder = Folder::new();
    let options = json!({"status": true});
    let mut client = Client::start_asking(folder.path(), &["--stdio"], everyday(), options);
    client.open("a.json", "{\"type\": \"avatar\", \"avatar_id\": \"a\", \"script\": \"Hi\"}");
    let status = client.wait("heylint/status", |_| true);
    assert!(status["taken"].as_str().is_some_and(|taken| taken.contains("POST /v3/videos")), "{status}");
    assert_eq!((&status["request"], &status["profile"]["name"]), (&json!(true), &json!("heygen-v3")));
    assert_eq!(client.stop(), Some(0));
}
