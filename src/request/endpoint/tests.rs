use super::super::contract::{self, BodyShape, FieldKind};
use super::infer::weigh;
use super::*;
use crate::profile;

fn api() -> &'static Profile {
    profile::default()
}

fn guess(text: &str) -> Option<(String, Certainty)> {
    let document = json::parse(text);
    document.root().and_then(|root| infer(api(), root)).map(|guess| (guess.endpoint.name(), guess.certainty))
}

#[test]
fn endpoints_by_name() {
    let name = |text| parse(api(), text).map(Endpoint::name);
    for (text, wanted) in [
        ("POST /v3/videos", "POST /v3/videos"),
        ("/v3/videos", "POST /v3/videos"),
        ("get /v3/videos?limit=5", "GET /v3/videos"),
        ("https://api.heygen.com/v3/videos/", "POST /v3/videos"),
        ("POST /v3/templates/4f2a", "POST /v3/templates/{template_id}"),
        ("POST /v3/assets/direct-uploads", "POST /v3/assets/direct-uploads"),
        ("POST /v3/assets/{asset_id}/complete", "POST /v3/assets/{asset_id}/complete"),
        ("POST /v3/assets/complete/batches", "POST /v3/assets/complete/batches"),
        ("PATCH /v3/avatars/looks/a1", "PATCH /v3/avatars/looks/{look_id}"),
        ("GET /v3/video-agents/sessions/abc/resources", "GET /v3/video-agents/{session_id}/resources"),
        ("POST /v2/video/generate", "POST /v2/video/generate"),
    ] {
        assert_eq!(name(text).as_deref(), Ok(wanted), "{text}");
    }
    for (text, hint) in [
        ("POST /v3/video", "did you mean `POST /v3/videos`?"),
        ("POST /v3/vidoes/batches", "did you mean `POST /v3/videos/batches`?"),
        ("videos", "did you mean `POST /v3/videos`?"),
        ("PUT /v3/videos", "did you mean"),
        ("https://example.com/x", "give one such as"),
        ("", "give one such as"),
    ] {
        assert!(name(text).is_err_and(|fault| fault.contains(hint)), "{text}: {:?}", name(text));
    }
}

proptest::proptest! {
    #[test]
    fn a_plain_path_matches_directly(text in "/?([a-z0-9_{}./?# :-]|//){0,12}") {
        proptest::prop_assert_eq!(SplitAddress::parse(&text), SplitAddress::taken_apart(&text));
    }
}

#[test]
fn the_fast_path_agrees_with_the_slow_one() {
    for operation in api().operations.iter().filter(|operation| variables(operation.path) == 0) {
        assert_eq!(plain(api(), operation.method, operation.path), Some(operation));
        let also = |other: &&Operation| other.also == Some(operation.path) && other.method == operation.method;
        assert_eq!(api().operations.iter().find(also), None, "{}", operation.name());
    }
}

/// The shapes of issue reports and of the collection, each with unknown keys where people write such keys.
const PROVEN: &[(&str, &str)] = &[
    (r#"{"type": "avatar", "avatar_id": "a", "script": "Hi"}"#, "POST /v3/videos"),
    (r#"{"avatar_id": "a", "voice_id": "v", "script": "Hi"}"#, "POST /v3/videos"),
    (
        r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hi", "orientation": "portrait", "voice_speed": 1.1}"#,
        "POST /v3/videos",
    ),
    (r#"{"type": "avatar", "avatar_id": "a", "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 6}"#, "POST /v3/videos"),
    (r#"{"type": "avatar", "avatarId": "a", "voiceId": "v", "script": "Hi"}"#, "POST /v3/videos"),
    (
        r#"{"type": "studio", "folder_id": "f", "scenes": [{"type": "avatar_video", "input": {"type": "avatar", "avatar_id": "a", "script": "Hi."}}]}"#,
        "POST /v3/videos",
    ),
    (
        r#"{"type": "studio", "scenes": [{"type": "video", "source": {"type": "url", "url": "https://a.b/c.mp4"}}]}"#,
        "POST /v3/videos",
    ),
    (
        r#"{"type": "studio", "scenes": [{"type": "avatar_video", "avatar_id": "a", "script": "Hi"}]}"#,
        "POST /v3/videos",
    ),
    (
        r#"{"type": "image", "image": {"type": "url", "url": "https://e.com/a.png"}, "voice_id": "v", "script": "Hi.", "engine": {"type": "avatar_iv"}, "x_id": "f"}"#,
        "POST /v3/videos",
    ),
    (
        r#"{"image_url": "https://a.b/c.png", "script": "Hi", "voice_id": "v", "aspect_ratio": "16:9"}"#,
        "POST /v3/videos",
    ),
    (r#"{"avatar_id": "a", "voice": {"type": "audio", "audio_url": "https://a.b/c.mp3"}}"#, "POST /v3/videos"),
    (r#"{"avatar_id": "a", "audio_url": "https://a.b/c.mp3"}"#, "POST /v3/videos"),
    (
        r#"{"x": 1, "y": 2, "z": 3, "videos": [{"type": "avatar", "avatar_id": "a", "script": "Hi"}]}"#,
        "POST /v3/videos/batches",
    ),
    (r#"{"type": "photo", "name": "A", "file": {"type": "asset_id", "asset_id": "x"}}"#, "POST /v3/avatars"),
    (r#"{"type": "photo", "name": "A", "image": "https://a.b/c.png"}"#, "POST /v3/avatars"),
    (r#"{"type": "digital_twin", "name": "A"}"#, "POST /v3/avatars"),
    (
        r#"{"video": {"type": "asset_id", "asset_id": "x"}, "output_languages": ["Spanish"], "a": 1, "b": 2, "c": 3}"#,
        "POST /v3/video-translations",
    ),
    (r#"{"output_languages": ["es"], "mode": "precision"}"#, "POST /v3/video-translations"),
    (
        r#"{"video": {"type": "asset_id", "asset_id": "x"}, "audio": {"type": "asset_id", "asset_id": "y"}}"#,
        "POST /v3/lipsyncs",
    ),
    (
        r#"{"lipsyncs": [{"video": {"type": "asset_id", "asset_id": "x"}, "audio": {"type": "asset_id", "asset_id": "y"}}]}"#,
        "POST /v3/lipsyncs/batches",
    ),
    (r#"{"url": "https://a.b/hook", "events": ["avatar_video.success"]}"#, "POST /v3/webhooks/endpoints"),
    (r#"{"url": "https://a.b/hook", "events": ["x.y", "avatar_video.fail"]}"#, "POST /v3/webhooks/endpoints"),
    (r#"{"prompt": "A film", "mode": "generate"}"#, "POST /v3/video-agents"),
    (r#"{"prompt": "A film", "orientation": "portrait"}"#, "POST /v3/video-agents"),
    (r#"{"prompt": "A film", "avatar_id": "a"}"#, "POST /v3/video-agents"),
    (r#"{"prompt": "A film", "files": [{"asset_id": "a"}]}"#, "POST /v3/video-agents"),
    (
        r#"{"prompt": "A film", "avatar_id": "a", "voice_id": "v", "quality": "high", "voice_settings": {"speed": 1}}"#,
        "POST /v3/video-agents",
    ),
    (r#"{"filename": "a.png", "content_type": "image/png", "size_bytes": 3}"#, "POST /v3/assets/direct-uploads"),
    (
        r#"{"files": [{"filename": "a.png", "content_type": "image/png", "size_bytes": 3}]}"#,
        "POST /v3/assets/direct-uploads/batches",
    ),
    (
        r#"{"assets": [{"filename": "a.png", "content_type": "image/png", "size_bytes": 3}], "title": "t"}"#,
        "POST /v3/assets/direct-uploads/batches",
    ),
    (r#"{"variables": {}, "dimension": {"width": 1920, "height": 1080}}"#, "POST /v3/templates/{template_id}"),
    (
        r#""{\"variables\": {}, \"dimension\": {\"width\": 1920, \"height\": 1080}}""#,
        "POST /v3/templates/{template_id}",
    ),
    (r#"{"text": "Hi", "voice_id": "v", "speed": 1.0}"#, "POST /v3/voices/speech"),
    (r#"{"prompt": "A deep voice", "gender": "male", "seed": 1}"#, "POST /v3/voices"),
    (r#"{"title": "Dubs", "lipsyncs": {}}"#, "POST /v3/lipsyncs/batches"),
    (
        r#"{"scenes": [{"avatar": {"type": "avatar", "avatar_id": "a"}, "audio": {"script": "Hi", "voice_id": "v"}}]}"#,
        "POST /v3/videos",
    ),
    (r#"{"variables": {"x": {"type": "text", "content": "Hi"}}}"#, "POST /v3/templates/{template_id}"),
    (r#"{"video_inputs": [{"character": {}, "voice": {}}]}"#, "POST /v2/video/generate"),
    (r#"{"prompt": "A film", "config": {"avatar_id": "a", "duration_sec": 30}}"#, "POST /v3/video-agents"),
    (r#"{"input_video_id": "x", "output_languages": ["Spanish"], "title": "t"}"#, "POST /v2/video_translate"),
    (r#"{"quality": "high", "avatar_id": "a", "voice": {"voice_id": "v"}, "version": "v2"}"#, "POST /v1/streaming.new"),
    (r#"{"session_id": "s", "text": "Hi", "task_type": "repeat"}"#, "POST /v1/streaming.task"),
    (r#"{"session_id": "s", "sdp": {"type": "answer", "sdp": "v=0"}}"#, "POST /v1/streaming.start"),
];

#[test]
fn shapes_that_leave_no_doubt() {
    let wrong = PROVEN.iter().filter(|(text, wanted)| guess(text) != Some(((*wanted).to_owned(), Certainty::Certain)));
    let wrong: Vec<_> = wrong.map(|(text, _)| (text, guess(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn shapes_that_prove_nothing() {
    let wrong = [
        r#"{"prompt": "a cat"}"#,
        r#"{"text": "Hi", "voice_id": "v"}"#,
        r#"{"text": "Hi", "voice_id": "v", "speed": 1, "format": "mp3"}"#,
        r#"{"prompt": "a cat", "seed": 1}"#,
        r#"{"prompt": "a cat", "gender": "male"}"#,
        r#"{"prompt": "a cat", "gender": "male", "seed": 1, "steps": 30}"#,
        r#"{"scenes": [{"avatar": {"type": "image", "src": "a.png"}, "audio": {"src": "a.mp3"}}]}"#,
        r#"{"scenes": [{"avatar": "a.png", "text": "Hi"}]}"#,
        r#"{"title": "Dubs", "lipsyncs": [], "total": 0}"#,
        r#""just a text""#,
        r#""{\"name\": \"x\"}""#,
        r#"{"url": "https://a.b/hook", "events": ["push"]}"#,
        r#"{"name": "pkg", "version": "1.0.0", "type": "module", "files": ["dist"], "scripts": {}}"#,
        r#"{"status": "waiting", "scenes": [{"text": "a"}], "confirmed": false}"#,
        r#"{"title": "A page", "url": "https://a.b"}"#,
        r#"{"type": "image", "url": "https://a.b/c.png", "width": 3}"#,
        r#"{"type": "image", "image": "hero.png", "title": "A hero", "caption": "A caption"}"#,
        r#"{"type": "image", "image": {"type": "external", "external": {"url": "https://a.b/c.png"}}}"#,
        r#"{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}"#,
        r#"{"type": "video", "title": "A clip", "video_url": "https://a.b/c.mp4", "aspect_ratio": "16:9"}"#,
        r#"{"type": "studio", "title": "A flat in the centre", "price": 900}"#,
        r#"{"type": "avatar", "size": "large", "title": "Ann", "image": "ann.png"}"#,
        r#"{"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image", "source": {}}]}"#,
        r#"{"model": "x", "prompt": "a", "aspect_ratio": "16:9", "duration": 5, "callback_url": "https://a.b"}"#,
        r#"{"image_url": "https://a.b/c.png", "audio_url": "https://a.b/c.mp3"}"#,
        r#"{"text": "Hi", "model_id": "m", "voice_settings": {"stability": 0.5}}"#,
        r#"{"voice_id": "v", "voice_settings": {"stability": 0.5}}"#,
        r#"{"id": "1", "status": "done", "avatar_id": "a", "voice_id": "v", "script": "Hi"}"#,
        r#"{"filename": "a.png", "content_type": "image/png", "size_bytes": 3, "url": "https://a.b/c.png"}"#,
        r#"{"filename": "a.png", "content_type": "image/png", "size": 3}"#,
        r#"{"name": "Bob", "avatar_id": "a", "voice_id": "v", "prompt": "p", "age": 3, "mood": "x", "likes": [], "x": 1}"#,
        r#"{"video_inputs": [1, 2]}"#,
        r#"{"script": {"type": "text"}, "source_url": "https://a.b/c.png"}"#,
        r#"{"type": "FeatureCollection", "features": []}"#,
        "{}",
        "[]",
        "3",
    ];
    let wrong = wrong.map(|text| (text, guess(text)));
    let wrong: Vec<_> =
        wrong.iter().filter(|(_, guess)| guess.as_ref().is_some_and(|guess| guess.1 == Certainty::Certain)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A list of stored files is not a list of files to upload.
#[test]
fn files_of_an_agent_are_not_uploads() {
    let text = r#"{"files": [{"type": "asset_id", "asset_id": "a"}, {"type": "url", "url": "https://a.b/c.png"}]}"#;
    assert_eq!(guess(text), Some(("POST /v3/video-agents".to_owned(), Certainty::Likely)));
}

/// A skipped body is named if there is much evidence, and only then.
#[test]
fn texts_that_resemble_a_request() {
    let resembles =
        |text: &str| json::parse(text).root().and_then(|root| infer(api(), root)).is_some_and(|guess| guess.resembles);
    for text in [
        r#"{"prompt": "A film about bees"}"#,
        r#"{"text": "Hi", "voice_id": "v"}"#,
        r#"{"video": {"type": "url", "url": "https://a.b/c.mp4"}}"#,
        r#"{"files": [{"type": "asset_id", "asset_id": "a"}]}"#,
    ] {
        assert!(resembles(text), "{text}");
    }
    for text in [
        r#"{"name": "x"}"#,
        r#"{"title": "x", "url": "https://a.b"}"#,
        r#"{"name": "pkg", "version": "1.0.0", "type": "module", "files": ["dist"], "scripts": {}}"#,
        r#"{"type": "FeatureCollection", "features": []}"#,
        r#"{"id": "1", "status": "done", "avatar_id": "a", "voice_id": "v", "script": "Hi"}"#,
        r#"{"message": "ok"}"#,
    ] {
        assert!(!resembles(text), "{text}");
    }
}

/// Every union, wherever it appears.
fn unions() -> Vec<&'static contract::Union> {
    fn of(kind: &'static FieldKind) -> Option<&'static contract::Union> {
        match kind {
            FieldKind::Union(union) => Some(union),
            FieldKind::List(list) => of(list.item),
            _ => None,
        }
    }
    let bodies = api().operations.iter().filter_map(|operation| match operation.body {
        Some(BodyShape::Union(union)) => Some(union),
        _ => None,
    });
    let fields = api().objects.iter().flat_map(|object| object.fields);
    bodies.chain(fields.filter_map(|field| of(&field.kind))).collect()
}

#[test]
fn every_discriminator_is_known() {
    assert!(unions().len() > 10);
    for union in unions() {
        assert!(crate::profile::default().recognition.is_telling(union.by), "{}", union.by);
    }
}

/// Values like those of requests, from keys and words of the contract.
fn values() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
    use proptest::prelude::*;
    use serde_json::Value as Json;
    let names = api().objects.iter().flat_map(|object| {
        object.fields.iter().map(|field| field.name).chain(object.retired.iter().map(|retired| retired.name))
    });
    let signs = api().legacy.iter().flat_map(|legacy| legacy.signs.concat()).flat_map(|sign| sign.split(['.', ':']));
    let keys: Vec<&str> = names.chain(signs).chain(["type", "engine_type", "mode", "orientation", "other"]).collect();
    let words: Vec<&str> = unions().iter().flat_map(|union| union.values()).chain(["English", "x", ""]).collect();
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        proptest::sample::select(words).prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        let member = (proptest::sample::select(keys.clone()), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..3).prop_map(Json::from),
            proptest::collection::vec(member, 0..6)
                .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Json>()),
        ]
    })
}

proptest::proptest! {
    /// A body remembered by its shape gets the same endpoint as if it came first; so does another body of the same
    /// shape.
    #[test]
    fn remembered_matches_equal_a_search(value in values()) {
        fn other_words(value: &mut serde_json::Value, tag: bool) {
            match value {
                serde_json::Value::Object(members) => {
                    members.iter_mut().for_each(|(key, value)| other_words(value, crate::profile::default().recognition.is_telling(key)));
                }
                serde_json::Value::Array(items) => items.iter_mut().for_each(|item| other_words(item, true)),
                serde_json::Value::String(text) if !tag => text.push_str(" and more"),
                serde_json::Value::Number(number) => *number = 7.into(),
                _ => {}
            }
        }
        let mut other = value.clone();
        other_words(&mut other, false);
        for value in [&value, &value, &other] {
            let text = value.to_string();
            let document = json::parse(&text);
            let body = document.root().expect("a value");
            if body.kind() == json::ValueKind::Object {
                proptest::prop_assert_eq!(infer(api(), body), weigh(api(), body), "{}", text);
            }
        }
    }
}
