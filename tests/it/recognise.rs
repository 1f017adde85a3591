//! Which texts are recognised as requests, and which are not: current and retired envelopes, bodies in a folder, other
//! JSON.

use std::path::{Path, PathBuf};

use crate::common;
use crate::run::Folder;
use heylint::request::{Request, json, record};

/// The findings of a named file, as `severity rule pointer`.
fn named(name: &str, text: &str, more: &str) -> Vec<String> {
    let folder = Folder::new();
    folder.write(name, text);
    found(&folder, &format!("check --isolated --format json {more} {name}"))
}

fn found(folder: &Folder, words: &str) -> Vec<String> {
    let report = folder.run(words).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["diagnostics"].as_array().expect("diagnostics");
    findings
        .iter()
        .map(|finding| {
            let pointer = text(&finding["pointer"]);
            format!("{} {} {pointer}", text(&finding["severity"]), text(&finding["rule"])).trim_end().to_owned()
        })
        .collect()
}

fn help(text: &str) -> String {
    let folder = Folder::new();
    folder.write("a.json", text);
    let report = folder.run("check --isolated --format json a.json").json();
    format!("{} / {}", report["diagnostics"][0]["message"], report["diagnostics"][0]["help"])
}

/// A call in code has no envelope, so no message speaks of one.
#[test]
fn a_missing_body_is_one_for_every_form() {
    let folder = Folder::new();
    let url = "https://api.heygen.com/v3/voices/speech";
    folder.write("a.json", r#"{"method": "POST", "path": "/v3/voices/speech"}"#);
    folder.write("a.sh", format!("curl -X POST {url}\n"));
    for name in ["a.json", "a.sh"] {
        folder.run(&format!("--isolated {name}")).gives(1).prints("there is no body; POST /v3/voices/speech needs one");
    }
}

/// PowerShell 5 writes UTF-16. What would be a request in UTF-8 gets the same finding in a folder as when it is named.
#[test]
fn requests_in_utf_16() {
    let body =
        r#"{"type": "avatar", "avatar_id": "a", "voice_id": "v", "script": "Hé 😀", "voice_settings": {"speed": 1.8}}"#;
    let envelope = format!(r#"{{"method": "POST", "path": "/v3/videos", "body": {body}}}"#);
    let item = r#"{"name": "a", "request": {"method": "POST", "url": "https://api.heygen.com/v3/videos"}}"#;
    let collection = format!(r#"{{"info": {{"name": "x"}}, "item": [{item}]}}"#);
    let little = |text: &str| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = |text: &str| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let message = |folder: &Folder, path: &str| {
        let report = folder.run(&format!("check --isolated --format json {path}")).json();
        let found = report["diagnostics"].as_array().expect("diagnostics").clone();
        found.iter().map(|one| (one["rule"].clone(), one["message"].clone())).collect::<Vec<_>>()
    };
    for (name, text) in [
        ("a.json", &*envelope),
        ("a.json", body),
        ("a.json", &format!("[{body}, {body}]")),
        ("a.json", &format!("{body}\r\n{body}\r\n")),
        ("a.jsonl", &format!("{body}\r\n")),
        ("a.json", &collection),
    ] {
        for (bytes, order) in [(little(text), "little"), (big(text), "big")] {
            let folder = Folder::new();
            folder.write(name, &bytes);
            let walked = message(&folder, ".");
            assert_eq!(walked, message(&folder, name), "{text}");
            let [(rule, message)] = walked.as_slice() else { panic!("{text}: {walked:?}") };
            assert_eq!(rule, "request/syntax");
            assert_eq!(*message, format!("the text is UTF-16 ({order} endian); JSON is UTF-8"));
        }
    }
    let folder = Folder::new();
    folder.write("a.json", little(&envelope)).write("b.json", envelope.replace("1.8", "1.1"));
    folder.run("check --isolated .").gives(1).prints("2 requests").prints("1 of 2 requests ready to send");
    for other in ["{\"name\": \"x\", \"version\": \"1.0.0\"}", "[1, 2]", "{", ""] {
        let folder = Folder::new();
        folder.write("a.json", little(other)).write("a.jsonl", big(other));
        folder.run("check --isolated .").gives(2).prints_not("UTF-16");
    }
}

// ---- envelopes -------------------------------------------------------------------------------------------------------

#[test]
fn retired_endpoints_name_their_successor() {
    for (text, pointer, today) in [
        (
            r#"{"method": "GET", "url": "https://api.heygen.com/v1/video_status.get?video_id=a"}"#,
            "/url",
            "GET /v3/videos/{video_id}",
        ),
        (r#"{"method": "GET", "path": "/v1/video.list"}"#, "/path", "GET /v3/videos"),
        (r#"{"method": "DELETE", "path": "/v1/video.delete"}"#, "/path", "DELETE /v3/videos/{video_id}"),
        (r#"{"method": "POST", "path": "/v1/streaming.new", "body": {}}"#, "/path", "POST /v3/avatar-realtime"),
        (
            r#"{"method": "POST", "path": "/v2/videos", "body": {"avatar_id": "a", "script": "Hi"}}"#,
            "/path",
            "POST /v3/videos",
        ),
        (
            r#"{"method": "POST", "path": "/v3/template/t1/generate", "body": {"variables": {}}}"#,
            "/path",
            "POST /v3/templates/{template_id}",
        ),
        (
            r#"{"method": "POST", "url": "{{base}}/v2/video/generate", "body": {"video_inputs": []}}"#,
            "/url",
            "POST /v3/videos",
        ),
    ] {
        assert_eq!(named("a.json", text, ""), [format!("error request/legacy-api {pointer}")], "{text}");
        assert!(help(text).contains(today) && help(text).contains("retired on 2026-10-31"), "{}", help(text));
    }
}

#[test]
fn an_unknown_path_is_reported_with_the_date_of_the_profile() {
    for (path, near) in
        [("/v3/video-translate", "did you mean POST /v3/video-translations?"), ("/v3/holograms", "newer")]
    {
        let text = format!(r#"{{"method": "POST", "path": "{path}", "body": {{}}}}"#);
        assert_eq!(named("a.json", &text, ""), ["warning request/unknown-endpoint /path"], "{path}");
        let help = help(&text);
        assert!(help.contains("2026-09-07") && help.contains(near), "{help}");
    }
    // A version of the API that is completely retired.
    let text = r#"{"method": "GET", "url": "https://api.heygen.com/v1/holograms"}"#;
    assert_eq!(named("a.json", text, ""), ["warning request/unknown-endpoint /url"]);
    assert!(help(text).contains("v1 of the API is retired"));
    // A path that differs by a letter is a typo.
    let text = r#"{"method": "POST", "path": "/v3/vidoes", "body": {}}"#;
    assert_eq!(named("a.json", text, ""), ["error request/unknown-endpoint /path"]);
}

#[test]
fn a_walk_recognises_only_envelopes_of_the_service() {
    let folder = Folder::new();
    let ours = [
        r#"{"method": "POST", "path": "/v3/holograms"}"#,
        r#"{"method": "GET", "url": "https://api.heygen.com/v2/holograms"}"#,
        r#"{"method": "GET", "path": "/v1/video.list"}"#,
        r#"{"method": "POST", "path": "/v2/photo_avatar/holograms"}"#,
        r#"{"method": "GET", "path": "/v3/audio/sounds", "query": {}}"#,
    ];
    for (at, text) in ours.iter().enumerate() {
        folder.write(&format!("ours/{at}.json"), text);
    }
    let others = [
        r#"{"method": "GET", "path": "/v1/users"}"#,
        r#"{"method": "GET", "path": "/v2/voices"}"#,
        r#"{"method": "GET", "path": "/v1/user/me"}"#,
        r#"{"method": "POST", "url": "https://api.example.com/v3/videos", "body": {}}"#,
        r#"{"method": "POST", "url": "${BASE}/v1/chat/completions", "body": {}}"#,
        r#"{"method": "POST", "path": "/api/v3/videos"}"#,
    ];
    for (at, text) in others.iter().enumerate() {
        folder.write(&format!("others/{at}.json"), text);
    }
    let report = folder.run("check --isolated --format json ours").json();
    assert_eq!(report["diagnostics"].as_array().map(Vec::len), Some(ours.len()), "{report:#}");
    folder.write("others/right.json", r#"{"type": "avatar", "avatar_id": "a", "script": "Hi"}"#);
    let report = folder.run("check --isolated --format json others").json();
    assert_eq!((&report["summary"]["requests"], report["diagnostics"].as_array().map(Vec::len)), (&1.into(), Some(0)));
}

#[test]
fn required_parameters_are_asked_for() {
    for (path, query, missing) in [
        ("/v3/assets", "{}", 1),
        ("/v3/assets", r#"{"username": "ann"}"#, 0),
        ("/v3/assets?username=ann", "{}", 0),
        ("/v3/assets/search", r#"{"query": "cat"}"#, 1),
        ("/v3/assets/search", r#"{"query": "cat", "type": "icon"}"#, 0),
        ("/v3/assets/search", "{}", 2),
        ("/v3/audio/sounds?query=rain", "{}", 0),
        ("/v3/videos", "{}", 0),
    ] {
        let text = format!(r#"{{"method": "GET", "path": "{path}", "query": {query}}}"#);
        assert_eq!(named("a.json", &text, ""), vec!["error request/missing-field /query"; missing], "{text}");
    }
    assert_eq!(
        named("a.json", r#"{"method": "GET", "path": "/v3/assets"}"#, ""),
        ["error request/missing-field /path"]
    );
}

// ---- small faults, each of its kind ----------------------------------------------------------------------------------

#[test]
fn a_long_run_of_one_letter_is_a_text() {
    let body = |length: usize| format!(r#"{{"type": "avatar", "avatar_id": "a", "script": "{}"}}"#, "x".repeat(length));
    assert_eq!(named("a.json", &body(5_001), ""), ["error script/too-long /script"]);
    assert_eq!(named("a.json", &body(5_000), ""), [""; 0]);
    assert_eq!(named("a.json", &body(8), ""), ["hint request/placeholder /script"]);
}

#[test]
fn white_space_within_an_address() {
    let body = |url: &str| format!(r#"{{"audio": {{"type": "url", "url": "{url}"}}, "voice_name": "n"}}"#);
    assert_eq!(named("a.json", &body("https:// example.com/a.mp3"), ""), ["error url/not-https /audio/url"]);
    assert_eq!(named("a.json", &body("https://exa mple.com/a.mp3"), ""), ["error url/not-https /audio/url"]);
    assert_eq!(named("a.json", &body("https://example.com/my voice.mp3"), ""), ["warning url/not-https /audio/url"]);
    assert_eq!(named("a.json", &body("https://example.com/my%20voice.mp3"), ""), [""; 0]);
    let folder = Folder::new();
    folder.write("a.json", body("https://example.com/my voice.mp3")).run("--fix a.json").gives(0);
    assert!(folder.read("a.json").contains("https://example.com/my%20voice.mp3"));
}

#[test]
fn an_old_tag_with_the_fields_of_another_branch() {
    let text = r#"{"type": "talking_photo", "image": {"type": "url", "url": "https://e.com/h.png"}, "audio_url": "https://e.com/v.mp3"}"#;
    assert_eq!(named("a.json", text, ""), ["error request/unknown-value /type"]);
    assert!(help(text).contains("it is now called \\\"image\\\""), "{}", help(text));
    let text = r#"{"type": "talking_photo", "avatar_id": "a", "audio_url": "https://e.com/v.mp3"}"#;
    assert!(help(text).contains("it is now called \\\"avatar\\\""), "{}", help(text));
}

#[test]
fn an_invalid_number_is_one_fault() {
    for number in ["Infinity", "-Infinity", "NaN"] {
        let text = format!(r#"{{"text": "Hello", "voice_id": "v", "speed": {number}}}"#);
        assert_eq!(named("a.json", &text, ""), ["error request/syntax /speed"], "{number}");
    }
    let text = r#"{"text": "Hello", "voice_id": "v", "speed": 1e999}"#;
    assert_eq!(named("a.json", text, "").len(), 1);
}

#[test]
fn a_declared_type_that_is_not_accepted_is_one_fault() {
    let data = base64(&common::recipe::bytes("png 8x8"));
    let text = format!(
        r#"{{"type": "photo", "name": "n", "file": {{"type": "base64", "media_type": "image/webp", "data": "{data}"}}}}"#
    );
    assert_eq!(named("a.json", &text, ""), ["error request/unknown-value /file/media_type"]);
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[test]
fn variables_of_version_2_in_a_template_of_today() {
    let text =
        r#"{"variables": {"headline": {"name": "headline", "type": "text", "properties": {"content": "News"}}}}"#;
    let found = named("a.json", text, "--endpoint /v3/templates/{template_id}");
    assert!(
        !found.is_empty() && found.iter().all(|line| line.starts_with("warning request/retired-field")),
        "{found:?}"
    );
    // Without an endpoint, the fields decide.
    assert_eq!(named("a.json", text, ""), ["error request/legacy-api /variables/headline/properties"]);
}

#[test]
fn a_word_for_a_colour_is_a_placeholder() {
    let body = |colour: &str| {
        format!(
            r#"{{"type": "avatar", "avatar_id": "a", "script": "Hi", "background": {{"type": "color", "value": "{colour}"}}}}"#
        )
    };
    for colour in ["#hex", "#RRGGBB", "#XXXXXX"] {
        assert_eq!(named("a.json", &body(colour), ""), ["hint request/placeholder /background/value"], "{colour}");
    }
    assert_eq!(named("a.json", &body("#BADA55"), ""), [""; 0]);
    assert_eq!(named("a.json", &body("#aabbgg"), ""), ["error request/malformed-value /background/value"]);
}

#[test]
fn an_upload_may_be_a_zip_and_assets_are_files() {
    let file =
        |name: &str, kind: &str| format!(r#"{{"filename": "{name}", "content_type": "{kind}", "size_bytes": 52428}}"#);
    assert_eq!(named("a.json", &file("b.zip", "application/zip"), ""), [""; 0]);
    let text = format!(r#"{{"title": "t", "assets": [{}]}}"#, file("c.mp4", "video/mp4"));
    assert_eq!(named("a.json", &text, ""), ["error request/retired-field /assets"]);
}

#[test]
fn captions_that_the_service_ignores() {
    let video = r#""video": {"type": "asset_id", "asset_id": "a1"}"#;
    let body = |on: bool| format!(r#"{{{video}, "output_languages": ["Spanish"], "enable_caption": {on}}}"#);
    assert_eq!(named("a.json", &body(true), ""), ["warning request/no-effect /enable_caption"]);
    assert_eq!(named("a.json", &body(false), ""), [""; 0]);
}

#[test]
fn the_cases_that_failed_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/requests");
    if !folder.is_dir() {
        eprintln!("skipped: no cases at {}", folder.display());
        return;
    }
    let zip = "--endpoint /v3/assets/direct-uploads";
    let template = "--endpoint /v3/templates/{template_id}";
    for (name, more, expected) in [
        ("r1_xxx_5001.json", "", &["error script/too-long /script"][..]),
        ("r2_url_space.json", "", &["error url/not-https /audio/url"]),
        ("r2b_url_space_path.json", "", &["warning url/not-https /audio/url"]),
        ("r4_type_talking_photo.json", "", &["error request/unknown-value /type"]),
        ("r5_infinity.json", "", &["error request/syntax /speed"]),
        ("r6_media_type_webp.json", "", &["error request/unknown-value /file/media_type"]),
        (
            "r7_template_v2vars.json",
            template,
            &[
                "warning request/retired-field /variables/headline/name",
                "warning request/retired-field /variables/headline/properties",
            ],
        ),
        ("r8_zip.json", zip, &[]),
        ("r9_hex.json", "", &["hint request/placeholder /background/value"]),
        ("r10_assets_for_files.json", "", &["error request/retired-field /assets"]),
    ] {
        let text = std::fs::read_to_string(folder.join(name)).expect("a case");
        assert_eq!(named(name, &text, more), expected, "{name}");
    }
}

// ---- folders ---------------------------------------------------------------------------------------------------------

/// Whether a walk would check some record of a file; none if it is not valid JSON.
fn is_seen(path: &Path) -> Option<bool> {
    let bytes = std::fs::read(path).ok()?;
    let text = record::decode(&bytes);
    let document = json::parse(&text.text);
    Some(
        record::records(&document)
            .any(|(index, root)| Request::read(heylint::profile::default(), index, root, None).is_certain()),
    )
}

fn gather(folder: &Path, most: usize, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let Ok(kind) = entry.file_type() else { continue };
        let path = entry.path();
        if kind.is_dir() {
            gather(&path, most, files);
        } else if kind.is_file()
            && files.len() < most
            && path.extension().is_some_and(|extension| extension == "json")
            && entry.metadata().is_ok_and(|facts| facts.len() < 300_000)
        {
            files.push(path);
        }
    }
}

/// Bodies whose text alone does not distinguish them from other JSON, and why.
const ANYBODYS: [(&str, &[&str]); 9] = [
    (
        "only a prompt: every generative service takes one",
        &[
            "faulty/M134.json",
            "faulty/M257.json",
            "faulty/M258.json",
            "on-limit/E027.json",
            "real/004.json",
            "real/208.json",
            "real/342.json",
            "real/344.json",
            "real/372.json",
        ],
    ),
    ("a prompt that is not a text", &["faulty/M136.json", "faulty/M137.json"]),
    ("a message alone", &["faulty/M138.json", "real/006.json"]),
    ("it is empty", &["faulty/M135.json", "faulty/M279.json"]),
    (
        "only a title, a name, an id, a flag or a checksum",
        &["real/018.json", "real/024.json", "real/026.json", "real/030.json", "real/256.json"],
    ),
    ("a URL and an empty list of events: a webhook of any service", &["on-limit/E038.json", "real/268.json"]),
    (
        "variables, and no field that only this service has",
        &["faulty/M232.json", "faulty/M274.json", "faulty/M275.json"],
    ),
    ("four endpoints take a video and nothing else", &["real/022.json", "real/048.json"]),
    ("other services take it too, or it is not a request", &["real/230.json", "real/318.json", "real/340.json"]),
];

/// Whether the lists of the collection call a body valid; none if they do not say.
fn is_valid(name: &str, lists: &str) -> Option<bool> {
    match name.split_once('/')? {
        ("faulty", _) => Some(false),
        ("on-limit", _) => Some(true),
        (_, file) => match lists.lines().find(|line| line.starts_with(file))?.split(',').nth(3)? {
            "valid" => Some(true),
            "invalid" => Some(false),
            _ => None,
        },
    }
}

#[test]
fn the_collection_is_seen_in_a_walk() {
    let Some(corpus) = common::corpus() else { return };
    let folder = corpus.join("requests");
    let mut files = Vec::new();
    gather(&folder, 10_000, &mut files);
    let lists = std::fs::read_to_string(folder.join("real.csv")).expect("a list");
    let name = |path: &Path| path.strip_prefix(&folder).expect("inside").to_string_lossy().into_owned();
    let anybodys: Vec<&str> = ANYBODYS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let unseen: Vec<String> = files.iter().filter(|path| is_seen(path) == Some(false)).map(|path| name(path)).collect();
    for (what, wanted) in [("valid", Some(true)), ("invalid", Some(false)), ("of unknown validity", None)] {
        let all: Vec<String> =
            files.iter().map(|path| name(path)).filter(|it| is_valid(it, &lists) == wanted).collect();
        let seen = all.iter().filter(|it| !unseen.contains(it)).count();
        let open = all.iter().filter(|it| anybodys.contains(&it.as_str())).count();
        eprintln!("{what}: {seen} of {} seen, {open} cannot be recognised", all.len());
    }
    let strange: Vec<_> = unseen.iter().filter(|it| !anybodys.contains(&it.as_str())).collect();
    assert!(strange.is_empty(), "{strange:#?}");
    let stale: Vec<_> = anybodys.iter().filter(|it| !unseen.iter().any(|name| name == *it)).collect();
    assert!(stale.is_empty(), "recognised, but still in the list: {stale:#?}");
}

/// Other JSON on this machine: packages, configuration, catalogues of services.
#[test]
fn other_json_is_passed_over() {
    const MOST: usize = 3_000;
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let mut files = Vec::new();
    for folder in [home.join(".pyenv/versions"), home.join(".cargo/registry"), "/usr/lib".into(), "/usr/share".into()] {
        gather(&folder, MOST, &mut files);
    }
    let taken: Vec<_> = files.iter().filter(|path| is_seen(path) == Some(true)).collect();
    eprintln!("{} of {} other JSON files are recognised as requests", taken.len(), files.len());
    assert!(taken.is_empty(), "{taken:#?}");
}
