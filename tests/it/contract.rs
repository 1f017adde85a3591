//! Compares the contract with the reference and with real requests: every operation exists, values on a limit are
//! accepted, and faults are found in the right place.

use crate::common;
use std::collections::BTreeMap;
use std::path::Path;

use heylint::check::{self, Context};
use heylint::config::ConfigOrigin;
use heylint::finding::Finding;
use heylint::limits::Limits;
use heylint::profile::contract;

use heylint::request::endpoint::{self, Endpoint};
use heylint::request::{Request, Target, json, record};
use heylint::rule::Severity;

use heylint::{Linter, Settings};
use serde_json::Value as Json;

/// The rows of a CSV file (RFC 4180), each as a map from column to cell.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).expect("a table beside the corpus");
    let mut lines = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut row));
            }
            '\r' => {}
            c => cell.push(c),
        }
    }
    let mut lines = lines.into_iter();
    let head = lines.next().expect("a head");
    lines.map(|line| head.iter().cloned().zip(line).collect()).collect()
}

fn findings(text: &str, endpoint: &str) -> Vec<Finding> {
    let limits = Limits::default();
    let context = Context { limits: &limits, ready: false, now: 1_795_000_000, newer: None };
    let document = json::parse(text);
    let given = endpoint::parse(heylint::profile::default(), endpoint).ok();
    let mut found = Vec::new();
    if !document.errors().is_empty() {
        return found;
    }
    for (index, root) in record::records(&document) {
        found.extend(check::request::check(&Request::read(heylint::profile::default(), index, root, given), &context));
    }
    found
}

fn read(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let text = record::decode(&bytes);
    text.fault.is_none().then(|| text.text.into_owned())
}

fn show(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let pointer = finding.location.pointer.as_deref().unwrap_or("-");
        format!("\n    {}[{}] {pointer}: {}", finding.severity, finding.rule.id, finding.message)
    };
    findings.iter().map(line).collect()
}

#[test]
fn every_operation_of_the_reference_exists() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/heygen-v3-requests.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no reference at {}", path.display());
        return;
    };
    let facts: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let names = |key: &str| facts[key].as_object().expect("a table").keys().cloned().collect::<Vec<_>>();
    let mut count = 0;
    for name in names("operations").into_iter().chain(names("list_queries")) {
        let (method, path) = name.split_once(' ').expect("METHOD /path");
        assert!(
            heylint::profile::default().operation(method, path).is_some(),
            "{name} is not in rules/heygen-v3/requests"
        );
        count += 1;
    }
    // The profile is newer than the reference, so it has more operations.
    assert!(heylint::profile::default().operations.len() > count);
    for (name, query) in facts["list_queries"].as_object().expect("a table") {
        let (method, path) = name.split_once(' ').expect("METHOD /path");
        let operation = heylint::profile::default().operation(method, path).expect("there");
        let limits = Limits::default();
        for (field, facts) in query.as_object().expect("a table") {
            let field =
                operation.query.iter().find(|known| known.name == field).unwrap_or_else(|| panic!("{name}: {field}"));
            if let contract::FieldKind::Number(number) = &field.kind {
                let bound = |id: Option<heylint::limits::LimitId>| id.and_then(|id| limits[id].number());
                assert_eq!(bound(number.min), facts["minimum"].as_f64(), "{name}: least {}", field.name);
                assert_eq!(bound(number.max), facts["maximum"].as_f64(), "{name}: most {}", field.name);
                let default =
                    facts["default"].as_str().and_then(|text| text.parse().ok()).map(contract::Literal::Number);
                assert_eq!(field.default, default, "{name}: default of {}", field.name);
            }
        }
    }
}

/// The findings of the whole linter in a file, at a fixed time.
fn linted(path: &Path, endpoint: Option<String>) -> Vec<Finding> {
    let settings = Settings {
        endpoint,
        origin: ConfigOrigin::Isolated,
        now: Some(1_795_000_000),
        current: path.parent().map(Path::to_path_buf),
        ..Settings::for_paths([path])
    };
    Linter::new(settings).run().expect("a report").report.findings
}

#[test]
fn values_on_a_limit_are_accepted() {
    let Some(corpus) = common::corpus() else { return };
    let folder = corpus.join("requests");
    let mut loud = Vec::new();
    for row in rows(&folder.join("on-limit.csv")) {
        for endpoint in [Some(format!("POST {}", row["endpoint"])), None] {
            let found = linted(&folder.join("on-limit").join(&row["file"]), endpoint);
            if !found.is_empty() {
                loud.push(format!("{} ({}):{}", row["file"], row["edge"], show(&found)));
            }
        }
    }
    assert!(loud.is_empty(), "{}", loud.join("\n"));
}

/// Rows of the collection that heylint judges differently, and why.
const OTHERWISE: [(&str, &str); 7] = [
    ("M274.json", "an array is not a template variable, which is found as well"),
    ("M275.json", "an array is not a template variable, which is found as well"),
    ("M292.json", "it does not say what to look for, which is found as well"),
    ("M151.json", "its MP3 in base64 is a tag without a frame, which is found as well"),
    ("M154.json", "its MP3 in base64 is a tag without a frame, which is found as well"),
    ("M277.json", "an array at the top is a manifest, and its only record is valid"),
    ("M294.json", "its file does not exist, which is found as well"),
];

/// Some bodies without an endpoint are valid requests to another endpoint.
const OTHERWISE_INFERRED: [(&str, &str); 5] = [
    ("M138.json", "a message alone is right for POST /v3/video-agents/{session_id}"),
    ("M139.json", "a prompt alone is right for POST /v3/video-agents"),
    ("M143.json", "a message beside an orientation may as well be an old name for the prompt of a new session"),
    ("M252.json", "events alone are right for PATCH /v3/webhooks/endpoints/{endpoint_id}"),
    ("M280.json", "an envelope that names its endpoint is valid"),
];

/// Counts the faults that give exactly one error or warning, at their place, its parent or its child.
fn faulty(given: bool) -> (usize, usize, Vec<String>) {
    let Some(corpus) = common::corpus() else { return (0, 0, Vec::new()) };
    let folder = corpus.join("requests");
    let (mut exact, mut all, mut wrong) = (0, 0, Vec::new());
    for row in rows(&folder.join("faulty.csv")) {
        if row["severity"] == "none" {
            continue;
        }
        all += 1;
        let endpoint = given.then(|| format!("{} {}", row["method"], row["endpoint"]));
        let mut found = linted(&folder.join("faulty").join(&row["file"]), endpoint);
        found.retain(|finding| finding.severity != Severity::Hint);
        let wanted = row["pointer"].as_str();
        let near = |finding: &Finding| {
            let pointer = finding.location.pointer.as_deref().unwrap_or("");
            let parent = |inner: &str, outer: &str| inner.rsplit_once('/').is_some_and(|(head, _)| head == outer);
            pointer == wanted || parent(pointer, wanted) || parent(wanted, pointer)
        };
        if found.len() == 1 && found.iter().any(near) {
            exact += 1;
            continue;
        }
        let file = row["file"].as_str();
        let known =
            OTHERWISE.iter().chain(OTHERWISE_INFERRED.iter().filter(|_| !given)).find(|(name, _)| *name == file);
        if known.is_none() {
            wrong.push(format!("{file} {} {wanted} ({}):{}", row["endpoint"], row["mutation"], show(&found)));
        }
    }
    (exact, all, wrong)
}

#[test]
fn every_fault_is_found_at_its_place() {
    let (exact, all, wrong) = faulty(true);
    eprintln!("faulty: {exact} of {all} with one finding at its place");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(exact + OTHERWISE.len() >= all, "{exact} of {all}");
}

#[test]
fn every_fault_is_found_without_the_endpoint() {
    let (exact, all, wrong) = faulty(false);
    eprintln!("faulty, endpoint inferred: {exact} of {all} with one finding at its place");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(exact * 100 >= all * 90, "{exact} of {all}");
}

#[test]
fn real_requests() {
    let Some(corpus) = common::corpus() else { return };
    let folder = corpus.join("requests");
    let (mut false_alarms, mut missed, mut valid, mut invalid, mut found_invalid) = (Vec::new(), Vec::new(), 0, 0, 0);
    let (mut inferred, mut wrong, mut certain) = (0, Vec::new(), 0);
    for row in rows(&folder.join("real.csv")) {
        let text = read(&folder.join("real").join(&row["file"])).expect("UTF-8");
        let document = json::parse(&text);
        let endpoint = format!("{} {}", row["method"], row["endpoint"]);
        let Ok(given) = endpoint::parse(heylint::profile::default(), &endpoint) else {
            eprintln!("{}: no endpoint {endpoint}", row["file"]);
            continue;
        };
        let found = findings(&text, &endpoint);
        let errors: Vec<Finding> =
            found.iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
        if matches!(given, Endpoint::Operation(_)) {
            match row["valid"].as_str() {
                "valid" => {
                    valid += 1;
                    if !errors.is_empty() {
                        false_alarms.push(format!("{}:{}", row["file"], show(&errors)));
                    }
                }
                "invalid" => {
                    invalid += 1;
                    found_invalid += usize::from(!errors.is_empty());
                    if errors.is_empty() {
                        missed.push(format!("{} ({}):{}", row["file"], row["reasons_if_invalid"], show(&found)));
                    }
                }
                _ => {}
            }
        }
        if let Some(root) = document.root() {
            let request = Request::read(heylint::profile::default(), None, root, None);
            match request.target {
                Target::Endpoint(guess, _) if guess == given => {
                    inferred += 1;
                    certain += usize::from(request.is_certain());
                }
                target => wrong.push(format!(
                    "{} {endpoint} certain={} {:?}",
                    row["file"],
                    request.is_certain(),
                    name(target)
                )),
            }
        }
    }
    eprintln!(
        "valid {valid}, false alarms {}:\n{}\ninvalid {invalid}, found {found_invalid}, missed:\n{}\ninferred {inferred} ({certain} certain), not:\n{}",
        false_alarms.len(),
        false_alarms.join("\n"),
        missed.join("\n"),
        wrong.join("\n")
    );
    assert!(false_alarms.is_empty());
    // In these requests, only fields and values are wrong that the service may accept, which are warnings, and one
    // field is newer than the collection.
    let by_warning: Vec<&str> = missed.iter().filter_map(|line| line.split(' ').next()).collect();
    assert!(by_warning.iter().all(|file| ["108.json", "168.json", "198.json"].contains(file)), "{by_warning:?}");
}

fn name(target: Target) -> String {
    match target {
        Target::Endpoint(endpoint, known) => format!("{} {known:?}", endpoint.name()),
        Target::Nothing { nearest } => format!("nothing, nearest {:?}", nearest.map(Endpoint::name)),
        other => format!("{other:?}").chars().take(60).collect(),
    }
}

/// Compares a kind of the tables with the same place of the reference, and adds the differences to `out`.
fn compare(kind: &contract::FieldKind, null: bool, facts: &Json, all: &Json, place: &str, out: &mut Vec<String>) {
    use contract::FieldKind;
    let mut differ = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            out.push(format!("{place}: {what}: {ours}, reference {theirs}"));
        }
    };
    let nullable = facts["nullable"].as_bool().unwrap_or(false);
    let facts = match facts["$ref"].as_str() {
        Some(name) => &all["$defs"][name.rsplit('/').next().unwrap_or_default()],
        None => facts,
    };
    differ("null", null.to_string(), nullable.to_string());
    match kind {
        FieldKind::Union(union) => {
            let variants = &facts["discriminator"]["variants"];
            differ(
                "discriminator",
                union.by.to_owned(),
                facts["discriminator"]["property"].as_str().unwrap_or("-").to_owned(),
            );
            let mut theirs: Vec<&str> =
                variants.as_object().map(|table| table.keys().map(String::as_str).collect()).unwrap_or_default();
            let mut ours: Vec<&str> = union.values().collect();
            theirs.sort_unstable();
            ours.sort_unstable();
            differ("variants", format!("{ours:?}"), format!("{theirs:?}"));
            for variant in union.variants {
                let inner = contract::FieldKind::Object(variant.object);
                compare(&inner, false, &variants[variant.value], all, &format!("{place}<{}>", variant.value), out);
            }
        }
        FieldKind::Object(object) => {
            differ("type", "object".to_owned(), facts["type"].as_str().unwrap_or("-").to_owned());
            let empty = serde_json::Map::new();
            let theirs = facts["properties"].as_object().unwrap_or(&empty);
            // The tables do not list the discriminator among the fields.
            let names: Vec<&str> = theirs
                .iter()
                .filter(|(_, facts)| facts.get("const").is_none())
                .map(|(name, _)| name.as_str())
                .collect();
            let mut ours: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            ours.sort_unstable();
            differ("fields", format!("{ours:?}"), format!("{sorted:?}"));
            let required: Vec<&str> =
                facts["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            for field in object.fields.iter().filter(|field| names.contains(&field.name)) {
                let inner = format!("{place}.{}", field.name);
                let facts = &theirs[field.name];
                if field.required != required.contains(&field.name) {
                    out.push(format!("{inner}: required: {}", field.required));
                }
                let default = match field.default {
                    Some(contract::Literal::Text(text)) => serde_json::json!(text),
                    Some(contract::Literal::Flag(flag)) => serde_json::json!(flag),
                    Some(contract::Literal::Number(number)) => serde_json::json!(number as i64),
                    None => Json::Null,
                };
                let theirs = &facts["default"];
                if default != *theirs && default.as_f64() != theirs.as_f64() {
                    out.push(format!("{inner}: default: {default}, reference {theirs}"));
                }
                compare(&field.kind, field.null, facts, all, &inner, out);
            }
        }
        FieldKind::List(list) => {
            differ("type", "array".to_owned(), facts["type"].as_str().unwrap_or("-").to_owned());
            compare(list.item, false, &facts["items"], all, &format!("{place}[]"), out);
        }
        FieldKind::Text(text) => {
            differ("type", "string".to_owned(), facts["type"].as_str().unwrap_or("-").to_owned());
            let theirs: Vec<&str> = facts["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            differ("values", format!("{:?}", text.values), format!("{theirs:?}"));
        }
        FieldKind::Number(number) => {
            let ours = if number.integer { "integer" } else { "number" };
            differ("type", ours.to_owned(), facts["type"].as_str().unwrap_or("-").to_owned());
        }
        FieldKind::Flag => differ("type", "boolean".to_owned(), facts["type"].as_str().unwrap_or("-").to_owned()),
        FieldKind::Map(_) => differ("type", "object".to_owned(), facts["type"].as_str().unwrap_or("-").to_owned()),
    }
}

#[test]
fn every_field_of_the_reference_exists() {
    /// Known differences: values from the prose where the structure has a bare string, fields of an envelope, and later
    /// additions.
    const KNOWN: [&str; 19] = [
        "POST /v3/webhooks/endpoints.events[]: ",
        "PATCH /v3/webhooks/endpoints/{endpoint_id}.events[]: ",
        "POST /v3/ai-clipping: fields: [\"callback_id\"",
        "POST /v3/ai-clipping.output_settings.caption_style: ",
        "POST /v3/avatars<prompt>: fields: [\"aspect_ratio\"",
        "POST /v3/templates/{template_id}: fields: [\"brand_glossary_id\"",
        "POST /v3/templates/{template_id}.fps: ",
        "POST /v3/video-agents: fields: [\"avatar_id\", \"brand_glossary_id\"",
        "POST /v3/videos/batches: fields: [\"callback_url\", \"folder_id\"",
        "POST /v3/videos/batches.videos[]",
        "POST /v3/videos<avatar>: fields: ",
        "POST /v3/videos<image>: fields: ",
        "POST /v3/videos<cinematic_avatar>",
        "POST /v3/videos<studio>",
        "POST /v3/assets: fields: [\"file\", \"size_bytes\"]",
        "POST /v3/lipsyncs.fps_mode: values",
        "POST /v3/lipsyncs/batches.lipsyncs[].fps_mode: values",
        "POST /v3/voices.gender: values",
        "POST /v3/voices/speech.input_type: values",
    ];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/heygen-v3-requests.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no reference at {}", path.display());
        return;
    };
    let facts: Json = serde_json::from_str(&text).expect("JSON");
    let mut out = Vec::new();
    for (name, entry) in facts["operations"].as_object().expect("a table") {
        let (method, path) = name.split_once(' ').expect("METHOD /path");
        let operation = heylint::profile::default().operation(method, path).expect("there");
        match operation.body {
            Some(contract::BodyShape::Object(object)) => {
                compare(&contract::FieldKind::Object(object), false, &entry["schema"], &facts, name, &mut out);
            }
            Some(contract::BodyShape::Union(union)) => {
                compare(&contract::FieldKind::Union(union), false, &entry["schema"], &facts, name, &mut out);
            }
            None => assert!(entry["schema"].is_null(), "{name} has a body"),
        }
    }
    out.retain(|line| !KNOWN.iter().any(|known| line.starts_with(known)));
    assert!(out.is_empty(), "{}", out.join("\n"));
}

/// The text after a fix.
fn fixed(text: &str, finding: &Finding) -> Option<String> {
    let mut edits = finding.fix.as_ref()?.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.start..edit.span.end, &edit.text);
    }
    Some(text)
}

#[test]
fn a_fix_removes_its_finding_and_adds_none() {
    let Some(corpus) = common::corpus() else { return };
    let folder = corpus.join("requests");
    let errors = |found: &[Finding]| found.iter().filter(|finding| finding.severity == Severity::Error).count();
    let mut count = 0;
    for (table, files) in [("faulty.csv", "faulty"), ("real.csv", "real")] {
        for row in rows(&folder.join(table)) {
            let Some(text) = read(&folder.join(files).join(&row["file"])) else { continue };
            let endpoint = format!("{} {}", row["method"], row["endpoint"]);
            let before = findings(&text, &endpoint);
            // A version 2 body that a fix converts to v3 is no longer for this endpoint.
            let here = |finding: &&Finding| {
                finding.rule.id.starts_with("request/") && *finding.rule != heylint::rule::REQUEST_LEGACY_API
            };
            for finding in before.iter().filter(here) {
                let Some(after) = fixed(&text, finding) else { continue };
                let faults = json::parse(&after).errors().len();
                assert_eq!(faults, 0, "{}: {} leaves no JSON:\n{after}", row["file"], finding.message);
                let found = findings(&after, &endpoint);
                let still = found.iter().any(|other| other.message == finding.message);
                assert!(!still, "{}: {} is still there:\n{after}", row["file"], finding.message);
                // A renamed field may now show a fault of its value.
                assert!(errors(&found) <= errors(&before), "{}: {}:{}", row["file"], finding.message, show(&found));
                count += 1;
            }
        }
    }
    eprintln!("{count} fixes applied");
    assert!(count > 20, "{count}");
}
