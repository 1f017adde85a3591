//! The configuration: what it accepts, what it refuses with which message, and its effect on a run.

use std::path::Path;

use heylint::config::{self, Config, ConfigError, Override, Selector};
use heylint::limits::Basis;
use heylint::rule;

fn parse(text: &str) -> Result<Config, Vec<ConfigError>> {
    config::parse(text, "heylint.toml", Path::new("/project"))
}

fn taken(text: &str) -> Config {
    parse(text).unwrap_or_else(|errors| panic!("{text}\n{errors:?}"))
}

fn refused(text: &str) -> Vec<String> {
    match parse(text) {
        Ok(_) => panic!("taken: {text}"),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

const ALL: &str = r##"
profile = "heygen-v3"
fail-on = "warning"
select = ["all"]
ignore = ["script/*", "file/malformed"]
exclude = ["old/", "*.bak.json"]

[severity]
"video/resolution" = "warning"
audio = "off"

[[requests]]
files = "drafts/**/*.json"
endpoint = "POST /v3/videos"

[[requests]]
files = ["bodies/*.body"]

[[media]]
files = ["avatars/*.jpg"]
use = "photo"

[[map]]
url = "https://cdn.example.com/a.png"
path = "assets/a.png"

[[map]]
url = "https://cdn.example.com/all/"
path = "assets"

[[map]]
asset-id = "a1b2"
path = "assets/b.mp4"

[limits]
video.max-size = "80 MB"
"image.max-size" = "20 MiB"

[limits.speech]
max-duration = "5 min"

[plan]
concurrency = 3

[[suppress]]
at = "drafts/a.json#/scenes/2/input/script"
rules = ["script/too-long"]
reason = "agreed with the service"
until = "2027-01-31"
"##;

#[test]
fn every_key_is_accepted() {
    let config = taken(ALL);
    let file = |path: &str| Path::new("/project").join(path);
    assert!(config.excludes(&file("old"), true) && config.excludes(&file("x/a.bak.json"), false));
    assert!(!config.excludes(Path::new("/elsewhere/old"), true), "only files below the configuration");
    assert!(config.requests_of(&file("drafts/1/a.json")).is_some_and(|entry| entry.endpoint.is_some()));
    assert!(config.requests_of(&file("bodies/a.body")).is_some_and(|entry| entry.endpoint.is_none()));
    assert!(config.requests_of(&file("a.json")).is_none());
    assert_eq!(config.media_of(&file("avatars/me.jpg")).and_then(|entry| entry.place), Some("photo"));
    assert_eq!(config.severity_of(&rule::VIDEO_RESOLUTION), Some(Override::To(rule::Severity::Warning)));
    assert_eq!(config.severity_of(&rule::AUDIO_TOO_LONG), Some(Override::Off));
    assert_eq!(config.severity_of(&rule::FILE_CORRUPT), None);
    assert_eq!(config.selection.ignore, [Selector::Subject("script"), Selector::Rule(&rule::FILE_MALFORMED)]);
    assert!(config.findings.is_empty());

    let limit = &config.limits()[heylint::profile::heygen_v3::limits::VIDEO_MAX_SIZE];
    assert_eq!((limit.number(), limit.unit, limit.basis), (Some(80.0), "MB", Basis::Configured));
    assert_eq!(limit.source, "heylint.toml:36");
    assert_eq!(config.limits()[heylint::profile::heygen_v3::limits::IMAGE_MAX_SIZE].unit, "MiB");
    assert_eq!(config.limits()[heylint::profile::heygen_v3::limits::SPEECH_MAX_DURATION].number(), Some(300.0));
    assert_eq!(config.limits()[heylint::profile::heygen_v3::limits::PLAN_CONCURRENCY].number(), Some(3.0));
}

#[test]
fn mapped_urls_and_ids() {
    let config = taken(ALL);
    let of_url = |url: &str| config.file_of_url(url).map(|path| path.to_string_lossy().into_owned());
    assert_eq!(of_url("https://cdn.example.com/a.png").as_deref(), Some("/project/assets/a.png"));
    assert_eq!(of_url("https://cdn.example.com/all/x/b.png?v=2").as_deref(), Some("/project/assets/x/b.png"));
    assert_eq!(of_url("https://cdn.example.com/all/../../../etc/passwd"), None);
    assert_eq!(of_url("https://cdn.example.com/all/"), None);
    assert_eq!(of_url("https://cdn.example.com/b.png"), None);
    assert_eq!(config.file_of_asset("a1b2").as_deref(), Some(Path::new("/project/assets/b.mp4")));
    assert_eq!(config.file_of_asset("a1b"), None);
}

#[test]
fn all_errors_are_reported_with_their_places() {
    let errors = refused("fail-on = 'eror'\nexlude = []\n[limits]\nvideo.max-sise = 3\nvideo.max-size = '3 s'\n");
    assert_eq!(errors.len(), 4, "{errors:#?}");
    assert_eq!(errors[0], "heylint.toml:1:12: `eror` is not one of error, warning, hint, never; did you mean `error`?");
    assert_eq!(errors[1], "heylint.toml:2:1: `exlude` is not a key of the configuration; did you mean `exclude`?");
    assert_eq!(errors[2], "heylint.toml:4:7: there is no limit `video.max-sise`; did you mean `video.max-size`?");
    assert!(errors[3].starts_with("heylint.toml:5:") && errors[3].contains("MB or MiB"), "{}", errors[3]);
}

#[test]
fn each_configuration_error_says_what_to_do() {
    for (text, expected) in [
        ("profile = 'heygen-v4'", "there is no profile `heygen-v4`"),
        ("select = 3", "`select` must be a list of texts, not a number"),
        ("exclude = ['a[']", "not a file pattern"),
        ("exclude = ['../x']", "within the folder of the configuration"),
        ("exclude = ['']", "an empty pattern matches nothing"),
        ("[requests]\nfiles = 'a'", "write `[[requests]]`, with two brackets"),
        ("[[requests]]\nendpoint = 'POST /v3/videos'", "[[requests]] needs `files`"),
        ("[[media]]\nfiles = 'a'", "[[media]] needs `files`, and `use` or `profile`"),
        ("[[media]]\nfiles = 'a'\nuse = 'foto'", "did you mean `photo`?"),
        ("[[media]]\nfile = 'a'\nuse = 'photo'", "`file` is not a key of [[media]]; did you mean `files`?"),
        ("[[map]]\npath = 'a'", "[[map]] needs either `url` or `asset-id`, and `path`"),
        ("[[map]]\nurl = 'a'\nasset-id = 'b'\npath = 'a'", "[[map]] needs either"),
        ("[limits]\nvideo.takes = ['mov']", "video.takes is a list of names"),
        ("[limits]\nvideo.max-size = -3", "a number from 0 upwards"),
        ("[limits]\nvideo.max-size = true", "not true or false"),
        ("[limits]\nmax = 3", "there is no limit `max`"),
        ("[plan]\nconcurrency = 0", "a whole number of jobs, at least 1"),
        ("[severity]\n'script/to-long' = 'off'", "did you mean `script/too-long`?"),
        ("[severity]\n'lint/unreadable' = 'off'", "cannot be off"),
        ("[severity]\nscript = 'of'", "did you mean `off`?"),
        ("[[suppress]]\nrules = ['script']\nreason = 'x'", "[[suppress]] needs `at`"),
        ("[[suppress]]\nat = 'a'\nreason = 'x'", "[[suppress]] needs `rules`"),
        ("[[suppress]]\nat = 'a'\nrules = ['script']", "[[suppress]] needs a `reason`"),
        ("[[suppress]]\nat = 'a'\nrules = ['script']\nreason = ' '", "[[suppress]] needs a `reason`"),
        ("[[suppress]]\nat = 'a'\nrules = ['nothing']\nreason = 'x'", "there is no rule `nothing`"),
        ("[[suppress]]\nat = 'a#b'\nrules = ['script']\nreason = 'x'", "begins with a slash"),
        ("[[suppress]]\nat = 'a'\nrules = ['script']\nreason = 'x'\nuntil = '2027-02-30'", "`until` must be a date"),
        ("a = 1\na = 2", "`a` appears a second time here"),
        ("script/too-long = 'off'", "not TOML"),
        ("fail-on = ", "not TOML"),
        ("exclude = ['a',", "not TOML: the file ends before the value does"),
        ("fail-on 'error'", "not TOML: expected an equals, found a string"),
        ("fail-on = \"error", "not TOML: unterminated string"),
    ] {
        let errors = refused(text);
        assert!(errors.len() == 1 && errors[0].contains(expected), "{text}\n{errors:#?}");
    }
}

#[test]
fn an_unknown_rule_in_a_shared_list_is_accepted() {
    let config = taken("select = ['script/to-long', 'file']\nignore = ['gone/rule']");
    let found: Vec<_> = config.findings.iter().map(|finding| (finding.rule.id, finding.severity.name())).collect();
    assert_eq!(found, [("lint/unknown-rule", "warning"); 2]);
    let first = config.findings.iter().find(|finding| finding.message.contains("to-long")).expect("a finding");
    assert_eq!(first.location.start.map(|start| (start.line, start.column)), Some((1, 12)));
    assert_eq!(config.selection.select, [Selector::Subject("file")]);
}

#[test]
fn hostile_text_is_refused_with_an_error() {
    for text in
        ["[".repeat(50_000), "a = ".to_owned() + &"[".repeat(50_000), "\u{0}".to_owned(), "\u{feff}[[[".to_owned()]
    {
        assert!(!refused(&text).is_empty());
    }
    assert!(parse("\u{feff}fail-on = 'never'").is_ok(), "a byte order mark is skipped");
    assert!(parse("").is_ok());
}

/// A TOML text as JSON, to validate it against the schema.
fn as_json(text: &str) -> serde_json::Value {
    fn convert(mut value: toml_span::Value<'_>) -> serde_json::Value {
        use toml_span::value::ValueInner;
        match value.take() {
            ValueInner::String(text) => text.into_owned().into(),
            ValueInner::Integer(number) => number.into(),
            ValueInner::Float(number) => number.into(),
            ValueInner::Boolean(boolean) => boolean.into(),
            ValueInner::Array(values) => values.into_iter().map(convert).collect(),
            ValueInner::Table(table) => {
                let members = table.into_iter().map(|(key, value)| (key.name.into_owned(), convert(value)));
                serde_json::Value::Object(members.collect())
            }
        }
    }
    convert(toml_span::parse(text).expect("TOML"))
}

#[test]
fn the_schema_accepts_what_the_parser_accepts() {
    let schema: serde_json::Value = serde_json::from_str(&config::schema()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let valid = |text: &str| validator.is_valid(&as_json(text));
    for text in ["", ALL, "exclude = 'a'", "select = 'all'", "select = ['gone/rule']", "[limits]\nvideo.max-size = 80"]
    {
        assert!(valid(text) && parse(text).is_ok(), "{text}");
    }
    for text in [
        "profile = 'heygen-v4'",
        "fail-on = 'eror'",
        "exlude = []",
        "select = 3",
        "exclude = ['']",
        "[requests]\nfiles = 'a'",
        "[[requests]]\nendpoint = 'POST /v3/videos'",
        "[[media]]\nfiles = 'a'\nuse = 'foto'",
        "[[map]]\nurl = 'a'\nasset-id = 'b'\npath = 'a'",
        "[limits]\nvideo.max-sise = 3",
        "[limits]\nvideo.takes = 3",
        "[limits]\nvideo.max-size = -3",
        "[plan]\nconcurrency = 0",
        "[severity]\nscript = 'of'",
        "[[suppress]]\nat = 'a'\nrules = ['script']\nreason = ' '",
        "[[suppress]]\nat = 'a'\nrules = ['script']\nreason = 'x'\nuntil = 'soon'",
    ] {
        assert!(!valid(text) && parse(text).is_err(), "{text}");
    }
    // The schema and the parser know the same keys.
    let keys = schema["properties"].as_object().expect("properties");
    let unknown = refused("no-such-key = 1");
    for key in keys.keys() {
        assert!(unknown[0].contains(key.as_str()), "{key} is not in: {}", unknown[0]);
    }
}

/// A configuration of several megabytes is refused quickly, with a reason.
#[test]
fn a_configuration_has_a_bounded_size() {
    use crate::run::Folder;

    let folder = Folder::new();
    folder.write("a.json", "{}");
    let patterns = |many: usize| format!("[{}]", vec!["\"drafts/*.json\""; many].join(", "));
    let tables = "[[requests]]\nfiles = \"drafts/*.json\"\n".repeat(50_000);
    let lists = format!("[[requests]]\nfiles = {}\n", patterns(1_900)).repeat(40);
    let wrong: String = (0..40_000).map(|at| format!("key{at} = 1\n")).collect();
    for (text, why) in [
        (tables, "`[[requests]]` has 50,000 entries, and the maximum is 3,000"),
        (format!("exclude = {}\n", patterns(100_000)), "`exclude` has 100,000 entries, and the maximum is 3,000"),
        (lists, "more than 3,000 file patterns"),
        (wrong, "`key0` is not a key of the configuration"),
    ] {
        folder.write("heylint.toml", text);
        let started = std::time::Instant::now();
        let ran = folder.run("check a.json").gives(2);
        assert!(ran.err.contains(why), "{why}: {}", ran.err.chars().take(300).collect::<String>());
        assert!(ran.err.len() < 100_000);
        assert!(started.elapsed().as_secs() < 60, "{why} took {:?}", started.elapsed());
    }
}
