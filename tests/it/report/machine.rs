//! Guarantees for machines: schemas, correct positions, nothing lost, nothing harmful.

use std::collections::HashSet;

use heylint::config::FailOn;
use heylint::outcome::RunReport;
use heylint::report::{ReportFormat, ReportStyle, schema};
use heylint::rule::Severity;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::build::*;

fn reports() -> Vec<RunReport> {
    vec![everything(), hostile(), report(vec![], vec![]), report(vec![], vec![media("a.mp4")])]
}

fn parsed(report: &RunReport, format: ReportFormat) -> Value {
    serde_json::from_str(&plain(report, format)).unwrap()
}

fn assert_valid(validator: &Validator, value: &Value) {
    let faults: Vec<_> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

fn stored(name: &str) -> Validator {
    let path = format!("{}/tests/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    // The language pattern in the SARIF schema has an extra bracket; we do not write the key.
    for owner in ["run", "toolComponent"] {
        if let Some(Value::Object(language)) = schema.pointer_mut(&format!("/definitions/{owner}/properties/language"))
        {
            language.shift_remove("pattern");
        }
    }
    jsonschema::validator_for(&schema).unwrap()
}

fn own_schema() -> Value {
    serde_json::from_str(schema()).unwrap()
}

fn line_schema() -> Value {
    let mut schema = own_schema();
    let defs = schema["$defs"].take();
    json!({ "$schema": schema["$schema"], "$ref": "#/$defs/line", "$defs": defs })
}

#[test]
fn json_matches_its_schema() {
    let validator = jsonschema::validator_for(&own_schema()).unwrap();
    for report in reports() {
        assert_valid(&validator, &parsed(&report, ReportFormat::Json));
    }
}

/// A schema that accepts everything would guarantee nothing, so each removed key must make the report invalid.
#[test]
fn the_schema_requires_every_key() {
    let validator = jsonschema::validator_for(&own_schema()).unwrap();
    let whole = parsed(&everything(), ReportFormat::Json);
    let places = ["", "/tool", "/profile", "/positions", "/summary", "/diagnostics/0", "/diagnostics/0/start"];
    let more = ["/diagnostics/0/limit", "/diagnostics/4/related/0", "/diagnostics/4/fix", "/diagnostics/4/fix/edits/0"];
    let last = ["/diagnostics/4/fix/rename", "/files/2", "/files/2/facts/tracks/0", "/files/2/facts/faults/0"];
    let mut broken = 0;
    for place in places.into_iter().chain(more).chain(last) {
        let object = whole.pointer(place).and_then(Value::as_object).unwrap_or_else(|| panic!("nothing at {place}"));
        for key in object.keys().filter(|key| !place.contains("/tracks") || *key == "kind" || *key == "codec") {
            if place.contains("/faults") && matches!(key.as_str(), "effect" | "offset") {
                continue;
            }
            let mut less = whole.clone();
            less.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(key);
            assert!(!validator.is_valid(&less), "{place}/{key} may be left out");
            // An object with only optional keys accepts any object.
            if key == "facts" {
                continue;
            }
            let mut other = whole.clone();
            other.pointer_mut(place).unwrap()[key] = json!({ "of": ["another", "type"] });
            assert!(!validator.is_valid(&other), "{place}/{key} may have any type");
            broken += 1;
        }
    }
    assert!(broken > 60, "{broken}");
    let mut more = whole;
    more["diagnostics"][0]["new"] = json!(1);
    assert!(validator.is_valid(&more), "a new key keeps the version");
}

#[test]
fn keys_are_those_of_version_1() {
    let report = parsed(&everything(), ReportFormat::Json);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&report), "version tool profile positions summary diagnostics files");
    let finding = &report["diagnostics"][0];
    let expected = "rule severity fails message file record pointer start end observed limit prevents help related fix \
                    source fingerprint url";
    assert_eq!(keys(finding), expected);
    assert_eq!(
        keys(&report["summary"]),
        "files requests ready uploads errors warnings hints suppressed baselined unchecked fixed fixable fixable_unsafely stale unclaimed open resembling outdated"
    );
    assert_eq!(keys(&report["files"][2]), "path kind format size_bytes facts");
    assert_eq!(keys(&report["files"][2]["facts"]), "width height duration_s fps tracks faults");
    assert_eq!(finding["observed"], json!(5213));
    let limit = &finding["limit"];
    assert_eq!(keys(limit), "name value unit basis source document seen state");
    assert_eq!((&limit["value"], &limit["document"]), (&json!(5000), &json!("usage-limits")));
    assert!(limit["source"].as_str().unwrap().starts_with("https://"));
    let configured = &report["diagnostics"][6]["limit"];
    assert_eq!((&configured["source"], &configured["seen"]), (&json!("heylint.toml:12"), &Value::Null));
    let whole = &report["diagnostics"][4];
    assert!(["pointer", "start", "end", "record"].iter().all(|key| whole[*key].is_null()));
    assert_eq!(whole["fix"]["rename"]["to"], "media/p.png");
    assert_eq!(whole["related"][0]["start"]["column"], 18);
    assert_eq!(report["diagnostics"][1]["fix"]["edits"][0]["file"], "drafts/b.json");
    assert_eq!(report["diagnostics"][2]["record"], 3);
}

#[test]
fn jsonl_is_the_same_records() {
    let schema = line_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in reports() {
        let whole = parsed(&report, ReportFormat::Json);
        let text = plain(&report, ReportFormat::Jsonl);
        let mut kinds = Vec::new();
        let (mut findings, mut files) = (Vec::new(), Vec::new());
        for line in text.lines() {
            let mut record: Value = serde_json::from_str(line).unwrap();
            assert_valid(&validator, &record);
            let Some(Value::String(kind)) = record.as_object_mut().unwrap().shift_remove("type") else { panic!() };
            match kind.as_str() {
                "diagnostic" => findings.push(record),
                "file" => files.push(record),
                "summary" => assert_eq!(record, whole["summary"]),
                _ => assert_eq!(record["positions"], whole["positions"]),
            }
            kinds.push(kind);
        }
        assert_eq!((kinds[0].as_str(), kinds[kinds.len() - 1].as_str()), ("header", "summary"));
        assert_eq!((Value::from(findings), Value::from(files)), (whole["diagnostics"].clone(), whole["files"].clone()));
    }
    assert!(!validator.is_valid(&json!({ "type": "diagnostic", "rule": "a/b" })));
    assert!(!validator.is_valid(&json!({ "type": "other" })));
}

/// A snapshot proves stability, not correctness, so this reads the text at the positions that the reports give.
#[test]
fn positions_are_correct() {
    let (script, tail) = long_script();
    let marked = [(script.as_str(), tail.as_str()), (TABS, "1.8"), (CJK, "1.8"), (OBJECT, OBJECT[18..68].trim())];
    let json = parsed(&everything(), ReportFormat::Json);
    let sarif = parsed(&everything(), ReportFormat::Sarif);
    for (at, (text, marked)) in marked.into_iter().enumerate() {
        let (finding, result) = (&json["diagnostics"][at], &sarif["runs"][0]["results"][at]);
        let number = |pointer: &str| finding.pointer(pointer).unwrap().as_u64().unwrap();
        assert_eq!(&text[number("/start/offset") as usize..number("/end/offset") as usize], marked);
        assert_eq!(
            between(
                text,
                [number("/start/line"), number("/start/column")],
                [number("/end/line"), number("/end/column")]
            ),
            marked
        );
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |key: &str| region[key].as_u64().unwrap();
        assert_eq!(
            between(text, [number("startLine"), number("startColumn")], [number("endLine"), number("endColumn")]),
            marked
        );
    }
    let replaced = &sarif["runs"][0]["results"][1]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    let number = |key: &str| replaced["deletedRegion"][key].as_u64().unwrap();
    assert_eq!(
        between(TABS, [number("startLine"), number("startColumn")], [number("endLine"), number("endColumn")]),
        "1.8"
    );
}

/// The text from one place to another, both as 1-based line and column in scalar values.
fn between(text: &str, from: [u64; 2], to: [u64; 2]) -> &str {
    let offset = |[line, column]: [u64; 2]| {
        let start: usize = text.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
        let mut chars = text[start..].char_indices().map(|(at, _)| start + at).chain([text.len()]);
        chars.nth(column as usize - 1).unwrap()
    };
    &text[offset(from)..offset(to)]
}

#[test]
fn json_loses_nothing_and_shows_nothing() {
    for format in [ReportFormat::Json, ReportFormat::Jsonl, ReportFormat::Sarif, ReportFormat::Gitlab] {
        let text = plain(&hostile(), format);
        for c in text.chars().filter(|c| *c != '\n') {
            assert!(!c.is_control() && !"\u{200f}\u{2028}\u{202e}\u{2066}\u{feff}".contains(c), "{format}: {c:?}");
        }
    }
    let report = parsed(&hostile(), ReportFormat::Json);
    for (at, words) in HOSTILE.iter().enumerate() {
        let finding = &report["diagnostics"][2 * at];
        assert_eq!(finding["file"], **words);
        assert_eq!(finding["observed"], **words);
        assert_eq!(finding["help"], format!("remove {words}"));
        assert_eq!(report["files"][at]["path"], **words);
    }
}

#[test]
fn machine_reports_contain_no_time_and_are_complete() {
    let mut many: Vec<_> = (0..2_000).map(|at| whole(&format!("fault {at}"), &format!("f{}.json", at % 7))).collect();
    many.sort_by(|a, b| a.location.file.cmp(&b.location.file));
    let one = report(many, vec![]);
    let mut other = one.clone();
    other.elapsed = std::time::Duration::from_secs(99);
    for format in ReportFormat::ALL
        .into_iter()
        .filter(|format| !matches!(format, ReportFormat::Human | ReportFormat::Concise | ReportFormat::Markdown))
    {
        let text = plain(&one, format);
        assert_eq!(text, plain(&other, format));
        assert!(text.matches("fault ").count() >= 2_000, "{format}");
    }
    let report = parsed(&one, ReportFormat::Json);
    let names: HashSet<_> =
        report["diagnostics"].as_array().unwrap().iter().map(|d| d["fingerprint"].clone()).collect();
    assert_eq!(names.len(), 2_000);
}

#[test]
fn fingerprints_survive_moved_lines_and_new_words() {
    let first = report(vec![at("too long by 2", "a.json", TABS, "1.8")], vec![]);
    let moved = format!("\n\n{TABS}");
    let second = report(vec![at("another wording", "a.json", &moved, "1.8")], vec![]);
    let elsewhere = report(vec![at("too long by 2", "b.json", TABS, "1.8")], vec![]);
    let name = |report: &RunReport, format, pointer: &str| parsed(report, format).pointer(pointer).unwrap().clone();
    let own = "/diagnostics/0/fingerprint";
    assert_eq!(name(&first, ReportFormat::Json, own), name(&second, ReportFormat::Json, own));
    assert_ne!(name(&first, ReportFormat::Json, own), name(&elsewhere, ReportFormat::Json, own));
    let sarif = "/runs/0/results/0/partialFingerprints/heylint~1v2";
    assert_eq!(name(&first, ReportFormat::Json, own), name(&first, ReportFormat::Sarif, sarif));
    assert_eq!(name(&first, ReportFormat::Json, own), name(&first, ReportFormat::Gitlab, "/0/fingerprint"));
    // Stored baselines rely on this fingerprint. Another program computed it.
    assert_eq!(name(&first, ReportFormat::Json, own), "fp2:b1ab06032df412df40c4dbebaff52008");
}

#[test]
fn sarif_matches_its_schema() {
    let validator = stored("sarif-schema-2.1.0.json");
    for report in reports() {
        let sarif = parsed(&report, ReportFormat::Sarif);
        assert_valid(&validator, &sarif);
        let run = &sarif["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            let page = rule["help"]["markdown"].as_str().unwrap();
            assert!(page.contains("5,000 code points") && !page.contains("{script.max}"), "{page}");
            let uri = result.pointer("/locations/0/physicalLocation/artifactLocation/uri").unwrap().as_str().unwrap();
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
        }
    }
    let mut broken = parsed(&everything(), ReportFormat::Sarif);
    broken["runs"][0]["results"][0]["level"] = json!("hint");
    assert!(!validator.is_valid(&broken));
}

#[test]
fn sarif_has_the_required_content() {
    let style = ReportStyle { exit_code: 2, ..ReportStyle::default() };
    let sarif: Value = serde_json::from_str(&written(&everything(), ReportFormat::Sarif, &style)).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"], json!([{ "executionSuccessful": false, "exitCode": 2 }]));
    let results = run["results"].as_array().unwrap();
    let levels: Vec<_> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "warning", "error", "error", "note", "error", "warning"]);
    let whole = &results[4];
    assert!(whole.pointer("/locations/0/physicalLocation/region").is_none());
    assert_eq!(whole["relatedLocations"].as_array().unwrap().len(), 3);
    assert!(whole.get("fixes").is_none(), "SARIF cannot rename");
    assert_eq!(results[0]["properties"]["limit"]["name"], "script.max");
    assert_eq!(results[2]["properties"]["record"], 3);
    assert_eq!(results[1]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "1.5");
}

#[test]
fn gitlab_reports_match_the_manual() {
    let validator = stored("gitlab-code-quality.json");
    for report in reports() {
        assert_valid(&validator, &parsed(&report, ReportFormat::Gitlab));
    }
    let issues = parsed(&everything(), ReportFormat::Gitlab);
    assert_eq!(issues[0]["location"], json!({ "path": "drafts/a.json", "lines": { "begin": 4, "end": 4 } }));
    assert_eq!(issues[4]["location"], json!({ "path": "media/p.jpg", "lines": { "begin": 1 } }));
    let severities: Vec<_> = issues.as_array().unwrap().iter().map(|i| i["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["major", "major", "minor", "major", "major", "info", "major", "minor"]);
}

/// Kind, properties, message.
type Command = (String, Vec<(String, String)>, String);

/// A workflow command as the runner reads it.
fn command(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, message) = rest.split_once("::")?;
    let (kind, properties) = head.split_once(' ').unwrap_or((head, ""));
    let plain = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| plain(&text.replace("%3A", ":").replace("%2C", ","));
    let properties = properties.split(',').filter_map(|one| one.split_once('='));
    let properties = properties.map(|(key, value)| (key.to_owned(), property(value))).collect();
    Some((kind.to_owned(), properties, plain(message)))
}

#[test]
fn github_keeps_to_its_budget() {
    let mut findings = Vec::new();
    for at in 0..25 {
        findings.push(whole(&format!("hint {at}"), "a.json").at_most(Severity::Hint));
        findings.push(whole(&format!("error {at}"), "b.json"));
    }
    findings.push(whole("warning 0", "c.json").at_most(Severity::Warning));
    let text = plain(&report(findings, vec![]), ReportFormat::Github);
    let commands: Vec<_> = text.lines().filter_map(command).collect();
    let of = |kind: &str| commands.iter().filter(|(k, ..)| k == kind).count();
    assert_eq!((of("error"), of("warning"), of("notice")), (10, 1, 10));
    assert_eq!(text.lines().count(), 51 + 1, "the log has the rest");
    assert!(text.starts_with("::error file=b.json,title=script/too-long::error 0\n"), "{text}");
    let last = text.lines().last().unwrap();
    let rest = "31 findings more in the log of this step; in all 25 errors, 1 warning, 25 hints";
    assert_eq!(last, format!("::notice title=heylint::{rest}"));
    let few = plain(&report(vec![whole("one", "a.json")], vec![]), ReportFormat::Github);
    assert_eq!(few, "::error file=a.json,title=script/too-long::one\n");
    assert_eq!(plain(&report(vec![], vec![]), ReportFormat::Github), "");
}

#[test]
fn github_annotations_have_positions() {
    let text = plain(&everything(), ReportFormat::Github);
    let commands: Vec<_> = text.lines().filter_map(command).collect();
    assert_eq!(commands.len(), 8);
    assert!(commands.is_sorted_by_key(|(kind, ..)| ["error", "warning", "notice"].iter().position(|k| k == kind)));
    let (_, properties, message) = &commands[1];
    let properties: Vec<_> = properties.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(properties.join(" "), "file=drafts/b.json line=2 col=11 endLine=2 endColumn=13 title=script/too-long");
    assert_eq!(message, "speed is 1.8, above the maximum of 1.5");
    let many_lines = commands.iter().find(|(_, properties, _)| properties[0].1 == "drafts/d.json").unwrap();
    assert!(many_lines.1.iter().all(|(key, _)| key != "endColumn"));
}

#[test]
fn github_takes_no_commands_from_outside() {
    let text = plain(&hostile(), ReportFormat::Github);
    let (mut ours, mut logged) = (0, 0);
    for line in text.lines() {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        let Some((kind, properties, message)) = command(line) else {
            assert!(!line.contains("##["), "{line}");
            logged += 1;
            continue;
        };
        let keys: Vec<_> = properties.iter().map(|(key, _)| key.as_str()).collect();
        if kind == "notice" {
            assert_eq!(keys, ["title"]);
            continue;
        }
        assert_eq!(kind, "error");
        let keys = keys.join(" ").replace(" endColumn", "");
        assert!(keys == "file title" || keys == "file line col endLine title", "{line}");
        assert!(message.starts_with("named ") || message.starts_with("unknown field “"), "{line}");
        ours += 1;
    }
    assert_eq!((ours, logged), (10, 2 * HOSTILE.len() - 10));
    let names: Vec<_> = text.lines().filter_map(command).map(|(_, properties, _)| properties[0].1.clone()).collect();
    assert!(names.contains(&HOSTILE[3].to_owned()), "{names:?}");
}

/// Name, attributes, text.
type Element = (String, Vec<(String, String)>, String);

/// Elements as an XML parser reads them.
fn xml(text: &str) -> Vec<Element> {
    use quick_xml::events::Event;
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let mut elements: Vec<Element> = Vec::new();
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            event @ (Event::Start(_) | Event::Empty(_)) => {
                depth += i32::from(matches!(event, Event::Start(_)));
                let (Event::Start(element) | Event::Empty(element)) = event else { unreachable!() };
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let raw = attribute.value.to_string();
                    let value = quick_xml::escape::unescape(&raw).unwrap().into_owned();
                    assert!(value.chars().all(allowed) && !raw.contains('<'), "{raw:?}");
                    (attribute.key.as_ref().to_owned(), value)
                });
                let attributes = attributes.collect();
                elements.push((element.name().as_ref().to_owned(), attributes, String::new()));
            }
            Event::Text(text) => {
                let text = text.to_string();
                assert!(text.chars().all(allowed));
                if let Some(last) = elements.last_mut() {
                    last.2.push_str(&text);
                }
            }
            Event::GeneralRef(entity) => {
                let name = entity.to_string();
                let text = quick_xml::escape::unescape(&format!("&{name};")).unwrap().into_owned();
                elements.last_mut().unwrap().2.push_str(&text);
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    elements
}

#[test]
fn junit_is_xml_that_servers_count_right() {
    for report in reports() {
        let elements = xml(&plain(&report, ReportFormat::Junit));
        let count = |name: &str| elements.iter().filter(|(element, ..)| element == name).count().to_string();
        let root = &elements[0];
        assert_eq!(root.0, "testsuites");
        let of = |key: &str| root.1.iter().find(|(name, _)| name == key).unwrap().1.clone();
        assert_eq!((of("tests"), of("failures")), (count("testcase"), count("failure")));
        let sum: usize = elements
            .iter()
            .filter(|(name, ..)| name == "testsuite")
            .flat_map(|(_, attributes, _)| attributes)
            .filter(|(name, _)| name == "tests")
            .map(|(_, value)| value.parse::<usize>().unwrap())
            .sum();
        assert_eq!(sum.to_string(), count("testcase"));
    }
    let failures = |fail_on: FailOn| {
        let mut report = everything();
        report.findings.iter_mut().for_each(|finding| finding.fails = fail_on.fails(finding.severity));
        let text = plain(&report, ReportFormat::Junit);
        let elements = xml(&text);
        let count = |name: &str| elements.iter().filter(|(element, ..)| element == name).count();
        assert_eq!(count("failure") + count("system-out"), 8);
        count("failure")
    };
    assert_eq!(failures(FailOn::At(Severity::Error)), 5);
    assert_eq!(failures(FailOn::At(Severity::Hint)), 8);
    assert_eq!(failures(FailOn::Never), 0);
    let elements = xml(&plain(&everything(), ReportFormat::Junit));
    let suites: Vec<_> = elements.iter().filter(|(name, ..)| name == "testsuite").map(|e| e.1[0].1.as_str()).collect();
    let expected = "drafts/a.json drafts/b.json drafts/c.json drafts/d.json media/p.jpg media/v.mp4 media/w.mp4 \
                    media/x.png media/z.mp4";
    assert_eq!(suites.join(" "), expected);
    let failure = elements.iter().find(|(name, ..)| name == "failure").unwrap();
    assert!(failure.2.starts_with("drafts/a.json:4:5054: error[script/too-long] script has 5,213"), "{failure:?}");
    let hostile = xml(&plain(&hostile(), ReportFormat::Junit));
    let name = hostile
        .iter()
        .filter(|(name, ..)| name == "testsuite")
        .map(|e| e.1[0].1.as_str())
        .find(|n| n.starts_with("<b>"));
    assert!(name.unwrap().starts_with("<b>\"&'"), "{name:?}");
}

#[test]
fn a_full_disk_is_an_error() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for format in ReportFormat::ALL {
        let whole = plain(&everything(), format).len();
        for room in [0, 1, whole / 2, whole - 1] {
            let fault =
                heylint::report::write(&everything(), format, &ReportStyle::default(), &mut Full(room)).unwrap_err();
            assert_eq!(fault.kind(), std::io::ErrorKind::StorageFull, "{format} after {room} bytes");
        }
    }
}

#[test]
fn formats_have_names() {
    for format in ReportFormat::ALL {
        assert_eq!(ReportFormat::from_name(format.name()), Some(format));
    }
    assert_eq!(ReportFormat::from_name("JSON"), None);
}
