//! Bodies of versions 1 and 2: recognised, told once, and written as those of today.

use crate::common;
use heylint::check::{self, Context};
use heylint::limits::Limits;
use heylint::request::endpoint::{self, Endpoint, legacy_body};
use heylint::request::{Request, json, legacy};

/// What is found, as `rule pointer`.
fn found(text: &str, endpoint: Option<&str>) -> Vec<String> {
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 0 };
    let document = json::parse(text);
    let told = endpoint.map(|endpoint| endpoint::parse(heylint::profile::default(), endpoint).expect("an endpoint"));
    let request = Request::read(heylint::profile::default(), None, document.root().expect("a value"), told);
    let findings = check::request::check(&request, &context);
    findings
        .iter()
        .map(|found| {
            format!(
                "{} {}",
                found.rule.id.replace("request/too-long", "script/too-long"),
                found.location.pointer.as_deref().unwrap_or("-")
            )
        })
        .collect()
}

/// The body of today, and the keys that are lost.
fn converted(text: &str) -> (serde_json::Value, Vec<String>, bool) {
    let document = json::parse(text);
    let body = document.root().expect("a value");
    let made = legacy::convert(legacy_body(heylint::profile::default(), body).expect("a body of the past"), body)
        .expect("an object");
    let lines = made.body.write(legacy::Layout::Lines("    "));
    let line = made.body.write(legacy::Layout::Line);
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(value, serde_json::from_str::<serde_json::Value>(&lines).expect("JSON"), "both layouts say the same");
    let lost = made.lost.iter().map(|value| value.key().unwrap_or_default().into_owned()).collect();
    (value, lost, made.complete)
}

#[test]
fn one_scene_becomes_a_flat_body() {
    let (body, lost, complete) = converted(
        r##"{"video_inputs": [{
            "character": {"type": "talking_photo", "talking_photo_id": "p1", "scale": 1.4, "matting": true,
                          "avatar_style": "normal", "use_avatar_iv_model": true},
            "voice": {"type": "text", "input_text": "Hello \"you\"", "voice_id": "v1", "speed": 1.2, "emotion": "Excited",
                      "elevenlabs_settings": {"stability": 0.5}},
            "background": {"type": "image", "image_asset_id": "bg"},
            "text": {"type": "text", "text": "overlay"}}],
          "dimension": {"width": 1080, "height": 1920}, "caption": true, "test": true, "title": "T", "callback_id": "c"}"##,
    );
    assert_eq!(
        body,
        serde_json::json!({
            "type": "avatar", "caption": {}, "title": "T", "callback_id": "c", "avatar_id": "p1",
            "remove_background": true, "engine": {"type": "avatar_iv"}, "script": "Hello \"you\"", "voice_id": "v1",
            "voice_settings": {"speed": 1.2, "engine_settings": {"engine_type": "elevenlabs", "stability": 0.5}},
            "background": {"type": "image", "asset_id": "bg"}, "aspect_ratio": "9:16", "resolution": "1080p"
        })
    );
    assert!(complete);
    for key in ["scale", "emotion", "text"] {
        assert!(lost.iter().any(|lost| lost == key), "{key} is not in {lost:?}");
    }
    assert_eq!(lost.len(), 3, "{lost:?}");
    assert_eq!(found(&body.to_string(), Some("POST /v3/videos")), [""; 0], "what comes out has no fault");
}

#[test]
fn several_scenes_become_a_studio_video() {
    let scene = |text: &str, background: &str| {
        format!(
            r#"{{"character": {{"type": "avatar", "avatar_id": "a"}},
                "voice": {{"type": "text", "input_text": "{text}", "voice_id": "v"}}, "background": {background}}}"#
        )
    };
    let colour = r##"{"type": "color", "value": "#102030"}"##;
    let video = r#"{"type": "video", "url": "https://a.b/c.mp4"}"#;
    let text = format!(
        r#"{{"video_inputs": [{}, {}], "dimension": {{"width": 1000, "height": 300}}}}"#,
        scene("One", colour),
        scene("Two", video)
    );
    let (body, lost, complete) = converted(&text);
    let input = |text| serde_json::json!({"type": "avatar", "avatar_id": "a", "script": text, "voice_id": "v"});
    let mut first = input("One");
    first["background"] = serde_json::json!({"type": "color", "color": "#102030"});
    assert_eq!(
        body,
        serde_json::json!({"type": "studio", "scenes": [
            {"type": "avatar_video", "input": first}, {"type": "avatar_video", "input": input("Two")}]})
    );
    assert_eq!((lost, complete), (vec!["dimension".to_owned(), "background".to_owned()], true));
    assert_eq!(found(&body.to_string(), Some("POST /v3/videos")), [""; 0]);
}

#[test]
fn templates_translations_and_others() {
    let (body, lost, _) = converted(
        r#"{"test": false, "caption": true, "dimension": {"width": 1280, "height": 720},
            "variables": {"name": {"name": "name", "type": "text", "properties": {"content": "Ann"}}}}"#,
    );
    let expected = serde_json::json!({"caption": true, "dimension": {"width": 1280, "height": 720},
        "variables": {"name": {"type": "text", "content": "Ann"}}});
    assert_eq!((body, lost.len()), (expected, 0));
    let (body, lost, complete) =
        converted(r#"{"video_url": "https://a.b/c.mp4", "output_language": "Spanish (Spain)", "title": "T"}"#);
    let expected = serde_json::json!({"video": {"type": "url", "url": "https://a.b/c.mp4"},
        "output_languages": ["Spanish (Spain)"], "title": "T"});
    assert_eq!((body, lost.len(), complete), (expected, 0, true));
    let (body, _, complete) =
        converted(r#"{"avatar_pose_id": "p", "avatar_style": "normal", "input_text": "Hi", "voice_id": "v"}"#);
    assert_eq!((body["output_format"].as_str(), body["avatar_id"].as_str(), complete), (Some("webm"), Some("p"), true));
    let (_, lost, complete) = converted(r#"{"image_key": "k", "video_title": "t", "script": "s", "voice_id": "v"}"#);
    assert_eq!((lost, complete), (vec!["image_key".to_owned()], false), "an image_key is no asset id");
}

#[test]
fn one_finding_and_the_limits_of_today() {
    let body = |text: &str, speed: &str, width: &str| {
        format!(
            r#"{{"video_inputs": [{{"character": {{"type": "avatar", "avatar_id": "a"}},
                "voice": {{"type": "text", "input_text": "{text}", "voice_id": "v", "speed": {speed}}}}}],
                "dimension": {{"width": {width}, "height": 720}}}}"#
        )
    };
    let legacy = "request/legacy-api /video_inputs";
    assert_eq!(found(&body("Hi", "1.5", "4096"), None), [legacy]);
    assert_eq!(
        found(&body("Hi", "1.5", "4096"), Some("POST /v3/videos")),
        [legacy],
        "sent to v3 it is no less retired"
    );
    let long = "é".repeat(5001);
    let voice = "/video_inputs/0/voice";
    assert_eq!(
        found(&body(&long, "1.6", "4097"), None),
        [
            legacy.to_owned(),
            format!("script/too-long {voice}/input_text"),
            format!("request/out-of-range {voice}/speed"),
            "output/dimension /dimension/width".to_owned()
        ]
    );
    let envelope = format!(r#"{{"method": "POST", "path": "/v2/video/generate", "body": {}}}"#, body("Hi", "1", "720"));
    assert_eq!(found(&envelope, None), ["request/legacy-api /path"]);
    // A body that only an endpoint of the past makes one.
    assert_eq!(found(r#"{"prompt": "Hi"}"#, Some("POST /v1/video_agent/generate")), ["request/legacy-api "]);
    assert_eq!(found(r#"{"prompt": 3}"#, Some("POST /v1/video_agent/generate")), ["request/legacy-api "]);
    for hostile in [r#"{"video_inputs": []}"#, r#"{"video_inputs": 3}"#, r#"{"video_inputs": [null, 3]}"#] {
        let _ = found(hostile, Some("POST /v2/video/generate"));
        let _ = found(hostile, None);
    }
}

#[test]
fn the_fix_rewrites_body_and_address() {
    let text = r#"{"method": "POST", "url": "https://api.heygen.com/v2/template/ab12/generate?x=1",
  "body": {
    "variables": {"a": {"name": "a", "type": "text", "properties": {"content": "A"}}}
  }}"#;
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 0 };
    let document = json::parse(text);
    let request = Request::read(heylint::profile::default(), None, document.root().expect("a value"), None);
    let findings = check::request::check(&request, &context);
    let fix = findings[0].fix.as_ref().expect("a fix");
    assert!(!fix.safe);
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut fixed = text.to_owned();
    for edit in edits {
        fixed.replace_range(edit.span.start..edit.span.end, &edit.text);
    }
    assert_eq!(
        fixed,
        r#"{"method": "POST", "url": "https://api.heygen.com/v3/templates/ab12?x=1",
  "body": {
    "variables": {
      "a": {
        "type": "text",
        "content": "A"
      }
    }
  }}"#
    );
    assert_eq!(found(&fixed, None), [""; 0]);
}

/// Their bodies are the same in both versions: only an address tells.
const SAME_TODAY: [&str; 4] = ["230.json", "266.json", "268.json", "372.json"];
/// A note about a request, and a body that is as likely one of `POST /v3/lipsyncs` with names of the past.
const NO_BODY: [&str; 2] = ["340.json", "318.json"];

#[test]
fn the_collection_is_told_apart() {
    let Some(corpus) = common::corpus() else { return };
    let table = std::fs::read_to_string(corpus.join("requests/real.csv")).expect("a table");
    let mut rows = table.lines();
    let columns: Vec<&str> = rows.next().expect("a heading").split(',').collect();
    assert_eq!(&columns[..2], ["file", "endpoint"]);
    let (mut past, mut today) = (0, 0);
    for row in rows {
        let mut cells = row.split(',');
        let (Some(file), Some(path)) = (cells.next(), cells.next()) else { continue };
        if std::path::Path::new(file).extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(corpus.join("requests/real").join(file)).expect("a body");
        let document = json::parse(&text);
        let Some(root) = document.root() else { continue };
        let request = Request::read(heylint::profile::default(), None, root, None);
        let is_legacy = request.body.and_then(|body| legacy_body(heylint::profile::default(), body)).is_some();
        if row.contains("sunset") {
            past += 1;
            if !SAME_TODAY.contains(&file) && !NO_BODY.contains(&file) {
                assert!(is_legacy, "{file} is not recognised: {text}");
            }
            if let Ok(endpoint @ Endpoint::Legacy(_)) =
                endpoint::parse(heylint::profile::default(), &format!("POST {path}"))
            {
                let findings = found(&text, Some(&endpoint.name()));
                assert!(findings[0].starts_with("request/legacy-api"), "{file}: {findings:?}");
                assert_eq!(
                    findings.iter().filter(|found| found.starts_with("request/legacy-api")).count(),
                    1,
                    "{file}"
                );
            } else {
                assert!(NO_BODY.contains(&file), "{file}: {path} is not in the data");
            }
        } else if path.starts_with("/v3/") {
            today += 1;
            assert!(!is_legacy, "{file} is of today: {text}");
        }
    }
    assert!(past >= 35 && today >= 100, "{past} of the past, {today} of today");
}
