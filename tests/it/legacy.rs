//! Bodies of versions 1 and 2: recognised, reported once, and converted to v3.

use crate::common;
use heylint::check::{self, Context};
use heylint::limits::Limits;
use heylint::request::compose::WriteStyle;
use heylint::request::endpoint::{self, Endpoint, legacy_body};
use heylint::request::{Request, json};

/// The findings, as `rule pointer`.
fn found(text: &str, endpoint: Option<&str>) -> Vec<String> {
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 0, newer: None };
    let document = json::parse(text);
    let given = endpoint.map(|endpoint| endpoint::parse(heylint::profile::default(), endpoint).expect("an endpoint"));
    let request = Request::read(heylint::profile::default(), None, document.root().expect("a value"), given);
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

/// The v3 body, and the keys that are lost.
fn converted(text: &str) -> (serde_json::Value, Vec<String>, bool) {
    let document = json::parse(text);
    let body = document.root().expect("a value");
    let made = check::convert(
        heylint::profile::default(),
        legacy_body(heylint::profile::default(), body).expect("a body of the past"),
        body,
    )
    .expect("an object");
    let lines = made.body.write(WriteStyle::Lines("    "));
    let line = made.body.write(WriteStyle::Line);
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(
        value,
        serde_json::from_str::<serde_json::Value>(&lines).expect("JSON"),
        "both layouts parse to the same value"
    );
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
    assert_eq!(found(&body.to_string(), Some("POST /v3/videos")), [""; 0], "the result has no fault");
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
    assert_eq!((lost, complete), (vec!["image_key".to_owned()], false), "an image_key is not an asset id");
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
    assert_eq!(found(&body("Hi", "1.5", "4096"), Some("POST /v3/videos")), [legacy], "sent to v3 it is retired too");
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
    // A body that only its retired endpoint identifies.
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
    let context = Context { limits: &limits, ready: false, now: 0, newer: None };
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

/// Their bodies are the same in both versions; only the address differs.
const SAME_TODAY: [&str; 4] = ["230.json", "266.json", "268.json", "372.json"];
/// A note about a request, and a body that may also be one of `POST /v3/lipsyncs` with old names.
const NO_BODY: [&str; 2] = ["340.json", "318.json"];

#[test]
fn the_versions_of_the_collection_are_distinguished() {
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
            assert!(!is_legacy, "{file} is v3: {text}");
        }
    }
    assert!(past >= 35 && today >= 100, "{past} of versions 1 and 2, {today} of v3");
}

#[test]
fn each_old_value_is_converted() {
    let scene = |character: &str, voice: &str, more: &str| {
        format!(r#"{{"video_inputs": [{{"character": {{{character}}}, "voice": {{{voice}}}{more}}}]}}"#)
    };
    let avatar = r#""type": "avatar", "avatar_id": "a""#;
    let text = r#""type": "text", "input_text": "Hi", "voice_id": "v""#;
    // `expression` does not become `expressiveness`.
    for expression in ["default", "happy"] {
        let character = format!(r#""type": "talking_photo", "talking_photo_id": "p", "expression": "{expression}""#);
        let (body, lost, complete) = converted(&scene(&character, text, ""));
        assert!(body.get("expressiveness").is_none() && complete, "{body}");
        assert_eq!(lost.is_empty(), expression == "default", "{lost:?}");
    }
    // An id does not become an address.
    let (body, ..) =
        converted(r#"{"video_inputs": [{"character": {"avatar_id": "a"}, "voice": {"input_audio": "aud_1"}}]}"#);
    assert_eq!((body["audio_asset_id"].as_str(), body.get("audio_url")), (Some("aud_1"), None));
    let address = r#""type": "audio", "input_audio": "https://a.b/c.mp3""#;
    let (body, ..) = converted(&scene(avatar, address, ""));
    assert_eq!(body["audio_url"], "https://a.b/c.mp3");
    // A transparent background means WebM.
    let (body, lost, _) = converted(&scene(avatar, text, r#", "background": {"type": "transparent"}"#));
    assert_eq!((body["output_format"].as_str(), body.get("background"), lost.len()), (Some("webm"), None, 0));
    // A dimension within the scene.
    let (body, lost, _) = converted(&scene(avatar, text, r#", "dimension": {"width": 720, "height": 1280}"#));
    assert_eq!((&body["aspect_ratio"], &body["resolution"], lost.len()), (&"9:16".into(), &"720p".into(), 0));
    // A photo with a URL becomes an image.
    let photo = r#""type": "talking_photo", "talking_photo_url": "https://a.b/c.png""#;
    let (body, _, complete) = converted(&scene(photo, text, r#", "folder_id": "f""#));
    let picture = serde_json::json!({"type": "url", "url": "https://a.b/c.png"});
    assert_eq!((&body["type"], &body["image"], complete), (&"image".into(), &picture, true));
    // Language codes become names, if the code is unambiguous.
    let (body, ..) = converted(r#"{"video_url": "https://a.b/c.mp4", "output_language": "es"}"#);
    assert_eq!(body["output_languages"], serde_json::json!(["Spanish"]));
    // Variables of a template.
    let variable = |kind: &str, properties: &str| {
        let text =
            format!(r#"{{"variables": {{"x": {{"name": "x", "type": "{kind}", "properties": {{{properties}}}}}}}}}"#);
        converted(&text).0["variables"]["x"].clone()
    };
    let asset = serde_json::json!({"type": "url", "url": "https://a.b/c.png"});
    assert_eq!(
        variable("image", r#""url": "https://a.b/c.png", "asset_id": null, "fit": "contain""#),
        serde_json::json!({"type": "image", "asset": asset, "fit": "contain"})
    );
    assert_eq!(
        variable("character", r#""character_id": "c", "type": "talking_photo""#),
        serde_json::json!({"type": "character", "character_id": "c", "character_type": "talking_photo"})
    );
}

#[test]
fn fields_without_a_v3_equivalent_are_named() {
    let help = |text: &str| {
        let (limits, document) = (Limits::default(), json::parse(text));
        let context = Context { limits: &limits, ready: false, now: 0, newer: None };
        let request = Request::read(heylint::profile::default(), None, document.root().expect("a value"), None);
        let finding = check::request::check(&request, &context).remove(0);
        assert!(finding.fix.is_none(), "{text}");
        finding.help.unwrap_or_default()
    };
    let silent = r#"{"video_inputs": [{"character": {"type": "avatar", "avatar_id": "a"},
        "voice": {"type": "silence", "duration": "3"}}]}"#;
    assert!(help(silent).contains("no silent avatar"), "{}", help(silent));
    let none = r#"{"video_inputs": [{"character": {"type": "avatar"}, "voice": {"input_text": "Hi"}}]}"#;
    assert!(help(none).contains("requires"), "{}", help(none));
    // Two scenes, one with a photo URL, which no v3 scene accepts.
    let scenes = r#"{"video_inputs": [
        {"character": {"avatar_id": "a"}, "voice": {"input_text": "Hi", "voice_id": "v"}},
        {"character": {"talking_photo_url": "https://a.b/c.png"}, "voice": {"input_text": "Hi", "voice_id": "v"}}]}"#;
    assert!(help(scenes).contains("not all of it can be carried over"), "{}", help(scenes));
}

/// Bodies of version 2, common and unusual.
mod bodies {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    fn object(members: Vec<Option<(&'static str, Value)>>) -> Value {
        members.into_iter().flatten().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
    }

    /// An optional member.
    fn some(key: &'static str, values: Vec<Value>) -> impl Strategy<Value = Option<(&'static str, Value)>> {
        proptest::option::of(proptest::sample::select(values).prop_map(move |value| (key, value)))
    }

    fn all(members: Vec<BoxedStrategy<Option<(&'static str, Value)>>>) -> impl Strategy<Value = Value> {
        members.prop_map(object)
    }

    fn always(key: &'static str, values: Vec<Value>) -> BoxedStrategy<Option<(&'static str, Value)>> {
        proptest::sample::select(values).prop_map(move |value| Some((key, value))).boxed()
    }

    fn character() -> impl Strategy<Value = Value> {
        let looks = vec![
            json!({"type": "avatar", "avatar_id": "a1", "avatar_style": "normal"}),
            json!({"type": "avatar", "avatar_id": "a1", "scale": 1.3, "offset": {"x": 0.1, "y": 0}}),
            json!({"type": "talking_photo", "talking_photo_id": "p1", "use_avatar_iv_model": true}),
            json!({"type": "talking_photo", "talking_photo_id": "p1", "talking_photo_style": "circle"}),
            json!({"type": "talking_photo", "talking_photo_url": "https://a.b/c.png"}),
            json!({"type": "talking_photo", "talking_photo_id": "p1", "expression": "happy", "talking_style": "stable"}),
            json!({"type": "avatar", "avatar_id": "a1", "matting": true, "circle_background_color": "#fff000"}),
            json!({"type": "avatar", "avatar_id": "a1", "custom_motion_prompt": "waves", "super_resolution": true}),
        ];
        proptest::sample::select(looks)
    }

    fn voice() -> impl Strategy<Value = Value> {
        let spoken = all(vec![
            always("type", vec![json!("text")]),
            always("input_text", vec![json!("Hello \"you\""), json!("Ein Satz.")]),
            always("voice_id", vec![json!("v1")]),
            some("speed", vec![json!(1.0), json!(1.2)]).boxed(),
            some("pitch", vec![json!(-10), json!(0)]).boxed(),
            some("emotion", vec![json!("Excited")]).boxed(),
            some("locale", vec![json!("en-US")]).boxed(),
            some(
                "elevenlabs_settings",
                vec![json!({"stability": 0.5}), json!({"model": "eleven_v3", "similarity": 1})],
            )
            .boxed(),
        ]);
        let recorded = proptest::sample::select(vec![
            json!({"type": "audio", "audio_url": "https://a.b/c.mp3"}),
            json!({"type": "audio", "audio_asset_id": "aud1"}),
            json!({"type": "audio", "input_audio": "aud1"}),
            json!({"type": "silence", "duration": "2.0"}),
        ]);
        prop_oneof![3 => spoken, 1 => recorded]
    }

    fn video() -> impl Strategy<Value = Value> {
        let background = vec![
            json!({"type": "color", "value": "#00B140"}),
            json!({"type": "image", "url": "https://a.b/c.png", "fit": "cover"}),
            json!({"type": "image", "image_asset_id": "i1"}),
            json!({"type": "video", "url": "https://a.b/c.mp4", "play_style": "loop"}),
            json!({"type": "transparent"}),
        ];
        let size = vec![json!({"width": 1280, "height": 720}), json!({"width": 1000, "height": 300})];
        let scene = all(vec![
            character().prop_map(|value| Some(("character", value))).boxed(),
            voice().prop_map(|value| Some(("voice", value))).boxed(),
            some("background", background).boxed(),
            some("dimension", size.clone()).boxed(),
            some("text", vec![json!({"type": "text", "text": "over"})]).boxed(),
        ]);
        all(vec![
            proptest::collection::vec(scene, 1..4).prop_map(|scenes| Some(("video_inputs", json!(scenes)))).boxed(),
            some("dimension", size).boxed(),
            some("caption", vec![json!(true), json!(false)]).boxed(),
            some("title", vec![json!("T")]).boxed(),
            some("test", vec![json!(true)]).boxed(),
            some("callback_id", vec![json!("c")]).boxed(),
            some("callback_url", vec![json!("https://a.b/hook")]).boxed(),
            some("folder_id", vec![json!("f")]).boxed(),
            some("aspect_ratio", vec![json!("16:9"), Value::Null]).boxed(),
        ])
    }

    fn template() -> impl Strategy<Value = Value> {
        let variables = vec![
            json!({"name": "n", "type": "text", "properties": {"content": "News"}}),
            json!({"name": "n", "type": "image", "properties": {"url": "https://a.b/c.png", "asset_id": null, "fit": "none"}}),
            json!({"name": "n", "type": "video", "properties": {"asset_id": "v1", "play_style": "loop", "fit": "cover"}}),
            json!({"name": "n", "type": "audio", "properties": {"url": "https://a.b/c.mp3"}}),
            json!({"name": "n", "type": "voice", "properties": {"voice_id": "v1", "locale": "en-US"}}),
            json!({"name": "n", "type": "character", "properties": {"character_id": "c1", "type": "avatar"}}),
        ];
        all(vec![
            proptest::collection::vec(proptest::sample::select(variables), 1..4)
                .prop_map(|all| {
                    let named = all.into_iter().enumerate().map(|(at, value)| (format!("n{at}"), value));
                    Some(("variables", Value::Object(named.collect())))
                })
                .boxed(),
            some("caption", vec![json!(true), json!(false)]).boxed(),
            some("dimension", vec![json!({"width": 1280, "height": 720})]).boxed(),
            some("test", vec![json!(false)]).boxed(),
            some("title", vec![json!("T")]).boxed(),
            some("folder_id", vec![json!("f")]).boxed(),
        ])
    }

    fn translation() -> impl Strategy<Value = Value> {
        let language = vec![json!("Spanish (Spain)"), json!("es"), json!("de"), json!("zz")];
        all(vec![
            always("video_url", vec![json!("https://a.b/c.mp4")]),
            always("output_language", language),
            some("title", vec![json!("T")]).boxed(),
            some("translate_audio_only", vec![json!(true)]).boxed(),
            some("speaker_num", vec![json!(2)]).boxed(),
            some("enable_dynamic_duration", vec![json!(true)]).boxed(),
        ])
    }

    fn picture() -> impl Strategy<Value = Value> {
        all(vec![
            always("image_key", vec![json!("image/1/original")]),
            always("video_title", vec![json!("T")]),
            always("script", vec![json!("Hello.")]),
            always("voice_id", vec![json!("v1")]),
            some("video_orientation", vec![json!("portrait")]).boxed(),
            some("fit", vec![json!("cover")]).boxed(),
            some("custom_motion_prompt", vec![json!("waves")]).boxed(),
        ])
    }

    fn clip() -> impl Strategy<Value = Value> {
        all(vec![
            always("avatar_pose_id", vec![json!("p1")]),
            always("avatar_style", vec![json!("normal"), json!("circle")]),
            always("input_text", vec![json!("Hello.")]),
            always("voice_id", vec![json!("v1")]),
            some("dimension", vec![json!({"width": 1920, "height": 1080})]).boxed(),
        ])
    }

    pub fn any() -> impl Strategy<Value = Value> {
        prop_oneof![4 => video(), 2 => template(), 1 => translation(), 1 => picture(), 1 => clip()]
    }
}

proptest::proptest! {
    /// Either `--fix-unsafe` writes a body without errors, or it writes nothing and the finding says what cannot be
    /// converted.
    #[test]
    fn no_proposal_is_wrong(body in bodies::any()) {
        let text = body.to_string();
        let (limits, document) = (Limits::default(), json::parse(&text));
        let context = Context { limits: &limits, ready: false, now: 0, newer: None };
        let request = Request::read(heylint::profile::default(), None, document.root().expect("a value"), None);
        let findings = check::request::check(&request, &context);
        proptest::prop_assert_eq!(findings[0].rule.id, "request/legacy-api", "{}", text);
        let Some(fix) = &findings[0].fix else {
            let help = findings[0].help.clone().unwrap_or_default();
            proptest::prop_assert!(help.contains("not all of it can be carried over: "), "{}\n{}", text, help);
            return Ok(());
        };
        let edit = &fix.edits[0];
        let today = format!("{}{}{}", &text[..edit.span.start], edit.text, &text[edit.span.end..]);
        let made = json::parse(&today);
        let Endpoint::Legacy(legacy) = endpoint::infer(heylint::profile::default(), document.root().expect("a value")).expect("known").endpoint else {
            panic!("{text} is v3");
        };
        let given = Some(Endpoint::Operation(legacy.now));
        let request = Request::read(heylint::profile::default(), None, made.root().expect("a value"), given);
        let errors: Vec<String> = check::request::check(&request, &context)
            .into_iter()
            .filter(|finding| finding.severity == heylint::rule::Severity::Error)
            .map(|finding| finding.message)
            .collect();
        proptest::prop_assert!(errors.is_empty(), "{}\n{}\n{:?}", text, today, errors);
    }
}

/// Most bodies have a proposal; otherwise the property above would also hold for a program that proposes nothing.
#[test]
fn most_bodies_have_a_proposal() {
    use proptest::strategy::{Strategy, ValueTree};
    const ALL: usize = 500;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut reasons = std::collections::BTreeMap::new();
    for _ in 0..ALL {
        let body = bodies::any().new_tree(&mut runner).expect("a body").current();
        let text = body.to_string();
        let (limits, document) = (Limits::default(), json::parse(&text));
        let context = Context { limits: &limits, ready: false, now: 0, newer: None };
        let request = Request::read(heylint::profile::default(), None, document.root().expect("a value"), None);
        let finding = check::request::check(&request, &context).remove(0);
        let help = finding.help.unwrap_or_default();
        let reason = help.split_once("carried over: ").map_or("proposed", |(_, why)| why).to_owned();
        assert_eq!(finding.fix.is_some(), reason == "proposed", "{text}");
        *reasons.entry(reason).or_insert(0_usize) += 1;
    }
    eprintln!("{reasons:#?}");
    assert!(reasons["proposed"] * 2 > ALL, "{reasons:?}");
}

#[test]
fn the_report_shows_the_proposal_and_what_is_lost() {
    let folder = crate::run::Folder::new();
    folder.write(
        "a.json",
        r#"{
  "video_inputs": [{
    "character": {"type": "talking_photo", "talking_photo_id": "tp", "expression": "happy"},
    "voice": {"type": "text", "input_text": "Hi", "voice_id": "v"}
  }]
}"#,
    );
    let ran = folder.run("a.json").gives(1).prints("v3 does not support expression");
    for line in ["+   \"type\": \"avatar\",", "+   \"avatar_id\": \"tp\",", "+   \"script\": \"Hi\","] {
        assert!(ran.out.contains(line), "no {line} in\n{}", ran.out);
    }
    // A long proposal is cut.
    let scenes = vec![r#"{"character": {"avatar_id": "a"}, "voice": {"input_text": "Hi", "voice_id": "v"}}"#; 20];
    folder.write("b.json", format!("{{\n\"video_inputs\": [\n{}\n]}}", scenes.join(",\n")));
    folder.run("b.json").gives(1).prints("more lines");
}

#[test]
fn the_id_of_a_template_goes_into_the_path() {
    let folder = crate::run::Folder::new();
    let envelope = |id: &str| {
        format!(
            r#"{{"method": "POST", "url": "https://api.heygen.com/v1/template.generate", "body": {{"template_id": {id}, "variables": {{"a": "x"}}, "test": true}}}}"#
        )
    };
    folder.write("a.json", envelope("\"ab12\""));
    folder.run("a.json").gives(1).prints_not("does not support template_id");
    folder.run("--fix-unsafe a.json");
    let fixed = folder.read("a.json");
    assert!(
        fixed.contains(r#""url": "https://api.heygen.com/v3/templates/ab12""#) && !fixed.contains("template_id"),
        "{fixed}"
    );
    folder.run("--fail-on hint a.json").gives(0);
    // Without an id, or with one that needs escapes, there is no proposal, and no fix is counted.
    for id in ["\"a/b\"", "\"\"", "7"] {
        folder.write("a.json", envelope(id));
        folder.run("a.json").gives(1).prints_not("--fix-unsafe");
    }
}

#[test]
fn a_single_scene_is_reported_once() {
    let scene = r#"{"character": {"avatar_id": "a"}, "voice": {"voice_id": "v", "input_text": "Hi."}, "background": {"type": "video", "video_asset_id": "b", "play_style": "fit_to_scene"}}"#;
    assert_eq!(found(scene, None), ["request/legacy-api /character/avatar_id"]);
}
