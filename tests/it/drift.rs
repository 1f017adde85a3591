//! `heylint limits diff`, from outside.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::run::Folder;

/// An OpenAPI document that stands beside the checkout.
fn reference(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference").join(name);
    if !path.exists() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

/// What has moved from 2026-07-23 to the profile, and where `heygen-v3-2026-09.md` says so: the sections of that page.
const SINCE_JULY_23: [(&str, &str); 33] = [
    ("gone POST /v3/avatars (prompt).aspect_ratio: string", "3: the shape of an avatar from a prompt"),
    ("gone PATCH /v3/avatars/{group_id}", "E3"),
    ("gone POST /v3/brand-glossaries", "E3, 2"),
    ("gone PATCH /v3/brand-glossaries/{brand_glossary_id}", "E3, 2"),
    ("gone DELETE /v3/brand-glossaries/{brand_glossary_id}", "E3"),
    ("gone POST /v3/brand-kits", "E3, 2"),
    ("gone PATCH /v3/brand-kits/{brand_kit_id}", "E3, 2"),
    ("gone DELETE /v3/brand-kits/{brand_kit_id}", "E3"),
    ("gone POST /v3/filler-word-removals", "E3, 2"),
    ("gone POST /v3/hyperframes/renders", "E3, 2"),
    ("gone POST /v3/podcasts", "E3, 2"),
    ("gone POST /v3/workflows", "E3: preview"),
    ("gone POST /v3/workflow-runs", "E3: preview"),
    ("gone POST /v3/models/audio/voices", "E3: preview"),
    ("gone POST /v3/models/audio/tts", "E3: preview"),
    ("gone POST /v3/video-quality/comparisons", "E3: preview"),
    ("gone POST /v3/avatar-realtime", "E3: preview"),
    ("gone POST /v3/templates/{template_id} brand_glossary_id: string", "3"),
    ("gone POST /v3/video-agents brand_glossary_id: string", "3"),
    ("gone POST /v3/videos (avatar).folder_id: string (and 1 more place)", "3; the other place is the batch"),
    ("gone POST /v3/videos (avatar).brand_glossary_id: string (and 1 more place)", "3"),
    ("gone POST /v3/videos (image).folder_id: string (and 1 more place)", "3"),
    ("gone POST /v3/videos (image).brand_glossary_id: string (and 1 more place)", "3"),
    (
        "new POST /v3/videos (cinematic_avatar).aspect_ratio: value 4:5, 5:4, auto (and 1 more place)",
        "E5: closed since",
    ),
    ("gone POST /v3/videos (cinematic_avatar).folder_id: string (and 1 more place)", "3"),
    (
        "gone POST /v3/videos (studio).scenes[](video).playback.mode: string (and 1 more place)",
        "3: playback.mode, which the page dates to the document of 07-23, but its structure does not have it",
    ),
    ("gone POST /v3/videos (studio).folder_id: string (and 1 more place)", "3"),
    ("gone POST /v3/videos (studio).brand_glossary_id: string (and 1 more place)", "3"),
    ("gone POST /v3/videos/batches folder_id: string", "3: on the batch itself"),
    ("gone GET /v3/videos/{video_id}/scenes", "E3"),
    (
        "gone POST /v3/webhooks/endpoints events[]: value filler_word_removal.success, filler_word_removal.fail, podcast.success, podcast.fail",
        "E2",
    ),
    (
        "gone PATCH /v3/webhooks/endpoints/{endpoint_id} events[]: value filler_word_removal.success, filler_word_removal.fail, podcast.success, podcast.fail",
        "E2",
    ),
    (
        "gone GET /v3/webhooks/events ?event_type: value filler_word_removal.success, filler_word_removal.fail, podcast.success, podcast.fail",
        "E2",
    ),
];

/// What moved from 2026-07-21 to 2026-07-23: the two subtrees that differ.
const BETWEEN: [(&str, &str); 8] = [
    ("changed POST /v3/ai-clipping output_settings.caption_style: may not be null → may be null", "E13: a list since"),
    (
        "gone POST /v3/ai-clipping output_settings.caption_style: value one of subtle_gray, shadow_mint, subtle_cyan, stamp_red, retro_gold, block_dark, racing, modern_dark, modern_boxed, chunky, clean, shadow_lime, tag_yellow, pop_purple, spotlight, outline_classic, exotic, golden, simple, pop_single, energy, bold, elegant, neon_pink → any",
        "E13: 24 names",
    ),
    (
        "new POST /v3/videos (studio).scenes[](avatar_video).input: value image (and 1 more place)",
        "E4: it is gone since",
    ),
    ("gone POST /v3/videos (studio).scenes[](video).script: string (and 1 more place)", "3: the voice-over of a clip"),
    ("gone POST /v3/videos (studio).scenes[](video).voice_id: string (and 1 more place)", "3"),
    ("gone POST /v3/videos (studio).scenes[](video).voice_settings: object VoiceSettings (and 1 more place)", "3"),
    ("gone POST /v3/videos (studio).scenes[](video).audio_url: string (and 1 more place)", "3"),
    ("gone POST /v3/videos (studio).scenes[](video).audio_asset_id: string (and 1 more place)", "3"),
];

/// The lines about differences, with one blank between their parts.
fn differences(out: &str) -> Vec<String> {
    let is_one = |line: &&str| ["new ", "gone ", "changed "].iter().any(|change| line.starts_with(change));
    let mut lines: Vec<String> =
        out.lines().filter(is_one).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    lines.sort();
    lines
}

fn expected(known: &[(&str, &str)]) -> Vec<String> {
    let mut lines: Vec<String> = known.iter().map(|(line, _)| (*line).to_owned()).collect();
    lines.sort();
    lines
}

#[test]
fn the_documents_of_july_differ_in_what_is_known_and_in_nothing_else() {
    for (day, known) in [("23", SINCE_JULY_23.to_vec()), ("21", [SINCE_JULY_23.as_slice(), &BETWEEN].concat())] {
        let Some(path) = reference(&format!("openapi-2026-07-{day}.json")) else { return };
        let folder = Folder::new();
        let ran = folder.call_words(&["limits", "diff", "--openapi", &path.to_string_lossy()]).gives(1);
        assert_eq!(differences(&ran.out), expected(&known));
        let ran = ran.prints("the document is older than the profile");
        // These copies hold structure only.
        ran.prints("not compared, because no body of the document states any: lengths of texts, lengths of lists, bounds of numbers, closed objects");
    }
}

/// A small document that knows one operation, in two ways of writing. The profile has 79 more.
const SPEECH: &str = r##"{
  "openapi": "3.1.0",
  "info": {"title": "HeyGen API", "version": "2026-10-15"},
  "servers": [{"url": "https://api.heygen.com/v3"}],
  "paths": {"/voices/speech": {"post": {"requestBody": {"$ref": "#/components/requestBodies/Speech"}}}},
  "components": {
    "requestBodies": {"Speech": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Speech"}}}}},
    "schemas": {
      "Speech": {
        "allOf": [{"$ref": "#/components/schemas/Voice"}],
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "text": {"type": "string", "minLength": 1, "maxLength": 6000},
          "input_type": {"enum": ["text", "ssml", "markdown"]},
          "speed": {"anyOf": [{"type": "number", "minimum": 0.5, "maximum": 2}]},
          "language": {"anyOf": [{"type": "string"}, {"type": "null"}]},
          "locale": {"type": ["string", "null"]},
          "mood": {"type": "string", "enum": ["calm", "bright"]}
        },
        "required": ["text"]
      },
      "Voice": {"properties": {"voice_id": {"type": "string"}}, "required": ["voice_id"]}
    }
  }
}"##;

const SPEECH_IN_YAML: &str = r"# The same
openapi: '3.0.3'
info: {title: HeyGen API, version: '2026-10-15'}
paths:
  /v3/voices/speech:
    post:
      requestBody:
        content:
          application/json; charset=utf-8:
            schema:
              type: object
              additionalProperties: false
              required: [text, voice_id]
              properties:
                text: {type: string, minLength: 1, maxLength: 6000}
                voice_id: {type: string}
                input_type: {type: string, enum: [text, ssml, markdown]}
                speed: {type: number, minimum: 0.5, maximum: 2.0}
                language: &text {type: string, nullable: true}
                locale: *text
                mood: {type: string, enum: [calm, bright]}
";

#[test]
fn json_and_yaml_3_0_and_3_1_say_the_same() {
    let folder = Folder::new();
    folder.write("api.json", SPEECH).write("api.yaml", SPEECH_IN_YAML);
    for name in ["api.json", "api.yaml"] {
        let ran = folder.run(&format!("limits diff --openapi {name}")).gives(1);
        let of_speech: Vec<String> =
            differences(&ran.out).into_iter().filter(|line| line.contains("/v3/voices/speech")).collect();
        assert_eq!(
            of_speech,
            [
                "changed POST /v3/voices/speech text: maximum 5000 → 6000 (speech-text.max)",
                "new POST /v3/voices/speech input_type: value markdown",
                "new POST /v3/voices/speech mood: string, one of calm, bright",
            ],
            "{name}"
        );
        ran.prints_not("older than the profile");
    }
    let piped = folder.run_with_input("limits diff --openapi -", SPEECH.as_bytes()).gives(1);
    assert_eq!(differences(&piped.out), differences(&folder.run("limits diff --openapi api.json").out));
}

#[test]
fn programs_get_json() {
    let folder = Folder::new();
    folder.write("api.json", SPEECH);
    let ran = folder.run("limits diff --openapi api.json --format json").gives(1);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(report["version"], 1);
    assert_eq!(report["profile"], json!({"name": "heygen-v3", "as_of": "2026-09-07"}));
    assert_eq!(report["document"], json!({"title": "HeyGen API", "version": "2026-10-15", "older": false}));
    let all = report["differences"].as_array().expect("differences");
    let text = all.iter().find(|one| one["field"] == "text").expect("the difference");
    assert_eq!(
        *text,
        json!({"change": "changed", "subject": "maximum", "operation": "POST /v3/voices/speech", "at": "text",
            "object": "SpeechRequest", "field": "text", "limit": "speech-text.max", "ours": "5000", "theirs": "6000", "more": 0})
    );
}

#[test]
fn what_is_no_document_is_an_error() {
    let folder = Folder::new();
    folder
        .write("a.json", "{\"openapi\": \"3.0.0\"}")
        .write("b.yaml", "swagger: '2.0'\n")
        .write("c.json", [0xff, 0xfe]);
    let deep = format!("{{\"openapi\": \"3.0.0\", \"paths\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    folder.write("d.json", deep);
    folder.make("e");
    for (name, why) in [
        ("a.json", "a.json: it has no paths"),
        ("b.yaml", "b.yaml: it is of Swagger 2, which is not read; convert it to OpenAPI 3"),
        ("c.json", "c.json: it is not UTF-8"),
        ("d.json", "d.json: it is no JSON: recursion limit exceeded"),
        ("e", "e: it is no file"),
        ("f.json", "f.json: No such file"),
    ] {
        let ran = folder.run(&format!("limits diff --openapi {name}")).gives(2).says(why);
        assert_eq!(ran.out, "");
    }
}
