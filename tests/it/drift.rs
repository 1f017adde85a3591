//! Tests of `heylint limits diff`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::lsp::client::{Client, everyday};
use crate::run::Folder;

/// The path of an OpenAPI document beside the checkout.
fn reference(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference").join(name);
    if !path.exists() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

/// The changes from 2026-07-23 to the profile, with the sections of `heygen-v3-2026-09.md` that state them.
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

/// The changes from 2026-07-21 to 2026-07-23, in two subtrees.
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

/// The lines about differences, with single spaces.
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
fn the_documents_of_july_have_only_the_known_differences() {
    for (day, known) in [("23", SINCE_JULY_23.to_vec()), ("21", [SINCE_JULY_23.as_slice(), &BETWEEN].concat())] {
        let Some(path) = reference(&format!("openapi-2026-07-{day}.json")) else { return };
        let folder = Folder::new();
        let ran = folder.call_words(&["limits", "diff", "--openapi", &path.to_string_lossy()]).gives(1);
        assert_eq!(differences(&ran.out), expected(&known));
        let ran = ran.prints("the document is older than the profile");
        // These copies contain only structure.
        ran.prints("not compared, because no body of the document uses them: lengths of texts, lengths of lists, bounds of numbers, closed objects");
    }
}

/// A small document with one operation. The profile has 79 more.
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
fn json_and_yaml_3_0_and_3_1_give_the_same_differences() {
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
fn files_that_are_not_openapi_are_errors() {
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
        ("b.yaml", "b.yaml: it uses Swagger 2, which is not supported; convert it to OpenAPI 3"),
        ("c.json", "c.json: it is not UTF-8"),
        ("d.json", "d.json: it is not JSON: recursion limit exceeded"),
        ("e", "e: it is not a file"),
        ("f.json", "f.json: No such file"),
    ] {
        let ran = folder.run(&format!("limits diff --openapi {name}")).gives(2).says(why);
        assert_eq!(ran.out, "");
    }
}

/// Requests with a field, a value and a parameter that only the document defines, and one to an operation that only it
/// has.
const NEW: [(&str, &str); 3] = [
    (
        "speech.json",
        r#"{"method": "POST", "url": "https://api.heygen.com/v3/voices/speech", "body": {"text": "Hi", "voice_id": "v", "mood": "calm", "input_type": "markdown"}}"#,
    ),
    ("moods.json", r#"{"method": "POST", "url": "https://api.heygen.com/v3/moods/m1/apply", "body": {"a": 1}}"#),
    ("list.json", r#"{"method": "GET", "url": "https://api.heygen.com/v3/voices", "query": {"mood": "calm"}}"#),
];

fn newer() -> Folder {
    let mut document: Value = serde_json::from_str(SPEECH).expect("JSON");
    document["paths"]["/moods/{mood_id}/apply"] = json!({"post": {}});
    document["paths"]["/voices"] =
        json!({"get": {"parameters": [{"name": "mood", "in": "query", "schema": {"type": "string"}}]}});
    let folder = Folder::new();
    folder.write("api/newer.json", document.to_string());
    NEW.iter().for_each(|(name, text)| _ = folder.write(name, text));
    folder
}

#[test]
fn names_of_a_newer_document_are_not_unknown() {
    let folder = newer();
    let files = "speech.json moods.json list.json";
    let found = |words: &str| {
        let report: Value =
            serde_json::from_str(&folder.run(&format!("{words} --format json {files}")).out).expect("JSON");
        let all = report["diagnostics"].as_array().expect("diagnostics");
        all.iter().map(|one| one["rule"].as_str().expect("a rule").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        found(""),
        ["request/unknown-field", "request/unknown-endpoint", "request/unknown-field", "request/unknown-value"],
    );
    assert_eq!(found("--openapi api/newer.json"), Vec::<String>::new());
    // What the document does not define stays unknown.
    folder.write(
        "speech.json",
        NEW[0]
            .1
            .replace("calm", "grim")
            .replace("markdown", "html")
            .replace("\"voice_id\"", "\"speed\": 3, \"accent\": 1, \"voice_id\""),
    );
    assert_eq!(
        found("--openapi api/newer.json"),
        ["request/out-of-range", "request/unknown-field", "request/unknown-value"],
    );
}

#[test]
fn the_configuration_names_the_document_for_every_door() {
    let folder = newer();
    folder.write("heylint.toml", "openapi = \"api/newer.json\"\n");
    folder.run("--fail-on hint speech.json moods.json list.json").gives(0);
    folder.run_with_input("--fail-on hint --stdin-filename a.json -", NEW[0].1.as_bytes()).gives(0);
    let mut client = Client::start(folder.path(), everyday());
    assert_eq!(client.open("speech.json", NEW[0].1), Vec::<Value>::new());
    // The document changes while the editor runs.
    folder.write("api/newer.json", SPEECH.replace("\"mood\"", "\"humour\""));
    client.change("speech.json", 2, NEW[0].1);
    let found = client.diagnostics(&client.uri("speech.json"), 2);
    assert_eq!(found.len(), 1, "{found:?}");
    // A document that does not exist, is not OpenAPI, or is outside the folder.
    let outside = Folder::new();
    outside.write("api.json", SPEECH);
    let elsewhere = outside.join("api.json");
    for (text, why) in [
        ("openapi = \"none.json\"".to_owned(), "heylint.toml:1:12: error: `openapi` none.json: "),
        (
            "openapi = \"speech.json\"".to_owned(),
            "`openapi` speech.json: it is not an OpenAPI document: it has no `openapi`",
        ),
        (
            format!("openapi = {elsewhere:?}"),
            "`openapi` leads out of the folder of the configuration; give it with --openapi",
        ),
        ("openapi = 3".to_owned(), "`openapi` must be a text"),
    ] {
        folder.write("heylint.toml", &text);
        folder.run("speech.json").gives(2).says(why);
    }
    folder.write("heylint.toml", "");
    folder.call_words(&["--openapi", &elsewhere.to_string_lossy(), "--fail-on", "hint", "speech.json"]).gives(0);
    folder.run("--openapi none.json speech.json").gives(2).says("none.json: ");
}

#[test]
fn a_recent_document_replaces_the_note_on_an_old_profile() {
    let folder = newer();
    // The document is of 2026-10-15.
    folder.run("--now 2027-01-13 list.json").prints("the profile heygen-v3 is of 2026-09-07");
    folder.run("--now 2027-01-13 --openapi api/newer.json list.json").prints_not("the profile");
    folder.run("--now 2027-01-14 --openapi api/newer.json list.json").prints("the profile heygen-v3");
}

/// A page with the structure of the usage-limits page: two tables, and lists under headings. The wording is our own.
const PAGE: &str = r"# Usage limits

## Concurrency

| Plan | Concurrent jobs |
|---|---|
| Pay-As-You-Go | 10 async jobs |
| Enterprise | 20 jobs, in a burst up to 50 |

## Resources of `POST /v3/videos`

* **Video**: MP4 or WebM, at most 100 MB, less than 2K
* **Image**: JPG or PNG, at most 50 MB, less than 2K
* **Audio**: WAV or MP3, at most 50 MB

## Avatar input

* Script: at most 5,000 characters
* Audio: at most 10 minutes

## Video agent

* Prompt: 1–10,000 characters
* Files: at most 20: PNG, JPEG, MP4, WebM, MP3, WAV, PDF

## `POST /v3/assets`

At most 32 MB a file.

## `POST /v3/voices/speech`

* Text: 1 to 5,000 characters
* Speed: 0.5–2.0

## Output

* Frame rate: 25 fps
* Width and height: 128–4,096 px
* Aspect ratio: 16:9 or 9:16
* Scenes: at most 50
* Duration: at most 30 minutes a scene

## Pagination

| Endpoint | Default | Max |
|---|---|---|
| `GET /v3/videos` | 10 | 100 |
| `GET /v3/avatars` | 20 | 50 |
| `GET /v3/avatars/looks` | 20 | 50 |
| `GET /v3/voices` | 20 | 100 |
| `GET /v3/video-agents/styles` | 20 | 100 |
| `GET /v3/video-translations` | 10 | 100 |
| `GET /v3/webhooks/endpoints` | 10 | 100 |
| `GET /v3/webhooks/events` | 10 | 100 |
| `GET /v3/video-agents/{session_id}/resources` | 8 | 100 |
";

#[test]
fn a_page_of_limits_is_read() {
    let folder = Folder::new();
    folder.write("page.md", PAGE);
    let ran = folder.run("limits diff --usage-limits page.md").gives(0).prints("no differences");
    // Lines that no limit uses are listed, but do not count as differences.
    let ran = ran.prints("Usage limits · Concurrency · Enterprise · Concurrent jobs · 20 jobs, in a burst up to 50");
    ran.prints("Frame rate: 25 fps").prints_not("5,000 characters");
    for (old, new, expected) in [
        (
            "Script: at most 5,000",
            "Script: at most 6,000",
            vec!["changed script.max: 5000 code points → 6000 code points"],
        ),
        ("Audio: at most 10 minutes", "Audio: at most 30 minutes", vec!["changed speech.max-duration: 600 s → 1800 s"]),
        (
            "Speed: 0.5–2.0",
            "Speed: 0.25–4",
            vec!["changed speech-speed.max: 2 ratio → 4 ratio", "changed speech-speed.min: 0.5 ratio → 0.25 ratio"],
        ),
        (
            "MP4 or WebM, at most 100 MB",
            "MP4, WebM or MOV, at most 1 GB",
            vec!["changed video.max-size: 100 MB → 1000 MB", "changed video.takes: mp4, webm → mov, mp4, webm"],
        ),
        ("| `GET /v3/voices` | 20 | 100 |", "| `GET /v3/voices` | 50 | 200 |", vec!["changed page.voices: 100 → 200"]),
        ("* Scenes: at most 50\n", "", vec!["gone scene.max: 50 scenes; no line of the page states it"]),
        ("16:9 or 9:16", "16:9, 9:16 or 1:1", vec!["changed output.aspect-ratios: 16:9, 9:16 → 16:9, 1:1, 9:16"]),
        ("10 async jobs", "20 async jobs", vec!["changed plan.concurrency: 10 jobs → 20 jobs"]),
    ] {
        assert!(PAGE.contains(old), "{old}");
        folder.write("page.md", PAGE.replacen(old, new, 1));
        let ran = folder.run("limits diff --usage-limits page.md").gives(1);
        assert_eq!(differences(&ran.out), expected, "{new}");
    }
}

/// Copies the rules into the folder.
fn rules(folder: &Folder) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["limits.toml", "requests"] {
        let from = root.join("rules/heygen-v3").join(name);
        let files = if from.is_dir() {
            std::fs::read_dir(&from).expect("requests").map(|entry| entry.expect("an entry").path()).collect()
        } else {
            vec![from]
        };
        for file in files {
            let inside = file.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            folder.write(&inside, std::fs::read(&file).expect("read"));
        }
    }
}

#[test]
fn an_edit_of_the_rules_is_proposed() {
    let folder = Folder::new();
    rules(&folder);
    let mut document: Value = serde_json::from_str(SPEECH).expect("JSON");
    let properties = &mut document["components"]["schemas"]["Speech"]["properties"];
    properties["language"] = json!({"type": "string"});
    properties["sample"] = json!({"oneOf": [{"$ref": "#/components/schemas/Url"}, {"$ref": "#/components/schemas/Id"}],
        "discriminator": {"propertyName": "type", "mapping": {"url": "Url", "asset_id": "Id"}}});
    document["components"]["schemas"]["Url"] = json!({"type": "object"});
    document["components"]["schemas"]["Id"] = json!({"type": "object"});
    document["paths"]["/voices/moods"] = json!({"post": {}});
    document["paths"]["/voices/clone"] = json!({"post": {"requestBody": {"content": {"application/json": {"schema":
        {"type": "object", "additionalProperties": false, "required": ["audio"], "properties": {
            "audio": {}, "voice_name": {"type": "string", "minLength": 1, "maxLength": 120},
            "language": {"type": "string", "nullable": true}, "remove_background_noise": {"type": "boolean"}}}}}}}});
    document["paths"]["/voices"] =
        json!({"get": {"parameters": [{"name": "mood", "in": "query", "schema": {"enum": ["calm"]}}]}});
    folder
        .write("api.json", document.to_string())
        .write("page.md", PAGE.replace("Script: at most 5,000", "Script: at most 6,000"));
    let ran = folder.run("limits diff --openapi api.json --usage-limits page.md --write --now 2026-12-01").gives(1);
    for line in [
        "-name-max = { value = 100, unit = \"code points\", basis = \"documented\", source = \"openapi\", seen = \"2026-07-21\" }",
        "+name-max = { value = 120, unit = \"code points\", basis = \"documented\", source = \"openapi\", seen = \"2026-12-01\" }",
        "+max = { value = 6000, unit = \"code points\", basis = \"documented\", source = \"usage-limits\", at = \"avatar script\", seen = \"2026-12-01\" }",
        "+mood = { type = \"string\", values = [\"calm\", \"bright\"], what = \"to be described\" }",
        "+sample = { type = \"StoredAsset\", what = \"to be described\" }",
        "+mood = { type = \"string\", values = [\"calm\"], what = \"to be described\" }",
        "values = [\"text\", \"ssml\", \"markdown\"]",
        "+language = { type = \"string\", what = \"language of the text\" }",
        "+voice_name = { type = \"string\", min = \"voice-clone.name-min\", max = \"voice-clone.name-max\", what = \"name of the voice\" }",
        "+[operation.\"POST /v3/voices/moods\"]",
        "-[operation.\"GET /v3/users/me\"]",
    ] {
        assert!(ran.out.contains(line), "no {line} in\n{}", ran.out);
    }
    assert!(ran.err.contains("by hand, because the number comes from another document, which may still say otherwise: POST /v3/voices/speech text: maximum 5000 → 6000"), "{}", ran.err);
    // git applies the diff, and the result is valid TOML.
    folder.write("change.diff", &ran.out);
    let git = std::process::Command::new("git").args(["apply", "change.diff"]).current_dir(folder.path()).status();
    if git.is_ok_and(|status| status.success()) {
        assert!(folder.read("rules/heygen-v3/requests/voices.toml").contains("POST /v3/voices/moods"));
        let again = folder.run("limits diff --openapi api.json --write --rules rules --now 2026-12-01").gives(1);
        assert!(!again.out.contains("+name-max"), "{}", again.out);
    }
    let nowhere = Folder::new();
    nowhere.write("api.json", SPEECH);
    nowhere.run("limits diff --openapi api.json --write").gives(2).says("--rules path/to/heylint/rules");
    nowhere.run("limits diff").gives(2);
}
