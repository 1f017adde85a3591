//! The conditions that a table of fields cannot express. Each test has bodies that break its condition, similar bodies
//! that are valid, and bodies on the limit. `rules/heygen-v3/requests/README.md` lists the conditions; a test compares
//! its table with these tests.

mod speech;
mod table;

use heylint::check::{self, Context};
use heylint::finding::Finding;
use heylint::limits::Limits;
use heylint::request::job::jobs;
use heylint::request::{Request, endpoint, json};
use serde_json::{Value, json};

const VIDEOS: &str = "POST /v3/videos";
const BATCH: &str = "POST /v3/videos/batches";
const TRANSLATIONS: &str = "POST /v3/video-translations";
const UPLOADS: &str = "POST /v3/assets/direct-uploads";
const CONSENT: &str = "POST /v3/avatars/{group_id}/consent";
const MP3: &str = "https://example.com/talk.mp3";
const VOICE: &str = "1bd001e7e50f421d891986aad5158bc8";

fn check(endpoint: &str, text: &str) -> Vec<Finding> {
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 1_795_000_000, newer: None };
    let document = json::parse(text);
    assert!(document.errors().is_empty(), "{text}");
    let told =
        endpoint::parse(heylint::profile::default(), endpoint).unwrap_or_else(|_| panic!("no endpoint {endpoint}"));
    let request = Request::read(heylint::profile::default(), None, document.root().expect("a value"), Some(told));
    let mut found = check::request::check(&request, &context);
    // Only the engine knows the lengths of files; here there is none.
    found.extend(check::length::check(&request, &jobs(&request), &|_| None, &context));
    found
}

/// The one finding of a body: severity, rule and pointer.
#[track_caller]
fn bad(endpoint: &str, body: &Value, expected: &str) -> Finding {
    let text = body.to_string();
    let mut found = check(endpoint, &text);
    let shown: Vec<String> = found.iter().map(line).collect();
    assert_eq!(shown, [expected], "{body:#}\n{found:#?}");
    let finding = found.remove(0);
    well_formed(&finding, &text);
    assert!(finding.help.is_some(), "{}", finding.message);
    assert!(finding.location.span.is_some_and(|span| span.start < span.end), "{}", finding.message);
    finding
}

/// The walker has reported a fault, and the condition adds nothing.
#[track_caller]
fn silent(endpoint: &str, body: &Value, expected: &str) {
    let shown: Vec<String> = check(endpoint, &body.to_string()).iter().map(line).collect();
    assert_eq!(shown, [expected], "{body:#}");
}

#[track_caller]
fn good(endpoint: &str, body: &Value) {
    let found = check(endpoint, &body.to_string());
    assert!(found.is_empty(), "{body:#}\n{:?}", found.iter().map(line).collect::<Vec<_>>());
}

fn line(finding: &Finding) -> String {
    let pointer = finding.location.pointer.as_deref().unwrap_or("-");
    format!("{} {} {pointer}", finding.severity, finding.rule.id)
}

/// Checks what every finding of a condition has: a pointer that resolves, a span within the text, a next step.
#[track_caller]
fn well_formed(finding: &Finding, text: &str) {
    let body: Value = serde_json::from_str(text).expect("JSON");
    let pointer = finding.location.pointer.as_deref().expect("a pointer");
    assert!(body.pointer(pointer).is_some(), "{pointer} in {text}");
    let span = finding.location.span.expect("a span");
    assert!(text.get(span.start..span.end).is_some(), "{span:?}");
    for related in &finding.related {
        let pointer = related.location.pointer.as_deref().expect("a pointer");
        assert!(body.pointer(pointer).is_some(), "{pointer} in {text}");
    }
    let message = &finding.message;
    assert!(!message.starts_with(|c: char| c.is_uppercase()) && !message.ends_with('.'), "{message}");
    assert!(!message.contains('\n'), "{message}");
}

/// `base` with the members of `more`; null overwrites a member.
fn with(base: &Value, more: Value) -> Value {
    let mut body = base.clone();
    match (body.as_object_mut(), more) {
        (Some(members), Value::Object(more)) => members.extend(more),
        _ => panic!("two objects"),
    }
    body
}

fn avatar(more: Value) -> Value {
    with(&json!({"type": "avatar", "avatar_id": "Daisy-inskirt-20220818"}), more)
}

fn picture(more: Value) -> Value {
    with(&json!({"type": "image", "image": {"type": "asset_id", "asset_id": "8f027b07a8f54c1e"}}), more)
}

fn studio(scenes: Value) -> Value {
    let mut body = json!({"type": "studio"});
    body["scenes"] = scenes;
    body
}

fn scene_avatar(more: Value) -> Value {
    let input = with(&json!({"type": "avatar", "avatar_id": "Daisy-inskirt-20220818"}), more);
    studio(json!([{"type": "avatar_video", "input": input}]))
}

fn clip(more: Value) -> Value {
    studio(json!([with(&json!({"type": "video", "source": {"type": "asset_id", "asset_id": "8f027b07"}}), more)]))
}

fn still(more: Value) -> Value {
    studio(json!([with(&json!({"type": "image", "source": {"type": "asset_id", "asset_id": "8f027b07"}}), more)]))
}

fn cinematic(more: Value) -> Value {
    with(&json!({"type": "cinematic_avatar", "prompt": "A walk by the sea", "avatar_id": ["Daisy"]}), more)
}

fn translation(more: Value) -> Value {
    let video = json!({"type": "url", "url": "https://example.com/talk.mp4"});
    with(&json!({"video": video, "output_languages": ["Spanish (Spain)"]}), more)
}

// ---- engines and backgrounds -----------------------------------------------------------------------------------------

#[test]
fn engines_refuse_fields() {
    let engine = |name: &str, more: Value| with(&json!({"script": "Hello.", "engine": {"type": name}}), more);
    let (motion, face) = (json!({"motion_prompt": "nods"}), json!({"expressiveness": "high"}));
    bad(VIDEOS, &avatar(engine("avatar_iii", motion.clone())), "error request/conflict /motion_prompt");
    bad(VIDEOS, &avatar(engine("avatar_iii", face.clone())), "error request/conflict /expressiveness");
    bad(VIDEOS, &avatar(engine("avatar_v", face.clone())), "error request/conflict /expressiveness");
    bad(
        VIDEOS,
        &scene_avatar(engine("avatar_v", face.clone())),
        "error request/conflict /scenes/0/input/expressiveness",
    );
    // Two fields that another engine accepts.
    let both = with(&motion, face.clone());
    let finding = bad(VIDEOS, &avatar(engine("avatar_iii", both.clone())), "error request/conflict /motion_prompt");
    assert_eq!(finding.message, "engine avatar_iii does not accept motion_prompt and expressiveness");
    assert_eq!(finding.limit.as_ref().map(|limit| limit.name), Some("engine.no-motion-prompt"));
    let finding = bad(VIDEOS, &avatar(engine("avatar_v", both.clone())), "error request/conflict /expressiveness");
    assert_eq!(finding.message, "engine avatar_v does not accept expressiveness");

    good(VIDEOS, &avatar(engine("avatar_iv", both)));
    good(VIDEOS, &avatar(engine("avatar_v", motion)));
    good(VIDEOS, &avatar(engine("avatar_iii", json!({"motion_prompt": null, "expressiveness": null}))));
    good(VIDEOS, &avatar(with(&json!({"script": "Hello.", "engine": null}), face)));
}

#[test]
fn some_engines_were_documented_without_4k() {
    let engine =
        |name: &str, size: &str| avatar(json!({"script": "Hello.", "engine": {"type": name}, "resolution": size}));
    for name in ["avatar_iv", "avatar_v"] {
        let finding = bad(VIDEOS, &engine(name, "4k"), "hint request/conflict /resolution");
        assert_eq!(finding.limit.as_ref().map(|limit| limit.name), Some("engine.for-4k"));
        good(VIDEOS, &engine(name, "1080p"));
    }
    good(VIDEOS, &engine("avatar_iii", "4k"));
    good(VIDEOS, &avatar(json!({"script": "Hello.", "resolution": "4k"})));
}

#[test]
fn only_avatar_v_takes_a_reference_look() {
    let engine = |name: &str| avatar(json!({"script": "Hello.", "engine": {"type": name, "reference_look_id": "x1"}}));
    silent(VIDEOS, &engine("avatar_iii"), "error request/unknown-field /engine/reference_look_id");
    silent(VIDEOS, &engine("avatar_iv"), "error request/unknown-field /engine/reference_look_id");
    good(VIDEOS, &engine("avatar_v"));
}

#[test]
fn a_background_is_one_colour_or_one_picture() {
    let on = |background: Value| avatar(json!({"script": "Hello.", "background": background}));
    let url = "https://example.com/sea.png";
    bad(VIDEOS, &on(json!({"type": "color"})), "error request/needs-one-of /background");
    bad(VIDEOS, &on(json!({"type": "color", "url": url})), "error request/needs-one-of /background");
    bad(VIDEOS, &on(json!({"type": "image"})), "error request/needs-one-of /background");
    bad(VIDEOS, &on(json!({"type": "image", "value": "#ffffff"})), "error request/needs-one-of /background");
    let both = json!({"type": "image", "url": url, "asset_id": "8f027b07"});
    bad(VIDEOS, &on(both), "error request/conflict /background/asset_id");
    bad(
        VIDEOS,
        &picture(json!({"audio_url": MP3, "background": {"type": "color"}})),
        "error request/needs-one-of /background",
    );
    let idle = json!({"type": "color", "value": "#ffffff", "url": url});
    bad(VIDEOS, &on(idle), "warning request/no-effect /background/url");
    let idle = json!({"type": "image", "value": "#ffffff", "url": url});
    bad(VIDEOS, &on(idle), "warning request/no-effect /background/value");
    // A video background is one fault, not two.
    let video = json!({"type": "video", "url": "https://example.com/sea.mp4"});
    let finding = bad(VIDEOS, &on(video), "error request/unknown-value /background/type");
    assert!(finding.help.is_some_and(|help| help.starts_with("v3 has no video background")));
    // The old name for the picture is already reported.
    let old = json!({"type": "image", "image_asset_id": "8f027b07"});
    silent(VIDEOS, &on(old), "error request/retired-field /background/image_asset_id");

    good(VIDEOS, &on(json!({"type": "color", "value": "#ffffff"})));
    good(VIDEOS, &on(json!({"type": "color", "value": "#ffffff", "url": null, "asset_id": null})));
    good(VIDEOS, &on(json!({"type": "image", "url": url})));
    good(VIDEOS, &on(json!({"type": "image", "asset_id": "8f027b07"})));
    // A cut-out presenter is a use of the background.
    let cut =
        json!({"script": "Hello.", "remove_background": true, "background": {"type": "color", "value": "#ffffff"}});
    good(VIDEOS, &avatar(cut));
}

#[test]
fn a_transparent_video_has_no_background() {
    let colour = json!({"type": "color", "value": "#ffffff"});
    let webm = |more: Value| with(&json!({"output_format": "webm", "audio_url": MP3}), more);
    bad(VIDEOS, &avatar(webm(json!({"background": colour}))), "error request/conflict /background");
    bad(VIDEOS, &picture(webm(json!({"background": colour}))), "error request/conflict /background");
    bad(
        VIDEOS,
        &avatar(webm(json!({"background": colour, "remove_background": true}))),
        "error request/conflict /background",
    );
    bad(VIDEOS, &avatar(webm(json!({"remove_background": true}))), "hint request/no-effect /remove_background");
    good(VIDEOS, &avatar(webm(json!({"remove_background": false, "background": null}))));
    good(VIDEOS, &avatar(json!({"output_format": "mp4", "audio_url": MP3, "background": colour})));
}

// ---- cinematic shots -------------------------------------------------------------------------------------------------

#[test]
fn a_length_excludes_an_automatic_one() {
    bad(VIDEOS, &cinematic(json!({"auto_duration": true, "duration": 10})), "error request/conflict /duration");
    good(VIDEOS, &cinematic(json!({"auto_duration": false, "duration": 10})));
    good(VIDEOS, &cinematic(json!({"auto_duration": true, "duration": null})));
}

#[test]
fn references_are_counted_by_kind() {
    let list = |name: &str, count: usize| -> Vec<Value> {
        (0..count).map(|at| json!({"type": "url", "url": format!("https://example.com/{at}.{name}")})).collect()
    };
    let shot = |references: Vec<Value>, avatars: usize| {
        cinematic(json!({"references": references, "avatar_id": vec!["Daisy"; avatars]}))
    };
    let finding = bad(VIDEOS, &shot(list("mp4", 4), 1), "error request/too-many-items /references");
    assert_eq!(finding.message, "references hold 4 videos, 1 more than the maximum of 3 videos");
    bad(VIDEOS, &shot(list("png", 10), 1), "error request/too-many-items /references");
    let finding = bad(VIDEOS, &shot(list("png", 9), 1), "error request/too-many-items /references");
    assert_eq!(finding.message, "references hold 9 pictures, with 1 avatar 10; together the maximum is 9");
    bad(VIDEOS, &shot(list("jpg", 7), 3), "error request/too-many-items /references");
    good(VIDEOS, &shot(list("png", 8), 1));
    good(VIDEOS, &shot(list("png", 6), 3));
    good(VIDEOS, &shot(list("webm", 3), 3));
    // Three videos and the maximum of pictures.
    good(VIDEOS, &shot([list("mp4", 3), list("jpeg", 8)].concat(), 1));
    // Base64 data state their type.
    let data = vec![json!({"type": "base64", "media_type": "video/mp4", "data": "AAAA"}); 4];
    let found = check(VIDEOS, &shot(data, 1).to_string());
    assert!(found.iter().any(|finding| line(finding) == "error request/too-many-items /references"), "{found:#?}");
    // An asset id, a URL without an extension and a placeholder may be of any kind.
    let unknown = vec![json!({"type": "asset_id", "asset_id": "8f027b07"}); 12];
    good(VIDEOS, &shot(unknown, 3));
    let unknown = vec![json!({"type": "url", "url": "https://example.com/file"}); 12];
    good(VIDEOS, &shot(unknown, 3));
}

// ---- batches ---------------------------------------------------------------------------------------------------------

#[test]
fn a_batch_documents_three_types() {
    let scene = still(json!({"duration": 4}));
    let body = json!({"videos": [avatar(json!({"script": "Hello."})), scene]});
    bad(BATCH, &body, "warning request/unknown-value /videos/1/type");
    let all = json!({"videos": [
        avatar(json!({"script": "Hello."})), picture(json!({"audio_url": MP3})), cinematic(json!({"duration": 4}))
    ]});
    good(BATCH, &all);
}

#[test]
fn a_batch_has_one_folder() {
    let video = |more: Value| with(&avatar(json!({"script": "Hello."})), more);
    good(VIDEOS, &video(json!({"folder_id": "f"})));
    good(BATCH, &json!({"folder_id": "f", "videos": [video(json!({}))]}));
    let body = json!({"videos": [video(json!({})), video(json!({"folder_id": "f"}))]});
    bad(BATCH, &body, "error request/unknown-field /videos/1/folder_id");
}

#[test]
fn a_batch_lists_no_zip() {
    let file = |name: &str, kind: &str| json!({"filename": name, "content_type": kind, "size_bytes": 7});
    let zip = file("a.zip", "application/zip");
    good(UPLOADS, &zip);
    let batch = "POST /v3/assets/direct-uploads/batches";
    good(batch, &json!({"files": [file("a.png", "image/png")]}));
    bad(batch, &json!({"files": [zip]}), "warning request/unknown-value /files/0/content_type");
}

#[test]
fn the_languages_of_a_batch_are_counted_together() {
    let endpoint = "POST /v3/video-translations/batches";
    let names: Vec<String> = (0..25).map(|at| format!("Language {at}")).collect();
    let item = translation(json!({"output_languages": names}));
    good(endpoint, &json!({"video_translations": vec![item.clone(); 4]}));
    let five = with(&item, json!({"output_languages": ["Spanish (Spain)"]}));
    let over = json!({"video_translations": [&item, &item, &item, &item, &five]});
    let finding = bad(endpoint, &over, "error request/too-many-items /video_translations");
    assert!(finding.message.starts_with("the translations have 101 output languages together, 1 more"));
}

// ---- translations and lip-syncs --------------------------------------------------------------------------------------

#[test]
fn a_part_must_begin_before_it_ends() {
    let lipsync = |start: Value, end: Value| {
        let audio = json!({"type": "url", "url": MP3});
        let video = json!({"type": "asset_id", "asset_id": "8f027b07"});
        json!({"video": video, "audio": audio, "start_time": start, "end_time": end})
    };
    let part = |start: Value, end: Value| translation(json!({"start_time": start, "end_time": end}));
    let lipsyncs = "POST /v3/lipsyncs";
    bad(lipsyncs, &lipsync(json!(30), json!(10)), "error request/conflict /start_time");
    bad(lipsyncs, &lipsync(json!(10), json!(10)), "error request/conflict /start_time");
    bad(TRANSLATIONS, &part(json!(2.5), json!(2.5)), "error request/conflict /start_time");
    // A negative end is already reported, and not compared.
    silent(lipsyncs, &lipsync(json!(3), json!(-2)), "error request/out-of-range /end_time");
    good(lipsyncs, &lipsync(json!(0), json!(0.1)));
    good(lipsyncs, &lipsync(json!(5), Value::Null));
    good(TRANSLATIONS, &part(Value::Null, json!(3)));
}

#[test]
fn a_glossary_has_one_id() {
    let ids = |old: Value, new: Value| translation(json!({"brand_voice_id": old, "brand_glossary_id": new}));
    bad(TRANSLATIONS, &ids(json!("a1"), json!("b2")), "warning request/conflict /brand_voice_id");
    let proofread = with(&ids(json!("a1"), json!("b2")), json!({"title": "Tour"}));
    bad("POST /v3/video-translations/proofreads", &proofread, "warning request/conflict /brand_voice_id");
    good(TRANSLATIONS, &ids(json!("a1"), json!("a1")));
    good(TRANSLATIONS, &ids(json!("a1"), Value::Null));
    good(TRANSLATIONS, &ids(Value::Null, json!("b2")));
}

#[test]
fn fields_that_depend_on_another() {
    let audio = json!({"type": "url", "url": MP3});
    let srt = json!({"type": "url", "url": "https://example.com/talk.srt"});
    bad(TRANSLATIONS, &translation(json!({"fps_mode": "cfr"})), "warning request/no-effect /fps_mode");
    bad(TRANSLATIONS, &translation(json!({"srt_role": "input"})), "warning request/no-effect /srt_role");
    bad(TRANSLATIONS, &translation(json!({"srt_role": "input", "srt": null})), "warning request/no-effect /srt_role");
    good(TRANSLATIONS, &translation(json!({"fps_mode": "cfr", "audio": audio})));
    good(TRANSLATIONS, &translation(json!({"fps_mode": null})));
    good(TRANSLATIONS, &translation(json!({"srt_role": "output", "srt": srt})));
    let old = json!({"srt_role": "input", "srt_url": "https://example.com/talk.srt"});
    silent(TRANSLATIONS, &translation(old), "error request/retired-field /srt_url");
    silent(TRANSLATIONS, &translation(json!({"srt_role": "both"})), "error request/unknown-value /srt_role");
}

#[test]
fn languages_have_names() {
    let into = |name: &str| translation(json!({"output_languages": ["French", name]}));
    let rule = "warning request/malformed-value /output_languages/1";
    let help = |finding: Finding| finding.help.unwrap_or_default();
    assert_eq!(help(bad(TRANSLATIONS, &into("es"), rule)), "give the name: \"Spanish\"");
    assert!(
        help(bad(TRANSLATIONS, &into("pt-BR"), rule)).starts_with("give the name: \"Portuguese\", with the region")
    );
    assert!(help(bad(TRANSLATIONS, &into("xx"), rule)).starts_with("give the name, such as"));
    good(TRANSLATIONS, &into("Spanish (Spain)"));
    good(TRANSLATIONS, &into("Hindi"));
}

// ---- consent, uploads, webhooks --------------------------------------------------------------------------------------

#[test]
fn consent_is_asked_for_or_recorded() {
    let video = json!({"type": "asset_id", "asset_id": "8f027b07"});
    let text = "I agree to the use of my likeness.";
    let page = "https://example.com/thanks";
    bad(CONSENT, &json!({"consent_text": text, "consent_video": video}), "error request/conflict /consent_video");
    bad(CONSENT, &json!({"reroute_url": page, "consent_video": video}), "error request/conflict /consent_video");
    let all = json!({"consent_text": text, "reroute_url": page, "consent_video": video});
    assert_eq!(bad(CONSENT, &all, "error request/conflict /consent_video").related.len(), 2);
    good(CONSENT, &json!({"consent_text": text, "reroute_url": page}));
    good(CONSENT, &json!({"consent_video": video, "consent_text": null}));
}

#[test]
fn a_file_name_agrees_with_its_content_type() {
    let upload = |name: &str, kind: &str| json!({"filename": name, "content_type": kind, "size_bytes": 1_048_576});
    let rule = "warning asset/media-type-mismatch /filename";
    bad(UPLOADS, &upload("clip.png", "video/mp4"), rule);
    bad(UPLOADS, &upload("photo.PNG", "image/jpeg"), rule);
    bad(UPLOADS, &upload("talk.m4a", "audio/mpeg"), rule);
    bad(UPLOADS, &upload("clip.mov", "video/mp4"), rule);
    let batch = json!({"files": [upload("a.png", "image/png"), upload("b.png", "image/jpeg")]});
    bad("POST /v3/assets/direct-uploads/batches", &batch, "warning asset/media-type-mismatch /files/1/filename");
    for (name, kind) in [
        ("clip.mp4", "video/mp4"),
        ("photo.jpg", "image/jpeg"),
        ("photo.JPEG", "image/jpeg"),
        ("talk.mp3", "audio/mpeg"),
        ("talk.wav", "audio/x-wav"),
        ("talk.webm", "audio/webm"),
        ("no-extension", "image/png"),
        ("archive.v2", "image/png"),
        ("{{name}}.png", "image/jpeg"),
    ] {
        good(UPLOADS, &upload(name, kind));
    }
    // A type that the service never accepts is one fault.
    silent(UPLOADS, &upload("clip.mov", "video/quicktime"), "error request/unknown-value /content_type");
}

#[test]
fn a_direct_upload_is_checked_against_the_uses_of_its_kind() {
    let upload =
        |kind: &str, name: &str, bytes: u64| json!({"filename": name, "content_type": kind, "size_bytes": bytes});
    let rule = "warning file/too-large /size_bytes";
    let limit = |finding: Finding| finding.limit.map(|limit| limit.name);
    let mib = 1_048_576;
    assert_eq!(limit(bad(UPLOADS, &upload("video/mp4", "a.mp4", 100 * mib + 1), rule)), Some("video.max-size"));
    assert_eq!(limit(bad(UPLOADS, &upload("image/png", "a.png", 50 * mib + 1), rule)), Some("image.max-size"));
    assert_eq!(limit(bad(UPLOADS, &upload("audio/mpeg", "a.mp3", 50 * mib + 1), rule)), Some("speech.max-size"));
    let cap = bad(UPLOADS, &upload("video/mp4", "a.mp4", 200 * mib + 1), rule);
    assert_eq!(limit(cap), Some("asset.direct-max-size"));
    good(UPLOADS, &upload("video/mp4", "a.mp4", 100 * mib));
    good(UPLOADS, &upload("image/png", "a.png", 50 * mib));
    good(UPLOADS, &upload("application/pdf", "a.pdf", 200 * mib));
}

#[test]
fn a_webhook_names_events() {
    let hook = |events: Value| json!({"url": "https://example.com/hook", "events": events});
    let endpoint = "POST /v3/webhooks/endpoints";
    bad(endpoint, &hook(json!([])), "warning request/no-effect /events");
    good(endpoint, &hook(Value::Null));
    good(endpoint, &hook(json!(["avatar_video.success"])));
}

// ---- placeholders ----------------------------------------------------------------------------------------------------

#[test]
fn a_placeholder_is_present_but_unknown() {
    let faults = |endpoint: &str, body: Value| -> Vec<String> {
        let found = check(endpoint, &body.to_string());
        found.iter().map(line).filter(|line| !line.contains("request/placeholder")).collect()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(faults(VIDEOS, picture(json!({"script": "<script>", "voice_id": "<voice>"}))), none);
    assert_eq!(faults(VIDEOS, avatar(json!({"audio_url": "<audio>"}))), none);
    let engine = json!({"script": "Hello.", "engine": {"type": "<engine>"}, "expressiveness": "high"});
    assert_eq!(faults(VIDEOS, avatar(engine)), none);
    let window = translation(json!({"start_time": "<start>", "end_time": 1}));
    assert_eq!(faults(TRANSLATIONS, window), none);
    let ids = translation(json!({"brand_voice_id": "<a>", "brand_glossary_id": "b2"}));
    assert_eq!(faults(TRANSLATIONS, ids), none);
    let both = avatar(json!({"script": "Hello.", "audio_url": "<audio>"}));
    assert_eq!(faults(VIDEOS, both), ["error request/conflict /audio_url"]);
}
