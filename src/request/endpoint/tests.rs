use super::*;

fn guess(text: &str) -> Option<(String, Certainty)> {
    let document = json::parse(text);
    document.root().and_then(infer).map(|guess| (guess.endpoint.name(), guess.certainty))
}

#[test]
fn endpoints_by_name() {
    let name = |text| parse(text).map(Endpoint::name);
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
    fn a_plain_path_needs_no_taking_apart(text in "/?([a-z0-9_{}./?# :-]|//){0,12}") {
        proptest::prop_assert_eq!(Address::parse(&text), Address::taken_apart(&text));
    }
}

#[test]
fn the_short_way_leads_where_the_long_one_does() {
    for operation in OPERATIONS.iter().filter(|operation| variables(operation.path) == 0) {
        assert_eq!(plain(operation.method, operation.path), Some(operation));
        let also = |other: &&Operation| other.also == Some(operation.path) && other.method == operation.method;
        assert_eq!(OPERATIONS.iter().find(also), None, "{}", operation.name());
    }
}

#[test]
fn shapes_that_leave_no_doubt() {
    for (text, wanted) in [
        (r#"{"type": "avatar", "avatar_id": "a", "script": "Hi"}"#, "POST /v3/videos"),
        (r#"{"avatar_id": "a", "voice_id": "v", "script": "Hi"}"#, "POST /v3/videos"),
        (
            r#"{"type": "studio", "scenes": [{"type": "video", "source": {"type": "url", "url": "https://a.b/c.mp4"}}]}"#,
            "POST /v3/videos",
        ),
        (r#"{"type": "photo", "name": "A", "file": {"type": "asset_id", "asset_id": "x"}}"#, "POST /v3/avatars"),
        (
            r#"{"video": {"type": "asset_id", "asset_id": "x"}, "output_languages": ["Spanish"]}"#,
            "POST /v3/video-translations",
        ),
        (
            r#"{"video": {"type": "asset_id", "asset_id": "x"}, "audio": {"type": "asset_id", "asset_id": "y"}}"#,
            "POST /v3/lipsyncs",
        ),
        (
            r#"{"lipsyncs": [{"video": {"type": "asset_id", "asset_id": "x"}, "audio": {"type": "asset_id", "asset_id": "y"}}]}"#,
            "POST /v3/lipsyncs/batches",
        ),
        (r#"{"url": "https://a.b/hook", "events": ["avatar_video.success"]}"#, "POST /v3/webhooks/endpoints"),
        (r#"{"video_inputs": [{"character": {}, "voice": {}}]}"#, "POST /v2/video/generate"),
    ] {
        assert_eq!(guess(text), Some((wanted.to_owned(), Certainty::Certain)), "{text}");
    }
}

#[test]
fn shapes_that_prove_nothing() {
    for text in [
        r#"{"prompt": "a cat"}"#,
        r#"{"text": "Hi", "voice_id": "v"}"#,
        r#"{"url": "https://a.b/hook", "events": ["push"]}"#,
        r#"{"name": "pkg", "version": "1.0.0", "type": "module", "files": ["dist"], "scripts": {}}"#,
        r#"{"status": "waiting", "scenes": [{"text": "a"}], "confirmed": false}"#,
        r#"{"title": "A page", "url": "https://a.b"}"#,
        r#"{"type": "image", "url": "https://a.b/c.png", "width": 3}"#,
        r#"{"model": "x", "prompt": "a", "aspect_ratio": "16:9", "duration": 5, "callback_url": "https://a.b"}"#,
        r#"{"text": "Hi", "model_id": "m", "voice_settings": {"stability": 0.5}}"#,
        r#"{"filename": "a.png", "content_type": "image/png", "size_bytes": 3}"#,
        r#"{"video_inputs": [1, 2]}"#,
        r#"{"script": {"type": "text"}, "source_url": "https://a.b/c.png"}"#,
        "{}",
        "[]",
        "3",
    ] {
        let guess = guess(text);
        assert!(guess.as_ref().is_none_or(|(_, certainty)| *certainty != Certainty::Certain), "{text}: {guess:?}");
    }
}

/// Every union, wherever it is held.
fn unions() -> Vec<&'static contract::Union> {
    fn of(kind: &'static Kind) -> Option<&'static contract::Union> {
        match kind {
            Kind::Union(union) => Some(union),
            Kind::List(list) => of(list.item),
            _ => None,
        }
    }
    let bodies = OPERATIONS.iter().filter_map(|operation| match operation.body {
        Some(Shape::Union(union)) => Some(union),
        _ => None,
    });
    let fields = contract::OBJECTS.iter().flat_map(|object| object.fields);
    bodies.chain(fields.filter_map(|field| of(&field.kind))).collect()
}

#[test]
fn tags_are_all_known() {
    assert!(unions().len() > 10);
    for union in unions() {
        assert!(is_tag(union.by), "{}", union.by);
    }
}

/// Values such as requests have, of keys and words of the contract.
fn values() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
    use proptest::prelude::*;
    use serde_json::Value as Json;
    let names = contract::OBJECTS.iter().flat_map(|object| {
        object.fields.iter().map(|field| field.name).chain(object.retired.iter().map(|retired| retired.name))
    });
    let signs = LEGACY.iter().flat_map(|legacy| legacy.signs.concat()).flat_map(|sign| sign.split(['.', ':']));
    let keys: Vec<&str> = names.chain(signs).chain(["type", "engine_type", "other"]).collect();
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
    /// A body that is remembered by its shape is for what it would be for if it came first; so is one of the same shape
    /// that says something else.
    #[test]
    fn what_is_remembered_is_what_would_be_found(value in values()) {
        fn other_words(value: &mut serde_json::Value, tag: bool) {
            match value {
                serde_json::Value::Object(members) => {
                    members.iter_mut().for_each(|(key, value)| other_words(value, is_tag(key)));
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
            if body.kind() == json::Kind::Object {
                proptest::prop_assert_eq!(infer(body), weigh(body), "{}", text);
            }
        }
    }
}
